//! What pip and its like have installed: `METADATA` in a `.dist-info` folder, `PKG-INFO` in or in place of an `.egg-info` one.
//!
//! Core metadata (PEP 241 and those that follow): fields, then, behind an empty line, a manual.

use crate::scan::inventory::Unreadable;
use crate::scan::inventory::paragraphs::Otherwise;
use crate::scan::inventory::paragraphs::Paragraphs;
use crate::scan::package::Kind;
use crate::scan::package::Package;

/// Whether this path is where a package would describe itself.
pub(super) fn describes(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "METADATA" => folder.ends_with(".dist-info"),
        "PKG-INFO" => folder.ends_with(".egg-info") || folder.ends_with("/EGG-INFO"),
        _ => name.ends_with(".egg-info"),
    }
}

/// The package.
pub(super) fn read(bytes: &[u8], location: &str, layer: usize) -> Result<Package, Unreadable> {
    let mut paragraphs = Paragraphs::new(bytes, &["Name", "Version"], Otherwise::End);
    let paragraph = paragraphs.next().ok_or(Unreadable::Missing { what: "the name", line: 1 })??;
    let missing = |what| Unreadable::Missing { what, line: paragraph.end };
    let name = paragraph.text("Name")?.ok_or(missing("the name"))?;
    let version = paragraph.text("Version")?.ok_or(missing("the version"))?;
    Ok(Package {
        kind: Kind::Python,
        name: normalized(name),
        version: version.to_owned(),
        source: None,
        architecture: None,
        location: location.to_owned(),
        layer,
    })
}

/// The one name of a package that can be written in many ways (PEP 503, "Normalized Names").
pub(super) fn normalized(name: &str) -> String {
    let mut normalized = String::new();
    for character in name.chars() {
        match character {
            '-' | '_' | '.' if normalized.ends_with('-') => {}
            '-' | '_' | '.' => normalized.push('-'),
            other => normalized.push(other.to_ascii_lowercase()),
        }
    }
    normalized
}
