//! Reads JSON strictly, once: what one reader would see and another would not is refused.
//!
//! RFC 8259 leaves open what a repeated name means, and readers differ: Go's takes the last and compares names without regard to
//! case (with Unicode folding, so that `ſ` is an `s`), others take the first or only the exact name. A document that means
//! different things to different readers is how a registry shows one image to the verifier and another to the runtime
//! (CVE-2021-41190 and its family). So a name may occur once, at every level, and a *known* name in any other spelling that Go would take
//! for it is refused when the name is looked for. In maps, such as labels, `Name` and `name` are two keys to every reader, and fine.

use core::fmt;

use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use crate::budget;
use crate::excerpt::excerpt;

/// Characters of a name that a message repeats.
const SHOWN: usize = 80;

/// Characters of a way that a message repeats: some of its names are a stranger's, where names are data.
const PATH_SHOWN: usize = 240;

/// A JSON value whose objects hold every name once.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that all our runtimes can carry.
    Integer(i64),
    /// Any other number. Nothing in this field is one; it is kept so that unknown members do no harm.
    Float(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// An object, its members in the order they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Value)>);

/// Why a document was refused, and where: `path` is `$`, then `.name` or `[index]` for each step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidJson {
    /// Not JSON, not UTF-8, or something behind the value.
    Syntax {
        /// What the reader says, with line and column.
        message: String,
    },
    /// A name occurs twice in one object.
    DuplicateKey {
        /// The second occurrence.
        key: String,
    },
    /// A known member is spelled with other capitals: Go would take it, others would not.
    KeyCase {
        /// As the specification spells it.
        expected: &'static str,
        /// As it was found.
        found: String,
    },
    /// A member that must be there is not.
    Missing {
        /// Where it should be.
        path: String,
    },
    /// More than any honest document holds.
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A member of another type.
    Type {
        /// Where it is.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
}

impl InvalidJson {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "json-invalid",
            Self::DuplicateKey { .. } | Self::KeyCase { .. } => "duplicate-key",
            Self::Missing { .. } | Self::Type { .. } => "document-invalid",
            Self::TooMuch { .. } => "too-many-entries",
        }
    }
}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message } => write!(f, "expected a JSON document, found: {message}"),
            Self::DuplicateKey { key } => write!(f, "expected every name once, found \"{}\" again", excerpt(key, SHOWN)),
            Self::KeyCase { expected, found } => {
                write!(f, "expected the name \"{expected}\", found \"{}\", which only some readers take for it", excerpt(found, SHOWN))
            }
            Self::Missing { path } => write!(f, "expected {}, found nothing", excerpt(path, PATH_SHOWN)),
            Self::TooMuch { what, limit } => write!(f, "expected a document of at most {limit} {what}, found more"),
            Self::Type { path, expected, found } => write!(f, "expected {} to be {expected}, found {found}", excerpt(path, PATH_SHOWN)),
        }
    }
}

impl core::error::Error for InvalidJson {}

/// Parses one document: the whole of `bytes`, and nothing else.
pub fn parse(bytes: &[u8]) -> Result<Value, InvalidJson> {
    parse_of(bytes, budget::JSON_VALUES, None)
}

fn parse_of(bytes: &[u8], limit: usize, without: Option<&str>) -> Result<Value, InvalidJson> {
    let mut state = State { values: 0, limit, without, refused: None };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let seed = ValueSeed { depth: 0, is_kept: true, state: &mut state };
    let parsed = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match (state.refused, parsed) {
        (Some(refused), _) => Err(refused),
        (None, Ok(value)) => Ok(value),
        (None, Err(error)) => Err(InvalidJson::Syntax { message: error.to_string() }),
    }
}

/// Parses a document that must be an object.
pub fn parse_object(bytes: &[u8]) -> Result<Object, InvalidJson> {
    parse_object_of(bytes, budget::JSON_VALUES)
}

/// Parses an object of another number of values than [`budget::JSON_VALUES`].
pub fn parse_object_of(bytes: &[u8], limit: usize) -> Result<Object, InvalidJson> {
    object(parse_of(bytes, limit, None)?)
}

/// The same, and what is in one member of the object is read as strictly, and not kept: it is empty afterwards, and of the type that it was.
pub fn parse_object_without(bytes: &[u8], limit: usize, member: &'static str) -> Result<Object, InvalidJson> {
    object(parse_of(bytes, limit, Some(member))?)
}

