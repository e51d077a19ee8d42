//! As what a package is looked up: the ecosystem in OSV's spelling, the name and the version that advisories there are about.
//!
//! Advisories of Debian are about source packages and versions of source packages. A package can have another version than its source
//! (`bsdutils` has an epoch, `util-linux` has none), so that the two are never mixed.

use core::fmt;
use std::collections::BTreeMap;

use crate::excerpt::excerpt;
use crate::scan::package::Distribution;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::version::Scheme;

/// Characters of an os-release that a message repeats.
const SHOWN: usize = 40;

/// A release of a distribution whose advisories are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// As OSV spells it, such as `Debian:12`.
    pub ecosystem: String,
    /// What its packages are.
    pub kind: Kind,
    /// What its advisories call a package.
    naming: Naming,
    /// Whether the spelling of the ecosystem was seen in real advisories. Where it was not, OSV's server, which answers nothing to what it does
    /// not know, cannot be asked; a shard of that name proves the spelling by being there.
    is_confirmed: bool,
}

impl Release {
    /// Whether a source that answers nothing to a name that it does not know may be asked.
    pub const fn can_be_asked_anywhere(&self) -> bool {
        self.is_confirmed
    }
}

/// What advisories call a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// By its source, and the source's version.
    Source,
    /// By its own name and version.
    Package,
    /// By its own name or by that of its source.
    Both,
    /// By its source, with the package's epoch in front of the source's version: the file name of a source rpm has none.
    SourceWithEpoch,
}

/// Why there are no advisories for what the system's package manager installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// The image does not say what it is.
    NoDistribution,
    /// It says so, and nothing is known of it.
    Unknown {
        /// `ID`.
        id: String,
    },
    /// It is known, and OSV has no advisories of it.
    NoAdvisories {
        /// Its name.
        name: &'static str,
    },
    /// Its advisories are by release, and it names none that has any: a rolling or an unreleased one.
    NoRelease {
        /// Its name.
        name: &'static str,
        /// `VERSION_ID`.
        version: Option<String>,
    },
    /// Red Hat's are by product, and no package says which product it is from.
    ByProduct,
}

impl Unsupported {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDistribution => "distribution-missing",
            Self::Unknown { .. } => "distribution-unknown",
            Self::NoAdvisories { .. } | Self::ByProduct => "distribution-without-advisories",
            Self::NoRelease { .. } => "release-without-advisories",
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDistribution => f.write_str("expected an os-release that says which distribution this is, found none"),
            Self::Unknown { id } => write!(f, "expected a distribution whose advisories are known, found \"{}\"", excerpt(id, SHOWN)),
            Self::NoAdvisories { name } => write!(f, "expected a distribution with advisories in OSV, found {name}, which has none there"),
            Self::NoRelease { name, version: Some(version) } => {
                write!(f, "expected a release of {name} with advisories, found \"{}\"", excerpt(version, SHOWN))
            }
            Self::NoRelease { name, version: None } => write!(f, "expected a release of {name} with advisories, found no VERSION_ID"),
            Self::ByProduct => f.write_str(
                "expected a distribution whose advisories are by release, found Red Hat's, which are by product; no package says which it is from",
            ),
        }
    }
}

impl core::error::Error for Unsupported {}

