//! Who is asked, in which order, for which tags. Docker's client is asked, too.

use std::collections::BTreeMap;

use pullproof_world::content_trust::MANIFEST;
use pullproof_world::content_trust::OLD_MANIFEST;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::meta;
use pullproof_world::sigstore::SigningKey;
use serde_json::Value;
use serde_json::json;

use super::saying;
use super::site;
use crate::case::Case;
use crate::case::case;
use crate::case::publisher;
use crate::case::releases;

pub(super) fn cases() -> Vec<Case> {
    [orders(), trust(), paths(), names(), nested()].concat().into_iter().map(Case::docker).collect()
}

/// `1.0` stands in `targets/releases` only, which is trusted for these paths.
fn only_releases(paths: &[&str]) -> Publisher {
    let mut publisher = publisher();
    publisher.targets["targets"] = json!({});
    publisher.delegate("targets/releases", paths, &[("1.0", MANIFEST)]);
    publisher
}

/// What targets says of its first delegation.
fn delegation(publisher: Publisher, change: impl FnOnce(&mut Value)) -> Publisher {
    saying(publisher, "targets", |targets| change(&mut targets["delegations"]["roles"][0]))
}

fn orders() -> Vec<Case> {
    let alice = {
        let mut publisher = publisher();
        publisher.targets["targets"] = json!({});
        publisher.delegate("targets/alice", &[""], &[("1.0", MANIFEST)]);
        publisher
    };
    let alice_disagrees = {
        let mut publisher = publisher();
        publisher.delegate("targets/alice", &[""], &[("1.0", OLD_MANIFEST)]);
        publisher
    };
    let alice_first = {
        let mut publisher = publisher();
        publisher.targets["targets"] = json!({});
        publisher.delegate("targets/alice", &[""], &[("1.0", OLD_MANIFEST)]);
        publisher.delegate("targets/releases", &[""], &[("1.0", MANIFEST)]);
        publisher
    };
    let in_targets_only = {
        let mut publisher = releases();
        publisher.delegated.get_mut("targets/releases").unwrap()["targets"] = json!({});
        publisher
    };
    vec![
        case("releases and targets have another digest", "nothing: releases come first", site(releases())),
        case("only targets has the tag", "nothing", site(in_targets_only)),
        case("only releases have the tag", "nothing", site(only_releases(&[""]))),
        case(
            "only a role that Docker does not ask has the tag",
            "a role to which targets delegates, and which Docker does not ask, lists the tag",
            site(alice),
        ),
        case("a role that Docker does not ask has another digest", "nothing: it is not asked", site(alice_disagrees)),
        case("a role that Docker does not ask comes before releases", "nothing: it is not asked", site(alice_first)),
    ]
}

fn trust() -> Vec<Case> {
    let other_key = {
        let mut publisher = releases();
        publisher.signers.insert("targets/releases".into(), vec![Signer::p256("stranger")]);
        publisher
    };
    let two = |signers: usize| {
        let keys = [Signer::p256("targets/releases"), Signer::p256("second")];
        let mut publisher = saying(releases(), "targets", |targets| {
            targets["delegations"]["keys"][keys[1].id()] = keys[1].document();
            targets["delegations"]["roles"][0]["keyids"] = json!([keys[0].id(), keys[1].id()]);
            targets["delegations"]["roles"][0]["threshold"] = json!(2);
        });
        publisher.signers.insert("targets/releases".into(), keys[..signers].to_vec());
        publisher
    };
    let misnamed = saying(releases(), "targets", |targets| {
        let id = targets["delegations"]["roles"][0]["keyids"][0].as_str().unwrap().to_owned();
        targets["delegations"]["keys"][id] = Signer::p256("stranger").document();
    });
    let unlisted = saying(releases(), "targets", |targets| targets["delegations"]["keys"] = json!({}));
    let one_key_twice = {
        let signers = vec![Signer::p256("targets/releases"), Signer::certified(SigningKey::p256("targets/releases"), "again")];
        let mut publisher = saying(releases(), "targets", |targets| {
            targets["delegations"]["keys"][signers[1].id()] = signers[1].document();
            targets["delegations"]["roles"][0]["keyids"] = json!([signers[0].id(), signers[1].id()]);
            targets["delegations"]["roles"][0]["threshold"] = json!(2);
        });
        publisher.signers.insert("targets/releases".into(), signers);
        publisher
    };
    let not_published = {
        let mut publisher = releases();
        let files = publisher.publish();
        let files = publisher.publish_with(files.targets, BTreeMap::new());
        Site::new(&files)
    };
    let other_type = saying(releases(), "targets/releases", |releases| releases["_type"] = json!("targets/releases"));
    vec![
        case("releases that a stranger signed", "another key signed targets/releases than targets names", site(other_key)),
        case("releases that one of two signed", "targets/releases needs two signatures and has one", site(two(1))),
        case("releases that two of two signed", "nothing", site(two(2))),
        case(
            "releases that one key signed twice",
            "targets/releases needs two signatures, and one private key made both",
            site(one_key_twice),
        ),
        case(
            "releases whose key has another's ID",
            "targets lists a stranger's key under the ID of that of targets/releases",
            site(misnamed),
        ),
        case("releases whose key is not listed", "targets names a key for targets/releases that it does not list", site(unlisted)),
        case("releases that were never published", "nothing: the snapshot does not name targets/releases", not_published),
        case("releases of another type", "the type of targets/releases is its name", site(other_type)),
        case(
            "releases with a threshold of 0",
            "targets/releases needs no signatures",
            site(delegation(releases(), |role| role["threshold"] = json!(0))),
        ),
        case("releases without keys", "targets/releases has no keys", site(delegation(releases(), |role| role["keyids"] = json!([])))),
    ]
}

