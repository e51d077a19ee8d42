//! Keys that sign trust data, bare or in certificates.

use base64ct::Base64;
use base64ct::Encoding as _;
use serde_json::Value;
use serde_json::json;

use crate::content_trust::GUN;
use crate::content_trust::canonical;
use crate::content_trust::days_later;
use crate::content_trust::sha256;
use crate::sigstore::CertificateSpec;
use crate::sigstore::Extension;
use crate::sigstore::Hash;
use crate::sigstore::Name;
use crate::sigstore::SigningKey;

/// The first second of this century.
const LONG_AGO: i64 = 946_684_800;

/// Somebody who signs: a key, bare or in certificates.
#[derive(Clone, Debug)]
pub struct Signer {
    key: SigningKey,
    kind: &'static str,
    public: String,
    pub(super) method: &'static str,
}

impl Signer {
    /// A bare key on P-256.
    pub fn p256(name: &str) -> Self {
        Self::bare(SigningKey::p256(name))
    }

    /// A key by itself.
    pub fn bare(key: SigningKey) -> Self {
        let public = key.public();
        let (kind, method) = kinds(&key);
        let bytes = if kind == "ed25519" { public.raw } else { public.spki };
        Self { key, kind, public: Base64::encode_string(&bytes), method }
    }

    /// In a text that should be PEM.
    pub fn in_text(key: SigningKey, text: &str) -> Self {
        let (kind, method) = kinds(&key);
        let kind = if kind == "rsa" { "rsa-x509" } else { "ecdsa-x509" };
        Self { key, kind, public: Base64::encode_string(text.as_bytes()), method }
    }

    /// In a certificate for a common name, valid for ten years.
    pub fn certified(key: SigningKey, common_name: &str) -> Self {
        let pem = certificate(&key, common_name).with_signature(&[]).signed_by(&key).pem();
        Self::in_text(key, &pem)
    }

    /// The key of a root: in a certificate for [`GUN`].
    pub fn root(name: &str) -> Self {
        Self::certified(SigningKey::p256(name), GUN)
    }

    /// As if of another type.
    #[must_use]
    pub fn of_kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// As if it signed in another way.
    #[must_use]
    pub fn by_method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// As documents list it.
    pub fn document(&self) -> Value {
        json!({ "keytype": self.kind, "keyval": { "private": null, "public": self.public } })
    }

    /// Its name in documents.
    pub fn id(&self) -> String {
        sha256(canonical(&self.document()).as_bytes())
    }

    /// The ID of the same key without certificates.
    pub fn canonical_id(&self) -> String {
        Self::bare(self.key.clone()).id()
    }

    /// As Notary writes it.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.key.public().details {
            "PKIX_ECDSA_P256_SHA_256" => side_by_side(&self.key.sign_with(Hash::Sha256, message), 32),
            "PKIX_ECDSA_P384_SHA_384" => side_by_side(&self.key.sign_with(Hash::Sha256, message), 48),
            "PKIX_ECDSA_P521_SHA_512" => side_by_side(&self.key.sign_with(Hash::Sha256, message), 66),
            _ => self.key.sign_with(Hash::Sha256, message),
        }
    }

    /// In DER, as everybody but Notary writes it.
    pub fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign_with(Hash::Sha256, message)
    }
}

fn kinds(key: &SigningKey) -> (&'static str, &'static str) {
    match key.public().details {
        "PKIX_ED25519" => ("ed25519", "eddsa"),
        "PKIX_RSA_PKCS1V15_2048_SHA256" => ("rsa", "rsapkcs1v15"),
        _ => ("ecdsa", "ecdsa"),
    }
}

/// A certificate as `notary` makes them: self-issued, for code signing, no authority's.
pub fn certificate(key: &SigningKey, common_name: &str) -> CertificateSpec {
    let name = Name(vec![("2.5.4.3", common_name.to_owned())]);
    CertificateSpec {
        version: 2,
        serial: vec![1, 2],
        issuer: name.clone(),
        not_before: LONG_AGO,
        not_after: days_later(3650).seconds(),
        subject: name,
        key: key.public().spki,
        extensions: vec![
            Extension::key_usage(&[0, 2]).critical(),
            Extension::extended_key_usage(&["1.3.6.1.5.5.7.3.3"]),
            Extension::basic_constraints(false, None).critical(),
        ],
        signature_algorithm: key.signature_algorithm(key.hash()),
        outer_signature_algorithm: None,
    }
}

/// The two numbers of a signature in DER, each in `size` octets.
pub fn side_by_side(der: &[u8], size: usize) -> Vec<u8> {
    // Those of P-521 have a length of two octets.
    let mut rest = if der[1] < 0x80 { &der[2..] } else { &der[3..] };
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let length = usize::from(rest[1]);
        let number: Vec<u8> = rest[2..2 + length].iter().copied().skip_while(|octet| *octet == 0).collect();
        numbers.extend(vec![0; size - number.len()]);
        numbers.extend(number);
        rest = &rest[2 + length..];
    }
    numbers
}
