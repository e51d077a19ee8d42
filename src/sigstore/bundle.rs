//! Reads a bundle: one file with a signature and all that it takes to verify it.
//!
//! [protobuf-specs, `sigstore_bundle.proto`](https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto), in the
//! JSON of proto3. What the comments there demand of a version is demanded here: of 0.1 a promise to be logged, of 0.2 and 0.3 the
//! proof of it with a checkpoint, of 0.3 one certificate or the hint of a key; and of all of them that no root comes along, since whom
//! to trust is not for a bundle to say.

use core::fmt;

use crate::budget;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::envelope::dsse::Envelope;
use crate::envelope::dsse::InvalidEnvelope;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::sigstore::entity::Content;
use crate::sigstore::entity::Form;
use crate::sigstore::entity::Material;
use crate::sigstore::entity::SignedEntity;
use crate::sigstore::proto_json;
use crate::sigstore::proto_json::only;
use crate::sigstore::proto_json::required_bytes;
use crate::tlog::InclusionProof;
use crate::tlog::LogEntry;
use crate::x509::Certificate;
use crate::x509::InvalidCertificate;

/// The media types, which are the only place where a bundle says its version.
const MEDIA_TYPES: [(&str, Form); 4] = [
    ("application/vnd.dev.sigstore.bundle+json;version=0.1", Form::BundleV01),
    ("application/vnd.dev.sigstore.bundle+json;version=0.2", Form::BundleV02),
    ("application/vnd.dev.sigstore.bundle+json;version=0.3", Form::BundleV03),
    ("application/vnd.dev.sigstore.bundle.v0.3+json", Form::BundleV03),
];

