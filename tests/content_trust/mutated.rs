//! Every byte of every file of a collection counts: none can be changed without the collection being refused.
//!
//! Each file is changed by itself, behind those that were trusted before it. What still parses leads either to the signatures that are
//! known to hold, over the same bytes, or to others: only these cost arithmetic.

use std::cell::RefCell;

use pullproof::content_trust::Anchor;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::Lookup;
use pullproof::content_trust::TrustedRoot;
use pullproof::crypto::SignatureCheck;
use pullproof::crypto::Unproven;
use serde_json::Value;

use crate::minted::Client;
use crate::minted::Files;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::real;

/// A client that has never met the collection, and the signatures of which it knows that they hold.
struct Tester {
    client: Client,
    files: Files,
    hold: RefCell<Vec<SignatureCheck>>,
    tried: usize,
    accepted: Vec<String>,
}

impl Tester {
    fn holds(&self, check: &SignatureCheck) -> bool {
        if self.hold.borrow().contains(check) {
            return true;
        }
        let holds = check.holds();
        if holds {
            self.hold.borrow_mut().push(check.clone());
        }
        holds
    }

    fn proven<T>(&self, step: Result<Unproven<T>, InvalidTrustData>) -> Option<T> {
        let unproven = step.ok()?;
        let answers: Vec<bool> = unproven.checks().map(|check| self.holds(check)).collect();
        unproven.prove_by(&answers).ok()
    }

    /// Takes one step with the file as it is, after it was tried with every change. A change with which the step is taken all the same must
    /// not lead to an answer.
    fn step<T>(
        &mut self,
        name: &str,
        file: fn(&mut Files) -> &mut Vec<u8>,
        step: impl Fn(&[u8]) -> Result<Unproven<T>, InvalidTrustData>,
    ) -> T {
        let good = file(&mut self.files).clone();
        for at in 0..good.len() {
            // One bit, another case, a blank, a digit.
            for after in [good[at] ^ 1, good[at] ^ 0x20, b' ', b'0'] {
                let mut changed = good.clone();
                changed[at] = after;
                if changed == good {
                    continue;
                }
                self.tried += 1;
                if self.proven(step(&changed)).is_none() {
                    continue;
                }
                let mut files = self.files.clone();
                *file(&mut files) = changed;
                if self.client.look_up_by(&files, &|check| self.holds(check)).is_ok() {
                    self.accepted.push(format!("{name} {at}: {}", char::from(after)));
                }
            }
        }
        self.proven(step(&good)).unwrap()
    }

    /// Tries every file; those of one delegated role and of two roots are all there are.
    fn run(client: Client, files: Files) -> Self {
        let Client { gun, anchor, floors, when, wanted, asked } = client.clone();
        let mut tester = Self { client, files, hold: RefCell::default(), tried: 0, accepted: Vec::new() };
        tester.client.look_up_by(&tester.files, &|check| tester.holds(check)).unwrap();
        let roots: [fn(&mut Files) -> &mut Vec<u8>; 4] =
            [|files| &mut files.roots[0], |files| &mut files.roots[1], |files| &mut files.roots[2], |files| &mut files.roots[3]];
        let mut root = tester.step("root 1", roots[0], |bytes| TrustedRoot::load(bytes, &gun, &anchor, when.time()));
        for (place, file) in roots.into_iter().enumerate().take(tester.files.roots.len()).skip(1) {
            root = tester.step(&format!("root {}", place + 1), file, |bytes| root.next(bytes));
        }
        let timestamp = tester.step("timestamp", |files| &mut files.timestamp, |bytes| root.timestamp(bytes, &floors, when));
        let snapshot = tester.step("snapshot", |files| &mut files.snapshot, |bytes| timestamp.snapshot(bytes));
        let targets = tester.step("targets", |files| &mut files.targets, |bytes| snapshot.targets(bytes));
        let Lookup::Delegated(role) = targets.look_up(&wanted, &asked).unwrap() else { panic!("expected a delegation") };
        let role = tester.step("releases", |files| files.delegated.get_mut("targets/releases").unwrap(), |bytes| role.load(bytes));
        assert!(matches!(role.look_up(), Ok(Lookup::Found(_))));
        tester
    }
}

#[test]
fn no_changed_byte_of_a_minted_collection_is_accepted() {
    let mut publisher = Publisher::with_releases();
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::root("new root")]);
    });
    let files = publisher.publish();
    let Tester { tried, accepted, .. } = Tester::run(Client::new(), files);
    assert!(tried > 20_000, "{tried}");
    assert!(accepted.is_empty(), "{} of {tried}: {accepted:#?}", accepted.len());
}

#[test]
fn no_changed_byte_of_a_collection_of_notary_is_accepted() {
    let Some(files) = real::state(5) else { return };
    let mut client = real::client();
    let pin = |bytes: &Vec<u8>| {
        let root: Value = serde_json::from_slice(bytes).unwrap();
        root["signed"]["roles"]["root"]["keyids"][0].as_str().unwrap().parse().unwrap()
    };
    client.anchor = Anchor::Certificates(vec![pin(&files.roots[0]), pin(files.roots.last().unwrap())]);
    let Tester { tried, accepted, .. } = Tester::run(client, files);
    println!("{tried} changes");
    assert!(accepted.is_empty(), "{} of {tried}: {accepted:#?}", accepted.len());
}
