//! The doors to JavaScript, tested inside JavaScript: in Node, and in a headless browser with `WASM_BINDGEN_USE_BROWSER=1`.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "clippy does not know these as tests")]

use js_sys::Array;
use js_sys::Function;
use js_sys::Reflect;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const IMAGE: &str = "registry.test/team/app:v1";

/// The JavaScript of a `fetch` that serves one image.
fn serving() -> String {
    let config = r#"{"architecture":"amd64","os":"linux","created":"2024-01-01T00:00:00Z","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let digest = Digest::of(Algorithm::Sha256, config.as_bytes());
    let size = config.len();
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{digest}","size":{size}}},"layers":[]}}"#
    );
    format!(
        "const path = new URL(request.url).pathname;
         if (path === '/v2/team/app/manifests/v1') return Promise.resolve(new Response('{manifest}', {{ headers: {{ 'content-type': 'application/vnd.oci.image.manifest.v1+json' }} }}));
         if (path === '/v2/team/app/blobs/{digest}') return Promise.resolve(new Response('{config}'));
         return Promise.resolve(new Response('', {{ status: 404 }}));"
    )
}

fn fetch(body: &str) -> Function {
    Function::new_with_args("request", body)
}

/// Nothing here is signed, so nobody asks.
fn verify() -> Function {
    Function::new_with_args("checks", "throw new Error(`expected no signature, found ${checks.length}`)")
}

/// No policy here names a collection, so nobody asks.
fn publishers() -> Function {
    Function::new_with_args("image, root, wanted", "throw new Error(`expected no collection, found ${wanted}`)")
}

fn options(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap()
}

fn now() -> JsValue {
    options(r#"{"now":1795435200}"#)
}

fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap()
}

fn text(value: &JsValue, name: &str) -> String {
    member(value, name).as_string().unwrap_or_else(|| panic!("{name} is a string in {value:?}"))
}

async fn check(fetch_body: &str) -> Result<JsValue, JsValue> {
    pullproof::wasm::check(IMAGE.into(), now(), fetch(fetch_body), verify(), publishers(), None, None, None, None).await
}

/// The code of a check that throws.
async fn thrown(fetch_body: &str) -> String {
    text(&check(fetch_body).await.unwrap_err(), "code")
}

#[wasm_bindgen_test]
async fn a_report_is_a_plain_object() {
    let report = check(&serving()).await.unwrap();
    assert_eq!(text(&report, "verdict"), "inconclusive");
    assert_eq!(text(&report, "checkedAt"), "2026-11-23T12:00:00Z");
    assert!(text(&report, "pinned").starts_with("registry.test/team/app:v1@sha256:"));
    assert!(member(&report, "attachments").is_null(), "null, not undefined");
    let size = member(&member(&report, "manifest"), "size");
    assert!(size.as_f64().is_some(), "a number, not a bigint");
    assert_eq!(Array::from(&member(&report, "checks")).length(), 5);
}

#[wasm_bindgen_test]
async fn every_step_is_told_and_a_listener_that_throws_changes_nothing() {
    let seen = Array::new();
    let listener = Function::new_with_args("seen", "return (step) => { seen.push(step); throw new Error('not your business'); }");
    let listener: Function = listener.call1(&JsValue::UNDEFINED, &seen).unwrap().dyn_into().unwrap();
    let report = pullproof::wasm::check(IMAGE.into(), now(), fetch(&serving()), verify(), publishers(), None, Some(listener), None, None)
        .await
        .unwrap();
    assert_eq!(text(&report, "verdict"), "inconclusive");
    assert_eq!(seen.length(), 10, "five checks, each started and finished");
    assert_eq!((text(&seen.get(0), "type"), text(&seen.get(0), "name")), ("started".into(), "resolve".into()));
    assert_eq!(text(&member(&seen.get(1), "check"), "outcome"), "passed");
}

#[wasm_bindgen_test]
async fn a_fetch_that_fails_is_unreachable_with_the_platform_s_own_words() {
    for body in [
        "return Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }))",
        "throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })",
    ] {
        let error = check(body).await.unwrap_err();
        assert_eq!(text(&error, "code"), "unreachable");
        assert_eq!(text(&error, "detail"), "fetch failed: ECONNREFUSED");
        assert!(!text(&error, "message").contains("ECONNREFUSED"), "the message is the same everywhere");
    }
}

