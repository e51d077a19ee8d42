//! Delegations, and the way to the role that says what a tag stands for.
//!
//! Docker asks `targets/releases` first, then `targets`, and believes nobody else (`cli/command/image/trust.go`); `notary lookup` asks
//! the other way round. Here it is a list, [`Asked`], with Docker's as the usual one. A role is asked for tags that begin with one of its
//! paths, as do all roles on the way to it. One that is delegated but was never published is passed over, as Notary does.
//!
//! Notary passes over one that has expired, or that too few signed, with no more than a warning, and answers with the older digest that
//! may stand in `targets`. Here that is an error, unless [`WhenUnusable::FallBack`] says otherwise.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::budget;
use crate::content_trust::Anchor;
use crate::content_trust::Floors;
use crate::content_trust::Gun;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::MetaFile;
use crate::content_trust::When;
use crate::content_trust::metadata::Targets;
use crate::content_trust::role;
use crate::content_trust::role::Role;
use crate::content_trust::trusted::Link;
use crate::content_trust::trusted::RootKey;
use crate::content_trust::trusted::View;
use crate::crypto::Unmet;
use crate::crypto::Unproven;
use crate::digest::Content;
use crate::digest::Digest;
use crate::digest::DigestMismatch;
use crate::json::Members;
use crate::reference::Reference;
use crate::time::UnixTime;
use crate::tuf::InvalidMetadata;

/// The role that `docker trust sign` signs for.
pub(super) const RELEASES: &str = "targets/releases";

/// Trust in a role for some tags.
#[derive(Clone, Debug)]
pub(super) struct Delegation {
    pub(super) name: String,
    pub(super) role: Role,
    /// Beginnings of tags; the empty one is that of all.
    pub(super) paths: Vec<String>,
}

impl Delegation {
    /// Reads the `delegations` of the role `parent`, in their order.
    pub(super) fn parse_all(parent: &str, members: &Members<'_>) -> Result<Vec<Arc<Self>>, InvalidTrustData> {
        let keys = members.optional("keys")?.map(|place| role::keys(&place.object()?)).transpose()?.unwrap_or_default();
        let roles = members.optional("roles")?.map(|place| place.array()).transpose()?.unwrap_or_default();
        let mut names = BTreeSet::new();
        let mut delegations = Vec::new();
        for place in roles {
            let members = place.object()?;
            let name = members.required("name")?.string()?;
            if !is_child(parent, name) || !names.insert(name.to_owned()) {
                return Err(InvalidMetadata::Role { name: name.to_owned() }.into());
            }
            let paths = members.optional("paths")?.map(|place| place.array()).transpose()?.unwrap_or_default();
            delegations.push(Arc::new(Self {
                name: name.to_owned(),
                role: Role::parse(name, &members, &keys)?,
                paths: paths.iter().map(|path| Ok(path.string()?.to_owned())).collect::<Result<_, InvalidTrustData>>()?,
            }));
        }
        Ok(delegations)
    }
}

/// `targets/…`, each part of letters, digits, `-` and `_` (`tuf/data/roles.go`, `IsDelegation`).
pub(super) fn is_role(name: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
    let mut parts = name.split('/');
    name.len() <= budget::CONTENT_TRUST_ROLE_BYTES && parts.next() == Some("targets") && parts.all(is_part)
}

fn is_child(parent: &str, name: &str) -> bool {
    is_role(name) && name.rsplit_once('/').is_some_and(|(above, _)| above == parent)
}

/// What is looked for: what a tag stands for, whether a digest is signed, or both at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Wanted {
    /// What a reference stands for: `latest` without tag and digest. With both, the signed tag has to have that digest; Docker drops the
    /// tag then, and verifies nothing.
    pub fn of(image: &Reference) -> Self {
        let image = image.clone().or_latest();
        Self { tag: image.tag().map(ToOwned::to_owned), digest: image.digest() }
    }

    /// That a tag stands for a digest; without a tag, that the digest is signed for some tag.
    pub const fn exactly(tag: Option<String>, digest: Digest) -> Self {
        Self { tag, digest: Some(digest) }
    }

    fn text(&self) -> String {
        match (&self.tag, &self.digest) {
            (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
            (Some(tag), None) => tag.clone(),
            (None, Some(digest)) => digest.to_string(),
            (None, None) => String::new(),
        }
    }
}

