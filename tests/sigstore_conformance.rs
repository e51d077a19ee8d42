//! Sigstore's conformance suite, as far as it is here: every folder once with the artifact itself and once with its digest. A folder
//! that must fail has to fail for the reason that its README gives.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "vectors that cannot be read are no test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::bundle;
use pullproof::bundle::Expected;
use pullproof::bundle::InvalidExpected;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::PublicKey;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::json;
use pullproof::prover::Portable;
use pullproof::report::SignatureOutcome;
use pullproof::sigstore;
use pullproof::sigstore::identity::Identity;
use pullproof::sigstore::identity::Wanted as Text;
use pullproof::sigstore::instance;
use pullproof::sigstore::instance::PUBLIC_GOOD;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Trust;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify;
use pullproof::sigstore::verify::Verification;
use serde_json::Value;
use serde_json::json;

/// When the folders are looked at.
const NOW: &str = "2026-11-26T12:00:00Z";

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/sigstore-conformance");
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

/// What each folder that must fail has to fail with. The tests of the npm package read it, too.
///
/// `rekor2-timestamp-with-incorrect-time_fail` fails with `document-invalid`: its timestamp has line ends in its base64, which protobuf's
/// JSON has not. Without them it fails as it should: see below.
const REASONS: &str = include_str!("third_party/conformance.json");

#[test]
fn every_folder_ends_as_its_name_says() {
    let reasons: BTreeMap<String, String> = serde_json::from_str(REASONS).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for folder in &folders() {
        let expected = reasons.get(folder).map(String::as_str);
        assert_eq!(expected.is_some(), folder.ends_with("_fail"), "{folder}: expected to know why it must fail, if it must");
        for form in [Form::Path, Form::Digest] {
            let found = judged(folder, form);
            assert_eq!(found.err(), expected, "{folder}, {form:?}");
            if found.is_ok() {
                accepted += 1;
            } else {
                refused += 1;
            }
        }
    }
    println!("{accepted} accepted, {refused} refused");
}

/// What the suite calls a key is none, so that there is nobody whom the bundle could be compared with.
#[test]
fn a_key_that_is_none_is_refused_for_what_it_is() {
    let Some(pem) = text("managed-key-wrong-key_fail", "key.pub") else { return };
    assert!(matches!(PublicKey::from_pem(&pem), Err(InvalidKey::Pem(_))));
}

#[test]
fn no_signature_is_there_for_nothing() {
    let mut tried = 0;
    for folder in folders().iter().filter(|folder| !folder.ends_with("_fail")) {
        let bundle = text(folder, "bundle.sigstore.json").unwrap();
        let verification = verify(&bundle, folder, Form::Path, &keyless());
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
    let findings = verify(&bundle, "rekor2-timestamp-with-incorrect-time_fail", Form::Path, &keyless()).prove();
    assert_eq!(findings.signer.unwrap_err().code(), "certificate-not-valid");
}

/// The vector for this has no key that could be read. The right one is in the log.
#[test]
fn a_managed_key_has_to_be_the_right_one() {
    const BUNDLE: &str = "managed-key-no-key_fail";
    let Some(bundle) = text(BUNDLE, "bundle.sigstore.json") else { return };
    let with = |pem: &str| {
        let wanted = Wanted::Key { key: PublicKey::from_pem(pem).unwrap(), scheme: None };
        verify(&bundle, BUNDLE, Form::Digest, &wanted).prove().signer.map_err(|refusal| refusal.code())
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

impl Form {
    fn of(self, content: &Content) -> Artifact<'_> {
        match self {
            Self::Path => Artifact::of(content),
            Self::Digest => Artifact::named(content.digest()),
        }
    }
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

/// What is expected in a folder, as options of a program; a folder without a trusted root means the public-good instance's.
fn options(folder: &str) -> Value {
    let root = text(folder, "trusted_root.json").unwrap_or_else(|| PUBLIC_GOOD.to_owned());
    let named = |file, default: &str| text(folder, file).map_or_else(|| default.to_owned(), |text| text.trim().to_owned());
    let signer = match text(folder, "key.pub") {
        Some(pem) => ("key", json!(pem)),
        None => ("identity", json!({ "issuer": named("issuer", ISSUER), "subject": named("identity", SUBJECT) })),
    };
    json!({ signer.0: signer.1, "trustedRoot": root })
}

/// Whether a folder holds, through the door that programs use; the code of the refusal, if not.
fn judged(folder: &str, form: Form) -> Result<(), &'static str> {
    let options = json::parse_object(options(folder).to_string().as_bytes()).unwrap();
    let expected = Expected::read(&options.root(), &[]).map_err(|_| InvalidExpected::CODE)?;
    let bundle = text(folder, "bundle.sigstore.json").unwrap();
    let content = content(folder);
    let now = NOW.parse().unwrap();
    let summary = pollster::block_on(bundle::verify(bundle.as_bytes(), form.of(&content), &expected, now, &Portable));
    assert_eq!(summary.artifact, content.digest());
    assert_eq!(summary.outcome == SignatureOutcome::Verified, summary.code.is_none(), "{folder}, {form:?}");
    summary.code.map_or(Ok(()), Err)
}

fn content(folder: &str) -> Content {
    let artifact = text(folder, "artifact").or_else(|| text("", "a.txt")).unwrap();
    Content::identify(Algorithm::Sha256, artifact.into_bytes())
}

fn keyless() -> Wanted {
    let exactly = |text: &str| Text::Exactly(text.to_owned());
    Wanted::Identity(Identity::new(exactly(ISSUER), exactly(SUBJECT)).unwrap())
}

fn verify(bundle: &str, folder: &str, form: Form, wanted: &Wanted) -> Verification {
    let content = content(folder);
    let root = text(folder, "trusted_root.json").map(|text| TrustedRoot::parse(text.as_bytes()).unwrap());
    let root = root.or_else(|| instance::trusted_root(PUBLIC_GOOD)).unwrap();
    let entity = sigstore::bundle::parse(bundle.as_bytes()).unwrap();
    let trust = Trust { wanted, root: &root, logging: Logging::default() };
    verify::verify(&entity, form.of(&content), &trust, NOW.parse().unwrap())
}
