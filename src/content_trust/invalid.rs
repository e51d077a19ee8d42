//! Why trust data is refused: the publisher's fault, or that of whoever stands between.

use core::fmt;

use crate::content_trust::Gun;
use crate::content_trust::KeyId;
use crate::crypto::InvalidKey;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json::InvalidJson;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::tuf::InvalidMetadata;
use crate::x509::InvalidCertificate;
use crate::x509::path::InvalidPath;

/// Characters of a name that a message repeats.
const SHOWN: usize = 120;

/// Keys that a message names.
const KEYS_SHOWN: usize = 4;

/// Why trust data, or a manifest that it names, is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidTrustData {
    /// None of the root's keys is one that is pinned.
    Anchor {
        /// The root's keys.
        found: Vec<KeyId>,
    },
    /// A root key came in more than one certificate of a signer, in none, or not with that first.
    Bundle {
        /// Its ID.
        id: KeyId,
    },
    /// A key's certificate cannot be read, or is not safe.
    Certificate {
        /// The key's ID.
        id: KeyId,
        /// Why.
        invalid: InvalidCertificate,
    },
    /// The certificate of a root key is that of another collection.
    CertificateName {
        /// Whose it has to be.
        expected: Gun,
        /// Whose it is.
        found: String,
    },
    /// No certificate of a root key is valid: a newer root may have one that is.
    CertificateNotValid {
        /// Whose.
        certificate: String,
        /// When it is.
        validity: Validity,
        /// When it was looked at.
        now: UnixTime,
    },
    /// A delegated role cannot be used, and nobody allowed to go on without it.
    Fallback {
        /// The role.
        role: String,
    },
    /// It is not the full name of a collection.
    Gun {
        /// What it is.
        found: String,
    },
    /// A key of a known type cannot be read.
    Key {
        /// Its ID.
        id: KeyId,
        /// Why.
        invalid: InvalidKey,
    },
    /// A key is no base64, or what is in it is no text.
    KeyBase64 {
        /// Its ID.
        id: KeyId,
    },
    /// It is no key ID, or not that of the key beside it.
    KeyId {
        /// That of the key, if there is one.
        expected: Option<KeyId>,
        /// What it is.
        found: String,
    },
    /// A number that Notary cannot sign: it takes them all through one with 53 bits of precision.
    LargeNumber,
    /// It breaks a rule that TUF has, too.
    Metadata(InvalidMetadata),
    /// A role that nobody asks, below one that is asked, has signed the tag: Docker finds it there, and believes it not.
    Nested {
        /// The tag.
        tag: String,
        /// The role.
        role: String,
    },
    /// The tag is signed without a SHA-256, by which alone manifests are asked for.
    NoSha256 {
        /// The tag.
        tag: String,
    },
    /// None of the roles that are asked has signed it.
    NotSigned {
        /// The collection.
        gun: Gun,
        /// What was looked for.
        wanted: String,
    },
    /// The tag is signed, for something else.
    OtherDigest {
        /// The tag.
        tag: String,
        /// Who signed it.
        role: String,
        /// What was looked for.
        expected: Digest,
        /// What is signed.
        found: Digest,
    },
    /// A root key's certificate does not lead to the authority that is the anchor.
    Path(InvalidPath),
    /// A root key that did not come in a certificate.
    RootKey {
        /// Its ID.
        id: String,
    },
    /// A role's signature is no base64, or not one that its key makes: ECDSA's is two numbers side by side, never DER.
    Signature {
        /// The ID of its key.
        id: KeyId,
    },
}

