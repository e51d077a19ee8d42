//! Versions of apk-tools 3: `digits{.digits}{letter}{_suffix{digits}}{~hash}{-r digits}`.
//!
//! apk compares what it cannot parse as well: it goes by what stands in front of it, and calls two such tails equal, where apk 2 and OSV order
//! them. Here what stands in front decides, too, as every reading begins with it; but where the order would hang on such a tail, there is none.

use core::cmp::Ordering;

/// The order, or the text that it would hang on.
pub fn compare<'a>(a: &'a str, b: &'a str) -> Result<Ordering, &'a str> {
    let (mut left, mut right) = (Tokens::of(a), Tokens::of(b));
    loop {
        let token = left.next().ok_or(a)?;
        let other = right.next().ok_or(b)?;
        let order = match (token, other) {
            (Token::End, Token::End) => return Ok(Ordering::Equal),
            (Token::First(a), Token::First(b))
            | (Token::SuffixNumber(a), Token::SuffixNumber(b))
            | (Token::Revision(a), Token::Revision(b)) => a.cmp(&b),
            // As Gentoo does: with a zero in front it is a fraction, and not a number.
            (Token::Digits(a, number_a), Token::Digits(b, number_b)) => {
                if a.starts_with('0') || b.starts_with('0') {
                    a.cmp(b)
                } else {
                    number_a.cmp(&number_b)
                }
            }
            (Token::Letter(a), Token::Letter(b)) => a.cmp(&b),
            (Token::Suffix(a), Token::Suffix(b)) => a.cmp(&b),
            (Token::Hash(a), Token::Hash(b)) => a.cmp(b),
            (Token::Suffix(a), _) if a < Suffix::NONE => Ordering::Less,
            (_, Token::Suffix(b)) if b < Suffix::NONE => Ordering::Greater,
            // Of different kinds: what can stand further in front is the newer one, the end is the oldest.
            (a, b) => b.rank().cmp(&a.rank()),
        };
        if order.is_ne() {
            return Ok(order);
        }
    }
}

/// A suffix by its place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Suffix(usize);

impl Suffix {
    const NAMES: [&'static str; 10] = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];
    /// Where there is no suffix: what is before it is before the release.
    const NONE: Self = Self(4);

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| !name.is_empty() && *known == name).map(Self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    First(u64),
    Digits(&'a str, u64),
    Letter(u8),
    Suffix(Suffix),
    SuffixNumber(u64),
    Hash(&'a str),
    Revision(u64),
    End,
}

impl Token<'_> {
    const fn rank(self) -> u8 {
        match self {
            Self::First(_) => 0,
            Self::Digits(..) => 1,
            Self::Letter(_) => 2,
            Self::Suffix(_) => 3,
            Self::SuffixNumber(_) => 4,
            Self::Hash(_) => 5,
            Self::Revision(_) => 6,
            Self::End => 7,
        }
    }
}

struct Tokens<'a> {
    rest: &'a str,
    /// The rank of the token before; none at the start.
    before: Option<u8>,
}

impl<'a> Tokens<'a> {
    const fn of(text: &'a str) -> Self {
        Self { rest: text, before: None }
    }

    /// `None` where what follows cannot stand here.
    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.read()?;
        self.before = Some(token.rank());
        Some(token)
    }

    fn read(&mut self) -> Option<Token<'a>> {
        const DIGITS: u8 = 1;
        const SUFFIX: u8 = 3;
        const SUFFIX_NUMBER: u8 = 4;
        const HASH: u8 = 5;
        const REVISION: u8 = 6;
        let Some(before) = self.before else { return self.number().map(|(_, number)| Token::First(number)) };
        match self.rest.bytes().next() {
            None => Some(Token::End),
            Some(letter @ b'a'..=b'z') if before <= DIGITS => {
                self.rest = &self.rest[1..];
                Some(Token::Letter(letter))
            }
            Some(b'.') if before <= DIGITS => {
                self.rest = &self.rest[1..];
                self.number().map(|(digits, number)| Token::Digits(digits, number))
            }
            Some(b'0'..=b'9') if before == SUFFIX => self.number().map(|(_, number)| Token::SuffixNumber(number)),
            Some(b'_') if before <= SUFFIX_NUMBER => {
                self.rest = &self.rest[1..];
                Suffix::named(self.run(|byte| byte.is_ascii_lowercase())).map(Token::Suffix)
            }
            Some(b'~') if before < HASH => {
                self.rest = &self.rest[1..];
                let hash = self.run(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                (!hash.is_empty()).then_some(Token::Hash(hash))
            }
            Some(b'-') if before < REVISION => {
                self.rest = self.rest.strip_prefix("-r")?;
                self.number().map(|(_, number)| Token::Revision(number))
            }
            Some(_) => None,
        }
    }

    /// apk lets a number that does not fit run over; that is no order, so it is none here.
    fn number(&mut self) -> Option<(&'a str, u64)> {
        let digits = self.run(|byte| byte.is_ascii_digit());
        digits.parse().ok().map(|number| (digits, number))
    }

    fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let length = self.rest.bytes().take_while(|byte| wanted(*byte)).count();
        let (run, rest) = self.rest.split_at(length);
        self.rest = rest;
        run
    }
}
