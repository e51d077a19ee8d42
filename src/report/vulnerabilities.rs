//! What is known to be vulnerable in an image, and whether its policy allows that: in short. A scan says it at length.

use serde::Serialize;

use crate::report::Remark;
use crate::time::UnixTime;

/// A scan that was made for a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilitySummary {
    /// What follows for the policy's rule.
    pub judged: Judged,
    /// How much of the image could be looked at.
    pub extent: Extent,
    /// The time that the scan was made for.
    pub scanned_at: UnixTime,
    /// Where advisories are from.
    pub databases: Vec<Database>,
    /// Packages that were listed.
    pub packages: usize,
    /// How many findings there are of each severity, whether or not they are denied.
    pub counts: Counts,
    /// Of those, how many of which it could not be found out whether something is affected.
    pub undetermined: usize,
    /// The findings that are denied, the worst first: [`VulnerabilitySummary::SHOWN`] of them at most.
    pub denied: Vec<DeniedSummary>,
    /// How many are denied in all.
    pub denied_in_all: usize,
    /// The findings that would be denied and are left out: as many at most.
    pub left_out: Vec<LeftOutSummary>,
    /// How many are left out in all.
    pub left_out_in_all: usize,
    /// What the policy ignores, and was not found, or does not ignore any more.
    pub idle: Vec<String>,
    /// Why not everything was looked at, the most important first: as many at most.
    pub remarks: Vec<Remark>,
}

impl VulnerabilitySummary {
    /// Findings that are named. An old image has thousands, and whoever publishes it decides how many.
    pub const SHOWN: usize = 100;
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Critical.
    pub critical: Count,
    /// High.
    pub high: Count,
    /// Medium.
    pub medium: Count,
    /// Low.
    pub low: Count,
    /// What vendors do not act on.
    pub negligible: Count,
    /// Nobody has said how bad they are.
    pub unknown: Count,
}

impl Counts {
    /// Those of one severity.
    pub const fn of(&mut self, level: Level) -> &mut Count {
        match level {
            Level::Critical => &mut self.critical,
            Level::High => &mut self.high,
            Level::Medium => &mut self.medium,
            Level::Low => &mut self.low,
            Level::Negligible => &mut self.negligible,
            Level::Unknown => &mut self.unknown,
        }
    }
}

/// How many findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// All of them.
    pub findings: usize,
    /// Those for which a version is known that is not affected.
    pub fixable: usize,
}

/// A finding that is denied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeniedSummary {
    /// The CVE, where there is one.
    pub id: String,
    /// How bad it is.
    pub severity: Level,
    /// What is installed of what is affected: the first of its packages.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The version that is not affected any more.
    pub fixed: Option<String>,
    /// Whether it is in CISA's catalogue of known exploited vulnerabilities; `None` where that was not at hand.
    pub known_exploited: Option<bool>,
}

/// A finding that would be denied, and is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOutSummary {
    /// The CVE, where there is one.
    pub id: String,
    /// What is installed of what is affected: the first of its packages.
    pub package: String,
    /// Why: the policy's words, or whose VEX document says so.
    pub reason: String,
}

/// What follows from a scan for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// Everything was looked at, and nothing is denied.
    Met,
    /// Nothing that is known is denied, and not everything is known.
    Open,
    /// Something is denied.
    Denied,
}

/// How much of an image could be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// Every package that was listed was compared with the advisories of its ecosystem.
    Complete,
    /// Some could not be.
    Partial,
    /// There are no packages, or none of a system whose advisories are known: an absence of findings says nothing.
    Unsupported,
    /// The image, or what is known of what is in it, could not be had: an absence of findings says nothing.
    Unknown,
}

/// How bad, in the words of distributions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nobody has said. Not the same as harmless.
    #[default]
    Unknown,
    /// The vendor counts it as none to act on: Debian's `unimportant`, Ubuntu's `negligible`; a CVSS score of zero.
    Negligible,
    /// Low.
    Low,
    /// Medium, or moderate.
    Medium,
    /// High, or important.
    High,
    /// Critical.
    Critical,
}

impl Level {
    /// By the word that policies and vendors use.
    pub fn named(word: &str) -> Option<Self> {
        // Debian marks some urgencies as automatic, with asterisks.
        Some(match word.trim_end_matches('*').to_ascii_lowercase().as_str() {
            "unimportant" | "negligible" => Self::Negligible,
            "low" => Self::Low,
            "medium" | "moderate" => Self::Medium,
            "high" | "important" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }
}

/// Where advisories are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Database {
    /// Which ecosystem they are about; `None` where it is all of them.
    pub ecosystem: Option<String>,
    /// What it is.
    pub kind: DatabaseKind,
    /// When it was made, or asked.
    pub at: UnixTime,
    /// The newest change in it.
    pub modified: Option<UnixTime>,
    /// Whole days since `at`.
    pub age_days: i64,
    /// Advisories in it; `None` where that is not known.
    pub advisories: Option<usize>,
    /// Who signed it, in words, where that was asked for and is proven; `None` where nobody vouches for it.
    pub signed_by: Option<String>,
    /// Whom to name, which their licences ask for.
    pub attribution: Vec<String>,
}

/// What a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseKind {
    /// `api.osv.dev`, which was told the names and versions of the packages.
    OsvApi,
    /// A file, which was told nothing.
    Shard,
}
