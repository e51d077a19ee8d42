//! Certificate Transparency logs, and the SCTs they give (RFC 6962 section 3.2).

use super::authority::Authority;
use super::certificate::CertificateSpec;
use super::der;
use super::extension::Extension;
use super::extension::SCT_LIST;
use super::key::SigningKey;
use super::time;

/// A log that promises to list certificates.
#[derive(Clone, Debug)]
pub struct CtLog {
    /// Its key.
    pub key: SigningKey,
    /// Its address.
    pub base_url: String,
}

/// A signed certificate timestamp. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sct {
    /// 0 for version 1.
    pub version: u8,
    /// Which log: SHA-256 of its key.
    pub log_id: Vec<u8>,
    /// Milliseconds since 1970.
    pub milliseconds: u64,
    /// Extensions: empty, or as static logs have them.
    pub extensions: Vec<u8>,
    /// The hash and signature algorithm, as TLS numbers them.
    pub algorithm: [u8; 2],
    /// The signature.
    pub signature: Vec<u8>,
}

impl CtLog {
    /// A log with a key on P-256.
    pub fn new(name: &str) -> Self {
        Self::with_key(name, SigningKey::p256(name))
    }

    /// A log with another key.
    pub fn with_key(name: &str, key: SigningKey) -> Self {
        Self { key, base_url: format!("https://{name}") }
    }

    /// An SCT for a certificate that `authority` is about to sign, of half a second after it begins.
    pub fn sct(&self, certificate: &CertificateSpec, authority: &Authority) -> Sct {
        let milliseconds = u64::try_from(certificate.not_before).expect("the world begins in 1970") * 1000 + 500;
        self.sct_at(milliseconds, certificate, authority, &[])
    }

    /// An SCT of another time, with extensions.
    pub fn sct_at(&self, milliseconds: u64, certificate: &CertificateSpec, authority: &Authority, extensions: &[u8]) -> Sct {
        let unlisted = without_scts(certificate);
        self.sign(Sct { milliseconds, extensions: extensions.to_vec(), ..self.unsigned() }, &authority.key.public().id(), &unlisted.tbs())
    }

    /// Signs an SCT for whatever it is given: the hash of an issuer's key, and a `TBSCertificate`.
    pub fn sign(&self, sct: Sct, issuer_key_hash: &[u8], tbs: &[u8]) -> Sct {
        let milliseconds = sct.milliseconds.to_be_bytes();
        let (tbs, extensions) = (with_length(3, tbs), with_length(2, &sct.extensions));
        let message = [&[sct.version, 0], milliseconds.as_slice(), &[0, 1], issuer_key_hash, &tbs, &extensions].concat();
        Sct { signature: self.key.sign(&message), ..sct }
    }

    /// An SCT of this log that still lacks its signature.
    pub fn unsigned(&self) -> Sct {
        Sct {
            version: 0,
            log_id: self.key.public().id(),
            milliseconds: u64::try_from(time::SIGNED_AT).expect("it is after 1970") * 1000,
            extensions: Vec::new(),
            algorithm: self.key.tls_algorithm(),
            signature: Vec::new(),
        }
    }
}

impl Sct {
    /// The `leaf_index` extension of static logs (c2sp.org/static-ct-api): type 0, 40 bits.
    pub fn leaf_index(index: u64) -> Vec<u8> {
        [&[0, 0, 5], &index.to_be_bytes()[3..]].concat()
    }

    /// `SerializedSCT`, without its length.
    pub fn bytes(&self) -> Vec<u8> {
        let milliseconds = self.milliseconds.to_be_bytes();
        let (extensions, signature) = (with_length(2, &self.extensions), with_length(2, &self.signature));
        [&[self.version], self.log_id.as_slice(), &milliseconds, &extensions, &self.algorithm, &signature].concat()
    }

    /// The extension that carries SCTs.
    pub fn list(scts: &[Self]) -> Extension {
        let serialized: Vec<Vec<u8>> = scts.iter().map(|sct| with_length(2, &sct.bytes())).collect();
        Extension::new(SCT_LIST, der::octet_string(&with_length(2, &serialized.concat())))
    }
}

/// What a log signs: the certificate as if it had no SCTs.
fn without_scts(certificate: &CertificateSpec) -> CertificateSpec {
    let mut unlisted = certificate.clone();
    unlisted.extensions.retain(|extension| extension.oid != SCT_LIST);
    unlisted
}

/// A vector of TLS: its length in so many octets, and itself.
fn with_length(octets: usize, bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_be_bytes();
    [&length[8 - octets..], bytes].concat()
}
