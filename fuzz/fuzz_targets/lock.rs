//! A lock, whoever wrote it: refused with a sentence, or written again as what it was read as.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::pin::lock::Lock;

fuzz_target!(|text: &str| match Lock::parse(text) {
    Ok(lock) => {
        let written = serde_json::to_string(&lock).expect("a lock is plain data");
        assert_eq!(Lock::parse(&written).as_ref(), Ok(&lock), "{written}");
    }
    Err(refusal) => {
        let sentence = refusal.to_string();
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});
