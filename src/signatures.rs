//! Who signed what a reference stands for: reads what is attached, and judges every signature among it.
//!
//! Each one is judged by itself, for every signer that the policy allows, and reported with every step: a junk signature beside a good
//! one changes nothing, since anybody who may push can add it. Without a policy there is nobody to look for; then whoever could show a
//! certificate of the public-good instance is named, and nothing follows from it.

use std::rc::Rc;

use crate::budget;
use crate::cosign::signature;
use crate::digest::Content;
use crate::digest::Digest;
use crate::discover::Discovered;
use crate::envelope::dsse::Payload;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::oci::descriptor::Descriptor;
use crate::policy::Alternative;
use crate::policy::Policy;
use crate::policy::Signed;
use crate::prover::Prover;
use crate::prover::ProverError;
use crate::registry::client::Client;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report::Attachment;
use crate::report::FoundBy;
use crate::report::MeaningSummary;
use crate::report::Outcome;
use crate::report::Remark;
use crate::report::SignatureOutcome;
use crate::report::SignatureSummary;
use crate::report::SignerSummary;
use crate::report::StepSummary;
use crate::sigstore::bundle;
use crate::sigstore::bundle::InvalidBundle;
use crate::sigstore::entity::Material;
use crate::sigstore::entity::SignedEntity;
use crate::sigstore::identity::Identity;
use crate::sigstore::instance::PUBLIC_GOOD;
use crate::sigstore::signer::Meaning;
use crate::sigstore::signer::Signer;
use crate::sigstore::signer::Who;
use crate::sigstore::trust::Artifact;
use crate::sigstore::trust::Logging;
use crate::sigstore::trust::Trust;
use crate::sigstore::trust::Wanted;
use crate::sigstore::trusted_root::TrustedRoot;
use crate::sigstore::verify;
use crate::sigstore::verify::Finding;
use crate::sigstore::verify::Findings;
use crate::sigstore::verify::InvalidSignature;
use crate::time::UnixTime;
use crate::transport::Transport;
use crate::tuf::ByName;

/// Layers that are Sigstore bundles have a type that starts so.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// What is attached, as far as it is signed.
#[derive(Debug, Default)]
pub struct Attached {
    /// In the order in which it was read.
    found: Vec<Holder>,
    /// Why there may be more, if there may.
    incomplete: Option<Remark>,
}

/// One layer that holds a signature, or should.
#[derive(Debug)]
struct Holder {
    attachment: Attachment,
    layer: Digest,
    read: Result<SignedEntity, Remark>,
}

/// What somebody who is wanted says, proven.
#[derive(Debug)]
pub(crate) struct Said {
    /// The layer that holds it.
    pub(crate) layer: Digest,
    pub(crate) who: Who,
    pub(crate) payload: Payload,
}

/// What came of it all.
#[derive(Debug, Default)]
pub struct Judged {
    /// For people.
    pub summaries: Vec<SignatureSummary>,
    /// For the policy.
    pub signed: Vec<Signed>,
    /// Why more may be signed, if it may.
    pub incomplete: Option<Remark>,
}

