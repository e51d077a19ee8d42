//! What rpm says is installed, in the three databases that it has had: SQLite, Berkeley DB (until 2020), its own (SUSE).
//!
//! Each of them holds, for a number, a header: the description of one package. The readers of the databases find the headers, and know
//! nothing of packages.

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::ownership::Ownership;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::package::Source;

mod berkeley;
mod header;
mod ndb;
mod sqlite;
mod wal;

use header::Header;

/// The folders that distributions keep it in.
pub(super) const FOLDERS: [&str; 3] = ["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"];
/// SQLite's database.
pub(super) const SQLITE: &str = "rpmdb.sqlite";
/// Its log: what was written last is only there.
pub(super) const SQLITE_LOG: &str = "rpmdb.sqlite-wal";
/// What would undo a transaction that was not finished.
pub(super) const SQLITE_JOURNAL: &str = "rpmdb.sqlite-journal";
/// Berkeley DB's.
pub(super) const BERKELEY: &str = "Packages";
/// rpm's own.
pub(super) const NDB: &str = "Packages.db";

/// A database, by its bytes.
pub(super) enum Database<'a> {
    Sqlite { main: &'a [u8], log: Option<&'a [u8]>, journal: Option<&'a [u8]> },
    Berkeley(&'a [u8]),
    Ndb(&'a [u8]),
}

/// The packages; their files are theirs.
pub(super) fn read(database: &Database<'_>, location: &str, layer: usize, ownership: &mut Ownership) -> Result<Vec<Package>, Unreadable> {
    let mut packages = Vec::new();
    let mut each = |blob: &[u8]| {
        let header = Header::read(blob)?;
        // Keys that rpm trusts are kept like packages.
        let Some(package) = package(&header, location, layer)?.filter(|package| package.name != "gpg-pubkey") else { return Ok(()) };
        if packages.len() == budget::PACKAGES {
            return Err(Unreadable::TooMuch { what: "packages", limit: budget::PACKAGES as u64 });
        }
        packages.push(package);
        claim(&header, layer, ownership)
    };
    match *database {
        Database::Sqlite { main, log, journal } => {
            if journal.is_some_and(sqlite::is_hot) {
                return Err(Unreadable::Transaction);
            }
            sqlite::blobs(main, log, &mut each)?;
        }
        Database::Berkeley(bytes) => berkeley::blobs(bytes, &mut each)?,
        Database::Ndb(bytes) => ndb::blobs(bytes, &mut each)?,
    }
    Ok(packages)
}

fn package(header: &Header<'_>, location: &str, layer: usize) -> Result<Option<Package>, Unreadable> {
    let missing = |what| Unreadable::Invalid { what, expected: "in the header of every package" };
    let name = header.string(header::NAME)?.ok_or(missing("the name"))?;
    let version = header.string(header::VERSION)?.ok_or(missing("the version"))?;
    let release = header.string(header::RELEASE)?.ok_or(missing("the release"))?;
    let epoch = header.number(header::EPOCH)?.filter(|epoch| *epoch != 0);
    let with_epoch = |rest: String| epoch.map_or(rest.clone(), |epoch| format!("{epoch}:{rest}"));
    Ok(Some(Package {
        kind: Kind::Rpm,
        name: name.to_owned(),
        version: with_epoch(format!("{version}-{release}")),
        // The file's name does not have the epoch; it is that of what was built from it.
        source: header.string(header::SOURCE)?.and_then(source).map(|(name, version)| Source { name, version: with_epoch(version) }),
        architecture: header.string(header::ARCHITECTURE)?.map(str::to_owned),
        location: location.to_owned(),
        layer,
    }))
}

/// Name, and version with release, of `name-version-release.src.rpm`. `None` for what is not called so, such as `(none)`.
pub(super) fn source(file: &str) -> Option<(String, String)> {
    let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    (!name.is_empty() && !version.is_empty() && !release.is_empty()).then(|| (name.to_owned(), format!("{version}-{release}")))
}

/// The files of a package: names, and for each the number of its folder.
fn claim(header: &Header<'_>, layer: usize, ownership: &mut Ownership) -> Result<(), Unreadable> {
    let folders: Vec<_> = header.strings(header::FOLDERS)?.map(|folder| ownership.folder(folder?)).collect();
    // Nearly always there is none that is asked about.
    if folders.iter().all(Option::is_none) {
        return Ok(());
    }
    for (name, folder) in header.strings(header::FILES)?.zip(header.numbers(header::FILE_FOLDERS)?) {
        if let (Some(name), Some(Some(folder))) = (name, folders.get(super::numbers::index(folder))) {
            ownership.claim(*folder, name, layer);
        }
    }
    Ok(())
}
