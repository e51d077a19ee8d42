//! Public keys, and what is refused as one.

use core::fmt;
use core::ops::Range;

use crate::der::InvalidDer;
use crate::der::Reader;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::pem;
use crate::pem::InvalidPem;

/// A NIST curve, SP 800-186 section 3.2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// P-256.
    P256,
    /// P-384.
    P384,
    /// P-521.
    P521,
}

impl Curve {
    /// Octets of a coordinate.
    pub const fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The hash function as long as the curve, which signers use with it (NIST SP 800-57 part 1, table 3).
    pub const fn hash(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Sha256,
            Self::P384 => Algorithm::Sha384,
            Self::P521 => Algorithm::Sha512,
        }
    }

    /// `P-256`
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// ECDSA, FIPS 186-5 section 6.
    Ecdsa(Curve),
    /// Ed25519, RFC 8032.
    Ed25519,
    /// RSA, RFC 8017.
    Rsa {
        /// Of the modulus: 2048 to 4096.
        bits: usize,
    },
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa(curve) => write!(f, "ECDSA {}", curve.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Rsa { bits } => write!(f, "RSA-{bits}"),
        }
    }
}

/// A public key, as far as that can be told by reading: whether its point is on the curve is found out with its first signature, which
/// does not hold if it is not.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    kind: KeyKind,
    /// Where in `spki` the point is, or the modulus and the exponent are.
    parts: [Range<usize>; 2],
}

/// Moduli in bits: below is factored some day, above only costs time.
pub(super) const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;

/// `rsaEncryption`, RFC 8017 appendix A.1: 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-ecPublicKey`, RFC 5480 section 2.1.1: 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `id-Ed25519`, RFC 8410 section 3: 1.3.101.112.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// `secp256r1`, `secp384r1`, `secp521r1`, RFC 5480 section 2.1.1.1.
const CURVES: [(Curve, &[u8]); 3] = [
    (Curve::P256, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]),
    (Curve::P384, &[0x2b, 0x81, 0x04, 0x00, 0x22]),
    (Curve::P521, &[0x2b, 0x81, 0x04, 0x00, 0x23]),
];

impl PublicKey {
    /// A `SubjectPublicKeyInfo` in DER (RFC 5280 section 4.1.2.7).
    pub fn from_spki(der: &[u8]) -> Result<Self, InvalidKey> {
        let mut outer = Reader::new(der);
        let mut spki = outer.sequence()?;
        outer.finish()?;
        let mut algorithm = spki.sequence()?;
        let oid = algorithm.oid()?;
        let (kind, parts) = match oid {
            EC_PUBLIC_KEY => {
                let named = algorithm.oid()?;
                let (curve, _) = CURVES.into_iter().find(|(_, oid)| *oid == named).ok_or(InvalidKey::Curve)?;
                let point = spki.bit_string()?.octets()?;
                // Uncompressed, as RFC 5480 section 2.2 requires everybody to write it.
                if point.len() != 1 + 2 * curve.size() || point[0] != 4 {
                    return Err(InvalidKey::Point);
                }
                (KeyKind::Ecdsa(curve), [point, &[]])
            }
            ED25519 => {
                let point = spki.bit_string()?.octets()?;
                if !is_reduced(point.try_into().map_err(|_| InvalidKey::Point)?) {
                    return Err(InvalidKey::Point);
                }
                (KeyKind::Ed25519, [point, &[]])
            }
            RSA_ENCRYPTION => {
                algorithm.null()?;
                let mut key = Reader::new(spki.bit_string()?.octets()?);
                let mut numbers = key.sequence()?;
                key.finish()?;
                let (modulus, exponent) = (numbers.unsigned()?, numbers.unsigned()?);
                numbers.finish()?;
                let bits = bits(modulus);
                if !RSA_BITS.contains(&bits) {
                    return Err(InvalidKey::Size { bits });
                }
                if !can_be_rsa(modulus, exponent) {
                    return Err(InvalidKey::Numbers);
                }
                (KeyKind::Rsa { bits }, [modulus, exponent])
            }
            _ => return Err(InvalidKey::Algorithm),
        };
        algorithm.finish()?;
        spki.finish()?;
        Ok(Self { parts: parts.map(|part| place(der, part)), spki: der.to_vec(), kind })
    }

    /// Exactly one `PUBLIC KEY`, as `cosign public-key` prints it (RFC 7468 section 13), or one `RSA PUBLIC KEY` (PKCS #1), as OpenSSL can.
    pub fn from_pem(text: &str) -> Result<Self, InvalidKey> {
        let wrong = InvalidKey::Pem(InvalidPem::Label { expected: "one PUBLIC KEY" });
        match pem::parse(text)?.as_slice() {
            [block] if block.label == "PUBLIC KEY" => Self::from_spki(&block.bytes),
            [block] if block.label == "RSA PUBLIC KEY" => Self::from_spki(&rsa_spki(&block.bytes)),
            _ => Err(wrong),
        }
    }

