//! Compose files, as `docker compose` reads them.

use pullproof::pin;
use pullproof::pin::Found;
use pullproof::pin::Kind;
use pullproof::pin::Why;

use crate::support;

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::Compose)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::Compose)
}

/// What becomes of one service.
fn service(lines: &str) -> Vec<String> {
    let lines = lines.replace('\n', "\n    ");
    seen(&format!("services:\n  web:\n    {lines}\n"))
}

#[test]
fn an_image_gets_its_digest_and_nothing_else_changes() {
    let text = "services:\n  web:\n    image: nginx:1.27 # the front\n    ports: [\"80:80\"]\n  db: {image: 'postgres:17'}\n";
    assert_eq!(
        pinned(text),
        "services:\n  web:\n    image: nginx:1.27@<docker.io/library/nginx:1.27> # the front\n    ports: [\"80:80\"]\n  \
         db: {image: 'postgres:17@<docker.io/library/postgres:17>'}\n"
    );
}

#[test]
fn frizbee_latest_is_not_skipped() {
    assert_eq!(service("image: nginx:latest"), ["services.web.image: nginx:latest → unpinned docker.io/library/nginx:latest"]);
    assert_eq!(pinned("services: {web: {image: redis}}"), "services: {web: {image: redis:latest@<docker.io/library/redis:latest>}}");
}

#[test]
fn frizbee_comment_does_not_break_a_flow_mapping() {
    assert_eq!(
        pinned("services: {web: {image: redis:7, ports: []}} # all\n"),
        "services: {web: {image: redis:7@<docker.io/library/redis:7>, ports: []}} # all\n"
    );
}

#[test]
fn ratchet_indentation_stays() {
    let text = "services:\n       web:\n          image:    \"nginx:1\"   \n\n\n       db:\n          image:\n               redis:7\n";
    assert_eq!(
        pinned(text),
        "services:\n       web:\n          image:    \"nginx:1@<docker.io/library/nginx:1>\"   \n\n\n       db:\n          image:\n               \
         redis:7@<docker.io/library/redis:7>\n"
    );
}

#[test]
fn an_image_with_a_digest_is_pinned() {
    let digest = support::digest("nginx:1");
    assert_eq!(
        service(&format!("image: nginx:1@{digest}")),
        [format!("services.web.image: nginx:1@{digest} → pinned docker.io/library/nginx:1@{digest}")]
    );
}

#[test]
fn a_service_that_is_built_names_the_result() {
    assert_eq!(service("image: app:1\nbuild: ."), ["services.web.image: app:1 → built"]);
    assert_eq!(service("image: app:1\nbuild: { context: . }"), ["services.web.image: app:1 → built"]);
    assert_eq!(service("build: ."), [""; 0]);
}

#[test]
fn a_build_that_is_reset_or_empty_is_none() {
    for build in ["build: !reset null", "build:", "build: \"\"", "build: ~"] {
        assert_eq!(service(&format!("image: app:1\n{build}")), ["services.web.image: app:1 → unpinned docker.io/library/app:1"], "{build}");
    }
}

#[test]
fn what_one_service_builds_another_does_not_pull() {
    assert_eq!(
        seen("services:\n  worker: {image: app}\n  web: {image: 'app:latest', build: .}\n"),
        ["services.worker.image: app → built", "services.web.image: app:latest → built"]
    );
}

#[test]
fn a_default_is_pinned_where_it_stands() {
    assert_eq!(
        pinned("services: {web: {image: \"${WEB:-nginx:1.27}\"}}"),
        "services: {web: {image: \"${WEB:-nginx:1.27@<docker.io/library/nginx:1.27>}\"}}"
    );
}

#[test]
fn a_tag_with_a_default_is_pinned_behind_it_and_overruled() {
    let text = "services:\n  web:\n    image: nginx:${TAG:-1.27}\n";
    assert_eq!(pinned(text), "services:\n  web:\n    image: nginx:${TAG:-1.27}@<docker.io/library/nginx:1.27>\n");
    assert_eq!(support::pin(text, Kind::Compose).changes[0].overrules, ["TAG"]);
}

#[test]
fn a_variable_without_a_default_is_left_alone() {
    for image in ["${IMAGE}", "nginx:$TAG", "${REGISTRY:?}/nginx:1"] {
        assert_eq!(service(&format!("image: {image}")), [format!("services.web.image: {image} → variable")]);
    }
}

#[test]
fn a_dollar_sign_that_is_meant_is_left_alone() {
    assert_eq!(service("image: nginx:$$1"), ["services.web.image: nginx:$$1 → style"]);
}

#[test]
fn a_template_in_a_value_is_left_alone() {
    assert_eq!(service("image: '{{ registry }}/nginx:1'"), ["services.web.image: {{ registry }}/nginx:1 → expression"]);
}

