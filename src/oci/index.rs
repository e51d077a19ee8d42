//! An index (Docker calls it a manifest list): the manifests of one image, one a platform, and what belongs to them.

use crate::budget;
use crate::digest::Digest;
use crate::json::Members;
use crate::json::Value;
use crate::oci::InvalidDocument;
use crate::oci::MediaType;
use crate::oci::descriptor::Descriptor;
use crate::oci::platform::Platform;

/// [OCI image specification, "Image index"](https://github.com/opencontainers/image-spec/blob/main/image-index.md).
#[derive(Clone, Debug)]
pub struct Index {
    /// OCI index or Docker manifest list.
    pub media_type: MediaType,
    pub(super) declared: bool,
    /// In the order they came, which is the publisher's order of preference.
    pub manifests: Vec<Entry>,
}

/// One manifest of an index.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it leads.
    pub descriptor: Descriptor,
    /// What it runs on, if the index says so.
    pub platform: Option<Platform>,
    /// What it is.
    pub role: Role,
}

/// What an entry of an index is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The image of a platform.
    Image,
    /// BuildKit's statement about the image with this digest (`vnd.docker.reference.type: attestation-manifest`): never runs.
    Attestation {
        /// The image it speaks of, if it says so and the digest can be read.
        about: Option<Digest>,
    },
    /// Another index.
    Index,
    /// Something that is no image.
    Other,
}

impl Role {
    /// As reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Attestation { .. } => "attestation",
            Self::Index => "index",
            Self::Other => "other",
        }
    }
}

impl Index {
    pub(super) fn read(members: &Members<'_>, media_type: MediaType) -> Result<Self, InvalidDocument> {
        let manifests = members.required("manifests")?;
        let found = manifests.length()?;
        if found > budget::INDEX_ENTRIES {
            return Err(InvalidDocument::TooMany { what: "manifests in an index", limit: budget::INDEX_ENTRIES, found });
        }
        let manifests = manifests.array()?.iter().map(|place| Entry::read(&place.object()?)).collect::<Result<_, InvalidDocument>>()?;
        Ok(Self { media_type, declared: members.optional("mediaType")?.is_some(), manifests })
    }
}

impl Entry {
    fn read(members: &Members<'_>) -> Result<Self, InvalidDocument> {
        let descriptor = Descriptor::read(members)?;
        let platform = members.optional("platform")?.map(|place| Platform::read(&place.object()?)).transpose()?;
        let mut reference_type = None;
        let mut about = None;
        if let Some(annotations) = members.optional("annotations")? {
            for (name, value) in annotations.object()?.entries() {
                match (name, value) {
                    ("vnd.docker.reference.type", Value::String(text)) => reference_type = Some(text.as_str()),
                    ("vnd.docker.reference.digest", Value::String(text)) => about = text.parse().ok(),
                    _ => {}
                }
            }
        }
        let role = match MediaType::named(&descriptor.media_type) {
            _ if reference_type == Some("attestation-manifest") => Role::Attestation { about },
            // Older BuildKit and other builders leave the annotation out; `unknown/unknown` runs nowhere either way.
            Some(_) if platform.as_ref().is_some_and(Platform::is_unknown) => Role::Attestation { about },
            Some(media_type) if media_type.is_index() => Role::Index,
            Some(_) => Role::Image,
            None => Role::Other,
        };
        Ok(Self { descriptor, platform, role })
    }
}
