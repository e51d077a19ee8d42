//! Which digest a tag is pinned to, and whether it has moved since.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use common::now;
use pullproof::Checker;
use pullproof::Digest;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::drift::Drift;
use pullproof::drift::Old;
use pullproof::drift::PinnedAs;
use pullproof::drift::Status;
use pullproof::pin::lock::Lock;
use pullproof::pin::lock::Resolved;
use pullproof::report::Verdict;
use pullproof::resolve::Unresolved;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::World;
use pullproof_world::behaviour;

const APP: &str = "registry.test/team/app:v1";

fn registry(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", image)
}

fn world(registry: FakeRegistry) -> World {
    World::new().registry("registry.test", registry)
}

fn resolve(world: &World) -> Result<Resolved, Unresolved> {
    resolve_with(&Checker::new(world), None)
}

fn resolve_with(checker: &Checker<&World>, policy: Option<&Policy>) -> Result<Resolved, Unresolved> {
    pollster::block_on(checker.resolve(&Reference::parse(APP).unwrap(), policy, now()))
}

fn refusal(outcome: Result<Resolved, Unresolved>) -> String {
    match outcome.unwrap_err() {
        Unresolved::Error(error) => error.code().to_owned(),
        Unresolved::Refused(refusal) => refusal.code,
    }
}

fn drift(world: &World, pinned: Digest, policy: Option<&Policy>) -> Drift {
    pollster::block_on(Checker::new(world).drift(&Reference::parse(APP).unwrap(), pinned, policy, now())).unwrap()
}

