//! Keys that sign: TEST KEYS, each made from nothing but its name, so that everybody has them. Never trust one outside of tests.
//!
//! Signatures are deterministic: ECDSA as RFC 6979 has it, Ed25519 and RSA PKCS #1 v1.5 by nature.

mod rsa_2048;

use std::fmt;

use base64ct::Base64;
use base64ct::Encoding as _;
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::traits::PublicKeyParts as _;
use sha2::Digest as _;

use super::der;

/// A hash function of FIPS 180-4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The digest of `bytes`.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }

    /// `sha256`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// `SHA2_256`, as bundles and trusted roots say.
    pub const fn protobuf_name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA2_256",
            Self::Sha384 => "SHA2_384",
            Self::Sha512 => "SHA2_512",
        }
    }

    /// `AlgorithmIdentifier`, without parameters (RFC 5754 section 2).
    pub fn algorithm_identifier(self) -> Vec<u8> {
        let last = match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        };
        der::sequence([&der::oid(&format!("2.16.840.1.101.3.4.2.{last}"))])
    }
}

/// SHA-256, which nearly everything is named by.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Hash::Sha256.of(bytes)
}

/// A private key. TEST KEY.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa2048(Box<rsa::PrivateKey>),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TEST KEY {}", self.name)
    }
}

impl SigningKey {
    /// A key on P-256.
    pub fn p256(name: &str) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&scalar(name, 32)).expect("SHA-512 rarely gives a number above the order");
        Self { name: name.into(), kind: Kind::P256(key) }
    }

    /// A key on P-384.
    pub fn p384(name: &str) -> Self {
        let key = p384::ecdsa::SigningKey::from_slice(&scalar(name, 48)).expect("SHA-512 rarely gives a number above the order");
        Self { name: name.into(), kind: Kind::P384(key) }
    }

    /// A key on P-521.
    pub fn p521(name: &str) -> Self {
        let key = p521::ecdsa::SigningKey::from_slice(&scalar(name, 66)).expect("512 bits are below the order");
        Self { name: name.into(), kind: Kind::P521(key) }
    }

    /// An Ed25519 key.
    pub fn ed25519(name: &str) -> Self {
        let seed = <[u8; 32]>::try_from(scalar(name, 32)).expect("32 were asked for");
        Self { name: name.into(), kind: Kind::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed)) }
    }

    /// The RSA key. There is one only, because primes take long to find.
    pub fn rsa_2048() -> Self {
        Self { name: "rsa".into(), kind: Kind::Rsa2048(Box::new(rsa_2048::key())) }
    }

    /// One key of each kind.
    pub fn all(name: &str) -> [Self; 5] {
        [Self::p256(name), Self::p384(name), Self::p521(name), Self::ed25519(name), Self::rsa_2048()]
    }

    /// The name it is made from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        let (algorithm, key) = match &self.kind {
            Kind::P256(key) => (on_curve("1.2.840.10045.3.1.7"), key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Kind::P384(key) => (on_curve("1.3.132.0.34"), key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Kind::P521(key) => (on_curve("1.3.132.0.35"), key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Kind::Ed25519(key) => (der::sequence([&der::oid(ED25519)]), key.verifying_key().to_bytes().to_vec()),
            Kind::Rsa2048(key) => {
                let numbers = [key.n_bytes(), key.e_bytes()].map(|number| der::unsigned(&number));
                (der::sequence([&der::oid("1.2.840.113549.1.1.1"), &der::null()]), der::sequence_of(&numbers))
            }
        };
        PublicKey { spki: der::sequence([&algorithm, &der::bit_string(&key)]), raw: key, details: self.details() }
    }

    /// The hash function that goes with the key.
    pub const fn hash(&self) -> Hash {
        match self.kind {
            Kind::P256(_) | Kind::Rsa2048(_) => Hash::Sha256,
            Kind::P384(_) => Hash::Sha384,
            Kind::P521(_) | Kind::Ed25519(_) => Hash::Sha512,
        }
    }

    /// Signs as the key usually does: ECDSA with the hash of its curve, in DER; RSA PKCS #1 v1.5 with SHA-256; pure Ed25519.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with(self.hash(), message)
    }

    /// Signs with another hash function, which Ed25519 does not look at.
    pub fn sign_with(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        match &self.kind {
            Kind::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Kind::Rsa2048(key) => match hash {
                Hash::Sha256 => key.pkcs1v15_sign::<sha2::Sha256>(message),
                Hash::Sha384 => key.pkcs1v15_sign::<sha2::Sha384>(message),
                Hash::Sha512 => key.pkcs1v15_sign::<sha2::Sha512>(message),
            }
            .expect("2048 bits are enough for each of them"),
            _ => self.sign_digest(&hash.of(message)),
        }
    }

    /// ECDSA over a digest that somebody else made, be it true or not.
    pub fn sign_digest(&self, digest: &[u8]) -> Vec<u8> {
        const SIGNED: &str = "any digest of half the field's length or more can be signed";
        let numbers = match &self.kind {
            Kind::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&padded(digest, 32)).expect(SIGNED);
                signature.to_bytes().to_vec()
            }
            Kind::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&padded(digest, 48)).expect(SIGNED);
                signature.to_bytes().to_vec()
            }
            Kind::P521(key) => {
                let signature: p521::ecdsa::Signature = key.sign_prehash(&padded(digest, 66)).expect(SIGNED);
                signature.to_bytes().to_vec()
            }
            Kind::Ed25519(_) | Kind::Rsa2048(_) => panic!("expected an ECDSA key, found {self:?}"),
        };
        let (r, s) = numbers.split_at(numbers.len() / 2);
        der::sequence([&der::unsigned(r), &der::unsigned(s)])
    }

    /// Ed25519ph without a context, over the SHA-512 of the message.
    pub fn sign_ed25519ph(&self, message: &[u8]) -> Vec<u8> {
        let Kind::Ed25519(key) = &self.kind else { panic!("expected an Ed25519 key, found {self:?}") };
        let hashed = sha2::Sha512::new_with_prefix(message);
        key.sign_prehashed(hashed, None).expect("no context is too long").to_bytes().to_vec()
    }

    /// `AlgorithmIdentifier` of the key's signatures with a hash function (RFC 5758, 4055, 8410).
    pub fn signature_algorithm(&self, hash: Hash) -> Vec<u8> {
        let number = match hash {
            Hash::Sha256 => 0,
            Hash::Sha384 => 1,
            Hash::Sha512 => 2,
        };
        match self.kind {
            Kind::Ed25519(_) => der::sequence([&der::oid(ED25519)]),
            Kind::Rsa2048(_) => der::sequence([&der::oid(&format!("1.2.840.113549.1.1.{}", 11 + number)), &der::null()]),
            _ => der::sequence([&der::oid(&format!("1.2.840.10045.4.3.{}", 2 + number))]),
        }
    }

    /// `SignatureAndHashAlgorithm` of TLS, as SCTs have it (RFC 5246 section 7.4.1.4.1; RFC 8422 section 5.1.3).
    pub(super) const fn tls_algorithm(&self) -> [u8; 2] {
        match self.kind {
            Kind::Ed25519(_) => [8, 7],
            Kind::Rsa2048(_) => [4, 1],
            Kind::P256(_) => [4, 3],
            Kind::P384(_) => [5, 3],
            Kind::P521(_) => [6, 3],
        }
    }

    const fn details(&self) -> &'static str {
        match self.kind {
            Kind::P256(_) => "PKIX_ECDSA_P256_SHA_256",
            Kind::P384(_) => "PKIX_ECDSA_P384_SHA_384",
            Kind::P521(_) => "PKIX_ECDSA_P521_SHA_512",
            Kind::Ed25519(_) => "PKIX_ED25519",
            Kind::Rsa2048(_) => "PKIX_RSA_PKCS1V15_2048_SHA256",
        }
    }
}

