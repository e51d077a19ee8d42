//! All of a collection: every role that it delegates to, and every tag that is signed, as `docker trust inspect` shows them.
//!
//! Docker lists what `targets/releases` and `targets` have, and names as signers of a tag the other roles that have the same digest for it.
//! It shows a tag twice where the two disagree; here it is said which of them is believed: the one that [`Asked`](super::Asked) comes to first.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::budget;
use crate::content_trust::Floors;
use crate::content_trust::Gun;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::KeyId;
use crate::content_trust::MetaFile;
use crate::content_trust::Unusable;
use crate::content_trust::When;
use crate::content_trust::delegation::Delegation;
use crate::content_trust::delegation::RELEASES;
use crate::content_trust::delegation::covers;
use crate::content_trust::metadata::Targets;
use crate::content_trust::trusted::Link;
use crate::content_trust::trusted::RootKey;
use crate::content_trust::trusted::View;
use crate::crypto::Unproven;
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::tuf::InvalidMetadata;

/// The role of the collection's owner.
const TARGETS: &str = "targets";

/// How far reading all of a collection has come.
#[derive(Clone, Debug)]
pub enum Survey {
    /// All that there is.
    Done(Box<Contents>),
    /// The next role to read.
    Unread(Box<Unread>),
}

/// A delegated role whose file has to be read before reading can go on.
#[derive(Clone, Debug)]
pub struct Unread {
    delegation: Arc<Delegation>,
    paths: Vec<String>,
    file: MetaFile,
    reading: Reading,
}

/// A delegated role that was read.
#[derive(Clone, Debug)]
pub struct Read {
    reading: Reading,
}

#[derive(Clone, Debug)]
struct Reading {
    view: View,
    meta: Arc<BTreeMap<String, MetaFile>>,
    /// Each with the paths for which it is trusted.
    to_read: VecDeque<(Arc<Delegation>, Vec<String>)>,
    roles: Vec<DelegatedRole>,
    /// What each role that was read lists, within its paths.
    listed: Vec<(String, BTreeMap<String, Option<MetaFile>>)>,
}

/// A role that somebody delegates to, in the order of the walk: a role, then those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegatedRole {
    /// `targets/releases`.
    pub name: String,
    /// The beginnings of the tags for which it is trusted; the empty one is that of all tags.
    pub paths: Vec<String>,
    /// The keys that may sign it, by canonical ID.
    pub keys: Vec<KeyId>,
    /// How many of them have to.
    pub threshold: usize,
    /// Whether it can be used.
    pub state: RoleState,
}

/// What became of a delegated role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleState {
    /// It was read.
    Read {
        /// From 1.
        version: u64,
        /// The first second in which it is no longer valid.
        expires: UnixTime,
    },
    /// Nothing was published for it yet, or it may sign for no tag.
    Empty,
    /// It was published, and cannot be used.
    Unusable(Unusable),
}

/// What one role says that a tag stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTag {
    /// The tag.
    pub tag: String,
    /// The SHA-256 of the manifest or index; `None` where it has none, so that Docker refuses the tag.
    pub digest: Option<Digest>,
    /// Its length in bytes, where the digest is known.
    pub length: Option<usize>,
    /// `targets/releases` or `targets`.
    pub role: String,
    /// Whether this is what the tag stands for: not where another role is asked first.
    pub believed: bool,
    /// The other delegated roles with the same digest for it.
    pub signers: Vec<String>,
}

/// All that a collection says.
#[derive(Clone, Debug)]
pub struct Contents {
    view: View,
    roles: Vec<DelegatedRole>,
    listed: Vec<(String, BTreeMap<String, Option<MetaFile>>)>,
}

/// Begins at the top-level role, which is trusted for every tag.
pub(super) fn begin(view: View, meta: Arc<BTreeMap<String, MetaFile>>, targets: &Targets) -> Result<Survey, InvalidTrustData> {
    let mut reading = Reading { view, meta, to_read: VecDeque::new(), roles: Vec::new(), listed: Vec::new() };
    reading.enter(TARGETS, targets, &[String::new()]);
    reading.go_on()
}

impl Reading {
    fn enter(&mut self, name: &str, targets: &Targets, paths: &[String]) {
        let listed = targets.listed.iter().filter(|(tag, _)| covers(paths, tag));
        self.listed.push((name.to_owned(), listed.map(|(tag, file)| (tag.clone(), file.clone())).collect()));
        for delegation in targets.delegations.iter().rev() {
            let paths = delegation.paths.iter().filter(|path| covers(paths, path)).cloned().collect();
            self.to_read.push_front((Arc::clone(delegation), paths));
        }
    }

