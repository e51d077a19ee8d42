//! Entries of two logs made here, one of each generation of Rekor, and every way that they could say something of a signature that
//! is not theirs.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use base64ct::Base64;
use base64ct::Encoding as _;
use ed25519_dalek::Signer as _;
use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::envelope::dsse;
use pullproof::envelope::dsse::Envelope;
use pullproof::json;
use pullproof::time::UnixTime;
use pullproof::time::Validity;
use pullproof::tlog;
use pullproof::tlog::InclusionProof;
use pullproof::tlog::Log;
use pullproof::tlog::LogEntry;
use pullproof::tlog::Logged;
use pullproof::tlog::Operator;
use pullproof::tlog::checkpoint::InvalidCheckpoint;
use pullproof::tlog::entry::Content;
use pullproof::tlog::entry::Entry;
use pullproof::tlog::entry::InvalidEntry;
use pullproof::tlog::entry::Kind;
use pullproof::tlog::entry::Signed;
use pullproof::tlog::entry::Verifier;
use pullproof::tlog::merkle;
use pullproof::tlog::merkle::InvalidProof;
use pullproof::tlog::promise::InvalidPromise;

/// 2023-07-12T15:56:36Z
const TIME: i64 = 1_689_177_396;
const MESSAGE: &[u8] = b"message";
const SIGNATURE: &[u8] = b"signature";
/// Nothing here looks into a certificate.
const CERTIFICATE: &[u8] = b"certificate";
const STATEMENT: &[u8] = br#"{"_type":"https://in-toto.io/Statement/v1"}"#;

fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

fn sha256(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).encoded()
}

fn pem(label: &str, bytes: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(bytes))
}

// ---- What is signed ----

fn message() -> Message {
    Message::Bytes(MESSAGE.to_vec())
}

fn signer(seed: u8) -> PublicKey {
    PublicKey::from_ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key().as_bytes()).unwrap()
}

/// The document of an envelope.
fn document(payload: &[u8], signature: &[u8]) -> String {
    let (payload, signature) = (base64(payload), base64(signature));
    format!(r#"{{"payload":"{payload}","payloadType":"{}","signatures":[{{"sig":"{signature}"}}]}}"#, dsse::PAYLOAD_TYPE)
}

fn envelope() -> Envelope {
    Envelope::parse(&json::parse_object(document(STATEMENT, SIGNATURE).as_bytes()).unwrap().root()).unwrap()
}

const fn signed(message: &Message) -> Signed<'_> {
    Signed { verifier: Verifier::Certificate(CERTIFICATE), content: Content::Message { message, signature: SIGNATURE } }
}

const fn signed_envelope<'a>(envelope: &'a Envelope, document: Option<&'a [u8]>) -> Signed<'a> {
    Signed { verifier: Verifier::Certificate(CERTIFICATE), content: Content::Dsse { envelope, document } }
}

// ---- Bodies ----

fn hashed_rekord(message: &[u8], signature: &[u8], verifier: &str) -> String {
    format!(
        r#"{{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{{"data":{{"hash":{{"algorithm":"sha256","value":"{}"}}}},"signature":{{"content":"{}","publicKey":{{"content":"{}"}}}}}}}}"#,
        sha256(message),
        base64(signature),
        base64(verifier.as_bytes()),
    )
}

fn hashed_rekord_1() -> String {
    hashed_rekord(MESSAGE, SIGNATURE, &pem("CERTIFICATE", CERTIFICATE))
}

