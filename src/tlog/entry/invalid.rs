//! Why an entry of a log says nothing of a signature.

use core::fmt;

use crate::crypto::InvalidKey;
use crate::digest::Digest;
use crate::digest::InvalidDigest;
use crate::envelope::dsse::PAYLOAD_TYPE;
use crate::excerpt::excerpt;
use crate::json::InvalidJson;
use crate::pem::InvalidPem;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::tlog::checkpoint::InvalidCheckpoint;
use crate::tlog::entry::Kind;
use crate::tlog::merkle::InvalidProof;
use crate::tlog::promise::InvalidPromise;

/// Characters of a name that a message repeats.
const SHOWN: usize = 80;

/// Why an entry of a log says nothing of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidEntry {
    /// A member is no canonical base64.
    Base64 {
        /// Where it is.
        path: String,
    },
    /// The log's checkpoint does not say it.
    Checkpoint(InvalidCheckpoint),
    /// It is about an envelope, and what is signed is none.
    Content {
        /// What it is.
        kind: Kind,
    },
    /// It is about other content.
    Digest {
        /// Of what is signed.
        expected: Digest,
        /// In the entry.
        found: Digest,
    },
    /// It is about a digest that cannot be computed here.
    DigestAlgorithm,
    /// Its digest is longer or shorter than its algorithm writes.
    DigestLength,
    /// Its digest is none.
    DigestText(InvalidDigest),
    /// It is no body of an entry.
    Json(InvalidJson),
    /// Its key cannot be used.
    Key(InvalidKey),
    /// The log's key was not in use when the entry is said to have been taken.
    KeyNotInUse {
        /// When it was.
        expected: Validity,
        /// The time of the entry.
        found: UnixTime,
    },
    /// The body is of another kind or version than its entry.
    Kind {
        /// The entry's.
        expected: String,
        /// The body's.
        found: Kind,
    },
    /// Neither a promise nor a proof: anybody could have written it.
    NoEvidence,
    /// It is of Rekor v2, and has no proof.
    NoProof,
    /// It is about an envelope with a payload of another type.
    PayloadType {
        /// In the entry.
        found: String,
    },
    /// Its key is no PEM.
    Pem(InvalidPem),
    /// The log did not promise it.
    Promise(InvalidPromise),
    /// It is of Rekor v2, which promises nothing, and has a promise.
    PromiseOfRekor2,
    /// Its inclusion proof is none.
    Proof(InvalidProof),
    /// Its inclusion proof leads to another root than the log signed, or than it says itself.
    Root,
    /// Its key cannot sign as it says, or as a log can have an entry of.
    Scheme,
    /// It is about another signature.
    Signature,
    /// It is about several signatures, or none.
    Signatures {
        /// How many.
        found: usize,
    },
    /// The log signed another number of entries than its proof says.
    Size {
        /// Of the checkpoint.
        expected: u64,
        /// Of the proof.
        found: u64,
    },
    /// It does not say which signature it is about, and what would is not known.
    Unbound {
        /// What it is.
        kind: Kind,
    },
    /// A kind that is not known here.
    Unsupported {
        /// Its kind.
        kind: String,
        /// Its version.
        version: String,
    },
    /// It is about a signature by another key or certificate.
    Verifier,
}

impl InvalidEntry {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Base64 { .. } | Self::DigestAlgorithm | Self::DigestLength | Self::PromiseOfRekor2 | Self::Scheme => "log-entry-invalid",
            Self::Checkpoint(invalid) => invalid.code(),
            Self::Content { .. }
            | Self::Digest { .. }
            | Self::Kind { .. }
            | Self::PayloadType { .. }
            | Self::Signature
            | Self::Signatures { .. }
            | Self::Unbound { .. }
            | Self::Verifier => "log-entry-mismatch",
            Self::DigestText(invalid) => invalid.code(),
            Self::Json(invalid) => invalid.code(),
            Self::Key(_) => InvalidKey::CODE,
            Self::KeyNotInUse { .. } => "log-key-not-in-use",
            Self::NoEvidence | Self::NoProof => "inclusion-proof-missing",
            Self::Pem(_) => InvalidPem::CODE,
            Self::Promise(_) => InvalidPromise::CODE,
            Self::Proof(_) | Self::Root | Self::Size { .. } => InvalidProof::CODE,
            Self::Unsupported { .. } => "log-entry-unsupported",
        }
    }
}

