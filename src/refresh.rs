//! Brings one target of a TUF repository up to date: asks for newer roots, the timestamp, and whatever of snapshot, targets and the file
//! itself is not the one that is stored already (specification 1.0.34, section 5).
//!
//! A refresh that finds nothing new costs two requests. What was verified is stored even if a later step fails, so that nobody can go back
//! behind it (sections 5.3.8, 5.4.5, 5.5.7); nothing is stored before it was verified. The store is not trusted with keys: stored roots are
//! verified anew from the one that the program was built with.
//!
//! If the repository cannot be reached, what is stored is used as long as none of it has expired, and the result says so. If the
//! repository answers with what must not be believed, that is an error: [`Updater::stored`] is there for callers who go on all the same.

mod error;
mod state;

use crate::budget;
use crate::crypto::Unproven;
use crate::digest::Content;
use crate::prover::Prover;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Swapped;
use crate::time::UnixTime;
use crate::transport::Method;
use crate::transport::Request;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::tuf::Floors;
use crate::tuf::InvalidMetadata;
use crate::tuf::Repository;
use crate::tuf::Search;
use crate::tuf::TargetPath;
use crate::tuf::TrustedRoot;

pub use crate::stored::InvalidState;
pub use error::RefreshError;
pub use error::Unreachable;
pub use error::Untrusted;
pub use error::Why;
use state::Last;
use state::State;

/// What is verified, and how recent it is.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The target; `None` if none was asked for.
    pub content: Option<Content>,
    /// The version of the root under which the repository confirmed it.
    pub root: u64,
    /// When the repository last confirmed that this is the newest.
    pub confirmed: UnixTime,
    /// When the first of the metadata on which it rests expires.
    pub expires: UnixTime,
    /// Where the metadata came from.
    pub source: Source,
    /// Whether this could be stored. If not, somebody may lead the next refresh back behind it.
    pub saved: Result<(), StoreError>,
}

impl Refreshed {
    /// Seconds since the repository last confirmed that this is the newest.
    pub fn age(&self, now: UnixTime) -> u64 {
        u64::try_from(now.seconds().saturating_sub(self.confirmed.seconds())).unwrap_or(0)
    }

    /// Whether it need not be asked for again: confirmed within a day, not to expire before `now`, and not in the future of a clock
    /// that has been put right since.
    pub fn is_recent(&self, now: UnixTime) -> bool {
        self.confirmed <= now && now < self.expires && self.age(now) < budget::TUF_RECENT_SECONDS
    }
}

/// What is known of a repository without asking it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The last that it confirmed.
    pub refreshed: Option<Refreshed>,
    /// When it last gave no answer, if it has given none since.
    pub silent: Option<UnixTime>,
}

impl Stored {
    /// Since when it is known to give no answer, where that is so recent that it need not be asked again.
    pub fn is_silent(&self, now: UnixTime) -> Option<UnixTime> {
        let seconds = |since: UnixTime| u64::try_from(now.seconds().saturating_sub(since.seconds())).ok();
        self.silent.filter(|since| seconds(*since).is_some_and(|seconds| seconds < budget::TUF_SILENCE_SECONDS))
    }
}

/// Where the metadata of a target came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The repository confirmed it just now.
    Repository,
    /// It is what was stored.
    Store {
        /// Why the repository did not answer; `None` if it was not asked.
        because: Option<Unreachable>,
    },
}

/// Who keeps up with a repository, and what with.
#[derive(Clone, Copy, Debug)]
pub struct Updater<'a, S, T, P> {
    /// Whose targets are wanted.
    pub repository: &'a Repository,
    /// What was seen of it.
    pub store: S,
    /// The way to it.
    pub transport: &'a T,
    /// Verifies signatures.
    pub prover: &'a P,
    /// The time of a whole refresh (section 5.1).
    pub now: UnixTime,
}

