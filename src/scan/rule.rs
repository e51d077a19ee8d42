//! What a policy wants of findings, and whether a scan meets it.
//!
//! ```json
//! { "deny": "high", "onlyFixable": true, "ignore": [{ "id": "CVE-2019-8457", "reason": "not reachable", "until": "2027-01-01T00:00:00Z" }] }
//! ```
//!
//! What could not be found out is never allowed: a scan that saw nothing, or a finding whose severity nobody has said, leaves it open.

use core::fmt;

use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::report::Remark;
use crate::scan::report::Extent;
use crate::scan::report::Finding;
pub use crate::scan::report::Judged;
use crate::scan::report::LeftOut;
use crate::scan::report::ListTrust;
use crate::scan::report::RuleSummary;
use crate::scan::report::Scan;
use crate::scan::report::State;
use crate::scan::severity::Level;
use crate::time::UnixTime;

/// Characters of a value that a message repeats.
const SHOWN: usize = 80;

/// Findings that a message names.
const NAMED: usize = 5;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// This and what is worse.
    deny: Level,
    only_fixable: bool,
    ignore: Vec<Ignored>,
}

/// A vulnerability that is left out for a while, or for good.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ignored {
    id: String,
    reason: String,
    /// From then on it counts again.
    until: Option<UnixTime>,
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidRule {
    /// No strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// A value that means nothing.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// Something that this version does not know, or a spelling mistake.
    Unknown {
        /// Where, and what.
        path: String,
    },
}

impl fmt::Display for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::Value { path, expected, found } => write!(f, "expected {path} to be {expected}, found \"{}\"", excerpt(found, SHOWN)),
            Self::Unknown { path } => write!(f, "expected `deny`, `onlyFixable` and `ignore`, found {}", excerpt(path, SHOWN)),
        }
    }
}

impl core::error::Error for InvalidRule {}

impl From<InvalidJson> for InvalidRule {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

/// Whether a scan meets a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What follows.
    pub judged: Judged,
    /// Why, the most important first; for [`Judged::Met`] what it rests on.
    pub remarks: Vec<Remark>,
    /// The places of the findings that the rule denies.
    pub denied: Vec<usize>,
    /// The places of those that it would deny, and that are left out: by the rule with its reason, or by a VEX document.
    pub left_out: Vec<(usize, String)>,
    /// What the rule ignores, and was not found, or does not ignore any more.
    pub idle: Vec<String>,
}

impl From<Judgement> for RuleSummary {
    fn from(judgement: Judgement) -> Self {
        let Judgement { judged, remarks, denied, left_out, idle } = judgement;
        let left_out = left_out.into_iter().map(|(finding, reason)| LeftOut { finding, reason }).collect();
        Self { judged, remarks, denied, left_out, idle }
    }
}

