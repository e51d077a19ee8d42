//! A policy says which images are wanted, and [`decide`] is the only place where outcomes become a verdict.
//!
//! ```json
//! { "rules": [ { "images": "registry.example/team/*", "require": [ { "anyOf": [
//!     { "digest": "sha256:…" },
//!     { "cosign": { "publicKey": "-----BEGIN PUBLIC KEY-----…" } },
//!     { "sigstore": { "issuer": "https://…", "subject": "https://…" } },
//!     { "contentTrust": { "server": "https://…", "rootKey": "…" } } ] } ],
//!     "vulnerabilities": { "deny": "high" } } ],
//!   "default": "reject" }
//! ```
//!
//! The first rule whose `images` matches decides; where none does, `default` does. A rule accepts when all of its requirements hold, and
//! nothing is known to be vulnerable in the image that its `vulnerabilities` deny, where it has any.
//! `images` is a normalised name without tag (`docker.io/library/nginx`), matched exactly unless it holds a `*`, which stands for any
//! characters within the repository. The registry is always literal, so that no pattern reaches another registry.
//!
//! A requirement that this version cannot verify is refused when the policy is read, never skipped when it is applied.

mod content_trust;
mod vulnerabilities;

use core::fmt;
use std::rc::Rc;

use crate::crypto::InvalidKey;
use crate::crypto::PublicKey;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::reference::Reference;
use crate::report::Check;
use crate::report::CheckName;
use crate::report::Outcome;
use crate::report::Remark;
use crate::report::Verdict;
use crate::sigstore::identity::Identity;
use crate::sigstore::identity::InvalidIdentity;
use crate::sigstore::instance;
use crate::sigstore::instance::PUBLIC_GOOD;
use crate::sigstore::instance::is_built_in;
use crate::sigstore::signer::Meaning;
use crate::sigstore::signer::Signer;
use crate::sigstore::trusted_root::InvalidTrustedRoot;
use crate::sigstore::trusted_root::TrustedRoot;
use crate::time::UnixTime;
use crate::tuf;
use crate::tuf::ByName;
use crate::tuf::InvalidMetadata;
use crate::tuf::InvalidRepository;
use crate::tuf::Repository;

pub use content_trust::ContentTrust;
pub use content_trust::Published;
pub use content_trust::Unpublished;
pub use content_trust::Vouched;
pub use vulnerabilities::Scanned;
pub use vulnerabilities::Vulnerabilities;

/// Bytes of a policy: a thousand rules fit.
const POLICY_BYTES: usize = 1 << 20;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: Vec<Rule>,
    default: Default,
    /// Those that the policy brings, by name.
    trusted_roots: ByName<GivenRoot>,
}

/// A trusted root that the policy brings.
#[derive(Clone, Debug)]
pub enum GivenRoot {
    /// All of it.
    File {
        /// Who is trusted.
        root: Rc<TrustedRoot>,
        /// Of its JSON in the policy, without white space.
        digest: Digest,
    },
    /// Where it is, and the TUF root by which that is trusted.
    Repository(Repository),
}

/// What is wanted of some images.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    images: Pattern,
    require: Vec<Requirement>,
    vulnerabilities: Option<Vulnerabilities>,
}

/// Holds when any of its alternatives does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    any_of: Vec<Alternative>,
}

/// Who or what an image may be, to be accepted. What is signed, or has a digest, is the root that the reference stands for; not one platform's manifest
/// below it: the pinned reference stands for all platforms, so that one good manifest must not vouch for the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// It has this digest.
    Digest(Digest),
    /// It is signed with this key.
    Key {
        /// The key.
        key: PublicKey,
        /// Where the signature must be logged, too: the name of a trusted root.
        log: Option<String>,
    },
    /// It is signed by somebody who could show a certificate of this identity.
    Identity {
        /// Who.
        identity: Identity,
        /// Who issues certificates, keeps logs and tells the time: the name of a trusted root.
        root: String,
    },
    /// It is what its tag was signed as in Docker Content Trust.
    ContentTrust(Box<ContentTrust>),
}

