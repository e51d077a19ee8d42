//! Bodies of log entries: what a log says was signed, by whom, and with which signature; and whether that is what we were shown.
//!
//! A log proves that it holds a body. It proves nothing about a signature before everything in the body is that of the signature:
//! its bytes, the key or certificate, and the digest of the content. Leaving out one of the three lets somebody else's entry pass for
//! this one's (CVE-2022-36056, CVE-2026-22703/GHSA-whqx-f9j3-ch6m).

mod body;
mod invalid;

use core::fmt;

use crate::crypto::Message;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::digest::Digest;
use crate::envelope::dsse;
use crate::envelope::dsse::Envelope;
pub use crate::tlog::entry::invalid::InvalidEntry;

/// What kind of body: its kind and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `dsse` 0.0.1: an envelope, in Rekor v1.
    Dsse001,
    /// `hashedrekord` 0.0.1: a digest, in Rekor v1.
    HashedRekord001,
    /// `hashedrekord` 0.0.2: a digest, in Rekor v2. That of what is signed, where it is an envelope.
    HashedRekord002,
    /// `intoto` 0.0.1: an envelope, in Rekor v1, without its signature.
    Intoto001,
    /// `intoto` 0.0.2: an envelope, in Rekor v1.
    Intoto002,
    /// `rekord` 0.0.1: a digest, in Rekor v1, as the first versions of cosign wrote it.
    Rekord001,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Dsse001, Self::HashedRekord001, Self::HashedRekord002, Self::Intoto001, Self::Intoto002, Self::Rekord001];

    /// The kind of these names, if it is known here.
    pub fn named(kind: &str, version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| (known.name(), known.version()) == (kind, version))
    }

    /// `hashedrekord`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dsse001 => "dsse",
            Self::HashedRekord001 | Self::HashedRekord002 => "hashedrekord",
            Self::Intoto001 | Self::Intoto002 => "intoto",
            Self::Rekord001 => "rekord",
        }
    }

    /// `0.0.1`
    pub const fn version(self) -> &'static str {
        match self {
            Self::Dsse001 | Self::HashedRekord001 | Self::Intoto001 | Self::Rekord001 => "0.0.1",
            Self::HashedRekord002 | Self::Intoto002 => "0.0.2",
        }
    }

    /// Whether it is of Rekor v2, which promises nothing and knows no time. The version of a kind does not say: `intoto` 0.0.2 is v1's.
    pub const fn is_rekor_2(self) -> bool {
        matches!(self, Self::HashedRekord002)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.version())
    }
}

/// A signature that a log may have an entry of.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Who is said to have signed.
    pub verifier: Verifier<'a>,
    /// What is signed, and with which signature.
    pub content: Content<'a>,
}

/// Whose signature it is said to be.
#[derive(Clone, Copy, Debug)]
pub enum Verifier<'a> {
    /// That of the key in this certificate, in DER.
    Certificate(&'a [u8]),
    /// That of this key.
    Key(&'a PublicKey),
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// A message, by a signature of its own.
    Message {
        /// What it is over.
        message: &'a Message,
        /// Its bytes.
        signature: &'a [u8],
    },
    /// An envelope, by the signature in it.
    Dsse {
        /// The envelope.
        envelope: &'a Envelope,
        /// The document that it was read from, where it is one of its own: in bundles it is not, and its hash cannot be recomputed.
        document: Option<&'a [u8]>,
    },
}

/// What a log says was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    kind: Kind,
    verifier: LoggedVerifier,
    claim: Claim,
}

/// A certificate or a key in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LoggedVerifier {
    Certificate(Vec<u8>),
    Key(PublicKey),
}

/// The rest of a body, by its shape.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Claim {
    /// The digest of what is signed: a message, or what is signed of an envelope.
    Signed {
        digest: Digest,
        signature: Vec<u8>,
        /// Rekor v2 says how it is signed.
        scheme: Option<Scheme>,
    },
    /// An envelope.
    Envelope {
        /// Of the document that was handed to the log.
        document: Digest,
        /// Of the payload. Old entries of `intoto` 0.0.1 have none.
        payload: Option<Digest>,
        payload_type: Option<String>,
        /// `intoto` 0.0.1 has none.
        signature: Option<Vec<u8>>,
    },
}

impl Entry {
    /// What `body` claims.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidEntry> {
        body::parse(body)
    }

    /// What kind of entry it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is about this very signature: everything in it is compared.
    ///
    /// The one exception is the hash of the whole envelope in `dsse` 0.0.1 and `intoto` 0.0.2, where the document that was hashed is
    /// not known. Payload, signature and key are compared all the same; in `intoto` 0.0.1, which has no signature, it is all there is,
    /// so without the document such an entry is about nothing.
    pub fn binds(&self, signed: &Signed<'_>) -> Result<(), InvalidEntry> {
        self.binds_verifier(signed.verifier)?;
        match (&self.claim, signed.content) {
            (Claim::Signed { digest, signature, .. }, Content::Message { message, signature: shown }) => {
                binds_message(*digest, message)?;
                same_signature(signature, shown)
            }
            (Claim::Signed { digest, signature, .. }, Content::Dsse { envelope, .. }) => {
                same_digest(*digest, envelope.signed_digest(digest.algorithm()))?;
                same_signature(signature, envelope.signature())
            }
            (Claim::Envelope { document, payload, payload_type, signature }, Content::Dsse { envelope, document: shown }) => {
                if let Some(found) = payload_type.as_ref().filter(|found| *found != dsse::PAYLOAD_TYPE) {
                    return Err(InvalidEntry::PayloadType { found: found.clone() });
                }
                if let Some(payload) = payload {
                    same_digest(*payload, envelope.payload_digest(payload.algorithm()))?;
                }
                if let Some(shown) = shown {
                    same_digest(*document, Digest::of(document.algorithm(), shown))?;
                }
                match signature {
                    Some(signature) => same_signature(signature, envelope.signature()),
                    None if shown.is_some() => Ok(()),
                    None => Err(InvalidEntry::Unbound { kind: self.kind }),
                }
            }
            (Claim::Envelope { .. }, Content::Message { .. }) => Err(InvalidEntry::Content { kind: self.kind }),
        }
    }

    fn binds_verifier(&self, shown: Verifier<'_>) -> Result<(), InvalidEntry> {
        let is_same = match (&self.verifier, shown) {
            (LoggedVerifier::Certificate(logged), Verifier::Certificate(shown)) => logged == shown,
            (LoggedVerifier::Key(logged), Verifier::Key(shown)) => logged.spki() == shown.spki(),
            _ => false,
        };
        if !is_same {
            return Err(InvalidEntry::Verifier);
        }
        match (&self.claim, shown) {
            (Claim::Signed { scheme: Some(scheme), .. }, Verifier::Key(key)) if !scheme.suits(key.kind()) => Err(InvalidEntry::Scheme),
            _ => Ok(()),
        }
    }
}

fn binds_message(digest: Digest, message: &Message) -> Result<(), InvalidEntry> {
    match message {
        Message::Bytes(bytes) => same_digest(digest, Digest::of(digest.algorithm(), bytes)),
        Message::Digest(shown) => same_digest(digest, *shown),
    }
}

fn same_digest(found: Digest, expected: Digest) -> Result<(), InvalidEntry> {
    if found == expected { Ok(()) } else { Err(InvalidEntry::Digest { expected, found }) }
}

fn same_signature(logged: &[u8], shown: &[u8]) -> Result<(), InvalidEntry> {
    if logged == shown { Ok(()) } else { Err(InvalidEntry::Signature) }
}
