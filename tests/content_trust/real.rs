//! Collections that others made: by `notary` 0.7.0 with its server, step by step, and Docker Hub's for debian in 2020.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pullproof::content_trust::Anchor;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::When;
use pullproof::tuf::InvalidMetadata;

use crate::minted::Client;
use crate::minted::Files;
use crate::minted::Refused;
use crate::minted::wanted;

const STATES: [(&str, u64); 6] = [
    ("01-init", 1),
    ("02-snapshot-key-to-server", 2),
    ("03-delegations", 2),
    ("04-signed-in-delegations", 2),
    ("05-root-rotated", 3),
    ("06-targets-key-rotated", 4),
];

/// The canonical ID of the key with which Docker signed the roots of its official images.
const OFFICIAL_IMAGES: &str = "c15164663f80d58bf3d8d5a0cd08b8086cba02065feb00421fc2a5436c563210";

/// Of vectors that may not be here.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/content-trust").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run: there are no vectors in {}", folder.display());
    None
}

/// Of one folder, with the roots of these versions.
fn files(folder: &Path, roots: &[PathBuf]) -> Files {
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let mut delegated = BTreeMap::new();
    for name in ["targets/releases", "targets/alice", "targets/rsa"] {
        if let Ok(bytes) = fs::read(folder.join(format!("{name}.json"))) {
            delegated.insert(name.to_owned(), bytes);
        }
    }
    Files {
        roots: roots.iter().map(|path| fs::read(path).unwrap()).collect(),
        timestamp: read("timestamp.json"),
        snapshot: read("snapshot.json"),
        targets: read("targets.json"),
        delegated,
    }
}

/// One state of the collection that `notary` made, with all roots up to its own.
pub(crate) fn state(number: usize) -> Option<Files> {
    let folder = folder("ecdsa-signer")?;
    let (name, version) = STATES[number];
    let roots: Vec<_> = (1..=version).map(|version| folder.join(format!("published/{version}.root.json"))).collect();
    let found = files(&folder.join("history").join(name), &roots);
    assert_eq!(found.roots.last().unwrap(), &fs::read(folder.join("history").join(name).join("root.json")).unwrap());
    Some(found)
}

pub(crate) fn client() -> Client {
    let mut client = Client::new();
    client.anchor = Anchor::FirstUse;
    client.wants("example/app:1.1").at("2026-11-23T12:00:00Z".parse().unwrap())
}

fn manifest(tag: &str) -> Vec<u8> {
    fs::read(folder("ecdsa-signer/manifests").unwrap().join(format!("{tag}.json"))).unwrap()
}

#[test]
fn every_state_of_a_collection_of_notary_is_accepted_one_after_the_other() {
    let mut client = client();
    for number in 0..STATES.len() {
        let Some(files) = state(number) else { return };
        let tag = client.clone().wants("example/app:1.0");
        let tag = tag.look_up(&files).unwrap();
        assert_eq!((tag.role(), tag.tag(), tag.length()), ("targets", "1.0", manifest("1.0").len()), "{number}");
        tag.verify(manifest("1.0")).unwrap();
        client.floors = tag.floors().clone();
        if number < 3 {
            assert!(matches!(client.refusal(&files), InvalidTrustData::NotSigned { .. }));
        } else {
            let tag = client.accepts(&files);
            assert_eq!((tag.role(), tag.length()), ("targets/releases", 88));
            tag.verify(manifest("1.1")).unwrap();
            let latest = client.clone().wants("example/app").look_up(&files).unwrap();
            assert_eq!((latest.role(), latest.tag()), ("targets/releases", "latest"));
        }
    }
}

#[test]
fn every_older_state_after_a_newer_one_is_a_rollback() {
    for newer in 1..STATES.len() {
        for older in 0..newer {
            let (Some(seen), Some(mut old)) = (state(newer), state(older)) else { return };
            let mut client = client().wants("example/app:1.0");
            client.accepts(&seen);
            // As a client that knows the newest root would be answered.
            old.roots = seen.roots.clone();
            let refusal = client.refusal(&old);
            assert!(matches!(refusal, InvalidTrustData::Metadata(InvalidMetadata::Rollback { .. })), "{older} after {newer}: {refusal}");
        }
    }
}

