//! The four kinds of trust data (`tuf/data` of Notary), read strictly and not yet believed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::delegation::Delegation;
use crate::content_trust::role;
use crate::content_trust::role::Role;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::digest::InvalidDigest;
use crate::json;
use crate::json::Members;
use crate::json::Place;
use crate::json::Value;
use crate::time::UnixTime;
use crate::tuf::InvalidMetadata;
use crate::tuf::canonical_json;

/// One signature, as it came.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) base64: String,
}

/// Who signed, and what: the envelope of every file.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// What the signatures are over: `signed`, written anew. Notary does the same, and hashes the received bytes.
    pub(super) canonical: Vec<u8>,
    pub(super) signatures: Vec<Signature>,
}

impl Signed {
    fn parse(document: &Members<'_>, signed: &Members<'_>) -> Result<Self, InvalidTrustData> {
        let entries = document.required("signatures")?.array()?;
        if entries.len() > budget::TUF_KEYS {
            return Err(InvalidMetadata::TooMany { what: "signatures", limit: budget::TUF_KEYS }.into());
        }
        let mut ids = BTreeSet::new();
        let mut signatures = Vec::with_capacity(entries.len());
        for entry in entries {
            let entry = entry.object()?;
            let string = |name| Ok::<_, InvalidTrustData>(entry.required(name)?.string()?.to_owned());
            let signature = Signature { id: string("keyid")?, method: string("method")?, base64: string("sig")? };
            if !ids.insert(signature.id.clone()) {
                return Err(InvalidMetadata::RepeatedKey { id: signature.id }.into());
            }
            signatures.push(signature);
        }
        Ok(Self { canonical: canonical_json::object(signed)?, signatures })
    }
}

/// What every kind has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// From 1.
    pub(super) version: u64,
    /// The first second in which it is no longer valid. Notary's instants have nanoseconds: here they end up to one second sooner.
    pub(super) expires: UnixTime,
}

impl Header {
    /// Whether it may still be used.
    pub(super) fn not_expired(&self, role: &str, now: UnixTime) -> Result<(), InvalidTrustData> {
        if self.expires > now {
            return Ok(());
        }
        Err(InvalidMetadata::Expired { role: role.to_owned(), expires: self.expires, now }.into())
    }
}

/// Reads one file of `kind` of at most `limit` bytes: its envelope, its header, and whatever `read` makes of the rest.
fn parse<T>(
    bytes: &[u8],
    kind: &'static str,
    role: &str,
    limit: usize,
    read: impl FnOnce(Header, &Members<'_>) -> Result<T, InvalidTrustData>,
) -> Result<(Signed, T), InvalidTrustData> {
    if bytes.len() > limit {
        return Err(InvalidMetadata::TooLarge { role: role.to_owned(), limit }.into());
    }
    let document = json::parse_object(bytes)?;
    let document = document.root();
    let members = document.required("signed")?.object()?;
    let found = members.required("_type")?.string()?;
    if found != kind {
        return Err(InvalidMetadata::Type { expected: kind, found: found.to_owned() }.into());
    }
    if !members.entries().all(|(_, value)| is_signable(value)) {
        return Err(InvalidTrustData::LargeNumber);
    }
    let text = members.required("expires")?.string()?;
    let time = || InvalidMetadata::Time { found: text.to_owned() };
    // RFC 3339 allows small letters; Go, which Notary is written in, does not.
    let expires = text.parse().ok().filter(|_| !text.contains(['t', 'z'])).ok_or_else(time)?;
    let version = members.required("version")?;
    let header = match version.unsigned()? {
        0 => return Err(InvalidMetadata::VersionZero { path: version.path().to_owned() }.into()),
        version => Header { version, expires },
    };
    Ok((Signed::parse(&document, &members)?, read(header, &members)?))
}

/// Whether Notary could verify it: every number is the same when it was a floating-point one for a while.
fn is_signable(value: &Value) -> bool {
    match value {
        Value::Integer(number) => number.unsigned_abs() <= 1 << 53,
        Value::Array(values) => values.iter().all(is_signable),
        Value::Object(object) => object.root().entries().all(|(_, value)| is_signable(value)),
        _ => true,
    }
}

/// Whose keys count for which role.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) header: Header,
    pub(super) itself: Role,
    pub(super) timestamp: Role,
    pub(super) snapshot: Role,
    pub(super) targets: Role,
}

impl Root {
    pub(super) fn parse(bytes: &[u8]) -> Result<(Signed, Self), InvalidTrustData> {
        parse(bytes, "Root", "root", budget::CONTENT_TRUST_ROOT_BYTES, |header, members| {
            let keys = role::keys(&members.required("keys")?.object()?)?;
            let roles = members.required("roles")?.object()?;
            let role = |name: &'static str| Role::parse(name, &roles.required(name)?.object()?, &keys);
            Ok(Self {
                header,
                itself: role("root")?,
                timestamp: role("timestamp")?,
                snapshot: role("snapshot")?,
                targets: role("targets")?,
            })
        })
    }
}

/// What one file says of another: its length and its hashes, SHA-256 among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaFile {
    length: usize,
    hashes: Vec<Digest>,
}

impl MetaFile {
    /// Of a file of trust data.
    fn parse(members: &Members<'_>) -> Result<Self, InvalidTrustData> {
        let missing = || InvalidMetadata::Hash { path: members.path().to_owned(), invalid: InvalidDigest::Unsupported };
        Ok(Self::parse_target(members)?.ok_or_else(missing)?)
    }

