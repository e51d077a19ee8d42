//! Which signatures hold, and which do not.

use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::crypto::SignatureCheck;
use pullproof::der::Reader;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;

use crate::support::MESSAGE;
use crate::support::NULL;
use crate::support::OpenSsl;
use crate::support::der;
use crate::support::integer;
use crate::support::p256;
use crate::support::p384;
use crate::support::p521;
use crate::support::sequence;

const HASHES: [Algorithm; 3] = [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];

fn holds(key: &PublicKey, scheme: Scheme, message: Message, signature: &[u8]) -> bool {
    SignatureCheck::new(key.clone(), scheme, message, signature.to_vec()).expect("the scheme suits the key").holds()
}

fn bytes(message: &[u8]) -> Message {
    Message::Bytes(message.to_vec())
}

fn scheme(name: &str) -> Scheme {
    let (kind, hash) = name.split_once(' ').unwrap_or((name, "sha256"));
    let hash = HASHES.into_iter().find(|known| known.name() == hash).expect("a hash of ours");
    match kind {
        "ecdsa" => Scheme::Ecdsa(hash),
        "pkcs1" => Scheme::RsaPkcs1(hash),
        "pss" => Scheme::RsaPss(hash),
        "ed25519" => Scheme::Ed25519,
        other => panic!("{other} is no scheme"),
    }
}

/// The three curves, each with its test key and signature over a digest.
fn curves(digest: Digest) -> [(&'static str, PublicKey, Vec<u8>); 3] {
    let ((k1, s1), (k2, s2), (k3, s3)) = (p256(1, digest), p384(1, digest), p521(1, digest));
    [("P-256", k1, s1), ("P-384", k2, s2), ("P-521", k3, s3)]
}

/// An Ed25519 test key.
fn ed25519() -> (ed25519_dalek::SigningKey, PublicKey) {
    let secret = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let key = PublicKey::from_ed25519(secret.verifying_key().as_bytes()).expect("a key");
    (secret, key)
}

/// As FIPS 186-5 writes it: two numbers.
fn numbers(signature: &[u8]) -> [Vec<u8>; 2] {
    let mut reader = Reader::new(signature).sequence().expect("a SEQUENCE");
    [(); 2].map(|()| reader.unsigned().expect("a number").to_vec())
}

#[test]
fn what_openssl_signs_holds_for_every_key_and_hash() {
    let openssl = OpenSsl::load();
    let message = openssl.message.as_bytes();
    let mut counted = 0;
    for group in &openssl.keys {
        let key = PublicKey::from_pem(&group.key).unwrap();
        for signature in group.signatures.iter().filter(|signature| !signature.scheme.contains("salt")) {
            let scheme = scheme(&signature.scheme);
            assert!(holds(&key, scheme, bytes(message), &signature.bytes()), "{} {scheme}", group.kind);
            assert!(!holds(&key, scheme, bytes(b"signed by openssl"), &signature.bytes()), "{} {scheme}", group.kind);
            counted += 1;
        }
    }
    assert_eq!(counted, 3 * 3 + 1 + 3 * 6);
}

#[test]
fn a_signature_by_one_scheme_holds_by_no_other() {
    let openssl = OpenSsl::load();
    for group in openssl.keys.iter().filter(|group| group.kind != "ed25519") {
        let key = PublicKey::from_pem(&group.key).unwrap();
        for signature in &group.signatures {
            for other in HASHES.into_iter().flat_map(|hash| [Scheme::Ecdsa(hash), Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash)]) {
                if other.suits(key.kind()) && (signature.scheme.contains("salt") || other != scheme(&signature.scheme)) {
                    let found = holds(&key, other, bytes(openssl.message.as_bytes()), &signature.bytes());
                    assert!(!found, "{} {} by {other}", group.kind, signature.scheme);
                }
            }
        }
    }
}

#[test]
fn a_signature_by_one_key_holds_by_no_other() {
    let openssl = OpenSsl::load();
    let (_, stranger) = ed25519();
    for (kind, scheme) in [("ed25519", "ed25519"), ("p256", "ecdsa sha256")] {
        let signature = openssl.key(kind).signatures[0].bytes();
        let stranger = if kind == "p256" { p256(1, Digest::of(Algorithm::Sha256, b"")).0 } else { stranger.clone() };
        assert!(!holds(&stranger, self::scheme(scheme), bytes(openssl.message.as_bytes()), &signature));
    }
}

