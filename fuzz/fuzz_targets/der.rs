//! DER, whoever wrote it: every element is a part of what was received, has one encoding, and what is in it is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pullproof::der;
use pullproof::der::Element;
use pullproof::der::InvalidDer;
use pullproof::der::Reader;
use pullproof::der::Tag;

fuzz_target!(|bytes: &[u8]| {
    // What is left to read, whole levels at a time: input may be nested deeper than a stack goes.
    let mut levels = vec![bytes];
    while let Some(level) = levels.pop() {
        let mut reader = Reader::new(level);
        let mut read = 0;
        let stopped = loop {
            if reader.is_empty() {
                break reader.finish();
            }
            values(&reader);
            match reader.any() {
                Ok(element) => {
                    assert_eq!(&level[read..read + element.bytes.len()], element.bytes, "what was received, in its order");
                    assert_eq!(encoded(element), element.bytes, "no other encoding has this meaning");
                    assert_eq!(der::only(element.bytes, element.tag), Ok(element));
                    read += element.bytes.len();
                    if element.tag.octet() & 0x20 != 0 {
                        levels.push(element.value);
                    }
                }
                Err(invalid) => break Err(invalid),
            }
        };
        match stopped {
            Ok(()) => assert_eq!(read, level.len()),
            Err(invalid) => assert!(!invalid.to_string().contains(char::is_control)),
        }
    }
});

/// Every type is tried on what comes next. Whatever is read as one type cannot be read as another.
fn values(reader: &Reader) {
    let tag = reader.peek();
    let boolean = { *reader }.boolean();
    let integer = { *reader }.integer();
    let bit_string = { *reader }.bit_string();
    let oid = { *reader }.oid();
    let time = { *reader }.time();
    let token_time = { *reader }.generalized_time();
    let read = [
        (boolean.is_ok(), &[Tag::BOOLEAN][..]),
        (integer.is_ok(), &[Tag::INTEGER]),
        (bit_string.is_ok(), &[Tag::BIT_STRING]),
        ({ *reader }.octet_string().is_ok(), &[Tag::OCTET_STRING]),
        ({ *reader }.null().is_ok(), &[Tag::NULL]),
        (oid.is_ok(), &[Tag::OID]),
        (time.is_ok(), &[Tag::UTC_TIME, Tag::GENERALIZED_TIME]),
        (token_time.is_ok(), &[Tag::GENERALIZED_TIME]),
        ({ *reader }.sequence().is_ok(), &[Tag::SEQUENCE]),
        ({ *reader }.set().is_ok(), &[Tag::SET]),
    ];
    for (is_read, tags) in read {
        assert!(!is_read || tag.is_some_and(|tag| tags.contains(&tag)));
    }
    if let Ok(octets) = integer {
        assert!(!octets.is_empty());
        match { *reader }.unsigned() {
            Ok(number) => assert!(octets.ends_with(number) && octets.len() - number.len() <= 1 && (number == [0] || number[0] != 0)),
            Err(invalid) => assert!(matches!(invalid, InvalidDer::Value { .. }) && octets[0] >= 0x80),
        }
        assert!({ *reader }.small().is_ok() == matches!(octets, [0..=0x7f] | [0, 0x80..=0xff]));
    }
    if let Ok(bits) = bit_string {
        assert_eq!(bits.octets().is_ok(), bits.unused == 0);
        let length = 8 * bits.bytes.len();
        for place in length - usize::from(bits.unused)..length + 9 {
            assert!(!bits.bit(place), "what is no part of it is not set");
        }
    }
    if let (Ok(time), Ok(token_time)) = (time, token_time) {
        assert_eq!(time, token_time, "a time that both profiles can write is the same in both");
    }
}

/// The one encoding of an element.
fn encoded(element: Element) -> Vec<u8> {
    let length = element.value.len();
    let octets = length.to_be_bytes();
    let octets = &octets[octets.iter().take_while(|octet| **octet == 0).count()..];
    let mut bytes = vec![element.tag.octet()];
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => bytes.push(short),
        _ => {
            bytes.push(0x80 | u8::try_from(octets.len()).expect("a length has eight octets at most"));
            bytes.extend(octets);
        }
    }
    bytes.extend(element.value);
    bytes
}
