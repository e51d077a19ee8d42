//! Versions by chance: pieces that real versions are made of, and pieces that only an attacker writes, in any order.

use std::env;
use std::hash::BuildHasher as _;
use std::hash::RandomState;

/// A generator of small numbers (xorshift64*, Vigna 2016).
pub(crate) struct Chance(u64);

impl Chance {
    /// Of a seed that is printed, and that `PULLPROOF_VERSIONS_SEED` sets, so that a run that found something can be repeated.
    pub(crate) fn new(what: &str) -> Self {
        let seed = env::var("PULLPROOF_VERSIONS_SEED").ok().map(|text| text.parse().expect("a seed is a number"));
        let seed: u64 = seed.unwrap_or_else(|| RandomState::new().hash_one(what)).max(1);
        println!("{what}: PULLPROOF_VERSIONS_SEED={seed}");
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit
    }

    fn of<'a>(&mut self, pieces: &[&'a str]) -> &'a str {
        pieces[self.below(pieces.len())]
    }

    /// Two versions, most often alike but for one piece.
    pub(crate) fn pair(&mut self, pieces: &[&str]) -> (String, String) {
        let length = 1 + self.below(7);
        let first: Vec<&str> = (0..length).map(|_| self.of(pieces)).collect();
        let mut second = first.clone();
        match self.below(8) {
            0 => second = (0..=self.below(7)).map(|_| self.of(pieces)).collect(),
            1 | 2 => second.insert(self.below(length + 1), self.of(pieces)),
            3 => drop(second.remove(self.below(length))),
            4 => {
                let (a, b) = (self.below(length), self.below(length));
                second.swap(a, b);
            }
            _ => {
                let at = self.below(length);
                second[at] = self.of(pieces);
            }
        }
        if self.below(2) == 0 { (first.concat(), second.concat()) } else { (second.concat(), first.concat()) }
    }
}
