//! Kubernetes objects, as `kubectl` reads them.

use pullproof::pin;
use pullproof::pin::Kind;

use crate::support;

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::Kubernetes)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::Kubernetes)
}

/// What becomes of the image of a pod's only container.
fn container(image: &str) -> String {
    let text = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: c\n    image: {image}\n");
    let seen = seen(&text);
    let [seen] = seen.as_slice() else { panic!("{seen:?}") };
    seen.strip_prefix("Pod/p: spec.containers[0].image: ").unwrap_or_else(|| panic!("{seen}")).to_owned()
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { image: not-me }
spec:
  template:
    metadata: { annotations: { image: \"not:me\" } }
    spec:
      initContainers:
      - image: busybox:1.36   # first
        name: init
      containers:
        - name: web
          image: \"nginx:1.27\" # the tag stays
          env: [ { name: image, value: \"not:me\" } ]
        - {name: side, image: redis}
";

#[test]
fn every_container_is_found_and_nothing_that_only_looks_like_one() {
    assert_eq!(
        seen(DEPLOYMENT),
        [
            "Deployment/web: spec.template.spec.initContainers[0].image: busybox:1.36 → unpinned docker.io/library/busybox:1.36",
            "Deployment/web: spec.template.spec.containers[0].image: nginx:1.27 → unpinned docker.io/library/nginx:1.27",
            "Deployment/web: spec.template.spec.containers[1].image: redis → unpinned docker.io/library/redis:latest",
        ]
    );
}

#[test]
fn kbld_tag_and_comments_stay() {
    let pinned = pinned(DEPLOYMENT);
    assert!(pinned.contains("      - image: busybox:1.36@<docker.io/library/busybox:1.36>   # first\n"));
    assert!(pinned.contains("image: \"nginx:1.27@<docker.io/library/nginx:1.27>\" # the tag stays\n"));
}

#[test]
fn frizbee_quoted_image_is_not_skipped() {
    assert_eq!(container("\"nginx:1\""), "nginx:1 → unpinned docker.io/library/nginx:1");
    assert_eq!(container("'nginx:1'"), "nginx:1 → unpinned docker.io/library/nginx:1");
}

#[test]
fn frizbee_latest_is_not_skipped() {
    assert_eq!(container("nginx:latest"), "nginx:latest → unpinned docker.io/library/nginx:latest");
}

#[test]
fn frizbee_name_is_not_rewritten() {
    let text =
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: \"alpine:3.18.2\"}, {image: index.docker.io/library/alpine:3.18.2}]}\n";
    assert_eq!(
        pinned(text),
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: \"alpine:3.18.2@<docker.io/library/alpine:3.18.2>\"}, \
         {image: index.docker.io/library/alpine:3.18.2@<docker.io/library/alpine:3.18.2>}]}\n"
    );
}

#[test]
fn frizbee_from_inside_a_config_map_is_not_touched() {
    let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  image: nginx:1\n  q: |\n    SELECT * FROM nginx\n    FROM alpine:3\n  c: |\n    image: x:1\n";
    assert_eq!(seen(text), [""; 0]);
    assert_eq!(pinned(text), text);
}

#[test]
fn frizbee_long_line() {
    let long = "x".repeat(200_000);
    let text = format!("apiVersion: v1\nkind: Pod\n# {long}\nspec: {{note: \"{long}\", containers: [{{image: 'nginx:1'}}]}}");
    assert!(pinned(&text).ends_with(", containers: [{image: 'nginx:1@<docker.io/library/nginx:1>'}]}"));
}

#[test]
fn frizbee_line_ends_stay() {
    let text = "\u{feff}apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  containers:\r\n  - image: nginx:1 # \u{e9}\r\n  - image: \"redis:7\"";
    assert_eq!(
        pinned(text),
        "\u{feff}apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  containers:\r\n  - image: nginx:1@<docker.io/library/nginx:1> # \u{e9}\r\n  \
         - image: \"redis:7@<docker.io/library/redis:7>\""
    );
}

#[test]
fn renovate_flow_mapping_is_not_missed() {
    let text = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: nginx}]}}";
    assert_eq!(
        pinned(text),
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: nginx:latest@<docker.io/library/nginx:latest>}]}}"
    );
}