fn rekord() -> String {
    hashed_rekord_1().replace("hashedrekord", "rekord").replace(r#""signature":{"#, r#""signature":{"format":"x509","#)
}

fn hashed_rekord_of(hashed: &[u8]) -> String {
    let digest = base64(Digest::of(Algorithm::Sha256, hashed).as_bytes());
    format!(
        r#"{{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{{"hashedRekordV002":{{"data":{{"algorithm":"SHA2_256","digest":"{digest}"}},"signature":{{"content":"{}","verifier":{{"keyDetails":"PKIX_ECDSA_P256_SHA_256","x509Certificate":{{"rawBytes":"{}"}}}}}}}}}}}}"#,
        base64(SIGNATURE),
        base64(CERTIFICATE),
    )
}

fn hashed_rekord_2() -> String {
    hashed_rekord_of(MESSAGE)
}

fn dsse_1() -> String {
    format!(
        r#"{{"apiVersion":"0.0.1","kind":"dsse","spec":{{"envelopeHash":{{"algorithm":"sha256","value":"{}"}},"payloadHash":{{"algorithm":"sha256","value":"{}"}},"signatures":[{{"signature":"{}","verifier":"{}"}}]}}}}"#,
        sha256(document(STATEMENT, SIGNATURE).as_bytes()),
        sha256(STATEMENT),
        base64(SIGNATURE),
        base64(pem("CERTIFICATE", CERTIFICATE).as_bytes()),
    )
}

fn intoto_1() -> String {
    format!(
        r#"{{"apiVersion":"0.0.1","kind":"intoto","spec":{{"content":{{"hash":{{"algorithm":"sha256","value":"{}"}},"payloadHash":{{"algorithm":"sha256","value":"{}"}}}},"publicKey":"{}"}}}}"#,
        sha256(document(STATEMENT, SIGNATURE).as_bytes()),
        sha256(STATEMENT),
        base64(pem("CERTIFICATE", CERTIFICATE).as_bytes()),
    )
}

fn intoto_2() -> String {
    format!(
        r#"{{"apiVersion":"0.0.2","kind":"intoto","spec":{{"content":{{"envelope":{{"payloadType":"application/vnd.in-toto+json","signatures":[{{"publicKey":"{}","sig":"{}"}}]}},"hash":{{"algorithm":"sha256","value":"{}"}},"payloadHash":{{"algorithm":"sha256","value":"{}"}}}}}}}}"#,
        base64(pem("CERTIFICATE", CERTIFICATE).as_bytes()),
        base64(base64(SIGNATURE).as_bytes()),
        sha256(document(STATEMENT, SIGNATURE).as_bytes()),
        sha256(STATEMENT),
    )
}

// ---- Logs ----

fn secret(seed: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
}

/// Rekor v1's keys are ECDSA; what a log signs with makes no difference to what is tested here. Its hint is the SHA-256 of the key.
fn log(seed: u8) -> Log {
    let key = signer(seed);
    let validity = Validity { from: UnixTime::from_seconds(TIME - 10).unwrap(), to: UnixTime::from_seconds(TIME + 10) };
    let origin = format!("log-{seed}.example");
    Log { id: vec![seed; 32], key, scheme: Scheme::Ed25519, validity, origin, operator: None }
}

fn logs() -> Vec<Log> {
    vec![log(1), log(2)]
}

fn checkpoint(seed: u8, origin: &str, hint: &[u8], size: u64, root: &[u8]) -> String {
    let body = format!("{origin}\n{size}\n{}\n", base64(root));
    let line = [&hint[..4], &secret(seed).sign(body.as_bytes()).to_bytes()].concat();
    format!("{body}\n\u{2014} {} {}\n", origin.split(' ').next().unwrap(), base64(&line))
}

/// A tree of three, of which the entry is the last.
fn proof(body: &str, checkpoint: impl FnOnce(&[u8]) -> String) -> InclusionProof {
    let below = merkle::root(merkle::leaf(b"first"), 0, 2, &[merkle::leaf(b"second")]).unwrap();
    let root = merkle::root(merkle::leaf(body.as_bytes()), 2, 3, &[below]).unwrap();
    InclusionProof { log_index: 2, tree_size: 3, root_hash: root.to_vec(), hashes: vec![below], checkpoint: checkpoint(&root) }
}

/// What the first log, of Rekor v1, has of `body`: the third of the present tree, and number 1002 of all.
fn entry_1(body: &str) -> LogEntry {
    let kind = Entry::parse(body.as_bytes()).unwrap().kind();
    let entry = LogEntry {
        log_id: vec![1; 32],
        log_index: 1002,
        kind: kind.name().into(),
        version: kind.version().into(),
        integrated_time: Some(TIME),
        promise: None,
        proof: Some(proof(body, |root| checkpoint(1, "machine - 123", signer(1).id().as_bytes(), 3, root))),
        body: body.as_bytes().to_vec(),
    };
    LogEntry { promise: Some(promise(&entry)), ..entry }
}

fn promise(entry: &LogEntry) -> Vec<u8> {
    let message = format!(
        r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
        base64(&entry.body),
        entry.integrated_time.unwrap(),
        "01".repeat(32),
        entry.log_index,
    );
    secret(1).sign(message.as_bytes()).to_bytes().to_vec()
}

/// What the second log, of Rekor v2, has of `body`: the third of all.
fn entry_2(body: &str) -> LogEntry {
    let hint = Digest::of(Algorithm::Sha256, &[b"log-2.example\n\x01", signer(2).ed25519().unwrap()].concat());
    LogEntry {
        log_id: vec![2; 32],
        log_index: 2,
        kind: "hashedrekord".into(),
        version: "0.0.2".into(),
        integrated_time: None,
        promise: None,
        proof: Some(proof(body, |root| checkpoint(2, "log-2.example", hint.as_bytes(), 3, root))),
        body: body.as_bytes().to_vec(),
    }
}

fn changed(entry: LogEntry, change: impl FnOnce(&mut InclusionProof)) -> LogEntry {
    let mut proof = entry.proof.unwrap();
    change(&mut proof);
    LogEntry { proof: Some(proof), ..entry }
}

fn proven(entry: &LogEntry, signed: &Signed<'_>) -> Logged {
    tlog::verify(entry, signed, &logs()).unwrap().unwrap().prove().unwrap()
}

fn refusal(entry: &LogEntry) -> InvalidEntry {
    tlog::verify(entry, &signed(&message()), &logs()).unwrap_err()
}

#[track_caller]
fn does_not_hold(entry: &LogEntry) {
    assert!(tlog::verify(entry, &signed(&message()), &logs()).unwrap().unwrap().prove().is_err());
}

#[track_caller]
fn refused_body(body: &str, signed: &Signed<'_>, refusal: &InvalidEntry) {
    assert_eq!(&Entry::parse(body.as_bytes()).and_then(|entry| entry.binds(signed)).unwrap_err(), refusal, "{body}");
}

fn digests(expected: &[u8], found: &[u8]) -> InvalidEntry {
    let digest = |bytes| Digest::of(Algorithm::Sha256, bytes);
    InvalidEntry::Digest { expected: digest(expected), found: digest(found) }
}

// ---- What holds ----

#[test]
fn an_entry_of_rekor_1_proves_its_signature_and_its_time() {
    let logged = proven(&entry_1(&hashed_rekord_1()), &signed(&message()));
    let time = UnixTime::from_seconds(TIME);
    assert_eq!(logged, Logged { log: 0, operator: Operator::Log(vec![1; 32]), index: Some(1002), time, kind: Kind::HashedRekord001 });
}

#[test]
fn an_entry_of_rekor_2_proves_its_signature() {
    let logged = proven(&entry_2(&hashed_rekord_2()), &signed(&message()));
    assert_eq!(logged, Logged { log: 1, operator: Operator::Log(vec![2; 32]), index: Some(2), time: None, kind: Kind::HashedRekord002 });
}

#[test]
fn a_promise_alone_is_enough_in_rekor_1() {
    let entry = entry_1(&hashed_rekord_1());
    let alone = LogEntry::promised(entry.log_id.clone(), 1002, TIME, entry.promise.clone().unwrap(), entry.body.clone()).unwrap();
    assert_eq!(alone, LogEntry { proof: None, ..entry });
    assert_eq!(proven(&alone, &signed(&message())).time, UnixTime::from_seconds(TIME));
}

#[test]
fn every_kind_of_entry_is_about_its_signature() {
    let (envelope, document) = (envelope(), document(STATEMENT, SIGNATURE));
    for body in [hashed_rekord_1(), rekord()] {
        assert!(proven(&entry_1(&body), &signed(&message())).time.is_some());
    }
    for body in [dsse_1(), intoto_1(), intoto_2()] {
        assert!(proven(&entry_1(&body), &signed_envelope(&envelope, Some(document.as_bytes()))).time.is_some());
    }
    for body in [dsse_1(), intoto_2()] {
        assert!(proven(&entry_1(&body), &signed_envelope(&envelope, None)).time.is_some());
    }
    let body = hashed_rekord_of(&dsse::pae(dsse::PAYLOAD_TYPE, STATEMENT));
    assert_eq!(proven(&entry_2(&body), &signed_envelope(&envelope, None)).kind, Kind::HashedRekord002);
}

#[test]
fn an_entry_may_be_by_a_key() {
    let (message, key) = (message(), signer(9));
    let body = hashed_rekord(MESSAGE, SIGNATURE, &pem("PUBLIC KEY", key.spki()));
    let signed = Signed { verifier: Verifier::Key(&key), content: Content::Message { message: &message, signature: SIGNATURE } };
    assert!(proven(&entry_1(&body), &signed).time.is_some());
}

#[test]
fn the_certificates_behind_the_first_are_those_of_its_issuers() {
    let chain = [pem("CERTIFICATE", CERTIFICATE), pem("CERTIFICATE", b"issuer")].concat();
    assert!(proven(&entry_1(&hashed_rekord(MESSAGE, SIGNATURE, &chain)), &signed(&message())).time.is_some());
    let chain = [pem("CERTIFICATE", b"issuer"), pem("CERTIFICATE", CERTIFICATE)].concat();
    refused_body(&hashed_rekord(MESSAGE, SIGNATURE, &chain), &signed(&message()), &InvalidEntry::Verifier);
}

// ---- Which log ----

#[test]
fn an_entry_of_an_unknown_log_says_nothing() {
    let entry = LogEntry { log_id: vec![3; 32], body: b"not even JSON".to_vec(), ..entry_1(&hashed_rekord_1()) };
    assert!(tlog::verify(&entry, &signed(&message()), &logs()).unwrap().is_none());
    assert!(tlog::verify(&entry_1(&hashed_rekord_1()), &signed(&message()), &[]).unwrap().is_none());
}

#[test]
fn an_entry_of_one_log_is_none_of_another() {
    let entry = LogEntry { log_id: vec![2; 32], ..entry_1(&hashed_rekord_1()) };
    assert_eq!(refusal(&entry), InvalidEntry::Checkpoint(InvalidCheckpoint::Unsigned { name: "machine".into() }));
    does_not_hold(&LogEntry { proof: None, ..entry });
}

#[test]
fn trap_11_entries_of_one_operator_count_once() {
    let by = |operator: &str| Log { operator: Some(operator.into()), ..log(1) };
    assert_eq!(by("o").counted_as(), Log { operator: Some("o".into()), ..log(2) }.counted_as());
    assert_ne!(by("o").counted_as(), by("p").counted_as());
    assert_ne!(log(1).counted_as(), log(2).counted_as());
}

// ---- Time ----

#[test]
fn trap_7_a_proof_without_a_promise_gives_no_time() {
    let entry = LogEntry { promise: None, ..entry_1(&hashed_rekord_1()) };
    assert_eq!(proven(&entry, &signed(&message())).time, None);
}

#[test]
fn trap_7_a_time_that_was_not_promised_does_not_hold() {
    does_not_hold(&LogEntry { integrated_time: Some(TIME + 1), ..entry_1(&hashed_rekord_1()) });
}

#[test]
fn trap_7_a_promise_without_a_time_is_refused() {
    let entry = LogEntry { integrated_time: None, ..entry_1(&hashed_rekord_1()) };
    assert_eq!(refusal(&entry), InvalidEntry::Promise(InvalidPromise::NoTime));
}

#[test]
fn trap_7_rekor_2_has_no_time() {
    for integrated_time in [Some(0), Some(TIME), Some(i64::MAX)] {
        let entry = LogEntry { integrated_time, ..entry_2(&hashed_rekord_2()) };
        assert_eq!(proven(&entry, &signed(&message())).time, None);
    }
}

#[test]
fn trap_7_rekor_2_promises_nothing() {
    let entry = LogEntry { integrated_time: Some(TIME), ..entry_2(&hashed_rekord_2()) };
    assert_eq!(refusal(&LogEntry { promise: Some(promise(&entry)), ..entry }), InvalidEntry::PromiseOfRekor2);
}

#[test]
fn trap_6_the_key_of_the_log_was_in_use_when_it_took_the_entry() {
    let at = |time: i64| {
        let entry = LogEntry { integrated_time: Some(time), ..entry_1(&hashed_rekord_1()) };
        LogEntry { promise: Some(promise(&entry)), ..entry }
    };
    for time in [TIME - 10, TIME, TIME + 10] {
        assert_eq!(proven(&at(time), &signed(&message())).time, UnixTime::from_seconds(time), "both ends are included");
    }
    for time in [0, TIME - 11, TIME + 11] {
        let found = UnixTime::from_seconds(time).unwrap();
        assert_eq!(refusal(&at(time)), InvalidEntry::KeyNotInUse { expected: log(1).validity, found });
        // Believed or not: what is said must not contradict itself.
        if time != 0 {
            assert_eq!(refusal(&LogEntry { promise: None, ..at(time) }), InvalidEntry::KeyNotInUse { expected: log(1).validity, found });
        }
    }
}

#[test]
fn a_log_that_is_listed_for_two_times_is_taken_for_the_right_one() {
    let before = Validity { from: UnixTime::from_seconds(0).unwrap(), to: UnixTime::from_seconds(TIME - 11) };
    let logs = [Log { validity: before, ..log(1) }, log(1)];
    let entry = entry_1(&hashed_rekord_1());
    assert_eq!(tlog::verify(&entry, &signed(&message()), &logs).unwrap().unwrap().prove().unwrap().log, 1);
}

// ---- Evidence ----

#[test]
fn an_entry_without_promise_and_proof_is_refused() {
    let entry = LogEntry { promise: None, proof: None, ..entry_1(&hashed_rekord_1()) };
    assert_eq!(refusal(&entry), InvalidEntry::NoEvidence);
}

#[test]
fn trap_9_an_entry_of_rekor_2_without_proof_is_refused() {
    assert_eq!(refusal(&LogEntry { proof: None, ..entry_2(&hashed_rekord_2()) }), InvalidEntry::NoProof);
}

#[test]
fn a_promise_of_somebody_else_does_not_hold() {
    does_not_hold(&LogEntry { promise: Some(secret(2).sign(b"").to_bytes().to_vec()), proof: None, ..entry_1(&hashed_rekord_1()) });
}

#[test]
fn a_bad_promise_beside_a_good_proof_does_not_hold() {
    does_not_hold(&LogEntry { promise: Some(vec![0; 64]), ..entry_1(&hashed_rekord_1()) });
}

#[test]
fn a_bad_proof_beside_a_good_promise_is_refused() {
    let entry = entry_1(&hashed_rekord_1());
    assert_eq!(refusal(&changed(entry.clone(), |proof| proof.hashes[0][0] ^= 1)), InvalidEntry::Root);
    does_not_hold(&changed(entry, |proof| {
        proof.checkpoint = checkpoint(2, "machine - 123", signer(1).id().as_bytes(), 3, &proof.root_hash);
    }));
}

#[test]
fn trap_8_the_index_of_the_proof_is_that_of_the_tree() {
    let entry = entry_1(&hashed_rekord_1());
    assert_eq!(proven(&entry, &signed(&message())).index, Some(1002));
    let global = changed(entry.clone(), |proof| proof.log_index = 1002);
    assert_eq!(refusal(&global), InvalidEntry::Proof(InvalidProof::Index { index: 1002, size: 3 }));
    assert_eq!(refusal(&changed(entry, |proof| proof.log_index = 0)), InvalidEntry::Proof(InvalidProof::Length { expected: 2, found: 1 }));
}

#[test]
fn trap_8_the_index_of_the_promise_is_that_of_the_log() {
    does_not_hold(&LogEntry { log_index: 2, proof: None, ..entry_1(&hashed_rekord_1()) });
}

/// A proof is about the place in the tree, and only the promise about the number in the log: without one anybody can change it.
#[test]
fn trap_8_the_index_in_the_log_is_not_repeated_where_nobody_promised_it() {
    let entry = LogEntry { log_index: 77, promise: None, ..entry_1(&hashed_rekord_1()) };
    let logged = proven(&entry, &signed(&message()));
    assert_eq!((logged.index, logged.time), (None, None));
}

#[test]
fn trap_9_rekor_1_says_the_size_and_the_root_of_its_checkpoint() {
    let entry = entry_1(&hashed_rekord_1());
    assert_eq!(refusal(&changed(entry.clone(), |proof| proof.tree_size = 4)), InvalidEntry::Size { expected: 3, found: 4 });
    assert_eq!(refusal(&changed(entry.clone(), |proof| proof.root_hash[0] ^= 1)), InvalidEntry::Root);
    assert_eq!(refusal(&changed(entry, |proof| proof.root_hash.clear())), InvalidEntry::Root);
}

/// Consistent in itself, signed by the log, and about another tree.
#[test]
fn a_checkpoint_of_another_tree_is_refused() {
    let entry = changed(entry_1(&hashed_rekord_1()), |proof| {
        proof.checkpoint = checkpoint(1, "machine - 123", signer(1).id().as_bytes(), 3, &[7; 32]);
    });
    assert_eq!(refusal(&entry), InvalidEntry::Root);
}

#[test]
fn trap_9_rekor_2_s_own_index_size_and_root_are_nobody_s_word() {
    let entry = changed(entry_2(&hashed_rekord_2()), |proof| {
        proof.log_index = 77;
        proof.tree_size = 0;
        proof.root_hash = Vec::new();
    });
    assert_eq!(proven(&entry, &signed(&message())).index, Some(2));
}

#[test]
fn trap_9_rekor_2_s_index_is_that_of_the_entry() {
    let entry = LogEntry { log_index: 0, ..entry_2(&hashed_rekord_2()) };
    assert_eq!(refusal(&entry), InvalidEntry::Proof(InvalidProof::Length { expected: 2, found: 1 }));
    let entry = LogEntry { log_index: u64::MAX, ..entry_2(&hashed_rekord_2()) };
    assert_eq!(refusal(&entry), InvalidEntry::Proof(InvalidProof::Index { index: u64::MAX, size: 3 }));
}

#[test]
fn trap_9_rekor_2_s_root_is_that_of_the_checkpoint() {
    let other = entry_2(&hashed_rekord_of(b"other")).proof.unwrap();
    assert_eq!(refusal(&LogEntry { proof: Some(other), ..entry_2(&hashed_rekord_2()) }), InvalidEntry::Root);
}

// ---- What the entry is about ----

#[test]
fn trap_10_an_entry_about_another_signature_is_refused() {
    let (message, envelope) = (message(), envelope());
    for body in [hashed_rekord_1(), rekord(), hashed_rekord_2()] {
        refused_body(&body.replace(&base64(SIGNATURE), &base64(b"other")), &signed(&message), &InvalidEntry::Signature);
    }
    let pae = hashed_rekord_of(&dsse::pae(dsse::PAYLOAD_TYPE, STATEMENT));
    for body in [dsse_1(), pae] {
        let body = body.replace(&base64(SIGNATURE), &base64(b"other"));
        refused_body(&body, &signed_envelope(&envelope, None), &InvalidEntry::Signature);
    }
    let body = intoto_2().replace(&base64(base64(SIGNATURE).as_bytes()), &base64(base64(b"other").as_bytes()));
    refused_body(&body, &signed_envelope(&envelope, None), &InvalidEntry::Signature);
}

#[test]
fn trap_10_an_entry_about_another_certificate_is_refused() {
    let (message, envelope, document) = (message(), envelope(), document(STATEMENT, SIGNATURE));
    let with = |verifier| Signed { verifier, ..signed(&message) };
    let envelope_with = |verifier| Signed { verifier, ..signed_envelope(&envelope, Some(document.as_bytes())) };
    let key = signer(9);
    for verifier in [Verifier::Certificate(b"other"), Verifier::Certificate(b""), Verifier::Key(&key)] {
        for body in [hashed_rekord_1(), rekord(), hashed_rekord_2()] {
            refused_body(&body, &with(verifier), &InvalidEntry::Verifier);
        }
        for body in [dsse_1(), intoto_1(), intoto_2()] {
            refused_body(&body, &envelope_with(verifier), &InvalidEntry::Verifier);
        }
    }
}

#[test]
fn trap_10_an_entry_about_another_key_is_refused() {
    let (message, key, other) = (message(), signer(9), signer(8));
    let content = Content::Message { message: &message, signature: SIGNATURE };
    let body = hashed_rekord(MESSAGE, SIGNATURE, &pem("PUBLIC KEY", other.spki()));
    refused_body(&body, &Signed { verifier: Verifier::Key(&key), content }, &InvalidEntry::Verifier);
    refused_body(&body, &Signed { verifier: Verifier::Certificate(other.spki()), content }, &InvalidEntry::Verifier);
}

#[test]
fn trap_10_an_entry_about_other_content_is_refused() {
    let (message, envelope) = (message(), envelope());
    refused_body(&hashed_rekord(b"other", SIGNATURE, &pem("CERTIFICATE", CERTIFICATE)), &signed(&message), &digests(MESSAGE, b"other"));
    refused_body(&hashed_rekord_of(b"other"), &signed(&message), &digests(MESSAGE, b"other"));
    for body in [dsse_1(), intoto_2()] {
        let body = body.replace(&sha256(STATEMENT), &sha256(b"other"));
        refused_body(&body, &signed_envelope(&envelope, None), &digests(STATEMENT, b"other"));
    }
}

#[test]
fn trap_10_a_digest_of_the_payload_is_none_of_what_is_signed_of_an_envelope() {
    let envelope = envelope();
    let expected = dsse::pae(dsse::PAYLOAD_TYPE, STATEMENT);
    refused_body(&hashed_rekord_of(STATEMENT), &signed_envelope(&envelope, None), &digests(&expected, STATEMENT));
}

#[test]
fn trap_10_the_hash_of_the_whole_envelope_is_compared_where_it_is_known() {
    let (envelope, expected) = (envelope(), document(STATEMENT, SIGNATURE));
    let other = format!("{expected} ");
    for body in [dsse_1(), intoto_1(), intoto_2()] {
        let refusal = digests(other.as_bytes(), expected.as_bytes());
        refused_body(&body, &signed_envelope(&envelope, Some(other.as_bytes())), &refusal);
    }
}

#[test]
fn trap_10_an_entry_that_does_not_say_its_signature_is_about_nothing() {
    let envelope = envelope();
    refused_body(&intoto_1(), &signed_envelope(&envelope, None), &InvalidEntry::Unbound { kind: Kind::Intoto001 });
}

#[test]
fn an_entry_about_an_envelope_is_none_about_a_message() {
    let message = message();
    for (body, kind) in [(dsse_1(), Kind::Dsse001), (intoto_1(), Kind::Intoto001), (intoto_2(), Kind::Intoto002)] {
        refused_body(&body, &signed(&message), &InvalidEntry::Content { kind });
    }
}

#[test]
fn trap_20_a_digest_alone_is_compared_too() {
    let of = |bytes, algorithm| Message::Digest(Digest::of(algorithm, bytes));
    for body in [hashed_rekord_1(), hashed_rekord_2()] {
        let entry = Entry::parse(body.as_bytes()).unwrap();
        assert_eq!(entry.binds(&signed(&of(MESSAGE, Algorithm::Sha256))), Ok(()));
        assert_eq!(entry.binds(&signed(&of(b"other", Algorithm::Sha256))), Err(digests(b"other", MESSAGE)));
        assert!(matches!(entry.binds(&signed(&of(MESSAGE, Algorithm::Sha512))), Err(InvalidEntry::Digest { .. })));
    }
}

#[test]
fn trap_21_an_entry_about_several_signatures_is_refused() {
    let envelope = envelope();
    let one = format!(r#"{{"signature":"{}","verifier":"{}"}}"#, base64(SIGNATURE), base64(pem("CERTIFICATE", CERTIFICATE).as_bytes()));
    for (body, found) in [(dsse_1().replace(&one, &format!("{one},{one}")), 2), (dsse_1().replace(&one, ""), 0)] {
        refused_body(&body, &signed_envelope(&envelope, None), &InvalidEntry::Signatures { found });
    }
}

#[test]
fn trap_21_an_entry_about_another_type_of_payload_is_refused() {
    let envelope = envelope();
    let body = intoto_2().replace(dsse::PAYLOAD_TYPE, "text/plain");
    refused_body(&body, &signed_envelope(&envelope, None), &InvalidEntry::PayloadType { found: "text/plain".into() });
}

#[test]
fn a_payload_that_is_left_in_is_the_one_that_its_hash_says() {
    let envelope = envelope();
    let with = |payload: &[u8]| {
        intoto_2().replace(r#""payloadType""#, &format!(r#""payload":"{}","payloadType""#, base64(base64(payload).as_bytes())))
    };
    assert_eq!(Entry::parse(with(STATEMENT).as_bytes()).unwrap().binds(&signed_envelope(&envelope, None)), Ok(()));
    refused_body(&with(b"other"), &signed_envelope(&envelope, None), &digests(STATEMENT, b"other"));
}

// ---- Bodies that are none ----

#[test]
fn the_body_is_of_the_kind_that_the_entry_says() {
    for (kind, version) in [("dsse", "0.0.1"), ("hashedrekord", "0.0.2"), ("hashedrekord", "0.0.1 "), ("HashedRekord", "0.0.1"), ("", "")] {
        let entry = LogEntry { kind: kind.into(), version: version.into(), ..entry_1(&hashed_rekord_1()) };
        assert_eq!(refusal(&entry), InvalidEntry::Kind { expected: format!("{kind} {version}"), found: Kind::HashedRekord001 });
    }
}

/// An entry of Rekor v1 that is called one of v2 would need no promise, and bring its own index.
#[test]
fn an_entry_of_one_generation_is_none_of_the_other() {
    let entry = LogEntry { version: "0.0.2".into(), promise: None, ..entry_1(&hashed_rekord_1()) };
    assert!(matches!(refusal(&entry), InvalidEntry::Kind { .. }));
}

#[test]
fn kinds_that_are_not_known_are_refused() {
    let message = message();
    for (from, to) in [("hashedrekord", "rpm"), ("0.0.1", "0.0.3"), ("hashedrekord", "hashedRekord")] {
        let body = hashed_rekord_1().replacen(from, to, 1);
        assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::Unsupported { .. })), "{to}");
    }
    let body = rekord().replace("x509", "pgp");
    refused_body(&body, &signed(&message), &InvalidEntry::Unsupported { kind: "rekord of pgp".into(), version: "0.0.1".into() });
}

