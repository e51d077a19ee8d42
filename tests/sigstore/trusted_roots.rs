//! Whom a file says to trust, and what is no such file.

use pullproof::crypto::Scheme;
use pullproof::digest::Algorithm;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trusted_root::InvalidTrustedRoot;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::TrustedLog;
use serde_json::Value;
use serde_json::json;

use crate::support::Case;
use crate::support::image;

fn parse(value: &Value) -> Result<TrustedRoot, InvalidTrustedRoot> {
    TrustedRoot::parse(value.to_string().as_bytes())
}

fn changed(change: impl FnOnce(&mut Value)) -> Result<TrustedRoot, InvalidTrustedRoot> {
    let mut value = Sigstore::new().trusted_root().value();
    change(&mut value);
    parse(&value)
}

#[test]
fn logs_and_authorities_are_read_with_their_times_and_operators() {
    let root = changed(|value| {
        value["tlogs"][1]["operator"] = json!("somebody");
        value["tlogs"][1]["publicKey"]["validFor"]["end"] = json!("2026-06-30T23:59:59.999Z");
    })
    .unwrap();
    let [first, second] = root.logs.usable.as_slice() else { panic!("expected two logs") };
    assert_eq!((first.scheme, second.scheme), (Scheme::Ecdsa(Algorithm::Sha256), Scheme::Ed25519));
    assert_eq!((first.origin.as_str(), first.operator.as_deref()), ("rekor.pullproof.test", None));
    assert_eq!(
        (second.operator.as_deref(), second.validity.to_string().as_str()),
        (Some("somebody"), "2025-01-01T00:00:00Z to 2026-06-30T23:59:59Z")
    );
    assert_eq!(root.certificate_authorities.usable[0].chain.len(), 2);
    assert_eq!(root.timestamp_authorities.usable[0].uri, "https://timestamp.pullproof.test/api/v1/timestamp");
    assert_eq!(root.certificate_logs.usable.len(), 1);
}

#[test]
fn both_versions_are_read_and_no_other() {
    for good in ["trustedroot+json;version=0.1", "trustedroot.v0.1+json", "trustedroot.v0.2+json"] {
        assert!(changed(|value| value["mediaType"] = json!(format!("application/vnd.dev.sigstore.{good}"))).is_ok(), "{good}");
    }
    for bad in ["trustedroot+json;version=0.2", "trustedroot.v0.3+json", "bundle.v0.3+json", "trustedroot"] {
        let refused = changed(|value| value["mediaType"] = json!(format!("application/vnd.dev.sigstore.{bad}")));
        assert!(matches!(refused, Err(InvalidTrustedRoot::MediaType { .. })), "{bad}");
    }
}

#[test]
fn what_a_later_version_adds_is_passed_over() {
    assert!(changed(|value| value["tlogs"][0]["checkpointKeyId"] = json!({ "keyId": "AAAA" })).is_ok());
    assert!(changed(|value| value["tlogs"][0]["somethingNew"] = json!(1)).is_ok());
    assert!(changed(|value| value["somethingNew"] = json!([])).is_ok());
}

#[test]
fn a_validity_has_a_beginning_and_ends_after_it() {
    for place in ["tlogs", "ctlogs"] {
        assert!(changed(|value| value[place][0]["publicKey"]["validFor"] = json!({})).is_err(), "{place}");
        assert!(changed(|value| drop(value[place][0]["publicKey"].as_object_mut().unwrap().remove("validFor"))).is_err(), "{place}");
    }
    for place in ["certificateAuthorities", "timestampAuthorities"] {
        assert!(changed(|value| value[place][0]["validFor"] = json!({ "end": "2030-01-01T00:00:00Z" })).is_err(), "{place}");
        assert!(changed(|value| value[place][0]["validFor"] = json!({ "start": "yesterday" })).is_err(), "{place}");
        let backwards = json!({ "start": "2026-01-01T00:00:00Z", "end": "2025-12-31T23:59:59Z" });
        assert!(matches!(changed(|value| value[place][0]["validFor"] = backwards), Err(InvalidTrustedRoot::Backwards { .. })), "{place}");
    }
}

