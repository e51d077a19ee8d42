//! The platform's `WebCrypto` as a prover: quicker than we are, and off the thread.

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

/// Asks a function of JavaScript: `pkg/signatures.ts` says what it is given, and what it answers.
pub(super) struct PlatformProver(Option<js_sys::Function>);

impl PlatformProver {
    pub(super) const fn new(verify: Option<js_sys::Function>) -> Self {
        Self(verify)
    }

    async fn ask(&self, checks: &[&SignatureCheck]) -> Option<Array> {
        let questions = checks.iter().map(|check| question(check)).collect::<Option<Array>>()?;
        let promise = self.0.as_ref()?.call1(&JsValue::UNDEFINED, &questions).ok()?;
        let answers = JsFuture::from(js_sys::Promise::resolve(&promise)).await.ok()?;
        Array::is_array(&answers).then(|| Array::from(&answers))
    }
}

impl Prover for PlatformProver {
    /// Whatever goes wrong out there is no answer: then we verify.
    async fn verify(&self, checks: &[&SignatureCheck]) -> Vec<Option<bool>> {
        match self.ask(checks).await {
            Some(answers) if answers.length() as usize == checks.len() => answers.iter().map(|answer| answer.as_bool()).collect(),
            _ => vec![None; checks.len()],
        }
    }
}

fn question(check: &SignatureCheck) -> Option<JsValue> {
    // Of a digest alone WebCrypto cannot say anything; an empty scheme has no answer.
    let (scheme, message) = match check.message() {
        Message::Bytes(bytes) => (scheme(check), bytes.as_slice()),
        Message::Digest(_) => (String::new(), &[][..]),
    };
    let question = Object::new();
    for (name, value) in [
        ("key", Uint8Array::from(check.key().spki()).into()),
        ("scheme", JsValue::from(scheme)),
        ("message", Uint8Array::from(message).into()),
        ("signature", Uint8Array::from(check.signature()).into()),
    ] {
        Reflect::set(&question, &name.into(), &value).ok()?;
    }
    Some(question.into())
}

fn scheme(check: &SignatureCheck) -> String {
    match (check.scheme(), check.key().kind()) {
        (Scheme::Ecdsa(hash), KeyKind::Ecdsa(curve)) => {
            format!("ecdsa-{}-{}", curve.name().replace('-', "").to_ascii_lowercase(), hash.name())
        }
        (Scheme::RsaPkcs1(hash), _) => format!("rsa-pkcs1-{}", hash.name()),
        (Scheme::RsaPss(hash), _) => format!("rsa-pss-{}", hash.name()),
        _ => String::new(),
    }
}
