//! What a scan found, and what it looked at: data, the same byte for byte wherever it was made.
//!
//! Nothing here says "clean". A scan has findings, and [`Coverage`] says what they were looked for in; where that is not everything, the
//! [`Extent`] says so.

use serde::Serialize;

use crate::digest::Digest;
pub use crate::report::Database;
pub use crate::report::DatabaseKind;
pub use crate::report::Extent;
pub use crate::report::Judged;
use crate::report::Remark;
use crate::scan::severity::Severity;
use crate::time::UnixTime;

/// Version 1 of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    /// 1.
    pub schema_version: u32,
    /// The time that the caller gave.
    pub scanned_at: UnixTime,
    /// What was scanned; `None` where somebody gave a list of packages.
    pub image: Option<ScannedImage>,
    /// How much could be looked at.
    pub extent: Extent,
    /// What follows for the rule; `None` where there was none.
    pub rule: Option<RuleSummary>,
    /// Why it is not everything, the most important first.
    pub remarks: Vec<Remark>,
    /// What the image says that it is.
    pub distribution: Option<DistributionSummary>,
    /// Where the list of packages is from; `None` where there is none.
    pub inventory: Option<InventorySummary>,
    /// What was looked at.
    pub coverage: Coverage,
    /// Every package that was listed, sorted by kind, name, version and architecture; `None` unless they were asked for.
    pub packages: Option<Vec<ListedPackage>>,
    /// What was found: the worst first, what vendors count as none to act on last.
    pub findings: Vec<Finding>,
}

/// An image, as far as its bytes are proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScannedImage {
    /// As it was asked for, with its registry.
    pub reference: String,
    /// What that stands for, computed from the bytes; `None` where they are not what was asked for.
    pub digest: Option<Digest>,
    /// The manifest of the platform.
    pub manifest: Option<Digest>,
    /// What it was built for, as it says.
    pub platform: Option<String>,
    /// Its layers, the lowest first; none if they were not all read.
    pub layers: Vec<Digest>,
}

/// Whether a scan meets a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSummary {
    /// What follows.
    pub judged: Judged,
    /// Why, the most important first.
    pub remarks: Vec<Remark>,
    /// The places in `findings` of those that are denied.
    pub denied: Vec<usize>,
    /// The places of those that would be, and are left out.
    pub left_out: Vec<LeftOut>,
    /// What is ignored and was not found, or is not ignored any more.
    pub idle: Vec<String>,
}

/// A finding that a rule does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Its place in `findings`.
    pub finding: usize,
    /// Why.
    pub reason: String,
}

/// Where a list of packages is from, and how far it can be trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InventorySummary {
    /// Who made it.
    pub from: ListedBy,
    /// How far it can be trusted.
    pub trust: ListTrust,
    /// The documents that it was read from; none where it was made here.
    pub documents: Vec<ListDocument>,
}

/// Who listed the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ListedBy {
    /// We did, from the layers.
    Layers,
    /// Somebody else did.
    Sbom,
}

/// How far a list of packages can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ListTrust {
    /// It was read from the bytes of the image.
    Proven,
    /// Somebody who was named signed that it is about this image.
    Signed,
    /// The index names it beside the image, and nobody signed it: it is the word of whoever pushed the index.
    Linked,
    /// The caller brought it.
    Given,
}

/// A list of packages that somebody else made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListDocument {
    /// Which format it has.
    pub format: ListFormat,
    /// Of the bytes that it came in: the attestation in the registry, or the file.
    pub digest: Digest,
    /// Who signed it, in words; `None` where nobody did.
    pub by: Option<String>,
}

/// The format of a list of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ListFormat {
    /// SPDX 2.
    Spdx,
    /// CycloneDX 1.
    CycloneDx,
}

/// A distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DistributionSummary {
    /// `ID`.
    pub id: String,
    /// `VERSION_ID`.
    pub version_id: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: Option<String>,
    /// As OSV spells it; `None` where its advisories are not known.
    pub ecosystem: Option<String>,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Packages that were listed.
    pub packages: usize,
    /// Where it was looked.
    pub databases: Vec<Database>,
    /// By ecosystem.
    pub ecosystems: Vec<EcosystemCoverage>,
    /// Names of packages that nobody's advisories are about, or whose database was not there, sorted.
    pub without_advisories: Vec<String>,
    /// Versions that could not be compared with an advisory.
    pub undetermined: Vec<UndeterminedVersion>,
    /// Advisories that could not be read, sorted: about what is not known.
    pub unread: Vec<String>,
    /// What somebody is known to exploit; `None` where that was not at hand.
    pub known_exploited: Option<Catalogue>,
    /// What else there is to say of the packages: which are not the distribution's, which are counted once, what names some and was not read.
    pub notes: Vec<Remark>,
}

