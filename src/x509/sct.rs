//! Whether logs promised to show a certificate: the signed certificate timestamps that are embedded in it (RFC 6962 section 3).
//!
//! ```text
//! extension 1.3.6.1.4.1.11129.2.4.2   OCTET STRING of  u16 length, then each: u16 length, SerializedSCT
//! SerializedSCT                       version(0)  log ID(32)  milliseconds(u64)  u16 length, extensions  hash(u8) algorithm(u8)  u16 length, signature
//! what is signed                      version(0)  type(0)  milliseconds(u64)  entry type(u16 = 1)  SHA-256 of the issuer's key(32)
//!                                     u24 length, TBSCertificate without the extension  u16 length, extensions
//! ```
//!
//! The log signed the certificate before its timestamps were put into it. So they are cut out again, and the lengths around them
//! corrected: the one place where what was signed is not what was received.

mod invalid;

use std::collections::BTreeSet;

use crate::budget;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::der;
use crate::der::InvalidDer;
use crate::der::Tag;
use crate::digest::Algorithm;
use crate::time::UnixTime;
use crate::tlog::Log;
use crate::x509::Certificate;

pub use invalid::InvalidSct;

/// `SignedCertificateTimestampList`, RFC 6962 section 3.3: 1.3.6.1.4.1.11129.2.4.2.
pub const TIMESTAMP_LIST: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2];

/// A log promised to show a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedAt {
    /// The log's ID.
    pub log: Vec<u8>,
    /// Who runs it.
    pub operator: Option<String>,
    /// When it promised.
    pub at: UnixTime,
}

/// How many different signers these are: two logs of one operator count once, two promises of one log do.
pub fn signers(logged: &[LoggedAt]) -> usize {
    let operators: BTreeSet<&str> = logged.iter().filter_map(|logged| logged.operator.as_deref()).collect();
    let without: BTreeSet<&[u8]> = logged.iter().filter(|logged| logged.operator.is_none()).map(|logged| logged.log.as_slice()).collect();
    operators.len() + without.len()
}

/// The promises that `logs` made for `leaf`, at least one. All of them have to hold; what other logs say, and what these say of a time
/// in which they are not trusted, is passed over.
///
/// `issuer` must be the one of a verified path: names alone do not tell, and the log signed its key.
pub fn verify(leaf: &Certificate, issuer: &Certificate, logs: &[Log]) -> Result<Unproven<Vec<LoggedAt>>, InvalidSct> {
    if issuer.subject() != leaf.issuer() {
        return Err(InvalidSct::Issuer { expected: leaf.issuer_text(), found: issuer.subject_text() });
    }
    let (_, value) = leaf.extension(TIMESTAMP_LIST).ok_or(InvalidSct::Missing)?;
    let timestamps = timestamps(der::only(value, Tag::OCTET_STRING)?.value)?;
    let issuer_key = issuer.key().id();
    let precertificate = without_timestamps(leaf.tbs())?;
    let mut claim = Vec::new();
    let mut obligations = Vec::new();
    let mut refusal = InvalidSct::UnknownLogs;
    for timestamp in timestamps {
        let Some(known) = logs.iter().find(|log| log.id == timestamp.log) else { continue };
        let at = timestamp.at()?;
        // A log may be listed twice, for two times.
        let Some(log) = logs.iter().find(|log| log.id == timestamp.log && log.validity.contains(at)) else {
            refusal = InvalidSct::LogNotValid { log: known.origin.clone(), validity: known.validity, at };
            continue;
        };
        if algorithms(log.scheme) != Some(timestamp.algorithms) {
            return Err(InvalidSct::Algorithm { expected: log.scheme, found: timestamp.algorithms });
        }
        let message = Message::Bytes(timestamp.signed(issuer_key.as_bytes(), &precertificate)?);
        let check = SignatureCheck::new(log.key.clone(), log.scheme, message, timestamp.signature.to_vec())?;
        obligations.push(Obligation::one(Step::Sct, check));
        claim.push(LoggedAt { log: log.id.clone(), operator: log.operator.clone(), at });
    }
    if claim.is_empty() { Err(refusal) } else { Ok(Unproven::new(claim, obligations)) }
}

/// One `SignedCertificateTimestamp` (section 3.2).
struct Timestamp<'a> {
    log: &'a [u8],
    milliseconds: [u8; 8],
    extensions: &'a [u8],
    algorithms: [u8; 2],
    signature: &'a [u8],
}

impl<'a> Timestamp<'a> {
    fn read(serialized: &'a [u8]) -> Option<Self> {
        let (log, rest) = serialized.split_at_checked(32)?;
        let (milliseconds, rest) = rest.split_first_chunk::<8>()?;
        let (extensions, rest) = vector(rest)?;
        let (algorithms, rest) = rest.split_first_chunk::<2>()?;
        let (signature, rest) = vector(rest)?;
        rest.is_empty().then_some(Self { log, milliseconds: *milliseconds, extensions, algorithms: *algorithms, signature })
    }

