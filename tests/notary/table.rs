//! The table of all verdicts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use pullproof_world::Server;
use pullproof_world::content_trust::Sites;
use serde_json::Value;
use serde_json::json;

use crate::case::Case;
use crate::cases;
use crate::docker;
use crate::notary;
use crate::ours;
use crate::verdict::Verdict;

/// What is accepted here and refused by Notary: each a decision that somebody has to make again to make it here.
const ACCEPTED_HERE_ALONE: [&str; 5] = [
    "a root whose certificate has expired, and a second one",
    "a second root whose certificate has expired, and a third one",
    "after a timestamp of version 2147483647, one of a new key",
    "an authority and its intermediate",
    "an authority issued a certificate for code",
];

/// More would only wait for one another: each case waits for two or three programs.
const AT_ONCE: usize = 3;

/// Does something for each case, a few at once; what comes of them is in their order.
pub(crate) fn for_each<T: Send>(cases: &[Case], work: impl Fn(usize, &Case) -> T + Sync) -> Vec<T> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number) else { break };
                    let result = work(number, case);
                    found.lock().expect("nothing panics while it holds what was found").insert(number, result);
                }
            });
        }
    });
    found.into_inner().expect("nothing panicked").into_values().collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn file() -> PathBuf {
    folder().join("tests/third_party/content-trust.json")
}

/// By name.
pub(crate) fn rows() -> BTreeMap<String, Value> {
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(file()).unwrap_or(b"[]".to_vec())).unwrap();
    rows.into_iter().map(|row| (row["case"].as_str().unwrap().to_owned(), row)).collect()
}

fn is_updating() -> bool {
    env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1")
}

/// Docker's client is the one that people use; where it was not asked, Notary's list in Docker's order.
fn theirs(row: &Value) -> &Value {
    if row["docker"].is_null() { &row["notary"]["list"] } else { &row["docker"] }
}

/// Whether both say the same: the same digest, or none.
fn agree(row: &Value) -> bool {
    row["ours"]["accepts"] == theirs(row)["accepts"]
}

#[test]
fn every_verdict_is_as_the_table_says() {
    let Some(program) = notary::program("notary", "notary") else { return };

    let sites = Sites::default();
    let server = Server::start(sites.clone()).unwrap();
    let docker = docker::Docker::start(&server.origin());
    let cases = cases::all();
    let expected = rows();
    let judge = |number: usize, case: &Case| {
        let name = format!("case-{number}");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notary").join(&name);
        let origin = format!("{}/{name}", server.origin());
        let show = |visit: usize| sites.show(&name, case.visits[visit].clone());
        let said = notary::said(&program, &folder, &origin, case, show);
        let mut row = json!({
            "case": case.name, "forged": case.forged, "notary": said.to_json(), "ours": ours::verdict(case).to_json(),
        });
        if case.docker {
            let before = expected.get(&case.name).map(|row| row["docker"].clone()).unwrap_or_default();
            // Where Docker is not there, what it said before stands.
            row["docker"] = match &docker {
                Some(docker) => docker.said(&folder.join("docker"), &name, case, show).to_json(),
                None => before,
            };
        }
        row
    };
    let mut found = for_each(&cases, judge);
    if is_updating() {
        for row in &mut found {
            if let Some(reason) = expected.get(row["case"].as_str().unwrap()).map(|row| row["reason"].clone()).filter(|_| !agree(row)) {
                row["reason"] = reason;
            }
        }
        let lines: Vec<String> = found.iter().map(|row| format!("  {row}")).collect();
        fs::write(file(), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
        return;
    }
    let mut wrong = Vec::new();
    for row in &found {
        let mut expected = expected.get(row["case"].as_str().unwrap()).cloned().unwrap_or_default();
        if let Some(members) = expected.as_object_mut() {
            members.remove("reason");
        }
        if *row != expected {
            wrong.push(format!("expected {expected}\n   found {row}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Needs nobody else.
#[test]
fn what_is_said_here_is_as_the_table_says() {
    if is_updating() {
        return;
    }
    let (cases, rows) = (cases::all(), rows());
    let wrong = for_each(&cases, |_, case| {
        let (expected, found) = (rows.get(&case.name).map(|row| row["ours"].clone()).unwrap_or_default(), ours::verdict(case).to_json());
        (expected != found).then(|| format!("{}: expected {expected}, found {found}", case.name))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_stands_in_the_table_and_every_row_is_a_case() {
    if is_updating() {
        return;
    }
    let cases = cases::all();
    let names: BTreeSet<String> = cases.iter().map(|case| case.name.clone()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    assert_eq!(names, rows().into_keys().collect());
}

#[test]
fn there_is_a_reason_for_every_difference_and_for_nothing_else() {
    if is_updating() {
        return;
    }
    let rows = rows();
    let wrong: Vec<_> = rows.values().filter(|row| row["reason"].is_string() == agree(row)).map(Value::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_notary_refuses_is_accepted_only_where_that_was_decided() {
    if is_updating() {
        return;
    }
    let is_more = |row: &&Value| row["ours"]["accepts"].is_string() && !agree(row);
    let rows = rows();
    let found: Vec<_> = rows.values().filter(is_more).map(|row| row["case"].as_str().unwrap()).collect();
    assert_eq!(found, ACCEPTED_HERE_ALONE);
}

#[test]
fn where_both_accept_they_accept_the_same() {
    for row in rows().values() {
        let (ours, theirs) = (&row["ours"]["accepts"], &theirs(row)["accepts"]);
        assert!(!(ours.is_string() && theirs.is_string()) || ours == theirs, "{row}");
    }
}

#[test]
fn the_document_has_every_reason_and_counts_right() {
    if is_updating() {
        return;
    }
    let document = fs::read_to_string(folder().join("docs/content-trust.md")).unwrap();
    let document = document.replace('\n', " ");
    let rows = rows();
    let differences: Vec<&Value> = rows.values().filter(|row| row["reason"].is_string()).collect();
    for row in &differences {
        let reason = row["reason"].as_str().unwrap();
        assert!(document.contains(&format!(" | {reason} |")), "{reason}");
    }
    let (all, differ) = (rows.len(), differences.len());
    for count in [format!("{all} cases"), format!("agree on {}", all - differ), format!("the other {differ}")] {
        assert!(document.contains(&count), "{count}");
    }
}

/// One more check of the checks: who accepts nothing and says so agrees with whoever refuses.
#[test]
fn who_refuses_and_who_cannot_find_out_agree_that_nothing_is_accepted() {
    let row = |ours: Verdict, list: Verdict| json!({ "ours": ours.to_json(), "notary": { "list": list.to_json() } });
    let accepts = |sha256: &str| Verdict::Accepts { sha256: sha256.into(), role: None };
    let (refuses, unknown) = (Verdict::Refuses("no".into()), Verdict::Unknown("404".into()));
    assert!(agree(&row(unknown.clone(), refuses.clone())) && agree(&row(accepts("00"), accepts("00"))));
    for (ours, theirs) in [(accepts("00"), accepts("01")), (accepts("00"), refuses), (unknown, accepts("00"))] {
        assert!(!agree(&row(ours, theirs)));
    }
}
