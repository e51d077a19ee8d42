//! From a reference to what is known to be vulnerable in the image: through registries, layers, inventories and both kinds of sources.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pullproof::Reference;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::registry::client::Access;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Finding;
use pullproof::scan::report::Judged;
use pullproof::scan::report::Scan;
use pullproof::scan::report::State;
use pullproof::scan::rule::Rule;
use pullproof::scan::severity::Level;
use pullproof::scan::source::osv;
use pullproof::scan::vex::Vex;
use pullproof::scanner::Beside;
use pullproof::scanner::Limits;
use pullproof::scanner::LoadError;
use pullproof::scanner::Scanner;
use pullproof::scanner::ShardLoader;
use pullproof::scanner::Source;
use pullproof::scanner::Step;
use pullproof_world::Cors;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::World;
use pullproof_world::behaviour;
use pullproof_world::http::Answer;
use pullproof_world::http::Host;
use pullproof_world::http::Received;
use serde_json::Value;
use serde_json::json;

use crate::archive::Archive;
use crate::archive::gzip;
use crate::archive::zstd;
use crate::go::information;
use crate::known::Server;
use crate::known::debian_record;
use crate::known::empty_file;
use crate::known::files;
use crate::known::now;
use crate::known::record;

pub(crate) const APP: &str = "registry.test/team/app:v1";

pub(crate) type Shards = BTreeMap<String, Vec<u8>>;

const DEBIAN: &[u8] = b"ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
const ALPINE: &[u8] = b"ID=alpine\nVERSION_ID=3.20.3\n";
const STATUS: &str = "var/lib/dpkg/status";
const LIBC: &str = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u1\n\n";
const CURL: &str = "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88.1-10+deb12u1\n\n";
const NODE: &[u8] = br#"{"name":"minimist","version":"1.2.5"}"#;
const PYTHON: &[u8] = b"Metadata-Version: 2.1\nName: Flask\nVersion: 2.2.0\n";

pub(crate) fn records() -> Vec<Value> {
    vec![
        debian_record("CVE-2023-4911", "glibc", Some("2.36-9+deb12u3"), "high"),
        debian_record("CVE-2023-38545", "curl", Some("7.88.1-10+deb12u4"), "medium"),
        record("GHSA-xvch-5gv4-984h", "npm", "minimist", json!([{ "introduced": "0" }, { "fixed": "1.2.6" }])),
        record("PYSEC-2023-62", "PyPI", "flask", json!([{ "introduced": "0" }, { "fixed": "2.2.5" }])),
        record("ALPINE-CVE-2024-1234", "Alpine:v3.20", "busybox", json!([{ "introduced": "0" }, { "fixed": "1.36.1-r30" }])),
    ]
}

pub(crate) fn shards() -> Shards {
    files(&records(), None)
}

fn application() -> Archive {
    Archive::new()
        .file("app/node_modules/minimist/package.json", NODE)
        .file("usr/lib/python3/site-packages/flask-2.2.0.dist-info/METADATA", PYTHON)
}

/// A base, a package more, an application.
pub(crate) fn debian() -> Vec<Archive> {
    vec![
        Archive::new().file("usr/lib/os-release", DEBIAN).symlink("etc/os-release", "../usr/lib/os-release").file(STATUS, LIBC.as_bytes()),
        Archive::new().file(STATUS, [LIBC, CURL].concat().as_bytes()),
        application(),
    ]
}

fn distroless() -> Vec<Archive> {
    vec![Archive::new().file("etc/os-release", DEBIAN).file("var/lib/dpkg/status.d/libc6", LIBC.as_bytes()), application()]
}

fn alpine() -> Vec<Archive> {
    let installed = b"P:busybox\nV:1.36.1-r29\nA:x86_64\no:busybox\n\n";
    vec![Archive::new().file("etc/os-release", ALPINE).file("lib/apk/db/installed", installed), application()]
}

pub(crate) fn image(archives: Vec<Archive>) -> Image {
    let image = archives.into_iter().enumerate().fold(ManifestSpec::new("linux/amd64"), |spec, (index, archive)| {
        let archive = archive.end();
        let blob = if index % 2 == 0 { gzip(&archive) } else { zstd(&archive) };
        spec.layer(&blob, Digest::of(Algorithm::Sha256, &archive))
    });
    image.mint()
}

fn registry(archives: Vec<Archive>) -> FakeRegistry {
    FakeRegistry::new().image("team/app", "v1", &image(archives))
}

