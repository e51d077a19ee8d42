//! A shard: the advisories of one release of one ecosystem in one file, so that nobody has to be told what is installed.
//!
//! ```text
//! {"shard":1,"ecosystem":"Debian:12","generatedAt":"…","modified":"…","advisories":2,"attribution":[…],"unread":[…]}
//! {"package":"glibc","id":"DEBIAN-CVE-2023-4911","upstream":["CVE-2023-4911"],"urgency":"high","ranges":[[{"introduced":"0"},{"fixed":"2.36-9+deb12u3"}]]}
//! {"package":"tar","id":…}
//! ```
//!
//! One line an advisory and package, sorted by package, each line ended by a line feed. The first line says how many follow, so that a shard that
//! was cut short is none. It may have CISA's catalogue as well (`"knownExploited":{"at":"…","cves":[…]}`). Compression is left to whoever carries it;
//! what is signed is an index of all of them ([`super::index`]).

use core::fmt;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Advisories;
use super::Known;
use super::days;
use crate::budget;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::scan::advisory::Advisory;
use crate::scan::advisory::Affected;
use crate::scan::advisory::Id;
use crate::scan::advisory::InvalidAdvisory;
use crate::scan::advisory::Range;
use crate::scan::advisory::RangeKind;
use crate::scan::advisory::ratings;
use crate::scan::advisory::read_events;
use crate::scan::advisory::strings;
use crate::scan::ecosystem::Question;
use crate::scan::ecosystem::Release;
use crate::scan::ecosystem::normalised_python_name;
use crate::scan::exploited::InvalidCatalogue;
use crate::scan::exploited::KnownExploited;
use crate::scan::report::Database;
use crate::scan::report::DatabaseKind;
use crate::time::UnixTime;

/// The only version there is.
pub const VERSION: i64 = 1;

/// How every line but the first begins: the name is behind it, and holds no `"` and no `\`.
pub(super) const LINE_START: &str = "{\"package\":\"";

/// Characters of a name that a message repeats.
const SHOWN: usize = 80;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    ecosystem: String,
    generated_at: UnixTime,
    modified: UnixTime,
    attribution: Vec<String>,
    known_exploited: Option<KnownExploited>,
    unread: Vec<Id>,
    text: String,
    /// Where each line begins and ends, and the name in it ends.
    lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    start: usize,
    name_end: usize,
    end: usize,
}

/// Why bytes are no shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidShard {
    /// A line is no strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// Its catalogue of known exploited vulnerabilities is none.
    Catalogue(InvalidCatalogue),
    /// The first line says something that means nothing.
    Header {
        /// What it should say.
        expected: &'static str,
    },
    /// It is of another version of this program.
    Version {
        /// Its version.
        found: i64,
    },
    /// More bytes than any.
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It is no UTF-8.
    Encoding,
    /// A line is too long, does not begin as it must, or does not end.
    Line {
        /// Counted from 1.
        number: usize,
    },
    /// A line's package is before that of the line before.
    Order {
        /// The package.
        found: String,
    },
    /// It has more lines than it says, or fewer.
    Count {
        /// As it says.
        expected: u64,
        /// As there are.
        found: usize,
    },
    /// There is one of its ecosystem already.
    Twice {
        /// The ecosystem.
        ecosystem: String,
    },
}

impl InvalidShard {
    /// The stable code.
    pub const CODE: &'static str = "shard-invalid";
}

impl fmt::Display for InvalidShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shard: ")?;
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::Catalogue(invalid) => invalid.fmt(f),
            Self::Header { expected } => write!(f, "expected a first line with {expected}, found another"),
            Self::Version { found } => write!(f, "expected version {VERSION}, found version {found}"),
            Self::TooLarge { limit } => write!(f, "expected at most {limit} bytes, found more"),
            Self::Encoding => f.write_str("expected UTF-8, found something else"),
            Self::Line { number } => {
                write!(
                    f,
                    "expected every line to begin with a package and to end within {} bytes, found line {number}",
                    budget::SHARD_LINE_BYTES
                )
            }
            Self::Order { found } => write!(f, "expected lines sorted by package, found \"{}\" behind a later one", excerpt(found, SHOWN)),
            Self::Count { expected, found } => write!(f, "expected {expected} advisories, found {found}"),
            Self::Twice { ecosystem } => write!(f, "expected one of every ecosystem, found a second of \"{}\"", excerpt(ecosystem, SHOWN)),
        }
    }
}

impl core::error::Error for InvalidShard {}

