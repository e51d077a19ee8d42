//! Who has to have signed, and in which form.

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::InvalidTrustData;
use pullproof::crypto::InvalidKey;
use pullproof::tuf::InvalidMetadata;
use pullproof_world::sigstore::SigningKey;
use serde_json::Value;
use serde_json::json;

use crate::minted::Client;
use crate::minted::GUN;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::canonical;
use crate::minted::file;
use crate::minted::sign;
use crate::minted::signatures;

/// A publisher whose targets these sign, of whom so many have to.
fn with_targets(signers: Vec<Signer>, threshold: usize) -> Publisher {
    let mut publisher = Publisher::new();
    publisher.signers.insert("targets".into(), signers);
    publisher.name_keys();
    publisher.root["roles"]["targets"]["threshold"] = json!(threshold);
    publisher.sign_root();
    publisher
}

/// What a client says to targets with these signatures.
#[track_caller]
fn refusal(mut publisher: Publisher, signatures: &Value) -> InvalidTrustData {
    let targets = file(&publisher.targets, signatures);
    let files = publisher.publish_with(targets, std::collections::BTreeMap::new());
    Client::new().refusal(&files)
}

fn threshold(expected: usize, found: usize) -> InvalidTrustData {
    InvalidTrustData::Metadata(InvalidMetadata::Threshold { role: "targets".into(), expected, found })
}

#[test]
fn every_kind_of_key_signs() {
    for signer in [
        Signer::p256("targets"),
        Signer::bare(SigningKey::p384("targets")),
        Signer::bare(SigningKey::p521("targets")),
        Signer::bare(SigningKey::ed25519("targets")),
        Signer::bare(SigningKey::rsa_2048()),
        Signer::certified(SigningKey::p256("targets"), "whoever"),
        Signer::certified(SigningKey::p384("targets"), "whoever"),
        Signer::certified(SigningKey::rsa_2048(), "whoever"),
    ] {
        Client::new().accepts(&with_targets(vec![signer], 1).publish());
    }
}

#[test]
fn what_nobody_signed_is_refused() {
    assert_eq!(refusal(Publisher::new(), &json!([])), threshold(1, 0));
}

#[test]
fn what_somebody_else_signed_is_refused() {
    let publisher = Publisher::new();
    let by_another = signatures(&publisher.targets, &[Signer::p256("mallory")]);
    assert_eq!(refusal(publisher, &by_another), threshold(1, 0));
}

#[test]
fn what_somebody_else_signed_under_the_right_id_is_refused() {
    for role in ["timestamp", "snapshot", "targets"] {
        let mut publisher = Publisher::new();
        let genuine = publisher.signers[role][0].clone();
        let mut files = publisher.publish();
        let bytes = match role {
            "timestamp" => &mut files.timestamp,
            "snapshot" => &mut files.snapshot,
            _ => &mut files.targets,
        };
        let mut document: Value = serde_json::from_slice(bytes).unwrap();
        document["signatures"] = signatures(&document["signed"], &[Signer::p256("mallory")]);
        document["signatures"][0]["keyid"] = json!(genuine.id());
        // The timestamp's key is an Ed25519 one.
        document["signatures"][0]["method"] = signatures(&json!({}), &[genuine])[0]["method"].clone();
        *bytes = document.to_string().into_bytes();
        let files = match role {
            "targets" => publisher.publish_with(files.targets, files.delegated),
            "snapshot" => {
                publisher.timestamp["meta"] = json!({ "snapshot": crate::minted::meta(&files.snapshot) });
                let timestamp = sign(&publisher.timestamp, &publisher.signers["timestamp"]);
                crate::minted::Files { timestamp, ..files }
            }
            _ => files,
        };
        assert_eq!(Client::new().unmet(&files), role);
    }
}

#[test]
fn a_signature_over_something_else_is_refused() {
    let mut publisher = Publisher::new();
    let mut other = publisher.targets.clone();
    other["version"] = json!(2);
    let targets = file(&publisher.targets, &signatures(&other, &publisher.signers["targets"]));
    let files = publisher.publish_with(targets, std::collections::BTreeMap::new());
    assert_eq!(Client::new().unmet(&files), "targets");
}

#[test]
fn a_threshold_has_to_be_met() {
    let signers = vec![Signer::p256("one"), Signer::p256("two"), Signer::p256("three")];
    Client::new().accepts(&with_targets(signers.clone(), 2).publish());
    let publisher = with_targets(signers.clone(), 2);
    let one = signatures(&publisher.targets, &signers[..1]);
    assert_eq!(refusal(publisher, &one), threshold(2, 1));
}

#[test]
fn a_threshold_of_signatures_has_to_hold_and_not_only_to_be_there() {
    let signers = vec![Signer::p256("one"), Signer::p256("two")];
    let mut publisher = with_targets(signers.clone(), 2);
    let mut both = signatures(&publisher.targets, &signers);
    both[1]["sig"] = both[0]["sig"].clone();
    let targets = file(&publisher.targets, &both);
    let files = publisher.publish_with(targets, std::collections::BTreeMap::new());
    assert_eq!(Client::new().unmet(&files), "targets");
}

