//! Which promises of logs are taken, and which are not.

use std::slice;

use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::crypto::Step;
use pullproof::crypto::Unproven;
use pullproof::der::InvalidDer;
use pullproof::digest::Algorithm;
use pullproof::time::Validity;
use pullproof::tlog::Log;
use pullproof::x509::Certificate;
use pullproof::x509::sct;
use pullproof::x509::sct::InvalidSct;
use pullproof::x509::sct::LoggedAt;

use crate::minted::Draft;
use crate::minted::Extension;
use crate::minted::Key;
use crate::minted::UNKNOWN;
use crate::minted::authority_named;
use crate::minted::element;
use crate::minted::intermediate;
use crate::minted::key;
use crate::minted::key_384;
use crate::minted::leaf;
use crate::minted::name;
use crate::minted::signed_intermediate;
use crate::minted::signed_root;
use crate::minted::time;

const TIMESTAMP_LIST: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2];
/// ECDSA with SHA-256, as TLS numbers them.
const ECDSA: [u8; 2] = [4, 3];

fn log_key() -> Key {
    key(21)
}

fn log_of(key: &Key, operator: Option<&str>) -> Log {
    Log {
        id: key.id(),
        key: PublicKey::from_spki(&key.spki()).unwrap(),
        scheme: Scheme::Ecdsa(Algorithm::Sha256),
        validity: Validity { from: time("2025-01-01T00:00:00Z"), to: Some(time("2026-06-30T23:59:59Z")) },
        origin: "ct.test".into(),
        operator: operator.map(str::to_owned),
    }
}

/// What a log is asked to sign, and how it writes its promise down.
#[derive(Clone)]
struct Promise {
    log: Key,
    version: u8,
    /// Milliseconds.
    at: i64,
    extensions: Vec<u8>,
    algorithms: [u8; 2],
    issuer: Key,
    /// Behind the signature.
    behind: Vec<u8>,
}

fn promise() -> Promise {
    let at = time("2026-01-01T00:00:00Z").seconds() * 1000 + 999;
    Promise { log: log_key(), version: 0, at, extensions: vec![], algorithms: ECDSA, issuer: key(2), behind: vec![] }
}

