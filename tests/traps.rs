//! The traps of the registry protocol, one or more tests each, numbered as in docs/traps.md.
//!
//! Trap 22 (a browser's cache) and the halves of 3 and 7 that only a real `fetch` can show are in tests/e2e/.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use common::check;
use common::check_in_page;
use common::check_in_page_with_relay;
use common::check_with;
use common::failure;
use common::has_passed;
use common::outcome;
use common::unknown;
use pullproof::Checker;
use pullproof::Digest;
use pullproof::Error;
use pullproof::Reference;
use pullproof::digest::Algorithm;
use pullproof::registry::auth::Credentials;
use pullproof::registry::client::Access;
use pullproof::report::CheckName;
use pullproof::report::FoundBy;
use pullproof::report::Outcome;
use pullproof::report::Verdict;
use pullproof::report::Via;
use pullproof_world::Answer;
use pullproof_world::ArtifactSpec;
use pullproof_world::Challenges;
use pullproof_world::Cors;
use pullproof_world::Dialect;
use pullproof_world::FakeRegistry;
use pullproof_world::Guard;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::Relay;
use pullproof_world::Storage;
use pullproof_world::TokenServer;
use pullproof_world::World;
use pullproof_world::behaviour;
use pullproof_world::documents;

const HOST: &str = "registry.test";
const APP: &str = "registry.test/team/app:v1";
const PAGE: &str = "https://page.test";

fn serving(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", image)
}

fn world(registry: FakeRegistry) -> World {
    World::new().registry(HOST, registry)
}

fn page(registry: FakeRegistry) -> World {
    world(registry).browser(PAGE)
}

fn paths(world: &World) -> Vec<String> {
    world.requests().iter().map(|request| request.path().to_owned()).collect()
}

#[test]
fn trap_01_index_and_platform_digest_are_both_reported_and_the_index_is_pinned() {
    let image = Image::multi_platform();
    let report = check(&world(serving(&image)), APP).unwrap();
    assert_eq!(report.resolution.digest, image.digest());
    assert_eq!(report.pinned, Some(format!("{APP}@{}", image.digest())));
    assert_eq!(report.indexes[0].digest, image.digest());
    assert_eq!(report.manifest.as_ref().unwrap().digest, image.child("linux/amd64").digest());
    assert_ne!(image.digest(), image.child("linux/amd64").digest());
}

#[test]
fn trap_02_bytes_are_hashed_as_they_came() {
    let compact = Image::oci("linux/amd64");
    for image in [
        compact.clone(),
        compact.rewritten(|text| format!("{text}\n")),
        compact.rewritten(|text| format!("\n\n {text}")),
        compact.rewritten(|text| text.replace("\":", "\" :\t")),
    ] {
        let report = check(&world(serving(&image)), APP).unwrap();
        assert_eq!(report.resolution.digest, image.digest());
        assert_eq!(report.verdict, Verdict::Inconclusive, "{}", report.to_json());
    }
}

#[test]
fn trap_02_a_byte_order_mark_is_hashed_too_and_is_no_json() {
    let image = Image::oci("linux/amd64").rewritten(|text| format!("\u{feff}{text}"));
    let report = check(&world(serving(&image)), APP).unwrap();
    assert_eq!(report.resolution.digest, image.digest());
    assert_eq!(failure(&report), "json-invalid");
}

#[test]
fn trap_03_a_content_encoding_is_gone_before_anything_is_counted_or_hashed() {
    let image = Image::multi_platform();
    let world = world(serving(&image).behave(On::everything(), behaviour::gzip_encoded()));
    let report = check(&world, APP).unwrap();
    assert_eq!(report.resolution.digest, image.digest());
    assert!(has_passed(&report, CheckName::Platform) && has_passed(&report, CheckName::Config));
}

#[test]
fn trap_03_a_compressed_answer_that_grows_past_the_limit_is_cut_off() {
    let world = world(serving(&Image::multi_platform()).behave(On::manifests(), behaviour::gzip_bomb()));
    assert_eq!(check(&world, APP).unwrap_err().code(), "response-too-large");
}

