//! What is attested of an image: looks for attestations of its bytes, and verifies whose they are.
//!
//! ```text
//! reference ─▶ root, manifest of the platform ─▶ attestations of both ─▶ those of the signers who are named ─▶ Attested
//! ```
//!
//! A statement is about whatever it names by its digest. One about the manifest is about the image of that platform. One about an index is
//! about the index: which of its images a list of packages is about, only the list can say, and whoever reads it has to look.

use core::fmt;

use crate::advisors::Advisors;
use crate::anchors::Anchors;
use crate::anchors::Sources;
use crate::attested::Attested;
use crate::attested::SignedStatement;
use crate::budget;
use crate::check::Checker;
use crate::contents;
use crate::contents::Unread;
use crate::digest::Digest;
use crate::discover;
use crate::discover::Tags;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::policy::Alternative;
use crate::policy::Policy;
use crate::prover::Prover;
use crate::publishers::Publishers;
use crate::reference::Reference;
use crate::registry::client::Client;
use crate::report::Remark;
use crate::report::SignatureOutcome;
use crate::report::SignatureSummary;
use crate::signatures;
use crate::signatures::Candidates;
use crate::sigstore::signer::Who;
use crate::sigstore::trust::Artifact;
use crate::store::Store;
use crate::time::UnixTime;
use crate::transport::Transport;

/// Characters of a name that a sentence repeats.
const SHOWN: usize = 200;

/// Of statements that cannot be read ([`InvalidStatement::code`](crate::intoto::InvalidStatement::code)), and so nobody's yet: they are read before it
/// is known whose they are.
const UNREADABLE: [&str; 5] = ["document-invalid", "duplicate-key", "json-invalid", "statement-invalid", "too-many-entries"];

/// Why there is nothing to say of attestations.
#[derive(Clone, Debug)]
pub enum Unattested {
    /// Nobody was asked, or nobody answered, or the caller gave up.
    Error(Error),
    /// What the reference stands for is no image of the platform, or could not be had: a scan of it will say so too.
    Unread(Unread),
    /// The policy's rule for this image names nobody, or something that signs no attestations.
    NoSigner,
}

impl Unattested {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Error(error) => error.code(),
            Self::Unread(unread) => unread.code(),
            Self::NoSigner => "options-invalid",
        }
    }
}

impl fmt::Display for Unattested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Unread(unread) => unread.fmt(f),
            Self::NoSigner => {
                f.write_str("expected whose attestations count, each by `cosign` or `sigstore`, found nobody or something else")
            }
        }
    }
}

impl core::error::Error for Unattested {}

impl From<Error> for Unattested {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl<T: Transport, P: Prover, S: Store, W: Publishers, A: Advisors> Checker<T, P, S, W, A> {
    /// What the signers say of `image` whom the policy's rule for it names: every attestation of theirs, of the root and of the manifest of the
    /// platform. What they say is not looked at.
    pub async fn attestations(&self, image: &Reference, signers: &Policy, now: UnixTime) -> Result<Attested, Unattested> {
        let image = &image.clone().or_latest();
        let wanted = Candidates::of(signers, image.registry(), image.repository());
        let alternatives = signers.alternatives(image.registry(), image.repository());
        if wanted.is_empty() || alternatives.iter().any(|one| matches!(one, Alternative::Digest(_) | Alternative::ContentTrust(_))) {
            return Err(Unattested::NoSigner);
        }
        let client = self.client(image)?;
        let found = self.find_image(image, &client, &mut |_| {}).await?;
        let manifest = contents::proven_manifest(&found.checks, found.manifest.as_ref(), found.image.is_some());
        let (Some(root), manifest) = (found.root, manifest.map_err(Unattested::Unread)?.digest) else {
            unreachable!("a manifest is proven by way of the root")
        };
        let mut attested = Attested { root, manifest, statements: Vec::new(), incomplete: None, unused: Vec::new() };
        let sources = Sources { store: self.kept(), transport: self.transport(), prover: self.verifier(), now };
        for subject in [Some(manifest), Some(root).filter(|root| *root != manifest)].into_iter().flatten() {
            self.collect(&mut attested, &client, subject, &wanted, signers, &sources).await?;
        }
        Ok(attested)
    }

    async fn collect(
        &self,
        attested: &mut Attested,
        client: &Client<'_, T>,
        subject: Digest,
        wanted: &Candidates,
        signers: &Policy,
        sources: &Sources<'_, S, T, P>,
    ) -> Result<(), Error> {
        let found = discover::discover(client, subject, Tags::Attestations).await?;
        let attached = signatures::read(client, &found).await?;
        let Anchors { roots, .. } = sources.find(attached.roots(wanted), Some(signers)).await?;
        let (said, judged) = attached.statements(Artifact::named(subject), wanted, &roots, sources.now, sources.prover).await;
        for said in said {
            let statement = SignedStatement { digest: said.layer, by: in_words(&said.who), payload: said.payload.into_bytes() };
            // What is about both is said once.
            if attested.statements.iter().all(|known| known.digest != statement.digest) {
                attested.statements.push(statement);
            }
        }
        if let Some(Remark { message, .. }) = attached.incomplete().or(judged.incomplete.as_ref()) {
            attested.incomplete.get_or_insert_with(|| message.clone());
        }
        // It may be the longer one of two lists, which the shorter must not hide.
        let unread = |summary: &&SignatureSummary| {
            summary.outcome == SignatureOutcome::Failed && summary.code.is_some_and(|code| UNREADABLE.contains(&code))
        };
        if let Some(summary) = judged.summaries.iter().find(unread) {
            let why = summary.message.as_deref().unwrap_or_default();
            attested
                .incomplete
                .get_or_insert_with(|| format!("an attestation cannot be read, and may be of whom is named: {}: {why}", summary.layer));
        }
        let unused = judged.summaries.iter().filter(|summary| summary.outcome != SignatureOutcome::Verified).map(unused);
        attested.unused.extend(unused);
        attested.unused.truncate(2 * budget::SIGNATURES);
        Ok(())
    }
}

/// Who it is, for people.
fn in_words(who: &Who) -> String {
    match who {
        Who::Key(key) => format!("the {} key {}", key.kind(), key.id()),
        Who::Identity(claims) => {
            format!("{} of {}", excerpt(&claims.subject, SHOWN), excerpt(claims.issuer.as_deref().unwrap_or("nobody"), SHOWN))
        }
    }
}

fn unused(summary: &SignatureSummary) -> String {
    let why = summary.message.as_deref().unwrap_or("it is of nobody who is named");
    format!("the attestation {} is not used: {why}", summary.layer)
}
