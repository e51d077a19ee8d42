//! What is no metadata at all, whoever signed it.

use pullproof::json::InvalidJson;
use pullproof::tuf::Floors;
use pullproof::tuf::InvalidMetadata;
use pullproof::tuf::TrustedRoot;
use serde_json::Value;
use serde_json::json;

use crate::repository::Repository;
use crate::repository::sign;

/// What becomes of a timestamp after `change`, signed by the right key.
fn timestamp(change: impl FnOnce(&mut Value)) -> Result<(), InvalidMetadata> {
    let mut repository = Repository::new();
    change(&mut repository.timestamp);
    bytes(&repository, &sign(&repository.timestamp, &repository.signers["timestamp"]))
}

fn bytes(repository: &Repository, bytes: &[u8]) -> Result<(), InvalidMetadata> {
    let root = TrustedRoot::load(&repository.embedded)?.prove().unwrap();
    root.timestamp(bytes, &Floors::default(), repository.now).map(|unproven| _ = unproven.prove().unwrap())
}

/// The same with the text of the file.
fn text(change: impl FnOnce(String) -> String) -> Result<(), InvalidMetadata> {
    let repository = Repository::new();
    let text = String::from_utf8(repository.files["timestamp.json"].clone()).unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text);
    bytes(&repository, changed.as_bytes())
}

#[test]
fn white_space_and_order_do_not_matter_since_the_canonical_form_is_signed() {
    text(|text| serde_json::from_str::<Value>(&text).unwrap().to_string()).unwrap();
    text(|text| text.replace('\n', "\r\n\t")).unwrap();
    text(|text| text.replace("\"timestamp\"", "\"\\u0074imestamp\"")).unwrap();
}

#[test]
fn a_name_that_occurs_twice_is_refused() {
    let duplicate = |key: &str| Err(InvalidMetadata::Json(InvalidJson::DuplicateKey { key: key.into() }));
    assert_eq!(text(|text| text.replacen("\"version\": 1", "\"version\": 1, \"version\": 1", 1)), duplicate("version"));
    assert_eq!(text(|text| text.replacen('{', "{\"signed\": {}, ", 1)), duplicate("signed"));
    assert_eq!(text(|text| text.replacen("\"sig\":", "\"keyid\": \"x\", \"sig\":", 1)), duplicate("keyid"));
}

#[test]
fn a_known_name_in_other_capitals_is_refused() {
    let refused = text(|text| text.replacen('{', "{\"Signed\": {}, ", 1));
    assert!(matches!(refused, Err(InvalidMetadata::Json(InvalidJson::KeyCase { .. }))), "{refused:?}");
}

#[test]
fn versions_that_are_no_numbers_from_one_on_are_refused() {
    assert_eq!(timestamp(|document| document["version"] = json!(0)), Err(InvalidMetadata::VersionZero { path: "$.signed.version".into() }));
    for version in [json!(-1), json!(i64::MAX), json!(9_007_199_254_740_992_u64), json!("1"), json!(true), json!(null), json!([1])] {
        let refused = timestamp(|document| document["version"] = version.clone());
        assert!(matches!(refused, Err(InvalidMetadata::Json(_))), "{version} {refused:?}");
    }
    let refused = timestamp(|document| document["meta"]["snapshot.json"]["version"] = json!(0));
    assert!(matches!(refused, Err(InvalidMetadata::VersionZero { .. })), "{refused:?}");
    timestamp(|document| document["version"] = json!(9_007_199_254_740_991_u64)).unwrap();
}

/// Where a float is a version it is of the wrong type; anywhere else it still is in what is signed.
#[test]
fn numbers_that_are_no_integers_are_refused_everywhere() {
    for number in [json!(1.0), json!(1e3), json!(0.5), json!(18_446_744_073_709_551_615_u64)] {
        let refused = timestamp(|document| document["custom"] = json!({ "deep": [number] }));
        assert_eq!(refused, Err(InvalidMetadata::Number));
        assert!(timestamp(|document| document["version"] = number.clone()).is_err(), "{number}");
    }
    let written = |text: &'static str| self::text(move |file| file.replacen("\"version\": 1", &format!("\"version\": {text}"), 1));
    for number in ["1.0", "1e0", "01", "+1", "-0", "0x1", "1_0", "NaN", "36893488147419103232"] {
        assert!(written(number).is_err(), "{number}");
    }
}

#[test]
fn members_that_nobody_knows_are_signed_and_passed_over() {
    timestamp(|document| document["x-tuf-on-ci-expiry-period"] = json!([{ "any": "thing" }, null, true, -5, ""])).unwrap();
}

