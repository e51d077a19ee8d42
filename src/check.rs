//! The story: resolve → walk to the platform's manifest → read its configuration → look for what is attached → judge the signatures
//! among it → scan, where a policy asks → decide.
//!
//! Every step hashes what it fetched before anything reads it. A step that does not hold ends the walk, because nothing below it would
//! be proven; what was found so far is reported.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::advisors;
use crate::advisors::Advisors;
use crate::advisors::FoundManifest;
use crate::advisors::Means;
use crate::advisors::Nobody;
use crate::anchors::Anchors;
use crate::anchors::Sources;
use crate::budget;
use crate::content_trust::TrustServer;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::discover;
use crate::discover::Discovered;
use crate::discover::Tags;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::oci;
use crate::oci::Document;
use crate::oci::MediaType;
use crate::oci::config::Config;
use crate::oci::descriptor::Descriptor;
use crate::oci::index::Entry;
use crate::oci::index::Index;
use crate::oci::index::Role;
use crate::oci::manifest::Manifest;
use crate::oci::platform::Choice;
use crate::oci::platform::Platform;
use crate::policy;
use crate::policy::Policy;
use crate::policy::Scanned;
use crate::policy::Subject;
use crate::prover::Portable;
use crate::prover::Prover;
use crate::publishers::Here;
use crate::publishers::Publishers;
use crate::publishers::Servers;
use crate::publishers::Word;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::registry::client::Answer;
use crate::registry::client::Client;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report::AskedFor;
use crate::report::Attachment;
use crate::report::Check;
use crate::report::CheckName;
use crate::report::EntrySummary;
use crate::report::Failure;
use crate::report::FoundBy;
use crate::report::ImageSummary;
use crate::report::IndexSummary;
use crate::report::LayerSummary;
use crate::report::ManifestSummary;
use crate::report::Outcome;
use crate::report::Remark;
use crate::report::Report;
use crate::report::Resolution;
use crate::report::SignatureOutcome;
use crate::report::SignatureSummary;
use crate::report::Step;
use crate::report::TrustedRootSummary;
use crate::report::Verdict;
use crate::report::Via;
use crate::signatures;
use crate::signatures::Candidates;
use crate::signatures::Judged;
use crate::sigstore::trust::Artifact;
use crate::store::MemoryStore;
use crate::store::Store;
use crate::time::UnixTime;
use crate::transport::Transport;
use crate::transport::TransportError;

/// Checks images over a transport.
#[derive(Clone, Debug)]
pub struct Checker<T, P = Portable, S = MemoryStore, W = Here, A = Nobody> {
    transport: T,
    prover: P,
    store: Option<S>,
    publishers: W,
    advisors: A,
    access: Access,
    platform: Option<Platform>,
    attachments: bool,
    trust_server: Option<TrustServer>,
}

/// How far a check goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// To the document that the reference names. One request, which is what it takes to know a digest.
    Root,
    /// The same, and nobody may answer from memory: what is asked is whether the registry has it still.
    RootAfresh,
    /// To the image of one platform, and its configuration.
    Image,
}

impl<T: Transport> Checker<T> {
    /// A checker that asks registries anonymously, directly, for linux/amd64, and looks for what is attached only if a policy asks for
    /// signatures. It verifies them itself, by the trusted roots that came with it. It has no advisories.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            prover: Portable,
            store: None,
            publishers: Here,
            advisors: Nobody,
            access: Access::default(),
            platform: None,
            attachments: false,
            trust_server: None,
        }
    }
}

impl<T: Transport, P: Prover, S: Store, W: Publishers, A: Advisors> Checker<T, P, S, W, A> {
    /// The same, and `prover` is asked first whether signatures hold.
    pub fn prover<Q: Prover>(self, prover: Q) -> Checker<T, Q, S, W, A> {
        let Self { transport, prover: _, store, publishers, advisors, access, platform, attachments, trust_server } = self;
        Checker { transport, prover, store, publishers, advisors, access, platform, attachments, trust_server }
    }

    /// The same, and trusted roots that a policy needs are renewed, at most once a day, over the same transport: `store` keeps them.
    pub fn store<R: Store>(self, store: Option<R>) -> Checker<T, P, R, W, A> {
        let Self { transport, prover, store: _, publishers, advisors, access, platform, attachments, trust_server } = self;
        Checker { transport, prover, store, publishers, advisors, access, platform, attachments, trust_server }
    }

    /// The same, and `publishers` looks into the collections of Docker Content Trust that a policy names.
    pub fn publishers<V: Publishers>(self, publishers: V) -> Checker<T, P, S, V, A> {
        let Self { transport, prover, store, publishers: _, advisors, access, platform, attachments, trust_server } = self;
        Checker { transport, prover, store, publishers, advisors, access, platform, attachments, trust_server }
    }

