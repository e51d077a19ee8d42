//! What the system's `tar` writes, in every format that it knows, is read as `tar` lists it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use pullproof::scan::layer::Summary;

use crate::archive::EVERYTHING;
use crate::archive::expecting;
use crate::archive::files;
use crate::archive::gzip;
use crate::archive::read_in;

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tar-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, path: &str, content: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn tar(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("tar").current_dir(folder).env("LC_ALL", "C.UTF-8").args(arguments).output().expect("there is a tar");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn summary(archive: &[u8]) -> Summary {
    let blob = gzip(archive);
    read_in(&blob, expecting(&blob, archive), &EVERYTHING, 1000).unwrap()
}

/// A little of everything that a file system has.
fn furnish(folder: &Folder) {
    folder.file("etc/os-release", b"ID=debian\n");
    folder.file("empty", b"");
    folder.file("block", &[b'x'; 512]);
    folder.file("blocks", &[b'y'; 10_240]);
    folder.file("café/ü", "ä".as_bytes());
    // Longer than a name of ustar, whose prefix takes the rest.
    folder.file(&format!("{}/{}", "p".repeat(90), "n".repeat(90)), b"in ustar's limits");
    symlink("../usr/lib/os-release", folder.0.join("etc/link")).unwrap();
    fs::hard_link(folder.0.join("blocks"), folder.0.join("etc/hard")).unwrap();
    fs::hard_link(folder.0.join("blocks"), folder.0.join("a-hard-link")).unwrap();
}

/// Every file as it is on disk.
fn on_disk(folder: &Path, below: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            on_disk(folder, &path, found);
        } else if kind.is_file() {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            found.push((name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()));
        }
    }
}

#[track_caller]
fn assert_read_as_written(folder: &Folder, arguments: &[&str]) -> Vec<u8> {
    let archive = tar(&folder.0, &[&["-c"], arguments, &["."]].concat());
    let mut written = Vec::new();
    on_disk(&folder.0, &folder.0, &mut written);
    written.sort();
    let summary = summary(&archive);
    assert_eq!(files(&summary), written, "{arguments:?}");
    // And as many entries as tar itself lists.
    let listed = {
        let path = folder.0.join("../listed.tar").with_extension(format!("{}.tar", folder.0.file_name().unwrap().display()));
        fs::write(&path, &archive).unwrap();
        let listed = tar(&folder.0, &["-tf", path.to_str().unwrap()]);
        fs::remove_file(path).unwrap();
        String::from_utf8(listed).unwrap().lines().count()
    };
    assert_eq!(summary.entries(), listed as u64, "{arguments:?}");
    archive
}

#[test]
fn gnu_ustar_pax_and_older_archives_are_read_as_they_were_written() {
    for format in ["gnu", "oldgnu", "ustar", "pax", "posix"] {
        let folder = Folder::new(format);
        furnish(&folder);
        let archive = assert_read_as_written(&folder, &[&format!("--format={format}")]);
        assert_eq!(summary(&archive).links().collect::<Vec<_>>(), [("etc/link", "../usr/lib/os-release")]);
    }
    let folder = Folder::new("v7");
    folder.file("etc/os-release", b"ID=debian\n");
    folder.file("usr/bin/x", b"x");
    assert_read_as_written(&folder, &["--format=v7"]);
}

#[test]
fn names_of_any_length_are_read_in_the_formats_that_have_them() {
    for format in ["gnu", "pax"] {
        let folder = Folder::new(&format!("long-{format}"));
        for length in [99, 100, 101, 155, 200, 255] {
            folder.file(&"n".repeat(length), length.to_string().as_bytes());
            folder.file(&format!("{0}/{0}/{0}", "d".repeat(length)), b"deep");
        }
        fs::hard_link(folder.0.join("n".repeat(255)), folder.0.join("hard")).unwrap();
        symlink("t".repeat(300), folder.0.join("soft")).unwrap();
        let archive = assert_read_as_written(&folder, &[&format!("--format={format}")]);
        assert_eq!(summary(&archive).links().next().unwrap().1.len(), 300);
    }
}

#[test]
fn sparse_files_are_read_in_every_format_of_gnu() {
    use std::os::unix::fs::FileExt as _;
    for format in ["--format=gnu", "--format=pax", "--format=pax --sparse-version=0.0", "--format=pax --sparse-version=0.1"] {
        let folder = Folder::new(&format!("sparse-{}", format.replace(['=', ' '], "")));
        for (name, parts) in [("one", 1), ("three", 3), ("thirty", 30)] {
            let file = fs::File::create(folder.0.join(name)).unwrap();
            file.set_len(900_000).unwrap();
            for part in 0..parts {
                file.write_all_at(format!("part {part}").as_bytes(), part * 28_672).unwrap();
            }
        }
        let hole = fs::File::create(folder.0.join("hole")).unwrap();
        hole.set_len(500_000).unwrap();
        folder.file("zz", b"behind them");
        let blocks = fs::metadata(folder.0.join("hole")).unwrap().blocks();
        let arguments: Vec<&str> = ["--sparse"].into_iter().chain(format.split(' ')).collect();
        let archive = assert_read_as_written(&folder, &arguments);
        // Where the file system has holes, the archive has them too.
        assert!(blocks > 0 || archive.len() < 900_000, "{format}: {}", archive.len());
    }
}

#[test]
fn what_tar_appends_and_concatenates_is_read_to_the_end() {
    let folder = Folder::new("append");
    folder.file("first", b"1");
    let file = folder.0.with_extension("appended");
    let name = file.to_str().unwrap();
    tar(&folder.0, &["-cf", name, "first"]);
    folder.file("second", b"2");
    tar(&folder.0, &["-rf", name, "second"]);
    folder.file("first", b"changed");
    tar(&folder.0, &["-rf", name, "first"]);
    let archive = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(files(&summary(&archive)), [("first".into(), "changed".into()), ("second".into(), "2".into())]);
}
