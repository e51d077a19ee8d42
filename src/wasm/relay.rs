//! The door of a relay: one question to a registry, for whoever may not read its answers. Blobs go on as they arrive.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::ReadableStream;

use crate::budget;
use crate::content_trust::Gun;
use crate::content_trust::TrustFile;
use crate::content_trust::TrustServer;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::registry::client::Client;
use crate::registry::client::Head;
use crate::registry::client::NextPage;
use crate::registry::endpoint::Endpoint;
use crate::transport::Headers;
use crate::transport::Method;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::url::is_loopback;
use crate::wasm::convert::from_js;
use crate::wasm::convert::invalid;
use crate::wasm::convert::thrown;
use crate::wasm::questions;
use crate::wasm::questions::RelayTarget;
use crate::wasm::transport::FetchTransport;
use crate::wasm::transport::read_body;
use crate::wasm::transport::response;

/// One anonymous GET or HEAD of a registry, redirects and token dance included, for the Worker's relay.
#[wasm_bindgen]
pub async fn relay(target: JsValue, fetch: js_sys::Function, signal: Option<web_sys::AbortSignal>) -> Result<JsValue, JsValue> {
    let target = from_js(&target)?;
    let target = questions::read_relay_target(&target.root()).map_err(|refusal| invalid(&refusal))?;
    // Only lists have pages, and the only list is that of referrers.
    let (path, query) = target.path.split_once('?').map_or((target.path, None), |(path, query)| (path, Some(query)));
    let (transport, access) = (FetchTransport::new(fetch, signal), Access::default());
    if let Some((server, gun, file)) = trust_data(&target) {
        let client = Client::of_collection(&transport, &access, &server, &gun, budget::CHECK_REQUESTS);
        let endpoint = Endpoint::TrustData(file);
        let response = client.exchange(target.method, &endpoint, None, None, endpoint.max_length()).await;
        return relayed(&client, &endpoint, &response.map_err(|error| thrown(&error))?, None);
    }
    let (repository, endpoint) = Endpoint::parse(target.registry, path)
        .filter(|(_, endpoint)| query.is_none() || matches!(endpoint, Endpoint::Referrers(_)))
        .ok_or_else(|| invalid("expected the path of a manifest, a blob, referrers or trust data"))?;
    let name = Reference::parse(&format!("{}/{repository}", target.registry)).map_err(|error| thrown(&error.into()))?;
    let client = Client::new(&transport, &access, &name).map_err(|error| thrown(&error))?;
    if let (Method::Get, Endpoint::Blob(digest)) = (target.method, &endpoint) {
        let begun = client.pass_on(*digest, |request| transport.begin(request)).await.map_err(|error| thrown(&error))?;
        let content = begun.content.map(JsValue::from);
        return relayed(&client, &endpoint, &begun.answer, content);
    }
    let response =
        client.exchange(target.method, &endpoint, query, target.accept, endpoint.max_length()).await.map_err(|error| thrown(&error))?;
    relayed(&client, &endpoint, &response, None)
}

/// The file of a trust server that a relay is asked for. Everything before `/v2/` is part of the server's address.
fn trust_data(target: &RelayTarget<'_>) -> Option<(TrustServer, Gun, TrustFile)> {
    let at = target.path.find("/v2/")?;
    let (prefix, path) = target.path.split_at(at);
    let (gun, file) = TrustFile::parse(path)?;
    let scheme = if is_loopback(target.registry) { "http" } else { "https" };
    Some((TrustServer::parse(&format!("{scheme}://{}{prefix}", target.registry)).ok()?, gun, file))
}

/// What goes on of an answer. Of `content` that nobody read it is told how long it claims to be.
fn relayed<T: Transport>(
    client: &Client<'_, T>,
    endpoint: &Endpoint,
    response: &Response,
    content: Option<JsValue>,
) -> Result<JsValue, JsValue> {
    let headers = js_sys::Array::new();
    let pass = |name: &str, value: &str| headers.push(&js_sys::Array::of2(&name.into(), &value.into()));
    for name in ["content-type", "docker-content-digest", "retry-after"] {
        if let Some(value) = response.headers.get(name) {
            pass(name, value);
        }
    }
    // A `Link` can make a browser load things, so only what it means to us is said again.
    match client.next_page(endpoint, response) {
        NextPage::Query(query) => pass("link", &format!("<?{query}>; rel=\"next\"")),
        NextPage::Elsewhere if matches!(endpoint, Endpoint::Referrers(_)) => pass("link", "<>; rel=\"next\""),
        NextPage::None | NextPage::Elsewhere => 0,
    };
    // Of content that was encoded the platform decodes it, and the field counts what it had before.
    let is_plain = content.is_some() && response.headers.get("content-encoding").is_none();
    let claimed = response.headers.get("content-length").filter(|_| is_plain).and_then(|length| length.parse::<u64>().ok());
    let answer = js_sys::Object::new();
    for (name, value) in [
        ("status", response.status.into()),
        ("headers", headers.into()),
        ("body", content.unwrap_or_else(|| js_sys::Uint8Array::from(response.body.as_slice()).into())),
        // A number that JavaScript has: what is longer is too long for whoever has a limit below.
        ("length", claimed.map(|length| u32::try_from(length).unwrap_or(u32::MAX)).into()),
    ] {
        js_sys::Reflect::set(&answer, &name.into(), &value)?;
    }
    Ok(answer.into())
}

/// An answer whose content, if it is what was asked for, nobody here reads.
struct Begun {
    /// Without the content of a 200.
    answer: Response,
    /// That content.
    content: Option<ReadableStream>,
}

impl Head for Begun {
    fn status(&self) -> u16 {
        self.answer.status
    }

    fn headers(&self) -> &Headers {
        &self.answer.headers
    }

    fn followed_to(&self) -> Option<&str> {
        self.answer.followed_to.as_deref()
    }
}

impl FetchTransport {
    /// Sends a request. The content of a 200 stays where it is: copied here and back, it would cost more than all the rest.
    async fn begin(&self, request: Request) -> Result<Begun, TransportError> {
        let patience = self.patience(request.timeout);
        let (answer, _asked) = self.ask(&request, &patience).await?;
        let is_wanted = answer.status() == 200;
        let body = if is_wanted { Vec::new() } else { read_body(&answer, request.max_length, &patience).await? };
        let content = answer.body().filter(|_| is_wanted);
        Ok(Begun { answer: response(&answer, body), content })
    }
}
