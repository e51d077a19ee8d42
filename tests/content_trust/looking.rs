//! Looking into a collection on a server: what is asked, what is kept, and what is refused although every file is signed.

use core::cell::Cell;

use pollster::block_on;
use pullproof::UnixTime;
use pullproof::collection::Collection;
use pullproof::collection::CollectionError;
use pullproof::collection::Looked;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::Asked;
use pullproof::content_trust::Gun;
use pullproof::content_trust::SignedTag;
use pullproof::content_trust::State;
use pullproof::content_trust::TrustServer;
use pullproof::content_trust::When;
use pullproof::content_trust::WhenUnusable;
use pullproof::prover::Portable;
use pullproof::registry::client::Access;
use pullproof::store::MemoryStore;
use pullproof::store::Store;
use pullproof::store::StoreError;
use pullproof::store::Swapped;
use pullproof_world::World;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::Sites;
use serde_json::json;

use crate::minted::Client;
use crate::minted::GUN;
use crate::minted::OLD_MANIFEST;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::days_later;
use crate::minted::meta;
use crate::minted::start;
use crate::minted::wanted;

/// A server at `https://trust.test/notary`, and somebody who asks it.
struct Stage {
    publisher: Publisher,
    sites: Sites,
    world: World,
    server: TrustServer,
    store: MemoryStore,
    anchor: Anchor,
    asked: Asked,
    when: When,
}

type Answer = Result<Looked<SignedTag>, CollectionError>;

impl Stage {
    fn new(publisher: Publisher) -> Self {
        let sites = Sites::default();
        let mut stage = Self {
            publisher,
            world: World::new().host("trust.test", sites.clone()),
            sites,
            server: TrustServer::parse("https://trust.test/notary").unwrap(),
            store: MemoryStore::default(),
            anchor: Anchor::Keys(vec![Signer::root("root").canonical_id().parse().unwrap()]),
            asked: Asked::default(),
            when: When::Now(start()),
        };
        stage.publish();
        stage
    }

    fn publish(&mut self) -> Site {
        let site = Site::new(&self.publisher.publish());
        self.show(site.clone());
        site
    }

    fn show(&self, site: Site) {
        self.sites.show("notary", site);
    }

    fn at(&mut self, now: UnixTime) -> &mut Self {
        self.when = When::Now(now);
        self
    }

    fn collection<'a, S>(&'a self, gun: &'a Gun, access: &'a Access, store: Option<&'a S>) -> Collection<'a, S, World, Portable> {
        let Self { server, anchor, when, world, .. } = self;
        Collection { server, gun, anchor, when: *when, store, transport: world, access, prover: &Portable }
    }

    fn look_with<S: Store>(&self, store: Option<&S>) -> Answer {
        self.world.clear_requests();
        let (gun, access) = (Gun::parse(GUN).unwrap(), Access::default());
        block_on(self.collection(&gun, &access, store).look_up(&wanted("example/app:1.0"), &self.asked))
    }

    fn look(&self) -> Answer {
        self.look_with(Some(&self.store))
    }

    #[track_caller]
    fn finds(&self) -> SignedTag {
        self.look().unwrap_or_else(|error| panic!("{} {error}", error.code())).found
    }

    #[track_caller]
    fn refusal(&self) -> &'static str {
        let error = self.look().unwrap_err();
        assert!(error.is_refusal(), "{error}");
        error.code()
    }

    /// The names of the files that were asked for, without hashes.
    fn asked(&self) -> Vec<String> {
        let name = |url: &str| {
            let name = url.split("/_trust/tuf/").nth(1)?;
            let (role, hash) = name.strip_suffix(".json")?.rsplit_once('.').unwrap_or((name.strip_suffix(".json")?, ""));
            Some(if hash.len() == 64 { format!("{role}.#") } else { name.strip_suffix(".json")?.to_owned() })
        };
        self.world.requests().iter().map(|request| name(&request.url).unwrap_or_else(|| request.url.clone())).collect()
    }

    /// Under which what was seen is kept.
    fn key(&self) -> String {
        let (gun, access) = (Gun::parse(GUN).unwrap(), Access::default());
        let collection = self.collection(&gun, &access, Some(&self.store));
        let kept = |key: &String| block_on(self.store.load(key)).unwrap().is_some();
        collection.keys().into_iter().rev().reduce(|last, key| if kept(&last) { last } else { key }).unwrap()
    }

    fn kept(&self) -> State {
        State::parse(&block_on(self.store.load(&self.key())).unwrap().unwrap(), &Gun::parse(GUN).unwrap()).unwrap()
    }

    /// Writes over what is kept.
    fn keep(&self, bytes: &[u8]) {
        let before = block_on(self.store.load(&self.key())).unwrap();
        block_on(self.store.swap(&self.key(), before.as_deref(), bytes)).unwrap();
    }
}