impl<S: Store, T: Transport, P: Prover> Updater<'_, S, T, P> {
    /// The newest `path`; without one, the metadata alone.
    pub async fn refresh(&self, path: Option<&TargetPath>) -> Result<Refreshed, RefreshError> {
        let key = self.repository.key();
        for _ in 0..budget::TUF_ATTEMPTS {
            let before = self.store.load(key).await?;
            let mut state = State::parse(before.as_deref())?;
            let outcome = Update { updater: self, path, now: self.now, online: true }.run(&mut state).await;
            let because = match &outcome {
                Ok(Refreshed { source: Source::Store { because: Some(because) }, .. }) | Err(RefreshError::Unreachable { because, .. }) => {
                    Some(&because.why)
                }
                _ => None,
            };
            // Only who hangs holds anybody up. Of others we do not know whose fault it is: a Worker whose own requests have run out would
            // speak for everybody who shares its store.
            let is_silent = because == Some(&Why::Transport(TransportError::Timeout));
            // Of those that a stranger makes up nothing is written down until there is something to keep.
            state.silent = Some(self.now).filter(|_| is_silent && (self.repository.is_named() || state.last.is_some()));
            let saved = if before.is_none() && state == State::default() {
                // Nothing was seen.
                Ok(Swapped::Stored)
            } else {
                let after = state.to_bytes();
                match before.as_deref() {
                    Some(before) if before == after => Ok(Swapped::Stored),
                    // It could not be read again, and would end all storing: what was seen before is of more use.
                    _ if after.len() > budget::TUF_STATE_BYTES => Err(StoreError { detail: "more than is ever stored".into() }),
                    before => self.store.swap(key, before, &after).await,
                }
            };
            let saved = match saved {
                // Somebody else has seen something meanwhile that this refresh did not reckon with: begin with that.
                Ok(Swapped::Conflict) => continue,
                Ok(Swapped::Stored) => Ok(()),
                Err(error) => Err(error),
            };
            return outcome.map(|refreshed| Refreshed { saved, ..refreshed });
        }
        Err(RefreshError::Contended)
    }

    /// What is stored, without asking anybody: as it was verified when the repository confirmed it. It may have expired since.
    pub async fn stored(&self, path: Option<&TargetPath>) -> Result<Stored, RefreshError> {
        let bytes = self.store.load(self.repository.key()).await?;
        let state = State::parse(bytes.as_deref())?;
        let refreshed = match &state.last {
            Some(last) => Update { updater: self, path, now: last.confirmed, online: false }.offline(&state, None).await?,
            None => None,
        };
        Ok(Stored { refreshed, silent: state.silent })
    }
}

/// Why a refresh stops.
enum Stop {
    /// It may go on with what is stored.
    Unreachable(Unreachable),
    /// It may not.
    Refused(RefreshError),
}

impl From<RefreshError> for Stop {
    fn from(error: RefreshError) -> Self {
        Self::Refused(error)
    }
}

/// One refresh, with or without a network.
struct Update<'a, S, T, P> {
    updater: &'a Updater<'a, S, T, P>,
    path: Option<&'a TargetPath>,
    now: UnixTime,
    online: bool,
}

