//! Every case that the world mints for verifiers, each forged one with the reason for which it is refused.

use std::collections::BTreeMap;

use pullproof::crypto::PublicKey;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::sigstore::bundle;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::InvalidTrustedRoot;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof_world::sigstore::vectors;
use pullproof_world::sigstore::vectors::Vector;

use crate::support::Case;
use crate::support::identified;

/// The code of each forged case. The tests of the npm package read it, too.
const REASONS: &str = include_str!("reasons.json");

#[test]
fn every_case_ends_as_it_should() {
    let reasons: BTreeMap<&str, &str> = serde_json::from_str(REASONS).unwrap();
    let mut wrong = Vec::new();
    for vector in vectors::all() {
        let expected = reasons.get(vector.name).copied();
        let found = case(vector).and_then(|case| case.findings().signer.map(|_| ()).map_err(|refusal| refusal.code())).err();
        if found != expected || vector.holds != expected.is_none() {
            wrong.push(format!("{}: expected {expected:?}, found {found:?}", vector.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(reasons.len(), vectors::all().iter().filter(|vector| !vector.holds).count());
}

#[test]
fn no_signature_is_there_for_nothing() {
    for vector in vectors::all().iter().filter(|vector| vector.holds) {
        // Old clients hashed otherwise than new ones, so that of two signatures on longer curves one is enough.
        if vector.name.starts_with("publisher-p") {
            continue;
        }
        let case = case(vector).unwrap();
        let verification = case.verification();
        let count = verification.checks().count();
        for place in 0..count {
            let mut answers = vec![true; count];
            answers[place] = false;
            assert!(verification.clone().prove_by(&answers).signer.is_err(), "{}: expected signature {place} to be needed", vector.name);
            assert!(verification.clone().prove_by(&answers[..place]).signer.is_err(), "{}: expected more answers", vector.name);
        }
    }
}

fn case(vector: &Vector) -> Result<Case, &'static str> {
    let root = TrustedRoot::parse(vector.trusted_root.as_bytes()).map_err(|_| InvalidTrustedRoot::CODE)?;
    let wanted = match &vector.signer {
        vectors::Signer::Key(key) => Wanted::Key { key: PublicKey::from_spki(&key.spki).unwrap(), scheme: None },
        vectors::Signer::Identity { subject, issuer } => identified(issuer, subject),
    };
    let entity = bundle::parse(vector.bundle.as_bytes()).map_err(|refusal| refusal.code())?;
    Ok(Case { root, wanted, content: Content::identify(Algorithm::Sha256, vector.artifact.clone()), ..Case::of(entity) })
}
