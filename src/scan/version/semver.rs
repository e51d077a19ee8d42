//! Semantic Versioning 2.0.0, as npm and Go write it.

use ::semver::Version;

/// A version of three numbers, with or without the `v` that Go writes in front. It compares by `cmp_precedence`: what is behind a `+` has
/// no say (section 10), which `Ord` of the crate has it have.
pub fn parse(text: &str) -> Option<Version> {
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}
