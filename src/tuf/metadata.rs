//! The four kinds of metadata (sections 4.2 to 4.6), read strictly and not yet believed.

use std::sync::Arc;

use crate::budget;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::digest::InvalidDigest;
use crate::json;
use crate::json::Members;
use crate::time::UnixTime;
use crate::tuf::ByName;
use crate::tuf::InvalidMetadata;
use crate::tuf::canonical_json;
use crate::tuf::delegation::Delegation;
use crate::tuf::role;
use crate::tuf::role::Role;

/// Who signed, and what: the envelope of every file (section 4.2.1).
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// What the signatures are over.
    pub(super) canonical: Vec<u8>,
    /// By key ID, in the order they came.
    pub(super) signatures: Vec<(String, String)>,
}

impl Signed {
    /// The name of what was signed. Two files may be the same but for white space and signatures.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(Algorithm::Sha256, &self.canonical)
    }

    fn parse(document: &Members<'_>, signed: &Members<'_>) -> Result<Self, InvalidMetadata> {
        let entries = document.required("signatures")?.array()?;
        if entries.len() > budget::TUF_KEYS {
            return Err(InvalidMetadata::TooMany { what: "signatures", limit: budget::TUF_KEYS });
        }
        let mut ids = Vec::with_capacity(entries.len());
        let mut signatures = Vec::with_capacity(entries.len());
        for entry in entries {
            let entry = entry.object()?;
            let id = entry.required("keyid")?.string()?;
            // "The keyid MUST be unique in the signatures array".
            if ids.contains(&id) {
                return Err(InvalidMetadata::RepeatedKey { id: id.to_owned() });
            }
            ids.push(id);
            signatures.push((id.to_owned(), entry.required("sig")?.string()?.to_owned()));
        }
        Ok(Self { canonical: canonical_json::object(signed)?, signatures })
    }
}

/// What every kind has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// From 1.
    pub(super) version: u64,
    /// The first second in which it is no longer valid.
    pub(super) expires: UnixTime,
}

/// Reads one file of `kind` of at most `limit` bytes: its envelope, its header, and whatever `read` makes of the rest.
fn parse<T>(
    bytes: &[u8],
    kind: &'static str,
    limit: usize,
    read: impl FnOnce(Header, &Members<'_>) -> Result<T, InvalidMetadata>,
) -> Result<(Signed, T), InvalidMetadata> {
    if bytes.len() > limit {
        return Err(InvalidMetadata::TooLarge { role: kind.to_owned(), limit });
    }
    let document = json::parse_object(bytes)?;
    let document = document.root();
    let members = document.required("signed")?.object()?;
    let found = members.required("_type")?.string()?;
    if found != kind {
        return Err(InvalidMetadata::Type { expected: kind, found: found.to_owned() });
    }
    let specification = members.required("spec_version")?.string()?;
    if !is_known(specification) {
        return Err(InvalidMetadata::Specification { found: specification.to_owned() });
    }
    let expires = members.required("expires")?.string()?;
    let header =
        Header { version: version(&members)?, expires: expires.parse().map_err(|_| InvalidMetadata::Time { found: expires.to_owned() })? };
    Ok((Signed::parse(&document, &members)?, read(header, &members)?))
}

/// Versions 1.x of the specification; Sigstore's roots say `1.0`, where the specification has three numbers.
fn is_known(specification: &str) -> bool {
    let mut numbers = specification.split('.');
    let is_number = |text: &str| !text.is_empty() && text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.next() == Some("1") && numbers.clone().count() <= 2 && numbers.all(is_number)
}

/// "An integer that is greater than 0".
fn version(members: &Members<'_>) -> Result<u64, InvalidMetadata> {
    let place = members.required("version")?;
    match place.unsigned()? {
        0 => Err(InvalidMetadata::VersionZero { path: place.path().to_owned() }),
        version => Ok(version),
    }
}

/// Section 4.3.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) header: Header,
    /// Whether files carry their version or hash in their names (section 6.2).
    pub(super) consistent_snapshot: bool,
    pub(super) itself: Role,
    pub(super) timestamp: Role,
    pub(super) snapshot: Role,
    pub(super) targets: Role,
}

impl Root {
    pub(super) fn parse(bytes: &[u8]) -> Result<(Signed, Self), InvalidMetadata> {
        parse(bytes, "root", budget::TUF_ROOT_BYTES, |header, members| {
            let keys = role::keys(&members.required("keys")?.object()?)?;
            let roles = members.required("roles")?.object()?;
            let role = |name: &'static str| Role::parse(name, &roles.required(name)?.object()?, &keys);
            Ok(Self {
                header,
                consistent_snapshot: flag(members, "consistent_snapshot")?,
                itself: role("root")?,
                timestamp: role("timestamp")?,
                snapshot: role("snapshot")?,
                targets: role("targets")?,
            })
        })
    }
}

/// A boolean that is false where it is not there.
pub(super) fn flag(members: &Members<'_>, name: &'static str) -> Result<bool, InvalidMetadata> {
    Ok(members.optional(name)?.map_or(Ok(false), |place| place.boolean())?)
}

/// What one file of metadata says of another: its version, and possibly its bytes (section 4.4, METAFILES).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaFile {
    version: u64,
    length: Option<usize>,
    hashes: Vec<Digest>,
}

impl MetaFile {
    fn parse(members: &Members<'_>) -> Result<Self, InvalidMetadata> {
        Ok(Self {
            version: version(members)?,
            length: members.optional("length")?.map(|place| place.unsigned().map(saturating)).transpose()?,
            hashes: members.optional("hashes")?.map(|place| hashes(&place.object()?)).transpose()?.unwrap_or_default(),
        })
    }

