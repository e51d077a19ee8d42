//! Records in OSV's format: what is read of them, and what makes them unreadable.

use pullproof::budget;
use pullproof::scan::advisory::Advisory;
use pullproof::scan::advisory::Id;
use pullproof::scan::advisory::InvalidAdvisory;
use pullproof::scan::advisory::is_cve;
use pullproof::scan::severity::Level;
use pullproof::scan::severity::Origin;
use pullproof::scan::severity::Severity;
use pullproof::scan::severity::score;
use serde_json::Value;
use serde_json::json;

use crate::known::debian_record;
use crate::known::parse;
use crate::known::record;

fn refusal(record: &Value) -> InvalidAdvisory {
    Advisory::parse(record.to_string().as_bytes()).unwrap_err()
}

fn example() -> Value {
    record("X-1", "npm", "x", json!([{ "introduced": "0" }, { "fixed": "1.0.0" }]))
}

/// The example with something else in one place.
fn with(pointer: &str, value: Value) -> Value {
    let mut record = example();
    *record.pointer_mut(pointer).unwrap() = value;
    record
}

#[test]
fn members_that_nobody_knows_are_passed_over() {
    let mut record = example();
    record["schema_version"] = json!("1.9.0");
    record["credits"] = json!([{ "name": "somebody", "score": 1.5 }]);
    record["affected"][0]["ecosystem_specific"] = json!({ "urgency": 7 });
    record["database_specific"] = json!(["no", "object"]);
    assert_eq!(parse(&record), parse(&example()));
}

#[test]
fn an_affected_entry_without_a_package_is_about_commits_only() {
    let mut record = example();
    record["affected"] = json!([{ "ranges": [{ "type": "GIT", "events": [{ "introduced": "0" }] }] }]);
    assert_eq!(parse(&record).affected, []);
}

#[test]
fn a_member_of_another_type_is_refused() {
    for record in [
        with("/id", json!(1)),
        with("/modified", json!("yesterday")),
        with("/affected", json!({})),
        with("/affected/0/package", json!("x")),
        with("/affected/0/package/name", json!(null)),
        with("/affected/0/ranges/0/type", json!(null)),
        with("/affected/0/ranges/0/events", json!("0")),
        with("/affected/0/ranges/0/events/0/introduced", json!(0)),
    ] {
        refusal(&record);
    }
}

#[test]
fn a_range_that_never_begins_is_refused() {
    refusal(&with("/affected/0/ranges/0/events", json!([])));
    refusal(&with("/affected/0/ranges/0/events", json!([{ "fixed": "1.0.0" }])));
}

#[test]
fn an_event_of_two_kinds_or_of_none_is_refused() {
    refusal(&with("/affected/0/ranges/0/events", json!([{ "introduced": "0", "fixed": "1.0.0" }])));
    refusal(&with("/affected/0/ranges/0/events", json!([{ "introduced": "0" }, { "reverted": "1.0.0" }])));
}

#[test]
fn a_record_with_a_name_twice_is_refused() {
    let text = example().to_string().replacen("\"id\":", "\"id\":\"Y-1\",\"id\":", 1);
    assert!(matches!(Advisory::parse(text.as_bytes()), Err(InvalidAdvisory::Json(_))));
}

#[test]
fn a_record_of_more_bytes_than_any_is_refused() {
    let text = format!("{}{}", example(), " ".repeat(budget::ADVISORY_BYTES));
    assert_eq!(Advisory::parse(text.as_bytes()), Err(InvalidAdvisory::TooLarge { limit: budget::ADVISORY_BYTES }));
}

#[test]
fn a_record_about_every_flavour_of_a_kernel_is_read_and_an_endless_one_is_not() {
    let mut record = example();
    record["affected"][0]["versions"] = (0..100_000).map(|number| json!(format!("5.15.0-{number}.1"))).collect();
    assert_eq!(parse(&record).affected[0].versions.len(), 100_000);
    record["affected"][0]["versions"] = vec![json!(0); budget::ADVISORY_VALUES].into();
    assert!(matches!(refusal(&record), InvalidAdvisory::Json(_)));
}

#[test]
fn an_identifier_that_could_lead_elsewhere_is_refused() {
    for id in ["", "../x", "a/b", "a?b", "a b", "%2e", "-a", "é"] {
        assert_eq!(Id::parse(id), None, "{id}");
        refusal(&with("/id", json!(id)));
    }
    assert_eq!(Id::parse(&"x".repeat(budget::ADVISORY_ID_BYTES + 1)), None);
}

