//! A check whose policy names a collection: what a verdict makes of it, and what the report says.

use pollster::block_on;
use pullproof::Checker;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::UnixTime;
use pullproof::content_trust::TrustServer;
use pullproof::inspect::Inspector;
use pullproof::policy::ContentTrust;
use pullproof::policy::InvalidPolicy;
use pullproof::prover::Portable;
use pullproof::registry::auth::Credentials;
use pullproof::registry::client::Access;
use pullproof::report::CheckName;
use pullproof::report::ContentTrustOutcome;
use pullproof::report::Outcome;
use pullproof::report::TrustInspection;
use pullproof::report::Verdict;
use pullproof::store::MemoryStore;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::World;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::Sites;
use pullproof_world::sigstore::SigningKey;
use serde_json::Value;
use serde_json::json;

use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::certificate;
use crate::minted::days_later;
use crate::minted::meta;
use crate::minted::start;

const SERVER: &str = "https://trust.test/notary";

/// Docker Hub with one image, and the trust server of its publisher, who signed it as `1.0`.
struct Stage {
    image: Image,
    publisher: Publisher,
    sites: Sites,
    world: World,
    store: MemoryStore,
}

impl Stage {
    fn new() -> Self {
        let image = Image::multi_platform();
        let registry = FakeRegistry::new().image("example/app", "1.0", &image).image("example/app", "old", &image);
        let mut publisher = Publisher::with_releases();
        publisher.delegated.get_mut("targets/releases").unwrap()["targets"]["1.0"] = meta(&image.root.bytes);
        let sites = Sites::default();
        let world = World::new().registry("registry-1.docker.io", registry).host("trust.test", sites.clone());
        let mut stage = Self { image, publisher, sites, world, store: MemoryStore::default() };
        stage.publish();
        stage
    }

    fn publish(&mut self) -> Site {
        let site = Site::new(&self.publisher.publish());
        self.sites.show("notary", site.clone());
        site
    }

    fn check_at(&self, image: &str, policy: &Value, store: bool, now: UnixTime) -> Report {
        let image = Reference::parse(image).unwrap();
        let policy = Policy::parse(&policy.to_string()).unwrap();
        let checker = Checker::new(&self.world).store(store.then(|| self.store.clone()));
        block_on(checker.check(&image, Some(&policy), now, &mut |_| {})).unwrap()
    }

    fn check(&self, image: &str) -> Report {
        self.check_at(image, &policy(&[pinned()]), true, start())
    }
}

fn pinned() -> Value {
    json!({ "contentTrust": { "server": SERVER, "rootKey": Signer::root("root").canonical_id() } })
}

fn policy(any_of: &[Value]) -> Value {
    json!({ "rules": [{ "images": "docker.io/example/app", "require": [{ "anyOf": any_of }] }] })
}

fn outcome(report: &Report) -> &Outcome {
    &report.checks.iter().find(|check| check.name == CheckName::ContentTrust).expect("it was made").outcome
}

fn reasons(report: &Report) -> Vec<&str> {
    report.reasons.iter().map(|reason| reason.code).collect()
}

#[test]
fn an_image_that_is_what_its_tag_was_signed_as_is_accepted() {
    let stage = Stage::new();
    for image in ["example/app:1.0", &format!("example/app:1.0@{}", stage.image.digest()), &format!("example/app@{}", stage.image.digest())]
    {
        let report = stage.check(image);
        assert_eq!(report.verdict, Verdict::Accept, "{image} {}", report.to_json());
        let [word] = report.content_trust.as_deref().unwrap() else { panic!("one collection was named") };
        assert_eq!(
            (word.outcome, word.role.as_deref(), word.tag.as_deref()),
            (ContentTrustOutcome::Verified, Some("targets/releases"), Some("1.0"))
        );
        let chain: Vec<_> = word.chain.iter().map(|link| link.role.as_str()).collect();
        assert_eq!(chain, ["root", "timestamp", "snapshot", "targets", "targets/releases"]);
        assert_eq!((word.first_seen, word.expires), (Some(start()), Some(days_later(14))));
    }
}

#[test]
fn what_a_tag_stands_for_is_then_the_publishers_word_and_not_the_registrys() {
    let report = Stage::new().check("example/app:1.0");
    let codes: Vec<_> = report.not_proven.iter().map(|remark| remark.code).collect();
    assert!(codes.contains(&"trust-data") && !codes.contains(&"tag") && !codes.contains(&"publisher"), "{codes:?}");
}

