//! An index of shards: which there are, as one publisher has them at one time. It is what is signed.
//!
//! ```text
//! {"index":1,"generatedAt":"2026-11-25T02:00:00Z","shards":[{"ecosystem":"Debian:12","size":9876,"digest":"sha256:…"},{"ecosystem":"npm",…}]}
//! ```
//!
//! One signature over all of them says three things that one a shard does not: that two shards belong together, that an ecosystem has *no*
//! shard (a missing file says so, too, and anybody can leave one out), and which is the newest for all of them at once. It is TUF's snapshot with
//! one file instead of three: who signs, and until when that is good enough, is for the reader to say.

use core::fmt;
use std::collections::BTreeMap;

use super::shard::InvalidShard;
use super::shard::Shard;
use crate::budget;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Object;
use crate::json::Place;
use crate::json::Value;
use crate::time::UnixTime;

/// The only version there is.
const VERSION: i64 = 1;

/// Characters of a name that a message repeats.
const SHOWN: usize = 80;

/// The name of the file that it is kept in, beside the shards.
pub const FILE: &str = "index.json";

/// The name of the file that its signature is kept in, a Sigstore bundle.
pub const SIGNATURE_FILE: &str = "index.json.sigstore.json";

/// The shards of one publisher at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    generated_at: UnixTime,
    shards: BTreeMap<String, Entry>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Of its bytes.
    pub digest: Digest,
    /// How many there are.
    pub size: u64,
}

impl Index {
    /// One that is yet to be signed.
    pub const fn new(generated_at: UnixTime, shards: BTreeMap<String, Entry>) -> Self {
        Self { generated_at, shards }
    }

    /// Reads a file. The ecosystems in it are sorted, each once.
    pub fn read(bytes: &[u8]) -> Result<Self, InvalidIndex> {
        if bytes.len() > budget::SHARD_INDEX_BYTES {
            return Err(InvalidIndex::TooLarge);
        }
        let document = json::parse_object(bytes)?;
        let members = document.root();
        match members.required("index")?.integer()? {
            VERSION => {}
            found => return Err(InvalidIndex::Version { found }),
        }
        let generated_at = members.required("generatedAt")?;
        let mut shards = BTreeMap::new();
        for place in members.required("shards")?.array()? {
            let (ecosystem, entry) = read_entry(&place)?;
            if shards.last_key_value().is_some_and(|(before, _)| *before >= ecosystem) {
                return Err(InvalidIndex::Order { found: ecosystem });
            }
            shards.insert(ecosystem, entry);
        }
        let time = generated_at.string()?.parse();
        Ok(Self { generated_at: time.map_err(|_| value(&generated_at, "a date and time"))?, shards })
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = |text: &str| Value::String(text.to_owned());
        let entry = |(ecosystem, entry): (&String, &Entry)| {
            let size = i64::try_from(entry.size).expect("a shard has fewer bytes than memory");
            let digest = text(&entry.digest.to_string());
            Object::of([("ecosystem", text(ecosystem)), ("size", Value::Integer(size)), ("digest", digest)])
        };
        let shards = Value::Array(self.shards.iter().map(entry).collect());
        let generated_at = text(&self.generated_at.to_string());
        let index = Object::of([("index", Value::Integer(VERSION)), ("generatedAt", generated_at), ("shards", shards)]);
        let mut bytes = index.to_bytes().expect("only texts and integers are written");
        bytes.push(b'\n');
        bytes
    }

    /// When it was made.
    pub const fn generated_at(&self) -> UnixTime {
        self.generated_at
    }

    /// Of which ecosystems there are shards, sorted.
    pub fn ecosystems(&self) -> impl Iterator<Item = &str> {
        self.shards.keys().map(String::as_str)
    }

    /// The shard of an ecosystem; `None` says that there is none.
    pub fn entry(&self, ecosystem: &str) -> Option<&Entry> {
        self.shards.get(ecosystem)
    }
}

