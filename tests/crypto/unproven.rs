//! Claims that rest on signatures: how many are enough, and that there is no way around them.

use core::convert::Infallible;

use pullproof::crypto::Obligation;
use pullproof::crypto::SignatureCheck;
use pullproof::crypto::Step;
use pullproof::crypto::Unmet;
use pullproof::crypto::Unproven;

use crate::support::forged_by;
use crate::support::signed_by;

const STEP: Step = Step::Metadata;

/// Whether so many of these are enough, and how many were found if not.
fn at_least(threshold: usize, of: Vec<SignatureCheck>) -> Result<&'static str, usize> {
    let found = Unproven::new("claim", vec![Obligation::at_least(STEP, threshold, of)]).prove();
    found.map_err(|unmet| {
        assert_eq!((unmet.step, unmet.expected), (STEP, threshold));
        unmet.found
    })
}

fn unmet(step: Step, expected: usize, found: usize) -> Unmet {
    Unmet { step, expected, found }
}

#[test]
fn a_threshold_counts_what_holds() {
    assert_eq!(at_least(1, vec![signed_by(1)]), Ok("claim"));
    assert_eq!(at_least(2, vec![signed_by(1), forged_by(2), signed_by(3)]), Ok("claim"));
    assert_eq!(at_least(2, vec![forged_by(1), forged_by(2), signed_by(3)]), Err(1));
    assert_eq!(at_least(3, vec![signed_by(1), signed_by(2)]), Err(2));
    assert_eq!(at_least(1, vec![forged_by(1)]), Err(0));
}

#[test]
fn two_signatures_by_one_key_count_once() {
    assert_eq!(at_least(2, vec![signed_by(1), signed_by(1)]), Err(1));
    assert_eq!(at_least(2, vec![signed_by(1), signed_by(1), signed_by(2)]), Ok("claim"));
    // A broken one before it does not use up the key: whoever adds junk must not deny.
    assert_eq!(at_least(2, vec![forged_by(1), signed_by(1), signed_by(2)]), Ok("claim"));
}

#[test]
fn none_to_choose_from_is_never_enough() {
    assert_eq!(at_least(1, vec![]), Err(0));
    assert_eq!(Unproven::new((), vec![Obligation::any(Step::Time, vec![])]).prove(), Err(unmet(Step::Time, 1, 0)));
    assert_eq!(at_least(usize::MAX, vec![signed_by(1)]), Err(1));
}

#[test]
#[should_panic(expected = "rests on no signature")]
fn a_threshold_of_zero_is_not_even_written_down() {
    let _ = Obligation::at_least(STEP, 0, vec![signed_by(1)]);
}

#[test]
fn a_claim_that_rests_on_nothing_is_not_proven() {
    assert_eq!(Unproven::new((), vec![]).prove(), Err(unmet(Step::Signature, 1, 0)));
    assert_eq!(Unproven::new((), vec![]).prove_by(&[]), Err(unmet(Step::Signature, 1, 0)));
    assert_eq!(Unproven::new((), vec![]).prove_by(&[true]), Err(unmet(Step::Signature, 1, 0)));
}

#[test]
fn any_takes_the_one_that_holds() {
    let any = |of| Unproven::new((), vec![Obligation::any(STEP, of)]).prove();
    assert_eq!(any(vec![forged_by(1), forged_by(2), signed_by(3)]), Ok(()));
    assert_eq!(any(vec![forged_by(1), forged_by(2)]), Err(unmet(STEP, 1, 0)));
}

#[test]
fn every_obligation_has_to_be_met() {
    let claim = |first, second| Unproven::new((), vec![Obligation::one(Step::Chain, first), Obligation::one(Step::Log, second)]).prove();
    assert_eq!(claim(signed_by(1), signed_by(2)), Ok(()));
    assert_eq!(claim(forged_by(1), signed_by(2)), Err(unmet(Step::Chain, 1, 0)));
    assert_eq!(claim(signed_by(1), forged_by(2)), Err(unmet(Step::Log, 1, 0)));
    assert_eq!(claim(forged_by(1), forged_by(2)), Err(unmet(Step::Chain, 1, 0)));
}

