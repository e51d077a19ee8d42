//! Package URLs: `pkg:type/namespace/name@version?qualifiers#subpath` (ECMA-427).
//!
//! What those who write lists of packages mean by one differs. For packages of distributions it names the package, and advisories are about what
//! it was built from: that stands in `upstream` (Syft) or beside the URL (Trivy). Where rpm's epoch stands differs, too. Both is settled here,
//! so that the same package is the same from every list.

mod write;

use core::fmt;

use crate::excerpt::excerpt;
use crate::scan::inventory::python;
use crate::scan::inventory::rpm;
use crate::scan::package::Distribution;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::package::Source;

/// Bytes of a package URL: the longest seen have four hundred.
const BYTES: usize = 4096;
/// Qualifiers of one: those that write lists of packages use nine.
const QUALIFIERS: usize = 32;
/// Characters of one that a message repeats.
const SHOWN: usize = 120;

/// A package URL, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageUrl {
    /// The type, in lower case: `deb`, `npm`.
    pub kind: String,
    /// What stands between type and name, such as a distribution or a scope.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The qualifiers, in the order they came.
    pub qualifiers: Vec<(String, String)>,
}

/// A text that is no package URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPackageUrl {
    /// What it should be.
    pub expected: &'static str,
    /// The text.
    pub found: String,
}

impl InvalidPackageUrl {
    /// The stable code.
    pub const CODE: &'static str = "package-url-invalid";
}

impl fmt::Display for InvalidPackageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found \"{}\"", self.expected, excerpt(&self.found, SHOWN))
    }
}

impl core::error::Error for InvalidPackageUrl {}

