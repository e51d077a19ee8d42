//! How old advisories may be: what was published since is missing in them, and nobody is told by an absence of findings.

use crate::budget;
use crate::excerpt::excerpt;
use crate::scan::report::Database;
use crate::scan::report::Scan;
use crate::scan::source::days;
use crate::scan::survey::limit;
use crate::time::UnixTime;

/// The stable code of advisories that are too old.
pub const OLD: &str = "advisories-old";

/// Databases that a message names.
const NAMED: usize = 3;

/// Characters of a name that a message repeats.
const SHOWN: usize = 80;

/// A scan with databases of more than `most` days is partial, and so is one with a database from the future: how old that is cannot be known.
pub fn limit_age(scan: &mut Scan, most: u32) {
    let now = scan.scanned_at;
    let databases = &scan.coverage.databases;
    let old = named(databases.iter().filter(|database| is_old(database.at, now, most)), now);
    let ahead = named(databases.iter().filter(|database| is_ahead(database.at, now)), now);
    if let Some(old) = old {
        limit(scan, OLD, format!("expected advisories of at most {most} days, found {old}"));
    }
    if let Some(ahead) = ahead {
        limit(
            scan,
            "advisories-from-the-future",
            format!("expected advisories from before {now}, found {ahead}: one of the clocks is wrong"),
        );
    }
}

/// Whether more whole days have passed than may.
pub fn is_old(at: UnixTime, now: UnixTime, most: u32) -> bool {
    days(at, now) > i64::from(most)
}

/// Whether something is from a time that has not come, by more than clocks differ.
pub fn is_ahead(at: UnixTime, now: UnixTime) -> bool {
    at.seconds().saturating_sub(now.seconds()) > budget::CLOCK_SECONDS
}

/// Some of them, with what is wrong; nothing if there are none.
fn named<'a>(databases: impl Iterator<Item = &'a Database>, now: UnixTime) -> Option<String> {
    let mut databases = databases.peekable();
    databases.peek()?;
    let name = |database: &Database| {
        let ecosystem = excerpt(database.ecosystem.as_deref().unwrap_or("OSV"), SHOWN);
        match days(database.at, now) {
            0 => format!("{ecosystem} of {}", database.at),
            1 => format!("{ecosystem} of 1 day"),
            days => format!("{ecosystem} of {days} days"),
        }
    };
    let first: Vec<String> = databases.by_ref().take(NAMED).map(name).collect();
    Some(format!("{}{}", first.join(", "), if databases.peek().is_some() { " and others" } else { "" }))
}
