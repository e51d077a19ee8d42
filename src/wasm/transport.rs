//! `fetch` as a transport, in a page, a Worker or Node: whichever `fetch` the caller hands over.

use gloo_net::http::Headers;
use gloo_net::http::RequestBuilder;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;
use web_sys::ReadableStreamDefaultReader;
use web_sys::RequestRedirect;

use crate::transport::Method;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;

/// Sends requests with somebody's `fetch`.
pub(super) struct FetchTransport {
    fetch: js_sys::Function,
    signal: Option<AbortSignal>,
}

/// The signals of one request. Both are held until its last byte is read: an engine may forget a signal that nobody holds.
struct Patience<'a> {
    timeout: AbortSignal,
    either: AbortSignal,
    caller: Option<&'a AbortSignal>,
}

impl FetchTransport {
    pub(super) fn new(fetch: js_sys::Function, signal: Option<AbortSignal>) -> Self {
        Self { fetch, signal }
    }

    async fn answer(&self, request: &web_sys::Request) -> Result<web_sys::Response, JsValue> {
        let promise = self.fetch.call1(&JsValue::UNDEFINED, request)?;
        JsFuture::from(js_sys::Promise::resolve(&promise)).await?.dyn_into()
    }

    async fn read(&self, request: &Request, patience: &Patience<'_>) -> Result<Response, TransportError> {
        let why = |error: JsValue| patience.why(&error);
        // Held until the last byte is read: Node forgets which signal a response listens to when nobody holds its request any more.
        let mut asked = write(request, patience, RequestRedirect::Manual).map_err(why)?;
        let mut answer = self.answer(&asked).await.map_err(why)?;
        if answer.type_() == web_sys::ResponseType::Opaqueredirect {
            // A form holds a secret, and a page would carry it wherever it is sent.
            if request.method == Method::Post {
                return Err(TransportError::Unreachable { detail: "a form was redirected".into() });
            }
            // A page may not see where it is sent, only go there; the client refuses afterwards what it would have refused before.
            asked = write(request, patience, RequestRedirect::Follow).map_err(why)?;
            answer = self.answer(&asked).await.map_err(why)?;
        }
        let body = read_body(&answer, request.max_length, patience).await?;
        drop(asked);
        Ok(Response {
            status: answer.status(),
            headers: Headers::from_raw(answer.headers()).entries().collect(),
            followed_to: answer.redirected().then(|| answer.url()),
            body,
        })
    }
}

/// The request as JavaScript has it.
fn write(request: &Request, patience: &Patience<'_>, redirect: RequestRedirect) -> Result<web_sys::Request, JsValue> {
    let method = match request.method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Head => gloo_net::http::Method::HEAD,
        Method::Post => gloo_net::http::Method::POST,
    };
    let mut builder = RequestBuilder::new(&request.url).method(method).redirect(redirect).abort_signal(Some(&patience.either));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let built = if request.method == Method::Post { builder.body(Uint8Array::from(request.body.as_slice())) } else { builder.build() };
    built.map(web_sys::Request::from).map_err(|error| JsValue::from_str(&error.to_string()))
}

impl Transport for FetchTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let milliseconds = u32::try_from(request.timeout.as_millis()).unwrap_or(u32::MAX);
        let timeout = AbortSignal::timeout_with_u32(milliseconds);
        let signals: js_sys::Array = [Some(&timeout), self.signal.as_ref()].into_iter().flatten().collect();
        let patience = Patience { either: AbortSignal::any(&signals), timeout, caller: self.signal.as_ref() };
        self.read(&request, &patience).await
    }
}

impl Patience<'_> {
    /// Why a request came to nothing.
    fn why(&self, error: &JsValue) -> TransportError {
        if self.caller.is_some_and(AbortSignal::aborted) {
            return TransportError::Aborted;
        }
        if self.timeout.aborted() {
            return TransportError::Timeout;
        }
        // Node says "fetch failed" and keeps the reason in `cause`.
        let message = |value: &JsValue| Reflect::get(value, &"message".into()).ok().and_then(|text| text.as_string());
        let cause = Reflect::get(error, &"cause".into()).ok().filter(JsValue::is_object);
        let detail = [message(error).or_else(|| error.as_string()), cause.as_ref().and_then(message)];
        TransportError::Unreachable { detail: detail.into_iter().flatten().collect::<Vec<_>>().join(": ") }
    }
}

/// Reads a body chunk by chunk, and stops at the first byte too many.
async fn read_body(answer: &web_sys::Response, limit: u64, patience: &Patience<'_>) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    let Some(stream) = answer.body() else { return Ok(body) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let read = JsFuture::from(reader.read()).await.map_err(|error| patience.why(&error))?;
        if Reflect::get(&read, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            return Ok(body);
        }
        let chunk: Option<Uint8Array> = Reflect::get(&read, &"value".into()).ok().and_then(|value| value.dyn_into().ok());
        let Some(chunk) = chunk else {
            return Err(TransportError::Unreachable { detail: "the body is not made of bytes".into() });
        };
        let start = body.len();
        if start as u64 + u64::from(chunk.length()) > limit {
            // Nobody waits for this: the connection may hang, and we have our answer.
            let _ = reader.cancel();
            return Err(TransportError::TooLarge { limit, status: answer.status() });
        }
        body.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut body[start..]);
    }
}
