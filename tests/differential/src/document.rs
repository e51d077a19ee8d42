//! JSON that need not be any: names in any order and more than once, numbers and strings as they are written.

use base64ct::Base64;
use base64ct::Encoding as _;
use serde_json::Value;

use crate::random::Random;

/// A value of JSON, to be altered and written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// Members in their order; a name may stand there twice.
    Object(Vec<(String, Document)>),
    /// Elements.
    Array(Vec<Document>),
    /// A string.
    Text(String),
    /// Anything else, as it is written.
    Raw(String),
}

/// Members that are base64 in bundles and in trusted roots.
const BYTES: [&str; 11] = [
    "canonicalizedBody",
    "digest",
    "hashes",
    "keyId",
    "payload",
    "rawBytes",
    "rootHash",
    "sig",
    "signature",
    "signedEntryTimestamp",
    "signedTimestamp",
];

/// Where something stands in a document: which member or element at each level.
pub(crate) type Path = Vec<usize>;

impl Document {
    /// Reads JSON; of two members of one name, the last.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<Value>(text).ok().map(|value| Self::from(&value))
    }

    /// As text, without spaces.
    pub fn write(&self) -> String {
        let quoted = |text: &String| Value::String(text.clone()).to_string();
        let list = |parts: Vec<String>| parts.join(",");
        match self {
            Self::Object(members) => {
                format!("{{{}}}", list(members.iter().map(|(name, value)| format!("{}:{}", quoted(name), value.write())).collect()))
            }
            Self::Array(elements) => format!("[{}]", list(elements.iter().map(Self::write).collect())),
            Self::Text(text) => quoted(text),
            Self::Raw(text) => text.clone(),
        }
    }

    /// How many members or elements it has.
    pub fn length(&self) -> usize {
        match self {
            Self::Object(members) => members.len(),
            Self::Array(elements) => elements.len(),
            Self::Text(_) | Self::Raw(_) => 0,
        }
    }

    /// What stands at a place.
    pub fn at(&self, path: &[usize]) -> Option<&Self> {
        path.iter().try_fold(self, |document, place| match document {
            Self::Object(members) => members.get(*place).map(|(_, value)| value),
            Self::Array(elements) => elements.get(*place),
            Self::Text(_) | Self::Raw(_) => None,
        })
    }

    /// The same, to be altered.
    pub fn at_mut(&mut self, path: &[usize]) -> Option<&mut Self> {
        path.iter().try_fold(self, |document, place| match document {
            Self::Object(members) => members.get_mut(*place).map(|(_, value)| value),
            Self::Array(elements) => elements.get_mut(*place),
            Self::Text(_) | Self::Raw(_) => None,
        })
    }

    /// A member by its name.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string that it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes that it is in base64.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        Base64::decode_vec(self.text()?).ok()
    }

    /// A string of these bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::Text(Base64::encode_string(bytes))
    }

    /// Every place with its name, the outermost first. Elements have the name of their array.
    pub fn places(&self) -> Vec<(Vec<usize>, String)> {
        let mut places = Vec::new();
        self.walk(&mut Vec::new(), "", &mut places);
        places
    }

    fn walk(&self, path: &mut Path, name: &str, places: &mut Vec<(Path, String)>) {
        let mut visit = |place: usize, name: &str, below: &Self| {
            path.push(place);
            places.push((path.clone(), name.to_owned()));
            below.walk(path, name, places);
            path.pop();
        };
        match self {
            Self::Object(members) => members.iter().enumerate().for_each(|(place, (name, below))| visit(place, name, below)),
            Self::Array(elements) => elements.iter().enumerate().for_each(|(place, below)| visit(place, name, below)),
            Self::Text(_) | Self::Raw(_) => {}
        }
    }

    /// The places of bytes, with their names.
    pub fn byte_places(&self) -> Vec<(Vec<usize>, String)> {
        let is_bytes = |(path, name): &(Path, String)| BYTES.contains(&name.as_str()) && self.at(path).and_then(Self::bytes).is_some();
        self.places().into_iter().filter(is_bytes).collect()
    }

    /// The places with one of these names.
    pub fn named(&self, names: &[&str]) -> Vec<Vec<usize>> {
        self.places().into_iter().filter(|(_, name)| names.contains(&name.as_str())).map(|(path, _)| path).collect()
    }

    /// One of the places that are as `like` says.
    pub fn pick(&self, random: &mut Random, like: impl Fn(&str, &Self) -> bool) -> Option<Vec<usize>> {
        let places: Vec<Path> = self
            .places()
            .into_iter()
            .filter(|(path, name)| self.at(path).is_some_and(|found| like(name, found)))
            .map(|(path, _)| path)
            .collect();
        random.pick(&places).cloned()
    }

    /// The names on the way to a place, with the numbers of elements: `verificationMaterial.tlogEntries.0.logIndex`.
    pub fn spelled(&self, path: &[usize]) -> String {
        let mut document = self;
        let mut names = Vec::new();
        for place in path {
            match document {
                Self::Object(members) => {
                    names.push(members[*place].0.clone());
                    document = &members[*place].1;
                }
                Self::Array(elements) => {
                    names.push(place.to_string());
                    document = &elements[*place];
                }
                Self::Text(_) | Self::Raw(_) => {}
            }
        }
        names.join(".")
    }
}

impl From<&Value> for Document {
    fn from(value: &Value) -> Self {
        match value {
            Value::Object(members) => Self::Object(members.iter().map(|(name, value)| (name.clone(), Self::from(value))).collect()),
            Value::Array(elements) => Self::Array(elements.iter().map(Self::from).collect()),
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Raw(other.to_string()),
        }
    }
}
