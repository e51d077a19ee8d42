//! What a document may look like: one strict reading of it, within limits.

use std::collections::BTreeMap;

use pullproof::content_trust::InvalidTrustData;
use pullproof::json::InvalidJson;
use pullproof::tuf::InvalidMetadata;
use serde_json::Value;
use serde_json::json;

use crate::minted::Client;
use crate::minted::Files;
use crate::minted::MANIFEST;
use crate::minted::Publisher;
use crate::minted::sign;

/// Targets with this text instead.
fn with_text(change: impl FnOnce(String) -> String) -> Files {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    let before = String::from_utf8(files.targets).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after);
    publisher.publish_with(after.into_bytes(), BTreeMap::new())
}

fn json_refusal(files: &Files) -> InvalidJson {
    match Client::new().refusal(files) {
        InvalidTrustData::Metadata(InvalidMetadata::Json(invalid)) => invalid,
        other => panic!("{other}"),
    }
}

#[test]
fn trap_01_a_name_twice_is_refused() {
    for (from, to) in [
        (r#"{"signatures""#, r#"{"signed":{},"signatures""#),
        (r#""_type":"Targets""#, r#""_type":"Targets","_type":"Targets""#),
        (r#""length":"#, r#""length":1,"length":"#),
        (r#""1.0":"#, r#""1.0":{},"1.0":"#),
    ] {
        let files = with_text(|text| text.replacen(from, to, 1));
        assert!(matches!(json_refusal(&files), InvalidJson::DuplicateKey { .. }), "{from}");
    }
}

/// Go takes `SIGNED` for `signed`, so Notary does.
#[test]
fn trap_01_a_name_in_other_capitals_is_refused() {
    for name in
        ["signed", "signatures", "_type", "version", "expires", "targets", "delegations", "length", "hashes", "sha256", "keyid", "sig"]
    {
        let files = with_text(|text| text.replacen(&format!("\"{name}\":"), &format!("\"{}\":", name.to_uppercase()), 1));
        assert!(matches!(json_refusal(&files), InvalidJson::KeyCase { .. }), "{name}");
    }
}

#[test]
fn trap_01_what_is_hashed_are_the_bytes_and_what_is_signed_is_the_canonical_form() {
    // Indented, with escapes and other orders: the same document, with other hashes.
    let files = with_text(|text| {
        let document: Value = serde_json::from_str(&text).unwrap();
        let pretty = serde_json::to_string_pretty(&document).unwrap();
        pretty.replacen("\"Targets\"", "\"\\u0054argets\"", 1)
    });
    Client::new().accepts(&files);
    let mut publisher = Publisher::new();
    let mut files = publisher.publish();
    files.targets.push(b' ');
    assert!(matches!(
        Client::new().refusal(&files),
        InvalidTrustData::Metadata(InvalidMetadata::Length { expected, found, .. }) if found == expected + 1
    ));
}

#[test]
fn trap_01_control_characters_stand_raw_in_what_is_signed() {
    let mut publisher = Publisher::new();
    publisher.targets["custom"] = json!("a\nb\u{1}<\u{2028}\"\\é😀");
    Client::new().accepts(&publisher.publish());
}

#[test]
fn trap_02_numbers_are_integers() {
    for number in ["1.0", "1e0", "1.5", "-1", "\"1\"", "9007199254740992", "18446744073709551616", "null"] {
        for (name, value) in [("version", "1"), ("length", "52")] {
            let files = with_text(|text| text.replace(&format!("\"{name}\":{value}"), &format!("\"{name}\":{number}")));
            let refusal = Client::new().refusal(&files);
            assert!(
                matches!(refusal, InvalidTrustData::Metadata(InvalidMetadata::Json(_) | InvalidMetadata::Number)),
                "{name} {number}: {refusal}"
            );
        }
    }
}

#[test]
fn trap_02_a_number_that_nobody_reads_has_to_be_an_integer_too() {
    let files = with_text(|text| text.replace("\"_type\"", "\"custom\":0.5,\"_type\""));
    assert_eq!(Client::new().refusal(&files), InvalidTrustData::Metadata(InvalidMetadata::Number));
}

#[test]
fn versions_are_counted_from_one() {
    let mut publisher = Publisher::new();
    publisher.targets["version"] = json!(0);
    assert_eq!(
        Client::new().refusal(&publisher.publish()),
        InvalidTrustData::Metadata(InvalidMetadata::VersionZero { path: "$.signed.version".into() })
    );
}

#[test]
fn trap_11_times_have_fractions_and_offsets() {
    for expires in [
        "2026-11-23T12:00:01Z",
        "2026-11-23T12:00:01.1Z",
        "2036-11-20T02:34:42.028629175Z",
        "2026-11-23T05:00:01.677722315-07:00",
        "2029-08-26T14:12:13.21926558+02:00",
    ] {
        let mut publisher = Publisher::new();
        publisher.targets["expires"] = json!(expires);
        Client::new().accepts(&publisher.publish());
    }
    // The same instant as, or one before, that of the client.
    for expires in
        ["2026-11-23T12:00:00.9Z", "2026-11-23T05:00:00-07:00", "2026-11-23T14:00:00+02:00", "2026-11-23T13:59:59.999999999+02:00"]
    {
        let mut publisher = Publisher::new();
        publisher.targets["expires"] = json!(expires);
        assert_eq!(Client::new().refusal(&publisher.publish()).code(), "metadata-expired", "{expires}");
    }
    for expires in ["", "2036-11-20", "2036-11-20T02:34:42", "tomorrow", "2036-11-20T02:34:42.Z", "2036-13-20T02:34:42Z", "1795435200"] {
        let mut publisher = Publisher::new();
        publisher.targets["expires"] = json!(expires);
        let time = InvalidMetadata::Time { found: expires.into() };
        assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(time));
    }
}

#[test]
fn what_is_missing_is_refused() {
    for name in ["_type", "version", "expires", "targets"] {
        let mut publisher = Publisher::new();
        publisher.targets.as_object_mut().unwrap().remove(name);
        assert!(matches!(json_refusal(&publisher.publish()), InvalidJson::Missing { .. }), "{name}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    for text in ["", "null", "[]", "{}", "{\"signed\":{}}", "{\"signed\":[],\"signatures\":[]}", "\u{feff}{}", "<html>"] {
        let mut publisher = Publisher::new();
        let files = Files { roots: vec![text.into()], ..publisher.publish() };
        assert!(
            matches!(json_refusal(&files), InvalidJson::Syntax { .. } | InvalidJson::Missing { .. } | InvalidJson::Type { .. }),
            "{text}"
        );
    }
}

#[test]
fn delegations_may_be_left_out_or_null() {
    for none in [Value::Null, json!({}), json!({ "keys": null, "roles": null }), json!({ "keys": {}, "roles": [] })] {
        let mut publisher = Publisher::new();
        publisher.targets["delegations"] = none;
        Client::new().accepts(&publisher.publish());
    }
}

#[test]
fn a_file_that_is_larger_than_it_may_be_is_refused_before_it_is_read() {
    let mut publisher = Publisher::new();
    let good = publisher.publish();
    let (root, timestamp) = (vec![b'['; 1_024_001], vec![b'['; 16_385]);
    for (role, limit, files) in
        [("root", 1_024_000, Files { roots: vec![root], ..good.clone() }), ("timestamp", 16_384, Files { timestamp, ..good.clone() })]
    {
        let too_large = InvalidMetadata::TooLarge { role: role.into(), limit };
        assert_eq!(Client::new().refusal(&files), InvalidTrustData::Metadata(too_large));
    }
    // Of the others, the file that names them says how long they are.
    let files = Files { snapshot: vec![b'['; 3_000_000], ..good };
    assert!(matches!(Client::new().refusal(&files), InvalidTrustData::Metadata(InvalidMetadata::Length { found: 3_000_000, .. })));
}

#[test]
fn a_file_that_is_said_to_be_larger_than_any_is_refused_before_it_is_asked_for() {
    for length in [5_000_001, 9_007_199_254_740_991_u64] {
        let mut publisher = Publisher::new();
        let files = publisher.publish();
        publisher.snapshot["meta"]["targets"]["length"] = json!(length);
        let too_large = InvalidMetadata::TooLarge { role: "targets".into(), limit: 5_000_000 };
        assert_eq!(Client::new().refusal(&publisher.publish_snapshot(files)), InvalidTrustData::Metadata(too_large));
    }
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    publisher.timestamp["meta"]["snapshot"]["length"] = json!(2_000_001);
    let timestamp = sign(&publisher.timestamp, &publisher.signers["timestamp"]);
    let too_large = InvalidMetadata::TooLarge { role: "snapshot".into(), limit: 2_000_000 };
    assert_eq!(Client::new().refusal(&Files { timestamp, ..files }), InvalidTrustData::Metadata(too_large));
}

#[test]
fn trap_16_a_file_that_is_shorter_than_was_said_is_refused() {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    // Notary takes the length for a limit.
    publisher.snapshot["meta"]["targets"]["length"] = json!(files.targets.len() + 1);
    let files = publisher.publish_snapshot(files);
    let length = InvalidMetadata::Length { name: "targets".into(), expected: files.targets.len() + 1, found: files.targets.len() };
    assert_eq!(Client::new().refusal(&files), InvalidTrustData::Metadata(length));
}

#[test]
fn trap_16_every_known_hash_is_compared() {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    let other = crate::minted::meta(MANIFEST)["hashes"].clone();
    for function in ["sha256", "sha512"] {
        let mut publisher = publisher.clone();
        publisher.snapshot["meta"]["targets"]["hashes"][function] = other[function].clone();
        let files = publisher.publish_snapshot(files.clone());
        assert_eq!(Client::new().refusal(&files).code(), "metadata-digest-mismatch", "{function}");
    }
}

#[test]
fn trap_16_a_file_without_a_sha_256_is_refused() {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    publisher.snapshot["meta"]["targets"]["hashes"].as_object_mut().unwrap().remove("sha256");
    assert_eq!(Client::new().refusal(&publisher.publish_snapshot(files)).code(), "metadata-invalid");
}

#[test]
fn trap_16_hashes_are_canonical_base64_of_their_length() {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    let good = publisher.snapshot["meta"]["targets"]["hashes"]["sha256"].as_str().unwrap().to_owned();
    for bad in ["", "AAAA", good.trim_end_matches('='), &format!("{good}\n"), &"00".repeat(32), &format!("{}A==", &good[..good.len() - 3])]
    {
        let mut publisher = publisher.clone();
        publisher.snapshot["meta"]["targets"]["hashes"]["sha256"] = json!(bad);
        let refusal = Client::new().refusal(&publisher.publish_snapshot(files.clone()));
        assert!(matches!(refusal, InvalidTrustData::Metadata(InvalidMetadata::Hash { .. })), "{bad}: {refusal}");
    }
}

#[test]
fn hashes_of_unknown_functions_are_passed_over() {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    publisher.snapshot["meta"]["targets"]["hashes"]["blake3"] = json!("whatever");
    Client::new().accepts(&publisher.publish_snapshot(files));
}

#[test]
fn the_bytes_have_to_be_those_that_are_named() {
    let mut publisher = Publisher::new();
    let good = publisher.publish();
    let flip = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[0] ^= 1;
        bytes
    };
    for (name, files) in [
        ("snapshot", Files { snapshot: flip(&good.snapshot), ..good.clone() }),
        ("targets", Files { targets: flip(&good.targets), ..good.clone() }),
    ] {
        assert!(matches!(
            Client::new().refusal(&files),
            InvalidTrustData::Metadata(InvalidMetadata::Digest { name: found, .. }) if found == name
        ));
    }
}

#[test]
fn a_snapshot_without_root_or_targets_is_refused() {
    for role in ["root", "targets"] {
        let mut publisher = Publisher::new();
        let files = publisher.publish();
        publisher.snapshot["meta"].as_object_mut().unwrap().remove(role);
        let unlisted = InvalidMetadata::Unlisted { by: "snapshot".into(), name: role.into() };
        assert_eq!(Client::new().refusal(&publisher.publish_snapshot(files)), InvalidTrustData::Metadata(unlisted));
    }
}

#[test]
fn a_snapshot_of_another_root_is_refused() {
    let mut publisher = Publisher::new();
    let files = publisher.publish();
    publisher.snapshot["meta"]["root"] = crate::minted::meta(MANIFEST);
    assert!(matches!(
        Client::new().refusal(&publisher.publish_snapshot(files)),
        InvalidTrustData::Metadata(InvalidMetadata::Length { name, .. }) if name == "root"
    ));
}
