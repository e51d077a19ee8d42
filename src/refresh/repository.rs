//! Where a repository is, and under which addresses its files are.

use core::fmt;
use core::fmt::Write as _;
use std::borrow::Cow;

use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::registry::url::Url;
use crate::registry::url::is_loopback;
use crate::tuf::Target;
use crate::tuf::TargetPath;

/// A repository: where it is, and the root by which it is trusted.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Without a slash at its end.
    url: String,
    pub(super) root: Cow<'static, [u8]>,
}

impl Repository {
    /// `url` is where its metadata is, `https://tuf-repo-cdn.sigstore.dev`; its targets are below that, in `targets/`. `root` is a root
    /// that is trusted because it came with the program.
    pub fn new(url: &str, root: impl Into<Cow<'static, [u8]>>) -> Result<Self, InvalidRepository> {
        let parsed = Url::parse(url).filter(|parsed| url.starts_with("https:") || is_loopback(parsed.host()));
        match parsed.filter(|_| !url.contains('?')) {
            Some(_) => Ok(Self { url: url.trim_end_matches('/').to_owned(), root: root.into() }),
            None => Err(InvalidRepository { found: url.to_owned() }),
        }
    }

    /// Under which name the state of a target is stored.
    pub(super) fn key(&self, path: &TargetPath) -> String {
        format!("tuf-{}", Digest::of(Algorithm::Sha256, format!("{}\n{path}", self.url).as_bytes()).encoded())
    }

    /// The address of a role's metadata.
    pub(super) fn metadata(&self, version: Option<u64>, role: &str) -> String {
        let role = escape(role);
        match version {
            Some(version) => format!("{}/{version}.{role}.json", self.url),
            None => format!("{}/{role}.json", self.url),
        }
    }

    /// The address of a target: its hash goes before the last part of its path (section 6.2).
    pub(super) fn target(&self, target: &Target, consistent_snapshot: bool) -> String {
        let mut parts: Vec<String> = target.path().as_str().split('/').map(escape).collect();
        if let (Some(name), true) = (parts.last_mut(), consistent_snapshot) {
            *name = format!("{}.{name}", target.digest().encoded());
        }
        format!("{}/targets/{}", self.url, parts.join("/"))
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
