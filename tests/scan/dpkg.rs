//! What dpkg says is installed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::slice;

use pullproof::scan::inventory::Inventory;
use pullproof::scan::matching::match_packages;
use pullproof::scan::package::Kind;
use pullproof::scan::package::Package;
use pullproof::scan::survey;

use crate::known;
use crate::support;
use crate::support::packages;
use crate::support::unreadable;

const STATUS: &str = "var/lib/dpkg/status";

fn read(text: &str) -> Inventory {
    support::inventory(&[(STATUS, text.as_bytes())])
}

#[track_caller]
fn refused(text: &[u8], code: &str, sentence: &str) {
    let why = unreadable(&[(STATUS, text)]);
    assert_eq!((why.code(), why.to_string().as_str()), (code, sentence));
}

#[test]
fn a_package_is_read_with_its_architecture_and_layer() {
    let tree = support::layered(&[(STATUS, 3, b"Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2-3\n")]);
    let inventory = Inventory::of(&tree);
    let [package] = inventory.packages.as_slice() else { panic!("{inventory:?}") };
    assert_eq!((package.kind, package.architecture.as_deref(), package.layer), (Kind::Deb, Some("amd64"), 3));
    assert_eq!((package.location.as_str(), package.source.clone()), (STATUS, None));
}

#[test]
fn the_source_package_has_its_own_version() {
    // The epoch of bsdutils hides every vulnerability of util-linux from whoever compares its version with theirs.
    let inventory = read("Package: bsdutils\nStatus: install ok installed\nSource: util-linux (2.38.1-5)\nVersion: 1:2.38.1-5\n");
    assert_eq!(packages(&inventory), ["bsdutils 1:2.38.1-5 ← util-linux 2.38.1-5"]);
}

#[test]
fn a_source_without_a_version_has_that_of_the_package() {
    let inventory = read("Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1\n");
    assert_eq!(packages(&inventory), ["libssl3 3.0.11-1 ← openssl 3.0.11-1"]);
}

#[test]
fn only_packages_of_which_files_are_there_count() {
    let states = [
        ("not-installed", 0),
        ("config-files", 0),
        ("half-installed", 1),
        ("unpacked", 1),
        ("half-configured", 1),
        ("triggers-awaited", 1),
        ("triggers-pending", 1),
        ("installed", 1),
    ];
    for (state, count) in states {
        let inventory = read(&format!("Package: a\nStatus: deinstall ok {state}\nVersion: 1\n"));
        assert_eq!(inventory.packages.len(), count, "{state}");
        assert_eq!(inventory.databases[0].packages, Ok(count), "{state}");
    }
}

#[test]
fn a_package_that_is_gone_needs_no_version() {
    assert_eq!(
        packages(&read("Package: a\nStatus: unknown ok not-installed\n\nPackage: b\nStatus: install ok installed\nVersion: 1\n")),
        ["b 1"]
    );
}

#[test]
fn lines_that_go_on_are_no_fields() {
    let text =
        "Package: a\nStatus: install ok installed\nDescription: x\n Package: b\n .\n Version: 9\nVersion: 1\nConffiles:\n /etc/a 0\n";
    assert_eq!(packages(&read(text)), ["a 1"]);
}

#[test]
fn names_of_fields_have_no_case() {
    assert_eq!(packages(&read("package: a\nSTATUS: install ok installed\nversion:1\n")), ["a 1"]);
}

#[test]
fn a_description_in_another_encoding_does_no_harm() {
    let text = b"Package: a\nStatus: install ok installed\nMaintainer: J\xf6rg <a@b>\nVersion: 1\n";
    assert_eq!(packages(&support::inventory(&[(STATUS, text)])), ["a 1"]);
}

#[test]
fn images_without_dpkg_have_a_file_a_package() {
    let inventory = support::inventory(&[
        ("var/lib/dpkg/status.d/base", b"Package: base-files\nVersion: 12.4\nArchitecture: amd64\n"),
        ("var/lib/dpkg/status.d/base.md5sums", b"d41d8cd98f00b204e9800998ecf8427e  etc/a\n"),
        ("var/lib/dpkg/status.d/libc6", b"Package: libc6\nVersion: 2.36-9\nSource: glibc\n"),
    ]);
    assert_eq!(packages(&inventory), ["base-files 12.4", "libc6 2.36-9 ← glibc 2.36-9"]);
    assert_eq!(inventory.databases.len(), 2);
}

#[test]
fn a_package_without_a_name_or_a_version_makes_the_database_unreadable() {
    let good = "Package: good\nStatus: install ok installed\nVersion: 1\n\n";
    let without_name = format!("{good}Status: install ok installed\nVersion: 1\n");
    refused(without_name.as_bytes(), "package-incomplete", "expected the name of the package before line 7, found none");
    let without_version = format!("{good}Package: a\nStatus: install ok installed\nVersion:\n\n");
    refused(without_version.as_bytes(), "package-incomplete", "expected the version of the package before line 8, found none");
}

#[test]
fn a_field_that_occurs_twice_makes_the_database_unreadable() {
    let text = b"Package: a\nStatus: install ok installed\nVersion: 1\nversion: 2\n";
    refused(text, "database-invalid", "expected line 4 to be a field that the paragraph does not have yet, found something else");
}

