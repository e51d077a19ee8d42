//! Sigstore's conformance suite, as far as it is here: every folder once with the artifact itself and once with its digest. A folder
//! that must fail has to fail for the reason that its README gives.

#![allow(clippy::unwrap_used, reason = "vectors that cannot be read are no test")]

use std::fs;
use std::path::Path;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::PublicKey;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::pem::InvalidPem;
use pullproof::sigstore::bundle;
use pullproof::sigstore::identity::Identity;
use pullproof::sigstore::identity::Wanted as Text;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Trust;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify;
use pullproof::sigstore::verify::Findings;
use pullproof::sigstore::verify::Verification;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/sigstore-conformance");
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

/// What each folder that must fail has to fail with.
const REASONS: [(&str, &str); 22] = [
    ("bundle-malformed-json_fail", "json-invalid"),
    ("checkpoint-bad-keyhint_fail", "checkpoint-unsigned"),
    ("checkpoint-wrong-roothash_fail", "inclusion-proof-invalid"),
    ("dsse-invalid-sig_fail", "log-entry-mismatch"),
    ("dsse-mismatch-envelope_fail", "log-entry-mismatch"),
    ("dsse-mismatch-sig_fail", "log-entry-mismatch"),
    ("incorrect-public-key_fail", "log-entry-mismatch"),
    ("intoto-missing-inclusion-proof_fail", "bundle-invalid"),
    ("invalid-ct-key_fail", "sct-log-unknown"),
    ("managed-key-no-key_fail", "certificate-missing"),
    ("managed-key-wrong-key_fail", "pem-invalid"),
    ("rekor2-checkpoint-missing-log-signature_fail", "checkpoint-unsigned"),
    ("rekor2-checkpoint-missing-origin_fail", "checkpoint-invalid"),
    ("rekor2-checkpoint-missing-root-hash_fail", "checkpoint-invalid"),
    ("rekor2-dsse-mismatch-envelope_fail", "log-entry-mismatch"),
    ("rekor2-no-inclusion-proof_fail", "bundle-invalid"),
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", "authority-not-valid"),
    ("rekor2-timestamp-payload-mismatch_fail", "timestamp-imprint-mismatch"),
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "time-missing"),
    // Its timestamp has line ends in its base64, which protobuf's JSON has not. Without them it fails as it should: see below.
    ("rekor2-timestamp-with-incorrect-time_fail", "document-invalid"),
    ("wrong-hashedrekord-entry_fail", "log-entry-mismatch"),
    ("wrong-material_fail", "message-digest-mismatch"),
];

#[test]
fn every_folder_ends_as_its_name_says() {
    let (mut accepted, mut refused) = (0, 0);
    for folder in &folders() {
        let expected = REASONS.iter().find(|(name, _)| name == folder).map(|(_, reason)| *reason);
        assert_eq!(expected.is_some(), folder.ends_with("_fail"), "{folder}: expected to know why it must fail, if it must");
        for form in [Form::Path, Form::Digest] {
            let signer = findings(folder, form).and_then(|findings| findings.signer.map_err(|refusal| refusal.code()));
            match (signer, expected) {
                (Ok(signer), None) => {
                    assert_eq!(signer.artifact(), content(folder).digest());
                    accepted += 1;
                }
                (Err(found), Some(expected)) => {
                    assert_eq!(found, expected, "{folder}, {form:?}");
                    refused += 1;
                }
                (Ok(_), Some(expected)) => panic!("{folder}, {form:?}: expected {expected}, found a signer"),
                (Err(found), None) => panic!("{folder}, {form:?}: expected a signer, found {found}"),
            }
        }
    }
    println!("{accepted} accepted, {refused} refused");
}

#[test]
fn no_signature_is_there_for_nothing() {
    let mut tried = 0;
    for folder in folders().iter().filter(|folder| !folder.ends_with("_fail")) {
        let verification = verification(folder, Form::Path).unwrap();
        let answers: Vec<bool> = verification.checks().map(SignatureCheck::holds).collect();
        assert_eq!(answers, vec![true; answers.len()], "{folder}");
        assert!(verification.clone().prove_by(&answers).signer.is_ok(), "{folder}");
        for place in 0..answers.len() {
            let mut answers = answers.clone();
            answers[place] = false;
            let findings = verification.clone().prove_by(&answers);
            assert!(findings.signer.is_err(), "{folder}: expected signature {place} to be needed");
            let findings = verification.clone().prove_by(&answers[..place]);
            assert!(findings.signer.is_err(), "{folder}: expected more than {place} answers to be needed");
            tried += 1;
        }
    }
    println!("{tried} signatures");
}

