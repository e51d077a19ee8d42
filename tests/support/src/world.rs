//! The network in memory: carries requests to hosts by their origin, refuses all others, and remembers what was asked.
//!
//! As a program sees it, redirects are answers like any other. As a page sees it ([`World::browser`]), the browser follows them,
//! and keeps back whatever the hosts did not allow the page to read. Nothing ever waits: what would hang is a timeout at once.

mod browser;
mod pieces;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use pullproof::transport::Content;
use pullproof::transport::Headers;
use pullproof::transport::Opened;
use pullproof::transport::Request;
use pullproof::transport::Response;
use pullproof::transport::Transport;
use pullproof::transport::TransportError;

use crate::http::Answer;
use crate::http::Body;
use crate::http::Host;
use crate::http::Log;
use crate::http::Received;
use crate::registry::FakeRegistry;
use pieces::Pieces;

/// Hosts by origin. Clones share hosts and log.
#[derive(Clone, Default)]
pub struct World {
    hosts: BTreeMap<String, Arc<dyn Host>>,
    log: Log,
    page: Option<String>,
}

impl World {
    /// A world without hosts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a registry under `host[:port]`: on https, or on http where the host is this machine.
    #[must_use]
    pub fn registry(self, authority: &str, registry: FakeRegistry) -> Self {
        self.host(authority, registry)
    }

    /// Adds any host under `host[:port]`: on https, or on http where the host is this machine.
    #[must_use]
    pub fn host(self, authority: &str, host: impl Host + 'static) -> Self {
        let scheme = if is_loopback(authority) { "http" } else { "https" };
        self.at(&format!("{scheme}://{authority}"), host)
    }

    /// Adds a host under `scheme://host[:port]`.
    #[must_use]
    pub fn at(mut self, origin: &str, host: impl Host + 'static) -> Self {
        self.hosts.insert(normal_origin(origin), Arc::new(host));
        self
    }

    /// The same world as a page of `origin` sees it.
    #[must_use]
    pub fn browser(mut self, origin: &str) -> Self {
        self.page = Some(normal_origin(origin));
        self
    }

    /// Every request so far, oldest first, also those to hosts that do not exist.
    pub fn requests(&self) -> Vec<Received> {
        self.log.requests()
    }

    /// Every request so far to `host[:port]`.
    pub fn requests_to(&self, authority: &str) -> Vec<Received> {
        self.requests().into_iter().filter(|request| request.authority() == authority).collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.log.clear();
    }

    /// Carries one request to its host.
    fn deliver(&self, request: &Received) -> Result<Answer, TransportError> {
        self.log.record(request);
        match self.hosts.get(&normal_origin(request.origin())) {
            Some(host) => Ok(host.answer(request)),
            None => Err(TransportError::Unreachable { detail: format!("the world has no host {}", request.origin()) }),
        }
    }
}

impl Transport for World {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let limit = request.max_length;
        if let Some(page) = &self.page {
            return browser::fetch(self, page, request);
        }
        let request = received(request);
        let answer = self.deliver(&request)?;
        response(&request, &answer, limit)
    }

    async fn open(&self, request: Request, _: Duration) -> Result<Opened<impl Content>, TransportError> {
        let limit = request.max_length;
        if self.page.is_some() {
            let Response { status, headers, body, followed_to } = self.send(request).await?;
            return Ok(Opened { status, headers, followed_to, content: Pieces::of(body, limit, status) });
        }
        let request = received(request);
        let answer = self.deliver(&request)?;
        let status = answer.status;
        let content = match &answer.body {
            Body::Silence => return Err(TransportError::Timeout),
            Body::Stalls(first) => Pieces::of(first.clone(), limit, status).ending_in(TransportError::Timeout),
            Body::Endless { first, then } => Pieces::of(first.clone(), limit, status).repeating(then),
            // A bomb on the way is found out where it is decoded, which is one place in this world.
            Body::Bytes(_) if answer.header("content-encoding").is_some() => Pieces::of(content(&request, &answer, limit)?, limit, status),
            // There is no time in this world.
            Body::Bytes(bytes) | Body::Paced { bytes, .. } => Pieces::of(bytes.clone(), limit, status),
        };
        let headers = headers(&answer);
        Ok(Opened { status, headers, followed_to: None, content })
    }
}

fn headers(answer: &Answer) -> Headers {
    let length = (!matches!(answer.body, Body::Endless { .. } | Body::Stalls(_))).then(|| answer.bytes().len());
    let length = length.map(|length| ("Content-Length".to_owned(), length.to_string()));
    answer.headers.iter().cloned().chain(length).collect()
}

fn received(request: Request) -> Received {
    let headers = request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Received { method: request.method.name().into(), url: request.url, headers, body: request.body }
}

/// What arrives of an answer.
fn response(request: &Received, answer: &Answer, limit: u64) -> Result<Response, TransportError> {
    let body = content(request, answer, limit)?;
    Ok(Response { status: answer.status, headers: headers(answer), body, followed_to: None })
}

/// Reads the content, decoded and up to the limit, as [`Transport`] promises.
fn content(request: &Received, answer: &Answer, limit: u64) -> Result<Vec<u8>, TransportError> {
    let too_large = TransportError::TooLarge { limit, status: answer.status };
    let within_limit = |bytes: Vec<u8>| if bytes.len() as u64 > limit { Err(too_large.clone()) } else { Ok(bytes) };
    match &answer.body {
        Body::Silence => Err(TransportError::Timeout),
        _ if request.method == "HEAD" => Ok(Vec::new()),
        Body::Endless { .. } => Err(too_large),
        Body::Stalls(first) => within_limit(first.clone()).and(Err(TransportError::Timeout)),
        Body::Bytes(bytes) if answer.header("content-encoding") == Some("gzip") => {
            let mut decoded = Vec::new();
            let read = flate2::read::GzDecoder::new(bytes.as_slice()).take(limit + 1).read_to_end(&mut decoded);
            read.map_err(|error| TransportError::Unreachable { detail: error.to_string() })?;
            within_limit(decoded)
        }
        Body::Bytes(bytes) | Body::Paced { bytes, .. } => within_limit(bytes.clone()),
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}

/// Lower case, without the port that the scheme implies.
fn normal_origin(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    let implied = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(implied).unwrap_or(&origin).to_owned()
}

#[cfg(test)]
mod tests;
