//! What a check does for people who are not under attack, and what it costs them.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use common::check;
use common::check_in_page_with_relay;
use common::check_with;
use common::decide_with;
use common::failure;
use common::has_passed;
use common::unknown;
use pullproof::Checker;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::registry::auth::Credentials;
use pullproof::registry::client::Access;
use pullproof::report::CheckName;
use pullproof::report::Step;
use pullproof::report::Verdict;
use pullproof::report::Via;
use pullproof_world::Cors;
use pullproof_world::FakeRegistry;
use pullproof_world::Guard;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::Relay;
use pullproof_world::TokenServer;
use pullproof_world::World;
use pullproof_world::behaviour;

const APP: &str = "registry.test/team/app:v1";

fn world(image: &Image) -> World {
    World::new().registry("registry.test", FakeRegistry::new().image("team/app", "v1", image))
}

fn policy(digest: impl std::fmt::Display) -> Policy {
    Policy::parse(&format!(r#"{{"rules":[{{"images":"registry.test/team/*","require":[{{"digest":"{digest}"}}]}}]}}"#)).unwrap()
}

#[test]
fn a_good_image_of_any_kind_is_walked_to_its_configuration() {
    for image in [
        Image::oci("linux/amd64"),
        Image::docker("linux/amd64"),
        Image::multi_platform(),
        Image::docker_list(),
        ManifestSpec::new("linux/amd64").without_media_type().mint(),
    ] {
        let world = world(&image);
        let report = check(&world, APP).unwrap();
        assert!(has_passed(&report, CheckName::Document) && has_passed(&report, CheckName::Config), "{}", report.to_json());
        assert_eq!(report.image.as_ref().unwrap().platform, "linux/amd64");
        assert_eq!(report.image.unwrap().created.unwrap().to_string(), "2024-01-01T00:00:00Z");
        assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Inconclusive, "no-policy"));
    }
}

#[test]
fn a_check_asks_for_the_index_the_manifest_and_the_configuration_and_nothing_else() {
    let image = Image::multi_platform();
    let world = world(&image);
    check(&world, APP).unwrap();
    let child = image.child("linux/amd64");
    let paths: Vec<String> = world.requests().iter().map(|request| request.path().to_owned()).collect();
    let expected = [
        "/v2/team/app/manifests/v1".to_owned(),
        format!("/v2/team/app/manifests/{}", child.digest()),
        format!("/v2/team/app/blobs/{}", child.config().digest),
    ];
    assert_eq!(paths, expected);
}

#[test]
fn the_platform_that_is_asked_for_is_the_one_that_is_proven() {
    let image = Image::multi_platform();
    for platform in ["linux/arm64", "linux/arm/v7", "linux/aarch64", "windows/amd64"] {
        let world = world(&image);
        let report = check_with(Checker::new(&world).platform(platform.parse().unwrap()), APP).unwrap();
        assert!(has_passed(&report, CheckName::Platform), "{}", report.to_json());
        assert_eq!(report.resolution.digest, image.digest(), "the pinned digest is the index's whatever the platform");
        assert_ne!(report.manifest.unwrap().digest, image.child("linux/amd64").digest());
    }
}

#[test]
fn a_single_image_for_another_platform_than_asked_for_is_a_mismatch() {
    let world = world(&Image::oci("linux/arm64"));
    let report = check_with(Checker::new(&world).platform("linux/amd64".parse().unwrap()), APP).unwrap();
    assert_eq!((failure(&report), report.verdict), ("platform-mismatch", Verdict::Reject));
    assert!(check(&world, APP).unwrap().image.is_some(), "without a wish there is nothing to mismatch");
}

#[test]
fn an_index_that_lies_about_a_platform_is_found_out_by_the_configuration() {
    let report = check(&world(&pullproof_world::documents::wrong_platform()), APP).unwrap();
    assert_eq!((failure(&report), report.verdict), ("platform-mismatch", Verdict::Reject));
}

#[test]
fn a_reference_with_a_digest_is_held_against_that_digest() {
    let image = Image::multi_platform();
    let world = world(&image);
    let good = check(&world, &format!("{APP}@{}", image.digest())).unwrap();
    assert_eq!(good.pinned.as_deref(), Some(format!("{APP}@{}", image.digest()).as_str()));
    assert_eq!(good.resolution.tag, None, "the tag played no part");
    assert!(good.not_proven.iter().any(|remark| remark.code == "tag" && remark.message.contains("not looked up")));
}

#[test]
fn a_digest_that_does_not_match_is_a_reject_that_no_policy_softens() {
    let (image, other) = (Image::multi_platform(), Image::docker_list());
    let world = World::new().registry(
        "registry.test",
        FakeRegistry::new().image("team/app", "v1", &image).serving_by_digest("team/app", &other).without_digest_header(),
    );
    let asked = format!("registry.test/team/app@{}", image.digest());
    for policy in [policy(image.digest()), policy(other.digest())] {
        let report = decide_with(Checker::new(&world), &asked, Some(&policy)).unwrap();
        assert_eq!((failure(&report), report.verdict, &report.pinned), ("digest-mismatch", Verdict::Reject, &None));
        assert!(report.into_accepted().is_err());
    }
}

