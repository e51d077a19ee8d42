//! What a check found: every outcome, what follows from it, and what was not proven.
//!
//! A report is data. It is the same, byte for byte, wherever it was made; its JSON form is described by
//! `pkg/report.schema.json`, and absent facts are `null`, never left out.

use core::fmt;

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeStruct as _;

use crate::digest::Digest;
use crate::digest::DigestMismatch;
use crate::oci::InvalidDocument;
use crate::oci::descriptor::Descriptor;
use crate::reference::Reference;
use crate::time::UnixTime;

mod content_trust;
mod signature;
mod trusted_root;
mod vulnerabilities;

pub use content_trust::AnchorSummary;
pub use content_trust::ContentTrustOutcome;
pub use content_trust::ContentTrustSummary;
pub use content_trust::DelegatedRoleSummary;
pub use content_trust::LinkSummary;
pub use content_trust::ListedTagSummary;
pub use content_trust::PassedOverSummary;
pub use content_trust::RootKeySummary;
pub use content_trust::SignedTagSummary;
pub use content_trust::TrustInspection;
pub use signature::MeaningSummary;
pub use signature::SignatureOutcome;
pub use signature::SignatureSummary;
pub use signature::SignerSummary;
pub use signature::StepSummary;
pub use trusted_root::RootSource;
pub use trusted_root::TrustedRootSummary;
pub use vulnerabilities::Count;
pub use vulnerabilities::Counts;
pub use vulnerabilities::Database;
pub use vulnerabilities::DatabaseKind;
pub use vulnerabilities::DeniedSummary;
pub use vulnerabilities::Extent;
pub use vulnerabilities::Judged;
pub use vulnerabilities::LeftOutSummary;
pub use vulnerabilities::Level;
pub use vulnerabilities::VulnerabilitySummary;

/// Version 1 of the report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// 1.
    pub schema_version: u32,
    /// The time that the caller gave.
    pub checked_at: UnixTime,
    /// What was asked for.
    pub reference: AskedFor,
    /// What follows.
    pub verdict: Verdict,
    /// Why, the most important first.
    pub reasons: Vec<Remark>,
    /// The reference to use from now on; `None` when the image is rejected.
    pub pinned: Option<String>,
    /// What the reference stands for, computed here from the bytes.
    pub resolution: Resolution,
    /// The indexes on the way to the manifest, the root first; none when the reference names a single image.
    pub indexes: Vec<IndexSummary>,
    /// The manifest of the platform, once its bytes are proven.
    pub manifest: Option<ManifestSummary>,
    /// From the image's configuration, once its bytes are proven.
    pub image: Option<ImageSummary>,
    /// What is attached to the root; `None` when it was not looked for or could not be read.
    pub attachments: Option<Vec<Attachment>>,
    /// What came of every signature and attestation that is attached; `None` when they were not looked at.
    pub signatures: Option<Vec<SignatureSummary>>,
    /// What the collections of Docker Content Trust say that the policy names; `None` when none was asked.
    pub content_trust: Option<Vec<ContentTrustSummary>>,
    /// What is known to be vulnerable in the image; `None` when the policy does not ask, or there was no scan.
    pub vulnerabilities: Option<VulnerabilitySummary>,
    /// The trusted roots that signatures were judged by; none where no signature needed any.
    pub trusted_roots: Vec<TrustedRootSummary>,
    /// Every check, in the order they were made.
    pub checks: Vec<Check>,
    /// In plain words, what this report does not prove.
    pub not_proven: Vec<Remark>,
}

/// A reference, taken apart and normalised.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedFor {
    /// As it was typed.
    pub input: String,
    /// `docker.io`
    pub registry: String,
    /// `library/nginx`
    pub repository: String,
    /// `latest` when neither tag nor digest was typed.
    pub tag: Option<String>,
    /// The digest that was typed.
    pub digest: Option<Digest>,
    /// As Docker would show it.
    pub familiar: String,
}

