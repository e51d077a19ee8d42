//! Any text is refused without a panic, or survives being displayed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::reference::Reference;

fuzz_target!(|text: &str| match Reference::parse(text) {
    Ok(reference) => {
        let displayed = reference.to_string();
        assert_eq!(Reference::parse(&displayed).map(|again| again.to_string()), Ok(displayed));
    }
    Err(refusal) => {
        assert!(text.is_char_boundary(refusal.position()));
        assert!(!refusal.to_string().contains(char::is_control));
    }
});
