//! One instruction: its name, its options, and the words behind them.

use core::ops::Range;

use crate::pin::dockerfile::lines::Joined;

/// What separates words; BuildKit takes no other white space for it.
const SPACE: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// An instruction and where its parts stand in its line.
pub(super) struct Instruction<'l> {
    pub(super) line: &'l Joined,
    /// In upper case.
    pub(super) name: String,
    /// What begins with `--`, without quotes.
    pub(super) options: Vec<Joined>,
    /// Everything behind them.
    pub(super) rest: Range<usize>,
}

impl<'l> Instruction<'l> {
    pub(super) fn read(source: &str, line: &'l Joined, escape: char) -> Self {
        Self::read_from(source, line, 0, escape)
    }

    /// The one that an `ONBUILD` puts off. When its time comes it is a file of its own, without any directives.
    pub(super) fn trigger(&self, source: &str) -> Option<Self> {
        (self.name == "ONBUILD").then(|| Self::read_from(source, self.line, self.rest.start, '\\'))
    }

    fn read_from(source: &str, line: &'l Joined, start: usize, escape: char) -> Self {
        let end = line.text.trim_end().len().max(start);
        let written = line.text[start..end].trim_start();
        let name = written.split(SPACE).next().unwrap_or_default();
        let behind = written[name.len()..].trim_start_matches(SPACE);
        let (options, rest) = options(source, line, end - behind.len()..end, escape);
        Self { line, name: name.to_ascii_uppercase(), options, rest }
    }

    /// The words of the rest.
    pub(super) fn words(&self) -> Vec<Range<usize>> {
        let rest = &self.line.text[self.rest.clone()];
        let mut at = self.rest.start;
        let words = rest.split(SPACE).map(|word| {
            let start = at;
            at += word.len() + 1;
            start..start + word.len()
        });
        words.filter(|word| !word.is_empty()).collect()
    }

    /// The words of the rest where quotes and escapes keep white space together.
    pub(super) fn quoted_words(&self, escape: char) -> Vec<Range<usize>> {
        let mut words = Vec::new();
        let mut start = None;
        let mut quote = None;
        let mut rest = self.line.text[self.rest.clone()].char_indices();
        while let Some((at, c)) = rest.next() {
            if quote.is_none() && c.is_whitespace() {
                words.extend(start.take().map(|start| start..self.rest.start + at));
                continue;
            }
            start.get_or_insert(self.rest.start + at);
            match quote {
                Some(open) if c == open => quote = None,
                None if c == '"' || c == '\'' => quote = Some(c),
                _ if c == escape && quote != Some('\'') => {
                    rest.next();
                }
                _ => {}
            }
        }
        words.extend(start.map(|start| start..self.rest.end));
        words
    }
}

/// The options at the beginning of a part of a line, without quotes and escapes, and what comes behind them.
fn options(source: &str, line: &Joined, mut part: Range<usize>, escape: char) -> (Vec<Joined>, Range<usize>) {
    let mut options = Vec::new();
    loop {
        let rest = line.text[part.clone()].trim_start_matches(is_space);
        part.start = part.end - rest.len();
        if !rest.starts_with("--") {
            part.start = part.end - rest.trim_start().len();
            return (options, part);
        }
        let (option, end) = option(source, line, part.clone(), escape);
        part.start = end;
        if option.text == "--" {
            return (options, part);
        }
        options.push(option);
    }
}

/// The option at the beginning of a part of a line, and where it ends. BuildKit reads it byte by byte, so that it also ends at a
/// character one of whose bytes would be white space if it were a character.
fn option(source: &str, line: &Joined, part: Range<usize>, escape: char) -> (Joined, usize) {
    let mut option = Joined::default();
    let mut push = |at: usize, c: char| {
        let at = part.start + at;
        let (Ok(there) | Err(there)) = line.source(at..at + c.len_utf8());
        option.push(source, there);
    };
    let mut quote = None;
    let mut rest = line.text[part.clone()].char_indices();
    while let Some((at, c)) = rest.next() {
        if c == escape {
            rest.next().into_iter().for_each(|(at, escaped)| push(at, escaped));
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        } else if quote.is_none() && is_space(c) {
            return (option, part.start + at);
        } else {
            push(at, c);
            if quote.is_none() && c.encode_utf8(&mut [0; 4]).bytes().any(|byte| matches!(byte, 0x85 | 0xa0)) {
                return (option, part.start + at + c.len_utf8());
            }
        }
    }
    (option, part.end)
}

fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}'
}