/// A public key, as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// The point, or the `RSAPublicKey`.
    pub raw: Vec<u8>,
    /// What trusted roots and logs call its kind: `PKIX_ECDSA_P256_SHA_256`.
    pub details: &'static str,
}

impl PublicKey {
    /// SHA-256 of the `SubjectPublicKeyInfo`: what Rekor v1 and CT logs are named by.
    pub fn id(&self) -> Vec<u8> {
        sha256(&self.spki)
    }

    /// `-----BEGIN PUBLIC KEY-----`, as `cosign public-key` prints it.
    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki)
    }

    /// The identifier that certificates have for it: RFC 7093 section 2, method 1.
    pub fn identifier(&self) -> Vec<u8> {
        sha256(&self.raw)[..20].to_vec()
    }
}

/// RFC 7468, 64 characters a line.
pub fn pem(label: &str, bytes: &[u8]) -> String {
    let base64 = Base64::encode_string(bytes);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

const ED25519: &str = "1.3.101.112";

fn on_curve(curve: &str) -> Vec<u8> {
    der::sequence([&der::oid("1.2.840.10045.2.1"), &der::oid(curve)])
}

/// A number for a private key, from its name.
fn scalar(name: &str, length: usize) -> Vec<u8> {
    padded(&Hash::Sha512.of(format!("pullproof TEST KEY {name}").as_bytes())[..length.min(64)], length)
}

/// FIPS 186-5 section 6.4.1 takes a shorter digest for the number it is; the crates want to see its zeros.
fn padded(digest: &[u8], length: usize) -> Vec<u8> {
    [vec![0; length.saturating_sub(digest.len())], digest.to_vec()].concat()
}

#[cfg(test)]
mod tests;
