//! A whole image: the packages in it meet advisories, and what was not seen of it is said.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::budget;
use crate::excerpt::excerpt;
use crate::report::Remark;
use crate::scan::gap::Gap;
use crate::scan::inventory::Database;
use crate::scan::inventory::Inventory;
use crate::scan::inventory::Note;
use crate::scan::inventory::Search;
use crate::scan::inventory::Wanted;
use crate::scan::inventory::wanted;
use crate::scan::layer::Candidate;
use crate::scan::layer::Capture;
use crate::scan::layer::Captures;
use crate::scan::matching;
use crate::scan::package::Package;
use crate::scan::report::Extent;
use crate::scan::report::Scan;
use crate::scan::source::Advisories;
use crate::time::UnixTime;

/// Characters of a path that a message repeats.
const SHOWN: usize = 160;

/// Keeps what names packages, and of programs what Go says in them.
#[derive(Clone, Copy, Debug)]
pub struct Packages;

impl Captures for Packages {
    fn by_path(&self, candidate: &Candidate<'_>) -> Capture {
        match wanted(candidate.path) {
            Wanted::No => Capture::Nothing,
            Wanted::File { limit } => Capture::Whole { limit: usize::try_from(limit).unwrap_or(usize::MAX) },
            Wanted::IfElf { .. } => Capture::ByContent,
        }
    }

    fn by_content(&self, candidate: &Candidate<'_>, first: &[u8]) -> Capture {
        match wanted(candidate.path) {
            Wanted::IfElf { limit } if first.starts_with(crate::scan::inventory::ELF_MAGIC) => {
                Capture::Marked { marker: Search::MAGIC, alignment: Search::ALIGNMENT, limit: usize::try_from(limit).unwrap_or(usize::MAX) }
            }
            _ => Capture::Nothing,
        }
    }
}

/// The packages that advisories of the image's distribution can be about: those of other publishers are named like them and are others.
pub fn comparable(inventory: &Inventory) -> Vec<Package> {
    inventory.packages.iter().filter(|package| !inventory.is_foreign(package)).cloned().collect()
}

/// What is known to be vulnerable of what is in an image. `gaps` are the files that were wanted and could not be had.
pub fn survey<A: Advisories>(inventory: &Inventory, gaps: &BTreeMap<String, Gap>, advisories: &A, now: UnixTime) -> Scan {
    let packages = comparable(inventory);
    let mut scan = matching::match_packages(inventory.distribution.as_ref(), &packages, advisories, now);
    scan.coverage.packages = inventory.packages.len();

    let unread: Vec<&Database> = inventory.databases.iter().filter(|database| database.packages.is_err()).collect();
    if !unread.is_empty() {
        let named = named(unread.iter().map(|database| database.location.as_str()));
        limit(
            &mut scan,
            "package-database-unreadable",
            format!("expected to read every list of packages, found some that cannot be: {named}"),
        );
    }
    if !gaps.is_empty() {
        let named = named(gaps.keys().map(String::as_str));
        limit(
            &mut scan,
            "files-not-kept",
            format!("expected to read every file that names packages, found some that could not be kept: {named}"),
        );
    }
    let missing = inventory.notes.iter().filter(|note| note.is_gap()).count();
    if missing > 0 {
        limit(&mut scan, "inventory-incomplete", format!("expected to know every package, found {missing} places that do not say theirs"));
    }
    if inventory.notes.iter().any(|note| matches!(note, Note::OtherReleases { .. })) {
        limit(&mut scan, "other-releases", "expected packages of one release, found that some may be of others".to_owned());
    }
    let foreign: BTreeSet<&str> =
        inventory.packages.iter().filter(|package| inventory.is_foreign(package)).map(|package| package.name.as_str()).collect();
    if !foreign.is_empty() {
        let message = format!("expected packages of the distribution, found {} of others, whose advisories are not known", foreign.len());
        limit(&mut scan, "packages-of-others", message);
        let known = scan.coverage.without_advisories.iter().map(String::as_str);
        let all: BTreeSet<String> = known.chain(foreign).map(str::to_owned).collect();
        scan.coverage.without_advisories = all.into_iter().collect();
    }
    scan.coverage.notes = notes(inventory, gaps);
    scan
}

/// The scan looked at less than it says so far.
pub fn limit(scan: &mut Scan, code: &'static str, message: String) {
    scan.extent = scan.extent.max(Extent::Partial);
    scan.remarks.push(Remark { code, message });
}

fn named<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut all = all.peekable();
    let first: Vec<String> = all.by_ref().take(3).map(|path| excerpt(path, SHOWN)).collect();
    format!("{}{}", first.join(", "), if all.peek().is_some() { " and others" } else { "" })
}

fn notes(inventory: &Inventory, gaps: &BTreeMap<String, Gap>) -> Vec<Remark> {
    let databases = inventory.databases.iter().filter_map(|database| {
        let why = database.packages.as_ref().err()?;
        Some(Remark { code: why.code(), message: format!("{}: {why}", excerpt(&database.location, SHOWN)) })
    });
    let gaps = gaps.iter().map(|(path, gap)| Remark { code: gap.code(), message: format!("{}: {gap}", excerpt(path, SHOWN)) });
    // What is missing before what is only worth knowing.
    let (missing, others): (Vec<&Note>, Vec<&Note>) = inventory.notes.iter().partition(|note| note.is_gap());
    let told = missing.into_iter().chain(others).map(|note| Remark { code: note.code(), message: note.to_string() });
    let mut all: Vec<Remark> = databases.chain(gaps).chain(told).collect();
    if all.len() > budget::SCAN_NOTES {
        let left_out = all.len() - budget::SCAN_NOTES;
        all.truncate(budget::SCAN_NOTES);
        all.push(Remark { code: "notes-left-out", message: format!("{left_out} more are left out") });
    }
    all
}
