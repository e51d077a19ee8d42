//! The documents of an image, read from [`Content`] only: bytes nobody hashed have no way in.
//!
//! ```text
//! index ──▶ manifest ──▶ config
//!   │           └──────▶ layers
//!   └──▶ index (nested), attestation manifests
//! ```
//!
//! [OCI image specification](https://github.com/opencontainers/image-spec) 1.1 and Docker's
//! [image manifest v2, schema 2](https://distribution.github.io/distribution/spec/manifest-v2-2/), which differ in media types only.
//! What a document *is* is decided by its content, never by the header it came with: the same digest can be served under two
//! content types.

pub mod config;
pub mod descriptor;
pub mod index;
pub mod manifest;
pub mod platform;

use core::fmt;

use crate::digest::Content;
use crate::digest::InvalidDigest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::oci::descriptor::Descriptor;
use crate::oci::index::Index;
use crate::oci::manifest::Manifest;

/// The media types of manifests that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/vnd.oci.image.index.v1+json`
    OciIndex,
    /// `application/vnd.oci.image.manifest.v1+json`
    OciManifest,
    /// `application/vnd.docker.distribution.manifest.list.v2+json`
    DockerList,
    /// `application/vnd.docker.distribution.manifest.v2+json`
    DockerManifest,
}

impl MediaType {
    /// All four.
    pub const ALL: [Self; 4] = [Self::OciIndex, Self::OciManifest, Self::DockerList, Self::DockerManifest];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OciIndex => "application/vnd.oci.image.index.v1+json",
            Self::OciManifest => "application/vnd.oci.image.manifest.v1+json",
            Self::DockerList => "application/vnd.docker.distribution.manifest.list.v2+json",
            Self::DockerManifest => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    /// Whether documents of this type list manifests.
    pub const fn is_index(self) -> bool {
        matches!(self, Self::OciIndex | Self::DockerList)
    }

    /// `None` for any other type.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media_type| media_type.name() == name)
    }

    /// From a `Content-Type` field: without its parameters, as the distribution specification asks, and in any capitals, as RFC 9110
    /// section 8.3.1 does. Inside a document Go compares exactly, and so do we.
    pub fn of_header(value: &str) -> Option<Self> {
        Self::named(&essence(value).to_ascii_lowercase())
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A media type without its parameters.
pub fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

/// Whether this content type names Docker's image manifest schema 1.
pub fn is_schema1(content_type: &str) -> bool {
    matches!(
        essence(content_type),
        "application/vnd.docker.distribution.manifest.v1+json" | "application/vnd.docker.distribution.manifest.v1+prettyjws"
    )
}

/// One unambiguous document.
#[derive(Clone, Debug)]
pub enum Document {
    /// It lists manifests, one a platform.
    Index(Index),
    /// It describes one image or artifact.
    Manifest(Manifest),
}

impl Document {
    /// Reads what `content` is: an index or a manifest, never both.
    pub fn parse(content: &Content) -> Result<Self, InvalidDocument> {
        let object = json::parse_object(content.bytes())?;
        let members = object.root();
        let version = members.optional("schemaVersion")?.map(|place| place.unsigned()).transpose()?;
        if version == Some(1) {
            return Err(InvalidDocument::Schema1);
        }
        let declared = declared_media_type(&members)?;
        let lists = members.optional("manifests")?.is_some();
        let describes = members.optional("layers")?.is_some() || members.optional("config")?.is_some();
        if members.optional("fsLayers")?.is_some() || members.optional("signatures")?.is_some() {
            // Schema 1 in disguise: another reader would take it for that.
            return Err(InvalidDocument::Ambiguous { found: "members of schema 1" });
        }
        if version != Some(2) {
            return Err(InvalidDocument::SchemaVersion { found: version });
        }
        let is_index = match (lists, describes) {
            (true, true) => return Err(InvalidDocument::Ambiguous { found: "`manifests` beside `config` or `layers`" }),
            (false, false) => return Err(InvalidDocument::Neither),
            (lists, _) => lists,
        };
        if let Some(declared) = declared.filter(|declared| declared.is_index() != is_index) {
            let found = if is_index { "the members of an index" } else { "the members of a manifest" };
            return Err(InvalidDocument::MediaType { expected: declared.name().into(), found: found.into() });
        }
        if is_index {
            Index::read(&members, declared.unwrap_or(MediaType::OciIndex)).map(Self::Index)
        } else {
            Manifest::read(&members, declared.unwrap_or(MediaType::OciManifest)).map(Self::Manifest)
        }
    }

    /// What it declares to be, or, where it declares nothing, the OCI type of its shape.
    pub const fn media_type(&self) -> MediaType {
        match self {
            Self::Index(index) => index.media_type,
            Self::Manifest(manifest) => manifest.media_type,
        }
    }

    /// What it is attached to, and as what: the manifest's own `artifactType`, else the type of its configuration (OCI image
    /// specification, "Guidelines for artifact usage"), else its own.
    pub fn attachment(&self) -> Option<(&Descriptor, &str)> {
        match self {
            Self::Index(index) => Some((index.subject.as_ref()?, index.artifact_type.as_deref().unwrap_or(index.media_type.name()))),
            Self::Manifest(manifest) => Some((manifest.subject.as_ref()?, manifest.effective_artifact_type())),
        }
    }

    /// Whether the document itself says what it is. OCI leaves that open, and `umoci` makes use of it.
    pub const fn declares_media_type(&self) -> bool {
        match self {
            Self::Index(index) => index.declared,
            Self::Manifest(manifest) => manifest.declared,
        }
    }

    /// Compares what the document is with what somebody else said it would be: a `Content-Type` field, or the descriptor that led
    /// here. A document that declares nothing can be either flavour of its shape.
    pub fn agrees_with(&self, said: MediaType) -> Result<(), InvalidDocument> {
        let agrees = if self.declares_media_type() { self.media_type() == said } else { self.media_type().is_index() == said.is_index() };
        if agrees {
            return Ok(());
        }
        Err(InvalidDocument::MediaType { expected: said.name().into(), found: self.media_type().name().into() })
    }
}

fn declared_media_type(members: &Members<'_>) -> Result<Option<MediaType>, InvalidDocument> {
    let Some(name) = members.optional_string("mediaType")? else { return Ok(None) };
    if is_schema1(name) {
        return Err(InvalidDocument::Schema1);
    }
    MediaType::named(name).map(Some).ok_or_else(|| InvalidDocument::MediaType {
        expected: "the media type of an image index or manifest".into(),
        found: excerpt(name, 128),
    })
}

/// Why bytes are no document that can be relied on. `code()` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidDocument {
    /// It can be read as more than one kind of document (CVE-2021-41190).
    Ambiguous {
        /// What stands side by side.
        found: &'static str,
    },
    /// Of the member at `path`, the digest is none that can be computed.
    Digest {
        /// Where.
        path: String,
        /// Why.
        reason: InvalidDigest,
    },
    /// The `data` of a descriptor is not the content that the descriptor names.
    EmbeddedData {
        /// Where.
        path: String,
    },
    /// Not strict JSON, or a member of the wrong type.
    Json(InvalidJson),
    /// It is, or calls itself, something other than what it was said to be.
    MediaType {
        /// What it was said to be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Neither an index nor a manifest.
    Neither,
    /// Docker's image manifest schema 1: its digest does not cover its bytes, so that hashing them proves nothing.
    Schema1,
    /// `schemaVersion` is not 2.
    SchemaVersion {
        /// What it is, if it is there.
        found: Option<u64>,
    },
    /// More entries than any honest document has.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// How many there are.
        found: usize,
    },
}

