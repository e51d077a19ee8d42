//! Which files of an image name packages, by their paths: what has to be captured of an image, and what is made of it.

use crate::budget;
use crate::scan::inventory::apk;
use crate::scan::inventory::dpkg;
use crate::scan::inventory::npm;
use crate::scan::inventory::os_release;
use crate::scan::inventory::python;
use crate::scan::inventory::rpm;

/// Whether a file has to be captured, and how much of it at most. A file that is larger is no file with its beginning in it: it has to be
/// said that it was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing of it.
    No,
    /// All of it.
    File {
        /// Bytes that it may have.
        limit: u64,
    },
    /// If it begins with [`ELF_MAGIC`]: what [`Search`](crate::scan::inventory::Search) keeps of it, and nothing if it keeps nothing.
    IfElf {
        /// Bytes that are kept, whatever the program has.
        limit: u64,
    },
}

/// What programs and libraries of Linux begin with (ELF, `e_ident`).
pub const ELF_MAGIC: &[u8; 4] = b"\x7fELF";

/// What a file is to an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    OsRelease,
    Dpkg,
    /// The files of one package of dpkg's.
    DpkgFiles,
    Apk,
    /// Where apk fetches packages from.
    Repositories,
    Sqlite,
    /// What belongs to a SQLite database.
    BesideSqlite,
    Berkeley,
    Ndb,
    /// The list of images that rpm was not in.
    Manifest,
    Npm,
    Python,
    /// It may be a program: every other file may.
    Program,
    Nothing,
}

/// Endings of files that are no programs, though they may begin like some: libraries, and what is built on the way to a program.
const NO_PROGRAMS: [&str; 7] = [".so", ".ko", ".o", ".a", ".debug", ".ko.xz", ".pyc"];

impl Evidence {
    pub(super) fn of(path: &str) -> Self {
        if os_release::LOCATIONS.contains(&path) {
            return Self::OsRelease;
        }
        if path == dpkg::STATUS {
            return Self::Dpkg;
        }
        if let Some(name) = path.strip_prefix(dpkg::STATUS_FOLDER) {
            return match name {
                "" => Self::Nothing,
                _ if name.ends_with(".md5sums") => Self::DpkgFiles,
                _ => Self::Dpkg,
            };
        }
        if let Some(name) = path.strip_prefix(dpkg::INFO_FOLDER) {
            return name.strip_suffix(".list").map_or(Self::Nothing, |_| Self::DpkgFiles);
        }
        if path == rpm::MANIFEST {
            return Self::Manifest;
        }
        if apk::LOCATIONS.contains(&path) {
            return Self::Apk;
        }
        if path == apk::REPOSITORIES {
            return Self::Repositories;
        }
        if let Some(name) = rpm::FOLDERS.iter().find_map(|folder| path.strip_prefix(folder)) {
            return match name {
                rpm::SQLITE => Self::Sqlite,
                rpm::SQLITE_LOG | rpm::SQLITE_JOURNAL => Self::BesideSqlite,
                rpm::BERKELEY => Self::Berkeley,
                rpm::NDB => Self::Ndb,
                _ => Self::Nothing,
            };
        }
        match path {
            _ if npm::describes(path) => Self::Npm,
            _ if python::describes(path) => Self::Python,
            _ if is_no_program(path) => Self::Nothing,
            _ => Self::Program,
        }
    }
}

fn is_no_program(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // `libc.so.6` is a library, too.
    NO_PROGRAMS.iter().any(|ending| name.ends_with(ending)) || name.contains(".so.")
}

/// Whether a package manager keeps there what it installed, or the image what it is. Who wants to know only that of layers below needs no more.
pub fn is_package_list(path: &str) -> bool {
    use Evidence::Manifest;
    use Evidence::OsRelease;
    match Evidence::of(path) {
        Evidence::Dpkg | Evidence::Apk | Evidence::Sqlite | Evidence::BesideSqlite | Evidence::Berkeley | Evidence::Ndb => true,
        kind => matches!(kind, Manifest | OsRelease),
    }
}

/// What has to be captured of the file with this path, which has no `/` in front.
pub fn wanted(path: &str) -> Wanted {
    match Evidence::of(path) {
        Evidence::Nothing => Wanted::No,
        Evidence::OsRelease | Evidence::Repositories => Wanted::File { limit: budget::OS_RELEASE_BYTES },
        Evidence::Dpkg | Evidence::DpkgFiles | Evidence::Apk | Evidence::Manifest => Wanted::File { limit: budget::PACKAGE_LIST_BYTES },
        Evidence::Sqlite | Evidence::BesideSqlite | Evidence::Berkeley | Evidence::Ndb => {
            Wanted::File { limit: budget::RPM_DATABASE_BYTES }
        }
        Evidence::Npm | Evidence::Python => Wanted::File { limit: budget::DESCRIPTION_BYTES },
        // The header, the version of Go, and the lengths of both strings.
        Evidence::Program => Wanted::IfElf { limit: budget::BUILD_INFORMATION_BYTES + 512 },
    }
}
