//! What apk says is installed.

use pullproof::scan::inventory::Coverage;
use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::Note;

use crate::support;
use crate::support::packages;
use crate::support::unreadable;

const INSTALLED: &str = "lib/apk/db/installed";

const MUSL: &str = "C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nS:1\nI:2\nT:the C library\nU:https://musl.libc.org/\nL:MIT\no:musl\nm:A <a@b>\n\
                    t:1\nc:d\np:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\n\n";

fn read(text: &str) -> Inventory {
    support::inventory(&[(INSTALLED, text.as_bytes())])
}

#[test]
fn a_package_is_read_with_its_origin() {
    let text = format!("{MUSL}P:libcrypto3\nV:3.1.4-r5\nA:x86_64\no:openssl\n\n");
    assert_eq!(packages(&read(&text)), ["libcrypto3 3.1.4-r5 ← openssl 3.1.4-r5", "musl 1.2.4-r2 ← musl 1.2.4-r2"]);
}

#[test]
fn the_database_may_be_below_usr() {
    // Wolfi and Chainguard have it there alone; where both are there, a package is one package.
    let wolfi = support::inventory(&[("usr/lib/apk/db/installed", MUSL.as_bytes())]);
    assert_eq!(packages(&wolfi), ["musl 1.2.4-r2 ← musl 1.2.4-r2"]);
    let both = support::inventory(&[(INSTALLED, MUSL.as_bytes()), ("usr/lib/apk/db/installed", MUSL.as_bytes())]);
    assert_eq!(both.packages.len(), 1);
    assert_eq!(both.databases.len(), 2);
}

#[test]
fn letters_of_later_versions_are_left_alone() {
    assert_eq!(packages(&read("P:a\nV:1-r0\nf:S\ng:x\nq:1000\n?:x\n\n")), ["a 1-r0"]);
}

#[test]
fn the_last_package_needs_no_empty_line() {
    assert_eq!(packages(&read("P:a\nV:1-r0")), ["a 1-r0"]);
    assert_eq!(packages(&read("\n\nP:a\nV:1-r0\n")), ["a 1-r0"]);
}

#[test]
fn a_package_without_a_name_or_a_version_makes_the_database_unreadable() {
    for text in ["P:a\n\n", "V:1\n\n", "P:\nV:1\n\n", "P:a\nV:\n\n", "R:x\n\n"] {
        let why = unreadable(&[(INSTALLED, format!("{MUSL}{text}").as_bytes())]);
        assert_eq!(why.code(), "package-incomplete", "{text:?}");
    }
}

#[test]
fn a_line_that_is_no_field_makes_the_database_unreadable() {
    for text in ["P", "PV:1", " P:a", "\r", "P:a\nV:1\nabc"] {
        assert_eq!(unreadable(&[(INSTALLED, text.as_bytes())]).code(), "database-invalid", "{text:?}");
    }
}

#[test]
fn a_name_or_a_version_that_occurs_twice_makes_the_database_unreadable() {
    for text in ["P:a\nP:b\nV:1\n\n", "P:a\nV:1\nV:2\n\n", "P:a\nV:1\no:x\no:y\n\n"] {
        assert_eq!(unreadable(&[(INSTALLED, text.as_bytes())]).code(), "database-invalid", "{text:?}");
    }
}

#[test]
fn a_name_that_is_no_text_makes_the_database_unreadable() {
    assert_eq!(unreadable(&[(INSTALLED, b"P:\xff\nV:1\n\n")]).code(), "database-invalid");
}

#[test]
fn packages_that_are_fetched_from_another_release_are_said_to_be() {
    let found = |version: &str, repositories: &str| {
        let release = format!("ID=alpine\nVERSION_ID={version}\n");
        let files: [(&str, &[u8]); 3] =
            [("etc/os-release", release.as_bytes()), ("etc/apk/repositories", repositories.as_bytes()), (INSTALLED, MUSL.as_bytes())];
        let inventory = support::inventory(&files);
        assert_eq!(inventory.coverage(), Coverage::Whole);
        match inventory.notes.as_slice() {
            [] => Vec::new(),
            [Note::OtherReleases { found }] => found.clone(),
            notes => panic!("{notes:?}"),
        }
    };
    let main = "https://dl-cdn.alpinelinux.org/alpine/v3.20/main\n#https://dl-cdn.alpinelinux.org/alpine/edge/main\n";
    assert_eq!(found("3.20.3", main), [""; 0]);
    assert_eq!(found("3.20.3", ""), [""; 0]);
    assert_eq!(found("3.20.3", "/media/cdrom/apks\n"), [""; 0]);
    assert_eq!(found("3.20.3", &format!("{main}@testing https://dl-cdn.alpinelinux.org/alpine/edge/testing\n")), ["edge", "v3.20"]);
    assert_eq!(found("3.2.0", main), ["v3.20"]);
    assert_eq!(found("3.20.3", "http://a/alpine/latest-stable/main"), ["latest-stable"]);
}
