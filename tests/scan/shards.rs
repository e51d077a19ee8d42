//! Shards: what is made of records says the same as they do, and what is none is refused.

use pullproof::budget;
use pullproof::scan::advisory::Advisory;
use pullproof::scan::matching::match_packages;
use pullproof::scan::range::answer;
use pullproof::scan::report::Extent;
use pullproof::scan::source::Known;
use pullproof::scan::source::shard::InvalidShard;
use pullproof::scan::source::shard::Shard;
use pullproof::scan::source::shard::Shards;
use pullproof::scan::source::shard::file_name;
use pullproof::scan::version::Scheme;
use serde_json::Value;
use serde_json::json;

use crate::known::affected;
use crate::known::deb;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::empty_file;
use crate::known::files;
use crate::known::now;
use crate::known::parse;
use crate::known::record;

fn records() -> Vec<Value> {
    vec![
        debian_record("CVE-2022-48303", "tar", Some("1.34+dfsg-1.2+deb12u1"), "low"),
        debian_record("CVE-2023-4911", "glibc", Some("2.36-9+deb12u3"), "high"),
        debian_record("CVE-2023-6246", "glibc", Some("2.36-9+deb12u4"), "high"),
    ]
}

/// The file of the records, as text.
fn file() -> String {
    String::from_utf8(files(&records(), Some(&["CVE-2023-4911"])).remove("Debian:12").unwrap()).unwrap()
}

fn refusal(text: &str) -> InvalidShard {
    Shard::read(text.as_bytes().to_vec()).unwrap_err()
}

#[test]
fn a_shard_is_lines_of_json_sorted_by_package() {
    let file = file();
    let lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines[0],
        json!({ "shard": 1, "ecosystem": "Debian:12", "generatedAt": "2026-11-25T12:00:00Z", "modified": "2026-11-01T00:00:00Z",
            "advisories": 3, "attribution": [], "knownExploited": { "at": "2026-11-24T18:00:00Z", "cves": ["CVE-2023-4911"] }, "unread": [] })
    );
    assert_eq!(
        lines[1],
        json!({ "package": "glibc", "id": "DEBIAN-CVE-2023-4911", "upstream": ["CVE-2023-4911"], "urgency": "high",
            "ranges": [[{ "introduced": "0" }, { "fixed": "2.36-9+deb12u3" }]] })
    );
    assert_eq!(Shard::read(file.into_bytes()).unwrap().packages().collect::<Vec<_>>(), ["glibc", "glibc", "tar"]);
}

#[test]
fn the_order_of_the_records_does_not_matter() {
    let mut turned = records();
    turned.reverse();
    assert_eq!(files(&records(), None), files(&turned, None));
}

#[test]
fn what_is_kept_of_a_record_is_what_decides() {
    let mut record = debian_record("CVE-2024-0001", "tar", Some("2.0"), "low");
    record["aliases"] = json!(["GHSA-aaaa-bbbb-cccc"]);
    record["related"] = json!(["CVE-2024-0002"]);
    record["severity"] = json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H" }]);
    record["database_specific"] = json!({ "severity": "HIGH" });
    record["affected"][0]["severity"] = json!([{ "type": "Ubuntu", "score": "low" }]);
    record["affected"][0]["versions"] = json!(["3.0"]);
    let shard = Shard::read(files(&[record.clone()], None).remove("Debian:12").unwrap()).unwrap();
    assert_eq!(shard.about("tar"), Known::Advisories { read: vec![parse(&record)], unread: vec![] });
}

#[test]
fn why_something_is_undetermined_is_the_same_in_a_shard() {
    let range = |kind: &str, from: &str| json!({ "type": kind, "events": [{ "introduced": from }] });
    let mut record = debian_record("CVE-2024-0001", "tar", None, "low");
    record["affected"][0]["ranges"] = json!([range("VERS", "1"), range("ECOSYSTEM", "no version"), range("VERS", "2")]);
    let shard = Shard::read(files(&[record.clone()], None).remove("Debian:12").unwrap()).unwrap();
    let Known::Advisories { read, .. } = shard.about("tar") else { panic!("a shard always knows") };
    let said = |advisory: &Advisory| answer(&advisory.affected[0], Scheme::Dpkg, "1.34");
    assert_eq!(said(&read[0]), said(&parse(&record)));
}