    /// The same, and `advisors` find out what is known to be vulnerable, where a policy asks that.
    pub fn advisors<B: Advisors>(self, advisors: B) -> Checker<T, P, S, W, B> {
        let Self { transport, prover, store, publishers, advisors: _, access, platform, attachments, trust_server } = self;
        Checker { transport, prover, store, publishers, advisors, access, platform, attachments, trust_server }
    }

    /// How registries may be asked.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Which image of an index to walk to. A reference to a single image must then be an image for this platform.
    #[must_use]
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = Some(platform);
        self
    }

    /// Whether to list what is attached, and to say who signed, whatever the policy asks for.
    #[must_use]
    pub const fn attachments(mut self, wanted: bool) -> Self {
        self.attachments = wanted;
        self
    }

    /// Which trust server has the collections of Docker Content Trust for which a policy names none: `DOCKER_CONTENT_TRUST_SERVER`.
    #[must_use]
    pub fn trust_server(mut self, server: TrustServer) -> Self {
        self.trust_server = Some(server);
        self
    }

    /// Checks one image, and tells `on_step` what happens.
    pub async fn check(
        &self,
        image: &Reference,
        policy: Option<&Policy>,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Report, Error> {
        self.check_to(Depth::Image, image, policy, now, on_step).await
    }

    /// The platform that was asked for, if one was.
    pub(crate) const fn wanted_platform(&self) -> Option<&Platform> {
        self.platform.as_ref()
    }

    /// A client for the registry of `image`, with requests of its own.
    pub(crate) fn client<'a>(&'a self, image: &'a Reference) -> Result<Client<'a, T>, Error> {
        Client::new(&self.transport, &self.access, image)
    }

    /// Steps (1) to (5) of a check, and nothing of what is said about the image: neither policies nor signatures are needed to read it.
    pub(crate) async fn find_image(
        &self,
        image: &Reference,
        client: &Client<'_, T>,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<FoundImage, Error> {
        let mut walk = Walk::new(on_step);
        walk.start(CheckName::Resolve);
        let endpoint = match (image.digest(), image.tag()) {
            (Some(digest), _) => Endpoint::ManifestByDigest(digest),
            (None, tag) => Endpoint::ManifestByTag(tag.unwrap_or("latest").to_owned()),
        };
        let (body, answer) = split(client.resolve(&endpoint).await?);
        let root = match image.digest() {
            Some(asked) => match Content::verify(asked, body) {
                Ok(root) => root,
                Err(mismatch) => {
                    walk.finish(CheckName::Resolve, Outcome::Failed(mismatch.into()));
                    return Ok(FoundImage { root: None, manifest: None, image: None, linked: Vec::new(), checks: walk.checks });
                }
            },
            None => Content::identify(Algorithm::Sha256, body),
        };
        let evidence = format!("{} bytes hash to {}", root.size(), root.digest());
        walk.finish(CheckName::Resolve, Outcome::Passed { evidence });
        walk.start(CheckName::Document);
        match read_root(&root, answer.content_type.as_deref()) {
            Ok((document, evidence)) => {
                walk.finish(CheckName::Document, Outcome::Passed { evidence });
                self.walk_to_image(&mut walk, client, &root, document).await?;
            }
            Err(failure) => walk.finish(CheckName::Document, Outcome::Failed(failure)),
        }
        Ok(FoundImage { root: Some(root.digest()), manifest: walk.manifest, image: walk.image, linked: walk.linked, checks: walk.checks })
    }

    pub(crate) const fn transport(&self) -> &T {
        &self.transport
    }

    pub(crate) const fn kept(&self) -> Option<&S> {
        self.store.as_ref()
    }

    pub(crate) const fn verifier(&self) -> &P {
        &self.prover
    }

    pub(crate) async fn check_to(
        &self,
        depth: Depth,
        image: &Reference,
        policy: Option<&Policy>,
        now: UnixTime,
        on_step: &mut dyn FnMut(&Step),
    ) -> Result<Report, Error> {
        let image = &image.clone().or_latest();
        let client = Client::new(&self.transport, &self.access, image)?;
        let client = if depth == Depth::RootAfresh { client.afresh() } else { client };
        let mut walk = Walk::new(on_step);

        // (1) resolve: fetch the bytes, hash them, compare with the digest that was asked for.
        walk.start(CheckName::Resolve);
        let endpoint = match (image.digest(), image.tag()) {
            (Some(digest), _) => Endpoint::ManifestByDigest(digest),
            (None, Some(tag)) => Endpoint::ManifestByTag(tag.to_owned()),
            (None, None) => unreachable!("`or_latest` adds a tag where there is neither"),
        };
        let answer = client.resolve(&endpoint).await?;
        let (body, answer) = split(answer);
        let resolution = |digest| self.resolution(image, &client, digest, answer.via, now);
        let root = match image.digest() {
            Some(asked) => match Content::verify(asked, body) {
                Ok(content) => content,
                Err(mismatch) => {
                    walk.finish(CheckName::Resolve, Outcome::Failed(mismatch.into()));
                    return Ok(walk.report(image, None, resolution(mismatch.found), policy, now));
                }
            },
            // The specification leaves the algorithm of a tag's digest to the registry; every one uses SHA-256.
            None => Content::identify(Algorithm::Sha256, body),
        };
        let evidence = format!("{} bytes hash to {}", root.size(), root.digest());
        walk.finish(CheckName::Resolve, Outcome::Passed { evidence });

        // (2) digest-header: does the registry say the same?
        walk.start(CheckName::DigestHeader);
        walk.finish(CheckName::DigestHeader, compare_header(&root, answer.digest.as_deref()));

        // (3) document: one kind of document, and all agree which.
        walk.start(CheckName::Document);
        match read_root(&root, answer.content_type.as_deref()) {
            Ok((document, evidence)) => {
                walk.finish(CheckName::Document, Outcome::Passed { evidence });
                // (4) platform, (5) config.
                match depth {
                    Depth::Root | Depth::RootAfresh => self.look_at_root(&mut walk, &root, &document),
                    Depth::Image => self.walk_to_image(&mut walk, &client, &root, document).await?,
                }
            }
            Err(failure) => walk.finish(CheckName::Document, Outcome::Failed(failure)),
        }

        let wanted = policy.map(|policy| Candidates::of(policy, image.registry(), image.repository()));
        let looks_for_signatures = wanted.as_ref().is_some_and(|wanted| !wanted.is_empty());
        if (self.attachments || looks_for_signatures) && !walk.has_failed() {
            // (6) attachments: what else is said about the root.
            walk.start(CheckName::Attachments);
            let found = discover::discover(&client, root.digest(), if self.attachments { Tags::Both } else { Tags::Signatures }).await?;
            walk.finish(CheckName::Attachments, describe_attachments(&found));
            // (7) signatures: who says it.
            walk.start(CheckName::Signatures);
            let attached = signatures::read(&client, &found).await?;
            let wanted = wanted.filter(|wanted| !wanted.is_empty()).unwrap_or_else(Candidates::anybody);
            // Who is looked for without being wanted makes no verdict.
            let asking = policy.filter(|_| looks_for_signatures);
            let sources = Sources { store: self.store.as_ref(), transport: &self.transport, prover: &self.prover, now };
            let Anchors { roots, summaries } = sources.find(attached.roots(&wanted), asking).await?;
            walk.trusted_roots = summaries;
            let judged = attached.judge(Artifact::of(&root), &wanted, &roots, now, &self.prover).await;
            walk.finish(CheckName::Signatures, attached.outcome(&judged));
            walk.judged = Some(judged);
            walk.attachments = Some(found.attachments).filter(|attachments| found.incomplete.is_none() || !attachments.is_empty());
        }
        let collections = policy.map(|policy| policy.collections(image.registry(), image.repository())).unwrap_or_default();
        if !collections.is_empty() && !walk.has_failed() {
            // (8) content-trust: what its tag was signed as.
            walk.start(CheckName::ContentTrust);
            let servers = Servers {
                usual: self.trust_server.as_ref(),
                store: self.store.as_ref(),
                transport: &self.transport,
                access: &self.access,
                prover: &self.prover,
                now,
            };
            walk.word = Some(self.publishers.ask(&servers, image, &root, &collections).await?);
            let needed = policy.is_some_and(|policy| policy.needs_collections(walk.subject(image, root.digest()), &walk.checks));
            let outcome = walk.word.as_ref().expect("it was just given").outcome(image, needed);
            walk.finish(CheckName::ContentTrust, outcome);
        }
        let wanted = policy.and_then(|policy| Some((policy, policy.vulnerabilities(image.registry(), image.repository())?)));
        if let Some((policy, wanted)) = wanted
            && !walk.has_failed()
        {
            // (9) known-vulnerabilities: what is known of the image that was found, whatever its tag names by now.
            walk.start(CheckName::KnownVulnerabilities);
            let is_needed = policy.needs_scan(walk.subject(image, root.digest()), &walk.checks);
            let outcome = match (&walk.manifest, &walk.image) {
                (Some(manifest), Some(of)) if is_needed => {
                    let found = FoundManifest::of(root.digest(), manifest, of);
                    let means = Means { image, transport: &self.transport, access: &self.access, now };
                    let word = self.advisors.ask(&means, &found, wanted, walk.on_step).await?;
                    walk.advised.insert(word).outcome()
                }
                (Some(manifest), None) if is_needed => {
                    let found = manifest.artifact_type.as_deref().map_or("another artifact".to_owned(), |found| excerpt(found, 128));
                    let message = format!("expected a container image to scan, found {found}");
                    Outcome::Unknown(Remark { code: "scan-incomplete", message })
                }
                _ => {
                    Outcome::Skipped { message: "what else the policy asks for does not hold, or is not known: it was not scanned".into() }
                }
            };
            walk.finish(CheckName::KnownVulnerabilities, outcome);
        }
        Ok(walk.report(image, Some(root.digest()), resolution(root.digest()), policy, now))
    }

    /// What the root says by itself. An index that other programs read otherwise is refused here too; one that has nothing for the
    /// platform is not, because nothing was asked for that platform.
    fn look_at_root(&self, walk: &mut Walk<'_>, root: &Content, document: &Document) {
        let index = match document {
            Document::Manifest(manifest) => {
                walk.manifest = Some(summarise_manifest(root, manifest));
                return;
            }
            Document::Index(index) => index,
        };
        let mut path = [summarise_index(root, index)];
        let wanted = self.platform.clone().unwrap_or_else(Platform::default_choice);
        match wanted.choose(&index.manifests) {
            Choice::Entry(entry) => mark_chosen(&mut path, entry.descriptor.digest),
            Choice::Ambiguous(entry) => {
                let failure = Failure::AmbiguousPlatform { expected: wanted.to_string(), found: entry.descriptor.digest };
                walk.start(CheckName::Platform);
                walk.finish(CheckName::Platform, Outcome::Failed(failure));
            }
            Choice::None => {}
        }
        walk.indexes = path.into();
    }

    /// From the root to the manifest of the platform, and to its configuration.
    async fn walk_to_image(&self, walk: &mut Walk<'_>, client: &Client<'_, T>, root: &Content, document: Document) -> Result<(), Error> {
        walk.start(CheckName::Platform);
        let wanted = self.platform.clone().unwrap_or_else(Platform::default_choice);
        let (content, manifest, promised) = match document {
            Document::Manifest(manifest) => {
                let message = "the reference names a single image, not an index".into();
                walk.finish(CheckName::Platform, Outcome::Skipped { message });
                (root.clone(), manifest, self.platform.clone())
            }
            Document::Index(index) => match self.descend(walk, client, root, index, &wanted).await {
                Ok((content, manifest, promised)) => {
                    let evidence = format!("the manifest for {promised} has the {} bytes that the index names", content.size());
                    walk.finish(CheckName::Platform, Outcome::Passed { evidence });
                    (content, manifest, Some(promised))
                }
                Err(stop) => {
                    walk.finish(CheckName::Platform, stop.outcome()?);
                    return Ok(());
                }
            },
        };
        walk.start(CheckName::Config);
        let outcome = if manifest.is_image() {
            match read_config(client, &manifest).await {
                Ok(config) => {
                    let agrees = promised.as_ref().is_none_or(|promised| config.keeps(promised));
                    let platform = config.platform.to_string();
                    walk.image = Some(ImageSummary { platform: platform.clone(), created: config.created });
                    match promised {
                        Some(promised) if !agrees => {
                            Outcome::Failed(Failure::PlatformMismatch { expected: promised.to_string(), found: platform })
                        }
                        _ => Outcome::Passed {
                            evidence: format!("the configuration of an image for {platform} has the bytes that the manifest names"),
                        },
                    }
                }
                Err(stop) => stop.outcome()?,
            }
        } else {
            Outcome::Skipped { message: format!("this is no container image but {}", manifest.effective_artifact_type()) }
        };
        walk.manifest = Some(summarise_manifest(&content, &manifest));
        walk.finish(CheckName::Config, outcome);
        Ok(())
    }

    /// Through indexes, and indexes in indexes, to the manifest of the wanted platform: depth first, in the publisher's order. An index
    /// is fetched when its turn comes, so that what stands behind the answer costs nothing.
    async fn descend(
        &self,
        walk: &mut Walk<'_>,
        client: &Client<'_, T>,
        root: &Content,
        index: Index,
        wanted: &Platform,
    ) -> Result<(Content, Manifest, Platform), Stop> {
        let mut offered = BTreeSet::new();
        let mut nodes = budget::INDEX_NODES;
        // Each with the summaries of the indexes above it, which its siblings share.
        let mut waiting: Vec<(Descriptor, Rc<Vec<IndexSummary>>)> = Vec::new();
        let mut path = vec![summarise_index(root, &index)];
        let mut index = index;
        walk.indexes.clone_from(&path);
        loop {
            match wanted.choose(&index.manifests) {
                Choice::Entry(entry) => {
                    mark_chosen(&mut path, entry.descriptor.digest);
                    walk.indexes = path;
                    let about = index.manifests.iter().filter(|other| other.is_about(entry.descriptor.digest));
                    walk.linked = about.map(|other| other.descriptor.clone()).collect();
                    return fetch_image(client, entry).await;
                }
                Choice::Ambiguous(entry) => return Err(ambiguous(wanted, entry)),
                Choice::None => {}
            }
            offered.extend(
                index
                    .manifests
                    .iter()
                    .filter(|entry| entry.role == Role::Image)
                    .filter_map(|entry| entry.platform.as_ref().map(ToString::to_string)),
            );
            let above = Rc::new(path);
            let nested = index.manifests.iter().enumerate().filter(|(_, entry)| entry.role == Role::Index);
            for (place, entry) in nested.rev() {
                // An image without a platform before it is what some programs would take.
                let is_image = |earlier: &&Entry| earlier.role == Role::Image && wanted.could_be_meant_by(earlier);
                if let Some(earlier) = index.manifests[..place].iter().find(is_image) {
                    return Err(ambiguous(wanted, earlier));
                }
                waiting.push((entry.descriptor.clone(), Rc::clone(&above)));
            }
            let Some((descriptor, above)) = waiting.pop() else {
                return Err(Stop::Outcome(Outcome::Failed(missing(wanted, offered))));
            };
            if above.len() >= budget::INDEX_DEPTH {
                return Err(Stop::Outcome(Outcome::Failed(Failure::IndexTooDeep { limit: budget::INDEX_DEPTH })));
            }
            nodes = nodes.checked_sub(1).ok_or_else(|| {
                let message =
                    format!("expected an image for {wanted} in the first {} nested indexes, and looked no further", budget::INDEX_NODES);
                Stop::Outcome(Outcome::Unknown(Remark { code: "budget-exhausted", message }))
            })?;
            let (content, document) = fetch_described(client, &descriptor).await?;
            let Document::Index(nested) = document else { unreachable!("a descriptor of an index agrees with an index only") };
            path = above.to_vec();
            mark_chosen(&mut path, content.digest());
            path.push(summarise_index(&content, &nested));
            index = nested;
        }
    }

    fn resolution(&self, image: &Reference, client: &Client<'_, T>, digest: Digest, via: Via, now: UnixTime) -> Resolution {
        Resolution {
            tag: image.tag().filter(|_| image.digest().is_none()).map(str::to_owned),
            digest,
            told_by: client.host(),
            via,
            relay: self.access.relay.as_ref().filter(|_| via == Via::Relay).map(ToString::to_string),
            at: now,
        }
    }
}

