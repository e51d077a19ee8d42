//! Why bytes are no certificate that can be used here.

use core::fmt;

use crate::budget;
use crate::crypto::InvalidKey;
use crate::crypto::InvalidScheme;
use crate::der::InvalidDer;
use crate::pem::InvalidPem;

/// Why bytes are no certificate, or not one that RFC 5280 section 4 allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidCertificate {
    /// It names one signature algorithm where it is signed, and another where it is not (section 4.1.1.2).
    Algorithms,
    /// It is no DER, or another structure.
    Der(InvalidDer),
    /// An extension is there twice (section 4.2).
    DuplicateExtension {
        /// Which.
        oid: String,
    },
    /// Its issuer has no name (section 4.1.2.4).
    EmptyIssuer,
    /// An extension does not hold what it should.
    Extension {
        /// Which.
        oid: String,
        /// Why not.
        invalid: InvalidDer,
    },
    /// Its key is none that can be used here.
    Key(InvalidKey),
    /// Neither its subject nor a critical extension names anybody (section 4.1.2.6).
    Nameless,
    /// The text is no PEM, or not of certificates.
    Pem(InvalidPem),
    /// Its issuer signed in a way that is not safe, or not known here.
    Scheme(InvalidScheme),
    /// Its serial number is zero or has more than 20 octets (section 4.1.2.2).
    Serial,
    /// It is larger than [`budget::CERTIFICATE_BYTES`].
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It has more extensions than [`budget::CERTIFICATE_EXTENSIONS`].
    TooManyExtensions,
    /// It is not of version 3, the only one with extensions (section 4.1.2.1).
    Version {
        /// Its version, as people count: from 1.
        found: u16,
    },
}

impl InvalidCertificate {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Der(_) => InvalidDer::CODE,
            Self::Key(_) => InvalidKey::CODE,
            Self::Pem(_) => InvalidPem::CODE,
            Self::Scheme(_) => InvalidScheme::CODE,
            _ => "certificate-invalid",
        }
    }
}

impl fmt::Display for InvalidCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithms => f.write_str("expected one signature algorithm in a certificate, found two that differ"),
            Self::Der(invalid) => write!(f, "certificate: {invalid}"),
            Self::DuplicateExtension { oid } => write!(f, "expected every extension of a certificate once, found {oid} twice"),
            Self::EmptyIssuer => f.write_str("expected a certificate that names its issuer, found an empty name"),
            Self::Extension { oid, invalid } => write!(f, "certificate, extension {oid}: {invalid}"),
            Self::Key(invalid) => write!(f, "certificate: {invalid}"),
            Self::Nameless => f.write_str("expected a subject or a critical subjectAltName in a certificate, found neither"),
            Self::Pem(invalid) => write!(f, "certificate: {invalid}"),
            Self::Scheme(invalid) => write!(f, "certificate: {invalid}"),
            Self::Serial => f.write_str("expected a positive serial number of at most 20 octets, found another"),
            Self::TooLarge { bytes } => {
                write!(f, "expected a certificate of at most {} bytes, found {bytes}", budget::CERTIFICATE_BYTES)
            }
            Self::TooManyExtensions => {
                write!(f, "expected a certificate with at most {} extensions, found more", budget::CERTIFICATE_EXTENSIONS)
            }
            Self::Version { found } => write!(f, "expected a certificate of version 3, found version {found}"),
        }
    }
}

impl core::error::Error for InvalidCertificate {}

impl From<InvalidDer> for InvalidCertificate {
    fn from(invalid: InvalidDer) -> Self {
        Self::Der(invalid)
    }
}

impl From<InvalidKey> for InvalidCertificate {
    fn from(invalid: InvalidKey) -> Self {
        Self::Key(invalid)
    }
}

impl From<InvalidPem> for InvalidCertificate {
    fn from(invalid: InvalidPem) -> Self {
        Self::Pem(invalid)
    }
}

impl From<InvalidScheme> for InvalidCertificate {
    fn from(invalid: InvalidScheme) -> Self {
        Self::Scheme(invalid)
    }
}
