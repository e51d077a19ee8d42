//! The verifier of the Sigstore project in Rust, beside ours: sigstore-verify, which was written by others and read by auditors.
//!
//! Both decide about every case and every mutation. Where they do not agree, `third_party/exceptions.json` says why; a difference that
//! is not listed fails, and one that is listed and is none.
//!
//! `cargo test --package pullproof-differential --test sigstore_verify -- --nocapture` prints the seed and what was decided.

#![allow(clippy::unwrap_used, reason = "what cannot be read is no case")]

mod provider;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use pullproof::UnixTime;
use pullproof_differential::Case;
use pullproof_differential::Exceptions;
use pullproof_differential::Signer;
use pullproof_differential::Verdict;
use pullproof_differential::in_parallel;
use pullproof_differential::judge::Judge;
use pullproof_differential::mutation;
use pullproof_differential::stocks;
use sigstore_verify::CertificateError;
use sigstore_verify::Error;
use sigstore_verify::PublicKeyVerificationPolicy;
use sigstore_verify::TimestampError;
use sigstore_verify::TransparencyLogError;
use sigstore_verify::VerificationPolicy;
use sigstore_verify::Verifier;
use sigstore_verify::crypto::install_default_provider;
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::Bundle;
use sigstore_verify::types::DerPublicKey;

use crate::provider::RustCrypto;

const SUITE: &str = "sigstore-verify 0.15.1";

/// What the other says.
struct Oracle {
    verifiers: Mutex<BTreeMap<String, Result<Arc<Verifier>, String>>>,
}

impl Oracle {
    fn new() -> Self {
        // Another test of this process may have been first.
        let _ = install_default_provider(&RustCrypto);
        Self { verifiers: Mutex::default() }
    }

    /// Its verdict, and its words for it.
    fn verdict(&self, case: &Case) -> (Verdict, String) {
        match self.verify(case) {
            Ok(()) => (Verdict::Accepted, String::new()),
            Err((kind, words)) => (Verdict::Refused(kind.into()), words),
        }
    }

    fn verify(&self, case: &Case) -> Result<(), (&'static str, String)> {
        let verifier = self.verifier(&case.trusted_root).map_err(|words| ("trusted root", words))?;
        let bundle = Bundle::from_json(&case.bundle).map_err(|error| ("bundle", error.to_string()))?;
        let result = match &case.signer {
            Signer::Identity { subject, issuer } => verifier.verify(&case.artifact, &bundle, &VerificationPolicy::new(subject, issuer)),
            Signer::Key(pem) => {
                let key = DerPublicKey::from_pem(pem).map_err(|error| ("key", error.to_string()))?;
                verifier.verify(&case.artifact, &bundle, &PublicKeyVerificationPolicy::new(key))
            }
        };
        result.map(drop).map_err(|error| (kind(&error), error.to_string()))
    }

    fn verifier(&self, root: &str) -> Result<Arc<Verifier>, String> {
        if let Some(known) = self.verifiers.lock().unwrap().get(root) {
            return known.clone();
        }
        let read = TrustedRoot::from_json(root).map_err(|error| error.to_string());
        let verifier = read.and_then(|root| Verifier::new(&root).map_err(|error| error.to_string())).map(Arc::new);
        self.verifiers.lock().unwrap().insert(root.to_owned(), verifier.clone());
        verifier
    }
}

/// What kind of refusal it is.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::IdentityMismatch { .. } | Error::IssuerMismatch { .. } => "identity",
        Error::SignatureInvalid(_) => "signature",
        Error::ArtifactMismatch(_) | Error::UnsupportedArtifact(_) => "artifact",
        Error::Certificate(CertificateError::Sct(_)) => "sct",
        Error::Certificate(_) => "certificate",
        Error::TransparencyLog(TransparencyLogError::EntryMismatch(_)) => "entry mismatch",
        Error::TransparencyLog(_) => "log",
        Error::Timestamp(TimestampError::NoVerifiedTimestamp(_)) => "no time",
        Error::Timestamp(_) => "timestamp",
        Error::InvalidBundle(_) | Error::UnsupportedBundle(_) | Error::Bundle(_) => "bundle",
        Error::Crypto(_) => "cryptography",
        _ => "other",
    }
}

/// The oracle reads the clock, and nobody can tell it another time: so that both have the same, ours is told that one.
#[allow(clippy::disallowed_methods, reason = "the verifier beside ours reads it")]
fn now() -> UnixTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    UnixTime::from_seconds(i64::try_from(since.as_secs()).unwrap()).unwrap()
}

fn ours(judge: &Judge, case: &Case) -> Verdict {
    judge.verdict(case).map_or_else(|code| Verdict::Refused(code.into()), |_| Verdict::Accepted)
}

fn differ(theirs: &Verdict, ours: &Verdict) -> bool {
    (*theirs == Verdict::Accepted) != (*ours == Verdict::Accepted)
}

#[test]
fn every_vector_is_decided_alike() {
    let (judge, oracle, exceptions) = (Judge::new(now()), Oracle::new(), Exceptions::of(SUITE, "vectors"));
    let cases = Case::all();
    let mut wrong = Vec::new();
    for (case, holds) in &cases {
        let ((theirs, words), ours) = (oracle.verdict(case), ours(&judge, case));
        assert_eq!(ours == Verdict::Accepted, *holds, "{}: {ours}", case.name);
        if differ(&theirs, &ours) && !exceptions.explain(&case.name, &theirs, &ours) {
            wrong.push(format!("{}: {theirs} there and {ours} here: {words}", case.name));
        }
    }
    wrong.extend(exceptions.unmet(|name| cases.iter().any(|(case, _)| case.name == name) || !name.starts_with("suite/")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} vectors", cases.len());
}

#[test]
fn every_mutation_is_decided_alike() {
    let (seed, count) = pullproof_differential::run();
    let (judge, oracle, exceptions) = (Judge::new(now()), Oracle::new(), Exceptions::of(SUITE, "mutations"));
    let vectors = Exceptions::of(SUITE, "vectors");
    let [minted, suite] = stocks(&vectors.refused().collect());
    let decided = in_parallel(count, |number| {
        let mutation = mutation::mutation(seed, number, &minted, &suite)?;
        let ((theirs, words), ours) = (oracle.verdict(&mutation.case), ours(&judge, &mutation.case));
        let unexplained = differ(&theirs, &ours) && !exceptions.explain(mutation.class, &theirs, &ours);
        let told =
            unexplained.then(|| format!("{number} {} of {}: {theirs} there and {ours} here: {words}", mutation.class, mutation.case.name));
        Some((theirs == Verdict::Accepted, ours == Verdict::Accepted, told))
    });
    let decided: Vec<(bool, bool, Option<String>)> = decided.into_iter().flatten().collect();
    let counted = |both: (bool, bool)| decided.iter().filter(|(theirs, ours, _)| (*theirs, *ours) == both).count();
    println!(
        "{} mutations: {} refused by both, {} accepted by both, {} accepted there only, {} accepted here only",
        decided.len(),
        counted((false, false)),
        counted((true, true)),
        counted((true, false)),
        counted((false, true))
    );
    let mut wrong: Vec<String> = decided.into_iter().filter_map(|(.., told)| told).collect();
    // With another seed, fewer mutations or without the suite, what is rare may not happen.
    if seed == pullproof_differential::SEED && count >= pullproof_differential::MUTATIONS && !suite.cases.is_empty() {
        wrong.extend(exceptions.unmet(|_| true));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
