//! A publisher signs: everything in its honest order, and each step can be left out or changed.

use pullproof::digest::Digest;
use serde_json::Value;

use super::bundle::BUNDLE_V0_1;
use super::bundle::BUNDLE_V0_2;
use super::bundle::BUNDLE_V0_3;
use super::bundle::Bundle;
use super::bundle::Content;
use super::bundle::Material;
use super::certificate::Certificate;
use super::certificate::CertificateSpec;
use super::ct_log::Sct;
use super::deployment::Sigstore;
use super::entry::Body;
use super::entry::LogEntry;
use super::entry::Verifier;
use super::entry::base64;
use super::key::Hash;
use super::key::PublicKey;
use super::key::SigningKey;
use super::statement::Envelope;
use super::statement::signing_statement;
use super::statement::statement;
use super::time;

/// Who signs, as certificates say unless somebody asks for another.
pub const IDENTITY: &str = "https://ci.pullproof.test/team/app/.workflows/release.yml@refs/heads/main";
/// Who vouches for it.
pub const ISSUER: &str = "https://token.pullproof.test";

/// What a publisher is about to do.
#[derive(Clone, Debug)]
pub struct Signing<'a> {
    sigstore: &'a Sigstore,
    key: SigningKey,
    /// None where the publisher manages the key.
    certificate: Option<CertificateSpec>,
    certificate_log: bool,
    hash: Option<Hash>,
    at: i64,
    listing: Listing,
    stamped: bool,
    media_type: String,
}

/// Where a signature is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// In no log.
    Nowhere,
    /// In Rekor v1: hashedrekord 0.0.1, and dsse 0.0.1 for envelopes.
    V1,
    /// In Rekor v1: intoto 0.0.2 for envelopes, as before 2024.
    V1Intoto,
    /// In Rekor v2.
    V2,
}

/// How it is done.
impl<'a> Signing<'a> {
    pub(super) fn new(sigstore: &'a Sigstore) -> Self {
        let key = SigningKey::p256("publisher");
        let certificate = sigstore.fulcio.publisher(&key.public()).identity(IDENTITY).issuer(ISSUER);
        Self {
            sigstore,
            key,
            certificate: Some(certificate),
            certificate_log: true,
            hash: None,
            at: time::SIGNED_AT,
            listing: Listing::V1,
            stamped: false,
            media_type: BUNDLE_V0_3.into(),
        }
    }

    /// With a key that the publisher manages, and no certificate.
    #[must_use]
    pub fn with_key(self, key: &SigningKey) -> Self {
        Self { key: key.clone(), certificate: None, ..self }
    }

    /// With a certificate for another key. What was said of the certificate so far is forgotten but for the identity.
    #[must_use]
    pub fn keyless_with(self, key: &SigningKey) -> Self {
        let certificate = self.sigstore.fulcio.publisher(&key.public()).identity(IDENTITY).issuer(ISSUER);
        Self { key: key.clone(), certificate: Some(certificate), ..self }
    }

    /// With something changed in the certificate, before it is listed and signed. Panics where there is none.
    #[must_use]
    pub fn certificate(mut self, adjust: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Self {
        let certificate = self.certificate.take().expect("a key that the publisher manages has no certificate");
        self.certificate = Some(adjust(certificate));
        self
    }

    /// By the identity of a URI.
    #[must_use]
    pub fn identity(self, uri: &str) -> Self {
        self.certificate(|certificate| certificate.identity(uri))
    }

    /// By somebody with an e-mail address.
    #[must_use]
    pub fn email(self, address: &str) -> Self {
        self.certificate(|certificate| certificate.email(address))
    }

    /// Vouched for by another issuer.
    #[must_use]
    pub fn issuer(self, issuer: &str) -> Self {
        self.certificate(|certificate| certificate.issuer(issuer))
    }

    /// With a certificate that no log has promised to list.
    #[must_use]
    pub fn without_scts(mut self) -> Self {
        self.certificate_log = false;
        self
    }

    /// With another hash function than the key's own.
    #[must_use]
    pub fn hashing_with(mut self, hash: Hash) -> Self {
        self.hash = Some(hash);
        self
    }

    /// At another time. The certificate stays valid when it was.
    #[must_use]
    pub fn at(mut self, seconds: i64) -> Self {
        self.at = seconds;
        self
    }

    /// Listed elsewhere.
    #[must_use]
    pub fn listed(mut self, listing: Listing) -> Self {
        self.listing = listing;
        self
    }

    /// Listed nowhere.
    #[must_use]
    pub fn unlisted(self) -> Self {
        self.listed(Listing::Nowhere)
    }

    /// Listed in Rekor v2, and timestamped, because that log does not say when.
    #[must_use]
    pub fn rekor_v2(self) -> Self {
        self.listed(Listing::V2).stamped()
    }

    /// With the response of a timestamp authority.
    #[must_use]
    pub fn stamped(mut self) -> Self {
        self.stamped = true;
        self
    }

    /// Without one.
    #[must_use]
    pub fn unstamped(mut self) -> Self {
        self.stamped = false;
        self
    }

    /// In a bundle of another version, which decides what is in it: a chain before 0.3, no proof in 0.1.
    #[must_use]
    pub fn version(mut self, media_type: &str) -> Self {
        self.media_type = media_type.into();
        self
    }
}

/// What comes of it.
impl Signing<'_> {
    /// A bundle about an image, as `cosign sign` makes it.
    pub fn sign_image(&self, image: Digest) -> Bundle {
        self.sign_statement(&signing_statement(image))
    }

