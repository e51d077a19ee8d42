//! What Debian's own changelogs say was fixed, and in which version: with the version before, it is a finding; with the one that is
//! installed, it is none. Real versions, of whatever this system has installed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use pullproof::scan::matching::match_packages;
use pullproof::scan::version::Scheme;
use pullproof::scan::version::compare;
use serde_json::Value;

use crate::known::deb;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::now;
use crate::known::shards_with;

/// The newest of them: a kernel has thousands, and every version is compared with all of its source.
const FACTS_OF_A_SOURCE: usize = 20;

/// One fix: the CVE, and the versions before it, with it, and on top of the changelog.
struct Fact {
    cve: String,
    source: String,
    before: String,
    fixed: String,
    newest: String,
}

#[test]
fn what_a_changelog_says_was_fixed_is_found_before_its_fix_and_not_behind_it() {
    let facts = facts();
    if facts.is_empty() {
        println!("not run: there are no changelogs in /usr/share/doc");
        return;
    }
    let records: Vec<Value> = facts.iter().map(|fact| debian_record(&fact.cve, &fact.source, Some(&fact.fixed), "high")).collect();
    let shards = shards_with(&records, &["Debian:12"], None);
    // Each version once: a kernel's changelog has thousands of facts of a few versions.
    let mut found: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    let mut is_found = |source, version, cve: &String| {
        let scan = || match_packages(Some(&debian()), &[deb(source, version)], &shards, now());
        let ids = || scan().findings.into_iter().map(|finding| finding.id).collect();
        found.entry((source, version)).or_insert_with(ids).contains(cve)
    };
    for Fact { cve, source, before, fixed, newest } in &facts {
        assert!(is_found(source, before, cve), "{cve} {source} {before} < {fixed}");
        assert!(!is_found(source, newest, cve), "{cve} {source} {fixed} <= {newest}");
    }
    println!("{} facts of {} sources", facts.len(), facts.iter().map(|fact| &fact.source).collect::<BTreeSet<_>>().len());
}

/// Of every source the first of several packages says it, and of every CVE the oldest entry.
fn facts() -> Vec<Fact> {
    let mut facts: BTreeMap<(String, String), Fact> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let folders = fs::read_dir("/usr/share/doc").into_iter().flatten().flatten();
    for path in folders.map(|folder| folder.path().join("changelog.Debian.gz")).filter(|path| path.is_file()) {
        let Ok(unpacked) = Command::new("gzip").arg("-dc").arg(&path).output() else { continue };
        let text = String::from_utf8_lossy(&unpacked.stdout).into_owned();
        let entries = entries(&text);
        let Some((source, newest, _)) = entries.first() else { continue };
        if !seen.insert((*source).to_owned()) {
            continue;
        }
        let mut told = 0;
        for pair in entries.windows(2) {
            let [(_, fixed, body), (_, before, _)] = pair else { continue };
            // Where the changelog is not in the order of the versions (a stable release that was merged), it says nothing of one before.
            let is_in_order = compare(Scheme::Dpkg, before, fixed).is_ok_and(core::cmp::Ordering::is_lt);
            if !is_in_order || compare(Scheme::Dpkg, fixed, newest).is_ok_and(core::cmp::Ordering::is_gt) {
                continue;
            }
            for cve in cves(body).into_iter().take(FACTS_OF_A_SOURCE.saturating_sub(told)) {
                told += 1;
                let [source, before, fixed, newest] = [*source, *before, *fixed, *newest].map(str::to_owned);
                facts.insert((source.clone(), cve.clone()), Fact { cve, source, before, fixed, newest });
            }
        }
    }
    facts.into_values().collect()
}

/// `source (version) distributions; …`, and what is below it, the newest first.
fn entries(text: &str) -> Vec<(&str, &str, String)> {
    let mut entries: Vec<(&str, &str, String)> = Vec::new();
    for line in text.lines() {
        let head = line.split_once(" (").and_then(|(source, rest)| Some((source, rest.split_once(") ")?.0)));
        match head.filter(|_| !line.starts_with(' ') && line.contains(';')) {
            Some((source, version)) => entries.push((source, version, String::new())),
            None => {
                if let Some((_, _, body)) = entries.last_mut() {
                    body.push_str(line);
                    body.push('\n');
                }
            }
        }
    }
    entries
}

fn cves(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| pullproof::scan::advisory::is_cve(word)).map(str::to_owned).collect()
}
