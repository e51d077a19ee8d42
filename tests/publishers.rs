//! Whoever looks into collections of Docker Content Trust in our place: when they are asked, and what is believed of what they answer.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use std::cell::Cell;

use common::now;
use common::unknown;
use pullproof::Checker;
use pullproof::Error;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::Transport;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::json;
use pullproof::policy::ContentTrust;
use pullproof::prover::Prover;
use pullproof::publishers::Publishers;
use pullproof::publishers::PublishersError;
use pullproof::publishers::Servers;
use pullproof::publishers::Word;
use pullproof::report::CheckName;
use pullproof::report::Outcome;
use pullproof::report::Verdict;
use pullproof::store::Store;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::World;
use serde_json::Value;
use serde_json::json;

const APP: &str = "registry.test/team/app:v1";
const KEY: &str = "c15164663f80d58bf3d8d5a0cd08b8086cba02065feb00421fc2a5436c563210";

fn policy(alternatives: &Value) -> Policy {
    let rule = json!({ "images": "registry.test/team/*", "require": [{ "anyOf": alternatives }] });
    Policy::parse(&json!({ "rules": [rule] }).to_string()).unwrap()
}

fn by_collection() -> Policy {
    policy(&json!([{ "contentTrust": { "rootKey": KEY } }]))
}

/// Answers what it is told to; nothing if that is no answer.
struct Elsewhere<'a> {
    answers: Value,
    asked: &'a Cell<usize>,
}

impl Publishers for Elsewhere<'_> {
    async fn ask<S: Store, T: Transport, P: Prover>(
        &self,
        _: &Servers<'_, S, T, P>,
        _: &Reference,
        root: &Content,
        wanted: &[&ContentTrust],
    ) -> Result<Word, Error> {
        self.asked.set(self.asked.get() + 1);
        Ok(read(&self.answers, root, wanted).unwrap_or_else(|| Word::unavailable(wanted)))
    }
}

fn read(answers: &Value, root: &Content, wanted: &[&ContentTrust]) -> Option<Word> {
    let object = json::parse_object(json!({ "found": answers }).to_string().as_bytes()).unwrap();
    Word::read(&object.root().required("found").ok()?, root, wanted)
}

fn check(answers: Value, policy: Option<&Policy>) -> (Report, usize) {
    let image = Image::oci("linux/amd64");
    let world = World::new().registry("registry.test", FakeRegistry::new().image("team/app", "v1", &image));
    let asked = Cell::new(0);
    let checker = Checker::new(&world).publishers(Elsewhere { answers, asked: &asked });
    let report = pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), policy, now(), &mut |_| {})).unwrap();
    (report, asked.get())
}

fn digest() -> String {
    Image::oci("linux/amd64").digest().to_string()
}

fn vouched(digest: &str) -> Value {
    json!({ "Ok": {
        "tag": "v1", "digest": digest, "role": "targets/releases", "archived": null, "expires": "2027-01-01T00:00:00Z",
        "firstSeen": "2026-11-01T00:00:00Z", "isFirstUse": false,
    } })
}

#[test]
fn nobody_is_asked_unless_the_rule_for_the_image_names_a_collection() {
    let elsewhere = json!({ "rules": [
        { "images": "registry.test/other", "require": [{ "contentTrust": { "rootKey": KEY } }] },
        { "images": "registry.test/team/*", "require": [{ "digest": digest() }] },
    ] });
    let elsewhere = Policy::parse(&elsewhere.to_string()).unwrap();
    for policy in [None, Some(policy(&json!([{ "digest": digest() }]))), Some(elsewhere)] {
        let (report, asked) = check(json!([vouched(&digest())]), policy.as_ref());
        assert_eq!(asked, 0, "{policy:?}");
        assert!(report.content_trust.is_none());
    }
    assert_eq!(check(json!([vouched(&digest())]), Some(&by_collection())).1, 1);
}

#[test]
fn an_image_that_they_vouch_for_is_accepted() {
    let (report, _) = check(json!([vouched(&digest())]), Some(&by_collection()));
    assert_eq!(report.verdict, Verdict::Accept, "{}", report.to_json());
    let said = format!("targets/releases signed registry.test/team/app:v1 as {}", digest());
    assert!(report.checks.iter().any(|check| check.outcome == Outcome::Passed { evidence: said.clone() }), "{}", report.to_json());
    assert!(report.not_proven.iter().any(|remark| remark.message.contains("2027-01-01")), "{}", report.to_json());
}

#[test]
fn publishers_that_cannot_be_asked_leave_it_unknown_and_are_never_no_signature() {
    let (report, _) = check(json!([]), Some(&by_collection()));
    assert_eq!(unknown(&report, CheckName::ContentTrust), PublishersError::CODE);
    assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Inconclusive, PublishersError::CODE));
}

#[test]
fn what_else_the_rule_allows_is_accepted_without_them() {
    let either = policy(&json!([{ "contentTrust": { "rootKey": KEY } }, { "digest": digest() }]));
    let (report, asked) = check(json!([]), Some(&either));
    assert_eq!((report.verdict, asked), (Verdict::Accept, 1));
}

#[test]
fn what_is_refused_there_is_refused_here() {
    let (report, _) = check(json!([{ "Err": { "refused": "expected one thing, found another" } }]), Some(&by_collection()));
    assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Reject, "content-trust-refused"));
}

