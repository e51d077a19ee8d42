//! Where others and we do not agree, and why.

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde_json::Value;

/// Shared with the tests of Project Wycheproof's suite, which has numbers for cases.
const LISTED: &str = include_str!("../../third_party/exceptions.json");

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is good.
    Accepted,
    /// It is not, and the code or the kind of the reason.
    Refused(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Refused(why) => write!(f, "refused: {why}"),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "suite")]
    _suite: String,
    /// `vectors`, or `mutations`.
    set: String,
    /// Names of vectors, or of classes of mutations; in `der-*` the star stands for anything.
    cases: Vec<String>,
    /// What they say.
    expected: String,
    /// What we say.
    actual: String,
    reason: String,
    /// It is met so seldom that it need not be.
    #[serde(default)]
    rare: bool,
}

/// The exceptions of one verifier in one set, with how often each name of each was met.
#[derive(Debug)]
pub struct Exceptions(Vec<(Exception, Vec<AtomicUsize>)>);

impl Exceptions {
    /// Those of a suite.
    pub fn of(suite: &str, set: &str) -> Self {
        let listed: Vec<Value> = serde_json::from_str(LISTED).expect("a list of exceptions");
        let of_suite = listed.into_iter().filter(|exception| exception["suite"] == suite && exception["set"] == set);
        let read = |value| serde_json::from_value::<Exception>(value).expect("an exception says what is expected, what is, and why");
        let exceptions: Vec<Exception> = of_suite.map(read).collect();
        for exception in &exceptions {
            assert!(!exception.reason.is_empty() && !exception.cases.is_empty(), "an exception without a reason, or of nothing");
            assert!(
                (exception.expected == "accepted") != (exception.actual == "accepted"),
                "expected an exception to be a difference, found {exception:?}"
            );
        }
        Self(
            exceptions
                .into_iter()
                .map(|exception| (exception.cases.iter().map(|_| AtomicUsize::new(0)).collect(), exception))
                .map(|(met, exception)| (exception, met))
                .collect(),
        )
    }

    /// Whether it is listed that they say `theirs` and we `ours` of a case of this name.
    pub fn explain(&self, name: &str, theirs: &Verdict, ours: &Verdict) -> bool {
        let (theirs, ours) = (theirs.to_string(), ours.to_string());
        let mut explained = false;
        for (exception, met) in self.0.iter().filter(|(exception, _)| exception.expected == theirs && exception.actual == ours) {
            for (_, met) in exception.cases.iter().zip(met).filter(|(known, _)| is_of(known, name)) {
                met.fetch_add(1, Ordering::Relaxed);
                explained = true;
            }
        }
        explained
    }

    /// Names of vectors that are listed as refused there.
    pub fn refused(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(exception, _)| exception.actual == "accepted")
            .flat_map(|(exception, _)| &exception.cases)
            .map(String::as_str)
    }

    /// Those that were not met, agreement that nobody expected, but for the rare ones. Only names that `ran` knows count.
    pub fn unmet(&self, ran: impl Fn(&str) -> bool) -> Vec<String> {
        let line = |exception: &Exception, name: &str| {
            format!("{} {name}: listed as {} there and {} here, found no such case", exception.set, exception.expected, exception.actual)
        };
        let unmet = self.0.iter().filter(|(exception, _)| !exception.rare).flat_map(|(exception, met)| {
            let never = exception.cases.iter().zip(met).filter(|(_, met)| met.load(Ordering::Relaxed) == 0);
            never.map(move |(name, _)| (exception, name))
        });
        unmet.filter(|(_, name)| ran(name)).map(|(exception, name)| line(exception, name)).collect()
    }
}

fn is_of(listed: &str, name: &str) -> bool {
    listed.split_once('*').map_or(listed == name, |(begin, end)| name.starts_with(begin) && name.ends_with(end))
}
