//! Delegations: who is asked, in which order, for which tags, and what becomes of those that cannot be used.

use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::Unusable;
use pullproof::content_trust::WhenUnusable;
use pullproof::tuf::InvalidMetadata;
use serde_json::json;

use crate::minted::Client;
use crate::minted::MANIFEST;
use crate::minted::OLD_MANIFEST;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::days_later;
use crate::minted::meta;
use crate::minted::sha256;
use crate::minted::start;

fn asking(roles: &[&str]) -> Client {
    let mut client = Client::new();
    client.asked.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    client
}

#[track_caller]
fn not_signed(client: &Client, publisher: &mut Publisher) {
    let refusal = client.refusal(&publisher.publish());
    assert!(matches!(refusal, InvalidTrustData::NotSigned { .. }), "{refusal}");
    assert_eq!(refusal.code(), "tag-not-signed");
}

#[test]
fn releases_come_before_targets() {
    let tag = Client::new().accepts(&Publisher::with_releases().publish());
    assert_eq!((tag.role(), tag.digest().encoded()), ("targets/releases", sha256(MANIFEST)));
}

#[test]
fn targets_are_asked_for_what_releases_do_not_list() {
    let mut publisher = Publisher::with_releases();
    publisher.targets["targets"]["2.0"] = meta(OLD_MANIFEST);
    let tag = Client::new().wants("example/app:2.0").accepts(&publisher.publish());
    assert_eq!((tag.role(), tag.digest().encoded()), ("targets", sha256(OLD_MANIFEST)));
}

#[test]
fn another_order_has_to_be_asked_for() {
    let tag = asking(&["targets", "targets/releases"]).accepts(&Publisher::with_releases().publish());
    assert_eq!((tag.role(), tag.digest().encoded()), ("targets", sha256(OLD_MANIFEST)));
}

#[test]
fn a_role_that_is_not_asked_says_nothing() {
    let mut publisher = Publisher::new();
    publisher.delegate("targets/alice", &[""], &[("2.0", MANIFEST)]);
    let client = Client::new().wants("example/app:2.0");
    not_signed(&client, &mut publisher);
    let tag = asking(&["targets/alice"]).wants("example/app:2.0").accepts(&publisher.publish());
    assert_eq!(tag.role(), "targets/alice");
}

#[test]
fn nobody_is_asked_if_no_role_is() {
    not_signed(&asking(&[]), &mut Publisher::new());
}

#[test]
fn a_name_that_is_no_role_s_cannot_be_asked() {
    for name in ["", "root", "snapshot", "targets/", "targets//a", "targets/../root", "targets/A", "/targets", "targets/a b", "release"] {
        let role = InvalidMetadata::Role { name: name.into() };
        assert_eq!(asking(&[name]).refusal(&Publisher::new().publish()), InvalidTrustData::Metadata(role));
    }
}

#[test]
fn a_role_is_trusted_for_tags_that_begin_with_its_paths() {
    for (paths, tag, trusted) in [
        (&["1."][..], "1.0", true),
        (&["1.0"], "1.0", true),
        (&["2.", "1"], "1.0", true),
        (&[""], "1.0", true),
        (&["2."], "1.0", false),
        (&["1.0.0"], "1.0", false),
        (&["*"], "1.0", false),
        (&["1.?"], "1.0", false),
        (&[], "1.0", false),
    ] {
        let mut publisher = Publisher::new();
        publisher.targets["targets"] = json!({});
        publisher.delegate("targets/releases", paths, &[(tag, MANIFEST)]);
        if trusted {
            Client::new().accepts(&publisher.publish());
        } else {
            not_signed(&Client::new(), &mut publisher);
        }
    }
}

#[test]
fn a_role_without_paths_is_trusted_for_nothing() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"] = json!({});
    publisher.delegate("targets/releases", &[""], &[("1.0", MANIFEST)]);
    publisher.targets["delegations"]["roles"][0]["paths"] = json!(null);
    not_signed(&Client::new(), &mut publisher);
}

#[test]
fn a_nested_role_is_reached_through_those_above_it() {
    let mut publisher = Publisher::new();
    publisher.delegate("targets/a", &["1."], &[]);
    publisher.delegate("targets/a/b", &["1.0"], &[]);
    publisher.delegate("targets/a/b/c", &[""], &[("1.0", OLD_MANIFEST)]);
    // `""` is more than `1.0`, so there is nothing that it is trusted for.
    not_signed(&asking(&["targets/a/b/c"]), &mut publisher);
    publisher.delegated.get_mut("targets/a/b").unwrap()["delegations"]["roles"][0]["paths"] = json!(["", "1.0"]);
    let tag = asking(&["targets/a/b/c"]).accepts(&publisher.publish());
    assert_eq!((tag.role(), tag.digest().encoded()), ("targets/a/b/c", sha256(OLD_MANIFEST)));
    assert_eq!(tag.expires().len(), 8);
}

