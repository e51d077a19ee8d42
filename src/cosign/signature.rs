//! Reads a layer of cosign's: a signature or an attestation, as it was kept before there were bundles.
//!
//! The tag `sha256-….sig` names a manifest whose every layer is one signature over the layer's own bytes; what belongs to it stands in
//! the annotations of the layer's descriptor. `sha256-….att` is the same with attestations, whose layers are DSSE envelopes.
//! [cosign, `specs/SIGNATURE_SPEC.md`](https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md); where the text and the
//! program differ (`dev.cosignproject.cosign/certificate`), the program is what signed.

use core::fmt;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::digest::Digest;
use crate::envelope::dsse::Envelope;
use crate::envelope::dsse::InvalidEnvelope;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Object;
use crate::sigstore::entity::Content;
use crate::sigstore::entity::Form;
use crate::sigstore::entity::Material;
use crate::sigstore::entity::SignedEntity;
use crate::tlog::LogEntry;
use crate::tlog::entry::InvalidEntry;
use crate::x509::Certificate;
use crate::x509::InvalidCertificate;

/// The media type of layers that are signatures.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The media type of layers that are attestations.
pub const DSSE: &str = "application/vnd.dsse.envelope.v1+json";

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// Reads a layer: `media_type` and `annotations` are its descriptor's, `bytes` are the ones that the descriptor names. `None` if it is
/// neither a signature nor an attestation.
pub fn read<'a>(
    media_type: &str,
    annotations: impl Fn(&str) -> Option<&'a str>,
    bytes: &[u8],
) -> Result<Option<SignedEntity>, InvalidLayer> {
    // Programs that write "" mean nothing by it.
    let annotation = |name: &'static str| annotations(name).filter(|text| !text.is_empty());
    let content = match media_type {
        SIMPLE_SIGNING => {
            let signature = annotation(SIGNATURE).ok_or(InvalidLayer::Missing { annotation: SIGNATURE })?;
            Content::Payload { signature: base64(SIGNATURE, signature)?, payload: bytes.to_vec() }
        }
        DSSE if bytes.len() > budget::BUNDLE_BYTES => {
            return Err(InvalidLayer::Envelope(InvalidJson::TooMuch { what: "bytes", limit: budget::BUNDLE_BYTES }.into()));
        }
        DSSE => {
            let document = json::parse_object(bytes).map_err(InvalidEnvelope::from)?;
            Content::Envelope { envelope: Envelope::parse(&document.root())?, stamped: Some(bytes.to_vec()) }
        }
        _ => return Ok(None),
    };
    let material = match annotation(CERTIFICATE) {
        Some(pem) => {
            let in_annotation = |annotation| move |reason| InvalidLayer::Certificate { annotation, reason };
            let mut leaf = Certificate::from_pem_chain(pem).map_err(in_annotation(CERTIFICATE))?;
            let (Some(leaf), true) = (leaf.pop(), leaf.is_empty()) else { return Err(InvalidLayer::Certificates) };
            let others = annotation(CHAIN).map_or_else(|| Ok(Vec::new()), Certificate::from_pem_chain).map_err(in_annotation(CHAIN))?;
            Material::Certificate { leaf: Box::new(leaf), others }
        }
        None => Material::Key { hint: String::new() },
    };
    let entries = annotation(BUNDLE).map(entry).transpose()?.into_iter().collect();
    let timestamps = annotation(TIMESTAMP).map(timestamp).transpose()?.into_iter().collect();
    Ok(Some(SignedEntity { form: Form::Cosign, material, content, entries, timestamps }))
}

