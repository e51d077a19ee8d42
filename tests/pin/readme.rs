//! The examples of the README are what happens.

use std::fs;

use pullproof::pin::Kind;

use crate::support;

#[test]
fn every_kind_has_an_example_in_the_readme_and_each_is_true() {
    let readme = fs::read_to_string("README.md").unwrap();
    let mut shown: Vec<Kind> = Vec::new();
    for block in readme.split("\n```diff ").skip(1) {
        let (kind, rest) = block.split_once('\n').unwrap();
        let body = rest.split_once("\n```").unwrap().0;
        let side = |mark: char| -> String {
            let of_side = body.lines().filter(|line| line.starts_with([' ', mark]));
            of_side.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
        };
        let kind: Kind = kind.parse().unwrap();
        let pinned = support::pin(&side('-'), kind);
        let mut text = pinned.text.clone();
        for change in &pinned.changes {
            text = text.replace(&change.digest.to_string(), "sha256:…");
        }
        assert_eq!(text, side('+'), "{kind}");
        assert_eq!(Kind::detect(&side('-'), None), Some(kind), "the example is not taken for what it is");
        shown.push(kind);
    }
    let missing: Vec<_> = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Reference && !shown.contains(kind)).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
}
