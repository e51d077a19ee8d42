//! Variables in references, as Dockerfiles, Compose and shells write them.
//!
//! ```text
//! variable ::= "$" name | "${" name [ operator word ] "}"
//! operator ::= ":-" | "-"    ; the word, if the variable is unset (or empty, with the colon)
//!            | ":+" | "+"    ; the word, if it is set (and not empty)
//!            | ":?" | "?"    ; an error instead, if it is unset (or empty)
//! ```
//!
//! A variable that is the whole value is pinned where its value stands: the default of an `ARG`, the word behind `:-`. So who sets
//! it still gets what was set. In a value of several pieces the digest goes to the end, and from then on decides for all of them.
//! (Pinning a piece would put one image's digest into every other that shares the piece.)

use core::ops::Range;
use std::collections::BTreeMap;

use crate::pin::Found;
use crate::pin::Insertion;
use crate::pin::Occurrence;
use crate::pin::Why;
use crate::pin::literal;
use crate::reference::InvalidReference;
use crate::reference::MAX_BYTES;

/// Variables in one value, those in their values and words included: nobody needs more than four or five. It bounds the depth too.
/// Without it, thirty lines of which each uses the one before twice would make a gigabyte.
const VARIABLES: usize = 32;

/// What is known of a variable, beyond what stands at its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// Nobody sets it here: a word behind `:-` counts.
    Unset,
    /// Its value, unless somebody sets another, stands here in the text.
    At(Range<usize>),
    /// It is set, but not in this text.
    Elsewhere,
}

/// How a syntax differs from the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// Takes the meaning from a `$`: `\`, or a Dockerfile's other escape character.
    pub(super) escape: Option<char>,
    /// `$$` is a dollar sign.
    pub(super) doubled: bool,
}

/// What an interpolated value is, and which values it has taken a piece from.
#[derive(Clone, Debug)]
pub(super) struct Interpolated {
    pub(super) found: Found,
    pub(super) pieces: Vec<Piece>,
}

/// A value that stands elsewhere in the text and is only a part of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    name: String,
    end: usize,
}

/// Reads what stands at `span` of the text as a reference. `lookup` is asked for each variable.
pub(super) fn read(text: &str, span: Range<usize>, syntax: Syntax, lookup: &dyn Fn(&str) -> Variable) -> Interpolated {
    read_as(text, span, syntax, &|name, _| lookup(name), &literal).0
}

/// The same where a variable has one value here and another there, and where a name can mean more than an image: `lookup` is told at
/// which byte the variable is used, and `judge` says what a value is that ends there. Of an image that can be pinned, the variables
/// come with it that are its whole value: wherever else one of them is used, the digest would arrive too.
pub(super) fn read_as(
    text: &str,
    span: Range<usize>,
    syntax: Syntax,
    lookup: &dyn Fn(&str, usize) -> Variable,
    judge: &dyn Fn(&str, usize) -> Found,
) -> (Interpolated, Vec<String>) {
    let mut reader = Reader { text, syntax, lookup, left: VARIABLES, first: None, pieces: Vec::new() };
    let expanded = reader.expand(span);
    let (found, follows) = match (expanded, reader.first) {
        (Err(why), _) => (Found::LeftAlone(why), Vec::new()),
        // There will be something only when somebody sets it.
        (Ok(expanded), Some(name)) if expanded.value.is_empty() => (Found::LeftAlone(Why::Variable { name }), Vec::new()),
        (Ok(Expanded { value, end, overrules, follows }), _) => match judge(&value, end) {
            Found::Unpinned { image, insertion } => (Found::Unpinned { image, insertion: Insertion { overrules, ..insertion } }, follows),
            other => (other, Vec::new()),
        },
    };
    (Interpolated { found, pieces: reader.pieces }, follows)
}

/// The names of the variables in a value, and perhaps some more.
pub(super) fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split('$').skip(1).map(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        &rest[..name_length(rest)]
    })
}

/// Leaves alone what would be pinned in a value of which another occurrence takes only a piece.
pub(super) fn spare_shared(found: Vec<(Occurrence, Vec<Piece>)>) -> Vec<Occurrence> {
    let (found, pieces): (Vec<Occurrence>, Vec<Vec<Piece>>) = found.into_iter().unzip();
    let pieces: BTreeMap<usize, String> = pieces.into_iter().flatten().map(|piece| (piece.end, piece.name)).collect();
    let spare = |mut occurrence: Occurrence| {
        if let Found::Unpinned { insertion, .. } = &occurrence.found
            && let Some(name) = pieces.get(&insertion.at)
        {
            occurrence.found = Found::LeftAlone(Why::SharedVariable { name: name.clone() });
        }
        occurrence
    };
    found.into_iter().map(spare).collect()
}