pub(crate) fn world(archives: Vec<Archive>) -> World {
    World::new().registry("registry.test", registry(archives))
}

/// OSV's server as a host.
pub(crate) struct Osv(Mutex<Server>);

impl Osv {
    pub(crate) fn of(records: &[Value], page: usize) -> Self {
        Self(Mutex::new(Server::of(records).with_pages_of(page)))
    }
}

impl Host for Osv {
    fn answer(&self, request: &Received) -> Answer {
        let body = (request.method == "POST").then(|| {
            assert_eq!(request.header("content-type"), Some("application/json"));
            request.body.clone()
        });
        let (status, body) = self.0.lock().unwrap().send(&osv::Request { path: request.path().to_owned(), body });
        Answer::new(status, "application/json", body)
    }
}

/// Answers everything alike.
struct Says(u16, &'static str);

impl Host for Says {
    fn answer(&self, _: &Received) -> Answer {
        Answer::new(self.0, "application/json", self.1)
    }
}

pub(crate) fn scan_with<L: ShardLoader>(world: &World, source: &Source<L>, beside: &Beside) -> Scan {
    pollster::block_on(Scanner::new(world).scan(&Reference::parse(APP).unwrap(), source, beside, now(), &mut |_| {})).unwrap()
}

fn offline(archives: Vec<Archive>) -> Scan {
    scan_with(&world(archives), &Source::Shards(shards()), &Beside::default())
}

fn online(world: &World) -> Scan {
    scan_with(world, &Source::<Shards>::Osv, &Beside::default())
}

fn found(scan: &Scan) -> Vec<(&str, &str, usize, Option<&str>)> {
    let package = |finding: &pullproof::scan::report::Finding| finding.packages[0].layer.unwrap();
    let mut found: Vec<_> = scan
        .findings
        .iter()
        .map(|finding| (finding.id.as_str(), finding.subject.name.as_str(), package(finding), finding.fixed.as_deref()))
        .collect();
    found.sort_unstable();
    found
}

pub(crate) fn codes(scan: &Scan) -> Vec<&str> {
    scan.remarks.iter().map(|remark| remark.code).collect()
}

const LANGUAGES: [(&str, &str, usize, Option<&str>); 2] =
    [("GHSA-xvch-5gv4-984h", "minimist", 2, Some("1.2.6")), ("PYSEC-2023-62", "flask", 2, Some("2.2.5"))];

#[test]
fn an_image_made_from_debian_has_its_findings_with_the_layers_that_brought_them() {
    let scan = offline(debian());
    assert_eq!(scan.extent, Extent::Complete, "{:?}", scan.remarks);
    let system = [
        ("CVE-2023-38545", "curl", 1, Some("7.88.1-10+deb12u4")),
        // The list was written again by the second layer, and libc6 was there before.
        ("CVE-2023-4911", "glibc", 0, Some("2.36-9+deb12u3")),
    ];
    assert_eq!(found(&scan), [&system[..], &LANGUAGES].concat());
    assert_eq!(scan.coverage.packages, 4);
    let image = scan.image.as_ref().unwrap();
    assert_eq!(image.reference, APP);
    assert_eq!(image.platform.as_deref(), Some("linux/amd64"));
    assert_eq!(image.layers.len(), 3);
    assert_eq!(scan.distribution.unwrap().ecosystem.as_deref(), Some("Debian:12"));
}

#[test]
fn an_image_without_a_package_manager_is_read_all_the_same() {
    let scan = offline(distroless());
    assert_eq!(scan.extent, Extent::Complete, "{:?}", scan.remarks);
    assert_eq!(found(&scan).len(), 3);
    assert_eq!(found(&scan)[0], ("CVE-2023-4911", "glibc", 0, Some("2.36-9+deb12u3")));
}

#[test]
fn an_image_made_from_alpine_has_its_findings() {
    let scan = offline(alpine());
    assert_eq!(scan.extent, Extent::Complete, "{:?}", scan.remarks);
    assert_eq!(found(&scan)[0], ("CVE-2024-1234", "busybox", 0, Some("1.36.1-r30")));
}

#[test]
fn both_sources_find_the_same() {
    for (archives, page) in [(debian(), 1), (distroless(), 2), (alpine(), 1000)] {
        let world = world(archives.clone()).host("api.osv.dev", Osv::of(&records(), page));
        let (online, offline) = (online(&world), offline(archives));
        assert_eq!(online.findings, offline.findings);
        assert_eq!((online.extent, online.image), (offline.extent, offline.image));
    }
}

#[test]
fn trap_an_answer_that_is_only_a_token_is_followed() {
    let many: Vec<Value> = (1000..1030).map(|number| debian_record(&format!("CVE-2024-{number}"), "curl", None, "low")).collect();
    let world = world(debian()).host("api.osv.dev", Osv::of(&many, 7));
    assert_eq!(online(&world).findings.len(), 30);
}

#[test]
fn a_shard_tells_nobody_what_is_installed() {
    let world = world(debian());
    scan_with(&world, &Source::Shards(shards()), &Beside::default());
    assert!(world.requests().iter().all(|request| request.authority() == "registry.test"));
}

#[test]
fn a_server_that_does_not_answer_leaves_the_scan_unknown() {
    let nobody = world(debian());
    let world = |says: Says| world(debian()).host("api.osv.dev", says);
    for (world, code) in [
        (nobody, "osv-unavailable"),
        (world(Says(500, "{}")), "osv-unavailable"),
        (world(Says(200, "[]")), "osv-answer-invalid"),
        (world(Says(200, "{\"results\":[]}")), "osv-answer-invalid"),
        (world(Says(302, "")), "osv-unavailable"),
    ] {
        let scan = online(&world);
        assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unknown, code));
        assert_eq!(scan.coverage.without_advisories.len(), 4);
    }
}

