//! Where trust in a collection begins.

use std::collections::BTreeSet;

use crate::content_trust::InvalidTrustData;
use crate::content_trust::KeyId;
use crate::content_trust::certificate;
use crate::content_trust::key::Key;
use crate::content_trust::metadata::Signed;
use crate::content_trust::role::Role;
use crate::crypto::Obligation;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::time::UnixTime;
use crate::x509::Certificate;
use crate::x509::path;
use crate::x509::path::Authority;
use crate::x509::path::Purpose;

/// Who vouches for roots: for the first that is seen, and for the one that is in use. Between them every root vouches for the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// These keys, by their canonical IDs: they outlive certificates that are renewed. A threshold of the root's keys must be among them.
    Keys(Vec<KeyId>),
    /// These certificates, by the key IDs that roots have for them.
    Certificates(Vec<KeyId>),
    /// An authority that issued the certificates of root keys. They have to be for code signing, as those that `notary` makes are; Notary
    /// itself, by way of Go's defaults, wants them to be for TLS servers.
    Authority(Box<Authority>),
    /// Nobody: whoever answers first is believed, and must be remembered. Worth as much as the memory: without one it is no trust at
    /// all, and what follows from it says so ([`SignedTag::anchor`](crate::content_trust::SignedTag::anchor)).
    FirstUse,
}

impl Anchor {
    /// Whoever of several pins could vouch alone, each by itself, and last all of them together.
    pub fn parts(&self) -> Vec<Self> {
        let split = |ids: &[KeyId], part: fn(Vec<KeyId>) -> Self| {
            let ids: BTreeSet<_> = ids.iter().copied().collect();
            let each = ids.iter().map(|id| part(vec![*id])).filter(|_| ids.len() > 1);
            each.chain([part(ids.iter().copied().collect())]).collect()
        };
        match self {
            Self::Keys(ids) => split(ids, Self::Keys),
            Self::Certificates(ids) => split(ids, Self::Certificates),
            Self::Authority(_) | Self::FirstUse => vec![self.clone()],
        }
    }

    /// A text that is the same for the same anchor only. Of an authority it is who is trusted; what stands before that proves nothing.
    pub fn name(&self) -> String {
        let ids = |ids: &[KeyId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        match self {
            Self::Keys(keys) => format!("keys {}", ids(keys)),
            Self::Certificates(certificates) => format!("certificates {}", ids(certificates)),
            Self::Authority(authority) => {
                let trusted = authority.chain.last().map(Certificate::der).unwrap_or_default();
                format!("authority {}", Digest::of(Algorithm::Sha256, trusted))
            }
            Self::FirstUse => "first use".into(),
        }
    }

    /// What has to hold for `root`, whose own role is `role`, to be vouched for.
    pub(super) fn vouch<T>(&self, root: T, role: &Role, signed: &Signed, now: UnixTime) -> Result<Unproven<T>, InvalidTrustData> {
        // Signatures by a threshold of some of a role's keys are also signatures by a threshold of all of them.
        match self {
            Self::Keys(ids) => Ok(Unproven::new(root, vec![pinned(ids, Key::canonical_id, role, signed)?])),
            Self::Certificates(ids) => Ok(Unproven::new(root, vec![pinned(ids, Key::id, role, signed)?])),
            Self::Authority(authority) => {
                let mut vouched = Vec::new();
                let mut paths = Vec::new();
                let mut refusal = None;
                for key in role.keys.values().flatten() {
                    let Some(leaf) = certificate::leaf(key) else { continue };
                    match path::paths(leaf, &key.certificates()[1..], authority, now, Purpose::CodeSigning) {
                        Ok(found) => {
                            vouched.push(key.id());
                            // Through the authority's own certificates first: what came with the key leads there no quicker.
                            paths.extend(found.into_iter().next());
                        }
                        Err(invalid) => refusal = refusal.or(Some(invalid)),
                    }
                }
                if let (Some(invalid), []) = (refusal, vouched.as_slice()) {
                    return Err(invalid.into());
                }
                let mut unproven = Unproven::new(root, vec![role.obligation("root", signed, |key| vouched.contains(&key.id()))?]);
                for path in paths {
                    unproven = path.then(|_| Ok::<_, InvalidTrustData>(unproven))?;
                }
                Ok(unproven)
            }
            Self::FirstUse => Ok(Unproven::new(root, vec![role.obligation("root", signed, |_| true)?])),
        }
    }
}

/// Signatures by a threshold of the keys whose IDs are pinned.
fn pinned(ids: &[KeyId], id: fn(&Key) -> KeyId, role: &Role, signed: &Signed) -> Result<Obligation, InvalidTrustData> {
    let found: Vec<_> = role.keys.values().flatten().map(id).collect();
    if !found.iter().any(|id| ids.contains(id)) {
        return Err(InvalidTrustData::Anchor { found });
    }
    role.obligation("root", signed, |key| ids.contains(&id(key)))
}
