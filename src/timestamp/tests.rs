//! One attack a test, on timestamps that are right but for it.

mod authority;
mod content;
mod encoding;
mod mint;
mod signature;

use mint::Issue;
use mint::Key;
use mint::Token;
use mint::der;
use mint::integer;
use mint::octets;
use mint::oid;
use mint::sequence;

use super::*;
use crate::crypto::InvalidScheme;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::der::InvalidDer;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::time::Validity;

const MESSAGE: &[u8] = b"the bytes of a signature";

const ROOT: (&str, u8) = ("Test Root", 1);
const SIGNER: (&str, u8) = ("Test TSA", 2);
const STRANGER: (&str, u8) = ("Stranger", 3);

fn time(text: &str) -> UnixTime {
    text.parse().unwrap()
}

fn certificate(issue: &Issue) -> Certificate {
    Certificate::from_der(&issue.certificate()).unwrap()
}

fn signer() -> Issue {
    Issue::signer(SIGNER, ROOT)
}

/// Whoever has this chain, trusted for good.
fn authority(chain: &[&Issue]) -> Authority {
    Authority {
        chain: chain.iter().map(|issue| certificate(issue)).collect(),
        validity: Validity { from: time("2025-01-01T00:00:00Z"), to: None },
        uri: "https://timestamp.example".into(),
        operator: None,
    }
}

/// One who is known by its certificate for signing.
fn known() -> Authority {
    authority(&[&signer(), &Issue::root(ROOT)])
}

/// One who is known by its root only.
fn known_by_root() -> Authority {
    authority(&[&Issue::root(ROOT)])
}

fn token() -> Token {
    Token::over(MESSAGE, &signer())
}

/// What is proven: the time, or `None` if nothing is.
fn proven(response: &[u8], authorities: &[Authority]) -> Result<Option<UnixTime>, InvalidTimestamp> {
    let ways = verify(response, MESSAGE, authorities)?;
    Ok(ways.into_iter().find_map(|way| way.prove().ok()).map(|timestamp| timestamp.time))
}

#[track_caller]
fn accepted(token: &Token, authority: Authority) {
    assert_eq!(proven(&token.response(), &[authority]), Ok(Some(time("2025-07-01T12:00:00Z"))));
}

#[track_caller]
fn refused(token: &Token, invalid: InvalidTimestamp) {
    assert_eq!(proven(&token.response(), &[known()]), Err(invalid));
}

/// Everything that can be compared is right, but a signature does not hold.
#[track_caller]
fn unmet(token: &Token, authority: &Authority) {
    let ways = verify(&token.response(), MESSAGE, core::slice::from_ref(authority)).unwrap();
    assert!(!ways.is_empty());
    for way in ways {
        assert_eq!(way.prove().unwrap_err().step, Step::Time);
    }
}

/// It is about nobody who is known.
#[track_caller]
fn nobodys(token: &Token, authority: Authority) {
    let authorities = [authority];
    assert!(verify(&token.response(), MESSAGE, &authorities).unwrap().is_empty());
}

fn tag(expected: u8, found: u8) -> InvalidTimestamp {
    InvalidDer::Tag { expected, found }.into()
}

/// `bytes` with some elements in other words, and the lengths of what is around them. What has no other words is opened.
fn rewritten(bytes: &[u8], words: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut reader = crate::der::Reader::new(bytes);
    let mut rewritten = Vec::new();
    while !reader.is_empty() {
        let element = reader.any().unwrap();
        let tag = element.tag.octet();
        // The OCTET STRING that holds the `TSTInfo` is opened too.
        let is_open = tag & 0x20 != 0 || (tag == 4 && element.value.starts_with(&[0x30]));
        match words(element.bytes) {
            Some(other) => rewritten.extend(other),
            None if is_open => rewritten.extend(der(tag, &self::rewritten(element.value, words))),
            None => rewritten.extend(element.bytes),
        }
    }
    rewritten
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let other = rewritten(bytes, &mut |element| (element == from).then(|| to.to_vec()));
    assert_ne!(other, bytes);
    other
}