#[test]
fn a_log_with_an_unknown_kind_of_key_is_there_but_of_no_use() {
    let root = changed(|value| {
        value["ctlogs"][0]["publicKey"]["keyDetails"] = json!("PKIX_ML_DSA_65");
        value["tlogs"][0]["hashAlgorithm"] = json!("SHA3_256");
    })
    .unwrap();
    assert_eq!((root.certificate_logs.usable.len(), root.certificate_logs.unusable[0].path.as_str()), (0, "$.ctlogs[0]"));
    assert_eq!((root.logs.usable.len(), root.logs.unusable[0].found.as_str()), (1, "SHA3_256"));
    // Certificates are logged all the same, so that nothing is skipped.
    let case = Case::new(&Sigstore::new().signing().rekor_v2().sign_image(image()));
    assert_eq!(Case { root, ..case }.refusal(), "sct-log-unknown");
    let only = changed(|value| {
        value["tlogs"].as_array_mut().unwrap().truncate(1);
        value["tlogs"][0]["publicKey"]["keyDetails"] = json!("PKIX_ML_DSA_65");
    });
    assert_ne!(Logging::where_listed(&only.unwrap()), Logging::WithoutLog);
}

#[test]
fn a_key_is_what_it_is_said_to_be() {
    for (details, ok) in [
        ("PKIX_ECDSA_P256_SHA_256", true),
        ("PKIX_ECDSA_P384_SHA_384", false),
        ("PKIX_ED25519", false),
        ("PKIX_RSA_PKCS1V15_2048_SHA256", false),
        ("PKIX_RSA_PSS_4096_SHA256", false),
    ] {
        let found = changed(|value| value["tlogs"][0]["publicKey"]["keyDetails"] = json!(details));
        assert_eq!(found.is_ok(), ok, "{details}");
    }
    let sigstore = Sigstore::new();
    for key in SigningKey::all("log") {
        let root = sigstore.trusted_root().with(|root| root.logs.push(TrustedLog { key: key.public(), ..root.logs[0].clone() }));
        assert_eq!(parse(&root.value()).unwrap().logs.usable.len(), 3, "{}", key.public().details);
    }
}

#[test]
fn keys_and_certificates_that_are_none_are_refused() {
    assert!(changed(|value| value["tlogs"][0]["publicKey"]["rawBytes"] = json!("AAAA")).is_err());
    assert!(changed(|value| value["tlogs"][0]["publicKey"]["rawBytes"] = json!("")).is_err());
    assert!(changed(|value| drop(value["tlogs"][0].as_object_mut().unwrap().remove("logId"))).is_err());
    let certificates = |value: &mut Value, new: Value| value["certificateAuthorities"][0]["certChain"]["certificates"] = new;
    assert!(changed(|value| certificates(value, json!([]))).is_err());
    assert!(changed(|value| certificates(value, json!([{ "rawBytes": "AAAA" }]))).is_err());
    assert!(changed(|value| certificates(value, json!([{}]))).is_err());
}

#[test]
fn trap_4_a_name_that_occurs_twice_is_refused_here_too() {
    let text = Sigstore::new().trusted_root().json();
    assert!(TrustedRoot::parse(text.replacen("\"tlogs\":", "\"tlogs\":[],\"tlogs\":", 1).as_bytes()).is_err());
    assert!(TrustedRoot::parse(text.replacen("\"tlogs\":", "\"Tlogs\":", 1).as_bytes()).is_err());
    assert!(TrustedRoot::parse(b"").is_err());
    assert!(TrustedRoot::parse(" ".repeat((1 << 20) + 1).as_bytes()).is_err());
}

#[test]
fn pem_that_is_none_is_refused() {
    let pem = SigningKey::p256("log").public().pem();
    assert!(TrustedRoot::default().with_log("", "log.test").is_err());
    assert!(TrustedRoot::default().with_certificate_log("no PEM").is_err());
    assert!(TrustedRoot::default().with_certificate_authority(&pem).is_err());
    assert!(TrustedRoot::default().with_timestamp_authority("").is_err());
}
