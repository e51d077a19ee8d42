//! What cosign pushes: signatures under the `.sig` tag, attestations under `.att`, and bundles that refer to the image.

use std::collections::BTreeMap;

use pullproof::digest::Digest;
use serde_json::json;

use super::bundle::Bundle;
use super::bundle::Content;
use super::entry::LogEntry;
use super::entry::base64;
use super::entry::hexadecimal;
use super::signing::Signing;
use super::statement::Envelope;
use super::time;
use crate::blob::Blob;
use crate::blob::Descriptor;
use crate::image::ArtifactSpec;
use crate::image::Image;
use crate::image::IndexSpec;
use crate::image::cosign_image;
use crate::image::cosign_payload;
use crate::image::cosign_tag;
use crate::image::fallback_tag;
use crate::media_type;
use crate::registry::FakeRegistry;

/// Annotations of a layer: the signature, in base64.
pub const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
/// The certificate of the publisher, in PEM.
pub const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
/// Those above it.
pub const CHAIN: &str = "dev.sigstore.cosign/chain";
/// What Rekor v1 promised.
pub const BUNDLE: &str = "dev.sigstore.cosign/bundle";
/// What a timestamp authority said.
pub const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// A layer of what cosign pushes under a tag: a payload and its annotations. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Simple signing, or an envelope.
    pub media_type: String,
    /// The bytes.
    pub payload: Vec<u8>,
    /// What is said about them.
    pub annotations: BTreeMap<String, String>,
}

impl Layer {
    /// With an annotation, in the place of the one that was there.
    #[must_use]
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.into(), value.into());
        self
    }

    /// Without an annotation. Panics where there is none.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.annotations.remove(key).expect("the test asks for an annotation that the layer has");
        self
    }

    /// With other bytes under the same annotations.
    #[must_use]
    pub fn with_payload(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.payload = payload.into();
        self
    }
}

impl Signing<'_> {
    /// A signature of an image as cosign 2 makes it, in simple signing.
    pub fn simple_signing(&self, reference: &str, image: Digest) -> Layer {
        self.sign_payload(cosign_payload(reference, image))
    }

    /// The same with any payload.
    pub fn sign_payload(&self, payload: impl Into<Vec<u8>>) -> Layer {
        let payload = payload.into();
        let signature = self.signature(&payload);
        let content = Content::Message { hash: self.hash(), digest: self.hash().of(&payload), signature };
        let mut layer = self.layer(&content, content.signature());
        layer.annotations.insert(SIGNATURE.into(), base64(content.signature()));
        Layer { media_type: media_type::COSIGN_SIMPLE_SIGNING.into(), payload, ..layer }
    }

    /// An attestation as cosign 2 makes it: an envelope, whose timestamp is of all of it, and whose signature is said to be empty.
    pub fn attestation(&self, envelope: Envelope, predicate_type: &str) -> Layer {
        let signature = self.signature(&envelope.pre_authentication_encoding());
        let envelope = envelope.with_signature(&signature);
        let payload = envelope.value().to_string().into_bytes();
        let layer = self.layer(&Content::Envelope(envelope), &payload);
        let layer = layer.annotation(SIGNATURE, "").annotation("predicateType", predicate_type);
        Layer { media_type: media_type::DSSE_ENVELOPE.into(), payload, ..layer }
    }

    /// The annotations that both have.
    fn layer(&self, content: &Content, stamped: &[u8]) -> Layer {
        let mut layer = Layer { media_type: String::new(), payload: Vec::new(), annotations: BTreeMap::new() };
        let certificate = self.issued();
        if let Some(certificate) = &certificate {
            let chain = self.sigstore().fulcio.chain();
            let chain: String = chain.iter().map(super::certificate::Certificate::pem).collect();
            layer = layer.annotation(CERTIFICATE, &certificate.pem()).annotation(CHAIN, &chain);
        }
        if let Some(entry) = self.list(content, &self.verifier(certificate.as_ref())) {
            layer = layer.annotation(BUNDLE, &rekor_bundle(&entry));
        }
        if let Some(response) = self.timestamp(stamped) {
            layer = layer.annotation(TIMESTAMP, &json!({ "SignedRFC3161Timestamp": base64(&response) }).to_string());
        }
        layer
    }
}

