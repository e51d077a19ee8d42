//! YAML that names images: which kind it is, and whether an edited text says what it said before.
//!
//! It is read by saphyr's parser and never written: a digest is inserted into the text as it stands, and then the text is read again.
//! A reader of YAML 1.2 is used for files that programs with readers of YAML 1.1 will take. Where the two would see different values
//! (line ends, numbers, keys that stand twice), the text or the value is refused.

mod events;
mod images;
mod tree;
mod walk;

use core::iter::Peekable;
use core::ops::Range;

use saphyr_parser::Event;
use saphyr_parser::ScalarStyle;

use crate::budget;
use crate::pin::Kind;
use crate::reference::Reference;

pub(super) use events::Style;
pub(super) use images::Images;
pub(super) use images::filled_in;
pub(super) use images::named;
pub(super) use images::shown;
pub(super) use tree::Id;
pub(super) use tree::Scalar;
pub(super) use tree::Tree;
pub(super) use walk::Step;
pub(super) use walk::Walk;

use events::Events;
use events::Written;

/// What kind of YAML it is, by what its documents say.
pub(super) fn kind(text: &str) -> Option<Kind> {
    if text.len() > budget::PIN_TEXT_BYTES {
        return None;
    }
    let (tree, refusal) = Tree::read_far(text);
    let kind = tree.documents().find_map(|document| kind_of(&tree, document));
    kind.or_else(|| match refusal {
        Some(_) => kind_of_unreadable(text),
        None => tree.mappings().any(|mapping| names_an_image(&tree, mapping)).then_some(Kind::HelmValues),
    })
}

fn kind_of(tree: &Tree<'_>, document: Id) -> Option<Kind> {
    let has = |mapping, key: &str| tree.get(mapping, key).is_some();
    let text = |key| tree.get(document, key).and_then(|value| tree.text_of(value));
    let mapping = |key| tree.get(document, key).filter(|value| tree.is_mapping(*value));
    if let (Some(version), Some(_)) = (text("apiVersion"), text("kind")) {
        let kustomize = version.starts_with("kustomize.config.k8s.io/");
        return Some(if kustomize { Kind::Kustomization } else { Kind::Kubernetes });
    }
    if mapping("services").is_some() {
        return Some(Kind::Compose);
    }
    // For YAML 1.1, the key `on` is `true`, and some programs write it back that way.
    let workflow = mapping("jobs").is_some() && (has(document, "on") || has(document, "true"));
    if workflow || mapping("runs").is_some_and(|runs| has(runs, "using")) {
        return Some(Kind::GithubActions);
    }
    let overrides = |list| tree.items(list).is_some_and(|items| items.iter().any(|item| has(*item, "newTag") || has(*item, "newName")));
    if ["images", "imageTags"].into_iter().filter_map(|key| tree.get(document, key)).any(overrides) {
        return Some(Kind::Kustomization);
    }
    // The first version of Compose had services at the top.
    let services: Vec<Id> = tree.entries(document)?.map(|(_, value)| value).collect();
    let is_service =
        |service: &Id| has(*service, "build") || tree.get(*service, "image").is_some_and(|image| tree.text_of(image).is_some());
    (services.iter().all(|service| tree.is_mapping(*service)) && services.iter().any(is_service)).then_some(Kind::Compose)
}

/// Values of a chart name an image by its parts, or with its tag. (A name alone can be a picture.)
fn names_an_image(tree: &Tree<'_>, mapping: Id) -> bool {
    let text = |key| tree.own(mapping, key).and_then(|value| tree.text_of(value));
    let is_tagged = |image: &str| Reference::parse(image).is_ok_and(|image| image.tag().is_some() || image.digest().is_some());
    text("repository").is_some() && text("tag").is_some() || text("image").is_some_and(is_tagged)
}

/// What a text would be if it were YAML. Saying in which line it is not helps more than not knowing it.
fn kind_of_unreadable(text: &str) -> Option<Kind> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let first = lines.find(|line| !(line.trim().is_empty() || line.starts_with("---") || line.starts_with(['#', '{'])))?;
    let key = first.split_once(':')?.0;
    if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return None;
    }
    let has = |key: &str| text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    match () {
        () if has("apiVersion") && has("kind") => Some(Kind::Kubernetes),
        () if has("services") => Some(Kind::Compose),
        () if has("jobs") && has("on") => Some(Kind::GithubActions),
        () => None,
    }
}

/// Whether `after` says what `before` says, but for these texts that are inserted at these bytes of values in `before`.
pub(super) fn differs_only_at(before: &str, after: &str, insertions: &[(usize, &str)]) -> bool {
    let mut insertions = insertions.iter().copied().peekable();
    let mut after = Events::of(after);
    for was in Events::of(before) {
        let (Ok((was, span)), Some(Ok((is, _)))) = (was, after.next()) else { return false };
        if !differs_as_meant(before, &was, &span, &is, &mut insertions) {
            return false;
        }
    }
    after.next().is_none() && insertions.next().is_none()
}

