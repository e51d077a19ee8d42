//! An object of JavaScript as a store: `Store` in `pkg/types.ts` says what it has to be.

use js_sys::Array;
use js_sys::Function;
use js_sys::Object;
use js_sys::Promise;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::budget;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Swapped;

/// Asks an object of the caller's.
pub(super) struct JsStore(Object);

impl JsStore {
    pub(super) const fn new(store: Object) -> Self {
        Self(store)
    }

    /// Whatever is thrown, whatever is no promise of what was asked for, and whatever never comes is a store that cannot be used.
    async fn call(&self, method: &str, arguments: &Array) -> Result<JsValue, StoreError> {
        let function: Function = Reflect::get(&self.0, &method.into()).and_then(JsValue::dyn_into).map_err(|_| unlike("a method"))?;
        let promise = function.apply(&self.0, arguments).map_err(|thrown| thrown_by(&thrown))?;
        let patience = AbortSignal::timeout_with_u32(u32::try_from(budget::STORE_TIME.as_millis()).unwrap_or(u32::MAX));
        let too_late = Promise::new(&mut |_, reject| patience.set_onabort(Some(&reject)));
        let answer = JsFuture::from(Promise::race(&Array::of2(&Promise::resolve(&promise), &too_late))).await;
        patience.set_onabort(None);
        answer.map_err(|thrown| thrown_by(&thrown))
    }
}

impl Store for JsStore {
    async fn load(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.call("load", &Array::of1(&key.into())).await?;
        if found.is_undefined() || found.is_null() {
            return Ok(None);
        }
        let bytes: Uint8Array = found.dyn_into().map_err(|_| unlike("bytes"))?;
        if bytes.length() as usize > budget::TUF_STATE_BYTES {
            return Err(unlike("as many bytes as were stored"));
        }
        Ok(Some(bytes.to_vec()))
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        let expected = expected.map_or(JsValue::UNDEFINED, |expected| Uint8Array::from(expected).into());
        let answer = self.call("swap", &Array::of3(&key.into(), &expected, &Uint8Array::from(bytes))).await?;
        match answer.as_bool() {
            Some(true) => Ok(Swapped::Stored),
            Some(false) => Ok(Swapped::Conflict),
            None => Err(unlike("true or false")),
        }
    }
}

fn unlike(expected: &str) -> StoreError {
    StoreError { detail: ["expected ", expected].concat() }
}

fn thrown_by(thrown: &JsValue) -> StoreError {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    StoreError { detail: message.unwrap_or_default() }
}
