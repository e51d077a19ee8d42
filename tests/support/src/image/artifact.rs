//! What is attached to an image: bills of materials, attestations, signatures.

use std::collections::BTreeMap;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::digest::Digest;

use super::Image;
use super::Writing;
use super::manifest::Manifest;
use crate::blob::Blob;
use crate::blob::Descriptor;
use crate::media_type;

/// What an artifact shall be; [`mint`](Self::mint) makes it.
#[derive(Clone, Debug)]
pub struct ArtifactSpec {
    artifact_type: Option<String>,
    config: Blob,
    layers: Vec<(Blob, BTreeMap<String, String>)>,
    subject: Option<Descriptor>,
    annotations: BTreeMap<String, String>,
}

impl ArtifactSpec {
    /// An artifact with one payload, as the OCI image specification's guidance has it: the empty configuration, and `artifactType`
    /// on the manifest.
    pub fn new(artifact_type: &str, payload: &[u8]) -> Self {
        Self {
            artifact_type: Some(artifact_type.into()),
            config: Blob::new(media_type::OCI_EMPTY, *b"{}"),
            layers: vec![(Blob::new(artifact_type, payload), BTreeMap::new())],
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Provenance as buildx writes it: an image without a platform whose layer is an in-toto statement.
    pub fn buildx_attestation(image: &Image) -> Self {
        let statement = format!(
            r#"{{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://slsa.dev/provenance/v0.2","subject":[{{"name":"pkg:docker/demo","digest":{{"{}":"{}"}}}}],"predicate":{{}}}}"#,
            image.digest().algorithm().name(),
            image.digest().encoded(),
        );
        Self::buildx_statement("https://slsa.dev/provenance/v0.2", &statement)
    }

    /// Any statement as buildx writes it, which its layer says to be of a type.
    pub fn buildx_statement(predicate_type: &str, statement: &str) -> Self {
        let layer = Blob::new(media_type::IN_TOTO, statement);
        let config = format!(
            r#"{{"architecture":"unknown","os":"unknown","config":{{}},"rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
            layer.digest
        );
        let predicate_type = ("in-toto.io/predicate-type".into(), predicate_type.into());
        Self {
            artifact_type: None,
            config: Blob::new(media_type::OCI_CONFIG, config),
            layers: vec![(layer, BTreeMap::from([predicate_type]))],
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Attached to `image`.
    #[must_use]
    pub fn subject(mut self, image: &Image) -> Self {
        self.subject = Some(image.root.descriptor());
        self
    }

    /// With the type in the configuration's media type and not in `artifactType`, as before OCI 1.1.
    #[must_use]
    pub fn typed_by_config(mut self) -> Self {
        self.config.media_type = self.artifact_type.take().unwrap_or(self.config.media_type);
        self
    }

    /// With another layer of this type.
    #[must_use]
    pub fn layer(mut self, media_type: &str, payload: &[u8]) -> Self {
        self.layers.push((Blob::new(media_type, payload), BTreeMap::new()));
        self
    }

    /// With an annotation on the manifest.
    #[must_use]
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.into(), value.into());
        self
    }

    /// Makes the bytes.
    #[must_use]
    pub fn mint(self) -> Image {
        let layers = self.layers.iter().map(|(blob, annotations)| Descriptor { annotations: annotations.clone(), ..blob.descriptor() });
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(media_type::OCI_MANIFEST),
            artifact_type: self.artifact_type.as_deref(),
            config: self.config.descriptor(),
            layers: layers.collect(),
            subject: self.subject,
            annotations: self.annotations,
        };
        let root = Blob::new(media_type::OCI_MANIFEST, Writing::Compact.write(&manifest));
        let blobs = std::iter::once(self.config).chain(self.layers.into_iter().map(|(blob, _)| blob)).collect();
        Image { root, platform: None, children: Vec::new(), blobs }
    }
}

/// What cosign 2 pushes to [`cosign_tag`]. The payload is the one cosign writes; the signature is 64 zero bytes, which no key made.
pub fn cosign_signature(repository: &str, image: &Image) -> Image {
    let layer = Blob::new(media_type::COSIGN_SIMPLE_SIGNING, cosign_payload(repository, image.digest()));
    let signature = ("dev.cosignproject.cosign/signature".into(), Base64::encode_string(&[0; 64]));
    cosign_image(vec![(layer, BTreeMap::from([signature]))])
}

/// What cosign 2 signs: containers-signature(5), "simple signing".
pub fn cosign_payload(reference: &str, image: Digest) -> String {
    format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"{reference}"}},"image":{{"docker-manifest-digest":"{image}"}},"type":"cosign container image signature"}},"optional":null}}"#
    )
}

/// The manifest of what cosign 2 pushes: a layer for each signature or attestation, annotated.
pub fn cosign_image(layers: Vec<(Blob, BTreeMap<String, String>)>) -> Image {
    let identifiers: Vec<String> = layers.iter().map(|(layer, _)| format!("\"{}\"", layer.digest)).collect();
    let config = format!(
        r#"{{"architecture":"","created":"0001-01-01T00:00:00Z","os":"","rootfs":{{"type":"layers","diff_ids":[{}]}},"config":{{}}}}"#,
        identifiers.join(",")
    );
    let config = Blob::new(media_type::OCI_CONFIG, config);
    ArtifactSpec { artifact_type: None, config, layers, subject: None, annotations: BTreeMap::new() }.mint()
}

/// `sha256-<hex>.sig`: where cosign looks for the signature of `image`.
pub fn cosign_tag(image: Digest) -> String {
    format!("{}-{}.sig", image.algorithm().name(), image.encoded())
}

/// distribution-spec, "Referrers Tag Schema": the tag that stands in for the referrers API. The encoded part is cut at 64
/// characters, which matters for SHA-512.
pub fn fallback_tag(image: Digest) -> String {
    let encoded = image.encoded();
    format!("{}-{}", image.algorithm().name(), &encoded[..encoded.len().min(64)])
}

#[cfg(test)]
mod tests {
    use pullproof::digest::Algorithm;

    use super::*;

    #[test]
    fn the_fallback_tag_is_cut_at_64_characters() {
        let short = fallback_tag(Digest::of(Algorithm::Sha256, b""));
        let long = fallback_tag(Digest::of(Algorithm::Sha512, b""));
        assert_eq!(short, "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(long, "sha512-cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce");
    }

    #[test]
    fn an_artifact_names_its_subject_and_its_type() {
        let image = Image::oci("linux/amd64");
        let artifact = ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}").subject(&image).mint();
        let json: serde_json::Value = serde_json::from_slice(&artifact.root.bytes).unwrap();
        assert_eq!(json["subject"]["digest"], image.digest().to_string());
        assert_eq!(json["artifactType"], "application/vnd.cyclonedx+json");
        assert_eq!(json["config"]["mediaType"], media_type::OCI_EMPTY);
    }
}
