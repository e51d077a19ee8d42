//! What somebody says of a tag.

use serde_json::Value;
use serde_json::json;

/// The answer to "what does this tag stand for?"
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// This, in hexadecimal digits; and who says so, where that is told.
    Accepts { sha256: String, role: Option<String> },
    /// Nothing: a code or a sentence, without what differs between two runs.
    Refuses(String),
    /// That could not be found out.
    Unknown(String),
}

impl Verdict {
    /// The digest, if there is one.
    pub(crate) fn accepted(&self) -> Option<&str> {
        match self {
            Self::Accepts { sha256, .. } => Some(sha256),
            Self::Refuses(_) | Self::Unknown(_) => None,
        }
    }

    /// As it stands in the table.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Accepts { sha256, role: Some(role) } => json!({ "accepts": sha256, "role": role }),
            Self::Accepts { sha256, role: None } => json!({ "accepts": sha256 }),
            Self::Refuses(why) => json!({ "refuses": why }),
            Self::Unknown(why) => json!({ "unknown": why }),
        }
    }
}