/// A package that was listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedPackage {
    /// Its package URL (ECMA-427).
    pub purl: String,
    /// Its own name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it was built from, where that is named.
    pub source: Option<SourceSummary>,
    /// The architecture, as its package manager writes it.
    pub architecture: Option<String>,
    /// Whose advisories are about it, as OSV spells it; `None` where nobody's are.
    pub ecosystem: Option<String>,
    /// The file that says so.
    pub location: String,
    /// The layer that brought it, counted from the lowest, 0; `None` where that is not known.
    pub layer: Option<usize>,
}

/// What a package was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceSummary {
    /// The name of the source package.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// CISA's catalogue of known exploited vulnerabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Catalogue {
    /// When it was published: of several the oldest.
    pub at: UnixTime,
    /// Vulnerabilities in it.
    pub count: usize,
}

/// The packages of one ecosystem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EcosystemCoverage {
    /// As OSV spells it.
    pub ecosystem: String,
    /// Packages.
    pub packages: usize,
    /// Whether there were advisories to compare them with.
    pub has_advisories: bool,
}

/// A version that has no place in its order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UndeterminedVersion {
    /// As OSV spells it.
    pub ecosystem: String,
    /// What it is a version of.
    pub name: String,
    /// The version.
    pub version: String,
}

/// One vulnerability of one package, or of several that were built from one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The CVE; where there is none, the identifier that most databases use.
    pub id: String,
    /// Its other names, sorted.
    pub aliases: Vec<String>,
    /// The advisories that say so, sorted.
    pub advisories: Vec<String>,
    /// What the advisories are about.
    pub subject: SubjectSummary,
    /// What is installed of it, in the order of the inventory.
    pub packages: Vec<Installed>,
    /// Whether it is affected.
    pub state: State,
    /// Why that cannot be said.
    pub undetermined: Option<Remark>,
    /// The version that is not affected any more; `None` where none is known.
    pub fixed: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Whether the vendor counts it as none to act on.
    pub unimportant: bool,
    /// Whether it is in CISA's catalogue of known exploited vulnerabilities; `None` where that catalogue was not at hand.
    pub known_exploited: Option<bool>,
    /// What a VEX document says of it. The finding stays.
    pub vex: Option<VexMark>,
}

/// Whether something is affected. What is not, is no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Affected,
    /// That could not be found out.
    Undetermined,
}

/// What advisories are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubjectSummary {
    /// As OSV spells it.
    pub ecosystem: String,
    /// A source package, or a package.
    pub name: String,
    /// The version that was compared.
    pub version: String,
}

/// A package that is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    /// Its package URL (ECMA-427).
    pub purl: String,
    /// Its own name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// The file that says so.
    pub location: String,
    /// The layer that brought it, counted from the lowest, 0; `None` where somebody else listed it.
    pub layer: Option<usize>,
}

/// What a VEX document says of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VexMark {
    /// What it says.
    pub status: VexStatus,
    /// Why it is not affected.
    pub justification: Option<String>,
    /// In its own words: the impact, or what to do.
    pub statement: Option<String>,
    /// The document.
    pub document: String,
    /// Its author, as it says.
    pub author: String,
    /// Who signed it, in words; `None` where the caller brought it.
    pub signed_by: Option<String>,
    /// When.
    pub at: Option<UnixTime>,
}

/// OpenVEX 0.2.0, "Status Labels".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VexStatus {
    /// No remediation is required.
    NotAffected,
    /// Actions are recommended.
    Affected,
    /// These product versions contain a fix.
    Fixed,
    /// It is not yet known.
    UnderInvestigation,
}

impl VexStatus {
    /// Whether it says that there is nothing to act on.
    pub const fn settles(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

impl Finding {
    /// Whether a VEX document says that there is nothing to act on.
    pub fn is_settled(&self) -> bool {
        self.vex.as_ref().is_some_and(|mark| mark.status.settles())
    }

    /// Whether it goes by this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().chain(&self.advisories).any(|other| other == name)
    }
}

impl Scan {
    /// The JSON form, indented by two spaces.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a scan has only string keys and finite numbers")
    }
}
