//! Lists of packages that somebody else made: SPDX 2 and CycloneDX 1, in JSON.
//!
//! A list says what its author found. Whether it is about this image, and who says so, is for whoever verified the attestation that it came in.
//! Packages are taken from their package URLs only: names and versions beside them are for people.

use std::collections::BTreeSet;

use crate::budget;
use crate::digest::Digest;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::scan::ecosystem;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::purl::PackageUrl;
use crate::scan::package::Distribution;
use crate::scan::package::Package;
use crate::scan::package::Source;
use crate::scan::report::ListFormat;

/// Digests by which a list names what it is about: a handful, of which one would do.
const DESCRIBED: usize = 64;

/// What is in a list of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sbom {
    /// Which format it has.
    pub format: ListFormat,
    /// What it says it is about, as far as it names an image by digests: of a manifest, an index or a configuration. Each once.
    pub describes: BTreeSet<Digest>,
    /// The distribution, where the list names one, and not two.
    pub distribution: Option<Distribution>,
    /// Whether it names several distributions, and so none.
    pub has_several: bool,
    /// The packages that are known here, sorted by kind, name, version and architecture.
    pub packages: Vec<Package>,
    /// Packages of ecosystems that are not known here.
    pub unknown: usize,
    /// Entries that are packages or programs, and have no package URL that can be read, or none with a version: nobody knows what they are.
    pub unidentified: usize,
}

/// Reads a list. `location` is what its packages are said to be from.
pub fn read(bytes: &[u8], location: &str) -> Result<Sbom, Unreadable> {
    if bytes.len() > budget::SBOM_BYTES {
        return Err(Unreadable::TooMuch { what: "bytes of a list of packages", limit: budget::SBOM_BYTES as u64 });
    }
    read_members(&json::parse_object_of(bytes, budget::SBOM_VALUES)?.root(), location)
}

/// Reads a list in another document, such as what somebody attests.
pub fn read_members(root: &Members<'_>, location: &str) -> Result<Sbom, Unreadable> {
    let format = match (root.optional_string("spdxVersion")?, root.optional_string("bomFormat")?) {
        (Some(version), None) if version.starts_with("SPDX-2.") => ListFormat::Spdx,
        (Some(version), None) => return Err(Unreadable::Unsupported { what: "a version of SPDX", found: version.to_owned() }),
        (None, Some("CycloneDX")) => match root.required("specVersion")?.string()? {
            version if version.starts_with("1.") => ListFormat::CycloneDx,
            version => return Err(Unreadable::Unsupported { what: "a version of CycloneDX", found: version.to_owned() }),
        },
        _ => return Err(Unreadable::Invalid { what: "the list", expected: "SPDX or CycloneDX" }),
    };
    let mut list = List {
        location,
        describes: BTreeSet::new(),
        distributions: Vec::new(),
        named: None,
        packages: Vec::new(),
        unknown: 0,
        unidentified: 0,
    };
    match format {
        ListFormat::Spdx => list.spdx(root)?,
        ListFormat::CycloneDx => list.cyclonedx(root)?,
    }
    Ok(list.finish(format))
}

struct List<'l> {
    location: &'l str,
    describes: BTreeSet<Digest>,
    /// Those that packages say they are of, each release once.
    distributions: Vec<Distribution>,
    /// The one that is listed as such.
    named: Option<Distribution>,
    packages: Vec<Package>,
    unknown: usize,
    unidentified: usize,
}

