//! Which trusted roots signatures are judged by, and how recent those are: docs/adr/0011-trusted-roots-renew-themselves.md.
//!
//! One that has a repository is what the repository confirmed within a day, if that is stored, else what it says now. Where it cannot be
//! asked, or says what must not be believed, the newest that was verified before is used, and the report says so: a wrong answer from the
//! network neither denies nor weakens anything.

use std::rc::Rc;

use crate::budget;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::policy::GivenRoot;
use crate::policy::Policy;
use crate::prover::Prover;
use crate::refresh::RefreshError;
use crate::refresh::Refreshed;
use crate::refresh::Source;
use crate::refresh::Updater;
use crate::report::Remark;
use crate::report::RootSource;
use crate::report::TrustedRootSummary;
use crate::signatures::KnownRoot;
use crate::signatures::KnownRoots;
use crate::sigstore::instance;
use crate::sigstore::instance::Instance;
use crate::sigstore::trusted_root::InvalidTrustedRoot;
use crate::sigstore::trusted_root::TrustedRoot;
use crate::store::Store;
use crate::store::StoreError;
use crate::time::UnixTime;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::tuf::Repository;
use crate::tuf::TargetPath;

/// Why signatures may be judged otherwise by a newer root.
const OUTDATED: &str = "trusted-root-outdated";
/// Why signatures cannot be judged at all.
const MISSING: &str = "trusted-root-missing";

/// The codes with which a check is unknown for want of a trusted root.
pub const CODES: [&str; 2] = [MISSING, OUTDATED];

/// The trusted roots of a check.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    /// For the verifier.
    pub(crate) roots: KnownRoots,
    /// For people.
    pub(crate) summaries: Vec<TrustedRootSummary>,
}

/// Where trusted roots are looked for.
pub(crate) struct Sources<'a, S, T, P> {
    /// What was seen before; without one, those that come with us are used as they are.
    pub(crate) store: Option<&'a S>,
    pub(crate) transport: &'a T,
    pub(crate) prover: &'a P,
    pub(crate) now: UnixTime,
}

