//! Ways from the signer's certificate to somebody trusted.

use crate::crypto::SignatureCheck;
use crate::crypto::Unproven;
use crate::sigstore::trusted_root::TrustedRoot;
use crate::sigstore::verify::InvalidSignature;
use crate::sigstore::verify::look;
use crate::time::UnixTime;
use crate::x509::Certificate;
use crate::x509::path;
use crate::x509::path::Authority;
use crate::x509::path::InvalidPath;
use crate::x509::path::Path;
use crate::x509::path::Purpose;
use crate::x509::sct;
use crate::x509::sct::InvalidSct;
use crate::x509::sct::LoggedAt;

/// One way, which holds at every time if its signatures do.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) path: Unproven<Path>,
    /// That the issuer of this path had it logged; `None` where nobody's certificates are.
    pub(super) logged: Option<Result<Unproven<Vec<LoggedAt>>, InvalidSct>>,
}

impl Candidate {
    pub(super) fn checks(&self) -> impl Iterator<Item = &SignatureCheck> {
        let logged = self.logged.iter().flatten();
        self.path.checks().chain(logged.flat_map(Unproven::checks))
    }
}

/// Every way from `leaf` to an authority of `root` that can be gone at each of `times`, at least one.
pub(super) fn candidates(
    leaf: &Certificate,
    others: &[Certificate],
    times: &[UnixTime],
    root: &TrustedRoot,
) -> Result<Vec<Candidate>, InvalidSignature> {
    let mut found = Vec::new();
    let mut refusals = Vec::new();
    for authority in &root.certificate_authorities.usable {
        match at_each(leaf, others, authority, times) {
            Ok(paths) => found.extend(paths),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if found.is_empty() {
        // Of several authorities, most have never heard of the certificate: that is the least to say.
        let nobody = || InvalidPath::UnknownIssuer { certificate: leaf.subject_text(), issuer: leaf.issuer_text() };
        let says_more = |refusal: &&InvalidPath| !matches!(refusal, InvalidPath::UnknownIssuer { .. });
        let is_about_it = |refusal: &&InvalidPath| says_more(refusal) && !matches!(refusal, InvalidPath::AuthorityNotValid { .. });
        let refusal = refusals.iter().find(is_about_it).or_else(|| refusals.iter().find(says_more));
        return Err(refusal.cloned().unwrap_or_else(nobody).into());
    }
    let with_log = |path: Unproven<Path>| {
        if root.certificate_logs.is_empty() {
            return Candidate { path, logged: None };
        }
        // The log signed the issuer's key, and only a path tells which of two issuers of one name it was.
        let (issuer, path) = look(path, |path| path.issuer().clone());
        Candidate { path, logged: Some(sct::verify(leaf, &issuer, &root.certificate_logs.usable)) }
    };
    Ok(found.into_iter().map(with_log).collect())
}

/// The paths to one authority that are the same at each of `times`: "if validation fails for either time, verification fails".
fn at_each(
    leaf: &Certificate,
    others: &[Certificate],
    authority: &Authority,
    times: &[UnixTime],
) -> Result<Vec<Unproven<Path>>, InvalidPath> {
    let Some((first, more)) = times.split_first() else { return Ok(Vec::new()) };
    let mut found = path::paths(leaf, others, authority, *first, Purpose::CodeSigning)?;
    for time in more {
        // They rest on the same signatures, if they are the same.
        let paths = path::paths(leaf, others, authority, *time, Purpose::CodeSigning)?;
        let then: Vec<Path> = paths.into_iter().map(|path| look(path, Path::clone).0).collect();
        found = found.into_iter().map(|path| look(path, |path| then.contains(path))).filter_map(|(is, path)| is.then_some(path)).collect();
    }
    Ok(found)
}
