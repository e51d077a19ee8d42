//! What is a key, and what is refused as one.

use pullproof::crypto::Curve;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::KeyKind;
use pullproof::crypto::PublicKey;
use pullproof::der::InvalidDer;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::pem::InvalidPem;

use crate::support::EC;
use crate::support::ED25519;
use crate::support::NULL;
use crate::support::OpenSsl;
use crate::support::P256;
use crate::support::P384;
use crate::support::P521;
use crate::support::RSA;
use crate::support::bit_string;
use crate::support::der;
use crate::support::ec_spki;
use crate::support::integer;
use crate::support::p256;
use crate::support::p384;
use crate::support::p521;
use crate::support::pem;
use crate::support::rsa_spki;
use crate::support::sequence;

fn refusal(spki: &[u8]) -> InvalidKey {
    PublicKey::from_spki(spki).expect_err("this is no key")
}

/// A point on P-256 as SEC 1 writes it in full.
fn point() -> Vec<u8> {
    let (key, _) = p256(1, Digest::of(Algorithm::Sha256, b""));
    key.spki()[key.spki().len() - 65..].to_vec()
}

/// An Ed25519 test key.
fn ed25519() -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes()
}

fn ed25519_spki(point: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[ED25519]), &bit_string(point)])
}

/// Odd, of this many bits; nobody has its factors.
fn modulus(bits: usize) -> Vec<u8> {
    let mut number = vec![0xff; bits.div_ceil(8)];
    number[0] = 0xff >> (8 * number.len() - bits);
    number
}

const F4: &[u8] = &[1, 0, 1];

#[test]
fn every_kind_of_key_is_read_and_keeps_its_bytes() {
    let openssl = OpenSsl::load();
    for (kind, expected, name) in [
        ("p256", KeyKind::Ecdsa(Curve::P256), "ECDSA P-256"),
        ("p384", KeyKind::Ecdsa(Curve::P384), "ECDSA P-384"),
        ("p521", KeyKind::Ecdsa(Curve::P521), "ECDSA P-521"),
        ("ed25519", KeyKind::Ed25519, "Ed25519"),
        ("rsa2048", KeyKind::Rsa { bits: 2048 }, "RSA-2048"),
        ("rsa3072", KeyKind::Rsa { bits: 3072 }, "RSA-3072"),
        ("rsa4096", KeyKind::Rsa { bits: 4096 }, "RSA-4096"),
    ] {
        let key = PublicKey::from_pem(&openssl.key(kind).key).unwrap();
        assert_eq!((key.kind(), key.kind().to_string()), (expected, name.to_owned()));
        assert_eq!(PublicKey::from_spki(key.spki()), Ok(key.clone()));
        assert_eq!(key.id(), Digest::of(Algorithm::Sha256, key.spki()));
        assert_eq!(format!("{key:?}"), format!("PublicKey({name}, {})", key.id()));
    }
}

#[test]
fn pkcs1_is_the_same_key() {
    for kind in ["rsa2048", "rsa3072", "rsa4096"] {
        let openssl = OpenSsl::load();
        let found = openssl.key(kind);
        assert_eq!(PublicKey::from_pem(found.pkcs1.as_ref().unwrap()), PublicKey::from_pem(&found.key), "{kind}");
    }
}

#[test]
fn the_three_curves_and_their_sizes() {
    let digest = Digest::of(Algorithm::Sha256, b"");
    for ((key, _), curve) in [(p256(1, digest), Curve::P256), (p384(1, digest), Curve::P384), (p521(1, digest), Curve::P521)] {
        assert_eq!(key.kind(), KeyKind::Ecdsa(curve));
        assert_eq!(key.ed25519(), None);
        assert!(key.spki().len() > 2 * curve.size());
    }
}

#[test]
fn an_ed25519_key_comes_as_it_is_too() {
    let key = PublicKey::from_ed25519(&ed25519()).unwrap();
    assert_eq!(key.spki(), ed25519_spki(&ed25519()));
    assert_eq!(key.ed25519(), Some(&ed25519()[..]));
    for length in [0, 31, 33, 255] {
        assert!(PublicKey::from_ed25519(&vec![1; length]).is_err(), "{length}");
    }
}

