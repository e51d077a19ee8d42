//! The extensions of RFC 5280 section 4.2 that are understood here.

use core::fmt;
use core::ops::Range;

use crate::budget;
use crate::der;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::excerpt::excerpt;
use crate::x509::InvalidCertificate;
use crate::x509::certificate::place;

/// `subjectKeyIdentifier`, section 4.2.1.2: 2.5.29.14.
const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
/// `keyUsage`, section 4.2.1.3: 2.5.29.15.
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
/// `subjectAltName`, section 4.2.1.6: 2.5.29.17.
const SUBJECT_ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 17];
/// `basicConstraints`, section 4.2.1.9: 2.5.29.19.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
/// `authorityKeyIdentifier`, section 4.2.1.1: 2.5.29.35.
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
/// `extKeyUsage`, section 4.2.1.12: 2.5.29.37.
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// `nameConstraints`, section 4.2.1.10: 2.5.29.30. Not understood: whoever carries it is refused, critical or not.
pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];

/// `id-kp-codeSigning`, section 4.2.1.12: 1.3.6.1.5.5.7.3.3.
pub const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];
/// `id-kp-timeStamping`, section 4.2.1.12: 1.3.6.1.5.5.7.3.8.
pub const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
/// `anyExtendedKeyUsage`, section 4.2.1.12: 2.5.29.37.0.
pub const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37, 0];

/// Whether what this extension says is heeded, so that it may be critical.
pub(super) fn is_understood(oid: &[u8]) -> bool {
    [KEY_USAGE, SUBJECT_ALTERNATIVE_NAMES, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE].contains(&oid)
}

/// Where one extension is in its certificate.
#[derive(Clone, Debug)]
pub(super) struct Extension {
    pub(super) oid: Range<usize>,
    pub(super) critical: bool,
    /// What is in its OCTET STRING.
    pub(super) value: Range<usize>,
}

/// Every extension of a certificate `der`, from what is in its `[3]`. "A certificate MUST NOT include more than one instance of a
/// particular extension" (section 4.2).
pub(super) fn list(der: &[u8], mut explicit: Reader<'_>) -> Result<Vec<Extension>, InvalidCertificate> {
    let mut list = explicit.sequence()?;
    explicit.finish()?;
    let mut extensions: Vec<Extension> = Vec::new();
    // SEQUENCE SIZE (1..MAX)
    loop {
        if extensions.len() == budget::CERTIFICATE_EXTENSIONS {
            return Err(InvalidCertificate::TooManyExtensions);
        }
        let mut extension = list.sequence()?;
        let oid = extension.oid()?;
        // DER does not write the default, FALSE.
        let critical = extension.peek() == Some(Tag::BOOLEAN) && true_only(&mut extension)?;
        let value = extension.octet_string()?;
        extension.finish()?;
        if extensions.iter().any(|other| &der[other.oid.clone()] == oid) {
            return Err(InvalidCertificate::DuplicateExtension { oid: dotted(oid) });
        }
        extensions.push(Extension { oid: place(der, oid), critical, value: place(der, value) });
        if list.is_empty() {
            return Ok(extensions);
        }
    }
}

/// A BOOLEAN of which the default, FALSE, is left out (X.690 section 11.5).
fn true_only(reader: &mut Reader<'_>) -> Result<bool, InvalidDer> {
    if reader.boolean()? { Ok(true) } else { Err(InvalidDer::Value { expected: "a boolean that differs from its default" }) }
}

/// The extensions that are understood, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Standard {
    pub(super) basic_constraints: BasicConstraints,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(super) subject_alternative_names: Vec<GeneralName>,
    pub(super) alternative_names_are_critical: bool,
    pub(super) authority_key_identifier: Option<Vec<u8>>,
    pub(super) subject_key_identifier: Option<Vec<u8>>,
}

impl Standard {
    /// Out of the `extensions` of the certificate `der`.
    pub(super) fn read(der: &[u8], extensions: &[Extension]) -> Result<Self, InvalidCertificate> {
        let mut standard = Self::default();
        for Extension { oid, critical, value } in extensions {
            let (oid, value) = (&der[oid.clone()], &der[value.clone()]);
            standard.take(oid, *critical, value).map_err(|invalid| InvalidCertificate::Extension { oid: dotted(oid), invalid })?;
        }
        Ok(standard)
    }

