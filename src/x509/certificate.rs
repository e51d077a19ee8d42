//! One certificate: its parts, as RFC 5280 section 4.1 lays them out.

use core::fmt;
use core::ops::Range;

use crate::budget;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::der;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::pem;
use crate::time::Validity;
use crate::x509::InvalidCertificate;
use crate::x509::extension;
use crate::x509::extension::BasicConstraints;
use crate::x509::extension::ExtendedKeyUsage;
use crate::x509::extension::Extension;
use crate::x509::extension::GeneralName;
use crate::x509::extension::KeyUsage;
use crate::x509::extension::Standard;
use crate::x509::name;

/// A certificate of version 3. That it parses says nothing of who issued it: [`crate::x509::path`] does.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Range<usize>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    signature: Range<usize>,
    validity: Validity,
    key: PublicKey,
    scheme: Scheme,
    extensions: Vec<Extension>,
    standard: Standard,
}

impl Certificate {
    /// Exactly one `Certificate` in DER, of at most [`budget::CERTIFICATE_BYTES`].
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidCertificate> {
        if der.len() > budget::CERTIFICATE_BYTES {
            return Err(InvalidCertificate::TooLarge { bytes: der.len() });
        }
        let mut certificate = der::only(der, Tag::SEQUENCE)?.reader();
        let tbs_certificate = certificate.element(Tag::SEQUENCE)?;
        let outer_algorithm = certificate.element(Tag::SEQUENCE)?;
        let signature = certificate.bit_string()?.octets()?;
        certificate.finish()?;

        let mut tbs = tbs_certificate.reader();
        // Version 1, the default, is not written.
        let version = match tbs.optional(Tag::context_constructed(0))? {
            Some(explicit) => last(explicit.reader(), Reader::small)?,
            None => 0,
        };
        if version != 2 {
            return Err(InvalidCertificate::Version { found: u16::from(version) + 1 });
        }
        let serial = tbs.unsigned()?;
        // Positive, and of at most 20 octets (section 4.1.2.2); the octet that only says that it is positive is not counted, because
        // sigstore's own root and intermediate have 20 without it.
        if serial == [0] || serial.len() > 20 {
            return Err(InvalidCertificate::Serial);
        }
        let inner_algorithm = tbs.element(Tag::SEQUENCE)?;
        // "This field MUST contain the same algorithm identifier as the signature field" (section 4.1.1.2): only the inner one is signed.
        if inner_algorithm.bytes != outer_algorithm.bytes {
            return Err(InvalidCertificate::Algorithms);
        }
        let scheme = Scheme::from_algorithm_identifier(inner_algorithm.reader())?;
        let issuer = tbs.element(Tag::SEQUENCE)?;
        if name::attributes(issuer.reader())?.is_empty() {
            return Err(InvalidCertificate::EmptyIssuer);
        }
        let mut period = tbs.sequence()?;
        let validity = Validity { from: period.time()?, to: Some(period.time()?) };
        period.finish()?;
        let subject = tbs.element(Tag::SEQUENCE)?;
        let subject_is_empty = name::attributes(subject.reader())?.is_empty();
        let key = PublicKey::from_spki(tbs.element(Tag::SEQUENCE)?.bytes)?;
        // Unique identifiers, [1] and [2], are nobody's: "CAs conforming to this profile MUST NOT generate" them (section 4.1.2.8).
        let extensions = match tbs.optional(Tag::context_constructed(3))? {
            Some(explicit) => extension::list(der, explicit.reader())?,
            None => Vec::new(),
        };
        tbs.finish()?;
        let standard = Standard::read(der, &extensions)?;
        // Section 4.1.2.6: who has no name has an alternative one, which is then critical.
        if subject_is_empty && !standard.alternative_names_are_critical {
            return Err(InvalidCertificate::Nameless);
        }
        Ok(Self {
            tbs: place(der, tbs_certificate.bytes),
            serial: place(der, serial),
            issuer: place(der, issuer.bytes),
            subject: place(der, subject.bytes),
            signature: place(der, signature),
            validity,
            key,
            scheme,
            extensions,
            standard,
            der: der.to_vec(),
        })
    }

