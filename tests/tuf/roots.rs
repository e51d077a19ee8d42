//! The walk from the root that a client was built with to today's (section 5.3).

use pullproof::crypto::Step;
use pullproof::crypto::Unmet;
use pullproof::refresh::RefreshError;
use pullproof::refresh::Source;
use pullproof::refresh::Untrusted;
use pullproof::transport::Response;
use pullproof::tuf::InvalidMetadata;
use pullproof::tuf::TrustedRoot;
use serde_json::json;

use crate::repository::CONTENT;
use crate::repository::Repository;
use crate::repository::Signer;
use crate::repository::bump;
use crate::repository::days_later;
use crate::repository::sign;

#[test]
fn a_client_finds_the_newest_target_from_its_own_root() {
    let repository = Repository::new();
    let found = repository.refresh().unwrap();
    assert_eq!((found.content.as_ref().unwrap().bytes(), found.root, &found.source), (CONTENT, 1, &Source::Repository));
    assert_eq!((found.expires, found.age(repository.now)), (days_later(7), 0));
    let target = repository.paths().pop().unwrap();
    assert_eq!(repository.paths(), ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json", &target]);
    assert!(target.starts_with("targets/") && target.ends_with(".trusted_root.json"), "{target}");
}

#[test]
fn a_refresh_that_finds_nothing_new_asks_twice() {
    let repository = Repository::new();
    repository.refresh().unwrap();
    assert_eq!(repository.refresh().unwrap().content.as_ref().unwrap().bytes(), CONTENT);
    assert_eq!(repository.paths(), ["2.root.json", "timestamp.json"]);
}

#[test]
fn root_keys_rotate_one_root_after_the_other() {
    let mut repository = Repository::new();
    for seed in 10..14 {
        repository.rotate(|repository| _ = repository.signers.insert("root".into(), vec![Signer::ed25519(seed), Signer::p256(seed)]));
    }
    assert_eq!(repository.refresh().unwrap().root, 5);
    // And later from there.
    repository.rotate(|repository| _ = repository.signers.insert("root".into(), vec![Signer::p256(20)]));
    assert_eq!(repository.refresh().unwrap().root, 6);
    assert_eq!(repository.paths(), ["6.root.json", "7.root.json", "timestamp.json"]);
}

#[test]
fn a_root_that_skips_a_version_is_refused() {
    let mut repository = Repository::new();
    repository.root["version"] = json!(3);
    let skipped = sign(&repository.root, &repository.signers["root"]);
    repository.files.insert("2.root.json".into(), skipped);
    assert_eq!(repository.refusal(), InvalidMetadata::Version { role: "root".into(), expected: 2, found: 3 });
}

#[test]
fn a_root_that_is_the_old_one_again_is_refused() {
    let mut repository = Repository::new();
    repository.files.insert("2.root.json".into(), repository.embedded.clone());
    assert_eq!(repository.refusal(), InvalidMetadata::Version { role: "root".into(), expected: 2, found: 1 });
}

#[test]
fn a_rollback_of_the_root_is_refused() {
    let mut repository = Repository::new();
    repository.rotate(|_| {});
    repository.rotate(|_| {});
    repository.refresh().unwrap();
    repository.files.insert("4.root.json".into(), repository.files["2.root.json"].clone());
    assert_eq!(repository.refusal(), InvalidMetadata::Version { role: "root".into(), expected: 4, found: 2 });
}

/// CVE-2020-15163: who is refused must not be remembered either.
#[test]
fn a_root_signed_only_by_the_new_keys_is_refused() {
    let mut repository = Repository::new();
    let honest = repository.root.clone();
    repository.signers.insert("root".into(), vec![Signer::p256(66)]);
    bump(&mut repository.root);
    repository.name_keys();
    repository.publish_root(&[Signer::p256(66)]);
    assert_eq!(repository.refusal(), InvalidMetadata::Threshold { role: "root".into(), expected: 1, found: 0 });

    repository.root = honest;
    repository.signers.insert("root".into(), vec![Signer::p256(1)]);
    repository.files.remove("2.root.json");
    assert_eq!(repository.refresh().unwrap().root, 1);
}

#[test]
fn a_root_signed_only_by_the_old_keys_is_refused() {
    let mut repository = Repository::new();
    repository.signers.insert("root".into(), vec![Signer::p256(10)]);
    bump(&mut repository.root);
    repository.name_keys();
    repository.publish_root(&[Signer::p256(1)]);
    assert_eq!(repository.refusal(), InvalidMetadata::Threshold { role: "root".into(), expected: 1, found: 0 });
}

#[test]
fn a_root_with_a_forged_signature_under_the_old_key_s_name_is_refused() {
    let mut repository = Repository::new();
    bump(&mut repository.root);
    repository.publish_root(&[Signer::p256(66).alias("p256-1")]);
    assert_eq!(repository.unmet(), ("root".into(), Unmet { step: Step::Metadata, expected: 1, found: 0 }));
}

#[test]
fn a_root_has_to_meet_the_old_threshold_and_its_own() {
    let mut repository = Repository::new();
    let (old, new) = ([Signer::p256(10), Signer::p256(11)], [Signer::p256(12), Signer::p256(13), Signer::p256(14)]);
    repository.rotate(|repository| _ = repository.signers.insert("root".into(), old.to_vec()));
    repository.signers.insert("root".into(), new.to_vec());
    bump(&mut repository.root);
    repository.name_keys();
    repository.publish_root(&[&old[..1], &new[..]].concat());
    assert_eq!(repository.refusal(), InvalidMetadata::Threshold { role: "root".into(), expected: 2, found: 1 });
    repository.publish_root(&[&old[..], &new[..2]].concat());
    assert_eq!(repository.refusal(), InvalidMetadata::Threshold { role: "root".into(), expected: 3, found: 2 });
    repository.publish_root(&[&old[..], &new[..]].concat());
    assert_eq!(repository.refresh().unwrap().root, 3);
}

#[test]
fn roots_on_the_way_may_have_expired() {
    let mut repository = Repository::new();
    repository.root["expires"] = json!(days_later(-100));
    repository.embedded = sign(&repository.root, &repository.signers["root"]);
    repository.rotate(|repository| repository.root["expires"] = json!(days_later(-10)));
    repository.rotate(|repository| repository.root["expires"] = json!(days_later(10)));
    assert_eq!(repository.refresh().unwrap().root, 3);
}

#[test]
fn a_root_that_has_expired_at_the_end_of_the_walk_is_refused() {
    let mut repository = Repository::new();
    repository.rotate(|repository| repository.root["expires"] = json!(days_later(0)));
    let expected = InvalidMetadata::Expired { role: "root".into(), expires: days_later(0), now: days_later(0) };
    assert_eq!(repository.refusal(), expected);
    // "Errors … should not leave clients in an unrecoverable state."
    repository.rotate(|repository| repository.root["expires"] = json!(days_later(1)));
    assert_eq!(repository.refresh().unwrap().root, 3);
}

#[test]
fn a_walk_ends_after_two_hundred_and_fifty_six_roots() {
    let mut repository = Repository::new();
    for _ in 0..257 {
        repository.rotate(|_| {});
    }
    assert!(matches!(repository.refusal(), InvalidMetadata::TooMany { limit: 256, .. }));
}

#[test]
fn endless_data_instead_of_a_root_is_refused() {
    let mut repository = Repository::new();
    repository.files.insert("2.root.json".into(), vec![b' '; 512_001]);
    assert_eq!(repository.refusal(), InvalidMetadata::TooLarge { role: "root".into(), limit: 512_000 });
}

#[test]
fn endless_data_beside_a_404_is_still_a_404() {
    let mut repository = Repository::new();
    repository.broken.insert("2.root.json".into(), Ok(Response { status: 404, body: vec![b' '; 512_001], ..Response::default() }));
    assert_eq!(repository.refresh().unwrap().root, 1);
}

/// As buckets say that there is no such file.
#[test]
fn a_403_ends_the_walk() {
    let mut repository = Repository::new();
    repository.broken.insert("2.root.json".into(), Ok(Response { status: 403, ..Response::default() }));
    assert_eq!(repository.refresh().unwrap().root, 1);
}

#[test]
fn a_damaged_root_of_the_program_itself_is_refused() {
    let mut repository = Repository::new();
    let text = String::from_utf8(repository.embedded.clone()).unwrap();
    repository.embedded = text.replace("\"consistent_snapshot\": true", "\"consistent_snapshot\": false").into_bytes();
    assert_eq!(repository.unmet().0, "root");
    repository.embedded = b"{}".to_vec();
    assert!(matches!(repository.refusal(), InvalidMetadata::Json(_)));
}

/// One after the other, without a driver: the order is one of types.
#[test]
fn the_steps_follow_from_each_other() {
    let repository = Repository::new();
    let file = |name: &str| repository.files[name].as_slice();
    let root = TrustedRoot::load(&repository.embedded).unwrap().prove().unwrap();
    assert!(root.consistent_snapshot());
    let proven = root
        .timestamp(file("timestamp.json"), &pullproof::tuf::Floors::default(), repository.now)
        .and_then(|timestamp| timestamp.then(|timestamp| timestamp.snapshot(file("1.snapshot.json"))))
        .and_then(|snapshot| snapshot.then(|snapshot| snapshot.targets(file("1.targets.json"))))
        .unwrap();
    assert_eq!(proven.checks().count(), 3);
    assert_eq!(proven.prove().unwrap().version(), 1);
}

/// Another root of trust at the same address: what is stored under the first one does not count.
#[test]
fn a_program_with_another_root_does_not_trust_what_was_stored() {
    let mut repository = Repository::new();
    repository.rotate(|_| {});
    repository.refresh().unwrap();
    let mut other = Repository::new();
    other.signers.insert("root".into(), vec![Signer::p256(77)]);
    other.name_keys();
    repository.embedded = sign(&other.root, &other.signers["root"]);
    let refused = repository.refresh().unwrap_err();
    assert!(
        matches!(refused, RefreshError::Untrusted { role, why: Untrusted::Metadata(InvalidMetadata::Threshold { .. }) } if role == "root")
    );
}
