//! The doors to JavaScript. They convert, and decide nothing.
//!
//! There are five modules, so that a page that only checks downloads neither what pins, nor what scans, nor arithmetic that its platform has,
//! nor Docker Content Trust before a policy names it: see docs/adr/0007-modules.md.

#[cfg(feature = "wasm-check")]
mod advisors;
#[cfg(feature = "wasm-check")]
mod attestations;
#[cfg(feature = "wasm-check")]
mod bundle;
#[cfg(feature = "wasm-check")]
mod check;
#[cfg(any(feature = "wasm-check", feature = "wasm-pin", feature = "wasm-scan", feature = "wasm-trust"))]
mod convert;
#[cfg(feature = "wasm-crypto")]
mod crypto;
#[cfg(feature = "wasm-scan")]
mod hashes;
#[cfg(any(feature = "wasm-check", feature = "wasm-scan", feature = "wasm-trust"))]
mod options;
#[cfg(feature = "wasm-pin")]
mod pin;
#[cfg(any(feature = "wasm-check", feature = "wasm-trust"))]
mod prover;
#[cfg(feature = "wasm-check")]
mod publishers;
#[cfg(feature = "wasm-check")]
mod questions;
#[cfg(feature = "wasm-check")]
mod refresh;
#[cfg(feature = "wasm-check")]
mod relay;
#[cfg(feature = "wasm-scan")]
mod scan;
#[cfg(any(feature = "wasm-check", feature = "wasm-scan", feature = "wasm-trust"))]
mod store;
#[cfg(any(feature = "wasm-check", feature = "wasm-scan", feature = "wasm-trust"))]
mod transport;
#[cfg(feature = "wasm-trust")]
mod trust;

#[cfg(feature = "wasm-check")]
pub use attestations::*;
#[cfg(feature = "wasm-check")]
pub use bundle::*;
#[cfg(feature = "wasm-check")]
pub use check::*;
#[cfg(feature = "wasm-crypto")]
pub use crypto::*;
#[cfg(feature = "wasm-pin")]
pub use pin::*;
#[cfg(feature = "wasm-check")]
pub use refresh::*;
#[cfg(feature = "wasm-check")]
pub use relay::*;
#[cfg(feature = "wasm-scan")]
pub use scan::*;
#[cfg(feature = "wasm-trust")]
pub use trust::*;
