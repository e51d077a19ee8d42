//! Looks into a collection of Docker Content Trust: asks its trust server for the timestamp, and for whatever of root, snapshot, targets
//! and delegations is not the one that is kept already (`client/tufclient.go` of Notary, and `docs/adr/0012-content-trust.md`).
//!
//! A look that finds nothing new costs one request. What was verified is kept even if a later step fails, so that nobody can go back
//! behind it; nothing is kept before it was verified. The store is not trusted with keys: kept roots are verified anew from the anchor.
//!
//! Nothing that is kept stands in for a server that gives no answer, since what it said last may have been taken back: Notary goes on
//! with it for two weeks, with a warning.

mod error;

use core::cell::Cell;
use std::collections::BTreeMap;

use crate::budget;
use crate::content_trust::Anchor;
use crate::content_trust::Asked;
use crate::content_trust::Contents;
use crate::content_trust::Floors;
use crate::content_trust::Gun;
use crate::content_trust::InvalidState;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::Lookup;
use crate::content_trust::SignedTag;
use crate::content_trust::State;
use crate::content_trust::Survey;
use crate::content_trust::TrustFile;
use crate::content_trust::TrustServer;
use crate::content_trust::TrustedRoot;
use crate::content_trust::TrustedTargets;
use crate::content_trust::Unusable;
use crate::content_trust::Wanted;
use crate::content_trust::When;
use crate::content_trust::WhenUnusable;
use crate::content_trust::Which;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::error::Error;
use crate::prover::Prover;
use crate::registry::client::Access;
use crate::registry::client::Client;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report::Via;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Swapped;
use crate::time::UnixTime;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::tuf::InvalidMetadata;

/// Digits of an anchor's hash in the name of what is kept: a store's keys have a hundred characters at most.
const SLOT: usize = 20;

pub use error::CollectionError;
pub use error::Untrusted;

/// One collection, and how it is asked.
#[derive(Debug)]
pub struct Collection<'a, S, T, P> {
    /// Who has it.
    pub server: &'a TrustServer,
    /// Which.
    pub gun: &'a Gun,
    /// Whose root is believed.
    pub anchor: &'a Anchor,
    /// For which moment. Nothing is kept of a look at an archive.
    pub when: When,
    /// What was seen before. Without one nothing protects from rollback, and nobody is believed for having come first.
    pub store: Option<&'a S>,
    /// Sends requests.
    pub transport: &'a T,
    /// With what.
    pub access: &'a Access,
    /// Verifies signatures.
    pub prover: &'a P,
}

/// What was found, and how.
#[derive(Clone, Debug)]
pub struct Looked<V> {
    /// What was looked for.
    pub found: V,
    /// The version of the root under which it was.
    pub root: u64,
    /// When the collection was first seen; `None` where nothing is kept.
    pub first_seen: Option<UnixTime>,
    /// How the answers came.
    pub via: Via,
    /// Whether what was seen now could be kept.
    pub saved: Result<(), StoreError>,
}

/// What a look is for.
#[derive(Clone, Copy)]
enum Goal<'a> {
    Tag(&'a Wanted, &'a Asked),
    All(Option<(&'a Wanted, &'a Asked)>),
}

enum Found {
    Tag(Box<SignedTag>),
    All(Box<Surveyed>),
}

/// All that a collection says.
#[derive(Clone, Debug)]
pub struct Surveyed {
    /// Its roles and tags.
    pub contents: Contents,
    /// The tag that was asked for, or why there is none.
    pub tag: Option<Result<SignedTag, CollectionError>>,
}