impl<S, T: Transport, P: Prover> Update<'_, S, T, P> {
    /// Leaves in `state` whatever was verified, however far it came.
    async fn run(&self, state: &mut State) -> Result<Refreshed, RefreshError> {
        match self.online(state).await {
            Ok(refreshed) => Ok(refreshed),
            Err(Stop::Refused(refused)) => Err(refused),
            Err(Stop::Unreachable(because)) => match (Self { online: false, ..*self }).offline(state, Some(because.clone())).await {
                Ok(Some(refreshed)) => Ok(refreshed),
                Ok(None) => Err(RefreshError::Unreachable { because, stored: None }),
                Err(stored) => Err(RefreshError::Unreachable { because, stored: Some(Box::new(stored)) }),
            },
        }
    }

    async fn online(&self, state: &mut State) -> Result<Refreshed, Stop> {
        let root = self.newest_root(state).await?;
        let State { floors, last, .. } = state;
        let (files, refreshed) = self.files(&root, floors, last.as_ref()).await?;
        *last = Some(files);
        Ok(refreshed)
    }

    /// The last complete set of files, from what was read.
    async fn offline(&self, state: &State, because: Option<Unreachable>) -> Result<Option<Refreshed>, RefreshError> {
        let Some(last) = &state.last else { return Ok(None) };
        let (root, _) = self.stored_root(state).await?;
        // What was seen since may be newer than what is complete: it binds the repository, not what it said before.
        match self.files(&root, &mut Floors::default(), Some(last)).await {
            Err(Stop::Refused(refused)) => Err(refused),
            // Another target was asked for then.
            Err(Stop::Unreachable(_)) => Ok(None),
            Ok((_, refreshed)) => {
                Ok(Some(Refreshed { root: last.root, confirmed: last.confirmed, source: Source::Store { because }, ..refreshed }))
            }
        }
    }

    /// Section 5.2: the root of the program, then its successors that are stored, as far as they follow from it. What
    /// does not follow is of no use: it is asked for again.
    async fn stored_root(&self, state: &State) -> Result<(TrustedRoot, Vec<Vec<u8>>), RefreshError> {
        let mut root = self.proven("root", TrustedRoot::load(self.updater.repository.root())).await?;
        let mut kept = Vec::new();
        for bytes in &state.roots {
            match root.next(bytes) {
                // An update of the program has brought this one, or a later one.
                Err(InvalidMetadata::Version { expected, found, .. }) if found < expected => {}
                next => match self.proven("root", next).await {
                    Ok(next) => {
                        root = next;
                        kept.push(bytes.clone());
                    }
                    // Nobody could say: that is no reason to forget it.
                    Err(error @ RefreshError::Prover(_)) => return Err(error),
                    Err(_) => break,
                },
            }
        }
        Ok((root, kept))
    }

    /// Section 5.3: version for version, until there is no next one.
    async fn newest_root(&self, state: &mut State) -> Result<TrustedRoot, Stop> {
        let (mut root, kept) = self.stored_root(state).await?;
        state.roots = kept;
        loop {
            let url = self.updater.repository.metadata(Some(root.version() + 1), "root");
            let bytes = match self.fetch(&url, "root", budget::TUF_ROOT_BYTES).await {
                Ok(Some(bytes)) => bytes,
                // A 404 without CORS headers looks like no network in a page. Nobody gains by this: who can cut us off from the next root
                // can as well say that there is none, and both go on only until this one expires (section 6.1).
                Ok(None) | Err(Stop::Unreachable(Unreachable { why: Why::Transport(TransportError::Unreachable { .. }), .. })) => {
                    return Ok(root);
                }
                Err(stop) => return Err(stop),
            };
            if state.roots.len() == budget::TUF_ROOTS {
                let invalid =
                    InvalidMetadata::TooMany { what: "roots since the one that the program was built with", limit: budget::TUF_ROOTS };
                return Err(Stop::Refused(RefreshError::untrusted("root", invalid)));
            }
            root = self.proven("root", root.next(&bytes)).await?;
            state.roots.push(bytes);
        }
    }

    /// Sections 5.4 to 5.7. What is stored is taken where it is what the file before it names.
    async fn files(&self, root: &TrustedRoot, floors: &mut Floors, last: Option<&Last>) -> Result<(Last, Refreshed), Stop> {
        let repository = self.updater.repository;
        let version = |version| Some(version).filter(|_| root.consistent_snapshot());
        let kept = last.filter(|_| !self.online).map(|last| last.timestamp.as_slice());
        let url = repository.metadata(None, "timestamp");
        let seen = floors.clone();
        let read = |bytes: &[u8]| root.timestamp(bytes, &seen, self.now);
        let (timestamp_bytes, timestamp) = self.file(kept, "timestamp", &url, budget::TUF_TIMESTAMP_BYTES, read).await?;
        floors.clone_from(timestamp.floors());

        let kept = last.map(|last| last.snapshot.as_slice());
        let url = repository.metadata(version(timestamp.file().version()), "snapshot");
        let limit = timestamp.file().limit(budget::TUF_SNAPSHOT_BYTES);
        let (snapshot_bytes, snapshot) = self.file(kept, "snapshot", &url, limit, |bytes| timestamp.snapshot(bytes)).await?;
        floors.clone_from(snapshot.floors());

        let kept = last.map(|last| last.targets.as_slice());
        let file = snapshot.file("targets").map_err(|invalid| RefreshError::untrusted("snapshot", invalid))?;
        let url = repository.metadata(version(file.version()), "targets");
        let limit = file.limit(budget::TUF_TARGETS_BYTES);
        let (targets_bytes, targets) = self.file(kept, "targets", &url, limit, |bytes| snapshot.targets(bytes)).await?;
        floors.clone_from(targets.floors());

        let mut files = Last {
            confirmed: self.now,
            root: root.version(),
            timestamp: timestamp_bytes,
            snapshot: snapshot_bytes,
            targets: targets_bytes,
            delegated: Vec::new(),
            target: None,
        };
        let (root_version, confirmed, source) = (root.version(), self.now, Source::Repository);
        let mut refreshed = Refreshed { content: None, root: root_version, confirmed, expires: targets.expires(), source, saved: Ok(()) };
        let Some(path) = self.path else {
            // As long as it is what the metadata lists, it is still of use.
            if let Some(last) = last {
                files.delegated.clone_from(&last.delegated);
                files.target.clone_from(&last.target);
            }
            return Ok((files, refreshed));
        };

        let mut asked = "targets".to_owned();
        let mut search = targets.search(path);
        let target = loop {
            match search.map_err(|invalid| RefreshError::untrusted(&asked, invalid))? {
                Search::Found(target) => break target,
                Search::Nowhere => return Err(Stop::Refused(RefreshError::NoTarget { path: path.clone() })),
                Search::Delegated(role) => {
                    role.name().clone_into(&mut asked);
                    let kept = last.and_then(|last| last.delegated(&asked));
                    let url = repository.metadata(version(role.file().version()), &asked);
                    let limit = role.file().limit(budget::TUF_TARGETS_BYTES);
                    let (bytes, trusted) = self.file(kept, &asked, &url, limit, |bytes| role.load(bytes)).await?;
                    floors.clone_from(trusted.floors());
                    refreshed.expires = trusted.expires();
                    files.delegated.push((asked.clone(), bytes));
                    search = trusted.search();
                }
            }
        };

        // It rests on no signature of its own: its hashes are what the targets' signatures are over.
        let kept = last.and_then(|last| last.target.as_ref()).and_then(|kept| target.verify(kept.clone()).ok());
        let content = if let Some(kept) = kept {
            kept
        } else {
            let url = repository.target(&target, root.consistent_snapshot());
            let bytes = self.demand(&url, path.as_str(), target.length()).await?;
            target.verify(bytes).map_err(|invalid| RefreshError::untrusted(path.as_str(), invalid))?
        };
        files.target = Some(content.bytes().to_vec());
        refreshed.content = Some(content);
        Ok((files, refreshed))
    }

    /// What is kept if it is what is wanted, else what the repository has.
    async fn file<U>(
        &self,
        kept: Option<&[u8]>,
        role: &str,
        url: &str,
        limit: usize,
        read: impl Fn(&[u8]) -> Result<Unproven<U>, InvalidMetadata>,
    ) -> Result<(Vec<u8>, U), Stop> {
        if let Some(kept) = kept {
            match self.proven(role, read(kept)).await {
                Ok(next) => return Ok((kept.to_vec(), next)),
                Err(refused) if !self.online => return Err(Stop::Refused(refused)),
                // Not what the file before it names: there is a newer one.
                Err(_) => {}
            }
        }
        let bytes = self.demand(url, role, limit).await?;
        let next = self.proven(role, read(&bytes)).await?;
        Ok((bytes, next))
    }

    /// What the repository has to have, since it names it.
    async fn demand(&self, url: &str, role: &str, limit: usize) -> Result<Vec<u8>, Stop> {
        let missing = || Stop::Unreachable(Unreachable { url: url.to_owned(), why: Why::Missing });
        self.fetch(url, role, limit).await?.ok_or_else(missing)
    }

    /// `None` if the repository has no such file. Some that are kept in buckets say 403 for that, as python-tuf's updater knows.
    async fn fetch(&self, url: &str, role: &str, limit: usize) -> Result<Option<Vec<u8>>, Stop> {
        let unreachable = |why| Stop::Unreachable(Unreachable { url: url.to_owned(), why });
        if !self.online {
            return Err(unreachable(Why::Offline));
        }
        let request = Request {
            method: Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            max_length: limit as u64,
            timeout: budget::TUF_REQUEST_TIME,
        };
        let too_large = || Stop::Refused(RefreshError::untrusted(role, InvalidMetadata::TooLarge { role: role.to_owned(), limit }));
        let (status, body) = match self.updater.transport.send(request).await {
            Ok(response) => (response.status, Some(response.body)),
            Err(TransportError::TooLarge { status, .. }) => (status, None),
            Err(TransportError::Aborted) => return Err(Stop::Refused(RefreshError::Aborted)),
            Err(error) => return Err(unreachable(Why::Transport(error))),
        };
        match (status, body) {
            (200, Some(body)) if body.len() <= limit => Ok(Some(body)),
            (200, _) => Err(too_large()),
            (403 | 404, _) => Ok(None),
            (status, _) => Err(unreachable(Why::Status(status))),
        }
    }

    /// Has all signatures of a file verified at once.
    async fn proven<U>(&self, role: &str, step: Result<Unproven<U>, InvalidMetadata>) -> Result<U, RefreshError> {
        let unproven = step.map_err(|invalid| RefreshError::untrusted(role, invalid))?;
        let checks: Vec<_> = unproven.checks().collect();
        let answers = self.updater.prover.verify(&checks).await;
        drop(checks);
        unproven.prove_by(&answers?).map_err(|unmet| RefreshError::Untrusted { role: role.to_owned(), why: Untrusted::Signatures(unmet) })
    }
}
