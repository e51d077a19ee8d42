//! Shorthands for the behaviours that tests use most: on manifests unless the name says otherwise.

use super::FakeRegistry;
use super::On;
use crate::behaviour;
use crate::image::Image;

impl FakeRegistry {
    /// Lies in `Docker-Content-Digest`.
    #[must_use]
    pub fn lying_digest_header(self) -> Self {
        self.behave(On::manifests(), behaviour::lying_digest_header())
    }

    /// Sends no `Docker-Content-Digest`.
    #[must_use]
    pub fn without_digest_header(self) -> Self {
        self.behave(On::manifests(), behaviour::without_digest_header())
    }

    /// Serves `first` when the tag is asked for and, whatever digest is asked for then, `then`.
    #[must_use]
    pub fn serving_by_digest(self, repository: &str, then: &Image) -> Self {
        self.behave(On::manifests_by_digest().of(repository), behaviour::serving(&then.root))
    }

    /// Tells the digest of another image to `HEAD` than it serves to `GET`.
    #[must_use]
    pub fn lying_to_head(self, other: &Image) -> Self {
        self.behave(On::manifests(), behaviour::on_method("HEAD", behaviour::digest_header(&other.digest().to_string())))
    }

    /// Sends blobs for the client to fetch elsewhere.
    #[must_use]
    pub fn blobs_elsewhere(self, origin: &str) -> Self {
        self.behave(On::blobs(), behaviour::redirect_to_origin(origin))
    }

    /// Sends manifests for the client to fetch elsewhere.
    #[must_use]
    pub fn manifests_elsewhere(self, origin: &str) -> Self {
        self.behave(On::manifests(), behaviour::redirect_to_origin(origin))
    }

    /// Never stops sending manifests.
    #[must_use]
    pub fn endless(self) -> Self {
        self.behave(On::manifests(), behaviour::endless())
    }

    /// Never answers.
    #[must_use]
    pub fn silent(self) -> Self {
        self.behave(On::everything(), behaviour::silent())
    }

    /// Refuses with 429.
    #[must_use]
    pub fn too_many_requests(self, retry_after: Option<&str>) -> Self {
        self.behave(On::everything(), behaviour::too_many_requests(retry_after))
    }
}
