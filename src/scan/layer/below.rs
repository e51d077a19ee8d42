//! What an entry takes away by being there: a file in the place of a directory hides all that lower layers have in it, a directory in
//! the place of a file hides the file.
//!
//! That concerns few of the entries of a layer, but which ones is known only by who knows what lies below. A layer may be read before
//! the ones below it are; until then its paths are remembered by their hashes, up to a limit at which the reader asks to be told.

use core::hash::Hasher as _;
use std::hash::DefaultHasher;
use std::rc::Rc;

use crate::budget;

/// The paths that matter of everything that lies below a layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Below(Rc<[u64]>);

/// What lies at a path in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum Occupant {
    /// A directory.
    Directory,
    /// Anything else.
    Other,
}

impl Below {
    /// For the lowest layer: nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    pub(in crate::scan) fn new<'p>(paths: impl Iterator<Item = (&'p str, Occupant)>) -> Self {
        let mut hashes: Vec<u64> = paths.map(|(path, occupant)| hash(path, occupant)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes.into())
    }

    fn contains(&self, hash: u64) -> bool {
        self.0.binary_search(&hash).is_ok()
    }
}

/// Which places of a layer are taken.
#[derive(Clone, Debug, Default)]
pub(in crate::scan) struct Occupied {
    /// Not in order while it is collected.
    hashes: Vec<u64>,
    below: Option<Below>,
    is_full: bool,
}

impl Occupied {
    /// Whether there is no room left.
    pub(super) fn add(&mut self, path: &str, occupant: Occupant) -> bool {
        let hash = hash(path, occupant);
        if self.below.as_ref().is_none_or(|below| below.contains(hash)) {
            self.hashes.push(hash);
        }
        let room = match &self.below {
            Some(below) => budget::LAYER_UNSETTLED.max(2 * below.0.len()),
            None if self.is_full => budget::LAYER_UNSETTLED_MOST,
            None => budget::LAYER_UNSETTLED,
        };
        if self.hashes.len() < room {
            return false;
        }
        // One path may have come many times.
        self.tidy();
        self.below.is_none() && self.hashes.len() > room / 2 && core::mem::replace(&mut self.is_full, true)
    }

    /// From now on, and for all that came before, only what matters is remembered.
    pub(super) fn settle(&mut self, below: &Below) {
        self.hashes.retain(|hash| below.contains(*hash));
        self.tidy();
        self.hashes.shrink_to_fit();
        self.below = Some(below.clone());
        self.is_full = false;
    }

    pub(super) const fn wants_to_settle(&self) -> bool {
        self.is_full
    }

    pub(super) fn finish(mut self) -> Self {
        self.tidy();
        self
    }

    fn tidy(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
    }

    /// Whether this lies at this path, where the path is one of those that matter.
    pub(in crate::scan) fn has(&self, path: &str, occupant: Occupant) -> bool {
        self.hashes.binary_search(&hash(path, occupant)).is_ok()
    }
}

/// `SipHash` with the key zero. Who makes two paths collide deletes a file of their own image, which they can do without.
fn hash(path: &str, occupant: Occupant) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(occupant as u8);
    hasher.write(path.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_before_it_was_known_what_matters_is_told_as_what_came_after() {
        let below = Below::new([("usr/lib", Occupant::Other), ("etc/x", Occupant::Directory)].into_iter());
        let mut occupied = Occupied::default();
        for path in ["usr/lib", "usr/share"] {
            assert!(!occupied.add(path, Occupant::Other));
        }
        occupied.settle(&below);
        for path in ["etc/x", "etc/y"] {
            assert!(!occupied.add(path, Occupant::Directory));
        }
        let occupied = occupied.finish();
        assert_eq!(occupied.hashes.len(), 2);
        assert!(occupied.has("usr/lib", Occupant::Other) && occupied.has("etc/x", Occupant::Directory));
        assert!(!occupied.has("usr/lib", Occupant::Directory) && !occupied.has("usr/share", Occupant::Other));
    }

    #[test]
    fn what_is_not_told_what_matters_asks_and_then_gives_up() {
        let mut occupied = Occupied::default();
        let mut gave_up = None;
        for number in 0..2 * budget::LAYER_UNSETTLED_MOST {
            if occupied.add(&number.to_string(), Occupant::Other) {
                gave_up = Some(number);
                break;
            }
            assert_eq!(occupied.wants_to_settle(), number + 1 >= budget::LAYER_UNSETTLED);
        }
        assert_eq!(gave_up, Some(budget::LAYER_UNSETTLED_MOST - 1));
    }

    #[test]
    fn one_path_over_and_over_takes_no_room() {
        let mut occupied = Occupied::default();
        for _ in 0..3 * budget::LAYER_UNSETTLED {
            assert!(!occupied.add("a", Occupant::Other));
        }
        assert!(!occupied.wants_to_settle());
    }
}
