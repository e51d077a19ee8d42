//! Workflows and actions, as GitHub's runner reads them.

use pullproof::pin::Kind;

use crate::support;

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::GithubActions)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::GithubActions)
}

fn job(fields: &str) -> Vec<String> {
    seen(&format!("on: push\njobs:\n  test: {{{fields}}}\n"))
}

const WORKFLOW: &str = "\
name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    container:
      image: node:22 # LTS
      env: { image: not-me }
    services:
      db: { image: \"postgres:17\" }
      cache: redis
    steps:
    - uses: actions/checkout@v5
    - uses: docker://alpine:3.20   # lint
    - uses: ./local
    - run: |
        docker run nginx:1
  build:
    container: 'golang:1.25'
    uses: owner/repo/.github/workflows/a.yml@v1
";

#[test]
fn every_image_is_found_and_actions_are_none() {
    assert_eq!(
        seen(WORKFLOW),
        [
            "jobs.test.container.image: node:22 → unpinned docker.io/library/node:22",
            "jobs.test.services.db.image: postgres:17 → unpinned docker.io/library/postgres:17",
            "jobs.test.services.cache: redis → unpinned docker.io/library/redis:latest",
            "jobs.test.steps[1].uses: alpine:3.20 → unpinned docker.io/library/alpine:3.20",
            "jobs.build.container: golang:1.25 → unpinned docker.io/library/golang:1.25",
        ]
    );
}

#[test]
fn only_digests_are_inserted() {
    let pinned = pinned(WORKFLOW);
    assert!(pinned.contains("      image: node:22@<docker.io/library/node:22> # LTS\n"));
    assert!(pinned.contains("    - uses: docker://alpine:3.20@<docker.io/library/alpine:3.20>   # lint\n"));
    assert!(pinned.contains("      cache: redis:latest@<docker.io/library/redis:latest>\n"));
}

#[test]
fn ratchet_anchor_is_not_ignored() {
    let text =
        "on: push\njobs:\n  a: &a\n    container: &c node:22\n    steps: [{uses: 'docker://alpine:3'}]\n  b: *a\n  d: {container: *c}\n";
    assert_eq!(
        seen(text),
        [
            "jobs.a.container: node:22 → unpinned docker.io/library/node:22",
            "jobs.a.steps[0].uses: alpine:3 → unpinned docker.io/library/alpine:3",
            "jobs.d.container: *c → alias"
        ]
    );
    assert!(pinned(text).contains("container: &c node:22@<docker.io/library/node:22>\n"));
}

#[test]
fn an_image_with_a_digest_is_pinned() {
    let digest = support::digest("node:22");
    assert_eq!(
        job(&format!("steps: [{{uses: 'docker://node:22@{digest}'}}]")),
        [format!("jobs.test.steps[0].uses: node:22@{digest} → pinned docker.io/library/node:22@{digest}")]
    );
}

#[test]
fn an_expression_is_left_alone() {
    assert_eq!(job("container: '${{ matrix.image }}'"), ["jobs.test.container: ${{ matrix.image }} → expression"]);
    assert_eq!(job("container: {image: 'node:${{ matrix.v }}'}"), ["jobs.test.container.image: node:${{ matrix.v }} → expression"]);
    assert_eq!(job("services: '${{ fromJSON(x) }}'"), ["jobs.test.services: ${{ fromJSON(x) }} → expression"]);
    assert_eq!(seen("on: push\njobs:\n  a:\n    container: ${{ inputs.image }}\n"), ["jobs.a.container: ${{ inputs.image }} → expression"]);
}

#[test]
fn no_image_is_empty() {
    assert_eq!(job("container: ''"), ["jobs.test.container:  → empty"]);
    assert_eq!(
        job("services: {a: {image: ''}, b: , c: {ports: []}}"),
        ["jobs.test.services.a.image:  → empty", "jobs.test.services.b:  → empty"]
    );
    assert_eq!(job("services:"), [""; 0]);
}

#[test]
fn the_scheme_is_no_part_of_the_name() {
    assert_eq!(job("container: 'docker://node:22'"), ["jobs.test.container: node:22 → unpinned docker.io/library/node:22"]);
    assert_eq!(job("steps: [{uses: \"docker://\"}]"), ["jobs.test.steps[0].uses:  → empty"]);
    assert_eq!(job("steps: [{uses: \"docker:\\/\\/node:22\"}]"), ["jobs.test.steps[0].uses: docker:\\/\\/node:22 → style"]);
    assert_eq!(job("steps: [{uses: 'Docker://node:22'}]"), [""; 0]);
}

#[test]
fn an_action_can_be_an_image() {
    let text = "name: a\nruns:\n  using: docker\n  image: \"docker://alpine:3\"\n  args: [a]\n";
    assert_eq!(seen(text), ["runs.image: alpine:3 → unpinned docker.io/library/alpine:3"]);
    assert_eq!(pinned(text), "name: a\nruns:\n  using: docker\n  image: \"docker://alpine:3@<docker.io/library/alpine:3>\"\n  args: [a]\n");
    assert_eq!(seen("runs: {using: docker, image: 'DOCKER://alpine:3'}"), ["runs.image: alpine:3 → unpinned docker.io/library/alpine:3"]);
}

#[test]
fn an_action_can_have_a_dockerfile() {
    assert_eq!(seen("runs: {using: docker, image: Dockerfile}"), ["runs.image: Dockerfile → local"]);
    assert_eq!(seen("runs: {using: docker, image: ''}"), ["runs.image:  → empty"]);
}

#[test]
fn steps_of_an_action_are_steps() {
    assert_eq!(
        seen("runs:\n  using: composite\n  steps:\n  - run: docker pull a:1\n    shell: bash\n  - uses: docker://b:1\n"),
        ["runs.steps[1].uses: b:1 → unpinned docker.io/library/b:1"]
    );
}

#[test]
fn what_is_no_workflow_names_no_image() {
    for text in
        ["jobs: []\n", "jobs:\n", "runs: a\n", "jobs: {a: b}\n", "jobs: {a: {steps: b, services: [c]}}\n", "image: a:1\n", "- jobs\n", ""]
    {
        assert_eq!(seen(text), [""; 0], "{text}");
    }
}

#[test]
fn an_image_that_is_no_text_is_left_alone() {
    assert_eq!(job("container: [node]"), ["jobs.test.container:  → style"]);
    assert_eq!(seen("jobs:\n  a:\n    container: >-\n      node:22\n"), ["jobs.a.container: node:22 → style"]);
    assert_eq!(job("container: Node:22"), ["jobs.test.container: Node:22 → reference-invalid"]);
}
