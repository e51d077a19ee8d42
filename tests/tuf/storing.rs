//! What outlives a refresh, and what happens when the repository does not answer.

use core::cell::Cell;

use pollster::block_on;
use pullproof::refresh;
use pullproof::refresh::RefreshError;
use pullproof::refresh::Source;
use pullproof::refresh::Unreachable;
use pullproof::refresh::Why;
use pullproof::store::MemoryStore;
use pullproof::store::Store;
use pullproof::store::StoreError;
use pullproof::store::Swapped;
use pullproof::transport::Response;
use pullproof::transport::TransportError;
use pullproof::tuf;
use pullproof::tuf::TargetPath;
use serde_json::Value;
use serde_json::json;

use crate::repository::CONTENT;
use crate::repository::Repository;
use crate::repository::Signer;
use crate::repository::TARGET;
use crate::repository::URL;
use crate::repository::days_later;
use crate::repository::hashes;

fn no_network() -> TransportError {
    TransportError::Unreachable { detail: "no such host".into() }
}

fn status(status: u16) -> Response {
    Response { status, ..Response::default() }
}

#[test]
fn what_is_stored_stands_in_while_it_has_not_expired() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    for answer in [Err(no_network()), Err(TransportError::Timeout), Ok(status(500)), Ok(status(302)), Ok(status(429)), Ok(status(204))] {
        repository.broken.insert("*".into(), answer);
        repository.now = days_later(6);
        let found = repository.refresh().unwrap();
        assert_eq!(
            (found.content.as_ref().unwrap().bytes(), found.age(repository.now), found.expires),
            (CONTENT, 6 * 86_400, days_later(7))
        );
        assert!(matches!(found.source, Source::Store { because: Some(Unreachable { .. }) }));
        repository.now = days_later(7);
        let refused = repository.refresh().unwrap_err();
        assert_eq!(refused.code(), "repository-unreachable");
        assert!(refused.to_string().contains("expired at 2026-11-30"), "{refused}");
    }
}

#[test]
fn nothing_stands_in_where_nothing_is_stored() {
    let mut repository = Repository::new();
    repository.broken.insert("*".into(), Err(no_network()));
    let refused = repository.refresh().unwrap_err();
    let url = format!("{URL}/timestamp.json");
    let because = Unreachable { url, why: Why::Transport(no_network()) };
    assert_eq!(refused, RefreshError::Unreachable { because, stored: None });
    assert_eq!(repository.stored().unwrap().map(|found| found.age(repository.now)), None);
}

/// In a page, a 404 without CORS headers looks like no network.
#[test]
fn a_next_root_that_cannot_be_seen_ends_the_walk() {
    let mut repository = Repository::new();
    repository.broken.insert("2.root.json".into(), Err(no_network()));
    assert_eq!(repository.refresh().unwrap().source, Source::Repository);
}

#[test]
fn a_file_that_is_named_and_missing_is_no_lie_but_no_answer() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    repository.release();
    repository.files.remove("2.targets.json");
    let Source::Store { because: Some(because) } = repository.refresh().unwrap().source else { panic!() };
    assert_eq!(because, Unreachable { url: format!("{URL}/2.targets.json"), why: Why::Missing });
}

#[test]
fn what_must_not_be_believed_is_no_outage() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    repository.files.insert("timestamp.json".into(), b"{}".to_vec());
    assert_eq!(repository.refresh().unwrap_err().code(), "document-invalid");
    // Who goes on all the same says so.
    let found = repository.stored().unwrap().unwrap();
    assert_eq!((found.content.as_ref().unwrap().bytes(), found.source), (CONTENT, Source::Store { because: None }));
    assert!(repository.asked.borrow().len() == 2, "nobody was asked again");
}

#[test]
fn a_caller_who_gives_up_gets_nothing() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    repository.broken.insert("timestamp.json".into(), Err(TransportError::Aborted));
    assert_eq!(repository.refresh().unwrap_err(), RefreshError::Aborted);
}

