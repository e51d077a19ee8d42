//! Documents that others made: the roots of Sigstore and GitHub, and a repository of python-tuf, the reference implementation.

use core::cell::RefCell;
use core::future::ready;
use std::collections::BTreeMap;

use pollster::block_on;
use pullproof::Transport;
use pullproof::UnixTime;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::prover::Portable;
use pullproof::refresh::RefreshError;
use pullproof::refresh::Refreshed;
use pullproof::refresh::Updater;
use pullproof::store::MemoryStore;
use pullproof::transport::Request;
use pullproof::transport::Response;
use pullproof::transport::TransportError;
use pullproof::tuf::InvalidMetadata;
use pullproof::tuf::Repository;
use pullproof::tuf::TargetPath;
use pullproof::tuf::TrustedRoot;

use crate::repository::start;

const SIGSTORE: &[u8] = include_bytes!("../../data/sigstore/tuf_root.json");
const GITHUB: &[u8] = include_bytes!("../../data/github/tuf_root.json");
const README: &str = include_str!("../../data/README.md");

fn sha256(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).encoded()
}

#[test]
fn the_roots_of_sigstore_and_github_are_signed_by_their_own_keys() {
    for (bytes, version, expires, signatures) in [(SIGSTORE, 16, "2027-04-22T19:27:31Z", 5), (GITHUB, 9, "2027-01-28T20:18:53Z", 6)] {
        let unproven = TrustedRoot::load(bytes).unwrap();
        assert_eq!(unproven.checks().filter(|check| check.holds()).count(), signatures);
        let root = unproven.prove().unwrap();
        assert_eq!((root.version(), root.expires(), root.consistent_snapshot()), (version, expires.parse().unwrap(), true));
        assert!(root.expires() > start());
    }
}

#[test]
fn the_data_is_what_its_readme_says() {
    let trusted = [&include_bytes!("../../data/sigstore/trusted_root.json")[..], include_bytes!("../../data/github/trusted_root.json")];
    for bytes in [SIGSTORE, GITHUB].into_iter().chain(trusted) {
        assert!(README.contains(&sha256(bytes)));
        pullproof::json::parse_object(bytes).unwrap();
    }
}

#[test]
fn a_root_of_one_instance_is_no_successor_of_the_other_s() {
    let root = TrustedRoot::load(GITHUB).unwrap().prove().unwrap();
    assert_eq!(root.next(SIGSTORE).unwrap_err(), InvalidMetadata::Version { role: "root".into(), expected: 10, found: 16 });
}

#[test]
fn a_real_root_with_one_changed_letter_is_refused() {
    let text = String::from_utf8(SIGSTORE.to_vec()).unwrap();
    for (from, to) in [
        ("2027-04-22", "2028-04-22"),
        ("\"version\": 16", "\"version\": 17"),
        ("\"consistent_snapshot\": true", "\"consistent_snapshot\": false"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        TrustedRoot::load(changed.as_bytes()).unwrap().prove().unwrap_err();
    }
}

/// Made by `python_tuf.py`: RSA, ECDSA and Ed25519 keys, roots and targets with thresholds, indented and compact files, names and
/// text that are not ASCII, delegations by path and by hash.
struct PythonTuf {
    files: BTreeMap<String, String>,
    asked: RefCell<Vec<String>>,
}

const PYTHON_TUF: &str = "https://python-tuf.example/";

impl PythonTuf {
    fn new() -> Self {
        Self { files: serde_json::from_str(include_str!("python_tuf.json")).unwrap(), asked: RefCell::default() }
    }

    fn refresh(&self, path: &str) -> Result<Refreshed, RefreshError> {
        let now: UnixTime = start();
        let repository = Repository::new(PYTHON_TUF, self.files["1.root.json"].clone().into_bytes()).unwrap();
        let updater = Updater { repository: &repository, store: &MemoryStore::default(), transport: self, prover: &Portable, now };
        block_on(updater.refresh(Some(&TargetPath::parse(path).unwrap())))
    }
}

impl Transport for PythonTuf {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> {
        let path = request.url.strip_prefix(PYTHON_TUF).unwrap();
        self.asked.borrow_mut().push(path.to_owned());
        ready(Ok(match self.files.get(path) {
            Some(body) => Response { status: 200, body: body.clone().into_bytes(), ..Response::default() },
            None => Response { status: 404, ..Response::default() },
        }))
    }
}

#[test]
fn what_python_tuf_publishes_is_found() {
    let repository = PythonTuf::new();
    for (path, content) in [
        ("top.txt", "listed by the top-level role\n"),
        ("in-a-bin.txt", "listed by the bin that its hash falls into\n"),
        ("docs/a file.txt", "listed by the role that has its path\n"),
    ] {
        let found = repository.refresh(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!((found.content.as_ref().unwrap().bytes(), found.root), (content.as_bytes(), 2));
    }
    assert!(repository.asked.borrow().contains(&"1.a%20role%2Fwith%20spaces.json".to_owned()));
    assert!(matches!(repository.refresh("docs/other.txt"), Err(RefreshError::NoTarget { .. })));
}

#[test]
fn what_python_tuf_did_not_publish_is_refused() {
    for path in ["1.root.json", "2.root.json", "timestamp.json", "7.snapshot.json", "3.targets.json", "1.bin.json"] {
        let mut repository = PythonTuf::new();
        let file = repository.files.get_mut(path).unwrap();
        // The last two digits of the year, in whichever form the file is written.
        let changed = file.replacen("26-01-01", "27-01-01", 1).replacen("2022-01-01", "2023-01-01", 1);
        assert_ne!(changed, *file, "{path}");
        *file = changed;
        assert!(matches!(repository.refresh("in-a-bin.txt"), Err(RefreshError::Untrusted { .. })), "{path}");
    }
}
