//! A TUF repository in memory that is a transport (the idea of python-tuf's `RepositorySimulator`): documents are values that a test
//! changes as it likes; [`Repository::release`] versions, links and signs them as an honest one would.

use core::cell::RefCell;
use core::fmt::Write as _;
use core::future::ready;
use std::collections::BTreeMap;

use ed25519_dalek::Signer as _;
use pollster::block_on;
use pullproof::Transport;
use pullproof::UnixTime;
use pullproof::crypto::Unmet;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::prover::Portable;
use pullproof::refresh::RefreshError;
use pullproof::refresh::Refreshed;
use pullproof::refresh::Untrusted;
use pullproof::refresh::Updater;
use pullproof::store::MemoryStore;
use pullproof::store::Store;
use pullproof::transport::Request;
use pullproof::transport::Response;
use pullproof::transport::TransportError;
use pullproof::tuf;
use pullproof::tuf::InvalidMetadata;
use pullproof::tuf::TargetPath;
use serde_json::Value;
use serde_json::json;

pub(crate) const URL: &str = "https://tuf.example/repository";
pub(crate) const TARGET: &str = "trusted_root.json";
pub(crate) const CONTENT: &[u8] = b"{\"what\":\"a trusted root\"}";

/// When everything begins. Timestamps expire after a week, the rest after a year.
pub(crate) fn start() -> UnixTime {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn days_later(days: i64) -> UnixTime {
    UnixTime::from_seconds(start().seconds() + days * 86_400).unwrap()
}

/// Somebody who signs.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) id: String,
    key: Secret,
}

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    /// Of a type that nobody here knows.
    Unknown,
}

