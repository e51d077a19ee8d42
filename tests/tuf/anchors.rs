//! A check whose trusted roots renew themselves: which one is used, what is said of it, and what a verdict makes of it.

use core::cell::Cell;

use pollster::block_on;
use pullproof::Checker;
use pullproof::Error;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::Transport;
use pullproof::UnixTime;
use pullproof::report::CheckName;
use pullproof::report::Outcome;
use pullproof::report::RootSource;
use pullproof::report::TrustedRootSummary;
use pullproof::report::Verdict;
use pullproof::store::MemoryStore;
use pullproof::store::Store;
use pullproof::store::StoreError;
use pullproof::store::Swapped;
use pullproof::transport::Request;
use pullproof::transport::Response;
use pullproof::transport::TransportError;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::World;
use pullproof_world::sigstore::Sigstore;
use serde_json::Value;
use serde_json::json;

use crate::repository::Repository;
use crate::repository::Signer;
use crate::repository::TARGET;
use crate::repository::URL;
use crate::repository::days_later;
use crate::repository::hashes;
use crate::repository::start;

const ISSUER: &str = "https://issuer.test";
const SUBJECT: &str = "https://builds.test/app@refs/heads/main";
const PUBLIC_GOOD: &str = "https://tuf-repo-cdn.sigstore.dev";

/// A registry, and the repository of whoever is trusted about what is signed in it.
struct Stage {
    world: World,
    repository: Repository,
    store: MemoryStore,
}

impl Transport for Stage {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if request.url.starts_with(URL) {
            return self.repository.send(request).await;
        }
        if let Some(path) = request.url.strip_prefix(PUBLIC_GOOD) {
            return self.repository.send(Request { url: format!("{URL}{path}"), ..request }).await;
        }
        self.world.send(request).await
    }
}

fn trusted_root(sigstore: &Sigstore) -> String {
    sigstore.trusted_root().json()
}

/// One image, which `signer` signed, and a repository that says whom to trust.
fn stage(signer: Option<&Sigstore>, trusted: &Sigstore) -> Stage {
    let image = Image::multi_platform();
    let mut registry = FakeRegistry::new().image("team/app", "v1", &image);
    if let Some(signer) = signer {
        let bundle = signer.signing().issuer(ISSUER).identity(SUBJECT).sign_image(image.digest());
        registry = registry.bundle("team/app", &image, &bundle);
    }
    let mut stage =
        Stage { world: World::new().registry("registry.test", registry), repository: Repository::new(), store: MemoryStore::default() };
    stage.publish(trusted_root(trusted).as_bytes());
    stage
}

impl Stage {
    fn publish(&mut self, file: &[u8]) {
        self.repository.targets["targets"][TARGET] = json!({ "length": file.len(), "hashes": hashes(file) });
        self.repository.put_target(TARGET, file);
        self.repository.release();
    }

    fn policy(&self) -> Policy {
        let root: Value = serde_json::from_slice(&self.repository.embedded).unwrap();
        policy("mine", &json!({ "mine": { "tuf": { "metadata": URL, "root": root } } }))
    }

    fn check_with<S: Store>(&self, store: Option<S>, policy: Option<&Policy>, now: UnixTime) -> Result<Report, Error> {
        self.repository.asked.borrow_mut().clear();
        let image = Reference::parse("registry.test/team/app:v1").unwrap();
        let checker = Checker::new(self).store(store).attachments(policy.is_none());
        block_on(checker.check(&image, policy, now, &mut |_| {}))
    }

    /// How it is checked so many days later, and how many requests the repository had.
    fn check(&self, days: i64) -> (Report, usize) {
        let report = self.check_with(Some(self.store.clone()), Some(&self.policy()), days_later(days)).unwrap();
        (report, self.repository.asked.borrow().len())
    }

    fn down(&mut self) {
        self.repository.broken.insert("*".into(), Err(TransportError::Unreachable { detail: "no such host".into() }));
    }
}

