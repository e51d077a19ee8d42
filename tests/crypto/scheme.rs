//! Schemes by their names in X.509, and which key can sign how.

use pullproof::crypto::Curve;
use pullproof::crypto::InvalidScheme;
use pullproof::crypto::KeyKind;
use pullproof::crypto::Message;
use pullproof::crypto::Scheme;
use pullproof::crypto::SignatureCheck;
use pullproof::der::InvalidDer;
use pullproof::der::Reader;
use pullproof::digest::Algorithm;

use crate::support::NULL;
use crate::support::der;
use crate::support::integer;
use crate::support::sequence;
use crate::support::signed_by;

const ECDSA: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const SHA2: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
const SHA1: [u8; 5] = [0x2b, 0x0e, 0x03, 0x02, 0x1a];
const HASHES: [(u8, Algorithm); 3] = [(1, Algorithm::Sha256), (2, Algorithm::Sha384), (3, Algorithm::Sha512)];

fn oid(prefix: &[u8], last: u8) -> Vec<u8> {
    der(0x06, &[prefix, &[last]].concat())
}

/// What is in an `AlgorithmIdentifier` of these elements.
fn named(elements: &[&[u8]]) -> Result<Scheme, InvalidScheme> {
    Scheme::from_algorithm_identifier(Reader::new(&elements.concat()))
}

fn explicit(number: u8, element: &[u8]) -> Vec<u8> {
    der(0xa0 | number, element)
}

fn pss(hash: &[u8], mask: &[u8], mask_hash: &[u8], salt: u8) -> Vec<u8> {
    let mask = sequence(&[mask, &sequence(&[mask_hash, NULL])]);
    sequence(&[&explicit(0, &sequence(&[hash, NULL])), &explicit(1, &mask), &explicit(2, &integer(&[salt]))])
}

#[test]
fn every_scheme_is_known_by_its_name() {
    for (number, hash) in HASHES {
        assert_eq!(named(&[&oid(&ECDSA, number + 1)]), Ok(Scheme::Ecdsa(hash)));
        assert_eq!(named(&[&oid(&PKCS1, number + 10), NULL]), Ok(Scheme::RsaPkcs1(hash)));
        let sha2 = oid(&SHA2, number);
        let salt = u8::try_from(hash.length()).unwrap();
        assert_eq!(named(&[&oid(&PKCS1, 10), &pss(&sha2, &oid(&PKCS1, 8), &sha2, salt)]), Ok(Scheme::RsaPss(hash)));
    }
    assert_eq!(named(&[&oid(&[0x2b, 0x65], 0x70)]), Ok(Scheme::Ed25519));
}

#[test]
fn null_may_be_missing_where_rfc_4055_has_everybody_accept_that() {
    assert_eq!(named(&[&oid(&PKCS1, 11)]), Ok(Scheme::RsaPkcs1(Algorithm::Sha256)));
}

#[test]
fn other_names_are_refused() {
    // SHA-1 and SHA-224 with ECDSA and RSA, MD5 with RSA, rsaEncryption, Ed448, ECDSA with SHA3-256.
    for other in [
        oid(&ECDSA[..6], 1),
        oid(&ECDSA, 1),
        oid(&PKCS1, 4),
        oid(&PKCS1, 5),
        oid(&PKCS1, 14),
        oid(&PKCS1, 1),
        oid(&[0x2b, 0x65], 0x71),
        oid(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03], 0x0a),
    ] {
        assert_eq!(named(&[&other]), Err(InvalidScheme::Unknown), "{other:x?}");
        assert_eq!(named(&[&other, NULL]), Err(InvalidScheme::Unknown), "{other:x?}");
    }
}

#[test]
fn parameters_that_do_not_belong_there_are_refused() {
    let trailing = Err(InvalidScheme::Der(InvalidDer::Trailing));
    // RFC 5758 section 3.2 and RFC 8410 section 3: absent.
    assert_eq!(named(&[&oid(&ECDSA, 2), NULL]), trailing);
    assert_eq!(named(&[&oid(&[0x2b, 0x65], 0x70), NULL]), trailing);
    assert_eq!(named(&[&oid(&PKCS1, 11), NULL, NULL]), trailing);
    assert_eq!(named(&[&oid(&PKCS1, 11), &sequence(&[])]), Err(InvalidScheme::Der(InvalidDer::Tag { expected: 5, found: 0x30 })));
    assert_eq!(named(&[]), Err(InvalidScheme::Der(InvalidDer::Truncated)));
    assert_eq!(named(&[NULL]), Err(InvalidScheme::Der(InvalidDer::Tag { expected: 6, found: 5 })));
}

#[test]
fn pss_with_another_hash_mask_or_salt_is_refused() {
    let (sha256, sha384, mgf1) = (oid(&SHA2, 1), oid(&SHA2, 2), oid(&PKCS1, 8));
    let scheme = |parameters: &[u8]| named(&[&oid(&PKCS1, 10), parameters]);
    assert_eq!(scheme(&pss(&sha256, &mgf1, &sha384, 32)), Err(InvalidScheme::Parameters));
    assert_eq!(scheme(&pss(&sha256, &oid(&PKCS1, 9), &sha256, 32)), Err(InvalidScheme::Parameters));
    for salt in [0, 20, 31, 33, 48, 255] {
        assert_eq!(scheme(&pss(&sha256, &mgf1, &sha256, salt)), Err(InvalidScheme::Parameters), "{salt}");
    }
    let sha1 = der(0x06, &SHA1);
    assert_eq!(scheme(&pss(&sha1, &mgf1, &sha1, 20)), Err(InvalidScheme::Hash));
    assert_eq!(scheme(&pss(&sha256, &mgf1, &sha1, 32)), Err(InvalidScheme::Hash));
}

