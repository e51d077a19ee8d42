//! Who signed: identities, keys, and what their signatures mean.

use core::num::NonZeroUsize;

use pullproof::crypto::Scheme;
use pullproof::digest::Algorithm;
use pullproof::sigstore::signer::Meaning;
use pullproof::sigstore::signer::Who;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify::Outcome;
use pullproof::sigstore::verify::StepName;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::statement::SLSA_PROVENANCE;
use serde_json::json;

use crate::support::Case;
use crate::support::content;
use crate::support::identified;
use crate::support::image;
use crate::support::public;

#[test]
fn a_signer_is_whom_the_certificate_names_with_everything_that_was_seen() {
    let sigstore = Sigstore::new();
    let case = Case::new(&sigstore.signing().stamped().sign_image(image()));
    let signer = case.signer();
    let Who::Identity(claims) = signer.who() else { panic!("{signer:?}") };
    assert_eq!((claims.issuer.as_deref(), claims.subject.as_str()), (Some(ISSUER), IDENTITY));
    assert_eq!(signer.artifact(), image());
    let seen: Vec<(String, &str)> = signer.seen().iter().map(|witness| (witness.time.to_string(), witness.by.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("2026-01-15T12:00:01Z".into(), "https://timestamp.pullproof.test/api/v1/timestamp"),
            ("2026-01-15T12:00:03Z".into(), "rekor.pullproof.test"),
        ]
    );
    assert_eq!(signer.logged().len(), 1);
    let steps: Vec<StepName> = case.findings().steps.iter().map(|finding| finding.step).collect();
    assert_eq!(steps, [StepName::Time, StepName::Chain, StepName::Sct, StepName::Identity, StepName::Log, StepName::Signature]);
    assert!(case.findings().steps.iter().all(|finding| matches!(finding.outcome, Outcome::Passed { .. })));
}

#[test]
fn trap_1_an_attestation_is_no_signature() {
    let sigstore = Sigstore::new();
    let attested = Case::new(&sigstore.signing().attest(image(), SLSA_PROVENANCE, &json!({})));
    let Meaning::Attestation(statement, _) = attested.signer().meaning().clone() else { panic!("expected an attestation") };
    assert_eq!(statement.predicate_type, SLSA_PROVENANCE);
    // Only the exact type is that of a signature.
    for almost in ["https://sigstore.dev/cosign/sign/v2", "https://sigstore.dev/cosign/sign/v1/", "https://Sigstore.dev/cosign/sign/v1"] {
        let case = Case::new(&sigstore.signing().attest(image(), almost, &json!({})));
        assert!(matches!(case.signer().meaning(), Meaning::Attestation(..)), "{almost}");
    }
    let signed = Case::new(&sigstore.signing().sign_image(image()));
    assert!(matches!(signed.signer().meaning(), Meaning::Signature { .. }));
}

#[test]
fn what_cosign_adds_to_a_signature_is_told() {
    let mut statement = pullproof_world::sigstore::statement::signing_statement(image());
    statement["subject"][0]["annotations"] = json!({ "release": "1.0", "number": 1 });
    let signer = Case::new(&Sigstore::new().signing().sign_statement(&statement)).signer();
    assert_eq!(signer.meaning(), &Meaning::Signature { annotations: vec![("release".into(), "1.0".into())], reference: None });
}

#[test]
fn somebody_else_at_the_same_issuer_is_refused_and_so_is_the_same_name_elsewhere() {
    let case = Case::new(&Sigstore::new().signing().sign_image(image()));
    for (issuer, subject) in [(ISSUER, "https://ci.pullproof.test/team/other"), ("https://other.test", IDENTITY)] {
        let case = Case { wanted: identified(issuer, subject), ..Case::of(case.entity.clone()) };
        assert_eq!(case.refusal(), "identity-mismatch");
    }
}

#[test]
fn a_key_alone_is_enough_where_nothing_has_to_be_logged() {
    let key = SigningKey::p256("managed");
    let sigstore = Sigstore::new();
    let bundle = sigstore.signing().with_key(&key).unlisted().sign_image(image());
    let case = Case { root: TrustedRoot::default(), ..Case::new(&bundle) }.with_key(&key);
    assert_eq!(case.refusal(), "log-entry-missing");
    let case = case.logging(Logging::WithoutLog);
    assert_eq!(case.signer().who(), &Who::Key(public(&key)));
    assert!(case.signer().seen().is_empty());
    for step in [StepName::Time, StepName::Chain, StepName::Sct, StepName::Identity, StepName::Log] {
        assert!(matches!(case.outcome(step), Outcome::Skipped { .. }), "{step:?}");
    }
    assert_eq!(case.with_key(&SigningKey::p256("other")).refusal(), "signature-invalid");
}

#[test]
fn a_certificate_for_the_wanted_key_changes_nothing_and_one_for_another_is_refused() {
    let key = SigningKey::p256("publisher");
    let bundle = Sigstore::new().signing().sign_image(image());
    assert_eq!(Case::new(&bundle).with_key(&key).signer().who(), &Who::Key(public(&key)));
    assert_eq!(Case::new(&bundle).with_key(&SigningKey::p256("other")).refusal(), "key-mismatch");
}

#[test]
fn where_an_identity_is_wanted_no_key_is_enough() {
    let bundle = Sigstore::new().signing().with_key(&SigningKey::p256("managed")).sign_image(image());
    let case = Case::new(&bundle);
    assert_eq!(case.refusal(), "certificate-missing");
    assert!(matches!(case.outcome(StepName::Signature), Outcome::NotReached { .. }));
}

