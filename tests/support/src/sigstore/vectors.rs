//! Cases to try verifiers with, ours and others': honest bundles of every kind, and forged ones, more of these.
//!
//! Each forged one differs from an honest one in the point that its sentence names. [`write()`] lays them out as
//! sigstore/sigstore-conformance does, so that any verifier with its command line can be tried.

mod forged;
mod honest;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use super::bundle::Bundle;
use super::deployment::Sigstore;
use super::key::PublicKey;
use super::signing::IDENTITY;
use super::signing::ISSUER;
use super::signing::Signing;
use crate::image::Image;

/// A bundle, and everything it takes to decide about it.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Lower case, with hyphens.
    pub name: &'static str,
    /// What is special about it, as a sentence.
    pub why: &'static str,
    /// Whether the signature is good.
    pub holds: bool,
    /// The bundle, which need not be one.
    pub bundle: String,
    /// Whom to trust.
    pub trusted_root: String,
    /// What is said to be signed.
    pub artifact: Vec<u8>,
    /// Who is expected to have signed it.
    pub signer: Signer,
}

/// Who is expected.
#[derive(Clone, Debug)]
pub enum Signer {
    /// Somebody with a certificate.
    Identity {
        /// The subject alternative name.
        subject: String,
        /// Who vouches for it.
        issuer: String,
    },
    /// Whoever has a key.
    Key(PublicKey),
}

/// Every case. Minted once, which takes seconds without optimization.
pub fn all() -> &'static [Vector] {
    static ALL: LazyLock<Vec<Vector>> = LazyLock::new(|| [honest::all(), forged::all()].concat());
    &ALL
}

/// The case with this name, with or without `_fail` behind it.
pub fn named(name: &str) -> &'static Vector {
    let name = name.trim_end_matches("_fail");
    all().iter().find(|vector| vector.name == name).expect("the test asks for a case that there is")
}

/// The image whose manifest everything here is about: the message of message signatures, the subject of statements.
pub fn image() -> Image {
    Image::oci("linux/amd64")
}

impl Vector {
    fn new(name: &'static str, why: &'static str, bundle: &Bundle) -> Self {
        Self {
            name,
            why,
            holds: true,
            bundle: bundle.json(),
            trusted_root: Sigstore::new().trusted_root().json(),
            artifact: image().root.bytes,
            signer: Signer::Identity { subject: IDENTITY.into(), issuer: ISSUER.into() },
        }
    }

    fn forged(name: &'static str, why: &'static str, bundle: &Bundle) -> Self {
        Self { holds: false, ..Self::new(name, why, bundle) }
    }

    fn trusting(mut self, trusted_root: &super::trusted_root::TrustedRoot) -> Self {
        self.trusted_root = trusted_root.json();
        self
    }

    fn by(mut self, subject: &str, issuer: &str) -> Self {
        self.signer = Signer::Identity { subject: subject.into(), issuer: issuer.into() };
        self
    }

    fn by_key(mut self, key: PublicKey) -> Self {
        self.signer = Signer::Key(key);
        self
    }

    /// With something changed in the text. Panics where there is nothing to change.
    fn replacing(mut self, old: &str, new: &str) -> Self {
        assert!(self.bundle.contains(old), "expected {old:?} in the bundle, found {}", self.bundle);
        self.bundle = self.bundle.replacen(old, new, 1);
        self
    }
}

/// Signs what everything here is about: the statement of `cosign sign`.
fn image_signed(signing: &Signing<'_>) -> Bundle {
    signing.sign_image(image().digest())
}

/// Signs it as a message.
fn message_signed(signing: &Signing<'_>) -> Bundle {
    signing.sign_message(&image().root.bytes)
}

/// Writes each case into a folder of its name, with `_fail` behind it where it must be refused.
pub fn write(directory: &Path) -> io::Result<()> {
    for vector in all() {
        let folder = directory.join(if vector.holds { vector.name.into() } else { format!("{}_fail", vector.name) });
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("README"), format!("{}\n", vector.why))?;
        fs::write(folder.join("bundle.sigstore.json"), &vector.bundle)?;
        fs::write(folder.join("trusted_root.json"), &vector.trusted_root)?;
        fs::write(folder.join("artifact"), &vector.artifact)?;
        match &vector.signer {
            Signer::Identity { subject, issuer } => {
                fs::write(folder.join("identity"), subject)?;
                fs::write(folder.join("issuer"), issuer)?;
            }
            Signer::Key(key) => fs::write(folder.join("key.pub"), key.pem())?,
        }
    }
    Ok(())
}
