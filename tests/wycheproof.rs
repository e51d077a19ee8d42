//! Project Wycheproof's signatures: every set of every scheme that is known here, case by case, and the certainty that what is not
//! known here is refused. Where we decide otherwise than the set, `third_party/exceptions.json` says why; an exception that no longer
//! is one fails as well.
//!
//! `cargo test --test wycheproof -- --nocapture` prints how many cases ran.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fmt;

use base64ct::Encoding as _;
use pullproof::crypto::Curve;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::KeyKind;
use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde::Deserialize;
use wycheproof::EllipticCurve;
use wycheproof::HashFunction;
use wycheproof::TestResult;
use wycheproof::ecdsa;
use wycheproof::eddsa;
use wycheproof::rsa_pkcs1_verify;
use wycheproof::rsa_pss_verify;

/// Then only what is valid there is tried, with every hash of ours: what is not may well be valid with one of them.
const NO_HASH: &str = "no hash function of ours";

/// Cases on which we and a suite of others do not agree, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "suite")]
    _suite: String,
    set: String,
    cases: Vec<usize>,
    expected: String,
    actual: String,
    reason: String,
}

/// What a family of sets came to.
struct Tally {
    family: &'static str,
    /// Of this family, by set and case: what is expected there, and what we do.
    exceptions: BTreeMap<(String, usize), (String, String)>,
    wrong: Vec<String>,
    ran: usize,
    accepted: usize,
}

impl Tally {
    fn new(family: &'static str) -> Self {
        let listed: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("third_party/exceptions.json")).expect("a list of exceptions");
        let mut exceptions = BTreeMap::new();
        // Those of other suites have names for cases (tests/differential).
        for exception in listed.into_iter().filter(|exception| exception["suite"] == format!("wycheproof {family}")) {
            let exception: Exception = serde_json::from_value(exception).expect("an exception with its cases and its reason");
            assert!(!exception.reason.is_empty(), "{}: an exception without a reason", exception.set);
            for case in exception.cases {
                let known = (exception.expected.clone(), exception.actual.clone());
                assert!(exceptions.insert((exception.set.clone(), case), known).is_none(), "{} {case} is listed twice", exception.set);
            }
        }
        Self { family, exceptions, wrong: Vec::new(), ran: 0, accepted: 0 }
    }

    /// What is refused by rule is invalid here, whatever the set says.
    fn refused(&mut self, set: impl fmt::Debug, case: usize, holds: bool) {
        self.case(set, case, TestResult::Invalid, holds);
    }

    fn case(&mut self, set: impl fmt::Debug, case: usize, result: TestResult, holds: bool) {
        self.ran += 1;
        self.accepted += usize::from(holds);
        let expected = match result {
            TestResult::Valid => "accepted",
            TestResult::Invalid => "refused",
            // Whatever we do there is a decision, which the list gives a reason for.
            TestResult::Acceptable => "acceptable",
        };
        let actual = if holds { "accepted" } else { "refused" };
        match self.exceptions.remove(&(format!("{set:?}"), case)) {
            None if expected == actual => {}
            None => self.wrong.push(format!("{set:?} {case}: expected {expected}, found {actual}")),
            Some((listed, done)) if (listed.as_str(), done.as_str()) == (expected, actual) && expected != actual => {}
            Some((listed, done)) => {
                self.wrong.push(format!("{set:?} {case}: an exception of {listed} and {done}, but expected {expected}, found {actual}"));
            }
        }
    }

    fn told(&mut self, set: impl fmt::Debug, why: &str) {
        println!("{set:?}: {} cases, {} accepted{}{why}", self.ran, self.accepted, if why.is_empty() { "" } else { ": " });
        assert!(self.ran > 0, "{set:?} has no case");
        (self.ran, self.accepted) = (0, 0);
    }

    fn finish(self) {
        assert!(self.wrong.is_empty(), "{}:\n{}", self.family, self.wrong.join("\n"));
        assert!(self.exceptions.is_empty(), "{}: exceptions of cases that do not exist: {:?}", self.family, self.exceptions.keys());
    }
}

