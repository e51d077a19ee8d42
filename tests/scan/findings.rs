//! What packages and advisories make together: findings, and how much was looked at.

use std::collections::BTreeSet;

use pullproof::scan::matching::match_packages;
use pullproof::scan::package::Kind;
use pullproof::scan::package::Package;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Scan;
use pullproof::scan::report::State;
use pullproof::scan::severity::Level;
use pullproof::scan::source::shard::Shards;
use serde_json::Value;
use serde_json::json;

use crate::known::affected;
use crate::known::brief;
use crate::known::built_from;
use crate::known::deb;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::distribution;
use crate::known::now;
use crate::known::package;
use crate::known::record;
use crate::known::scan;
use crate::known::shards_with;

/// From the changelogs of Debian 12's packages: a CVE, the source, the version before its fix, and its fix.
const FACTS: [(&str, &str, &str, &str); 6] = [
    ("CVE-2023-4911", "glibc", "2.36-9+deb12u2", "2.36-9+deb12u3"),
    ("CVE-2023-6246", "glibc", "2.36-9+deb12u3", "2.36-9+deb12u4"),
    ("CVE-2024-0567", "gnutls28", "3.7.9-2+deb12u1", "3.7.9-2+deb12u2"),
    ("CVE-2022-48303", "tar", "1.34+dfsg-1.2", "1.34+dfsg-1.2+deb12u1"),
    ("CVE-2023-31484", "perl", "5.36.0-7+deb12u2", "5.36.0-7+deb12u3"),
    ("CVE-2023-47038", "perl", "5.36.0-7", "5.36.0-7+deb12u1"),
];

/// Debian's records of them.
fn facts() -> Vec<Value> {
    FACTS.iter().map(|(cve, source, _, fixed)| debian_record(cve, source, Some(fixed), "high")).collect()
}

fn ids(scan: &Scan) -> Vec<&str> {
    scan.findings.iter().map(|finding| finding.id.as_str()).collect()
}

#[test]
fn before_its_fix_a_package_is_affected_and_with_it_not() {
    for (cve, source, before, fixed) in FACTS {
        let old = scan(&debian(), &[deb(source, before)], &facts());
        let found = old.findings.iter().find(|finding| finding.id == cve).unwrap();
        assert_eq!((found.state, found.fixed.as_deref(), old.extent), (State::Affected, Some(fixed), Extent::Complete));
        assert!(!ids(&scan(&debian(), &[deb(source, fixed)], &facts())).contains(&cve), "{cve}");
    }
}

#[test]
fn every_package_of_a_source_is_named_with_its_layer() {
    let binary = |name: &str, layer| Package { layer, ..built_from(package(Kind::Deb, name, "2.36-9"), "glibc", "2.36-9") };
    let found = scan(&debian(), &[binary("libc6", 0), deb("tar", "1.35"), binary("libc-bin", 2)], &facts());
    assert_eq!(
        brief(&found.findings),
        [("CVE-2023-4911", "glibc", Some("2.36-9+deb12u3")), ("CVE-2023-6246", "glibc", Some("2.36-9+deb12u4"))]
    );
    let packages: Vec<_> = found.findings[0].packages.iter().map(|package| (package.name.as_str(), package.layer)).collect();
    assert_eq!(packages, [("libc6", Some(0)), ("libc-bin", Some(2))]);
}

#[test]
fn trap_the_epoch_of_a_package_does_not_hide_what_its_source_is_affected_by() {
    // The package's own version, 1:2.38.1-5+deb12u1, is behind every version of util-linux.
    let bsdutils = built_from(package(Kind::Deb, "bsdutils", "1:2.38.1-5+deb12u0"), "util-linux", "2.38.1-5+deb12u0");
    let records = [debian_record("CVE-2024-28085", "util-linux", Some("2.38.1-5+deb12u1"), "medium")];
    assert_eq!(ids(&scan(&debian(), &[bsdutils], &records)), ["CVE-2024-28085"]);
}

#[test]
fn trap_a_package_with_the_name_of_another_source_is_not_that_source() {
    // `libssl3` is built from `openssl`; a record about a source `libssl3` is about something else.
    let libssl = built_from(package(Kind::Deb, "libssl3", "3.0.11-1"), "openssl", "3.0.11-1");
    let records = [debian_record("CVE-2024-0001", "libssl3", None, "high"), debian_record("CVE-2024-0002", "openssl", None, "high")];
    assert_eq!(ids(&scan(&debian(), &[libssl], &records)), ["CVE-2024-0002"]);
}

