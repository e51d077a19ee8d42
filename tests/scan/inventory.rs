//! What is made of all files of an image together.

use pullproof::scan::inventory::Coverage;
use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::Note;
use pullproof::scan::inventory::Unreadable;
use pullproof::scan::inventory::Wanted;
use pullproof::scan::inventory::wanted;
use pullproof::scan::package::Kind;

use crate::support;
use crate::support::packages;

const STATUS: &str = "var/lib/dpkg/status";
const SIX: &str = "usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO";
const SIX_STATUS: &[u8] = b"Package: python3-six\nStatus: install ok installed\nVersion: 1.16.0-4\nSource: six\nArchitecture: all\n";
const SIX_LIST: &str = "var/lib/dpkg/info/python3-six.list";
const SIX_FILES: &[u8] =
    b"/.\n/usr\n/usr/lib/python3/dist-packages/six-1.16.0.egg-info\n/usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO\n";
const SIX_METADATA: &[u8] = b"Name: six\nVersion: 1.16.0\n";

const BY_DEBIAN: &str = "python3-six 1.16.0-4 ← six 1.16.0-4";
const BY_PYPI: &str = "six 1.16.0";

#[test]
fn a_python_package_of_a_package_of_debian_is_counted_once() {
    let inventory = support::inventory(&[(STATUS, SIX_STATUS), (SIX_LIST, SIX_FILES), (SIX, SIX_METADATA)]);
    assert_eq!(packages(&inventory), [BY_DEBIAN]);
    assert_eq!(inventory.notes, [Note::Owned { kind: Kind::Python, count: 1 }]);
    assert_eq!(inventory.coverage(), Coverage::Whole);
}

#[test]
fn a_python_package_that_nobody_owns_counts() {
    let inventory = support::inventory(&[(STATUS, SIX_STATUS), (SIX, SIX_METADATA)]);
    assert_eq!(packages(&inventory), [BY_DEBIAN, BY_PYPI]);
}

#[test]
fn a_list_of_files_of_a_package_that_is_not_installed_hides_nothing() {
    for status in [
        &b"Package: other\nStatus: install ok installed\nVersion: 1\n"[..],
        b"Package: python3-six\nStatus: deinstall ok config-files\nVersion: 1\n",
        b"no database",
    ] {
        let inventory = support::inventory(&[(STATUS, status), (SIX_LIST, SIX_FILES), (SIX, SIX_METADATA)]);
        assert!(packages(&inventory).contains(&BY_PYPI.to_owned()), "{inventory:?}");
    }
}

#[test]
fn a_list_of_files_may_be_of_one_architecture() {
    let inventory =
        support::inventory(&[(STATUS, SIX_STATUS), ("var/lib/dpkg/info/python3-six:amd64.list", SIX_FILES), (SIX, SIX_METADATA)]);
    assert_eq!(packages(&inventory), [BY_DEBIAN]);
}

#[test]
fn a_file_that_was_replaced_in_a_higher_layer_is_nobodys() {
    let files = |layer| support::layered(&[(STATUS, 2, SIX_STATUS), (SIX_LIST, 1, SIX_FILES), (SIX, layer, SIX_METADATA)]);
    assert_eq!(packages(&Inventory::of(&files(1))), [BY_DEBIAN]);
    assert_eq!(packages(&Inventory::of(&files(2))), [BY_DEBIAN, BY_PYPI]);
}

#[test]
fn a_file_is_owned_whichever_of_the_merged_folders_it_is_written_in() {
    let list = b"/lib/node_modules/npm/package.json\n";
    let status = b"Package: npm\nStatus: install ok installed\nVersion: 9\n";
    let package = br#"{"name":"npm","version":"9.2.0"}"#;
    for path in ["usr/lib/node_modules/npm/package.json", "lib/node_modules/npm/package.json"] {
        let inventory = support::inventory(&[(STATUS, status), ("var/lib/dpkg/info/npm.list", list), (path, package)]);
        assert_eq!(packages(&inventory), ["npm 9"], "{path}");
    }
    let other = "usr/local/lib/node_modules/npm/package.json";
    let inventory = support::inventory(&[(STATUS, status), ("var/lib/dpkg/info/npm.list", list), (other, package)]);
    assert_eq!(packages(&inventory), ["npm 9", "npm 9.2.0"]);
}

#[test]
fn a_package_of_a_language_in_a_package_of_alpine_is_counted_once() {
    let installed =
        b"P:py3-six\nV:1.16.0-r8\no:py3-six\nF:usr/lib/python3.11/site-packages/six-1.16.0.dist-info\nR:METADATA\nF:usr\nR:x\n\n";
    let metadata = "usr/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA";
    let inventory = support::inventory(&[("lib/apk/db/installed", installed), (metadata, SIX_METADATA)]);
    assert_eq!(packages(&inventory), ["py3-six 1.16.0-r8 ← py3-six 1.16.0-r8"]);
    // What could not be read to its end says nothing of its files, either.
    let broken = [&installed[..], b"broken\n"].concat();
    let inventory = support::inventory(&[("lib/apk/db/installed", &broken), (metadata, SIX_METADATA)]);
    assert_eq!(packages(&inventory), [BY_PYPI]);
    assert_eq!(inventory.coverage(), Coverage::Partial);
}

#[test]
fn images_without_dpkg_have_lists_of_sums() {
    let inventory = support::inventory(&[
        ("var/lib/dpkg/status.d/cHl0aG9uMy1zaXg", b"Package: python3-six\nVersion: 1.16.0-4\n"),
        (
            "var/lib/dpkg/status.d/cHl0aG9uMy1zaXg.md5sums",
            b"0cc175b9c0f1b6a831c399e269772661  usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO\n",
        ),
        (SIX, SIX_METADATA),
    ]);
    assert_eq!(packages(&inventory), ["python3-six 1.16.0-4"]);
}

