//! One bundle by itself, through the door that programs use: who is expected, what is refused before anything is looked at, and what
//! the summary says. Every way in which a signature can be wrong is in `tests/sigstore`.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use pullproof::budget;
use pullproof::bundle;
use pullproof::bundle::BundleSummary;
use pullproof::bundle::Expected;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::json;
use pullproof::prover::Portable;
use pullproof::prover::Prover;
use pullproof::prover::ProverError;
use pullproof::report::SignatureOutcome;
use pullproof::report::SignerSummary;
use pullproof::sigstore::trust::Artifact;
use pullproof_world::sigstore::Bundle;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::TrustedRoot;
use pullproof_world::sigstore::statement::SLSA_PROVENANCE;
use serde_json::Value;
use serde_json::json;

const MESSAGE: &[u8] = b"the release\n";

fn content() -> Content {
    Content::identify(Algorithm::Sha256, MESSAGE.to_vec())
}

fn key() -> SigningKey {
    SigningKey::p256("publisher")
}

fn root() -> TrustedRoot {
    Sigstore::new().trusted_root()
}

fn identity() -> Value {
    json!({ "issuer": ISSUER, "subject": IDENTITY })
}

/// The code of the refusal is always the same, so that the sentence is what a test looks at.
fn expected(options: &Value) -> Result<Expected, String> {
    let options = json::parse_object(options.to_string().as_bytes()).unwrap();
    Expected::read(&options.root(), &[]).map_err(|refusal| refusal.to_string())
}

/// As a program asks: whoever signs here by the world's trusted root.
fn somebody() -> Value {
    json!({ "identity": identity(), "trustedRoot": root().json() })
}

fn with(bundle: &[u8], artifact: Artifact<'_>, options: &Value, prover: &impl Prover) -> BundleSummary {
    let now = "2026-11-26T12:00:00Z".parse().unwrap();
    pollster::block_on(bundle::verify(bundle, artifact, &expected(options).unwrap(), now, prover))
}

fn judge(bundle: &Bundle, options: &Value) -> BundleSummary {
    with(bundle.json().as_bytes(), Artifact::of(&content()), options, &Portable)
}

fn outcome(summary: &BundleSummary) -> (SignatureOutcome, Option<&'static str>) {
    (summary.outcome, summary.code)
}

const VERIFIED: (SignatureOutcome, Option<&str>) = (SignatureOutcome::Verified, None);

const fn failed(code: &'static str) -> (SignatureOutcome, Option<&'static str>) {
    (SignatureOutcome::Failed, Some(code))
}

#[test]
fn what_the_expected_identity_signed_is_verified_with_every_step() {
    let bundle = Sigstore::new().signing().sign_message(MESSAGE);
    let summary = judge(&bundle, &somebody());
    assert_eq!(outcome(&summary), VERIFIED);
    assert!(matches!(&summary.signer, Some(SignerSummary::Identity { subject, .. }) if subject == IDENTITY));
    assert_eq!(summary.artifact, content().digest());
    assert_eq!((summary.form, summary.trusted_root.as_deref()), (Some("bundle-v0.3"), Some("given")));
    assert_eq!(summary.meaning.as_ref().unwrap().kind, "signature");
    assert!(summary.signed_at.is_some() && summary.message.is_none());
    assert_eq!(summary.steps.iter().map(|step| step.name).collect::<Vec<_>>(), ["time", "chain", "sct", "identity", "log", "signature"]);
}

#[test]
fn another_artifact_or_identity_is_refused_and_nobody_is_named() {
    let bundle = Sigstore::new().signing().sign_message(b"another release\n");
    let summary = judge(&bundle, &somebody());
    assert_eq!(outcome(&summary), failed("message-digest-mismatch"));
    assert!(summary.signer.is_none() && summary.meaning.is_none() && summary.signed_at.is_none());
    let bundle = Sigstore::new().signing().identity(&format!("{IDENTITY}2")).sign_message(MESSAGE);
    assert_eq!(outcome(&judge(&bundle, &somebody())), failed("identity-mismatch"));
}

#[test]
fn an_attestation_is_told_from_a_signature() {
    let bundle = Sigstore::new().signing().attest(content().digest(), SLSA_PROVENANCE, &json!({}));
    let summary = judge(&bundle, &somebody());
    assert_eq!(outcome(&summary), VERIFIED);
    let meaning = summary.meaning.unwrap();
    assert_eq!((meaning.kind, meaning.predicate_type.as_deref()), ("attestation", Some(SLSA_PROVENANCE)));
}