#[wasm_bindgen_test]
async fn a_fetch_that_gives_no_response_is_unreachable() {
    for body in ["return undefined", "return Promise.resolve({ status: 200 })", "return 42"] {
        assert_eq!(thrown(body).await, "unreachable", "{body}");
    }
}

#[wasm_bindgen_test]
async fn a_body_that_never_ends_is_cut_off_and_cancelled() {
    let body = "return Promise.resolve(new Response(new ReadableStream({
        pull(controller) { controller.enqueue(new Uint8Array(1 << 20)); },
        cancel() { globalThis.wasCancelled = true; },
    })))";
    assert_eq!(thrown(body).await, "response-too-large");
    assert_eq!(member(&js_sys::global(), "wasCancelled"), JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn a_body_that_is_not_made_of_bytes_is_refused() {
    let body = "const response = new Response('');
        Object.defineProperty(response, 'body', { value: new ReadableStream({ start(c) { c.enqueue('text'); c.close(); } }) });
        return Promise.resolve(response)";
    assert_eq!(thrown(body).await, "unreachable");
}

#[wasm_bindgen_test]
async fn a_caller_who_gives_up_is_told_so_and_nothing_else() {
    let controller = web_sys_abort_controller();
    let signal: web_sys::AbortSignal = member(&controller, "signal").dyn_into().unwrap();
    let abort: Function = member(&controller, "abort").dyn_into().unwrap();
    abort.call0(&controller).unwrap();
    // As the real fetch does with a signal that is already aborted.
    let body = "return Promise.reject(request.signal.reason)";
    let error =
        pullproof::wasm::check(IMAGE.into(), now(), fetch(body), verify(), publishers(), Some(signal), None, None, None).await.unwrap_err();
    assert_eq!(text(&error, "code"), "aborted");
}

fn web_sys_abort_controller() -> JsValue {
    Function::new_no_args("return new AbortController()").call0(&JsValue::UNDEFINED).unwrap()
}

#[wasm_bindgen_test]
async fn redirects_are_left_to_the_client_which_refuses_a_private_address() {
    // A Response made by hand cannot have a Location that fetch would hide, so this is what Node and workerd see.
    let body = "return Promise.resolve(new Response(null, { status: 307, headers: { location: 'http://169.254.169.254/' } }))";
    assert_eq!(thrown(body).await, "redirect-refused");
}

#[wasm_bindgen_test]
async fn options_that_are_not_understood_are_refused() {
    for text in [
        "{}",
        "null",
        r#"{"now":"today"}"#,
        r#"{"now":1e300}"#,
        r#"{"now":1795435200,"plattform":"linux/arm64"}"#,
        r#"{"now":1795435200,"platform":1}"#,
        r#"{"now":1795435200,"relay":"relay"}"#,
        r#"{"now":1795435200,"relay":"https://edge.test/relay"}"#,
        r#"{"now":1795435200,"credentials":{"username":"u"}}"#,
        r#"{"now":1795435200,"credentials":{"username":"u","password":"p","identityToken":"t"}}"#,
    ] {
        let error = pullproof::wasm::check(IMAGE.into(), options(text), fetch(&serving()), verify(), publishers(), None, None, None, None)
            .await
            .unwrap_err();
        assert_eq!(self::text(&error, "code"), "options-invalid", "{text}");
    }
}

async fn verify_bundle(bundle: &str, artifact: JsValue, options_text: &str) -> Result<JsValue, JsValue> {
    pullproof::wasm::verify_bundle(js_sys::Uint8Array::from(bundle.as_bytes()), artifact, options(options_text), verify()).await
}

const SOMEBODY: &str = r#"{"now":1795435200,"identity":{"issuer":"https://issuer","subject":"a@b"}}"#;

#[wasm_bindgen_test]
async fn what_is_no_bundle_is_a_plain_object_that_says_so() {
    let result = verify_bundle("{}", js_sys::Uint8Array::new_with_length(3).into(), SOMEBODY).await.unwrap();
    assert_eq!((text(&result, "outcome"), text(&result, "code")), ("unknown".into(), "document-invalid".into()));
    assert_eq!(text(&result, "artifact"), Digest::of(Algorithm::Sha256, &[0; 3]).to_string());
    assert!(member(&result, "signer").is_null(), "null, not undefined");
}

#[wasm_bindgen_test]
async fn an_artifact_that_is_neither_bytes_nor_a_digest_is_refused() {
    // A number would be the length of an array of zeros.
    for artifact in [JsValue::from(3), JsValue::NULL, JsValue::UNDEFINED, Array::new().into(), JsValue::from("nginx")] {
        let refusal = verify_bundle("{}", artifact.clone(), SOMEBODY).await.unwrap_err();
        assert_eq!(text(&refusal, "code"), "options-invalid", "{artifact:?}");
    }
}

#[wasm_bindgen_test]
async fn options_of_a_bundle_that_are_not_understood_are_refused() {
    for options in [
        "{}",
        r#"{"now":1795435200}"#,
        r#"{"identity":{"issuer":"https://issuer","subject":"a@b"}}"#,
        r#"{"now":-99999999999999,"identity":{"issuer":"https://issuer","subject":"a@b"}}"#,
        r#"{"now":1795435200,"identity":{"issuer":"https://issuer","subject":"a@b"},"policy":"{}"}"#,
    ] {
        let refusal = verify_bundle("{}", Digest::of(Algorithm::Sha256, b"").to_string().into(), options).await.unwrap_err();
        assert_eq!(text(&refusal, "code"), "options-invalid", "{options}");
    }
}

#[wasm_bindgen_test]
async fn what_is_no_reference_platform_or_policy_is_refused_before_anything_is_fetched() {
    let never = "throw new Error('nothing may be fetched')";
    for (image, text, code) in [
        ("Nginx", r#"{"now":0}"#, "reference-invalid"),
        (IMAGE, r#"{"now":0,"platform":"linux"}"#, "platform-invalid"),
        (IMAGE, r#"{"now":0,"policy":"{}"}"#, "policy-invalid"),
        (IMAGE, r#"{"now":0,"policy":"{\"rules\":[],\"cosign\":{}}"}"#, "policy-unsupported"),
    ] {
        let error = pullproof::wasm::check(image.into(), options(text), fetch(never), verify(), publishers(), None, None, None, None)
            .await
            .unwrap_err();
        assert_eq!(self::text(&error, "code"), code);
    }
}

#[wasm_bindgen_test]
fn a_reference_is_taken_apart() {
    let reference = pullproof::wasm::parse_reference("nginx:1.27").unwrap();
    assert_eq!((text(&reference, "registry"), text(&reference, "repository")), ("docker.io".into(), "library/nginx".into()));
    assert_eq!((text(&reference, "tag"), text(&reference, "familiar")), ("1.27".into(), "nginx:1.27".into()));
    assert!(member(&reference, "digest").is_null());
    assert_eq!(text(&pullproof::wasm::parse_reference("").unwrap_err(), "code"), "reference-invalid");
}

#[wasm_bindgen_test]
async fn a_relay_asks_for_what_registries_have_and_nothing_else() {
    let target = |path: &str| options(&format!(r#"{{"registry":"registry.test","path":"{path}","method":"GET"}}"#));
    let answer = pullproof::wasm::relay(target("/v2/team/app/manifests/v1"), fetch(&serving()), None).await.unwrap();
    assert_eq!(member(&answer, "status").as_f64(), Some(200.0));
    for path in ["/v2/", "/v2/_catalog", "/v2/team/app/manifests/v1?x=y", "/v2/team/../app/manifests/v1", "/v2/team/app/tags/list"] {
        let error = pullproof::wasm::relay(target(path), fetch(&serving()), None).await.unwrap_err();
        assert_eq!(text(&error, "code"), "options-invalid", "{path}");
    }
    let post = options(r#"{"registry":"registry.test","path":"/v2/team/app/manifests/v1","method":"POST"}"#);
    assert!(pullproof::wasm::relay(post, fetch(&serving()), None).await.is_err());
}

const COLLECTION: &str = r#"{"rootKey":"c15164663f80d58bf3d8d5a0cd08b8086cba02065feb00421fc2a5436c563210"}"#;

/// A check by a policy that names one collection; `body` is what answers for it.
async fn check_by_collection(body: &str) -> JsValue {
    let policy = format!(r#"{{"rules":[{{"images":"registry.test/team/app","require":[{{"contentTrust":{COLLECTION}}}]}}]}}"#);
    let options = options(r#"{"now":1795435200}"#);
    Reflect::set(&options, &"policy".into(), &policy.into()).unwrap();
    let publishers = Function::new_with_args("image, root, wanted", body);
    pullproof::wasm::check(IMAGE.into(), options, fetch(&serving()), verify(), publishers, None, None, None, None).await.unwrap()
}

fn last_check(report: &JsValue) -> (String, String) {
    let checks = Array::from(&member(report, "checks"));
    let last = checks.get(checks.length() - 1);
    assert_eq!(text(&last, "name"), "content-trust");
    (text(&last, "outcome"), member(&last, "code").as_string().unwrap_or_default())
}

#[wasm_bindgen_test]
async fn a_module_of_content_trust_that_gives_no_answer_leaves_it_unknown_and_is_never_no_signature() {
    for body in [
        "throw new Error('404')",
        "return Promise.reject(new Error('404'))",
        "return undefined",
        "return { word: { published: [] }, summaries: [] }",
        "return { word: { published: [{ Err: { refused: 'no' } }] }, summaries: [] }",
        "return { word: { published: [{ Err: { refused: 'no' } }] }, summaries: 'x' }",
        "return { summaries: [{}] }",
        "return { word: { published: [{ Ok: true }] }, summaries: [{}] }",
        "return { word: { published: [{ Err: { unknown: { code: 'made-up', message: '' } } }] }, summaries: [{}] }",
    ] {
        let report = check_by_collection(body).await;
        assert_eq!(last_check(&report), ("unknown".into(), "content-trust-unavailable".into()), "{body}");
        assert_eq!(text(&report, "verdict"), "inconclusive", "{body}");
        assert!(member(&report, "contentTrust").is_null(), "{body}");
    }
}

#[wasm_bindgen_test]
async fn the_module_of_content_trust_is_told_what_the_check_knows_and_its_summaries_go_into_the_report_as_they_are() {
    let body = "globalThis.asked = { image, root: root.length, wanted };
        return { word: { published: [{ Err: { refused: 'expected one thing, found another' } }] }, summaries: [{ whatever: 1.5 }] }";
    let report = check_by_collection(body).await;
    let asked = member(&js_sys::global(), "asked");
    assert_eq!(text(&asked, "image"), IMAGE);
    assert_eq!(member(&asked, "root"), member(&member(&report, "manifest"), "size"));
    assert_eq!(member(&member(&asked, "wanted"), "0").as_string().as_deref(), Some(COLLECTION));
    assert_eq!(last_check(&report), ("failed".into(), "content-trust-refused".into()));
    let written = String::from(js_sys::JSON::stringify(&report).unwrap());
    assert!(written.contains(r#""signatures":null,"contentTrust":[{"whatever":1.5}],"vulnerabilities":null,"trustedRoots":"#), "{written}");
}

/// With the other module itself: nobody answers at the trust server.
#[wasm_bindgen_test]
async fn both_modules_together_say_that_there_is_no_collection() {
    let root = js_sys::Uint8Array::new_with_length(3);
    let wanted = Array::of1(&COLLECTION.into());
    let none = "return Promise.resolve(new Response('', { status: 404 }))";
    let answer = pullproof::wasm::published(IMAGE.into(), root.to_vec(), wanted, now(), fetch(none), verify(), None, None).await.unwrap();
    let passed_on = format!("return {}", String::from(js_sys::JSON::stringify(&answer).unwrap()));
    let report = check_by_collection(&passed_on).await;
    assert_eq!(last_check(&report), ("failed".into(), "content-trust-refused".into()));
    let summary = member(&member(&report, "contentTrust"), "0");
    assert_eq!((text(&summary, "outcome"), text(&summary, "code")), ("failed".into(), "trust-data-missing".into()));
    assert!(member(&summary, "tag").is_null(), "null, not undefined");
}

#[wasm_bindgen_test]
async fn the_module_of_content_trust_refuses_what_it_does_not_understand() {
    let never = "throw new Error('nothing may be fetched')";
    let ask = async |image: &str, wanted: JsValue, options: JsValue| {
        let wanted = Array::of1(&wanted);
        let answer = pullproof::wasm::published(image.into(), Vec::new(), wanted, options, fetch(never), verify(), None, None).await;
        text(&answer.unwrap_err(), "code")
    };
    assert_eq!(ask("Nginx", COLLECTION.into(), now()).await, "reference-invalid");
    assert_eq!(ask(IMAGE, "{}".into(), now()).await, "policy-invalid");
    assert_eq!(ask(IMAGE, JsValue::from(1), now()).await, "policy-invalid");
    assert_eq!(ask(IMAGE, COLLECTION.into(), options("{}")).await, "options-invalid");
    assert_eq!(ask(IMAGE, COLLECTION.into(), options(r#"{"now":0,"platform":"linux/arm64"}"#)).await, "options-invalid");
    let inspected =
        pullproof::wasm::inspect_trust(IMAGE.into(), r#"{"rootKeys":"x"}"#.into(), now(), fetch(never), verify(), None, None).await;
    assert_eq!(text(&inspected.unwrap_err(), "code"), "policy-unsupported");
}

#[wasm_bindgen_test]
fn every_code_is_listed_once() {
    let codes = pullproof::wasm::codes();
    for list in ["errors", "failures", "unknowns", "checks"] {
        let list: Vec<String> = Array::from(&member(&codes, list)).iter().map(|code| code.as_string().unwrap()).collect();
        let mut unique = list.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), list.len());
        assert!(!list.is_empty());
    }
}

const COMPOSE: &str = "services:\n  web: { image: registry.test/team/app:v1 } # kept\n  built:\n    build: .\n    image: ours\n";

#[wasm_bindgen_test]
fn a_text_is_read_and_every_reference_in_it_told() {
    assert_eq!(pullproof::wasm::detect_kind(COMPOSE, None).as_deref(), Some("compose"));
    let found = pullproof::wasm::find(COMPOSE, "compose").unwrap();
    assert_eq!(text(&found, "kind"), "compose");
    let occurrences = Array::from(&member(&found, "occurrences"));
    let states: Vec<String> = occurrences.iter().map(|occurrence| text(&occurrence, "state")).collect();
    assert_eq!(states, ["unpinned", "left-alone"]);
    assert_eq!(text(&occurrences.get(0), "reference"), IMAGE);
    assert_eq!(text(&pullproof::wasm::find("a: [", "compose").unwrap_err(), "code"), "yaml-invalid");
    assert_eq!(text(&pullproof::wasm::find(COMPOSE, "poem").unwrap_err(), "code"), "options-invalid");
}

#[wasm_bindgen_test]
async fn a_digest_that_was_resolved_is_inserted_and_drift_finds_it_again() {
    let resolved =
        pullproof::wasm::resolve(IMAGE.into(), now(), fetch(&serving()), verify(), publishers(), None, None, None).await.unwrap();
    let digest = text(&resolved, "digest");
    let digests = options(&format!(r#"{{"{IMAGE}":{{"digest":"{digest}"}}}}"#));
    let pinned = pullproof::wasm::insert(COMPOSE, "compose", &digests).unwrap();
    assert_eq!(text(&pinned, "text"), COMPOSE.replace(IMAGE, &format!("{IMAGE}@{digest}")));

    let drift = async |digest: &str| {
        let image = format!("{IMAGE}@{digest}");
        text(&pullproof::wasm::drift(image, now(), fetch(&serving()), verify(), publishers(), None, None, None).await.unwrap(), "status")
    };
    assert_eq!(drift(&digest).await, "current");
    assert_eq!(drift(&Digest::of(Algorithm::Sha256, b"what it was").to_string()).await, "moved");
}

#[wasm_bindgen_test]
fn what_is_no_digest_is_never_inserted() {
    for outcome in [r#"{"digest":"sha256:0"}"#, r#"{"digest":1}"#, "{}", r#"{"code":"denied"}"#, "\"sha256\""] {
        let digests = options(&format!(r#"{{"{IMAGE}":{outcome}}}"#));
        assert_eq!(text(&pullproof::wasm::insert(COMPOSE, "compose", &digests).unwrap_err(), "code"), "options-invalid", "{outcome}");
    }
    let refused = options(&format!(r#"{{"{IMAGE}":{{"code":"denied","message":"no"}}}}"#));
    assert_eq!(text(&pullproof::wasm::insert(COMPOSE, "compose", &refused).unwrap(), "text"), COMPOSE);
}

#[wasm_bindgen_test]
fn a_lock_is_read_strictly() {
    assert!(pullproof::wasm::read_lock(r#"{"lockVersion":1,"images":{}}"#).is_ok());
    for lock in ["", "{}", r#"{"lockVersion":2,"images":{}}"#, r#"{"lockVersion":1,"images":{},"images":{}}"#] {
        assert_eq!(text(&pullproof::wasm::read_lock(lock).unwrap_err(), "code"), "lock-invalid", "{lock}");
    }
}