impl<S: Store, T: Transport, P: Prover> Collection<'_, S, T, P> {
    /// What a tag stands for, or whether a digest is signed.
    pub async fn look_up(&self, wanted: &Wanted, asked: &Asked) -> Result<Looked<SignedTag>, CollectionError> {
        let looked = self.look(Goal::Tag(wanted, asked)).await?;
        Ok(looked.map(|found| match found {
            Found::Tag(tag) => *tag,
            Found::All(_) => unreachable!("a tag was looked for"),
        }))
    }

    /// All that the collection says, and what a tag stands for if one is asked for. Delegated roles that cannot be used are in the list.
    pub async fn survey(&self, tag: Option<(&Wanted, &Asked)>) -> Result<Looked<Surveyed>, CollectionError> {
        let looked = self.look(Goal::All(tag)).await?;
        Ok(looked.map(|found| match found {
            Found::All(surveyed) => *surveyed,
            Found::Tag(_) => unreachable!("all was looked for"),
        }))
    }

    /// The names under which a store may have what was seen of it. Another server may be an old copy, and another anchor somebody else's: each
    /// has a history of its own, so that nobody writes over whom somebody else believes. Of several pins it is that of the one which
    /// vouched by itself.
    pub fn keys(&self) -> Vec<String> {
        let name = format!("{}\n{}", self.server.address(), self.gun);
        let collection = Digest::of(Algorithm::Sha256, name.as_bytes()).encoded();
        let key = |anchor: &Anchor| {
            let anchor = Digest::of(Algorithm::Sha256, anchor.name().as_bytes()).encoded();
            format!("content-trust-{collection}-{}", &anchor[..SLOT])
        };
        self.anchor.parts().iter().map(key).collect()
    }

    async fn look(&self, goal: Goal<'_>) -> Result<Looked<Found>, CollectionError> {
        let is_first_use = matches!(self.anchor, Anchor::FirstUse);
        let mut store = self.store.filter(|_| matches!(self.when, When::Now(_)));
        if store.is_none() && is_first_use && matches!(self.when, When::Now(_)) {
            return Err(CollectionError::NoStore);
        }
        let keys = self.keys();
        let mut unavailable = None;
        // What an attempt saw that could not be kept.
        let mut seen = Floors::default();
        for _ in 0..budget::TUF_ATTEMPTS {
            let (place, before) = match self.kept(store, &keys).await {
                Ok(kept) => kept.map_or((None, None), |(place, before)| (Some(place), Some(before))),
                // Whoever is pinned is believed without a history, too: as on a machine that has never asked.
                Err(CollectionError::Store(error)) if !is_first_use => {
                    (store, unavailable) = (None, Some(error));
                    (None, None)
                }
                Err(error) => return Err(error),
            };
            let mut state = before.as_deref().map(|bytes| State::parse(bytes, self.gun)).transpose()?;
            if let Some(state) = &mut state {
                state.floors.raise_to(&seen);
            }
            let since = state.as_ref().map(|state: &State| state.first_seen);
            // A check reads what it needs; whoever wants to see all of it reads every role.
            let more = if matches!(goal, Goal::All(_)) { budget::CONTENT_TRUST_ROLES } else { 0 };
            let client = Client::of_collection(self.transport, self.access, self.server, self.gun, budget::CHECK_REQUESTS + more);
            let now = self.when.time();
            let latest = state.as_ref().and_then(|state| state.floors.latest());
            let look = Look { collection: self, client, via: Cell::new(Via::Direct), now: latest.map_or(now, |latest| latest.max(now)) };
            let outcome = look.run(&mut state, goal).await;
            let after = state.as_ref().map(State::to_bytes);
            let saved = match (&after, &before) {
                // Where nothing is kept nobody has to know under which name.
                (Some(after), before) if store.is_some() && Some(after) != before.as_ref() => {
                    let place = match (place, &state) {
                        (None, Some(state)) => look.vouching(state).await?,
                        (place, _) => place.unwrap_or_default(),
                    };
                    match store.swap(&keys[place], before.as_deref(), after).await {
                        // Somebody else has seen something meanwhile that this look did not reckon with: begin with that.
                        Ok(Swapped::Conflict) => {
                            seen = state.map(|state| state.floors).unwrap_or_default();
                            continue;
                        }
                        Ok(Swapped::Stored) => Ok(()),
                        // First use is worth as much as the memory of it.
                        Err(error) if is_first_use && before.is_none() => return Err(error.into()),
                        Err(error) => Err(error),
                    }
                }
                _ => Ok(()),
            };
            let (found, root) = outcome.map_err(|error| error.after(since))?;
            let first_seen = state.map(|state| state.first_seen).filter(|_| store.is_some());
            let saved = unavailable.take().map_or(saved, Err);
            return Ok(Looked { found, root, first_seen, via: look.via.get(), saved });
        }
        Err(CollectionError::Contended)
    }

    /// What is kept, and under which of the names: of several, that which was used last.
    async fn kept(&self, store: Option<&S>, keys: &[String]) -> Result<Option<(usize, Vec<u8>)>, CollectionError> {
        let mut newest: Option<(usize, Vec<u8>, Option<UnixTime>)> = None;
        for (place, key) in keys.iter().enumerate() {
            let Some(bytes) = store.load(key).await? else { continue };
            let latest = State::parse(&bytes, self.gun)?.floors.latest();
            if newest.as_ref().is_none_or(|(_, _, other)| latest > *other) {
                newest = Some((place, bytes, latest));
            }
        }
        Ok(newest.map(|(place, bytes, _)| (place, bytes)))
    }
}