#[test]
fn trap_04_a_schema_1_document_is_asked_for_again_and_never_hashed() {
    for image in [Image::docker_list(), Image::docker("linux/amd64")] {
        let world = page(serving(&image).dialect(Dialect::Distribution2).cors(Cors::distribution()));
        let report = check_in_page(&world, APP).unwrap();
        assert_eq!(report.resolution.digest, image.digest());
        assert!(has_passed(&report, CheckName::Document));
    }
}

#[test]
fn trap_04_a_schema_1_document_that_is_all_there_is_fails_by_name() {
    let image = Image::raw(
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        r#"{"schemaVersion":1,"name":"team/app","tag":"v1","fsLayers":[],"history":[],"signatures":[]}"#,
    );
    let report = check(&world(serving(&image).without_digest_header()), APP).unwrap();
    assert_eq!((failure(&report), report.verdict, report.pinned), ("schema1", Verdict::Reject, None));
}

#[test]
fn trap_05_a_page_asks_with_an_accept_that_needs_no_preflight() {
    let world = page(serving(&Image::multi_platform()).cors(Cors::zot()));
    let report = check_in_page(&world, APP).unwrap();
    assert!(has_passed(&report, CheckName::Platform));
    assert!(world.requests().iter().all(|request| request.method == "GET"), "no preflight: {:?}", world.requests());
    // zot shows blobs to no page: the configuration is unknown, not wrong and not right.
    assert_eq!(unknown(&report, CheckName::Config), "unreachable");
}

#[test]
fn trap_05_a_program_needs_one_request_for_any_kind_of_manifest() {
    for image in [Image::oci("linux/amd64"), Image::docker("linux/amd64")] {
        let world = world(serving(&image).dialect(Dialect::Distribution2));
        assert!(check(&world, APP).is_ok());
        assert_eq!(paths(&world).len(), 2, "the manifest and its configuration: {:?}", world.requests());
    }
}

#[test]
fn trap_06_referrers_that_a_page_cannot_read_are_unknown_not_none() {
    let world = page(serving(&Image::multi_platform()).without_referrers_api().cors(Cors::distribution()));
    let checker = Checker::new(&world).access(Access { safelisted_only: true, ..Access::default() }).attachments(true);
    let report = check_with(checker, APP).unwrap();
    assert_eq!(unknown(&report, CheckName::Attachments), "unreachable");
    assert!(report.attachments.is_none());
}

#[test]
fn trap_06_a_broken_gateway_is_unknown_not_none() {
    let world = world(serving(&Image::multi_platform()).behave(On::referrers(), behaviour::bad_gateway()));
    let report = check_with(Checker::new(&world).attachments(true), APP).unwrap();
    assert_eq!(unknown(&report, CheckName::Attachments), "registry-error");
}

#[test]
fn trap_07_authorization_never_reaches_the_host_of_a_redirect() {
    let image = Image::multi_platform();
    let registry =
        serving(&image).guard(Guard::bearer_here(HOST)).tokens_at("/token", TokenServer::new(HOST)).blobs_elsewhere("https://storage.test");
    let world = world(registry).host("storage.test", Storage::of(&image));
    let report = check(&world, APP).unwrap();
    assert!(has_passed(&report, CheckName::Config));
    let elsewhere = world.requests_to("storage.test");
    assert_eq!(elsewhere.len(), 1);
    assert_eq!(elsewhere[0].header("authorization"), None);
}

#[test]
fn trap_07_a_redirect_to_a_private_address_is_refused() {
    for target in [
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://[::ffff:127.0.0.1]/",
        "https://0x7f.1/",
    ] {
        let world = world(serving(&Image::oci("linux/amd64")).behave(On::manifests(), behaviour::redirect_to(target)));
        assert_eq!(check(&world, APP).unwrap_err().code(), "redirect-refused", "{target}");
        assert_eq!(world.requests().len(), 1, "nobody went to {target}");
    }
}

