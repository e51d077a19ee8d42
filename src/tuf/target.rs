//! Target files: what they are called, and whether bytes are the ones that were meant.

use core::fmt;

use crate::budget;
use crate::digest::Content;
use crate::digest::Digest;
use crate::digest::DigestMismatch;
use crate::excerpt::excerpt;
use crate::tuf::InvalidMetadata;
use crate::tuf::metadata;
use crate::tuf::metadata::Listed;

/// The path of a target, relative to where a repository keeps its targets: `packages.example.org/keys.json`.
///
/// Whoever turns it into an address or a file's name cannot leave that place: no part of it is empty, `.` or `..`, and none holds
/// a backslash or a control character (CVE-2021-41131, CVE-2026-24686).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetPath(String);

impl TargetPath {
    /// A relative path with `/` between its parts (section 4.5, TARGETPATH).
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(|c: char| c == '\\' || c.is_control());
        if text.len() <= budget::TUF_PATH_BYTES && text.split('/').all(is_part) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPath { found: text.to_owned() })
        }
    }

    /// As metadata spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TargetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no path of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPath {
    /// The text.
    pub found: String,
}

impl InvalidPath {
    /// The stable code.
    pub const CODE: &'static str = "target-path-invalid";
}

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected a relative path without . and .. of at most {} bytes, found \"{}\"",
            budget::TUF_PATH_BYTES,
            excerpt(&self.found, 120)
        )
    }
}

impl core::error::Error for InvalidPath {}

/// A file as a trusted role lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    path: TargetPath,
    length: usize,
    hashes: Vec<Digest>,
}

impl Target {
    /// Only trusted metadata makes one.
    pub(super) fn new(path: &TargetPath, listed: &Listed) -> Result<Self, InvalidMetadata> {
        if listed.length > budget::TUF_TARGET_BYTES {
            return Err(InvalidMetadata::TooLarge { role: path.as_str().to_owned(), limit: budget::TUF_TARGET_BYTES });
        }
        Ok(Self { path: path.clone(), length: listed.length, hashes: listed.hashes.clone() })
    }

    /// Its path.
    pub const fn path(&self) -> &TargetPath {
        &self.path
    }

    /// In bytes.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The hash that stands in its file's name where a repository has consistent snapshots (section 6.2): there is a copy for each.
    pub fn digest(&self) -> Digest {
        *self.hashes.first().expect("`hashes` refuses to read none")
    }

    /// Accepts bytes only if they are this file: length and every hash that can be computed here (section 5.7.3).
    pub fn verify(&self, bytes: Vec<u8>) -> Result<Content, InvalidMetadata> {
        let name = self.path.as_str();
        if bytes.len() != self.length {
            return Err(InvalidMetadata::Length { name: name.to_owned(), expected: self.length, found: bytes.len() });
        }
        metadata::compare_hashes(name, &self.hashes, &bytes)?;
        let mismatch = |DigestMismatch { expected, found }| InvalidMetadata::Digest { name: name.to_owned(), expected, found };
        Content::verify(self.digest(), bytes).map_err(mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_lead_out_of_its_place() {
        for text in ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "..\\a", "a\0", "a\nb", &"a".repeat(513)] {
            assert_eq!(TargetPath::parse(text), Err(InvalidPath { found: text.to_owned() }), "{text:?}");
        }
        for text in ["trusted_root.json", "packages.example.org/keys.json", "...", "a/.b", "ä %2e%2e", &"a".repeat(512)] {
            assert_eq!(TargetPath::parse(text).unwrap().as_str(), text);
        }
    }
}
