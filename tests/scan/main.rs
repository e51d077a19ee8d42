//! What is in an image and known to be vulnerable: layers, honest and hostile, and what is read in them; versions as their tools order them,
//! advisories as OSV means them, and what must never be called clean.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "for short tests")]

mod acceptance;
mod advisories;
mod apk;
mod archive;
mod attested;
mod changelogs;
mod dpkg;
mod ecosystems;
mod exploited;
mod findings;
mod generated;
mod go;
mod hostile;
mod inventory;
mod known;
mod layers;
mod memory;
#[cfg(feature = "native")]
mod native;
mod npm;
mod os_release;
mod osv;
mod overlay;
mod policies;
mod proof;
mod purl;
mod python;
mod ranges;
mod real_tars;
mod rpm;
mod rules;
mod sbom;
mod scanner;
mod schema;
mod shards;
mod signed;
mod support;
mod versions;
mod vex;
