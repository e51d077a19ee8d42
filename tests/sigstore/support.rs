//! What these tests share: one call to verify, with everything honest until a test changes it.

use pullproof::crypto::PublicKey;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::digest::Digest;
use pullproof::sigstore::bundle;
use pullproof::sigstore::entity::SignedEntity;
use pullproof::sigstore::identity::Identity;
use pullproof::sigstore::identity::Wanted as Text;
use pullproof::sigstore::signer::Signer;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Trust;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify;
use pullproof::sigstore::verify::Findings;
use pullproof::sigstore::verify::Outcome;
use pullproof::sigstore::verify::StepName;
use pullproof::sigstore::verify::Verification;
use pullproof_world::sigstore::Bundle;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::vectors;

/// What a signature is judged by.
pub(crate) struct Case {
    pub(crate) entity: SignedEntity,
    pub(crate) root: TrustedRoot,
    pub(crate) wanted: Wanted,
    pub(crate) logging: Logging,
    pub(crate) content: Content,
    pub(crate) only_named: bool,
    pub(crate) now: &'static str,
}

impl Case {
    pub(crate) fn of(entity: SignedEntity) -> Self {
        Self {
            entity,
            root: trusting(&Sigstore::new().trusted_root()),
            wanted: somebody(),
            logging: Logging::default(),
            content: content(),
            only_named: false,
            now: "2026-11-26T12:00:00Z",
        }
    }

    pub(crate) fn new(bundle: &Bundle) -> Self {
        Self::of(read(bundle))
    }

    pub(crate) fn with_key(self, key: &SigningKey) -> Self {
        Self { wanted: Wanted::Key { key: public(key), scheme: None }, ..self }
    }

    pub(crate) fn trusting(self, root: &pullproof_world::sigstore::TrustedRoot) -> Self {
        Self { root: trusting(root), ..self }
    }

    pub(crate) fn logging(self, logging: Logging) -> Self {
        Self { logging, ..self }
    }

    pub(crate) fn verification(&self) -> Verification {
        let artifact = if self.only_named { Artifact::named(self.content.digest()) } else { Artifact::of(&self.content) };
        let trust = Trust { wanted: &self.wanted, root: &self.root, logging: self.logging };
        verify::verify(&self.entity, artifact, &trust, self.now.parse().unwrap())
    }

    pub(crate) fn findings(&self) -> Findings {
        self.verification().prove()
    }

    #[track_caller]
    pub(crate) fn signer(&self) -> Signer {
        self.findings().signer.unwrap()
    }

    /// The code of the refusal.
    #[track_caller]
    pub(crate) fn refusal(&self) -> &'static str {
        self.findings().signer.unwrap_err().code()
    }

    pub(crate) fn outcome(&self, step: StepName) -> Outcome {
        self.findings().steps.into_iter().find(|finding| finding.step == step).unwrap().outcome
    }
}

pub(crate) fn read(bundle: &Bundle) -> SignedEntity {
    bundle::parse(bundle.json().as_bytes()).unwrap()
}

pub(crate) fn trusting(root: &pullproof_world::sigstore::TrustedRoot) -> TrustedRoot {
    TrustedRoot::parse(root.json().as_bytes()).unwrap()
}

/// Whoever signs here unless a test says otherwise.
pub(crate) fn somebody() -> Wanted {
    identified(ISSUER, IDENTITY)
}

pub(crate) fn identified(issuer: &str, subject: &str) -> Wanted {
    Wanted::Identity(Identity::new(Text::Exactly(issuer.into()), Text::Exactly(subject.into())).unwrap())
}

pub(crate) fn public(key: &SigningKey) -> PublicKey {
    PublicKey::from_spki(&key.public().spki).unwrap()
}

/// The manifest that everything is about.
pub(crate) fn content() -> Content {
    Content::identify(Algorithm::Sha256, vectors::image().root.bytes)
}

pub(crate) fn image() -> Digest {
    content().digest()
}
