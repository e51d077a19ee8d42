//! OpenSSL reads what the virtual Sigstore mints: keys, signatures, certificates, chains and timestamps, the honest and the forged.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use pullproof_world::sigstore::Authority;
use pullproof_world::sigstore::Certificate;
use pullproof_world::sigstore::Hash;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::TimestampAuthority;
use pullproof_world::sigstore::sha256;
use pullproof_world::sigstore::time;

/// A folder of the test's own, with files in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("openssl").join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// What openssl printed, or its complaint; `None` where there is no openssl.
fn openssl(arguments: &[&str]) -> Option<Result<String, String>> {
    let Ok(output) = Command::new("openssl").args(arguments).output() else {
        eprintln!("SKIPPED: expected the program openssl (Debian package openssl), found none: nothing else has read what we mint");
        return None;
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some(if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr) + &text(output.stdout)) })
}

#[test]
fn openssl_accepts_a_signature_of_every_kind_and_of_no_other_message() {
    let folder = Folder::new("signatures");
    let (message, another) = (folder.file("message", "message"), folder.file("another", "another"));
    for key in SigningKey::all("openssl") {
        let public = folder.file("key", key.public().pem());
        let signature = folder.file("signature", key.sign(b"message"));
        for (input, expected) in [(&message, true), (&another, false)] {
            let mut arguments = vec!["pkeyutl", "-verify", "-pubin", "-inkey", &public, "-rawin", "-in", input, "-sigfile", &signature];
            if key.public().details != "PKIX_ED25519" {
                arguments.extend(["-digest", key.hash().name()]);
            }
            let Some(answer) = openssl(&arguments) else { return };
            assert_eq!(answer.is_ok(), expected, "{}: {answer:?}", key.public().details);
        }
    }
}

#[test]
fn openssl_reads_the_names_and_extensions_of_a_publisher() {
    let folder = Folder::new("publisher");
    let certificate = Sigstore::new().signing().email("somebody@pullproof.test").issued().unwrap();
    let Some(text) = openssl(&["x509", "-noout", "-text", "-in", &folder.file("leaf.pem", certificate.pem())]) else { return };
    let text = text.unwrap();
    for expected in [
        "Signature Algorithm: ecdsa-with-SHA384",
        "Issuer: O = pullproof.test, CN = fulcio-intermediate.pullproof.test",
        "Not Before: Jan 15 12:00:00 2026 GMT",
        "Not After : Jan 15 12:10:00 2026 GMT",
        "X509v3 Subject Alternative Name: critical",
        "email:somebody@pullproof.test",
        "X509v3 Key Usage: critical",
        "Digital Signature",
        "Code Signing",
        "CT Precertificate SCTs:",
        "Timestamp : Jan 15 12:00:00.500 2026 GMT",
        "ecdsa-with-SHA256",
    ] {
        assert!(text.contains(expected), "expected {expected:?} in {text}");
    }
}

/// `openssl verify` at a time.
fn verify(
    folder: &Folder,
    root: &Certificate,
    intermediate: &Certificate,
    leaf: &Certificate,
    seconds: i64,
) -> Option<Result<String, String>> {
    let (root, intermediate) = (folder.file("root.pem", root.pem()), folder.file("intermediate.pem", intermediate.pem()));
    let leaf = folder.file("leaf.pem", leaf.pem());
    let at = seconds.to_string();
    openssl(&["verify", "-x509_strict", "-attime", &at, "-CAfile", &root, "-untrusted", &intermediate, &leaf])
}

#[test]
fn openssl_accepts_the_chain_while_it_is_valid_and_never_after() {
    let sigstore = Sigstore::new();
    let folder = Folder::new("chain");
    let leaf = sigstore.signing().issued().unwrap();
    let [intermediate, root] = sigstore.fulcio.chain().try_into().unwrap();
    for (seconds, expected) in [(time::SIGNED_AT, true), (time::SIGNED_AT + time::DAY, false), (time::SIGNED_AT - 1, false)] {
        let Some(answer) = verify(&folder, &root, &intermediate, &leaf, seconds) else { return };
        assert_eq!(answer.is_ok(), expected, "{seconds}: {answer:?}");
    }
}

