//! Signed documents, once more and written another way than by the code under test.

use std::fmt::Write as _;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde_json::Value;
use serde_json::json;

use crate::content_trust::Signer;

/// In hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).as_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    })
}

/// Canonical JSON once more, written another way.
pub fn canonical(value: &Value) -> String {
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

/// The signatures of a document.
pub fn signatures(signed: &Value, signers: &[Signer]) -> Value {
    let message = canonical(signed);
    let one = |signer: &Signer| {
        let signature = Base64::encode_string(&signer.sign(message.as_bytes()));
        json!({ "keyid": signer.id(), "method": signer.method, "sig": signature })
    };
    signers.iter().map(one).collect()
}

/// A signed document as a file.
pub fn sign(signed: &Value, signers: &[Signer]) -> Vec<u8> {
    file(signed, &signatures(signed, signers))
}

/// The file of a document with these signatures.
pub fn file(signed: &Value, signatures: &Value) -> Vec<u8> {
    json!({ "signed": signed, "signatures": signatures }).to_string().into_bytes()
}

/// What a root or a delegation says of a role.
pub fn role(signers: &[Signer], threshold: usize) -> Value {
    json!({ "keyids": signers.iter().map(Signer::id).collect::<Vec<_>>(), "threshold": threshold })
}

/// What a root or a delegating role says of keys.
pub fn keys(signers: &[Signer]) -> Value {
    Value::Object(signers.iter().map(|signer| (signer.id(), signer.document())).collect())
}

/// What is said of bytes.
pub fn meta(bytes: &[u8]) -> Value {
    let hash = |algorithm| Base64::encode_string(Digest::of(algorithm, bytes).as_bytes());
    json!({ "length": bytes.len(), "hashes": { "sha256": hash(Algorithm::Sha256), "sha512": hash(Algorithm::Sha512) } })
}

/// The next version.
pub fn bump(document: &mut Value) {
    document["version"] = json!(document["version"].as_u64().expect("it has a version") + 1);
}
