//! An image for one platform: layers, a configuration, and the manifest that lists them.

use std::collections::BTreeMap;

use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde::Serialize;

use super::CREATED;
use super::Image;
use super::Layer;
use super::Platform;
use super::Writing;
use crate::blob::Blob;
use crate::blob::Descriptor;
use crate::media_type;

/// Whose media types to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The OCI image specification.
    #[default]
    Oci,
    /// Docker image manifest version 2, schema 2.
    Docker,
}

/// What an image for one platform shall be; [`mint`](Self::mint) makes it.
#[derive(Clone, Debug)]
pub struct ManifestSpec {
    platform: Platform,
    format: Format,
    created: Option<String>,
    layers: Vec<Layer>,
    foreign_layers: Vec<String>,
    writing: Writing,
    algorithm: Algorithm,
    with_media_type: bool,
    annotations: BTreeMap<String, String>,
}

impl ManifestSpec {
    /// An OCI image for `os/architecture[/variant]`.
    pub fn new(platform: &str) -> Self {
        Self {
            platform: Platform::parse(platform),
            format: Format::Oci,
            created: Some(CREATED.into()),
            layers: Vec::new(),
            foreign_layers: Vec::new(),
            writing: Writing::Compact,
            algorithm: Algorithm::Sha256,
            with_media_type: true,
            annotations: BTreeMap::new(),
        }
    }

    /// With Docker's media types.
    #[must_use]
    pub fn docker(mut self) -> Self {
        self.format = Format::Docker;
        self
    }

    /// With `os.version`, as Windows images have.
    #[must_use]
    pub fn os_version(mut self, version: &str) -> Self {
        self.platform.os_version = Some(version.into());
        self
    }

    /// With another creation date, or none.
    #[must_use]
    pub fn created(mut self, created: Option<&str>) -> Self {
        self.created = created.map(String::from);
        self
    }

    /// With one more layer, of one file. An image that asks for none has one that greets.
    #[must_use]
    pub fn file(mut self, path: &str, content: &str) -> Self {
        self.layers.push(Layer::of_file(path, content.as_bytes()));
        self
    }

    /// With one more layer of these files.
    #[must_use]
    pub fn files<'f>(mut self, files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Self {
        self.layers.push(Layer::of_files(files));
        self
    }

    /// With one more layer of any bytes, whose archive the configuration says to have this digest, true or not.
    #[must_use]
    pub fn layer(mut self, bytes: &[u8], diff_id: Digest) -> Self {
        self.layers.push(Layer { diff_id, bytes: bytes.to_vec() });
        self
    }

    /// With one more layer that is to be fetched from `url` and that nobody pushed.
    #[must_use]
    pub fn foreign_layer(mut self, url: &str) -> Self {
        self.foreign_layers.push(url.into());
        self
    }

    /// With another layout of the JSON.
    #[must_use]
    pub fn writing(mut self, writing: Writing) -> Self {
        self.writing = writing;
        self
    }

    /// With another algorithm for all digests.
    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Without the `mediaType` field, as umoci writes manifests.
    #[must_use]
    pub fn without_media_type(mut self) -> Self {
        self.with_media_type = false;
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
    pub fn mint(mut self) -> Image {
        if self.layers.is_empty() {
            self = self.greeting();
        }
        let (manifest_type, config_type, layer_type, foreign_type) = match self.format {
            Format::Oci => (media_type::OCI_MANIFEST, media_type::OCI_CONFIG, media_type::OCI_LAYER, media_type::OCI_FOREIGN_LAYER),
            Format::Docker => {
                (media_type::DOCKER_MANIFEST, media_type::DOCKER_CONFIG, media_type::DOCKER_LAYER, media_type::DOCKER_FOREIGN_LAYER)
            }
        };
        let config = Blob::named_by(self.algorithm, config_type, Writing::Compact.write(&self.config()));
        let layers = self.layers.iter().map(|layer| Blob::named_by(self.algorithm, layer_type, layer.bytes.clone()));
        let blobs: Vec<Blob> = std::iter::once(config).chain(layers).collect();
        let foreign = self.foreign_layers.iter().map(|url| {
            let elsewhere = Blob::named_by(self.algorithm, foreign_type, url.as_bytes());
            Descriptor { urls: vec![url.clone()], ..elsewhere.descriptor() }
        });
        let manifest = Manifest {
            schema_version: 2,
            media_type: self.with_media_type.then_some(manifest_type),
            artifact_type: None,
            config: blobs[0].descriptor(),
            layers: blobs[1..].iter().map(Blob::descriptor).chain(foreign).collect(),
            subject: None,
            annotations: self.annotations.clone(),
        };
        let root = Blob::named_by(self.algorithm, manifest_type, self.writing.write(&manifest));
        Image { root, platform: Some(self.platform), children: Vec::new(), blobs }
    }

    fn greeting(self) -> Self {
        let text = format!("hello from {}\n", self.platform);
        self.file("hello.txt", &text)
    }

    fn config(&self) -> Configuration<'_> {
        Configuration {
            created: self.created.as_deref(),
            architecture: &self.platform.architecture,
            os: &self.platform.os,
            os_version: self.platform.os_version.as_deref(),
            variant: self.platform.variant.as_deref(),
            config: Execution { cmd: ["/hello.txt"] },
            rootfs: RootFileSystem { r#type: "layers", diff_ids: self.layers.iter().map(|layer| layer.diff_id.to_string()).collect() },
            history: self.layers.iter().map(|_| History { created: self.created.as_deref(), created_by: "pullproof-world" }).collect(),
        }
    }
}

/// The members in the order in which Docker writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest<'a> {
    pub(super) schema_version: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<&'a str>,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    architecture: &'a str,
    os: &'a str,
    #[serde(rename = "os.version", skip_serializing_if = "Option::is_none")]
    os_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    config: Execution,
    rootfs: RootFileSystem,
    history: Vec<History<'a>>,
}

#[derive(Serialize)]
struct Execution {
    #[serde(rename = "Cmd")]
    cmd: [&'static str; 1],
}

#[derive(Serialize)]
struct RootFileSystem {
    r#type: &'static str,
    diff_ids: Vec<String>,
}

#[derive(Serialize)]
struct History<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    created_by: &'static str,
}
