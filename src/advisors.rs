//! Who says what is known to be vulnerable in an image that was checked: nobody, unless the caller says where advisories are from; then we do, or
//! somebody who is asked in our place. In a page that is a module of its own, which is loaded where a policy asks:
//! docs/adr/0017-policies-about-vulnerabilities.md.

use core::fmt;
use core::future::Future;

use serde::Serialize;

use crate::digest::Digest;
use crate::error::Error;
use crate::json::Place;
use crate::oci::MediaType;
use crate::oci::descriptor::Descriptor;
use crate::policy::Scanned;
use crate::policy::Vulnerabilities;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::report::ImageSummary;
use crate::report::ManifestSummary;
use crate::report::Outcome;
use crate::report::Remark;
use crate::report::Step;
use crate::report::VulnerabilitySummary;
use crate::scan::exploited::KnownExploited;
use crate::scan::report::ScannedImage;
use crate::scan::vex::Vex;
use crate::scanner;
use crate::scanner::Beside;
use crate::scanner::Limits;
use crate::scanner::Scanner;
use crate::scanner::ShardLoader;
use crate::scanner::Source;
use crate::scanner::Stack;
use crate::time::UnixTime;
use crate::transport::Transport;

/// Finds out what is known to be vulnerable in an image.
pub trait Advisors {
    /// What is known of `found`, by what the policy wants. Whoever implements this is trusted as a [`Prover`](crate::prover::Prover) is. Fails
    /// only if the caller gave up.
    // Not `Send`, as the futures of a transport are not.
    fn ask<T: Transport>(
        &self,
        means: &Means<'_, T>,
        found: &FoundManifest,
        wanted: &Vulnerabilities,
        on_step: &mut dyn FnMut(&Step),
    ) -> impl Future<Output = Result<Word, Error>>;
}

/// No advisories: what is known stays unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

/// Scans here, by advisories that the caller gives.
#[derive(Clone, Debug)]
pub struct Advised<L> {
    /// Where advisories are from.
    pub source: Source<L>,
    /// Documents that are put beside findings.
    pub vex: Vec<Vex>,
    /// What a scan may take.
    pub limits: Limits,
    /// How many days old advisories may be.
    pub max_age_days: u32,
    /// CISA's catalogue, beside that of shards.
    pub known_exploited: Option<KnownExploited>,
}

/// How an image is asked for.
#[derive(Debug)]
pub struct Means<'a, T> {
    /// As it was asked for. Its tag is not asked for again.
    pub image: &'a Reference,
    /// Sends requests.
    pub transport: &'a T,
    /// With what.
    pub access: &'a Access,
    /// The present.
    pub now: UnixTime,
}

/// What a check has found: the image of one platform, whose manifest is proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundManifest {
    /// Of what the reference stands for: an index, or the manifest itself.
    pub root: Digest,
    /// Of the manifest.
    pub digest: Digest,
    /// What it is.
    #[serde(rename = "mediaType")]
    pub media_type: &'static str,
    /// Bytes.
    pub size: u64,
    /// What the image says that it was built for.
    pub platform: String,
    /// How many layers it has.
    pub layers: usize,
    /// Bytes of all of them, as they are stored.
    #[serde(rename = "layersSize")]
    pub layers_size: u64,
}

impl FoundManifest {
    pub(crate) fn of(root: Digest, manifest: &ManifestSummary, image: &ImageSummary) -> Self {
        Self {
            root,
            digest: manifest.digest,
            media_type: manifest.media_type,
            size: manifest.size,
            platform: image.platform.clone(),
            layers: manifest.layers.len(),
            layers_size: manifest.layers_size,
        }
    }

    /// As it was written for somebody who scans elsewhere.
    pub fn read(place: &Place<'_>) -> Option<Self> {
        let members = place.object().ok()?;
        let digest = |name| members.required(name).ok()?.string().ok()?.parse().ok();
        let number = |name| members.required(name).ok()?.unsigned().ok();
        Some(Self {
            root: digest("root")?,
            digest: digest("digest")?,
            media_type: MediaType::named(members.required("mediaType").ok()?.string().ok()?)?.name(),
            size: number("size")?,
            platform: members.required("platform").ok()?.string().ok()?.to_owned(),
            layers: usize::try_from(number("layers")?).ok()?,
            layers_size: number("layersSize")?,
        })
    }
}