/// Names advisories, and has none of them.
struct Forgets(Osv);

impl Host for Forgets {
    fn answer(&self, request: &Received) -> Answer {
        if request.method == "GET" { Answer::new(404, "application/json", "{}") } else { self.0.answer(request) }
    }
}

#[test]
fn advisories_that_are_named_and_cannot_be_had_are_undetermined() {
    let scan = online(&world(debian()).host("api.osv.dev", Forgets(Osv::of(&records(), 10))));
    assert_eq!(scan.extent, Extent::Partial);
    assert_eq!(scan.coverage.unread.len(), 4);
    assert!(codes(&scan).contains(&"advisories-unread"));
}

/// Scans with few requests to OSV's server, and says how many were sent.
fn with_requests(requests: usize, records: &[Value], page: usize) -> (Scan, usize) {
    let world = world(debian()).host("api.osv.dev", Osv::of(records, page));
    let scanner = Scanner::new(&world).limits(Limits { osv_requests: requests, ..Limits::default() });
    let (image, source) = (Reference::parse(APP).unwrap(), Source::<Shards>::Osv);
    let scan = pollster::block_on(scanner.scan(&image, &source, &Beside::default(), now(), &mut |_| {})).unwrap();
    (scan, world.requests_to("api.osv.dev").len())
}

