//! What lists of packages that others made say together: docs/adr/0018-lists-that-others-made.md.
//!
//! Whose word a list is was found out before it comes here; what it is about is looked at here. A list about the image's own manifest is about the
//! image. One about an index counts only where it says itself that it is about this manifest: it may be of another platform. Of several lists
//! everything counts that any of them names, since leaving something out is how a list would hide it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::intoto::Statement;
use crate::json::Object;
use crate::report::Remark;
use crate::scan::ecosystem;
use crate::scan::inventory::Inventory;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::sbom;
use crate::scan::inventory::sbom::Sbom;
use crate::scan::package::Distribution;
use crate::scan::package::Kind;
use crate::scan::package::Package;
use crate::scan::report::InventorySummary;
use crate::scan::report::ListDocument;
use crate::scan::report::ListFormat;
use crate::scan::report::ListTrust;
use crate::scan::report::ListedBy;

/// Characters of a name that a message repeats.
const SHOWN: usize = 80;

/// What an image is called by.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// What the reference stands for: an index, or the manifest.
    pub root: Digest,
    /// The manifest of the platform.
    pub manifest: Digest,
    /// Its configuration, which Docker calls the image's ID.
    pub config: Digest,
}

/// What a statement says that is of use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// A list of packages.
    List(ListFormat),
    /// What a vendor says of vulnerabilities.
    Vex,
}

impl Predicate {
    /// By its type, with or without a version. `None` for everything else, such as how an image was built.
    pub fn of(predicate_type: &str) -> Option<Self> {
        let is = |base: &str| predicate_type.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if is("https://spdx.dev/Document") {
            Some(Self::List(ListFormat::Spdx))
        } else if is("https://cyclonedx.org/bom") {
            Some(Self::List(ListFormat::CycloneDx))
        } else if is("https://openvex.dev/ns") {
            Some(Self::Vex)
        } else {
            None
        }
    }
}

/// A list that the caller brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenList {
    digest: Digest,
    list: Sbom,
}

impl GivenList {
    /// Reads SPDX 2 or CycloneDX 1, in JSON.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let digest = Digest::of(Algorithm::Sha256, bytes);
        Ok(Self { digest, list: sbom::read(bytes, &digest.to_string())? })
    }
}

/// Lists as they come in.
#[derive(Debug)]
pub struct Lists {
    trust: ListTrust,
    names: Names,
    documents: Vec<ListDocument>,
    read: Vec<Sbom>,
    /// Why some were not read.
    unreadable: Vec<Remark>,
    /// About an index, and perhaps of another platform.
    of_others: Vec<Digest>,
}

/// What they say together.
#[derive(Debug)]
pub struct Listed {
    /// The packages.
    pub inventory: Inventory,
    /// Where they are from.
    pub summary: InventorySummary,
    /// Why something may be missing, the most important first.
    pub limits: Vec<Remark>,
    /// What else there is to say.
    pub notes: Vec<Remark>,
}

impl Lists {
    /// None yet.
    pub const fn new(trust: ListTrust, names: Names) -> Self {
        Self { trust, names, documents: Vec::new(), read: Vec::new(), unreadable: Vec::new(), of_others: Vec::new() }
    }

    /// Adds a list that the caller brought, about whatever the caller says.
    pub fn add_given(&mut self, list: &GivenList) {
        self.take(list.digest, None, list.list.clone());
    }

    /// Adds what a statement says, if it is a list: `predicate` is what it says, and `digest` that of what it came in.
    pub fn add_statement(&mut self, digest: Digest, by: Option<&str>, statement: &Statement, predicate: Option<&Object>) {
        let Some(Predicate::List(format)) = Predicate::of(&statement.predicate_type) else { return };
        let is_about_manifest = statement.subject_with(&self.names.manifest).is_ok();
        if !is_about_manifest && statement.subject_with(&self.names.root).is_err() {
            let message = format!("{digest}: expected a list about {}, found one about something else", self.names.manifest);
            self.unreadable.push(Remark { code: "subject-mismatch", message });
            return;
        }
        match read_predicate(predicate, &digest.to_string()) {
            // The same words under another type: somebody would read them as what they are not.
            Ok(list) if list.format != format => {
                self.cannot_read(digest, &Unreadable::Invalid { what: "the list", expected: "of the format that its statement says" });
            }
            Ok(list) if is_about_manifest || self.is_named_by(&list) => self.take(digest, by, list),
            Ok(_) => self.of_others.push(digest),
            Err(why) => self.cannot_read(digest, &why),
        }
    }

