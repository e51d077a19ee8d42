//! What is known to be vulnerable in an image: what is read of it, and what follows.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]
#![allow(clippy::format_collect, reason = "tests write texts line by line")]

mod apk;
mod dpkg;
mod go;
mod hostile;
mod inventory;
mod npm;
mod os_release;
mod python;
mod rpm;
mod sbom;
mod support;
