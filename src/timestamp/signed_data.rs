//! Reads the envelope of a timestamp: CMS `SignedData` with one signer, who signed attributes (RFC 5652 section 5).

use crate::budget;
use crate::crypto;
use crate::crypto::InvalidScheme;
use crate::crypto::Message;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::der::Element;
use crate::der::Reader;
use crate::der::Tag;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::timestamp::InvalidTimestamp;
use crate::timestamp::attributes::Attributes;
use crate::timestamp::attributes::SigningCertificate;

/// `id-signedData`: 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// `id-ct-TSTInfo`, RFC 3161 section 2.4.2: 1.2.840.113549.1.9.16.1.4
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// `rsaEncryption`, which leaves the hash function to `digestAlgorithm` (RFC 3370 section 3.2): 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// A content of type `TSTInfo`, with who signed it.
#[derive(Clone, Debug)]
pub(super) struct SignedData<'a> {
    /// The content, which the signer's attributes name by its digest.
    pub(super) content: &'a [u8],
    /// What the message brings along. Nobody signed this list: whatever is in it, and in whatever order, proves nothing.
    pub(super) certificates: Vec<&'a [u8]>,
    /// "The time-stamp token MUST NOT contain any signatures other than the signature of the TSA" (RFC 3161 section 2.4.2).
    pub(super) signer: Signer<'a>,
}

impl<'a> SignedData<'a> {
    /// A `ContentInfo` (RFC 5652 section 3) with `SignedData` in it.
    pub(super) fn parse(content_info: &Element<'a>) -> Result<Self, InvalidTimestamp> {
        let mut content_info = content_info.reader();
        if content_info.oid()? != SIGNED_DATA {
            return Err(InvalidTimestamp::ContentType { expected: "SignedData" });
        }
        let mut explicit = content_info.element(Tag::context_constructed(0))?.reader();
        content_info.finish()?;
        let mut signed_data = explicit.sequence()?;
        explicit.finish()?;

        // Version 3 is a content other than plain data, with certificates of X.509 and nothing newer (section 5.1).
        match signed_data.small()? {
            3 => {}
            found => return Err(InvalidTimestamp::Version { of: "SignedData", expected: 3, found }),
        }
        let mut digest_algorithms = signed_data.set()?;
        let mut encapsulated = signed_data.sequence()?;
        if encapsulated.oid()? != TST_INFO {
            return Err(InvalidTimestamp::ContentType { expected: "TSTInfo" });
        }
        let mut explicit = encapsulated.element(Tag::context_constructed(0))?.reader();
        encapsulated.finish()?;
        let content = explicit.octet_string()?;
        explicit.finish()?;
        let certificates = match signed_data.optional(Tag::context_constructed(0))? {
            Some(set) => certificates(set.reader())?,
            None => Vec::new(),
        };
        let mut signers = signed_data.set()?;
        signed_data.finish()?;
        let signer = signers.optional(Tag::SEQUENCE)?.ok_or(InvalidTimestamp::Signers { found: 0 })?;
        if !signers.is_empty() {
            return Err(InvalidTimestamp::Signers { found: 2 });
        }
        let signer = Signer::parse(signer.reader())?;

        // "Implementations MAY fail to validate signatures that use a digest algorithm that is not included in this set."
        let mut listed = false;
        while !digest_algorithms.is_empty() {
            match crypto::hash(digest_algorithms.sequence()?) {
                Ok(algorithm) => listed |= algorithm == signer.digest_algorithm,
                // Which it is does not matter, as nothing is hashed with it.
                Err(InvalidScheme::Hash) => {}
                Err(invalid) => return Err(invalid.into()),
            }
        }
        if !listed {
            return Err(InvalidTimestamp::DigestAlgorithms { expected: signer.digest_algorithm });
        }
        signer.is_about(content)?;
        Ok(Self { content, certificates, signer })
    }
}

/// `CertificateSet`, of which only X.509 certificates belong in `SignedData` of version 3.
fn certificates(mut set: Reader<'_>) -> Result<Vec<&[u8]>, InvalidTimestamp> {
    let mut certificates = Vec::new();
    while !set.is_empty() {
        if certificates.len() == budget::CERTIFICATE_PATH {
            return Err(InvalidTimestamp::TooMany { of: "certificates", limit: budget::CERTIFICATE_PATH });
        }
        certificates.push(set.element(Tag::SEQUENCE)?.bytes);
    }
    Ok(certificates)
}

