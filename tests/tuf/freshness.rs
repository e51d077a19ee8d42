//! Rollback, freeze, fast-forward, and mixing (sections 5.4 to 5.7).

use pullproof::tuf::InvalidMetadata;
use serde_json::json;

use crate::repository::CONTENT;
use crate::repository::Repository;
use crate::repository::Signer;
use crate::repository::TARGET;
use crate::repository::days_later;
use crate::repository::hashes;
use crate::repository::sign;

fn rollback(role: &str, known: u64, found: u64) -> InvalidMetadata {
    InvalidMetadata::Rollback { role: role.into(), known, found }
}

/// A repository of which a client has seen the third release.
fn seen() -> Repository {
    let mut repository = Repository::new();
    repository.release();
    repository.release();
    repository.refresh().unwrap();
    repository
}

#[test]
fn a_rollback_of_the_timestamp_is_refused() {
    let mut repository = seen();
    let old = repository.files["timestamp.json"].clone();
    repository.release();
    repository.refresh().unwrap();
    repository.files.insert("timestamp.json".into(), old);
    assert_eq!(repository.refusal(), rollback("timestamp", 4, 3));
}

#[test]
fn a_rollback_of_the_snapshot_is_refused() {
    let mut repository = seen();
    repository.snapshot["version"] = json!(2);
    repository.timestamp["version"] = json!(4);
    repository.publish_snapshot();
    assert_eq!(repository.refusal(), rollback("snapshot", 3, 2));
}

/// The snapshot's key alone must not be able to do this.
#[test]
fn a_rollback_of_the_targets_is_refused() {
    let mut repository = seen();
    repository.snapshot["meta"]["targets.json"] = json!({ "version": 2 });
    repository.snapshot["version"] = json!(4);
    repository.timestamp["version"] = json!(4);
    repository.publish_snapshot();
    assert_eq!(repository.refusal(), rollback("targets", 3, 2));
}

#[test]
fn a_rollback_of_a_delegated_role_is_refused_even_where_it_is_not_asked() {
    let mut repository = Repository::new();
    repository.snapshot["meta"]["other.json"] = json!({ "version": 5 });
    repository.publish_snapshot();
    repository.refresh().unwrap();
    repository.snapshot["meta"]["other.json"] = json!({ "version": 4 });
    repository.snapshot["version"] = json!(2);
    repository.timestamp["version"] = json!(2);
    repository.publish_snapshot();
    assert_eq!(repository.refusal(), rollback("other", 5, 4));
}

#[test]
fn a_role_that_is_no_longer_listed_is_refused() {
    let mut repository = Repository::new();
    repository.snapshot["meta"]["other.json"] = json!({ "version": 5 });
    repository.publish_snapshot();
    repository.refresh().unwrap();
    repository.release();
    assert_eq!(repository.refusal(), InvalidMetadata::Unlisted { by: "snapshot".into(), name: "other".into() });
}

/// What was seen counts from when it was verified, not from when a refresh came to its end.
#[test]
fn a_timestamp_binds_even_if_its_snapshot_was_withheld() {
    let mut repository = seen();
    let old = repository.files["timestamp.json"].clone();
    repository.release();
    let withheld = repository.files.remove("4.snapshot.json").unwrap();
    assert_eq!(repository.refresh().unwrap().content.as_ref().unwrap().bytes(), CONTENT);
    let new = repository.files.insert("timestamp.json".into(), old).unwrap();
    assert_eq!(repository.refusal(), rollback("timestamp", 4, 3));
    repository.files.insert("timestamp.json".into(), new);
    repository.files.insert("4.snapshot.json".into(), withheld);
    repository.refresh().unwrap();
}

#[test]
fn a_frozen_timestamp_is_refused_when_it_expires() {
    let mut repository = seen();
    repository.now = days_later(6);
    repository.refresh().unwrap();
    repository.now = days_later(7);
    let expected = InvalidMetadata::Expired { role: "timestamp".into(), expires: days_later(7), now: days_later(7) };
    assert_eq!(repository.refusal(), expected);
}