#[test]
fn trap_07_a_redirect_that_leads_nowhere_ends() {
    for (behaviour, code) in [
        (behaviour::redirect_to_itself(), "too-many-redirects"),
        (behaviour::redirect_forever(), "too-many-redirects"),
        (behaviour::redirect_to("javascript:alert(1)"), "redirect-refused"),
        (behaviour::redirect_to("http://registry.test/v2/"), "redirect-refused"),
        (behaviour::redirect_to("https://user:secret@registry.test/"), "redirect-refused"),
    ] {
        let world = world(serving(&Image::oci("linux/amd64")).behave(On::manifests(), behaviour));
        assert_eq!(check(&world, APP).unwrap_err().code(), code);
        assert!(world.requests().len() <= pullproof::budget::REDIRECTS + 1);
    }
}

#[test]
fn trap_07_credentials_never_go_to_the_host_of_a_redirect_even_if_it_asks() {
    let image = Image::oci("linux/amd64");
    let elsewhere = FakeRegistry::new().image("team/app", "v1", &image).guard(Guard::basic("user", "secret"));
    let world = world(serving(&image).manifests_elsewhere("https://elsewhere.test")).registry("elsewhere.test", elsewhere);
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let checker = Checker::new(&world).access(Access { credentials, ..Access::default() });
    assert_eq!(check_with(checker, APP).unwrap_err().code(), "unauthorized");
    assert!(!world.requests_to("elsewhere.test").is_empty());
    assert!(world.requests_to("elsewhere.test").iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn trap_07_a_page_that_was_sent_to_a_private_address_does_not_believe_it() {
    let image = Image::oci("linux/amd64");
    let registry = serving(&image).manifests_elsewhere("https://10.0.0.1").cors(Cors::open());
    let world = page(registry).host("10.0.0.1", Storage::of(&image).tag("v1", &image).cors(Cors::open()));
    assert_eq!(check_in_page(&world, APP).unwrap_err().code(), "redirect-refused");
}

#[test]
fn trap_08_every_shape_of_challenge_leads_to_a_token() {
    for challenges in [
        Challenges::One,
        Challenges::BearerAndBasicInOneField,
        Challenges::BearerAndBasicInTwoFields,
        Challenges::WithoutScope,
        Challenges::WithoutService,
    ] {
        let registry = serving(&Image::multi_platform())
            .guard(Guard::bearer_here(HOST).challenges(challenges.clone()).placeholder_scope_on_ping())
            .tokens_at("/token", TokenServer::new(HOST).refusing_empty_scope().first_scope_only());
        let world = world(registry);
        let report = check(&world, APP).unwrap_or_else(|error| panic!("{challenges:?}: {error}"));
        assert!(has_passed(&report, CheckName::Config));
        assert_eq!(world.requests().iter().filter(|request| request.path() == "/token").count(), 1, "one token serves the whole check");
    }
}

#[test]
fn trap_08_a_realm_on_a_private_address_is_refused() {
    for realm in ["http://169.254.169.254/token", "https://127.0.0.1/token", "https://[fd00::1]/token", "https://token.internal/"] {
        let world = world(serving(&Image::oci("linux/amd64")).guard(Guard::bearer(realm, HOST)));
        assert_eq!(check(&world, APP).unwrap_err().code(), "realm-refused", "{realm}");
        assert_eq!(world.requests().len(), 1, "nobody went to {realm}");
    }
}

#[test]
fn trap_08_credentials_never_go_to_a_stranger_s_realm() {
    let world = world(serving(&Image::oci("linux/amd64")).guard(Guard::bearer("https://evil.test/token", HOST)))
        .host("evil.test", TokenServer::new(HOST));
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let checker = Checker::new(&world).access(Access { credentials, ..Access::default() });
    assert_eq!(check_with(checker, APP).unwrap_err().code(), "realm-refused");
    assert!(world.requests_to("evil.test").is_empty());
}

#[test]
fn trap_09_an_answer_that_never_ends_is_cut_off_at_the_limit() {
    let world = world(serving(&Image::oci("linux/amd64")).endless());
    assert_eq!(check(&world, APP).unwrap_err().code(), "response-too-large");
}

#[test]
fn trap_09_a_manifest_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
    let limit = usize::try_from(pullproof::budget::MANIFEST_BYTES).unwrap();
    let image = Image::oci("linux/amd64");
    let padded = |size: usize| image.rewritten(|text| format!("{text}{}", " ".repeat(size - text.len())));
    assert!(check(&world(serving(&padded(limit))), APP).is_ok());
    assert_eq!(check(&world(serving(&padded(limit + 1))), APP).unwrap_err().code(), "response-too-large");
}

#[test]
fn trap_09_a_child_that_is_longer_than_its_descriptor_says_is_cut_off_there() {
    let image = Image::multi_platform();
    let child = image.child("linux/amd64").digest();
    let world = world(serving(&image).behave(On::manifests_by_digest().named(child.to_string()), behaviour::endless()));
    let report = check(&world, APP).unwrap();
    assert_eq!((failure(&report), report.verdict), ("size-mismatch", Verdict::Reject));
}

#[test]
fn trap_10_an_ambiguous_document_is_refused() {
    let report = check(&world(serving(&documents::ambiguous())), APP).unwrap();
    assert_eq!((failure(&report), report.verdict, &report.pinned), ("document-ambiguous", Verdict::Reject, &None));
    assert!(report.manifest.is_none() && report.indexes.is_empty());
}

#[test]
fn trap_10_a_document_that_calls_itself_something_else_is_refused() {
    let report = check(&world(serving(&documents::wrong_media_type_field())), APP).unwrap();
    assert_eq!(failure(&report), "media-type-mismatch");
}

#[test]
fn trap_10_the_same_bytes_under_another_content_type_are_refused() {
    for said in ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.v2+json", "image/png"] {
        let world = world(serving(&Image::oci("linux/amd64")).behave(On::manifests(), behaviour::content_type(said)));
        assert_eq!(failure(&check(&world, APP).unwrap()), "media-type-mismatch", "{said}");
    }
}

