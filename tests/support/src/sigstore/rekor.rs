//! Rekor: transparency logs of signatures, versions 1 and 2.
//!
//! A log has no memory here. It lists what it is given among entries of nobody's, in a tree of its own, so that the same inputs give
//! the same bytes in whatever order tests run.

use serde_json::json;

use super::checkpoint::Checkpoint;
use super::checkpoint::checkpoint_key_id;
use super::entry::Body;
use super::entry::InclusionProof;
use super::entry::LogEntry;
use super::entry::base64;
use super::entry::hexadecimal;
use super::key::SigningKey;
use super::merkle::MerkleTree;

/// A log.
#[derive(Clone, Debug)]
pub struct Rekor {
    /// Its key.
    pub key: SigningKey,
    /// Its host: `rekor.test`.
    pub host: String,
    /// How many entries of nobody's are in the tree before what it is given.
    pub before: usize,
    /// And after.
    pub after: usize,
    /// What it is.
    pub version: RekorVersion,
}

/// Which of the two.
#[derive(Clone, Debug)]
pub enum RekorVersion {
    /// Promises with the time, and proofs in one of several trees.
    V1 {
        /// The tree, whose number is in the origin of checkpoints.
        tree_id: u64,
        /// How many entries earlier shards have: what global indexes are ahead of those of the tree.
        earlier: i64,
    },
    /// Proofs only, in one tree, and witnesses.
    V2 {
        /// Who cosigns checkpoints: name and key.
        witnesses: Vec<(String, SigningKey)>,
    },
}

impl Rekor {
    /// A log of version 1 with a key on P-256, whose second shard is in use.
    pub fn v1(host: &str) -> Self {
        let version = RekorVersion::V1 { tree_id: 2_605_736_670_972_794_746, earlier: 4_163_431 };
        Self { key: SigningKey::p256(host), host: host.into(), before: 5, after: 0, version }
    }

    /// A log of version 2 with an Ed25519 key, and one witness.
    pub fn v2(host: &str) -> Self {
        let witness = "witness.pullproof.test";
        let version = RekorVersion::V2 { witnesses: vec![(witness.into(), SigningKey::ed25519(witness))] };
        Self { key: SigningKey::ed25519(host), host: host.into(), before: 5, after: 0, version }
    }

    /// The same log with another shard in use. Panics for version 2, which has none.
    #[must_use]
    pub fn shard(mut self, tree_id: u64, earlier: i64) -> Self {
        assert!(matches!(self.version, RekorVersion::V1 { .. }), "expected Rekor v1, found another");
        self.version = RekorVersion::V1 { tree_id, earlier };
        self
    }

    /// The same log with this many entries of nobody's around what it is given.
    #[must_use]
    pub fn among(mut self, before: usize, after: usize) -> Self {
        (self.before, self.after) = (before, after);
        self
    }

    /// The same log with another key.
    #[must_use]
    pub fn with_key(mut self, key: SigningKey) -> Self {
        self.key = key;
        self
    }

    /// What entries and trusted roots name it by: the SHA-256 of the key, or the identifier of its checkpoints' key.
    pub fn id(&self) -> Vec<u8> {
        match self.version {
            RekorVersion::V1 { .. } => self.key.public().id(),
            RekorVersion::V2 { .. } => checkpoint_key_id(&self.host, &self.key.public()),
        }
    }

    /// The first line of its checkpoints.
    pub fn origin(&self) -> String {
        match self.version {
            RekorVersion::V1 { tree_id, .. } => format!("{} - {tree_id}", self.host),
            RekorVersion::V2 { .. } => self.host.clone(),
        }
    }

    /// Lists one body at a time, which version 2 does not say.
    pub fn list(&self, body: &Body, integrated_time: i64) -> LogEntry {
        self.list_all(std::slice::from_ref(body), integrated_time).remove(0)
    }

    /// Lists several, one after the other in one tree.
    pub fn list_all(&self, bodies: &[Body], integrated_time: i64) -> Vec<LogEntry> {
        let nobodys = |range: std::ops::Range<usize>| range.map(|number| format!("an entry of nobody's, {number}").into_bytes());
        let listed = bodies.iter().map(|body| body.bytes.clone());
        let last = self.before + bodies.len();
        let tree = MerkleTree::of(nobodys(0..self.before).chain(listed).chain(nobodys(last..last + self.after)));
        let entry = |(number, body): (usize, &Body)| self.entry(&tree, self.before + number, body, integrated_time);
        bodies.iter().enumerate().map(entry).collect()
    }

    /// The signed entry timestamp of version 1, over canonical JSON.
    pub fn promise(&self, entry: &LogEntry) -> Vec<u8> {
        let signed = json!({
            "body": base64(&entry.body),
            "integratedTime": entry.integrated_time.unwrap_or_default(),
            "logID": hexadecimal(&entry.log_id),
            "logIndex": entry.log_index,
        });
        self.key.sign(signed.to_string().as_bytes())
    }

    /// A checkpoint of any tree, signed and cosigned, at `seconds`.
    pub fn checkpoint(&self, size: u64, root: &[u8], seconds: i64) -> Checkpoint {
        self.sign(Checkpoint::unsigned(&self.origin(), size, root), seconds)
    }

    /// Signs whatever it is given, and so do its witnesses.
    pub fn sign(&self, checkpoint: Checkpoint, seconds: i64) -> Checkpoint {
        match &self.version {
            RekorVersion::V1 { .. } => checkpoint.signed_v1(&self.host, &self.key),
            RekorVersion::V2 { witnesses } => {
                let seconds = u64::try_from(seconds).expect("the world begins in 1970");
                let signed = checkpoint.signed_v2(&self.host, &self.key);
                witnesses.iter().fold(signed, |signed, (name, key)| signed.cosigned(name, key, seconds))
            }
        }
    }

    fn entry(&self, tree: &MerkleTree, index: usize, body: &Body, time: i64) -> LogEntry {
        let root = tree.root();
        let number = |value: usize| i64::try_from(value).expect("the tree fits into memory");
        let proof = InclusionProof {
            log_index: number(index),
            tree_size: number(tree.size()),
            hashes: tree.proof(index),
            checkpoint: self.checkpoint(tree.size() as u64, &root, time).text(),
            root,
        };
        let mut entry = LogEntry {
            log_index: number(index),
            log_id: self.id(),
            kind: body.kind.clone(),
            version: body.version.clone(),
            integrated_time: None,
            promise: None,
            proof: Some(proof),
            body: body.bytes.clone(),
        };
        if let RekorVersion::V1 { earlier, .. } = self.version {
            entry.log_index += earlier;
            entry.integrated_time = Some(time);
            entry.promise = Some(self.promise(&entry));
        }
        entry
    }
}