impl Signer {
    /// The same seed is the same key.
    pub(crate) fn p256(seed: u8) -> Self {
        Self { id: format!("p256-{seed}"), key: Secret::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()) }
    }

    pub(crate) fn ed25519(seed: u8) -> Self {
        Self { id: format!("ed25519-{seed}"), key: Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])) }
    }

    pub(crate) fn unknown(id: &str) -> Self {
        Self { id: id.into(), key: Secret::Unknown }
    }

    /// The same key under another ID.
    pub(crate) fn alias(&self, id: &str) -> Self {
        Self { id: id.into(), key: self.key.clone() }
    }

    pub(crate) fn public(&self) -> Value {
        match &self.key {
            Secret::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                json!({ "keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": { "public": hex(point.as_bytes()) } })
            }
            Secret::Ed25519(key) => {
                json!({ "keytype": "ed25519", "scheme": "ed25519", "keyval": { "public": hex(key.verifying_key().as_bytes()) } })
            }
            Secret::Unknown => json!({ "keytype": "ml-dsa", "scheme": "ml-dsa-65", "keyval": { "public": "whatever" } }),
        }
    }

    fn sign(&self, message: &[u8]) -> String {
        match &self.key {
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                hex(signature.to_der().as_bytes())
            }
            Secret::Ed25519(key) => hex(&key.sign(message).to_bytes()),
            Secret::Unknown => "00".into(),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Canonical JSON once more, written another way: as compact JSON with its names sorted, where only two characters are escaped.
fn canonical(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let member = |name: &&String| format!("{}:{}", canonical(&json!(name)), canonical(&members[*name]));
            format!("{{{}}}", names.iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// A signed document as a file.
pub(crate) fn sign(signed: &Value, signers: &[Signer]) -> Vec<u8> {
    let message = canonical(signed);
    let signatures: Vec<_> = signers.iter().map(|signer| json!({ "keyid": signer.id, "sig": signer.sign(message.as_bytes()) })).collect();
    serde_json::to_vec_pretty(&json!({ "signed": signed, "signatures": signatures })).unwrap()
}

/// What a root or a delegation says of a role.
pub(crate) fn role(signers: &[Signer], threshold: i64) -> Value {
    json!({ "keyids": signers.iter().map(|signer| &signer.id).collect::<Vec<_>>(), "threshold": threshold })
}

/// What is said of a file.
pub(crate) fn hashes(bytes: &[u8]) -> Value {
    json!({ "sha256": Digest::of(Algorithm::Sha256, bytes).encoded() })
}

/// A repository, with what a client of it has stored.
pub(crate) struct Repository {
    /// The signed parts.
    pub(crate) root: Value,
    pub(crate) timestamp: Value,
    pub(crate) snapshot: Value,
    pub(crate) targets: Value,
    /// In the order in which they are asked.
    pub(crate) delegated: Vec<(String, Value)>,
    /// Who signs, by role. `root` signs the next root, too.
    pub(crate) signers: BTreeMap<String, Vec<Signer>>,
    /// By path below the URL.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Answers that are none of the repository's: by path, or for all of them under `*`.
    pub(crate) broken: BTreeMap<String, Result<Response, TransportError>>,
    /// The root that the client was built with.
    pub(crate) embedded: Vec<u8>,
    pub(crate) store: MemoryStore,
    pub(crate) now: UnixTime,
    pub(crate) asked: RefCell<Vec<Request>>,
}

impl Repository {
    /// One key a role, of both kinds; the first release is out, and no client has seen it.
    pub(crate) fn new() -> Self {
        let signers: BTreeMap<String, Vec<Signer>> =
            [("root", Signer::p256(1)), ("timestamp", Signer::ed25519(2)), ("snapshot", Signer::ed25519(3)), ("targets", Signer::p256(4))]
                .map(|(role, signer)| (role.to_owned(), vec![signer]))
                .into();
        let document = |kind: &str, expires: UnixTime| json!({ "_type": kind, "spec_version": "1.0.34", "version": 0, "expires": expires });
        let mut root = document("root", days_later(365));
        root["version"] = json!(1);
        root["consistent_snapshot"] = json!(true);
        let mut targets = document("targets", days_later(365));
        targets["targets"] = json!({ TARGET: { "length": CONTENT.len(), "hashes": hashes(CONTENT) } });
        let mut repository = Self {
            root,
            timestamp: document("timestamp", days_later(7)),
            snapshot: document("snapshot", days_later(365)),
            targets,
            delegated: Vec::new(),
            signers,
            files: BTreeMap::new(),
            broken: BTreeMap::new(),
            embedded: Vec::new(),
            store: MemoryStore::default(),
            now: start(),
            asked: RefCell::default(),
        };
        repository.name_keys();
        repository.embedded = sign(&repository.root, &repository.signers["root"]);
        repository.put_target(TARGET, CONTENT);
        repository.release();
        repository
    }

    /// Writes the signers into the root, all of whom have to sign.
    pub(crate) fn name_keys(&mut self) {
        let (mut keys, mut roles) = (json!({}), json!({}));
        for name in ["root", "timestamp", "snapshot", "targets"] {
            let signers = &self.signers[name];
            for signer in signers {
                keys[&signer.id] = signer.public();
            }
            roles[name] = role(signers, signers.len().try_into().unwrap());
        }
        self.root["keys"] = keys;
        self.root["roles"] = roles;
    }

    /// The next root: named, signed by the old root's signers and the new one's.
    pub(crate) fn rotate(&mut self, change: impl FnOnce(&mut Self)) {
        let mut signers = self.signers["root"].clone();
        self.root["version"] = json!(self.root["version"].as_u64().unwrap() + 1);
        change(self);
        self.name_keys();
        for signer in &self.signers["root"] {
            if !signers.iter().any(|old| old.id == signer.id) {
                signers.push(signer.clone());
            }
        }
        self.publish_root(&signers);
    }

    pub(crate) fn publish_root(&mut self, signers: &[Signer]) {
        let path = format!("{}.root.json", self.root["version"]);
        self.files.insert(path, sign(&self.root, signers));
    }

    pub(crate) fn put_target(&mut self, path: &str, content: &[u8]) {
        let (folder, name) = path.rsplit_once('/').map_or((String::new(), path), |(folder, name)| (format!("{folder}/"), name));
        let hash = Digest::of(Algorithm::Sha256, content).encoded();
        self.files.insert(format!("targets/{folder}{hash}.{name}"), content.to_vec());
        self.files.insert(format!("targets/{path}"), content.to_vec());
    }

    /// Everything but the root in its next version.
    pub(crate) fn release(&mut self) {
        for document in [&mut self.targets, &mut self.snapshot, &mut self.timestamp] {
            bump(document);
        }
        for (_, document) in &mut self.delegated {
            bump(document);
        }
        self.publish();
    }

    /// Links, signs and publishes all that there is, in the versions that it says it has.
    pub(crate) fn publish(&mut self) {
        let mut meta = json!({});
        let targets = std::iter::once(("targets".to_owned(), self.targets.clone())).chain(self.delegated.clone());
        for (name, document) in targets.collect::<Vec<_>>() {
            let bytes = sign(&document, &self.signers[&name]);
            meta[format!("{name}.json")] = json!({ "version": document["version"], "length": bytes.len(), "hashes": hashes(&bytes) });
            self.put(&name, &document["version"], bytes);
        }
        self.snapshot["meta"] = meta;
        self.publish_snapshot();
    }

    /// The snapshot as it is, and the timestamp that names it.
    pub(crate) fn publish_snapshot(&mut self) {
        let bytes = sign(&self.snapshot, &self.signers["snapshot"]);
        self.timestamp["meta"] = json!({
            "snapshot.json": { "version": self.snapshot["version"], "length": bytes.len(), "hashes": hashes(&bytes) }
        });
        self.put("snapshot", &self.snapshot["version"].clone(), bytes);
        self.publish_timestamp();
    }

    /// The timestamp as it is.
    pub(crate) fn publish_timestamp(&mut self) {
        let bytes = sign(&self.timestamp, &self.signers["timestamp"]);
        self.files.insert("timestamp.json".into(), bytes);
    }

    pub(crate) fn put(&mut self, name: &str, version: &Value, bytes: Vec<u8>) {
        self.files.insert(format!("{name}.json"), bytes.clone());
        self.files.insert(format!("{version}.{name}.json"), bytes);
    }

    /// What a client makes of it.
    pub(crate) fn refresh(&self) -> Result<Refreshed, RefreshError> {
        self.refresh_target(TARGET)
    }

    pub(crate) fn refresh_target(&self, path: &str) -> Result<Refreshed, RefreshError> {
        self.asked.borrow_mut().clear();
        block_on(self.updater(&self.described(), &self.store).refresh(Some(&TargetPath::parse(path).unwrap())))
    }

    /// What it has stored.
    pub(crate) fn stored(&self) -> Result<Option<Refreshed>, RefreshError> {
        block_on(self.updater(&self.described(), &self.store).stored(Some(&TargetPath::parse(TARGET).unwrap())))
            .map(|stored| stored.refreshed)
    }

    /// A client that keeps what it sees in `store`.
    pub(crate) fn updater<'a, S: Store>(&'a self, described: &'a tuf::Repository, store: &'a S) -> Updater<'a, &'a S, Self, Portable> {
        Updater { repository: described, store, transport: self, prover: &Portable, now: self.now }
    }

    pub(crate) fn described(&self) -> tuf::Repository {
        tuf::Repository::new(URL, self.embedded.clone()).unwrap().named("test")
    }

    /// Why a client refuses what metadata says.
    #[track_caller]
    pub(crate) fn refusal(&self) -> InvalidMetadata {
        self.refusal_of(TARGET)
    }

    #[track_caller]
    pub(crate) fn refusal_of(&self, path: &str) -> InvalidMetadata {
        match self.refresh_target(path) {
            Err(RefreshError::Untrusted { why: Untrusted::Metadata(invalid), .. }) => {
                assert!(!invalid.to_string().is_empty() && !invalid.code().is_empty());
                invalid
            }
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    /// Of which role the signatures do not hold.
    #[track_caller]
    pub(crate) fn unmet(&self) -> (String, Unmet) {
        match self.refresh() {
            Err(RefreshError::Untrusted { role, why: Untrusted::Signatures(unmet) }) => (role, unmet),
            other => panic!("expected signatures that do not hold, found {other:?}"),
        }
    }

    /// The paths that were asked for since.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|request| request.url[URL.len() + 1..].to_owned()).collect()
    }
}

pub(crate) fn bump(document: &mut Value) {
    document["version"] = json!(document["version"].as_u64().unwrap() + 1);
}

impl Transport for Repository {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> {
        let path = request.url.strip_prefix(URL).and_then(|path| path.strip_prefix('/')).unwrap_or_else(|| panic!("{}", request.url));
        self.asked.borrow_mut().push(request.clone());
        let found = || match self.files.get(path) {
            Some(body) => Response { status: 200, body: body.clone(), ..Response::default() },
            None => Response { status: 404, body: b"no such file".to_vec(), ..Response::default() },
        };
        let answer = self.broken.get(path).or_else(|| self.broken.get("*")).cloned().unwrap_or_else(|| Ok(found()));
        ready(match answer {
            // As every transport does.
            Ok(response) if response.body.len() as u64 > request.max_length => {
                Err(TransportError::TooLarge { limit: request.max_length, status: response.status })
            }
            answer => answer,
        })
    }
}