/// Whoever `name` trusts has to say that the one who is wanted signed.
fn policy(name: &str, roots: &Value) -> Policy {
    let signer = json!({ "sigstore": { "issuer": ISSUER, "subject": SUBJECT, "trustedRoot": name } });
    let policy = json!({ "trustedRoots": roots, "rules": [{ "images": "registry.test/team/app", "require": [signer] }] });
    Policy::parse(&policy.to_string()).unwrap()
}

#[track_caller]
fn root(report: &Report) -> &TrustedRootSummary {
    let [root] = report.trusted_roots.as_slice() else { panic!("expected one trusted root: {}", report.to_json()) };
    root
}

fn why(report: &Report) -> Option<&'static str> {
    root(report).refresh.as_ref().map(|why| why.code)
}

fn unknown(report: &Report) -> Option<&'static str> {
    let check = report.checks.iter().find(|check| check.name == CheckName::Signatures).unwrap();
    if let Outcome::Unknown(why) = &check.outcome { Some(why.code) } else { None }
}

fn doubts(report: &Report) -> Vec<&str> {
    report.not_proven.iter().filter(|remark| remark.code == "trusted-root").map(|remark| remark.message.as_str()).collect()
}

#[test]
fn a_root_of_a_repository_is_asked_for_once_a_day() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    let (report, asked) = stage.check(0);
    assert_eq!((report.verdict, asked), (Verdict::Accept, 5), "{}", report.to_json());
    let first = root(&report);
    assert_eq!((first.name.as_str(), first.source, first.root_version), ("mine", RootSource::Repository, Some(1)));
    assert_eq!((first.confirmed, first.age, first.expires), (Some(start()), Some(0), Some(days_later(7))));
    assert!(first.refresh.is_none() && doubts(&report).is_empty());

    let later = UnixTime::from_seconds(start().seconds() + 86_399).unwrap();
    let report = stage.check_with(Some(stage.store.clone()), Some(&stage.policy()), later).unwrap();
    assert_eq!((stage.repository.asked.borrow().len(), root(&report).source, root(&report).age), (0, RootSource::Store, Some(86_399)));
    assert_eq!((report.verdict, root(&report).digest), (Verdict::Accept, first.digest));

    stage.repository.rotate(|_| {});
    stage.repository.release();
    let (report, asked) = stage.check(1);
    assert_eq!((root(&report).source, root(&report).root_version, root(&report).age), (RootSource::Repository, Some(2), Some(0)));
    assert_eq!(asked, 2 + 1 + 2, "two roots, the timestamp, the snapshot, the targets");
}

#[test]
fn who_is_trusted_since_yesterday_is_trusted_today() {
    let (old, new) = (Sigstore::at("old.test"), Sigstore::new());
    let mut stage = stage(Some(&new), &old);
    let (report, _) = stage.check(0);
    assert_eq!((report.verdict, report.reasons[0].code), (Verdict::Reject, "policy-unmet"), "the repository has just said so");
    stage.publish(trusted_root(&new).as_bytes());
    assert_eq!(stage.check(0).0.verdict, Verdict::Reject, "it is not asked again within a day");
    assert_eq!(stage.check(1).0.verdict, Verdict::Accept);
}

#[test]
fn who_is_no_longer_trusted_is_not_trusted_again_when_the_repository_is_rolled_back() {
    let (old, new) = (Sigstore::new(), Sigstore::at("new.test"));
    let mut stage = stage(Some(&old), &old);
    assert_eq!(stage.check(0).0.verdict, Verdict::Accept);
    let before = stage.repository.files.clone();
    stage.publish(trusted_root(&new).as_bytes());
    assert_eq!(stage.check(1).0.verdict, Verdict::Reject);
    stage.repository.files = before;
    let (report, _) = stage.check(2);
    assert_eq!((root(&report).source, why(&report)), (RootSource::Store, Some("metadata-rollback")));
    assert_eq!(report.verdict, Verdict::Inconclusive, "nobody knows whom they trust by now, but it is not accepted");
}

