//! What a policy wants of known vulnerabilities, and the verdicts that follow: from a reference, through a check, to a scan of what it found.

use std::collections::BTreeMap;

use pullproof::Checker;
use pullproof::Error;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::advisors::Advised;
use pullproof::advisors::Advisors;
use pullproof::advisors::FoundManifest;
use pullproof::advisors::Means;
use pullproof::advisors::NoAdvice;
use pullproof::advisors::Word;
use pullproof::budget;
use pullproof::digest::Digest;
use pullproof::drift::Drift;
use pullproof::json;
use pullproof::policy::Scanned;
use pullproof::policy::Vulnerabilities;
use pullproof::report::CheckName;
use pullproof::report::Extent;
use pullproof::report::Judged;
use pullproof::report::Outcome;
use pullproof::report::Remark;
use pullproof::report::Step;
use pullproof::report::Verdict;
use pullproof::resolve::Unresolved;
use pullproof::scan::vex::Vex;
use pullproof::scanner::Limits;
use pullproof::scanner::Source;
use pullproof::transport::Transport;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::On;
use pullproof_world::World;
use pullproof_world::behaviour;
use serde_json::Value;
use serde_json::json;

use crate::archive::Archive;
use crate::known::debian_record;
use crate::known::files;
use crate::known::now;
use crate::scanner::APP;
use crate::scanner::Shards;
use crate::scanner::debian;
use crate::scanner::image;
use crate::scanner::shards;

/// glibc is affected by something high, curl by something medium.
fn system() -> Image {
    image(debian()[..2].to_vec())
}

fn serving(image: &Image) -> World {
    World::new().registry("registry.test", FakeRegistry::new().image("team/app", "v1", image))
}

/// The image with this digest is accepted, if nothing is denied.
fn policy(digest: Digest, vulnerabilities: &Value) -> Policy {
    let rule =
        json!({ "images": "registry.test/team/*", "require": [{ "digest": digest.to_string() }], "vulnerabilities": vulnerabilities });
    Policy::parse(&json!({ "rules": [rule] }).to_string()).unwrap()
}

fn by_shards(shards: Shards) -> Advised<Shards> {
    Advised {
        source: Source::Shards(shards),
        vex: Vec::new(),
        limits: Limits::default(),
        max_age_days: budget::ADVISORIES_DAYS,
        known_exploited: None,
    }
}

fn check_with<A: Advisors>(world: &World, advisors: A, policy: &Policy) -> Report {
    let checker = Checker::new(world).advisors(advisors);
    pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), Some(policy), now(), &mut |_| {})).unwrap()
}

fn check(vulnerabilities: &Value) -> Report {
    let image = system();
    check_with(&serving(&image), by_shards(shards()), &policy(image.digest(), vulnerabilities))
}

fn outcome(report: &Report) -> &Outcome {
    &report.checks.iter().find(|check| check.name == CheckName::KnownVulnerabilities).expect("it was made").outcome
}

fn verdict(report: &Report) -> (Verdict, &'static str) {
    (report.verdict, report.reasons[0].code)
}

fn is_proven(report: &Report, code: &str) -> bool {
    !report.not_proven.iter().any(|remark| remark.code == code)
}

#[test]
fn an_image_in_which_nothing_is_denied_is_accepted_and_the_report_says_by_which_databases() {
    let report = check(&json!({ "deny": "critical" }));
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"), "{}", report.to_json());
    assert!(matches!(outcome(&report), Outcome::Passed { evidence } if evidence == "found no critical vulnerabilities in 2 packages"));
    let summary = report.vulnerabilities.as_ref().unwrap();
    assert_eq!((summary.judged, summary.extent, summary.packages), (Judged::Met, Extent::Complete, 2));
    assert_eq!((summary.counts.high.findings, summary.counts.high.fixable, summary.counts.medium.findings), (1, 1, 1));
    assert_eq!(summary.databases[0].ecosystem.as_deref(), Some("Debian:12"));
    assert!(report.pinned.is_some());
    // They were downloaded, and every byte of them is proven.
    assert!(is_proven(&report, "layers"));
}

