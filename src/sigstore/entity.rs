//! A signature with all that came with it, whatever form it came in.
//!
//! A bundle and a layer of cosign's hold the same things: who signed (a certificate, or the hint of a key), what (a message, or an
//! envelope with a payload), when (timestamps and entries of logs). Both are read into this, so that there is one way to verify.
//! Nothing in here is proven.

use crate::digest::Digest;
use crate::envelope::dsse::Envelope;
use crate::tlog::LogEntry;
use crate::x509::Certificate;

/// Something that is said to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedEntity {
    /// Which form it came in.
    pub form: Form,
    /// Who signed.
    pub material: Material,
    /// What was signed, and the signature.
    pub content: Content,
    /// Where it is said to be logged.
    pub entries: Vec<LogEntry>,
    /// Answers of timestamp authorities (RFC 3161 `TimeStampResp`).
    pub timestamps: Vec<Vec<u8>>,
}

/// The form that a signature came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Annotations of a layer, as cosign kept signatures and attestations before there were bundles.
    Cosign,
    /// A bundle of version 0.1: its log promised to include the entry.
    BundleV01,
    /// A bundle of version 0.2: its log proves that it includes the entry.
    BundleV02,
    /// A bundle of version 0.3: one certificate, and no others.
    BundleV03,
}

impl Form {
    /// As reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cosign => "cosign",
            Self::BundleV01 => "bundle-v0.1",
            Self::BundleV02 => "bundle-v0.2",
            Self::BundleV03 => "bundle-v0.3",
        }
    }
}

/// Who signed, as the signature says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// Whom a certificate names.
    Certificate {
        /// The signer's.
        leaf: Box<Certificate>,
        /// Others that may lead from it to somebody trusted.
        others: Vec<Certificate>,
    },
    /// Somebody with a key that is known.
    Key {
        /// Which, in words that nobody can rely on.
        hint: String,
    },
}

/// What was signed, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A message that is kept elsewhere.
    Message {
        /// Over the message.
        signature: Vec<u8>,
        /// What the message is said to hash to.
        digest: Digest,
    },
    /// A message that names an image: cosign's simple signing payload.
    Payload {
        /// Over `payload`.
        signature: Vec<u8>,
        /// The exact bytes.
        payload: Vec<u8>,
    },
    /// An envelope with one signature, over its payload and the type of it.
    Envelope {
        /// The envelope.
        envelope: Envelope,
        /// The bytes it was read from, where timestamps are over those and not over the signature: in cosign's layers (cosign,
        /// `pkg/cosign/verify.go`, `VerifyRFC3161Timestamp`).
        stamped: Option<Vec<u8>>,
    },
}
