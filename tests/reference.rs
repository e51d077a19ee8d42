//! The reference parser against Docker's answers, against a table of our own, and against anything at all.

#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;
use pullproof::digest::Digest;
use pullproof::reference::InvalidReference;
use pullproof::reference::MAX_BYTES;
use pullproof::reference::Reference;
use serde_json::Value;

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn parse(text: &str) -> Reference {
    Reference::parse(text).unwrap_or_else(|reason| panic!("{text:?}: {reason}"))
}

fn refusal(text: &str) -> InvalidReference {
    match Reference::parse(text) {
        Ok(reference) => panic!("{text:?} was accepted as {reference}"),
        Err(reason) => reason,
    }
}

/// Compared: whether `ParseNormalizedNamed` accepts, its domain, path, tag, digest and string, `FamiliarString`, `ParseDockerRef`
/// and `ParseAnyReference`. Not compared: the un-normalised `Parse`, which nothing here needs, and the wording of the errors.
#[test]
fn every_answer_of_dockers_own_parser_is_ours() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/reference/oracle.json");
    let Ok(text) = fs::read_to_string(&path) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing: CI has to compare with Docker's answers", path.display());
        eprintln!("NOT COMPARED with Docker's answers: {} is missing", path.display());
        return;
    };
    let answers: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(answers.len(), 277);

    let mut differences = Vec::new();
    for answer in &answers {
        let input = answer["input"].as_str().unwrap();
        let ours = Reference::parse(input);
        let any = match (&ours, input.parse::<Digest>()) {
            (Err(InvalidReference::ImageId), _) => format!("sha256:{input}"),
            (_, Ok(digest)) => digest.to_string(),
            (Ok(reference), _) => reference.to_string(),
            (Err(_), _) => String::new(),
        };
        let found = match ours {
            Ok(reference) => [
                "accepted".to_owned(),
                reference.registry().to_owned(),
                reference.repository().to_owned(),
                reference.tag().unwrap_or_default().to_owned(),
                reference.digest().map(|digest| digest.to_string()).unwrap_or_default(),
                reference.to_string(),
                reference.familiar(),
                reference.docker_ref().to_string(),
                any,
            ],
            Err(_) => ["refused", "", "", "", "", "", "", "", &any].map(str::to_owned),
        };
        let accepted = if answer["norm_ok"] == true { "accepted" } else { "refused" };
        let fields = ["NDomain", "NPath", "NTag", "NDigest", "NString", "Familiar", "DockerRef", "Any"];
        let expected: Vec<&str> = std::iter::once(accepted).chain(fields.map(|field| answer[field].as_str().unwrap())).collect();
        if expected != found {
            differences.push(format!("{input:?}\n  Docker: {expected:?}\n  we:     {found:?}"));
        }
    }
    assert!(differences.is_empty(), "{} of {} differ:\n{}", differences.len(), answers.len(), differences.join("\n"));
}