#[test]
fn a_repository_that_lies_denies_nothing() {
    let sigstore = Sigstore::new();
    for (path, lie, code) in [
        ("timestamp.json", b"{}".to_vec(), "document-invalid"),
        ("timestamp.json", vec![b' '; 20_000], "metadata-too-large"),
        ("2.root.json", b"<html>".to_vec(), "json-invalid"),
    ] {
        let mut stage = stage(Some(&sigstore), &sigstore);
        stage.check(0);
        stage.repository.files.insert(path.into(), lie);
        let (report, _) = stage.check(1);
        assert_eq!((report.verdict, root(&report).source, why(&report)), (Verdict::Accept, RootSource::Store, Some(code)));
        assert_eq!(doubts(&report).len(), 1);
    }
}

#[test]
fn a_repository_that_is_down_is_told_and_what_is_stored_is_used() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    stage.check(0);
    stage.down();
    let (report, _) = stage.check(6);
    assert_eq!((report.verdict, root(&report).source, why(&report)), (Verdict::Accept, RootSource::Store, Some("repository-unreachable")));
    assert_eq!(root(&report).age, Some(6 * 86_400));
    assert!(doubts(&report)[0].contains("confirmed at 2026-11-23T12:00:00Z: "), "{:?}", doubts(&report));
    let (report, _) = stage.check(30);
    assert_eq!((report.verdict, root(&report).source), (Verdict::Accept, RootSource::Store));
    assert!(doubts(&report)[0].contains("which has expired"), "{:?}", doubts(&report));
}

/// Every image of a text would wait for it.
#[test]
fn a_repository_that_gave_no_answer_is_not_asked_again_for_ten_minutes() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    stage.check(0);
    stage.repository.broken.insert("*".into(), Err(TransportError::Timeout));
    let at = |seconds: i64| UnixTime::from_seconds(days_later(2).seconds() + seconds).unwrap();
    let check = |stage: &Stage, seconds| {
        let report = stage.check_with(Some(stage.store.clone()), Some(&stage.policy()), at(seconds)).unwrap();
        (report.verdict, root(&report).source, why(&report), stage.repository.asked.borrow().len())
    };
    let silent = |asked| (Verdict::Accept, RootSource::Store, Some("repository-unreachable"), asked);
    assert_eq!(check(&stage, 0), silent(1));
    assert_eq!(check(&stage, 599), silent(0));
    assert_eq!(check(&stage, 600), silent(1));
    // The clock was wrong, and is put right.
    assert_eq!(check(&stage, 300), silent(1));
    stage.repository.broken.clear();
    assert_eq!(check(&stage, 301), silent(0));
    assert_eq!(check(&stage, 900), (Verdict::Accept, RootSource::Repository, None, 2));
}

/// Where many share a store, one whose own requests have run out speaks for nobody else.
#[test]
fn who_could_not_ask_does_not_keep_others_from_asking() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    stage.check(0);
    stage.repository.broken.insert("*".into(), Err(TransportError::Unreachable { detail: "Too many subrequests".into() }));
    stage.check(2);
    stage.repository.broken.clear();
    let (report, asked) = stage.check(2);
    assert_eq!((root(&report).source, why(&report), asked), (RootSource::Repository, None, 2));
}

#[test]
fn a_root_that_was_never_had_leaves_everything_unknown() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    stage.down();
    let (report, _) = stage.check(0);
    assert_eq!((report.verdict, unknown(&report)), (Verdict::Inconclusive, Some("trusted-root-missing")));
    assert!(report.trusted_roots.is_empty());
}

#[test]
fn a_root_in_a_policy_that_its_own_keys_did_not_sign_is_trusted_by_nobody() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    let root = stage.repository.root.clone();
    stage.repository.embedded = crate::repository::sign(&root, &[Signer::p256(99).alias("p256-1")]);
    let (report, asked) = stage.check(0);
    assert_eq!((report.verdict, unknown(&report), asked), (Verdict::Inconclusive, Some("trusted-root-missing"), 0));
    assert!(report.reasons[0].message.contains("root of the repository: metadata: expected a signature that holds"));
}