#[test]
fn a_key_that_does_not_sign_as_the_entry_says_is_refused() {
    let (message, key) = (message(), signer(9));
    let certificate = format!(r#""x509Certificate":{{"rawBytes":"{}"}}"#, base64(CERTIFICATE));
    let body = hashed_rekord_2().replace(&certificate, &format!(r#""publicKey":{{"rawBytes":"{}"}}"#, base64(key.spki())));
    let content = Content::Message { message: &message, signature: SIGNATURE };
    refused_body(&body, &Signed { verifier: Verifier::Key(&key), content }, &InvalidEntry::Scheme);
}

#[test]
fn a_scheme_that_a_log_has_no_entry_of_is_refused() {
    let message = message();
    for details in ["PKIX_ED25519", "PKIX_ED25519_PH", "PKIX_ECDSA_P384_SHA_384", "PKCS1_RSA_PKCS1V5", "ML_DSA_65", ""] {
        refused_body(&hashed_rekord_2().replace("PKIX_ECDSA_P256_SHA_256", details), &signed(&message), &InvalidEntry::Scheme);
    }
}

#[test]
fn a_verifier_that_is_both_or_neither_is_refused() {
    let message = message();
    let both = hashed_rekord_2()
        .replace(r#""x509Certificate""#, &format!(r#""publicKey":{{"rawBytes":"{}"}},"x509Certificate""#, base64(signer(9).spki())));
    refused_body(&both, &signed(&message), &InvalidEntry::Verifier);
    refused_body(&hashed_rekord_2().replace("x509Certificate", "x"), &signed(&message), &InvalidEntry::Verifier);
}

#[test]
fn digests_of_another_form_are_refused() {
    let value = sha256(MESSAGE);
    for other in [value.to_uppercase(), value[2..].to_owned(), String::new()] {
        let body = hashed_rekord_1().replace(&value, &other);
        assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::DigestText(_))), "{other}");
    }
    let body = hashed_rekord_1().replace("sha256", "sha1");
    assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::DigestText(_))));
    assert_eq!(Entry::parse(hashed_rekord_2().replace("SHA2_256", "SHA2_512").as_bytes()), Err(InvalidEntry::DigestLength));
    assert_eq!(Entry::parse(hashed_rekord_2().replace("SHA2_256", "SHA1").as_bytes()), Err(InvalidEntry::DigestAlgorithm));
}