/// Reads all of a bundle.
pub fn parse(bytes: &[u8]) -> Result<SignedEntity, InvalidBundle> {
    if bytes.len() > budget::BUNDLE_BYTES {
        return Err(InvalidJson::TooMuch { what: "bytes", limit: budget::BUNDLE_BYTES }.into());
    }
    let document = json::parse_object(bytes)?;
    let bundle = document.root();
    let media_type = bundle.required("mediaType")?.string()?;
    let Some((_, form)) = MEDIA_TYPES.into_iter().find(|(known, _)| *known == media_type) else {
        return Err(InvalidBundle::Version { found: excerpt(media_type, 80) });
    };
    only(&bundle, &["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])?;
    let material = bundle.required("verificationMaterial")?.object()?;
    only(&material, &["certificate", "x509CertificateChain", "publicKey", "tlogEntries", "timestampVerificationData"])?;
    Ok(SignedEntity {
        form,
        content: content(&bundle)?,
        entries: entries(&material, form)?,
        timestamps: timestamps(&material)?,
        material: signer(&material, form)?,
    })
}

/// `oneof content`
fn content(bundle: &Members<'_>) -> Result<Content, InvalidBundle> {
    let (name, place) = proto_json::one_of(bundle, &["messageSignature", "dsseEnvelope"])?;
    let members = place.object()?;
    if name == "dsseEnvelope" {
        only(&members, &["payload", "payloadType", "signatures"])?;
        for signature in proto_json::repeated(&members, "signatures")? {
            only(&signature.object()?, &["sig", "keyid"])?;
        }
        return Ok(Content::Envelope { envelope: Envelope::parse(&members)?, stamped: None });
    }
    only(&members, &["messageDigest", "signature"])?;
    let digest = members.required("messageDigest")?;
    let hashed = digest.object()?;
    only(&hashed, &["algorithm", "digest"])?;
    let algorithm = match proto_json::text(&hashed, "algorithm")? {
        "SHA2_256" => Algorithm::Sha256,
        "SHA2_384" => Algorithm::Sha384,
        "SHA2_512" => Algorithm::Sha512,
        _ => return Err(proto_json::wrong(&hashed.required("algorithm")?, "SHA2_256, SHA2_384 or SHA2_512", "another name").into()),
    };
    let digest = Digest::from_bytes(algorithm, &required_bytes(&hashed, "digest")?)
        .ok_or_else(|| proto_json::wrong(&digest, "as many bytes as the algorithm writes", "another number of bytes"))?;
    Ok(Content::Message { signature: required_bytes(&members, "signature")?, digest })
}

/// `oneof content` of the verification material.
fn signer(material: &Members<'_>, form: Form) -> Result<Material, InvalidBundle> {
    let (name, place) = proto_json::one_of(material, &["certificate", "x509CertificateChain", "publicKey"])?;
    let members = place.object()?;
    match name {
        "publicKey" => {
            only(&members, &["hint"])?;
            Ok(Material::Key { hint: members.optional_string("hint")?.unwrap_or_default().to_owned() })
        }
        "certificate" => Ok(Material::Certificate { leaf: Box::new(certificate(&place)?), others: Vec::new() }),
        // "New bundles SHOULD use" one certificate, and of 0.3 clients "MUST" not be given a chain.
        _ if form == Form::BundleV03 => Err(InvalidBundle::Chain),
        _ => {
            only(&members, &["certificates"])?;
            let chain = proto_json::at_most(&members, "certificates", "certificates", budget::CHAIN_CERTIFICATES)?;
            let mut chain = chain.iter().map(certificate).collect::<Result<Vec<_>, _>>()?.into_iter();
            let leaf = chain.next().ok_or_else(|| InvalidJson::Missing { path: format!("{}.certificates[0]", place.path()) })?;
            let others: Vec<Certificate> = chain.collect();
            // "This MUST NOT contain root CA certificates": somebody who takes them for trusted is waiting for this.
            if others.iter().any(Certificate::is_self_issued) {
                return Err(InvalidBundle::Root);
            }
            Ok(Material::Certificate { leaf: Box::new(leaf), others })
        }
    }
}

fn certificate(place: &Place<'_>) -> Result<Certificate, InvalidBundle> {
    let members = place.object()?;
    only(&members, &["rawBytes"])?;
    Ok(Certificate::from_der(&required_bytes(&members, "rawBytes")?)?)
}

fn timestamps(material: &Members<'_>) -> Result<Vec<Vec<u8>>, InvalidBundle> {
    let Some(data) = material.optional("timestampVerificationData")? else { return Ok(Vec::new()) };
    let data = data.object()?;
    only(&data, &["rfc3161Timestamps"])?;
    let places = proto_json::at_most(&data, "rfc3161Timestamps", "timestamps", budget::TIMESTAMPS)?;
    let timestamp = |place: &Place<'_>| {
        let members = place.object()?;
        only(&members, &["signedTimestamp"])?;
        Ok(required_bytes(&members, "signedTimestamp")?)
    };
    places.iter().map(timestamp).collect()
}

fn entries(material: &Members<'_>, form: Form) -> Result<Vec<LogEntry>, InvalidBundle> {
    let places = proto_json::at_most(material, "tlogEntries", "log entries", budget::LOG_ENTRIES)?;
    let entries = places.iter().map(|place| entry(&place.object()?, form)).collect::<Result<Vec<_>, InvalidBundle>>()?;
    // One entry told twice is not two.
    let mut seen = std::collections::BTreeSet::new();
    match entries.iter().find(|entry| !seen.insert((&entry.log_id, entry.log_index))) {
        Some(entry) => Err(InvalidBundle::DuplicateEntry { log_index: entry.log_index }),
        None => Ok(entries),
    }
}

/// `TransparencyLogEntry`
fn entry(members: &Members<'_>, form: Form) -> Result<LogEntry, InvalidBundle> {
    const KNOWN: [&str; 7] =
        ["logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody"];
    only(members, &KNOWN)?;
    let log_id = members.required("logId")?.object()?;
    only(&log_id, &["keyId"])?;
    let kind = members.required("kindVersion")?.object()?;
    only(&kind, &["kind", "version"])?;
    let log_index = proto_json::count(members, "logIndex")?;
    let promise = match members.optional("inclusionPromise")? {
        Some(promise) => {
            let promise = promise.object()?;
            only(&promise, &["signedEntryTimestamp"])?;
            Some(required_bytes(&promise, "signedEntryTimestamp")?)
        }
        None => None,
    };
    let proof = members.optional("inclusionProof")?.map(|place| proof(&place.object()?)).transpose()?.flatten();
    match form {
        Form::BundleV01 if promise.is_none() => return Err(InvalidBundle::NoPromise { log_index }),
        Form::BundleV02 | Form::BundleV03 if proof.is_none() => return Err(InvalidBundle::NoProof { log_index }),
        _ => {}
    }
    Ok(LogEntry {
        log_index,
        log_id: required_bytes(&log_id, "keyId")?,
        kind: proto_json::text(&kind, "kind")?.to_owned(),
        version: proto_json::text(&kind, "version")?.to_owned(),
        // Zero is how proto3 says nothing.
        integrated_time: Some(proto_json::count(members, "integratedTime")?.cast_signed()).filter(|time| *time != 0),
        promise,
        proof,
        body: required_bytes(members, "canonicalizedBody")?,
    })
}

/// `InclusionProof`; `None` without a checkpoint, since a root that no log signed is nobody's.
fn proof(members: &Members<'_>) -> Result<Option<InclusionProof>, InvalidBundle> {
    only(members, &["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"])?;
    // A tree of 2^63 entries has as many levels.
    let hashes = proto_json::at_most(members, "hashes", "hashes of a proof", 64)?;
    let hash = |place: &Place<'_>| {
        proto_json::bytes(place)?.try_into().map_err(|_| proto_json::wrong(place, "32 bytes", "another number of bytes"))
    };
    let proof = InclusionProof {
        log_index: proto_json::count(members, "logIndex")?,
        tree_size: proto_json::count(members, "treeSize")?,
        root_hash: required_bytes(members, "rootHash")?,
        hashes: hashes.iter().map(hash).collect::<Result<_, InvalidJson>>()?,
        checkpoint: String::new(),
    };
    let Some(checkpoint) = members.optional("checkpoint")? else { return Ok(None) };
    let checkpoint = checkpoint.object()?;
    only(&checkpoint, &["envelope"])?;
    Ok(Some(InclusionProof { checkpoint: proto_json::text(&checkpoint, "envelope")?.to_owned(), ..proof }))
}

