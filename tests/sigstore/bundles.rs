//! What is no bundle.

use pullproof::sigstore::bundle;
use pullproof::sigstore::bundle::InvalidBundle;
use pullproof::sigstore::entity::Form;
use pullproof::sigstore::entity::SignedEntity;
use pullproof_world::sigstore::BUNDLE_V0_1;
use pullproof_world::sigstore::BUNDLE_V0_2;
use pullproof_world::sigstore::BUNDLE_V0_3;
use pullproof_world::sigstore::BUNDLE_V0_3_OLD;
use pullproof_world::sigstore::Sigstore;
use serde_json::Value;
use serde_json::json;

use crate::support::content;
use crate::support::image;

fn parse(value: &Value) -> Result<SignedEntity, InvalidBundle> {
    bundle::parse(value.to_string().as_bytes())
}

/// A good bundle, with something changed.
fn changed(change: impl FnOnce(&mut Value)) -> Result<SignedEntity, InvalidBundle> {
    let mut value = Sigstore::new().signing().stamped().sign_message(content().bytes()).value();
    change(&mut value);
    parse(&value)
}

fn entry(value: &mut Value) -> &mut Value {
    &mut value["verificationMaterial"]["tlogEntries"][0]
}

#[test]
fn every_version_is_known_by_its_media_type() {
    for (media_type, form) in
        [(BUNDLE_V0_1, Form::BundleV01), (BUNDLE_V0_2, Form::BundleV02), (BUNDLE_V0_3, Form::BundleV03), (BUNDLE_V0_3_OLD, Form::BundleV03)]
    {
        let bundle = Sigstore::new().signing().version(media_type).sign_image(image());
        assert_eq!(parse(&bundle.value()).unwrap().form, form);
    }
    for other in [
        "",
        "application/vnd.dev.sigstore.bundle.v0.2+json",
        "application/vnd.dev.sigstore.bundle.v0.4+json",
        "application/vnd.dev.sigstore.bundle+json;version=0.4",
        "application/vnd.dev.sigstore.bundle+json; version=0.3",
        "application/vnd.dev.sigstore.bundle+json",
        "Application/vnd.dev.sigstore.bundle.v0.3+json",
    ] {
        assert!(matches!(changed(|value| value["mediaType"] = json!(other)), Err(InvalidBundle::Version { .. })), "{other}");
    }
}

