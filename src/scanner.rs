//! What is known to be vulnerable in an image: from its reference to a [`Scan`].
//!
//! ```text
//! manifest of the platform ─┬▶ layers, proven ───────────┬▶ inventory ─▶ advisories (shards, or OSV's server) ─▶ Scan
//!                           └▶ lists that others made ───┘
//! ```
//!
//! No findings are never an answer by themselves: [`Scan::extent`] says what they were looked for in.

mod limits;
mod linked;
mod lookup;
pub mod signed;

use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

pub use limits::Limits;
use serde::Serialize;

use crate::attested::Attested;
use crate::attested::SignedStatement;
use crate::budget;
use crate::check::Checker;
use crate::check::FoundImage;
use crate::contents;
use crate::contents::Reading;
use crate::contents::Unread;
use crate::digest::Digest;
use crate::digest::Hashes;
use crate::digest::Here;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::intoto::InvalidStatement;
use crate::intoto::Statement;
use crate::json::Object;
use crate::oci::descriptor::Descriptor;
use crate::oci::platform::Platform;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::registry::client::Client;
use crate::report::ManifestSummary;
use crate::report::Remark;
use crate::scan::age;
use crate::scan::bill::bill;
use crate::scan::ecosystem::Question;
use crate::scan::exploited::KnownExploited;
use crate::scan::gap::Gap;
use crate::scan::inventory::Inventory;
use crate::scan::inventory::is_package_list;
use crate::scan::lists::GivenList;
use crate::scan::lists::Listed;
use crate::scan::lists::Lists;
use crate::scan::lists::Names;
use crate::scan::lists::Predicate;
use crate::scan::matching;
use crate::scan::overlay::Overlay;
use crate::scan::report::Coverage;
use crate::scan::report::Extent;
use crate::scan::report::InventorySummary;
use crate::scan::report::ListTrust;
use crate::scan::report::ListedBy;
use crate::scan::report::Scan;
use crate::scan::report::ScannedImage;
use crate::scan::rule::Rule;
use crate::scan::source::shard::InvalidShard;
use crate::scan::source::shard::Shard;
use crate::scan::source::shard::Shards;
use crate::scan::survey;
use crate::scan::survey::Packages;
use crate::scan::survey::survey;
use crate::scan::vex::InvalidVex;
use crate::scan::vex::Vex;
use crate::scanner::lookup::Asked;
use crate::scanner::signed::RefusedIndex;
use crate::scanner::signed::SignedIndex;
use crate::scanner::signed::VerifiedShard;
use crate::time::UnixTime;
use crate::transport::Transport;

/// Scans images over a transport.
#[derive(Clone, Debug)]
pub struct Scanner<T> {
    checker: Checker<T>,
    limits: Limits,
    hashes: Rc<dyn Hashes>,
    listing: Listing,
    attested: Option<Result<Attested, String>>,
    lists_packages: bool,
    max_age_days: u32,
    known_exploited: Option<KnownExploited>,
}

/// Where the list of packages is from.
#[derive(Clone, Debug, Default)]
pub enum Listing {
    /// We make it, from the layers.
    #[default]
    Layers,
    /// Somebody else made it and attached it to the image: those who are named, as far as there is something [`Attested`]; where nobody was named,
    /// BuildKit, whose lists nobody signs. No layer is fetched.
    Sbom,
    /// The caller brings it. No layer is fetched.
    Given(Box<GivenList>),
}

/// Where advisories come from.
#[derive(Clone, Debug)]
pub enum Source<L> {
    /// OSV's server, which is told the names and versions of all packages.
    Osv,
    /// Shards that nobody vouches for: nobody is told anything but which releases are looked up.
    Shards(L),
    /// Of shards only those that somebody signed.
    SignedShards {
        /// What they signed, or why it must not be believed: then there is nothing to look anything up in.
        index: Result<SignedIndex, RefusedIndex>,
        /// Gives what the index names.
        shards: L,
    },
}

/// Gives shards, which `cargo xtask shards` makes.
pub trait ShardLoader {
    /// The shard of an ecosystem's release, such as `Debian:12`; `None` if there is none. Whoever gives its bytes can keep advisories back: they
    /// have to come from where they were made, or be signed ([`Source::SignedShards`]).
    fn load(&self, ecosystem: &str) -> impl Future<Output = Result<Option<Vec<u8>>, LoadError>>;
}

/// A shard could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The platform's wording: for people, never compared.
    pub detail: String,
}

