//! Whoever publishes a collection, honestly unless a test changes what is published.

use std::collections::BTreeMap;

use pullproof::UnixTime;
use serde_json::Value;
use serde_json::json;

use crate::content_trust::MANIFEST;
use crate::content_trust::OLD_MANIFEST;
use crate::content_trust::Signer;
use crate::content_trust::bump;
use crate::content_trust::keys;
use crate::content_trust::meta;
use crate::content_trust::role;
use crate::content_trust::sign;
use crate::content_trust::start;
use crate::sigstore::SigningKey;

/// The files of a collection.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// From the one that the anchor vouches for.
    pub roots: Vec<Vec<u8>>,
    /// Which snapshot is the current one.
    pub timestamp: Vec<u8>,
    /// Which files belong together.
    pub snapshot: Vec<u8>,
    /// What tags stand for.
    pub targets: Vec<u8>,
    /// The same in delegated roles, by name.
    pub delegated: BTreeMap<String, Vec<u8>>,
}

/// A publisher, one key a role.
#[derive(Clone, Debug)]
pub struct Publisher {
    /// The signed part of the newest root.
    pub root: Value,
    /// The signed part.
    pub timestamp: Value,
    /// The signed part.
    pub snapshot: Value,
    /// The signed part.
    pub targets: Value,
    /// The signed parts of delegated roles, by name.
    pub delegated: BTreeMap<String, Value>,
    /// Who signs, by role.
    pub signers: BTreeMap<String, Vec<Signer>>,
    /// Signed roots, in their order.
    pub roots: Vec<Vec<u8>>,
    start: UnixTime,
}

impl Publisher {
    /// `1.0` stands in `targets`; everything is of version 1.
    pub fn new() -> Self {
        Self::at(start())
    }

    /// The same for whoever has another clock. Timestamps expire after two weeks, snapshot and targets after three years, roots after ten.
    pub fn at(start: UnixTime) -> Self {
        let document = |kind: &str, days| json!({ "_type": kind, "version": 1, "expires": later(start, days) });
        let mut root = document("Root", 3650);
        root["consistent_snapshot"] = json!(false);
        let mut targets = document("Targets", 1095);
        targets["targets"] = json!({ "1.0": meta(MANIFEST) });
        targets["delegations"] = json!({ "keys": {}, "roles": [] });
        let signers = [
            ("root", Signer::root("root")),
            ("timestamp", Signer::bare(SigningKey::ed25519("timestamp"))),
            ("snapshot", Signer::p256("snapshot")),
            ("targets", Signer::p256("targets")),
        ];
        let mut publisher = Self {
            root,
            timestamp: document("Timestamp", 14),
            snapshot: document("Snapshot", 1095),
            targets,
            delegated: BTreeMap::new(),
            signers: signers.map(|(role, signer)| (role.to_owned(), vec![signer])).into(),
            roots: Vec::new(),
            start,
        };
        publisher.name_keys();
        publisher.roots = vec![sign(&publisher.root, &publisher.signers["root"])];
        publisher
    }

    /// With `targets/releases`, which lists `1.0` anew, while an older one stands in `targets`.
    pub fn with_releases() -> Self {
        Self::with_releases_at(start())
    }

    /// The same for whoever has another clock.
    pub fn with_releases_at(start: UnixTime) -> Self {
        let mut publisher = Self::at(start);
        publisher.targets["targets"]["1.0"] = meta(OLD_MANIFEST);
        publisher.delegate("targets/releases", &[""], &[("1.0", MANIFEST)]);
        publisher
    }

    /// So many days after its beginning, or before it.
    pub fn later(&self, days: i64) -> UnixTime {
        later(self.start, days)
    }