impl InvalidTrustData {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Anchor { .. } => "trust-anchor-mismatch",
            Self::Bundle { .. } | Self::CertificateName { .. } | Self::RootKey { .. } => "root-certificate-invalid",
            Self::Certificate { invalid, .. } => invalid.code(),
            Self::CertificateNotValid { .. } => "root-certificate-not-valid",
            Self::Fallback { .. } => "delegation-unusable",
            Self::Gun { .. } => "gun-invalid",
            Self::Key { .. } => InvalidKey::CODE,
            Self::Metadata(invalid) => invalid.code(),
            Self::Nested { .. } | Self::NotSigned { .. } => "tag-not-signed",
            Self::OtherDigest { .. } => "signed-digest-differs",
            Self::Path(invalid) => invalid.code(),
            Self::KeyBase64 { .. } | Self::KeyId { .. } | Self::LargeNumber | Self::NoSha256 { .. } | Self::Signature { .. } => {
                "metadata-invalid"
            }
        }
    }
}

impl fmt::Display for InvalidTrustData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| excerpt(text, SHOWN);
        match self {
            Self::Anchor { found } => {
                let keys: Vec<_> = found.iter().take(KEYS_SHOWN).map(KeyId::to_string).collect();
                write!(f, "expected a root with a key that is pinned, found {}", keys.join(", "))
            }
            Self::Bundle { id } => {
                write!(f, "root key {id}: expected one certificate of a signer, then authorities only, found others")
            }
            Self::Certificate { id, invalid } => write!(f, "key {id}: {invalid}"),
            Self::CertificateName { expected, found } => {
                write!(f, "expected a root certificate for {}, found one for {}", short(expected.as_str()), short(found))
            }
            Self::CertificateNotValid { certificate, validity, now } => {
                write!(f, "expected a root certificate that is valid at {now}, found that of {}, valid {validity}", short(certificate))
            }
            Self::Fallback { role } => {
                write!(f, "{}: expected a role that can be used, found one that expired or that too few signed", short(role))
            }
            Self::Gun { found } => {
                write!(f, "expected the full name of an image such as docker.io/library/nginx, found \"{}\"", short(found))
            }
            Self::Key { id, invalid } => write!(f, "key {id}: {invalid}"),
            Self::KeyBase64 { id } => write!(f, "key {id}: expected base64, of PEM in a certificate, found something else"),
            Self::KeyId { expected: Some(expected), found } => {
                write!(f, "expected the key ID {expected}, which is that of the key, found \"{}\"", short(found))
            }
            Self::KeyId { expected: None, found } => {
                write!(f, "expected a key ID of 64 lower-case hexadecimal digits, found \"{}\"", short(found))
            }
            Self::LargeNumber => f.write_str("expected integers up to 2^53, which Notary can sign, found a larger one"),
            Self::Metadata(invalid) => invalid.fmt(f),
            Self::Nested { tag, role } => {
                write!(f, "{}: expected a role that is asked to sign it, found that {} does, whom nobody asks", short(tag), short(role))
            }
            Self::NoSha256 { tag } => write!(f, "{}: expected a SHA-256, found other hashes only", short(tag)),
            Self::NotSigned { gun, wanted } => {
                write!(f, "expected {} to be signed in {}, found no role that is asked and lists it", short(wanted), short(gun.as_str()))
            }
            Self::OtherDigest { tag, role, expected, found } => {
                write!(f, "{}: expected {expected}, found that {} signed {found}", short(tag), short(role))
            }
            Self::Path(invalid) => invalid.fmt(f),
            Self::RootKey { id } => write!(f, "root key {}: expected a certificate, found a bare key or one of an unknown type", short(id)),
            Self::Signature { id } => {
                write!(f, "expected a signature that key {id} can make, in base64, found another form")
            }
        }
    }
}

impl core::error::Error for InvalidTrustData {}

impl From<InvalidJson> for InvalidTrustData {
    fn from(invalid: InvalidJson) -> Self {
        Self::Metadata(InvalidMetadata::Json(invalid))
    }
}

impl From<InvalidMetadata> for InvalidTrustData {
    fn from(invalid: InvalidMetadata) -> Self {
        Self::Metadata(invalid)
    }
}

impl From<InvalidPath> for InvalidTrustData {
    fn from(invalid: InvalidPath) -> Self {
        Self::Path(invalid)
    }
}
