//! What an attacker does who may push to the registry, or stands between it and us: each attack alone.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use std::cell::RefCell;

use common::decide_with;
use common::now;
use common::unknown;
use pullproof::Checker;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::crypto::SignatureCheck;
use pullproof::prover::Portable;
use pullproof::prover::Prover;
use pullproof::prover::ProverError;
use pullproof::report::CheckName;
use pullproof::report::SignatureOutcome;
use pullproof::report::Verdict;
use pullproof_world::ArtifactSpec;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::On;
use pullproof_world::World;
use pullproof_world::behaviour;
use pullproof_world::sigstore::BUNDLE_V0_3;
use pullproof_world::sigstore::LogEntry;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::cosign::referrer;
use serde_json::Value;
use serde_json::json;

const APP: &str = "registry.test/team/app:v1";
const ISSUER: &str = "https://issuer.test";
const SUBJECT: &str = "https://builds.test/app@refs/heads/main";

fn registry(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", image)
}

fn world(registry: FakeRegistry) -> World {
    World::new().registry("registry.test", registry)
}

fn decide(registry: FakeRegistry, policy: &Policy) -> Report {
    decide_with(Checker::new(&world(registry)), APP, Some(policy)).unwrap()
}

fn policy(requirement: &Value) -> Result<Policy, &'static str> {
    let root: Value = serde_json::from_str(&Sigstore::new().trusted_root().json()).unwrap();
    let unlogged: Value = serde_json::from_str(&Sigstore::new().trusted_root().with(|root| root.logs.clear()).json()).unwrap();
    let roots = json!({ "test": root, "unlogged": unlogged });
    let policy = json!({ "trustedRoots": roots, "rules": [{ "images": "registry.test/team/app", "require": [requirement] }] });
    Policy::parse(&policy.to_string()).map_err(|invalid| invalid.code())
}

fn key() -> SigningKey {
    SigningKey::p256("publisher")
}

fn signed_with_key() -> Policy {
    policy(&json!({ "cosign": { "publicKey": key().public().pem() } })).unwrap()
}

fn signed_by_identity() -> Policy {
    policy(&json!({ "sigstore": { "issuer": ISSUER, "subject": SUBJECT, "trustedRoot": "test" } })).unwrap()
}

fn good(image: &Image) -> pullproof_world::sigstore::Bundle {
    Sigstore::new().signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest())
}

fn verdict(report: &Report) -> (Verdict, &'static str) {
    (report.verdict, report.reasons[0].code)
}

/// A layer that is nothing but large.
fn junk(image: &Image, bytes: usize, number: usize) -> Image {
    let content = format!("{{\"number\":{number},\"junk\":\"{}\"}}", "A".repeat(bytes));
    ArtifactSpec::new(BUNDLE_V0_3, content.as_bytes()).subject(image).mint()
}

#[test]
fn a_log_that_a_policy_asks_for_is_not_waived_because_its_root_has_none() {
    let image = Image::multi_platform();
    for log in ["github", "unlogged"] {
        let wanted = policy(&json!({ "cosign": { "publicKey": key().public().pem(), "log": log } }));
        assert_eq!(wanted.err(), Some("policy-invalid"), "a signature can be in no log of {log}");
    }
    let sigstore = Sigstore::new();
    let unlogged = sigstore.signing().with_key(&key()).unlisted().simple_signing("registry.test/team/app", image.digest());
    let wanted = policy(&json!({ "cosign": { "publicKey": key().public().pem(), "log": "test" } })).unwrap();
    assert_eq!(decide(registry(&image).signed("team/app", &image, &[unlogged]), &wanted).verdict, Verdict::Reject);
}

/// Counts what it is asked, and leaves it to us.
#[derive(Default)]
struct Counting(RefCell<Vec<usize>>);

impl Prover for &Counting {
    async fn verify(&self, checks: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        self.0.borrow_mut().push(checks.len());
        Portable.verify(checks).await
    }
}