fn holds(key: &PublicKey, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
    let check = |message| SignatureCheck::new(key.clone(), scheme, message, signature.to_vec()).expect("the scheme suits the key").holds();
    let holds = check(Message::Bytes(message.to_vec()));
    // Nobody needs the message where a number is signed that its digest gives.
    if let (true, Some(hash)) = (holds, scheme.hash()) {
        assert!(check(Message::Digest(Digest::of(hash, message))));
    }
    holds
}

fn holds_by_any(key: &PublicKey, scheme: fn(Algorithm) -> Scheme, message: &[u8], signature: &[u8]) -> bool {
    [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512].into_iter().any(|hash| holds(key, scheme(hash), message, signature))
}

fn known_hash(hash: HashFunction) -> Option<Algorithm> {
    match hash {
        HashFunction::Sha2_256 => Some(Algorithm::Sha256),
        HashFunction::Sha2_384 => Some(Algorithm::Sha384),
        HashFunction::Sha2_512 => Some(Algorithm::Sha512),
        _ => None,
    }
}

/// The key of a group, in both of its encodings.
fn key(der: &[u8], pem: &str) -> Result<PublicKey, InvalidKey> {
    let key = PublicKey::from_spki(der);
    assert_eq!(PublicKey::from_pem(pem), key, "{pem}");
    key
}

#[test]
fn ecdsa_holds_where_wycheproof_says_so_and_nowhere_else() {
    let mut tally = Tally::new("ecdsa");
    for set in ecdsa::TestName::all() {
        let mut why = "";
        for group in ecdsa::TestSet::load(set).expect("the sets are of this version").test_groups {
            let curve = match group.key.curve {
                EllipticCurve::Secp256r1 => Curve::P256,
                EllipticCurve::Secp384r1 => Curve::P384,
                EllipticCurve::Secp521r1 => Curve::P521,
                _ => {
                    assert_eq!(key(&group.der, &group.pem), Err(InvalidKey::Curve));
                    why = "no curve of ours";
                    group.tests.iter().for_each(|test| tally.refused(set, test.tc_id, false));
                    continue;
                }
            };
            let key = key(&group.der, &group.pem).expect("a key on a curve of ours");
            assert_eq!(key.kind(), KeyKind::Ecdsa(curve));
            let p1363 = group.test_type == ecdsa::TestGroupTypeId::EcdsaP1363;
            for test in &group.tests {
                match known_hash(group.hash) {
                    Some(hash) if !p1363 => {
                        tally.case(set, test.tc_id, test.result, holds(&key, Scheme::Ecdsa(hash), &test.msg, &test.sig));
                    }
                    Some(hash) => {
                        // Two numbers side by side, as JOSE and COSE write them: whoever reads those turns them into DER first.
                        why = "ECDSA signatures are DER here";
                        tally.refused(set, test.tc_id, holds(&key, Scheme::Ecdsa(hash), &test.msg, &test.sig));
                    }
                    None if test.result == TestResult::Valid => {
                        why = NO_HASH;
                        tally.refused(set, test.tc_id, holds_by_any(&key, Scheme::Ecdsa, &test.msg, &test.sig));
                    }
                    None => {}
                }
            }
        }
        tally.told(set, why);
    }
    tally.finish();
}

#[test]
fn ed25519_holds_where_wycheproof_says_so_and_nowhere_else() {
    let mut tally = Tally::new("eddsa");
    for set in eddsa::TestName::all() {
        let mut why = "";
        for group in eddsa::TestSet::load(set).expect("the sets are of this version").test_groups {
            if set == eddsa::TestName::Ed448 {
                assert_eq!(key(&group.der, &group.pem), Err(InvalidKey::Algorithm));
                why = "no curve of ours";
                group.tests.iter().for_each(|test| tally.refused(set, test.tc_id, false));
                continue;
            }
            let key = key(&group.der, &group.pem).expect("an Ed25519 key");
            assert_eq!(PublicKey::from_ed25519(&group.key.pk), Ok(key.clone()));
            for test in &group.tests {
                tally.case(set, test.tc_id, test.result, holds(&key, Scheme::Ed25519, &test.msg, &test.sig));
                assert!(!holds(&key, Scheme::Ed25519ph, &test.msg, &test.sig), "{}: Ed25519 is not Ed25519ph", test.tc_id);
            }
        }
        tally.told(set, why);
    }
    tally.finish();
}