impl LoadError {
    /// The stable code.
    pub const CODE: &'static str = "shard-unavailable";
}

/// Shards that are at hand, by their ecosystems.
impl ShardLoader for BTreeMap<String, Vec<u8>> {
    async fn load(&self, ecosystem: &str) -> Result<Option<Vec<u8>>, LoadError> {
        Ok(self.get(ecosystem).cloned())
    }
}

/// What is put beside findings.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Whose word is believed is for the caller to decide.
    pub vex: Vec<Vex>,
    /// What is wanted of the findings.
    pub rule: Option<Rule>,
}

/// What happens during a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "lowercase")]
pub enum Step {
    /// A layer arrives.
    Layer {
        /// Which, counted from the lowest, 0.
        index: usize,
        /// Of how many.
        layers: usize,
        /// Bytes so far.
        bytes: u64,
        /// Bytes in all.
        size: u64,
    },
    /// Advisories arrive.
    Advisories {
        /// How many of what was asked for: shards, or records.
        done: usize,
        /// Of how many.
        total: usize,
    },
}

impl<T: Transport> Scanner<T> {
    /// One that asks anonymously, directly, for linux/amd64.
    pub fn new(transport: T) -> Self {
        Self {
            checker: Checker::new(transport),
            limits: Limits::default(),
            hashes: Rc::new(Here),
            listing: Listing::Layers,
            attested: None,
            lists_packages: false,
            max_age_days: budget::ADVISORIES_DAYS,
            known_exploited: None,
        }
    }

