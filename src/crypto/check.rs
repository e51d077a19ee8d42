//! One signature that has to hold.

use ed25519_dalek::VerifyingKey as Ed25519Key;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;

use crate::crypto::Curve;
use crate::crypto::InvalidScheme;
use crate::crypto::KeyKind;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::key::RSA_BITS;
use crate::der;
use crate::der::InvalidDer;
use crate::der::Tag;
use crate::digest::Algorithm;
use crate::digest::Digest;

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// All of it.
    Bytes(Vec<u8>),
    /// Its digest, where nobody has it. By the scheme's own hash, and for a scheme that signs a number (ECDSA, RSA), or the check fails.
    Digest(Digest),
}

/// A signature, with all that it takes to verify it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureCheck {
    key: PublicKey,
    scheme: Scheme,
    message: Message,
    signature: Vec<u8>,
}

impl SignatureCheck {
    /// `key` signed `message` by `scheme`. Refused if a key of its kind cannot.
    pub fn new(key: PublicKey, scheme: Scheme, message: Message, signature: Vec<u8>) -> Result<Self, InvalidScheme> {
        if !scheme.suits(key.kind()) {
            return Err(InvalidScheme::Unsuited { scheme, key: key.kind() });
        }
        Ok(Self { key, scheme, message, signature })
    }

    /// Whose signature it is.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// How it was made.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What it is over.
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// Its bytes: DER for ECDSA.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Verifies it, here and now. By a key that is no point of its curve, or one of low order, nothing holds. ECDSA takes both `s` and
    /// `-s`, as everybody does: signatures are never used as names.
    pub fn holds(&self) -> bool {
        match (self.scheme, self.key.kind()) {
            (Scheme::Ecdsa(hash), KeyKind::Ecdsa(curve)) => self.hashed(hash).is_some_and(|hashed| self.ecdsa(curve, &hashed)),
            (Scheme::Ed25519, KeyKind::Ed25519) => self.ed25519().unwrap_or(false),
            (Scheme::Ed25519ph, KeyKind::Ed25519) => self.ed25519ph().unwrap_or(false),
            (Scheme::RsaPkcs1(hash), KeyKind::Rsa { .. }) => self.rsa(|key, hashed, signature| match hash {
                Algorithm::Sha256 => key.pkcs1v15_verify_prehash::<Sha256>(hashed, signature),
                Algorithm::Sha384 => key.pkcs1v15_verify_prehash::<Sha384>(hashed, signature),
                Algorithm::Sha512 => key.pkcs1v15_verify_prehash::<Sha512>(hashed, signature),
            }),
            (Scheme::RsaPss(hash), KeyKind::Rsa { .. }) => self.rsa(|key, hashed, signature| match hash {
                Algorithm::Sha256 => key.pss_verify_prehash::<Sha256>(hashed, signature),
                Algorithm::Sha384 => key.pss_verify_prehash::<Sha384>(hashed, signature),
                Algorithm::Sha512 => key.pss_verify_prehash::<Sha512>(hashed, signature),
            }),
            // `new` refuses what does not suit.
            _ => false,
        }
    }

    /// The digest of the message, if it can be had.
    fn hashed(&self, hash: Algorithm) -> Option<Digest> {
        match &self.message {
            Message::Bytes(bytes) => Some(Digest::of(hash, bytes)),
            Message::Digest(digest) => (digest.algorithm() == hash).then_some(*digest),
        }
    }

    fn ecdsa(&self, curve: Curve, hashed: &Digest) -> bool {
        let Ok([r, s]) = ecdsa_numbers(&self.signature) else { return false };
        macro_rules! verify {
            ($curve:ident) => {{
                let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(self.key.point()).ok();
                let scalars = padded(r).zip(padded(s));
                let signature = scalars.and_then(|(r, s)| $curve::ecdsa::Signature::from_scalars(r, s).ok());
                // A digest longer than the order is cut, a shorter one is the number it is (FIPS 186-5 section 6.4.1).
                key.zip(signature).is_some_and(|(key, signature)| key.verify_prehash(hashed.as_bytes(), &signature).is_ok())
            }};
        }
        match curve {
            Curve::P256 => verify!(p256),
            Curve::P384 => verify!(p384),
            Curve::P521 => verify!(p521),
        }
    }

    fn ed25519(&self) -> Option<bool> {
        let Message::Bytes(message) = &self.message else { return None };
        let (key, signature) = self.ed25519_parts()?;
        Some(key.verify_strict(message, &signature).is_ok())
    }

    fn ed25519ph(&self) -> Option<bool> {
        let Message::Bytes(message) = &self.message else { return None };
        let (key, signature) = self.ed25519_parts()?;
        Some(key.verify_prehashed_strict(Sha512::new_with_prefix(message), None, &signature).is_ok())
    }

    fn ed25519_parts(&self) -> Option<(Ed25519Key, ed25519_dalek::Signature)> {
        let key = Ed25519Key::from_bytes(self.key.point().try_into().ok()?).ok()?;
        Some((key, ed25519_dalek::Signature::from_slice(&self.signature).ok()?))
    }

    fn rsa(&self, verify: impl FnOnce(&rsa::PublicKey, &[u8], &[u8]) -> rsa::Result<()>) -> bool {
        let hashed = self.scheme.hash().and_then(|hash| self.hashed(hash));
        let [modulus, exponent] = self.key.numbers().map(rsa::BoxedUint::from_be_slice_vartime);
        let key = rsa::PublicKey::new_with_size_limits(modulus, exponent, RSA_BITS).ok();
        key.zip(hashed).is_some_and(|(key, hashed)| verify(&key, hashed.as_bytes(), &self.signature).is_ok())
    }
}

/// `ECDSA-Sig-Value`, RFC 3279 section 2.2.3. Whether the numbers are below the order is for the arithmetic to say.
fn ecdsa_numbers(signature: &[u8]) -> Result<[&[u8]; 2], InvalidDer> {
    let mut numbers = der::only(signature, Tag::SEQUENCE)?.reader();
    let found = [numbers.unsigned()?, numbers.unsigned()?];
    numbers.finish()?;
    Ok(found)
}

/// A number in as many octets as a coordinate has, if it needs no more.
fn padded<const SIZE: usize>(number: &[u8]) -> Option<[u8; SIZE]> {
    let mut octets = [0; SIZE];
    octets.get_mut(SIZE.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(octets)
}
