//! apk's database, whoever wrote it.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "scan/read.rs"]
mod read;
use read::read;

fuzz_target!(|bytes: &[u8]| {
    read(&[("lib/apk/db/installed", bytes)]);
});
