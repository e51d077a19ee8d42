//! Package URLs that are written: what Syft writes of the same package, and what is read again is the same package.

use proptest::prelude::*;
use pullproof::scan::inventory::purl::PackageUrl;
use pullproof::scan::matching::match_packages;
use pullproof::scan::package::Distribution;
use pullproof::scan::package::Kind;
use pullproof::scan::package::Package;
use pullproof::scan::package::Source;
use pullproof::scan::vex::Vex;
use serde_json::json;

use crate::known::built_from;
use crate::known::deb;
use crate::known::debian;
use crate::known::debian_record;
use crate::known::distribution;
use crate::known::now;
use crate::known::package;
use crate::known::record;
use crate::known::shards_with;

fn written(package: &Package, distribution: Option<&Distribution>) -> String {
    PackageUrl::of(package, distribution).to_string()
}

fn of_architecture(package: Package, architecture: &str) -> Package {
    Package { architecture: Some(architecture.to_owned()), ..package }
}

#[test]
fn packages_of_debian_say_what_they_were_built_from_where_that_is_another() {
    let bookworm = debian();
    let bsdutils = built_from(package(Kind::Deb, "bsdutils", "1:2.38.1-5+deb12u3"), "util-linux", "2.38.1-5+deb12u3");
    assert_eq!(
        written(&of_architecture(bsdutils, "amd64"), Some(&bookworm)),
        "pkg:deb/debian/bsdutils@1:2.38.1-5%2Bdeb12u3?arch=amd64&distro=debian-12&upstream=util-linux%402.38.1-5%2Bdeb12u3"
    );
    let libc = built_from(package(Kind::Deb, "libc6", "2.36-9+deb12u1"), "glibc", "2.36-9+deb12u1");
    assert_eq!(written(&libc, Some(&bookworm)), "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?distro=debian-12&upstream=glibc");
    assert_eq!(written(&deb("tar", "1.34~rc1"), Some(&bookworm)), "pkg:deb/debian/tar@1.34~rc1?distro=debian-12");
}

#[test]
fn the_epoch_of_an_rpm_stands_beside_its_version() {
    let openssl = built_from(package(Kind::Rpm, "openssl-libs", "1:3.0.7-24.el9"), "openssl", "1:3.0.7-24.el9");
    assert_eq!(
        written(&of_architecture(openssl, "x86_64"), Some(&distribution("almalinux", "9.4"))),
        "pkg:rpm/almalinux/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=almalinux-9.4&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm"
    );
    let bash = package(Kind::Rpm, "bash", "5.1^git1-1");
    assert_eq!(written(&bash, Some(&distribution("rhel", "9.3"))), "pkg:rpm/redhat/bash@5.1%5Egit1-1?distro=rhel-9.3");
    assert_eq!(
        written(&bash, Some(&distribution("opensuse-leap", "15.5"))),
        "pkg:rpm/opensuse/bash@5.1%5Egit1-1?distro=opensuse-leap-15.5"
    );
}

#[test]
fn packages_of_alpine_and_of_languages() {
    let libcrypto = built_from(package(Kind::Apk, "libcrypto3", "3.1.4-r5"), "openssl", "3.1.4-r5");
    assert_eq!(
        written(&of_architecture(libcrypto, "x86_64"), Some(&distribution("alpine", "3.19.0"))),
        "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.0&upstream=openssl"
    );
    assert_eq!(
        written(&package(Kind::Apk, "glibc", "2.38-r1"), Some(&distribution("wolfi", ""))),
        "pkg:apk/wolfi/glibc@2.38-r1?distro=wolfi"
    );
    for (kind, name, version, expected) in [
        (Kind::Npm, "minimist", "1.2.5", "pkg:npm/minimist@1.2.5"),
        (Kind::Npm, "@scope/minimist", "1.2.5+b", "pkg:npm/%40scope/minimist@1.2.5%2Bb"),
        (Kind::Python, "flask", "2.2.0", "pkg:pypi/flask@2.2.0"),
        (Kind::Go, "stdlib", "1.22.1", "pkg:golang/stdlib@1.22.1"),
        (Kind::Go, "github.com/BurntSushi/toml", "v1.2.3", "pkg:golang/github.com/BurntSushi/toml@v1.2.3"),
    ] {
        // Whatever the image is made from, a package of a language is not the distribution's.
        assert_eq!(written(&package(kind, name, version), Some(&debian())), expected);
    }
}

#[test]
fn a_package_of_nobody_has_no_namespace() {
    assert_eq!(written(&deb("nginx", "1.27.0-1~bookworm"), None), "pkg:deb/nginx@1.27.0-1~bookworm");
}