#[test]
fn metadata_of_another_kind_is_refused() {
    let mut repository = Repository::new();
    // The same key for all, so that only the kind tells them apart.
    let signer = repository.signers["snapshot"].clone();
    repository.rotate(|repository| _ = repository.signers.insert("timestamp".into(), signer));
    repository.files.insert("timestamp.json".into(), repository.files["snapshot.json"].clone());
    assert_eq!(repository.refusal(), InvalidMetadata::Type { expected: "timestamp", found: "snapshot".into() });
}

#[test]
fn only_version_1_of_the_specification_is_read() {
    for version in ["1.0", "1.0.0", "1.0.34", "1.2.3", "1"] {
        timestamp(|document| document["spec_version"] = json!(version)).unwrap();
    }
    for version in ["2.0.0", "0.9", "", "1.", "1.0.0.0", "1.x", "10.0", "1.0.34-rc", "v1.0", " 1.0", "1.99999999999"] {
        let refused = timestamp(|document| document["spec_version"] = json!(version));
        assert_eq!(refused, Err(InvalidMetadata::Specification { found: version.into() }));
    }
}

#[test]
fn a_time_that_is_none_is_refused() {
    for time in ["", "never", "2027-13-01T00:00:00Z", "2027-01-01", "99999-01-01T00:00:00Z"] {
        assert_eq!(timestamp(|document| document["expires"] = json!(time)), Err(InvalidMetadata::Time { found: time.into() }));
    }
}

#[test]
fn a_member_that_is_missing_is_refused() {
    for name in ["_type", "spec_version", "version", "expires", "meta"] {
        let refused = timestamp(|document| _ = document.as_object_mut().unwrap().remove(name));
        assert_eq!(refused, Err(InvalidMetadata::Json(InvalidJson::Missing { path: format!("$.signed.{name}") })));
    }
    for file in ["", "{}", "[]", "null", "{\"signed\":{}}", "{\"signatures\":[]}", "{\"signed\":[],\"signatures\":{}}"] {
        assert!(matches!(bytes(&Repository::new(), file.as_bytes()), Err(InvalidMetadata::Json(_))), "{file}");
    }
}

#[test]
fn a_timestamp_names_the_snapshot_and_nothing_else() {
    let refused = timestamp(|document| document["meta"]["targets.json"] = json!({ "version": 1 }));
    assert_eq!(refused, Err(InvalidMetadata::Unlisted { by: "timestamp".into(), name: "targets.json".into() }));
    assert!(timestamp(|document| document["meta"] = json!({})).is_err());
}

#[test]
fn a_snapshot_without_targets_is_refused() {
    let mut repository = Repository::new();
    repository.snapshot["meta"] = json!({ "other.json": { "version": 1 } });
    repository.publish_snapshot();
    assert_eq!(repository.refusal(), InvalidMetadata::Unlisted { by: "snapshot".into(), name: "targets".into() });
}

#[test]
fn what_is_no_json_is_refused_at_every_step() {
    for path in ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"] {
        for garbage in [&b""[..], b"<html>", b"{\"signed\":", b"\xff\xfe", &[b'['; 16_000]] {
            let mut repository = Repository::new();
            repository.snapshot["meta"]["targets.json"] = json!({ "version": 1 });
            repository.publish_snapshot();
            repository.timestamp["meta"] = json!({ "snapshot.json": { "version": 1 } });
            repository.publish_timestamp();
            repository.files.insert(path.into(), garbage.to_vec());
            assert!(matches!(repository.refusal(), InvalidMetadata::Json(_)), "{path}");
        }
    }
}

/// Every byte of every file, flipped: nothing is accepted that was not signed.
#[test]
fn a_flipped_bit_is_refused_or_changes_nothing() {
    let repository = Repository::new();
    let honest = &repository.files["timestamp.json"];
    let value: Value = serde_json::from_slice(honest).unwrap();
    let root = TrustedRoot::load(&repository.embedded).unwrap().prove().unwrap();
    let mut refused = 0;
    for at in 0..honest.len() {
        for bit in [1, 0x20] {
            let mut changed = honest.clone();
            changed[at] ^= bit;
            let proven = root.timestamp(&changed, &Floors::default(), repository.now).map(pullproof::crypto::Unproven::prove);
            match proven {
                Ok(Ok(_)) => assert_eq!(serde_json::from_slice::<Value>(&changed).unwrap()["signed"], value["signed"], "{at}"),
                _ => refused += 1,
            }
        }
    }
    assert!(refused > honest.len(), "{refused} of {}", 2 * honest.len());
}
