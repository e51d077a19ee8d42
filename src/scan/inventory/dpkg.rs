//! What dpkg says is installed: `var/lib/dpkg/status`, or a file a package in `var/lib/dpkg/status.d`, as images without dpkg have.
//!
//! The source package counts with **its** version: bsdutils `1:2.38.1-5` is built from util-linux `2.38.1-5`, and an advisory for the
//! latter, compared with the former, would never hold.

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::foreign;
use crate::scan::inventory::foreign::Found;
use crate::scan::inventory::ownership::Ownership;
use crate::scan::inventory::paragraphs::Otherwise;
use crate::scan::inventory::paragraphs::Paragraph;
use crate::scan::inventory::paragraphs::Paragraphs;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::package::Source;

/// The database.
pub(super) const STATUS: &str = "var/lib/dpkg/status";
/// The folder of images that were made without dpkg.
pub(super) const STATUS_FOLDER: &str = "var/lib/dpkg/status.d/";
/// The folder of the lists of files.
pub(super) const INFO_FOLDER: &str = "var/lib/dpkg/info/";

const FIELDS: &[&str] = &["Package", "Version", "Status", "Source", "Architecture", "Maintainer"];

/// The packages of which files are there: all but those that are gone (`dpkg-query(1)`, the states `not-installed` and `config-files`).
pub(super) fn read(bytes: &[u8], location: &str, layer: usize) -> Result<Vec<Found>, Unreadable> {
    let mut packages = Vec::new();
    for paragraph in Paragraphs::new(bytes, FIELDS, Otherwise::Refused) {
        let paragraph = paragraph?;
        if !is_installed(&paragraph)? {
            continue;
        }
        if packages.len() == budget::PACKAGES {
            return Err(Unreadable::TooMuch { what: "packages", limit: budget::PACKAGES as u64 });
        }
        let missing = |what| Unreadable::Missing { what, line: paragraph.end };
        let name = paragraph.text("Package")?.ok_or(missing("the name"))?;
        let version = paragraph.text("Version")?.ok_or(missing("the version"))?;
        let maintainer = String::from_utf8_lossy(paragraph.field("Maintainer").unwrap_or_default());
        let package = Package {
            kind: Kind::Deb,
            name: name.to_owned(),
            version: version.to_owned(),
            source: paragraph.text("Source")?.map(|source| self::source(source, version)).transpose()?,
            architecture: paragraph.text("Architecture")?.map(str::to_owned),
            location: location.to_owned(),
            layer,
        };
        let by = foreign::is_foreign_to_debian(&maintainer, version).then(|| maintainer.into_owned());
        packages.push(Found { package, by });
    }
    Ok(packages)
}

/// `Status: want flag state`. Files in `status.d` have none.
fn is_installed(paragraph: &Paragraph<'_>) -> Result<bool, Unreadable> {
    let Some(status) = paragraph.text("Status")? else { return Ok(true) };
    match status.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
        [_, _, "not-installed" | "config-files"] => Ok(false),
        [_, _, "half-installed" | "unpacked" | "half-configured" | "triggers-awaited" | "triggers-pending" | "installed"] => Ok(true),
        _ => Err(Unreadable::Invalid { what: "Status", expected: "three words of which the last is a state" }),
    }
}

/// `name` or `name (version)`.
fn source(source: &str, version: &str) -> Result<Source, Unreadable> {
    let invalid = Unreadable::Invalid { what: "Source", expected: "a name, or a name and a version in parentheses" };
    let (name, version) = match source.split_once('(') {
        Some((name, rest)) => (name.trim_ascii_end(), rest.strip_suffix(')').map(str::trim_ascii).ok_or(invalid.clone())?),
        None => (source, version),
    };
    if name.is_empty() || version.is_empty() || name.contains(|character: char| character.is_ascii_whitespace()) {
        return Err(invalid);
    }
    Ok(Source { name: name.to_owned(), version: version.to_owned() })
}

/// Whose files are in this list: `NAME.list`, `NAME:ARCHITECTURE.list`, `FILE.md5sums` beside the `FILE` that describes the package.
pub(super) fn owner(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.strip_suffix(".md5sums") {
        Some(file) => file,
        None => name.strip_suffix(".list").unwrap_or(name).split(':').next().unwrap_or(name),
    }
}

/// The files of one package: `NAME.list`, a path with `/` in front a line, or `NAME.md5sums` of `status.d`, a sum and a path a line.
pub(super) fn claim(bytes: &[u8], location: &str, layer: usize, ownership: &mut Ownership) {
    let sums = location.ends_with(".md5sums");
    for line in bytes.split(|byte| *byte == b'\n') {
        let path = if sums { line.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or_default() } else { line };
        // What is no text is the path of no file that is asked about.
        let Ok(path) = core::str::from_utf8(path.trim_ascii_start()) else { continue };
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(folder) = ownership.folder(folder) {
            ownership.claim(folder, name, layer);
        }
    }
}