#[test]
fn renovate_block_scalar_is_not_hit() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: c\n    args:\n    - |\n      image: nginx:1\n      - image: redis:7\n    image: caddy:2\n";
    assert_eq!(seen(text), ["Pod: spec.containers[0].image: caddy:2 → unpinned docker.io/library/caddy:2"]);
}

#[test]
fn renovate_last_of_several_is_not_the_only_one() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1\n  - image: nginx:1\n  - image: nginx:1\n";
    assert_eq!(pinned(text).matches("nginx:1@<docker.io/library/nginx:1>\n").count(), 3);
}

#[test]
fn otaru_the_same_tag_gets_the_same_digest_everywhere() {
    let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'a:1'}, {image: 'b:1'}, {image: 'docker.io/library/a:1'}]}\n";
    let changes = support::pin(text, Kind::Kubernetes).changes;
    assert_eq!((changes[0].digest, changes[1].digest), (support::digest("a:1"), support::digest("b:1")));
    assert_eq!(changes[0].digest, changes[2].digest);
}

#[test]
fn an_image_with_a_digest_is_pinned() {
    let digest = support::digest("nginx:1");
    assert_eq!(container(&format!("nginx@{digest}")), format!("nginx@{digest} → pinned docker.io/library/nginx@{digest}"));
    assert_eq!(container(&format!(">-\n      nginx@{digest}")), format!("nginx@{digest} → pinned docker.io/library/nginx@{digest}"));
}

#[test]
fn an_image_of_several_lines_is_left_alone() {
    for image in ["|\n      nginx:1", ">-\n      nginx:1", "\"nginx\\\n      :1\"", "\"\\x6eginx:1\"", "nginx:1\n      two"] {
        assert!(container(image).ends_with(" → style") || container(image).ends_with(" → reference-invalid"), "{image}");
    }
}

#[test]
fn no_image_is_empty() {
    for image in ["", "\"\"", "''", "null", "~", "!!null"] {
        assert!(container(image).ends_with(" → empty"), "{image}");
    }
}

#[test]
fn an_image_that_is_filled_in_is_left_alone() {
    assert_eq!(container("\"{{ .Values.image }}:1\""), "{{ .Values.image }}:1 → expression");
    assert_eq!(container("registry/{{ image }}"), "registry/{{ image }} → expression");
    assert_eq!(container("$(IMAGE)"), "$(IMAGE) → expression");
    assert_eq!(container("nginx:${TAG}"), "nginx:${TAG} → variable");
    assert_eq!(container("nginx:${TAG:=1.27}"), "nginx:${TAG:=1.27} → variable");
    assert_eq!(container("nginx:$TAG"), "nginx:$TAG → variable");
}

#[test]
fn no_reference_is_left_alone() {
    for image in ["\"nginx:\"", "NGINX:1", "\" nginx:1\"", "https://nginx", "nginx:1 2"] {
        assert!(container(image).ends_with(" → reference-invalid"), "{image}: {}", container(image));
    }
}

#[test]
fn a_tag_that_says_nothing_new_is_no_hindrance() {
    assert_eq!(container("!!str nginx:1"), "nginx:1 → unpinned docker.io/library/nginx:1");
    assert_eq!(container("!<tag:yaml.org,2002:str> 'nginx:1'"), "nginx:1 → unpinned docker.io/library/nginx:1");
    assert_eq!(container("!reference nginx:1"), "nginx:1 → style");
    assert_eq!(container("!!binary bmdpbng6MQ=="), "bmdpbng6MQ== → reference-invalid");
}

