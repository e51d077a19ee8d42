//! `fetch` as a transport, in a page, a Worker or Node: whichever `fetch` the caller hands over.

use core::time::Duration;

use gloo_net::http::Headers;
use gloo_net::http::RequestBuilder;
use js_sys::Array;
use js_sys::Promise;
use js_sys::Reflect;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;
use web_sys::ReadableStreamDefaultReader;
use web_sys::RequestRedirect;

use crate::budget;
use crate::transport::Content;
use crate::transport::Method;
use crate::transport::Opened;
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
pub(super) struct Patience<'a> {
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

    /// The answer, and the request, which is to be held until the last byte is read: Node forgets which signal a response listens to when
    /// nobody holds its request any more.
    pub(super) async fn ask(
        &self,
        request: &Request,
        patience: &Patience<'_>,
    ) -> Result<(web_sys::Response, web_sys::Request), TransportError> {
        let why = |error: JsValue| patience.why(&error);
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
        Ok((answer, asked))
    }

    pub(super) fn patience(&self, timeout: Duration) -> Patience<'_> {
        let timeout = signal_after(timeout);
        let signals: js_sys::Array = [Some(&timeout), self.signal.as_ref()].into_iter().flatten().collect();
        Patience { either: AbortSignal::any(&signals), timeout, caller: self.signal.as_ref() }
    }
}

fn signal_after(time: Duration) -> AbortSignal {
    AbortSignal::timeout_with_u32(u32::try_from(time.as_millis()).unwrap_or(u32::MAX))
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

/// The answer as the core has it.
pub(super) fn response(answer: &web_sys::Response, body: Vec<u8>) -> Response {
    Response {
        status: answer.status(),
        headers: Headers::from_raw(answer.headers()).entries().collect(),
        followed_to: answer.redirected().then(|| answer.url()),
        body,
    }
}

impl Transport for FetchTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let patience = self.patience(request.timeout);
        let (answer, asked) = self.ask(&request, &patience).await?;
        let body = read_body(&answer, request.max_length, &patience).await?;
        drop(asked);
        Ok(response(&answer, body))
    }

    async fn open(&self, request: Request, idle: Duration) -> Result<Opened<impl Content>, TransportError> {
        let patience = self.patience(request.timeout);
        let (answer, asked) = self.ask(&request, &patience).await?;
        let status = answer.status();
        let reader = answer.body().map(|stream| stream.get_reader().unchecked_into());
        Ok(Opened {
            status,
            headers: Headers::from_raw(answer.headers()).entries().collect(),
            followed_to: answer.redirected().then(|| answer.url()),
            content: FetchContent {
                reader,
                patience,
                idle,
                clock: None,
                chunk: None,
                left: request.max_length,
                too_large: TransportError::TooLarge { limit: request.max_length, status },
                _asked: asked,
            },
        })
    }
}

/// Content that the platform reads no further ahead than it likes to.
struct FetchContent<'a> {
    /// None behind the end, and where there was no content.
    reader: Option<ReadableStreamDefaultReader>,
    patience: Patience<'a>,
    idle: Duration,
    /// Measures how long nothing comes. One for many pieces: what comes before it is over only means that another one is needed.
    clock: Option<Clock>,
    /// What came, and how much of it was handed on: a piece can be of any size.
    chunk: Option<(Uint8Array, u32)>,
    left: u64,
    too_large: TransportError,
    _asked: web_sys::Request,
}

struct Clock {
    signal: AbortSignal,
    over: Promise,
    something_came: bool,
}

impl Clock {
    fn new(idle: Duration) -> Self {
        let signal = signal_after(idle);
        let over = Promise::new(&mut |resolve, _| signal.set_onabort(Some(&resolve)));
        Self { signal, over, something_came: false }
    }
}

impl FetchContent<'_> {
    /// The next chunk, if there is one.
    async fn read(&mut self) -> Result<Option<Uint8Array>, TransportError> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let coming = reader.read();
        let read = loop {
            let clock = self.clock.get_or_insert_with(|| Clock::new(self.idle));
            let first = JsFuture::from(Promise::race(&Array::of2(&coming, &clock.over))).await;
            // Only the clock's own event says nothing of a value.
            let is_read = first.as_ref().map_or(true, |value| Reflect::has(value, &"done".into()).unwrap_or(false));
            match first {
                Ok(value) if is_read => {
                    clock.something_came = true;
                    break value;
                }
                Ok(_) if clock.something_came => self.clock = None,
                Ok(_) => return Err(TransportError::Timeout),
                Err(error) => {
                    // There is nothing more to cancel.
                    self.reader = None;
                    return Err(self.patience.why(&error));
                }
            }
        };
        if Reflect::get(&read, &"done".into()).is_ok_and(|done| done.is_truthy()) {
            self.reader = None;
            return Ok(None);
        }
        let chunk: Option<Uint8Array> = Reflect::get(&read, &"value".into()).ok().and_then(|value| value.dyn_into().ok());
        let Some(chunk) = chunk else {
            return Err(TransportError::Unreachable { detail: "the body is not made of bytes".into() });
        };
        self.left = self.left.checked_sub(u64::from(chunk.length())).ok_or_else(|| self.too_large.clone())?;
        Ok(Some(chunk))
    }
}