/// Who is asked, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Names of roles: `targets`, `targets/releases`, `targets/releases/nested`. The first that lists a tag says what it stands for.
    pub roles: Vec<String>,
    /// What becomes of a delegated role that cannot be used.
    pub when_unusable: WhenUnusable,
}

impl Default for Asked {
    /// Docker's order; nothing is passed over.
    fn default() -> Self {
        Self { roles: [RELEASES, "targets"].map(ToOwned::to_owned).into(), when_unusable: WhenUnusable::Refuse }
    }
}

/// What becomes of a delegated role that has expired, or that too few signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenUnusable {
    /// Nothing is believed. Whoever keeps a role from being renewed could otherwise choose an older digest.
    Refuse,
    /// The next role is asked, as Notary does. The answer says whom it passed over.
    FallBack,
}

/// Why a delegated role cannot be used. Bytes other than those that the snapshot names, or an older version, are no such reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It has expired.
    Expired,
    /// Too few signed it.
    Unsigned,
}

impl Unusable {
    /// `None` if it is worse than that.
    pub const fn of(refusal: &InvalidTrustData) -> Option<Self> {
        match refusal {
            InvalidTrustData::Metadata(InvalidMetadata::Expired { .. }) => Some(Self::Expired),
            InvalidTrustData::Metadata(InvalidMetadata::Threshold { .. }) => Some(Self::Unsigned),
            _ => None,
        }
    }
}

impl From<Unmet> for Unusable {
    fn from(_: Unmet) -> Self {
        Self::Unsigned
    }
}

/// How far looking has come.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// What was looked for, as the first role that lists it has it.
    Found(Box<SignedTag>),
    /// The next role to ask.
    Delegated(Box<Delegated>),
}

/// A delegated role whose file has to be read before looking can go on.
#[derive(Clone, Debug)]
pub struct Delegated {
    delegation: Arc<Delegation>,
    paths: Vec<String>,
    file: MetaFile,
    walk: Walk,
}

impl Delegated {
    /// Whose file: `targets/releases`.
    pub fn name(&self) -> &str {
        &self.delegation.name
    }

    /// What the snapshot says of its file.
    pub const fn file(&self) -> &MetaFile {
        &self.file
    }

    /// The role, on a threshold of the keys that the delegation names.
    pub fn load(&self, bytes: &[u8]) -> Result<Unproven<TrustedDelegated>, InvalidTrustData> {
        let mut walk = self.walk.clone();
        let targets = walk.view.targets(self.name(), &self.file, &self.delegation.role, bytes)?;
        Ok(targets.map(|targets| {
            walk.loaded.insert(self.name().to_owned(), (Arc::new(targets), self.paths.clone()));
            TrustedDelegated { walk }
        }))
    }

    /// Goes on without the role, where that is allowed.
    pub fn fall_back(mut self, why: Unusable) -> Result<Lookup, InvalidTrustData> {
        match self.walk.when_unusable {
            WhenUnusable::Refuse => Err(InvalidTrustData::Fallback { role: self.delegation.name.clone() }),
            WhenUnusable::FallBack => {
                self.walk.passed_over.insert(self.delegation.name.clone(), why);
                self.walk.go_on()
            }
        }
    }
}

/// A delegated role, trusted for the tags that begin with its paths.
#[derive(Clone, Debug)]
pub struct TrustedDelegated {
    walk: Walk,
}

impl TrustedDelegated {
    /// Goes on looking.
    pub fn look_up(self) -> Result<Lookup, InvalidTrustData> {
        self.walk.go_on()
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.walk.view.floors
    }
}

/// A role on the way, with the paths for which it is trusted.
type Loaded = (Arc<Targets>, Vec<String>);

#[derive(Clone, Debug)]
struct Walk {
    view: View,
    meta: Arc<BTreeMap<String, MetaFile>>,
    wanted: Wanted,
    when_unusable: WhenUnusable,
    to_ask: VecDeque<String>,
    loaded: BTreeMap<String, Loaded>,
    passed_over: BTreeMap<String, Unusable>,
}

/// Begins at the top-level role, which is trusted for every tag.
pub(super) fn look_up(
    view: View,
    meta: Arc<BTreeMap<String, MetaFile>>,
    targets: Arc<Targets>,
    wanted: &Wanted,
    asked: &Asked,
) -> Result<Lookup, InvalidTrustData> {
    if let Some(name) = asked.roles.iter().find(|name| !is_role(name)) {
        return Err(InvalidMetadata::Role { name: name.clone() }.into());
    }
    let walk = Walk {
        view,
        meta,
        wanted: wanted.clone(),
        when_unusable: asked.when_unusable,
        to_ask: asked.roles.iter().cloned().collect(),
        loaded: [("targets".to_owned(), (targets, vec![String::new()]))].into(),
        passed_over: BTreeMap::new(),
    };
    walk.go_on()
}