/// Where a reference leads, as far as that is proven.
pub(crate) struct FoundImage {
    /// Of the bytes that the reference stands for.
    pub(crate) root: Option<Digest>,
    pub(crate) manifest: Option<ManifestSummary>,
    pub(crate) image: Option<ImageSummary>,
    /// What BuildKit put beside the manifest into its index.
    pub(crate) linked: Vec<Descriptor>,
    pub(crate) checks: Vec<Check>,
}

/// Why a step ends early.
pub(crate) enum Stop {
    /// With an outcome, which is reported.
    Outcome(Outcome),
    /// With the whole check: the caller gave up, and gets no report.
    GivenUp(Error),
}

impl Stop {
    /// What could not be fetched is unknown.
    fn unknown(error: Error) -> Self {
        if error.is_aborted() {
            return Self::GivenUp(error);
        }
        Self::Outcome(Outcome::Unknown(Remark { code: error.code(), message: error.to_string() }))
    }

    pub(crate) fn outcome(self) -> Result<Outcome, Error> {
        match self {
            Self::Outcome(outcome) => Ok(outcome),
            Self::GivenUp(error) => Err(error),
        }
    }
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Self::Outcome(Outcome::Failed(failure.into()))
    }
}

/// What a walk has collected.
struct Walk<'s> {
    checks: Vec<Check>,
    on_step: &'s mut dyn FnMut(&Step),
    indexes: Vec<IndexSummary>,
    manifest: Option<ManifestSummary>,
    image: Option<ImageSummary>,
    linked: Vec<Descriptor>,
    attachments: Option<Vec<Attachment>>,
    trusted_roots: Vec<TrustedRootSummary>,
    judged: Option<Judged>,
    word: Option<Word>,
    advised: Option<advisors::Word>,
}

