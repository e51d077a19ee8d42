//! Why a file that names packages cannot be read.

use core::fmt;

use crate::excerpt::excerpt;
use crate::json::InvalidJson;

/// Characters of a stranger's text that a message repeats.
const SHOWN: usize = 80;

/// Why what would name packages does not. It is never the same as naming none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A checksum over a part does not match it.
    Checksum {
        /// Of what.
        what: &'static str,
    },
    /// A part has a form that its format does not have.
    Invalid {
        /// What is meant.
        what: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// It is no strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// A line of a text does not have the form of one.
    Line {
        /// Its number, from 1.
        line: usize,
        /// What it should be.
        expected: &'static str,
    },
    /// An entry has no name or no version.
    Missing {
        /// What is missing.
        what: &'static str,
        /// The line that the entry ends before, from 1.
        line: usize,
    },
    /// More than any honest one holds.
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A transaction was not finished: what is written need not hold.
    Transaction,
    /// It goes on behind its end.
    Truncated {
        /// Which part.
        what: &'static str,
    },
    /// A version or a variant of its format that is not read here.
    Unsupported {
        /// Of what.
        what: &'static str,
        /// What was found.
        found: String,
    },
}

impl Unreadable {
    /// Every code of its own; those of [`InvalidJson`] can be among them.
    pub const CODES: [&str; 7] = [
        "checksum-mismatch",
        "database-invalid",
        "database-truncated",
        "package-incomplete",
        "too-many-entries",
        "transaction-open",
        "format-unsupported",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Checksum { .. } => "checksum-mismatch",
            Self::Invalid { .. } | Self::Line { .. } => "database-invalid",
            Self::Json(invalid) => invalid.code(),
            Self::Missing { .. } => "package-incomplete",
            Self::TooMuch { .. } => "too-many-entries",
            Self::Transaction => "transaction-open",
            Self::Truncated { .. } => "database-truncated",
            Self::Unsupported { .. } => "format-unsupported",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum { what } => write!(f, "expected {what} to match its checksum, found another"),
            Self::Invalid { what, expected } => write!(f, "expected {what} to be {expected}, found something else"),
            Self::Json(invalid) => invalid.fmt(f),
            Self::Line { line, expected } => write!(f, "expected line {line} to be {expected}, found something else"),
            Self::Missing { what, line } => write!(f, "expected {what} of the package before line {line}, found none"),
            Self::TooMuch { what, limit } => write!(f, "expected at most {limit} {what}, found more"),
            Self::Transaction => f.write_str("expected a database at rest, found a transaction that was not finished"),
            Self::Truncated { what } => write!(f, "expected {what} as a whole, found its beginning"),
            Self::Unsupported { what, found } => write!(f, "expected {what} that is read here, found {}", excerpt(found, SHOWN)),
        }
    }
}

impl core::error::Error for Unreadable {}

impl From<InvalidJson> for Unreadable {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}
