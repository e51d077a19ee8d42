//! One package as rpm describes it, whoever wrote it, in a database that is sound.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "scan/read.rs"]
mod read;
use read::read;

fuzz_target!(|bytes: &[u8]| {
    read(&[("usr/lib/sysimage/rpm/Packages.db", &database(bytes))]);
});

/// One slot, and one blob whose checksum holds.
fn database(header: &[u8]) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let magic = |text: &[u8; 4]| u32::from_le_bytes(*text);
    let length = u32::try_from(header.len()).expect("libFuzzer's inputs are short");
    let mut blob = [&words(&[magic(b"BlbS"), 1, 0, length]), header].concat();
    while !(blob.len() + 12).is_multiple_of(16) {
        blob.push(0);
    }
    let (first, second) = blob.iter().fold((1, 0), |(first, second), byte| {
        let first = (first + u32::from(*byte)) % 65521;
        (first, (second + first) % 65521)
    });
    blob.extend(words(&[second << 16 | first, length, magic(b"BlbE")]));
    let blocks = u32::try_from(blob.len() / 16).expect("libFuzzer's inputs are short");
    let mut database = words(&[magic(b"RpmP"), 0, 0, 1, 2, 0, 0, 0, magic(b"Slot"), 1, 256, blocks]);
    while database.len() < 4096 {
        database.extend(words(&[magic(b"Slot"), 0, 0, 0]));
    }
    [database, blob].concat()
}
