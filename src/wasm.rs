//! The doors to JavaScript. They convert, and decide nothing.
//!
//! What is thrown is a plain object `{ code, message, detail? }`; `pkg/index.ts` makes an error of it.

mod transport;

use serde::Deserialize;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::check::Checker;
use crate::error::Error;
use crate::policy::Policy;
use crate::reference::Reference;
use crate::registry::auth::Credentials;
use crate::registry::client::Access;
use crate::registry::client::Client;
use crate::registry::endpoint::Endpoint;
use crate::registry::url::Url;
use crate::report::AskedFor;
use crate::report::CheckName;
use crate::report::Failure;
use crate::time::UnixTime;
use crate::transport::Method;
use crate::wasm::transport::FetchTransport;

/// What `pkg/index.ts` makes of its options.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    /// Unix seconds.
    now: f64,
    platform: Option<String>,
    policy: Option<String>,
    credentials: Option<GivenCredentials>,
    relay: Option<String>,
    #[serde(default)]
    safelisted_only: bool,
    #[serde(default)]
    attachments: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GivenCredentials {
    username: Option<String>,
    password: Option<String>,
    identity_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelayTarget {
    registry: String,
    path: String,
    method: String,
    accept: Option<String>,
}

#[derive(Serialize)]
struct Thrown<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// Checks an image. `fetch` is called with a `Request` and answers with a `Response`.
#[wasm_bindgen]
pub async fn check(
    image: String,
    options: JsValue,
    fetch: js_sys::Function,
    signal: Option<web_sys::AbortSignal>,
    on_step: Option<js_sys::Function>,
) -> Result<JsValue, JsValue> {
    let image = Reference::parse(&image).map_err(|error| thrown(&error.into()))?;
    let options: Options = from_js(options)?;
    let now = whole_seconds(options.now).and_then(UnixTime::from_seconds).ok_or_else(|| invalid("expected `now` in the years 0 to 9999"))?;
    let policy = options.policy.as_deref().map(Policy::parse).transpose().map_err(|error| thrown(&error.into()))?;
    let access = Access {
        credentials: options.credentials.map(GivenCredentials::read).transpose()?,
        relay: options.relay.as_deref().map(read_relay).transpose()?,
        safelisted_only: options.safelisted_only,
    };
    let mut checker = Checker::new(FetchTransport::new(fetch, signal)).access(access).attachments(options.attachments);
    if let Some(platform) = options.platform {
        checker = checker.platform(platform.parse().map_err(|error| thrown(&Error::Platform(error)))?);
    }
    let mut tell = |step: &_| {
        if let Some(on_step) = &on_step {
            // What a listener throws is its own affair: it must not change what is found.
            let _ = on_step.call1(&JsValue::UNDEFINED, &to_js(step));
        }
    };
    let report = checker.check(&image, policy.as_ref(), now, &mut tell).await.map_err(|error| thrown(&error))?;
    Ok(to_js(&report))
}

/// Takes a reference apart.
#[wasm_bindgen(js_name = parseReference)]
pub fn parse_reference(text: &str) -> Result<JsValue, JsValue> {
    let reference = Reference::parse(text).map_err(|error| thrown(&error.into()))?;
    Ok(to_js(&AskedFor::new(&reference)))
}

/// One anonymous GET or HEAD of a registry, redirects and token dance included, for the Worker's relay.
#[wasm_bindgen]
pub async fn relay(target: JsValue, fetch: js_sys::Function, signal: Option<web_sys::AbortSignal>) -> Result<JsValue, JsValue> {
    let target: RelayTarget = from_js(target)?;
    let method = match target.method.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => return Err(invalid("expected GET or HEAD")),
    };
    let (repository, endpoint) =
        Endpoint::parse(&target.registry, &target.path).ok_or_else(|| invalid("expected the path of a manifest, a blob or referrers"))?;
    let name = Reference::parse(&format!("{}/{repository}", target.registry)).map_err(|error| thrown(&error.into()))?;
    let (transport, access) = (FetchTransport::new(fetch, signal), Access::default());
    let client = Client::new(&transport, &access, &name).map_err(|error| thrown(&error))?;
    let response =
        client.exchange(method, &endpoint, None, target.accept, endpoint.max_length()).await.map_err(|error| thrown(&error))?;
    let headers = js_sys::Array::new();
    for name in ["content-type", "docker-content-digest", "retry-after"] {
        if let Some(value) = response.headers.get(name) {
            headers.push(&js_sys::Array::of2(&name.into(), &value.into()));
        }
    }
    let answer = js_sys::Object::new();
    for (name, value) in
        [("status", response.status.into()), ("headers", headers.into()), ("body", js_sys::Uint8Array::from(response.body.as_slice()).into())]
    {
        js_sys::Reflect::set(&answer, &name.into(), &value)?;
    }
    Ok(answer.into())
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
        unknowns: Error::CODES.into_iter().chain(["too-many-attachments"]).collect(),
        checks: CheckName::ALL.into_iter().map(CheckName::name).collect(),
    })
}

impl GivenCredentials {
    fn read(self) -> Result<Credentials, JsValue> {
        match (self.username, self.password, self.identity_token) {
            (Some(username), Some(password), None) => Ok(Credentials::Password { username, password }),
            (None, None, Some(token)) => Ok(Credentials::IdentityToken(token)),
            _ => Err(invalid("expected credentials with `username` and `password`, or with `identityToken`")),
        }
    }
}

fn read_relay(text: &str) -> Result<Url, JsValue> {
    Url::parse(text).filter(|_| text.ends_with('/') && !text.contains('?')).ok_or_else(|| invalid("expected `relay` to be a web address that ends in a slash"))
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be a whole number that an i64 holds")]
fn whole_seconds(now: f64) -> Option<i64> {
    (now.abs() < 1e15).then(|| now.floor() as i64)
}

fn from_js<T: for<'de> Deserialize<'de>>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| invalid(&error.to_string()))
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
