//! What every target over captured files asks of an inventory.

use pullproof::scan::inventory::Coverage;
use pullproof::scan::inventory::Inventory;
use pullproof::scan::tree::File;
use pullproof::scan::tree::Tree;

/// Beside what is fuzzed: a package of a language, so that there is something to own.
const METADATA: (&str, &[u8]) = ("a/a.dist-info/METADATA", b"Name: a\nVersion: 1\n");

/// Reads the files. There is an answer, it can be shown, and what was not read is never "no packages".
pub fn read(files: &[(&str, &[u8])]) -> Inventory {
    let file = |(path, bytes): &(&str, &[u8])| ((*path).to_owned(), File { bytes: bytes.to_vec(), layer: 0 });
    let tree = Tree { files: files.iter().chain(&[METADATA]).map(file).collect() };
    let inventory = Inventory::of(&tree);
    for package in &inventory.packages {
        assert!(!package.name.is_empty() && !package.version.is_empty(), "{package:?}");
        assert!(tree.files.contains_key(&package.location), "{package:?}");
    }
    let reasons = inventory.databases.iter().filter_map(|database| database.packages.as_ref().err()).map(ToString::to_string);
    for sentence in reasons.chain(inventory.notes.iter().map(ToString::to_string)) {
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
    if inventory.databases.iter().any(|database| database.packages.is_err()) {
        assert_eq!(inventory.coverage(), Coverage::Partial);
    }
    inventory
}