#[test]
fn trap_10_a_child_under_another_content_type_is_refused() {
    let child_only = behaviour::content_type("application/vnd.oci.image.index.v1+json");
    let world = world(serving(&Image::multi_platform()).behave(On::manifests_by_digest(), child_only));
    assert_eq!(failure(&check(&world, APP).unwrap()), "media-type-mismatch");
}

#[test]
fn trap_10_what_a_document_is_is_decided_by_its_content() {
    for behaviour in
        [behaviour::without_content_type(), behaviour::content_type("application/octet-stream"), behaviour::content_type_with_parameter()]
    {
        let world = world(serving(&Image::multi_platform()).behave(On::manifests(), behaviour));
        let report = check(&world, APP).unwrap();
        assert!(has_passed(&report, CheckName::Document) && has_passed(&report, CheckName::Platform), "{}", report.to_json());
    }
}

#[test]
fn trap_10_a_child_of_another_type_than_its_descriptor_says_is_refused() {
    let report = check(&world(serving(&documents::wrong_child_media_type())), APP).unwrap();
    assert_eq!(failure(&report), "media-type-mismatch");
    assert!(report.manifest.is_none());
}

#[test]
fn trap_11_duplicate_keys_are_refused_also_in_other_capitals_and_at_every_level() {
    for image in [documents::duplicate_key(), documents::duplicate_key_by_case(), documents::duplicate_digest_in_descriptor()] {
        let report = check(&world(serving(&image)), APP).unwrap();
        assert_eq!((failure(&report), report.verdict), ("duplicate-key", Verdict::Reject));
    }
}

#[test]
fn trap_11_duplicate_keys_in_a_token_are_refused() {
    let tokens = TokenServer::new(HOST).answering(pullproof_world::TokenAnswer::Duplicate);
    let world = world(serving(&Image::oci("linux/amd64")).guard(Guard::bearer_here(HOST)).tokens_at("/token", tokens));
    assert_eq!(check(&world, APP).unwrap_err().code(), "unauthorized");
}

#[test]
fn trap_12_an_index_in_an_index_is_walked_to_its_image() {
    let image = Image::nested(2);
    let report = check(&world(serving(&image)), APP).unwrap();
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
    assert_eq!(report.indexes.len(), 2);
    assert_eq!(report.indexes[0].digest, image.digest());
    assert!(report.indexes.iter().all(|index| index.manifests.iter().filter(|entry| entry.chosen).count() == 1));
}