#[test]
fn a_nested_role_cannot_escape_the_paths_of_those_above_it() {
    let mut publisher = Publisher::new();
    publisher.delegate("targets/a", &["1."], &[]);
    publisher.delegate("targets/a/b", &["1.", "2."], &[("2.0", MANIFEST)]);
    not_signed(&asking(&["targets/a/b"]).wants("example/app:2.0"), &mut publisher);
    let digest = format!("example/app@sha256:{}", sha256(MANIFEST));
    publisher.targets["targets"] = json!({});
    not_signed(&asking(&["targets/a/b"]).wants(&digest), &mut publisher);
}

#[test]
fn a_role_below_an_expired_one_cannot_be_used() {
    let mut publisher = Publisher::new();
    publisher.delegate("targets/a", &[""], &[]);
    publisher.delegate("targets/a/b", &[""], &[("1.0", MANIFEST)]);
    publisher.delegated.get_mut("targets/a").unwrap()["expires"] = json!(start());
    assert_eq!(asking(&["targets/a/b"]).refusal(&publisher.publish()).code(), "metadata-expired");
}

#[test]
fn a_delegation_is_named_below_the_role_that_delegates() {
    for name in [
        "targets",
        "root",
        "snapshot",
        "timestamp",
        "releases",
        "targets/",
        "targets/a/b",
        "targets/Releases",
        "targets/a.b",
        "targets/../x",
        "targets/a ",
        "targets/ä",
        "other/a",
        &format!("targets/{}", "a".repeat(248)),
    ] {
        let mut publisher = Publisher::with_releases();
        publisher.targets["delegations"]["roles"][0]["name"] = json!(name);
        let role = InvalidMetadata::Role { name: name.into() };
        assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(role));
    }
}

#[test]
fn a_delegation_twice_is_refused() {
    let mut publisher = Publisher::with_releases();
    let again = publisher.targets["delegations"]["roles"][0].clone();
    publisher.targets["delegations"]["roles"].as_array_mut().unwrap().push(again);
    let role = InvalidMetadata::Role { name: "targets/releases".into() };
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(role));
}

#[test]
fn a_delegated_role_s_targets_may_not_delegate_outside_of_it() {
    let mut publisher = Publisher::with_releases();
    let delegation = publisher.targets["delegations"].clone();
    publisher.delegated.get_mut("targets/releases").unwrap()["delegations"] = delegation;
    let role = InvalidMetadata::Role { name: "targets/releases".into() };
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(role));
}

#[test]
fn a_role_that_was_never_published_is_passed_over() {
    let mut publisher = Publisher::with_releases();
    publisher.delegated.clear();
    let tag = Client::new().accepts(&publisher.publish());
    assert_eq!((tag.role(), tag.passed_over().len()), ("targets", 0));
}

/// Otherwise whoever has the snapshot's key could hide a role.
#[test]
fn trap_05_a_role_that_was_seen_is_not_left_out_of_the_snapshot() {
    let mut publisher = Publisher::with_releases();
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    publisher.release();
    publisher.delegated.clear();
    let unlisted = InvalidMetadata::Unlisted { by: "snapshot".into(), name: "targets/releases".into() };
    assert_eq!(client.refusal(&publisher.publish()), InvalidTrustData::Metadata(unlisted));
}

#[test]
fn a_role_that_is_no_longer_delegated_is_forgotten() {
    let mut publisher = Publisher::with_releases();
    publisher.release();
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    let delegations = publisher.targets["delegations"].clone();
    let releases = publisher.delegated.clone();
    publisher.release();
    publisher.targets["delegations"] = json!({});
    publisher.delegated.clear();
    assert_eq!(client.accepts(&publisher.publish()).role(), "targets");
    // Added again, it counts from 1.
    publisher.release();
    publisher.targets["delegations"] = delegations;
    publisher.delegated = releases;
    publisher.delegated.get_mut("targets/releases").unwrap()["version"] = json!(1);
    assert_eq!(client.accepts(&publisher.publish()).role(), "targets/releases");
}

fn expired() -> Publisher {
    let mut publisher = Publisher::with_releases();
    publisher.delegated.get_mut("targets/releases").unwrap()["expires"] = json!(days_later(-1));
    publisher
}

fn under_signed() -> Publisher {
    let mut publisher = Publisher::with_releases();
    publisher.signers.insert("targets/releases".into(), vec![Signer::p256("mallory")]);
    publisher
}

/// Mallory's signature under the role's own key ID.
fn wrongly_signed() -> (Publisher, crate::minted::Files) {
    let mut publisher = Publisher::with_releases();
    let files = publisher.publish();
    let document = publisher.delegated["targets/releases"].clone();
    let mut signatures = crate::minted::signatures(&document, &[Signer::p256("mallory")]);
    signatures[0]["keyid"] = json!(publisher.signers["targets/releases"][0].id());
    let delegated = [("targets/releases".to_owned(), crate::minted::file(&document, &signatures))].into();
    let files = publisher.publish_with(files.targets, delegated);
    (publisher, files)
}

