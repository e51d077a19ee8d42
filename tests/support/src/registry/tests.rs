//! Tests of the registry itself: a mistake here would make other tests lie.

use super::*;
use crate::behaviour;
use crate::image::ArtifactSpec;
use crate::image::Writing;
use crate::image::fallback_tag;
use crate::media_type::ACCEPT_ALL;
use crate::media_type::ACCEPT_DOCKER;
use crate::media_type::ACCEPT_OCI;
use crate::media_type::DOCKER_LIST;
use crate::media_type::DOCKER_MANIFEST;
use crate::media_type::DOCKER_SCHEMA1_SIGNED;
use crate::media_type::OCI_EMPTY;
use crate::media_type::OCI_MANIFEST;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;

fn request(path: &str, headers: &[(&str, &str)]) -> Received {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Received { method: "GET".into(), url: format!("https://registry.test{path}"), headers, body: vec![] }
}

fn get(registry: &FakeRegistry, path: &str, accept: &str) -> Answer {
    registry.answer(&request(path, &[("accept", accept)]))
}

fn digest_of(answer: &Answer) -> String {
    Digest::of(Algorithm::Sha256, answer.bytes()).to_string()
}

/// The table of what was measured, cell by cell: status and media type for each `Accept`.
#[test]
fn the_two_releases_of_distribution_negotiate_as_measured() {
    let registry = |dialect| {
        FakeRegistry::new()
            .dialect(dialect)
            .image("lab", "oci", &Image::oci("linux/amd64"))
            .image("lab", "docker", &Image::docker("linux/amd64"))
            .image("lab", "list", &Image::docker_list())
    };
    let two = registry(Dialect::Distribution2);
    let three = registry(Dialect::Distribution3);
    let error = "application/json; charset=utf-8";
    let schema1 = DOCKER_SCHEMA1_SIGNED;
    let table = [
        ("*/*", (404, error), (200, schema1), (200, schema1), (200, DOCKER_MANIFEST), (400, error)),
        ("application/json", (404, error), (200, schema1), (200, schema1), (200, DOCKER_MANIFEST), (400, error)),
        (ACCEPT_OCI, (200, OCI_MANIFEST), (200, schema1), (200, schema1), (200, DOCKER_MANIFEST), (400, error)),
        (ACCEPT_DOCKER, (404, error), (200, DOCKER_MANIFEST), (200, DOCKER_LIST), (200, DOCKER_MANIFEST), (200, DOCKER_LIST)),
        (DOCKER_MANIFEST, (404, error), (200, DOCKER_MANIFEST), (200, DOCKER_MANIFEST), (200, DOCKER_MANIFEST), (200, DOCKER_MANIFEST)),
        (ACCEPT_ALL, (200, OCI_MANIFEST), (200, DOCKER_MANIFEST), (200, DOCKER_LIST), (200, DOCKER_MANIFEST), (200, DOCKER_LIST)),
    ];
    for (accept, oci, docker, list, docker_three, list_three) in table {
        let found = [(&two, "oci"), (&two, "docker"), (&two, "list"), (&three, "docker"), (&three, "list")].map(|(registry, tag)| {
            let answer = get(registry, &format!("/v2/lab/manifests/{tag}"), accept);
            (answer.status, answer.header("content-type").unwrap().to_owned())
        });
        let expected = [oci, docker, list, docker_three, list_three].map(|(status, media_type)| (status, media_type.to_owned()));
        assert_eq!(found, expected, "{accept}");
    }
}

#[test]
fn accept_headers_have_the_lengths_that_decide_about_preflights() {
    assert_eq!([ACCEPT_OCI, ACCEPT_DOCKER, ACCEPT_ALL].map(str::len), [82, 110, 193]);
}

