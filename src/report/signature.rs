//! What came of one signature that is attached to an image.

use serde::Serialize;

use crate::digest::Digest;
use crate::report::FoundBy;
use crate::time::UnixTime;

/// A signature or an attestation, and how it was judged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureSummary {
    /// The manifest that carries it: one of the report's attachments.
    pub attachment: Digest,
    /// The layer that holds it.
    pub layer: Digest,
    /// How that manifest was found.
    pub found_by: FoundBy,
    /// `cosign`, `bundle-v0.1`, `bundle-v0.2` or `bundle-v0.3`; `None` where it could not be read.
    pub form: Option<&'static str>,
    /// What it says of the image, if it is proven.
    pub meaning: Option<MeaningSummary>,
    /// Who signed, if that is proven.
    pub signer: Option<SignerSummary>,
    /// Since when it is known to exist, if somebody trusted says so: the earliest.
    pub signed_at: Option<UnixTime>,
    /// Whose word was trusted about certificates, times and logs: the name of a trusted root.
    pub trusted_root: Option<String>,
    /// What follows from the steps.
    pub outcome: SignatureOutcome,
    /// Why it is not proven, for programs.
    pub code: Option<&'static str>,
    /// Why it is not proven, for people.
    pub message: Option<String>,
    /// What was verified, in the order of the client specification.
    pub steps: Vec<StepSummary>,
}

impl SignatureSummary {
    /// Whether it is proven to be a signature: an attestation is none.
    pub fn is_signature(&self) -> bool {
        self.meaning.as_ref().is_some_and(|meaning| meaning.kind == "signature")
    }
}

/// What follows from a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignatureOutcome {
    /// Every step holds: somebody who is named here signed exactly this.
    Verified,
    /// A step does not hold.
    Failed,
    /// It could not be read or judged: it was not fetched, or nobody said with which key.
    Unknown,
}

/// What a proven signature says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MeaningSummary {
    /// `signature`, or `attestation`, which is none.
    pub kind: &'static str,
    /// What an attestation is about.
    pub predicate_type: Option<String>,
    /// What the signer adds to a signature.
    pub annotations: Vec<(String, String)>,
}

/// Who signed.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum SignerSummary {
    /// Whoever has a key.
    Key {
        /// SHA-256 of its `SubjectPublicKeyInfo`.
        id: Digest,
        /// `ECDSA P-256`
        kind: String,
    },
    /// Whom a certificate names.
    Identity {
        /// Who says so; `None` where the certificate's own authority does.
        issuer: Option<String>,
        /// Who it is.
        subject: String,
        /// What else the issuer says.
        claims: Vec<(&'static str, String)>,
    },
}

/// One step of a verification.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepSummary {
    /// `time`, `chain`, `sct`, `identity`, `log` or `signature`.
    pub name: &'static str,
    /// `passed`, `failed`, `skipped` or `not-reached`.
    pub outcome: &'static str,
    /// Why it failed, for programs.
    pub code: Option<&'static str>,
    /// What was seen, or why not.
    pub message: String,
}
