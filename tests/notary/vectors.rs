//! Collections that others made earlier, before Notary's client and ours, today: what has expired since, both refuse.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use pullproof::content_trust::Anchor;
use pullproof_world::Server;
use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::Sites;

use crate::case::Pin;
use crate::notary;
use crate::notary::Notary;
use crate::ours::Client;

const STATES: [(&str, u64); 6] = [
    ("01-init", 1),
    ("02-snapshot-key-to-server", 2),
    ("03-delegations", 2),
    ("04-signed-in-delegations", 2),
    ("05-root-rotated", 3),
    ("06-targets-key-rotated", 4),
];

const DEBIAN: &str = "docker.io/library/debian";

/// Of vectors that may not be here.
fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/content-trust").join(name);
    if !folder.is_dir() {
        eprintln!("SKIPPED: there are no vectors in {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The files of one folder, with these roots.
fn site(folder: &Path, roots: &[PathBuf]) -> Site {
    let mut site = Site::default();
    for (root, version) in roots.iter().zip(1..) {
        let root = fs::read(root).unwrap();
        site = site.with(&format!("{version}.root.json"), root.clone()).with("root.json", root);
    }
    for role in ["timestamp", "snapshot", "targets", "targets/releases", "targets/alice", "targets/rsa"] {
        if let Ok(bytes) = fs::read(folder.join(format!("{role}.json"))) {
            site = site.with(&format!("{role}.json"), bytes);
        }
    }
    site
}

fn state(number: usize) -> Option<Site> {
    let folder = folder("ecdsa-signer")?;
    let (name, version) = STATES[number];
    let roots: Vec<_> = (1..=version).map(|version| folder.join(format!("published/{version}.root.json"))).collect();
    Some(site(&folder.join("history").join(name), &roots))
}

/// The sites one after the other, for one visitor of each kind.
fn both_say_the_same(name: &str, gun: &str, tag: &str, sites: &[Site]) {
    let Some(program) = notary::program("notary", "notary") else { return };
    let shown = Sites::default();
    let server = Server::start(shown.clone()).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notary-vectors").join(name);
    let notary = Notary::new(&program, folder, &format!("{}/site", server.origin()), &Pin::FirstUse);
    let client = Client::new(gun, tag, Anchor::FirstUse);
    for (number, site) in sites.iter().enumerate() {
        shown.show("site", site.clone());
        let (theirs, ours) = (notary.list(gun, tag), client.visit(site));
        println!("{name}, {number}: notary {theirs:?}, here {ours:?}");
        assert_eq!(ours.accepted(), theirs.accepted(), "{name}, {number}: notary {theirs:?}, here {ours:?}");
    }
}

#[test]
fn every_state_of_a_collection_is_what_notary_says_it_is() {
    for tag in ["1.0", "1.1", "latest", "2.0"] {
        for number in 0..STATES.len() {
            let Some(site) = state(number) else { return };
            both_say_the_same(&format!("state-{number}-{tag}"), GUN, tag, &[site]);
        }
    }
}

#[test]
fn the_states_one_after_the_other_are_what_notary_says_they_are() {
    let sites: Option<Vec<_>> = (0..STATES.len()).map(state).collect();
    let Some(sites) = sites else { return };
    both_say_the_same("states", GUN, "1.0", &sites);
}

#[test]
fn an_older_state_after_a_newer_one_is_what_notary_says_it_is() {
    for newer in 1..STATES.len() {
        let (Some(seen), Some(old)) = (state(newer), state(newer - 1)) else { return };
        both_say_the_same(&format!("state-{}-after-{newer}", newer - 1), GUN, "1.0", &[seen, old]);
    }
}

#[test]
fn docker_hub_s_debian_is_what_notary_says_it_is() {
    let Some(folder) = folder("real-docker-hub-debian-2020") else { return };
    let site = site(&folder, &[folder.join("root.json")]);
    both_say_the_same("debian", DEBIAN, "buster", &[site]);
}
