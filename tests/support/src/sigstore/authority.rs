//! Certificate authorities, as Fulcio and timestamp authorities have them: a root, intermediates, and what they issue.

use super::certificate::Certificate;
use super::certificate::CertificateSpec;
use super::certificate::Name;
use super::extension::CODE_SIGNING;
use super::extension::CRL_SIGN;
use super::extension::DIGITAL_SIGNATURE;
use super::extension::Extension;
use super::extension::KEY_CERT_SIGN;
use super::key::Hash;
use super::key::PublicKey;
use super::key::SigningKey;
use super::key::sha256;
use super::time;

/// The organization in every name.
pub const ORGANIZATION: &str = "pullproof.test";

/// A certificate authority: its key, its certificate, and those above it.
///
/// ```
/// use pullproof_world::sigstore::Authority;
/// use pullproof_world::sigstore::SigningKey;
///
/// let root = Authority::root("root");
/// let intermediate = root.intermediate("intermediate");
/// let expired = intermediate.issue(&SigningKey::p256("publisher"), |leaf| leaf.valid(0, 1).email("somebody@example.test"));
/// assert_eq!(expired.spec.issuer, intermediate.certificate.spec.subject);
/// ```
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its key.
    pub key: SigningKey,
    /// The hash function it signs with.
    pub hash: Hash,
    /// Its certificate.
    pub certificate: Certificate,
    /// The certificates above its own, up to the root.
    pub above: Vec<Certificate>,
}

impl Authority {
    /// A root on P-384, as Fulcio's is.
    pub fn root(name: &str) -> Self {
        Self::root_with(name, SigningKey::p384(name), |spec| spec)
    }

    /// A root with another key, and whatever else.
    pub fn root_with(name: &str, key: SigningKey, adjust: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Self {
        let hash = key.hash();
        let spec = authority_spec(Name::new(ORGANIZATION, name), &key.public(), None);
        let spec = adjust(CertificateSpec { issuer: spec.subject.clone(), signature_algorithm: key.signature_algorithm(hash), ..spec });
        let signature = key.sign_with(hash, &spec.tbs());
        Self { key, hash, certificate: spec.with_signature(&signature), above: Vec::new() }
    }

    /// An intermediate on P-384 that may sign code only, and issue to publishers only.
    #[must_use]
    pub fn intermediate(&self, name: &str) -> Self {
        self.intermediate_with(name, SigningKey::p384(name), |spec| spec)
    }

    /// An intermediate with another key, and whatever else.
    #[must_use]
    pub fn intermediate_with(&self, name: &str, key: SigningKey, adjust: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Self {
        let spec = authority_spec(Name::new(ORGANIZATION, name), &key.public(), Some(0));
        let spec = spec.extension(Extension::extended_key_usage(&[CODE_SIGNING]));
        let certificate = self.sign(adjust(self.issued_here(spec)));
        Self { hash: key.hash(), key, certificate, above: self.chain() }
    }

    /// The same authority signing with another hash function.
    #[must_use]
    pub fn hashing_with(self, hash: Hash) -> Self {
        Self { hash, ..self }
    }

    /// Its certificate and those above it.
    pub fn chain(&self) -> Vec<Certificate> {
        std::iter::once(&self.certificate).chain(&self.above).cloned().collect()
    }

    /// What a certificate for a publisher says until somebody adjusts it: code signing, from noon for ten minutes, no identity yet.
    pub fn publisher(&self, key: &PublicKey) -> CertificateSpec {
        let spec = CertificateSpec {
            version: 2,
            serial: serial(&key.spki),
            issuer: Name::empty(),
            not_before: time::SIGNED_AT,
            not_after: time::SIGNED_AT + time::TEN_MINUTES,
            subject: Name::empty(),
            key: key.spki.clone(),
            extensions: vec![
                Extension::key_usage(&[DIGITAL_SIGNATURE]),
                Extension::extended_key_usage(&[CODE_SIGNING]),
                Extension::subject_key_identifier(&key.identifier()),
            ],
            signature_algorithm: Vec::new(),
            outer_signature_algorithm: None,
        };
        self.issued_here(spec)
    }

    /// Issues a certificate for the key of a publisher, without SCTs.
    pub fn issue(&self, key: &SigningKey, adjust: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Certificate {
        self.sign(adjust(self.publisher(&key.public())))
    }

    /// Names this authority in a certificate: as its issuer, by its key's identifier, and how it signs.
    pub fn issued_here(&self, spec: CertificateSpec) -> CertificateSpec {
        let spec = spec.extension(Extension::authority_key_identifier(&self.key.public().identifier()));
        let signature_algorithm = self.key.signature_algorithm(self.hash);
        CertificateSpec { issuer: self.certificate.spec.subject.clone(), signature_algorithm, ..spec }
    }

    /// Signs whatever it is given.
    pub fn sign(&self, spec: CertificateSpec) -> Certificate {
        let signature = self.key.sign_with(self.hash, &spec.tbs());
        spec.with_signature(&signature)
    }
}

fn authority_spec(subject: Name, key: &PublicKey, path_length: Option<u64>) -> CertificateSpec {
    CertificateSpec {
        version: 2,
        serial: serial(&subject.der()),
        issuer: Name::empty(),
        not_before: time::BEGINNING,
        not_after: time::END,
        subject,
        key: key.spki.clone(),
        extensions: vec![
            Extension::key_usage(&[KEY_CERT_SIGN, CRL_SIGN]),
            Extension::basic_constraints(true, path_length),
            Extension::subject_key_identifier(&key.identifier()),
        ],
        signature_algorithm: Vec::new(),
        outer_signature_algorithm: None,
    }
}

/// Twenty octets, as many as RFC 5280 section 4.1.2.2 allows, and positive.
fn serial(seed: &[u8]) -> Vec<u8> {
    let mut serial = sha256(seed)[..20].to_vec();
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}
