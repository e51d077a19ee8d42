//! Texts built from structure, with images at places that are known: each is found, each is pinned, and nothing else changes. How it
//! is written (quotes, indentation, comments, line ends, flow or block style, anchors, other scripts) is left to chance.
//!
//! What a text is to become is written beside it, image by image, so nothing that is tested says what is expected.

use std::collections::BTreeSet;

use proptest::prelude::*;
use pullproof::pin;
use pullproof::pin::Digests;
use pullproof::pin::Found;
use pullproof::pin::Kind;

use crate::invariants;
use crate::invariants::digest_of;

proptest! {
    #[test]
    fn in_kubernetes_objects_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::Kubernetes, &kubernetes(Chance::of(&decisions)));
    }

    #[test]
    fn in_compose_files_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::Compose, &compose(Chance::of(&decisions)));
    }

    #[test]
    fn in_workflows_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::GithubActions, &workflow(Chance::of(&decisions)));
    }

    #[test]
    fn in_chart_values_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::HelmValues, &chart_values(Chance::of(&decisions)));
    }

    #[test]
    fn in_kustomizations_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::Kustomization, &kustomization(Chance::of(&decisions)));
    }

    #[test]
    fn in_dockerfiles_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::Dockerfile, &dockerfile(Chance::of(&decisions)));
    }

    #[test]
    fn in_commands_only_digests_are_inserted_and_everywhere(decisions in decisions()) {
        assert_pinned_as_drafted(Kind::Command, &command(Chance::of(&decisions)));
    }

    #[test]
    fn a_drafted_text_is_taken_for_what_it_is(decisions in decisions()) {
        for (kind, draft) in [
            (Kind::Kubernetes, kubernetes(Chance::of(&decisions))),
            (Kind::Compose, compose(Chance::of(&decisions))),
            (Kind::GithubActions, workflow(Chance::of(&decisions))),
            (Kind::Kustomization, kustomization(Chance::of(&decisions))),
            (Kind::Dockerfile, dockerfile(Chance::of(&decisions))),
            (Kind::Command, command(Chance::of(&decisions))),
        ] {
            prop_assert_eq!(Kind::detect(&draft.text, None), Some(kind), "{}", draft.text);
        }
    }

    #[test]
    fn any_text_is_pinned_by_insertions_or_left_alone(text in any::<String>()) {
        for kind in Kind::ALL {
            invariants::hold(&text, kind);
        }
    }

    #[test]
    fn any_text_that_looks_like_one_of_ours_is_pinned_by_insertions_or_left_alone(text in fragments()) {
        for kind in Kind::ALL {
            invariants::hold(&text, kind);
        }
        let _ = Kind::detect(&text, None);
    }

    #[test]
    fn a_drafted_text_that_is_cut_or_has_something_put_into_it_never_panics(
        decisions in decisions(), place in any::<prop::sample::Index>(), put in fragment(), cut in 0_usize..8,
    ) {
        for (kind, draft) in [
            (Kind::Kubernetes, kubernetes(Chance::of(&decisions))),
            (Kind::Compose, compose(Chance::of(&decisions))),
            (Kind::HelmValues, chart_values(Chance::of(&decisions))),
            (Kind::GithubActions, workflow(Chance::of(&decisions))),
            (Kind::Kustomization, kustomization(Chance::of(&decisions))),
            (Kind::Dockerfile, dockerfile(Chance::of(&decisions))),
            (Kind::Command, command(Chance::of(&decisions))),
        ] {
            let mut characters: Vec<char> = draft.text.chars().collect();
            let at = place.index(characters.len() + 1);
            let end = characters.len().min(at + cut);
            characters.splice(at..end, put.chars());
            invariants::hold(&characters.into_iter().collect::<String>(), kind);
        }
    }
}

/// Pins the drafted text and compares with what it is to become, and everything that was reported with what was drafted.
fn assert_pinned_as_drafted(kind: Kind, draft: &Draft) {
    let text = &draft.text;
    let found = pin::find(text, kind).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    let digests: Digests = pin::unpinned(&found).into_iter().map(|image| (pin::key(image), Ok(digest_of(&pin::key(image))))).collect();
    let pinned = pin::pin(text, kind, &digests).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    assert_eq!(pinned.text, draft.expected, "of this text:\n{text}\nleft alone: {:#?}", pinned.left_alone);

    // An insertion can be reported where it goes or where it is used: what counts is that each image is reported.
    let reported: BTreeSet<(usize, String)> = found
        .iter()
        .filter_map(|occurrence| match &occurrence.found {
            Found::Unpinned { image, insertion } => Some((insertion.at, pin::key(image))),
            Found::Pinned { image } => Some((occurrence.span.end, image.to_string())),
            Found::LeftAlone(_) => None,
        })
        .collect();
    assert_eq!(reported, draft.images, "in this text:\n{text}");
    let left: BTreeSet<(usize, &str)> = found
        .iter()
        .filter_map(|occurrence| match &occurrence.found {
            Found::LeftAlone(why) => Some((occurrence.span.start, why.code())),
            Found::Unpinned { .. } | Found::Pinned { .. } => None,
        })
        .collect();
    for expected in &draft.left_alone {
        assert!(left.contains(expected), "expected {expected:?} among {left:?} in this text:\n{text}");
    }
    for (at, code) in &left {
        let settled = ["empty", "alias"].contains(code);
        assert!(settled || draft.left_alone.contains(&(*at, code)), "expected no {code} at {at} in this text:\n{text}");
    }
    invariants::hold(text, kind);
}

