//! When it was signed: timestamps and promises.

use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::verify::Outcome;
use pullproof::sigstore::verify::StepName;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::TimestampAuthority;
use pullproof_world::sigstore::time;

use crate::support::Case;
use crate::support::image;

/// A bundle with a good promise, and a timestamp of its signature at another time.
fn stamped_at(seconds: i64) -> Case {
    let sigstore = Sigstore::new();
    let bundle = sigstore.signing().sign_image(image());
    let response = sigstore.timestamps.stamp(bundle.signature(), seconds);
    Case::new(&bundle.with(|bundle| bundle.timestamps.push(response)))
}

#[test]
fn trap_6_the_certificate_has_to_be_valid_at_every_time() {
    stamped_at(time::SIGNED_AT + time::TEN_MINUTES).signer();
    for seconds in [time::SIGNED_AT + time::TEN_MINUTES + 1, time::SIGNED_AT - 1] {
        let case = stamped_at(seconds);
        assert_eq!(case.refusal(), "certificate-not-valid", "{seconds}");
        assert!(matches!(case.outcome(StepName::Time), Outcome::Passed { .. }), "both times were seen");
    }
}

#[test]
fn trap_6_a_good_timestamp_does_not_make_up_for_a_log_that_saw_it_too_late() {
    let sigstore = Sigstore::new();
    let late = sigstore.signing().at(time::SIGNED_AT + time::DAY).sign_image(image());
    let response = sigstore.timestamps.stamp(late.signature(), time::SIGNED_AT + 1);
    assert_eq!(Case::new(&late.with(|bundle| bundle.timestamps.push(response))).refusal(), "certificate-not-valid");
}

#[test]
fn trap_6_the_time_that_it_is_now_changes_nothing_years_later() {
    let case = Case::new(&Sigstore::new().signing().sign_image(image()));
    Case { now: "2099-01-01T00:00:00Z", ..case }.signer();
}

#[test]
fn trap_7_nobody_has_seen_it_in_the_future() {
    for signing in [Sigstore::new().signing(), Sigstore::new().signing().rekor_v2()] {
        let case = Case::new(&signing.sign_image(image()));
        assert_eq!(Case { now: "2026-01-15T12:00:00Z", ..Case::of(case.entity.clone()) }.refusal(), "time-in-future");
        Case { now: "2026-01-15T12:00:03Z", ..case }.signer();
    }
}

#[test]
fn trap_13_in_a_bundle_the_timestamp_is_of_the_signature_and_not_of_the_envelope() {
    let sigstore = Sigstore::new();
    let bundle = sigstore.signing().rekor_v2().unstamped().sign_image(image()).with(|bundle| {
        let envelope = bundle.envelope().value().to_string();
        bundle.timestamps.push(sigstore.timestamps.stamp(envelope.as_bytes(), time::SIGNED_AT + 1));
    });
    assert_eq!(Case::new(&bundle).refusal(), "timestamp-imprint-mismatch");
}

#[test]
fn a_timestamp_of_nobody_we_know_says_nothing_for_and_nothing_against() {
    let stranger = TimestampAuthority::new("timestamp.stranger.test");
    let bundle = Sigstore::new().signing().sign_image(image());
    let response = stranger.stamp(bundle.signature(), time::SIGNED_AT + time::DAY);
    let beside = bundle.clone().with(|bundle| bundle.timestamps.push(response.clone()));
    assert_eq!(Case::new(&beside).signer().seen().len(), 1);
    let alone = Sigstore::new().signing().rekor_v2().unstamped().sign_image(image()).with(|bundle| {
        let response = stranger.stamp(bundle.signature(), time::SIGNED_AT + 1);
        bundle.timestamps.push(response);
    });
    assert_eq!(Case::new(&alone).refusal(), "time-missing");
}

#[test]
fn a_timestamp_that_does_not_hold_is_a_failure_even_beside_a_good_promise() {
    let bundle = Sigstore::new().signing().stamped().sign_image(image()).with(|bundle| {
        let last = bundle.timestamps[0].last_mut().unwrap();
        *last ^= 1;
    });
    assert_eq!(Case::new(&bundle).refusal(), "time-signature-invalid");
}

#[test]
fn a_key_needs_no_time_but_what_is_said_of_time_has_to_hold() {
    let key = SigningKey::p256("managed");
    let bundle = Sigstore::new().signing().with_key(&key).unlisted().stamped().sign_image(image());
    let case = |bundle| Case::new(bundle).with_key(&key).logging(Logging::WithoutLog);
    assert_eq!(case(&bundle).signer().seen().len(), 1);
    let other =
        bundle.clone().with(|bundle| bundle.timestamps[0] = Sigstore::new().timestamps.stamp(b"another signature", time::SIGNED_AT));
    assert_eq!(case(&other).refusal(), "timestamp-imprint-mismatch");
}

#[test]
fn where_the_log_entry_is_refused_it_gives_no_time() {
    let sigstore = Sigstore::new();
    let other = sigstore.signing().sign_message(b"another message").entries;
    let bundle = sigstore.signing().sign_image(image()).with(|bundle| bundle.entries = other);
    let case = Case::new(&bundle);
    assert_eq!(case.refusal(), "log-entry-mismatch");
    assert!(matches!(case.outcome(StepName::Time), Outcome::NotReached { .. }));
    assert!(matches!(case.outcome(StepName::Chain), Outcome::NotReached { .. }));
}
