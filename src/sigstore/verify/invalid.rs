//! Why a signature does not prove what is wanted.

use core::fmt;

use crate::cosign::payload::InvalidPayload;
use crate::crypto::InvalidScheme;
use crate::crypto::KeyKind;
use crate::crypto::Unmet;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::intoto::InvalidStatement;
use crate::sigstore::claims::InvalidClaims;
use crate::sigstore::identity::IdentityMismatch;
use crate::time::UnixTime;
use crate::timestamp::InvalidTimestamp;
use crate::tlog::entry::InvalidEntry;
use crate::x509::path::InvalidPath;
use crate::x509::sct::InvalidSct;

/// Why a signature does not prove what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidSignature {
    /// The message is another one than the signature says (client specification, section 4.5).
    Artifact {
        /// The artifact's.
        expected: Digest,
        /// The signature's word for it.
        found: Digest,
    },
    /// Its certificate does not say whom it names.
    Claims(InvalidClaims),
    /// An entry of a log is no entry of this signature, or none (section 4.5).
    Entry(InvalidEntry),
    /// It was seen at a time that is still to come.
    Future {
        /// When.
        time: UnixTime,
        /// What time it is.
        now: UnixTime,
    },
    /// Its certificate names somebody else (section 4.4).
    Identity(IdentityMismatch),
    /// It was made with another key than the one that is wanted.
    Key {
        /// The key that is wanted.
        expected: Digest,
        /// The certificate's.
        found: Digest,
    },
    /// It has no certificate, and somebody who is named by one is wanted.
    NoCertificate {
        /// The hint that it has instead.
        hint: String,
    },
    /// Nobody who is trusted saw when it was made (section 4.2).
    NoTime,
    /// Fewer logs have it than have to.
    NotLogged {
        /// How many operators' logs have to.
        expected: usize,
        /// How many do.
        found: usize,
    },
    /// The key of its log was not in use when it was made.
    LogNotInUse {
        /// The log's host.
        log: String,
        /// When it was made.
        time: UnixTime,
    },
    /// Its certificate does not lead to anybody trusted (section 4.3).
    Path(InvalidPath),
    /// What was signed is no signature of this image.
    Payload(InvalidPayload),
    /// The key cannot sign so.
    Scheme(InvalidScheme),
    /// Its certificate was not logged (section 4.3).
    Sct(InvalidSct),
    /// What was signed is no statement about this artifact.
    Statement(InvalidStatement),
    /// A timestamp is none of this signature's (section 4.2).
    Timestamp(InvalidTimestamp),
    /// It would take more verifications than any honest one.
    TooManyChecks {
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A signature does not hold.
    Unmet(Unmet),
    /// It can only be verified with the artifact itself.
    WithoutBytes {
        /// The key.
        key: KeyKind,
    },
}

impl InvalidSignature {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Artifact { .. } => "message-digest-mismatch",
            Self::Claims(invalid) => invalid.code(),
            Self::Entry(invalid) => invalid.code(),
            Self::Future { .. } => "time-in-future",
            Self::Identity(_) => IdentityMismatch::CODE,
            Self::Key { .. } => "key-mismatch",
            Self::NoCertificate { .. } => "certificate-missing",
            Self::NoTime => "time-missing",
            Self::NotLogged { .. } => "log-entry-missing",
            Self::LogNotInUse { .. } => "log-key-not-in-use",
            Self::Path(invalid) => invalid.code(),
            Self::Payload(invalid) => invalid.code(),
            Self::Scheme(_) => InvalidScheme::CODE,
            Self::Sct(invalid) => invalid.code(),
            Self::Statement(invalid) => invalid.code(),
            Self::Timestamp(invalid) => invalid.code(),
            Self::TooManyChecks { .. } => "too-many-checks",
            Self::Unmet(unmet) => unmet.code(),
            Self::WithoutBytes { .. } => "artifact-missing",
        }
    }

    /// Whether a trusted root that lists others, or for other times, might make another answer of it.
    pub fn is_of_root(&self) -> bool {
        matches!(
            self.code(),
            "authority-not-valid"
                | "issuer-key-unlike"
                | "issuer-unknown"
                | "log-entry-missing"
                | "log-key-not-in-use"
                | "sct-log-not-valid"
                | "sct-log-unknown"
                | "time-missing"
        )
    }
}

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Artifact { expected, found } => write!(f, "expected a signature over {expected}, found one over {found}"),
            Self::Claims(invalid) => invalid.fmt(f),
            Self::Entry(invalid) => invalid.fmt(f),
            Self::Future { time, now } => write!(f, "expected a signature made before {now}, found one seen at {time}"),
            Self::Identity(mismatch) => mismatch.fmt(f),
            Self::Key { expected, found } => {
                write!(f, "expected a signature made with the key {expected}, found a certificate for the key {found}")
            }
            Self::NoCertificate { hint } => {
                write!(f, "expected a certificate that names the signer, found the hint of a key, \"{}\"", excerpt(hint, 80))
            }
            Self::NoTime => f.write_str("expected a trusted timestamp or the promise of a trusted log, found neither"),
            Self::NotLogged { expected, found } => {
                write!(f, "expected the signature in trusted logs of {expected} or more operators, found it in those of {found}")
            }
            Self::LogNotInUse { log, time } => {
                write!(f, "expected a log whose key was in use at {time}, found an entry of {}", excerpt(log, 80))
            }
            Self::Path(invalid) => invalid.fmt(f),
            Self::Payload(invalid) => invalid.fmt(f),
            Self::Scheme(invalid) => invalid.fmt(f),
            Self::Sct(invalid) => invalid.fmt(f),
            Self::Statement(invalid) => invalid.fmt(f),
            Self::Timestamp(invalid) => invalid.fmt(f),
            Self::TooManyChecks { found, limit } => {
                write!(f, "expected a signature that takes at most {limit} verifications, found one that takes {found}")
            }
            Self::Unmet(unmet) => unmet.fmt(f),
            Self::WithoutBytes { key } => {
                write!(
                    f,
                    "expected the bytes of the artifact, without which this signature by {key} cannot be verified, found its digest only"
                )
            }
        }
    }
}

impl core::error::Error for InvalidSignature {}

macro_rules! from {
    ($($variant:ident($source:ty),)+) => {
        $(impl From<$source> for InvalidSignature {
            fn from(invalid: $source) -> Self {
                Self::$variant(invalid)
            }
        })+
    };
}

from! {
    Claims(InvalidClaims),
    Entry(InvalidEntry),
    Identity(IdentityMismatch),
    Path(InvalidPath),
    Payload(InvalidPayload),
    Scheme(InvalidScheme),
    Sct(InvalidSct),
    Statement(InvalidStatement),
    Timestamp(InvalidTimestamp),
    Unmet(Unmet),
}