impl<V> Looked<V> {
    fn map<U>(self, change: impl FnOnce(V) -> U) -> Looked<U> {
        let Self { found, root, first_seen, via, saved } = self;
        Looked { found: change(found), root, first_seen, via, saved }
    }
}

/// One look.
struct Look<'a, S, T, P> {
    collection: &'a Collection<'a, S, T, P>,
    client: Client<'a, T>,
    via: Cell<Via>,
    /// The present, no earlier than it was before; or that of an archive.
    now: UnixTime,
}

impl<S, T: Transport, P: Prover> Look<'_, S, T, P> {
    /// Leaves in `state` whatever was verified, however far it came; and says under which root.
    async fn run(&self, state: &mut Option<State>, goal: Goal<'_>) -> Result<(Found, u64), CollectionError> {
        let (mut root, roots) = match state {
            Some(kept) => self.kept_root(kept).await?,
            None => self.first_root().await?,
        };
        let state = state.get_or_insert_with(|| State {
            gun: self.collection.gun.clone(),
            roots: Vec::new(),
            floors: Floors::default(),
            first_seen: self.collection.when.time(),
            files: BTreeMap::new(),
        });
        state.roots = roots;
        let targets = match self.targets(&root, state).await {
            // Other keys may be in charge by now: that is asked once, as Notary does.
            Err(refused @ CollectionError::Untrusted { .. }) => match self.newer_root(&root, &mut state.roots).await? {
                Some(newer) => {
                    root = newer;
                    self.targets(&root, state).await?
                }
                None => return Err(refused),
            },
            other => other?,
        };
        let found = match goal {
            Goal::Tag(wanted, asked) => Found::Tag(self.look_up(&targets, wanted, asked, state).await?),
            Goal::All(tag) => {
                let contents = *self.survey(&targets, state).await?;
                let tag = match tag {
                    // All that it needs was just read.
                    Some((wanted, asked)) => Some(self.look_up(&targets, wanted, asked, state).await.map(|tag| *tag)),
                    None => None,
                };
                Found::All(Box::new(Surveyed { contents, tag }))
            }
        };
        Ok((found, root.version()))
    }

    /// The root that the anchor vouches for, and its successors, among those that are kept. Where it vouches for none of them something is
    /// wrong with what is kept, and beginning anew would be to believe whoever answers now.
    async fn kept_root(&self, state: &State) -> Result<(TrustedRoot, Vec<Vec<u8>>), CollectionError> {
        let mut found: Option<(TrustedRoot, Vec<Vec<u8>>)> = None;
        for bytes in &state.roots {
            let next = match &found {
                None => self.load(self.collection.anchor, bytes),
                Some((root, _)) => root.next(bytes),
            };
            match (self.proven("root", next).await, &mut found) {
                (Ok(next), None) => found = Some((next, vec![bytes.clone()])),
                (Ok(next), Some((root, kept))) => {
                    *root = next;
                    kept.push(bytes.clone());
                }
                // Nobody could say: that is no reason to forget it.
                (Err(error @ CollectionError::Prover(_)), _) => return Err(error),
                // A certificate of an authority's may have ended, and the next one begun.
                (Err(_), None) => {}
                (Err(_), Some(_)) => break,
            }
        }
        let invalid = || InvalidState::Value { path: "$.roots".into(), expected: "a root that the anchor vouches for" };
        found.ok_or_else(|| invalid().into())
    }

    /// The newest root, if the anchor vouches for it.
    async fn first_root(&self) -> Result<(TrustedRoot, Vec<Vec<u8>>), CollectionError> {
        let newest = self.newest("root").await?;
        Ok((self.proven("root", self.load(self.collection.anchor, &newest)).await?, vec![newest]))
    }

    /// Which part of the anchor vouches for the first root that is kept, by itself.
    async fn vouching(&self, state: &State) -> Result<usize, CollectionError> {
        let parts = self.collection.anchor.parts();
        let last = parts.len() - 1;
        for (place, part) in parts.iter().enumerate().take(last) {
            match self.proven("root", self.load(part, &state.roots[0])).await {
                Ok(_) => return Ok(place),
                Err(error @ CollectionError::Prover(_)) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(last)
    }

    fn load(&self, anchor: &Anchor, bytes: &[u8]) -> Result<Unproven<TrustedRoot>, InvalidTrustData> {
        TrustedRoot::load(bytes, self.collection.gun, anchor, self.now)
    }

    /// Version for version to the newest root; `None` if this is the newest.
    async fn newer_root(&self, root: &TrustedRoot, roots: &mut Vec<Vec<u8>>) -> Result<Option<TrustedRoot>, CollectionError> {
        let Some(newest) = self.fetch("root", Which::Newest).await? else { return Ok(None) };
        if newest == root.bytes() {
            return Ok(None);
        }
        let mut root = root.clone();
        let newest_version = match root.next(&newest) {
            Err(InvalidTrustData::Metadata(InvalidMetadata::Version { found, expected, .. })) if found < expected => return Ok(None),
            Err(InvalidTrustData::Metadata(InvalidMetadata::Version { found, .. })) => found,
            _ => root.version() + 1,
        };
        let too_many = newest_version - root.version() > budget::TUF_ROOTS as u64 || roots.len() >= budget::TUF_ROOTS;
        if too_many {
            let invalid = InvalidMetadata::TooMany { what: "roots since the last one that was seen", limit: budget::TUF_ROOTS };
            return Err(CollectionError::untrusted("root", invalid.into()));
        }
        for version in root.version() + 1..newest_version {
            let Some(bytes) = self.fetch("root", Which::Version(version)).await? else {
                let invalid = InvalidMetadata::Version { role: "root".into(), expected: version, found: newest_version };
                return Err(CollectionError::untrusted("root", invalid.into()));
            };
            root = self.proven("root", root.next(&bytes)).await?;
            roots.push(bytes);
        }
        root = self.proven("root", root.next(&newest)).await?;
        roots.push(newest);
        Ok(Some(root))
    }

    /// Timestamp, snapshot and top-level targets, under a root.
    async fn targets(&self, root: &TrustedRoot, state: &mut State) -> Result<TrustedTargets, CollectionError> {
        let bytes = self.newest("timestamp").await?;
        let timestamp = self.proven("timestamp", root.timestamp(&bytes, &state.floors, self.collection.when)).await?;
        state.floors.clone_from(timestamp.floors());
        let digest = timestamp.file().digest();
        let snapshot = self.named("snapshot", digest, state, |bytes| timestamp.snapshot(bytes)).await?;
        state.floors.clone_from(snapshot.floors());
        state.files.retain(|role, _| role == "snapshot" || snapshot.lists(role));
        let targets = self.named("targets", snapshot.file().digest(), state, |bytes| snapshot.targets(bytes)).await?;
        state.floors.clone_from(targets.floors());
        Ok(targets)
    }

    async fn look_up(
        &self,
        targets: &TrustedTargets,
        wanted: &Wanted,
        asked: &Asked,
        state: &mut State,
    ) -> Result<Box<SignedTag>, CollectionError> {
        let mut lookup = targets.look_up(wanted, asked).map_err(|refusal| CollectionError::untrusted("targets", refusal))?;
        loop {
            let role = match lookup {
                Lookup::Found(tag) => return Ok(tag),
                Lookup::Delegated(role) => role,
            };
            let name = role.name().to_owned();
            lookup = match self.named(&name, role.file().digest(), state, |bytes| role.load(bytes)).await {
                Ok(trusted) => {
                    state.floors.clone_from(trusted.floors());
                    trusted.look_up()
                }
                Err(refused) => match refused.unusable() {
                    Some(why) if asked.when_unusable == WhenUnusable::FallBack => role.fall_back(why),
                    _ => return Err(refused),
                },
            }
            .map_err(|refusal| CollectionError::untrusted(&name, refusal))?;
        }
    }

    async fn survey(&self, targets: &TrustedTargets, state: &mut State) -> Result<Box<Contents>, CollectionError> {
        let mut survey = targets.survey().map_err(|refusal| CollectionError::untrusted("targets", refusal))?;
        loop {
            let role = match survey {
                Survey::Done(contents) => return Ok(contents),
                Survey::Unread(role) => role,
            };
            let name = role.name().to_owned();
            survey = match self.named(&name, role.file().digest(), state, |bytes| role.load(bytes)).await {
                Ok(read) => {
                    state.floors.clone_from(read.floors());
                    read.go_on()
                }
                Err(refused) => match refused.unusable() {
                    Some(why) => role.pass_over(why),
                    None => return Err(refused),
                },
            }
            .map_err(|refusal| CollectionError::untrusted(&name, refusal))?;
        }
    }

    /// The file that another one names: the one that is kept, or the server's.
    async fn named<U>(
        &self,
        role: &str,
        digest: Digest,
        state: &mut State,
        read: impl Fn(&[u8]) -> Result<Unproven<U>, InvalidTrustData>,
    ) -> Result<U, CollectionError> {
        if let Some(kept) = state.files.get(role).filter(|kept| Digest::of(Algorithm::Sha256, kept) == digest) {
            return self.proven(role, read(kept)).await;
        }
        let bytes = self.fetch(role, Which::Hash(digest)).await?.ok_or_else(|| CollectionError::Missing { role: role.to_owned() })?;
        let next = self.proven(role, read(&bytes)).await?;
        state.files.insert(role.to_owned(), bytes);
        Ok(next)
    }

    /// A file without which there is no collection.
    async fn newest(&self, role: &str) -> Result<Vec<u8>, CollectionError> {
        let missing =
            || CollectionError::NoData { server: self.collection.server.address(), gun: self.collection.gun.clone(), since: None };
        self.fetch(role, Which::Newest).await?.ok_or_else(missing)
    }

    /// `None` if the server says that it has no such file.
    async fn fetch(&self, role: &str, which: Which) -> Result<Option<Vec<u8>>, CollectionError> {
        let file = TrustFile { role: role.to_owned(), which };
        let limit = file.max_length();
        let too_large = || {
            let limit = usize::try_from(limit).expect("it was a usize");
            CollectionError::untrusted(role, InvalidMetadata::TooLarge { role: role.to_owned(), limit }.into())
        };
        match self.client.fetch(&Endpoint::TrustData(file), Accept::Anything, limit).await {
            Ok(answer) if answer.body.len() as u64 > limit => Err(too_large()),
            Ok(answer) => {
                self.via.set(answer.via);
                Ok(Some(answer.body))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(Error::Transport { error: TransportError::TooLarge { status: 200, .. }, .. }) => Err(too_large()),
            Err(error) => Err(CollectionError::Unavailable(error)),
        }
    }

    /// Has all signatures of a file verified at once.
    async fn proven<U>(&self, role: &str, step: Result<Unproven<U>, InvalidTrustData>) -> Result<U, CollectionError> {
        let unproven = step.map_err(|refusal| CollectionError::untrusted(role, refusal))?;
        let checks: Vec<_> = unproven.checks().collect();
        let answers = self.collection.prover.verify(&checks).await;
        drop(checks);
        unproven
            .prove_by(&answers?)
            .map_err(|unmet| CollectionError::Untrusted { role: role.to_owned(), why: Box::new(Untrusted::Signatures(unmet)) })
    }
}

impl CollectionError {
    /// Whether a delegated role could be passed over for this.
    fn unusable(&self) -> Option<Unusable> {
        match self {
            Self::Untrusted { why, .. } => match &**why {
                Untrusted::Data(refusal) => Unusable::of(refusal),
                Untrusted::Signatures(unmet) => Some(Unusable::from(*unmet)),
            },
            _ => None,
        }
    }
}
