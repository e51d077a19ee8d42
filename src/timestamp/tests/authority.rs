//! Timestamps of strangers, in the name of others, and out of their time.

use super::*;

#[test]
fn a_strangers_timestamp_is_nobodys() {
    let stranger = Issue::signer(STRANGER, STRANGER);
    let without = Token::over(MESSAGE, &stranger);
    let with = Token { certificates: vec![stranger.certificate(), Issue::root(STRANGER).certificate()], ..without.clone() };
    for token in [without, with] {
        nobodys(&token, known());
        nobodys(&token, known_by_root());
    }
    assert!(verify(&token().response(), MESSAGE, &[]).unwrap().is_empty());
}

#[test]
fn a_signer_whose_certificate_nobody_has_is_nobodys() {
    nobodys(&token(), known_by_root());
}

/// CVE-2026-33753: the policy was checked on the authority's own certificate, which came along, and the signature with another one.
#[test]
fn the_authoritys_certificate_beside_a_strangers_proves_nothing() {
    let stranger = Issue::signer(STRANGER, STRANGER);
    for certificates in [
        vec![signer().certificate(), stranger.certificate()],
        vec![stranger.certificate(), signer().certificate()],
        vec![stranger.certificate(), signer().certificate(), Issue::root(ROOT).certificate()],
    ] {
        let wrong = Token { certificates, ..Token::over(MESSAGE, &stranger) };
        nobodys(&wrong, known());
        nobodys(&wrong, known_by_root());
    }
}

#[test]
fn a_strangers_signature_in_the_authoritys_name_is_unmet() {
    let stranger = Issue { serial_number: signer().serial_number, issuer: ROOT.0, ..Issue::signer(STRANGER, STRANGER) };
    let mut wrong = Token::over(MESSAGE, &stranger);
    wrong.attributes = Some(wrong.attributes_without(mint::SIGNING_CERTIFICATE_V2));
    // The stranger says who they are in the authority's words, and brings along nothing, or nothing but the truth.
    unmet(&wrong, &known());
    wrong.certificates = vec![signer().certificate()];
    unmet(&wrong, &known());
    unmet(&wrong, &known_by_root());
}

#[test]
fn a_certificate_that_a_stranger_issued_in_the_roots_name_is_unmet() {
    let forged = Issue { issuer_key: Key::of(STRANGER.1), key: Key::of(STRANGER.1), ..signer() };
    let wrong = Token { certificates: vec![forged.certificate()], ..Token::over(MESSAGE, &forged) };
    unmet(&wrong, &known_by_root());
}

#[test]
fn another_certificate_than_the_authoritys_is_refused() {
    let forged = Issue { key: Key::of(STRANGER.1), ..signer() };
    refused(&Token { certificates: vec![forged.certificate()], ..token() }, InvalidTimestamp::Certificates);
}

#[test]
fn nothing_that_comes_along_helps_an_authority_that_is_known_by_its_own_certificate() {
    let between = Issue { issuer: ROOT.0, issuer_key: Key::of(ROOT.1), ..Issue::root(("Between", 5)) };
    let issue = Issue::signer(SIGNER, ("Between", 5));
    let token = Token { certificates: vec![issue.certificate(), between.certificate()], ..Token::over(MESSAGE, &issue) };
    accepted(&token, authority(&[&issue, &between, &Issue::root(ROOT)]));
    accepted(&token, known_by_root());
    let wrong = proven(&token.response(), &[authority(&[&issue, &Issue::root(ROOT)])]);
    assert_eq!(wrong.unwrap_err().code(), "issuer-unknown");
}

#[test]
fn two_certificates_of_the_signer_are_refused() {
    let other = Issue { key: Key::of(STRANGER.1), ..signer() };
    for certificates in [[signer().certificate(), other.certificate()], [other.certificate(), signer().certificate()]] {
        let wrong = Token { certificates: certificates.to_vec(), ..token() };
        refused(&wrong, InvalidTimestamp::Certificates);
        assert_eq!(proven(&wrong.response(), &[known_by_root()]), Err(InvalidTimestamp::Certificates));
    }
}

#[test]
fn a_signed_name_of_another_certificate_is_refused() {
    let mut wrong = token();
    let rest = wrong.attributes_without(mint::SIGNING_CERTIFICATE_V2);
    let digest = Digest::of(Algorithm::Sha256, &signer().certificate());
    let another = Digest::of(Algorithm::Sha256, &Issue::root(ROOT).certificate());
    let longer = Digest::of(Algorithm::Sha512, &signer().certificate());
    let sha_1 = sequence(&[&sequence(&[&sequence(&[&octets(&[0; 20]), &mint::issuer_serial(ROOT.0, 8)])])]);
    for attribute in [
        mint::signing_certificate_v2(&another, &[]),
        mint::signing_certificate_v2(&longer, &[]),
        mint::signing_certificate_v2(&digest, &mint::issuer_serial(ROOT.0, 8)),
        mint::signing_certificate_v2(&digest, &mint::issuer_serial(STRANGER.0, 7)),
        mint::attribute(mint::SIGNING_CERTIFICATE, &sha_1),
    ] {
        wrong.attributes = Some([rest.clone(), vec![attribute]].concat());
        refused(&wrong, InvalidTimestamp::SigningCertificate);
    }
}

