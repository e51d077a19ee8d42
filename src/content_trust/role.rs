//! A role: whose keys may sign for it, and how many of them have to.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::key::Key;
use crate::content_trust::key::KeyId;
use crate::content_trust::key::Listed;
use crate::content_trust::metadata::Signed;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::json::Members;
use crate::tuf::InvalidMetadata;

/// What a document lists, by ID.
pub(super) type Keys = BTreeMap<String, Listed>;

/// Reads the `keys` of a document.
pub(super) fn keys(keys: &Members<'_>) -> Result<Keys, InvalidTrustData> {
    keys.places().map(|(id, key)| Ok((id.to_owned(), Listed::parse(id, &key.object()?)?))).collect()
}

/// Whose signatures count, and how many have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    /// `None` for a key of a type that is not known here.
    pub(super) keys: BTreeMap<String, Option<Key>>,
    pub(super) threshold: usize,
}

impl Role {
    /// Reads `keyids` and `threshold`.
    pub(super) fn parse(name: &str, role: &Members<'_>, known: &Keys) -> Result<Self, InvalidTrustData> {
        let ids = role.required("keyids")?.array()?;
        if ids.len() > budget::TUF_KEYS {
            return Err(InvalidMetadata::TooMany { what: "keys of a role", limit: budget::TUF_KEYS }.into());
        }
        let mut keys = BTreeMap::new();
        for id in ids {
            let id = id.string()?;
            let listed = known.get(id).ok_or_else(|| InvalidMetadata::UnknownKey { role: name.to_owned(), id: id.to_owned() })?;
            if keys.insert(id.to_owned(), listed.key()?).is_some() {
                return Err(InvalidMetadata::RepeatedKey { id: id.to_owned() }.into());
            }
        }
        match role.required("threshold")?.unsigned().map(usize::try_from)? {
            Ok(threshold @ 1..) => Ok(Self { keys, threshold }),
            _ => Err(InvalidMetadata::ThresholdZero { role: name.to_owned() }.into()),
        }
    }

    /// What has to hold for `signed` to be this role's: a threshold of signatures, each by another key among those that `counts` lets
    /// count. A key is one signer under however many IDs: Notary takes one private key, listed bare and in a certificate or in two
    /// certificates, for two.
    pub(super) fn obligation(&self, name: &str, signed: &Signed, counts: impl Fn(&Key) -> bool) -> Result<Obligation, InvalidTrustData> {
        let mut signers = BTreeSet::new();
        let mut checks = Vec::new();
        for signature in &signed.signatures {
            let Some(Some(key)) = self.keys.get(&signature.id) else { continue };
            if !counts(key) {
                continue;
            }
            let refused = || InvalidTrustData::Signature { id: key.id() };
            let bytes = Base64::decode_vec(&signature.base64).map_err(|_| refused())?;
            let (scheme, bytes) = key.signature(&signature.method, bytes).ok_or_else(refused)?;
            signers.insert(key.public().spki());
            let check = SignatureCheck::new(key.public().clone(), scheme, Message::Bytes(signed.canonical.clone()), bytes);
            checks.push(check.expect("`Key::signature` names schemes of the key's kind"));
        }
        if signers.len() < self.threshold {
            return Err(InvalidMetadata::Threshold { role: name.to_owned(), expected: self.threshold, found: signers.len() }.into());
        }
        Ok(Obligation::at_least(Step::Metadata, self.threshold, checks))
    }

    /// The keys that can sign, whatever they are called.
    pub(super) fn keys(&self) -> BTreeSet<KeyId> {
        self.keys.values().flatten().map(Key::canonical_id).collect()
    }

    /// Those that did, or of whom it is said.
    pub(super) fn signers(&self, signed: &Signed) -> BTreeSet<KeyId> {
        let keys = signed.signatures.iter().filter_map(|signature| self.keys.get(&signature.id)?.as_ref());
        keys.map(Key::canonical_id).collect()
    }
}
