//! Delegations (section 4.5) and the search for the role that lists a target (section 5.6.7).
//!
//! The search is pre-order and depth-first, in the order in which delegations stand, and ends at the first role that lists the path. A
//! role is asked only for paths that its delegation covers, and so do all roles on the way to it. After a terminating delegation nobody
//! else is asked. No role is visited twice, and no more than [`budget::TUF_ROLES`] are.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::budget;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::json::Members;
use crate::time::UnixTime;
use crate::tuf::Floors;
use crate::tuf::InvalidMetadata;
use crate::tuf::MetaFile;
use crate::tuf::Target;
use crate::tuf::TargetPath;
use crate::tuf::TrustedSnapshot;
use crate::tuf::metadata;
use crate::tuf::metadata::Targets;
use crate::tuf::role;
use crate::tuf::role::Role;

/// Trust in a role for some paths.
#[derive(Clone, Debug)]
pub(super) struct Delegation {
    name: String,
    role: Role,
    paths: Paths,
    terminating: bool,
}

#[derive(Clone, Debug)]
enum Paths {
    /// Those that match one of these patterns.
    Patterns(Vec<String>),
    /// Those whose SHA-256 begins with one of these.
    HashPrefixes(Vec<String>),
}

impl Delegation {
    /// Reads DELEGATIONS, in their order.
    pub(super) fn parse_all(members: &Members<'_>) -> Result<Vec<Arc<Self>>, InvalidMetadata> {
        let keys = role::keys(&members.required("keys")?.object()?)?;
        let mut names = BTreeSet::new();
        let mut delegations = Vec::new();
        for place in members.required("roles")?.array()? {
            let members = place.object()?;
            let name = members.required("name")?.string()?;
            // A delegated role with the name of a top-level one would be mistaken for it.
            if matches!(name, "" | "root" | "timestamp" | "snapshot" | "targets" | "mirrors") || !names.insert(name.to_owned()) {
                return Err(InvalidMetadata::Role { name: name.to_owned() });
            }
            delegations.push(Arc::new(Self {
                name: name.to_owned(),
                role: Role::parse(name, &members, &keys)?,
                paths: Paths::parse(name, &members)?,
                terminating: metadata::flag(&members, "terminating")?,
            }));
        }
        Ok(delegations)
    }
}

