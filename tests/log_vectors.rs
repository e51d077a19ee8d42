//! Entries of real logs, in the bundles of Sigstore's conformance suite and beside an image that cosign signed: what they prove, and
//! why those that are made to fail do. The folders are no part of the project; where they are not, this says so.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::crypto::Step;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::envelope::dsse::Envelope;
use pullproof::intoto::Statement;
use pullproof::json;
use pullproof::time::Validity;
use pullproof::tlog;
use pullproof::tlog::InclusionProof;
use pullproof::tlog::Log;
use pullproof::tlog::LogEntry;
use pullproof::tlog::Logged;
use pullproof::tlog::checkpoint::InvalidCheckpoint;
use pullproof::tlog::entry::Content;
use pullproof::tlog::entry::InvalidEntry;
use pullproof::tlog::entry::Signed;
use pullproof::tlog::entry::Verifier;
use serde_json::Value;

fn vectors(area: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(area);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run: there are no vectors in {}", folder.display());
    None
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn base64(value: &Value) -> Vec<u8> {
    Base64::decode_vec(value.as_str().unwrap()).unwrap()
}

/// proto3's JSON writes 64 bits as text, and leaves zero out.
fn number(value: &Value) -> i64 {
    value.as_str().map_or(0, |text| text.parse().unwrap())
}

fn logs(root: &Value) -> Vec<Log> {
    let log = |log: &Value| {
        let key = PublicKey::from_spki(&base64(&log["publicKey"]["rawBytes"])).unwrap();
        let period = &log["publicKey"]["validFor"];
        Log {
            id: base64(&log["logId"]["keyId"]),
            scheme: Scheme::of(key.kind()),
            key,
            validity: Validity {
                from: period["start"].as_str().unwrap().parse().unwrap(),
                to: period["end"].as_str().map(|end| end.parse().unwrap()),
            },
            origin: log["baseUrl"].as_str().unwrap().split("//").nth(1).unwrap().to_owned(),
            operator: None,
        }
    };
    root["tlogs"].as_array().unwrap().iter().map(log).collect()
}

/// The public good instance, whose root one of the cases limits.
fn public_good(suite: &Path) -> Vec<Log> {
    let mut logs = logs(&read(&suite.join("trust-root-tlog-validity-end-inclusive/trusted_root.json")));
    for log in &mut logs {
        log.validity.to = None;
    }
    logs
}

fn entry(entry: &Value) -> LogEntry {
    let proof = |proof: &Value| InclusionProof {
        log_index: number(&proof["logIndex"]).try_into().unwrap(),
        tree_size: number(&proof["treeSize"]).try_into().unwrap(),
        root_hash: base64(&proof["rootHash"]),
        hashes: proof["hashes"].as_array().into_iter().flatten().map(|hash| base64(hash).try_into().unwrap()).collect(),
        checkpoint: proof["checkpoint"]["envelope"].as_str().unwrap_or_default().to_owned(),
    };
    LogEntry {
        log_id: base64(&entry["logId"]["keyId"]),
        log_index: number(&entry["logIndex"]).try_into().unwrap(),
        kind: entry["kindVersion"]["kind"].as_str().unwrap().to_owned(),
        version: entry["kindVersion"]["version"].as_str().unwrap().to_owned(),
        integrated_time: entry["integratedTime"].as_str().map(|text| text.parse().unwrap()),
        promise: entry["inclusionPromise"]["signedEntryTimestamp"].as_str().map(|text| Base64::decode_vec(text).unwrap()),
        proof: entry.get("inclusionProof").map(proof),
        body: base64(&entry["canonicalizedBody"]),
    }
}

/// What is signed in a case of the suite.
struct Case {
    certificate: Option<Vec<u8>>,
    key: Option<PublicKey>,
    message: Message,
    signature: Vec<u8>,
    envelope: Option<Envelope>,
    entry: LogEntry,
    logs: Vec<Log>,
}

impl Case {
    fn read(suite: &Path, name: &str) -> Self {
        let folder = suite.join(name);
        let bundle = read(&folder.join("bundle.sigstore.json"));
        let material = &bundle["verificationMaterial"];
        let certificate = [&material["certificate"], &material["x509CertificateChain"]["certificates"][0]]
            .into_iter()
            .find_map(|certificate| certificate.get("rawBytes"))
            .map(base64);
        let key = fs::read_to_string(folder.join("key.pub")).ok().and_then(|pem| PublicKey::from_pem(&pem).ok());
        let artifact = fs::read(folder.join("artifact")).or_else(|_| fs::read(suite.join("a.txt"))).unwrap();
        let envelope = bundle.get("dsseEnvelope").map(|envelope| {
            let document = json::parse_object(envelope.to_string().as_bytes()).unwrap();
            Envelope::parse(&document.root()).unwrap()
        });
        let root = folder.join("trusted_root.json");
        Self {
            certificate,
            key,
            message: Message::Bytes(artifact),
            signature: bundle["messageSignature"]["signature"].as_str().map(|text| Base64::decode_vec(text).unwrap()).unwrap_or_default(),
            envelope,
            entry: entry(&material["tlogEntries"][0]),
            logs: if root.exists() { logs(&read(&root)) } else { public_good(suite) },
        }
    }

    fn signed(&self) -> Signed<'_> {
        let verifier = match (&self.certificate, &self.key) {
            (Some(certificate), _) => Verifier::Certificate(certificate),
            (None, key) => Verifier::Key(key.as_ref().unwrap()),
        };
        let content = match &self.envelope {
            Some(envelope) => Content::Dsse { envelope, document: None },
            None => Content::Message { message: &self.message, signature: &self.signature },
        };
        Signed { verifier, content }
    }

    /// That it is proven, or the code of why it is not.
    fn outcome(&self) -> Result<Logged, InvalidEntry> {
        let logged = tlog::verify(&self.entry, &self.signed(), &self.logs)?;
        let logged = logged.unwrap_or_else(|| panic!("the log is in the root"));
        assert!(logged.checks().count() > 0, "a claim rests on signatures");
        Ok(logged.prove().unwrap())
    }
}

