//! A checkpoint, whoever wrote it: refused with a sentence, or one whose signature is still to be verified.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::time::Validity;
use pullproof::tlog::Log;
use pullproof::tlog::checkpoint::Checkpoint;

/// RFC 8032 section 7.1, test 1.
const KEY: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
    0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

static LOG: LazyLock<Log> = LazyLock::new(|| Log {
    id: vec![0; 32],
    key: PublicKey::from_ed25519(&KEY).expect("it is the standard's"),
    scheme: Scheme::Ed25519,
    validity: Validity { from: "2025-01-01T00:00:00Z".parse().expect("it is a time"), to: None },
    origin: "log.example".into(),
    operator: None,
});

fuzz_target!(|text: &str| match Checkpoint::verify(text, &LOG) {
    Ok(checkpoint) => {
        assert!((1..=4).contains(&checkpoint.checks().count()), "it rests on a signature");
        let body = text.split_once("\n\n").expect("it has two parts").0;
        assert!(checkpoint.checks().all(|check| *check.message() == pullproof::crypto::Message::Bytes([body.as_bytes(), b"\n"].concat())));
    }
    Err(refusal) => {
        let sentence = refusal.to_string();
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});
