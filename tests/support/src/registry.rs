//! A registry in memory. Out of the box it is honest, anonymous and follows the OCI distribution specification; every deviation is
//! one call, so that a test reads like the situation it tests.
//!
//! ```
//! use pullproof_world::FakeRegistry;
//! use pullproof_world::Image;
//! use pullproof_world::World;
//!
//! let image = Image::multi_platform();
//! let world = World::new().registry("registry.test", FakeRegistry::new().image("team/app", "v1", &image).lying_digest_header());
//! ```

mod dialect;
mod guard;
mod hostile;
mod pages;
mod referrers;
mod route;
mod store;

pub use dialect::Dialect;
pub use guard::Challenges;
pub use guard::Guard;
pub use route::On;

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::behaviour::Behaviour;
use crate::blob::Blob;
use crate::cors::Cors;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;
use crate::image::Image;
use crate::tokens::TokenServer;
use route::Route;
use store::Store;

/// A registry that can be honest or hostile.
#[derive(Default)]
pub struct FakeRegistry {
    store: Store,
    dialect: Dialect,
    guards: Vec<Guard>,
    tokens: Option<(String, TokenServer)>,
    trust: Option<Box<dyn Host>>,
    cors: Cors,
    referrers_api: bool,
    ignores_filter: bool,
    page_size: Option<usize>,
    behaviours: Vec<(On, Behaviour)>,
    /// Counts answers in schema 1, each of which is signed afresh.
    signatures: AtomicUsize,
}

/// What it holds.
impl FakeRegistry {
    /// An empty registry: anonymous, no CORS headers, with the referrers API.
    pub fn new() -> Self {
        Self { referrers_api: true, ..Self::default() }
    }

    /// Pushes an image, everything below it, and a tag for it.
    #[must_use]
    pub fn image(mut self, repository: &str, tag: &str, image: &Image) -> Self {
        self.store.push(repository, image);
        self.store.tag(repository, tag, &[image.digest()], 1);
        self
    }

    /// Pushes an image and everything below it without a tag.
    #[must_use]
    pub fn untagged(mut self, repository: &str, image: &Image) -> Self {
        self.store.push(repository, image);
        self
    }

    /// Pushes images and a tag that moves from each to the next after `every` requests for it, and from the last to the first.
    #[must_use]
    pub fn moving_tag(mut self, repository: &str, tag: &str, images: &[&Image], every: usize) -> Self {
        for image in images {
            self.store.push(repository, image);
        }
        let digests: Vec<_> = images.iter().map(|image| image.digest()).collect();
        self.store.tag(repository, tag, &digests, every);
        self
    }

    /// Attaches an artifact, which must name a subject, through the referrers API.
    #[must_use]
    pub fn attach(mut self, repository: &str, artifact: &Image) -> Self {
        self.store.push(repository, artifact);
        self
    }

    /// Attaches artifacts as a client does where there is no referrers API: lists them in an index under the fallback tag of their
    /// subject.
    #[must_use]
    pub fn attach_by_fallback_tag(mut self, repository: &str, subject: &Image, artifacts: &[&Image]) -> Self {
        for artifact in artifacts {
            self.store.push(repository, artifact);
        }
        let index = referrers::fallback_index(artifacts);
        self.image(repository, &crate::image::fallback_tag(subject.digest()), &index)
    }

    /// Pushes what cosign 2 would: a signature of `image` under its `.sig` tag.
    #[must_use]
    pub fn cosign_signature(self, repository: &str, image: &Image) -> Self {
        self.image(repository, &crate::image::cosign_tag(image.digest()), &crate::image::cosign_signature(repository, image))
    }

    /// Stores other bytes under the digest of `blob`, be it a manifest, a configuration or a layer.
    #[must_use]
    pub fn storing_instead(mut self, repository: &str, blob: &Blob, bytes: &[u8]) -> Self {
        self.store.replace(repository, blob, bytes);
        self
    }

    /// Stores the bytes of `blob` with one bit changed, so that they have the right length and still read as JSON.
    #[must_use]
    pub fn tampered(self, repository: &str, blob: &Blob) -> Self {
        let tampered = store::one_digit_changed(&blob.bytes);
        self.storing_instead(repository, blob, &tampered)
    }

    /// Loses the bytes of `blob`.
    #[must_use]
    pub fn losing(mut self, repository: &str, blob: &Blob) -> Self {
        self.store.lose(repository, blob);
        self
    }
}

