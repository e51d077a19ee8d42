//! Makes shards from records in OSV's format: everything that decides a match, and nothing else.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::shard::VERSION;
use super::shard::name_in;
use crate::json::Object;
use crate::json::Value;
use crate::scan::advisory::Advisory;
use crate::scan::advisory::Affected;
use crate::scan::advisory::Event;
use crate::scan::advisory::InvalidAdvisory;
use crate::scan::advisory::Range;
use crate::scan::advisory::RangeKind;
use crate::scan::advisory::Rating;
use crate::scan::ecosystem;
use crate::scan::exploited::KnownExploited;
use crate::scan::range;
use crate::scan::range::Answer;
use crate::time::UnixTime;

/// Who asks to be named, by the beginning of the identifiers (<https://google.github.io/osv.dev/data/>).
const ATTRIBUTION: [(&str, &str); 9] = [
    ("ALSA-", "AlmaLinux OSV database (MIT)"),
    ("GHSA-", "GitHub Advisory Database (CC-BY 4.0)"),
    ("GO-", "Go Vulnerability Database (CC-BY 4.0)"),
    ("MAL-", "OpenSSF Malicious Packages (Apache 2.0)"),
    ("PSF-", "Python Software Foundation Advisory Database (CC-BY 4.0)"),
    ("PYSEC-", "PyPA Advisory Database (CC-BY 4.0)"),
    ("RLSA-", "Rocky Linux advisories (BSD)"),
    ("UBUNTU-", "Ubuntu security data (CC-BY-SA 4.0)"),
    ("USN-", "Ubuntu security data (CC-BY-SA 4.0)"),
];

/// What goes into every shard beside its advisories.
#[derive(Clone, Debug)]
pub struct About {
    /// When the records were taken.
    pub generated_at: UnixTime,
    /// CISA's catalogue of known exploited vulnerabilities, where it is at hand.
    pub known_exploited: Option<KnownExploited>,
}

/// Collects records.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    /// By ecosystem, then by package and identifier.
    shards: BTreeMap<String, Draft>,
    /// The names of records that could not be read.
    unread: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
struct Draft {
    lines: BTreeMap<(String, String), Vec<Value>>,
    modified: Option<UnixTime>,
    attribution: BTreeSet<&'static str>,
}

impl Builder {
    /// Adds one record; `name` is what its file is called. One that cannot be read is told in every shard, because nobody knows which it is
    /// about.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), InvalidAdvisory> {
        match Advisory::parse(bytes) {
            Ok(advisory) => {
                self.add_advisory(&advisory);
                Ok(())
            }
            Err(invalid) => {
                let known = |c: char| if c.is_ascii_alphanumeric() || "-_.:".contains(c) { c } else { '-' };
                self.unread.insert(name.trim_end_matches(".json").chars().take(100).map(known).collect());
                Err(invalid)
            }
        }
    }

    fn add_advisory(&mut self, advisory: &Advisory) {
        if advisory.withdrawn.is_some() {
            return;
        }
        for affected in &advisory.affected {
            if affected.ecosystem.is_empty() {
                continue;
            }
            // A name that cannot stand at the beginning of a line: no package has one.
            if affected.name.contains(['"', '\\']) || affected.name.contains(char::is_control) {
                self.unread.insert(advisory.id.to_string());
                continue;
            }
            let name = name_in(&affected.ecosystem, &affected.name);
            let draft = self.shards.entry(affected.ecosystem.clone()).or_default();
            let line = line(advisory, affected, &name);
            let lines = draft.lines.entry((name, advisory.id.to_string())).or_default();
            // The same again says nothing new.
            if !lines.contains(&line) {
                lines.push(line);
            }
            draft.modified = draft.modified.max(Some(advisory.modified));
            draft.attribution.extend(ATTRIBUTION.iter().filter(|(start, _)| advisory.id.as_str().starts_with(start)).map(|(_, text)| text));
        }
    }

    /// The shards by their ecosystem.
    pub fn finish(self, about: &About) -> BTreeMap<String, Vec<u8>> {
        let Self { shards, unread } = self;
        shards
            .into_iter()
            .map(|(ecosystem, draft)| {
                let bytes = write(&ecosystem, draft, &unread, about);
                (ecosystem, bytes)
            })
            .collect()
    }
}