fn object(value: Value) -> Result<Object, InvalidJson> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(InvalidJson::Type { path: "$".into(), expected: "an object", found: other.kind() }),
    }
}

impl Value {
    /// With its article, for messages.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl Value {
    /// As a document of its own: compact, its members in the order they came. `None` for a number that is no integer: writers do not agree
    /// on how to write one.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut written = Vec::new();
        self.write(&mut written)?;
        Some(written)
    }

    // As deep as the reader let the document be (`budget::JSON_DEPTH`).
    fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Null => to.extend_from_slice(b"null"),
            Self::Bool(value) => to.extend_from_slice(if *value { b"true" } else { b"false" }),
            Self::Integer(number) => to.extend_from_slice(number.to_string().as_bytes()),
            Self::Float(_) => return None,
            Self::String(text) => write_string(text, to),
            Self::Array(values) => {
                to.push(b'[');
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        to.push(b',');
                    }
                    value.write(to)?;
                }
                to.push(b']');
            }
            Self::Object(Object(members)) => {
                to.push(b'{');
                for (place, (name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        to.push(b',');
                    }
                    write_string(name, to);
                    to.push(b':');
                    value.write(to)?;
                }
                to.push(b'}');
            }
        }
        Some(())
    }
}

impl Object {
    /// An object of these members, whose names differ.
    pub fn of<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

/// As `JSON.stringify` does: only what has to be escaped is.
fn write_string(text: &str, to: &mut Vec<u8>) {
    to.push(b'"');
    for byte in text.bytes() {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            0x00..=0x1f => {
                to.extend_from_slice(b"\\u00");
                to.extend([byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
                continue;
            }
            _ => {
                to.push(byte);
                continue;
            }
        };
        to.extend_from_slice(&[b'\\', short]);
    }
    to.push(b'"');
}

/// A value and the way to it, so that every refusal can say where.
#[derive(Clone)]
pub struct Place<'a> {
    value: &'a Value,
    path: String,
}

/// An object and the way to it.
#[derive(Clone)]
pub struct Members<'a> {
    object: &'a Object,
    path: String,
}

impl Object {
    /// The document as a place to read members from.
    pub fn root(&self) -> Members<'_> {
        Members { object: self, path: "$".into() }
    }

    /// The object that a member is, if it is there and one.
    pub fn take(self, name: &str) -> Option<Self> {
        self.0.into_iter().find_map(|(key, value)| match value {
            Value::Object(object) if key == name => Some(object),
            _ => None,
        })
    }

    /// The names, in the order they came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl<'a> Members<'a> {
    /// A member, if it is there and not `null`. Another spelling of its name is refused, because some readers would take it.
    pub fn optional(&self, name: &'static str) -> Result<Option<Place<'a>>, InvalidJson> {
        let mut found = None;
        for (key, value) in self.object.0.iter().filter(|(key, _)| folds_to(key, name)) {
            if key != name {
                return Err(InvalidJson::KeyCase { expected: name, found: key.clone() });
            }
            found = Some(value);
        }
        Ok(found.filter(|value| **value != Value::Null).map(|value| Place { value, path: self.path_to(name) }))
    }

    /// A member that must be there.
    pub fn required(&self, name: &'static str) -> Result<Place<'a>, InvalidJson> {
        self.optional(name)?.ok_or_else(|| InvalidJson::Missing { path: self.path_to(name) })
    }

    /// Optional, and a string.
    pub fn optional_string(&self, name: &'static str) -> Result<Option<&'a str>, InvalidJson> {
        self.optional(name)?.map(|place| place.string()).transpose()
    }

    /// The members themselves, for maps such as annotations.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.object.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The members as places, for maps whose names are data.
    pub fn places(&self) -> impl Iterator<Item = (&'a str, Place<'a>)> {
        self.object.0.iter().map(|(name, value)| (name.as_str(), Place { value, path: self.path_to(name) }))
    }

    /// Where this object is.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn path_to(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }
}

impl<'a> Place<'a> {
    /// The string here.
    pub fn string(&self) -> Result<&'a str, InvalidJson> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => Err(self.not("a string")),
        }
    }

    /// The boolean here.
    pub fn boolean(&self) -> Result<bool, InvalidJson> {
        match self.value {
            Value::Bool(value) => Ok(*value),
            _ => Err(self.not("a boolean")),
        }
    }

    /// The integer here.
    pub fn integer(&self) -> Result<i64, InvalidJson> {
        match self.value {
            Value::Integer(number) => Ok(*number),
            _ => Err(self.not("an integer")),
        }
    }

    /// The integer here, from 0 to 2^53 - 1.
    pub fn unsigned(&self) -> Result<u64, InvalidJson> {
        match self.value {
            Value::Integer(number) if (0..=budget::SAFE_INTEGER.cast_signed()).contains(number) => Ok(number.unsigned_abs()),
            _ => Err(self.not("an integer from 0 to 9007199254740991")),
        }
    }

    /// The elements here.
    pub fn array(&self) -> Result<Vec<Place<'a>>, InvalidJson> {
        match self.value {
            Value::Array(values) => {
                Ok(values.iter().enumerate().map(|(index, value)| Place { value, path: format!("{}[{index}]", self.path) }).collect())
            }
            _ => Err(self.not("an array")),
        }
    }

    /// How many elements are here, without opening them.
    pub fn length(&self) -> Result<usize, InvalidJson> {
        match self.value {
            Value::Array(values) => Ok(values.len()),
            _ => Err(self.not("an array")),
        }
    }

    /// The members here.
    pub fn object(&self) -> Result<Members<'a>, InvalidJson> {
        match self.value {
            Value::Object(object) => Ok(Members { object, path: self.path.clone() }),
            _ => Err(self.not("an object")),
        }
    }

    /// Where this value is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value as a document of its own: [`Value::to_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidJson> {
        self.value.to_bytes().ok_or_else(|| self.not("without numbers that are no integers"))
    }

    fn not(&self, expected: &'static str) -> InvalidJson {
        InvalidJson::Type { path: self.path.clone(), expected, found: self.value.kind() }
    }
}