#[test]
fn the_first_look_asks_for_every_file_once_and_the_next_for_the_timestamp_only() {
    let stage = Stage::new(Publisher::with_releases());
    stage.finds();
    assert_eq!(stage.asked(), ["root", "timestamp", "snapshot.#", "targets.#", "targets/releases.#"]);
    let first = &stage.world.requests()[0];
    assert_eq!(first.url, "https://trust.test/notary/v2/docker.io/example/app/_trust/tuf/root.json");
    let looked = stage.look().unwrap();
    assert_eq!(stage.asked(), ["timestamp"]);
    assert_eq!((looked.first_seen, looked.root, looked.saved), (Some(start()), 1, Ok(())));
}

#[test]
fn after_a_release_only_what_has_changed_is_asked_for() {
    let mut stage = Stage::new(Publisher::with_releases());
    stage.finds();
    for name in ["timestamp", "snapshot", "targets/releases"] {
        crate::minted::bump(stage.publisher.document(name));
    }
    stage.publish();
    stage.finds();
    assert_eq!(stage.asked(), ["timestamp", "snapshot.#", "targets/releases.#"]);
}

#[test]
fn without_a_store_everything_is_asked_for_every_time_and_nothing_is_said_of_the_past() {
    let stage = Stage::new(Publisher::with_releases());
    for _ in 0..2 {
        let looked = stage.look_with(None::<&MemoryStore>).unwrap();
        assert_eq!((stage.asked().len(), looked.first_seen), (5, None));
    }
}

#[test]
fn trap_08_first_use_without_a_store_is_no_trust_at_all() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Anchor::FirstUse;
    let error = stage.look_with(None::<&MemoryStore>).unwrap_err();
    assert_eq!((error.clone(), error.is_refusal()), (CollectionError::NoStore, false));
    assert_eq!(stage.asked(), Vec::<String>::new());
}

#[test]
fn trap_08_whoever_was_believed_first_is_believed_and_nobody_who_comes_later() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Anchor::FirstUse;
    stage.finds();
    let mut somebody = Publisher::new();
    somebody.signers.insert("root".into(), vec![Signer::root("somebody")]);
    somebody.signers.insert("timestamp".into(), vec![Signer::p256("somebody's timestamp")]);
    somebody.name_keys();
    somebody.sign_root();
    let honest = stage.publish();
    stage.show(Site::new(&somebody.publish()));
    assert_eq!(stage.refusal(), "metadata-equivocation");
    stage.show(honest);
    stage.at(days_later(3)).finds();
    assert_eq!(stage.look().unwrap().first_seen, Some(start()));
}

#[test]
fn trap_07_an_older_release_is_refused_after_a_newer_one() {
    for newer in ["timestamp", "snapshot", "targets", "targets/releases"] {
        let mut stage = Stage::new(Publisher::with_releases());
        let old = stage.publish();
        let roles: &[&str] = match newer {
            "timestamp" => &["timestamp"],
            "snapshot" => &["timestamp", "snapshot"],
            _ => &["timestamp", "snapshot", newer],
        };
        for role in roles {
            crate::minted::bump(stage.publisher.document(role));
        }
        stage.publish();
        stage.finds();
        stage.show(old);
        assert_eq!(stage.refusal(), "metadata-rollback", "{newer}");
        stage.publish();
        stage.finds();
    }
}