fn differs_as_meant<'i>(
    text: &str,
    was: &Event<'_>,
    span: &Range<usize>,
    is: &Event<'_>,
    insertions: &mut Peekable<impl Iterator<Item = (usize, &'i str)>>,
) -> bool {
    let (Event::Scalar(value, style, anchor, tag), Event::Scalar(now, style_now, anchor_now, tag_now)) = (was, is) else {
        return was == is;
    };
    if (style, anchor, tag) != (style_now, anchor_now, tag_now) {
        return false;
    }
    if value.is_empty() && *style == ScalarStyle::Plain {
        // Nothing stands there, not even blanks: what is inserted behind the colon begins with one.
        let colon = text[span.start..].starts_with(':').then_some(span.start + 1);
        return match insertions.next_if(|(at, _)| Some(*at) == colon) {
            Some((_, inserted)) => inserted.strip_prefix(' ') == Some(&**now),
            None => now.is_empty(),
        };
    }
    let written = Written::find(text, span, value, *style);
    if !written.literally {
        return value == now;
    }
    let mut expected = String::new();
    let mut from = written.span.start;
    while let Some((at, inserted)) = insertions.next_if(|(at, _)| (from..=written.span.end).contains(at)) {
        expected.push_str(&text[from..at]);
        expected.push_str(inserted);
        from = at;
    }
    expected.push_str(&text[from..written.span.end]);
    expected == **now
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "a: &é nginx:1 # c\nb: \"x\"\nd:   # e\nf: [g, '']\n";

    /// With each text inserted where the mark `^` of the same number stands.
    fn edit(marked: &str, texts: &[&str]) -> bool {
        let pieces: Vec<&str> = marked.split('^').collect();
        let before = pieces.concat();
        let mut after = pieces[0].to_owned();
        let mut at = pieces[0].len();
        let mut insertions = Vec::new();
        for (text, piece) in texts.iter().zip(&pieces[1..]) {
            insertions.push((at, *text));
            after = after + text + piece;
            at += piece.len();
        }
        assert_eq!(pieces.len(), texts.len() + 1);
        differs_only_at(&before, &after, &insertions)
    }

    #[test]
    fn what_is_inserted_into_values_is_all_that_differs() {
        assert!(differs_only_at(BEFORE, BEFORE, &[]));
        assert!(edit("a: &é nginx:1^ # c\nb: \"x^\"\nd:^   # e\nf: [g^, '^']\n", &["@1", "@2", " sha256:3", ":4", "5"]));
        assert!(edit("{\"a\":\"b^\",c:^,d}", &["@1", " 2"]));
        assert!(edit("\u{feff}a: b^\r\n", &["@1"]));
    }

    #[test]
    fn what_changes_more_than_its_value_is_refused() {
        for (marked, text) in [
            // A comment, a key, another document, an anchor, a tag, a second value.
            ("a: b^\n", " # c"),
            ("a: b^\n", "\nc: d"),
            ("a: b^\n", "\n---\n"),
            ("a: ^b\n", "&c "),
            ("a: ^b\n", "!c "),
            ("[a^]", ", b"),
            // No value.
            ("a: b # c^\n", "@1"),
            ("a: b\n^", "# c\n"),
            ("a: |\n  b^\n", "@1"),
            ("a: \"\\x62^\"\n", "@1"),
            ("a:^\n", " # c"),
            ("a:^\n", "  c"),
            // No YAML.
            ("a: b^\n", ": c"),
            ("a: \"b^\"\n", "\""),
        ] {
            assert!(!edit(marked, &[text]), "{marked:?} with {text:?}");
        }
    }

    #[test]
    fn what_was_not_meant_is_refused() {
        for (after, insertions) in [
            ("a: b@1\n", &[][..]),
            ("a: b\n", &[(4, "@1")][..]),
            ("a: b@2\n", &[(4, "@1")][..]),
            ("a: b@1\n", &[(4, "@1"), (4, "@1")][..]),
            ("a: \"b\"\n", &[][..]),
            ("a: &c b\n", &[][..]),
            ("a: !!str b\n", &[][..]),
            ("a: b\n---\n", &[][..]),
            ("a: b\nc: d\n", &[][..]),
            ("", &[][..]),
        ] {
            assert!(!differs_only_at("a: b\n", after, insertions), "{after:?}");
            assert!(!differs_only_at(after, "a: b\n", insertions), "{after:?}");
        }
    }
}
