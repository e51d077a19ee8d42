//! Values of charts, as Helm reads them and as most charts use them.

use pullproof::pin::Kind;

use crate::support;

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::HelmValues)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::HelmValues)
}

/// What becomes of `image: { … }`.
fn parts(fields: &str) -> String {
    let seen = seen(&format!("image: {{{fields}}}\n"));
    let [seen] = seen.as_slice() else { panic!("{fields}: {seen:?}") };
    seen.strip_prefix("image.").unwrap_or_else(|| panic!("{seen}")).to_owned()
}

#[test]
fn an_empty_digest_is_filled_in() {
    for (before, after) in [
        ("digest: \"\"", "digest: \"<quay.io/a/b:v1>\""),
        ("digest: ''  # sha256:…", "digest: '<quay.io/a/b:v1>'  # sha256:…"),
        ("digest:", "digest: <quay.io/a/b:v1>"),
        ("digest:    # é", "digest: <quay.io/a/b:v1>    # é"),
        ("\"digest\":", "\"digest\": <quay.io/a/b:v1>"),
    ] {
        for first in [true, false] {
            let text = |digest: &str| {
                let others = "  registry: quay.io\n  repository: a/b\n  tag: \"v1\"\n";
                if first { format!("# ü\nimage:\n  {digest}\n{others}") } else { format!("# ü\nimage:\n{others}  {digest}\n") }
            };
            assert_eq!(seen(&text(before)), ["image.tag: v1 → unpinned quay.io/a/b:v1"]);
            assert_eq!(pinned(&text(before)), text(after));
        }
    }
}

#[test]
fn an_empty_digest_between_braces_is_filled_in() {
    assert_eq!(
        pinned("a: {image: {repository: b, tag: v1, digest: }}"),
        "a: {image: {repository: b, tag: v1, digest: <docker.io/library/b:v1> }}"
    );
    assert_eq!(
        pinned("{\"image\":{\"digest\":\"\",\"repository\":\"b\",\"tag\":\"v1\"}}"),
        "{\"image\":{\"digest\":\"<docker.io/library/b:v1>\",\"repository\":\"b\",\"tag\":\"v1\"}}"
    );
}

#[test]
fn qdrant_tag_is_not_given_a_digest() {
    assert_eq!(parts("repository: qdrant/qdrant, tag: v1.15"), "tag: v1.15 → no-digest-field");
    assert_eq!(pinned("image: {repository: qdrant/qdrant, tag: v1.15}\n"), "image: {repository: qdrant/qdrant, tag: v1.15}\n");
}

#[test]
fn flipt_field_that_the_schema_forbids_is_not_added() {
    let text = "image:\n  repository: flipt/flipt\n  tag: v2\n";
    assert_eq!(pinned(text), text);
}

#[test]
fn growthbook_digest_in_parts_is_seen() {
    let digest = support::digest("a:v1").to_string();
    let hex = digest.strip_prefix("sha256:").unwrap();
    assert_eq!(parts(&format!("repository: a@sha256, tag: '{hex}'")), format!("tag: {hex} → pinned docker.io/library/a@{digest}"));
    assert_eq!(parts(&format!("repository: a, tag: 'v1@{digest}'")), format!("tag: v1@{digest} → pinned docker.io/library/a:v1@{digest}"));
}

#[test]
fn renovate_digest_without_a_tag_is_a_digest() {
    let digest = support::digest("a:v1");
    assert_eq!(parts(&format!("repository: a, digest: '{digest}'")), format!("repository: a → pinned docker.io/library/a@{digest}"));
    assert_eq!(
        parts(&format!("repository: a, tag: '', digest: '{digest}'")),
        format!("repository: a → pinned docker.io/library/a@{digest}")
    );
}

#[test]
fn grafana_sha_is_a_digest() {
    let digest = support::digest("a:v1").to_string();
    let hex = digest.strip_prefix("sha256:").unwrap();
    assert_eq!(parts(&format!("repository: a, tag: v1, sha: '{hex}'")), format!("tag: v1 → pinned docker.io/library/a:v1@{digest}"));
    assert_eq!(parts("repository: a, tag: v1, sha: ''"), "tag: v1 → no-digest-field");
}

#[test]
fn a_digest_that_is_none_is_refused() {
    assert_eq!(parts("repository: a, tag: v1, digest: latest"), "tag: v1 → reference-invalid");
    assert_eq!(parts("repository: a, tag: v1, digest: '{{ .d }}'"), "tag: v1 → expression");
}

