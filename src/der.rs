//! Reads DER strictly: the one encoding that X.690 section 10 allows, and nothing behind it.
//!
//! Lengths are definite and in the fewest octets, tag numbers are below 31, integers and times have one form. Certificates, keys,
//! signatures and timestamp tokens are read through this file only. What is signed is always the slice that was received
//! ([`Element::bytes`]): nothing is ever encoded again.

use core::fmt;

use crate::time::UnixTime;

/// The identifier octet of an element: class, whether it is constructed, and number (X.690 section 8.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u8);

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Self = Self(0x01);
    /// INTEGER.
    pub const INTEGER: Self = Self(0x02);
    /// BIT STRING.
    pub const BIT_STRING: Self = Self(0x03);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self(0x04);
    /// NULL.
    pub const NULL: Self = Self(0x05);
    /// OBJECT IDENTIFIER.
    pub const OID: Self = Self(0x06);
    /// `UTF8String`.
    pub const UTF8_STRING: Self = Self(0x0c);
    /// `PrintableString`.
    pub const PRINTABLE_STRING: Self = Self(0x13);
    /// `IA5String`.
    pub const IA5_STRING: Self = Self(0x16);
    /// `UTCTime`.
    pub const UTC_TIME: Self = Self(0x17);
    /// `GeneralizedTime`.
    pub const GENERALIZED_TIME: Self = Self(0x18);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self(0x30);
    /// SET and SET OF.
    pub const SET: Self = Self(0x31);

    /// `[number]` of a primitive type, IMPLICIT.
    pub const fn context(number: u8) -> Self {
        Self(0x80 | number)
    }

    /// `[number]` of a constructed type, IMPLICIT, or of any type, EXPLICIT.
    pub const fn context_constructed(number: u8) -> Self {
        Self(0xa0 | number)
    }

    /// The identifier octet.
    pub const fn octet(self) -> u8 {
        self.0
    }
}

/// Why bytes are no DER, or not what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidDer {
    /// A length is indefinite, in more octets than it needs, or larger than any document.
    Length,
    /// Another type than expected.
    Tag {
        /// The identifier octet that was expected.
        expected: u8,
        /// The one that was found.
        found: u8,
    },
    /// A tag number that nothing here has: 31 or more, or the end of contents, which only indefinite lengths have.
    TagNumber,
    /// Something stands behind the end.
    Trailing,
    /// An element goes on behind the end of what contains it.
    Truncated,
    /// A value that its type does not have, or not in this form.
    Value {
        /// Of which type.
        expected: &'static str,
    },
}

impl InvalidDer {
    /// The stable code.
    pub const CODE: &'static str = "der-invalid";
}

impl fmt::Display for InvalidDer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("expected a length as DER writes it, found another form"),
            Self::Tag { expected, found } => write!(f, "expected the tag {expected:#04x}, found {found:#04x}"),
            Self::TagNumber => f.write_str("expected a tag number from 1 to 30, found another"),
            Self::Trailing => f.write_str("expected the end, found more bytes"),
            Self::Truncated => f.write_str("expected a whole element of DER, found its beginning"),
            Self::Value { expected } => write!(f, "expected {expected} as DER writes it, found another value"),
        }
    }
}

impl core::error::Error for InvalidDer {}

const fn value(expected: &'static str) -> InvalidDer {
    InvalidDer::Value { expected }
}

/// One element: its tag, what is in it, and the bytes of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// What it is.
    pub tag: Tag,
    /// The contents octets.
    pub value: &'a [u8],
    /// Identifier, length and contents, as they were received.
    pub bytes: &'a [u8],
}

impl<'a> Element<'a> {
    /// What is in a constructed element.
    pub const fn reader(&self) -> Reader<'a> {
        Reader { rest: self.value }
    }
}

/// A BIT STRING.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitString<'a> {
    /// Bits of the last octet that are no part of it; they are zero.
    pub unused: u8,
    /// Its octets.
    pub bytes: &'a [u8],
}

impl<'a> BitString<'a> {
    /// The octets of a string of whole octets.
    pub const fn octets(self) -> Result<&'a [u8], InvalidDer> {
        if self.unused == 0 { Ok(self.bytes) } else { Err(value("a bit string of whole octets")) }
    }

    /// Bit `number`, the first being the highest of the first octet; false behind the end.
    pub fn bit(self, number: usize) -> bool {
        self.bytes.get(number / 8).is_some_and(|octet| octet & (0x80 >> (number % 8)) != 0)
    }
}