#[test]
fn trap_15_ed25519_signs_envelopes_as_they_are_and_messages_by_their_hash() {
    let key = SigningKey::ed25519("managed");
    let signing = Sigstore::new();
    let signing = signing.signing().with_key(&key).unlisted();
    let verify = |bundle: &pullproof_world::sigstore::Bundle| Case::new(bundle).with_key(&key).logging(Logging::WithoutLog);
    verify(&signing.sign_image(image())).signer();
    verify(&signing.sign_message(content().bytes())).signer();
    let with = |signature: Vec<u8>| {
        signing.sign_message(content().bytes()).with(|bundle| {
            if let pullproof_world::sigstore::Content::Message { signature: old, .. } = &mut bundle.content {
                *old = signature.clone();
            }
        })
    };
    assert_eq!(verify(&with(key.sign(content().bytes()))).refusal(), "signature-invalid");
    let envelope = signing.sign_image(image()).with(|bundle| {
        let envelope = bundle.envelope();
        envelope.signatures[0].1 = key.sign_ed25519ph(&envelope.pre_authentication_encoding());
    });
    assert_eq!(verify(&envelope).refusal(), "signature-invalid");
}

#[test]
fn trap_20_what_needs_the_artifact_itself_says_so() {
    let key = SigningKey::ed25519("managed");
    let bundle = Sigstore::new().signing().with_key(&key).unlisted().sign_message(content().bytes());
    let case = Case { only_named: true, ..Case::new(&bundle) }.with_key(&key).logging(Logging::WithoutLog);
    assert_eq!(case.refusal(), "artifact-missing");
}

#[test]
fn trap_15_the_scheme_follows_from_the_key_or_from_who_trusts_it_never_from_the_signature() {
    let key = SigningKey::rsa_2048();
    let bundle = Sigstore::new().signing().with_key(&key).unlisted().sign_image(image());
    let case = Case::new(&bundle).with_key(&key).logging(Logging::WithoutLog);
    case.signer();
    for (scheme, code) in [
        (Scheme::RsaPss(Algorithm::Sha256), "signature-invalid"),
        (Scheme::RsaPkcs1(Algorithm::Sha512), "signature-invalid"),
        (Scheme::Ed25519, "algorithm-unsupported"),
    ] {
        let case = Case { wanted: Wanted::Key { key: public(&key), scheme: Some(scheme) }, ..Case::of(case.entity.clone()) };
        assert_eq!(case.logging(Logging::WithoutLog).refusal(), code, "{scheme}");
    }
}

#[test]
fn a_private_deployment_needs_no_log_of_certificates_nor_of_signatures_but_a_time() {
    let sigstore = Sigstore::new();
    let pem = |chain: Vec<pullproof_world::sigstore::Certificate>| {
        chain.iter().map(pullproof_world::sigstore::Certificate::pem).collect::<String>()
    };
    let root = TrustedRoot::default().with_certificate_authority(&pem(sigstore.fulcio.chain())).unwrap();
    let stamped = root.clone().with_timestamp_authority(&pem(sigstore.timestamps.chain())).unwrap();
    assert_eq!(Logging::where_listed(&stamped), Logging::WithoutLog);
    let bundle = sigstore.signing().without_scts().unlisted().stamped().sign_image(image());
    let case = |root: &TrustedRoot| Case { root: root.clone(), logging: Logging::WithoutLog, ..Case::new(&bundle) };
    assert!(matches!(case(&stamped).signer().who(), Who::Identity(_)));
    assert!(matches!(case(&stamped).outcome(StepName::Sct), Outcome::Skipped { .. }));
    assert_eq!(case(&root).refusal(), "time-missing");
    // Its own logs are trusted by their keys, and then have to be there.
    let key = |key: &SigningKey| key.public().pem();
    let logged = stamped
        .with_log(&key(&sigstore.rekor.key), &sigstore.rekor.host)
        .unwrap()
        .with_log(&key(&sigstore.rekor_v2.key), &sigstore.rekor_v2.host)
        .unwrap();
    assert_eq!(Logging::where_listed(&logged), Logging::AtLeast(NonZeroUsize::MIN));
    let both = logged.with_certificate_log(&key(&sigstore.ct_log.key)).unwrap();
    assert_eq!(case(&both).refusal(), "sct-missing");
    for signing in [sigstore.signing(), sigstore.signing().rekor_v2()] {
        let case = Case { root: both.clone(), ..Case::new(&signing.sign_image(image())) };
        assert_eq!(case.signer().logged().len(), 1);
    }
}

#[test]
fn one_of_several_authorities_is_enough_and_an_unknown_one_is_not() {
    let (ours, theirs) = (Sigstore::new(), Sigstore::at("other.test"));
    let bundle = ours.signing().sign_image(image());
    let both = ours
        .trusted_root()
        .with(|root| root.certificate_authorities.splice(0..0, theirs.trusted_root().certificate_authorities).for_each(drop));
    Case::new(&bundle).trusting(&both).signer();
    let only_theirs = ours.trusted_root().with(|root| root.certificate_authorities = theirs.trusted_root().certificate_authorities);
    assert_eq!(Case::new(&bundle).trusting(&only_theirs).refusal(), "issuer-unknown");
}
