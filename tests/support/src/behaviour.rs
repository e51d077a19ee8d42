//! Hostile behaviours, each by its name: what can happen to an answer between the honest store and the client.
//!
//! They apply to some requests of a [`FakeRegistry`](crate::FakeRegistry) (`.behave(On::manifests(), behaviour::silent())`) or to
//! all of any host (`behaviour::silent().before(host)`), and they combine (`behaviour::first(2, behaviour::bad_gateway())`).

use std::fmt;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use pullproof::digest::Algorithm;
use pullproof::digest::Digest;

use crate::blob::Blob;
use crate::http::Answer;
use crate::http::Body;
use crate::http::Host;
use crate::http::Received;

type Change = dyn Fn(&Received, Answer) -> Answer + Send + Sync;

/// Something done to an answer.
#[derive(Clone)]
pub struct Behaviour(Arc<Change>);

impl Behaviour {
    /// Any change that has no name here.
    pub fn new(change: impl Fn(&Received, Answer) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }

    /// What becomes of `answer`.
    #[must_use]
    pub fn apply(&self, request: &Received, answer: Answer) -> Answer {
        (self.0)(request, answer)
    }

    /// Puts the behaviour in front of a host.
    pub fn before(self, host: impl Host + 'static) -> impl Host + 'static {
        Before(self, host)
    }
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Behaviour")
    }
}

struct Before<H>(Behaviour, H);

impl<H: Host> Host for Before<H> {
    fn answer(&self, request: &Received) -> Answer {
        self.0.apply(request, self.1.answer(request))
    }
}

// ---- When

/// Only for the first `count` requests.
pub fn first(count: usize, behaviour: Behaviour) -> Behaviour {
    counted(behaviour, move |number| number < count)
}

/// Only after the first `count` requests.
pub fn after(count: usize, behaviour: Behaviour) -> Behaviour {
    counted(behaviour, move |number| number >= count)
}

/// Only for `HEAD` (or any other method).
pub fn on_method(method: &'static str, behaviour: Behaviour) -> Behaviour {
    Behaviour::new(move |request, answer| if request.method == method { behaviour.apply(request, answer) } else { answer })
}

fn counted(behaviour: Behaviour, applies: impl Fn(usize) -> bool + Send + Sync + 'static) -> Behaviour {
    let requests = AtomicUsize::new(0);
    Behaviour::new(
        move |request, answer| {
            if applies(requests.fetch_add(1, Ordering::Relaxed)) { behaviour.apply(request, answer) } else { answer }
        },
    )
}

// ---- The digest header

/// Says that the content has the digest of the empty string.
pub fn lying_digest_header() -> Behaviour {
    digest_header(&Digest::of(Algorithm::Sha256, b"").to_string())
}

/// Sends this `Docker-Content-Digest`.
pub fn digest_header(value: &str) -> Behaviour {
    header("Docker-Content-Digest", value)
}

/// Sends no `Docker-Content-Digest`, as registries of earlier versions of the specification.
pub fn without_digest_header() -> Behaviour {
    Behaviour::new(|_, answer| answer.without("Docker-Content-Digest"))
}

/// Sends the true digest by another algorithm than the one asked for, which the specification allows.
pub fn sha512_digest_header() -> Behaviour {
    Behaviour::new(|_, answer| {
        let digest = Digest::of(Algorithm::Sha512, answer.bytes());
        answer.replacing("Docker-Content-Digest", digest.to_string())
    })
}

// ---- Other headers

/// Sends this header field instead of any other of its name.
pub fn header(name: &'static str, value: &str) -> Behaviour {
    let value = value.to_owned();
    Behaviour::new(move |_, answer| answer.replacing(name, value.clone()))
}

/// Sends this `Content-Type`, whatever the content is.
pub fn content_type(value: &str) -> Behaviour {
    header("Content-Type", value)
}

/// Sends no `Content-Type`.
pub fn without_content_type() -> Behaviour {
    Behaviour::new(|_, answer| answer.without("Content-Type"))
}

/// Adds a parameter to the `Content-Type`, which clients should ignore.
pub fn content_type_with_parameter() -> Behaviour {
    Behaviour::new(|_, answer| {
        let media_type = answer.header("content-type").unwrap_or_default().to_owned();
        answer.replacing("Content-Type", format!("{media_type}; charset=utf-8"))
    })
}

/// Sends a warning for the user: distribution-spec, "Warnings".
pub fn warning(text: &str) -> Behaviour {
    header("Warning", &format!("299 - \"{text}\""))
}

/// May be kept for an hour, and does not say that the content depends on `Accept` (registry 2 and 3 never send `Vary: Accept`).
pub fn cacheable() -> Behaviour {
    header("Cache-Control", "public, max-age=3600")
}

/// Says that the next page is the page just sent.
pub fn next_page_forever() -> Behaviour {
    Behaviour::new(|request, answer| answer.replacing("Link", format!("<{}>; rel=\"next\"", request.url)))
}

// ---- Other content

/// Serves these bytes under the name of others. All headers stay.
pub fn serving(blob: &Blob) -> Behaviour {
    let bytes = blob.bytes.clone();
    Behaviour::new(move |_, answer| Answer { body: Body::Bytes(bytes.clone()), ..answer })
}

/// Puts these bytes in front of the content: whitespace, a byte order mark.
pub fn prefixed(prefix: &'static [u8]) -> Behaviour {
    on_content(move |content| [prefix, content].concat())
}

/// Reads JSON and writes it again, as a careless proxy does: the meaning stays, the bytes do not.
pub fn reencoded_json() -> Behaviour {
    on_content(|content| match serde_json::from_slice::<serde_json::Value>(content) {
        Ok(json) => serde_json::to_vec_pretty(&json).expect("a value is JSON"),
        Err(_) => content.to_vec(),
    })
}

