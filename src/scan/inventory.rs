//! Which packages are in an image: what its package managers wrote down, and what packages of languages say of themselves.
//!
//! [`wanted`] says which files have to be captured; [`Inventory::of`] reads them. Whatever cannot be read is said to be so, beside what can:
//! a database that is not understood is never one without packages, and an inventory without packages is told apart from a whole one
//! ([`Inventory::coverage`]).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::scan::package::Distribution;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::tree::File;
use crate::scan::tree::Tree;

mod apk;
mod dpkg;
mod evidence;
mod foreign;
mod go;
mod note;
mod npm;
mod numbers;
mod os_release;
mod ownership;
mod paragraphs;
pub mod purl;
mod python;
mod rpm;
pub mod sbom;
mod unreadable;

use evidence::Evidence;
use foreign::Found;
use ownership::Ownership;

pub use evidence::ELF_MAGIC;
pub use evidence::Wanted;
pub use evidence::is_package_list;
pub use evidence::wanted;
pub use go::Search;
pub use note::Note;
pub use unreadable::Unreadable;

/// What is installed in an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// What the image says that it is; `None` if it does not, or not so that it can be read.
    pub distribution: Option<Distribution>,
    /// Every package, sorted by kind, name, version, architecture and location.
    pub packages: Vec<Package>,
    /// The databases of the distribution's package manager, sorted by location.
    pub databases: Vec<Database>,
    /// The names of packages that are not the distribution's, though its package manager installed them: what the distribution says of a package
    /// with this name is about another one. [`Note::Foreign`] says whose they are.
    pub foreign: BTreeMap<Kind, BTreeSet<String>>,
    /// What else there is to say.
    pub notes: Vec<Note>,
}

/// A database of a package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Whose it is.
    pub kind: Kind,
    /// The file.
    pub location: String,
    /// The layer that it is from, counted from the lowest, 0.
    pub layer: usize,
    /// How many packages are in it, or why that is not known.
    pub packages: Result<usize, Unreadable>,
}

/// How much an inventory knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Everything that was looked for was read.
    Whole,
    /// Something was not, so that packages may be missing.
    Partial,
    /// Nothing that names a package was found. Nobody knows what is in the image.
    Empty,
}

impl Inventory {
    /// Reads what was captured.
    pub fn of(tree: &Tree) -> Self {
        let mut inventory = Self::default();
        inventory.read_distribution(tree);
        let mut ownership = Ownership::default();
        for (path, file) in &tree.files {
            if language(path, file).is_some() {
                ownership.ask(path, file.layer);
            }
        }
        inventory.read_dpkg(tree, &mut ownership);
        inventory.read_apk(tree, &mut ownership);
        inventory.read_rpm(tree, &mut ownership);
        inventory.read_manifest(tree, &mut ownership);
        let is_unknown = inventory.distribution.is_some() && inventory.packages.is_empty();
        if is_unknown && inventory.databases.iter().all(|database| database.packages.is_ok()) {
            inventory.notes.push(Note::NoSystemPackages);
        }
        inventory.read_languages(tree, &ownership);
        inventory.sort();
        inventory
    }

    /// How much of what is in the image this knows.
    pub fn coverage(&self) -> Coverage {
        let is_gap = self.databases.iter().any(|database| database.packages.is_err()) || self.notes.iter().any(Note::is_gap);
        match (is_gap, self.packages.is_empty()) {
            (true, _) => Coverage::Partial,
            (false, true) => Coverage::Empty,
            (false, false) => Coverage::Whole,
        }
    }

    /// Whether a package is not the distribution's.
    pub fn is_foreign(&self, package: &Package) -> bool {
        self.foreign.get(&package.kind).is_some_and(|names| names.contains(&package.name))
    }

