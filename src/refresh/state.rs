//! What is stored of one repository, as JSON: roots, what was seen, and the last complete set of files.

use core::fmt;
use std::collections::BTreeMap;

use base64ct::Base64;
use base64ct::Encoding as _;
use serde_json::json;

use crate::budget;
use crate::digest::Digest;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::time::UnixTime;
use crate::tuf::Floors;
use crate::tuf::Seen;

/// The only version of the format.
const VERSION: i64 = 1;

/// What is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The successors of the program's own root, in their order.
    pub(super) roots: Vec<Vec<u8>>,
    /// What was seen: newer than `last` where a refresh did not come to its end.
    pub(super) floors: Floors,
    /// The last complete set of files.
    pub(super) last: Option<Last>,
}

/// Files that lead from a timestamp to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Last {
    /// When the repository said so.
    pub(super) confirmed: UnixTime,
    /// The version of its root then.
    pub(super) root: u64,
    pub(super) timestamp: Vec<u8>,
    pub(super) snapshot: Vec<u8>,
    pub(super) targets: Vec<u8>,
    /// By role, in the order in which they were asked.
    pub(super) delegated: Vec<(String, Vec<u8>)>,
    /// If one was asked for.
    pub(super) target: Option<Vec<u8>>,
}

impl Last {
    /// The metadata of a delegated role.
    pub(super) fn delegated(&self, role: &str) -> Option<&[u8]> {
        self.delegated.iter().find(|(name, _)| name == role).map(|(_, bytes)| bytes.as_slice())
    }
}

impl State {
    /// Reads what [`Self::to_bytes`] wrote; nothing is an empty state.
    pub(super) fn parse(bytes: Option<&[u8]>) -> Result<Self, InvalidState> {
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        if bytes.len() > budget::TUF_STATE_BYTES {
            return Err(InvalidState::TooLarge);
        }
        let document = json::parse_object(bytes)?;
        let root = document.root();
        let version = root.required("stateVersion")?.integer()?;
        if version != VERSION {
            return Err(InvalidState::Version { found: version });
        }
        let floors = root.required("floors")?.object()?;
        let targets = floors.required("targets")?.object()?;
        Ok(Self {
            roots: root.required("roots")?.array()?.iter().map(decode).collect::<Result<_, _>>()?,
            floors: Floors {
                keys: floors.optional("keys")?.map(|place| value(&place, "a digest")).transpose()?,
                timestamp: floors.optional("timestamp")?.map(|place| seen(&place)).transpose()?,
                snapshot: floors.optional("snapshot")?.map(|place| seen(&place)).transpose()?,
                targets: targets.places().map(|(role, place)| Ok((role.to_owned(), seen(&place)?))).collect::<Result<_, InvalidState>>()?,
            },
            last: root.optional("last")?.map(|place| last(&place.object()?)).transpose()?,
        })
    }

    /// As it is stored.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let seen = |seen: &Seen| json!({ "version": seen.version, "digest": seen.digest });
        let targets: BTreeMap<_, _> = self.floors.targets.iter().map(|(role, last)| (role, seen(last))).collect();
        let document = json!({
            "stateVersion": VERSION,
            "roots": self.roots.iter().map(|root| Base64::encode_string(root)).collect::<Vec<_>>(),
            "floors": {
                "keys": self.floors.keys,
                "timestamp": self.floors.timestamp.as_ref().map(seen),
                "snapshot": self.floors.snapshot.as_ref().map(seen),
                "targets": targets,
            },
            "last": self.last.as_ref().map(|last| json!({
                "confirmed": last.confirmed,
                "root": last.root,
                "timestamp": Base64::encode_string(&last.timestamp),
                "snapshot": Base64::encode_string(&last.snapshot),
                "targets": Base64::encode_string(&last.targets),
                "delegated": last.delegated.iter()
                    .map(|(role, bytes)| json!({ "role": role, "metadata": Base64::encode_string(bytes) }))
                    .collect::<Vec<_>>(),
                "target": last.target.as_deref().map(Base64::encode_string),
            })),
        });
        document.to_string().into_bytes()
    }
}

fn last(members: &Members<'_>) -> Result<Last, InvalidState> {
    let delegated = |place: &Place<'_>| {
        let members = place.object()?;
        Ok((members.required("role")?.string()?.to_owned(), decode(&members.required("metadata")?)?))
    };
    Ok(Last {
        confirmed: value(&members.required("confirmed")?, "a time")?,
        root: members.required("root")?.unsigned()?,
        timestamp: decode(&members.required("timestamp")?)?,
        snapshot: decode(&members.required("snapshot")?)?,
        targets: decode(&members.required("targets")?)?,
        delegated: members.required("delegated")?.array()?.iter().map(delegated).collect::<Result<_, InvalidState>>()?,
        target: members.optional("target")?.map(|place| decode(&place)).transpose()?,
    })
}

fn seen(place: &Place<'_>) -> Result<Seen, InvalidState> {
    let members = place.object()?;
    let digest = members.optional("digest")?.map(|place| value::<Digest>(&place, "a digest")).transpose()?;
    Ok(Seen { version: members.required("version")?.unsigned()?, digest })
}

fn value<V: core::str::FromStr>(place: &Place<'_>, expected: &'static str) -> Result<V, InvalidState> {
    place.string()?.parse().map_err(|_| InvalidState::Value { path: place.path().to_owned(), expected })
}

fn decode(place: &Place<'_>) -> Result<Vec<u8>, InvalidState> {
    Base64::decode_vec(place.string()?).map_err(|_| InvalidState::Value { path: place.path().to_owned(), expected: "base64" })
}

/// Why what is stored is no state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidState {
    /// It is no strict JSON, or a member is missing or of another type.
    Json(InvalidJson),
    /// It is larger than anything that is stored.
    TooLarge,
    /// A value that means nothing.
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
            Self::TooLarge => write!(f, "expected at most {} bytes, found more", budget::TUF_STATE_BYTES),
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
