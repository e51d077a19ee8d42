//! What is known to be vulnerable: versions as their tools order them, advisories as OSV means them, and what must never be called clean.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "for short tests")]

mod advisories;
mod changelogs;
mod ecosystems;
mod findings;
mod generated;
mod known;
mod osv;
mod ranges;
mod rules;
mod shards;
mod versions;
mod vex;