#[test]
fn the_cves_of_a_notice_are_under_upstream_or_related() {
    let mut notice = record("ALSA-2026:8339", "AlmaLinux:9", "nodejs", json!([{ "introduced": "0" }]));
    notice["related"] = json!(["CVE-2026-21710", "CVE-2026-21711", "RHSA-2026:1"]);
    notice["upstream"] = json!(["CVE-2026-21712"]);
    let advisory = parse(&notice);
    assert_eq!(advisory.cves(true).into_iter().collect::<Vec<_>>(), ["CVE-2026-21710", "CVE-2026-21711", "CVE-2026-21712"]);
    assert_eq!(advisory.cves(false).into_iter().collect::<Vec<_>>(), ["CVE-2026-21712"]);
}

#[test]
fn a_distributions_own_record_of_a_cve_is_about_it() {
    for id in ["DEBIAN-CVE-2023-4911", "UBUNTU-CVE-2023-4911", "ALPINE-CVE-2023-4911", "CVE-2023-4911"] {
        assert_eq!(Id::parse(id).unwrap().cve(), Some("CVE-2023-4911"));
    }
    assert_eq!(Id::parse("DSA-3029-1").unwrap().cve(), None);
}

#[test]
fn a_text_that_only_begins_like_a_cve_is_none() {
    for text in ["CVE-", "CVE-2023", "CVE-23-4911", "CVE-2023-491", "CVE-2023-4911x", "cve-2023-4911", "CVE-2023-12345678901234567890"] {
        assert!(!is_cve(text), "{text}");
    }
}

#[track_caller]
fn assert_level(record: &Value, level: Level, by: Option<Origin>) {
    let advisory = parse(record);
    let severity = Severity::of(&advisory, &advisory.affected[0]);
    assert_eq!((severity.level, severity.by), (level, by));
}

const NETWORK_CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

#[test]
fn trap_the_vendors_word_is_before_a_score() {
    // Debian's users saw a critical that Debian calls minor.
    let mut record = debian_record("CVE-2019-8457", "db5.3", None, "unimportant");
    record["severity"] = json!([{ "type": "CVSS_V3", "score": NETWORK_CRITICAL }]);
    assert_level(&record, Level::Negligible, Some(Origin::Vendor));
}

#[test]
fn an_urgency_that_says_nothing_leaves_it_to_the_score() {
    for urgency in ["not yet assigned", "end-of-life"] {
        let mut record = debian_record("CVE-2023-4911", "glibc", None, urgency);
        assert_level(&record, Level::Unknown, None);
        record["severity"] = json!([{ "type": "CVSS_V3", "score": NETWORK_CRITICAL }]);
        assert_level(&record, Level::Critical, Some(Origin::Cvss));
    }
}

#[test]
fn ubuntu_says_it_in_a_severity_of_its_own() {
    let mut record = record("UBUNTU-CVE-2023-4911", "Ubuntu:22.04:LTS", "glibc", json!([{ "introduced": "0" }]));
    record["severity"] = json!([{ "type": "CVSS_V3", "score": NETWORK_CRITICAL }, { "type": "Ubuntu", "score": "medium" }]);
    assert_level(&record, Level::Medium, Some(Origin::Vendor));
}

#[test]
fn githubs_word_is_in_what_is_specific_to_its_database() {
    let mut record = example();
    record["database_specific"] = json!({ "severity": "MODERATE" });
    assert_level(&record, Level::Medium, Some(Origin::Vendor));
}

#[test]
fn of_several_vectors_the_newest_kind_counts() {
    let mut record = example();
    record["severity"] = json!([
        { "type": "CVSS_V3", "score": NETWORK_CRITICAL },
        { "type": "CVSS_V4", "score": "CVSS:4.0/AV:L/AC:H/AT:N/PR:H/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N" }]);
    assert_level(&record, Level::Low, Some(Origin::Cvss));
}

#[test]
fn cvss_2_has_no_critical() {
    let mut record = example();
    record["severity"] = json!([{ "type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C" }]);
    assert_level(&record, Level::High, Some(Origin::Cvss));
}

#[test]
fn trap_a_vector_that_is_not_whole_is_unknown_and_not_zero() {
    for vector in ["CVSS:3.1/AV:N", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "AV:N/AC:L", "CVSS:4.0/AV:N", "CVSS:9.9/AV:N", "9.8", ""] {
        assert_eq!(score(vector), None, "{vector}");
        let mut record = example();
        record["severity"] = json!([{ "type": "CVSS_V3", "score": vector }]);
        assert_level(&record, Level::Unknown, None);
    }
}

#[test]
fn trap_a_whole_score_is_written_as_javascript_writes_it() {
    let written = |vector| serde_json::to_string(&score(vector).unwrap()).unwrap();
    assert_eq!(written("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H"), "7");
    assert_eq!(written(NETWORK_CRITICAL), "9.8");
}