    /// Whole seconds; a trusted root does not know of less.
    fn at(&self) -> Result<UnixTime, InvalidSct> {
        let seconds = i64::try_from(u64::from_be_bytes(self.milliseconds) / 1000).ok();
        seconds.and_then(UnixTime::from_seconds).ok_or(InvalidSct::Structure)
    }

    /// The `digitally-signed` struct of section 3.2, with a `precert_entry`.
    fn signed(&self, issuer_key: &[u8], precertificate: &[u8]) -> Result<Vec<u8>, InvalidSct> {
        const VERSION_1: u8 = 0;
        const CERTIFICATE_TIMESTAMP: u8 = 0;
        const PRECERTIFICATE_ENTRY: [u8; 2] = [0, 1];
        let length = u32::try_from(precertificate.len()).map_err(|_| InvalidSct::Structure)?.to_be_bytes();
        let extensions = u16::try_from(self.extensions.len()).map_err(|_| InvalidSct::Structure)?.to_be_bytes();
        Ok([
            &[VERSION_1, CERTIFICATE_TIMESTAMP][..],
            &self.milliseconds,
            &PRECERTIFICATE_ENTRY,
            issuer_key,
            // A certificate has at most 64 KiB, so that the highest octet is zero.
            &length[1..],
            precertificate,
            &extensions,
            self.extensions,
        ]
        .concat())
    }
}

/// Every timestamp of a `SignedCertificateTimestampList` that is of version 1: the list is made so that others can be skipped
/// (section 3.3).
fn timestamps(list: &[u8]) -> Result<Vec<Timestamp<'_>>, InvalidSct> {
    let (mut rest, behind) = vector(list).ok_or(InvalidSct::Structure)?;
    // SerializedSCT sct_list <1..2^16-1>
    if rest.is_empty() || !behind.is_empty() {
        return Err(InvalidSct::Structure);
    }
    let mut timestamps = Vec::new();
    let mut count = 0;
    while !rest.is_empty() {
        count += 1;
        if count > budget::CERTIFICATE_TIMESTAMPS {
            return Err(InvalidSct::TooMany);
        }
        let (serialized, following) = vector(rest).ok_or(InvalidSct::Structure)?;
        rest = following;
        match serialized.split_first() {
            Some((0, version_1)) => timestamps.push(Timestamp::read(version_1).ok_or(InvalidSct::Structure)?),
            Some(_) => {}
            None => return Err(InvalidSct::Structure),
        }
    }
    Ok(timestamps)
}

/// What a length of two octets counts, and what follows.
fn vector(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// `SignatureAndHashAlgorithm` of RFC 5246 section 7.4.1.4.1; none for what no log signs with (RFC 6962 section 2.1.4).
fn algorithms(scheme: Scheme) -> Option<[u8; 2]> {
    let hash = |algorithm| match algorithm {
        Algorithm::Sha256 => 4,
        Algorithm::Sha384 => 5,
        Algorithm::Sha512 => 6,
    };
    match scheme {
        Scheme::RsaPkcs1(algorithm) => Some([hash(algorithm), 1]),
        Scheme::Ecdsa(algorithm) => Some([hash(algorithm), 3]),
        Scheme::Ed25519 | Scheme::Ed25519ph | Scheme::RsaPss(_) => None,
    }
}

/// `TBSCertificate` without its timestamps: all else stays byte for byte; where no extension is left, there is no list of them either.
fn without_timestamps(tbs: &[u8]) -> Result<Vec<u8>, InvalidDer> {
    const EXTENSIONS: Tag = Tag::context_constructed(3);
    let mut parts = der::only(tbs, Tag::SEQUENCE)?.reader();
    let mut kept = Vec::new();
    while !parts.is_empty() {
        let part = parts.any()?;
        if part.tag != EXTENSIONS {
            kept.extend_from_slice(part.bytes);
            continue;
        }
        let mut list = part.reader().sequence()?;
        let mut others = Vec::new();
        while !list.is_empty() {
            let extension = list.element(Tag::SEQUENCE)?;
            if extension.reader().oid()? != TIMESTAMP_LIST {
                others.extend_from_slice(extension.bytes);
            }
        }
        if !others.is_empty() {
            kept.extend(wrapped(EXTENSIONS, &wrapped(Tag::SEQUENCE, &others)));
        }
    }
    Ok(wrapped(Tag::SEQUENCE, &kept))
}

/// `contents` as the element of DER that they were in.
fn wrapped(tag: Tag, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let zeros = length.iter().take_while(|octet| **octet == 0).count();
    let octets = &length[zeros..];
    let head = match u8::try_from(contents.len()) {
        Ok(short @ 0..0x80) => vec![tag.octet(), short],
        _ => [&[tag.octet(), 0x80 | u8::try_from(octets.len()).expect("a usize has eight octets")], octets].concat(),
    };
    [head.as_slice(), contents].concat()
}
