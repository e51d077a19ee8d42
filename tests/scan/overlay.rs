//! What layers make of one another. Every rule is tried by hand; then one hundred generated stacks of layers against a file system that
//! knows nothing of captures.

use pullproof::budget;
use pullproof::scan::layer::Expected;
use pullproof::scan::layer::Reader;
use pullproof::scan::layer::Summary;
use pullproof::scan::overlay::InvalidOverlay;
use pullproof::scan::overlay::Merged;
use pullproof::scan::overlay::Overlay;

use crate::archive::Archive;
use crate::archive::ByPath;
use crate::archive::EVERYTHING;
use crate::archive::USUAL;
use crate::archive::expecting;

const STATUS: &str = "var/lib/dpkg/status";

fn summary(archive: &Archive, captures: &ByPath, overlay: Option<&Overlay>) -> Summary {
    let archive = archive.clone().end();
    let expected: Expected = expecting(&archive, &archive);
    let mut reader = Reader::new(expected, captures).unwrap();
    if let Some(overlay) = overlay {
        reader.settle(&overlay.below());
    }
    reader.push(&archive).unwrap();
    reader.finish().unwrap()
}

/// Merges layers, the lowest first: once with each told what lies below it before it is read, once with none told.
fn merge_with(layers: &[Archive], captures: &ByPath) -> Result<Merged, InvalidOverlay> {
    let merge = |told: bool| {
        let mut overlay = Overlay::new();
        for layer in layers {
            let summary = summary(layer, captures, told.then_some(&overlay));
            overlay.apply(summary)?;
        }
        overlay.finish()
    };
    let merged = merge(true);
    assert_eq!(merged, merge(false));
    merged
}

fn merge(layers: &[Archive]) -> Vec<(String, String, usize)> {
    let merged = merge_with(layers, &USUAL).unwrap();
    assert!(merged.gaps.is_empty(), "{:?}", merged.gaps);
    shown(&merged)
}

fn shown(merged: &Merged) -> Vec<(String, String, usize)> {
    let files = merged.tree.files.iter();
    files.map(|(path, file)| (path.clone(), String::from_utf8_lossy(&file.bytes).into_owned(), file.layer)).collect()
}

fn one(path: &str, content: &str, layer: usize) -> Vec<(String, String, usize)> {
    vec![(path.into(), content.into(), layer)]
}

fn base() -> Archive {
    Archive::new().directory("var").directory("var/lib").directory("var/lib/dpkg").file(STATUS, b"base")
}

#[test]
fn the_highest_layer_that_has_a_file_brings_it() {
    assert_eq!(merge(&[base()]), one(STATUS, "base", 0));
    assert_eq!(merge(&[base(), Archive::new().file("etc/x", b"")]), one(STATUS, "base", 0));
    assert_eq!(merge(&[base(), Archive::new(), base().file(STATUS, b"top")]), one(STATUS, "top", 2));
}

#[test]
fn a_whiteout_deletes_a_file_or_all_that_is_in_a_directory() {
    for whiteout in ["var/lib/dpkg/.wh.status", "var/lib/.wh.dpkg", ".wh.var"] {
        assert_eq!(merge(&[base(), Archive::new().file(whiteout, b"")]), [], "{whiteout}");
        assert_eq!(merge(&[base(), Archive::new().file(whiteout, b""), base()]).len(), 1, "{whiteout}");
    }
    for whiteout in ["var/lib/dpkg/.wh.statu", "var/lib/dpkg/.wh.status-old", "var/lib/.wh.dpk", "lib/.wh.dpkg", ".wh.status", ".wh.va"] {
        assert_eq!(merge(&[base(), Archive::new().file(whiteout, b"")]).len(), 1, "{whiteout}");
    }
}

#[test]
fn a_whiteout_deletes_of_lower_layers_only_wherever_in_the_layer_it_stands() {
    let whiteout = |archive: Archive| archive.file("var/lib/dpkg/.wh.status", b"").file("var/lib/.wh.dpkg", b"").file(".wh.var", b"");
    let before = whiteout(Archive::new()).file(STATUS, b"top");
    let after = whiteout(Archive::new().file(STATUS, b"top"));
    for layer in [before, after] {
        assert_eq!(merge(&[base(), layer]), one(STATUS, "top", 1));
    }
}

#[test]
fn an_opaque_directory_hides_what_lower_layers_have_in_it() {
    let lower = base().file("etc/os-release", b"lower");
    for (opaque, left) in [("var/lib/dpkg/", 1), ("var/", 1), ("", 0), ("etc/", 1), ("usr/", 2)] {
        let layer = Archive::new().file(&format!("{opaque}.wh..wh..opq"), b"");
        assert_eq!(merge(&[lower.clone(), layer]).len(), left, "{opaque}");
    }
    let before = Archive::new().file("var/lib/.wh..wh..opq", b"").file(STATUS, b"top");
    let after = Archive::new().file(STATUS, b"top").file("var/lib/.wh..wh..opq", b"");
    for layer in [before, after] {
        assert_eq!(merge(&[base(), layer]), one(STATUS, "top", 1));
    }
}