#[test]
fn an_image_in_which_something_is_denied_is_rejected_and_it_is_named() {
    let report = check(&json!({ "deny": "medium" }));
    assert_eq!(verdict(&report), (Verdict::Reject, "vulnerabilities-denied"));
    let summary = report.vulnerabilities.as_ref().unwrap();
    assert_eq!((summary.judged, summary.denied_in_all), (Judged::Denied, 2));
    let denied: Vec<_> =
        summary.denied.iter().map(|denied| (&*denied.id, &*denied.package, &*denied.version, denied.fixed.as_deref())).collect();
    let expected = [
        ("CVE-2023-4911", "libc6", "2.36-9+deb12u1", Some("2.36-9+deb12u3")),
        ("CVE-2023-38545", "curl", "7.88.1-10+deb12u1", Some("7.88.1-10+deb12u4")),
    ];
    assert_eq!(denied, expected);
    assert_eq!(report.pinned, None);
}

#[test]
fn what_is_ignored_with_a_reason_is_accepted_until_its_day_and_the_report_repeats_the_reason() {
    let ignoring = |until: &str| {
        let ignore =
            json!([{ "id": "CVE-2023-4911", "reason": "not reachable here", "until": until }, { "id": "CVE-1999-1", "reason": "old" }]);
        check(&json!({ "deny": "high", "ignore": ignore }))
    };
    let report = ignoring("2026-12-24");
    assert_eq!(verdict(&report), (Verdict::Accept, "policy-met"));
    assert!(
        matches!(outcome(&report), Outcome::Passed { evidence } if evidence.ends_with("but for 1 that the policy or a VEX document leaves out"))
    );
    let summary = report.vulnerabilities.as_ref().unwrap();
    assert_eq!((&*summary.left_out[0].id, &*summary.left_out[0].reason), ("CVE-2023-4911", "not reachable here"));
    assert_eq!(summary.idle, ["CVE-1999-1"]);

    let late = ignoring("2026-11-01");
    assert_eq!(verdict(&late), (Verdict::Reject, "vulnerabilities-denied"));
    assert_eq!(late.vulnerabilities.unwrap().idle, ["CVE-2023-4911", "CVE-1999-1"]);
}

#[test]
fn only_what_can_be_fixed_is_denied_where_a_policy_says_so() {
    let unfixed = || files(&[debian_record("CVE-2026-1", "curl", None, "high")], None);
    let image = system();
    let of = |vulnerabilities: Value| check_with(&serving(&image), by_shards(unfixed()), &policy(image.digest(), &vulnerabilities));
    assert_eq!(of(json!({ "deny": "high" })).verdict, Verdict::Reject);
    let report = of(json!({ "deny": "high", "onlyFixable": true }));
    assert_eq!(report.verdict, Verdict::Accept);
    let counts = report.vulnerabilities.unwrap().counts;
    assert_eq!((counts.high.findings, counts.high.fixable), (1, 0));
}

#[test]
fn a_vex_document_that_the_caller_gives_settles_a_finding() {
    let vex = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.test/1", "author": "team",
        "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [{ "vulnerability": { "name": "CVE-2023-4911" },
        "products": [{ "@id": format!("pkg:oci/app@{}", system().digest()) }], "status": "not_affected",
        "justification": "vulnerable_code_not_present" }] });
    let advised = Advised { vex: vec![Vex::parse(vex.to_string().as_bytes()).unwrap()], ..by_shards(shards()) };
    let image = system();
    let report = check_with(&serving(&image), advised, &policy(image.digest(), &json!({ "deny": "high" })));
    assert_eq!(report.verdict, Verdict::Accept, "{}", report.to_json());
    assert_eq!(report.vulnerabilities.unwrap().left_out[0].reason, "https://vex.test/1 says so");
}

#[test]
fn without_advisories_it_is_inconclusive_and_no_layer_is_asked_for() {
    let image = system();
    let world = serving(&image);
    let policy = policy(image.digest(), &json!({ "deny": "critical" }));
    let report =
        pollster::block_on(Checker::new(&world).check(&Reference::parse(APP).unwrap(), Some(&policy), now(), &mut |_| {})).unwrap();
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "advisories-not-given"));
    assert!(report.vulnerabilities.is_none() && !is_proven(&report, "vulnerabilities"));
    assert_eq!(world.requests().iter().filter(|request| request.path().contains("/blobs/")).count(), 1, "the configuration");
}