#[test]
fn no_more_requests_are_sent_than_there_are_and_what_is_left_out_is_undetermined() {
    let (all, asked) = with_requests(usize::MAX, &records(), 10);
    assert_eq!((all.extent, asked), (Extent::Complete, 5), "a batch, and four advisories");
    let (exactly, _) = with_requests(5, &records(), 10);
    assert_eq!(exactly, all);
    for requests in 1..5 {
        let (scan, asked) = with_requests(requests, &records(), 10);
        assert_eq!((scan.extent, asked), (Extent::Partial, requests));
        assert_eq!(scan.remarks[0].code, Limits::REQUESTS);
        assert_eq!(scan.findings.len(), all.findings.len(), "nothing is dropped");
        let is_left_out = |finding: &&Finding| finding.state == State::Undetermined;
        assert_eq!(scan.findings.iter().filter(is_left_out).count(), 5 - requests);
        assert_eq!(scan.coverage.unread.len(), 5 - requests);
        for finding in scan.findings.iter().filter(is_left_out) {
            assert_eq!(finding.severity.level, Level::Unknown);
            assert_eq!(finding.fixed, None);
        }
        let judged = Rule::parse(r#"{"deny":"critical"}"#).unwrap().judge(&scan, now()).judged;
        assert_eq!(judged, Judged::Open, "what is not known never meets a rule");
    }
}

#[test]
fn what_is_left_out_is_the_same_every_time() {
    assert_eq!(with_requests(3, &records(), 10), with_requests(3, &records(), 10));
}

#[test]
fn a_budget_that_ends_among_pages_leaves_the_scan_unknown_with_what_was_found() {
    let many: Vec<Value> = (1000..1030).map(|number| debian_record(&format!("CVE-2024-{number}"), "curl", None, "low")).collect();
    // 30 advisories in pages of seven, of which some are only a token.
    let (all, asked) = with_requests(usize::MAX, &many, 7);
    let pages = asked - 30;
    assert_eq!((all.extent, all.findings.len()), (Extent::Complete, 30));
    assert!(pages > 5, "{pages}");
    for requests in 0..pages {
        let (scan, asked) = with_requests(requests, &many, 7);
        assert_eq!((scan.extent, scan.remarks[0].code, asked), (Extent::Unknown, Limits::REQUESTS, requests));
        assert!(scan.coverage.without_advisories.contains(&"curl".to_owned()), "half an answer is none");
    }
    let (none_read, _) = with_requests(pages, &many, 7);
    assert_eq!((none_read.extent, none_read.findings.len(), none_read.coverage.unread.len()), (Extent::Partial, 30, 30));
}

#[test]
fn an_image_over_the_limit_is_not_fetched() {
    let limited = |limits: Limits| {
        let world = world(debian());
        let scanner = Scanner::new(&world).limits(limits);
        let (image, source) = (Reference::parse(APP).unwrap(), Source::Shards(shards()));
        let scan = pollster::block_on(scanner.scan(&image, &source, &Beside::default(), now(), &mut |_| {})).unwrap();
        let blobs = world.requests().into_iter().filter(|request| request.path().contains("/blobs/")).count();
        (scan, blobs)
    };
    let (whole, blobs) = limited(Limits::default());
    assert_eq!((whole.extent, blobs), (Extent::Complete, 5), "the configuration twice, and three layers");
    let (three, _) = limited(Limits { layers: 3, ..Limits::default() });
    assert_eq!(three, whole);
    for limits in [Limits { layers: 2, ..Limits::default() }, Limits { layer_bytes: 100, ..Limits::default() }] {
        let (scan, blobs) = limited(limits);
        assert_eq!((scan.extent, scan.remarks[0].code, blobs), (Extent::Unknown, Limits::IMAGE, 1));
        assert!(scan.findings.is_empty() && scan.remarks[0].message.contains("none of them was fetched"));
    }
}

#[test]
fn no_shard_is_not_no_findings() {
    let scan = scan_with(&world(debian()), &Source::Shards(Shards::new()), &Beside::default());
    assert_eq!((scan.extent, codes(&scan)), (Extent::Unsupported, vec!["database-missing", "packages-without-advisories"]));
}

#[test]
fn a_shard_that_is_none_is_said_first() {
    for (bytes, code) in [
        (b"{}\n".to_vec(), "shard-invalid"),
        (b"".to_vec(), "shard-invalid"),
        // Another release's, under the name of this one.
        (empty_file("Debian:11"), "shard-invalid"),
    ] {
        let mut shards = shards();
        shards.insert("Debian:12".to_owned(), bytes);
        let scan = scan_with(&world(debian()), &Source::Shards(shards), &Beside::default());
        assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unsupported, code));
    }
}

pub(crate) struct Broken;

impl ShardLoader for Broken {
    async fn load(&self, _: &str) -> Result<Option<Vec<u8>>, LoadError> {
        Err(LoadError { detail: "no network".to_owned() })
    }
}

#[test]
fn a_loader_that_fails_is_said() {
    let scan = scan_with(&world(debian()), &Source::Shards(Broken), &Beside::default());
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unsupported, "shard-unavailable"));
    assert!(scan.findings.is_empty());
}

#[test]
fn fedora_has_no_advisories_and_is_unsupported() {
    let fedora = vec![Archive::new().file("etc/os-release", b"ID=fedora\nVERSION_ID=41\n")];
    let scan = offline(fedora);
    assert_eq!(
        (scan.extent, codes(&scan)),
        (Extent::Unsupported, vec!["inventory-empty", "distribution-without-advisories", "inventory-incomplete"])
    );
}

#[test]
fn an_image_of_nothing_is_unsupported() {
    let scan = offline(vec![Archive::new().file("hello", b"hello")]);
    assert_eq!((scan.extent, codes(&scan)[0]), (Extent::Unsupported, "inventory-empty"));
}

#[test]
fn a_list_of_packages_that_cannot_be_read_is_told() {
    let mut archives = debian();
    archives.push(Archive::new().file("lib/apk/db/installed", b"garbage\n\n"));
    let scan = offline(archives);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["package-database-unreadable"]));
    assert!(scan.coverage.notes.iter().any(|note| note.message.starts_with("lib/apk/db/installed: ")), "{:?}", scan.coverage.notes);
}

