//! A chart's values, whoever wrote it: nothing but digests is inserted, and pinning twice changes nothing more.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::pin::Kind;

#[path = "../../tests/pin/invariants.rs"]
mod invariants;

fuzz_target!(|text: &str| invariants::hold(text, Kind::HelmValues));
