//! The certificates of root keys: who may sign for which collection (`trustpinning/certs.go` and `tuf/utils/x509.go` of Notary).
//!
//! A root key comes in one certificate that is no authority's, possibly with those of its issuers behind it. Its common name is the
//! GUN, or a beginning of it and a `*`. The strict reader of certificates refuses SHA-1 and RSA below 2048 bits. As in Notary,
//! alternative names and what the key is for are not looked at; nor is the signature, unless an authority is the anchor.
//!
//! Stricter: a `*` stands behind a whole registry at least (Notary takes `*` alone, and `docker.io*`, which is `docker.io.evil/…` too);
//! a certificate counts from its first second (Notary gives it a day); one that breaks a rule is refused with its root, not passed over.

use crate::content_trust::Gun;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::key::Key;
use crate::content_trust::role::Role;
use crate::time::UnixTime;
use crate::x509::Certificate;

/// Whether every key of the root role may sign for `gun`, at some time.
pub(super) fn check(root: &Role, gun: &Gun) -> Result<(), InvalidTrustData> {
    for (id, key) in &root.keys {
        let Some((key, [leaf, issuers @ ..])) = key.as_ref().map(|key| (key, key.certificates())) else {
            return Err(InvalidTrustData::RootKey { id: id.clone() });
        };
        if leaf.basic_constraints().authority || !issuers.iter().all(|issuer| issuer.basic_constraints().authority) {
            return Err(InvalidTrustData::Bundle { id: key.id() });
        }
        match leaf.common_name() {
            Some(name) if covers(name, gun) => {}
            _ => return Err(InvalidTrustData::CertificateName { expected: gun.clone(), found: leaf.subject_text() }),
        }
    }
    Ok(())
}

/// Whether a common name is that of a collection.
fn covers(name: &str, gun: &Gun) -> bool {
    match name.strip_suffix('*') {
        Some(start) => start.contains('/') && gun.as_str().starts_with(start),
        None => name == gun.as_str(),
    }
}

/// The certificate of a root key; none where [`check`] would refuse it.
pub(super) fn leaf(key: &Key) -> Option<&Certificate> {
    key.certificates().first()
}

/// Whether a root key's certificate is valid.
pub(super) fn is_valid(key: &Key, now: UnixTime) -> bool {
    leaf(key).is_some_and(|leaf| leaf.validity().contains(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_a_collection_or_a_beginning_behind_its_registry() {
        let gun = Gun::parse("docker.io/example/app").unwrap();
        for name in ["docker.io/example/app", "docker.io/example/app*", "docker.io/example/*", "docker.io/exa*", "docker.io/*"] {
            assert!(covers(name, &gun), "{name}");
        }
        for name in [
            "",
            "*",
            "d*",
            "docker.io*",
            "docker.io/example/app/",
            "docker.io/example/ap",
            "Docker.io/example/app",
            "docker.io/*/app",
            "docker.io/other/*",
            "docker.io/example/app2*",
            "*docker.io/example/app",
            "docker.io/example/**",
        ] {
            assert!(!covers(name, &gun), "{name}");
        }
    }
}