#[test]
fn a_scan_that_saw_only_a_part_is_inconclusive_unless_what_it_saw_is_denied() {
    // npm's shard is not there, and there is a package of npm.
    let image = image(debian());
    let debians: Shards = shards().into_iter().filter(|(ecosystem, _)| ecosystem == "Debian:12").collect();
    let of = |level| check_with(&serving(&image), by_shards(debians.clone()), &policy(image.digest(), &json!({ "deny": level })));
    let report = of("critical");
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "scan-incomplete"));
    assert!(report.reasons[0].message.starts_with("known-vulnerabilities: expected every package to be looked at"));
    let summary = report.vulnerabilities.unwrap();
    assert_eq!((summary.judged, summary.extent, summary.remarks[0].code), (Judged::Open, Extent::Partial, "packages-without-advisories"));
    assert_eq!(of("high").verdict, Verdict::Reject);
}

#[test]
fn no_shard_at_all_and_an_unknown_distribution_are_inconclusive() {
    let fedora =
        image(vec![Archive::new().file("etc/os-release", b"ID=fedora\nVERSION_ID=41\n").file("usr/lib/sysimage/rpm/rpmdb.sqlite", b"")]);
    for (image, shards) in [(system(), Shards::new()), (fedora, shards())] {
        let report = check_with(&serving(&image), by_shards(shards), &policy(image.digest(), &json!({ "deny": "critical" })));
        assert_eq!(verdict(&report), (Verdict::Inconclusive, "scan-incomplete"), "{}", report.to_json());
    }
}

#[test]
fn a_finding_of_which_nobody_says_how_bad_it_is_leaves_it_open() {
    let image = system();
    let shards = files(&[debian_record("CVE-2026-1", "curl", Some("9"), "not yet assigned")], None);
    let report = check_with(&serving(&image), by_shards(shards), &policy(image.digest(), &json!({ "deny": "critical" })));
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "vulnerabilities-undetermined"));
}

#[test]
fn a_layer_with_other_bytes_than_its_name_is_rejected_as_any_other_part_is() {
    let image = system();
    let layer = image.blobs.last().unwrap();
    let registry = FakeRegistry::new().image("team/app", "v1", &image).tampered("team/app", layer);
    let world = World::new().registry("registry.test", registry);
    let report = check_with(&world, by_shards(shards()), &policy(image.digest(), &json!({ "deny": "critical" })));
    assert_eq!(verdict(&report), (Verdict::Reject, "digest-mismatch"));
    assert!(matches!(outcome(&report), Outcome::Failed(_)) && !is_proven(&report, "vulnerabilities"));
    assert_eq!(report.vulnerabilities.unwrap().extent, Extent::Unknown);
}

#[test]
fn a_layer_that_the_registry_does_not_give_is_inconclusive() {
    let image = system();
    let registry = FakeRegistry::new().image("team/app", "v1", &image).losing("team/app", image.blobs.last().unwrap());
    let world = World::new().registry("registry.test", registry);
    let report = check_with(&world, by_shards(shards()), &policy(image.digest(), &json!({ "deny": "critical" })));
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "scan-incomplete"));
    assert!(!is_proven(&report, "layers") && !is_proven(&report, "vulnerabilities"));
}

#[test]
fn an_image_with_more_layers_than_are_allowed_is_inconclusive_and_none_is_asked_for() {
    let image = system();
    let world = serving(&image);
    let advised = Advised { limits: Limits { layers: 1, ..Limits::default() }, ..by_shards(shards()) };
    let report = check_with(&world, advised, &policy(image.digest(), &json!({ "deny": "critical" })));
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "scan-incomplete"));
    assert!(report.reasons[0].message.contains("expected at most 1 layers, found 2"), "{}", report.reasons[0].message);
    let layers: Vec<String> = image.blobs[1..].iter().map(|layer| layer.digest.to_string()).collect();
    assert!(world.requests().iter().all(|request| !layers.iter().any(|layer| request.path().contains(layer))));
}

#[test]
fn an_archive_that_is_not_the_one_of_the_configuration_is_rejected() {
    let archive = debian()[0].clone().end();
    let spec = pullproof_world::ManifestSpec::new("linux/amd64");
    let image = spec.layer(&crate::archive::gzip(&archive), Digest::of(pullproof::digest::Algorithm::Sha256, b"another")).mint();
    let report = check_with(&serving(&image), by_shards(shards()), &policy(image.digest(), &json!({ "deny": "critical" })));
    assert_eq!(verdict(&report), (Verdict::Reject, "diff-id-mismatch"));
}