#[test]
fn what_was_verified_under_keys_that_are_gone_does_not_stand_in() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    repository.rotate(|repository| _ = repository.signers.insert("timestamp".into(), vec![Signer::p256(50)]));
    repository.broken.insert("timestamp.json".into(), Err(no_network()));
    let refused = repository.refresh().unwrap_err();
    assert!(matches!(refused, RefreshError::Unreachable { stored: Some(_), .. }), "{refused}");
}

#[test]
fn the_parts_of_an_unfinished_update_are_not_mixed_with_the_last_one() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    repository.targets["targets"][TARGET] = json!({ "length": 3, "hashes": hashes(b"new") });
    repository.put_target(TARGET, b"new");
    repository.release();
    for path in ["2.snapshot.json", "2.targets.json"] {
        repository.broken.insert(path.into(), Err(no_network()));
        assert_eq!(repository.refresh().unwrap().content.as_ref().unwrap().bytes(), CONTENT);
        repository.broken.clear();
    }
    assert_eq!(repository.refresh().unwrap().content.as_ref().unwrap().bytes(), b"new");
}

/// The one that was swapped in while the other was fetching.
struct Racing<'a> {
    store: &'a MemoryStore,
    others: Cell<u32>,
}

impl Store for Racing<'_> {
    async fn load(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.load(key).await
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        if self.others.get() > 0 {
            self.others.set(self.others.get() - 1);
            // Somebody else stores the same a moment earlier, formatted so that it is no longer the same.
            let other = [bytes, "\n".repeat(1 + self.others.get() as usize).as_bytes()].concat();
            let before = self.store.load(key).await?;
            self.store.swap(key, before.as_deref(), &other).await?;
        }
        self.store.swap(key, expected, bytes).await
    }
}

fn refresh_with(repository: &Repository, store: &impl Store) -> Result<refresh::Refreshed, RefreshError> {
    block_on(repository.updater(&repository.described(), store).refresh(Some(&TargetPath::parse(TARGET).unwrap())))
}

#[test]
fn who_comes_second_begins_with_what_the_first_has_seen() {
    let mut repository = Repository::new();
    let store = MemoryStore::default();
    let racing = Racing { store: &store, others: Cell::new(1) };
    refresh_with(&repository, &racing).unwrap();
    assert_eq!(repository.asked.borrow().len(), 5 + 2);
    repository.now = days_later(1);
    let hopeless = Racing { store: &store, others: Cell::new(99) };
    assert_eq!(refresh_with(&repository, &hopeless).unwrap_err(), RefreshError::Contended);
}

/// Two tabs: the one that was slow must not put back what the other has left behind.
#[test]
fn a_slow_refresh_does_not_lower_what_another_has_seen() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    let old = repository.files["timestamp.json"].clone();
    repository.release();
    repository.refresh().unwrap();
    repository.files.insert("timestamp.json".into(), old);
    assert_eq!(repository.refusal().code(), "metadata-rollback");
    assert_eq!(repository.refusal().code(), "metadata-rollback", "and the refusal has changed nothing");
}

struct Full;

impl Store for Full {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    async fn swap(&self, key: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        assert!(key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')), "fit to be a file's name: {key}");
        Err(StoreError { detail: "quota exceeded".into() })
    }
}

/// CVE-2024-51491 turned this into an outage.
#[test]
fn a_store_that_is_full_is_said_and_denies_nothing() {
    let found = refresh_with(&Repository::new(), &Full).unwrap();
    assert_eq!((found.content.as_ref().unwrap().bytes(), found.saved), (CONTENT, Err(StoreError { detail: "quota exceeded".into() })));
}

struct Broken;

impl Store for Broken {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError { detail: "locked".into() })
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        unreachable!("nothing was read")
    }
}

/// What was seen cannot be known, so nothing protects from rollback.
#[test]
fn a_store_that_cannot_be_read_is_an_error() {
    assert_eq!(refresh_with(&Repository::new(), &Broken).unwrap_err().code(), "store-unavailable");
}

/// Keeps one record, whatever the key.
struct One(std::cell::RefCell<Option<Vec<u8>>>);

impl Store for One {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.borrow().clone())
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        self.0.replace(Some(bytes.to_vec()));
        Ok(Swapped::Stored)
    }
}

