//! Shards that somebody signed: whose index it has to be, what it has to list, and how old it may be. What is refused is never clean.

use std::cell::Cell;
use std::collections::BTreeMap;

use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::budget;
use pullproof::bundle::Expected;
use pullproof::json;
use pullproof::prover::Portable;
use pullproof::report::Remark;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Scan;
use pullproof::scan::source::index::Entry;
use pullproof::scan::source::index::Index;
use pullproof::scanner::Beside;
use pullproof::scanner::LoadError;
use pullproof::scanner::Scanner;
use pullproof::scanner::ShardLoader;
use pullproof::scanner::Source;
use pullproof::scanner::signed;
use pullproof::scanner::signed::RefusedIndex;
use pullproof::scanner::signed::RefusedShard;
use pullproof::scanner::signed::SignedIndex;
use pullproof::store::MemoryStore;
use pullproof::store::Store;
use pullproof::store::StoreError;
use pullproof::store::Swapped;
use pullproof_world::sigstore::Bundle;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::statement::SLSA_PROVENANCE;
use serde_json::Value;
use serde_json::json as value;

use crate::known::empty_file;
use crate::known::now;
use crate::scanner::APP;
use crate::scanner::Broken;
use crate::scanner::Shards;
use crate::scanner::codes;
use crate::scanner::debian;
use crate::scanner::shards;
use crate::scanner::world;

const MADE: &str = "2026-11-25T12:00:00Z";

fn time(text: &str) -> UnixTime {
    text.parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::p256("publisher of shards")
}

fn signed_with(key: &SigningKey, message: &[u8]) -> Bundle {
    Sigstore::new().signing().with_key(key).unlisted().unstamped().sign_message(message)
}

fn expected(options: &Value) -> Expected {
    Expected::read(&json::parse_object(options.to_string().as_bytes()).unwrap().root(), &[]).unwrap()
}

fn whoever_has(key: &SigningKey) -> Expected {
    expected(&value!({ "key": key.public().pem() }))
}

fn whoever_is(identity: &Value) -> Expected {
    expected(&value!({ "identity": identity, "trustedRoot": Sigstore::new().trusted_root().json() }))
}

/// An index of these.
fn index(at: &str, shards: &Shards) -> Vec<u8> {
    let entries: BTreeMap<String, Entry> = shards.iter().map(|(ecosystem, bytes)| (ecosystem.clone(), Entry::of(bytes))).collect();
    Index::new(time(at), entries).to_bytes()
}

fn open_with(
    index: &[u8],
    bundle: &[u8],
    expected: &Expected,
    store: Option<&impl Store>,
    now: UnixTime,
) -> Result<SignedIndex, RefusedIndex> {
    pollster::block_on(async {
        let publisher = signed::signer_of(index, bundle, expected, now, &Portable).await?;
        SignedIndex::open(index, publisher, store, now).await
    })
}

/// Signed with the key that is wanted.
fn open(index: &[u8]) -> Result<SignedIndex, RefusedIndex> {
    open_in(index, None)
}

fn open_in(index: &[u8], store: Option<&MemoryStore>) -> Result<SignedIndex, RefusedIndex> {
    open_with(index, signed_with(&key(), index).json().as_bytes(), &whoever_has(&key()), store, now())
}

/// What the publisher has, and the shards that somebody serves.
fn scan_of(index: Result<SignedIndex, RefusedIndex>, served: impl ShardLoader) -> Scan {
    scan_within(budget::ADVISORIES_DAYS, now(), index, served)
}

fn scan_within(days: u32, now: UnixTime, index: Result<SignedIndex, RefusedIndex>, served: impl ShardLoader) -> Scan {
    let world = world(debian());
    let scanner = Scanner::new(&world).max_age_days(days);
    let source = Source::SignedShards { index, shards: served };
    pollster::block_on(scanner.scan(&Reference::parse(APP).unwrap(), &source, &Beside::default(), now, &mut |_| {})).unwrap()
}

fn notes(scan: &Scan) -> Vec<&str> {
    scan.coverage.notes.iter().map(|note| note.code).collect()
}

/// Nobody may be asked.
struct Untouched;

