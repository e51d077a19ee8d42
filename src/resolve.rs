//! Which digest a tag has, for whoever pins it.
//!
//! Without a platform and without a policy the tag's own document is all that is fetched: its digest is computed from its bytes, and an
//! index stays right on every platform. With either, the image is checked as [`Checker::check`] does.

use std::collections::BTreeSet;

use crate::advisors::Advisors;
use crate::check::Checker;
use crate::check::Depth;
use crate::error::Error;
use crate::pin::Refusal;
use crate::pin::lock::Resolved;
use crate::policy::Policy;
use crate::prover::Prover;
use crate::publishers::Publishers;
use crate::reference::Reference;
use crate::report::Check;
use crate::report::Outcome;
use crate::report::Report;
use crate::report::SignatureSummary;
use crate::report::SignerSummary;
use crate::report::Verdict;
use crate::store::Store;
use crate::time::UnixTime;
use crate::transport::Transport;

/// Why a tag gets no digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// There is nothing to judge: it could not be fetched, or the caller gave up.
    Error(Error),
    /// There is, and it is refused.
    Refused(Refusal),
}

impl<T: Transport, P: Prover, S: Store, W: Publishers, A: Advisors> Checker<T, P, S, W, A> {
    /// Resolves what `image` names. With a policy, only what the policy accepts has a digest.
    pub async fn resolve(&self, image: &Reference, policy: Option<&Policy>, now: UnixTime) -> Result<Resolved, Unresolved> {
        let depth = if policy.is_some() || self.wanted_platform().is_some() { Depth::Image } else { Depth::Root };
        let report = self.check_to(depth, image, policy, now, &mut |_| {}).await.map_err(Unresolved::Error)?;
        match refusal(&report, policy.is_some()) {
            Some(refusal) => Err(Unresolved::Refused(refusal)),
            None => Ok(self.resolved(report)),
        }
    }

    fn resolved(&self, report: Report) -> Resolved {
        let entry = report.indexes.last().and_then(|index| index.manifests.iter().find(|entry| entry.chosen));
        let (media_type, size) = match (report.indexes.first(), &report.manifest) {
            (Some(index), _) => (index.media_type.to_owned(), index.size),
            (None, Some(manifest)) => (manifest.media_type.to_owned(), manifest.size),
            (None, None) => unreachable!("a document that is no index is a manifest"),
        };
        let mut resolved = Resolved {
            digest: report.resolution.digest,
            media_type,
            size,
            platform: self.wanted_platform().map(ToString::to_string),
            index_digest: report.indexes.first().map(|index| index.digest),
            platform_digest: entry.map(|entry| entry.digest).or_else(|| report.manifest.as_ref().map(|manifest| manifest.digest)),
            told_by: report.resolution.told_by,
            via: report.resolution.via,
            relay: report.resolution.relay,
            resolved_at: report.resolution.at,
            signers: signers(report.signatures.as_deref().unwrap_or_default()),
        };
        if let (Some(manifest), Some(_)) = (report.manifest, self.wanted_platform()) {
            (resolved.digest, resolved.media_type, resolved.size) = (manifest.digest, manifest.media_type.to_owned(), manifest.size);
        }
        resolved
    }
}

/// Everybody whose signature is proven, each once: `issuer subject`, or the ID of a key.
fn signers(signatures: &[SignatureSummary]) -> Vec<String> {
    let proven = signatures.iter().filter(|signature| signature.is_signature()).filter_map(|signature| signature.signer.as_ref());
    let names = proven.map(|signer| match signer {
        SignerSummary::Identity { issuer: Some(issuer), subject, .. } => format!("{issuer} {subject}"),
        SignerSummary::Identity { issuer: None, subject, .. } => subject.clone(),
        SignerSummary::Key { id, .. } => id.to_string(),
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Why the image of a report should not be pinned. A policy that cannot be decided is no reason to pin.
fn refusal(report: &Report, has_policy: bool) -> Option<Refusal> {
    let verdict = match report.verdict {
        // Whatever is unknown, nothing that the policy asks for rests on it.
        Verdict::Accept => return None,
        Verdict::Inconclusive if has_policy => Some("policy-inconclusive"),
        Verdict::Inconclusive => None,
        Verdict::Reject => Some("policy-rejected"),
    };
    let refused = |code: &str, message: String| Some(Refusal { code: code.to_owned(), message });
    for Check { name, outcome } in &report.checks {
        match outcome {
            Outcome::Failed(failure) => return refused(failure.code(), format!("{}: {failure}", name.name())),
            Outcome::Unknown(cause) => return refused(cause.code, format!("{}: {}", name.name(), cause.message)),
            Outcome::Passed { .. } | Outcome::Skipped { .. } => {}
        }
    }
    refused(verdict?, report.reasons.first().map_or_else(String::new, |reason| reason.message.clone()))
}