#[test]
fn one_bundle_cannot_cause_more_verifications_than_any_honest_one() {
    let image = Image::multi_platform();
    let sigstore = Sigstore::new();
    let signing = sigstore.signing().issuer(ISSUER).identity(SUBJECT).stamped();
    let bundle = signing.sign_image(image.digest()).with(|bundle| {
        // Each timestamp is honest; 32 of them are not.
        bundle.timestamps = vec![bundle.timestamps[0].clone(); 32];
        let entry = bundle.entries[0].clone();
        bundle.entries = (0..32)
            .map(|index| {
                let mut entry = entry.clone();
                entry.log_index += index;
                entry
            })
            .collect();
    });
    let counting = Counting::default();
    let world = world(registry(&image).bundle("team/app", &image, &bundle).bundle("team/app", &image, &good(&image)));
    let checker = Checker::new(&world).prover(&counting);
    let report =
        pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), Some(&signed_by_identity()), now(), &mut |_| {})).unwrap();
    let counts = counting.0.into_inner();
    assert!(counts.iter().all(|count| *count <= pullproof::budget::SIGNATURE_CHECKS), "{counts:?}");
    let signatures = report.signatures.as_ref().unwrap();
    assert!(signatures.iter().any(|signature| signature.code == Some("too-many-checks")), "{}", report.to_json());
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "the good one beside it counts: {}", report.to_json());
}

#[test]
fn bundles_that_are_large_cannot_fill_the_memory_and_hide_nothing_small_behind_them() {
    let image = Image::multi_platform();
    let size = pullproof::budget::BUNDLE_BYTES - 1024;
    let crowded = (0..4).fold(registry(&image), |registry, number| registry.attach("team/app", &junk(&image, size, number)));
    let world = world(crowded.bundle("team/app", &image, &good(&image)));
    let report = decide_with(Checker::new(&world), APP, Some(&signed_by_identity())).unwrap();
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    let large = report.signatures.as_ref().unwrap().iter().filter(|signature| signature.code == Some("too-many-signatures"));
    assert!(large.count() >= 2, "{}", report.to_json());
    assert_eq!(unknown(&report, CheckName::Signatures), "too-many-signatures");
}

#[test]
fn a_referrer_whose_bytes_were_changed_is_not_taken_for_unsigned() {
    let image = Image::multi_platform();
    let bundle = referrer(&good(&image), &image);
    let report = decide(registry(&image).attach("team/app", &bundle).tampered("team/app", &bundle.root), &signed_by_identity());
    assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.to_json());
}

#[test]
fn a_bundle_whose_bytes_were_changed_is_not_taken_for_unsigned() {
    let image = Image::multi_platform();
    let bundle = referrer(&good(&image), &image);
    let layer = bundle.layers()[0].clone();
    let report = decide(registry(&image).attach("team/app", &bundle).tampered("team/app", &layer), &signed_by_identity());
    assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.to_json());
}

#[test]
fn a_list_that_lies_about_the_size_of_a_signature_does_not_hide_it() {
    let image = Image::multi_platform();
    let bundle = referrer(&good(&image), &image);
    let lie = |change: i64| {
        let descriptor = bundle.descriptor();
        let size = descriptor.size.checked_add_signed(change).unwrap();
        pullproof_world::blob::Descriptor { size, ..descriptor }
    };
    for change in [1, 1000] {
        let index = pullproof_world::IndexSpec::new().image_as(&bundle, lie(change)).mint();
        let tag = pullproof_world::image::fallback_tag(image.digest());
        let registry = registry(&image).without_referrers_api().untagged("team/app", &bundle).image("team/app", &tag, &index);
        let report = decide(registry, &signed_by_identity());
        assert_ne!(report.verdict, Verdict::Reject, "{change}: {}", report.to_json());
    }
}

#[test]
fn a_bundle_of_a_version_that_is_not_known_here_is_not_taken_for_unsigned() {
    let image = Image::multi_platform();
    let bundle = good(&image).called("application/vnd.dev.sigstore.bundle.v0.4+json");
    let report = decide(registry(&image).bundle("team/app", &image, &bundle), &signed_by_identity());
    assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.to_json());
    assert_eq!(unknown(&report, CheckName::Signatures), "bundle-version-unknown");
}