impl InvalidDocument {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "document-ambiguous",
            Self::Json(json) => json.code(),
            Self::MediaType { .. } => "media-type-mismatch",
            Self::Schema1 => "schema1",
            Self::TooMany { .. } => "too-many-entries",
            Self::Digest { .. } | Self::EmbeddedData { .. } | Self::Neither | Self::SchemaVersion { .. } => "document-invalid",
        }
    }

    /// Where the rule comes from.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "OCI distribution-spec, Pulling manifests; GHSA-mc8v-mgrf-8f4m",
            Self::Digest { .. } => "OCI image-spec, Digests",
            Self::EmbeddedData { .. } => "OCI image-spec, Embedded content",
            Self::Json(_) => "RFC 8259 section 4",
            Self::MediaType { .. } => "OCI distribution-spec, Pulling manifests",
            Self::Schema1 => "Docker image manifest version 2, schema 1 (deprecated)",
            Self::Neither | Self::SchemaVersion { .. } => "OCI image-spec, Image manifest; Image index",
            Self::TooMany { .. } => "pullproof budget",
        }
    }
}

impl From<InvalidJson> for InvalidDocument {
    fn from(error: InvalidJson) -> Self {
        Self::Json(error)
    }
}

impl fmt::Display for InvalidDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous { found } => write!(f, "expected one kind of document, found {found}"),
            Self::Digest { path, reason } => write!(f, "{path}: {reason}"),
            Self::EmbeddedData { path } => write!(f, "expected {path} to be the content its descriptor names, found other bytes"),
            Self::Json(error) => error.fmt(f),
            Self::MediaType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::Neither => f.write_str("expected `manifests`, or `config` and `layers`, found neither"),
            Self::Schema1 => f.write_str(
                "expected an image manifest of schema 2 or OCI, found schema 1: its digest does not cover its bytes, so they prove nothing. Ask the publisher to push the image again with a current tool",
            ),
            Self::SchemaVersion { found: Some(found) } => write!(f, "expected schemaVersion 2, found {found}"),
            Self::SchemaVersion { found: None } => f.write_str("expected schemaVersion 2, found none"),
            Self::TooMany { what, limit, found } => write!(f, "expected at most {limit} {what}, found {found}"),
        }
    }
}

