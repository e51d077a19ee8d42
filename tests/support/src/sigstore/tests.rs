use std::collections::BTreeSet;

use super::vectors::Vector;
use super::*;
use crate::FakeRegistry;
use crate::Image;
use crate::http::Host as _;
use crate::http::Received;
use crate::image::cosign_tag;
use crate::media_type;

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// The answer to `GET` of a manifest by tag.
fn manifest(registry: &FakeRegistry, tag: &str) -> serde_json::Value {
    let url = format!("https://registry.test/v2/team/app/manifests/{tag}");
    let answer = registry.answer(&Received { method: "GET".into(), url, headers: vec![], body: vec![] });
    assert_eq!(answer.status, 200, "{tag}");
    serde_json::from_slice(answer.bytes()).unwrap()
}

#[test]
fn minting_twice_gives_the_same_bytes() {
    let mint = || {
        let sigstore = Sigstore::at("twice.test");
        let signing = sigstore.signing().stamped();
        (signing.sign_image(vectors::image().digest()).json(), sigstore.trusted_root().json())
    };
    assert_eq!(mint(), mint());
}

/// Nothing but a deliberate change of the virtual Sigstore may move these: reports are built on them.
#[test]
fn the_bytes_of_a_bundle_and_its_trusted_root_are_known() {
    let sigstore = Sigstore::new();
    let bundle = sigstore.signing().stamped().sign_image(vectors::image().digest()).json();
    let digests = [bundle, sigstore.trusted_root().json()].map(|text| entry::hexadecimal(&sha256(text.as_bytes())));
    assert_eq!(
        digests,
        [
            "3a9bffd960040e18d27eb6275b10540d2436c97f9509299f5078119f5af372ed",
            "51e3b3ba349d9c654ca1f17e6785c7dd4944f87aa9644fe5f761238d9d378567",
        ]
    );
}

#[test]
fn the_world_has_more_forgeries_than_honest_bundles_and_a_name_for_each() {
    let all = vectors::all();
    let names: BTreeSet<&str> = all.iter().map(|vector| vector.name).collect();
    assert_eq!(names.len(), all.len());
    let (honest, forged): (Vec<&Vector>, Vec<&Vector>) = all.iter().partition(|vector| vector.holds);
    assert!(honest.len() >= 30 && forged.len() > 2 * honest.len(), "{} and {}", honest.len(), forged.len());
}

/// A forgery that is the honest bundle would prove nothing.
#[test]
fn no_forgery_is_an_honest_case() {
    let case = |vector: &Vector| {
        let signer = format!("{:?}", vector.signer);
        (vector.bundle.clone(), vector.trusted_root.clone(), vector.artifact.clone(), signer)
    };
    let (honest, forged): (Vec<&Vector>, Vec<&Vector>) = vectors::all().iter().partition(|vector| vector.holds);
    let honest: BTreeSet<_> = honest.into_iter().map(case).collect();
    for vector in forged {
        assert!(!honest.contains(&case(vector)), "{}", vector.name);
    }
}

#[test]
fn a_certificate_says_what_it_was_asked_to_say_and_its_list_of_scts_comes_last() {
    let sigstore = Sigstore::new();
    let certificate = sigstore.signing().email("somebody@example.test").issued().unwrap();
    let oids: Vec<&str> = certificate.spec.extensions.iter().map(|extension| extension.oid.as_str()).collect();
    assert_eq!(
        oids,
        [
            extension::KEY_USAGE,
            extension::EXTENDED_KEY_USAGE,
            extension::SUBJECT_KEY_IDENTIFIER,
            extension::AUTHORITY_KEY_IDENTIFIER,
            extension::SUBJECT_ALTERNATIVE_NAME,
            extension::ISSUER_V1,
            extension::ISSUER_V2,
            extension::SCT_LIST,
        ]
    );
    assert!(certificate.der.windows(21).any(|window| window == b"somebody@example.test"));
}

