//! What a policy wants of findings: what it denies, what it leaves open, and what it never lets pass.

use pullproof::scan::report::Scan;
use pullproof::scan::report::VexMark;
use pullproof::scan::report::VexStatus;
use pullproof::scan::rule::InvalidRule;
use pullproof::scan::rule::Judged;
use pullproof::scan::rule::Judgement;
use pullproof::scan::rule::Rule;
use serde_json::Value;
use serde_json::json;

use crate::known::deb;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::distribution;
use crate::known::now;
use crate::known::scan;

/// Findings of these urgencies, with and without a fix.
fn found(urgencies: &[(&str, Option<&str>)]) -> Scan {
    let record = |(number, (urgency, fixed)): (usize, &(&str, Option<&str>))| {
        debian_record(&format!("CVE-2024-{:04}", number + 1), "tar", *fixed, urgency)
    };
    let records: Vec<Value> = urgencies.iter().enumerate().map(record).collect();
    scan(&debian(), &[deb("tar", "1.34")], &records)
}

fn judge(rule: Value, scan: &Scan) -> Judgement {
    Rule::parse(&rule.to_string()).unwrap().judge(scan, now())
}

fn refusal(rule: Value) -> InvalidRule {
    Rule::parse(&rule.to_string()).unwrap_err()
}

#[test]
fn what_is_as_bad_as_the_rule_says_is_denied_and_so_is_worse() {
    for (deny, expected) in [("low", Judged::Denied), ("medium", Judged::Denied), ("high", Judged::Denied), ("critical", Judged::Met)] {
        assert_eq!(judge(json!({ "deny": deny }), &found(&[("high", None)])).judged, expected, "{deny}");
    }
    let judged = judge(json!({ "deny": "negligible" }), &found(&[("unimportant", None)]));
    assert_eq!((judged.judged, judged.remarks[0].code), (Judged::Denied, "vulnerabilities-denied"));
    assert_eq!(judge(json!({ "deny": "low" }), &found(&[("unimportant", None)])).judged, Judged::Met);
}

#[test]
fn what_cannot_be_fixed_is_let_pass_only_where_that_is_asked_for() {
    let unfixed = found(&[("high", None)]);
    assert_eq!(judge(json!({ "deny": "high", "onlyFixable": true }), &unfixed).judged, Judged::Met);
    assert_eq!(judge(json!({ "deny": "high", "onlyFixable": false }), &unfixed).judged, Judged::Denied);
    assert_eq!(judge(json!({ "deny": "high", "onlyFixable": true }), &found(&[("high", Some("1.35"))])).judged, Judged::Denied);
}

#[test]
fn trap_a_severity_that_nobody_has_said_leaves_it_open() {
    let judged = judge(json!({ "deny": "critical" }), &found(&[("not yet assigned", Some("1.35"))]));
    assert_eq!((judged.judged, judged.remarks[0].code), (Judged::Open, "vulnerabilities-undetermined"));
}

#[test]
fn trap_a_finding_that_is_undetermined_leaves_it_open_even_without_a_fix() {
    let judged = judge(json!({ "deny": "high", "onlyFixable": true }), &found(&[("high", Some("not a version"))]));
    assert_eq!(judged.judged, Judged::Open);
}

#[test]
fn trap_a_fix_that_could_not_be_compared_is_not_the_same_as_none() {
    let unfixed = debian_record("CVE-2024-0001", "tar", None, "high");
    let mut notice = debian_record("CVE-2024-0001", "tar", Some("no version"), "high");
    notice["id"] = json!("DSA-5000-1");
    let rule = json!({ "deny": "high", "onlyFixable": true });
    let scanned = |records: &[Value]| scan(&debian(), &[deb("tar", "1.34")], records);
    assert_eq!(judge(rule.clone(), &scanned(std::slice::from_ref(&unfixed))).judged, Judged::Met);
    assert_eq!(judge(rule.clone(), &scanned(&[unfixed, notice])).judged, Judged::Open);
}

#[test]
fn trap_a_scan_that_saw_nothing_meets_no_rule() {
    for scan in [scan(&debian(), &[], &[]), scan(&distribution("fedora", "41"), &[deb("tar", "1.34")], &[])] {
        let judged = judge(json!({ "deny": "critical" }), &scan);
        assert_eq!((judged.judged, judged.remarks[0].code), (Judged::Open, "scan-incomplete"));
    }
}

