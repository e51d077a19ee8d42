//! VEX documents: what they say stands beside a finding, and no finding goes away.

use pullproof::scan::package::Kind;
use pullproof::scan::report::Scan;
use pullproof::scan::report::VexStatus;
use pullproof::scan::vex::InvalidVex;
use pullproof::scan::vex::Vex;
use serde_json::Value;
use serde_json::json;

use crate::known::built_from;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::package;
use crate::known::record;
use crate::known::scan;

const IMAGE: &str = "pkg:oci/app@sha256%3Ae3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn statement() -> Value {
    json!({ "vulnerability": { "name": "CVE-2023-4911" }, "products": [{ "@id": IMAGE }],
        "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path" })
}

fn document(statements: &[Value]) -> Value {
    json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Example", "version": 1,
        "timestamp": "2026-11-20T00:00:00Z", "statements": statements })
}

fn refusal(document: &Value) -> InvalidVex {
    Vex::parse(document.to_string().as_bytes()).unwrap_err()
}

/// A finding in glibc and one in an npm package.
fn found() -> Scan {
    let libc = built_from(package(Kind::Deb, "libc6", "2.36-9"), "glibc", "2.36-9");
    let records = [
        debian_record("CVE-2023-4911", "glibc", Some("2.36-9+deb12u3"), "high"),
        record("GHSA-aaaa-bbbb-cccc", "npm", "@scope/x", json!([{ "introduced": "0" }])),
    ];
    scan(&debian(), &[libc, package(Kind::Npm, "@scope/x", "1.0.0")], &records)
}

/// What the statements say of the finding in glibc and of the one in npm.
fn marks(statements: &[Value]) -> [Option<VexStatus>; 2] {
    let mut scan = found();
    let before = scan.findings.len();
    Vex::parse(document(statements).to_string().as_bytes()).unwrap().apply(&mut scan, &[IMAGE.to_owned()]);
    assert_eq!(scan.findings.len(), before, "no finding goes away");
    ["CVE-2023-4911", "GHSA-aaaa-bbbb-cccc"].map(|id| {
        let finding = scan.findings.iter().find(|finding| finding.id == id).unwrap();
        finding.vex.as_ref().map(|mark| mark.status)
    })
}

/// The statement with something else in it.
fn with(member: &str, value: Value) -> Value {
    let mut statement = statement();
    statement[member] = value;
    statement
}

#[test]
fn a_statement_about_the_image_stands_beside_its_finding() {
    let mut scan = found();
    Vex::parse(document(&[statement()]).to_string().as_bytes()).unwrap().apply(&mut scan, &[IMAGE.to_owned()]);
    let finding = scan.findings.iter().find(|finding| finding.id == "CVE-2023-4911").unwrap();
    let mark = finding.vex.as_ref().unwrap();
    assert_eq!(mark.justification.as_deref(), Some("vulnerable_code_not_in_execute_path"));
    assert_eq!((mark.document.as_str(), mark.author.as_str()), ("https://vex.example/1", "Example"));
    assert!(finding.is_settled());
}

#[test]
fn a_statement_about_another_image_is_not_applied() {
    let other = IMAGE.replace("e3b0", "0000");
    assert_eq!(marks(&[with("products", json!([{ "@id": other }]))]), [None, None]);
    assert_eq!(marks(&[with("products", json!([{ "@id": "pkg:oci/app" }]))]), [None, None]);
}

#[test]
fn a_statement_about_another_vulnerability_is_not_applied() {
    assert_eq!(marks(&[with("vulnerability", json!({ "name": "CVE-2023-491" }))]), [None, None]);
}

#[test]
fn a_vulnerability_goes_by_any_of_its_names() {
    let settled = [Some(VexStatus::NotAffected), None];
    assert_eq!(marks(&[with("vulnerability", json!({ "name": "DEBIAN-CVE-2023-4911" }))]), settled);
    assert_eq!(marks(&[with("vulnerability", json!({ "name": "X", "aliases": ["CVE-2023-4911"] }))]), settled);
    assert_eq!(marks(&[with("vulnerability", json!("CVE-2023-4911"))]), settled);
}