#[test]
fn what_has_no_fix_is_a_finding_without_one() {
    let found = scan(&debian(), &[deb("tar", "1.34")], &[debian_record("CVE-2005-2541", "tar", None, "unimportant")]);
    assert_eq!(brief(&found.findings), [("CVE-2005-2541", "tar", None)]);
    assert!(found.findings[0].unimportant);
}

#[test]
fn what_a_vendor_counts_as_nothing_to_act_on_comes_last() {
    let records = [
        debian_record("CVE-2024-0001", "tar", None, "unimportant"),
        debian_record("CVE-2024-0002", "tar", None, "low"),
        debian_record("CVE-2024-0003", "tar", None, "not yet assigned"),
        debian_record("CVE-2024-0004", "tar", None, "high"),
    ];
    let found = scan(&debian(), &[deb("tar", "1.34")], &records);
    assert_eq!(ids(&found), ["CVE-2024-0004", "CVE-2024-0002", "CVE-2024-0003", "CVE-2024-0001"]);
}

#[test]
fn another_release_of_the_same_distribution_says_nothing() {
    let mut eleven = debian_record("CVE-2024-0001", "tar", None, "high");
    eleven["affected"][0]["package"]["ecosystem"] = json!("Debian:11");
    let mut bare = debian_record("CVE-2024-0002", "tar", None, "high");
    bare["affected"][0]["package"]["ecosystem"] = json!("Debian");
    assert_eq!(ids(&scan(&debian(), &[deb("tar", "1.34")], &[eleven, bare])), [""; 0]);
}

#[test]
fn trap_a_fix_that_takes_a_subscription_is_not_one_of_ubuntus() {
    let ubuntu = distribution("ubuntu", "22.04");
    let mut record = record("UBUNTU-CVE-2024-0001", "Ubuntu:22.04:LTS", "tar", json!([{ "introduced": "0" }]));
    record["affected"].as_array_mut().unwrap().push(affected(
        "Ubuntu:Pro:22.04:LTS",
        "tar",
        json!([{ "introduced": "0" }, { "fixed": "1.34+esm1" }]),
    ));
    record["upstream"] = json!(["CVE-2024-0001"]);
    assert_eq!(brief(&scan(&ubuntu, &[deb("tar", "1.34")], &[record]).findings), [("CVE-2024-0001", "tar", None)]);
}

#[test]
fn a_package_that_is_listed_twice_in_one_record_is_looked_up_twice() {
    let mut record = debian_record("CVE-2024-0001", "tar", Some("1.0"), "high");
    record["affected"].as_array_mut().unwrap().push(affected("Debian:12", "tar", json!([{ "introduced": "2.0" }, { "fixed": "2.1" }])));
    for (version, expected) in [("0.9", Some("1.0")), ("2.0", Some("2.1"))] {
        let found = scan(&debian(), &[deb("tar", version)], &[record.clone()]);
        assert_eq!(brief(&found.findings), [("CVE-2024-0001", "tar", expected)]);
    }
    assert_eq!(ids(&scan(&debian(), &[deb("tar", "1.5")], &[record])), [""; 0]);
}

#[test]
fn a_withdrawn_record_says_nothing() {
    let mut record = debian_record("CVE-2024-0001", "tar", None, "high");
    record["withdrawn"] = json!("2026-10-01T00:00:00Z");
    let found = scan(&debian(), &[deb("tar", "1.34")], &[record]);
    assert_eq!((found.findings.len(), found.extent), (0, Extent::Complete));
}

#[test]
fn trap_a_record_that_begins_with_commits_is_found() {
    let mut record = debian_record("CVE-2024-0001", "tar", Some("1.35"), "high");
    let commits = json!({ "type": "GIT", "repo": "https://git.example/tar", "events": [{ "introduced": "0" }] });
    record["affected"][0]["ranges"].as_array_mut().unwrap().insert(0, commits);
    assert_eq!(ids(&scan(&debian(), &[deb("tar", "1.34")], &[record])), ["CVE-2024-0001"]);
}

#[test]
fn alpines_packages_are_found_by_their_origin() {
    let alpine = distribution("alpine", "3.19.1");
    let fixed = json!([{ "introduced": "0" }, { "fixed": "1.2.4_git20230717-r6" }]);
    let mut record = record("ALPINE-CVE-2026-40200", "Alpine:v3.19", "musl", fixed);
    record["upstream"] = json!(["CVE-2026-40200"]);
    let utils = |version: &str| built_from(package(Kind::Apk, "musl-utils", version), "musl", version);
    assert_eq!(ids(&scan(&alpine, &[utils("1.2.4_git20230717-r4")], &[record.clone()])), ["CVE-2026-40200"]);
    assert_eq!(ids(&scan(&alpine, &[utils("1.2.4_git20230717-r6")], &[record])), [""; 0]);
}