impl Paths {
    fn parse(role: &str, members: &Members<'_>) -> Result<Self, InvalidMetadata> {
        let list = |name| {
            let Some(place) = members.optional(name)? else { return Ok(None) };
            place.array()?.iter().map(|place| Ok(place.string()?.to_owned())).collect::<Result<Vec<_>, InvalidMetadata>>().map(Some)
        };
        let is_prefix = |text: &String| matches!(text.len(), 1..=64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match (list("paths")?, list("path_hash_prefixes")?) {
            // glob(7) also has sets in brackets; the specification names `*` and `?` only, and implementations differ.
            (Some(patterns), None) if !patterns.iter().any(|pattern| pattern.contains(['[', ']', '\\'])) => Ok(Self::Patterns(patterns)),
            (None, Some(prefixes)) if prefixes.iter().all(is_prefix) => Ok(Self::HashPrefixes(prefixes)),
            _ => Err(InvalidMetadata::Paths { role: role.to_owned() }),
        }
    }

    fn cover(&self, path: &TargetPath) -> bool {
        match self {
            Self::Patterns(patterns) => patterns.iter().any(|pattern| matches(pattern, path.as_str())),
            Self::HashPrefixes(prefixes) => {
                let hash = Digest::of(Algorithm::Sha256, path.as_str().as_bytes()).encoded();
                prefixes.iter().any(|prefix| hash.starts_with(prefix))
            }
        }
    }
}

/// Part for part: a wildcard does not match a `/`.
fn matches(pattern: &str, path: &str) -> bool {
    let parts = |text: &str| text.split('/').count();
    parts(pattern) == parts(path) && pattern.split('/').zip(path.split('/')).all(|(pattern, part)| matches_part(pattern, part))
}

/// `*` is any characters, `?` is one. Going back to the last star is enough, so this takes at most |pattern| · |part| steps.
fn matches_part(pattern: &str, part: &str) -> bool {
    let (mut pattern, mut part) = (pattern.chars(), part.chars());
    // What follows the last star, and what is left for it.
    let mut star = None;
    loop {
        let rest = part.clone();
        match (pattern.next(), part.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                part = rest;
                star = Some((pattern.clone(), part.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(expected), Some(found)) if expected == found => {}
            _ => {
                let Some((after, left)) = &mut star else { return false };
                if left.next().is_none() {
                    return false;
                }
                (pattern, part) = (after.clone(), left.clone());
            }
        }
    }
}

/// What a search came to.
#[derive(Clone, Debug)]
pub enum Search {
    /// The target, as the most trusted role that lists it does.
    Found(Target),
    /// The next role to ask.
    Delegated(Box<Delegated>),
    /// No role that is trusted with the path lists it.
    Nowhere,
}

/// A delegated role whose metadata has to be read before a search can go on.
#[derive(Clone, Debug)]
pub struct Delegated {
    delegation: Arc<Delegation>,
    file: MetaFile,
    walk: Walk,
}

impl Delegated {
    /// Whose metadata: a name of the repository's choosing, to be escaped wherever it becomes part of a path.
    pub fn name(&self) -> &str {
        &self.delegation.name
    }

    /// What the snapshot says of its file.
    pub const fn file(&self) -> &MetaFile {
        &self.file
    }

    /// Its metadata, on a threshold of the keys that the delegation names (sections 5.6.2 to 5.6.5).
    pub fn load(&self, bytes: &[u8]) -> Result<Unproven<TrustedDelegated>, InvalidMetadata> {
        let loaded = self.walk.snapshot.load(&self.delegation.name, &self.delegation.role, bytes)?;
        Ok(loaded.map(|(snapshot, targets)| TrustedDelegated { targets, walk: Walk { snapshot, ..self.walk.clone() } }))
    }
}

/// A delegated role, trusted for the path that is searched for.
#[derive(Clone, Debug)]
pub struct TrustedDelegated {
    targets: Targets,
    walk: Walk,
}

impl TrustedDelegated {
    /// Goes on with the search.
    pub fn search(self) -> Result<Search, InvalidMetadata> {
        self.walk.visit(&self.targets)
    }

    /// What has now been seen of the repository.
    pub const fn floors(&self) -> &Floors {
        self.walk.snapshot.floors()
    }

    /// When the first of all metadata on the way here expires.
    pub const fn expires(&self) -> UnixTime {
        self.walk.snapshot.expires()
    }
}

/// How far a search has come.
#[derive(Clone, Debug)]
struct Walk {
    path: TargetPath,
    snapshot: TrustedSnapshot,
    /// The next one last.
    to_visit: Vec<Arc<Delegation>>,
    /// The top-level role aside.
    visited: Vec<String>,
}

/// Asks the top-level role, with which every search begins.
pub(super) fn search(path: &TargetPath, snapshot: &TrustedSnapshot, targets: &Targets) -> Result<Search, InvalidMetadata> {
    Walk { path: path.clone(), snapshot: snapshot.clone(), to_visit: Vec::new(), visited: Vec::new() }.visit(targets)
}

impl Walk {
    /// Asks one role, and says which is next.
    fn visit(mut self, targets: &Targets) -> Result<Search, InvalidMetadata> {
        if let Some(listed) = targets.listed.get(self.path.as_str()) {
            return Target::new(&self.path, listed).map(Search::Found);
        }
        let mut children = Vec::new();
        for delegation in targets.delegations.iter().filter(|delegation| delegation.paths.cover(&self.path)) {
            children.push(Arc::clone(delegation));
            if delegation.terminating {
                // Neither those behind it nor those that its delegators would have asked later.
                self.to_visit.clear();
                break;
            }
        }
        self.to_visit.extend(children.into_iter().rev());
        while let Some(delegation) = self.to_visit.pop() {
            if self.visited.contains(&delegation.name) {
                continue;
            }
            self.visited.push(delegation.name.clone());
            if self.visited.len() >= budget::TUF_ROLES {
                return Err(InvalidMetadata::TooMany { what: "delegated roles on the way to a target", limit: budget::TUF_ROLES - 1 });
            }
            let file = self.snapshot.file(&delegation.name)?.clone();
            return Ok(Search::Delegated(Box::new(Delegated { delegation, file, walk: self })));
        }
        Ok(Search::Nowhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specification's own examples, and more.
    #[test]
    fn a_wildcard_matches_within_one_part_of_a_path() {
        for (pattern, path) in [
            ("targets/*.tgz", "targets/foo.tgz"),
            ("foo-version-?.tgz", "foo-version-2.tgz"),
            ("foo-version-?.tgz", "foo-version-ä.tgz"),
            ("*.tgz", "bar.tgz"),
            ("*.tgz", ".tgz"),
            ("foo.tgz", "foo.tgz"),
            ("*", "a"),
            ("**", "a"),
            ("*/*", "a/b"),
            ("a*b*c", "a-b-b-c-c"),
            ("*a", "aaa"),
            ("?*", "a"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("targets/*.tgz", "targets/foo.txt"),
            ("foo-version-?.tgz", "foo-version-alpha.tgz"),
            ("foo-version-?.tgz", "foo-version-.tgz"),
            ("*.tgz", "targets/foo.tgz"),
            ("*", "a/b"),
            ("**", "a/b"),
            ("?", "/"),
            ("*/*", "a/b/c"),
            ("a/*", "a"),
            ("foo.tgz", "foo.tgz.sig"),
            ("foo.tgz", "FOO.tgz"),
            ("a*b*c", "a-c-b"),
            ("", "a"),
            ("a", "ab"),
            ("ab", "a"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    /// Where every star tries all that the others left, this takes 2^60 steps.
    #[test]
    fn a_hostile_pattern_takes_no_time() {
        assert!(!matches(&format!("{}b", "a*".repeat(60)), &"a".repeat(500)));
    }
}
