//! What was found in an image: packages, and the distribution that they belong to.

/// Which kind of package, and so how its versions compare and whose advisories are about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Debian and what is made from it.
    Deb,
    /// Alpine, Wolfi, Chainguard.
    Apk,
    /// Red Hat, SUSE and what is made from them.
    Rpm,
    /// JavaScript.
    Npm,
    /// Python.
    Python,
    /// A module inside a Go program.
    Go,
}

/// One package that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// What installed it.
    pub kind: Kind,
    /// Its own name.
    pub name: String,
    /// Its own version, as its package manager writes it (rpm: `epoch:version-release`, without an epoch that is zero).
    pub version: String,
    /// What it was built from, where that is named: advisories of distributions are about this name and **this** version.
    pub source: Option<Source>,
    /// The architecture, as its package manager writes it.
    pub architecture: Option<String>,
    /// The file that says so, without a `/` in front.
    pub location: String,
    /// The layer that brought this version, counted from the lowest, 0.
    pub layer: usize,
}

/// What a package was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the source package (apk: the origin).
    pub name: String,
    /// Its version, which need not be that of the package.
    pub version: String,
}

/// What an image says that it is: os-release(5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// `ID`.
    pub id: String,
    /// `ID_LIKE`, split.
    pub id_like: Vec<String>,
    /// `VERSION_ID`; rolling ones have none.
    pub version_id: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: Option<String>,
    /// `CPE_NAME`.
    pub cpe_name: Option<String>,
}
