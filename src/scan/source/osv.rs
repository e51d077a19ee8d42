//! OSV's API as data: which requests to send, and what the answers mean. Sending is for whoever can.
//!
//! ```text
//! Lookup::new(questions) ─▶ next_request() ─▶ answer(bytes) ─▶ … ─▶ next_request() is None ─▶ needed() ─▶ record(id, bytes) ─▶ … ─▶ finish()
//! ```
//!
//! `POST /v1/querybatch` answers with identifiers, in the order of the questions, a thousand questions at most; where a result goes on, it has a
//! token, and may have nothing else. What an advisory says is in `GET /v1/vulns/{id}`, a request each: whoever has no requests left leaves some
//! out, and what is not read stays undetermined.
//!
//! The server is told the names and versions of the packages. Its choice of advisories is not taken over: what they say is decided here.

use core::fmt;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Advisories;
use super::Known;
use super::days;
use super::shard::name_in;
use crate::budget;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Object;
use crate::json::Place;
use crate::json::Value;
use crate::scan::advisory::Advisory;
use crate::scan::advisory::Affected;
use crate::scan::advisory::Id;
use crate::scan::advisory::InvalidAdvisory;
use crate::scan::ecosystem::Question;
use crate::scan::ecosystem::Release;
use crate::scan::exploited::KnownExploited;
use crate::scan::report::Database;
use crate::scan::report::DatabaseKind;
use crate::time::UnixTime;

/// Where the server is.
pub const ORIGIN: &str = "https://api.osv.dev";

/// What is sent to [`ORIGIN`]. A body is JSON, for which a page's request needs a preflight; the server allows it from everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// From the root on.
    pub path: String,
    /// Of a `POST`; without one it is a `GET`.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// The one for a record.
    pub fn record(id: &Id) -> Self {
        Self { path: format!("/v1/vulns/{id}"), body: None }
    }
}

/// Why bytes are no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidAnswer {
    /// No strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// A record that is none.
    Advisory(InvalidAdvisory),
    /// Another record than was asked for.
    AnotherRecord {
        /// As asked.
        expected: Id,
        /// As answered.
        found: Id,
    },
    /// Not one result for each question.
    Results {
        /// Questions.
        expected: usize,
        /// Results.
        found: usize,
    },
    /// An identifier that is none.
    Identifier {
        /// Where.
        path: String,
    },
    /// More of something than any honest answers have.
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Nothing was asked.
    NotAsked,
}

impl InvalidAnswer {
    /// The stable code.
    pub const CODE: &'static str = "osv-answer-invalid";
}

impl fmt::Display for InvalidAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OSV: ")?;
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::Advisory(invalid) => invalid.fmt(f),
            Self::AnotherRecord { expected, found } => write!(f, "expected the record {expected}, found {found}"),
            Self::Results { expected, found } => write!(f, "expected {expected} results, one for each question, found {found}"),
            Self::Identifier { path } => write!(f, "expected {path} to be an identifier, found something else"),
            Self::TooMuch { what, limit } => write!(f, "expected at most {limit} {what}, found more"),
            Self::NotAsked => f.write_str("expected an answer to a request, found one to none"),
        }
    }
}

impl core::error::Error for InvalidAnswer {}

impl From<InvalidJson> for InvalidAnswer {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

/// One question and where its answer goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pending {
    question: usize,
    page_token: Option<String>,
}

/// A list of questions on the way to its answers.
#[derive(Clone, Debug)]
pub struct Lookup {
    questions: Vec<Question>,
    /// By question.
    named: Vec<BTreeSet<Id>>,
    pending: Vec<Pending>,
    requests: usize,
    records: BTreeMap<Id, Option<Advisory>>,
    /// Ecosystems and names that were asked for.
    asked: BTreeSet<(String, String)>,
}

impl Lookup {
    /// Of these, each of which is asked once.
    pub fn new(questions: Vec<Question>) -> Self {
        let pending = (0..questions.len()).map(|question| Pending { question, page_token: None }).collect();
        let named = vec![BTreeSet::new(); questions.len()];
        let asked = questions.iter().map(|question| (question.ecosystem.clone(), question.name.clone())).collect();
        Self { questions, named, pending, requests: 0, records: BTreeMap::new(), asked }
    }

    /// What to send next; `None` once every question is answered to its end.
    pub fn next_request(&self) -> Option<Request> {
        if self.pending.is_empty() {
            return None;
        }
        let query = |pending: &Pending| {
            let Question { ecosystem, name, version } = &self.questions[pending.question];
            let text = |text: &String| Value::String(text.clone());
            let package = Object::of([("ecosystem", text(ecosystem)), ("name", text(name))]);
            match &pending.page_token {
                None => Object::of([("package", package), ("version", text(version))]),
                Some(token) => Object::of([("package", package), ("version", text(version)), ("page_token", text(token))]),
            }
        };
        let queries = Value::Array(self.batch().iter().map(query).collect());
        let body = Object::of([("queries", queries)]).to_bytes().expect("only texts are written");
        Some(Request { path: "/v1/querybatch".to_owned(), body: Some(body) })
    }

    fn batch(&self) -> &[Pending] {
        &self.pending[..self.pending.len().min(budget::OSV_QUERIES)]
    }

