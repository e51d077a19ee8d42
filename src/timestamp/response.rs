//! Reads what a timestamp authority answers, `TimeStampResp` (RFC 3161 section 2.4.2), and what it says in there, `TSTInfo`.

use crate::crypto;
use crate::der;
use crate::der::Element;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::timestamp::InvalidTimestamp;

/// The `TimeStampToken` of an answer that grants one.
pub(super) fn token(response: &[u8]) -> Result<Element<'_>, InvalidTimestamp> {
    let mut response = der::only(response, Tag::SEQUENCE)?.reader();
    let mut status = response.sequence()?;
    // "When the status contains the value zero or one, a TimeStampToken MUST be present. When status contains any other value, a
    // TimeStampToken MUST NOT be present."
    match status.small()? {
        0 | 1 => {}
        found => return Err(InvalidTimestamp::Status { found }),
    }
    // What is for people. `failInfo`, behind it, "indicates the reason why the time-stamp request was rejected": this one was not.
    if let Some(texts) = status.optional(Tag::SEQUENCE)? {
        // SEQUENCE SIZE (1..MAX)
        let mut texts = texts.reader();
        texts.element(Tag::UTF8_STRING)?;
        while !texts.is_empty() {
            texts.element(Tag::UTF8_STRING)?;
        }
    }
    status.finish()?;
    let token = response.element(Tag::SEQUENCE)?;
    response.finish()?;
    Ok(token)
}

/// What an authority says: that something with this digest existed at this time.
#[derive(Clone, Copy, Debug)]
pub(super) struct TstInfo<'a> {
    algorithm: Algorithm,
    hashed: &'a [u8],
    /// `genTime`, without its fraction of a second.
    pub(super) time: UnixTime,
}

impl<'a> TstInfo<'a> {
    /// Of everything in it, the imprint and the time say what was there when. The policy, the serial number and the nonce are for
    /// whoever asked for the timestamp; the accuracy is nobody's business who compares whole seconds; the name of the authority is "a
    /// hint", and "the actual identification of the entity that signed the response will always occur through the use of the
    /// certificate identifier".
    pub(super) fn parse(content: &'a [u8]) -> Result<Self, InvalidTimestamp> {
        let mut info = der::only(content, Tag::SEQUENCE)?.reader();
        match info.small()? {
            1 => {}
            found => return Err(InvalidTimestamp::Version { of: "TSTInfo", expected: 1, found }),
        }
        let _policy = info.oid()?;
        let mut imprint = info.sequence()?;
        let algorithm = crypto::hash(imprint.sequence()?)?;
        let hashed = imprint.octet_string()?;
        imprint.finish()?;
        let _serial_number = info.integer()?;
        let time = info.generalized_time()?;
        if let Some(accuracy) = info.optional(Tag::SEQUENCE)? {
            read_accuracy(accuracy.reader())?;
        }
        let _ordering = default_false(&mut info)?;
        if info.peek() == Some(Tag::INTEGER) {
            info.integer()?;
        }
        if let Some(name) = info.optional(Tag::context_constructed(0))? {
            let mut name = name.reader();
            name.any()?;
            name.finish()?;
        }
        if let Some(extensions) = info.optional(Tag::context_constructed(1))? {
            read_extensions(extensions.reader())?;
        }
        info.finish()?;
        Ok(Self { algorithm, hashed, time })
    }

    /// Whether it is `message` that was there.
    pub(super) fn is_of(&self, message: &[u8]) -> bool {
        Digest::of(self.algorithm, message).as_bytes() == self.hashed
    }
}

/// `Accuracy`: seconds, milliseconds and microseconds, each if it is there.
fn read_accuracy(mut accuracy: Reader<'_>) -> Result<(), InvalidDer> {
    if accuracy.peek() == Some(Tag::INTEGER) {
        accuracy.integer()?;
    }
    accuracy.optional(Tag::context(0))?;
    accuracy.optional(Tag::context(1))?;
    accuracy.finish()
}

/// None is known, and "conforming clients that do not recognise a critical extension" refuse the token, as they do a certificate
/// (RFC 5280 section 4.2).
fn read_extensions(mut extensions: Reader<'_>) -> Result<(), InvalidTimestamp> {
    while !extensions.is_empty() {
        let mut extension = extensions.sequence()?;
        extension.oid()?;
        if default_false(&mut extension)? {
            return Err(InvalidTimestamp::CriticalExtension);
        }
        extension.octet_string()?;
        extension.finish()?;
    }
    Ok(())
}

/// A BOOLEAN that is left out where it is false, its default (X.690 section 11.5).
fn default_false(reader: &mut Reader<'_>) -> Result<bool, InvalidDer> {
    match reader.peek() {
        Some(Tag::BOOLEAN) if reader.boolean()? => Ok(true),
        Some(Tag::BOOLEAN) => Err(InvalidDer::Value { expected: "a boolean that differs from its default" }),
        _ => Ok(false),
    }
}