#[test]
fn trap_12_indexes_deeper_than_anybody_nests_them_are_refused_within_a_bounded_number_of_requests() {
    let world = world(serving(&Image::nested(40)));
    let report = check(&world, APP).unwrap();
    assert_eq!(failure(&report), "index-too-deep");
    assert!(world.requests().len() <= pullproof::budget::INDEX_DEPTH + 1);
}

#[test]
fn trap_12_an_index_of_many_indexes_costs_a_bounded_number_of_requests() {
    let inner = |n: usize| {
        let image = ManifestSpec::new("linux/s390x").file("n", &n.to_string()).mint();
        IndexSpec::new().image(&image).mint()
    };
    let root = (0..100).map(inner).fold(IndexSpec::new(), |spec, inner| spec.image(&inner)).mint();
    let world = world(serving(&root));
    assert_eq!(unknown(&check(&world, APP).unwrap(), CheckName::Platform), "budget-exhausted");
    assert!(world.requests().len() <= pullproof::budget::INDEX_NODES + 1);
}

#[test]
fn trap_13_a_size_that_is_not_the_number_of_bytes_is_refused() {
    for image in [documents::wrong_child_size(), documents::wrong_config_size()] {
        assert_eq!(failure(&check(&world(serving(&image)), APP).unwrap()), "size-mismatch");
    }
}

#[test]
fn trap_13_tampered_bytes_are_refused_at_every_level() {
    let image = Image::multi_platform();
    let child = image.child("linux/amd64");
    for (blob, proven) in [(&child.root, false), (child.config(), true)] {
        let report = check(&world(serving(&image).tampered("team/app", blob)), APP).unwrap();
        assert_eq!((failure(&report), report.verdict, &report.pinned), ("digest-mismatch", Verdict::Reject, &None));
        assert_eq!(report.manifest.is_some(), proven);
        assert!(report.image.is_none());
    }
}

#[test]
fn trap_13_embedded_data_that_does_not_hash_to_its_digest_is_refused() {
    assert_eq!(failure(&check(&world(serving(&documents::wrong_data())), APP).unwrap()), "document-invalid");
}

#[test]
fn trap_13_digests_that_cannot_be_computed_or_are_misspelled_are_refused() {
    for image in [documents::upper_case_digest(), documents::blake3_digest()] {
        assert_eq!(failure(&check(&world(serving(&image)), APP).unwrap()), "document-invalid");
    }
}

#[test]
fn trap_13_sha512_is_computed() {
    let image = ManifestSpec::new("linux/amd64").algorithm(Algorithm::Sha512).mint();
    let index = IndexSpec::new().image(&image).algorithm(Algorithm::Sha512).mint();
    let world = world(FakeRegistry::new().untagged("team/app", &index));
    let report = check(&world, &format!("registry.test/team/app@{}", index.digest())).unwrap();
    assert_eq!(report.resolution.digest, index.digest());
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
}

#[test]
fn trap_14_foreign_layers_are_flagged_and_their_addresses_never_asked() {
    let world = world(serving(&documents::foreign_layer("https://evil.test/layer")));
    let report = check(&world, APP).unwrap();
    assert!(report.manifest.as_ref().unwrap().layers.iter().any(|layer| layer.foreign));
    assert!(report.not_proven.iter().any(|remark| remark.code == "foreign-layers"));
    assert!(world.requests_to("evil.test").is_empty());
}

#[test]
fn trap_15_attestations_are_shown_and_never_chosen() {
    let report = check(&world(serving(&Image::multi_platform())), APP).unwrap();
    let entries = &report.indexes[0].manifests;
    assert!(entries.iter().any(|entry| entry.role == "attestation" && entry.platform.as_deref() == Some("unknown/unknown")));
    assert!(entries.iter().all(|entry| entry.role == "image" || !entry.chosen));
    let report = check(&world(serving(&documents::only_an_attestation())), APP).unwrap();
    assert_eq!(failure(&report), "platform-missing");
}

