//! A whole Sigstore: who issues, who lists, who says when, and the root that trusts them.

use std::sync::LazyLock;

use super::authority::Authority;
use super::ct_log::CtLog;
use super::rekor::Rekor;
use super::signing::Signing;
use super::timestamp_authority::TimestampAuthority;
use super::trusted_root::TrustedAuthority;
use super::trusted_root::TrustedLog;
use super::trusted_root::TrustedRoot;

/// A deployment of Sigstore. Everything in it can be replaced.
///
/// ```
/// use pullproof_world::Image;
/// use pullproof_world::sigstore::Sigstore;
///
/// let sigstore = Sigstore::new();
/// let bundle = sigstore.signing().sign_image(Image::oci("linux/amd64").digest());
/// let tampered = bundle.with(|bundle| bundle.entries[0].integrated_time = Some(0));
/// let (bundle, trust) = (tampered.json(), sigstore.trusted_root().json());
/// ```
#[derive(Clone, Debug)]
pub struct Sigstore {
    /// Fulcio's intermediate, which issues to publishers.
    pub fulcio: Authority,
    /// The log that lists certificates.
    pub ct_log: CtLog,
    /// The log of signatures, version 1.
    pub rekor: Rekor,
    /// The log of signatures, version 2.
    pub rekor_v2: Rekor,
    /// Who says when.
    pub timestamps: TimestampAuthority,
}

impl Default for Sigstore {
    fn default() -> Self {
        Self::new()
    }
}

impl Sigstore {
    /// The deployment of the world.
    pub fn new() -> Self {
        // Four certificates on P-384, which take a third of a second without optimization.
        static WORLD: LazyLock<Sigstore> = LazyLock::new(|| Sigstore::at("pullproof.test"));
        WORLD.clone()
    }

    /// Another deployment, which differs in every key and name.
    pub fn at(domain: &str) -> Self {
        Self {
            fulcio: Authority::root(&format!("fulcio.{domain}")).intermediate(&format!("fulcio-intermediate.{domain}")),
            ct_log: CtLog::new(&format!("ct.{domain}")),
            rekor: Rekor::v1(&format!("rekor.{domain}")),
            rekor_v2: Rekor::v2(&format!("log2026.rekor.{domain}")),
            timestamps: TimestampAuthority::new(&format!("timestamp.{domain}")),
        }
    }

    /// The root that trusts everybody in it.
    pub fn trusted_root(&self) -> TrustedRoot {
        TrustedRoot {
            logs: vec![TrustedLog::from(&self.rekor), TrustedLog::from(&self.rekor_v2)],
            ct_logs: vec![TrustedLog::from(&self.ct_log)],
            certificate_authorities: vec![TrustedAuthority::from(&self.fulcio)],
            timestamp_authorities: vec![TrustedAuthority::from(&self.timestamps)],
            ..TrustedRoot::empty()
        }
    }

    /// A publisher who is about to sign: keyless, listed in Rekor v1.
    pub fn signing(&self) -> Signing<'_> {
        Signing::new(self)
    }
}
