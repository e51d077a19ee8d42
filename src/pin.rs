//! Puts digests into texts that name images, and changes nothing else.
//!
//! `find` says where a text names images, and for each one that cannot be pinned, why. `pin` inserts the digests: an edit is always an
//! insertion, so every other byte (comments, quotes, indentation, line ends, a byte order mark) stays what and in the order it was.
//! The edited text is read again and has to say what it said before but for the digests; an edit that does not hold up is not made.
//!
//! Pure functions over text. Which digest a reference has is for whoever calls: see `Checker::resolve`.

mod command;
mod compose;
mod dockerfile;
mod github_actions;
mod helm_values;
mod interpolation;
mod kind;
mod kubernetes;
mod kustomization;
pub mod lock;
mod position;
mod sighting;
mod splice;
mod unreadable;
mod why;
mod yaml;

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::budget;
use crate::digest::Digest;
use crate::reference::Reference;

pub use kind::Kind;
pub use kind::UnknownKind;
pub use position::Position;
pub use sighting::Sighting;
pub use sighting::State;
pub use sighting::sightings;
pub use unreadable::Unreadable;
pub use why::Why;

/// One place in a text where an image is named, or seems to be.
#[derive(Clone, Debug)]
pub struct Occurrence {
    /// What stands there, in bytes of the text: a value without its quotes.
    pub span: Range<usize>,
    /// Which place that is, for people: `FROM`, `services.web.image`, `docker run`.
    pub place: String,
    /// What it is.
    pub found: Found,
}

/// What stands at an [`Occurrence`].
#[derive(Clone, Debug)]
pub enum Found {
    /// An image without a digest, which can get one here.
    Unpinned {
        /// The image, with `latest` where it has no tag.
        image: Reference,
        /// Where its digest goes.
        insertion: Insertion,
    },
    /// An image with a digest.
    Pinned {
        /// The image.
        image: Reference,
    },
    /// Anything else, and why it stays as it is.
    LeftAlone(Why),
}

/// Where a digest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// In bytes of the text.
    pub at: usize,
    /// In which form.
    pub form: Form,
    /// Variables that say less once the digest is there: it decides which image is used, whatever they are set to.
    pub overrules: Vec<String>,
}

/// The form in which a digest is inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Behind the tag, as `@sha256:…`.
    AfterTag,
    /// Behind a name without a tag, as `:latest@sha256:…`, so that it can be seen later what was meant.
    AfterName,
    /// As the value of a field of its own, as `sha256:…`.
    Value,
    /// The same behind a colon that nothing follows yet.
    ValueAfterColon,
}

/// What a text has become.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pinned {
    /// How the text was read.
    pub kind: Kind,
    /// The text with its digests.
    pub text: String,
    /// What was inserted, in the order of the text.
    pub changes: Vec<Change>,
    /// Every other reference that was seen, and why it stays as it is, in the order of the text.
    pub left_alone: Vec<LeftAlone>,
}

/// One digest that was inserted.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Where the image is named: `FROM`, `services.web.image`.
    pub place: String,
    /// Where in the original text the digest was inserted.
    #[serde(flatten)]
    pub position: Position,
    /// The image as it was named, with variables replaced by their defaults.
    pub image: String,
    /// The same with its digest.
    pub pinned: String,
    /// The key of the image among those that were resolved: its normalised name and tag.
    pub reference: String,
    /// The digest.
    pub digest: Digest,
    /// Variables that no longer decide which image is used.
    pub overrules: Vec<String>,
}

/// One reference that stays as it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftAlone {
    /// Where the image is named.
    pub place: String,
    /// Where in the original text.
    #[serde(flatten)]
    pub position: Position,
    /// What stands there.
    pub text: String,
    /// The reason, for programs.
    pub code: String,
    /// The reason, for people.
    pub message: String,
    /// Whether nothing is left to do: it has a digest, or it names no image that could have one.
    pub settled: bool,
}

/// What became of the images that a text names: for each, by [`key`], its digest or why there is none.
pub type Digests = BTreeMap<String, Result<Digest, Refusal>>;

/// Why an image gets no digest: it could not be fetched, a check failed, the policy does not accept it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable.
    pub code: String,
    /// For people.
    pub message: String,
}

/// The name under which [`Digests`] holds an image: registry, repository and tag, normalised. A name with a digest and no tag has none.
pub fn key(image: &Reference) -> String {
    image.clone().or_latest().without_digest().to_string()
}

/// Where `text` names images, in the order of the text.
pub fn find(text: &str, kind: Kind) -> Result<Vec<Occurrence>, Unreadable> {
    if text.len() > budget::PIN_TEXT_BYTES {
        return Err(Unreadable::TooLong { length: text.len() });
    }
    let mut found = match kind {
        Kind::Reference => vec![reference(text)],
        Kind::Command => command::find(text),
        Kind::Dockerfile => dockerfile::find(text),
        Kind::Compose => compose::find(text)?,
        Kind::Kubernetes => kubernetes::find(text)?,
        Kind::Kustomization => kustomization::find(text)?,
        Kind::HelmValues => helm_values::find(text)?,
        Kind::GithubActions => github_actions::find(text)?,
    };
    found.sort_by_key(|occurrence| (occurrence.span.start, occurrence.span.end));
    if found.len() > budget::PIN_OCCURRENCES {
        return Err(Unreadable::TooMany { found: found.len() });
    }
    Ok(found)
}

/// The images that `text` names without a digest, each once, in the order in which they come first.
pub fn unpinned(occurrences: &[Occurrence]) -> Vec<&Reference> {
    let mut seen = BTreeSet::new();
    let images = occurrences.iter().filter_map(|occurrence| match &occurrence.found {
        Found::Unpinned { image, .. } => Some(image),
        Found::Pinned { .. } | Found::LeftAlone(_) => None,
    });
    images.filter(|image| seen.insert(key(image))).collect()
}

/// Inserts the digests of `digests` into `text`. An image that is not in it is left alone as `not-resolved`.
pub fn pin(text: &str, kind: Kind, digests: &Digests) -> Result<Pinned, Unreadable> {
    Ok(splice::pin(text, kind, &find(text, kind)?, digests))
}

/// A bare reference, with or without white space around it.
fn reference(text: &str) -> Occurrence {
    let start = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let span = start..start.max(text.trim_end().len());
    Occurrence { found: literal(&text[span.clone()], span.end), span, place: "reference".into() }
}

/// A reference that is written out, and ends at `end` of the text.
fn literal(written: &str, end: usize) -> Found {
    match Reference::parse(written) {
        Ok(image) if image.digest().is_some() => Found::Pinned { image },
        Ok(image) => {
            let form = if image.tag().is_some() { Form::AfterTag } else { Form::AfterName };
            Found::Unpinned { image: image.or_latest(), insertion: Insertion { at: end, form, overrules: Vec::new() } }
        }
        Err(_) if written.is_empty() => Found::LeftAlone(Why::Empty),
        Err(refusal) => Found::LeftAlone(Why::Invalid(refusal)),
    }
}