#[test]
fn an_image_of_which_nothing_is_known_is_told_apart() {
    let inventory = support::inventory(&[]);
    assert_eq!((inventory.coverage(), inventory.databases.len(), inventory.notes.len()), (Coverage::Empty, 0, 0));
}

#[test]
fn a_distribution_without_packages_is_never_a_whole_inventory() {
    // The database of its package manager is one that nobody here knows, or was taken away.
    let inventory = support::inventory(&[("etc/os-release", b"ID=arch\n")]);
    assert_eq!(inventory.notes, [Note::NoSystemPackages]);
    assert_eq!(inventory.coverage(), Coverage::Partial);
    let inventory = support::inventory(&[("etc/os-release", b"ID=debian\n"), (STATUS, b""), (SIX, SIX_METADATA)]);
    assert_eq!(inventory.notes, [Note::NoSystemPackages]);
    assert_eq!(inventory.coverage(), Coverage::Partial);
}

#[test]
fn a_database_that_cannot_be_read_is_named_beside_what_can() {
    let inventory = support::inventory(&[(STATUS, b"broken"), ("lib/apk/db/installed", b"P:a\nV:1\n\n")]);
    assert_eq!(packages(&inventory), ["a 1"]);
    let databases: Vec<_> = inventory.databases.iter().map(|database| (database.location.as_str(), database.packages.is_ok())).collect();
    assert_eq!(databases, [("lib/apk/db/installed", true), (STATUS, false)]);
    assert_eq!(inventory.coverage(), Coverage::Partial);
}

#[test]
fn packages_are_sorted_and_those_of_a_language_stay_in_every_place() {
    let package = br#"{"name":"a","version":"1"}"#;
    let inventory = support::inventory(&[
        ("z/node_modules/a/package.json", package),
        ("b/node_modules/a/package.json", package),
        ("lib/apk/db/installed", b"P:z\nV:2\n\nP:z\nV:1\n\nP:a\nV:9\n\nP:a\nV:9\n\n"),
    ]);
    let found: Vec<_> =
        inventory.packages.iter().map(|package| format!("{} {} {}", package.name, package.version, package.location)).collect();
    assert_eq!(
        found,
        [
            "a 9 lib/apk/db/installed",
            "z 1 lib/apk/db/installed",
            "z 2 lib/apk/db/installed",
            "a 1 b/node_modules/a/package.json",
            "a 1 z/node_modules/a/package.json",
        ]
    );
}

#[test]
fn a_package_came_with_the_layer_from_which_on_it_is_there() {
    let at = |layer: usize, names: &[&str]| {
        let text: String = names.iter().flat_map(|name| ["P:", name, "\nV:1\n\n"]).collect();
        Inventory::of(&support::layered(&[("lib/apk/db/installed", layer, text.as_bytes())]))
    };
    // `b` came, went, and came again; `c` came last; the database was written anew in every layer.
    let after = [at(0, &["a", "b"]), at(1, &["a"]), at(2, &["a", "b"]), at(3, &["a", "b", "c"])];
    let mut inventory = after[3].clone();
    inventory.attribute(&after);
    let layers: Vec<_> = inventory.packages.iter().map(|package| (package.name.as_str(), package.layer)).collect();
    assert_eq!(layers, [("a", 0), ("b", 2), ("c", 3)]);
}

#[test]
fn another_version_is_another_package() {
    let at = |version: &str| support::inventory(&[("lib/apk/db/installed", format!("P:a\nV:{version}\n\n").as_bytes())]);
    let after = [at("1"), at("2")];
    let mut inventory = after[1].clone();
    inventory.attribute(&after);
    assert_eq!(inventory.packages[0].layer, 1);
}

#[test]
fn layers_that_are_not_those_of_the_image_change_nothing() {
    let mut inventory = Inventory::of(&support::layered(&[("lib/apk/db/installed", 5, b"P:a\nV:1\n\n")]));
    inventory.attribute(&[]);
    inventory.attribute(&[support::inventory(&[]), support::inventory(&[])]);
    assert_eq!(inventory.packages[0].layer, 5);
}

#[test]
fn what_is_read_is_what_has_to_be_captured() {
    for path in [
        "etc/os-release",
        "usr/lib/os-release",
        STATUS,
        "var/lib/dpkg/status.d/base",
        "var/lib/dpkg/status.d/base.md5sums",
        SIX_LIST,
        "lib/apk/db/installed",
        "usr/lib/apk/db/installed",
        "etc/apk/repositories",
        "var/lib/rpm/rpmdb.sqlite",
        "var/lib/rpm/rpmdb.sqlite-wal",
        "var/lib/rpm/rpmdb.sqlite-journal",
        "usr/lib/sysimage/rpm/Packages.db",
        "usr/share/rpm/Packages",
        "var/lib/rpmmanifest/container-manifest-2",
        SIX,
        "app/node_modules/a/package.json",
        "package.json",
    ] {
        assert!(matches!(wanted(path), Wanted::File { .. }), "{path}");
    }
    for path in ["var/lib/dpkg/info/a.postinst", "var/lib/dpkg/status.d/", "var/lib/rpm/rpmdb.sqlite-shm", "var/lib/rpm/Name", "a/b.so"] {
        assert_eq!(wanted(path), Wanted::No, "{path}");
    }
}

#[test]
fn codes_are_stable_and_differ() {
    for codes in [&Unreadable::CODES[..], &Note::CODES[..]] {
        let mut sorted = codes.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), codes.len());
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }
}