#[test]
fn trap_a_tag_that_moves_meanwhile_does_not_lead_the_scan_to_another_image() {
    let (vulnerable, harmless) = (system(), image(vec![debian()[0].clone().file("x", b"")]));
    // From the second request on the tag names something harmless.
    let registry = FakeRegistry::new().untagged("team/app", &vulnerable).moving_tag("team/app", "v1", &[&vulnerable, &harmless], 1);
    let world = World::new().registry("registry.test", registry);
    let report = check_with(&world, by_shards(shards()), &policy(vulnerable.digest(), &json!({ "deny": "medium" })));
    assert_eq!(verdict(&report), (Verdict::Reject, "vulnerabilities-denied"));
    let by_tag = world.requests().iter().filter(|request| request.path().ends_with("/manifests/v1")).count();
    assert_eq!(by_tag, 1);
    let scanned = report.vulnerabilities.unwrap();
    assert_eq!(scanned.denied_in_all, 2);
}

#[test]
fn the_image_of_the_platform_that_was_checked_is_scanned_and_vex_may_name_the_index() {
    let (amd64, arm64) = (system(), {
        let archive = Archive::new().file("etc/os-release", b"ID=debian\nVERSION_ID=12\n").file("var/lib/dpkg/status", b"").end();
        let diff_id = Digest::of(pullproof::digest::Algorithm::Sha256, &archive);
        pullproof_world::ManifestSpec::new("linux/arm64").layer(&crate::archive::gzip(&archive), diff_id).mint()
    });
    let index = IndexSpec::new().image(&amd64).image(&arm64).mint();
    let world = serving(&index);
    let wanted = policy(index.digest(), &json!({ "deny": "high" }));
    assert_eq!(check_with(&world, by_shards(shards()), &wanted).verdict, Verdict::Reject);
    let other = Checker::new(&world).platform("linux/arm64".parse().unwrap()).advisors(by_shards(shards()));
    let other = pollster::block_on(other.check(&Reference::parse(APP).unwrap(), Some(&wanted), now(), &mut |_| {})).unwrap();
    assert_eq!(verdict(&other).0, Verdict::Inconclusive, "it lists no package");
    let vex = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.test/1", "author": "team",
        "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [{ "vulnerability": { "name": "CVE-2023-4911" },
        "products": [{ "@id": format!("pkg:oci/app@{}", index.digest()) }], "status": "fixed" }] });
    let advised = Advised { vex: vec![Vex::parse(vex.to_string().as_bytes()).unwrap()], ..by_shards(shards()) };
    assert_eq!(check_with(&world, advised, &wanted).verdict, Verdict::Accept);
}

#[test]
fn an_image_that_is_not_accepted_anyway_is_not_scanned() {
    let image = system();
    let world = serving(&image);
    let another = policy(Image::oci("linux/amd64").digest(), &json!({ "deny": "critical" }));
    let report = check_with(&world, by_shards(shards()), &another);
    assert_eq!(verdict(&report), (Verdict::Reject, "policy-unmet"));
    assert!(matches!(outcome(&report), Outcome::Skipped { .. }) && report.vulnerabilities.is_none());
    assert_eq!(world.requests().iter().filter(|request| request.path().contains("/blobs/")).count(), 1, "the configuration");
    // Nor where signatures could not be looked at.
    let registry = FakeRegistry::new().image("team/app", "v1", &image).behave(On::referrers(), behaviour::internal_error());
    let world = World::new().registry("registry.test", registry);
    let signed = json!({ "rules": [{ "images": "registry.test/team/app", "vulnerabilities": { "deny": "low" },
        "require": [{ "sigstore": { "issuer": "https://issuer.test", "subject": "https://ci.test" } }] }] });
    let report = check_with(&world, by_shards(shards()), &Policy::parse(&signed.to_string()).unwrap());
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(matches!(outcome(&report), Outcome::Skipped { .. }));
}