#[test]
fn of_an_image_only_the_named_parts_are_meant() {
    for (part, applies) in [
        ("pkg:deb/debian/glibc@2.36-9", true),
        ("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12", true),
        ("pkg:deb/debian/libc6@2.36-9?distro=debian-12.8", true),
        ("pkg:deb/debian/libc6", true),
        ("pkg:deb/debian/libc6@2.36-9?distro=debian-11", false),
        ("pkg:deb/debian/libc6@2.36-9?distro=debian-120", false),
        ("pkg:deb/debian/libc6@2.36-8", false),
        ("pkg:deb/ubuntu/libc6@2.36-9", false),
        ("pkg:deb/debian/libc", false),
        ("pkg:apk/alpine/libc6@2.36-9", false),
        ("libc6", false),
        ("pkg:", false),
        ("pkg:deb/debian/libc6@%zz", false),
    ] {
        let products = json!([{ "@id": IMAGE, "subcomponents": [{ "@id": part }] }]);
        let expected = applies.then_some(VexStatus::NotAffected);
        assert_eq!(marks(&[with("products", products)]), [expected, None], "{part}");
    }
}

#[test]
fn parts_of_another_image_are_not_meant() {
    let products = json!([{ "@id": "pkg:oci/other", "subcomponents": [{ "@id": "pkg:deb/debian/libc6" }] }]);
    assert_eq!(marks(&[with("products", products)]), [None, None]);
}

#[test]
fn a_scope_is_part_of_a_name() {
    for purl in ["pkg:npm/%40scope/x@1.0.0", "pkg:npm/@scope/x@1.0.0", "pkg:npm/%40scope/x"] {
        let mut statement = with("products", json!([{ "@id": purl }]));
        statement["vulnerability"] = json!({ "name": "GHSA-aaaa-bbbb-cccc" });
        assert_eq!(marks(&[statement]), [None, Some(VexStatus::NotAffected)], "{purl}");
    }
    let mut statement = with("products", json!([{ "@id": "pkg:npm/x@1.0.0" }]));
    statement["vulnerability"] = json!({ "name": "GHSA-aaaa-bbbb-cccc" });
    assert_eq!(marks(&[statement]), [None, None]);
}

#[test]
fn the_newest_statement_holds() {
    let at = |status: &str, time: &str| {
        let mut statement = with("status", json!(status));
        statement["timestamp"] = json!(time);
        statement
    };
    let (old, new) = (at("under_investigation", "2026-11-01T00:00:00Z"), at("fixed", "2026-11-02T00:00:00Z"));
    for order in [[old.clone(), new.clone()], [new, old]] {
        assert_eq!(marks(&order), [Some(VexStatus::Fixed), None]);
    }
    let again = [at("fixed", "2026-11-02T00:00:00Z"), at("affected", "2026-11-02T00:00:00Z")];
    assert_eq!(marks(&again), [Some(VexStatus::Affected), None]);
}

#[test]
fn an_older_document_does_not_take_back_a_newer_one() {
    let mut scan = found();
    let newer = document(&[with("timestamp", json!("2026-11-21T00:00:00Z"))]);
    let older = document(&[with("status", json!("affected"))]);
    for document in [newer, older] {
        Vex::parse(document.to_string().as_bytes()).unwrap().apply(&mut scan, &[IMAGE.to_owned()]);
    }
    assert!(scan.findings.iter().any(pullproof::scan::report::Finding::is_settled));
}

#[test]
fn trap_not_affected_without_a_reason_is_refused() {
    let mut bare = statement();
    bare.as_object_mut().unwrap().remove("justification");
    assert!(matches!(refusal(&document(&[bare.clone()])), InvalidVex::Unjustified { .. }));
    bare["impact_statement"] = json!("  ");
    assert!(matches!(refusal(&document(&[bare.clone()])), InvalidVex::Unjustified { .. }));
    bare["impact_statement"] = json!("The program never opens a file.");
    assert_eq!(marks(&[bare]), [Some(VexStatus::NotAffected), None]);
}

#[test]
fn a_status_or_a_justification_of_ones_own_is_refused() {
    assert!(matches!(refusal(&document(&[with("status", json!("harmless"))])), InvalidVex::Value { .. }));
    assert!(matches!(refusal(&document(&[with("justification", json!("trust_me"))])), InvalidVex::Value { .. }));
}

#[test]
fn a_statement_about_nothing_is_refused() {
    assert!(matches!(refusal(&document(&[with("products", json!([]))])), InvalidVex::NoProducts { .. }));
    assert!(matches!(refusal(&document(&[with("products", json!(null))])), InvalidVex::NoProducts { .. }));
}

#[test]
fn a_document_of_another_kind_is_refused() {
    let mut document = document(&[statement()]);
    document["@context"] = json!("https://csaf.example/");
    assert!(matches!(refusal(&document), InvalidVex::Context { .. }));
    document.as_object_mut().unwrap().remove("@context");
    assert!(matches!(refusal(&document), InvalidVex::Json(_)));
}