#[test]
fn trap_15_an_unknown_platform_is_never_chosen_even_if_it_is_asked_for() {
    let mut entry = Image::oci("linux/amd64").descriptor();
    entry.platform = Some(pullproof_world::Platform::unknown());
    let world = world(serving(&IndexSpec::new().entry(entry).mint()));
    let report = check_with(Checker::new(&world).platform("unknown/unknown".parse().unwrap()), APP).unwrap();
    assert_eq!(failure(&report), "platform-missing");
    assert_eq!(report.indexes[0].manifests[0].role, "attestation");
}

#[test]
fn trap_15_an_index_without_our_platform_says_what_it_has() {
    let checker_world = world(serving(&Image::docker_list()));
    let checker = Checker::new(&checker_world).platform("linux/riscv64".parse().unwrap());
    let report = check_with(checker, APP).unwrap();
    assert_eq!(failure(&report), "platform-missing");
    let Outcome::Failed(failure) = outcome(&report, CheckName::Platform) else { unreachable!() };
    assert_eq!(failure.found().as_deref(), Some("linux/amd64, linux/arm64"));
    assert_eq!(check(&world(serving(&documents::no_children())), APP).map(|report| common::failure(&report)), Ok("platform-missing"));
}

#[test]
fn trap_16_who_told_the_tag_and_when_is_part_of_the_report() {
    let image = Image::multi_platform();
    let direct = check(&world(serving(&image)), APP).unwrap();
    assert_eq!(
        (direct.resolution.told_by.as_str(), direct.resolution.via, direct.resolution.tag.as_deref()),
        (HOST, Via::Direct, Some("v1"))
    );
    assert_eq!(direct.resolution.at, common::now());
    assert!(direct.not_proven.iter().any(|remark| remark.code == "tag"));

    let world = page(serving(&image)).host("edge.test", Relay::new().to(HOST, serving(&image)));
    let relayed = check_in_page_with_relay(&world, APP).unwrap();
    assert_eq!((relayed.resolution.via, relayed.resolution.relay.as_deref()), (Via::Relay, Some("https://edge.test/relay/")));
}

#[test]
fn trap_16_a_relay_cannot_lie_about_a_digest() {
    let (good, evil) = (Image::multi_platform(), Image::docker_list());
    let lying = serving(&good).serving_by_digest("team/app", &evil).without_digest_header();
    let world = page(serving(&good)).host("edge.test", Relay::new().to(HOST, lying));
    let report = check_in_page_with_relay(&world, &format!("registry.test/team/app@{}", good.digest())).unwrap();
    assert_eq!((failure(&report), report.verdict, report.pinned), ("digest-mismatch", Verdict::Reject, None));
}

#[test]
fn trap_16_a_tag_that_moves_between_two_requests_is_caught_by_its_digest() {
    let image = Image::multi_platform();
    let world = world(serving(&image).serving_by_digest("team/app", &Image::docker_list()));
    let report = check(&world, APP).unwrap();
    assert_eq!(report.verdict, Verdict::Reject);
    assert!(matches!(failure(&report), "digest-mismatch" | "size-mismatch"));
}

#[test]
fn trap_17_what_head_says_is_never_asked_for() {
    let world = world(serving(&Image::multi_platform()).lying_to_head(&Image::docker_list()));
    assert!(check(&world, APP).is_ok());
    assert!(world.requests().iter().all(|request| request.method == "GET"));
}

#[test]
fn trap_17_a_digest_header_that_lies_is_a_reject() {
    let report = check(&world(serving(&Image::multi_platform()).lying_digest_header()), APP).unwrap();
    assert_eq!((failure(&report), report.verdict, report.pinned), ("header-mismatch", Verdict::Reject, None));
}

#[test]
fn trap_17_a_digest_header_of_another_algorithm_is_compared_in_that_algorithm() {
    let world = world(serving(&Image::multi_platform()).behave(On::manifests(), behaviour::sha512_digest_header()));
    assert!(has_passed(&check(&world, APP).unwrap(), CheckName::DigestHeader));
}

#[test]
fn trap_17_a_digest_header_that_is_missing_is_skipped_not_passed() {
    let report = check(&world(serving(&Image::multi_platform()).without_digest_header()), APP).unwrap();
    assert!(matches!(outcome(&report, CheckName::DigestHeader), Outcome::Skipped { .. }));
}

