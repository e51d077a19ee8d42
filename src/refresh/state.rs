//! What is stored of one repository, as JSON: roots, what was seen, and the last complete set of files.

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::digest::Digest;
use crate::json::Members;
use crate::json::Object;
use crate::json::Place;
use crate::json::Value;
use crate::stored;
use crate::stored::InvalidState;
use crate::stored::VERSION;
use crate::stored::VERSION_MEMBER;
use crate::stored::decode;
use crate::stored::value;
use crate::time::UnixTime;
use crate::tuf::ByName;
use crate::tuf::Floors;
use crate::tuf::Seen;

/// What is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The successors of the program's own root, in their order.
    pub(super) roots: Vec<Vec<u8>>,
    /// What was seen: newer than `last` where a refresh did not come to its end.
    pub(super) floors: Floors,
    /// The last complete set of files.
    pub(super) last: Option<Last>,
    /// When the repository last gave no answer, if it has given none since.
    pub(super) silent: Option<UnixTime>,
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
        let document = stored::read(bytes)?;
        let root = document.root();
        let floors = root.required("floors")?.object()?;
        let mut targets = ByName::default();
        for (role, place) in floors.required("targets")?.object()?.places() {
            targets.insert(role, seen(&place)?);
        }
        Ok(Self {
            roots: root.required("roots")?.array()?.iter().map(decode).collect::<Result<_, _>>()?,
            floors: Floors {
                keys: floors.optional("keys")?.map(|place| value(&place, "a digest")).transpose()?,
                timestamp: floors.optional("timestamp")?.map(|place| seen(&place)).transpose()?,
                snapshot: floors.optional("snapshot")?.map(|place| seen(&place)).transpose()?,
                targets,
            },
            last: root.optional("last")?.map(|place| last(&place.object()?)).transpose()?,
            silent: root.optional("silent")?.map(|place| value(&place, "a time")).transpose()?,
        })
    }

    /// As it is stored.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let text = |text: String| Value::String(text);
        let binary = |bytes: &Vec<u8>| text(Base64::encode_string(bytes));
        let digest = |digest: Option<Digest>| digest.map_or(Value::Null, |digest| text(digest.to_string()));
        let version = |version: u64| Value::Integer(version.cast_signed());
        let seen = |seen: &Seen| Object::of([("version", version(seen.version)), ("digest", digest(seen.digest))]);
        let named = |last: Option<&Seen>| last.map_or(Value::Null, seen);
        let last = self.last.as_ref().map_or(Value::Null, |last| {
            let delegated =
                last.delegated.iter().map(|(role, bytes)| Object::of([("role", text(role.clone())), ("metadata", binary(bytes))]));
            Object::of([
                ("confirmed", text(last.confirmed.to_string())),
                ("root", version(last.root)),
                ("timestamp", binary(&last.timestamp)),
                ("snapshot", binary(&last.snapshot)),
                ("targets", binary(&last.targets)),
                ("delegated", Value::Array(delegated.collect())),
                ("target", last.target.as_ref().map_or(Value::Null, binary)),
            ])
        });
        let targets = self.floors.targets.iter().map(|(role, last)| (role.to_owned(), seen(last))).collect();
        let document = Object::of([
            (VERSION_MEMBER, Value::Integer(VERSION)),
            ("roots", Value::Array(self.roots.iter().map(binary).collect())),
            (
                "floors",
                Object::of([
                    ("keys", digest(self.floors.keys)),
                    ("timestamp", named(self.floors.timestamp.as_ref())),
                    ("snapshot", named(self.floors.snapshot.as_ref())),
                    ("targets", Value::Object(targets)),
                ]),
            ),
            ("last", last),
            ("silent", self.silent.map_or(Value::Null, |time| text(time.to_string()))),
        ]);
        document.to_bytes().expect("all of its numbers are integers")
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
