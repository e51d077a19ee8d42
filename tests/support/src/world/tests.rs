//! Tests of the network in memory, above all of the browser in it: a mistake here would make other tests lie.

use std::time::Duration;

use pullproof::transport::Method;

use super::*;
use crate::Cors;
use crate::Dialect;
use crate::Guard;
use crate::Image;
use crate::On;
use crate::Relay;
use crate::Storage;
use crate::behaviour;
use crate::media_type::ACCEPT_ALL;
use crate::media_type::ACCEPT_DOCKER;
use crate::media_type::ACCEPT_OCI;

const PAGE: &str = "https://page.test";
const MANIFEST: &str = "https://registry.test/v2/team/app/manifests/v1";

fn get(url: &str, headers: &[(&'static str, &str)]) -> Request {
    Request {
        method: Method::Get,
        url: url.into(),
        headers: headers.iter().map(|(name, value)| (*name, (*value).into())).collect(),
        body: Vec::new(),
        max_length: 1 << 20,
        timeout: Duration::from_secs(1),
    }
}

fn send(world: &World, request: Request) -> Result<Response, TransportError> {
    pollster::block_on(world.send(request))
}

fn registry() -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", &Image::oci("linux/amd64"))
}

fn methods(world: &World) -> Vec<String> {
    world.requests().into_iter().map(|request| request.method).collect()
}

fn is_unreachable(result: &Result<Response, TransportError>) -> bool {
    matches!(result, Err(TransportError::Unreachable { .. }))
}

#[test]
fn a_manifest_arrives_byte_for_byte_and_the_request_is_remembered() {
    let world = World::new().registry("registry.test", registry());
    let response = send(&world, get(MANIFEST, &[("accept", ACCEPT_ALL)])).unwrap();
    let image = Image::oci("linux/amd64");
    assert_eq!((response.status, &response.body), (200, &image.root.bytes));
    assert_eq!(response.headers.get("docker-content-digest"), Some(image.digest().to_string().as_str()));
    assert_eq!(response.headers.get("content-length"), Some(image.root.bytes.len().to_string().as_str()));
    assert_eq!(world.requests_to("registry.test")[0].header("Accept"), Some(ACCEPT_ALL));
}

#[test]
fn head_has_the_headers_of_get_and_no_content() {
    let world = World::new().registry("registry.test", registry());
    let response = send(&world, Request { method: Method::Head, ..get(MANIFEST, &[]) }).unwrap();
    assert!(response.body.is_empty() && response.headers.get("docker-content-digest").is_some());
    assert_ne!(response.headers.get("content-length"), Some("0"));
}

#[test]
fn a_host_that_does_not_exist_is_unreachable_and_the_attempt_is_remembered() {
    let world = World::new();
    assert!(is_unreachable(&send(&world, get("http://169.254.169.254/latest", &[]))));
    assert_eq!(world.requests_to("169.254.169.254").len(), 1);
}

#[test]
fn a_registry_answers_on_https_and_on_this_machine_on_http() {
    let world =
        World::new().registry("registry.test", registry()).registry("localhost:5000", registry()).registry("127.0.0.1:5000", registry());
    let path = "/v2/team/app/manifests/v1";
    for origin in ["https://registry.test", "https://registry.test:443", "http://localhost:5000", "http://127.0.0.1:5000"] {
        assert!(send(&world, get(&format!("{origin}{path}"), &[])).is_ok(), "{origin}");
    }
    for origin in ["http://registry.test", "https://registry.test:444", "https://localhost:5000", "http://localhost"] {
        assert!(is_unreachable(&send(&world, get(&format!("{origin}{path}"), &[]))), "{origin}");
    }
}

#[test]
fn what_is_too_large_or_never_comes_ends_at_once() {
    let outcome = |behaviour| {
        let world = World::new().registry("registry.test", registry().behave(On::everything(), behaviour));
        send(&world, get(MANIFEST, &[]))
    };
    let too_large = |status| Err(TransportError::TooLarge { limit: 1 << 20, status });
    assert_eq!(outcome(behaviour::endless()), too_large(200));
    assert_eq!(outcome(behaviour::huge_error()), too_large(500));
    assert_eq!(outcome(behaviour::gzip_bomb()), too_large(200));
    assert_eq!(outcome(behaviour::padded_to((1 << 20) + 1)), too_large(200));
    assert_eq!(outcome(behaviour::padded_to(1 << 20)).unwrap().body.len(), 1 << 20);
    assert_eq!(outcome(behaviour::silent()), Err(TransportError::Timeout));
    assert_eq!(outcome(behaviour::stalls()), Err(TransportError::Timeout));
}

#[test]
fn compressed_content_arrives_decoded_with_the_length_of_the_journey() {
    let world = World::new().registry("registry.test", registry().behave(On::manifests(), behaviour::gzip_encoded()));
    let response = send(&world, get(MANIFEST, &[])).unwrap();
    let content = Image::oci("linux/amd64").root.bytes;
    assert_eq!(response.headers.get("content-encoding"), Some("gzip"));
    assert_ne!(response.headers.get("content-length"), Some(content.len().to_string().as_str()));
    assert_eq!(response.body, content);
}

#[test]
fn a_program_sees_redirects_and_a_storage_refuses_the_registrys_credentials() {
    let image = Image::oci("linux/amd64");
    let blob = format!("/v2/team/app/blobs/{}", image.config().digest);
    let world = World::new()
        .registry("registry.test", registry().blobs_elsewhere("https://storage.test"))
        .host("storage.test", Storage::of(&image));
    let response = send(&world, get(&format!("https://registry.test{blob}"), &[])).unwrap();
    let location = format!("https://storage.test{blob}");
    assert_eq!((response.status, response.headers.get("location")), (307, Some(location.as_str())));
    assert_eq!(send(&world, get(&location, &[])).unwrap().body, image.config().bytes);
    assert_eq!(send(&world, get(&location, &[("authorization", "Bearer x")])).unwrap().status, 400);
}

#[test]
fn a_behaviour_can_be_for_the_first_requests_only() {
    let flaky = registry().behave(On::manifests(), behaviour::first(2, behaviour::bad_gateway()));
    let world = World::new().registry("registry.test", flaky);
    let statuses = [(); 3].map(|()| send(&world, get(MANIFEST, &[])).unwrap().status);
    assert_eq!(statuses, [502, 502, 200]);
}

#[test]
fn a_relay_passes_on_everything_but_credentials() {
    let world = World::new().host("edge.test", Relay::new().to("registry.test", registry().guard(Guard::basic("a", "b"))));
    let relayed = "https://edge.test/relay/registry.test/v2/team/app/manifests/v1";
    assert_eq!(send(&world, get(relayed, &[("authorization", "Basic YTpi")])).unwrap().status, 401);
    assert_eq!(send(&world, get("https://edge.test/relay/other.test/v2/", &[])).unwrap().status, 403);
    let open = World::new().host("edge.test", Relay::new().to("registry.test", registry())).browser(PAGE);
    assert_eq!(send(&open, get(relayed, &[("accept", ACCEPT_OCI)])).unwrap().body, Image::oci("linux/amd64").root.bytes);
}

mod in_a_browser {
    use super::*;

    fn page_and(registry: FakeRegistry) -> World {
        World::new().registry("registry.test", registry).browser(PAGE)
    }

    #[test]
    fn without_cors_headers_nothing_is_readable() {
        let world = page_and(registry());
        assert!(is_unreachable(&send(&world, get(MANIFEST, &[("accept", ACCEPT_OCI)]))));
        assert_eq!(methods(&world), ["GET"], "the request is sent all the same");
    }

    #[test]
    fn a_short_accept_needs_no_preflight_and_a_long_one_does() {
        let world = page_and(registry().cors(Cors::distribution()));
        for accept in [ACCEPT_OCI, ACCEPT_DOCKER] {
            send(&world, get(MANIFEST, &[("accept", accept)])).unwrap();
        }
        assert_eq!(methods(&world), ["GET", "GET"]);
        world.clear_requests();
        send(&world, get(MANIFEST, &[("accept", ACCEPT_ALL)])).unwrap();
        assert_eq!(methods(&world), ["OPTIONS", "GET"]);
        assert_eq!(world.requests()[0].header("access-control-request-headers"), Some("accept"));
        assert_eq!(world.requests()[1].header("origin"), Some(PAGE));
    }

    #[test]
    fn zot_refuses_the_long_accept_and_hides_blobs_and_headers() {
        let world = page_and(registry().cors(Cors::zot()));
        assert!(is_unreachable(&send(&world, get(MANIFEST, &[("accept", ACCEPT_ALL)]))));
        assert_eq!(methods(&world), ["OPTIONS"]);
        let manifest = send(&world, get(MANIFEST, &[("accept", ACCEPT_OCI)])).unwrap();
        assert_eq!(manifest.headers.get("docker-content-digest"), None);
        assert!(manifest.headers.get("content-type").is_some());
        let blob = format!("https://registry.test/v2/team/app/blobs/{}", Image::oci("linux/amd64").config().digest);
        assert!(is_unreachable(&send(&world, get(&blob, &[]))));
    }

    #[test]
    fn only_exposed_headers_are_readable() {
        let world = page_and(registry().cors(Cors::distribution()).behave(On::everything(), behaviour::too_many_requests(Some("30"))));
        let response = send(&world, get(MANIFEST, &[("accept", ACCEPT_OCI)])).unwrap();
        assert_eq!((response.status, response.headers.get("retry-after")), (429, None));
        let open = page_and(registry().cors(Cors::open()).behave(On::everything(), behaviour::too_many_requests(Some("30"))));
        assert_eq!(send(&open, get(MANIFEST, &[])).unwrap().headers.get("retry-after"), Some("30"));
    }

    #[test]
    fn distribution_with_authentication_refuses_the_preflight_but_shows_its_challenge() {
        let world = page_and(registry().cors(Cors::distribution()).guard(Guard::basic("lab", "labpass")));
        assert!(is_unreachable(&send(&world, get(MANIFEST, &[("authorization", "Basic bGFiOmxhYnBhc3M=")]))));
        assert_eq!(methods(&world), ["OPTIONS"]);
        let refused = send(&world, get(MANIFEST, &[("accept", ACCEPT_OCI)])).unwrap();
        assert_eq!(refused.status, 401);
        assert!(refused.headers.get("www-authenticate").is_some());
    }

    #[test]
    fn an_answer_of_the_router_or_proxy_looks_like_no_answer() {
        let world = page_and(registry().cors(Cors::distribution()).without_referrers_api());
        let referrers = format!("https://registry.test/v2/team/app/referrers/{}", Image::oci("linux/amd64").digest());
        assert!(is_unreachable(&send(&world, get(&referrers, &[]))));
        let proxy = page_and(registry().cors(Cors::distribution()).behave(On::everything(), behaviour::bad_gateway()));
        assert!(is_unreachable(&send(&proxy, get(MANIFEST, &[]))));
        let missing = send(&world, get("https://registry.test/v2/team/app/manifests/v2", &[])).unwrap();
        assert_eq!(missing.status, 404, "the application's own 404 is readable");
    }

    #[test]
    fn redirects_are_followed_and_credentials_stay_behind() {
        let image = Image::oci("linux/amd64");
        let blob = format!("/v2/team/app/blobs/{}", image.config().digest);
        let world = World::new()
            .registry("registry.test", registry().cors(Cors::open()).blobs_elsewhere("https://storage.test"))
            .host("storage.test", Storage::of(&image).cors(Cors::open()))
            .browser(PAGE);
        let response = send(&world, get(&format!("https://registry.test{blob}"), &[("authorization", "Bearer x")])).unwrap();
        assert_eq!((response.status, response.body), (200, image.config().bytes.clone()));
        assert_eq!(response.followed_to, Some(format!("https://storage.test{blob}")));
        let at_storage = world.requests_to("storage.test");
        assert_eq!((at_storage.len(), at_storage[0].header("authorization"), at_storage[0].header("origin")), (1, None, Some("null")));
    }

    #[test]
    fn a_redirect_target_needs_cors_headers_of_its_own() {
        let image = Image::oci("linux/amd64");
        let world = World::new()
            .registry("registry.test", registry().cors(Cors::open()).manifests_elsewhere("https://storage.test"))
            .host("storage.test", Storage::of(&image).tag("v1", &image))
            .browser(PAGE);
        assert!(is_unreachable(&send(&world, get(MANIFEST, &[]))));
    }

    #[test]
    fn a_redirect_to_nowhere_or_in_a_circle_is_unreachable() {
        for behaviour in [behaviour::redirect_to_itself(), behaviour::redirect_forever(), behaviour::redirect_to("ftp://registry.test/")] {
            let world = page_and(registry().cors(Cors::open()).behave(On::manifests(), behaviour));
            assert!(is_unreachable(&send(&world, get(MANIFEST, &[]))));
        }
    }

    #[test]
    fn the_pages_own_origin_needs_no_permission() {
        let world = World::new().registry("page.test", registry()).browser(PAGE);
        let response = send(&world, get("https://page.test/v2/team/app/manifests/v1", &[("accept", ACCEPT_ALL)])).unwrap();
        assert!(response.headers.get("docker-content-digest").is_some());
        assert_eq!(methods(&world), ["GET"]);
    }

    #[test]
    fn a_form_is_posted_without_preflight() {
        let tokens = crate::TokenServer::new("registry.test").cors(Cors::open());
        let world = World::new().host("auth.test", tokens).browser(PAGE);
        let form =
            Request { method: Method::Post, ..get("https://auth.test/token", &[("content-type", "application/x-www-form-urlencoded")]) };
        assert_eq!(send(&world, form).unwrap().status, 400);
        assert_eq!(methods(&world), ["POST"]);
    }

    #[test]
    fn schema1_reaches_a_page_that_asks_for_the_oci_pair_only() {
        let docker = FakeRegistry::new().cors(Cors::distribution()).dialect(Dialect::Distribution2);
        let world = page_and(docker.image("team/app", "v1", &Image::docker("linux/amd64")));
        let response = send(&world, get(MANIFEST, &[("accept", ACCEPT_OCI)])).unwrap();
        assert!(response.headers.get("content-type").unwrap().ends_with("v1+prettyjws"));
    }
}