#[test]
fn trap_07_what_was_seen_before_a_look_failed_is_kept() {
    let mut stage = Stage::new(Publisher::with_releases());
    let old = stage.publish();
    stage.publisher.release();
    let new = stage.publish();
    stage.show(new.clone().failing("targets.json", 503));
    assert_eq!(stage.look().unwrap_err().code(), "registry-error");
    stage.show(old);
    assert_eq!(stage.refusal(), "metadata-rollback");
}

#[test]
fn trap_06_the_same_versions_with_other_content_are_refused() {
    let mut stage = Stage::new(Publisher::with_releases());
    stage.finds();
    stage.publisher.delegated.get_mut("targets/releases").unwrap()["targets"]["1.0"] = meta(OLD_MANIFEST);
    stage.publish();
    assert_eq!(stage.refusal(), "metadata-equivocation");
}

#[test]
fn trap_10_a_server_that_gives_no_answer_is_not_stood_in_for() {
    let stage = Stage::new(Publisher::new());
    stage.finds();
    for status in [500, 503, 429] {
        stage.show(Site::default().failing("timestamp.json", status));
        let error = stage.look().unwrap_err();
        assert!(!error.is_refusal(), "{status} {error}");
    }
}

#[test]
fn trap_10_a_frozen_timestamp_is_refused_when_its_two_weeks_are_over() {
    let mut stage = Stage::new(Publisher::new());
    stage.at(days_later(13)).finds();
    stage.at(days_later(14));
    assert_eq!(stage.refusal(), "metadata-expired");
}

#[test]
fn trap_11_a_clock_that_was_put_back_does_not_bring_back_what_expired() {
    let mut stage = Stage::new(Publisher::new());
    let old = stage.publish();
    stage.publisher.timestamp["expires"] = json!(days_later(40));
    crate::minted::bump(&mut stage.publisher.timestamp);
    stage.publish();
    stage.at(days_later(20)).finds();
    stage.show(old);
    stage.at(days_later(1));
    assert_eq!(stage.refusal(), "metadata-rollback");
}

#[test]
fn a_collection_that_is_gone_is_refused_and_it_is_said_since_when_it_was_there() {
    let stage = Stage::new(Publisher::new());
    stage.show(Site::default());
    let error = stage.look().unwrap_err();
    assert!(matches!(error, CollectionError::NoData { since: None, .. }) && error.is_refusal(), "{error}");
    stage.show(Site::new(&Publisher::new().publish()));
    stage.finds();
    stage.show(Site::default());
    assert!(matches!(stage.look(), Err(CollectionError::NoData { since: Some(since), .. }) if since == start()));
}

#[test]
fn a_file_that_is_named_and_not_there_is_no_answer() {
    for name in ["snapshot.json", "targets.json", "targets/releases.json"] {
        let mut stage = Stage::new(Publisher::with_releases());
        let site = stage.publish();
        stage.show(site.without(name));
        let error = stage.look().unwrap_err();
        assert_eq!((error.code(), error.is_refusal()), ("trust-data-incomplete", false), "{name}");
    }
}

#[test]
fn trap_12_a_rotated_root_is_followed_from_one_whose_certificate_has_expired() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Client::new().anchor;
    stage.finds();
    let renewed = |key: &str| {
        let key = pullproof_world::sigstore::SigningKey::p256(key);
        let mut certificate = crate::minted::certificate(&key, GUN);
        certificate.not_after = days_later(9000).seconds();
        Signer::in_text(key.clone(), &certificate.with_signature(&[]).signed_by(&key).pem())
    };
    stage.publisher.rotate(|publisher| {
        publisher.root["expires"] = json!(days_later(8000));
        publisher.signers.insert("root".into(), vec![renewed("next root")]);
        publisher.signers.insert("timestamp".into(), vec![Signer::p256("next timestamp")]);
    });
    for role in ["timestamp", "snapshot", "targets"] {
        stage.publisher.document(role)["expires"] = json!(days_later(8000));
    }
    stage.publisher.release();
    stage.publish();
    stage.at(days_later(4000));
    assert_eq!(stage.finds().root_keys()[0].id.to_string(), renewed("next root").canonical_id());
    assert_eq!(stage.asked(), ["timestamp", "root", "timestamp", "snapshot.#", "targets.#"]);
    assert_eq!(stage.kept().roots.len(), 2);
}