impl ShardLoader for Untouched {
    async fn load(&self, ecosystem: &str) -> Result<Option<Vec<u8>>, LoadError> {
        panic!("nobody may be asked for the shard of {ecosystem}")
    }
}

#[test]
fn shards_of_the_signer_who_is_wanted_are_used_and_told_with_their_signer() {
    let scan = scan_of(open(&index(MADE, &shards())), shards());
    assert_eq!((scan.extent, scan.findings.len(), notes(&scan).len()), (Extent::Complete, 4, 0), "{:?}", scan.remarks);
    let id = pullproof::crypto::PublicKey::from_pem(&key().public().pem()).unwrap().id();
    assert!(!scan.coverage.databases.is_empty());
    for database in &scan.coverage.databases {
        assert_eq!(database.signed_by.as_deref(), Some(format!("the ECDSA P-256 key {id}").as_str()));
    }
}

#[test]
fn an_identity_of_a_pipeline_can_sign_them() {
    let index = index(MADE, &shards());
    let bundle = Sigstore::new().signing().sign_message(&index);
    let wanted = whoever_is(&value!({ "issuer": ISSUER, "subject": IDENTITY }));
    let opened = open_with(&index, bundle.json().as_bytes(), &wanted, None::<&MemoryStore>, now());
    let scan = scan_of(opened, shards());
    assert_eq!(scan.extent, Extent::Complete, "{:?}", scan.remarks);
    assert_eq!(scan.coverage.databases[0].signed_by.as_deref(), Some(format!("\"{IDENTITY}\", known to \"{ISSUER}\"").as_str()));
}

#[test]
fn shards_that_nobody_vouches_for_are_told_as_such() {
    let world = world(debian());
    let scan = crate::scanner::scan_with(&world, &Source::Shards(shards()), &Beside::default());
    assert_eq!((scan.extent, notes(&scan)), (Extent::Complete, vec!["shards-not-signed"]));
    assert!(scan.coverage.databases.iter().all(|database| database.signed_by.is_none()));
}

#[test]
fn a_strangers_signature_leaves_the_scan_unknown_and_nothing_is_loaded() {
    let index = index(MADE, &shards());
    let bundle = signed_with(&SigningKey::p256("stranger"), &index);
    let scan = scan_of(open_with(&index, bundle.json().as_bytes(), &whoever_has(&key()), None::<&MemoryStore>, now()), Untouched);
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unknown, "shard-index-not-signed"));
    assert!(scan.findings.is_empty() && scan.coverage.databases.is_empty());
    assert_eq!(scan.coverage.packages, 4, "what is installed is known all the same");
}

#[test]
fn another_identity_is_refused() {
    let index = index(MADE, &shards());
    let bundle = Sigstore::new().signing().identity(&format!("{IDENTITY}2")).sign_message(&index);
    let wanted = whoever_is(&value!({ "issuer": ISSUER, "subject": IDENTITY }));
    let refused = open_with(&index, bundle.json().as_bytes(), &wanted, None::<&MemoryStore>, now()).unwrap_err();
    assert_eq!(refused.code(), "shard-index-not-signed");
}

#[test]
fn a_signature_of_something_else_is_refused() {
    let (old, new) = (index("2026-11-24T12:00:00Z", &shards()), index(MADE, &shards()));
    let bundle = signed_with(&key(), &old);
    let refused = open_with(&new, bundle.json().as_bytes(), &whoever_has(&key()), None::<&MemoryStore>, now()).unwrap_err();
    assert_eq!(refused.code(), "shard-index-not-signed");
}

#[test]
fn trap_an_attestation_about_an_index_is_no_signature_of_it() {
    // Whoever attests where it was built says nothing of whether it is to be used.
    let index = index(MADE, &shards());
    let digest = pullproof::Digest::of(pullproof::digest::Algorithm::Sha256, &index);
    let bundle = Sigstore::new().signing().attest(digest, SLSA_PROVENANCE, &value!({}));
    let wanted = whoever_is(&value!({ "issuer": ISSUER, "subject": IDENTITY }));
    let refused = open_with(&index, bundle.json().as_bytes(), &wanted, None::<&MemoryStore>, now()).unwrap_err();
    assert!(matches!(&refused, RefusedIndex::NotSigned { found, .. } if found.contains("attestation")), "{refused}");
}

