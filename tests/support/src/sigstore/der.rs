//! Writes DER (X.690 section 10): the few types that certificates, keys, signatures and timestamps are made of.
//!
//! Written for the world alone, so that it is an independent opinion on what the code under test reads. Nothing is checked: who wants
//! a certificate that no authority would issue gets it.

use super::time;

/// An element: identifier octet, length, content.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..=0x7f => bytes.push(small_octet(length)),
        length => {
            let octets = length.to_be_bytes();
            let octets: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
            bytes.push(0x80 | small_octet(octets.len()));
            bytes.extend(octets);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// SEQUENCE, or SEQUENCE OF.
pub fn sequence<const N: usize>(elements: [&[u8]; N]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// SEQUENCE OF as many as there are.
pub fn sequence_of(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// SET OF, in the order of X.690 section 11.6.
pub fn set_of(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut elements = elements.to_vec();
    elements.sort();
    element(0x31, &elements.concat())
}

/// `[number]`, constructed: EXPLICIT, or IMPLICIT of a constructed type.
pub fn context(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

/// `[number]`, primitive: IMPLICIT.
pub fn context_primitive(number: u8, content: &[u8]) -> Vec<u8> {
    element(0x80 | number, content)
}

/// INTEGER, not negative, from its octets.
pub fn unsigned(octets: &[u8]) -> Vec<u8> {
    let significant: Vec<u8> = octets.iter().copied().skip_while(|octet| *octet == 0).collect();
    match significant.first() {
        None => element(0x02, &[0]),
        Some(0x80..) => element(0x02, &[&[0], significant.as_slice()].concat()),
        Some(_) => element(0x02, &significant),
    }
}

/// INTEGER, not negative.
pub fn integer(value: u64) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}

/// BOOLEAN.
pub fn boolean(value: bool) -> Vec<u8> {
    element(0x01, &[if value { 0xff } else { 0 }])
}

/// NULL.
pub fn null() -> Vec<u8> {
    element(0x05, &[])
}

/// OCTET STRING.
pub fn octet_string(octets: &[u8]) -> Vec<u8> {
    element(0x04, octets)
}

/// BIT STRING of whole octets.
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(0x03, &[&[0], octets].concat())
}

/// BIT STRING of named bits, such as a `KeyUsage`: no zero bits at the end (X.690 section 11.2.2).
pub fn named_bits(bits: &[u8]) -> Vec<u8> {
    let Some(last) = bits.iter().max() else { return element(0x03, &[0]) };
    let mut octets = vec![0; usize::from(last / 8) + 1];
    for bit in bits {
        octets[usize::from(bit / 8)] |= 0x80 >> (bit % 8);
    }
    element(0x03, &[&[7 - last % 8], octets.as_slice()].concat())
}

/// OBJECT IDENTIFIER, as in `1.3.6.1`.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().expect("an object identifier is numbers between dots")).collect();
    let [first, second, rest @ ..] = arcs.as_slice() else { panic!("expected two arcs or more, found {dotted}") };
    let arcs = std::iter::once(first * 40 + second).chain(rest.iter().copied());
    element(0x06, &arcs.flat_map(base_128).collect::<Vec<u8>>())
}

/// `UTF8String`.
pub fn utf8(text: &str) -> Vec<u8> {
    element(0x0c, text.as_bytes())
}

/// `PrintableString`.
pub fn printable(text: &str) -> Vec<u8> {
    element(0x13, text.as_bytes())
}

/// `UTCTime` until 2049 and `GeneralizedTime` after it, as RFC 5280 section 4.1.2.5 has it.
pub fn x509_time(seconds: i64) -> Vec<u8> {
    let digits = time::digits(seconds);
    if ("1950".."2050").contains(&&digits[..4]) {
        element(0x17, format!("{}Z", &digits[2..]).as_bytes())
    } else {
        generalized_time(seconds)
    }
}

/// `GeneralizedTime`, in whole seconds.
pub fn generalized_time(seconds: i64) -> Vec<u8> {
    element(0x18, format!("{}Z", time::digits(seconds)).as_bytes())
}

fn base_128(arc: u64) -> Vec<u8> {
    let mut octets = vec![small_octet((arc & 0x7f) as usize)];
    let mut rest = arc >> 7;
    while rest > 0 {
        octets.push(0x80 | small_octet((rest & 0x7f) as usize));
        rest >>= 7;
    }
    octets.reverse();
    octets
}

fn small_octet(value: usize) -> u8 {
    u8::try_from(value).expect("it has seven bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_octets() {
        let heads = [0, 0x7f, 0x80, 0xff, 0x100, 0x1_0000].map(|length| {
            let bytes = element(0x04, &vec![0; length]);
            bytes[..bytes.len() - length].to_vec()
        });
        let expected: [&[u8]; 6] = [&[4, 0], &[4, 0x7f], &[4, 0x81, 0x80], &[4, 0x81, 0xff], &[4, 0x82, 1, 0], &[4, 0x83, 1, 0, 0]];
        assert_eq!(heads.each_ref().map(Vec::as_slice), expected);
    }

    #[test]
    fn integers_take_the_fewest_octets_and_are_never_negative() {
        assert_eq!([0, 0x7f, 0x80, 0x100].map(integer), [vec![2, 1, 0], vec![2, 1, 0x7f], vec![2, 2, 0, 0x80], vec![2, 2, 1, 0]]);
    }

    #[test]
    fn named_bits_end_with_a_bit_that_is_set() {
        assert_eq!(named_bits(&[0]), [3, 2, 7, 0x80]);
        assert_eq!(named_bits(&[5, 6]), [3, 2, 1, 0x06]);
        assert_eq!(named_bits(&[8]), [3, 3, 7, 0, 0x80]);
        assert_eq!(named_bits(&[]), [3, 1, 0]);
    }

    #[test]
    fn object_identifiers_are_in_base_128() {
        assert_eq!(oid("1.2.840.113549"), [6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]);
        assert_eq!(oid("2.5.29.15"), [6, 3, 0x55, 0x1d, 0x0f]);
    }

    #[test]
    fn a_time_is_written_as_its_year_asks_for() {
        assert_eq!(x509_time(1_768_478_400), [&[0x17, 13], b"260115120000Z".as_slice()].concat());
        assert_eq!(x509_time(2_524_608_000), [&[0x18, 15], b"20500101000000Z".as_slice()].concat());
    }
}