impl<S: Store, T: Transport, P: Prover> Sources<'_, S, T, P> {
    /// Those of these names. Without a policy nobody is asked: what is found then is no verdict. Fails only if the caller gave up.
    pub(crate) async fn find(&self, names: Vec<&str>, policy: Option<&Policy>) -> Result<Anchors, Error> {
        let mut anchors = Anchors::default();
        let mut repositories = 0;
        for name in names {
            let (root, summary) = match (policy.and_then(|policy| policy.trusted_root(name)), instance::find(name)) {
                (Some(GivenRoot::File { root, digest }), _) => (Some(Rc::clone(root)), given(name, *digest)),
                (Some(GivenRoot::Repository(repository)), _) => {
                    repositories += 1;
                    let (found, why) = if repositories > budget::TUF_REPOSITORIES {
                        let message = format!("expected at most {} repositories for one check, found more", budget::TUF_REPOSITORIES);
                        (None, Some(Remark { code: "budget-exhausted", message }))
                    } else {
                        self.renew(repository, true).await?
                    };
                    match self.read(name, found.as_ref(), why) {
                        Ok((root, summary)) => (Some(root), summary),
                        Err(why) => {
                            let message = format!("whom {} trusts is not known: {}", excerpt(name, 80), why.message);
                            let outdated = Some(Remark { code: MISSING, message });
                            anchors.roots.insert(name, KnownRoot { root: None, outdated });
                            continue;
                        }
                    }
                }
                (None, Some(instance)) => self.of_instance(name, instance, policy.is_some()).await?,
                (None, None) => unreachable!("a policy that names another is refused"),
            };
            let may_be_newer = summary.refresh.as_ref().filter(|_| summary.source != RootSource::Repository);
            let outdated = may_be_newer.map(|why| {
                let message = format!("whether {} trusts others by now is not known: {}", excerpt(name, 80), why.message);
                Remark { code: OUTDATED, message }
            });
            anchors.roots.insert(name, KnownRoot { root, outdated });
            anchors.summaries.push(summary);
        }
        Ok(anchors)
    }

    /// That of an instance whose trusted root came with us, in whichever version is the newest.
    async fn of_instance(
        &self,
        name: &str,
        instance: &Instance,
        ask: bool,
    ) -> Result<(Option<Rc<TrustedRoot>>, TrustedRootSummary), Error> {
        let (found, why) = if self.store.is_some() { self.renew(&instance.repository(), ask).await? } else { (None, None) };
        let found = found.filter(|found| !is_older(found, instance.version));
        let (root, summary) = self.read(name, found.as_ref(), why).unwrap_or_else(|why| {
            let summary = TrustedRootSummary {
                name: name.to_owned(),
                source: RootSource::Shipped,
                root_version: Some(instance.version),
                confirmed: None,
                age: None,
                expires: Some(instance.expires()),
                digest: Digest::of(Algorithm::Sha256, instance.file),
                // Nobody was to be asked.
                refresh: Some(why).filter(|why| why.code != MISSING),
            };
            (Rc::new(instance.trusted_root()), summary)
        });
        Ok((Some(root), summary))
    }

    /// What was found, or why it is of no use.
    fn read(&self, name: &str, found: Option<&Refreshed>, why: Option<Remark>) -> Result<(Rc<TrustedRoot>, TrustedRootSummary), Remark> {
        let missing = || Remark { code: MISSING, message: "nothing is stored".into() };
        let Some(found @ Refreshed { content: Some(content), root, confirmed, expires, source, .. }) = found else {
            return Err(why.unwrap_or_else(missing));
        };
        let read = TrustedRoot::parse(content.bytes());
        let read = read.map_err(|invalid| Remark {
            code: InvalidTrustedRoot::CODE,
            message: format!("the trusted root of the repository: {invalid}"),
        })?;
        let summary = TrustedRootSummary {
            name: name.to_owned(),
            source: if *source == Source::Repository { RootSource::Repository } else { RootSource::Store },
            root_version: Some(*root),
            confirmed: Some(*confirmed),
            age: Some(found.age(self.now)),
            expires: Some(*expires),
            digest: content.digest(),
            refresh: why,
        };
        Ok((Rc::new(read), summary))
    }

    /// The newest that can be had, and what went wrong on the way.
    async fn renew(&self, repository: &Repository, ask: bool) -> Result<(Option<Refreshed>, Option<Remark>), Error> {
        let path = TargetPath::parse("trusted_root.json").expect("a plain name is a path");
        let mut store = self.store;
        let mut why = None;
        match self.updater(repository, store).stored(Some(&path)).await {
            Ok(stored) => {
                let silent = stored.is_silent(self.now);
                match stored.refreshed {
                    Some(refreshed) if !ask || refreshed.is_recent(self.now) => return Ok((Some(refreshed), None)),
                    refreshed => {
                        if let Some(since) = silent.filter(|_| ask) {
                            let message = format!("the repository gave no answer at {since}, and was not asked again");
                            return Ok((refreshed, Some(Remark { code: RefreshError::UNREACHABLE, message })));
                        }
                    }
                }
            }
            // The repository can still be asked, although nothing protects from rollback then.
            Err(error @ (RefreshError::Store(_) | RefreshError::State(_))) => {
                why = Some(remark(&error));
                store = None;
            }
            Err(_) => {}
        }
        if !ask {
            return Ok((None, None));
        }
        let updater = self.updater(repository, store);
        let (found, problem) = match updater.refresh(Some(&path)).await {
            Ok(found) => {
                let problem = match (&found.source, &found.saved) {
                    (Source::Store { because: Some(because) }, _) => {
                        Some(Remark { code: RefreshError::UNREACHABLE, message: because.to_string() })
                    }
                    (_, Err(error)) => Some(Remark { code: StoreError::CODE, message: error.to_string() }),
                    _ => None,
                };
                (Some(found), problem)
            }
            Err(RefreshError::Aborted) => return Err(Error::Transport { host: String::new(), error: TransportError::Aborted }),
            // As far as it still follows from the roots that are known by now.
            Err(error) => {
                let stored = updater.stored(Some(&path)).await.ok().and_then(|stored| stored.refreshed);
                // Those who were quicker have just asked.
                let is_new = error == RefreshError::Contended && stored.as_ref().is_some_and(|stored| stored.is_recent(self.now));
                (stored, Some(remark(&error)).filter(|_| !is_new))
            }
        };
        Ok((found, problem.or(why)))
    }

    fn updater<'b>(&'b self, repository: &'b Repository, store: Option<&'b S>) -> Updater<'b, Option<&'b S>, T, P> {
        Updater { repository, store, transport: self.transport, prover: self.prover, now: self.now }
    }
}

/// Whether this version came with a younger one: its data was taken under a newer TUF root.
const fn is_older(found: &Refreshed, shipped: u64) -> bool {
    found.root < shipped
}

fn remark(error: &RefreshError) -> Remark {
    Remark { code: error.code(), message: error.to_string() }
}

fn given(name: &str, digest: Digest) -> TrustedRootSummary {
    TrustedRootSummary {
        name: name.to_owned(),
        source: RootSource::Policy,
        root_version: None,
        confirmed: None,
        age: None,
        expires: None,
        digest,
        refresh: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_before_an_update_of_the_program_is_left_for_what_came_with_it() {
        let at = UnixTime::from_seconds(0).unwrap();
        let source = Source::Store { because: None };
        let found = |root| Refreshed { content: None, root, confirmed: at, expires: at, source: source.clone(), saved: Ok(()) };
        assert!(is_older(&found(15), 16));
        assert!(!is_older(&found(16), 16) && !is_older(&found(17), 16));
    }
}
