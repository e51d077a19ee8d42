//! deb-version(7): `[epoch:]upstream[-revision]`, compared by turns, a run that is no number and a run that is one.

use core::cmp::Ordering;

/// A version that dpkg has nothing against. It would compare others as well, with a warning; what it warns of is no version here.
///
/// Equality is that of the order: `1.0` and `1.00` are equal.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    epoch: u32,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> Version<'a> {
    /// `None` for what dpkg refuses or warns of.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (epoch, rest) = match text.split_once(':') {
            // `parseversion` reads an `int`.
            Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => {
                (i32::try_from(epoch.parse::<u64>().ok()?).ok()?, rest)
            }
            Some(_) => return None,
            None => (0, text),
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((_, "")) => return None,
            Some((upstream, revision)) => (upstream, revision),
            None => (rest, ""),
        };
        let is_known = |marks: &'static str| move |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
        let holds = upstream.starts_with(|c: char| c.is_ascii_digit())
            && upstream.chars().all(is_known(".-+~:"))
            && revision.chars().all(is_known(".+~"));
        holds.then_some(Self { epoch: epoch.unsigned_abs(), upstream, revision })
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let part = |a: &str, b: &str| compare_part(a.as_bytes(), b.as_bytes());
        self.epoch.cmp(&other.epoch).then_with(|| part(self.upstream, other.upstream)).then_with(|| part(self.revision, other.revision))
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

/// Takes a run of one kind off the front.
fn take<'a>(rest: &mut &'a [u8], wanted: impl Fn(u8) -> bool) -> &'a [u8] {
    let length = rest.iter().take_while(|byte| wanted(**byte)).count();
    let (run, behind) = rest.split_at(length);
    *rest = behind;
    run
}

fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (words_a, words_b) = (take(&mut a, |byte| !byte.is_ascii_digit()), take(&mut b, |byte| !byte.is_ascii_digit()));
        let places = words_a.len().max(words_b.len());
        let weights = |run: &[u8]| run.iter().copied().map(weight).chain(core::iter::repeat(0)).take(places).collect::<Vec<_>>();
        let numbers = (take(&mut a, |byte| byte.is_ascii_digit()), take(&mut b, |byte| byte.is_ascii_digit()));
        let order = weights(words_a).cmp(&weights(words_b)).then_with(|| compare_numbers(numbers.0, numbers.1));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// `~` before the end of a run, which is 0, before letters, before everything else.
fn weight(byte: u8) -> i32 {
    match byte {
        b'~' => -1,
        _ if byte.is_ascii_alphabetic() => i32::from(byte),
        _ => i32::from(byte) + 256,
    }
}

/// Of any size, an empty one is zero.
pub(super) fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| digits.iter().position(|digit| *digit != b'0').map_or(digits.len(), |zeros| zeros);
    let (a, b) = (&a[significant(a)..], &b[significant(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}
