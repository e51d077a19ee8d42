//! What the tests of the check share: one call, and short ways to look at a report.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "for short tests")]

use pullproof::Checker;
use pullproof::Error;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::UnixTime;
use pullproof::registry::client::Access;
use pullproof::report::CheckName;
use pullproof::report::Outcome;
use pullproof::url::Url;
use pullproof_world::World;

pub const NOW: &str = "2026-11-23T12:00:00Z";

pub fn now() -> UnixTime {
    NOW.parse().unwrap()
}

/// As a program checks.
pub fn check(world: &World, image: &str) -> Result<Report, Error> {
    check_with(Checker::new(world), image)
}

/// As a page checks: no preflight if it can be helped, and no relay.
pub fn check_in_page(world: &World, image: &str) -> Result<Report, Error> {
    check_with(Checker::new(world).access(Access { safelisted_only: true, ..Access::default() }), image)
}

/// As a page checks that has a relay.
pub fn check_in_page_with_relay(world: &World, image: &str) -> Result<Report, Error> {
    let relay = Url::parse("https://edge.test/relay/");
    check_with(Checker::new(world).access(Access { safelisted_only: true, relay, credentials: None }), image)
}

pub fn check_with(checker: Checker<&World>, image: &str) -> Result<Report, Error> {
    decide_with(checker, image, None)
}

pub fn decide_with(checker: Checker<&World>, image: &str, policy: Option<&Policy>) -> Result<Report, Error> {
    pollster::block_on(checker.check(&Reference::parse(image).unwrap(), policy, now(), &mut |_| {}))
}

/// The outcome of one check, which must have been made.
pub fn outcome(report: &Report, name: CheckName) -> &Outcome {
    &report.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{name:?} was not made: {}", report.to_json())).outcome
}

/// The code of the one check that failed.
pub fn failure(report: &Report) -> &'static str {
    let mut failures = report.checks.iter().filter_map(|check| match &check.outcome {
        Outcome::Failed(failure) => Some(failure.code()),
        _ => None,
    });
    let code = failures.next().unwrap_or_else(|| panic!("nothing failed: {}", report.to_json()));
    assert_eq!(failures.next(), None, "more than one check failed: {}", report.to_json());
    code
}

/// The code of a check that could not be made.
pub fn unknown(report: &Report, name: CheckName) -> &'static str {
    match outcome(report, name) {
        Outcome::Unknown(cause) => cause.code,
        other => panic!("{name:?} is known: {other:?}"),
    }
}

pub fn has_passed(report: &Report, name: CheckName) -> bool {
    matches!(outcome(report, name), Outcome::Passed { .. })
}
