//! Layers as cosign kept them before there were bundles.

use pullproof::cosign::signature;
use pullproof::cosign::signature::InvalidLayer;
use pullproof::sigstore::entity::Form;
use pullproof::sigstore::entity::SignedEntity;
use pullproof::sigstore::signer::Meaning;
use pullproof::sigstore::signer::Who;
use pullproof::sigstore::trust::Logging;
use pullproof_world::sigstore::Envelope;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::cosign::BUNDLE;
use pullproof_world::sigstore::cosign::CERTIFICATE;
use pullproof_world::sigstore::cosign::CHAIN;
use pullproof_world::sigstore::cosign::Layer;
use pullproof_world::sigstore::cosign::SIGNATURE;
use pullproof_world::sigstore::cosign::TIMESTAMP;
use pullproof_world::sigstore::statement::SLSA_PROVENANCE;
use pullproof_world::sigstore::statement::statement;
use pullproof_world::sigstore::time;
use serde_json::json;

use crate::support::Case;
use crate::support::image;

const REFERENCE: &str = "registry.pullproof.test/team/app";

fn read(layer: &Layer) -> Result<SignedEntity, InvalidLayer> {
    let annotation = |name: &str| layer.annotations.get(name).map(String::as_str);
    signature::read(&layer.media_type, annotation, &layer.payload).map(|entity| entity.expect("it is a layer of cosign's"))
}

fn case(layer: &Layer) -> Case {
    Case::of(read(layer).unwrap())
}

fn signed() -> Layer {
    Sigstore::new().signing().simple_signing(REFERENCE, image())
}

fn provenance() -> Envelope {
    Envelope::of_statement(&statement(image(), SLSA_PROVENANCE, &json!({})))
}

#[test]
fn a_keyless_signature_of_an_image_holds() {
    let case = case(&signed());
    assert_eq!(case.entity.form, Form::Cosign);
    let signer = case.signer();
    assert!(matches!(signer.who(), Who::Identity(_)));
    assert_eq!(signer.meaning(), &Meaning::Signature { annotations: Vec::new(), reference: Some(REFERENCE.into()) });
    assert_eq!((signer.seen().len(), signer.logged().len()), (1, 1));
}

#[test]
fn every_kind_of_key_signs_layers_and_ed25519_both_ways() {
    let sigstore = Sigstore::new();
    for key in SigningKey::all("managed") {
        let layer = sigstore.signing().with_key(&key).simple_signing(REFERENCE, image());
        case(&layer).with_key(&key).signer();
        assert_ne!(case(&layer).with_key(&SigningKey::p256("other")).findings().signer.err(), None);
    }
    let key = SigningKey::ed25519("managed");
    let layer = sigstore.signing().with_key(&key).unlisted().simple_signing(REFERENCE, image());
    let hashed = key.sign_ed25519ph(&layer.payload);
    let layer = layer.annotation(SIGNATURE, &base64ct::Base64::encode_string(&hashed));
    case(&layer).with_key(&key).logging(Logging::WithoutLog).signer();
}

use base64ct::Encoding as _;

#[test]
fn a_signature_of_another_image_is_refused() {
    let other = pullproof::digest::Digest::of(pullproof::digest::Algorithm::Sha256, b"another image");
    let case = case(&Sigstore::new().signing().simple_signing(REFERENCE, other));
    assert_eq!(case.refusal(), "payload-of-another-image");
}

#[test]
fn a_signed_document_of_another_type_is_no_signature_of_an_image() {
    let payload = String::from_utf8(signed().payload).unwrap();
    for (from, to, code) in [
        ("cosign container image signature", "atomic container signature", "payload-type-mismatch"),
        ("\"critical\"", "\"Critical\"", "duplicate-key"),
        ("\"optional\":null", "\"optional\":null,\"critical\":{}", "duplicate-key"),
        ("\"optional\":null", "\"more\":null", "payload-invalid"),
    ] {
        let changed = payload.replacen(from, to, 1);
        assert_ne!(changed, payload);
        let case = case(&Sigstore::new().signing().sign_payload(changed));
        let found = case.refusal();
        assert!(found == code || found == "payload-invalid", "{to}: {found}");
    }
}

#[test]
fn other_bytes_under_a_good_signature_are_refused() {
    let payload = String::from_utf8(signed().payload).unwrap();
    let layer = signed().with_payload(payload.replace("\"optional\":null", "\"optional\": null"));
    assert_eq!(case(&layer).refusal(), "log-entry-mismatch");
    let unlisted = Sigstore::new().signing().unlisted().stamped().simple_signing(REFERENCE, image());
    let layer = unlisted.with_payload(payload.replace("\"optional\":null", "\"optional\": null"));
    assert_eq!(case(&layer).logging(Logging::WithoutLog).refusal(), "signature-invalid");
}

