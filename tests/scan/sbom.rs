//! Lists of packages that somebody else made.

use pullproof::scan::inventory::Unreadable;
use pullproof::scan::inventory::purl::PackageUrl;
use pullproof::scan::inventory::sbom;
use pullproof::scan::inventory::sbom::Sbom;
use pullproof::scan::package::Kind;
use pullproof::scan::report::ListFormat;

use crate::support::shown;

fn read(text: &str) -> Sbom {
    sbom::read(text.as_bytes(), "list").unwrap_or_else(|why| panic!("{why}\n{text}"))
}

#[track_caller]
fn refused(text: &str) -> Unreadable {
    sbom::read(text.as_bytes(), "list").expect_err(text)
}

fn spdx(urls: &[&str]) -> String {
    let packages: Vec<String> = urls
        .iter()
        .map(|url| format!(r#"{{"name":"for people","versionInfo":"0","externalRefs":[{{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:x"}},{{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"{url}"}}]}}"#))
        .collect();
    format!(r#"{{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{}]}}"#, packages.join(","))
}

fn cyclonedx(components: &str) -> String {
    format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{components}]}}"#)
}

/// What becomes of one package URL.
fn package(url: &str) -> String {
    let list = read(&spdx(&[url]));
    match list.packages.as_slice() {
        [package] => format!("{:?} {}", package.kind, shown(package)),
        _ => format!("{} unknown, {} unidentified", list.unknown, list.unidentified),
    }
}

#[test]
fn packages_of_debian_are_what_they_were_built_from() {
    // As Syft writes them: the binary package in the name, what it was built from in `upstream`.
    for (url, expected) in [
        (
            "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&upstream=openssl&distro=debian-12",
            "Deb libssl3 3.0.11-1~deb12u2 ← openssl 3.0.11-1~deb12u2",
        ),
        (
            "pkg:deb/debian/bsdutils@1%3A2.38.1-5%2Bdeb12u3?upstream=util-linux%402.38.1-5%2Bdeb12u3",
            "Deb bsdutils 1:2.38.1-5+deb12u3 ← util-linux 2.38.1-5+deb12u3",
        ),
        (
            "pkg:deb/debian/bsdutils@1:2.38.1-5+deb12u3?upstream=util-linux@2.38.1-5+deb12u3",
            "Deb bsdutils 1:2.38.1-5+deb12u3 ← util-linux 2.38.1-5+deb12u3",
        ),
        ("pkg:deb/debian/login@4.13-1?epoch=1", "Deb login 1:4.13-1"),
        ("pkg:deb/debian/login@1%3A4.13-1?epoch=1", "Deb login 1:4.13-1"),
        ("pkg:deb/debian/adduser@3.134?upstream=", "Deb adduser 3.134"),
        ("pkg:deb/debian/adduser@3.134?upstream=%40", "Deb adduser 3.134"),
    ] {
        assert_eq!(package(url), expected, "{url}");
    }
}

#[test]
fn packages_of_alpine_are_what_they_were_built_from() {
    assert_eq!(
        package("pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&upstream=openssl&distro=alpine-3.19.0"),
        "Apk libcrypto3 3.1.4-r5 ← openssl 3.1.4-r5"
    );
    assert_eq!(package("pkg:apk/wolfi/glibc@2.38-r1"), "Apk glibc 2.38-r1");
}

#[test]
fn the_epoch_of_rpm_stands_beside_the_version() {
    for (url, expected) in [
        (
            "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm&distro=rhel-9.3",
            "Rpm openssl-libs 1:3.0.7-24.el9 ← openssl 1:3.0.7-24.el9",
        ),
        ("pkg:rpm/redhat/bash@5.1.8-6.el9?epoch=0&upstream=bash-5.1.8-6.el9.src.rpm", "Rpm bash 5.1.8-6.el9 ← bash 5.1.8-6.el9"),
        ("pkg:rpm/redhat/dbus@1:1.12.20-8.el9", "Rpm dbus 1:1.12.20-8.el9"),
        ("pkg:rpm/redhat/dbus@0:1.12.20-8.el9", "Rpm dbus 1.12.20-8.el9"),
    ] {
        assert_eq!(package(url), expected, "{url}");
    }
}