impl<'s> Walk<'s> {
    fn new(on_step: &'s mut dyn FnMut(&Step)) -> Self {
        Self {
            checks: Vec::new(),
            on_step,
            indexes: Vec::new(),
            manifest: None,
            image: None,
            linked: Vec::new(),
            attachments: None,
            trusted_roots: Vec::new(),
            judged: None,
            word: None,
            advised: None,
        }
    }

    /// What is known of the publisher of what a digest names.
    fn subject<'a>(&'a self, image: &'a Reference, digest: Digest) -> Subject<'a> {
        Subject {
            registry: image.registry(),
            repository: image.repository(),
            digest,
            signed: self.judged.as_ref().map_or(&[], |judged| &judged.signed),
            published: self.word.as_ref().map_or(&[], |word| &word.published),
            scanned: self.advised.as_ref().and_then(|word| word.scanned.as_ref().ok()),
        }
    }

    fn start(&mut self, name: CheckName) {
        (self.on_step)(&Step::Started { name });
    }

    fn finish(&mut self, name: CheckName, outcome: Outcome) {
        let check = Check { name, outcome };
        (self.on_step)(&Step::Finished { check: check.clone() });
        self.checks.push(check);
    }

    fn has_failed(&self) -> bool {
        self.checks.iter().any(|check| matches!(check.outcome, Outcome::Failed(_)))
    }