#[test]
fn an_older_name_of_a_certificate_has_no_hash_function() {
    let mut wrong = token();
    let named = sequence(&[&sequence(&[&oid(mint::SHA_256)]), &octets(&[0; 20])]);
    let attribute = mint::attribute(mint::SIGNING_CERTIFICATE, &sequence(&[&sequence(&[&named])]));
    wrong.attributes = Some([wrong.attributes_without(mint::SIGNING_CERTIFICATE_V2), vec![attribute]].concat());
    refused(&wrong, tag(0x04, 0x30));
}

#[test]
fn the_first_certificate_that_a_signer_names_is_theirs() {
    let [own, another] = [signer(), Issue::root(ROOT)].map(|issue| {
        let digest = Digest::of(Algorithm::Sha256, &issue.certificate());
        sequence(&[&octets(digest.as_bytes())])
    });
    let with = |certificates: [&[u8]; 2]| {
        let mut token = token();
        let attribute = mint::attribute(mint::SIGNING_CERTIFICATE_V2, &sequence(&[&sequence(&certificates)]));
        token.attributes = Some([token.attributes_without(mint::SIGNING_CERTIFICATE_V2), vec![attribute]].concat());
        token
    };
    accepted(&with([&own, &another]), known());
    refused(&with([&another, &own]), InvalidTimestamp::SigningCertificate);
}

/// TOB-SIGSTORE-11.
#[test]
fn a_retired_authority_does_not_sign_in_the_time_of_another() {
    let retired =
        Authority { validity: Validity { from: time("2025-01-01T00:00:00Z"), to: Some(time("2025-03-01T00:00:00Z")) }, ..known() };
    let successor = authority(&[&Issue::signer(("Successor", 4), ROOT), &Issue::root(ROOT)]);
    let wrong = proven(&token().response(), &[retired.clone(), successor.clone()]);
    assert_eq!(wrong.unwrap_err().code(), "authority-not-valid");
    // Nor in that of one who has only the root in common.
    let stranger_with_root = authority(&[&Issue::signer(("Successor", 4), ROOT), &Issue::root(ROOT)]);
    assert!(proven(&token().response(), &[stranger_with_root, retired]).is_err());
}

#[test]
fn a_certificate_that_two_authorities_have_is_each_ones_in_its_time() {
    let retired =
        Authority { validity: Validity { from: time("2025-01-01T00:00:00Z"), to: Some(time("2025-03-01T00:00:00Z")) }, ..known() };
    let again = Authority { uri: "https://again.example".into(), ..known() };
    let authorities = [retired, again];
    let response = token().response();
    let [way] = <[_; 1]>::try_from(verify(&response, MESSAGE, &authorities).unwrap()).unwrap();
    assert_eq!(way.prove().unwrap().authority.uri, "https://again.example");
}

#[test]
fn a_time_outside_of_the_authoritys_validity_is_refused() {
    for validity in [
        Validity { from: time("2025-07-01T12:00:01Z"), to: None },
        Validity { from: time("2025-01-01T00:00:00Z"), to: Some(time("2025-07-01T11:59:59Z")) },
    ] {
        let wrong = proven(&token().response(), &[Authority { validity, ..known() }]);
        assert_eq!(wrong.unwrap_err().code(), "authority-not-valid");
    }
}

#[test]
fn a_time_outside_of_the_certificates_validity_is_refused() {
    for validity in [["250101000000Z", "250701115959Z"], ["250701120001Z", "251231235959Z"]] {
        let issue = Issue { validity, ..signer() };
        let wrong = proven(&Token::over(MESSAGE, &issue).response(), &[authority(&[&issue, &Issue::root(ROOT)])]);
        assert_eq!(wrong.unwrap_err().code(), "certificate-not-valid");
    }
}

#[test]
fn a_time_outside_of_the_roots_validity_is_refused() {
    let root = Issue { validity: ["200101000000Z", "250101000000Z"], ..Issue::root(ROOT) };
    let wrong = proven(&token().response(), &[authority(&[&signer(), &root])]);
    assert_eq!(wrong.unwrap_err().code(), "certificate-not-valid");
}

#[test]
fn a_certificate_for_more_than_timestamps_is_refused() {
    for purposes in [vec![], vec![mint::CODE_SIGNING], vec![mint::TIME_STAMPING, mint::CODE_SIGNING]] {
        let issue = Issue { purposes, ..signer() };
        let token = Token { certificates: vec![issue.certificate()], ..Token::over(MESSAGE, &issue) };
        for authority in [authority(&[&issue, &Issue::root(ROOT)]), known_by_root()] {
            let wrong = proven(&token.response(), &[authority]);
            assert_eq!(wrong.unwrap_err().code(), "certificate-usage-wrong");
        }
    }
}

#[test]
fn more_certificates_than_a_path_has_are_refused() {
    let wrong = Token { certificates: vec![signer().certificate(); 9], ..token() };
    refused(&wrong, InvalidTimestamp::TooMany { of: "certificates", limit: 8 });
}

#[test]
fn what_is_no_certificate_is_refused_or_nobodys() {
    // An attribute certificate has no place in this version of `SignedData`; what only looks like a certificate is nobody's.
    refused(&Token { certificates: vec![der(0xa2, &[])], ..token() }, tag(0x30, 0xa2));
    accepted(&Token { certificates: vec![sequence(&[])], ..token() }, known());
}