impl Content for FetchContent<'_> {
    async fn next(&mut self, piece: &mut Vec<u8>) -> Result<(), TransportError> {
        piece.clear();
        let (chunk, start) = loop {
            let (chunk, start) = match self.chunk.take() {
                Some(rest) => rest,
                None => match self.read().await? {
                    Some(chunk) => (chunk, 0),
                    None => return Ok(()),
                },
            };
            // A stream may deliver chunks without bytes, and that is not its end.
            if start < chunk.length() {
                break (chunk, start);
            }
        };
        let most = u32::try_from(budget::LAYER_CHUNK_BYTES).expect("a small number");
        let end = chunk.length().min(start.saturating_add(most));
        piece.resize((end - start) as usize, 0);
        chunk.subarray(start, end).copy_to(piece);
        self.chunk = Some((chunk, end)).filter(|(chunk, end)| *end < chunk.length());
        Ok(())
    }
}

impl Drop for FetchContent<'_> {
    fn drop(&mut self) {
        if let Some(clock) = &self.clock {
            clock.signal.set_onabort(None);
        }
        // Whoever drops it before its end has given up. That a stream which broke meanwhile cannot be cancelled is nobody's concern, but
        // Node ends where nobody looks at a refusal.
        if let Some(reader) = self.reader.take() {
            let cancelled = reader.cancel();
            wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(cancelled).await) });
        }
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
pub(super) async fn read_body(answer: &web_sys::Response, limit: u64, patience: &Patience<'_>) -> Result<Vec<u8>, TransportError> {
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

#[cfg(test)]
mod tests {
    use js_sys::Function;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    /// A `fetch` whose content is the stream with this source.
    fn serving(source: &str) -> FetchTransport {
        let body = format!("globalThis.cancelled = false; return Promise.resolve(new Response(new ReadableStream({source})))");
        FetchTransport::new(Function::new_with_args("request", &body), None)
    }

    fn request(max_length: u64) -> Request {
        let timeout = Duration::from_secs(10);
        Request { method: Method::Get, url: "https://registry.test/".into(), headers: Vec::new(), body: Vec::new(), max_length, timeout }
    }

    const IDLE: Duration = Duration::from_millis(200);

    async fn read(transport: &FetchTransport, max_length: u64) -> Result<Vec<usize>, TransportError> {
        let mut opened = transport.open(request(max_length), IDLE).await?;
        let mut pieces = Vec::new();
        let mut piece = Vec::new();
        loop {
            opened.content.next(&mut piece).await?;
            if piece.is_empty() {
                return Ok(pieces);
            }
            pieces.push(piece.len());
        }
    }

    #[wasm_bindgen_test]
    async fn content_comes_in_pieces_of_bounded_size_whatever_the_chunks() {
        let source = "{ start(to) { for (const size of [1, 0, 65536, 65537, 200000]) to.enqueue(new Uint8Array(size)); to.close(); } }";
        let pieces = read(&serving(source), 1 << 20).await.unwrap();
        assert_eq!(pieces, [1, 65536, 65536, 1, 65536, 65536, 65536, 3392]);
    }

    #[wasm_bindgen_test]
    async fn nothing_is_read_before_somebody_asks() {
        let source =
            "{ pull(to) { globalThis.pulled = (globalThis.pulled ?? 0) + 1; to.enqueue(new Uint8Array(10)); } }, { highWaterMark: 0 }";
        let transport = serving(source);
        let mut opened = transport.open(request(1 << 20), IDLE).await.unwrap();
        let mut piece = Vec::new();
        for _ in 0..3 {
            opened.content.next(&mut piece).await.unwrap();
        }
        let pulled = Reflect::get(&js_sys::global(), &"pulled".into()).unwrap().as_f64().unwrap();
        assert!((3.0..=4.0).contains(&pulled), "{pulled}");
    }

    #[wasm_bindgen_test]
    async fn one_byte_too_many_is_too_large() {
        let source = "{ pull(to) { to.enqueue(new Uint8Array(1000)); } }";
        assert_eq!(read(&serving(source), 3999).await, Err(TransportError::TooLarge { limit: 3999, status: 200 }));
    }

    #[wasm_bindgen_test]
    async fn a_stream_that_falls_silent_is_given_up_and_a_slow_one_is_not() {
        let silent = "{ pull(to) { if (!this.sent) { this.sent = true; to.enqueue(new Uint8Array(5)); } else return new Promise(() => setTimeout(() => {}, 2000)); } }";
        assert_eq!(read(&serving(silent), 1000).await, Err(TransportError::Timeout));
        let slow = "{ async pull(to) { this.sent = (this.sent ?? 0) + 1; await new Promise((go) => setTimeout(go, 90)); this.sent > 8 ? to.close() : to.enqueue(new Uint8Array(5)); } }";
        assert_eq!(read(&serving(slow), 1000).await.unwrap().len(), 8);
    }

    #[wasm_bindgen_test]
    async fn a_stream_that_breaks_is_unreachable() {
        let source =
            "{ pull(to) { if (!this.sent) { this.sent = true; to.enqueue(new Uint8Array(5)); } else to.error(new Error('broke')); } }";
        assert_eq!(read(&serving(source), 1000).await, Err(TransportError::Unreachable { detail: "broke".into() }));
    }

    #[wasm_bindgen_test]
    async fn who_drops_content_cancels_the_stream() {
        let source = "{ pull(to) { to.enqueue(new Uint8Array(5)); }, cancel() { globalThis.cancelled = true; } }";
        let transport = serving(source);
        let mut opened = transport.open(request(1000), IDLE).await.unwrap();
        let mut piece = Vec::new();
        opened.content.next(&mut piece).await.unwrap();
        drop(opened);
        JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await.unwrap();
        assert!(Reflect::get(&js_sys::global(), &"cancelled".into()).unwrap().is_truthy());
    }
}