#[test]
fn a_policy_that_names_the_digest_accepts_it_and_hands_back_a_pinned_reference() {
    let image = Image::multi_platform();
    let report = decide_with(Checker::new(&world(&image)), APP, Some(&policy(image.digest()))).unwrap();
    let accepted = report.into_accepted().unwrap();
    assert_eq!(accepted.pinned(), format!("{APP}@{}", image.digest()));
    assert_eq!(accepted.digest(), image.digest());
}

#[test]
fn a_policy_that_names_only_the_platform_s_manifest_does_not_accept_the_index() {
    let image = Image::multi_platform();
    let policy = policy(image.child("linux/amd64").digest());
    let report = decide_with(Checker::new(&world(&image)), APP, Some(&policy)).unwrap();
    assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Reject, "policy-unmet"));
}

#[test]
fn an_accepted_image_whose_configuration_could_not_be_read_is_inconclusive() {
    let image = Image::multi_platform();
    let registry = FakeRegistry::new().image("team/app", "v1", &image).behave(On::blobs(), behaviour::bad_gateway());
    let world = World::new().registry("registry.test", registry);
    let report = decide_with(Checker::new(&world), APP, Some(&policy(image.digest()))).unwrap();
    assert_eq!(unknown(&report, CheckName::Config), "registry-error");
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(report.into_accepted().is_err());
}

#[test]
fn a_missing_tag_means_latest_and_is_said_so() {
    let image = Image::multi_platform();
    let world = World::new().registry("registry.test", FakeRegistry::new().image("team/app", "latest", &image));
    let report = check(&world, "registry.test/team/app").unwrap();
    assert_eq!((report.reference.tag.as_deref(), report.reference.input.as_str()), (Some("latest"), "registry.test/team/app"));
    assert_eq!(report.pinned, Some(format!("registry.test/team/app:latest@{}", image.digest())));
}

#[test]
fn the_page_goes_through_its_relay_where_the_registry_shows_it_nothing_and_says_so() {
    let image = Image::multi_platform();
    let registry = || FakeRegistry::new().image("team/app", "v1", &image).cors(Cors::none());
    let world = World::new()
        .registry("registry.test", registry())
        .host("edge.test", Relay::new().to("registry.test", registry()))
        .browser("https://edge.test");
    let report = check_in_page_with_relay(&world, APP).unwrap();
    assert_eq!((report.resolution.via, report.resolution.digest), (Via::Relay, image.digest()));
    assert!(has_passed(&report, CheckName::Config));
    assert_eq!(world.requests_to("registry.test").len(), 1, "once refused, the registry is not asked again");
}

#[test]
fn docker_hub_is_never_asked_directly_by_a_page_that_has_a_relay() {
    let image = Image::multi_platform();
    let hub = FakeRegistry::new().image("library/nginx", "1.27", &image);
    let world = World::new().host("edge.test", Relay::new().to("docker.io", hub)).browser("https://edge.test");
    let report = check_in_page_with_relay(&world, "nginx:1.27").unwrap();
    assert_eq!((report.resolution.via, report.resolution.told_by.as_str()), (Via::Relay, "registry-1.docker.io"));
    assert!(world.requests_to("registry-1.docker.io").is_empty());
}

