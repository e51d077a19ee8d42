//! Whether a signature is of whom it should be, about what it should be, and was seen when it was made: the steps of the client
//! specification, section 4, in its order.
//!
//! ```text
//! 2 time        timestamps over the signature, promises of logs
//! 3 chain       the certificate leads to somebody trusted, at each of these times
//!   sct         its issuing was logged
//! 4 identity    it names whom it should
//! 5 log         the signature is logged, this very one, by enough operators
//! 6 signature   it holds, over what it should be about
//! ```
//!
//! The pass over the bytes waits for nothing and proves nothing: it gives a [`Verification`] with all the signatures that have to hold.
//! Proving those gives [`Findings`]: one outcome a step, for people, and the [`Signer`](super::signer::Signer) if all hold.
//!
//! Stricter than the specification: an entry of a trusted log, or a timestamp of a trusted authority, that does not hold is a failure
//! even beside others that do. Those of logs and authorities that nobody here trusts are passed over: they say nothing.

mod chain;
mod findings;
mod invalid;
mod meaning;
mod witness;

use crate::budget;
use crate::crypto::Message;
use crate::crypto::PublicKey;
use crate::crypto::SignatureCheck;
use crate::crypto::Unproven;
use crate::digest::Digest;
use crate::sigstore::claims::Claims;
use crate::sigstore::entity::Content;
use crate::sigstore::entity::Material;
use crate::sigstore::entity::SignedEntity;
use crate::sigstore::identity::Identity;
use crate::sigstore::signer::Meaning;
use crate::sigstore::signer::Who;
use crate::sigstore::trust::Artifact;
use crate::sigstore::trust::Trust;
use crate::sigstore::trust::Wanted;
use crate::sigstore::verify::chain::Candidate;
use crate::sigstore::verify::witness::Entry;
use crate::sigstore::verify::witness::Stamp;
use crate::time::UnixTime;
use crate::tlog::entry;
use crate::tlog::entry::Verifier;
use crate::x509::Certificate;

pub use findings::Finding;
pub use findings::Findings;
pub use findings::Outcome;
pub use findings::StepName;
pub use invalid::InvalidSignature;

/// What a signature would prove, with everything that it rests on.
#[derive(Clone, Debug)]
#[must_use = "nothing is verified until it is proven"]
pub struct Verification {
    artifact: Digest,
    stamps: Planned<Vec<Stamp>>,
    chain: Planned<Vec<Candidate>>,
    who: Planned<Who>,
    entries: Planned<Vec<Unproven<Entry>>>,
    meaning: Planned<Unproven<Meaning>>,
}

/// What one step would prove, or how it ended already.
#[derive(Clone, Debug)]
enum Planned<T> {
    Ready(T),
    Ended(Outcome),
}

impl<T> Planned<T> {
    fn of(result: Result<T, InvalidSignature>) -> Self {
        result.map_or_else(|refusal| Self::Ended(Outcome::Failed(refusal)), Self::Ready)
    }

    /// It does not apply.
    fn skipped(message: &'static str) -> Self {
        Self::Ended(Outcome::Skipped { message })
    }

    /// Another step, on which it depends, failed.
    const fn not_reached(message: &'static str) -> Self {
        Self::Ended(Outcome::NotReached { message })
    }

    /// What is still to be proven.
    const fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(planned) => Some(planned),
            Self::Ended(_) => None,
        }
    }
}

