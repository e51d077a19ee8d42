//! Long, wide and deep texts: each is answered while one waits. What looks through a whole text again for each of its parts takes
//! hours for some of these, and whoever runs the tests notices.

use core::fmt::Write as _;

use pullproof::budget;
use pullproof::pin;
use pullproof::pin::Digests;
use pullproof::pin::Kind;
use pullproof::pin::Unreadable;

use crate::invariants::digest_of;

/// Of a text whose parts are looked at one by one.
const LONG: usize = 1 << 14;

/// Of one that takes minutes by itself, without optimisation, and years if its parts are multiplied.
const LONGER: usize = 1 << 18;

/// Finds and pins, and looks at nothing but that it ends.
fn pin(text: &str, kind: Kind) -> Result<usize, Unreadable> {
    let found = pin::find(text, kind)?;
    let digests: Digests = pin::unpinned(&found).into_iter().map(|image| (pin::key(image), Ok(digest_of(&pin::key(image))))).collect();
    Ok(pin::pin(text, kind, &digests)?.changes.len())
}

fn in_every_kind(text: &str) {
    for kind in Kind::ALL {
        let _ = pin(text, kind);
    }
    let _ = Kind::detect(text, None);
}

/// A text of so many lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// What the formats give a meaning to, and what nothing has one for.
const PARTS: &str = "a¦ ¦\n¦\r\n¦\t¦\0¦é¦\u{feff}¦$¦${¦${A¦${A:-¦$(¦`¦\"¦'¦\\¦\\\n¦a\\\n¦#¦{¦[¦{a: ¦[a, ¦- ¦? ¦: ¦a: ¦&a ¦*a ¦!!str ¦| ¦\
    >\n¦---\n¦...\n¦<<¦<<A ¦<<A\n¦&& ¦; ¦( ¦{{ ¦${{ ¦@¦:¦/¦%¦,¦FROM ¦FROM a\n¦FROM a AS a\n¦from \\\n¦ARG A=$A\n¦ONBUILD ¦RUN <<A\n¦\
    docker ¦docker run ¦docker run a\n¦docker run \\\n¦docker run -e ¦docker run '¦image: ¦image: a\n¦- image: a\n¦services: ¦\
    uses: docker://";

#[test]
fn whatever_is_repeated_comes_to_an_end() {
    repeated(LONG);
}

#[test]
#[ignore = "takes minutes"]
fn whatever_is_repeated_for_much_longer_comes_to_an_end() {
    repeated(LONGER);
}

fn repeated(length: usize) {
    for part in PARTS.split('¦') {
        in_every_kind(&part.repeat(length / part.len()));
    }
}

#[test]
fn whatever_is_repeated_where_it_means_something_comes_to_an_end() {
    repeated_behind(LONG);
}

#[test]
#[ignore = "takes minutes"]
fn whatever_is_repeated_for_much_longer_where_it_means_something_comes_to_an_end() {
    repeated_behind(LONGER);
}

fn repeated_behind(length: usize) {
    for (before, part) in [
        ("FROM a\nRUN <<A", " <<A"),
        ("FROM a\nRUN a", " <<A"),
        ("FROM a\nRUN --mount=", "type=bind,from=a,"),
        ("FROM a\nRUN", " --mount=from=a"),
        ("FROM a\nCOPY", " --from=a"),
        ("FROM", " --platform=a"),
        ("# syntax=a\nFROM a", " \\\n# a\n"),
        ("docker run", " -e A=b"),
        ("docker run a", " $(docker run a"),
        ("docker run a <<A", " <<B"),
        ("docker run \"", "$(docker run \""),
        ("apiVersion: v1\nkind: Pod\nspec:\n  image: \"a", " \\\n   "),
        ("apiVersion: v1\nkind: Pod\nspec:\n  image: a", "\n   a"),
        ("services:\n  a:\n    image: ", "${A:-"),
        ("services:\n  a:\n    image: ", "${A}"),
        ("services:\n  a:\n    image: a", "${A:-}"),
        ("services:\n  a: &a\n    image: a\n    b: [", "*a ,"),
        ("services:\n  a:\n    <<: [", "*a ,"),
        ("image:\n  ", "a: {image: "),
        ("image: &a\n  ", "- &a\n"),
    ] {
        let text = format!("{before}{}", part.repeat(length / part.len()));
        in_every_kind(&text);
        in_every_kind(&(text + "\n"));
    }
}

#[test]
fn arguments_that_double_each_other_are_not_multiplied_out() {
    let doubled = lines(64, |line| format!("ARG A{}=$A{line}{}\n", line + 1, format!("$A{line}").repeat(100)));
    let _ = pin(&format!("ARG A0=a\n{doubled}FROM a$A64\nFROM b$A8\nFROM c$A7\n"), Kind::Dockerfile);
}

#[test]
fn defaults_that_double_each_other_are_not_multiplied_out() {
    let doubled = lines(64, |line| format!("ARG A{}=${{B{line}:-{}}}\n", line + 1, format!("$A{line}").repeat(100)));
    let _ = pin(&format!("ARG A0=a\n{doubled}FROM a$A64\nFROM b$A8\nFROM c$A7\n"), Kind::Dockerfile);
}

#[test]
fn aliases_that_double_each_other_are_not_multiplied_out() {
    let doubled = lines(64, |line| format!("a{}: &a{} {{image: [{}]}}\n", line + 1, line + 1, format!("*a{line} ,").repeat(100)));
    for kind in [Kind::Kubernetes, Kind::Compose, Kind::HelmValues, Kind::Kustomization, Kind::GithubActions] {
        let _ = pin(&format!("a0: &a0 {{image: nginx}}\n{doubled}services: {{a: *a64 }}\n"), kind);
    }
}