    fn go_on(mut self) -> Result<Survey, InvalidTrustData> {
        while let Some((delegation, paths)) = self.to_read.pop_front() {
            if self.roles.len() == budget::CONTENT_TRUST_ROLES {
                return Err(InvalidMetadata::TooMany { what: "delegated roles", limit: budget::CONTENT_TRUST_ROLES }.into());
            }
            match self.meta.get(&delegation.name) {
                Some(file) if !paths.is_empty() => {
                    let file = file.clone();
                    return Ok(Survey::Unread(Box::new(Unread { delegation, paths, file, reading: self })));
                }
                None if self.view.floors.remember(&delegation.name, &delegation.role) => {
                    return Err(InvalidMetadata::Unlisted { by: "snapshot".into(), name: delegation.name.clone() }.into());
                }
                _ => self.roles.push(described(&delegation, paths, RoleState::Empty)),
            }
        }
        Ok(Survey::Done(Box::new(Contents { view: self.view, roles: self.roles, listed: self.listed })))
    }
}

fn described(delegation: &Delegation, paths: Vec<String>, state: RoleState) -> DelegatedRole {
    DelegatedRole {
        name: delegation.name.clone(),
        paths,
        keys: delegation.role.keys().into_iter().collect(),
        threshold: delegation.role.threshold,
        state,
    }
}

impl Unread {
    /// Whose file: `targets/releases`.
    pub fn name(&self) -> &str {
        &self.delegation.name
    }

    /// What the snapshot says of its file.
    pub const fn file(&self) -> &MetaFile {
        &self.file
    }

    /// The role, on a threshold of the keys that the delegation names.
    pub fn load(&self, bytes: &[u8]) -> Result<Unproven<Read>, InvalidTrustData> {
        let mut reading = self.reading.clone();
        let targets = reading.view.targets(self.name(), &self.file, &self.delegation.role, bytes)?;
        Ok(targets.map(|targets| {
            let state = RoleState::Read { version: targets.header.version, expires: targets.header.expires };
            reading.roles.push(described(&self.delegation, self.paths.clone(), state));
            reading.enter(self.name(), &targets, &self.paths);
            Read { reading }
        }))
    }

    /// Goes on without the role, which stays in the list as one that cannot be used.
    pub fn pass_over(mut self, why: Unusable) -> Result<Survey, InvalidTrustData> {
        self.reading.roles.push(described(&self.delegation, self.paths, RoleState::Unusable(why)));
        self.reading.go_on()
    }
}

impl Read {
    /// Goes on reading.
    pub fn go_on(self) -> Result<Survey, InvalidTrustData> {
        self.reading.go_on()
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.reading.view.floors
    }
}

impl Contents {
    /// Of which collection.
    pub fn gun(&self) -> &Gun {
        self.view.root.gun()
    }

    /// For which moment that was verified.
    pub const fn when(&self) -> When {
        self.view.when
    }

    /// The keys of its root.
    pub fn root_keys(&self) -> Vec<RootKey> {
        self.view.root.keys()
    }

    /// What was read, in the order of trust.
    pub fn chain(&self) -> &[Link] {
        &self.view.chain
    }

    /// What it rests on, and the time from which each is no longer valid.
    pub fn expires(&self) -> &[(String, UnixTime)] {
        &self.view.expires
    }

    /// Every role that somebody delegates to.
    pub fn roles(&self) -> &[DelegatedRole] {
        &self.roles
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.view.floors
    }

    /// Every tag that Docker would find, by tag; of one that both roles have, the believed one first.
    pub fn tags(&self) -> Vec<ListedTag> {
        let of_role = |role: &str| self.listed.iter().find(|(name, _)| name == role).map(|(_, listed)| listed);
        let (releases, targets) = (of_role(RELEASES), of_role(TARGETS));
        let mut tags = Vec::new();
        for (role, listed) in [(RELEASES, releases), (TARGETS, targets)] {
            for (tag, file) in listed.into_iter().flatten() {
                // Docker stops at a role below `targets/releases`, too, and believes nobody then.
                let is_asked_first = |(name, listed): &(String, BTreeMap<String, Option<MetaFile>>)| {
                    let is_below = name.strip_prefix(RELEASES).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
                    is_below && listed.contains_key(tag)
                };
                let believed = role == RELEASES || !self.listed.iter().any(is_asked_first);
                let digest = file.as_ref().map(MetaFile::digest);
                let is_signer = |(name, listed): &&(String, BTreeMap<String, Option<MetaFile>>)| {
                    let same = listed.get(tag).and_then(Option::as_ref).map(MetaFile::digest);
                    ![RELEASES, TARGETS].contains(&name.as_str()) && digest.is_some() && same == digest
                };
                tags.push(ListedTag {
                    tag: tag.clone(),
                    digest,
                    length: file.as_ref().map(MetaFile::length),
                    role: role.to_owned(),
                    believed,
                    signers: self.listed.iter().filter(is_signer).map(|(name, _)| name.clone()).collect(),
                });
            }
        }
        // Stable: of one tag, `targets/releases` stays in front.
        tags.sort_by(|a, b| a.tag.cmp(&b.tag));
        tags
    }
}
