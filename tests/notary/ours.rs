//! What is said here: of the same files on a server in memory, by what a check does with them.

use core::cell::Cell;

use pollster::block_on;
use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::collection::Collection;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::Asked;
use pullproof::content_trust::Floors;
use pullproof::content_trust::Gun;
use pullproof::content_trust::State;
use pullproof::content_trust::TrustServer;
use pullproof::content_trust::Wanted;
use pullproof::content_trust::When;
use pullproof::prover::Portable;
use pullproof::registry::client::Access;
use pullproof::store::MemoryStore;
use pullproof::store::Store as _;
use pullproof::time::Validity;
use pullproof::x509::Certificate;
use pullproof::x509::path::Authority;
use pullproof_world::World;
use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::Sites;

use crate::case::Case;
use crate::case::Pin;
use crate::case::now;
use crate::verdict::Verdict;

/// What is said at the last visit.
pub(crate) fn verdict(case: &Case) -> Verdict {
    let client = Client::new(GUN, &case.tag, anchor(&case.pin));
    if let Some(root) = case.kept.clone() {
        client.keep(root);
    }
    let (last, before) = case.visits.split_last().unwrap();
    for site in before {
        let said = client.visit(site);
        assert!(said.accepted().is_some(), "{}: expected an honest visit first, found {said:?}", case.name);
    }
    client.visit(last)
}

fn anchor(pin: &Pin) -> Anchor {
    match pin {
        Pin::FirstUse => Anchor::FirstUse,
        Pin::Certificates(ids) => Anchor::Certificates(ids.iter().map(|id| id.parse().unwrap()).collect()),
        Pin::Authority(pem) => {
            let chain = Certificate::from_pem_chain(pem).unwrap();
            let validity = Validity { from: "2000-01-01T00:00:00Z".parse().unwrap(), to: None };
            Anchor::Authority(Box::new(Authority { chain, validity, uri: "https://ca.test".into(), operator: None }))
        }
    }
}

/// Somebody who wants to know what a tag stands for, and keeps what was seen.
pub(crate) struct Client {
    gun: Gun,
    anchor: Anchor,
    wanted: Wanted,
    now: Cell<UnixTime>,
    server: TrustServer,
    store: MemoryStore,
    sites: Sites,
    world: World,
}

impl Client {
    /// Who wants a tag now, and has seen nothing.
    pub(crate) fn new(gun: &str, tag: &str, anchor: Anchor) -> Self {
        let image = Reference::parse(&format!("{gun}:{tag}")).unwrap();
        let sites = Sites::default();
        Self {
            gun: Gun::of(&image),
            anchor,
            wanted: Wanted::of(&image),
            now: Cell::new(now()),
            server: TrustServer::parse("https://trust.test/it").unwrap(),
            store: MemoryStore::default(),
            world: World::new().host("trust.test", sites.clone()),
            sites,
        }
    }

    /// The same at another time.
    pub(crate) fn at(&self, now: UnixTime) -> &Self {
        self.now.set(now);
        self
    }

    /// One visit.
    pub(crate) fn visit(&self, site: &Site) -> Verdict {
        self.sites.show("it", site.clone());
        let access = Access::default();
        match block_on(self.collection(&access).look_up(&self.wanted, &Asked::default())) {
            Ok(looked) => Verdict::Accepts { sha256: looked.found.digest().encoded().clone(), role: Some(looked.found.role().to_owned()) },
            Err(error) => {
                assert!(!error.to_string().is_empty(), "a refusal says why");
                let verdict = if error.is_refusal() { Verdict::Refuses } else { Verdict::Unknown };
                verdict(error.code().to_owned())
            }
        }
    }

    /// As if a root had been seen, and nothing else.
    fn keep(&self, root: Vec<u8>) {
        let (gun, floors) = (self.gun.clone(), Floors::default());
        let state = State { gun, roots: vec![root], floors, first_seen: self.now.get(), files: [].into() };
        block_on(self.store.swap(&self.collection(&Access::default()).keys()[0], None, &state.to_bytes())).unwrap();
    }

    fn collection<'a>(&'a self, access: &'a Access) -> Collection<'a, MemoryStore, World, Portable> {
        let Self { server, gun, anchor, now, store, world, .. } = self;
        Collection { server, gun, anchor, when: When::Now(now.get()), store: Some(store), transport: world, access, prover: &Portable }
    }
}
