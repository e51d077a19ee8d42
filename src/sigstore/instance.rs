//! The instances of Sigstore whose trusted roots come with us, so that a check works where nothing else can be reached.
//!
//! They are data of those who run them (`data/README.md`), and signed by them through TUF; here they are as they were when this version
//! was made, with the TUF root by which newer ones are found: `crate::anchors`.

use crate::sigstore::trusted_root::TrustedRoot;
use crate::time::UnixTime;
use crate::tuf::Repository;

/// The instance that anybody may use: `sigstore.dev`.
pub const PUBLIC_GOOD: &str = "public-good";
/// GitHub's own, for attestations of private repositories.
pub const GITHUB: &str = "github";

/// An instance, as it was when this version was made.
#[derive(Clone, Copy, Debug)]
pub struct Instance {
    name: &'static str,
    /// Its `trusted_root.json`.
    pub file: &'static [u8],
    /// The version of its TUF root.
    pub version: u64,
    /// When that expires.
    expires: &'static str,
    tuf_root: &'static [u8],
    address: &'static str,
}

const INSTANCES: [Instance; 2] = [
    Instance {
        name: PUBLIC_GOOD,
        file: include_bytes!("../../data/sigstore/trusted_root.json"),
        version: 16,
        expires: "2027-04-22T19:27:31Z",
        tuf_root: include_bytes!("../../data/sigstore/tuf_root.json"),
        address: "https://tuf-repo-cdn.sigstore.dev",
    },
    Instance {
        name: GITHUB,
        file: include_bytes!("../../data/github/trusted_root.json"),
        version: 9,
        expires: "2027-01-28T20:18:53Z",
        tuf_root: include_bytes!("../../data/github/tuf_root.json"),
        address: "https://tuf-repo.github.com",
    },
];

/// The instance of this name, if one comes with us.
pub fn find(name: &str) -> Option<&'static Instance> {
    INSTANCES.iter().find(|instance| instance.name == name)
}

/// Whether a name is that of an instance that comes with us.
pub fn is_built_in(name: &str) -> bool {
    find(name).is_some()
}

/// Whom an instance trusted when this version was made; `None` for a name that is not built in.
pub fn trusted_root(name: &str) -> Option<TrustedRoot> {
    find(name).map(Instance::trusted_root)
}

impl Instance {
    /// Whom it trusted when this version was made.
    pub fn trusted_root(&self) -> TrustedRoot {
        TrustedRoot::parse(self.file).expect("a test reads what is built in")
    }

    /// When its TUF root expires.
    pub fn expires(&self) -> UnixTime {
        self.expires.parse().expect("a test reads what is built in")
    }

    /// Where it publishes newer ones.
    pub fn repository(&self) -> Repository {
        Repository::new(self.address, self.tuf_root).expect("a test reads what is built in").named(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tuf;

    #[test]
    fn what_is_built_in_can_be_read() {
        for instance in INSTANCES {
            let (name, root) = (instance.name, instance.trusted_root());
            assert!(!root.certificate_authorities.is_empty(), "{name}");
            assert!(root.logs.unusable.is_empty() && root.certificate_logs.unusable.is_empty(), "{name}");
            assert_eq!(instance.repository().key(), format!("tuf-{name}"));
            let tuf_root = tuf::TrustedRoot::load(instance.tuf_root).unwrap().prove().unwrap();
            assert_eq!((tuf_root.version(), tuf_root.expires()), (instance.version, instance.expires()), "{name}");
        }
        assert!(!is_built_in("private") && trusted_root("private").is_none());
    }
}
