//! Who is trusted to issue certificates, to say what time it is, and to keep logs.
//!
//! `trusted_root.json` is what a Sigstore instance publishes through TUF
//! ([protobuf-specs, `sigstore_trustroot.proto`](https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto)).
//! Whoever is listed is trusted for a time, which has a beginning and may have an end, both included. Those who retired stay: what was
//! signed in their time holds.
//!
//! The file is extended from time to time, and whoever cannot read it can verify nothing at all, so that members of other names are
//! passed over here, unlike everywhere else: it is signed, so nobody can smuggle anything in. And a log or an authority with a kind of
//! key that is not known here cannot be used, while the others can.

use core::fmt;

use fluent_uri::Uri;

use crate::budget;
use crate::crypto::InvalidKey;
use crate::crypto::InvalidScheme;
use crate::crypto::KeyKind;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::sigstore::proto_json;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::tlog::Log;
use crate::x509::Certificate;
use crate::x509::InvalidCertificate;
use crate::x509::path::Authority;

/// The media types of the file. Version 0.2 adds operators and longer key IDs.
const MEDIA_TYPES: [&str; 3] = [
    "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

/// Everybody who is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedRoot {
    /// Who issues certificates for signing.
    pub certificate_authorities: Listed<Authority>,
    /// Who says what time it is.
    pub timestamp_authorities: Listed<Authority>,
    /// Where signatures are logged.
    pub logs: Listed<Log>,
    /// Where certificates are logged.
    pub certificate_logs: Listed<Log>,
}

/// Members of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Those that can be used here.
    pub usable: Vec<T>,
    /// The others.
    pub unusable: Vec<Unusable>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { usable: Vec::new(), unusable: Vec::new() }
    }
}

impl<T> Listed<T> {
    /// Whether none is listed at all, so that the deployment has none. One that cannot be used here is there all the same.
    pub const fn is_empty(&self) -> bool {
        self.usable.is_empty() && self.unusable.is_empty()
    }

    fn read(
        root: &Members<'_>,
        name: &'static str,
        read: impl Fn(&Members<'_>) -> Result<Result<T, String>, InvalidTrustedRoot>,
    ) -> Result<Self, InvalidTrustedRoot> {
        let mut listed = Self::default();
        for place in proto_json::at_most(root, name, "members of a kind", budget::TRUSTED_MEMBERS)? {
            match read(&place.object()?)? {
                Ok(member) => listed.usable.push(member),
                Err(found) => listed.unusable.push(Unusable { path: place.path().into(), found }),
            }
        }
        Ok(listed)
    }
}

/// Somebody who is trusted, in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Where they are listed: `$.tlogs[1]`.
    pub path: String,
    /// What is not known here: `PKIX_ML_DSA_65`.
    pub found: String,
}

impl TrustedRoot {
    /// Reads a `trusted_root.json`, which somebody else verified or chose.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidTrustedRoot> {
        if bytes.len() > budget::TRUSTED_ROOT_BYTES {
            return Err(InvalidJson::TooMuch { what: "bytes", limit: budget::TRUSTED_ROOT_BYTES }.into());
        }
        Self::read(&json::parse_object(bytes)?.root())
    }

    /// Reads one that stands in another document.
    pub fn read(root: &Members<'_>) -> Result<Self, InvalidTrustedRoot> {
        let media_type = root.required("mediaType")?.string()?;
        if !MEDIA_TYPES.contains(&media_type) {
            return Err(InvalidTrustedRoot::MediaType { found: excerpt(media_type, 80) });
        }
        Ok(Self {
            certificate_authorities: Listed::read(root, "certificateAuthorities", authority)?,
            timestamp_authorities: Listed::read(root, "timestampAuthorities", authority)?,
            logs: Listed::read(root, "tlogs", log)?,
            certificate_logs: Listed::read(root, "ctlogs", log)?,
        })
    }

    /// Trusts whoever has a certificate issued by this chain, for all time: PEM, the issuers first, and last the one that is trusted.
    pub fn with_certificate_authority(mut self, pem: &str) -> Result<Self, InvalidTrustedRoot> {
        self.certificate_authorities.usable.push(always(pem)?);
        Ok(self)
    }

    /// Trusts this authority to say what time it is: PEM, its own certificate first, and last the one that is trusted.
    pub fn with_timestamp_authority(mut self, pem: &str) -> Result<Self, InvalidTrustedRoot> {
        self.timestamp_authorities.usable.push(always(pem)?);
        Ok(self)
    }

    /// Trusts a log of signatures by its key, for all time. `origin` is the host of its address.
    pub fn with_log(mut self, pem: &str, origin: &str) -> Result<Self, InvalidTrustedRoot> {
        self.logs.usable.push(log_of(pem, origin)?);
        Ok(self)
    }

    /// Trusts a log of certificates by its key, for all time.
    pub fn with_certificate_log(mut self, pem: &str) -> Result<Self, InvalidTrustedRoot> {
        self.certificate_logs.usable.push(log_of(pem, "")?);
        Ok(self)
    }
}