/// Fetches every signature of what was found. Fails only if the caller gave up.
pub async fn read<T: Transport>(client: &Client<'_, T>, discovered: &Discovered) -> Result<Attached, Error> {
    let mut attached = Attached { found: Vec::new(), incomplete: discovered.incomplete.clone() };
    let mut left = budget::SIGNATURES_BYTES as u64;
    let (chosen, are_all) = choose(discovered);
    if !are_all {
        let message = format!("more than {} signatures are attached, and only so many were looked at", budget::SIGNATURES);
        attached.incomplete.get_or_insert(Remark { code: TOO_MANY, message });
    }
    for (attachment, descriptor) in chosen {
        // A small one behind it is still read, so that large ones hide nothing.
        if descriptor.size > left && descriptor.size > budget::SMALL_SIGNATURE_BYTES as u64 {
            let message = format!("more than {} bytes of signatures are attached, and only the first were read", budget::SIGNATURES_BYTES);
            attached.leave(attachment, descriptor, Remark { code: TOO_MANY, message });
            continue;
        }
        if descriptor.size > budget::BUNDLE_BYTES as u64 {
            let message = format!("expected a signature of at most {} bytes, found one of {}", budget::BUNDLE_BYTES, descriptor.size);
            attached.leave(attachment, descriptor, Remark { code: "response-too-large", message });
            continue;
        }
        let read = match fetch(client, descriptor).await {
            Ok(content) => {
                left = left.saturating_sub(content.size());
                let read = entity(descriptor, &content);
                // What a later version would read may be good: that it is not read here is no answer.
                if let Some(remark) = read.as_ref().err().filter(|remark| remark.code == InvalidBundle::UNKNOWN_VERSION) {
                    attached.incomplete.get_or_insert(remark.clone());
                }
                read
            }
            Err(error) if error.is_aborted() => return Err(error),
            Err(error) => {
                let remark = Remark { code: error.code(), message: format!("a signature could not be read: {error}") };
                attached.incomplete.get_or_insert(remark.clone());
                Err(remark)
            }
        };
        attached.found.push(Holder { attachment: attachment.clone(), layer: descriptor.digest, read });
    }
    Ok(attached)
}

/// The layers that are read, in that order, and whether these are all: one of each manifest before a second of any, and of cosign's own tag,
/// which there is once, before what is listed, of which there may be any number. So the many layers of one hide no other.
fn choose(discovered: &Discovered) -> (Vec<(&Attachment, &Descriptor)>, bool) {
    let mut layers = Vec::new();
    for (place, (attachment, manifest)) in discovered.attachments.iter().zip(&discovered.manifests).enumerate() {
        let signatures = manifest.iter().flat_map(|manifest| &manifest.layers).filter(|layer| holds_signature(layer));
        let is_listed = attachment.found_by != FoundBy::CosignTag;
        layers.extend(signatures.enumerate().map(|(turn, layer)| ((turn, is_listed, place), attachment, layer)));
    }
    let are_all = layers.len() <= budget::SIGNATURES;
    layers.sort_by_key(|(order, ..)| *order);
    layers.truncate(budget::SIGNATURES);
    (layers.into_iter().map(|(_, attachment, layer)| (attachment, layer)).collect(), are_all)
}

fn holds_signature(layer: &Descriptor) -> bool {
    layer.media_type.starts_with(BUNDLE) || [signature::SIMPLE_SIGNING, signature::DSSE].contains(&layer.media_type.as_str())
}

/// What the descriptor names, whose bytes are hashed.
async fn fetch<T: Transport>(client: &Client<'_, T>, descriptor: &Descriptor) -> Result<Content, Error> {
    let answer = client.fetch(&Endpoint::Blob(descriptor.digest), Accept::Anything, descriptor.size).await?;
    Content::verify(descriptor.digest, answer.body)
        .map_err(|mismatch| Error::NotARegistry { host: client.host(), found: format!("another signature: {mismatch}") })
}

fn entity(descriptor: &Descriptor, content: &Content) -> Result<SignedEntity, Remark> {
    if descriptor.media_type.starts_with(BUNDLE) {
        return bundle::parse(content.bytes()).map_err(|invalid| Remark { code: invalid.code(), message: invalid.to_string() });
    }
    match signature::read(&descriptor.media_type, |name| descriptor.annotation(name), content.bytes()) {
        Ok(Some(entity)) => Ok(entity),
        Ok(None) => unreachable!("only layers of these types are fetched"),
        Err(invalid) => Err(Remark { code: invalid.code(), message: invalid.to_string() }),
    }
}

/// A trusted root, as far as it could be had.
#[derive(Debug)]
pub struct KnownRoot {
    /// Who is trusted, if that is known.
    pub root: Option<Rc<TrustedRoot>>,
    /// Why there may be a newer one, if there may.
    pub outdated: Option<Remark>,
}

/// Trusted roots by their names.
pub type KnownRoots = ByName<KnownRoot>;

/// Every signer who would do.
#[derive(Debug)]
pub struct Candidates(Vec<Candidate>);

/// A signer who would do, and who is believed about them.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// What the policy calls them; nobody's without one.
    alternative: Option<Alternative>,
    pub(crate) wanted: Wanted,
    pub(crate) root_name: Option<String>,
}