#[test]
fn another_algorithm_is_refused() {
    // X25519, Ed448, and RSASSA-PSS, which says of a key what only the scheme may say.
    for oid in [
        &[0x06, 0x03, 0x2b, 0x65, 0x6e][..],
        &[0x06, 0x03, 0x2b, 0x65, 0x71],
        &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a],
    ] {
        assert_eq!(refusal(&sequence(&[&sequence(&[oid]), &bit_string(&ed25519())])), InvalidKey::Algorithm);
    }
}

#[test]
fn another_curve_is_refused() {
    let secp256k1 = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a];
    assert_eq!(refusal(&ec_spki(&secp256k1, &point())), InvalidKey::Curve);
}

#[test]
fn a_curve_spelled_out_instead_of_named_is_refused() {
    // CVE-2020-0601: whoever may choose the generator has everybody's private key.
    let explicit = sequence(&[&integer(&[1])]);
    assert_eq!(refusal(&ec_spki(&explicit, &point())), InvalidKey::Der(InvalidDer::Tag { expected: 0x06, found: 0x30 }));
    assert_eq!(refusal(&ec_spki(NULL, &point())), InvalidKey::Der(InvalidDer::Tag { expected: 0x06, found: 0x05 }));
    assert_eq!(refusal(&ec_spki(&[], &point())), InvalidKey::Der(InvalidDer::Truncated));
}

#[test]
fn a_compressed_or_hybrid_point_is_refused() {
    let point = point();
    let odd = point[64] & 1;
    assert_eq!(refusal(&ec_spki(P256, &[&[2 + odd], &point[1..33]].concat())), InvalidKey::Point);
    for form in [0, 2, 3, 5, 6, 7] {
        assert_eq!(refusal(&ec_spki(P256, &[&[form], &point[1..]].concat())), InvalidKey::Point, "{form}");
    }
}

#[test]
fn a_point_of_another_curve_is_refused() {
    assert_eq!(refusal(&ec_spki(P384, &point())), InvalidKey::Point);
    assert_eq!(refusal(&ec_spki(P521, &point())), InvalidKey::Point);
}

#[test]
fn the_point_at_infinity_and_a_point_of_another_length_are_refused() {
    let point = point();
    for point in [&[0][..], &[], &[4], &point[..64], &[&point[..], &[0]].concat()] {
        assert_eq!(refusal(&ec_spki(P256, point)), InvalidKey::Point, "{} octets", point.len());
    }
}

#[test]
fn an_ed25519_key_that_is_not_reduced_is_refused() {
    // Every y from p to 2^255 - 1, with either sign: another name of a point that has one (RFC 8032 section 5.1.3 step 1).
    for low in 0xed..=0xff {
        for high in [0x7f, 0xff] {
            let mut point = [0xff; 32];
            (point[0], point[31]) = (low, high);
            assert_eq!(PublicKey::from_ed25519(&point), Err(InvalidKey::Point), "{low:x} {high:x}");
        }
    }
}

#[test]
fn an_ed25519_key_just_below_p_is_reduced() {
    let mut point = [0xff; 32];
    (point[0], point[31]) = (0xec, 0x7f);
    assert!(PublicKey::from_ed25519(&point).is_ok());
    (point[0], point[30], point[31]) = (0xff, 0xfe, 0x7f);
    assert!(PublicKey::from_ed25519(&point).is_ok());
}

#[test]
fn an_ed25519_key_of_another_length_is_refused() {
    assert_eq!(refusal(&ed25519_spki(&ed25519()[..31])), InvalidKey::Point);
    assert_eq!(refusal(&ed25519_spki(&[&ed25519()[..], &[0]].concat())), InvalidKey::Point);
}

