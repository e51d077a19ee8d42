//! Which modules a Go program was built from: programs that the real compiler made.

use std::fs;
use std::process::Command;

use pullproof::scan::inventory::Coverage;
use pullproof::scan::inventory::Inventory;
use pullproof::scan::inventory::Note;
use pullproof::scan::inventory::Search;
use pullproof::scan::inventory::Wanted;
use pullproof::scan::inventory::wanted;

use crate::support;
use crate::support::packages;
use crate::support::unreadable_package;

pub(crate) const PROGRAM: &str = "usr/bin/program";
const FRAMES: ([u8; 16], [u8; 16]) = ([0xf0; 16], [0xf1; 16]);

/// What the linker leaves: the header, the version of Go and the modules.
pub(crate) fn information(version: &str, modules: &str) -> Vec<u8> {
    let mut written = b"\xff Go buildinf:\x08\x02".to_vec();
    written.extend([0; 16]);
    let framed = if modules.is_empty() { Vec::new() } else { [&FRAMES.0[..], modules.as_bytes(), &FRAMES.1[..]].concat() };
    for string in [version.as_bytes(), &framed] {
        let mut length = string.len();
        while length >= 0x80 {
            written.push(u8::try_from(length & 0x7f | 0x80).unwrap());
            length >>= 7;
        }
        written.push(u8::try_from(length).unwrap());
        written.extend(string);
    }
    written
}

fn program(version: &str, modules: &str) -> Inventory {
    support::inventory(&[(PROGRAM, &information(version, modules))])
}

fn search(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut search = Search::default();
    for part in bytes.chunks(length) {
        search.push(part);
    }
    search.finish()
}

