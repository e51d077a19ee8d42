//! Why no log vouches for a certificate.

use core::fmt;

use crate::budget;
use crate::crypto::InvalidScheme;
use crate::crypto::Scheme;
use crate::der::InvalidDer;
use crate::time::UnixTime;
use crate::time::Validity;

/// Why no log vouches for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidSct {
    /// A timestamp says that it is signed in another way than the log signs.
    Algorithm {
        /// How the log signs.
        expected: Scheme,
        /// The hash and the algorithm, as TLS numbers them.
        found: [u8; 2],
    },
    /// What should be a list of timestamps is no DER.
    Der(InvalidDer),
    /// Somebody else issued the certificate.
    Issuer {
        /// Who did, by name.
        expected: String,
        /// Who was taken for them.
        found: String,
    },
    /// Known logs made promises at times in which they are not trusted, and no other.
    LogNotValid {
        /// One of them.
        log: String,
        /// The time that it is trusted for.
        validity: Validity,
        /// The other time.
        at: UnixTime,
    },
    /// There is no timestamp in the certificate.
    Missing,
    /// The log's key cannot make its signatures.
    Scheme(InvalidScheme),
    /// What should be timestamps is not as RFC 6962 section 3.2 and 3.3 lay them out.
    Structure,
    /// There are more of them than [`budget::CERTIFICATE_TIMESTAMPS`].
    TooMany,
    /// No timestamp is of a known log.
    UnknownLogs,
}

impl InvalidSct {
    /// Every code.
    pub const CODES: [&str; 5] = [InvalidScheme::CODE, "sct-invalid", "sct-log-not-valid", "sct-log-unknown", "sct-missing"];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scheme(_) => InvalidScheme::CODE,
            Self::Algorithm { .. } | Self::Der(_) | Self::Issuer { .. } | Self::Structure | Self::TooMany => "sct-invalid",
            Self::LogNotValid { .. } => "sct-log-not-valid",
            Self::UnknownLogs => "sct-log-unknown",
            Self::Missing => "sct-missing",
        }
    }
}

impl fmt::Display for InvalidSct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { expected, found: [hash, signature] } => {
                write!(f, "expected a certificate timestamp signed by {expected}, found TLS algorithms {hash} and {signature}")
            }
            Self::Der(invalid) => write!(f, "certificate timestamps: {invalid}"),
            Self::Issuer { expected, found } => write!(f, "expected the issuer of the certificate, {expected}, found {found}"),
            Self::LogNotValid { log, validity, at } => {
                write!(f, "expected a certificate timestamp of a time for which {log} is trusted ({validity}), found {at}")
            }
            Self::Missing => f.write_str("expected a certificate with the timestamp of a log in it, found none"),
            Self::Scheme(invalid) => write!(f, "certificate timestamp: {invalid}"),
            Self::Structure => f.write_str("expected certificate timestamps as RFC 6962 writes them, found other bytes"),
            Self::TooMany => write!(f, "expected at most {} certificate timestamps, found more", budget::CERTIFICATE_TIMESTAMPS),
            Self::UnknownLogs => f.write_str("expected a certificate timestamp of a trusted log, found only those of others"),
        }
    }
}

impl core::error::Error for InvalidSct {}

impl From<InvalidDer> for InvalidSct {
    fn from(invalid: InvalidDer) -> Self {
        Self::Der(invalid)
    }
}

impl From<InvalidScheme> for InvalidSct {
    fn from(invalid: InvalidScheme) -> Self {
        Self::Scheme(invalid)
    }
}