    /// A bundle with an attestation about an image.
    pub fn attest(&self, image: Digest, predicate_type: &str, predicate: &Value) -> Bundle {
        self.sign_statement(&statement(image, predicate_type, predicate))
    }

    /// A bundle with any statement.
    pub fn sign_statement(&self, statement: &Value) -> Bundle {
        self.sign_envelope(Envelope::of_statement(statement))
    }

    /// A bundle with any envelope, to which the signature is added.
    pub fn sign_envelope(&self, envelope: Envelope) -> Bundle {
        let signature = self.signature(&envelope.pre_authentication_encoding());
        self.bundle(Content::Envelope(envelope.with_signature(&signature)))
    }

    /// A bundle about a message: ECDSA or RSA over its digest, or Ed25519ph.
    pub fn sign_message(&self, message: &[u8]) -> Bundle {
        let hash = self.hash();
        let is_ed25519 = self.key.public().details == "PKIX_ED25519";
        let signature = if is_ed25519 { self.key.sign_ed25519ph(message) } else { self.signature(message) };
        self.bundle(Content::Message { hash, digest: hash.of(message), signature })
    }

    /// A bundle around whatever is signed already.
    pub fn bundle(&self, content: Content) -> Bundle {
        let certificate = self.issued();
        let material = match &certificate {
            None => Material::PublicKey(base64(&self.key.public().id())),
            Some(certificate) if [BUNDLE_V0_1, BUNDLE_V0_2].contains(&self.media_type.as_str()) => {
                let without_root = [vec![certificate.clone()], self.sigstore.fulcio.chain()].concat();
                Material::chain(&without_root[..without_root.len() - 1])
            }
            Some(certificate) => Material::certificate(certificate),
        };
        let mut entries: Vec<LogEntry> = self.list(&content, &self.verifier(certificate.as_ref())).into_iter().collect();
        if self.media_type == BUNDLE_V0_1 {
            for entry in &mut entries {
                entry.proof = None;
            }
        }
        let timestamps = self.timestamp(content.signature()).into_iter().collect();
        Bundle { media_type: self.media_type.clone(), material, entries, timestamps, content }
    }

    /// The certificate as it is issued, with the promise of the log in it; none where the publisher manages the key.
    pub fn issued(&self) -> Option<Certificate> {
        let spec = self.certificate.clone()?;
        let fulcio = &self.sigstore.fulcio;
        let scts = self.certificate_log.then(|| Sct::list(&[self.sigstore.ct_log.sct(&spec, fulcio)]));
        Some(fulcio.sign(match scts {
            Some(scts) => spec.extension(scts),
            None => spec,
        }))
    }

    /// The key of the publisher.
    pub fn public_key(&self) -> PublicKey {
        self.key.public()
    }

    /// The publisher's signature of some bytes.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign_with(self.hash(), message)
    }

    pub(super) fn hash(&self) -> Hash {
        self.hash.unwrap_or(self.key.hash())
    }

    pub(super) const fn sigstore(&self) -> &Sigstore {
        self.sigstore
    }

    pub(super) fn timestamp(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.stamped.then(|| self.sigstore.timestamps.stamp(message, self.at + 1))
    }

    pub(super) fn verifier(&self, certificate: Option<&Certificate>) -> Verifier {
        let key = self.key.public();
        certificate.map_or_else(|| Verifier::Key(key.clone()), |certificate| Verifier::Certificate(certificate.clone().into(), key.details))
    }

    /// The entry in the log, three seconds after the signature.
    pub(super) fn list(&self, content: &Content, verifier: &Verifier) -> Option<LogEntry> {
        let (body, log) = match (self.listing, content) {
            (Listing::Nowhere, _) => return None,
            (Listing::V1 | Listing::V1Intoto, Content::Message { hash, digest, signature }) => {
                (Body::hashedrekord(*hash, digest, signature, verifier), &self.sigstore.rekor)
            }
            (Listing::V1, Content::Envelope(envelope)) => (Body::dsse(envelope, verifier), &self.sigstore.rekor),
            (Listing::V1Intoto, Content::Envelope(envelope)) => (Body::intoto(envelope, verifier), &self.sigstore.rekor),
            (Listing::V2, Content::Message { hash, digest, signature }) => {
                (Body::hashedrekord_v2(*hash, digest, signature, verifier), &self.sigstore.rekor_v2)
            }
            (Listing::V2, Content::Envelope(envelope)) => {
                let digest = self.hash().of(&envelope.pre_authentication_encoding());
                (Body::hashedrekord_v2(self.hash(), &digest, envelope.signature(), verifier), &self.sigstore.rekor_v2)
            }
        };
        Some(log.list(&body, self.at + 3))
    }
}