#[test]
fn without_a_store_a_repository_is_asked_every_time() {
    let sigstore = Sigstore::new();
    let stage = stage(Some(&sigstore), &sigstore);
    for _ in 0..2 {
        let report = stage.check_with(None::<MemoryStore>, Some(&stage.policy()), start()).unwrap();
        assert_eq!(
            (report.verdict, root(&report).source, stage.repository.asked.borrow().len()),
            (Verdict::Accept, RootSource::Repository, 5)
        );
    }
}

#[test]
fn a_policy_of_many_repositories_has_four_of_them_asked() {
    let sigstore = Sigstore::new();
    let stage = stage(Some(&sigstore), &Sigstore::at("another.test"));
    let root: Value = serde_json::from_slice(&stage.repository.embedded).unwrap();
    let names = ["a", "b", "c", "d", "e", "f"];
    let roots: serde_json::Map<String, Value> =
        names.map(|name| (name.to_owned(), json!({ "tuf": { "metadata": URL, "root": root } }))).into_iter().collect();
    let signers = names.map(|name| json!({ "sigstore": { "issuer": ISSUER, "subject": SUBJECT, "trustedRoot": name } }));
    let rules = json!([{ "images": "registry.test/team/app", "require": [{ "anyOf": signers }] }]);
    let policy = Policy::parse(&json!({ "trustedRoots": roots, "rules": rules }).to_string()).unwrap();
    let report = stage.check_with(None::<MemoryStore>, Some(&policy), start()).unwrap();
    assert_eq!((stage.repository.asked.borrow().len(), report.trusted_roots.len()), (4 * 5, 4));
    assert_eq!((report.verdict, unknown(&report)), (Verdict::Inconclusive, Some("trusted-root-missing")));
}

#[test]
fn nobody_is_asked_where_nothing_is_signed() {
    let stage = stage(None, &Sigstore::new());
    let (report, asked) = stage.check(0);
    assert_eq!((report.verdict, report.trusted_roots.len(), asked), (Verdict::Reject, 0, 0));
}

#[test]
fn nobody_is_asked_for_a_key_or_a_root_that_the_policy_holds() {
    let sigstore = Sigstore::new();
    let stage = stage(Some(&sigstore), &sigstore);
    let file: Value = serde_json::from_str(&trusted_root(&sigstore)).unwrap();
    let report = stage.check_with(Some(stage.store.clone()), Some(&policy("held", &json!({ "held": file }))), start()).unwrap();
    let held = root(&report);
    assert_eq!((report.verdict, held.source, held.root_version, held.confirmed), (Verdict::Accept, RootSource::Policy, None, None));
    assert_eq!(held.digest.encoded(), crate::repository::hashes(file.to_string().as_bytes())["sha256"]);
    assert_eq!(stage.repository.asked.borrow().len(), 0);
}

struct Broken;

impl Store for Broken {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError { detail: "private browsing".into() })
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        unreachable!("nothing was read")
    }
}

struct ReadOnly;

impl Store for ReadOnly {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        Err(StoreError { detail: "read-only file system".into() })
    }
}

#[test]
fn a_store_that_cannot_be_used_is_told_and_changes_nothing() {
    let sigstore = Sigstore::new();
    let stage = stage(Some(&sigstore), &sigstore);
    let policy = stage.policy();
    let reports = [stage.check_with(Some(Broken), Some(&policy), start()), stage.check_with(Some(ReadOnly), Some(&policy), start())];
    for report in reports.map(Result::unwrap) {
        assert_eq!(
            (report.verdict, root(&report).source, why(&report)),
            (Verdict::Accept, RootSource::Repository, Some("store-unavailable"))
        );
        assert!(doubts(&report).is_empty(), "it is the newest all the same");
    }
}

