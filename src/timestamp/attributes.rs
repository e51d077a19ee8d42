//! Reads what the signer of a timestamp signed beside it: CMS `SignedAttributes` (RFC 5652 sections 5.3 and 11).

use crate::budget;
use crate::crypto;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::timestamp::InvalidTimestamp;
use crate::timestamp::signed_data::IssuerAndSerialNumber;

/// `id-contentType`: 1.2.840.113549.1.9.3
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
/// `id-messageDigest`: 1.2.840.113549.1.9.4
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// `id-aa-signingCertificate`, RFC 2634 section 5.4: 1.2.840.113549.1.9.16.2.12
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
/// `id-aa-signingCertificateV2`, RFC 5035 section 3: 1.2.840.113549.1.9.16.2.47
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];

/// Attributes, no two of one type.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a>(Vec<(&'a [u8], Reader<'a>)>);

impl<'a> Attributes<'a> {
    pub(super) fn parse(mut set: Reader<'a>) -> Result<Self, InvalidTimestamp> {
        let mut attributes = Vec::new();
        while !set.is_empty() {
            if attributes.len() == budget::TIMESTAMP_ATTRIBUTES {
                return Err(InvalidTimestamp::TooMany { of: "signed attributes", limit: budget::TIMESTAMP_ATTRIBUTES });
            }
            let mut attribute = set.sequence()?;
            let (oid, values) = (attribute.oid()?, attribute.set()?);
            attribute.finish()?;
            if attributes.iter().any(|(known, _)| *known == oid) {
                return Err(InvalidTimestamp::DuplicateAttribute);
            }
            attributes.push((oid, values));
        }
        Ok(Self(attributes))
    }

    fn find(&self, oid: &[u8]) -> Option<Reader<'a>> {
        self.0.iter().find(|(known, _)| *known == oid).map(|(_, values)| *values)
    }

    /// The type of the content that was signed with them.
    pub(super) fn content_type(&self) -> Result<&'a [u8], InvalidTimestamp> {
        let mut values = self.find(CONTENT_TYPE).ok_or(InvalidTimestamp::MissingAttribute { name: "content-type" })?;
        let oid = values.oid()?;
        values.finish()?;
        Ok(oid)
    }

    /// The digest of the content that was signed with them.
    pub(super) fn message_digest(&self) -> Result<&'a [u8], InvalidTimestamp> {
        let mut values = self.find(MESSAGE_DIGEST).ok_or(InvalidTimestamp::MissingAttribute { name: "message-digest" })?;
        let digest = values.octet_string()?;
        values.finish()?;
        Ok(digest)
    }

    /// Which certificate the signer says is theirs; the newer attribute if there are both.
    pub(super) fn signing_certificate(&self) -> Result<Option<SigningCertificate<'a>>, InvalidTimestamp> {
        match (self.find(SIGNING_CERTIFICATE_V2), self.find(SIGNING_CERTIFICATE)) {
            (Some(values), _) => SigningCertificate::parse(values, 2).map(Some),
            (None, Some(values)) => SigningCertificate::parse(values, 1).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// How a signer names their certificate: `ESSCertIDv2` (RFC 5035 section 4), or `ESSCertID` (RFC 2634 section 5.4.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct SigningCertificate<'a> {
    /// `None` in the older form, which has a SHA-1 there: it would bind nothing, and is not computed.
    digest: Option<(Algorithm, &'a [u8])>,
    issuer_serial: Option<IssuerAndSerialNumber<'a>>,
}

impl<'a> SigningCertificate<'a> {
    /// "The first certificate identified in the sequence of certificate identifiers MUST be the certificate used to verify the
    /// signature" (RFC 5035 section 3). The others and the policies behind them are not used here.
    fn parse(mut values: Reader<'a>, version: u8) -> Result<Self, InvalidTimestamp> {
        let mut attribute = values.sequence()?;
        values.finish()?;
        let mut certificates = attribute.sequence()?;
        attribute.optional(Tag::SEQUENCE)?;
        attribute.finish()?;
        let mut first = certificates.sequence()?;
        while !certificates.is_empty() {
            certificates.element(Tag::SEQUENCE)?;
        }
        let algorithm = match first.optional(Tag::SEQUENCE)? {
            Some(identifier) if version == 2 => crypto::hash(identifier.reader())?,
            // The identifier of SHA-256 is the default, and ESSCertID has none.
            None => Algorithm::Sha256,
            Some(_) => return Err(InvalidDer::Tag { expected: Tag::OCTET_STRING.octet(), found: Tag::SEQUENCE.octet() }.into()),
        };
        let digest = first.octet_string()?;
        let issuer_serial = if first.is_empty() { None } else { Some(issuer_serial(first.sequence()?)?) };
        first.finish()?;
        Ok(Self { digest: (version == 2).then_some((algorithm, digest)), issuer_serial })
    }

    /// Whether it names the certificate that is `bytes`, as far as it can be compared.
    pub(super) fn names(&self, bytes: &[u8], issuer_and_serial_number: IssuerAndSerialNumber<'_>) -> bool {
        self.digest.is_none_or(|(algorithm, digest)| Digest::of(algorithm, bytes).as_bytes() == digest)
            && self.issuer_serial.is_none_or(|named| named == issuer_and_serial_number)
    }
}

/// `IssuerSerial`: the issuer as the one `directoryName` of a list of names.
fn issuer_serial(mut issuer_serial: Reader<'_>) -> Result<IssuerAndSerialNumber<'_>, InvalidDer> {
    let mut names = issuer_serial.sequence()?;
    let mut name = names.element(Tag::context_constructed(4))?.reader();
    names.finish()?;
    let issuer = name.element(Tag::SEQUENCE)?.bytes;
    name.finish()?;
    let serial_number = issuer_serial.unsigned()?;
    issuer_serial.finish()?;
    Ok(IssuerAndSerialNumber { issuer, serial_number })
}
