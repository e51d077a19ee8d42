//! Asks OSV's server: the questions in batches, page by page, then the advisories that it names, several at once.

use core::future::Future;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;

use crate::budget;
use crate::error::Error;
use crate::report::Remark;
use crate::scan::advisory::Id;
use crate::scan::ecosystem::Question;
use crate::scan::exploited::KnownExploited;
use crate::scan::source::osv;
use crate::scan::source::osv::Answers;
use crate::scan::source::osv::InvalidAnswer;
use crate::scan::source::osv::Lookup;
use crate::scanner::Limits;
use crate::scanner::Step;
use crate::time::UnixTime;
use crate::transport::Method;
use crate::transport::Request;
use crate::transport::Transport;
use crate::transport::TransportError;

/// The server did not answer, or not with an answer.
const UNAVAILABLE: &str = "osv-unavailable";

type Arriving<'f> = Pin<Box<dyn Future<Output = (Id, Result<Vec<u8>, Failure>)> + 'f>>;

/// Why there is no answer.
enum Failure {
    Transport(TransportError),
    Status(u16),
}

/// What came of the questions.
pub(super) struct Asked {
    pub(super) answers: Answers,
    /// What went wrong, or was left out. Advisories that could not be had are told by the answers themselves.
    pub(super) problem: Option<Remark>,
    /// Whether the server named all that it knows of.
    pub(super) is_answered: bool,
}

/// What the server knows of these questions, as far as so many requests go.
pub(super) async fn ask<T: Transport>(
    transport: &T,
    questions: Vec<Question>,
    requests: usize,
    known_exploited: Option<KnownExploited>,
    now: UnixTime,
    on_step: &mut dyn FnMut(&Step),
) -> Result<Asked, Error> {
    let mut lookup = Lookup::new(questions);
    let mut left = requests;
    while let Some(request) = lookup.next_request() {
        let problem = if left == 0 {
            let message = format!("expected to hear within {requests} requests of every advisory, found that there are more answers");
            Remark { code: Limits::REQUESTS, message }
        } else {
            left -= 1;
            match send(transport, request).await {
                Ok(bytes) => match lookup.answer(&bytes) {
                    Ok(()) => continue,
                    Err(invalid) => Remark { code: InvalidAnswer::CODE, message: invalid.to_string() },
                },
                Err(failure) => Remark { code: UNAVAILABLE, message: failure.told()? },
            }
        };
        return Ok(Asked { answers: lookup.finish(now, known_exploited), problem: Some(problem), is_answered: false });
    }
    let mut waiting: Vec<Id> = lookup.needed().into_iter().cloned().collect();
    let problem = (waiting.len() > left).then(|| {
        let named = waiting.len();
        let message = format!("expected to read {named} advisories, found that there were requests left for {left} of them, of {requests}");
        Remark { code: Limits::REQUESTS, message }
    });
    // Those that say the most come first.
    waiting.truncate(left);
    waiting.reverse();
    let total = waiting.len();
    on_step(&Step::Advisories { done: 0, total });
    let mut arriving: Vec<Arriving<'_>> = Vec::new();
    let mut done = 0;
    while done < total {
        while arriving.len() < budget::OSV_AT_ONCE {
            let Some(id) = waiting.pop() else { break };
            arriving.push(Box::pin(async move {
                let answer = send(transport, osv::Request::record(&id)).await;
                (id, answer)
            }));
        }
        let (id, answer) = next(&mut arriving).await;
        match answer {
            // What cannot be read stays unread, which the answers tell.
            Ok(bytes) => drop(lookup.record(&id, &bytes)),
            Err(failure) => drop(failure.told()?),
        }
        done += 1;
        on_step(&Step::Advisories { done, total });
    }
    drop(arriving);
    Ok(Asked { answers: lookup.finish(now, known_exploited), problem, is_answered: true })
}

/// The first that is there.
async fn next(arriving: &mut Vec<Arriving<'_>>) -> (Id, Result<Vec<u8>, Failure>) {
    poll_fn(|context| {
        for place in 0..arriving.len() {
            if let Poll::Ready(answer) = arriving[place].as_mut().poll(context) {
                drop(arriving.swap_remove(place));
                return Poll::Ready(answer);
            }
        }
        Poll::Pending
    })
    .await
}

async fn send<T: Transport>(transport: &T, request: osv::Request) -> Result<Vec<u8>, Failure> {
    let osv::Request { path, body } = request;
    let method = if body.is_some() { Method::Post } else { Method::Get };
    let headers = if body.is_some() { vec![("content-type", "application/json".to_owned())] } else { Vec::new() };
    let response = transport
        .send(Request {
            method,
            url: format!("{}{path}", osv::ORIGIN),
            headers,
            body: body.unwrap_or_default(),
            max_length: budget::OSV_ANSWER_BYTES as u64,
            timeout: budget::OSV_TIMEOUT,
        })
        .await
        .map_err(Failure::Transport)?;
    // Redirects lead to somebody else, who would be told the packages.
    if response.status != 200 || response.followed_to.is_some() {
        return Err(Failure::Status(response.status));
    }
    Ok(response.body)
}

impl Failure {
    /// For people; nobody is told anything if the caller gave up.
    fn told(self) -> Result<String, Error> {
        match self {
            Self::Transport(TransportError::Aborted) => {
                Err(Error::Transport { host: osv::ORIGIN.to_owned(), error: TransportError::Aborted })
            }
            Self::Transport(error) => Ok(format!("{}: {error}", osv::ORIGIN)),
            Self::Status(status) => Ok(format!("{}: expected an answer with status 200, found {status}", osv::ORIGIN)),
        }
    }
}
