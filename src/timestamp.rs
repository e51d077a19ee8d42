//! Timestamps of RFC 3161: that something existed at a time, because an authority that is trusted signed both.
//!
//! A [`Timestamp`] is no claim about who made that something. Its signature, and those of the certificates that lead to whoever is
//! trusted, are obligations of [`Step::Time`].
//!
//! Who signed follows from the authorities, never from the certificates that a token brings along: an authority with a certificate for
//! signing is that certificate, and one with certificates for issuing only takes the one in the token that leads to it. Every rule
//! is applied to the very certificate whose key has to have made the signature (CVE-2026-33753, CVE-2026-39984), and the time has to
//! be in the validity of the very authority, not of any (TOB-SIGSTORE-11).
//!
//! Deliberately absent: the nonce and the policy, which are for whoever asked for the timestamp; its accuracy, as everything that it is
//! compared with is given in whole seconds; revocation; and SHA-1, even where it only names a certificate that is bound otherwise.

mod attributes;
mod invalid;
mod response;
mod signed_data;

use crate::budget;
use crate::crypto::Obligation;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::time::UnixTime;
use crate::timestamp::response::TstInfo;
use crate::timestamp::signed_data::IssuerAndSerialNumber;
use crate::timestamp::signed_data::SignedData;
use crate::timestamp::signed_data::Signer;
use crate::timestamp::signed_data::SignerIdentifier;
use crate::x509::Certificate;
use crate::x509::path;
use crate::x509::path::Authority;
use crate::x509::path::InvalidPath;
use crate::x509::path::Purpose;

pub use invalid::InvalidTimestamp;

#[cfg(test)]
mod tests;

/// That an authority saw a message at a time. Only [`verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp<'t> {
    time: UnixTime,
    authority: &'t Authority,
}

impl<'t> Timestamp<'t> {
    /// When, in whole seconds.
    pub const fn time(&self) -> UnixTime {
        self.time
    }

    /// Who says so. Two timestamps of one authority, or of one operator, count once.
    pub const fn authority(&self) -> &'t Authority {
        self.authority
    }
}

/// Reads `response`, a `TimeStampResp` about `message`, and gives every way in which one of `authorities` can have made it.
///
/// One of them has to be proven, and one is enough: however many are, it is one timestamp. There is none if the signer is nobody's among
/// `authorities`, which says nothing against the message; and seldom more than one, as that takes two authorities of one certificate, or
/// two paths to one.
pub fn verify<'t>(response: &[u8], message: &[u8], authorities: &'t [Authority]) -> Result<Vec<Unproven<Timestamp<'t>>>, InvalidTimestamp> {
    if response.len() > budget::TIMESTAMP_BYTES {
        return Err(InvalidTimestamp::Length { found: response.len(), limit: budget::TIMESTAMP_BYTES });
    }
    let signed_data = SignedData::parse(&response::token(response)?)?;
    let info = TstInfo::parse(signed_data.content)?;
    if !info.is_of(message) {
        return Err(InvalidTimestamp::Imprint);
    }
    // One that cannot be read is nobody's here, and takes nothing away from the others.
    let embedded: Vec<Certificate> = signed_data.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let mut proofs = Vec::new();
    let mut refusals = Vec::new();
    for authority in authorities {
        match made_by(authority, &signed_data.signer, &embedded, info.time) {
            Ok(made) => proofs.extend(made),
            Err(invalid) => refusals.push(invalid),
        }
    }
    match refusals.into_iter().next() {
        Some(invalid) if proofs.is_empty() => Err(invalid),
        _ => Ok(proofs),
    }
}

/// Every way in which it can have been this authority.
fn made_by<'t>(
    authority: &'t Authority,
    signer: &Signer<'_>,
    embedded: &[Certificate],
    time: UnixTime,
) -> Result<Vec<Unproven<Timestamp<'t>>>, InvalidTimestamp> {
    let brought = embedded.iter().find(|certificate| is_of(signer, certificate));
    // Whoever chose one of two would choose for the signer.
    if embedded.iter().any(|certificate| is_of(signer, certificate) && Some(certificate) != brought) {
        return Err(InvalidTimestamp::Certificates);
    }
    let own = authority.chain.first().filter(|first| !first.basic_constraints().authority);
    let (certificate, untrusted) = match (own, brought) {
        (Some(own), _) if !is_of(signer, own) => return Ok(Vec::new()),
        (Some(own), Some(brought)) if own != brought => return Err(InvalidTimestamp::Certificates),
        (Some(own), _) => (own, [].as_slice()),
        (None, Some(brought)) => (brought, embedded),
        (None, None) => return Ok(Vec::new()),
    };
    let signed_as = IssuerAndSerialNumber { issuer: certificate.issuer(), serial_number: certificate.serial() };
    if signer.signing_certificate.is_some_and(|named| !named.names(certificate.der(), signed_as)) {
        return Err(InvalidTimestamp::SigningCertificate);
    }
    let check = signer.check(certificate.key().clone())?;
    let paths = match path::paths(certificate, untrusted, authority, time, Purpose::TimeStamping) {
        Err(InvalidPath::UnknownIssuer { .. } | InvalidPath::KeyIdentifier { .. }) if own.is_none() => return Ok(Vec::new()),
        paths => paths?,
    };
    paths
        .into_iter()
        .map(|path| path.then(|_| Ok(Unproven::new(Timestamp { time, authority }, vec![Obligation::one(Step::Time, check.clone())]))))
        .collect()
}

/// Whether the signer says that this certificate is theirs.
fn is_of(signer: &Signer<'_>, certificate: &Certificate) -> bool {
    match signer.identifier {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named == IssuerAndSerialNumber { issuer: certificate.issuer(), serial_number: certificate.serial() }
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => certificate.subject_key_identifier() == Some(named),
    }
}