/// The elements of some bytes, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The elements of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether there is nothing more.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// There must be nothing more.
    pub const fn finish(self) -> Result<(), InvalidDer> {
        if self.rest.is_empty() { Ok(()) } else { Err(InvalidDer::Trailing) }
    }

    /// The tag of the next element.
    pub fn peek(&self) -> Option<Tag> {
        self.rest.first().copied().map(Tag)
    }

    /// The next element, whatever it is.
    pub fn any(&mut self) -> Result<Element<'a>, InvalidDer> {
        let (&identifier, rest) = self.rest.split_first().ok_or(InvalidDer::Truncated)?;
        if identifier & 0x1f == 0x1f || identifier == 0 {
            return Err(InvalidDer::TagNumber);
        }
        let (&first, rest) = rest.split_first().ok_or(InvalidDer::Truncated)?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Four octets count more than any document has.
            0x81..=0x84 => {
                let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f)).ok_or(InvalidDer::Truncated)?;
                let length = octets.iter().fold(0u32, |length, octet| length << 8 | u32::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return Err(InvalidDer::Length);
                }
                (usize::try_from(length).map_err(|_| InvalidDer::Length)?, rest)
            }
            _ => return Err(InvalidDer::Length),
        };
        let (contents, behind) = rest.split_at_checked(length).ok_or(InvalidDer::Truncated)?;
        let bytes = &self.rest[..self.rest.len() - behind.len()];
        self.rest = behind;
        Ok(Element { tag: Tag(identifier), value: contents, bytes })
    }

    /// The next element, which must be of this type.
    pub fn element(&mut self, tag: Tag) -> Result<Element<'a>, InvalidDer> {
        match self.peek() {
            Some(found) if found != tag => Err(InvalidDer::Tag { expected: tag.0, found: found.0 }),
            _ => self.any(),
        }
    }

    /// The next element if it is of this type.
    pub fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, InvalidDer> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// What is in the next SEQUENCE.
    pub fn sequence(&mut self) -> Result<Self, InvalidDer> {
        self.element(Tag::SEQUENCE).map(|element| element.reader())
    }

    /// What is in the next SET.
    pub fn set(&mut self) -> Result<Self, InvalidDer> {
        self.element(Tag::SET).map(|element| element.reader())
    }

    /// BOOLEAN: all bits or none (X.690 section 11.1).
    pub fn boolean(&mut self) -> Result<bool, InvalidDer> {
        match self.element(Tag::BOOLEAN)?.value {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(value("a boolean")),
        }
    }

    /// INTEGER, its two's complement in the fewest octets (X.690 section 8.3.2).
    pub fn integer(&mut self) -> Result<&'a [u8], InvalidDer> {
        let octets = self.element(Tag::INTEGER)?.value;
        match octets {
            [] => Err(value("an integer")),
            [0, next, ..] if *next < 0x80 => Err(value("an integer")),
            [0xff, next, ..] if *next >= 0x80 => Err(value("an integer")),
            _ => Ok(octets),
        }
    }

    /// INTEGER of zero or more, without the octet that only says that it is positive.
    pub fn unsigned(&mut self) -> Result<&'a [u8], InvalidDer> {
        match self.integer()? {
            [first, ..] if *first >= 0x80 => Err(value("an integer of zero or more")),
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            octets => Ok(octets),
        }
    }

    /// INTEGER from 0 to 255: a version, a length.
    pub fn small(&mut self) -> Result<u8, InvalidDer> {
        match self.unsigned()? {
            [number] => Ok(*number),
            _ => Err(value("an integer below 256")),
        }
    }

    /// BIT STRING, primitive, its unused bits zero (X.690 section 11.2).
    pub fn bit_string(&mut self) -> Result<BitString<'a>, InvalidDer> {
        self.element(Tag::BIT_STRING).and_then(|element| bit_string(element.value))
    }

    /// OCTET STRING, primitive.
    pub fn octet_string(&mut self) -> Result<&'a [u8], InvalidDer> {
        self.element(Tag::OCTET_STRING).map(|element| element.value)
    }

    /// NULL.
    pub fn null(&mut self) -> Result<(), InvalidDer> {
        if self.element(Tag::NULL)?.value.is_empty() { Ok(()) } else { Err(value("null")) }
    }

    /// OBJECT IDENTIFIER: its contents octets, which are compared as they are.
    pub fn oid(&mut self) -> Result<&'a [u8], InvalidDer> {
        let octets = self.element(Tag::OID)?.value;
        let starts = core::iter::once(&0).chain(octets).zip(octets).filter(|(before, _)| **before < 0x80);
        // An arc ends in an octet below 0x80, and does not start with a superfluous 0x80 (X.690 section 8.19.2).
        if octets.last().is_none_or(|last| *last >= 0x80) || starts.clone().any(|(_, first)| *first == 0x80) {
            return Err(value("an object identifier"));
        }
        Ok(octets)
    }

    /// `UTCTime` or `GeneralizedTime` as RFC 5280 section 4.1.2.5 writes them: in UTC, with seconds, without fractions; from 2050 on
    /// only the second.
    pub fn time(&mut self) -> Result<UnixTime, InvalidDer> {
        let element = self.any()?;
        let text = match element.tag {
            Tag::UTC_TIME if element.value.len() == 13 => {
                let century = if element.value[0] >= b'5' { "19" } else { "20" };
                [century.as_bytes(), element.value].concat()
            }
            Tag::GENERALIZED_TIME if element.value.len() == 15 => element.value.to_vec(),
            Tag::UTC_TIME | Tag::GENERALIZED_TIME => return Err(value("a time")),
            found => return Err(InvalidDer::Tag { expected: Tag::UTC_TIME.0, found: found.0 }),
        };
        if element.tag == Tag::GENERALIZED_TIME && text.as_slice() < b"2050".as_slice() {
            return Err(value("a time before 2050 in two digits of year"));
        }
        time(&text)
    }

    /// `GeneralizedTime` as RFC 3161 section 2.4.2 writes it: in UTC, with seconds, and a fraction if there is one that does not end
    /// in zero. The fraction is dropped.
    pub fn generalized_time(&mut self) -> Result<UnixTime, InvalidDer> {
        let text = self.element(Tag::GENERALIZED_TIME)?.value;
        let (seconds, fraction) = text.split_at_checked(14).ok_or(value("a time"))?;
        match fraction {
            [b'Z'] => {}
            [b'.', digits @ .., last @ b'1'..=b'9', b'Z'] if digits.iter().chain([last]).all(u8::is_ascii_digit) => {}
            _ => return Err(value("a time")),
        }
        time(&[seconds, b"Z"].concat())
    }
}

