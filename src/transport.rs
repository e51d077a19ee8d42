//! The one door to the outside: a request goes in, an answer or the reason why there is none comes out.
//!
//! A transport never interprets an answer (a 404 is an answer) and never repeats a request. It keeps three promises: it reads no
//! more than [`Request::max_length`] bytes, it gives up after [`Request::timeout`], and it either leaves redirects alone (a 3xx
//! is an answer too) or, where the platform will not let it see them, follows them and says in [`Response::followed_to`] where
//! they led.

use core::fmt;
use core::future::Future;
use core::time::Duration;

use crate::budget;

/// Sends requests. The world in memory that the tests use is one; `fetch` is another.
pub trait Transport {
    /// Sends `request` once.
    // Not `Send`: a page and a Worker have one thread, and their futures hold JavaScript values.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>>;

    /// Sends `request` once, and hands over the content as it arrives: nothing is read before somebody asks for it. No piece may take longer
    /// than `idle`, and all of them no longer than [`Request::timeout`]; who drops the content has given up. Without a way of its own a
    /// transport holds all of it in memory first.
    fn open(&self, request: Request, idle: Duration) -> impl Future<Output = Result<Opened<impl Content>, TransportError>> {
        let _ = idle;
        async move {
            let Response { status, headers, body, followed_to } = self.send(request).await?;
            Ok(Opened { status, headers, followed_to, content: Whole { bytes: body, read: 0 } })
        }
    }
}

impl<T: Transport> Transport for &T {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> {
        (**self).send(request)
    }

    fn open(&self, request: Request, idle: Duration) -> impl Future<Output = Result<Opened<impl Content>, TransportError>> {
        (**self).open(request, idle)
    }
}

/// An answer, whatever its status, whose content is still to be read.
#[derive(Clone, Debug)]
pub struct Opened<C> {
    /// The status code.
    pub status: u16,
    /// Header fields in the order they came.
    pub headers: Headers,
    /// Where redirects led, if the transport could not help following some.
    pub followed_to: Option<String>,
    /// The content, after content decoding.
    pub content: C,
}

/// Content on its way.
pub trait Content {
    /// Puts the next bytes in the place of what is in `piece`: no more than [`budget::LAYER_CHUNK_BYTES`], and none at the end.
    fn next(&mut self, piece: &mut Vec<u8>) -> impl Future<Output = Result<(), TransportError>>;
}

/// Content that is here already.
struct Whole {
    bytes: Vec<u8>,
    read: usize,
}

impl Content for Whole {
    async fn next(&mut self, piece: &mut Vec<u8>) -> Result<(), TransportError> {
        let end = self.bytes.len().min(self.read + budget::LAYER_CHUNK_BYTES);
        piece.clear();
        piece.extend_from_slice(&self.bytes[self.read..end]);
        self.read = end;
        Ok(())
    }
}

/// RFC 9110 section 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Fetches the content.
    Get,
    /// Fetches the headers only.
    Head,
    /// Sends a form: only the OAuth 2 token exchange does.
    Post,
}

impl Method {
    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
        }
    }
}

/// What to ask, and how much of an answer to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// An absolute `http` or `https` URL.
    pub url: String,
    /// Header names are lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The content of a POST; empty otherwise.
    pub body: Vec<u8>,
    /// The most bytes of content to read, after content decoding. One more is [`TransportError::TooLarge`].
    pub max_length: u64,
    /// From sending the request to having read the last byte of the answer.
    pub timeout: Duration,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header fields in the order they came.
    pub headers: Headers,
    /// The content, after content decoding.
    pub body: Vec<u8>,
    /// Where redirects led, if the transport could not help following some.
    pub followed_to: Option<String>,
}

/// Header fields, RFC 9110 section 5. Names compare without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Every value of a field, one for each line it came in.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All fields, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Why there is no answer. `detail` is the platform's own wording: for people, never compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// No connection, no TLS, a broken answer — or, in a page, an answer that CORS keeps from us. A browser does not say which.
    Unreachable {
        /// The platform's wording.
        detail: String,
    },
    /// Not finished within [`Request::timeout`].
    Timeout,
    /// More content than [`Request::max_length`].
    TooLarge {
        /// The limit that was exceeded, in bytes.
        limit: u64,
        /// The status of the answer whose content it was.
        status: u16,
    },
    /// The caller gave up.
    Aborted,
}

impl TransportError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Timeout => "timeout",
            Self::TooLarge { .. } => "response-too-large",
            Self::Aborted => "aborted",
        }
    }
}

impl fmt::Display for TransportError {
    /// Leaves the platform's wording out, so that a report reads the same wherever it was made.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { .. } => f.write_str("no answer could be read"),
            Self::Timeout => f.write_str("the answer did not arrive in time"),
            Self::TooLarge { limit, .. } => write!(f, "expected at most {limit} bytes, found more"),
            Self::Aborted => f.write_str("the caller gave up"),
        }
    }
}

impl core::error::Error for TransportError {}