#[test]
fn an_identity_means_the_public_good_instance_unless_another_is_named() {
    let bundle = Sigstore::new().signing().sign_message(MESSAGE);
    let summary = judge(&bundle, &json!({ "identity": identity() }));
    assert_eq!((outcome(&summary), summary.trusted_root.as_deref()), (failed("time-missing"), Some("public-good")));
    let summary = judge(&bundle, &json!({ "identity": identity(), "trustedRoot": "github" }));
    assert_eq!((outcome(&summary), summary.trusted_root.as_deref()), (failed("time-missing"), Some("github")));
}

#[test]
fn a_deployment_without_logs_needs_none_and_one_with_logs_does() {
    let bundle = Sigstore::new().signing().unlisted().stamped().sign_message(MESSAGE);
    assert_eq!(outcome(&judge(&bundle, &somebody())), failed("log-entry-missing"));
    let unlogged = root().with(|root| root.logs.clear()).json();
    assert_eq!(outcome(&judge(&bundle, &json!({ "identity": identity(), "trustedRoot": unlogged }))), VERIFIED);
}

#[test]
fn a_key_is_enough_by_itself_and_with_a_trusted_root_it_is_not() {
    let sigstore = Sigstore::new();
    let signing = || sigstore.signing().with_key(&key());
    let pem = key().public().pem();
    let unlogged = signing().unlisted().unstamped().sign_message(MESSAGE);
    let summary = judge(&unlogged, &json!({ "key": pem }));
    assert_eq!((outcome(&summary), summary.trusted_root), (VERIFIED, None));
    assert!(matches!(&summary.signer, Some(SignerSummary::Key { kind, .. }) if kind == "ECDSA P-256"));

    let and_logged = json!({ "key": pem, "trustedRoot": root().json() });
    assert_eq!(outcome(&judge(&unlogged, &and_logged)), failed("log-entry-missing"));
    assert_eq!(outcome(&judge(&signing().sign_message(MESSAGE), &and_logged)), VERIFIED);
    // The log of another deployment is none of this one's.
    assert_eq!(
        outcome(&judge(&signing().sign_message(MESSAGE), &json!({ "key": pem, "trustedRoot": "public-good" }))),
        failed("log-entry-missing")
    );
}

#[test]
fn another_key_is_refused_logged_or_not() {
    let bundle = Sigstore::new().signing().with_key(&SigningKey::p256("somebody else")).sign_message(MESSAGE);
    let pem = key().public().pem();
    assert_eq!(outcome(&judge(&bundle, &json!({ "key": pem }))), failed("signature-invalid"));
    assert_eq!(outcome(&judge(&bundle, &json!({ "key": pem, "trustedRoot": root().json() }))), failed("log-entry-mismatch"));
}

#[test]
fn a_key_where_an_identity_is_expected_is_refused() {
    let bundle = Sigstore::new().signing().with_key(&key()).sign_message(MESSAGE);
    assert_eq!(outcome(&judge(&bundle, &somebody())), failed("certificate-missing"));
}

#[test]
fn a_digest_stands_for_the_artifact_where_the_signature_can_be_verified_without_it() {
    let sigstore = Sigstore::new();
    let named = |bundle: &Bundle| with(bundle.json().as_bytes(), Artifact::named(content().digest()), &somebody(), &Portable);
    let bundle = sigstore.signing().sign_message(MESSAGE);
    let summary = named(&bundle);
    assert_eq!(outcome(&summary), VERIFIED);
    assert_eq!(serde_json::to_string(&summary).unwrap(), serde_json::to_string(&judge(&bundle, &somebody())).unwrap());
    let bundle = sigstore.signing().keyless_with(&SigningKey::ed25519("publisher")).sign_message(MESSAGE);
    assert_eq!(outcome(&judge(&bundle, &somebody())), VERIFIED);
    assert_eq!(outcome(&named(&bundle)), failed("artifact-missing"));
}

