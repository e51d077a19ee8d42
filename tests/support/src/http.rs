//! What the hosts of the world see and say. [`Host`] is the one interface: the registry, the token server, the storage host and
//! the relay are hosts; [`World`](crate::World) carries requests to them in memory, [`Server`](crate::Server) over real HTTP.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;

/// Anything that answers requests.
pub trait Host: Send + Sync {
    /// Answers one request. `HEAD` is answered as `GET` would be: whoever carries the answer leaves the content behind.
    fn answer(&self, request: &Received) -> Answer;
}

impl<H: Host + ?Sized> Host for Arc<H> {
    fn answer(&self, request: &Received) -> Answer {
        (**self).answer(request)
    }
}

/// A request as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// `GET`, `HEAD`, `POST`, or a browser's `OPTIONS`.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// Header fields in the order they came.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Vec<u8>,
}

impl Received {
    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// `scheme://host[:port]`.
    pub fn origin(&self) -> &str {
        let host = self.url.find("://").map_or(0, |at| at + 3);
        let end = self.url[host..].find(['/', '?', '#']).map_or(self.url.len(), |at| host + at);
        &self.url[..end]
    }

    /// `host[:port]`.
    pub fn authority(&self) -> &str {
        let origin = self.origin();
        origin.split_once("://").map_or(origin, |(_, authority)| authority)
    }

    /// The path, which starts with `/`.
    pub fn path(&self) -> &str {
        let rest = &self.url[self.origin().len()..];
        let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        if path.is_empty() { "/" } else { path }
    }

    /// Every value of a parameter of the query, percent-decoded, in order.
    pub fn query(&self, name: &str) -> Vec<String> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        form_values(query.split('#').next().unwrap_or(""), name)
    }

    /// Every value of a field of the form in the content.
    pub fn form(&self, name: &str) -> Vec<String> {
        form_values(&String::from_utf8_lossy(&self.body), name)
    }
}

impl fmt::Debug for Received {
    /// One line, so that a failed assertion on a list of requests reads like an access log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)?;
        self.headers.iter().try_for_each(|(name, value)| write!(f, " [{name}: {value}]"))
    }
}

/// What a host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header fields, without `Content-Length`: the carrier adds it.
    pub headers: Vec<(String, String)>,
    /// The content.
    pub body: Body,
    /// Whether this came from the router or proxy in front of the application, which knows nothing of the headers that the
    /// application was configured to send. That is why a browser cannot tell such a 404 from no answer at all.
    pub from_router: bool,
}

/// The content of an answer, or the lack of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// These bytes. With `Content-Encoding: gzip` they are the compressed ones.
    Bytes(Vec<u8>),
    /// These bytes, as over a line that carries so many a second.
    Paced {
        /// All of them.
        bytes: Vec<u8>,
        /// How many a second.
        per_second: u32,
    },
    /// `first` once, then `then` over and over.
    Endless {
        /// How it begins.
        first: Vec<u8>,
        /// How it goes on.
        then: Vec<u8>,
    },
    /// Headers and these bytes, then silence.
    Stalls(Vec<u8>),
    /// The connection is open, and nothing is ever said.
    Silence,
}

impl Answer {
    /// An answer of the application.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("Content-Type".into(), content_type.into())], body: Body::Bytes(body.into()), from_router: false }
    }

    /// An answer of whatever stands in front of the application.
    pub fn router(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { from_router: true, ..Self::new(status, content_type, body) }
    }

    /// Go's `http.NotFound`: what distribution says for a path that it does not route.
    pub fn not_routed() -> Self {
        Self::router(404, "text/plain; charset=utf-8", "404 page not found\n")
    }

    /// A JSON document.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// distribution-spec, "Error Codes".
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "errors": [{ "code": code, "message": message, "detail": null }] }))
    }

    /// Goes elsewhere.
    pub fn redirect(location: &str) -> Self {
        Self::new(307, "text/html; charset=utf-8", "").with("Location", location)
    }

    /// Adds a header field, or a second line of one.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Replaces a header field.
    #[must_use]
    pub fn replacing(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).with(name, value)
    }

    /// Removes a header field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    /// The first value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The content, where there is one that ends.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Bytes(bytes) | Body::Paced { bytes, .. } => bytes,
            Body::Endless { .. } | Body::Stalls(_) | Body::Silence => &[],
        }
    }
}

/// Every request of a world or a server, oldest first. Clones share one log.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<VecDeque<Received>>>);

impl Log {
    /// More than any test sends; a demo that runs for days must not grow without end.
    const CAPACITY: usize = 10_000;

    /// Writes one request down.
    pub fn record(&self, request: &Received) {
        let mut requests = self.0.lock().expect("nothing panics while it holds the log");
        if requests.len() == Self::CAPACITY {
            requests.pop_front();
        }
        requests.push_back(request.clone());
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Received> {
        self.0.lock().expect("nothing panics while it holds the log").iter().cloned().collect()
    }

    /// Forgets all requests so far.
    pub fn clear(&self) {
        self.0.lock().expect("nothing panics while it holds the log").clear();
    }
}

/// `application/x-www-form-urlencoded`, as far as registries use it.
fn form_values(form: &str, name: &str) -> Vec<String> {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (percent_decoded(key), percent_decoded(value)))
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value)
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[at], digits.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (b'+', _) => {
                decoded.push(b' ');
                at += 1;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_comes_apart_where_it_should() {
        let request = Received {
            method: "GET".into(),
            url: "https://auth.test:8443/token?service=a%20b&scope=repository%3Ax%2Fy%3Apull&scope=two+words".into(),
            headers: vec![("Accept".into(), "x".into())],
            body: b"grant_type=refresh_token&scope=a:b:pull".to_vec(),
        };
        assert_eq!(request.origin(), "https://auth.test:8443");
        assert_eq!(request.authority(), "auth.test:8443");
        assert_eq!(request.path(), "/token");
        assert_eq!(request.query("service"), ["a b"]);
        assert_eq!(request.query("scope"), ["repository:x/y:pull", "two words"]);
        assert_eq!(request.form("scope"), ["a:b:pull"]);
        assert_eq!(request.header("accept"), Some("x"));
    }

    #[test]
    fn a_url_without_a_path_has_the_root_path() {
        let request = Received { method: "GET".into(), url: "http://h?x=/y".into(), headers: vec![], body: vec![] };
        assert_eq!((request.origin(), request.path()), ("http://h", "/"));
    }
}
