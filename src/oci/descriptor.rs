//! A descriptor: what some content is, how long it is, and what it hashes to.

use base64ct::Base64;
use base64ct::Encoding as _;
use serde::Serialize;

use crate::digest::Content;
use crate::digest::Digest;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::oci::InvalidDocument;

/// [OCI image specification, "Content descriptors"](https://github.com/opencontainers/image-spec/blob/main/descriptor.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the content hashes to.
    pub digest: Digest,
    /// What the content is said to be.
    pub media_type: String,
    /// Number of bytes, at most 2^53 - 1.
    pub size: u64,
    /// The type of the artifact that the content is said to describe. Servers get this wrong: believe the content.
    #[serde(skip)]
    pub artifact_type: Option<String>,
    /// Whether somebody else than the registry is named as its source. Such addresses are never followed.
    #[serde(skip)]
    pub foreign: bool,
    /// What whoever wrote the descriptor adds, in the order it was written. Nobody vouches for it.
    #[serde(skip)]
    pub annotations: Vec<(String, String)>,
}

impl Descriptor {
    pub(super) fn read(members: &Members<'_>) -> Result<Self, InvalidDocument> {
        let media_type = read_media_type(&members.required("mediaType")?)?;
        let digest = read_digest(members, "digest")?;
        let size = members.required("size")?.unsigned()?;
        let foreign = match members.optional("urls")? {
            Some(urls) => urls.length()? > 0,
            None => false,
        } || is_nondistributable(&media_type);
        if let Some(data) = members.optional("data")? {
            let bytes = Base64::decode_vec(data.string()?).ok();
            if bytes.is_none_or(|bytes| bytes.len() as u64 != size || Content::verify(digest, bytes).is_err()) {
                return Err(InvalidDocument::EmbeddedData { path: data.path().into() });
            }
        }
        let artifact_type = members.optional("artifactType")?.map(|place| read_media_type(&place)).transpose()?;
        let annotations = match members.optional("annotations")? {
            Some(annotations) => {
                let annotations = annotations.object()?;
                let entries = annotations.places().map(|(name, place)| Ok((name.to_owned(), place.string()?.to_owned())));
                entries.collect::<Result<_, InvalidJson>>()?
            }
            None => Vec::new(),
        };
        Ok(Self { digest, media_type, size, artifact_type, foreign, annotations })
    }

    /// The annotation of this name.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(super) fn read_digest(members: &Members<'_>, name: &'static str) -> Result<Digest, InvalidDocument> {
    let place = members.required(name)?;
    place.string()?.parse().map_err(|reason| InvalidDocument::Digest { path: place.path().into(), reason })
}

/// RFC 6838 section 4.2, which the image specification demands of every media type: printable by construction.
pub(super) fn read_media_type(place: &Place<'_>) -> Result<String, InvalidJson> {
    let text = place.string()?;
    let name = |name: &str| {
        (1..=127).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    match text.split_once('/') {
        Some((kind, subtype)) if name(kind) && name(subtype) => Ok(text.to_owned()),
        _ => Err(InvalidJson::Type { path: place.path().into(), expected: "a media type", found: "another string" }),
    }
}

/// Layers that may not be pushed to other registries: Windows base layers, mostly.
fn is_nondistributable(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.oci.image.layer.nondistributable.")
        || media_type == "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
}
