//! Where advisories come from: OSV's server, asked through whoever can ask, or files that were made from its dumps.
//!
//! Both give advisories as they are written. What they say of a version is decided in one place, [`crate::scan::matching`].

use crate::scan::advisory::Advisory;
use crate::scan::advisory::Id;
use crate::scan::ecosystem::Question;
use crate::scan::ecosystem::Release;
use crate::scan::exploited::KnownExploited;
use crate::scan::report::Database;
use crate::time::UnixTime;

pub mod builder;
pub mod index;
pub mod osv;
pub mod shard;

/// Somewhere to look up what is known of packages.
pub trait Advisories {
    /// What is known of a name in an ecosystem. Which version is asked for may narrow it down, and need not.
    fn about(&self, question: &Question) -> Known;

    /// Whether it can be asked for a distribution's packages, so that "nothing" means that nothing is known of them.
    fn covers(&self, release: &Release) -> bool;

    /// What somebody is known to exploit; `None` where that is not known here.
    fn known_exploited(&self) -> Option<&KnownExploited>;

    /// Where this is from, sorted.
    fn databases(&self, now: UnixTime) -> Vec<Database>;

    /// Advisories that could not be read, whatever they are about.
    fn unread(&self) -> Vec<Id>;
}

/// What is known of a name in an ecosystem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// There is nothing that could know.
    NoDatabase,
    /// This, which may be nothing.
    Advisories {
        /// In the order of their identifiers.
        read: Vec<Advisory>,
        /// What is about this name, and could not be read: it may or may not be affected.
        unread: Vec<Id>,
    },
}

/// Whole days between two times; none where the clock is behind.
pub(super) fn days(from: UnixTime, to: UnixTime) -> i64 {
    (to.seconds() - from.seconds()).max(0) / 86_400
}