#[test]
fn packages_of_languages_have_their_whole_names() {
    for (url, expected) in [
        ("pkg:npm/%40angular/core@17.0.1", "Npm @angular/core 17.0.1"),
        ("pkg:npm/@angular/core@17.0.1", "Npm @angular/core 17.0.1"),
        ("pkg:npm/lodash@4.17.21", "Npm lodash 4.17.21"),
        ("pkg:pypi/Zope.Interface@6.1", "Python zope-interface 6.1"),
        ("pkg:golang/github.com/BurntSushi/toml@v1.3.2#cmd/tomlv", "Go github.com/BurntSushi/toml v1.3.2"),
        ("pkg:golang/stdlib@1.21.5", "Go stdlib 1.21.5"),
    ] {
        assert_eq!(package(url), expected, "{url}");
    }
}

#[test]
fn packages_of_other_ecosystems_are_counted_and_not_passed_over() {
    assert_eq!(package("pkg:maven/org.apache/commons@1.0"), "1 unknown, 0 unidentified");
    assert_eq!(package("pkg:deb/debian/adduser"), "0 unknown, 1 unidentified");
    assert_eq!(package("no package URL"), "0 unknown, 1 unidentified");
    assert_eq!(package("pkg:oci/debian@sha256%3Aabc"), "0 unknown, 0 unidentified");
}

#[test]
fn a_package_without_a_package_url_is_unidentified_and_the_image_is_none() {
    let list = read(r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"a"},{"name":"debian","primaryPackagePurpose":"CONTAINER"}]}"#);
    assert_eq!((list.packages.len(), list.unknown, list.unidentified), (0, 0, 1));
    let list = read(&cyclonedx(
        r#"{"type":"library","name":"a","version":"1"},{"type":"file","name":"/bin/a"},{"type":"operating-system","name":"debian","version":"12.5"}"#,
    ));
    assert_eq!((list.packages.len(), list.unknown, list.unidentified), (0, 0, 1));
}

#[test]
fn the_distribution_is_what_the_packages_say() {
    let distribution = |urls: &[&str]| read(&spdx(urls)).distribution.map(|found| (found.id, found.version_id.unwrap_or_default()));
    let is = |id: &str, version: &str| Some((id.to_owned(), version.to_owned()));
    assert_eq!(distribution(&["pkg:deb/debian/a@1?distro=debian-12", "pkg:deb/debian/b@1?distro=debian-12"]), is("debian", "12"));
    assert_eq!(distribution(&["pkg:apk/alpine/a@1?distro=3.20.3"]), is("alpine", "3.20.3"));
    assert_eq!(distribution(&["pkg:rpm/opensuse/a@1-1?distro=opensuse-leap-15.5"]), is("opensuse-leap", "15.5"));
    assert_eq!(distribution(&["pkg:apk/wolfi/a@1?distro=wolfi"]), is("wolfi", ""));
    assert_eq!(distribution(&["pkg:npm/a@1?distro=debian-12"]), None);
    assert_eq!(distribution(&["pkg:deb/debian/a@1"]), None);
}

#[test]
fn two_distributions_are_none() {
    let list = read(&spdx(&["pkg:deb/debian/a@1?distro=debian-12", "pkg:deb/debian/b@1?distro=debian-11"]));
    assert_eq!((list.distribution, list.has_several), (None, true));
    // One that is listed, and another in package URLs.
    let list = read(&cyclonedx(
        r#"{"type":"operating-system","name":"ubuntu","version":"22.04"},{"type":"library","name":"a","purl":"pkg:deb/debian/a@1?distro=debian-12"}"#,
    ));
    assert_eq!((list.distribution, list.has_several), (None, true));
    let list = read(&spdx(&["pkg:deb/debian/a@1?distro=debian-12", "pkg:deb/debian/b@1?distro=debian-12.5"]));
    assert_eq!(list.distribution.and_then(|found| found.version_id).as_deref(), Some("12"));
    let three = ["12", "12.5", "11"].map(|version| format!("pkg:deb/debian/a@1?distro=debian-{version}"));
    assert!(read(&spdx(&three.each_ref().map(String::as_str))).has_several);
}

