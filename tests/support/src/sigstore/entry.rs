//! What Rekor lists: the bodies of entries, canonical, and the entries as bundles carry them.

use base64ct::Base64;
use base64ct::Encoding as _;
use serde_json::Value;
use serde_json::json;

use super::certificate::Certificate;
use super::key::Hash;
use super::key::PublicKey;
use super::key::sha256;
use super::statement::Envelope;

/// What a signature is verified with, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verifier {
    /// The certificate of a publisher, and the kind of its key.
    Certificate(Box<Certificate>, &'static str),
    /// A key that the publisher manages.
    Key(PublicKey),
}

impl Verifier {
    /// In PEM, as Rekor v1 has it.
    pub fn pem(&self) -> String {
        match self {
            Self::Certificate(certificate, _) => certificate.pem(),
            Self::Key(key) => key.pem(),
        }
    }

    /// `keyDetails` with the certificate or the key, as Rekor v2 has it.
    fn value(&self) -> Value {
        match self {
            Self::Certificate(certificate, details) => {
                json!({ "keyDetails": details, "x509Certificate": { "rawBytes": base64(&certificate.der) } })
            }
            Self::Key(key) => json!({ "keyDetails": key.details, "publicKey": { "rawBytes": base64(&key.spki) } }),
        }
    }
}

/// A body that can be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// `hashedrekord`, `dsse`, `intoto`.
    pub kind: String,
    /// `0.0.1`
    pub version: String,
    /// The canonical JSON, whose hash is the leaf.
    pub bytes: Vec<u8>,
}

impl Body {
    /// Any body. Members of objects are sorted, which for these texts is all that RFC 8785 asks for.
    pub fn new(kind: &str, version: &str, spec: &Value) -> Self {
        let body = json!({ "apiVersion": version, "kind": kind, "spec": spec });
        Self { kind: kind.into(), version: version.into(), bytes: body.to_string().into_bytes() }
    }

    /// Rekor v1, hashedrekord 0.0.1: a signature of something with this digest.
    pub fn hashedrekord(hash: Hash, digest: &[u8], signature: &[u8], verifier: &Verifier) -> Self {
        let spec = json!({
            "data": { "hash": { "algorithm": hash.name(), "value": hexadecimal(digest) } },
            "signature": { "content": base64(signature), "publicKey": { "content": base64(verifier.pem().as_bytes()) } },
        });
        Self::new("hashedrekord", "0.0.1", &spec)
    }

    /// Rekor v1, dsse 0.0.1: an envelope.
    pub fn dsse(envelope: &Envelope, verifier: &Verifier) -> Self {
        let verifier = base64(verifier.pem().as_bytes());
        let signatures = envelope.signatures.iter();
        let signatures = signatures.map(|(_, signature)| json!({ "signature": base64(signature), "verifier": verifier }));
        let spec = json!({
            "envelopeHash": sha256_value(envelope.value().to_string().as_bytes()),
            "payloadHash": sha256_value(&envelope.payload),
            "signatures": signatures.collect::<Vec<_>>(),
        });
        Self::new("dsse", "0.0.1", &spec)
    }

    /// Rekor v1, intoto 0.0.2: an envelope, without its payload, and with signatures in base64 twice.
    pub fn intoto(envelope: &Envelope, verifier: &Verifier) -> Self {
        let key = base64(verifier.pem().as_bytes());
        let signatures = envelope.signatures.iter();
        let signatures = signatures.map(|(_, signature)| json!({ "publicKey": key, "sig": base64(base64(signature).as_bytes()) }));
        let spec = json!({
            "content": {
                "envelope": { "payloadType": envelope.payload_type, "signatures": signatures.collect::<Vec<_>>() },
                "hash": sha256_value(envelope.value().to_string().as_bytes()),
                "payloadHash": sha256_value(&envelope.payload),
            },
        });
        Self::new("intoto", "0.0.2", &spec)
    }

    /// Rekor v2, hashedrekord 0.0.2: a signature of something with this digest; of an envelope, that is its PAE.
    pub fn hashedrekord_v2(hash: Hash, digest: &[u8], signature: &[u8], verifier: &Verifier) -> Self {
        let spec = json!({
            "hashedRekordV002": {
                "data": { "algorithm": hash.protobuf_name(), "digest": base64(digest) },
                "signature": { "content": base64(signature), "verifier": verifier.value() },
            },
        });
        Self::new("hashedrekord", "0.0.2", &spec)
    }
}

/// An entry of a log, as a bundle carries it. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its index: over all shards for Rekor v1.
    pub log_index: i64,
    /// Which log.
    pub log_id: Vec<u8>,
    /// `hashedrekord`
    pub kind: String,
    /// `0.0.1`
    pub version: String,
    /// When Rekor v1 says that it was listed. Nothing but the promise signs it.
    pub integrated_time: Option<i64>,
    /// The signed entry timestamp.
    pub promise: Option<Vec<u8>>,
    /// The proof that it is in the tree.
    pub proof: Option<InclusionProof>,
    /// The canonical body.
    pub body: Vec<u8>,
}

/// The proof that an entry is in a tree. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The index in this tree.
    pub log_index: i64,
    /// The root of the tree.
    pub root: Vec<u8>,
    /// How many entries it has.
    pub tree_size: i64,
    /// The way up.
    pub hashes: Vec<Vec<u8>>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl LogEntry {
    /// `TransparencyLogEntry` of protobuf-specs, in proto3's JSON: 64-bit integers are texts.
    pub fn value(&self) -> Value {
        let mut value = json!({
            "logIndex": self.log_index.to_string(),
            "logId": { "keyId": base64(&self.log_id) },
            "kindVersion": { "kind": self.kind, "version": self.version },
            "canonicalizedBody": base64(&self.body),
        });
        if let Some(seconds) = self.integrated_time {
            value["integratedTime"] = json!(seconds.to_string());
        }
        if let Some(promise) = &self.promise {
            value["inclusionPromise"] = json!({ "signedEntryTimestamp": base64(promise) });
        }
        if let Some(proof) = &self.proof {
            value["inclusionProof"] = json!({
                "logIndex": proof.log_index.to_string(),
                "rootHash": base64(&proof.root),
                "treeSize": proof.tree_size.to_string(),
                "hashes": proof.hashes.iter().map(|hash| base64(hash)).collect::<Vec<_>>(),
                "checkpoint": { "envelope": proof.checkpoint },
            });
        }
        value
    }
}

fn sha256_value(bytes: &[u8]) -> Value {
    json!({ "algorithm": "sha256", "value": hexadecimal(&sha256(bytes)) })
}

pub(super) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().concat()
}