/// What holds for images that no rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Default {
    Reject,
    Inconclusive,
}

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidPolicy {
    /// Not strict JSON, or a member of the wrong type.
    Json(InvalidJson),
    /// An identity that means nobody.
    Identity {
        /// Where.
        path: String,
        /// Why.
        reason: InvalidIdentity,
    },
    /// A key that is none.
    Key {
        /// Where.
        path: String,
        /// Why.
        reason: InvalidKey,
    },
    /// A TUF root that is none.
    Metadata {
        /// Where.
        path: String,
        /// Why.
        reason: Box<InvalidMetadata>,
    },
    /// An address that no repository can have.
    Repository {
        /// Where.
        path: String,
        /// Why.
        reason: InvalidRepository,
    },
    /// A trusted root that is none.
    TrustedRoot {
        /// Where.
        path: String,
        /// Why.
        reason: Box<InvalidTrustedRoot>,
    },
    /// A value that means nothing here.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// Something this version cannot verify, or a spelling mistake: either way it must not be skipped.
    Unsupported {
        /// Where, and what.
        path: String,
    },
}

impl InvalidPolicy {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Identity { .. }
            | Self::Json(_)
            | Self::Key { .. }
            | Self::Metadata { .. }
            | Self::Repository { .. }
            | Self::TrustedRoot { .. }
            | Self::Value { .. } => "policy-invalid",
            Self::Unsupported { .. } => "policy-unsupported",
        }
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "policy: {error}"),
            Self::Identity { path, reason } => write!(f, "policy: {path}: {reason}"),
            Self::Key { path, reason } => write!(f, "policy: {path}: {reason}"),
            Self::Metadata { path, reason } => write!(f, "policy: {path}: {reason}"),
            Self::Repository { path, reason } => write!(f, "policy: {path}: {reason}"),
            Self::TrustedRoot { path, reason } => write!(f, "policy: {path}: {reason}"),
            Self::Value { path, expected, found } => write!(f, "policy: expected {path} to be {expected}, found \"{found}\""),
            Self::Unsupported { path } => write!(f, "policy: expected only what this version can verify, found {path}"),
        }
    }
}

impl core::error::Error for InvalidPolicy {}

impl From<InvalidJson> for InvalidPolicy {
    fn from(error: InvalidJson) -> Self {
        Self::Json(error)
    }
}

