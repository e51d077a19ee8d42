//! Why an answer of a timestamp authority proves no time.

use core::fmt;

use crate::crypto::InvalidScheme;
use crate::crypto::Scheme;
use crate::der::InvalidDer;
use crate::digest::Algorithm;
use crate::x509::path::InvalidPath;

/// Why an answer of a timestamp authority proves no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTimestamp {
    /// Another signature scheme or hash function than are known (RFC 5652 section 10.1).
    Algorithm(InvalidScheme),
    /// Two of its certificates are the signer's, or one that is not the authority's (RFC 3161 section 2.4.1, `certReq`).
    Certificates,
    /// An envelope or a content of another type (RFC 5652 section 5.2; RFC 3161 section 2.4.2).
    ContentType {
        /// The type that was expected.
        expected: &'static str,
    },
    /// An extension that has to be understood, and is not (RFC 3161 section 2.4.2).
    CriticalExtension,
    /// It is no DER, or has another structure.
    Der(InvalidDer),
    /// The list of hash functions is without the signer's (RFC 5652 section 5.1).
    DigestAlgorithms {
        /// The signer's.
        expected: Algorithm,
    },
    /// Two signed attributes of one type (RFC 5652 section 5.3).
    DuplicateAttribute,
    /// The signer hashed the content and the attributes with different functions (RFC 5754 section 3).
    HashFunctions {
        /// How the signature was made.
        scheme: Scheme,
        /// How the content was hashed.
        digest: Algorithm,
    },
    /// It is about something else (RFC 3161 section 2.4.2, `messageImprint`).
    Imprint,
    /// More bytes than any answer has.
    Length {
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The signed attributes are about another content (RFC 5652 section 11.2).
    MessageDigest,
    /// A signed attribute that has to be there is not (RFC 5652 section 11).
    MissingAttribute {
        /// Which one.
        name: &'static str,
    },
    /// The signer's certificate is not the authority's, or not at this time (RFC 5280 section 6).
    Path(InvalidPath),
    /// Not exactly one signer (RFC 3161 section 2.4.2).
    Signers {
        /// How many, if none or one; two for more.
        found: usize,
    },
    /// The signer signed that another certificate is theirs (RFC 5035 section 5).
    SigningCertificate,
    /// The authority granted no timestamp (RFC 3161 section 2.4.2, `PKIStatus`).
    Status {
        /// What it answered.
        found: u8,
    },
    /// More of something than anybody needs.
    TooMany {
        /// Of what.
        of: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A structure of another version.
    Version {
        /// Which structure.
        of: &'static str,
        /// The only version there is of it here.
        expected: u8,
        /// The one that was found.
        found: u8,
    },
}

impl InvalidTimestamp {
    /// Every code besides those of [`InvalidPath`], of which [`InvalidScheme`]'s is one.
    pub const CODES: [&str; 5] = [
        "timestamp-certificate-mismatch",
        "timestamp-imprint-mismatch",
        "timestamp-invalid",
        "timestamp-not-granted",
        "timestamp-too-large",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Algorithm(_) | Self::HashFunctions { .. } => InvalidScheme::CODE,
            Self::Certificates | Self::SigningCertificate => "timestamp-certificate-mismatch",
            Self::ContentType { .. }
            | Self::CriticalExtension
            | Self::Der(_)
            | Self::DigestAlgorithms { .. }
            | Self::DuplicateAttribute
            | Self::MessageDigest
            | Self::MissingAttribute { .. }
            | Self::Signers { .. }
            | Self::Version { .. } => "timestamp-invalid",
            Self::Imprint => "timestamp-imprint-mismatch",
            Self::Length { .. } | Self::TooMany { .. } => "timestamp-too-large",
            Self::Path(invalid) => invalid.code(),
            Self::Status { .. } => "timestamp-not-granted",
        }
    }
}

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("timestamp: ")?;
        match self {
            Self::Algorithm(invalid) => invalid.fmt(f),
            Self::Certificates => f.write_str("expected the authority's own certificate as the signer's, found another one, or two"),
            Self::ContentType { expected } => write!(f, "expected content of the type {expected}, found another type"),
            Self::CriticalExtension => f.write_str("expected no critical extension, found one"),
            Self::Der(invalid) => invalid.fmt(f),
            Self::DigestAlgorithms { expected } => write!(f, "expected {} among the hash functions, found others", expected.name()),
            Self::DuplicateAttribute => f.write_str("expected signed attributes of different types, found two of one type"),
            Self::HashFunctions { scheme, digest } => {
                write!(f, "expected a signature made with {}, as the digest was, found {scheme}", digest.name())
            }
            Self::Imprint => f.write_str("expected the digest of what was signed, found the digest of something else"),
            Self::Length { found, limit } => write!(f, "expected at most {limit} bytes, found {found}"),
            Self::MessageDigest => f.write_str("expected signed attributes with the digest of the content, found another digest"),
            Self::MissingAttribute { name } => write!(f, "expected the signed attribute {name}, found none"),
            Self::Path(invalid) => invalid.fmt(f),
            Self::Signers { found: 0 } => f.write_str("expected one signer, found none"),
            Self::Signers { .. } => f.write_str("expected one signer, found more"),
            Self::SigningCertificate => {
                f.write_str("expected the signer's certificate to be named in what they signed, found another name")
            }
            Self::Status { found } => write!(f, "expected the status 0 or 1, found {found}"),
            Self::TooMany { of, limit } => write!(f, "expected at most {limit} {of}, found more"),
            Self::Version { of, expected, found } => write!(f, "expected {of} of version {expected}, found version {found}"),
        }
    }
}

impl core::error::Error for InvalidTimestamp {}

impl From<InvalidDer> for InvalidTimestamp {
    fn from(invalid: InvalidDer) -> Self {
        Self::Der(invalid)
    }
}

impl From<InvalidScheme> for InvalidTimestamp {
    fn from(invalid: InvalidScheme) -> Self {
        match invalid {
            InvalidScheme::Der(invalid) => Self::Der(invalid),
            other => Self::Algorithm(other),
        }
    }
}

impl From<InvalidPath> for InvalidTimestamp {
    fn from(invalid: InvalidPath) -> Self {
        Self::Path(invalid)
    }
}
