//! Which words the commands of a shell script have: without comments, redirections and the bodies of heredocs.
//!
//! Read as the [shell](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html) (sections 2.2 and 2.3) and Bash read
//! it. What they refuse is read all the same, because people paste pieces: a quote that is never closed ends with its line.

use core::mem::replace;
use core::mem::take;
use core::ops::Range;
use std::borrow::Cow;

use crate::pin::command::prompt;
use crate::pin::command::words::Word;
use crate::pin::command::words::name_length;

/// Quotes and commands within each other: nobody goes further than a handful.
const DEPTH: usize = 64;

/// Words of one command that are kept: more than any person writes before an image.
pub(super) const WORDS: usize = 1 << 14;

/// Quotes that are never closed of which each is found out by reading to the end. From then on they are characters like others.
const REOPENED: usize = 8;

/// One command.
pub(super) struct Command<'t> {
    pub(super) words: Vec<Word<'t>>,
    /// It runs in a shell of its own, so what it sets is gone afterwards.
    pub(super) within: bool,
}

/// Reads the commands at `range` of `text`, and tells `run` each. If that says that the command is a shell that reads its commands
/// from a heredoc, the heredoc's body is among the ranges that are returned. The second value is where a script is too deep.
pub(super) fn read<'t>(
    text: &'t str,
    range: Range<usize>,
    hash: bool,
    run: &mut dyn FnMut(Command<'t>) -> bool,
) -> (Vec<Range<usize>>, Option<usize>) {
    let mut shell = Shell {
        text,
        at: range.start,
        end: range.end,
        hash,
        run,
        frames: vec![Frame::new(Ends::WithText)],
        prompted: false,
        heredocs: Vec::new(),
        fed: false,
        bodies: Vec::new(),
        reopened: 0,
        unclosed: range.end,
        too_deep: None,
    };
    shell.read();
    (shell.bodies, shell.too_deep)
}

struct Shell<'t, 'r> {
    text: &'t str,
    at: usize,
    end: usize,
    /// `# ` in front of a client is a prompt.
    hash: bool,
    run: &'r mut dyn FnMut(Command<'t>) -> bool,
    frames: Vec<Frame<'t>>,
    /// The line, or the one that it continues, begins with a prompt.
    prompted: bool,
    /// Whose bodies begin with the next line.
    heredocs: Vec<Heredoc>,
    /// A command of this line reads commands from its heredoc.
    fed: bool,
    bodies: Vec<Range<usize>>,
    reopened: usize,
    /// From here on no single quote is closed.
    unclosed: usize,
    too_deep: Option<usize>,
}

struct Heredoc {
    delimiter: String,
    /// `<<-`: tabs in front of a line do not count.
    tabs: bool,
}

/// Commands within something else, as far as they have been read.
struct Frame<'t> {
    ends: Ends,
    words: Vec<Word<'t>>,
    word: Option<Open>,
    next: Next,
    quotes: Vec<Quote>,
    /// How many `case … esac` are open.
    cases: usize,
    /// A pattern of `case` stands here, not a command.
    pattern: bool,
}

/// What ends a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    WithText,
    /// `( … )`, `$( … )`, `<( … )`.
    Parenthesis,
    /// `NAME=( … )`: words, over several lines.
    List,
    Backquote,
}

/// What the next word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Word,
    /// Of a redirection.
    Target,
    /// Of a heredoc.
    Delimiter {
        tabs: bool,
    },
}

/// A word that is being read.
struct Open {
    start: usize,
    end: usize,
    literal: String,
    expands: bool,
    runs: bool,
    unclosed: bool,
}

/// Something within a word in which blanks mean nothing.
struct Quote {
    kind: Kind,
    at: usize,
    /// What the word was in front of it.
    literal: usize,
    expands: bool,
    heredocs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `" … "`
    Double,
    /// `${ … }`
    Brace,
    /// `$(( … ))` and `(( … ))`, with the parentheses that are open.
    Arithmetic(usize),
}

