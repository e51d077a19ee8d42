//! Our verdict on a case.
//!
//! What can be compared is compared for each case anew; arithmetic is only done where everything hangs on it. First all signatures are
//! taken to hold: a case that is refused even then is refused. Then each signature is verified, once in a run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use pullproof::UnixTime;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::Message;
use pullproof::crypto::PublicKey;
use pullproof::crypto::SignatureCheck;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::digest::Hasher;
use pullproof::pem::InvalidPem;
use pullproof::sigstore::bundle;
use pullproof::sigstore::entity::SignedEntity;
use pullproof::sigstore::identity::Identity;
use pullproof::sigstore::identity::InvalidIdentity;
use pullproof::sigstore::identity::Wanted as Text;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Logging;
use pullproof::sigstore::trust::Trust;
use pullproof::sigstore::trust::Wanted;
use pullproof::sigstore::trusted_root::InvalidTrustedRoot;
use pullproof::sigstore::trusted_root::TrustedRoot;
use pullproof::sigstore::verify;

use crate::Case;
use crate::Signer;

/// Whoever signed, as proven.
pub type Proven = pullproof::sigstore::signer::Signer;

/// Verifies, and remembers roots and signatures.
#[derive(Debug)]
pub struct Judge {
    now: UnixTime,
    roots: Mutex<BTreeMap<String, Option<Arc<TrustedRoot>>>>,
    signatures: Signatures,
}

/// Which signatures hold.
#[derive(Debug, Default)]
pub struct Signatures(Mutex<BTreeMap<Vec<u8>, bool>>);

impl Signatures {
    /// Whether it holds: verified at most once.
    pub fn hold(&self, check: &SignatureCheck) -> bool {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        let mut part = |bytes: &[u8]| {
            hasher.update(&bytes.len().to_be_bytes());
            hasher.update(bytes);
        };
        part(check.key().spki());
        part(format!("{:?}", check.scheme()).as_bytes());
        match check.message() {
            Message::Bytes(bytes) => part(bytes),
            Message::Digest(digest) => part(digest.to_string().as_bytes()),
        }
        part(match check.message() {
            Message::Bytes(_) => b"bytes",
            Message::Digest(_) => b"digest",
        });
        part(check.signature());
        let name = hasher.finish().as_bytes().to_vec();
        if let Some(known) = self.0.lock().unwrap().get(&name) {
            return *known;
        }
        let holds = check.holds();
        self.0.lock().unwrap().insert(name, holds);
        holds
    }
}

impl Judge {
    /// `now` is what time it is.
    pub fn new(now: UnixTime) -> Self {
        Self { now, roots: Mutex::default(), signatures: Signatures::default() }
    }

    /// Who signed, or the code of the refusal.
    pub fn verdict(&self, case: &Case) -> Result<Proven, &'static str> {
        self.verdict_on(case, &bundle::parse(case.bundle.as_bytes()).map_err(|refusal| refusal.code())?)
    }

    /// The same for what was read from another form than a bundle's.
    pub fn verdict_on(&self, case: &Case, entity: &SignedEntity) -> Result<Proven, &'static str> {
        let root = self.root(&case.trusted_root).ok_or(InvalidTrustedRoot::CODE)?;
        let wanted = wanted(&case.signer)?;
        let content = Content::identify(Algorithm::Sha256, case.artifact.clone());
        let trust = Trust { wanted: &wanted, root: &root, logging: Logging::default() };
        let claimed = verify::verify(entity, Artifact::of(&content), &trust, self.now);
        let count = claimed.checks().count();
        claimed.clone().prove_by(&vec![true; count]).signer.map_err(|refusal| refusal.code())?;
        let answers: Vec<bool> = claimed.checks().map(|check| self.signatures.hold(check)).collect();
        claimed.prove_by(&answers).signer.map_err(|refusal| refusal.code())
    }

    fn root(&self, text: &str) -> Option<Arc<TrustedRoot>> {
        if let Some(known) = self.roots.lock().unwrap().get(text) {
            return known.clone();
        }
        let root = TrustedRoot::parse(text.as_bytes()).ok().map(Arc::new);
        self.roots.lock().unwrap().insert(text.to_owned(), root.clone());
        root
    }
}

fn wanted(signer: &Signer) -> Result<Wanted, &'static str> {
    match signer {
        Signer::Identity { subject, issuer } => {
            let identity = Identity::new(Text::Exactly(issuer.clone()), Text::Exactly(subject.clone()));
            identity.map(Wanted::Identity).map_err(|_| InvalidIdentity::CODE)
        }
        Signer::Key(pem) => match PublicKey::from_pem(pem) {
            Ok(key) => Ok(Wanted::Key { key, scheme: None }),
            Err(InvalidKey::Pem(_)) => Err(InvalidPem::CODE),
            Err(_) => Err(InvalidKey::CODE),
        },
    }
}