    /// Gives every package the layer that brought it. `after` are the inventories after each layer, the lowest first, of which the last is that of
    /// the whole image: a package came with the lowest layer from which on it is there, at the same version, in every one.
    pub fn attribute(&mut self, after: &[Self]) {
        fn key(package: &Package) -> (Kind, &str, &str, Option<&str>) {
            (package.kind, &package.name, &package.version, package.architecture.as_deref())
        }
        let there: Vec<BTreeSet<_>> = after.iter().map(|inventory| inventory.packages.iter().map(key).collect()).collect();
        for package in &mut self.packages {
            let absent = there.iter().rposition(|packages| !packages.contains(&key(package)));
            match absent {
                None if there.is_empty() => {}
                None => package.layer = 0,
                // Not even in the last: whoever asks gave other inventories, and nothing is known better.
                Some(layer) if layer + 1 == there.len() => {}
                Some(layer) => package.layer = layer + 1,
            }
        }
    }

    fn read_distribution(&mut self, tree: &Tree) {
        let Some((location, file)) = os_release::LOCATIONS.iter().find_map(|location| tree.files.get_key_value(*location)) else { return };
        match os_release::read(&file.bytes) {
            Ok(distribution) => self.distribution = Some(distribution),
            Err(why) => self.notes.push(Note::Distribution { location: location.clone(), why }),
        }
    }

    fn read_dpkg(&mut self, tree: &Tree, ownership: &mut Ownership) {
        let mut installed = BTreeSet::new();
        for (path, file) in with(tree, Evidence::Dpkg) {
            let read = dpkg::read(&file.bytes, path, file.layer);
            // What is in a package of another publisher is nobody's.
            for found in read.iter().flatten().filter(|found| found.by.is_none()) {
                installed.insert(found.package.name.clone());
                if let Some(name) = path.strip_prefix(dpkg::STATUS_FOLDER) {
                    installed.insert(name.to_owned());
                }
            }
            self.add(Kind::Deb, path, file.layer, read);
        }
        for (path, file) in with(tree, Evidence::DpkgFiles) {
            // A list of files of a package that is not there would hide whatever it names.
            if installed.contains(dpkg::owner(path)) {
                dpkg::claim(&file.bytes, path, file.layer, ownership);
            }
        }
        ownership.settle(true);
    }

    fn read_apk(&mut self, tree: &Tree, ownership: &mut Ownership) {
        for (path, file) in with(tree, Evidence::Apk) {
            let read = apk::read(&file.bytes, path, file.layer, ownership);
            ownership.settle(read.is_ok());
            let read = read.map(|packages| packages.into_iter().map(Found::from).collect());
            self.add(Kind::Apk, path, file.layer, read);
        }
        let Some(distribution) = self.distribution.as_ref().filter(|distribution| distribution.id == "alpine") else { return };
        let version = distribution.version_id.as_deref().unwrap_or_default();
        let own: String = version.split('.').take(2).collect::<Vec<_>>().join(".");
        let releases = tree.files.get(apk::REPOSITORIES).map(|file| apk::releases(&file.bytes)).unwrap_or_default();
        if releases.iter().any(|release| release.strip_prefix('v') != Some(&own)) {
            self.notes.push(Note::OtherReleases { found: releases.into_iter().collect() });
        }
    }

    fn read_rpm(&mut self, tree: &Tree, ownership: &mut Ownership) {
        for folder in rpm::FOLDERS {
            let file = |name: &str| tree.files.get_key_value(&format!("{folder}{name}"));
            let (log, journal) = (file(rpm::SQLITE_LOG), file(rpm::SQLITE_JOURNAL));
            let beside = log.iter().chain(&journal).map(|(_, file)| file.layer).max();
            let databases = [
                file(rpm::SQLITE)
                    .map(|main| (main, rpm::Database::Sqlite { main: bytes(main), log: log.map(bytes), journal: journal.map(bytes) })),
                file(rpm::BERKELEY).map(|main| (main, rpm::Database::Berkeley(bytes(main)))),
                file(rpm::NDB).map(|main| (main, rpm::Database::Ndb(bytes(main)))),
            ];
            if let (None, Some((path, log))) = (&databases[0], log.filter(|(_, log)| !log.bytes.is_empty())) {
                self.add(Kind::Rpm, path, log.layer, Err(Unreadable::Truncated { what: "the database with its log" }));
            }
            for ((path, main), database) in databases.into_iter().flatten() {
                let layer = match database {
                    rpm::Database::Sqlite { .. } => beside.map_or(main.layer, |beside| beside.max(main.layer)),
                    _ => main.layer,
                };
                let read = rpm::read(&database, path, layer, ownership);
                ownership.settle(read.is_ok());
                self.add(Kind::Rpm, path, layer, read);
            }
        }
    }