/// For deployments that publish no validity.
fn for_all_time() -> Validity {
    Validity { from: UnixTime::from_seconds(0).expect("1970 is a year"), to: None }
}

fn always(pem: &str) -> Result<Authority, InvalidTrustedRoot> {
    let chain = Certificate::from_pem_chain(pem).map_err(|reason| InvalidTrustedRoot::Certificate { path: "PEM".into(), reason })?;
    Ok(Authority { chain, validity: for_all_time(), uri: String::new(), operator: None })
}

fn log_of(pem: &str, origin: &str) -> Result<Log, InvalidTrustedRoot> {
    let key = PublicKey::from_pem(pem).map_err(|reason| InvalidTrustedRoot::Key { path: "PEM".into(), reason })?;
    // Rekor v2, whose keys are Ed25519, calls itself by the key ID of its checkpoints, all of it: C2SP signed-note.
    let id = match key.ed25519() {
        Some(point) if !origin.is_empty() => Digest::of(Algorithm::Sha256, &[origin.as_bytes(), &[0x0a, 0x01], point].concat()),
        _ => key.id(),
    };
    Ok(Log {
        id: id.as_bytes().to_vec(),
        scheme: Scheme::of(key.kind()),
        key,
        validity: for_all_time(),
        origin: origin.to_owned(),
        operator: None,
    })
}

/// `CertificateAuthority`: a chain, the issuers first, of which the last certificate is trusted; or what is not known in it.
fn authority(members: &Members<'_>) -> Result<Result<Authority, String>, InvalidTrustedRoot> {
    let validity = validity(members)?;
    let chain = members.required("certChain")?.object()?;
    let certificates = proto_json::at_most(&chain, "certificates", "certificates of a chain", budget::CHAIN_CERTIFICATES)?;
    if certificates.is_empty() {
        return Err(InvalidJson::Missing { path: format!("{}.certificates[0]", chain.path()) }.into());
    }
    let mut chain = Vec::with_capacity(certificates.len());
    for place in certificates {
        match Certificate::from_der(&proto_json::required_bytes(&place.object()?, "rawBytes")?) {
            Ok(certificate) => chain.push(certificate),
            Err(reason) if is_of_another_kind(&reason) => return Ok(Err(reason.to_string())),
            Err(reason) => return Err(InvalidTrustedRoot::Certificate { path: place.path().into(), reason }),
        }
    }
    let uri = members.optional_string("uri")?.unwrap_or_default().to_owned();
    Ok(Ok(Authority { chain, validity, uri, operator: operator(members)? }))
}

/// Whether a certificate is none that can be used here because of the kind of its keys.
const fn is_of_another_kind(reason: &InvalidCertificate) -> bool {
    matches!(
        reason,
        InvalidCertificate::Key(InvalidKey::Algorithm | InvalidKey::Curve) | InvalidCertificate::Scheme(InvalidScheme::Unknown)
    )
}

/// `TransparencyLogInstance`, or what is not known in it.
fn log(members: &Members<'_>) -> Result<Result<Log, String>, InvalidTrustedRoot> {
    let public_key = members.required("publicKey")?.object()?;
    let validity = validity(&public_key)?;
    let hash = proto_json::text(members, "hashAlgorithm")?;
    let details = proto_json::text(&public_key, "keyDetails")?;
    if hash != "SHA2_256" {
        return Ok(Err(excerpt(hash, 80)));
    }
    let Some((scheme, kind)) = scheme(details) else { return Ok(Err(excerpt(details, 80))) };
    let path = || public_key.path().to_owned();
    let key = PublicKey::from_spki(&proto_json::required_bytes(&public_key, "rawBytes")?)
        .map_err(|reason| InvalidTrustedRoot::Key { path: path(), reason })?;
    if kind != key.kind() {
        return Err(InvalidTrustedRoot::KeyDetails { path: path(), expected: excerpt(details, 80), found: key.kind() });
    }
    Ok(Ok(Log {
        id: proto_json::required_bytes(&members.required("logId")?.object()?, "keyId")?,
        key,
        scheme,
        validity,
        origin: origin(members.optional_string("baseUrl")?.unwrap_or_default()),
        operator: operator(members)?,
    }))
}

fn operator(members: &Members<'_>) -> Result<Option<String>, InvalidJson> {
    Ok(members.optional_string("operator")?.filter(|operator| !operator.is_empty()).map(str::to_owned))
}

