//! A record in OSV's format: refused with a sentence, or it says the same of every version once it has become a shard.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::scan::advisory::Advisory;
use pullproof::scan::advisory::Event;
use pullproof::scan::ecosystem::scheme;
use pullproof::scan::range::answer;
use pullproof::scan::source::Known;
use pullproof::scan::source::builder::About;
use pullproof::scan::source::builder::Builder;
use pullproof::scan::source::shard::Shard;

fuzz_target!(|bytes: &[u8]| match Advisory::parse(bytes) {
    Ok(advisory) => {
        let mut builder = Builder::default();
        assert_eq!(builder.add("record.json", bytes), Ok(()));
        let shards = builder.finish(&About { generated_at: advisory.modified, known_exploited: None });
        for (ecosystem, file) in shards {
            let shard = Shard::read(file).expect("what is written can be read");
            let Some(scheme) = scheme(&ecosystem) else { continue };
            for affected in advisory.affected.iter().filter(|affected| affected.ecosystem == ecosystem) {
                let events = affected.ranges.iter().flat_map(|range| &range.events);
                let versions: Vec<&String> = events.map(version).chain(&affected.versions).take(16).collect();
                for version in versions {
                    let said = answer(affected, scheme, version);
                    let Known::Advisories { read, unread } = shard.about(&affected.name) else { panic!("a shard always knows") };
                    assert!(unread.is_empty());
                    let kept = read.iter().flat_map(|advisory| &advisory.affected).any(|kept| answer(kept, scheme, version) == said);
                    // What holds no name of a package is told as unread; Python's names are kept in one spelling.
                    assert!(kept || read.is_empty() || ecosystem == "PyPI", "{version}: {said:?} {read:?}");
                }
            }
        }
    }
    Err(refusal) => {
        let sentence = refusal.to_string();
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});

fn version(event: &Event) -> &String {
    match event {
        Event::Introduced(at) | Event::Fixed(at) | Event::LastAffected(at) | Event::Limit(at) => at,
    }
}
