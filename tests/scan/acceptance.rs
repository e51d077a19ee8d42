//! The table at the end of `docs/scanning.md`: every test that it names exists, and every one of the thirteen has some.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The file of the repository with this path.
fn file(path: &str) -> Option<String> {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).ok()
}

/// A row: its number, and what it quotes of each file, which comes first.
fn row(line: &str) -> Option<(u32, Vec<Vec<&str>>)> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
    let [number, _, tests] = cells.as_slice() else { return None };
    let quoted = |named: &'_ str| -> Vec<usize> { named.match_indices('`').map(|(at, _)| at).collect() };
    let files = tests.split("; `").map(|named| {
        let named = named.strip_prefix('`').unwrap_or(named);
        let ends = quoted(named);
        let mut words = vec![&named[..*ends.first().unwrap_or(&0)]];
        words.extend(ends[1..].chunks_exact(2).map(|pair| &named[pair[0] + 1..pair[1]]));
        words
    });
    Some((number.parse().ok()?, files.collect()))
}

#[test]
fn every_test_that_the_documentation_names_exists() {
    let text = file("docs/scanning.md").unwrap();
    let (_, table) = text.split_once("## What proves it").unwrap();
    let rows: Vec<_> = table.lines().filter_map(row).collect();
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=13).collect::<Vec<_>>());
    let mut seen = BTreeSet::new();
    for (number, files) in rows {
        for words in files {
            let [path, tests @ ..] = words.as_slice() else { panic!("{number}: no file") };
            assert!(!tests.is_empty(), "{number}: no test of {path}");
            let source = file(path).unwrap_or_else(|| panic!("{number}: {path} does not exist"));
            for test in tests {
                let is_there = if Path::new(path).extension().is_some_and(|extension| extension == "rs") {
                    source.contains(&format!("#[test]\n    fn {test}(")) || source.contains(&format!("#[test]\nfn {test}("))
                } else {
                    // A test, or what it is named by.
                    [format!("'{test}'"), format!("`{test}`"), format!("\"{test}\"")].iter().any(|quoted| source.contains(quoted))
                };
                assert!(is_there, "{number}: {path} has no test {test}");
                seen.insert((path.to_string(), test.to_string()));
            }
        }
    }
    assert!(seen.len() >= 25, "{seen:?}");
}

#[test]
fn a_row_is_read_as_it_is_written() {
    let line = "| 3 | of `this` | `tests/a.rs`: `one`, `two`; `pkg/b.mjs`: `a title, with ${words}` |";
    assert_eq!(row(line), Some((3, vec![vec!["tests/a.rs", "one", "two"], vec!["pkg/b.mjs", "a title, with ${words}"]])));
    assert_eq!(row("|---|---|---|"), None);
    assert_eq!(row("| code | |"), None);
}
