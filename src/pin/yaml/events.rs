//! What a YAML text consists of, in its order, with the bytes at which it stands.
//!
//! The parser is saphyr's. What has to be known about its positions: they count characters, not bytes; they begin at an anchor or a
//! tag, not at the value; those of quoted values run on over the blanks and the comment behind them; those of block values begin with
//! the first line of content and may end in the next line. So only the beginning is taken from it, and the value is looked up there.

use core::ops::Range;

use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::ScanError;
use saphyr_parser::StrInput;

use crate::budget;
use crate::excerpt::excerpt;
use crate::pin::Unreadable;

/// Commas and opening brackets, in all. Between brackets the parser reads ahead to see whether a `:` follows the closing one, and keeps
/// up to 900 bytes for each entry until then, before anybody can count them. Commas stand in texts too, so they may be twice as many.
const SEPARATORS: usize = 2 * budget::YAML_NODES;

/// A `%TAG` prefix is copied for every tag that uses it.
const TAG_BYTES: usize = 1 << 10;

/// Characters of an explanation.
const PROBLEM: usize = 160;

/// These end a line for YAML 1.1, which Kubernetes, Compose and Helm read, and are ordinary characters for YAML 1.2 and us.
const YAML_1_1_BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// The events of a text, up to the first thing that is no YAML or too much.
pub(super) struct Events<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    cursor: Cursor<'t>,
    /// Whatever may be wrong begins here or later.
    understood: usize,
    depth: usize,
    nodes: usize,
    /// More than [`SEPARATORS`].
    crowded: bool,
    /// The first break of YAML 1.1 that is not known to stand between quotes.
    foreign_break: Option<usize>,
    ended: bool,
}

impl<'t> Events<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            parser: Parser::new_from_str(text),
            cursor: Cursor { text, ascii: text.is_ascii(), character: 0, byte: 0 },
            understood: 0,
            depth: 0,
            nodes: 0,
            crowded: text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > SEPARATORS,
            foreign_break: text.find(YAML_1_1_BREAKS),
            ended: false,
        }
    }

    /// The line in which a byte stands, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        line(self.text, at)
    }

    fn step(&mut self) -> Result<(Event<'t>, Range<usize>), Unreadable> {
        if self.crowded {
            return Err(too_many_nodes());
        }
        let (event, span) = match self.parser.next_event() {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Err(self.refused(&error)),
            None => return Err(Unreadable::Yaml { line: self.line(self.text.len()), problem: "it ends too early".into() }),
        };
        let span = self.cursor.byte(span.start.index())..self.cursor.byte(span.end.index());
        if let Event::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, ..) = event {
            self.pass_quoted(&span)?;
        }
        self.within_limits(&event)?;
        if event == Event::StreamEnd {
            self.ended = true;
            self.refuse_foreign_break(self.text.len())?;
        }
        let is_closed = matches!(&event, Event::Scalar(_, style, ..) if *style != ScalarStyle::Plain);
        self.understood = if is_closed { span.end } else { span.start };
        Ok((event, span))
    }

    fn within_limits(&mut self, event: &Event<'t>) -> Result<(), Unreadable> {
        let tag = match event {
            Event::Scalar(_, _, _, tag) | Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => tag.as_ref(),
            _ => None,
        };
        if tag.is_some_and(|tag| tag.handle.len() + tag.suffix.len() > TAG_BYTES) {
            return Err(Unreadable::YamlTooLarge { limit: format!("{TAG_BYTES} bytes in a tag") });
        }
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => self.depth += 1,
            Event::SequenceEnd | Event::MappingEnd => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.nodes += usize::from(!matches!(event, Event::SequenceEnd | Event::MappingEnd));
        if self.depth > budget::YAML_DEPTH {
            return Err(too_deep());
        }
        if self.nodes > budget::YAML_NODES {
            return Err(too_many_nodes());
        }
        Ok(())
    }

    /// Between quotes, a break of YAML 1.1 is harmless: it belongs to the value for everybody.
    fn pass_quoted(&mut self, span: &Range<usize>) -> Result<(), Unreadable> {
        if self.foreign_break.is_some() {
            let open = content_start(self.text, span.start);
            self.refuse_foreign_break(open)?;
            let close = closing_quote(self.text, open);
            self.foreign_break = self.text[close..].find(YAML_1_1_BREAKS).map(|at| close + at);
        }
        Ok(())
    }

    fn refuse_foreign_break(&self, before: usize) -> Result<(), Unreadable> {
        match self.foreign_break {
            Some(at) if at < before => {
                let found = self.text[at..].chars().next().map_or(0, u32::from);
                let problem = format!("U+{found:04X} ends the line for some readers and not for others");
                Err(Unreadable::Yaml { line: self.line(at), problem })
            }
            _ => Ok(()),
        }
    }

    fn refused(&mut self, error: &ScanError) -> Unreadable {
        // saphyr counts nested brackets in a byte.
        if error.info() == "recursion limit exceeded" {
            return too_deep();
        }
        let at = self.cursor.byte(error.marker().index());
        let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
        match template(self.text, self.understood.min(end)..end) {
            Some(at) => Unreadable::Template { line: self.line(at) },
            None => Unreadable::Yaml { line: self.line(at), problem: excerpt(error.info(), PROBLEM) },
        }
    }
}

