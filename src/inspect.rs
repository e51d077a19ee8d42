//! All of a collection of Docker Content Trust, for people: what `docker trust inspect` showed, and what it did not.

use crate::collection::Collection;
use crate::collection::CollectionError;
use crate::collection::Looked;
use crate::collection::Surveyed;
use crate::content_trust::Anchor;
use crate::content_trust::DelegatedRole;
use crate::content_trust::Gun;
use crate::content_trust::ListedTag;
use crate::content_trust::RoleState;
use crate::content_trust::SignedTag;
use crate::content_trust::TrustServer;
use crate::content_trust::Unusable;
use crate::content_trust::Wanted;
use crate::content_trust::When;
use crate::error::Error;
use crate::policy::ContentTrust;
use crate::prover::Prover;
use crate::published;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::report::ContentTrustOutcome;
use crate::report::DelegatedRoleSummary;
use crate::report::ListedTagSummary;
use crate::report::PassedOverSummary;
use crate::report::Remark;
use crate::report::SignedTagSummary;
use crate::report::TrustInspection;
use crate::store::Store;
use crate::store::StoreError;
use crate::time::UnixTime;
use crate::transport::Transport;

/// A collection is said to be whole only if every role in it can be used.
const UNUSABLE: &str = "delegation-unusable";

/// Whom to ask about a collection, and with what.
#[derive(Debug)]
pub struct Inspector<'a, S, T, P> {
    /// Where trust begins, and the server if it is not that of the registry.
    pub wanted: &'a ContentTrust,
    /// The server where `wanted` names none: `DOCKER_CONTENT_TRUST_SERVER`.
    pub usual: Option<&'a TrustServer>,
    /// What was seen before.
    pub store: Option<&'a S>,
    /// Sends requests.
    pub transport: &'a T,
    /// With what.
    pub access: &'a Access,
    /// Verifies signatures.
    pub prover: &'a P,
}

impl<S: Store, T: Transport, P: Prover> Inspector<'_, S, T, P> {
    /// Reads all of the collection that `image` is in. If a tag or a digest was typed, the outcome is that of looking for it. Fails only if
    /// the caller gave up, or no server can be named.
    pub async fn inspect(&self, image: &Reference, now: UnixTime) -> Result<TrustInspection, Error> {
        let gun = Gun::of(image);
        let server = published::server_of(image, self.wanted, self.usual)?;
        let access = published::access_to(self.access, image, &server);
        let collection = Collection {
            server: &server,
            gun: &gun,
            anchor: &self.wanted.anchor,
            when: self.wanted.when(now),
            store: self.store,
            transport: self.transport,
            access: &access,
            prover: self.prover,
        };
        let wanted = Wanted::of(image);
        let asks = image.tag().is_some() || image.digest().is_some();
        let looked = collection.survey(asks.then_some((&wanted, &self.wanted.asked))).await;
        let mut inspection = begin(&server, &gun, &self.wanted.anchor, self.wanted.verify_at, now);
        match looked {
            Err(CollectionError::Unavailable(error)) if error.is_aborted() => return Err(error),
            Err(error) => refuse(&mut inspection, &error),
            Ok(looked) => tell(&mut inspection, looked),
        }
        Ok(inspection)
    }
}

fn begin(server: &TrustServer, gun: &Gun, anchor: &Anchor, verified_at: Option<UnixTime>, now: UnixTime) -> TrustInspection {
    TrustInspection {
        schema_version: 1,
        checked_at: now,
        server: server.address(),
        gun: gun.to_string(),
        via: None,
        anchor: published::anchor(anchor),
        outcome: ContentTrustOutcome::Unknown,
        code: None,
        message: None,
        verified_at,
        tag: None,
        root_keys: Vec::new(),
        chain: Vec::new(),
        expires: None,
        roles: Vec::new(),
        tags: Vec::new(),
        first_seen: None,
        kept: None,
    }
}

fn refuse(inspection: &mut TrustInspection, error: &CollectionError) {
    inspection.outcome = if error.is_refusal() { ContentTrustOutcome::Failed } else { ContentTrustOutcome::Unknown };
    inspection.code = Some(error.code());
    inspection.message = Some(error.to_string());
}

fn tell(inspection: &mut TrustInspection, looked: Looked<Surveyed>) {
    let Looked { found: Surveyed { contents, tag }, first_seen, via, saved, .. } = looked;
    inspection.via = Some(via);
    inspection.first_seen = first_seen;
    inspection.kept = saved.err().map(|error| Remark { code: StoreError::CODE, message: error.to_string() });
    inspection.root_keys = contents.root_keys().iter().map(published::root_key).collect();
    inspection.chain = contents.chain().iter().map(published::link).collect();
    inspection.expires = contents.expires().iter().map(|(_, at)| *at).min();
    inspection.roles = contents.roles().iter().map(role).collect();
    inspection.tags = contents.tags().into_iter().map(listed).collect();
    inspection.outcome = match contents.when() {
        When::Now(_) => ContentTrustOutcome::Verified,
        When::Archived(_) => ContentTrustOutcome::Archived,
    };
    match tag {
        Some(Ok(tag)) => inspection.tag = Some(signed(&tag)),
        Some(Err(error)) => refuse(inspection, &error),
        None => {
            let unusable = |role: &&DelegatedRole| matches!(role.state, RoleState::Unusable(_));
            let names: Vec<_> = contents.roles().iter().filter(unusable).map(|role| role.name.as_str()).collect();
            if !names.is_empty() {
                inspection.outcome = ContentTrustOutcome::Failed;
                inspection.code = Some(UNUSABLE);
                inspection.message = Some(format!("expected roles that can be used, found that {} cannot", names.join(", ")));
            }
        }
    }
}

fn signed(tag: &SignedTag) -> SignedTagSummary {
    let passed_over = |(role, why): (&String, &Unusable)| PassedOverSummary { role: role.clone(), why: published::unusable(*why) };
    SignedTagSummary {
        tag: tag.tag().to_owned(),
        digest: tag.digest(),
        length: tag.length(),
        role: tag.role().to_owned(),
        passed_over: tag.passed_over().iter().map(passed_over).collect(),
    }
}

fn role(role: &DelegatedRole) -> DelegatedRoleSummary {
    let (state, version, expires) = match role.state {
        RoleState::Read { version, expires } => ("read", Some(version), Some(expires)),
        RoleState::Empty => ("empty", None, None),
        RoleState::Unusable(why) => (published::unusable(why), None, None),
    };
    DelegatedRoleSummary {
        name: role.name.clone(),
        paths: role.paths.clone(),
        keys: role.keys.iter().map(ToString::to_string).collect(),
        threshold: role.threshold,
        state,
        version,
        expires,
    }
}

fn listed(tag: ListedTag) -> ListedTagSummary {
    let ListedTag { tag, digest, length, role, believed, signers } = tag;
    ListedTagSummary { tag, digest, length, role, believed, signers }
}
