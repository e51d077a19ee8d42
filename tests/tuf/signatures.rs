//! Who signed, and whether that is enough (sections 4.2 and 4.3).

use pullproof::tuf::InvalidMetadata;
use serde_json::Value;
use serde_json::json;

use crate::repository::Repository;
use crate::repository::Signer;
use crate::repository::role;

/// A repository whose timestamp role has these keys and this threshold, and whose timestamp these signed.
fn timestamp(keys: &[Signer], threshold: i64, signers: &[Signer]) -> Repository {
    let mut repository = Repository::new();
    let mut signed_by = repository.signers["root"].clone();
    repository.root["version"] = json!(2);
    for key in keys {
        repository.root["keys"][&key.id] = key.public();
    }
    repository.root["roles"]["timestamp"] = role(keys, threshold);
    signed_by.dedup_by(|a, b| a.id == b.id);
    repository.publish_root(&signed_by);
    repository.signers.insert("timestamp".into(), signers.to_vec());
    repository.release();
    repository
}

fn signers(seeds: impl IntoIterator<Item = u8>) -> Vec<Signer> {
    seeds.into_iter().map(Signer::p256).collect()
}

fn too_few(expected: usize, found: usize) -> InvalidMetadata {
    InvalidMetadata::Threshold { role: "timestamp".into(), expected, found }
}

#[test]
fn a_threshold_is_met_by_any_of_the_keys() {
    for chosen in [[10, 11], [10, 12], [12, 11]] {
        timestamp(&signers(10..13), 2, &signers(chosen)).refresh().unwrap();
    }
}

#[test]
fn a_threshold_that_is_not_met_is_refused() {
    assert_eq!(timestamp(&signers(10..13), 2, &signers([11])).refusal(), too_few(2, 1));
    assert_eq!(timestamp(&signers(10..13), 2, &[]).refusal(), too_few(2, 0));
}

#[test]
fn signatures_of_strangers_do_not_count() {
    assert_eq!(timestamp(&signers(10..13), 2, &signers([11, 66, 67, 68])).refusal(), too_few(2, 1));
    timestamp(&signers(10..13), 2, &signers([66, 10, 67, 11, 68])).refresh().unwrap();
}

#[test]
fn signatures_of_other_roles_do_not_count() {
    let root = Repository::new().signers["root"].clone();
    assert_eq!(timestamp(&signers([10]), 1, &root).refusal(), too_few(1, 0));
}

#[test]
fn a_wrong_signature_does_not_count() {
    let forged = Signer::p256(66).alias("p256-11");
    let (role, unmet) = timestamp(&signers(10..13), 2, &[Signer::p256(10), forged.clone()]).unmet();
    assert_eq!((role.as_str(), unmet.expected, unmet.found), ("timestamp", 2, 1));
    timestamp(&signers(10..13), 2, &[Signer::p256(10), forged, Signer::p256(12)]).refresh().unwrap();
}

/// CVE-2020-6174, RUSTSEC-2020-0024.
#[test]
fn one_key_under_two_ids_counts_once() {
    let key = Signer::p256(10);
    let both = [key.clone(), key.alias("another name")];
    assert_eq!(timestamp(&both, 2, &both).refusal(), too_few(2, 1));
    // As a repository does that changes how it writes keys.
    timestamp(&both, 1, &both).refresh().unwrap();
    timestamp(&[&both[..], &signers([11])].concat(), 2, &[&both[..], &signers([11])].concat()).refresh().unwrap();
}

#[test]
fn one_key_that_signs_twice_is_refused() {
    let twice = signers([10, 10]);
    assert_eq!(timestamp(&signers([10, 11]), 2, &twice).refusal(), InvalidMetadata::RepeatedKey { id: "p256-10".into() });
}

#[test]
fn a_key_that_a_role_lists_twice_is_refused() {
    let twice = signers([10, 10]);
    assert_eq!(timestamp(&twice, 1, &signers([10])).refusal(), InvalidMetadata::RepeatedKey { id: "p256-10".into() });
}

#[test]
fn a_key_that_is_not_listed_is_refused() {
    let mut repository = timestamp(&signers([10]), 1, &signers([10]));
    repository.root["keys"].as_object_mut().unwrap().remove("p256-10");
    let signers = repository.signers["root"].clone();
    repository.publish_root(&signers);
    assert_eq!(repository.refusal(), InvalidMetadata::UnknownKey { role: "timestamp".into(), id: "p256-10".into() });
}

/// CVE-2026-23992.
#[test]
fn a_threshold_of_zero_or_less_is_refused() {
    assert_eq!(timestamp(&signers([10]), 0, &[]).refusal(), InvalidMetadata::ThresholdZero { role: "timestamp".into() });
    for threshold in [-1, i64::MIN, i64::MAX] {
        assert!(matches!(timestamp(&signers([10]), threshold, &[]).refusal(), InvalidMetadata::Json(_)), "{threshold}");
    }
}

#[test]
fn a_threshold_that_no_keys_can_meet_is_refused() {
    assert_eq!(timestamp(&signers([10, 11]), 3, &signers([10, 11])).refusal(), too_few(3, 2));
}

#[test]
fn a_key_of_an_unknown_type_keeps_nobody_from_signing() {
    let keys = [Signer::unknown("from the future"), Signer::p256(10), Signer::ed25519(11)];
    timestamp(&keys, 2, &keys).refresh().unwrap();
}

#[test]
fn a_threshold_that_needs_a_key_of_an_unknown_type_is_not_met() {
    let keys = [Signer::unknown("from the future"), Signer::p256(10)];
    assert_eq!(timestamp(&keys, 2, &keys).refusal(), too_few(2, 1));
}

#[test]
fn key_ids_are_names_and_nothing_more() {
    let odd = Signer::p256(10).alias("🔑 of \"Alice\"");
    let keys = [odd];
    timestamp(&keys, 1, &keys).refresh().unwrap();
}

/// tuf-on-ci leaves places for signers to come; GitHub's root has one.
#[test]
fn an_empty_signature_is_none() {
    let mut repository = timestamp(&signers([10, 11]), 1, &signers([10, 11]));
    let mut replace = |signature: &str| {
        let mut file: Value = serde_json::from_slice(&repository.files["timestamp.json"]).unwrap();
        file["signatures"][0]["sig"] = json!(signature);
        repository.files.insert("timestamp.json".into(), file.to_string().into_bytes());
        repository.refresh().map(|_| ())
    };
    replace("").unwrap();
    for signature in ["0", "zz", "0x00", "30 44"] {
        replace(signature).unwrap_err();
    }
}

#[test]
fn more_signatures_than_anybody_needs_are_refused() {
    let many = |count: u8| (100..100 + count).map(Signer::ed25519).chain(signers([10])).collect::<Vec<_>>();
    timestamp(&signers([10]), 1, &many(63)).refresh().unwrap();
    assert!(matches!(timestamp(&signers([10]), 1, &many(64)).refusal(), InvalidMetadata::TooMany { limit: 64, .. }));
    assert!(matches!(timestamp(&many(64), 1, &signers([10])).refusal(), InvalidMetadata::TooMany { limit: 64, .. }));
}