#[test]
fn trap_15_a_digest_that_nobody_signed_is_rejected_and_so_is_a_tag_signed_for_another() {
    let mut stage = Stage::new();
    stage.publisher.delegated.get_mut("targets/releases").unwrap()["targets"]["1.0"] = meta(b"another manifest");
    stage.publish();
    for (image, code) in [
        ("example/app:1.0".to_owned(), "signed-digest-differs"),
        (format!("example/app:1.0@{}", stage.image.digest()), "signed-digest-differs"),
        (format!("example/app@{}", stage.image.digest()), "tag-not-signed"),
    ] {
        let report = stage.check(&image);
        assert_eq!((report.verdict, reasons(&report)), (Verdict::Reject, vec!["content-trust-refused"]), "{image}");
        assert_eq!(report.content_trust.as_ref().unwrap()[0].code, Some(code), "{image}");
        assert_eq!(report.pinned, None);
    }
}

#[test]
fn a_tag_that_nobody_signed_is_rejected() {
    let report = Stage::new().check("example/app:old");
    assert_eq!((report.verdict, report.content_trust.unwrap()[0].code), (Verdict::Reject, Some("tag-not-signed")));
}

#[test]
fn trap_16_a_manifest_of_another_length_is_rejected() {
    let mut stage = Stage::new();
    let length = stage.image.root.bytes.len();
    stage.publisher.delegated.get_mut("targets/releases").unwrap()["targets"]["1.0"]["length"] = json!(length + 1);
    stage.publish();
    let report = stage.check("example/app:1.0");
    assert_eq!((report.verdict, report.content_trust.unwrap()[0].outcome), (Verdict::Reject, ContentTrustOutcome::Failed));
}

#[test]
fn the_true_reason_is_the_first() {
    let stage = Stage::new();
    let report = stage.check_at("example/app:1.0", &policy(&[pinned()]), true, days_later(20));
    assert_eq!(report.verdict, Verdict::Reject);
    assert!(report.reasons[0].message.contains("timestamp: expected"), "{}", report.reasons[0].message);
}

#[test]
fn a_collection_that_fails_does_not_deny_what_another_alternative_allows() {
    let stage = Stage::new();
    let wrong = json!({ "contentTrust": { "server": SERVER, "rootKey": Signer::root("somebody").canonical_id() } });
    let report =
        stage.check_at("example/app:1.0", &policy(&[wrong.clone(), json!({ "digest": stage.image.digest().to_string() })]), true, start());
    assert_eq!(report.verdict, Verdict::Accept, "{}", report.to_json());
    assert!(matches!(outcome(&report), Outcome::Skipped { .. }), "{:?}", outcome(&report));
    let report = stage.check_at("example/app:1.0", &policy(&[wrong, pinned()]), true, start());
    assert_eq!(report.verdict, Verdict::Accept);
}

#[test]
fn every_requirement_has_to_hold() {
    let stage = Stage::new();
    let other = json!({ "digest": format!("sha256:{}", "0".repeat(64)) });
    let both = json!({ "rules": [{ "images": "docker.io/example/app", "require": [pinned(), other] }] });
    assert_eq!(stage.check_at("example/app:1.0", &both, true, start()).verdict, Verdict::Reject);
}

#[test]
fn a_server_that_gives_no_answer_leaves_it_open() {
    let mut stage = Stage::new();
    let site = stage.publish();
    for status in [500, 503, 401, 403, 429] {
        stage.sites.show("notary", site.clone().failing("timestamp.json", status));
        let report = stage.check("example/app:1.0");
        assert_eq!(report.verdict, Verdict::Inconclusive, "{status} {:?}", report.reasons);
        assert!(matches!(outcome(&report), Outcome::Unknown(_)));
    }
    stage.sites.show("notary", site.without("timestamp.json"));
    assert_eq!(stage.check("example/app:1.0").verdict, Verdict::Reject);
}

#[test]
fn trap_08_first_use_is_never_believed_without_a_store_and_is_said_to_be_first_use_with_one() {
    let stage = Stage::new();
    let first = policy(&[json!({ "contentTrust": { "server": SERVER, "firstUse": true } })]);
    let report = stage.check_at("example/app:1.0", &first, false, start());
    assert_eq!((report.verdict, reasons(&report)), (Verdict::Inconclusive, vec!["first-use-needs-store"]));
    let report = stage.check_at("example/app:1.0", &first, true, start());
    assert_eq!(report.verdict, Verdict::Accept);
    let Outcome::Passed { evidence } = outcome(&report) else { panic!("it holds") };
    assert!(evidence.ends_with("under a root that nobody vouches for, first seen 2026-11-23T12:00:00Z"), "{evidence}");
    assert!(report.not_proven.iter().any(|remark| remark.code == "publisher" && remark.message.contains("answered first")));
}

