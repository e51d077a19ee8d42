//! A role: whose keys may sign for it, and how many of them have to.

use crate::budget;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::json::Members;
use crate::tuf::ByName;
use crate::tuf::InvalidMetadata;
use crate::tuf::key::Key;
use crate::tuf::key::hex;
use crate::tuf::metadata::Signed;

/// The keys of a document by their IDs; `None` for a key of a type that is not known here.
pub(super) type Keys = ByName<Option<Key>>;

/// Reads the `keys` of a document.
pub(super) fn keys(keys: &Members<'_>) -> Result<Keys, InvalidMetadata> {
    let mut read = Keys::default();
    for (id, key) in keys.places() {
        read.insert(id, Key::parse(id, &key.object()?)?);
    }
    Ok(read)
}

/// Whose signatures count, and how many have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    keys: Keys,
    threshold: usize,
}

impl Role {
    /// Reads `keyids` and `threshold` (section 4.3).
    pub(super) fn parse(name: &str, role: &Members<'_>, known: &Keys) -> Result<Self, InvalidMetadata> {
        let ids = role.required("keyids")?.array()?;
        if ids.len() > budget::TUF_KEYS {
            return Err(InvalidMetadata::TooMany { what: "keys of a role", limit: budget::TUF_KEYS });
        }
        let mut keys = Keys::default();
        for id in ids {
            let id = id.string()?;
            let key = known.get(id).ok_or_else(|| InvalidMetadata::UnknownKey { role: name.to_owned(), id: id.to_owned() })?;
            if !keys.insert(id, key.clone()) {
                return Err(InvalidMetadata::RepeatedKey { id: id.to_owned() });
            }
        }
        // CVE-2026-23992: a threshold of nothing is met by nobody's signature.
        match role.required("threshold")?.unsigned().map(usize::try_from)? {
            Ok(threshold @ 1..) => Ok(Self { keys, threshold }),
            _ => Err(InvalidMetadata::ThresholdZero { role: name.to_owned() }),
        }
    }

    /// What has to hold for `signed` to be this role's: a threshold of signatures, each by another key.
    ///
    /// A key is one signer under however many IDs (CVE-2020-6174): whoever holds it could otherwise meet any threshold, and a
    /// repository that changes how it writes keys lists them under both IDs for a while. Of its signatures the first counts.
    /// Signatures of keys that are not the role's are passed over, as are empty ones, which are the places that tuf-on-ci leaves
    /// for signers to come (GitHub's root has one).
    pub(super) fn obligation(&self, name: &str, signed: &Signed) -> Result<Obligation, InvalidMetadata> {
        let mut signers = Vec::new();
        let mut checks = Vec::new();
        for (id, signature) in &signed.signatures {
            let Some(Some(key)) = self.keys.get(id) else { continue };
            if signature.is_empty() || signers.contains(&key.public().spki()) {
                continue;
            }
            signers.push(key.public().spki());
            let signature = hex(signature).ok_or_else(|| InvalidMetadata::Signature { id: id.clone() })?;
            let message = Message::Bytes(signed.canonical.clone());
            let check = SignatureCheck::new(key.public().clone(), key.scheme(), message, signature);
            checks.push(check.expect("`Key::parse` refuses a key that does not suit its scheme"));
        }
        if checks.len() < self.threshold {
            return Err(InvalidMetadata::Threshold { role: name.to_owned(), expected: self.threshold, found: checks.len() });
        }
        Ok(Obligation::at_least(Step::Metadata, self.threshold, checks))
    }

    /// The keys that can sign, whatever they are called.
    pub(super) fn fingerprint(&self) -> Digest {
        let mut signers: Vec<Digest> = Vec::new();
        for (_, key) in self.keys.iter() {
            let Some(id) = key.as_ref().map(|key| key.public().id()) else { continue };
            if let Err(place) = signers.binary_search(&id) {
                signers.insert(place, id);
            }
        }
        let mut bytes = Vec::new();
        for id in &signers {
            bytes.extend_from_slice(id.as_bytes());
        }
        Digest::of(Algorithm::Sha256, &bytes)
    }
}