#[test]
fn the_roots_of_notary_lead_from_one_to_the_next_and_not_past_one() {
    let Some(files) = state(5) else { return };
    assert_eq!(files.roots.len(), 4);
    for skipped in 1..3 {
        let mut files = files.clone();
        files.roots.remove(skipped);
        let (expected, found) = (skipped as u64 + 1, skipped as u64 + 2);
        let version = InvalidMetadata::Version { role: "root".into(), expected, found };
        assert_eq!(client().refusal(&files), InvalidTrustData::Metadata(version));
    }
}

#[test]
fn the_root_that_notary_rotated_is_refused_without_the_new_one() {
    let (Some(old), Some(mut new)) = (state(3), state(4)) else { return };
    new.roots = old.roots;
    // The snapshot names the new root.
    assert!(matches!(client().refusal(&new), InvalidTrustData::Metadata(InvalidMetadata::Length { name, .. }) if name == "root"));
}

#[test]
fn roles_that_docker_does_not_ask_can_be_asked() {
    let Some(files) = state(5) else { return };
    for (role, signed) in [("targets/alice", "1.1"), ("targets/rsa", "1.1")] {
        let mut client = client();
        client.asked.roles = vec![role.to_owned()];
        let tag = client.accepts(&files);
        assert_eq!((tag.role(), tag.tag()), (role, signed));
    }
    // Its paths are `1.` and `2.`.
    let mut client = client().wants("example/app:latest");
    client.asked.roles = vec!["targets/rsa".to_owned()];
    assert!(matches!(client.refusal(&files), InvalidTrustData::NotSigned { .. }));
}

fn debian() -> Option<(Client, Files)> {
    let folder = folder("real-docker-hub-debian-2020")?;
    let mut client = Client::new();
    client.gun = Gun::parse("docker.io/library/debian").unwrap();
    client.anchor = Anchor::Keys(vec![OFFICIAL_IMAGES.parse().unwrap()]);
    client.wanted = wanted("debian:buster");
    Some((client, files(&folder, &[folder.join("root.json")])))
}

#[test]
fn docker_hub_s_debian_is_accepted_in_its_own_time() {
    let Some((mut client, files)) = debian() else { return };
    client.when = When::Archived("2020-10-01T00:00:00Z".parse().unwrap());
    let tag = client.accepts(&files);
    assert_eq!((tag.role(), tag.tag(), tag.anchor()), ("targets", "buster", &client.anchor));
    assert_eq!(tag.when(), client.when);
    let expires: Vec<_> = tag.expires().iter().map(|(what, at)| format!("{what} {at}")).collect();
    assert_eq!(
        expires,
        [
            "root 2025-08-08T03:55:22Z",
            "root certificate 2025-08-08T03:55:22Z",
            "timestamp 2020-10-13T02:20:14Z",
            "snapshot 2023-09-15T01:51:46Z",
            "targets 2023-09-15T01:51:42Z"
        ]
    );
}

#[test]
fn docker_hub_s_debian_is_refused_today_because_its_root_has_expired() {
    let Some((client, files)) = debian() else { return };
    let (expires, now) = ("2025-08-08T03:55:22Z".parse().unwrap(), "2026-11-26T12:00:00Z".parse().unwrap());
    let refusal = client.at(now).refusal(&files);
    assert_eq!(refusal, InvalidTrustData::Metadata(InvalidMetadata::Expired { role: "root".into(), expires, now }));
}

#[test]
fn docker_hub_s_debian_is_refused_as_another_image() {
    let Some((mut client, files)) = debian() else { return };
    client.when = When::Archived("2020-10-01T00:00:00Z".parse().unwrap());
    client.gun = Gun::parse("docker.io/library/ubuntu").unwrap();
    assert!(matches!(client.look_up(&files), Err(Refused::Data(InvalidTrustData::CertificateName { .. }))));
}