#[test]
fn every_role_expires() {
    for role in ["snapshot", "targets"] {
        let mut repository = Repository::new();
        let document = if role == "snapshot" { &mut repository.snapshot } else { &mut repository.targets };
        document["expires"] = json!(days_later(1));
        repository.release();
        assert_eq!(repository.refresh().unwrap().expires, days_later(1));
        repository.now = days_later(1);
        assert_eq!(repository.refusal(), InvalidMetadata::Expired { role: role.into(), expires: days_later(1), now: days_later(1) });
    }
}

#[test]
fn the_same_timestamp_again_is_nothing_new() {
    let mut repository = seen();
    // Signed once more, as a repository may: the content is what counts.
    let by_two = [repository.signers["timestamp"].clone(), vec![Signer::ed25519(99)]].concat();
    let again = sign(&repository.timestamp, &by_two);
    assert_ne!(again, repository.files["timestamp.json"]);
    repository.files.insert("timestamp.json".into(), again);
    repository.refresh().unwrap();
}

#[test]
fn the_same_version_of_the_timestamp_with_other_content_is_refused() {
    let mut repository = seen();
    repository.timestamp["expires"] = json!(days_later(8));
    repository.publish_timestamp();
    assert_eq!(repository.refusal(), InvalidMetadata::Equivocation { role: "timestamp".into(), version: 3 });
}

#[test]
fn the_same_version_of_the_snapshot_with_other_content_is_refused() {
    let mut repository = seen();
    repository.snapshot["expires"] = json!(days_later(8));
    repository.timestamp["version"] = json!(4);
    repository.publish_snapshot();
    assert_eq!(repository.refusal(), InvalidMetadata::Equivocation { role: "snapshot".into(), version: 3 });
}

#[test]
fn the_same_version_of_the_targets_with_other_content_is_refused() {
    let mut repository = seen();
    repository.targets["targets"][TARGET] = json!({ "length": 4, "hashes": hashes(b"evil") });
    repository.put_target(TARGET, b"evil");
    repository.snapshot["version"] = json!(4);
    repository.timestamp["version"] = json!(4);
    repository.publish();
    assert_eq!(repository.refusal(), InvalidMetadata::Equivocation { role: "targets".into(), version: 3 });
}

/// An attacker had the online keys and counted versions up to where no honest one follows.
fn fast_forwarded() -> Repository {
    let mut repository = Repository::new();
    for document in [&mut repository.timestamp, &mut repository.snapshot, &mut repository.targets] {
        document["version"] = json!(9_007_199_254_740_000_u64);
    }
    repository.publish();
    repository.refresh().unwrap();
    for document in [&mut repository.timestamp, &mut repository.snapshot, &mut repository.targets] {
        document["version"] = json!(1);
    }
    repository.release();
    assert_eq!(repository.refusal(), rollback("timestamp", 9_007_199_254_740_000, 2));
    repository
}

#[test]
fn a_client_recovers_from_a_fast_forward_when_the_timestamp_s_key_rotates() {
    let mut repository = fast_forwarded();
    repository.rotate(|repository| _ = repository.signers.insert("timestamp".into(), vec![Signer::p256(50)]));
    repository.release();
    assert_eq!(repository.refresh().unwrap().root, 2);
    // And from then on the new versions count.
    let old = repository.files["timestamp.json"].clone();
    repository.release();
    repository.refresh().unwrap();
    repository.files.insert("timestamp.json".into(), old);
    assert_eq!(repository.refusal(), rollback("timestamp", 4, 3));
}

#[test]
fn a_client_recovers_from_a_fast_forward_when_the_snapshot_s_key_rotates() {
    let mut repository = fast_forwarded();
    repository.rotate(|repository| _ = repository.signers.insert("snapshot".into(), vec![Signer::p256(50)]));
    repository.release();
    assert_eq!(repository.refresh().unwrap().root, 2);
}