#[test]
fn merges_that_double_each_other_are_not_multiplied_out() {
    let doubled = lines(64, |line| format!("x-{}: &a{}\n  <<: [{}]\n", line + 1, line + 1, format!("*a{line} ,").repeat(100)));
    let _ = pin(&format!("x-0: &a0 {{image: nginx}}\n{doubled}services:\n  a:\n    <<: *a64\n"), Kind::Compose);
}

#[test]
fn as_many_stages_as_there_may_be_are_pinned() {
    let text = lines(4000, |line| format!("FROM a:{line} AS s{line}\nCOPY --from=s{} /a /b\n", line / 2));
    assert_eq!(pin(&text, Kind::Dockerfile), Ok(4000));
}

#[test]
fn as_many_arguments_as_one_likes_are_pinned_where_they_are_set() {
    let text = lines(4000, |line| format!("ARG A{line}=a:{line}\n")) + &lines(4000, |line| format!("FROM $A{line}\n"));
    assert_eq!(pin(&text, Kind::Dockerfile), Ok(4000));
}

#[test]
fn as_many_pieces_as_one_likes_are_put_together() {
    let text = format!("ARG A=\nARG TAG=1\n{}", lines(4000, |line| format!("FROM a{line}:{}$TAG\n", "${A:-}".repeat(20))));
    let _ = pin(&text, Kind::Dockerfile);
}

#[test]
fn as_many_images_on_one_line_as_there_may_be_are_pinned() {
    let mut text = format!("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"note\":\"{}\",\"spec\":{{\"containers\":[", "é".repeat(1 << 16));
    for image in 0..budget::PIN_OCCURRENCES {
        let comma = if image > 0 { "," } else { "" };
        write!(text, "{comma}{{\"name\":\"a\",\"image\":\"a:{image}\"}}").expect("a String takes everything");
    }
    text.push_str("]}}");
    assert_eq!(pin(&text, Kind::Kubernetes), Ok(budget::PIN_OCCURRENCES));
}

#[test]
fn as_many_services_as_there_may_be_are_pinned() {
    let text = format!("services:\n{}", lines(budget::PIN_OCCURRENCES, |line| format!("  a{line}: {{ image: \"a:${{TAG:-{line}}}\" }}\n")));
    assert_eq!(pin(&text, Kind::Compose), Ok(budget::PIN_OCCURRENCES));
}

#[test]
fn as_many_commands_as_there_may_be_are_pinned() {
    let text = lines(budget::PIN_OCCURRENCES, |line| format!("docker run --rm -e A=b a:{line}; "));
    assert_eq!(pin(&text, Kind::Command), Ok(budget::PIN_OCCURRENCES));
}

#[test]
fn as_many_documents_as_one_likes_are_pinned() {
    let text =
        lines(budget::PIN_OCCURRENCES, |line| format!("---\nkind: Pod\napiVersion: v1\nspec: {{containers: [{{image: a:{line}}}]}}\n"));
    assert_eq!(pin(&text, Kind::Kubernetes), Ok(budget::PIN_OCCURRENCES));
}

#[test]
fn one_image_more_than_there_may_be_is_refused() {
    let count = budget::PIN_OCCURRENCES + 1;
    for (kind, text) in [
        (Kind::Dockerfile, "FROM a\n".repeat(count)),
        (Kind::Command, "docker pull a\n".repeat(count)),
        (Kind::Kubernetes, format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{}", "  - image: a\n".repeat(count))),
        (Kind::Compose, format!("services:\n{}", lines(count, |line| format!("  a{line}: {{ image: a }}\n")))),
        (Kind::GithubActions, format!("on: push\njobs:\n  a:\n    steps:\n{}", "    - uses: docker://a\n".repeat(count))),
    ] {
        assert_eq!(pin(&text, kind), Err(Unreadable::TooMany { found: count }), "{kind}");
    }
}

#[test]
fn one_byte_more_than_there_may_be_is_refused_before_anything_is_read() {
    let text = "#".repeat(budget::PIN_TEXT_BYTES + 1);
    for kind in Kind::ALL {
        assert_eq!(pin(&text, kind), Err(Unreadable::TooLong { length: text.len() }), "{kind}");
    }
}

#[test]
fn as_many_bytes_as_there_may_be_are_read() {
    let comment = "#".repeat(budget::PIN_TEXT_BYTES - 200);
    for (kind, text) in [
        (Kind::Dockerfile, format!("{comment}\nFROM a\n")),
        (Kind::Command, format!("{comment}\ndocker pull a\n")),
        (Kind::Kubernetes, format!("{comment}\napiVersion: v1\nkind: Pod\nspec:\n  containers: [{{image: a}}]\n")),
        (Kind::Compose, format!("{comment}\nservices:\n  a:\n    image: a\n")),
    ] {
        assert_eq!(pin(&text, kind), Ok(1), "{kind}");
    }
}

#[test]
fn yaml_that_is_nested_too_deeply_is_refused_and_not_followed() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        for depth in [budget::YAML_DEPTH + 1, 100_000] {
            let text = format!("apiVersion: v1\nkind: Pod\nspec:\n {}image{}\n", open.repeat(depth), close.repeat(depth));
            assert!(
                matches!(pin(&text, Kind::Kubernetes), Err(Unreadable::YamlTooLarge { .. } | Unreadable::Yaml { .. })),
                "{depth} of {open:?}"
            );
        }
    }
}