#[test]
fn no_image_is_empty() {
    for image in ["image:", "image: \"\"", "image: null", "image: ~", "image: !reset null", "image: !!null", "image: ${IMAGE-}"] {
        let seen = service(image);
        assert!(seen.is_empty() && image.contains("reset") || seen.len() == 1 && seen[0].ends_with(" → empty"), "{image}: {seen:?}");
    }
}

#[test]
fn what_is_no_text_is_left_alone() {
    for image in ["image: [nginx]", "image: {name: nginx}", "image: |\n  nginx:1", "image: >-\n  nginx:1", "image: \"ngin\\x78:1\""] {
        let seen = service(image);
        assert!(seen.len() == 1 && seen[0].ends_with(" → style"), "{image}: {seen:?}");
    }
}

#[test]
fn no_reference_is_left_alone() {
    assert_eq!(service("image: Nginx:1"), ["services.web.image: Nginx:1 → reference-invalid"]);
}

#[test]
fn ratchet_anchor_is_not_ignored() {
    assert_eq!(
        pinned("services:\n  a: &a\n    image: nginx:1\n  b:\n    <<: *a\n  c: *a\n"),
        "services:\n  a: &a\n    image: nginx:1@<docker.io/library/nginx:1>\n  b:\n    <<: *a\n  c: *a\n"
    );
}

#[test]
fn an_anchored_value_is_found_once_and_followed() {
    let text = "services:\n  a: {image: &img nginx:1}\n  b: {image: *img}\n  c: {image: *img}\n";
    assert_eq!(
        seen(text),
        [
            "services.a.image: nginx:1 → unpinned docker.io/library/nginx:1",
            "services.b.image: *img → alias",
            "services.c.image: *img → alias"
        ]
    );
    assert_eq!(pinned(text), "services:\n  a: {image: &img nginx:1@<docker.io/library/nginx:1>}\n  b: {image: *img}\n  c: {image: *img}\n");
}

#[test]
fn an_extension_is_pinned_for_those_who_use_it() {
    let text = "x-web: &img \"nginx:1\"  # one\nservices:\n  a:\n    image: *img\n  b:\n    image: *img\n";
    assert_eq!(seen(text), ["services.a.image: nginx:1 → unpinned docker.io/library/nginx:1", "services.b.image: *img → alias"]);
    assert_eq!(
        pinned(text),
        "x-web: &img \"nginx:1@<docker.io/library/nginx:1>\"  # one\nservices:\n  a:\n    image: *img\n  b:\n    image: *img\n"
    );
}

#[test]
fn a_merged_extension_is_pinned_once() {
    let text = "x-base: &base\n  image: nginx:1\n  restart: always\nservices:\n  a:\n    <<: *base\n  b:\n    <<: [*base]\n";
    assert_eq!(seen(text), ["services.a.image: nginx:1 → unpinned docker.io/library/nginx:1"]);
    assert!(pinned(text).contains("image: nginx:1@<docker.io/library/nginx:1>\n  restart"));
}

#[test]
fn an_extension_that_nobody_uses_names_no_image() {
    assert_eq!(seen("x-old: &old\n  image: nginx:1\nservices:\n  web:\n    image: redis:7\n").len(), 1);
}

#[test]
fn what_is_written_counts_before_what_is_merged() {
    let text = "x-a: &a {image: 'nginx:1'}\nx-b: &b {image: 'redis:7'}\nservices:\n  one:\n    <<: [*b, *a]\n  two:\n    <<: *a\n    image: caddy:2\n";
    assert_eq!(
        seen(text),
        [
            "services.one.image: redis:7 → unpinned docker.io/library/redis:7",
            "services.two.image: caddy:2 → unpinned docker.io/library/caddy:2"
        ]
    );
}

#[test]
fn a_merge_key_in_quotes_is_a_key() {
    assert_eq!(seen("x: &x {image: 'nginx:1'}\nservices: {web: {\"<<\": *x}}\n"), [""; 0]);
}

#[test]
fn a_build_that_is_merged_counts() {
    let text = "x-build: &b {build: .}\nservices: {web: {<<: *b, image: 'app:1'}}\n";
    assert_eq!(seen(text), ["services.web.image: app:1 → built"]);
}

#[test]
fn services_can_be_merged_themselves() {
    let text = "x-common: &common\n  db:\n    image: postgres:17\nservices:\n  <<: *common\n  web:\n    image: nginx:1\n";
    assert_eq!(
        seen(text),
        [
            "services.db.image: postgres:17 → unpinned docker.io/library/postgres:17",
            "services.web.image: nginx:1 → unpinned docker.io/library/nginx:1"
        ]
    );
}