impl From<InvalidJson> for InvalidShard {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

impl Shard {
    /// Reads a file: the first line as a whole, of the others whose they are. The rest of a line is read when somebody asks for its package.
    pub fn read(bytes: Vec<u8>) -> Result<Self, InvalidShard> {
        if bytes.len() > budget::SHARD_BYTES {
            return Err(InvalidShard::TooLarge { limit: budget::SHARD_BYTES });
        }
        let text = String::from_utf8(bytes).map_err(|_| InvalidShard::Encoding)?;
        let Some((first, _)) = text.split_once('\n') else { return Err(InvalidShard::Line { number: 1 }) };
        if first.len() > budget::SHARD_LINE_BYTES {
            return Err(InvalidShard::Line { number: 1 });
        }
        let header = json::parse_object(first.as_bytes())?;
        let header = header.root();
        match header.required("shard")?.integer()? {
            VERSION => {}
            found => return Err(InvalidShard::Version { found }),
        }
        let time = |name, expected| {
            let text = header.required(name)?.string()?;
            text.parse::<UnixTime>().map_err(|_| InvalidShard::Header { expected })
        };
        let known_exploited = match header.optional("knownExploited")? {
            Some(place) => Some(KnownExploited::read(&place.object()?).map_err(InvalidShard::Catalogue)?),
            None => None,
        };
        let unread = strings(&header, "unread")?.iter().map(|id| Id::parse(id)).collect::<Option<_>>();
        let lines = lines(&text, first.len() + 1)?;
        let expected = header.required("advisories")?.unsigned()?;
        if usize::try_from(expected) != Ok(lines.len()) {
            return Err(InvalidShard::Count { expected, found: lines.len() });
        }
        Ok(Self {
            ecosystem: header.required("ecosystem")?.string()?.to_owned(),
            generated_at: time("generatedAt", "a time in `generatedAt`")?,
            modified: time("modified", "a time in `modified`")?,
            attribution: strings(&header, "attribution")?,
            known_exploited,
            unread: unread.ok_or(InvalidShard::Header { expected: "identifiers in `unread`" })?,
            lines,
            text,
        })
    }

    /// What it is about.
    pub fn ecosystem(&self) -> &str {
        &self.ecosystem
    }

    /// When it was made.
    pub const fn generated_at(&self) -> UnixTime {
        self.generated_at
    }

    /// How many advisories are in it, one for each of their packages.
    pub fn advisories(&self) -> usize {
        self.lines.len()
    }

    /// The names in it, sorted, each as often as there are advisories.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| self.name(*line))
    }

    fn name(&self, line: Line) -> &str {
        &self.text[line.start + LINE_START.len()..line.name_end]
    }

    /// What is about a package.
    pub fn about(&self, package: &str) -> Known {
        let from = self.lines.partition_point(|line| self.name(*line) < package);
        let to = self.lines.partition_point(|line| self.name(*line) <= package);
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for (place, line) in self.lines[from..to].iter().enumerate() {
            match self.read_line(&self.text[line.start..line.end], package) {
                Ok(advisory) => read.push(advisory),
                // Its identifier may be what cannot be read.
                Err(_) => unread.extend(Id::parse(&format!("line-{}", from + place + 2))),
            }
        }
        read.sort_by(|a, b| a.id.cmp(&b.id));
        Known::Advisories { read, unread }
    }

    fn read_line(&self, line: &str, package: &str) -> Result<Advisory, InvalidAdvisory> {
        let document = json::parse_object(line.as_bytes())?;
        let members = document.root();
        let id = members.required("id")?;
        let invalid = |expected| InvalidAdvisory::Value { path: members.path().to_owned(), expected, found: String::new() };
        if members.required("package")?.string()? != package {
            return Err(invalid("the package of its line"));
        }
        let affected = Affected {
            ecosystem: self.ecosystem.clone(),
            name: package.to_owned(),
            ranges: read_ranges(&members)?,
            versions: strings(&members, "versions")?,
            severity: ratings(&members, "packageSeverity")?,
            urgency: members.optional_string("urgency")?.map(str::to_owned),
        };
        Ok(Advisory {
            id: Id::parse(id.string()?).ok_or_else(|| invalid("an identifier"))?,
            modified: self.modified,
            withdrawn: None,
            aliases: strings(&members, "aliases")?,
            upstream: strings(&members, "upstream")?,
            related: strings(&members, "related")?,
            severity: ratings(&members, "severity")?,
            rated: members.optional_string("rated")?.map(str::to_owned),
            affected: vec![affected],
        })
    }
}