#[test]
fn a_digest_that_cannot_be_filled_in_is_left_alone() {
    for digest in ["null", "~", "!!str", "&d", "!!null ''", "!x ''"] {
        assert_eq!(seen(&format!("image:\n  repository: a\n  tag: v1\n  digest: {digest}\n")), ["image.tag: v1 → style"], "{digest}");
    }
}

#[test]
fn a_tag_that_the_chart_has_is_left_to_it() {
    assert_eq!(parts("repository: a"), "repository: a → tag-elsewhere");
    assert_eq!(parts("repository: a, tag: ''"), "repository: a → tag-elsewhere");
    assert_eq!(parts("repository: a, tag: null, digest: ''"), "repository: a → tag-elsewhere");
    assert_eq!(parts("tag: v1"), "tag: v1 → tag-elsewhere");
    assert_eq!(parts("tag: v1, digest: ''"), "tag: v1 → tag-elsewhere");
}

#[test]
fn other_names_of_the_parts_are_known() {
    assert_eq!(parts("name: a, version: v1"), "version: v1 → no-digest-field");
    assert_eq!(parts("image: a, tag: v1, registry: quay.io, digest: ''"), "tag: v1 → unpinned quay.io/a:v1");
    assert_eq!(seen("web: {repository: a, tag: v1}\n"), ["web.tag: v1 → no-digest-field"]);
    assert_eq!(seen("repository: a\ntag: v1\n"), ["tag: v1 → no-digest-field"]);
    assert_eq!(seen("web: {image: a, tag: v1}\n"), ["web.tag: v1 → no-digest-field"]);
    assert_eq!(seen("busyboxImage: {repository: a, tag: v1, digest: ''}\n"), ["busyboxImage.tag: v1 → unpinned docker.io/library/a:v1"]);
}

#[test]
fn a_tag_that_helm_reads_as_a_number_is_not_what_it_looks_like() {
    for tag in ["1.10", "1.", "20260101", "010", "1e3", "1_000", "0x1F", "0o17", "0b1", "on", "No", "y", "0.00001", "12345678.5"] {
        assert_eq!(parts(&format!("repository: a, tag: {tag}, digest: ''")), format!("tag: {tag} → style"));
        let quoted = parts(&format!("repository: a, tag: '{tag}', digest: ''"));
        assert_eq!(quoted, format!("tag: {tag} → unpinned docker.io/library/a:{tag}"));
    }
    for tag in ["1.27", "17", "0", "0.1", "1.2.30", "v1.10", "2026-01-10", "1.10-alpine", "true", "1.05", "999999"] {
        assert_eq!(parts(&format!("repository: a, tag: {tag}, digest: ''")), format!("tag: {tag} → unpinned docker.io/library/a:{tag}"));
    }
}

#[test]
fn what_is_filled_in_is_left_alone() {
    assert_eq!(parts("repository: '{{ .r }}', tag: v1, digest: ''"), "tag: v1 → expression");
    assert_eq!(parts("repository: a, tag: '${TAG}', digest: ''"), "tag: ${TAG} → variable");
}

#[test]
fn no_reference_is_left_alone() {
    assert_eq!(parts("repository: A, tag: v1, digest: ''"), "tag: v1 → reference-invalid");
    assert_eq!(parts("registry: 'quay.io/', repository: a, tag: v1, digest: ''"), "tag: v1 → reference-invalid");
}

#[test]
fn one_registry_for_all_images_is_another_registry() {
    let text = "global: {imageRegistry: my.example}\nimage: {registry: quay.io, repository: a, tag: v1, digest: ''}\n";
    assert_eq!(seen(text), ["image.tag: v1 → tag-elsewhere"]);
    let text = "global: {imageRegistry: ''}\nimage: {registry: quay.io, repository: a, tag: v1, digest: ''}\n";
    assert_eq!(seen(text), ["image.tag: v1 → unpinned quay.io/a:v1"]);
}

#[test]
fn an_image_in_one_value_is_pinned_behind_its_tag() {
    let text = "image: \"quay.io/a/b:v1\" # é\nweb:\n  sidecarImage: nginx:1\n  init_image: busybox:1\n";
    assert_eq!(
        pinned(text),
        "image: \"quay.io/a/b:v1@<quay.io/a/b:v1>\" # é\nweb:\n  sidecarImage: nginx:1@<docker.io/library/nginx:1>\n  \
         init_image: busybox:1@<docker.io/library/busybox:1>\n"
    );
}

