//! What one file says of another: its length, its hashes, and that it is there.

use pullproof_world::content_trust::Files;
use pullproof_world::content_trust::MANIFEST;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::meta;
use pullproof_world::content_trust::sign;
use serde_json::Value;
use serde_json::json;

use super::site;
use crate::case::Case;
use crate::case::case;
use crate::case::publisher;
use crate::case::releases;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, change) in changes() {
        for role in ["snapshot", "targets", "targets/releases", "root"] {
            // Nobody writes them otherwise; for the top of the list one role is enough.
            if role == "root" && name.contains("written") {
                continue;
            }
            cases.push(case(format!("{role}: {name}"), format!("what names {role} has {name}"), linked(role, &change)));
        }
    }
    cases.extend(mixed());
    cases.extend(absent());
    cases.extend(sizes());
    cases
}

type Change = Box<dyn Fn(&mut Value)>;

fn changes() -> Vec<(&'static str, Change)> {
    let other = meta(MANIFEST)["hashes"].clone();
    let (sha256, sha512) = (other["sha256"].clone(), other["sha512"].clone());
    let drop_hash = |name: &'static str| move |file: &mut Value| drop(file["hashes"].as_object_mut().unwrap().remove(name));
    vec![
        ("another SHA-256", Box::new(move |file: &mut Value| file["hashes"]["sha256"] = sha256.clone())),
        ("another SHA-512", Box::new(move |file: &mut Value| file["hashes"]["sha512"] = sha512.clone())),
        ("no SHA-256", Box::new(drop_hash("sha256"))),
        ("no SHA-512", Box::new(drop_hash("sha512"))),
        ("no hashes", Box::new(|file: &mut Value| file["hashes"] = json!({}))),
        ("a length that is one less", Box::new(|file: &mut Value| file["length"] = json!(file["length"].as_u64().unwrap() - 1))),
        ("a length that is one more", Box::new(|file: &mut Value| file["length"] = json!(file["length"].as_u64().unwrap() + 1))),
        ("a hash of an unknown function beside the others", Box::new(|file: &mut Value| file["hashes"]["blake3"] = json!("AAAA"))),
        (
            "a SHA-256 that is written with spaces",
            Box::new(|file: &mut Value| file["hashes"]["sha256"] = json!(format!(" {}", file["hashes"]["sha256"].as_str().unwrap()))),
        ),
        (
            "a SHA-256 that is written without padding",
            Box::new(|file: &mut Value| file["hashes"]["sha256"] = json!(file["hashes"]["sha256"].as_str().unwrap().replace('=', ""))),
        ),
    ]
}

/// With something else said of a role's file.
fn linked(role: &str, change: &Change) -> Site {
    let mut publisher = releases();
    let files = publisher.publish();
    if role == "snapshot" {
        change(&mut publisher.timestamp["meta"]["snapshot"]);
        let timestamp = sign(&publisher.timestamp, &publisher.signers["timestamp"]);
        return Site::new(&Files { timestamp, ..files });
    }
    change(&mut publisher.snapshot["meta"][role]);
    Site::new(&publisher.publish_snapshot(files))
}

/// Files of two releases.
fn mixed() -> Vec<Case> {
    let old = releases().publish();
    let new = {
        let mut publisher = releases();
        publisher.release();
        publisher.publish()
    };
    let of_two = |role: &str, files: Files| {
        case(format!("an older {role} among newer files"), format!("{role} is that of the release before"), Site::new(&files))
    };
    vec![
        of_two("timestamp", Files { timestamp: old.timestamp.clone(), ..new.clone() }),
        of_two("snapshot", Files { snapshot: old.snapshot.clone(), ..new.clone() }),
        of_two("targets", Files { targets: old.targets.clone(), ..new.clone() }),
        of_two("targets/releases", Files { delegated: old.delegated, ..new }),
    ]
}

/// Says less than it should.
fn absent() -> Vec<Case> {
    let without = |role: &str| {
        let mut publisher = releases();
        let files = publisher.publish();
        publisher.snapshot["meta"].as_object_mut().unwrap().remove(role);
        Site::new(&publisher.publish_snapshot(files))
    };
    let mut cases: Vec<Case> = ["root", "targets", "targets/releases"]
        .map(|role| case(format!("a snapshot without {role}"), format!("the snapshot says nothing of {role}"), without(role)))
        .into();
    let mut publisher: Publisher = publisher();
    let files = publisher.publish();
    publisher.timestamp["meta"] = json!({});
    let timestamp = sign(&publisher.timestamp, &publisher.signers["timestamp"]);
    cases.push(case(
        "a timestamp that names no snapshot",
        "the timestamp says nothing of the snapshot",
        Site::new(&Files { timestamp, ..files }),
    ));
    cases
}

/// More than anybody should read.
fn sizes() -> Vec<Case> {
    let padded = |bytes: &[u8], length: usize| {
        let mut bytes = bytes.to_vec();
        bytes.resize(length, b' ');
        bytes
    };
    let files = releases().publish();
    let timestamp = |length: usize| Site::new(&Files { timestamp: padded(&files.timestamp, length), ..files.clone() });
    let snapshot = Files { snapshot: padded(&files.snapshot, 3_000_000), ..files.clone() };
    let said = |length: u64| {
        let change: Change = Box::new(move |file: &mut Value| file["length"] = json!(length));
        linked("targets", &change)
    };
    let mut publisher = releases();
    publisher.roots[0] = padded(&publisher.roots[0], 1_100_000);
    vec![
        case("a timestamp of 20 KB", "behind the timestamp stand 20 KB of spaces", timestamp(20_000)),
        case("a timestamp of 2 MB", "behind the timestamp stand two megabytes of spaces", timestamp(2_000_000)),
        case("a root of 1.1 MB", "behind the root stand 1.1 megabytes of spaces", site(publisher)),
        case("a snapshot of 3 MB", "behind the snapshot stand three megabytes of spaces", Site::new(&snapshot)),
        case("targets that are said to have 6 MB", "the snapshot says that targets has six megabytes", said(6_000_000)),
        case(
            "targets that are said to have 9007199254740991 bytes",
            "the snapshot says that targets has more bytes than there are",
            said(9_007_199_254_740_991),
        ),
    ]
}
