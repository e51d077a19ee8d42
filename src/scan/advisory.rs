//! An advisory: a record in OSV's format, schema 1.7, as far as matching needs it.
//!
//! <https://ossf.github.io/osv-schema/>. Members that are not known are passed over, as the schema asks for; a known one of another type, or a
//! range that says nothing, makes the record unreadable, which whoever reads it has to tell: it is not the same as no advisory.

use core::fmt;
use std::collections::BTreeSet;

use crate::budget;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::json::Value;
use crate::time::UnixTime;

/// Characters of a value that a message repeats.
const SHOWN: usize = 80;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// `id`, such as `DEBIAN-CVE-2023-4911` or `GHSA-…`.
    pub id: Id,
    /// `modified`.
    pub modified: UnixTime,
    /// `withdrawn`: since then it says nothing.
    pub withdrawn: Option<UnixTime>,
    /// `aliases`: other names of the very same.
    pub aliases: Vec<String>,
    /// `upstream`: what it is about, in somebody else's database; a notice of a distribution is about several.
    pub upstream: Vec<String>,
    /// `related`: where older notices of distributions say what they are about.
    pub related: Vec<String>,
    /// `severity`.
    pub severity: Vec<Rating>,
    /// `database_specific.severity`: a word.
    pub rated: Option<String>,
    /// `affected`. The same package may be there twice.
    pub affected: Vec<Affected>,
}

/// What an advisory says of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// `package.ecosystem`, with its release.
    pub ecosystem: String,
    /// `package.name`.
    pub name: String,
    /// `ranges`.
    pub ranges: Vec<Range>,
    /// `versions`: each by itself, beside the ranges.
    pub versions: Vec<String>,
    /// `severity`, of this package.
    pub severity: Vec<Rating>,
    /// `ecosystem_specific.urgency`, which is Debian's.
    pub urgency: Option<String>,
}

/// Some versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// What they are versions of.
    pub kind: RangeKind,
    /// In the order of the document, which need not be that of the versions.
    pub events: Vec<Event>,
}

/// What the events of a range are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeKind {
    /// `SEMVER` and `ECOSYSTEM`: versions of the package. Those of npm and Go are the same under both names.
    Versions,
    /// `GIT`: commits, which no installed package names.
    Commits,
    /// Something that this version does not know.
    Other,
}

/// Where a range begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Affected from here on; `0` is before every version.
    Introduced(String),
    /// Not affected from here on.
    Fixed(String),
    /// Not affected behind it.
    LastAffected(String),
    /// Nothing is said of this version and later ones; `*` is behind every version.
    Limit(String),
}

/// A severity as the record writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// `CVSS_V3`, `Ubuntu` …
    pub kind: String,
    /// A vector, or a word.
    pub score: String,
}

/// The identifier of an advisory: letters, digits, `-`, `_`, `.` and `:`, so that it can stand in a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    /// `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        let holds = text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.bytes().all(is_known);
        (holds && text.len() <= budget::ADVISORY_ID_BYTES).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The CVE that a distribution's own record of it stands for (`DEBIAN-CVE-…`), or that this is.
    pub fn cve(&self) -> Option<&str> {
        let prefixes = ["DEBIAN-", "UBUNTU-", "ALPINE-"];
        let bare = prefixes.iter().find_map(|prefix| self.0.strip_prefix(prefix)).unwrap_or(&self.0);
        is_cve(bare).then_some(bare)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `CVE-`, a year, and four digits or more.
pub fn is_cve(text: &str) -> bool {
    let digits = |text: &str, from: usize, to: usize| (from..=to).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, number)| digits(year, 4, 4) && digits(number, 4, 19))
}

/// Why bytes are no advisory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidAdvisory {
    /// No strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// More bytes than any.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// A value that means nothing.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}

impl InvalidAdvisory {
    /// The stable code.
    pub const CODE: &'static str = "advisory-invalid";
}

impl fmt::Display for InvalidAdvisory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("advisory: ")?;
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::TooLarge { limit } => write!(f, "expected at most {limit} bytes, found more"),
            Self::Value { path, expected, found } => {
                write!(f, "expected {} to be {expected}, found \"{}\"", excerpt(path, SHOWN), excerpt(found, SHOWN))
            }
        }
    }
}

impl core::error::Error for InvalidAdvisory {}

impl From<InvalidJson> for InvalidAdvisory {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

impl Advisory {
    /// Reads one record.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidAdvisory> {
        if bytes.len() > budget::ADVISORY_BYTES {
            return Err(InvalidAdvisory::TooLarge { limit: budget::ADVISORY_BYTES });
        }
        let document = json::parse_object_of(bytes, budget::ADVISORY_VALUES)?;
        let members = document.root();
        let id = members.required("id")?;
        let affected = members.optional("affected")?.map(|place| place.array()).transpose()?.unwrap_or_default();
        Ok(Self {
            id: Id::parse(id.string()?).ok_or_else(|| value(&id, "an identifier"))?,
            modified: time(&members.required("modified")?)?,
            withdrawn: members.optional("withdrawn")?.map(|place| time(&place)).transpose()?,
            aliases: strings(&members, "aliases")?,
            upstream: strings(&members, "upstream")?,
            related: strings(&members, "related")?,
            severity: ratings(&members, "severity")?,
            rated: word(&members, "database_specific", "severity")?,
            affected: affected.iter().filter_map(|place| Affected::read(place).transpose()).collect::<Result<_, _>>()?,
        })
    }