    fn take(&mut self, oid: &[u8], critical: bool, value: &[u8]) -> Result<(), InvalidDer> {
        match oid {
            BASIC_CONSTRAINTS => self.basic_constraints = BasicConstraints::read(value)?,
            KEY_USAGE => self.key_usage = Some(KeyUsage::read(value)?),
            EXTENDED_KEY_USAGE => self.extended_key_usage = Some(ExtendedKeyUsage::read(critical, value)?),
            SUBJECT_ALTERNATIVE_NAMES => {
                self.subject_alternative_names = general_names(value)?;
                self.alternative_names_are_critical = critical;
            }
            AUTHORITY_KEY_IDENTIFIER | SUBJECT_KEY_IDENTIFIER if critical => {
                // "Conforming CAs MUST mark this extension as non-critical" (sections 4.2.1.1 and 4.2.1.2).
                return Err(InvalidDer::Value { expected: "a key identifier that is not critical" });
            }
            AUTHORITY_KEY_IDENTIFIER => self.authority_key_identifier = authority_key_identifier(value)?,
            SUBJECT_KEY_IDENTIFIER => self.subject_key_identifier = Some(der::only(value, Tag::OCTET_STRING)?.value.to_vec()),
            _ => {}
        }
        Ok(())
    }
}

/// Whether a certificate is an authority's (section 4.2.1.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether its key may issue certificates: `cA`.
    pub authority: bool,
    /// How many authorities, not self-issued, may follow it on the way to a leaf; any number if it does not say.
    pub path_length: Option<u8>,
}

impl BasicConstraints {
    fn read(value: &[u8]) -> Result<Self, InvalidDer> {
        let mut constraints = der::only(value, Tag::SEQUENCE)?.reader();
        let authority = constraints.peek() == Some(Tag::BOOLEAN) && true_only(&mut constraints)?;
        // "CAs MUST NOT include the pathLenConstraint field unless the cA boolean is asserted".
        let path_length = if authority && !constraints.is_empty() { Some(constraints.small()?) } else { None };
        constraints.finish()?;
        Ok(Self { authority, path_length })
    }
}

/// What a key may do (section 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// Sign anything but certificates and revocation lists: `digitalSignature`.
    pub digital_signature: bool,
    /// Sign certificates: `keyCertSign`.
    pub certificate_signing: bool,
}

impl KeyUsage {
    /// "At least one of the bits MUST be set to 1"; DER writes none behind the last of those (X.690 section 11.2.2). Whole octets are
    /// read all the same: Go wrote them in 2015, and the roots of Docker's official images are of that year.
    fn read(value: &[u8]) -> Result<Self, InvalidDer> {
        let bits = der::bit_string(der::only(value, Tag::BIT_STRING)?.value)?;
        let ends_in_one = bits.bytes.last().is_some_and(|last| last.trailing_zeros() == u32::from(bits.unused));
        let is_whole = bits.unused == 0 && bits.bytes.last().is_some_and(|last| *last != 0);
        // Nine bits are defined.
        if !(ends_in_one || is_whole) || bits.bytes.len() > 2 {
            return Err(InvalidDer::Value { expected: "key usage, one bit at least and nine at most" });
        }
        Ok(Self { digital_signature: bits.bit(0), certificate_signing: bits.bit(5) })
    }
}

/// What a key may be used for (section 4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// Whether the extension is critical.
    pub critical: bool,
    /// The purposes, each the contents octets of its identifier; at least one.
    pub purposes: Vec<Vec<u8>>,
}

impl ExtendedKeyUsage {
    fn read(critical: bool, value: &[u8]) -> Result<Self, InvalidDer> {
        let mut list = der::only(value, Tag::SEQUENCE)?.reader();
        // SEQUENCE SIZE (1..MAX)
        let mut purposes = vec![list.oid()?.to_vec()];
        while !list.is_empty() {
            purposes.push(list.oid()?.to_vec());
        }
        Ok(Self { critical, purposes })
    }

    /// Whether this purpose is one of them.
    pub fn names(&self, purpose: &[u8]) -> bool {
        self.purposes.iter().any(|named| named == purpose)
    }
}

/// A name of one of several kinds (section 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GeneralName {
    /// `dNSName`
    Dns(String),
    /// `rfc822Name`
    Email(String),
    /// One that nothing here compares: an address, a directory's name, or a name of another kind whose value is no text.
    Other {
        /// Its identifier octet.
        tag: u8,
    },
    /// `otherName` whose value is a `UTF8String`: Fulcio's user names are.
    OtherName {
        /// Of which kind: the contents octets of its identifier.
        kind: Vec<u8>,
        /// The name.
        value: String,
    },
    /// `uniformResourceIdentifier`
    Uri(String),
}

