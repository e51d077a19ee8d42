//! A blob as a registry sends it: gzip, zstd or an archive, of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::scan::layer::Candidate;
use pullproof::scan::layer::Capture;
use pullproof::scan::layer::Captures;
use pullproof::scan::layer::Expected;
use pullproof::scan::layer::InvalidLayer;
use pullproof::scan::layer::Reader;

struct Everything;

impl Captures for Everything {
    fn by_path(&self, _: &Candidate<'_>) -> Capture {
        Capture::Whole { limit: 1 << 16 }
    }
}

fuzz_target!(|input: &[u8]| {
    // A block of ten bytes can be 128 KiB: what is longer only takes longer.
    if input.len() > 2048 {
        return;
    }
    let digest = Digest::of(Algorithm::Sha256, input);
    let read = |diff_id: Digest, piece: usize| {
        let mut reader = Reader::new(Expected { digest, size: input.len() as u64, diff_id }, &Everything)?;
        for bytes in input.chunks(piece) {
            reader.push(bytes)?;
        }
        reader.finish()
    };
    // The diff ID is known only from the refusal.
    match read(digest, 1 << 20) {
        Err(InvalidLayer::DiffId(mismatch)) => {
            let first = read(mismatch.found, 1 << 20);
            let second = read(mismatch.found, 13);
            assert_eq!(first.is_ok(), second.is_ok());
        }
        result => assert_eq!(result.is_ok(), read(digest, 13).is_ok()),
    }
});
