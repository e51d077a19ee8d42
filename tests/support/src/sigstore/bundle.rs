//! Sigstore bundles, versions 0.1 to 0.3, in the JSON of proto3.

use serde_json::Value;
use serde_json::json;

use super::certificate::Certificate;
use super::entry::LogEntry;
use super::entry::base64;
use super::key::Hash;
use super::statement::Envelope;

/// Media types of bundles.
pub const BUNDLE_V0_1: &str = "application/vnd.dev.sigstore.bundle+json;version=0.1";
/// The same.
pub const BUNDLE_V0_2: &str = "application/vnd.dev.sigstore.bundle+json;version=0.2";
/// The first way to write version 0.3.
pub const BUNDLE_V0_3_OLD: &str = "application/vnd.dev.sigstore.bundle+json;version=0.3";
/// The way that registries can have as a media type.
pub const BUNDLE_V0_3: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A bundle. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Which version.
    pub media_type: String,
    /// What it is verified with.
    pub material: Material,
    /// Where it is listed.
    pub entries: Vec<LogEntry>,
    /// When it was seen: responses as RFC 3161 has them.
    pub timestamps: Vec<Vec<u8>>,
    /// What is signed.
    pub content: Content,
}

/// What a bundle is verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// The certificate of a publisher.
    Certificate(Vec<u8>),
    /// The same with those above it, as before version 0.3.
    Chain(Vec<Vec<u8>>),
    /// A key that whoever verifies has, by a hint.
    PublicKey(String),
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A message, which is elsewhere.
    Message {
        /// The hash function.
        hash: Hash,
        /// What the message is said to hash to.
        digest: Vec<u8>,
        /// The signature of the message.
        signature: Vec<u8>,
    },
    /// An envelope, with what is in it.
    Envelope(Envelope),
}

impl Material {
    /// A certificate alone.
    pub fn certificate(certificate: &Certificate) -> Self {
        Self::Certificate(certificate.der.clone())
    }

    /// A certificate and others.
    pub fn chain(chain: &[Certificate]) -> Self {
        Self::Chain(chain.iter().map(|certificate| certificate.der.clone()).collect())
    }
}

impl Content {
    /// The signature; of an envelope, the first.
    pub fn signature(&self) -> &[u8] {
        match self {
            Self::Message { signature, .. } => signature,
            Self::Envelope(envelope) => envelope.signature(),
        }
    }
}

impl Bundle {
    /// The signature.
    pub fn signature(&self) -> &[u8] {
        self.content.signature()
    }

    /// The envelope. Panics where there is none.
    pub fn envelope(&mut self) -> &mut Envelope {
        match &mut self.content {
            Content::Envelope(envelope) => envelope,
            Content::Message { .. } => panic!("expected a bundle with an envelope, found one with a signature of a message"),
        }
    }

    /// As another version, and nothing else.
    #[must_use]
    pub fn called(mut self, media_type: &str) -> Self {
        self.media_type = media_type.into();
        self
    }

    /// With something changed: `bundle.with(|bundle| bundle.entries.clear())`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The bundle as JSON, to be changed where the fields do not reach.
    pub fn value(&self) -> Value {
        let mut material = match &self.material {
            Material::Certificate(der) => json!({ "certificate": { "rawBytes": base64(der) } }),
            Material::Chain(chain) => {
                let certificates: Vec<Value> = chain.iter().map(|der| json!({ "rawBytes": base64(der) })).collect();
                json!({ "x509CertificateChain": { "certificates": certificates } })
            }
            Material::PublicKey(hint) => json!({ "publicKey": { "hint": hint } }),
        };
        material["tlogEntries"] = self.entries.iter().map(LogEntry::value).collect();
        if !self.timestamps.is_empty() {
            let timestamps = self.timestamps.iter().map(|response| json!({ "signedTimestamp": base64(response) }));
            material["timestampVerificationData"] = json!({ "rfc3161Timestamps": timestamps.collect::<Vec<_>>() });
        }
        let mut bundle = json!({ "mediaType": self.media_type, "verificationMaterial": material });
        match &self.content {
            Content::Message { hash, digest, signature } => {
                let digest = json!({ "algorithm": hash.protobuf_name(), "digest": base64(digest) });
                bundle["messageSignature"] = json!({ "messageDigest": digest, "signature": base64(signature) });
            }
            Content::Envelope(envelope) => bundle["dsseEnvelope"] = envelope.value(),
        }
        bundle
    }

    /// The bundle as it is published.
    pub fn json(&self) -> String {
        self.value().to_string()
    }
}