#[test]
fn a_policy_that_does_not_ask_scans_nothing_and_asks_for_no_layer() {
    let image = system();
    let world = serving(&image);
    let rule = json!({ "images": "registry.test/team/*", "require": [{ "digest": image.digest().to_string() }] });
    let asking = json!({ "images": "registry.test/other/*", "require": [{ "digest": image.digest().to_string() }], "vulnerabilities": { "deny": "low" } });
    let policy = Policy::parse(&json!({ "rules": [asking, rule] }).to_string()).unwrap();
    let report = check_with(&world, by_shards(shards()), &policy);
    assert_eq!(report.verdict, Verdict::Accept);
    assert!(report.vulnerabilities.is_none() && report.checks.iter().all(|check| check.name != CheckName::KnownVulnerabilities));
    assert_eq!(world.requests().iter().filter(|request| request.path().contains("/blobs/")).count(), 1, "the configuration");
}

#[test]
fn a_denied_artifact_that_is_no_image_stays_unknown() {
    let artifact = pullproof_world::ArtifactSpec::new("application/vnd.example.thing", b"x").mint();
    let report = check_with(&serving(&artifact), by_shards(shards()), &policy(artifact.digest(), &json!({ "deny": "low" })));
    assert_eq!(verdict(&report), (Verdict::Inconclusive, "scan-incomplete"), "{}", report.to_json());
}

#[test]
fn what_is_pinned_and_what_drifted_is_judged_by_the_same_rule() {
    let image = system();
    let world = serving(&image);
    let reference = Reference::parse(APP).unwrap();
    let denied = policy(image.digest(), &json!({ "deny": "high" }));
    let allowed = policy(image.digest(), &json!({ "deny": "critical" }));
    let checker = Checker::new(&world).advisors(by_shards(shards()));
    let refused = pollster::block_on(checker.resolve(&reference, Some(&denied), now())).unwrap_err();
    assert!(matches!(refused, Unresolved::Refused(refusal) if refusal.code == "vulnerabilities-denied"));
    assert_eq!(pollster::block_on(checker.resolve(&reference, Some(&allowed), now())).unwrap().digest, image.digest());
    let unknown = pollster::block_on(Checker::new(&world).resolve(&reference, Some(&allowed), now())).unwrap_err();
    assert!(matches!(unknown, Unresolved::Refused(refusal) if refusal.code == "advisories-not-given"));
    let drift = |policy| -> Drift { pollster::block_on(checker.drift(&reference, image.digest(), Some(policy), now())).unwrap() };
    assert_eq!((drift(&denied).policy, drift(&allowed).policy), (Some(Verdict::Reject), Some(Verdict::Accept)));
}

#[test]
fn the_steps_of_a_check_say_how_far_its_layers_are() {
    let image = system();
    let (world, policy) = (serving(&image), policy(image.digest(), &json!({ "deny": "critical" })));
    let mut told = Vec::new();
    let checker = Checker::new(&world).advisors(by_shards(shards()));
    let mut tell = |step: &Step| told.push(step.clone());
    pollster::block_on(checker.check(&Reference::parse(APP).unwrap(), Some(&policy), now(), &mut tell)).unwrap();
    let begins = told.iter().position(|step| matches!(step, Step::Started { name: CheckName::KnownVulnerabilities })).unwrap();
    let whole = told[begins..].iter().filter(|step| matches!(step, Step::Layer { bytes, size, layers: 2, .. } if bytes == size)).count();
    assert_eq!(whole, 2);
    assert!(told[..begins].iter().all(|step| matches!(step, Step::Started { .. } | Step::Finished { .. })));
    assert!(matches!(told[told.len() - 2], Step::Advisories { done: 1, total: 1 }));
    let json: Value = serde_json::to_value(&told[told.len() - 2]).unwrap();
    assert_eq!(json, json!({ "type": "advisories", "done": 1, "total": 1 }));
}

#[test]
fn a_report_names_no_more_findings_than_people_read_and_counts_all_of_them() {
    let many: Vec<Value> = (1000..1250).map(|number| debian_record(&format!("CVE-2024-{number}"), "curl", Some("9"), "high")).collect();
    let image = system();
    let report = check_with(&serving(&image), by_shards(files(&many, None)), &policy(image.digest(), &json!({ "deny": "high" })));
    let summary = report.vulnerabilities.unwrap();
    assert_eq!((summary.denied.len(), summary.denied_in_all, summary.counts.high.findings), (100, 250, 250));
}