    /// Another delegation of the role above it, with a key of its own.
    pub fn delegate(&mut self, name: &str, paths: &[&str], tags: &[(&str, &[u8])]) {
        let signers = vec![Signer::p256(name)];
        let listed: serde_json::Map<_, _> = tags.iter().map(|(tag, bytes)| ((*tag).to_owned(), meta(bytes))).collect();
        let document = json!({
            "_type": "Targets", "version": 1, "expires": self.later(1095),
            "delegations": { "keys": {}, "roles": [] }, "targets": listed,
        });
        let mut delegation = role(&signers, 1);
        delegation["name"] = json!(name);
        delegation["paths"] = json!(paths);
        let above = name.rsplit_once('/').expect("a delegated role has one above it").0;
        let parent = if above == "targets" { &mut self.targets } else { self.delegated.get_mut(above).expect("the role above is there") };
        parent["delegations"]["keys"][signers[0].id()] = signers[0].document();
        parent["delegations"]["roles"].as_array_mut().expect("roles are a list").push(delegation);
        self.delegated.insert(name.to_owned(), document);
        self.signers.insert(name.to_owned(), signers);
    }

    /// Writes the signers into the root, all of whom have to sign.
    pub fn name_keys(&mut self) {
        let roles = ["root", "timestamp", "snapshot", "targets"];
        let all: Vec<Signer> = roles.iter().flat_map(|role| self.signers[*role].clone()).collect();
        self.root["keys"] = keys(&all);
        self.root["roles"] = roles.iter().map(|name| ((*name).to_owned(), role(&self.signers[*name], self.signers[*name].len()))).collect();
    }

    /// The first root once more, after it was changed.
    pub fn sign_root(&mut self) {
        self.roots = vec![sign(&self.root, &self.signers["root"])];
    }

    /// The next root, signed by the old one's signers and by its own.
    pub fn rotate(&mut self, change: impl FnOnce(&mut Self)) {
        let mut signers = self.signers["root"].clone();
        bump(&mut self.root);
        change(self);
        self.name_keys();
        for signer in &self.signers["root"] {
            if !signers.iter().any(|old| old.id() == signer.id()) {
                signers.push(signer.clone());
            }
        }
        self.roots.push(sign(&self.root, &signers));
    }

    /// The signed part of a role that is not root.
    pub fn document(&mut self, role: &str) -> &mut Value {
        match role {
            "timestamp" => &mut self.timestamp,
            "snapshot" => &mut self.snapshot,
            "targets" => &mut self.targets,
            _ => self.delegated.get_mut(role).expect("the role is there"),
        }
    }

    /// Everything but the root in its next version.
    pub fn release(&mut self) {
        for document in [&mut self.targets, &mut self.snapshot, &mut self.timestamp].into_iter().chain(self.delegated.values_mut()) {
            bump(document);
        }
    }

    /// Signs and links all that there is, in the versions that it says it has.
    pub fn publish(&mut self) -> Files {
        let targets = sign(&self.targets, &self.signers["targets"]);
        let delegated = self.delegated.iter().map(|(name, document)| (name.clone(), sign(document, &self.signers[name]))).collect();
        self.publish_with(targets, delegated)
    }

    /// The same with other targets.
    pub fn publish_with(&mut self, targets: Vec<u8>, delegated: BTreeMap<String, Vec<u8>>) -> Files {
        let mut files = json!({ "root": meta(self.roots.last().expect("there is a root")), "targets": meta(&targets) });
        for (name, bytes) in &delegated {
            files[name] = meta(bytes);
        }
        self.snapshot["meta"] = files;
        let files = Files { roots: self.roots.clone(), targets, delegated, ..Files::default() };
        self.publish_snapshot(files)
    }

    /// The snapshot as it is, and the timestamp that names it.
    pub fn publish_snapshot(&mut self, files: Files) -> Files {
        let snapshot = sign(&self.snapshot, &self.signers["snapshot"]);
        self.timestamp["meta"] = json!({ "snapshot": meta(&snapshot) });
        Files { snapshot, timestamp: sign(&self.timestamp, &self.signers["timestamp"]), ..files }
    }
}

fn later(start: UnixTime, days: i64) -> UnixTime {
    UnixTime::from_seconds(start.seconds() + days * 86_400).expect("it is no later than the year 9999")
}

impl Default for Publisher {
    fn default() -> Self {
        Self::new()
    }
}
