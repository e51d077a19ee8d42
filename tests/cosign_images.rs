//! Images as cosign signed them, with the keys that did: containers/image keeps each signature as `\0sigstore-json\n` and a document with
//! the payload and the annotations of cosign's layer.

#![allow(clippy::unwrap_used, reason = "vectors that cannot be read are no test")]

use std::collections::BTreeMap;
use std::fs;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::cosign::signature;
use pullproof::crypto::PublicKey;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::sigstore::entity::Form;
use pullproof::sigstore::entity::SignedEntity;
use pullproof::sigstore::signer::Meaning;
use pullproof::sigstore::signer::Signer;
use pullproof::sigstore::signer::Who;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Trust;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/cosign-images");
/// The public good instance's log, whose key is in every trusted root.
const REKOR: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr
kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==
-----END PUBLIC KEY-----
";
const LOGGED: &str = "dir-img-cosign-key-rekor-valid";
const UNLOGGED: &str = "dir-img-cosign-valid";

#[test]
fn a_signature_with_a_key_and_an_entry_of_the_log_holds() {
    let Some(case) = Case::read(LOGGED, "cosign2.pub") else { return };
    let signer = case.verify(case.image, Logging::default()).unwrap();
    assert_eq!(signer.who(), &Who::Key(case.key.clone()));
    assert_eq!(signer.artifact(), case.image);
    assert_eq!(signer.logged().len(), 1);
    assert_eq!(signer.seen()[0].time.to_string(), "2023-01-20T21:57:39Z");
    let Meaning::Signature { reference, annotations } = signer.meaning() else { panic!("{signer:?}") };
    assert_eq!((reference.as_deref(), annotations.len()), (Some("192.168.64.2:5000/cosign-signed/key-1"), 0));
}

#[test]
fn a_signature_with_a_key_alone_holds_where_nothing_has_to_be_logged() {
    let Some(case) = Case::read(UNLOGGED, "cosign.pub") else { return };
    let signer = case.verify(case.image, Logging::WithoutLog).unwrap();
    assert_eq!((signer.logged().len(), signer.seen().len()), (0, 0));
}

#[test]
fn a_signature_that_is_not_logged_is_refused_where_it_has_to_be() {
    let Some(case) = Case::read(UNLOGGED, "cosign.pub") else { return };
    assert_eq!(case.verify(case.image, Logging::default()).unwrap_err(), "log-entry-missing");
}

#[test]
fn a_signature_of_another_image_is_refused() {
    for (folder, key, logging) in [(LOGGED, "cosign2.pub", Logging::default()), (UNLOGGED, "cosign.pub", Logging::WithoutLog)] {
        let Some(case) = Case::read(folder, key) else { return };
        let modified = fs::read(format!("{FOLDER}/dir-img-cosign-modified-manifest/manifest.json")).unwrap();
        let modified = Digest::of(Algorithm::Sha256, &modified);
        assert_eq!(case.verify(modified, logging).unwrap_err(), "payload-of-another-image");
    }
}

#[test]
fn a_signature_with_another_key_is_refused() {
    let Some(case) = Case::read(LOGGED, "cosign.pub") else { return };
    assert_eq!(case.verify(case.image, Logging::default()).unwrap_err(), "log-entry-mismatch");
    let Some(case) = Case::read(UNLOGGED, "cosign2.pub") else { return };
    assert_eq!(case.verify(case.image, Logging::WithoutLog).unwrap_err(), "signature-invalid");
}

/// Whoever can push can put another's entry beside a signature.
#[test]
fn an_entry_whose_log_did_not_promise_it_is_refused() {
    let Some(case) = Case::read(LOGGED, "cosign2.pub") else { return };
    for (from, to, code) in [
        ("1674251859", "1674251860", "time-signature-invalid"),
        ("11608800", "11608801", "time-signature-invalid"),
        // Another log says nothing here.
        ("c0d23d6ad406973f", "c0d23d6ad406973e", "log-entry-missing"),
    ] {
        let changed = case.with("dev.sigstore.cosign/bundle", |text| text.replacen(from, to, 1));
        assert_eq!(changed.verify(case.image, Logging::default()).unwrap_err(), code, "{to}");
    }
}

#[test]
fn a_signature_from_the_future_is_refused() {
    let Some(mut case) = Case::read(LOGGED, "cosign2.pub") else { return };
    case.now = "2023-01-20T21:57:38Z";
    assert_eq!(case.verify(case.image, Logging::default()).unwrap_err(), "time-in-future");
}

#[test]
fn one_changed_bit_of_the_payload_is_refused() {
    let Some(case) = Case::read(UNLOGGED, "cosign.pub") else { return };
    for (from, to) in [("\"optional\":null", "\"optional\": null"), ("single-sample", "single-sampl3")] {
        let changed = Case { payload: case.payload.replacen(from, to, 1), ..case.clone() };
        assert_ne!(changed.payload, case.payload);
        assert_eq!(changed.verify(case.image, Logging::WithoutLog).unwrap_err(), "signature-invalid");
    }
}

#[derive(Clone)]
struct Case {
    image: Digest,
    key: PublicKey,
    payload: String,
    annotations: BTreeMap<String, String>,
    now: &'static str,
}

impl Case {
    fn read(folder: &str, key: &str) -> Option<Self> {
        let Ok(signature) = fs::read_to_string(format!("{FOLDER}/{folder}/signature-1")) else {
            println!("not run: {FOLDER} is not here");
            return None;
        };
        let document: serde_json::Value = serde_json::from_str(signature.strip_prefix("\0sigstore-json\n").unwrap()).unwrap();
        assert_eq!(document["mimeType"], signature::SIMPLE_SIGNING);
        let payload = Base64::decode_vec(document["payload"].as_str().unwrap()).unwrap();
        let annotations = document["annotations"].as_object().unwrap().iter();
        Some(Self {
            image: Digest::of(Algorithm::Sha256, &fs::read(format!("{FOLDER}/{folder}/manifest.json")).unwrap()),
            key: PublicKey::from_pem(&fs::read_to_string(format!("{FOLDER}/{key}")).unwrap()).unwrap(),
            payload: String::from_utf8(payload).unwrap(),
            annotations: annotations.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
            now: "2026-11-26T12:00:00Z",
        })
    }

    fn with(&self, annotation: &str, change: impl FnOnce(&str) -> String) -> Self {
        let mut changed = self.clone();
        let text = changed.annotations.get_mut(annotation).unwrap();
        let new = change(text);
        assert_ne!(*text, new);
        *text = new;
        changed
    }

    fn entity(&self) -> SignedEntity {
        let annotation = |name: &str| self.annotations.get(name).map(String::as_str);
        let entity = signature::read(signature::SIMPLE_SIGNING, annotation, self.payload.as_bytes()).unwrap().unwrap();
        assert_eq!(entity.form, Form::Cosign);
        entity
    }

    fn verify(&self, image: Digest, logging: Logging) -> Result<Signer, &'static str> {
        let wanted = Wanted::Key { key: self.key.clone(), scheme: None };
        let root = TrustedRoot::default().with_log(REKOR, "rekor.sigstore.dev").unwrap();
        let trust = Trust { wanted: &wanted, root: &root, logging };
        let findings = verify::verify(&self.entity(), Artifact::named(image), &trust, self.now.parse().unwrap()).prove();
        findings.signer.map_err(|refusal| refusal.code())
    }
}