#[test]
fn what_docker_accepts_is_normalised_as_docker_does() {
    let cases = [
        // typed, normalised, familiar
        ("alpine", "docker.io/library/alpine", "alpine"),
        ("alpine:3.22", "docker.io/library/alpine:3.22", "alpine:3.22"),
        ("grafana/loki", "docker.io/grafana/loki", "grafana/loki"),
        ("docker.io/grafana/loki:3", "docker.io/grafana/loki:3", "grafana/loki:3"),
        ("index.docker.io/alpine", "docker.io/library/alpine", "alpine"),
        ("library/alpine", "docker.io/library/alpine", "alpine"),
        ("library/team/alpine", "docker.io/library/team/alpine", "library/team/alpine"),
        // Only the exact names of Docker Hub are Docker Hub.
        ("docker.io:443/alpine", "docker.io:443/alpine", "docker.io:443/alpine"),
        ("Docker.io/alpine", "Docker.io/alpine", "Docker.io/alpine"),
        ("quay.io/alpine", "quay.io/alpine", "quay.io/alpine"),
        // A dot, a colon, an upper-case letter or `localhost` before the first slash makes a registry; nothing else does.
        ("localhost/app", "localhost/app", "localhost/app"),
        ("localhost", "docker.io/library/localhost", "localhost"),
        ("local/app", "docker.io/local/app", "local/app"),
        ("registry:5000/app", "registry:5000/app", "registry:5000/app"),
        ("registry:5000", "docker.io/library/registry:5000", "registry:5000"),
        ("Registry/app", "Registry/app", "Registry/app"),
        ("a.b/c.d/e", "a.b/c.d/e", "a.b/c.d/e"),
        ("[::1]/app", "[::1]/app", "[::1]/app"),
        ("[2001:DB8::7]:443/app:v1", "[2001:DB8::7]:443/app:v1", "[2001:DB8::7]:443/app:v1"),
        ("xn--bcher-kva.example/app", "xn--bcher-kva.example/app", "xn--bcher-kva.example/app"),
        // Separators.
        ("a-b/c--d/e_f/g__h/i.j", "docker.io/a-b/c--d/e_f/g__h/i.j", "a-b/c--d/e_f/g__h/i.j"),
        ("alpine:_", "docker.io/library/alpine:_", "alpine:_"),
        ("alpine:V1.0-rc_2", "docker.io/library/alpine:V1.0-rc_2", "alpine:V1.0-rc_2"),
        // A familiar form that names another image: Docker's own ambiguity.
        ("docker.io/localhost/app", "docker.io/localhost/app", "localhost/app"),
        // A digest without a name is a repository called sha256, with a very long tag.
        (
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "docker.io/library/sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
    ];
    for (typed, normalised, familiar) in cases {
        let reference = parse(typed);
        assert_eq!((reference.to_string().as_str(), reference.familiar().as_str()), (normalised, familiar), "{typed}");
    }
}

#[test]
fn a_refusal_says_why_and_where() {
    let upper_hex = HEX.to_uppercase();
    let cases = [
        (String::new(), "empty", 0),
        (" \n\t".into(), "empty", 0),
        ("ubuntu ".into(), "space-around", 6),
        ("ubuntu:24.04\n".into(), "space-around", 12),
        ("\u{a0}ubuntu".into(), "space-around", 0),
        ("docker pull nginx".into(), "space-inside", 6),
        ("image: nginx".into(), "space-inside", 6),
        ("nginx\nredis".into(), "space-inside", 5),
        ("https://hub.docker.com/_/nginx".into(), "url", 5),
        ("docker://nginx".into(), "url", 6),
        (HEX.into(), "image-id", 0),
        // The registry.
        ("my_host.example/app".into(), "registry", 2),
        ("bücher.example/app".into(), "registry", 1),
        ("-host.example/app".into(), "registry", 0),
        ("host-.example/app".into(), "registry", 5),
        ("host..example/app".into(), "registry", 5),
        ("host.example./app".into(), "registry", 13),
        ("host.example:/app".into(), "registry", 13),
        ("host.example:80a/app".into(), "registry", 15),
        ("host:80:80/app".into(), "registry", 7),
        ("::1/app".into(), "registry", 0),
        ("[]:5000/app".into(), "registry", 1),
        ("[::1/app".into(), "registry", 4),
        ("[:]x/app".into(), "registry", 3),
        ("[::1]5000/app".into(), "registry", 5),
        ("[fe80::1%25eth0]/app".into(), "registry", 8),
        ("[::ffff:192.0.2.1]/app".into(), "registry", 11),
        // The repository.
        ("/app".into(), "repository", 0),
        ("app/".into(), "repository", 4),
        ("host.example/".into(), "repository", 13),
        ("host.example//app".into(), "repository", 13),
        ("a//b".into(), "repository", 2),
        ("-app".into(), "repository", 0),
        ("app-".into(), "repository", 4),
        ("a..b".into(), "repository", 2),
        ("a._b".into(), "repository", 2),
        ("a___b".into(), "repository", 3),
        ("a-/b".into(), "repository", 2),
        ("a/../b".into(), "repository", 2),
        ("host.example/%2e%2e/app".into(), "repository", 13),
        ("[::1]".into(), "repository", 0),
        ("$IMAGE:1".into(), "repository", 0),
        (":latest".into(), "repository", 0),
        (format!("@sha256:{HEX}"), "repository", 0),
        ("app\0".into(), "repository", 3),
        ("\u{430}lpine".into(), "repository", 0),
        ("Ubuntu".into(), "upper-case", 0),
        ("foo/Bar".into(), "upper-case", 4),
        (upper_hex.clone(), "upper-case", 10),
        ("a".repeat(248), "repository-too-long", 0),
        (format!("host.example/{}", "a".repeat(256)), "repository-too-long", 13),
        // The tag.
        ("app:".into(), "empty-tag", 4),
        (format!("app:@sha256:{HEX}"), "empty-tag", 4),
        ("app:.1".into(), "tag", 4),
        ("app:-1".into(), "tag", 4),
        ("app:1+2".into(), "tag", 5),
        ("app:1:2".into(), "tag", 5),
        ("foo/app:1/2".into(), "tag", 9),
        ("ubuntu:١".into(), "tag", 7),
        (format!("app:{}", "1".repeat(129)), "tag-too-long", 4),
        // The digest.
        ("app@".into(), "digest-format", 4),
        ("app@latest".into(), "digest-format", 4),
        (format!("app@{HEX}"), "digest-format", 4),
        (format!("app@sha256:{upper_hex}"), "digest-format", 4),
        (format!("app@SHA256:{HEX}"), "digest-format", 4),
        (format!("app@@sha256:{HEX}"), "digest-format", 4),
        (format!("app@sha256:{HEX}:1"), "digest-format", 4),
        (format!("app@sha256:{HEX}/x"), "digest-format", 4),
        (format!("app:1@sha256:{}", &HEX[1..]), "digest-length", 6),
        (format!("app@sha512:{HEX}"), "digest-length", 4),
        (format!("app@blake3:{HEX}"), "digest-unsupported", 4),
        // The whole.
        ("a/".repeat(MAX_BYTES), "too-long", MAX_BYTES),
    ];
    for (text, code, position) in cases {
        let reason = refusal(&text);
        assert_eq!((reason.code(), reason.position()), (code, position), "{text:?}: {reason}");
    }
}

#[test]
fn a_refusal_tells_what_to_write_instead() {
    let cases = [
        ("Ubuntu:24.04", "did you mean ubuntu:24.04?"),
        ("ghcr.io/Owner/App:V1", "did you mean ghcr.io/owner/app:V1?"),
        ("https://hub.docker.com/_/nginx/tags?page=2", "did you mean nginx?"),
        ("https://hub.docker.com/r/grafana/loki#overview", "did you mean grafana/loki?"),
        ("docker://quay.io/podman/hello", "did you mean quay.io/podman/hello?"),
        ("https://github.com/owner/app/pkgs/container/app", "without the scheme"),
        ("https://hub.docker.com/u/grafana", "without the scheme"),
        ("docker pull nginx", "give the image only"),
        ("ubuntu\n", "found a line break; remove it"),
        ("ubuntu:١", "found '١' (U+0661)"),
        ("app\u{202e}", "found '\\u{202e}' (U+202E)"),
        ("host.example:/app", "found '/'"),
        ("app-:1", "found ':' (at byte 4)"),
        ("app-", "found the end"),
        ("app:", "remove the ':'"),
        ("app@sha256:0123", "expected 64 hexadecimal digits for sha256"),
        ("app@sha256:0123", "found sha256:0123;"),
        (HEX, "write name@sha256:digits"),
    ];
    for (text, advice) in cases {
        let message = refusal(text).to_string();
        assert!(message.contains(advice), "{text:?}: {message}");
    }
}

#[test]
fn a_suggestion_that_would_be_refused_too_is_not_made() {
    for text in [HEX.to_uppercase(), "Foo//bar".into(), "https://hub.docker.com/_/".into(), "docker://docker://Nginx".into()] {
        let message = refusal(&text).to_string();
        assert!(!message.contains("did you mean"), "{text:?}: {message}");
    }
}

#[test]
fn a_refusal_repeats_little_of_the_text_and_nothing_invisible() {
    let long = "X".repeat(3000);
    for text in [long.clone(), format!("app@{long}"), format!("docker://{}", long.to_lowercase()), format!("app:{long}")] {
        let message = refusal(&text).to_string();
        assert!(message.to_uppercase().matches('X').count() <= 82, "{message}");
    }
    let message = refusal("app@\u{1b}[31m\u{202e}\0").to_string();
    assert!(message.contains(r"found \u{1b}[31m\u{202e}\0;"), "{message:?}");
    assert!(!refusal(&format!("A{}", "a".repeat(100))).to_string().contains("did you mean"), "a suggestion is repeated text too");
}

#[test]
fn the_limits_hold_to_the_byte() {
    parse(&"a".repeat(255 - "library/".len()));
    parse(&format!("{}.example/{}", "h".repeat(300), "a".repeat(255)));
    parse(&format!("app:{}", "1".repeat(128)));
    let host = "h".repeat(MAX_BYTES - ".example/app".len());
    parse(&format!("{host}.example/app"));
    refusal(&format!("h{host}.example/app"));
}

#[test]
fn the_spans_and_the_typed_name_are_what_was_typed() {
    let text = format!("index.docker.io/alpine:3.22@sha256:{HEX}");
    let reference = parse(&text);
    let spans = reference.spans();
    assert_eq!(&text[spans.registry.clone().unwrap()], "index.docker.io");
    assert_eq!(&text[spans.repository.clone()], "alpine");
    assert_eq!(&text[spans.tag.clone().unwrap()], "3.22");
    assert_eq!(text[spans.digest.clone().unwrap()], reference.digest().unwrap().to_string());
    assert_eq!(reference.typed_name(), "index.docker.io/alpine");
}

#[test]
fn latest_is_added_only_where_there_is_neither_tag_nor_digest() {
    let digest = format!("alpine@sha256:{HEX}");
    let both = format!("alpine:3.22@sha256:{HEX}");
    let cases = [
        ("alpine", "alpine:latest", "alpine:latest"),
        ("alpine:3.22", "alpine:3.22", "alpine:3.22"),
        (&digest, &digest, &digest),
        (&both, &both, &digest),
    ];
    for (typed, tag_name_only, docker_ref) in cases {
        let reference = parse(typed);
        assert_eq!(reference.clone().or_latest().familiar(), tag_name_only, "{typed}");
        assert_eq!(reference.docker_ref().familiar(), docker_ref, "{typed}");
    }
    assert_eq!(parse("alpine").or_latest().spans().tag, None, "a tag that nobody typed stands nowhere");
}

/// The characters that mean something, so that most texts get past the first of them.
fn nearly_a_reference() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-b.:/@_-]{0,24}",
        "[a-zA-Z0-9.:/@_\\[\\]-]{0,60}",
        ("[ -~]{0,12}", "(localhost|a\\.b|A|\\[::1\\])?(:8)?/a[._-]{0,3}b(:c)?(@sha256:[0-9a-f]{62,66})?", "\\PC{0,3}")
            .prop_map(|(a, b, c)| a + &b + &c),
        "[a-b/.]{0,6}(@sha256:[0-9a-fA-F]{63,65})?",
    ]
}

