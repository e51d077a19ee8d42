//! Public-key signatures: keys, the schemes they sign with, single checks, and claims that rest on such checks.
//!
//! This is the one door to `p256`, `p384`, `p521`, `ed25519-dalek` and `rsa`. A key comes with its kind, and the scheme from the key or
//! from whoever is trusted; a message never chooses how it is verified.
//!
//! A verifier reads documents, compares what can be compared, and returns an [`Unproven`] claim with the [`Obligation`]s that it rests
//! on: signatures that have to hold. Only discharging them gives the claim. So verifiers are pure and wait for nothing, nobody can
//! forget a signature, and where the platform is quicker than we are it can answer instead: docs/adr/0009-obligations.md.

mod check;
mod key;
mod scheme;
mod unproven;

pub use check::Message;
pub use check::SignatureCheck;
pub use key::Curve;
pub use key::InvalidKey;
pub use key::KeyKind;
pub use key::PublicKey;
pub use scheme::InvalidScheme;
pub use scheme::Scheme;
pub(crate) use scheme::hash;
pub use unproven::Obligation;
pub use unproven::Step;
pub use unproven::Unmet;
pub use unproven::Unproven;
