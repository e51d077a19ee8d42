//! Timestamps that real authorities made: Sigstore's, in other people's conformance suite, and a stranger's.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::time::UnixTime;
use pullproof::time::Validity;
use pullproof::timestamp;
use pullproof::timestamp::InvalidTimestamp;
use pullproof::x509::Certificate;
use pullproof::x509::path::Authority;
use serde_json::Value;

/// The folder of the suite, if it is there.
fn suite() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/sigstore-conformance");
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing: CI has to read real timestamps", path.display());
    eprintln!("NOT VERIFIED real timestamps: {} is missing", path.display());
    None
}

/// `base64`, which wraps lines, made one of the suite's bundles.
fn bytes(base64: &Value) -> Vec<u8> {
    Base64::decode_vec(&base64.as_str().unwrap().replace('\n', "")).unwrap()
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// What a bundle says was timestamped, and with which answers.
fn stamped(bundle: &Value) -> (Vec<u8>, Vec<Vec<u8>>) {
    let signature = match bundle.get("messageSignature") {
        Some(signed) => &signed["signature"],
        None => &bundle["dsseEnvelope"]["signatures"][0]["sig"],
    };
    let stamps = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"].as_array();
    let stamps = stamps.into_iter().flatten().map(|stamp| bytes(&stamp["signedTimestamp"]));
    (bytes(signature), stamps.collect())
}

fn authorities(trusted_root: &Value) -> Vec<Authority> {
    let authority = |value: &Value| Authority {
        chain: value["certChain"]["certificates"].as_array().unwrap().iter().map(|it| certificate(&bytes(&it["rawBytes"]))).collect(),
        validity: Validity {
            from: value["validFor"]["start"].as_str().unwrap().parse().unwrap(),
            to: value["validFor"]["end"].as_str().map(|end| end.parse().unwrap()),
        },
        uri: value["uri"].as_str().unwrap().to_owned(),
        operator: None,
    };
    trusted_root["timestampAuthorities"].as_array().unwrap().iter().map(authority).collect()
}

fn certificate(der: &[u8]) -> Certificate {
    Certificate::from_der(der).unwrap()
}

/// The times that are proven, and what they rest on.
fn proven(response: &[u8], message: &[u8], authorities: &[Authority]) -> Result<Vec<(UnixTime, usize)>, InvalidTimestamp> {
    let ways = timestamp::verify(response, message, authorities)?;
    Ok(ways.into_iter().map(|way| (way.checks().count(), way.prove().unwrap())).map(|(checks, proven)| (proven.time(), checks)).collect())
}

#[test]
fn every_timestamp_of_the_conformance_suite_is_judged_as_its_folder_says() {
    let Some(suite) = suite() else { return };
    let production = json(&suite.join("bundle-with-sct-with-extensions/trusted_root.json")).unwrap();
    let mut found = Vec::new();
    for folder in fs::read_dir(suite).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let Some(bundle) = json(&folder.join("bundle.sigstore.json")) else { continue };
        let trusted_root = json(&folder.join("trusted_root.json")).unwrap_or_else(|| production.clone());
        let (message, stamps) = stamped(&bundle);
        for stamp in stamps {
            let outcome = match proven(&stamp, &message, &authorities(&trusted_root)) {
                Ok(ways) if ways.is_empty() => "nobody's".to_owned(),
                Ok(ways) => ways.iter().map(|(time, checks)| format!("{time} by {checks}")).collect::<Vec<_>>().join(", "),
                Err(invalid) => invalid.code().to_owned(),
            };
            found.push(format!("{} {outcome}", folder.file_name().unwrap().to_str().unwrap()));
        }
    }
    found.sort();
    // Each rests on its own signature and the one on the authority's certificate.
    let expected = [
        "bundle-with-sct-with-extensions 2026-01-15T22:49:26Z by 2",
        "managed-key-no-key_fail 2025-12-18T17:04:39Z by 2",
        "managed-key-wrong-key_fail 2025-12-18T17:04:39Z by 2",
        "rekor2-checkpoint-cosigned 2025-06-12T12:02:20Z by 2",
        "rekor2-checkpoint-missing-log-signature_fail 2025-06-12T12:02:20Z by 2",
        "rekor2-checkpoint-missing-origin_fail 2025-06-12T12:02:20Z by 2",
        "rekor2-checkpoint-missing-root-hash_fail 2025-06-12T12:02:20Z by 2",
        "rekor2-checkpoint-multiple-cosigs 2025-06-12T12:02:20Z by 2",
        "rekor2-checkpoint-two-sigs-cosigned 2025-06-12T12:02:20Z by 2",
        "rekor2-dsse-happy-path 2026-05-13T19:23:33Z by 2",
        "rekor2-dsse-mismatch-envelope_fail 2026-05-13T19:23:38Z by 2",
        "rekor2-happy-path 2025-06-12T12:02:20Z by 2",
        "rekor2-no-inclusion-proof_fail 2025-06-12T12:02:20Z by 2",
        "rekor2-timestamp-outside-trust-root-tsa-validity_fail authority-not-valid",
        "rekor2-timestamp-payload-mismatch_fail timestamp-imprint-mismatch",
        "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail nobody's",
        "rekor2-timestamp-with-embedded-cert 2025-08-06T18:51:36Z by 2",
        // What is wrong with it is that the signing certificate had expired, which is not for its timestamp to say.
        "rekor2-timestamp-with-incorrect-time_fail 2025-07-15T10:33:31Z by 2",
        "rekor2-timestamp-without-embedded-cert 2025-08-06T19:03:51Z by 2",
    ];
    assert_eq!(found, expected);
}

