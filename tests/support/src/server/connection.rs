//! One connection: requests come in and answers go out, RFC 9112, as far as loopback clients need it.

use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::http::Answer;
use crate::http::Body;
use crate::http::Host;
use crate::http::Log;
use crate::http::Received;

/// Bytes of a request's head or content. No registry client sends as much.
const REQUEST_BYTES: u64 = 1 << 20;

/// Bytes that a slow line carries at once.
const PIECE_BYTES: usize = 64 << 10;

/// Answers requests until the client has no more, or an answer that never ends has come to its end.
pub(super) fn converse(stream: &TcpStream, host: &dyn Host, log: &Log) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut incoming = BufReader::new(stream.try_clone()?);
    let mut outgoing = stream;
    while let Some(&first) = incoming.fill_buf()?.first() {
        // A client that tries TLS first (skopeo does) goes on without it as soon as it hears this.
        if !first.is_ascii_uppercase() {
            return outgoing.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        }
        let request = read(&mut incoming)?;
        log.record(&request);
        let last = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        let answer = host.answer(&request);
        match &answer.body {
            Body::Bytes(bytes) => finite(&mut outgoing, &request, &answer, bytes)?,
            Body::Paced { bytes, per_second } => finite(&mut Slow { to: outgoing, per_second: *per_second }, &request, &answer, bytes)?,
            Body::Endless { .. } | Body::Stalls(_) | Body::Silence => {
                never_ending(&mut outgoing, &request, &answer)?;
                return io::copy(&mut incoming, &mut io::sink()).map(drop);
            }
        }
        if last {
            break;
        }
    }
    Ok(())
}

fn read(incoming: &mut BufReader<TcpStream>) -> io::Result<Received> {
    let mut lines = incoming.take(REQUEST_BYTES).lines();
    let mut next = || lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    let request_line = next()?;
    let mut parts = request_line.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1"), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut headers = Vec::new();
    loop {
        let line = next()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Received { method: method.into(), url: target.into(), headers, body: Vec::new() };
    request.url = format!("http://{}{target}", request.header("host").unwrap_or_default());
    let length: u64 = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    incoming.take(length.min(REQUEST_BYTES)).read_to_end(&mut request.body)?;
    Ok(request)
}

fn finite(outgoing: &mut impl Write, request: &Received, answer: &Answer, bytes: &[u8]) -> io::Result<()> {
    let mut message = head(answer);
    if ![204, 304].contains(&answer.status) {
        write!(message, "Content-Length: {}\r\n", bytes.len())?;
    }
    message.extend(b"\r\n");
    if request.method != "HEAD" {
        message.extend(bytes);
    }
    outgoing.write_all(&message)
}

/// A line that carries so many bytes a second, one piece at a time.
struct Slow<W> {
    to: W,
    per_second: u32,
}

impl<W: Write> Write for Slow<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(PIECE_BYTES)];
        self.to.write_all(piece)?;
        let length = u32::try_from(piece.len()).expect("a piece is small");
        thread::sleep(Duration::from_secs(1) * length / self.per_second.max(1));
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes what there is to write. Endless content ends with an error, when the client has had enough.
fn never_ending(outgoing: &mut impl Write, request: &Received, answer: &Answer) -> io::Result<()> {
    if answer.body == Body::Silence {
        return Ok(());
    }
    let mut message = head(answer);
    message.extend(b"Transfer-Encoding: chunked\r\n\r\n");
    outgoing.write_all(&message)?;
    match &answer.body {
        _ if request.method == "HEAD" => Ok(()),
        Body::Endless { first, then } => {
            outgoing.write_all(&chunk(first))?;
            let then = chunk(then);
            loop {
                outgoing.write_all(&then)?;
            }
        }
        Body::Stalls(first) => outgoing.write_all(&chunk(first)),
        Body::Bytes(_) | Body::Paced { .. } | Body::Silence => Ok(()),
    }
}

fn head(answer: &Answer) -> Vec<u8> {
    let fields = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("HTTP/1.1 {} \r\n{}", answer.status, fields.collect::<String>()).into_bytes()
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