    /// Something that may be a list could not be had, or read.
    pub fn miss(&mut self, why: Remark) {
        self.unreadable.push(why);
    }

    fn is_named_by(&self, list: &Sbom) -> bool {
        list.describes.contains(&self.names.manifest) || list.describes.contains(&self.names.config)
    }

    fn cannot_read(&mut self, digest: Digest, why: &Unreadable) {
        self.unreadable.push(Remark { code: why.code(), message: format!("{digest}: {why}") });
    }

    fn take(&mut self, digest: Digest, by: Option<&str>, list: Sbom) {
        self.documents.push(ListDocument { format: list.format, digest, by: by.map(str::to_owned) });
        self.read.push(list);
    }

    /// What they say together, or why there is none that says anything. `more` is why there may be others that were not found.
    pub fn finish(self, more: Option<Remark>) -> Result<Listed, Vec<Remark>> {
        let Self { trust, names, documents, read, unreadable, of_others } = self;
        let mut limits = Vec::new();
        if let Some(first) = unreadable.first() {
            let others = if unreadable.len() > 1 { " and others" } else { "" };
            let message = format!("expected to read every list of packages, found some that cannot be: {}{others}", first.message);
            limits.push(Remark { code: "sbom-unreadable", message });
        }
        limits.extend(more);
        if read.is_empty() {
            if limits.is_empty() {
                limits.push(Remark { code: "sbom-missing", message: missing(trust, names, &of_others) });
            }
            return Err(limits);
        }
        let mut notes = unreadable;
        notes.extend(of_others.iter().map(|digest| Remark { code: "sbom-of-another", message: of_another(*digest, names) }));
        let is_named = read.iter().all(|list| list.describes.is_empty() || is_any_of(list, names));
        if !is_named {
            let message =
                "a list of packages says that it is about an image of another digest: Docker's own store has others than the registry";
            notes.push(Remark { code: "sbom-names-another", message: message.to_owned() });
        }
        limits.extend(disagreements(&read));
        notes.extend(differences(&read));
        let distribution = distribution(&read);
        if distribution.is_none() && read.iter().any(|list| list.distribution.is_some() || list.has_several) {
            let message = "expected packages of one distribution, found them of several";
            limits.push(Remark { code: "sbom-distributions", message: message.to_owned() });
        }
        let count = |of: fn(&Sbom) -> usize| read.iter().map(of).max().unwrap_or_default();
        let (unidentified, unknown) = (count(|list| list.unidentified), count(|list| list.unknown));
        if unidentified > 0 {
            let message = format!("expected every entry of the list to say which package it is, found {unidentified} that do not");
            limits.push(Remark { code: "packages-unidentified", message });
        }
        if unknown > 0 {
            let message = format!("expected packages of ecosystems that are known here, found {unknown} of others");
            limits.push(Remark { code: "packages-without-advisories", message });
        }
        let inventory = Inventory { distribution, packages: together(read), ..Inventory::default() };
        Ok(Listed { inventory, summary: InventorySummary { from: ListedBy::Sbom, trust, documents }, limits, notes })
    }
}

fn read_predicate(predicate: Option<&Object>, location: &str) -> Result<Sbom, Unreadable> {
    let Some(predicate) = predicate else {
        return Err(Unreadable::Invalid { what: "what the statement says", expected: "a list" });
    };
    let members = predicate.root();
    let has_format = predicate.names().any(|name| matches!(name, "spdxVersion" | "bomFormat"));
    // cosign 1 puts a list into a member of its own (`pkg/cosign/attestation`, `CosignPredicate`).
    match members.optional("Data")? {
        Some(data) if !has_format => sbom::read_members(&data.object()?, location),
        _ => sbom::read_members(&members, location),
    }
}

