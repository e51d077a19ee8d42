//! Writes cases as lines of JSON, for verifiers that are not written in Rust, each with our verdict on it:
//! `cargo run --package pullproof-differential --example cases -- FILE`
//!
//! They are every vector, and the first of the mutations that sigstore-verify decides about, of what that one and the verifier that
//! these are for agree on before it is altered.

#![allow(clippy::unwrap_used, reason = "what cannot be read is no case")]

use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write as _;

use pullproof_differential::Case;
use pullproof_differential::Exceptions;
use pullproof_differential::Verdict;
use pullproof_differential::in_parallel;
use pullproof_differential::judge::Judge;
use pullproof_differential::mutation;
use pullproof_differential::setting;
use pullproof_differential::stocks;
use serde::Serialize;

/// Of mutations, where nobody says otherwise.
const COUNT: u64 = 3_000;
const NOW: &str = "2026-11-26T12:00:00Z";

#[derive(Serialize)]
struct Line<'a> {
    /// `vectors` or `mutations`.
    set: &'a str,
    /// Of the vector, or of the class of mutations: what exceptions go by.
    name: &'a str,
    ours: String,
    case: &'a Case,
}

fn main() -> io::Result<()> {
    let Some(path) = env::args().nth(1) else { return Err(io::Error::other("expected one argument, the file to write to")) };
    let mut file = BufWriter::new(File::create(path)?);
    let judge = Judge::new(NOW.parse().unwrap());
    let mut write = |set: &str, name: &str, ours: &Verdict, case: &Case| {
        serde_json::to_writer(&mut file, &Line { set, name, ours: ours.to_string(), case })?;
        file.write_all(b"\n")
    };
    let ours = |case: &Case| judge.verdict(case).map_or_else(|code| Verdict::Refused(code.into()), |_| Verdict::Accepted);
    for (case, _) in Case::all() {
        write("vectors", &case.name, &ours(&case), &case)?;
    }
    let (rust, javascript) = (Exceptions::of("sigstore-verify 0.15.1", "vectors"), Exceptions::of("@sigstore/verify 3.1.1", "vectors"));
    let [minted, suite] = stocks(&rust.refused().collect());
    let refused: BTreeSet<&str> = javascript.refused().collect();
    let seed = setting("PULLPROOF_MUTATION_SEED", pullproof_differential::SEED);
    let mutations = in_parallel(setting("PULLPROOF_MUTATIONS", COUNT), |number| {
        let mutation =
            mutation::mutation(seed, number, &minted, &suite).filter(|mutation| !refused.contains(mutation.case.name.as_str()))?;
        let ours = ours(&mutation.case);
        Some((mutation, ours))
    });
    for (mutation, ours) in mutations.iter().flatten() {
        write("mutations", mutation.class, ours, &mutation.case)?;
    }
    file.flush()
}
