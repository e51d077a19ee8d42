//! Documents within a Dockerfile: `RUN <<EOF`. What stands in them is no instruction.
//!
//! BuildKit splits the line into words as a shell would, with quotes, escapes and variables kept as they are, and takes each word of
//! the form `3<<-name` for the beginning of a document. Where the words cannot be told, because a quote or a brace is open at the
//! end, there is none.

use core::iter::Peekable;
use core::str::Chars;

/// A document that begins behind its instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    name: String,
    /// Tabs may stand in front of the line that ends it.
    tabs: bool,
}

impl Heredoc {
    /// All of an instruction, in order.
    pub(super) fn all(instruction: &str) -> Vec<Self> {
        if !instruction.contains("<<") {
            return Vec::new();
        }
        words(instruction, true).unwrap_or_default().iter().filter_map(|word| Self::of(word)).collect()
    }

    fn of(word: &str) -> Option<Self> {
        let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
        let (tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
        if rest.contains('<') {
            return None;
        }
        let mut names = words(rest.trim_start_matches(SPACE), false)?.into_iter();
        let name = names.next()?;
        names.next().is_none().then_some(Self { name, tabs })
    }

    /// Whether it ends with this line.
    pub(super) fn ends_with(&self, line: &str) -> bool {
        self.name == if self.tabs { line.trim_start_matches('\t') } else { line }
    }
}

/// What may stand between `<<` and a name.
const SPACE: [char; 3] = [' ', '\t', '\r'];

/// The words of a line; none if a quote or a brace is open at its end. Variables stay as they are, quotes and escapes if they are
/// `kept`.
fn words(line: &str, kept: bool) -> Option<Vec<String>> {
    let mut lexer = Lexer { rest: line.chars().peekable(), kept, open: Vec::new(), word: String::new(), piece: 0, words: Vec::new() };
    lexer.run()?;
    lexer.end_word();
    Some(lexer.words)
}

struct Lexer<'l> {
    rest: Peekable<Chars<'l>>,
    kept: bool,
    /// What has to be closed, outermost first: a stack of our own, because who writes the text decides how deep it goes.
    open: Vec<Open>,
    word: String,
    /// Where in the word the last piece begins that is not within anything.
    piece: usize,
    words: Vec<String>,
}

#[derive(Clone, Copy)]
struct Open {
    by: char,
    /// Whether escapes are kept in it.
    kept: bool,
}

impl Lexer<'_> {
    fn run(&mut self) -> Option<()> {
        while let Some(c) = self.rest.next() {
            let kept = self.open.last().map_or(self.kept, |open| open.kept);
            let outside = self.open.is_empty();
            if outside {
                self.piece = self.word.len();
            }
            match (c, self.open.last().map(|open| open.by)) {
                ('"', Some('"')) => {
                    self.open.pop();
                    self.quote(c);
                }
                ('$', _) => self.dollar()?,
                ('\\', Some('"')) => {
                    let escaped = self.rest.next_if(|c| matches!(c, '"' | '$' | '\\'));
                    if kept && escaped.is_some() {
                        self.put(c);
                    }
                    self.put(escaped.unwrap_or(c));
                }
                (_, Some('"')) => self.put(c),
                // What is replaced in `${name/this/that}` ends here, and what replaces it begins.
                ('/', Some('/')) => {
                    self.open.pop();
                    self.open.push(Open { by: '}', kept: true });
                    self.put(c);
                }
                ('}', Some('}')) => {
                    self.open.pop();
                    self.put(c);
                }
                ('<', _) => {
                    self.put(c);
                    if self.rest.next_if_eq(&'<').is_some() {
                        self.put('<');
                        while let Some(space) = self.rest.next_if(|c| SPACE.contains(c)) {
                            if outside { self.word.push(space) } else { self.put(space) }
                        }
                    }
                }
                ('"', _) => {
                    self.quote(c);
                    self.open.push(Open { by: '"', kept });
                }
                ('\'', _) => {
                    self.quote(c);
                    loop {
                        match self.rest.next()? {
                            '\'' => break,
                            c if outside => self.word.push(c),
                            c => self.put(c),
                        }
                    }
                    self.quote(c);
                }
                ('\\', _) => {
                    if kept {
                        self.put(c);
                    }
                    match self.rest.next() {
                        Some(c) if outside => self.word.push(c),
                        Some(c) => self.put(c),
                        None => {}
                    }
                }
                _ => self.put(c),
            }
        }
        self.open.is_empty().then_some(())
    }

    fn dollar(&mut self) -> Option<()> {
        self.put('$');
        if self.rest.next_if_eq(&'{').is_none() {
            self.name();
            return Some(());
        }
        self.put('{');
        if matches!(self.rest.peek()?, '{' | '}' | ':') {
            return None;
        }
        self.name();
        let operator = self.rest.next()?;
        if operator != '}' {
            // BuildKit collects the word behind the operator where it has the beginning of this one, and loses that.
            self.word.drain(..core::mem::take(&mut self.piece));
        }
        self.put(operator);
        let (by, kept) = match operator {
            '}' => return Some(()),
            ':' => {
                let operator = self.rest.next().filter(|c| !matches!(c, '#' | '%'))?;
                self.put(operator);
                ('}', false)
            }
            '+' | '-' | '?' => ('}', false),
            '#' | '%' => ('}', true),
            '/' => {
                if self.rest.next_if_eq(&'/').is_some() {
                    self.put('/');
                }
                ('/', true)
            }
            _ => return None,
        };
        self.open.push(Open { by, kept });
        Some(())
    }

    /// A variable's name: a word, a number, or one of the shell's own signs.
    fn name(&mut self) {
        let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
        let is_sign = |c: &char| matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!');
        let first = self.rest.peek().copied().unwrap_or_default();
        if let Some(sign) = self.rest.next_if(is_sign) {
            self.put(sign);
        }
        while let Some(c) = self.rest.next_if(|c| !is_sign(&first) && if first.is_numeric() { c.is_numeric() } else { is_word(c) }) {
            self.put(c);
        }
    }

    fn quote(&mut self, quote: char) {
        if self.kept {
            self.put(quote);
        }
    }

    /// White space ends a word, but not within quotes. Within a variable it does even there.
    fn put(&mut self, c: char) {
        if c.is_whitespace() && self.open.first().is_none_or(|open| open.by != '"') { self.end_word() } else { self.word.push(c) }
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.words.push(core::mem::take(&mut self.word));
        }
    }
}
