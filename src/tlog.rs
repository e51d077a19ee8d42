//! Transparency logs: whose keys are trusted for which time, and what an entry of theirs proves.
//!
//! Two generations of Rekor. Version 1 promises to take an entry and says when (a SET), and proves later that it did; its entries have
//! two indexes, one in the whole log and one in the tree that was written then. Version 2 only proves, and leaves time to timestamp
//! authorities.

pub mod checkpoint;
pub mod entry;
pub mod merkle;
pub mod promise;

use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::Unproven;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::entry::Entry;
use crate::tlog::entry::InvalidEntry;
use crate::tlog::entry::Kind;
use crate::tlog::entry::Signed;
use crate::tlog::merkle::Hash;

/// A log that is trusted: a Rekor instance, or a Certificate Transparency log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// What entries, checkpoints and SCTs name it by. 32 bytes: of Rekor v1 and CT logs the SHA-256 of the key.
    pub id: Vec<u8>,
    /// Its key.
    pub key: PublicKey,
    /// How it signs.
    pub scheme: Scheme,
    /// When its key was in use.
    pub validity: Validity,
    /// The host of its address, which its checkpoints name: `rekor.sigstore.dev`.
    pub origin: String,
    /// Who runs it. Two logs of one operator count once.
    pub operator: Option<String>,
}

/// Whom a threshold counts: entries of one log, or of several logs of one operator, are one witness (GHSA-9vcr-p3rj-q5q6).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// Who is said to run the log.
    Named(String),
    /// The log itself, by its ID, where nobody is.
    Log(Vec<u8>),
}

impl Log {
    /// Whom a threshold counts.
    pub fn counted_as(&self) -> Operator {
        self.operator.clone().map_or_else(|| Operator::Log(self.id.clone()), Operator::Named)
    }
}

/// An entry of a log, as it comes beside a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Which log.
    pub log_id: Vec<u8>,
    /// Its number in the whole log.
    pub log_index: u64,
    /// `hashedrekord`
    pub kind: String,
    /// `0.0.1`
    pub version: String,
    /// When Rekor v1 took it, in seconds since 1970; nothing by itself. Documents write 0 where there is none.
    pub integrated_time: Option<i64>,
    /// That Rekor v1 takes it: a signature.
    pub promise: Option<Vec<u8>>,
    /// That it is in the log.
    pub proof: Option<InclusionProof>,
    /// What it says.
    pub body: Vec<u8>,
}

/// That an entry is in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// Its number in the tree; in Rekor v1 another than in the whole log.
    pub log_index: u64,
    /// How many entries the tree has.
    pub tree_size: u64,
    /// The root of the tree.
    pub root_hash: Vec<u8>,
    /// The hashes beside its way up, lowest first.
    pub hashes: Vec<Hash>,
    /// The log's word for the root.
    pub checkpoint: String,
}

impl LogEntry {
    /// An entry that comes without the names of its kind, and with nothing but the log's promise: as cosign keeps it in annotations.
    pub fn promised(log_id: Vec<u8>, log_index: u64, integrated_time: i64, promise: Vec<u8>, body: Vec<u8>) -> Result<Self, InvalidEntry> {
        let kind = Entry::parse(&body)?.kind();
        Ok(Self {
            log_id,
            log_index,
            kind: kind.name().to_owned(),
            version: kind.version().to_owned(),
            integrated_time: Some(integrated_time),
            promise: Some(promise),
            proof: None,
            body,
        })
    }
}

/// That a trusted log has an entry of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Which of the trusted logs.
    pub log: usize,
    /// Whom a threshold counts.
    pub operator: Operator,
    /// The number of the entry in the whole log, where the log says it: Rekor v1 does in its promise only, and proves the place in one
    /// of its trees without it.
    pub index: Option<u64>,
    /// When the log took it: there only with its promise. It is the log's clock; whether it is in the future is for whoever knows what
    /// time it is.
    pub time: Option<UnixTime>,
    /// What the entry is.
    pub kind: Kind,
}