#[test]
fn what_is_accepted_though_a_lookup_failed_can_be_pinned_too() {
    let image = Image::multi_platform();
    let sigstore = Sigstore::new();
    let layer = sigstore.signing().with_key(&key()).unlisted().simple_signing("registry.test/team/app", image.digest());
    let registry = registry(&image).signed("team/app", &image, &[layer]).behave(On::referrers(), behaviour::internal_error());
    let world = world(registry);
    let checker = Checker::new(&world);
    assert_eq!(decide_with(checker.clone(), APP, Some(&signed_with_key())).unwrap().verdict, Verdict::Accept);
    let resolved = pollster::block_on(checker.resolve(&Reference::parse(APP).unwrap(), Some(&signed_with_key()), now()));
    assert_eq!(resolved.unwrap().digest, image.digest());
}

#[test]
fn what_is_not_accepted_because_a_lookup_failed_cannot_be_pinned() {
    let image = Image::multi_platform();
    let world = world(registry(&image).behave(On::referrers(), behaviour::internal_error()));
    let resolved = pollster::block_on(Checker::new(&world).resolve(&Reference::parse(APP).unwrap(), Some(&signed_with_key()), now()));
    assert!(resolved.is_err());
}

/// Says yes to everything, but not as often as it is asked.
struct Misaligned(i8);

impl Prover for Misaligned {
    async fn verify(&self, checks: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        Ok(vec![true; checks.len().checked_add_signed(self.0.into()).unwrap()])
    }
}

#[test]
fn answers_that_are_too_few_prove_nothing() {
    let image = Image::multi_platform();
    let world = world(registry(&image).bundle("team/app", &image, &good(&image)));
    let checker = Checker::new(&world).prover(Misaligned(-1));
    let report =
        pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), Some(&signed_by_identity()), now(), &mut |_| {})).unwrap();
    assert_eq!(report.verdict, Verdict::Reject, "{}", report.to_json());
}

/// Never answers.
struct Absent;

impl Prover for Absent {
    async fn verify(&self, _: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        Err(ProverError)
    }
}

/// As long as nobody can say whether they hold, signatures are neither good nor bad.
#[test]
fn without_anybody_who_verifies_nothing_is_rejected_for_its_signature() {
    let image = Image::multi_platform();
    let world = world(registry(&image).bundle("team/app", &image, &good(&image)));
    let checker = Checker::new(&world).prover(Absent);
    let report =
        pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), Some(&signed_by_identity()), now(), &mut |_| {})).unwrap();
    assert_eq!(verdict(&report), (Verdict::Inconclusive, ProverError::CODE), "{}", report.to_json());
    let signature = &report.signatures.as_ref().unwrap()[0];
    assert_eq!((signature.outcome, signature.code), (SignatureOutcome::Unknown, Some(ProverError::CODE)));
}

#[test]
fn one_alternative_does_not_answer_for_another_requirement() {
    let image = Image::multi_platform();
    let root: Value = serde_json::from_str(&Sigstore::new().trusted_root().json()).unwrap();
    let identity = json!({ "sigstore": { "issuer": ISSUER, "subject": SUBJECT, "trustedRoot": "test" } });
    let key = json!({ "cosign": { "publicKey": key().public().pem() } });
    let text = json!({ "trustedRoots": { "test": root }, "rules": [{ "images": "registry.test/team/app", "require": [identity, key] }] })
        .to_string();
    let wanted = Policy::parse(&text).unwrap();
    let report = decide(registry(&image).bundle("team/app", &image, &good(&image)), &wanted);
    // The certificate of the virtual publisher is for this very key, so the one signature is both.
    assert_eq!(report.verdict, Verdict::Accept, "{}", report.to_json());
    let other = key_of("another");
    let text = text.replace(&json!(self::key().public().pem()).to_string(), &json!(other).to_string());
    let report = decide(registry(&image).bundle("team/app", &image, &good(&image)), &Policy::parse(&text).unwrap());
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"), "{}", report.to_json());
}

fn key_of(name: &str) -> String {
    SigningKey::p256(name).public().pem()
}

#[test]
fn the_same_identity_certified_by_another_deployment_is_nobody() {
    let image = Image::multi_platform();
    let other = Sigstore::at("other.test").signing().issuer(ISSUER).identity(SUBJECT).stamped().sign_image(image.digest());
    let report = decide(registry(&image).bundle("team/app", &image, &other), &signed_by_identity());
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"), "{}", report.to_json());
    assert!(report.signatures.unwrap().iter().all(|signature| signature.outcome != SignatureOutcome::Verified));
}

