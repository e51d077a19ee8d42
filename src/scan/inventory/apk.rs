//! What apk says is installed: a text of `X:value` lines, a paragraph a package, with all of its files in it. apk 3 still writes it.
//!
//! apk-package(5). Letters that are not known are of a later version, and left alone.

use std::collections::BTreeSet;

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::ownership::Folder;
use crate::scan::inventory::ownership::Ownership;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::package::Source;

/// The database; where `/lib` is `/usr/lib`, it is in the latter.
pub(super) const LOCATIONS: [&str; 2] = ["lib/apk/db/installed", "usr/lib/apk/db/installed"];

/// Where packages are fetched from, an address a line.
pub(super) const REPOSITORIES: &str = "etc/apk/repositories";

/// The releases of Alpine in the addresses that packages are fetched from: `v3.20`, `edge`, `latest-stable`.
pub(super) fn releases(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let addresses = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    addresses.flat_map(|address| address.split('/').filter(|part| is_release(part))).map(str::to_owned).collect()
}

fn is_release(part: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = part.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
    matches!(part, "edge" | "latest-stable") || numbers.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// The packages; their files are theirs.
pub(super) fn read(bytes: &[u8], location: &str, layer: usize, ownership: &mut Ownership) -> Result<Vec<Package>, Unreadable> {
    let mut packages = Vec::new();
    let mut entry = Entry::default();
    let mut number = 0;
    // The text ends with an empty line; one more does no harm where it does not.
    for line in bytes.split(|byte| *byte == b'\n').chain([b"".as_slice()]) {
        number += 1;
        let (letter, value) = match line {
            [] => {
                if let Some(package) = core::mem::take(&mut entry).package(number, location, layer)? {
                    if packages.len() == budget::PACKAGES {
                        return Err(Unreadable::TooMuch { what: "packages", limit: budget::PACKAGES as u64 });
                    }
                    packages.push(package);
                }
                continue;
            }
            [letter, b':', value @ ..] => (*letter, value),
            _ => return Err(Unreadable::Line { line: number, expected: "a letter, a colon and a value" }),
        };
        entry.started = true;
        let text = || core::str::from_utf8(value).map_err(|_| Unreadable::Line { line: number, expected: "UTF-8" });
        let field = match letter {
            b'P' => &mut entry.name,
            b'V' => &mut entry.version,
            b'A' => &mut entry.architecture,
            b'o' => &mut entry.origin,
            b'F' => {
                entry.folder = core::str::from_utf8(value).ok().and_then(|folder| ownership.folder(folder));
                continue;
            }
            b'R' => {
                if let (Some(folder), Ok(name)) = (entry.folder, core::str::from_utf8(value)) {
                    ownership.claim(folder, name, layer);
                }
                continue;
            }
            _ => continue,
        };
        if field.is_some() {
            return Err(Unreadable::Line { line: number, expected: "a field that the package does not have yet" });
        }
        *field = Some(text()?).filter(|text| !text.is_empty());
    }
    Ok(packages)
}

#[derive(Default)]
struct Entry<'a> {
    started: bool,
    name: Option<&'a str>,
    version: Option<&'a str>,
    architecture: Option<&'a str>,
    origin: Option<&'a str>,
    folder: Option<Folder>,
}

impl Entry<'_> {
    fn package(self, line: usize, location: &str, layer: usize) -> Result<Option<Package>, Unreadable> {
        if !self.started {
            return Ok(None);
        }
        let name = self.name.ok_or(Unreadable::Missing { what: "the name", line })?;
        let version = self.version.ok_or(Unreadable::Missing { what: "the version", line })?;
        Ok(Some(Package {
            kind: Kind::Apk,
            name: name.to_owned(),
            version: version.to_owned(),
            // A package is built with its origin, and has its version.
            source: self.origin.map(|origin| Source { name: origin.to_owned(), version: version.to_owned() }),
            architecture: self.architecture.map(str::to_owned),
            location: location.to_owned(),
            layer,
        }))
    }
}