/// `trust-root-tsa-validity-end-inclusive`, and `-start-`.
#[test]
fn an_authority_is_trusted_in_the_last_second_of_its_validity_and_not_in_the_next() {
    let Some(suite) = suite() else { return };
    let folder = suite.join("rekor2-happy-path");
    let (message, stamps) = stamped(&json(&folder.join("bundle.sigstore.json")).unwrap());
    let [authority] = <[_; 1]>::try_from(authorities(&json(&folder.join("trusted_root.json")).unwrap())).unwrap();
    let time = |text: &str| text.parse::<UnixTime>().unwrap();
    let during = |from: &str, to: &str| {
        let validity = Validity { from: time(from), to: Some(time(to)) };
        proven(&stamps[0], &message, &[Authority { validity, ..authority.clone() }])
    };
    assert!(during("2025-06-12T12:02:20Z", "2025-06-12T12:02:20Z").is_ok());
    assert_eq!(during("2025-01-01T00:00:00Z", "2025-06-12T12:02:19Z").unwrap_err().code(), "authority-not-valid");
    assert_eq!(during("2025-06-12T12:02:21Z", "2026-01-01T00:00:00Z").unwrap_err().code(), "authority-not-valid");
}

/// Free TSA signs with RSA and SHA-512, names its certificate by a SHA-1, and brings its root along.
#[test]
fn a_timestamp_of_another_make_is_proven_by_its_authority_or_by_its_root() {
    let Some(suite) = suite() else { return };
    let folder = suite.join("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail");
    let (message, stamps) = stamped(&json(&folder.join("bundle.sigstore.json")).unwrap());
    let stamp = &stamps[0];
    // Where OpenSSL finds the two certificates in it.
    let (signer, root) = (certificate(&stamp[456..2509]), certificate(&stamp[2509..4560]));
    let authority = |chain: &[&Certificate]| Authority {
        chain: chain.iter().copied().cloned().collect(),
        validity: Validity { from: "2020-01-01T00:00:00Z".parse().unwrap(), to: None },
        uri: "https://freetsa.org".into(),
        operator: None,
    };
    let time: UnixTime = "2025-08-06T19:38:49Z".parse().unwrap();
    assert_eq!(proven(stamp, &message, &[authority(&[&signer, &root])]), Ok(vec![(time, 2)]));
    assert_eq!(proven(stamp, &message, &[authority(&[&root])]), Ok(vec![(time, 2)]));
    // Two who are trusted for it are two ways.
    assert_eq!(proven(stamp, &message, &[authority(&[&root]), authority(&[&signer, &root])]), Ok(vec![(time, 2), (time, 2)]));
}
