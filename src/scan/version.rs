//! Which of two versions is the older one, as the tool that installed them says.
//!
//! A text that is no version of its kind has no place in an order: [`Undetermined`], and never "older" or "newer". The exception is a text that is
//! the same on both sides, because what is the same is equal in every order.

use core::cmp::Ordering;
use core::fmt;

use crate::budget;
use crate::excerpt::excerpt;
use crate::scan::package::Kind;

pub mod apk;
pub mod dpkg;
pub mod pep440;
pub mod rpm;
pub mod semver;

/// Characters of a version that a message repeats.
const SHOWN: usize = 80;

/// How versions compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// deb-version(7).
    Dpkg,
    /// apk-tools 3.
    Apk,
    /// rpm-version(7): `epoch:version-release`.
    Rpm,
    /// Semantic Versioning 2.0.0 section 11.
    Semver,
    /// PEP 440.
    Pep440,
}

impl Scheme {
    /// That of a kind of package.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Deb => Self::Dpkg,
            Kind::Apk => Self::Apk,
            Kind::Rpm => Self::Rpm,
            Kind::Npm | Kind::Go => Self::Semver,
            Kind::Python => Self::Pep440,
        }
    }

    /// What a version of the scheme is called in a sentence.
    const fn name(self) -> &'static str {
        match self {
            Self::Dpkg => "Debian",
            Self::Apk => "Alpine",
            Self::Rpm => "rpm",
            Self::Semver => "Semantic Versioning",
            Self::Pep440 => "PEP 440",
        }
    }
}

/// A text has no place in the order of versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undetermined {
    /// The order.
    pub scheme: Scheme,
    /// The text.
    pub version: String,
}

impl Undetermined {
    /// The stable code.
    pub const CODE: &'static str = "version-undetermined";
}

impl fmt::Display for Undetermined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a version as {} orders them, found \"{}\"", self.scheme.name(), excerpt(&self.version, SHOWN))
    }
}

impl core::error::Error for Undetermined {}

/// Where `a` stands with respect to `b`.
pub fn compare(scheme: Scheme, a: &str, b: &str) -> Result<Ordering, Undetermined> {
    if a == b && !a.is_empty() {
        return Ok(Ordering::Equal);
    }
    let undetermined = |version: &str| Undetermined { scheme, version: version.to_owned() };
    if let Some(long) = [a, b].into_iter().find(|version| version.len() > budget::VERSION_BYTES) {
        return Err(undetermined(long));
    }
    match scheme {
        Scheme::Dpkg => {
            let parse = |text| dpkg::Version::parse(text).ok_or_else(|| undetermined(text));
            Ok(parse(a)?.cmp(&parse(b)?))
        }
        Scheme::Apk => apk::compare(a, b).map_err(undetermined),
        Scheme::Rpm => {
            let parse = |text| rpm::Version::parse(text).ok_or_else(|| undetermined(text));
            Ok(parse(a)?.cmp(&parse(b)?))
        }
        Scheme::Semver => {
            let parse = |text| semver::parse(text).ok_or_else(|| undetermined(text));
            Ok(parse(a)?.cmp_precedence(&parse(b)?))
        }
        Scheme::Pep440 => {
            let parse = |text| pep440::parse(text).ok_or_else(|| undetermined(text));
            Ok(parse(a)?.cmp(&parse(b)?))
        }
    }
}