/// Cases whose log entry is in order: those that pass, and those that fail by something else than their log entry.
const PROVEN: [(&str, bool); 15] = [
    // The folder; whether the log says a time.
    ("bundle-with-sct-with-extensions", false),
    ("happy-path-v0.1", true),
    ("happy-path-v0.3", true),
    ("invalid-ct-key_fail", true),
    ("rekor2-checkpoint-cosigned", false),
    ("rekor2-checkpoint-multiple-cosigs", false),
    ("rekor2-checkpoint-two-sigs-cosigned", false),
    ("rekor2-dsse-happy-path", false),
    ("rekor2-happy-path", false),
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", false),
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", false),
    ("rekor2-timestamp-with-embedded-cert", false),
    ("rekor2-timestamp-with-incorrect-time_fail", false),
    ("rekor2-timestamp-without-embedded-cert", false),
    ("trust-root-tlog-validity-end-inclusive", true),
];

#[test]
fn entries_of_real_logs_are_proven() {
    let Some(suite) = vectors("sigstore-conformance") else { return };
    for (name, has_time) in PROVEN {
        let case = Case::read(&suite, name);
        let logged = case.outcome().unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!((logged.index, logged.time.is_some()), (Some(case.entry.log_index), has_time), "{name}");
        assert_eq!(logged.time.map(pullproof::UnixTime::seconds), case.entry.integrated_time.filter(|_| has_time), "{name}");
    }
}

#[test]
fn entries_that_are_made_to_fail_do_for_their_reason() {
    let Some(suite) = vectors("sigstore-conformance") else { return };
    let unsigned = |name: &str| InvalidEntry::Checkpoint(InvalidCheckpoint::Unsigned { name: name.into() });
    let is_digest = |refusal: &InvalidEntry| matches!(refusal, InvalidEntry::Digest { .. });
    for (name, expected) in [
        ("checkpoint-bad-keyhint_fail", unsigned("rekor.sigstore.dev")),
        ("checkpoint-wrong-roothash_fail", InvalidEntry::Size { expected: 75_610_772, found: 23_083_062 }),
        ("dsse-invalid-sig_fail", InvalidEntry::Signature),
        ("dsse-mismatch-sig_fail", InvalidEntry::Signature),
        ("incorrect-public-key_fail", InvalidEntry::Verifier),
        ("rekor2-checkpoint-missing-log-signature_fail", unsigned("log2025-alpha1.rekor.sigstage.dev")),
        ("rekor2-checkpoint-missing-origin_fail", InvalidEntry::Checkpoint(InvalidCheckpoint::Size)),
        ("rekor2-checkpoint-missing-root-hash_fail", InvalidEntry::Checkpoint(InvalidCheckpoint::Root)),
        ("rekor2-no-inclusion-proof_fail", InvalidEntry::NoProof),
        ("wrong-hashedrekord-entry_fail", InvalidEntry::Verifier),
    ] {
        assert_eq!(Case::read(&suite, name).outcome(), Err(expected), "{name}");
    }
    for name in ["dsse-mismatch-envelope_fail", "rekor2-dsse-mismatch-envelope_fail", "wrong-material_fail"] {
        let refusal = Case::read(&suite, name).outcome().unwrap_err();
        assert!(is_digest(&refusal), "{name}: {refusal}");
    }
}

