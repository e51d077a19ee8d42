//! An archive as it is: whatever it says, reading it ends, and the same however it is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::scan::layer::Below;
use pullproof::scan::layer::Candidate;
use pullproof::scan::layer::Capture;
use pullproof::scan::layer::Captures;
use pullproof::scan::layer::Expected;
use pullproof::scan::layer::Reader;
use pullproof::scan::overlay::Overlay;

struct Everything;

impl Captures for Everything {
    fn by_path(&self, candidate: &Candidate<'_>) -> Capture {
        match candidate.path.len() % 4 {
            0 => Capture::Whole { limit: 1 << 16 },
            1 => Capture::Beginning { limit: 100 },
            2 => Capture::Marked { marker: b"x\0", alignment: 2, limit: 40 },
            _ => Capture::ByContent,
        }
    }

    fn by_content(&self, _: &Candidate<'_>, first: &[u8]) -> Capture {
        if first.len() > 4 { Capture::Whole { limit: 1000 } } else { Capture::Nothing }
    }
}

/// The checksums of what may be headers are set right, so that more of them are read.
fn seal(archive: &mut [u8]) {
    for block in archive.chunks_exact_mut(512) {
        if block[156] == 0 && block[0] == 0 {
            continue;
        }
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        block[154..156].copy_from_slice(b"\0 ");
    }
}

fuzz_target!(|input: &[u8]| {
    let mut archive = input.to_vec();
    if archive.first().is_some_and(|first| first % 2 == 0) {
        seal(&mut archive);
    }
    let digest = Digest::of(Algorithm::Sha256, &archive);
    let expected = Expected { digest, size: archive.len() as u64, diff_id: digest };
    let read = |piece: usize| {
        let mut reader = Reader::new(expected, &Everything)?;
        reader.settle(&Below::nothing());
        for bytes in archive.chunks(piece) {
            reader.push(bytes)?;
        }
        reader.finish()
    };
    let results = [read(1 << 20), read(77)];
    let shown = results.each_ref().map(|result| match result {
        Ok(summary) => format!("{:?}", summary.files().collect::<Vec<_>>()),
        Err(error) => error.to_string(),
    });
    assert_eq!(shown[0], shown[1]);
    if let [Ok(first), Ok(second)] = results {
        let mut overlay = Overlay::new();
        let _ = overlay.apply(first).and_then(|()| {
            let _ = overlay.below();
            overlay.apply(second)
        });
        let _ = overlay.finish();
    }
});