#[test]
fn what_could_not_be_kept_is_the_newest_all_the_same() {
    let stage = stage(Some(&Sigstore::at("stranger.test")), &Sigstore::new());
    let report = stage.check_with(Some(ReadOnly), Some(&stage.policy()), start()).unwrap();
    assert_eq!((report.verdict, why(&report)), (Verdict::Reject, Some("store-unavailable")), "nobody else is trusted by now");
}

#[test]
fn what_was_seen_under_one_root_is_not_forgotten_under_another() {
    let key = |root: &[u8]| pullproof::tuf::Repository::new(URL, root.to_vec()).unwrap().key().to_owned();
    assert_ne!(key(b"one"), key(b"another"));
    assert_eq!(key(b"one"), key(b"one"));
}

#[test]
fn a_damaged_store_is_told_every_time_and_not_written_over() {
    let sigstore = Sigstore::new();
    let stage = stage(Some(&sigstore), &sigstore);
    stage.check(0);
    let repository = stage.repository.embedded.clone();
    let key = pullproof::tuf::Repository::new(URL, serde_json::to_vec(&serde_json::from_slice::<Value>(&repository).unwrap()).unwrap());
    let key = key.unwrap().key().to_owned();
    let before = block_on(stage.store.load(&key)).unwrap().expect("kept under its address and its root");
    block_on(stage.store.swap(&key, Some(&before), b"{")).unwrap();
    let (report, _) = stage.check(0);
    assert_eq!((report.verdict, root(&report).source, why(&report)), (Verdict::Accept, RootSource::Repository, Some("state-invalid")));
    assert_eq!(block_on(stage.store.load(&key)).unwrap().as_deref(), Some(&b"{"[..]));
}

#[test]
fn a_repository_whose_root_nobody_here_can_read_leaves_it_unknown() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    stage.publish(b"{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot.v9+json\"}");
    let (report, _) = stage.check(0);
    assert_eq!((report.verdict, unknown(&report)), (Verdict::Inconclusive, Some("trusted-root-missing")));
}

#[test]
fn a_caller_who_gives_up_while_a_root_is_renewed_gets_no_report() {
    let sigstore = Sigstore::new();
    let mut stage = stage(Some(&sigstore), &sigstore);
    stage.repository.broken.insert("timestamp.json".into(), Err(TransportError::Aborted));
    let error = stage.check_with(Some(stage.store.clone()), Some(&stage.policy()), start()).unwrap_err();
    assert!(error.is_aborted());
}

/// The clock was wrong, and is put right.
#[test]
fn what_was_confirmed_in_the_future_is_asked_for_again() {
    let sigstore = Sigstore::new();
    let stage = stage(Some(&sigstore), &sigstore);
    stage.check(3);
    let (report, asked) = stage.check(0);
    assert_eq!((root(&report).source, root(&report).confirmed, asked), (RootSource::Repository, Some(start()), 2));
}

/// Somebody else is always quicker, and has just been told the same, a second ago.
struct Busy<'a>(&'a MemoryStore, Cell<i64>);

impl Store for Busy<'_> {
    async fn load(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.load(key).await
    }

    async fn swap(&self, key: &str, expected: Option<&[u8]>, bytes: &[u8]) -> Result<Swapped, StoreError> {
        let mut other: Value = serde_json::from_slice(bytes).unwrap();
        self.1.set(self.1.get() + 1);
        let earlier = UnixTime::from_seconds(start().seconds() - self.1.get()).unwrap();
        other["last"]["confirmed"] = json!(earlier.to_string());
        self.0.swap(key, expected, other.to_string().as_bytes()).await?;
        Ok(Swapped::Conflict)
    }
}

#[test]
fn where_many_ask_at_once_those_who_come_too_late_use_what_the_others_have_just_been_told() {
    let (sigstore, stranger) = (Sigstore::new(), Sigstore::at("stranger.test"));
    for (trusted, verdict) in [(&sigstore, Verdict::Accept), (&stranger, Verdict::Reject)] {
        let stage = stage(Some(&sigstore), trusted);
        let report = stage.check_with(Some(Busy(&stage.store, Cell::new(0))), Some(&stage.policy()), start()).unwrap();
        assert_eq!((report.verdict, root(&report).source, why(&report)), (verdict, RootSource::Store, None), "{}", report.to_json());
    }
}

