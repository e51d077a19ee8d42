//! Timestamps that are not signed as they should be.

use super::*;

#[test]
fn a_timestamp_without_a_signer_is_refused() {
    refused(&Token { signers: 0, ..token() }, InvalidTimestamp::Signers { found: 0 });
}

#[test]
fn a_timestamp_of_two_signers_is_refused() {
    refused(&Token { signers: 2, ..token() }, InvalidTimestamp::Signers { found: 2 });
}

#[test]
fn a_timestamp_signed_with_another_key_is_unmet() {
    unmet(&Token { key: Key::of(STRANGER.1), ..token() }, &known());
}

#[test]
fn a_signature_over_the_attributes_as_they_are_tagged_is_unmet() {
    let right = token();
    let attributes = right.right_attributes().concat();
    let [over_set, over_implicit] = [0x31, 0xa0].map(|tag| octets(&right.key.sign(&der(tag, &attributes))));
    let response = right.response();
    let at = response.windows(over_set.len()).position(|window| window == over_set).unwrap();
    // The two signatures may differ in length: only one of the same length can be put there without more ado.
    assert_eq!(over_set.len(), over_implicit.len(), "choose another seed for the key");
    let wrong = [&response[..at], &over_implicit, &response[at + over_set.len()..]].concat();
    let authorities = [known()];
    let ways = verify(&wrong, MESSAGE, &authorities).unwrap();
    assert!(ways.into_iter().all(|way| way.prove().is_err()));
}

#[test]
fn a_signature_over_the_content_itself_is_no_timestamp() {
    // Without attributes, what is behind the digest algorithm is the signature algorithm.
    let right = token();
    let signer = sequence(&[
        &integer(1),
        &right.signer_identifier,
        &right.digest_algorithm,
        &right.signature_algorithm,
        &octets(&right.key.sign(b"anything")),
    ]);
    let (from, to) = (right.signer_info(), signer);
    assert_eq!(proven(&replaced(&right.response(), &from, &to), &[known()]), Err(tag(0xa0, 0x30)));
}

#[test]
fn a_timestamp_that_does_not_sign_its_digest_is_refused() {
    let mut wrong = token();
    wrong.attributes = Some(wrong.attributes_without(mint::MESSAGE_DIGEST));
    refused(&wrong, InvalidTimestamp::MissingAttribute { name: "message-digest" });
}

#[test]
fn a_timestamp_that_does_not_sign_its_type_is_refused() {
    let mut wrong = token();
    wrong.attributes = Some(wrong.attributes_without(mint::CONTENT_TYPE));
    refused(&wrong, InvalidTimestamp::MissingAttribute { name: "content-type" });
    wrong.attributes = Some(Vec::new());
    refused(&wrong, InvalidTimestamp::MissingAttribute { name: "content-type" });
}

#[test]
fn attributes_about_another_content_are_refused() {
    let mut wrong = token();
    wrong.attributes = Some(wrong.right_attributes());
    wrong.info.time = "20250701130000Z";
    refused(&wrong, InvalidTimestamp::MessageDigest);
}

#[test]
fn attributes_about_another_type_are_refused() {
    let mut wrong = token();
    let attribute = mint::attribute(mint::CONTENT_TYPE, &oid(mint::DATA));
    wrong.attributes = Some([wrong.attributes_without(mint::CONTENT_TYPE), vec![attribute]].concat());
    refused(&wrong, InvalidTimestamp::ContentType { expected: "TSTInfo" });
}

#[test]
fn two_attributes_of_one_type_are_refused() {
    for place in 0..4 {
        let mut wrong = token();
        let mut attributes = wrong.right_attributes();
        attributes.push(attributes[place].clone());
        wrong.attributes = Some(attributes);
        refused(&wrong, InvalidTimestamp::DuplicateAttribute);
    }
}