impl Policy {
    /// Reads a policy. Everything in it must be understood.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        if text.len() > POLICY_BYTES {
            return Err(value("$", "at most 1 MiB", "more"));
        }
        let object = json::parse_object(text.as_bytes())?;
        let members = object.root();
        only(&members, &["$schema", "rules", "default", "trustedRoots"])?;
        let rules: Vec<Rule> = members.required("rules")?.array()?.iter().map(Rule::read).collect::<Result<_, _>>()?;
        let trusted_roots = match members.optional("trustedRoots")? {
            Some(roots) => read_trusted_roots(&roots.object()?)?,
            None => ByName::default(),
        };
        let named = rules.iter().flat_map(|rule| &rule.require).flat_map(|requirement| &requirement.any_of);
        if let Some(root) = named.filter_map(Alternative::root).find(|root| trusted_roots.get(root).is_none() && !is_built_in(root)) {
            return Err(value("trustedRoot", "public-good, github, or one of the policy's trustedRoots", root));
        }
        // Who asks for a log where there is none would be asking for nothing.
        let logs = rules.iter().flat_map(|rule| &rule.require).flat_map(|requirement| &requirement.any_of).filter_map(Alternative::log);
        let has_logs = |name: &str| match trusted_roots.get(name) {
            Some(GivenRoot::File { root, .. }) => !root.logs.is_empty(),
            // It is not there yet: where it lists none, nothing is logged as is asked for.
            Some(GivenRoot::Repository(_)) => true,
            None => instance::trusted_root(name).is_some_and(|root| !root.logs.is_empty()),
        };
        if let Some(log) = logs.into_iter().find(|log| !has_logs(log)) {
            return Err(value("log", "a trusted root that lists logs", log));
        }
        let default = match members.optional_string("default")? {
            None | Some("reject") => Default::Reject,
            Some("inconclusive") => Default::Inconclusive,
            Some(other) => return Err(value("$.default", "\"reject\" or \"inconclusive\"", other)),
        };
        Ok(Self { rules, default, trusted_roots })
    }

    /// What signatures can meet of the rule for this image, in the order of the rule; none where no rule is about it.
    pub fn alternatives<'a>(&'a self, registry: &str, repository: &str) -> Vec<&'a Alternative> {
        let by_signature = |alternative: &&Alternative| matches!(alternative, Alternative::Key { .. } | Alternative::Identity { .. });
        self.of_rule(registry, repository).filter(by_signature).collect()
    }

    /// The collections of Docker Content Trust that the rule for this image names, each once.
    pub fn collections<'a>(&'a self, registry: &str, repository: &str) -> Vec<&'a ContentTrust> {
        let mut found: Vec<&ContentTrust> = Vec::new();
        for alternative in self.of_rule(registry, repository) {
            if let Alternative::ContentTrust(wanted) = alternative
                && !found.contains(&&**wanted)
            {
                found.push(wanted);
            }
        }
        found
    }

    /// What the rule for this image wants of known vulnerabilities.
    pub fn vulnerabilities(&self, registry: &str, repository: &str) -> Option<&Vulnerabilities> {
        self.rule(registry, repository)?.vulnerabilities.as_ref()
    }

    fn rule(&self, registry: &str, repository: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.images.matches(registry, repository))
    }

    fn of_rule<'a>(&'a self, registry: &str, repository: &str) -> impl Iterator<Item = &'a Alternative> {
        let rule = self.rule(registry, repository);
        rule.into_iter().flat_map(|rule| &rule.require).flat_map(|requirement| &requirement.any_of)
    }

    /// Whether a requirement of the rule for this image is unmet, a collection could meet it, and nothing that could as well is unknown.
    pub fn needs_collections(&self, subject: Subject<'_>, checks: &[Check]) -> bool {
        let rule = self.rule(subject.registry, subject.repository);
        let unmet = rule.into_iter().flat_map(|rule| &rule.require).filter(|requirement| !subject.meets_one_of(requirement));
        let is_collection = |wanted: &Alternative| matches!(wanted, Alternative::ContentTrust(_));
        let mut unmet = unmet.filter(|requirement| subject.unseen(requirement, checks).is_empty());
        unmet.any(|requirement| requirement.any_of.iter().any(is_collection))
    }

    /// Whether the rule for this image holds but for what it wants of known vulnerabilities: nothing else can help or harm it.
    pub fn needs_scan(&self, subject: Subject<'_>, checks: &[Check]) -> bool {
        let rule = self.rule(subject.registry, subject.repository);
        rule.is_some_and(|rule| rule.vulnerabilities.is_some() && rule.objection(subject, checks).is_none())
    }

    /// A trusted root that the policy brings.
    pub fn trusted_root(&self, name: &str) -> Option<&GivenRoot> {
        self.trusted_roots.get(name)
    }
}

/// Built-in names cannot be given another meaning.
fn read_trusted_roots(roots: &Members<'_>) -> Result<ByName<GivenRoot>, InvalidPolicy> {
    let mut read = ByName::default();
    for (name, place) in roots.places() {
        if is_built_in(name) {
            return Err(value(place.path(), "another name than those that are built in", name));
        }
        read.insert(name, read_trusted_root(&place)?);
    }
    Ok(read)
}

fn read_trusted_root(place: &Place<'_>) -> Result<GivenRoot, InvalidPolicy> {
    let members = place.object()?;
    if let Some(tuf) = members.optional("tuf")? {
        only(&members, &["tuf"])?;
        return Ok(GivenRoot::Repository(read_repository(&tuf)?));
    }
    let root = TrustedRoot::read(&members);
    let root = root.map_err(|reason| InvalidPolicy::TrustedRoot { path: place.path().into(), reason: Box::new(reason) })?;
    Ok(GivenRoot::File { root: Rc::new(root), digest: Digest::of(Algorithm::Sha256, &place.to_bytes()?) })
}

