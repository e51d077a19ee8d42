//! The door to the arithmetic: whether signatures hold that the platform cannot verify.

use js_sys::Array;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crypto::Message;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::digest::Algorithm;
use crate::digest::Digest;

/// For each of the checks, in their order, whether it holds. One that cannot be read does not.
#[wasm_bindgen]
pub fn verify(checks: &Array) -> Array {
    checks.iter().map(|question| JsValue::from(read(&question).is_some_and(|check| check.holds()))).collect()
}

/// As `prover.rs` writes it.
fn read(question: &JsValue) -> Option<SignatureCheck> {
    let member = |name: &str| Reflect::get(question, &name.into()).ok();
    let octets = |name: &str| Some(member(name)?.dyn_into::<Uint8Array>().ok()?.to_vec());
    let scheme = scheme(&member("scheme")?.as_string()?)?;
    let bytes = octets("message")?;
    let message =
        if member("isDigest")?.as_bool()? { Message::Digest(Digest::from_bytes(scheme.hash()?, &bytes)?) } else { Message::Bytes(bytes) };
    let key = PublicKey::from_spki(&octets("key")?).ok()?;
    SignatureCheck::new(key, scheme, message, octets("signature")?).ok()
}

fn scheme(name: &str) -> Option<Scheme> {
    let hash = || [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512].into_iter().find(|hash| name.ends_with(hash.name()));
    match name.split('-').collect::<Vec<_>>()[..] {
        ["ed25519"] => Some(Scheme::Ed25519),
        ["ed25519ph"] => Some(Scheme::Ed25519ph),
        // The curve is the key's.
        ["ecdsa", _, _] => hash().map(Scheme::Ecdsa),
        ["rsa", "pkcs1", _] => hash().map(Scheme::RsaPkcs1),
        ["rsa", "pss", _] => hash().map(Scheme::RsaPss),
        _ => None,
    }
}