struct Reader<'a> {
    text: &'a str,
    syntax: Syntax,
    lookup: &'a dyn Fn(&str, usize) -> Variable,
    /// Variables that may still be replaced.
    left: usize,
    /// The first that was, and should be something.
    first: Option<String>,
    pieces: Vec<Piece>,
}

/// A value with its variables replaced.
struct Expanded {
    value: String,
    /// Where a digest would go.
    end: usize,
    overrules: Vec<String>,
    follows: Vec<String>,
}

/// One piece of a value as it is written.
enum Token {
    Literal(Range<usize>),
    Use(Use),
}

/// A variable where it is used.
struct Use {
    span: Range<usize>,
    name: Range<usize>,
    operator: Operator,
    /// Whether it is treated as unset when it is empty.
    colon: bool,
    word: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    None,
    /// `:-` and `-`.
    Default,
    /// `:+` and `+`.
    Other,
    /// `:?` and `?`.
    Required,
}

impl Reader<'_> {
    fn expand(&mut self, span: Range<usize>) -> Result<Expanded, Why> {
        bounded(span.len())?;
        let tokens = self.tokens(span.clone())?;
        if let [Token::Use(variable)] = tokens.as_slice() {
            return self.replace(variable);
        }
        let mut expanded = Expanded::nothing(span.end);
        for token in tokens {
            match token {
                Token::Literal(span) => expanded.value.push_str(&self.text[span]),
                Token::Use(variable) => {
                    let piece = self.replace(&variable)?;
                    let name = self.text[variable.name].to_owned();
                    expanded.value.push_str(&piece.value);
                    // A word within the braces is nobody else's; what stands elsewhere can be.
                    if !(variable.span.start..=variable.span.end).contains(&piece.end) {
                        self.pieces.push(Piece { name: name.clone(), end: piece.end });
                    }
                    expanded.overrules.push(name);
                    expanded.overrules.extend(piece.follows.into_iter().chain(piece.overrules));
                }
            }
            bounded(expanded.value.len())?;
        }
        expanded.overrules.sort_unstable();
        expanded.overrules.dedup();
        Ok(expanded)
    }

    /// What stands there instead of the variable.
    fn replace(&mut self, variable: &Use) -> Result<Expanded, Why> {
        self.left = self.left.checked_sub(1).ok_or(Why::Style)?;
        let name = &self.text[variable.name.clone()];
        // `${V:-}` says that there may be nothing.
        if variable.operator != Operator::Default || !variable.word.is_empty() {
            self.first.get_or_insert_with(|| name.to_owned());
        }
        let pieces = self.pieces.len();
        let value = match (self.lookup)(name, variable.span.start) {
            Variable::Elsewhere => return Err(Why::Variable { name: name.to_owned() }),
            Variable::Unset => None,
            Variable::At(value) => Some(self.expand(value)?),
        };
        match (variable.operator, value.filter(|value| !(variable.colon && value.value.is_empty()))) {
            (Operator::None | Operator::Default | Operator::Required, Some(mut value)) => {
                value.follows.push(name.to_owned());
                Ok(value)
            }
            (Operator::None | Operator::Required, None) => Err(Why::Variable { name: name.to_owned() }),
            (Operator::Default, None) | (Operator::Other, Some(_)) => {
                self.pieces.truncate(pieces);
                self.expand(variable.word.clone())
            }
            (Operator::Other, None) => {
                self.pieces.truncate(pieces);
                Ok(Expanded::nothing(variable.span.end))
            }
        }
    }

    fn tokens(&self, span: Range<usize>) -> Result<Vec<Token>, Why> {
        let mut tokens = Vec::new();
        let mut at = span.start;
        while at < span.end {
            let rest = &self.text[at..span.end];
            if self.syntax.escape.is_some_and(|escape| rest.starts_with(escape)) || rest.starts_with(['"', '\'', '`']) {
                return Err(Why::Style);
            }
            if !rest.starts_with('$') {
                let length = rest.find(|c| matches!(c, '$' | '"' | '\'' | '`') || Some(c) == self.syntax.escape).unwrap_or(rest.len());
                tokens.push(Token::Literal(at..at + length));
                at += length;
                continue;
            }
            if rest.starts_with("$(") || rest.starts_with("${{") {
                return Err(Why::Expression);
            }
            if self.syntax.doubled && rest.starts_with("$$") {
                return Err(Why::Style);
            }
            let variable = if rest.starts_with("${") { self.braced(at, span.end)? } else { self.bare(at, span.end)? };
            at = variable.span.end;
            tokens.push(Token::Use(variable));
        }
        Ok(tokens)
    }

    fn bare(&self, at: usize, end: usize) -> Result<Use, Why> {
        let name = at + 1..at + 1 + name_length(&self.text[at + 1..end]);
        if name.is_empty() {
            return Err(Why::Expression);
        }
        Ok(Use { span: at..name.end, word: name.end..name.end, name, operator: Operator::None, colon: false })
    }

    fn braced(&self, at: usize, end: usize) -> Result<Use, Why> {
        let name = at + 2..at + 2 + name_length(&self.text[at + 2..end]);
        let close = self.closing_brace(name.end, end).ok_or(Why::Expression)?;
        let behind = &self.text[name.end..close];
        let (colon, operator) = behind.strip_prefix(':').map_or((false, behind), |operator| (true, operator));
        let operator = match operator.as_bytes().first() {
            None if !colon => Operator::None,
            Some(b'-') => Operator::Default,
            Some(b'+') => Operator::Other,
            Some(b'?') => Operator::Required,
            _ => return Err(Why::Expression),
        };
        if name.is_empty() {
            return Err(Why::Expression);
        }
        let signs = usize::from(colon) + usize::from(operator != Operator::None);
        Ok(Use { span: at..close + 1, word: name.end + signs..close, name, operator, colon })
    }

    /// Programs differ in whether a brace without a `$` has to be closed too, and no reference has one.
    fn closing_brace(&self, from: usize, end: usize) -> Option<usize> {
        let mut open = 1;
        let mut previous = 0;
        for (at, byte) in self.text.as_bytes()[from..end].iter().copied().enumerate() {
            match byte {
                b'{' if previous == b'$' => open += 1,
                b'{' => return None,
                b'}' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Some(from + at);
            }
            previous = byte;
        }
        None
    }
}

