//! The arithmetic that sigstore-verify does without: it brings none where C does not compile.
//!
//! The same crates as ours do it, without our code around them. Each signature is verified once in a run.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::Mutex;

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::Sha384;
use sha2::Sha512;
use sigstore_verify::crypto::CryptoProvider;
use sigstore_verify::crypto::Error;
use sigstore_verify::crypto::HashContext;
use sigstore_verify::crypto::Result;
use sigstore_verify::crypto::SigningScheme;
use sigstore_verify::types::HashAlgorithm;

/// The arithmetic of the `RustCrypto` crates.
#[derive(Debug)]
pub(crate) struct RustCrypto;

enum Hasher {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    fn new(algorithm: HashAlgorithm) -> Result<Self> {
        Ok(match algorithm {
            HashAlgorithm::Sha2256 => Self::Sha256(Sha256::new()),
            HashAlgorithm::Sha2384 => Self::Sha384(Sha384::new()),
            HashAlgorithm::Sha2512 => Self::Sha512(Sha512::new()),
            other => return Err(Error::UnsupportedAlgorithm(other.to_string())),
        })
    }
}

impl HashContext for Hasher {
    fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(data),
            Self::Sha384(hasher) => hasher.update(data),
            Self::Sha512(hasher) => hasher.update(data),
        }
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        match *self {
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Sha384(hasher) => hasher.finalize().to_vec(),
            Self::Sha512(hasher) => hasher.finalize().to_vec(),
        }
    }
}

impl CryptoProvider for RustCrypto {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
        Ok(Box::new(Hasher::new(algorithm)?))
    }

    fn verify_raw(&self, scheme: SigningScheme, key: &[u8], data: &[u8], signature: &[u8]) -> Result<()> {
        match scheme.hash_algorithm() {
            Some(algorithm) => {
                let mut hasher = Box::new(Hasher::new(algorithm)?);
                hasher.update(data);
                self.verify_prehashed(scheme, key, &hasher.finalize(), signature)
            }
            None if scheme == SigningScheme::Ed25519 => once(scheme, key, data, signature, || {
                let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
                // As everybody but us does: keys of small order are taken.
                ed25519_dalek::Verifier::verify(&key, data, &ed25519_dalek::Signature::from_slice(signature).ok()?).ok()
            }),
            None => Err(Error::UnsupportedAlgorithm(scheme.name().into())),
        }
    }

    fn verify_prehashed(&self, scheme: SigningScheme, key: &[u8], digest: &[u8], signature: &[u8]) -> Result<()> {
        macro_rules! ecdsa {
            ($curve:ident, $size:literal) => {{
                let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(key).ok()?;
                let [r, s] = numbers(signature)?;
                let signature = $curve::ecdsa::Signature::from_scalars(padded::<$size>(r)?, padded::<$size>(s)?).ok()?;
                key.verify_prehash(digest, &signature).ok()
            }};
        }
        let rsa = || {
            let [modulus, exponent] = numbers(key)?;
            let number = rsa::BoxedUint::from_be_slice_vartime;
            rsa::PublicKey::new_with_size_limits(number(modulus), number(exponent), 2048..=8192).ok()
        };
        once(scheme, key, digest, signature, || match scheme {
            SigningScheme::EcdsaP256Sha256 | SigningScheme::EcdsaP256Sha384 => ecdsa!(p256, 32),
            SigningScheme::EcdsaP384Sha256 | SigningScheme::EcdsaP384Sha384 => ecdsa!(p384, 48),
            SigningScheme::RsaPkcs1Sha256 => rsa()?.pkcs1v15_verify_prehash::<Sha256>(digest, signature).ok(),
            SigningScheme::RsaPkcs1Sha384 => rsa()?.pkcs1v15_verify_prehash::<Sha384>(digest, signature).ok(),
            SigningScheme::RsaPkcs1Sha512 => rsa()?.pkcs1v15_verify_prehash::<Sha512>(digest, signature).ok(),
            SigningScheme::RsaPssSha256 => rsa()?.pss_verify_prehash::<Sha256>(digest, signature).ok(),
            SigningScheme::RsaPssSha384 => rsa()?.pss_verify_prehash::<Sha384>(digest, signature).ok(),
            SigningScheme::RsaPssSha512 => rsa()?.pss_verify_prehash::<Sha512>(digest, signature).ok(),
            _ => None,
        })
    }
}

/// What came of a verification, which is done if it was not before.
fn once(scheme: SigningScheme, key: &[u8], data: &[u8], signature: &[u8], verify: impl FnOnce() -> Option<()>) -> Result<()> {
    type Name = (SigningScheme, Vec<u8>, Vec<u8>, Vec<u8>);
    static KNOWN: LazyLock<Mutex<HashMap<Name, bool>>> = LazyLock::new(Mutex::default);
    let name = (scheme, key.to_vec(), Sha256::digest(data).to_vec(), signature.to_vec());
    let known = KNOWN.lock().unwrap().get(&name).copied();
    let holds = known.unwrap_or_else(|| {
        let holds = verify().is_some();
        KNOWN.lock().unwrap().insert(name, holds);
        holds
    });
    if holds { Ok(()) } else { Err(Error::Verification(format!("{} does not hold", scheme.name()))) }
}

/// A SEQUENCE of two INTEGERs that are not negative, in DER and nothing behind it, without their leading zeros.
fn numbers(der: &[u8]) -> Option<[&[u8]; 2]> {
    let (sequence, rest) = element(0x30, der)?;
    let (first, second) = element(2, sequence)?;
    let (second, end) = element(2, second)?;
    (rest.is_empty() && end.is_empty()).then_some([unsigned(first)?, unsigned(second)?])
}

fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81 => (usize::from(*rest.first().filter(|length| **length >= 0x80)?), &rest[1..]),
        0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), &rest[2..]),
        _ => return None,
    };
    (*found == tag).then_some(())?;
    rest.split_at_checked(length)
}

fn unsigned(integer: &[u8]) -> Option<&[u8]> {
    match integer {
        [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => None,
        [0, number @ ..] | number => Some(number),
    }
}

fn padded<const SIZE: usize>(number: &[u8]) -> Option<[u8; SIZE]> {
    let mut octets = [0; SIZE];
    octets.get_mut(SIZE.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(octets)
}