#[test]
fn a_time_that_is_none_is_refused() {
    assert!(matches!(refusal(&document(&[with("timestamp", json!("tomorrow"))])), InvalidVex::Value { .. }));
}

/// A finding in util-linux, of which two packages are installed.
fn of_two_packages() -> Scan {
    let built = |name| built_from(package(Kind::Deb, name, "2.38.1-5"), "util-linux", "2.38.1-5");
    scan(&debian(), &[built("mount"), built("util-linux-extra")], &[debian_record("CVE-2024-28085", "util-linux", None, "high")])
}

#[test]
fn trap_what_is_said_of_one_package_settles_nothing_of_the_others_of_its_source() {
    let about = |status: &str, urls: &[&str]| {
        let mut scan = of_two_packages();
        let products: Vec<Value> = urls.iter().map(|url| json!({ "@id": url })).collect();
        let mut statement = with("products", json!(products));
        statement["vulnerability"] = json!({ "name": "CVE-2024-28085" });
        statement["status"] = json!(status);
        Vex::parse(document(&[statement]).to_string().as_bytes()).unwrap().apply(&mut scan, &[IMAGE.to_owned()]);
        scan.findings[0].vex.as_ref().map(|mark| mark.status)
    };
    let (one, other) = ("pkg:deb/debian/mount@2.38.1-5", "pkg:deb/debian/util-linux-extra");
    assert_eq!(about("not_affected", &[one]), None);
    assert_eq!(about("fixed", &[other]), None);
    assert_eq!(about("not_affected", &[one, other]), Some(VexStatus::NotAffected));
    assert_eq!(about("not_affected", &["pkg:deb/debian/util-linux@2.38.1-5"]), Some(VexStatus::NotAffected));
    // What is affected is affected by one of them.
    assert_eq!(about("affected", &[one]), Some(VexStatus::Affected));
}

#[test]
fn trap_what_one_distribution_says_of_its_rpm_is_not_said_of_anothers() {
    let events = json!([{ "introduced": "0" }, { "fixed": "1:3.0.7-28.el9" }]);
    let mut advisory = record("ALSA-2024:0001", "AlmaLinux:9", "openssl", events);
    advisory["related"] = json!(["CVE-2024-0727"]);
    for (url, applies) in [
        ("pkg:rpm/almalinux/openssl", true),
        ("pkg:rpm/alma/openssl@3.0.7-27.el9?distro=alma-9.4", true),
        ("pkg:rpm/redhat/openssl", false),
        ("pkg:rpm/rocky/openssl", false),
        ("pkg:rpm/openssl", false),
    ] {
        let alma = crate::known::distribution("almalinux", "9.4");
        let mut scan = scan(&alma, &[package(Kind::Rpm, "openssl", "1:3.0.7-27.el9")], std::slice::from_ref(&advisory));
        let mut statement = with("products", json!([{ "@id": url }]));
        statement["vulnerability"] = json!({ "name": "CVE-2024-0727" });
        Vex::parse(document(&[statement]).to_string().as_bytes()).unwrap().apply(&mut scan, &[IMAGE.to_owned()]);
        assert_eq!(scan.findings[0].is_settled(), applies, "{url}");
    }
}

#[test]
fn trap_a_notice_of_several_cves_does_not_carry_what_is_said_of_one_to_the_others() {
    let mut notice = record("DSA-5514-1", "Debian:12", "glibc", json!([{ "introduced": "0" }, { "fixed": "2.36-9+deb12u3" }]));
    notice["upstream"] = json!(["CVE-2023-4911", "CVE-2023-4527"]);
    let libc = built_from(package(Kind::Deb, "libc6", "2.36-9"), "glibc", "2.36-9");
    let mut scan = scan(&debian(), &[libc], &[notice]);
    assert_eq!(scan.findings.len(), 2);
    let statement = with("vulnerability", json!({ "name": "CVE-2023-4527", "aliases": ["DSA-5514-1"] }));
    Vex::parse(document(&[statement]).to_string().as_bytes()).unwrap().apply(&mut scan, &[IMAGE.to_owned()]);
    let settled: Vec<&str> = scan.findings.iter().filter(|finding| finding.is_settled()).map(|finding| finding.id.as_str()).collect();
    assert_eq!(settled, ["CVE-2023-4527"]);
}
