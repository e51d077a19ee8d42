//! A package URL, as far as it takes to see whether a finding is about it.
//!
//! <https://github.com/package-url/purl-spec>: `pkg:type/namespace/name@version?qualifiers#subpath`.

use crate::scan::report::Finding;

/// Type, namespace, name and version, decoded, and which release it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purl {
    /// `deb`, in small letters.
    pub kind: String,
    /// `debian`, or several parts with `/` between them; empty where there is none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version; without one it is about all of them.
    pub version: Option<String>,
    /// The qualifier `distro`, such as `debian-12`.
    pub distro: Option<String>,
}

impl Purl {
    /// `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split('#').next().unwrap_or(rest);
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let distro = match qualifiers.split('&').find_map(|qualifier| qualifier.strip_prefix("distro=")) {
            Some(distro) => Some(decode(distro)?),
            None => None,
        };
        let (kind, path) = rest.split_once('/')?;
        // The version is behind the last `@` that is behind the last `/`: a scope of npm's is written `%40scope`, and by many `@scope`.
        let name_start = path.rfind('/').map_or(0, |slash| slash + 1);
        let (path, version) = match path[name_start..].rfind('@').filter(|at| *at > 0) {
            Some(at) => (&path[..name_start + at], Some(decode(&path[name_start + at + 1..])?)),
            None => (path, None),
        };
        let (namespace, name) = path.trim_matches('/').rsplit_once('/').unwrap_or(("", path.trim_matches('/')));
        let purl = Self { kind: kind.to_ascii_lowercase(), namespace: decode(namespace)?, name: decode(name)?, version, distro };
        (!purl.kind.is_empty() && !purl.name.is_empty()).then_some(purl)
    }

    /// Whether a finding is about it: by what the finding's advisories are about, or by a package that is installed.
    pub fn is_of(&self, finding: &Finding) -> bool {
        let ecosystem = finding.subject.ecosystem.split(':').next().unwrap_or_default();
        let is_kind = match (self.kind.as_str(), ecosystem) {
            ("deb", "Debian") => self.namespace == "debian",
            ("deb", "Ubuntu") => self.namespace == "ubuntu",
            ("apk", "Alpine") => self.namespace == "alpine",
            ("apk", "Wolfi") => self.namespace == "wolfi",
            ("apk", "Chainguard") => self.namespace == "chainguard",
            ("rpm", "AlmaLinux" | "Rocky Linux" | "openSUSE" | "SUSE" | "Azure Linux" | "Photon OS" | "Mageia")
            | ("npm", "npm")
            | ("pypi", "PyPI")
            | ("golang", "Go") => true,
            _ => false,
        };
        let full = match self.kind.as_str() {
            "npm" | "golang" if !self.namespace.is_empty() => format!("{}/{}", self.namespace, self.name),
            "pypi" => super::ecosystem::normalised_python_name(&self.name),
            _ => self.name.clone(),
        };
        let same = |name: &str, version: &str| {
            let name = if self.kind == "pypi" { super::ecosystem::normalised_python_name(name) } else { name.to_owned() };
            let bare = version.split_once(':').map_or(version, |(_, bare)| bare);
            // The epoch of an rpm is a qualifier, and not in the version.
            let is_version =
                |wanted: &String| wanted == version || (self.kind == "rpm" && wanted == bare) || wanted.strip_prefix('v') == Some(version);
            name == full && self.version.as_ref().is_none_or(is_version)
        };
        let subject = &finding.subject;
        let release = subject.ecosystem.split(':').nth(1).map(|release| release.trim_start_matches('v'));
        let is_release = |distro: &String| {
            let number = distro.rsplit('-').next();
            release.is_some_and(|release| {
                number.and_then(|number| number.strip_prefix(release)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        is_kind
            && self.distro.as_ref().is_none_or(is_release)
            && (same(&subject.name, &subject.version) || finding.packages.iter().any(|package| same(&package.name, &package.version)))
    }
}

/// RFC 3986 section 2.1. `None` where that leaves no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, behind) {
            (b'%', [high, low, behind @ ..]) => {
                bytes.push(digit(*high)? << 4 | digit(*low)?);
                rest = behind;
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}
