//! The order of trust: root, timestamp, snapshot, targets. Each step is made only by the one before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content_trust::Anchor;
use crate::content_trust::Asked;
use crate::content_trust::Floors;
use crate::content_trust::Gun;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::KeyId;
use crate::content_trust::Lookup;
use crate::content_trust::MetaFile;
use crate::content_trust::Survey;
use crate::content_trust::Wanted;
use crate::content_trust::certificate;
use crate::content_trust::delegation;
use crate::content_trust::key::Key;
use crate::content_trust::metadata::Header;
use crate::content_trust::metadata::Root;
use crate::content_trust::metadata::Signed;
use crate::content_trust::metadata::Snapshot;
use crate::content_trust::metadata::Targets;
use crate::content_trust::metadata::Timestamp;
use crate::content_trust::role::Role;
use crate::content_trust::survey;
use crate::crypto::Unproven;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::tuf::InvalidMetadata;
use crate::x509::Certificate;

/// For which moment a collection is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The present. A clock that stands before the latest time that was seen is put forward to it, or it could bring back what expired.
    Now(UnixTime),
    /// Another time, because the collection is archived. Nothing is proven of the present: what follows says so
    /// ([`SignedTag::when`](crate::content_trust::SignedTag::when)).
    Archived(UnixTime),
}

impl When {
    /// The time itself.
    pub const fn time(self) -> UnixTime {
        match self {
            Self::Now(time) | Self::Archived(time) => time,
        }
    }
}

/// A root that is trusted: one that an [`Anchor`] vouches for, or a successor of it.
#[derive(Clone, Debug)]
pub struct TrustedRoot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    gun: Gun,
    anchor: Anchor,
    bytes: Vec<u8>,
    signed: Signed,
    root: Root,
    /// Whether the anchor has been asked about this one.
    vouched: bool,
}

impl TrustedRoot {
    /// The first root, for which the anchor vouches. It may have expired, since there may be a successor; only an authority is asked
    /// about `now`.
    pub fn load(bytes: &[u8], gun: &Gun, anchor: &Anchor, now: UnixTime) -> Result<Unproven<Self>, InvalidTrustData> {
        let (signed, root) = Root::parse(bytes)?;
        certificate::check(&root.itself, gun)?;
        let inner = Inner { gun: gun.clone(), anchor: anchor.clone(), bytes: bytes.to_vec(), signed, root, vouched: true };
        let vouched = anchor.vouch((), &inner.root.itself, &inner.signed, now)?;
        Ok(vouched.map(|()| Self(Arc::new(inner))))
    }

    /// The next root: of the next version exactly, signed by a threshold of this one's keys and by one of its own. Of this one only the
    /// keys matter, not whether it or its certificates have expired: Notary refuses to go on from there.
    pub fn next(&self, bytes: &[u8]) -> Result<Unproven<Self>, InvalidTrustData> {
        let (signed, root) = Root::parse(bytes)?;
        certificate::check(&root.itself, &self.0.gun)?;
        let (known, found) = (self.version(), root.header.version);
        if found < known {
            return Err(InvalidMetadata::Rollback { role: "root".into(), known, found }.into());
        }
        if found == known && signed.canonical != self.0.signed.canonical {
            return Err(InvalidMetadata::Equivocation { role: "root".into(), version: found }.into());
        }
        if found != known + 1 {
            return Err(InvalidMetadata::Version { role: "root".into(), expected: known + 1, found }.into());
        }
        let by_this = self.0.root.itself.obligation("root", &signed, |_| true)?;
        let by_itself = root.itself.obligation("root", &signed, |_| true)?;
        let Inner { gun, anchor, .. } = &*self.0;
        let vouched = matches!(anchor, Anchor::FirstUse);
        let inner = Inner { gun: gun.clone(), anchor: anchor.clone(), bytes: bytes.to_vec(), signed, root, vouched };
        Ok(Unproven::new(Self(Arc::new(inner)), vec![by_this, by_itself]))
    }

    /// From 1.
    pub fn version(&self) -> u64 {
        self.0.root.header.version
    }

    /// As it was received.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Whose root it is.
    pub fn gun(&self) -> &Gun {
        &self.0.gun
    }

    /// Its keys, with the certificates that they came in.
    pub fn keys(&self) -> Vec<RootKey> {
        let keys = self.0.root.itself.keys.values().flatten();
        let with_leaf = keys.filter_map(|key| Some((key, certificate::leaf(key)?)));
        let key = |(key, leaf): (&Key, &Certificate)| RootKey {
            id: key.canonical_id(),
            certificate: key.id(),
            subject: leaf.subject_text(),
            validity: leaf.validity(),
        };
        with_leaf.map(key).collect()
    }

