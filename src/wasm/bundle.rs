//! The door to bundles.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::budget;
use crate::bundle;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::InvalidDigest;
use crate::sigstore::trust::Artifact;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::to_js;
use crate::wasm::prover::PlatformProver;
use crate::wasm::questions;

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

fn bytes(artifact: JsValue) -> Result<Vec<u8>, JsValue> {
    let bytes: Uint8Array = artifact.dyn_into().map_err(|_| invalid("expected an artifact of bytes, or its digest"))?;
    if bytes.length() as usize > budget::ARTIFACT_BYTES {
        let limit = budget::ARTIFACT_BYTES;
        return Err(invalid(&format!("expected an artifact of at most {limit} bytes, found {}: name it by its digest", bytes.length())));
    }
    Ok(bytes.to_vec())
}