impl<'t> Iterator for Events<'t> {
    type Item = Result<(Event<'t>, Range<usize>), Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step();
        self.ended |= step.is_err();
        Some(step)
    }
}

fn too_deep() -> Unreadable {
    Unreadable::YamlTooLarge { limit: format!("{} levels", budget::YAML_DEPTH) }
}

fn too_many_nodes() -> Unreadable {
    Unreadable::YamlTooLarge { limit: format!("{} values", budget::YAML_NODES) }
}

/// The line in which a byte stands, from 1.
fn line(text: &str, at: usize) -> usize {
    1 + text[..at].matches('\n').count()
}

/// The first `{{` that GitHub would not take for an expression.
fn template(text: &str, within: Range<usize>) -> Option<usize> {
    let start = within.start;
    text[within].match_indices("{{").map(|(at, _)| start + at).find(|at| !text[..*at].ends_with('$'))
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pin) enum Style {
    Plain,
    Quoted,
    Block,
}

/// Where a value is written, and whether something can be inserted at its end and nothing else is changed.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// Without quotes.
    pub(super) span: Range<usize>,
    pub(super) style: Style,
    /// It stands on one line, and letter by letter.
    pub(super) literally: bool,
}

impl Written {
    /// A value whose event stands at `event`.
    pub(super) fn find(text: &str, event: &Range<usize>, value: &str, style: ScalarStyle) -> Self {
        let start = content_start(text, event.start).min(event.end);
        match style {
            ScalarStyle::Plain => {
                Self { span: start..event.end, style: Style::Plain, literally: text.get(start..event.end) == Some(value) }
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let close = closing_quote(text, start);
                let span = (start + 1).min(close)..close;
                let literally = text.get(span.clone()) == Some(value);
                Self { span, style: Style::Quoted, literally }
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let end = start + text[start..event.end].trim_end().len();
                Self { span: start..end, style: Style::Block, literally: false }
            }
        }
    }
}

/// Behind anchors, tags, blanks, line ends and comments. No value begins with `&`, `!` or `#` unless it is in quotes.
fn content_start(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &text[at..];
        let skipped = match rest.as_bytes().first() {
            Some(b'&' | b'!') => rest.find([' ', '\t', '\r', '\n']),
            Some(b' ' | b'\t' | b'\r' | b'\n') => Some(1),
            Some(b'#') => rest.find(['\r', '\n']),
            _ => return at,
        };
        at += skipped.unwrap_or(rest.len());
    }
}

/// Where the value between quotes ends whose opening quote stands at `open`.
fn closing_quote(text: &str, open: usize) -> usize {
    let bytes = text.as_bytes();
    let quote = bytes.get(open).copied();
    let mut at = open + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == Some(b'"') => at += 2,
            b'\'' if quote == Some(b'\'') && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            _ if Some(*byte) == quote => return at,
            _ => at += 1,
        }
    }
    text.len()
}

/// Turns counts of characters into bytes. Moves from where it was, because events are near each other.
struct Cursor<'t> {
    text: &'t str,
    ascii: bool,
    character: usize,
    byte: usize,
}

impl Cursor<'_> {
    fn byte(&mut self, character: usize) -> usize {
        if self.ascii {
            return character.min(self.text.len());
        }
        while self.character < character {
            let Some(next) = self.text[self.byte..].chars().next() else { break };
            self.byte += next.len_utf8();
            self.character += 1;
        }
        while self.character > character {
            let Some(previous) = self.text[..self.byte].chars().next_back() else { break };
            self.byte -= previous.len_utf8();
            self.character -= 1;
        }
        self.byte
    }
}
