//! A public key, whoever wrote it: refused with a sentence, or read as one that has one encoding and verifies without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::crypto::SignatureCheck;
use pullproof::der::Reader;
use pullproof::digest::Algorithm;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = core::str::from_utf8(bytes) {
        match PublicKey::from_pem(text) {
            Ok(key) => read(&key, bytes),
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
    }
    // What stands behind the key is a signature of its own bytes: whether it holds is for the arithmetic, that it answers is for us.
    let mut reader = Reader::new(bytes);
    let (spki, signature) = match reader.any() {
        Ok(element) => bytes.split_at(element.bytes.len()),
        Err(_) => (bytes, &[][..]),
    };
    match PublicKey::from_spki(spki) {
        Ok(key) => {
            assert_eq!(key.spki(), spki);
            read(&key, signature);
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
    if let Ok(key) = PublicKey::from_ed25519(bytes) {
        assert_eq!(key.ed25519(), Some(bytes));
        read(&key, bytes);
    }
});

fn read(key: &PublicKey, signature: &[u8]) {
    assert_eq!(PublicKey::from_spki(key.spki()).as_ref(), Ok(key));
    let hashes = [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];
    let hashed = hashes.into_iter().flat_map(|hash| [Scheme::Ecdsa(hash), Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash)]);
    let mut suited = 0;
    for scheme in hashed.chain([Scheme::Ed25519, Scheme::Ed25519ph]) {
        let message = Message::Bytes(key.spki().to_vec());
        match SignatureCheck::new(key.clone(), scheme, message, signature.to_vec()) {
            Ok(check) => {
                suited += 1;
                let _ = check.holds();
            }
            Err(_) => assert!(!scheme.suits(key.kind())),
        }
    }
    assert!(suited > 0 && Scheme::of(key.kind()).suits(key.kind()));
}