    /// Where trust in it began.
    pub fn anchor(&self) -> &Anchor {
        &self.0.anchor
    }

    /// The timestamp, under the last root there is: so this is where a root is refused that has expired, or whose certificates have.
    /// `floors` are what was seen before, `when` is the time of the whole update.
    pub fn timestamp(&self, bytes: &[u8], floors: &Floors, when: When) -> Result<Unproven<TrustedTimestamp>, InvalidTrustData> {
        let (floors, when) = floors.at(when);
        let mut view = View { root: self.clone(), floors, when, expires: Vec::new(), chain: Vec::new() };
        let current = self.current(&mut view)?;
        view.link("root", self.0.root.header, &self.0.root.itself);
        let (signed, timestamp) = Timestamp::parse(bytes)?;
        let role = &self.0.root.timestamp;
        let by_role = role.obligation("timestamp", &signed, |_| true)?;
        view.floors.raise("timestamp", role, &signed, timestamp.header)?;
        view.expires("timestamp", timestamp.header.expires, || timestamp.header.not_expired("timestamp", when.time()))?;
        view.link("timestamp", timestamp.header, role);
        let trusted = Unproven::new(TrustedTimestamp { view, file: timestamp.snapshot, version: timestamp.header.version }, vec![by_role]);
        // As in Notary, it is the root in use that the anchor has to vouch for, whatever vouched for it: `ValidateRoot`.
        let vouched =
            if self.0.vouched { None } else { Some(self.0.anchor.vouch((), &self.0.root.itself, &self.0.signed, when.time())?) };
        let needed = current.into_iter().chain(vouched);
        needed.into_iter().try_fold(trusted, |trusted, needed| needed.then(|()| Ok(trusted)))
    }

    /// Whether it may be used now. Where some of its certificates may not, a threshold of the others has to have signed.
    fn current(&self, view: &mut View) -> Result<Option<Unproven<()>>, InvalidTrustData> {
        let Inner { root, signed, .. } = &*self.0;
        let now = view.when.time();
        view.expires("root", root.header.expires, || root.header.not_expired("root", now))?;
        let leaves = || root.itself.keys.values().flatten().filter_map(certificate::leaf);
        let is_valid = |leaf: &&Certificate| leaf.validity().contains(now);
        let ends = leaves().filter(is_valid).filter_map(|leaf| leaf.validity().to).min();
        match (ends, leaves().find(|leaf| !is_valid(leaf))) {
            (Some(last), None) => {
                view.expires.push(("root certificate".to_owned(), last));
                Ok(None)
            }
            (Some(last), Some(_)) => {
                view.expires.push(("root certificate".to_owned(), last));
                let by_valid = root.itself.obligation("root", signed, |key| certificate::is_valid(key, now))?;
                Ok(Some(Unproven::new((), vec![by_valid])))
            }
            (None, Some(leaf)) => {
                Err(InvalidTrustData::CertificateNotValid { certificate: leaf.subject_text(), validity: leaf.validity(), now })
            }
            // `certificate::check` refuses keys without certificates, and a role without keys meets no threshold.
            (None, None) => Err(InvalidMetadata::Threshold { role: "root".into(), expected: root.itself.threshold, found: 0 }.into()),
        }
    }
}

/// A key that may sign roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootKey {
    /// The canonical ID: what a pin of keys names.
    pub id: KeyId,
    /// The ID of the key in its certificate: what a pin of certificates names.
    pub certificate: KeyId,
    /// Whom the certificate names.
    pub subject: String,
    /// When the certificate is valid.
    pub validity: Validity,
}

/// What one update has seen so far.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) root: TrustedRoot,
    pub(super) floors: Floors,
    pub(super) when: When,
    /// What expires when, in the order of trust.
    pub(super) expires: Vec<(String, UnixTime)>,
    /// What was read, in the order of trust.
    pub(super) chain: Vec<Link>,
}

/// One file on the way from the anchor to a tag: proven, since a threshold of its role's keys signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose: `root`, `timestamp`, `snapshot`, `targets`, `targets/releases`.
    pub role: String,
    /// From 1.
    pub version: u64,
    /// The first second in which it is no longer valid.
    pub expires: UnixTime,
    /// How many of the keys had to sign it.
    pub threshold: usize,
    /// The keys that may sign it, by canonical ID.
    pub keys: Vec<KeyId>,
}

impl View {
    fn link(&mut self, name: &str, header: Header, role: &Role) {
        self.chain.push(Link {
            role: name.to_owned(),
            version: header.version,
            expires: header.expires,
            threshold: role.threshold,
            keys: role.keys().into_iter().collect(),
        });
    }

