//! in-toto statements, and the DSSE envelopes they are signed in.

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::digest::Digest;
use serde_json::Value;
use serde_json::json;

use super::key::SigningKey;

/// The type of every statement.
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
/// The type before version 1.
pub const STATEMENT_V0_1: &str = "https://in-toto.io/Statement/v0.1";
/// What `cosign sign` says of an image: that it is signed, and nothing else.
pub const COSIGN_SIGN: &str = "https://sigstore.dev/cosign/sign/v1";
/// How an image was built.
pub const SLSA_PROVENANCE: &str = "https://slsa.dev/provenance/v1";
/// The payload type of a statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// A statement about `image`.
pub fn statement(image: Digest, predicate_type: &str, predicate: &Value) -> Value {
    json!({
        "_type": STATEMENT_V1,
        "subject": [{ "digest": { image.algorithm().name(): image.encoded() } }],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
}

/// What `cosign sign` says of `image`.
pub fn signing_statement(image: Digest) -> Value {
    statement(image, COSIGN_SIGN, &json!({}))
}

/// A DSSE envelope. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What the payload is.
    pub payload_type: String,
    /// The payload.
    pub payload: Vec<u8>,
    /// Key identifier and signature, one pair for each signer.
    pub signatures: Vec<(Option<String>, Vec<u8>)>,
}

impl Envelope {
    /// A payload that nobody has signed.
    pub fn unsigned(payload_type: &str, payload: impl Into<Vec<u8>>) -> Self {
        Self { payload_type: payload_type.into(), payload: payload.into(), signatures: Vec::new() }
    }

    /// A statement that nobody has signed.
    pub fn of_statement(statement: &Value) -> Self {
        Self::unsigned(IN_TOTO, statement.to_string())
    }

    /// With the signature of a key.
    #[must_use]
    pub fn signed(self, key: &SigningKey) -> Self {
        let signature = key.sign(&self.pre_authentication_encoding());
        self.with_signature(&signature)
    }

    /// With any signature.
    #[must_use]
    pub fn with_signature(mut self, signature: &[u8]) -> Self {
        self.signatures.push((None, signature.to_vec()));
        self
    }

    /// What is signed: DSSE protocol, "PAE".
    pub fn pre_authentication_encoding(&self) -> Vec<u8> {
        let head = format!("DSSEv1 {} {} {} ", self.payload_type.len(), self.payload_type, self.payload.len());
        [head.as_bytes(), &self.payload].concat()
    }

    /// The first signature.
    pub fn signature(&self) -> &[u8] {
        self.signatures.first().map(|(_, signature)| signature.as_slice()).unwrap_or_default()
    }

    /// The envelope as JSON.
    pub fn value(&self) -> Value {
        let signatures = self.signatures.iter().map(|(key, signature)| {
            let signature = Base64::encode_string(signature);
            match key {
                Some(key) => json!({ "keyid": key, "sig": signature }),
                None => json!({ "sig": signature }),
            }
        });
        json!({
            "payload": Base64::encode_string(&self.payload),
            "payloadType": self.payload_type,
            "signatures": signatures.collect::<Vec<_>>(),
        })
    }
}