#[test]
fn every_document_is_searched() {
    let text = "# one\n---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'a:1'}]}\n---\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {generateName: job-}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 'b:1'}]}}}}}\n...\n";
    assert_eq!(
        seen(text),
        [
            "Pod: spec.containers[0].image: a:1 → unpinned docker.io/library/a:1",
            "CronJob/job-: spec.jobTemplate.spec.template.spec.containers[0].image: b:1 → unpinned docker.io/library/b:1"
        ]
    );
}

#[test]
fn a_list_is_its_objects() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec: {containers: [{image: 'a:1'}]}\n- apiVersion: v1\n  kind: ConfigMap\n  data: {image: 'b:1'}\n";
    assert_eq!(seen(text), ["Pod/a: spec.containers[0].image: a:1 → unpinned docker.io/library/a:1"]);
    assert_eq!(
        seen("apiVersion: v1\nkind: PodList\nitems:\n- spec: {containers: [{image: 'a:1'}]}\n"),
        ["PodList: items[0].spec.containers[0].image: a:1 → unpinned docker.io/library/a:1"]
    );
    assert_eq!(seen("apiVersion: v1\nkind: ConfigMapList\nitems:\n- data: {image: 'b:1'}\n"), [""; 0]);
}

#[test]
fn json_is_yaml() {
    let text = "{\n\t\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n\t\"spec\":{\"containers\":[{\"image\":\"nginx:1\"},{\"image\": \"a\\/b:1\"}]}\n}";
    assert_eq!(
        seen(text),
        ["Pod: spec.containers[0].image: nginx:1 → unpinned docker.io/library/nginx:1", "Pod: spec.containers[1].image: a\\/b:1 → style"]
    );
    assert!(pinned(text).contains("{\"image\":\"nginx:1@<docker.io/library/nginx:1>\"}"));
}

#[test]
fn a_volume_can_be_an_image() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n  - name: v\n    image:\n      reference: quay.io/a/b:1\n      pullPolicy: Always\n  ephemeralContainers: [{image: 'c:1'}]\n";
    assert_eq!(
        seen(text),
        [
            "Pod: spec.volumes[0].image.reference: quay.io/a/b:1 → unpinned quay.io/a/b:1",
            "Pod: spec.ephemeralContainers[0].image: c:1 → unpinned docker.io/library/c:1"
        ]
    );
}

#[test]
fn a_disk_is_no_image() {
    assert_eq!(seen("apiVersion: v1\nkind: PersistentVolume\nspec: {rbd: {image: foo, monitors: []}}\n"), [""; 0]);
}

#[test]
fn custom_resources_have_images_like_others() {
    let text = "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - image: golang:1.25\n---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec:\n  image: quay.io/prometheus/prometheus:v3\n  version: v3\n";
    assert_eq!(
        seen(text),
        [
            "Task: spec.steps[0].image: golang:1.25 → unpinned docker.io/library/golang:1.25",
            "Prometheus: spec.image: quay.io/prometheus/prometheus:v3 → unpinned quay.io/prometheus/prometheus:v3"
        ]
    );
}

#[test]
fn a_name_beside_its_tag_is_not_taken_for_latest() {
    assert_eq!(seen("apiVersion: a/v1\nkind: A\nspec: {image: quay.io/a/b, tag: v1}\n"), ["A: spec.image: quay.io/a/b → tag-elsewhere"]);
}

#[test]
fn what_describes_objects_is_no_object() {
    for text in [
        "apiVersion: v1\nkind: Secret\nstringData: {image: 'a:1'}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {image: {type: string}, image2: {image: 'a:1'}}\n",
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {pattern: {image: '*:latest'}}\n",
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\nspec: {image: ghcr.io/a/b}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {x: {image: 'a:1'}}}\nstatus: {containerStatuses: [{image: 'a:1'}]}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {selector: {matchLabels: {image: a}}, template: {spec: {nodeSelector: {image: a}}}}\n",
    ] {
        assert_eq!(seen(text), [""; 0], "{text}");
    }
}