/// Notary takes the older digest in `targets`, with a warning.
#[test]
fn trap_05_a_role_that_has_expired_is_an_error() {
    let expired_at = InvalidMetadata::Expired { role: "targets/releases".into(), expires: days_later(-1), now: start() };
    assert_eq!(Client::new().refusal(&expired().publish()), InvalidTrustData::Metadata(expired_at));
}

#[test]
fn trap_05_a_role_that_too_few_signed_is_an_error() {
    let threshold = InvalidMetadata::Threshold { role: "targets/releases".into(), expected: 1, found: 0 };
    assert_eq!(Client::new().refusal(&under_signed().publish()), InvalidTrustData::Metadata(threshold));
    assert_eq!(Client::new().unmet(&wrongly_signed().1), "targets/releases");
}

#[test]
fn trap_05_falling_back_has_to_be_allowed_and_is_said() {
    let mut client = Client::new();
    client.asked.when_unusable = WhenUnusable::FallBack;
    for (files, why) in
        [(expired().publish(), Unusable::Expired), (under_signed().publish(), Unusable::Unsigned), (wrongly_signed().1, Unusable::Unsigned)]
    {
        let tag = client.look_up(&files).unwrap();
        assert_eq!((tag.role(), tag.digest().encoded()), ("targets", sha256(OLD_MANIFEST)));
        assert_eq!(tag.passed_over().iter().map(|(role, why)| (role.as_str(), *why)).collect::<Vec<_>>(), [("targets/releases", why)]);
    }
}

#[test]
fn trap_05_whoever_may_not_fall_back_is_refused_when_asking_to() {
    use pullproof::content_trust::Lookup;
    use pullproof::content_trust::TrustedRoot;
    let mut publisher = expired();
    let files = publisher.publish();
    let client = Client::new();
    let root = TrustedRoot::load(&files.roots[0], &client.gun, &client.anchor, start()).unwrap().prove().unwrap();
    let timestamp = root.timestamp(&files.timestamp, &client.floors, client.when).unwrap().prove().unwrap();
    let targets = timestamp.snapshot(&files.snapshot).unwrap().prove().unwrap().targets(&files.targets).unwrap().prove().unwrap();
    let Lookup::Delegated(role) = targets.look_up(&client.wanted, &client.asked).unwrap() else { panic!("expected a delegation") };
    let refusal = role.fall_back(Unusable::Expired).unwrap_err();
    assert_eq!(refusal, InvalidTrustData::Fallback { role: "targets/releases".into() });
    assert_eq!(refusal.code(), "delegation-unusable");
}

#[test]
fn trap_05_other_faults_are_no_reason_to_fall_back() {
    let mut client = Client::new();
    client.asked.when_unusable = WhenUnusable::FallBack;
    let mut publisher = Publisher::with_releases();
    let mut files = publisher.publish();
    files.delegated.get_mut("targets/releases").unwrap()[0] ^= 1;
    assert_eq!(client.refusal(&files).code(), "metadata-digest-mismatch");
    let mut publisher = Publisher::with_releases();
    publisher.release();
    client.accepts(&publisher.publish());
    publisher.delegated.get_mut("targets/releases").unwrap()["version"] = json!(1);
    publisher.snapshot["version"] = json!(3);
    publisher.timestamp["version"] = json!(3);
    assert_eq!(client.refusal(&publisher.publish()).code(), "metadata-rollback");
}

#[test]
fn a_threshold_of_a_delegation_has_to_be_met() {
    let mut publisher = Publisher::with_releases();
    publisher.targets["delegations"]["roles"][0]["threshold"] = json!(2);
    let threshold = InvalidMetadata::Threshold { role: "targets/releases".into(), expected: 2, found: 1 };
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(threshold));
}

#[test]
fn a_role_below_releases_that_lists_the_tag_keeps_an_older_digest_in_targets_from_being_believed() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"]["1.0"] = meta(OLD_MANIFEST);
    publisher.delegate("targets/releases", &[""], &[]);
    publisher.delegate("targets/releases/nested", &[""], &[("1.0", MANIFEST)]);
    let client = Client::new();
    assert!(matches!(client.refusal(&publisher.publish()), InvalidTrustData::Nested { role, .. } if role == "targets/releases/nested"));
    // One that may not sign for the tag is nobody's answer, nor is one that was passed over.
    publisher.delegated.get_mut("targets/releases").unwrap()["delegations"]["roles"][0]["paths"] = json!(["2."]);
    assert_eq!(client.look_up(&publisher.publish()).unwrap().role(), "targets");
}
