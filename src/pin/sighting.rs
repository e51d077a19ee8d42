//! What was found in a text, as it is told.

use serde::Serialize;

use crate::digest::Digest;
use crate::pin::Found;
use crate::pin::Kind;
use crate::pin::Occurrence;
use crate::pin::Position;
use crate::pin::Unreadable;
use crate::pin::find;
use crate::pin::position::Lines;

/// One [`Occurrence`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sighting {
    /// Where the image is named: `FROM`, `services.web.image`.
    pub place: String,
    /// Where in the text.
    #[serde(flatten)]
    pub position: Position,
    /// What stands there.
    pub text: String,
    /// What it is.
    pub state: State,
    /// The normalised name and tag, where there is an image.
    pub reference: Option<String>,
    /// The digest that it has already.
    pub digest: Option<Digest>,
    /// Why it is left alone, for programs.
    pub code: Option<&'static str>,
    /// Why it is left alone, for people.
    pub message: Option<String>,
    /// Whether nothing is left to do.
    pub settled: bool,
}

/// What stands somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// An image without a digest.
    Unpinned,
    /// An image with one.
    Pinned,
    /// Something else.
    LeftAlone,
}

/// Where `text` names images, in the order of the text, in words.
pub fn sightings(text: &str, kind: Kind) -> Result<Vec<Sighting>, Unreadable> {
    let lines = Lines::of(text);
    Ok(find(text, kind)?.iter().map(|occurrence| describe(text, &lines, occurrence)).collect())
}

fn describe(text: &str, lines: &Lines<'_>, Occurrence { span, place, found }: &Occurrence) -> Sighting {
    let sighting = Sighting {
        place: place.clone(),
        position: lines.position(span.start),
        text: text[span.clone()].to_owned(),
        state: State::LeftAlone,
        reference: None,
        digest: None,
        code: None,
        message: None,
        settled: false,
    };
    match found {
        Found::Unpinned { image, .. } => Sighting { state: State::Unpinned, reference: Some(image.to_string()), ..sighting },
        Found::Pinned { image } => Sighting {
            state: State::Pinned,
            reference: Some(image.clone().without_digest().to_string()),
            digest: image.digest(),
            settled: true,
            ..sighting
        },
        Found::LeftAlone(why) => Sighting { code: Some(why.code()), message: Some(why.to_string()), settled: why.is_settled(), ..sighting },
    }
}
