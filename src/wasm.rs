//! The doors to JavaScript. They convert, and decide nothing.
//!
//! There are two modules, so that a page that only checks does not download what pins: see docs/adr/0007-two-modules.md. What is thrown
//! is a plain object `{ code, message, detail? }`; `pkg/index.ts` makes an error of it.

#[cfg(feature = "wasm-check")]
mod check;
#[cfg(feature = "wasm-check")]
mod options;
#[cfg(feature = "wasm-pin")]
mod pin;
#[cfg(feature = "wasm-check")]
mod prover;
#[cfg(feature = "wasm-check")]
mod refresh;
#[cfg(feature = "wasm-check")]
mod store;
#[cfg(feature = "wasm-check")]
mod transport;

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::json;
use crate::json::Object;

#[cfg(feature = "wasm-check")]
pub use check::*;
#[cfg(feature = "wasm-pin")]
pub use pin::*;
#[cfg(feature = "wasm-check")]
pub use refresh::*;

#[derive(Serialize)]
struct Thrown<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// As JSON, so that options are read as strictly as everything else, by the same reader.
fn from_js(value: &JsValue) -> Result<Object, JsValue> {
    let text = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    json::parse_object(text.as_bytes()).map_err(|refusal| invalid(&refusal.to_string()))
}

/// Objects rather than maps, numbers rather than bigints, `null` rather than `undefined`: what JSON would give.
fn to_js<T: Serialize>(value: &T) -> JsValue {
    value.serialize(&Serializer::json_compatible()).expect("reports hold nothing that JSON cannot write")
}

fn invalid(message: &str) -> JsValue {
    to_js(&Thrown { code: "options-invalid", message, detail: None })
}

fn thrown(error: &Error) -> JsValue {
    to_js(&Thrown { code: error.code(), message: &error.to_string(), detail: error.detail() })
}