/// `{ "metadata": "https://…", "targets": "https://…", "root": { "signed": …, "signatures": … } }`
fn read_repository(place: &Place<'_>) -> Result<Repository, InvalidPolicy> {
    let members = place.object()?;
    only(&members, &["metadata", "targets", "root"])?;
    let root = members.required("root")?;
    root.object()?;
    let bytes = root.to_bytes()?;
    // Whether its signatures hold is found out when it is used.
    if let Err(reason) = tuf::TrustedRoot::load(&bytes) {
        return Err(InvalidPolicy::Metadata { path: root.path().into(), reason: Box::new(reason) });
    }
    let metadata = members.required("metadata")?;
    let invalid = |place: &Place<'_>| {
        let path = place.path().to_owned();
        |reason| InvalidPolicy::Repository { path, reason }
    };
    let repository = Repository::new(metadata.string()?, bytes).map_err(invalid(&metadata))?;
    match members.optional("targets")? {
        Some(targets) => repository.with_targets(targets.string()?).map_err(invalid(&targets)),
        None => Ok(repository),
    }
}

impl Rule {
    fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        only(&members, &["images", "require", "vulnerabilities"])?;
        let images = members.required("images")?;
        let images = Pattern::parse(images.string()?).ok_or_else(|| {
            value(
                images.path(),
                "a normalised name such as docker.io/library/nginx, with `*` only behind the registry",
                images.string().unwrap_or_default(),
            )
        })?;
        let require = members.required("require")?;
        if require.length()? == 0 {
            return Err(value(require.path(), "at least one requirement", "none"));
        }
        Ok(Self {
            images,
            require: require.array()?.iter().map(Requirement::read).collect::<Result<_, _>>()?,
            vulnerabilities: members.optional("vulnerabilities")?.map(|place| Vulnerabilities::read(&place)).transpose()?,
        })
    }

    /// What speaks against an accept, but for known vulnerabilities.
    fn objection(&self, subject: Subject<'_>, checks: &[Check]) -> Option<(Verdict, Vec<Remark>)> {
        if let Some(unmet) = self.require.iter().find(|requirement| !subject.meets_one_of(requirement)) {
            // A signature that could not be looked at may be the one: that it was not found is no answer.
            let unseen = subject.unseen(unmet, checks);
            if !unseen.is_empty() {
                return Some((Verdict::Inconclusive, unseen));
            }
            if let Some(at) = subject.met_once(unmet) {
                let message = format!("What was archived held at {at}. That proves nothing of the present: verifyAt never accepts.");
                return Some((Verdict::Inconclusive, vec![Remark { code: "archived", message }]));
            }
            let message = unmet.describe(&subject.name(), subject.digest);
            return Some((Verdict::Reject, vec![Remark { code: "policy-unmet", message }]));
        }
        // What is attached is no part of what a digest stands for: not to know it changes nothing about the bytes.
        let of_publishers = |check: &&Check| matches!(check.name, CheckName::Attachments | CheckName::Signatures | CheckName::ContentTrust);
        let unknowns = unknowns(&checks.iter().filter(|check| !of_publishers(check)).cloned().collect::<Vec<_>>());
        (!unknowns.is_empty()).then_some((Verdict::Inconclusive, unknowns))
    }
}

impl Requirement {
    /// What is missing, in words.
    fn describe(&self, image: &str, digest: Digest) -> String {
        let wanted: Vec<String> = self.any_of.iter().map(ToString::to_string).collect();
        format!("The policy's rule for {image} requires {}; nothing of the kind is proven for {digest}.", wanted.join(" or "))
    }

    /// `{ "anyOf": [identity, …] }`, or one identity by itself.
    fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        let Some(any_of) = members.optional("anyOf")? else { return Ok(Self { any_of: vec![Alternative::read(place)?] }) };
        only(&members, &["anyOf"])?;
        if any_of.length()? == 0 {
            return Err(value(any_of.path(), "at least one alternative", "none"));
        }
        Ok(Self { any_of: any_of.array()?.iter().map(Alternative::read).collect::<Result<_, _>>()? })
    }
}

