//! Why a text names no image, in words that help to write one that does.

use core::fmt;

use super::MAX_BYTES;
use super::REPOSITORY_BYTES;
use super::Reference;
use super::TAG_BYTES;
use crate::digest::InvalidDigest;

/// Most characters of the refused text that a message repeats.
pub(super) const ECHOED: usize = 80;

/// Why a text names no image. Positions are bytes of the text that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants say it; a field of one name means the same in all of them")]
pub enum InvalidReference {
    /// Nothing, or white space only.
    Empty,
    /// More than [`MAX_BYTES`].
    TooLong { length: usize },
    /// White space before or behind, often a line break that was pasted along.
    SpaceAround { position: usize, found: char },
    /// Several words: a command, or a line of a file.
    SpaceInside { position: usize, found: char },
    /// `https://…`, `docker://…`; with the image, where it can be told.
    Url { position: usize, suggestion: Option<String> },
    /// 64 hexadecimal digits and nothing else.
    ImageId,
    /// Not a host with an optional port.
    Registry { position: usize, found: Option<char> },
    /// A character that fits nowhere in a repository, or not here.
    Repository { position: usize, found: Option<char> },
    /// A repository that is not in lower case; with the text in lower case, if that is a reference.
    UpperCase { position: usize, found: char, suggestion: Option<String> },
    /// More than 255 bytes, normalised.
    RepositoryTooLong { position: usize, length: usize },
    /// A `:` with nothing behind it.
    EmptyTag { position: usize },
    /// A character that fits nowhere in a tag, or not at its beginning.
    Tag { position: usize, found: char },
    /// More than 128 characters.
    TagTooLong { position: usize, length: usize },
    /// What follows `@` is no digest; `found` is its beginning, escaped.
    Digest { position: usize, found: String, reason: InvalidDigest },
}

impl InvalidReference {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too-long",
            Self::SpaceAround { .. } => "space-around",
            Self::SpaceInside { .. } => "space-inside",
            Self::Url { .. } => "url",
            Self::ImageId => "image-id",
            Self::Registry { .. } => "registry",
            Self::Repository { .. } => "repository",
            Self::UpperCase { .. } => "upper-case",
            Self::RepositoryTooLong { .. } => "repository-too-long",
            Self::EmptyTag { .. } => "empty-tag",
            Self::Tag { .. } => "tag",
            Self::TagTooLong { .. } => "tag-too-long",
            Self::Digest { reason, .. } => reason.code(),
        }
    }

    /// The byte at which the text stops being a reference.
    pub const fn position(&self) -> usize {
        match self {
            Self::Empty | Self::ImageId => 0,
            Self::TooLong { .. } => MAX_BYTES,
            Self::SpaceAround { position, .. }
            | Self::SpaceInside { position, .. }
            | Self::Url { position, .. }
            | Self::Registry { position, .. }
            | Self::Repository { position, .. }
            | Self::UpperCase { position, .. }
            | Self::RepositoryTooLong { position, .. }
            | Self::EmptyTag { position }
            | Self::Tag { position, .. }
            | Self::TagTooLong { position, .. }
            | Self::Digest { position, .. } => *position,
        }
    }

    /// The same refusal with a better reason than the first character that does not fit: what the text is instead.
    pub(super) fn explained(self, text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        if let Some((position, found)) = text.char_indices().find(|(_, c)| c.is_whitespace()) {
            let inside = text.trim().contains(char::is_whitespace);
            return if inside { Self::SpaceInside { position, found } } else { Self::SpaceAround { position, found } };
        }
        if let Some((scheme, address)) = text.split_once("://") {
            return Self::Url { position: scheme.len(), suggestion: image_at(scheme, address) };
        }
        self
    }
}