fn paths() -> Vec<Case> {
    let with = |paths: &[&str]| site(only_releases(paths));
    vec![
        case("releases for 1.", "nothing", with(&["1."])),
        case("releases for 1.0", "nothing", with(&["1.0"])),
        case("releases for 2.", "targets/releases lists a tag for which it is not trusted", with(&["2."])),
        case("releases for 1.0.0", "targets/releases lists a tag for which it is not trusted", with(&["1.0.0"])),
        case("releases for *", "targets/releases lists a tag for which it is not trusted: paths are no patterns", with(&["*"])),
        case("releases for nothing", "targets/releases has no paths", with(&[])),
        case(
            "releases with paths of null",
            "the paths of targets/releases are null",
            site(delegation(only_releases(&[""]), |role| role["paths"] = json!(null))),
        ),
        case("releases for 2. and targets with an older digest", "targets/releases lists a tag for which it is not trusted", {
            site(delegation(releases(), |role| role["paths"] = json!(["2."])))
        }),
    ]
}

/// A second delegation with this name.
fn called(name: &str) -> Site {
    site(saying(releases(), "targets", |targets| {
        let mut role = targets["delegations"]["roles"][0].clone();
        role["name"] = json!(name);
        targets["delegations"]["roles"].as_array_mut().unwrap().push(role);
    }))
}

fn names() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in
        ["targets/Alice", "targets/a b", "alice", "targets", "root", "snapshot", "targets/", "targets/../root", "targets/a/b", "/targets/a"]
    {
        cases.push(case(format!("a delegation that is called \"{name}\""), format!("targets delegates to \"{name}\", too"), called(name)));
    }
    cases.push(case(
        "a delegation that is called by 300 letters",
        "targets delegates to a role with a name of 300 letters, too",
        called(&format!("targets/{}", "a".repeat(300))),
    ));
    let twice = called("targets/releases");
    cases.push(case("two delegations to releases", "targets delegates to targets/releases twice, in the same way", twice));
    let second = saying(releases(), "targets", |targets| {
        let stranger = Signer::p256("stranger");
        let mut role = targets["delegations"]["roles"][0].clone();
        role["keyids"] = json!([stranger.id()]);
        targets["delegations"]["keys"][stranger.id()] = stranger.document();
        targets["delegations"]["roles"].as_array_mut().unwrap().insert(0, role);
    });
    cases.push(case(
        "two delegations to releases, the first to a stranger",
        "targets delegates to targets/releases twice, first to a key that did not sign",
        site(second),
    ));
    cases
}

fn nested() -> Vec<Case> {
    let below = |tag: &str, paths: &[&str]| {
        let mut publisher = only_releases(&["1."]);
        publisher.delegated.get_mut("targets/releases").unwrap()["targets"] = json!({});
        publisher.delegate("targets/releases/nested", paths, &[(tag, MANIFEST)]);
        publisher
    };
    let and_targets = {
        let mut publisher = below("1.0", &["1."]);
        publisher.targets["targets"]["1.0"] = meta(OLD_MANIFEST);
        publisher
    };
    let deep = {
        let mut publisher = publisher();
        let mut name = "targets/releases".to_owned();
        publisher.delegate(&name, &[""], &[]);
        for _ in 0..20 {
            name.push_str("/a");
            publisher.delegate(&name, &[""], &[]);
        }
        publisher
    };
    vec![
        case("a role below releases has the tag", "only a role below targets/releases lists the tag", site(below("1.0", &["1."]))),
        case(
            "a role below releases has the tag, and targets an older one",
            "a role below targets/releases lists the tag, and so does targets",
            site(and_targets),
        ),
        case(
            "a role below releases escapes its paths",
            "a role below targets/releases lists a tag for which the one above it is not trusted",
            site(below("2.0", &["2."])),
        )
        .tag("2.0"),
        case(
            "a role below releases is trusted for all",
            "a role below targets/releases is trusted for more than the one above it",
            site(below("1.0", &[""])),
        ),
        case("twenty roles below releases", "nothing", site(deep)),
    ]
}
