//! What all stored state has in common: JSON of a version and a size of ours. It was written by us, and is read as if it were not.

use core::fmt;
use core::str::FromStr;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Object;
use crate::json::Place;

/// The member that says which version the state is of.
pub(crate) const VERSION_MEMBER: &str = "stateVersion";
/// The only version there is.
pub(crate) const VERSION: i64 = 1;

/// The document, if it is of our size and version.
pub(crate) fn read(bytes: &[u8]) -> Result<Object, InvalidState> {
    if bytes.len() > budget::TUF_STATE_BYTES {
        return Err(InvalidState::TooLarge);
    }
    let document = json::parse_object(bytes)?;
    match document.root().required(VERSION_MEMBER)?.integer()? {
        VERSION => Ok(document),
        found => Err(InvalidState::Version { found }),
    }
}

/// What a text stands for.
pub(crate) fn value<V: FromStr>(place: &Place<'_>, expected: &'static str) -> Result<V, InvalidState> {
    place.string()?.parse().map_err(|_| InvalidState::Value { path: place.path().to_owned(), expected })
}

/// Bytes in base64.
pub(crate) fn decode(place: &Place<'_>) -> Result<Vec<u8>, InvalidState> {
    Base64::decode_vec(place.string()?).map_err(|_| InvalidState::Value { path: place.path().to_owned(), expected: "base64" })
}

/// Why what is stored is no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidState {
    /// It is no strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// It is larger than anything that is stored.
    TooLarge,
    /// A value that means nothing, or something about another collection.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
    },
    /// It is of another version of this program.
    Version {
        /// Its version.
        found: i64,
    },
}

impl InvalidState {
    /// The stable code.
    pub const CODE: &'static str = "state-invalid";
}

impl fmt::Display for InvalidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stored state: ")?;
        match self {
            Self::Json(invalid) => invalid.fmt(f),
            Self::TooLarge => {
                write!(f, "expected at most {} bytes and {} roots, found more", budget::TUF_STATE_BYTES, budget::TUF_ROOTS)
            }
            Self::Value { path, expected } => write!(f, "expected {path} to be {expected}, found something else"),
            Self::Version { found } => write!(f, "expected version {VERSION}, found version {found}"),
        }
    }
}

impl core::error::Error for InvalidState {}

impl From<InvalidJson> for InvalidState {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}