/// How it speaks.
impl FakeRegistry {
    /// Negotiates as another registry does.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Asks for authentication.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Answers token requests itself, under `path`.
    #[must_use]
    pub fn tokens_at(mut self, path: &str, tokens: TokenServer) -> Self {
        self.tokens = Some((path.into(), tokens));
        self
    }

    /// Has a trust server behind the same address, which knows nothing of pages.
    #[must_use]
    pub fn trust_data(mut self, host: impl Host + 'static) -> Self {
        self.trust = Some(Box::new(host));
        self
    }

    /// Sends CORS headers.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }

    /// Has no referrers API: the router says 404 in plain text, as distribution does.
    #[must_use]
    pub fn without_referrers_api(mut self) -> Self {
        self.referrers_api = false;
        self
    }

    /// Lists tags and referrers in pages of this many.
    #[must_use]
    pub fn page_size(mut self, size: usize) -> Self {
        self.page_size = Some(size);
        self
    }

    /// Changes the answers to some requests. Several changes apply in the order in which they were asked for.
    #[must_use]
    pub fn behave(mut self, on: On, behaviour: Behaviour) -> Self {
        self.behaviours.push((on, behaviour));
        self
    }

    /// Claims filters but does not apply them to the list of referrers.
    #[must_use]
    pub fn ignoring_referrers_filter(mut self) -> Self {
        self.ignores_filter = true;
        self
    }

    fn honest_answer(&self, request: &Received, route: &Route) -> Answer {
        if request.method == "OPTIONS" && !self.cors.preflight_needs_authentication {
            return self.cors.preflight(request);
        }
        if let Some(denial) = self.guards.iter().find_map(|guard| guard.denial(request, route)) {
            return denial;
        }
        if request.method == "OPTIONS" {
            return self.cors.preflight(request);
        }
        match route {
            Route::Ping => Answer::json(200, &serde_json::json!({})),
            Route::Manifest { repository, reference } => self.manifest(request, repository, reference),
            Route::Blob { repository, digest } => self.blob(repository, digest),
            Route::Tags { repository } => self.tags(request, repository),
            Route::Referrers { repository, digest } if self.referrers_api => self.referrers(request, repository, digest),
            Route::Referrers { .. } | Route::Unknown => Answer::not_routed(),
        }
    }

    fn manifest(&self, request: &Received, repository: &str, reference: &str) -> Answer {
        let next_signature = || self.signatures.fetch_add(1, Ordering::Relaxed);
        match self.store.resolve(repository, reference) {
            Some(digest) => self.dialect.serve(&self.store, request, repository, reference, &digest, &next_signature),
            None if self.store.has(repository) => Answer::error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
            None => Answer::error(404, "NAME_UNKNOWN", "repository name not known to registry"),
        }
    }

    fn blob(&self, repository: &str, digest: &str) -> Answer {
        match self.store.blob(repository, digest) {
            Some(bytes) => Answer::new(200, "application/octet-stream", bytes).with("Docker-Content-Digest", digest),
            None => Answer::error(404, "BLOB_UNKNOWN", "blob unknown to registry"),
        }
    }

    fn tags(&self, request: &Received, repository: &str) -> Answer {
        if !self.store.has(repository) {
            return Answer::error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }
        let page = pages::page(request, self.store.tags(repository), self.page_size, String::as_str);
        page.linked(request, Answer::json(200, &serde_json::json!({ "name": repository, "tags": page.items })))
    }
}

impl Host for FakeRegistry {
    fn answer(&self, request: &Received) -> Answer {
        if let Some((_, tokens)) = self.tokens.as_ref().filter(|(path, _)| path == request.path()) {
            let answer = if request.method == "OPTIONS" { self.cors.preflight(request) } else { tokens.answer(request) };
            return self.cors.dress(request, answer);
        }
        if let Some(trust) = self.trust.as_ref().filter(|_| request.path().contains("/_trust/")) {
            return trust.answer(request);
        }
        let route = Route::of(request.path());
        let honest = self.honest_answer(request, &route);
        if request.method == "OPTIONS" {
            return honest;
        }
        let behaviours = self.behaviours.iter().filter(|(on, _)| on.covers(&route));
        let answer = behaviours.fold(honest, |answer, (_, behaviour)| behaviour.apply(request, answer));
        self.cors.dress(request, answer.replacing("Docker-Distribution-Api-Version", "registry/2.0"))
    }
}

#[cfg(test)]
mod tests;