#[test]
fn an_rsa_key_has_2048_to_4096_bits() {
    for bits in [2048, 2049, 3072, 4095, 4096] {
        assert_eq!(PublicKey::from_spki(&rsa_spki(&modulus(bits), F4)).unwrap().kind(), KeyKind::Rsa { bits });
    }
    for bits in [1, 512, 1024, 2047, 4097, 8192] {
        assert_eq!(refusal(&rsa_spki(&modulus(bits), F4)), InvalidKey::Size { bits });
    }
    assert_eq!(refusal(&rsa_spki(&[], F4)), InvalidKey::Size { bits: 0 });
}

#[test]
fn an_even_modulus_is_refused() {
    let mut even = modulus(2048);
    even[255] = 0xfe;
    assert_eq!(refusal(&rsa_spki(&even, F4)), InvalidKey::Numbers);
}

#[test]
fn an_exponent_that_is_zero_one_even_or_huge_is_refused() {
    for exponent in [&[][..], &[1], &[2], &[1, 0], &[0x80, 0, 0, 0], &[1, 0, 0, 0, 1], &[0xff; 255], &modulus(2048)] {
        assert_eq!(refusal(&rsa_spki(&modulus(2048), exponent)), InvalidKey::Numbers, "{exponent:x?}");
    }
    for exponent in [&[3][..], F4, &[0xff, 0xff, 0xff, 0xff]] {
        assert!(PublicKey::from_spki(&rsa_spki(&modulus(2048), exponent)).is_ok(), "{exponent:x?}");
    }
}

#[test]
fn negative_and_padded_numbers_are_refused() {
    let spki = |modulus: &[u8], exponent: &[u8]| {
        sequence(&[&sequence(&[RSA, NULL]), &bit_string(&sequence(&[&der(0x02, modulus), &der(0x02, exponent)]))])
    };
    let positive = [&[0][..], &modulus(2048)].concat();
    assert!(PublicKey::from_spki(&spki(&positive, F4)).is_ok());
    for (modulus, exponent) in [
        (&modulus(2048)[..], F4),
        (&[&[0][..], &positive].concat(), F4),
        (&positive, &[0, 1, 0, 1]),
        (&positive, &[0x81, 0, 1]),
        (&positive, &[]),
    ] {
        assert!(matches!(refusal(&spki(modulus, exponent)), InvalidKey::Der(InvalidDer::Value { .. })));
    }
}

#[test]
fn whatever_stands_behind_any_part_of_a_key_is_refused() {
    let trailing = InvalidKey::Der(InvalidDer::Trailing);
    let point = bit_string(&point());
    let behind = |bytes: Vec<u8>| [&bytes[..], NULL].concat();
    assert_eq!(refusal(&behind(sequence(&[&sequence(&[EC, P256]), &point]))), trailing);
    assert_eq!(refusal(&sequence(&[&sequence(&[EC, P256, NULL]), &point])), trailing);
    assert_eq!(refusal(&sequence(&[&sequence(&[EC, P256]), &point, NULL])), trailing);
    // RFC 8410 section 3: "the parameters field MUST be absent".
    assert_eq!(refusal(&sequence(&[&sequence(&[ED25519, NULL]), &bit_string(&ed25519())])), trailing);

    let numbers = [integer(&modulus(2048)), integer(F4)].concat();
    let rsa =
        |numbers: &[u8], behind: &[u8]| sequence(&[&sequence(&[RSA, NULL]), &bit_string(&[&der(0x30, numbers)[..], behind].concat())]);
    assert_eq!(refusal(&rsa(&behind(numbers.clone()), &[])), trailing);
    assert_eq!(refusal(&rsa(&numbers, NULL)), trailing);
    assert!(PublicKey::from_spki(&rsa(&numbers, &[])).is_ok());
}

#[test]
fn a_key_cut_off_anywhere_is_refused() {
    for spki in [ec_spki(P256, &point()), ed25519_spki(&ed25519()), rsa_spki(&modulus(2048), F4)] {
        for length in 0..spki.len() {
            assert_eq!(refusal(&spki[..length]), InvalidKey::Der(InvalidDer::Truncated), "{length}");
        }
    }
}