/// Why bytes are no bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidBundle {
    /// A certificate that is none.
    Certificate(InvalidCertificate),
    /// A chain of certificates in version 0.3, which has one certificate.
    Chain,
    /// One entry of a log, twice.
    DuplicateEntry {
        /// Its index in the whole log.
        log_index: u64,
    },
    /// An envelope that is none, or not of one signature over in-toto.
    Envelope(InvalidEnvelope),
    /// Not strict JSON, or not of this shape.
    Json(InvalidJson),
    /// An entry without the promise that version 0.1 requires.
    NoPromise {
        /// Its index in the whole log.
        log_index: u64,
    },
    /// An entry without the proof and the checkpoint that versions 0.2 and 0.3 require.
    NoProof {
        /// Its index in the whole log.
        log_index: u64,
    },
    /// A certificate that its own subject issued.
    Root,
    /// Another document, or a version of it that is not known.
    Version {
        /// The media type.
        found: String,
    },
}

impl InvalidBundle {
    /// The code of [`Self::Version`]: others may be able to read it.
    pub const UNKNOWN_VERSION: &'static str = "bundle-version-unknown";

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Certificate(invalid) => invalid.code(),
            Self::Envelope(invalid) => invalid.code(),
            Self::Json(invalid) => invalid.code(),
            Self::Chain | Self::DuplicateEntry { .. } | Self::NoPromise { .. } | Self::NoProof { .. } | Self::Root => "bundle-invalid",
            Self::Version { .. } => Self::UNKNOWN_VERSION,
        }
    }
}

impl fmt::Display for InvalidBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bundle: ")?;
        match self {
            Self::Certificate(invalid) => invalid.fmt(f),
            Self::Chain => f.write_str("expected one certificate in a bundle of version 0.3, found a chain"),
            Self::DuplicateEntry { log_index } => write!(f, "expected every log entry once, found number {log_index} twice"),
            Self::Envelope(invalid) => invalid.fmt(f),
            Self::Json(invalid) => invalid.fmt(f),
            Self::NoPromise { log_index } => write!(f, "expected an inclusion promise with log entry {log_index}, found none"),
            Self::NoProof { log_index } => {
                write!(f, "expected an inclusion proof and a checkpoint with log entry {log_index}, found none")
            }
            Self::Root => f.write_str("expected no root among the certificates, found one that its own subject issued"),
            Self::Version { found } => write!(f, "expected a bundle of version 0.1, 0.2 or 0.3, found \"{found}\""),
        }
    }
}

impl core::error::Error for InvalidBundle {}

impl From<InvalidCertificate> for InvalidBundle {
    fn from(invalid: InvalidCertificate) -> Self {
        Self::Certificate(invalid)
    }
}

impl From<InvalidEnvelope> for InvalidBundle {
    fn from(invalid: InvalidEnvelope) -> Self {
        Self::Envelope(invalid)
    }
}

impl From<InvalidJson> for InvalidBundle {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}
