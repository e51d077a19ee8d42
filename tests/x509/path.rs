//! What leads to somebody trusted, and what does not.

use std::collections::BTreeSet;
use std::slice;

use pullproof::UnixTime;
use pullproof::budget;
use pullproof::crypto::InvalidScheme;
use pullproof::crypto::Step;
use pullproof::crypto::Unmet;
use pullproof::crypto::Unproven;
use pullproof::x509::Certificate;
use pullproof::x509::path;
use pullproof::x509::path::Authority;
use pullproof::x509::path::InvalidPath;
use pullproof::x509::path::Path;
use pullproof::x509::path::Purpose;

use crate::minted::ANY;
use crate::minted::AUTHORITY_KEY;
use crate::minted::BASIC_CONSTRAINTS;
use crate::minted::CODE_SIGNING;
use crate::minted::Draft;
use crate::minted::EXTENDED_KEY_USAGE;
use crate::minted::FROM;
use crate::minted::KEY_USAGE;
use crate::minted::NAME_CONSTRAINTS;
use crate::minted::RSA_SHA_256;
use crate::minted::SIGNED;
use crate::minted::SUBJECT_KEY;
use crate::minted::TIME_STAMPING;
use crate::minted::TO;
use crate::minted::UNKNOWN;
use crate::minted::authority_key;
use crate::minted::authority_named;
use crate::minted::basic_constraints;
use crate::minted::element;
use crate::minted::extended_key_usage;
use crate::minted::intermediate;
use crate::minted::key;
use crate::minted::key_384;
use crate::minted::key_usage;
use crate::minted::leaf;
use crate::minted::name;
use crate::minted::oid;
use crate::minted::root;
use crate::minted::sequence;
use crate::minted::signed_intermediate;
use crate::minted::signed_leaf;
use crate::minted::signed_root;
use crate::minted::subject_key;
use crate::minted::time;
use crate::minted::timestamp_leaf;
use crate::minted::trusted;

/// Who issues what, from the leaf's issuer to the anchor, as drafts; and what the leaf signs, and when.
struct Case {
    leaf: Draft,
    intermediate: Draft,
    root: Draft,
    at: UnixTime,
    purpose: Purpose,
}

fn code() -> Case {
    Case { leaf: leaf(), intermediate: intermediate(), root: root(), at: time(SIGNED), purpose: Purpose::CodeSigning }
}

fn clock() -> Case {
    let intermediate = intermediate().with(extended_key_usage(false, &[TIME_STAMPING]));
    Case { leaf: timestamp_leaf(), intermediate, purpose: Purpose::TimeStamping, ..code() }
}

impl Case {
    fn leaf(self, change: impl FnOnce(Draft) -> Draft) -> Self {
        Self { leaf: change(self.leaf), ..self }
    }

    fn intermediate(self, change: impl FnOnce(Draft) -> Draft) -> Self {
        Self { intermediate: change(self.intermediate), ..self }
    }

    fn root(self, change: impl FnOnce(Draft) -> Draft) -> Self {
        Self { root: change(self.root), ..self }
    }

    fn at(self, text: &str) -> Self {
        Self { at: time(text), ..self }
    }

    fn paths(&self) -> Result<Vec<Unproven<Path>>, InvalidPath> {
        let leaf = self.leaf.issued_by("intermediate", &key(2));
        let chain = vec![self.intermediate.issued_by("root", &key_384(1)), self.root.issued_by("root", &key_384(1))];
        path::paths(&leaf, &[], &trusted(chain), self.at, self.purpose)
    }

    #[track_caller]
    fn refused(&self) -> InvalidPath {
        self.paths().unwrap_err()
    }

    #[track_caller]
    fn accepted(&self) -> Path {
        proven(self.paths())
    }
}

#[track_caller]
fn proven(paths: Result<Vec<Unproven<Path>>, InvalidPath>) -> Path {
    let [path] = <[_; 1]>::try_from(paths.unwrap()).unwrap();
    path.prove().unwrap()
}

