//! Collections that the real `notary` publishes on its real servers, step by step, before its client and ours.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use pullproof::content_trust::Anchor;
use pullproof_world::TrustServer;
use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::MANIFEST;
use pullproof_world::content_trust::OLD_MANIFEST;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::sha256;
use pullproof_world::trust_server;
use serde_json::Value;

use crate::case::Pin;
use crate::case::clock;
use crate::notary;
use crate::notary::Notary;
use crate::ours::Client;
use crate::verdict::Verdict;

/// Programs that end with the test.
struct Running(Vec<Child>);

impl Running {
    fn start(server: &mut TrustServer, folder: &Path) -> Self {
        let mut running = Self(Vec::new());
        for (number, (program, address)) in server.programs.iter_mut().enumerate() {
            let log = fs::File::create(folder.join(format!("{number}.log"))).unwrap();
            running.0.push(program.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
            let mut tries = 0..600;
            while !trust_server::answers(*address) {
                assert!(tries.next().is_some(), "expected somebody at {address}, found nobody: {}", folder.display());
                thread::sleep(Duration::from_millis(50));
            }
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that has ended needs no end.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notary-live").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Has `notary` do something as the publisher.
fn publish(publisher: &Notary<'_>, arguments: &[&str]) {
    let mut command = publisher.command(arguments);
    for role in ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"] {
        command.env(format!("NOTARY_{role}_PASSPHRASE"), "of the tests");
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // To the question whether a new root key is really wanted.
    drop(child.stdin.take().unwrap().write_all(b"yes\n"));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
}

/// A private key, which is imported, and its public one, as files.
fn delegation_key(folder: &Path, publisher: &Notary<'_>, name: &str) -> String {
    let file = |end: &str| folder.join(format!("{name}.{end}")).display().to_string();
    let (private, public) = (file("private.pem"), file("public.pem"));
    let openssl = |arguments: &[&str]| assert!(Command::new("openssl").args(arguments).stderr(Stdio::null()).status().unwrap().success());
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &private]);
    openssl(&["pkey", "-in", &private, "-pubout", "-out", &public]);
    publish(publisher, &["key", "import", &private, "--role", name, "--gun", GUN]);
    public
}

/// What a first-time visitor fetches, with the roots before that.
fn fetch(visitor: &Notary<'_>, roots: &mut Vec<Vec<u8>>) -> Site {
    let root = visitor.fetched(GUN, "root").unwrap();
    if roots.last() != Some(&root) {
        roots.push(root);
    }
    let mut site = Site::default();
    for (root, version) in roots.iter().zip(1_u64..) {
        let document: Value = serde_json::from_slice(root).unwrap();
        assert_eq!(document["signed"]["version"], version, "no root was missed");
        site = site.with(&format!("{version}.root.json"), root.clone()).with("root.json", root.clone());
    }
    for role in ["timestamp", "snapshot", "targets", "targets/releases", "targets/alice"] {
        if let Some(bytes) = visitor.fetched(GUN, role) {
            site = site.with(&format!("{role}.json"), bytes);
        }
    }
    site
}

/// From `init` to keys that were replaced; after each step a visitor who was never there before, and one who was at every step.
fn every_step_is_accepted(name: &str, program: &Path, mut server: TrustServer, folder: &Path) {
    let _running = Running::start(&mut server, folder);
    let somebody =
        |name: &str| Notary::new(program, folder.join(name), &server.origin, &Pin::FirstUse).believing(server.authority.as_deref());
    let publisher = somebody("publisher");
    let regular = somebody("regular");
    // What is published now is valid from now on.
    let client = || Client::new(GUN, "1.0", Anchor::FirstUse);
    let same_client = client();
    let mut roots = Vec::new();
    let mut check = |step: &str, expected: Option<(&[u8], &str)>| {
        let visitor = somebody("visitor");
        let theirs = visitor.list(GUN, "1.0");
        let site = fetch(&visitor, &mut roots);
        for (who, found) in [
            ("notary at a first visit", theirs),
            ("notary again", regular.list(GUN, "1.0")),
            ("at a first visit", client().at(clock()).visit(&site)),
            ("again", same_client.at(clock()).visit(&site)),
        ] {
            if let Some((manifest, role)) = expected {
                let accepts = Verdict::Accepts { sha256: sha256(manifest), role: Some(role.to_owned()) };
                assert_eq!(found, accepts, "{name}, {step}: {who}");
            } else {
                assert!(matches!(found, Verdict::Refuses(_)), "{name}, {step}: {who}, {found:?}");
            }
        }
    };
    let add = |tag: &str, manifest: &[u8], roles: &[&str]| {
        let (size, hash) = (manifest.len().to_string(), sha256(manifest));
        let mut arguments = vec!["addhash", "-p", GUN, tag, &size, "--sha256", &hash];
        arguments.extend(roles.iter().flat_map(|role| ["-r", role]));
        publish(&publisher, &arguments);
    };
    publish(&publisher, &["init", "-p", GUN]);
    check("init", None);
    add("1.0", OLD_MANIFEST, &[]);
    check("a tag", Some((OLD_MANIFEST, "targets")));
    publish(&publisher, &["key", "rotate", GUN, "snapshot", "-r"]);
    check("the snapshot's key to the server", Some((OLD_MANIFEST, "targets")));
    let releases = delegation_key(folder, &publisher, "releases");
    let alice = delegation_key(folder, &publisher, "alice");
    publish(&publisher, &["delegation", "add", "-p", GUN, "targets/releases", &releases, &alice, "--all-paths"]);
    publish(&publisher, &["delegation", "add", "-p", GUN, "targets/alice", &alice, "--paths", "1."]);
    check("delegations", Some((OLD_MANIFEST, "targets")));
    add("1.0", MANIFEST, &["targets/releases", "targets/alice"]);
    check("a tag in the delegations", Some((MANIFEST, "targets/releases")));
    publish(&publisher, &["key", "rotate", GUN, "root"]);
    check("another root key", Some((MANIFEST, "targets/releases")));
    publish(&publisher, &["key", "rotate", GUN, "targets"]);
    check("another targets key", Some((MANIFEST, "targets/releases")));
    publish(&publisher, &["key", "rotate", GUN, "timestamp", "-r"]);
    check("another timestamp key", Some((MANIFEST, "targets/releases")));
    publish(&publisher, &["remove", "-p", GUN, "1.0", "-r", "targets/releases"]);
    check("a tag that was taken out of releases", Some((OLD_MANIFEST, "targets")));
    publish(&publisher, &["delegation", "remove", "-p", GUN, "targets/releases", "--yes"]);
    check("no more releases", Some((OLD_MANIFEST, "targets")));
    publish(&publisher, &["remove", "-p", GUN, "1.0", "-r", "targets", "-r", "targets/alice"]);
    check("a tag that was taken out", None);
}

fn programs() -> Option<(PathBuf, PathBuf, PathBuf)> {
    if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
        notary::missing("the program openssl (Debian package openssl)");
        return None;
    }
    let program = |name: &str| notary::program(name, "notary");
    Some((program("notary")?, program("notary-server")?, program("notary-signer")?))
}

#[test]
fn what_notary_publishes_on_a_server_with_keys_of_its_own_is_accepted_at_every_step() {
    let Some((client, server, _)) = programs() else { return };
    let folder = folder("local");
    let server = TrustServer::with_local_keys(&folder, &server).unwrap();
    every_step_is_accepted("Ed25519", &client, server, &folder);
}

#[test]
fn what_notary_publishes_on_a_server_with_a_signer_is_accepted_at_every_step() {
    let Some((client, server, signer)) = programs() else { return };
    let folder = folder("signer");
    let server = TrustServer::with_signer(&folder, &server, &signer).unwrap();
    every_step_is_accepted("ECDSA", &client, server, &folder);
}