fn policy(digest: Digest) -> Policy {
    Policy::parse(&format!(r#"{{"rules":[{{"images":"registry.test/team/*","require":[{{"digest":"{digest}"}}]}}]}}"#)).unwrap()
}

fn other() -> Image {
    ManifestSpec::new("linux/amd64").file("other.txt", "other").mint()
}

#[test]
fn a_tag_is_resolved_with_one_request() {
    let image = Image::multi_platform();
    let world = world(registry(&image));
    let resolved = resolve(&world).unwrap();
    assert_eq!((resolved.digest, resolved.index_digest), (image.digest(), Some(image.digest())));
    assert_eq!(resolved.platform_digest, Some(image.child("linux/amd64").digest()), "both digests are told");
    assert_eq!(world.requests().len(), 1);
}

#[test]
fn the_index_is_pinned_and_not_the_platform_it_leads_to_here() {
    let image = Image::multi_platform();
    let resolved = resolve(&world(registry(&image))).unwrap();
    assert_ne!(Some(resolved.digest), resolved.platform_digest);
    assert_eq!(resolved.platform, None);
}

#[test]
fn a_platform_is_pinned_when_it_is_asked_for_and_only_after_its_bytes_were_hashed() {
    let image = Image::multi_platform();
    let child = image.child("linux/arm64").clone();
    let arm = "linux/arm64".parse().unwrap();
    let here = world(registry(&image));
    let resolved = resolve_with(&Checker::new(&here).platform(arm), None).unwrap();
    assert_eq!((resolved.digest, resolved.index_digest), (child.digest(), Some(image.digest())));
    assert_eq!((resolved.platform.as_deref(), resolved.size), (Some("linux/arm64"), child.descriptor().size));

    let arm = "linux/arm64".parse().unwrap();
    let there = world(registry(&image).tampered("team/app", &child.root));
    assert_eq!(refusal(resolve_with(&Checker::new(&there).platform(arm), None)), "digest-mismatch");
}

#[test]
fn a_platform_that_is_not_offered_is_not_pinned() {
    let there = world(registry(&Image::multi_platform()));
    let checker = Checker::new(&there).platform("linux/s390x".parse().unwrap());
    assert_eq!(refusal(resolve_with(&checker, None)), "platform-missing");
}

#[test]
fn an_image_for_other_platforms_only_is_pinned_when_no_platform_is_asked_for() {
    let arm = ManifestSpec::new("linux/arm64").mint();
    let index = IndexSpec::new().image(&arm).mint();
    let resolved = resolve(&world(registry(&index))).unwrap();
    assert_eq!((resolved.digest, resolved.platform_digest), (index.digest(), None));
}

#[test]
fn a_single_image_has_one_digest() {
    let image = Image::docker("linux/amd64");
    let resolved = resolve(&world(registry(&image))).unwrap();
    assert_eq!((resolved.digest, resolved.index_digest, resolved.platform_digest), (image.digest(), None, Some(image.digest())));
}

#[test]
fn a_lying_header_is_not_pinned() {
    let there = world(registry(&Image::multi_platform()).behave(On::manifests().of("team/app"), behaviour::lying_digest_header()));
    assert_eq!(refusal(resolve(&there)), "header-mismatch");
}

#[test]
fn what_other_programs_would_read_otherwise_is_not_pinned() {
    for (image, code) in
        [(pullproof_world::documents::ambiguous(), "document-ambiguous"), (pullproof_world::documents::duplicate_key(), "duplicate-key")]
    {
        assert_eq!(refusal(resolve(&world(registry(&image)))), code);
    }
}

#[test]
fn what_is_not_there_is_not_pinned() {
    assert_eq!(refusal(resolve(&world(FakeRegistry::new()))), "not-found");
    assert_eq!(refusal(resolve(&World::new())), "unreachable");
}

#[test]
fn with_a_policy_only_what_it_accepts_is_pinned() {
    let image = Image::multi_platform();
    let here = world(registry(&image));
    assert_eq!(resolve_with(&Checker::new(&here), Some(&policy(image.digest()))).unwrap().digest, image.digest());
    assert_eq!(refusal(resolve_with(&Checker::new(&here), Some(&policy(other().digest())))), "policy-rejected");
    let elsewhere = Policy::parse(r#"{"rules":[],"default":"inconclusive"}"#).unwrap();
    assert_eq!(refusal(resolve_with(&Checker::new(&here), Some(&elsewhere))), "policy-inconclusive");
}

#[test]
fn a_tag_that_stands_still_is_current() {
    let image = Image::multi_platform();
    let found = drift(&world(registry(&image)), image.digest(), None);
    assert_eq!((found.status, found.pinned_as, found.old), (Status::Current, Some(PinnedAs::Root), Old::Exists));
}

#[test]
fn a_tag_whose_index_still_names_the_pinned_platform_has_not_moved() {
    let image = Image::multi_platform();
    let child = image.child("linux/arm64").digest();
    let found = drift(&world(registry(&image)), child, None);
    assert_eq!((found.status, found.pinned_as, found.old), (Status::Current, Some(PinnedAs::Platform), Old::Exists));
}

#[test]
fn a_tag_that_moved_is_found_and_so_is_what_it_left_behind() {
    let (before, after) = (Image::multi_platform(), other());
    let kept = drift(&world(registry(&after).untagged("team/app", &before)), before.digest(), None);
    assert_eq!((kept.status, kept.current, kept.old), (Status::Moved, Some(after.digest()), Old::Exists));
    let deleted = drift(&world(registry(&after)), before.digest(), None);
    assert_eq!((deleted.status, deleted.current, deleted.old), (Status::Moved, Some(after.digest()), Old::Gone));
}

#[test]
fn a_registry_that_serves_other_bytes_for_the_pinned_digest_does_not_still_have_it() {
    let (before, after) = (Image::multi_platform(), other());
    let there = world(registry(&after).untagged("team/app", &before).tampered("team/app", &before.root));
    let found = drift(&there, before.digest(), None);
    assert_eq!((found.status, found.old, found.code), (Status::Moved, Old::Unknown, Some("digest-mismatch")));
}

#[test]
fn a_registry_that_cannot_be_asked_has_not_moved_anything() {
    let found = drift(&World::new(), other().digest(), None);
    assert_eq!((found.status, found.old, found.code), (Status::Unknown, Old::Unknown, Some("unreachable")));
}

#[test]
fn a_tag_whose_document_does_not_hold_is_unknown_and_not_moved() {
    let there = world(registry(&Image::multi_platform()).behave(On::manifests().of("team/app"), behaviour::lying_digest_header()));
    let found = drift(&there, other().digest(), None);
    assert_eq!((found.status, found.code), (Status::Unknown, Some("header-mismatch")));
}

#[test]
fn a_digest_of_another_algorithm_is_not_taken_for_a_move() {
    let image = other();
    let pinned = Digest::of(pullproof::digest::Algorithm::Sha512, image.root.bytes.as_slice());
    let found = drift(&world(registry(&image)), pinned, None);
    assert_eq!((found.status, found.code), (Status::Unknown, Some("digest-algorithm")));
}

#[test]
fn the_policy_judges_what_the_tag_has_become() {
    let (before, after) = (Image::multi_platform(), other());
    let there = world(registry(&after));
    assert_eq!(drift(&there, before.digest(), Some(&policy(after.digest()))).policy, Some(Verdict::Accept));
    assert_eq!(drift(&there, before.digest(), Some(&policy(before.digest()))).policy, Some(Verdict::Reject));
    assert_eq!(drift(&there, before.digest(), None).policy, None);
}

fn lock(images: &str) -> String {
    format!(r#"{{"lockVersion":1,"images":{{{images}}}}}"#)
}

fn entry() -> String {
    let digest = other().digest();
    format!(
        r#"{{"digest":"{digest}","mediaType":"application/vnd.oci.image.index.v1+json","size":7,"platform":null,"indexDigest":"{digest}","platformDigest":null,"toldBy":"registry.test","via":"direct","relay":null,"resolvedAt":"2026-11-23T12:00:00Z","signers":[]}}"#
    )
}

#[test]
fn a_lock_is_read_back_as_it_is_written() {
    let text = lock(&format!(r#""{APP}":{}"#, entry()));
    assert_eq!(serde_json::to_string(&Lock::parse(&text).unwrap()).unwrap(), text);
}

#[test]
fn a_lock_that_says_what_nobody_here_understands_is_refused() {
    let good = entry();
    for (text, why) in [
        (r#"{"lockVersion":2,"images":{}}"#.to_owned(), "version 2"),
        (r#"{"images":{}}"#.to_owned(), "lockVersion"),
        (r#"{"lockVersion":1,"images":{},"more":1}"#.to_owned(), "more"),
        (lock(&format!(r#""nginx":{good}"#)), "normalised"),
        (lock(&format!(r#""docker.io/library/nginx":{good}"#)), "with a tag"),
        (lock(&format!(r#""{APP}":{good},"{APP}":{good}"#)), "once"),
        (lock(&format!(r#""{APP}":{}"#, good.replace("\"size\":7", "\"size\":-7"))), "size"),
        (lock(&format!(r#""{APP}":{}"#, good.replacen("sha256:", "sha257:", 1))), "digest"),
        (lock(&format!(r#""{APP}":{}"#, good.replace("direct", "hearsay"))), "via"),
        (lock(&format!(r#""{APP}":{}"#, good.replace("\"size\":7", "\"size\":7,\"trusted\":true"))), "trusted"),
        (lock(&format!(r#""{APP}":{}"#, good.replace("2026-11-23T12:00:00Z", "yesterday"))), "resolvedAt"),
        ("[]".to_owned(), "object"),
    ] {
        let refusal = Lock::parse(&text).unwrap_err().to_string();
        assert!(refusal.contains(why), "{text}: {refusal}");
    }
}
