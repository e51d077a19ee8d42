//! PEP 440, as Python's packages write it. What is older than PEP 440 (`1.0-final-x`) has no place in its order.

use pep440_rs::Version;

/// A version in any spelling that PEP 440 normalises.
pub fn parse(text: &str) -> Option<Version> {
    text.parse().ok()
}