#[test]
fn a_pss_salt_of_another_length_than_the_hash_is_refused() {
    let openssl = OpenSsl::load();
    let group = openssl.key("rsa2048");
    let key = PublicKey::from_pem(&group.key).unwrap();
    let salted: Vec<_> = group.signatures.iter().filter(|signature| signature.scheme.contains("salt")).collect();
    assert_eq!(salted.len(), 3);
    for signature in salted {
        let message = bytes(openssl.message.as_bytes());
        assert!(!holds(&key, Scheme::RsaPss(Algorithm::Sha256), message, &signature.bytes()), "{}", signature.scheme);
    }
}

#[test]
fn trap_15_every_curve_signs_with_every_hash() {
    // Old clients sign with SHA-256 whatever the curve, and chains have P-256 with SHA-384: shorter digests than the order and longer.
    for hash in HASHES {
        for (curve, key, signature) in curves(Digest::of(hash, MESSAGE)) {
            assert!(holds(&key, Scheme::Ecdsa(hash), bytes(MESSAGE), &signature), "{curve} {hash:?}");
            assert!(!holds(&key, Scheme::Ecdsa(hash), bytes(b"another"), &signature), "{curve} {hash:?}");
            for other in HASHES.into_iter().filter(|other| *other != hash) {
                assert!(!holds(&key, Scheme::Ecdsa(other), bytes(MESSAGE), &signature), "{curve} {hash:?} as {other:?}");
            }
        }
    }
}

#[test]
fn trap_15_ed25519_and_ed25519ph_are_not_interchangeable() {
    let (secret, key) = ed25519();
    let pure = ed25519_dalek::Signer::sign(&secret, MESSAGE).to_bytes();
    let prehashed = {
        let mut hasher = sha2::Sha512::default();
        sha2::Digest::update(&mut hasher, MESSAGE);
        secret.sign_prehashed(hasher, None).unwrap().to_bytes()
    };
    for (scheme, signature, expected) in [
        (Scheme::Ed25519, &pure, true),
        (Scheme::Ed25519ph, &prehashed, true),
        (Scheme::Ed25519, &prehashed, false),
        (Scheme::Ed25519ph, &pure, false),
    ] {
        assert_eq!(holds(&key, scheme, bytes(MESSAGE), signature), expected, "{scheme}");
    }
    // Nor is the pure signature of a digest the prehashed one of its message.
    let digest = Digest::of(Algorithm::Sha512, MESSAGE);
    let of_digest = ed25519_dalek::Signer::sign(&secret, digest.as_bytes()).to_bytes();
    assert!(!holds(&key, Scheme::Ed25519ph, bytes(MESSAGE), &of_digest));
}

#[test]
fn ed25519ph_is_what_rfc_8032_says() {
    // Section 7.3, the one vector: "abc".
    let key = hex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");
    let key = PublicKey::from_ed25519(&key).unwrap();
    let signature = hex(
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
    );
    assert!(holds(&key, Scheme::Ed25519ph, bytes(b"abc"), &signature));
    assert!(!holds(&key, Scheme::Ed25519, bytes(b"abc"), &signature));
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|place| u8::from_str_radix(&text[2 * place..2 * place + 2], 16).expect("digits")).collect()
}

#[test]
fn trap_14_the_higher_s_is_accepted_as_everybody_does() {
    let digest = Digest::of(Algorithm::Sha256, MESSAGE);
    macro_rules! negated {
        ($signature:expr, $curve:ident) => {{
            let signature = $curve::ecdsa::Signature::from_der(&$signature).unwrap();
            let negated = $curve::ecdsa::Signature::from_scalars(signature.r(), -*signature.s()).unwrap();
            negated.to_der().as_bytes().to_vec()
        }};
    }
    let [(_, k1, s1), (_, k2, s2), (_, k3, s3)] = curves(digest);
    for (key, signature, negated) in
        [(k1, s1.clone(), negated!(s1, p256)), (k2, s2.clone(), negated!(s2, p384)), (k3, s3.clone(), negated!(s3, p521))]
    {
        assert_ne!(signature, negated);
        assert!(holds(&key, Scheme::Ecdsa(Algorithm::Sha256), bytes(MESSAGE), &signature));
        assert!(holds(&key, Scheme::Ecdsa(Algorithm::Sha256), bytes(MESSAGE), &negated));
    }
}

