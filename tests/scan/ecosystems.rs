//! As what packages are looked up: the release, the name, and the version that goes with that name.

use pullproof::scan::ecosystem::release;
use pullproof::scan::matching::questions;
use pullproof::scan::package::Distribution;
use pullproof::scan::package::Kind;
use pullproof::scan::package::Package;

use crate::known::built_from;
use crate::known::debian;
use crate::known::distribution;
use crate::known::package;

fn ecosystem(id: &str, version: &str) -> Result<String, &'static str> {
    release(Some(&distribution(id, version))).map(|release| release.ecosystem).map_err(|unsupported| unsupported.code())
}

fn asked(distribution: &Distribution, package: Package) -> Vec<String> {
    let questions = questions(Some(distribution), &[package]);
    questions.into_iter().map(|question| format!("{} {} {}", question.ecosystem, question.name, question.version)).collect()
}

#[test]
fn a_release_is_spelt_as_osv_spells_it() {
    for (id, version, expected) in [
        ("debian", "12", "Debian:12"),
        ("debian", "12.8", "Debian:12"),
        ("ubuntu", "22.04", "Ubuntu:22.04:LTS"),
        ("ubuntu", "24.04.1", "Ubuntu:24.04:LTS"),
        ("ubuntu", "24.10", "Ubuntu:24.10"),
        ("ubuntu", "23.04", "Ubuntu:23.04"),
        ("alpine", "3.20.3", "Alpine:v3.20"),
        ("wolfi", "", "Wolfi"),
        ("chainguard", "20230214", "Chainguard"),
        ("almalinux", "9.4", "AlmaLinux:9"),
        ("rocky", "9.4", "Rocky Linux:9"),
        ("opensuse-leap", "15.5", "openSUSE:Leap 15.5"),
        ("azurelinux", "3.0", "Azure Linux:3"),
        ("photon", "3.0", "Photon OS:3.0"),
        ("mageia", "9", "Mageia:9"),
    ] {
        assert_eq!(ecosystem(id, version), Ok(expected.to_owned()));
    }
}

#[test]
fn suse_is_called_by_its_pretty_name() {
    let pretty_name = Some("SUSE Linux Enterprise Server 15 SP5".to_owned());
    let suse = Distribution { pretty_name, ..distribution("sles", "15.5") };
    assert_eq!(release(Some(&suse)).unwrap().ecosystem, "SUSE:Linux Enterprise Server 15 SP5");
}

#[test]
fn trap_a_distribution_without_advisories_is_unsupported() {
    for id in ["fedora", "amzn", "ol", "rhel", "centos"] {
        assert_eq!(ecosystem(id, "9"), Err("distribution-without-advisories"), "{id}");
    }
}

#[test]
fn a_rolling_or_unreleased_one_is_unsupported() {
    for (id, version) in [
        ("debian", ""),
        ("debian", "sid"),
        ("alpine", "3.22_alpha20250108"),
        ("alpine", "edge"),
        ("ubuntu", "rolling"),
        ("openEuler", "22.03"),
    ] {
        assert_eq!(ecosystem(id, version), Err("release-without-advisories"), "{id} {version}");
    }
}

#[test]
fn trap_what_is_made_from_debian_is_not_debian() {
    let derived = Distribution { id_like: vec!["debian".to_owned()], ..distribution("linuxmint", "12") };
    assert_eq!(release(Some(&derived)).unwrap_err().code(), "distribution-unknown");
    assert_eq!(release(Some(&distribution("", "12"))).unwrap_err().code(), "distribution-unknown");
}

#[test]
fn a_version_that_would_change_the_ecosystem_is_unsupported() {
    for version in ["12:Pro", "12/..", "12 ", "", ".", "12.", "123456789", "٣"] {
        assert_eq!(ecosystem("debian", version), Err("release-without-advisories"), "{version}");
    }
}

#[test]
fn trap_debians_source_name_goes_with_the_sources_version() {
    let bsdutils = built_from(package(Kind::Deb, "bsdutils", "1:2.38.1-5+deb12u3"), "util-linux", "2.38.1-5+deb12u3");
    assert_eq!(asked(&debian(), bsdutils), ["Debian:12 util-linux 2.38.1-5+deb12u3"]);
}

#[test]
fn alpine_is_asked_by_origin() {
    let libcrypto = built_from(package(Kind::Apk, "libcrypto3", "3.3.2-r0"), "openssl", "3.3.2-r0");
    assert_eq!(asked(&distribution("alpine", "3.20.3"), libcrypto), ["Alpine:v3.20 openssl 3.3.2-r0"]);
}

#[test]
fn wolfi_is_asked_by_both_names() {
    let libcrypto = built_from(package(Kind::Apk, "libcrypto3", "3.3.2-r0"), "openssl", "3.3.2-r0");
    assert_eq!(asked(&distribution("wolfi", ""), libcrypto), ["Wolfi libcrypto3 3.3.2-r0", "Wolfi openssl 3.3.2-r0"]);
}

#[test]
fn almalinux_is_asked_by_package() {
    let npm = built_from(package(Kind::Rpm, "npm", "1:10.8.2-1.20.20.2"), "nodejs", "20.20.2-1");
    assert_eq!(asked(&distribution("almalinux", "9.4"), npm), ["AlmaLinux:9 npm 1:10.8.2-1.20.20.2"]);
}

#[test]
fn a_source_rpm_gets_the_epoch_that_its_name_has_not() {
    let libs = built_from(package(Kind::Rpm, "openssl-libs", "1:3.0.7-27.el9"), "openssl", "3.0.7-27.el9");
    assert_eq!(asked(&distribution("rocky", "9.4"), libs), ["Rocky Linux:9 openssl 1:3.0.7-27.el9"]);
}

#[test]
fn packages_of_languages_are_asked_whatever_the_distribution() {
    for (kind, name, version, expected) in [
        (Kind::Npm, "@babel/core", "7.0.0", "npm @babel/core 7.0.0"),
        (Kind::Python, "Ruamel.yaml__Clib", "0.2.8", "PyPI ruamel-yaml-clib 0.2.8"),
        (Kind::Go, "golang.org/x/net", "v0.17.0", "Go golang.org/x/net 0.17.0"),
        (Kind::Go, "stdlib", "go1.19.8", "Go stdlib 1.19.8"),
        (Kind::Go, "stdlib", "go1.21", "Go stdlib 1.21.0"),
        (Kind::Go, "stdlib", "go1.22rc1", "Go stdlib 1.22.0-rc.1"),
        (Kind::Go, "stdlib", "go1.22.1 X:boringcrypto", "Go stdlib 1.22.1"),
        (Kind::Go, "example.com/app", "(devel)", "Go example.com/app (devel)"),
    ] {
        assert_eq!(asked(&distribution("fedora", "41"), package(kind, name, version)), [expected]);
    }
}

#[test]
fn a_package_of_another_system_is_not_asked_for() {
    assert_eq!(asked(&debian(), package(Kind::Apk, "musl", "1.2.5-r0")), [""; 0]);
}