impl Candidates {
    /// Those whom the policy's rule for this image allows.
    pub fn of(policy: &Policy, registry: &str, repository: &str) -> Self {
        let candidate = |alternative: &Alternative| {
            let wanted = match alternative {
                Alternative::Digest(_) | Alternative::ContentTrust(_) => return None,
                Alternative::Key { key, .. } => Wanted::Key { key: key.clone(), scheme: None },
                Alternative::Identity { identity, .. } => Wanted::Identity(identity.clone()),
            };
            Some(Candidate { root_name: alternative.root().map(str::to_owned), alternative: Some(alternative.clone()), wanted })
        };
        Self(policy.alternatives(registry, repository).into_iter().filter_map(candidate).collect())
    }

    /// Whoever the public-good instance of Sigstore issued a certificate to: for people who want to know, not for a verdict.
    pub fn anybody() -> Self {
        let root_name = Some(PUBLIC_GOOD.to_owned());
        Self(vec![Candidate::new(Wanted::Identity(Identity::anybody()), root_name)])
    }

    /// Whether there is anybody to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Candidate {
    /// Whoever is wanted, whatever a policy calls them.
    pub(crate) const fn new(wanted: Wanted, root_name: Option<String>) -> Self {
        Self { alternative: None, wanted, root_name }
    }

    /// A deployment that lists no log has none. One that nobody named has none either: a key is enough by itself. Whoever names one for a
    /// key asks for its log, though, and nothing waives that.
    fn logging(&self, root: &TrustedRoot) -> Logging {
        let asks_for_log = matches!(self.wanted, Wanted::Key { .. }) && self.root_name.is_some();
        if asks_for_log { Logging::default() } else { Logging::where_listed(root) }
    }

    /// What their signatures are judged by.
    pub(crate) fn trust<'a>(&'a self, root: &'a TrustedRoot) -> Trust<'a> {
        Trust { wanted: &self.wanted, root, logging: self.logging(root) }
    }

    /// Whether it makes sense to ask: a certificate names somebody, a key by itself does not.
    fn suits(&self, entity: &SignedEntity) -> bool {
        matches!(self.wanted, Wanted::Key { .. }) || matches!(entity.material, Material::Certificate { .. })
    }
}

impl Attached {
    /// It is not read, so that it may be the one that is wanted.
    fn leave(&mut self, attachment: &Attachment, descriptor: &Descriptor, why: Remark) {
        self.incomplete.get_or_insert(why.clone());
        self.found.push(Holder { attachment: attachment.clone(), layer: descriptor.digest, read: Err(why) });
    }