fn bill() -> ArtifactSpec {
    ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}")
}

fn attachments(registry: FakeRegistry) -> pullproof::Report {
    check_with(Checker::new(&world(registry)).attachments(true), APP).unwrap()
}

#[test]
fn trap_18_an_artifact_is_what_its_own_manifest_says() {
    let image = Image::multi_platform();
    let registry = serving(&image).attach("team/app", &bill().subject(&image).mint());
    let report = attachments(registry.behave(On::referrers(), behaviour::wrong_artifact_types()));
    let found = report.attachments.unwrap();
    assert_eq!(
        (found.len(), found[0].artifact_type.as_str(), found[0].found_by),
        (1, "application/vnd.cyclonedx+json", FoundBy::Referrers)
    );
}

#[test]
fn trap_18_the_fallback_tag_and_cosign_s_tag_are_found_beside_each_other() {
    let image = Image::multi_platform();
    let artifact = bill().subject(&image).mint();
    let registry = serving(&image)
        .without_referrers_api()
        .attach_by_fallback_tag("team/app", &image, &[&artifact])
        .cosign_signature("team/app", &image);
    let report = attachments(registry);
    let found: Vec<FoundBy> = report.attachments.as_ref().unwrap().iter().map(|attachment| attachment.found_by).collect();
    assert_eq!(found, [FoundBy::FallbackTag, FoundBy::CosignTag]);
    assert!(has_passed(&report, CheckName::Attachments));
}

#[test]
fn trap_18_the_fallback_tag_of_a_sha512_digest_is_cut_to_64_characters() {
    let image = IndexSpec::new().image(&Image::oci("linux/amd64")).algorithm(Algorithm::Sha512).mint();
    let artifact = bill().subject(&image).mint();
    let registry =
        FakeRegistry::new().untagged("team/app", &image).without_referrers_api().attach_by_fallback_tag("team/app", &image, &[&artifact]);
    let world = world(registry);
    let report = check_with(Checker::new(&world).attachments(true), &format!("registry.test/team/app@{}", image.digest())).unwrap();
    assert_eq!(report.attachments.unwrap().len(), 1);
}

#[test]
fn trap_18_what_is_attached_to_something_else_is_not_attached_to_this() {
    let (image, other) = (Image::multi_platform(), Image::docker_list());
    let stray = bill().subject(&other).mint();
    let registry = serving(&image).without_referrers_api().attach_by_fallback_tag("team/app", &image, &[&stray]);
    let report = attachments(registry);
    assert_eq!(report.attachments.as_ref().unwrap().len(), 0);
    let Outcome::Passed { evidence } = outcome(&report, CheckName::Attachments) else { panic!("{}", report.to_json()) };
    assert!(evidence.contains("1 more were not what they were listed as"), "{evidence}");
}

#[test]
fn trap_18_an_artifact_whose_bytes_were_changed_is_not_attached() {
    let image = Image::multi_platform();
    let artifact = bill().subject(&image).mint();
    let report = attachments(serving(&image).attach("team/app", &artifact).tampered("team/app", &artifact.root));
    assert_eq!(unknown(&report, CheckName::Attachments), "not-a-registry");
    assert!(report.attachments.is_none(), "what is listed is not known, which is not nothing");
}

#[test]
fn trap_18_pages_of_referrers_are_read_and_endless_pages_are_bounded() {
    let image = Image::multi_platform();
    let artifacts: Vec<Image> = (0..5).map(|n| bill().annotation("n", &n.to_string()).subject(&image).mint()).collect();
    let registry = artifacts.iter().fold(serving(&image).page_size(2), |registry, artifact| registry.attach("team/app", artifact));
    assert_eq!(attachments(registry).attachments.unwrap().len(), 5);

    let world = world(serving(&image).behave(On::referrers(), behaviour::next_page_forever()));
    let report = check_with(Checker::new(&world).attachments(true), APP).unwrap();
    assert_eq!(unknown(&report, CheckName::Attachments), "not-a-registry");
    assert!(world.requests().len() < 20, "{:?}", world.requests());
}

