//! Checkpoints: what a log says its tree is, as a signed note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note).

use base64ct::Base64;
use base64ct::Encoding as _;

use super::key::PublicKey;
use super::key::SigningKey;
use super::key::sha256;

/// A checkpoint. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, on the first line.
    pub origin: String,
    /// How many entries, on the second.
    pub size: u64,
    /// The root of the tree, on the third.
    pub root: Vec<u8>,
    /// More lines, such as `Timestamp: 1689177396617352539`.
    pub more: Vec<String>,
    /// Who signed.
    pub signatures: Vec<NoteSignature>,
}

/// A line with a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// Who, by name.
    pub name: String,
    /// The first four octets of the key's identifier.
    pub hint: [u8; 4],
    /// The signature, with whatever the kind of signature puts in front.
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// A checkpoint that nobody has signed.
    pub fn unsigned(origin: &str, size: u64, root: &[u8]) -> Self {
        Self { origin: origin.into(), size, root: root.to_vec(), more: Vec::new(), signatures: Vec::new() }
    }

    /// With one more line.
    #[must_use]
    pub fn line(mut self, line: &str) -> Self {
        self.more.push(line.into());
        self
    }

    /// What is signed.
    pub fn note(&self) -> String {
        let head = [self.origin.clone(), self.size.to_string(), Base64::encode_string(&self.root)];
        [head.as_slice(), &self.more, &[String::new()]].concat().join("\n")
    }

    /// Signed as Rekor v1 does: by ECDSA, with the SHA-256 of the key as its identifier.
    #[must_use]
    pub fn signed_v1(self, name: &str, key: &SigningKey) -> Self {
        let signature = key.sign(self.note().as_bytes());
        self.with(name, &key.public().id(), signature)
    }

    /// Signed as Rekor v2 does: by Ed25519, with an identifier of name and key.
    #[must_use]
    pub fn signed_v2(self, name: &str, key: &SigningKey) -> Self {
        let signature = key.sign(self.note().as_bytes());
        self.with(name, &note_key_id(name, ED25519, &key.public()), signature)
    }

    /// Signed by a witness that saw it at `seconds` (c2sp.org/tlog-cosignature).
    #[must_use]
    pub fn cosigned(self, witness: &str, key: &SigningKey, seconds: u64) -> Self {
        let message = format!("cosignature/v1\ntime {seconds}\n{}", self.note());
        let signature = [seconds.to_be_bytes().as_slice(), &key.sign(message.as_bytes())].concat();
        self.with(witness, &note_key_id(witness, COSIGNATURE, &key.public()), signature)
    }

    /// With any signature under any name.
    #[must_use]
    pub fn with(mut self, name: &str, key_id: &[u8], signature: Vec<u8>) -> Self {
        let hint = key_id.first_chunk().copied().expect("identifiers have 32 octets");
        self.signatures.push(NoteSignature { name: name.into(), hint, signature });
        self
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let lines = self.signatures.iter().map(|line| {
            let signature = Base64::encode_string(&[&line.hint, line.signature.as_slice()].concat());
            format!("\u{2014} {} {signature}\n", line.name)
        });
        format!("{}\n{}", self.note(), lines.collect::<String>())
    }
}

/// Signature types of signed notes: Ed25519, and the timestamped Ed25519 of witnesses.
const ED25519: u8 = 1;
const COSIGNATURE: u8 = 4;

/// The identifier of an Ed25519 key that signs checkpoints under a name, all 32 octets of it.
pub fn checkpoint_key_id(name: &str, key: &PublicKey) -> Vec<u8> {
    note_key_id(name, ED25519, key)
}

/// c2sp.org/signed-note, "Signatures".
fn note_key_id(name: &str, kind: u8, key: &PublicKey) -> Vec<u8> {
    sha256(&[name.as_bytes(), b"\n", &[kind], &key.raw].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sigstore's staging log of 2025, as its trusted root has it.
    #[test]
    fn the_identifier_of_a_known_log_is_the_known_one() {
        let raw = Base64::decode_vec("lD3dVc8yaP25mPtT/sJ59D3LLxGBgW/qYrM6x6KmOqk=").unwrap();
        let key = PublicKey { spki: Vec::new(), raw, details: "PKIX_ED25519" };
        let found = Base64::encode_string(&checkpoint_key_id("log2025-alpha3.rekor.sigstage.dev", &key));
        assert_eq!(found, "09OnDKEw7/hpZiYVPoTRzRbglHk0sylsUovegnRUlJY=");
    }

    #[test]
    fn a_checkpoint_is_three_lines_more_lines_an_empty_one_and_signatures() {
        let key = SigningKey::ed25519("log");
        let checkpoint = Checkpoint::unsigned("log.test", 7, b"root").line("Timestamp: 1").signed_v2("log.test", &key);
        let signed = checkpoint.cosigned("witness.test", &key, 1);
        let lines: Vec<String> = signed.text().split('\n').map(|line| line.chars().take(16).collect()).collect();
        let expected = ["log.test", "7", "cm9vdA==", "Timestamp: 1", "", "\u{2014} log.test ", "\u{2014} witness.test ", ""];
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.starts_with(expected), "expected {expected:?}, found {line:?}");
        }
        assert_eq!(lines.len(), expected.len());
        assert_eq!(signed.signatures[1].signature.len(), 8 + 64);
    }
}
