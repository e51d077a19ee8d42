//! What the words of a client's command are: images that can be pinned, or something else.

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::pin::Found;
use crate::pin::Occurrence;
use crate::pin::Why;
use crate::pin::command::ECHOED;
use crate::pin::command::Run;
use crate::pin::command::Script;
use crate::pin::command::Verb;
use crate::pin::command::echo;
use crate::pin::command::options;
use crate::pin::command::options::Client;
use crate::pin::command::options::Effect;
use crate::pin::command::options::Place;
use crate::pin::command::options::Reading;
use crate::pin::command::shell::WORDS;
use crate::pin::command::variables;
use crate::pin::command::words::Quoting;
use crate::pin::command::words::Word;
use crate::pin::command::words::name_length;
use crate::pin::interpolation;
use crate::pin::interpolation::Interpolated;
use crate::pin::interpolation::Piece;
use crate::pin::interpolation::Syntax;
use crate::pin::interpolation::Variable;
use crate::pin::key;
use crate::pin::literal;
use crate::reference::InvalidReference;
use crate::reference::Reference;

const SHELL: Syntax = Syntax { escape: Some('\\'), doubled: false };

impl<'t> Script<'t> {
    pub(super) fn occurrences(&self) -> Vec<Occurrence> {
        // A script within a word is read twice where it has `$( … )` in it.
        let mut found: BTreeMap<(usize, usize), (Image, String)> = BTreeMap::new();
        let built = self.built();
        for run in &self.runs {
            let place = format!("{} {}", run.client.name(), run.verb.name());
            for mut image in self.images(run) {
                built.spare(self.text, run.verb, &mut image);
                found.entry((image.span.start, image.span.end)).or_insert_with(|| (image, place.clone()));
            }
        }
        for at in self.too_deep.iter().copied() {
            found.entry((at, at)).or_insert_with(|| (Image::left_alone(at..at, Why::Expression), "$( … )".into()));
        }
        let mut found: Vec<_> = found.into_values().collect();
        self.spare_used_in_part(&mut found);
        let occurrence = |(Image { span, found, pieces, .. }, place)| (Occurrence { span, place, found }, pieces);
        interpolation::spare_shared(found.into_iter().map(occurrence).collect())
    }

    /// What the words of one command are.
    fn images(&self, run: &Run<'t>) -> Vec<Image> {
        let place = if run.verb == Verb::Pull { Place::Pull } else { Place::Run };
        let (mut at, mut ended, mut effect, mut unknown) = (0, false, Effect::None, run.unknown.clone());
        let (mut images, mut doubtful): (Vec<&Word<'t>>, Option<&Word<'t>>) = (Vec::new(), None);
        while let Some(word) = run.words.get(at) {
            at += 1;
            match if ended { Reading::Word } else { options::read(run.client, place, word) } {
                Reading::Word if !ended && self.stands_for_options(word, run, at) => {
                    if let Some(takes_next) = self.spread(word, run, place) {
                        at += usize::from(takes_next);
                    } else {
                        unknown.get_or_insert_with(|| echo(&self.text[word.span.clone()]));
                        doubtful = Some(word);
                    }
                }
                // It can only be the value of the option that nobody knows.
                Reading::Word if unknown.is_some() && doubtful.is_none() && !word.expands && Reference::parse(&word.literal).is_err() => {
                    doubtful = Some(word);
                }
                Reading::Word => {
                    images.push(word);
                    if run.verb != Verb::Pull {
                        break;
                    }
                }
                Reading::End => ended = true,
                Reading::Option { takes_next, effect: of_this } => {
                    at += usize::from(takes_next);
                    effect = if of_this == Effect::None { effect } else { of_this };
                }
                Reading::Unknown(option) => _ = unknown.get_or_insert_with(|| echo(option)),
            }
        }
        if images.is_empty() {
            images.extend(doubtful);
        }
        if images.is_empty() {
            let why = if run.fed || run.words.len() == WORDS { Why::Expression } else { Why::Empty };
            return vec![Image::left_alone(run.end..run.end, why)];
        }
        let of = |word| {
            let image = self.image(word, run);
            let why = match (effect, &unknown, &image.found) {
                (Effect::AllTags, ..) => Why::AllTags,
                (Effect::Rootfs, ..) => Why::Local,
                (Effect::None, None, _) | (_, _, Found::LeftAlone(Why::Variable { .. } | Why::Expression)) => return image,
                (Effect::None, Some(option), _) => Why::OptionUnknown { option: option.clone() },
            };
            Image::left_alone(image.span, why)
        };
        images.into_iter().map(of).collect()
    }

