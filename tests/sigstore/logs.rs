//! Where it is logged: thresholds, and what an entry has to be about.

use core::num::NonZeroUsize;

use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::verify::Outcome;
use pullproof::sigstore::verify::StepName;
use pullproof_world::sigstore::Bundle;
use pullproof_world::sigstore::Listing;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::TrustedRoot;

use crate::support::Case;
use crate::support::image;

const TWO: Logging = Logging::AtLeast(NonZeroUsize::MIN.saturating_add(1));

/// The same signature, with its entries in both logs of the deployment.
fn in_both_logs() -> Bundle {
    let sigstore = Sigstore::new();
    let second = sigstore.signing().rekor_v2().sign_image(image());
    sigstore.signing().stamped().sign_image(image()).with(|bundle| bundle.entries.extend(second.entries))
}

#[test]
fn trap_11_two_logs_of_different_operators_are_two() {
    let case = Case::new(&in_both_logs()).logging(TWO);
    assert_eq!(case.signer().logged().len(), 2);
    let three = Logging::AtLeast(NonZeroUsize::MIN.saturating_add(2));
    assert_eq!(case.logging(three).refusal(), "log-entry-missing");
}

#[test]
fn trap_11_two_logs_of_one_operator_are_one() {
    let of_one = |root: &mut TrustedRoot| root.logs.iter_mut().for_each(|log| log.operator = Some("somebody".into()));
    let case = Case::new(&in_both_logs()).trusting(&Sigstore::new().trusted_root().with(of_one));
    assert_eq!(case.signer().logged().len(), 2);
    assert_eq!(case.logging(TWO).refusal(), "log-entry-missing");
}

#[test]
fn trap_11_two_entries_of_one_log_are_one() {
    let sigstore = Sigstore::new();
    let again = Sigstore { rekor: sigstore.rekor.clone().among(9, 0), ..sigstore.clone() };
    let again = again.signing().sign_image(image()).entries;
    let bundle = sigstore.signing().sign_image(image()).with(|bundle| bundle.entries.extend(again));
    let case = Case::new(&bundle);
    assert_eq!(case.signer().logged().len(), 2);
    assert_eq!(case.logging(TWO).refusal(), "log-entry-missing");
}

#[test]
fn trap_10_a_good_entry_beside_one_of_another_signature_is_refused() {
    let sigstore = Sigstore::new();
    let other = sigstore.signing().rekor_v2().sign_message(b"another message").entries;
    let bundle = sigstore.signing().stamped().sign_image(image()).with(|bundle| bundle.entries.extend(other));
    assert_eq!(Case::new(&bundle).refusal(), "log-entry-mismatch");
}

#[test]
fn an_entry_of_a_log_that_nobody_trusts_says_nothing() {
    let sigstore = Sigstore::new();
    let theirs = Sigstore { rekor: Sigstore::at("other.test").rekor, ..sigstore.clone() };
    let entries = theirs.signing().sign_image(image()).entries;
    let beside = sigstore.signing().sign_image(image()).with(|bundle| bundle.entries.extend(entries.clone()));
    assert_eq!(Case::new(&beside).signer().logged().len(), 1);
    let alone = sigstore.signing().stamped().sign_image(image()).with(|bundle| bundle.entries = entries);
    assert_eq!(Case::new(&alone).refusal(), "log-entry-missing");
}

#[test]
fn a_number_that_no_log_said_is_not_in_the_report() {
    let bundle = Sigstore::new().signing().stamped().sign_image(image()).with(|bundle| {
        bundle.entries[0].promise = None;
        bundle.entries[0].log_index = 77;
    });
    let case = Case::new(&bundle);
    assert_eq!(case.signer().logged()[0].index, None);
    let Outcome::Passed { evidence } = case.outcome(StepName::Log) else { panic!("it is logged") };
    assert_eq!(evidence, "an entry of rekor.pullproof.test");
}

#[test]
fn what_is_logged_has_to_hold_even_where_nothing_has_to_be_logged() {
    let sigstore = Sigstore::new();
    let other = sigstore.signing().rekor_v2().sign_message(b"another message").entries;
    let bundle = sigstore.signing().stamped().sign_image(image()).with(|bundle| bundle.entries = other);
    let case = Case::new(&bundle).logging(Logging::WithoutLog);
    assert_eq!(case.refusal(), "log-entry-mismatch");
    let unlisted = Case::new(&sigstore.signing().unlisted().stamped().sign_image(image())).logging(Logging::WithoutLog);
    unlisted.signer();
    assert!(matches!(unlisted.outcome(StepName::Log), Outcome::Skipped { .. }));
}

#[test]
fn where_the_word_of_the_log_is_refused_timestamps_still_say_when() {
    let bundle = Sigstore::new().signing().rekor_v2().sign_image(image()).with(|bundle| {
        let proof = bundle.entries[0].proof.as_mut().unwrap();
        proof.hashes[0][0] ^= 1;
    });
    let case = Case::new(&bundle);
    assert_eq!(case.refusal(), "inclusion-proof-invalid");
    for step in [StepName::Time, StepName::Chain, StepName::Sct, StepName::Identity, StepName::Signature] {
        assert!(matches!(case.outcome(step), Outcome::Passed { .. }), "{step:?}");
    }
}

#[test]
fn old_kinds_of_entries_are_still_understood() {
    Case::new(&Sigstore::new().signing().listed(Listing::V1Intoto).sign_image(image())).signer();
}

#[test]
fn too_few_answers_prove_nothing() {
    let case = Case::new(&Sigstore::new().signing().sign_image(image()));
    let count = case.verification().checks().count();
    assert!(case.verification().prove_by(&vec![true; count]).signer.is_ok());
    assert!(case.verification().prove_by(&[]).signer.is_err());
    assert!(case.verification().prove_by(&vec![false; count]).signer.is_err());
}
