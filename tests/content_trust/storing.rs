//! What is kept of a collection: written and read strictly, and verified anew.

use std::collections::BTreeMap;

use pullproof::content_trust::Floors;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidState;
use pullproof::content_trust::State;
use serde_json::Value;
use serde_json::json;

use crate::minted::Client;
use crate::minted::Files;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::start;

/// After the second release, with two roots.
fn state() -> (Publisher, Client, State) {
    let mut publisher = Publisher::with_releases();
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::root("new root")]);
    });
    publisher.release();
    let mut client = Client::new();
    client.accepts(&publisher.publish());
    let state = State {
        gun: client.gun.clone(),
        roots: publisher.roots.clone(),
        floors: client.floors.clone(),
        first_seen: start(),
        files: [("snapshot".to_owned(), b"{}".to_vec())].into(),
    };
    (publisher, client, state)
}

#[test]
fn what_is_written_is_read() {
    let (_, client, state) = state();
    assert_eq!(State::parse(&state.to_bytes(), &client.gun), Ok(state.clone()));
    let empty =
        State { gun: client.gun.clone(), roots: Vec::new(), floors: Floors::default(), first_seen: start(), files: BTreeMap::new() };
    assert_eq!(State::parse(&empty.to_bytes(), &client.gun), Ok(empty));
}

#[test]
fn trap_07_what_was_read_is_a_floor_as_it_was_before() {
    let (mut publisher, mut client, state) = state();
    let state = State::parse(&state.to_bytes(), &client.gun).unwrap();
    client.floors = state.floors;
    let old = Files { roots: state.roots, ..publisher.publish() };
    client.accepts(&old);
    publisher.timestamp["version"] = json!(1);
    assert_eq!(client.refusal(&publisher.publish()).code(), "metadata-rollback");
}

#[test]
fn stored_roots_are_verified_anew() {
    let (mut publisher, client, mut state) = state();
    let files = publisher.publish();
    let at = state.roots[1].iter().position(|byte| *byte == b'3').unwrap();
    state.roots[1][at] = b'4';
    client.look_up(&Files { roots: state.roots, ..files }).unwrap_err();
}

#[test]
fn the_state_of_another_collection_is_refused() {
    let (_, _, state) = state();
    let other = Gun::parse("docker.io/example/other").unwrap();
    assert!(matches!(State::parse(&state.to_bytes(), &other), Err(InvalidState::Value { path, .. }) if path == "$.gun"));
}

#[test]
fn what_is_no_state_is_refused() {
    let (_, client, state) = state();
    let good: Value = serde_json::from_slice(&state.to_bytes()).unwrap();
    for (path, bad) in [
        ("/stateVersion", json!(2)),
        ("/stateVersion", json!("1")),
        ("/gun", json!(null)),
        ("/roots", json!({})),
        ("/roots/0", json!("!")),
        ("/roots/0", json!(1)),
        ("/firstSeen", json!("yesterday")),
        ("/files", json!([])),
        ("/files/snapshot", json!("!")),
        ("/floors", json!([])),
        ("/floors/timestamp", json!(null)),
        ("/floors/timestamp/version", json!(0)),
        ("/floors/timestamp/version", json!(-1)),
        ("/floors/timestamp/version", json!(1.5)),
        ("/floors/timestamp/digest", json!("sha256:00")),
        ("/floors/timestamp/digest", json!(null)),
        ("/floors/timestamp/keys", json!(null)),
        ("/floors/timestamp/keys/0", json!("00")),
        ("/latest", json!("yesterday")),
        ("/latest", json!(0)),
    ] {
        let mut changed = good.clone();
        *changed.pointer_mut(path).unwrap() = bad.clone();
        let refusal = State::parse(changed.to_string().as_bytes(), &client.gun).unwrap_err();
        assert!(!refusal.to_string().is_empty(), "{path} {bad}");
    }
    let text = String::from_utf8(state.to_bytes()).unwrap();
    for bytes in [String::new(), "{}".into(), text.replacen('{', "{\"gun\":\"x\",", 1), format!("{text}x"), text.replacen("gun", "GUN", 1)]
    {
        State::parse(bytes.as_bytes(), &client.gun).unwrap_err();
    }
}

#[test]
fn a_state_that_is_larger_than_any_is_refused() {
    let (_, client, mut state) = state();
    assert_eq!(State::parse(&vec![b' '; (16 << 20) + 1], &client.gun), Err(InvalidState::TooLarge));
    state.roots = vec![Vec::new(); 257];
    assert_eq!(State::parse(&state.to_bytes(), &client.gun), Err(InvalidState::TooLarge));
}