#[test]
fn many_signers_and_many_signatures_cost_a_bounded_number_of_verifications_and_what_is_left_is_not_known() {
    let image = Image::multi_platform();
    let sigstore = Sigstore::new();
    let crowded = || {
        (0..15).fold(registry(&image), |registry, number| {
            let bundle = sigstore.signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest()).with(|bundle| {
                let entry = bundle.entries[0].clone();
                bundle.entries = (0..25).map(|index| LogEntry { log_index: entry.log_index + index + number, ..entry.clone() }).collect();
            });
            registry.bundle("team/app", &image, &bundle)
        })
    };
    // All of them are the same to a certificate of this subject.
    let anyone = (0..30).map(|number| {
        let pattern = format!("https://builds.test/{}**", &"app@refs/heads/main"[..number % 15]);
        json!({ "sigstore": { "issuer": ISSUER, "subjectPattern": pattern, "claims": { "sourceRepositoryURI": "nobody's" }, "trustedRoot": "test" } })
    });
    let identity = json!({ "sigstore": { "issuer": ISSUER, "subjectPattern": "https://builds.test/**", "trustedRoot": "test" } });
    for (alternatives, expected) in [
        (anyone.collect::<Vec<_>>(), Verdict::Reject), // whom no certificate names costs nothing
        (vec![identity; 30], Verdict::Inconclusive),
    ] {
        let counting = Counting::default();
        let world = world(crowded());
        let checker = Checker::new(&world).prover(&counting);
        let wanted = policy(&json!({ "anyOf": alternatives })).unwrap();
        let report = pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), Some(&wanted), now(), &mut |_| {})).unwrap();
        let made: usize = counting.0.into_inner().iter().sum();
        assert!(made <= pullproof::budget::IMAGE_CHECKS, "{made}");
        assert_eq!(report.verdict, expected, "{made}: {:?}", report.reasons);
    }
}

#[test]
fn manifests_that_are_large_cannot_fill_the_memory_and_hide_nothing_small_behind_them() {
    let image = Image::multi_platform();
    let large = |number: usize| {
        let artifact = ArtifactSpec::new(BUNDLE_V0_3, b"{}").subject(&image).annotation("number", &number.to_string()).mint();
        // In no annotation, since registries copy those into their lists.
        artifact.rewritten(|text| text.replacen('{', &format!("{{\"junk\":\"{}\",", "A".repeat(4_000_000)), 1))
    };
    let crowded = (0..6).fold(registry(&image), |registry, number| registry.attach("team/app", &large(number)));
    let report = decide(crowded.bundle("team/app", &image, &good(&image)), &signed_by_identity());
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    assert_eq!(unknown(&report, CheckName::Signatures), "too-many-attachments");
    let read = report.signatures.as_ref().unwrap().len();
    assert!(read <= 5, "{read} of the seven were read");
}

#[test]
fn the_many_layers_of_one_manifest_hide_no_other() {
    let image = Image::multi_platform();
    let many = (0..40).fold(ArtifactSpec::new(BUNDLE_V0_3, b"{}").subject(&image), |spec, number| {
        spec.layer(BUNDLE_V0_3, format!("{{\"number\":{number}}}").as_bytes())
    });
    let crowded = registry(&image).attach("team/app", &many.mint());
    let report = decide(crowded.bundle("team/app", &image, &good(&image)), &signed_by_identity());
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    assert_eq!(unknown(&report, CheckName::Signatures), "too-many-signatures");
    assert_eq!(report.signatures.as_ref().unwrap().len(), pullproof::budget::SIGNATURES);
}

#[test]
fn however_many_signatures_are_listed_those_under_cosigns_own_tag_are_read() {
    let image = Image::multi_platform();
    let crowded = (0..30).fold(registry(&image), |registry, number| registry.attach("team/app", &junk(&image, 1, number)));
    let sigstore = Sigstore::new();
    let layer = sigstore.signing().with_key(&key()).unlisted().unstamped().simple_signing("registry.test/team/app", image.digest());
    let report = decide(crowded.signed("team/app", &image, &[layer]), &signed_with_key());
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    assert_eq!(unknown(&report, CheckName::Signatures), "too-many-signatures");
}