/// The contents octets of a BIT STRING, for those that are tagged otherwise.
pub fn bit_string(contents: &[u8]) -> Result<BitString<'_>, InvalidDer> {
    let (&unused, bytes) = contents.split_first().ok_or(value("a bit string"))?;
    let padding = match bytes.last() {
        Some(last) if unused < 8 => last & !(0xff_u8 << unused),
        None if unused == 0 => 0,
        _ => return Err(value("a bit string")),
    };
    if padding == 0 { Ok(BitString { unused, bytes }) } else { Err(value("a bit string")) }
}

/// `YYYYMMDDHHMMSSZ`. Second 60 is none: no clock that signs shows it.
fn time(text: &[u8]) -> Result<UnixTime, InvalidDer> {
    let digits = text.strip_suffix(b"Z").filter(|digits| digits.iter().all(u8::is_ascii_digit)).ok_or(value("a time"))?;
    let part = |from: usize, to: usize| core::str::from_utf8(&digits[from..to]).expect("digits are ASCII");
    if digits.len() != 14 || part(12, 14) == "60" {
        return Err(value("a time"));
    }
    let rfc_3339 = format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14));
    rfc_3339.parse().map_err(|_| value("a time"))
}

/// The one element that `bytes` is, of this type.
pub fn only(bytes: &[u8], tag: Tag) -> Result<Element<'_>, InvalidDer> {
    let mut reader = Reader::new(bytes);
    let element = reader.element(tag)?;
    reader.finish()?;
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> InvalidDer {
        Reader::new(bytes).any().unwrap_err()
    }

    #[test]
    fn an_element_keeps_the_bytes_it_was_read_from() {
        let bytes = [0x30, 0x03, 0x02, 0x01, 0x05, 0x05, 0x00];
        let mut reader = Reader::new(&bytes);
        let sequence = reader.element(Tag::SEQUENCE).unwrap();
        assert_eq!((sequence.bytes, sequence.value), (&bytes[..5], &bytes[2..5]));
        assert_eq!(sequence.reader().small(), Ok(5));
        assert_eq!(reader.null(), Ok(()));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn lengths_have_one_form() {
        let long = |head: &[u8], length: usize| [head, &vec![0; length]].concat();
        assert!(Reader::new(&long(&[0x04, 0x7f], 0x7f)).any().is_ok());
        assert!(Reader::new(&long(&[0x04, 0x81, 0x80], 0x80)).any().is_ok());
        assert!(Reader::new(&long(&[0x04, 0x82, 0x01, 0x00], 0x100)).any().is_ok());
        for head in [&[0x04, 0x80][..], &[0x04, 0x81, 0x7f], &[0x04, 0x82, 0x00, 0x80], &[0x04, 0x85, 1, 0, 0, 0, 0], &[0x04, 0xff]] {
            assert_eq!(refusal(&long(head, 0x200)), InvalidDer::Length, "{head:x?}");
        }
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x01], &[0x30, 0x82, 0x01], &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff]] {
            assert_eq!(refusal(bytes), InvalidDer::Truncated, "{bytes:x?}");
        }
        assert_eq!(refusal(&[0x1f, 0x81, 0x01, 0x00]), InvalidDer::TagNumber);
        assert_eq!(refusal(&[0x00, 0x00]), InvalidDer::TagNumber);
        assert_eq!(only(&[0x05, 0x00, 0x00], Tag::NULL), Err(InvalidDer::Trailing));
    }

    #[test]
    fn integers_have_one_form() {
        let integer =
            |octets: &[u8]| Reader::new(&[&[0x02, u8::try_from(octets.len()).unwrap()], octets].concat()).unsigned().map(<[u8]>::to_vec);
        assert_eq!(integer(&[0]), Ok(vec![0]));
        assert_eq!(integer(&[0, 0x80]), Ok(vec![0x80]));
        assert_eq!(integer(&[0x7f]), Ok(vec![0x7f]));
        for octets in [&[][..], &[0, 0x7f], &[0xff, 0x80], &[0x80], &[0, 0]] {
            assert!(integer(octets).is_err(), "{octets:x?}");
        }
    }

    #[test]
    fn booleans_bit_strings_and_identifiers_have_one_form() {
        assert_eq!(Reader::new(&[1, 1, 0xff]).boolean(), Ok(true));
        assert!(Reader::new(&[1, 1, 1]).boolean().is_err());
        assert!(Reader::new(&[1, 0]).boolean().is_err());
        assert_eq!(Reader::new(&[3, 2, 7, 0x80]).bit_string(), Ok(BitString { unused: 7, bytes: &[0x80] }));
        for bytes in [&[3, 0][..], &[3, 1, 1], &[3, 2, 8, 0], &[3, 2, 7, 0x81]] {
            assert!(Reader::new(bytes).bit_string().is_err(), "{bytes:x?}");
        }
        assert_eq!(Reader::new(&[6, 3, 0x55, 0x1d, 0x0f]).oid(), Ok(&[0x55, 0x1d, 0x0f][..]));
        for bytes in [&[6, 0][..], &[6, 2, 0x55, 0x81], &[6, 3, 0x55, 0x80, 0x01], &[6, 1, 0x80]] {
            assert!(Reader::new(bytes).oid().is_err(), "{bytes:x?}");
        }
    }

    #[test]
    fn times_have_one_form() {
        let read = |tag: u8, text: &str| {
            Reader::new(&[&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()).time().map(|time| time.to_string())
        };
        assert_eq!(read(0x17, "500101000000Z").unwrap(), "1950-01-01T00:00:00Z");
        assert_eq!(read(0x17, "491231235959Z").unwrap(), "2049-12-31T23:59:59Z");
        assert_eq!(read(0x18, "20500101000000Z").unwrap(), "2050-01-01T00:00:00Z");
        for (tag, text) in [
            (0x17, "4912312359Z"),
            (0x17, "491231235959+0000"),
            (0x17, "491331235959Z"),
            (0x17, "490101235960Z"),
            (0x17, "49010123595 Z"),
            (0x18, "20491231235959Z"),
            (0x18, "20500101000000.5Z"),
            (0x18, "20500101000000"),
            (0x0c, "491231235959Z"),
        ] {
            assert!(read(tag, text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_time_of_a_token_may_have_a_fraction() {
        let read = |text: &str| {
            Reader::new(&[&[0x18, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat())
                .generalized_time()
                .map(|time| time.to_string())
        };
        assert_eq!(read("20260131120000Z").unwrap(), "2026-01-31T12:00:00Z");
        assert_eq!(read("20260131120000.25Z").unwrap(), "2026-01-31T12:00:00Z");
        for text in [
            "20260131120000.Z",
            "20260131120000.0Z",
            "20260131120000.250Z",
            "20260131120000,5Z",
            "20260131120000.2x5Z",
            "202601311200Z",
            "",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
