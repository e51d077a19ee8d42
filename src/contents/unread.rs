//! Why it is not known what is in an image. That is never "nothing".

use core::fmt;

use crate::check::Stop;
use crate::digest::Digest;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::report::CheckName;
use crate::report::Outcome;
use crate::scan::layer::InvalidLayer;
use crate::scan::overlay::InvalidOverlay;

/// Why an image was not read. `code()` is stable.
#[derive(Clone, Debug)]
pub enum Unread {
    /// As many diff IDs as there are layers would be right.
    DiffIds {
        /// Layers of the manifest.
        expected: usize,
        /// Diff IDs of the configuration.
        found: usize,
    },
    /// A layer could not be fetched.
    Fetch(Error),
    /// A layer that somebody else than the registry stores. Such addresses are not asked.
    Foreign {
        /// Which, counted from the lowest, 0.
        index: usize,
    },
    /// A layer of a kind that is not understood: encrypted, perhaps.
    Kind {
        /// Which, counted from the lowest, 0.
        index: usize,
        /// Its media type.
        found: String,
    },
    /// A layer is not what it has to be, or more than can be read.
    Layer {
        /// Which, counted from the lowest, 0.
        index: usize,
        /// Its digest.
        digest: Digest,
        /// Why.
        error: InvalidLayer,
    },
    /// There are no layers: it is another artifact.
    NoImage {
        /// What it is, where it says so.
        found: Option<String>,
    },
    /// A layer does not go with those below it.
    Overlay {
        /// Which, counted from the lowest, 0.
        index: usize,
        /// Why.
        error: InvalidOverlay,
    },
    /// What leads to the layers does not hold, or could not be read.
    Unproven {
        /// Which step.
        check: CheckName,
        /// What came of it.
        outcome: Outcome,
    },
}

impl Unread {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DiffIds { .. } => "diff-ids-mismatch",
            Self::Fetch(error) => error.code(),
            Self::Foreign { .. } => "foreign-layers",
            Self::Kind { .. } => "layer-kind-unsupported",
            Self::Layer { error, .. } => error.code(),
            Self::NoImage { .. } => "no-image",
            Self::Overlay { error, .. } => error.code(),
            Self::Unproven { outcome: Outcome::Failed(failure), .. } => failure.code(),
            Self::Unproven { outcome: Outcome::Unknown(cause), .. } => cause.code,
            Self::Unproven { .. } => "unproven",
        }
    }

    /// Whether what was fetched is not what was named. Everything else is not known.
    pub const fn is_mismatch(&self) -> bool {
        match self {
            Self::Layer { error, .. } => error.is_mismatch(),
            Self::DiffIds { .. } | Self::Unproven { outcome: Outcome::Failed(_), .. } => true,
            _ => false,
        }
    }

    /// What a step of the walk ended with.
    pub(super) fn stopped(check: CheckName, stop: Stop) -> Self {
        match stop.outcome() {
            Ok(outcome) => Self::Unproven { check, outcome },
            Err(error) => Self::Fetch(error),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DiffIds { expected, found } => write!(f, "expected a diff ID for each of {expected} layers, found {found}"),
            Self::Fetch(error) => error.fmt(f),
            Self::Foreign { index } => write!(f, "layer {index} is not in the registry, and other addresses are not asked"),
            Self::Kind { index, found } => write!(f, "expected layer {index} to be a tar archive, found {}", excerpt(found, 128)),
            Self::Layer { index, digest, error } => write!(f, "layer {index} ({digest}): {error}"),
            Self::NoImage { found: Some(found) } => write!(f, "expected a container image, found {}", excerpt(found, 128)),
            Self::NoImage { found: None } => f.write_str("expected a container image, found another artifact"),
            Self::Overlay { index, error } => write!(f, "layer {index}: {error}"),
            Self::Unproven { check, outcome: Outcome::Failed(failure) } => write!(f, "{}: {failure}", check.name()),
            Self::Unproven { check, outcome: Outcome::Unknown(cause) } => write!(f, "{}: {}", check.name(), cause.message),
            Self::Unproven { check, .. } => write!(f, "{}: was left out", check.name()),
        }
    }
}

impl core::error::Error for Unread {}