    fn expires(&mut self, what: &str, at: UnixTime, check: impl FnOnce() -> Result<(), InvalidTrustData>) -> Result<(), InvalidTrustData> {
        check()?;
        self.expires.push((what.to_owned(), at));
        Ok(())
    }

    /// Reads what the snapshot names as `name`, on a threshold of the keys of `role`.
    pub(super) fn targets(
        &mut self,
        name: &str,
        file: &MetaFile,
        role: &Role,
        bytes: &[u8],
    ) -> Result<Unproven<Targets>, InvalidTrustData> {
        file.compare(name, bytes)?;
        let (signed, targets) = Targets::parse(name, bytes)?;
        let by_role = role.obligation(name, &signed, |_| true)?;
        self.floors.raise(name, role, &signed, targets.header)?;
        self.floors.forget_all_but(name, &targets.delegations);
        let now = self.when.time();
        self.expires(name, targets.header.expires, || targets.header.not_expired(name, now))?;
        self.link(name, targets.header, role);
        Ok(Unproven::new(targets, vec![by_role]))
    }
}

/// The timestamp: which snapshot is the current one.
#[derive(Clone, Debug)]
pub struct TrustedTimestamp {
    view: View,
    file: MetaFile,
    version: u64,
}

impl TrustedTimestamp {
    /// From 1.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What it says of the snapshot's file.
    pub const fn file(&self) -> &MetaFile {
        &self.file
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.view.floors
    }

    /// The snapshot that it names. One that names another root than the trusted one is refused: a newer root is there, or is
    /// withheld.
    pub fn snapshot(&self, bytes: &[u8]) -> Result<Unproven<TrustedSnapshot>, InvalidTrustData> {
        self.file.compare("snapshot", bytes)?;
        let (signed, snapshot) = Snapshot::parse(bytes)?;
        let mut view = self.view.clone();
        let root = self.view.root.clone();
        let role = &root.0.root.snapshot;
        let by_role = role.obligation("snapshot", &signed, |_| true)?;
        snapshot.meta["root"].compare("root", root.bytes())?;
        view.floors.raise("snapshot", role, &signed, snapshot.header)?;
        let now = view.when.time();
        view.expires("snapshot", snapshot.header.expires, || snapshot.header.not_expired("snapshot", now))?;
        view.link("snapshot", snapshot.header, role);
        let trusted = TrustedSnapshot { view, version: snapshot.header.version, meta: Arc::new(snapshot.meta) };
        Ok(Unproven::new(trusted, vec![by_role]))
    }
}

/// The snapshot: which files belong together.
#[derive(Clone, Debug)]
pub struct TrustedSnapshot {
    view: View,
    version: u64,
    meta: Arc<BTreeMap<String, MetaFile>>,
}

impl TrustedSnapshot {
    /// From 1.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What it says of the top-level targets' file.
    pub fn file(&self) -> &MetaFile {
        &self.meta["targets"]
    }

    /// Whether it names a file of a role.
    pub fn lists(&self, role: &str) -> bool {
        self.meta.contains_key(role)
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.view.floors
    }

    /// The top-level targets.
    pub fn targets(&self, bytes: &[u8]) -> Result<Unproven<TrustedTargets>, InvalidTrustData> {
        let mut view = self.view.clone();
        let root = self.view.root.clone();
        let targets = view.targets("targets", self.file(), &root.0.root.targets, bytes)?;
        Ok(targets.map(|targets| TrustedTargets { view, meta: Arc::clone(&self.meta), targets: Arc::new(targets) }))
    }
}

/// The top-level targets: what tags stand for, or who says so.
#[derive(Clone, Debug)]
pub struct TrustedTargets {
    view: View,
    meta: Arc<BTreeMap<String, MetaFile>>,
    targets: Arc<Targets>,
}

impl TrustedTargets {
    /// From 1.
    pub fn version(&self) -> u64 {
        self.targets.header.version
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.view.floors
    }

    /// Begins to read all of the collection, whatever it says.
    pub fn survey(&self) -> Result<Survey, InvalidTrustData> {
        survey::begin(self.view.clone(), Arc::clone(&self.meta), &self.targets)
    }

    /// Begins to look for what is wanted, in the roles that are asked.
    pub fn look_up(&self, wanted: &Wanted, asked: &Asked) -> Result<Lookup, InvalidTrustData> {
        delegation::look_up(self.view.clone(), Arc::clone(&self.meta), Arc::clone(&self.targets), wanted, asked)
    }
}
