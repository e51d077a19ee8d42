//! What an inventory has to say beside its packages.

use core::fmt;

use crate::excerpt::excerpt;
use crate::scan::inventory::Unreadable;
use crate::scan::package::Kind;

/// Characters of a path or a name that a message repeats.
const SHOWN: usize = 160;

/// Something that is not known, or was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is not known which distribution this is: the file that says so cannot be read.
    Distribution {
        /// The file.
        location: String,
        /// Why.
        why: Unreadable,
    },
    /// A package that is not the distribution's, though its package manager installed it: what the distribution says of a package with this name is
    /// about another one.
    Foreign {
        /// Of which package manager.
        kind: Kind,
        /// The package.
        name: String,
        /// Who published it, as the package says.
        by: String,
    },
    /// The image says which distribution it is, and none of the packages of one was found.
    NoSystemPackages,
    /// A Go program that does not say which modules are in it.
    NoModules {
        /// The program.
        location: String,
    },
    /// Packages of Alpine may be of other releases than the one that the image says it is: what is said of that one need not be about them.
    OtherReleases {
        /// The releases that packages are fetched from.
        found: Vec<String>,
    },
    /// Packages of a language that belong to packages of the distribution, and are counted as those.
    Owned {
        /// Which language.
        kind: Kind,
        /// How many files of them.
        count: usize,
    },
    /// A package of a language that cannot be read.
    Unreadable {
        /// Which language.
        kind: Kind,
        /// The file.
        location: String,
        /// Why.
        why: Unreadable,
    },
    /// A module in a Go program at no version that anybody published: that of the program itself, or one that a folder replaces.
    Unversioned {
        /// The program.
        location: String,
        /// The module.
        name: String,
    },
}

impl Note {
    /// Every code.
    pub const CODES: [&str; 8] = [
        "distribution-unreadable",
        "not-of-the-distribution",
        "no-system-packages",
        "no-modules",
        "other-releases",
        "owned-by-system-package",
        "package-unreadable",
        "version-unknown",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Distribution { .. } => "distribution-unreadable",
            Self::Foreign { .. } => "not-of-the-distribution",
            Self::NoSystemPackages => "no-system-packages",
            Self::NoModules { .. } => "no-modules",
            Self::OtherReleases { .. } => "other-releases",
            Self::Owned { .. } => "owned-by-system-package",
            Self::Unreadable { .. } => "package-unreadable",
            Self::Unversioned { .. } => "version-unknown",
        }
    }

    /// Whether packages may be missing from the inventory because of it.
    pub const fn is_gap(&self) -> bool {
        match self {
            Self::Distribution { .. } | Self::NoSystemPackages | Self::NoModules { .. } | Self::Unreadable { .. } => true,
            Self::Foreign { .. } | Self::OtherReleases { .. } | Self::Owned { .. } | Self::Unversioned { .. } => false,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| excerpt(text, SHOWN);
        match self {
            Self::Foreign { name, by, .. } => {
                write!(f, "the package {} is not the distribution's: it was published by {}", shown(name), shown(by))
            }
            Self::NoSystemPackages => f.write_str("expected packages of the distribution that the image says it is, found none"),
            Self::NoModules { location } => {
                write!(f, "{}: expected a Go program with its modules, found one that does not say them", shown(location))
            }
            Self::OtherReleases { found } => {
                write!(f, "expected packages to be fetched from the release that the image says it is, found {}", shown(&found.join(", ")))
            }
            Self::Owned { kind, count } => {
                write!(f, "{count} files of {kind:?} packages belong to packages of the distribution and are counted as those")
            }
            Self::Distribution { location, why } | Self::Unreadable { location, why, .. } => write!(f, "{}: {why}", shown(location)),
            Self::Unversioned { location, name } => {
                write!(f, "{}: expected a published version of the module {}, found none", shown(location), shown(name))
            }
        }
    }
}
