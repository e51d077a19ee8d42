//! What is in an image: every layer is hashed while it arrives, read, and laid on the ones below it.
//!
//! ```text
//! check ─▶ manifest ─▶ configuration (diff IDs) ─▶ layers, several at once ─▶ Contents
//! ```
//!
//! No layer is held in memory. [`Contents`] are made only when every byte of every layer is proven: by its digest and size, which the
//! manifest names, and by the diff ID of the archive in it, which the configuration names.

mod unread;

use core::cell::RefCell;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;
use std::collections::BTreeMap;

pub use unread::Unread;

use crate::budget;
use crate::check;
use crate::check::Checker;
use crate::check::Depth;
use crate::digest::Digest;
use crate::digest::Hashes;
use crate::digest::Here;
use crate::error::Error;
use crate::oci::Document;
use crate::oci::MediaType;
use crate::oci::config;
use crate::oci::descriptor::Descriptor;
use crate::oci::manifest::Manifest;
use crate::policy::Policy;
use crate::prover::Prover;
use crate::reference::Reference;
use crate::registry::client::Client;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report;
use crate::report::Check;
use crate::report::CheckName;
use crate::report::ManifestSummary;
use crate::report::Outcome;
use crate::report::Report;
use crate::scan::layer::Captures;
use crate::scan::layer::Expected;
use crate::scan::layer::InvalidLayer;
use crate::scan::layer::Reader;
use crate::scan::layer::Summary;
use crate::scan::overlay::Merged;
use crate::scan::overlay::Overlay;
use crate::store::Store;
use crate::time::UnixTime;
use crate::transport::Transport;
use crate::transport::TransportError;

/// What is in an image, as far as it was wanted.
#[derive(Clone, Debug)]
pub struct Contents {
    manifest: Digest,
    layers: Vec<LayerContents>,
    merged: Merged,
}

/// A layer that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerContents {
    /// What it had to be, and is.
    pub proven: Expected,
    /// Bytes of the archive in it.
    pub unpacked: u64,
    /// Entries of the archive.
    pub entries: u64,
}

impl Contents {
    /// The manifest whose layers these are.
    pub const fn manifest(&self) -> Digest {
        self.manifest
    }

    /// Its layers, the lowest first.
    pub fn layers(&self) -> &[LayerContents] {
        &self.layers
    }

    /// What they make together.
    pub const fn merged(&self) -> &Merged {
        &self.merged
    }

    /// The same, for whoever keeps it.
    pub fn into_merged(self) -> Merged {
        self.merged
    }
}

/// What to read, and how.
#[derive(Clone, Copy)]
pub struct Reading<'c> {
    /// Which files are wanted.
    pub captures: &'c dyn Captures,
    /// How many layers may be on their way, or waiting for those below them. Each may hold [`budget::CAPTURED_BYTES`], and a window.
    pub at_once: usize,
    /// Who computes the digests.
    pub hashes: &'c dyn Hashes,
    /// Is shown what lies on one another after every layer, the lowest first.
    pub on_applied: Option<&'c dyn Fn(&Overlay)>,
}

impl<'c> Reading<'c> {
    /// [`budget::LAYERS_AT_ONCE`] at once.
    pub const fn new(captures: &'c dyn Captures) -> Self {
        Self { captures, at_once: budget::LAYERS_AT_ONCE, hashes: &Here, on_applied: None }
    }
}

/// What happens while an image is read.
#[derive(Clone, Debug)]
pub enum Step {
    /// It is checked.
    Check(report::Step),
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
}

/// How often it is told that a layer arrives.
const PROGRESS_BYTES: u64 = 1 << 20;

/// What is handed to a reader at once while it is not known what lies below: it cannot ask in between.
const UNTOLD_BYTES: usize = 4 << 10;

impl<T: Transport, P: Prover, S: Store> Checker<T, P, S> {
    /// Checks an image as [`check`](Self::check) does, and reads what is in it, whatever the policy says of it. Who drops the future has
    /// given up, and nothing more is fetched.
    pub async fn contents(
        &self,
        image: &Reference,
        policy: Option<&Policy>,
        now: UnixTime,
        reading: Reading<'_>,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<(Report, Result<Contents, Unread>), Error> {
        let report = self.check_to(Depth::Image, image, policy, now, &mut |step| on_step(&Step::Check(step.clone()))).await?;
        let client = self.client(image)?;
        let read = match proven_manifest(&report.checks, report.manifest.as_ref(), report.image.is_some()) {
            Ok(manifest) => read_image(&client, &manifest.descriptor(), reading, on_step).await,
            Err(unread) => Err(unread),
        };
        match read {
            Err(Unread::Fetch(error)) if error.is_aborted() => Err(error),
            contents => Ok((report, contents)),
        }
    }
}