    /// The trusted roots that it takes to judge it, in the order of the policy.
    pub fn roots<'a>(&self, wanted: &'a Candidates) -> Vec<&'a str> {
        let entities: Vec<&SignedEntity> = self.found.iter().filter_map(|layer| layer.read.as_ref().ok()).collect();
        let asked = wanted.0.iter().filter(|candidate| entities.iter().any(|entity| candidate.suits(entity)));
        let mut names: Vec<&str> = Vec::new();
        for name in asked.filter_map(|candidate| candidate.root_name.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Why there may be more, if there may.
    pub(crate) const fn incomplete(&self) -> Option<&Remark> {
        self.incomplete.as_ref()
    }

    /// Whether all of it could be read.
    pub fn outcome(&self, Judged { summaries, incomplete, .. }: &Judged) -> Outcome {
        if let Some(cause) = self.incomplete.as_ref().or(incomplete.as_ref()) {
            return Outcome::Unknown(cause.clone());
        }
        let of = |outcome| summaries.iter().filter(|summary| summary.outcome == outcome).count();
        let evidence = match summaries.len() {
            0 => "nothing that is attached is a signature".into(),
            _ => format!(
                "{} verified, {} failed, {} that nobody here can judge",
                of(SignatureOutcome::Verified),
                of(SignatureOutcome::Failed),
                of(SignatureOutcome::Unknown)
            ),
        };
        Outcome::Passed { evidence }
    }

    /// Judges every signature: for each signer that the policy's rule allows, or for whoever it is where there is no policy. `roots` are
    /// those that [`Self::roots`] names.
    pub async fn judge(
        &self,
        artifact: Artifact<'_>,
        wanted: &Candidates,
        roots: &KnownRoots,
        now: UnixTime,
        prover: &impl Prover,
    ) -> Judged {
        let mut signed = Vec::new();
        let mut on_proven = |_: &Holder, alternative: &Alternative, mut signer: Signer| {
            // A verdict needs none of what an attestation says.
            drop(signer.take_payload());
            signed.push(Signed { alternative: alternative.clone(), signer });
        };
        let judged = self.judge_each(artifact, wanted, roots, now, prover, &mut on_proven).await;
        Judged { signed, ..judged }
    }

    /// The same, for what the signers who are wanted say, each statement once; and what is told of the others.
    pub(crate) async fn statements(
        &self,
        artifact: Artifact<'_>,
        wanted: &Candidates,
        roots: &KnownRoots,
        now: UnixTime,
        prover: &impl Prover,
    ) -> (Vec<Said>, Judged) {
        let mut said: Vec<Said> = Vec::new();
        let mut on_proven = |holder: &Holder, _: &Alternative, mut signer: Signer| {
            if let Some(payload) = signer.take_payload()
                && said.iter().all(|known| known.layer != holder.layer)
            {
                said.push(Said { layer: holder.layer, who: signer.who().clone(), payload });
            }
        };
        let judged = self.judge_each(artifact, wanted, roots, now, prover, &mut on_proven).await;
        (said, judged)
    }

    async fn judge_each(
        &self,
        artifact: Artifact<'_>,
        wanted: &Candidates,
        roots: &KnownRoots,
        now: UnixTime,
        prover: &impl Prover,
        on_proven: &mut dyn FnMut(&Holder, &Alternative, Signer),
    ) -> Judged {
        let mut judged = Judged::default();
        let nobody_trusted = KnownRoot { root: Some(Rc::default()), outdated: None };
        let mut left = budget::IMAGE_CHECKS;
        for layer in &self.found {
            let entity = match &layer.read {
                Ok(entity) => entity,
                Err(remark) => {
                    judged.summaries.push(layer.unknown(remark.clone()));
                    continue;
                }
            };
            let mut best: Option<(usize, SignatureSummary)> = None;
            for candidate in wanted.0.iter().filter(|candidate| candidate.suits(entity)) {
                let known = candidate.root_name.as_ref().and_then(|name| roots.get(name)).unwrap_or(&nobody_trusted);
                let Some(trusted) = &known.root else {
                    let why = known.outdated.clone().unwrap_or_else(|| nobody(entity));
                    judged.incomplete.get_or_insert_with(|| why.clone());
                    best.get_or_insert_with(|| (0, layer.unknown(why)));
                    continue;
                };
                let verification = verify::verify(entity, artifact, &candidate.trust(trusted), now);
                // One who is not named is enough to say so; more would only cost.
                if best.is_some() && verification.names_another() {
                    continue;
                }
                let checks: Vec<_> = verification.checks().collect();
                if checks.len() > left {
                    judged.incomplete.get_or_insert_with(exhausted);
                    best.get_or_insert_with(|| (0, layer.unknown(exhausted())));
                    break;
                }
                left -= checks.len();
                let answers = prover.verify(&checks).await;
                drop(checks);
                let answers = match answers {
                    Ok(answers) => answers,
                    Err(error) => {
                        let why = Remark { code: ProverError::CODE, message: error.to_string() };
                        judged.incomplete.get_or_insert_with(|| why.clone());
                        best.get_or_insert_with(|| (0, layer.unknown(why)));
                        break;
                    }
                };
                let findings = verification.prove_by(&answers);
                // A newer root may trust whom this one does not know, so that this is no answer.
                if let (Some(why), Err(invalid)) = (&known.outdated, &findings.signer)
                    && invalid.is_of_root()
                {
                    judged.incomplete.get_or_insert_with(|| why.clone());
                }
                let (weight, summary) = (weight(&findings), layer.summary(entity, candidate, &findings));
                if let (Some(alternative), Ok(signer)) = (&candidate.alternative, findings.signer) {
                    on_proven(layer, alternative, signer);
                }
                // The one that says most: of several failures, the one that came furthest.
                if best.as_ref().is_none_or(|(most, _)| weight > *most) {
                    best = Some((weight, summary));
                }
            }
            judged.summaries.push(best.map_or_else(|| layer.unknown(nobody(entity)), |(_, summary)| summary));
        }
        judged
    }
}

