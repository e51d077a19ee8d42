//! Canonical JSON as One Laptop per Child defined it (<http://wiki.laptop.org/go/Canonical_JSON>): the form of metadata that TUF signs.
//!
//! It is not RFC 8785, and not even JSON: strings are their UTF-8 between quotes with only `"` and `\` escaped, so that a line feed is
//! a line feed; names are sorted by code point, which is the order of their UTF-8; there is no white space; and there are no numbers but
//! integers. Two values with one canonical form are equal, since every string ends at the first quote that is not escaped.

use crate::json::Members;
use crate::json::Value;
use crate::tuf::InvalidMetadata;

/// The canonical form of an object. A number that is no integer of 64 bits is refused: readers would not agree on it.
pub fn object(members: &Members<'_>) -> Result<Vec<u8>, InvalidMetadata> {
    let mut written = Vec::new();
    write_object(members, &mut written)?;
    Ok(written)
}

fn write_object(members: &Members<'_>, to: &mut Vec<u8>) -> Result<(), InvalidMetadata> {
    let mut entries: Vec<_> = members.entries().collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    to.push(b'{');
    for (index, (name, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            to.push(b',');
        }
        string(name, to);
        to.push(b':');
        write(value, to)?;
    }
    to.push(b'}');
    Ok(())
}

// As deep as the reader let the document be (`budget::JSON_DEPTH`).
fn write(value: &Value, to: &mut Vec<u8>) -> Result<(), InvalidMetadata> {
    match value {
        Value::Null => to.extend(b"null"),
        Value::Bool(true) => to.extend(b"true"),
        Value::Bool(false) => to.extend(b"false"),
        Value::Integer(number) => to.extend(number.to_string().as_bytes()),
        Value::Float(_) => return Err(InvalidMetadata::Number),
        Value::String(text) => string(text, to),
        Value::Array(values) => {
            to.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    to.push(b',');
                }
                write(value, to)?;
            }
            to.push(b']');
        }
        Value::Object(object) => write_object(&object.root(), to)?,
    }
    Ok(())
}

/// A string: its UTF-8 between quotes.
pub(crate) fn string(text: &str, to: &mut Vec<u8>) {
    to.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            to.push(b'\\');
        }
        to.push(byte);
    }
    to.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn canonical(text: &str) -> Result<String, InvalidMetadata> {
        let document = json::parse_object(text.as_bytes()).unwrap();
        object(&document.root()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn names_are_sorted_and_white_space_goes() {
        let text = "{ \"b\" : [ 1 , -2, {} , [] ],\n \"a\" : { \"Z\": null, \"z\": true, \"\": false } }";
        assert_eq!(canonical(text).unwrap(), r#"{"a":{"":false,"Z":null,"z":true},"b":[1,-2,{},[]]}"#);
    }

    #[test]
    fn only_quotes_and_backslashes_are_escaped() {
        assert_eq!(canonical(r#"{"a":"\"\\\/\n\t\u0001\u00e9\ud83d\ude00"}"#).unwrap(), "{\"a\":\"\\\"\\\\/\n\t\u{1}é😀\"}");
    }

    /// In UTF-16, as RFC 8785 sorts, the order would be the other one.
    #[test]
    fn names_are_sorted_by_code_point() {
        assert_eq!(canonical("{\"😀\":1,\"\u{ff61}\":2}").unwrap(), "{\"\u{ff61}\":2,\"😀\":1}");
    }

    #[test]
    fn numbers_that_are_no_integers_of_64_bits_are_refused() {
        for number in ["1.0", "1e3", "-0", "0.5", "9223372036854775808", "-9223372036854775809"] {
            assert_eq!(canonical(&format!("{{\"a\":[{{\"b\":{number}}}]}}")), Err(InvalidMetadata::Number), "{number}");
        }
        assert_eq!(canonical("{\"a\":-9223372036854775808}").unwrap(), "{\"a\":-9223372036854775808}");
    }
}
