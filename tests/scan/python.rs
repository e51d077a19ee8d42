//! What pip and its like have installed.

use std::path::Path;
use std::process::Command;

use pullproof::scan::inventory::Inventory;

use crate::support;
use crate::support::packages;
use crate::support::unreadable_package;

const METADATA: &str = "usr/lib/python3.11/site-packages/a-1.dist-info/METADATA";

fn found(path: &str, text: &str) -> Vec<String> {
    packages(&support::inventory(&[(path, text.as_bytes())]))
}

#[test]
fn every_place_of_a_description_is_known() {
    for path in [
        METADATA,
        "usr/lib/python3/dist-packages/a-1.egg-info/PKG-INFO",
        "usr/lib/python3/dist-packages/a-1.egg-info",
        "usr/lib/python3/dist-packages/a-1-py3.11.egg/EGG-INFO/PKG-INFO",
        "usr/lib/python3/dist-packages/setuptools/_vendor/a-1.dist-info/METADATA",
    ] {
        assert_eq!(found(path, "Metadata-Version: 2.1\nName: a\nVersion: 1\n\nName: b\n"), ["a 1"], "{path}");
    }
}

#[test]
fn other_files_are_no_packages() {
    for path in ["app/METADATA", "app/PKG-INFO", "app/a.dist-info/PKG-INFO", "app/a-1.dist-info/RECORD"] {
        assert_eq!(found(path, "Name: a\nVersion: 1\n"), [""; 0], "{path}");
    }
}

#[test]
fn a_name_is_the_one_that_all_its_spellings_have() {
    // PEP 503.
    for (name, normalized) in [("Flask", "flask"), ("zope.interface", "zope-interface"), ("A__-..b", "a-b"), ("a-b", "a-b")] {
        assert_eq!(found(METADATA, &format!("Name: {name}\nVersion: 1\n")), [format!("{normalized} 1")]);
    }
}

#[test]
fn the_manual_behind_the_fields_is_not_read() {
    assert_eq!(found(METADATA, "Name: a\nVersion: 1\n\nVersion: 2\nwhat is no field\n"), ["a 1"]);
}

#[test]
fn fields_end_with_what_is_none_as_python_reads_them() {
    assert_eq!(found(METADATA, "Name: a\nVersion: 1\nLicense: some\nwithout an indent\nVersion: 2\n"), ["a 1"]);
}

#[test]
fn a_package_without_a_name_or_a_version_is_said_to_be_unreadable() {
    for text in ["", "\n\n", "Name: a\n", "Version: 1\n", "Name:\nVersion: 1\n", "Name: a\n\nVersion: 1\n", "no\nName: a\nVersion: 1\n"] {
        assert_eq!(unreadable_package(METADATA, text.as_bytes()).code(), "package-incomplete", "{text:?}");
    }
}

#[test]
fn a_field_that_occurs_twice_is_refused() {
    assert_eq!(unreadable_package(METADATA, b"Name: a\nVersion: 1\nVersion: 2\n").code(), "database-invalid");
}

#[test]
fn python_lists_the_same_packages() {
    let Some(python) = support::program("python3") else { return };
    // Every folder that this Python imports from, and what it finds there.
    let list = "import importlib.metadata as metadata, os, sys\n\
        for folder in sys.path:\n \
        if os.path.isdir(folder):\n  \
        for found in metadata.distributions(path=[folder]): print(folder, found.metadata['Name'], found.metadata['Version'], sep='\\t')\n";
    let listed = support::text(Command::new(python).args(["-c", list]));
    let mut folders: Vec<&str> = listed.lines().map(|line| line.split('\t').next().unwrap()).collect();
    folders.sort_unstable();
    folders.dedup();
    let mut compared = 0;
    for folder in folders {
        let mut expected: Vec<(String, String)> = listed
            .lines()
            .filter_map(|line| line.strip_prefix(folder)?.strip_prefix('\t')?.split_once('\t'))
            .map(|(name, version)| (name.to_lowercase().replace(['.', '_'], "-"), version.to_owned()))
            .collect();
        // Straight in the folder only: what is vendored deeper is imported by another way.
        let mut tree = support::captured(Path::new(folder), Path::new(folder));
        tree.files.retain(|path, _| path.split('/').count() <= 2 || path.contains("/EGG-INFO/"));
        let inventory = Inventory::of(&tree);
        assert_eq!(inventory.notes, []);
        let mut found: Vec<(String, String)> = inventory.packages.into_iter().map(|package| (package.name, package.version)).collect();
        found.sort();
        expected.sort();
        compared += found.len();
        assert_eq!(found, expected, "{folder}");
    }
    assert!(compared > 0, "expected a package that Python has, found none");
}