    /// `proven` is the root's digest, if its bytes are what was asked for.
    fn report(self, image: &Reference, proven: Option<Digest>, resolution: Resolution, policy: Option<&Policy>, now: UnixTime) -> Report {
        let (verdict, reasons) = policy::decide(self.subject(image, resolution.digest), &self.checks, policy);
        // Nobody should copy a reference out of a report that rejects it.
        let pinned = proven.filter(|_| verdict != Verdict::Reject).map(|digest| pin(image, digest));
        let not_proven = not_proven(&self, image, &resolution, now);
        Report {
            schema_version: 1,
            checked_at: now,
            reference: AskedFor::new(image),
            verdict,
            reasons,
            pinned,
            resolution,
            indexes: self.indexes,
            manifest: self.manifest,
            image: self.image,
            attachments: self.attachments,
            signatures: self.judged.map(|judged| judged.summaries),
            content_trust: self.word.map(|word| word.summaries),
            vulnerabilities: self.advised.and_then(|word| word.summary),
            trusted_roots: self.trusted_roots,
            checks: self.checks,
            not_proven,
        }
    }
}

/// The name as it was typed, the tag, and the digest that does not move.
fn pin(image: &Reference, digest: Digest) -> String {
    match image.tag() {
        Some(tag) => format!("{}:{tag}@{digest}", image.typed_name()),
        None => format!("{}@{digest}", image.typed_name()),
    }
}

