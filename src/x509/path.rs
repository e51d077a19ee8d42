//! Whether a certificate leads to somebody trusted: RFC 5280 section 6, at a given time and for a given purpose.
//!
//! ```text
//! leaf ── issued by ──▶ authority ── issued by ──▶ … ──▶ anchor
//!   may sign for the purpose     may issue certificates, for the purpose, so many levels deep
//! ```
//!
//! Every certificate, the anchor too, must be valid at the time, and in what a trusted root says of the authority. The anchor is the
//! last of the [`Authority`]'s chain, self-signed or not; the certificates before it are as little trusted as those that come with a
//! signature. Signatures alone tell two issuers of one name apart, so there may be several [`paths`], each of which rests on its own.
//!
//! Stricter than RFC 5280: name constraints are not weighed, so whoever carries them is refused; a leaf must say what its key is for.
//! As lenient as it: an authority without `keyUsage` may issue (section 6.1.4 (n)), because `openssl req -x509` makes such roots.

mod invalid;

use core::fmt;
use std::collections::VecDeque;

use crate::budget;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::x509::Certificate;
use crate::x509::extension;

pub use invalid::InvalidPath;

/// Who issues certificates, and for which time that is trusted: a Fulcio instance, a timestamp authority, a private PKI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// From the issuer of leaves, or from a timestamp authority's own leaf, to the anchor, which comes last.
    pub chain: Vec<Certificate>,
    /// When it was in use, whatever its certificates say.
    pub validity: Validity,
    /// Its address: what thresholds tell authorities apart by.
    pub uri: String,
    /// Who runs it. Two authorities of one operator count once.
    pub operator: Option<String>,
}

/// What the leaf's key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Code: the leaf's `extKeyUsage` names `id-kp-codeSigning`.
    CodeSigning,
    /// Timestamps: the leaf's `extKeyUsage` is critical and names `id-kp-timeStamping` only (RFC 3161 section 2.3).
    TimeStamping,
}

impl Purpose {
    const fn oid(self) -> &'static [u8] {
        match self {
            Self::CodeSigning => extension::CODE_SIGNING,
            Self::TimeStamping => extension::TIME_STAMPING,
        }
    }

    /// What the signatures of a path for it are part of.
    const fn step(self) -> Step {
        match self {
            Self::CodeSigning => Step::Chain,
            Self::TimeStamping => Step::Time,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CodeSigning => "code signing",
            Self::TimeStamping => "time stamping",
        })
    }
}

/// Certificates, each issued by the next, from a leaf to an anchor. Only [`paths`] makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    leaf: Certificate,
    issuer: Certificate,
    /// Above the issuer; empty if it is the anchor.
    above: Vec<Certificate>,
}

impl Path {
    /// Whose path it is.
    pub const fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// Who issued the leaf.
    pub const fn issuer(&self) -> &Certificate {
        &self.issuer
    }

    /// Who is trusted.
    pub fn anchor(&self) -> &Certificate {
        self.above.last().unwrap_or(&self.issuer)
    }

    /// All of it, from the leaf to the anchor.
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        [&self.leaf, &self.issuer].into_iter().chain(&self.above)
    }
}

/// Every path, at least one and at most [`budget::CERTIFICATE_PATHS`], from `leaf` to the anchor of `authority`, through its chain and
/// through `untrusted`, in which nothing but the signatures is left to verify; whichever of them is proven will do.
///
/// `at` is the time at which the leaf signed. Nothing in `untrusted` is ever an anchor.
pub fn paths(
    leaf: &Certificate,
    untrusted: &[Certificate],
    authority: &Authority,
    at: UnixTime,
    purpose: Purpose,
) -> Result<Vec<Unproven<Path>>, InvalidPath> {
    if untrusted.len() > budget::CERTIFICATE_PATH {
        return Err(InvalidPath::TooManyCertificates { found: untrusted.len() });
    }
    if !authority.validity.contains(at) {
        return Err(InvalidPath::AuthorityNotValid { uri: authority.uri.clone(), validity: authority.validity, at });
    }
    may_sign(leaf, at, purpose)?;
    let mut found = Vec::new();
    let mut refusal = None;
    for (issuer, above) in chains(leaf, untrusted, authority)? {
        match path(leaf, issuer, &above, at, purpose) {
            Ok(path) => found.push(path),
            Err(invalid) => refusal = refusal.or(Some(invalid)),
        }
    }
    match refusal {
        Some(invalid) if found.is_empty() => Err(invalid),
        _ => Ok(found),
    }
}

/// The issuer of a leaf, and who is above it.
type Chain<'a> = (&'a Certificate, Vec<&'a Certificate>);