/// Answers what it is told to.
struct Elsewhere(Value);

impl Advisors for Elsewhere {
    async fn ask<T: Transport>(
        &self,
        _: &Means<'_, T>,
        found: &FoundManifest,
        _: &Vulnerabilities,
        _: &mut dyn FnMut(&Step),
    ) -> Result<Word, Error> {
        let answer = self.0.to_string().replace("MANIFEST", &found.digest.to_string());
        let object = json::parse_object(answer.as_bytes()).unwrap();
        let scanned = Scanned::read(&object.root(), found.digest);
        Ok(scanned.map_or_else(|| Word::none(NoAdvice::Unavailable), |scanned| Word { scanned: Ok(scanned), summary: None }))
    }
}

fn told(answer: Value) -> Report {
    let image = system();
    check_with(&serving(&image), Elsewhere(answer), &policy(image.digest(), &json!({ "deny": "critical" })))
}

#[test]
fn whoever_scans_elsewhere_is_believed_if_the_answer_is_about_this_image() {
    let met = json!({ "manifest": "MANIFEST", "layersRead": true, "found": { "is": "met", "message": "found none" } });
    assert_eq!(told(met.clone()).verdict, Verdict::Accept);
    let denied = json!({ "manifest": "MANIFEST", "layersRead": true, "found": { "is": "denied", "message": "found two" } });
    assert_eq!(verdict(&told(denied)), (Verdict::Reject, "vulnerabilities-denied"));
    let differs =
        json!({ "manifest": "MANIFEST", "layersRead": false, "found": { "is": "differs", "code": "digest-mismatch", "message": "x" } });
    assert_eq!(verdict(&told(differs)), (Verdict::Reject, "digest-mismatch"));
    let open = json!({ "manifest": "MANIFEST", "layersRead": true, "found": { "is": "open", "code": "scan-incomplete", "message": "x" } });
    assert_eq!(verdict(&told(open)), (Verdict::Inconclusive, "scan-incomplete"));
    let bad = |change: &dyn Fn(&mut Value)| {
        let mut answer = met.clone();
        change(&mut answer);
        let report = told(answer);
        assert_eq!(verdict(&report), (Verdict::Inconclusive, "scan-unavailable"), "{}", report.to_json());
    };
    bad(&|answer| answer["manifest"] = json!(Image::oci("linux/amd64").digest().to_string()));
    bad(&|answer| answer["manifest"] = json!("sha256:0"));
    bad(&|answer| answer["found"] = json!({ "is": "fine", "message": "" }));
    bad(&|answer| answer["found"] = json!({ "is": "met" }));
    bad(&|answer| answer["found"] = json!({ "is": "open", "code": "a-code-of-another-version", "message": "" }));
    bad(&|answer| answer["found"] = json!({ "is": "differs", "code": "vulnerable", "message": "" }));
    bad(&|answer| answer["layersRead"] = json!("yes"));
    bad(&|answer| drop(answer.as_object_mut().unwrap().remove("layersRead")));
    bad(&|answer| *answer = json!({}));
}

#[test]
fn what_one_module_writes_another_reads() {
    let image = system();
    let report = check(&json!({ "deny": "high" }));
    let found = FoundManifest {
        root: image.digest(),
        digest: image.digest(),
        media_type: report.manifest.unwrap().media_type,
        size: 7,
        platform: "linux/amd64".to_owned(),
        layers: 2,
        layers_size: 9,
    };
    let text = json!({ "found": found }).to_string();
    let object = json::parse_object(text.as_bytes()).unwrap();
    assert_eq!(FoundManifest::read(&object.root().required("found").unwrap()), Some(found.clone()));
    for name in ["root", "digest", "mediaType", "size", "platform", "layers", "layersSize"] {
        let mut less = serde_json::to_value(&found).unwrap();
        less.as_object_mut().unwrap().remove(name);
        let object = json::parse_object(json!({ "found": less }).to_string().as_bytes()).unwrap();
        assert_eq!(FoundManifest::read(&object.root().required("found").unwrap()), None, "{name}");
    }
}