#[test]
fn a_bundle_that_is_none_is_refused() {
    let index = index(MADE, &shards());
    for bundle in [&b""[..], b"{}", b"[]", b"-----BEGIN", &vec![b' '; budget::BUNDLE_BYTES + 1]] {
        let refused = open_with(&index, bundle, &whoever_has(&key()), None::<&MemoryStore>, now()).unwrap_err();
        assert_eq!(refused.code(), "shard-index-not-signed");
    }
}

#[test]
fn every_byte_of_the_index_counts() {
    let index = index(MADE, &shards());
    let bundle = signed_with(&key(), &index).json();
    for place in 0..index.len() {
        let mut altered = index.clone();
        altered[place] ^= 1;
        let refused = open_with(&altered, bundle.as_bytes(), &whoever_has(&key()), None::<&MemoryStore>, now()).unwrap_err();
        assert_eq!(refused.code(), "shard-index-not-signed", "byte {place}");
    }
}

#[test]
fn whatever_becomes_of_the_signatures_file_the_index_is_the_one_that_was_signed() {
    let index = index(MADE, &shards());
    let bundle = signed_with(&key(), &index).json();
    let honest = open(&index).unwrap();
    for place in 0..bundle.len() {
        let mut altered = bundle.clone().into_bytes();
        altered[place] ^= 1;
        if let Ok(opened) = open_with(&index, &altered, &whoever_has(&key()), None::<&MemoryStore>, now()) {
            assert_eq!(opened, honest, "byte {place}");
        }
    }
}

#[test]
fn every_byte_of_a_shard_counts() {
    let index = open(&index(MADE, &shards())).unwrap();
    let honest = shards().remove("Debian:12").unwrap();
    assert!(index.admit("Debian:12", Ok(Some(honest.clone()))).unwrap().is_some());
    for place in 0..honest.len() {
        let mut altered = honest.clone();
        altered[place] ^= 1;
        let refused = index.admit("Debian:12", Ok(Some(altered))).unwrap_err();
        assert_eq!(refused.code(), "shard-altered", "byte {place}");
    }
}

#[test]
fn a_shard_that_was_cut_short_or_goes_on_is_refused() {
    let index = open(&index(MADE, &shards())).unwrap();
    let honest = shards().remove("Debian:12").unwrap();
    for end in 0..honest.len() {
        assert_eq!(index.admit("Debian:12", Ok(Some(honest[..end].to_vec()))).unwrap_err().code(), "shard-altered");
    }
    assert_eq!(index.admit("Debian:12", Ok(Some([&honest[..], b"\n"].concat()))).unwrap_err().code(), "shard-altered");
}

#[test]
fn an_altered_shard_among_honest_ones_is_told_first_and_the_scan_is_not_complete() {
    let mut served = shards();
    let altered = String::from_utf8(served["Debian:12"].clone()).unwrap().replace("2.36-9+deb12u3", "2.36-9+deb12u0");
    served.insert("Debian:12".to_owned(), altered.into_bytes());
    let scan = scan_of(open(&index(MADE, &shards())), served);
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unsupported, "shard-altered"));
    let databases: Vec<_> = scan.coverage.databases.iter().filter_map(|database| database.ecosystem.as_deref()).collect();
    assert_eq!(databases, ["PyPI", "npm"]);
}

#[test]
fn trap_an_older_shard_among_new_ones_is_refused() {
    // A signature of each would hold: it is the index that says that they belong together.
    let mut served = shards();
    served.insert("npm".to_owned(), empty_file("npm"));
    let scan = scan_of(open(&index(MADE, &shards())), served);
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Partial, "shard-altered"));
}

#[test]
fn the_shard_of_another_release_under_the_name_is_refused() {
    let mut served = shards();
    served.insert("Debian:12".to_owned(), served["Alpine:v3.20"].clone());
    assert_eq!(scan_of(open(&index(MADE, &shards())), served.clone()).remarks[0].code, "shard-altered");
    // Even if the publisher says so.
    let scan = scan_of(open(&index(MADE, &served)), served);
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unsupported, "shard-invalid"));
}