/// Whether Go's `encoding/json` would take `key` for the ASCII name `name`: its case folding adds two letters to ASCII's.
fn folds_to(key: &str, name: &str) -> bool {
    key.chars().map(fold).eq(name.chars().map(fold))
}

const fn fold(letter: char) -> char {
    match letter {
        'ſ' => 's',
        '\u{212a}' => 'k', // the Kelvin sign
        other => other.to_ascii_lowercase(),
    }
}

/// What is known of the whole document while it is read.
struct State<'n> {
    values: usize,
    /// As many as there may be.
    limit: usize,
    /// The member of the document whose content is not kept.
    without: Option<&'n str>,
    /// Our own refusal, beside the error that ends the reading: serde's errors carry only text.
    refused: Option<InvalidJson>,
}

impl State<'_> {
    fn refuse<E: serde::de::Error>(&mut self, refusal: InvalidJson) -> E {
        self.refused = Some(refusal);
        E::custom("refused")
    }
}

/// Reads one value at a depth.
struct ValueSeed<'s, 'n> {
    depth: usize,
    is_kept: bool,
    state: &'s mut State<'n>,
}

impl<'n> ValueSeed<'_, 'n> {
    fn below(&mut self, is_kept: bool) -> ValueSeed<'_, 'n> {
        ValueSeed { depth: self.depth + 1, is_kept, state: &mut *self.state }
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > budget::JSON_DEPTH {
            return Err(self.state.refuse(InvalidJson::TooMuch { what: "levels", limit: budget::JSON_DEPTH }));
        }
        self.state.values += 1;
        if self.state.values > self.state.limit {
            let limit = self.state.limit;
            return Err(self.state.refuse(InvalidJson::TooMuch { what: "values", limit }));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        // Beyond i64 no integer is accepted anywhere, so its exact value is of no use.
        #[expect(clippy::cast_precision_loss, reason = "only its being too large matters")]
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(if self.is_kept { value.to_owned() } else { String::new() }))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        let is_kept = self.is_kept;
        while let Some(value) = access.next_element_seed(self.below(is_kept))? {
            if is_kept {
                values.push(value);
            }
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        // A set beside the vector: a linear search would make a hostile object of n names cost n².
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = access.next_key_seed(Name)? {
            if !seen.insert(name.clone()) {
                return Err(self.state.refuse(InvalidJson::DuplicateKey { key: name }));
            }
            let is_left_out = self.depth == 0 && self.state.without == Some(name.as_str());
            let value = access.next_value_seed(self.below(self.is_kept && !is_left_out))?;
            if self.is_kept {
                members.push((name, value));
            }
        }
        Ok(Value::Object(Object(members)))
    }
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Name {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<String, E> {
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> InvalidJson {
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_name_that_occurs_twice_is_refused_at_every_level() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"x":{"a":1,"a":2}}"#, r#"[{"x":[{"a":1,"b":2,"a":3}]}]"#, r#"{"layers":[],"lay\u0065rs":[]}"#]
        {
            assert!(matches!(refusal(text), InvalidJson::DuplicateKey { .. }), "{text}");
        }
    }

    #[test]
    fn a_known_name_beside_the_same_in_other_capitals_is_refused() {
        for (text, name, found) in [
            (r#"{"layers":[],"Layers":[]}"#, "layers", "Layers"),
            (r#"{"LAYERS":[],"layers":[]}"#, "layers", "LAYERS"),
            (r#"{"layers":[],"layerſ":[]}"#, "layers", "layerſ"),
            ("{\"ok\":1,\"o\u{212a}\":2}", "ok", "o\u{212a}"),
        ] {
            let object = parse_object(text.as_bytes()).unwrap();
            let refused = object.root().optional(name).map(|_| ()).unwrap_err();
            assert_eq!(refused, InvalidJson::KeyCase { expected: name, found: found.into() });
        }
    }

    #[test]
    fn keys_of_a_map_may_differ_in_case() {
        assert!(parse(br#"{"Labels":{"Name":"a","name":"b"}}"#).is_ok());
    }

    #[test]
    fn a_known_name_in_other_capitals_is_refused_when_it_is_looked_for() {
        let object = parse_object(br#"{"Manifests":[]}"#).unwrap();
        let refused = object.root().optional("manifests").map(|_| ()).unwrap_err();
        assert_eq!(refused, InvalidJson::KeyCase { expected: "manifests", found: "Manifests".into() });
        assert_eq!(refused.code(), "duplicate-key");
    }

    #[test]
    fn what_is_not_exactly_one_json_document_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "{}{}",
            "{} x",
            "[1,]",
            "{'a':1}",
            "nul",
            "01",
            "+1",
            "\"\n\"",
            "\"\\ud800\"",
            "\u{feff}{}",
            "// c\n{}",
            "NaN",
            "1e999",
        ] {
            assert!(matches!(refusal(text), InvalidJson::Syntax { .. }), "{text:?}");
        }
        assert!(matches!(parse(b"\"\xff\""), Err(InvalidJson::Syntax { .. })));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(budget::JSON_DEPTH + 1).as_bytes()).is_ok());
        assert_eq!(refusal(&nested(budget::JSON_DEPTH + 2)).code(), "too-many-entries");
        assert_eq!(refusal(&nested(1_000_000)).code(), "too-many-entries");
    }

    #[test]
    fn integers_that_a_javascript_number_cannot_carry_are_refused() {
        let size =
            |text: &str| parse_object(format!("{{\"size\":{text}}}").as_bytes()).unwrap().root().required("size").unwrap().unsigned();
        assert_eq!(size("9007199254740991"), Ok(budget::SAFE_INTEGER));
        for text in ["9007199254740992", "-1", "1.0", "1e3", "18446744073709551616", "\"1\""] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_says_where() {
        let object = parse_object(br#"{"layers":[{"size":1},{"size":"2"}]}"#).unwrap();
        let layers = object.root().required("layers").unwrap().array().unwrap();
        let refused = layers[1].object().unwrap().required("size").unwrap().unsigned().unwrap_err();
        assert_eq!(refused.to_string(), "expected $.layers[1].size to be an integer from 0 to 9007199254740991, found a string");
        let missing = layers[0].object().unwrap().required("digest").map(|_| ()).unwrap_err();
        assert_eq!(missing, InvalidJson::Missing { path: "$.layers[0].digest".into() });
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let names = |count: usize| format!("{{{}}}", (0..count).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>().join(","));
        assert_eq!(parse_object(names(budget::JSON_VALUES - 1).as_bytes()).unwrap().names().count(), budget::JSON_VALUES - 1);
        assert_eq!(refusal(&names(budget::JSON_VALUES)).code(), "too-many-entries");
    }
}
