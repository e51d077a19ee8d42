//! Drives the registry's API with a transport: one request, and whatever redirects and challenges stand before its answer.

mod blob;

use core::cell::Cell;
use core::cell::RefCell;
use core::future::Future;

use crate::budget;
use crate::content_trust::Gun;
use crate::content_trust::TrustServer;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::json;
use crate::oci;
use crate::reference::Reference;
use crate::registry::auth;
use crate::registry::auth::Credentials;
use crate::registry::auth::Next;
use crate::registry::challenge;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::registry::host;
use crate::report::Via;
use crate::transport::Headers;
use crate::transport::Method;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::url::Url;

/// The field under which a relay states an error of its own.
pub const RELAY_ERROR: &str = "pullproof-relay-error";
/// Says that a relay must ask the registry now.
const RELAY_AFRESH: &str = "pullproof-afresh";

/// How registries may be asked.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// What to show the registry that the reference names, and nobody else.
    pub credentials: Option<Credentials>,
    /// Where to ask when a page cannot read the registry's own answers: an address that ends in a slash. It never sees credentials.
    pub relay: Option<Url>,
    /// Whether requests must stay free of preflights, as in a page.
    pub safelisted_only: bool,
}

/// Asks one registry for things of one repository.
pub struct Client<'a, T> {
    transport: &'a T,
    access: &'a Access,
    registry: &'a str,
    /// Of a trust server, the GUN.
    repository: &'a str,
    base: Url,
    /// What stands before every path: nothing, but for some trust servers.
    prefix: &'a str,
    /// The last `Authorization` that was made, and where it belongs.
    authorization: RefCell<Option<(Url, String)>>,
    relayed: Cell<bool>,
    /// Whether a relay must ask the registry itself, whatever it remembers.
    afresh: bool,
    /// Requests that this client may still send.
    patience: Cell<usize>,
    /// Requests for blobs as they arrive that it may still send.
    blobs: Cell<usize>,
}

