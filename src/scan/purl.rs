//! Whether a finding is about what a package URL names.

use crate::scan::inventory::purl::PackageUrl;
use crate::scan::report::Finding;

impl PackageUrl {
    /// Whether a finding is about it: by what the finding's advisories are about, or by a package that is installed.
    pub fn is_of(&self, finding: &Finding) -> bool {
        let ecosystem = finding.subject.ecosystem.split(':').next().unwrap_or_default();
        let namespace = self.namespace.as_deref().unwrap_or_default();
        let is_kind = match (self.kind.as_str(), ecosystem) {
            ("deb", "Debian") => namespace == "debian",
            ("deb", "Ubuntu") => namespace == "ubuntu",
            ("apk", "Alpine") => namespace == "alpine",
            ("apk", "Wolfi") => namespace == "wolfi",
            ("apk", "Chainguard") => namespace == "chainguard",
            ("rpm", "AlmaLinux" | "Rocky Linux" | "openSUSE" | "SUSE" | "Azure Linux" | "Photon OS" | "Mageia")
            | ("npm", "npm")
            | ("pypi", "PyPI")
            | ("golang", "Go") => true,
            _ => false,
        };
        let full = match self.kind.as_str() {
            "npm" | "golang" if !namespace.is_empty() => format!("{namespace}/{}", self.name),
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
        let release =
            subject.ecosystem.split(':').nth(1).map(|release| release.rsplit(' ').next().unwrap_or(release).trim_start_matches('v'));
        let is_release = |distro: &str| {
            let number = distro.rsplit('-').next();
            // Rolling ones have none.
            release.is_none_or(|release| {
                number.and_then(|number| number.strip_prefix(release)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        is_kind
            && self.qualifier("distro").is_none_or(is_release)
            && (same(&subject.name, &subject.version) || finding.packages.iter().any(|package| same(&package.name, &package.version)))
    }
}
