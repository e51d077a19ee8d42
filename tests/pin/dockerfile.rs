//! Dockerfiles, read as BuildKit reads them, and what other programs that pin them get wrong.

use proptest::prelude::*;
use pullproof::pin;
use pullproof::pin::Found;
use pullproof::pin::Kind;
use pullproof::pin::Unreadable;

use crate::support;

fn seen(text: &str) -> Vec<String> {
    support::seen(text, Kind::Dockerfile)
}

fn pinned(text: &str) -> String {
    support::pinned(text, Kind::Dockerfile)
}

/// Each text, and every occurrence in it.
fn sees(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(seen(text), *expected, "\n{text}");
    }
}

/// Each text, and what becomes of it; a digest is shown as `<…>`, the image that it is of.
fn pins(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(pinned(text), *expected, "\n{text}");
    }
}

/// How often an image is left alone for this reason.
fn count(text: &str, code: &str) -> usize {
    let found = pin::find(text, Kind::Dockerfile).expect("it is short enough");
    found.iter().filter(|occurrence| matches!(&occurrence.found, Found::LeftAlone(why) if why.code() == code)).count()
}

const NGINX: &str = "FROM: nginx:1.27 → unpinned docker.io/library/nginx:1.27";

#[test]
fn the_image_of_from_is_found_however_it_is_written() {
    let digest = support::digest("nginx:1.27");
    sees(&[
        ("FROM nginx:1.27", &[NGINX]),
        ("FROM nginx:1.27\n", &[NGINX]),
        ("from nginx:1.27\n", &[NGINX]),
        ("FrOm nginx:1.27\n", &[NGINX]),
        ("FROM\tnginx:1.27\n", &[NGINX]),
        ("\t FROM \t nginx:1.27 \t\n", &[NGINX]),
        ("FROM\u{b}nginx:1.27\u{c}AS\u{b}x\n", &[NGINX]),
        ("\u{a0}FROM nginx:1.27\u{2003}\n", &[NGINX]),
        ("FROM nginx:1.27 AS web\n", &[NGINX]),
        ("FROM nginx:1.27 as web\n", &[NGINX]),
        ("FROM nginx:1.27\tAS\tweb\n", &[NGINX]),
        ("FROM --platform=linux/amd64 nginx:1.27\n", &[NGINX]),
        ("FROM --platform=\"$BUILDPLATFORM\" nginx:1.27 AS web\n", &[NGINX]),
        ("FROM \\\n  nginx:1.27\n", &[NGINX]),
        ("FROM --platform=linux/amd64 \\\n# a comment\n\n   \t# another \\\n  nginx:1.27 \\\n  AS web\n", &[NGINX]),
        ("FR\\\nOM nginx:1.27\n", &[NGINX]),
        ("FROM \\ \t\nnginx:1.27\n", &[NGINX]),
        ("\\\nFROM nginx:1.27\n", &[NGINX]),
        ("FROM nginx:1.27 \\", &[NGINX]),
        ("FROM nginx:1.27\r\nRUN x\r\n", &[NGINX]),
        ("FROM \\\r\nnginx:1.27\r\n", &[NGINX]),
        ("\u{feff}FROM nginx:1.27\n", &[NGINX]),
        ("# escape=`\nFROM `\nnginx:1.27\n", &[NGINX]),
        ("\u{feff} # ESCAPE = ` \nFROM `\nnginx:1.27\n", &[NGINX]),
        ("FROM \"nginx:1.27\"\n", &[NGINX]),
        ("FROM 'nginx:1.27'\n", &[NGINX]),
        ("FROM nginx\n", &["FROM: nginx → unpinned docker.io/library/nginx:latest"]),
        ("FROM ghcr.io/a/b:1\n", &["FROM: ghcr.io/a/b:1 → unpinned ghcr.io/a/b:1"]),
        ("FROM localhost:5000/a\n", &["FROM: localhost:5000/a → unpinned localhost:5000/a:latest"]),
        (&format!("FROM nginx:1.27@{digest}\n"), &[&format!("FROM: nginx:1.27@{digest} → pinned docker.io/library/nginx:1.27@{digest}")]),
        (&format!("FROM nginx@{digest}\n"), &[&format!("FROM: nginx@{digest} → pinned docker.io/library/nginx@{digest}")]),
        ("# FROM alpine\n  # FROM alpine\nFROM nginx:1.27 # comment\n", &[NGINX]),
    ]);
}

#[test]
fn what_is_no_image_that_could_be_pinned_is_left_alone_with_the_reason() {
    sees(&[
        ("FROM scratch\n", &["FROM: scratch → scratch"]),
        ("FROM ${X:-scratch}\n", &["FROM: ${X:-scratch} → scratch"]),
        ("FROM scratch:1\n", &["FROM: scratch:1 → unpinned docker.io/library/scratch:1"]),
        ("FROM Scratch\n", &["FROM: Scratch → reference-invalid"]),
        ("FROM Nginx\n", &["FROM: Nginx → reference-invalid"]),
        ("FROM nginx:\n", &["FROM: nginx: → reference-invalid"]),
        ("FROM nginx\u{a0}AS x\n", &["FROM: nginx\u{a0}AS → reference-invalid"]),
        ("FROM nginx\0\n", &["FROM: nginx\0 → reference-invalid"]),
        ("FROM \"\"\n", &["FROM:  → empty"]),
        ("FROM ngi\\\nnx:1.27\n", &["FROM: ngi\\\nnx:1.27 → style"]),
        ("FROM ng\"in\"x\n", &["FROM: ng\"in\"x → style"]),
        ("FROM n\\ginx\n", &["FROM: n\\ginx → style"]),
        ("FROM 'nginx:$TAG'\n", &["FROM: 'nginx:$TAG' → style"]),
        ("FROM $(image)\n", &["FROM: $(image) → expression"]),
        ("FROM $\n", &["FROM: $ → expression"]),
        ("FROM ${\n", &["FROM: ${ → expression"]),
        ("ARG V=1.27-x\nFROM nginx:${V%-x}\n", &["FROM: nginx:${V%-x} → expression"]),
        ("ARG V=1.27-x\nFROM nginx:${V/-x/}\n", &["FROM: nginx:${V/-x/} → expression"]),
        ("FROM\n", &[]),
        ("FROM --platform=linux/amd64\n", &[]),
        ("FROMnginx\n", &[]),
        ("FROM\u{a0}nginx\n", &[]),
        ("", &[]),
        ("\u{feff}", &[]),
        ("\\", &[]),
        ("RUN FROM nginx\nLABEL from=nginx\nCMD [\"FROM\", \"nginx\"]\nENV FROM=nginx\n", &[]),
        ("RUN echo \\\n  FROM nginx\n", &[]),
    ]);
}

