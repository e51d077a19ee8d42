//! A SQLite database and its log, whoever wrote them. The first two bytes say where the one ends and the other begins.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "scan/read.rs"]
mod read;
use read::read;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, bytes)) = bytes.split_first_chunk() else { return };
    let (main, log) = bytes.split_at(bytes.len().min(usize::from(u16::from_be_bytes(*length))));
    read(&[("var/lib/rpm/rpmdb.sqlite", main), ("var/lib/rpm/rpmdb.sqlite-wal", log)]);
});