#[test]
fn an_attribute_with_two_values_is_refused() {
    let mut wrong = token();
    let [attribute] = <[_; 1]>::try_from(wrong.right_attributes().drain(2..3).collect::<Vec<_>>()).unwrap();
    let digest = &attribute[attribute.len() - 34..];
    let double = mint::attribute(mint::MESSAGE_DIGEST, &[digest, digest].concat());
    wrong.attributes = Some([wrong.attributes_without(mint::MESSAGE_DIGEST), vec![double]].concat());
    refused(&wrong, InvalidDer::Trailing.into());
}

#[test]
fn more_attributes_than_anybody_signs_are_refused() {
    let mut wrong = token();
    let more = (0..20).map(|number| mint::attribute(&[0x2a, number], &integer(1)));
    wrong.attributes = Some(wrong.right_attributes().into_iter().chain(more).collect());
    refused(&wrong, InvalidTimestamp::TooMany { of: "signed attributes", limit: 16 });
}

#[test]
fn other_content_is_no_timestamp() {
    refused(&Token { content_type: mint::DATA, ..token() }, InvalidTimestamp::ContentType { expected: "TSTInfo" });
    refused(&Token { content_info_type: mint::DATA, ..token() }, InvalidTimestamp::ContentType { expected: "SignedData" });
}

#[test]
fn structures_of_other_versions_are_refused() {
    for found in [0, 1, 2, 4, 5] {
        let expected = 3;
        refused(&Token { version: found, ..token() }, InvalidTimestamp::Version { of: "SignedData", expected, found });
    }
    let expected = 1;
    for found in [0, 2, 3] {
        refused(&Token { signer_version: found, ..token() }, InvalidTimestamp::Version { of: "SignerInfo", expected, found });
        let mut wrong = token();
        wrong.info.version = found;
        refused(&wrong, InvalidTimestamp::Version { of: "TSTInfo", expected, found });
    }
    let wrong = Token { signer_identifier: der(0x80, &signer().key_identifier()), ..token() };
    refused(&wrong, InvalidTimestamp::Version { of: "SignerInfo", expected: 3, found: 1 });
}

#[test]
fn the_hash_functions_of_content_and_signature_have_to_be_one() {
    let wrong = Token { signature_algorithm: sequence(&[&oid(mint::ECDSA_WITH_SHA_384)]), ..token() };
    let scheme = Scheme::Ecdsa(Algorithm::Sha384);
    refused(&wrong, InvalidTimestamp::HashFunctions { scheme, digest: Algorithm::Sha256 });
}

#[test]
fn a_hash_function_that_is_not_listed_is_refused() {
    for digest_algorithms in [vec![], vec![sequence(&[&oid(mint::SHA_512)])]] {
        refused(&Token { digest_algorithms, ..token() }, InvalidTimestamp::DigestAlgorithms { expected: Algorithm::Sha256 });
    }
}

#[test]
fn sha_1_is_refused_as_the_signers() {
    let sha_1 = sequence(&[&oid(mint::SHA_1)]);
    let wrong = Token { digest_algorithm: sha_1.clone(), digest_algorithms: vec![sha_1], ..token() };
    refused(&wrong, InvalidTimestamp::Algorithm(InvalidScheme::Hash));
    let wrong = Token { signature_algorithm: sequence(&[&oid(mint::ECDSA_WITH_SHA_1)]), ..token() };
    refused(&wrong, InvalidTimestamp::Algorithm(InvalidScheme::Unknown));
}

#[test]
fn a_scheme_that_the_key_does_not_suit_is_refused() {
    let wrong = Token { signature_algorithm: sequence(&[&oid(mint::RSA_ENCRYPTION), &[5, 0]]), ..token() };
    let malformed = Token { signature_algorithm: sequence(&[&oid(mint::RSA_ENCRYPTION), &[5, 0, 5, 0]]), ..token() };
    refused(&malformed, InvalidDer::Trailing.into());
    let key = certificate(&signer()).key().kind();
    let scheme = Scheme::RsaPkcs1(Algorithm::Sha256);
    refused(&wrong, InvalidTimestamp::Algorithm(InvalidScheme::Unsuited { scheme, key }));
}
