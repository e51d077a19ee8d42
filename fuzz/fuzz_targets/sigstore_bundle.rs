//! A bundle, whoever wrote it: refused with a sentence, or nobody's whom we want.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::sigstore::bundle;
use pullproof::sigstore::identity::Identity;
use pullproof::sigstore::identity::Wanted as Text;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Trust;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify;

/// Everybody who made the seeds.
static ROOT: LazyLock<TrustedRoot> =
    LazyLock::new(|| TrustedRoot::parse(include_bytes!("../seeds/trusted_root/1")).expect("it was read before"));

fuzz_target!(|bytes: &[u8]| {
    let sentence = match bundle::parse(bytes) {
        Ok(entity) => {
            assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "what we read, everybody reads");
            let nobody = Identity::new(Text::Exactly("nobody".into()), Text::Exactly("nobody".into())).expect("neither is empty");
            let trust = Trust { wanted: &Wanted::Identity(nobody), root: &ROOT, logging: Logging::default() };
            let artifact = Artifact::named(Digest::of(Algorithm::Sha256, b"nobody signed this"));
            let now = "2026-11-26T12:00:00Z".parse().expect("it is a time");
            verify::verify(&entity, artifact, &trust, now).prove().signer.expect_err("it is nobody's").to_string()
        }
        Err(refusal) => refusal.to_string(),
    };
    assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
});
