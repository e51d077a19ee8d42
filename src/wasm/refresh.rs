//! The door to TUF by itself: one target of a repository, verified and kept.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::refresh::RefreshError;
use crate::refresh::Source;
use crate::refresh::Updater;
use crate::store::StoreError;
use crate::time::UnixTime;
use crate::tuf::InvalidPath;
use crate::tuf::Repository;
use crate::tuf::TargetPath;
use crate::wasm::convert::Thrown;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::to_js;
use crate::wasm::prover::PlatformProver;
use crate::wasm::questions;
use crate::wasm::store::JsStore;
use crate::wasm::transport::FetchTransport;

/// What was found, but for its bytes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    root_version: u64,
    confirmed: UnixTime,
    expires: UnixTime,
    source: &'static str,
    refresh: Option<Thrown<'a>>,
}

/// The newest version of a target that a repository lists; without a path, of its metadata.
#[wasm_bindgen(js_name = refreshTarget)]
pub async fn refresh_target(
    target: JsValue,
    root: Vec<u8>,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    store: js_sys::Object,
) -> Result<JsValue, JsValue> {
    let target = from_js(&target)?;
    let target = questions::read_tuf_target(&target.root()).map_err(|refusal| invalid(&refusal))?;
    let mut repository = Repository::new(target.metadata, root).map_err(|refusal| invalid(&refusal.to_string()))?;
    if let Some(targets) = target.targets {
        repository = repository.with_targets(targets).map_err(|refusal| invalid(&refusal.to_string()))?;
    }
    let path = target.path.map(TargetPath::parse).transpose().map_err(|refusal: InvalidPath| invalid(&refusal.to_string()))?;
    let (store, transport, prover) = (JsStore::new(store), FetchTransport::new(fetch, signal), PlatformProver::new(verify));
    let updater = Updater { repository: &repository, store: Some(&store), transport: &transport, prover: &prover, now: target.now };
    let found = updater
        .refresh(path.as_ref())
        .await
        .map_err(|error| to_js(&Thrown { code: error.code(), message: &error.to_string(), detail: None }))?;
    let why = match (&found.source, &found.saved) {
        (Source::Store { because: Some(because) }, _) => Some((RefreshError::UNREACHABLE, because.to_string())),
        (_, Err(error)) => Some((StoreError::CODE, error.to_string())),
        _ => None,
    };
    let answer = to_js(&Found {
        root_version: found.root,
        confirmed: found.confirmed,
        expires: found.expires,
        source: if found.source == Source::Repository { "repository" } else { "store" },
        refresh: why.as_ref().map(|(code, message)| Thrown { code, message, detail: None }),
    });
    let content = found.content.as_ref().map_or(JsValue::NULL, |content| js_sys::Uint8Array::from(content.bytes()).into());
    js_sys::Reflect::set(&answer, &"content".into(), &content)?;
    Ok(answer)
}
