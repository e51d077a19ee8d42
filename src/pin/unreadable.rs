//! Why nothing at all can be said about the images of a text.

use core::fmt;

use crate::budget;

/// The text is not what it was taken for, or too much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is longer than [`budget::PIN_TEXT_BYTES`].
    TooLong {
        /// Bytes.
        length: usize,
    },
    /// It names more images than [`budget::PIN_OCCURRENCES`].
    TooMany {
        /// How many.
        found: usize,
    },
    /// It is no YAML.
    Yaml {
        /// The line, from 1, at which it stops being YAML.
        line: usize,
        /// What the parser expected there.
        problem: String,
    },
    /// It is YAML that is nested deeper or has more nodes than we follow.
    YamlTooLarge {
        /// The limit, in words.
        limit: String,
    },
    /// It is a template, from which YAML is made only later.
    Template {
        /// The line, from 1, of the first `{{`.
        line: usize,
    },
    /// It is nothing in which we know where images are named.
    KindUnknown,
}

impl Unreadable {
    /// Every code.
    pub const CODES: [&str; 6] = ["text-too-long", "too-many-references", "yaml-invalid", "yaml-too-large", "template", "kind-unknown"];

    /// The stable name of this refusal.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => Self::CODES[0],
            Self::TooMany { .. } => Self::CODES[1],
            Self::Yaml { .. } => Self::CODES[2],
            Self::YamlTooLarge { .. } => Self::CODES[3],
            Self::Template { .. } => Self::CODES[4],
            Self::KindUnknown => Self::CODES[5],
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                write!(f, "expected a text of at most {} bytes, found {length}: split it", budget::PIN_TEXT_BYTES)
            }
            Self::TooMany { found } => {
                write!(f, "expected at most {} references in one text, found {found}: split it", budget::PIN_OCCURRENCES)
            }
            Self::Yaml { line, problem } => write!(f, "expected YAML, found something else in line {line}: {problem}"),
            Self::YamlTooLarge { limit } => write!(f, "expected YAML with at most {limit}, found more"),
            Self::Template { line } => {
                write!(f, "expected YAML, found a template in line {line}: pin the values that are put into it, or what it becomes")
            }
            Self::KindUnknown => f.write_str(
                "expected an image reference, a docker, podman or nerdctl command, a Dockerfile, or YAML for Compose, Kubernetes, \
                 Kustomize, Helm values or GitHub Actions, found none of them: say which it is",
            ),
        }
    }
}

impl core::error::Error for Unreadable {}
