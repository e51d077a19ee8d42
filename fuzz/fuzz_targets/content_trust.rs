//! Trust data of Notary, whoever wrote it: read or refused at every step, and never believed without a signature; and stored state.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::Asked;
use pullproof::content_trust::Floors;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::Lookup;
use pullproof::content_trust::State;
use pullproof::content_trust::TrustedRoot;
use pullproof::content_trust::TrustedTimestamp;
use pullproof::content_trust::Wanted;
use pullproof::content_trust::When;
use pullproof::crypto::Unproven;

/// Made by the tests' publisher, whose signatures are not looked at here.
const ROOT: &[u8] = include_bytes!("../seeds/content_trust/1");
const TIMESTAMP: &[u8] = include_bytes!("../seeds/content_trust/2");

static GUN: LazyLock<Gun> = LazyLock::new(|| Gun::parse("docker.io/example/app").expect("a name"));
static NOW: LazyLock<UnixTime> = LazyLock::new(|| "2026-11-23T12:00:00Z".parse().expect("a time"));
static STEPS: LazyLock<(TrustedRoot, TrustedTimestamp)> = LazyLock::new(|| {
    let root = believed(TrustedRoot::load(ROOT, &GUN, &Anchor::FirstUse, *NOW)).expect("a root");
    let timestamp = believed(root.timestamp(TIMESTAMP, &Floors::default(), When::Now(*NOW))).expect("a timestamp");
    (root, timestamp)
});

/// As if every signature held, to come to what is behind it.
fn believed<T>(step: Result<Unproven<T>, InvalidTrustData>) -> Option<T> {
    match step {
        Ok(unproven) => {
            let count = unproven.checks().count();
            assert!(count > 0, "a claim that rests on nothing");
            Some(unproven.prove_by(&vec![true; count]).expect("every signature is said to hold"))
        }
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty() && !refusal.code().is_empty());
            None
        }
    }
}

// The input as a whole, as it is, in each of the first steps; and in pieces between zero bytes, as targets and delegated roles.
fuzz_target!(|bytes: &[u8]| {
    let (root, timestamp) = &*STEPS;
    if let Some(trusted) = believed(TrustedRoot::load(bytes, &GUN, &Anchor::FirstUse, *NOW)) {
        assert!(trusted.version() > 0 && trusted.bytes() == bytes);
        assert!(trusted.next(bytes).is_err(), "no root is its own successor");
    }
    believed(root.next(bytes));
    if let Some(trusted) = believed(root.timestamp(bytes, &Floors::default(), When::Now(*NOW))) {
        assert!(believed(root.timestamp(bytes, trusted.floors(), When::Now(*NOW))).is_some(), "the same again is nothing new");
        let state = State {
            gun: GUN.clone(),
            roots: vec![bytes.to_vec()],
            floors: trusted.floors().clone(),
            first_seen: *NOW,
            files: [("targets".to_owned(), bytes.to_vec())].into(),
        };
        assert_eq!(State::parse(&state.to_bytes(), &GUN), Ok(state));
    }
    assert!(timestamp.snapshot(bytes).is_err() || bytes.len() == timestamp.file().length());
    if let Ok(state) = State::parse(bytes, &GUN) {
        assert_eq!(State::parse(&state.to_bytes(), &GUN), Ok(state));
    }
    linked(root, bytes);
});

/// Targets and the files of delegated roles, in pieces: hashes, which no fuzzer finds, are written here.
fn linked(root: &TrustedRoot, bytes: &[u8]) {
    let mut pieces = bytes.split(|byte| *byte == 0);
    let targets = pieces.next().unwrap_or_default();
    let roles: Vec<&[u8]> = pieces.take(4).collect();
    let names = ["targets/releases", "targets/a", "targets/a/b", "targets/b"];
    let mut meta = vec![entry("root", root.bytes()), entry("targets", targets)];
    meta.extend(names.iter().zip(&roles).map(|(name, bytes)| entry(name, bytes)));
    let snapshot = document("Snapshot", &meta.join(","), &signer(root, "snapshot"));
    let timestamp = document("Timestamp", &entry("snapshot", snapshot.as_bytes()), &signer(root, "timestamp"));
    let timestamp = believed(root.timestamp(timestamp.as_bytes(), &Floors::default(), When::Now(*NOW))).expect("a timestamp");
    let snapshot = believed(timestamp.snapshot(snapshot.as_bytes())).expect("a snapshot");
    let Some(trusted) = believed(snapshot.targets(targets)) else { return };
    let wanted = Wanted::of(&Reference::parse("example/app:1.0").expect("a reference"));
    let asked = Asked { roles: names.iter().map(|name| (*name).to_owned()).chain(["targets".to_owned()]).collect(), ..Asked::default() };
    let mut lookup = trusted.look_up(&wanted, &asked);
    loop {
        match lookup {
            Ok(Lookup::Found(tag)) => {
                assert!(tag.tag() == "1.0" && tag.floors().version(tag.role()).is_some());
                break;
            }
            Ok(Lookup::Delegated(role)) => {
                let place = names.iter().position(|name| *name == role.name()).expect("only these are asked");
                let Some(next) = believed(role.load(roles[place])) else { break };
                lookup = next.look_up();
            }
            Err(refusal) => {
                assert!(!refusal.to_string().is_empty());
                break;
            }
        }
    }
}

/// The ID and the method of a role's first key.
fn signer(root: &TrustedRoot, role: &str) -> String {
    let document: serde_json::Value = serde_json::from_slice(root.bytes()).expect("a root");
    let id = document["signed"]["roles"][role]["keyids"][0].as_str().expect("a key").to_owned();
    let method = if document["signed"]["keys"][&id]["keytype"] == "ed25519" { "eddsa" } else { "ecdsa" };
    let zeros = format!("{}==", "A".repeat(86));
    format!("{{\"keyid\":\"{id}\",\"method\":\"{method}\",\"sig\":\"{zeros}\"}}")
}

fn entry(name: &str, bytes: &[u8]) -> String {
    let digest = pullproof::Digest::of(pullproof::digest::Algorithm::Sha256, bytes);
    let hash = base64(digest.as_bytes());
    format!("\"{name}\":{{\"length\":{},\"hashes\":{{\"sha256\":\"{hash}\"}}}}", bytes.len())
}

fn document(kind: &str, meta: &str, signature: &str) -> String {
    let signed = format!("{{\"_type\":\"{kind}\",\"version\":1,\"expires\":\"2999-01-01T00:00:00Z\",\"meta\":{{{meta}}}}}");
    format!("{{\"signed\":{signed},\"signatures\":[{signature}]}}")
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |group: u32, place: u32| char::from(ALPHABET[(group >> (18 - 6 * place) & 63) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |group, place| group << 8 | u32::from(chunk.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            text.push(if place as usize <= chunk.len() { digit(group, place) } else { '=' });
        }
    }
    text
}