#[test]
fn credentials_never_go_to_a_relay() {
    let image = Image::multi_platform();
    let registry = || FakeRegistry::new().image("team/app", "v1", &image).guard(Guard::basic("user", "secret")).cors(Cors::none());
    let world = World::new()
        .registry("registry.test", registry())
        .host("edge.test", Relay::new().to("registry.test", registry()))
        .browser("https://edge.test");
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let relay = pullproof::url::Url::parse("https://edge.test/relay/");
    let checker = Checker::new(&world).access(Access { credentials, relay, safelisted_only: true });
    assert_eq!(check_with(checker, APP).unwrap_err().code(), "unauthorized");
    assert!(world.requests_to("edge.test").iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn a_relay_never_hears_of_what_credentials_open() {
    let image = Image::multi_platform();
    let registry = || FakeRegistry::new().image("team/app", "v1", &image).guard(Guard::basic("user", "secret")).cors(Cors::open());
    let world = World::new()
        .registry("registry.test", registry())
        .host("edge.test", Relay::new().to("registry.test", registry()))
        .browser("https://edge.test");
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let relay = pullproof::url::Url::parse("https://edge.test/relay/");
    let checker = Checker::new(&world).access(Access { credentials, relay, safelisted_only: true }).attachments(true);
    assert_eq!(check_with(checker, APP).unwrap().resolution.via, Via::Direct);
    assert!(world.requests_to("edge.test").is_empty());
}

#[test]
fn every_kind_of_credentials_opens_a_private_image() {
    let image = Image::multi_platform();
    let tokens = || TokenServer::new("registry.test").user("user", "secret").refresh_token("refresh").private("team/app");
    let bearer =
        || FakeRegistry::new().image("team/app", "v1", &image).guard(Guard::bearer_here("registry.test")).tokens_at("/token", tokens());
    let basic = FakeRegistry::new().image("team/app", "v1", &image).guard(Guard::basic("user", "secret"));
    let password = || Credentials::Password { username: "user".into(), password: "secret".into() };
    for (registry, credentials) in [(bearer(), password()), (bearer(), Credentials::IdentityToken("refresh".into())), (basic, password())] {
        let world = World::new().registry("registry.test", registry);
        let checker = Checker::new(&world).access(Access { credentials: Some(credentials.clone()), ..Access::default() });
        assert_eq!(check_with(checker, APP).unwrap().resolution.digest, image.digest(), "{credentials:?}");
    }
    let world = World::new().registry("registry.test", bearer());
    assert_eq!(check(&world, APP).unwrap_err().code(), "unauthorized");
}

#[test]
fn what_a_registry_answers_is_told_apart() {
    let image = Image::multi_platform();
    let registry = || FakeRegistry::new().image("team/app", "v1", &image);
    for (registry, code) in [
        (FakeRegistry::new(), "not-found"),
        (registry().behave(On::everything(), behaviour::denied()), "denied"),
        (registry().behave(On::everything(), behaviour::bad_gateway()), "registry-error"),
        (registry().behave(On::everything(), behaviour::internal_error()), "registry-error"),
        (registry().behave(On::everything(), behaviour::huge_error()), "response-too-large"),
        (registry().silent(), "timeout"),
        (registry().behave(On::manifests(), behaviour::stalls()), "timeout"),
    ] {
        let world = World::new().registry("registry.test", registry);
        assert_eq!(check(&world, APP).map_err(|error| error.code()).unwrap_err(), code);
    }
    assert_eq!(check(&World::new(), APP).unwrap_err().code(), "unreachable");
}

#[test]
fn an_artifact_that_is_no_image_is_named_and_its_configuration_left_alone() {
    let image = Image::multi_platform();
    let artifact = pullproof_world::ArtifactSpec::new("application/vnd.example.chart", b"data").subject(&image).mint();
    let report = check(&world(&artifact), APP).unwrap();
    assert_eq!(report.manifest.unwrap().artifact_type.as_deref(), Some("application/vnd.example.chart"));
    assert!(report.image.is_none());
    assert!(matches!(
        report.checks.iter().find(|check| check.name == CheckName::Config).unwrap().outcome,
        pullproof::report::Outcome::Skipped { .. }
    ));
}

#[test]
fn of_two_entries_for_one_platform_the_first_is_chosen_as_docker_does() {
    let first = ManifestSpec::new("linux/amd64").file("first", "1").mint();
    let second = ManifestSpec::new("linux/amd64").file("second", "2").mint();
    let report = check(&world(&IndexSpec::new().image(&first).image(&second).mint()), APP).unwrap();
    assert_eq!(report.manifest.unwrap().digest, first.digest());
}

#[test]
fn what_is_attached_to_bytes_that_failed_is_not_looked_for() {
    let image = Image::multi_platform();
    let world = World::new().registry("registry.test", FakeRegistry::new().image("team/app", "v1", &image).lying_digest_header());
    let report = check_with(Checker::new(&world).attachments(true), APP).unwrap();
    assert!(report.attachments.is_none() && report.checks.iter().all(|check| check.name != CheckName::Attachments));
}

#[test]
fn every_step_is_told_in_order_as_it_happens() {
    let world = world(&Image::multi_platform());
    let mut told = Vec::new();
    let image = Reference::parse(APP).unwrap();
    let report = pollster::block_on(Checker::new(&world).attachments(true).check(&image, None, common::now(), &mut |step| {
        told.push(match step {
            Step::Started { name } => (*name, false),
            Step::Finished { check } => (check.name, true),
            Step::Layer { .. } | Step::Advisories { .. } => unreachable!("nothing is scanned"),
        });
    }))
    .unwrap();
    // No collection is asked where no policy names one, and nothing is scanned where none asks.
    let of_policies = [CheckName::ContentTrust, CheckName::KnownVulnerabilities];
    let made: Vec<CheckName> = CheckName::ALL.into_iter().filter(|name| !of_policies.contains(name)).collect();
    assert_eq!(told, made.iter().flat_map(|name| [(*name, false), (*name, true)]).collect::<Vec<_>>());
    assert_eq!(report.checks.len(), made.len());
}

#[test]
fn the_json_of_a_report_names_every_fact_and_leaves_none_out() {
    let report = check(&world(&Image::multi_platform()), APP).unwrap();
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    let names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    for name in [
        "schemaVersion",
        "checkedAt",
        "reference",
        "verdict",
        "reasons",
        "pinned",
        "resolution",
        "indexes",
        "manifest",
        "image",
        "attachments",
        "vulnerabilities",
        "checks",
        "notProven",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(json["attachments"].is_null() && json["resolution"]["relay"].is_null());
}