impl Alternative {
    fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        only(&members, &["digest", "cosign", "sigstore", "contentTrust"])?;
        let of = |name| members.optional(name);
        match (of("digest")?, of("cosign")?, of("sigstore")?, of("contentTrust")?) {
            (None, None, None, Some(wanted)) => Ok(Self::ContentTrust(Box::new(ContentTrust::read(&wanted)?))),
            (Some(digest), None, None, None) => {
                let text = digest.string()?;
                text.parse().map(Self::Digest).map_err(|_| value(digest.path(), "a digest such as sha256:…", text))
            }
            (None, Some(cosign), None, None) => {
                let members = cosign.object()?;
                only(&members, &["publicKey", "log"])?;
                let key = members.required("publicKey")?;
                let key = PublicKey::from_pem(key.string()?).map_err(|reason| InvalidPolicy::Key { path: key.path().into(), reason })?;
                Ok(Self::Key { key, log: members.optional_string("log")?.map(str::to_owned) })
            }
            (None, None, Some(sigstore), None) => {
                let members = sigstore.object()?;
                let root = members.optional_string("trustedRoot")?.unwrap_or(PUBLIC_GOOD).to_owned();
                let identity = Identity::read(&members, &["trustedRoot"]);
                let identity = identity.map_err(|reason| InvalidPolicy::Identity { path: sigstore.path().into(), reason })?;
                Ok(Self::Identity { identity, root })
            }
            _ => Err(value(place.path(), "one of `digest`, `cosign`, `sigstore` and `contentTrust`", "none or several")),
        }
    }

    /// The trusted root in whose logs a signature must be, if it must.
    fn log(&self) -> Option<&str> {
        match self {
            Self::Key { log, .. } => log.as_deref(),
            Self::Digest(_) | Self::Identity { .. } | Self::ContentTrust(_) => None,
        }
    }

    /// The trusted root that it names, if any.
    pub fn root(&self) -> Option<&str> {
        match self {
            Self::Digest(_) | Self::ContentTrust(_) => None,
            Self::Key { log, .. } => log.as_deref(),
            Self::Identity { root, .. } => Some(root),
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => write!(f, "the digest {digest}"),
            Self::Key { key, log } => {
                write!(f, "a signature with the {} key {}", key.kind(), key.id())?;
                log.as_ref().map_or(Ok(()), |root| write!(f, ", logged as {} says", excerpt(root, 80)))
            }
            Self::Identity { identity, root } => write!(f, "a signature of {identity}, trusted by {}", excerpt(root, 80)),
            Self::ContentTrust(wanted) => wanted.fmt(f),
        }
    }
}

fn value(path: &str, expected: &'static str, found: &str) -> InvalidPolicy {
    InvalidPolicy::Value { path: path.into(), expected, found: excerpt(found, 80) }
}

fn only(members: &Members<'_>, known: &[&'static str]) -> Result<(), InvalidPolicy> {
    match members.entries().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(InvalidPolicy::Unsupported { path: format!("{}.{}", members.path(), excerpt(name, 80)) }),
        None => Ok(()),
    }
}

/// A name, or a name with `*` in its repository.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    registry: String,
    /// The literal parts between the stars; one part when there is none.
    repository: Vec<String>,
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let (registry, repository) = text.split_once('/')?;
        // A pattern that no reference could ever match is a rule that silently does nothing, so what it would match must be a
        // reference that is spelled in full: `docker.io/nginx` is `docker.io/library/nginx` to Docker, and to us.
        let example = repository.replace('*', "x/x");
        let reference = Reference::parse(&format!("{registry}/{example}")).ok()?;
        if reference.registry() != registry
            || reference.repository() != example
            || reference.tag().is_some()
            || reference.digest().is_some()
        {
            return None;
        }
        Some(Self { registry: canonical(registry), repository: repository.split('*').map(Into::into).collect() })
    }

    fn matches(&self, registry: &str, repository: &str) -> bool {
        if self.registry != canonical(registry) {
            return false;
        }
        let [first, middle @ .., last] = self.repository.as_slice() else { return self.repository.iter().eq([repository]) };
        let Some(mut rest) = repository.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
            return false;
        };
        // Leftmost matches are enough for patterns made of literals and stars.
        middle.iter().all(|part| {
            let found = rest.find(part.as_str());
            rest = found.map_or("", |at| &rest[at + part.len()..]);
            found.is_some()
        })
    }
}

/// One spelling for all names of one host: capitals do not matter, nor does the port that would be used anyway.
fn canonical(registry: &str) -> String {
    let registry = registry.to_ascii_lowercase();
    registry.strip_suffix(":443").map_or(registry.clone(), str::to_owned)
}

/// A signature that is proven, and the alternative that it was verified for.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Which of those that [`Policy::alternatives`] names.
    pub alternative: Alternative,
    /// Whose it is.
    pub signer: Signer,
}