/// Which release an image is of, by os-release(5).
pub fn release(distribution: Option<&Distribution>) -> Result<Release, Unsupported> {
    use Naming::Both;
    use Naming::Source;
    use Naming::SourceWithEpoch;
    let Some(distribution) = distribution else { return Err(Unsupported::NoDistribution) };
    let version = distribution.version_id.as_deref();
    let of = |ecosystem: String, kind, naming| Release { ecosystem, kind, naming, is_confirmed: true };
    let unconfirmed = |ecosystem: String, naming| Release { ecosystem, kind: Kind::Rpm, naming, is_confirmed: false };
    let missing = |name| Unsupported::NoRelease { name, version: version.map(str::to_owned) };
    let numbers = |count| version.and_then(|version| numbers(version, count));
    Ok(match distribution.id.as_str() {
        "debian" => of(format!("Debian:{}", numbers(1).ok_or_else(|| missing("Debian"))?), Kind::Deb, Source),
        "ubuntu" => of(ubuntu(version).ok_or_else(|| missing("Ubuntu"))?, Kind::Deb, Source),
        "alpine" => of(format!("Alpine:v{}", alpine(version).ok_or_else(|| missing("Alpine"))?), Kind::Apk, Source),
        "wolfi" => of("Wolfi".to_owned(), Kind::Apk, Both),
        "chainguard" => of("Chainguard".to_owned(), Kind::Apk, Both),
        // Its records list packages by their own names, whatever the schema says.
        "almalinux" => of(format!("AlmaLinux:{}", numbers(1).ok_or_else(|| missing("AlmaLinux"))?), Kind::Rpm, Naming::Package),
        "rocky" => of(format!("Rocky Linux:{}", numbers(1).ok_or_else(|| missing("Rocky Linux"))?), Kind::Rpm, SourceWithEpoch),
        "opensuse-leap" => unconfirmed(format!("openSUSE:Leap {}", numbers(2).ok_or_else(|| missing("openSUSE Leap"))?), SourceWithEpoch),
        "sles" => {
            let name = distribution.pretty_name.as_deref().and_then(|name| name.strip_prefix("SUSE "));
            unconfirmed(format!("SUSE:{}", name.ok_or_else(|| missing("SUSE Linux Enterprise"))?), SourceWithEpoch)
        }
        "azurelinux" | "mariner" => {
            unconfirmed(format!("Azure Linux:{}", numbers(1).ok_or_else(|| missing("Azure Linux"))?), SourceWithEpoch)
        }
        "photon" => unconfirmed(format!("Photon OS:{}", numbers(2).ok_or_else(|| missing("Photon OS"))?), SourceWithEpoch),
        "mageia" => unconfirmed(format!("Mageia:{}", numbers(1).ok_or_else(|| missing("Mageia"))?), SourceWithEpoch),
        "rhel" => return Err(Unsupported::ByProduct),
        "fedora" => return Err(Unsupported::NoAdvisories { name: "Fedora" }),
        "amzn" => return Err(Unsupported::NoAdvisories { name: "Amazon Linux" }),
        "ol" => return Err(Unsupported::NoAdvisories { name: "Oracle Linux" }),
        "centos" => return Err(Unsupported::NoAdvisories { name: "CentOS" }),
        // OSV's are of service packs, which VERSION_ID does not name, and their versions have no epoch, as packages have.
        "openEuler" => return Err(missing("openEuler")),
        // Not by ID_LIKE: what is made from a distribution has packages and releases of its own.
        _ => return Err(Unsupported::Unknown { id: distribution.id.clone() }),
    })
}

/// The first `count` numbers of `1.2.3`, which must have as many, and no more than three.
fn numbers(version: &str, count: usize) -> Option<String> {
    let parts: Vec<&str> = version.split('.').collect();
    let holds = (count..=3).contains(&parts.len()) && parts.iter().all(|part| is_number(part));
    holds.then(|| parts[..count].join("."))
}

fn is_number(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `22.04` is one with long-term support, as is every April of an even year; `24.10` is none.
fn ubuntu(version: Option<&str>) -> Option<String> {
    let version = version.and_then(|version| numbers(version, 2))?;
    let (year, month) = version.split_once('.')?;
    let has_long_term_support = month == "04" && year.parse::<u32>().is_ok_and(|year| year % 2 == 0);
    Some(format!("Ubuntu:{version}{}", if has_long_term_support { ":LTS" } else { "" }))
}

/// `3.20.3`; `3.22_alpha20250108` is edge, of which there are no advisories.
fn alpine(version: Option<&str>) -> Option<String> {
    version.and_then(|version| numbers(version, 2))
}

/// How the versions of an ecosystem compare; `None` for those of which no package is ever listed.
pub fn scheme(ecosystem: &str) -> Option<Scheme> {
    Some(match ecosystem.split(':').next().unwrap_or(ecosystem) {
        "Debian" | "Ubuntu" => Scheme::Dpkg,
        "Alpine" | "Wolfi" | "Chainguard" => Scheme::Apk,
        "AlmaLinux" | "Rocky Linux" | "openSUSE" | "SUSE" | "Azure Linux" | "Photon OS" | "Mageia" => Scheme::Rpm,
        "npm" | "Go" => Scheme::Semver,
        "PyPI" => Scheme::Pep440,
        _ => return None,
    })
}

/// What is looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// As OSV spells it.
    pub ecosystem: String,
    /// What advisories call it.
    pub name: String,
    /// Of what has that name.
    pub version: String,
}

/// What advisories are about: a package, or what several were built from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What is looked up.
    pub question: Question,
    /// Another name under which it is looked up as well.
    pub also: Option<String>,
    /// How its versions compare.
    pub scheme: Scheme,
}

