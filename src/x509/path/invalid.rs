//! Why no path leads from a certificate to an authority.

use core::fmt;

use crate::budget;
use crate::crypto::InvalidScheme;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::x509::path::Purpose;

/// Why a certificate does not lead to an authority; of several ways that fail, the shortest. Certificates are named for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidPath {
    /// The authority is not trusted for this time.
    AuthorityNotValid {
        /// Its address.
        uri: String,
        /// The time that it is trusted for.
        validity: Validity,
        /// The other time.
        at: UnixTime,
    },
    /// A critical extension is not understood, so that nobody may rely on the certificate (RFC 5280 section 4.2).
    CriticalExtension {
        /// Of this certificate.
        certificate: String,
        /// Which.
        oid: String,
    },
    /// The key is not for this purpose, or not for it alone (RFC 5280 section 4.2.1.12, RFC 3161 section 2.3).
    ExtendedKeyUsage {
        /// Of this certificate.
        certificate: String,
        /// The purpose.
        expected: Purpose,
    },
    /// There are authorities of the right name, but none has the key that the certificate names (RFC 5280 section 4.2.1.1).
    KeyIdentifier {
        /// The certificate.
        certificate: String,
        /// Its issuer's name.
        issuer: String,
    },
    /// The key may not sign such things (RFC 5280 section 4.2.1.3).
    KeyUsage {
        /// Of this certificate.
        certificate: String,
        /// The missing bit.
        expected: &'static str,
    },
    /// What should be a leaf can issue certificates, and must not sign anything else here.
    LeafIsAuthority {
        /// The certificate.
        certificate: String,
    },
    /// The names of what is below are constrained (RFC 5280 section 4.2.1.10), which is not weighed here.
    NameConstraints {
        /// By this certificate.
        certificate: String,
    },
    /// A certificate was issued by one that cannot (RFC 5280 section 6.1.4 (k)).
    NotAnAuthority {
        /// The latter.
        certificate: String,
    },
    /// A certificate is not valid at the time (RFC 5280 section 6.1.3 (a) (2)).
    NotValid {
        /// Which.
        certificate: String,
        /// When it is.
        validity: Validity,
        /// The time.
        at: UnixTime,
    },
    /// There are more authorities below one than it allows (RFC 5280 section 6.1.4 (m)).
    PathLength {
        /// The one.
        certificate: String,
        /// How many it allows.
        limit: u8,
        /// How many there are.
        found: usize,
    },
    /// An issuer's key cannot make the signature that is on what it issued.
    Scheme(InvalidScheme),
    /// No path of at most [`budget::CERTIFICATE_PATH`] certificates leads to the anchor.
    TooLong,
    /// More certificates come with the leaf than [`budget::CERTIFICATE_PATH`].
    TooManyCertificates {
        /// How many.
        found: usize,
    },
    /// More certificates with one name than [`budget::CERTIFICATE_PATHS`] or [`budget::CERTIFICATE_STEPS`] allow to try.
    TooManyPaths,
    /// Nobody trusted, and nobody on the way to them, has the name of the issuer.
    UnknownIssuer {
        /// Of this certificate.
        certificate: String,
        /// The name.
        issuer: String,
    },
}

impl InvalidPath {
    /// Every code.
    pub const CODES: [&str; 11] = [
        InvalidScheme::CODE,
        "authority-not-valid",
        "certificate-extension-unknown",
        "certificate-not-an-authority",
        "certificate-not-valid",
        "certificate-usage-wrong",
        "issuer-key-unlike",
        "issuer-unknown",
        "name-constraints-unsupported",
        "path-too-complex",
        "path-too-long",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AuthorityNotValid { .. } => "authority-not-valid",
            Self::CriticalExtension { .. } => "certificate-extension-unknown",
            Self::ExtendedKeyUsage { .. } | Self::KeyUsage { .. } | Self::LeafIsAuthority { .. } => "certificate-usage-wrong",
            Self::KeyIdentifier { .. } => "issuer-key-unlike",
            Self::NameConstraints { .. } => "name-constraints-unsupported",
            Self::NotAnAuthority { .. } => "certificate-not-an-authority",
            Self::NotValid { .. } => "certificate-not-valid",
            Self::PathLength { .. } | Self::TooLong => "path-too-long",
            Self::Scheme(_) => InvalidScheme::CODE,
            Self::TooManyCertificates { .. } | Self::TooManyPaths => "path-too-complex",
            Self::UnknownIssuer { .. } => "issuer-unknown",
        }
    }
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthorityNotValid { uri, validity, at } => {
                write!(f, "expected a time for which the authority {uri} is trusted ({validity}), found {at}")
            }
            Self::CriticalExtension { certificate, oid } => {
                write!(f, "expected only known critical extensions in the certificate of {certificate}, found {oid}")
            }
            Self::ExtendedKeyUsage { certificate, expected } => {
                write!(f, "expected extKeyUsage for {expected} in the certificate of {certificate}, found another or none")
            }
            Self::KeyIdentifier { certificate, issuer } => {
                write!(f, "expected {issuer} with the key that issued the certificate of {certificate}, found other keys only")
            }
            Self::KeyUsage { certificate, expected } => {
                write!(f, "expected keyUsage with {expected} in the certificate of {certificate}, found another or none")
            }
            Self::LeafIsAuthority { certificate } => {
                write!(f, "expected a certificate that cannot issue others, found that of {certificate}, which can")
            }
            Self::NameConstraints { certificate } => {
                write!(f, "expected certificates without nameConstraints, which are not supported, found some in that of {certificate}")
            }
            Self::NotAnAuthority { certificate } => {
                write!(f, "expected an issuer that may issue certificates, found {certificate}, which may not")
            }
            Self::NotValid { certificate, validity, at } => {
                write!(f, "expected a time at which the certificate of {certificate} is valid ({validity}), found {at}")
            }
            Self::PathLength { certificate, limit, found } => {
                write!(f, "expected at most {limit} authorities between {certificate} and the leaf, found {found}")
            }
            Self::Scheme(invalid) => write!(f, "certificate: {invalid}"),
            Self::TooLong => write!(f, "expected a path of at most {} certificates, found a longer one", budget::CERTIFICATE_PATH),
            Self::TooManyCertificates { found } => {
                write!(f, "expected at most {} certificates with a signature, found {found}", budget::CERTIFICATE_PATH)
            }
            Self::TooManyPaths => {
                write!(f, "expected at most {} paths from a certificate to its authority, found more", budget::CERTIFICATE_PATHS)
            }
            Self::UnknownIssuer { certificate, issuer } => {
                write!(f, "expected a trusted issuer of the certificate of {certificate}, found only its name: {issuer}")
            }
        }
    }
}

impl core::error::Error for InvalidPath {}
