//! What the variables of a script are worth: those that it sets once, to a value that is written out.

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::budget;
use crate::pin::command::words::Quoting;
use crate::pin::command::words::Word;
use crate::pin::command::words::name_length;
use crate::pin::interpolation::Variable;
use crate::reference::MAX_BYTES;

#[derive(Default)]
pub(super) struct Variables<'t> {
    set: BTreeMap<&'t str, Set>,
    /// There are more than anybody has: of the others nothing is known.
    more: bool,
}

struct Set {
    /// Where it is set.
    at: usize,
    /// Where its value stands, if that can be said.
    value: Option<Range<usize>>,
}

impl<'t> Variables<'t> {
    /// Takes note of `NAME=value`. It is `known` if it surely holds for what follows in the script.
    pub(super) fn assign(&mut self, text: &'t str, word: &Word<'_>, known: bool) {
        let written = &text[word.span.clone()];
        let name = &written[..name_length(written)];
        let value = written[name.len()..].starts_with('=').then(|| word.span.start + name.len() + 1..word.span.end);
        let value = value.filter(|_| known && !word.runs && !word.unclosed).and_then(|value| value_of(text, name, &value));
        self.note(name, Set { at: word.span.start, value });
    }

    /// Takes note of `${NAME:=value}`, which sets it unless somebody has.
    pub(super) fn assign_default(&mut self, text: &'t str, word: &Word<'_>, known: bool) {
        let (Quoting::None(span) | Quoting::Double(span)) = Quoting::of(text, &word.span) else { return };
        let Some(written) = text[span.clone()].strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return };
        let name = &written[..name_length(written)];
        let Some(length) = [":=", "="].into_iter().find(|operator| written[name.len()..].starts_with(operator)).map(str::len) else {
            return;
        };
        let value = span.start + 2 + name.len() + length..span.end - 1;
        let plain = known && !word.runs && !text[value.clone()].contains(['$', '}', '\\']);
        self.note(name, Set { at: word.span.start, value: plain.then_some(value) });
    }

    /// Takes note that something sets `name`, and nobody knows to what.
    pub(super) fn forget(&mut self, text: &'t str, word: &Word<'_>) {
        let written = &text[word.span.clone()];
        if name_length(written) == written.len() {
            self.note(written, Set { at: word.span.start, value: None });
        }
    }

    fn note(&mut self, name: &'t str, set: Set) {
        if name.is_empty() {
            return;
        }
        if let Some(known) = self.set.get_mut(name) {
            if known.at != set.at {
                known.value = None;
            }
        } else if self.set.len() == budget::PIN_OCCURRENCES {
            self.more = true;
        } else {
            self.set.insert(name, set);
        }
    }

    /// What is known of a variable that is used at a byte of the text.
    pub(super) fn lookup(&self, name: &str, at: usize) -> Variable {
        match self.set.get(name) {
            Some(Set { value: Some(value), .. }) if value.end <= at => Variable::At(value.clone()),
            Some(_) => Variable::Elsewhere,
            None if self.more => Variable::Elsewhere,
            None => Variable::Unset,
        }
    }
}

/// The part of a value that says what the variable is: all of it, or what stands behind `${NAME:-`.
fn value_of(text: &str, name: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let inner = match Quoting::of(text, span) {
        Quoting::None(inner) | Quoting::Double(inner) => inner,
        Quoting::Single(inner) if !text[inner.clone()].contains(['$', '\\', '"', '`']) => inner,
        Quoting::Single(_) | Quoting::Mixed => return None,
    };
    let is_list = text[span.clone()].starts_with('(');
    let inner = default_of(text, &inner, Some(name)).unwrap_or(inner);
    (!is_list && inner.len() <= MAX_BYTES).then_some(inner)
}

/// What stands behind `:-` in `${1:-…}`, or in `${NAME:-…}` with this name: it is the value unless somebody sets another.
pub(super) fn default_of(text: &str, span: &Range<usize>, name: Option<&str>) -> Option<Range<usize>> {
    let inner = text[span.clone()].strip_prefix("${")?.strip_suffix('}')?;
    let named = &inner[..name_length(inner)];
    let is_parameter = !named.is_empty() && named.bytes().all(|byte| byte.is_ascii_digit());
    if !is_parameter && Some(named) != name {
        return None;
    }
    let operator = [":-", "-"].into_iter().find(|operator| inner[named.len()..].starts_with(operator))?;
    let word = span.start + 2 + named.len() + operator.len()..span.end - 1;
    let mut open = 0_usize;
    let balanced = text[word.clone()].bytes().all(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return false,
            b'}' => open -= 1,
            _ => {}
        }
        true
    });
    balanced.then_some(word)
}

/// `NAME=`, `NAME+=` or `NAME[0]=`, and anything behind it.
pub(super) fn is_assignment(literal: &str) -> bool {
    let name = name_length(literal);
    let rest = &literal[name..];
    let rest = rest.strip_prefix('[').and_then(|index| index.split_once(']')).map_or(rest, |(_, rest)| rest);
    name > 0 && !literal.starts_with(|c: char| c.is_ascii_digit()) && (rest.starts_with('=') || rest.starts_with("+="))
}

/// The variables that are used as a part of something outside of `images`: there a digest at the end of the value would be in the way.
pub(super) fn used_in_part<'t>(text: &'t str, images: &BTreeMap<usize, usize>) -> BTreeSet<&'t str> {
    let within = |at: usize| images.range(..=at).next_back().is_some_and(|(_, end)| at < *end);
    mentions(text).filter(|(_, span)| !within(span.start) && is_in_part(text, span)).map(|(name, _)| name).collect()
}

/// Every `$NAME` and `${NAME` of `text`.
fn mentions(text: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
    text.match_indices('$').filter_map(move |(at, _)| {
        let start = at + 1 + usize::from(text[at + 1..].starts_with('{'));
        let name = &text[start..start + name_length(&text[start..])];
        (!name.is_empty()).then_some((name, at..start + name.len()))
    })
}

/// `${NAME%:*}`, `$NAME-slim`, `${NAME}.tar`.
fn is_in_part(text: &str, span: &Range<usize>) -> bool {
    let mut rest = &text[span.end..];
    if text[span.clone()].starts_with("${") {
        let is_value = [":-", "-", ":+", "+", ":?", "?", ":=", "="].into_iter().any(|operator| rest.starts_with(operator));
        match rest.strip_prefix('}') {
            Some(behind) => rest = behind,
            None => return !is_value,
        }
    }
    let mut behind = rest.chars();
    match behind.next() {
        Some(c) if c.is_ascii_alphanumeric() || c == '_' => true,
        Some(':' | '/' | '@' | '.' | '-') => behind.next().is_some_and(|c| c.is_ascii_alphanumeric() || c == '$'),
        _ => false,
    }
}