/// A role whose file has to be read: who delegates to it, for which tags, and what the snapshot says of the file.
type Unread = (Arc<Delegation>, Vec<String>, MetaFile);

/// What has to be done to ask a role.
enum Reached {
    /// It can be asked.
    Here(Loaded),
    /// This one has to be read first.
    Behind { delegation: Arc<Delegation>, paths: Vec<String>, file: MetaFile },
    /// Nobody delegates to it, not for this tag, or it was never published.
    Nowhere,
}

impl Walk {
    fn go_on(mut self) -> Result<Lookup, InvalidTrustData> {
        while let Some(name) = self.to_ask.pop_front() {
            match self.reach(&name)? {
                Reached::Here((targets, paths)) => {
                    if let Some((tag, file)) = self.listed(&name, &targets, &paths)? {
                        return Ok(Lookup::Found(Box::new(self.signed_tag(name, tag, file))));
                    }
                    if let Some((delegation, paths, file)) = self.below(&name)? {
                        self.to_ask.push_front(name);
                        return Ok(Lookup::Delegated(Box::new(Delegated { delegation, paths, file, walk: self })));
                    }
                }
                Reached::Behind { delegation, paths, file } => {
                    self.to_ask.push_front(name);
                    return Ok(Lookup::Delegated(Box::new(Delegated { delegation, paths, file, walk: self })));
                }
                Reached::Nowhere => {}
            }
        }
        Err(InvalidTrustData::NotSigned { gun: self.view.root.gun().clone(), wanted: self.wanted.text() })
    }

    /// Follows the delegations from `targets` to a role.
    fn reach(&self, name: &str) -> Result<Reached, InvalidTrustData> {
        let mut here = &self.loaded["targets"];
        for end in name.match_indices('/').map(|(at, _)| at).skip(1).chain([name.len()]) {
            let child = &name[..end];
            if child == "targets" {
                continue;
            }
            if self.passed_over.contains_key(child) {
                return Ok(Reached::Nowhere);
            }
            if let Some(loaded) = self.loaded.get(child) {
                here = loaded;
                continue;
            }
            let (targets, above) = here;
            let Some(delegation) = targets.delegations.iter().find(|delegation| delegation.name == child) else {
                return Ok(Reached::Nowhere);
            };
            // A role cannot give away more than it has; what goes beyond is dropped (`RestrictDelegationPathPrefixes`).
            let paths: Vec<_> = delegation.paths.iter().filter(|path| covers(above, path)).cloned().collect();
            if paths.is_empty() || self.wanted.tag.as_ref().is_some_and(|tag| !covers(&paths, tag)) {
                return Ok(Reached::Nowhere);
            }
            return match self.meta.get(child) {
                Some(file) => Ok(Reached::Behind { delegation: Arc::clone(delegation), paths, file: file.clone() }),
                // Once it was seen, leaving it out is a rollback like any other.
                None if self.view.floors.remember(child, &delegation.role) => {
                    Err(InvalidMetadata::Unlisted { by: "snapshot".into(), name: child.to_owned() }.into())
                }
                None => Ok(Reached::Nowhere),
            };
        }
        Ok(Reached::Here(here.clone()))
    }

    /// The next role to read below one that does not list the tag, while somebody is asked after it: Docker looks for a tag there, too, and
    /// goes no further when it finds it, since it believes no role that it did not ask.
    fn below(&self, name: &str) -> Result<Option<Unread>, InvalidTrustData> {
        let (Some(tag), false) = (&self.wanted.tag, self.to_ask.is_empty()) else { return Ok(None) };
        for child in &self.loaded[name].0.delegations {
            if self.to_ask.contains(&child.name) {
                continue;
            }
            match self.reach(&child.name)? {
                Reached::Here((targets, _)) if targets.listed.contains_key(tag) => {
                    return Err(InvalidTrustData::Nested { tag: tag.clone(), role: child.name.clone() });
                }
                Reached::Here(_) => {
                    if let Some(unread) = self.below(&child.name)? {
                        return Ok(Some(unread));
                    }
                }
                Reached::Behind { delegation, paths, file } => return Ok(Some((delegation, paths, file))),
                Reached::Nowhere => {}
            }
        }
        Ok(None)
    }