fn found(leaf: &Certificate, untrusted: &[Certificate], authority: &Authority) -> Result<Vec<Unproven<Path>>, InvalidPath> {
    path::paths(leaf, untrusted, authority, time(SIGNED), Purpose::CodeSigning)
}

#[track_caller]
fn unmet(paths: Result<Vec<Unproven<Path>>, InvalidPath>) -> Unmet {
    let [path] = <[_; 1]>::try_from(paths.unwrap()).unwrap();
    path.prove().unwrap_err()
}

/// In the certificate of the intermediate authority.
fn in_intermediate() -> String {
    "CN=intermediate".into()
}

fn in_root() -> String {
    "CN=root".into()
}

fn in_leaf() -> String {
    "https://ci.test/team/app".into()
}

#[test]
fn a_path_goes_from_the_leaf_to_the_anchor() {
    let path = code().accepted();
    assert_eq!((path.leaf(), path.issuer(), path.anchor()), (&signed_leaf(), &signed_intermediate(), &signed_root()));
    assert_eq!(path.certificates().count(), 3);
    let path = clock().accepted();
    assert_eq!(path.leaf().subject(), name("clock"));
}

#[test]
fn a_path_rests_on_the_signature_of_every_certificate_but_the_anchor() {
    let paths = code().paths().unwrap();
    let signed: Vec<_> = paths[0].checks().map(|check| check.signature().to_vec()).collect();
    assert_eq!(signed, [signed_leaf().signature(), signed_intermediate().signature()]);
}

#[test]
fn the_anchor_may_be_an_intermediate_authority() {
    let path = proven(found(&signed_leaf(), &[], &trusted(vec![signed_intermediate()])));
    assert_eq!(path.anchor(), path.issuer());
}

#[test]
fn an_intermediate_authority_may_come_with_the_signature() {
    let path = proven(found(&signed_leaf(), &[signed_intermediate()], &trusted(vec![signed_root()])));
    assert_eq!(path.issuer(), &signed_intermediate());
}

#[test]
fn a_clock_may_stand_in_the_chain_of_its_authority() {
    let clock = timestamp_leaf().without(AUTHORITY_KEY).issued_by("root", &key_384(1));
    let authority = trusted(vec![clock.clone(), signed_root()]);
    let path = proven(path::paths(&clock, &[], &authority, time(SIGNED), Purpose::TimeStamping));
    assert_eq!((path.leaf(), path.issuer()), (&clock, &signed_root()));
}

// Signatures.

#[test]
fn a_leaf_that_somebody_else_signed_is_not_proven() {
    let forged = leaf().issued_by("intermediate", &key(9));
    let unmet = unmet(found(&forged, &[], &trusted(vec![signed_intermediate(), signed_root()])));
    assert_eq!((unmet.step, unmet.code()), (Step::Chain, "chain-signature-invalid"));
}

#[test]
fn an_authority_that_the_anchor_did_not_sign_is_not_proven() {
    // Nor if it is the trusted root that brings it: only the last of its chain is an anchor.
    let forged = intermediate().issued_by("root", &key_384(9));
    assert_eq!(unmet(found(&signed_leaf(), slice::from_ref(&forged), &trusted(vec![signed_root()]))).step, Step::Chain);
    assert_eq!(unmet(found(&signed_leaf(), &[], &trusted(vec![forged, signed_root()]))).step, Step::Chain);
}

#[test]
fn a_clock_that_somebody_else_signed_is_not_proven() {
    let forged = timestamp_leaf().issued_by("intermediate", &key(9));
    let intermediate = intermediate().with(extended_key_usage(false, &[TIME_STAMPING])).issued_by("root", &key_384(1));
    let paths = path::paths(&forged, &[], &trusted(vec![intermediate, signed_root()]), time(SIGNED), Purpose::TimeStamping);
    assert_eq!(unmet(paths).code(), "time-signature-invalid");
}