/// Content, and what was said about it. Nothing here is proven.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The bytes.
    pub body: Vec<u8>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Docker-Content-Digest`, where there is one and we may read it.
    pub digest: Option<String>,
    /// Whether the list goes on.
    pub next: NextPage,
    /// How it came.
    pub via: Via,
}

/// Whether a list goes on behind this answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextPage {
    /// This was the last page.
    None,
    /// The query that asks for the next page.
    Query(String),
    /// It goes on, but where the registry points is no other page of this list.
    Elsewhere,
}

impl<'a, T: Transport> Client<'a, T> {
    /// A client for the repository that `reference` names.
    pub fn new(transport: &'a T, access: &'a Access, reference: &'a Reference) -> Result<Self, Error> {
        let registry = reference.registry();
        let base = Url::parse(&host::api_base(registry)).ok_or_else(|| Error::Transport {
            host: registry.into(),
            error: TransportError::Unreachable { detail: "the registry's name is no address".into() },
        })?;
        // Pages are known to get nothing from some registries; whatever else can be asked directly is.
        let relayed = access.relay.is_some() && access.safelisted_only && host::is_closed_to_pages(registry);
        Ok(Self {
            transport,
            access,
            registry,
            repository: reference.repository(),
            base,
            prefix: "",
            authorization: RefCell::new(None),
            relayed: Cell::new(relayed),
            afresh: false,
            patience: Cell::new(budget::CHECK_REQUESTS),
            blobs: Cell::new(budget::LAYER_REQUESTS),
        })
    }

    /// A client for a collection on a trust server: another scope of the token than the registry's, so another token.
    /// At most `requests` are sent.
    pub fn of_collection(transport: &'a T, access: &'a Access, server: &'a TrustServer, gun: &'a Gun, requests: usize) -> Self {
        Self {
            transport,
            access,
            registry: server.host(),
            repository: gun.as_str(),
            base: server.base().clone(),
            prefix: server.prefix(),
            authorization: RefCell::new(None),
            relayed: Cell::new(false),
            blobs: Cell::new(0),
            // The newest may be asked for within the five minutes for which Notary lets it be kept.
            afresh: true,
            patience: Cell::new(requests),
        }
    }

    /// For questions about what a registry has now: a relay must not answer them from memory.
    #[must_use]
    pub const fn afresh(mut self) -> Self {
        self.afresh = true;
        self
    }

    /// The host that answers.
    pub fn host(&self) -> String {
        self.base.authority()
    }

    /// Fetches what a reference stands for, whatever kind of manifest it is.
    pub async fn resolve(&self, endpoint: &Endpoint) -> Result<Answer, Error> {
        if !self.access.safelisted_only {
            return self.fetch(endpoint, Accept::All, endpoint.max_length()).await;
        }
        // All four types would need a preflight, so the pairs are tried one after the other.
        let first = self.fetch(endpoint, Accept::Oci, endpoint.max_length()).await;
        let is_other_kind = match &first {
            Ok(answer) => answer.content_type.as_deref().is_some_and(oci::is_schema1),
            Err(Error::NotFound { .. } | Error::Registry { status: 400 | 406, .. }) => true,
            Err(_) => false,
        };
        if !is_other_kind || self.relayed.get() {
            return first;
        }
        match self.fetch(endpoint, Accept::Docker, endpoint.max_length()).await {
            Err(Error::NotFound { .. } | Error::Registry { .. }) => first,
            second => second,
        }
    }

    /// Fetches content.
    pub async fn fetch(&self, endpoint: &Endpoint, accept: Accept, max_length: u64) -> Result<Answer, Error> {
        self.fetch_page(endpoint, None, accept, max_length).await
    }

    /// Fetches a page of a list.
    pub async fn fetch_page(&self, endpoint: &Endpoint, query: Option<&str>, accept: Accept, max_length: u64) -> Result<Answer, Error> {
        let (response, via) = self.ask(endpoint, query, accept, max_length).await?;
        let response = self.succeeded(response, endpoint, via)?;
        let field = |name| response.headers.get(name).map(str::to_owned);
        let next = self.next_page(endpoint, &response);
        Ok(Answer { content_type: field("content-type"), digest: field("docker-content-digest"), next, via, body: response.body })
    }

    /// Whether the list goes on behind this answer.
    pub fn next_page(&self, endpoint: &Endpoint, answer: &Response) -> NextPage {
        let links: Vec<&str> = answer.headers.get_all("link").collect();
        match self.base.join(&endpoint.path(self.repository)) {
            Some(list) => next_page(&list, &links.join(",")),
            None => NextPage::Elsewhere,
        }
    }

    /// Whether an answer that came this way shows all its header fields: a page sees only those that a registry exposes to it.
    pub fn shows_links(&self, via: Via) -> bool {
        !(self.access.safelisted_only && via == Via::Direct)
    }

    /// The registry itself where possible, the relay where not.
    async fn ask(&self, endpoint: &Endpoint, query: Option<&str>, accept: Accept, max_length: u64) -> Result<(Response, Via), Error> {
        // A page cannot read from the registry whether a list goes on; through the relay it can, where the relay serves the registry. No
        // stock trust server lets a page read anything.
        // What takes credentials is nothing that a relay could read, nor anything that it should hear of.
        let wants_relay = self.access.safelisted_only && self.access.credentials.is_none();
        if let (Endpoint::Referrers(_) | Endpoint::TrustData(_), true, Some(relay)) = (endpoint, wants_relay, &self.access.relay) {
            let answer = self.through(relay, endpoint, query, accept, max_length).await;
            let is_known = match &answer {
                Ok(response) => matches!(response.status, 200 | 404),
                Err(error) => error.is_aborted(),
            };
            if is_known || self.relayed.get() {
                return answer.map(|response| (response, Via::Relay));
            }
        }
        if !self.relayed.get() {
            match (self.exchange(Method::Get, endpoint, query, accept.value(), max_length).await, &self.access.relay) {
                // A page is not told why it may not read an answer; the relay can.
                (Err(Error::Transport { error: TransportError::Unreachable { .. }, .. }), Some(_)) => self.relayed.set(true),
                (answer, _) => return answer.map(|response| (response, Via::Direct)),
            }
        }
        let relay = self.access.relay.as_ref().expect("this way is only taken where there is a relay");
        self.through(relay, endpoint, query, accept, max_length).await.map(|response| (response, Via::Relay))
    }

    /// One exchange with the registry itself: redirects are followed where they may lead, challenges are answered once. The response can
    /// have any status but those.
    pub fn exchange(
        &self,
        method: Method,
        endpoint: &Endpoint,
        query: Option<&str>,
        accept: Option<String>,
        max_length: u64,
    ) -> impl Future<Output = Result<Response, Error>> {
        self.follow(method, endpoint, query, accept, max_length, |request, host| self.send(request, host))
    }

    /// The same, however requests are sent.
    async fn follow<A: Head, F: Future<Output = Result<A, Error>>>(
        &self,
        method: Method,
        endpoint: &Endpoint,
        query: Option<&str>,
        accept: Option<String>,
        max_length: u64,
        send: impl Fn(Request, String) -> F,
    ) -> Result<A, Error> {
        let mut path = format!("{}{}", self.prefix, endpoint.path(self.repository));
        if let Some(query) = query {
            path = format!("{path}?{query}");
        }
        let mut url = self.base.join(&path).ok_or_else(|| self.unreadable("a page whose address cannot be read"))?;
        // What stands in front of an answer (an error, a redirect, a challenge) may be longer than the answer itself.
        let max_length = max_length.max(budget::ANSWER_BYTES);
        let mut answered: Vec<Url> = Vec::new();
        let mut redirects = 0;
        loop {
            let mut headers = Vec::new();
            if let Some(accept) = &accept {
                headers.push(("accept", accept.clone()));
            }
            if let Some((_, value)) = self.authorization.borrow().as_ref().filter(|(origin, _)| origin.same_origin(&url)) {
                headers.push(("authorization", value.clone()));
            }
            let request =
                Request { method, url: url.as_str().into(), headers, body: Vec::new(), max_length, timeout: budget::REQUEST_TIME };
            let response = send(request, url.authority()).await?;
            let asked = match response.followed_to() {
                Some(target) => self.redirect(&url, target)?,
                None => url.clone(),
            };
            match response.status() {
                301 | 302 | 303 | 307 | 308 => {
                    redirects += 1;
                    if redirects > budget::REDIRECTS {
                        return Err(Error::TooManyRedirects { host: self.host() });
                    }
                    url = self.redirect(&url, response.headers().get("location").unwrap_or_default())?;
                }
                401 if answered.len() < 2 && !answered.iter().any(|origin| origin.same_origin(&asked)) => {
                    self.authorize(response.headers(), &asked).await?;
                    answered.push(asked);
                }
                _ => return Ok(response),
            }
        }
    }

    /// Where a redirect leads, if it may lead there.
    fn redirect(&self, from: &Url, location: &str) -> Result<Url, Error> {
        let refuse = |reason| Error::RedirectRefused { host: from.authority(), target: excerpt(location, 200), reason };
        let target = from.join(location).ok_or_else(|| refuse("is not a web address"))?;
        // Measured from the host that the user named, however long the chain.
        self.base.refuses(&target).map_or(Ok(target), |reason| Err(refuse(reason)))
    }

    /// Makes an `Authorization` for the origin that asks for one.
    async fn authorize(&self, headers: &Headers, asked: &Url) -> Result<(), Error> {
        let credentials = self.access.credentials.as_ref().filter(|_| asked.same_origin(&self.base));
        let fields: Vec<&str> = headers.get_all("www-authenticate").collect();
        let challenges = challenge::parse(&fields.join(","));
        let value = match auth::answer(&challenges, asked, self.repository, credentials) {
            Next::Authorize(value) => value,
            Next::Refuse { realm, reason } => return Err(Error::RealmRefused { host: asked.authority(), realm, reason }),
            Next::GiveUp => return Err(self.unauthorized(Via::Direct)),
            Next::Exchange(request) => {
                let realm = Url::parse(&request.url).ok_or_else(|| self.unreadable("a token address that cannot be read"))?;
                let answer = self.send(request, realm.authority()).await?;
                if let Some(target) = &answer.followed_to {
                    self.redirect(&realm, target)?;
                }
                match (answer.status, auth::read_token(&answer.body)) {
                    (200, Some(value)) => value,
                    (429, _) => return Err(rate_limited(&answer, realm.authority())),
                    (500.., _) => return Err(registry_error(&answer, realm.authority())),
                    // A token server that redirects gets no credentials anywhere else, so its redirects are not followed.
                    _ => return Err(self.unauthorized(Via::Direct)),
                }
            }
        };
        *self.authorization.borrow_mut() = Some((asked.clone(), value));
        Ok(())
    }

    /// Asks the relay, which answers as the registry does, or with an error of its own.
    async fn through(
        &self,
        relay: &Url,
        endpoint: &Endpoint,
        query: Option<&str>,
        accept: Accept,
        max_length: u64,
    ) -> Result<Response, Error> {
        let request = self.to_relay(relay, endpoint, query, accept, max_length);
        let response = self.send(request, relay.authority()).await?;
        match relay_error(&response) {
            Some((code, detail)) => Err(Error::Relay { code, detail }),
            None => Ok(response),
        }
    }

    fn to_relay(&self, relay: &Url, endpoint: &Endpoint, query: Option<&str>, accept: Accept, max_length: u64) -> Request {
        // A relay allows the preflight that a registry refuses.
        let accept = if accept == Accept::Oci { Accept::All } else { accept };
        let registry = self.registry.replace('[', "%5B").replace(']', "%5D");
        let afresh = self.afresh.then(|| (RELAY_AFRESH, "1".to_owned()));
        Request {
            method: Method::Get,
            url: format!(
                "{relay}{registry}{}{}{}",
                self.prefix,
                endpoint.path(self.repository),
                query.map(|query| format!("?{query}")).unwrap_or_default()
            ),
            headers: accept.value().map(|value| ("accept", value)).into_iter().chain(afresh).collect(),
            body: Vec::new(),
            max_length: max_length.max(budget::ANSWER_BYTES),
            timeout: budget::REQUEST_TIME,
        }
    }

    async fn send(&self, request: Request, host: String) -> Result<Response, Error> {
        let Some(left) = self.patience.get().checked_sub(1) else {
            return Err(Error::BudgetExhausted { host: self.host(), requests: budget::CHECK_REQUESTS });
        };
        self.patience.set(left);
        self.transport.send(request).await.map_err(|error| Error::Transport { host, error })
    }

    /// Sorts answers by their status.
    fn succeeded(&self, response: Response, endpoint: &Endpoint, via: Via) -> Result<Response, Error> {
        let host = self.speaker(via);
        match response.status {
            200 => {
                let content_type = response.headers.get("content-type").map(oci::essence).unwrap_or_default();
                if content_type.eq_ignore_ascii_case("text/html") {
                    return Err(Error::NotARegistry { host, found: "an HTML page".into() });
                }
                Ok(response)
            }
            401 => Err(self.unauthorized(via)),
            403 => Err(Error::Denied { host }),
            404 => Err(Error::NotFound { host, what: endpoint.describe(self.repository) }),
            429 => Err(rate_limited(&response, host)),
            _ => Err(registry_error(&response, host)),
        }
    }

    /// Who says so, for messages: what comes through a relay is the relay's word.
    fn speaker(&self, via: Via) -> String {
        match (&self.access.relay, via) {
            (Some(relay), Via::Relay) => format!("{} (through the relay at {})", self.host(), relay.authority()),
            _ => self.host(),
        }
    }

    fn unauthorized(&self, via: Via) -> Error {
        // A relay is never shown credentials, so it cannot have refused them.
        Error::Unauthorized { host: self.speaker(via), with_credentials: via == Via::Direct && self.access.credentials.is_some() }
    }

    fn unreadable(&self, found: &str) -> Error {
        Error::NotARegistry { host: self.host(), found: found.into() }
    }
}

/// What is known of an answer before its content.
pub trait Head {
    /// The status code.
    fn status(&self) -> u16;
    /// Header fields.
    fn headers(&self) -> &Headers;
    /// Where redirects led, if the transport could not help following some.
    fn followed_to(&self) -> Option<&str>;
}

impl Head for Response {
    fn status(&self) -> u16 {
        self.status
    }

    fn headers(&self) -> &Headers {
        &self.headers
    }

    fn followed_to(&self) -> Option<&str> {
        self.followed_to.as_deref()
    }
}

/// `Retry-After` is a number of seconds or a date (RFC 9110 section 10.2.3); anything else is not shown.
fn rate_limited(response: &Response, host: String) -> Error {
    let retry_after = response.headers.get("retry-after").map(str::trim).filter(|value| match value.parse::<u64>() {
        Ok(seconds) => seconds <= budget::RETRY_AFTER_SECONDS,
        Err(_) => value.len() == "Sun, 06 Nov 1994 08:49:37 GMT".len() && value.ends_with(" GMT") && value.is_ascii(),
    });
    let retry_after = retry_after.map(|value| if value.ends_with("GMT") { value.to_owned() } else { format!("{value} seconds") });
    Error::RateLimited { host, retry_after }
}

/// The first error of the registry's error document (distribution specification, "Error Codes").
fn registry_error(response: &Response, host: String) -> Error {
    let detail = || {
        let object = json::parse_object(&response.body).ok()?;
        let errors = object.root().required("errors").ok()?.array().ok()?;
        let first = errors.first()?.object().ok()?;
        let code = first.required("code").ok()?.string().ok()?;
        let message = first.optional_string("message").ok()?.unwrap_or_default();
        Some(excerpt(format!("{code} {message}").trim(), 200))
    };
    Error::Registry { host, status: response.status, detail: detail() }
}

/// The relay's own errors: `{ "error": { "code", "message" } }` under a header field that it lets no registry send.
fn relay_error(response: &Response) -> Option<(&'static str, String)> {
    /// What can happen to a relay on its way to a registry. It does not judge what was asked.
    const CODES: [&str; 9] = [
        "budget-exhausted",
        "not-a-registry",
        "rate-limited",
        "realm-refused",
        "redirect-refused",
        "response-too-large",
        "timeout",
        "too-many-redirects",
        "unreachable",
    ];
    let said = response.headers.get(RELAY_ERROR)?;
    let code = CODES.into_iter().find(|code| *code == said).unwrap_or("relay-refused");
    let detail = || {
        let object = json::parse_object(&response.body).ok()?;
        let error = object.root().required("error").ok()?.object().ok()?;
        Some(excerpt(error.required("message").ok()?.string().ok()?, 200))
    };
    Some((code, detail().unwrap_or_else(|| "no reason that could be read".into())))
}

/// Where a list at `list` goes on, by its `Link` fields (RFC 8288 section 3): `<target>; rel="next"`.
fn next_page(list: &Url, links: &str) -> NextPage {
    let mut rest = links.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        // Commas and semicolons may stand in the target and in quotes, so neither is split at.
        let Some((target, behind)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else { return NextPage::Elsewhere };
        let (parameters, behind) = split_parameters(behind);
        if parameters.iter().any(|parameter| is_next(parameter)) {
            let query = list.join(target).filter(|target| target.same_origin(list)).and_then(|target| {
                let (path, query) = target.as_str().split_once('?')?;
                (path == list.as_str()).then(|| query.to_owned())
            });
            return query.map_or(NextPage::Elsewhere, NextPage::Query);
        }
        rest = behind.trim_start_matches([' ', '\t', ',']);
    }
    NextPage::None
}

/// The parameters of one link, and what follows them.
fn split_parameters(text: &str) -> (Vec<&str>, &str) {
    let (mut parameters, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' | ',' if !quoted => {
                parameters.push(text[start..at].trim());
                start = at + 1;
                if character == ',' {
                    return (parameters, &text[start..]);
                }
            }
            _ => {}
        }
    }
    parameters.push(text[start..].trim());
    (parameters, "")
}

/// `rel` may hold several types, separated by spaces.
fn is_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let types = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel") && types.split_ascii_whitespace().any(|kind| kind.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_another_page_of_the_same_list() {
        let list = Url::parse("https://registry.example/v2/a/referrers/x").unwrap();
        for (link, query) in [
            (r#"</v2/a/referrers/x?last=1>; rel="next""#, "last=1"),
            ("<https://registry.example/v2/a/referrers/x?n=1&last=2>;rel=next", "n=1&last=2"),
            (r#"<?last=a,b>; title="a, <b>; c"; rel="last next""#, "last=a,b"),
            (r#"</v2/a/referrers/x?p=0>; rel="prev", <?p=2>; title=x; rel="next""#, "p=2"),
        ] {
            assert_eq!(next_page(&list, link), NextPage::Query(query.into()));
        }
        for link in ["", "<>", " , ", "</v2/a/referrers/x?last=1>", r#"</v2/a/referrers/x?last=1>; rel="prev""#] {
            assert_eq!(next_page(&list, link), NextPage::None, "{link}");
        }
        for link in [
            r#"</v2/a/referrers/x>; rel="next""#,
            r#"</v2/b/referrers/x?last=1>; rel="next""#,
            r#"<https://evil.test/v2/a/referrers/x?last=1>; rel="next""#,
            r#"<http://registry.example/v2/a/referrers/x?last=1>; rel="next""#,
            r#"<javascript:x?y>; rel="next""#,
            "next",
            "<?last=1",
            r#"<a>; title="x", y"#,
        ] {
            assert_eq!(next_page(&list, link), NextPage::Elsewhere, "{link}");
        }
    }

    #[test]
    fn only_a_plausible_retry_after_is_shown() {
        let told = |value: &str| {
            let headers = [("Retry-After", value)].into_iter().collect();
            match rate_limited(&Response { status: 429, headers, ..Response::default() }, "h".into()) {
                Error::RateLimited { retry_after, .. } => retry_after,
                other => panic!("{other}"),
            }
        };
        assert_eq!(told("30").as_deref(), Some("30 seconds"));
        assert_eq!(told("Sun, 06 Nov 1994 08:49:37 GMT").as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        for value in ["", "-1", "1e9", "99999999", "soon", "Sun, 06 Nov 1994 08:49:37 GMT; x"] {
            assert_eq!(told(value), None, "{value}");
        }
    }
}
