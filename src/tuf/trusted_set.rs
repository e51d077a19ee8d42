//! The order of trust: root, timestamp, snapshot, targets (section 5). Each step is made only by the one before it.

use std::sync::Arc;

use crate::budget;
use crate::crypto::Unproven;
use crate::time::UnixTime;
use crate::tuf::Floors;
use crate::tuf::InvalidMetadata;
use crate::tuf::MetaFile;
use crate::tuf::Search;
use crate::tuf::Seen;
use crate::tuf::TargetPath;
use crate::tuf::delegation;
use crate::tuf::floors;
use crate::tuf::metadata::Header;
use crate::tuf::metadata::Root;
use crate::tuf::metadata::Signed;
use crate::tuf::metadata::Snapshot;
use crate::tuf::metadata::Targets;
use crate::tuf::metadata::Timestamp;
use crate::tuf::role::Role;

/// A root that is trusted: the one a program was built with, or a successor of it.
#[derive(Clone, Debug)]
pub struct TrustedRoot(Arc<Root>);

impl TrustedRoot {
    /// The root that is trusted because it came with the program (section 5.2). It has to be signed by its own keys, which proves
    /// that it was not damaged, no more. Its expiry does not matter: there may be a successor.
    pub fn load(bytes: &[u8]) -> Result<Unproven<Self>, InvalidMetadata> {
        let (signed, root) = Root::parse(bytes)?;
        let by_itself = root.itself.obligation("root", &signed)?;
        Ok(Unproven::new(Self(Arc::new(root)), vec![by_itself]))
    }

    /// The next root: of the next version exactly, signed by a threshold of this one's keys and by one of its own (sections 5.3.4 and
    /// 5.3.5). Whether it has expired does not matter as long as it may have a successor (section 5.3.6).
    pub fn next(&self, bytes: &[u8]) -> Result<Unproven<Self>, InvalidMetadata> {
        let (signed, root) = Root::parse(bytes)?;
        let (expected, found) = (self.version() + 1, root.header.version);
        if found != expected {
            return Err(InvalidMetadata::Version { role: "root".into(), expected, found });
        }
        let by_this = self.0.itself.obligation("root", &signed)?;
        let by_itself = root.itself.obligation("root", &signed)?;
        Ok(Unproven::new(Self(Arc::new(root)), vec![by_this, by_itself]))
    }

    /// From 1.
    pub fn version(&self) -> u64 {
        self.0.header.version
    }

    /// The first second in which it is no longer valid.
    pub fn expires(&self) -> UnixTime {
        self.0.header.expires
    }

    /// Whether files carry their version or hash in their names (section 6.2).
    pub fn consistent_snapshot(&self) -> bool {
        self.0.consistent_snapshot
    }

    /// The timestamp, under the last root there is: so this is where a root that has expired is refused (section 5.3.10). `floors`
    /// are what was seen before, `now` is the time of the whole update (section 5.1).
    pub fn timestamp(&self, bytes: &[u8], floors: &Floors, now: UnixTime) -> Result<Unproven<TrustedTimestamp>, InvalidMetadata> {
        not_expired("root", self.0.header, now)?;
        let (signed, timestamp) = Timestamp::parse(bytes)?;
        let by_role = self.0.timestamp.obligation("timestamp", &signed)?;
        let mut floors = floors.under(&self.0);
        floors.timestamp = Some(floors::compare("timestamp", floors.timestamp, seen(timestamp.header, &signed))?);
        let named = Seen { version: timestamp.snapshot.version(), digest: None };
        floors.snapshot = Some(floors::compare("snapshot", floors.snapshot, named)?);
        not_expired("timestamp", timestamp.header, now)?;
        let expires = self.0.header.expires.min(timestamp.header.expires);
        Ok(Unproven::new(TrustedTimestamp { root: self.clone(), timestamp, floors, now, expires }, vec![by_role]))
    }
}

/// The timestamp: which snapshot is the current one.
#[derive(Clone, Debug)]
pub struct TrustedTimestamp {
    root: TrustedRoot,
    timestamp: Timestamp,
    floors: Floors,
    now: UnixTime,
    expires: UnixTime,
}

impl TrustedTimestamp {
    /// From 1.
    pub const fn version(&self) -> u64 {
        self.timestamp.header.version
    }

    /// What it says of the snapshot's file.
    pub const fn file(&self) -> &MetaFile {
        &self.timestamp.snapshot
    }

    /// What has now been seen of the repository.
    pub const fn floors(&self) -> &Floors {
        &self.floors
    }

