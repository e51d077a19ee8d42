//! Answers that grant nothing, and timestamps that say something else.

use super::*;

#[test]
fn an_answer_that_grants_nothing_is_refused() {
    for found in [2, 3, 4, 5, 127] {
        refused(&Token { status: sequence(&[&integer(found)]), ..token() }, InvalidTimestamp::Status { found });
    }
    let rejection = sequence(&[&sequence(&[&integer(2)])]);
    assert_eq!(proven(&rejection, &[known()]), Err(InvalidTimestamp::Status { found: 2 }));
}

#[test]
fn a_granted_answer_with_a_reason_for_its_rejection_is_refused() {
    let status = sequence(&[&integer(0), &der(0x03, &[0, 0x80])]);
    refused(&Token { status, ..token() }, InvalidDer::Trailing.into());
}

#[test]
fn a_granted_answer_without_a_timestamp_is_refused() {
    assert_eq!(proven(&sequence(&[&sequence(&[&integer(0)])]), &[known()]), Err(InvalidDer::Truncated.into()));
}

#[test]
fn a_timestamp_of_another_message_is_refused() {
    refused(&Token::over(b"the bytes of another signature", &signer()), InvalidTimestamp::Imprint);
}

#[test]
fn the_beginning_of_a_digest_is_no_imprint() {
    let mut wrong = token();
    wrong.info.imprint.truncate(31);
    refused(&wrong, InvalidTimestamp::Imprint);
    wrong.info.imprint.clear();
    refused(&wrong, InvalidTimestamp::Imprint);
}

#[test]
fn a_digest_under_the_name_of_another_hash_function_is_no_imprint() {
    let mut wrong = token();
    wrong.info.imprint_algorithm = sequence(&[&oid(mint::SHA_384)]);
    refused(&wrong, InvalidTimestamp::Imprint);
}

#[test]
fn an_imprint_made_with_sha_1_is_refused() {
    let mut wrong = token();
    wrong.info.imprint_algorithm = sequence(&[&oid(mint::SHA_1)]);
    wrong.info.imprint = vec![0; 20];
    refused(&wrong, InvalidTimestamp::Algorithm(InvalidScheme::Hash));
}

#[test]
fn an_unknown_critical_extension_is_refused() {
    let mut wrong = token();
    let extension = sequence(&[&oid(mint::SOMETHING), &der(0x01, &[0xff]), &octets(&[])]);
    wrong.info.rest = der(0xa1, &extension);
    refused(&wrong, InvalidTimestamp::CriticalExtension);
}

#[test]
fn defaults_that_are_written_are_no_der() {
    let mut wrong = token();
    wrong.info.rest = der(0x01, &[0]);
    refused(&wrong, InvalidDer::Value { expected: "a boolean that differs from its default" }.into());
    wrong.info.rest = der(0xa1, &sequence(&[&oid(mint::SOMETHING), &der(0x01, &[0]), &octets(&[])]));
    refused(&wrong, InvalidDer::Value { expected: "a boolean that differs from its default" }.into());
}

#[test]
fn a_time_in_another_form_is_refused() {
    for text in ["20250701120000", "202507011200Z", "20250701120000+0000", "20250701120000.Z", "20250701120000.10Z", "20250701126000Z"] {
        let mut wrong = token();
        wrong.info.time = text;
        refused(&wrong, InvalidDer::Value { expected: "a time" }.into());
    }
}