#[test]
fn what_is_unknown_there_is_unknown_here_for_the_same_reason() {
    for code in ["timeout", "state-invalid", "arithmetic-unavailable", "budget-exhausted"] {
        let answer = json!([{ "Err": { "unknown": { "code": code, "message": "why" } } }]);
        let (report, _) = check(answer, Some(&by_collection()));
        assert_eq!((unknown(&report, CheckName::ContentTrust), report.verdict), (code, Verdict::Inconclusive));
    }
}

#[test]
fn what_was_archived_there_is_never_accepted_here() {
    let mut answer = vouched(&digest());
    answer["Ok"]["archived"] = json!("2020-10-01T00:00:00Z");
    let archived = policy(&json!([{ "contentTrust": { "rootKey": KEY, "verifyAt": "2020-10-01T00:00:00Z" } }]));
    let (report, _) = check(json!([answer]), Some(&archived));
    assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Inconclusive, "archived"));
    // Nobody asked for an archive, or for the present: that is no answer.
    for (answer, policy) in [(answer, by_collection()), (vouched(&digest()), archived)] {
        let (report, _) = check(json!([answer]), Some(&policy));
        assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Inconclusive, "content-trust-unavailable"));
    }
}

/// `answers` about `wanted` are none.
fn is_no_answer(answers: &Value) {
    let root = Content::identify(Algorithm::Sha256, b"the root".to_vec());
    let wanted = ContentTrust::parse(&format!(r#"{{"rootKey":"{KEY}"}}"#)).unwrap();
    assert!(read(&json!([vouched(&root.digest().to_string())]), &root, &[&wanted]).is_some());
    assert!(read(answers, &root, &[&wanted]).is_none(), "{answers}");
}

#[test]
fn an_answer_about_other_bytes_is_none() {
    is_no_answer(&json!([vouched(&digest())]));
}

#[test]
fn fewer_or_more_answers_than_questions_are_none() {
    let refused = json!({ "Err": { "refused": "no" } });
    for answers in [json!([]), json!([refused, refused]), json!(null), json!({ "0": refused }), json!("refused")] {
        is_no_answer(&answers);
    }
}

#[test]
fn an_answer_of_another_version_is_none() {
    let root = Content::identify(Algorithm::Sha256, b"the root".to_vec());
    let whole = vouched(&root.digest().to_string());
    for member in ["tag", "digest", "role", "isFirstUse"] {
        let mut answer = whole.clone();
        answer["Ok"].as_object_mut().unwrap().remove(member);
        is_no_answer(&json!([answer]));
    }
    for (member, value) in [("digest", json!("sha256:0")), ("archived", json!("once")), ("expires", json!(1)), ("isFirstUse", json!("no"))]
    {
        let mut answer = whole.clone();
        answer["Ok"][member] = value;
        is_no_answer(&json!([answer]));
    }
    for answer in
        [json!({}), json!(true), json!({ "Err": {} }), json!({ "Err": { "unknown": { "code": "timeout" } } }), json!({ "Ok": true })]
    {
        is_no_answer(&json!([answer]));
    }
}

#[test]
fn a_code_that_nobody_knows_is_no_answer() {
    is_no_answer(&json!([{ "Err": { "unknown": { "code": "verified", "message": "why" } } }]));
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let root = Content::identify(Algorithm::Sha256, b"the root".to_vec());
    let wanted = ContentTrust::parse(&format!(r#"{{"rootKey":"{KEY}"}}"#)).unwrap();
    let refused = json!({ "Err": { "refused": "expected one thing, found another" } });
    let unknown = json!({ "Err": { "unknown": { "code": "timeout", "message": "why" } } });
    for answer in [vouched(&root.digest().to_string()), refused, unknown] {
        let word = read(&json!([answer]), &root, &[&wanted]).unwrap();
        assert_eq!(serde_json::to_value(&word.published[0].found).unwrap(), answer);
    }
}

#[test]
fn what_is_wanted_is_the_same_when_it_is_read_again_however_it_was_written() {
    for text in [
        format!(r#"{{ "rootKey" : ["{KEY}"], "server": "https://notary.test/a", "whenUnusable": "fall-back" }}"#),
        format!(r#"{{ "whenUnusable": "fall-back", "server": "https://notary.test/a", "rootKey": "{KEY}" }}"#),
        format!(r#"{{ "rootCertificate": "{KEY}", "verifyAt": "2020-10-01T00:00:00Z" }}"#),
        r#"{ "firstUse": true }"#.to_owned(),
    ] {
        let wanted = ContentTrust::parse(&text).unwrap();
        assert_eq!(ContentTrust::parse(wanted.text()).unwrap(), wanted, "{text}");
    }
    let other = |text: &str| ContentTrust::parse(text).unwrap();
    assert_eq!(other(&format!(r#"{{"rootKey":"{KEY}"}}"#)), other(&format!(r#"{{"rootKey":["{KEY}"],"whenUnusable":"refuse"}}"#)));
    assert_ne!(other(&format!(r#"{{"rootKey":"{KEY}"}}"#)), other(&format!(r#"{{"rootKey":"{KEY}","verifyAt":"2020-10-01T00:00:00Z"}}"#)));
}
