//! One bundle over one artifact, by itself: nobody is asked, and no policy decides.
//!
//! It takes what a policy's `cosign` and `sigstore` take. A key is enough, unless a trusted root is named: then the signature has to be
//! in its logs. An identity needs a trusted root, and where none is named it is that of the public-good instance.
//!
//! ```
//! # use pullproof::UnixTime;
//! use pullproof::bundle;
//! use pullproof::bundle::Expected;
//! use pullproof::digest::Algorithm;
//! use pullproof::digest::Content;
//! use pullproof::json;
//! use pullproof::prover::Portable;
//! use pullproof::sigstore::trust::Artifact;
//! # async fn example(artifact: Vec<u8>, text: &[u8], now: UnixTime) -> Result<(), Box<dyn std::error::Error>> {
//! let wanted = br#"{ "identity": { "issuer": "https://issuer.example", "subject": "somebody@example.com" } }"#;
//! let expected = Expected::read(&json::parse_object(wanted)?.root(), &[])?;
//! let artifact = Content::identify(Algorithm::Sha256, artifact);
//!
//! let summary = bundle::verify(text, Artifact::of(&artifact), &expected, now, &Portable).await;
//! println!("{:?}: {}", summary.outcome, summary.message.unwrap_or_default());
//! # Ok(())
//! # }
//! ```

use core::fmt;
use serde::Serialize;

use crate::crypto::InvalidKey;
use crate::crypto::PublicKey;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::prover::Prover;
use crate::prover::ProverError;
use crate::report::MeaningSummary;
use crate::report::SignatureOutcome;
use crate::report::SignerSummary;
use crate::report::StepSummary;
use crate::signatures;
use crate::signatures::Candidate;
use crate::sigstore::bundle;
use crate::sigstore::entity::Form;
use crate::sigstore::identity::Identity;
use crate::sigstore::identity::InvalidIdentity;
use crate::sigstore::instance;
use crate::sigstore::instance::PUBLIC_GOOD;
use crate::sigstore::signer::Signer;
use crate::sigstore::trust::Artifact;
use crate::sigstore::trust::Wanted;
use crate::sigstore::trusted_root::InvalidTrustedRoot;
use crate::sigstore::trusted_root::TrustedRoot;
use crate::sigstore::verify;
use crate::sigstore::verify::InvalidSignature;
use crate::time::UnixTime;

/// What a trusted root is called that does not come with us.
const GIVEN: &str = "given";

/// Whose signature it has to be, and who is believed about it.
#[derive(Debug)]
pub struct Expected {
    signer: Candidate,
    root: TrustedRoot,
    /// Which root that is, where the name of it does not say so: the digest of its text.
    given: Option<Digest>,
}

impl Expected {
    /// `root` is a trusted root, and what the summary is to call it.
    pub fn new(wanted: Wanted, root: Option<(&str, TrustedRoot)>) -> Result<Self, InvalidExpected> {
        let root = match (root, &wanted) {
            // Who asks for a log where there is none would be asking for nothing.
            (Some((_, root)), Wanted::Key { .. }) if root.logs.is_empty() => return Err(InvalidExpected::NoLog),
            (None, Wanted::Identity(_)) => instance::trusted_root(PUBLIC_GOOD).map(|root| (PUBLIC_GOOD, root)),
            (root, _) => root,
        };
        let (name, root) = root.map_or_else(Default::default, |(name, root)| (Some(name.to_owned()), root));
        Ok(Self { signer: Candidate::new(wanted, name), root, given: None })
    }

    /// Reads `key`, in PEM, or `identity`, as a policy spells it, and `trustedRoot`, which is the name of one that comes with us or the
    /// text of another. Everything must be understood, but for what stands there `besides`.
    pub fn read(members: &Members<'_>, besides: &[&str]) -> Result<Self, InvalidExpected> {
        const KNOWN: [&str; 3] = ["key", "identity", "trustedRoot"];
        if let Some((_, place)) = members.places().find(|(name, _)| !KNOWN.contains(name) && !besides.contains(name)) {
            return Err(InvalidExpected::Unknown { path: place.path().to_owned() });
        }
        let wanted = match (members.optional_string("key")?, members.optional("identity")?) {
            (Some(pem), None) => Wanted::Key { key: PublicKey::from_pem(pem)?, scheme: None },
            (None, Some(identity)) => Wanted::Identity(Identity::read(&identity.object()?, &[])?),
            (key, _) => return Err(InvalidExpected::Signer { found: if key.is_some() { "both" } else { "neither" } }),
        };
        let text = members.optional_string("trustedRoot")?;
        let known = text.and_then(|text| instance::trusted_root(text).map(|root| (text, root)));
        let Some(text) = text.filter(|_| known.is_none()) else { return Self::new(wanted, known) };
        let given = Some(Digest::of(Algorithm::Sha256, text.as_bytes()));
        Ok(Self { given, ..Self::new(wanted, Some((GIVEN, TrustedRoot::parse(text.as_bytes())?)))? })
    }
}

impl fmt::Display for Expected {
    /// Who it is, and who is believed about them: the same words for the same signer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.signer.wanted {
            Wanted::Key { key, .. } => write!(f, "the {} key {}", key.kind(), key.id())?,
            Wanted::Identity(identity) => identity.fmt(f)?,
        }
        match (&self.signer.root_name, self.given) {
            (None, _) => Ok(()),
            (Some(name), None) => write!(f, ", trusted by {}", excerpt(name, 80)),
            (Some(_), Some(digest)) => write!(f, ", trusted by the root {digest}"),
        }
    }
}