#[test]
fn a_name_of_a_stage_before_it_is_that_stage() {
    let base = "FROM: golang:1.24 → unpinned docker.io/library/golang:1.24";
    sees(&[
        ("FROM golang:1.24 AS build\nFROM build\n", &[base, "FROM: build → stage"]),
        ("FROM golang:1.24 AS Build\nFROM build\nFROM BUILD\n", &[base, "FROM: build → stage", "FROM: BUILD → stage"]),
        ("FROM golang:1.24 AS build\nARG X\nFROM ${X:-build}\n", &[base, "FROM: ${X:-build} → stage"]),
        ("ARG X=build\nFROM golang:1.24 AS build\nFROM $X\n", &[base, "FROM: $X → stage"]),
        ("FROM golang:1.24 AS scratch\nFROM scratch\n", &[base, "FROM: scratch → stage"]),
        // Later stages and other words than AS give no name, and a tag is none.
        ("FROM build\nFROM golang:1.24 AS build\n", &["FROM: build → unpinned docker.io/library/build:latest", base]),
        ("FROM build AS build\n", &["FROM: build → unpinned docker.io/library/build:latest"]),
        ("FROM golang:1.24 IS build\nFROM build\n", &[base, "FROM: build → unpinned docker.io/library/build:latest"]),
        ("FROM golang:1.24 AS build x\nFROM build\n", &[base, "FROM: build → unpinned docker.io/library/build:latest"]),
        ("FROM golang:1.24 AS build\nFROM build:1\n", &[base, "FROM: build:1 → unpinned docker.io/library/build:1"]),
        ("FROM golang:1.24 AS build\nFROM library/build\n", &[base, "FROM: library/build → unpinned docker.io/library/build:latest"]),
        // BuildKit refuses such a name.
        ("FROM golang:1.24 AS a/b\nFROM a/b\n", &[base, "FROM: a/b → unpinned docker.io/a/b:latest"]),
        ("FROM golang:1.24 AS 1b\nFROM 1b\n", &[base, "FROM: 1b → unpinned docker.io/library/1b:latest"]),
        // Only COPY counts stages.
        ("FROM golang:1.24\nFROM 0\n", &[base, "FROM: 0 → unpinned docker.io/library/0:latest"]),
    ]);
}

#[test]
fn copy_from_names_a_stage_its_number_or_an_image() {
    let base = "FROM: a:1 → unpinned docker.io/library/a:1";
    let copies = |option: &str| format!("FROM a:1 AS one\nFROM a:1 AS two\nCOPY {option} /x /y\nFROM a:1 AS three\n");
    let cases = [
        ("--from=nginx:1.27", "COPY --from: nginx:1.27 → unpinned docker.io/library/nginx:1.27"),
        ("--link --chown=1:1 --from=nginx:1.27", "COPY --from: nginx:1.27 → unpinned docker.io/library/nginx:1.27"),
        ("--from=\"nginx:1.27\"", "COPY --from: nginx:1.27 → unpinned docker.io/library/nginx:1.27"),
        ("\"--from=nginx:1.27\"", ""),
        ("--\"from\"=nginx:1.27", "COPY --from: nginx:1.27 → unpinned docker.io/library/nginx:1.27"),
        ("--from='nginx:1.27' --chmod=755", "COPY --from: nginx:1.27 → unpinned docker.io/library/nginx:1.27"),
        ("--from=one", "COPY --from: one → stage"),
        ("--from=ONE", "COPY --from: ONE → stage"),
        ("--from=0", "COPY --from: 0 → stage"),
        ("--from=1", "COPY --from: 1 → stage-order"),
        ("--from=2", "COPY --from: 2 → stage-order"),
        ("--from=99999999999999999999999999", "COPY --from: 99999999999999999999999999 → stage-order"),
        ("--from=two", "COPY --from: two → stage-order"),
        ("--from=three", "COPY --from: three → stage-order"),
        ("--from=-1", "COPY --from: -1 → reference-invalid"),
        ("--from=scratch", "COPY --from: scratch → scratch"),
        ("--from=", "COPY --from:  → empty"),
        // A folder that `--build-context` gives this name cannot be known: without it, BuildKit takes the image.
        ("--from=sources", "COPY --from: sources → unpinned docker.io/library/sources:latest"),
        ("--from=$IMAGE", "COPY --from: $IMAGE → variable"),
        ("--from=nginx:${TAG:-1.27}", "COPY --from: nginx:${TAG:-1.27} → variable"),
        ("--from=ngi\"nx:1.27\"", "COPY --from: ngi\"nx:1.27 → style"),
        ("--from=nginx\\:1.27", "COPY --from: nginx\\:1.27 → style"),
        ("--from=ngi\\\nnx", "COPY --from: ngi\\\nnx → style"),
        ("--from nginx:1.27", ""),
        ("--FROM=nginx:1.27", ""),
        ("-- --from=nginx:1.27", ""),
        ("x --from=nginx:1.27", ""),
    ];
    for (option, expected) in cases {
        let expected: Vec<&str> = [base, base, expected, base].into_iter().filter(|line| !line.is_empty()).collect();
        assert_eq!(seen(&copies(option)), expected, "{option}");
    }
    // The last stage of a name is the one that COPY means, the last before it the one that FROM means.
    sees(&[(
        "FROM a:1 AS x\nFROM x\nCOPY --from=x a b\nFROM a:1 AS x\n",
        &[base, "FROM: x → stage", "COPY --from: x → stage-order", base],
    )]);
    // ADD has no such option.
    sees(&[("FROM a:1\nADD --from=nginx:1.27 /x /y\n", &[base])]);
}

