//! Cross-origin resource sharing: which headers a host sends to pages, and how it answers their preflights.
//!
//! The distribution specification does not mention browsers, so every registry does this differently. The policies here are those
//! that were seen in the wild; that a browser draws the right conclusions from them is [`World::browser`](crate::World::browser)'s
//! part, or a real browser's in front of a [`Server`](crate::Server).

use crate::http::Answer;
use crate::http::Received;

/// What a host tells pages of other origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// `Access-Control-Allow-Origin`; nothing at all is sent without it.
    pub allow_origin: Option<&'static str>,
    /// `Access-Control-Allow-Headers`.
    pub allow_headers: &'static str,
    /// `Access-Control-Expose-Headers`.
    pub expose_headers: &'static str,
    /// Whether a preflight must be authenticated like any other request. Browsers cannot do that.
    pub preflight_needs_authentication: bool,
    /// Whether blobs are as readable as manifests.
    pub blobs: bool,
    /// Whether the router's own answers, such as 404 for a path it does not know, carry the headers too.
    pub router: bool,
}

impl Cors {
    /// Docker Hub, ghcr.io, quay.io and nearly all others: pages are not served.
    pub const fn none() -> Self {
        Self {
            allow_origin: None,
            allow_headers: "",
            expose_headers: "",
            preflight_needs_authentication: false,
            blobs: false,
            router: false,
        }
    }

    /// registry 2 and 3 with `http.headers` configured for pages. With any authentication they still refuse every preflight
    /// (distribution/distribution#4458).
    pub const fn distribution() -> Self {
        Self {
            allow_origin: Some("*"),
            allow_headers: "Authorization, Accept, Range",
            expose_headers: "Docker-Content-Digest, WWW-Authenticate, Link",
            preflight_needs_authentication: true,
            blobs: true,
            router: false,
        }
    }

    /// zot out of the box, and ttl.sh: no `Accept` of more than 128 bytes, nothing exposed, no blobs.
    pub const fn zot() -> Self {
        Self {
            allow_origin: Some("*"),
            allow_headers: "Authorization,content-type,X-ZOT-API-CLIENT",
            expose_headers: "",
            preflight_needs_authentication: false,
            blobs: false,
            router: false,
        }
    }

    /// Everything a page could wish for; no registry is known to do all of it.
    pub const fn open() -> Self {
        Self {
            allow_origin: Some("*"),
            allow_headers: "Authorization, Accept, Content-Type, Range",
            expose_headers: "Docker-Content-Digest, WWW-Authenticate, Link, Location, Retry-After, Warning, OCI-Filters-Applied, Content-Encoding, Pullproof-Relay-Error",
            preflight_needs_authentication: false,
            blobs: true,
            router: true,
        }
    }

    /// Adds the headers to an answer.
    #[must_use]
    pub fn dress(&self, request: &Received, answer: Answer) -> Answer {
        let Some(origin) = self.allow_origin else { return answer };
        let bare = answer.from_router && !self.router || request.path().contains("/blobs/") && !self.blobs;
        if bare || request.header("origin").is_none() {
            return answer;
        }
        let answer = answer.with("Access-Control-Allow-Origin", origin);
        if self.expose_headers.is_empty() { answer } else { answer.with("Access-Control-Expose-Headers", self.expose_headers) }
    }

    /// Answers an `OPTIONS` request of somebody who needed no authentication, or had it.
    pub fn preflight(&self, request: &Received) -> Answer {
        if self.allow_origin.is_none() {
            return Answer::router(405, "text/plain; charset=utf-8", "Method Not Allowed\n");
        }
        let granted = Answer::new(200, "text/plain", "")
            .with("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS")
            .with("Access-Control-Allow-Headers", self.allow_headers);
        self.dress(request, granted)
    }
}
