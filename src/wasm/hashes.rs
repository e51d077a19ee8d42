//! The program around us as what computes digests: Node and workerd have a hash function that is several times as quick as one in wasm.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::digest::Hashes;
use crate::digest::Hashing;
use crate::digest::Here;

#[wasm_bindgen]
extern "C" {
    /// What `createHash` of Node's returns. It sees the bytes where they lie, and has to be done with them when it returns.
    type JsHash;

    #[wasm_bindgen(method, catch)]
    fn update(this: &JsHash, bytes: &[u8]) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn digest(this: &JsHash) -> Result<JsValue, JsValue>;
}

/// A function of JavaScript that begins a digest of an algorithm, by the name that it has in front of the colon.
#[derive(Debug)]
struct PlatformHashes(js_sys::Function);

/// None of it after it failed.
struct PlatformHashing(Algorithm, Option<JsHash>);

/// The platform's, where it has any.
pub(super) fn hashes(begin: Option<js_sys::Function>) -> Rc<dyn Hashes> {
    begin.map_or_else(|| Rc::new(Here) as Rc<dyn Hashes>, |begin| Rc::new(PlatformHashes(begin)))
}

impl Hashes for PlatformHashes {
    fn begin(&self, algorithm: Algorithm) -> Box<dyn Hashing> {
        let begun = self.0.call1(&JsValue::UNDEFINED, &algorithm.name().into()).ok().filter(JsValue::is_object);
        Box::new(PlatformHashing(algorithm, begun.map(JsValue::into)))
    }
}

impl Hashing for PlatformHashing {
    fn update(&mut self, bytes: &[u8]) {
        if self.1.as_ref().is_some_and(|hash| hash.update(bytes).is_err()) {
            self.1 = None;
        }
    }

    fn finish(&mut self) -> Option<Digest> {
        let found: Uint8Array = self.1.take()?.digest().ok()?.dyn_into().ok()?;
        // One more than any: no digest is that long.
        Digest::from_bytes(self.0, &found.subarray(0, 65).to_vec())
    }
}
