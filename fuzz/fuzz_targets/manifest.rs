//! A manifest, an index or a configuration, whoever wrote it: read or refused, and read the same way every time.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::oci::Document;
use pullproof::oci::MediaType;
use pullproof::oci::config::Config;
use pullproof::oci::platform::Choice;
use pullproof::oci::platform::Platform;

fuzz_target!(|bytes: &[u8]| {
    let content = Content::identify(Algorithm::Sha256, bytes.to_vec());
    let _ = Config::parse(&content);
    match Document::parse(&content) {
        Ok(document) => {
            assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "what we read, everybody reads");
            assert_eq!(document.agrees_with(document.media_type()), Ok(()));
            assert!(MediaType::ALL.iter().any(|other| document.agrees_with(*other).is_err()), "no document is everything");
            if let Document::Index(index) = document
                && let Choice::Entry(entry) = Platform::default_choice().choose(&index.manifests)
            {
                assert!(!entry.platform.as_ref().is_some_and(Platform::is_unknown), "an attestation was chosen");
            }
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty() && !refusal.code().is_empty()),
    }
});
