//! Whether a version is among those that are affected: the rules of OSV's schema, and where they leave a question open.

use pullproof::scan::advisory::Affected;
use pullproof::scan::range::Answer;
use pullproof::scan::range::Undecided;
use pullproof::scan::range::answer;
use pullproof::scan::version::Scheme;
use serde_json::Value;
use serde_json::json;

use crate::known::parse;

fn affected(ranges: Value, versions: Value) -> Affected {
    let record = json!({ "id": "X-1", "modified": "2026-11-01T00:00:00Z", "affected": [
        { "package": { "ecosystem": "Debian:12", "name": "x" }, "ranges": ranges, "versions": versions }] });
    parse(&record).affected.remove(0)
}

/// Of one range.
fn events(events: Value) -> Affected {
    affected(json!([{ "type": "ECOSYSTEM", "events": events }]), json!([]))
}

#[track_caller]
fn assert_fixed(affected: &Affected, version: &str, fixed: Option<&str>) {
    assert_eq!(answer(affected, Scheme::Dpkg, version), Answer::Affected { fixed: fixed.map(str::to_owned) }, "{version}");
}

#[track_caller]
fn assert_not_affected(affected: &Affected, version: &str) {
    assert_eq!(answer(affected, Scheme::Dpkg, version), Answer::NotAffected, "{version}");
}

#[track_caller]
fn assert_undetermined(affected: &Affected, version: &str) {
    let found = answer(affected, Scheme::Dpkg, version);
    assert!(matches!(found, Answer::Undetermined(_)), "{version}: {found:?}");
}

#[test]
fn a_version_is_affected_from_introduced_up_to_fixed() {
    let affected = events(json!([{ "introduced": "1.0" }, { "fixed": "2.0-1" }]));
    assert_not_affected(&affected, "1.0~rc1");
    assert_fixed(&affected, "1.0", Some("2.0-1"));
    assert_fixed(&affected, "2.0", Some("2.0-1"));
    assert_not_affected(&affected, "2.0-1");
}

#[test]
fn trap_introduced_0_is_before_every_version() {
    let affected = events(json!([{ "introduced": "0" }, { "fixed": "1.0" }]));
    assert_fixed(&affected, "0~~", Some("1.0"));
    assert_fixed(&affected, "0", Some("1.0"));
}

#[test]
fn what_has_no_fix_is_affected_for_good() {
    assert_fixed(&events(json!([{ "introduced": "0" }])), "99:1", None);
}

#[test]
fn the_last_affected_version_is_affected_and_names_no_fix() {
    let affected = events(json!([{ "introduced": "0" }, { "last_affected": "1.5" }]));
    assert_fixed(&affected, "1.5", None);
    assert_not_affected(&affected, "1.5+b1");
}

#[test]
fn events_need_not_be_in_order() {
    let affected = events(json!([{ "fixed": "4.0" }, { "introduced": "3.0" }, { "fixed": "2.0" }, { "introduced": "1.0" }]));
    for (version, fixed) in [("1.0", "2.0"), ("1.9", "2.0"), ("3.5", "4.0")] {
        assert_fixed(&affected, version, Some(fixed));
    }
    for version in ["0.9", "2.0", "2.5", "4.0", "5.0"] {
        assert_not_affected(&affected, version);
    }
}

#[test]
fn what_was_fixed_and_came_back_at_once_is_affected() {
    let affected = events(json!([{ "introduced": "0" }, { "fixed": "1.0" }, { "introduced": "1.0" }, { "fixed": "2.0" }]));
    assert_fixed(&affected, "1.0", Some("2.0"));
    assert_fixed(&affected, "0.5", Some("1.0"));
}

#[test]
fn a_range_that_ends_where_it_begins_is_empty() {
    let affected = events(json!([{ "introduced": "1.0" }, { "fixed": "1.0" }]));
    assert_not_affected(&affected, "1.0");
    assert_not_affected(&affected, "1.1");
}

#[test]
fn nothing_is_said_from_the_limit_on() {
    let affected = events(json!([{ "introduced": "0" }, { "limit": "2.0" }]));
    assert_fixed(&affected, "1.9", None);
    assert_not_affected(&affected, "2.0");
    assert_fixed(&events(json!([{ "introduced": "0" }, { "limit": "*" }])), "9", None);
}

