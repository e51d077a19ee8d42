//! The instances of Sigstore whose trusted roots come with us, so that a check works where nothing else can be reached.
//!
//! They are data of those who run them (`data/README.md`), and signed by them through TUF; here they are as they were when this version
//! was made. Whoever has newer ones says so: `crate::refresh` fetches them.

use crate::sigstore::trusted_root::TrustedRoot;

/// The instance that anybody may use: `sigstore.dev`.
pub const PUBLIC_GOOD: &str = "public-good";
/// GitHub's own, for attestations of private repositories.
pub const GITHUB: &str = "github";

const FILES: [(&str, &[u8]); 2] = [
    (PUBLIC_GOOD, include_bytes!("../../data/sigstore/trusted_root.json")),
    (GITHUB, include_bytes!("../../data/github/trusted_root.json")),
];

/// Whether a name is that of an instance that comes with us.
pub fn is_built_in(name: &str) -> bool {
    FILES.iter().any(|(known, _)| *known == name)
}

/// Whom an instance trusts; `None` for a name that is not built in.
pub fn trusted_root(name: &str) -> Option<TrustedRoot> {
    let (_, bytes) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(TrustedRoot::parse(bytes).expect("a test reads what is built in"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_can_be_read() {
        for (name, _) in FILES {
            let root = trusted_root(name).unwrap();
            assert!(!root.certificate_authorities.is_empty(), "{name}");
            assert!(root.logs.unusable.is_empty() && root.certificate_logs.unusable.is_empty(), "{name}");
        }
        assert!(!is_built_in("private") && trusted_root("private").is_none());
    }
}
