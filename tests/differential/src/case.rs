//! Cases that nobody altered: what the virtual Sigstore mints, and the shared conformance suite.

use std::fs;
use std::path::Path;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof_world::sigstore::vectors;
use serde::Serialize;

/// Where the suite of others is, if it is here.
const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/sigstore-conformance");
/// Whom a folder means that does not say.
const PRODUCTION: &str = include_str!("../../../data/sigstore/trusted_root.json");
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SUBJECT: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

/// A bundle, and everything it takes to decide about it. It is written as JSON for verifiers in other languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Lower case, with hyphens.
    pub name: String,
    /// The bundle, which need not be one.
    pub bundle: String,
    /// Whom to trust.
    pub trusted_root: String,
    /// What is said to be signed, in base64 where it is written.
    #[serde(serialize_with = "base64")]
    pub artifact: Vec<u8>,
    /// Who is expected to have signed it.
    pub signer: Signer,
}

/// Who is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Signer {
    /// Somebody with a certificate.
    Identity {
        /// The subject alternative name.
        subject: String,
        /// Who vouches for it.
        issuer: String,
    },
    /// Whoever has a key: a `SubjectPublicKeyInfo` in PEM, or what is none.
    Key(String),
}

fn base64<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Base64::encode_string(bytes))
}

impl Case {
    /// Those of the virtual Sigstore, then those of the suite where it is here, each with whether it is to be accepted.
    pub fn all() -> Vec<(Self, bool)> {
        [Self::minted(), Self::of_suite()].concat()
    }

    /// Those of the virtual Sigstore.
    pub fn minted() -> Vec<(Self, bool)> {
        let case = |vector: &vectors::Vector| {
            let signer = match &vector.signer {
                vectors::Signer::Identity { subject, issuer } => Signer::Identity { subject: subject.clone(), issuer: issuer.clone() },
                vectors::Signer::Key(key) => Signer::Key(key.pem()),
            };
            let case = Self {
                name: vector.name.to_owned(),
                bundle: vector.bundle.clone(),
                trusted_root: vector.trusted_root.clone(),
                artifact: vector.artifact.clone(),
                signer,
            };
            (case, vector.holds)
        };
        vectors::all().iter().map(case).collect()
    }

    /// Those of the suite: none where it is not here.
    pub fn of_suite() -> Vec<(Self, bool)> {
        let Ok(entries) = fs::read_dir(SUITE) else {
            println!("not run: {SUITE} is not here");
            return Vec::new();
        };
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        let mut folders: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        folders.sort();
        folders.into_iter().map(|folder| (of_folder(&folder), !folder.ends_with("_fail"))).collect()
    }
}

fn of_folder(folder: &str) -> Case {
    let text = |file: &str| fs::read_to_string(Path::new(SUITE).join(folder).join(file)).ok();
    let trimmed = |file: &str, default: &str| text(file).map_or_else(|| default.to_owned(), |text| text.trim().to_owned());
    let signer = match text("key.pub") {
        Some(pem) => Signer::Key(pem),
        None => Signer::Identity { subject: trimmed("identity", SUBJECT), issuer: trimmed("issuer", ISSUER) },
    };
    let artifact = fs::read(Path::new(SUITE).join(folder).join("artifact")).or_else(|_| fs::read(Path::new(SUITE).join("a.txt")));
    Case {
        name: format!("suite/{folder}"),
        bundle: text("bundle.sigstore.json").unwrap(),
        trusted_root: text("trusted_root.json").unwrap_or_else(|| PRODUCTION.to_owned()),
        artifact: artifact.unwrap(),
        signer,
    }
}
