//! Docker Content Trust: what `notary` made is accepted, and what an attacker would make is refused, one attack a test.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod anchors;
mod delegations;
mod documents;
mod freshness;
mod looking;
mod minted;
mod mutated;
mod real;
mod roots;
mod signatures;
mod storing;
mod tags;
mod verdicts;
