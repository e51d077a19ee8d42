//! Which words of a Dockerfile name images: what BuildKit would take for one.
//!
//! `FROM`, `COPY --from`, `RUN --mount=…,from=…`, the last two also behind `ONBUILD`, and the `# syntax` line. A name that a stage
//! has is that stage. Variables are replaced in `FROM` only, by what stands before the first of them; in `--from` and `from=` no
//! version of BuildKit replaces any.

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::budget;
use crate::pin::Found;
use crate::pin::Occurrence;
use crate::pin::Why;
use crate::pin::interpolation;
use crate::pin::interpolation::Interpolated;
use crate::pin::interpolation::Syntax;
use crate::pin::interpolation::Variable;
use crate::pin::literal;

mod heredoc;
mod instruction;
mod lines;

use heredoc::Heredoc;
use instruction::Instruction;
use lines::Joined;
use lines::Lines;

/// Set by BuildKit for whatever it builds on and for.
const PLATFORM: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

pub(super) fn find(text: &str) -> Vec<Occurrence> {
    let mut found = Vec::new();
    if let Some((sign, span)) = lines::syntax(text) {
        found.push((Occurrence { found: literal(&text[span.clone()], span.end), span, place: format!("{sign} syntax") }, Vec::new()));
    }
    let file = File::read(text);
    let images: Vec<_> = file.mentions.iter().map(|mention| file.image(text, mention)).collect();
    // What is left alone has to stay what it is.
    let left_alone =
        file.mentions.iter().zip(&images).filter_map(|(mention, (image, _))| match (mention.by, &mention.span, &image.found) {
            (By::From, Ok(span), Found::LeftAlone(_)) => Some(interpolation::names(&text[span.clone()])),
            _ => None,
        });
    let used = file.arguments.behind(text, left_alone.flatten().chain(file.used.iter().map(String::as_str)));
    for (mention, (Interpolated { found: mut is, pieces }, follows)) in file.mentions.iter().zip(images) {
        if let Some(name) = follows.into_iter().find(|name| used.contains(name.as_str())) {
            is = Found::LeftAlone(Why::SharedVariable { name });
        }
        let (Ok(span) | Err(span)) = mention.span.clone();
        found.push((Occurrence { span, place: mention.place.to_owned(), found: is }, pieces));
    }
    interpolation::spare_shared(found)
}

/// What is known of a file when all of it is read: a stage can be named before it comes.
struct File {
    escape: char,
    mentions: Vec<Mention>,
    arguments: Arguments,
    /// The names of arguments that are not only used in `FROM`, or nobody can tell.
    used: BTreeSet<String>,
    /// Of each name, the first and the last stage that has it.
    names: BTreeMap<String, (usize, usize)>,
    stages: usize,
}

/// A word that names an image or a stage.
struct Mention {
    place: &'static str,
    by: By,
    /// How many stages are complete there.
    stages: usize,
    /// As an error, if something else stands in between.
    span: Result<Range<usize>, Range<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    From,
    /// `--from` and `from=`.
    Option,
    /// The same behind `ONBUILD`: what it says is done in another file, or in a later stage of this one.
    Trigger,
}

impl File {
    fn read(text: &str) -> Self {
        let mut lines = Lines::of(text);
        let mut file = Self {
            escape: lines.escape(),
            mentions: Vec::new(),
            arguments: Arguments::default(),
            used: BTreeSet::new(),
            names: BTreeMap::new(),
            stages: 0,
        };
        while let Some(line) = lines.instruction().filter(|_| file.mentions.len() <= budget::PIN_OCCURRENCES) {
            let instruction = Instruction::read(text, &line, file.escape);
            let trigger = instruction.trigger(text);
            let by = if trigger.is_some() { By::Trigger } else { By::Option };
            let instruction = trigger.unwrap_or(instruction);
            match (instruction.name.as_str(), by) {
                ("FROM", By::Option) => file.from(&instruction),
                ("ARG", By::Option) => file.arg(&instruction),
                ("COPY", _) => file.copy(&instruction, by),
                ("RUN", _) => file.run(&instruction, by),
                _ => {}
            }
            if matches!(instruction.name.as_str(), "ADD" | "COPY" | "RUN") {
                lines.pass_over(&Heredoc::all(&line.text));
            }
        }
        file
    }