    fn read_manifest(&mut self, tree: &Tree, ownership: &mut Ownership) {
        for (path, file) in with(tree, Evidence::Manifest) {
            let read = rpm::read(&rpm::Database::Manifest(&file.bytes), path, file.layer, ownership);
            self.add(Kind::Rpm, path, file.layer, read);
        }
    }

    fn read_languages(&mut self, tree: &Tree, ownership: &Ownership) {
        let mut owned: BTreeMap<Kind, usize> = BTreeMap::new();
        for (path, file) in &tree.files {
            let Some(kind) = language(path, file) else { continue };
            if ownership.is_owned(path) {
                *owned.entry(kind).or_default() += 1;
                continue;
            }
            if let Err(why) = self.read_language(kind, path, file) {
                self.notes.push(Note::Unreadable { kind, location: path.clone(), why });
            }
        }
        self.notes.extend(owned.into_iter().map(|(kind, count)| Note::Owned { kind, count }));
    }

    fn read_language(&mut self, kind: Kind, path: &str, file: &File) -> Result<(), Unreadable> {
        match kind {
            Kind::Npm => self.packages.extend(npm::read(&file.bytes, path, file.layer)?),
            Kind::Python => self.packages.push(python::read(&file.bytes, path, file.layer)?),
            _ => {
                let Some(program) = go::read(&file.bytes, path, file.layer)? else { return Ok(()) };
                self.packages.extend(program.packages);
                self.notes.extend(program.unversioned.into_iter().map(|name| Note::Unversioned { location: path.to_owned(), name }));
                if !program.has_modules {
                    self.notes.push(Note::NoModules { location: path.to_owned() });
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, kind: Kind, path: &str, layer: usize, read: Result<Vec<Found>, Unreadable>) {
        let packages = read.map(|found| {
            let count = found.len();
            for Found { package, by } in found {
                if let Some(by) = by {
                    self.foreign.entry(kind).or_default().insert(package.name.clone());
                    self.notes.push(Note::Foreign { kind, name: package.name.clone(), by });
                }
                self.packages.push(package);
            }
            count
        });
        self.databases.push(Database { kind, location: path.to_owned(), layer, packages });
    }

    fn sort(&mut self) {
        fn key(package: &Package) -> (Kind, &str, &str, Option<&str>, &str) {
            (package.kind, &package.name, &package.version, package.architecture.as_deref(), &package.location)
        }
        self.packages.sort_by(|one, other| key(one).cmp(&key(other)));
        // A distribution that moved its database may have left the old one; a package of a language may be there many times.
        self.packages.dedup_by(|one, other| {
            let is_system = matches!(one.kind, Kind::Deb | Kind::Apk | Kind::Rpm);
            let (one, other) = (key(one), key(other));
            one == other || (is_system && (one.0, one.1, one.2, one.3) == (other.0, other.1, other.2, other.3))
        });
        self.databases.sort_by(|one, other| one.location.cmp(&other.location));
    }
}

fn bytes<'t>((_, file): (&'t String, &'t File)) -> &'t [u8] {
    &file.bytes
}

fn with(tree: &Tree, evidence: Evidence) -> impl Iterator<Item = (&String, &File)> {
    tree.files.iter().filter(move |(path, _)| Evidence::of(path) == evidence)
}

/// Of which language this file would be a package.
fn language(path: &str, file: &File) -> Option<Kind> {
    match Evidence::of(path) {
        Evidence::Npm => Some(Kind::Npm),
        Evidence::Python => Some(Kind::Python),
        Evidence::Program if file.bytes.starts_with(ELF_MAGIC) || file.bytes.starts_with(go::MAGIC) => Some(Kind::Go),
        _ => None,
    }
}
