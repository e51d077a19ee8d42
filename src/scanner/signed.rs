//! Shards that somebody signed: an index with the signature of whoever is wanted, and only what it lists.
//!
//! ```text
//! index.json, its bundle ─▶ signer_of ─▶ Publisher ─▶ SignedIndex::open ─▶ admit(ecosystem, bytes) ─▶ VerifiedShard
//! ```
//!
//! A mirror can serve an old index as long as it is not older than one that was seen here ([`Store`]) and not too old for the reader
//! ([`crate::scan::age`]); it can leave a shard out, which is told because the index names it. It can neither change one nor say that there is none.

use core::fmt;

use crate::budget;
use crate::bundle;
use crate::bundle::BundleSummary;
use crate::bundle::Expected;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json::Object;
use crate::json::Value;
use crate::prover::Prover;
use crate::report::Remark;
use crate::report::SignatureOutcome;
use crate::report::SignerSummary;
use crate::scan::age;
use crate::scan::source::index;
use crate::scan::source::index::Index;
use crate::scan::source::index::InvalidIndex;
use crate::scan::source::index::NotListed;
use crate::scan::source::shard::Shard;
use crate::scanner::LoadError;
use crate::sigstore::trust::Artifact;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Swapped;
use crate::stored;
use crate::stored::InvalidState;
use crate::time::UnixTime;

/// Characters of a name that a message repeats.
const SHOWN: usize = 200;

/// The member of stored state with the time of the newest index.
const NEWEST: &str = "generatedAt";

/// Whoever is proven to have signed an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    name: String,
    history: String,
}

impl Publisher {
    /// As another module has proven it, which is not this one's to check: only the doors to JavaScript may know one.
    #[cfg(all(target_arch = "wasm32", feature = "wasm-scan"))]
    pub(crate) const fn proven_elsewhere(name: String, history: String) -> Self {
        Self { name, history }
    }

    /// Who that is, in words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key under which a [`Store`] keeps what was seen of the indexes of the signer who is *wanted*: of an identity by a pattern they are one
    /// history, or else an old one would be new under another name.
    pub fn history(&self) -> &str {
        &self.history
    }
}

/// Finds out whether somebody who is `expected` signed an index. `signature` is a Sigstore bundle. An attestation about it is no signature.
pub async fn signer_of(
    index: &[u8],
    signature: &[u8],
    expected: &Expected,
    now: UnixTime,
    prover: &impl Prover,
) -> Result<Publisher, RefusedIndex> {
    if index.len() > budget::SHARD_INDEX_BYTES {
        return Err(RefusedIndex::Invalid(InvalidIndex::TooLarge));
    }
    let content = Content::identify(Algorithm::Sha256, index.to_vec());
    let BundleSummary { outcome, signer, meaning, message, .. } =
        bundle::verify(signature, Artifact::of(&content), expected, now, prover).await;
    let refused = |found: String| RefusedIndex::NotSigned { expected: expected.to_string(), found };
    let (SignatureOutcome::Verified, Some(signer), Some(meaning)) = (outcome, signer, meaning) else {
        return Err(refused(message.unwrap_or_default()));
    };
    if meaning.kind != "signature" {
        return Err(refused("found an attestation about it, which is no signature".to_owned()));
    }
    let history = Digest::of(Algorithm::Sha256, expected.to_string().as_bytes()).encoded();
    Ok(Publisher { name: in_words(&signer), history: format!("shards-{history}") })
}

fn in_words(signer: &SignerSummary) -> String {
    match signer {
        SignerSummary::Key { id, kind } => format!("the {kind} key {id}"),
        SignerSummary::Identity { issuer: Some(issuer), subject, .. } => {
            format!("\"{}\", known to \"{}\"", excerpt(subject, SHOWN), excerpt(issuer, SHOWN))
        }
        SignerSummary::Identity { issuer: None, subject, .. } => format!("\"{}\"", excerpt(subject, SHOWN)),
    }
}

/// An index whose signer is proven, and that is no older than any that was seen of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIndex {
    index: Index,
    publisher: Publisher,
    /// Why it cannot be said that it is no older.
    unseen: Option<Remark>,
}

impl SignedIndex {
    /// Reads an index that `publisher` is proven to have signed, and remembers it in `store`. A store that cannot be used ends nothing; it is told.
    pub async fn open(index: &[u8], publisher: Publisher, store: Option<&impl Store>, now: UnixTime) -> Result<Self, RefusedIndex> {
        let index = Index::read(index).map_err(RefusedIndex::Invalid)?;
        let unseen = match store {
            Some(store) => remember(store, &publisher.history, index.generated_at(), now).await?,
            None => None,
        };
        Ok(Self { index, publisher, unseen })
    }

    /// What it says.
    pub const fn index(&self) -> &Index {
        &self.index
    }

    /// Who signed it, in words.
    pub fn signed_by(&self) -> &str {
        &self.publisher.name
    }

    /// Why it cannot be said that it is no older than what was seen, if it cannot.
    pub const fn unseen(&self) -> Option<&Remark> {
        self.unseen.as_ref()
    }

    /// The shard of an ecosystem, from what a loader gave for it: nothing where the index says that there is none.
    pub fn admit(&self, ecosystem: &str, given: Result<Option<Vec<u8>>, LoadError>) -> Result<Option<VerifiedShard>, RefusedShard> {
        let Some(entry) = self.index.entry(ecosystem) else { return Ok(None) };
        let bytes = given.map_err(RefusedShard::Unavailable)?.ok_or(RefusedShard::Missing)?;
        let shard = entry.admit(ecosystem, bytes).map_err(RefusedShard::NotListed)?;
        Ok(Some(VerifiedShard { shard, signed_by: self.publisher.name.clone() }))
    }
}