#[test]
fn unused_bits_are_refused() {
    for (algorithm, key) in [
        (sequence(&[EC, P256]), point()),
        (sequence(&[ED25519]), ed25519().to_vec()),
        (sequence(&[RSA, NULL]), sequence(&[&integer(&modulus(2048)), &integer(F4)])),
    ] {
        for unused in 1..=8 {
            let mut octets = [&[unused][..], &key].concat();
            let last = octets.last_mut().unwrap();
            *last = last.checked_shr(8).unwrap_or(0);
            let found = refusal(&sequence(&[&algorithm, &der(0x03, &octets)]));
            assert!(matches!(found, InvalidKey::Der(InvalidDer::Value { .. })), "{unused}: {found}");
        }
    }
}

#[test]
fn rsa_has_null_for_parameters() {
    let key = bit_string(&sequence(&[&integer(&modulus(2048)), &integer(F4)]));
    assert_eq!(refusal(&sequence(&[&sequence(&[RSA]), &key])), InvalidKey::Der(InvalidDer::Truncated));
    assert!(matches!(refusal(&sequence(&[&sequence(&[RSA, &[0x05, 0x01, 0x00]]), &key])), InvalidKey::Der(InvalidDer::Value { .. })));
}

#[test]
fn pem_holds_exactly_one_key() {
    let label = InvalidKey::Pem(InvalidPem::Label { expected: "one PUBLIC KEY" });
    let spki = ec_spki(P256, &point());
    let one = pem("PUBLIC KEY", &spki);
    assert_eq!(PublicKey::from_pem(&one), PublicKey::from_spki(&spki));
    assert_eq!(PublicKey::from_pem(&one.repeat(2)), Err(label));
    assert_eq!(PublicKey::from_pem(&pem("PRIVATE KEY", &spki)), Err(label));
    assert_eq!(PublicKey::from_pem(&pem("EC PUBLIC KEY", &spki)), Err(label));
    assert_eq!(PublicKey::from_pem(""), Err(InvalidKey::Pem(InvalidPem::Structure)));
    assert_eq!(PublicKey::from_pem("AAAA"), Err(InvalidKey::Pem(InvalidPem::Structure)));
    assert_eq!(PublicKey::from_pem(&one.replace("PUBLIC KEY-----\n", "PUBLIC KEY-----\n!")), Err(InvalidKey::Pem(InvalidPem::Base64)));
}

#[test]
fn pkcs1_under_the_wrong_label_is_refused_and_so_is_anything_else_under_its_label() {
    let numbers = sequence(&[&integer(&modulus(2048)), &integer(F4)]);
    assert!(PublicKey::from_pem(&pem("RSA PUBLIC KEY", &numbers)).is_ok());
    assert_eq!(PublicKey::from_pem(&pem("PUBLIC KEY", &numbers)), Err(InvalidKey::Der(InvalidDer::Tag { expected: 0x30, found: 0x02 })));
    for other in [rsa_spki(&modulus(2048), F4), ec_spki(P256, &point()), [&numbers[..], NULL].concat(), Vec::new()] {
        assert!(matches!(PublicKey::from_pem(&pem("RSA PUBLIC KEY", &other)), Err(InvalidKey::Der(_))));
    }
    let short = sequence(&[&integer(&modulus(1024)), &integer(F4)]);
    assert_eq!(PublicKey::from_pem(&pem("RSA PUBLIC KEY", &short)), Err(InvalidKey::Size { bits: 1024 }));
}

#[test]
fn every_refusal_is_one_sentence_of_what_was_expected() {
    for invalid in [
        InvalidKey::Algorithm,
        InvalidKey::Curve,
        InvalidKey::Der(InvalidDer::Trailing),
        InvalidKey::Numbers,
        InvalidKey::Pem(InvalidPem::Structure),
        InvalidKey::Point,
        InvalidKey::Size { bits: 1024 },
    ] {
        let sentence = invalid.to_string();
        assert!(sentence.contains("expected ") && sentence.contains("found "), "{sentence}");
    }
}
