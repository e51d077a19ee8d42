//! Bundles of every kind, altered in every way, before our verifier and those of others.
//!
//! A [`Case`] is everything it takes to decide about a bundle. Those that the virtual Sigstore mints, and those of the shared
//! conformance suite where it is here, are the beginning; [`mutation`] makes others of them, each by one class of change, all of them
//! from a seed. [`judge`] is our verdict; the tests beside this ask others for theirs.

#![allow(clippy::unwrap_used, reason = "these are tests: what cannot be read is no case")]

mod case;
mod der;
mod document;
mod exceptions;
pub mod judge;
pub mod mutation;
mod random;

pub use case::Case;
pub use case::Signer;
pub use der::without_certificates;
pub use document::Document;
pub use exceptions::Exceptions;
pub use exceptions::Verdict;
pub use random::Random;

use std::collections::BTreeSet;
use std::env;
use std::thread;

use crate::mutation::Stock;

/// Mutations of a run where nobody says otherwise.
pub const MUTATIONS: u64 = 20_000;
/// The seed of a run where nobody says otherwise.
pub const SEED: u64 = 1;

/// A number from the environment.
pub fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}: expected a number, found {text:?}")))
}

/// The seed of this run, which is printed so that a run can be repeated, and how many mutations it has.
pub fn run() -> (u64, u64) {
    let (seed, count) = (setting("PULLPROOF_MUTATION_SEED", SEED), setting("PULLPROOF_MUTATIONS", MUTATIONS));
    println!("PULLPROOF_MUTATION_SEED={seed} PULLPROOF_MUTATIONS={count}");
    (seed, count)
}

/// What mutations are made of, for a verifier that refuses some honest cases: those that the virtual Sigstore mints, and the suite's.
pub fn stocks(refused: &BTreeSet<&str>) -> [Stock; 2] {
    [Case::minted(), Case::of_suite()].map(|cases| {
        let others = cases.iter().map(|(case, _)| case.clone()).collect();
        let honest = cases.into_iter().filter(|(case, holds)| *holds && !refused.contains(case.name.as_str()));
        Stock { cases: honest.map(|(case, _)| case).collect(), others }
    })
}

/// What comes of each number below `count`, in their order, by as many threads as there are processors.
pub fn in_parallel<T: Send>(count: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let mut found: Vec<(u64, T)> = thread::scope(|scope| {
        let work = &work;
        let share = |first| {
            move || {
                (first..count)
                    .step_by(usize::try_from(threads).expect("a number of threads"))
                    .map(|number| (number, work(number)))
                    .collect::<Vec<_>>()
            }
        };
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(share(first))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a panic of a worker is one of the test")).collect()
    });
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, found)| found).collect()
}