fn write(ecosystem: &str, draft: Draft, unread: &BTreeSet<String>, about: &About) -> Vec<u8> {
    let lines: Vec<Value> = draft.lines.into_values().flatten().collect();
    let count = i64::try_from(lines.len()).expect("there are fewer lines than bytes of memory");
    let mut header = vec![
        ("shard", Value::Integer(VERSION)),
        ("ecosystem", text(ecosystem)),
        ("generatedAt", text(&about.generated_at.to_string())),
        ("modified", text(&draft.modified.unwrap_or(about.generated_at).to_string())),
        ("advisories", Value::Integer(count)),
        ("attribution", texts(draft.attribution)),
    ];
    header.extend(about.known_exploited.as_ref().map(|catalogue| ("knownExploited", catalogue.value())));
    header.push(("unread", texts(unread)));
    let mut bytes = Vec::new();
    for value in core::iter::once(object(header)).chain(lines) {
        bytes.extend(value.to_bytes().expect("only texts and integers are written"));
        bytes.push(b'\n');
    }
    bytes
}

/// As short as it says the same: what is empty is left out.
fn line(advisory: &Advisory, affected: &Affected, name: &str) -> Value {
    let versions = beyond_ranges(affected);
    let mut members = vec![("package", text(name)), ("id", text(advisory.id.as_str()))];
    for (member, names) in [("aliases", &advisory.aliases), ("upstream", &advisory.upstream), ("related", &advisory.related)] {
        if !names.is_empty() {
            members.push((member, texts(names)));
        }
    }
    members.extend(affected.urgency.as_ref().map(|urgency| ("urgency", text(urgency))));
    members.extend(advisory.rated.as_ref().map(|rated| ("rated", text(rated))));
    for (member, ratings) in [("severity", &advisory.severity), ("packageSeverity", &affected.severity)] {
        if !ratings.is_empty() {
            members.push((member, Value::Array(ratings.iter().map(rating).collect())));
        }
    }
    let ranges: Vec<Value> = affected.ranges.iter().filter(|range| range.kind == RangeKind::Versions).map(events).collect();
    if !ranges.is_empty() {
        members.push(("ranges", Value::Array(ranges)));
    }
    if affected.ranges.iter().any(|range| range.kind == RangeKind::Other) {
        members.push(("otherRanges", Value::Bool(true)));
    }
    if !versions.is_empty() {
        members.push(("versions", texts(versions)));
    }
    object(members)
}

/// The listed versions that the ranges do not have: the others are affected either way.
fn beyond_ranges(affected: &Affected) -> Vec<&String> {
    let Some(scheme) = ecosystem::scheme(&affected.ecosystem) else { return affected.versions.iter().collect() };
    let ranges = Affected { ranges: affected.ranges.clone(), ..Affected::default() };
    let is_within = |version: &String| matches!(range::answer(&ranges, scheme, version), Answer::Affected { .. });
    affected.versions.iter().filter(|version| !is_within(version)).collect()
}

fn events(range: &Range) -> Value {
    let event = |event: &Event| {
        let (name, at) = match event {
            Event::Introduced(at) => ("introduced", at),
            Event::Fixed(at) => ("fixed", at),
            Event::LastAffected(at) => ("last_affected", at),
            Event::Limit(at) => ("limit", at),
        };
        Object::of([(name, text(at))])
    };
    Value::Array(range.events.iter().map(event).collect())
}

fn rating(rating: &Rating) -> Value {
    Object::of([("type", text(&rating.kind)), ("score", text(&rating.score))])
}

fn object(members: Vec<(&str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn texts<T: AsRef<str>>(all: impl IntoIterator<Item = T>) -> Value {
    Value::Array(all.into_iter().map(|one| text(one.as_ref())).collect())
}