#[test]
fn trap_04_one_private_key_under_two_ids_counts_once() {
    let bare = Signer::p256("targets");
    let certified = Signer::certified(SigningKey::p256("targets"), "one");
    let again = Signer::certified(SigningKey::p256("targets"), "another");
    for signers in [vec![bare.clone(), certified.clone()], vec![certified.clone(), again.clone()], vec![bare, certified, again]] {
        assert_ne!(signers[0].id(), signers[1].id());
        let publisher = with_targets(signers.clone(), 2);
        let all = signatures(&publisher.targets, &signers);
        assert_eq!(refusal(publisher, &all), threshold(2, 1));
    }
}

#[test]
fn trap_04_one_private_key_in_two_root_certificates_counts_once() {
    let signers = vec![Signer::root("root"), Signer::certified(SigningKey::p256("root"), "docker.io/example/*")];
    let mut publisher = Publisher::new();
    publisher.signers.insert("root".into(), signers);
    publisher.name_keys();
    publisher.sign_root();
    let mut client = Client::new();
    for anchor in [client.anchor.clone(), Anchor::FirstUse] {
        client.anchor = anchor;
        let expected = InvalidMetadata::Threshold { role: "root".into(), expected: 2, found: 1 };
        assert_eq!(client.refusal(&publisher.publish()), InvalidTrustData::Metadata(expected));
    }
}

#[test]
fn a_threshold_of_nothing_is_refused() {
    for none in [json!(0), json!(-1), json!("1"), json!(1.5)] {
        let mut publisher = Publisher::new();
        publisher.root["roles"]["targets"]["threshold"] = none.clone();
        publisher.sign_root();
        assert!(!Client::new().refusal(&publisher.publish()).code().is_empty(), "{none}");
    }
}

#[test]
fn a_signature_twice_is_refused() {
    let publisher = Publisher::new();
    let mut twice = signatures(&publisher.targets, &publisher.signers["targets"]);
    let again = twice[0].clone();
    twice.as_array_mut().unwrap().push(again);
    let id = publisher.signers["targets"][0].id();
    assert_eq!(refusal(publisher, &twice), InvalidTrustData::Metadata(InvalidMetadata::RepeatedKey { id }));
}

#[test]
fn a_key_that_a_role_lists_twice_is_refused() {
    let mut publisher = Publisher::new();
    let id = publisher.signers["targets"][0].id();
    publisher.root["roles"]["targets"]["keyids"] = json!([id, id]);
    publisher.sign_root();
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(InvalidMetadata::RepeatedKey { id }));
}

#[test]
fn a_key_that_is_not_listed_is_refused() {
    let mut publisher = Publisher::new();
    publisher.root["roles"]["targets"]["keyids"] = json!(["0".repeat(64)]);
    publisher.sign_root();
    let unknown = InvalidMetadata::UnknownKey { role: "targets".into(), id: "0".repeat(64) };
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(unknown));
}

#[test]
fn trap_03_an_id_that_is_not_the_key_s_is_refused() {
    let mut publisher = Publisher::new();
    let (mine, theirs) = (publisher.signers["targets"][0].id(), Signer::p256("mallory"));
    publisher.root["keys"][&mine] = theirs.document();
    publisher.sign_root();
    let expected = Some(theirs.id().parse().unwrap());
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::KeyId { expected, found: mine });
}

#[test]
fn trap_03_an_id_that_is_not_the_key_s_is_refused_even_where_no_role_names_it() {
    let mut publisher = Publisher::new();
    publisher.root["keys"]["0".repeat(64)] = Signer::p256("mallory").document();
    publisher.sign_root();
    assert!(matches!(Client::new().refusal(&publisher.publish()), InvalidTrustData::KeyId { .. }));
}

#[test]
fn an_old_key_that_cannot_be_read_does_no_harm_where_no_role_names_it() {
    let mut publisher = Publisher::new();
    let old = Signer::in_text(SigningKey::p256("old"), "no certificate");
    publisher.root["keys"][old.id()] = old.document();
    publisher.sign_root();
    Client::new().accepts(&publisher.publish());
}

#[test]
fn a_key_of_an_unknown_type_cannot_sign() {
    let strange = Signer::p256("targets").of_kind("ml-dsa");
    let publisher = with_targets(vec![strange.clone()], 1);
    let by_it = signatures(&publisher.targets, &[strange]);
    assert_eq!(refusal(publisher, &by_it), threshold(1, 0));
}

#[test]
fn a_key_is_not_read_as_one_of_another_kind() {
    for (signer, kind) in [
        (Signer::p256("targets"), "rsa"),
        (Signer::p256("targets"), "ed25519"),
        (Signer::bare(SigningKey::rsa_2048()), "ecdsa"),
        (Signer::certified(SigningKey::p256("targets"), GUN), "rsa-x509"),
    ] {
        let publisher = with_targets(vec![signer.of_kind(kind)], 1);
        let refusal = refusal(publisher, &json!([]));
        let expected =
            matches!(refusal, InvalidTrustData::Key { invalid: InvalidKey::Algorithm | InvalidKey::Der(_) | InvalidKey::Point, .. });
        assert!(expected, "{kind}: {refusal}");
    }
}