/// Every package of all lists, each once. What it was built from is left out by some.
fn together(read: Vec<Sbom>) -> Vec<Package> {
    fn source(package: &Package) -> (bool, Option<(&str, &str)>) {
        (package.source.is_none(), package.source.as_ref().map(|source| (source.name.as_str(), source.version.as_str())))
    }
    let mut all: Vec<Package> = read.into_iter().flat_map(|list| list.packages).collect();
    all.sort_by(|one, other| (key(one), source(one)).cmp(&(key(other), source(other))));
    // Those that say it come before the one that does not.
    all.dedup_by(|next, kept| key(next) == key(kept) && (next.source.is_none() || next.source == kept.source));
    all
}

fn key(package: &Package) -> (Kind, &str, &str, Option<&str>) {
    (package.kind, &package.name, &package.version, package.architecture.as_deref())
}

fn is_any_of(list: &Sbom, names: Names) -> bool {
    [names.root, names.manifest, names.config].iter().any(|digest| list.describes.contains(digest))
}

fn missing(trust: ListTrust, names: Names, of_others: &[Digest]) -> String {
    if let Some(first) = of_others.first() {
        return of_another(*first, names);
    }
    match trust {
        ListTrust::Signed => format!("expected a list of packages that somebody who is named signed for {}, found none", names.manifest),
        _ => format!(
            "expected a list of packages of BuildKit's beside {} in its index, found none; lists that are signed are looked for once somebody is named who signs them",
            names.manifest
        ),
    }
}

fn of_another(digest: Digest, names: Names) -> String {
    format!(
        "{digest}: expected a list about {}, found one about its index that does not say of which image: it may be of another platform",
        names.manifest
    )
}

/// The one that all of them name that name any.
fn distribution(read: &[Sbom]) -> Option<Distribution> {
    let mut named = read.iter().filter_map(|list| list.distribution.as_ref());
    let first = named.next()?;
    let is_one = !read.iter().any(|list| list.has_several) && named.all(|other| ecosystem::is_same_release(first, other));
    is_one.then(|| first.clone())
}

type Versions<'l> = BTreeMap<(Kind, &'l str), BTreeSet<&'l str>>;

fn versions(list: &Sbom) -> Versions<'_> {
    let mut versions = Versions::new();
    for package in &list.packages {
        versions.entry((package.kind, &package.name)).or_default().insert(&package.version);
    }
    versions
}

/// Packages that several lists name, and not at the same versions: one of them at least is wrong.
fn disagreements(read: &[Sbom]) -> Option<Remark> {
    let lists: Vec<Versions<'_>> = read.iter().map(versions).collect();
    let mut names = BTreeSet::new();
    for (place, one) in lists.iter().enumerate() {
        for (name, versions) in one {
            // A list of a part of the image has fewer.
            let is_other = |other: &BTreeSet<&str>| !versions.is_subset(other) && !other.is_subset(versions);
            if lists[place + 1..].iter().any(|list| list.get(name).is_some_and(is_other)) {
                names.insert(name);
            }
        }
    }
    let one = excerpt(names.first()?.1, SHOWN);
    let message = format!("expected lists of packages that agree, found {} packages of which they name other versions: {one}", names.len());
    Some(Remark { code: "sbom-contradictory", message })
}

/// What only some of them name.
fn differences(read: &[Sbom]) -> Option<Remark> {
    let lists: Vec<BTreeSet<_>> = read.iter().map(|list| list.packages.iter().map(key).collect()).collect();
    let all: BTreeSet<_> = lists.iter().flatten().copied().collect();
    let partly = all.iter().filter(|package| lists.iter().any(|list| !list.contains(*package))).count();
    let message = format!("{partly} packages are in some of the {} lists only; all of them count", read.len());
    (partly > 0).then_some(Remark { code: "sbom-partly", message })
}