#[test]
fn every_mount_of_a_run_is_looked_at() {
    let base = "FROM: a:1 → unpinned docker.io/library/a:1";
    let nginx = "RUN --mount: nginx:1.27 → unpinned docker.io/library/nginx:1.27";
    let cases: &[(&str, &[&str])] = &[
        ("RUN --mount=type=bind,from=nginx:1.27,target=/x ls", &[nginx]),
        ("RUN --mount=from=nginx:1.27,target=/x ls", &[nginx]),
        ("RUN --mount=target=/x,FROM=nginx:1.27 ls", &[nginx]),
        ("run --network=none --mount=type=cache,target=/x,from=nginx:1.27 ls", &[nginx]),
        ("RUN --mount=\"type=bind,from=nginx:1.27,target=/x\" ls", &[nginx]),
        ("RUN --mount=type=bind,\"from=nginx:1.27\",target=/x ls", &[nginx]),
        ("RUN --mount='type=bind,from=nginx:1.27' ls", &[nginx]),
        ("RUN --mount=type=bind,\\\"from=nginx:1.27\\\",target=/x ls", &[nginx]),
        ("RUN --mount=\\\"target=/x,from=nginx:1.27\\\" ls", &[]),
        ("RUN --mount=type=bind,from=nginx:1.27 --mount=type=bind,from=nginx:1.27,target=/y ls", &[nginx, nginx]),
        ("RUN --mount=type=bind,from=nginx:1.27 \\\n # comment\n  --mount=from=nginx:1.27,target=/y \\\n  ls", &[nginx, nginx]),
        // The last one counts.
        ("RUN --mount=from=alpine,from=nginx:1.27 ls", &[nginx]),
        ("RUN --mount=from=A,target=/x ls", &["RUN --mount: A → stage"]),
        ("RUN --mount=from=b ls", &["RUN --mount: b → stage-order"]),
        ("RUN --mount=from=0 ls", &["RUN --mount: 0 → stage"]),
        ("RUN --mount=from=3 ls", &["RUN --mount: 3 → stage-order"]),
        ("RUN --mount=type=cache,from=scratch,target=/x ls", &["RUN --mount: scratch → scratch"]),
        ("RUN --mount=from=$X,target=/x ls", &["RUN --mount: $X → variable"]),
        ("RUN --mount=from=,target=/x ls", &["RUN --mount:  → empty"]),
        ("RUN --mount=from=NGINX ls", &["RUN --mount: NGINX → reference-invalid"]),
        ("RUN --mount=from=ngi\\\nnx:1.27 ls", &["RUN --mount: ngi\\\nnx:1.27 → style"]),
        ("RUN --mount=type=bind,from=nginx:1.27 <<EOF\nls\nEOF", &[nginx]),
        ("RUN --mount=type=secret,id=from ls", &[]),
        ("RUN --mount=type=bind,target=/x ls", &[]),
        ("RUN --mount=from,target=/x ls", &[]),
        ("RUN ls --mount=from=nginx:1.27", &[]),
        ("RUN [\"--mount=from=nginx:1.27\"]", &[]),
        ("RUN -- --mount=from=nginx:1.27", &[]),
    ];
    for (run, expected) in cases {
        let found = seen(&format!("FROM a:1 AS a\nFROM a:1 AS b\n{run}\nFROM a:1 AS c\n"));
        assert_eq!(found[..2], [base, base]);
        assert_eq!(found.last().unwrap(), base, "{run}");
        assert_eq!(found[2..found.len() - 1], **expected, "{run}");
    }
}

#[test]
fn onbuild_says_it_for_another_file_or_a_later_stage() {
    let base = "FROM: a:1 → unpinned docker.io/library/a:1";
    sees(&[
        ("FROM a:1\nONBUILD COPY --from=nginx x y\n", &[base, "ONBUILD COPY --from: nginx → unpinned docker.io/library/nginx:latest"]),
        ("FROM a:1\nonbuild\tcopy --from=nginx x y\n", &[base, "ONBUILD COPY --from: nginx → unpinned docker.io/library/nginx:latest"]),
        (
            "FROM a:1\nONBUILD RUN --mount=from=nginx,target=/x ls\n",
            &[base, "ONBUILD RUN --mount: nginx → unpinned docker.io/library/nginx:latest"],
        ),
        ("FROM a:1\nONBUILD COPY --from=0 x y\n", &[base, "ONBUILD COPY --from: 0 → stage"]),
        ("FROM a:1\nONBUILD COPY --from=later x y\nFROM a:1 AS later\n", &[base, "ONBUILD COPY --from: later → stage", base]),
        ("FROM a:1\nONBUILD RUN <<EOF\nFROM b:1\nEOF\nFROM a:1\n", &[base, base]),
        // BuildKit refuses both.
        ("FROM a:1\nONBUILD FROM b:1\nONBUILD ONBUILD COPY --from=nginx x y\n", &[base]),
        ("FROM a:1\nONBUILD ARG X=1\nONBUILD\n", &[base]),
    ]);
}