#[test]
fn a_signature_that_the_issuers_key_cannot_make_is_refused() {
    let rsa = sequence(&[&oid(RSA_SHA_256), &[5, 0]]);
    let found = code().leaf(|leaf| leaf.but(|draft| draft.algorithms = Some([rsa.clone(), rsa]))).refused();
    assert!(matches!(found, InvalidPath::Scheme(InvalidScheme::Unsuited { .. })), "{found:?}");
}

// Time.

#[test]
fn a_leaf_is_valid_from_its_first_second_to_its_last() {
    code().at(FROM).accepted();
    code().at(TO).accepted();
    for at in ["2025-12-31T23:59:59Z", "2026-01-01T00:10:01Z"] {
        assert!(matches!(code().at(at).refused(), InvalidPath::NotValid { certificate, .. } if certificate == in_leaf()), "{at}");
    }
}

#[test]
fn an_intermediate_authority_that_was_not_valid_is_refused() {
    let expired = code().intermediate(|draft| draft.but(|draft| draft.not_after = "260101000459Z"));
    assert!(matches!(expired.refused(), InvalidPath::NotValid { certificate, .. } if certificate == in_intermediate()));
    let future = code().intermediate(|draft| draft.but(|draft| draft.not_before = "260101000501Z"));
    assert!(matches!(future.refused(), InvalidPath::NotValid { certificate, .. } if certificate == in_intermediate()));
}

#[test]
fn an_anchor_that_was_not_valid_is_refused() {
    let expired = code().root(|draft| draft.but(|draft| draft.not_after = "260101000459Z"));
    assert!(matches!(expired.refused(), InvalidPath::NotValid { certificate, .. } if certificate == in_root()));
    let future = code().root(|draft| draft.but(|draft| draft.not_before = "260101000501Z"));
    assert_eq!(future.refused().code(), "certificate-not-valid");
}

#[test]
fn an_authority_is_trusted_from_its_first_second_to_its_last() {
    let between = |from: &str, to: &str| {
        let mut authority = trusted(vec![signed_intermediate(), signed_root()]);
        (authority.validity.from, authority.validity.to) = (time(from), Some(time(to)));
        found(&signed_leaf(), &[], &authority)
    };
    proven(between(SIGNED, SIGNED));
    for (from, to) in [("2020-01-01T00:00:00Z", "2026-01-01T00:04:59Z"), ("2026-01-01T00:05:01Z", "2030-01-01T00:00:00Z")] {
        let refusal = between(from, to).unwrap_err();
        assert!(matches!(refusal, InvalidPath::AuthorityNotValid { .. }), "{refusal:?}");
        assert_eq!(refusal.code(), "authority-not-valid");
    }
}

// Who may issue.

#[test]
fn an_issuer_that_is_no_authority_is_refused() {
    let refusal = InvalidPath::NotAnAuthority { certificate: in_intermediate() };
    assert_eq!(code().intermediate(|draft| draft.without(BASIC_CONSTRAINTS)).refused(), refusal);
    assert_eq!(code().intermediate(|draft| draft.with(basic_constraints(false, None))).refused(), refusal);
}

#[test]
fn an_anchor_that_is_no_authority_is_refused() {
    let refusal = code().root(|draft| draft.without(BASIC_CONSTRAINTS)).refused();
    assert_eq!(refusal, InvalidPath::NotAnAuthority { certificate: in_root() });
}

#[test]
fn a_leaf_cannot_issue_another() {
    let evil = leaf().but(|draft| draft.spki = key(4).spki()).without(AUTHORITY_KEY);
    let first = leaf().but(|draft| draft.subject = name("somebody")).issued_by("intermediate", &key(2));
    let second = evil.issued_by("somebody", &key(3));
    let refusal = found(&second, &[first], &trusted(vec![signed_intermediate(), signed_root()])).unwrap_err();
    assert_eq!(refusal, InvalidPath::NotAnAuthority { certificate: "CN=somebody".into() });
}

#[test]
fn an_authority_that_may_not_sign_certificates_is_refused() {
    let refusal = |certificate| InvalidPath::KeyUsage { certificate, expected: "keyCertSign" };
    assert_eq!(code().intermediate(|draft| draft.with(key_usage(0x80))).refused(), refusal(in_intermediate()));
    assert_eq!(code().root(|draft| draft.with(key_usage(0x02))).refused(), refusal(in_root()));
}

