//! Claims that hold if signatures do.

use core::fmt;

use crate::crypto::PublicKey;
use crate::crypto::SignatureCheck;

/// What a signature is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// That something existed at a time: a timestamp, or a log's promise.
    Time,
    /// That a certificate was issued by somebody trusted.
    Chain,
    /// That the issuing of a certificate was logged.
    Sct,
    /// That a signature was logged.
    Log,
    /// The publisher's own signature.
    Signature,
    /// That metadata was signed by those whom earlier metadata names.
    Metadata,
}

impl Step {
    /// As reports spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Chain => "chain",
            Self::Sct => "sct",
            Self::Log => "log",
            Self::Signature => "signature",
            Self::Metadata => "metadata",
        }
    }
}

/// So many of these signatures have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    step: Step,
    at_least: usize,
    of: Vec<SignatureCheck>,
}

impl Obligation {
    /// This signature has to hold.
    pub fn one(step: Step, check: SignatureCheck) -> Self {
        Self { step, at_least: 1, of: vec![check] }
    }

    /// One of these signatures has to hold; with none to choose from, it cannot be met.
    pub const fn any(step: Step, of: Vec<SignatureCheck>) -> Self {
        Self { step, at_least: 1, of }
    }

    /// At least so many of these keys have to have signed: two signatures by one key count once, however the list was made
    /// (GHSA-9vcr-p3rj-q5q6, CVE-2020-6174).
    ///
    /// # Panics
    ///
    /// If nothing would have to hold: a threshold of zero is for the reader of the document to refuse.
    pub fn at_least(step: Step, threshold: usize, of: Vec<SignatureCheck>) -> Self {
        assert!(threshold > 0, "a claim that rests on no signature is not proven by it");
        Self { step, at_least: threshold, of }
    }

    /// What they are part of.
    pub const fn step(&self) -> Step {
        self.step
    }
}

/// A claim that holds if signatures do. It cannot be had without them.
#[derive(Clone, Debug)]
#[must_use = "nothing is verified until it is proven"]
pub struct Unproven<T> {
    claim: T,
    rests_on: Vec<Obligation>,
}

impl<T> Unproven<T> {
    /// `claim` holds if all of `rests_on` is met.
    pub const fn new(claim: T, rests_on: Vec<Obligation>) -> Self {
        Self { claim, rests_on }
    }

    /// What follows from the claim, as long as it is one: it rests on the same signatures, and its own.
    pub fn then<U, E>(mut self, next: impl FnOnce(T) -> Result<Unproven<U>, E>) -> Result<Unproven<U>, E> {
        let following = next(self.claim)?;
        self.rests_on.extend(following.rests_on);
        Ok(Unproven { claim: following.claim, rests_on: self.rests_on })
    }

    /// The claim in other words.
    pub fn map<U>(self, words: impl FnOnce(T) -> U) -> Unproven<U> {
        Unproven { claim: words(self.claim), rests_on: self.rests_on }
    }

    /// Every signature, in a stable order.
    pub fn checks(&self) -> impl Iterator<Item = &SignatureCheck> {
        self.rests_on.iter().flat_map(|obligation| &obligation.of)
    }

    /// Verifies the signatures here and now.
    pub fn prove(self) -> Result<T, Unmet> {
        let answers: Vec<bool> = self.checks().map(SignatureCheck::holds).collect();
        self.prove_by(&answers)
    }

    /// The same with somebody else's answers: for each of [`Self::checks`], in that order, whether it holds. Answers of another number are
    /// answers to something else, and prove nothing.
    pub fn prove_by(self, answers: &[bool]) -> Result<T, Unmet> {
        let complete = answers.len() == self.checks().count();
        // Nothing to check is nothing proven, whatever was forgotten on the way here.
        if self.rests_on.is_empty() {
            return Err(Unmet { step: Step::Signature, expected: 1, found: 0 });
        }
        let mut start = 0;
        for Obligation { step, at_least, of } in &self.rests_on {
            let mut signers: Vec<&PublicKey> = Vec::new();
            for (place, check) in of.iter().enumerate() {
                if signers.len() < *at_least && !signers.contains(&check.key()) && complete && answers[start + place] {
                    signers.push(check.key());
                }
            }
            if signers.len() < *at_least {
                return Err(Unmet { step: *step, expected: *at_least, found: signers.len() });
            }
            start += of.len();
        }
        Ok(self.claim)
    }
}

/// Signatures that do not hold, or are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What they are part of.
    pub step: Step,
    /// How many keys had to have signed.
    pub expected: usize,
    /// How many have.
    pub found: usize,
}

impl Unmet {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self.step {
            Step::Time => "time-signature-invalid",
            Step::Chain => "chain-signature-invalid",
            Step::Sct => "sct-signature-invalid",
            Step::Log => "log-signature-invalid",
            Step::Signature => "signature-invalid",
            Step::Metadata => "metadata-signature-invalid",
        }
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, expected, found } = self;
        match expected {
            1 => write!(f, "{}: expected a signature that holds, found none", step.name()),
            _ => write!(f, "{}: expected signatures by {expected} keys that hold, found {found}", step.name()),
        }
    }
}

impl core::error::Error for Unmet {}
