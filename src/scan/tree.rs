//! The file system of an image, as far as it was captured: what all layers make of it together.

use std::collections::BTreeMap;

/// A captured file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The content.
    pub bytes: Vec<u8>,
    /// The layer that it is from, counted from the lowest, 0.
    pub layer: usize,
}

/// Captured files by their path, without a `/` in front.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// In the order of their bytes.
    pub files: BTreeMap<String, File>,
}