#[test]
fn a_signature_by_a_method_that_is_not_the_key_s_is_refused() {
    for (signer, method) in [
        (Signer::p256("targets"), "rsapss"),
        (Signer::p256("targets"), "eddsa"),
        (Signer::p256("targets"), "ECDSA"),
        (Signer::p256("targets"), ""),
        (Signer::p256("targets"), "none"),
        (Signer::bare(SigningKey::ed25519("targets")), "ecdsa"),
        (Signer::bare(SigningKey::rsa_2048()), "pycrypto-pkcs#1 pss"),
        (Signer::bare(SigningKey::rsa_2048()), "ecdsa"),
    ] {
        let id = signer.id().parse().unwrap();
        let signer = signer.by_method(method);
        let publisher = with_targets(vec![signer.clone()], 1);
        let signatures = signatures(&publisher.targets, &[signer]);
        assert_eq!(refusal(publisher, &signatures), InvalidTrustData::Signature { id }, "{method}");
    }
}

#[test]
fn an_rsa_signature_of_one_scheme_is_none_of_the_other() {
    let signer = Signer::bare(SigningKey::rsa_2048()).by_method("rsapss");
    assert_eq!(Client::new().unmet(&with_targets(vec![signer], 1).publish()), "targets");
}

#[test]
fn an_ecdsa_signature_is_two_numbers_and_no_der() {
    let publisher = Publisher::new();
    let signer = publisher.signers["targets"][0].clone();
    let id = signer.id().parse().unwrap();
    let message = canonical(&publisher.targets);
    let by_it = signatures(&publisher.targets, std::slice::from_ref(&signer));
    let good = Base64::decode_vec(by_it[0]["sig"].as_str().unwrap()).unwrap();
    let zero_before = [&[0][..], &good].concat();
    for bytes in [signer.sign_der(message.as_bytes()), good[1..].to_vec(), zero_before, Vec::new(), vec![0; 96]] {
        let mut signatures = by_it.clone();
        signatures[0]["sig"] = json!(Base64::encode_string(&bytes));
        assert_eq!(refusal(publisher.clone(), &signatures), InvalidTrustData::Signature { id });
    }
}

#[test]
fn a_signature_of_zeros_does_not_hold() {
    let mut publisher = Publisher::new();
    let mut zeros = signatures(&publisher.targets, &publisher.signers["targets"]);
    zeros[0]["sig"] = json!(Base64::encode_string(&[0; 64]));
    let targets = file(&publisher.targets, &zeros);
    let files = publisher.publish_with(targets, std::collections::BTreeMap::new());
    assert_eq!(Client::new().unmet(&files), "targets");
}

#[test]
fn a_signature_is_written_in_canonical_base64() {
    let publisher = Publisher::new();
    let id = publisher.signers["targets"][0].id().parse().unwrap();
    let good = signatures(&publisher.targets, &publisher.signers["targets"]);
    let text = good[0]["sig"].as_str().unwrap();
    for bad in
        [text.trim_end_matches('=').to_owned(), format!("{text}\n"), text.replace(['+', '/'], "-"), format!(" {text}"), "00ff".repeat(32)]
    {
        let mut signatures = good.clone();
        signatures[0]["sig"] = json!(bad);
        if bad != text {
            assert_eq!(refusal(publisher.clone(), &signatures), InvalidTrustData::Signature { id }, "{bad:?}");
        }
    }
}

#[test]
fn more_signatures_than_anybody_has_are_refused() {
    let publisher = Publisher::new();
    let many: Vec<_> = (0..65).map(|number| json!({ "keyid": number.to_string(), "method": "ecdsa", "sig": "" })).collect();
    let too_many = InvalidMetadata::TooMany { what: "signatures", limit: 64 };
    assert_eq!(refusal(publisher, &json!(many)), InvalidTrustData::Metadata(too_many));
}

#[test]
fn a_role_s_key_signs_for_no_other_role() {
    let mut publisher = Publisher::new();
    publisher.signers.insert("targets".into(), vec![Signer::p256("snapshot")]);
    assert_eq!(Client::new().refusal(&publisher.publish()), threshold(1, 0));
}

#[test]
fn a_document_of_another_role_is_refused() {
    let mut publisher = Publisher::new();
    publisher.targets["_type"] = json!("targets");
    let expected = InvalidMetadata::Type { expected: "Targets", found: "targets".into() };
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(expected));
    let mut publisher = Publisher::new();
    publisher.timestamp["_type"] = json!("Snapshot");
    assert_eq!(Client::new().refusal(&publisher.publish()).code(), "metadata-invalid");
}

/// The key of a delegation may be in any certificate: an expired one, an authority's.
#[test]
fn only_the_key_counts_in_a_certificate_that_is_no_root_s() {
    let key = SigningKey::p256("targets");
    let pem = crate::minted::certificate(&key, "x").valid(0, 1).with_signature(&[]).signed_by(&key).pem();
    Client::new().accepts(&with_targets(vec![Signer::in_text(key, &pem)], 1).publish());
}