#[test]
fn a_file_in_the_place_of_a_directory_hides_what_was_in_it() {
    for path in ["var", "var/lib", "var/lib/dpkg"] {
        assert_eq!(merge(&[base(), Archive::new().file(path, b"")]), [], "{path}");
        let device = Archive::new().raw(crate::archive::Header::new(path, b'3', 0), b"");
        assert_eq!(merge(&[base(), device]), [], "{path}");
        assert_eq!(merge(&[base(), Archive::new().hard_link(path, "etc/passwd")]), [], "{path}");
        assert_eq!(merge(&[base(), Archive::new().symlink(path, "elsewhere")]), [], "{path}");
        assert_eq!(merge(&[base(), Archive::new().directory(path)]).len(), 1, "{path}");
    }
    assert_eq!(merge(&[base(), Archive::new().file("va", b"").file("var/li", b"").file("lib", b"")]).len(), 1);
}

#[test]
fn something_else_in_the_place_of_a_file_hides_it() {
    for layer in [Archive::new().directory(STATUS), Archive::new().raw(crate::archive::Header::new(STATUS, b'6', 0), b"")] {
        assert_eq!(merge(&[base(), layer]), []);
    }
}

#[test]
fn a_file_in_what_was_a_file_makes_it_a_directory() {
    let lower = Archive::new().file("usr/lib/os-release", b"x");
    let upper = Archive::new().file("usr/lib/os-release/node_modules/a/package.json", b"{}");
    assert_eq!(merge(&[lower, upper]), one("usr/lib/os-release/node_modules/a/package.json", "{}", 1));
}

#[test]
fn a_path_leads_through_the_links_below_it() {
    let usr_merged = Archive::new().directory("usr/lib").symlink("lib", "usr/lib").symlink("lib64", "/lib");
    let placed = |path: &str| Archive::new().file(path, b"x");
    for path in ["lib/apk/db/installed", "usr/lib/apk/db/installed"] {
        assert_eq!(merge(&[usr_merged.clone(), placed(path)]), one("usr/lib/apk/db/installed", "x", 1));
    }
    assert_eq!(merge(&[usr_merged.clone().file("lib/apk/db/installed", b"y"), placed("usr/lib/apk/db/installed")]).len(), 1);
    // In one layer too.
    assert_eq!(merge(&[usr_merged.clone().file("lib/apk/db/installed", b"y")]), one("usr/lib/apk/db/installed", "y", 0));
}

#[test]
fn what_is_deleted_through_a_link_is_deleted() {
    let lower = Archive::new().symlink("lib", "usr/lib").file("usr/lib/apk/db/installed", b"x");
    for layer in [
        Archive::new().file("lib/.wh.apk", b""),
        Archive::new().file("lib/apk/.wh.db", b""),
        Archive::new().file("lib/.wh..wh..opq", b""),
        Archive::new().file("usr/lib/.wh.apk", b""),
        Archive::new().file("lib/apk", b"a file now"),
        Archive::new().file("lib/apk/db", b"a file now"),
        Archive::new().directory("lib/apk/db/installed"),
    ] {
        assert_eq!(merge(&[lower.clone(), layer]), []);
    }
    // The link itself is no directory.
    for layer in [Archive::new().file(".wh.lib", b""), Archive::new().file("lib", b""), Archive::new().symlink("lib", "elsewhere")] {
        assert_eq!(merge(&[lower.clone(), layer]).len(), 1);
    }
}

#[test]
fn a_directory_in_the_place_of_a_link_is_a_directory() {
    let lower = Archive::new().symlink("lib", "usr/lib").file("usr/lib/apk/db/installed", b"lower");
    let upper = Archive::new().directory("lib").file("lib/apk/db/installed", b"upper");
    let expected = [("lib/apk/db/installed".into(), "upper".into(), 1), ("usr/lib/apk/db/installed".into(), "lower".into(), 0)];
    assert_eq!(merge(&[lower, upper]), expected);
}

#[test]
fn a_wanted_link_is_there_as_what_it_leads_to() {
    let link = |target: &str| Archive::new().file("usr/lib/os-release", b"ID=x").symlink("etc/os-release", target);
    for target in ["../usr/lib/os-release", "/usr/lib/os-release", "/../../usr/lib/os-release", "../etc/../usr/./lib//os-release"] {
        let merged = merge(&[link(target)]);
        assert_eq!(merged, [("etc/os-release".into(), "ID=x".into(), 0), ("usr/lib/os-release".into(), "ID=x".into(), 0)], "{target}");
    }
    // Whichever of the two is newer.
    let layers = [link("/usr/lib/os-release"), Archive::new().file("usr/lib/os-release", b"ID=y")];
    assert_eq!(merge(&layers)[0], ("etc/os-release".into(), "ID=y".into(), 1));
}

