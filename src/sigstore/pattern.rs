//! Patterns for identities: anchored at both ends, and quick whatever is matched.
//!
//! ```text
//! *    any characters, but no "/"
//! **   any characters
//! ```
//!
//! Everything else stands for itself, so that a dot is a dot. cosign's patterns are regular expressions that match anywhere in the
//! subject: `github.com/org` is then also found in `https://evil.example/github.com/org`. What looks like one is refused.

use core::fmt;
use core::str::FromStr;

use crate::excerpt::excerpt;

/// Characters of a pattern. The longest subjects seen, names of reusable workflows, have some two hundred.
const CHARACTERS: usize = 1024;

/// What a text must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Literal(char),
    /// `*`
    Within,
    /// `**`
    Across,
}

impl Pattern {
    /// Everything. It cannot be spelled: a pattern for everybody asks for nobody.
    pub(super) fn anything() -> Self {
        Self(vec![Token::Across])
    }

    /// Whether all of `text` looks like it.
    pub fn matches(&self, text: &str) -> bool {
        // All the places in the pattern where a reader could be, step by step: as many steps as there are characters, each as long as
        // the pattern, and never back.
        let mut places = vec![false; self.0.len() + 1];
        places[0] = true;
        self.pass_stars(&mut places);
        for character in text.chars() {
            let mut next = vec![false; places.len()];
            for (place, token) in self.0.iter().enumerate().filter(|(place, _)| places[*place]) {
                match token {
                    Token::Literal(literal) => next[place + 1] |= *literal == character,
                    Token::Within => next[place] |= character != '/',
                    Token::Across => next[place] = true,
                }
            }
            self.pass_stars(&mut next);
            places = next;
        }
        places[self.0.len()]
    }

    /// A star may stand for nothing.
    fn pass_stars(&self, places: &mut [bool]) {
        for (place, token) in self.0.iter().enumerate() {
            if !matches!(token, Token::Literal(_)) && places[place] {
                places[place + 1] = true;
            }
        }
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let refused = |reason| Err(InvalidPattern { reason, found: excerpt(text, 80) });
        if text.chars().count() > CHARACTERS {
            return refused("at most 1024 characters");
        }
        if text.starts_with('^') || text.ends_with('$') || text.contains('\\') || text.contains(".*") && !text.contains("/.*") {
            return refused("`*` and `**`, and everything else as it is: no regular expression");
        }
        if text.contains("***") {
            return refused("`*` or `**`");
        }
        if !text.contains(|character: char| character.is_alphanumeric()) {
            return refused("some letters or digits: a pattern for everybody asks for nobody");
        }
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (token, length) = match first {
                '*' if rest.starts_with("**") => (Token::Across, 2),
                '*' => (Token::Within, 1),
                literal => (Token::Literal(literal), literal.len_utf8()),
            };
            tokens.push(token);
            rest = &rest[length..];
        }
        Ok(Self(tokens))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|token| match token {
            Token::Literal(character) => write!(f, "{character}"),
            Token::Within => f.write_str("*"),
            Token::Across => f.write_str("**"),
        })
    }
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPattern {
    /// What a pattern has.
    pub reason: &'static str,
    /// The text.
    pub found: String,
}

impl InvalidPattern {
    /// The stable code.
    pub const CODE: &'static str = "pattern-invalid";
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a pattern of {}, found \"{}\"", self.reason, self.found)
    }
}

impl core::error::Error for InvalidPattern {}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(text)
    }

    #[test]
    fn one_star_stays_within_a_segment_and_two_do_not() {
        let workflow = "https://github.com/org/app/.github/workflows/release.yml@refs/heads/main";
        for (pattern, matched) in [
            ("https://github.com/org/**", true),
            ("https://github.com/org/*", false),
            ("https://github.com/org/*/.github/workflows/release.yml@refs/heads/main", true),
            ("https://github.com/org/*/.github/workflows/*@refs/**", true),
            ("https://github.com/**/workflows/release.yml@**", true),
            ("https://github.com/org/app/.github/workflows/release.yml@refs/heads/main*", true),
            ("https://github.com/*/.github/workflows/release.yml@refs/heads/main", false),
            ("https://github.com/other/**", false),
        ] {
            assert_eq!(matches(pattern, workflow), matched, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        assert!(!matches("github.com/org/*", "https://evil.example/github.com/org/app"));
        assert!(!matches("https://github.com/org", "https://github.com/org-evil"));
        assert!(!matches("https://github.com/org/*", "https://github.com/org/app/evil"));
        assert!(!matches("*@example.com", "a@example.com.evil"));
        assert!(matches("*@example.com", "a@example.com"));
    }

    #[test]
    fn a_dot_is_a_dot() {
        assert!(!matches("*@example.com", "a@example-com"));
        assert!(!matches("https://github.com/*", "https://github-com/x"));
    }

    #[test]
    fn stars_may_stand_for_nothing_and_share_what_is_there() {
        assert!(matches("a*b**c", "abc"));
        assert!(matches("a*b**c", "abbc/bc"));
        assert!(matches("a**/b", "a/x/b"));
        assert!(!matches("a*b", "a/b"));
        assert!(matches("**a*", "aa/a"));
    }

    #[test]
    fn a_hostile_subject_costs_no_more_than_its_length_times_the_pattern() {
        let pattern = "*a".repeat(500);
        assert!(!matches(&pattern, &"a".repeat(20_000).replacen('a', "/", 1)));
    }

    #[test]
    fn what_asks_for_nobody_or_looks_like_a_regular_expression_is_refused() {
        for text in ["", "*", "**", "*/**", "://", "***a", "^https://github.com/org/.*$", "https://github\\.com/org/x", ".*@example.com"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
        assert!("a".repeat(1025).parse::<Pattern>().is_err());
        assert!("https://github.com/org/.*".parse::<Pattern>().is_ok(), "a segment may start with a dot");
    }
}