#[test]
fn what_else_follows_an_anchor_is_not_changed() {
    let text = "services:\n  web:\n    image: &img nginx:1\n    environment:\n      IMAGE: *img\n";
    assert_eq!(seen(text), ["services.web.image: nginx:1 → shared-anchor"]);
    assert_eq!(pinned(text), text);
}

#[test]
fn a_volume_can_be_an_image() {
    assert_eq!(
        service(
            "image: nginx:1\nvolumes:\n- data:/data\n- {type: image, source: 'alpine:3', target: /a}\n- {type: bind, source: /x, target: /x}"
        ),
        [
            "services.web.image: nginx:1 → unpinned docker.io/library/nginx:1",
            "services.web.volumes[1].source: alpine:3 → unpinned docker.io/library/alpine:3"
        ]
    );
}

#[test]
fn a_hook_can_have_an_image_of_its_own() {
    assert_eq!(
        service("build: .\npre_start:\n- command: a\n- image: busybox:1\n  command: b"),
        ["services.web.pre_start[1].image: busybox:1 → unpinned docker.io/library/busybox:1"]
    );
}

#[test]
fn a_build_context_can_be_an_image() {
    let text = "services:\n  web:\n    build:\n      context: .\n      additional_contexts:\n        base: docker-image://alpine:3\n        src: ../src\n";
    assert_eq!(seen(text), ["services.web.build.additional_contexts.base: alpine:3 → unpinned docker.io/library/alpine:3"]);
    assert!(pinned(text).contains("base: docker-image://alpine:3@<docker.io/library/alpine:3>\n"));
}

#[test]
fn build_contexts_can_be_a_list() {
    let text = "services: {web: {build: {additional_contexts: [\"base=docker-image://${BASE:-alpine:3}\", a=b]}}}";
    assert_eq!(
        pinned(text),
        "services: {web: {build: {additional_contexts: [\"base=docker-image://${BASE:-alpine:3@<docker.io/library/alpine:3>}\", a=b]}}}"
    );
}

#[test]
fn a_dockerfile_in_a_value_is_told_but_not_edited() {
    let digest = support::digest("redis:7");
    let text = format!(
        "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM nginx:1 AS base\n        FROM base\n        COPY --from=redis:7@{digest} / /\n"
    );
    let seen: Vec<String> = seen(&text)
        .iter()
        .map(|seen| [seen.split_once(" FROM nginx").unwrap().0, seen.rsplit_once(" → ").unwrap().1].join(" → "))
        .collect();
    assert_eq!(
        seen,
        [
            "services.web.build.dockerfile_inline: FROM: → style".to_owned(),
            "services.web.build.dockerfile_inline: FROM: → stage".to_owned(),
            format!("services.web.build.dockerfile_inline: COPY --from: → pinned docker.io/library/redis:7@{digest}"),
        ]
    );
    assert_eq!(pinned(&text), text);
}

#[test]
fn sources_of_a_cache_and_tags_of_a_result_are_no_images() {
    assert_eq!(service("build:\n  cache_from: [\"app:cache\"]\n  tags: [\"app:2\"]\nextends: {service: base, file: a.yml}"), [""; 0]);
}

#[test]
fn the_first_version_has_services_at_the_top() {
    assert_eq!(
        seen("web:\n  image: nginx:1\n  links: [db]\ndb:\n  image: postgres:17\n"),
        ["web.image: nginx:1 → unpinned docker.io/library/nginx:1", "db.image: postgres:17 → unpinned docker.io/library/postgres:17"]
    );
}

#[test]
fn a_file_without_services_is_not_of_the_first_version() {
    assert_eq!(seen("name: x\nvolumes:\n  data:\n    image: nginx:1\n"), [""; 0]);
}

#[test]
fn several_documents_are_one_file() {
    assert_eq!(
        seen("services: {a: {image: 'nginx:1'}}\n---\nservices: {b: {image: 'redis:7'}}\n"),
        [
            "services.a.image: nginx:1 → unpinned docker.io/library/nginx:1",
            "services.b.image: redis:7 → unpinned docker.io/library/redis:7"
        ]
    );
}

#[test]
fn a_name_that_could_steer_a_terminal_does_not() {
    let found = pin::find("services: {\"a\\e[2J\": {image: nginx}}", Kind::Compose).unwrap();
    assert_eq!(found[0].place, "services.a\\u{1b}[2J.image");
}

#[test]
fn one_value_in_two_roles_is_built() {
    let text = "x-b: &b {image: 'app:1'}\nservices:\n  web: {<<: *b, build: .}\n  worker: {<<: *b}\n";
    let found = pin::find(text, Kind::Compose).unwrap();
    assert!(matches!(found.as_slice(), [one] if matches!(one.found, Found::LeftAlone(Why::Built))), "{found:?}");
}