#[test]
fn an_archive_never_makes_an_image_accepted() {
    let stage = Stage::new();
    let mut archived = pinned();
    archived["contentTrust"]["verifyAt"] = json!("2026-11-24T00:00:00Z");
    for now in [start(), days_later(5000)] {
        let report = stage.check_at("example/app:1.0", &policy(std::slice::from_ref(&archived)), true, now);
        assert_eq!((report.verdict, reasons(&report)), (Verdict::Inconclusive, vec!["archived"]), "{}", report.to_json());
        assert_eq!(report.content_trust.unwrap()[0].outcome, ContentTrustOutcome::Archived);
    }
    archived["contentTrust"]["verifyAt"] = json!("2026-12-24T00:00:00Z");
    assert_eq!(stage.check_at("example/app:1.0", &policy(&[archived]), true, start()).verdict, Verdict::Reject);
}

#[test]
fn more_collections_than_one_check_asks_are_never_accepted_for_it() {
    let stage = Stage::new();
    let other =
        |number: usize| json!({ "contentTrust": { "server": SERVER, "rootKey": Signer::root(&number.to_string()).canonical_id() } });
    let many: Vec<_> = (0..4).map(other).chain([pinned()]).collect();
    let report = stage.check_at("example/app:1.0", &policy(&many), true, start());
    assert_eq!((report.verdict, reasons(&report)), (Verdict::Inconclusive, vec!["budget-exhausted"]));
}

#[test]
fn without_a_rule_nobody_is_asked() {
    let stage = Stage::new();
    let other = json!({ "rules": [{ "images": "docker.io/example/other", "require": [pinned()] }] });
    let report = stage.check_at("example/app:1.0", &other, true, start());
    assert!(report.content_trust.is_none() && stage.world.requests_to("trust.test").is_empty());
}

#[test]
fn the_server_is_the_policys_or_the_usual_one_or_the_registrys() {
    let stage = Stage::new();
    let wanted = json!({ "contentTrust": { "rootKey": Signer::root("root").canonical_id() } });
    let report = stage.check_at("example/app:1.0", &policy(std::slice::from_ref(&wanted)), true, start());
    assert_eq!(report.content_trust.unwrap()[0].server, "https://notary.docker.io");
    let image = Reference::parse("example/app:1.0").unwrap();
    let policy = Policy::parse(&policy(&[wanted]).to_string()).unwrap();
    let checker = Checker::new(&stage.world).trust_server(TrustServer::parse(SERVER).unwrap());
    assert_eq!(block_on(checker.check(&image, Some(&policy), start(), &mut |_| {})).unwrap().verdict, Verdict::Accept);
}

#[test]
fn trap_17_the_registrys_credentials_go_to_its_own_trust_server_only() {
    let stage = Stage::new();
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let image = Reference::parse("example/app:1.0").unwrap();
    let policy = Policy::parse(&policy(&[pinned()]).to_string()).unwrap();
    let checker = Checker::new(&stage.world).access(Access { credentials, ..Access::default() });
    block_on(checker.check(&image, Some(&policy), start(), &mut |_| {})).unwrap();
    let asked = stage.world.requests_to("trust.test");
    assert!(!asked.is_empty() && asked.iter().all(|request| request.headers.iter().all(|(name, _)| name != "authorization")));
}

#[test]
fn a_certificate_or_a_key_in_pem_is_a_pin_as_good_as_its_id() {
    let stage = Stage::new();
    let key = SigningKey::p256("root");
    let pem = certificate(&key, crate::minted::GUN).with_signature(&[]).signed_by(&key).pem();
    for anchor in [
        json!({ "rootCertificate": pem }),
        json!({ "rootKey": key.public().pem() }),
        json!({ "rootKey": ["0".repeat(64), key.public().pem()] }),
    ] {
        let mut wanted = anchor.clone();
        wanted["server"] = json!(SERVER);
        let report = stage.check_at("example/app:1.0", &policy(&[json!({ "contentTrust": wanted })]), true, start());
        assert_eq!(report.verdict, Verdict::Accept, "{anchor} {:?}", report.reasons);
    }
}

