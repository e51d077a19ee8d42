//! A virtual Sigstore: it mints what publishers, Fulcio, Certificate Transparency logs, Rekor and timestamp authorities make, and what
//! an attacker would.
//!
//! Nothing is random and no clock is read: the same inputs give the same bytes. Every key is a TEST KEY, made from its name. Nothing
//! is checked either: each document is made from a value whose fields are all public, so that an attack is a field that lies.
//!
//! | to mint | start from |
//! |---|---|
//! | a bundle, or what cosign pushes | [`Sigstore::signing`], then [`Signing`] |
//! | a trusted root | [`Sigstore::trusted_root`], then [`TrustedRoot`] |
//! | a certificate | [`Authority::issue`], then [`CertificateSpec`] |
//! | an SCT | [`CtLog::sct`], then [`Sct::list`] |
//! | an entry of a log, its promise, its proof | [`Rekor::list`], with a [`Body`] |
//! | a checkpoint | [`Checkpoint`] |
//! | a timestamp | [`TimestampAuthority::stamp`], or [`TimestampAuthority::respond`] with a [`TimestampSpec`] |
//! | a statement in its envelope | [`statement`], then [`Envelope`] |
//! | cases to try a verifier with, honest and forged | [`vectors::all`] |
//! | manifests with any of it | [`cosign`], and [`FakeRegistry`](crate::FakeRegistry)`::{signed, attested, bundle}` |
//!
//! ```
//! use pullproof_world::FakeRegistry;
//! use pullproof_world::Image;
//! use pullproof_world::sigstore::Sigstore;
//! use pullproof_world::sigstore::time;
//!
//! let (sigstore, image) = (Sigstore::new(), Image::oci("linux/amd64"));
//! let too_late = sigstore.signing().at(time::SIGNED_AT + time::DAY).sign_image(image.digest());
//! let registry = FakeRegistry::new().image("team/app", "v1", &image).bundle("team/app", &image, &too_late);
//! ```

mod authority;
mod bundle;
mod certificate;
mod checkpoint;
pub mod cosign;
mod ct_log;
mod deployment;
pub mod der;
mod entry;
pub mod extension;
mod key;
pub mod merkle;
mod rekor;
mod service;
mod signing;
pub mod statement;
pub mod time;
mod timestamp_authority;
mod trusted_root;
pub mod vectors;

pub use authority::Authority;
pub use authority::ORGANIZATION;
pub use bundle::BUNDLE_V0_1;
pub use bundle::BUNDLE_V0_2;
pub use bundle::BUNDLE_V0_3;
pub use bundle::BUNDLE_V0_3_OLD;
pub use bundle::Bundle;
pub use bundle::Content;
pub use bundle::Material;
pub use certificate::Certificate;
pub use certificate::CertificateSpec;
pub use certificate::Name;
pub use checkpoint::Checkpoint;
pub use checkpoint::NoteSignature;
pub use checkpoint::checkpoint_key_id;
pub use ct_log::CtLog;
pub use ct_log::Sct;
pub use deployment::Sigstore;
pub use entry::Body;
pub use entry::InclusionProof;
pub use entry::LogEntry;
pub use entry::Verifier;
pub use extension::Extension;
pub use extension::GeneralName;
pub use key::Hash;
pub use key::PublicKey;
pub use key::SigningKey;
pub use key::pem;
pub use key::sha256;
pub use rekor::Rekor;
pub use rekor::RekorVersion;
pub use service::Service;
pub use signing::IDENTITY;
pub use signing::ISSUER;
pub use signing::Listing;
pub use signing::Signing;
pub use statement::Envelope;
pub use timestamp_authority::TST_INFO;
pub use timestamp_authority::TimestampAuthority;
pub use timestamp_authority::TimestampSpec;
pub use trusted_root::TRUSTED_ROOT_V0_1;
pub use trusted_root::TrustedAuthority;
pub use trusted_root::TrustedLog;
pub use trusted_root::TrustedRoot;

#[cfg(test)]
mod tests;
