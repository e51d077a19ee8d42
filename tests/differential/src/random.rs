//! Numbers that look random and are not: the same seed gives the same ones on every machine.

/// `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of one mutation: what it does depends on no other.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut random = Self(seed);
        Self(random.bits() ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// The next one, all 64 bits of it.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not zero. As good as even for limits as small as these.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.bits() % limit as u64).expect("less than a number of that type")
    }

    /// One of them, if there is one.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { Some(&items[self.below(items.len())]) }
    }
    /// One of them by their names, if there is one: where one more is added, most elections end as they did.
    pub fn elect<'a, T>(&mut self, items: &'a [T], name: impl Fn(&T) -> &str) -> Option<&'a T> {
        let seed = self.bits();
        let score =
            |item: &T| Self(name(item).bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))).bits();
        items.iter().max_by_key(|item| score(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_everywhere() {
        // The first of the reference implementation for the seed 1234567.
        assert_eq!(Random(1_234_567).bits(), 6_457_827_717_110_365_317);
        assert_eq!(Random::new(1, 2).bits(), Random::new(1, 2).bits());
        assert_ne!(Random::new(1, 2).bits(), Random::new(1, 3).bits());
    }

    #[test]
    fn one_more_candidate_changes_few_elections() {
        let (few, more): (Vec<String>, Vec<String>) =
            ((0..30).map(|n| format!("case-{n}")).collect(), (0..31).map(|n| format!("case-{n}")).collect());
        let elect = |number, names: &[String]| Random::new(1, number).elect(names, String::as_str).cloned();
        let changed = (0..1000).filter(|number| elect(*number, &few) != elect(*number, &more)).count();
        assert!((10..80).contains(&changed), "expected about one of 31, found {changed} of 1000");
    }
}
