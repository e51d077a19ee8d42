//! An index (OCI) or manifest list (Docker): one document for many platforms.

use std::collections::BTreeMap;

use pullproof::digest::Algorithm;
use serde::Serialize;

use super::ArtifactSpec;
use super::Format;
use super::Image;
use super::Platform;
use super::Writing;
use crate::blob::Blob;
use crate::blob::Descriptor;
use crate::media_type;

/// What an index shall be; [`mint`](Self::mint) makes it.
#[derive(Clone, Debug)]
pub struct IndexSpec {
    format: Format,
    entries: Vec<Descriptor>,
    children: Vec<Image>,
    writing: Writing,
    algorithm: Algorithm,
    with_media_type: bool,
}

impl Default for IndexSpec {
    fn default() -> Self {
        Self::new()
    }
}

impl IndexSpec {
    /// An OCI index without entries.
    pub fn new() -> Self {
        Self {
            format: Format::Oci,
            entries: Vec::new(),
            children: Vec::new(),
            writing: Writing::Compact,
            algorithm: Algorithm::Sha256,
            with_media_type: true,
        }
    }

    /// A Docker manifest list.
    #[must_use]
    pub fn docker(mut self) -> Self {
        self.format = Format::Docker;
        self
    }

    /// With an image or another index, truly described.
    #[must_use]
    pub fn image(self, image: &Image) -> Self {
        self.image_as(image, image.descriptor())
    }

    /// With an image that the index describes as `descriptor` does, true or not.
    #[must_use]
    pub fn image_as(mut self, image: &Image, descriptor: Descriptor) -> Self {
        self.entries.push(descriptor);
        self.children.push(image.clone());
        self
    }

    /// With an image whose platform the index leaves out.
    #[must_use]
    pub fn image_without_platform(self, image: &Image) -> Self {
        self.image_as(image, image.root.descriptor())
    }

    /// With an image whose bytes are also embedded in its descriptor.
    #[must_use]
    pub fn image_with_data(self, image: &Image) -> Self {
        self.image_as(image, image.descriptor().embedding(&image.root.bytes))
    }

    /// With a descriptor of something that nobody pushed.
    #[must_use]
    pub fn entry(mut self, descriptor: Descriptor) -> Self {
        self.entries.push(descriptor);
        self
    }

    /// With an attestation about `image`, as buildx attaches it: an entry for the platform `unknown/unknown`.
    #[must_use]
    pub fn attestation_for(self, image: &Image) -> Self {
        self.linked(&ArtifactSpec::buildx_attestation(image).mint(), image)
    }

    /// With statements that the index says to be about `image`.
    #[must_use]
    pub fn linked(self, attestation: &Image, image: &Image) -> Self {
        let descriptor = attestation
            .root
            .descriptor()
            .annotation("vnd.docker.reference.digest", &image.digest().to_string())
            .annotation("vnd.docker.reference.type", "attestation-manifest")
            .platform(&Platform::unknown());
        self.image_as(attestation, descriptor)
    }

    /// With another layout of the JSON.
    #[must_use]
    pub fn writing(mut self, writing: Writing) -> Self {
        self.writing = writing;
        self
    }

    /// With another algorithm for the index's own digest.
    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Without the `mediaType` field.
    #[must_use]
    pub fn without_media_type(mut self) -> Self {
        self.with_media_type = false;
        self
    }

    /// Makes the bytes.
    #[must_use]
    pub fn mint(self) -> Image {
        let index_type = match self.format {
            Format::Oci => media_type::OCI_INDEX,
            Format::Docker => media_type::DOCKER_LIST,
        };
        let index = Index::new(self.with_media_type.then_some(index_type), self.entries);
        let root = Blob::named_by(self.algorithm, index_type, self.writing.write(&index));
        Image { root, platform: None, children: self.children, blobs: Vec::new() }
    }
}

/// The document itself; the referrers API answers with one, too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index<'a> {
    schema_version: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<&'a str>,
    manifests: Vec<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(media_type: Option<&'a str>, manifests: Vec<Descriptor>) -> Self {
        Self { schema_version: 2, media_type, manifests, annotations: BTreeMap::new() }
    }
}
