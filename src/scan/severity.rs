//! How bad a vulnerability is: what the vendor says of its own package first, a CVSS vector second.
//!
//! A vendor knows how a package is built and used; a score by the worst case of any use has Debian's users look at criticals that are none
//! (CVE-2019-8457).

use cvss::Cvss;
use serde::Serialize;
use serde::Serializer;

pub use crate::report::Level;
use crate::scan::advisory::Advisory;
use crate::scan::advisory::Affected;
use crate::scan::advisory::Rating;

/// A severity and where it is from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Severity {
    /// How bad.
    pub level: Level,
    /// Who says so; `None` where nobody does.
    pub by: Option<Origin>,
    /// The CVSS base score, where there is a vector, whoever decided on the level.
    pub score: Option<Score>,
    /// The vector.
    pub vector: Option<String>,
}

/// Who says how bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Whoever publishes the package, or the database that the advisory is from.
    Vendor,
    /// A CVSS vector.
    Cvss,
}

/// Tenths of a point, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

impl Serialize for Score {
    /// `9.8`, and `7`: JavaScript writes no `7.0`, and a scan is the same bytes everywhere.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(10) { serializer.serialize_u8(self.0 / 10) } else { serializer.serialize_f64(f64::from(self.0) / 10.0) }
    }
}

impl Severity {
    /// What an advisory says of a package: by the package first, by the record second.
    pub fn of(advisory: &Advisory, affected: &Affected) -> Self {
        let word = |ratings: &[Rating]| {
            ratings.iter().filter(|rating| !rating.kind.starts_with("CVSS")).find_map(|rating| Level::named(&rating.score))
        };
        let vendor = affected.urgency.as_deref().and_then(Level::named);
        let vendor = vendor.or_else(|| word(&affected.severity)).or_else(|| word(&advisory.severity));
        let vendor = vendor.or_else(|| advisory.rated.as_deref().and_then(Level::named));
        let vector = best(&affected.severity).or_else(|| best(&advisory.severity));
        let (by, level) = match (vendor, &vector) {
            (Some(level), _) => (Some(Origin::Vendor), level),
            (None, Some((version, score, _))) => (Some(Origin::Cvss), level_of(*version, *score)),
            (None, None) => (None, Level::Unknown),
        };
        Self { level, by, score: vector.as_ref().map(|(_, score, _)| *score), vector: vector.map(|(_, _, text)| text) }
    }

    /// The one to show of two advisories about the same: a vendor's before a score, then the worse.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        let rank = |severity: &Self| (severity.by == Some(Origin::Vendor), severity.level, severity.score);
        if rank(&other) > rank(&self) { other } else { self }
    }
}

/// Of the newest version of CVSS the highest score. A vector that does not parse says nothing.
fn best(ratings: &[Rating]) -> Option<(u8, Score, String)> {
    let read = |rating: &Rating| {
        let version = match rating.kind.as_str() {
            "CVSS_V2" => 2,
            "CVSS_V3" => 3,
            "CVSS_V4" => 4,
            _ => return None,
        };
        Some((version, score(&rating.score)?, rating.score.clone()))
    };
    ratings.iter().filter_map(read).max()
}

/// The score of a vector: of its base metrics, in CVSS 4 of its threat metrics as well.
pub fn score(vector: &str) -> Option<Score> {
    let cvss: Cvss = vector.parse().ok()?;
    // The crate gives a vector of CVSS 3 without all of its base metrics a score of 0, which would be called negligible.
    let is_whole = |name: &&str| vector.split('/').any(|metric| metric.split_once(':').is_some_and(|(key, _)| key == *name));
    if matches!(cvss, Cvss::CvssV30(_) | Cvss::CvssV31(_)) && !["AV", "AC", "PR", "UI", "S", "C", "I", "A"].iter().all(is_whole) {
        return None;
    }
    let tenths = (cvss.score() * 10.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100, as is looked at")]
    (0.0..=100.0).contains(&tenths).then_some(Score(tenths as u8))
}

/// CVSS 3.1 section 5 and CVSS 4.0 section 6. CVSS 2 has no critical, as NVD reads it.
const fn level_of(version: u8, Score(tenths): Score) -> Level {
    match tenths {
        0 => Level::Negligible,
        90.. if version == 2 => Level::High,
        1..=39 => Level::Low,
        40..=69 => Level::Medium,
        70..=89 => Level::High,
        _ => Level::Critical,
    }
}