    /// The snapshot that it names (section 5.5).
    pub fn snapshot(&self, bytes: &[u8]) -> Result<Unproven<TrustedSnapshot>, InvalidMetadata> {
        let limit = self.file().limit(budget::TUF_SNAPSHOT_BYTES);
        self.file().compare_bytes("snapshot", bytes)?;
        let (signed, snapshot) = Snapshot::parse(bytes, limit)?;
        let by_role = self.root.0.snapshot.obligation("snapshot", &signed)?;
        self.file().compare_version("snapshot", snapshot.header.version)?;
        let mut floors = self.floors.clone();
        floors.snapshot = Some(floors::compare("snapshot", floors.snapshot, seen(snapshot.header, &signed))?);
        // "Any targets metadata filename that was listed … MUST continue to be listed", and none with an older version.
        for (role, _) in self.floors.targets.iter() {
            snapshot.file(role)?;
        }
        for (role, file) in snapshot.meta.iter() {
            let named = Seen { version: file.version(), digest: None };
            let seen = floors::compare(role, floors.targets.get(role).copied(), named)?;
            floors.targets.insert(role, seen);
        }
        not_expired("snapshot", snapshot.header, self.now)?;
        // Here already, so that it is known what to fetch.
        snapshot.file("targets")?;
        let expires = self.expires.min(snapshot.header.expires);
        let trusted = TrustedSnapshot { root: self.root.clone(), snapshot: Arc::new(snapshot), floors, now: self.now, expires };
        Ok(Unproven::new(trusted, vec![by_role]))
    }
}

/// The snapshot: which version of every targets file is the current one.
#[derive(Clone, Debug)]
pub struct TrustedSnapshot {
    root: TrustedRoot,
    snapshot: Arc<Snapshot>,
    floors: Floors,
    now: UnixTime,
    expires: UnixTime,
}

impl TrustedSnapshot {
    /// From 1.
    pub fn version(&self) -> u64 {
        self.snapshot.header.version
    }

    /// What it says of a targets role's file: `targets` is the top-level one.
    pub fn file(&self, role: &str) -> Result<&MetaFile, InvalidMetadata> {
        self.snapshot.file(role)
    }

    /// What has now been seen of the repository.
    pub const fn floors(&self) -> &Floors {
        &self.floors
    }

    /// When the first of root, timestamp and snapshot expires.
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The top-level targets (section 5.6).
    pub fn targets(&self, bytes: &[u8]) -> Result<Unproven<TrustedTargets>, InvalidMetadata> {
        let loaded = self.load("targets", &self.root.0.targets, bytes)?;
        Ok(loaded.map(|(snapshot, targets)| TrustedTargets { snapshot, targets }))
    }

    /// The metadata of a targets role, with what has then been seen.
    pub(super) fn load(&self, name: &str, role: &Role, bytes: &[u8]) -> Result<Unproven<(Self, Targets)>, InvalidMetadata> {
        let file = self.file(name)?;
        file.compare_bytes(name, bytes)?;
        let (signed, targets) = Targets::parse(bytes)?;
        let by_role = role.obligation(name, &signed)?;
        file.compare_version(name, targets.header.version)?;
        let mut next = self.clone();
        let seen = floors::compare(name, self.floors.targets.get(name).copied(), seen(targets.header, &signed))?;
        next.floors.targets.insert(name, seen);
        not_expired(name, targets.header, self.now)?;
        next.expires = self.expires.min(targets.header.expires);
        Ok(Unproven::new((next, targets), vec![by_role]))
    }
}

/// The top-level targets: what the files of the repository are, or who says so.
#[derive(Clone, Debug)]
pub struct TrustedTargets {
    snapshot: TrustedSnapshot,
    targets: Targets,
}

impl TrustedTargets {
    /// From 1.
    pub const fn version(&self) -> u64 {
        self.targets.header.version
    }

    /// What has now been seen of the repository.
    pub const fn floors(&self) -> &Floors {
        self.snapshot.floors()
    }

    /// When the first of root, timestamp, snapshot and targets expires.
    pub const fn expires(&self) -> UnixTime {
        self.snapshot.expires()
    }

    /// Begins the search for a target (section 5.6.7).
    pub fn search(&self, path: &TargetPath) -> Result<Search, InvalidMetadata> {
        delegation::search(path, &self.snapshot, &self.targets)
    }
}

fn seen(header: Header, signed: &Signed) -> Seen {
    Seen { version: header.version, digest: Some(signed.digest()) }
}

/// "The expiration timestamp … MUST be higher than the fixed update start time."
fn not_expired(role: &str, header: Header, now: UnixTime) -> Result<(), InvalidMetadata> {
    if header.expires > now {
        return Ok(());
    }
    Err(InvalidMetadata::Expired { role: role.to_owned(), expires: header.expires, now })
}
