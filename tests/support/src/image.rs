//! Images made from real bytes, the same bytes at every run: nothing in them depends on the clock or the machine.
//!
//! [`ManifestSpec`] mints an image for one platform, [`IndexSpec`] joins images, [`ArtifactSpec`] mints what is attached to
//! them. [`Image`] has shortcuts for the usual ones.

mod artifact;
mod index;
mod layer;
mod manifest;
mod platform;
mod writing;

pub use artifact::ArtifactSpec;
pub use artifact::cosign_image;
pub use artifact::cosign_payload;
pub use artifact::cosign_signature;
pub use artifact::cosign_tag;
pub use artifact::fallback_tag;
pub use index::IndexSpec;
pub use layer::Layer;
pub use manifest::Format;
pub use manifest::ManifestSpec;
pub use platform::Platform;
pub use writing::Writing;

use pullproof::digest::Digest;

use crate::blob::Blob;
use crate::blob::Descriptor;
use crate::media_type::OCI_MANIFEST;

/// The creation date of every image that does not ask for another.
pub const CREATED: &str = "2024-01-01T00:00:00Z";

/// A document that a tag can name, with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The manifest or index itself.
    pub root: Blob,
    /// The platform, where the document is an image for one.
    pub platform: Option<Platform>,
    /// What an index lists and somebody pushed.
    pub children: Vec<Image>,
    /// What a manifest lists: the configuration first, then the layers.
    pub blobs: Vec<Blob>,
}

impl Image {
    /// An OCI image for one platform, such as `linux/arm/v7`.
    pub fn oci(platform: &str) -> Self {
        ManifestSpec::new(platform).mint()
    }

    /// A Docker v2 image for one platform.
    pub fn docker(platform: &str) -> Self {
        ManifestSpec::new(platform).docker().mint()
    }

    /// An OCI index as buildx writes it: linux/amd64, linux/arm64, linux/arm/v7 and windows/amd64 with an attestation for each
    /// of the Linux images.
    pub fn multi_platform() -> Self {
        let amd64 = Self::oci("linux/amd64");
        let arm64 = Self::oci("linux/arm64");
        let arm = Self::oci("linux/arm/v7");
        let windows = ManifestSpec::new("windows/amd64").os_version("10.0.20348.2227").mint();
        let images = IndexSpec::new().image(&amd64).image(&arm64).image(&arm).image(&windows);
        images.attestation_for(&amd64).attestation_for(&arm64).attestation_for(&arm).mint()
    }

    /// A Docker manifest list of linux/amd64 and linux/arm64.
    pub fn docker_list() -> Self {
        IndexSpec::new().docker().image(&Self::docker("linux/amd64")).image(&Self::docker("linux/arm64")).mint()
    }

    /// An OCI image for linux/amd64 inside `depth` indexes, the outermost of which is the root.
    pub fn nested(depth: usize) -> Self {
        (0..depth).fold(Self::oci("linux/amd64"), |inner, _| IndexSpec::new().image(&inner).mint())
    }

    /// Arbitrary bytes where a manifest is expected.
    pub fn raw(media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { root: Blob::new(media_type, bytes), platform: None, children: Vec::new(), blobs: Vec::new() }
    }

    /// Arbitrary bytes that are said to be an OCI manifest.
    pub fn raw_oci_manifest(bytes: impl Into<Vec<u8>>) -> Self {
        Self::raw(OCI_MANIFEST, bytes)
    }

    /// The digest of the root.
    pub fn digest(&self) -> Digest {
        self.root.digest
    }