#[test]
fn the_syntax_line_names_an_image_too() {
    let found = "# syntax: docker/dockerfile:1 → unpinned docker.io/docker/dockerfile:1";
    sees(&[
        ("# syntax=docker/dockerfile:1\nFROM nginx:1.27\n", &[found, NGINX]),
        ("#syntax=docker/dockerfile:1", &[found]),
        ("#  SYNTAX\t=  docker/dockerfile:1 \r\n", &[found]),
        ("\u{feff}# syntax=docker/dockerfile:1\n", &[found]),
        ("# escape=`\n# check=skip=all\n# syntax=docker/dockerfile:1\n", &[found]),
        ("#!/usr/bin/env docker\n# syntax=docker/dockerfile:1\n", &[found]),
        ("# syntax=docker/dockerfile:1 --option value\n", &[found]),
        ("# syntax=docker/dockerfile:1\n# syntax=other\n", &[found]),
        ("# syntax=docker/dockerfile\n", &["# syntax: docker/dockerfile → unpinned docker.io/docker/dockerfile:latest"]),
        ("ARG V=1\n# syntax=docker/dockerfile:1\n", &[]),
        ("# syntax=docker/dockerfile:$V\n", &["# syntax: docker/dockerfile:$V → reference-invalid"]),
        ("# syntax=Docker\n", &["# syntax: Docker → reference-invalid"]),
        ("# syntax= \n", &["# syntax:  → empty"]),
        ("# syntax=\n", &[]),
        ("# syntax docker/dockerfile:1\n", &[]),
        ("\n# syntax=docker/dockerfile:1\n", &[]),
        (" # syntax=docker/dockerfile:1\n", &[]),
        ("# hello\n# syntax=docker/dockerfile:1\n", &[]),
        ("# other=1\n# syntax=docker/dockerfile:1\n", &[]),
        ("FROM nginx:1.27\n# syntax=docker/dockerfile:1\n", &[NGINX]),
        ("## syntax=docker/dockerfile:1\n", &[]),
        ("# syntax=docker/dockerfile:1\\\nFROM nginx:1.27\n", &["# syntax: docker/dockerfile:1\\ → reference-invalid", NGINX]),
        // For files in other languages.
        ("// syntax=docker/dockerfile:1\n", &["// syntax: docker/dockerfile:1 → unpinned docker.io/docker/dockerfile:1"]),
    ]);
    // A comment that is no directive any more sets no escape character.
    sees(&[
        ("# hello\n# escape=`\nFROM `\nnginx:1.27\n", &["FROM: ` → style"]),
        ("# escape=x\nFROM \\\nnginx:1.27\n", &[NGINX]),
        ("#!/bin/x\n# escape=`\nFROM \\\nnginx:1.27\n", &[NGINX]),
    ]);
}

#[test]
fn what_stands_in_a_document_is_no_instruction() {
    let base = "FROM: a:1 → unpinned docker.io/library/a:1";
    let inside = "FROM: in:1 → unpinned docker.io/library/in:1";
    let documents = [
        "RUN <<EOF\nFROM in:1\nEOF",
        "RUN <<EOF\r\nFROM in:1\r\nEOF\r",
        "RUN <<-EOF\n\tFROM in:1\n\t\tEOF",
        "RUN <<\"EOF\"\nFROM in:1\nEOF",
        "RUN <<'EOF'\nFROM in:1\nEOF",
        "RUN <<E'O'F\nFROM in:1\nEOF",
        "RUN <<\\EOF\nFROM in:1\nEOF",
        "RUN <<'a b'\nFROM in:1\na b",
        "RUN << EOF\nFROM in:1\nEOF",
        "RUN 3<<EOF\nFROM in:1\nEOF",
        "RUN cat > /x <<EOF && cat > /y <<END\nFROM in:1\nEOF\nFROM in:1\nEND",
        "RUN echo \"it's\" <<EOF\nFROM in:1\nEOF",
        "RUN echo ${x:-<<EOF} <<END\nFROM in:1\nEOF}\nFROM in:1\nEND",
        "RUN cat \\\n  <<EOF\nFROM in:1\nEOF",
        "RUN <<EOF\n# comment\nFROM in:1\n\nCOPY --from=in a b \\\nEOF",
        "RUN <<$EOF\nFROM in:1\n$EOF",
        "COPY <<EOF /x\nFROM in:1\nEOF",
        "COPY <<EOF <<END /x\nFROM in:1\nEOF\nFROM in:1\nEND",
        "ADD <<EOF /x\nFROM in:1\nEOF",
        "ONBUILD RUN <<EOF\nFROM in:1\nEOF",
        "run --mount=type=cache,target=/x <<EOF\nFROM in:1\nEOF",
    ];
    for document in documents {
        assert_eq!(seen(&format!("FROM a:1\n{document}\nFROM a:1\n")), [base, base], "{document}");
    }
    let none = [
        "RUN \"<<EOF\"\nFROM in:1\nLABEL x=y",
        "RUN '<<EOF'\nFROM in:1",
        "RUN \\<<EOF\nFROM in:1",
        "RUN [\"cat\", \"<<EOF\"]\nFROM in:1",
        "RUN cat <<<EOF\nFROM in:1",
        "RUN cat x<<EOF\nFROM in:1",
        "RUN cat <<\nFROM in:1",
        "RUN cat <<''\nFROM in:1",
        "RUN cat <<- EOF\nFROM in:1",
        "RUN it's <<EOF\nFROM in:1",
        "RUN ${ <<EOF\nFROM in:1",
        "RUN ${x:-<<EOF\nFROM in:1",
        "RUN ${x:#y} <<EOF\nFROM in:1",
        "CMD <<EOF\nFROM in:1",
        "USER <<EOF\nFROM in:1",
        "# RUN <<EOF\nFROM in:1",
        // BuildKit has lost the beginning of the word by the time it looks.
        "RUN <<\"EOF ${x:-y}\"\nFROM in:1",
    ];
    for text in none {
        let end = "EOF\nEOF ${x:-y}\n";
        assert_eq!(seen(&format!("FROM a:1\n{text}\n{end}FROM a:1\n")), [base, inside, base], "{text}");
    }
}

#[test]
fn a_document_without_an_end_hides_nothing() {
    let base = "FROM: a:1 → unpinned docker.io/library/a:1";
    sees(&[
        // Older versions of BuildKit take this for arithmetic, as the shell does.
        ("FROM a:1\nRUN echo $(( 1 << 3 ))\nFROM a:1\n", &[base, base]),
        ("FROM a:1\nRUN <<EOF\nFROM a:1\n", &[base, base]),
        ("FROM a:1\nRUN <<EOF\nFROM a:1\n EOF\nEOF \n\tEOF\n", &[base, base]),
        ("FROM a:1\nRUN <<EOF <<END\nEOF\nFROM a:1\n", &[base, base]),
        ("FROM a:1\nRUN <<EOF", &[base]),
    ]);
}

