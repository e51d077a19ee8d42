//! Rollback, freeze, fast-forward, and the clock.

use pullproof::content_trust::Floors;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::When;
use pullproof::tuf::InvalidMetadata;
use pullproof_world::sigstore::SigningKey;
use serde_json::json;

use crate::minted::Client;
use crate::minted::Files;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::days_later;
use crate::minted::start;

fn rollback(role: &str, known: u64, found: u64) -> InvalidTrustData {
    InvalidTrustData::Metadata(InvalidMetadata::Rollback { role: role.into(), known, found })
}

fn equivocation(role: &str, version: u64) -> InvalidTrustData {
    InvalidTrustData::Metadata(InvalidMetadata::Equivocation { role: role.into(), version })
}

/// A publisher in its third release, and a client that has seen it.
fn seen() -> (Publisher, Client) {
    let mut publisher = Publisher::with_releases();
    publisher.release();
    publisher.release();
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    for role in ["timestamp", "snapshot", "targets", "targets/releases"] {
        assert_eq!(client.floors.version(role), Some(3), "{role}");
    }
    (publisher, client)
}

#[test]
fn trap_07_an_older_version_of_any_role_is_a_rollback() {
    for role in ["timestamp", "snapshot", "targets", "targets/releases"] {
        let (mut publisher, client) = seen();
        publisher.release();
        publisher.document(role)["version"] = json!(2);
        assert_eq!(client.refusal(&publisher.publish()), rollback(role, 3, 2));
    }
}

#[test]
fn trap_07_without_a_memory_there_is_no_rollback() {
    let (mut publisher, mut client) = seen();
    client.floors = Floors::default();
    publisher.timestamp["version"] = json!(1);
    client.accepts(&publisher.publish());
}

#[test]
fn trap_06_the_same_version_with_other_content_is_an_equivocation() {
    for role in ["timestamp", "snapshot", "targets", "targets/releases"] {
        let (mut publisher, client) = seen();
        publisher.document(role)["custom"] = json!("for you only");
        // What names it changes with it.
        if role.starts_with("targets") {
            publisher.snapshot["version"] = json!(4);
        }
        if role != "timestamp" {
            publisher.timestamp["version"] = json!(4);
        }
        assert_eq!(client.refusal(&publisher.publish()), equivocation(role, 3));
    }
}

#[test]
fn the_same_files_again_are_nothing_new() {
    let (mut publisher, mut client) = seen();
    client.accepts(&publisher.publish());
}

#[test]
fn trap_10_every_role_expires() {
    for role in ["timestamp", "snapshot", "targets", "targets/releases"] {
        let mut publisher = Publisher::with_releases();
        publisher.document(role)["expires"] = json!(days_later(1));
        let files = publisher.publish();
        Client::new().at(days_later(0)).accepts(&files);
        let expired = InvalidMetadata::Expired { role: role.into(), expires: days_later(1), now: days_later(1) };
        assert_eq!(Client::new().at(days_later(1)).refusal(&files), InvalidTrustData::Metadata(expired));
    }
}

#[test]
fn trap_10_a_frozen_timestamp_is_refused_after_two_weeks() {
    let (mut publisher, client) = seen();
    let files = publisher.publish();
    client.clone().at(days_later(13)).accepts(&files);
    assert_eq!(client.at(days_later(14)).refusal(&files).code(), "metadata-expired");
}

#[test]
fn trap_10_an_answer_says_when_what_it_rests_on_expires() {
    let tag = Client::new().accepts(&Publisher::with_releases().publish());
    let expires: Vec<_> = tag.expires().iter().map(|(what, at)| (what.as_str(), *at)).collect();
    assert_eq!(
        expires,
        [
            ("root", days_later(3650)),
            ("root certificate", days_later(3650)),
            ("timestamp", days_later(14)),
            ("snapshot", days_later(1095)),
            ("targets", days_later(1095)),
            ("targets/releases", days_later(1095)),
        ]
    );
}

#[test]
fn trap_11_a_clock_that_was_put_back_does_not_bring_back_what_expired() {
    let mut publisher = Publisher::new();
    let old = publisher.publish();
    publisher.release();
    publisher.timestamp["expires"] = json!(days_later(30));
    let mut client = Client::new().at(days_later(20));
    client.accepts(&publisher.publish());
    let client = client.at(start());
    assert_eq!(client.refusal(&old), rollback("timestamp", 2, 1));
    publisher.release();
    publisher.timestamp["expires"] = json!(days_later(14));
    let expired = InvalidMetadata::Expired { role: "timestamp".into(), expires: days_later(14), now: days_later(20) };
    assert_eq!(client.refusal(&publisher.publish()), InvalidTrustData::Metadata(expired));
}

#[test]
fn trap_12_an_archive_is_looked_at_in_its_own_time_and_says_so() {
    let files = Publisher::new().publish();
    let mut client = Client::new().at(days_later(5000));
    assert_eq!(client.refusal(&files).code(), "metadata-expired");
    client.when = When::Archived(start());
    let tag = client.accepts(&files);
    assert_eq!(tag.when(), When::Archived(start()));
    // An archive says nothing of the present: the clock stands where it stood.
    client.when = When::Archived(days_later(13));
    client.accepts(&files);
    let tag = client.at(start()).accepts(&files);
    assert_eq!(tag.when(), When::Now(start()));
}

