//! A TUF client against a repository in memory: what the specification promises, and one attack a test.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod anchors;
mod delegations;
mod documents;
mod freshness;
mod real;
mod repository;
mod roots;
mod signatures;
mod storing;
