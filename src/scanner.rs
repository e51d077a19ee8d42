//! What is known to be vulnerable in an image: from its reference to a [`Scan`].
//!
//! ```text
//! manifest of the platform ─▶ layers, proven ─▶ inventory ─▶ advisories (shards, or OSV's server) ─▶ Scan
//! ```
//!
//! No findings are never an answer by themselves: [`Scan::extent`] says what they were looked for in.

mod lookup;

use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::budget;
use crate::check::Checker;
use crate::check::FoundImage;
use crate::contents;
use crate::contents::Contents;
use crate::contents::Reading;
use crate::contents::Unread;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::oci::platform::Platform;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::report::Remark;
use crate::scan::inventory::Inventory;
use crate::scan::inventory::is_package_list;
use crate::scan::matching;
use crate::scan::overlay::Overlay;
use crate::scan::report::Coverage;
use crate::scan::report::Extent;
use crate::scan::report::Scan;
use crate::scan::report::ScannedImage;
use crate::scan::rule::Rule;
use crate::scan::source::shard::InvalidShard;
use crate::scan::source::shard::Shard;
use crate::scan::source::shard::Shards;
use crate::scan::survey;
use crate::scan::survey::Packages;
use crate::scan::survey::survey;
use crate::scan::vex::Vex;
use crate::time::UnixTime;
use crate::transport::Transport;

/// Scans images over a transport.
#[derive(Clone, Debug)]
pub struct Scanner<T> {
    checker: Checker<T>,
    at_once: usize,
}

/// Where advisories come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<L> {
    /// OSV's server, which is told the names and versions of all packages.
    Osv,
    /// Shards: nobody is told anything but which releases are looked up.
    Shards(L),
}

/// Gives shards, which `cargo xtask shards` makes.
pub trait ShardLoader {
    /// The shard of an ecosystem's release, such as `Debian:12`; `None` if there is none. Its bytes are not trusted: whoever gives them can
    /// keep advisories back, so they have to come from where they were made.
    fn load(&self, ecosystem: &str) -> impl Future<Output = Result<Option<Vec<u8>>, LoadError>>;
}

/// A shard could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The platform's wording: for people, never compared.
    pub detail: String,
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
        Self { checker: Checker::new(transport), at_once: budget::LAYERS_AT_ONCE }
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

    /// How many layers may be on their way: each takes memory.
    #[must_use]
    pub const fn layers_at_once(mut self, layers: usize) -> Self {
        self.at_once = layers;
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
        let client = self.checker.client(image)?;
        let found = self.checker.find_image(image, &client, &mut |_| {}).await?;
        let after = History::default();
        let on_applied = |overlay: &Overlay| after.add(overlay);
        let reading = Reading { captures: &Packages, at_once: self.at_once, on_applied: Some(&on_applied) };
        let read = match contents::proven_manifest(&found.checks, found.manifest.as_ref(), found.image.is_some()) {
            Ok(summary) => contents::read_image(&client, summary, reading, &mut |step| tell(step, on_step)).await,
            Err(unread) => Err(unread),
        };
        let mut scan = match read {
            Err(Unread::Fetch(error)) if error.is_aborted() => return Err(error),
            Err(unread) => unknown(unread.code(), unread.to_string(), now),
            Ok(contents) => {
                let layers = contents.layers().iter().map(|layer| layer.proven.digest).collect();
                let mut scan = self.scan_contents(contents, after, source, now, on_step).await?;
                scan.image = Some(ScannedImage { layers, ..scanned(image, &found) });
                scan
            }
        };
        let scanned = scan.image.get_or_insert_with(|| scanned(image, &found)).clone();
        let names = names(image, &scanned);
        for vex in &beside.vex {
            vex.apply(&mut scan, &names);
        }
        scan.rule = beside.rule.as_ref().map(|rule| rule.judge(&scan, now).into());
        Ok(scan)
    }

    async fn scan_contents<L: ShardLoader>(
        &self,
        contents: Contents,
        after: History,
        source: &Source<L>,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Scan, Error> {
        let merged = contents.into_merged();
        let mut inventory = Inventory::of(&merged.tree);
        let is_attributed = after.attribute(&mut inventory);
        let questions = matching::questions(inventory.distribution.as_ref(), &survey::comparable(&inventory));
        let (mut scan, problems, is_answered) = match source {
            Source::Osv => {
                let (answers, problem) = lookup::ask(self.checker.transport(), questions, now, on_step).await?;
                let is_answered = problem.is_none();
                (survey(&inventory, &merged.gaps, &answers, now), problem.into_iter().collect(), is_answered)
            }
            Source::Shards(loader) => {
                let ecosystems: BTreeSet<String> = questions.into_iter().map(|question| question.ecosystem).collect();
                let (shards, problems) = load(loader, &ecosystems, on_step).await;
                (survey(&inventory, &merged.gaps, &shards, now), problems, true)
            }
        };
        if !is_answered {
            scan.extent = Extent::Unknown;
        }
        // First, because what follows from it is among the others.
        for problem in problems.into_iter().rev() {
            scan.extent = scan.extent.max(Extent::Partial);
            scan.remarks.insert(0, problem);
        }
        if !is_attributed {
            let message =
                "the lists of packages are too large to say which layer brought a package: told is the one that wrote the list last";
            scan.coverage.notes.push(Remark { code: "layers-not-attributed", message: message.to_owned() });
        }
        Ok(scan)
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
        coverage: Coverage::default(),
        findings: Vec::new(),
    }
}

/// The shards of these ecosystems, and why some are missing that should be there.
async fn load<L: ShardLoader>(loader: &L, ecosystems: &BTreeSet<String>, on_step: &mut dyn FnMut(&Step)) -> (Shards, Vec<Remark>) {
    let (mut shards, mut problems) = (Shards::default(), Vec::new());
    let total = ecosystems.len();
    for (done, ecosystem) in ecosystems.iter().enumerate() {
        on_step(&Step::Advisories { done, total });
        let message = match loader.load(ecosystem).await {
            Ok(None) => continue,
            Err(_) => {
                let message = format!("expected the shard of {ecosystem}, found that it could not be loaded");
                problems.push(Remark { code: "shard-unavailable", message });
                continue;
            }
            Ok(Some(bytes)) => match Shard::read(bytes) {
                Ok(shard) if shard.ecosystem() == ecosystem => match shards.add(shard) {
                    Ok(()) => continue,
                    Err(invalid) => invalid.to_string(),
                },
                Ok(shard) => format!("expected the shard of {ecosystem}, found that of \"{}\"", excerpt(shard.ecosystem(), 80)),
                Err(invalid) => format!("{ecosystem}: {invalid}"),
            },
        };
        problems.push(Remark { code: InvalidShard::CODE, message });
    }
    on_step(&Step::Advisories { done: total, total });
    (shards, problems)
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