#[test]
fn a_name_alone_is_not_taken_for_latest() {
    assert_eq!(seen("image: quay.io/a/b\nsideImage: nginx\n"), ["image: quay.io/a/b → tag-elsewhere", "sideImage: nginx → tag-elsewhere"]);
}

#[test]
fn a_whole_image_with_a_digest_beside_it_is_pinned() {
    let digest = support::digest("a:v1");
    assert_eq!(
        seen(&format!("web: {{image: 'a:v1', digest: '{digest}'}}\n")),
        [format!("web.image: a:v1 → pinned docker.io/library/a:v1@{digest}")]
    );
}

#[test]
fn what_only_ends_in_image_is_none() {
    for value in ["true", "5", "Always", "https://example.com/a.png", "/srv/a.png", "./a.png", "[a]", "{a: b}"] {
        assert_eq!(seen(&format!("useImage: {value}\n")), [""; 0], "{value}");
    }
    assert_eq!(seen("image: ''\nsideImage:\n"), ["image:  → empty", "sideImage:  → empty"]);
}

#[test]
fn images_can_have_a_list_or_names() {
    assert_eq!(
        seen("images: {web: 'a:1', db: b, policy: Always}\nother: {images: ['c:1', d]}\n"),
        ["images.web: a:1 → unpinned docker.io/library/a:1", "other.images[0]: c:1 → unpinned docker.io/library/c:1"]
    );
}

#[test]
fn where_charts_come_from_is_no_image() {
    assert_eq!(
        seen(
            "dependencies:\n- {name: a, version: 1.2.3, repository: 'https://charts.example'}\n- {name: b, repository: 'oci://a/b', version: 1}\n- {repository: 'git@github.com:a/b.git', tag: v1}\n"
        ),
        [""; 0]
    );
}

#[test]
fn labels_and_selectors_are_compared_and_not_run() {
    assert_eq!(seen("podLabels: {image: 'a:1'}\nannotations: {image: 'a:1'}\nnodeSelector: {image: 'a:1'}\n"), [""; 0]);
}

#[test]
fn objects_among_values_are_objects() {
    let text = "extraObjects:\n- apiVersion: v1\n  kind: ConfigMap\n  data: {image: 'a:1'}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec: {containers: [{image: a}]}\n";
    assert_eq!(seen(text), ["Pod/p: spec.containers[0].image: a → unpinned docker.io/library/a:latest"]);
}

#[test]
fn a_digest_that_another_image_takes_over_is_not_filled_in() {
    let text = "a: {image: &a {repository: a, tag: v1, digest: ''}}\nb: {image: {<<: *a, tag: v2}}\n";
    assert_eq!(seen(text), ["a.image.tag: v1 → shared-anchor", "b.image.tag: v2 → shared-anchor"]);
    assert_eq!(pinned(text), text);
}

#[test]
fn a_digest_of_its_own_is_filled_in_beside_what_is_merged() {
    let text = "x: &x {registry: quay.io, tag: v1}\na: {image: {<<: *x, repository: a, digest: ''}}\n";
    assert_eq!(pinned(text), "x: &x {registry: quay.io, tag: v1}\na: {image: {<<: *x, repository: a, digest: '<quay.io/a:v1>'}}\n");
}

#[test]
fn what_is_merged_behind_what_is_written_is_disputed() {
    let text = "x: &x {tag: v2}\na: {image: {repository: a, tag: v1, digest: '', <<: *x}}\n";
    assert_eq!(seen(text), ["a.image.tag: v1 → style"]);
    let text = "x: &x {tag: v2}\na: {image: {<<: [*x], repository: a, tag: v1, digest: ''}}\n";
    assert_eq!(seen(text), ["a.image.tag: v1 → unpinned docker.io/library/a:v1"]);
}

#[test]
fn an_alias_follows_even_if_it_is_found_before_its_anchor() {
    let text = "side: {image: &i 'a:1'}\nimage: *i\n";
    assert_eq!(seen(text), ["side.image: a:1 → unpinned docker.io/library/a:1", "image: *i → alias"]);
}

#[test]
fn templates_are_no_values() {
    let refusal = pullproof::pin::find("image: {{ .Values.image }}\n", Kind::HelmValues).unwrap_err();
    assert_eq!(refusal.code(), "template");
    assert_eq!(seen("image: '{{ .a }}:v1'\n"), ["image: {{ .a }}:v1 → expression"]);
}