/// What `entry` proves of `signed`: nothing (`None`) if none of `logs` has its ID.
///
/// What is there must hold, the promise and the proof each for itself, and one of them has to be there; in Rekor v2, the proof. The
/// entry has to be about this very signature. Where a time is said, the log's key has to have been in use then. In Rekor v2 nothing is
/// known of the time: compare the log's validity with that of a timestamp.
pub fn verify(entry: &LogEntry, signed: &Signed<'_>, logs: &[Log]) -> Result<Option<Unproven<Logged>>, InvalidEntry> {
    let candidates: Vec<(usize, &Log)> = logs.iter().enumerate().filter(|(_, log)| log.id == entry.log_id).collect();
    let Some(&first) = candidates.first() else { return Ok(None) };
    let body = Entry::parse(&entry.body)?;
    let kind = body.kind();
    if (kind.name(), kind.version()) != (entry.kind.as_str(), entry.version.as_str()) {
        return Err(InvalidEntry::Kind { expected: format!("{} {}", entry.kind, entry.version), found: kind });
    }
    body.binds(signed)?;

    // A key may be listed once for each time that it was in use.
    let (number, log) = match said_time(entry, kind) {
        None => first,
        Some(found) => *candidates
            .iter()
            .find(|(_, log)| log.validity.contains(found))
            .ok_or(InvalidEntry::KeyNotInUse { expected: first.1.validity, found })?,
    };
    let index = (kind.is_rekor_2() || entry.promise.is_some()).then_some(entry.log_index);
    let logged = |time: Option<UnixTime>| Logged { log: number, operator: log.counted_as(), index, time, kind };
    let proven = match (&entry.promise, &entry.proof) {
        (Some(_), _) if kind.is_rekor_2() => return Err(InvalidEntry::PromiseOfRekor2),
        (None, None) if kind.is_rekor_2() => return Err(InvalidEntry::NoProof),
        (None, None) => return Err(InvalidEntry::NoEvidence),
        (None, Some(proof)) => included(entry, kind, proof, log)?.map(|()| logged(None)),
        (Some(promise), None) => promise::verify(entry, promise, log)?.map(|time| logged(Some(time))),
        (Some(promise), Some(proof)) => promise::verify(entry, promise, log)?
            .then(|time| included(entry, kind, proof, log).map(|included| included.map(|()| logged(Some(time)))))?,
    };
    Ok(Some(proven))
}

/// The time that Rekor v1 is said to have taken the entry, believed or not: outside of the key's it contradicts itself.
fn said_time(entry: &LogEntry, kind: Kind) -> Option<UnixTime> {
    let is_said = |seconds: &i64| !kind.is_rekor_2() && (*seconds != 0 || entry.promise.is_some());
    entry.integrated_time.filter(is_said).and_then(UnixTime::from_seconds)
}

/// That the body is in the tree whose root `log` signed.
///
/// Rekor v1 says index, size and root of the tree in the proof, and they have to be the checkpoint's. Of Rekor v2 these three are
/// nobody's word (rekor-tiles, CLIENTS.md): there is one tree, so the index is the entry's, and the rest is the checkpoint's.
fn included(entry: &LogEntry, kind: Kind, proof: &InclusionProof, log: &Log) -> Result<Unproven<()>, InvalidEntry> {
    Checkpoint::verify(&proof.checkpoint, log)?.then(|checkpoint| {
        let index = if kind.is_rekor_2() { entry.log_index } else { proof.log_index };
        if !kind.is_rekor_2() && proof.tree_size != checkpoint.size {
            return Err(InvalidEntry::Size { expected: checkpoint.size, found: proof.tree_size });
        }
        if !kind.is_rekor_2() && proof.root_hash != checkpoint.root {
            return Err(InvalidEntry::Root);
        }
        if merkle::root(merkle::leaf(&entry.body), index, checkpoint.size, &proof.hashes)? != checkpoint.root {
            return Err(InvalidEntry::Root);
        }
        Ok(Unproven::new((), Vec::new()))
    })
}
