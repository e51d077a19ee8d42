//! Who saw a signature, and when: timestamp authorities, and logs.

use std::collections::BTreeSet;

use crate::crypto::SignatureCheck;
use crate::crypto::Unproven;
use crate::sigstore::entity::Content;
use crate::sigstore::entity::SignedEntity;
use crate::sigstore::signer::LogRecord;
use crate::sigstore::signer::Witness;
use crate::sigstore::trust::Logging;
use crate::sigstore::verify::InvalidSignature;
use crate::sigstore::verify::Planned;
use crate::sigstore::verify::look;
use crate::time::UnixTime;
use crate::timestamp;
use crate::tlog;
use crate::tlog::Log;
use crate::tlog::LogEntry;
use crate::tlog::Operator;
use crate::tlog::entry::Signed;
use crate::x509::path::Authority;

/// A timestamp, with each way in which somebody trusted can have made it. One of them has to hold.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    pub(super) time: UnixTime,
    pub(super) ways: Vec<Unproven<Witness>>,
}

impl Stamp {
    pub(super) fn checks(&self) -> impl Iterator<Item = &SignatureCheck> {
        self.ways.iter().flat_map(Unproven::checks)
    }
}

/// That a trusted log has the signature.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) record: LogRecord,
    /// Whom a threshold counts.
    operator: Operator,
    /// When it took it, if it said so.
    pub(super) witness: Option<Witness>,
}

/// The timestamps of trusted authorities.
pub(super) fn stamps(entity: &SignedEntity, authorities: &[Authority], now: UnixTime) -> Result<Vec<Stamp>, InvalidSignature> {
    let message = match &entity.content {
        Content::Message { signature, .. } | Content::Payload { signature, .. } => signature.as_slice(),
        Content::Envelope { stamped: Some(document), .. } => document,
        Content::Envelope { envelope, stamped: None } => envelope.signature(),
    };
    let mut stamps = Vec::new();
    for response in &entity.timestamps {
        let ways = timestamp::verify(response, message, authorities)?;
        let mut time = None;
        let ways: Vec<Unproven<Witness>> = ways
            .into_iter()
            .map(|way| way.map(|stamp| Witness { time: *time.insert(stamp.time()), by: stamp.authority().uri.clone() }))
            .collect();
        if let Some(time) = time {
            stamps.push(Stamp { time: past(time, now)?, ways });
        }
    }
    Ok(stamps)
}

fn past(time: UnixTime, now: UnixTime) -> Result<UnixTime, InvalidSignature> {
    if time <= now { Ok(time) } else { Err(InvalidSignature::Future { time, now }) }
}

/// The entries of trusted logs, and all the times at which the signature was seen: those in `seen`, and those that logs promise.
pub(super) fn entries(
    entries: &[LogEntry],
    signed: &Signed<'_>,
    logs: &[Log],
    seen: Vec<UnixTime>,
    now: UnixTime,
) -> (Result<Vec<Unproven<Entry>>, InvalidSignature>, Vec<UnixTime>) {
    let mut times = seen;
    let promised = entries.iter().filter(|entry| entry.promise.is_some()).map(|entry| {
        let Some(entry) = verify(entry, signed, logs)? else { return Ok(None) };
        let (time, entry) = look(entry, |entry| entry.witness.as_ref().map(|witness| witness.time));
        times.extend(time.map(|time| past(time, now)).transpose()?);
        Ok(Some(entry))
    });
    let promised = promised.collect::<Result<Vec<_>, InvalidSignature>>();
    // What is only proven to be there has no time of its own, so that the log's key has to have been in use at all the others.
    let in_use: Vec<Log> = logs.iter().filter(|log| times.iter().all(|time| log.validity.contains(*time))).cloned().collect();
    let proven = entries.iter().filter(|entry| entry.promise.is_none()).map(|entry| {
        match (verify(entry, signed, &in_use)?, logs.iter().find(|log| log.id == entry.log_id), times.first()) {
            (None, Some(log), Some(time)) => Err(InvalidSignature::LogNotInUse { log: log.origin.clone(), time: *time }),
            (entry, ..) => Ok(entry),
        }
    });
    let found = promised.and_then(|promised| Ok(promised.into_iter().chain(proven.collect::<Result<Vec<_>, _>>()?).flatten().collect()));
    (found, times)
}

/// `None` if the log is none of these.
fn verify(entry: &LogEntry, signed: &Signed<'_>, logs: &[Log]) -> Result<Option<Unproven<Entry>>, InvalidSignature> {
    let entry = tlog::verify(entry, signed, logs)?.map(|logged| {
        logged.map(|logged| {
            let log = logs.get(logged.log).map(|log| log.origin.clone()).unwrap_or_default();
            Entry {
                operator: logged.operator,
                witness: logged.time.map(|time| Witness { time, by: log.clone() }),
                record: LogRecord { log, index: logged.index },
            }
        })
    });
    Ok(entry)
}

/// What is left of step (2) once it is known at which `times` anybody saw it, and whether a log's word for that is `refused`.
pub(super) fn time(stamps: Result<Vec<Stamp>, InvalidSignature>, times: &[UnixTime], refused: bool, needed: bool) -> Planned<Vec<Stamp>> {
    match stamps {
        Ok(_) if times.is_empty() && refused => Planned::not_reached("the log entry, which may say when it was signed, is refused"),
        Ok(_) if times.is_empty() && needed => Planned::of(Err(InvalidSignature::NoTime)),
        Ok(_) if times.is_empty() => Planned::skipped("nobody who is trusted saw when it was signed, and a key does not expire"),
        stamps => Planned::of(stamps),
    }
}

/// Whether enough logs have it: "verifiers MUST ensure that multiple entries in the same log do not both count".
pub(super) fn enough(entries: Result<Vec<Unproven<Entry>>, InvalidSignature>, logging: Logging) -> Planned<Vec<Unproven<Entry>>> {
    let entries = match entries {
        Ok(entries) => entries,
        Err(refusal) => return Planned::of(Err(refusal)),
    };
    let (operators, entries): (BTreeSet<Operator>, Vec<_>) =
        entries.into_iter().map(|entry| look(entry, |entry| entry.operator.clone())).unzip();
    match logging {
        Logging::AtLeast(expected) if operators.len() < expected.get() => {
            Planned::of(Err(InvalidSignature::NotLogged { expected: expected.get(), found: operators.len() }))
        }
        Logging::WithoutLog if entries.is_empty() => Planned::skipped("nothing has to be logged"),
        Logging::AtLeast(_) | Logging::WithoutLog => Planned::Ready(entries),
    }
}
