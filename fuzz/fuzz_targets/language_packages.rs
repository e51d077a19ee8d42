//! What packages of npm and Python say of themselves, whoever wrote it.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "scan/read.rs"]
mod read;
use read::read;

fuzz_target!(|bytes: &[u8]| {
    read(&[("node_modules/a/package.json", bytes), ("b.egg-info/PKG-INFO", bytes)]);
});
