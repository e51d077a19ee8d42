//! Brings one target of a TUF repository up to date: asks for newer roots, the timestamp, and whatever of snapshot, targets and the file
//! itself is not the one that is stored already (specification 1.0.34, section 5).
//!
//! A refresh that finds nothing new costs two requests. What was verified is stored even if a later step fails, so that nobody can go back
//! behind it (sections 5.3.8, 5.4.5, 5.5.7); nothing is stored before it was verified. The store is not trusted with keys: stored roots are
//! verified anew from the one that the program was built with.
//!
//! If the repository cannot be reached, what is stored is used as long as none of it has expired, and the result says so. If the
//! repository answers with what must not be believed, that is an error: [`stored`] is there for callers who go on all the same.

mod error;
mod repository;
mod state;

use crate::budget;
use crate::crypto::Unproven;
use crate::digest::Content;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Swapped;
use crate::time::UnixTime;
use crate::transport::Method;
use crate::transport::Request;
use crate::transport::Response;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::tuf::Floors;
use crate::tuf::InvalidMetadata;
use crate::tuf::Search;
use crate::tuf::TargetPath;
use crate::tuf::TrustedRoot;

pub use error::RefreshError;
pub use error::Unreachable;
pub use error::Untrusted;
pub use error::Why;
pub use repository::InvalidRepository;
pub use repository::Repository;
pub use state::InvalidState;
use state::Last;
use state::State;

