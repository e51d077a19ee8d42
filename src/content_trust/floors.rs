//! What was seen of a collection before, below which nothing is accepted again, and the form in which it is kept.
//!
//! Snapshots of Notary name hashes, not versions, so a version is known only of files that were read. Each floor goes with the keys that
//! signed it, and holds as long as all of them may still sign for the role: a key is taken away because somebody else had it, who may
//! have counted versions up to where no honest one follows. Other keys may come and go. Notary knows no such way out: users have to
//! delete what it stored.
//!
//! The same version with other content is refused: somebody is told one thing and somebody else another. Notary accepts it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::content_trust::Gun;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::KeyId;
use crate::content_trust::When;
use crate::content_trust::delegation::Delegation;
use crate::content_trust::metadata::Header;
use crate::content_trust::metadata::Signed;
use crate::content_trust::role::Role;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::json::Object;
use crate::json::Place;
use crate::json::Value;
use crate::stored;
use crate::stored::InvalidState;
use crate::stored::VERSION;
use crate::stored::VERSION_MEMBER;
use crate::stored::decode;
use crate::stored::value;
use crate::time::UnixTime;
use crate::tuf::floors;
use crate::tuf::floors::Seen;

/// The latest that was seen. [`Floors::default`] has seen nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floors {
    roles: BTreeMap<String, Floor>,
    /// The latest time for which something was verified as the present.
    latest: Option<UnixTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Floor {
    /// Whoever signed it, by canonical ID.
    keys: BTreeSet<KeyId>,
    seen: Seen,
}

impl Floor {
    /// Whether nobody was taken away from the role who signed what was seen.
    fn holds(&self, role: &Role) -> bool {
        self.keys.is_subset(&role.keys())
    }
}

impl Floors {
    /// The version that was seen of a role.
    pub fn version(&self, role: &str) -> Option<u64> {
        self.roles.get(role).map(|floor| floor.seen.version)
    }

    /// The latest time for which something was verified as the present.
    pub(crate) const fn latest(&self) -> Option<UnixTime> {
        self.latest
    }

    /// With the present no earlier than it was before. Times of archives count for nothing.
    pub(super) fn at(&self, when: When) -> (Self, When) {
        match when {
            When::Now(now) => {
                let now = self.latest.map_or(now, |latest| latest.max(now));
                (Self { latest: Some(now), ..self.clone() }, When::Now(now))
            }
            When::Archived(_) => (self.clone(), when),
        }
    }

    /// Compares with what was seen of a role before, and remembers what has been seen now.
    pub(super) fn raise(&mut self, name: &str, role: &Role, signed: &Signed, header: Header) -> Result<(), InvalidTrustData> {
        let before = self.roles.get(name).filter(|floor| floor.holds(role)).map(|floor| floor.seen);
        let digest = Some(Digest::of(Algorithm::Sha256, &signed.canonical));
        let seen = floors::compare(name, before, Seen { version: header.version, digest })?;
        self.roles.insert(name.to_owned(), Floor { keys: role.signers(signed), seen });
        Ok(())
    }

    /// With what else was seen: of each role, the later, where the same keys signed both. Versions of other keys are no measure.
    pub(crate) fn raise_to(&mut self, other: &Self) {
        for (role, floor) in &other.roles {
            let is_later = |own: &Floor| own.keys == floor.keys && own.seen.version < floor.seen.version;
            if self.roles.get(role).is_some_and(is_later) {
                self.roles.insert(role.clone(), floor.clone());
            }
        }
        self.latest = self.latest.max(other.latest);
    }

    /// Whether a role was seen, under keys that still count.
    pub(super) fn remember(&self, name: &str, role: &Role) -> bool {
        self.roles.get(name).is_some_and(|floor| floor.holds(role))
    }

    /// Forgets the roles below `parent` to which it no longer delegates: a new one of the same name counts from 1 again.
    pub(super) fn forget_all_but(&mut self, parent: &str, delegations: &[Arc<Delegation>]) {
        self.roles.retain(|name, _| {
            let Some(below) = name.strip_prefix(parent).and_then(|name| name.strip_prefix('/')) else { return true };
            let child = below.split('/').next().unwrap_or(below);
            delegations.iter().any(|delegation| delegation.name.rsplit('/').next() == Some(child))
        });
    }
}

