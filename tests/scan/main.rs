//! What is known to be vulnerable: versions as their tools order them, advisories as OSV means them, and what must never be called clean.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod generated;
mod versions;
