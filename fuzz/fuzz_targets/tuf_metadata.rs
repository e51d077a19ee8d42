//! TUF metadata, whoever wrote it: read or refused at every step, and never believed without a signature.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pullproof::UnixTime;
use pullproof::crypto::Unproven;
use pullproof::tuf::Floors;
use pullproof::tuf::InvalidMetadata;
use pullproof::tuf::Search;
use pullproof::tuf::TargetPath;
use pullproof::tuf::TrustedRoot;
use pullproof::tuf::TrustedSnapshot;
use pullproof::tuf::TrustedTimestamp;

/// One key for all roles, `a`: RFC 8032 section 7.1, test 1.
const ROOT: &str = r#"{"signatures":[{"keyid":"a","sig":"00"}],"signed":{"_type":"root","spec_version":"1.0.34","version":1,
"expires":"2999-01-01T00:00:00Z","consistent_snapshot":true,"keys":{"a":{"keytype":"ed25519","scheme":"ed25519","keyval":
{"public":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}}},"roles":{"root":{"keyids":["a"],"threshold":1},
"timestamp":{"keyids":["a"],"threshold":1},"snapshot":{"keyids":["a"],"threshold":1},"targets":{"keyids":["a"],"threshold":1}}}}"#;
const TIMESTAMP: &str = r#"{"signatures":[{"keyid":"a","sig":"00"}],"signed":{"_type":"timestamp","spec_version":"1.0.34","version":1,
"expires":"2999-01-01T00:00:00Z","meta":{"snapshot.json":{"version":1}}}}"#;
const SNAPSHOT: &str = r#"{"signatures":[{"keyid":"a","sig":"00"}],"signed":{"_type":"snapshot","spec_version":"1.0.34","version":1,
"expires":"2999-01-01T00:00:00Z","meta":{"targets.json":{"version":1},"b.json":{"version":1}}}}"#;

static NOW: LazyLock<UnixTime> = LazyLock::new(|| "2026-11-23T12:00:00Z".parse().expect("a time"));
static STEPS: LazyLock<(TrustedRoot, TrustedTimestamp, TrustedSnapshot)> = LazyLock::new(|| {
    let root = believed(TrustedRoot::load(ROOT.as_bytes())).expect("a root");
    let timestamp = believed(root.timestamp(TIMESTAMP.as_bytes(), &Floors::default(), *NOW)).expect("a timestamp");
    let snapshot = believed(timestamp.snapshot(SNAPSHOT.as_bytes())).expect("a snapshot");
    (root, timestamp, snapshot)
});

/// As if every signature held, to come to what is behind it.
fn believed<T>(step: Result<Unproven<T>, InvalidMetadata>) -> Option<T> {
    match step {
        Ok(unproven) => {
            let count = unproven.checks().count();
            assert!(count > 0, "a claim that rests on nothing");
            Some(unproven.prove_by(&vec![true; count]).expect("every signature is said to hold"))
        }
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty() && !refusal.code().is_empty());
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (root, timestamp, snapshot) = &*STEPS;
    let path = TargetPath::parse("a/b").expect("a path");
    if let Some(trusted) = believed(TrustedRoot::load(bytes)) {
        assert!(trusted.version() > 0);
        let _ = believed(trusted.next(bytes)).map(|_| panic!("no root is its own successor"));
    }
    believed(root.next(bytes));
    if let Some(trusted) = believed(root.timestamp(bytes, &Floors::default(), *NOW)) {
        assert!(believed(root.timestamp(bytes, trusted.floors(), *NOW)).is_some(), "the same again is nothing new");
    }
    if let Some(trusted) = believed(timestamp.snapshot(bytes)) {
        assert!(trusted.file("targets").is_ok());
    }
    if let Some(trusted) = believed(snapshot.targets(bytes)) {
        let mut search = trusted.search(&path);
        while let Ok(Search::Delegated(role)) = search {
            let Some(next) = believed(role.load(bytes)) else { break };
            search = next.search();
        }
    }
});