/// `{"SignedEntryTimestamp":…,"Payload":{"body":…,"integratedTime":…,"logIndex":…,"logID":…}}`: an entry with its promise, and without
/// proof (cosign, `pkg/cosign/bundle/rekor.go`).
fn entry(text: &str) -> Result<LogEntry, InvalidLayer> {
    let document = document(BUNDLE, text)?;
    let read = |bundle: &Members<'_>| {
        let payload = bundle.required("Payload")?.object()?;
        Ok((
            bundle.required("SignedEntryTimestamp")?.string()?.to_owned(),
            payload.required("body")?.string()?.to_owned(),
            payload.required("integratedTime")?.unsigned()?,
            payload.required("logIndex")?.unsigned()?,
            payload.required("logID")?.string()?.to_owned(),
        ))
    };
    let (promise, body, time, index, log_id) =
        read(&document.root()).map_err(|reason| InvalidLayer::Json { annotation: BUNDLE, reason })?;
    // Written in hexadecimal here, and in base64 elsewhere.
    let log_id = format!("sha256:{log_id}").parse::<Digest>().map_err(|_| InvalidLayer::LogId { found: excerpt(&log_id, 80) })?;
    let (promise, body) = (base64(BUNDLE, &promise)?, base64(BUNDLE, &body)?);
    Ok(LogEntry::promised(log_id.as_bytes().to_vec(), index, time.cast_signed(), promise, body)?)
}

/// `{"SignedRFC3161Timestamp":…}`
fn timestamp(text: &str) -> Result<Vec<u8>, InvalidLayer> {
    let document = document(TIMESTAMP, text)?;
    let response = document.root().required("SignedRFC3161Timestamp").and_then(|place| place.string());
    base64(TIMESTAMP, response.map_err(|reason| InvalidLayer::Json { annotation: TIMESTAMP, reason })?)
}

fn document(annotation: &'static str, text: &str) -> Result<Object, InvalidLayer> {
    json::parse_object(text.as_bytes()).map_err(|reason| InvalidLayer::Json { annotation, reason })
}

fn base64(annotation: &'static str, text: &str) -> Result<Vec<u8>, InvalidLayer> {
    match Base64::decode_vec(text) {
        Ok(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err(InvalidLayer::Base64 { annotation }),
    }
}

/// Why a layer is no signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidLayer {
    /// An annotation, or what is in it, is no canonical base64 of something.
    Base64 {
        /// Which.
        annotation: &'static str,
    },
    /// An annotation holds a certificate that is none.
    Certificate {
        /// Which.
        annotation: &'static str,
        /// Why.
        reason: InvalidCertificate,
    },
    /// The annotation of the signer's certificate holds more than one.
    Certificates,
    /// An entry of a log that is none.
    Entry(InvalidEntry),
    /// An envelope that is none.
    Envelope(InvalidEnvelope),
    /// An annotation is not strict JSON, or not of this shape.
    Json {
        /// Which.
        annotation: &'static str,
        /// Why.
        reason: InvalidJson,
    },
    /// What names a log is no SHA-256 in hexadecimal.
    LogId {
        /// What it is.
        found: String,
    },
    /// There is no signature.
    Missing {
        /// Where it should be.
        annotation: &'static str,
    },
}

impl InvalidLayer {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Certificate { reason, .. } => reason.code(),
            Self::Entry(invalid) => invalid.code(),
            Self::Envelope(invalid) => invalid.code(),
            Self::Json { reason, .. } => reason.code(),
            Self::Base64 { .. } | Self::Certificates | Self::LogId { .. } | Self::Missing { .. } => "signature-layer-invalid",
        }
    }
}

impl fmt::Display for InvalidLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 { annotation } => write!(f, "{annotation}: expected canonical base64 of something, found another text"),
            Self::Certificate { annotation, reason } => write!(f, "{annotation}: {reason}"),
            Self::Certificates => write!(f, "{CERTIFICATE}: expected one certificate, found more"),
            Self::Entry(invalid) => write!(f, "{BUNDLE}: {invalid}"),
            Self::Envelope(invalid) => invalid.fmt(f),
            Self::Json { annotation, reason } => write!(f, "{annotation}: {reason}"),
            Self::LogId { found } => write!(f, "{BUNDLE}: expected logID to be 64 hexadecimal digits, found \"{found}\""),
            Self::Missing { annotation } => write!(f, "expected a signature in {annotation}, found none"),
        }
    }
}

impl core::error::Error for InvalidLayer {}

impl From<InvalidEntry> for InvalidLayer {
    fn from(invalid: InvalidEntry) -> Self {
        Self::Entry(invalid)
    }
}

impl From<InvalidEnvelope> for InvalidLayer {
    fn from(invalid: InvalidEnvelope) -> Self {
        Self::Envelope(invalid)
    }
}