#[test]
fn an_authority_that_does_not_say_what_its_key_may_do_may_issue() {
    code().root(|draft| draft.without(KEY_USAGE)).accepted();
}

#[test]
fn more_authorities_than_the_anchor_allows_are_refused() {
    let refusal = code().root(|draft| draft.with(basic_constraints(true, Some(0)))).refused();
    assert_eq!(refusal, InvalidPath::PathLength { certificate: in_root(), limit: 0, found: 1 });
}

#[test]
fn more_authorities_than_an_intermediate_allows_are_refused() {
    let lower = authority_named("lower", &key(4)).issued_by("intermediate", &key(2));
    let leaf = leaf().without(AUTHORITY_KEY).issued_by("lower", &key(4));
    let refusal = found(&leaf, &[lower], &trusted(vec![signed_intermediate(), signed_root()])).unwrap_err();
    assert_eq!(refusal, InvalidPath::PathLength { certificate: in_intermediate(), limit: 0, found: 1 });
    assert_eq!(refusal.code(), "path-too-long");
}

#[test]
fn authorities_that_issued_themselves_are_not_counted() {
    // A new key of the same authority, which the old one signed.
    let old = authority_named("authority", &key(4)).with(basic_constraints(true, Some(0))).with(subject_key(b"old"));
    let old = old.issued_by("authority", &key(4));
    let new = authority_named("authority", &key(5)).with(subject_key(b"new")).with(authority_key(b"old")).issued_by("authority", &key(4));
    let leaf = leaf().with(authority_key(b"new")).issued_by("authority", &key(5));
    assert_eq!(proven(found(&leaf, &[new], &trusted(vec![old]))).certificates().count(), 3);
}

// What for.

#[test]
fn a_leaf_that_does_not_say_what_it_is_for_is_refused() {
    let refusal = |purpose| InvalidPath::ExtendedKeyUsage { certificate: in_leaf(), expected: purpose };
    assert_eq!(code().leaf(|draft| draft.without(EXTENDED_KEY_USAGE)).refused(), refusal(Purpose::CodeSigning));
}

#[test]
fn a_leaf_for_something_else_is_refused() {
    for purposes in [&[TIME_STAMPING][..], &[ANY], &[SUBJECT_KEY]] {
        let refusal = code().leaf(|draft| draft.with(extended_key_usage(false, purposes))).refused();
        assert!(matches!(refusal, InvalidPath::ExtendedKeyUsage { certificate, .. } if certificate == in_leaf()), "{purposes:?}");
    }
    code().leaf(|draft| draft.with(extended_key_usage(true, &[TIME_STAMPING, CODE_SIGNING]))).accepted();
}

#[test]
fn an_authority_that_issues_for_something_else_is_refused() {
    let refusal = |certificate| InvalidPath::ExtendedKeyUsage { certificate, expected: Purpose::CodeSigning };
    let other = || extended_key_usage(false, &[TIME_STAMPING]);
    assert_eq!(code().intermediate(|draft| draft.with(other())).refused(), refusal(in_intermediate()));
    assert_eq!(code().root(|draft| draft.with(other())).refused(), refusal(in_root()));
}

#[test]
fn an_authority_that_issues_for_everything_is_accepted() {
    code().intermediate(|draft| draft.without(EXTENDED_KEY_USAGE)).accepted();
    code().intermediate(|draft| draft.with(extended_key_usage(false, &[ANY]))).accepted();
}

#[test]
fn a_clock_is_for_nothing_but_timestamps_and_says_so_critically() {
    for usage in [
        extended_key_usage(false, &[TIME_STAMPING]),
        extended_key_usage(true, &[TIME_STAMPING, CODE_SIGNING]),
        extended_key_usage(true, &[CODE_SIGNING]),
        extended_key_usage(true, &[ANY]),
    ] {
        let refusal = clock().leaf(|draft| draft.with(usage.clone())).refused();
        assert!(matches!(refusal, InvalidPath::ExtendedKeyUsage { expected: Purpose::TimeStamping, .. }), "{usage:?}");
    }
}

