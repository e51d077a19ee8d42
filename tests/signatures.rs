//! Who signed an image, from the registry to the verdict: discovered, verified, judged by a policy, reported.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use common::decide_with;
use common::unknown;
use pullproof::Checker;
use pullproof::Policy;
use pullproof::Report;
use pullproof::report::CheckName;
use pullproof::report::SignatureOutcome;
use pullproof::report::SignerSummary;
use pullproof::report::Verdict;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::On;
use pullproof_world::World;
use pullproof_world::behaviour;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use serde_json::Value;
use serde_json::json;

const APP: &str = "registry.test/team/app:v1";
const ISSUER: &str = "https://issuer.test";
const SUBJECT: &str = "https://builds.test/app@refs/heads/main";

fn registry(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", image)
}

fn decide(registry: FakeRegistry, policy: Option<&Policy>) -> Report {
    let world = World::new().registry("registry.test", registry);
    decide_with(Checker::new(&world).attachments(policy.is_none()), APP, policy).unwrap()
}

fn policy(requirement: &Value) -> Policy {
    let root: Value = serde_json::from_str(&Sigstore::new().trusted_root().json()).unwrap();
    let policy = json!({ "trustedRoots": { "test": root }, "rules": [{ "images": "registry.test/team/app", "require": [requirement] }] });
    Policy::parse(&policy.to_string()).unwrap()
}

fn key() -> SigningKey {
    SigningKey::p256("publisher")
}

fn signed_with(key: &SigningKey) -> Policy {
    policy(&json!({ "cosign": { "publicKey": key.public().pem() } }))
}

fn signed_by(subject: &str) -> Policy {
    policy(&json!({ "sigstore": { "issuer": ISSUER, "subject": subject, "trustedRoot": "test" } }))
}

/// What cosign 2 pushes for a key.
fn with_tag(image: &Image, signed: &Image) -> FakeRegistry {
    let sigstore = Sigstore::new();
    let layer = sigstore.signing().with_key(&key()).unlisted().unstamped().simple_signing("registry.test/team/app", signed.digest());
    registry(image).signed("team/app", image, &[layer])
}

/// What cosign 3 pushes without one.
fn keyless(image: &Image) -> FakeRegistry {
    let bundle = Sigstore::new().signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest());
    registry(image).bundle("team/app", image, &bundle)
}

/// The code of the one signature that is not proven.
fn refusal(report: &Report) -> &'static str {
    let [signature] = report.signatures.as_deref().unwrap() else { panic!("expected one signature: {}", report.to_json()) };
    signature.code.unwrap_or_else(|| panic!("expected a refusal: {}", report.to_json()))
}

fn verdict(report: &Report) -> (Verdict, &'static str) {
    (report.verdict, report.reasons[0].code)
}

#[test]
fn an_image_that_is_signed_with_the_wanted_key_is_accepted() {
    let image = Image::multi_platform();
    let report = decide(with_tag(&image, &image), Some(&signed_with(&key())));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    let signature = &report.signatures.as_ref().unwrap()[0];
    assert_eq!(signature.outcome, SignatureOutcome::Verified);
    assert!(matches!(&signature.signer, Some(SignerSummary::Key { kind, .. }) if kind == "ECDSA P-256"));
    assert!(report.not_proven.iter().all(|remark| remark.code != "publisher"));
    assert!(report.pinned.as_ref().unwrap().ends_with(&image.digest().to_string()));
}

#[test]
fn an_image_that_the_wanted_identity_signed_is_accepted_and_named() {
    let image = Image::multi_platform();
    let report = decide(keyless(&image), Some(&signed_by(SUBJECT)));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    let signature = &report.signatures.as_ref().unwrap()[0];
    assert!(
        matches!(&signature.signer, Some(SignerSummary::Identity { issuer: Some(issuer), subject, .. }) if issuer == ISSUER && subject == SUBJECT)
    );
    assert!(signature.signed_at.is_some() && signature.trusted_root.as_deref() == Some("test"));
    assert_eq!(signature.steps.iter().map(|step| step.name).collect::<Vec<_>>(), ["time", "chain", "sct", "identity", "log", "signature"]);
}

#[test]
fn another_key_is_rejected() {
    let image = Image::multi_platform();
    let report = decide(with_tag(&image, &image), Some(&signed_with(&SigningKey::p256("somebody else"))));
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"));
    assert_eq!((refusal(&report), report.pinned), ("signature-invalid", None));
}

#[test]
fn another_identity_is_rejected() {
    let image = Image::multi_platform();
    for subject in ["https://builds.test/app@refs/heads/mai", "https://builds.test/app@refs/heads/main2", "https://builds.test/*"] {
        let report = decide(keyless(&image), Some(&signed_by(subject)));
        assert_eq!((verdict(&report), refusal(&report)), ((Verdict::Reject, "policy-unmet"), "identity-mismatch"), "{subject}");
    }
}

#[test]
fn a_signature_for_another_image_is_rejected() {
    let image = Image::multi_platform();
    let report = decide(with_tag(&image, &Image::oci("linux/arm64")), Some(&signed_with(&key())));
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"));
    assert_eq!(report.signatures.as_ref().unwrap()[0].outcome, SignatureOutcome::Failed);
}