impl Holder {
    fn summary(&self, entity: &SignedEntity, candidate: &Candidate, findings: &Findings) -> SignatureSummary {
        let signer = findings.signer.as_ref();
        SignatureSummary {
            attachment: self.attachment.digest,
            layer: self.layer,
            found_by: self.attachment.found_by,
            form: Some(entity.form.name()),
            meaning: signer.ok().map(|signer| meaning(signer.meaning())),
            signer: signer.ok().map(|signer| who(signer.who())),
            signed_at: signer.ok().and_then(Signer::signed_at),
            trusted_root: candidate.root_name.clone(),
            outcome: if signer.is_ok() { SignatureOutcome::Verified } else { SignatureOutcome::Failed },
            code: signer.err().map(InvalidSignature::code),
            message: signer.err().map(ToString::to_string),
            steps: findings.steps.iter().map(step).collect(),
        }
    }

    fn unknown(&self, why: Remark) -> SignatureSummary {
        SignatureSummary {
            attachment: self.attachment.digest,
            layer: self.layer,
            found_by: self.attachment.found_by,
            form: self.read.as_ref().ok().map(|entity| entity.form.name()),
            meaning: None,
            signer: None,
            signed_at: None,
            trusted_root: None,
            outcome: SignatureOutcome::Unknown,
            code: Some(why.code),
            message: Some(why.message),
            steps: Vec::new(),
        }
    }
}

/// Of a code that leaves open what a signature is worth.
const TOO_MANY: &str = "too-many-signatures";

/// Why nobody is asked any more.
fn exhausted() -> Remark {
    let message = format!("the signatures that are attached would take more than {} verifications", budget::IMAGE_CHECKS);
    Remark { code: TOO_MANY, message }
}

/// Why nobody was asked.
fn nobody(entity: &SignedEntity) -> Remark {
    let (code, message) = match entity.material {
        Material::Key { .. } => ("key-needed", "signed with a key: say with which, and it is verified"),
        Material::Certificate { .. } => ("identity-needed", "signed by whom a certificate names: say whom you want, and it is verified"),
    };
    Remark { code, message: message.into() }
}

/// Nothing says more.
const PROVEN: usize = usize::MAX;

fn weight(findings: &Findings) -> usize {
    let passed = findings.steps.iter().filter(|finding| matches!(finding.outcome, verify::Outcome::Passed { .. })).count();
    if findings.signer.is_ok() { PROVEN } else { passed }
}

pub(crate) fn meaning(meaning: &Meaning) -> MeaningSummary {
    match meaning {
        Meaning::Signature { annotations, .. } => {
            MeaningSummary { kind: "signature", predicate_type: None, annotations: annotations.clone() }
        }
        Meaning::Attestation(statement, _) => {
            MeaningSummary { kind: "attestation", predicate_type: Some(excerpt(&statement.predicate_type, 200)), annotations: Vec::new() }
        }
    }
}

pub(crate) fn who(who: &Who) -> SignerSummary {
    match who {
        Who::Key(key) => SignerSummary::Key { id: key.id(), kind: key.kind().to_string() },
        Who::Identity(claims) => {
            SignerSummary::Identity { issuer: claims.issuer.clone(), subject: claims.subject.clone(), claims: claims.others.clone() }
        }
    }
}

pub(crate) fn step(finding: &Finding) -> StepSummary {
    let (outcome, code, message) = match &finding.outcome {
        verify::Outcome::Passed { evidence } => ("passed", None, evidence.clone()),
        verify::Outcome::Failed(invalid) => ("failed", Some(invalid.code()), invalid.to_string()),
        verify::Outcome::Skipped { message } => ("skipped", None, (*message).into()),
        verify::Outcome::NotReached { message } => ("not-reached", None, (*message).into()),
    };
    StepSummary { name: finding.step.name(), outcome, code, message }
}