#[test]
fn a_name_that_is_none_cannot_break_out() {
    let hostile = package(Kind::Npm, "a?b=c#d@1&e%41 \u{202e}\"<", "1/../2");
    assert_eq!(written(&hostile, None), "pkg:npm/a%3Fb%3Dc%23d%401%26e%2541%20%E2%80%AE%22%3C@1%2F..%2F2");
    let read = PackageUrl::parse(&written(&hostile, None)).unwrap();
    assert_eq!((read.name, read.version), (hostile.name, Some(hostile.version)));
}

#[test]
fn trap_a_vex_document_with_the_url_that_is_written_is_about_the_finding() {
    let wolfi = distribution("wolfi", "20230201");
    let leap = distribution("opensuse-leap", "15.5");
    for (distribution, package, record) in [
        (
            debian(),
            built_from(package(Kind::Deb, "bsdutils", "1:2.38.1-5"), "util-linux", "2.38.1-5"),
            debian_record("CVE-2024-1111", "util-linux", None, "low"),
        ),
        (wolfi, package(Kind::Apk, "glibc", "2.38-r1"), record("CVE-2024-1111", "Wolfi", "glibc", json!([{ "introduced": "0" }]))),
        (
            leap,
            package(Kind::Rpm, "bash", "1:5.1-1"),
            record("CVE-2024-1111", "openSUSE:Leap 15.5", "bash", json!([{ "introduced": "0" }])),
        ),
        (
            debian(),
            package(Kind::Npm, "@scope/minimist", "1.2.5"),
            record("CVE-2024-1111", "npm", "@scope/minimist", json!([{ "introduced": "0" }])),
        ),
        (
            debian(),
            package(Kind::Go, "example.test/one", "v1.2.3"),
            record("CVE-2024-1111", "Go", "example.test/one", json!([{ "introduced": "0" }])),
        ),
    ] {
        let mut scan = match_packages(Some(&distribution), &[package], &shards_with(&[record], &[], None), now());
        let url = scan.findings[0].packages[0].purl.clone();
        let vex = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.test/1", "author": "team", "version": 1,
            "timestamp": "2026-11-01T00:00:00Z", "statements": [{ "vulnerability": { "name": "CVE-2024-1111" },
            "products": [{ "@id": url }], "status": "not_affected", "impact_statement": "x" }] });
        Vex::parse(vex.to_string().as_bytes()).unwrap().apply(&mut scan, &[]);
        assert!(scan.findings[0].vex.is_some(), "{url}");
    }
}

fn version() -> impl Strategy<Value = String> {
    "[0-9][A-Za-z0-9.+~]{0,12}(-[A-Za-z0-9.+~]{1,8})?"
}

proptest! {
    /// Read again it is the same package of the same distribution, with the same source.
    #[test]
    fn what_is_written_is_read_as_the_same_package(
        kind in prop::sample::select(vec![Kind::Deb, Kind::Apk, Kind::Rpm, Kind::Npm, Kind::Python, Kind::Go]),
        name in "[a-z0-9][a-z0-9+.]{0,12}",
        version in version(),
        source in prop::option::of(("[a-z0-9][a-z0-9+.]{0,12}", version())),
        epoch in 0_u8..3,
        architecture in prop::option::of("[a-z0-9_]{1,8}"),
    ) {
        let is_system = matches!(kind, Kind::Deb | Kind::Apk | Kind::Rpm);
        // The file of a source rpm has a version and a release.
        let (version, source) = if kind == Kind::Rpm {
            let with_release = |version: String| if version.contains('-') { version } else { format!("{version}-1") };
            (with_release(version), source.map(|(name, version)| (name, with_release(version))))
        } else {
            (version, source)
        };
        let prefix = if is_system && kind != Kind::Apk && epoch > 0 { format!("{epoch}:") } else { String::new() };
        let source = source.filter(|_| is_system).map(|(name, version)| {
            // Of an rpm it is the package's.
            Source { name, version: if kind == Kind::Rpm { format!("{prefix}{version}") } else { version } }
        });
        let name = if kind == Kind::Python { name.replace(['+', '.'], "") } else { name };
        prop_assume!(!name.is_empty());
        let package = Package { kind, name, version: format!("{prefix}{version}"), source, architecture, location: "there".to_owned(), layer: 3 };
        let distribution = distribution(match kind { Kind::Apk => "alpine", Kind::Rpm => "almalinux", _ => "debian" }, "3.20.3");
        let url = PackageUrl::parse(&written(&package, Some(&distribution))).unwrap();
        let own = |source: &Source| kind != Kind::Rpm && source.name == package.name && source.version == package.version;
        let expected = Package { source: package.source.clone().filter(|source| !own(source)), ..package.clone() };
        prop_assert_eq!(url.package("there", 3), Some(expected));
        let read = url.distribution().map(|distribution| (distribution.id, distribution.version_id));
        prop_assert_eq!(read, is_system.then_some((distribution.id, distribution.version_id)));
    }
}
