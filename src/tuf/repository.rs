//! Where a repository is, and under which addresses its files are.

use core::fmt;
use core::fmt::Write as _;
use std::borrow::Cow;

use fluent_uri::Uri;
use fluent_uri::component::Host;

use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::tuf::Target;

/// A repository: where it is, and the root by which it is trusted.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where its metadata is, without a slash at its end.
    url: String,
    /// Where its targets are, likewise.
    targets: String,
    /// What its state is stored under.
    key: String,
    /// Whether that is a name of ours.
    named: bool,
    root: Cow<'static, [u8]>,
}

impl Repository {
    /// `url` is where its metadata is, `https://tuf-repo-cdn.sigstore.dev`; its targets are below that, in `targets/`. `root` is a root
    /// that is trusted because it came with the program.
    pub fn new(url: &str, root: impl Into<Cow<'static, [u8]>>) -> Result<Self, InvalidRepository> {
        let (url, root) = (read_url(url)?, root.into());
        // Somebody else's root for the same address must not make us forget what was seen under ours.
        let key = format!("tuf-{}", Digest::of(Algorithm::Sha256, &[url.as_bytes(), b"\n", &root].concat()).encoded());
        Ok(Self { targets: format!("{url}/targets"), url, key, named: false, root })
    }

    /// The same, with its targets elsewhere.
    pub fn with_targets(mut self, url: &str) -> Result<Self, InvalidRepository> {
        self.targets = read_url(url)?;
        Ok(self)
    }

    /// The same, known by a name: what was seen of it outlives the root that comes with a version of this program.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.key = format!("tuf-{name}");
        self.named = true;
        self
    }

    /// Under which name what was seen of it is stored.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether it is known by a name, rather than by whatever address and root somebody gave.
    pub const fn is_named(&self) -> bool {
        self.named
    }

    /// The root by which it is trusted.
    pub fn root(&self) -> &[u8] {
        &self.root
    }

    /// The address of a role's metadata.
    pub fn metadata(&self, version: Option<u64>, role: &str) -> String {
        let role = escape(role);
        match version {
            Some(version) => format!("{}/{version}.{role}.json", self.url),
            None => format!("{}/{role}.json", self.url),
        }
    }

    /// The address of a target: its hash goes before the last part of its path (section 6.2).
    pub fn target(&self, target: &Target, consistent_snapshot: bool) -> String {
        let mut parts: Vec<String> = target.path().as_str().split('/').map(escape).collect();
        if let (Some(name), true) = (parts.last_mut(), consistent_snapshot) {
            *name = format!("{}.{name}", target.digest().encoded());
        }
        format!("{}/{}", self.targets, parts.join("/"))
    }
}

/// Without the slashes at its end. Only this machine is spoken to without TLS.
fn read_url(url: &str) -> Result<String, InvalidRepository> {
    let is_plain = |uri: &Uri<&str>| {
        let Some(authority) = uri.authority().filter(|authority| !authority.has_userinfo() && !authority.host().is_empty()) else {
            return false;
        };
        let host = authority.host_parsed();
        let is_loopback = matches!(host, Host::Ipv4(address) if address.is_loopback())
            || matches!(host, Host::Ipv6(address) if address.is_loopback())
            || authority.host().eq_ignore_ascii_case("localhost");
        let scheme = uri.scheme().as_str();
        !uri.has_query() && !uri.has_fragment() && (scheme == "https" || scheme == "http" && is_loopback)
    };
    match Uri::parse(url).ok().filter(is_plain) {
        Some(_) => Ok(url.trim_end_matches('/').to_owned()),
        None => Err(InvalidRepository { found: url.to_owned() }),
    }
}

/// A name as one part of a path: all but unreserved characters escaped (RFC 3986 section 2.3), `/` among them.
fn escape(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut escaped, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => write!(escaped, "%{byte:02X}").expect("writing to a String cannot fail"),
        }
        escaped
    })
}

/// The text is no address of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRepository {
    /// The text.
    pub found: String,
}

impl InvalidRepository {
    /// The stable code.
    pub const CODE: &'static str = "repository-invalid";
}

impl fmt::Display for InvalidRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected an https address without a query, found \"{}\"", excerpt(&self.found, 200))
    }
}

impl core::error::Error for InvalidRepository {}