/// The suite's wrong key is no key at all; here it is one of somebody else's.
#[test]
fn an_entry_by_a_managed_key_is_proven_with_that_key_only() {
    let (Some(suite), Some(images)) = (vectors("sigstore-conformance"), vectors("cosign-images")) else { return };
    let mut case = Case::read(&suite, "managed-key-no-key_fail");
    let body: Value = serde_json::from_slice(&case.entry.body).unwrap();
    let pem = String::from_utf8(base64(&body["spec"]["signature"]["publicKey"]["content"])).unwrap();
    case.key = Some(PublicKey::from_pem(&pem).unwrap());
    assert_eq!(case.outcome().unwrap().index, Some(771_488_337));
    case.key = Some(PublicKey::from_pem(&fs::read_to_string(images.join("cosign.pub")).unwrap()).unwrap());
    assert_eq!(case.outcome(), Err(InvalidEntry::Verifier));
}

#[test]
fn whatever_bit_of_a_real_entry_is_flipped_it_is_not_proven() {
    let Some(suite) = vectors("sigstore-conformance") else { return };
    let case = Case::read(&suite, "happy-path-v0.1");
    let refused = |entry: &LogEntry, what: &str| {
        let logged = tlog::verify(entry, &case.signed(), &case.logs).ok().flatten();
        assert!(logged.is_none_or(|logged| logged.prove().is_err()), "{what}");
    };
    let changed = |change: &dyn Fn(&mut LogEntry)| {
        let mut entry = case.entry.clone();
        change(&mut entry);
        entry
    };
    for bit in 0..64 {
        refused(&changed(&|entry| entry.log_index ^= 1 << bit), "log index");
        refused(&changed(&|entry| entry.integrated_time = entry.integrated_time.map(|time| time ^ (1 << bit))), "integrated time");
        refused(&changed(&|entry| entry.proof.as_mut().unwrap().tree_size ^= 1 << bit), "tree size");
        refused(&changed(&|entry| entry.proof.as_mut().unwrap().log_index ^= 1 << bit), "index in the tree");
    }
    for at in 0..case.entry.body.len() {
        refused(&changed(&|entry| entry.body[at] ^= 1), "body");
    }
    for at in 0..32 {
        refused(&changed(&|entry| entry.log_id[at] ^= 1), "log ID");
        refused(&changed(&|entry| entry.proof.as_mut().unwrap().root_hash[at] ^= 1), "root");
        for number in 0..case.entry.proof.as_ref().unwrap().hashes.len() {
            refused(&changed(&|entry| entry.proof.as_mut().unwrap().hashes[number][at] ^= 1), "hash");
        }
    }
    for at in 0..case.entry.promise.as_ref().unwrap().len() {
        refused(&changed(&|entry| entry.promise.as_mut().unwrap()[at] ^= 1), "promise");
    }
    let checkpoint = &case.entry.proof.as_ref().unwrap().checkpoint;
    for (at, character) in checkpoint.char_indices() {
        let other = if character == 'A' { "B" } else { "A" };
        let text = [&checkpoint[..at], other, &checkpoint[at + character.len_utf8()..]].concat();
        refused(&changed(&|entry| entry.proof.as_mut().unwrap().checkpoint.clone_from(&text)), &text);
    }
}

/// Its promise counts. That bundles of its version need a proof is for who reads bundles.
#[test]
fn the_second_version_of_intoto_is_of_rekor_1() {
    let Some(suite) = vectors("sigstore-conformance") else { return };
    let case = Case::read(&suite, "intoto-missing-inclusion-proof_fail");
    let logged = case.outcome().unwrap();
    assert_eq!((logged.kind.to_string().as_str(), logged.time.map(pullproof::UnixTime::seconds)), ("intoto 0.0.2", Some(1_675_209_600)));
}