/// The body belongs to whoever hashes it; what was said about it stays.
fn split(mut answer: Answer) -> (Vec<u8>, Answer) {
    (core::mem::take(&mut answer.body), answer)
}

/// The header is only ever compared, never used: registries leave it out, hide it from pages, and get it wrong.
fn compare_header(root: &Content, header: Option<&str>) -> Outcome {
    let Some(stated) = header else {
        return Outcome::Skipped { message: "the registry states no digest that can be read here".into() };
    };
    // It may be of another algorithm than the one that was asked for.
    let computed = match stated.parse::<Digest>() {
        Ok(stated) => Digest::of(stated.algorithm(), root.bytes()),
        Err(_) => root.digest(),
    };
    if computed.to_string() == stated {
        return Outcome::Passed { evidence: format!("the registry states {stated} as well") };
    }
    Outcome::Failed(Failure::HeaderMismatch { expected: computed, found: excerpt(stated, 200) })
}

fn read_root(root: &Content, content_type: Option<&str>) -> Result<(Document, String), Failure> {
    if content_type.is_some_and(oci::is_schema1) {
        return Err(oci::InvalidDocument::Schema1.into());
    }
    let document = Document::parse(root)?;
    let evidence = compare_content_type(&document, content_type)?;
    Ok((document, evidence))
}

fn compare_content_type(document: &Document, content_type: Option<&str>) -> Result<String, Failure> {
    let kind = if document.media_type().is_index() { "index" } else { "manifest" };
    let Some(content_type) = content_type else { return Ok(format!("one unambiguous {kind}; the registry does not say what it is")) };
    match MediaType::of_header(content_type) {
        Some(said) => {
            document.agrees_with(said)?;
            Ok(format!("one unambiguous {kind}, as the registry says"))
        }
        // A static file server does not know what it serves. What the document is, is decided by its content anyway.
        None if matches!(
            oci::essence(content_type),
            "application/json" | "application/octet-stream" | "text/plain" | "binary/octet-stream"
        ) =>
        {
            Ok(format!("one unambiguous {kind}; the registry says only {}", oci::essence(content_type)))
        }
        None => Err(Failure::ContentType { expected: document.media_type().name(), found: excerpt(content_type, 200) }),
    }
}

/// The image that an entry of an index leads to.
async fn fetch_image<T: Transport>(client: &Client<'_, T>, entry: &Entry) -> Result<(Content, Manifest, Platform), Stop> {
    let platform = entry.platform.clone().expect("only entries with a platform are chosen");
    match fetch_described(client, &entry.descriptor).await? {
        (content, Document::Manifest(manifest)) => Ok((content, manifest, platform)),
        (_, Document::Index(_)) => unreachable!("a descriptor of a manifest agrees with a manifest only"),
    }
}