impl AskedFor {
    /// Takes a reference apart.
    pub fn new(reference: &Reference) -> Self {
        let spans = reference.spans();
        let typed_tag = reference.tag().filter(|_| spans.tag.is_some()).map(|tag| format!(":{tag}"));
        let typed_digest = reference.digest().map(|digest| format!("@{digest}"));
        Self {
            input: [Some(reference.typed_name().to_owned()), typed_tag, typed_digest].into_iter().flatten().collect(),
            registry: reference.registry().to_owned(),
            repository: reference.repository().to_owned(),
            tag: reference.tag().map(str::to_owned),
            digest: reference.digest(),
            familiar: reference.familiar(),
        }
    }
}

/// What the reference stands for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    /// The tag that led to the digest; `None` when the digest itself was asked for.
    pub tag: Option<String>,
    /// Computed here from the bytes.
    pub digest: Digest,
    /// The host that answered.
    pub told_by: String,
    /// How its answer came.
    pub via: Via,
    /// The relay, if there was one.
    pub relay: Option<String>,
    /// When.
    pub at: UnixTime,
}

/// How an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// From the registry itself.
    Direct,
    /// Through a relay, which can refuse, and can tell an old digest for a tag, but cannot lie about content.
    Relay,
}

/// An index whose bytes are proven.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexSummary {
    /// Of its bytes.
    pub digest: Digest,
    /// What it is.
    pub media_type: &'static str,
    /// Bytes.
    pub size: u64,
    /// What it lists.
    pub manifests: Vec<EntrySummary>,
}

/// An entry of an index.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntrySummary {
    /// Where it leads.
    pub digest: Digest,
    /// What it is said to be.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// What it runs on.
    pub platform: Option<String>,
    /// `image`, `attestation`, `index` or `other`.
    pub role: &'static str,
    /// Whether the check went this way.
    pub chosen: bool,
}

/// A manifest whose bytes are proven.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestSummary {
    /// Of its bytes.
    pub digest: Digest,
    /// What it is.
    pub media_type: &'static str,
    /// Bytes.
    pub size: u64,
    /// What kind of artifact it is, when it is no image.
    pub artifact_type: Option<String>,
    /// Its configuration.
    pub config: Descriptor,
    /// Its layers, the base first.
    pub layers: Vec<LayerSummary>,
    /// Bytes of all layers, as they are stored.
    pub layers_size: u64,
}

impl ManifestSummary {
    /// What names its bytes.
    pub(crate) fn descriptor(&self) -> Descriptor {
        Descriptor {
            digest: self.digest,
            media_type: self.media_type.to_owned(),
            size: self.size,
            artifact_type: None,
            foreign: false,
            annotations: Vec::new(),
        }
    }
}

/// A layer, which the manifest fixes by its digest.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerSummary {
    /// Of the stored bytes.
    pub digest: Digest,
    /// What it is said to be.
    pub media_type: String,
    /// Stored bytes.
    pub size: u64,
    /// Whether somebody else than the registry is named as its source.
    pub foreign: bool,
}

/// What the image says of itself, in bytes that are proven.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageSummary {
    /// What it was built for.
    pub platform: String,
    /// When it says it was built.
    pub created: Option<UnixTime>,
}

/// Something that is attached to the image. Its own bytes are proven; what they say is not.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Of its manifest.
    pub digest: Digest,
    /// What its own manifest says it is.
    pub artifact_type: String,
    /// Bytes of its manifest.
    pub size: u64,
    /// How it was found.
    pub found_by: FoundBy,
}

/// How something attached was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// The referrers API.
    Referrers,
    /// The tag that stands in for the referrers API.
    FallbackTag,
    /// cosign's `sha256-….sig` tag.
    CosignTag,
    /// cosign's `sha256-….att` tag.
    CosignAttestationTag,
}

/// A stable code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Stable.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// What follows from a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every check that the policy rests on holds, and the policy allows the image.
    Accept,
    /// A check does not hold, or the policy does not allow the image.
    Reject,
    /// Neither can be said.
    Inconclusive,
}

/// One check and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// How it went.
    pub outcome: Outcome,
}

