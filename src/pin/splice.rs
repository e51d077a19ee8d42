//! Inserts digests, reads the result again, and takes back what does not hold up.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::digest::Digest;
use crate::pin::Change;
use crate::pin::Digests;
use crate::pin::Form;
use crate::pin::Found;
use crate::pin::Kind;
use crate::pin::LeftAlone;
use crate::pin::Occurrence;
use crate::pin::Pinned;
use crate::pin::Refusal;
use crate::pin::Why;
use crate::pin::find;
use crate::pin::key;
use crate::pin::position::Lines;
use crate::pin::yaml;
use crate::reference::Reference;

/// More edits than this are not tried one by one when all together do not hold up.
const TRIED_ALONE: usize = 64;

/// What is to be inserted at a place, and for which image.
#[derive(Clone)]
struct Edit {
    text: String,
    digest: Digest,
}

/// By their place in the text.
type Edits = BTreeMap<usize, Edit>;

pub(super) fn pin(text: &str, kind: Kind, occurrences: &[Occurrence], digests: &Digests) -> Pinned {
    let edits = sound(text, kind, occurrences, wanted(occurrences, digests));
    let lines = Lines::of(text);
    let mut changes: Vec<Change> = Vec::new();
    let mut left_alone = Vec::new();
    let mut made = BTreeSet::new();
    for occurrence in occurrences {
        let leave = |code: &str, message: String, settled| LeftAlone {
            place: occurrence.place.clone(),
            position: lines.position(occurrence.span.start),
            text: text[occurrence.span.clone()].to_owned(),
            code: code.to_owned(),
            message,
            settled,
        };
        match &occurrence.found {
            Found::LeftAlone(why) => left_alone.push(leave(why.code(), why.to_string(), why.is_settled())),
            Found::Pinned { .. } => left_alone.push(leave("pinned", "has a digest already".into(), true)),
            Found::Unpinned { image, insertion } => match (digests.get(&key(image)), edits.get(&insertion.at)) {
                (Some(Ok(_)), Some(_)) if !made.insert(insertion.at) => {
                    left_alone.push(leave(Why::Alias.code(), Why::Alias.to_string(), true));
                }
                (Some(Ok(digest)), Some(_)) => {
                    changes.push(Change {
                        place: occurrence.place.clone(),
                        position: lines.position(insertion.at),
                        image: shown(image, insertion.form),
                        pinned: with_digest(image, *digest),
                        reference: key(image),
                        digest: *digest,
                        overrules: insertion.overrules.clone(),
                    });
                }
                (Some(Ok(_)), None) => {
                    let message = "expected the text to say the same with the digest in it, found that it does not: edit it by hand";
                    left_alone.push(leave("edit-refused", message.into(), false));
                }
                (Some(Err(Refusal { code, message })), _) => left_alone.push(leave(code, message.clone(), false)),
                (None, _) => left_alone.push(leave("not-resolved", "expected its digest, found that nobody asked for it".into(), false)),
            },
        }
    }
    Pinned { kind, text: apply(text, &edits), changes, left_alone }
}

/// As it was named: `latest` is not said where it was only understood.
fn shown(image: &Reference, form: Form) -> String {
    match (image.tag(), form) {
        (Some(tag), Form::AfterTag | Form::Value | Form::ValueAfterColon) => format!("{}:{tag}", image.typed_name()),
        _ => image.typed_name().to_owned(),
    }
}

fn with_digest(image: &Reference, digest: Digest) -> String {
    let image = image.clone().or_latest();
    format!("{}:{}@{digest}", image.typed_name(), image.tag().expect("`or_latest` adds one"))
}

/// The edits that would pin everything that has a digest. Where two occurrences disagree about one place, nothing is inserted.
fn wanted(occurrences: &[Occurrence], digests: &Digests) -> Edits {
    let mut edits: BTreeMap<usize, Option<Edit>> = BTreeMap::new();
    for occurrence in occurrences {
        let Found::Unpinned { image, insertion } = &occurrence.found else { continue };
        let edit = digests.get(&key(image)).and_then(|digest| digest.as_ref().ok()).map(|digest| Edit {
            text: match insertion.form {
                Form::AfterTag => format!("@{digest}"),
                Form::AfterName => format!(":latest@{digest}"),
                Form::Value => digest.to_string(),
                Form::ValueAfterColon => format!(" {digest}"),
            },
            digest: *digest,
        });
        edits
            .entry(insertion.at)
            .and_modify(|known| {
                if known.as_ref().map(|known| &known.text) != edit.as_ref().map(|edit| &edit.text) {
                    *known = None;
                }
            })
            .or_insert(edit);
    }
    edits.into_iter().filter_map(|(at, edit)| Some((at, edit?))).collect()
}

/// Those of the edits that hold up.
fn sound(text: &str, kind: Kind, occurrences: &[Occurrence], edits: Edits) -> Edits {
    if holds(text, kind, occurrences, &edits) {
        return edits;
    }
    if edits.len() > TRIED_ALONE {
        return Edits::new();
    }
    let mut sound = Edits::new();
    for (at, edit) in edits {
        let mut with = sound.clone();
        with.insert(at, edit);
        if holds(text, kind, occurrences, &with) {
            sound = with;
        }
    }
    sound
}

/// Whether the edited text says what it said before, but for the digests.
fn holds(text: &str, kind: Kind, before: &[Occurrence], edits: &Edits) -> bool {
    let edited = apply(text, edits);
    let Ok(after) = find(&edited, kind) else { return false };
    let inserted: Vec<(usize, usize)> = edits
        .iter()
        .scan(0, |length, (at, edit)| {
            *length += edit.text.len();
            Some((*at, *length))
        })
        .collect();
    let moved = |at: usize| at + inserted.partition_point(|(place, _)| *place < at).checked_sub(1).map_or(0, |last| inserted[last].1);
    let same_rest = match kind {
        Kind::Reference | Kind::Command | Kind::Dockerfile => true,
        _ => yaml::differs_only_at(text, &edited, &edits.iter().map(|(at, edit)| (*at, edit.text.as_str())).collect::<Vec<_>>()),
    };
    same_rest
        && before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| {
            let same_place = before.place == after.place && moved(before.span.start) == after.span.start;
            same_place
                && match (&before.found, &after.found) {
                    (Found::Unpinned { image, insertion }, Found::Pinned { image: pinned }) => {
                        edits.get(&insertion.at).is_some_and(|edit| pinned.digest() == Some(edit.digest) && names_the_same(image, pinned))
                    }
                    (Found::Unpinned { image, insertion }, Found::Unpinned { image: now, insertion: then }) => {
                        !edits.contains_key(&insertion.at) && names_the_same(image, now) && insertion.form == then.form
                    }
                    (Found::Pinned { image }, Found::Pinned { image: now }) => names_the_same(image, now) && image.digest() == now.digest(),
                    (Found::LeftAlone(why), Found::LeftAlone(now)) => why.code() == now.code(),
                    _ => false,
                }
        })
}

fn names_the_same(a: &Reference, b: &Reference) -> bool {
    a.registry() == b.registry() && a.repository() == b.repository() && a.tag() == b.tag()
}

fn apply(text: &str, edits: &Edits) -> String {
    let mut edited = String::with_capacity(text.len() + edits.values().map(|edit| edit.text.len()).sum::<usize>());
    let mut from = 0;
    for (at, edit) in edits {
        edited.push_str(&text[from..*at]);
        edited.push_str(&edit.text);
        from = *at;
    }
    edited.push_str(&text[from..]);
    edited
}