#[test]
fn a_signature_of_one_platforms_image_does_not_vouch_for_all() {
    let image = Image::multi_platform();
    let child = image.child("linux/amd64");
    let bundle = Sigstore::new().signing().issuer(ISSUER).identity(SUBJECT).sign_image(child.digest());
    let report = decide(registry(&image).bundle("team/app", &image, &bundle), Some(&signed_by(SUBJECT)));
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"));
}

#[test]
fn trap_1_an_attestation_is_reported_and_is_no_signature() {
    let image = Image::multi_platform();
    let bundle =
        Sigstore::new().signing().issuer(ISSUER).identity(SUBJECT).attest(image.digest(), "https://slsa.dev/provenance/v1", &json!({}));
    let report = decide(registry(&image).bundle("team/app", &image, &bundle), Some(&signed_by(SUBJECT)));
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"));
    let signature = &report.signatures.as_ref().unwrap()[0];
    assert_eq!(signature.outcome, SignatureOutcome::Verified, "{}", report.to_json());
    let meaning = signature.meaning.as_ref().unwrap();
    assert_eq!((meaning.kind, meaning.predicate_type.as_deref()), ("attestation", Some("https://slsa.dev/provenance/v1")));
    assert!(report.not_proven.iter().any(|remark| remark.code == "publisher"));
}

#[test]
fn a_junk_signature_beside_a_good_one_denies_nothing() {
    let image = Image::multi_platform();
    let sigstore = Sigstore::new();
    let good = sigstore.signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest());
    let other = Sigstore::at("other.test").signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest());
    let report = decide(registry(&image).bundle("team/app", &image, &other).bundle("team/app", &image, &good), Some(&signed_by(SUBJECT)));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    let outcomes: Vec<_> = report.signatures.unwrap().iter().map(|signature| signature.outcome).collect();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.contains(&SignatureOutcome::Failed) && outcomes.contains(&SignatureOutcome::Verified));
}

#[test]
fn no_signature_at_all_is_rejected_only_if_everything_could_be_looked_at() {
    let image = Image::multi_platform();
    let wanted = signed_with(&key());
    assert_eq!(verdict(&decide(registry(&image), Some(&wanted))), (Verdict::Reject, "policy-unmet"));
}

#[test]
fn trap_3_a_failed_lookup_is_never_taken_for_unsigned() {
    let image = Image::multi_platform();
    for failing in [On::referrers(), On::manifests_by_tag().named(format!("sha256-{}.sig", image.digest().encoded()))] {
        let registry = registry(&image).behave(failing, behaviour::internal_error());
        let report = decide(registry, Some(&signed_with(&key())));
        assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.to_json());
        assert_eq!(unknown(&report, CheckName::Signatures), "registry-error");
    }
}

#[test]
fn a_good_signature_counts_though_another_lookup_failed() {
    let image = Image::multi_platform();
    let registry = with_tag(&image, &image).behave(On::referrers(), behaviour::internal_error());
    let report = decide(registry, Some(&signed_with(&key())));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
}

#[test]
fn without_a_policy_nothing_follows_from_a_signature() {
    let image = Image::multi_platform();
    let report = decide(with_tag(&image, &image), None);
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "no-policy"));
    assert_eq!((refusal(&report), report.signatures.as_ref().unwrap()[0].outcome), ("key-needed", SignatureOutcome::Unknown));
    assert_ne!(decide(keyless(&image), None).verdict, Verdict::Accept);
}

#[test]
fn a_key_whose_signatures_have_to_be_logged_is_not_enough_by_itself() {
    let image = Image::multi_platform();
    let wanted = policy(&json!({ "cosign": { "publicKey": key().public().pem(), "log": "test" } }));
    let report = decide(with_tag(&image, &image), Some(&wanted));
    assert_eq!(report.verdict, Verdict::Reject, "{}", report.to_json());
    let logged = Sigstore::new().signing().with_key(&key()).simple_signing("registry.test/team/app", image.digest());
    let report = decide(registry(&image).signed("team/app", &image, &[logged]), Some(&wanted));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
}

#[test]
fn what_is_attached_of_another_kind_is_no_signature() {
    let image = Image::multi_platform();
    let bill = pullproof_world::ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}").subject(&image).mint();
    let report = decide(registry(&image).attach("team/app", &bill), Some(&signed_with(&key())));
    assert_eq!((verdict(&report), report.signatures.unwrap().len()), ((Verdict::Reject, "policy-unmet"), 0));
}

#[test]
fn trap_2_a_bundle_behind_a_fallback_index_that_lies_about_its_type_is_verified() {
    let image = Image::multi_platform();
    let bundle = Sigstore::new().signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest());
    let registry = registry(&image).without_referrers_api().bundles_by_fallback_tag("team/app", &image, &[&bundle]);
    let report = decide(registry, Some(&signed_by(SUBJECT)));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
}

#[test]
fn a_signature_larger_than_any_honest_one_is_not_fetched_and_not_taken_for_none() {
    let image = Image::multi_platform();
    let content = vec![b' '; pullproof::budget::BUNDLE_BYTES + 1];
    let large = pullproof_world::ArtifactSpec::new("application/vnd.dev.sigstore.bundle.v0.3+json", &content).subject(&image).mint();
    let report = decide(registry(&image).attach("team/app", &large), Some(&signed_with(&key())));
    assert_eq!((report.verdict, unknown(&report, CheckName::Signatures)), (Verdict::Inconclusive, "response-too-large"));
    assert_eq!((refusal(&report), report.signatures.as_ref().unwrap()[0].outcome), ("response-too-large", SignatureOutcome::Unknown));
}