#[test]
fn pss_with_anything_left_to_its_defaults_is_refused() {
    // They are SHA-1 and 20 octets (RFC 4055 section 3.1).
    let sha256 = oid(&SHA2, 1);
    let hash = explicit(0, &sequence(&[&sha256]));
    let mask = explicit(1, &sequence(&[&oid(&PKCS1, 8), &sequence(&[&sha256])]));
    let salt = explicit(2, &integer(&[32]));
    let scheme = |parts: &[&[u8]]| named(&[&oid(&PKCS1, 10), &sequence(parts)]);
    assert_eq!(scheme(&[&hash, &mask, &salt]), Ok(Scheme::RsaPss(Algorithm::Sha256)));
    for parts in [&[][..], &[&hash], &[&hash, &mask], &[&hash, &salt], &[&mask, &salt], &[&mask, &hash, &salt]] {
        let parts: Vec<&[u8]> = parts.iter().map(|part: &&Vec<u8>| part.as_slice()).collect();
        assert!(matches!(scheme(&parts), Err(InvalidScheme::Der(_))), "{parts:x?}");
    }
    // The trailer field has one value, its default, which DER leaves out.
    assert_eq!(scheme(&[&hash, &mask, &salt, &explicit(3, &integer(&[1]))]), Err(InvalidScheme::Der(InvalidDer::Trailing)));
    assert_eq!(named(&[&oid(&PKCS1, 10)]), Err(InvalidScheme::Der(InvalidDer::Truncated)));
    assert!(named(&[&oid(&PKCS1, 10), NULL]).is_err());
}

#[test]
fn a_key_signs_only_as_its_kind_can() {
    let ec = KeyKind::Ecdsa(Curve::P256);
    let rsa = KeyKind::Rsa { bits: 2048 };
    let sha = Algorithm::Sha384;
    for (scheme, able) in [
        (Scheme::Ecdsa(sha), ec),
        (Scheme::Ed25519, KeyKind::Ed25519),
        (Scheme::Ed25519ph, KeyKind::Ed25519),
        (Scheme::RsaPkcs1(sha), rsa),
        (Scheme::RsaPss(sha), rsa),
    ] {
        for kind in [ec, KeyKind::Ecdsa(Curve::P521), KeyKind::Ed25519, rsa] {
            assert_eq!(scheme.suits(kind), core::mem::discriminant(&kind) == core::mem::discriminant(&able), "{scheme} {kind}");
        }
    }
}

#[test]
fn a_check_of_a_key_that_cannot_sign_so_is_not_even_made() {
    // CVE-2015-9258: an attacker who names the algorithm names the weakest reading of a key.
    let honest = signed_by(1);
    let kind = honest.key().kind();
    for scheme in [Scheme::Ed25519, Scheme::Ed25519ph, Scheme::RsaPkcs1(Algorithm::Sha256), Scheme::RsaPss(Algorithm::Sha256)] {
        let found = SignatureCheck::new(honest.key().clone(), scheme, Message::Bytes(Vec::new()), honest.signature().to_vec());
        assert_eq!(found, Err(InvalidScheme::Unsuited { scheme, key: kind }));
    }
}

#[test]
fn without_another_word_a_key_signs_with_the_hash_of_its_size() {
    for (kind, scheme, name) in [
        (KeyKind::Ecdsa(Curve::P256), Scheme::Ecdsa(Algorithm::Sha256), "ECDSA with sha256"),
        (KeyKind::Ecdsa(Curve::P384), Scheme::Ecdsa(Algorithm::Sha384), "ECDSA with sha384"),
        (KeyKind::Ecdsa(Curve::P521), Scheme::Ecdsa(Algorithm::Sha512), "ECDSA with sha512"),
        (KeyKind::Ed25519, Scheme::Ed25519, "Ed25519"),
        (KeyKind::Rsa { bits: 4096 }, Scheme::RsaPkcs1(Algorithm::Sha256), "RSA PKCS #1 v1.5 with sha256"),
    ] {
        assert_eq!((Scheme::of(kind), Scheme::of(kind).to_string()), (scheme, name.to_owned()));
        assert!(scheme.suits(kind));
    }
    assert_eq!((Scheme::Ed25519.hash(), Scheme::Ed25519ph.hash()), (None, Some(Algorithm::Sha512)));
}

#[test]
fn every_refusal_is_one_sentence_of_what_was_expected() {
    for invalid in [
        InvalidScheme::Der(InvalidDer::Trailing),
        InvalidScheme::Hash,
        InvalidScheme::Parameters,
        InvalidScheme::Unknown,
        InvalidScheme::Unsuited { scheme: Scheme::Ed25519, key: KeyKind::Rsa { bits: 2048 } },
    ] {
        let sentence = invalid.to_string();
        assert!(sentence.contains("expected ") && sentence.contains("found "), "{sentence}");
    }
}
