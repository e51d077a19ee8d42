//! An index (Docker calls it a manifest list): the manifests of one image, one a platform, and what belongs to them.

use crate::budget;
use crate::digest::Digest;
use crate::json::Members;
use crate::oci::InvalidDocument;
use crate::oci::MediaType;
use crate::oci::descriptor::Descriptor;
use crate::oci::descriptor::read_media_type;
use crate::oci::platform::Platform;

/// [OCI image specification, "Image index"](https://github.com/opencontainers/image-spec/blob/main/image-index.md).
#[derive(Clone, Debug)]
pub struct Index {
    /// OCI index or Docker manifest list.
    pub media_type: MediaType,
    pub(super) declared: bool,
    /// In the order they came, which is the publisher's order of preference.
    pub manifests: Vec<Entry>,
    /// The manifest that this index is attached to.
    pub subject: Option<Descriptor>,
    /// What kind of artifact it is, when it is no image.
    pub artifact_type: Option<String>,
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
    /// BuildKit's statement about an image, which stands under `unknown/unknown` and so never runs.
    Attestation,
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
            Self::Attestation => "attestation",
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
        Ok(Self {
            media_type,
            declared: members.optional("mediaType")?.is_some(),
            manifests,
            subject: members.optional("subject")?.map(|place| Descriptor::read(&place.object()?)).transpose()?,
            artifact_type: members.optional("artifactType")?.map(|place| read_media_type(&place)).transpose()?,
        })
    }
}

impl Entry {
    /// Whether it is BuildKit's statement about the manifest with this digest. Nobody vouches for that but whoever wrote the index.
    pub fn is_about(&self, manifest: Digest) -> bool {
        self.role == Role::Attestation
            && self.descriptor.annotation("vnd.docker.reference.type") == Some("attestation-manifest")
            && self.descriptor.annotation("vnd.docker.reference.digest").is_some_and(|text| text.parse() == Ok(manifest))
    }

    fn read(members: &Members<'_>) -> Result<Self, InvalidDocument> {
        let descriptor = Descriptor::read(members)?;
        let platform = members.optional("platform")?.map(|place| Platform::read(&place.object()?)).transpose()?;
        let role = match MediaType::named(&descriptor.media_type) {
            // The annotation alone makes no attestation: runtimes look at the platform only, and would run what merely calls itself one.
            Some(_) if platform.as_ref().is_some_and(Platform::is_unknown) => Role::Attestation,
            Some(media_type) if media_type.is_index() => Role::Index,
            Some(_) => Role::Image,
            None => Role::Other,
        };
        Ok(Self { descriptor, platform, role })
    }
}
