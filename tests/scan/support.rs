//! Trees of captured files, and the programs that decide with us.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::Note;
use pullproof::scan::inventory::Unreadable;
use pullproof::scan::package::Package;
use pullproof::scan::tree::File;
use pullproof::scan::tree::Tree;

/// Files of one layer.
pub(crate) fn tree(files: &[(&str, &[u8])]) -> Tree {
    layered(&files.iter().map(|(path, bytes)| (*path, 0, *bytes)).collect::<Vec<_>>())
}

/// Files, each of a layer.
pub(crate) fn layered(files: &[(&str, usize, &[u8])]) -> Tree {
    let file = |(path, layer, bytes): &(&str, usize, &[u8])| ((*path).to_owned(), File { bytes: bytes.to_vec(), layer: *layer });
    Tree { files: files.iter().map(file).collect() }
}

pub(crate) fn inventory(files: &[(&str, &[u8])]) -> Inventory {
    Inventory::of(&tree(files))
}

/// `name version`, and `← source version` where there is one.
pub(crate) fn shown(package: &Package) -> String {
    let source = package.source.as_ref().map_or(String::new(), |source| format!(" ← {} {}", source.name, source.version));
    format!("{} {}{source}", package.name, package.version)
}

pub(crate) fn packages(inventory: &Inventory) -> Vec<String> {
    inventory.packages.iter().map(shown).collect()
}

/// Why the only database cannot be read; there must be no package of it.
#[track_caller]
pub(crate) fn unreadable(files: &[(&str, &[u8])]) -> Unreadable {
    let inventory = inventory(files);
    assert_eq!(inventory.packages, []);
    let [database] = inventory.databases.as_slice() else { panic!("{inventory:?}") };
    database.packages.clone().expect_err("it is not to be read")
}

/// Why the only package of a language cannot be read.
#[track_caller]
pub(crate) fn unreadable_package(path: &str, bytes: &[u8]) -> Unreadable {
    let inventory = inventory(&[(path, bytes)]);
    assert_eq!(inventory.packages, []);
    match inventory.notes.as_slice() {
        [Note::Unreadable { why, .. }] => why.clone(),
        _ => panic!("{inventory:?}"),
    }
}

/// A program of the system. Without it a test has nothing to compare with, which CI must not overlook.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("CI").is_none(), "{name} is missing: CI has to compare with it");
        eprintln!("{name} is missing: nothing is compared with it");
    }
    found
}

/// What a program prints. It has to succeed.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[track_caller]
pub(crate) fn text(command: &mut Command) -> String {
    String::from_utf8(output(command)).expect("it prints text")
}

/// An empty folder of this test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Every file below `below` of which an inventory wants something, by its path from `root`.
pub(crate) fn captured(root: &Path, below: &Path) -> Tree {
    use pullproof::scan::inventory::Wanted;
    let mut tree = Tree::default();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            // Links are not followed: what they lead to is found where it is.
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if kind.is_file()
                && matches!(pullproof::scan::inventory::wanted(&name), Wanted::File { limit } if entry.metadata().unwrap().len() <= limit)
            {
                tree.files.insert(name, File { bytes: fs::read(&path).unwrap(), layer: 0 });
            }
        }
    }
    tree
}
