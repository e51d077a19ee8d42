//! cosign's own way to keep a signature beside an image, from before there were bundles, and what it signs to this day.
//!
//! A layer is read into the same [`SignedEntity`](crate::sigstore::entity::SignedEntity) as a bundle ([`signature`]), and verified with
//! it by [`crate::sigstore::verify`]; what is its own is the document that is signed ([`payload`], [`verify`]).

pub mod payload;
pub mod signature;
mod verify;

pub use verify::verify;