/// A certificate by who issued it and under which number. Both are compared byte by byte, as signers copy them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IssuerAndSerialNumber<'a> {
    /// A `Name` in DER.
    pub(super) issuer: &'a [u8],
    /// The number, without the octet that only says that it is positive.
    pub(super) serial_number: &'a [u8],
}

/// `SignerIdentifier`: whose signature it is, as the message says. It is not signed.
#[derive(Clone, Copy, Debug)]
pub(super) enum SignerIdentifier<'a> {
    /// In `SignerInfo` of version 1.
    IssuerAndSerialNumber(IssuerAndSerialNumber<'a>),
    /// In `SignerInfo` of version 3.
    SubjectKeyIdentifier(&'a [u8]),
}

/// `SignerInfo` (RFC 5652 section 5.3).
#[derive(Clone, Debug)]
pub(super) struct Signer<'a> {
    pub(super) identifier: SignerIdentifier<'a>,
    /// How the signer names their certificate, if they do, in what they signed.
    pub(super) signing_certificate: Option<SigningCertificate<'a>>,
    digest_algorithm: Algorithm,
    attributes: Attributes<'a>,
    /// The attributes as they were received.
    set: &'a [u8],
    scheme: Scheme,
    signature: &'a [u8],
}

impl<'a> Signer<'a> {
    fn parse(mut signer: Reader<'a>) -> Result<Self, InvalidTimestamp> {
        let version = signer.small()?;
        let (expected, identifier) = if let Some(identifier) = signer.optional(Tag::context(0))? {
            (3, SignerIdentifier::SubjectKeyIdentifier(identifier.value))
        } else {
            let mut identifier = signer.sequence()?;
            let issuer = identifier.element(Tag::SEQUENCE)?.bytes;
            let serial_number = identifier.unsigned()?;
            identifier.finish()?;
            (1, SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber { issuer, serial_number }))
        };
        if version != expected {
            return Err(InvalidTimestamp::Version { of: "SignerInfo", expected, found: version });
        }
        let digest_algorithm = crypto::hash(signer.sequence()?)?;
        // "The field MUST be present if the content type of the EncapsulatedContentInfo value being signed is not id-data."
        let set = signer.element(Tag::context_constructed(0))?;
        let attributes = Attributes::parse(set.reader())?;
        let signing_certificate = attributes.signing_certificate()?;
        let scheme = scheme(signer.sequence()?, digest_algorithm)?;
        let signature = signer.octet_string()?;
        // Not signed, so it says nothing.
        signer.optional(Tag::context_constructed(1))?;
        signer.finish()?;
        Ok(Self { identifier, signing_certificate, digest_algorithm, attributes, set: set.bytes, scheme, signature })
    }

    /// What was signed, the attributes, has to be about this content.
    fn is_about(&self, content: &[u8]) -> Result<(), InvalidTimestamp> {
        if self.attributes.content_type()? != TST_INFO {
            return Err(InvalidTimestamp::ContentType { expected: "TSTInfo" });
        }
        if self.attributes.message_digest()? != Digest::of(self.digest_algorithm, content).as_bytes() {
            return Err(InvalidTimestamp::MessageDigest);
        }
        Ok(())
    }

    /// The signature that has to hold if `key` is the signer's.
    ///
    /// "The IMPLICIT [0] tag in the signedAttrs is not used for the DER encoding, rather an EXPLICIT SET OF tag is used" (section
    /// 5.4): the received bytes with another first one.
    pub(super) fn check(&self, key: PublicKey) -> Result<SignatureCheck, InvalidTimestamp> {
        let mut signed = self.set.to_vec();
        if let Some(identifier) = signed.first_mut() {
            *identifier = Tag::SET.octet();
        }
        Ok(SignatureCheck::new(key, self.scheme, Message::Bytes(signed), self.signature.to_vec())?)
    }
}

/// How it was signed: `signatureAlgorithm`, which has to agree with `digestAlgorithm`.
fn scheme(identifier: Reader<'_>, digest_algorithm: Algorithm) -> Result<Scheme, InvalidTimestamp> {
    let mut rsa = identifier;
    if rsa.oid()? == RSA_ENCRYPTION {
        rsa.null()?;
        rsa.finish()?;
        return Ok(Scheme::RsaPkcs1(digest_algorithm));
    }
    let scheme = Scheme::from_algorithm_identifier(identifier)?;
    // Ed25519 comes with SHA-512 (RFC 8419 section 2.3).
    if scheme.hash().unwrap_or(Algorithm::Sha512) == digest_algorithm {
        Ok(scheme)
    } else {
        Err(InvalidTimestamp::HashFunctions { scheme, digest: digest_algorithm })
    }
}
