//! Kustomizations, as `kustomize build` reads them.

use pullproof::pin::Kind;

use crate::support;

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::Kustomization)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::Kustomization)
}

/// What becomes of the only image, its fields written in braces.
fn image(fields: &str) -> String {
    let seen = seen(&format!("images:\n- {{{fields}}}\n"));
    let [seen] = seen.as_slice() else { panic!("{seen:?}") };
    seen.strip_prefix("images[0]: ").unwrap_or_else(|| panic!("{seen}")).to_owned()
}

#[test]
fn a_new_tag_gets_its_digest() {
    let text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: web   # was\n  newName: quay.io/a/web\n  newTag: \"1.27\" # é\n- name: nginx\n  newTag: v1\n";
    assert_eq!(seen(text), ["images[0]: 1.27 → unpinned quay.io/a/web:1.27", "images[1]: v1 → unpinned docker.io/library/nginx:v1"]);
    assert_eq!(
        pinned(text),
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: web   # was\n  newName: quay.io/a/web\n  newTag: \"1.27@<quay.io/a/web:1.27>\" # é\n- name: nginx\n  newTag: v1@<docker.io/library/nginx:v1>\n"
    );
}

#[test]
fn a_tag_that_looks_like_a_number_becomes_text() {
    assert_eq!(pinned("images: [{name: a, newTag: 1.10}]\n"), "images: [{name: a, newTag: 1.10@<docker.io/library/a:1.10>}]\n");
}

#[test]
fn an_empty_digest_is_filled_in() {
    for (before, after) in [
        ("digest: \"\"", "digest: \"<docker.io/library/a:v1>\""),
        ("digest: ''", "digest: '<docker.io/library/a:v1>'"),
        ("digest:   # later", "digest: <docker.io/library/a:v1>   # later"),
        ("digest:", "digest: <docker.io/library/a:v1>"),
    ] {
        let text = |digest| format!("images:\n- name: a\n  newTag: v1\n  {digest}\n");
        assert_eq!(pinned(&text(before)), text(after));
    }
    assert_eq!(pinned("images: [{name: a, digest:, newTag: v1}]"), "images: [{name: a, digest: <docker.io/library/a:v1>, newTag: v1}]");
}

#[test]
fn a_digest_that_is_nothing_on_purpose_leaves_the_tag() {
    for digest in ["null", "~", "!!null", "&d", "!!str"] {
        let text = |tag| format!("images:\n- name: a\n  newTag: {tag}\n  digest: {digest}\n");
        assert_eq!(pinned(&text("v1")), text("v1@<docker.io/library/a:v1>"));
    }
}

#[test]
fn a_digest_is_a_digest() {
    let digest = support::digest("a:v1");
    assert_eq!(image(&format!("name: a, digest: '{digest}'")), format!("a → pinned docker.io/library/a@{digest}"));
    assert_eq!(image(&format!("name: a, newTag: v1, digest: '{digest}'")), format!("v1 → pinned docker.io/library/a:v1@{digest}"));
    assert_eq!(image(&format!("name: a, newTag: 'v1@{digest}'")), format!("v1@{digest} → pinned docker.io/library/a:v1@{digest}"));
    assert_eq!(image("name: a, newTag: v1, digest: sha256"), "v1 → reference-invalid");
}

#[test]
fn without_a_tag_the_objects_have_it() {
    assert_eq!(image("name: a, newName: b"), "b → tag-elsewhere");
    assert_eq!(image("name: a, newName: b, newTag: ''"), "b → tag-elsewhere");
    assert_eq!(image("name: a, digest: ''"), "a → tag-elsewhere");
}

#[test]
fn what_cannot_be_edited_is_left_alone() {
    assert_eq!(image("name: a, newTag: \"v\\x31\""), "v\\x31 → style");
    assert_eq!(image("name: a, newTag: '{{ tag }}'"), "{{ tag }} → expression");
    assert_eq!(image("name: a, newTag: '${TAG}'"), "${TAG} → variable");
    assert_eq!(image("name: a, newTag: 'v 1'"), "v 1 → reference-invalid");
    assert_eq!(image("name: A, newTag: 'v1'"), "v1 → reference-invalid");
    assert_eq!(seen("images:\n- name: a\n  newTag: |-\n    v1\n"), ["images[0]: v1 → style"]);
}

#[test]
fn one_tag_of_several_images_gets_no_digest() {
    let text = "images:\n- {name: a, newTag: &tag v1}\n- {name: b, newTag: *tag}\n";
    assert_eq!(seen(text), ["images[0]: v1 → shared-anchor", "images[1]: v1 → shared-anchor"]);
    assert_eq!(pinned(text), text);
}

#[test]
fn what_another_image_takes_over_gets_no_digest() {
    for fields in ["newTag: v1", "newTag: v1, digest: ''"] {
        let text = format!("images:\n- &a {{name: a, {fields}}}\n- {{<<: *a, name: b}}\n");
        assert_eq!(seen(&text), ["images[0]: v1 → shared-anchor", "images[1]: v1 → shared-anchor"]);
    }
}

#[test]
fn what_is_merged_behind_what_is_written_is_disputed() {
    assert_eq!(seen("x: &x {newTag: v2}\nimages: [{name: a, newTag: v1, <<: *x}]\n"), ["images[0]: v1 → style"]);
}

#[test]
fn the_first_name_of_the_list_is_understood() {
    assert_eq!(seen("imageTags:\n- name: a\n  newTag: v1\n"), ["imageTags[0]: v1 → unpinned docker.io/library/a:v1"]);
}

#[test]
fn a_component_has_images_too() {
    let text = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- {name: a, newTag: v1}\n";
    assert_eq!(seen(text), ["images[0]: v1 → unpinned docker.io/library/a:v1"]);
}

#[test]
fn values_of_charts_are_values() {
    let text = "helmCharts:\n- name: c\n  version: 1.2.3\n  repo: https://charts.example\n  valuesInline:\n    image: {repository: a, tag: v1, digest: ''}\n";
    assert_eq!(seen(text), ["helmCharts[0].valuesInline.image.tag: v1 → unpinned docker.io/library/a:v1"]);
}

#[test]
fn patches_are_texts() {
    assert_eq!(seen("patches:\n- patch: |-\n    image: a:v1\n  target: {kind: Deployment}\nresources: [a.yaml]\n"), [""; 0]);
}

#[test]
fn what_is_no_list_of_images_is_none() {
    for text in [
        "images: a\n",
        "images: {a: b}\n",
        "images: [a, b]\n",
        "images: [{newTag: v1}]\n",
        "a: {images: [{name: a, newTag: b}]}\n",
        "- images: []\n",
        "",
    ] {
        assert_eq!(seen(text), [""; 0], "{text}");
    }
}