#[test]
fn base64_has_one_form() {
    let signature = base64(SIGNATURE);
    for body in [hashed_rekord_1(), hashed_rekord_2(), dsse_1()] {
        for other in [format!("{signature}="), signature.replace('c', "-"), format!("{signature}\\n"), "A".into()] {
            let body = body.replace(&signature, &other);
            assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::Base64 { .. })), "{other}");
        }
    }
    let once = intoto_2().replace(&base64(base64(SIGNATURE).as_bytes()), &base64(b"not base64"));
    assert!(matches!(Entry::parse(once.as_bytes()), Err(InvalidEntry::Base64 { .. })));
}

#[test]
fn verifiers_that_are_no_pem_of_a_key_or_certificate_are_refused() {
    for verifier in
        ["", "key", &pem("PRIVATE KEY", b"x"), &pem("PUBLIC KEY", b"x"), &(pem("CERTIFICATE", CERTIFICATE) + &pem("PUBLIC KEY", b"x"))]
    {
        let body = hashed_rekord(MESSAGE, SIGNATURE, verifier);
        assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::Pem(_) | InvalidEntry::Key(_))), "{verifier}");
    }
}

#[test]
fn what_other_readers_would_read_otherwise_is_refused() {
    for (from, to) in [
        (r#""kind""#, r#""Kind""#),
        (r#""kind":"hashedrekord""#, r#""kind":"hashedrekord","kind":"dsse""#),
        (r#""content""#, r#""content":"AQID","content""#),
        (r#""value""#, r#""Value""#),
        (r#""spec":{"#, r#""spec":[],"x":{"#),
        (r#""data":{"#, r#""data":null,"x":{"#),
    ] {
        let body = hashed_rekord_1().replacen(from, to, 1);
        assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::Json(_))), "{to}");
    }
    for body in ["", "null", "[]", "{}", "{} {}"] {
        assert!(matches!(Entry::parse(body.as_bytes()), Err(InvalidEntry::Json(_))), "{body}");
    }
}

#[test]
fn every_refusal_is_a_sentence_with_a_code() {
    let entry = entry_1(&hashed_rekord_1());
    for refusal in [
        refusal(&LogEntry { promise: None, proof: None, ..entry.clone() }),
        refusal(&LogEntry { kind: "\u{1b}[2J".into(), ..entry.clone() }),
        refusal(&changed(entry.clone(), |proof| proof.checkpoint = String::new())),
        refusal(&changed(entry, |proof| proof.hashes.clear())),
    ] {
        let sentence = refusal.to_string();
        assert!(sentence.contains("expected") && !sentence.contains(char::is_control), "{sentence:?}");
        assert!(refusal.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    }
}
