//! Why a layer was not read to its end.

use core::fmt;

use crate::budget;
use crate::digest::DigestMismatch;

/// Why there is no summary of a layer. `code()` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidLayer {
    /// The archive breaks the rules of its format (POSIX pax, ustar, GNU tar).
    Archive {
        /// The block of 512 bytes where it does, counted from 0.
        block: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// The compressed bytes break the rules of their format (RFC 1952, RFC 1951, RFC 8878).
    Compressed {
        /// Which.
        format: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// Compressed in a way that no specification of images names.
    Compression {
        /// Which.
        found: &'static str,
    },
    /// The archive is not the one that the configuration names.
    DiffId(DigestMismatch),
    /// The bytes are not the ones that the manifest names.
    Digest(DigestMismatch),
    /// More than any honest layer has. What it is was not found out.
    Limit(Limit),
    /// A path that is none, or leads out of the image.
    Path {
        /// What is wrong.
        reason: &'static str,
        /// The path, shortened.
        path: String,
    },
    /// Not as many bytes as the manifest says.
    Size {
        /// In the descriptor.
        expected: u64,
        /// How many came, if they came to an end.
        found: Option<u64>,
    },
    /// It ends in the middle.
    Truncated {
        /// Of what.
        what: &'static str,
    },
    /// The platform was to compute the digests, and did not.
    Unhashed,
}

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`budget::LAYER_BYTES`].
    Bytes,
    /// [`budget::LAYER_ENTRIES`].
    Entries,
    /// [`budget::LAYER_EXPANSION`].
    Expansion,
    /// [`budget::LAYER_HEADER_BYTES`].
    Header,
    /// [`budget::LAYER_NAMES_BYTES`].
    Names,
    /// [`budget::LAYER_PATH_BYTES`].
    Path,
    /// [`budget::LAYER_UNPACKED_BYTES`].
    Unpacked,
    /// [`budget::LAYER_UNSETTLED_MOST`].
    Unsettled,
    /// [`budget::ZSTD_WINDOW_BYTES`].
    Window,
}

impl InvalidLayer {
    /// Every stable code.
    pub const CODES: [&'static str; 18] = [
        "diff-id-mismatch",
        "digest-mismatch",
        "layer-archive-invalid",
        "layer-compression-invalid",
        "layer-compression-unsupported",
        "layer-expands-too-much",
        "layer-header-too-large",
        "layer-path-invalid",
        "layer-path-too-long",
        "layer-too-large",
        "layer-too-many-entries",
        "layer-too-many-names",
        "layer-truncated",
        "layer-unhashed",
        "layer-unpacks-too-large",
        "layer-unsettled",
        "layer-window-too-large",
        "size-mismatch",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Archive { .. } => "layer-archive-invalid",
            Self::Compressed { .. } => "layer-compression-invalid",
            Self::Compression { .. } => "layer-compression-unsupported",
            Self::DiffId(_) => "diff-id-mismatch",
            Self::Digest(_) => "digest-mismatch",
            Self::Limit(limit) => limit.code(),
            Self::Path { .. } => "layer-path-invalid",
            Self::Size { .. } => "size-mismatch",
            Self::Truncated { .. } => "layer-truncated",
            Self::Unhashed => "layer-unhashed",
        }
    }

    /// Whether the bytes are others than those that were named. Everything else is wrong with the bytes that were named.
    pub const fn is_mismatch(&self) -> bool {
        matches!(self, Self::Digest(_) | Self::DiffId(_) | Self::Size { .. })
    }
}

impl Limit {
    const fn code(self) -> &'static str {
        match self {
            Self::Bytes => "layer-too-large",
            Self::Entries => "layer-too-many-entries",
            Self::Expansion => "layer-expands-too-much",
            Self::Header => "layer-header-too-large",
            Self::Names => "layer-too-many-names",
            Self::Path => "layer-path-too-long",
            Self::Unpacked => "layer-unpacks-too-large",
            Self::Unsettled => "layer-unsettled",
            Self::Window => "layer-window-too-large",
        }
    }
}

impl From<Limit> for InvalidLayer {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

impl fmt::Display for InvalidLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive { block, reason } => write!(f, "expected a tar archive, found {reason} in block {block}"),
            Self::Compressed { format, reason } => write!(f, "expected {format}, found {reason}"),
            Self::Compression { found } => write!(f, "expected a layer that is a tar archive, gzip or zstd, found {found}"),
            Self::DiffId(mismatch) => write!(f, "the unpacked archive: {mismatch}"),
            Self::Digest(mismatch) => mismatch.fmt(f),
            Self::Limit(limit) => limit.fmt(f),
            Self::Path { reason, path } => write!(f, "expected paths inside the image, found one that {reason}: {path}"),
            Self::Size { expected, found: Some(found) } => write!(f, "expected {expected} bytes, found {found}"),
            Self::Size { expected, found: None } => write!(f, "expected {expected} bytes, found more"),
            Self::Truncated { what } => write!(f, "expected the rest of {what}, found the end"),
            Self::Unhashed => f.write_str("expected a digest from this platform, found none"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes => write!(f, "expected at most {} bytes, found a descriptor of more", budget::LAYER_BYTES),
            Self::Entries => write!(f, "expected at most {} entries, found more", budget::LAYER_ENTRIES),
            Self::Expansion => write!(
                f,
                "expected at most {} times as many bytes as are stored, or {}, found more",
                budget::LAYER_EXPANSION,
                budget::LAYER_EXPANSION_FREE_BYTES
            ),
            Self::Header => write!(f, "expected at most {} bytes in front of an entry, found more", budget::LAYER_HEADER_BYTES),
            Self::Names => write!(f, "expected links and deletions of at most {} bytes, found more", budget::LAYER_NAMES_BYTES),
            Self::Path => write!(f, "expected paths of at most {} bytes, found a longer one", budget::LAYER_PATH_BYTES),
            Self::Unpacked => write!(f, "expected at most {} bytes once unpacked, found more", budget::LAYER_UNPACKED_BYTES),
            Self::Unsettled => write!(f, "expected to be told what lies below after {} paths, and was not", budget::LAYER_UNSETTLED),
            Self::Window => write!(f, "expected windows of at most {} bytes, found a larger one", budget::ZSTD_WINDOW_BYTES),
        }
    }
}

impl core::error::Error for InvalidLayer {}
