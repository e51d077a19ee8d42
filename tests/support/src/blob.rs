//! Bytes with a media type and a digest, and the descriptors that point at them.

use std::collections::BTreeMap;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde::Serialize;

use crate::image::Platform;

/// Bytes as a registry stores them: a manifest, an index, a configuration or a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// What the bytes are said to be.
    pub media_type: String,
    /// Their true digest.
    pub digest: Digest,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    /// Bytes named by their SHA-256, as every registry does.
    pub fn new(media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::named_by(Algorithm::Sha256, media_type, bytes)
    }

    /// Bytes named by another algorithm.
    pub fn named_by(algorithm: Algorithm, media_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { media_type: media_type.into(), digest: Digest::of(algorithm, &bytes), bytes }
    }

    /// A true descriptor of these bytes.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            media_type: self.media_type.clone(),
            digest: self.digest.to_string(),
            size: self.bytes.len() as u64,
            urls: Vec::new(),
            annotations: BTreeMap::new(),
            data: None,
            artifact_type: None,
            platform: None,
        }
    }

    /// The bytes as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// An OCI content descriptor. All is public and nothing is checked: a test may lie in any field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the bytes are.
    pub media_type: String,
    /// Their digest, as text: it may be none.
    pub digest: String,
    /// Their length.
    pub size: u64,
    /// Where else the bytes can be had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// Annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The bytes themselves, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The type of the artifact, where the bytes are its manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The platform, in an index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl Descriptor {
    /// Says for which platform the bytes are.
    #[must_use]
    pub fn platform(mut self, platform: &Platform) -> Self {
        self.platform = Some(platform.clone());
        self
    }

    /// Adds an annotation.
    #[must_use]
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.into(), value.into());
        self
    }

    /// Embeds `bytes`, which need not be the right ones.
    #[must_use]
    pub fn embedding(mut self, bytes: &[u8]) -> Self {
        self.data = Some(Base64::encode_string(bytes));
        self
    }
}