#[test]
fn an_image_in_parts_gets_its_digest_where_it_asks_for_one() {
    let text = "apiVersion: a/v1\nkind: A\nspec:\n  image:\n    repository: quay.io/a/b\n    tag: v1\n    digest: \"\"\n";
    assert_eq!(seen(text), ["A: spec.image.tag: v1 → unpinned quay.io/a/b:v1"]);
    assert!(pinned(text).ends_with("    tag: v1\n    digest: \"<quay.io/a/b:v1>\"\n"));
}

#[test]
fn values_of_a_chart_in_an_object_are_values() {
    let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\nspec:\n  chart: {spec: {chart: c, version: 1.2.3}}\n  values:\n    image: {repository: a/b, tag: v1}\n    sidecarImage: c/d:v2\n  other:\n    image: e/f\n";
    assert_eq!(
        seen(text),
        [
            "HelmRelease/r: spec.values.image.tag: v1 → no-digest-field",
            "HelmRelease/r: spec.values.sidecarImage: c/d:v2 → unpinned docker.io/c/d:v2",
            "HelmRelease/r: spec.other.image: e/f → unpinned docker.io/e/f:latest"
        ]
    );
}

#[test]
fn values_as_text_are_not_touched() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n        image: a/b:1\n      valuesObject:\n        image: c/d:1\n";
    assert_eq!(seen(text), ["Application: spec.source.helm.valuesObject.image: c/d:1 → unpinned docker.io/c/d:1"]);
}

#[test]
fn images_of_a_flux_kustomization_are_those_of_a_kustomization() {
    let text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec:\n  images:\n  - {name: a, newTag: v1}\n";
    assert_eq!(seen(text), ["Kustomization/k: spec.images[0]: v1 → unpinned docker.io/library/a:v1"]);
}

#[test]
fn openshift_says_it_in_another_way() {
    let text = "apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {name: s}\nspec:\n  tags:\n  - name: '1'\n    from:\n      kind: DockerImage\n      name: quay.io/a/b:1\n  - name: '2'\n    from: {kind: ImageStreamTag, name: 's:1'}\n";
    assert_eq!(seen(text), ["ImageStream/s: spec.tags[0].from.name: quay.io/a/b:1 → unpinned quay.io/a/b:1"]);
}

#[test]
fn an_alias_follows_its_anchor() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {x: &x {image: 'b:1'}}}\nspec:\n  containers:\n  - image: &a nginx:1\n  - image: *a\n  - *x\n  - <<: *x\n    name: y\n";
    assert_eq!(
        seen(text),
        [
            "Pod: spec.containers[2].image: b:1 → unpinned docker.io/library/b:1",
            "Pod: spec.containers[0].image: nginx:1 → unpinned docker.io/library/nginx:1",
            "Pod: spec.containers[1].image: *a → alias"
        ]
    );
}

#[test]
fn a_label_that_follows_an_image_is_not_changed() {
    let text = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: &a 'nginx:1'}], x: {labels: {version: *a}}}\n";
    assert_eq!(seen(text), ["Pod: spec.containers[0].image: nginx:1 → shared-anchor"]);
}

#[test]
fn a_patch_is_searched_like_an_object() {
    assert_eq!(
        seen("spec: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}\n---\n- {image: 'b:1'}\n"),
        ["spec.template.spec.containers[0].image: a:1 → unpinned docker.io/library/a:1", "[0].image: b:1 → unpinned docker.io/library/b:1"]
    );
}

#[test]
fn a_name_that_could_steer_a_terminal_does_not() {
    let found =
        pin::find("{apiVersion: v1, kind: \"P\\e[2J\", metadata: {name: \"\\u202e\"}, \"s\\n\": {image: a}}", Kind::Kubernetes).unwrap();
    assert_eq!(found[0].place, "P\\u{1b}[2J/\\u{202e}: s\\n.image");
}