impl Frame<'_> {
    const fn new(ends: Ends) -> Self {
        Self { ends, words: Vec::new(), word: None, next: Next::Word, quotes: Vec::new(), cases: 0, pattern: false }
    }
}

impl<'t> Shell<'t, '_> {
    fn read(&mut self) {
        self.line();
        loop {
            while self.at < self.end {
                let byte = self.text.as_bytes()[self.at];
                match self.frame().quotes.last().map(|quote| quote.kind) {
                    None => self.command(byte),
                    Some(Kind::Double) => self.double(byte),
                    Some(Kind::Brace) => self.brace(byte),
                    Some(Kind::Arithmetic(open)) => self.arithmetic(byte, open),
                }
            }
            if self.too_deep.is_some() || !self.close_line() {
                break;
            }
        }
        while !self.frames.is_empty() {
            self.end_command();
            self.frames.pop();
        }
    }

    fn frame(&mut self) -> &mut Frame<'t> {
        self.frames.last_mut().expect("the first frame stays to the end")
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..self.end]
    }

    /// The word that is being read, from here on if there is none yet.
    fn word(&mut self) -> &mut Open {
        let at = self.at;
        let new = || Open { start: at, end: at, literal: String::new(), expands: false, runs: false, unclosed: false };
        self.frame().word.get_or_insert_with(new)
    }

    /// Goes on by `length` bytes of the word, which say `literal`.
    fn add(&mut self, literal: &str, length: usize) {
        let end = self.at + length;
        let word = self.word();
        if !word.expands {
            word.literal.push_str(literal);
        }
        word.end = end;
        self.at = end;
    }

    /// Goes on by `length` bytes of the word, of which nobody here knows what they will say.
    fn expand(&mut self, length: usize, runs: bool) {
        let word = self.word();
        word.expands = true;
        word.runs |= runs;
        self.add("", length);
    }

    /// Goes on to the next byte that means something.
    fn run_of(&mut self, special: &[u8]) {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| special.contains(&byte)).unwrap_or(rest.len()).max(1);
        self.add(&rest[..length], length);
    }

    fn command(&mut self, byte: u8) {
        let rest = self.rest();
        match byte {
            b' ' | b'\t' => {
                self.end_word();
                self.at += 1;
            }
            b'\r' if matches!(rest.as_bytes(), [_] | [_, b'\n', ..]) => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => self.newline(),
            b'\\' => self.backslash(),
            b'\'' => self.single(),
            b'"' => self.quote(Kind::Double, 1),
            b'$' => self.dollar(false),
            b'`' => self.backquote(),
            b'#' if self.frame().word.is_none() => self.comment(),
            b'&' if rest.starts_with("&>") => self.redirection(1),
            b';' | b'&' | b'|' => {
                let frame = self.frame();
                let next_pattern = frame.cases > 0 && (rest.starts_with(";;") || rest.starts_with(";&"));
                self.end_command();
                self.frame().pattern |= next_pattern;
                self.at += if next_pattern { 2 } else { 1 };
            }
            b'(' => self.open_parenthesis(),
            b')' => self.close_parenthesis(),
            b'<' | b'>' => self.redirection(0),
            b'#' => self.add("#", 1),
            _ => self.run_of(b" \t\r\n\\'\"$`#;&|()<>"),
        }
    }

    fn newline(&mut self) {
        self.at += 1;
        if self.frame().ends == Ends::List {
            return self.end_word();
        }
        self.end_command();
        for heredoc in take(&mut self.heredocs) {
            self.body(&heredoc);
        }
        self.fed = false;
        self.line();
    }

    /// At the beginning of a line that is not the continuation of another.
    fn line(&mut self) {
        let length = prompt::length(self.rest(), self.hash);
        self.prompted = length > 0;
        self.at += length;
    }

    fn body(&mut self, heredoc: &Heredoc) {
        let start = self.at;
        let mut end = self.end;
        while self.at < self.end {
            let line = self.rest().split('\n').next().unwrap_or_default();
            let said = line.strip_suffix('\r').unwrap_or(line);
            let said = if self.prompted { said.strip_prefix("> ").unwrap_or(said) } else { said };
            let ends = if heredoc.tabs { said.trim_start_matches('\t') } else { said } == heredoc.delimiter;
            if ends {
                end = self.at;
            }
            self.at = (self.at + line.len() + 1).min(self.end);
            if ends {
                break;
            }
        }
        if self.fed {
            self.bodies.push(start..end);
        }
    }

    fn backslash(&mut self) {
        let rest = &self.rest()[1..];
        if let Some(length) = line_break(rest) {
            self.at += 1 + length;
            // The prompt of a continuation, where the command itself has one.
            if self.prompted && self.rest().starts_with("> ") {
                self.at += 2;
            }
            return;
        }
        let escaped = rest.chars().next().map_or("\\", |c| &rest[..c.len_utf8()]);
        self.add(escaped, 1 + rest.chars().next().map_or(0, char::len_utf8));
    }

    fn single(&mut self) {
        let inner = &self.rest()[1..];
        if self.at < self.unclosed {
            if let Some(length) = inner.find('\'') {
                return self.add(&inner[..length], length + 2);
            }
            self.unclosed = self.at;
        }
        self.add("'", 1);
        self.word().unclosed = true;
    }

    fn quote(&mut self, kind: Kind, length: usize) {
        if self.reopened == REOPENED {
            self.expand(length, false);
            self.word().unclosed = true;
            return;
        }
        if self.frame().quotes.len() == DEPTH {
            return self.give_up();
        }
        let (at, heredocs) = (self.at, self.heredocs.len());
        let word = self.word();
        let quote = Quote { kind, at, literal: word.literal.len(), expands: word.expands, heredocs };
        self.frame().quotes.push(quote);
        if kind == Kind::Double {
            self.add("", length);
        } else {
            self.expand(length, false);
        }
    }

    fn unquote(&mut self) {
        self.frame().quotes.pop();
        self.add("", 1);
    }

    fn double(&mut self, byte: u8) {
        match byte {
            b'"' => self.unquote(),
            b'$' => self.dollar(true),
            b'`' => self.backquote(),
            b'\\' => match (line_break(&self.rest()[1..]), self.rest().as_bytes()) {
                (Some(length), _) => self.add("", 1 + length),
                (None, [_, b'$' | b'`' | b'"' | b'\\', ..]) => self.add(&self.rest()[1..2], 2),
                _ => self.add("\\", 1),
            },
            _ => self.run_of(b"\"$`\\"),
        }
    }

    fn brace(&mut self, byte: u8) {
        match byte {
            b'}' => self.unquote(),
            b'"' => self.quote(Kind::Double, 1),
            b'$' => self.dollar(true),
            b'`' => self.backquote(),
            b'\\' => {
                let escaped = self.rest()[1..].chars().next();
                self.add("", 1 + escaped.map_or(0, char::len_utf8));
            }
            // Within double quotes it is an apostrophe.
            b'\'' if !self.frame().quotes.iter().any(|quote| quote.kind == Kind::Double) => self.single(),
            _ => self.run_of(b"}\"$`\\'"),
        }
    }

    fn arithmetic(&mut self, byte: u8, open: usize) {
        match byte {
            b'$' => self.dollar(true),
            b'`' => self.backquote(),
            b')' if open == 1 => self.unquote(),
            b')' if open == 2 && !self.rest().starts_with("))") && self.reopened < REOPENED => self.reread(),
            b'(' | b')' => {
                if let Some(quote) = self.frame().quotes.last_mut() {
                    quote.kind = Kind::Arithmetic(if byte == b'(' { open + 1 } else { open - 1 });
                }
                self.add("", 1);
            }
            _ => self.run_of(b"$`()"),
        }
    }

    /// Goes back to a `((` that is no arithmetic: it has no `))`, so these are commands in parentheses.
    fn reread(&mut self) {
        let Some(quote) = self.frame().quotes.pop() else { return };
        self.reopened += 1;
        self.at = quote.at;
        let word = self.word();
        word.literal.truncate(quote.literal);
        word.expands = quote.expands;
        word.end = quote.at;
        if self.rest().starts_with('$') {
            self.expand(2, true);
        } else {
            self.frame().word = None;
            self.end_command();
            self.at += 1;
        }
        self.enter(Ends::Parenthesis);
    }

    fn dollar(&mut self, quoted: bool) {
        let rest = self.rest();
        match rest.as_bytes() {
            [_, b'(', b'(', ..] => self.quote(Kind::Arithmetic(2), 3),
            [_, b'(', ..] => {
                self.expand(2, true);
                self.enter(Ends::Parenthesis);
            }
            [_, b'{', ..] => self.quote(Kind::Brace, 2),
            [_, b'\'', ..] if !quoted => self.escapes(),
            // `$"…"` is translated first.
            [_, b'"', ..] if !quoted => self.expand(1, false),
            [_, b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-' | b'0'..=b'9', ..] => self.expand(2, false),
            [_, b'_' | b'a'..=b'z' | b'A'..=b'Z', ..] => self.expand(1 + name_length(&rest[1..]), false),
            _ => self.add("$", 1),
        }
    }

    /// `$'…'`
    fn escapes(&mut self) {
        if self.at >= self.unclosed {
            return self.expand(1, false);
        }
        let mut bytes = self.rest().bytes().enumerate().skip(2);
        let closed = loop {
            match bytes.next() {
                Some((_, b'\\')) => drop(bytes.next()),
                Some((at, b'\'')) => break Some(at),
                Some(_) => {}
                None => break None,
            }
        };
        if closed.is_none() {
            self.unclosed = self.at;
        }
        self.expand(closed.map_or(1, |at| at + 1), false);
    }

    fn backquote(&mut self) {
        let Some(frame) = self.frames.iter().rposition(|frame| frame.ends == Ends::Backquote) else {
            self.expand(1, true);
            return self.enter(Ends::Backquote);
        };
        while self.frames.len() > frame {
            self.leave();
        }
        self.expand(1, true);
    }

    fn comment(&mut self) {
        let quoted = self.frames.iter().any(|frame| frame.ends == Ends::Backquote);
        let rest = self.rest();
        self.at += rest.find(|c| c == '\n' || (quoted && c == '`')).unwrap_or(rest.len());
    }

    fn open_parenthesis(&mut self) {
        let list = self.frame().word.as_ref().is_some_and(|word| !word.expands && word.literal.ends_with('=') && is_target(&word.literal));
        if list {
            self.expand(1, false);
            return self.enter(Ends::List);
        }
        if self.frame().word.is_none() && self.rest().starts_with("((") {
            return self.quote(Kind::Arithmetic(2), 2);
        }
        if self.frame().pattern && self.frame().word.is_none() {
            self.at += 1;
            return;
        }
        self.end_command();
        self.at += 1;
        self.enter(Ends::Parenthesis);
    }

    fn close_parenthesis(&mut self) {
        // It may be `esac`.
        self.end_word();
        if self.frame().pattern {
            self.end_command();
            self.frame().pattern = false;
        } else if matches!(self.frame().ends, Ends::Parenthesis | Ends::List) {
            self.leave();
            if self.frame().word.is_some() {
                return self.expand(1, false);
            }
        } else {
            self.end_command();
        }
        self.at += 1;
    }

    fn enter(&mut self, ends: Ends) {
        if self.frames.len() == DEPTH {
            return self.give_up();
        }
        self.frames.push(Frame::new(ends));
    }

    fn leave(&mut self) {
        self.end_command();
        if self.frames.len() > 1 {
            self.frames.pop();
        }
    }

    fn give_up(&mut self) {
        self.too_deep = Some(self.at);
        self.at = self.end;
    }

    fn redirection(&mut self, skipped: usize) {
        let rest = &self.rest()[skipped..];
        if skipped == 0 && rest[1..].starts_with('(') {
            self.expand(2, true);
            return self.enter(Ends::Parenthesis);
        }
        // `2>&1`, `{log}> file`: what stands in front is no word.
        let frame = self.frame();
        let numbers = |word: &Open| !word.expands && !word.literal.is_empty() && word.literal.bytes().all(|byte| byte.is_ascii_digit());
        if skipped == 0
            && frame.word.as_ref().is_some_and(|word| numbers(word) || (word.literal.starts_with('{') && word.literal.ends_with('}')))
        {
            frame.word = None;
        }
        self.end_word();
        let (length, next) = match rest.as_bytes() {
            [b'<', b'<', b'<', ..] => (3, Next::Target),
            [b'<', b'<', b'-', ..] => (3, Next::Delimiter { tabs: true }),
            [b'<', b'<', ..] => (2, Next::Delimiter { tabs: false }),
            [_, b'>' | b'&' | b'|', ..] => (2, Next::Target),
            _ => (1, Next::Target),
        };
        self.at += skipped + length;
        self.frame().next = next;
    }

    fn end_word(&mut self) {
        let text = self.text;
        let frame = self.frame();
        let Some(Open { start, end, literal, expands, runs, unclosed }) = frame.word.take() else { return };
        let written = &text[start..end];
        let literal = if literal == written { Cow::Borrowed(written) } else { Cow::Owned(literal) };
        match replace(&mut frame.next, Next::Word) {
            Next::Target => return,
            Next::Delimiter { tabs } => {
                let delimiter = if expands { written.to_owned() } else { literal.into_owned() };
                return self.heredocs.push(Heredoc { delimiter, tabs });
            }
            Next::Word => {}
        }
        // Quoted, keywords are words like others.
        match (frame.words.as_slice(), written) {
            ([], "if" | "then" | "else" | "elif" | "fi" | "while" | "until" | "do" | "done" | "{" | "}" | "!") => {}
            ([], "esac") if frame.cases > 0 => {
                frame.cases -= 1;
                frame.pattern = false;
            }
            ([case, _], "in") if case.literal == "case" => {
                frame.words.clear();
                frame.cases += 1;
                frame.pattern = true;
            }
            (words, _) if words.len() == WORDS => {}
            _ => frame.words.push(Word { span: start..end, literal, expands, runs, unclosed }),
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        let within = self.frames.len() > 1;
        let frame = self.frame();
        frame.next = Next::Word;
        let words = take(&mut frame.words);
        if !frame.pattern && !words.is_empty() {
            self.fed |= (self.run)(Command { words, within });
        }
    }

    /// At the end of the text, with a quote open: closes it at the end of its line, and goes on from there.
    fn close_line(&mut self) -> bool {
        let Some(index) = self.frames.iter().position(|frame| !frame.quotes.is_empty()) else { return false };
        self.frames.truncate(index + 1);
        let quote = self.frame().quotes.drain(..).next().expect("the frame was found by its quotes");
        let line = &self.text[quote.at..self.end];
        let line = line.split('\n').next().unwrap_or_default();
        let end = quote.at + line.trim_end_matches('\r').len();
        let word = self.word();
        word.literal.truncate(quote.literal);
        word.expands = quote.expands;
        word.unclosed = true;
        word.end = end;
        self.heredocs.truncate(quote.heredocs);
        self.at = end;
        self.reopened += 1;
        true
    }
}

/// The length of the line break at the beginning of `text`.
fn line_break(text: &str) -> Option<usize> {
    ["\n", "\r\n"].into_iter().find(|end| text.starts_with(end)).map(str::len)
}

/// `NAME=` or `NAME+=`.
fn is_target(literal: &str) -> bool {
    let name = &literal[..name_length(literal)];
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && matches!(&literal[name.len()..], "=" | "+=")
}
