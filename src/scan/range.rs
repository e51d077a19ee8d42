//! Whether a version is among those that an advisory says are affected: OSV's rules.
//!
//! <https://ossf.github.io/osv-schema/#evaluation>: a version is affected that is listed, or that lies in any of the ranges. What cannot be
//! compared is neither affected nor not.

use core::cmp::Ordering;
use core::fmt;

use crate::scan::advisory::Affected;
use crate::scan::advisory::Event;
use crate::scan::advisory::Range;
use crate::scan::advisory::RangeKind;
use crate::scan::version::Scheme;
use crate::scan::version::Undetermined;
use crate::scan::version::compare;

/// What an advisory says of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is affected.
    Affected {
        /// The first version behind it that is not; `None` where none is known.
        fixed: Option<String>,
    },
    /// Every range and every listed version could be compared, and it is in none.
    NotAffected,
    /// That cannot be said.
    Undetermined(Undecided),
}

/// Why it cannot be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// A version has no place in the order.
    Version(Undetermined),
    /// The advisory names no versions of the package, or only commits.
    NoVersions,
    /// The advisory has a range of a kind that this version does not know.
    UnknownRange,
    /// The advisory is about the package, and could not be read.
    Unread,
}

impl Undecided {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Version(_) => Undetermined::CODE,
            Self::NoVersions => "advisory-without-versions",
            Self::UnknownRange => "range-unknown",
            Self::Unread => "advisory-unread",
        }
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::NoVersions => f.write_str("expected an advisory that names versions, found one that names none, or only commits"),
            Self::UnknownRange => f.write_str("expected ranges of versions, found one of another kind"),
            Self::Unread => f.write_str("expected an advisory that can be read, found one that was not"),
        }
    }
}

/// What `affected` says of a version of its package.
pub fn answer(affected: &Affected, scheme: Scheme, version: &str) -> Answer {
    // Exactly as it is written, too: what has no place in the order can still be listed.
    let is_listed = affected.versions.iter().any(|listed| listed == version || compare(scheme, listed, version) == Ok(Ordering::Equal));
    let is_version = |undecided: &Undecided| matches!(undecided, Undecided::Version(_));
    let mut undecided = None;
    let mut said_something = !affected.versions.is_empty();
    // Every range, whatever stands in front of it: records often begin with one of commits.
    for range in &affected.ranges {
        match range.kind {
            RangeKind::Commits => {}
            RangeKind::Other => undecided = undecided.or(Some(Undecided::UnknownRange)),
            RangeKind::Versions => {
                said_something = true;
                match within(range, scheme, version) {
                    Ok(None) => {}
                    Ok(Some(Until(fixed))) => return Answer::Affected { fixed },
                    // The first of them is told, wherever an unknown range stands: a shard keeps no more of that than that it was there.
                    Err(undetermined) => undecided = undecided.filter(is_version).or(Some(Undecided::Version(undetermined))),
                }
            }
        }
    }
    match undecided {
        _ if is_listed => Answer::Affected { fixed: fixed_behind(affected, scheme, version) },
        Some(undecided) => Answer::Undetermined(undecided),
        None if !said_something => Answer::Undetermined(Undecided::NoVersions),
        // A list says something only of what could be on it.
        None => match compare(scheme, version, LOWEST) {
            Ok(_) => Answer::NotAffected,
            Err(undetermined) => Answer::Undetermined(Undecided::Version(undetermined)),
        },
    }
}

/// A version of every scheme: the pseudo-version of nothing.
const LOWEST: &str = "0.0.0";

/// The end of the part of a range that a version lies in, if it is a fix.
struct Until(Option<String>);

/// `None` where the version lies outside.
///
/// The schema sorts the events and walks them up to the version. What is left of that at the end is said by the last event on the way and the
/// first one behind it, and neither takes an order that a hostile list of events might not have.
fn within(range: &Range, scheme: Scheme, version: &str) -> Result<Option<Until>, Undetermined> {
    let reaches = |event: &str| Ok::<_, Undetermined>(order(scheme, version, event)?.is_ge());
    let mut last: Option<(&str, bool)> = None;
    let mut next: Option<(&str, Option<&String>)> = None;
    let (mut has_limit, mut is_before_a_limit) = (false, false);
    for event in &range.events {
        let (at, has_happened, affects, fix) = match event {
            Event::Introduced(at) => (at, reaches(at)?, true, None),
            Event::Fixed(at) => (at, reaches(at)?, false, Some(at)),
            Event::LastAffected(at) => (at, order(scheme, version, at)?.is_gt(), false, None),
            Event::Limit(limit) => {
                has_limit = true;
                is_before_a_limit |= limit == "*" || !reaches(limit)?;
                continue;
            }
        };
        if has_happened {
            // Of two at one version the one that is written later.
            let is_later = last.map(|(before, _)| order(scheme, at, before)).transpose()?.is_none_or(Ordering::is_ge);
            last = if is_later { Some((at, affects)) } else { last };
        } else if !affects {
            let is_earlier = next.map(|(before, _)| order(scheme, at, before)).transpose()?.is_none_or(Ordering::is_lt);
            next = if is_earlier { Some((at, fix)) } else { next };
        }
    }
    let is_inside = last.is_some_and(|(_, affects)| affects) && (is_before_a_limit || !has_limit);
    // Behind the last affected version comes one that nobody named.
    Ok(is_inside.then(|| Until(next.and_then(|(_, fix)| fix.cloned()))))
}

/// `0` of an event is before everything, and no version of a package.
fn order(scheme: Scheme, version: &str, event: &str) -> Result<Ordering, Undetermined> {
    match (version, event) {
        ("0", "0") => Ok(Ordering::Equal),
        (_, "0") => Ok(Ordering::Greater),
        ("0", _) => Ok(Ordering::Less),
        _ => compare(scheme, version, event),
    }
}

/// The first fix behind a version that is listed, of any range.
fn fixed_behind(affected: &Affected, scheme: Scheme, version: &str) -> Option<String> {
    let ranges = affected.ranges.iter().filter(|range| range.kind == RangeKind::Versions);
    let fixes = ranges.flat_map(|range| &range.events).filter_map(|event| if let Event::Fixed(at) = event { Some(at) } else { None });
    let behind = fixes.filter(|at| compare(scheme, version, at) == Ok(Ordering::Less));
    behind.min_by(|a, b| compare(scheme, a, b).unwrap_or(Ordering::Equal)).cloned()
}
