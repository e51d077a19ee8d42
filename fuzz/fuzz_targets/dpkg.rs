//! dpkg's database and its lists of files, whoever wrote them.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "scan/read.rs"]
mod read;
use read::read;

fuzz_target!(|bytes: &[u8]| {
    read(&[("var/lib/dpkg/status", bytes)]);
    let status = b"Package: a\nVersion: 1\n";
    read(&[("var/lib/dpkg/status", status), ("var/lib/dpkg/info/a.list", bytes)]);
    read(&[("var/lib/dpkg/status.d/a", status), ("var/lib/dpkg/status.d/a.md5sums", bytes)]);
});