    /// The 32 bytes of an Ed25519 key, as some documents hold it.
    pub fn from_ed25519(bytes: &[u8]) -> Result<Self, InvalidKey> {
        Self::from_spki(&[&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00], bytes].concat())
    }

    /// What it is.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its `SubjectPublicKeyInfo`, as it was received.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The SHA-256 of its `SubjectPublicKeyInfo`: what transparency logs call their key ID (RFC 6962 section 3.2).
    pub fn id(&self) -> Digest {
        Digest::of(Algorithm::Sha256, &self.spki)
    }

    /// The point, in the form of its kind; empty for RSA.
    pub(super) fn point(&self) -> &[u8] {
        &self.spki[self.parts[0].clone()]
    }

    /// The 32 bytes of an Ed25519 key.
    pub fn ed25519(&self) -> Option<&[u8]> {
        (self.kind == KeyKind::Ed25519).then(|| self.point())
    }

    /// The modulus and the exponent; empty for other kinds than RSA.
    pub(super) fn numbers(&self) -> [&[u8]; 2] {
        match self.kind {
            KeyKind::Rsa { .. } => self.parts.clone().map(|part| &self.spki[part]),
            _ => [&[]; 2],
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.kind, self.id())
    }
}

/// Whether the coordinate, of which the last bit is a sign, is below 2^255 - 19: from there on it is another name of a point that has one
/// (RFC 8032 section 5.1.3, step 1), and whoever counts keys would count it twice.
fn is_reduced(point: &[u8; 32]) -> bool {
    point[0] < 0xed || point[1..31].iter().any(|octet| *octet != 0xff) || point[31] & 0x7f != 0x7f
}

/// Whether the numbers are odd and the exponent no 1, which leaves a message as it is. Exponents of more than 32 bits are nobody's, and
/// every bit costs a multiplication.
fn can_be_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let is_odd = |number: &[u8]| number.last().is_some_and(|octet| octet & 1 == 1);
    is_odd(modulus) && is_odd(exponent) && exponent != [1] && exponent.len() <= 4
}

/// Of a number without leading zero octets.
fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| 8 * number.len() - first.leading_zeros() as usize)
}

/// Where a part of `whole` is in it.
fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    if part.is_empty() {
        return 0..0;
    }
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

/// PKCS #1's `RSAPublicKey` as a `SubjectPublicKeyInfo`.
fn rsa_spki(pkcs1: &[u8]) -> Vec<u8> {
    let algorithm = [&[0x30, 0x0d, 0x06, 0x09], RSA_ENCRYPTION, &[0x05, 0x00]].concat();
    let key = tagged(0x03, &[&[0], pkcs1].concat());
    tagged(0x30, &[algorithm, key].concat())
}

fn tagged(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let length = &length[length.iter().take_while(|octet| **octet == 0).count()..];
    let head = match (contents.len(), u8::try_from(length.len())) {
        (short @ 0..0x80, _) => vec![tag, u8::try_from(short).expect("the pattern says so")],
        (_, octets) => [&[tag, 0x80 | octets.expect("a usize has eight octets")], length].concat(),
    };
    [head.as_slice(), contents].concat()
}

/// Why bytes are no key that can be used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidKey {
    /// It is neither ECDSA nor Ed25519 nor RSA.
    Algorithm,
    /// It is on a curve other than P-256, P-384 and P-521.
    Curve,
    /// It is no DER, or another structure.
    Der(InvalidDer),
    /// The modulus or the exponent is none that RSA can use.
    Numbers,
    /// It is no PEM, or not of one key.
    Pem(InvalidPem),
    /// The point is not written in the one way: uncompressed for ECDSA, reduced for Ed25519.
    Point,
    /// The modulus is too small to be safe, or larger than anybody's.
    Size {
        /// Of the modulus.
        bits: usize,
    },
}

impl InvalidKey {
    /// The stable code.
    pub const CODE: &'static str = "key-invalid";
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm => f.write_str("expected an ECDSA, Ed25519 or RSA key, found another"),
            Self::Curve => f.write_str("expected a key on P-256, P-384 or P-521, found another curve"),
            Self::Der(invalid) => write!(f, "public key: {invalid}"),
            Self::Numbers => f.write_str("expected an odd modulus and an odd exponent of at most 32 bits, found other numbers"),
            Self::Pem(invalid) => invalid.fmt(f),
            Self::Point => f.write_str("expected a point that is written in the one way, uncompressed or reduced, found another"),
            Self::Size { bits } => write!(f, "expected an RSA key of 2048 to 4096 bits, found {bits}"),
        }
    }
}

impl core::error::Error for InvalidKey {}

impl From<InvalidDer> for InvalidKey {
    fn from(invalid: InvalidDer) -> Self {
        Self::Der(invalid)
    }
}

impl From<InvalidPem> for InvalidKey {
    fn from(invalid: InvalidPem) -> Self {
        Self::Pem(invalid)
    }
}
