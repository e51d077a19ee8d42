//! What can be asked of a registry, as data.

use crate::budget;
use crate::content_trust::TrustFile;
use crate::digest::Digest;
use crate::oci::MediaType;
use crate::reference::Reference;

/// One thing to read, of one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A manifest or index, by tag. The tag may also be one that stands for something attached.
    ManifestByTag(String),
    /// A manifest or index, by digest.
    ManifestByDigest(Digest),
    /// Any content, by digest.
    Blob(Digest),
    /// What is attached to a manifest.
    Referrers(Digest),
    /// A file of trust data, of a trust server: the repository is a GUN then.
    TrustData(TrustFile),
}

impl Endpoint {
    /// Its path. Both parts consist of characters that need no escaping.
    pub fn path(&self, repository: &str) -> String {
        match self {
            Self::ManifestByTag(tag) => format!("/v2/{repository}/manifests/{tag}"),
            Self::ManifestByDigest(digest) => format!("/v2/{repository}/manifests/{digest}"),
            Self::Blob(digest) => format!("/v2/{repository}/blobs/{digest}"),
            Self::Referrers(digest) => format!("/v2/{repository}/referrers/{digest}"),
            Self::TrustData(file) => file.path(repository),
        }
    }

    /// The inverse of [`path`](Self::path) for one registry: the repository and the endpoint, or `None` for any other path, those of trust
    /// data among them. Everything in it must be spelled as the grammar of references allows, so that nothing can be smuggled to the registry.
    pub fn parse(registry: &str, path: &str) -> Option<(String, Self)> {
        let (rest, last) = path.strip_prefix("/v2/")?.rsplit_once('/')?;
        let (repository, kind) = rest.rsplit_once('/')?;
        let digest = || last.parse().ok();
        let (endpoint, suffix) = match kind {
            "manifests" if last.contains(':') => (Self::ManifestByDigest(digest()?), format!("@{last}")),
            "manifests" => (Self::ManifestByTag(last.to_owned()), format!(":{last}")),
            "blobs" => (Self::Blob(digest()?), format!("@{last}")),
            "referrers" => (Self::Referrers(digest()?), format!("@{last}")),
            _ => return None,
        };
        let reference = Reference::parse(&format!("{registry}/{repository}{suffix}")).ok()?;
        (reference.registry() == registry && reference.repository() == repository).then(|| (repository.to_owned(), endpoint))
    }

    /// The most bytes to read of its answer.
    pub fn max_length(&self) -> u64 {
        match self {
            Self::Blob(_) => budget::CONFIG_BYTES,
            Self::TrustData(file) => file.max_length(),
            _ => budget::MANIFEST_BYTES,
        }
    }

    /// For messages.
    pub fn describe(&self, repository: &str) -> String {
        match self {
            Self::ManifestByTag(tag) => format!("{repository}:{tag}"),
            Self::ManifestByDigest(digest) => format!("{repository}@{digest}"),
            Self::Blob(digest) => format!("blob {digest} of {repository}"),
            Self::Referrers(digest) => format!("the referrers of {repository}@{digest}"),
            Self::TrustData(file) => format!("the trust data ({}) of {repository}", file.role),
        }
    }
}

/// Which manifests we say we understand. Never fewer than a pair: registry 2.8 answers anything less with schema 1, freshly signed at
/// every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// All four types, 193 bytes: a page's request would need a preflight, which zot and others refuse.
    All,
    /// The OCI pair, 82 bytes.
    Oci,
    /// The Docker pair, 110 bytes.
    Docker,
    /// The one type that a descriptor promises.
    Only(MediaType),
    /// An index of what is attached.
    OciIndex,
    /// Bytes.
    Anything,
}

impl Accept {
    /// The value of the `Accept` field, if one is sent.
    pub fn value(self) -> Option<String> {
        let names: &[MediaType] = match self {
            Self::All => &MediaType::ALL,
            Self::Oci => &[MediaType::OciIndex, MediaType::OciManifest],
            Self::Docker => &[MediaType::DockerList, MediaType::DockerManifest],
            Self::Only(media_type) => &[media_type],
            Self::OciIndex => &[MediaType::OciIndex],
            Self::Anything => return None,
        };
        Some(names.iter().map(|media_type| media_type.name()).collect::<Vec<_>>().join(","))
    }
}

/// The tag under which what is attached to `digest` is listed where a registry has no referrers API (distribution specification,
/// "Referrers Tag Schema"): the algorithm cut to 32 characters, the hash to 64.
pub fn referrers_tag(digest: Digest) -> String {
    let encoded = digest.encoded();
    format!("{}-{}", digest.algorithm().name(), &encoded[..encoded.len().min(64)])
}

/// The tag under which cosign keeps what belongs to `digest`: `sig` for signatures, `att` for attestations.
pub fn cosign_tag(digest: Digest, suffix: &str) -> String {
    format!("{}-{}.{suffix}", digest.algorithm().name(), digest.encoded())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    /// The Fetch standard's limit for a safelisted `Accept`: a page may send this much without asking first.
    const SAFELISTED: usize = 128;

    #[test]
    fn accept_over_128_bytes_is_only_sent_where_no_preflight_is_needed() {
        assert!(Accept::All.value().unwrap().len() > SAFELISTED);
        for accept in [Accept::Oci, Accept::Docker, Accept::OciIndex, Accept::Only(MediaType::DockerList)] {
            assert!(accept.value().unwrap().len() <= SAFELISTED, "{accept:?}");
        }
    }

    #[test]
    fn a_sha512_referrers_tag_is_cut_to_64_characters() {
        let digest = Digest::of(Algorithm::Sha512, b"");
        let tag = referrers_tag(digest);
        assert_eq!(tag, format!("sha512-{}", &digest.encoded()[..64]));
        assert_eq!(referrers_tag(Digest::of(Algorithm::Sha256, b"")).len(), "sha256-".len() + 64);
    }

    #[test]
    fn only_paths_of_the_grammar_are_understood() {
        let digest = Digest::of(Algorithm::Sha256, b"").to_string();
        for kind in ["manifests", "blobs", "referrers"] {
            let path = format!("/v2/team/app/{kind}/{digest}");
            let (repository, endpoint) = Endpoint::parse("registry.example", &path).unwrap();
            assert_eq!(endpoint.path(&repository), path);
        }
        assert!(Endpoint::parse("docker.io", "/v2/library/nginx/manifests/1.27").is_some());
        for path in [
            "/v2/",
            "/v2/_catalog",
            "/v2/manifests/1",
            "/v2/team/app/tags/list",
            "/v2/team/app/blobs/1.27",
            "/v2/team/app/blobs/uploads/",
            "/v2/team/app/manifests/",
            "/v2/team/app/manifests/1?x=y",
            "/v2/team/../app/manifests/1",
            "/v2/team%2fapp/manifests/1",
            "/v2/team//app/manifests/1",
            "/v2/Team/app/manifests/1",
            "/v1/team/app/manifests/1",
            "/v2/team/app/manifests/sha256:0",
            "https://evil.example/v2/team/app/manifests/1",
        ] {
            assert_eq!(Endpoint::parse("registry.example", path), None, "{path}");
        }
        // What the parser would complete to `library/nginx` is not the path that was asked for.
        assert_eq!(Endpoint::parse("docker.io", "/v2/nginx/manifests/1.27"), None);
    }
}
