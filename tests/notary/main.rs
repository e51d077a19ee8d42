//! What Notary's own client says of honest and forged collections, and Docker's where its order matters, beside what is said here.
//!
//! `tests/third_party/content-trust.json` has every case with every verdict, and where they differ, why; docs/content-trust.md tells it
//! in sentences. `UPDATE_GOLDEN=1` writes the table anew: what differs then needs a reason, here and there.
//!
//! The clients read the system's clock, so that everything is minted for the present.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod case;
mod cases;
mod command;
mod docker;
mod live;
mod notary;
mod ours;
mod table;
mod vectors;
mod verdict;