#[test]
fn trap_14_an_ecdsa_signature_has_one_encoding() {
    for (curve, key, signature) in curves(Digest::of(Algorithm::Sha256, MESSAGE)) {
        let [r, s] = numbers(&signature);
        let refused = |what: &str, signature: &[u8]| {
            assert!(!holds(&key, Scheme::Ecdsa(Algorithm::Sha256), bytes(MESSAGE), signature), "{curve}: {what}");
        };
        let honest = sequence(&[&integer(&r), &integer(&s)]);
        assert_eq!(honest, signature);

        let size = r.len().max(s.len());
        let fixed = |number: &[u8]| [&vec![0; size - number.len()][..], number].concat();
        refused("P1363", &[fixed(&r), fixed(&s)].concat());
        refused("bytes behind it", &[&honest[..], NULL].concat());
        refused("an element behind the numbers", &sequence(&[&integer(&r), &integer(&s), NULL]));
        refused("one number", &sequence(&[&integer(&r)]));
        refused("numbers in a SET", &der(0x31, &[integer(&r), integer(&s)].concat()));
        refused("a number with a zero too many", &sequence(&[&der(0x02, &[&[0, 0], &r[..]].concat()), &integer(&s)]));
        refused("a number without its sign", &sequence(&[&der(0x02, &[&[0xff], &r[..]].concat()), &integer(&s)]));
        refused("numbers as strings", &sequence(&[&der(0x04, &r), &der(0x04, &s)]));
        refused(
            "a length in more octets than it needs",
            &[&[0x30, 0x82, 0, u8::try_from(honest.len() - 2).unwrap_or(0)], &honest[2..]].concat(),
        );
        refused("an indefinite length", &[&[0x30, 0x80], &integer(&r)[..], &integer(&s), &[0, 0]].concat());
        for length in 0..honest.len() {
            refused("cut off", &honest[..length]);
        }
    }
}

#[test]
fn by_a_point_off_its_curve_nothing_holds() {
    for (curve, key, signature) in curves(Digest::of(Algorithm::Sha256, MESSAGE)) {
        for place in [1, 2, 40] {
            let mut spki = key.spki().to_vec();
            let octet = spki.len() - place;
            spki[octet] ^= 1;
            let off = PublicKey::from_spki(&spki).unwrap();
            assert!(!holds(&off, Scheme::Ecdsa(Algorithm::Sha256), bytes(MESSAGE), &signature), "{curve} {place}");
        }
    }
    let (_, key) = ed25519();
    // y = 2 is on no point of the curve.
    let off = PublicKey::from_ed25519(&[&[2][..], &[0; 31]].concat()).unwrap();
    assert_ne!(off, key);
    assert!(!holds(&off, Scheme::Ed25519, bytes(MESSAGE), &[0; 64]));
}

#[test]
fn by_an_ed25519_key_of_low_order_nothing_holds() {
    // R = B and S = 1 are a signature of any message by the identity; R = 0 and S = 0 are one by many, for the cofactor's sake.
    let base = [&[0x58][..], &[0x66; 31], &[1], &[0; 31]].concat();
    let nothing = [&[1][..], &[0; 63]].concat();
    let identity = [&[1][..], &[0; 31]].concat();
    let two = [&[0xec][..], &[0xff; 30], &[0x7f]].concat();
    for weak in [identity, two, vec![0; 32]] {
        let key = PublicKey::from_ed25519(&weak).unwrap();
        for message in 0..8_u8 {
            for signature in [&base, &nothing] {
                assert!(!holds(&key, Scheme::Ed25519, bytes(&[message]), signature), "{weak:x?}");
                assert!(!holds(&key, Scheme::Ed25519ph, bytes(&[message]), signature), "{weak:x?}");
            }
        }
    }
}