/// The checks, in the order they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// The bytes were fetched, and hash to the digest that was asked for.
    Resolve,
    /// The digest that the registry states is the one that was computed.
    DigestHeader,
    /// The bytes are one unambiguous document, and all say the same of what it is.
    Document,
    /// The manifest of the platform was chosen, and its bytes are the ones that the index names.
    Platform,
    /// The configuration's bytes are the ones that the manifest names.
    Config,
    /// What is attached could be listed.
    Attachments,
    /// The signatures among it could be read and judged.
    Signatures,
    /// The image is what a publisher's collection in Docker Content Trust says.
    ContentTrust,
    /// Nothing in the image is known to be vulnerable that the policy denies, and all of it could be looked at.
    KnownVulnerabilities,
}

impl CheckName {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Resolve,
        Self::DigestHeader,
        Self::Document,
        Self::Platform,
        Self::Config,
        Self::Attachments,
        Self::Signatures,
        Self::ContentTrust,
        Self::KnownVulnerabilities,
    ];

    /// As reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::DigestHeader => "digest-header",
            Self::Document => "document",
            Self::Platform => "platform",
            Self::Config => "config",
            Self::Attachments => "attachments",
            Self::Signatures => "signatures",
            Self::ContentTrust => "content-trust",
            Self::KnownVulnerabilities => "known-vulnerabilities",
        }
    }
}

/// How a check went. Neither "could not find out" nor "was not made" is "passed".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds, and this is what was seen.
    Passed {
        /// A sentence.
        evidence: String,
    },
    /// It does not hold.
    Failed(Failure),
    /// It could not be found out.
    Unknown(Remark),
    /// It does not apply.
    Skipped {
        /// Why.
        message: String,
    },
}

impl Outcome {
    /// Why it does not hold.
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Passed { .. } | Self::Unknown(_) | Self::Skipped { .. } => None,
        }
    }
}

/// A check that does not hold. `code()` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The bytes are not the ones that the digest names.
    DigestMismatch(DigestMismatch),
    /// The bytes are no document that can be relied on.
    Document(InvalidDocument),
    /// The registry states another digest than the bytes have.
    HeaderMismatch {
        /// Computed from the bytes.
        expected: Digest,
        /// Stated by the registry.
        found: String,
    },
    /// An entry of the index stands before the chosen one, and other programs would take it.
    AmbiguousPlatform {
        /// What was asked for.
        expected: String,
        /// The entry before the chosen one.
        found: Digest,
    },
    /// An index inside an index inside an index …
    IndexTooDeep {
        /// The limit.
        limit: usize,
    },
    /// The content came under a type that is not what it is.
    ContentType {
        /// What the document is.
        expected: &'static str,
        /// What the registry calls it.
        found: String,
    },
    /// No collection of Docker Content Trust vouches for it, and one has to.
    ContentTrust {
        /// Why not, each.
        refused: Vec<String>,
    },
    /// What is in the image is not what it names: a layer, or what leads to its layers.
    Contents {
        /// Of those in [`Failure::CODES`].
        code: &'static str,
        /// What was expected, and what found.
        message: String,
    },
    /// The image was built for another platform than its index says, or than was asked for.
    PlatformMismatch {
        /// What was asked for or promised.
        expected: String,
        /// What the configuration says.
        found: String,
    },
    /// The index has no image for the platform.
    PlatformMissing {
        /// What was asked for.
        expected: String,
        /// What there is.
        found: Vec<String>,
    },
    /// Not as many bytes as the descriptor says.
    SizeMismatch {
        /// What the descriptor says.
        expected: u64,
        /// How many came; `None` when there were more than expected and reading stopped there.
        found: Option<u64>,
    },
    /// Something in the image is known to be vulnerable, and the policy denies it.
    Vulnerabilities {
        /// What was expected, and what found.
        message: String,
    },
}