#[test]
fn a_root_that_leaves_the_online_keys_alone_forgets_nothing() {
    let mut repository = fast_forwarded();
    repository.rotate(|repository| {
        repository.signers.insert("targets".into(), vec![Signer::p256(50)]);
        repository.signers.insert("root".into(), vec![Signer::p256(51)]);
    });
    repository.release();
    assert_eq!(repository.refusal().code(), "metadata-rollback");
}

/// The same keys under other names are the same keys.
#[test]
fn a_root_that_only_renames_the_online_keys_forgets_nothing() {
    let mut repository = fast_forwarded();
    repository.rotate(|repository| {
        let renamed = repository.signers["timestamp"][0].alias("renamed");
        repository.signers.insert("timestamp".into(), vec![renamed]);
    });
    repository.release();
    assert_eq!(repository.refusal().code(), "metadata-rollback");
}

#[test]
fn a_timestamp_of_the_old_key_is_refused_after_rotation() {
    let mut repository = seen();
    repository.rotate(|repository| _ = repository.signers.insert("timestamp".into(), vec![Signer::p256(50)]));
    assert_eq!(repository.refusal(), InvalidMetadata::Threshold { role: "timestamp".into(), expected: 1, found: 0 });
}

/// A mirror pairs today's timestamp with yesterday's snapshot.
#[test]
fn a_snapshot_of_another_release_is_refused() {
    let mut repository = Repository::new();
    let old = repository.files["1.snapshot.json"].clone();
    repository.release();
    repository.files.insert("2.snapshot.json".into(), old);
    assert!(matches!(repository.refusal(), InvalidMetadata::Digest { name, .. } if name == "snapshot"));
}

#[test]
fn a_snapshot_of_another_release_is_refused_where_only_its_version_is_named() {
    let mut repository = Repository::new();
    let old = repository.files["1.snapshot.json"].clone();
    repository.release();
    repository.timestamp["meta"] = json!({ "snapshot.json": { "version": 2 } });
    repository.publish_timestamp();
    repository.refresh().unwrap();
    repository.files.insert("2.snapshot.json".into(), old);
    repository.store = pullproof::store::MemoryStore::default();
    assert_eq!(repository.refusal(), InvalidMetadata::Version { role: "snapshot".into(), expected: 2, found: 1 });
}

#[test]
fn targets_of_another_release_are_refused() {
    for only_version in [false, true] {
        let mut repository = Repository::new();
        let old = repository.files["1.targets.json"].clone();
        repository.release();
        if only_version {
            repository.snapshot["meta"]["targets.json"] = json!({ "version": 2 });
            repository.publish_snapshot();
        }
        repository.files.insert("2.targets.json".into(), old);
        let refused = repository.refusal();
        if only_version {
            assert_eq!(refused, InvalidMetadata::Version { role: "targets".into(), expected: 2, found: 1 });
        } else {
            // ECDSA signatures differ in length now and then.
            assert!(matches!(refused, InvalidMetadata::Digest { name, .. } | InvalidMetadata::Length { name, .. } if name == "targets"));
        }
    }
}

#[test]
fn a_snapshot_of_another_length_is_refused() {
    let mut repository = Repository::new();
    let snapshot = repository.files.get_mut("1.snapshot.json").unwrap();
    let length = snapshot.len();
    snapshot.pop();
    assert_eq!(repository.refusal(), InvalidMetadata::Length { name: "snapshot".into(), expected: length, found: length - 1 });
}

#[test]
fn endless_data_is_refused_where_a_length_is_known_and_where_none_is() {
    let mut repository = Repository::new();
    let honest = repository.files["1.snapshot.json"].clone();
    let more = [honest.as_slice(), b" "].concat();
    repository.files.insert("1.snapshot.json".into(), more);
    assert_eq!(repository.refusal(), InvalidMetadata::TooLarge { role: "snapshot".into(), limit: honest.len() });

    for (name, path, limit) in
        [("timestamp", "timestamp.json", 16_384), ("snapshot", "1.snapshot.json", 2_000_000), ("targets", "1.targets.json", 5_000_000)]
    {
        let mut repository = Repository::new();
        repository.snapshot["meta"]["targets.json"] = json!({ "version": 1 });
        repository.publish_snapshot();
        repository.timestamp["meta"] = json!({ "snapshot.json": { "version": 1 } });
        repository.publish_timestamp();
        repository.files.insert(path.into(), vec![b' '; limit + 1]);
        assert_eq!(repository.refusal(), InvalidMetadata::TooLarge { role: name.into(), limit });
    }
}