#[test]
fn what_is_listed_and_no_shard_is_refused() {
    let mut listed = shards();
    listed.insert("Debian:12".to_owned(), b"{}\n".to_vec());
    let scan = scan_of(open(&index(MADE, &listed)), listed);
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unsupported, "shard-invalid"));
}

#[test]
fn trap_a_shard_that_the_index_names_and_nobody_has_is_missing() {
    // Without an index this is a system that nobody knows anything about.
    let mut served = shards();
    served.remove("npm");
    let scan = scan_of(open(&index(MADE, &shards())), served);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["shard-missing", "packages-without-advisories"]));
}

#[test]
fn a_shard_that_the_index_does_not_name_is_not_asked_for() {
    let mut listed = shards();
    for ecosystem in ["Debian:12", "PyPI", "npm"] {
        listed.remove(ecosystem);
    }
    let scan = scan_of(open(&index(MADE, &listed)), Untouched);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Unsupported, vec!["database-missing", "packages-without-advisories"]));
    assert_eq!(notes(&scan), ["shard-not-listed"; 3]);
}

#[test]
fn a_loader_that_fails_is_told_for_each_shard() {
    let scan = scan_of(open(&index(MADE, &shards())), Broken);
    assert_eq!((scan.extent, &codes(&scan)[..3]), (Extent::Unsupported, &["shard-unavailable"; 3][..]));
}

#[test]
fn what_admits_a_shard_says_why_not() {
    let index = open(&index(MADE, &shards())).unwrap();
    assert_eq!(index.admit("Debian:13", Ok(Some(empty_file("Debian:13")))), Ok(None));
    assert_eq!(index.admit("npm", Ok(None)), Err(RefusedShard::Missing));
    let verified = index.admit("npm", Ok(shards().remove("npm"))).unwrap().unwrap();
    assert_eq!((verified.shard().ecosystem(), verified.signed_by()), ("npm", index.signed_by()));
}

#[test]
fn an_index_that_is_older_than_one_that_was_seen_is_refused() {
    let store = MemoryStore::default();
    let (old, new) = (index("2026-11-24T12:00:00Z", &shards()), index(MADE, &shards()));
    open_in(&old, Some(&store)).unwrap();
    open_in(&new, Some(&store)).unwrap();
    open_in(&new, Some(&store)).unwrap();
    let scan = scan_of(open_in(&old, Some(&store)), Untouched);
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unknown, "shard-index-older"));
    // It was not forgotten by that.
    open_in(&old, Some(&store)).unwrap_err();
    // Who keeps nothing cannot know.
    open(&old).unwrap();
}

#[test]
fn a_second_before_is_older() {
    let store = MemoryStore::default();
    open_in(&index(MADE, &shards()), Some(&store)).unwrap();
    open_in(&index("2026-11-25T11:59:59Z", &shards()), Some(&store)).unwrap_err();
}

#[test]
fn what_was_seen_of_one_signer_binds_no_other() {
    let store = MemoryStore::default();
    let (old, new) = (index("2026-11-24T12:00:00Z", &shards()), index(MADE, &shards()));
    let other = SigningKey::p256("another publisher");
    open_in(&new, Some(&store)).unwrap();
    open_with(&old, signed_with(&other, &old).json().as_bytes(), &whoever_has(&other), Some(&store), now()).unwrap();
}

#[test]
fn trap_an_old_index_is_not_new_under_another_name_of_the_same_pattern() {
    let store = MemoryStore::default();
    let wanted = whoever_is(&value!({ "issuer": ISSUER, "subjectPattern": "https://github.com/org/app/*" }));
    let (old, new) = (index("2026-11-24T12:00:00Z", &shards()), index(MADE, &shards()));
    let bundle = |branch: &str, index: &[u8]| {
        Sigstore::new().signing().identity(&format!("https://github.com/org/app/{branch}")).sign_message(index).json()
    };
    open_with(&new, bundle("main", &new).as_bytes(), &wanted, Some(&store), now()).unwrap();
    let refused = open_with(&old, bundle("old", &old).as_bytes(), &wanted, Some(&store), now()).unwrap_err();
    assert_eq!(refused.code(), "shard-index-older");
}