#[test]
fn a_real_program_has_the_modules_that_go_lists() {
    let Some(go) = support::program("go") else { return };
    let folder = support::folder("go");
    let files = [
        (
            "go.mod",
            "module example.test/program\n\ngo 1.18\n\nrequire (\n\texample.test/one v1.2.3\n\texample.test/two v0.1.0\n\texample.test/local v0.5.0\n)\n\n\
             replace example.test/two => example.test/three v0.2.0\n\nreplace example.test/local => ./local\n",
        ),
        (
            "vendor/modules.txt",
            "# example.test/local v0.5.0 => ./local\n## explicit; go 1.18\nexample.test/local\n# example.test/one v1.2.3\n## explicit; go 1.18\n\
             example.test/one\n# example.test/two v0.1.0 => example.test/three v0.2.0\n## explicit; go 1.18\nexample.test/two\n\
             # example.test/two => example.test/three v0.2.0\n# example.test/local => ./local\n",
        ),
        ("local/go.mod", "module example.test/local\n\ngo 1.18\n"),
        ("vendor/example.test/local/a.go", "package local\n\nvar A = 1\n"),
        ("vendor/example.test/one/a.go", "package one\n\nvar A = 1\n"),
        ("vendor/example.test/two/a.go", "package two\n\nvar A = 1\n"),
        (
            "main.go",
            "package main\n\nimport (\n\t\"example.test/local\"\n\t\"example.test/one\"\n\t\"example.test/two\"\n)\n\n\
             // What programs that read such headers have among their strings.\nvar magic = \"\\xff Go buildinf:\\x08\\x02 and more, which is no version\"\n\n\
             func main() { println(local.A + one.A + two.A, magic) }\n",
        ),
    ];
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let release = support::text(Command::new(&go).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local"));
    let release = release.trim().trim_start_matches("go").to_owned();
    for (name, flags) in [("plain", &[][..]), ("stripped", &["-ldflags=-s -w", "-trimpath"][..]), ("moved", &["-buildmode=pie"][..])] {
        let mut build = Command::new(&go);
        build.current_dir(&folder).arg("build").args(["-mod=vendor", "-buildvcs=false", "-o", name]).args(flags);
        support::output(build.envs([
            ("GOTOOLCHAIN", "local"),
            ("GOPROXY", "off"),
            ("GOWORK", "off"),
            ("GOFLAGS", ""),
            ("CGO_ENABLED", "0"),
        ]));
        let bytes = fs::read(folder.join(name)).unwrap();
        let inventory = support::inventory(&[(PROGRAM, &bytes)]);
        let expected = ["example.test/one v1.2.3".to_owned(), "example.test/three v0.2.0".to_owned(), format!("stdlib {release}")];
        assert_eq!(packages(&inventory), expected, "{name}");
        let unversioned = |name: &str| Note::Unversioned { location: PROGRAM.to_owned(), name: name.to_owned() };
        assert_eq!(inventory.notes, [unversioned("example.test/program"), unversioned("example.test/local")]);
        let listed = support::text(Command::new(&go).args(["version", "-m"]).arg(folder.join(name)).env("GOTOOLCHAIN", "local"));
        for line in ["dep\texample.test/one\tv1.2.3", "=>\texample.test/three\tv0.2.0", "=>\t./local"] {
            assert!(listed.contains(line), "{listed}");
        }
        // What is kept of it is short, and says the same.
        let kept = search(&bytes, 64 << 10).expect("it is a Go program");
        assert!(kept.len() < 4096, "{}", kept.len());
        assert_eq!(support::inventory(&[(PROGRAM, &kept)]), inventory);
        for length in [1, 7, 16, 4095] {
            assert_eq!(search(&bytes, length).as_ref(), Some(&kept), "{length}");
        }
    }
}

#[test]
fn other_programs_have_no_modules() {
    // Not this one: the marker is among its own constants, wherever they happen to lie.
    let bytes = fs::read("/bin/sh").unwrap();
    let inventory = support::inventory(&[(PROGRAM, &bytes)]);
    assert_eq!((inventory.packages.len(), inventory.notes.len(), inventory.coverage()), (0, 0, Coverage::Empty));
}

#[test]
fn files_that_may_be_programs_are_looked_at_and_libraries_are_not() {
    for path in ["usr/bin/a", "app", "opt/tool/v1.2", "a.sh", "usr/lib/a.something"] {
        assert!(matches!(wanted(path), Wanted::IfElf { .. }), "{path}");
    }
    for path in ["usr/lib/libc.so.6", "usr/lib/a.so", "lib/modules/a.ko", "a.o", "b.a"] {
        assert_eq!(wanted(path), Wanted::No, "{path}");
    }
}

#[test]
fn the_standard_library_is_a_module_with_the_version_of_go() {
    for (version, module) in [
        ("go1.22.3", "1.22.3"),
        ("go1.22", "1.22.0"),
        ("go1.22rc1", "1.22.0-rc.1"),
        ("go1.9beta2", "1.9.0-beta.2"),
        ("go1.22.3 X:boringcrypto", "1.22.3"),
        ("go1.22.3-fips", "1.22.3"),
        ("go1.21.0+auto", "1.21.0"),
        ("devel go1.23-0123456789 Mon Jan 1 00:00:00 2024 +0000", "devel go1.23-0123456789 Mon Jan 1 00:00:00 2024 +0000"),
        ("go1", "go1"),
        ("go1.x", "go1.x"),
        ("go1.22.3.4", "go1.22.3.4"),
        ("go1.22pre", "go1.22pre"),
    ] {
        assert_eq!(packages(&program(version, "")), [format!("stdlib {module}")], "{version}");
    }
}

#[test]
fn a_program_without_modules_is_no_whole_inventory() {
    // So does Debian build them.
    let inventory = program("go1.19.8", "");
    assert_eq!(inventory.notes, [Note::NoModules { location: PROGRAM.to_owned() }]);
    assert_eq!(inventory.coverage(), Coverage::Partial);
}

#[test]
fn the_program_itself_is_a_module_where_it_has_a_version() {
    let modules = |version: &str| format!("path\ta/b/cmd/c\nmod\ta/b\t{version}\th1:x=\ndep\tc/d\tv1.0.0\th1:y=\nbuild\tGOOS=linux\n");
    assert_eq!(packages(&program("go1.24", &modules("v1.2.3"))), ["a/b v1.2.3", "c/d v1.0.0", "stdlib 1.24.0"]);
    let inventory = program("go1.24", &modules("(devel)"));
    assert_eq!(packages(&inventory), ["c/d v1.0.0", "stdlib 1.24.0"]);
    assert_eq!(inventory.notes, [Note::Unversioned { location: PROGRAM.to_owned(), name: "a/b".to_owned() }]);
    assert_eq!(inventory.coverage(), Coverage::Whole);
}

#[test]
fn programs_older_than_go_1_18_are_said_to_be() {
    let mut header = b"\xff Go buildinf:\x08\x00".to_vec();
    header.extend([1; 16]);
    let why = unreadable_package(PROGRAM, &[b"\x7fELF".to_vec(), vec![0; 12], header].concat());
    assert_eq!(why.to_string(), "expected a Go program that is read here, found one of before Go 1.18");
}

#[test]
fn what_begins_like_the_header_does_not_hide_the_one_behind() {
    let real = information("go1.22.3", "path\ta\nmod\ta\tv1.0.0\n");
    let traps = [
        b"\xff Go buildinf:\x08\x02".to_vec(),
        [&b"\xff Go buildinf:\x08\x02"[..], &[0; 16], &[0xff; 16]].concat(),
        [&b"\xff Go buildinf:\x08\x02"[..], &[0; 16], b"\x0fno version here"].concat(),
        [&b"\xff Go buildinf:\x08\x00"[..], &[0; 16]].concat(),
        b"\xff Go buildinf:xx".repeat(9),
    ];
    for trap in traps {
        let mut bytes = [&b"\x7fELF"[..], &[0; 12], &trap].concat();
        bytes.resize(bytes.len().next_multiple_of(16), 0);
        bytes.extend(&real);
        for length in [1, 5, 16, 33, 4096] {
            assert_eq!(search(&bytes, length).as_ref(), Some(&real), "{trap:?}");
        }
    }
}

#[test]
fn a_program_that_is_cut_short_within_its_modules_is_said_to_be_unreadable() {
    let whole = information("go1.22.3", "path\ta\nmod\ta\tv1.0.0\n");
    for length in 42..whole.len() {
        assert_eq!(unreadable_package(PROGRAM, &whole[..length]).code(), "database-truncated", "{length}");
    }
}

#[test]
fn modules_of_a_length_that_no_program_has_are_refused() {
    let mut bytes = information("go1.22.3", "");
    bytes.pop();
    bytes.extend([0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert_eq!(unreadable_package(PROGRAM, &bytes).code(), "too-many-entries");
}

#[test]
fn lines_that_name_no_module_are_refused() {
    for modules in ["mod\ta\n", "dep\t\tv1\n", "=>\ta\tv1\n", "mod\n"] {
        assert_eq!(unreadable_package(PROGRAM, &information("go1.22.3", modules)).code(), "database-invalid", "{modules:?}");
    }
}

#[test]
fn a_part_of_a_program_without_the_header_is_no_program_without_modules() {
    let part = [Search::MAGIC, b"xx and what follows in the strings of a program"].concat();
    assert_eq!(unreadable_package(PROGRAM, &part).code(), "database-truncated");
    assert_eq!(unreadable_package(PROGRAM, Search::MAGIC).code(), "database-truncated");
}
