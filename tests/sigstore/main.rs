//! Sigstore's signatures in a world where anybody can be made: honest ones, and attacks on them, one a test.

#![allow(clippy::unwrap_used, reason = "what the world mints can be read")]

mod bundles;
mod cosign;
mod identities;
mod logs;
mod support;
mod times;
mod trusted_roots;
mod vectors;
