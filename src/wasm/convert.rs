//! Values of JavaScript and ours. What is thrown is a plain object `{ code, message, detail? }`; `pkg/errors.ts` makes an error of it.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::json;
use crate::json::Object;

#[derive(Serialize)]
pub(super) struct Thrown<'a> {
    pub(super) code: &'a str,
    pub(super) message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<&'a str>,
}

/// As JSON, so that options are read as strictly as everything else, by the same reader.
pub(super) fn from_js(value: &JsValue) -> Result<Object, JsValue> {
    let text = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    json::parse_object(text.as_bytes()).map_err(|refusal| invalid(&refusal.to_string()))
}

/// Objects rather than maps, numbers rather than bigints, `null` rather than `undefined`: what JSON would give.
pub(super) fn to_js<T: Serialize>(value: &T) -> JsValue {
    value.serialize(&Serializer::json_compatible()).expect("reports hold nothing that JSON cannot write")
}

pub(super) fn invalid(message: &str) -> JsValue {
    to_js(&Thrown { code: "options-invalid", message, detail: None })
}

pub(super) fn thrown(error: &Error) -> JsValue {
    to_js(&Thrown { code: error.code(), message: &error.to_string(), detail: error.detail() })
}