#[test]
fn a_file_that_is_too_large_is_told() {
    let mut archives = debian();
    archives.push(Archive::new().file("app/node_modules/big/package.json", &vec![b' '; 2 << 20]));
    let scan = offline(archives);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["files-not-kept"]));
    assert_eq!(scan.coverage.notes[0].code, "file-too-large");
}

#[test]
fn packages_of_other_publishers_are_told_and_not_compared_as_the_distributions() {
    let mut archives = debian();
    let nginx = "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: NGINX <packaging@nginx.com>\nVersion: 7.88.1-1~bookworm\n\n";
    archives.push(Archive::new().file(STATUS, [LIBC, nginx].concat().as_bytes()));
    let scan = offline(archives);
    assert!(!scan.findings.iter().any(|finding| finding.subject.name == "curl"));
    assert_eq!((scan.extent, codes(&scan), scan.coverage.packages), (Extent::Partial, vec!["packages-of-others"], 4));
    assert_eq!(scan.coverage.without_advisories, ["curl"]);
}

#[test]
fn the_modules_of_a_go_program_are_found_wherever_it_lies() {
    let information = information("go1.22.1", "path\texample.test/program\ndep\texample.test/one\tv1.2.3\th1:x\n");
    let program = [b"\x7fELF", &[0; 4092][..], &information, &[0; 9000]].concat();
    let advisory = record("GO-2024-1", "Go", "example.test/one", json!([{ "introduced": "0" }, { "fixed": "1.2.4" }]));
    let mut archives = debian();
    archives.push(Archive::new().executable("app/bin/program", &program));
    let scan = scan_with(&world(archives), &Source::Shards(files(&[records(), vec![advisory]].concat(), None)), &Beside::default());
    assert!(found(&scan).contains(&("GO-2024-1", "example.test/one", 3, Some("1.2.4"))), "{:?} {:?}", found(&scan), scan.coverage);
}

#[test]
fn what_a_layer_deletes_is_not_found() {
    let mut archives = debian();
    archives.push(Archive::new().file("app/node_modules/.wh.minimist", b""));
    assert_eq!(found(&offline(archives)).len(), 3);
}

#[test]
fn a_layer_that_is_not_what_was_named_leaves_the_scan_unknown() {
    let registry = registry(debian()).behave(On::blobs(), behaviour::serving(&Image::oci("linux/amd64").root));
    let world = World::new().registry("registry.test", registry);
    let scan = scan_with(&world, &Source::Shards(shards()), &Beside::default());
    assert_eq!(scan.extent, Extent::Unknown);
    assert!(scan.findings.is_empty() && scan.coverage.databases.is_empty());
    assert!(scan.image.unwrap().layers.is_empty());
}

#[test]
fn bytes_that_are_not_what_was_asked_for_leave_the_scan_unknown() {
    let digest = offline(debian()).image.unwrap().digest.unwrap();
    let image = Reference::parse(&format!("registry.test/team/app@{digest}")).unwrap();
    let registry = registry(debian()).behave(On::manifests(), behaviour::serving(&Image::oci("linux/amd64").root));
    let world = World::new().registry("registry.test", registry);
    let scanner = Scanner::new(&world);
    let scan = pollster::block_on(scanner.scan(&image, &Source::Shards(shards()), &Beside::default(), now(), &mut |_| {})).unwrap();
    assert_eq!((scan.extent, scan.remarks[0].code), (Extent::Unknown, "digest-mismatch"));
    assert_eq!(scan.image.unwrap().digest, None);
}