#[test]
fn trap_a_record_that_begins_with_a_range_of_commits_still_matches() {
    let commits = json!({ "type": "GIT", "repo": "https://git.example/x", "events": [{ "introduced": "0" }, { "fixed": "6879efc2c1596d11a6a6ad296f80063b558d5e0f" }] });
    let versions = json!({ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "1.0" }] });
    let affected = affected(json!([commits, versions]), json!([]));
    assert_fixed(&affected, "0.9", Some("1.0"));
    assert_not_affected(&affected, "1.0");
}

#[test]
fn any_of_several_ranges_is_enough() {
    let range = |from: &str, to: &str| json!({ "type": "ECOSYSTEM", "events": [{ "introduced": from }, { "fixed": to }] });
    let affected = affected(json!([range("1.0", "1.1"), range("2.0", "2.1")]), json!([]));
    assert_fixed(&affected, "2.0", Some("2.1"));
    assert_not_affected(&affected, "1.5");
}

#[test]
fn a_listed_version_is_affected_outside_of_every_range() {
    let affected = affected(json!([{ "type": "ECOSYSTEM", "events": [{ "introduced": "2.0" }, { "fixed": "3.0" }] }]), json!(["1.0-1"]));
    assert_fixed(&affected, "1.0-1", Some("3.0"));
    assert_not_affected(&affected, "1.0-2");
}

#[test]
fn a_listed_version_is_found_in_another_spelling() {
    assert_fixed(&affected(json!([]), json!(["0:1.0"])), "1.00", None);
}

#[test]
fn a_listed_text_is_affected_although_it_has_no_place_in_the_order() {
    let affected = affected(json!([]), json!(["unknown"]));
    assert_fixed(&affected, "unknown", None);
    assert_undetermined(&affected, "also-unknown");
    assert_not_affected(&affected, "1.0");
}

#[test]
fn trap_an_installed_version_that_cannot_be_compared_is_undetermined() {
    assert_undetermined(&events(json!([{ "introduced": "0" }, { "fixed": "1.0" }])), "not a version");
}

#[test]
fn trap_an_event_that_is_no_version_makes_its_range_undetermined() {
    for fixed in ["<end-of-life>", "", "1.0 or later"] {
        let affected = events(json!([{ "introduced": "0" }, { "fixed": fixed }]));
        assert_undetermined(&affected, "1.0");
    }
}

#[test]
fn a_range_that_can_be_compared_decides_beside_one_that_cannot() {
    let bad = json!({ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "bad version" }] });
    let good = json!({ "type": "ECOSYSTEM", "events": [{ "introduced": "1.0" }, { "fixed": "2.0" }] });
    let affected = affected(json!([bad, good]), json!([]));
    assert_fixed(&affected, "1.5", Some("2.0"));
    assert_undetermined(&affected, "2.5");
}

#[test]
fn an_advisory_that_names_no_versions_is_undetermined() {
    let commits = json!([{ "type": "GIT", "repo": "https://git.example/x", "events": [{ "introduced": "0" }] }]);
    for ranges in [json!([]), commits] {
        assert_eq!(answer(&affected(ranges, json!([])), Scheme::Dpkg, "1.0"), Answer::Undetermined(Undecided::NoVersions));
    }
}

#[test]
fn a_range_of_a_kind_that_comes_after_us_is_undetermined() {
    let affected = affected(json!([{ "type": "VERS", "events": [{ "introduced": "0" }] }]), json!(["1.0"]));
    assert_fixed(&affected, "1.0", None);
    assert_eq!(answer(&affected, Scheme::Dpkg, "2.0"), Answer::Undetermined(Undecided::UnknownRange));
}

#[test]
fn events_that_apk_cannot_order_are_undetermined() {
    let affected = events(json!([{ "introduced": "0" }, { "fixed": "1.0_x" }, { "introduced": "1.0_y" }]));
    assert!(matches!(answer(&affected, Scheme::Apk, "2.0"), Answer::Undetermined(_)));
}