#[test]
fn listed_versions_that_the_ranges_have_are_left_out() {
    let mut record = debian_record("CVE-2024-0001", "tar", Some("2.0"), "low");
    record["affected"][0]["versions"] = json!(["1.0", "1.5", "2.0", "no version"]);
    let file = String::from_utf8(files(&[record], None).remove("Debian:12").unwrap()).unwrap();
    let line: Value = serde_json::from_str(file.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["versions"], json!(["2.0", "no version"]));
}

#[test]
fn records_are_split_by_release() {
    let mut both = debian_record("CVE-2024-0001", "tar", Some("1.34"), "low");
    both["affected"].as_array_mut().unwrap().push(affected("Debian:11", "tar", json!([{ "introduced": "0" }])));
    let files = files(&[both], None);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["Debian:11", "Debian:12"]);
}

#[test]
fn withdrawn_records_are_left_out() {
    let mut record = debian_record("CVE-2024-0001", "tar", None, "low");
    record["withdrawn"] = json!("2026-10-01T00:00:00Z");
    assert!(files(&[record], None).is_empty());
}

#[test]
fn a_record_that_cannot_be_read_is_told_by_every_shard() {
    let mut all = records();
    all.push(json!({ "id": "BROKEN-1" }));
    let shard = Shard::read(files(&all, None).remove("Debian:12").unwrap()).unwrap();
    let mut shards = Shards::default();
    shards.add(shard).unwrap();
    let scan = match_packages(Some(&debian()), &[deb("bash", "5.2")], &shards, now());
    assert_eq!((scan.extent, scan.coverage.unread), (Extent::Partial, vec!["BROKEN-1".to_owned()]));
}

#[test]
fn a_name_that_would_break_its_line_is_told_and_left_out() {
    for name in ["a\"b", "a\\b", "a\nb"] {
        let mut all = records();
        all.push(record("X-1", "Debian:12", name, json!([{ "introduced": "0" }])));
        let file = String::from_utf8(files(&all, None).remove("Debian:12").unwrap()).unwrap();
        assert_eq!(Shard::read(file.clone().into_bytes()).unwrap().advisories(), 3);
        assert!(file.lines().next().unwrap().contains("\"unread\":[\"X-1\"]"));
    }
}

#[test]
fn who_asks_to_be_named_is_named() {
    let mut files = files(&[record("GHSA-aaaa-bbbb-cccc", "npm", "x", json!([{ "introduced": "0" }]))], None);
    let text = String::from_utf8(files.remove("npm").unwrap()).unwrap();
    assert!(text.contains("\"attribution\":[\"GitHub Advisory Database (CC-BY 4.0)\"]"), "{text}");
}

#[test]
fn trap_a_shard_that_was_cut_short_is_refused() {
    let file = file();
    for (place, _) in file.match_indices('\n') {
        if place + 1 < file.len() {
            assert!(matches!(refusal(&file[..=place]), InvalidShard::Count { expected: 3, .. }));
        }
        assert!(Shard::read(file.as_bytes()[..place].to_vec()).is_err(), "cut at {place}");
    }
    assert_eq!(refusal(""), InvalidShard::Line { number: 1 });
}

#[test]
fn a_shard_with_more_lines_than_it_says_is_refused() {
    let file = file() + "{\"package\":\"zlib\",\"id\":\"X-1\"}\n";
    assert_eq!(refusal(&file), InvalidShard::Count { expected: 3, found: 4 });
}