#[test]
fn a_damaged_record_is_not_silently_forgotten() {
    let repository = Repository::new();
    let store = One(std::cell::RefCell::default());
    refresh_with(&repository, &store).unwrap();
    let honest = store.0.borrow().clone().unwrap();
    let mut document: Value = serde_json::from_slice(&honest).unwrap();
    document["stateVersion"] = json!(2);
    for damaged in
        [b"{".to_vec(), b"".to_vec(), b"[]".to_vec(), document.to_string().into_bytes(), honest[1..].to_vec(), vec![b' '; (16 << 20) + 1]]
    {
        store.0.replace(Some(damaged));
        assert_eq!(refresh_with(&repository, &store).unwrap_err().code(), "state-invalid");
    }
    store.0.replace(Some(honest));
    refresh_with(&repository, &store).unwrap();
}

/// Whoever can write to the store can make a client forget; not trust other keys.
#[test]
fn keys_are_never_taken_from_the_store() {
    let mut repository = Repository::new();
    let store = One(std::cell::RefCell::default());
    repository.rotate(|_| {});
    refresh_with(&repository, &store).unwrap();
    // Another repository's root 2, in the place of this one's.
    let mut evil = Repository::new();
    evil.signers.insert("root".into(), vec![Signer::p256(66)]);
    evil.signers.insert("timestamp".into(), vec![Signer::p256(67)]);
    evil.name_keys();
    evil.rotate(|_| {});
    let planted = One(std::cell::RefCell::default());
    evil.embedded = crate::repository::sign(
        &{
            let mut root = evil.root.clone();
            root["version"] = json!(1);
            root
        },
        &evil.signers["root"],
    );
    evil.release();
    refresh_with(&evil, &planted).unwrap();
    store.0.replace(planted.0.take());
    // The honest repository answers, and the planted roots count for nothing.
    let found = refresh_with(&repository, &store).unwrap();
    assert_eq!(found.root, 2);
    assert_eq!(repository.asked.borrow().iter().filter(|request| request.url.ends_with("/2.root.json")).count(), 2);
}

#[test]
fn an_update_of_the_program_brings_its_root_along() {
    let mut repository = Repository::new();
    repository.rotate(|_| {});
    repository.rotate(|_| {});
    repository.refresh().unwrap();
    repository.embedded = repository.files["2.root.json"].clone();
    assert_eq!(repository.refresh().unwrap().root, 3);
    assert_eq!(repository.paths(), ["4.root.json", "timestamp.json"]);
}

#[test]
fn only_https_and_this_machine_are_repositories() {
    for url in ["https://tuf-repo-cdn.sigstore.dev", "https://tuf-repo.github.com/", "https://a.example/b/c", "http://127.0.0.1:8080/tuf"] {
        assert!(tuf::Repository::new(url, b"".as_slice()).is_ok(), "{url}");
    }
    for url in
        ["", "http://a.example", "ftp://a.example", "https://a.example/?x", "https://u:p@a.example", "https://a.example/#f", "a.example"]
    {
        assert_eq!(tuf::Repository::new(url, b"".as_slice()).unwrap_err().found, url);
    }
}

/// White space between the tokens of a root is under no signature: whoever passes roots on can add as much as a root may have.
#[test]
fn what_could_not_be_read_again_is_not_stored() {
    let mut repository = Repository::new();
    repository.refresh().unwrap();
    let before = block_on(repository.store.load(repository.described().key())).unwrap();
    for version in 2..=30 {
        repository.rotate(|_| {});
        let root = repository.files.get_mut(&format!("{version}.root.json")).unwrap();
        root.resize(500_000, b' ');
    }
    let found = repository.refresh().unwrap();
    assert!((found.root, found.saved.is_err()) == (30, true), "it is the newest, but cannot be kept: {:?}", found.saved);
    assert_eq!(block_on(repository.store.load(repository.described().key())).unwrap(), before, "and what was seen before still counts");
    assert_eq!(repository.refresh().unwrap().source, Source::Repository, "the next one finds a state that it can read");
}
