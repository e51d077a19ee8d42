//! What came of a verification: one outcome a step, and the signer.

use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unmet;
use crate::crypto::Unproven;
use crate::excerpt::excerpt;
use crate::sigstore::signer::LogRecord;
use crate::sigstore::signer::Meaning;
use crate::sigstore::signer::Signer;
use crate::sigstore::signer::Who;
use crate::sigstore::signer::Witness;
use crate::sigstore::verify::InvalidSignature;
use crate::sigstore::verify::Planned;
use crate::sigstore::verify::Verification;
use crate::sigstore::verify::chain::Candidate;
use crate::sigstore::verify::witness::Entry;
use crate::x509::path::Path;
use crate::x509::sct::LoggedAt;

/// One outcome a step, in the order of the steps, and the signer.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Every step, once.
    pub steps: Vec<Finding>,
    /// The signer if every step holds that applies; else the failure that says most.
    pub signer: Result<Signer, InvalidSignature>,
}

/// How one step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub step: StepName,
    /// How it went.
    pub outcome: Outcome,
}

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepName {
    /// Somebody trusted saw when it was signed.
    Time,
    /// The certificate leads to somebody trusted.
    Chain,
    /// Its issuing was logged.
    Sct,
    /// It names whom it should.
    Identity,
    /// The signature is logged.
    Log,
    /// It holds, over what it should be about.
    Signature,
}

impl StepName {
    /// As reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Chain => "chain",
            Self::Sct => "sct",
            Self::Identity => "identity",
            Self::Log => "log",
            Self::Signature => "signature",
        }
    }
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds, and this is what was seen.
    Passed {
        /// In words.
        evidence: String,
    },
    /// It does not hold.
    Failed(InvalidSignature),
    /// It does not apply.
    Skipped {
        /// Why.
        message: &'static str,
    },
    /// Another one, on which it depends, does not hold.
    NotReached {
        /// Which.
        message: &'static str,
    },
}

impl Outcome {
    const fn is_settled(&self) -> bool {
        matches!(self, Self::Passed { .. } | Self::Skipped { .. })
    }
}

impl Verification {
    /// Verifies the signatures here and now.
    pub fn prove(self) -> Findings {
        let answers: Vec<bool> = self.checks().map(SignatureCheck::holds).collect();
        self.prove_by(&answers)
    }

    /// The same with somebody else's answers: for each of [`Self::checks`], in that order, whether it holds. Too few prove nothing.
    ///
    /// Everything is proven in that order, and the outcomes told in that of the steps.
    pub fn prove_by(self, answers: &[bool]) -> Findings {
        let answers = &mut Answers(answers);
        let stamps = self.stamps.prove(|stamps| all(stamps, |stamp| answers.any(stamp.ways)));
        let entries = self.entries.prove(|entries| all(entries, |entry| answers.one(entry)));
        let chain = self.chain.prove(|candidates| Ok(best(candidates, answers)));
        let meaning = self.meaning.prove(|meaning| answers.one(meaning));
        let who = self.who.prove(Ok);

        let promised = entries.iter().flatten().filter_map(|entry| entry.witness.clone());
        let seen: Vec<Witness> = stamps.iter().flatten().cloned().chain(promised).collect();
        let logged: Vec<LogRecord> = entries.iter().flatten().map(|entry| entry.record.clone()).collect();
        let way = chain.as_ref().ok();
        let path = way.and_then(|way| way.path.as_ref().ok());
        let outcomes = [
            (StepName::Time, time(&stamps, &entries, &seen)),
            (StepName::Chain, outcome(&chain, |way| of(&way.path, describe))),
            (StepName::Sct, sct(&chain)),
            (StepName::Identity, outcome(&who, identity)),
            (StepName::Log, outcome(&entries, |_| passed(list(&logged, entry_of)))),
            (StepName::Signature, outcome(&meaning, |meaning| passed(format!("{} of {}", name(meaning), self.artifact)))),
        ];
        let steps: Vec<Finding> = outcomes.into_iter().map(|(step, outcome)| Finding { step, outcome }).collect();

        let signer = match (who, meaning, path) {
            // Whom a certificate names is proven only by a path, at a time.
            (Ok(Who::Identity(_)), _, path) if path.is_none() || seen.is_empty() => Err(most_useful(&steps)),
            (Ok(who), Ok(meaning), _) if steps.iter().all(|finding| finding.outcome.is_settled()) => {
                Ok(Signer { who, artifact: self.artifact, meaning, seen, logged })
            }
            _ => Err(most_useful(&steps)),
        };
        Findings { steps, signer }
    }
}

impl<T> Planned<T> {
    fn prove<U>(self, prove: impl FnOnce(T) -> Result<U, Unmet>) -> Result<U, Outcome> {
        match self {
            Self::Ready(planned) => prove(planned).map_err(|unmet| Outcome::Failed(unmet.into())),
            Self::Ended(outcome) => Err(outcome),
        }
    }
}

/// Whether signatures hold, one after another.
struct Answers<'a>(&'a [bool]);

impl Answers<'_> {
    fn one<T>(&mut self, unproven: Unproven<T>) -> Result<T, Unmet> {
        let (these, others) = self.0.split_at(unproven.checks().count().min(self.0.len()));
        self.0 = others;
        unproven.prove_by(these)
    }

    /// The first that holds; the answers for all of them are used up.
    fn any<T>(&mut self, ways: Vec<Unproven<T>>) -> Result<T, Unmet> {
        let none = Err(Unmet { step: Step::Time, expected: 1, found: 0 });
        ways.into_iter().map(|way| self.one(way)).fold(none, Result::or)
    }
}

