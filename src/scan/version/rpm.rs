//! rpm-version(7): `[epoch:]version[-release]`.

use core::cmp::Ordering;

use super::dpkg::compare_numbers;

/// An epoch, a version and perhaps a release. rpm compares any text that is not empty; what no package can be called, because it holds
/// white space or is not ASCII, or has no version between its marks, is none here.
///
/// Equality is that of the order.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    epoch: &'a str,
    upstream: &'a str,
    release: Option<&'a str>,
}

impl<'a> Version<'a> {
    /// `None` for what no package can be called.
    pub fn parse(text: &'a str) -> Option<Self> {
        // As `parseEVR` does: digits in front of the first `:` are an epoch, and what is behind the last `-` is the release.
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (epoch, rest) = match text[digits..].strip_prefix(':') {
            Some(rest) => (&text[..digits], rest),
            None => ("", text),
        };
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        let holds = !version.is_empty() && release != Some("") && text.bytes().all(|byte| byte.is_ascii_graphic());
        holds.then_some(Self { epoch, upstream: version, release })
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let epochs = compare_numbers(self.epoch.as_bytes(), other.epoch.as_bytes());
        epochs.then_with(|| compare_part(self.upstream, other.upstream)).then_with(|| match (self.release, other.release) {
            (Some(a), Some(b)) => compare_part(a, b),
            // rpm's `compare_values`: none is before any.
            (a, b) => a.is_some().cmp(&b.is_some()),
        })
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version<'_> {}

/// What a rest begins with, in the order in which rests follow one another.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    Tilde,
    End,
    Caret,
    Run,
}

/// `rpmvercmp`: runs of digits and runs of letters, with anything between them; `~` is before the end, `^` is behind it and before
/// everything else.
fn compare_part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        (a, b) = (without_separators(a), without_separators(b));
        let (start_a, start_b) = (start(a), start(b));
        match (&start_a, &start_b) {
            (Start::End, Start::End) => return Ordering::Equal,
            (Start::Tilde, Start::Tilde) | (Start::Caret, Start::Caret) => (a, b) = (&a[1..], &b[1..]),
            (Start::Run, Start::Run) => {
                let is_number = a[0].is_ascii_digit();
                let (run_a, run_b) = (take_run(&mut a, is_number), take_run(&mut b, is_number));
                let order = match (is_number, run_b) {
                    // Of different kinds: a number is newer than letters.
                    (true, []) => Ordering::Greater,
                    (false, []) => Ordering::Less,
                    (true, _) => compare_numbers(run_a, run_b),
                    (false, _) => run_a.cmp(run_b),
                };
                if order.is_ne() {
                    return order;
                }
            }
            _ => return start_a.cmp(&start_b),
        }
    }
}

const fn start(rest: &[u8]) -> Start {
    match rest {
        [b'~', ..] => Start::Tilde,
        [b'^', ..] => Start::Caret,
        [] => Start::End,
        _ => Start::Run,
    }
}

fn take_run<'a>(rest: &mut &'a [u8], is_number: bool) -> &'a [u8] {
    let wanted = |byte: &&u8| if is_number { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    let (run, behind) = rest.split_at(rest.iter().take_while(wanted).count());
    *rest = behind;
    run
}

fn without_separators(text: &[u8]) -> &[u8] {
    let is_separator = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte != b'~' && *byte != b'^';
    &text[text.iter().take_while(|byte| is_separator(byte)).count()..]
}