    /// Every certificate of a PEM text, at least one, in their order; nothing else may be in it (RFC 7468 section 5).
    pub fn from_pem_chain(text: &str) -> Result<Vec<Self>, InvalidCertificate> {
        pem::all(text, "CERTIFICATE")?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// All of it, as it was received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The `TBSCertificate` as it was received: what its issuer signed.
    pub fn tbs(&self) -> &[u8] {
        &self.der[self.tbs.clone()]
    }

    /// The serial number: its magnitude, without the octet that only says that it is positive.
    pub fn serial(&self) -> &[u8] {
        &self.der[self.serial.clone()]
    }

    /// The `Name` of its issuer, as it was received, with its tag. Names are equal if their bytes are.
    pub fn issuer(&self) -> &[u8] {
        &self.der[self.issuer.clone()]
    }

    /// The `Name` of whose certificate it is, as it was received, with its tag; Fulcio's leaves have an empty one.
    pub fn subject(&self) -> &[u8] {
        &self.der[self.subject.clone()]
    }

    /// Whose certificate it is where names are common names (2.5.4.3); none unless there is exactly one, in UTF-8 or ASCII.
    pub fn common_name(&self) -> Option<&str> {
        let subject = der::only(self.subject(), Tag::SEQUENCE).and_then(|subject| name::attributes(subject.reader())).ok()?;
        let mut common = subject.into_iter().filter(|(oid, _)| *oid == [0x55, 4, 3]).map(|(_, value)| value);
        match (common.next(), common.next()) {
            (Some(value), None) if [Tag::UTF8_STRING, Tag::PRINTABLE_STRING, Tag::IA5_STRING].contains(&value.tag) => {
                core::str::from_utf8(value.value).ok()
            }
            _ => None,
        }
    }

    /// The issuer for people: `O=sigstore.dev, CN=sigstore`. Never to be compared.
    pub fn issuer_text(&self) -> String {
        name::text(self.issuer())
    }

    /// The subject for people; where it is empty, the first alternative name. Never to be compared.
    pub fn subject_text(&self) -> String {
        match (name::text(self.subject()), self.subject_alternative_names()) {
            (text, [first, ..]) if text.is_empty() => first.to_string(),
            (text, _) => text,
        }
    }

    /// From its `notBefore` to its `notAfter`, both included (section 4.1.2.5).
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// The key that it is about.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// How its issuer signed it.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its issuer's signature over [`Self::tbs`].
    pub fn signature(&self) -> &[u8] {
        &self.der[self.signature.clone()]
    }

    /// Whether it may issue certificates; without the extension it may not.
    pub const fn basic_constraints(&self) -> BasicConstraints {
        self.standard.basic_constraints
    }

    /// What its key may do, if it says so.
    pub const fn key_usage(&self) -> Option<KeyUsage> {
        self.standard.key_usage
    }

    /// What its key may do it for, if it says so.
    pub const fn extended_key_usage(&self) -> Option<&ExtendedKeyUsage> {
        self.standard.extended_key_usage.as_ref()
    }

    /// The names besides [`Self::subject`]; none if it has no such extension.
    pub fn subject_alternative_names(&self) -> &[GeneralName] {
        &self.standard.subject_alternative_names
    }

    /// What its issuer calls the key that signed it.
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.standard.authority_key_identifier.as_deref()
    }

    /// What it calls its own key.
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.standard.subject_key_identifier.as_deref()
    }

    /// Whether an extension is critical, and what is in its OCTET STRING; `oid` is the contents octets of its identifier.
    pub fn extension(&self, oid: &[u8]) -> Option<(bool, &[u8])> {
        self.extensions.iter().find(|extension| &self.der[extension.oid.clone()] == oid).map(|extension| {
            let value = &self.der[extension.value.clone()];
            (extension.critical, value)
        })
    }

    /// The identifier of the first critical extension that is not understood here. No path may go through such a certificate.
    pub fn unknown_critical(&self) -> Option<&[u8]> {
        let critical = self.extensions.iter().filter(|extension| extension.critical);
        critical.map(|extension| &self.der[extension.oid.clone()]).find(|oid| !extension::is_understood(oid))
    }

    /// Whether issuer and subject have the same name, as those of every root do (section 3.2).
    pub fn is_self_issued(&self) -> bool {
        self.issuer() == self.subject()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} by {}, {})", self.subject_text(), self.issuer_text(), self.validity)
    }
}

/// The one value in `reader`.
fn last<'a, T>(mut reader: Reader<'a>, read: impl FnOnce(&mut Reader<'a>) -> Result<T, InvalidDer>) -> Result<T, InvalidDer> {
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Where a part of `whole`, which was read from it, is in it.
pub(super) fn place(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}
