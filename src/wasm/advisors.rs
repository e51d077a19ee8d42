//! The module that scans (`scan.rs`), as this one asks for it: through a function of JavaScript, which loads it. That function is called with the
//! image, spelled in full, the manifest that was found, and the text of what is wanted, and answers with `{ scanned, summary }`. The summary is
//! for people, and goes into the report as it is. Without a function nobody has said where advisories are from.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::advisors::Advisors;
use crate::advisors::FoundManifest;
use crate::advisors::Means;
use crate::advisors::NoAdvice;
use crate::advisors::Word;
use crate::error::Error;
use crate::policy::Scanned;
use crate::policy::Vulnerabilities;
use crate::reference::Reference;
use crate::report::Step;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::wasm::convert::from_js;
use crate::wasm::convert::to_js;
use crate::wasm::publishers::spelled_out;

/// What goes into the report: an object, or `null` where nobody answered; nothing where nobody was asked.
pub(super) type Summary = Rc<RefCell<Option<JsValue>>>;

/// Asks a function of JavaScript.
pub(super) struct Scanning {
    ask: Option<js_sys::Function>,
    signal: Option<AbortSignal>,
    summary: Summary,
}

impl Scanning {
    pub(super) fn new(ask: Option<js_sys::Function>, signal: Option<AbortSignal>) -> Self {
        Self { ask, signal, summary: Summary::default() }
    }

    /// Where what is told people will be.
    pub(super) fn summary(&self) -> Summary {
        Rc::clone(&self.summary)
    }
}

impl Advisors for Scanning {
    /// The function knows by itself where advisories are from, and tells by itself how far it is.
    async fn ask<T: Transport>(
        &self,
        means: &Means<'_, T>,
        found: &FoundManifest,
        wanted: &Vulnerabilities,
        _on_step: &mut dyn FnMut(&Step),
    ) -> Result<Word, Error> {
        let Some(ask) = &self.ask else { return Ok(Word::none(NoAdvice::NotGiven)) };
        let answer = answer(ask, means.image, found, wanted).await;
        if self.signal.as_ref().is_some_and(AbortSignal::aborted) {
            return Err(Error::Transport { host: means.image.registry().into(), error: TransportError::Aborted });
        }
        let Some((scanned, summary)) = answer.ok().and_then(|answer| read(&answer, found)) else {
            return Ok(Word::none(NoAdvice::Unavailable));
        };
        self.summary.replace(Some(summary));
        Ok(Word { scanned: Ok(scanned), summary: None })
    }
}

async fn answer(ask: &js_sys::Function, image: &Reference, found: &FoundManifest, wanted: &Vulnerabilities) -> Result<JsValue, JsValue> {
    let promise = ask.call3(&JsValue::UNDEFINED, &spelled_out(image).into(), &to_js(found), &wanted.text().into())?;
    JsFuture::from(js_sys::Promise::resolve(&promise)).await
}

/// Whoever answers something else has not answered: a module of another version may, which some cache kept.
fn read(answer: &JsValue, found: &FoundManifest) -> Option<(Scanned, JsValue)> {
    let summary = Reflect::get(answer, &"summary".into()).ok().filter(JsValue::is_object)?;
    let object = from_js(&Reflect::get(answer, &"scanned".into()).ok()?).ok()?;
    Some((Scanned::read(&object.root(), found.digest)?, summary))
}