/// `TimeRange`, of which the beginning has to be there: "this validity period must be set" by whoever trusts a key.
fn validity(members: &Members<'_>) -> Result<Validity, InvalidTrustedRoot> {
    let range = members.required("validFor")?.object()?;
    let time = |place: Place<'_>| place.string()?.parse().map_err(|_| proto_json::wrong(&place, "a time of RFC 3339", "another string"));
    let validity = Validity { from: time(range.required("start")?)?, to: range.optional("end")?.map(time).transpose()? };
    if validity.to.is_some_and(|to| to < validity.from) {
        return Err(InvalidTrustedRoot::Backwards { path: range.path().into() });
    }
    Ok(validity)
}

/// `PublicKeyDetails`, as far as it is used for signing here, with what the name says of the key itself.
fn scheme(details: &str) -> Option<(Scheme, KeyKind)> {
    use crate::crypto::Curve::P256;
    use crate::crypto::Curve::P384;
    use crate::crypto::Curve::P521;
    let ecdsa = |curve, hash| (Scheme::Ecdsa(hash), KeyKind::Ecdsa(curve));
    let rsa = |scheme: fn(Algorithm) -> Scheme, bits| (scheme(Algorithm::Sha256), KeyKind::Rsa { bits });
    Some(match details {
        "PKIX_ECDSA_P256_SHA_256" => ecdsa(P256, Algorithm::Sha256),
        "PKIX_ECDSA_P384_SHA_384" => ecdsa(P384, Algorithm::Sha384),
        "PKIX_ECDSA_P521_SHA_512" => ecdsa(P521, Algorithm::Sha512),
        // Deprecated, for old keys of cosign's users.
        "PKIX_ECDSA_P384_SHA_256" => ecdsa(P384, Algorithm::Sha256),
        "PKIX_ECDSA_P521_SHA_256" => ecdsa(P521, Algorithm::Sha256),
        "PKIX_ED25519" => (Scheme::Ed25519, KeyKind::Ed25519),
        "PKIX_ED25519_PH" => (Scheme::Ed25519ph, KeyKind::Ed25519),
        "PKIX_RSA_PKCS1V15_2048_SHA256" => rsa(Scheme::RsaPkcs1, 2048),
        "PKIX_RSA_PKCS1V15_3072_SHA256" => rsa(Scheme::RsaPkcs1, 3072),
        "PKIX_RSA_PKCS1V15_4096_SHA256" => rsa(Scheme::RsaPkcs1, 4096),
        "PKIX_RSA_PSS_2048_SHA256" => rsa(Scheme::RsaPss, 2048),
        "PKIX_RSA_PSS_3072_SHA256" => rsa(Scheme::RsaPss, 3072),
        "PKIX_RSA_PSS_4096_SHA256" => rsa(Scheme::RsaPss, 4096),
        _ => return None,
    })
}

/// The host of an address, as checkpoints name it; without a host, nothing that a checkpoint could name.
fn origin(address: &str) -> String {
    Uri::parse(address).ok().and_then(|uri| uri.authority().map(|authority| authority.host().to_owned())).unwrap_or_default()
}

/// Why a file says of nobody that they are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTrustedRoot {
    /// Somebody is trusted until before they are trusted from.
    Backwards {
        /// Where.
        path: String,
    },
    /// A certificate that is none.
    Certificate {
        /// Where.
        path: String,
        /// Why.
        reason: InvalidCertificate,
    },
    /// Not strict JSON, or not of this shape.
    Json(InvalidJson),
    /// A key that is none.
    Key {
        /// Where.
        path: String,
        /// Why.
        reason: InvalidKey,
    },
    /// A key that is not what it is said to be.
    KeyDetails {
        /// Where.
        path: String,
        /// What it is said to be.
        expected: String,
        /// What it is.
        found: KeyKind,
    },
    /// Another document, or a version of it that is not known.
    MediaType {
        /// Which.
        found: String,
    },
}

impl InvalidTrustedRoot {
    /// The stable code.
    pub const CODE: &'static str = "trusted-root-invalid";
}

impl fmt::Display for InvalidTrustedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("trusted root: ")?;
        match self {
            Self::Backwards { path } => write!(f, "expected {path} to start before it ends, found the opposite"),
            Self::Certificate { path, reason } => write!(f, "{path}: {reason}"),
            Self::Json(invalid) => invalid.fmt(f),
            Self::Key { path, reason } => write!(f, "{path}: {reason}"),
            Self::KeyDetails { path, expected, found } => write!(f, "expected {path} to be {expected}, found a key of {found}"),
            Self::MediaType { found } => write!(f, "expected a trusted root of version 0.1 or 0.2, found \"{found}\""),
        }
    }
}

impl core::error::Error for InvalidTrustedRoot {}

impl From<InvalidJson> for InvalidTrustedRoot {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}
