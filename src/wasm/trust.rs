//! The doors to collections of Docker Content Trust: what they say of one image, and all that one of them says.

use js_sys::Array;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::digest::Algorithm;
use crate::digest::Content;
use crate::inspect::Inspector;
use crate::policy::ContentTrust;
use crate::policy::Unpublished;
use crate::policy::Vouched;
use crate::publishers::Here;
use crate::publishers::Publishers as _;
use crate::publishers::Servers;
use crate::reference::Reference;
use crate::report::ContentTrustSummary;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::thrown;
use crate::wasm::convert::to_js;
use crate::wasm::options;
use crate::wasm::options::MEANS;
use crate::wasm::options::Means;
use crate::wasm::prover::PlatformProver;
use crate::wasm::store::JsStore;
use crate::wasm::transport::FetchTransport;

/// As `publishers.rs` reads it.
#[derive(Serialize)]
struct Answer<'a> {
    word: Written<'a>,
    summaries: &'a [ContentTrustSummary],
}

/// `Word::read` reads it.
#[derive(Serialize)]
struct Written<'a> {
    published: Vec<&'a Result<Vouched, Unpublished>>,
}

/// What collections say of the bytes of `root`, which `image` stands for. `wanted` are the JSON texts of a policy's `contentTrust`.
#[allow(clippy::too_many_arguments, reason = "a door to JavaScript: each is somebody else's function or object")]
#[wasm_bindgen]
pub async fn published(
    image: String,
    root: Vec<u8>,
    wanted: Array,
    options: JsValue,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    store: Option<js_sys::Object>,
) -> Result<JsValue, JsValue> {
    let image = Reference::parse(&image).map_err(|error| thrown(&error.into()))?;
    let wanted = wanted.iter().map(|text| read(&text.as_string().unwrap_or_default())).collect::<Result<Vec<_>, _>>()?;
    let Means { now, access, trust_server } = means(&options)?;
    let store = store.map(JsStore::new);
    let servers = Servers {
        usual: trust_server.as_ref(),
        store: store.as_ref(),
        transport: &FetchTransport::new(fetch, signal),
        access: &access,
        prover: &PlatformProver::new(verify),
        now,
    };
    let root = Content::identify(Algorithm::Sha256, root);
    let word = Here.ask(&servers, &image, &root, &wanted.iter().collect::<Vec<_>>()).await.map_err(|error| thrown(&error))?;
    let published = word.published.iter().map(|published| &published.found).collect();
    Ok(to_js(&Answer { word: Written { published }, summaries: &word.summaries }))
}

/// Reads all of a collection. `wanted` is the JSON text of a policy's `contentTrust`.
#[wasm_bindgen(js_name = inspectTrust)]
pub async fn inspect_trust(
    image: String,
    wanted: String,
    options: JsValue,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    store: Option<js_sys::Object>,
) -> Result<JsValue, JsValue> {
    let image = Reference::parse(&image).map_err(|error| thrown(&error.into()))?;
    let wanted = read(&wanted)?;
    let Means { now, access, trust_server } = means(&options)?;
    let store = store.map(JsStore::new);
    let inspector = Inspector {
        wanted: &wanted,
        usual: trust_server.as_ref(),
        store: store.as_ref(),
        transport: &FetchTransport::new(fetch, signal),
        access: &access,
        prover: &PlatformProver::new(verify),
    };
    Ok(to_js(&inspector.inspect(&image, now).await.map_err(|error| thrown(&error))?))
}

fn read(wanted: &str) -> Result<ContentTrust, JsValue> {
    ContentTrust::parse(wanted).map_err(|error| thrown(&error.into()))
}

fn means(options: &JsValue) -> Result<Means, JsValue> {
    let options = from_js(options)?;
    let read = options::only(&options.root(), &MEANS).and_then(|()| options::read_means(&options.root()));
    read.map_err(|refusal| invalid(&refusal))
}