/// Its vector has line ends in its base64 besides, which are no JSON of protobuf's.
#[test]
fn a_timestamp_from_after_the_certificate_is_refused() {
    let Some(bundle) = text("rekor2-timestamp-with-incorrect-time_fail", "bundle.sigstore.json") else { return };
    let in_one_line = |line: &str| if line.contains("signedTimestamp") { line.replace("\\n", "") } else { line.to_owned() };
    let bundle = bundle.lines().map(in_one_line).collect::<String>();
    let findings = verify(&bundle, "rekor2-timestamp-with-incorrect-time_fail", Form::Path, &keyless("")).unwrap().prove();
    assert_eq!(findings.signer.unwrap_err().code(), "certificate-not-valid");
}

/// The vector for this has no key that could be read. The right one is in the log.
#[test]
fn a_managed_key_has_to_be_the_right_one() {
    const BUNDLE: &str = "managed-key-no-key_fail";
    let Some(bundle) = text(BUNDLE, "bundle.sigstore.json") else { return };
    let with = |pem: &str| {
        let wanted = Wanted::Key { key: PublicKey::from_pem(pem).unwrap(), scheme: None };
        verify(&bundle, BUNDLE, Form::Digest, &wanted).unwrap().prove().signer.map_err(|refusal| refusal.code())
    };
    let document = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let decoded = |value: &serde_json::Value| String::from_utf8(Base64::decode_vec(value.as_str().unwrap()).unwrap()).unwrap();
    let body = document(&decoded(&document(&bundle)["verificationMaterial"]["tlogEntries"][0]["canonicalizedBody"]));
    assert!(with(&decoded(&body["spec"]["signature"]["publicKey"]["content"])).is_ok());
    let other = fs::read_to_string(format!("{FOLDER}/../cosign-images/cosign.pub")).unwrap();
    assert_eq!(with(&other), Err("log-entry-mismatch"));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Path,
    Digest,
}

fn folders() -> Vec<String> {
    let Ok(entries) = fs::read_dir(FOLDER) else {
        println!("not run: {FOLDER} is not here");
        return Vec::new();
    };
    let folders = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().unwrap().is_dir());
    let mut folders: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    folders.sort();
    folders
}

fn text(folder: &str, file: &str) -> Option<String> {
    fs::read_to_string(Path::new(FOLDER).join(folder).join(file)).ok()
}

/// The public good instance's root, which a folder without one means: that of a folder in which only the log's key was given an end.
fn production() -> String {
    let changed = text("trust-root-tlog-validity-end-inclusive", "trusted_root.json").unwrap();
    assert!(changed.contains("\"end\": \"2023-07-12T15:56:36Z\""));
    changed.replace("\"end\": \"2023-07-12T15:56:36Z\"", "\"end\": null")
}

fn content(folder: &str) -> Content {
    let artifact = text(folder, "artifact").or_else(|| text("", "a.txt")).unwrap();
    Content::identify(Algorithm::Sha256, artifact.into_bytes())
}

fn keyless(folder: &str) -> Wanted {
    let exactly = |file, default: &str| Text::Exactly(text(folder, file).map_or_else(|| default.to_owned(), |text| text.trim().to_owned()));
    Wanted::Identity(Identity::new(exactly("issuer", ISSUER), exactly("identity", SUBJECT)).unwrap())
}

/// What is claimed in a folder, or the code of the refusal where it cannot even be read.
fn verification(folder: &str, form: Form) -> Result<Verification, &'static str> {
    let wanted = match text(folder, "key.pub") {
        Some(pem) => match PublicKey::from_pem(&pem) {
            Ok(key) => Wanted::Key { key, scheme: None },
            Err(InvalidKey::Pem(_)) => return Err(InvalidPem::CODE),
            Err(_) => return Err(InvalidKey::CODE),
        },
        None => keyless(folder),
    };
    verify(&text(folder, "bundle.sigstore.json").unwrap(), folder, form, &wanted)
}

fn findings(folder: &str, form: Form) -> Result<Findings, &'static str> {
    verification(folder, form).map(Verification::prove)
}

fn verify(bundle: &str, folder: &str, form: Form, wanted: &Wanted) -> Result<Verification, &'static str> {
    let content = content(folder);
    let artifact = match form {
        Form::Path => Artifact::of(&content),
        Form::Digest => Artifact::named(content.digest()),
    };
    let root = TrustedRoot::parse(text(folder, "trusted_root.json").unwrap_or_else(production).as_bytes()).unwrap();
    let entity = bundle::parse(bundle.as_bytes()).map_err(|refusal| refusal.code())?;
    let trust = Trust { wanted, root: &root, logging: Logging::default() };
    Ok(verify::verify(&entity, artifact, &trust, "2026-11-26T12:00:00Z".parse().unwrap()))
}