#[test]
fn trap_4_what_is_not_known_is_refused_at_every_level() {
    let places: [fn(&mut Value) -> &mut Value; 13] = [
        |value| value,
        |value| &mut value["verificationMaterial"],
        |value| &mut value["verificationMaterial"]["certificate"],
        |value| &mut value["verificationMaterial"]["timestampVerificationData"],
        |value| &mut value["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][0],
        entry,
        |value| &mut entry(value)["logId"],
        |value| &mut entry(value)["kindVersion"],
        |value| &mut entry(value)["inclusionPromise"],
        |value| &mut entry(value)["inclusionProof"],
        |value| &mut entry(value)["inclusionProof"]["checkpoint"],
        |value| &mut value["messageSignature"],
        |value| &mut value["messageSignature"]["messageDigest"],
    ];
    for (number, place) in places.into_iter().enumerate() {
        assert!(changed(|value| place(value)["x"] = json!(null)).is_err(), "place {number}");
    }
    let mut envelope = Sigstore::new().signing().sign_image(image()).value();
    assert!(parse(&envelope).is_ok());
    envelope["dsseEnvelope"]["signatures"][0]["cert"] = json!("");
    assert!(parse(&envelope).is_err());
}

#[test]
fn trap_4_of_what_excludes_another_there_is_one() {
    assert!(changed(|value| value["dsseEnvelope"] = json!({})).is_err());
    assert!(changed(|value| value["messageSignature"] = json!(null)).is_err());
    assert!(changed(|value| value["verificationMaterial"]["publicKey"] = json!({ "hint": "x" })).is_err());
    assert!(changed(|value| value["verificationMaterial"]["x509CertificateChain"] = json!({})).is_err());
    assert!(changed(|value| value["verificationMaterial"]["certificate"] = json!(null)).is_err());
}

#[test]
fn what_a_version_requires_has_to_be_there() {
    let without = |media_type: &str, name: &str| {
        let mut value = Sigstore::new().signing().version(media_type).sign_image(image()).value();
        entry(&mut value).as_object_mut().unwrap().remove(name);
        parse(&value)
    };
    assert!(matches!(without(BUNDLE_V0_1, "inclusionPromise"), Err(InvalidBundle::NoPromise { .. })));
    assert!(without(BUNDLE_V0_3, "inclusionPromise").is_ok());
    for media_type in [BUNDLE_V0_2, BUNDLE_V0_3] {
        assert!(matches!(without(media_type, "inclusionProof"), Err(InvalidBundle::NoProof { .. })));
        for name in ["logId", "kindVersion", "canonicalizedBody"] {
            assert!(matches!(without(media_type, name), Err(InvalidBundle::Json(_))), "{name}");
        }
    }
    let no_checkpoint = changed(|value| drop(entry(value)["inclusionProof"].as_object_mut().unwrap().remove("checkpoint")));
    assert!(matches!(no_checkpoint, Err(InvalidBundle::NoProof { .. })));
}

#[test]
fn in_version_0_1_a_proof_without_checkpoint_proves_nothing() {
    let mut value = Sigstore::new().signing().version(BUNDLE_V0_2).sign_image(image()).value();
    value["mediaType"] = json!(BUNDLE_V0_1);
    assert!(parse(&value).unwrap().entries[0].proof.is_some());
    entry(&mut value)["inclusionProof"].as_object_mut().unwrap().remove("checkpoint");
    assert_eq!(parse(&value).unwrap().entries[0].proof, None);
}

#[test]
fn numbers_and_bytes_have_one_form() {
    for (name, wrong) in [("logIndex", json!(5)), ("logIndex", json!("-5")), ("logIndex", json!("05")), ("integratedTime", json!("1e9"))] {
        assert!(changed(|value| entry(value)[name] = wrong.clone()).is_err(), "{name}: {wrong}");
    }
    for (name, wrong) in [("treeSize", json!("-1")), ("logIndex", json!(1)), ("hashes", json!(["AAAA"])), ("rootHash", json!(""))] {
        assert!(changed(|value| entry(value)["inclusionProof"][name] = wrong.clone()).is_err(), "{name}: {wrong}");
    }
    for wrong in ["", "AQI", "AQID\n", "_-_-", "AB=="] {
        assert!(changed(|value| value["messageSignature"]["signature"] = json!(wrong)).is_err(), "{wrong}");
        assert!(changed(|value| entry(value)["canonicalizedBody"] = json!(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_digest_is_as_long_as_its_algorithm_writes() {
    for wrong in [json!("SHA2_384"), json!("SHA1"), json!("sha2_256"), json!(1), json!(null)] {
        assert!(changed(|value| value["messageSignature"]["messageDigest"]["algorithm"] = wrong.clone()).is_err(), "{wrong}");
    }
    assert!(changed(|value| value["messageSignature"]["messageDigest"] = json!(null)).is_err());
}

#[test]
fn trap_21_more_than_anybody_needs_is_refused() {
    let many = |value: &mut Value, count: usize| {
        let one = entry(value).clone();
        let entries = (0..count).map(|number| {
            let mut entry = one.clone();
            entry["logIndex"] = json!(number.to_string());
            entry
        });
        value["verificationMaterial"]["tlogEntries"] = entries.collect();
    };
    assert!(changed(|value| many(value, 32)).is_ok());
    assert!(changed(|value| many(value, 33)).is_err());
    let stamps = |value: &mut Value, count: usize| {
        let stamps = &mut value["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"];
        *stamps = vec![stamps[0].clone(); count].into();
    };
    assert!(changed(|value| stamps(value, 32)).is_ok());
    assert!(changed(|value| stamps(value, 33)).is_err());
    assert!(bundle::parse(" ".repeat((16 << 20) + 1).as_bytes()).is_err());
    let chain = |count: usize| {
        let mut value = Sigstore::new().signing().version(BUNDLE_V0_2).sign_image(image()).value();
        let chain = &mut value["verificationMaterial"]["x509CertificateChain"]["certificates"];
        *chain = vec![chain[0].clone(); count].into();
        parse(&value)
    };
    assert!(chain(32).is_ok());
    assert!(chain(33).is_err());
}

#[test]
fn one_entry_told_twice_is_refused() {
    let twice = changed(|value| {
        let one = entry(value).clone();
        value["verificationMaterial"]["tlogEntries"].as_array_mut().unwrap().push(one);
    });
    assert!(matches!(twice, Err(InvalidBundle::DuplicateEntry { .. })));
}

#[test]
fn the_root_does_not_come_along_and_0_3_brings_no_chain() {
    let sigstore = Sigstore::new();
    let mut value = sigstore.signing().version(BUNDLE_V0_2).sign_image(image()).value();
    let root = sigstore.trusted_root().value()["certificateAuthorities"][0]["certChain"]["certificates"][1].clone();
    let mut chained = value.clone();
    chained["mediaType"] = json!(BUNDLE_V0_3);
    assert_eq!(parse(&chained), Err(InvalidBundle::Chain));
    value["verificationMaterial"]["x509CertificateChain"]["certificates"].as_array_mut().unwrap().push(root);
    assert_eq!(parse(&value), Err(InvalidBundle::Root));
}

#[test]
fn what_is_no_document_is_refused() {
    for text in ["", "null", "[]", "{}", "{\"mediaType\":1}", "\u{feff}{}"] {
        assert!(bundle::parse(text.as_bytes()).is_err(), "{text:?}");
    }
}