impl GeneralName {
    fn read(list: &mut Reader<'_>) -> Result<Self, InvalidDer> {
        const OTHER_NAME: Tag = Tag::context_constructed(0);
        const EMAIL: Tag = Tag::context(1);
        const DNS: Tag = Tag::context(2);
        const URI: Tag = Tag::context(6);
        let element = list.any()?;
        match element.tag {
            OTHER_NAME => {
                let mut reader = element.reader();
                let kind = reader.oid()?.to_vec();
                let mut explicit = reader.element(Tag::context_constructed(0))?.reader();
                reader.finish()?;
                let value = explicit.any()?;
                explicit.finish()?;
                if value.tag != Tag::UTF8_STRING {
                    return Ok(Self::Other { tag: element.tag.octet() });
                }
                let value = core::str::from_utf8(value.value).map_err(|_| InvalidDer::Value { expected: "a name in UTF-8" })?;
                Ok(Self::OtherName { kind, value: value.to_owned() })
            }
            EMAIL => ascii(element.value).map(Self::Email),
            DNS => ascii(element.value).map(Self::Dns),
            URI => ascii(element.value).map(Self::Uri),
            // x400Address, directoryName, ediPartyName; iPAddress, registeredID.
            tag if [0xa3, 0xa4, 0xa5, 0x87, 0x88].contains(&tag.octet()) => Ok(Self::Other { tag: tag.octet() }),
            _ => Err(InvalidDer::Value { expected: "a name of one of nine kinds" }),
        }
    }
}

impl fmt::Display for GeneralName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) | Self::Email(name) | Self::Uri(name) | Self::OtherName { value: name, .. } => f.write_str(&excerpt(name, 200)),
            Self::Other { tag } => write!(f, "a name of kind {}", tag & 0x1f),
        }
    }
}

/// `IA5String`, of at least one character.
fn ascii(value: &[u8]) -> Result<String, InvalidDer> {
    match core::str::from_utf8(value) {
        Ok(text) if text.is_ascii() && !text.is_empty() => Ok(text.to_owned()),
        _ => Err(InvalidDer::Value { expected: "a name in ASCII" }),
    }
}

fn general_names(value: &[u8]) -> Result<Vec<GeneralName>, InvalidDer> {
    let mut list = der::only(value, Tag::SEQUENCE)?.reader();
    // SEQUENCE SIZE (1..MAX)
    let mut names = vec![GeneralName::read(&mut list)?];
    while !list.is_empty() {
        names.push(GeneralName::read(&mut list)?);
    }
    Ok(names)
}

/// Only `keyIdentifier`: the name and the serial number beside it are hints for finding a certificate, and never decide.
fn authority_key_identifier(value: &[u8]) -> Result<Option<Vec<u8>>, InvalidDer> {
    let mut identifier = der::only(value, Tag::SEQUENCE)?.reader();
    let key = identifier.optional(Tag::context(0))?.map(|key| key.value.to_vec());
    identifier.optional(Tag::context_constructed(1))?;
    identifier.optional(Tag::context(2))?;
    identifier.finish()?;
    Ok(key)
}

/// An object identifier for people: `2.5.29.17`. One that has arcs of more than 64 bits is not spelled out.
pub fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0_u64;
    for octet in oid {
        let Some(shifted) = arc.checked_mul(128) else { return "an object identifier without end".to_owned() };
        arc = shifted | u64::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            // The first two are written as one (X.690 section 8.19.4).
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first);
                arc -= first * 40;
            }
            arcs.push(arc);
            arc = 0;
        }
    }
    excerpt(&arcs.iter().map(u64::to_string).collect::<Vec<_>>().join("."), 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_spelled_with_dots() {
        for (oid, spelled) in [
            (&[0x55, 0x1d, 17][..], "2.5.29.17"),
            (&[0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 8], "1.3.6.1.4.1.57264.1.8"),
            (&[0x00], "0.0"),
            (&[0x27], "0.39"),
            (&[0x88, 0x37], "2.999"),
            (&[&[0xff; 9][..], &[0x7f]].concat(), "an object identifier without end"),
        ] {
            assert_eq!(dotted(oid), spelled);
        }
        assert!(dotted(&[1; 1000]).chars().count() <= 81);
    }
}