    /// Whether a variable stands where options do: what is known of it says so, or its name, or that an image follows it.
    fn stands_for_options(&self, word: &Word<'t>, run: &Run<'t>, behind: usize) -> bool {
        let written = self.text[word.span.clone()].trim_matches('"');
        if !written.starts_with('$') || word.runs || written.len() > ECHOED {
            return false;
        }
        if let Some(value) = self.value(written, run, word.span.start) {
            return value.is_empty() || value.starts_with('-');
        }
        let named = written.to_ascii_uppercase();
        let says = |words: &[&str]| words.iter().any(|word| named.contains(word));
        if says(&["OPT", "ARG", "FLAG", "PARAM", "[@]", "[*]", "$@", "$*", "+-", ":--"]) {
            return true;
        }
        let next = run.words.get(behind).filter(|next| !next.expands && next.literal.contains([':', '/']));
        let is_followed = next.is_some_and(|next| Reference::parse(&next.literal).is_ok());
        is_followed && run.verb != Verb::Pull && !says(&["IMAGE", "IMG", "TAG", "REPO", "NAME"])
    }

    /// The value of `$NAME` or `${NAME}`.
    fn value(&self, written: &str, run: &Run<'t>, at: usize) -> Option<&'t str> {
        let name = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).or_else(|| written.strip_prefix('$'))?;
        match self.lookup(name, at, run.foreign) {
            Variable::At(value) if name_length(name) == name.len() => Some(&self.text[value]),
            Variable::At(_) | Variable::Unset | Variable::Elsewhere => None,
        }
    }

    /// Reads the options in a variable whose value is known. Says whether the next word belongs to the last of them.
    fn spread(&self, word: &Word<'t>, run: &Run<'t>, place: Place) -> Option<bool> {
        let value = self.value(&self.text[word.span.clone()], run, word.span.start)?;
        if value.contains(['$', '\'', '"', '\\', '`', '*', '?', '[', '{', '~']) {
            return None;
        }
        let mut takes_next = false;
        for piece in value.split_ascii_whitespace() {
            let piece = Word { span: 0..0, literal: piece.into(), expands: false, runs: false, unclosed: false };
            if core::mem::take(&mut takes_next) {
                continue;
            }
            match options::read(run.client, place, &piece) {
                Reading::Option { takes_next: next, effect: Effect::None } => takes_next = next,
                Reading::Option { .. } | Reading::Word | Reading::End | Reading::Unknown(_) => return None,
            }
        }
        Some(takes_next)
    }

    /// What one word is.
    fn image(&self, word: &Word<'t>, run: &Run<'t>) -> Image {
        let inner = Quoting::of(self.text, &word.span).inner();
        let why = match (word, &inner) {
            (Word { unclosed: true, .. }, _) => Some(Why::Style),
            (Word { runs: true, .. }, _) => Some(Why::Expression),
            (_, None) => Some(Why::Style),
            _ => None,
        };
        let span = inner.unwrap_or_else(|| word.span.clone());
        if let Some(why) = why {
            return Image::left_alone(span, why);
        }
        let (span, transport) = match transport(run.client, &self.text[span.clone()]) {
            Transport::None => (span, false),
            Transport::Local => return Image::left_alone(span, Why::Local),
            Transport::Registry { length } => (span.start + length..span.end, true),
        };
        let mut image = if word.expands {
            self.interpolate(span, run.foreign)
        } else {
            Image { found: written(&self.text[span.clone()], span.end), span, pieces: Vec::new(), follows: Vec::new() }
        };
        let is_taken = match &image.found {
            Found::Unpinned { .. } => !transport,
            Found::Pinned { image } => !transport || image.tag().is_none(),
            Found::LeftAlone(_) => true,
        };
        if !is_taken {
            image.found = Found::LeftAlone(Why::Transport);
        }
        image
    }

    fn interpolate(&self, span: Range<usize>, foreign: bool) -> Image {
        let counts = variables::default_of(self.text, &span, None).unwrap_or_else(|| span.clone());
        let lookup = |name: &str, at| self.lookup(name, at, foreign);
        let (Interpolated { found, pieces }, follows) = interpolation::read_as(self.text, counts, SHELL, &lookup, &literal);
        Image { span, found, pieces, follows }
    }

