//! Test keys that sign the same way every time, DER as anybody may write it, and what OpenSSL signed.

use base64ct::Base64;
use base64ct::Encoding as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde::Deserialize;

/// One element: contents shorter than 64 KiB, the length in the fewest octets.
pub(crate) fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).expect("short").to_be_bytes();
    let head: &[u8] = match length {
        [0, low @ 0..0x80] => &[tag, low],
        [0, low] => &[tag, 0x81, low],
        [high, low] => &[tag, 0x82, high, low],
    };
    [head, contents].concat()
}

pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    der(0x30, &elements.concat())
}

/// INTEGER of a number without a sign.
pub(crate) fn integer(number: &[u8]) -> Vec<u8> {
    let digits = &number[number.iter().take_while(|octet| **octet == 0).count()..];
    let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    der(0x02, &[sign, digits].concat())
}

pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    der(0x03, &[&[0], octets].concat())
}

pub(crate) const NULL: &[u8] = &[0x05, 0x00];
pub(crate) const EC: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
pub(crate) const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub(crate) const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
pub(crate) const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];
pub(crate) const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
pub(crate) const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

pub(crate) fn ec_spki(curve: &[u8], point: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[EC, curve]), &bit_string(point)])
}

pub(crate) fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[RSA, NULL]), &bit_string(&sequence(&[&integer(modulus), &integer(exponent)]))])
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", Base64::encode_string(der))
}

macro_rules! ecdsa_signer {
    ($name:ident, $curve:ident, $oid:ident, $size:literal) => {
        /// A test key, made of one octet, and its signature over a digest.
        pub(crate) fn $name(seed: u8, digest: Digest) -> (PublicKey, Vec<u8>) {
            let mut secret = [seed; $size];
            secret[0] = 0;
            let key = $curve::ecdsa::SigningKey::from_slice(&secret).expect("a number below the order");
            let signature: $curve::ecdsa::Signature = key.sign_prehash(digest.as_bytes()).expect("a digest can be signed");
            let spki = ec_spki($oid, key.verifying_key().to_sec1_point(false).as_bytes());
            (PublicKey::from_spki(&spki).expect("a point on the curve"), signature.to_der().as_bytes().to_vec())
        }
    };
}

ecdsa_signer!(p256, p256, P256, 32);
ecdsa_signer!(p384, p384, P384, 48);
ecdsa_signer!(p521, p521, P521, 66);

pub(crate) const MESSAGE: &[u8] = b"a message";

/// A P-256 test key, and what it signed: [`MESSAGE`].
pub(crate) fn signed_by(seed: u8) -> SignatureCheck {
    let (key, signature) = p256(seed, Digest::of(Algorithm::Sha256, MESSAGE));
    SignatureCheck::new(key, Scheme::Ecdsa(Algorithm::Sha256), Message::Bytes(MESSAGE.to_vec()), signature).expect("it suits")
}

/// The same, of another message: a signature that does not hold.
pub(crate) fn forged_by(seed: u8) -> SignatureCheck {
    let honest = signed_by(seed);
    let signature = honest.signature().to_vec();
    SignatureCheck::new(honest.key().clone(), honest.scheme(), Message::Bytes(b"another".to_vec()), signature).expect("it suits")
}

/// What OpenSSL signed: `third_party/openssl.json`.
#[derive(Deserialize)]
pub(crate) struct OpenSsl {
    pub(crate) message: String,
    pub(crate) keys: Vec<OpenSslKey>,
}

#[derive(Deserialize)]
pub(crate) struct OpenSslKey {
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) pkcs1: Option<String>,
    pub(crate) signatures: Vec<OpenSslSignature>,
}

#[derive(Deserialize)]
pub(crate) struct OpenSslSignature {
    pub(crate) scheme: String,
    signature: String,
}

impl OpenSslSignature {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        Base64::decode_vec(&self.signature).expect("base64")
    }
}

impl OpenSsl {
    pub(crate) fn load() -> Self {
        serde_json::from_str(include_str!("../third_party/openssl.json")).expect("the file is of this shape")
    }

    pub(crate) fn key(&self, kind: &str) -> &OpenSslKey {
        self.keys.iter().find(|key| key.kind == kind).expect("the file has a key of every kind")
    }
}
