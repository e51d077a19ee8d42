//! Sigstore: signatures whose signer is named by a short-lived certificate or known by a key, and whose time is witnessed.
//!
//! ```text
//! bundle ──▶ signed entity ◀── cosign's layers
//!                  │
//!     trust ──▶ verify ──▶ one outcome a step, and the signer if all hold
//! ```
//!
//! [Sigstore client specification](https://github.com/sigstore/architecture-docs/blob/main/client-spec.md), section 4.

pub mod bundle;
pub mod claims;
pub mod entity;
pub mod identity;
pub mod instance;
pub mod pattern;
mod proto_json;
pub mod signer;
pub mod trust;
pub mod trusted_root;
pub mod verify;