#[test]
fn numbers_that_are_zero_or_not_below_the_order_are_refused() {
    for (curve, key, signature) in curves(Digest::of(Algorithm::Sha256, MESSAGE)) {
        let [r, s] = numbers(&signature);
        // CVE-2022-21449: zeros fit every message.
        let (zero, one, huge, longer) = (vec![], vec![1], vec![0xff; r.len().max(s.len())], vec![1; 67]);
        for (r, s) in [
            (&zero, &zero),
            (&zero, &s),
            (&r, &zero),
            (&one, &zero),
            (&huge, &s),
            (&r, &huge),
            (&huge, &huge),
            (&longer, &s),
            (&r, &longer),
        ] {
            let forged = sequence(&[&integer(r), &integer(s)]);
            assert!(!holds(&key, Scheme::Ecdsa(Algorithm::Sha256), bytes(MESSAGE), &forged), "{curve} {r:x?} {s:x?}");
        }
    }
}

#[test]
fn a_changed_bit_anywhere_breaks_a_signature() {
    let openssl = OpenSsl::load();
    for kind in ["p256", "ed25519", "rsa2048"] {
        let group = openssl.key(kind);
        let key = PublicKey::from_pem(&group.key).unwrap();
        let found = &group.signatures[0];
        let honest = found.bytes();
        for place in 0..honest.len() {
            let mut forged = honest.clone();
            forged[place] ^= 1 << (place % 8);
            assert!(!holds(&key, scheme(&found.scheme), bytes(openssl.message.as_bytes()), &forged), "{kind} {place}");
        }
    }
}

#[test]
fn rsa_and_ed25519_signatures_are_exactly_as_long_as_they_are() {
    let openssl = OpenSsl::load();
    for kind in ["rsa2048", "ed25519"] {
        let group = openssl.key(kind);
        let key = PublicKey::from_pem(&group.key).unwrap();
        let found = &group.signatures[0];
        let honest = found.bytes();
        for forged in [&[][..], &honest[1..], &honest[..honest.len() - 1], &[&[0][..], &honest].concat(), &[&honest[..], &[0]].concat()] {
            assert!(!holds(&key, scheme(&found.scheme), bytes(openssl.message.as_bytes()), forged), "{kind} {}", forged.len());
        }
    }
}

#[test]
fn trap_20_a_digest_is_enough_where_its_number_is_signed() {
    let openssl = OpenSsl::load();
    for group in openssl.keys.iter().filter(|group| group.kind != "ed25519") {
        let key = PublicKey::from_pem(&group.key).unwrap();
        for signature in group.signatures.iter().filter(|signature| !signature.scheme.contains("salt")) {
            let scheme = scheme(&signature.scheme);
            for hash in HASHES {
                let digest = Message::Digest(Digest::of(hash, openssl.message.as_bytes()));
                let expected = scheme.hash() == Some(hash);
                assert_eq!(holds(&key, scheme, digest, &signature.bytes()), expected, "{} {scheme} {hash:?}", group.kind);
            }
            let another = Message::Digest(Digest::of(scheme.hash().unwrap(), b"another"));
            assert!(!holds(&key, scheme, another, &signature.bytes()));
        }
    }
}

#[test]
fn a_digest_by_another_hash_is_not_what_was_signed_although_its_number_was() {
    for hash in HASHES {
        for (curve, key, signature) in curves(Digest::of(hash, MESSAGE)) {
            for scheme in HASHES {
                let found = holds(&key, Scheme::Ecdsa(scheme), Message::Digest(Digest::of(hash, MESSAGE)), &signature);
                assert_eq!(found, scheme == hash, "{curve} {scheme:?} {hash:?}");
            }
        }
    }
}

#[test]
fn ed25519_needs_the_message() {
    let (secret, key) = ed25519();
    let signature = ed25519_dalek::Signer::sign(&secret, MESSAGE).to_bytes();
    for hash in HASHES {
        for scheme in [Scheme::Ed25519, Scheme::Ed25519ph] {
            assert!(!holds(&key, scheme, Message::Digest(Digest::of(hash, MESSAGE)), &signature), "{scheme} {hash:?}");
        }
    }
}

#[test]
fn an_empty_message_can_be_signed_and_an_empty_signature_signs_nothing() {
    let (key, signature) = p256(1, Digest::of(Algorithm::Sha256, b""));
    assert!(holds(&key, Scheme::Ecdsa(Algorithm::Sha256), bytes(b""), &signature));
    let openssl = OpenSsl::load();
    for group in &openssl.keys {
        let key = PublicKey::from_pem(&group.key).unwrap();
        assert!(!holds(&key, scheme(&group.signatures[0].scheme), bytes(b""), &[]));
    }
}
