//! Tests over a real socket, with a client of a few lines.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::time::Duration;

use super::*;
use crate::Image;
use crate::demo;

/// Sends a request and reads the head of the answer.
fn ask(server: &Server, method: &str, path: &str) -> (String, BufReader<TcpStream>) {
    let mut answer = send(server, method, path);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(answer.read_line(&mut head).unwrap(), 0, "the answer ended in its head: {head}");
    }
    (head, answer)
}

fn send(server: &Server, method: &str, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {}\r\nOrigin: http://page.test\r\n\r\n", server.authority()).unwrap();
    BufReader::new(stream)
}

#[test]
fn a_manifest_arrives_byte_for_byte_with_its_headers() {
    let server = Server::start(demo::registry()).unwrap();
    let (head, mut answer) = ask(&server, "GET", "/v2/demo/single/manifests/1.0");
    let image = Image::oci("linux/amd64");
    let mut body = vec![0; image.root.bytes.len()];
    answer.read_exact(&mut body).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains(&format!("Docker-Content-Digest: {}\r\n", image.digest())), "{head}");
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{head}");
    assert!(head.contains("Access-Control-Allow-Origin: *\r\n"), "{head}");
    assert_eq!(body, image.root.bytes);
    assert_eq!(server.requests()[0].path(), "/v2/demo/single/manifests/1.0");
}

#[test]
fn several_requests_share_a_connection() {
    let server = Server::start(demo::registry()).unwrap();
    let (head, mut answer) = ask(&server, "HEAD", "/v2/demo/single/manifests/1.0");
    assert!(!head.contains("Content-Length: 0"), "{head}");
    write!(answer.get_mut(), "GET /v2/demo/single/tags/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut rest = String::new();
    answer.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("HTTP/1.1 200 ") && rest.ends_with("\r\n\r\n{\"name\":\"demo/single\",\"tags\":[\"1.0\"]}"), "{rest}");
}

#[test]
fn the_content_of_a_post_arrives() {
    let server = Server::start(crate::TokenServer::new("registry.test").refresh_token("long-lived")).unwrap();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let form = "grant_type=refresh_token&refresh_token=long-lived&service=registry.test";
    write!(stream, "POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{form}", form.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"access_token\""), "{answer}");
}

#[test]
fn a_preflight_is_answered() {
    let server = Server::start(demo::registry()).unwrap();
    let (head, _) = ask(&server, "OPTIONS", "/v2/demo/single/manifests/1.0");
    assert!(head.contains("Access-Control-Allow-Headers: Authorization, Accept"), "{head}");
}

#[test]
fn the_realm_is_on_the_address_that_was_asked() {
    let server = Server::start(demo::registry()).unwrap();
    let (head, _) = ask(&server, "GET", "/v2/demo/private/manifests/1.0");
    assert!(head.contains(&format!("Bearer realm=\"{}/token\"", server.origin())), "{head}");
}

#[test]
fn a_client_that_tries_tls_is_turned_away_at_once() {
    let server = Server::start(demo::registry()).unwrap();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(&[0x16, 0x03, 0x01]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[test]
fn an_endless_manifest_goes_on_for_as_long_as_one_reads() {
    let server = Server::start(demo::registry()).unwrap();
    let (head, mut answer) = ask(&server, "GET", "/v2/hostile/endless/manifests/1.0");
    assert!(head.contains("Transfer-Encoding: chunked"), "{head}");
    answer.read_exact(&mut vec![0; 32 << 20]).unwrap();
}

#[test]
fn a_stalled_manifest_begins_and_does_not_end() {
    let server = Server::start(demo::registry()).unwrap();
    let (_, mut answer) = ask(&server, "GET", "/v2/hostile/stall/manifests/1.0");
    let mut size = String::new();
    answer.read_line(&mut size).unwrap();
    let mut first = vec![0; usize::from_str_radix(size.trim(), 16).unwrap()];
    answer.read_exact(&mut first).unwrap();
    assert!(Image::multi_platform().root.bytes.starts_with(&first));
    answer.get_ref().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(answer.read_to_end(&mut Vec::new()).is_err(), "expected no end, found one");
}

#[test]
fn what_hangs_does_not_keep_others_waiting_and_ends_with_the_server() {
    let server = Server::start(demo::registry()).unwrap();
    let mut hanging: Vec<_> = (0..20).map(|_| send(&server, "GET", "/v2/hostile/hang/manifests/1.0")).collect();
    hanging[0].get_ref().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let waited = hanging[0].read(&mut [0]).unwrap_err();
    assert!(matches!(waited.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{waited}");
    assert!(ask(&server, "GET", "/v2/demo/single/tags/list").0.starts_with("HTTP/1.1 200 "));
    drop(server);
    for connection in &mut hanging {
        assert_eq!(connection.read(&mut [0]).unwrap_or(0), 0, "expected a closed connection");
    }
}