/// Every chain, at least one, from the issuer of `leaf` to the anchor, in which the names and the key identifiers fit; the shortest
/// first, and those through the authority's own certificates before others.
fn chains<'a>(leaf: &'a Certificate, untrusted: &'a [Certificate], authority: &'a Authority) -> Result<Vec<Chain<'a>>, InvalidPath> {
    let mut found = Vec::new();
    let mut dead_end = InvalidPath::UnknownIssuer { certificate: leaf.subject_text(), issuer: leaf.issuer_text() };
    let mut open = VecDeque::from([Vec::new()]);
    let mut steps = 0;
    while let Some(chain) = open.pop_front() {
        steps += 1;
        if steps > budget::CERTIFICATE_STEPS {
            return Err(InvalidPath::TooManyPaths);
        }
        let last: &Certificate = chain.last().copied().unwrap_or(leaf);
        let mut is_continued = false;
        let mut is_key_unlike = None;
        for (place, issuer) in authority.chain.iter().chain(untrusted).enumerate() {
            let seen = authority.chain.iter().chain(untrusted).take(place).any(|other| other == issuer);
            if issuer.subject() != last.issuer() || seen || issuer == leaf || chain.contains(&issuer) {
                continue;
            }
            if let (Some(expected), Some(found)) = (last.authority_key_identifier(), issuer.subject_key_identifier())
                && expected != found
            {
                is_key_unlike = Some(issuer);
                continue;
            }
            is_continued = true;
            let longer = [chain.as_slice(), &[issuer]].concat();
            if Some(issuer) == authority.chain.last() {
                if found.len() == budget::CERTIFICATE_PATHS {
                    return Err(InvalidPath::TooManyPaths);
                }
                found.extend(longer.split_first().map(|(issuer, above)| (*issuer, above.to_vec())));
            } else if longer.len() + 2 > budget::CERTIFICATE_PATH {
                // The leaf is one more, and the anchor would be.
                dead_end = InvalidPath::TooLong;
            } else {
                open.push_back(longer);
            }
        }
        // Those that came farthest come last, and say most.
        if !is_continued {
            let (certificate, issuer) = (last.subject_text(), last.issuer_text());
            dead_end = match is_key_unlike {
                Some(_) => InvalidPath::KeyIdentifier { certificate, issuer },
                None => InvalidPath::UnknownIssuer { certificate, issuer },
            };
        }
    }
    if found.is_empty() { Err(dead_end) } else { Ok(found) }
}

/// One path, whose names fit: whether each authority may have issued what is below it.
fn path(
    leaf: &Certificate,
    issuer: &Certificate,
    above: &[&Certificate],
    at: UnixTime,
    purpose: Purpose,
) -> Result<Unproven<Path>, InvalidPath> {
    let mut obligations = Vec::new();
    let mut below = leaf;
    // "max_path_length": self-issued certificates are not counted (section 6.1.4 (l)), and the leaf is none of them.
    let mut between = 0;
    for authority in [issuer].into_iter().chain(above.iter().copied()) {
        may_issue(authority, between, at, purpose)?;
        let signed = Message::Bytes(below.tbs().to_vec());
        let check = SignatureCheck::new(authority.key().clone(), below.scheme(), signed, below.signature().to_vec());
        obligations.push(Obligation::one(purpose.step(), check.map_err(InvalidPath::Scheme)?));
        between += usize::from(!authority.is_self_issued());
        below = authority;
    }
    let above = above.iter().copied().cloned().collect();
    Ok(Unproven::new(Path { leaf: leaf.clone(), issuer: issuer.clone(), above }, obligations))
}

/// What is asked of every certificate.
fn is_usable(certificate: &Certificate, at: UnixTime) -> Result<(), InvalidPath> {
    if !certificate.validity().contains(at) {
        return Err(InvalidPath::NotValid { certificate: certificate.subject_text(), validity: certificate.validity(), at });
    }
    if certificate.extension(extension::NAME_CONSTRAINTS).is_some() {
        return Err(InvalidPath::NameConstraints { certificate: certificate.subject_text() });
    }
    if let Some(oid) = certificate.unknown_critical() {
        return Err(InvalidPath::CriticalExtension { certificate: certificate.subject_text(), oid: extension::dotted(oid) });
    }
    Ok(())
}

/// Whether a leaf's key may sign for the purpose.
fn may_sign(leaf: &Certificate, at: UnixTime, purpose: Purpose) -> Result<(), InvalidPath> {
    is_usable(leaf, at)?;
    let certificate = || leaf.subject_text();
    let usage = leaf.key_usage();
    // "If the cA boolean is not asserted, then the keyCertSign bit in the key usage extension MUST NOT be asserted" (section 4.2.1.9).
    if leaf.basic_constraints().authority || usage.is_some_and(|usage| usage.certificate_signing) {
        return Err(InvalidPath::LeafIsAuthority { certificate: certificate() });
    }
    if !usage.is_some_and(|usage| usage.digital_signature) {
        return Err(InvalidPath::KeyUsage { certificate: certificate(), expected: "digitalSignature" });
    }
    let is_for_the_purpose = leaf.extended_key_usage().is_some_and(|usage| match purpose {
        Purpose::CodeSigning => usage.names(extension::CODE_SIGNING),
        Purpose::TimeStamping => usage.critical && usage.purposes == [extension::TIME_STAMPING],
    });
    if !is_for_the_purpose {
        return Err(InvalidPath::ExtendedKeyUsage { certificate: certificate(), expected: purpose });
    }
    Ok(())
}

/// Whether an authority may have issued what is below it, with so many authorities `between` it and the leaf (section 6.1.4 (k) to (n)).
fn may_issue(authority: &Certificate, between: usize, at: UnixTime, purpose: Purpose) -> Result<(), InvalidPath> {
    is_usable(authority, at)?;
    let certificate = || authority.subject_text();
    let constraints = authority.basic_constraints();
    if !constraints.authority {
        return Err(InvalidPath::NotAnAuthority { certificate: certificate() });
    }
    if let Some(limit) = constraints.path_length.filter(|limit| between > usize::from(*limit)) {
        return Err(InvalidPath::PathLength { certificate: certificate(), limit, found: between });
    }
    if authority.key_usage().is_some_and(|usage| !usage.certificate_signing) {
        return Err(InvalidPath::KeyUsage { certificate: certificate(), expected: "keyCertSign" });
    }
    // An authority that says what it issues for issues for nothing else (CA/Browser Forum's and everybody's reading of section 4.2.1.12).
    let is_for_the_purpose =
        authority.extended_key_usage().is_none_or(|usage| usage.names(purpose.oid()) || usage.names(extension::ANY_EXTENDED_KEY_USAGE));
    if !is_for_the_purpose {
        return Err(InvalidPath::ExtendedKeyUsage { certificate: certificate(), expected: purpose });
    }
    Ok(())
}
