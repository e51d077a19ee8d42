//! A trusted root, whoever wrote it: refused with a sentence, or what everybody else reads, too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::sigstore::trusted_root::TrustedRoot;

fuzz_target!(|bytes: &[u8]| match TrustedRoot::parse(bytes) {
    Ok(_) => assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "what we read, everybody reads"),
    Err(refusal) => {
        let sentence = refusal.to_string();
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});
