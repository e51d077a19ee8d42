//! What publishers' collections of Docker Content Trust say of an image: each that the policy's rule names is looked into, and its tag held
//! against the bytes of the root that the reference stands for.

use crate::budget;
use crate::collection::Collection;
use crate::collection::CollectionError;
use crate::collection::Looked;
use crate::content_trust::Anchor;
use crate::content_trust::Gun;
use crate::content_trust::KeyId;
use crate::content_trust::Link;
use crate::content_trust::RootKey;
use crate::content_trust::SignedTag;
use crate::content_trust::TrustServer;
use crate::content_trust::Unusable;
use crate::content_trust::Wanted;
use crate::content_trust::When;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::error::Error;
use crate::policy::ContentTrust;
use crate::policy::Published;
use crate::policy::Unpublished;
use crate::policy::Vouched;
use crate::prover::Prover;
use crate::publishers::Here;
use crate::publishers::Publishers;
use crate::publishers::Servers;
use crate::publishers::Word;
use crate::reference::Reference;
use crate::registry::client::Access;
use crate::registry::host;
use crate::report::AnchorSummary;
use crate::report::ContentTrustOutcome;
use crate::report::ContentTrustSummary;
use crate::report::LinkSummary;
use crate::report::PassedOverSummary;
use crate::report::Remark;
use crate::report::RootKeySummary;
use crate::store::Store;
use crate::store::StoreError;
use crate::transport::Transport;
use crate::transport::TransportError;
use crate::url::Url;
use crate::x509::Certificate;

impl Publishers for Here {
    async fn ask<S: Store, T: Transport, P: Prover>(
        &self,
        servers: &Servers<'_, S, T, P>,
        image: &Reference,
        root: &Content,
        wanted: &[&ContentTrust],
    ) -> Result<Word, Error> {
        let gun = Gun::of(image);
        // Docker verifies nothing where a digest is given; here the signed tag has to have it, as it has to have that of a tag.
        let sha256 = Digest::of(Algorithm::Sha256, root.bytes());
        let looked_for = Wanted::exactly(image.tag().map(ToOwned::to_owned), sha256);
        let mut word = Word::default();
        for (place, wanted) in wanted.iter().enumerate() {
            let server = server_of(image, wanted, servers.usual)?;
            let mut summary = begin(&server, &gun, wanted);
            let found = if place < budget::COLLECTIONS {
                let access = access_to(servers.access, image, &server);
                let collection = Collection {
                    server: &server,
                    gun: &gun,
                    anchor: &wanted.anchor,
                    when: wanted.when(servers.now),
                    store: servers.store,
                    transport: servers.transport,
                    access: &access,
                    prover: servers.prover,
                };
                collection.look_up(&looked_for, &wanted.asked).await
            } else {
                let message = format!("expected at most {} collections for one check, found more", budget::COLLECTIONS);
                refuse(&mut summary, ContentTrustOutcome::Unknown, "budget-exhausted", message.clone());
                word.published.push(Published {
                    wanted: (*wanted).clone(),
                    found: Err(Unpublished::Unknown(Remark { code: "budget-exhausted", message })),
                });
                word.summaries.push(summary);
                continue;
            };
            let found = match found {
                Err(CollectionError::Unavailable(error)) if error.is_aborted() => return Err(error),
                Err(error) => Err(error),
                // Its length, too, and every hash of it.
                Ok(looked) => match looked.found.verify(root.bytes().to_vec()) {
                    Ok(_) => Ok(looked),
                    Err(refusal) => Err(CollectionError::of_manifest(looked.found.role(), refusal)),
                },
            };
            let found = match found {
                Ok(looked) => {
                    tell(&mut summary, &looked);
                    Ok(Vouched::by(&looked.found, looked.first_seen))
                }
                Err(error) => {
                    let (code, message) = (error.code(), error.to_string());
                    let (outcome, why) = if error.is_refusal() {
                        (ContentTrustOutcome::Failed, Unpublished::Refused(message.clone()))
                    } else {
                        (ContentTrustOutcome::Unknown, Unpublished::Unknown(Remark { code, message: message.clone() }))
                    };
                    refuse(&mut summary, outcome, code, message);
                    Err(why)
                }
            };
            word.published.push(Published { wanted: (*wanted).clone(), found });
            word.summaries.push(summary);
        }
        Ok(word)
    }
}