/// Verifies a bundle: whether somebody who is `expected` signed this `artifact`. `now` is what time it is: nothing can have been signed
/// later.
pub async fn verify(bundle: &[u8], artifact: Artifact<'_>, expected: &Expected, now: UnixTime, prover: &impl Prover) -> BundleSummary {
    let entity = match bundle::parse(bundle) {
        Ok(entity) => entity,
        Err(invalid) => return BundleSummary::unknown(artifact, None, invalid.code(), &invalid),
    };
    let Expected { signer, root, .. } = expected;
    let verification = verify::verify(&entity, artifact, &signer.trust(root), now);
    let checks: Vec<_> = verification.checks().collect();
    let answers = prover.verify(&checks).await;
    drop(checks);
    match answers {
        Ok(answers) => BundleSummary::of(artifact, entity.form, signer, &verification.prove_by(&answers)),
        Err(error) => BundleSummary::unknown(artifact, Some(entity.form), ProverError::CODE, &error),
    }
}

/// What came of a bundle: what a report says of a signature, without a registry around it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BundleSummary {
    /// What it has to be about.
    pub artifact: Digest,
    /// `bundle-v0.1`, `bundle-v0.2` or `bundle-v0.3`; `None` where it could not be read.
    pub form: Option<&'static str>,
    /// What it says of the artifact, if it is proven.
    pub meaning: Option<MeaningSummary>,
    /// Who signed, if that is proven.
    pub signer: Option<SignerSummary>,
    /// Since when it is known to exist, if somebody trusted says so: the earliest.
    pub signed_at: Option<UnixTime>,
    /// Whose word was trusted about certificates, times and logs: the name of a trusted root.
    pub trusted_root: Option<String>,
    /// What follows from the steps; `Unknown` where it could not be read, or nobody could say whether its signatures hold.
    pub outcome: SignatureOutcome,
    /// Why it is not proven, for programs.
    pub code: Option<&'static str>,
    /// Why it is not proven, for people.
    pub message: Option<String>,
    /// What was verified, in the order of the client specification.
    pub steps: Vec<StepSummary>,
}

impl BundleSummary {
    fn of(artifact: Artifact<'_>, form: Form, candidate: &Candidate, findings: &verify::Findings) -> Self {
        let signer = findings.signer.as_ref();
        Self {
            artifact: artifact.digest(),
            form: Some(form.name()),
            meaning: signer.ok().map(|signer| signatures::meaning(signer.meaning())),
            signer: signer.ok().map(|signer| signatures::who(signer.who())),
            signed_at: signer.ok().and_then(Signer::signed_at),
            trusted_root: candidate.root_name.clone(),
            outcome: if signer.is_ok() { SignatureOutcome::Verified } else { SignatureOutcome::Failed },
            code: signer.err().map(InvalidSignature::code),
            message: signer.err().map(ToString::to_string),
            steps: findings.steps.iter().map(signatures::step).collect(),
        }
    }

    fn unknown(artifact: Artifact<'_>, form: Option<Form>, code: &'static str, why: &impl fmt::Display) -> Self {
        Self {
            artifact: artifact.digest(),
            form: form.map(Form::name),
            meaning: None,
            signer: None,
            signed_at: None,
            trusted_root: None,
            outcome: SignatureOutcome::Unknown,
            code: Some(code),
            message: Some(why.to_string()),
            steps: Vec::new(),
        }
    }
}

/// Why nobody can be expected: what was given is wrong, whatever the bundle is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidExpected {
    /// An identity that means nobody.
    Identity(InvalidIdentity),
    /// Not of this shape.
    Json(InvalidJson),
    /// A key that is none.
    Key(InvalidKey),
    /// A log is asked for, by a trusted root that lists none.
    NoLog,
    /// Not one signer.
    Signer {
        /// `both` or `neither`.
        found: &'static str,
    },
    /// A trusted root that is none.
    TrustedRoot(Box<InvalidTrustedRoot>),
    /// Something that is not known here, and must not be skipped.
    Unknown {
        /// What.
        path: String,
    },
}

impl InvalidExpected {
    /// The stable code.
    pub const CODE: &'static str = "options-invalid";
}

impl fmt::Display for InvalidExpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(invalid) => invalid.fmt(f),
            Self::Json(invalid) => invalid.fmt(f),
            Self::Key(invalid) => write!(f, "key: {invalid}"),
            Self::NoLog => {
                f.write_str("expected a trusted root that lists logs, in one of which the signature has to be, found one without")
            }
            Self::Signer { found } => write!(f, "expected a key or an identity, found {found}"),
            Self::TrustedRoot(invalid) => invalid.fmt(f),
            Self::Unknown { path } => write!(f, "expected a key or an identity, and a trusted root, found {}", excerpt(path, 80)),
        }
    }
}

impl core::error::Error for InvalidExpected {}

impl From<InvalidIdentity> for InvalidExpected {
    fn from(invalid: InvalidIdentity) -> Self {
        Self::Identity(invalid)
    }
}

impl From<InvalidJson> for InvalidExpected {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

impl From<InvalidKey> for InvalidExpected {
    fn from(invalid: InvalidKey) -> Self {
        Self::Key(invalid)
    }
}

impl From<InvalidTrustedRoot> for InvalidExpected {
    fn from(invalid: InvalidTrustedRoot) -> Self {
        Self::TrustedRoot(Box::new(invalid))
    }
}