/// `bytes` with the element at this place, counted from 0, in other words; `None` behind the last.
fn with(bytes: &[u8], place: usize, words: impl Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    let mut at = 0;
    let other = rewritten(bytes, &mut |element| {
        at += 1;
        (at == place + 1).then(|| words(element))
    });
    (at > place).then_some(other)
}

#[test]
fn a_timestamp_says_when_and_who() {
    let authorities = [authority(&[&Issue::root(STRANGER)]), known()];
    let response = token().response();
    let [way] = <[_; 1]>::try_from(verify(&response, MESSAGE, &authorities).unwrap()).unwrap();
    // Its own signature, and the one on the signer's certificate.
    assert_eq!(way.checks().count(), 2);
    let timestamp = way.prove().unwrap();
    assert_eq!(timestamp, Timestamp { time: time("2025-07-01T12:00:00Z"), authority: &authorities[1] });
}

#[test]
fn the_certificate_of_the_signer_may_come_along() {
    let right = Token { certificates: vec![Issue::root(ROOT).certificate(), signer().certificate()], ..token() };
    accepted(&right, known());
    accepted(&right, known_by_root());
    accepted(&Token { certificates: vec![signer().certificate(), signer().certificate()], ..token() }, known());
}

#[test]
fn a_signer_may_be_named_by_their_key() {
    let right = Token { signer_version: 3, signer_identifier: der(0x80, &signer().key_identifier()), ..token() };
    accepted(&right, known());
}

#[test]
fn granted_with_modifications_is_granted() {
    let status = sequence(&[&integer(1), &sequence(&[&der(0x0c, b"without the policy that was asked for")])]);
    accepted(&Token { status, ..token() }, known());
}

#[test]
fn a_fraction_of_a_second_is_dropped() {
    let mut right = token();
    right.info.time = "20250701120000.999Z";
    accepted(&right, known());
}

#[test]
fn what_else_a_timestamp_may_say_is_no_reason_to_refuse_it() {
    let mut right = token();
    let accuracy = sequence(&[&integer(1), &der(0x80, &[1]), &der(0x81, &[1])]);
    let name = der(0xa0, &der(0xa4, &mint::name("Test TSA")));
    let extension = sequence(&[&oid(mint::SOMETHING), &octets(&[])]);
    right.info.rest = [accuracy, der(0x01, &[0xff]), integer(5), name, der(0xa1, &extension)].concat();
    right.unsigned_attributes = der(0xa1, &mint::attribute(mint::SOMETHING, &integer(1)));
    right.digest_algorithms.insert(0, sequence(&[&oid(mint::SHA_1)]));
    accepted(&right, known());
}

#[test]
fn the_name_of_the_certificate_may_be_left_out_or_be_complete() {
    let mut right = token();
    right.attributes = Some(right.attributes_without(mint::SIGNING_CERTIFICATE_V2));
    accepted(&right, known());
    let digest = Digest::of(Algorithm::Sha256, &signer().certificate());
    let complete = mint::signing_certificate_v2(&digest, &mint::issuer_serial(ROOT.0, 7));
    right.attributes = Some([right.attributes_without(mint::SIGNING_CERTIFICATE_V2), vec![complete]].concat());
    accepted(&right, known());
}

#[test]
fn imprints_are_compared_with_the_hash_function_that_they_name() {
    for (algorithm, identifier) in [(Algorithm::Sha384, mint::SHA_384), (Algorithm::Sha512, mint::SHA_512)] {
        let mut right = token();
        right.info.imprint_algorithm = sequence(&[&oid(identifier), &[5, 0]]);
        right.info.imprint = Digest::of(algorithm, MESSAGE).as_bytes().to_vec();
        accepted(&right, known());
    }
}

#[test]
fn both_ends_of_an_authoritys_validity_are_in_it() {
    let now = time("2025-07-01T12:00:00Z");
    accepted(&token(), Authority { validity: Validity { from: now, to: Some(now) }, ..known() });
}
