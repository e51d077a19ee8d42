//! The doors to checking, and to resolving what is pinned.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::advisors::NoAdvice;
use crate::anchors;
use crate::check::Checker;
use crate::collection::CollectionError;
use crate::error::Error;
use crate::pin::Refusal;
use crate::pin::Unreadable;
use crate::pin::lock::InvalidLock;
use crate::policy::Policy;
use crate::prover::ProverError;
use crate::publishers::PublishersError;
use crate::reference::Reference;
use crate::report::AskedFor;
use crate::report::CheckName;
use crate::report::Failure;
use crate::resolve::Unresolved;
use crate::scan::rule::Rule;
use crate::sigstore::bundle::InvalidBundle;
use crate::time::UnixTime;
use crate::wasm::advisors::Scanning;
use crate::wasm::advisors::Summary;
use crate::wasm::convert::Thrown;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::thrown;
use crate::wasm::convert::to_js;
use crate::wasm::options::Means;
use crate::wasm::prover::PlatformProver;
use crate::wasm::publishers::OtherModule;
use crate::wasm::publishers::Summaries;
use crate::wasm::questions;
use crate::wasm::store::JsStore;
use crate::wasm::transport::FetchTransport;

/// What is asked about one image, and who is to answer.
pub(super) struct Question {
    pub(super) image: Reference,
    pub(super) policy: Option<Policy>,
    pub(super) now: UnixTime,
    pub(super) checker: Checker<FetchTransport, PlatformProver, JsStore, OtherModule, Scanning>,
    /// For the report.
    summaries: Summaries,
    /// For the report.
    summary: Summary,
}

impl Question {
    #[allow(clippy::too_many_arguments, reason = "each is somebody else's function or object")]
    pub(super) fn read(
        image: &str,
        options: &JsValue,
        fetch: js_sys::Function,
        verify: js_sys::Function,
        publishers: js_sys::Function,
        signal: Option<web_sys::AbortSignal>,
        store: Option<js_sys::Object>,
        advisors: Option<js_sys::Function>,
    ) -> Result<Self, JsValue> {
        let image = Reference::parse(image).map_err(|error| thrown(&error.into()))?;
        let options = from_js(options)?;
        let options = questions::read_of_check(&options.root()).map_err(|refusal| invalid(&refusal))?;
        let policy = options.policy.map(Policy::parse).transpose().map_err(|error| thrown(&error.into()))?;
        let Means { now, access, trust_server } = options.means;
        let publishers = OtherModule::new(publishers, signal.clone());
        let advisors = Scanning::new(advisors, signal.clone());
        let (summaries, summary) = (publishers.summaries(), advisors.summary());
        let mut checker = Checker::new(FetchTransport::new(fetch, signal)).access(access).attachments(options.attachments);
        if let Some(server) = trust_server {
            checker = checker.trust_server(server);
        }
        if let Some(platform) = options.platform {
            checker = checker.platform(platform.parse().map_err(|invalid| thrown(&Error::Platform(invalid)))?);
        }
        let checker = checker.prover(PlatformProver::new(verify)).store(store.map(JsStore::new)).publishers(publishers).advisors(advisors);
        Ok(Self { image, policy, now, checker, summaries, summary })
    }
}

/// Checks an image. `fetch` is called with a `Request` and answers with a `Response`; `verify` with signatures, and answers which hold;
/// `publishers` as `publishers.rs` says; `store` keeps trusted roots; `advisors` as `advisors.rs` says.
#[allow(clippy::too_many_arguments, reason = "a door to JavaScript: each is somebody else's function or object")]
#[wasm_bindgen]
pub async fn check(
    image: String,
    options: JsValue,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    publishers: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    on_step: Option<js_sys::Function>,
    store: Option<js_sys::Object>,
    advisors: Option<js_sys::Function>,
) -> Result<JsValue, JsValue> {
    let Question { image, policy, now, checker, summaries, summary } =
        Question::read(&image, &options, fetch, verify, publishers, signal, store, advisors)?;
    let mut tell = |step: &_| {
        if let Some(on_step) = &on_step {
            // What a listener throws is its own affair: it must not change what is found.
            let _ = on_step.call1(&JsValue::UNDEFINED, &to_js(step));
        }
    };
    let report = checker.check(&image, policy.as_ref(), now, &mut tell).await.map_err(|error| thrown(&error))?;
    let report = to_js(&report);
    // The members are there already, and keep their places.
    for (name, told) in [("contentTrust", summaries.take()), ("vulnerabilities", summary.take())] {
        if let Some(told) = told {
            js_sys::Reflect::set(&report, &name.into(), &told)?;
        }
    }
    Ok(report)
}