/// What [`decide`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// `docker.io`
    pub registry: &'a str,
    /// `library/nginx`
    pub repository: &'a str,
    /// Of the root that the reference stands for, computed from its bytes.
    pub digest: Digest,
    /// Who signed it.
    pub signed: &'a [Signed],
    /// What the collections of the rule say of it.
    pub published: &'a [Published],
    /// What a scan says of it.
    pub scanned: Option<&'a Scanned>,
}

impl Subject<'_> {
    fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    fn meets_one_of(&self, requirement: &Requirement) -> bool {
        requirement.any_of.iter().any(|wanted| self.meets(wanted))
    }

    /// The collection that a tag was found in, whenever that was.
    fn published<'a>(&'a self, wanted: &Alternative) -> Option<&'a Published> {
        let Alternative::ContentTrust(wanted) = wanted else { return None };
        let holds = |vouched: &Vouched| self.digest.algorithm() != Algorithm::Sha256 || vouched.digest() == self.digest;
        self.published.iter().find(|published| published.wanted == **wanted && published.found.as_ref().is_ok_and(holds))
    }

    /// Why it cannot be said that a requirement is not met, if it cannot.
    fn unseen(&self, requirement: &Requirement, checks: &[Check]) -> Vec<Remark> {
        let by_signature = |wanted: &Alternative| matches!(wanted, Alternative::Key { .. } | Alternative::Identity { .. });
        let of_signatures = |check: &&Check| check.name == CheckName::Signatures && requirement.any_of.iter().any(by_signature);
        let mut unseen = unknowns(&checks.iter().filter(of_signatures).cloned().collect::<Vec<_>>());
        // One collection that answers says nothing of another.
        for wanted in &requirement.any_of {
            let Alternative::ContentTrust(wanted) = wanted else { continue };
            let found = self.published.iter().find(|published| published.wanted == **wanted).map(|published| &published.found);
            if let Some(Err(Unpublished::Unknown(Remark { code, message }))) = found {
                unseen.push(Remark { code, message: format!("{}: {message}", CheckName::ContentTrust.name()) });
            }
        }
        unseen
    }

    /// The time of an archive that would have met it, had it been the present.
    fn met_once(&self, requirement: &Requirement) -> Option<UnixTime> {
        requirement.any_of.iter().find_map(|wanted| self.published(wanted)?.found.as_ref().ok()?.archived())
    }

    fn meets(&self, wanted: &Alternative) -> bool {
        match wanted {
            Alternative::Digest(digest) => *digest == self.digest,
            Alternative::Key { .. } | Alternative::Identity { .. } => self.signed.iter().any(|Signed { alternative, signer }| {
                // An attestation is no signature: see `Meaning`.
                alternative == wanted && signer.artifact() == self.digest && matches!(signer.meaning(), Meaning::Signature { .. })
            }),
            Alternative::ContentTrust(collection) => {
                let found = self.published(wanted).and_then(|published| published.found.as_ref().ok());
                collection.verify_at.is_none() && found.is_some_and(|vouched| vouched.archived().is_none())
            }
        }
    }
}

/// Turns outcomes into a verdict, and says why.
///
/// A check that failed is a reject that nothing can soften. A check that could not be made is never an accept. Without a policy
/// nothing is ever accepted.
pub fn decide(subject: Subject<'_>, checks: &[Check], policy: Option<&Policy>) -> (Verdict, Vec<Remark>) {
    let failures: Vec<Remark> = checks
        .iter()
        .filter_map(|check| match &check.outcome {
            Outcome::Failed(failure) => Some(Remark { code: failure.code(), message: format!("{}: {failure}", check.name.name()) }),
            _ => None,
        })
        .collect();
    if !failures.is_empty() {
        return (Verdict::Reject, failures);
    }
    let Some(policy) = policy else {
        let message = "No policy says which publisher or digest is wanted, so that nothing can be accepted. What was checked holds.";
        let mut reasons = unknowns(checks);
        if reasons.is_empty() {
            reasons.push(Remark { code: "no-policy", message: message.into() });
        } else {
            reasons.push(Remark { code: "no-policy", message: "No policy says which publisher or digest is wanted.".into() });
        }
        return (Verdict::Inconclusive, reasons);
    };
    let name = subject.name();
    let Some(rule) = policy.rule(subject.registry, subject.repository) else {
        let verdict = match policy.default {
            Default::Reject => Verdict::Reject,
            Default::Inconclusive => Verdict::Inconclusive,
        };
        return (verdict, vec![Remark { code: "policy-no-rule", message: format!("No rule of the policy is about {name}.") }]);
    };
    if let Some(objection) = rule.objection(subject, checks) {
        return objection;
    }
    // What is denied has failed above, and what is not known is an objection. That there was no scan at all must not pass for either.
    if rule.vulnerabilities.is_some() && !subject.scanned.is_some_and(Scanned::is_met) {
        let message = format!("The policy's rule for {name} asks what is known to be vulnerable, and that was not found out.");
        return (Verdict::Inconclusive, vec![Remark { code: "not-scanned", message }]);
    }
    (Verdict::Accept, vec![Remark { code: "policy-met", message: format!("Everything that the policy's rule for {name} requires holds.") }])
}

