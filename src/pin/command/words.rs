//! A word of a command, and how it is quoted.

use core::ops::Range;
use std::borrow::Cow;

/// A word of a command.
#[derive(Clone, Debug)]
pub(super) struct Word<'t> {
    /// As it is written.
    pub(super) span: Range<usize>,
    /// What it says without its quotes, up to the first expansion.
    pub(super) literal: Cow<'t, str>,
    /// There is an expansion in it: a variable, or what a command writes.
    pub(super) expands: bool,
    /// There is a command in it: `$( … )`.
    pub(super) runs: bool,
    /// It has a quote that is never closed.
    pub(super) unclosed: bool,
}

/// How a word is quoted, and what stands within the quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    None(Range<usize>),
    Single(Range<usize>),
    Double(Range<usize>),
    /// Only partly, or by backslashes.
    Mixed,
}

impl Quoting {
    /// Of what stands at `span` of `text`, a word or the value of an assignment.
    pub(super) fn of(text: &str, span: &Range<usize>) -> Self {
        let written = &text[span.clone()];
        let within = |quote| {
            written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).map(|inner| (inner, span.start + 1..span.end - 1))
        };
        match (within('\''), within('"')) {
            (Some((inner, span)), _) if !inner.contains('\'') => Self::Single(span),
            (_, Some((inner, span))) if !inner.contains(['"', '\\']) => Self::Double(span),
            _ if written.contains(['\'', '"', '\\']) => Self::Mixed,
            _ => Self::None(span.clone()),
        }
    }

    /// Where it stands without its quotes, if it is one piece.
    pub(super) fn inner(self) -> Option<Range<usize>> {
        match self {
            Self::None(inner) | Self::Single(inner) | Self::Double(inner) => Some(inner),
            Self::Mixed => None,
        }
    }
}

/// Letters, digits and underscores.
pub(super) fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}