/// Pads the content with spaces to `size` bytes: still the same JSON, no longer the same bytes.
pub fn padded_to(size: usize) -> Behaviour {
    on_content(move |content| {
        let mut padded = content.to_vec();
        padded.resize(size.max(content.len()), b' ');
        padded
    })
}

/// Compresses the content for the journey. That is allowed, and the digest is that of the content before.
pub fn gzip_encoded() -> Behaviour {
    Behaviour::new(|_, answer| {
        let compressed = gzip(answer.bytes());
        Answer { body: Body::Bytes(compressed), ..answer }.replacing("Content-Encoding", "gzip")
    })
}

/// A few hundred kilobytes on the wire, 64 MiB of spaces in memory.
pub fn gzip_bomb() -> Behaviour {
    let bomb = gzip(std::io::repeat(b' ').take(64 << 20));
    Behaviour::new(move |_, answer| Answer { body: Body::Bytes(bomb.clone()), ..answer }.replacing("Content-Encoding", "gzip"))
}

/// Never stops sending.
pub fn endless() -> Behaviour {
    Behaviour::new(|_, answer| {
        let first = br#"{"schemaVersion":2,"annotations":{"filler":""#.to_vec();
        Answer { body: Body::Endless { first, then: vec![b'a'; 64 << 10] }, ..answer }
    })
}

/// Sends half of the content and then nothing.
pub fn stalls() -> Behaviour {
    Behaviour::new(|_, answer| {
        let half = answer.bytes()[..answer.bytes().len() / 2].to_vec();
        Answer { body: Body::Stalls(half), ..answer }
    })
}

/// Sends so many bytes a second.
pub fn paced(per_second: u32) -> Behaviour {
    Behaviour::new(move |_, answer| {
        let bytes = answer.bytes().to_vec();
        Answer { body: Body::Paced { bytes, per_second }, ..answer }
    })
}

/// Accepts the connection and never says a word.
pub fn silent() -> Behaviour {
    Behaviour::new(|_, answer| Answer { body: Body::Silence, ..answer })
}

fn on_content(change: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Behaviour {
    Behaviour::new(move |_, answer| {
        let changed = change(answer.bytes());
        Answer { body: Body::Bytes(changed), ..answer }
    })
}

fn gzip(content: impl std::io::Read) -> Vec<u8> {
    let mut compressed = Vec::new();
    flate2::read::GzEncoder::new(content, flate2::Compression::fast()).read_to_end(&mut compressed).expect("read from memory");
    compressed
}

// ---- Other answers

/// Whatever was asked for, this.
pub fn instead(answer: Answer) -> Behaviour {
    Behaviour::new(move |_, _| answer.clone())
}

/// 200 and a web page: what `docker.io/v2/` says, and every captive portal.
pub fn marketing_page() -> Behaviour {
    instead(Answer::router(200, "text/html; charset=utf-8", "<!doctype html><title>Welcome</title><h1>Containers for everyone</h1>"))
}

/// 502 from the proxy in front.
pub fn bad_gateway() -> Behaviour {
    instead(Answer::router(502, "text/html", "<html><head><title>502 Bad Gateway</title></head></html>"))
}

/// 500 with an error document.
pub fn internal_error() -> Behaviour {
    instead(Answer::error(500, "UNKNOWN", "unknown error"))
}

/// 403 with an error document.
pub fn denied() -> Behaviour {
    instead(Answer::error(403, "DENIED", "requested access to the resource is denied"))
}

/// 429, with `Retry-After` (seconds or a date) or without.
pub fn too_many_requests(retry_after: Option<&str>) -> Behaviour {
    let answer = Answer::error(429, "TOOMANYREQUESTS", "You have reached your pull rate limit.");
    instead(match retry_after {
        Some(value) => answer.with("Retry-After", value),
        None => answer,
    })
}

/// An error whose document is larger than any error has a right to be.
pub fn huge_error() -> Behaviour {
    instead(Answer::new(500, "application/json", vec![b' '; 16 << 20]))
}

// ---- Redirects

/// Goes to this URL.
pub fn redirect_to(location: &str) -> Behaviour {
    instead(Answer::redirect(location))
}

/// Goes to the same path of another origin, as to a storage service.
pub fn redirect_to_origin(origin: &str) -> Behaviour {
    let origin = origin.to_owned();
    Behaviour::new(move |request, _| Answer::redirect(&format!("{origin}{}", &request.url[request.origin().len()..])))
}

/// Goes in a circle.
pub fn redirect_to_itself() -> Behaviour {
    Behaviour::new(|request, _| Answer::redirect(&request.url))
}

/// Goes on and on, never to the same URL twice.
pub fn redirect_forever() -> Behaviour {
    Behaviour::new(|request, _| {
        let hop: usize = request.query("hop").pop().and_then(|hop| hop.parse().ok()).unwrap_or(0);
        Answer::redirect(&format!("{}?hop={}", request.path(), hop + 1))
    })
}

/// Goes, and does not say where.
pub fn redirect_without_location() -> Behaviour {
    Behaviour::new(|_, _| Answer::redirect("").without("Location"))
}

// ---- Referrers

/// Gives every referrer the configuration's media type as its artifact type, as one registry in memory really did.
pub fn wrong_artifact_types() -> Behaviour {
    on_content(|content| {
        let Ok(mut json) = serde_json::from_slice::<serde_json::Value>(content) else { return content.to_vec() };
        for entry in json["manifests"].as_array_mut().into_iter().flatten() {
            entry["artifactType"] = crate::media_type::OCI_EMPTY.into();
        }
        json.to_string().into_bytes()
    })
}
