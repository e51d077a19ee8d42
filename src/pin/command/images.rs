//! What the words of a client's command are: images that can be pinned, or something else.

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::pin::Found;
use crate::pin::Insertion;
use crate::pin::Occurrence;
use crate::pin::Why;
use crate::pin::command::ECHOED;
use crate::pin::command::Run;
use crate::pin::command::Script;
use crate::pin::command::Verb;
use crate::pin::command::echo;
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
        let mut found: BTreeMap<(usize, usize), (Occurrence, Vec<Piece>)> = BTreeMap::new();
        let built = self.built();
        for run in &self.runs {
            for (span, Interpolated { found: what, pieces }) in self.images(run) {
                let what = built.spare(self.text, run.verb, &span, what);
                let place = format!("{} {}", run.client.name(), run.verb.name());
                found.entry((span.start, span.end)).or_insert((Occurrence { span, place, found: what }, pieces));
            }
        }
        for at in self.too_deep.iter().copied() {
            let occurrence = Occurrence { span: at..at, place: "$( … )".into(), found: Found::LeftAlone(Why::Expression) };
            found.entry((at, at)).or_insert((occurrence, Vec::new()));
        }
        interpolation::spare_shared(self.spare_used_in_part(found.into_values().collect()))
    }

    /// What the words of one command are, and where they stand without their quotes.
    fn images(&self, run: &Run<'t>) -> Vec<(Range<usize>, Interpolated)> {
        let place = if run.verb == Verb::Pull { Place::Pull } else { Place::Run };
        let (mut at, mut ended, mut effect, mut unknown) = (0, false, Effect::None, run.unknown.clone());
        let (mut images, mut doubtful): (Vec<&Word<'t>>, Option<&Word<'t>>) = (Vec::new(), None);
        while let Some(word) = run.words.get(at) {
            at += 1;
            match if ended { Reading::Word } else { self.options.read(run.client, place, word) } {
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
            return vec![(run.end..run.end, left_alone(why))];
        }
        let of = |word| {
            let (span, what) = self.image(word, run);
            let why = match (effect, &unknown, &what.found) {
                (Effect::AllTags, ..) => Why::AllTags,
                (Effect::Rootfs, ..) => Why::Local,
                (Effect::None, None, _) | (_, _, Found::LeftAlone(Why::Variable { .. } | Why::Expression)) => return (span, what),
                (Effect::None, Some(option), _) => Why::OptionUnknown { option: option.clone() },
            };
            (span, left_alone(why))
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
            match self.options.read(run.client, place, &piece) {
                Reading::Option { takes_next: next, effect: Effect::None } => takes_next = next,
                Reading::Option { .. } | Reading::Word | Reading::End | Reading::Unknown(_) => return None,
            }
        }
        Some(takes_next)
    }

    /// What one word is, and where it stands without its quotes.
    fn image(&self, word: &Word<'t>, run: &Run<'t>) -> (Range<usize>, Interpolated) {
        let inner = Quoting::of(self.text, &word.span).inner();
        let why = match (word, &inner) {
            (Word { unclosed: true, .. }, _) => Some(Why::Style),
            (Word { runs: true, .. }, _) => Some(Why::Expression),
            (_, None) => Some(Why::Style),
            _ => None,
        };
        let span = inner.unwrap_or_else(|| word.span.clone());
        if let Some(why) = why {
            return (span, left_alone(why));
        }
        let (span, transport) = match transport(run.client, &self.text[span.clone()]) {
            Transport::None => (span, false),
            Transport::Local => return (span, left_alone(Why::Local)),
            Transport::Registry { length } => (span.start + length..span.end, true),
        };
        let Interpolated { found, pieces } = if word.expands {
            self.interpolate(&span, run.foreign)
        } else {
            Interpolated { found: written(&self.text[span.clone()], span.end), pieces: Vec::new() }
        };
        let found = match found {
            Found::Unpinned { .. } if transport => Found::LeftAlone(Why::Transport),
            Found::Pinned { image } if transport && image.tag().is_some() => Found::LeftAlone(Why::Transport),
            found => found,
        };
        (span, Interpolated { found, pieces })
    }

    fn interpolate(&self, span: &Range<usize>, foreign: bool) -> Interpolated {
        let counts = variables::default_of(self.text, span, None).unwrap_or_else(|| span.clone());
        interpolation::read(self.text, counts, SHELL, &|name| self.lookup(name, span.start, foreign))
    }

    fn lookup(&self, name: &str, at: usize, foreign: bool) -> Variable {
        if foreign { Variable::Unset } else { self.variables.lookup(name, at) }
    }

    fn built(&self) -> Built<'t> {
        let mut built = Built { names: BTreeMap::new(), keys: BTreeMap::new(), insertions: BTreeSet::new() };
        for span in &self.results {
            built.names.entry(&self.text[span.clone()]).or_insert(span.start);
            if let Found::Unpinned { image, insertion } = self.interpolate(span, false).found {
                built.keys.entry(key(&image)).or_insert(span.start);
                built.insertions.insert(insertion.at);
            }
        }
        built
    }

    /// Leaves alone what would be pinned in the value of a variable that is used as a part of something else as well.
    fn spare_used_in_part(&self, mut found: Vec<(Occurrence, Vec<Piece>)>) -> Vec<(Occurrence, Vec<Piece>)> {
        let values = self.variables.values();
        let elsewhere = |Occurrence { span, found, .. }: &Occurrence| match found {
            Found::Unpinned { insertion: Insertion { at, .. }, .. } if !(span.start..=span.end).contains(at) => {
                values.range(..=at).next_back().filter(|(_, (end, _))| at <= end).map(|(_, (_, name))| *name)
            }
            _ => None,
        };
        let names: BTreeSet<&str> = found.iter().filter_map(|(occurrence, _)| elsewhere(occurrence)).collect();
        if names.is_empty() {
            return found;
        }
        let images = found.iter().map(|(Occurrence { span, .. }, _)| (span.start, span.end)).collect();
        let used = variables::used_in_part(self.text, &names, &images);
        for (occurrence, _) in &mut found {
            if let Some(name) = elsewhere(occurrence).filter(|name| used.contains(name)) {
                occurrence.found = Found::LeftAlone(Why::SharedVariable { name: name.to_owned() });
            }
        }
        found
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
    /// What was found, unless it is a result of this text.
    fn spare(&self, text: &str, verb: Verb, span: &Range<usize>, found: Found) -> Found {
        let before = |at: Option<&usize>| verb != Verb::Pull && at.is_some_and(|at| *at < span.start);
        let built = match &found {
            Found::Unpinned { image, insertion } => self.insertions.contains(&insertion.at) || before(self.keys.get(&key(image))),
            Found::LeftAlone(Why::Variable { .. } | Why::Expression | Why::Style) => before(self.names.get(&text[span.clone()])),
            Found::LeftAlone(_) | Found::Pinned { .. } => false,
        };
        if built { Found::LeftAlone(Why::Built) } else { found }
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

fn left_alone(why: Why) -> Interpolated {
    Interpolated { found: Found::LeftAlone(why), pieces: Vec::new() }
}
