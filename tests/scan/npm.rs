//! What npm and its like have installed.

use std::path::Path;
use std::process::Command;

use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::Wanted;
use pullproof::scan::inventory::wanted;

use crate::support;
use crate::support::packages;
use crate::support::unreadable_package;

const A: &[u8] = br#"{"name":"a","version":"1.0.0"}"#;

fn found(path: &str, text: &str) -> Vec<String> {
    packages(&support::inventory(&[(path, text.as_bytes())]))
}

#[test]
fn packages_stand_straight_in_node_modules() {
    for path in [
        "app/node_modules/a/package.json",
        "node_modules/a/package.json",
        "usr/local/lib/node_modules/npm/node_modules/a/package.json",
        "app/node_modules/@scope/a/package.json",
        "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
    ] {
        assert!(matches!(wanted(path), Wanted::File { .. }), "{path}");
        assert_eq!(packages(&support::inventory(&[(path, A)])), ["a 1.0.0"], "{path}");
    }
}

#[test]
fn files_deeper_in_a_package_are_no_packages() {
    // Some of these are broken on purpose, to test with.
    for path in [
        "app/node_modules/resolve/test/resolver/malformed_package_json/package.json",
        "app/node_modules/a/dist/esm/package.json",
        "app/node_modules/@scope/a/dist/package.json",
        "app/node_modules/@scope/package.json",
        "app/node_modules/package.json",
        "app/node_modules/node_modules/package.json",
        "app/node_modules/a/node_modules/package.json",
        "app/not-package.json",
        "app/node_modules/a/not-package.json",
    ] {
        assert_eq!(packages(&support::inventory(&[(path, A)])), [""; 0], "{path}");
    }
}

#[test]
fn the_application_itself_counts_unless_it_is_private() {
    assert_eq!(found("app/package.json", r#"{"name":"a","version":"1.0.0"}"#), ["a 1.0.0"]);
    assert_eq!(found("app/package.json", r#"{"name":"a","version":"1.0.0","private":true}"#), [""; 0]);
    assert_eq!(found("app/node_modules/a/package.json", r#"{"name":"a","version":"1.0.0","private":true}"#), ["a 1.0.0"]);
}

#[test]
fn a_file_without_name_or_version_says_how_a_folder_is_read() {
    for text in [r#"{"type":"module"}"#, r#"{"name":"a"}"#, r#"{"version":"1"}"#, r#"{"name":"","version":"1"}"#, "{}"] {
        assert_eq!(found("app/node_modules/a/package.json", text), [""; 0], "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_taken_for_nothing() {
    assert_eq!(found("app/node_modules/a/package.json", "\u{feff}{\"name\":\"a\",\"version\":\"1\"}"), ["a 1"]);
}

#[test]
fn what_is_no_strict_json_is_said_to_be_unreadable() {
    for (text, code) in [
        ("{", "json-invalid"),
        ("", "json-invalid"),
        ("[]", "document-invalid"),
        (r#"{"name":"a","name":"b","version":"1"}"#, "duplicate-key"),
        (r#"{"name":"a","Version":"1"}"#, "duplicate-key"),
        (r#"{"name":1,"version":"1"}"#, "document-invalid"),
    ] {
        assert_eq!(unreadable_package("app/node_modules/a/package.json", text.as_bytes()).code(), code, "{text}");
    }
}

#[test]
fn npm_lists_the_same_packages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(npm) = support::program("npm") else { return };
    if !root.join("node_modules").is_dir() {
        assert!(std::env::var_os("CI").is_none(), "node_modules is missing: CI has to compare with it");
        return;
    }
    // It fails where a package that is optional is not there, and lists what is there all the same.
    let listed = Command::new(npm).current_dir(root).args(["ls", "--all", "--parseable", "--long"]).output().unwrap().stdout;
    let mut expected: Vec<String> = String::from_utf8(listed)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix(root.to_str().unwrap())?.strip_prefix("/node_modules/"))
        .map(|line| {
            let mut parts = line.split(':');
            (parts.next().unwrap(), parts.next().unwrap())
        })
        // The packages of this repository are linked, and read where they are.
        .filter(|(path, _)| !root.join("node_modules").join(path).is_symlink())
        .map(|(_, package)| {
            let (name, version) = package.rsplit_once('@').unwrap();
            format!("{name} {version}")
        })
        .collect();
    let inventory = Inventory::of(&support::captured(root, &root.join("node_modules")));
    let mut found = packages(&inventory);
    expected.sort();
    expected.dedup();
    found.sort();
    found.dedup();
    assert!(found.len() > 50, "{}", found.len());
    assert_eq!(found, expected);
    assert_eq!(inventory.notes, []);
}