#[test]
fn trap_18_a_list_of_referrers_without_any_is_empty_however_it_is_written_and_nothing_else_is() {
    let answering = |body: &str| {
        let answer = Answer::new(200, "application/vnd.oci.image.index.v1+json", body);
        attachments(serving(&Image::multi_platform()).behave(On::referrers(), behaviour::instead(answer)))
    };
    for list in ["[]", "null"] {
        let text = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":LIST}"#.replace("LIST", list);
        assert!(answering(&text).attachments.is_some_and(|attachments| attachments.is_empty()), "{list}");
    }
    for text in [
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json"}"#,
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":{}}"#,
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","Manifests":null}"#,
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":null,"manifests":[]}"#,
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":null}"#,
        r#"{"manifests":null}"#,
        "null",
    ] {
        assert_eq!(unknown(&answering(text), CheckName::Attachments), "not-a-registry", "{text}");
    }
}

#[test]
fn trap_19_docker_io_is_asked_at_its_api_host() {
    let image = Image::multi_platform();
    let registry = FakeRegistry::new().image("library/nginx", "1.27", &image);
    let world = World::new()
        .registry("registry-1.docker.io", registry)
        .registry("docker.io", FakeRegistry::new().behave(On::everything(), behaviour::marketing_page()));
    for text in ["nginx:1.27", "docker.io/nginx:1.27", "index.docker.io/library/nginx:1.27"] {
        let report = check(&world, text).unwrap();
        assert_eq!(report.resolution.digest, image.digest());
        assert_eq!(report.pinned, Some(format!("{text}@{}", image.digest())));
    }
    assert!(world.requests_to("docker.io").is_empty());
}

#[test]
fn trap_19_a_web_page_with_status_200_is_no_manifest() {
    let world = world(serving(&Image::oci("linux/amd64")).behave(On::everything(), behaviour::marketing_page()));
    assert_eq!(check(&world, APP).unwrap_err().code(), "not-a-registry");
}

#[test]
fn trap_20_names_are_normalised_as_docker_does_or_refused() {
    for text in ["ubuntu:\u{661}", "Ubuntu", "nginx ", "nginx\n", " nginx", "localhost:http/nginx"] {
        assert!(Reference::parse(text).is_err(), "{text:?}");
    }
    assert!(Reference::parse(&"a".repeat(64)).is_err(), "64 hexadecimal digits are an image ID");
    let upper = Reference::parse("FOO/bar").unwrap();
    assert_eq!((upper.registry(), upper.repository()), ("FOO", "bar"));
    let port = Reference::parse("localhost:5000/bar").unwrap();
    assert_eq!((port.registry(), port.repository(), port.tag()), ("localhost:5000", "bar", None));
}

#[test]
fn trap_21_too_many_requests_is_said_so_with_the_time_to_wait_where_it_can_be_read() {
    for (told, shown) in [(Some("120"), Some("120 seconds")), (None, None)] {
        let world = world(serving(&Image::oci("linux/amd64")).too_many_requests(told));
        let Err(Error::RateLimited { retry_after, .. }) = check(&world, APP) else { panic!("expected a rate limit") };
        assert_eq!(retry_after.as_deref(), shown);
    }
}

#[test]
fn trap_22_an_answer_under_the_same_address_that_depends_on_accept_is_never_mixed_up() {
    // A page asks twice at one address, with different `Accept` fields; what the transport must not do is answer from a cache.
    let image = Image::docker_list();
    let world =
        page(serving(&image).dialect(Dialect::Distribution2).cors(Cors::distribution()).behave(On::manifests(), behaviour::cacheable()));
    for _ in 0..2 {
        assert_eq!(check_in_page(&world, APP).unwrap().resolution.digest, image.digest());
    }
}

#[test]
fn the_digest_in_a_report_is_the_one_of_the_very_bytes() {
    let image = Image::multi_platform();
    let report = check(&world(serving(&image)), APP).unwrap();
    assert_eq!(report.resolution.digest, Digest::of(Algorithm::Sha256, &image.root.bytes));
}
