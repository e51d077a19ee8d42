//! A transport for native programs: blocking, on `ureq`.
//!
//! Only behind the feature `native`. A program with a runtime of its own writes its own transport: it is one method.

use core::future::Future;
use core::future::ready;
use std::io;
use std::io::Read as _;
use std::time::Duration;

use ureq::Agent;
use ureq::BodyReader;
use ureq::http;

use crate::budget;
use crate::transport::Content;
use crate::transport::Headers;
use crate::transport::Opened;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;

/// Sends requests and waits for their answers on this thread: its futures are ready when they are returned.
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

    fn begin(&self, request: &Request, idle: Duration) -> Result<Opened<NativeContent>, TransportError> {
        let (parts, body) = self.ask(request, Some(idle))?.into_parts();
        let status = parts.status.as_u16();
        let content = NativeContent {
            reader: body.into_with_config().limit(u64::MAX).reader(),
            left: request.max_length,
            too_large: TransportError::TooLarge { limit: request.max_length, status },
        };
        Ok(Opened { status, headers: headers(&parts.headers), followed_to: None, content })
    }
}

fn headers(fields: &http::HeaderMap) -> Headers {
    fields.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}

/// Content that is read when somebody asks for it, on this thread.
struct NativeContent {
    reader: BodyReader<'static>,
    left: u64,
    too_large: TransportError,
}

impl NativeContent {
    fn read(&mut self, piece: &mut Vec<u8>) -> Result<(), TransportError> {
        piece.resize(budget::LAYER_CHUNK_BYTES, 0);
        let read = self.reader.read(piece).map_err(|error| why(ureq::Error::from(error)))?;
        piece.truncate(read);
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| self.too_large.clone())?;
        Ok(())
    }
}

impl Content for NativeContent {
    fn next(&mut self, piece: &mut Vec<u8>) -> impl Future<Output = Result<(), TransportError>> {
        ready(self.read(piece))
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

    fn open(&self, request: Request, idle: Duration) -> impl Future<Output = Result<Opened<impl Content>, TransportError>> {
        ready(self.begin(&request, idle))
    }
}

fn why(error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::Timeout(_) => TransportError::Timeout,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => TransportError::Timeout,
        error => TransportError::Unreachable { detail: error.to_string() },
    }
}