prop_compose! {
    /// Parts that the grammar has, each written down as a regular expression of its own.
    fn parts()(
        registry in prop::option::of("(localhost|[a-z0-9]{1,8}(-{1,2}[a-z0-9]{1,3})?(\\.[A-Za-z0-9]{1,4}){1,2}|[A-Z][a-z0-9]{0,4}|\\[::[0-9a-fA-F:]{0,9}\\])(:[0-9]{1,6})?"),
        repository in "[a-z0-9]{1,5}((\\.|_|__|-{1,3})[a-z0-9]{1,3}){0,2}(/[a-z0-9]{1,5}((\\.|_|__|-{1,3})[a-z0-9]{1,3}){0,2}){0,3}",
        tag in prop::option::of("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"),
        digest in prop::option::of("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}"),
    ) -> (Option<String>, String, Option<String>, Option<String>) { (registry, repository, tag, digest) }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_no_refusal_repeats_much_of_it(text in prop_oneof![any::<String>(), nearly_a_reference()]) {
        if let Err(reason) = Reference::parse(&text) {
            let message = reason.to_string();
            prop_assert!(message.chars().count() < 320, "{message}");
            prop_assert!(!message.contains(char::is_control), "{message:?}");
            prop_assert!(reason.position() <= text.len() && text.is_char_boundary(reason.position()), "{reason:?}");
        }
    }

    #[test]
    fn what_is_displayed_parses_to_the_same_again(text in nearly_a_reference()) {
        if let Ok(reference) = Reference::parse(&text) {
            let again = parse(&reference.to_string());
            prop_assert_eq!(again.to_string(), reference.to_string());
            prop_assert_eq!(again.registry(), reference.registry());
            prop_assert_eq!(again.repository(), reference.repository());
            prop_assert_eq!(again.tag(), reference.tag());
            prop_assert_eq!(again.digest(), reference.digest());
        }
    }

    #[test]
    fn parts_that_the_grammar_has_are_found_again((registry, repository, tag, digest) in parts()) {
        // Without a registry, a first component that looks like one would be one.
        let registry = registry.or_else(|| repository.contains('.').then(|| "a.b".to_owned()));
        let part = |before: &str, part: Option<&str>, behind: &str| part.map_or_else(String::new, |part| format!("{before}{part}{behind}"));
        let typed_name = part("", registry.as_deref(), "/") + &repository;
        let text = typed_name.clone() + &part(":", tag.as_deref(), "") + &part("@", digest.as_deref(), "");
        let reference = parse(&text);
        let spans = reference.spans();
        let slice = |span: &Option<Range<usize>>| span.clone().map(|span| &text[span]);

        prop_assert_eq!(reference.registry(), registry.as_deref().unwrap_or("docker.io"));
        prop_assert_eq!(slice(&spans.registry), registry.as_deref());
        prop_assert_eq!(&text[spans.repository.clone()], &repository);
        let official = registry.is_none() && !repository.contains('/');
        prop_assert_eq!(reference.repository(), if official { format!("library/{repository}") } else { repository });
        prop_assert_eq!(reference.tag(), tag.as_deref());
        prop_assert_eq!(slice(&spans.tag), tag.as_deref());
        prop_assert_eq!(reference.digest().map(|digest| digest.to_string()), digest.clone());
        prop_assert_eq!(slice(&spans.digest), digest.as_deref());
        prop_assert_eq!(reference.typed_name(), typed_name);
    }
}
