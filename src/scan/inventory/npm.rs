//! What npm and its like have installed: a `package.json` a package, straight in a folder `node_modules`; and the application's own.
//!
//! A `package.json` deeper inside a package is no package: packages hold such files to say how their folders are read, or to test with.

use crate::json;
use crate::scan::inventory::Unreadable;
use crate::scan::package::Kind;
use crate::scan::package::Package;

/// Whether this path is where a package would describe itself. Asked of every file of an image.
pub(super) fn describes(path: &str) -> bool {
    const MODULES: &str = "node_modules";
    let Some(folder) = path.strip_suffix("package.json") else { return false };
    let Some(folder) = folder.strip_suffix('/') else { return folder.is_empty() };
    if !folder.split('/').any(|name| name == MODULES) {
        return true;
    }
    let mut above = folder.rsplit('/');
    match (above.next(), above.next(), above.next()) {
        (Some(name), Some(MODULES), _) => name != MODULES && !name.starts_with('@'),
        (Some(name), Some(scope), Some(MODULES)) => name != MODULES && scope.starts_with('@'),
        _ => false,
    }
}

/// The package; `None` where the file says how a folder is read, or describes something that is published nowhere.
pub(super) fn read(bytes: &[u8], location: &str, layer: usize) -> Result<Option<Package>, Unreadable> {
    // npm takes a byte order mark for nothing; JSON does not allow it.
    let document = json::parse_object(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?;
    let root = document.root();
    let (Some(name), Some(version)) = (root.optional_string("name")?, root.optional_string("version")?) else { return Ok(None) };
    // Installed packages were published, whatever they say; anything else that is private was not, and no advisory is about it.
    let installed = location.split('/').any(|folder| folder == "node_modules");
    let private = root.optional("private")?.is_some_and(|private| private.boolean() != Ok(false));
    if name.is_empty() || version.is_empty() || (private && !installed) {
        return Ok(None);
    }
    Ok(Some(Package {
        kind: Kind::Npm,
        name: name.to_owned(),
        version: version.to_owned(),
        source: None,
        architecture: None,
        location: location.to_owned(),
        layer,
    }))
}