    /// Takes the answer to [`Lookup::next_request`]. After an error nothing has changed.
    pub fn answer(&mut self, bytes: &[u8]) -> Result<(), InvalidAnswer> {
        let asked = self.batch();
        if asked.is_empty() {
            return Err(InvalidAnswer::NotAsked);
        }
        if self.requests == budget::OSV_REQUESTS {
            return Err(InvalidAnswer::TooMuch { what: "requests", limit: budget::OSV_REQUESTS });
        }
        let document = json_object(bytes)?;
        let results = document.root().required("results")?.array()?;
        if results.len() != asked.len() {
            return Err(InvalidAnswer::Results { expected: asked.len(), found: results.len() });
        }
        let mut goes_on = Vec::new();
        let mut found: Vec<(usize, Id)> = Vec::new();
        for (result, pending) in results.iter().zip(asked) {
            let (ids, page_token) = read_result(result)?;
            found.extend(ids.into_iter().map(|id| (pending.question, id)));
            goes_on.extend(page_token.map(|token| Pending { question: pending.question, page_token: Some(token) }));
        }
        let ids: BTreeSet<&Id> = self.records.keys().chain(found.iter().map(|(_, id)| id)).collect();
        if ids.len() > budget::OSV_RECORDS {
            return Err(InvalidAnswer::TooMuch { what: "advisories", limit: budget::OSV_RECORDS });
        }
        let answered = asked.len();
        self.requests += 1;
        self.pending.drain(..answered);
        // Behind the questions that were not asked yet, so that their answers come first.
        self.pending.extend(goes_on);
        for (question, id) in found {
            self.records.entry(id.clone()).or_insert(None);
            self.named[question].insert(id);
        }
        Ok(())
    }

    /// The advisories that were named and not read, sorted. Those of a CVE's own record first: with few requests they say the most.
    pub fn needed(&self) -> Vec<&Id> {
        let mut needed: Vec<&Id> = self.records.iter().filter(|(_, record)| record.is_none()).map(|(id, _)| id).collect();
        needed.sort_by_key(|id| (id.cve().is_none(), *id));
        needed
    }

    /// Takes the answer to [`Request::record`]. After an error the record stays unread. What it says of packages that nobody asked for is
    /// dropped: one about a kernel can have a megabyte of it, and there can be thousands.
    pub fn record(&mut self, id: &Id, bytes: &[u8]) -> Result<(), InvalidAnswer> {
        let Some(record) = self.records.get_mut(id) else { return Err(InvalidAnswer::NotAsked) };
        let mut advisory = Advisory::parse(bytes).map_err(InvalidAnswer::Advisory)?;
        if advisory.id != *id {
            return Err(InvalidAnswer::AnotherRecord { expected: id.clone(), found: advisory.id });
        }
        let key = |affected: &Affected| (affected.ecosystem.clone(), name_in(&affected.ecosystem, &affected.name));
        advisory.affected.retain(|affected| self.asked.contains(&key(affected)));
        *record = Some(advisory);
        Ok(())
    }

    /// What was found out. `at` is when it was asked; `known_exploited` is CISA's catalogue, which OSV does not have.
    pub fn finish(self, at: UnixTime, known_exploited: Option<KnownExploited>) -> Answers {
        let unanswered: BTreeSet<usize> = self.pending.iter().map(|pending| pending.question).collect();
        let answered = self.questions.into_iter().zip(self.named).enumerate().filter(|(place, _)| !unanswered.contains(place));
        Answers { named: answered.map(|(_, answer)| answer).collect(), records: self.records, at, known_exploited }
    }
}

fn json_object(bytes: &[u8]) -> Result<Object, InvalidAnswer> {
    if bytes.len() > budget::OSV_ANSWER_BYTES {
        return Err(InvalidAnswer::TooMuch { what: "bytes", limit: budget::OSV_ANSWER_BYTES });
    }
    Ok(json::parse_object(bytes)?)
}

/// `{ "vulns": [ { "id": "…", "modified": "…" } ], "next_page_token": "…" }`, and either may be left out.
fn read_result(result: &Place<'_>) -> Result<(Vec<Id>, Option<String>), InvalidAnswer> {
    let members = result.object()?;
    let vulns = members.optional("vulns")?.map(|place| place.array()).transpose()?.unwrap_or_default();
    let id = |place: &Place<'_>| {
        let id = place.object()?.required("id")?;
        Id::parse(id.string()?).ok_or_else(|| InvalidAnswer::Identifier { path: id.path().to_owned() })
    };
    let token = members.optional_string("next_page_token")?.filter(|token| !token.is_empty());
    Ok((vulns.iter().map(id).collect::<Result<_, _>>()?, token.map(str::to_owned)))
}

/// The answers to a list of questions.
#[derive(Clone, Debug)]
pub struct Answers {
    named: BTreeMap<Question, BTreeSet<Id>>,
    records: BTreeMap<Id, Option<Advisory>>,
    at: UnixTime,
    known_exploited: Option<KnownExploited>,
}

impl Advisories for Answers {
    fn about(&self, question: &Question) -> Known {
        let Some(named) = self.named.get(question) else { return Known::NoDatabase };
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for id in named {
            match self.records.get(id) {
                Some(Some(advisory)) => read.push(advisory.clone()),
                Some(None) | None => unread.push(id.clone()),
            }
        }
        Known::Advisories { read, unread }
    }

    /// A misspelt ecosystem has no advisories, and the server does not say so.
    fn covers(&self, release: &Release) -> bool {
        release.can_be_asked_anywhere()
    }

    fn known_exploited(&self) -> Option<&KnownExploited> {
        self.known_exploited.as_ref()
    }

    fn databases(&self, now: UnixTime) -> Vec<Database> {
        vec![Database {
            ecosystem: None,
            kind: DatabaseKind::OsvApi,
            at: self.at,
            modified: self.records.values().flatten().map(|advisory| advisory.modified).max(),
            age_days: days(self.at, now),
            advisories: None,
            signed_by: None,
            attribution: vec!["OSV (https://osv.dev)".to_owned()],
        }]
    }

    /// Each of them is about a question: [`Advisories::about`].
    fn unread(&self) -> Vec<Id> {
        Vec::new()
    }
}