#[test]
fn openssl_refuses_the_chain_of_an_impostor_and_a_critical_extension_that_nobody_knows() {
    let sigstore = Sigstore::new();
    let [intermediate, root] = sigstore.fulcio.chain().try_into().unwrap();
    let impostor = Authority::root("fulcio.pullproof.test").intermediate_with(
        "fulcio-intermediate.pullproof.test",
        SigningKey::p384("impostor"),
        |spec| spec,
    );
    let unknown = pullproof_world::sigstore::Extension::new("1.2.3.4", b"\x05\x00".as_slice()).critical();
    let forged = [
        impostor.issue(&SigningKey::p256("publisher"), |leaf| leaf.identity("https://ci.test")),
        sigstore.fulcio.issue(&SigningKey::p256("publisher"), |leaf| leaf.identity("https://ci.test").extension(unknown)),
    ];
    for (number, leaf) in forged.iter().enumerate() {
        let folder = Folder::new(&format!("forged-{number}"));
        let Some(answer) = verify(&folder, &root, &intermediate, leaf, time::SIGNED_AT) else { return };
        assert!(answer.is_err(), "{number}: {answer:?}");
    }
}

/// `openssl ts -verify` of a response about `message`.
fn verify_stamp(folder: &Folder, authority: &TimestampAuthority, response: &[u8], message: &str) -> Option<Result<String, String>> {
    let root = folder.file("root.pem", authority.root.certificate.pem());
    let leaf = folder.file("leaf.pem", authority.certificate.pem());
    let (response, message) = (folder.file("response.tsr", response), folder.file("message", message));
    openssl(&["ts", "-verify", "-in", &response, "-data", &message, "-CAfile", &root, "-untrusted", &leaf, "-attime", "1768478400"])
}

#[test]
fn openssl_accepts_timestamps_of_their_message_and_of_no_other() {
    let authority = Sigstore::new().timestamps;
    let folder = Folder::new("timestamps");
    let honest = authority.spec(b"message", time::SIGNED_AT);
    let mut sha384 = honest.clone();
    (sha384.hash, sha384.imprint_hash, sha384.imprint) = (Hash::Sha384, Hash::Sha384, Hash::Sha384.of(b"message"));
    let mut not_embedded = honest.clone();
    not_embedded.embedded.clear();
    for spec in [honest, sha384, not_embedded] {
        let response = authority.respond(&spec);
        let Some(answer) = verify_stamp(&folder, &authority, &response, "message") else { return };
        assert!(answer.is_ok(), "{answer:?}");
        assert!(verify_stamp(&folder, &authority, &response, "another").unwrap().is_err());
    }
}

#[test]
fn openssl_refuses_forged_timestamps() {
    let authority = Sigstore::new().timestamps;
    let other = TimestampAuthority::new("timestamp.other.test");
    let honest = authority.spec(b"message", time::SIGNED_AT);
    let mut refused = honest.clone();
    refused.status = 2;
    let mut changed = honest.clone();
    changed.message_digest = Some(sha256(b"another content"));
    let mut misnamed = honest.clone();
    misnamed.signing_certificate = Some(other.certificate.clone());
    let mut plain = honest.clone();
    plain.content_type = "1.2.840.113549.1.7.1".into();
    let mut twice = honest.clone();
    twice.signers = 2;
    let stranger = TimestampAuthority { key: SigningKey::p384("stranger"), ..authority.clone() };
    let forged = [
        ("refused", authority.respond(&refused)),
        ("changed", authority.respond(&changed)),
        ("misnamed", authority.respond(&misnamed)),
        ("plain", authority.respond(&plain)),
        ("twice", authority.respond(&twice)),
        ("stranger", stranger.respond(&honest)),
        ("other", other.stamp(b"message", time::SIGNED_AT)),
    ];
    for (name, response) in forged {
        let Some(answer) = verify_stamp(&Folder::new(&format!("timestamp-{name}")), &authority, &response, "message") else { return };
        assert!(answer.is_err(), "{name}: {answer:?}");
    }
}

#[test]
fn openssl_prints_the_time_of_a_timestamp() {
    let authority = Sigstore::new().timestamps;
    let response = Folder::new("time").file("response.tsr", authority.stamp(b"message", time::SIGNED_AT));
    let Some(text) = openssl(&["ts", "-reply", "-in", &response, "-text"]) else { return };
    let text = text.unwrap();
    assert!(text.contains("Time stamp: Jan 15 12:00:00 2026 GMT") && text.contains("Status: Granted."), "{text}");
}