    /// A true descriptor of the root, with the platform where there is one.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor { platform: self.platform.clone(), ..self.root.descriptor() }
    }

    /// The child for a platform.
    pub fn child(&self, platform: &str) -> &Self {
        let wanted = Platform::parse(platform);
        let found = self.children.iter().find(|child| child.platform.as_ref().is_some_and(|platform| platform.same_as(&wanted)));
        found.expect("the test asks for a platform that the image has")
    }

    /// The configuration.
    pub fn config(&self) -> &Blob {
        self.blobs.first().expect("only an image for one platform has a configuration")
    }

    /// The layers.
    pub fn layers(&self) -> &[Blob] {
        self.blobs.get(1..).unwrap_or_default()
    }

    /// The root and every manifest below it.
    pub fn manifests(&self) -> Vec<&Blob> {
        std::iter::once(&self.root).chain(self.children.iter().flat_map(Self::manifests)).collect()
    }

    /// Every configuration and layer.
    pub fn all_blobs(&self) -> Vec<&Blob> {
        self.blobs.iter().chain(self.children.iter().flat_map(Self::all_blobs)).collect()
    }

    /// The same image with another text for its root. The digest is that of the new text; what is below stays.
    #[must_use]
    pub fn rewritten(&self, rewrite: impl FnOnce(&str) -> String) -> Self {
        let text = rewrite(&self.root.text());
        Self { root: Blob::named_by(self.root.digest.algorithm(), &self.root.media_type, text), ..self.clone() }
    }

    /// The same image with one text in its root replaced by another. Panics where there is nothing to replace, so that no test
    /// passes because its attack did not happen.
    #[must_use]
    pub fn replacing(&self, old: &str, new: &str) -> Self {
        assert!(self.root.text().contains(old), "expected {old:?} in the document, found {}", self.root.text());
        self.rewritten(|text| text.replacen(old, new, 1))
    }

    /// The same bytes said to be something else.
    #[must_use]
    pub fn called(&self, media_type: &str) -> Self {
        let root = Blob { media_type: media_type.into(), ..self.root.clone() };
        Self { root, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minting_twice_gives_the_same_digest() {
        assert_eq!(Image::multi_platform(), Image::multi_platform());
    }

    /// Nothing but a deliberate change of the world may move these: golden reports are built on them.
    #[test]
    fn the_digests_of_the_usual_images_are_known() {
        let found = [Image::oci("linux/amd64"), Image::docker("linux/amd64"), Image::multi_platform(), Image::docker_list()]
            .map(|image| image.digest().to_string());
        assert_eq!(
            found,
            [
                "sha256:2d7d022d76b9a2a3321082ef9d39dfed771e25543430fb302570388c096f244a",
                "sha256:57504d6f0682ca6fd7d6c2101fbd43bd5e3b53ea257a8b3bfecbbbc5ef57950d",
                "sha256:4df9f1f131ca8c6e6f6eaad84ed6959adae6fb4b5831936f10811c12c411356a",
                "sha256:db9d7b687478e10777a990edca1f0bd34c22c40ec527762550f3c04b1e383268",
            ]
        );
    }

    #[test]
    fn every_descriptor_of_an_index_is_true() {
        let image = Image::multi_platform();
        let json: serde_json::Value = serde_json::from_slice(&image.root.bytes).unwrap();
        let entries = json["manifests"].as_array().unwrap();
        assert_eq!(entries.len(), 7);
        for (entry, child) in entries.iter().zip(&image.children) {
            assert_eq!(entry["digest"], child.digest().to_string());
            assert_eq!(entry["size"], child.root.bytes.len());
            assert_eq!(entry["mediaType"], child.root.media_type);
        }
        assert_eq!(entries[2]["platform"], serde_json::json!({"architecture": "arm", "os": "linux", "variant": "v7"}));
        assert_eq!(entries[3]["platform"]["os.version"], "10.0.20348.2227");
        assert_eq!(entries[4]["annotations"]["vnd.docker.reference.digest"], entries[0]["digest"]);
    }

    #[test]
    fn every_descriptor_of_a_manifest_is_true() {
        for image in [Image::oci("linux/amd64"), Image::docker("linux/amd64")] {
            let json: serde_json::Value = serde_json::from_slice(&image.root.bytes).unwrap();
            let mut listed = vec![&json["config"]];
            listed.extend(json["layers"].as_array().unwrap());
            assert_eq!(listed.len(), image.blobs.len());
            for (descriptor, blob) in listed.into_iter().zip(&image.blobs) {
                assert_eq!(descriptor["digest"], blob.digest.to_string());
                assert_eq!(descriptor["size"], blob.bytes.len());
                assert_eq!(descriptor["mediaType"], blob.media_type);
            }
        }
    }

    #[test]
    fn a_nested_image_is_as_deep_as_asked() {
        assert_eq!(Image::nested(3).manifests().len(), 4);
    }

    #[test]
    #[should_panic(expected = "expected \"nowhere\" in the document")]
    fn an_attack_that_changes_nothing_is_a_mistake_of_the_test() {
        let _ = Image::oci("linux/amd64").replacing("nowhere", "");
    }
}
