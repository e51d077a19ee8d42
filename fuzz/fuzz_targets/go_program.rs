//! What a Go program says of its modules, whoever wrote it, in parts of any length.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::scan::inventory::Search;

#[path = "scan/read.rs"]
mod read;
use read::read;

fuzz_target!(|bytes: &[u8]| {
    let Some((length, bytes)) = bytes.split_first() else { return };
    let (mut whole, mut parts) = (Search::default(), Search::default());
    whole.push(bytes);
    for part in bytes.chunks(usize::from(*length).max(1)) {
        parts.push(part);
    }
    let kept = whole.finish();
    assert_eq!(kept, parts.finish(), "what is found does not depend on how the bytes come");
    let program = [&b"\x7fELF            "[..], bytes].concat();
    let of_program = read(&[("usr/bin/a", &program)]);
    if let Some(kept) = kept {
        assert_eq!(read(&[("usr/bin/a", &kept)]), of_program);
    }
});