#[test]
fn every_root_between_is_asked_for() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Client::new().anchor;
    stage.finds();
    for number in 2..5 {
        stage.publisher.rotate(|publisher| {
            publisher.signers.insert("root".into(), vec![Signer::root(&format!("root {number}"))]);
        });
    }
    stage.publisher.release();
    stage.publish();
    stage.finds();
    assert_eq!(stage.asked(), ["timestamp", "snapshot.#", "root", "2.root", "3.root", "timestamp", "snapshot.#", "targets.#"]);
    stage.finds();
    assert_eq!(stage.asked(), ["timestamp"]);
}

#[test]
fn a_root_that_is_missing_between_is_a_refusal() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Client::new().anchor;
    stage.finds();
    for number in 2..5 {
        stage.publisher.rotate(|publisher| {
            publisher.signers.insert("root".into(), vec![Signer::root(&format!("root {number}"))]);
        });
    }
    stage.publisher.release();
    let site = stage.publish();
    stage.show(site.without("3.root.json"));
    assert_eq!(stage.refusal(), "metadata-version-mismatch");
}

#[test]
fn a_root_that_the_one_before_did_not_sign_is_refused() {
    let stage = Stage::new(Publisher::new());
    stage.finds();
    let mut somebody = Publisher::new();
    somebody.signers.insert("root".into(), vec![Signer::root("somebody")]);
    somebody.root["version"] = json!(2);
    somebody.name_keys();
    somebody.sign_root();
    somebody.release();
    let mut files = somebody.publish();
    files.roots.insert(0, stage.publisher.roots[0].clone());
    stage.show(Site::new(&files));
    assert_eq!(stage.refusal(), "metadata-threshold-not-met");
}

#[test]
fn trap_09_a_fast_forward_ends_with_the_key_that_made_it() {
    let mut stage = Stage::new(Publisher::new());
    stage.publisher.timestamp["version"] = json!(2_147_483_647);
    stage.publish();
    stage.finds();
    stage.publisher.timestamp["version"] = json!(2);
    stage.publish();
    assert_eq!(stage.refusal(), "metadata-rollback");
    stage.publisher.rotate(|publisher| {
        publisher.signers.insert("timestamp".into(), vec![Signer::p256("next timestamp")]);
    });
    crate::minted::bump(&mut stage.publisher.snapshot);
    stage.publish();
    stage.finds();
}

#[test]
fn trap_05_a_delegation_that_expired_is_refused_unless_falling_back_is_asked_for() {
    let mut stage = Stage::new(Publisher::with_releases());
    stage.publisher.delegated.get_mut("targets/releases").unwrap()["expires"] = json!(days_later(-1));
    stage.publish();
    assert_eq!(stage.refusal(), "metadata-expired");
    stage.asked.when_unusable = WhenUnusable::FallBack;
    let tag = stage.finds();
    assert_eq!((tag.role(), tag.passed_over().len()), ("targets", 1));
}

#[test]
fn a_body_above_its_limit_is_refused_before_anybody_reads_it() {
    let mut stage = Stage::new(Publisher::new());
    let site = stage.publish();
    stage.show(site.clone().with("timestamp.json", vec![b' '; 1 << 20]));
    assert_eq!(stage.refusal(), "metadata-too-large");
    stage.show(site.with("root.json", vec![b' '; 2 << 20]));
    stage.store = MemoryStore::default();
    assert_eq!(stage.refusal(), "metadata-too-large");
}

#[test]
fn an_archive_is_looked_at_in_its_own_time_and_leaves_no_trace() {
    let mut stage = Stage::new(Publisher::new());
    stage.when = When::Archived(days_later(1));
    let looked = stage.look().unwrap();
    assert_eq!((looked.found.when(), looked.first_seen), (When::Archived(days_later(1)), None));
    assert_eq!(block_on(stage.store.load(&stage.key())), Ok(None));
}