#[test]
fn the_digest_goes_where_the_image_is_named_and_nothing_else_changes() {
    pins(&[
        ("FROM nginx:1.27", "FROM nginx:1.27@<docker.io/library/nginx:1.27>"),
        ("FROM nginx\n", "FROM nginx:latest@<docker.io/library/nginx:latest>\n"),
        (
            "\u{feff}from  'nginx'\tAS  Web # no comment\r\n",
            "\u{feff}from  'nginx:latest@<docker.io/library/nginx:latest>'\tAS  Web # no comment\r\n",
        ),
        ("FROM \"nginx:1.27\"\n", "FROM \"nginx:1.27@<docker.io/library/nginx:1.27>\"\n"),
        ("FROM \\\n  nginx:1.27 \\\n  AS web", "FROM \\\n  nginx:1.27@<docker.io/library/nginx:1.27> \\\n  AS web"),
        ("# escape=`\nFROM `\n nginx:1.27`\n AS x", "# escape=`\nFROM `\n nginx:1.27@<docker.io/library/nginx:1.27>`\n AS x"),
        ("#syntax=docker/dockerfile:1 x\n", "#syntax=docker/dockerfile:1@<docker.io/docker/dockerfile:1> x\n"),
        ("FROM a:1\nCOPY --from='b:2' x y\n", "FROM a:1@<docker.io/library/a:1>\nCOPY --from='b:2@<docker.io/library/b:2>' x y\n"),
        (
            "FROM a:1\nRUN --mount=from=b:2,target=/x --mount=\"target=/y,from=c:3\" ls\n",
            "FROM a:1@<docker.io/library/a:1>\nRUN --mount=from=b:2@<docker.io/library/b:2>,target=/x \
             --mount=\"target=/y,from=c:3@<docker.io/library/c:3>\" ls\n",
        ),
        (
            "FROM a:1\nONBUILD COPY --from=b:2 x y\n",
            "FROM a:1@<docker.io/library/a:1>\nONBUILD COPY --from=b:2@<docker.io/library/b:2> x y\n",
        ),
        ("FROM ghcr.io/ä/x\nFROM ä\n", "FROM ghcr.io/ä/x\nFROM ä\n"),
    ]);
}

#[test]
fn a_variable_that_is_the_whole_image_is_pinned_where_its_value_stands() {
    let a = "<docker.io/library/a:1>";
    pins(&[
        ("ARG I=a:1\nFROM $I\n", &format!("ARG I=a:1@{a}\nFROM $I\n")),
        ("ARG I=a:1\nFROM ${I}\n", &format!("ARG I=a:1@{a}\nFROM ${{I}}\n")),
        ("arg\tI=\"a:1\"\nFROM \"$I\"\n", &format!("arg\tI=\"a:1@{a}\"\nFROM \"$I\"\n")),
        ("ARG I='a:1'\nFROM $I\n", &format!("ARG I='a:1@{a}'\nFROM $I\n")),
        ("ARG X I=a:1 Y=2\nFROM $I\n", &format!("ARG X I=a:1@{a} Y=2\nFROM $I\n")),
        ("ARG \\\n# comment\nI=a:1 \\\n  J=b\nFROM $I\n", &format!("ARG \\\n# comment\nI=a:1@{a} \\\n  J=b\nFROM $I\n")),
        ("ARG I=a:1\nFROM $I AS x\nFROM ${I} AS y\n", &format!("ARG I=a:1@{a}\nFROM $I AS x\nFROM ${{I}} AS y\n")),
        ("ARG I=a:1\nARG J=$I\nFROM $J\n", &format!("ARG I=a:1@{a}\nARG J=$I\nFROM $J\n")),
        ("ARG I=a\nARG J=$I:1\nFROM $J\n", &format!("ARG I=a\nARG J=$I:1@{a}\nFROM $J\n")),
        ("FROM ${I:-a:1}\n", &format!("FROM ${{I:-a:1@{a}}}\n")),
        ("FROM ${I-a:1}\n", &format!("FROM ${{I-a:1@{a}}}\n")),
        ("ARG I\nFROM ${I:-${J:-a:1}}\n", &format!("ARG I\nFROM ${{I:-${{J:-a:1@{a}}}}}\n")),
        ("ARG I=x\nFROM ${I:+a:1}\n", &format!("ARG I=x\nFROM ${{I:+a:1@{a}}}\n")),
        ("ARG I=a:1\nFROM ${I:?which}\n", &format!("ARG I=a:1@{a}\nFROM ${{I:?which}}\n")),
        // The last value before FROM counts, and a declaration without one changes none.
        ("ARG I=b\nARG I=a:1\nARG I\nFROM $I\n", &format!("ARG I=b\nARG I=a:1@{a}\nARG I\nFROM $I\n")),
        ("ARG I=a\nARG J=$I:1\nARG I=b\nFROM $J\n", &format!("ARG I=a\nARG J=$I:1@{a}\nARG I=b\nFROM $J\n")),
        ("ARG I=a\nARG I=$I:1\nFROM $I\n", &format!("ARG I=a\nARG I=$I:1@{a}\nFROM $I\n")),
        ("ARG I=a:1 J=$I\nFROM $J\n", &format!("ARG I=a:1@{a} J=$I\nFROM $J\n")),
        // BuildKit lets a default stand in for what it would set itself.
        ("ARG TARGETARCH=a:1\nFROM $TARGETARCH\n", &format!("ARG TARGETARCH=a:1@{a}\nFROM $TARGETARCH\n")),
    ]);
}

#[test]
fn a_variable_that_is_a_part_leaves_the_digest_to_the_end_and_is_named() {
    let a = "<docker.io/library/a:1>";
    pins(&[
        ("ARG T=1\nFROM a:$T\n", &format!("ARG T=1\nFROM a:$T@{a}\n")),
        ("ARG T=1\nFROM a:${T} AS x\n", &format!("ARG T=1\nFROM a:${{T}}@{a} AS x\n")),
        ("FROM a:${T:-1}\n", &format!("FROM a:${{T:-1}}@{a}\n")),
        ("ARG T=\nFROM a:${T:-1}\n", &format!("ARG T=\nFROM a:${{T:-1}}@{a}\n")),
        ("ARG T=x\nFROM a:${T:+1}\n", &format!("ARG T=x\nFROM a:${{T:+1}}@{a}\n")),
        ("FROM a:1${T:+-x}\n", &format!("FROM a:1${{T:+-x}}@{a}\n")),
        ("ARG N=a T=1\nFROM $N:$T\n", &format!("ARG N=a T=1\nFROM $N:$T@{a}\n")),
        ("ARG S=\"\"\nFROM a:1$S\n", &format!("ARG S=\"\"\nFROM a:1$S@{a}\n")),
        ("ARG R=docker.io/library\nFROM \"${R}/a\"\n", "ARG R=docker.io/library\nFROM \"${R}/a:latest@<docker.io/library/a:latest>\"\n"),
        ("ARG R\nFROM ${R:+$R/}a:1\n", &format!("ARG R\nFROM ${{R:+$R/}}a:1@{a}\n")),
    ]);
    let overrules = |text: &str| support::pin(text, Kind::Dockerfile).changes[0].overrules.clone();
    assert_eq!(overrules("ARG N=a T=1\nFROM $N:$T\n"), ["N", "T"]);
    assert_eq!(overrules("ARG T=1\nARG U=$T\nFROM a:$U\n"), ["T", "U"]);
    assert_eq!(overrules("FROM a:${T:-1}\n"), ["T"]);
    assert!(overrules("ARG I=a:1\nFROM $I\n").is_empty());
    assert!(overrules("FROM ${I:-a:1}\n").is_empty());
}

