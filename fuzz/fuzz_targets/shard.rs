//! A shard, whoever wrote it: refused with a sentence, or every package in it can be looked up.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::scan::source::Known;
use pullproof::scan::source::shard::Shard;

fuzz_target!(|bytes: &[u8]| match Shard::read(bytes.to_vec()) {
    Ok(shard) => {
        let mut found = 0;
        let mut packages: Vec<&str> = shard.packages().collect();
        packages.dedup();
        for package in packages {
            let Known::Advisories { read, unread } = shard.about(package) else { panic!("a shard always knows") };
            assert!(read.iter().flat_map(|advisory| &advisory.affected).all(|affected| affected.name == package));
            found += read.len() + unread.len();
        }
        assert_eq!(found, shard.advisories(), "no line is passed by");
    }
    Err(refusal) => {
        let sentence = refusal.to_string();
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});
