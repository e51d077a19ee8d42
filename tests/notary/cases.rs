//! All cases, one file a class.

mod certificates;
mod chains;
mod delegations;
mod documents;
mod freshness;
mod links;
mod pins;
mod signatures;
mod tags;

use pullproof_world::content_trust::Files;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::sign;
use serde_json::Value;
use serde_json::json;

use crate::case::Case;
use crate::case::case;
use crate::case::publisher;
use crate::case::releases;

/// In the order in which they stand in the table.
pub(crate) fn all() -> Vec<Case> {
    let honest = vec![
        case("honest", "nothing", site(publisher())),
        case("honest, with releases", "nothing", site(releases())).docker(),
        case("honest, visited twice", "nothing", site(releases())).after(site(releases())),
    ];
    [
        honest,
        signatures::cases(),
        certificates::cases(),
        pins::cases(),
        chains::cases(),
        freshness::cases(),
        links::cases(),
        delegations::cases(),
        documents::cases(),
        tags::cases(),
    ]
    .concat()
}

/// The files of every role, and what is called which here.
const ROLES: [&str; 5] = ["root", "timestamp", "snapshot", "targets", "targets/releases"];

fn site(mut publisher: Publisher) -> Site {
    Site::new(&publisher.publish())
}

/// Changes the file of a role after it was signed, and links it anew as its publisher would.
fn with_file(mut publisher: Publisher, role: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Site {
    if role == "root" {
        let root = publisher.roots.pop().unwrap();
        publisher.roots.push(change(root));
        return site(publisher);
    }
    let mut files = publisher.publish();
    let files = match role {
        "timestamp" => Files { timestamp: change(files.timestamp), ..files },
        "snapshot" => {
            files.snapshot = change(files.snapshot);
            publisher.timestamp["meta"] = json!({ "snapshot": pullproof_world::content_trust::meta(&files.snapshot) });
            Files { timestamp: sign(&publisher.timestamp, &publisher.signers["timestamp"]), ..files }
        }
        "targets" => publisher.publish_with(change(files.targets), files.delegated),
        role => {
            let before = files.delegated.remove(role).unwrap();
            files.delegated.insert(role.to_owned(), change(before));
            publisher.publish_with(files.targets, files.delegated)
        }
    };
    Site::new(&files)
}

/// The same as a text.
fn with_text(publisher: Publisher, role: &str, change: impl FnOnce(String) -> String) -> Site {
    with_file(publisher, role, |bytes| {
        let before = String::from_utf8(bytes).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "nothing is forged");
        after.into_bytes()
    })
}

/// The same as a document, with its envelope.
fn with_document(publisher: Publisher, role: &str, change: impl FnOnce(&mut Value)) -> Site {
    with_file(publisher, role, |bytes| {
        let mut document = serde_json::from_slice(&bytes).unwrap();
        change(&mut document);
        document.to_string().into_bytes()
    })
}

/// Changes what a role says before it is signed.
fn saying(mut publisher: Publisher, role: &str, change: impl FnOnce(&mut Value)) -> Publisher {
    if role == "root" {
        change(&mut publisher.root);
        publisher.sign_root();
    } else {
        change(publisher.document(role));
    }
    publisher
}

/// A publisher whose role these sign, of whom so many have to.
fn signed_by(mut publisher: Publisher, role: &str, signers: Vec<Signer>, threshold: usize) -> Publisher {
    publisher.signers.insert(role.to_owned(), signers);
    publisher.name_keys();
    publisher.root["roles"][role]["threshold"] = json!(threshold);
    publisher.sign_root();
    publisher
}

/// What comes before the next root: its own signers, whoever they are.
fn stranger(name: &str) -> Signer {
    if name == "root" { Signer::root("stranger") } else { Signer::p256("stranger") }
}