    /// What a role has of what is wanted.
    fn listed(&self, role: &str, targets: &Targets, paths: &[String]) -> Result<Option<(String, MetaFile)>, InvalidTrustData> {
        let Wanted { tag, digest } = &self.wanted;
        let Some(tag) = tag else {
            let is_wanted = |file: &MetaFile| digest.is_some_and(|digest| file.hashes().contains(&digest));
            let mut listed = targets.listed.iter().filter(|(tag, _)| covers(paths, tag));
            return Ok(listed.find_map(|(tag, file)| Some((tag.clone(), file.clone().filter(is_wanted)?))));
        };
        // Roles that are not trusted for the tag are not reached.
        let Some(file) = targets.listed.get(tag) else { return Ok(None) };
        let Some(file) = file else { return Err(InvalidTrustData::NoSha256 { tag: tag.clone() }) };
        match digest {
            Some(expected) if !file.hashes().contains(expected) => {
                let (tag, role) = (tag.clone(), role.to_owned());
                Err(InvalidTrustData::OtherDigest { tag, role, expected: *expected, found: file.digest() })
            }
            _ => Ok(Some((tag.clone(), file.clone()))),
        }
    }

    fn signed_tag(self, role: String, tag: String, file: MetaFile) -> SignedTag {
        let View { root, floors, when, expires, chain } = self.view;
        SignedTag {
            keys: root.keys(),
            chain,
            gun: root.gun().clone(),
            anchor: root.anchor().clone(),
            tag,
            file,
            role,
            when,
            expires,
            passed_over: self.passed_over,
            floors,
        }
    }
}

/// Whether one of the beginnings is that of `text`.
pub(super) fn covers(paths: &[String], text: &str) -> bool {
    paths.iter().any(|path| text.starts_with(path.as_str()))
}

/// A tag with what its publisher says it stands for. Only looking it up in trusted targets makes one.
#[derive(Clone, Debug)]
pub struct SignedTag {
    gun: Gun,
    anchor: Anchor,
    tag: String,
    file: MetaFile,
    role: String,
    when: When,
    expires: Vec<(String, UnixTime)>,
    chain: Vec<Link>,
    keys: Vec<RootKey>,
    passed_over: BTreeMap<String, Unusable>,
    floors: Floors,
}

impl SignedTag {
    /// Of which collection.
    pub const fn gun(&self) -> &Gun {
        &self.gun
    }

    /// Where trust in it began: nowhere that anybody vouches for, if it is [`Anchor::FirstUse`].
    pub const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The tag; where only a digest was looked for, the first that has it.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The SHA-256 of the manifest or index.
    pub fn digest(&self) -> Digest {
        self.file.digest()
    }

    /// Its length in bytes.
    pub const fn length(&self) -> usize {
        self.file.length()
    }

    /// Who says so: `targets/releases`, `targets`.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// For which moment that was verified.
    pub const fn when(&self) -> When {
        self.when
    }

    /// What it rests on, and the time from which each is no longer valid; a certificate still is in the second that is named.
    pub fn expires(&self) -> &[(String, UnixTime)] {
        &self.expires
    }

    /// What was read on the way, in the order of trust.
    pub fn chain(&self) -> &[Link] {
        &self.chain
    }

    /// The keys of the root under which it was found.
    pub fn root_keys(&self) -> &[RootKey] {
        &self.keys
    }

    /// Roles that would have been asked first, and why they were not: none unless falling back is allowed.
    pub const fn passed_over(&self) -> &BTreeMap<String, Unusable> {
        &self.passed_over
    }

    /// What has now been seen of the collection.
    pub const fn floors(&self) -> &Floors {
        &self.floors
    }

    /// Accepts bytes only if they are the signed manifest: its length, which Docker never compares, and every hash that can be computed
    /// here.
    pub fn verify(&self, bytes: Vec<u8>) -> Result<Content, InvalidTrustData> {
        self.file.compare(&self.tag, &bytes)?;
        let mismatch = |DigestMismatch { expected, found }| InvalidMetadata::Digest { name: self.tag.clone(), expected, found };
        Ok(Content::verify(self.digest(), bytes).map_err(mismatch)?)
    }
}