#[test]
fn a_rule_is_denied_met_or_open() {
    let judged = |archives, rule: &str, shards: Shards| {
        let beside = Beside { rule: Some(Rule::parse(rule).unwrap()), vex: Vec::new() };
        scan_with(&world(archives), &Source::Shards(shards), &beside).rule.unwrap().judged
    };
    let system = || debian()[..2].to_vec();
    assert_eq!(judged(system(), r#"{"deny":"high"}"#, shards()), Judged::Denied);
    assert_eq!(judged(system(), r#"{"deny":"critical"}"#, shards()), Judged::Met);
    assert_eq!(judged(system(), r#"{"deny":"critical"}"#, Shards::new()), Judged::Open);
    let ignoring = r#"{"deny":"high","ignore":[{"id":"CVE-2023-4911","reason":"not reachable"}]}"#;
    assert_eq!(judged(system(), ignoring, shards()), Judged::Met);
}

#[test]
fn a_vex_document_may_name_the_image_by_its_digest() {
    let digest = offline(debian()).image.unwrap().digest.unwrap();
    for product in [
        format!("registry.test/team/app@{digest}"),
        format!("pkg:oci/app@{digest}"),
        format!("pkg:oci/app@{}?repository_url=registry.test/team/app", digest.to_string().replace(':', "%3A")),
    ] {
        let vex = json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.test/1", "author": "team",
            "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [{ "vulnerability": { "name": "CVE-2023-4911" },
            "products": [{ "@id": product }], "status": "not_affected", "justification": "vulnerable_code_not_present" }] });
        let beside =
            Beside { vex: vec![Vex::parse(vex.to_string().as_bytes()).unwrap()], rule: Some(Rule::parse(r#"{"deny":"high"}"#).unwrap()) };
        let scan = scan_with(&world(debian()), &Source::Shards(shards()), &beside);
        let finding = scan.findings.iter().find(|finding| finding.id == "CVE-2023-4911").unwrap();
        assert!(finding.is_settled(), "{product}");
        assert_eq!(scan.rule.unwrap().denied, [0; 0]);
    }
}

#[test]
fn steps_say_how_far_it_is() {
    let mut steps = Vec::new();
    let world = world(debian());
    let scanner = Scanner::new(&world);
    let image = Reference::parse(APP).unwrap();
    pollster::block_on(scanner.scan(&image, &Source::Shards(shards()), &Beside::default(), now(), &mut |step| steps.push(step.clone())))
        .unwrap();
    let whole = steps.iter().filter(|step| matches!(step, Step::Layer { bytes, size, layers: 3, .. } if bytes == size)).count();
    assert_eq!(whole, 3);
    assert_eq!(steps.last(), Some(&Step::Advisories { done: 3, total: 3 }));
}

#[test]
fn trap_a_page_that_asks_for_every_type_at_once_is_refused() {
    let registry = registry(debian()).cors(Cors { allow_headers: "", ..Cors::open() });
    let world = World::new().registry("registry.test", registry).browser("https://page.test");
    let scanner = Scanner::new(&world).access(Access { safelisted_only: true, ..Access::default() });
    let image = Reference::parse(APP).unwrap();
    let scan = pollster::block_on(scanner.scan(&image, &Source::Shards(shards()), &Beside::default(), now(), &mut |_| {})).unwrap();
    assert_eq!(scan.extent, Extent::Complete, "{:?}", scan.remarks);
    assert_eq!(scan.to_json(), offline(debian()).to_json());
}

#[test]
fn a_scan_is_the_same_bytes_every_time() {
    assert_eq!(offline(debian()).to_json(), offline(debian()).to_json());
}

#[test]
fn every_package_is_listed_for_whoever_asks() {
    let mut archives = debian();
    let nginx = "Package: nginx\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: NGINX <packaging@nginx.com>\nVersion: 1.27.0-1~bookworm\n\n";
    archives.push(Archive::new().file(STATUS, [LIBC, CURL, nginx].concat().as_bytes()));
    assert_eq!(offline(archives.clone()).packages, None);
    let world = world(archives);
    let scanner = Scanner::new(&world).list_packages(true);
    let image = Reference::parse(APP).unwrap();
    let scan = pollster::block_on(scanner.scan(&image, &Source::Shards(shards()), &Beside::default(), now(), &mut |_| {})).unwrap();
    let packages = scan.packages.unwrap();
    let shown = packages.iter().map(|package| (package.purl.as_str(), package.ecosystem.as_deref(), package.layer)).collect::<Vec<_>>();
    assert_eq!(
        shown,
        [
            ("pkg:deb/debian/curl@7.88.1-10%2Bdeb12u1?arch=amd64&distro=debian-12", Some("Debian:12"), Some(1)),
            ("pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=glibc", Some("Debian:12"), Some(0)),
            // Named like Debian's, and not Debian's.
            ("pkg:deb/nginx@1.27.0-1~bookworm?arch=amd64", None, Some(3)),
            ("pkg:npm/minimist@1.2.5", Some("npm"), Some(2)),
            ("pkg:pypi/flask@2.2.0", Some("PyPI"), Some(2)),
        ]
    );
    assert_eq!(packages.len(), scan.coverage.packages);
    assert_eq!(packages[1].source.as_ref().map(|source| source.name.as_str()), Some("glibc"));
    for finding in &scan.findings {
        assert!(finding.packages.iter().all(|found| packages.iter().any(|package| package.purl == found.purl)));
    }
}