#[test]
fn a_clock_cannot_sign_code_nor_a_code_signer_tell_the_time() {
    assert_eq!(Case { purpose: Purpose::CodeSigning, ..clock() }.refused().code(), "certificate-usage-wrong");
    assert_eq!(Case { purpose: Purpose::TimeStamping, ..code() }.refused().code(), "certificate-usage-wrong");
}

#[test]
fn an_authority_for_code_cannot_issue_clocks() {
    let refusal = Case { intermediate: intermediate(), ..clock() }.refused();
    assert_eq!(refusal, InvalidPath::ExtendedKeyUsage { certificate: in_intermediate(), expected: Purpose::TimeStamping });
}

#[test]
fn a_leaf_that_is_an_authority_is_refused() {
    let refusal = InvalidPath::LeafIsAuthority { certificate: in_leaf() };
    assert_eq!(code().leaf(|draft| draft.with(basic_constraints(true, None))).refused(), refusal);
    assert_eq!(code().leaf(|draft| draft.with(key_usage(0x84))).refused(), refusal);
    code().leaf(|draft| draft.with(basic_constraints(false, None))).accepted();
}

#[test]
fn a_leaf_that_may_not_sign_is_refused() {
    let refusal = InvalidPath::KeyUsage { certificate: in_leaf(), expected: "digitalSignature" };
    assert_eq!(code().leaf(|draft| draft.without(KEY_USAGE)).refused(), refusal);
    assert_eq!(code().leaf(|draft| draft.with(key_usage(0x40))).refused(), refusal);
}

// What is not understood.

#[test]
fn a_critical_extension_that_nobody_understands_is_refused_wherever_it_is() {
    let unknown = |draft: Draft| draft.with((UNKNOWN, true, vec![]));
    let refusal = |certificate| InvalidPath::CriticalExtension { certificate, oid: "1.3.6.1.4.1.57264.1.99".into() };
    assert_eq!(code().leaf(unknown).refused(), refusal(in_leaf()));
    assert_eq!(code().intermediate(unknown).refused(), refusal(in_intermediate()));
    assert_eq!(code().root(unknown).refused(), refusal(in_root()));
    let known = |draft: Draft| draft.with((UNKNOWN, false, vec![]));
    code().leaf(known).intermediate(known).root(known).accepted();
}

#[test]
fn a_precertificate_is_refused() {
    const POISON: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 3];
    let refusal = code().leaf(|draft| draft.with((POISON, true, vec![5, 0]))).refused();
    assert_eq!(refusal, InvalidPath::CriticalExtension { certificate: in_leaf(), oid: "1.3.6.1.4.1.11129.2.4.3".into() });
}

#[test]
fn name_constraints_are_refused_wherever_they_are() {
    let permitted = element(0xa0, &sequence(&[&element(0x86, b"ci.test")]));
    for critical in [true, false] {
        let constrained = |draft: Draft| draft.with((NAME_CONSTRAINTS, critical, sequence(&[&permitted])));
        let refusal = |certificate| InvalidPath::NameConstraints { certificate };
        assert_eq!(code().intermediate(constrained).refused(), refusal(in_intermediate()));
        assert_eq!(code().root(constrained).refused(), refusal(in_root()));
        assert_eq!(code().leaf(constrained).refused(), refusal(in_leaf()));
    }
}

// Who is found.

#[test]
fn an_issuer_that_nobody_trusts_is_unknown() {
    let refusal = found(&signed_leaf(), &[], &trusted(vec![signed_root()])).unwrap_err();
    assert_eq!(refusal, InvalidPath::UnknownIssuer { certificate: in_leaf(), issuer: "CN=intermediate".into() });
    assert_eq!(refusal.code(), "issuer-unknown");
    assert_eq!(found(&signed_leaf(), &[], &trusted(vec![])).unwrap_err().code(), "issuer-unknown");
}