#[test]
fn what_a_stranger_signs_is_not_remembered() {
    let store = MemoryStore::default();
    let index = index(MADE, &shards());
    let stranger = SigningKey::p256("stranger");
    open_with(&index, signed_with(&stranger, &index).json().as_bytes(), &whoever_has(&key()), Some(&store), now()).unwrap_err();
    open_in(&self::index("2026-11-20T12:00:00Z", &shards()), Some(&store)).unwrap();
}

#[test]
fn trap_an_index_from_the_future_is_told_and_not_the_newest_for_ever() {
    let store = MemoryStore::default();
    let mut made = shards();
    for bytes in made.values_mut() {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replace("2026-11-25T12", "2027-11-25T12").into_bytes();
    }
    let scan = scan_of(open_in(&index("2027-11-25T12:00:00Z", &made), Some(&store)), made);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["advisories-from-the-future"]));
    open_in(&index(MADE, &shards()), Some(&store)).unwrap();
}

/// One that can do nothing.
struct Unusable;

impl Store for Unusable {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError { detail: "no disk".to_owned() })
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        Err(StoreError { detail: "no disk".to_owned() })
    }
}

/// One that others write all the time.
#[derive(Default)]
struct Busy(Cell<usize>);

impl Store for Busy {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.set(self.0.get() + 1);
        Ok(None)
    }

    async fn swap(&self, _: &str, _: Option<&[u8]>, _: &[u8]) -> Result<Swapped, StoreError> {
        Ok(Swapped::Conflict)
    }
}

fn opened_with(store: &impl Store) -> SignedIndex {
    let index = index(MADE, &shards());
    open_with(&index, signed_with(&key(), &index).json().as_bytes(), &whoever_has(&key()), Some(store), now()).unwrap()
}

#[test]
fn a_store_that_cannot_be_used_ends_nothing_and_is_told() {
    let scan = scan_of(Ok(opened_with(&Unusable)), shards());
    assert_eq!((scan.extent, notes(&scan)), (Extent::Complete, vec!["store-unavailable"]));
    let busy = Busy::default();
    assert_eq!(opened_with(&busy).unseen().map(|remark| remark.code), Some("store-unavailable"));
    assert_eq!(busy.0.get(), budget::TUF_ATTEMPTS);
}

#[test]
fn state_that_cannot_be_read_is_told_and_not_written_over() {
    let index = index(MADE, &shards());
    let bundle = signed_with(&key(), &index).json();
    let publisher = pollster::block_on(signed::signer_of(&index, bundle.as_bytes(), &whoever_has(&key()), now(), &Portable)).unwrap();
    for state in
        [&b"{}"[..], b"", br#"{"stateVersion":2,"generatedAt":"2026-11-25T12:00:00Z"}"#, br#"{"stateVersion":1,"generatedAt":"soon"}"#]
    {
        let store = MemoryStore::default();
        pollster::block_on(store.swap(publisher.history(), None, state)).unwrap();
        let opened = open_in(&index, Some(&store)).unwrap();
        assert!(matches!(opened.unseen(), Some(Remark { code: "state-invalid", .. })), "{:?}", opened.unseen());
        assert_eq!(pollster::block_on(store.load(publisher.history())).unwrap().as_deref(), Some(state));
    }
}

#[test]
fn the_name_of_a_history_can_be_that_of_a_file() {
    let index = index(MADE, &shards());
    let bundle = signed_with(&key(), &index).json();
    let publisher = pollster::block_on(signed::signer_of(&index, bundle.as_bytes(), &whoever_has(&key()), now(), &Portable)).unwrap();
    assert!(publisher.history().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
}

#[test]
fn advisories_that_are_too_old_make_a_scan_partial() {
    let scan = |days, at| scan_within(days, time(at), open(&index(MADE, &shards())), shards());
    // Five days and almost another.
    assert_eq!(scan(5, "2026-12-01T11:59:59Z").extent, Extent::Complete);
    let old = scan(5, "2026-12-01T12:00:00Z");
    assert_eq!((old.extent, codes(&old)), (Extent::Partial, vec!["advisories-old"]));
    assert_eq!(old.remarks[0].message, "expected advisories of at most 5 days, found Debian:12 of 6 days, PyPI of 6 days, npm of 6 days");
    assert_eq!((old.findings.len(), old.coverage.databases[0].age_days), (4, 6));
    assert_eq!(scan(0, "2026-11-26T12:00:00Z").extent, Extent::Partial);
    assert_eq!(scan(0, MADE).extent, Extent::Complete);
    assert_eq!(scan(u32::MAX, "9999-12-31T23:59:59Z").extent, Extent::Complete);
}

#[test]
fn what_nobody_vouches_for_is_too_old_as_well() {
    let world = world(debian());
    let image = Reference::parse(APP).unwrap();
    let source = Source::Shards(shards());
    let late = time("2027-01-01T00:00:00Z");
    let scan = pollster::block_on(Scanner::new(&world).scan(&image, &source, &Beside::default(), late, &mut |_| {})).unwrap();
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["advisories-old"]));
}

