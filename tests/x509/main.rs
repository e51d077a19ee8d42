//! X.509: what is refused, one attack a test, on certificates that are made here; and real certificates, those of Sigstore.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod certificate;
mod minted;
mod path;
mod real;
mod sct;
