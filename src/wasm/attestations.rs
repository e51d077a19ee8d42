//! The door to what is attested of an image. Another module, which scans, takes its list of packages from there and knows no signatures.

use js_sys::Array;
use js_sys::Object;
use js_sys::Reflect;
use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::attestations::Unattested;
use crate::digest::Digest;
use crate::wasm::check::Question;
use crate::wasm::convert::invalid;
use crate::wasm::convert::thrown;
use crate::wasm::convert::to_js;

/// As [`Attested::read`](crate::attested::Attested::read) reads it.
#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    Attested { root: Digest, manifest: Digest, statements: Vec<Statement<'a>>, incomplete: Option<&'a str>, unused: Vec<&'a str> },
    Unread { unread: &'a str },
}

#[derive(Serialize)]
struct Statement<'a> {
    digest: Digest,
    by: &'a str,
}

/// What the signers say of an image whom the policy names for it: `{ attested, payloads }`. Nobody asks `publishers`.
#[wasm_bindgen]
pub async fn attestations(
    image: String,
    options: JsValue,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    publishers: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    store: Option<Object>,
) -> Result<JsValue, JsValue> {
    let Question { image, policy, now, checker, .. } = Question::read(&image, &options, fetch, verify, publishers, signal, store, None)?;
    let policy = policy.ok_or_else(|| invalid(&Unattested::NoSigner.to_string()))?;
    let payloads = Array::new();
    let written = match checker.attestations(&image, &policy, now).await {
        Ok(attested) => {
            for statement in attested.statements() {
                payloads.push(&Uint8Array::from(statement.payload.as_slice()));
            }
            let statements = attested.statements().iter().map(|said| Statement { digest: said.digest, by: &said.by });
            to_js(&Written::Attested {
                root: attested.root(),
                manifest: attested.manifest(),
                statements: statements.collect(),
                incomplete: attested.incomplete.as_deref(),
                unused: attested.unused.iter().map(String::as_str).collect(),
            })
        }
        Err(Unattested::Unread(unread)) => to_js(&Written::Unread { unread: &unread.to_string() }),
        Err(Unattested::NoSigner) => return Err(invalid(&Unattested::NoSigner.to_string())),
        Err(Unattested::Error(error)) => return Err(thrown(&error)),
    };
    let answer = Object::new();
    Reflect::set(&answer, &"attested".into(), &written)?;
    Reflect::set(&answer, &"payloads".into(), &payloads)?;
    Ok(answer.into())
}