impl Entry {
    /// The one that lists a shard.
    pub fn of(shard: &[u8]) -> Self {
        Self { digest: Digest::of(Algorithm::Sha256, shard), size: shard.len() as u64 }
    }

    /// What is in a shard's place becomes the shard, if it is the one that is listed.
    ///
    /// Hashes `bytes` before anything of them is read.
    pub fn admit(&self, ecosystem: &str, bytes: Vec<u8>) -> Result<Shard, NotListed> {
        let found = bytes.len() as u64;
        if found != self.size {
            return Err(NotListed::Size { expected: self.size, found });
        }
        let found = Digest::of(self.digest.algorithm(), &bytes);
        if found != self.digest {
            return Err(NotListed::Digest { expected: self.digest, found });
        }
        let shard = Shard::read(bytes).map_err(NotListed::Shard)?;
        if shard.ecosystem() != ecosystem {
            return Err(NotListed::Ecosystem { found: shard.ecosystem().to_owned() });
        }
        Ok(shard)
    }
}

fn read_entry(place: &Place<'_>) -> Result<(String, Entry), InvalidIndex> {
    let members = place.object()?;
    let digest = members.required("digest")?;
    let parsed = digest.string()?.parse().map_err(|_| value(&digest, "a digest such as sha256:…"))?;
    let ecosystem = members.required("ecosystem")?;
    let name = ecosystem.string()?;
    if name.is_empty() {
        return Err(value(&ecosystem, "the name of an ecosystem"));
    }
    Ok((name.to_owned(), Entry { digest: parsed, size: members.required("size")?.unsigned()? }))
}

fn value(place: &Place<'_>, expected: &'static str) -> InvalidIndex {
    InvalidIndex::Value { path: place.path().to_owned(), expected }
}

/// Why bytes are no index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidIndex {
    /// No strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// More bytes than any.
    TooLarge,
    /// It is of another version of this program.
    Version {
        /// Its version.
        found: i64,
    },
    /// An ecosystem is listed before one that it should follow, or twice.
    Order {
        /// The ecosystem.
        found: String,
    },
    /// A value that means nothing.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl fmt::Display for InvalidIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("index of shards: ")?;
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::TooLarge => write!(f, "expected at most {} bytes, found more", budget::SHARD_INDEX_BYTES),
            Self::Version { found } => write!(f, "expected version {VERSION}, found version {found}"),
            Self::Order { found } => {
                write!(f, "expected every ecosystem once, in their order, found \"{}\" behind a later one or itself", excerpt(found, SHOWN))
            }
            Self::Value { path, expected } => write!(f, "expected {} to be {expected}, found something else", excerpt(path, SHOWN)),
        }
    }
}

impl core::error::Error for InvalidIndex {}

impl From<InvalidJson> for InvalidIndex {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

/// Why bytes are not the shard that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotListed {
    /// More or fewer.
    Size {
        /// As listed.
        expected: u64,
        /// As there are.
        found: u64,
    },
    /// Others.
    Digest {
        /// As listed.
        expected: Digest,
        /// As they have.
        found: Digest,
    },
    /// Those that are listed, which are no shard.
    Shard(InvalidShard),
    /// Those that are listed, about something else.
    Ecosystem {
        /// What.
        found: String,
    },
}

impl NotListed {
    /// The stable code: whose fault it is differs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Size { .. } | Self::Digest { .. } => "shard-altered",
            Self::Shard(_) | Self::Ecosystem { .. } => InvalidShard::CODE,
        }
    }
}

impl fmt::Display for NotListed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { expected, found } => write!(f, "expected a shard of {expected} bytes, as its index says, found {found}"),
            Self::Digest { expected, found } => write!(f, "expected a shard with the digest {expected}, as its index says, found {found}"),
            Self::Shard(invalid) => invalid.fmt(f),
            Self::Ecosystem { found } => {
                write!(f, "expected the shard of what its index says, found that of \"{}\"", excerpt(found, SHOWN))
            }
        }
    }
}

impl core::error::Error for NotListed {}