impl fmt::Display for InvalidEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("log entry: ")?;
        match self {
            Self::Base64 { path } => write!(f, "expected {} to be base64, found another text", excerpt(path, SHOWN)),
            Self::Checkpoint(invalid) => invalid.fmt(f),
            Self::Content { kind } => write!(f, "expected one about a message, found {kind}, which is about an envelope"),
            Self::Digest { expected, found } => write!(f, "expected one about {expected}, found {found}"),
            Self::DigestAlgorithm => f.write_str("expected a digest by SHA2_256, SHA2_384 or SHA2_512, found another"),
            Self::DigestLength => f.write_str("expected a digest as long as its algorithm writes, found another"),
            Self::DigestText(invalid) => invalid.fmt(f),
            Self::Json(invalid) => invalid.fmt(f),
            Self::Key(invalid) => invalid.fmt(f),
            Self::KeyNotInUse { expected, found } => {
                write!(f, "expected a time in which the log's key was in use, {expected}, found {found}")
            }
            Self::Kind { expected, found } => write!(f, "expected a body of {}, found {found}", excerpt(expected, SHOWN)),
            Self::NoEvidence => f.write_str("expected an inclusion promise or an inclusion proof, found neither"),
            Self::NoProof => f.write_str("expected an inclusion proof, found none"),
            Self::PayloadType { found } => write!(f, "expected a payload of {PAYLOAD_TYPE}, found {}", excerpt(found, SHOWN)),
            Self::Pem(invalid) => invalid.fmt(f),
            Self::Promise(invalid) => invalid.fmt(f),
            Self::PromiseOfRekor2 => f.write_str("expected no inclusion promise in Rekor v2, found one"),
            Self::Proof(invalid) => invalid.fmt(f),
            Self::Root => {
                f.write_str("expected an inclusion proof that leads to the root of the checkpoint, found one that leads elsewhere")
            }
            Self::Scheme => f.write_str("expected a scheme of its key and of its digest, found another"),
            Self::Signature => f.write_str("expected one about this signature, found one about another"),
            Self::Signatures { found } => write!(f, "expected one about one signature, found {found}"),
            Self::Size { expected, found } => write!(f, "expected a proof for a log of {expected} entries, found one for {found}"),
            Self::Unbound { kind } => write!(f, "expected one that says which signature it is about, found {kind}, which does not"),
            Self::Unsupported { kind, version } => {
                write!(f, "expected a kind that is known here, found {} {}", excerpt(kind, SHOWN), excerpt(version, SHOWN))
            }
            Self::Verifier => f.write_str("expected one about this key or certificate, found one about another"),
        }
    }
}

impl core::error::Error for InvalidEntry {}

impl From<InvalidCheckpoint> for InvalidEntry {
    fn from(invalid: InvalidCheckpoint) -> Self {
        Self::Checkpoint(invalid)
    }
}

impl From<InvalidDigest> for InvalidEntry {
    fn from(invalid: InvalidDigest) -> Self {
        Self::DigestText(invalid)
    }
}

impl From<InvalidJson> for InvalidEntry {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

impl From<InvalidKey> for InvalidEntry {
    fn from(invalid: InvalidKey) -> Self {
        Self::Key(invalid)
    }
}

impl From<InvalidPem> for InvalidEntry {
    fn from(invalid: InvalidPem) -> Self {
        Self::Pem(invalid)
    }
}

impl From<InvalidPromise> for InvalidEntry {
    fn from(invalid: InvalidPromise) -> Self {
        Self::Promise(invalid)
    }
}

impl From<InvalidProof> for InvalidEntry {
    fn from(invalid: InvalidProof) -> Self {
        Self::Proof(invalid)
    }
}
