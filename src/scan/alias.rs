//! Several advisories about one vulnerability are one finding: that of its CVE.
//!
//! `aliases` are names of the very same, so that they carry over from one advisory to the next. A notice of a distribution is about several
//! CVEs at once: it belongs to the finding of each, and does not make them one.

use core::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::scan::advisory::Advisory;
use crate::scan::advisory::Id;
use crate::scan::range::Undecided;
use crate::scan::severity::Severity;
use crate::scan::version::Scheme;
use crate::scan::version::compare;

/// One advisory that says that a version is affected, or about which that cannot be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    id: String,
    cves: BTreeSet<String>,
    aliases: BTreeSet<String>,
    severity: Severity,
    said: Said,
}

/// What an advisory says of a version that it is not silent about: affected, with the version that is fixed; or why that cannot be said.
pub type Said = Result<Option<String>, Undecided>;

impl Hit {
    /// Of an advisory that was read.
    pub fn of(advisory: &Advisory, is_of_distribution: bool, severity: Severity, said: Said) -> Self {
        Self {
            id: advisory.id.to_string(),
            cves: advisory.cves(is_of_distribution).into_iter().map(str::to_owned).collect(),
            aliases: advisory.aliases.iter().cloned().collect(),
            severity,
            said,
        }
    }

    /// Of one that could not be.
    pub fn unread(id: &Id) -> Self {
        Self {
            cves: id.cve().into_iter().map(str::to_owned).collect(),
            id: id.to_string(),
            aliases: BTreeSet::new(),
            severity: Severity::default(),
            said: Err(Undecided::Unread),
        }
    }

    /// Whether it hangs on a version that has no place in the order.
    pub const fn is_undetermined_version(&self) -> bool {
        matches!(self.said, Err(Undecided::Version(_)))
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.aliases.iter().chain([&self.id])
    }
}

/// One vulnerability, and what all advisories about it say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerability {
    /// The CVE, or the name that most databases use.
    pub id: String,
    /// Other names, sorted.
    pub aliases: Vec<String>,
    /// Those that say so, sorted.
    pub advisories: Vec<String>,
    /// That of the vendor, or the worst.
    pub severity: Severity,
    /// Affected where one of them says so.
    pub said: Said,
    /// Whether it is affected, none of those that could be compared names a fix, and one that could not be may.
    pub may_have_a_fix: bool,
}

/// By vulnerability, in the order of their names.
pub fn group(hits: &[Hit], scheme: Scheme) -> Vec<Vulnerability> {
    let mut groups: BTreeMap<String, Vec<&Hit>> = BTreeMap::new();
    let families = families(hits);
    for hit in hits {
        let family = &families[&hit.id];
        let keys = if hit.cves.is_empty() { &family.keys } else { &hit.cves };
        for key in keys {
            groups.entry(key.clone()).or_default().push(hit);
        }
    }
    groups.into_iter().map(|(id, hits)| vulnerability(id, &hits, scheme)).collect()
}

/// Advisories that are connected by names of the very same.
struct Family {
    /// The CVEs of all of them; without any, the name that most databases use.
    keys: BTreeSet<String>,
}

/// The family of every advisory, by identifier.
fn families(hits: &[Hit]) -> BTreeMap<String, Family> {
    // Every name points to one before it in the same family, the first one to itself.
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    for hit in hits {
        for name in hit.names() {
            before.entry(name).or_insert(name);
            let (a, b) = (first(&before, name), first(&before, hit.aliases.first().map_or(&hit.id, String::as_str)));
            let (earlier, later) = if a <= b { (a, b) } else { (b, a) };
            before.insert(later, earlier);
            // The way is short the next time.
            before.insert(name, earlier);
        }
    }
    let mut members: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for hit in hits {
        let (names, cves) = members.entry(first(&before, &hit.id)).or_default();
        names.extend(hit.names().map(String::as_str));
        cves.extend(hit.cves.iter().map(String::as_str));
    }
    let keys = |(names, cves): &(BTreeSet<&str>, BTreeSet<&str>)| {
        let usual = names.iter().find(|name| name.starts_with("GHSA-")).or_else(|| names.first());
        if cves.is_empty() {
            usual.into_iter().map(|name| (*name).to_owned()).collect()
        } else {
            cves.iter().map(|cve| (*cve).to_owned()).collect()
        }
    };
    hits.iter().map(|hit| (hit.id.clone(), Family { keys: keys(&members[first(&before, &hit.id)]) })).collect()
}

/// The first name of a family. Every step goes to an earlier name, so that it ends.
fn first<'a>(before: &BTreeMap<&'a str, &'a str>, name: &'a str) -> &'a str {
    let mut name = name;
    while let Some(earlier) = before.get(name).filter(|earlier| **earlier != name) {
        name = earlier;
    }
    name
}

fn vulnerability(id: String, hits: &[&Hit], scheme: Scheme) -> Vulnerability {
    // What is about this alone knows it better than a notice of several.
    let (own, notices): (Vec<&Hit>, Vec<&Hit>) = hits.iter().copied().partition(|hit| hit.cves.len() <= 1);
    let worst = |hits: &[&Hit]| hits.iter().map(|hit| hit.severity.clone()).reduce(Severity::or_worse);
    let severity = worst(&own).filter(|severity| severity.by.is_some()).or_else(|| worst(&notices)).unwrap_or_default();
    let advisories: BTreeSet<&String> = hits.iter().map(|hit| &hit.id).collect();
    let aliases: BTreeSet<&String> = own.iter().flat_map(|hit| hit.names()).filter(|name| **name != id).collect();
    let sorted = |names: BTreeSet<&String>| names.into_iter().cloned().collect::<Vec<_>>();
    let said = together(hits, scheme);
    // Of what was not read at all the scan tells by itself.
    let is_open = |hit: &&Hit| matches!(&hit.said, Err(undecided) if *undecided != Undecided::Unread);
    let may_have_a_fix = said == Ok(None) && hits.iter().any(is_open);
    Vulnerability { aliases: sorted(aliases), advisories: sorted(advisories), severity, said, may_have_a_fix, id }
}

/// Affected where one says so; and fixed by what all of them call fixed, as far as they name a fix.
fn together(hits: &[&Hit], scheme: Scheme) -> Said {
    let mut fix: Option<&String> = None;
    let mut is_affected = false;
    let mut undecided = Ok(None);
    for hit in hits {
        match &hit.said {
            Ok(fixed) => {
                is_affected = true;
                let is_later = |new: &String| fix.is_none_or(|old| compare(scheme, old, new).is_ok_and(Ordering::is_lt));
                fix = fixed.as_ref().filter(|new| is_later(new)).or(fix);
            }
            Err(why) => undecided = undecided.and_then(|_: Option<String>| Err(why.clone())),
        }
    }
    if is_affected { Ok(fix.cloned()) } else { undecided }
}
