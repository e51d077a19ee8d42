//! Whether a tag still stands for the digest that was pinned.

use serde::Serialize;

use crate::advisors::Advisors;
use crate::check::Checker;
use crate::check::Depth;
use crate::digest::Digest;
use crate::error::Error;
use crate::oci::index::Role;
use crate::pin;
use crate::policy::Policy;
use crate::prover::Prover;
use crate::publishers::Publishers;
use crate::reference::Reference;
use crate::report::Report;
use crate::report::Verdict;
use crate::store::Store;
use crate::time::UnixTime;
use crate::transport::Transport;

/// What became of a pinned tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// Its normalised name and tag.
    pub reference: String,
    /// The digest that was pinned.
    pub pinned: Digest,
    /// Whether the tag still leads to it.
    pub status: Status,
    /// The digest of what the tag stands for now.
    pub current: Option<Digest>,
    /// In an index: its manifest for the platform.
    pub current_platform_digest: Option<Digest>,
    /// As what the pinned digest is found behind the tag.
    pub pinned_as: Option<PinnedAs>,
    /// What the policy makes of what the tag stands for now.
    pub policy: Option<Verdict>,
    /// Whether the registry still has what was pinned.
    pub old: Old,
    /// Why something is unknown, for programs.
    pub code: Option<&'static str>,
    /// Why something is unknown, for people.
    pub message: Option<String>,
}

/// Whether a tag has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It leads to what was pinned.
    Current,
    /// It leads elsewhere.
    Moved,
    /// It could not be found out.
    Unknown,
}

/// What a pinned digest is to the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PinnedAs {
    /// The tag's own document.
    Root,
    /// The image for one platform in the tag's index.
    Platform,
}

/// Whether the registry still has a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Old {
    /// It was fetched.
    Exists,
    /// The registry says that it is not there.
    Gone,
    /// It could not be found out.
    Unknown,
}

impl<T: Transport, P: Prover, S: Store, W: Publishers, A: Advisors> Checker<T, P, S, W, A> {
    /// Asks what the tag of `image` stands for now, and compares it with the digest `pinned`. Fails only if the caller gave up.
    pub async fn drift(&self, image: &Reference, pinned: Digest, policy: Option<&Policy>, now: UnixTime) -> Result<Drift, Error> {
        let by_tag = image.clone().without_digest().or_latest();
        let depth = if policy.is_some() { Depth::Image } else { Depth::Root };
        let mut drift = Drift {
            reference: pin::key(&by_tag),
            pinned,
            status: Status::Unknown,
            current: None,
            current_platform_digest: None,
            pinned_as: None,
            policy: None,
            old: Old::Unknown,
            code: None,
            message: None,
        };
        match self.check_to(depth, &by_tag, policy, now, &mut |_| {}).await {
            Ok(report) => drift.compare(&report, policy.is_some()),
            Err(error) if error.is_aborted() => return Err(error),
            Err(error) => drift.unknown(error.code(), error.to_string()),
        }
        if drift.pinned_as == Some(PinnedAs::Root) {
            // Its bytes have just been fetched.
            drift.old = Old::Exists;
        } else {
            self.look_for_old(&by_tag, now, &mut drift).await?;
        }
        Ok(drift)
    }

    async fn look_for_old(&self, by_tag: &Reference, now: UnixTime, drift: &mut Drift) -> Result<(), Error> {
        let old = by_tag.clone().with_digest(drift.pinned);
        match self.check_to(Depth::RootAfresh, &old, None, now, &mut |_| {}).await {
            Ok(report) => match report.checks.iter().find_map(|check| check.outcome.failure()) {
                None => drift.old = Old::Exists,
                Some(failure) => drift.unknown(failure.code(), failure.to_string()),
            },
            Err(Error::NotFound { .. }) => drift.old = Old::Gone,
            Err(error) if error.is_aborted() => return Err(error),
            Err(error) => drift.unknown(error.code(), error.to_string()),
        }
        Ok(())
    }
}

impl Drift {
    fn compare(&mut self, report: &Report, has_policy: bool) {
        // What does not hold by itself says nothing of where the tag has gone.
        if let Some(failure) = report.checks.iter().filter_map(|check| check.outcome.failure()).find(|_| !has_policy) {
            return self.unknown(failure.code(), failure.to_string());
        }
        let entries = report.indexes.first().map_or(&[][..], |index| &index.manifests);
        self.current = Some(report.resolution.digest);
        self.current_platform_digest = entries.iter().find(|entry| entry.chosen).map(|entry| entry.digest);
        self.policy = has_policy.then_some(report.verdict);
        let is_pinned = |digest: Digest| digest == self.pinned;
        if is_pinned(report.resolution.digest) {
            self.pinned_as = Some(PinnedAs::Root);
        } else if entries.iter().any(|entry| entry.role == Role::Image.name() && is_pinned(entry.digest)) {
            self.pinned_as = Some(PinnedAs::Platform);
        }
        if self.pinned_as.is_some() {
            self.status = Status::Current;
        } else if self.pinned.algorithm() == report.resolution.digest.algorithm() {
            self.status = Status::Moved;
        } else {
            let message = "expected a digest to compare with the tag's, found one of another algorithm";
            self.unknown("digest-algorithm", message.into());
        }
    }

    /// The first reason is the one that is told.
    fn unknown(&mut self, code: &'static str, message: String) {
        self.code.get_or_insert(code);
        self.message.get_or_insert(message);
    }
}
