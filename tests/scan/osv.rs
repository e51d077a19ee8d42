//! OSV's server: what it is asked, what its answers mean, and what a hostile or a broken one gets away with.

use pullproof::budget;
use pullproof::scan::advisory::Id;
use pullproof::scan::ecosystem::Question;
use pullproof::scan::matching::match_packages;
use pullproof::scan::matching::questions;
use pullproof::scan::report::Extent;
use pullproof::scan::report::State;
use pullproof::scan::source::Advisories;
use pullproof::scan::source::Known;
use pullproof::scan::source::osv::InvalidAnswer;
use pullproof::scan::source::osv::Lookup;
use pullproof::scan::source::osv::Request;
use serde_json::Value;
use serde_json::json;

use crate::known::Server;
use crate::known::ask;
use crate::known::deb;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::distribution;
use crate::known::now;
use crate::known::package;
use pullproof::scan::package::Kind;

fn lookup(names: &[&str]) -> Lookup {
    let question = |name: &&str| Question { ecosystem: "Debian:12".into(), name: (*name).into(), version: "1.0".into() };
    Lookup::new(names.iter().map(question).collect())
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(request.body.as_ref().unwrap()).unwrap()
}

fn answer(lookup: &mut Lookup, results: Value) -> Result<(), InvalidAnswer> {
    lookup.answer(json!({ "results": results }).to_string().as_bytes())
}

#[test]
fn packages_are_asked_for_by_ecosystem_name_and_version() {
    let request = lookup(&["glibc"]).next_request().unwrap();
    assert_eq!(request.path, "/v1/querybatch");
    assert_eq!(body(&request), json!({ "queries": [{ "package": { "ecosystem": "Debian:12", "name": "glibc" }, "version": "1.0" }] }));
}