#[test]
fn that_there_is_no_shard_was_true_only_when_the_index_was_made() {
    let opened = open(&index(MADE, &Shards::new()));
    let scan = scan_within(5, time("2027-01-01T00:00:00Z"), opened, Untouched);
    assert_eq!((scan.extent, codes(&scan)[0]), (Extent::Unsupported, "advisories-old"));
}

#[test]
fn clocks_may_differ_by_a_day() {
    let scan = |at| codes(&scan_within(5, time(at), open(&index(MADE, &shards())), shards())).is_empty();
    assert!(scan("2026-11-24T12:00:00Z"));
    assert!(!scan("2026-11-24T11:59:59Z"));
}

#[test]
fn what_is_no_index_is_refused_whoever_signed_it() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let entry = |ecosystem: &str| value!({ "ecosystem": ecosystem, "size": 1, "digest": digest });
    let with = |shards: Value| value!({ "index": 1, "generatedAt": MADE, "shards": shards }).to_string();
    for (text, says) in [
        (String::new(), "a JSON document"),
        ("[]".to_owned(), "an object"),
        ("{}".to_owned(), "index"),
        (with(value!([])).replace("\"index\":1", "\"index\":2"), "version 1"),
        (with(value!([])).replace("\"index\":1", "\"index\":\"1\""), "an integer"),
        (with(value!([])).replace(MADE, "yesterday"), "a date"),
        (with(value!([])) + "{}", "a JSON document"),
        (with(value!([])).replacen('{', "{\"index\":1,", 1), "every name once"),
        (with(value!({})), "an array"),
        (with(value!([entry("b"), entry("a")])), "in their order"),
        (with(value!([entry("a"), entry("a")])), "every ecosystem once"),
        (with(value!([entry("")])), "the name of an ecosystem"),
        (with(value!([value!({ "ecosystem": "a", "size": -1, "digest": digest })])), "size"),
        (with(value!([value!({ "ecosystem": "a", "size": 1.5, "digest": digest })])), "size"),
        (with(value!([value!({ "ecosystem": "a", "size": 1, "digest": "md5:0" })])), "a digest"),
        (with(value!([value!({ "ecosystem": "a", "size": 1 })])), "digest"),
        (with(value!([[]])), "an object"),
        (format!("{{\"index\":1,\"generatedAt\":{MADE:?},\"shards\":{}", "[".repeat(100_000)), ""),
        (format!("{{\"index\":1,\"generatedAt\":{MADE:?},\"shards\":[{}0]}}", "0,".repeat(100_000)), "values"),
    ] {
        let refused = open(text.as_bytes()).unwrap_err();
        assert_eq!(refused.code(), "shard-index-invalid", "{text:.200}");
        assert!(refused.to_string().contains(says), "{refused}");
    }
}

#[test]
fn an_index_that_is_too_large_is_not_even_hashed() {
    let refused =
        open_with(&vec![b' '; budget::SHARD_INDEX_BYTES + 1], b"", &whoever_has(&key()), None::<&MemoryStore>, now()).unwrap_err();
    assert_eq!(refused.code(), "shard-index-invalid");
}

#[test]
fn an_index_of_ten_thousand_shards_is_read() {
    let many: Shards = (0..10_000).map(|number| (format!("Red Hat:enterprise_linux:{number:05}::baseos"), Vec::new())).collect();
    let index = index(MADE, &many);
    assert_eq!(open(&index).unwrap().index().ecosystems().count(), 10_000);
    assert_eq!(Index::read(&index).unwrap().to_bytes(), index);
}