/// Takes a reference apart.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> Result<JsValue, JsValue> {
    let reference = Reference::parse(text).map_err(|error| thrown(&error.into()))?;
    Ok(to_js(&AskedFor::new(&reference)))
}

/// Which digest an image has, if it may be pinned.
#[allow(clippy::too_many_arguments, reason = "a door to JavaScript: each is somebody else's function or object")]
#[wasm_bindgen]
pub async fn resolve(
    image: String,
    options: JsValue,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    publishers: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    store: Option<js_sys::Object>,
    advisors: Option<js_sys::Function>,
) -> Result<JsValue, JsValue> {
    let Question { image, policy, now, checker, .. } =
        Question::read(&image, &options, fetch, verify, publishers, signal, store, advisors)?;
    match checker.resolve(&image, policy.as_ref(), now).await {
        Ok(resolved) => Ok(to_js(&resolved)),
        Err(Unresolved::Error(error)) => Err(thrown(&error)),
        Err(Unresolved::Refused(Refusal { code, message })) => Err(to_js(&Thrown { code: &code, message: &message, detail: None })),
    }
}

/// What became of a pinned tag.
#[allow(clippy::too_many_arguments, reason = "a door to JavaScript: each is somebody else's function or object")]
#[wasm_bindgen]
pub async fn drift(
    image: String,
    options: JsValue,
    fetch: js_sys::Function,
    verify: js_sys::Function,
    publishers: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    store: Option<js_sys::Object>,
    advisors: Option<js_sys::Function>,
) -> Result<JsValue, JsValue> {
    let Question { image, policy, now, checker, .. } =
        Question::read(&image, &options, fetch, verify, publishers, signal, store, advisors)?;
    let pinned = image.digest().ok_or_else(|| invalid("expected a reference with a digest, found one without"))?;
    let drift = checker.drift(&image, pinned, policy.as_ref(), now).await.map_err(|error| thrown(&error))?;
    Ok(to_js(&drift))
}

/// Errors that end a check, so that no report can hold them.
fn is_refusal(code: &str) -> bool {
    let is_of_texts = Unreadable::CODES.contains(&code) || code == InvalidLock::CODE;
    code == "aborted" || is_of_texts || ["reference-", "platform-", "policy-"].iter().any(|what| code.starts_with(what))
}

/// Every stable code, so that the TypeScript types can be compared with them.
#[wasm_bindgen]
pub fn codes() -> JsValue {
    #[derive(Serialize)]
    struct Codes {
        errors: Vec<&'static str>,
        failures: Vec<&'static str>,
        unknowns: Vec<&'static str>,
        checks: Vec<&'static str>,
    }
    to_js(&Codes {
        errors: Error::CODES.into_iter().chain(["options-invalid"]).collect(),
        failures: Failure::CODES.into(),
        unknowns: Error::CODES
            .into_iter()
            .filter(|code| !is_refusal(code))
            .chain([
                "incomplete-list",
                "too-many-attachments",
                "too-many-signatures",
                InvalidBundle::UNKNOWN_VERSION,
                ProverError::CODE,
                PublishersError::CODE,
            ])
            .chain(anchors::CODES)
            .chain(CollectionError::UNKNOWNS)
            .chain(NoAdvice::CODES)
            .chain(Rule::OPEN)
            .collect(),
        checks: CheckName::ALL.into_iter().map(CheckName::name).collect(),
    })
}