#[test]
fn what_trivy_says_in_properties_counts() {
    let properties = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| format!(r#"{{"name":"aquasecurity:trivy:{name}","value":"{value}"}}"#)).collect();
        pairs.join(",")
    };
    let component = |url: &str, pairs: &[(&str, &str)]| {
        format!(r#"{{"type":"library","name":"a","purl":"{url}","properties":[{}]}}"#, properties(pairs))
    };
    for (url, pairs, expected) in [
        (
            "pkg:deb/debian/bsdutils@2.38.1-5?epoch=1",
            &[("PkgType", "debian"), ("SrcName", "util-linux"), ("SrcVersion", "2.38.1"), ("SrcRelease", "5")][..],
            "bsdutils 1:2.38.1-5 ← util-linux 2.38.1-5",
        ),
        (
            "pkg:rpm/redhat/dbus-libs@1.12-8.el9?epoch=1",
            &[("SrcName", "dbus"), ("SrcVersion", "1.12"), ("SrcRelease", "8.el9"), ("SrcEpoch", "1")],
            "dbus-libs 1:1.12-8.el9 ← dbus 1:1.12-8.el9",
        ),
        ("pkg:apk/alpine/libcrypto3@3.1.4-r5", &[("SrcName", "openssl")], "libcrypto3 3.1.4-r5 ← openssl 3.1.4-r5"),
        ("pkg:deb/debian/a@1", &[("SrcVersion", "2")], "a 1"),
    ] {
        let list = read(&cyclonedx(&component(url, pairs)));
        assert_eq!((list.format, list.packages.len()), (ListFormat::CycloneDx, 1));
        assert_eq!(shown(&list.packages[0]), expected);
    }
}

#[test]
fn what_trivy_says_in_spdx_counts() {
    let list = read(
        r#"{"spdxVersion":"SPDX-2.3","packages":[
        {"name":"app","primaryPackagePurpose":"CONTAINER","annotations":[{"comment":"ImageID: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},{"comment":"SchemaVersion: 2"}]},
        {"name":"debian","versionInfo":"12.5","primaryPackagePurpose":"OPERATING-SYSTEM"},
        {"name":"bsdutils","sourceInfo":"built package from: util-linux 2.38.1-5+deb12u3","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:deb/debian/bsdutils@2.38.1-5%2Bdeb12u3?arch=amd64&distro=debian-12.5&epoch=1"}]},
        {"name":"a","sourceInfo":"package found in: package-lock.json","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]}"#,
    );
    assert_eq!(list.packages.iter().map(shown).collect::<Vec<_>>(), ["bsdutils 1:2.38.1-5+deb12u3 ← util-linux 2.38.1-5+deb12u3", "a 1"]);
    let distribution = list.distribution.unwrap();
    assert_eq!((distribution.id.as_str(), distribution.version_id.as_deref()), ("debian", Some("12.5")));
    assert_eq!((list.describes.len(), list.unidentified), (1, 0));
}

#[test]
fn every_version_of_both_formats_that_is_in_use_is_read() {
    for version in ["2.2", "2.3"] {
        let text = spdx(&["pkg:npm/a@1"]).replace("SPDX-2.3", &format!("SPDX-{version}"));
        assert_eq!(read(&text).packages.len(), 1, "{version}");
    }
    for version in ["1.4", "1.5", "1.6"] {
        let text = cyclonedx(r#"{"type":"library","name":"a","purl":"pkg:npm/a@1"}"#).replace("1.6", version);
        assert_eq!(read(&text).packages.len(), 1, "{version}");
    }
}

#[test]
fn the_distribution_of_cyclonedx_is_a_component() {
    let list = read(&cyclonedx(
        r#"{"type":"operating-system","name":"Debian","version":"12.5"},{"type":"library","name":"a","purl":"pkg:deb/debian/a@1?distro=debian-12"}"#,
    ));
    let distribution = list.distribution.unwrap();
    assert_eq!((distribution.id.as_str(), distribution.version_id.as_deref()), ("debian", Some("12.5")));
}

#[test]
fn components_in_components_count() {
    let list = read(&cyclonedx(
        r#"{"type":"application","name":"a","purl":"pkg:npm/a@1","components":[{"type":"library","name":"b","purl":"pkg:npm/b@2","components":[{"type":"library","name":"c","purl":"pkg:npm/c@3"}]}]}"#,
    ));
    assert_eq!(list.packages.iter().map(shown).collect::<Vec<_>>(), ["a 1", "b 2", "c 3"]);
    assert!(list.packages.iter().all(|package| package.kind == Kind::Npm && package.location == "list"));
}

#[test]
fn components_nested_without_end_are_refused() {
    let mut nested = String::new();
    for _ in 0..100 {
        nested = format!(r#"{{"type":"library","name":"a","purl":"pkg:npm/a@1","components":[{nested}]}}"#);
    }
    assert_eq!(refused(&cyclonedx(&nested)).code(), "too-many-entries");
}

#[test]
fn a_list_that_is_none_or_of_another_version_is_refused() {
    for (text, code) in [
        ("", "json-invalid"),
        ("[]", "document-invalid"),
        ("{}", "database-invalid"),
        (r#"{"spdxVersion":"SPDX-3.0"}"#, "format-unsupported"),
        (r#"{"spdxVersion":"SPDX-2.3","bomFormat":"CycloneDX","specVersion":"1.5"}"#, "database-invalid"),
        (r#"{"bomFormat":"CycloneDX"}"#, "document-invalid"),
        (r#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#, "format-unsupported"),
        (r#"{"bomFormat":"Other","specVersion":"1.0"}"#, "database-invalid"),
        (r#"{"spdxVersion":"SPDX-2.3","packages":{}}"#, "document-invalid"),
        (r#"{"spdxVersion":"SPDX-2.3","packages":[1]}"#, "document-invalid"),
        (r#"{"spdxVersion":"SPDX-2.3","packages":[],"packages":[]}"#, "duplicate-key"),
        (r#"{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl"}]}]}"#, "document-invalid"),
    ] {
        assert_eq!(refused(text).code(), code, "{text}");
    }
}

#[test]
fn a_package_that_is_two_is_refused() {
    let reference = |url: &str| format!(r#"{{"referenceType":"purl","referenceLocator":"{url}"}}"#);
    let of = |one: &str, other: &str| {
        format!(r#"{{"spdxVersion":"SPDX-2.3","packages":[{{"externalRefs":[{},{}]}}]}}"#, reference(one), reference(other))
    };
    assert_eq!(read(&of("pkg:npm/a@1", "pkg:npm/a@1")).packages.len(), 1);
    assert_eq!(refused(&of("pkg:npm/a@1", "pkg:npm/a@2")).code(), "database-invalid");
}

#[test]
fn a_list_of_many_values_is_read_and_one_without_end_is_not() {
    let urls: Vec<String> = (0..20_000).map(|number| format!("pkg:npm/a@{number}")).collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    assert_eq!(read(&spdx(&urls)).packages.len(), 20_000);
    let endless = format!(r#"{{"spdxVersion":"SPDX-2.3","files":[{}0]}}"#, "0,".repeat(1 << 20));
    assert_eq!(refused(&endless).code(), "too-many-entries");
    assert_eq!(refused(&" ".repeat((16 << 20) + 1)).code(), "too-many-entries");
}

#[test]
fn a_package_url_is_read_from_its_end() {
    let url = PackageUrl::parse("PKG://Deb/deb%69an/a%40b@1.0@2?B=x%26y&c=#sub/path").unwrap();
    assert_eq!((url.kind.as_str(), url.namespace.as_deref(), url.name.as_str()), ("deb", Some("debian"), "a@b@1.0"));
    assert_eq!((url.version.as_deref(), url.qualifier("b"), url.qualifier("c")), (Some("2"), Some("x&y"), None));
}

#[test]
fn a_text_that_is_no_package_url_is_refused() {
    for text in [
        "",
        "pkg",
        "pkg:",
        "pkg:npm",
        "pkg:npm/",
        "npm/a@1",
        "pkg:/a@1",
        "pkg:1a/b",
        "pkg:n m/a",
        "pkg:npm/a%",
        "pkg:npm/a%4",
        "pkg:npm/a%zz",
        "pkg:npm/%ff",
        "pkg:npm/a?b",
        "pkg:npm/a?b=1&B=2",
    ] {
        assert!(PackageUrl::parse(text).is_err(), "{text}");
    }
    let many: Vec<String> = (0..33).map(|number| format!("q{number}=1")).collect();
    assert!(PackageUrl::parse(&format!("pkg:npm/a?{}", many[..32].join("&"))).is_ok());
    assert!(PackageUrl::parse(&format!("pkg:npm/a?{}", many.join("&"))).is_err());
    let refused = PackageUrl::parse(&format!("pkg:npm/{}", "a".repeat(5000))).unwrap_err();
    assert!(refused.to_string().starts_with("expected a package URL of at most 4096 bytes, found \"pkg:npm/aaa"));
}