/// Of the instances that come with us only the repository is forged here: nobody else has their keys.
mod built_in {
    use super::*;

    fn public_good() -> Policy {
        policy("public-good", &json!({}))
    }

    #[test]
    fn without_a_store_the_one_that_came_with_this_version_is_used_and_nobody_is_asked() {
        let stage = stage(Some(&Sigstore::new()), &Sigstore::new());
        let report = stage.check_with(None::<MemoryStore>, Some(&public_good()), start()).unwrap();
        let shipped = root(&report);
        assert_eq!((shipped.source, shipped.root_version, shipped.confirmed), (RootSource::Shipped, Some(16), None));
        assert_eq!(shipped.digest.encoded(), "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66");
        assert!(shipped.refresh.is_none() && stage.repository.asked.borrow().is_empty());
        assert_eq!(report.verdict, Verdict::Reject);
    }

    #[test]
    fn one_that_has_expired_is_used_and_that_is_said() {
        let stage = stage(Some(&Sigstore::new()), &Sigstore::new());
        let report = stage.check_with(None::<MemoryStore>, Some(&public_good()), "2027-05-01T00:00:00Z".parse().unwrap()).unwrap();
        assert!(doubts(&report)[0].contains("the one that came with this version, which has expired"), "{:?}", doubts(&report));
    }

    #[test]
    fn a_repository_that_is_down_leaves_the_one_that_came_with_this_version() {
        let mut stage = stage(Some(&Sigstore::new()), &Sigstore::new());
        stage.repository.broken.insert("*".into(), Err(TransportError::Timeout));
        let report = stage.check_with(Some(stage.store.clone()), Some(&public_good()), start()).unwrap();
        assert_eq!((root(&report).source, why(&report)), (RootSource::Shipped, Some("repository-unreachable")));
        let again = stage.check_with(Some(stage.store.clone()), Some(&public_good()), start()).unwrap();
        assert_eq!((why(&again), stage.repository.asked.borrow().len()), (Some("repository-unreachable"), 0));
        // The signer may be somebody whom they trust by now.
        assert_eq!((report.verdict, unknown(&report)), (Verdict::Inconclusive, Some("trusted-root-outdated")));
    }

    #[test]
    fn a_repository_of_somebody_else_in_its_place_is_refused() {
        let stage = stage(Some(&Sigstore::new()), &Sigstore::new());
        let report = stage.check_with(Some(stage.store.clone()), Some(&public_good()), start()).unwrap();
        assert_eq!((root(&report).source, why(&report)), (RootSource::Shipped, Some("metadata-threshold-not-met")));
        assert_ne!(report.verdict, Verdict::Accept);
        assert_eq!(block_on(stage.store.load("tuf-public-good")), Ok(None), "and nothing of it is kept");
    }

    /// No signature can meet it.
    #[test]
    fn nobody_is_asked_for_a_policy_that_names_digests_only() {
        let stage = stage(Some(&Sigstore::new()), &Sigstore::new());
        let digest = Image::multi_platform().digest().to_string();
        let policy =
            json!({ "rules": [{ "images": "registry.test/team/app", "require": [{ "anyOf": [{ "digest": digest }] }] }] }).to_string();
        let checker = Checker::new(&stage).store(Some(stage.store.clone())).attachments(true);
        let image = Reference::parse("registry.test/team/app:v1").unwrap();
        let report = block_on(checker.check(&image, Some(&Policy::parse(&policy).unwrap()), start(), &mut |_| {})).unwrap();
        assert_eq!((report.verdict, root(&report).source, why(&report)), (Verdict::Accept, RootSource::Shipped, None));
        assert!(stage.repository.asked.borrow().is_empty());
    }

