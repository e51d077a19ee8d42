//! The doors to pinning.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Error;
use crate::pin;
use crate::pin::Digests;
use crate::pin::Kind;
use crate::pin::Refusal;
use crate::pin::Why;
use crate::pin::lock::Lock;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::thrown;
use crate::wasm::convert::to_js;

/// What kind of text it is, if it is one that names images.
#[wasm_bindgen(js_name = detectKind)]
#[expect(clippy::needless_pass_by_value, reason = "JavaScript hands over no reference that may be missing")]
pub fn detect_kind(text: &str, file: Option<String>) -> Option<String> {
    Kind::detect(text, file.as_deref()).map(|kind| kind.name().to_owned())
}

/// Where a text names images.
#[wasm_bindgen]
pub fn find(text: &str, kind: &str) -> Result<JsValue, JsValue> {
    #[derive(Serialize)]
    struct Found {
        kind: Kind,
        occurrences: Vec<pin::Sighting>,
    }
    let kind = read_kind(kind)?;
    let occurrences = pin::sightings(text, kind).map_err(|refusal| thrown(&refusal.into()))?;
    Ok(to_js(&Found { kind, occurrences }))
}

/// Inserts digests. `digests` holds `{ digest }` or `{ code, message }` by reference.
#[wasm_bindgen(js_name = pin)]
pub fn insert(text: &str, kind: &str, digests: &JsValue) -> Result<JsValue, JsValue> {
    let kind = read_kind(kind)?;
    let digests = from_js(digests)?;
    let mut by_reference = Digests::new();
    for (reference, place) in digests.root().places() {
        let told = |refusal: crate::json::InvalidJson| invalid(&refusal.to_string());
        let members = place.object().map_err(told)?;
        let outcome = match members.optional_string("digest").map_err(told)? {
            Some(digest) => Ok(digest.parse().map_err(|_| invalid("expected digests such as sha256:…"))?),
            None => Err(Refusal {
                code: members.required("code").and_then(|code| code.string()).map_err(told)?.to_owned(),
                message: members.required("message").and_then(|message| message.string()).map_err(told)?.to_owned(),
            }),
        };
        by_reference.insert(reference.to_owned(), outcome);
    }
    pin::pin(text, kind, &by_reference).map(|pinned| to_js(&pinned)).map_err(|refusal| thrown(&refusal.into()))
}

/// Every stable word, so that the TypeScript types can be compared with them.
#[wasm_bindgen(js_name = pinCodes)]
pub fn pin_codes() -> JsValue {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Codes {
        left_alone: Vec<&'static str>,
        kinds: Vec<&'static str>,
    }
    to_js(&Codes {
        left_alone: Why::CODES.into_iter().chain(["pinned", "edit-refused", "not-resolved"]).collect(),
        kinds: Kind::ALL.into_iter().map(Kind::name).collect(),
    })
}

/// Reads a lock strictly.
#[wasm_bindgen(js_name = readLock)]
pub fn read_lock(text: &str) -> Result<JsValue, JsValue> {
    Lock::parse(text).map(|lock| to_js(&lock)).map_err(|refusal| thrown(&Error::Lock(refusal)))
}

fn read_kind(kind: &str) -> Result<Kind, JsValue> {
    kind.parse().map_err(|error: pin::UnknownKind| invalid(&error.to_string()))
}