#[test]
fn what_is_no_bundle_is_unknown_and_says_why() {
    for (bytes, code) in [
        (&b""[..], "json-invalid"),
        (b"\xff", "json-invalid"),
        (b"{}", "document-invalid"),
        (br#"{"mediaType":"application/vnd.dev.sigstore.bundle.v9+json"}"#, "bundle-version-unknown"),
        (br#"{"mediaType":"a","mediaType":"b"}"#, "duplicate-key"),
    ] {
        let summary = with(bytes, Artifact::of(&content()), &somebody(), &Portable);
        assert_eq!(outcome(&summary), (SignatureOutcome::Unknown, Some(code)));
        assert!(summary.form.is_none() && summary.trusted_root.is_none() && summary.steps.is_empty() && summary.message.is_some());
    }
}

#[test]
fn a_bundle_that_is_too_large_is_refused_however_good_it_is() {
    let mut text = Sigstore::new().signing().sign_message(MESSAGE).json().into_bytes();
    text.resize(budget::BUNDLE_BYTES, b' ');
    assert_eq!(outcome(&with(&text, Artifact::of(&content()), &somebody(), &Portable)), VERIFIED);
    text.push(b' ');
    let summary = with(&text, Artifact::of(&content()), &somebody(), &Portable);
    assert_eq!(outcome(&summary), (SignatureOutcome::Unknown, Some("too-many-entries")));
}

/// Answers the same to everything, as often as it likes.
struct Saying(bool, usize);

impl Prover for Saying {
    async fn verify(&self, checks: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        Ok(vec![self.0; checks.len() - self.1])
    }
}

/// Never answers.
struct Absent;

impl Prover for Absent {
    async fn verify(&self, _: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        Err(ProverError)
    }
}

#[test]
fn whoever_verifies_signatures_is_asked_and_too_few_answers_prove_nothing() {
    let bundle = Sigstore::new().signing().sign_message(MESSAGE).json();
    let saying = |prover: Saying| outcome(&with(bundle.as_bytes(), Artifact::of(&content()), &somebody(), &prover)).0;
    assert_eq!(saying(Saying(true, 0)), SignatureOutcome::Verified);
    assert_eq!(saying(Saying(false, 0)), SignatureOutcome::Failed);
    assert_eq!(saying(Saying(true, 1)), SignatureOutcome::Failed);
    let absent = with(bundle.as_bytes(), Artifact::of(&content()), &somebody(), &Absent);
    assert_eq!(outcome(&absent), (SignatureOutcome::Unknown, Some(ProverError::CODE)));
}

#[test]
fn who_is_expected_is_one_signer_who_is_understood() {
    let pem = key().public().pem();
    for (options, sentence) in [
        (json!({}), "expected a key or an identity, found neither"),
        (json!({ "trustedRoot": "public-good" }), "expected a key or an identity, found neither"),
        (json!({ "key": pem, "identity": identity() }), "expected a key or an identity, found both"),
        (json!({ "key": "" }), "key: "),
        (json!({ "key": 5 }), "$.key"),
        (json!({ "identity": "somebody" }), "$.identity"),
        (json!({ "identity": { "issuer": ISSUER } }), "subject"),
        (json!({ "identity": { "issuer": ISSUER, "subject": "" } }), "subject"),
        (json!({ "identity": { "issuer": ISSUER, "subjectPattern": "**" } }), "identity: "),
        (json!({ "identity": { "issuer": ISSUER, "subject": "a", "sub": "b" } }), "$.identity.sub"),
        (json!({ "identity": { "issuer": ISSUER, "subject": "a", "trustedRoot": "github" } }), "$.identity.trustedRoot"),
        (json!({ "identity": identity(), "trustedroot": "github" }), "$.trustedroot"),
    ] {
        let refusal = expected(&options).unwrap_err();
        assert!(refusal.contains(sentence), "{options}: {refusal}");
    }
}

#[test]
fn a_trusted_root_is_one_that_comes_with_us_or_a_text_without_any_name_twice() {
    for (text, sentence) in [
        ("", "trusted root: "),
        ("private", "trusted root: "),
        ("{}", "mediaType"),
        (r#"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[],"tlogs":[]}"#, "\"tlogs\" again"),
    ] {
        let refusal = expected(&json!({ "identity": identity(), "trustedRoot": text })).unwrap_err();
        assert!(refusal.contains(sentence), "{text}: {refusal}");
    }
}

#[test]
fn a_log_that_is_asked_for_where_there_is_none_is_refused() {
    for unlogged in ["github".to_owned(), root().with(|root| root.logs.clear()).json()] {
        let refusal = expected(&json!({ "key": key().public().pem(), "trustedRoot": unlogged })).unwrap_err();
        assert!(refusal.contains("expected a trusted root that lists logs"), "{refusal}");
    }
}