impl Rule {
    /// The codes with which it stays open whether a scan meets a rule.
    pub const OPEN: [&'static str; 2] = ["scan-incomplete", "vulnerabilities-undetermined"];

    /// Reads a rule by itself.
    pub fn parse(text: &str) -> Result<Self, InvalidRule> {
        let document = json::parse_object(text.as_bytes())?;
        Self::read_members(&document.root())
    }

    /// Reads a rule in a document. Everything in it must be understood.
    pub fn read(place: &Place<'_>) -> Result<Self, InvalidRule> {
        Self::read_members(&place.object()?)
    }

    fn read_members(members: &Members<'_>) -> Result<Self, InvalidRule> {
        only(members, &["deny", "onlyFixable", "ignore"])?;
        let deny = members.required("deny")?;
        let word = deny.string()?;
        let level = match word {
            "negligible" | "low" | "medium" | "high" | "critical" => Level::named(word),
            _ => None,
        };
        let ignore = members.optional("ignore")?.map(|place| place.array()).transpose()?.unwrap_or_default();
        Ok(Self {
            deny: level.ok_or_else(|| value(&deny, "negligible, low, medium, high or critical", word))?,
            only_fixable: members.optional("onlyFixable")?.map(|place| place.boolean()).transpose()?.unwrap_or(false),
            ignore: ignore.iter().map(Ignored::read).collect::<Result<_, _>>()?,
        })
    }

    /// Whether a scan meets it, at a time.
    pub fn judge(&self, scan: &Scan, now: UnixTime) -> Judgement {
        let (mut denied, mut left_out, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for (place, finding) in scan.findings.iter().enumerate() {
            let counts = self.counts(finding);
            if counts == Counts::No {
                continue;
            }
            if let Some(why) = self.reason_to_leave_out(finding, now) {
                left_out.push((place, why));
            } else if counts == Counts::Yes {
                denied.push(place);
            } else {
                open.push(place);
            }
        }
        let idle =
            self.ignore.iter().filter(|ignored| !ignored.holds(now) || !scan.findings.iter().any(|finding| finding.is_named(&ignored.id)));
        let idle = idle.map(|ignored| ignored.id.clone()).collect();
        let (judged, remarks) = self.follows(scan, &denied, &open);
        Judgement { judged, remarks, denied, left_out, idle }
    }

    fn follows(&self, scan: &Scan, denied: &[usize], open: &[usize]) -> (Judged, Vec<Remark>) {
        let mut remarks = Vec::new();
        let mut tell = |code, message| remarks.push(Remark { code, message });
        let named = |places: &[usize]| {
            let names: Vec<&str> = places.iter().take(NAMED).map(|place| scan.findings[*place].id.as_str()).collect();
            format!("{}{}", names.join(", "), if places.len() > NAMED { " and others" } else { "" })
        };
        if !denied.is_empty() {
            tell("vulnerabilities-denied", format!("expected no {}, found {}: {}", self.wanted(), denied.len(), named(denied)));
        }
        if !open.is_empty() {
            let message =
                format!("expected to know how bad every finding is, found {} of which that is not known: {}", open.len(), named(open));
            tell("vulnerabilities-undetermined", message);
        }
        if scan.inventory.as_ref().is_some_and(|inventory| inventory.trust == ListTrust::Linked) {
            let message = "expected a list of packages from the layers, or that somebody who is named signed, found one that nobody did";
            tell("inventory-unsigned", message.to_owned());
        }
        if scan.extent != Extent::Complete {
            let why = scan.remarks.first().map_or("no reason is known", |remark| remark.message.as_str());
            tell("scan-incomplete", format!("expected every package to be looked at, found that some were not: {why}"));
        }
        if !denied.is_empty() {
            return (Judged::Denied, remarks);
        }
        if !remarks.is_empty() {
            return (Judged::Open, remarks);
        }
        let message = format!("found no {} in {} packages", self.wanted(), scan.coverage.packages);
        (Judged::Met, vec![Remark { code: "vulnerabilities-met", message }])
    }

    fn wanted(&self) -> String {
        let level = match self.deny {
            Level::Unknown | Level::Negligible => "vulnerabilities",
            Level::Low => "vulnerabilities from low on",
            Level::Medium => "vulnerabilities from medium on",
            Level::High => "vulnerabilities from high on",
            Level::Critical => "critical vulnerabilities",
        };
        format!("{level}{}", if self.only_fixable { " that have a fix" } else { "" })
    }

    fn counts(&self, finding: &Finding) -> Counts {
        let is_bad_enough = match finding.severity.level {
            Level::Unknown => Counts::Perhaps,
            level if level >= self.deny => Counts::Yes,
            _ => Counts::No,
        };
        match finding.state {
            _ if is_bad_enough == Counts::No => Counts::No,
            // Whether it has a fix is not known either.
            State::Undetermined => Counts::Perhaps,
            State::Affected if self.only_fixable && finding.fixed.is_none() => Counts::No,
            State::Affected => is_bad_enough,
        }
    }

    fn reason_to_leave_out(&self, finding: &Finding, now: UnixTime) -> Option<String> {
        let ignored = self.ignore.iter().find(|ignored| ignored.holds(now) && finding.is_named(&ignored.id));
        let settled = finding.vex.as_ref().filter(|_| finding.is_settled());
        ignored.map(|ignored| ignored.reason.clone()).or_else(|| settled.map(|mark| format!("{} says so", mark.document)))
    }
}

/// Whether a finding is one that the rule denies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    No,
    Perhaps,
    Yes,
}

impl Ignored {
    fn read(place: &Place<'_>) -> Result<Self, InvalidRule> {
        let members = place.object()?;
        only(&members, &["id", "reason", "until"])?;
        let words = |name| {
            let place = members.required(name)?;
            let words = place.string()?.trim();
            if words.is_empty() { Err(value(&place, "words", "")) } else { Ok(words.to_owned()) }
        };
        let until = members.optional("until")?;
        let until = until.map(|place| {
            let text = place.string()?;
            // A day is its beginning.
            let time = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse());
            time.map_err(|_| value(&place, "a day, or a date and time as RFC 3339 writes it", text))
        });
        Ok(Self { id: words("id")?, reason: words("reason")?, until: until.transpose()? })
    }

    fn holds(&self, now: UnixTime) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

fn only(members: &Members<'_>, known: &[&str]) -> Result<(), InvalidRule> {
    match members.entries().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(InvalidRule::Unknown { path: format!("{}.{name}", members.path()) }),
        None => Ok(()),
    }
}

fn value(place: &Place<'_>, expected: &'static str, found: &str) -> InvalidRule {
    InvalidRule::Value { path: place.path().to_owned(), expected, found: found.to_owned() }
}