#[test]
fn a_line_that_is_no_field_makes_the_database_unreadable() {
    refused(b"Package: a\nno field\n", "database-invalid", "expected line 2 to be a field, found something else");
    refused(b"Package: a\n: b\n", "database-invalid", "expected line 2 to be a field, found something else");
    refused(b" goes on\n", "database-invalid", "expected line 1 to be a field, found something else");
    refused(b"\x7fELF\x00\x00", "database-invalid", "expected line 1 to be a field, found something else");
}

#[test]
fn a_state_that_nobody_knows_makes_the_database_unreadable() {
    for status in ["install ok broken", "installed", "install ok installed too"] {
        let text = format!("Package: a\nStatus: {status}\nVersion: 1\n");
        assert_eq!(unreadable(&[(STATUS, text.as_bytes())]).code(), "database-invalid", "{status}");
    }
}

#[test]
fn a_source_that_is_none_makes_the_database_unreadable() {
    for source in ["a (1", "(1)", "a b", "a ()", "a (1) b"] {
        let text = format!("Package: p\nStatus: install ok installed\nVersion: 1\nSource: {source}\n");
        assert_eq!(unreadable(&[(STATUS, text.as_bytes())]).code(), "database-invalid", "{source}");
    }
}

#[test]
fn a_database_without_packages_is_no_whole_inventory() {
    for text in ["", "\n\n"] {
        let inventory = read(text);
        assert_eq!(inventory.databases[0].packages, Ok(0));
        assert_eq!(inventory.coverage(), pullproof::scan::inventory::Coverage::Empty);
    }
}

#[test]
fn the_system_has_the_packages_that_dpkg_says_it_has() {
    let Some(dpkg_query) = support::program("dpkg-query") else { return };
    let format = "${db:Status-Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\n";
    let listed = support::text(Command::new(dpkg_query).args(["-W", "-f", format]));
    let mut expected: Vec<String> = listed
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(state, _)| !matches!(*state, "not-installed" | "config-files"))
        .map(|(_, rest)| rest.to_owned())
        .collect();
    expected.sort();
    let inventory = support::inventory(&[(STATUS, &fs::read(Path::new("/").join(STATUS)).unwrap())]);
    let mut found: Vec<String> = inventory
        .packages
        .iter()
        .map(|package| {
            let (name, version) =
                package.source.as_ref().map_or((&package.name, &package.version), |source| (&source.name, &source.version));
            let architecture = package.architecture.as_deref().unwrap_or_default();
            format!("{}\t{}\t{name}\t{version}\t{architecture}", package.name, package.version)
        })
        .collect();
    found.sort();
    assert!(found.len() > 50, "{}", found.len());
    assert_eq!(found, expected);
}

#[test]
fn trap_what_was_built_from_another_version_is_matched_by_that_version() {
    let Some(_) = support::program("dpkg-query") else { return };
    let inventory = support::inventory(&[(STATUS, &fs::read(Path::new("/").join(STATUS)).unwrap())]);
    let is_another = |package: &&Package| package.source.as_ref().is_some_and(|source| source.version != package.version);
    let others: Vec<Package> = survey::comparable(&inventory).iter().filter(is_another).cloned().collect();
    // Of the 96 packages of a minimal Debian 12 it is 13: an epoch, or what was built again.
    assert!(others.iter().any(|package| package.name == "bsdutils") && others.len() >= 5, "{others:?}");
    for package in others {
        let source = package.source.clone().unwrap();
        let found = |fixed: &str| {
            let record = known::debian_record("CVE-2024-1111", &source.name, Some(fixed), "high");
            let shards = known::shards_with(&[record], &[], None);
            match_packages(Some(&known::debian()), slice::from_ref(&package), &shards, known::now()).findings.len()
        };
        assert_eq!(found(&format!("{}+later", source.version)), 1, "{} {} of {source:?}", package.name, package.version);
        assert_eq!(found(&source.version), 0, "{} {} of {source:?}", package.name, package.version);
    }
}

#[test]
fn packages_that_their_publishers_give_away_themselves_are_not_the_distributions() {
    for (maintainer, version, is_foreign) in [
        ("NodeSource Support <support@nodesource.com>", "20.1.0-1nodesource1", true),
        ("Docker <support@docker.com>", "5:24.0.7-1~debian.12~bookworm", true),
        ("MySQL Release Engineering <mysql-build@oss.oracle.com>", "8.0.35-1debian12", true),
        ("Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>", "16.1-1.pgdg120+1", true),
        ("Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>", "15.5-0+deb12u1", false),
        ("Somebody <somebody@google.com>", "1", false),
        ("Somebody <somebody@notdocker.com>", "1", false),
        ("docker.com <somebody@debian.org>", "1", false),
        ("", "1", false),
    ] {
        let inventory = read(&format!("Package: a\nStatus: install ok installed\nMaintainer: {maintainer}\nVersion: {version}\n"));
        assert_eq!(inventory.is_foreign(&inventory.packages[0]), is_foreign, "{maintainer} {version}");
    }
}

#[test]
fn what_is_in_a_package_of_another_publisher_counts() {
    let status = b"Package: nodejs\nStatus: install ok installed\nMaintainer: NodeSource Support <support@nodesource.com>\nVersion: 20.1.0-1nodesource1\n";
    let inventory = support::inventory(&[
        (STATUS, status),
        ("var/lib/dpkg/info/nodejs.list", b"/usr/lib/node_modules/npm/package.json\n"),
        ("usr/lib/node_modules/npm/package.json", br#"{"name":"npm","version":"9.6.4"}"#),
    ]);
    assert_eq!(packages(&inventory), ["nodejs 20.1.0-1nodesource1", "npm 9.6.4"]);
}