fn decisions() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..256)
}

/// What the formats give a meaning to, and what breaks those who look for it.
const FRAGMENTS: &str = "image¦:¦ ¦\n¦\r\n¦\t¦- ¦  ¦'¦\"¦\\¦\\\n¦`¦$¦${¦}¦{¦[¦]¦,¦&a ¦*a¦<<¦|¦>¦#¦ # ¦---\n¦...\n¦%YAML 1.2\n¦!!str ¦? ¦\
    nginx¦nginx:1.27¦@sha256:¦:-¦:+¦FROM ¦from ¦ARG A=¦$A¦${A}¦ AS a¦COPY --from=¦RUN --mount=type=bind,from=¦<<EOF¦EOF\n¦# escape=`\n¦\
    # syntax=¦ONBUILD ¦--platform=¦docker ¦podman ¦run ¦pull ¦-a ¦-- ¦--rm ¦-e ¦$(¦)¦&&¦;¦scratch¦services:\n¦apiVersion: v1\n¦\
    kind: Pod\n¦spec:\n¦containers:\n¦images:\n¦newTag: ¦digest:¦tag:¦repository:¦uses: docker://¦container:¦{{ .Values }}¦${{ x }}¦\
    build:¦\u{feff}¦\0¦é¦漢¦🚢¦\u{2028}¦\u{85}";

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![8 => prop::sample::select(FRAGMENTS.split('¦').collect::<Vec<_>>()).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn fragments() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..40).prop_map(|fragments| fragments.concat())
}

/// Decisions that were made beforehand, and the plainest when there are no more: so a text that fails shrinks to a plain one.
struct Chance<'a> {
    decisions: core::slice::Iter<'a, u8>,
}

impl<'a> Chance<'a> {
    fn of(decisions: &'a [u8]) -> Self {
        Self { decisions: decisions.iter() }
    }

    fn below(&mut self, end: usize) -> usize {
        self.decisions.next().map_or(0, |decision| usize::from(*decision) % end)
    }

    /// The first is the plainest.
    fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}

/// A text, and what it is to become.
struct Draft {
    text: String,
    expected: String,
    end_of_line: &'static str,
    /// Where the digest of an image goes, or where a pinned one ends, and which image it is.
    images: BTreeSet<(usize, String)>,
    /// Where something else begins, and why it is left alone.
    left_alone: BTreeSet<(usize, &'static str)>,
    /// Names of anchors on values that are images.
    anchors: Vec<String>,
}

/// An image as it is written.
struct Image {
    written: &'static str,
    /// What it is: normalised, with `latest` if it has neither tag nor digest.
    key: &'static str,
}

const IMAGES: &[Image] = &[
    Image { written: "nginx:1.27", key: "docker.io/library/nginx:1.27" },
    Image { written: "nginx", key: "docker.io/library/nginx:latest" },
    Image { written: "nginx:latest", key: "docker.io/library/nginx:latest" },
    Image { written: "nginx:1.26", key: "docker.io/library/nginx:1.26" },
    Image { written: "library/nginx:1.27", key: "docker.io/library/nginx:1.27" },
    Image { written: "docker.io/team/app:v1.2.3-rc.1", key: "docker.io/team/app:v1.2.3-rc.1" },
    Image { written: "index.docker.io/library/redis:7", key: "docker.io/library/redis:7" },
    Image { written: "ghcr.io/owner/app", key: "ghcr.io/owner/app:latest" },
    Image { written: "localhost:5000/a/b", key: "localhost:5000/a/b:latest" },
    Image { written: "localhost:5000/a/b:2", key: "localhost:5000/a/b:2" },
    Image { written: "127.0.0.1:5000/x:TAG_1.0", key: "127.0.0.1:5000/x:TAG_1.0" },
    Image { written: "registry.example.test/x__y/z-1:a.b", key: "registry.example.test/x__y/z-1:a.b" },
    Image {
        written: "alpine:3.20@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        key: "docker.io/library/alpine:3.20@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    },
    Image {
        written: "localhost:5000/a/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        key: "localhost:5000/a/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    },
];

/// So many of the images have no digest; they come first.
const UNPINNED: usize = IMAGES.len() - 2;

impl Image {
    fn is_pinned(&self) -> bool {
        self.written.contains('@')
    }

    /// Whether it is only the tag of one, whose name stands in a field of its own.
    fn is_tag(&self) -> bool {
        SPLIT.iter().any(|(_, tag, _)| *tag == self.written)
    }

    /// What is inserted behind it.
    fn insertion(&self) -> String {
        let has_tag = self.is_tag() || self.written.rsplit('/').next().is_some_and(|name| name.contains(':'));
        if self.is_pinned() {
            String::new()
        } else if has_tag {
            format!("@{}", digest_of(self.key))
        } else {
            format!(":latest@{}", digest_of(self.key))
        }
    }
}

impl Draft {
    fn begin(chance: &mut Chance<'_>) -> Self {
        let mark = if chance.once_in(8) { "\u{feff}" } else { "" };
        Self {
            text: mark.into(),
            expected: mark.into(),
            end_of_line: chance.one_of(&["\n", "\n", "\r\n"]),
            images: BTreeSet::new(),
            left_alone: BTreeSet::new(),
            anchors: Vec::new(),
        }
    }

    /// Something that stays as it is, with `\n` at the end of each line.
    fn say(&mut self, text: &str) -> &mut Self {
        let text = text.replace('\n', self.end_of_line);
        self.text.push_str(&text);
        self.expected.push_str(&text);
        self
    }

