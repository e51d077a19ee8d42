//! What a browser puts between a page and the network: WHATWG Fetch, as far as registries meet it and as far as it was seen in
//! Chromium and Firefox. Preflights, redirects that the page cannot stop, and headers that it cannot read.

use pullproof::transport::Headers;
use pullproof::transport::Request;
use pullproof::transport::Response;
use pullproof::transport::TransportError;

use super::World;
use super::is_loopback;
use super::normal_origin;
use super::received;
use super::response;
use crate::http::Answer;
use crate::http::Body;
use crate::http::Received;

/// Fetch, "HTTP-redirect fetch", step 7.
const REDIRECTS: usize = 20;

/// Fetch, "CORS-safelisted response-header name".
const READABLE: [&str; 7] = ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

pub(super) fn fetch(world: &World, page: &str, request: Request) -> Result<Response, TransportError> {
    let limit = request.max_length;
    let mut request = received(request);
    let mut sender = page.to_owned();
    let mut followed_to = None;
    for _ in 0..=REDIRECTS {
        let here = normal_origin(request.origin());
        let crosses = sender != here;
        if page.starts_with("https:") && here.starts_with("http:") && !is_loopback(request.authority()) {
            return Err(blocked("mixed content"));
        }
        if crosses && needs_preflight(&request) {
            preflight(world, &sender, &request)?;
        }
        let answer = send(world, crosses.then_some(&*sender), &request)?;
        if crosses && !allows(&answer, &sender) {
            return Err(blocked("no Access-Control-Allow-Origin"));
        }
        let Some(location) = answer.header("location").filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308)) else {
            let exposed = exposed(&answer);
            let mut response = response(&request, &answer, limit)?;
            if crosses {
                response.headers = readable(&response.headers, &exposed);
            }
            return Ok(Response { followed_to, ..response });
        };
        let target = resolve(&request, location).ok_or_else(|| blocked("redirect to another scheme"))?;
        let there = normal_origin(Received { url: target.clone(), ..request.clone() }.origin());
        if there != here {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            // From one foreign origin to another: the second is not told which page asks.
            if crosses {
                sender = "null".into();
            }
        }
        request.url.clone_from(&target);
        followed_to = Some(target);
    }
    Err(blocked("too many redirects"))
}

/// The page learns nothing of the reason; the detail is for whoever reads a failed test.
fn blocked(reason: &str) -> TransportError {
    TransportError::Unreachable { detail: format!("TypeError: Failed to fetch ({reason})") }
}

fn send(world: &World, sender: Option<&str>, request: &Received) -> Result<Answer, TransportError> {
    let origin = sender.map(|sender| ("Origin".to_owned(), sender.to_owned()));
    let headers = request.headers.iter().cloned().chain(origin).collect();
    world.deliver(&Received { headers, ..request.clone() })
}

/// Fetch, "CORS-preflight fetch".
fn preflight(world: &World, sender: &str, request: &Received) -> Result<(), TransportError> {
    let mut unsafe_names: Vec<String> = unsafe_headers(request).map(str::to_ascii_lowercase).collect();
    unsafe_names.sort();
    let headers = vec![
        ("Access-Control-Request-Method".into(), request.method.clone()),
        ("Access-Control-Request-Headers".into(), unsafe_names.join(",")),
    ];
    let question = Received { method: "OPTIONS".into(), url: request.url.clone(), headers, body: Vec::new() };
    let answer = send(world, Some(sender), &question)?;
    if answer.body == Body::Silence {
        return Err(TransportError::Timeout);
    }
    if !(200..300).contains(&answer.status) || !allows(&answer, sender) {
        return Err(blocked("the preflight was refused"));
    }
    let allowed = list(&answer, "access-control-allow-headers");
    // The wildcard does not cover Authorization.
    let covers = |name: &String| allowed.contains(name) || (name != "authorization" && allowed.iter().any(|allowed| allowed == "*"));
    if unsafe_names.iter().all(covers) { Ok(()) } else { Err(blocked("the preflight does not allow the headers")) }
}

fn needs_preflight(request: &Received) -> bool {
    !matches!(request.method.as_str(), "GET" | "HEAD" | "POST") || unsafe_headers(request).next().is_some()
}

/// Fetch, "CORS-safelisted request-header".
fn unsafe_headers(request: &Received) -> impl Iterator<Item = &str> {
    let is_safe = |(name, value): &(String, String)| {
        let unsafe_byte = |byte: u8| (byte < 0x20 && byte != b'\t') || byte == 0x7f || b"\"():<>?@[\\]{}".contains(&byte);
        value.len() <= 128
            && match name.to_ascii_lowercase().as_str() {
                "accept" => !value.bytes().any(unsafe_byte),
                "accept-language" | "content-language" => true,
                "content-type" => {
                    let essence = value.split(';').next().unwrap_or_default().trim();
                    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].contains(&essence)
                }
                "range" => value.starts_with("bytes="),
                _ => false,
            }
    };
    request.headers.iter().filter(move |header| !is_safe(header)).map(|(name, _)| name.as_str())
}

/// Fetch, "CORS check".
fn allows(answer: &Answer, sender: &str) -> bool {
    answer.header("access-control-allow-origin").is_some_and(|allowed| allowed == "*" || allowed == sender)
}

fn exposed(answer: &Answer) -> Vec<String> {
    list(answer, "access-control-expose-headers")
}

fn readable(headers: &Headers, exposed: &[String]) -> Headers {
    let visible = |name: &str| {
        let name = name.to_ascii_lowercase();
        READABLE.contains(&name.as_str()) || exposed.iter().any(|exposed| *exposed == name || exposed == "*")
    };
    headers.iter().filter(|(name, _)| visible(name)).collect()
}

fn list(answer: &Answer, name: &str) -> Vec<String> {
    answer.header(name).unwrap_or_default().split(',').map(|item| item.trim().to_ascii_lowercase()).collect()
}

/// RFC 3986 section 5.2, for the references that redirects use.
fn resolve(request: &Received, location: &str) -> Option<String> {
    if location.starts_with("http://") || location.starts_with("https://") {
        return Some(location.into());
    }
    let (scheme, _) = request.url.split_once("://")?;
    if let Some(authority) = location.strip_prefix("//") {
        return Some(format!("{scheme}://{authority}"));
    }
    if location.starts_with('/') {
        return Some(format!("{}{location}", request.origin()));
    }
    let path = request.path();
    let has_scheme = location.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':'));
    (!has_scheme).then(|| format!("{}{}{location}", request.origin(), &path[..=path.rfind('/').unwrap_or(0)]))
}
