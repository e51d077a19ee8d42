//! What holds of every text, whoever wrote it: the tests' own texts, proptest's, and those of the fuzz targets, which share this file.
//!
//! The digests are made up. What is expected is worked out here from what `find` says, not with what `pin` does its work with.

use core::ops::Range;
use std::collections::BTreeMap;

use pullproof::Digest;
use pullproof::digest::Algorithm;
use pullproof::pin;
use pullproof::pin::Digests;
use pullproof::pin::Form;
use pullproof::pin::Found;
use pullproof::pin::Insertion;
use pullproof::pin::Kind;
use pullproof::pin::Occurrence;
use pullproof::pin::Pinned;
use pullproof::pin::Position;
use pullproof::pin::Refusal;
use pullproof::pin::Unreadable;
use pullproof::pin::Why;

/// Pins everything, then about a half of it, and looks at what became of the text.
pub(crate) fn hold(text: &str, kind: Kind) {
    let found = match pin::find(text, kind) {
        Ok(found) => found,
        Err(refusal) => {
            assert!(Unreadable::CODES.contains(&refusal.code()), "an unknown code: {}", refusal.code());
            assert_sentence(&refusal.to_string());
            return;
        }
    };
    for occurrence in &found {
        assert_occurrence(text, occurrence);
    }
    assert!(found.windows(2).all(|pair| pair[0].span.start <= pair[1].span.start), "not in the order of the text: {found:?}");

    let images: Vec<String> = pin::unpinned(&found).into_iter().map(pin::key).collect();
    let all = images.iter().map(|image| (image.clone(), Ok(digest_of(image)))).collect();
    let some =
        images.iter().map(|image| (image.clone(), if image.len().is_multiple_of(2) { Ok(digest_of(image)) } else { Err(refused()) }));
    for digests in [all, some.collect(), Digests::new()] {
        assert_pinned(text, &found, &digests, &pin::pin(text, kind, &digests).expect("what could be read can be pinned"));
    }
}

/// The digest that is made up for an image, so that a mix-up shows.
pub(crate) fn digest_of(image: &str) -> Digest {
    Digest::of(Algorithm::Sha256, image.as_bytes())
}

fn refused() -> Refusal {
    Refusal { code: "not-found".into(), message: "expected an image, found none".into() }
}

fn assert_occurrence(text: &str, Occurrence { span, place, found }: &Occurrence) {
    // Panics where this is not in the text, or within a character.
    let _: &str = &text[span.clone()];
    assert_sentence(place);
    match found {
        Found::Unpinned { image, insertion } => {
            assert!(text.is_char_boundary(insertion.at), "{insertion:?} is within a character");
            assert!(image.digest().is_none() && image.tag().is_some(), "unpinned, and yet {image}");
        }
        Found::Pinned { image } => assert!(image.digest().is_some(), "pinned, and yet {image}"),
        Found::LeftAlone(why) => {
            assert!(Why::CODES.contains(&why.code()), "an unknown code: {}", why.code());
            assert_sentence(&why.to_string());
        }
    }
}

/// One line that can be printed: texts come from anywhere.
fn assert_sentence(sentence: &str) {
    assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?} cannot be printed");
}

fn assert_pinned(text: &str, found: &[Occurrence], digests: &Digests, pinned: &Pinned) {
    assert_eq!(pinned.changes.len() + pinned.left_alone.len(), found.len(), "something was passed over: {pinned:?}");
    let edits = edits(text, found, digests, pinned);
    assert_eq!(pinned.text, inserted(text, &edits), "something else than digests was inserted");
    assert_eq!(without(&pinned.text, &edits), text, "the digests taken out again do not leave the text");

    for left in &pinned.left_alone {
        assert!(left.position.line >= 1 && left.position.column >= 1);
        assert_sentence(&left.message);
        let of_text = Why::CODES.contains(&left.code.as_str());
        assert!(of_text || ["pinned", "not-found", "not-resolved", "edit-refused"].contains(&left.code.as_str()), "{left:?}");
    }

    let again = pin::pin(&pinned.text, pinned.kind, digests).expect("what was pinned can be read");
    assert_eq!(again.text, pinned.text, "pinning twice changes more");
    assert!(again.changes.is_empty(), "pinning twice changes more: {:?}", again.changes);
    let after = pin::find(&pinned.text, pinned.kind).expect("what was pinned can be read");
    let with_digest = after.iter().filter(|occurrence| matches!(&occurrence.found, Found::Pinned { .. })).count();
    let before = found.iter().filter(|occurrence| matches!(&occurrence.found, Found::Pinned { .. })).count();
    assert!(with_digest >= before + pinned.changes.len(), "what was pinned is not seen as pinned");
    assert_eq!(after.len(), found.len(), "other images are named than before");
}

/// What was inserted, by its place: a change says where, and [`pin::find`] said in which form.
fn edits(text: &str, found: &[Occurrence], digests: &Digests, pinned: &Pinned) -> BTreeMap<usize, String> {
    let mut edits = BTreeMap::new();
    for change in &pinned.changes {
        assert_eq!(digests.get(&change.reference), Some(&Ok(change.digest)), "a digest of another image: {change:?}");
        let at = byte(text, change.position);
        let matching = |occurrence: &&Occurrence| match &occurrence.found {
            Found::Unpinned { image, insertion } => insertion.at == at && pin::key(image) == change.reference,
            Found::Pinned { .. } | Found::LeftAlone(_) => false,
        };
        let occurrence = found.iter().find(matching).unwrap_or_else(|| panic!("nothing was found at {at}: {change:?}"));
        assert_eq!(change.place, occurrence.place);
        let Found::Unpinned { insertion: Insertion { form, .. }, .. } = occurrence.found else { unreachable!("it matched") };
        let insertion = match form {
            Form::AfterTag => format!("@{}", change.digest),
            Form::AfterName => format!(":latest@{}", change.digest),
            Form::Value => change.digest.to_string(),
            Form::ValueAfterColon => format!(" {}", change.digest),
        };
        assert_eq!(edits.insert(at, insertion), None, "two digests in one place");
    }
    edits
}

/// The byte at a position, counted anew: lines end at line feeds, columns are characters, and a byte order mark is none.
fn byte(text: &str, Position { line, column }: Position) -> usize {
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    let line = text[start..].trim_start_matches('\u{feff}');
    text.len() - line.len() + line.chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

fn inserted(text: &str, edits: &BTreeMap<usize, String>) -> String {
    let mut edited = String::new();
    let mut from = 0;
    for (at, insertion) in edits {
        edited.push_str(&text[from..*at]);
        edited.push_str(insertion);
        from = *at;
    }
    edited + &text[from..]
}

fn without(edited: &str, edits: &BTreeMap<usize, String>) -> String {
    let mut text = edited.to_owned();
    for (at, insertion) in edits {
        let range: Range<usize> = *at..*at + insertion.len();
        assert_eq!(&text[range.clone()], insertion);
        text.replace_range(range, "");
    }
    text
}