#[test]
fn a_variable_without_a_value_here_is_said_to_be_one() {
    sees(&[
        ("FROM $I\n", &["FROM: $I → variable"]),
        ("ARG I\nFROM $I\n", &["FROM: $I → variable"]),
        ("ARG I=\nFROM $I\n", &["FROM: $I → variable"]),
        ("ARG I=''\nFROM ${I}\n", &["FROM: ${I} → variable"]),
        ("ARG T\nFROM a:$T\n", &["FROM: a:$T → variable"]),
        ("ARG T\nFROM a:${T:?}\n", &["FROM: a:${T:?} → variable"]),
        ("ARG T=\nFROM a:${T:?}\n", &["FROM: a:${T:?} → variable"]),
        ("FROM ${I:+a:1}\n", &["FROM: ${I:+a:1} → variable"]),
        ("ARG T=\nFROM a:${T-1}\n", &["FROM: a:${T-1} → reference-invalid"]),
        ("FROM a:$TARGETARCH\n", &["FROM: a:$TARGETARCH → variable"]),
        ("ARG TARGETARCH\nFROM a:1-${TARGETARCH}\n", &["FROM: a:1-${TARGETARCH} → variable"]),
        ("FROM a:1${TARGETVARIANT:+x}\n", &["FROM: a:1${TARGETVARIANT:+x} → variable"]),
        ("ARG A=b-$BUILDARCH\nFROM a:$A\n", &["FROM: a:$A → variable"]),
        // What stands in a stage or behind the use does not count, nor another case.
        ("FROM a:1\nARG T=1\nFROM a:$T\n", &["FROM: a:1 → unpinned docker.io/library/a:1", "FROM: a:$T → variable"]),
        ("ARG B=$A A=1\nFROM a:$B\n", &["FROM: a:$B → variable"]),
        ("ARG t=1\nFROM a:$T\n", &["FROM: a:$T → variable"]),
        ("ENV T=1\nFROM a:$T\n", &["FROM: a:$T → variable"]),
        ("ARG T=$T\nFROM a:$T\n", &["FROM: a:$T → variable"]),
        // A value that cannot be edited.
        ("ARG I=a\\\n:1\nFROM $I\n", &["FROM: $I → style"]),
        ("ARG I=a\":1\"\nFROM $I\n", &["FROM: $I → style"]),
        ("ARG I='a:$T'\nFROM $I\n", &["FROM: $I → style"]),
        ("ARG I=\"a b\"\nFROM $I\n", &["FROM: $I → reference-invalid"]),
    ]);
}

#[test]
fn a_value_that_is_used_for_something_else_as_well_is_spared() {
    let shared = |text: &str, times: usize| assert_eq!(count(text, "shared-variable"), times, "\n{text}");
    // As a part of another image.
    shared("ARG I=a\nFROM $I\nFROM x/$I\n", 1);
    shared("ARG I=a\nFROM x/$I\nFROM $I\n", 1);
    shared("ARG I=a\nARG J=$I\nFROM x/$J\nFROM $I\n", 1);
    shared("ARG I=a\nARG J=x/$I\nFROM $J\nFROM $I\n", 1);
    shared("ARG I=a\nFROM x/${J:-$I}\nFROM $I\n", 1);
    // As a part of one that cannot be told.
    shared("ARG I=a\nFROM $I\nFROM $TARGETARCH/$I\n", 1);
    shared("ARG I=a\nFROM $I\nFROM x/${I#a}\n", 1);
    shared("ARG I=a\nARG J=${I%a}\nFROM $I\nFROM $J\n", 1);
    shared("ARG I=a\nFROM $I\nFROM x/\\\n$I\n", 1);
    shared("ARG I=a\nFROM $I\nFROM x/${\\\nI}\n", 1);
    shared("ARG I=a\nARG J=${\\\nI}\nFROM $I\nFROM $J\n", 1);
    // As the name of a stage.
    shared("ARG I=a\nFROM $I AS a\nFROM $I\n", 1);
    // As a variable of a stage, which may compare it.
    shared("ARG I=a\nFROM $I\nARG I\nRUN test \"$I\" = a\n", 1);
    shared("ARG I=a\nARG J=$I\nFROM $I\nARG J\n", 1);
    // It does not matter where only a piece is used, or a stage has one of its own.
    shared("ARG T=1\nFROM a:$T\nARG T\n", 0);
    shared("ARG I=a\nFROM $I\nARG I=b\n", 0);
    shared("ARG I=a\nFROM $I\nFROM b${I:+:1}\n", 0);
    assert_eq!(
        pinned("ARG I=a\nFROM $I\nFROM x/$I\n"),
        "ARG I=a\nFROM $I\nFROM x/$I:latest@<docker.io/x/a:latest>\n",
        "the other one is pinned where it is used"
    );
}

// What other programs get wrong.

#[test]
fn frizbee_lower_case_from_is_not_missed() {
    pins(&[("from nginx:1.27 as web\n", "from nginx:1.27@<docker.io/library/nginx:1.27> as web\n")]);
}