impl Expanded {
    fn nothing(end: usize) -> Self {
        Self { value: String::new(), end, overrules: Vec::new(), follows: Vec::new() }
    }
}

/// What is longer than any reference is part of none.
fn bounded(length: usize) -> Result<(), Why> {
    if length > MAX_BYTES { Err(Why::Invalid(InvalidReference::TooLong { length })) } else { Ok(()) }
}

/// Letters, digits and underscores, not beginning with a digit.
fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::Form;

    const DOCKERFILE: Syntax = Syntax { escape: Some('\\'), doubled: false };
    const COMPOSE: Syntax = Syntax { escape: None, doubled: true };

    /// Reads the last line. In the lines above it, `name=value` sets, and `name` alone says that it is set elsewhere.
    fn read_in(syntax: Syntax, text: &str) -> Interpolated {
        let start = text.rfind('\n').map_or(0, |end| end + 1);
        let lookup = |wanted: &str| {
            let mut at = 0;
            for line in text[..start].lines() {
                let value = at + line.len() - line.split_once('=').map_or(0, |(_, value)| value.len())..at + line.len();
                match line.split_once('=') {
                    Some((name, _)) if name == wanted => return Variable::At(value),
                    None if line == wanted => return Variable::Elsewhere,
                    _ => at += line.len() + 1,
                }
            }
            Variable::Unset
        };
        read(text, start..text.len(), syntax, &lookup)
    }

    /// The image with `|` where its digest goes in the text, or why there is none.
    fn shown(text: &str) -> String {
        match read_in(DOCKERFILE, text).found {
            Found::Unpinned { image, insertion } => format!("{image} {}|{}", &text[..insertion.at], &text[insertion.at..]),
            Found::Pinned { image } => image.to_string(),
            Found::LeftAlone(why) => why.code().into(),
        }
    }

    #[test]
    fn an_operator_does_what_it_does_in_a_shell() {
        // By operator: what `a:1${V…}` is when V is unset, set to nothing, and set to `-v`.
        for (operator, unset, empty, set) in [
            ("", "variable", "1", "1-v"),
            (":-w", "1w", "1w", "1-v"),
            ("-w", "1w", "1", "1-v"),
            (":+w", "1", "1", "1w"),
            ("+w", "1", "1w", "1w"),
            (":?w", "variable", "variable", "1-v"),
            ("?w", "variable", "1", "1-v"),
            (":-", "1", "1", "1-v"),
            (":", "expression", "expression", "expression"),
            ("=w", "expression", "expression", "expression"),
            (":=w", "expression", "expression", "expression"),
            ("#w", "expression", "expression", "expression"),
            ("%%w", "expression", "expression", "expression"),
            ("/a/b", "expression", "expression", "expression"),
            ("^^", "expression", "expression", "expression"),
        ] {
            for (above, expected) in [("", unset), ("V=\n", empty), ("V=-v\n", set)] {
                let text = format!("{above}a:1${{V{operator}}}");
                let found = match read_in(DOCKERFILE, &text).found {
                    Found::Unpinned { image, insertion } => {
                        assert_eq!((insertion.at, insertion.form), (text.len(), Form::AfterTag));
                        image.tag().expect("it has one").to_owned()
                    }
                    Found::Pinned { image } => image.to_string(),
                    Found::LeftAlone(why) => why.code().into(),
                };
                assert_eq!(found, expected, "{text}");
            }
            assert_eq!(shown(&format!("V\na:1${{V{operator}}}")) == "expression", unset == "expression", "set elsewhere");
        }
    }

    #[test]
    fn the_digest_goes_to_what_decides() {
        for (text, expected) in [
            ("V=a:1\n$V", "docker.io/library/a:1 V=a:1|\n$V"),
            ("V=a:1\nW=${V}\n${W:?}", "docker.io/library/a:1 V=a:1|\nW=${V}\n${W:?}"),
            ("V=\n${V:-a:1}", "docker.io/library/a:1 V=\n${V:-a:1|}"),
            ("V=x\n${V:+a:1}", "docker.io/library/a:1 V=x\n${V:+a:1|}"),
            ("W=a:1\n${V:-${W:-b}}", "docker.io/library/a:1 W=a:1|\n${V:-${W:-b}}"),
            ("V=1\na:$V", "docker.io/library/a:1 V=1\na:$V|"),
            ("${V:-a}:${W:-1}", "docker.io/library/a:1 ${V:-a}:${W:-1}|"),
            ("W=1\n${V:-a:$W}", "docker.io/library/a:1 W=1\n${V:-a:$W|}"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        for (text, code) in [
            ("$V", "variable"),
            ("V=\n$V", "variable"),
            ("V=\nW=$V\n${W}", "variable"),
            ("V=\n$V$V", "variable"),
            ("V=\n$V${W:-}", "variable"),
            ("${V:-}", "empty"),
            ("${V:+a}", "variable"),
            ("V\n${V:-a}", "variable"),
            ("V=$V\n$V", "style"),
            ("V=$W\nW=$V\na$V", "style"),
            ("$", "expression"),
            ("$$", "expression"),
            ("$1", "expression"),
            ("$(a)", "expression"),
            ("${{ a }}", "expression"),
            ("${}", "expression"),
            ("${:-a}", "expression"),
            ("${V", "expression"),
            ("${V:-a", "expression"),
            ("${V:-${W}", "expression"),
            ("${V:-a{b}}", "expression"),
            ("${V:-\"a\"}", "style"),
            ("a\\:1", "style"),
            ("`a`", "style"),
            ("", "empty"),
        ] {
            assert_eq!(shown(text), code, "{text}");
        }
        assert!(matches!(read_in(COMPOSE, "a:$$V").found, Found::LeftAlone(Why::Style)));
    }

    #[test]
    fn a_piece_is_told_by_where_a_digest_would_go() {
        let pieces = |text: &str| read_in(DOCKERFILE, text).pieces.iter().map(|piece| text[..piece.end].to_owned()).collect::<Vec<_>>();
        assert_eq!(pieces("V=1\na:$V"), ["V=1"]);
        assert_eq!(pieces("V=1\nW=$V\na:$W"), ["V=1"]);
        assert_eq!(pieces("V=1\nW=x$V\na:$W"), ["V=1", "V=1\nW=x$V"]);
        assert_eq!(pieces("V=1\na:${W:-$V}"), ["V=1"]);
        // Whole values are no pieces, nor what stands within the braces, nor what is only asked for.
        assert!(pieces("V=a:1\n$V").is_empty());
        assert!(pieces("a:${V:-1}").is_empty());
        assert!(pieces("V=x\nW=y$V\na${W:+:1}").is_empty());
    }

    #[test]
    fn a_value_has_an_end() {
        let long = "x".repeat(MAX_BYTES);
        assert_eq!(shown(&format!("V={long}\n$V/{long}")), "reference-invalid");
        assert_eq!(shown(&format!("V=x{long}\n$V")), "reference-invalid");
        assert_eq!(shown(&format!("V={long}\n$V$V")), "reference-invalid");
        let uses = |times: usize| shown(&format!("V=\na:1{}", "$V".repeat(times)));
        assert!(uses(VARIABLES).starts_with("docker.io/library/a:1 "));
        assert_eq!(uses(VARIABLES + 1), "style");
        let nested = |depth: usize| shown(&format!("{}a{}", "${V:-".repeat(depth), "}".repeat(depth)));
        assert!(nested(VARIABLES).starts_with("docker.io/library/a:latest "));
        assert_eq!(nested(VARIABLES + 1), "style");
    }

    #[test]
    fn every_name_in_a_value_is_told() {
        assert_eq!(names("a$B${C:-$D}${E#${F}}$$G").collect::<Vec<_>>(), ["B", "C", "D", "E", "F", "", "G"]);
        assert_eq!(names("no variable").count(), 0);
    }
}