impl List<'_> {
    /// `packages[].externalRefs[]`, those of type `purl` (SPDX 2.3, annex F.3.5).
    fn spdx(&mut self, root: &Members<'_>) -> Result<(), Unreadable> {
        for package in elements(root, "packages")? {
            let package = package.object()?;
            let mut url = None;
            for reference in elements(&package, "externalRefs")? {
                let reference = reference.object()?;
                if reference.optional_string("referenceType")? == Some("purl") {
                    let locator = reference.required("referenceLocator")?.string()?;
                    // Syft repeats none; two that differ would be two packages in one.
                    if url.replace(locator).is_some_and(|other| other != locator) {
                        return Err(Unreadable::Invalid { what: "a package of the list", expected: "one with one package URL" });
                    }
                }
            }
            let purpose = package.optional_string("primaryPackagePurpose")?;
            if purpose == Some("CONTAINER") || url.is_some_and(|url| url.starts_with("pkg:oci/") || url.starts_with("pkg:docker/")) {
                self.describe(package.optional_string("versionInfo")?);
                for checksum in elements(&package, "checksums")? {
                    let checksum = checksum.object()?;
                    if checksum.optional_string("algorithm")? == Some("SHA256") {
                        let value = checksum.optional_string("checksumValue")?.unwrap_or_default();
                        self.describe(Some(&format!("sha256:{value}")));
                    }
                }
                for annotation in elements(&package, "annotations")? {
                    // Trivy's, as it has properties in CycloneDX.
                    let comment = annotation.object()?.optional_string("comment")?.unwrap_or_default();
                    self.describe(comment.strip_prefix("ImageID: "));
                }
            }
            match (url, purpose) {
                (Some(url), _) => {
                    let built_from = package.optional_string("sourceInfo")?.and_then(|words| words.strip_prefix("built package from: "));
                    self.add(url, |_| Ok(built_from.and_then(source_of)))?;
                }
                // As Trivy lists it; Syft writes it into package URLs.
                (None, Some("OPERATING-SYSTEM")) => self.name(&package, "versionInfo")?,
                // The image itself, and what is no package.
                (None, Some("CONTAINER" | "OPERATING_SYSTEM" | "FILE" | "ARCHIVE" | "SOURCE" | "DEVICE" | "FIRMWARE")) => {}
                (None, _) => self.unidentified += 1,
            }
        }
        Ok(())
    }

    fn cyclonedx(&mut self, root: &Members<'_>) -> Result<(), Unreadable> {
        if let Some(metadata) = root.optional("metadata")?
            && let Some(component) = metadata.object()?.optional("component")?
        {
            let component = component.object()?;
            // Syft writes the manifest's digest for a version, Trivy that of the configuration in a property.
            self.describe(component.optional_string("version")?);
            if let Some(Ok(url)) = component.optional_string("purl")?.map(PackageUrl::parse) {
                self.describe(url.version.as_deref());
            }
            for hash in elements(&component, "hashes")? {
                let hash = hash.object()?;
                if hash.optional_string("alg")? == Some("SHA-256") {
                    self.describe(Some(&format!("sha256:{}", hash.optional_string("content")?.unwrap_or_default())));
                }
            }
            for property in elements(&component, "properties")? {
                let property = property.object()?;
                if matches!(property.optional_string("name")?, Some("aquasecurity:trivy:ImageID" | "aquasecurity:trivy:RepoDigest")) {
                    self.describe(
                        property.optional_string("value")?.map(|value| value.rsplit_once('@').map_or(value, |(_, digest)| digest)),
                    );
                }
            }
        }
        self.components(root, 0)
    }

    /// What is no digest names nothing.
    fn describe(&mut self, text: Option<&str>) {
        if let Some(Ok(digest)) = text.map(str::parse)
            && self.describes.len() < DESCRIBED
        {
            self.describes.insert(digest);
        }
    }

    /// `components[]`, each of which can have its own.
    fn components(&mut self, parent: &Members<'_>, depth: usize) -> Result<(), Unreadable> {
        if depth > budget::COMPONENT_DEPTH {
            return Err(Unreadable::TooMuch { what: "components in components", limit: budget::COMPONENT_DEPTH as u64 });
        }
        for component in elements(parent, "components")? {
            let component = component.object()?;
            match (component.optional_string("purl")?, component.optional_string("type")?) {
                (Some(url), _) => self.add(url, |package| trivy_source(&component, package))?,
                (None, Some("operating-system")) => self.name(&component, "version")?,
                (None, Some("library" | "application" | "framework")) if !is_lock_file(&component)? => self.unidentified += 1,
                (None, _) => {}
            }
            self.components(&component, depth + 1)?;
        }
        Ok(())
    }

    /// The distribution, where the list names one.
    fn name(&mut self, entry: &Members<'_>, version: &'static str) -> Result<(), InvalidJson> {
        let id = entry.required("name")?.string()?.to_ascii_lowercase();
        let version_id = entry.optional_string(version)?.filter(|version| !version.is_empty()).map(str::to_owned);
        self.named = Some(Distribution { id, version_id, ..Distribution::default() });
        Ok(())
    }

    fn add(&mut self, url: &str, source: impl FnOnce(&Package) -> Result<Option<Source>, InvalidJson>) -> Result<(), Unreadable> {
        let Ok(url) = PackageUrl::parse(url) else {
            self.unidentified += 1;
            return Ok(());
        };
        // Two are enough to know that it is not one.
        if self.distributions.len() < 2
            && let Some(distribution) = url
                .distribution()
                .filter(|distribution| !self.distributions.iter().any(|known| ecosystem::is_same_release(known, distribution)))
        {
            self.distributions.push(distribution);
        }
        match url.package(self.location, 0) {
            Some(mut package) => {
                if self.packages.len() == budget::PACKAGES {
                    return Err(Unreadable::TooMuch { what: "packages", limit: budget::PACKAGES as u64 });
                }
                if let Some(source) = source(&package)? {
                    package.source = Some(source);
                }
                self.packages.push(package);
            }
            // The image itself.
            None if url.kind == "oci" || url.kind == "docker" => self.describe(url.version.as_deref()),
            None if url.version.is_none() => self.unidentified += 1,
            None => self.unknown += 1,
        }
        Ok(())
    }

    fn finish(mut self, format: ListFormat) -> Sbom {
        fn key(package: &Package) -> (crate::scan::package::Kind, &str, &str, Option<&str>) {
            (package.kind, &package.name, &package.version, package.architecture.as_deref())
        }
        self.packages.sort_by(|one, other| key(one).cmp(&key(other)));
        self.packages.dedup();
        let Self { describes, distributions, named, packages, unknown, unidentified, .. } = self;
        let mut all = named.into_iter().chain(distributions);
        let first = all.next();
        let has_several = all.any(|other| first.as_ref().is_some_and(|first| !ecosystem::is_same_release(first, &other)));
        Sbom { format, describes, distribution: first.filter(|_| !has_several), has_several, packages, unknown, unidentified }
    }
}