#[test]
fn a_root_that_comes_with_the_signature_is_no_anchor() {
    let evil_root = root().but(|draft| draft.subject = name("evil")).issued_by("evil", &key_384(1));
    let evil = intermediate().issued_by("evil", &key_384(1));
    assert!(evil_root.is_self_issued());
    let refusal = found(&signed_leaf(), &[evil, evil_root], &trusted(vec![signed_root()])).unwrap_err();
    assert_eq!(refusal, InvalidPath::UnknownIssuer { certificate: "CN=evil".into(), issuer: "CN=evil".into() });
}

#[test]
fn a_root_with_the_name_of_the_anchor_is_not_the_anchor() {
    let impostor = root().but(|draft| draft.spki = key_384(9).spki()).without(SUBJECT_KEY).issued_by("root", &key_384(9));
    let forged = intermediate().issued_by("root", &key_384(9));
    // The way through the impostor has to end in a signature of the anchor's, and does not.
    let paths = found(&signed_leaf(), &[forged, impostor], &trusted(vec![signed_root()])).unwrap();
    assert!(paths.into_iter().all(|path| path.prove().is_err()));
}

#[test]
fn a_leaf_is_not_its_own_anchor() {
    assert_eq!(found(&signed_leaf(), &[], &trusted(vec![signed_leaf()])).unwrap_err().code(), "issuer-unknown");
    let own = leaf().but(|draft| draft.subject = name("own")).without(AUTHORITY_KEY).issued_by("own", &key(3));
    assert_eq!(found(&own, slice::from_ref(&own), &trusted(vec![own.clone()])).unwrap_err().code(), "issuer-unknown");
}

#[test]
fn names_are_compared_as_bytes() {
    let printable = sequence(&[&element(0x31, &sequence(&[&oid(&[0x55, 4, 3]), &element(0x13, b"intermediate")]))]);
    let refusal = code().leaf(|draft| draft.but(|draft| draft.issuer = Some(printable))).refused();
    assert_eq!(refusal.code(), "issuer-unknown");
}

#[test]
fn an_issuer_with_another_key_identifier_is_refused() {
    let refusal = code().leaf(|draft| draft.with(authority_key(b"another key"))).refused();
    assert_eq!(refusal, InvalidPath::KeyIdentifier { certificate: in_leaf(), issuer: in_intermediate() });
    let refusal = code().root(|draft| draft.with(subject_key(b"another key"))).refused();
    assert_eq!(refusal, InvalidPath::KeyIdentifier { certificate: in_intermediate(), issuer: in_root() });
}

#[test]
fn key_identifiers_are_matched_only_where_both_are_there() {
    code().leaf(|draft| draft.without(AUTHORITY_KEY)).accepted();
    code().intermediate(|draft| draft.without(SUBJECT_KEY)).accepted();
}

#[test]
fn of_two_issuers_with_one_name_the_signature_tells() {
    let twin = intermediate().but(|draft| draft.spki = key(7).spki()).without(SUBJECT_KEY).issued_by("root", &key_384(1));
    let authority = trusted(vec![twin.clone(), signed_intermediate(), signed_root()]);
    let leaf = leaf().without(AUTHORITY_KEY).issued_by("intermediate", &key(2));
    let paths = found(&leaf, &[], &authority).unwrap();
    assert_eq!(paths.len(), 2);
    let proven: Vec<Path> = paths.into_iter().filter_map(|path| path.prove().ok()).collect();
    assert_eq!(proven.iter().map(Path::issuer).collect::<Vec<_>>(), [&signed_intermediate()]);
}

#[test]
fn one_of_two_issuers_may_be_refused_without_the_other() {
    let expired = intermediate().but(|draft| draft.not_after = "250601000000Z").issued_by("root", &key_384(1));
    let authority = trusted(vec![expired, signed_intermediate(), signed_root()]);
    assert_eq!(proven(found(&signed_leaf(), &[], &authority)).issuer(), &signed_intermediate());
}