#[test]
fn wolfis_packages_are_found_once_under_either_name() {
    let wolfi = distribution("wolfi", "");
    let about = |name: &str| affected("Wolfi", name, json!([{ "introduced": "0" }, { "fixed": "3.3.3-r0" }]));
    let records = [json!({ "id": "CGA-1", "modified": "2026-11-01T00:00:00Z", "upstream": ["CVE-2024-0001"],
        "affected": [about("libcrypto3"), about("openssl")] })];
    let installed = built_from(package(Kind::Apk, "libcrypto3", "3.3.2-r0"), "openssl", "3.3.2-r0");
    assert_eq!(brief(&scan(&wolfi, &[installed], &records).findings), [("CVE-2024-0001", "libcrypto3", Some("3.3.3-r0"))]);
}

#[test]
fn several_databases_about_one_cve_are_one_finding() {
    let fixed = |version: &str| json!([{ "introduced": "0" }, { "fixed": version }]);
    let mut ghsa = record("GHSA-aaaa-bbbb-cccc", "PyPI", "Jinja2", fixed("3.1.3"));
    ghsa["aliases"] = json!(["CVE-2024-22195"]);
    ghsa["database_specific"] = json!({ "severity": "MODERATE" });
    let mut pysec = record("PYSEC-2024-1", "PyPI", "jinja2", fixed("3.1.4"));
    // It knows the other record, and not the CVE.
    pysec["aliases"] = json!(["GHSA-aaaa-bbbb-cccc"]);
    let found = scan(&debian(), &[package(Kind::Python, "Jinja2", "3.1.2"), deb("tar", "1.34")], &[ghsa, pysec]);
    assert_eq!(brief(&found.findings), [("CVE-2024-22195", "jinja2", Some("3.1.4"))]);
    assert_eq!(found.findings[0].advisories, ["GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1"]);
    assert_eq!(found.findings[0].aliases, ["GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1"]);
    assert_eq!(found.findings[0].severity.level, Level::Medium);
}

#[test]
fn without_a_cve_the_name_is_the_usual_one() {
    let mut pysec = record("PYSEC-2024-1", "PyPI", "x", json!([{ "introduced": "0" }]));
    pysec["aliases"] = json!(["GHSA-aaaa-bbbb-cccc", "SNYK-1"]);
    let found = scan(&debian(), &[package(Kind::Python, "x", "1.0")], &[pysec]);
    assert_eq!(ids(&found), ["GHSA-aaaa-bbbb-cccc"]);
    assert_eq!(found.findings[0].aliases, ["PYSEC-2024-1", "SNYK-1"]);
}

#[test]
fn trap_a_notice_about_several_cves_does_not_make_them_one() {
    let mut notice = record("DSA-3029-1", "Debian:12", "nginx", json!([{ "introduced": "0" }, { "fixed": "1.22.1-9+deb12u1" }]));
    notice["upstream"] = json!(["CVE-2024-0001", "CVE-2024-0002"]);
    let own = debian_record("CVE-2024-0001", "nginx", Some("1.22.1-9+deb12u1"), "low");
    let found = scan(&debian(), &[deb("nginx", "1.22.1-9")], &[notice, own]);
    let brief: Vec<_> =
        found.findings.iter().map(|finding| (finding.id.as_str(), finding.advisories.len(), finding.severity.level)).collect();
    assert_eq!(brief, [("CVE-2024-0001", 2, Level::Low), ("CVE-2024-0002", 1, Level::Unknown)]);
}

#[test]
fn almalinuxs_cves_are_under_related() {
    let alma = distribution("almalinux", "9.4");
    let mut notice =
        record("ALSA-2026:8339", "AlmaLinux:9", "nodejs", json!([{ "introduced": "0" }, { "fixed": "1:20.20.2-1.module_el8.10.0+1" }]));
    notice["related"] = json!(["CVE-2026-21710", "CVE-2026-21711"]);
    let old = package(Kind::Rpm, "nodejs", "1:20.20.1-1.module_el8.10.0+1");
    assert_eq!(ids(&scan(&alma, &[old], &[notice.clone()])), ["CVE-2026-21710", "CVE-2026-21711"]);
    // Without its epoch it would be older.
    let fixed = package(Kind::Rpm, "nodejs", "1:20.20.2-1.module_el8.10.0+1");
    assert_eq!(ids(&scan(&alma, &[fixed], &[notice])), [""; 0]);
}

