//! Promises: what Rekor v1 signs about an entry before it is in the tree (a "signed entry timestamp", SET).
//!
//! It is the one statement of a log about time: an inclusion proof says that an entry is in the tree, not since when. So
//! `integratedTime` means something together with its promise only (GHSA-hhfg-fwrw-87w7, CVE-2026-48816), and nothing in Rekor v2,
//! which promises nothing.

use core::fmt;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::crypto::InvalidScheme;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::tlog::Log;
use crate::tlog::LogEntry;

/// The time at which `log` took `entry`, if it signed `promise` about it.
///
/// What is signed is RFC 8785's form of a fixed object, so it is written here by hand. Its index is that of the whole log, not of the
/// tree that the log was writing then.
pub fn verify(entry: &LogEntry, promise: &[u8], log: &Log) -> Result<Unproven<UnixTime>, InvalidPromise> {
    let seconds = entry.integrated_time.ok_or(InvalidPromise::NoTime)?;
    let time = UnixTime::from_seconds(seconds).filter(|time| time.seconds() >= 0).ok_or(InvalidPromise::Time { seconds })?;
    if entry.log_index > budget::SAFE_INTEGER {
        return Err(InvalidPromise::Index { index: entry.log_index });
    }
    let id = Digest::from_bytes(Algorithm::Sha256, &entry.log_id).ok_or(InvalidPromise::LogId)?;
    let message = format!(
        r#"{{"body":"{}","integratedTime":{seconds},"logID":"{}","logIndex":{}}}"#,
        Base64::encode_string(&entry.body),
        id.encoded(),
        entry.log_index,
    );
    let check = SignatureCheck::new(log.key.clone(), log.scheme, Message::Bytes(message.into_bytes()), promise.to_vec())?;
    Ok(Unproven::new(time, vec![Obligation::one(Step::Time, check)]))
}

/// Why a log cannot have promised that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidPromise {
    /// An index that JSON does not carry between all readers.
    Index {
        /// In the whole log.
        index: u64,
    },
    /// The ID of the log is no SHA-256.
    LogId,
    /// It is about a time, and none is said.
    NoTime,
    /// The log's key cannot sign as its log is said to.
    Scheme(InvalidScheme),
    /// A time before 1970, or after the year 9999.
    Time {
        /// Since 1970.
        seconds: i64,
    },
}

impl InvalidPromise {
    /// The stable code.
    pub const CODE: &'static str = "inclusion-promise-invalid";
}

impl fmt::Display for InvalidPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inclusion promise: ")?;
        match self {
            Self::Index { index } => write!(f, "expected an index of at most {}, found {index}", budget::SAFE_INTEGER),
            Self::LogId => f.write_str("expected a log ID of 32 bytes, found another"),
            Self::NoTime => f.write_str("expected the time that it is about, found none"),
            Self::Scheme(invalid) => invalid.fmt(f),
            Self::Time { seconds } => write!(f, "expected a time from 1970 to 9999, found {seconds} seconds"),
        }
    }
}

impl core::error::Error for InvalidPromise {}

impl From<InvalidScheme> for InvalidPromise {
    fn from(invalid: InvalidScheme) -> Self {
        Self::Scheme(invalid)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer as _;

    use super::*;
    use crate::crypto::PublicKey;
    use crate::crypto::Scheme;
    use crate::time::Validity;

    fn secret() -> ed25519_dalek::SigningKey {
        ed25519_dalek::SigningKey::from_bytes(&[3; 32])
    }

    fn log() -> Log {
        let key = PublicKey::from_ed25519(secret().verifying_key().as_bytes()).unwrap();
        let validity = Validity { from: UnixTime::from_seconds(0).unwrap(), to: None };
        Log { id: vec![0xab; 32], key, scheme: Scheme::Ed25519, validity, origin: "log.example".into(), operator: None }
    }

    fn entry() -> LogEntry {
        LogEntry {
            log_id: vec![0xab; 32],
            log_index: 7,
            kind: "hashedrekord".into(),
            version: "0.0.1".into(),
            integrated_time: Some(1_689_177_396),
            promise: None,
            proof: None,
            body: b"{}".to_vec(),
        }
    }

    /// RFC 8785's form of what Rekor v1 signs.
    fn promise(message: &str) -> Vec<u8> {
        secret().sign(message.as_bytes()).to_bytes().to_vec()
    }

    fn honest() -> Vec<u8> {
        promise(&format!(r#"{{"body":"e30=","integratedTime":1689177396,"logID":"{}","logIndex":7}}"#, "ab".repeat(32)))
    }

    #[test]
    fn trap_5_a_promise_is_over_the_canonical_form_and_gives_the_time() {
        assert_eq!(verify(&entry(), &honest(), &log()).unwrap().prove(), Ok("2023-07-12T15:56:36Z".parse().unwrap()));
    }

    #[test]
    fn trap_5_a_promise_over_another_form_does_not_hold() {
        let id = "ab".repeat(32);
        for message in [
            format!(r#"{{"body": "e30=", "integratedTime": 1689177396, "logID": "{id}", "logIndex": 7}}"#),
            format!(r#"{{"body":"e30=","integratedTime":1689177396,"logIndex":7,"logID":"{id}"}}"#),
            format!(r#"{{"body":"e30=","integratedTime":"1689177396","logID":"{id}","logIndex":"7"}}"#),
            format!(r#"{{"body":"e30=","integratedTime":1689177396,"logID":"{}","logIndex":7}}"#, id.to_uppercase()),
        ] {
            assert!(verify(&entry(), &promise(&message), &log()).unwrap().prove().is_err(), "{message}");
        }
    }

    #[test]
    fn every_field_is_signed() {
        for other in [
            LogEntry { log_index: 8, ..entry() },
            LogEntry { integrated_time: Some(1_689_177_397), ..entry() },
            LogEntry { body: b"{ }".to_vec(), ..entry() },
            LogEntry { log_id: vec![0xaa; 32], ..entry() },
        ] {
            assert!(verify(&other, &honest(), &log()).unwrap().prove().is_err(), "{other:?}");
        }
    }

    #[test]
    fn a_promise_without_a_time_is_refused() {
        let entry = LogEntry { integrated_time: None, ..entry() };
        assert_eq!(verify(&entry, &honest(), &log()).unwrap_err(), InvalidPromise::NoTime);
    }

    #[test]
    fn times_before_1970_and_after_9999_are_refused() {
        for seconds in [-1, i64::MIN, i64::MAX, 253_402_300_800] {
            let entry = LogEntry { integrated_time: Some(seconds), ..entry() };
            assert_eq!(verify(&entry, &honest(), &log()).unwrap_err(), InvalidPromise::Time { seconds });
        }
    }

    #[test]
    fn an_index_that_json_does_not_carry_is_refused() {
        let entry = LogEntry { log_index: 1 << 53, ..entry() };
        assert_eq!(verify(&entry, &honest(), &log()).unwrap_err(), InvalidPromise::Index { index: 1 << 53 });
    }

    #[test]
    fn an_id_of_another_length_is_refused() {
        for length in [0, 31, 33] {
            let entry = LogEntry { log_id: vec![0xab; length], ..entry() };
            assert_eq!(verify(&entry, &honest(), &log()).unwrap_err(), InvalidPromise::LogId);
        }
    }

    #[test]
    fn a_scheme_that_the_key_has_not_is_refused() {
        let log = Log { scheme: Scheme::RsaPkcs1(Algorithm::Sha256), ..log() };
        assert!(matches!(verify(&entry(), &honest(), &log), Err(InvalidPromise::Scheme(_))));
    }
}