#[test]
fn trap_a_shard_that_is_not_sorted_is_refused() {
    // The search would pass by what stands in the wrong place.
    let file = file();
    let mut lines: Vec<&str> = file.lines().collect();
    lines.swap(1, 3);
    assert!(matches!(refusal(&(lines.join("\n") + "\n")), InvalidShard::Order { .. }));
}

#[test]
fn a_line_that_hides_its_package_is_refused() {
    for line in [
        "",
        "{}",
        "{\"id\":\"X-1\",\"package\":\"tar\"}",
        "{\"package\":\"t\\u0061r\",\"id\":\"X-1\"}",
        "{\"package\":\"tar",
        " {\"package\":\"tar\"}",
    ] {
        let text = file().replacen("\"advisories\":3", "\"advisories\":4", 1) + line + "\n";
        assert_eq!(refusal(&text), InvalidShard::Line { number: 5 }, "{line}");
    }
}

#[test]
fn a_line_that_cannot_be_read_is_told_when_somebody_asks_for_it() {
    for line in [
        "{\"package\":\"tar\"}",
        "{\"package\":\"tar\",\"package\":\"tar\",\"id\":\"X-1\"}",
        "{\"package\":\"tar\",\"id\":\"X-1\",\"ranges\":[[]]}",
        "{\"package\":\"tar\",",
    ] {
        let text = file().replacen("\"advisories\":3", "\"advisories\":4", 1) + line + "\n";
        let mut shards = Shards::default();
        shards.add(Shard::read(text.into_bytes()).unwrap()).unwrap();
        let fixed = deb("tar", "1.34+dfsg-1.2+deb12u1");
        let scan = match_packages(Some(&debian()), &[fixed], &shards, now());
        assert_eq!((scan.extent, scan.coverage.unread), (Extent::Partial, vec!["line-5".to_owned()]), "{line}");
        assert_eq!(scan.findings.len(), 1);
    }
}

#[test]
fn a_first_line_that_is_none_is_refused() {
    for (from, to) in [
        ("\"shard\":1", "\"shard\":2"),
        ("\"shard\":1", "\"shard\":\"1\""),
        ("\"ecosystem\":\"Debian:12\",", ""),
        ("2026-11-25T12:00:00Z", "yesterday"),
        ("2026-11-01T00:00:00Z", "2026-11-01"),
        ("\"advisories\":3", "\"advisories\":-3"),
        ("\"advisories\":3", "\"advisories\":3,\"advisories\":3"),
        ("\"unread\":[]", "\"unread\":[\"../x\"]"),
        ("[\"CVE-2023-4911\"]", "[1]"),
        ("[\"CVE-2023-4911\"]", "[]"),
        ("[\"CVE-2023-4911\"]", "[\"GHSA-1\"]"),
        ("2026-11-24T18:00:00Z", "2026-11-24"),
    ] {
        let text = file();
        assert!(text.contains(from), "{from}");
        refusal(&text.replacen(from, to, 1));
    }
}

#[test]
fn what_is_too_long_or_no_text_is_refused() {
    let long = format!("{{\"package\":\"{}\"}}\n", "x".repeat(budget::SHARD_LINE_BYTES));
    assert!(matches!(refusal(&(file() + &long)), InvalidShard::Line { .. }));
    let mut bytes = file().into_bytes();
    bytes.push(0xff);
    assert_eq!(Shard::read(bytes), Err(InvalidShard::Encoding));
}

#[test]
fn a_second_shard_of_an_ecosystem_is_refused() {
    let mut shards = Shards::default();
    shards.add(Shard::read(empty_file("Debian:12")).unwrap()).unwrap();
    assert!(matches!(shards.add(Shard::read(empty_file("Debian:12")).unwrap()), Err(InvalidShard::Twice { .. })));
}

#[test]
fn the_name_of_a_file_leads_nowhere_else() {
    assert_eq!(file_name("Debian:12"), "Debian-12.shard");
    assert_eq!(file_name("Alpine:v3.20"), "Alpine-v3.20.shard");
    assert_eq!(file_name("../../etc/passwd"), "..-..-etc-passwd.shard");
}
