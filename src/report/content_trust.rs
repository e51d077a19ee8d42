//! What a publisher's collection in Docker Content Trust says of an image, and on what that rests.

use serde::Serialize;

use crate::digest::Digest;
use crate::report::Remark;
use crate::report::Via;
use crate::time::UnixTime;

/// What came of one collection.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentTrustSummary {
    /// The address of the trust server.
    pub server: String,
    /// The full name of the image, by which the collection is known.
    pub gun: String,
    /// How the server's answers came; `None` where there are none.
    pub via: Option<Via>,
    /// Whose root is believed.
    pub anchor: AnchorSummary,
    /// What follows.
    pub outcome: ContentTrustOutcome,
    /// Why the image is not vouched for.
    pub code: Option<&'static str>,
    /// The same, for people.
    pub message: Option<String>,
    /// The signed tag; where a digest was asked for by itself, the first that has it.
    pub tag: Option<String>,
    /// What it was signed as.
    pub digest: Option<Digest>,
    /// Bytes of the manifest or index.
    pub length: Option<usize>,
    /// Who signed it: `targets/releases`, `targets`.
    pub role: Option<String>,
    /// The time in which an archive was looked at.
    pub verified_at: Option<UnixTime>,
    /// The keys of the root.
    pub root_keys: Vec<RootKeySummary>,
    /// The files on the way from the root to the tag.
    pub chain: Vec<LinkSummary>,
    /// When the first of what it rests on expires, certificates included.
    pub expires: Option<UnixTime>,
    /// Roles that would have been asked first, and cannot be used.
    pub passed_over: Vec<PassedOverSummary>,
    /// When the collection was first seen; `None` where nothing is kept, so that nothing protects from rollback.
    pub first_seen: Option<UnixTime>,
    /// Why what was seen now could not be kept.
    pub kept: Option<Remark>,
}

/// Where trust in a collection begins.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnchorSummary {
    /// `keys`, `certificates`, `authority` or `first-use`.
    pub kind: &'static str,
    /// What is pinned: IDs of keys, or the authority's name; nothing of whom was seen first.
    pub pinned: Vec<String>,
}

/// Whether an image is vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentTrustOutcome {
    /// Its tag is signed as this image, and all of that is valid now.
    Verified,
    /// The same, at another time: it proves nothing of the present.
    Archived,
    /// The collection does not vouch for it, or must not be believed.
    Failed,
    /// It could not be found out.
    Unknown,
}

/// A key that may sign roots.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootKeySummary {
    /// Its canonical ID.
    pub id: String,
    /// The ID of the key in its certificate.
    pub certificate: String,
    /// Whom the certificate names.
    pub subject: String,
    /// From when it is valid.
    pub from: UnixTime,
    /// Until when.
    pub to: Option<UnixTime>,
}

/// One file, signed by a threshold of its role's keys.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkSummary {
    /// Whose.
    pub role: String,
    /// From 1.
    pub version: u64,
    /// The first second in which it is no longer valid.
    pub expires: UnixTime,
    /// How many of the keys signed it at least.
    pub threshold: usize,
    /// The keys that may, by canonical ID.
    pub keys: Vec<String>,
}

/// A role that was passed over.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassedOverSummary {
    /// Which.
    pub role: String,
    /// `expired` or `unsigned`.
    pub why: &'static str,
}

/// All that a collection says, as [`crate::inspect`] shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustInspection {
    /// 1.
    pub schema_version: u32,
    /// The time that the caller gave.
    pub checked_at: UnixTime,
    /// The address of the trust server.
    pub server: String,
    /// The full name of the image.
    pub gun: String,
    /// How the server's answers came; `None` where there are none.
    pub via: Option<Via>,
    /// Whose root is believed.
    pub anchor: AnchorSummary,
    /// What follows: of the tag if one was asked for, else of the collection.
    pub outcome: ContentTrustOutcome,
    /// Why it is not believed.
    pub code: Option<&'static str>,
    /// The same, for people.
    pub message: Option<String>,
    /// The time in which an archive was looked at.
    pub verified_at: Option<UnixTime>,
    /// The tag that was asked for, if it is signed.
    pub tag: Option<SignedTagSummary>,
    /// The keys of the root.
    pub root_keys: Vec<RootKeySummary>,
    /// Every file that was verified, in the order of trust.
    pub chain: Vec<LinkSummary>,
    /// When the first of them expires, certificates included.
    pub expires: Option<UnixTime>,
    /// Every role that somebody delegates to.
    pub roles: Vec<DelegatedRoleSummary>,
    /// Every tag that Docker would find.
    pub tags: Vec<ListedTagSummary>,
    /// When the collection was first seen; `None` where nothing is kept.
    pub first_seen: Option<UnixTime>,
    /// Why what was seen now could not be kept.
    pub kept: Option<Remark>,
}

/// What a tag was signed as.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedTagSummary {
    /// The tag; where a digest was asked for, the first that has it.
    pub tag: String,
    /// What it was signed as.
    pub digest: Digest,
    /// Bytes of the manifest or index.
    pub length: usize,
    /// Who signed it.
    pub role: String,
    /// Roles that would have been asked first, and cannot be used.
    pub passed_over: Vec<PassedOverSummary>,
}

/// A delegated role.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DelegatedRoleSummary {
    /// `targets/releases`.
    pub name: String,
    /// The beginnings of the tags for which it is trusted; the empty one is that of all.
    pub paths: Vec<String>,
    /// The keys that may sign it, by canonical ID.
    pub keys: Vec<String>,
    /// How many of them have to.
    pub threshold: usize,
    /// `read`, `empty`, `expired` or `unsigned`.
    pub state: &'static str,
    /// From 1; `None` unless it was read.
    pub version: Option<u64>,
    /// The first second in which it is no longer valid; `None` unless it was read.
    pub expires: Option<UnixTime>,
}

/// What one role says that a tag stands for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedTagSummary {
    /// The tag.
    pub tag: String,
    /// What it was signed as; `None` where it has no SHA-256, so that it cannot be used.
    pub digest: Option<Digest>,
    /// Bytes of the manifest or index.
    pub length: Option<usize>,
    /// `targets/releases` or `targets`.
    pub role: String,
    /// Whether this is what the tag stands for: not where another role is asked first.
    pub believed: bool,
    /// The other delegated roles with the same digest for it.
    pub signers: Vec<String>,
}