#[test]
fn a_scan_that_was_judged_by_nothing_says_nothing() {
    let scanner = pullproof::scanner::Scanner::new(serving(&system()));
    let source = Source::Shards(shards());
    let beside = pullproof::scanner::Beside::default();
    let scan = pollster::block_on(scanner.scan(&Reference::parse(APP).unwrap(), &source, &beside, now(), &mut |_| {})).unwrap();
    assert_eq!(Scanned::of(&scan, None), None);
    assert!(scan.summary().is_none());
    assert_eq!(Scanned::of(&scan, Some(Remark { code: "digest-mismatch", message: String::new() })), None);
}

#[test]
fn a_rule_that_means_nothing_is_refused_where_the_policy_is_read_with_its_place() {
    let refused = |vulnerabilities: Value| {
        let rule =
            json!({ "images": "a.test/b", "require": [{ "digest": system().digest().to_string() }], "vulnerabilities": vulnerabilities });
        let error = Policy::parse(&json!({ "rules": [rule] }).to_string()).unwrap_err();
        (error.code(), error.to_string())
    };
    let expectations: BTreeMap<&str, (Value, &str)> = BTreeMap::from([
        ("$.rules[0].vulnerabilities.deny", (json!({}), "policy-invalid")),
        ("$.rules[0].vulnerabilities.deny ", (json!({ "deny": "severe" }), "policy-invalid")),
        ("$.rules[0].vulnerabilities.deny  ", (json!({ "deny": "unknown" }), "policy-invalid")),
        ("$.rules[0].vulnerabilities.deny   ", (json!({ "deny": 7 }), "policy-invalid")),
        ("$.rules[0].vulnerabilities", (json!("high"), "policy-invalid")),
        ("$.rules[0].vulnerabilities ", (json!([]), "policy-invalid")),
        ("$.rules[0].vulnerabilities.onlyFixable", (json!({ "deny": "high", "onlyFixable": "yes" }), "policy-invalid")),
        ("$.rules[0].vulnerabilities.ignore", (json!({ "deny": "high", "ignore": {} }), "policy-invalid")),
        ("$.rules[0].vulnerabilities.ignore[0]", (json!({ "deny": "high", "ignore": ["CVE-2023-4911"] }), "policy-invalid")),
        ("$.rules[0].vulnerabilities.ignore[0].reason", (json!({ "deny": "high", "ignore": [{ "id": "x" }] }), "policy-invalid")),
        (
            "$.rules[0].vulnerabilities.ignore[0].reason ",
            (json!({ "deny": "high", "ignore": [{ "id": "x", "reason": " " }] }), "policy-invalid"),
        ),
        ("$.rules[0].vulnerabilities.ignore[0].id", (json!({ "deny": "high", "ignore": [{ "id": "", "reason": "x" }] }), "policy-invalid")),
        (
            "$.rules[0].vulnerabilities.ignore[0].until",
            (json!({ "deny": "high", "ignore": [{ "id": "x", "reason": "y", "until": "soon" }] }), "policy-invalid"),
        ),
        ("$.rules[0].vulnerabilities.denied", (json!({ "deny": "high", "denied": "low" }), "policy-unsupported")),
        (
            "$.rules[0].vulnerabilities.ignore[0].because",
            (json!({ "deny": "high", "ignore": [{ "id": "x", "reason": "y", "because": "z" }] }), "policy-unsupported"),
        ),
    ]);
    for (path, (vulnerabilities, code)) in expectations {
        let (found, message) = refused(vulnerabilities.clone());
        assert_eq!(found, code, "{vulnerabilities}: {message}");
        assert!(message.starts_with("policy: ") && message.contains(path.trim_end()), "{vulnerabilities}: {message}");
    }
}

#[test]
fn a_rule_about_vulnerabilities_alone_is_refused() {
    for text in [
        r#"{"rules":[{"images":"a.test/b","vulnerabilities":{"deny":"high"}}]}"#,
        r#"{"rules":[{"images":"a.test/b","require":[],"vulnerabilities":{"deny":"high"}}]}"#,
        r#"{"rules":[{"images":"a.test/b","require":[{"vulnerabilities":{"deny":"high"}}]}]}"#,
        r#"{"rules":[],"vulnerabilities":{"deny":"high"}}"#,
    ] {
        assert!(Policy::parse(text).is_err(), "{text}");
    }
}