#[test]
fn schema1_differs_at_every_request_while_its_digest_header_stays() {
    let image = Image::docker("linux/amd64");
    let registry = FakeRegistry::new().dialect(Dialect::Distribution2).image("lab", "v1", &image);
    let answers = [(), ()].map(|()| get(&registry, "/v2/lab/manifests/v1", ACCEPT_OCI));
    assert_ne!(digest_of(&answers[0]), digest_of(&answers[1]));
    let headers = answers.each_ref().map(|answer| answer.header("docker-content-digest").unwrap());
    assert_eq!(headers[0], headers[1]);
    assert_ne!(headers[0], image.digest().to_string());
    let json: serde_json::Value = serde_json::from_slice(answers[0].bytes()).unwrap();
    assert_eq!((&json["schemaVersion"], &json["tag"]), (&1.into(), &"v1".into()));
}

#[test]
fn by_digest_distribution_serves_what_is_stored_and_by_tag_a_child_under_its_own_digest() {
    let list = Image::docker_list();
    let registry = FakeRegistry::new().dialect(Dialect::Distribution2).image("lab", "v1", &list);
    let by_digest = get(&registry, &format!("/v2/lab/manifests/{}", list.digest()), DOCKER_MANIFEST);
    assert_eq!(digest_of(&by_digest), list.digest().to_string());
    let by_tag = get(&registry, "/v2/lab/manifests/v1", DOCKER_MANIFEST);
    let child = list.child("linux/amd64").digest().to_string();
    assert_eq!((digest_of(&by_tag), by_tag.header("docker-content-digest")), (child.clone(), Some(child.as_str())));
}

#[test]
fn a_strict_registry_refuses_what_was_not_asked_for() {
    let registry = FakeRegistry::new().dialect(Dialect::Strict).image("lab", "v1", &Image::oci("linux/amd64"));
    assert_eq!(get(&registry, "/v2/lab/manifests/v1", ACCEPT_DOCKER).status, 404);
    assert_eq!(get(&registry, "/v2/lab/manifests/v1", "*/*").status, 200);
    assert_eq!(registry.answer(&request("/v2/lab/manifests/v1", &[])).status, 200);
}

#[test]
fn an_accept_in_several_lines_is_one_list() {
    let registry = FakeRegistry::new().dialect(Dialect::Distribution2).image("lab", "v1", &Image::docker("linux/amd64"));
    let answer = registry.answer(&request("/v2/lab/manifests/v1", &[("accept", OCI_MANIFEST), ("accept", DOCKER_MANIFEST)]));
    assert_eq!(answer.header("content-type"), Some(DOCKER_MANIFEST));
}

#[test]
fn every_way_of_writing_is_served_byte_for_byte() {
    for writing in Writing::ALL {
        let image = crate::IndexSpec::new().image(&Image::oci("linux/amd64")).writing(writing).mint();
        let answer = get(&FakeRegistry::new().image("lab", "v1", &image), "/v2/lab/manifests/v1", ACCEPT_ALL);
        assert_eq!(digest_of(&answer), image.digest().to_string());
    }
}

#[test]
fn sha512_names_serve_the_same_bytes() {
    let image = crate::ManifestSpec::new("linux/amd64").algorithm(Algorithm::Sha512).mint();
    let registry = FakeRegistry::new().image("lab", "v1", &image);
    let answer = get(&registry, &format!("/v2/lab/manifests/{}", image.digest()), ACCEPT_ALL);
    assert_eq!((answer.status, answer.bytes()), (200, image.root.bytes.as_slice()));
    assert!(image.config().digest.to_string().starts_with("sha512:"));
}

#[test]
fn what_is_not_there_is_told_apart() {
    let registry = FakeRegistry::new().image("lab", "v1", &Image::oci("linux/amd64"));
    let cases = [
        ("/v2/lab/manifests/v2", 404, "MANIFEST_UNKNOWN"),
        ("/v2/other/manifests/v1", 404, "NAME_UNKNOWN"),
        ("/v2/lab/blobs/sha256:00", 404, "BLOB_UNKNOWN"),
        ("/v2/other/tags/list", 404, "NAME_UNKNOWN"),
        ("/elsewhere", 404, "404 page not found"),
    ];
    for (path, status, text) in cases {
        let answer = get(&registry, path, ACCEPT_ALL);
        assert_eq!(answer.status, status, "{path}");
        assert!(String::from_utf8_lossy(answer.bytes()).contains(text), "{path}");
    }
}

