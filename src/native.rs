//! A transport for native programs: blocking, on `ureq`. What is large is read by a thread of its own, so that several layers arrive at once.
//!
//! Only behind the feature `native`. A program with a runtime of its own writes its own transport: it is one method.

mod channel;

use core::future::Future;
use core::future::poll_fn;
use core::future::ready;
use std::io;
use std::io::Read as _;
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http;

use crate::budget;
use crate::native::channel::Receiver;
use crate::native::channel::Sender;
use crate::native::channel::channel;
use crate::transport::Content;
use crate::transport::Headers;
use crate::transport::Opened;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;

/// Sends requests and waits for their answers on this thread, but for those that are opened: each has a thread of its own until its content
/// is read or dropped, which is at most `AHEAD` pieces ahead of whoever reads it.
#[derive(Clone, Debug)]
pub struct NativeTransport {
    agent: Agent,
}

impl NativeTransport {
    /// A transport with connections of its own.
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Redirects are answers: the client decides about them.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("pullproof/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into() }
    }

    fn ask(&self, request: &Request, idle: Option<Duration>) -> Result<http::Response<ureq::Body>, TransportError> {
        let mut builder = http::Request::builder().method(request.method.name()).uri(&request.url);
        // Who is not told may compress, and bytes are hashed as they are meant, not as they travel (RFC 9110 section 12.5.3).
        builder = builder.header("accept-encoding", "identity");
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let message = builder.body(request.body.clone()).map_err(|error| TransportError::Unreachable { detail: error.to_string() })?;
        let message = self.agent.configure_request(message).timeout_global(Some(request.timeout)).timeout_per_read(idle).build();
        self.agent.run(message).map_err(why)
    }

    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let (parts, body) = self.ask(request, None)?.into_parts();
        let status = parts.status.as_u16();
        let too_large = TransportError::TooLarge { limit: request.max_length, status };
        // One byte more than allowed is read, to know whether there is one.
        let body = body.into_with_config().limit(request.max_length + 1).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => too_large.clone(),
            error => why(error),
        })?;
        if body.len() as u64 > request.max_length {
            return Err(too_large);
        }
        Ok(Response { status, headers: headers(&parts.headers), body, followed_to: None })
    }

    /// Asks, and hands over what comes, until there is no more or nobody wants more.
    fn deliver(&self, request: &Request, idle: Duration, to: &Sender<Message>) -> Result<(), TransportError> {
        let (parts, body) = self.ask(request, Some(idle))?.into_parts();
        let status = parts.status.as_u16();
        let mut is_wanted = to.send(Message::Head { status, headers: headers(&parts.headers) });
        let mut reader = body.into_with_config().limit(u64::MAX).reader();
        let mut left = request.max_length;
        while is_wanted {
            let mut piece = vec![0; budget::LAYER_CHUNK_BYTES];
            let read = reader.read(&mut piece).map_err(|error| why(ureq::Error::from(error)))?;
            let too_large = || TransportError::TooLarge { limit: request.max_length, status };
            left = left.checked_sub(read as u64).ok_or_else(too_large)?;
            piece.truncate(read);
            is_wanted = to.send(Message::Piece(piece)) && read > 0;
        }
        Ok(())
    }
}

fn headers(fields: &http::HeaderMap) -> Headers {
    fields.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}

/// Pieces of [`budget::LAYER_CHUNK_BYTES`] that are read before somebody asks for them: enough that neither waits for each of the other's.
const AHEAD: usize = 4;

/// What a thread tells.
enum Message {
    /// First of all.
    Head { status: u16, headers: Headers },
    /// Then what comes; one without bytes is the end.
    Piece(Vec<u8>),
    /// Instead of any of them.
    Failed(TransportError),
}

/// Content that a thread reads.
struct NativeContent {
    thread: Receiver<Message>,
    is_over: bool,
}

impl NativeContent {
    async fn message(&mut self) -> Result<Message, TransportError> {
        match poll_fn(|context| self.thread.poll_next(context)).await {
            Some(Message::Failed(error)) => Err(error),
            Some(message) => Ok(message),
            None => Err(TransportError::Unreachable { detail: "whoever read it has ended".into() }),
        }
    }
}

impl Content for NativeContent {
    async fn next(&mut self, piece: &mut Vec<u8>) -> Result<(), TransportError> {
        piece.clear();
        if !self.is_over
            && let Message::Piece(bytes) = self.message().await?
        {
            self.is_over = bytes.is_empty();
            *piece = bytes;
        }
        Ok(())
    }
}

impl Default for NativeTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for NativeTransport {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> {
        ready(self.exchange(&request))
    }

    async fn open(&self, request: Request, idle: Duration) -> Result<Opened<impl Content>, TransportError> {
        let (to, thread) = channel(AHEAD);
        let transport = self.clone();
        let read = move || {
            if let Err(error) = transport.deliver(&request, idle, &to) {
                to.send(Message::Failed(error));
            }
        };
        let unstarted = |error: io::Error| TransportError::Unreachable { detail: error.to_string() };
        thread::Builder::new().name("pullproof".into()).spawn(read).map_err(unstarted)?;
        let mut content = NativeContent { thread, is_over: false };
        loop {
            if let Message::Head { status, headers } = content.message().await? {
                return Ok(Opened { status, headers, followed_to: None, content });
            }
        }
    }
}

fn why(error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::Timeout(_) => TransportError::Timeout,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => TransportError::Timeout,
        error => TransportError::Unreachable { detail: error.to_string() },
    }
}
