//! Who looks into publishers' collections of Docker Content Trust: we do, or somebody who is asked in our place. In a page that is a module
//! of its own, which is loaded where a policy names a collection: docs/adr/0015-content-trust-is-a-module-of-its-own.md.

use core::fmt;
use core::future::Future;

use crate::collection::CollectionError;
use crate::content_trust::Gun;
use crate::content_trust::TrustServer;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::error::Error;
use crate::json::Place;
use crate::policy::ContentTrust;
use crate::policy::Published;
use crate::policy::Unpublished;
use crate::policy::Vouched;
use crate::prover::Prover;
use crate::prover::ProverError;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::report::ContentTrustSummary;
use crate::report::Failure;
use crate::report::Outcome;
use crate::report::Remark;
use crate::store::Store;
use crate::time::UnixTime;
use crate::transport::Transport;

/// Finds out what collections say of an image.
pub trait Publishers {
    /// For each that is wanted, in their order, whether it vouches for the bytes of `root`, which `image` stands for. Whoever implements this
    /// is trusted as a [`Prover`] is. Fails only if the caller gave up, or no server can be named.
    // Not `Send`, as the futures of a transport are not.
    fn ask<S: Store, T: Transport, P: Prover>(
        &self,
        servers: &Servers<'_, S, T, P>,
        image: &Reference,
        root: &Content,
        wanted: &[&ContentTrust],
    ) -> impl Future<Output = Result<Word, Error>>;
}

/// Looks into them here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Here;

/// Where collections are looked for, and with what.
#[derive(Debug)]
pub struct Servers<'a, S, T, P> {
    /// Where a policy does not name one, and nothing is known of the registry.
    pub usual: Option<&'a TrustServer>,
    /// What was seen before.
    pub store: Option<&'a S>,
    /// Sends requests.
    pub transport: &'a T,
    /// With what.
    pub access: &'a Access,
    /// Verifies signatures.
    pub prover: &'a P,
    /// The present.
    pub now: UnixTime,
}

/// What all of them say.
#[derive(Debug, Default)]
pub struct Word {
    /// For the verdict.
    pub published: Vec<Published>,
    /// For people; none where whoever was asked tells them itself.
    pub summaries: Vec<ContentTrustSummary>,
}

impl Word {
    /// What somebody else found, for each that is wanted: their `found`, as it was written. `None` if that is no answer: there are fewer or
    /// more, or one of them is about other bytes, or about something else than was wanted.
    pub fn read(answers: &Place<'_>, root: &Content, wanted: &[&ContentTrust]) -> Option<Self> {
        let answers = answers.array().ok().filter(|answers| answers.len() == wanted.len())?;
        let sha256 = Digest::of(Algorithm::Sha256, root.bytes());
        let mut word = Self::default();
        for (answer, wanted) in answers.iter().zip(wanted) {
            let found = found(answer)?;
            if found.as_ref().is_ok_and(|vouched| vouched.digest() != sha256 || !vouched.answers(wanted)) {
                return None;
            }
            word.published.push(Published { wanted: (*wanted).clone(), found });
        }
        Some(word)
    }

    /// Nobody could be asked.
    pub fn unavailable(wanted: &[&ContentTrust]) -> Self {
        let why = || Remark { code: PublishersError::CODE, message: PublishersError.to_string() };
        let unknown = |wanted: &&ContentTrust| Published { wanted: (*wanted).clone(), found: Err(Unpublished::Unknown(why())) };
        Self { published: wanted.iter().map(unknown).collect(), summaries: Vec::new() }
    }

    /// Those that vouch for the image, now or once.
    pub fn vouched(&self) -> impl Iterator<Item = &Vouched> {
        self.published.iter().filter_map(|published| published.found.as_ref().ok())
    }

    /// What follows for the check. `needed` says whether anything rests on it.
    pub(crate) fn outcome(&self, image: &Reference, needed: bool) -> Outcome {
        let mut refused = Vec::new();
        for published in &self.published {
            match &published.found {
                Err(Unpublished::Unknown(remark)) if self.vouched().next().is_none() => return Outcome::Unknown(remark.clone()),
                Err(Unpublished::Refused(message)) => refused.push(message.clone()),
                _ => {}
            }
        }
        if let Some(vouched) = self.vouched().next() {
            return Outcome::Passed { evidence: evidence(&Gun::of(image), vouched) };
        }
        if needed {
            return Outcome::Failed(Failure::ContentTrust { refused });
        }
        Outcome::Skipped { message: format!("nothing rests on it alone, and it does not hold: {}", refused.join("; ")) }
    }
}

fn evidence(gun: &Gun, vouched: &Vouched) -> String {
    let said = format!("{} signed {gun}:{} as {}", vouched.role(), vouched.tag(), vouched.digest());
    match (vouched.archived(), vouched.first_seen().filter(|_| vouched.is_first_use())) {
        (Some(at), _) => format!("{said}, as archived at {at}"),
        (None, Some(seen)) => format!("{said}, under a root that nobody vouches for, first seen {seen}"),
        (None, None) => said,
    }
}

/// `Result<Vouched, Unpublished>` as it is written.
fn found(answer: &Place<'_>) -> Option<Result<Vouched, Unpublished>> {
    let members = answer.object().ok()?;
    if members.entries().count() != 1 {
        return None;
    }
    if let Some(vouched) = members.optional("Ok").ok()? {
        return Some(Ok(Vouched::read(&vouched.object().ok()?)?));
    }
    let why = members.required("Err").and_then(|why| why.object()).ok()?;
    if let Some(message) = why.optional_string("refused").ok()? {
        return Some(Err(Unpublished::Refused(message.to_owned())));
    }
    let remark = why.required("unknown").and_then(|remark| remark.object()).ok()?;
    let (code, message) = (remark.optional_string("code").ok()??, remark.optional_string("message").ok()??);
    Some(Err(Unpublished::Unknown(Remark { code: unknown(code)?, message: message.to_owned() })))
}

/// A code with which it stays unknown what a publisher says.
fn unknown(code: &str) -> Option<&'static str> {
    let codes = Error::CODES.into_iter().chain(CollectionError::UNKNOWNS).chain([ProverError::CODE]);
    codes.into_iter().find(|known| *known == code)
}

/// It cannot be found out what publishers say. That says nothing of any image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishersError;

impl PublishersError {
    /// The stable code.
    pub const CODE: &'static str = "content-trust-unavailable";
}

impl fmt::Display for PublishersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whatever looks into collections of Docker Content Trust here did not answer, so nothing is known of what they say")
    }
}

impl core::error::Error for PublishersError {}