#[test]
fn a_wanted_link_to_what_was_not_kept_is_a_gap() {
    for target in ["../usr/lib/elsewhere", "os-release", "/etc/os-release", "/", "../..", "/usr/lib", ""] {
        let merged = merge_with(&[base().symlink("etc/os-release", target)], &USUAL).unwrap();
        assert_eq!(
            merged.gaps.iter().map(|(path, gap)| (path.as_str(), gap.code())).collect::<Vec<_>>(),
            [("etc/os-release", "link-not-kept")]
        );
        assert_eq!(shown(&merged).len(), 1);
    }
}

#[test]
fn a_gap_that_a_higher_layer_replaces_or_deletes_is_none() {
    let path = "app/node_modules/a/package.json";
    let large = Archive::new().file(path, &[b'x'; 2000]);
    assert_eq!(merge_with(std::slice::from_ref(&large), &USUAL).unwrap().gaps.len(), 1);
    assert_eq!(merge(&[large.clone(), Archive::new().file(path, b"{}")]).len(), 1);
    assert_eq!(merge(&[large, Archive::new().file("app/.wh.node_modules", b"")]), []);
}

#[test]
fn a_hard_link_is_another_name_of_a_file_of_a_lower_layer() {
    let merged = merge(&[base(), Archive::new().hard_link("lib/apk/db/installed", STATUS)]);
    assert_eq!(merged[0], ("lib/apk/db/installed".into(), "base".into(), 1));
    // It stays what it was when the other name goes.
    let merged = merge(&[base(), Archive::new().hard_link("lib/apk/db/installed", STATUS), Archive::new().file(".wh.var", b"")]);
    assert_eq!(merged, one("lib/apk/db/installed", "base", 1));
}

#[test]
fn a_hard_link_to_what_was_not_kept_is_a_gap() {
    for target in ["etc/somewhere-else", "var/lib/dpkg"] {
        let merged = merge_with(&[base(), Archive::new().hard_link("etc/os-release", target)], &USUAL).unwrap();
        assert_eq!(merged.gaps["etc/os-release"].code(), "link-not-kept");
    }
}

#[test]
fn links_in_a_circle_end_in_an_error() {
    let layers: [&[Archive]; 4] = [
        &[Archive::new().symlink("lib", "lib"), Archive::new().file("lib/apk/db/installed", b"")],
        &[Archive::new().symlink("a", "b").symlink("b", "/a"), Archive::new().file("a/.wh.x", b"")],
        &[Archive::new().symlink("a", "b/c").symlink("b", "a/d"), Archive::new().file("a/.wh..wh..opq", b"")],
        &[Archive::new().symlink("lib", "lib/lib").file("lib/apk/db/installed", b"")],
    ];
    for layers in layers {
        assert_eq!(merge_with(layers, &USUAL).unwrap_err().code(), "layer-path-invalid");
    }
}

#[test]
fn links_that_multiply_a_path_end_in_an_error() {
    let mut archive = Archive::new().symlink("l0", ".");
    for number in 1..60 {
        let before = number - 1;
        archive = archive.symlink(&format!("l{number}"), &vec![format!("l{before}"); 20].join("/"));
    }
    assert_eq!(merge_with(&[archive, Archive::new().file("l59/.wh.x", b"")], &USUAL).unwrap_err().code(), "layer-path-invalid");
}

#[test]
fn too_many_links_of_many_layers_are_refused() {
    let target = "t".repeat(99);
    let layer = |number: usize| {
        let links = budget::LAYER_NAMES_BYTES / 600;
        (0..links).fold(Archive::new(), |archive, link| archive.symlink(&format!("{number}-{link}"), &target))
    };
    let layers: Vec<Archive> = (0..4).map(layer).collect();
    assert_eq!(merge_with(&layers, &USUAL).unwrap_err().code(), "layer-too-many-names");
}

#[test]
fn files_of_many_layers_are_no_more_than_those_of_one_may_be() {
    let layer =
        |number: usize| (0..30).fold(Archive::new(), |archive, file| archive.file(&format!("{number}/{file:02}"), &vec![b'x'; 1 << 20]));
    let merged = merge_with(&[layer(0), layer(1), layer(2)], &EVERYTHING).unwrap();
    let kept: usize = merged.tree.files.values().map(|file| file.bytes.len()).sum();
    assert!(kept <= budget::CAPTURED_BYTES && merged.tree.files.len() + merged.gaps.len() == 90);
    assert!(merged.gaps.values().all(|gap| gap.code() == "files-too-large") && !merged.gaps.is_empty());
}