/// A store in which somebody else is quicker, so many times.
struct Contended<'a> {
    store: &'a MemoryStore,
    left: Cell<usize>,
    other: &'a dyn Fn(),
}

impl Store for Contended<'_> {
    async fn load(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let loaded = self.store.load(key).await;
        if let Some(left) = self.left.get().checked_sub(1) {
            self.left.set(left);
            (self.other)();
        }
        loaded
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        self.store.swap(key, expected, bytes).await
    }
}

#[test]
fn two_at_once_cannot_lower_a_floor() {
    let mut stage = Stage::new(Publisher::with_releases());
    let old = stage.publish();
    stage.publisher.release();
    let new = stage.publish();
    // One reads what is kept, then another sees the newer release and keeps that, and then the first is shown the older one.
    let other = || {
        stage.show(new.clone());
        stage.finds();
        stage.show(old.clone());
    };
    let contended = Contended { store: &stage.store, left: Cell::new(1), other: &other };
    assert_eq!(stage.look_with(Some(&contended)).unwrap_err().code(), "metadata-rollback");
    assert_eq!(stage.kept().floors.version("timestamp"), Some(2));
}

#[test]
fn what_was_seen_and_could_not_be_kept_binds_the_next_attempt() {
    let mut stage = Stage::new(Publisher::with_releases());
    let oldest = stage.publish();
    stage.publisher.release();
    let old = stage.publish();
    stage.publisher.release();
    let new = stage.publish();
    // The first attempt is shown the newest; another keeps the one before that meanwhile, and so does the server from then on.
    stage.show(oldest);
    stage.finds();
    let other = || {
        stage.show(old.clone());
        stage.finds();
        stage.show(new.clone());
    };
    let contended = Contended { store: &stage.store, left: Cell::new(1), other: &other };
    let regressing = Regressing { store: contended, then: &|| stage.show(old.clone()) };
    assert_eq!(stage.look_with(Some(&regressing)).unwrap_err().code(), "metadata-rollback");
}

/// A store after whose first conflict something happens.
struct Regressing<'a> {
    store: Contended<'a>,
    then: &'a dyn Fn(),
}

impl Store for Regressing<'_> {
    async fn load(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.load(key).await
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        let swapped = self.store.swap(key, expected, bytes).await;
        if swapped == Ok(Swapped::Conflict) {
            (self.then)();
        }
        swapped
    }
}

/// A store that cannot be used.
struct Broken;

impl Store for Broken {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError { detail: "no room".into() })
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        Err(StoreError { detail: "no room".into() })
    }
}

#[test]
fn a_broken_store_takes_the_history_from_a_pin_and_everything_from_first_use() {
    let mut stage = Stage::new(Publisher::new());
    let looked = stage.look_with(Some(&Broken)).unwrap();
    assert!(looked.saved.is_err() && looked.first_seen.is_none());
    stage.anchor = Anchor::FirstUse;
    let error = stage.look_with(Some(&Broken)).unwrap_err();
    assert_eq!((error.code(), error.is_refusal()), ("store-unavailable", false));
}

#[test]
fn what_is_kept_and_cannot_be_read_is_never_forgotten_silently() {
    let stage = Stage::new(Publisher::new());
    stage.finds();
    stage.keep(b"{}");
    let error = stage.look().unwrap_err();
    assert_eq!((error.code(), error.is_refusal()), ("state-invalid", false));
}

#[test]
fn kept_files_that_were_changed_are_asked_for_again() {
    let stage = Stage::new(Publisher::with_releases());
    stage.finds();
    let mut kept = stage.kept();
    kept.files.insert("targets".into(), b"{}".to_vec());
    stage.keep(&kept.to_bytes());
    stage.finds();
    assert_eq!(stage.asked(), ["timestamp", "targets.#"]);
}

#[test]
fn the_same_collection_on_another_server_has_another_history() {
    let mut stage = Stage::new(Publisher::with_releases());
    let old = stage.publish();
    stage.publisher.release();
    stage.publish();
    stage.finds();
    stage.sites.show("mirror", old);
    stage.server = TrustServer::parse("https://trust.test/mirror").unwrap();
    stage.finds();
}