impl Failure {
    /// Every stable code, for the list that the TypeScript types are compared with.
    pub const CODES: [&'static str; 17] = [
        "content-trust-refused",
        "diff-id-mismatch",
        "diff-ids-mismatch",
        "digest-mismatch",
        "document-ambiguous",
        "document-invalid",
        "duplicate-key",
        "header-mismatch",
        "index-too-deep",
        "json-invalid",
        "media-type-mismatch",
        "platform-mismatch",
        "platform-missing",
        "schema1",
        "size-mismatch",
        "too-many-entries",
        "vulnerabilities-denied",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DigestMismatch(_) => "digest-mismatch",
            Self::Document(document) => document.code(),
            Self::AmbiguousPlatform { .. } => "document-ambiguous",
            Self::ContentTrust { .. } => "content-trust-refused",
            Self::HeaderMismatch { .. } => "header-mismatch",
            Self::IndexTooDeep { .. } => "index-too-deep",
            Self::ContentType { .. } => "media-type-mismatch",
            Self::PlatformMismatch { .. } => "platform-mismatch",
            Self::PlatformMissing { .. } => "platform-missing",
            Self::SizeMismatch { .. } => "size-mismatch",
            Self::Contents { code, .. } => code,
            Self::Vulnerabilities { .. } => "vulnerabilities-denied",
        }
    }

    /// What should have been, where that is one fact.
    pub fn expected(&self) -> Option<String> {
        match self {
            Self::DigestMismatch(mismatch) => Some(mismatch.expected.to_string()),
            Self::HeaderMismatch { expected, .. } => Some(expected.to_string()),
            Self::ContentType { expected, .. } => Some((*expected).into()),
            Self::PlatformMismatch { expected, .. }
            | Self::PlatformMissing { expected, .. }
            | Self::Document(InvalidDocument::MediaType { expected, .. }) => Some(expected.clone()),
            Self::SizeMismatch { expected, .. } => Some(expected.to_string()),
            Self::AmbiguousPlatform { .. }
            | Self::Contents { .. }
            | Self::ContentTrust { .. }
            | Self::Document(_)
            | Self::IndexTooDeep { .. }
            | Self::Vulnerabilities { .. } => None,
        }
    }

    /// What is, where that is one fact.
    pub fn found(&self) -> Option<String> {
        match self {
            Self::DigestMismatch(mismatch) => Some(mismatch.found.to_string()),
            Self::HeaderMismatch { found, .. }
            | Self::ContentType { found, .. }
            | Self::PlatformMismatch { found, .. }
            | Self::Document(InvalidDocument::MediaType { found, .. }) => Some(found.clone()),
            Self::AmbiguousPlatform { found, .. } => Some(found.to_string()),
            Self::PlatformMissing { found, .. } => Some(found.join(", ")),
            Self::SizeMismatch { found, .. } => found.map(|found| found.to_string()),
            Self::Contents { .. }
            | Self::ContentTrust { .. }
            | Self::Document(_)
            | Self::IndexTooDeep { .. }
            | Self::Vulnerabilities { .. } => None,
        }
    }

    /// Where the rule comes from.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::DigestMismatch(_) => "OCI image-spec, Digests, Verification",
            Self::Document(document) => document.section(),
            Self::HeaderMismatch { .. } | Self::ContentType { .. } => "OCI distribution-spec, Pulling manifests",
            Self::ContentTrust { .. } => "Docker Content Trust, docs/adr/0012-content-trust.md",
            Self::IndexTooDeep { .. } => "pullproof budget",
            Self::PlatformMismatch { .. } => "OCI image-spec, Image configuration",
            Self::AmbiguousPlatform { .. } | Self::PlatformMissing { .. } => "OCI image-spec, Image index",
            Self::Contents { .. } | Self::SizeMismatch { .. } => "OCI image-spec, Content descriptors",
            Self::Vulnerabilities { .. } => "the policy's rule, docs/adr/0017-policies-about-vulnerabilities.md",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DigestMismatch(mismatch) => mismatch.fmt(f),
            Self::Document(document) => document.fmt(f),
            Self::HeaderMismatch { expected, found } => {
                write!(f, "expected the registry to state {expected}, which its bytes hash to, found that it states {found}")
            }
            Self::AmbiguousPlatform { expected, found } => {
                write!(f, "expected one image for {expected}, found {found} before it, which other programs would take")
            }
            Self::ContentTrust { refused } => f.write_str(&refused.join("; ")),
            Self::Contents { message, .. } | Self::Vulnerabilities { message } => f.write_str(message),
            Self::IndexTooDeep { limit } => write!(f, "expected at most {limit} indexes inside one another, found more"),
            Self::ContentType { expected, found } => {
                write!(f, "expected the registry to call this {expected}, which is what it is, found that it calls it {found}")
            }
            Self::PlatformMismatch { expected, found } => write!(f, "expected an image for {expected}, found one for {found}"),
            Self::PlatformMissing { expected, found } if found.is_empty() => {
                write!(f, "expected an image for {expected}, found none at all")
            }
            Self::PlatformMissing { expected, found } => {
                write!(f, "expected an image for {expected}, found only {}", found.join(", "))
            }
            Self::SizeMismatch { expected, found: Some(found) } => write!(f, "expected {expected} bytes, found {found}"),
            Self::SizeMismatch { expected, found: None } => write!(f, "expected {expected} bytes, found more"),
        }
    }
}