mod generated {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use pullproof::scan::layer::Capture;

    use super::*;

    const ENDING_IN_C: ByPath = ByPath(|path| if path.ends_with('c') { Capture::Whole { limit: 9 } } else { Capture::Nothing });

    /// One thing that a layer says.
    #[derive(Clone, Debug)]
    enum Item {
        File(String, u8),
        Directory(String),
        Whiteout(String),
        Opaque(String),
    }

    /// A file system without links, in which everything is remembered.
    #[derive(Default)]
    struct Model(BTreeMap<String, Option<(u8, usize)>>);

    impl Model {
        fn remove(&mut self, path: &str, itself: bool) {
            let inside = format!("{path}/");
            self.0.retain(|known, _| !(known.starts_with(&inside) || itself && known == path || path.is_empty()));
        }

        fn apply(&mut self, layer: &[Item], index: usize) {
            for item in layer {
                match item {
                    Item::Whiteout(path) => self.remove(path, true),
                    Item::Opaque(path) => self.remove(path, false),
                    Item::File(..) | Item::Directory(_) => {}
                }
            }
            for item in layer {
                let (path, node) = match item {
                    Item::File(path, content) => (path, Some((*content, index))),
                    Item::Directory(path) => (path, None),
                    Item::Whiteout(_) | Item::Opaque(_) => continue,
                };
                for (slash, _) in path.match_indices('/') {
                    let parent = &path[..slash];
                    if self.0.get(parent).is_some_and(Option::is_some) {
                        self.0.remove(parent);
                    }
                    self.0.entry(parent.to_owned()).or_insert(None);
                }
                if node.is_some() || self.0.get(path).is_some_and(Option::is_some) {
                    self.remove(path, true);
                }
                self.0.insert(path.clone(), node);
            }
        }
    }

    fn path() -> impl Strategy<Value = String> {
        proptest::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4).prop_map(|parts| parts.join("/"))
    }

    fn item() -> impl Strategy<Value = Item> {
        prop_oneof![
            4 => (path(), any::<u8>()).prop_map(|(path, content)| Item::File(path, content)),
            2 => path().prop_map(Item::Directory),
            1 => path().prop_map(Item::Whiteout),
            1 => path().prop_map(Item::Opaque),
        ]
    }

    /// Nothing lies in a file of its own layer: no program writes such an archive.
    fn tidy(items: Vec<Item>) -> Vec<Item> {
        let places: Vec<String> = items
            .iter()
            .filter_map(|item| match item {
                Item::File(path, _) | Item::Directory(path) => Some(path.clone()),
                Item::Whiteout(_) | Item::Opaque(_) => None,
            })
            .collect();
        let is_taken = |path: &str| places.iter().any(|other| other.starts_with(&format!("{path}/")));
        items.into_iter().filter(|item| !matches!(item, Item::File(path, _) if is_taken(path))).collect()
    }

    fn with_parents(archive: Archive, path: &str) -> Archive {
        path.match_indices('/').map(|(slash, _)| &path[..slash]).fold(archive, Archive::directory)
    }

    fn archive(layer: &[Item]) -> Archive {
        layer.iter().fold(Archive::new(), |archive, item| match item {
            Item::File(path, content) => with_parents(archive, path).file(path, &[*content]),
            Item::Directory(path) => with_parents(archive, path).directory(path),
            Item::Whiteout(path) => {
                let (directory, base) = path.rsplit_once('/').map_or((String::new(), path.as_str()), |(d, b)| (format!("{d}/"), b));
                archive.file(&format!("{directory}.wh.{base}"), b"")
            }
            Item::Opaque(path) => archive.file(&format!("{path}/.wh..wh..opq"), b""),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn layers_make_what_a_file_system_makes_of_them(
            layers in proptest::collection::vec(proptest::collection::vec(item(), 0..8).prop_map(tidy), 1..5),
        ) {
            let mut model = Model::default();
            for (index, layer) in layers.iter().enumerate() {
                model.apply(layer, index);
            }
            // Of these, only some are wanted.
            for (captures, ending) in [(&EVERYTHING, ""), (&ENDING_IN_C, "c")] {
                let archives: Vec<Archive> = layers.iter().map(|layer| archive(layer)).collect();
                let merged = merge_with(&archives, captures).unwrap();
                let found: Vec<_> = merged.tree.files.iter().map(|(path, file)| (path.clone(), (file.bytes[0], file.layer))).collect();
                let wants = |path: &str| path.ends_with(ending);
                let expected: Vec<_> = model.0.iter().filter(|(path, _)| wants(path)).filter_map(|(path, node)| Some((path.clone(), (*node)?))).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