impl core::error::Error for InvalidDocument {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse(text: &str) -> Result<Document, InvalidDocument> {
        Document::parse(&Content::identify(Algorithm::Sha256, text.as_bytes().to_vec()))
    }

    fn descriptor(extra: &str) -> String {
        format!(r#"{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{DIGEST}","size":0{extra}}}"#)
    }

    fn manifest_with(extra: &str) -> String {
        format!(r#"{{"schemaVersion":2,"config":{},"layers":[]{extra}}}"#, descriptor(""))
    }

    #[test]
    fn a_document_that_is_both_index_and_manifest_is_refused() {
        for extra in [r#","manifests":[]"#, r#","fsLayers":[]"#, r#","signatures":[]"#] {
            assert_eq!(parse(&manifest_with(extra)).unwrap_err().code(), "document-ambiguous", "{extra}");
        }
        assert_eq!(parse(r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#).unwrap_err().code(), "document-ambiguous");
    }

    #[test]
    fn a_document_that_calls_itself_something_else_is_refused() {
        for name in
            ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json", "text/html", ""]
        {
            let text = manifest_with(&format!(r#","mediaType":"{name}""#));
            assert_eq!(parse(&text).unwrap_err().code(), "media-type-mismatch", "{name}");
        }
    }

    #[test]
    fn schema_1_is_refused_by_name_and_by_shape() {
        for text in [
            r#"{"schemaVersion":1,"name":"a","fsLayers":[]}"#,
            r#"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws"}"#,
        ] {
            assert_eq!(parse(text).unwrap_err(), InvalidDocument::Schema1);
        }
    }

    #[test]
    fn a_document_without_its_members_is_refused() {
        for text in [
            "{}",
            r#"{"schemaVersion":2}"#,
            r#"{"schemaVersion":3,"manifests":[]}"#,
            r#"{"manifests":[]}"#,
            r#"{"schemaVersion":"2","manifests":[]}"#,
            r#"{"schemaVersion":2,"manifests":{}}"#,
            r#"{"schemaVersion":2,"layers":[]}"#,
            &format!(r#"{{"schemaVersion":2,"config":{}}}"#, descriptor("")),
        ] {
            assert_eq!(parse(text).unwrap_err().code(), "document-invalid", "{text}");
        }
    }

    #[test]
    fn a_descriptor_that_names_nothing_computable_is_refused() {
        for (from, to) in [
            (DIGEST, "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
            (DIGEST, "blake3:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (r#""size":0"#, r#""size":-1"#),
            (r#""size":0"#, r#""size":9007199254740992"#),
        ] {
            assert_eq!(parse(&manifest_with("").replace(from, to)).unwrap_err().code(), "document-invalid", "{to}");
        }
    }

    #[test]
    fn embedded_data_must_be_what_the_descriptor_names() {
        let with = |data: &str| manifest_with("").replace(&descriptor(""), &descriptor(&format!(r#","data":"{data}""#)));
        assert!(parse(&with("")).is_ok());
        for data in ["AA==", "AA", "not base64"] {
            assert!(matches!(parse(&with(data)), Err(InvalidDocument::EmbeddedData { .. })), "{data}");
        }
    }

    #[test]
    fn an_index_of_more_entries_than_anybody_publishes_is_refused() {
        let entries = |count: usize| format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, vec![descriptor(""); count].join(","));
        assert!(parse(&entries(crate::budget::INDEX_ENTRIES)).is_ok());
        assert_eq!(parse(&entries(crate::budget::INDEX_ENTRIES + 1)).unwrap_err().code(), "too-many-entries");
    }

    #[test]
    fn an_undeclared_document_may_be_either_flavour_of_its_shape_only() {
        let document = parse(&manifest_with("")).unwrap();
        assert_eq!(document.agrees_with(MediaType::OciManifest), Ok(()));
        assert_eq!(document.agrees_with(MediaType::DockerManifest), Ok(()));
        assert!(document.agrees_with(MediaType::OciIndex).is_err());
        let declared = parse(&manifest_with(r#","mediaType":"application/vnd.oci.image.manifest.v1+json""#)).unwrap();
        assert!(declared.agrees_with(MediaType::DockerManifest).is_err());
    }

    #[test]
    fn parameters_and_capitals_of_a_content_type_do_not_matter() {
        assert_eq!(MediaType::of_header("application/vnd.oci.image.index.v1+json; charset=utf-8"), Some(MediaType::OciIndex));
        assert_eq!(MediaType::of_header("Application/VND.oci.image.index.v1+JSON"), Some(MediaType::OciIndex));
        assert_eq!(MediaType::of_header("application/json"), None);
    }
}