/// Every one of them, each proven before any is judged: answers have their places.
fn all<T, U>(planned: Vec<T>, prove: impl FnMut(T) -> Result<U, Unmet>) -> Result<Vec<U>, Unmet> {
    planned.into_iter().map(prove).collect::<Vec<_>>().into_iter().collect()
}

/// A candidate, gone.
struct Way {
    path: Result<Path, Unmet>,
    /// `None` where nobody's certificates are logged.
    logged: Option<Result<Vec<LoggedAt>, InvalidSignature>>,
}

/// The candidate that leads farthest, the first among equals.
fn best(candidates: Vec<Candidate>, answers: &mut Answers<'_>) -> Way {
    let mut best: Option<Way> = None;
    for candidate in candidates {
        let path = answers.one(candidate.path);
        let logged = candidate.logged.map(|logged| logged.map_err(Into::into).and_then(|logged| Ok(answers.one(logged)?)));
        let way = Way { path, logged };
        if best.as_ref().is_none_or(|best| best.reaches() < way.reaches()) {
            best = Some(way);
        }
    }
    best.unwrap_or(Way { path: Err(Unmet { step: Step::Chain, expected: 1, found: 0 }), logged: None })
}

impl Way {
    const fn reaches(&self) -> u8 {
        match (&self.path, &self.logged) {
            (Err(_), _) => 0,
            (Ok(_), Some(Err(_))) => 1,
            (Ok(_), None | Some(Ok(_))) => 2,
        }
    }
}

fn sct(chain: &Result<Way, Outcome>) -> Outcome {
    match chain {
        Err(Outcome::Failed(_)) | Ok(Way { path: Err(_), .. }) => {
            Outcome::NotReached { message: "the certificate does not lead to anybody trusted" }
        }
        Err(outcome) => outcome.clone(),
        Ok(Way { logged: None, .. }) => Outcome::Skipped { message: "the trusted root lists no logs of certificates" },
        Ok(Way { logged: Some(logged), .. }) => of(logged, |logged| format!("logged at {}", list(logged, |logged| logged.at.to_string()))),
    }
}

/// How the first step went, with what the logs say of time.
fn time(stamps: &Result<Vec<Witness>, Outcome>, entries: &Result<Vec<Entry>, Outcome>, seen: &[Witness]) -> Outcome {
    match (stamps, entries) {
        (Ok(_), Err(Outcome::Failed(InvalidSignature::Unmet(unmet)))) if unmet.step == Step::Time => Outcome::Failed((*unmet).into()),
        (Ok(_), Err(_)) if seen.is_empty() => {
            Outcome::NotReached { message: "the log entry, which may say when it was signed, is refused" }
        }
        _ => outcome(stamps, |_| passed(list(seen, |witness| format!("{} by {}", witness.time, witness.by)))),
    }
}

fn identity(who: &Who) -> Outcome {
    match who {
        Who::Identity(claims) => {
            passed(format!("{} of {}", excerpt(&claims.subject, SHOWN), excerpt(claims.issuer.as_deref().unwrap_or("nobody"), SHOWN)))
        }
        Who::Key(_) => Outcome::Skipped { message: "a key is wanted, not whom a certificate names" },
    }
}

const fn name(meaning: &Meaning) -> &'static str {
    match meaning {
        Meaning::Signature { .. } => "signature",
        Meaning::Attestation(..) => "attestation",
    }
}

fn describe(path: &Path) -> String {
    format!("issued by {}, trusted through {}", path.issuer().subject_text(), path.anchor().subject_text())
}

/// Characters of a text that an outcome repeats.
const SHOWN: usize = 200;

fn passed(evidence: String) -> Outcome {
    Outcome::Passed { evidence }
}

/// What was proven in words, or how it ended before.
fn outcome<T>(proven: &Result<T, Outcome>, words: impl FnOnce(&T) -> Outcome) -> Outcome {
    proven.as_ref().map_or_else(Outcome::clone, words)
}

fn of<T, E: Clone + Into<InvalidSignature>>(result: &Result<T, E>, evidence: impl FnOnce(&T) -> String) -> Outcome {
    match result {
        Ok(proven) => passed(evidence(proven)),
        Err(refusal) => Outcome::Failed(refusal.clone().into()),
    }
}

fn entry_of(record: &LogRecord) -> String {
    let LogRecord { log, index } = record;
    index.map_or_else(|| format!("an entry of {log}"), |index| format!("entry {index} of {log}"))
}

fn list<T>(items: &[T], words: impl Fn(&T) -> String) -> String {
    items.iter().map(words).collect::<Vec<_>>().join(", ")
}

/// Of several failures, first that it is about something else, or about what is not here, then that it is somebody else's, then the first
/// in the order of the steps.
fn most_useful(steps: &[Finding]) -> InvalidSignature {
    let rank = |refusal: &&InvalidSignature| match refusal {
        InvalidSignature::Artifact { .. }
        | InvalidSignature::Payload(_)
        | InvalidSignature::Statement(_)
        | InvalidSignature::WithoutBytes { .. } => 0,
        InvalidSignature::Identity(_) | InvalidSignature::Key { .. } | InvalidSignature::NoCertificate { .. } => 1,
        _ => 2,
    };
    let failed = steps.iter().filter_map(|finding| match &finding.outcome {
        Outcome::Failed(refusal) => Some(refusal),
        _ => None,
    });
    // Whoever did not get to the end has a reason; without one, that nobody saw it is the least that can be said.
    failed.min_by_key(rank).cloned().unwrap_or(InvalidSignature::NoTime)
}
