//! The body of a log entry, whoever wrote it: refused with a sentence, or about no signature but its own.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::crypto::Message;
use pullproof::tlog::entry::Content;
use pullproof::tlog::entry::Entry;
use pullproof::tlog::entry::Signed;
use pullproof::tlog::entry::Verifier;
use pullproof::tlog::merkle;

fuzz_target!(|bytes: &[u8]| {
    match Entry::parse(bytes) {
        Ok(entry) => {
            assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "what we read, everybody reads");
            let message = Message::Bytes(b"nobody signed this".to_vec());
            let content = Content::Message { message: &message, signature: b"nor this" };
            let refusal = entry.binds(&Signed { verifier: Verifier::Certificate(b"nobody"), content });
            assert!(refusal.is_err(), "it is about something else");
        }
        Err(refusal) => {
            let sentence = refusal.to_string();
            assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
        }
    }
    // The same bytes as an inclusion proof: index, size and hashes.
    if let Some((numbers, hashes)) = bytes.split_first_chunk::<16>() {
        let number = |at: usize| u64::from_be_bytes(numbers[at..at + 8].try_into().expect("eight of sixteen"));
        let (hashes, _) = hashes.as_chunks::<32>();
        let (index, size) = (number(0), number(8));
        if merkle::root([0; 32], index, size, hashes).is_ok() {
            assert!(index < size && hashes.len() <= 64);
        }
    }
});
