//! A manifest: the configuration and the layers of one image, or the files of one artifact.

use crate::budget;
use crate::json::Members;
use crate::oci::InvalidDocument;
use crate::oci::MediaType;
use crate::oci::descriptor::Descriptor;
use crate::oci::descriptor::read_media_type;

/// [OCI image specification, "Image manifest"](https://github.com/opencontainers/image-spec/blob/main/manifest.md).
#[derive(Clone, Debug)]
pub struct Manifest {
    /// OCI or Docker.
    pub media_type: MediaType,
    pub(super) declared: bool,
    /// What kind of artifact it is, when it is no image.
    pub artifact_type: Option<String>,
    /// Leads to the configuration.
    pub config: Descriptor,
    /// Lead to the layers, the base first.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one is attached to.
    pub subject: Option<Descriptor>,
}

impl Manifest {
    pub(super) fn read(members: &Members<'_>, media_type: MediaType) -> Result<Self, InvalidDocument> {
        let layers = members.required("layers")?;
        let found = layers.length()?;
        if found > budget::LAYERS {
            return Err(InvalidDocument::TooMany { what: "layers", limit: budget::LAYERS, found });
        }
        let layers = layers.array()?.iter().map(|place| Descriptor::read(&place.object()?)).collect::<Result<_, InvalidDocument>>()?;
        Ok(Self {
            media_type,
            declared: members.optional("mediaType")?.is_some(),
            artifact_type: members.optional("artifactType")?.map(|place| read_media_type(&place)).transpose()?,
            config: Descriptor::read(&members.required("config")?.object()?)?,
            layers,
            subject: members.optional("subject")?.map(|place| Descriptor::read(&place.object()?)).transpose()?,
        })
    }

    /// Whether the configuration is one that a container runs from. Artifacts use the manifest's shape for other things. The last
    /// three were pushed by mistake once, and Docker runs them to this day (moby, `distribution/pull_v2.go`).
    pub fn is_image(&self) -> bool {
        self.artifact_type.is_none()
            && matches!(
                self.config.media_type.as_str(),
                "application/vnd.oci.image.config.v1+json"
                    | "application/vnd.docker.container.image.v1+json"
                    | "application/octet-stream"
                    | "application/json"
                    | "text/html"
            )
    }

    /// What it is attached as: its own `artifactType`, else the type of its configuration (OCI image specification, "Guidelines
    /// for artifact usage").
    pub fn effective_artifact_type(&self) -> &str {
        self.artifact_type.as_deref().unwrap_or(&self.config.media_type)
    }
}