impl From<DigestMismatch> for Failure {
    fn from(mismatch: DigestMismatch) -> Self {
        Self::DigestMismatch(mismatch)
    }
}

impl From<InvalidDocument> for Failure {
    fn from(document: InvalidDocument) -> Self {
        Self::Document(document)
    }
}

impl Serialize for Check {
    /// One flat object, tagged by `outcome`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Check", 7)?;
        fields.serialize_field("name", &self.name)?;
        match &self.outcome {
            Outcome::Passed { evidence } => {
                fields.serialize_field("outcome", "passed")?;
                fields.serialize_field("evidence", evidence)?;
            }
            Outcome::Failed(failure) => {
                fields.serialize_field("outcome", "failed")?;
                fields.serialize_field("code", failure.code())?;
                fields.serialize_field("message", &failure.to_string())?;
                fields.serialize_field("expected", &failure.expected())?;
                fields.serialize_field("found", &failure.found())?;
                fields.serialize_field("section", failure.section())?;
            }
            Outcome::Unknown(cause) => {
                fields.serialize_field("outcome", "unknown")?;
                fields.serialize_field("code", cause.code)?;
                fields.serialize_field("message", &cause.message)?;
            }
            Outcome::Skipped { message } => {
                fields.serialize_field("outcome", "skipped")?;
                fields.serialize_field("message", message)?;
            }
        }
        fields.end()
    }
}

/// What happens while a check runs.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Step {
    /// A check begins.
    Started {
        /// Which.
        name: CheckName,
    },
    /// A layer arrives, for [`CheckName::KnownVulnerabilities`].
    Layer {
        /// Which, counted from the lowest, 0.
        index: usize,
        /// Of how many.
        layers: usize,
        /// Bytes so far.
        bytes: u64,
        /// Bytes in all.
        size: u64,
    },
    /// Advisories arrive.
    Advisories {
        /// How many of what was asked for: shards, or records.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// A check is done.
    Finished {
        /// How it went.
        check: Check,
    },
}

/// An image that its policy accepts. Only [`Report::into_accepted`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedImage {
    pinned: String,
    digest: Digest,
}

impl VerifiedImage {
    /// The reference to use from now on.
    pub fn pinned(&self) -> &str {
        &self.pinned
    }

    /// What it is pinned to: the digest of the root that the reference stood for.
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

/// The report of an image that was not accepted.
#[derive(Clone, Debug)]
pub struct Rejection(pub Box<Report>);

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.reasons.first().map_or("no reason is known", |reason| reason.message.as_str());
        write!(f, "{} was not accepted: {reason}", self.0.reference.familiar)
    }
}

impl core::error::Error for Rejection {}

impl Report {
    /// For gates: the image, if the policy accepts it.
    pub fn into_accepted(self) -> Result<VerifiedImage, Rejection> {
        match (self.verdict, &self.pinned) {
            (Verdict::Accept, Some(pinned)) => Ok(VerifiedImage { pinned: pinned.clone(), digest: self.resolution.digest }),
            _ => Err(Rejection(Box::new(self))),
        }
    }

    /// The JSON form, indented by two spaces: what `JSON.stringify(report, null, 2)` gives for the same report.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has only string keys and no number that JSON cannot write")
    }
}
