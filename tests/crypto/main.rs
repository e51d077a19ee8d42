//! Keys, schemes, signatures, and what is proven by them.

#![cfg(not(target_arch = "wasm32"))]

mod check;
mod key;
mod scheme;
mod support;
mod unproven;