/// Reads what is in the image that a manifest describes, which the descriptor names.
pub(crate) async fn read_image<T: Transport>(
    client: &Client<'_, T>,
    descriptor: &Descriptor,
    reading: Reading<'_>,
    on_step: &mut dyn FnMut(&Step),
) -> Result<Contents, Unread> {
    let manifest = read_manifest(client, descriptor).await?;
    let diff_ids = read_diff_ids(client, &manifest).await?;
    if diff_ids.len() != manifest.layers.len() {
        return Err(Unread::DiffIds { expected: manifest.layers.len(), found: diff_ids.len() });
    }
    // Before the first of them is fetched: none of them alone is an image.
    for (index, layer) in manifest.layers.iter().enumerate() {
        if layer.foreign {
            return Err(Unread::Foreign { index });
        }
        if !is_layer(&layer.media_type) {
            return Err(Unread::Kind { index, found: layer.media_type.clone() });
        }
    }
    let layers: Vec<Expected> =
        manifest.layers.iter().zip(diff_ids).map(|(layer, diff_id)| Expected { digest: layer.digest, size: layer.size, diff_id }).collect();
    let (read, merged) = read_layers(client, &layers, reading, on_step).await?;
    Ok(Contents { manifest: descriptor.digest, layers: read, merged })
}

/// The manifest that checks prove. What a policy makes of it does not matter here.
pub(crate) fn proven_manifest<'m>(
    checks: &[Check],
    manifest: Option<&'m ManifestSummary>,
    is_image: bool,
) -> Result<&'m ManifestSummary, Unread> {
    let leads_there = |name: CheckName| matches!(name, CheckName::Resolve | CheckName::Document | CheckName::Platform | CheckName::Config);
    for check in checks.iter().filter(|check| leads_there(check.name)) {
        if let Outcome::Failed(_) | Outcome::Unknown(_) = check.outcome {
            return Err(Unread::Unproven { check: check.name, outcome: check.outcome.clone() });
        }
    }
    match manifest {
        Some(manifest) if is_image => Ok(manifest),
        manifest => Err(Unread::NoImage { found: manifest.and_then(|manifest| manifest.artifact_type.clone()) }),
    }
}

async fn read_manifest<T: Transport>(client: &Client<'_, T>, descriptor: &Descriptor) -> Result<Manifest, Unread> {
    let endpoint = Endpoint::ManifestByDigest(descriptor.digest);
    // One type, as in a check: a page that says all four has to ask beforehand, which registries refuse.
    let accept = MediaType::of_header(&descriptor.media_type).map_or(Accept::All, Accept::Only);
    let fetched = check::fetch_content(client, &endpoint, descriptor, accept, budget::MANIFEST_BYTES).await;
    let (content, _) = fetched.map_err(|stop| Unread::stopped(CheckName::Document, stop))?;
    match Document::parse(&content) {
        Ok(Document::Manifest(manifest)) => Ok(manifest),
        Ok(Document::Index(_)) => unreachable!("the report read the same bytes as a manifest"),
        Err(invalid) => Err(Unread::Unproven { check: CheckName::Document, outcome: Outcome::Failed(invalid.into()) }),
    }
}

async fn read_diff_ids<T: Transport>(client: &Client<'_, T>, manifest: &Manifest) -> Result<Vec<Digest>, Unread> {
    let endpoint = Endpoint::Blob(manifest.config.digest);
    let fetched = check::fetch_content(client, &endpoint, &manifest.config, Accept::Anything, budget::CONFIG_BYTES).await;
    let (content, _) = fetched.map_err(|stop| Unread::stopped(CheckName::Config, stop))?;
    let ids = config::diff_ids(&content);
    ids.map_err(|invalid| Unread::Unproven { check: CheckName::Config, outcome: Outcome::Failed(invalid.into()) })
}

/// The media types of layers: OCI image specification, "Image Layer Filesystem Changeset", and Docker's. How the bytes are compressed they
/// tell themselves.
fn is_layer(media_type: &str) -> bool {
    let oci = media_type.strip_prefix("application/vnd.oci.image.layer.v1.tar").is_some_and(|rest| matches!(rest, "" | "+gzip" | "+zstd"));
    let docker = media_type.strip_prefix("application/vnd.docker.image.rootfs.diff.tar");
    oci || docker.is_some_and(|rest| matches!(rest, "" | ".gzip" | ".zstd"))
}

type Arriving<'f> = Pin<Box<dyn Future<Output = (usize, Result<Summary, Unread>)> + 'f>>;