fn unknowns(checks: &[Check]) -> Vec<Remark> {
    checks
        .iter()
        .filter_map(|check| match &check.outcome {
            Outcome::Unknown(cause) => Some(Remark { code: cause.code, message: format!("{}: {}", check.name.name(), cause.message) }),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;
    use crate::report::Failure;

    fn digest(text: &str) -> Digest {
        Digest::of(Algorithm::Sha256, text.as_bytes())
    }

    fn policy(images: &str, digest: Digest) -> Policy {
        Policy::parse(&format!(r#"{{"rules":[{{"images":"{images}","require":[{{"anyOf":[{{"digest":"{digest}"}}]}}]}}]}}"#)).unwrap()
    }

    fn subject(digest: Digest) -> Subject<'static> {
        Subject { registry: "docker.io", repository: "library/nginx", digest, signed: &[], published: &[], scanned: None }
    }

    fn check(outcome: Outcome) -> Check {
        Check { name: CheckName::Resolve, outcome }
    }

    fn passed() -> Check {
        check(Outcome::Passed { evidence: String::new() })
    }

    #[test]
    fn the_wanted_digest_is_accepted() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        assert_eq!(decide(subject(digest("good")), &[passed()], Some(&policy)).0, Verdict::Accept);
    }

    #[test]
    fn another_digest_is_rejected() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        assert_eq!(decide(subject(digest("evil")), &[passed()], Some(&policy)).0, Verdict::Reject);
    }

    #[test]
    fn no_policy_never_accepts() {
        let (verdict, reasons) = decide(subject(digest("good")), &[passed()], None);
        assert_eq!((verdict, reasons[0].code), (Verdict::Inconclusive, "no-policy"));
    }

    #[test]
    fn nothing_softens_a_failure() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        let failed = check(Outcome::Failed(Failure::SizeMismatch { expected: 1, found: Some(2) }));
        for checks in [vec![failed.clone()], vec![passed(), failed.clone(), passed()]] {
            assert_eq!(decide(subject(digest("good")), &checks, Some(&policy)).0, Verdict::Reject);
            assert_eq!(decide(subject(digest("good")), &checks, None).0, Verdict::Reject);
        }
    }

    #[test]
    fn where_a_rule_asks_and_nothing_was_scanned_nothing_is_accepted_whatever_the_checks_say() {
        let good = digest("good");
        let text = format!(
            r#"{{"rules":[{{"images":"docker.io/library/nginx","require":[{{"digest":"{good}"}}],"vulnerabilities":{{"deny":"critical"}}}}]}}"#
        );
        let policy = Policy::parse(&text).unwrap();
        let skipped = Outcome::Skipped { message: String::new() };
        for outcome in [None, Some(skipped), Some(Outcome::Passed { evidence: String::new() })] {
            let of_scan = outcome.map(|outcome| Check { name: CheckName::KnownVulnerabilities, outcome });
            let checks: Vec<Check> = [passed()].into_iter().chain(of_scan).collect();
            let (verdict, reasons) = decide(subject(good), &checks, Some(&policy));
            assert_eq!((verdict, reasons[0].code), (Verdict::Inconclusive, "not-scanned"));
        }
    }

    #[test]
    fn what_could_not_be_found_out_is_never_accepted() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        let unknown = check(Outcome::Unknown(Remark { code: "timeout", message: String::new() }));
        let (verdict, reasons) = decide(subject(digest("good")), &[passed(), unknown], Some(&policy));
        assert_eq!((verdict, reasons[0].code), (Verdict::Inconclusive, "timeout"));
    }

    #[test]
    fn what_is_attached_is_no_part_of_what_a_digest_rule_rests_on() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        let outcome = Outcome::Unknown(Remark { code: "timeout", message: String::new() });
        let unknown = Check { name: CheckName::Attachments, outcome };
        assert_eq!(decide(subject(digest("good")), &[passed(), unknown], Some(&policy)).0, Verdict::Accept);
    }

    #[test]
    fn an_image_that_no_rule_is_about_is_rejected_unless_the_policy_says_inconclusive() {
        let text = r#"{"rules":[],"default":"inconclusive"}"#;
        assert_eq!(decide(subject(digest("x")), &[passed()], Some(&Policy::parse(text).unwrap())).0, Verdict::Inconclusive);
        assert_eq!(decide(subject(digest("x")), &[passed()], Some(&Policy::parse(r#"{"rules":[]}"#).unwrap())).0, Verdict::Reject);
    }

    #[test]
    fn patterns_are_anchored_and_never_reach_another_registry() {
        let matches = |pattern: &str, registry: &str, repository: &str| Pattern::parse(pattern).unwrap().matches(registry, repository);
        assert!(matches("registry.example/team/*", "registry.example", "team/app"));
        assert!(matches("registry.example/team/*", "registry.example", "team/a/b"));
        assert!(matches("registry.example/*/app", "registry.example", "team/app"));
        assert!(matches("registry.example/a*b*c", "registry.example", "a1b2b3c"));
        for (pattern, registry, repository) in [
            ("registry.example/team", "registry.example", "team/app"),
            ("registry.example/team/app", "registry.example", "team/app2"),
            ("registry.example/team/*", "registry.example", "xteam/app"),
            ("registry.example/team/*", "registry.example", "team"),
            ("registry.example/team/*", "registry.example.evil.test", "team/app"),
            ("registry.example/*/app", "registry.example", "team/app/x"),
            ("registry.example/ab*ba", "registry.example", "aba"),
            ("registry.example/a*b*c", "registry.example", "a1c"),
        ] {
            assert!(!matches(pattern, registry, repository), "{pattern} must not match {registry}/{repository}");
        }
        for text in ["*", "*/nginx", "nginx", "library/nginx", "*.example/team", "registry.example/", "registry.example/Team"] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_verified_is_refused_not_skipped() {
        let identity = |identity: &str| format!(r#"{{"rules":[{{"images":"a.b/c","require":[{{"anyOf":[{identity}]}}]}}]}}"#);
        for text in [
            identity(r#"{"notation":{"certificate":"x"}}"#),
            identity(r#"{"cosign":{"publicKey":"x","keyless":true}}"#),
            r#"{"rules":[],"defualt":"reject"}"#.into(),
            r#"{"rules":[],"vulnerabilities":{"deny":"high"}}"#.into(),
        ] {
            assert_eq!(Policy::parse(&text).unwrap_err().code(), "policy-unsupported", "{text}");
        }
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"rules":{}}"#,
            r#"{"rules":[],"rules":[]}"#,
            r#"{"rules":[],"default":"accept"}"#,
            r#"{"rules":[{"images":"a.b/c","require":[]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"anyOf":[]}]}]}"#,
            r#"{"rules":[{"images":"*","require":[{"digest":"sha256:0"}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"digest":"sha256:0"}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"digest":"sha256:0","cosign":{}}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"cosign":{}}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"cosign":{"publicKey":"x"}}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"sigstore":{"issuer":"https://issuer"}}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"sigstore":{"issuer":"","subject":"x"}}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"sigstore":{"issuer":"x","subjectPattern":"**"}}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"sigstore":{"issuer":"x","subject":"x","trustedRoot":"mine"}}]}]}"#,
            r#"{"rules":[],"trustedRoots":{"public-good":{}}}"#,
            r#"{"rules":[],"trustedRoots":{"mine":{}}}"#,
        ] {
            assert_eq!(Policy::parse(text).unwrap_err().code(), "policy-invalid", "{text}");
        }
    }
}