#[test]
fn a_certificate_that_comes_twice_counts_once() {
    let authority = trusted(vec![signed_intermediate(), signed_root()]);
    proven(found(&signed_leaf(), &[signed_intermediate(), signed_root(), signed_leaf()], &authority));
}

// How much.

#[test]
fn authorities_that_issued_each_other_do_not_go_on_for_ever() {
    let first = authority_named("first", &key(4)).issued_by("second", &key(5));
    let second = authority_named("second", &key(5)).issued_by("first", &key(4));
    let leaf = leaf().without(AUTHORITY_KEY).issued_by("first", &key(4));
    assert_eq!(found(&leaf, &[first, second], &trusted(vec![signed_root()])).unwrap_err().code(), "issuer-unknown");
}

#[test]
fn a_path_that_is_too_long_is_refused() {
    const NAMES: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];
    // From "1", which issued the leaf, upwards.
    let of = |length: usize| {
        let chain = (0..length).map(|place| {
            let issuer = NAMES[(place + 1).min(length - 1)];
            let seed = u8::try_from(10 + (place + 1).min(length - 1)).unwrap();
            authority_named(NAMES[place], &key(u8::try_from(10 + place).unwrap())).issued_by(issuer, &key(seed))
        });
        let mut chain: Vec<Certificate> = chain.collect();
        let anchor = chain.pop().unwrap();
        found(&leaf().without(AUTHORITY_KEY).issued_by("1", &key(10)), &chain, &trusted(vec![anchor]))
    };
    assert_eq!(proven(of(7)).certificates().count(), budget::CERTIFICATE_PATH);
    assert_eq!(of(8).unwrap_err(), InvalidPath::TooLong);
}

#[test]
fn too_many_certificates_with_a_signature_are_refused() {
    let many = vec![signed_intermediate(); budget::CERTIFICATE_PATH + 1];
    assert_eq!(found(&signed_leaf(), &many, &trusted(vec![signed_root()])).unwrap_err(), InvalidPath::TooManyCertificates { found: 9 });
}

#[test]
fn too_many_issuers_with_one_name_are_refused() {
    let twins = (0..8).map(|serial| {
        let draft = intermediate().but(|draft| draft.serial = element(2, &[100 + serial]));
        draft.issued_by("root", &key_384(1))
    });
    let twins: Vec<Certificate> = twins.collect();
    let authority = trusted(vec![signed_intermediate(), signed_root()]);
    assert_eq!(found(&signed_leaf(), &twins[1..], &authority).unwrap().len(), 8);
    assert_eq!(found(&signed_leaf(), &twins, &authority).unwrap_err(), InvalidPath::TooManyPaths);
}

#[test]
fn a_maze_of_authorities_with_one_name_does_not_keep_us_busy() {
    // Eight that all may have issued each other: 8! ways, none of which ends.
    let maze: Vec<Certificate> = (0..8)
        .map(|serial| {
            let draft = authority_named("maze", &key(4)).but(|draft| draft.serial = element(2, &[100 + serial]));
            draft.issued_by("maze", &key(4))
        })
        .collect();
    let leaf = leaf().without(AUTHORITY_KEY).issued_by("maze", &key(4));
    let refusal = found(&leaf, &maze, &trusted(vec![signed_root()])).unwrap_err();
    assert_eq!((refusal.clone(), refusal.code()), (InvalidPath::TooManyPaths, "path-too-complex"));
}

#[test]
fn every_code_is_listed_once() {
    let codes: BTreeSet<&str> = InvalidPath::CODES.into_iter().collect();
    assert_eq!(codes.len(), InvalidPath::CODES.len());
    assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
}

#[test]
fn a_refusal_is_a_sentence_with_what_was_expected_and_what_was_found() {
    let refusal = code().at(TO).root(|draft| draft.but(|draft| draft.not_after = "260101000959Z")).refused();
    assert_eq!(
        refusal.to_string(),
        "expected a time at which the certificate of CN=root is valid (2025-01-01T00:00:00Z to 2026-01-01T00:09:59Z), found \
         2026-01-01T00:10:00Z"
    );
}
