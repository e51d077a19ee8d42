//! Why metadata is refused: the repository's fault, or that of whoever stands between.

use core::fmt;

use crate::crypto::InvalidKey;
use crate::digest::Digest;
use crate::digest::InvalidDigest;
use crate::excerpt::excerpt;
use crate::json::InvalidJson;
use crate::time::UnixTime;

/// Characters of a name or a path that a message repeats.
const SHOWN: usize = 120;

/// Why metadata, or a file that it names, is refused. Sections are those of the TUF specification 1.0.34.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidMetadata {
    /// The bytes are not the ones that were named (sections 5.5.2, 5.6.2, 5.7.3).
    Digest {
        /// The role, or the path of a target.
        name: String,
        /// The hash that was named.
        expected: Digest,
        /// That of the bytes.
        found: Digest,
    },
    /// The same version was seen with other content: somebody is told one thing and somebody else another.
    Equivocation {
        /// The role.
        role: String,
        /// The version.
        version: u64,
    },
    /// It is no longer valid (sections 5.3.10, 5.4.4, 5.5.6, 5.6.5): a freeze attack, or nobody looks after the repository.
    Expired {
        /// The role.
        role: String,
        /// Since when.
        expires: UnixTime,
        /// When it was looked at.
        now: UnixTime,
    },
    /// A hash is no hexadecimal, of another length, or none is of a function that is known here.
    Hash {
        /// Where.
        path: String,
        /// Why.
        invalid: InvalidDigest,
    },
    /// It is no strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// A key of a known type cannot be read (section 4.2.2).
    Key {
        /// Its ID.
        id: String,
        /// Why.
        invalid: InvalidKey,
    },
    /// The bytes are more or fewer than was said (sections 5.5.1, 5.6.1, 5.7.3).
    Length {
        /// The role, or the path of a target.
        name: String,
        /// What was said.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A number that is no integer of 64 bits, which canonical JSON cannot hold (section 4.1).
    Number,
    /// A delegation says for which paths it is both ways, neither way, or in words that not everybody reads alike (section 4.5).
    Paths {
        /// The delegated role.
        role: String,
    },
    /// A key is listed twice in a role, or signed twice (sections 4.2.1 and 4.3).
    RepeatedKey {
        /// Its ID.
        id: String,
    },
    /// A name that cannot be a delegated role's: it is taken, or a top-level role's, or no file has it (section 4.5).
    Role {
        /// The name.
        name: String,
    },
    /// An older version than is known (sections 5.4.3, 5.5.5): a rollback attack.
    Rollback {
        /// The role.
        role: String,
        /// The version that is known.
        known: u64,
        /// The version that was found.
        found: u64,
    },
    /// A role's signature is no hexadecimal.
    Signature {
        /// The ID of its key.
        id: String,
    },
    /// It is written to another version of the specification than 1.x (section 4.3).
    Specification {
        /// The version.
        found: String,
    },
    /// Fewer of the role's keys signed than have to (sections 5.3.4, 5.4.2, 5.5.3, 5.6.3).
    Threshold {
        /// The role.
        role: String,
        /// How many have to.
        expected: usize,
        /// How many did; whether truly is not yet known.
        found: usize,
    },
    /// A threshold that nobody would have to meet.
    ThresholdZero {
        /// The role.
        role: String,
    },
    /// `expires` is no time.
    Time {
        /// What it is.
        found: String,
    },
    /// More bytes than any honest file has: an endless-data attack.
    TooLarge {
        /// The role, or the path of a target.
        role: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// More than any honest repository has.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Metadata of another kind.
    Type {
        /// What was asked for.
        expected: &'static str,
        /// What it says it is.
        found: String,
    },
    /// A role names a key that is not there (section 4.3).
    UnknownKey {
        /// The role.
        role: String,
        /// The key's ID.
        id: String,
    },
    /// A file is not listed where it has to be, or no longer, or listed where it must not be (sections 4.4, 4.6, 5.5.5).
    Unlisted {
        /// The role that lists files.
        by: String,
        /// The file.
        name: String,
    },
    /// Another version than the one that has to be (sections 5.3.5, 5.5.4, 5.6.4): a root was skipped, or files are mixed.
    Version {
        /// The role.
        role: String,
        /// The version that has to be.
        expected: u64,
        /// The version that was found.
        found: u64,
    },
    /// Versions are counted from 1 (section 4.3).
    VersionZero {
        /// Where.
        path: String,
    },
}

impl InvalidMetadata {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Digest { .. } => "metadata-digest-mismatch",
            Self::Equivocation { .. } => "metadata-equivocation",
            Self::Expired { .. } => "metadata-expired",
            Self::Json(invalid) => invalid.code(),
            Self::Key { .. } => InvalidKey::CODE,
            Self::Length { .. } => "metadata-length-mismatch",
            Self::Rollback { .. } => "metadata-rollback",
            Self::Threshold { .. } => "metadata-threshold-not-met",
            Self::TooLarge { .. } => "metadata-too-large",
            Self::TooMany { .. } => "too-many-entries",
            Self::Unlisted { .. } => "metadata-unlisted",
            Self::Version { .. } => "metadata-version-mismatch",
            Self::Hash { .. }
            | Self::Number
            | Self::Paths { .. }
            | Self::RepeatedKey { .. }
            | Self::Role { .. }
            | Self::Signature { .. }
            | Self::Specification { .. }
            | Self::ThresholdZero { .. }
            | Self::Time { .. }
            | Self::Type { .. }
            | Self::UnknownKey { .. }
            | Self::VersionZero { .. } => "metadata-invalid",
        }
    }
}

