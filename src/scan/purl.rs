//! Whether a finding is about what a package URL names.

use crate::scan::inventory::purl::PackageUrl;
use crate::scan::report::Finding;
use crate::scan::report::Installed;

impl PackageUrl {
    /// Whether it names what the finding's advisories are about, and with that every package of the finding.
    pub fn is_subject_of(&self, finding: &Finding) -> bool {
        self.is_within(finding) && self.is_name_and_version(&finding.subject.name, &finding.subject.version)
    }

    /// Whether it names this one of the finding's packages, which says nothing of the others.
    pub fn is_package_of(&self, finding: &Finding, package: &Installed) -> bool {
        self.is_within(finding) && self.is_name_and_version(&package.name, &package.version)
    }

    /// Whether it is of the finding's ecosystem, and of its release where it names one.
    fn is_within(&self, finding: &Finding) -> bool {
        let mut parts = finding.subject.ecosystem.split(':');
        let ecosystem = parts.next().unwrap_or_default();
        let release = parts.next().map(|release| release.rsplit(' ').next().unwrap_or(release).trim_start_matches('v'));
        let is_release = |distro: &str| {
            let number = distro.rsplit('-').next();
            // Rolling ones have none.
            release.is_none_or(|release| {
                number.and_then(|number| number.strip_prefix(release)).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        self.is_kind_of(ecosystem) && self.qualifier("distro").is_none_or(is_release)
    }

    /// By type, and by whose package it is: several distributions have packages of one name, and one vendor's word is not about another's.
    fn is_kind_of(&self, ecosystem: &str) -> bool {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        match (self.kind.as_str(), ecosystem) {
            ("deb", "Debian") => namespace == "debian",
            ("deb", "Ubuntu") => namespace == "ubuntu",
            ("apk", "Alpine") => namespace == "alpine",
            ("apk", "Wolfi") => namespace == "wolfi",
            ("apk", "Chainguard") => namespace == "chainguard",
            // The second of two is Trivy's.
            ("rpm", "AlmaLinux") => matches!(namespace, "almalinux" | "alma"),
            ("rpm", "Rocky Linux") => matches!(namespace, "rocky" | "rockylinux"),
            ("rpm", "openSUSE") => namespace.starts_with("opensuse"),
            ("rpm", "SUSE") => matches!(namespace, "suse" | "sles"),
            ("rpm", "Azure Linux") => matches!(namespace, "azurelinux" | "mariner" | "cbl-mariner"),
            ("rpm", "Photon OS") => namespace == "photon",
            ("rpm", "Mageia") => namespace == "mageia",
            ("npm", "npm") | ("pypi", "PyPI") | ("golang", "Go") => true,
            _ => false,
        }
    }

    fn is_name_and_version(&self, name: &str, version: &str) -> bool {
        let namespace = self.namespace.as_deref().unwrap_or_default();
        let full = match self.kind.as_str() {
            "npm" | "golang" if !namespace.is_empty() => format!("{namespace}/{}", self.name),
            "pypi" => super::ecosystem::normalised_python_name(&self.name),
            _ => self.name.clone(),
        };
        let name = if self.kind == "pypi" { super::ecosystem::normalised_python_name(name) } else { name.to_owned() };
        let bare = version.split_once(':').map_or(version, |(_, bare)| bare);
        // The epoch of an rpm is a qualifier, and not in the version.
        let is_version =
            |wanted: &String| wanted == version || (self.kind == "rpm" && wanted == bare) || wanted.strip_prefix('v') == Some(version);
        name == full && self.version.as_ref().is_none_or(is_version)
    }
}