/// Reads layers, several at once, and lays each on the ones below it as soon as they are there.
async fn read_layers<T: Transport>(
    client: &Client<'_, T>,
    layers: &[Expected],
    reading: Reading<'_>,
    on_step: &mut dyn FnMut(&Step),
) -> Result<(Vec<LayerContents>, Merged), Unread> {
    let overlay = RefCell::new(Overlay::new());
    let on_step = RefCell::new(on_step);
    let mut read = Vec::new();
    let mut waiting = layers.iter().enumerate();
    let mut arriving: Vec<Arriving<'_>> = Vec::new();
    let mut arrived: BTreeMap<usize, Summary> = BTreeMap::new();
    poll_fn(|context| {
        loop {
            // Those that wait for a lower one are in memory too.
            while arriving.len() + arrived.len() < reading.at_once.max(1) {
                let Some((index, expected)) = waiting.next() else { break };
                let (overlay, on_step) = (&overlay, &on_step);
                let tell = move |bytes| {
                    let step = Step::Layer { index, layers: layers.len(), bytes, size: expected.size };
                    (*on_step.borrow_mut())(&step);
                };
                arriving.push(Box::pin(async move { (index, read_layer(client, index, *expected, reading, overlay, tell).await) }));
            }
            let mut has_moved = false;
            let mut place = 0;
            while let Some(layer) = arriving.get_mut(place) {
                let Poll::Ready((index, summary)) = layer.as_mut().poll(context) else {
                    place += 1;
                    continue;
                };
                drop(arriving.swap_remove(place));
                match summary {
                    Ok(summary) => arrived.insert(index, summary),
                    Err(unread) => return Poll::Ready(Err(unread)),
                };
                has_moved = true;
            }
            let next = overlay.borrow().layers();
            if let Some(summary) = arrived.remove(&next) {
                read.push(LayerContents { proven: summary.proven(), unpacked: summary.unpacked(), entries: summary.entries() });
                if let Err(error) = overlay.borrow_mut().apply(summary) {
                    return Poll::Ready(Err(Unread::Overlay { index: next, error }));
                }
                if let Some(on_applied) = reading.on_applied {
                    on_applied(&overlay.borrow());
                }
                has_moved = true;
            }
            if arriving.is_empty() && arrived.is_empty() && read.len() == layers.len() {
                return Poll::Ready(Ok(()));
            }
            // Whoever waits for what lies below is not woken by anybody else.
            if !has_moved {
                return Poll::Pending;
            }
        }
    })
    .await?;
    drop(arriving);
    let count = layers.len();
    let merged = overlay.into_inner().finish().map_err(|error| Unread::Overlay { index: count.saturating_sub(1), error })?;
    Ok((read, merged))
}

async fn read_layer<T: Transport>(
    client: &Client<'_, T>,
    index: usize,
    expected: Expected,
    reading: Reading<'_>,
    overlay: &RefCell<Overlay>,
    tell: impl Fn(u64),
) -> Result<Summary, Unread> {
    let invalid = |error| Unread::Layer { index, digest: expected.digest, error };
    let mut reader = Reader::new(expected, reading.captures).map_err(invalid)?.hashed_by(reading.hashes);
    tell(0);
    let mut blob = client.blob(expected.digest, expected.size).await.map_err(Unread::Fetch)?;
    let is_lowest_left = || overlay.borrow().layers() == index;
    let mut is_told = false;
    let mut told = 0;
    let mut piece = Vec::new();
    loop {
        if !is_told && is_lowest_left() {
            reader.settle(&overlay.borrow().below());
            is_told = true;
        }
        match blob.next(&mut piece).await {
            Ok(()) => {}
            Err(Error::Transport { error: TransportError::TooLarge { status: 200, .. }, .. }) => {
                return Err(invalid(InvalidLayer::Size { expected: expected.size, found: None }));
            }
            Err(error) => return Err(Unread::Fetch(error)),
        }
        if piece.is_empty() {
            break;
        }
        let step = if is_told { piece.len() } else { UNTOLD_BYTES };
        for bytes in piece.chunks(step) {
            if reader.wants_to_settle() {
                poll_fn(|_| if is_lowest_left() { Poll::Ready(()) } else { Poll::Pending }).await;
                reader.settle(&overlay.borrow().below());
                is_told = true;
            }
            reader.push(bytes).map_err(invalid)?;
        }
        if reader.received() - told >= PROGRESS_BYTES {
            told = reader.received();
            tell(told);
        }
    }
    let summary = reader.finish().map_err(invalid)?;
    tell(expected.size);
    Ok(summary)
}
