//! The program around us as a prover: it has `WebCrypto`, and the module of `crypto.rs` for what that cannot say.

use js_sys::Array;
use js_sys::Object;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::crypto::KeyKind;
use crate::crypto::Message;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::prover::Prover;
use crate::prover::ProverError;

/// Asks a function of JavaScript: `pkg/signatures.ts` says what it is given, and what it answers.
pub(super) struct PlatformProver(js_sys::Function);

impl PlatformProver {
    pub(super) const fn new(verify: js_sys::Function) -> Self {
        Self(verify)
    }

    async fn ask(&self, checks: &[&SignatureCheck]) -> Result<JsValue, JsValue> {
        let questions = checks.iter().map(|check| question(check)).collect::<Result<Array, _>>()?;
        let promise = self.0.call1(&JsValue::UNDEFINED, &questions)?;
        JsFuture::from(js_sys::Promise::resolve(&promise)).await
    }
}

impl Prover for PlatformProver {
    async fn verify(&self, checks: &[&SignatureCheck]) -> Result<Vec<bool>, ProverError> {
        let answers = self.ask(checks).await.ok().filter(Array::is_array).map(|answers| Array::from(&answers)).ok_or(ProverError)?;
        // Whoever answers something else has not answered.
        if answers.length() as usize != checks.len() {
            return Err(ProverError);
        }
        answers.iter().map(|answer| answer.as_bool().ok_or(ProverError)).collect()
    }
}

fn question(check: &SignatureCheck) -> Result<JsValue, JsValue> {
    let (message, is_digest) = match check.message() {
        Message::Bytes(bytes) => (bytes.as_slice(), false),
        Message::Digest(digest) => (digest.as_bytes(), true),
    };
    let question = Object::new();
    for (name, value) in [
        ("key", Uint8Array::from(check.key().spki()).into()),
        ("scheme", scheme(check).into()),
        ("message", Uint8Array::from(message).into()),
        ("isDigest", is_digest.into()),
        ("signature", Uint8Array::from(check.signature()).into()),
    ] {
        Reflect::set(&question, &name.into(), &value)?;
    }
    Ok(question.into())
}

fn scheme(check: &SignatureCheck) -> String {
    match (check.scheme(), check.key().kind()) {
        (Scheme::Ecdsa(hash), KeyKind::Ecdsa(curve)) => {
            format!("ecdsa-{}-{}", curve.name().replace('-', "").to_ascii_lowercase(), hash.name())
        }
        (Scheme::RsaPkcs1(hash), _) => format!("rsa-pkcs1-{}", hash.name()),
        (Scheme::RsaPss(hash), _) => format!("rsa-pss-{}", hash.name()),
        (Scheme::Ed25519ph, _) => "ed25519ph".into(),
        // A check is not made of a scheme that does not suit its key.
        _ => "ed25519".into(),
    }
}