/// The server that the policy names, or the usual one, or the registry's.
pub(crate) fn server_of(image: &Reference, wanted: &ContentTrust, usual: Option<&TrustServer>) -> Result<TrustServer, Error> {
    let own = || TrustServer::of_registry(image.registry());
    wanted.server.clone().or_else(|| usual.cloned()).or_else(own).ok_or_else(|| Error::Transport {
        host: image.registry().into(),
        error: TransportError::Unreachable { detail: "the registry's name is no address".into() },
    })
}

/// The registry's credentials go to its own trust server only: who named the server is whoever wrote the policy, so that a name of the same
/// company is not enough, which may be another customer's.
pub(crate) fn access_to(access: &Access, image: &Reference, server: &TrustServer) -> Access {
    let host = |address: &str| Url::parse(address).map(|url| url.host().to_owned());
    let is_same = host(&host::api_base(image.registry())).as_deref() == Some(server.base().host());
    let is_own = is_same || (image.registry() == "docker.io" && server.host() == "notary.docker.io");
    Access { credentials: access.credentials.clone().filter(|_| is_own), ..access.clone() }
}

fn begin(server: &TrustServer, gun: &Gun, wanted: &ContentTrust) -> ContentTrustSummary {
    ContentTrustSummary {
        server: server.address(),
        gun: gun.to_string(),
        via: None,
        anchor: anchor(&wanted.anchor),
        outcome: ContentTrustOutcome::Unknown,
        code: None,
        message: None,
        tag: None,
        digest: None,
        length: None,
        role: None,
        verified_at: wanted.verify_at,
        root_keys: Vec::new(),
        chain: Vec::new(),
        expires: None,
        passed_over: Vec::new(),
        first_seen: None,
        kept: None,
    }
}

fn refuse(summary: &mut ContentTrustSummary, outcome: ContentTrustOutcome, code: &'static str, message: String) {
    summary.outcome = outcome;
    summary.code = Some(code);
    summary.message = Some(message);
}

fn tell(summary: &mut ContentTrustSummary, looked: &Looked<SignedTag>) {
    let tag = &looked.found;
    summary.via = Some(looked.via);
    summary.outcome = match tag.when() {
        When::Now(_) => ContentTrustOutcome::Verified,
        When::Archived(_) => ContentTrustOutcome::Archived,
    };
    summary.tag = Some(tag.tag().to_owned());
    summary.digest = Some(tag.digest());
    summary.length = Some(tag.length());
    summary.role = Some(tag.role().to_owned());
    summary.root_keys = tag.root_keys().iter().map(root_key).collect();
    summary.chain = tag.chain().iter().map(link).collect();
    summary.expires = tag.expires().iter().map(|(_, at)| *at).min();
    summary.passed_over =
        tag.passed_over().iter().map(|(role, why)| PassedOverSummary { role: role.clone(), why: unusable(*why) }).collect();
    summary.first_seen = looked.first_seen;
    summary.kept = looked.saved.as_ref().err().map(|error| Remark { code: StoreError::CODE, message: error.to_string() });
}

pub(crate) const fn unusable(why: Unusable) -> &'static str {
    match why {
        Unusable::Expired => "expired",
        Unusable::Unsigned => "unsigned",
    }
}

pub(crate) fn anchor(anchor: &Anchor) -> AnchorSummary {
    let ids = |ids: &[KeyId]| ids.iter().map(ToString::to_string).collect();
    let (kind, pinned) = match anchor {
        Anchor::Keys(keys) => ("keys", ids(keys)),
        Anchor::Certificates(certificates) => ("certificates", ids(certificates)),
        Anchor::Authority(authority) => ("authority", authority.chain.last().map(Certificate::subject_text).into_iter().collect()),
        Anchor::FirstUse => ("first-use", Vec::new()),
    };
    AnchorSummary { kind, pinned }
}

pub(crate) fn root_key(key: &RootKey) -> RootKeySummary {
    RootKeySummary {
        id: key.id.to_string(),
        certificate: key.certificate.to_string(),
        subject: key.subject.clone(),
        from: key.validity.from,
        to: key.validity.to,
    }
}

pub(crate) fn link(link: &Link) -> LinkSummary {
    LinkSummary {
        role: link.role.clone(),
        version: link.version,
        expires: link.expires,
        threshold: link.threshold,
        keys: link.keys.iter().map(ToString::to_string).collect(),
    }
}
