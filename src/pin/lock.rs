//! `pullproof.lock`: which digest a tag had, and on whose word, so that it can be seen later whether it has moved.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::reference::Reference;
use crate::report::Via;
use crate::time::UnixTime;

/// The only version of the format.
const VERSION: i64 = 1;

/// What was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lock {
    /// 1.
    pub lock_version: i64,
    /// By normalised name and tag: `docker.io/library/nginx:1.27`.
    pub images: BTreeMap<String, Resolved>,
}

/// What a tag stood for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    /// What is pinned: the digest of the tag's own document, or of one platform's manifest if that was asked for.
    pub digest: Digest,
    /// Of the pinned document.
    pub media_type: String,
    /// Of the pinned document, in bytes.
    pub size: u64,
    /// The platform that was asked for.
    pub platform: Option<String>,
    /// The index that the tag stands for, if it stands for one.
    pub index_digest: Option<Digest>,
    /// The manifest for the platform (linux/amd64 unless one was asked for), as the index names it.
    pub platform_digest: Option<Digest>,
    /// The host that said what the tag stands for.
    pub told_by: String,
    /// How it said so.
    pub via: Via,
    /// The relay in between.
    pub relay: Option<String>,
    /// When.
    pub resolved_at: UnixTime,
    /// Whose signatures were verified when it was pinned: `issuer subject`, or the ID of a key. Nobody's were looked for without a policy that
    /// asks for some.
    pub signers: Vec<String>,
}

impl Lock {
    /// Reads a lock strictly: what this version does not know is refused, because it would be lost when the file is written again.
    pub fn parse(text: &str) -> Result<Self, InvalidLock> {
        let document = json::parse_object(text.as_bytes())?;
        let root = document.root();
        let lock_version = root.required("lockVersion")?.integer()?;
        if lock_version != VERSION {
            return Err(InvalidLock::Version { found: lock_version });
        }
        only(&root, &["lockVersion", "images"])?;
        let mut images = BTreeMap::new();
        for (name, place) in root.required("images")?.object()?.places() {
            let known =
                Reference::parse(name).is_ok_and(|image| image.tag().is_some() && image.digest().is_none() && image.to_string() == name);
            if !known {
                return Err(InvalidLock::Name { found: name.to_owned() });
            }
            images.insert(name.to_owned(), read(&place.object()?)?);
        }
        Ok(Self { lock_version, images })
    }
}

fn read(members: &Members<'_>) -> Result<Resolved, InvalidLock> {
    only(
        members,
        &["digest", "mediaType", "size", "platform", "indexDigest", "platformDigest", "toldBy", "via", "relay", "resolvedAt", "signers"],
    )?;
    let wrong = |name: &str, expected| InvalidLock::Value { path: format!("{}.{name}", members.path()), expected };
    let string = |name| members.required(name)?.string().map(str::to_owned);
    let digest = |name: &'static str| match members.optional_string(name)? {
        Some(text) => text.parse::<Digest>().map(Some).map_err(|_| wrong(name, "a digest")),
        None => Ok(None),
    };
    Ok(Resolved {
        digest: digest("digest")?.ok_or_else(|| wrong("digest", "a digest"))?,
        media_type: string("mediaType")?,
        size: members.required("size")?.unsigned()?,
        platform: members.optional_string("platform")?.map(str::to_owned),
        index_digest: digest("indexDigest")?,
        platform_digest: digest("platformDigest")?,
        told_by: string("toldBy")?,
        via: match string("via")?.as_str() {
            "direct" => Via::Direct,
            "relay" => Via::Relay,
            _ => return Err(wrong("via", "direct or relay")),
        },
        relay: members.optional_string("relay")?.map(str::to_owned),
        resolved_at: string("resolvedAt")?.parse().map_err(|_| wrong("resolvedAt", "a time as in RFC 3339"))?,
        signers: members.required("signers")?.array()?.iter().map(|place| place.string().map(str::to_owned)).collect::<Result<_, _>>()?,
    })
}

fn only(members: &Members<'_>, known: &[&str]) -> Result<(), InvalidLock> {
    match members.entries().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(InvalidLock::Unknown { path: members.path().to_owned(), found: name.to_owned() }),
        None => Ok(()),
    }
}

/// Why a text is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidLock {
    /// It is no strict JSON, or a value is of another type.
    Json(InvalidJson),
    /// It is a lock of another version.
    Version {
        /// Its version.
        found: i64,
    },
    /// A name is not normalised, or has no tag.
    Name {
        /// The name.
        found: String,
    },
    /// A member that this version does not know.
    Unknown {
        /// Where.
        path: String,
        /// Its name.
        found: String,
    },
    /// A value that means nothing.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl InvalidLock {
    /// The stable name of this refusal.
    pub const CODE: &'static str = "lock-invalid";
}

impl fmt::Display for InvalidLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(refusal) => refusal.fmt(f),
            Self::Version { found } => write!(f, "expected a lock of version {VERSION}, found version {found}"),
            Self::Name { found } => {
                write!(f, "expected normalised names with a tag, such as docker.io/library/nginx:1.27, found {}", excerpt(found, 200))
            }
            Self::Unknown { path, found } => write!(f, "expected no member {} in {}", excerpt(found, 80), excerpt(path, 200)),
            Self::Value { path, expected } => write!(f, "expected {} to be {expected}, found something else", excerpt(path, 200)),
        }
    }
}

impl core::error::Error for InvalidLock {}

impl From<InvalidJson> for InvalidLock {
    fn from(refusal: InvalidJson) -> Self {
        Self::Json(refusal)
    }
}
