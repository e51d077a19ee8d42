//! How a key signs: the algorithm with all that belongs to it.

use core::fmt;

use crate::crypto::KeyKind;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::digest::Algorithm;

/// A signature scheme. It is named by whoever is trusted for the key, or follows from the key; never from what is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// ECDSA over the hash of the message, in DER; on any curve (FIPS 186-5 section 6.4).
    Ecdsa(Algorithm),
    /// Ed25519 over the message itself (RFC 8032 section 5.1).
    Ed25519,
    /// Ed25519ph, over the SHA-512 of the message, with no context (RFC 8032 section 5.1).
    Ed25519ph,
    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
    RsaPkcs1(Algorithm),
    /// RSASSA-PSS with MGF1 of the same hash and a salt as long as it (RFC 8017 section 8.1).
    RsaPss(Algorithm),
}

impl Scheme {
    /// What a key of this kind signs with when nobody says otherwise: the hash as long as the curve, Ed25519 as it is, and for RSA
    /// PKCS #1 v1.5 with SHA-256 (cosign's and sigstore's default, `pkg/signature`, `LoadVerifier`).
    pub const fn of(key: KeyKind) -> Self {
        match key {
            KeyKind::Ecdsa(curve) => Self::Ecdsa(curve.hash()),
            KeyKind::Ed25519 => Self::Ed25519,
            KeyKind::Rsa { .. } => Self::RsaPkcs1(Algorithm::Sha256),
        }
    }

    /// Whether a key of this kind can sign so.
    pub const fn suits(self, key: KeyKind) -> bool {
        matches!(
            (self, key),
            (Self::Ecdsa(_), KeyKind::Ecdsa(_))
                | (Self::Ed25519 | Self::Ed25519ph, KeyKind::Ed25519)
                | (Self::RsaPkcs1(_) | Self::RsaPss(_), KeyKind::Rsa { .. })
        )
    }

    /// The hash of the message that is signed; none where the message itself is.
    pub const fn hash(self) -> Option<Algorithm> {
        match self {
            Self::Ecdsa(hash) | Self::RsaPkcs1(hash) | Self::RsaPss(hash) => Some(hash),
            Self::Ed25519ph => Some(Algorithm::Sha512),
            Self::Ed25519 => None,
        }
    }

    /// As X.509 names it: what is in an `AlgorithmIdentifier` (RFC 5280 section 4.1.1.2; RFC 5758, 4055, 8410). SHA-1 and MD5 are not.
    pub fn from_algorithm_identifier(mut identifier: Reader<'_>) -> Result<Self, InvalidScheme> {
        let oid = identifier.oid()?;
        let scheme = if oid == RSASSA_PSS {
            pss(&mut identifier)?
        } else {
            let (_, scheme) = NAMED.into_iter().find(|(known, _)| *known == oid).ok_or(InvalidScheme::Unknown)?;
            // "The parameters MUST be NULL. Implementations MUST accept the parameters being absent" (RFC 4055 section 5).
            if matches!(scheme, Self::RsaPkcs1(_)) && !identifier.is_empty() {
                identifier.null()?;
            }
            scheme
        };
        identifier.finish()?;
        Ok(scheme)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa(hash) => write!(f, "ECDSA with {}", hash.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed25519ph => f.write_str("Ed25519ph"),
            Self::RsaPkcs1(hash) => write!(f, "RSA PKCS #1 v1.5 with {}", hash.name()),
            Self::RsaPss(hash) => write!(f, "RSA PSS with {}", hash.name()),
        }
    }
}

/// 1.2.840.10045.4.3.{2,3,4}, 1.2.840.113549.1.1.{11,12,13}, 1.3.101.112.
const NAMED: [(&[u8], Scheme); 7] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02], Scheme::Ecdsa(Algorithm::Sha256)),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03], Scheme::Ecdsa(Algorithm::Sha384)),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04], Scheme::Ecdsa(Algorithm::Sha512)),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b], Scheme::RsaPkcs1(Algorithm::Sha256)),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c], Scheme::RsaPkcs1(Algorithm::Sha384)),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d], Scheme::RsaPkcs1(Algorithm::Sha512)),
    (&[0x2b, 0x65, 0x70], Scheme::Ed25519),
];
/// 1.2.840.113549.1.1.10
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// `id-mgf1`: 1.2.840.113549.1.1.8
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
/// 2.16.840.1.101.3.4.2.{1,2,3}
const HASHES: [(&[u8], Algorithm); 3] = [
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], Algorithm::Sha256),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], Algorithm::Sha384),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], Algorithm::Sha512),
];

/// The `AlgorithmIdentifier` of a hash function; its parameters are left out or NULL (RFC 5754 section 2).
pub(crate) fn hash(mut identifier: Reader<'_>) -> Result<Algorithm, InvalidScheme> {
    let oid = identifier.oid()?;
    let (_, hash) = HASHES.into_iter().find(|(known, _)| *known == oid).ok_or(InvalidScheme::Hash)?;
    if !identifier.is_empty() {
        identifier.null()?;
    }
    identifier.finish()?;
    Ok(hash)
}

/// `RSASSA-PSS-params` (RFC 4055 section 3.1), of which only one shape is used: one hash function, a salt as long as its output. The
/// defaults are SHA-1 and 20 octets, so nothing may be left out.
fn pss(identifier: &mut Reader<'_>) -> Result<Scheme, InvalidScheme> {
    let mut parameters = identifier.sequence()?;
    let hashing = hash(parameters.element(Tag::context_constructed(0))?.reader().sequence()?)?;
    let mut mask = parameters.element(Tag::context_constructed(1))?.reader().sequence()?;
    let mask_oid = mask.oid()?;
    let masking = hash(mask.sequence()?)?;
    let salt = parameters.element(Tag::context_constructed(2))?.reader().small()?;
    parameters.finish()?;
    if mask_oid == MGF1 && masking == hashing && usize::from(salt) == hashing.length() {
        Ok(Scheme::RsaPss(hashing))
    } else {
        Err(InvalidScheme::Parameters)
    }
}

/// Why a signature scheme cannot be used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidScheme {
    /// Its name is no DER.
    Der(InvalidDer),
    /// A hash function other than SHA-256, SHA-384 and SHA-512.
    Hash,
    /// Parameters that nobody uses.
    Parameters,
    /// It is none that is known here: SHA-1 and MD5 are broken.
    Unknown,
    /// The key cannot sign so.
    Unsuited {
        /// The scheme.
        scheme: Scheme,
        /// The key.
        key: KeyKind,
    },
}

impl InvalidScheme {
    /// The stable code.
    pub const CODE: &'static str = "algorithm-unsupported";
}

impl fmt::Display for InvalidScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Der(invalid) => write!(f, "signature algorithm: {invalid}"),
            Self::Hash => f.write_str("expected SHA-256, SHA-384 or SHA-512, found another hash function"),
            Self::Parameters => f.write_str("expected PSS with one hash function and a salt as long as it, found other parameters"),
            Self::Unknown => f.write_str("expected ECDSA, RSA or Ed25519 with SHA-2, found another signature algorithm"),
            Self::Unsuited { scheme, key } => write!(f, "expected a signature that the key can make, found {scheme} with a key of {key}"),
        }
    }
}

impl core::error::Error for InvalidScheme {}

impl From<InvalidDer> for InvalidScheme {
    fn from(invalid: InvalidDer) -> Self {
        Self::Der(invalid)
    }
}