/// A target that is verified, and how recent it is.
#[derive(Clone, Debug)]
pub struct Refreshed {
    /// The target.
    pub content: Content,
    /// The version of the root under which it was verified.
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

/// The newest `path` of `repository`. `now` is the time of the whole refresh (section 5.1).
pub async fn refresh<S: Store, T: Transport>(
    repository: &Repository,
    path: &TargetPath,
    store: &S,
    transport: &T,
    now: UnixTime,
) -> Result<Refreshed, RefreshError> {
    let key = repository.key(path);
    for _ in 0..budget::TUF_ATTEMPTS {
        let before = store.load(&key).await?;
        let mut state = State::parse(before.as_deref())?;
        let outcome = Update { repository, path, now, network: Some(transport) }.run(&mut state).await;
        let after = state.to_bytes();
        let saved = match before.as_deref() {
            Some(before) if before == after => Ok(Swapped::Stored),
            before => store.swap(&key, before, &after).await,
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

/// What is stored of `path`, without asking anybody, as long as none of it has expired.
pub async fn stored<S: Store>(
    repository: &Repository,
    path: &TargetPath,
    store: &S,
    now: UnixTime,
) -> Result<Option<Refreshed>, RefreshError> {
    let bytes = store.load(&repository.key(path)).await?;
    let state = State::parse(bytes.as_deref())?;
    offline(repository, path, &state, now, None).await
}

/// The same, from what was read.
async fn offline(
    repository: &Repository,
    path: &TargetPath,
    state: &State,
    now: UnixTime,
    because: Option<Unreachable>,
) -> Result<Option<Refreshed>, RefreshError> {
    let Some(last) = &state.last else { return Ok(None) };
    let update = Update { repository, path, now, network: None::<&Nobody> };
    let (root, _) = update.stored_root(state)?;
    // What was seen since may be newer than what is complete: it binds the repository, not what it said before.
    let (_, refreshed) = match update.files(&root, &mut Floors::default(), Some(last)).await {
        Err(Stop::Refused(refused)) => return Err(refused),
        Err(Stop::Unreachable(_)) => return Ok(None),
        Ok(found) => found,
    };
    Ok(Some(Refreshed { confirmed: last.confirmed, source: Source::Store { because }, ..refreshed }))
}

/// The transport of whoever is offline.
struct Nobody;

impl Transport for Nobody {
    async fn send(&self, _: Request) -> Result<Response, TransportError> {
        Err(TransportError::Unreachable { detail: String::new() })
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
struct Update<'a, T> {
    repository: &'a Repository,
    path: &'a TargetPath,
    now: UnixTime,
    network: Option<&'a T>,
}

impl<T: Transport> Update<'_, T> {
    /// Leaves in `state` whatever was verified, however far it came.
    async fn run(&self, state: &mut State) -> Result<Refreshed, RefreshError> {
        match self.online(state).await {
            Ok(refreshed) => Ok(refreshed),
            Err(Stop::Refused(refused)) => Err(refused),
            Err(Stop::Unreachable(because)) => match offline(self.repository, self.path, state, self.now, Some(because.clone())).await {
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

    /// Section 5.2: the root of the program, then its successors that are stored, as far as they follow from it. What
    /// does not follow is of no use: it is asked for again.
    fn stored_root(&self, state: &State) -> Result<(TrustedRoot, Vec<Vec<u8>>), RefreshError> {
        let mut root = proven("root", TrustedRoot::load(&self.repository.root))?;
        let mut kept = Vec::new();
        for bytes in &state.roots {
            match root.next(bytes) {
                // An update of the program has brought this one, or a later one.
                Err(InvalidMetadata::Version { expected, found, .. }) if found < expected => {}
                next => match proven("root", next) {
                    Ok(next) => {
                        root = next;
                        kept.push(bytes.clone());
                    }
                    Err(_) => break,
                },
            }
        }
        Ok((root, kept))
    }

    /// Section 5.3: version for version, until there is no next one.
    async fn newest_root(&self, state: &mut State) -> Result<TrustedRoot, Stop> {
        let (mut root, kept) = self.stored_root(state)?;
        state.roots = kept;
        loop {
            let url = self.repository.metadata(Some(root.version() + 1), "root");
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
            root = proven("root", root.next(&bytes))?;
            state.roots.push(bytes);
        }
    }

    /// Sections 5.4 to 5.7. What is stored is taken where it is what the file before it names.
    async fn files(&self, root: &TrustedRoot, floors: &mut Floors, last: Option<&Last>) -> Result<(Last, Refreshed), Stop> {
        let version = |version| Some(version).filter(|_| root.consistent_snapshot());
        let kept = last.filter(|_| self.network.is_none()).map(|last| last.timestamp.as_slice());
        let url = self.repository.metadata(None, "timestamp");
        let seen = floors.clone();
        let accept = |bytes: &[u8]| proven("timestamp", root.timestamp(bytes, &seen, self.now));
        let (timestamp_bytes, timestamp) = self.file(kept, "timestamp", &url, budget::TUF_TIMESTAMP_BYTES, accept).await?;
        floors.clone_from(timestamp.floors());

        let kept = last.map(|last| last.snapshot.as_slice());
        let url = self.repository.metadata(version(timestamp.file().version()), "snapshot");
        let limit = timestamp.file().limit(budget::TUF_SNAPSHOT_BYTES);
        let (snapshot_bytes, snapshot) =
            self.file(kept, "snapshot", &url, limit, |bytes| proven("snapshot", timestamp.snapshot(bytes))).await?;
        floors.clone_from(snapshot.floors());

        let kept = last.map(|last| last.targets.as_slice());
        let file = snapshot.file("targets").map_err(|invalid| RefreshError::untrusted("snapshot", invalid))?;
        let url = self.repository.metadata(version(file.version()), "targets");
        let limit = file.limit(budget::TUF_TARGETS_BYTES);
        let (targets_bytes, targets) = self.file(kept, "targets", &url, limit, |bytes| proven("targets", snapshot.targets(bytes))).await?;
        floors.clone_from(targets.floors());

        let mut delegated = Vec::new();
        let mut expires = targets.expires();
        let mut asked = "targets".to_owned();
        let mut search = targets.search(self.path);
        let target = loop {
            match search.map_err(|invalid| RefreshError::untrusted(&asked, invalid))? {
                Search::Found(target) => break target,
                Search::Nowhere => return Err(Stop::Refused(RefreshError::NoTarget { path: self.path.clone() })),
                Search::Delegated(role) => {
                    role.name().clone_into(&mut asked);
                    let kept = last.and_then(|last| last.delegated(&asked));
                    let url = self.repository.metadata(version(role.file().version()), &asked);
                    let limit = role.file().limit(budget::TUF_TARGETS_BYTES);
                    let (bytes, trusted) = self.file(kept, &asked, &url, limit, |bytes| proven(&asked, role.load(bytes))).await?;
                    floors.clone_from(trusted.floors());
                    expires = trusted.expires();
                    delegated.push((asked.clone(), bytes));
                    search = trusted.search();
                }
            }
        };

        let kept = last.map(|last| last.target.as_slice());
        let url = self.repository.target(&target, root.consistent_snapshot());
        // It rests on no signature of its own: its hashes are what the targets' signatures are over.
        let path = self.path.as_str();
        let accept = |bytes: &[u8]| target.verify(bytes.to_vec()).map_err(|invalid| RefreshError::untrusted(path, invalid));
        let (kept, content) = self.file(kept, path, &url, target.length(), accept).await?;
        let files = Last {
            confirmed: self.now,
            timestamp: timestamp_bytes,
            snapshot: snapshot_bytes,
            targets: targets_bytes,
            delegated,
            target: kept,
        };
        let (root, confirmed, source) = (root.version(), self.now, Source::Repository);
        Ok((files, Refreshed { content, root, confirmed, expires, source, saved: Ok(()) }))
    }

    /// What is kept if it is accepted, else what the repository has.
    async fn file<U>(
        &self,
        kept: Option<&[u8]>,
        role: &str,
        url: &str,
        limit: usize,
        accept: impl Fn(&[u8]) -> Result<U, RefreshError>,
    ) -> Result<(Vec<u8>, U), Stop> {
        if let Some(kept) = kept {
            match accept(kept) {
                Ok(next) => return Ok((kept.to_vec(), next)),
                Err(refused) if self.network.is_none() => return Err(Stop::Refused(refused)),
                // Not what the file before it names: there is a newer one.
                Err(_) => {}
            }
        }
        let missing = || Stop::Unreachable(Unreachable { url: url.to_owned(), why: Why::Missing });
        let bytes = self.fetch(url, role, limit).await?.ok_or_else(missing)?;
        let next = accept(&bytes)?;
        Ok((bytes, next))
    }

    /// `None` if the repository has no such file. Some that are kept in buckets say 403 for that, as python-tuf's updater knows.
    async fn fetch(&self, url: &str, role: &str, limit: usize) -> Result<Option<Vec<u8>>, Stop> {
        let unreachable = |why| Stop::Unreachable(Unreachable { url: url.to_owned(), why });
        let Some(transport) = self.network else { return Err(unreachable(Why::Offline)) };
        let request = Request {
            method: Method::Get,
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            max_length: limit as u64,
            timeout: budget::REQUEST_TIME,
        };
        let too_large = || Stop::Refused(RefreshError::untrusted(role, InvalidMetadata::TooLarge { role: role.to_owned(), limit }));
        let (status, body) = match transport.send(request).await {
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
}

/// Verifies the signatures here and now.
fn proven<U>(role: &str, step: Result<Unproven<U>, InvalidMetadata>) -> Result<U, RefreshError> {
    let unproven = step.map_err(|invalid| RefreshError::untrusted(role, invalid))?;
    unproven.prove().map_err(|unmet| RefreshError::Untrusted { role: role.to_owned(), why: Untrusted::Signatures(unmet) })
}
