//! The door to bundles.

use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::budget;
use crate::bundle;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::InvalidDigest;
use crate::report::Remark;
use crate::scanner::signed;
use crate::sigstore::trust::Artifact;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::to_js;
use crate::wasm::prover::PlatformProver;
use crate::wasm::questions;
use crate::wasm::questions::OfBundle;

/// Verifies one bundle over an artifact, which is its bytes, or a text: its digest. `verify` is called with signatures, and answers
/// which hold.
#[wasm_bindgen(js_name = verifyBundle)]
pub async fn verify_bundle(bundle: Uint8Array, artifact: JsValue, options: JsValue, verify: js_sys::Function) -> Result<JsValue, JsValue> {
    let options = from_js(&options)?;
    let options = questions::read_of_bundle(&options.root()).map_err(|refusal| invalid(&refusal))?;
    // Of what is too long one byte too many is enough to be refused.
    let enough = u32::try_from(budget::BUNDLE_BYTES + 1).unwrap_or(u32::MAX);
    let bundle = bundle.subarray(0, enough).to_vec();
    let content;
    let artifact = if let Some(text) = artifact.as_string() {
        Artifact::named(text.parse().map_err(|refusal: InvalidDigest| invalid(&format!("artifact: {refusal}")))?)
    } else {
        content = Content::identify(Algorithm::Sha256, bytes(artifact)?);
        Artifact::of(&content)
    };
    Ok(to_js(&bundle::verify(&bundle, artifact, &options.expected, options.now, &PlatformProver::new(verify)).await))
}

/// Who signed an index of shards, for the module that scans: `{ name, history }`, or why that is not proven, `{ code, message }`.
#[wasm_bindgen(js_name = publisherOfShards)]
pub async fn publisher_of_shards(
    index: Uint8Array,
    signature: Uint8Array,
    options: JsValue,
    verify: js_sys::Function,
) -> Result<JsValue, JsValue> {
    #[derive(Serialize)]
    struct Proven<'a> {
        name: &'a str,
        history: &'a str,
    }
    let options = from_js(&options)?;
    let OfBundle { expected, now } = questions::read_of_bundle(&options.root()).map_err(|refusal| invalid(&refusal))?;
    let first = |bytes: Uint8Array, limit: usize| bytes.subarray(0, u32::try_from(limit + 1).unwrap_or(u32::MAX)).to_vec();
    let (index, signature) = (first(index, budget::SHARD_INDEX_BYTES), first(signature, budget::BUNDLE_BYTES));
    Ok(match signed::signer_of(&index, &signature, &expected, now, &PlatformProver::new(verify)).await {
        Ok(publisher) => to_js(&Proven { name: publisher.name(), history: publisher.history() }),
        Err(refused) => to_js(&Remark { code: refused.code(), message: refused.to_string() }),
    })
}

fn bytes(artifact: JsValue) -> Result<Vec<u8>, JsValue> {
    let bytes: Uint8Array = artifact.dyn_into().map_err(|_| invalid("expected an artifact of bytes, or its digest"))?;
    if bytes.length() as usize > budget::ARTIFACT_BYTES {
        let limit = budget::ARTIFACT_BYTES;
        return Err(invalid(&format!("expected an artifact of at most {limit} bytes, found {}: name it by its digest", bytes.length())));
    }
    Ok(bytes.to_vec())
}