/// RFC 8785 asks for members in the order of their names; a feature of `serde_json` that another crate asks for could change it.
#[test]
fn canonical_json_is_sorted() {
    let sigstore = Sigstore::new();
    let bundle = sigstore.signing().sign_image(vectors::image().digest());
    let body = String::from_utf8(bundle.entries[0].body.clone()).unwrap();
    assert!(body.starts_with(r#"{"apiVersion":"0.0.1","kind":"dsse","spec":{"envelopeHash":{"algorithm":"sha256","value":""#), "{body}");
    assert!(!body.contains(' '));
}

#[test]
fn the_index_of_an_entry_of_rekor_v1_is_not_that_of_its_tree() {
    let sigstore = Sigstore::new();
    let entry = sigstore.signing().sign_message(b"message").entries.remove(0);
    let proof = entry.proof.unwrap();
    assert_eq!((entry.log_index, proof.log_index, proof.tree_size), (4_163_436, 5, 6));
    assert!(proof.checkpoint.starts_with("rekor.pullproof.test - 2605736670972794746\n6\n"), "{}", proof.checkpoint);
}

#[test]
fn an_entry_of_rekor_v2_has_a_proof_with_a_witness_and_no_time() {
    let sigstore = Sigstore::new();
    let bundle = sigstore.signing().rekor_v2().sign_message(b"message");
    let entry = &bundle.entries[0];
    assert_eq!((entry.integrated_time, &entry.promise, bundle.timestamps.len()), (None, &None, 1));
    let checkpoint = &entry.proof.as_ref().unwrap().checkpoint;
    assert!(checkpoint.starts_with("log2026.rekor.pullproof.test\n6\n"), "{checkpoint}");
    assert!(checkpoint.contains("\n\u{2014} log2026.rekor.pullproof.test ") && checkpoint.contains("\n\u{2014} witness."), "{checkpoint}");
}

#[test]
fn several_entries_of_one_log_share_its_tree() {
    let sigstore = Sigstore::new();
    let key = Verifier::Key(SigningKey::p256("key").public());
    let bodies = [b"one", b"two"].map(|text| Body::hashedrekord(Hash::Sha256, &sha256(text), b"signature", &key));
    let entries = sigstore.rekor.list_all(&bodies, time::SIGNED_AT);
    let proofs: Vec<&InclusionProof> = entries.iter().map(|entry| entry.proof.as_ref().unwrap()).collect();
    assert_eq!(proofs[0].root, proofs[1].root);
    assert_eq!(proofs[1].log_index, proofs[0].log_index + 1);
}

#[test]
fn versions_of_bundles_carry_what_they_may() {
    let sigstore = Sigstore::new();
    let value = |version| sigstore.signing().version(version).sign_message(b"message").value()["verificationMaterial"].clone();
    let (first, second, third) = (value(BUNDLE_V0_1), value(BUNDLE_V0_2), value(BUNDLE_V0_3));
    assert!(first["tlogEntries"][0]["inclusionProof"].is_null() && first["tlogEntries"][0]["inclusionPromise"].is_object());
    assert_eq!(second["x509CertificateChain"]["certificates"].as_array().unwrap().len(), 2);
    assert!(third["certificate"].is_object() && third["tlogEntries"][0]["inclusionProof"].is_object());
    assert_eq!(third["tlogEntries"][0]["integratedTime"], (time::SIGNED_AT + 3).to_string());
}

#[test]
fn what_cosign_2_pushes_is_under_its_tag_with_the_payload_that_was_signed() {
    let (sigstore, image) = (Sigstore::new(), Image::oci("linux/amd64"));
    let layer = sigstore.signing().stamped().simple_signing("registry.test/team/app", image.digest());
    let registry = FakeRegistry::new().image("team/app", "v1", &image).signed("team/app", &image, std::slice::from_ref(&layer));
    let manifest = manifest(&registry, &cosign_tag(image.digest()));
    let found = &manifest["layers"][0];
    assert_eq!(found["mediaType"], media_type::COSIGN_SIMPLE_SIGNING);
    for annotation in [cosign::SIGNATURE, cosign::CERTIFICATE, cosign::CHAIN, cosign::BUNDLE, cosign::TIMESTAMP] {
        assert_eq!(found["annotations"][annotation], layer.annotations[annotation]);
    }
    let payload = json(&String::from_utf8(layer.payload).unwrap());
    assert_eq!(payload["critical"]["image"]["docker-manifest-digest"], image.digest().to_string());
    assert_eq!(json(&layer.annotations[cosign::BUNDLE])["Payload"]["logIndex"], 4_163_436);
}

#[test]
fn an_attestation_of_cosign_2_says_that_its_signature_is_empty() {
    let (sigstore, image) = (Sigstore::new(), Image::oci("linux/amd64"));
    let envelope = Envelope::of_statement(&statement::statement(image.digest(), statement::SLSA_PROVENANCE, &serde_json::json!({})));
    let layer = sigstore.signing().attestation(envelope, statement::SLSA_PROVENANCE);
    assert_eq!(layer.annotations[cosign::SIGNATURE], "");
    let registry = FakeRegistry::new().attested("team/app", &image, &[layer]);
    let manifest = manifest(&registry, &format!("sha256-{}.att", image.digest().encoded()));
    assert_eq!(manifest["layers"][0]["mediaType"], media_type::DSSE_ENVELOPE);
}

#[test]
fn a_bundle_refers_to_its_image_as_cosign_3_writes_it() {
    let (sigstore, image) = (Sigstore::new(), Image::oci("linux/amd64"));
    let referrer = cosign::referrer(&sigstore.signing().sign_image(image.digest()), &image);
    let manifest = json(&referrer.root.text());
    assert_eq!(manifest["artifactType"], BUNDLE_V0_3);
    assert_eq!(manifest["config"]["mediaType"], media_type::OCI_EMPTY);
    assert_eq!(manifest["layers"][0]["mediaType"], BUNDLE_V0_3);
    assert_eq!(manifest["subject"]["digest"], image.digest().to_string());
    assert_eq!(manifest["annotations"]["dev.sigstore.bundle.predicateType"], statement::COSIGN_SIGN);
}

#[test]
fn the_fallback_index_of_cosign_names_another_type() {
    let (sigstore, image) = (Sigstore::new(), Image::oci("linux/amd64"));
    let bundle = sigstore.signing().sign_image(image.digest());
    let registry = FakeRegistry::new().without_referrers_api().bundles_by_fallback_tag("team/app", &image, &[&bundle]);
    let index = manifest(&registry, &crate::image::fallback_tag(image.digest()));
    assert_eq!(index["manifests"][0]["artifactType"], media_type::OCI_EMPTY);
    let referrer = manifest(&registry, index["manifests"][0]["digest"].as_str().unwrap());
    assert_eq!(referrer["artifactType"], BUNDLE_V0_3);
}

#[test]
#[should_panic(expected = "expected an extension 1.2.3 to leave out")]
fn leaving_out_what_is_not_there_is_a_mistake_of_the_test() {
    let _ = Sigstore::new().signing().certificate(|spec| spec.without("1.2.3"));
}
