//! What proto3's JSON mapping adds to JSON, read in its one canonical form.
//!
//! [ProtoJSON](https://protobuf.dev/programming-guides/json/): names are lowerCamelCase, 64-bit integers are strings, bytes are base64,
//! enumerations are names, and a member that has its default value may be left out or `null`. Parsers may take more (numbers for
//! strings, `snake_case`, base64url); writers emit this form, and one form is all that is read here. What is not known is refused where
//! Go's `protojson` refuses it, which is at every level.

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;

/// Nothing but these names may be there.
pub(crate) fn only(members: &Members<'_>, known: &[&str]) -> Result<(), InvalidJson> {
    match members.places().find(|(name, _)| !known.contains(name)) {
        Some((_, place)) => Err(wrong(&place, "left out, being nothing that is known here", "a member")),
        None => Ok(()),
    }
}

/// `bytes`: base64 of RFC 4648 section 4, with its padding, and with the unused bits zero.
pub(crate) fn bytes(place: &Place<'_>) -> Result<Vec<u8>, InvalidJson> {
    Base64::decode_vec(place.string()?).map_err(|_| wrong(place, "canonical base64", "another string"))
}

/// `bytes` that may not be empty, which is what a missing member means.
pub(crate) fn required_bytes(members: &Members<'_>, name: &'static str) -> Result<Vec<u8>, InvalidJson> {
    let place = members.required(name)?;
    let bytes = bytes(&place)?;
    if bytes.is_empty() { Err(wrong(&place, "base64 of something", "nothing")) } else { Ok(bytes) }
}

/// `int64` of zero or more: decimal digits in a string, without sign and without leading zeros. Zero where it is left out.
pub(crate) fn count(members: &Members<'_>, name: &'static str) -> Result<u64, InvalidJson> {
    let Some(place) = members.optional(name)? else { return Ok(0) };
    let text = place.string()?;
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    // What does not fit is refused by `parse`, and so is the empty string.
    text.parse()
        .ok()
        .filter(|number: &i64| canonical && *number >= 0)
        .map(i64::unsigned_abs)
        .ok_or_else(|| wrong(&place, "an integer from 0 to 2^63 - 1 in a string", "another string"))
}

/// `string`, which may not be empty, which is what a missing member means.
pub(crate) fn text<'a>(members: &Members<'a>, name: &'static str) -> Result<&'a str, InvalidJson> {
    let place = members.required(name)?;
    match place.string()? {
        "" => Err(wrong(&place, "a string of some characters", "an empty one")),
        text => Ok(text),
    }
}

/// The elements of a `repeated` field, none where it is left out.
pub(crate) fn repeated<'a>(members: &Members<'a>, name: &'static str) -> Result<Vec<Place<'a>>, InvalidJson> {
    members.optional(name)?.map_or_else(|| Ok(Vec::new()), |place| place.array())
}

/// The same, of at most `limit` elements.
pub(crate) fn at_most<'a>(
    members: &Members<'a>,
    name: &'static str,
    what: &'static str,
    limit: usize,
) -> Result<Vec<Place<'a>>, InvalidJson> {
    match members.optional(name)? {
        Some(place) if place.length()? > limit => Err(InvalidJson::TooMuch { what, limit }),
        Some(place) => place.array(),
        None => Ok(Vec::new()),
    }
}

/// A `oneof`: exactly one of these members.
pub(crate) fn one_of<'a>(members: &Members<'a>, names: &[&'static str]) -> Result<(&'static str, Place<'a>), InvalidJson> {
    let mut found = None;
    for name in names {
        let Some(place) = members.optional(name)? else { continue };
        if found.replace((*name, place.clone())).is_some() {
            return Err(wrong(&place, "left out, because another member of its kind is there", "a member"));
        }
    }
    found.ok_or_else(|| InvalidJson::Missing { path: format!("one of {} in {}", names.join(", "), members.path()) })
}

/// A member that is not what it should be.
pub(crate) fn wrong(place: &Place<'_>, expected: &'static str, found: &'static str) -> InvalidJson {
    InvalidJson::Type { path: place.path().into(), expected, found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read<T>(text: &str, read: impl FnOnce(&Members<'_>) -> Result<T, InvalidJson>) -> Result<T, InvalidJson> {
        read(&json::parse_object(text.as_bytes())?.root())
    }

    #[test]
    fn an_integer_is_decimal_digits_in_a_string() {
        let number = |text: &str| read(text, |members| count(members, "n"));
        assert_eq!(number(r#"{"n":"0"}"#), Ok(0));
        assert_eq!(number(r#"{"n":"9223372036854775807"}"#), Ok(i64::MAX.unsigned_abs()));
        assert_eq!(number(r"{}"), Ok(0));
        assert_eq!(number(r#"{"n":null}"#), Ok(0));
        for text in [
            r#"{"n":1}"#,
            r#"{"n":""}"#,
            r#"{"n":"-1"}"#,
            r#"{"n":"+1"}"#,
            r#"{"n":"01"}"#,
            r#"{"n":"00"}"#,
            r#"{"n":" 1"}"#,
            r#"{"n":"1e3"}"#,
            r#"{"n":"1.0"}"#,
            r#"{"n":"9223372036854775808"}"#,
            r#"{"n":"١"}"#,
        ] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_have_one_base64() {
        let bytes = |text: &str| read(text, |members| required_bytes(members, "b"));
        assert_eq!(bytes(r#"{"b":"+/8="}"#), Ok(vec![0xfb, 0xff]));
        for text in [
            r#"{"b":"-_8="}"#,
            r#"{"b":"+/8"}"#,
            r#"{"b":"+/9="}"#,
            r#"{"b":"+/8=\n"}"#,
            r#"{"b":"+/8=="}"#,
            r#"{"b":""}"#,
            r#"{"b":null}"#,
            r"{}",
        ] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_and_so_is_another_spelling_of_what_is() {
        let known = |text: &str| read(text, |members| only(members, &["logIndex"]));
        assert_eq!(known(r#"{"logIndex":"1"}"#), Ok(()));
        for text in [r#"{"log_index":"1"}"#, r#"{"LogIndex":"1"}"#, r#"{"logIndex":"1","x":null}"#] {
            assert!(known(text).is_err(), "{text}");
        }
    }

    #[test]
    fn of_a_oneof_there_is_one() {
        let either = |text: &str| read(text, |members| one_of(members, &["a", "b"]).map(|(name, _)| name));
        assert_eq!(either(r#"{"a":1}"#), Ok("a"));
        assert_eq!(either(r#"{"a":null,"b":1}"#), Ok("b"));
        assert!(either(r#"{"a":1,"b":1}"#).is_err());
        assert!(either(r#"{"a":null}"#).is_err());
    }
}
