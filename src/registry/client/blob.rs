//! Blobs as they arrive: the same redirects, challenges and relay as for everything else, and nothing in memory but the piece at hand.

use core::future::Future;
use core::time::Duration;

use super::Client;
use super::Head;
use super::relay_error;
use crate::budget;
use crate::digest::Digest;
use crate::error::Error;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report::Via;
use crate::transport::Content;
use crate::transport::Headers;
use crate::transport::Method;
use crate::transport::Opened;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;

/// A blob on its way. Nothing of it is proven.
pub struct Blob<C> {
    content: C,
    host: String,
}

impl<C: Content> Blob<C> {
    /// Puts the next bytes in the place of what is in `piece`; none at the end. There is one byte more to read than the blob should have,
    /// if somebody sends more.
    pub async fn next(&mut self, piece: &mut Vec<u8>) -> Result<(), Error> {
        self.content.next(piece).await.map_err(|error| Error::Transport { host: self.host.clone(), error })
    }
}

impl<'a, T: Transport> Client<'a, T> {
    /// Asks for a blob of `size` bytes. An answer is here once its first byte is; a connection that breaks later is not made again.
    pub async fn blob(&self, digest: Digest, size: u64) -> Result<Blob<impl Content>, Error> {
        let endpoint = Endpoint::Blob(digest);
        // One byte more, to know whether there is one.
        let max_length = size.saturating_add(1);
        let (mut opened, via) = self.open(&endpoint, max_length).await?;
        let body = if opened.status == 200 { Vec::new() } else { read_error(&mut opened.content).await };
        let response = Response { status: opened.status, headers: opened.headers, body, followed_to: opened.followed_to };
        self.succeeded(response, &endpoint, via)?;
        Ok(Blob { content: opened.content, host: self.speaker(via) })
    }

    /// Asks for a blob by whatever sends requests, for whoever hands its content on unread: a relay. Anything but a blob is an answer of at most
    /// as many bytes as a request for one takes.
    pub async fn pass_on<A: Head, F>(&self, digest: Digest, send: impl Fn(Request) -> F) -> Result<A, Error>
    where
        F: Future<Output = Result<A, TransportError>>,
    {
        let endpoint = Endpoint::Blob(digest);
        // Nobody here knows how long it is. Whoever hands it on has a limit, and sees when nothing comes any more.
        let patient = |request: Request| send(Request { timeout: patience(budget::LAYER_BYTES), ..request });
        let begin = |request, host| {
            let begun = patient(request);
            async { begun.await.map_err(|error| Error::Transport { host, error }) }
        };
        self.follow(Method::Get, &endpoint, None, None, endpoint.max_length(), begin).await
    }

    async fn open<'s>(&'s self, endpoint: &Endpoint, max_length: u64) -> Result<(Opened<impl Content + use<'a, 's, T>>, Via), Error> {
        let patient = |request: Request| Request { timeout: patience(max_length), ..request };
        if !self.relayed.get() {
            let send = |request, host| self.begin(patient(request), host);
            match (self.follow(Method::Get, endpoint, None, None, max_length, send).await, &self.access.relay) {
                (Err(Error::Transport { error: TransportError::Unreachable { .. }, .. }), Some(_)) => self.relayed.set(true),
                (opened, _) => return opened.map(|opened| (opened, Via::Direct)),
            }
        }
        let relay = self.access.relay.as_ref().expect("this way is only taken where there is a relay");
        let request = self.to_relay(relay, endpoint, None, Accept::Anything, max_length);
        let opened = self.begin(patient(request), relay.authority()).await?;
        if opened.headers.get(super::RELAY_ERROR).is_none() {
            return Ok((opened, Via::Relay));
        }
        let Opened { status, headers, mut content, followed_to } = opened;
        let response = Response { status, headers, body: read_error(&mut content).await, followed_to };
        let (code, detail) = relay_error(&response).expect("the field is there");
        Err(Error::Relay { code, detail })
    }

    async fn begin<'s>(&'s self, request: Request, host: String) -> Result<Opened<impl Content + use<'a, 's, T>>, Error> {
        let Some(left) = self.blobs.get().checked_sub(1) else {
            return Err(Error::BudgetExhausted { host: self.host(), requests: budget::LAYER_REQUESTS });
        };
        self.blobs.set(left);
        let opened = self.transport.open(request, budget::IDLE_TIME).await;
        opened.map_err(|error| Error::Transport { host, error })
    }
}

impl<C> Head for Opened<C> {
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

/// What a registry or a relay says of an error, as far as it can be read: the error is known from the status.
async fn read_error(content: &mut impl Content) -> Vec<u8> {
    let mut body = Vec::new();
    let mut piece = Vec::new();
    while content.next(&mut piece).await.is_ok() && !piece.is_empty() && (body.len() as u64) < budget::ANSWER_BYTES {
        body.extend_from_slice(&piece);
    }
    body
}

/// How long so many bytes may take.
fn patience(bytes: u64) -> Duration {
    budget::REQUEST_TIME.saturating_add(Duration::from_secs(bytes / budget::SLOWEST))
}