#[test]
fn who_says_affected_is_before_who_cannot_say() {
    let bad = debian_record("CVE-2024-0001", "tar", Some("not a version"), "high");
    let mut notice = record("DSA-1-1", "Debian:12", "tar", json!([{ "introduced": "0" }, { "fixed": "1.35" }]));
    notice["upstream"] = json!(["CVE-2024-0001"]);
    let found = scan(&debian(), &[deb("tar", "1.34")], &[bad.clone(), notice]);
    assert_eq!(
        (found.findings[0].state, found.findings[0].fixed.as_deref(), found.extent),
        (State::Affected, Some("1.35"), Extent::Complete)
    );
    let found = scan(&debian(), &[deb("tar", "1.34")], &[bad]);
    assert_eq!((found.findings[0].state, found.extent), (State::Undetermined, Extent::Partial));
}

#[test]
fn trap_a_version_that_cannot_be_compared_is_told_and_not_called_clean() {
    let records = [record("GHSA-aaaa-bbbb-cccc", "Go", "example.com/app", json!([{ "introduced": "0" }, { "fixed": "1.2.3" }]))];
    let found = scan(&debian(), &[package(Kind::Go, "example.com/app", "(devel)"), deb("tar", "1.34")], &records);
    assert_eq!((found.findings[0].state, found.extent), (State::Undetermined, Extent::Partial));
    assert_eq!(found.findings[0].undetermined.as_ref().unwrap().code, "version-undetermined");
    let version = &found.coverage.undetermined[0];
    assert_eq!((version.name.as_str(), version.version.as_str()), ("example.com/app", "(devel)"));
    // Where nothing hangs on it, it does not matter.
    let nothing = scan(&debian(), &[package(Kind::Go, "example.com/other", "(devel)"), deb("tar", "1.34")], &records);
    assert_eq!((nothing.findings.len(), nothing.extent), (0, Extent::Complete));
}

#[test]
fn trap_fedora_is_unsupported_and_not_without_findings() {
    for id in ["fedora", "amzn", "ol", "rhel", "unheard-of"] {
        let found = scan(&distribution(id, "41"), &[package(Kind::Rpm, "bash", "5.2.26-3.fc41")], &[]);
        assert_eq!(found.extent, Extent::Unsupported, "{id}");
        assert_eq!(found.coverage.without_advisories, ["bash"]);
    }
}

#[test]
fn trap_no_packages_are_not_no_vulnerabilities() {
    assert_eq!(scan(&debian(), &[], &[]).extent, Extent::Unsupported);
    let no_distribution = match_packages(None, &[], &Shards::default(), now());
    let codes: Vec<_> = no_distribution.remarks.iter().map(|remark| remark.code).collect();
    assert_eq!((no_distribution.extent, codes), (Extent::Unsupported, vec!["inventory-empty", "distribution-missing"]));
}

#[test]
fn a_distribution_that_lists_none_of_its_own_packages_is_unsupported() {
    // Somebody deleted /var/lib/dpkg.
    let found = scan(&debian(), &[package(Kind::Npm, "left-pad", "1.3.0")], &[]);
    assert_eq!((found.extent, found.remarks[0].code), (Extent::Unsupported, "system-packages-missing"));
}

#[test]
fn an_image_of_one_program_is_looked_at_as_far_as_it_goes() {
    let records = [record("GO-2024-0001", "Go", "golang.org/x/net", json!([{ "introduced": "0" }, { "fixed": "0.23.0" }]))];
    let installed = [package(Kind::Go, "golang.org/x/net", "v0.17.0")];
    let found = match_packages(None, &installed, &shards_with(&records, &[], None), now());
    assert_eq!((found.extent, ids(&found)), (Extent::Partial, vec!["GO-2024-0001"]));
}

#[test]
fn findings_of_languages_are_told_where_the_distribution_is_unsupported() {
    let records = [record("GO-2024-0001", "Go", "golang.org/x/net", json!([{ "introduced": "0" }]))];
    let found = scan(&distribution("fedora", "41"), &[package(Kind::Go, "golang.org/x/net", "v0.17.0")], &records);
    assert_eq!((found.extent, ids(&found)), (Extent::Unsupported, vec!["GO-2024-0001"]));
}