impl InvalidMetadata {
    /// Whether its sentence begins with the role or the file that it is about.
    pub(crate) const fn names_its_file(&self) -> bool {
        matches!(
            self,
            Self::Digest { .. }
                | Self::Equivocation { .. }
                | Self::Expired { .. }
                | Self::Length { .. }
                | Self::Rollback { .. }
                | Self::Threshold { .. }
                | Self::ThresholdZero { .. }
                | Self::TooLarge { .. }
                | Self::UnknownKey { .. }
                | Self::Unlisted { .. }
                | Self::Version { .. }
        )
    }
}

impl fmt::Display for InvalidMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| excerpt(text, SHOWN);
        match self {
            Self::Digest { name, expected, found } => {
                write!(f, "{}: expected bytes that hash to {expected}, found bytes that hash to {found}", short(name))
            }
            Self::Equivocation { role, version } => {
                write!(f, "{}: expected version {version} as it was seen before, found the same version with other content", short(role))
            }
            Self::Expired { role, expires, now } => {
                write!(f, "{}: expected metadata that is valid at {now}, found metadata that expired at {expires}", short(role))
            }
            Self::Hash { path, invalid } => write!(f, "{}: {invalid}", short(path)),
            Self::Json(invalid) => invalid.fmt(f),
            Self::Key { id, invalid } => write!(f, "key {}: {invalid}", short(id)),
            Self::Length { name, expected, found } => write!(f, "{}: expected {expected} bytes, found {found}", short(name)),
            Self::Number => f.write_str("expected integers of 64 bits only, found another number"),
            Self::Paths { role } => {
                write!(f, "{}: expected either paths (with * and ? only) or hash prefixes, found both, neither or others", short(role))
            }
            Self::RepeatedKey { id } => write!(f, "expected every key once, found {} again", short(id)),
            Self::Role { name } => write!(f, "expected the name of a delegated role, used once, found \"{}\"", short(name)),
            Self::Rollback { role, known, found } => write!(f, "{}: expected version {known} or later, found {found}", short(role)),
            Self::Signature { id } => write!(f, "expected the signature of key {} in hexadecimal, found other characters", short(id)),
            Self::Specification { found } => write!(f, "expected metadata of TUF 1.x, found \"{}\"", short(found)),
            Self::Threshold { role, expected, found } => {
                write!(f, "{}: expected signatures of {expected} of its keys, found {found}", short(role))
            }
            Self::ThresholdZero { role } => write!(f, "{}: expected a threshold from 1 on, found 0", short(role)),
            Self::Time { found } => write!(f, "expected a time such as 2026-11-23T12:00:00Z, found \"{}\"", short(found)),
            Self::TooLarge { role, limit } => write!(f, "{}: expected at most {limit} bytes, found more", short(role)),
            Self::TooMany { what, limit } => write!(f, "expected at most {limit} {what}, found more"),
            Self::Type { expected, found } => write!(f, "expected metadata of type {expected}, found \"{}\"", short(found)),
            Self::UnknownKey { role, id } => write!(f, "{}: expected keys that are listed, found {}", short(role), short(id)),
            Self::Unlisted { by, name } => {
                write!(f, "{}: expected exactly the files it has to list, found it wrong about {}", short(by), short(name))
            }
            Self::Version { role, expected, found } => write!(f, "{}: expected version {expected}, found {found}", short(role)),
            Self::VersionZero { path } => write!(f, "expected {} to be 1 or more, found 0", short(path)),
        }
    }
}

impl core::error::Error for InvalidMetadata {}

impl From<InvalidJson> for InvalidMetadata {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}