/// Somebody had the keys of timestamp and snapshot for a day.
fn fast_forwarded() -> (Publisher, Client) {
    let mut publisher = Publisher::new();
    let honest = publisher.clone();
    publisher.timestamp["version"] = json!(9_007_199_254_740_991_u64);
    publisher.snapshot["version"] = json!(2_147_483_647);
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    let mut publisher = honest;
    publisher.release();
    (publisher, client)
}

#[test]
fn trap_09_after_a_fast_forward_nothing_honest_is_accepted() {
    let (mut publisher, client) = fast_forwarded();
    assert_eq!(client.refusal(&publisher.publish()), rollback("timestamp", 9_007_199_254_740_991, 2));
}

#[test]
fn trap_09_a_root_with_other_keys_is_the_way_out_of_a_fast_forward() {
    let (mut publisher, mut client) = fast_forwarded();
    publisher.rotate(|publisher| {
        publisher.signers.insert("timestamp".into(), vec![Signer::bare(SigningKey::ed25519("new timestamp"))]);
        publisher.signers.insert("snapshot".into(), vec![Signer::p256("new snapshot")]);
    });
    client.accepts(&publisher.publish());
    assert_eq!((client.floors.version("timestamp"), client.floors.version("snapshot")), (Some(2), Some(2)));
    // From here on, it is a floor again.
    publisher.timestamp["version"] = json!(1);
    assert_eq!(client.refusal(&publisher.publish()), rollback("timestamp", 2, 1));
}

#[test]
fn trap_09_a_new_key_of_one_role_forgets_nothing_of_another() {
    let (mut publisher, client) = fast_forwarded();
    publisher.rotate(|publisher| {
        publisher.signers.insert("timestamp".into(), vec![Signer::bare(SigningKey::ed25519("new timestamp"))]);
    });
    assert_eq!(client.refusal(&publisher.publish()), rollback("snapshot", 2_147_483_647, 2));
}

#[test]
fn trap_09_a_key_more_forgets_nothing() {
    let (mut publisher, client) = seen();
    publisher.rotate(|publisher| {
        let mut signers = publisher.signers["timestamp"].clone();
        signers.push(Signer::p256("second timestamp"));
        publisher.signers.insert("timestamp".into(), signers);
    });
    publisher.timestamp["version"] = json!(2);
    assert_eq!(client.refusal(&publisher.publish()), rollback("timestamp", 3, 2));
}

/// Two keys for the timestamp, of which one is enough and the first has signed; then one of them is taken away.
fn one_of_two_left(left: usize) -> (Publisher, Client) {
    let signers = [Signer::p256("first timestamp"), Signer::p256("second timestamp")];
    let mut publisher = Publisher::new();
    publisher.signers.insert("timestamp".into(), signers.to_vec());
    publisher.name_keys();
    publisher.root["roles"]["timestamp"]["threshold"] = json!(1);
    publisher.sign_root();
    publisher.release();
    publisher.signers.insert("timestamp".into(), vec![signers[0].clone()]);
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    publisher.rotate(|publisher| {
        publisher.signers.insert("timestamp".into(), vec![signers[left].clone()]);
    });
    publisher.release();
    publisher.timestamp["version"] = json!(1);
    (publisher, client)
}

#[test]
fn trap_09_without_a_key_that_had_not_signed_nothing_is_forgotten() {
    let (mut publisher, client) = one_of_two_left(0);
    assert_eq!(client.refusal(&publisher.publish()), rollback("timestamp", 2, 1));
}

#[test]
fn trap_09_without_the_key_that_had_signed_one_begins_anew() {
    let (mut publisher, mut client) = one_of_two_left(1);
    client.accepts(&publisher.publish());
}

#[test]
fn trap_09_a_new_root_key_alone_forgets_nothing() {
    let (mut publisher, client) = seen();
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::root("new root")]);
    });
    publisher.timestamp["version"] = json!(2);
    assert_eq!(client.refusal(&publisher.publish()), rollback("timestamp", 3, 2));
}

#[test]
fn trap_09_a_key_in_a_new_certificate_is_no_other_key() {
    let mut publisher = Publisher::new();
    publisher.signers.insert("timestamp".into(), vec![Signer::certified(SigningKey::p256("timestamp"), "one")]);
    publisher.name_keys();
    publisher.sign_root();
    publisher.release();
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    publisher.rotate(|publisher| {
        publisher.signers.insert("timestamp".into(), vec![Signer::certified(SigningKey::p256("timestamp"), "another")]);
    });
    publisher.timestamp["version"] = json!(1);
    assert_eq!(client.refusal(&publisher.publish()), rollback("timestamp", 2, 1));
}

#[test]
fn files_of_two_releases_are_not_mixed() {
    let mut publisher = Publisher::with_releases();
    let old = publisher.publish();
    publisher.release();
    let new = publisher.publish();
    let client = Client::new();
    for files in [
        Files { timestamp: old.timestamp.clone(), ..new.clone() },
        Files { snapshot: old.snapshot.clone(), ..new.clone() },
        Files { targets: old.targets.clone(), ..new.clone() },
        Files { delegated: old.delegated.clone(), ..new.clone() },
    ] {
        let refusal = client.refusal(&files);
        assert!(
            matches!(refusal, InvalidTrustData::Metadata(InvalidMetadata::Digest { .. } | InvalidMetadata::Length { .. })),
            "{refusal}"
        );
    }
}
