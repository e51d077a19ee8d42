//! Whose signature is wanted, and what it takes to believe that it is theirs.

use core::num::NonZeroUsize;

use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::sigstore::identity::Identity;
use crate::sigstore::trusted_root::TrustedRoot;

/// What a signature is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// Whose it has to be.
    pub wanted: &'a Wanted,
    /// Who is believed about certificates, times and logs.
    pub root: &'a TrustedRoot,
    /// Where it has to be logged.
    pub logging: Logging,
}

/// Whose signature it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Of whoever a certificate names so.
    Identity(Identity),
    /// Of whoever has this key.
    Key {
        /// The key.
        key: PublicKey,
        /// How it signs, where that does not follow from the key: RSA with PSS.
        scheme: Option<Scheme>,
    },
}

/// Where a signature has to be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logging {
    /// In trusted logs of at least so many operators.
    AtLeast(NonZeroUsize),
    /// Nowhere: whoever signs has no log, or does not use it. What is logged nevertheless has to hold.
    WithoutLog,
}

impl Logging {
    /// In one log, if the deployment has any: what its root says (as GitHub's instance, which has timestamps instead).
    pub const fn where_listed(root: &TrustedRoot) -> Self {
        if root.logs.is_empty() { Self::WithoutLog } else { Self::AtLeast(NonZeroUsize::MIN) }
    }
}

impl Default for Logging {
    fn default() -> Self {
        Self::AtLeast(NonZeroUsize::MIN)
    }
}

/// What a signature has to be about.
#[derive(Clone, Copy, Debug)]
pub struct Artifact<'a> {
    digest: Digest,
    bytes: Option<&'a [u8]>,
}

impl<'a> Artifact<'a> {
    /// An artifact of which nobody here has the bytes. Signatures by Ed25519 over the artifact itself cannot be verified then.
    pub const fn named(digest: Digest) -> Self {
        Self { digest, bytes: None }
    }

    /// An artifact whose bytes were hashed here: the manifest or the index of an image.
    pub fn of(content: &'a Content) -> Self {
        Self { digest: content.digest(), bytes: Some(content.bytes()) }
    }

    /// What names it.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Its bytes, if they are here.
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        self.bytes
    }

    /// Its digest by this algorithm, if that can be had.
    pub fn hashed(&self, algorithm: Algorithm) -> Option<Digest> {
        if self.digest.algorithm() == algorithm { Some(self.digest) } else { self.bytes.map(|bytes| Digest::of(algorithm, bytes)) }
    }

    /// Every digest that names it, as far as they can be had.
    pub fn digests(&self) -> impl Iterator<Item = Digest> {
        [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512].into_iter().filter_map(|algorithm| self.hashed(algorithm))
    }
}