    fn from(&mut self, instruction: &Instruction<'_>) {
        let words = instruction.words();
        if let Some(image) = words.first() {
            let span = instruction.line.source(unquoted(&instruction.line.text, image.clone()));
            if span.is_err() {
                self.used.extend(interpolation::names(&instruction.line.text[image.clone()]).map(str::to_owned));
            }
            self.mentions.push(Mention { place: "FROM", by: By::From, stages: self.stages, span });
        }
        if let [_, r#as, name] = words.as_slice()
            && instruction.line.text[r#as.clone()].eq_ignore_ascii_case("as")
        {
            let name = instruction.line.text[name.clone()].to_lowercase();
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
            if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits) {
                self.names.entry(name).or_insert((self.stages, 0)).1 = self.stages;
            }
        }
        self.stages += 1;
    }

    fn arg(&mut self, instruction: &Instruction<'_>) {
        let line = instruction.line;
        for word in instruction.quoted_words(self.escape) {
            let written = &line.text[word.clone()];
            match written.split_once('=') {
                Some((name, value)) if self.stages == 0 => {
                    let span = line.source(unquoted(&line.text, word.end - value.len()..word.end));
                    if span.is_err() {
                        self.used.extend(interpolation::names(value).map(str::to_owned));
                    }
                    let (Ok(span) | Err(span), Ok(word) | Err(word)) = (span, line.source(word));
                    self.arguments.values.entry(name.to_owned()).or_default().push((word.end, span));
                }
                // From here on it is one of the stage's.
                None if self.stages > 0 => {
                    self.used.insert(written.to_owned());
                }
                _ => {}
            }
        }
    }

    fn copy(&mut self, instruction: &Instruction<'_>, by: By) {
        let place = if by == By::Trigger { "ONBUILD COPY --from" } else { "COPY --from" };
        for option in &instruction.options {
            if let Some(value) = value(option, "from") {
                self.mentions.push(Mention { place, by, stages: self.stages.saturating_sub(1), span: option.source(value) });
            }
        }
    }

    fn run(&mut self, instruction: &Instruction<'_>, by: By) {
        let place = if by == By::Trigger { "ONBUILD RUN --mount" } else { "RUN --mount" };
        for option in &instruction.options {
            let Some(mount) = value(option, "mount") else { continue };
            let Some(source) = source(&option.text[mount.clone()]) else { continue };
            let span = option.source(mount.start + source.start..mount.start + source.end);
            self.mentions.push(Mention { place, by, stages: self.stages.saturating_sub(1), span });
        }
    }

    fn image(&self, text: &str, mention: &Mention) -> (Interpolated, Vec<String>) {
        let Ok(span) = mention.span.clone() else {
            return (Interpolated { found: Found::LeftAlone(Why::Style), pieces: Vec::new() }, Vec::new());
        };
        let syntax = Syntax { escape: Some(self.escape), doubled: false };
        let lookup = |name: &str, at| match mention.by {
            By::From => self.arguments.lookup(name, at),
            By::Option | By::Trigger => Variable::Elsewhere,
        };
        interpolation::read_as(text, span, syntax, &lookup, &|value, end| self.judge(value, end, mention))
    }

    fn judge(&self, value: &str, end: usize, mention: &Mention) -> Found {
        let name = self.names.get(&value.to_lowercase());
        let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let stage = match mention.by {
            By::From => name.map(|(first, _)| *first).filter(|first| *first < mention.stages),
            // In `from=` BuildKit would take a number for an image, but there is none of such a name.
            By::Option | By::Trigger if number => Some(value.parse().unwrap_or(usize::MAX)),
            // It looks a name up when it has read the whole file.
            By::Option | By::Trigger => name.map(|(_, last)| *last),
        };
        match stage {
            Some(stage) if mention.by == By::Option && stage >= mention.stages => Found::LeftAlone(Why::StageOrder),
            Some(_) => Found::LeftAlone(Why::Stage),
            None if value == "scratch" => Found::LeftAlone(Why::Scratch),
            None => literal(value, end),
        }
    }
}

/// The arguments in front of the first stage.
#[derive(Default)]
struct Arguments {
    /// Of each name, from which byte on it has a value and where that stands.
    values: BTreeMap<String, Vec<(usize, Range<usize>)>>,
}

impl Arguments {
    fn lookup(&self, name: &str, at: usize) -> Variable {
        let values = self.values.get(name).map_or(&[][..], Vec::as_slice);
        match values[..values.partition_point(|(from, _)| *from <= at)].last() {
            Some((_, value)) => Variable::At(value.clone()),
            None if PLATFORM.contains(&name) => Variable::Elsewhere,
            None => Variable::Unset,
        }
    }

    /// These, and those of which their values are made.
    fn behind<'t>(&'t self, text: &'t str, names: impl Iterator<Item = &'t str>) -> BTreeSet<&'t str> {
        let mut open: Vec<&str> = names.collect();
        let mut all = BTreeSet::new();
        while let Some(name) = open.pop() {
            if all.insert(name) {
                let values = self.values.get(name).into_iter().flatten();
                open.extend(values.flat_map(|(_, value)| interpolation::names(&text[value.clone()])));
            }
        }
        all
    }
}

/// Where the value of an option stands in it.
fn value(option: &Joined, name: &str) -> Option<Range<usize>> {
    let value = option.text.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('=')?;
    Some(option.text.len() - value.len()..option.text.len())
}

/// Where the last `from=` of a mount has its value. Fields are separated as in a CSV file.
fn source(mount: &str) -> Option<Range<usize>> {
    let mut source = None;
    let mut at = 0;
    while let Some(rest) = mount.get(at..) {
        let quoted = rest.strip_prefix('"').map(|inner| inner.find("\",").unwrap_or_else(|| inner.trim_end_matches('"').len()));
        let start = at + usize::from(quoted.is_some());
        let end = start + quoted.unwrap_or_else(|| rest.find(',').unwrap_or(rest.len()));
        if let Some((key, value)) = mount[start..end].split_once('=')
            && key.eq_ignore_ascii_case("from")
        {
            source = Some(end - value.len()..end);
        }
        at = end + usize::from(quoted.is_some()) + 1;
    }
    source
}

/// A word without the quotes around it, unless they mean more than that: a `$` between single ones is none.
fn unquoted(text: &str, word: Range<usize>) -> Range<usize> {
    let written = &text[word.clone()];
    for quote in ['"', '\''] {
        if let Some(inner) = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote))
            && !inner.contains(quote)
            && !(quote == '\'' && inner.contains('$'))
        {
            return word.start + 1..word.end - 1;
        }
    }
    word
}