/// Compares everything in `entity` that can be compared. `now` is what time it is: nothing can have been seen later.
pub fn verify(entity: &SignedEntity, artifact: Artifact<'_>, trust: &Trust<'_>, now: UnixTime) -> Verification {
    let (key, leaf) = match signer(&entity.material, trust.wanted) {
        Ok(signer) => signer,
        Err(refusal) => return Verification::refused(artifact.digest(), refusal, "whoever signed is not who is wanted"),
    };
    let message;
    let content = match &entity.content {
        Content::Message { signature, .. } => {
            message = artifact.bytes().map_or_else(|| Message::Digest(artifact.digest()), |bytes| Message::Bytes(bytes.to_vec()));
            entry::Content::Message { message: &message, signature }
        }
        Content::Payload { signature, payload } => {
            message = Message::Bytes(payload.clone());
            entry::Content::Message { message: &message, signature }
        }
        Content::Envelope { envelope, stamped } => entry::Content::Dsse { envelope, document: stamped.as_deref() },
    };
    let (verifier, others) = match &entity.material {
        Material::Certificate { leaf, others } => (Verifier::Certificate(leaf.der()), others.as_slice()),
        Material::Key { .. } => (Verifier::Key(key), [].as_slice()),
    };

    // (2) "verify the timestamping response over the raw bytes of the signature"
    let stamps = witness::stamps(entity, &trust.root.timestamp_authorities.usable, now);
    let seen: Vec<UnixTime> = stamps.as_ref().map_or_else(|_| Vec::new(), |stamps| stamps.iter().map(|stamp| stamp.time).collect());
    // (5) comes before its turn, because a promise to log says a time, too. The specification would take it without its body; then the
    // entry of another signature could say when this one was made.
    let (logged, times) = witness::entries(&entity.entries, &entry::Signed { verifier, content }, &trust.root.logs.usable, seen, now);

    // (3) "perform certification path validation (RFC 5280 section 6) ... with the current time set to" each of the times
    let chain = match leaf {
        None => Planned::skipped("a key is wanted, not whom a certificate names"),
        Some(_) if times.is_empty() => Planned::not_reached("it is not known when it was signed"),
        Some(leaf) => Planned::of(chain::candidates(leaf, others, &times, trust.root)),
    };
    let stamps = witness::time(stamps, &times, logged.is_err(), leaf.is_some());

    // (4) "the verifier must then check the certificate against the verification policy"
    let who = match (leaf, trust.wanted) {
        (Some(leaf), Wanted::Identity(identity)) => Planned::of(named(leaf, identity)),
        _ => Planned::Ready(Who::Key(key.clone())),
    };
    let entries = witness::enough(logged, trust.logging);

    // (6) "verify the provided signature for the constructed payload against the key in the leaf of the certificate chain"
    let meaning = Planned::of(meaning::verify(&entity.content, artifact, key, trust.wanted));
    let verification = Verification { artifact: artifact.digest(), stamps, chain, who, entries, meaning };
    match verification.checks().count() {
        0..=budget::SIGNATURE_CHECKS => verification,
        found => {
            let refusal = InvalidSignature::TooManyChecks { found, limit: budget::SIGNATURE_CHECKS };
            Verification::refused(artifact.digest(), refusal, "it would take too many verifications")
        }
    }
}

/// Whose signature is to be verified: the key, and its certificate where it is whom that names who is wanted.
fn signer<'a>(material: &'a Material, wanted: &'a Wanted) -> Result<(&'a PublicKey, Option<&'a Certificate>), InvalidSignature> {
    match (material, wanted) {
        (Material::Certificate { leaf, .. }, Wanted::Identity(_)) => Ok((leaf.key(), Some(leaf))),
        (Material::Certificate { leaf, .. }, Wanted::Key { key, .. }) if leaf.key() != key => {
            Err(InvalidSignature::Key { expected: key.id(), found: leaf.key().id() })
        }
        (_, Wanted::Key { key, .. }) => Ok((key, None)),
        (Material::Key { hint }, Wanted::Identity(_)) => Err(InvalidSignature::NoCertificate { hint: hint.clone() }),
    }
}

fn named(leaf: &Certificate, identity: &Identity) -> Result<Who, InvalidSignature> {
    let claims = Claims::read(|oid| leaf.extension(oid).map(|(_, value)| value))?;
    identity.check(&claims)?;
    Ok(Who::Identity(claims))
}

impl Verification {
    /// Nothing is verified, and `why`.
    const fn refused(artifact: Digest, refusal: InvalidSignature, why: &'static str) -> Self {
        Self {
            artifact,
            stamps: Planned::not_reached(why),
            chain: Planned::not_reached(why),
            who: Planned::Ended(Outcome::Failed(refusal)),
            entries: Planned::not_reached(why),
            meaning: Planned::not_reached(why),
        }
    }

    /// Whether it is of somebody else than who is wanted, whatever its signatures are worth.
    pub const fn names_another(&self) -> bool {
        matches!(self.who, Planned::Ended(Outcome::Failed(_)))
    }

    /// Every signature that may have to be verified, in a stable order.
    pub fn checks(&self) -> impl Iterator<Item = &SignatureCheck> {
        let stamps = self.stamps.ready().into_iter().flatten().flat_map(Stamp::checks);
        let entries = self.entries.ready().into_iter().flatten().flat_map(Unproven::checks);
        let chain = self.chain.ready().into_iter().flatten().flat_map(Candidate::checks);
        let meaning = self.meaning.ready().into_iter().flat_map(Unproven::checks);
        stamps.chain(entries).chain(chain).chain(meaning)
    }
}

/// Something about a claim, which it remains: to see what follows, never to rely on it.
fn look<T, U>(unproven: Unproven<T>, about: impl FnOnce(&T) -> U) -> (U, Unproven<T>) {
    let mut seen = None;
    let unproven = unproven.map(|claim| {
        seen = Some(about(&claim));
        claim
    });
    (seen.expect("`map` looks at it"), unproven)
}