/// Fetches the manifest or index that a descriptor names, and holds it against every word of the descriptor.
async fn fetch_described<T: Transport>(client: &Client<'_, T>, descriptor: &Descriptor) -> Result<(Content, Document), Stop> {
    let said = MediaType::named(&descriptor.media_type).expect("only entries whose type is known are opened");
    let endpoint = Endpoint::ManifestByDigest(descriptor.digest);
    let (content, answer) = fetch_content(client, &endpoint, descriptor, Accept::Only(said), budget::MANIFEST_BYTES).await?;
    let document = Document::parse(&content)?;
    document.agrees_with(said)?;
    compare_content_type(&document, answer.content_type.as_deref())?;
    Ok((content, document))
}

async fn read_config<T: Transport>(client: &Client<'_, T>, manifest: &Manifest) -> Result<Config, Stop> {
    let descriptor = &manifest.config;
    let endpoint = Endpoint::Blob(descriptor.digest);
    let (content, _) = fetch_content(client, &endpoint, descriptor, Accept::Anything, budget::CONFIG_BYTES).await?;
    Ok(Config::parse(&content)?)
}

/// Fetches what a descriptor names. What cannot be fetched is unknown; what was fetched and differs has failed.
pub(crate) async fn fetch_content<T: Transport>(
    client: &Client<'_, T>,
    endpoint: &Endpoint,
    descriptor: &Descriptor,
    accept: Accept,
    limit: u64,
) -> Result<(Content, Answer), Stop> {
    let expected = descriptor.size;
    if expected > limit {
        let message = format!("expected at most {limit} bytes, found a descriptor of {expected}");
        return Err(Stop::Outcome(Outcome::Unknown(Remark { code: "response-too-large", message })));
    }
    let answer = match client.fetch(endpoint, accept, expected).await {
        Ok(answer) => answer,
        // Only content that came with a 200 is what was asked for; a long error page is not.
        Err(Error::Transport { error: TransportError::TooLarge { status: 200, .. }, .. }) => {
            return Err(Failure::SizeMismatch { expected, found: None }.into());
        }
        Err(error) => return Err(Stop::unknown(error)),
    };
    let found = answer.body.len() as u64;
    if found != expected {
        return Err(Failure::SizeMismatch { expected, found: Some(found) }.into());
    }
    let (body, answer) = split(answer);
    let content = Content::verify(descriptor.digest, body)?;
    Ok((content, answer))
}

fn ambiguous(wanted: &Platform, earlier: &Entry) -> Stop {
    Failure::AmbiguousPlatform { expected: wanted.to_string(), found: earlier.descriptor.digest }.into()
}

/// What an index offers instead, shortened: it can be a thousand names of a stranger's choice.
fn missing(wanted: &Platform, offered: BTreeSet<String>) -> Failure {
    const SHOWN: usize = 20;
    let more = offered.len().saturating_sub(SHOWN);
    let mut found: Vec<String> = offered.into_iter().take(SHOWN).map(|platform| excerpt(&platform, 80)).collect();
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    Failure::PlatformMissing { expected: wanted.to_string(), found }
}

fn summarise_index(content: &Content, index: &Index) -> IndexSummary {
    let manifests = index.manifests.iter().map(|entry| EntrySummary {
        digest: entry.descriptor.digest,
        media_type: entry.descriptor.media_type.clone(),
        size: entry.descriptor.size,
        platform: entry.platform.as_ref().map(ToString::to_string),
        role: entry.role.name(),
        chosen: false,
    });
    IndexSummary { digest: content.digest(), media_type: index.media_type.name(), size: content.size(), manifests: manifests.collect() }
}

/// Marks the entry of the last index of a path that the walk goes on with.
fn mark_chosen(path: &mut [IndexSummary], digest: Digest) {
    let entries = path.last_mut().into_iter().flat_map(|index| &mut index.manifests);
    if let Some(entry) = entries.into_iter().find(|entry| entry.digest == digest) {
        entry.chosen = true;
    }
}

fn summarise_manifest(content: &Content, manifest: &Manifest) -> ManifestSummary {
    ManifestSummary {
        digest: content.digest(),
        media_type: manifest.media_type.name(),
        size: content.size(),
        artifact_type: manifest.artifact_type.clone(),
        config: manifest.config.clone(),
        layers: manifest
            .layers
            .iter()
            .map(|layer| LayerSummary {
                digest: layer.digest,
                media_type: layer.media_type.clone(),
                size: layer.size,
                foreign: layer.foreign,
            })
            .collect(),
        // 1,024 layers of at most 2^53 - 1 bytes fit; JavaScript would round what is above 2^53, and nothing real is.
        layers_size: manifest.layers.iter().map(|layer| layer.size).sum::<u64>().min(budget::SAFE_INTEGER),
    }
}