    /// Of what a tag stands for. `None` without a SHA-256: Docker refuses such a tag, and no other for it.
    fn parse_target(members: &Members<'_>) -> Result<Option<Self>, InvalidTrustData> {
        let length = members.required("length")?.unsigned()?;
        // What no machine can hold is no length of bytes that are there.
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let hashes = hashes(&members.required("hashes")?.object()?)?;
        let has_sha256 = hashes.first().is_some_and(|first| first.algorithm() == Algorithm::Sha256);
        Ok(has_sha256.then_some(Self { length, hashes }))
    }

    /// Refused if nobody should read that much: before anything is asked for.
    pub(super) fn within(self, name: &str, limit: usize) -> Result<Self, InvalidTrustData> {
        if self.length > limit {
            return Err(InvalidMetadata::TooLarge { role: name.to_owned(), limit }.into());
        }
        Ok(self)
    }

    /// How many bytes it has: what is a limit to Notary is exact here. That of a file of trust data is never above the limit of its kind.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Its SHA-256, which stands in its address: `snapshot.c097….json`.
    pub fn digest(&self) -> Digest {
        *self.hashes.first().expect("`parse_target` wants SHA-256, which `hashes` puts first")
    }

    /// Every hash of it that can be computed here, SHA-256 first.
    pub(super) fn hashes(&self) -> &[Digest] {
        &self.hashes
    }

    /// Compares bytes with length and hashes, before anything is read from them.
    pub(super) fn compare(&self, name: &str, bytes: &[u8]) -> Result<(), InvalidTrustData> {
        if self.length != bytes.len() {
            return Err(InvalidMetadata::Length { name: name.to_owned(), expected: self.length, found: bytes.len() }.into());
        }
        for expected in &self.hashes {
            let found = Digest::of(expected.algorithm(), bytes);
            if found != *expected {
                return Err(InvalidMetadata::Digest { name: name.to_owned(), expected: *expected, found }.into());
            }
        }
        Ok(())
    }
}

/// In base64, by function; SHA-256 comes first. Functions that are not known here are passed over.
fn hashes(members: &Members<'_>) -> Result<Vec<Digest>, InvalidTrustData> {
    let mut found = Vec::new();
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha384] {
        let Some(place) = members.optional(algorithm.name())? else { continue };
        found.push(hash(algorithm, &place)?);
    }
    Ok(found)
}

fn hash(algorithm: Algorithm, place: &Place<'_>) -> Result<Digest, InvalidTrustData> {
    let refused = |invalid| InvalidMetadata::Hash { path: place.path().to_owned(), invalid };
    let bytes = Base64::decode_vec(place.string()?).map_err(|_| refused(InvalidDigest::Format))?;
    Ok(Digest::from_bytes(algorithm, &bytes).ok_or_else(|| refused(InvalidDigest::Length))?)
}

/// Which snapshot is the current one.
#[derive(Clone, Debug)]
pub(super) struct Timestamp {
    pub(super) header: Header,
    pub(super) snapshot: MetaFile,
}

impl Timestamp {
    pub(super) fn parse(bytes: &[u8]) -> Result<(Signed, Self), InvalidTrustData> {
        parse(bytes, "Timestamp", "timestamp", budget::CONTENT_TRUST_TIMESTAMP_BYTES, |header, members| {
            let snapshot = members.required("meta")?.object()?.required("snapshot")?.object()?;
            Ok(Self { header, snapshot: MetaFile::parse(&snapshot)?.within("snapshot", budget::TUF_SNAPSHOT_BYTES)? })
        })
    }
}

/// Which files belong together: the root, and those of all targets roles. Unlike TUF's it names no versions.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) header: Header,
    /// By role.
    pub(super) meta: BTreeMap<String, MetaFile>,
}

impl Snapshot {
    pub(super) fn parse(bytes: &[u8]) -> Result<(Signed, Self), InvalidTrustData> {
        parse(bytes, "Snapshot", "snapshot", budget::TUF_SNAPSHOT_BYTES, |header, members| {
            let files = members.required("meta")?.object()?;
            let meta = files.places().map(|(role, file)| {
                let file = MetaFile::parse(&file.object()?)?.within(role, budget::TUF_TARGETS_BYTES)?;
                Ok((role.to_owned(), file))
            });
            let meta: BTreeMap<_, _> = meta.collect::<Result<_, InvalidTrustData>>()?;
            for role in ["root", "targets"] {
                if !meta.contains_key(role) {
                    return Err(InvalidMetadata::Unlisted { by: "snapshot".into(), name: role.to_owned() }.into());
                }
            }
            Ok(Self { header, meta })
        })
    }
}

/// Tags with what they stand for, and whom else to ask: of the top-level role or of a delegated one.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    pub(super) header: Header,
    /// By tag; `None` for one without a SHA-256.
    pub(super) listed: BTreeMap<String, Option<MetaFile>>,
    /// In the order in which they stand.
    pub(super) delegations: Vec<Arc<Delegation>>,
}

impl Targets {
    /// Those of `role`, which says what its delegations may be called.
    pub(super) fn parse(role: &str, bytes: &[u8]) -> Result<(Signed, Self), InvalidTrustData> {
        parse(bytes, "Targets", role, budget::TUF_TARGETS_BYTES, |header, members| {
            let listed = members.required("targets")?.object()?;
            let listed = listed.places().map(|(tag, target)| Ok((tag.to_owned(), MetaFile::parse_target(&target.object()?)?)));
            let listed = listed.collect::<Result<_, InvalidTrustData>>()?;
            let delegations = members.optional("delegations")?.map(|place| Delegation::parse_all(role, &place.object()?)).transpose()?;
            Ok(Self { header, listed, delegations: delegations.unwrap_or_default() })
        })
    }
}