/// Where the lines are, from a place on.
fn lines(text: &str, from: usize) -> Result<Vec<Line>, InvalidShard> {
    let mut lines: Vec<Line> = Vec::new();
    let mut start = from;
    let mut before = "";
    while start < text.len() {
        let invalid = InvalidShard::Line { number: lines.len() + 2 };
        let Some(length) = text[start..].find('\n').filter(|length| *length <= budget::SHARD_LINE_BYTES) else { return Err(invalid) };
        let line = &text[start..start + length];
        let Some(rest) = line.strip_prefix(LINE_START) else { return Err(invalid) };
        let Some(name) = rest.split_once('"').map(|(name, _)| name).filter(|name| !name.contains('\\')) else { return Err(invalid) };
        if name < before {
            return Err(InvalidShard::Order { found: name.to_owned() });
        }
        lines.push(Line { start, name_end: start + LINE_START.len() + name.len(), end: start + length });
        before = name;
        start += length + 1;
    }
    Ok(lines)
}

/// `[[{"introduced":"0"},{"fixed":"1"}], …]`, and beside it whether there was one that is not known.
fn read_ranges(members: &Members<'_>) -> Result<Vec<Range>, InvalidAdvisory> {
    let places = members.optional("ranges")?.map(|place| place.array()).transpose()?.unwrap_or_default();
    let read = |place| Ok::<_, InvalidAdvisory>(Range { kind: RangeKind::Versions, events: read_events(place)? });
    let mut ranges: Vec<Range> = places.iter().map(read).collect::<Result<_, _>>()?;
    if members.optional("otherRanges")?.map(|place| place.boolean()).transpose()? == Some(true) {
        ranges.push(Range { kind: RangeKind::Other, events: Vec::new() });
    }
    Ok(ranges)
}

/// Several shards, one an ecosystem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shards {
    shards: BTreeMap<String, Given>,
    known_exploited: Option<KnownExploited>,
}

/// A shard, and whose it is, in words; `None` where nobody vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    shard: Shard,
    signed_by: Option<String>,
}

impl Shards {
    /// Adds one that nobody vouches for.
    pub fn add(&mut self, shard: Shard) -> Result<(), InvalidShard> {
        self.insert(shard, None)
    }

    /// Adds one whose signer was proven. Who that is, in words, is told of it.
    pub fn add_signed(&mut self, shard: Shard, signed_by: &str) -> Result<(), InvalidShard> {
        self.insert(shard, Some(signed_by.to_owned()))
    }

    fn insert(&mut self, shard: Shard, signed_by: Option<String>) -> Result<(), InvalidShard> {
        if self.shards.contains_key(&shard.ecosystem) {
            return Err(InvalidShard::Twice { ecosystem: shard.ecosystem });
        }
        if let Some(catalogue) = &shard.known_exploited {
            self.add_known_exploited(catalogue);
        }
        self.shards.insert(shard.ecosystem.clone(), Given { shard, signed_by });
        Ok(())
    }

    /// Adds a catalogue to those of the shards: what any of them names is exploited.
    pub fn add_known_exploited(&mut self, catalogue: &KnownExploited) {
        self.known_exploited = Some(match self.known_exploited.take() {
            Some(known) => known.merge(catalogue),
            None => catalogue.clone(),
        });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }
}

impl Advisories for Shards {
    fn about(&self, question: &Question) -> Known {
        let Some(given) = self.shards.get(&question.ecosystem) else { return Known::NoDatabase };
        given.shard.about(&question.name)
    }

    fn covers(&self, release: &Release) -> bool {
        self.shards.contains_key(&release.ecosystem)
    }

    fn known_exploited(&self) -> Option<&KnownExploited> {
        self.known_exploited.as_ref()
    }

    fn databases(&self, now: UnixTime) -> Vec<Database> {
        let database = |Given { shard, signed_by }: &Given| Database {
            ecosystem: Some(shard.ecosystem.clone()),
            kind: DatabaseKind::Shard,
            at: shard.generated_at,
            modified: Some(shard.modified),
            age_days: days(shard.generated_at, now),
            advisories: Some(shard.advisories()),
            signed_by: signed_by.clone(),
            attribution: shard.attribution.clone(),
        };
        self.shards.values().map(database).collect()
    }

    fn unread(&self) -> Vec<Id> {
        let unread: BTreeSet<&Id> = self.shards.values().flat_map(|given| &given.shard.unread).collect();
        unread.into_iter().cloned().collect()
    }
}

/// The name of the file that a shard is kept in: letters, digits, `.` and `-`.
pub fn file_name(ecosystem: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    format!("{}.shard", ecosystem.chars().map(safe).collect::<String>())
}

/// As a name of an ecosystem is kept and asked for: Python's in any spelling is one.
pub(super) fn name_in(ecosystem: &str, name: &str) -> String {
    if ecosystem == "PyPI" { normalised_python_name(name) } else { name.to_owned() }
}