fn describe_attachments(found: &Discovered) -> Outcome {
    if let Some(cause) = &found.incomplete {
        return Outcome::Unknown(cause.clone());
    }
    let source = if found.has_referrers_api { "the referrers API" } else { "the fallback tag, as this registry has no referrers API," };
    let disowned = match found.disowned {
        0 => String::new(),
        count => format!("; {count} more were not what they were listed as"),
    };
    let is_tagged = |attachment: &&Attachment| matches!(attachment.found_by, FoundBy::CosignTag | FoundBy::CosignAttestationTag);
    let signed = found.attachments.iter().any(|attachment| attachment.found_by == FoundBy::CosignTag);
    let cosign = if signed { "there is" } else { "there is no" };
    let listed = found.attachments.iter().filter(|attachment| !is_tagged(attachment)).count();
    Outcome::Passed { evidence: format!("{source} lists {listed}{disowned}; {cosign} cosign signature tag") }
}

/// In plain words, what a report of this version does not prove.
fn not_proven(walk: &Walk<'_>, image: &Reference, resolution: &Resolution, now: UnixTime) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut remark = |code, message: String| remarks.push(Remark { code, message });
    let signatures = walk.judged.as_ref().map(|judged| &judged.summaries);
    let verified = |summary: &SignatureSummary| summary.outcome == SignatureOutcome::Verified && summary.is_signature();
    let vouching = walk.word.iter().flat_map(Word::vouched).find(|vouched| vouched.archived().is_none());
    if let Some(vouched) = vouching {
        if vouched.is_first_use() {
            let seen = vouched.first_seen().map_or_else(String::new, |at| format!(" at {at}"));
            remark(
                "publisher",
                format!("Who published this image: whoever answered first{seen} was believed, and nobody vouched for them."),
            );
        }
        if let Some(expires) = vouched.expires() {
            let message =
                format!("That nothing newer is signed: whoever stands between could withhold it, until {expires} at the longest.");
            remark("trust-data", message);
        }
        if vouched.first_seen().is_none() {
            remark("history", "That the publisher has not said something newer before: nothing that was seen earlier is kept here.".into());
        }
    } else if !signatures.is_some_and(|summaries| summaries.iter().any(verified)) {
        remark("publisher", "Who published this image: no signature was verified.".into());
    } else if walk.judged.as_ref().is_some_and(|judged| judged.signed.is_empty()) {
        let message = "Whether whoever signed this image is its publisher: nobody said whose signature is wanted.";
        remark("publisher", message.into());
    }
    for doubt in walk.trusted_roots.iter().filter_map(|root| root.doubt(now)) {
        remark("trusted-root", doubt);
    }
    let relay = if resolution.via == Via::Relay { ", passed on by the relay" } else { "" };
    let speaker = format!("{}{relay}", resolution.told_by);
    match (&resolution.tag, image.tag()) {
        // Its publisher signed the tag, too.
        (Some(tag), _) if vouching.is_some_and(|vouched| vouched.tag() == tag) => {}
        (Some(tag), _) => {
            remark("tag", format!("That the tag {tag} should stand for this digest: that is the word of {speaker}, and tags move."));
        }
        (None, Some(tag)) => {
            remark("tag", format!("What the tag {tag} stands for: the digest beside it decides, and the tag was not looked up."));
        }
        (None, None) => {}
    }
    if walk.checks.iter().any(|check| check.name == CheckName::Attachments) {
        let message = "That what was listed is all that is attached: the list is the word of the registry, or of the relay in front of it, and who may push can change it.";
        remark("attachments", message.into());
    }
    let scanned = walk.advised.as_ref().and_then(|word| word.scanned.as_ref().ok());
    let has_read_layers = scanned.is_some_and(Scanned::has_read_layers);
    if walk.manifest.is_some() && !has_read_layers {
        let message = "That the registry still has the layers: they were not downloaded. Their digests are fixed, so whoever pulls them by this digest gets exactly these or none.";
        remark("layers", message.into());
    }
    if walk.manifest.as_ref().is_some_and(|manifest| manifest.layers.iter().any(|layer| layer.foreign)) {
        remark("foreign-layers", "That the layers that somebody else stores can be had: their addresses were not asked.".into());
    }
    if walk.indexes.iter().flat_map(|index| &index.manifests).any(|entry| !entry.chosen) {
        remark("other-platforms", "What the other entries of the index are: they were not opened.".into());
    }
    if walk.image.as_ref().is_some_and(|image| image.created.is_some()) {
        remark("created", "When the image was built: the date is the builder's word.".into());
    }
    let vulnerabilities = if has_read_layers {
        "That nothing in the image is vulnerable: only what somebody has published an advisory about was looked for, in the packages that it lists."
    } else if scanned.is_some() {
        "Whether anything in the image is known to be vulnerable: that could not be found out."
    } else {
        "Whether anything in the image is known to be vulnerable: it was not scanned."
    };
    remark("vulnerabilities", vulnerabilities.into());
    remarks
}