#[test]
fn what_is_denied_is_denied_although_not_everything_is_known() {
    let judged = judge(json!({ "deny": "high" }), &found(&[("high", None), ("not yet assigned", None)]));
    assert_eq!((judged.judged, judged.denied, judged.remarks.len()), (Judged::Denied, vec![0], 2));
}

#[test]
fn what_is_ignored_is_left_out_with_its_reason() {
    let rule = json!({ "deny": "high", "ignore": [{ "id": "CVE-2024-0001", "reason": "tar is never run" }] });
    let judged = judge(rule.clone(), &found(&[("high", None)]));
    assert_eq!((judged.judged, judged.left_out), (Judged::Met, vec![(0, "tar is never run".to_owned())]));
    assert_eq!(judge(rule, &found(&[("high", None), ("high", None)])).judged, Judged::Denied);
}

#[test]
fn an_advisorys_name_is_ignored_as_well() {
    let rule = json!({ "deny": "high", "ignore": [{ "id": "DEBIAN-CVE-2024-0001", "reason": "tar is never run" }] });
    assert_eq!(judge(rule, &found(&[("high", None)])).judged, Judged::Met);
}

#[test]
fn trap_what_was_ignored_until_now_counts_again() {
    for (until, expected) in [
        ("2026-11-26T12:00:01Z", Judged::Met),
        ("2026-11-27", Judged::Met),
        ("2026-11-26T12:00:00Z", Judged::Denied),
        ("2026-11-26", Judged::Denied),
        ("2020-01-01", Judged::Denied),
    ] {
        let rule = json!({ "deny": "high", "ignore": [{ "id": "CVE-2024-0001", "reason": "not yet", "until": until }] });
        let judged = judge(rule, &found(&[("high", None)]));
        assert_eq!(judged.judged, expected, "{until}");
        assert_eq!(judged.idle.is_empty(), expected == Judged::Met);
    }
}

#[test]
fn what_is_ignored_and_not_there_is_told() {
    let rule = json!({ "deny": "high", "ignore": [{ "id": "CVE-1999-0001", "reason": "old" }] });
    assert_eq!(judge(rule, &found(&[])).idle, ["CVE-1999-0001"]);
}

#[test]
fn what_a_vex_document_settles_is_left_out_and_told() {
    let mut scan = found(&[("high", None)]);
    for (status, expected) in [
        (VexStatus::NotAffected, Judged::Met),
        (VexStatus::Fixed, Judged::Met),
        (VexStatus::Affected, Judged::Denied),
        (VexStatus::UnderInvestigation, Judged::Denied),
    ] {
        let document = "https://vex.example/1".to_owned();
        scan.findings[0].vex =
            Some(VexMark { status, justification: None, statement: None, document, author: "Example".into(), signed_by: None, at: None });
        let judged = judge(json!({ "deny": "high" }), &scan);
        assert_eq!((judged.judged, judged.left_out.len()), (expected, usize::from(expected == Judged::Met)));
    }
}

#[test]
fn a_rule_that_is_not_understood_is_refused() {
    for rule in [
        json!({}),
        json!({ "deny": "severe" }),
        json!({ "deny": "HIGH" }),
        json!({ "deny": "unknown" }),
        json!({ "deny": ["high"] }),
        json!({ "deny": "high", "onlyFixable": "yes" }),
        json!({ "deny": "high", "onlyfixable": true }),
        json!({ "deny": "high", "allow": [] }),
        json!({ "deny": "high", "ignore": ["CVE-2024-0001"] }),
        json!({ "deny": "high", "ignore": [{ "id": "CVE-2024-0001" }] }),
        json!({ "deny": "high", "ignore": [{ "id": "CVE-2024-0001", "reason": " " }] }),
        json!({ "deny": "high", "ignore": [{ "id": "", "reason": "x" }] }),
        json!({ "deny": "high", "ignore": [{ "id": "CVE-2024-0001", "reason": "x", "until": "soon" }] }),
        json!({ "deny": "high", "ignore": [{ "id": "CVE-2024-0001", "reason": "x", "expires": "2027-01-01" }] }),
    ] {
        refusal(rule);
    }
}