    fn lookup(&self, name: &str, at: usize, foreign: bool) -> Variable {
        if foreign { Variable::Unset } else { self.variables.lookup(name, at) }
    }

    fn built(&self) -> Built<'t> {
        let mut built = Built { names: BTreeMap::new(), keys: BTreeMap::new(), insertions: BTreeSet::new() };
        for span in &self.results {
            built.names.entry(&self.text[span.clone()]).or_insert(span.start);
            if let Found::Unpinned { image, insertion } = self.interpolate(span.clone(), false).found {
                built.keys.entry(key(&image)).or_insert(span.start);
                built.insertions.insert(insertion.at);
            }
        }
        built
    }

    /// Leaves alone what would be pinned in the value of a variable that is used as a part of something else as well.
    fn spare_used_in_part(&self, found: &mut [(Image, String)]) {
        if found.iter().all(|(image, _)| image.follows.is_empty()) {
            return;
        }
        let images = found.iter().map(|(image, _)| (image.span.start, image.span.end)).collect();
        let used = variables::used_in_part(self.text, &images);
        for (image, _) in found {
            if let Some(name) = image.follows.iter().find(|name| used.contains(name.as_str())) {
                image.found = Found::LeftAlone(Why::SharedVariable { name: name.clone() });
            }
        }
    }
}

/// A word where an image is named, or should be.
struct Image {
    /// Where it stands without its quotes.
    span: Range<usize>,
    found: Found,
    pieces: Vec<Piece>,
    /// The variables of which it is the whole value.
    follows: Vec<String>,
}

impl Image {
    const fn left_alone(span: Range<usize>, why: Why) -> Self {
        Self { span, found: Found::LeftAlone(why), pieces: Vec::new(), follows: Vec::new() }
    }
}

/// What is built in this text, and where first.
struct Built<'t> {
    /// As written.
    names: BTreeMap<&'t str, usize>,
    keys: BTreeMap<String, usize>,
    /// Where a digest would go into the name of a result.
    insertions: BTreeSet<usize>,
}

impl Built<'_> {
    /// Leaves an image alone that is a result of this text.
    fn spare(&self, text: &str, verb: Verb, image: &mut Image) {
        let before = |at: Option<&usize>| verb != Verb::Pull && at.is_some_and(|at| *at < image.span.start);
        let is_built = match &image.found {
            Found::Unpinned { image, insertion } => self.insertions.contains(&insertion.at) || before(self.keys.get(&key(image))),
            Found::LeftAlone(Why::Variable { .. } | Why::Expression | Why::Style) => before(self.names.get(&text[image.span.clone()])),
            Found::LeftAlone(_) | Found::Pinned { .. } => false,
        };
        if is_built {
            *image = Image::left_alone(image.span.clone(), Why::Built);
        }
    }
}

/// What images of podman begin with, besides a name.
enum Transport {
    None,
    /// Nothing of a registry.
    Local,
    /// `docker://`.
    Registry {
        length: usize,
    },
}

/// As containers/image reads it, `transports/alltransports`: a name in front of the first `:`.
fn transport(client: Client, written: &str) -> Transport {
    let is_local = written.split_once(':').is_some_and(|(name, _)| {
        matches!(
            name,
            "atomic"
                | "containers-storage"
                | "dir"
                | "docker-archive"
                | "docker-daemon"
                | "oci"
                | "oci-archive"
                | "ostree"
                | "sif"
                | "tarball"
        )
    });
    match client {
        Client::Podman if is_local => Transport::Local,
        Client::Podman if written.starts_with("docker://") => Transport::Registry { length: "docker://".len() },
        // Podman calls images so that are built here.
        Client::Podman if written.starts_with("localhost/") => Transport::Local,
        Client::Nerdctl if written.starts_with("oci-archive://") => Transport::Local,
        Client::Docker | Client::Podman | Client::Nerdctl => Transport::None,
    }
}

/// A word without expansions. `sha256:…` alone is the ID of an image, as its 64 digits are.
fn written(written: &str, end: usize) -> Found {
    match written.strip_prefix("sha256:") {
        Some(id) if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Found::LeftAlone(Why::Invalid(InvalidReference::ImageId))
        }
        _ => literal(written, end),
    }
}
