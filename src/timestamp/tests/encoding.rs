//! Timestamps that are tampered with, cut off, or written in another way.

use super::*;

/// The signatures that have to hold, if nothing else is wrong. A timestamp that was tampered with rests on others than before, which
/// nobody made; to verify them all would take minutes.
fn rests_on(response: &[u8], authority: &Authority) -> Option<Vec<SignatureCheck>> {
    let [way] = <[_; 1]>::try_from(verify(response, MESSAGE, core::slice::from_ref(authority)).ok()?).ok()?;
    Some(way.checks().cloned().collect())
}

#[test]
fn something_behind_any_element_proves_nothing() {
    let right = token().response();
    let known = known();
    let right_ones = rests_on(&right, &known);
    assert!(right_ones.is_some());
    let mut refused = 0;
    // A NULL is not among them: it may stand behind the name of a hash function.
    for extra in [&[0x01, 0x01, 0xff][..], &[0x02, 0x01, 0x00], &[0x30, 0x00], &[0x00, 0x00], &[0xff]] {
        for place in 0.. {
            let Some(wrong) = with(&right, place, |element| [element, extra].concat()) else { break };
            assert_ne!(rests_on(&wrong, &known), right_ones, "{extra:x?} behind element {place}");
            refused += 1;
        }
    }
    assert!(refused > 300, "{refused}");
}

/// A tag of the private class: nothing here has it.
const NOTHING: &[u8] = &[0xc5, 0x00];

#[test]
fn something_behind_any_element_that_the_authority_signed_is_refused() {
    let mut right = token();
    let accuracy = sequence(&[&integer(1), &der(0x80, &[1]), &der(0x81, &[1])]);
    let name = der(0xa0, &der(0x82, b"timestamp.example"));
    let extension = sequence(&[&oid(mint::SOMETHING), &octets(&[])]);
    right.info.rest = [accuracy, der(0x01, &[0xff]), integer(5), name, der(0xa1, &extension)].concat();
    accepted(&right, known());
    let known = [known()];
    let mut place = 0;
    while let Some(content) = with(&right.info.der(), place, |element| [element, NOTHING].concat()) {
        let wrong = Token { content: Some(content), ..right.clone() };
        assert!(verify(&wrong.response(), MESSAGE, &known).is_err(), "behind element {place} of the content");
        place += 1;
    }
    assert_eq!(place, 21);

    // Of the time of signing only the signature is verified.
    let digest = Digest::of(Algorithm::Sha512, &signer().certificate());
    let named = [sequence(&[&oid(mint::SHA_512), &[5, 0]]), octets(digest.as_bytes()), mint::issuer_serial(ROOT.0, 7)].concat();
    let named = mint::attribute(mint::SIGNING_CERTIFICATE_V2, &sequence(&[&sequence(&[&sequence(&[&named])]), &sequence(&[])]));
    let [content_type, _, message_digest, _] = <[_; 4]>::try_from(right.right_attributes()).unwrap();
    let attributes = [content_type, message_digest, named].concat();
    accepted(&Token { attributes: Some(vec![attributes.clone()]), ..right.clone() }, known[0].clone());
    place = 0;
    while let Some(attributes) = with(&attributes, place, |element| [element, NOTHING].concat()) {
        let wrong = Token { attributes: Some(vec![attributes]), ..right.clone() };
        assert!(verify(&wrong.response(), MESSAGE, &known).is_err(), "behind element {place} of the attributes");
        place += 1;
    }
    assert_eq!(place, 28);
}

#[test]
fn a_timestamp_without_any_one_of_its_elements_proves_nothing() {
    let right = token().response();
    let known = known();
    let right_ones = rests_on(&right, &known);
    assert!(right_ones.is_some());
    let mut place = 0;
    while let Some(wrong) = with(&right, place, |_| Vec::new()) {
        assert_ne!(rests_on(&wrong, &known), right_ones, "without element {place}");
        place += 1;
    }
    assert!(place > 60, "{place}");
}

#[test]
fn a_timestamp_with_any_one_bit_changed_proves_nothing() {
    let right = token().response();
    let known = known();
    let right_ones = rests_on(&right, &known);
    assert!(right_ones.is_some());
    let granted_with_modifications = Token { status: sequence(&[&integer(1)]), ..token() }.response();
    let mut wrong = right.clone();
    for place in 0..right.len() {
        for bit in 0..8 {
            wrong[place] ^= 1 << bit;
            // The status is not signed, and both are granted.
            let is_granted = wrong == granted_with_modifications;
            assert_eq!(rests_on(&wrong, &known) == right_ones, is_granted, "bit {bit} of byte {place}");
            wrong[place] ^= 1 << bit;
        }
    }
}

#[test]
fn the_beginning_of_a_timestamp_proves_nothing() {
    let right = token().response();
    for length in 0..right.len() {
        assert_eq!(proven(&right[..length], &[]), Err(InvalidDer::Truncated.into()), "{length}");
    }
    let twice = right.repeat(2);
    assert_eq!(proven(&twice, &[]), Err(InvalidDer::Trailing.into()));
}

#[test]
fn an_indefinite_length_is_refused_wherever_it_is() {
    let right = token().response();
    let known = known();
    let right_ones = rests_on(&right, &known);
    let mut place = 0;
    let indefinite = |element: &[u8]| {
        let value = der_value(element);
        [&[element[0], 0x80], value, &[0, 0]].concat()
    };
    while let Some(wrong) = with(&right, place, indefinite) {
        // Values of attributes that are not used are not opened, but they are signed.
        assert_ne!(rests_on(&wrong, &known), right_ones, "element {place}");
        place += 1;
    }
    assert_eq!(proven(&indefinite(&right), &[known]), Err(InvalidDer::Length.into()));
}

#[test]
fn content_in_pieces_is_refused() {
    let right = token();
    let content = content_octets(&right);
    let pieces = der(0x24, &content);
    assert_eq!(proven(&replaced(&right.response(), &content, &pieces), &[known()]), Err(tag(0x04, 0x24)));
}

#[test]
fn more_bytes_than_any_answer_has_are_refused() {
    let wrong = vec![0; 40_000];
    assert_eq!(proven(&wrong, &[known()]), Err(InvalidTimestamp::Length { found: 40_000, limit: 32_768 }));
}

fn der_value(element: &[u8]) -> &[u8] {
    crate::der::Reader::new(element).any().unwrap().value
}

/// The OCTET STRING that holds the `TSTInfo`.
fn content_octets(token: &Token) -> Vec<u8> {
    let response = token.response();
    let signed_data = SignedData::parse(&response::token(&response).unwrap()).unwrap();
    octets(signed_data.content)
}
