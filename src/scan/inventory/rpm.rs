//! What rpm says is installed, in the three databases that it has had: SQLite, Berkeley DB (until 2020), its own (SUSE).
//!
//! Each of them holds, for a number, a header: the description of one package. The readers of the databases find the headers, and know
//! nothing of packages.

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::foreign;
use crate::scan::inventory::foreign::Found;
use crate::scan::inventory::numbers;
use crate::scan::inventory::ownership::Ownership;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::package::Source;

mod berkeley;
mod header;
mod manifest;
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

/// The list of images that are made without a database.
pub(super) const MANIFEST: &str = "var/lib/rpmmanifest/container-manifest-2";

/// A database, by its bytes.
pub(super) enum Database<'a> {
    Sqlite { main: &'a [u8], log: Option<&'a [u8]>, journal: Option<&'a [u8]> },
    Berkeley(&'a [u8]),
    Ndb(&'a [u8]),
    Manifest(&'a [u8]),
}

/// One package as rpm describes it.
struct Described<'a> {
    name: &'a str,
    version: &'a str,
    release: &'a str,
    epoch: Option<u32>,
    vendor: Option<&'a str>,
    architecture: Option<&'a str>,
    source: Option<&'a str>,
}

/// The packages; their files are theirs, unless they are not the distribution's.
pub(super) fn read(database: &Database<'_>, location: &str, layer: usize, ownership: &mut Ownership) -> Result<Vec<Found>, Unreadable> {
    let mut found: Vec<Found> = Vec::new();
    let mut add = |described: &Described<'_>| {
        // Keys that rpm trusts are kept like packages.
        if described.name == "gpg-pubkey" {
            return Ok(());
        }
        if found.len() == budget::PACKAGES {
            return Err(Unreadable::TooMuch { what: "packages", limit: budget::PACKAGES as u64 });
        }
        found.push(Found { package: described.package(location, layer), by: described.vendor.map(str::to_owned) });
        Ok(())
    };
    if let Database::Manifest(bytes) = *database {
        manifest::packages(bytes, &mut add)?;
    } else {
        headers(database, &mut |blob| add(&Described::read(&Header::read(blob)?)?))?;
    }
    let maker = foreign::maker(&found.iter().map(|found| (found.package.name.as_str(), found.by.as_deref()))).map(str::to_owned);
    for found in &mut found {
        found.by = found.by.take().filter(|vendor| foreign::is_foreign_to(maker.as_deref(), Some(vendor)));
    }
    // Once more, now that it is known who made the distribution. Nearly always nothing is asked about, and then nothing is read.
    if !ownership.is_empty() {
        headers(database, &mut |blob| {
            let header = Header::read(blob)?;
            let vendor = Described::read(&header)?.vendor;
            if foreign::is_foreign_to(maker.as_deref(), vendor) { Ok(()) } else { claim(&header, layer, ownership) }
        })?;
    }
    Ok(found)
}

/// Hands over every header.
fn headers(database: &Database<'_>, each: &mut dyn FnMut(&[u8]) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
    match *database {
        Database::Sqlite { journal: Some(journal), .. } if sqlite::is_hot(journal) => Err(Unreadable::Transaction),
        Database::Sqlite { main, log, .. } => sqlite::blobs(main, log, each),
        Database::Berkeley(bytes) => berkeley::blobs(bytes, each),
        Database::Ndb(bytes) => ndb::blobs(bytes, each),
        Database::Manifest(_) => Ok(()),
    }
}

impl<'a> Described<'a> {
    fn read(header: &Header<'a>) -> Result<Self, Unreadable> {
        let missing = |what| Unreadable::Invalid { what, expected: "in the header of every package" };
        Ok(Self {
            name: header.string(header::NAME)?.ok_or(missing("the name"))?,
            version: header.string(header::VERSION)?.ok_or(missing("the version"))?,
            release: header.string(header::RELEASE)?.ok_or(missing("the release"))?,
            epoch: header.number(header::EPOCH)?,
            // A name for people: what is no text is none.
            vendor: header.string(header::VENDOR).unwrap_or_default(),
            architecture: header.string(header::ARCHITECTURE)?,
            source: header.string(header::SOURCE)?,
        })
    }

    fn package(&self, location: &str, layer: usize) -> Package {
        let epoch = self.epoch.filter(|epoch| *epoch != 0).map_or(String::new(), |epoch| format!("{epoch}:"));
        // The source's file does not have the epoch in its name; it is that of what was built from it.
        let source = self.source.and_then(source).map(|(name, version)| Source { name, version: format!("{epoch}{version}") });
        Package {
            kind: Kind::Rpm,
            name: self.name.to_owned(),
            version: format!("{epoch}{}-{}", self.version, self.release),
            source,
            architecture: self.architecture.map(str::to_owned),
            location: location.to_owned(),
            layer,
        }
    }
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
        if let (Some(name), Some(Some(folder))) = (name, folders.get(numbers::index(folder))) {
            ownership.claim(*folder, name, layer);
        }
    }
    Ok(())
}