#[test]
fn a_length_beyond_every_limit_is_not_read() {
    let mut repository = Repository::new();
    repository.timestamp["meta"]["snapshot.json"]["length"] = json!(9_007_199_254_740_991_u64);
    repository.publish_timestamp();
    repository.files.insert("1.snapshot.json".into(), vec![b' '; 2_000_001]);
    assert_eq!(repository.refusal(), InvalidMetadata::TooLarge { role: "snapshot".into(), limit: 2_000_000 });
}

#[test]
fn a_target_with_other_bytes_is_refused() {
    let mut repository = Repository::new();
    let path = repository.files.keys().find(|path| path.starts_with("targets/") && *path != "targets/trusted_root.json").unwrap().clone();
    let mut evil = CONTENT.to_vec();
    evil[0] ^= 1;
    repository.files.insert(path.clone(), evil);
    assert!(matches!(repository.refusal(), InvalidMetadata::Digest { name, .. } if name == TARGET));

    repository.files.insert(path.clone(), CONTENT[1..].to_vec());
    let (expected, found) = (CONTENT.len(), CONTENT.len() - 1);
    assert_eq!(repository.refusal(), InvalidMetadata::Length { name: TARGET.into(), expected, found });

    repository.files.insert(path, [CONTENT, b"!"].concat());
    assert_eq!(repository.refusal(), InvalidMetadata::TooLarge { role: TARGET.into(), limit: CONTENT.len() });
}

#[test]
fn every_hash_of_a_target_has_to_match() {
    let mut repository = Repository::new();
    repository.targets["targets"][TARGET]["hashes"]["sha512"] = json!("00".repeat(64));
    repository.release();
    assert!(matches!(repository.refusal(), InvalidMetadata::Digest { name, .. } if name == TARGET));
}

#[test]
fn a_hash_that_cannot_be_computed_is_passed_over_but_not_alone() {
    let mut repository = Repository::new();
    repository.targets["targets"][TARGET]["hashes"]["blake3"] = json!("00".repeat(32));
    repository.release();
    repository.refresh().unwrap();
    for hashes in [json!({ "blake3": "00".repeat(32) }), json!({}), json!({ "sha256": "00" }), json!({ "sha256": "ZZ".repeat(32) })] {
        repository.targets["targets"][TARGET]["hashes"] = hashes;
        repository.release();
        assert!(matches!(repository.refusal(), InvalidMetadata::Hash { .. }));
    }
}

#[test]
fn a_target_larger_than_the_limit_is_not_fetched() {
    let mut repository = Repository::new();
    repository.targets["targets"][TARGET]["length"] = json!(5_000_001);
    repository.release();
    assert_eq!(repository.refusal(), InvalidMetadata::TooLarge { role: TARGET.into(), limit: 5_000_000 });
}

#[test]
fn without_consistent_snapshots_files_have_plain_names() {
    let mut repository = Repository::new();
    repository.rotate(|repository| repository.root["consistent_snapshot"] = json!(false));
    repository.refresh().unwrap();
    let expected = ["2.root.json", "3.root.json", "timestamp.json", "snapshot.json", "targets.json", "targets/trusted_root.json"];
    assert_eq!(repository.paths(), expected);
}

#[test]
fn a_new_target_replaces_the_old_one() {
    let mut repository = seen();
    repository.targets["targets"][TARGET] = json!({ "length": 3, "hashes": hashes(b"new") });
    repository.put_target(TARGET, b"new");
    repository.release();
    assert_eq!(repository.refresh().unwrap().content.as_ref().unwrap().bytes(), b"new");
}