    /// How registries may be asked.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.checker = self.checker.access(access);
        self
    }

    /// Which image of an index to scan.
    #[must_use]
    pub fn platform(mut self, platform: Platform) -> Self {
        self.checker = self.checker.platform(platform);
        self
    }

    /// How much a scan may take.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Who computes the digests of layers, if not we.
    #[must_use]
    pub fn hashed_by(mut self, hashes: Rc<dyn Hashes>) -> Self {
        self.hashes = hashes;
        self
    }

    /// Where the list of packages is from.
    #[must_use]
    pub fn listing(mut self, listing: Listing) -> Self {
        self.listing = listing;
        self
    }

    /// What is attested of the image by those who are named, or why that is not known. The image is then the one whose attestations these are,
    /// whatever its tag stands for by now, and what they say of vulnerabilities is put beside the findings.
    #[must_use]
    pub fn attested(mut self, attested: Option<Result<Attested, String>>) -> Self {
        self.attested = attested;
        self
    }

    /// Whether the scan lists every package, not only those that something was found about.
    #[must_use]
    pub const fn list_packages(mut self, lists_packages: bool) -> Self {
        self.lists_packages = lists_packages;
        self
    }

    /// How many days old advisories may be, to make a complete scan.
    #[must_use]
    pub const fn max_age_days(mut self, days: u32) -> Self {
        self.max_age_days = days;
        self
    }

    /// CISA's catalogue, which OSV's server does not have; beside that of shards, if they have one.
    #[must_use]
    pub fn known_exploited(mut self, catalogue: KnownExploited) -> Self {
        self.known_exploited = Some(catalogue);
        self
    }

    /// Scans one image, and tells `on_step` what happens. An image that cannot be read, or whose bytes are not what was named, is a scan whose
    /// extent is [`Extent::Unknown`].
    pub async fn scan<L: ShardLoader>(
        &self,
        image: &Reference,
        source: &Source<L>,
        beside: &Beside,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Scan, Error> {
        let image = &image.clone().or_latest();
        let pinned = self.pinned(image);
        let client = self.checker.client(&pinned)?;
        let found = self.checker.find_image(&pinned, &client, &mut |_| {}).await?;
        let read = match contents::proven_manifest(&found.checks, found.manifest.as_ref(), found.image.is_some()) {
            Err(Unread::Fetch(error)) if error.is_aborted() => return Err(error),
            Err(unread) => Read::nothing(unread, now),
            Ok(manifest) => match self.not_attested(image, &found) {
                Some(message) => Read::of(unknown("attestations-of-another", message, now)),
                None => match self.listing {
                    Listing::Layers => self.scan_layers(&client, &Stack::of(manifest), source, now, on_step).await?,
                    Listing::Sbom | Listing::Given(_) => Read::of(self.scan_lists(&client, &found, manifest, source, now, on_step).await?),
                },
            },
        };
        let scanned = scanned(image, &found);
        Ok(self.judged(image, read.scan, ScannedImage { layers: read.layers, ..scanned }, beside, now))
    }

    /// The same for a manifest that a check has found, from its layers. Beside the scan: what of the image is not what was named.
    pub(crate) async fn scan_manifest<L: ShardLoader>(
        &self,
        (image, scanned): (&Reference, ScannedImage),
        stack: &Stack,
        source: &Source<L>,
        beside: &Beside,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<(Scan, Option<Unread>), Error> {
        let client = self.checker.client(image)?;
        let Read { scan, layers, unread } = self.scan_layers(&client, stack, source, now, on_step).await?;
        let scan = self.judged(image, scan, ScannedImage { layers, ..scanned }, beside, now);
        Ok((scan, unread.filter(Unread::is_mismatch)))
    }

    /// With what others say of it, and what follows for the rule.
    fn judged(&self, image: &Reference, mut scan: Scan, scanned: ScannedImage, beside: &Beside, now: UnixTime) -> Scan {
        let names = names(image, &scanned);
        scan.image = Some(scanned);
        for vex in &beside.vex {
            vex.apply(&mut scan, &names);
        }
        self.apply_attested(&mut scan, &names);
        scan.rule = beside.rule.as_ref().map(|rule| rule.judge(&scan, now).into());
        scan
    }

    /// The image by the digest whose attestations were looked for.
    fn pinned(&self, image: &Reference) -> Reference {
        match &self.attested {
            Some(Ok(attested)) if image.digest().is_none() => image.clone().with_digest(attested.root()),
            _ => image.clone(),
        }
    }

    /// Why what is attested is not about what was found, if it is not.
    fn not_attested(&self, image: &Reference, found: &FoundImage) -> Option<String> {
        let Some(Ok(attested)) = &self.attested else { return None };
        let manifest = found.manifest.as_ref().map(|manifest| manifest.digest);
        let is_same = found.root == Some(attested.root()) && manifest == Some(attested.manifest());
        (!is_same).then(|| {
            let found = manifest.map_or_else(|| image.to_string(), |manifest| manifest.to_string());
            format!("expected attestations of {found}, found those of {}", attested.manifest())
        })
    }

    /// With the layers that were read.
    async fn scan_layers<L: ShardLoader>(
        &self,
        client: &Client<'_, T>,
        stack: &Stack,
        source: &Source<L>,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Read, Error> {
        if let Some(Remark { code, message }) = self.limits.refuse(stack) {
            return Ok(Read::of(unknown(code, message, now)));
        }
        let after = History::default();
        let on_applied = |overlay: &Overlay| after.add(overlay);
        let reading = Reading {
            at_once: self.limits.layers_at_once,
            hashes: &*self.hashes,
            on_applied: Some(&on_applied),
            ..Reading::new(&Packages)
        };
        let contents = match contents::read_image(client, &stack.manifest, reading, &mut |step| tell(step, on_step)).await {
            Err(Unread::Fetch(error)) if error.is_aborted() => return Err(error),
            Err(unread) => return Ok(Read::nothing(unread, now)),
            Ok(contents) => contents,
        };
        let layers = contents.layers().iter().map(|layer| layer.proven.digest).collect();
        let merged = contents.into_merged();
        let mut inventory = Inventory::of(&merged.tree);
        let is_attributed = after.attribute(&mut inventory);
        let mut scan = self.look_up(&inventory, &merged.gaps, source, now, on_step).await?;
        scan.inventory = Some(InventorySummary { from: ListedBy::Layers, trust: ListTrust::Proven, documents: Vec::new() });
        if !is_attributed {
            let message =
                "the lists of packages are too large to say which layer brought a package: told is the one that wrote the list last";
            scan.coverage.notes.push(Remark { code: "layers-not-attributed", message: message.to_owned() });
        }
        Ok(Read { layers, ..Read::of(scan) })
    }

    async fn scan_lists<L: ShardLoader>(
        &self,
        client: &Client<'_, T>,
        found: &FoundImage,
        manifest: &ManifestSummary,
        source: &Source<L>,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Scan, Error> {
        let names = Names { root: found.root.unwrap_or(manifest.digest), manifest: manifest.digest, config: manifest.config.digest };
        let listed = match (&self.listing, &self.attested) {
            (Listing::Given(list), _) => {
                let mut lists = Lists::new(ListTrust::Given, names);
                lists.add_given(list);
                lists.finish(None)
            }
            (_, Some(Ok(attested))) => {
                let mut lists = Lists::new(ListTrust::Signed, names);
                for statement in attested.statements() {
                    match what_it_says(statement, |predicate| matches!(predicate, Predicate::List(_))) {
                        Ok(None) => {}
                        Ok(Some((said, predicate))) => {
                            lists.add_statement(statement.digest, Some(&statement.by), &said, predicate.as_ref());
                        }
                        Err(why) => lists.miss(why),
                    }
                }
                lists.finish(attested.incomplete())
            }
            // Who names somebody wants their word, not that of whoever pushed: who keeps it back would choose which it is.
            (_, Some(Err(why))) => Err(vec![Remark { code: Attested::INCOMPLETE, message: why.clone() }]),
            (_, None) => {
                let mut lists = Lists::new(ListTrust::Linked, names);
                linked::collect(client, found, &mut lists).await?;
                lists.finish(None)
            }
        };
        let Listed { inventory, summary, limits, notes } = match listed {
            Ok(listed) => listed,
            Err(mut why) => {
                let Remark { code, message } = why.remove(0);
                let mut scan = unknown(code, message, now);
                scan.remarks.extend(why);
                return Ok(scan);
            }
        };
        let mut scan = self.look_up(&inventory, &BTreeMap::new(), source, now, on_step).await?;
        scan.inventory = Some(summary);
        for Remark { code, message } in limits {
            survey::limit(&mut scan, code, message);
        }
        scan.coverage.notes.extend(notes);
        // Nobody says which layer brought what.
        for package in scan.findings.iter_mut().flat_map(|finding| &mut finding.packages) {
            package.layer = None;
        }
        for package in scan.packages.iter_mut().flatten() {
            package.layer = None;
        }
        Ok(scan)
    }

    /// What those who are named say of vulnerabilities, and what could not be used of what is attached.
    fn apply_attested(&self, scan: &mut Scan, names: &[String]) {
        let notes = &mut Vec::new();
        match &self.attested {
            None => {}
            Some(Err(why)) => notes.push(Remark { code: Attested::INCOMPLETE, message: why.clone() }),
            Some(Ok(attested)) => {
                for statement in attested.statements() {
                    match what_it_says(statement, |predicate| predicate == Predicate::Vex) {
                        Ok(None) => {}
                        Ok(Some((_, predicate))) => match Vex::read(&predicate.unwrap_or_default().root()) {
                            Ok(vex) => vex.signed_by(&statement.by).apply(scan, names),
                            Err(invalid) => {
                                notes.push(Remark { code: InvalidVex::CODE, message: format!("{}: {invalid}", statement.digest) });
                            }
                        },
                        Err(why) => notes.push(why),
                    }
                }
                notes.extend(attested.incomplete());
                notes.extend(attested.unused());
            }
        }
        // What is a reason already need not be told again.
        notes.retain(|note| !scan.remarks.contains(note));
        scan.coverage.notes.append(notes);
    }

    /// Compares an inventory with advisories.
    async fn look_up<L: ShardLoader>(
        &self,
        inventory: &Inventory,
        gaps: &BTreeMap<String, Gap>,
        source: &Source<L>,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Scan, Error> {
        let questions = matching::questions(inventory.distribution.as_ref(), &survey::comparable(inventory));
        let ecosystems = |questions: Vec<Question>| questions.into_iter().map(|question| question.ecosystem).collect();
        let known_exploited = self.known_exploited.as_ref();
        let (mut scan, told) = match source {
            Source::Osv => {
                let limit = self.limits.osv_requests;
                let Asked { answers, problem, is_answered } =
                    lookup::ask(self.checker.transport(), questions, limit, known_exploited.cloned(), now, on_step).await?;
                let told = Told { is_answered, problems: problem.into_iter().collect(), notes: Vec::new() };
                (survey(inventory, gaps, &answers, now), told)
            }
            Source::Shards(loader) => {
                let (shards, told) = load(loader, None, &ecosystems(questions), known_exploited, on_step).await;
                (survey(inventory, gaps, &shards, now), told)
            }
            Source::SignedShards { index: Ok(index), shards: loader } => {
                let (shards, mut told) = load(loader, Some(index), &ecosystems(questions), known_exploited, on_step).await;
                if shards.is_empty() && age::is_old(index.index().generated_at(), now, self.max_age_days) {
                    told.problems.push(old_index(index, self.max_age_days));
                }
                (survey(inventory, gaps, &shards, now), told)
            }
            Source::SignedShards { index: Err(refused), .. } => {
                let problem = Remark { code: refused.code(), message: refused.to_string() };
                let told = Told { is_answered: false, problems: vec![problem], notes: Vec::new() };
                (survey(inventory, gaps, &Shards::default(), now), told)
            }
        };
        scan.packages = self.lists_packages.then(|| bill(inventory));
        age::limit_age(&mut scan, self.max_age_days);
        if !told.is_answered {
            scan.extent = Extent::Unknown;
        }
        // First, because what follows from it is among the others.
        for problem in told.problems.into_iter().rev() {
            scan.extent = scan.extent.max(Extent::Partial);
            scan.remarks.insert(0, problem);
        }
        scan.coverage.notes.extend(told.notes);
        Ok(scan)
    }
}

/// A statement and what it says, if it is of a wanted kind. The others are not looked into.
fn what_it_says(signed: &SignedStatement, is_wanted: impl Fn(Predicate) -> bool) -> Result<Option<(Statement, Option<Object>)>, Remark> {
    let invalid = |invalid: InvalidStatement| Remark { code: invalid.code(), message: format!("{}: {invalid}", signed.digest) };
    let statement = Statement::parse(&signed.payload).map_err(invalid)?;
    if !Predicate::of(&statement.predicate_type).is_some_and(is_wanted) {
        return Ok(None);
    }
    Statement::parse_all(&signed.payload).map(Some).map_err(invalid)
}

/// A manifest whose bytes were proven, and what it says of its layers.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub(crate) manifest: Descriptor,
    pub(crate) layers: usize,
    /// Bytes, as they are stored.
    pub(crate) layers_size: u64,
}

impl Stack {
    fn of(manifest: &ManifestSummary) -> Self {
        Self { manifest: manifest.descriptor(), layers: manifest.layers.len(), layers_size: manifest.layers_size }
    }
}

/// What came of reading an image.
struct Read {
    scan: Scan,
    /// Those that were read.
    layers: Vec<Digest>,
    /// Why not.
    unread: Option<Unread>,
}

impl Read {
    const fn of(scan: Scan) -> Self {
        Self { scan, layers: Vec::new(), unread: None }
    }

    fn nothing(unread: Unread, now: UnixTime) -> Self {
        let scan = unknown(unread.code(), unread.to_string(), now);
        Self { unread: Some(unread), ..Self::of(scan) }
    }
}

fn tell(step: &contents::Step, on_step: &mut dyn FnMut(&Step)) {
    if let contents::Step::Layer { index, layers, bytes, size } = *step {
        on_step(&Step::Layer { index, layers, bytes, size });
    }
}

fn scanned(image: &Reference, found: &FoundImage) -> ScannedImage {
    ScannedImage {
        reference: image.to_string(),
        digest: found.root,
        manifest: found.manifest.as_ref().map(|manifest| manifest.digest),
        platform: found.image.as_ref().map(|image| image.platform.clone()),
        layers: Vec::new(),
    }
}

/// What VEX documents may call the image: a reference with a digest, or a package URL, encoded or not.
fn names(image: &Reference, scanned: &ScannedImage) -> Vec<String> {
    let (registry, repository) = (image.registry(), image.repository());
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let of = |digest| {
        let encoded = format!("{digest}").replace(':', "%3A");
        let url =
            |digest: &str| [format!("pkg:oci/{name}@{digest}"), format!("pkg:oci/{name}@{digest}?repository_url={registry}/{repository}")];
        let [plain, qualified] = url(&format!("{digest}"));
        let [plain_encoded, qualified_encoded] = url(&encoded);
        [format!("{registry}/{repository}@{digest}"), plain, qualified, plain_encoded, qualified_encoded]
    };
    scanned.digest.iter().chain(&scanned.manifest).flat_map(of).collect()
}

/// A scan of what could not be had.
fn unknown(code: &'static str, message: String, now: UnixTime) -> Scan {
    Scan {
        schema_version: 1,
        scanned_at: now,
        image: None,
        extent: Extent::Unknown,
        rule: None,
        remarks: vec![Remark { code, message }],
        distribution: None,
        inventory: None,
        coverage: Coverage::default(),
        packages: None,
        findings: Vec::new(),
    }
}

/// What there is to say of advisories that were looked for.
struct Told {
    /// Whether what was asked was answered to the end.
    is_answered: bool,
    /// Why some are missing that should be there, the most important first.
    problems: Vec<Remark>,
    notes: Vec<Remark>,
}

/// The shards of these ecosystems; of an index, those that it lists.
async fn load<L: ShardLoader>(
    loader: &L,
    index: Option<&SignedIndex>,
    ecosystems: &BTreeSet<String>,
    known_exploited: Option<&KnownExploited>,
    on_step: &mut dyn FnMut(&Step),
) -> (Shards, Told) {
    let (mut shards, mut problems, mut notes) = (Shards::default(), Vec::new(), Vec::new());
    let total = ecosystems.len();
    for (done, ecosystem) in ecosystems.iter().enumerate() {
        on_step(&Step::Advisories { done, total });
        let added = match index {
            Some(index) if index.index().entry(ecosystem).is_none() => {
                let message = format!("{ecosystem}: expected a shard, found that the index of {} lists none", index.index().generated_at());
                notes.push(Remark { code: "shard-not-listed", message });
                Ok(())
            }
            Some(index) => add_signed(&mut shards, index, ecosystem, loader).await,
            None => add(&mut shards, ecosystem, loader).await,
        };
        problems.extend(added.err());
    }
    on_step(&Step::Advisories { done: total, total });
    if let Some(catalogue) = known_exploited {
        shards.add_known_exploited(catalogue);
    }
    match index {
        Some(index) => notes.extend(index.unseen().cloned()),
        None if shards.is_empty() => {}
        None => {
            let message = "expected shards that somebody signed, found nobody named: whoever gives them can keep advisories back";
            notes.push(Remark { code: "shards-not-signed", message: message.to_owned() });
        }
    }
    (shards, Told { is_answered: true, problems, notes })
}

/// One that nobody vouches for, if there is one.
async fn add<L: ShardLoader>(shards: &mut Shards, ecosystem: &str, loader: &L) -> Result<(), Remark> {
    let invalid = |message| Remark { code: InvalidShard::CODE, message };
    let unavailable = |_| {
        let message = format!("expected the shard of {ecosystem}, found that it could not be loaded");
        Remark { code: LoadError::CODE, message }
    };
    let Some(bytes) = loader.load(ecosystem).await.map_err(unavailable)? else { return Ok(()) };
    let shard = Shard::read(bytes).map_err(|refused| invalid(format!("{ecosystem}: {refused}")))?;
    if shard.ecosystem() != ecosystem {
        return Err(invalid(format!("expected the shard of {ecosystem}, found that of \"{}\"", excerpt(shard.ecosystem(), 80))));
    }
    shards.add(shard).map_err(|refused| invalid(refused.to_string()))
}

/// One that the index names.
async fn add_signed<L: ShardLoader>(shards: &mut Shards, index: &SignedIndex, ecosystem: &str, loader: &L) -> Result<(), Remark> {
    let admitted = index.admit(ecosystem, loader.load(ecosystem).await);
    let admitted = admitted.map_err(|refused| Remark { code: refused.code(), message: format!("{ecosystem}: {refused}") })?;
    let Some((shard, signed_by)) = admitted.map(VerifiedShard::into_parts) else { return Ok(()) };
    shards.add_signed(shard, &signed_by).map_err(|refused| Remark { code: InvalidShard::CODE, message: refused.to_string() })
}

/// That there is no shard was true then.
fn old_index(index: &SignedIndex, most: u32) -> Remark {
    let at = index.index().generated_at();
    Remark { code: age::OLD, message: format!("expected an index of shards of at most {most} days, found the one of {at}") }
}

/// What was installed after each layer.
#[derive(Default)]
struct History(RefCell<Kept>);

#[derive(Default)]
struct Kept {
    after: Vec<Inventory>,
    bytes: usize,
    is_incomplete: bool,
}

impl History {
    fn add(&self, overlay: &Overlay) {
        let mut kept = self.0.borrow_mut();
        if kept.is_incomplete {
            return;
        }
        match overlay.so_far(&is_package_list) {
            Ok(merged) => {
                kept.bytes += merged.tree.files.values().map(|file| file.bytes.len()).sum::<usize>();
                kept.after.push(Inventory::of(&merged.tree));
                kept.is_incomplete = kept.bytes > budget::ATTRIBUTED_BYTES;
            }
            Err(_) => kept.is_incomplete = true,
        }
    }

    /// Whether every package has the layer that brought it.
    fn attribute(self, inventory: &mut Inventory) -> bool {
        let kept = self.0.into_inner();
        if !kept.is_incomplete {
            inventory.attribute(&kept.after);
        }
        !kept.is_incomplete
    }
}

impl fmt::Display for LoadError {
    /// Leaves the platform's wording out, so that a scan reads the same wherever it was made.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shard could not be loaded")
    }
}

impl core::error::Error for LoadError {}