fn somebody() -> Publisher {
    let mut somebody = Publisher::new();
    somebody.signers.insert("root".into(), vec![Signer::root("somebody")]);
    for role in ["timestamp", "snapshot", "targets"] {
        somebody.signers.insert(role.into(), vec![Signer::p256(&format!("somebody's {role}"))]);
    }
    somebody.name_keys();
    somebody.sign_root();
    somebody
}

fn pin_of_somebody() -> Anchor {
    Anchor::Keys(vec![Signer::root("somebody").canonical_id().parse().unwrap()])
}

#[test]
fn somebody_with_another_pin_cannot_lower_the_floors_of_this_one() {
    let mut stage = Stage::new(Publisher::new());
    let old = stage.publish();
    stage.publisher.release();
    stage.publish();
    stage.finds();
    let own = core::mem::replace(&mut stage.anchor, pin_of_somebody());
    stage.show(Site::new(&somebody().publish()));
    let _ = stage.look();
    stage.anchor = own;
    stage.show(old);
    assert_eq!(stage.refusal(), "metadata-rollback");
}

#[test]
fn somebody_with_a_pin_cannot_change_who_was_believed_first() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Anchor::FirstUse;
    stage.finds();
    let theirs = Site::new(&somebody().publish());
    stage.show(theirs);
    stage.anchor = pin_of_somebody();
    let _ = stage.look();
    stage.anchor = Anchor::FirstUse;
    assert!(stage.look().is_err());
}

#[test]
fn first_use_does_not_begin_anew_where_what_is_kept_does_not_hold() {
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Anchor::FirstUse;
    stage.finds();
    let mut kept = stage.kept();
    kept.roots = vec![b"{}".to_vec()];
    stage.keep(&kept.to_bytes());
    stage.show(Site::new(&somebody().publish()));
    assert!(stage.look().is_err());
}

#[test]
fn a_refused_look_that_lost_a_race_does_not_lower_floors() {
    // First use: this look is shown somebody's collection while another keeps the publisher's; then the publisher's older release is shown.
    let mut stage = Stage::new(Publisher::new());
    stage.anchor = Anchor::FirstUse;
    let old = stage.publish();
    stage.publisher.release();
    let new = stage.publish();
    let mut theirs = somebody();
    for role in ["timestamp", "snapshot", "targets"] {
        theirs.document(role)["version"] = json!(1000);
    }
    let theirs = Site::new(&theirs.publish());
    let other = || {
        stage.show(new.clone());
        stage.finds();
        stage.show(theirs.clone());
    };
    let contended = Contended { store: &stage.store, left: Cell::new(1), other: &other };
    let _ = stage.look_with(Some(&contended));
    stage.show(old);
    assert_eq!(stage.refusal(), "metadata-rollback");
}

#[test]
fn a_root_whose_key_is_not_pinned_is_no_successor_of_one_whose_key_is() {
    let mut stage = Stage::new(Publisher::new());
    stage.publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::root("not pinned")]);
    });
    stage.publish();
    assert_eq!(stage.refusal(), "trust-anchor-mismatch");
}

#[test]
fn an_answer_that_forgets_the_archive_is_no_answer() {
    use pullproof::policy::ContentTrust;
    use pullproof::publishers::Word;
    let content = pullproof::digest::Content::identify(pullproof::digest::Algorithm::Sha256, b"{}".to_vec());
    let wanted = ContentTrust::parse(r#"{"firstUse":true,"verifyAt":"2020-10-01T00:00:00Z"}"#).unwrap();
    let answer =
        json!({"published":[{"Ok":{"tag":"other","digest":content.digest().to_string(),"role":"x","isFirstUse":false}}]}).to_string();
    let object = pullproof::json::parse_object(answer.as_bytes()).unwrap();
    let word = Word::read(&object.root().required("published").unwrap(), &content, &[&wanted]);
    assert!(word.is_none(), "{word:?}");
}
