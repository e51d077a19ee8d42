//! What is known to be vulnerable in an image: its layers, what they make together, and what is found there.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod archive;
mod layers;
mod memory;
#[cfg(feature = "native")]
mod native;
mod overlay;
mod proof;
mod real_tars;
