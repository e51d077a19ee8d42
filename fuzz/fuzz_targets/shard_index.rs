//! An index of shards, and CISA's catalogue, whoever wrote them: refused with a sentence, or written again and the same. What is admitted as a shard
//! has the bytes that were listed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::scan::exploited::KnownExploited;
use pullproof::scan::source::index::Entry;
use pullproof::scan::source::index::Index;

fn is_sentence(refused: &dyn std::fmt::Display) {
    let sentence = refused.to_string();
    assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
}

fuzz_target!(|bytes: &[u8]| {
    match Index::read(bytes) {
        Ok(index) => {
            let written = index.to_bytes();
            assert_eq!(Index::read(&written).as_ref(), Ok(&index));
            let ecosystems: Vec<&str> = index.ecosystems().collect();
            assert!(ecosystems.is_sorted_by(|a, b| a < b));
            for ecosystem in ecosystems {
                let entry = index.entry(ecosystem).expect("it is listed");
                if *entry != Entry::of(bytes) {
                    is_sentence(&entry.admit(ecosystem, bytes.to_vec()).expect_err("other bytes than were listed"));
                }
            }
        }
        Err(refused) => is_sentence(&refused),
    }
    match KnownExploited::parse(bytes) {
        Ok(catalogue) => {
            assert!(catalogue.count() > 0);
            assert_eq!(KnownExploited::parse(&catalogue.to_bytes()), Ok(catalogue));
        }
        Err(refused) => is_sentence(&refused),
    }
    // Listed bytes are a shard, or a sentence says why not.
    if let Err(refused) = Entry::of(bytes).admit("npm", bytes.to_vec()) {
        is_sentence(&refused);
    }
});