/// What is kept of one collection: its roots, and what was seen. Roots are verified anew whenever they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Whose it is.
    pub gun: Gun,
    /// The root that the anchor vouches for, and its successors, in their order.
    pub roots: Vec<Vec<u8>>,
    /// What was seen under the last of them.
    pub floors: Floors,
    /// When the first root was believed.
    pub first_seen: UnixTime,
    /// Files by role, so that only what has changed has to be asked for. They are compared with what the file before them names, whenever
    /// they are used.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl State {
    /// Reads what [`Self::to_bytes`] wrote of the same collection.
    pub fn parse(bytes: &[u8], gun: &Gun) -> Result<Self, InvalidState> {
        let document = stored::read(bytes)?;
        let root = document.root();
        let named = root.required("gun")?;
        if named.string()? != gun.as_str() {
            return Err(InvalidState::Value { path: named.path().to_owned(), expected: "the collection that is asked about" });
        }
        let roots = root.required("roots")?.array()?;
        if roots.len() > budget::TUF_ROOTS {
            return Err(InvalidState::TooLarge);
        }
        let roles = root.required("floors")?.object()?;
        let roles = roles.places().map(|(role, place)| Ok((role.to_owned(), floor(&place)?)));
        let floors = Floors {
            roles: roles.collect::<Result<_, InvalidState>>()?,
            latest: root.optional("latest")?.map(|place| value(&place, "a time")).transpose()?,
        };
        let files = root.required("files")?.object()?;
        let files = files.places().map(|(role, place)| Ok((role.to_owned(), decode(&place)?)));
        Ok(Self {
            gun: gun.clone(),
            roots: roots.iter().map(decode).collect::<Result<_, _>>()?,
            floors,
            first_seen: value(&root.required("firstSeen")?, "a time")?,
            files: files.collect::<Result<_, InvalidState>>()?,
        })
    }

    /// As it is stored. Files are left out where they would be too large, and are asked for again then.
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = |text: String| Value::String(text);
        let is_small = self.files.values().map(Vec::len).sum::<usize>() <= budget::CONTENT_TRUST_KEPT_BYTES;
        let files = self.files.iter().filter(|_| is_small);
        let floor = |floor: &Floor| {
            let keys = floor.keys.iter().map(|key| text(key.to_string())).collect();
            Object::of([
                ("version", Value::Integer(floor.seen.version.cast_signed())),
                ("digest", floor.seen.digest.map_or(Value::Null, |digest| text(digest.to_string()))),
                ("keys", Value::Array(keys)),
            ])
        };
        let document = Object::of([
            (VERSION_MEMBER, Value::Integer(VERSION)),
            ("gun", text(self.gun.as_str().to_owned())),
            ("roots", Value::Array(self.roots.iter().map(|root| text(Base64::encode_string(root))).collect())),
            ("floors", Value::Object(self.floors.roles.iter().map(|(role, seen)| (role.clone(), floor(seen))).collect())),
            ("latest", self.floors.latest.map_or(Value::Null, |time| text(time.to_string()))),
            ("firstSeen", text(self.first_seen.to_string())),
            ("files", Value::Object(files.map(|(role, bytes)| (role.clone(), text(Base64::encode_string(bytes)))).collect())),
        ]);
        document.to_bytes().expect("all of its numbers are integers")
    }
}

fn floor(place: &Place<'_>) -> Result<Floor, InvalidState> {
    let members = place.object()?;
    let version = members.required("version")?;
    let seen = match version.unsigned()? {
        0 => return Err(InvalidState::Value { path: version.path().to_owned(), expected: "1 or more" }),
        version => Seen { version, digest: Some(value(&members.required("digest")?, "a digest")?) },
    };
    let keys = members.required("keys")?.array()?;
    Ok(Floor { keys: keys.iter().map(|place| value(place, "a key ID")).collect::<Result<_, _>>()?, seen })
}
