//! Who signed what, and when: what is left once everything is proven.

use crate::crypto::PublicKey;
use crate::digest::Digest;
use crate::envelope::dsse::Payload;
use crate::intoto::Statement;
use crate::sigstore::claims::Claims;
use crate::time::UnixTime;

/// A signer, proven. Only [`crate::sigstore::verify`] makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Signer {
    pub(super) who: Who,
    pub(super) artifact: Digest,
    pub(super) meaning: Meaning,
    pub(super) seen: Vec<Witness>,
    pub(super) logged: Vec<LogRecord>,
}

impl Signer {
    /// Who it is.
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// What they signed.
    pub const fn artifact(&self) -> Digest {
        self.artifact
    }

    /// What it means that they did.
    pub const fn meaning(&self) -> &Meaning {
        &self.meaning
    }

    /// Takes the bytes that were signed, which can be large, where it is a statement.
    pub fn take_payload(&mut self) -> Option<Payload> {
        match &mut self.meaning {
            Meaning::Attestation(_, payload) => Some(core::mem::take(payload)),
            Meaning::Signature { .. } => None,
        }
    }

    /// Who saw the signature, and when. There is one at least where the signer is named by a certificate.
    pub fn seen(&self) -> &[Witness] {
        &self.seen
    }

    /// Since when it is known to exist: the earliest time at which somebody saw it.
    pub fn signed_at(&self) -> Option<UnixTime> {
        self.seen.iter().map(|witness| witness.time).min()
    }

    /// Where it is logged.
    pub fn logged(&self) -> &[LogRecord] {
        &self.logged
    }
}

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whom a certificate names.
    Identity(Claims),
    /// Whoever has this key.
    Key(PublicKey),
}

/// What a signature says. An attestation is no signature of an image: whoever says how it was built does not say that it should run.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// That this is the signer's.
    Signature {
        /// What the signer adds.
        annotations: Vec<(String, String)>,
        /// Where the signer says that it is kept, if they say so.
        reference: Option<String>,
    },
    /// What a statement says, and the bytes of it that were signed.
    Attestation(Box<Statement>, Payload),
}

/// Somebody who saw a signature at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// When.
    pub time: UnixTime,
    /// A timestamp authority's address, or a log's host.
    pub by: String,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// The log's host.
    pub log: String,
    /// The number of the entry in the whole log, if that is proven.
    pub index: Option<u64>,
}
