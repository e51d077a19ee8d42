use pullproof::crypto;
use pullproof::crypto::Message;
use pullproof::crypto::Scheme;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;

use super::*;

/// What the code under test says about a signature.
fn holds(key: &SigningKey, scheme: Scheme, message: &[u8], signature: Vec<u8>) -> bool {
    let key = crypto::PublicKey::from_pem(&key.public().pem()).unwrap();
    SignatureCheck::new(key, scheme, Message::Bytes(message.to_vec()), signature).unwrap().holds()
}

#[test]
fn a_key_is_made_from_its_name_and_nothing_else() {
    for (one, other) in SigningKey::all("name").iter().zip(&SigningKey::all("name")) {
        assert_eq!(one.public(), other.public());
        assert_eq!(one.sign(b"message"), other.sign(b"message"));
    }
    assert_ne!(SigningKey::p256("one").public(), SigningKey::p256("another").public());
    assert_eq!(format!("{:?}", SigningKey::p256("name")), "TEST KEY name");
}

#[test]
fn the_code_under_test_accepts_a_signature_of_every_kind_and_of_no_other_message() {
    let [p256, p384, p521, ed25519, rsa] = SigningKey::all("name");
    let usual = [
        (p256, Scheme::Ecdsa(Algorithm::Sha256)),
        (p384, Scheme::Ecdsa(Algorithm::Sha384)),
        (p521, Scheme::Ecdsa(Algorithm::Sha512)),
        (ed25519, Scheme::Ed25519),
        (rsa, Scheme::RsaPkcs1(Algorithm::Sha256)),
    ];
    for (key, scheme) in usual {
        let signature = key.sign(b"message");
        assert!(holds(&key, scheme, b"message", signature.clone()), "{scheme}");
        assert!(!holds(&key, scheme, b"another", signature), "{scheme}");
    }
}

#[test]
fn every_curve_signs_with_every_hash_function() {
    let hashes = [(Hash::Sha256, Algorithm::Sha256), (Hash::Sha384, Algorithm::Sha384), (Hash::Sha512, Algorithm::Sha512)];
    for key in [SigningKey::p256("name"), SigningKey::p384("name"), SigningKey::p521("name")] {
        for (hash, algorithm) in hashes {
            let signature = key.sign_with(hash, b"message");
            assert!(holds(&key, Scheme::Ecdsa(algorithm), b"message", signature), "{} with {}", key.details(), hash.name());
        }
    }
}

#[test]
fn ed25519ph_is_not_ed25519() {
    let key = SigningKey::ed25519("name");
    let signature = key.sign_ed25519ph(b"message");
    assert!(holds(&key, Scheme::Ed25519ph, b"message", signature.clone()));
    assert!(!holds(&key, Scheme::Ed25519, b"message", signature));
}
