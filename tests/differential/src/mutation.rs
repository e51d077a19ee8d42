//! Changes of a case, in classes that have names. What a change does follows from its number and the seed, and from nothing else.

mod bytes;
mod members;
mod minted;
mod notes;
mod structure;
mod text;
mod trust;

use crate::Case;
use crate::Document;
use crate::Random;

/// A class of changes.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Lower case, with hyphens; exceptions go by it.
    pub name: &'static str,
    /// Alters the case, if it has what is altered.
    change: Change,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    /// The text of the bundle.
    Text(fn(&mut Random, &mut String) -> Option<()>),
    /// The bundle as a document. The last argument is another case's.
    Bundle(fn(&mut Random, &mut Document, &Document) -> Option<()>),
    /// Anything. The last argument is another case.
    Case(fn(&mut Random, &mut Case, &Case) -> Option<()>),
    /// Nothing: the case is signed anew.
    Minted(fn(&mut Random) -> Option<Case>),
}

/// Every class.
pub fn classes() -> Vec<Class> {
    let text = text::ALL.iter().map(|(name, change)| Class { name, change: Change::Text(*change) });
    let documents = [members::ALL, bytes::ALL, structure::ALL, notes::ALL].concat();
    let documents = documents.into_iter().map(|(name, change)| Class { name, change: Change::Bundle(change) });
    let cases = trust::ALL.iter().map(|(name, change)| Class { name, change: Change::Case(*change) });
    let minted = minted::ALL.iter().map(|(name, change)| Class { name, change: Change::Minted(*change) });
    text.chain(documents).chain(cases).chain(minted).collect()
}

/// A changed case.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// How it was changed.
    pub class: &'static str,
    /// What it is now. Its name is that of the case that it was, where it was one.
    pub case: Case,
}

/// What mutations are made of.
#[derive(Debug)]
pub struct Stock {
    /// Those that may be changed.
    pub cases: Vec<Case>,
    /// Those that parts may come from.
    pub others: Vec<Case>,
}

/// Of so many mutations in a row, the last is of the suite, and all others of what the virtual Sigstore mints: what they are does not
/// depend on whether the suite is here.
const OF_SUITE: u64 = 4;

/// The mutation of a number. `None` for those of the suite where it is not here.
pub fn mutation(seed: u64, number: u64, minted: &Stock, suite: &Stock) -> Option<Mutation> {
    let stock = if number % OF_SUITE == OF_SUITE - 1 { suite } else { minted };
    if stock.cases.is_empty() {
        return None;
    }
    let classes = classes();
    let mut random = Random::new(seed, number);
    loop {
        let class = random.elect(&classes, |class| class.name).expect("there are classes");
        let base = random.elect(&stock.cases, |case| case.name.as_str()).expect("there are cases");
        let other = random.elect(&stock.others, |case| case.name.as_str()).expect("there are cases");
        if let Some(case) = class.change(&mut random, base, other).filter(|case| case != base) {
            return Some(Mutation { class: class.name, case });
        }
    }
}

impl Class {
    fn change(self, random: &mut Random, base: &Case, other: &Case) -> Option<Case> {
        let mut case = base.clone();
        match self.change {
            Change::Text(change) => change(random, &mut case.bundle)?,
            Change::Bundle(change) => {
                let mut document = Document::parse(&base.bundle)?;
                let before = document.clone();
                change(random, &mut document, &Document::parse(&other.bundle)?)?;
                // The text is another in any case: it is written without spaces here.
                if document == before {
                    return None;
                }
                case.bundle = document.write();
            }
            Change::Case(change) => change(random, &mut case, other)?,
            Change::Minted(change) => return change(random),
        }
        Some(case)
    }
}