#[test]
fn frizbee_stage_is_not_looked_up() {
    let text = "FROM golang:1.24 AS builder\nFROM builder\n";
    let images: Vec<String> = pin::unpinned(&pin::find(text, Kind::Dockerfile).unwrap()).into_iter().map(pin::key).collect();
    assert_eq!(images, ["docker.io/library/golang:1.24"]);
}

#[test]
fn frizbee_crlf_and_final_newline_stay() {
    pins(&[
        ("FROM nginx:1.27\r\nRUN x\r\n", "FROM nginx:1.27@<docker.io/library/nginx:1.27>\r\nRUN x\r\n"),
        ("RUN x\r\nFROM nginx:1.27", "RUN x\r\nFROM nginx:1.27@<docker.io/library/nginx:1.27>"),
        ("FROM nginx:1.27\n\n\n", "FROM nginx:1.27@<docker.io/library/nginx:1.27>\n\n\n"),
    ]);
}

#[test]
fn frizbee_name_stays_as_it_was_typed() {
    pins(&[("FROM alpine:3.18.2\n", "FROM alpine:3.18.2@<docker.io/library/alpine:3.18.2>\n")]);
}

#[test]
fn frizbee_latest_is_not_skipped() {
    pins(&[
        ("FROM nginx:latest\n", "FROM nginx:latest@<docker.io/library/nginx:latest>\n"),
        ("FROM nginx\n", "FROM nginx:latest@<docker.io/library/nginx:latest>\n"),
    ]);
}

#[test]
fn frizbee_quoted_image_is_not_skipped() {
    pins(&[("FROM \"nginx:1.27\"\n", "FROM \"nginx:1.27@<docker.io/library/nginx:1.27>\"\n")]);
}

#[test]
fn frizbee_line_of_more_than_64_kib_is_read() {
    let long = format!("FROM nginx:1.27\nRUN echo {}\nFROM alpine:3\n", "x".repeat(70_000));
    assert_eq!(seen(&long), [NGINX, "FROM: alpine:3 → unpinned docker.io/library/alpine:3"]);
}

#[test]
fn renovate_two_fragment_tag_is_pinned() {
    pins(&[(
        "ARG NODE=22\nARG ALPINE=3.21\nFROM node:${NODE}-alpine${ALPINE}\n",
        "ARG NODE=22\nARG ALPINE=3.21\nFROM node:${NODE}-alpine${ALPINE}@<docker.io/library/node:22-alpine3.21>\n",
    )]);
}

#[test]
fn renovate_shared_arg_fragment_is_not_given_another_images_digest() {
    pins(&[(
        "ARG V=22\nFROM node:$V AS a\nFROM ghcr.io/x/tools:$V AS b\nFROM python:3.$V\n",
        "ARG V=22\nFROM node:$V@<docker.io/library/node:22> AS a\nFROM ghcr.io/x/tools:$V@<ghcr.io/x/tools:22> AS b\n\
         FROM python:3.$V@<docker.io/library/python:3.22>\n",
    )]);
}

#[test]
fn renovate_every_one_of_several_images_is_pinned() {
    pins(&[(
        "FROM a:1 AS x\nFROM b:2 AS y\nFROM a:1 AS z\n",
        "FROM a:1@<docker.io/library/a:1> AS x\nFROM b:2@<docker.io/library/b:2> AS y\nFROM a:1@<docker.io/library/a:1> AS z\n",
    )]);
}

#[test]
fn dockpin_variable_is_not_a_failure() {
    let text = "ARG BASE\nFROM $BASE\nFROM nginx:1.27\n";
    assert_eq!(seen(text), ["FROM: $BASE → variable", NGINX]);
    assert_eq!(pinned(text), "ARG BASE\nFROM $BASE\nFROM nginx:1.27@<docker.io/library/nginx:1.27>\n");
}

#[test]
fn dockerfile_parser_heredoc_is_read() {
    assert_eq!(seen("FROM nginx:1.27\nRUN <<EOF\nFROM x\nEOF\n"), [NGINX]);
}

#[test]
fn dockerfile_parser_escape_directive_is_read() {
    assert_eq!(seen("# escape=`\nFROM nginx:1.27\nRUN dir C:\\ `\n  FROM x\nCOPY a C:\\\n"), [NGINX]);
}

#[test]
fn dockerfile_parser_byte_order_mark_is_read() {
    pins(&[("\u{feff}FROM nginx:1.27\n", "\u{feff}FROM nginx:1.27@<docker.io/library/nginx:1.27>\n")]);
}

#[test]
fn dockerfile_parser_rs_tab_before_as_is_no_part_of_the_image() {
    pins(&[("FROM nginx:1.27\tAS\tx\nFROM x\n", "FROM nginx:1.27@<docker.io/library/nginx:1.27>\tAS\tx\nFROM x\n")]);
}

#[test]
fn dockerfile_parser_rs_onbuild_is_read() {
    assert_eq!(seen("FROM nginx:1.27\nONBUILD RUN make\n"), [NGINX]);
}

// What nobody writes by accident.

#[test]
fn values_that_double_thirty_times_are_refused_at_once() {
    let doubled: Vec<String> = (1..=30).map(|level| format!("ARG A{level}=$A{0}$A{0}\n", level - 1)).collect();
    let text = format!("ARG A0=xx\n{}FROM $A30\nFROM a:$A3\n", doubled.concat());
    assert_eq!(seen(&text), ["FROM: $A30 → style", "FROM: a:$A3 → unpinned docker.io/library/a:xxxxxxxxxxxxxxxx"]);
}

#[test]
fn values_that_become_longer_than_any_reference_are_refused() {
    let long = "x".repeat(3000);
    let text = format!("ARG A={long}\nARG B={long}{long}\nFROM $A$A\nFROM $B\nFROM {long}{long}\n");
    assert_eq!(count(&text, "reference-invalid"), 3);
}

#[test]
fn thousands_of_arguments_that_each_use_the_one_before_are_read_quickly() {
    let chain: Vec<String> = (1..20_000).map(|index| format!("ARG A{index}=${{A{}}}\n", index - 1)).collect();
    let text = format!("ARG A0=nginx\n{}{}FROM $A9\n", chain.concat(), "FROM $A19999\n".repeat(5000));
    assert_eq!(count(&text, "style"), 5000);
    assert_eq!(count(&text, "shared-variable"), 1, "the first argument is behind all of them");
}