/// A shard that is in an index whose signer is proven: there is no other way to have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedShard {
    shard: Shard,
    signed_by: String,
}

impl VerifiedShard {
    /// What it says.
    pub const fn shard(&self) -> &Shard {
        &self.shard
    }

    /// Who signed it, in words.
    pub fn signed_by(&self) -> &str {
        &self.signed_by
    }

    /// Without its proof.
    pub(super) fn into_parts(self) -> (Shard, String) {
        (self.shard, self.signed_by)
    }
}

/// Refuses what is older than what was seen, and keeps what is newer. Returns why it could not be compared or kept.
async fn remember(store: &impl Store, key: &str, at: UnixTime, now: UnixTime) -> Result<Option<Remark>, RefusedIndex> {
    let unusable = |code, why: &dyn fmt::Display| {
        Ok(Some(Remark { code, message: format!("{why}: that the shards are no older than those before cannot be said") }))
    };
    // Another one stored something meanwhile: begin with that.
    for _ in 0..budget::TUF_ATTEMPTS {
        let before = match store.load(key).await {
            Ok(before) => before,
            Err(error) => return unusable(StoreError::CODE, &error),
        };
        let seen = match before.as_deref().map(read_seen).transpose() {
            Ok(seen) => seen,
            // It is not written over: somebody may still be able to read it.
            Err(invalid) => return unusable(InvalidState::CODE, &invalid),
        };
        if let Some(seen) = seen.filter(|seen| at < *seen) {
            return Err(RefusedIndex::Older { seen, found: at });
        }
        // One from the future would be the newest for as long as it takes.
        if seen == Some(at) || age::is_ahead(at, now) {
            return Ok(None);
        }
        match store.swap(key, before.as_deref(), &write_seen(at)).await {
            Ok(Swapped::Stored) => return Ok(None),
            Ok(Swapped::Conflict) => {}
            Err(error) => return unusable(StoreError::CODE, &error),
        }
    }
    unusable(StoreError::CODE, &"the store was written by others every time")
}

fn read_seen(bytes: &[u8]) -> Result<UnixTime, InvalidState> {
    stored::value(&stored::read(bytes)?.root().required(NEWEST)?, "a date and time")
}

fn write_seen(at: UnixTime) -> Vec<u8> {
    let members = [(stored::VERSION_MEMBER, Value::Integer(stored::VERSION)), (NEWEST, Value::String(at.to_string()))];
    Object::of(members).to_bytes().expect("only a text and an integer are written")
}

/// Why an index says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusedIndex {
    /// A file of it could not be had.
    Unavailable {
        /// Its name.
        file: &'static str,
    },
    /// It is not proven that whoever is wanted signed it.
    NotSigned {
        /// Who is wanted.
        expected: String,
        /// What was found instead.
        found: String,
    },
    /// It is none.
    Invalid(InvalidIndex),
    /// It is older than one that was seen.
    Older {
        /// When the newest was made.
        seen: UnixTime,
        /// When this one was.
        found: UnixTime,
    },
    /// As another module says.
    Elsewhere {
        /// The stable code.
        code: &'static str,
        /// The sentence.
        message: String,
    },
}

impl RefusedIndex {
    /// Of a signature that is not proven to be by whoever is wanted.
    pub const NOT_SIGNED: &'static str = "shard-index-not-signed";
    /// Of a file that could not be had.
    pub const UNAVAILABLE: &'static str = "shard-index-unavailable";
    /// Of bytes that are no index.
    pub const INVALID: &'static str = "shard-index-invalid";

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => Self::UNAVAILABLE,
            Self::NotSigned { .. } => Self::NOT_SIGNED,
            Self::Invalid(_) => Self::INVALID,
            Self::Older { .. } => "shard-index-older",
            Self::Elsewhere { code, .. } => code,
        }
    }

    /// The code of another module; of one that is not known here, that it is not proven to be signed.
    #[cfg(all(target_arch = "wasm32", feature = "wasm-scan"))]
    pub(crate) fn known(code: &str) -> &'static str {
        [Self::UNAVAILABLE, Self::INVALID].into_iter().find(|known| *known == code).unwrap_or(Self::NOT_SIGNED)
    }
}

impl fmt::Display for RefusedIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable { file } => write!(f, "expected {file} beside the shards, found that it could not be loaded"),
            Self::NotSigned { expected, found } => write!(f, "expected {} signed by {expected}: {found}", index::FILE),
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Elsewhere { message, .. } => f.write_str(message),
            Self::Older { seen, found } => {
                write!(f, "expected an index of shards that is no older than the one of {seen} that was seen before, found one of {found}")
            }
        }
    }
}

impl core::error::Error for RefusedIndex {}

/// Why a shard is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusedShard {
    /// It could not be had.
    Unavailable(LoadError),
    /// The index names it, and it is not there.
    Missing,
    /// It is not what the index lists.
    NotListed(NotListed),
}

impl RefusedShard {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => LoadError::CODE,
            Self::Missing => "shard-missing",
            Self::NotListed(not_listed) => not_listed.code(),
        }
    }
}

impl fmt::Display for RefusedShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(error) => error.fmt(f),
            Self::Missing => f.write_str("expected a shard, since the index names one, found none"),
            Self::NotListed(not_listed) => not_listed.fmt(f),
        }
    }
}

impl core::error::Error for RefusedShard {}
