//! Which trust server a collection is on, and what can be asked of it (`server/server.go` of Notary), as data.
//!
//! ```text
//! GET <server>/v2/<GUN>/_trust/tuf/timestamp.json          the newest
//! GET <server>/v2/<GUN>/_trust/tuf/3.root.json             the third
//! GET <server>/v2/<GUN>/_trust/tuf/targets.<SHA-256>.json  that which another file names
//! ```

use core::fmt;

use crate::budget;
use crate::content_trust::Gun;
use crate::content_trust::delegation;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::url::Url;
use crate::url::is_loopback;

/// Where collections are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustServer {
    base: Url,
    host: String,
    /// What stands before `/v2/`: Notary may live below a path of its host.
    prefix: String,
}

impl TrustServer {
    /// An address: `https`, or `http` on this machine.
    pub fn parse(text: &str) -> Result<Self, InvalidTrustServer> {
        let refused = || InvalidTrustServer { found: text.to_owned() };
        let base = Url::parse(text).ok_or_else(refused)?;
        let (scheme, rest) = text.split_once("://").ok_or_else(refused)?;
        let path = rest.split_once('/').map_or("", |(_, path)| path).trim_end_matches('/');
        let is_plain = path.split('/').all(is_segment) || path.is_empty();
        // A scheme in capitals is one that nobody writes.
        let is_safe = scheme == "https" || (scheme == "http" && is_loopback(&base.authority()));
        if !is_plain || !is_safe {
            return Err(refused());
        }
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { host: base.authority(), base, prefix })
    }

    /// That of a registry of which nothing else is known: Docker Hub's, or the registry itself (docker/cli, `trust.go`, `Server`).
    /// `None` where the registry's name is no host.
    pub fn of_registry(registry: &str) -> Option<Self> {
        let host = if registry == "docker.io" { "notary.docker.io" } else { registry };
        let scheme = if is_loopback(host) { "http" } else { "https" };
        Self::parse(&format!("{scheme}://{host}")).ok()
    }

    /// Without a slash at its end.
    pub fn address(&self) -> String {
        let scheme = if self.base.as_str().starts_with("https") { "https" } else { "http" };
        format!("{scheme}://{}{}", self.host, self.prefix)
    }

    /// The host, and the port where it is not the scheme's own.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where it answers.
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// What stands before `/v2/`, beginning with a slash; nothing, as a rule.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// Characters that need no escaping, and no `.` or `..`.
fn is_segment(segment: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    !segment.is_empty() && segment.bytes().all(is_safe) && segment != "." && segment != ".."
}

/// The text is no address of a trust server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTrustServer {
    /// The text.
    pub found: String,
}

impl InvalidTrustServer {
    /// The stable code.
    pub const CODE: &'static str = "trust-server-invalid";
}

impl fmt::Display for InvalidTrustServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected the https address of a trust server, without a query, found \"{}\"", excerpt(&self.found, 200))
    }
}

impl core::error::Error for InvalidTrustServer {}

/// One file of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustFile {
    /// `root`, `targets/releases`.
    pub role: String,
    /// Which of them.
    pub which: Which,
}

/// Which file of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest: the same address has another one tomorrow.
    Newest,
    /// That of a version.
    Version(u64),
    /// That with this SHA-256.
    Hash(Digest),
}

impl TrustFile {
    /// Behind the server's address. A GUN is not escaped.
    pub fn path(&self, gun: &str) -> String {
        let role = &self.role;
        let name = match self.which {
            Which::Newest => format!("{role}.json"),
            Which::Version(version) => format!("{version}.{role}.json"),
            Which::Hash(digest) => format!("{role}.{}.json", digest.encoded()),
        };
        format!("/v2/{gun}{MIDDLE}{name}")
    }

    /// The inverse of [`path`](Self::path), for a relay: the collection and the file, or `None` for any other path. Everything in it must be
    /// spelled as names of images and of roles are, so that nothing can be smuggled to the server.
    pub fn parse(path: &str) -> Option<(Gun, Self)> {
        let (gun, name) = path.strip_prefix("/v2/")?.split_once(MIDDLE)?;
        let gun = Gun::parse(gun).ok()?;
        let name = name.strip_suffix(".json")?;
        let (name, hash) = match name.rsplit_once('.') {
            Some((name, hash)) if hash.len() == 64 => (name, Some(format!("sha256:{hash}").parse().ok()?)),
            _ => (name, None),
        };
        let (version, role) = match name.split_once('.') {
            Some((version, role)) if hash.is_none() => (Some(version.parse().ok()?), role),
            _ => (None, name),
        };
        let file = Self {
            role: role.to_owned(),
            which: match (version, hash) {
                (Some(version), _) => Which::Version(version),
                (None, Some(hash)) => Which::Hash(hash),
                (None, None) => Which::Newest,
            },
        };
        (is_role(role) && file.path(gun.as_str()) == path).then_some((gun, file))
    }