impl fmt::Display for InvalidReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "expected an image reference such as nginx:1.27, found nothing"),
            Self::TooLong { length } => write!(f, "expected one image reference of at most {MAX_BYTES} bytes, found {length} bytes"),
            Self::SpaceAround { found, .. } => {
                write!(f, "expected an image reference with nothing around it, found {}; remove it", name(Some(*found)))
            }
            Self::SpaceInside { found, .. } => {
                write!(
                    f,
                    "expected one image reference, found {}; of a command or a line of a file, give the image only",
                    name(Some(*found))
                )
            }
            Self::Url { suggestion, .. } => {
                write!(f, "expected an image reference such as ghcr.io/owner/name, found a URL; ")?;
                suggest(f, suggestion.as_deref(), "write registry and repository without the scheme (a web page's address names no image)")
            }
            Self::ImageId => write!(
                f,
                "expected a name, found 64 hexadecimal digits only: an image ID, which registries do not know; write name@sha256:digits if it is a digest"
            ),
            Self::Registry { found, .. } => write!(
                f,
                "expected a registry such as ghcr.io, localhost:5000 or [::1]:5000 before the first '/', found {}; \
                 labels have letters, digits and inner dashes, a port has digits",
                name(*found)
            ),
            Self::Repository { found, .. } => write!(
                f,
                "expected a repository of lower-case letters and digits, joined by single '/', '.' or '_', by '__' or by dashes, found {}",
                name(*found)
            ),
            Self::UpperCase { found, suggestion, .. } => {
                write!(f, "expected a repository in lower case, found {}; ", name(Some(*found)))?;
                suggest(f, suggestion.as_deref(), "write it in lower case")
            }
            Self::RepositoryTooLong { length, .. } => {
                write!(f, "expected a repository of at most {REPOSITORY_BYTES} bytes (with library/ on Docker Hub), found {length} bytes")
            }
            Self::EmptyTag { .. } => write!(f, "expected a tag behind ':', found nothing; add one such as latest, or remove the ':'"),
            Self::Tag { found, .. } => write!(
                f,
                "expected a tag of ASCII letters, digits, '_', '.' and '-' that begins with neither '.' nor '-', found {}",
                name(Some(*found))
            ),
            Self::TagTooLong { length, .. } => write!(f, "expected a tag of at most {TAG_BYTES} characters, found {length}"),
            Self::Digest { found, reason, .. } => {
                let found = if found.is_empty() { "nothing" } else { found };
                write!(f, "{reason} behind '@', found {found}; copy the image's digest again, whole")
            }
        }?;
        match self {
            Self::Empty | Self::TooLong { .. } | Self::ImageId => Ok(()),
            _ => write!(f, " (at byte {})", self.position()),
        }
    }
}

impl core::error::Error for InvalidReference {}

/// The image of a Docker Hub page (`hub.docker.com/_/nginx`, `hub.docker.com/r/owner/name`), or behind the name of a transport
/// (`docker://nginx`). Of other pages it cannot be told.
fn image_at(scheme: &str, address: &str) -> Option<String> {
    if let Some(page) = address.strip_prefix("hub.docker.com/") {
        let mut parts = page.split(['/', '?', '#']);
        return match parts.next()? {
            "_" => suggestion(parts.next()?.to_owned()),
            "r" => suggestion(format!("{}/{}", parts.next()?, parts.next()?)),
            _ => None,
        };
    }
    if matches!(scheme, "http" | "https") { None } else { suggestion(address.to_owned()) }
}

/// Suggests nothing that would be refused again, and nothing long.
pub(super) fn suggestion(text: String) -> Option<String> {
    (text.len() <= ECHOED && Reference::parse(&text).is_ok()).then_some(text)
}

fn suggest(f: &mut fmt::Formatter<'_>, suggestion: Option<&str>, otherwise: &str) -> fmt::Result {
    match suggestion {
        Some(text) => write!(f, "did you mean {text}?"),
        None => f.write_str(otherwise),
    }
}

/// A character by a name that shows which one it is: many look alike, some like nothing.
fn name(found: Option<char>) -> String {
    match found {
        None => "the end".to_owned(),
        Some(' ') => "a space".to_owned(),
        Some('\n' | '\r') => "a line break".to_owned(),
        Some(c) if c.is_ascii_graphic() => format!("'{c}'"),
        Some(c) => format!("'{}' (U+{:04X})", c.escape_debug(), u32::from(c)),
    }
}
