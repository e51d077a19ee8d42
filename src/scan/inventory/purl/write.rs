//! The package URL of a package, as Syft writes it: what it was built from in `upstream`, rpm's epoch beside the version, the distribution in
//! `distro`. Whoever reads it finds the same advisories.

use core::fmt;
use core::fmt::Write as _;

use super::PackageUrl;
use crate::scan::package::Distribution;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::package::Source;

impl PackageUrl {
    /// The package URL of a package. `distribution` is the one that it is of; without one the URL of a system's package has no namespace, so that nobody
    /// takes it for the distribution's.
    pub fn of(package: &Package, distribution: Option<&Distribution>) -> Self {
        let Package { name, version, source, architecture, .. } = package;
        let kind = match package.kind {
            Kind::Deb => "deb",
            Kind::Apk => "apk",
            Kind::Rpm => "rpm",
            Kind::Npm => "npm",
            Kind::Python => "pypi",
            Kind::Go => "golang",
        };
        let mut url = Self {
            kind: kind.to_owned(),
            namespace: None,
            name: name.clone(),
            version: Some(version.clone()),
            qualifiers: architecture.iter().map(|architecture| ("arch".to_owned(), architecture.clone())).collect(),
        };
        match package.kind {
            Kind::Deb | Kind::Apk => {
                let another = source.as_ref().filter(|source| source.name != *name || source.version != *version);
                url.qualifiers.extend(another.map(|source| ("upstream".to_owned(), upstream(source, version))));
            }
            Kind::Rpm => {
                if let Some((epoch, rest)) = version.split_once(':') {
                    url.version = Some(rest.to_owned());
                    url.qualifiers.push(("epoch".to_owned(), epoch.to_owned()));
                }
                let file = |source: &Source| format!("{}-{}.src.rpm", source.name, without_epoch(&source.version));
                url.qualifiers.extend(source.as_ref().map(|source| ("upstream".to_owned(), file(source))));
            }
            // Of Go not in small letters, as the type's definition has it: paths of modules that differ in capitals are others.
            Kind::Npm | Kind::Go => {
                if let Some((namespace, last)) = name.rsplit_once('/') {
                    (url.namespace, url.name) = (Some(namespace.to_owned()), last.to_owned());
                }
            }
            Kind::Python => {}
        }
        let is_system = matches!(package.kind, Kind::Deb | Kind::Apk | Kind::Rpm);
        if let Some(Distribution { id, version_id, .. }) = distribution.filter(|_| is_system) {
            url.namespace = Some(vendor(id).to_owned());
            let release = version_id.iter().map(String::as_str);
            url.qualifiers.push(("distro".to_owned(), core::iter::once(id.as_str()).chain(release).collect::<Vec<_>>().join("-")));
        }
        url.qualifiers.retain(|(_, value)| !value.is_empty());
        // "the qualifiers are sorted lexicographically by key"
        url.qualifiers.sort();
        url
    }
}

/// `name`, or `name@version` where the version is another than the package's.
fn upstream(source: &Source, version: &str) -> String {
    if source.version == version { source.name.clone() } else { format!("{}@{}", source.name, source.version) }
}

fn without_epoch(version: &str) -> &str {
    version.split_once(':').map_or(version, |(_, rest)| rest)
}

/// What the types' definitions call a distribution, where that is not its `ID`.
fn vendor(id: &str) -> &str {
    match id {
        "rhel" => "redhat",
        "sles" => "suse",
        _ if id.starts_with("opensuse") => "opensuse",
        _ => id,
    }
}

impl fmt::Display for PackageUrl {
    /// "How to build a purl string from its components", in its canonical form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        for segment in self.namespace.iter().flat_map(|namespace| namespace.split('/')).filter(|segment| !segment.is_empty()) {
            encode(segment, f)?;
            f.write_char('/')?;
        }
        encode(&self.name, f)?;
        if let Some(version) = &self.version {
            f.write_char('@')?;
            encode(version, f)?;
        }
        for (place, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(f, "{}{key}=", if place == 0 { '?' } else { '&' })?;
            encode(value, f)?;
        }
        Ok(())
    }
}

/// "Character encoding": letters, digits and `.-_~:` stay.
fn encode(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    text.bytes().try_for_each(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => f.write_char(char::from(byte)),
        _ => write!(f, "%{byte:02X}"),
    })
}