#[test]
fn a_thousand_packages_are_asked_for_at_once_and_no_more() {
    let names: Vec<String> = (0..2500).map(|number| format!("p{number:04}")).collect();
    let mut lookup = lookup(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut sizes = Vec::new();
    while let Some(request) = lookup.next_request() {
        let size = body(&request)["queries"].as_array().unwrap().len();
        sizes.push(size);
        answer(&mut lookup, json!(vec![json!({}); size])).unwrap();
    }
    assert_eq!(sizes, [1000, 1000, 500]);
}

#[test]
fn trap_a_page_that_has_only_a_token_goes_on() {
    let records: Vec<Value> = (1000..1025).map(|number| debian_record(&format!("CVE-2024-{number}"), "linux", None, "low")).collect();
    for pages in [1, 2, 3, 24, 25, 1000] {
        let mut server = Server::of(&records).with_pages_of(pages);
        let answers = ask(&mut server, Some(&debian()), &[deb("linux", "6.1.0-1"), deb("tar", "1.34")]);
        let found = match_packages(Some(&debian()), &[deb("linux", "6.1.0-1"), deb("tar", "1.34")], &answers, now());
        assert_eq!(found.findings.len(), 25, "{pages} on a page");
        assert_eq!(server.asked.iter().filter(|path| path.starts_with("/v1/vulns/")).count(), 25);
    }
}

#[test]
fn only_what_goes_on_is_asked_for_again() {
    let mut lookup = lookup(&["a", "b", "c"]);
    answer(&mut lookup, json!([{}, { "vulns": [{ "id": "X-1", "modified": "2026-11-01T00:00:00Z" }], "next_page_token": "t" }, {}]))
        .unwrap();
    let queries = body(&lookup.next_request().unwrap());
    assert_eq!(
        queries,
        json!({ "queries": [{ "package": { "ecosystem": "Debian:12", "name": "b" }, "version": "1.0", "page_token": "t" }] })
    );
    answer(&mut lookup, json!([{ "vulns": [{ "id": "X-2", "modified": "2026-11-01T00:00:00Z" }] }])).unwrap();
    assert_eq!(lookup.next_request(), None);
    assert_eq!(lookup.needed(), [&Id::parse("X-1").unwrap(), &Id::parse("X-2").unwrap()]);
}

#[test]
fn answers_belong_to_the_questions_in_their_order() {
    let mut lookup = lookup(&["a", "b"]);
    answer(&mut lookup, json!([{}, { "vulns": [{ "id": "X-1", "modified": "2026-11-01T00:00:00Z" }] }])).unwrap();
    let answers = lookup.finish(now(), None);
    let about = |name: &str| answers.about(&Question { ecosystem: "Debian:12".into(), name: name.into(), version: "1.0".into() });
    assert_eq!(about("a"), Known::Advisories { read: vec![], unread: vec![] });
    assert_eq!(about("b"), Known::Advisories { read: vec![], unread: vec![Id::parse("X-1").unwrap()] });
}

#[test]
fn fewer_results_than_questions_are_refused() {
    for results in [json!([]), json!([{}]), json!([{}, {}, {}])] {
        assert!(matches!(answer(&mut lookup(&["a", "b"]), results), Err(InvalidAnswer::Results { expected: 2, .. })));
    }
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for bytes in [
        "",
        "[]",
        "{}",
        "{\"results\":{}}",
        "{\"results\":[1]}",
        "{\"results\":[{\"vulns\":[{}]}]}",
        "{\"results\":[{\"vulns\":[{\"id\":\"../x\"}]}]}",
    ] {
        let mut lookup = lookup(&["a"]);
        lookup.answer(bytes.as_bytes()).unwrap_err();
        assert!(lookup.next_request().is_some(), "nothing was answered by {bytes}");
    }
}

#[test]
fn a_server_that_never_ends_is_not_asked_for_ever() {
    let mut lookup = lookup(&["a"]);
    let mut requests = 0;
    let refused = loop {
        lookup.next_request().unwrap();
        requests += 1;
        if let Err(refused) = answer(&mut lookup, json!([{ "next_page_token": "again" }])) {
            break refused;
        }
    };
    assert_eq!(refused, InvalidAnswer::TooMuch { what: "requests", limit: budget::OSV_REQUESTS });
    assert_eq!(requests, budget::OSV_REQUESTS + 1);
}

#[test]
fn a_question_that_was_not_answered_to_its_end_has_no_database() {
    let mut lookup = Lookup::new(questions(Some(&debian()), &[deb("tar", "1.34")]));
    answer(&mut lookup, json!([{ "next_page_token": "again" }])).unwrap();
    let scan = match_packages(Some(&debian()), &[deb("tar", "1.34")], &lookup.finish(now(), None), now());
    assert_eq!((scan.extent, scan.coverage.without_advisories), (Extent::Partial, vec!["tar".to_owned()]));
}

#[test]
fn a_record_that_was_not_fetched_leaves_its_finding_undetermined() {
    let mut lookup = Lookup::new(questions(Some(&debian()), &[deb("tar", "1.34")]));
    answer(&mut lookup, json!([{ "vulns": [{ "id": "DEBIAN-CVE-2022-48303", "modified": "2026-11-01T00:00:00Z" }] }])).unwrap();
    let scan = match_packages(Some(&debian()), &[deb("tar", "1.34")], &lookup.finish(now(), None), now());
    assert_eq!(scan.extent, Extent::Partial);
    assert_eq!((scan.findings[0].id.as_str(), scan.findings[0].state), ("CVE-2022-48303", State::Undetermined));
    assert_eq!(scan.coverage.unread, ["DEBIAN-CVE-2022-48303"]);
}

#[test]
fn another_record_than_was_asked_for_is_refused() {
    let mut lookup = lookup(&["tar"]);
    answer(&mut lookup, json!([{ "vulns": [{ "id": "DEBIAN-CVE-2022-48303", "modified": "2026-11-01T00:00:00Z" }] }])).unwrap();
    let another = debian_record("CVE-2023-4911", "glibc", None, "high").to_string();
    let id = Id::parse("DEBIAN-CVE-2022-48303").unwrap();
    assert!(matches!(lookup.record(&id, another.as_bytes()), Err(InvalidAnswer::AnotherRecord { .. })));
    assert_eq!(lookup.needed(), [&id]);
}

#[test]
fn a_record_that_nobody_asked_for_is_refused() {
    let record = debian_record("CVE-2023-4911", "glibc", None, "high").to_string();
    assert_eq!(lookup(&["tar"]).record(&Id::parse("DEBIAN-CVE-2023-4911").unwrap(), record.as_bytes()), Err(InvalidAnswer::NotAsked));
}

#[test]
fn what_the_server_names_and_does_not_affect_is_no_finding() {
    let records = [debian_record("CVE-2022-48303", "tar", Some("1.34+dfsg-1.2+deb12u1"), "low")];
    let installed = [deb("tar", "1.34+dfsg-1.2+deb12u1")];
    let scan = match_packages(Some(&debian()), &installed, &ask(&mut Server::of(&records), Some(&debian()), &installed), now());
    assert_eq!((scan.extent, scan.findings.len()), (Extent::Complete, 0));
}

#[test]
fn an_ecosystem_whose_spelling_nobody_has_seen_is_not_asked_of_the_server() {
    let suse = distribution("opensuse-leap", "15.5");
    let installed = [package(Kind::Rpm, "bash", "5.1-1")];
    let scan = match_packages(Some(&suse), &installed, &ask(&mut Server::of(&[]), Some(&suse), &installed), now());
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unsupported, "database-missing"));
}
