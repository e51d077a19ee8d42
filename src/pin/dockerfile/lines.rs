//! A Dockerfile's lines: what BuildKit joins before it reads an instruction, and where in the text each piece of that stands.

use core::ops::Range;

use crate::pin::dockerfile::heredoc::Heredoc;

/// Documents whose end is looked for in vain before no more are: each costs a search to the end of the text, and a file that has a
/// single one cannot be built.
const UNTERMINATED: usize = 16;

/// A text that was put together from pieces of another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    pub(super) text: String,
    /// Of each piece, where it begins here and where there.
    pieces: Vec<(usize, usize)>,
}

impl Joined {
    pub(super) fn push(&mut self, source: &str, piece: Range<usize>) {
        let goes_on = self.pieces.last().is_some_and(|(here, there)| there + (self.text.len() - here) == piece.start);
        if !goes_on {
            self.pieces.push((self.text.len(), piece.start));
        }
        self.text.push_str(&source[piece]);
    }

    /// Where a part of it stands in the source; as an error, if something else stands in between.
    pub(super) fn source(&self, part: Range<usize>) -> Result<Range<usize>, Range<usize>> {
        let start = self.at(part.start);
        let end = if part.is_empty() { start } else { self.at(part.end - 1) + 1 };
        if end - start == part.len() { Ok(start..end) } else { Err(start..end) }
    }

    fn at(&self, here: usize) -> usize {
        let piece = self.pieces.partition_point(|(start, _)| *start <= here).saturating_sub(1);
        self.pieces.get(piece).map_or(0, |(start, there)| there + (here - start))
    }
}

/// Reads a text instruction by instruction.
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
    escape: char,
    unterminated: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let at = byte_order_mark(text);
        // BuildKit refuses any other value.
        let backtick = directive(text, at, "#", true, "escape").is_some_and(|value| &text[value] == "`");
        Self { text, at, escape: if backtick { '`' } else { '\\' }, unterminated: 0 }
    }

    /// Takes the meaning from a character, and at the end of a line from the line break.
    pub(super) fn escape(&self) -> char {
        self.escape
    }

    /// The next instruction as one line, without the comments and empty lines between its lines.
    pub(super) fn instruction(&mut self) -> Option<Joined> {
        let mut joined = Joined::default();
        let mut begun = false;
        while let Some(line) = self.line() {
            let written = self.text[line.clone()].trim_start();
            if written.is_empty() || written.starts_with('#') {
                continue;
            }
            let start = if begun { line.start } else { line.end - written.len() };
            let written = &self.text[start..line.end];
            let Some(written) = self.continued(written) else {
                joined.push(self.text, start..line.end);
                return Some(joined);
            };
            joined.push(self.text, start..start + written.len());
            begun = true;
        }
        begun.then_some(joined)
    }

    /// Passes over the documents behind the instruction that was read last. If one never ends there are none: BuildKit refuses the
    /// file, and for older versions the `<<` in `$(( 1 << 3 ))` is nothing special.
    pub(super) fn pass_over(&mut self, heredocs: &[Heredoc]) {
        let start = self.at;
        for heredoc in heredocs {
            loop {
                match self.line().filter(|_| self.unterminated < UNTERMINATED) {
                    Some(line) if heredoc.ends_with(&self.text[line.clone()]) => break,
                    Some(_) => {}
                    None => {
                        self.unterminated += 1;
                        self.at = start;
                        return;
                    }
                }
            }
        }
    }

    /// The line without its escape character at the end, if it has one: then the next line belongs to it.
    fn continued<'l>(&self, line: &'l str) -> Option<&'l str> {
        line.trim_end_matches([' ', '\t']).strip_suffix(self.escape).filter(|line| !line.ends_with(self.escape))
    }

    fn line(&mut self) -> Option<Range<usize>> {
        let (line, next) = line(self.text, self.at)?;
        self.at = next;
        Some(line)
    }
}

/// Behind which sign the image that reads the file is named, and where. It is told everything on that line; its name is the first word.
///
/// BuildKit reads the top of a file twice. Whoever looks for this image passes over a first line with `#!` and tries `//` where `#`
/// finds nothing, but takes no indentation; whoever reads the instructions later does the opposite.
pub(super) fn syntax(text: &str) -> Option<(&'static str, Range<usize>)> {
    let start = byte_order_mark(text);
    let start = if text[start..].starts_with("#!") { line(text, start)?.1 } else { start };
    ["#", "//"].into_iter().find_map(|sign| {
        let value = directive(text, start, sign, false, "syntax")?;
        let length = text[value.clone()].find(' ').unwrap_or(value.len());
        Some((sign, value.start..value.start + length))
    })
}

/// Where the value of a directive stands, in the comments at the beginning. Any line that is no directive ends them.
fn directive(text: &str, mut at: usize, sign: &str, indented: bool, wanted: &str) -> Option<Range<usize>> {
    const SPACE: [char; 4] = ['\t', '\u{c}', '\r', ' '];
    loop {
        let (line, next) = line(text, at)?;
        let written = &text[line.clone()];
        let written = if indented { written.trim_start() } else { written };
        let (name, value) = written.strip_prefix(sign)?.split_once('=')?;
        let name = name.trim_start().trim_end_matches(SPACE);
        if value.is_empty() || !["syntax", "escape", "check"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return None;
        }
        if name.eq_ignore_ascii_case(wanted) {
            let value = value.trim_start_matches(SPACE);
            let start = line.end - value.len();
            return Some(start..start + value.trim_end_matches(SPACE).len());
        }
        at = next;
    }
}

/// The line at a byte, without its end, and where the next one begins.
fn line(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
    Some((at..at + rest[..length].trim_end_matches(['\r', '\n']).len(), at + length))
}

fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