    #[test]
    fn without_a_policy_nobody_is_asked() {
        let stage = stage(Some(&Sigstore::new()), &Sigstore::new());
        let report = stage.check_with(Some(stage.store.clone()), None, start()).unwrap();
        assert_eq!((root(&report).source, why(&report), stage.repository.asked.borrow().len()), (RootSource::Shipped, None, 0));
    }

    /// A policy that a stranger wrote, at the address of the real one, with a root of its own.
    #[test]
    fn another_root_for_the_same_address_is_kept_apart() {
        let sigstore = Sigstore::new();
        let stage = stage(Some(&sigstore), &sigstore);
        let root: Value = serde_json::from_slice(&stage.repository.embedded).unwrap();
        let forged = policy("mine", &json!({ "mine": { "tuf": { "metadata": PUBLIC_GOOD, "root": root } } }));
        let report = stage.check_with(Some(stage.store.clone()), Some(&forged), start()).unwrap();
        assert_eq!(report.verdict, Verdict::Accept);
        assert_eq!(block_on(stage.store.load("tuf-public-good")), Ok(None));
    }
}

mod policies {
    use super::*;

    fn refusal(tuf: &Value) -> String {
        let policy = json!({ "rules": [], "trustedRoots": { "mine": { "tuf": tuf } } });
        let invalid = Policy::parse(&policy.to_string()).unwrap_err();
        format!("{}: {invalid}", invalid.code())
    }

    #[test]
    fn what_is_no_repository_is_refused() {
        let root: Value = serde_json::from_slice(&Repository::new().embedded).unwrap();
        let mut without_version = root.clone();
        without_version["signed"].as_object_mut().unwrap().remove("version");
        for (tuf, expected) in [
            (json!({ "metadata": URL }), "policy-invalid: policy: expected $.trustedRoots.mine.tuf.root, found nothing"),
            (json!({ "root": root }), "policy-invalid: policy: expected $.trustedRoots.mine.tuf.metadata, found nothing"),
            (
                json!({ "metadata": URL, "root": "1.root.json" }),
                "policy-invalid: policy: expected $.trustedRoots.mine.tuf.root to be an object",
            ),
            (json!({ "metadata": URL, "root": without_version }), "policy-invalid: policy: $.trustedRoots.mine.tuf.root: "),
            (
                json!({ "metadata": "http://tuf.example", "root": root }),
                "policy-invalid: policy: $.trustedRoots.mine.tuf.metadata: expected an https",
            ),
            (
                json!({ "metadata": URL, "targets": "ftp://a", "root": root }),
                "policy-invalid: policy: $.trustedRoots.mine.tuf.targets: expected",
            ),
            (
                json!({ "metadata": URL, "root": root, "mirror": URL }),
                "policy-unsupported: policy: expected only what this version can verify, found",
            ),
        ] {
            let found = refusal(&tuf);
            assert!(found.starts_with(expected), "{found}");
        }
        let beside = json!({ "rules": [], "trustedRoots": { "mine": { "tuf": { "metadata": URL, "root": root }, "tlogs": [] } } });
        assert_eq!(Policy::parse(&beside.to_string()).unwrap_err().code(), "policy-unsupported");
    }

    #[test]
    fn targets_can_be_elsewhere() {
        let sigstore = Sigstore::new();
        let mut stage = stage(Some(&sigstore), &sigstore);
        let root: Value = serde_json::from_slice(&stage.repository.embedded).unwrap();
        for (path, file) in stage.repository.files.clone() {
            if let Some(name) = path.strip_prefix("targets/") {
                stage.repository.files.remove(&path);
                stage.repository.files.insert(format!("mirror/{name}"), file);
            }
        }
        let elsewhere = json!({ "mine": { "tuf": { "metadata": URL, "targets": format!("{URL}/mirror/"), "root": root } } });
        let report = stage.check_with(Some(stage.store.clone()), Some(&policy("mine", &elsewhere)), start()).unwrap();
        assert_eq!(report.verdict, Verdict::Accept, "{}", report.to_json());
    }
}