/// The statement is had by the signature only, and is about the artifact.
#[test]
fn the_statement_of_a_real_envelope_is_about_its_artifact() {
    let Some(suite) = vectors("sigstore-conformance") else { return };
    let case = Case::read(&suite, "rekor2-dsse-happy-path");
    // The key is in the certificate; its structure is not for this test: it is the one P-256 point there.
    let prefix =
        [0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0];
    let certificate = case.certificate.as_ref().unwrap();
    let at = certificate.windows(prefix.len()).position(|window| window == prefix).unwrap();
    let key = PublicKey::from_spki(&certificate[at..at + 91]).unwrap();
    let unproven = case.envelope.clone().unwrap().verify(&key, &[Scheme::of(key.kind())]).unwrap();
    let statement = Statement::parse(unproven.prove().unwrap().bytes()).unwrap();
    assert_eq!(statement.predicate_type, "https://slsa.dev/provenance/v1");
    let Message::Bytes(artifact) = &case.message else { unreachable!("it was read") };
    assert_eq!(statement.subject_with(&Digest::of(Algorithm::Sha256, artifact)).unwrap().name.as_deref(), Some("a.txt"));

    let other = Case::read(&suite, "rekor2-dsse-mismatch-envelope_fail").envelope.unwrap();
    assert_eq!(other.verify(&key, &[Scheme::of(key.kind())]).unwrap().prove().map(|_| ()), Ok(()), "it is valid by itself");
    let invalid = Case::read(&suite, "dsse-invalid-sig_fail").envelope.unwrap();
    assert_eq!(invalid.verify(&key, &[Scheme::of(key.kind())]).unwrap().prove().unwrap_err().step, Step::Signature);
}

/// `dev.sigstore.cosign/bundle`: a promise, and nothing else.
#[test]
fn the_promise_beside_a_real_image_is_proven() {
    let (Some(suite), Some(images)) = (vectors("sigstore-conformance"), vectors("cosign-images")) else { return };
    let file = fs::read(images.join("dir-img-cosign-key-rekor-valid/signature-1")).unwrap();
    let signature: Value = serde_json::from_slice(file.strip_prefix(b"\0sigstore-json\n").unwrap()).unwrap();
    let annotations = &signature["annotations"];
    let bundle: Value = serde_json::from_str(annotations["dev.sigstore.cosign/bundle"].as_str().unwrap()).unwrap();
    let log_id: Digest = format!("sha256:{}", bundle["Payload"]["logID"].as_str().unwrap()).parse().unwrap();
    let entry = LogEntry::promised(
        log_id.as_bytes().to_vec(),
        bundle["Payload"]["logIndex"].as_u64().unwrap(),
        bundle["Payload"]["integratedTime"].as_i64().unwrap(),
        base64(&bundle["SignedEntryTimestamp"]),
        base64(&bundle["Payload"]["body"]),
    )
    .unwrap();
    let key = |name: &str| PublicKey::from_pem(&fs::read_to_string(images.join(name)).unwrap()).unwrap();
    let (right, wrong) = (key("cosign2.pub"), key("cosign.pub"));
    let (message, shown) = (Message::Bytes(base64(&signature["payload"])), base64(&annotations["dev.cosignproject.cosign/signature"]));
    let signed = |key, signature| Signed { verifier: Verifier::Key(key), content: Content::Message { message: &message, signature } };
    let logs = public_good(&suite);

    let logged = tlog::verify(&entry, &signed(&right, &shown), &logs).unwrap().unwrap().prove().unwrap();
    assert_eq!((logged.index, logged.time), (Some(11_608_800), Some("2023-01-20T21:57:39Z".parse().unwrap())));
    assert_eq!(tlog::verify(&entry, &signed(&wrong, &shown), &logs).unwrap_err(), InvalidEntry::Verifier);
    assert_eq!(tlog::verify(&entry, &signed(&right, &shown[1..]), &logs).unwrap_err(), InvalidEntry::Signature);
    let later = LogEntry { log_index: entry.log_index + 1, ..entry };
    assert!(tlog::verify(&later, &signed(&right, &shown), &logs).unwrap().unwrap().prove().is_err());
}