/// What Rekor v1 promised, as cosign keeps it.
pub fn rekor_bundle(entry: &LogEntry) -> String {
    let payload = json!({
        "body": base64(&entry.body),
        "integratedTime": entry.integrated_time,
        "logIndex": entry.log_index,
        "logID": hexadecimal(&entry.log_id),
    });
    json!({ "SignedEntryTimestamp": base64(entry.promise.as_deref().unwrap_or_default()), "Payload": payload }).to_string()
}

/// The manifest with these layers.
pub fn image_of(layers: &[Layer]) -> Image {
    cosign_image(layers.iter().map(|layer| (Blob::new(&layer.media_type, layer.payload.clone()), layer.annotations.clone())).collect())
}

/// Where cosign looks for attestations of `image`.
pub fn attestation_tag(image: Digest) -> String {
    cosign_tag(image).replace(".sig", ".att")
}

/// A bundle that refers to `subject`, as cosign 3 pushes it.
pub fn referrer(bundle: &Bundle, subject: &Image) -> Image {
    let spec = ArtifactSpec::new(media_type::SIGSTORE_BUNDLE, bundle.json().as_bytes()).subject(subject);
    let spec = spec.annotation("org.opencontainers.image.created", &time::rfc3339(time::SIGNED_AT));
    let spec = match &bundle.content {
        Content::Message { .. } => spec.annotation("dev.sigstore.bundle.content", "message-signature"),
        Content::Envelope(envelope) => {
            let statement: serde_json::Value = serde_json::from_slice(&envelope.payload).unwrap_or_default();
            let predicate_type = statement["predicateType"].as_str().unwrap_or_default().to_owned();
            spec.annotation("dev.sigstore.bundle.content", "dsse-envelope").annotation("dev.sigstore.bundle.predicateType", &predicate_type)
        }
    };
    spec.mint()
}

/// The index under the fallback tag as cosign writes it: the artifact type of every entry is the media type of its configuration.
pub fn lying_fallback_index(artifacts: &[&Image]) -> Image {
    let lie = |artifact: &Image| Descriptor { artifact_type: Some(media_type::OCI_EMPTY.into()), ..artifact.descriptor() };
    artifacts.iter().fold(IndexSpec::new(), |index, artifact| index.image_as(artifact, lie(artifact))).mint()
}

/// What publishers push.
impl FakeRegistry {
    /// Signatures of `image` under its `.sig` tag.
    #[must_use]
    pub fn signed(self, repository: &str, image: &Image, layers: &[Layer]) -> Self {
        self.image(repository, &cosign_tag(image.digest()), &image_of(layers))
    }

    /// Attestations of `image` under its `.att` tag.
    #[must_use]
    pub fn attested(self, repository: &str, image: &Image, layers: &[Layer]) -> Self {
        self.image(repository, &attestation_tag(image.digest()), &image_of(layers))
    }

    /// A bundle that refers to `image`.
    #[must_use]
    pub fn bundle(self, repository: &str, image: &Image, bundle: &Bundle) -> Self {
        self.attach(repository, &referrer(bundle, image))
    }

    /// Bundles that refer to `image` where there is no referrers API, in an index that names another type.
    #[must_use]
    pub fn bundles_by_fallback_tag(self, repository: &str, image: &Image, bundles: &[&Bundle]) -> Self {
        let referrers: Vec<Image> = bundles.iter().map(|bundle| referrer(bundle, image)).collect();
        let index = lying_fallback_index(&referrers.iter().collect::<Vec<_>>());
        self.image(repository, &fallback_tag(image.digest()), &index)
    }
}