#[test]
fn a_variable_that_is_used_very_often_is_refused() {
    let text = format!("ARG A=\nARG B={}\nFROM nginx{}\n{}", "$A".repeat(1000), "$A".repeat(100), "FROM nginx$B\n".repeat(5000));
    assert_eq!(count(&text, "style"), 5001);
}

#[test]
fn braces_within_braces_end_somewhere() {
    for depth in [5, 40, 1000, 100_000] {
        let text = format!(
            "FROM {}nginx:1.27{}\nRUN <<EOF{}{}\n",
            "${A:-".repeat(depth),
            "}".repeat(depth),
            "${x:-".repeat(depth),
            "}".repeat(depth)
        );
        assert_eq!(seen(&text).len(), 1, "{depth}");
        assert_eq!(pin::unpinned(&pin::find(&text, Kind::Dockerfile).unwrap()).len(), usize::from(depth == 5), "{depth}");
    }
}

#[test]
fn megabytes_of_continuation_lines_are_one_instruction() {
    let text = format!("FROM nginx:1.27\nRUN x \\\n{}FROM alpine\nFROM nginx:1.27\n", "# c\n  y \\\n\n".repeat(500_000));
    assert_eq!(seen(&text), [NGINX, NGINX]);
}

#[test]
fn megabytes_of_documents_without_an_end_are_read_quickly() {
    let lines: Vec<String> = (0..300_000).map(|line| format!("RUN <<A{line}\n")).collect();
    assert_eq!(seen(&format!("{}FROM nginx:1.27\n", lines.concat())), [NGINX]);
}

#[test]
fn megabytes_of_documents_are_read_quickly() {
    let text = format!("RUN{}\n{}FROM nginx:1.27\n", " <<A".repeat(500_000), "A\n".repeat(500_000));
    assert_eq!(seen(&text), [NGINX]);
}

#[test]
fn an_endless_option_is_read_quickly() {
    let text = format!("RUN --mount={}from=nginx:1.27\nCOPY --from={}\n", "\\a\\,".repeat(500_000), "\"a\"".repeat(500_000));
    assert_eq!(count(&text, "style"), 1);
    assert_eq!(count(&text, "reference-invalid"), 0);
}

#[test]
fn more_images_than_anybody_has_are_refused() {
    let found = pin::find(&"FROM nginx:1.27\n".repeat(20_000), Kind::Dockerfile);
    assert!(matches!(found, Err(Unreadable::TooMany { .. })));
}

#[test]
fn a_lone_carriage_return_ends_no_line() {
    sees(&[("FROM nginx:1.27\rFROM alpine\r", &[NGINX]), ("# comment\rFROM alpine\n", &[]), ("FROM nginx:1.27\r\r\nRUN x", &[NGINX])]);
}

#[test]
fn bytes_that_pass_for_white_space_hide_no_option() {
    // BuildKit reads options byte by byte: the second byte of `à` is a no-break space.
    sees(&[
        ("COPY --chown=à--from=nginx:1.27 a b\n", &["COPY --from: nginx:1.27 → unpinned docker.io/library/nginx:1.27"]),
        ("COPY --chown=é--from=nginx:1.27 a b\n", &[]),
        ("COPY --from=nginxà a b\n", &["COPY --from: nginxà → reference-invalid"]),
    ]);
}

/// Pieces from which texts are made that are sometimes Dockerfiles.
const PIECES: [&str; 48] = [
    "FROM ",
    "from\t",
    "nginx",
    ":1.27",
    "alpine",
    "${V}",
    "$V",
    "${V:-",
    "}",
    "\"",
    "'",
    "\\\n",
    "`\n",
    "\n",
    "\r\n",
    " ",
    "\t",
    "ARG ",
    "V=",
    "=",
    " AS ",
    "builder",
    "COPY ",
    "--from=",
    "RUN ",
    "--mount=",
    "from=",
    ",",
    "target=/x",
    "ONBUILD ",
    "<<EOF",
    "<<-EOF",
    "EOF\n",
    "# ",
    "# syntax=",
    "# escape=`\n",
    "#",
    "\u{feff}",
    "\0",
    "\r",
    "\u{a0}",
    "é",
    "scratch",
    "0",
    "@sha256:",
    "$",
    "\\",
    "--platform=$X ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_pinned_is_only_longer_by_its_digests(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        let text = pieces.concat();
        // `support::pinned` takes the digests out again, and pins a second time.
        pinned(&text);
    }

    #[test]
    fn every_span_stands_in_the_text_and_in_order(text in "\\PC{0,200}") {
        let found = pin::find(&text, Kind::Dockerfile).unwrap();
        prop_assert!(found.iter().all(|occurrence| text.get(occurrence.span.clone()).is_some()));
        prop_assert!(found.is_sorted_by_key(|occurrence| occurrence.span.start));
    }

    #[test]
    fn a_file_that_is_one_keeps_every_other_byte(
        arguments in prop::collection::vec(("[A-C]", prop::sample::select(&["a", "a:1", "1", "$A", "x-${B}", "\"b:2\"", "'c'", ""][..])), 0..4),
        stages in prop::collection::vec(
            (prop::sample::select(&["a:1", "b", "$A", "a:$B", "${C:-c:3}", "s0", "s1", "scratch", "\"d:4\""][..]), prop::sample::select(&["\n", "\r\n", " \\\n  # x\n AS x\n"][..])),
            1..5,
        ),
    ) {
        let arguments: Vec<String> = arguments.iter().map(|(name, value)| format!("ARG {name}={value}\n")).collect();
        let built: Vec<String> = stages.iter().enumerate().map(|(index, (image, end))| {
            let name = if end.contains("AS") { String::new() } else { format!(" AS s{index}") };
            format!("FROM {image}{name}{end}COPY --from=e:5 a b\n")
        }).collect();
        let text = arguments.concat() + &built.concat();
        let found = seen(&text).len();
        let shown = pinned(&text);
        prop_assert_eq!(found, 2 * stages.len());
        prop_assert_eq!(shown.matches("COPY --from=e:5@<docker.io/library/e:5> a b\n").count(), stages.len());
    }
}
