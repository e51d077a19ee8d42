//! What is found in texts, what is pinned in them, and what is left alone.

#![cfg(not(target_arch = "wasm32"))]

mod compose;
mod dockerfile;
mod kubernetes;
mod readme;
mod support;
mod yaml;
