//! A timestamp, whoever wrote it: refused with a sentence, nobody's, or the only one that this authority ever made.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pullproof::time::Validity;
use pullproof::timestamp;
use pullproof::x509::Certificate;
use pullproof::x509::path::Authority;

/// `openssl ts` made the first of the seeds with a key that is gone.
const CHAIN: &str = include_str!("../timestamp_authority.pem");
const MESSAGE: &[u8] = b"the bytes of a signature";
const TIME: &str = "2026-11-26T13:35:25Z";

/// By its own certificate, and by its root.
static AUTHORITIES: LazyLock<[Authority; 2]> = LazyLock::new(|| {
    let chain = Certificate::from_pem_chain(CHAIN).expect("it was read before");
    let validity = Validity { from: "2026-01-01T00:00:00Z".parse().expect("it is a time"), to: None };
    [0, 1].map(|from| Authority { chain: chain[from..].to_vec(), validity, uri: from.to_string(), operator: None })
});

fuzz_target!(|response: &[u8]| match timestamp::verify(response, MESSAGE, &*AUTHORITIES) {
    Ok(ways) => {
        for proven in ways.into_iter().filter_map(|way| way.prove().ok()) {
            assert_eq!(proven.time().to_string(), TIME);
        }
    }
    Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.code().is_empty()),
});