#[test]
fn a_tampered_manifest_is_still_json_of_the_same_length_and_has_another_digest() {
    let image = Image::multi_platform();
    let child = &image.child("linux/amd64").root;
    let registry = FakeRegistry::new().image("lab", "v1", &image).tampered("lab", child);
    let answer = get(&registry, &format!("/v2/lab/manifests/{}", child.digest), ACCEPT_ALL);
    assert_ne!(digest_of(&answer), child.digest.to_string());
    assert_eq!(answer.bytes().len(), child.bytes.len());
    serde_json::from_slice::<serde_json::Value>(answer.bytes()).unwrap();
}

#[test]
fn a_moving_tag_moves_when_it_should_and_comes_back() {
    let images = [Image::oci("linux/amd64"), Image::oci("linux/arm64")];
    let registry = FakeRegistry::new().moving_tag("lab", "latest", &[&images[0], &images[1]], 2);
    let found: Vec<String> = (0..6).map(|_| digest_of(&get(&registry, "/v2/lab/manifests/latest", ACCEPT_ALL))).collect();
    let expected: Vec<String> = [0, 0, 1, 1, 0, 0].map(|which: usize| images[which].digest().to_string()).into();
    assert_eq!(found, expected);
}

#[test]
fn tags_come_in_pages_that_join_to_the_whole() {
    let image = Image::oci("linux/amd64");
    let registry = ["a", "b", "c"].iter().fold(FakeRegistry::new().page_size(2), |registry, tag| registry.image("lab", tag, &image));
    let first = get(&registry, "/v2/lab/tags/list", "*/*");
    assert_eq!(first.header("link"), Some("</v2/lab/tags/list?n=2&last=b>; rel=\"next\""));
    assert_eq!(first.bytes(), br#"{"name":"lab","tags":["a","b"]}"#);
    let second = get(&registry, "/v2/lab/tags/list?n=2&last=b", "*/*");
    assert_eq!((second.header("link"), second.bytes()), (None, br#"{"name":"lab","tags":["c"]}"#.as_slice()));
}

#[test]
fn referrers_are_listed_by_subject_filtered_and_typed() {
    let image = Image::oci("linux/amd64");
    let bill = ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}").subject(&image).mint();
    let old = ArtifactSpec::new("application/vnd.example.old", b"{}").typed_by_config().subject(&image).mint();
    let registry = FakeRegistry::new().image("lab", "v1", &image).attach("lab", &bill).attach("lab", &old);
    let path = format!("/v2/lab/referrers/{}", image.digest());
    let list = |query: &str| serde_json::from_slice::<serde_json::Value>(get(&registry, &format!("{path}{query}"), "*/*").bytes()).unwrap();
    let all = list("");
    let mut types: Vec<_> = all["manifests"].as_array().unwrap().iter().map(|entry| entry["artifactType"].as_str().unwrap()).collect();
    types.sort_unstable();
    assert_eq!(types, ["application/vnd.cyclonedx+json", "application/vnd.example.old"]);
    let filtered = list("?artifactType=application/vnd.cyclonedx%2Bjson");
    assert_eq!(filtered["manifests"][0]["digest"], bill.digest().to_string());
    assert_eq!(filtered["manifests"].as_array().unwrap().len(), 1);
    let none = get(&registry, &format!("/v2/lab/referrers/{}", bill.digest()), "*/*");
    assert_eq!(none.status, 200, "an image without referrers has an empty list, not a 404");
}

#[test]
fn a_registry_can_lie_about_artifact_types() {
    let image = Image::oci("linux/amd64");
    let bill = ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}").subject(&image).mint();
    let registry = FakeRegistry::new().image("lab", "v1", &image).attach("lab", &bill);
    let lying = registry.behave(On::referrers(), behaviour::wrong_artifact_types());
    let answer = get(&lying, &format!("/v2/lab/referrers/{}", image.digest()), "*/*");
    let json: serde_json::Value = serde_json::from_slice(answer.bytes()).unwrap();
    assert_eq!(json["manifests"][0]["artifactType"], OCI_EMPTY);
}

#[test]
fn without_the_referrers_api_the_router_says_404_in_plain_text_and_the_tag_stands_in() {
    let image = Image::oci("linux/amd64");
    let bill = ArtifactSpec::new("application/vnd.cyclonedx+json", b"{}").subject(&image).mint();
    let registry = FakeRegistry::new().without_referrers_api().cors(Cors::distribution()).image("lab", "v1", &image);
    let registry = registry.attach_by_fallback_tag("lab", &image, &[&bill]);
    let path = format!("/v2/lab/referrers/{}", image.digest());
    let missing = registry.answer(&request(&path, &[("origin", "https://page.test")]));
    assert_eq!((missing.status, missing.header("content-type")), (404, Some("text/plain; charset=utf-8")));
    assert_eq!(missing.header("access-control-allow-origin"), None);
    let index = get(&registry, &format!("/v2/lab/manifests/{}", fallback_tag(image.digest())), ACCEPT_OCI);
    let json: serde_json::Value = serde_json::from_slice(index.bytes()).unwrap();
    assert_eq!(json["manifests"][0]["digest"], bill.digest().to_string());
    assert_eq!(json["manifests"][0]["artifactType"], "application/vnd.cyclonedx+json");
}

mod authentication {
    use super::*;

    const PATH: &str = "/v2/team/app/manifests/v1";

    fn guarded(guard: Guard) -> FakeRegistry {
        FakeRegistry::new().image("team/app", "v1", &Image::oci("linux/amd64")).guard(guard)
    }

    fn with_authorization(registry: &FakeRegistry, value: &str) -> u16 {
        registry.answer(&request(PATH, &[("accept", ACCEPT_ALL), ("authorization", value)])).status
    }

    fn token(answer: &Answer) -> String {
        let json: serde_json::Value = serde_json::from_slice(answer.bytes()).unwrap();
        json["token"].as_str().or(json["access_token"].as_str()).unwrap().to_owned()
    }

    #[test]
    fn a_challenge_names_realm_service_and_scope() {
        let refused = get(&guarded(Guard::bearer("https://auth.test/token", "registry.test")), PATH, ACCEPT_ALL);
        assert_eq!(refused.status, 401);
        assert_eq!(
            refused.header("www-authenticate"),
            Some(r#"Bearer realm="https://auth.test/token",service="registry.test",scope="repository:team/app:pull""#)
        );
    }

    #[test]
    fn only_a_token_for_this_service_and_this_repository_lets_in() {
        let registry = guarded(Guard::bearer("https://auth.test/token", "registry.test"));
        let tokens = TokenServer::new("registry.test");
        let bearer = |query: &str| format!("Bearer {}", token(&tokens.answer(&request(&format!("/token?{query}"), &[]))));
        assert_eq!(with_authorization(&registry, &bearer("service=registry.test&scope=repository:team/app:pull")), 200);
        assert_eq!(with_authorization(&registry, &bearer("scope=repository:team/app:pull")), 200);
        assert_eq!(with_authorization(&registry, &bearer("service=other&scope=repository:team/app:pull")), 401);
        assert_eq!(with_authorization(&registry, &bearer("service=registry.test&scope=repository:other:pull")), 401);
        assert_eq!(with_authorization(&registry, &bearer("service=registry.test&scope=repository:team/app:push")), 401);
        assert_eq!(with_authorization(&registry, &bearer("service=registry.test")), 401);
        assert_eq!(with_authorization(&registry, "Bearer invented"), 401);
    }

    #[test]
    fn strangers_get_a_token_that_grants_nothing_private_and_users_one_that_does() {
        let registry = guarded(Guard::bearer("https://auth.test/token", "registry.test"));
        let tokens = TokenServer::new("registry.test").user("demo", "secret").private("team/app");
        let path = "/token?service=registry.test&scope=repository:team/app:pull";
        let ask = |headers: &[(&str, &str)]| tokens.answer(&request(path, headers));
        let stranger = ask(&[]);
        assert_eq!(stranger.status, 200);
        assert_eq!(with_authorization(&registry, &format!("Bearer {}", token(&stranger))), 401);
        let user = ask(&[("authorization", "Basic ZGVtbzpzZWNyZXQ=")]);
        assert_eq!(with_authorization(&registry, &format!("Bearer {}", token(&user))), 200);
        assert_eq!(ask(&[("authorization", "Basic ZGVtbzp3cm9uZw==")]).status, 401);
    }

    #[test]
    fn a_refresh_token_is_exchanged_by_post() {
        let tokens = TokenServer::new("registry.test").refresh_token("long-lived");
        let post = |tokens: &TokenServer, body: &str| {
            let url = "https://auth.test/token".into();
            tokens.answer(&Received { method: "POST".into(), url, headers: vec![], body: body.into() })
        };
        let form =
            "grant_type=refresh_token&service=registry.test&client_id=x&refresh_token=long-lived&scope=repository%3Ateam%2Fapp%3Apull";
        let registry = guarded(Guard::bearer("https://auth.test/token", "registry.test"));
        assert_eq!(with_authorization(&registry, &format!("Bearer {}", token(&post(&tokens, form)))), 200);
        assert_eq!(post(&tokens, &form.replace("long-lived", "invented")).status, 400);
        assert_eq!(post(&tokens.without_oauth2(), form).status, 405);
    }

    #[test]
    fn codeberg_puts_two_challenges_into_one_field_and_old_gitea_into_two() {
        let in_one =
            guarded(Guard::bearer("https://codeberg.test/v2/token", "container_registry").challenges(Challenges::BearerAndBasicInOneField));
        assert_eq!(
            get(&in_one, PATH, ACCEPT_ALL).header("www-authenticate"),
            Some(
                r#"Bearer realm="https://codeberg.test/v2/token",service="container_registry",scope="*",Basic realm="https://registry.test/v2",service="container_registry""#
            )
        );
        let in_two = guarded(Guard::bearer("https://codeberg.test/v2/token", "x").challenges(Challenges::BearerAndBasicInTwoFields));
        let fields: Vec<_> = get(&in_two, PATH, ACCEPT_ALL).headers.into_iter().filter(|(name, _)| name == "WWW-Authenticate").collect();
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn the_placeholder_scope_of_ping_is_denied_to_everybody() {
        let registry = guarded(Guard::bearer("https://auth.test/token", "registry.test").placeholder_scope_on_ping());
        let ping = registry.answer(&request("/v2/", &[]));
        assert!(ping.header("www-authenticate").unwrap().ends_with("scope=\"repository:user/image:pull\""));
        let tokens = TokenServer::new("registry.test");
        assert_eq!(tokens.answer(&request("/token?scope=repository:user/image:pull", &[])).status, 403);
    }

    #[test]
    fn basic_wants_the_right_password() {
        let registry = guarded(Guard::basic("lab", "labpass"));
        assert_eq!(with_authorization(&registry, "Basic bGFiOmxhYnBhc3M="), 200);
        assert_eq!(with_authorization(&registry, "Basic bGFiOndyb25n"), 401);
        assert_eq!(get(&registry, PATH, ACCEPT_ALL).header("www-authenticate"), Some("Basic realm=\"https://registry.test\""));
    }

    #[test]
    fn a_guard_for_one_repository_leaves_the_others_open() {
        let registry = guarded(Guard::basic("lab", "labpass").only("team/app")).image("open", "v1", &Image::oci("linux/amd64"));
        assert_eq!(get(&registry, PATH, ACCEPT_ALL).status, 401);
        assert_eq!(get(&registry, "/v2/open/manifests/v1", ACCEPT_ALL).status, 200);
    }
}