    fn image(&mut self, image: &Image) -> &mut Self {
        self.say(image.written);
        self.digest(image, &image.insertion())
    }

    /// The place where the digest of an image goes.
    fn digest(&mut self, image: &Image, insertion: &str) -> &mut Self {
        self.images.insert((self.text.len(), image.key.to_owned()));
        self.expected.push_str(insertion);
        self
    }

    /// Something that is seen, and left alone.
    fn leave(&mut self, text: &str, code: &'static str) -> &mut Self {
        self.left_alone.insert((self.text.len(), code));
        self.say(text)
    }

    /// Perhaps without its last line's end.
    fn end(mut self, chance: &mut Chance<'_>) -> Self {
        if chance.once_in(4) && self.text.ends_with(self.end_of_line) {
            let length = self.end_of_line.len();
            self.text.truncate(self.text.len() - length);
            self.expected.truncate(self.expected.len() - length);
        }
        self
    }
}

// ---- YAML -------------------------------------------------------------------------------------------------------------------------

/// A value, however it will be written.
enum Value {
    Map(Vec<(&'static str, Value)>),
    List(Vec<Value>),
    /// A string that is no image.
    Text(&'static str),
    /// Several lines that are no image, whatever stands in them.
    Lines(&'static [&'static str]),
    /// An image, between what belongs to its scalar and not to it.
    Image(&'static str, &'static Image, &'static str),
    /// An empty field for the digest of this image.
    Digest(&'static Image),
    /// A string that is seen where an image is looked for, and why it is left alone.
    Left(&'static str, &'static str),
    /// What an anchor was put on.
    Alias(&'static str),
}

use Value::List;
use Value::Map;
use Value::Text;

fn image(chance: &mut Chance<'_>) -> Value {
    Value::Image("", &IMAGES[chance.below(IMAGES.len())], "")
}

/// Strings that look as if they were images or named some.
const DECOYS: &[&str] =
    &["plain", "image: nginx:1", "FROM nginx:1", "docker run nginx:1", "# image: nginx:1", "{{ .Image }}", "é 漢字 🚢", ""];

fn decoy(chance: &mut Chance<'_>) -> Value {
    Text(chance.one_of(DECOYS))
}

const COMMENTS: &[&str] = &["", " image: nginx:1", " é 漢字 🚢", " it's \"quoted\"", " FROM nginx:1", "# - &a *a {[", "\timage: 'x"];

const BLOCK: &[&str] = &["FROM nginx:1.27", "image: nginx:1", "", "  image: \"nginx", "docker run nginx:1 # é", "- image: nginx:1"];

/// Writes values as YAML.
struct Writer<'c> {
    draft: Draft,
    chance: Chance<'c>,
    /// Spaces that a level adds.
    step: usize,
    /// Whether a list in a map stands as far to the left as its key.
    flush: bool,
}

impl<'c> Writer<'c> {
    fn begin(mut chance: Chance<'c>) -> Self {
        let (draft, step, flush) = (Draft::begin(&mut chance), chance.one_of(&[2, 4, 1, 3]), chance.once_in(2));
        Self { draft, chance, step, flush }
    }

    fn document(&mut self, value: &Value) {
        self.comments(0);
        self.block(value, 0, false);
    }

    fn end(mut self) -> Draft {
        self.draft.end(&mut self.chance)
    }

    fn comments(&mut self, indentation: usize) {
        while self.chance.once_in(8) {
            let comment = self.chance.one_of(COMMENTS);
            let indentation = if self.chance.once_in(2) { indentation } else { self.chance.below(6) };
            match self.chance.below(3) {
                0 => self.draft.say(&format!("{}#{comment}\n", " ".repeat(indentation))),
                1 => self.draft.say("\n"),
                _ => self.draft.say(" \n"),
            };
        }
    }

    /// `inline`: the first line has been begun already, as that of a list's entry is.
    fn block(&mut self, value: &Value, indentation: usize, inline: bool) {
        match value {
            Value::Map(members) if !members.is_empty() => {
                for (place, (key, value)) in members.iter().enumerate() {
                    if place > 0 || !inline {
                        self.comments(indentation);
                        self.draft.say(&" ".repeat(indentation));
                    }
                    self.key(key, value);
                    self.after_colon(value, indentation);
                }
            }
            Value::List(entries) if !entries.is_empty() => {
                for (place, value) in entries.iter().enumerate() {
                    if place > 0 || !inline {
                        self.comments(indentation);
                        self.draft.say(&" ".repeat(indentation));
                    }
                    let spaces = self.chance.one_of(&[1, 1, 3]);
                    self.draft.say("-").say(&" ".repeat(spaces));
                    self.entry(value, indentation + 1 + spaces);
                }
            }
            other => {
                self.scalar(other, Context::Block { indentation });
                self.end_of_line();
            }
        }
    }

    fn entry(&mut self, value: &Value, indentation: usize) {
        if may_flow(value) && self.chance.once_in(5) {
            self.flow(value);
            self.end_of_line();
        } else {
            self.block(value, indentation, true);
        }
    }

    fn after_colon(&mut self, value: &Value, indentation: usize) {
        let nested = matches!(value, Value::Map(members) if !members.is_empty()) || matches!(value, Value::List(list) if !list.is_empty());
        if nested && !(may_flow(value) && self.chance.once_in(5)) {
            self.end_of_line();
            let deeper = match value {
                Value::List(_) if self.flush => indentation,
                _ => indentation + self.step,
            };
            self.block(value, deeper, false);
            return;
        }
        if matches!(value, Value::Digest(_)) {
            self.scalar(value, Context::Block { indentation });
            self.end_of_line();
            return;
        }
        let space = self.chance.one_of(&[" ", " ", " ", "  ", " \t"]);
        self.draft.say(space);
        if nested {
            self.flow(value);
        } else {
            self.scalar(value, Context::Block { indentation });
        }
        self.end_of_line();
    }

    fn key(&mut self, key: &str, value: &Value) {
        // In quotes `<<` merges nothing.
        let quote = if matches!(value, Value::Digest(_) | Value::Alias(_)) { "" } else { self.chance.one_of(&["", "", "", "", "\"", "'"]) };
        let colon = if self.chance.once_in(12) { " :" } else { ":" };
        self.draft.say(&format!("{quote}{key}{quote}{colon}"));
    }

    fn end_of_line(&mut self) {
        match self.chance.below(6) {
            4 => self.draft.say(" "),
            5 => {
                let comment = self.chance.one_of(COMMENTS);
                self.draft.say(&format!(" #{comment}"))
            }
            _ => &mut self.draft,
        };
        self.draft.say("\n");
    }

    fn flow(&mut self, value: &Value) {
        match value {
            Value::Map(members) => {
                let json = self.chance.once_in(3) && !members.iter().any(|(_, value)| matches!(value, Value::Alias(_)));
                self.draft.say("{");
                for (place, (key, value)) in members.iter().enumerate() {
                    self.separator(place);
                    let quote = if json { "\"" } else { "" };
                    self.draft.say(&format!("{quote}{key}{quote}:"));
                    // Behind a quoted key the colon stands for itself, and a digest brings its own space.
                    if !(matches!(value, Value::Digest(_)) || json && self.chance.once_in(2)) {
                        self.draft.say(" ");
                    }
                    self.flow_value(value, json);
                }
                self.draft.say(if self.chance.once_in(2) { " }" } else { "}" });
            }
            Value::List(entries) => {
                self.draft.say("[");
                for (place, value) in entries.iter().enumerate() {
                    self.separator(place);
                    self.flow_value(value, false);
                }
                self.draft.say(if self.chance.once_in(2) { " ]" } else { "]" });
            }
            other => self.scalar(other, Context::Flow { json: false }),
        }
    }

    fn flow_value(&mut self, value: &Value, json: bool) {
        match value {
            Value::Map(_) | Value::List(_) => self.flow(value),
            other => self.scalar(other, Context::Flow { json }),
        }
    }

    fn separator(&mut self, place: usize) {
        if place > 0 {
            self.draft.say(self.chance.one_of(&[", ", ", ", " , "]));
        } else if self.chance.once_in(2) {
            self.draft.say(" ");
        }
    }

    fn scalar(&mut self, value: &Value, context: Context) {
        match value {
            Value::Map(_) => {
                self.draft.say("{}");
            }
            Value::List(_) => {
                self.draft.say("[]");
            }
            Value::Text(text) => {
                let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/.".contains(&byte));
                let json = matches!(context, Context::Flow { json: true });
                let quote = if plain && !json { self.chance.one_of(&["", "\"", "'"]) } else { self.quote(json) };
                self.draft.say(quote).say(text).say(quote);
            }
            Value::Lines(lines) => self.literal(lines, context),
            Value::Image(before, image, after) => self.image(before, image, after, context),
            Value::Digest(image) => self.digest(image, context),
            Value::Left(text, code) => {
                let quote = self.quote(matches!(context, Context::Flow { json: true }));
                self.draft.say(quote).leave(text, code).say(quote);
            }
            // In flow style the next comma would be taken for a part of the name.
            Value::Alias(name) => {
                self.draft.say(&format!("*{name} "));
            }
        }
    }

    fn literal(&mut self, lines: &[&str], context: Context) {
        let Context::Block { indentation } = context else { unreachable!("`may_flow` keeps these out of flow style") };
        let header = self.chance.one_of(&["|", "|-", ">", ">+", "|2"]);
        let deeper = if header == "|2" { 2 } else { self.step };
        self.draft.say(header);
        for line in lines {
            self.draft.say("\n").say(&" ".repeat(if line.is_empty() { 0 } else { indentation + deeper })).say(line);
        }
    }

    fn quote(&mut self, json: bool) -> &'static str {
        if json { "\"" } else { self.chance.one_of(&["\"", "'"]) }
    }

    fn image(&mut self, before: &str, image: &Image, after: &str, context: Context) {
        let json = matches!(context, Context::Flow { json: true });
        let anchored = before.is_empty() && !json && !image.is_tag();
        if anchored && !self.draft.anchors.is_empty() && self.chance.once_in(6) {
            let anchor = self.chance.below(self.draft.anchors.len());
            let alias = format!("*{}", self.draft.anchors[anchor]);
            self.draft.leave(&alias, "alias").say(" ");
            return;
        }
        if !json {
            match self.chance.below(12) {
                10 => {
                    self.draft.say("!!str ");
                }
                11 if anchored => {
                    let anchor = format!("image-{}", self.draft.anchors.len());
                    self.draft.say(&format!("&{anchor} "));
                    self.draft.anchors.push(anchor);
                }
                _ => {}
            }
        }
        let braces = format!("{before}{}{after}", image.written).contains(['{', '}']);
        let quote = match context {
            Context::Flow { json } if json || braces => self.quote(json),
            _ => self.chance.one_of(&["", "", "\"", "'"]),
        };
        self.draft.say(quote).say(before).image(image).say(after).say(quote);
    }

    /// Right behind the colon.
    fn digest(&mut self, image: &Image, context: Context) {
        let json = matches!(context, Context::Flow { json: true });
        let digest = digest_of(image.key).to_string();
        match self.chance.one_of(&["\"", "'", ""]) {
            "" if !json => self.draft.digest(image, &format!(" {digest}")),
            "'" if !json => self.draft.say(" '").digest(image, &digest).say("'"),
            _ => self.draft.say(" \"").digest(image, &digest).say("\""),
        };
    }
}

#[derive(Clone, Copy)]
enum Context {
    Block { indentation: usize },
    Flow { json: bool },
}

fn may_flow(value: &Value) -> bool {
    match value {
        Value::Map(members) => members.iter().all(|(_, value)| may_flow(value)),
        Value::List(entries) => entries.iter().all(may_flow),
        Value::Lines(_) => false,
        Value::Text(_) | Value::Image(..) | Value::Digest(_) | Value::Left(..) | Value::Alias(_) => true,
    }
}

/// Members in another order.
fn turned(chance: &mut Chance<'_>, mut members: Vec<(&'static str, Value)>) -> Value {
    let turns = chance.below(members.len().max(1));
    members.rotate_left(turns);
    Map(members)
}

fn several(chance: &mut Chance<'_>, most: usize, mut one: impl FnMut(&mut Chance<'_>) -> Value) -> Vec<Value> {
    (0..=chance.below(most)).map(|_| one(chance)).collect()
}

// ---- Kubernetes -------------------------------------------------------------------------------------------------------------------

fn kubernetes(chance: Chance<'_>) -> Draft {
    let mut writer = Writer::begin(chance);
    if writer.chance.once_in(3) {
        writer.draft.say("---\n");
    }
    for document in 0..=writer.chance.below(3) {
        if document > 0 {
            let separator = writer.chance.one_of(&["---\n", "--- # image: nginx:1\n", "...\n---\n", "---\n---\n"]);
            writer.draft.say(separator);
            writer.draft.anchors.clear();
        }
        let object = match writer.chance.below(8) {
            7 => Map(vec![("apiVersion", Text("v1")), ("kind", Text("List")), ("items", List(several(&mut writer.chance, 3, object)))]),
            _ => object(&mut writer.chance),
        };
        writer.document(&object);
    }
    writer.end()
}

fn object(chance: &mut Chance<'_>) -> Value {
    let (api_version, kind, rest) = match chance.below(6) {
        1 => ("apps/v1", "Deployment", ("spec", Map(vec![("replicas", Text("one")), ("template", template(chance))]))),
        2 => {
            let job = Map(vec![("spec", Map(vec![("template", template(chance))]))]);
            ("batch/v1", "CronJob", ("spec", Map(vec![("schedule", Text("* * * * *")), ("jobTemplate", job)])))
        }
        3 => ("example.test/v1", "Widget", ("spec", Map(vec![("image", image(chance)), ("size", decoy(chance))]))),
        4 => {
            let data = vec![
                ("image", Text("nginx:1.27")),
                ("Dockerfile", Value::Lines(BLOCK)),
                ("pod.yaml", Value::Lines(BLOCK)),
                ("a", decoy(chance)),
            ];
            ("v1", "ConfigMap", ("data", turned(chance, data)))
        }
        5 => ("v1", "Secret", ("stringData", Map(vec![("image", Text("nginx:1.27")), ("script", Value::Lines(BLOCK))]))),
        _ => ("v1", "Pod", ("spec", pod(chance))),
    };
    let metadata = Map(vec![("name", Text("a")), ("annotations", Map(vec![("example.test/note", decoy(chance))]))]);
    turned(chance, vec![("apiVersion", Text(api_version)), ("kind", Text(kind)), ("metadata", metadata), rest])
}

fn template(chance: &mut Chance<'_>) -> Value {
    Map(vec![("metadata", Map(vec![("labels", Map(vec![("app", Text("a"))]))])), ("spec", pod(chance))])
}

fn pod(chance: &mut Chance<'_>) -> Value {
    let mut members = vec![("containers", List(several(chance, 3, container)))];
    if chance.once_in(3) {
        members.push(("initContainers", List(several(chance, 2, container))));
    }
    if chance.once_in(4) {
        members.push(("ephemeralContainers", List(several(chance, 2, container))));
    }
    if chance.once_in(4) {
        let reference = Map(vec![("reference", image(chance)), ("pullPolicy", Text("Always"))]);
        members.push(("volumes", List(vec![Map(vec![("name", Text("files")), ("image", reference)])])));
    }
    turned(chance, members)
}

fn container(chance: &mut Chance<'_>) -> Value {
    let mut members = vec![("image", image(chance)), ("name", Text("main"))];
    if chance.once_in(8) {
        members[0].1 = Value::Left("Not An Image", "reference-invalid");
    }
    if chance.once_in(3) {
        members.push(("args", List(several(chance, 3, decoy))));
    }
    if chance.once_in(4) {
        members.push(("env", List(vec![Map(vec![("name", Text("NOTE")), ("value", decoy(chance))])])));
    }
    if chance.once_in(6) {
        members.push(("workingDir", Value::Lines(BLOCK)));
    }
    turned(chance, members)
}

// ---- Compose ----------------------------------------------------------------------------------------------------------------------

/// What Compose makes of these, as long as nobody sets the variables.
const INTERPOLATED: &[(&str, Image, &str)] = &[
    ("", Image { written: "nginx:${TAG:-1.27}", key: "docker.io/library/nginx:1.27" }, ""),
    ("", Image { written: "${REGISTRY:-localhost:5000}/a/b:${TAG-2}", key: "localhost:5000/a/b:2" }, ""),
    ("${IMAGE:-", Image { written: "nginx:1.27", key: "docker.io/library/nginx:1.27" }, "}"),
    ("${IMAGE-", Image { written: "ghcr.io/owner/app", key: "ghcr.io/owner/app:latest" }, "}"),
    ("${IMAGE:-${OTHER:-", Image { written: "redis:7", key: "docker.io/library/redis:7" }, "}}"),
];

fn compose(chance: Chance<'_>) -> Draft {
    let mut writer = Writer::begin(chance);
    let base = writer.chance.once_in(4);
    if base {
        writer.draft.say("x-base: &base\n  image: ").image(&IMAGES[writer.chance.below(IMAGES.len())]).say("\n  restart: always\n");
    }
    let mut services: Vec<(&'static str, Value)> = Vec::new();
    for name in ["web", "db", "cache", "queue"].into_iter().take(1 + writer.chance.below(4)) {
        services.push((name, service(&mut writer.chance)));
    }
    if base {
        services.push(("based", Map(vec![("<<", Value::Alias("base")), ("command", decoy(&mut writer.chance))])));
    }
    let mut members = vec![("services", turned(&mut writer.chance, services))];
    if writer.chance.once_in(3) {
        members.push(("name", Text("project")));
    }
    if writer.chance.once_in(3) {
        members.push(("volumes", Map(vec![("data", Map(vec![("labels", Map(vec![("image", Text("nginx:1"))]))]))])));
    }
    if writer.chance.once_in(3) {
        members.push(("configs", Map(vec![("file", Map(vec![("content", Value::Lines(BLOCK))]))])));
    }
    let project = turned(&mut writer.chance, members);
    writer.document(&project);
    writer.end()
}

fn service(chance: &mut Chance<'_>) -> Value {
    let named = match chance.below(8) {
        5 | 6 => {
            let (before, image, after) = &INTERPOLATED[chance.below(INTERPOLATED.len())];
            Value::Image(before, image, after)
        }
        7 => chance_left(chance),
        _ => image(chance),
    };
    let mut members = vec![("image", named)];
    if chance.once_in(6) {
        members = vec![("build", Text(".")), ("image", Value::Left("team/built:1.0", "built"))];
    }
    if chance.once_in(3) {
        members.push(("command", List(several(chance, 3, decoy))));
    }
    if chance.once_in(4) {
        members.push(("environment", Map(vec![("image", Text("nginx:1")), ("B", decoy(chance))])));
    }
    if chance.once_in(4) {
        members.push(("labels", Map(vec![("image", Text("nginx:1"))])));
    }
    turned(chance, members)
}

fn chance_left(chance: &mut Chance<'_>) -> Value {
    match chance.below(3) {
        0 => Value::Left("${IMAGE}", "variable"),
        1 => Value::Left("nginx:${TAG:?set it}", "variable"),
        _ => Value::Left("Not An Image", "reference-invalid"),
    }
}

// ---- GitHub Actions ---------------------------------------------------------------------------------------------------------------

fn workflow(chance: Chance<'_>) -> Draft {
    let mut writer = Writer::begin(chance);
    let mut jobs: Vec<(&'static str, Value)> = Vec::new();
    for name in ["build", "test"].into_iter().take(1 + writer.chance.below(2)) {
        jobs.push((name, job(&mut writer.chance)));
    }
    let workflow = Map(vec![("on", Text("push")), ("jobs", turned(&mut writer.chance, jobs))]);
    writer.document(&workflow);
    writer.end()
}

fn job(chance: &mut Chance<'_>) -> Value {
    let mut members = vec![("steps", List(several(chance, 4, step))), ("runs-on", Text("ubuntu-latest"))];
    match chance.below(4) {
        2 => members.push(("container", image(chance))),
        3 => members.push(("container", Map(vec![("image", image(chance)), ("options", decoy(chance))]))),
        _ => {}
    }
    if chance.once_in(3) {
        let database = Map(vec![("image", image(chance)), ("env", Map(vec![("image", Text("nginx:1"))]))]);
        members.push(("services", Map(vec![("db", database)])));
    }
    turned(chance, members)
}

fn step(chance: &mut Chance<'_>) -> Value {
    match chance.below(4) {
        1 => Map(vec![("uses", Text("actions/checkout@v4"))]),
        2 => Map(vec![("run", Value::Lines(BLOCK))]),
        3 => Map(vec![("run", decoy(chance))]),
        _ => Map(vec![("uses", Value::Image("docker://", &IMAGES[chance.below(IMAGES.len())], ""))]),
    }
}

// ---- Helm and Kustomize -----------------------------------------------------------------------------------------------------------

/// A name, and the tag that belongs to it.
const SPLIT: &[(&str, &str, Image)] = &[
    ("nginx", "1.27", Image { written: "1.27", key: "docker.io/library/nginx:1.27" }),
    ("ghcr.io/owner/app", "v1.2.3", Image { written: "v1.2.3", key: "ghcr.io/owner/app:v1.2.3" }),
    ("localhost:5000/a/b", "latest", Image { written: "latest", key: "localhost:5000/a/b:latest" }),
];

fn chart_values(chance: Chance<'_>) -> Draft {
    let mut writer = Writer::begin(chance);
    let mut members = vec![("image", chart_image(&mut writer.chance)), ("note", decoy(&mut writer.chance))];
    for name in ["sidecar", "metrics"].into_iter().take(writer.chance.below(3)) {
        members.push((name, Map(vec![("enabled", Text("yes")), ("image", chart_image(&mut writer.chance))])));
    }
    if writer.chance.once_in(3) {
        members.push(("script", Value::Lines(BLOCK)));
    }
    let values = turned(&mut writer.chance, members);
    writer.document(&values);
    writer.end()
}

fn chart_image(chance: &mut Chance<'_>) -> Value {
    if chance.once_in(3) {
        // A name without a tag would be one whose tag the chart adds.
        return match image(chance) {
            Value::Image(_, image, _) if image.insertion().starts_with(':') => Value::Image("", &IMAGES[0], ""),
            image => image,
        };
    }
    let (repository, tag, image) = &SPLIT[chance.below(SPLIT.len())];
    turned(
        chance,
        vec![("repository", Text(repository)), ("tag", Text(tag)), ("digest", Value::Digest(image)), ("pullPolicy", Text("Always"))],
    )
}

fn kustomization(chance: Chance<'_>) -> Draft {
    let mut writer = Writer::begin(chance);
    let images = several(&mut writer.chance, 3, |chance| {
        let (name, _, image) = &SPLIT[chance.below(SPLIT.len())];
        turned(chance, vec![("name", Text(name)), ("newTag", Value::Image("", image, "")), ("newName", Text(name))])
    });
    let members = vec![
        ("apiVersion", Text("kustomize.config.k8s.io/v1beta1")),
        ("kind", Text("Kustomization")),
        ("resources", List(vec![Text("pod.yaml")])),
        ("images", List(images)),
    ];
    let kustomization = turned(&mut writer.chance, members);
    writer.document(&kustomization);
    writer.end()
}

// ---- Dockerfiles ------------------------------------------------------------------------------------------------------------------

/// An `ARG`, and how it is used.
struct Argument {
    name: &'static str,
    image: &'static Image,
}

fn dockerfile(mut chance: Chance<'_>) -> Draft {
    let chance = &mut chance;
    let mut draft = Draft::begin(chance);
    let syntax = chance.once_in(4);
    let escape = chance.one_of(&["\\", "\\", "\\", "`"]);
    if syntax {
        draft.say("# syntax=").image(&IMAGES[chance.below(IMAGES.len())]).say("\n");
    }
    if escape == "`" {
        draft.say("# escape=`\n");
    }
    if chance.once_in(4) {
        draft.say("\n# FROM nginx:1 é\n");
    }
    let mut arguments: Vec<Argument> = Vec::new();
    for name in ["BASE", "OTHER_BASE"].into_iter().take(chance.below(3)) {
        let (quote, image) = (chance.one_of(&["", "\"", "'"]), &IMAGES[chance.below(UNPINNED)]);
        arguments.push(Argument { name, image });
        draft.say(&format!("{} {name}={quote}{}", chance.one_of(&["ARG", "arg"]), image.written));
        // What the digest is for stands here; whether it comes here is seen below.
        draft.say(&format!("\0{name}\0{quote}\n"));
    }
    draft.say("ARG TAG=1.27\n");
    let mut used = BTreeSet::new();
    for stage in 0..=chance.below(3) {
        draft.say(chance.one_of(&["", "\n", "  ", "\t", "# FROM nginx:1\n"]));
        draft.say(chance.one_of(&["FROM", "from", "From"]));
        gap(&mut draft, chance, escape);
        if chance.once_in(4) {
            draft.say(chance.one_of(&["--platform=linux/amd64", "--platform=$BUILDPLATFORM"]));
            gap(&mut draft, chance, escape);
        }
        base(&mut draft, chance, stage, &arguments, &mut used);
        if chance.once_in(2) {
            gap(&mut draft, chance, escape);
            draft.say(chance.one_of(&["AS", "as"])).say(" ").say(&format!("name{stage}"));
        } else {
            // So that a later stage finds every name.
            draft.say(&format!(" AS name{stage}"));
        }
        draft.say(chance.one_of(&["\n", " \n", "\t\n"]));
        for _ in 0..chance.below(5) {
            instruction(&mut draft, chance, stage, escape);
        }
    }
    for argument in &arguments {
        settle(&mut draft, argument, &used);
    }
    draft.end(chance)
}

/// White space between two words.
fn gap(draft: &mut Draft, chance: &mut Chance<'_>, escape: &str) {
    match chance.below(8) {
        5 => draft.say("\t "),
        6 => draft.say(&format!(" {escape}\n  ")),
        7 => draft.say(&format!(" {escape} \n# FROM nginx:1\n\n ")),
        _ => draft.say(" "),
    };
}

fn base(draft: &mut Draft, chance: &mut Chance<'_>, stage: usize, arguments: &[Argument], used: &mut BTreeSet<&'static str>) {
    match chance.below(8) {
        1 if stage > 0 => {
            draft.leave(&format!("name{}", stage - 1), "stage");
        }
        2 => {
            draft.leave("scratch", "scratch");
        }
        3 | 4 if !arguments.is_empty() => {
            let Argument { name, .. } = arguments[chance.below(arguments.len())];
            draft.say(&chance.one_of(&["$N", "${N}", "${N:-nginx:1.27}"]).replace('N', name));
            used.insert(name);
        }
        5 => {
            let image = Image { written: "nginx:${TAG}", key: "docker.io/library/nginx:1.27" };
            draft.image(&image);
        }
        6 => {
            let image = Image { written: "localhost:5000/a/b:$TAG", key: "localhost:5000/a/b:1.27" };
            draft.image(&image);
        }
        7 => {
            draft.leave("$UNKNOWN", "variable");
        }
        _ => {
            draft.image(&IMAGES[chance.below(IMAGES.len())]);
        }
    }
}

fn instruction(draft: &mut Draft, chance: &mut Chance<'_>, stage: usize, escape: &str) {
    let image = &IMAGES[chance.below(IMAGES.len())];
    match chance.below(12) {
        1 => draft.say("COPY --from=").image(image).say(" /a /b\n"),
        2 => draft.say("copy --chown=a:b --from=").image(image).say(" --link /a /b\n"),
        3 if stage > 0 => draft.say("COPY --from=").leave(&format!("name{}", stage - 1), "stage").say(" /a /b\n"),
        4 if stage > 0 => draft.say("COPY --from=").leave("0", "stage").say(" /a /b\n"),
        5 => draft.say("RUN --mount=type=bind,from=").image(image).say(",target=/x FROM nginx:1\n"),
        6 => draft.say("RUN <<EOF\nFROM nginx:1\nCOPY --from=nginx:1 /a /b\nEOF\n"),
        7 => draft.say(&format!("RUN echo a {escape}\n  FROM nginx:1 {escape}\n# FROM nginx:2\n  && echo b\n")),
        8 => draft.say("ONBUILD COPY --from=").image(image).say(" /a /b\n"),
        9 => draft.say("COPY <<-\"EOF\" /etc/file\nFROM nginx:1 é 漢字\n\tEOF\n"),
        10 => draft.say("LABEL note=\"FROM nginx:1\" image=nginx:1\n"),
        11 => draft.say("CMD [\"docker\", \"run\", \"nginx:1\"]\n"),
        _ => draft.say("RUN echo 'FROM nginx:1' # COPY --from=nginx:1\n"),
    };
}

/// Puts the digest of an argument's image where its value ends, if the argument is used; what was reserved there goes.
fn settle(draft: &mut Draft, argument: &Argument, used: &BTreeSet<&'static str>) {
    let mark = format!("\0{}\0", argument.name);
    let at = draft.text.find(&mark).expect("it was written");
    draft.text = draft.text.replacen(&mark, "", 1);
    let is_used = used.contains(argument.name);
    draft.expected = draft.expected.replacen(&mark, &if is_used { argument.image.insertion() } else { String::new() }, 1);
    let moved = |place: usize| if place > at { place - mark.len() } else { place };
    draft.images = core::mem::take(&mut draft.images).into_iter().map(|(place, key)| (moved(place), key)).collect();
    draft.left_alone = core::mem::take(&mut draft.left_alone).into_iter().map(|(place, code)| (moved(place), code)).collect();
    if is_used {
        draft.images.insert((at, argument.image.key.to_owned()));
    }
}

// ---- Commands ---------------------------------------------------------------------------------------------------------------------

fn command(mut chance: Chance<'_>) -> Draft {
    let chance = &mut chance;
    let mut draft = Draft::begin(chance);
    if chance.once_in(4) {
        draft.say("#!/bin/sh\n# docker run nginx:1 é\n\n");
    }
    for line in 0..=chance.below(3) {
        if line > 0 {
            draft.say(chance.one_of(&[
                "\n",
                " && ",
                "; ",
                " || ",
                " | ",
                " &\n",
                "\necho docker run nginx:1\n",
                " # docker run nginx:1\n",
            ]));
        }
        if chance.once_in(8) {
            draft.say("ID=$(");
            invocation(&mut draft, chance);
            draft.say(")");
        } else {
            invocation(&mut draft, chance);
        }
    }
    draft.say("\n");
    draft.end(chance)
}

fn invocation(draft: &mut Draft, chance: &mut Chance<'_>) {
    draft.say(chance.one_of(&["", "", "sudo ", "DEBUG=1 ", "time "]));
    draft.say(chance.one_of(&["docker", "podman", "nerdctl", "/usr/bin/docker"]));
    space(draft, chance);
    draft.say(chance.one_of(&["run", "create", "container run", "pull"]));
    let pulls = draft.text.ends_with("pull");
    let options: &[&str] = if pulls {
        &["-q", "--quiet", "--platform linux/arm64", "--platform=linux/arm64"]
    } else {
        &[
            "--rm",
            "-d",
            "-it",
            "-p 80:80",
            "-v /a:/b:ro",
            "-v \"$PWD\":/work",
            "-e X=y",
            "-e 'X=a b; docker run nginx:1'",
            "--name web",
            "--name=web",
            "--network host",
            "-u 1000:1000",
            "--entrypoint sh",
            "--mount type=bind,src=/a,dst=/b",
            "-p8080:80",
            "-eX=é漢字",
            "--platform=linux/arm64",
            "--pull always",
            "--restart unless-stopped",
            "-w /work",
            "-itd",
            "-h host",
        ]
    };
    for _ in 0..chance.below(5) {
        space(draft, chance);
        draft.say(chance.one_of(options));
    }
    space(draft, chance);
    let quote = chance.one_of(&["", "", "'", "\""]);
    draft.say(quote).image(&IMAGES[chance.below(IMAGES.len())]).say(quote);
    if !pulls {
        for _ in 0..chance.below(3) {
            space(draft, chance);
            draft.say(chance.one_of(&["sh", "-c 'docker ps; image nginx:1'", "nginx:1", "--rm", "\"é 漢字\"", "-e A=b"]));
        }
    }
}

fn space(draft: &mut Draft, chance: &mut Chance<'_>) {
    draft.say(chance.one_of(&[" ", " ", " ", "  ", "\t", " \\\n  "]));
}
