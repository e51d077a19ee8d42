//! The doors to JavaScript. They convert, and decide nothing.
//!
//! There are three modules, so that a page that only checks downloads neither what pins nor arithmetic that its platform has: see
//! docs/adr/0007-modules.md.

#[cfg(feature = "wasm-check")]
mod bundle;
#[cfg(feature = "wasm-check")]
mod check;
#[cfg(any(feature = "wasm-check", feature = "wasm-pin"))]
mod convert;
#[cfg(feature = "wasm-crypto")]
mod crypto;
#[cfg(feature = "wasm-check")]
mod options;
#[cfg(feature = "wasm-pin")]
mod pin;
#[cfg(feature = "wasm-check")]
mod prover;
#[cfg(feature = "wasm-check")]
mod refresh;
#[cfg(feature = "wasm-check")]
mod store;
#[cfg(feature = "wasm-check")]
mod transport;

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