    /// The CVEs that it is about. Only notices of distributions name them under `related`; elsewhere that is what is merely similar.
    pub fn cves(&self, of_distribution: bool) -> BTreeSet<&str> {
        let related = self.related.iter().filter(|_| of_distribution);
        let named = self.aliases.iter().chain(&self.upstream).chain(related).map(String::as_str).filter(|name| is_cve(name));
        self.id.cve().into_iter().chain(named).collect()
    }
}

impl Affected {
    /// `None` where no package is named: then it is about commits only.
    fn read(place: &Place<'_>) -> Result<Option<Self>, InvalidAdvisory> {
        let members = place.object()?;
        let Some(package) = members.optional("package")? else { return Ok(None) };
        let package = package.object()?;
        let ranges = members.optional("ranges")?.map(|place| place.array()).transpose()?.unwrap_or_default();
        Ok(Some(Self {
            ecosystem: package.required("ecosystem")?.string()?.to_owned(),
            name: package.required("name")?.string()?.to_owned(),
            ranges: ranges.iter().map(Range::read).collect::<Result<_, _>>()?,
            versions: strings(&members, "versions")?,
            severity: ratings(&members, "severity")?,
            urgency: word(&members, "ecosystem_specific", "urgency")?,
        }))
    }
}

impl Range {
    fn read(place: &Place<'_>) -> Result<Self, InvalidAdvisory> {
        let members = place.object()?;
        let kind = match members.required("type")?.string()? {
            "SEMVER" | "ECOSYSTEM" => RangeKind::Versions,
            "GIT" => RangeKind::Commits,
            _ => RangeKind::Other,
        };
        Ok(Self { kind, events: read_events(&members.required("events")?)? })
    }
}

/// The events of one range. One that never begins would say that nothing is affected, which is no advisory.
pub(super) fn read_events(place: &Place<'_>) -> Result<Vec<Event>, InvalidAdvisory> {
    let events: Vec<Event> = place.array()?.iter().map(read_event).collect::<Result<_, _>>()?;
    if !events.iter().any(|event| matches!(event, Event::Introduced(_))) {
        return Err(InvalidAdvisory::Value { path: place.path().to_owned(), expected: "events with `introduced`", found: "none".into() });
    }
    Ok(events)
}

fn read_event(place: &Place<'_>) -> Result<Event, InvalidAdvisory> {
    let members = place.object()?;
    let at = |name| Ok::<_, InvalidJson>(members.optional_string(name)?.map(str::to_owned));
    let found = [
        at("introduced")?.map(Event::Introduced),
        at("fixed")?.map(Event::Fixed),
        at("last_affected")?.map(Event::LastAffected),
        at("limit")?.map(Event::Limit),
    ];
    let mut found = found.into_iter().flatten();
    if let (Some(event), None) = (found.next(), found.next()) {
        return Ok(event);
    }
    let expected = "one of `introduced`, `fixed`, `last_affected` and `limit`";
    Err(InvalidAdvisory::Value { path: place.path().to_owned(), expected, found: "none or several".into() })
}

/// Severities, which may be left out.
pub(super) fn ratings(members: &Members<'_>, name: &'static str) -> Result<Vec<Rating>, InvalidAdvisory> {
    let Some(place) = members.optional(name)? else { return Ok(Vec::new()) };
    let read = |place: &Place<'_>| {
        let members = place.object()?;
        let text = |name| Ok::<_, InvalidAdvisory>(members.required(name)?.string()?.to_owned());
        Ok(Rating { kind: text("type")?, score: text("score")? })
    };
    place.array()?.iter().map(read).collect()
}

/// A word in an object that everybody fills as they like: anything else there is passed over.
fn word(members: &Members<'_>, object: &'static str, name: &str) -> Result<Option<String>, InvalidAdvisory> {
    let Some(place) = members.optional(object)? else { return Ok(None) };
    let Ok(specific) = place.object() else { return Ok(None) };
    Ok(specific.entries().find_map(|(key, value)| match value {
        Value::String(text) if key == name => Some(text.clone()),
        _ => None,
    }))
}

/// An array of strings, which may be left out.
pub(super) fn strings(members: &Members<'_>, name: &'static str) -> Result<Vec<String>, InvalidJson> {
    let Some(place) = members.optional(name)? else { return Ok(Vec::new()) };
    place.array()?.iter().map(|place| place.string().map(str::to_owned)).collect()
}

fn time(place: &Place<'_>) -> Result<UnixTime, InvalidAdvisory> {
    place.string()?.parse().map_err(|_| value(place, "a date and time as RFC 3339 writes it"))
}

fn value(place: &Place<'_>, expected: &'static str) -> InvalidAdvisory {
    InvalidAdvisory::Value { path: place.path().to_owned(), expected, found: place.string().unwrap_or_default().to_owned() }
}