    /// The most bytes to read of it.
    pub fn max_length(&self) -> u64 {
        let limit = match self.role.as_str() {
            "root" => budget::CONTENT_TRUST_ROOT_BYTES,
            "timestamp" => budget::CONTENT_TRUST_TIMESTAMP_BYTES,
            "snapshot" => budget::TUF_SNAPSHOT_BYTES,
            _ => budget::TUF_TARGETS_BYTES,
        };
        limit as u64
    }
}

const MIDDLE: &str = "/_trust/tuf/";

fn is_role(role: &str) -> bool {
    matches!(role, "root" | "snapshot" | "timestamp") || delegation::is_role(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_server_is_an_https_address_or_this_machine() {
        for (text, address, host) in [
            ("https://notary.example", "https://notary.example", "notary.example"),
            ("https://notary.example/", "https://notary.example", "notary.example"),
            ("https://notary.example:443", "https://notary.example", "notary.example"),
            ("https://Domain.example:4443/notary/", "https://domain.example:4443/notary", "domain.example:4443"),
            ("http://127.0.0.1:4480", "http://127.0.0.1:4480", "127.0.0.1:4480"),
        ] {
            let server = TrustServer::parse(text).unwrap();
            assert_eq!((server.address().as_str(), server.host()), (address, host), "{text}");
        }
        for text in [
            "",
            "notary.example",
            "http://notary.example",
            "https://notary.example/?a",
            "https://notary.example/a//b",
            "https://notary.example/a/../b",
            "https://notary.example/%2e",
            "https://u:p@notary.example",
            "https://notary.example/#a",
            "ftp://127.0.0.1",
        ] {
            assert_eq!(TrustServer::parse(text), Err(InvalidTrustServer { found: text.into() }), "{text}");
        }
    }

    #[test]
    fn the_server_of_a_registry_is_docker_hubs_or_its_own() {
        let of = |registry| TrustServer::of_registry(registry).unwrap().address();
        assert_eq!(of("docker.io"), "https://notary.docker.io");
        assert_eq!(of("myreg.azurecr.io"), "https://myreg.azurecr.io");
        assert_eq!(of("127.0.0.1:5000"), "http://127.0.0.1:5000");
    }

    #[test]
    fn only_paths_of_files_are_understood() {
        for (path, role) in [
            ("/v2/docker.io/library/nginx/_trust/tuf/root.json".to_owned(), "root"),
            ("/v2/docker.io/library/nginx/_trust/tuf/timestamp.json".to_owned(), "timestamp"),
            ("/v2/host.example:5000/x/_trust/tuf/3.root.json".to_owned(), "root"),
            (format!("/v2/docker.io/library/nginx/_trust/tuf/targets/releases.{HASH}.json"), "targets/releases"),
            (format!("/v2/docker.io/library/nginx/_trust/tuf/snapshot.{HASH}.json"), "snapshot"),
        ] {
            let (gun, file) = TrustFile::parse(&path).unwrap();
            assert_eq!((file.path(gun.as_str()), file.role.as_str()), (path, role));
        }
        for path in [
            "/v2/docker.io/library/nginx/_trust/tuf/",
            "/v2/docker.io/library/nginx/_trust/tuf/root",
            "/v2/docker.io/library/nginx/_trust/tuf/root.key",
            "/v2/docker.io/library/nginx/_trust/tuf/03.root.json",
            "/v2/docker.io/library/nginx/_trust/tuf/-3.root.json",
            "/v2/docker.io/library/nginx/_trust/tuf/snapshot.key",
            "/v2/docker.io/library/nginx/_trust/tuf/mirror.json",
            "/v2/docker.io/library/nginx/_trust/tuf/targets/Releases.json",
            "/v2/docker.io/library/nginx/_trust/tuf/targets/../root.json",
            "/v2/docker.io/library/nginx/_trust/tuf/targets//a.json",
            "/v2/docker.io/library/nginx/_trust/tuf/root.json?x=y",
            "/v2/docker.io/library/nginx/_trust/tuf/root.json/",
            "/v2/docker.io/library/nginx/_trust/tuf/root.deadbeef.json",
            "/v2/docker.io/library/nginx/_trust/tuf/%2e%2e/changefeed",
            "/v2/docker.io/library/nginx/_trust/tuf/targets/releases/../../../x/_trust/tuf/root.json",
            "/v2/docker.io/library/nginx/_trust/tuf/manifests/1.0",
            "/v2/docker.io/library/nginx/manifests/1.0",
            "/_notary_server/health",
            "/v2/docker.io/library/nginx/_trust/changefeed",
            "/v2/docker.io/nginx/_trust/tuf/root.json",
            "/v2/nginx/_trust/tuf/root.json",
            "/v2/docker.io/library/../x/_trust/tuf/root.json",
            "/v2/_trust/changefeed",
        ] {
            assert_eq!(TrustFile::parse(path), None, "{path}");
        }
        let upper = format!("/v2/docker.io/library/nginx/_trust/tuf/snapshot.{}.json", HASH.to_uppercase());
        assert_eq!(TrustFile::parse(&upper), None);
    }
}