impl PackageUrl {
    /// Parses one, from its end as the specification says ("How to parse").
    pub fn parse(text: &str) -> Result<Self, InvalidPackageUrl> {
        let refused = |expected| InvalidPackageUrl { expected, found: text.to_owned() };
        if text.len() > BYTES {
            return Err(refused("a package URL of at most 4096 bytes"));
        }
        let rest = text.split_once('#').map_or(text, |(rest, _)| rest);
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let rest = rest.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("pkg")).ok_or(refused("a package URL"))?.1;
        let rest = rest.trim_matches('/');
        let (kind, rest) = rest.split_once('/').ok_or(refused("a package URL with a type and a name"))?;
        if !kind.starts_with(|first: char| first.is_ascii_alphabetic())
            || !kind.chars().all(|character| character.is_ascii_alphanumeric() || ".-+".contains(character))
        {
            return Err(refused("a package URL with a type of ASCII letters and digits"));
        }
        // An `@` in front of a name is that of a scope which nobody encoded; that of a version comes behind a name.
        let (path, version) = match rest.rsplit_once('@') {
            Some((path, version)) if !path.is_empty() && !path.ends_with('/') => (path, Some(version)),
            _ => (rest, None),
        };
        let decoded = |part: &str| decode(part).ok_or(refused("a package URL that is encoded as one"));
        let (namespace, name) = path.trim_matches('/').rsplit_once('/').map_or((None, path), |(namespace, name)| (Some(namespace), name));
        let name = decoded(name.trim_matches('/'))?;
        if name.is_empty() {
            return Err(refused("a package URL with a name"));
        }
        let namespace = namespace.map(decoded).transpose()?.filter(|namespace| !namespace.is_empty());
        let version = version.map(decoded).transpose()?.filter(|version| !version.is_empty());
        let mut parsed = Vec::new();
        for pair in qualifiers.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or(refused("a package URL whose qualifiers have values"))?;
            let key = key.to_ascii_lowercase();
            if parsed.iter().any(|(other, _)| *other == key) {
                return Err(refused("a package URL that has every qualifier once"));
            }
            let value = decoded(value)?;
            if parsed.len() == QUALIFIERS {
                return Err(refused("a package URL of at most 32 qualifiers"));
            }
            if !value.is_empty() {
                parsed.push((key, value));
            }
        }
        Ok(Self { kind: kind.to_ascii_lowercase(), namespace, name, version, qualifiers: parsed })
    }

    /// The value of a qualifier.
    pub fn qualifier(&self, name: &str) -> Option<&str> {
        self.qualifiers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The package, if it is of a kind that is known here and has a version.
    pub fn package(&self, location: &str, layer: usize) -> Option<Package> {
        let version = self.version.as_deref()?;
        let (kind, name, version, source) = match self.kind.as_str() {
            "apk" => (Kind::Apk, self.name.clone(), version.to_owned(), self.upstream(version)),
            "deb" => {
                let version = self.with_epoch(version);
                let source = self.upstream(&version);
                (Kind::Deb, self.name.clone(), version, source)
            }
            "rpm" => {
                let source = self.qualifier("upstream").and_then(rpm::source);
                let version = self.with_epoch(version);
                let epoch = version.split_once(':').map_or(String::new(), |(epoch, _)| format!("{epoch}:"));
                (Kind::Rpm, self.name.clone(), version, source.map(|(name, version)| Source { name, version: format!("{epoch}{version}") }))
            }
            "npm" => {
                let name = self.namespace.as_ref().map_or(self.name.clone(), |scope| format!("{scope}/{}", self.name));
                (Kind::Npm, name, version.to_owned(), None)
            }
            "pypi" => (Kind::Python, python::normalized(&self.name), version.to_owned(), None),
            "golang" => {
                let name = self.namespace.as_ref().map_or(self.name.clone(), |namespace| format!("{namespace}/{}", self.name));
                (Kind::Go, name, version.to_owned(), None)
            }
            _ => return None,
        };
        let architecture = self.qualifier("arch").map(str::to_owned);
        Some(Package { kind, name, version, source, architecture, location: location.to_owned(), layer })
    }

    /// The version with its epoch, which stands in it or beside it, or in both; none if it is zero.
    fn with_epoch(&self, version: &str) -> String {
        // dpkg and rpm take none for zero.
        let version = version.strip_prefix("0:").unwrap_or(version);
        match self.qualifier("epoch") {
            Some(epoch) if epoch != "0" && !version.contains(':') => format!("{epoch}:{version}"),
            _ => version.to_owned(),
        }
    }

    /// `upstream=name` or `upstream=name@version`: without a version, it is that of the package.
    fn upstream(&self, version: &str) -> Option<Source> {
        let upstream = self.qualifier("upstream")?;
        let (name, version) =
            upstream.split_once('@').filter(|(_, version)| !version.is_empty()).unwrap_or((upstream.trim_end_matches('@'), version));
        (!name.is_empty()).then(|| Source { name: name.to_owned(), version: version.to_owned() })
    }

    /// The distribution that the package is of, where it says so: `distro=debian-12` or, with the name in the namespace, `distro=3.20.3`.
    pub fn distribution(&self) -> Option<Distribution> {
        if !matches!(self.kind.as_str(), "deb" | "apk" | "rpm") {
            return None;
        }
        let written = self.qualifier("distro")?;
        // The version begins at the last hyphen with a digit behind it: `opensuse-leap-15.5`, but also `wolfi`.
        let at = written.rmatch_indices('-').find(|(at, _)| written[at + 1..].starts_with(|next: char| next.is_ascii_digit()));
        let (id, version) = match at {
            Some((at, _)) => (&written[..at], Some(&written[at + 1..])),
            None if written.starts_with(|first: char| first.is_ascii_digit()) => (self.namespace.as_deref()?, Some(written)),
            None => (written, None),
        };
        Some(Distribution { id: id.to_ascii_lowercase(), version_id: version.map(str::to_owned), ..Distribution::default() })
    }
}

/// Percent-encoding, RFC 3986 section 2.1, over UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        if *first == b'%' {
            let [high, low, behind @ ..] = behind else { return None };
            let digit = |digit: u8| char::from(digit).to_digit(16);
            bytes.push(u8::try_from(digit(*high)? << 4 | digit(*low)?).expect("two digits are a byte"));
            rest = behind;
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    String::from_utf8(bytes).ok()
}