impl Subject {
    /// Everything that is looked up.
    pub fn questions(&self) -> impl Iterator<Item = Question> {
        let also = self.also.iter().map(|name| Question { name: name.clone(), ..self.question.clone() });
        core::iter::once(self.question.clone()).chain(also)
    }
}

/// Whether advisories of one are those of the other: `12` of somebody is `12.5` of somebody else.
pub fn is_same_release(one: &Distribution, other: &Distribution) -> bool {
    one == other || matches!((release(Some(one)), release(Some(other))), (Ok(one), Ok(other)) if one == other)
}

/// Packages by what advisories are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects {
    /// With the places of the packages in the list.
    pub known: BTreeMap<Subject, Vec<usize>>,
    /// The places of those that nobody's advisories are about, by what installed them.
    pub without_advisories: BTreeMap<Kind, Vec<usize>>,
}

/// As what each package is looked up.
pub fn subjects(packages: &[Package], release: Option<&Release>) -> Subjects {
    let mut subjects = Subjects::default();
    for (place, package) in packages.iter().enumerate() {
        match subject(package, release) {
            Some(subject) => subjects.known.entry(subject).or_default().push(place),
            None => subjects.without_advisories.entry(package.kind).or_default().push(place),
        }
    }
    subjects
}

/// The ecosystem that a package is looked up in; `None` where nobody's advisories are about it.
pub fn of(package: &Package, release: Option<&Release>) -> Option<String> {
    subject(package, release).map(|subject| subject.question.ecosystem)
}

fn subject(package: &Package, release: Option<&Release>) -> Option<Subject> {
    let scheme = Scheme::of(package.kind);
    let of = |ecosystem: &str, name: &str, version: &str| Subject {
        question: Question { ecosystem: ecosystem.to_owned(), name: name.to_owned(), version: version.to_owned() },
        also: None,
        scheme,
    };
    match package.kind {
        Kind::Npm => Some(of("npm", &package.name, &package.version)),
        Kind::Python => Some(of("PyPI", &normalised_python_name(&package.name), &package.version)),
        Kind::Go => Some(of("Go", &package.name, &go_version(&package.version))),
        Kind::Deb | Kind::Apk | Kind::Rpm => {
            let release = release.filter(|release| release.kind == package.kind)?;
            let own = of(&release.ecosystem, &package.name, &package.version);
            let Some(source) = &package.source else { return Some(own) };
            Some(match release.naming {
                Naming::Package => own,
                Naming::Source => of(&release.ecosystem, &source.name, &source.version),
                Naming::Both => Subject { also: Some(source.name.clone()).filter(|name| *name != package.name), ..own },
                Naming::SourceWithEpoch => of(&release.ecosystem, &source.name, &with_epoch_of(&package.version, &source.version)),
            })
        }
    }
}

/// `1:2.0-3`, where the package has epoch 1 and its source is `2.0-3`.
fn with_epoch_of(package: &str, source: &str) -> String {
    match package.split_once(':') {
        Some((epoch, _)) if is_number(epoch) && !source.contains(':') => format!("{epoch}:{source}"),
        _ => source.to_owned(),
    }
}

/// PEP 503: runs of `-`, `_` and `.` are one `-`, capitals are small.
pub fn normalised_python_name(name: &str) -> String {
    let mut normalised = String::new();
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if normalised.ends_with('-') => {}
            '-' | '_' | '.' => normalised.push('-'),
            other => normalised.push(other.to_ascii_lowercase()),
        }
    }
    normalised
}

/// Versions of Go's standard library as its advisories write them, `1.22.0-rc.1` for `go1.22rc1`; of modules without the `v`.
fn go_version(version: &str) -> String {
    let Some(release) = version.strip_prefix("go") else { return version.strip_prefix('v').unwrap_or(version).to_owned() };
    // What a builder adds, as in `go1.22.1 X:boringcrypto` and `go1.19.8-fips`, is not part of the release.
    let release = release.split([' ', '-']).next().unwrap_or(release);
    let (numbers, stage) = match release.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => release.split_at(at),
        None => (release, ""),
    };
    let patch = if numbers.matches('.').count() == 1 { ".0" } else { "" };
    let named = ["rc", "beta"].iter().find_map(|name| stage.strip_prefix(name).map(|number| format!("-{name}.{number}")));
    match named {
        Some(stage) => format!("{numbers}{patch}{stage}"),
        None if stage.is_empty() => format!("{numbers}{patch}"),
        // Left as it is, it has no place in the order.
        None => version.to_owned(),
    }
}