fn vector(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

impl Promise {
    fn serialized(&self, precertificate: &[u8]) -> Vec<u8> {
        let signed = [
            &[0, 0][..],
            &self.at.to_be_bytes(),
            &[0, 1],
            &self.issuer.id(),
            &u32::try_from(precertificate.len()).unwrap().to_be_bytes()[1..],
            precertificate,
            &vector(&self.extensions),
        ];
        let signature = self.log.sign(&signed.concat());
        [
            &[self.version][..],
            &self.log.id(),
            &self.at.to_be_bytes(),
            &vector(&self.extensions),
            &self.algorithms,
            &vector(&signature),
            &self.behind,
        ]
        .concat()
    }
}

/// A certificate that a TLS list is embedded in.
fn with_list(draft: &Draft, list: &[u8]) -> Certificate {
    draft.clone().with((TIMESTAMP_LIST, false, element(4, list))).issued_by("intermediate", &key(2))
}

/// A certificate in which these promises are embedded, which were made for it.
fn promised(draft: &Draft, promises: &[Promise]) -> Certificate {
    let precertificate = draft.tbs("intermediate", &key(2));
    let list: Vec<u8> = promises.iter().flat_map(|promise| vector(&promise.serialized(&precertificate))).collect();
    with_list(draft, &vector(&list))
}

fn verify(leaf: &Certificate, logs: &[Log]) -> Result<Unproven<Vec<LoggedAt>>, InvalidSct> {
    sct::verify(leaf, &signed_intermediate(), logs)
}

#[track_caller]
fn accepted(promises: &[Promise], logs: &[Log]) -> Vec<LoggedAt> {
    verify(&promised(&leaf(), promises), logs).unwrap().prove().unwrap()
}

#[track_caller]
fn refused(leaf: &Certificate) -> InvalidSct {
    verify(leaf, &[log_of(&log_key(), None)]).unwrap_err()
}

/// Nothing to compare is wrong; the signature is.
#[track_caller]
fn unproven(leaf: &Certificate) {
    let unmet = verify(leaf, &[log_of(&log_key(), None)]).unwrap().prove().unwrap_err();
    assert_eq!((unmet.step, unmet.code()), (Step::Sct, "sct-signature-invalid"));
}

#[test]
fn a_promise_of_a_known_log_is_taken() {
    let logged = accepted(&[promise()], &[log_of(&log_key(), Some("operator"))]);
    assert_eq!(logged, [LoggedAt { log: log_key().id(), operator: Some("operator".into()), at: time("2026-01-01T00:00:00Z") }]);
}

#[test]
fn extensions_of_a_promise_are_signed() {
    let with = Promise { extensions: vec![0, 0, 5, 0, 0, 0, 0, 0x70], ..promise() };
    accepted(slice::from_ref(&with), &[log_of(&log_key(), None)]);

    let precertificate = leaf().tbs("intermediate", &key(2));
    let mut serialized = with.serialized(&precertificate);
    let place = 1 + 32 + 8 + 2 + 7;
    assert_eq!(serialized[place], 0x70);
    serialized[place] = 0x71;
    unproven(&with_list(&leaf(), &vector(&vector(&serialized))));
}

#[test]
fn the_extension_may_stand_anywhere_and_be_the_only_one() {
    let logs = [log_of(&log_key(), None)];
    let precertificate = leaf().tbs("intermediate", &key(2));
    let list = vector(&vector(&promise().serialized(&precertificate)));
    let embedded: Extension = (TIMESTAMP_LIST, false, element(4, &list));
    for place in 0..=leaf().extensions.len() {
        let draft = leaf().but(|draft| draft.extensions.insert(place, embedded.clone()));
        let leaf = draft.issued_by("intermediate", &key(2));
        assert!(verify(&leaf, &logs).unwrap().prove().is_ok(), "{place}");
    }
    // Where it is the only one, the log saw no list of extensions at all.
    let bare = leaf().but(|draft| {
        draft.extensions.clear();
        draft.subject = name("bare");
    });
    assert!(verify(&promised(&bare, &[promise()]), &logs).unwrap().prove().is_ok());
}

#[test]
fn lengths_are_corrected_whatever_they_are() {
    // The lists that are left get every length around 128 and 256, from which on it takes one more octet; no certificate has 65 536.
    let bare = leaf().but(|draft| {
        draft.extensions.clear();
        draft.subject = name("bare");
    });
    for padding in (100..116).chain(225..245).chain([1000, 60_000]) {
        let draft = bare.clone().with((UNKNOWN, false, vec![0; padding]));
        assert!(verify(&promised(&draft, &[promise()]), &[log_of(&log_key(), None)]).unwrap().prove().is_ok(), "{padding}");
    }
}

#[test]
fn a_certificate_without_a_promise_is_refused() {
    let refusal = refused(&leaf().issued_by("intermediate", &key(2)));
    assert_eq!((refusal.clone(), refusal.code()), (InvalidSct::Missing, "sct-missing"));
}

#[test]
fn a_promise_of_an_unknown_log_is_not_taken() {
    let refusal = refused(&promised(&leaf(), &[Promise { log: key(22), ..promise() }]));
    assert_eq!((refusal.clone(), refusal.code()), (InvalidSct::UnknownLogs, "sct-log-unknown"));
    assert_eq!(verify(&promised(&leaf(), &[promise()]), &[]).unwrap_err(), InvalidSct::UnknownLogs);
}

#[test]
fn a_promise_of_an_unknown_log_beside_that_of_a_known_one_does_no_harm() {
    let logged = accepted(&[Promise { log: key(22), ..promise() }, promise()], &[log_of(&log_key(), None)]);
    assert_eq!(logged.len(), 1);
}

#[test]
fn a_log_is_trusted_from_its_first_second_to_its_last() {
    let at = |text: &str, milliseconds: i64| Promise { at: time(text).seconds() * 1000 + milliseconds, ..promise() };
    accepted(&[at("2025-01-01T00:00:00Z", 0)], &[log_of(&log_key(), None)]);
    accepted(&[at("2026-06-30T23:59:59Z", 999)], &[log_of(&log_key(), None)]);
    for outside in [at("2024-12-31T23:59:59Z", 999), at("2026-07-01T00:00:00Z", 0)] {
        let refusal = refused(&promised(&leaf(), &[outside]));
        assert!(matches!(refusal, InvalidSct::LogNotValid { .. }), "{refusal:?}");
        assert_eq!(refusal.code(), "sct-log-not-valid");
    }
}

#[test]
fn a_log_that_is_listed_for_two_times_is_trusted_in_both() {
    let mut earlier = log_of(&log_key(), None);
    earlier.validity = Validity { from: time("2020-01-01T00:00:00Z"), to: Some(time("2021-01-01T00:00:00Z")) };
    accepted(&[promise()], &[earlier, log_of(&log_key(), None)]);
}

#[test]
fn a_time_that_nobody_can_write_is_refused() {
    assert_eq!(refused(&promised(&leaf(), &[Promise { at: -1, ..promise() }])), InvalidSct::Structure);
}

#[test]
fn a_promise_for_an_issuer_with_another_key_is_not_proven() {
    unproven(&promised(&leaf(), &[Promise { issuer: key(7), ..promise() }]));
    // The same from the other side: a twin of the issuer, with its name.
    let twin = intermediate().but(|draft| draft.spki = key(7).spki()).issued_by("root", &key_384(1));
    let leaf = promised(&leaf(), &[promise()]);
    assert!(sct::verify(&leaf, &twin, &[log_of(&log_key(), None)]).unwrap().prove().is_err());
}

#[test]
fn an_issuer_with_another_name_is_refused() {
    let leaf = promised(&leaf(), &[promise()]);
    let refusal = sct::verify(&leaf, &signed_root(), &[log_of(&log_key(), None)]).unwrap_err();
    assert_eq!(refusal, InvalidSct::Issuer { expected: "CN=intermediate".into(), found: "CN=root".into() });
}

#[test]
fn a_promise_for_another_certificate_is_not_proven() {
    let other = leaf().but(|draft| draft.serial = element(2, &[7])).tbs("intermediate", &key(2));
    unproven(&with_list(&leaf(), &vector(&vector(&promise().serialized(&other)))));
}

#[test]
fn a_promise_that_another_log_signed_is_not_proven() {
    let precertificate = leaf().tbs("intermediate", &key(2));
    let mut forged = Promise { log: key(22), ..promise() }.serialized(&precertificate);
    forged[1..33].copy_from_slice(&log_key().id());
    unproven(&with_list(&leaf(), &vector(&vector(&forged))));
}

#[test]
fn every_promise_of_a_known_log_has_to_hold() {
    let bad = Promise { issuer: key(7), ..promise() };
    unproven(&promised(&leaf(), &[promise(), bad.clone()]));
    unproven(&promised(&leaf(), &[bad, promise()]));
}

#[test]
fn a_promise_says_how_its_log_signs() {
    for algorithms in [[4, 1], [5, 3], [2, 3], [8, 7], [0, 0]] {
        let refusal = refused(&promised(&leaf(), &[Promise { algorithms, ..promise() }]));
        assert_eq!(refusal, InvalidSct::Algorithm { expected: Scheme::Ecdsa(Algorithm::Sha256), found: algorithms });
    }
    // Nor does a log sign with what RFC 6962 does not know.
    let mut log = log_of(&log_key(), None);
    log.scheme = Scheme::Ed25519;
    assert_eq!(verify(&promised(&leaf(), &[promise()]), &[log]).unwrap_err().code(), "sct-invalid");
}

#[test]
fn a_promise_of_another_version_is_skipped() {
    let later = Promise { version: 1, ..promise() };
    assert_eq!(refused(&promised(&leaf(), slice::from_ref(&later))), InvalidSct::UnknownLogs);
    assert_eq!(accepted(&[later, promise()], &[log_of(&log_key(), None)]).len(), 1);
}

#[test]
fn something_behind_a_promise_is_refused() {
    assert_eq!(refused(&promised(&leaf(), &[Promise { behind: vec![0], ..promise() }])), InvalidSct::Structure);
}

#[test]
fn a_list_that_is_no_octet_string_is_refused() {
    let bare = leaf().with((TIMESTAMP_LIST, false, vector(b"x"))).issued_by("intermediate", &key(2));
    assert!(matches!(refused(&bare), InvalidSct::Der(_)));
    let list = vector(&vector(&promise().serialized(&leaf().tbs("intermediate", &key(2)))));
    let longer = leaf().with((TIMESTAMP_LIST, false, [element(4, &list), vec![5, 0]].concat())).issued_by("intermediate", &key(2));
    assert_eq!(refused(&longer), InvalidSct::Der(InvalidDer::Trailing));
}

#[test]
fn a_list_that_is_empty_cut_off_or_goes_on_is_refused() {
    let serialized = promise().serialized(&leaf().tbs("intermediate", &key(2)));
    let list = vector(&vector(&serialized));
    assert_eq!(refused(&with_list(&leaf(), &vector(&[]))), InvalidSct::Structure);
    assert_eq!(refused(&with_list(&leaf(), &vector(&vector(&[])))), InvalidSct::Structure);
    assert_eq!(refused(&with_list(&leaf(), &[list.clone(), vec![0]].concat())), InvalidSct::Structure);
    for length in (0..list.len()).step_by(3) {
        assert_eq!(refused(&with_list(&leaf(), &list[..length])), InvalidSct::Structure, "{length}");
    }
    for length in (0..serialized.len()).step_by(3) {
        assert_eq!(refused(&with_list(&leaf(), &vector(&vector(&serialized[..length])))), InvalidSct::Structure, "{length}");
    }
}

#[test]
fn too_many_promises_are_refused() {
    let leaf_of = |count: usize| promised(&leaf(), &vec![promise(); count]);
    assert_eq!(refused(&leaf_of(17)), InvalidSct::TooMany);
    assert_eq!(verify(&leaf_of(16), &[log_of(&log_key(), None)]).unwrap().prove().unwrap().len(), 16);
}

#[test]
fn a_threshold_counts_operators_and_logs_not_promises() {
    let logs = [log_of(&log_key(), Some("one")), log_of(&key(22), Some("one")), log_of(&key(23), None), log_of(&key(24), None)];
    let by = |seeds: &[u8]| -> Vec<Promise> { seeds.iter().map(|seed| Promise { log: key(*seed), ..promise() }).collect() };
    for (seeds, signers) in [(&[21][..], 1), (&[21, 21], 1), (&[21, 22], 1), (&[23, 23], 1), (&[23, 24], 2), (&[21, 22, 23, 24], 3)] {
        assert_eq!(sct::signers(&accepted(&by(seeds), &logs)), signers, "{seeds:?}");
    }
}

#[test]
fn the_issuer_may_be_the_anchor_itself() {
    let issuer = authority_named("intermediate", &key(2)).issued_by("intermediate", &key(2));
    assert!(sct::verify(&promised(&leaf(), &[promise()]), &issuer, &[log_of(&log_key(), None)]).unwrap().prove().is_ok());
}