#[test]
fn what_follows_rests_on_both() {
    let follow = |first, second| {
        let claim = Unproven::new(1, vec![Obligation::one(Step::Time, first)]);
        let following = claim.then(|one| {
            assert_eq!(one, 1);
            Ok::<_, Infallible>(Unproven::new(2, vec![Obligation::one(Step::Chain, second)]))
        });
        following.unwrap().map(|two| two + 1)
    };
    assert_eq!(follow(signed_by(1), signed_by(2)).checks().cloned().collect::<Vec<_>>(), [signed_by(1), signed_by(2)]);
    assert_eq!(follow(signed_by(1), signed_by(2)).prove(), Ok(3));
    assert_eq!(follow(forged_by(1), signed_by(2)).prove(), Err(unmet(Step::Time, 1, 0)));
    assert_eq!(follow(signed_by(1), forged_by(2)).prove(), Err(unmet(Step::Chain, 1, 0)));
}

#[test]
fn what_follows_from_a_claim_without_anything_new_still_rests_on_the_claim() {
    let follow = |check| {
        Unproven::new((), vec![Obligation::one(Step::Time, check)])
            .then(|()| Ok::<_, Infallible>(Unproven::new((), vec![])))
            .unwrap()
            .prove()
    };
    assert_eq!(follow(signed_by(1)), Ok(()));
    assert_eq!(follow(forged_by(1)), Err(unmet(Step::Time, 1, 0)));
}

#[test]
fn a_refusal_on_the_way_is_the_answer() {
    let claim = Unproven::new((), vec![Obligation::one(STEP, signed_by(1))]);
    assert_eq!(claim.then(|()| Err::<Unproven<()>, _>("no")).unwrap_err(), "no");
}

/// A claim that rests on two keys of three, and on a fourth.
fn two_of_three_and_one() -> Unproven<()> {
    let of = vec![signed_by(1), signed_by(2), forged_by(3)];
    Unproven::new((), vec![Obligation::at_least(STEP, 2, of), Obligation::one(Step::Log, signed_by(4))])
}

#[test]
fn somebody_elses_answers_count_in_the_order_of_the_checks() {
    let [yes, no] = [true, false];
    assert_eq!(two_of_three_and_one().checks().count(), 4);
    assert_eq!(two_of_three_and_one().prove_by(&[yes, yes, no, yes]), Ok(()));
    assert_eq!(two_of_three_and_one().prove_by(&[no, yes, yes, yes]), Ok(()));
    assert_eq!(two_of_three_and_one().prove_by(&[yes, no, no, yes]), Err(unmet(STEP, 2, 1)));
    // An answer that was not needed for the first obligation is none to the second.
    assert_eq!(two_of_three_and_one().prove_by(&[yes, yes, yes, no]), Err(unmet(Step::Log, 1, 0)));
}

#[test]
fn answers_of_another_number_prove_nothing() {
    for answers in [0, 1, 2, 3, 5, 100] {
        assert_eq!(two_of_three_and_one().prove_by(&vec![true; answers]), Err(unmet(STEP, 2, 0)), "{answers}");
    }
}

#[test]
fn what_is_missing_is_said_with_a_code_of_its_step() {
    let steps = [Step::Time, Step::Chain, Step::Sct, Step::Log, Step::Signature, Step::Metadata];
    let codes: std::collections::BTreeSet<_> = steps.iter().map(|step| unmet(*step, 1, 0).code()).collect();
    assert_eq!(codes.len(), steps.len());
    assert!(codes.iter().all(|code| code.ends_with("signature-invalid")));
    assert_eq!(unmet(Step::Chain, 1, 0).to_string(), "chain: expected a signature that holds, found none");
    assert_eq!(unmet(Step::Metadata, 3, 2).to_string(), "metadata: expected signatures by 3 keys that hold, found 2");
}