#[test]
fn what_a_policy_cannot_have_meant_is_refused() {
    let id = "0".repeat(64);
    for wanted in [
        json!({}),
        json!({ "server": SERVER }),
        json!({ "rootKey": id, "firstUse": true }),
        json!({ "rootKey": id, "rootCertificate": id }),
        json!({ "firstUse": false }),
        json!({ "rootKey": [] }),
        json!({ "rootKey": vec![&id; 17] }),
        json!({ "rootKey": "0" }),
        json!({ "rootKey": id.replace('0', "A") }),
        json!({ "rootKey": 1 }),
        json!({ "ca": "x" }),
        json!({ "rootKey": id, "server": "http://notary.example" }),
        json!({ "rootKey": id, "whenUnusable": "ignore" }),
        json!({ "rootKey": id, "verifyAt": "yesterday" }),
    ] {
        let refused = Policy::parse(&policy(&[json!({ "contentTrust": wanted })]).to_string()).unwrap_err();
        assert_eq!(refused.code(), "policy-invalid", "{wanted}");
        assert!(ContentTrust::parse(&wanted.to_string()).is_err());
    }
    let unknown = json!({ "rootKey": id, "rootKeys": id });
    assert!(matches!(ContentTrust::parse(&unknown.to_string()), Err(InvalidPolicy::Unsupported { .. })));
    for text in ["", "{", "[]", "{}}", r#"{"rootKey":"0"},"x":{}"#] {
        assert!(ContentTrust::parse(text).is_err(), "{text}");
    }
}

fn inspect(stage: &Stage, image: &str) -> TrustInspection {
    let wanted = ContentTrust::parse(&pinned()["contentTrust"].to_string()).unwrap();
    let inspector = Inspector {
        wanted: &wanted,
        usual: None,
        store: Some(&stage.store),
        transport: &stage.world,
        access: &Access::default(),
        prover: &Portable,
    };
    block_on(inspector.inspect(&Reference::parse(image).unwrap(), start())).unwrap()
}

#[test]
fn an_inspection_shows_every_role_and_tag_and_which_of_two_is_believed() {
    let mut stage = Stage::new();
    let bytes = stage.image.root.bytes.clone();
    stage.publisher.delegate("targets/alice", &[""], &[("1.0", &bytes)]);
    stage.publisher.delegate("targets/nobody", &[], &[("1.0", &bytes)]);
    stage.publisher.delegate("targets/releases/nested", &["2."], &[("2.0", &bytes), ("3.0", &bytes)]);
    stage.publish();
    let found = inspect(&stage, "example/app");
    assert_eq!((found.outcome, found.code), (ContentTrustOutcome::Verified, None), "{:?}", found.message);
    let roles: Vec<_> = found.roles.iter().map(|role| (role.name.as_str(), role.state)).collect();
    assert_eq!(
        roles,
        [("targets/releases", "read"), ("targets/releases/nested", "read"), ("targets/alice", "read"), ("targets/nobody", "empty")]
    );
    let tags: Vec<_> = found.tags.iter().map(|tag| (tag.tag.as_str(), tag.role.as_str(), tag.believed, tag.signers.join(" "))).collect();
    assert_eq!(tags, [("1.0", "targets/releases", true, "targets/alice".into()), ("1.0", "targets", false, String::new())]);
    assert!(found.tag.is_none());
}

#[test]
fn an_inspection_of_a_tag_is_about_that_tag() {
    let stage = Stage::new();
    let found = inspect(&stage, "example/app:1.0");
    assert_eq!((found.outcome, found.tag.unwrap().digest), (ContentTrustOutcome::Verified, stage.image.digest()));
    let found = inspect(&stage, "example/app:nope");
    assert_eq!((found.outcome, found.code, found.tags.len()), (ContentTrustOutcome::Failed, Some("tag-not-signed"), 2));
    assert_eq!(stage.world.requests_to("trust.test").len(), 5 + 1);
}

#[test]
fn an_inspection_with_a_role_that_cannot_be_used_is_no_success() {
    let mut stage = Stage::new();
    stage.publisher.delegated.get_mut("targets/releases").unwrap()["expires"] = json!(days_later(-1));
    stage.publish();
    let found = inspect(&stage, "example/app");
    assert_eq!((found.outcome, found.code), (ContentTrustOutcome::Failed, Some("delegation-unusable")));
    assert_eq!(found.roles[0].state, "expired");
    assert_eq!(inspect(&stage, "example/app:1.0").code, Some("metadata-expired"));
}

#[test]
fn an_inspection_of_nothing_is_no_success() {
    let stage = Stage::new();
    stage.sites.show("notary", Site::default());
    assert_eq!(inspect(&stage, "example/app").code, Some("trust-data-missing"));
    stage.sites.show("notary", Site::default().failing("root.json", 503));
    assert_eq!(inspect(&stage, "example/app").outcome, ContentTrustOutcome::Unknown);
}

