//! What was seen of a repository before, below which nothing is accepted again: protection against rollback (sections 5.4.3, 5.5.5).
//!
//! An attacker who had the keys of timestamp and snapshot for a day may have counted versions up to where no honest one follows
//! (fast-forward). The way out is the root: when it names other keys for one of the two roles, what was seen under the old ones is
//! forgotten (section 5.3.11). So floors carry the keys under which they were seen, and hold only under these.
//!
//! Beyond the specification, what was seen is remembered with its content: who shows the same version with other content tells
//! different clients different things, and is refused. (Section 5.4.3.1 would silently keep the old timestamp.)

use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::tuf::ByName;
use crate::tuf::InvalidMetadata;
use crate::tuf::metadata::Root;

/// A version, with its content if that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// From 1.
    pub version: u64,
    /// Of the canonical form of what was signed.
    pub digest: Option<Digest>,
}

/// The latest that was seen of each role but root. [`Floors::default`] has seen nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Floors {
    /// The keys of timestamp and snapshot under which the rest was seen.
    pub keys: Option<Digest>,
    /// The timestamp.
    pub timestamp: Option<Seen>,
    /// The snapshot, as that timestamp names it.
    pub snapshot: Option<Seen>,
    /// By role, as that snapshot or an earlier one names them.
    pub targets: ByName<Seen>,
}

impl Floors {
    /// What of them still holds under the keys that `root` names.
    pub(super) fn under(&self, root: &Root) -> Self {
        let keys = Some(keys(root));
        if self.keys == keys { self.clone() } else { Self { keys, ..Self::default() } }
    }
}

/// The keys that can sign timestamps, and those that can sign snapshots.
fn keys(root: &Root) -> Digest {
    let (timestamp, snapshot) = (root.timestamp.fingerprint(), root.snapshot.fingerprint());
    Digest::of(Algorithm::Sha256, &[timestamp.as_bytes(), snapshot.as_bytes()].concat())
}

/// Compares with what was seen of a role before, and says what has been seen now. `found` may be only a name that another file gave.
pub(crate) fn compare(role: &str, before: Option<Seen>, found: Seen) -> Result<Seen, InvalidMetadata> {
    let Some(before) = before else { return Ok(found) };
    if found.version < before.version {
        return Err(InvalidMetadata::Rollback { role: role.to_owned(), known: before.version, found: found.version });
    }
    if found.version > before.version {
        return Ok(found);
    }
    match (before.digest, found.digest) {
        (Some(before), Some(now)) if before != now => Err(InvalidMetadata::Equivocation { role: role.to_owned(), version: found.version }),
        (seen, now) => Ok(Seen { version: found.version, digest: now.or(seen) }),
    }
}
