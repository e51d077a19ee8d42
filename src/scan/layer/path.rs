//! Paths in a layer, and what their names mean to those who unpack it.

use crate::budget;
use crate::excerpt::excerpt;
use crate::scan::layer::invalid::InvalidLayer;

/// What an entry's name stands for: OCI image specification, "Whiteouts".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name<'p> {
    /// What lies at the path.
    Path,
    /// That nothing of lower layers lies at this path any more.
    Whiteout(String),
    /// That nothing of lower layers lies in this directory any more.
    Opaque(&'p str),
    /// Something that only the file system of old versions of Docker knew the meaning of.
    Aufs,
}

const WHITEOUT: &str = ".wh.";
const OPAQUE: &str = ".wh..wh..opq";
const AUFS: &str = ".wh..wh.";

/// A path without `.`, `..` and doubled slashes, and without a `/` in front: what Go's `filepath.Clean` makes of it, below the root.
/// Names that are no UTF-8 keep what is readable of them.
pub(super) fn clean(path: &[u8]) -> Result<String, InvalidLayer> {
    let text = String::from_utf8_lossy(path);
    let mut clean = String::with_capacity(text.len().min(budget::LAYER_PATH_BYTES));
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => match clean.rfind('/') {
                Some(slash) => clean.truncate(slash),
                // One program would end at the root, the next refuses the image.
                None if clean.is_empty() => return Err(invalid("leads out of it", &text)),
                None => clean.clear(),
            },
            part => {
                if !clean.is_empty() {
                    clean.push('/');
                }
                clean.push_str(part);
            }
        }
    }
    Ok(clean)
}

/// What the last part of a clean path means.
pub(super) fn name(path: &str) -> Result<Name<'_>, InvalidLayer> {
    let (directory, base) = path.rsplit_once('/').unwrap_or(("", path));
    if !base.starts_with(WHITEOUT) {
        return Ok(Name::Path);
    }
    match base {
        OPAQUE => Ok(Name::Opaque(directory)),
        // Of `.wh.` and `.wh...` the directory itself would be deleted, or the one above.
        ".wh." | ".wh.." | ".wh..." => Err(invalid("deletes what is not named", path)),
        base if base.starts_with(AUFS) => Ok(Name::Aufs),
        base => {
            let name = &base[WHITEOUT.len()..];
            Ok(Name::Whiteout(if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }))
        }
    }
}

pub(super) fn invalid(reason: &'static str, path: &str) -> InvalidLayer {
    InvalidLayer::Path { reason, path: excerpt(path, 200) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_is_left_of_it() {
        for (path, left) in [
            ("etc/os-release", "etc/os-release"),
            ("./etc//os-release/", "etc/os-release"),
            ("/etc/os-release", "etc/os-release"),
            ("//etc/./os-release", "etc/os-release"),
            ("usr/lib/../../etc/os-release", "etc/os-release"),
            ("a/..", ""),
            ("", ""),
            ("/", ""),
            ("..a/...", "..a/..."),
        ] {
            assert_eq!(clean(path.as_bytes()).unwrap(), left, "{path}");
        }
        assert_eq!(clean(b"caf\xe9/x").unwrap(), "caf\u{fffd}/x");
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        for path in ["..", "../etc/os-release", "a/../../etc", "/..", "/../etc", "./../x"] {
            assert_eq!(clean(path.as_bytes()).unwrap_err().code(), "layer-path-invalid", "{path}");
        }
    }

    #[test]
    fn whiteouts_are_told_by_their_names() {
        assert_eq!(name("a/.wh.b").unwrap(), Name::Whiteout("a/b".into()));
        assert_eq!(name(".wh.b").unwrap(), Name::Whiteout("b".into()));
        assert_eq!(name(".wh..b").unwrap(), Name::Whiteout(".b".into()));
        assert_eq!(name("a/.wh..wh..opq").unwrap(), Name::Opaque("a"));
        assert_eq!(name(".wh..wh..opq").unwrap(), Name::Opaque(""));
        assert_eq!(name(".wh..wh.plnk").unwrap(), Name::Aufs);
        // With a dot behind it, it is another name, whatever some scanners look for.
        assert_eq!(name("a/.wh..wh..opq.").unwrap(), Name::Aufs);
        for path in ["a/b", "a/.whb", "a/wh.b", ".wh.a/b", ""] {
            assert_eq!(name(path).unwrap(), Name::Path, "{path}");
        }
        for path in ["a/.wh.", "a/.wh..", "a/.wh...", ".wh."] {
            assert_eq!(name(path).unwrap_err().code(), "layer-path-invalid", "{path}");
        }
    }
}
