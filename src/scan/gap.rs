//! What was wanted and could not be had. Whoever has gaps has not seen everything, and must not say "clean".

use core::fmt;

/// Why something that was wanted is not there. `code()` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The file is larger than anything of its kind.
    TooLarge {
        /// Bytes that it has.
        size: u64,
        /// Bytes that would have been kept.
        limit: u64,
    },
    /// Too much was kept already.
    NoRoom {
        /// Bytes that it has.
        size: u64,
    },
    /// It is another name of a file that was not kept.
    NotKept {
        /// That file.
        target: String,
    },
}

impl Gap {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "file-too-large",
            Self::NoRoom { .. } => "files-too-large",
            Self::NotKept { .. } => "link-not-kept",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size, limit } => write!(f, "expected a file of at most {limit} bytes, found {size}"),
            Self::NoRoom { size } => write!(f, "expected less in one image, and did not keep the {size} bytes of this file"),
            Self::NotKept { target } => {
                let target = crate::excerpt::excerpt(target, 200);
                write!(f, "expected a link to a file that was read, found one to {target}")
            }
        }
    }
}
