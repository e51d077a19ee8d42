//! The module that looks into collections of Docker Content Trust (`trust.rs`), as this one asks for it: through a function of JavaScript,
//! which loads it. That function is called with the image, spelled in full, the bytes of its root and the texts of what is wanted, and answers
//! with `{ word: { published }, summaries }`, each in the order of what is wanted. The summaries are for people, and go into the report as they are.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::digest::Content;
use crate::error::Error;
use crate::policy::ContentTrust;
use crate::prover::Prover;
use crate::publishers::Publishers;
use crate::publishers::Servers;
use crate::publishers::Word;
use crate::reference::Reference;
use crate::store::Store;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::wasm::convert::from_js;

/// What goes into the report: a list, or `null` where nobody answered; nothing where nobody was asked.
pub(super) type Summaries = Rc<RefCell<Option<JsValue>>>;

/// Asks a function of JavaScript.
pub(super) struct OtherModule {
    ask: js_sys::Function,
    signal: Option<AbortSignal>,
    summaries: Summaries,
}

impl OtherModule {
    pub(super) fn new(ask: js_sys::Function, signal: Option<AbortSignal>) -> Self {
        Self { ask, signal, summaries: Summaries::default() }
    }

    /// Where what is told people will be.
    pub(super) fn summaries(&self) -> Summaries {
        Rc::clone(&self.summaries)
    }

    async fn answer(&self, image: &Reference, root: &Content, wanted: &[&ContentTrust]) -> Result<JsValue, JsValue> {
        let wanted: Array = wanted.iter().map(|wanted| JsValue::from(wanted.text())).collect();
        let promise = self.ask.call3(&JsValue::UNDEFINED, &spelled_out(image).into(), &Uint8Array::from(root.bytes()), &wanted)?;
        JsFuture::from(js_sys::Promise::resolve(&promise)).await
    }
}

impl Publishers for OtherModule {
    /// The function knows by itself whom to ask, and with what.
    async fn ask<S: Store, T: Transport, P: Prover>(
        &self,
        _servers: &Servers<'_, S, T, P>,
        image: &Reference,
        root: &Content,
        wanted: &[&ContentTrust],
    ) -> Result<Word, Error> {
        let answer = self.answer(image, root, wanted).await;
        if self.signal.as_ref().is_some_and(AbortSignal::aborted) {
            return Err(Error::Transport { host: image.registry().into(), error: TransportError::Aborted });
        }
        let (word, summaries) = match answer.ok().and_then(|answer| read(&answer, root, wanted)) {
            Some(read) => read,
            None => (Word::unavailable(wanted), JsValue::NULL),
        };
        self.summaries.replace(Some(summaries));
        Ok(word)
    }
}

/// Whoever answers something else has not answered: a module of another version may, which some cache kept.
fn read(answer: &JsValue, root: &Content, wanted: &[&ContentTrust]) -> Option<(Word, JsValue)> {
    let summaries = Reflect::get(answer, &"summaries".into()).ok().filter(Array::is_array)?;
    if Array::from(&summaries).length() as usize != wanted.len() {
        return None;
    }
    let object = from_js(&Reflect::get(answer, &"word".into()).ok()?).ok()?;
    let word = Word::read(&object.root().required("published").ok()?, root, wanted)?;
    Some((word, summaries))
}

/// Everything that was left out when it was typed.
pub(super) fn spelled_out(image: &Reference) -> String {
    let mut text = [image.registry(), "/", image.repository()].concat();
    if let Some(tag) = image.tag() {
        text += &[":", tag].concat();
    }
    if let Some(digest) = image.digest() {
        text += &["@", &digest.to_string()].concat();
    }
    text
}