/// What they say.
#[derive(Debug)]
pub struct Word {
    /// For the verdict; or why there is none.
    pub scanned: Result<Scanned, Remark>,
    /// For people; none where whoever was asked tells it by itself.
    pub summary: Option<VulnerabilitySummary>,
}

impl Word {
    /// Nobody was asked, or nobody answered.
    pub fn none(why: NoAdvice) -> Self {
        Self { scanned: Err(Remark { code: why.code(), message: why.to_string() }), summary: None }
    }

    /// What follows for the check.
    pub(crate) fn outcome(&self) -> Outcome {
        match &self.scanned {
            Ok(scanned) => scanned.outcome(),
            Err(remark) => Outcome::Unknown(remark.clone()),
        }
    }
}

/// Why it is not known what is vulnerable. That says nothing of any image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAdvice {
    /// The caller has not said where advisories are from.
    NotGiven,
    /// Whatever scans here did not answer.
    Unavailable,
}

impl NoAdvice {
    /// Every stable code.
    pub const CODES: [&'static str; 2] = ["advisories-not-given", "scan-unavailable"];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotGiven => Self::CODES[0],
            Self::Unavailable => Self::CODES[1],
        }
    }
}

impl fmt::Display for NoAdvice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGiven => "the policy asks what is known to be vulnerable; expected to be told where advisories are from (shards, or OSV's server), found nothing of the kind",
            Self::Unavailable => "whatever scans here did not answer, so nothing is known of what is vulnerable",
        })
    }
}

impl core::error::Error for NoAdvice {}

impl Advisors for Nobody {
    async fn ask<T: Transport>(
        &self,
        _means: &Means<'_, T>,
        _found: &FoundManifest,
        _wanted: &Vulnerabilities,
        _on_step: &mut dyn FnMut(&Step),
    ) -> Result<Word, Error> {
        Ok(Word::none(NoAdvice::NotGiven))
    }
}

impl<L: ShardLoader> Advisors for Advised<L> {
    async fn ask<T: Transport>(
        &self,
        means: &Means<'_, T>,
        found: &FoundManifest,
        wanted: &Vulnerabilities,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Word, Error> {
        let mut scanner = Scanner::new(means.transport).access(means.access.clone()).limits(self.limits).max_age_days(self.max_age_days);
        if let Some(catalogue) = &self.known_exploited {
            scanner = scanner.known_exploited(catalogue.clone());
        }
        let beside = Beside { vex: self.vex.clone(), rule: Some(wanted.rule().clone()) };
        let mut tell = |step: &scanner::Step| on_step(&step.clone().into());
        scan_found(&scanner, means.image, found, &self.source, &beside, means.now, &mut tell).await
    }
}

/// Scans what a check has found, by the rule in `beside`.
pub async fn scan_found<T: Transport, L: ShardLoader>(
    scanner: &Scanner<T>,
    image: &Reference,
    found: &FoundManifest,
    source: &Source<L>,
    beside: &Beside,
    now: UnixTime,
    on_step: &mut dyn FnMut(&scanner::Step),
) -> Result<Word, Error> {
    let FoundManifest { root, digest, media_type, size, platform, layers, layers_size } = found.clone();
    let subject = ScannedImage {
        reference: image.to_string(),
        digest: Some(root),
        manifest: Some(digest),
        platform: Some(platform),
        layers: Vec::new(),
    };
    let manifest =
        Descriptor { digest, media_type: media_type.to_owned(), size, artifact_type: None, foreign: false, annotations: Vec::new() };
    let (scan, differs) =
        scanner.scan_manifest((image, subject), &Stack { manifest, layers, layers_size }, source, beside, now, on_step).await?;
    let differs = differs.map(|unread| Remark { code: unread.code(), message: unread.to_string() });
    Ok(Scanned::of(&scan, differs)
        .map_or_else(|| Word::none(NoAdvice::Unavailable), |scanned| Word { scanned: Ok(scanned), summary: scan.summary() }))
}

impl From<scanner::Step> for Step {
    fn from(step: scanner::Step) -> Self {
        match step {
            scanner::Step::Layer { index, layers, bytes, size } => Self::Layer { index, layers, bytes, size },
            scanner::Step::Advisories { done, total } => Self::Advisories { done, total },
        }
    }
}