    /// The version that the file has to have.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The most bytes to read of the file: its length where that is said, and never more than `limit`.
    pub fn limit(&self, limit: usize) -> usize {
        self.length.map_or(limit, |length| length.min(limit))
    }

    /// Compares the bytes with length and hashes, before anything is read from them (sections 5.5.2 and 5.6.2).
    pub(super) fn compare_bytes(&self, role: &str, bytes: &[u8]) -> Result<(), InvalidMetadata> {
        match self.length {
            Some(expected) if expected != bytes.len() => {
                Err(InvalidMetadata::Length { name: role.to_owned(), expected, found: bytes.len() })
            }
            _ => compare_hashes(role, &self.hashes, bytes),
        }
    }

    /// Compares the version that the file says it has (sections 5.5.4 and 5.6.4): else files that never were together could be mixed.
    pub(super) fn compare_version(&self, role: &str, found: u64) -> Result<(), InvalidMetadata> {
        if found == self.version {
            return Ok(());
        }
        Err(InvalidMetadata::Version { role: role.to_owned(), expected: self.version, found })
    }
}

/// A length as one of bytes that are there. What no machine can hold is no length of theirs.
pub(super) fn saturating(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Reads HASHES (section 4.4). Functions that are not known here are passed over, but not all of them may be.
pub(super) fn hashes(members: &Members<'_>) -> Result<Vec<Digest>, InvalidMetadata> {
    let mut hashes = Vec::new();
    for (function, place) in members.places() {
        match format!("{function}:{}", place.string()?).parse() {
            Ok(digest) => hashes.push(digest),
            Err(InvalidDigest::Unsupported) => {}
            Err(invalid) => return Err(InvalidMetadata::Hash { path: place.path().to_owned(), invalid }),
        }
    }
    if hashes.is_empty() {
        return Err(InvalidMetadata::Hash { path: members.path().to_owned(), invalid: InvalidDigest::Unsupported });
    }
    Ok(hashes)
}

/// Every hash has to be that of the bytes.
pub(super) fn compare_hashes(name: &str, hashes: &[Digest], bytes: &[u8]) -> Result<(), InvalidMetadata> {
    for expected in hashes {
        let found = Digest::of(expected.algorithm(), bytes);
        if found != *expected {
            return Err(InvalidMetadata::Digest { name: name.to_owned(), expected: *expected, found });
        }
    }
    Ok(())
}

/// Section 4.6.
#[derive(Clone, Debug)]
pub(super) struct Timestamp {
    pub(super) header: Header,
    pub(super) snapshot: MetaFile,
}

impl Timestamp {
    pub(super) fn parse(bytes: &[u8]) -> Result<(Signed, Self), InvalidMetadata> {
        parse(bytes, "timestamp", budget::TUF_TIMESTAMP_BYTES, |header, members| {
            let meta = members.required("meta")?.object()?;
            // "This MUST only include a description of the snapshot.json file".
            if let Some((name, _)) = meta.entries().find(|(name, _)| *name != "snapshot.json") {
                return Err(InvalidMetadata::Unlisted { by: "timestamp".into(), name: name.to_owned() });
            }
            Ok(Self { header, snapshot: MetaFile::parse(&meta.required("snapshot.json")?.object()?)? })
        })
    }
}

/// Section 4.4.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) header: Header,
    /// By role: `targets` for `targets.json`.
    pub(super) meta: ByName<MetaFile>,
}

impl Snapshot {
    pub(super) fn parse(bytes: &[u8], limit: usize) -> Result<(Signed, Self), InvalidMetadata> {
        parse(bytes, "snapshot", limit, |header, members| {
            let mut meta = ByName::default();
            for (name, file) in members.required("meta")?.object()?.places() {
                let role = name.strip_suffix(".json").ok_or_else(|| InvalidMetadata::Role { name: name.to_owned() })?;
                meta.insert(role, MetaFile::parse(&file.object()?)?);
            }
            Ok(Self { header, meta })
        })
    }

    /// What it says of a role's file.
    pub(super) fn file(&self, role: &str) -> Result<&MetaFile, InvalidMetadata> {
        self.meta.get(role).ok_or_else(|| InvalidMetadata::Unlisted { by: "snapshot".into(), name: role.to_owned() })
    }
}

/// Section 4.5: of the top-level role or of a delegated one.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    pub(super) header: Header,
    /// TARGETS, by path.
    pub(super) listed: ByName<Listed>,
    /// In the order in which they are asked.
    pub(super) delegations: Vec<Arc<Delegation>>,
}

/// What is said of a target.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) length: usize,
    pub(super) hashes: Vec<Digest>,
}

impl Targets {
    pub(super) fn parse(bytes: &[u8]) -> Result<(Signed, Self), InvalidMetadata> {
        parse(bytes, "targets", budget::TUF_TARGETS_BYTES, |header, members| {
            let mut listed = ByName::default();
            for (path, target) in members.required("targets")?.object()?.places() {
                let target = target.object()?;
                let length = saturating(target.required("length")?.unsigned()?);
                listed.insert(path, Listed { length, hashes: hashes(&target.required("hashes")?.object()?)? });
            }
            let delegations = members.optional("delegations")?.map(|place| Delegation::parse_all(&place.object()?)).transpose()?;
            Ok(Self { header, listed, delegations: delegations.unwrap_or_default() })
        })
    }
}