#[test]
fn rsa_pkcs1_holds_where_wycheproof_says_so_and_nowhere_else() {
    let mut tally = Tally::new("rsa_pkcs1_verify");
    for set in rsa_pkcs1_verify::TestName::all() {
        let mut why = "";
        for group in rsa_pkcs1_verify::TestSet::load(set).expect("the sets are of this version").test_groups {
            let key = match key(&group.der, &group.pem) {
                Ok(key) => key,
                Err(invalid) => {
                    assert_eq!(invalid, InvalidKey::Size { bits: group.key_size }, "{set:?}");
                    assert!(group.key_size > 4096);
                    why = "larger than any key of ours";
                    group.tests.iter().for_each(|test| tally.refused(set, test.tc_id, false));
                    continue;
                }
            };
            assert_eq!(key.kind(), KeyKind::Rsa { bits: group.key_size });
            assert_eq!(pkcs1(&group.asn_key), Ok(key.clone()));
            for test in &group.tests {
                if let Some(hash) = known_hash(group.hash) {
                    tally.case(set, test.tc_id, test.result, holds(&key, Scheme::RsaPkcs1(hash), &test.msg, &test.sig));
                } else if test.result == TestResult::Valid {
                    why = NO_HASH;
                    tally.refused(set, test.tc_id, holds_by_any(&key, Scheme::RsaPkcs1, &test.msg, &test.sig));
                }
            }
        }
        tally.told(set, why);
    }
    tally.finish();
}

#[test]
fn rsa_pss_holds_where_wycheproof_says_so_with_the_one_salt_length_and_nowhere_else() {
    let mut tally = Tally::new("rsa_pss_verify");
    for set in rsa_pss_verify::TestName::all() {
        let mut why = "";
        for group in rsa_pss_verify::TestSet::load(set).expect("the sets are of this version").test_groups {
            let key = match key(&group.der, &group.pem) {
                // A key that may only be used for PSS (RFC 4055 section 1.2) says so in a way that is none of ours: its numbers are tried.
                Err(InvalidKey::Algorithm) if group.test_type == rsa_pss_verify::TestGroupTypeId::RsaPssVerifyWithParam => {
                    pkcs1(&group.asn_key).expect("an RSA key")
                }
                key => key.expect("an RSA key"),
            };
            let ours = |hash: &Algorithm| group.mgf_hash == Some(group.hash) && group.salt_size == hash.length();
            for test in &group.tests {
                match known_hash(group.hash) {
                    Some(hash) if ours(&hash) => {
                        tally.case(set, test.tc_id, test.result, holds(&key, Scheme::RsaPss(hash), &test.msg, &test.sig));
                    }
                    Some(hash) => {
                        why = "another mask or salt than ours";
                        tally.refused(set, test.tc_id, holds(&key, Scheme::RsaPss(hash), &test.msg, &test.sig));
                    }
                    None if test.result != TestResult::Invalid => {
                        why = NO_HASH;
                        tally.refused(set, test.tc_id, holds_by_any(&key, Scheme::RsaPss, &test.msg, &test.sig));
                    }
                    None => {}
                }
            }
        }
        tally.told(set, why);
    }
    tally.finish();
}

/// An RSA key as PKCS #1 writes it, which only PEM brings.
fn pkcs1(der: &[u8]) -> Result<PublicKey, InvalidKey> {
    let encoded = base64ct::Base64::encode_string(der);
    PublicKey::from_pem(&format!("-----BEGIN RSA PUBLIC KEY-----\n{encoded}\n-----END RSA PUBLIC KEY-----\n"))
}
