//! What was signed, whether it is about the artifact, and what it says of it.

use crate::cosign;
use crate::crypto::KeyKind;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::intoto::Statement;
use crate::intoto::Subject;
use crate::json::Value;
use crate::sigstore::entity::Content;
use crate::sigstore::signer::Meaning;
use crate::sigstore::trust::Artifact;
use crate::sigstore::trust::Wanted;
use crate::sigstore::verify::InvalidSignature;

/// What the statement of an image signature is (cosign, `pkg/types/predicate.go`); everything else is an attestation.
const SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// What `key` says of `artifact`, if the signature holds.
pub(super) fn verify(
    content: &Content,
    artifact: Artifact<'_>,
    key: &PublicKey,
    wanted: &Wanted,
) -> Result<Unproven<Meaning>, InvalidSignature> {
    let schemes = match wanted {
        Wanted::Key { scheme: Some(scheme), .. } => vec![*scheme],
        Wanted::Key { .. } | Wanted::Identity(_) => schemes(key.kind(), content),
    };
    match content {
        Content::Message { signature, digest } => {
            // "Clients MUST NOT attempt to use this digest to verify the associated signature": it must be right all the same.
            let without_bytes = InvalidSignature::WithoutBytes { key: key.kind() };
            let expected = artifact.hashed(digest.algorithm()).ok_or(without_bytes.clone())?;
            if expected != *digest {
                return Err(InvalidSignature::Artifact { expected, found: *digest });
            }
            let message = artifact.bytes().map_or_else(|| Message::Digest(artifact.digest()), |bytes| Message::Bytes(bytes.to_vec()));
            if artifact.bytes().is_none() && schemes.iter().all(|scheme| scheme.hash() != Some(artifact.digest().algorithm())) {
                return Err(without_bytes);
            }
            let check = |scheme: &Scheme| SignatureCheck::new(key.clone(), *scheme, message.clone(), signature.clone());
            let checks = schemes.iter().map(check).collect::<Result<_, _>>()?;
            let meaning = Meaning::Signature { annotations: Vec::new(), reference: None };
            Ok(Unproven::new(meaning, vec![Obligation::any(Step::Signature, checks)]))
        }
        Content::Payload { signature, payload } => {
            let payload = cosign::verify::<InvalidSignature>(payload, signature, artifact.digest(), key, &schemes)?;
            Ok(payload.map(|payload| Meaning::Signature {
                annotations: payload.annotations,
                reference: Some(payload.reference).filter(|reference| !reference.is_empty()),
            }))
        }
        Content::Envelope { envelope, .. } => envelope.clone().verify(key, &schemes)?.then(|payload| {
            let statement = Statement::parse(payload.bytes())?;
            // "The artifact's digest and its algorithm MUST be among the subjects."
            let about = artifact.digests().find_map(|digest| statement.subject_with(&digest).ok());
            let about = about.map_or_else(|| statement.subject_with(&artifact.digest()), Ok)?;
            let meaning = match statement.predicate_type.as_str() {
                SIGN => Meaning::Signature { annotations: annotations(about), reference: None },
                _ => Meaning::Attestation(Box::new(statement), payload),
            };
            Ok(Unproven::new(meaning, Vec::new()))
        }),
    }
}

/// How keys of this kind sign, where the key is all that is known.
///
/// Old clients hash with SHA-256 whatever the curve, so that for the longer ones there are two (sigstore-go, `pkg/verify`,
/// `compatSignatureVerifier`). Ed25519 signs an envelope as it is and a message by its hash; cosign's own layers were signed both ways.
fn schemes(key: KeyKind, content: &Content) -> Vec<Scheme> {
    match (key, content) {
        (KeyKind::Ecdsa(curve), _) if curve.hash() != Algorithm::Sha256 => {
            vec![Scheme::Ecdsa(curve.hash()), Scheme::Ecdsa(Algorithm::Sha256)]
        }
        (KeyKind::Ed25519, Content::Message { .. }) => vec![Scheme::Ed25519ph],
        (KeyKind::Ed25519, Content::Payload { .. }) => vec![Scheme::Ed25519, Scheme::Ed25519ph],
        (key, _) => vec![Scheme::of(key)],
    }
}

/// What `cosign sign -a` adds.
fn annotations(subject: &Subject) -> Vec<(String, String)> {
    let Some(annotations) = &subject.annotations else { return Vec::new() };
    let text = |(name, value): (&str, &Value)| match value {
        Value::String(text) => Some((name.to_owned(), text.clone())),
        _ => None,
    };
    annotations.root().entries().filter_map(text).collect()
}