#[test]
fn a_collection_that_could_not_be_asked_is_unknown_although_another_requirement_is_met() {
    let mut stage = Stage::new();
    let site = stage.publish();
    stage.sites.show("other", site.failing("timestamp.json", 503));
    let other = json!({ "contentTrust": { "server": "https://trust.test/other", "rootKey": Signer::root("root").canonical_id() } });
    let both = json!({ "rules": [{ "images": "docker.io/example/app", "require": [pinned(), other] }] });
    let report = stage.check_at("example/app:1.0", &both, true, start());
    assert_eq!((report.verdict, reasons(&report)), (Verdict::Inconclusive, vec!["registry-error"]));
}

#[test]
fn a_broken_module_cannot_have_an_archive_accepted() {
    let content = pullproof::digest::Content::identify(pullproof::digest::Algorithm::Sha256, b"{}".to_vec());
    let policy = Policy::parse(r#"{"rules":[{"images":"docker.io/example/app","require":[{"contentTrust":{"firstUse":true,"verifyAt":"2020-10-01T00:00:00Z"}}]}]}"#).unwrap();
    let wanted = policy.collections("docker.io", "example/app");
    let answer =
        json!({"published":[{"Ok":{"tag":"other","digest":content.digest().to_string(),"role":"x","isFirstUse":false}}]}).to_string();
    let object = pullproof::json::parse_object(answer.as_bytes()).unwrap();
    let word = pullproof::publishers::Word::read(&object.root().required("published").unwrap(), &content, &wanted).unwrap_or_default();
    let subject = pullproof::policy::Subject {
        registry: "docker.io",
        repository: "example/app",
        digest: content.digest(),
        signed: &[],
        published: &word.published,
        scanned: None,
    };
    let (verdict, _) = pullproof::policy::decide(subject, &[], Some(&policy));
    assert_ne!(verdict, Verdict::Accept);
}

struct Asking;

impl pullproof_world::Host for Asking {
    fn answer(&self, _: &pullproof_world::Received) -> pullproof_world::Answer {
        pullproof_world::Answer::new(401, "application/json", "{}").with("www-authenticate", "Basic realm=\"x\"")
    }
}

#[test]
fn credentials_do_not_go_to_another_customer_of_the_same_cloud() {
    let image = Image::multi_platform();
    let registry = FakeRegistry::new().image("app", "1.0", &image);
    let world = World::new().registry("mine.azurecr.io", registry).host("evil.azurecr.io", Asking);
    let wanted = json!({ "contentTrust": { "server": "https://evil.azurecr.io", "rootKey": Signer::root("root").canonical_id() } });
    let policy = json!({ "rules": [{ "images": "mine.azurecr.io/app", "require": [wanted] }] });
    let policy = Policy::parse(&policy.to_string()).unwrap();
    let credentials = Some(Credentials::Password { username: "user".into(), password: "secret".into() });
    let checker = Checker::new(&world).access(Access { credentials, ..Access::default() });
    block_on(checker.check(&Reference::parse("mine.azurecr.io/app:1.0").unwrap(), Some(&policy), start(), &mut |_| {})).unwrap();
    let sent: Vec<_> = world
        .requests_to("evil.azurecr.io")
        .into_iter()
        .flat_map(|request| request.headers)
        .filter(|(name, _)| name == "authorization")
        .collect();
    assert_eq!(sent, []);
}

#[test]
fn a_signature_that_could_not_be_looked_at_leaves_it_open_although_the_collection_refuses() {
    struct Down(FakeRegistry);
    impl pullproof_world::Host for Down {
        fn answer(&self, request: &pullproof_world::Received) -> pullproof_world::Answer {
            if request.url.contains("/referrers/") {
                return pullproof_world::Answer::new(503, "application/json", "{}");
            }
            self.0.answer(request)
        }
    }
    let image = Image::multi_platform();
    let registry = FakeRegistry::new().image("example/app", "1.0", &image);
    let world = World::new().host("registry-1.docker.io", Down(registry)).host("trust.test", Sites::default());
    let key = json!({ "cosign": { "publicKey": SigningKey::p256("key").public().pem() } });
    let policy = Policy::parse(&policy(&[key, pinned()]).to_string()).unwrap();
    let report =
        block_on(Checker::new(&world).check(&Reference::parse("example/app:1.0").unwrap(), Some(&policy), start(), &mut |_| {})).unwrap();
    assert_eq!(report.verdict, Verdict::Inconclusive, "{:?} {:?}", report.reasons, report.checks);
}