#[test]
fn trap_10_another_signatures_promise_is_refused() {
    let other = Sigstore::new().signing().simple_signing("elsewhere", image());
    let layer = signed().annotation(BUNDLE, &other.annotations[BUNDLE]);
    assert_eq!(case(&layer).refusal(), "log-entry-mismatch");
}

#[test]
fn an_attestation_holds_and_is_no_signature() {
    let sigstore = Sigstore::new();
    let signer = case(&sigstore.signing().attestation(provenance(), SLSA_PROVENANCE)).signer();
    assert!(matches!(signer.meaning(), Meaning::Attestation(..)));
}

#[test]
fn trap_13_the_timestamp_of_an_attestation_is_of_the_whole_envelope() {
    let sigstore = Sigstore::new();
    let layer = sigstore.signing().unlisted().stamped().attestation(provenance(), SLSA_PROVENANCE);
    assert_eq!(case(&layer).logging(Logging::WithoutLog).signer().seen().len(), 1);
    // One of the signature alone would say nothing of this envelope's other bytes to cosign; so it is refused as cosign refuses it.
    let envelope: serde_json::Value = serde_json::from_slice(&layer.payload).unwrap();
    let signature = base64ct::Base64::decode_vec(envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
    let response = sigstore.timestamps.stamp(&signature, time::SIGNED_AT + 1);
    let response = json!({ "SignedRFC3161Timestamp": base64ct::Base64::encode_string(&response) }).to_string();
    assert_eq!(case(&layer.annotation(TIMESTAMP, &response)).logging(Logging::WithoutLog).refusal(), "timestamp-imprint-mismatch");
}

#[test]
fn an_attestation_of_another_image_is_refused() {
    let other = pullproof::digest::Digest::of(pullproof::digest::Algorithm::Sha256, b"another image");
    let envelope = Envelope::of_statement(&statement(other, SLSA_PROVENANCE, &json!({})));
    assert_eq!(case(&Sigstore::new().signing().attestation(envelope, SLSA_PROVENANCE)).refusal(), "subject-mismatch");
}

#[test]
fn without_its_chain_a_certificate_leads_nowhere_unless_the_authority_is_known() {
    // The trusted root holds the intermediate.
    case(&signed().without(CHAIN)).signer();
    let root_only = Sigstore::new().trusted_root().with(|root| {
        let chain = &mut root.certificate_authorities[0].chain;
        chain.drain(..chain.len() - 1);
    });
    case(&signed()).trusting(&root_only).signer();
    assert_eq!(case(&signed().without(CHAIN)).trusting(&root_only).refusal(), "issuer-unknown");
}

#[test]
fn a_chain_that_brings_its_own_root_is_not_believed() {
    let sigstore = Sigstore::new();
    let theirs = Sigstore { fulcio: Sigstore::at("other.test").fulcio, ..sigstore.clone() };
    assert_eq!(case(&theirs.signing().simple_signing(REFERENCE, image())).refusal(), "issuer-unknown");
}

#[test]
fn annotations_that_are_none_are_refused() {
    let layer = signed();
    let bundle = layer.annotations[BUNDLE].clone();
    for (name, text) in [
        (SIGNATURE, ""),
        (SIGNATURE, "no base64"),
        (SIGNATURE, "AQI"),
        (CERTIFICATE, "no PEM"),
        (CERTIFICATE, layer.annotations[CHAIN].as_str()),
        (CHAIN, "no PEM"),
        (BUNDLE, "no JSON"),
        (BUNDLE, "{}"),
        (BUNDLE, &bundle.replacen("\"logID\":\"", "\"logID\":\"0", 1)),
        (BUNDLE, &bundle.replacen("\"logIndex\":", "\"logIndex\":-", 1)),
        (BUNDLE, &bundle.replacen("\"Payload\"", "\"payload\"", 1)),
        (BUNDLE, &bundle.replacen("\"integratedTime\":", "\"integratedTime\":1,\"integratedTime\":", 1)),
        (TIMESTAMP, "no JSON"),
        (TIMESTAMP, "{}"),
        (TIMESTAMP, r#"{"SignedRFC3161Timestamp":""}"#),
    ] {
        assert!(read(&layer.clone().annotation(name, text)).is_err(), "{name}: {text}");
    }
    assert!(read(&layer.without(SIGNATURE)).is_err());
}

#[test]
fn a_layer_of_another_kind_is_neither() {
    let mut layer = signed();
    layer.media_type = "application/vnd.oci.image.layer.v1.tar+gzip".into();
    let annotation = |name: &str| layer.annotations.get(name).map(String::as_str);
    assert_eq!(signature::read(&layer.media_type, annotation, &layer.payload), Ok(None));
}