#[test]
fn without_a_database_of_the_release_nothing_is_said() {
    let found = match_packages(Some(&debian()), &[deb("tar", "1.34")], &shards_with(&[], &["Debian:11"], None), now());
    assert_eq!((found.extent, found.remarks[0].code), (Extent::Unsupported, "database-missing"));
    assert_eq!(found.coverage.without_advisories, ["tar"]);
}

#[test]
fn a_language_without_a_database_leaves_the_scan_partial() {
    let installed = [deb("tar", "1.34"), package(Kind::Npm, "left-pad", "1.3.0")];
    let found = match_packages(Some(&debian()), &installed, &shards_with(&[], &["Debian:12"], None), now());
    assert_eq!((found.extent, found.coverage.without_advisories), (Extent::Partial, vec!["left-pad".to_owned()]));
    let ecosystems: Vec<_> =
        found.coverage.ecosystems.iter().map(|one| (one.ecosystem.as_str(), one.packages, one.has_advisories)).collect();
    assert_eq!(ecosystems, [("Debian:12", 1, true), ("npm", 1, false)]);
}

#[test]
fn an_advisory_that_could_not_be_read_leaves_the_scan_partial() {
    let mut broken = debian_record("CVE-2024-0001", "tar", None, "high");
    broken["affected"][0]["ranges"][0]["events"] = json!([{ "fixed": "1.0" }]);
    let found = match_packages(Some(&debian()), &[deb("tar", "1.34")], &shards_with(&[broken, facts().remove(0)], &[], None), now());
    assert_eq!((found.extent, found.coverage.unread), (Extent::Partial, vec!["DEBIAN-CVE-2024-0001".to_owned()]));
}

#[test]
fn what_is_exploited_is_known_only_with_the_catalogue() {
    let installed = [deb("glibc", "2.36-9")];
    let known = |catalogue| {
        let found = match_packages(Some(&debian()), &installed, &shards_with(&facts(), &[], catalogue), now());
        found.findings.iter().map(|finding| finding.known_exploited).collect::<Vec<_>>()
    };
    assert_eq!(known(Some(&["CVE-2023-4911"][..])), [Some(true), Some(false)]);
    assert_eq!(known(None), [None, None]);
}

#[test]
fn the_databases_are_told_with_their_age() {
    let found = match_packages(Some(&debian()), &[deb("tar", "1.34")], &shards_with(&facts(), &[], None), now());
    let database = &found.coverage.databases[0];
    assert_eq!((database.ecosystem.as_deref(), database.age_days, database.advisories), (Some("Debian:12"), 1, Some(6)));
    assert_eq!(database.modified.unwrap().to_string(), "2026-11-01T00:00:00Z");
}

#[test]
fn the_order_of_packages_and_records_does_not_matter() {
    let packages: Vec<Package> = FACTS.iter().map(|(_, source, before, _)| deb(source, before)).collect();
    let (mut turned, mut records) = (packages.clone(), facts());
    let first = scan(&debian(), &packages, &records);
    turned.reverse();
    records.reverse();
    let second = scan(&debian(), &turned, &records);
    assert_eq!(first.findings, second.findings);
    assert_eq!(ids(&first).into_iter().collect::<BTreeSet<_>>().len(), FACTS.len());
}

#[test]
fn a_scan_is_written_as_reports_are() {
    let mut record = debian_record("CVE-2023-4911", "glibc", Some("2.36-9+deb12u3"), "not yet assigned");
    record["severity"] = json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H" }]);
    let found = scan(&debian(), &[deb("glibc", "2.36-9")], &[record]);
    let written: Value = serde_json::from_str(&found.to_json()).unwrap();
    assert_eq!(written["extent"], "complete");
    assert_eq!(written["scannedAt"], "2026-11-26T12:00:00Z");
    assert_eq!(written["distribution"], json!({ "id": "debian", "versionId": "12", "prettyName": null, "ecosystem": "Debian:12" }));
    assert_eq!(
        written["findings"][0],
        json!({ "id": "CVE-2023-4911", "aliases": ["DEBIAN-CVE-2023-4911"], "advisories": ["DEBIAN-CVE-2023-4911"],
            "subject": { "ecosystem": "Debian:12", "name": "glibc", "version": "2.36-9" },
            "packages": [{ "purl": "pkg:deb/debian/glibc@2.36-9?distro=debian-12", "name": "glibc", "version": "2.36-9",
                "location": "var/lib/dpkg/status", "layer": 0 }],
            "state": "affected", "undetermined": null, "fixed": "2.36-9+deb12u3",
            "severity": { "level": "high", "by": "cvss", "score": 7.8, "vector": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H" },
            "unimportant": false, "knownExploited": null, "vex": null })
    );
}