fn elements<'j>(parent: &Members<'j>, name: &'static str) -> Result<Vec<Place<'j>>, InvalidJson> {
    parent.optional(name)?.map_or(Ok(Vec::new()), |place| place.array())
}

/// `openssl 3.0.11-1~deb12u2`: what Trivy says in SPDX that a package was built from (`pkg/sbom/spdx`, `SourcePackagePrefix`).
fn source_of(words: &str) -> Option<Source> {
    let (name, version) = words.split_once(' ')?;
    let is_one = |word: &str| !word.is_empty() && !word.contains(' ');
    (is_one(name) && is_one(version)).then(|| Source { name: name.to_owned(), version: version.to_owned() })
}

/// What Trivy says a package of a distribution was built from, in properties of its own: source and version of the source apart.
fn trivy_source(component: &Members<'_>, package: &Package) -> Result<Option<Source>, InvalidJson> {
    let (mut name, mut version, mut release, mut epoch) = (None, None, None, None);
    for property in elements(component, "properties")? {
        let property = property.object()?;
        let place = match property.optional_string("name")? {
            Some("aquasecurity:trivy:SrcName") => &mut name,
            Some("aquasecurity:trivy:SrcVersion") => &mut version,
            Some("aquasecurity:trivy:SrcRelease") => &mut release,
            Some("aquasecurity:trivy:SrcEpoch") => &mut epoch,
            _ => continue,
        };
        *place = property.optional_string("value")?.filter(|value| !value.is_empty());
    }
    let Some(name) = name else { return Ok(None) };
    let version = match version {
        None => package.version.clone(),
        Some(version) => {
            let epoch = epoch.filter(|epoch| *epoch != "0" && !version.contains(':')).map_or(String::new(), |epoch| format!("{epoch}:"));
            format!("{epoch}{version}{}", release.map_or(String::new(), |release| format!("-{release}")))
        }
    };
    Ok(Some(Source { name: name.to_owned(), version }))
}

/// A file that packages are grouped under: Trivy lists it as an application, with what it is in a property.
fn is_lock_file(component: &Members<'_>) -> Result<bool, InvalidJson> {
    for property in elements(component, "properties")? {
        if property.object()?.optional_string("name")? == Some("aquasecurity:trivy:Class") {
            return Ok(true);
        }
    }
    Ok(false)
}
