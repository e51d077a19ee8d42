//! Lists of packages and VEX that others made: whose word counts, what it is about, and what must never become of one that cannot be believed.

use std::collections::BTreeMap;

use pullproof::Checker;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::attestations::Unattested;
use pullproof::attested::Attested;
use pullproof::crypto::PublicKey;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::scan::inventory::Unreadable;
use pullproof::scan::lists::GivenList;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Judged;
use pullproof::scan::report::ListFormat;
use pullproof::scan::report::ListTrust;
use pullproof::scan::report::ListedBy;
use pullproof::scan::report::Scan;
use pullproof::scan::report::VexStatus;
use pullproof::scan::rule::Rule;
use pullproof::scanner::Beside;
use pullproof::scanner::Listing;
use pullproof::scanner::Scanner;
use pullproof::scanner::Source;
use pullproof_world::ArtifactSpec;
use pullproof_world::Blob;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::On;
use pullproof_world::World;
use pullproof_world::behaviour;
use pullproof_world::sigstore::Bundle;
use pullproof_world::sigstore::Envelope;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::Signing;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::cosign;
use pullproof_world::sigstore::statement::IN_TOTO;
use pullproof_world::sigstore::statement::STATEMENT_V0_1;
use pullproof_world::sigstore::statement::statement;
use serde_json::Value;
use serde_json::json;

use crate::known::debian_record;
use crate::known::files;
use crate::known::now;
use crate::known::record;

const APP: &str = "registry.test/team/app:v1";
const REPOSITORY: &str = "team/app";
const SPDX: &str = "https://spdx.dev/Document";
const CYCLONEDX: &str = "https://cyclonedx.org/bom";
const OPENVEX: &str = "https://openvex.dev/ns";

const LIBC: &str = "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64&upstream=glibc&distro=debian-12";
const FIXED_LIBC: &str = "pkg:deb/debian/libc6@2.36-9%2Bdeb12u3?arch=amd64&upstream=glibc&distro=debian-12";
const CURL: &str = "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u1?arch=amd64&distro=debian-12";
const MINIMIST: &str = "pkg:npm/minimist@1.2.5";

fn records() -> Vec<Value> {
    vec![
        debian_record("CVE-2023-4911", "glibc", Some("2.36-9+deb12u3"), "high"),
        debian_record("CVE-2023-38545", "curl", Some("7.88.1-10+deb12u4"), "medium"),
        record("GHSA-xvch-5gv4-984h", "npm", "minimist", json!([{ "introduced": "0" }, { "fixed": "1.2.6" }])),
    ]
}

/// As Syft writes it.
fn spdx(urls: &[&str]) -> Value {
    let package = |url: &&str| {
        json!({ "name": "for people", "versionInfo": "0",
        "externalRefs": [{ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url }] })
    };
    json!({ "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "app", "packages": urls.iter().map(package).collect::<Vec<_>>() })
}

fn cyclonedx(urls: &[&str]) -> Value {
    let component = |url: &&str| json!({ "type": "library", "name": "for people", "purl": url });
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": urls.iter().map(component).collect::<Vec<_>>() })
}

fn vex(status: &str) -> Value {
    json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Example", "version": 1,
        "timestamp": "2026-11-20T00:00:00Z", "statements": [{ "vulnerability": { "name": "CVE-2023-4911" },
            "products": [{ "@id": "pkg:deb/debian/glibc" }, { "@id": LIBC }], "status": status, "justification": "vulnerable_code_not_present" }] })
}

fn single() -> Image {
    ManifestSpec::new("linux/amd64").mint()
}

fn key() -> SigningKey {
    SigningKey::p256("publisher")
}

fn signing(sigstore: &Sigstore) -> Signing<'_> {
    sigstore.signing().with_key(&key()).unlisted().unstamped()
}

/// What cosign 3 pushes: a bundle with a statement about `image`.
fn bundle(image: Digest, predicate_type: &str, predicate: &Value) -> Bundle {
    signing(&Sigstore::new()).attest(image, predicate_type, predicate)
}

/// The same of somebody else.
fn strangers(image: Digest, predicate_type: &str, predicate: &Value) -> Bundle {
    let sigstore = Sigstore::new();
    sigstore.signing().with_key(&SigningKey::p256("stranger")).unlisted().unstamped().attest(image, predicate_type, predicate)
}

fn registry(image: &Image) -> FakeRegistry {
    FakeRegistry::new().image(REPOSITORY, "v1", image)
}

fn attached(image: &Image, bundles: &[Bundle]) -> FakeRegistry {
    bundles.iter().fold(registry(image), |registry, bundle| registry.bundle(REPOSITORY, image, bundle))
}

fn signers(signer: &Value) -> Policy {
    let root: Value = serde_json::from_str(&Sigstore::new().trusted_root().json()).unwrap();
    let policy =
        json!({ "trustedRoots": { "test": root }, "rules": [{ "images": "registry.test/team/app", "require": [{ "anyOf": [signer] }] }] });
    Policy::parse(&policy.to_string()).unwrap()
}

fn by_key() -> Policy {
    signers(&json!({ "cosign": { "publicKey": key().public().pem() } }))
}

fn world(registry: FakeRegistry) -> World {
    World::new().registry("registry.test", registry)
}

fn reference() -> Reference {
    Reference::parse(APP).unwrap()
}

fn attested(world: &World, signers: &Policy) -> Result<Attested, String> {
    pollster::block_on(Checker::new(world).attestations(&reference(), signers, now())).map_err(|why| why.to_string())
}

fn scan_as(world: &World, listing: Listing, attested: Option<Result<Attested, String>>) -> Scan {
    let scanner = Scanner::new(world).listing(listing).attested(attested);
    let beside = Beside { rule: Some(Rule::parse(r#"{"deny":"critical"}"#).unwrap()), ..Beside::default() };
    let source: Source<BTreeMap<String, Vec<u8>>> = Source::Shards(files(&records(), None));
    pollster::block_on(scanner.scan(&reference(), &source, &beside, now(), &mut |_| {})).unwrap()
}

/// From the lists of whoever has the key.
fn signed(registry: FakeRegistry) -> Scan {
    let world = world(registry);
    let attested = attested(&world, &by_key());
    scan_as(&world, Listing::Sbom, Some(attested))
}

/// From BuildKit's.
fn linked(registry: FakeRegistry) -> Scan {
    scan_as(&world(registry), Listing::Sbom, None)
}

fn found(scan: &Scan) -> Vec<&str> {
    let mut found: Vec<&str> = scan.findings.iter().map(|finding| finding.id.as_str()).collect();
    found.sort_unstable();
    found
}

fn codes(scan: &Scan) -> Vec<&str> {
    scan.remarks.iter().map(|remark| remark.code).collect()
}

/// But for that nobody signed the shards, which every scan here says.
fn notes(scan: &Scan) -> Vec<&str> {
    scan.coverage.notes.iter().map(|remark| remark.code).filter(|code| *code != "shards-not-signed").collect()
}

/// No list: nothing may be said of what is in the image.
#[track_caller]
fn nothing(scan: &Scan, code: &str) {
    assert_eq!((scan.extent, &scan.inventory), (Extent::Unknown, &None), "{}", scan.to_json());
    assert_eq!(codes(scan)[0], code, "{}", scan.to_json());
    assert!(scan.findings.is_empty());
    assert_eq!(scan.rule.as_ref().unwrap().judged, Judged::Open);
}

#[test]
fn a_list_that_somebody_named_signed_is_as_good_as_they_are() {
    for (list, predicate_type, format) in [
        (spdx(&[LIBC, MINIMIST]), SPDX, ListFormat::Spdx),
        (spdx(&[LIBC, MINIMIST]), "https://spdx.dev/Document/v2.3", ListFormat::Spdx),
        (cyclonedx(&[LIBC, MINIMIST]), CYCLONEDX, ListFormat::CycloneDx),
        (cyclonedx(&[LIBC, MINIMIST]), "https://cyclonedx.org/bom/v1.6", ListFormat::CycloneDx),
    ] {
        let image = single();
        let scan = signed(attached(&image, &[bundle(image.digest(), predicate_type, &list)]));
        assert_eq!(scan.extent, Extent::Complete, "{}", scan.to_json());
        assert_eq!(found(&scan), ["CVE-2023-4911", "GHSA-xvch-5gv4-984h"]);
        assert_eq!(scan.coverage.packages, 2);
        let inventory = scan.inventory.as_ref().unwrap();
        assert_eq!((inventory.from, inventory.trust), (ListedBy::Sbom, ListTrust::Signed));
        let [document] = inventory.documents.as_slice() else { panic!("{inventory:?}") };
        assert_eq!(document.format, format);
        assert_eq!(document.by.as_deref(), Some(&*format!("the ECDSA P-256 key {}", by_key_id())));
        // Nobody says which layer brought it.
        assert!(scan.findings.iter().flat_map(|finding| &finding.packages).all(|package| package.layer.is_none()));
        let image = scan.image.as_ref().unwrap();
        assert_eq!((image.reference.as_str(), image.layers.len()), (APP, 0));
        // The finding in glibc is high, the rule denies critical ones, and that of npm has no severity.
        assert_eq!(
            scan.rule.as_ref().unwrap().remarks.iter().map(|remark| remark.code).collect::<Vec<_>>(),
            ["vulnerabilities-undetermined"]
        );
    }
}

fn by_key_id() -> String {
    PublicKey::from_pem(&key().public().pem()).unwrap().id().to_string()
}

#[test]
fn a_rule_can_be_met_by_a_signed_list_and_by_one_that_was_given_and_never_by_one_that_is_only_linked() {
    let image = single();
    let scan = signed(attached(&image, &[bundle(image.digest(), SPDX, &spdx(&[LIBC]))]));
    assert_eq!((scan.extent, scan.rule.unwrap().judged), (Extent::Complete, Judged::Met));

    let given = GivenList::parse(spdx(&[LIBC]).to_string().as_bytes()).unwrap();
    let scan = scan_as(&world(registry(&image)), Listing::Given(Box::new(given)), None);
    assert_eq!((scan.extent, scan.rule.unwrap().judged), (Extent::Complete, Judged::Met));
    assert_eq!(scan.inventory.unwrap().trust, ListTrust::Given);

    let (index, _) = with_buildkit(&spdx(&[LIBC]));
    let scan = linked(registry(&index));
    let rule = scan.rule.as_ref().unwrap();
    assert_eq!((scan.extent, rule.judged), (Extent::Complete, Judged::Open), "{}", scan.to_json());
    assert_eq!(rule.remarks[0].code, "inventory-unsigned");
    assert_eq!(scan.inventory.as_ref().unwrap().trust, ListTrust::Linked);
}

#[test]
fn no_layer_is_fetched_for_a_list() {
    let image = single();
    let world = world(attached(&image, &[bundle(image.digest(), SPDX, &spdx(&[LIBC]))]));
    let said = attested(&world, &by_key());
    scan_as(&world, Listing::Sbom, Some(said));
    let asked: Vec<String> = world.requests().iter().map(|request| request.path().to_owned()).collect();
    assert!(!image.layers().is_empty());
    for layer in image.layers() {
        assert!(asked.iter().all(|path| !path.contains(&layer.digest.to_string())), "{asked:?}");
    }
    // What a Worker of the free plan may send is fifty.
    assert!(asked.len() <= 16, "{}: {asked:?}", asked.len());
}

#[test]
fn what_cosign_2_attached_counts_as_well() {
    let image = single();
    let of = |key: &SigningKey| {
        let sigstore = Sigstore::new();
        let signing = sigstore.signing().with_key(key).unlisted().unstamped();
        signing.attestation(Envelope::of_statement(&statement(image.digest(), SPDX, &spdx(&[LIBC]))), SPDX)
    };
    let scan = signed(registry(&image).attested(REPOSITORY, &image, &[of(&key())]));
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]));
    let scan = signed(registry(&image).attested(REPOSITORY, &image, &[of(&SigningKey::p256("stranger"))]));
    nothing(&scan, "sbom-missing");
}

#[test]
fn cosign_1_put_the_list_into_a_member_of_its_own() {
    let image = single();
    let wrapped = json!({ "Data": spdx(&[LIBC]), "Timestamp": "2026-11-20T00:00:00Z" });
    let scan = signed(attached(&image, &[bundle(image.digest(), SPDX, &wrapped)]));
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]));
}

#[test]
fn whoever_a_certificate_names_can_be_the_one_who_is_named() {
    let image = single();
    let registry = || attached(&image, &[Sigstore::new().signing().attest(image.digest(), SPDX, &spdx(&[LIBC]))]);
    let of = |subject: &str| signers(&json!({ "sigstore": { "issuer": ISSUER, "subject": subject, "trustedRoot": "test" } }));
    let world = world(registry());
    let scan = scan_as(&world, Listing::Sbom, Some(attested(&world, &of(IDENTITY))));
    assert_eq!(scan.extent, Extent::Complete, "{}", scan.to_json());
    assert_eq!(scan.inventory.as_ref().unwrap().documents[0].by.as_deref(), Some(&*format!("{IDENTITY} of {ISSUER}")));
    let scan = scan_as(&world, Listing::Sbom, Some(attested(&world, &of("https://somebody.else"))));
    nothing(&scan, "sbom-missing");
}

#[test]
fn trap_the_list_of_a_stranger_is_none_and_is_told() {
    let image = single();
    let scan = signed(attached(&image, &[strangers(image.digest(), SPDX, &spdx(&[]))]));
    nothing(&scan, "sbom-missing");
    assert_eq!(notes(&scan), ["attestation-not-used"]);
}

#[test]
fn trap_a_list_about_another_image_that_is_attached_here_is_none() {
    let (image, other) = (single(), ManifestSpec::new("linux/arm64").mint());
    let scan = signed(attached(&image, &[bundle(other.digest(), SPDX, &spdx(&[]))]));
    nothing(&scan, "sbom-missing");
    assert!(scan.coverage.notes[0].message.contains("expected a statement about"), "{:?}", scan.coverage.notes);
}

#[test]
fn trap_an_envelope_of_another_type_of_payload_is_none() {
    let image = single();
    let statement = statement(image.digest(), SPDX, &spdx(&[]));
    let bundle = signing(&Sigstore::new()).sign_envelope(Envelope::unsigned("application/json", statement.to_string()));
    let scan = signed(attached(&image, &[bundle]));
    nothing(&scan, "sbom-missing");
    assert_eq!(notes(&scan), ["attestation-not-used"]);
}

#[test]
fn trap_words_under_another_type_of_statement_are_not_read_as_what_they_are() {
    let image = single();
    for (predicate_type, predicate) in
        [(CYCLONEDX, spdx(&[LIBC])), (SPDX, cyclonedx(&[LIBC])), (SPDX, vex("not_affected")), (SPDX, json!({}))]
    {
        let scan = signed(attached(&image, &[bundle(image.digest(), predicate_type, &predicate)]));
        nothing(&scan, "sbom-unreadable");
    }
    // What says how an image was built is no list, whatever is in it.
    let scan = signed(attached(&image, &[bundle(image.digest(), "https://slsa.dev/provenance/v1", &spdx(&[LIBC]))]));
    nothing(&scan, "sbom-missing");
    // Nor is what merely begins like one.
    let scan = signed(attached(&image, &[bundle(image.digest(), "https://spdx.dev/Documents", &spdx(&[LIBC]))]));
    nothing(&scan, "sbom-missing");
}

#[test]
fn trap_a_signature_of_the_image_is_no_list() {
    let image = single();
    let scan = signed(attached(&image, &[signing(&Sigstore::new()).sign_image(image.digest())]));
    nothing(&scan, "sbom-missing");
}

#[test]
fn trap_a_list_of_the_index_is_used_for_the_platform_that_it_names_only() {
    let index = Image::multi_platform();
    let (own, other) = (index.child("linux/amd64"), index.child("linux/arm64"));
    let of_index = |list: &Value| attached(&index, &[bundle(index.digest(), CYCLONEDX, list)]);
    let about = |version: &str| {
        let mut list = cyclonedx(&[LIBC]);
        list["metadata"] = json!({ "component": { "type": "container", "name": "app", "version": version } });
        list
    };
    // It does not say of which platform it is.
    nothing(&signed(of_index(&cyclonedx(&[LIBC]))), "sbom-missing");
    nothing(&signed(of_index(&about("1.0"))), "sbom-missing");
    nothing(&signed(of_index(&about(&index.digest().to_string()))), "sbom-missing");
    // It says that it is of another.
    let scan = signed(of_index(&about(&other.digest().to_string())));
    nothing(&scan, "sbom-missing");
    assert!(scan.remarks[0].message.contains("it may be of another platform"));
    // It names this one, as Syft does, or its configuration, as Trivy does.
    for named in [own.digest(), own.config().digest] {
        let scan = signed(of_index(&about(&named.to_string())));
        assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]), "{}", scan.to_json());
    }
    let mut list = spdx(&[LIBC, &format!("pkg:oci/app@{}?arch=amd64", own.digest().to_string().replace(':', "%3A"))]);
    list["packages"][1]["primaryPackagePurpose"] = json!("CONTAINER");
    let scan = signed(attached(&index, &[bundle(index.digest(), SPDX, &list)]));
    assert_eq!(scan.extent, Extent::Complete, "{}", scan.to_json());
}

#[test]
fn a_list_of_the_manifest_of_the_platform_is_found_behind_an_index() {
    let index = Image::multi_platform();
    let (own, other) = (index.child("linux/amd64"), index.child("linux/arm64"));
    let registry = registry(&index).bundle(REPOSITORY, own, &bundle(own.digest(), SPDX, &spdx(&[LIBC])));
    let registry = registry.bundle(REPOSITORY, other, &bundle(other.digest(), SPDX, &spdx(&[CURL])));
    let scan = signed(registry);
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]), "{}", scan.to_json());
}

#[test]
fn trap_what_was_attested_is_what_is_scanned_though_the_tag_moves() {
    let (one, other) = (single(), ManifestSpec::new("linux/amd64").layer(b"another", Digest::of(Algorithm::Sha256, b"another")).mint());
    assert_ne!(one.digest(), other.digest());
    let registry = FakeRegistry::new().moving_tag(REPOSITORY, "v1", &[&one, &other], 1);
    let scan = signed(registry.bundle(REPOSITORY, &one, &bundle(one.digest(), SPDX, &spdx(&[LIBC]))));
    assert_eq!(scan.image.as_ref().unwrap().digest, Some(one.digest()));
    assert_eq!(scan.image.as_ref().unwrap().reference, APP);
    assert_eq!(scan.extent, Extent::Complete);
}

#[test]
fn trap_what_is_attested_of_another_image_or_platform_is_not_used_for_this_one() {
    let index = Image::multi_platform();
    let own = index.child("linux/arm64");
    let world = world(registry(&index).bundle(REPOSITORY, own, &bundle(own.digest(), SPDX, &spdx(&[LIBC]))));
    let of_arm = Checker::new(&world).platform("linux/arm64".parse().unwrap());
    let attested = pollster::block_on(of_arm.attestations(&reference(), &by_key(), now())).unwrap();
    assert_eq!(attested.statements().len(), 1);
    nothing(&scan_as(&world, Listing::Sbom, Some(Ok(attested.clone()))), "attestations-of-another");
    // Nor for its layers.
    nothing(&scan_as(&world, Listing::Layers, Some(Ok(attested))), "attestations-of-another");
}

#[test]
fn several_lists_count_together() {
    let image = single();
    let scan = signed(attached(
        &image,
        &[bundle(image.digest(), SPDX, &spdx(&[LIBC, CURL])), bundle(image.digest(), CYCLONEDX, &cyclonedx(&[LIBC, MINIMIST]))],
    ));
    assert_eq!(scan.extent, Extent::Complete, "{}", scan.to_json());
    assert_eq!(found(&scan), ["CVE-2023-38545", "CVE-2023-4911", "GHSA-xvch-5gv4-984h"]);
    assert_eq!(scan.coverage.packages, 3);
    assert_eq!(notes(&scan), ["sbom-partly"]);
    assert_eq!(scan.inventory.unwrap().documents.len(), 2);
}

#[test]
fn two_forms_of_one_list_are_one() {
    let image = single();
    let trivy = json!({ "type": "library", "name": "libc6", "purl": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64&distro=debian-12.5",
        "properties": [{ "name": "aquasecurity:trivy:SrcName", "value": "glibc" }, { "name": "aquasecurity:trivy:SrcVersion", "value": "2.36-9+deb12u1" }] });
    let mut other = cyclonedx(&[]);
    other["components"] = json!([{ "type": "operating-system", "name": "debian", "version": "12.5" }, trivy]);
    let scan = signed(attached(&image, &[bundle(image.digest(), SPDX, &spdx(&[LIBC])), bundle(image.digest(), CYCLONEDX, &other)]));
    assert_eq!((scan.extent, scan.coverage.packages), (Extent::Complete, 1), "{}", scan.to_json());
    assert_eq!(scan.findings[0].packages.len(), 1);
    assert!(notes(&scan).is_empty());
}

#[test]
fn trap_lists_that_contradict_each_other_hide_nothing_and_make_no_scan_complete() {
    let image = single();
    let scan = signed(attached(
        &image,
        &[bundle(image.digest(), SPDX, &spdx(&[FIXED_LIBC])), bundle(image.digest(), CYCLONEDX, &cyclonedx(&[LIBC]))],
    ));
    assert_eq!((scan.extent, found(&scan)), (Extent::Partial, vec!["CVE-2023-4911"]), "{}", scan.to_json());
    assert_eq!(codes(&scan), ["sbom-contradictory"]);
}

#[test]
fn trap_lists_of_two_distributions_are_of_none() {
    let image = single();
    let other = LIBC.replace("debian-12", "debian-11").replace("libc6", "libc-bin");
    let scan =
        signed(attached(&image, &[bundle(image.digest(), SPDX, &spdx(&[LIBC])), bundle(image.digest(), CYCLONEDX, &cyclonedx(&[&other]))]));
    assert_eq!(scan.extent, Extent::Unsupported, "{}", scan.to_json());
    assert!(codes(&scan).contains(&"sbom-distributions"), "{:?}", codes(&scan));
}

#[test]
fn trap_a_signed_list_that_cannot_be_read_is_not_replaced_by_one_that_nobody_signed() {
    let (index, own) = with_buildkit(&spdx(&[FIXED_LIBC]));
    let unreadable = json!({ "spdxVersion": "SPDX-3.0", "packages": [] });
    let scan = signed(registry(&index).bundle(REPOSITORY, &own, &bundle(own.digest(), SPDX, &unreadable)));
    nothing(&scan, "sbom-unreadable");
    assert!(scan.remarks[0].message.contains("expected a version of SPDX"), "{:?}", scan.remarks);
}

#[test]
fn trap_whoever_keeps_a_signed_list_back_does_not_get_the_linked_one_believed() {
    let (index, _) = with_buildkit(&spdx(&[FIXED_LIBC]));
    nothing(&signed(registry(&index)), "sbom-missing");
}

#[test]
fn one_list_that_cannot_be_read_beside_one_that_can_leaves_the_scan_partial() {
    let image = single();
    let unreadable = json!({ "bomFormat": "CycloneDX", "specVersion": "2.0" });
    let scan = signed(attached(&image, &[bundle(image.digest(), SPDX, &spdx(&[LIBC])), bundle(image.digest(), CYCLONEDX, &unreadable)]));
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["sbom-unreadable"]), "{}", scan.to_json());
    assert_eq!(found(&scan), ["CVE-2023-4911"]);
}

#[test]
fn trap_a_statement_that_cannot_be_read_may_be_of_whom_is_named_and_is_not_passed_over_for_a_shorter_one() {
    let image = single();
    // The list is the same twice: strict readers refuse it, others take either.
    let text = statement(image.digest(), SPDX, &spdx(&[LIBC])).to_string().replacen(
        "\"spdxVersion\"",
        "\"spdxVersion\":\"SPDX-2.3\",\"spdxVersion\"",
        1,
    );
    let unreadable = || signing(&Sigstore::new()).sign_envelope(Envelope::unsigned(IN_TOTO, text.clone()));
    let scan = signed(attached(&image, &[unreadable(), bundle(image.digest(), SPDX, &spdx(&[FIXED_LIBC]))]));
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["attestations-incomplete"]), "{}", scan.to_json());
    nothing(&signed(attached(&image, &[unreadable()])), "attestations-incomplete");
}

#[test]
fn attestations_that_cannot_be_had_are_not_none() {
    let image = single();
    let refusing = |bundles: &[Bundle]| attached(&image, bundles).behave(On::referrers(), behaviour::bad_gateway());
    nothing(&signed(refusing(&[bundle(image.digest(), SPDX, &spdx(&[LIBC]))])), "attestations-incomplete");
    // One of them cannot be fetched.
    let (one, other) = (bundle(image.digest(), SPDX, &spdx(&[LIBC])), bundle(image.digest(), CYCLONEDX, &cyclonedx(&[LIBC])));
    let lost = Blob::new("application/vnd.dev.sigstore.bundle.v0.3+json", other.json());
    let scan = signed(attached(&image, &[one, other]).losing(REPOSITORY, &lost));
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["attestations-incomplete"]), "{}", scan.to_json());
    assert_eq!(found(&scan), ["CVE-2023-4911"]);
}

#[test]
fn an_image_that_cannot_be_read_has_no_attestations() {
    let world = world(registry(&Image::multi_platform()));
    let of_riscv = Checker::new(&world).platform("linux/riscv64".parse().unwrap());
    let why = pollster::block_on(of_riscv.attestations(&reference(), &by_key(), now())).unwrap_err();
    assert!(matches!(why, Unattested::Unread(_)), "{why:?}");
    nothing(&scan_as(&world, Listing::Sbom, Some(Err(why.to_string()))), "attestations-incomplete");
}

#[test]
fn whose_attestations_count_is_a_signer() {
    let world = world(registry(&single()));
    for wanted in [
        json!({ "digest": single().digest().to_string() }),
        json!({ "contentTrust": { "server": "https://notary.test", "rootKey": "0".repeat(64) } }),
    ] {
        let why = pollster::block_on(Checker::new(&world).attestations(&reference(), &signers(&wanted), now())).unwrap_err();
        assert!(matches!(why, Unattested::NoSigner), "{why:?}");
    }
    let of_others = Policy::parse(r#"{"rules":[]}"#).unwrap();
    let why = pollster::block_on(Checker::new(&world).attestations(&reference(), &of_others, now())).unwrap_err();
    assert!(matches!(why, Unattested::NoSigner), "{why:?}");
}

// ---- BuildKit's ----

fn about(image: Digest, predicate_type: &str, predicate: &Value) -> String {
    let mut statement = statement(image, predicate_type, predicate);
    statement["_type"] = json!(STATEMENT_V0_1);
    statement.to_string()
}

/// An index of two platforms, with a list beside the first, which is there as well.
fn with_buildkit(list: &Value) -> (Image, Image) {
    let (own, other) = (single(), ManifestSpec::new("linux/arm64").mint());
    let statement = ArtifactSpec::buildx_statement(SPDX, &about(own.digest(), SPDX, list)).mint();
    (IndexSpec::new().image(&own).image(&other).linked(&statement, &own).mint(), own)
}

#[test]
fn what_buildkit_listed_is_the_word_of_whoever_pushed() {
    let (index, _) = with_buildkit(&spdx(&[LIBC]));
    let scan = linked(registry(&index));
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]), "{}", scan.to_json());
    let inventory = scan.inventory.unwrap();
    assert_eq!((inventory.trust, inventory.documents[0].by.as_deref()), (ListTrust::Linked, None));
}

#[test]
fn trap_what_buildkit_listed_of_another_platform_is_not_of_this_one() {
    let (own, other) = (single(), ManifestSpec::new("linux/arm64").mint());
    let of_other = ArtifactSpec::buildx_statement(SPDX, &about(other.digest(), SPDX, &spdx(&[LIBC]))).mint();
    let index = IndexSpec::new().image(&own).image(&other).linked(&of_other, &other).mint();
    nothing(&linked(registry(&index)), "sbom-missing");
    // The index says that it is of this one, and the statement that it is not.
    let index = IndexSpec::new().image(&own).image(&other).linked(&of_other, &own).mint();
    nothing(&linked(registry(&index)), "sbom-unreadable");
}

#[test]
fn trap_an_image_without_a_list_is_not_one_without_packages() {
    let scan = linked(registry(&single()));
    nothing(&scan, "sbom-missing");
    assert!(scan.remarks[0].message.contains("once somebody is named"), "{:?}", scan.remarks);
    nothing(&linked(registry(&IndexSpec::new().image(&single()).attestation_for(&single()).mint())), "sbom-missing");
}

#[test]
fn a_list_of_buildkit_that_is_not_what_it_is_said_to_be_is_none() {
    let own = single();
    let of = |predicate_type: &str, statement: &str| {
        let artifact = ArtifactSpec::buildx_statement(predicate_type, statement).mint();
        linked(registry(&IndexSpec::new().image(&own).linked(&artifact, &own).mint()))
    };
    nothing(&of(SPDX, &about(own.digest(), "https://slsa.dev/provenance/v1", &spdx(&[LIBC]))), "sbom-unreadable");
    nothing(&of(SPDX, &about(own.digest(), CYCLONEDX, &spdx(&[LIBC]))), "sbom-unreadable");
    nothing(&of(SPDX, "{}"), "sbom-unreadable");
    nothing(&of(SPDX, ""), "sbom-unreadable");
    nothing(&of("https://slsa.dev/provenance/v1", &about(own.digest(), SPDX, &spdx(&[LIBC]))), "sbom-missing");
}

#[test]
fn a_list_of_buildkit_that_cannot_be_had_is_not_none() {
    let own = single();
    let artifact = ArtifactSpec::buildx_statement(SPDX, &about(own.digest(), SPDX, &spdx(&[LIBC]))).mint();
    let index = IndexSpec::new().image(&own).linked(&artifact, &own).mint();
    nothing(&linked(registry(&index).losing(REPOSITORY, &artifact.layers()[0].clone())), "sbom-unreadable");
    nothing(&linked(registry(&index).tampered(REPOSITORY, &artifact.layers()[0].clone())), "sbom-unreadable");
}

#[test]
fn nobody_who_attests_is_asked_where_nobody_is_named() {
    let (index, _) = with_buildkit(&spdx(&[LIBC]));
    let world = world(registry(&index));
    scan_as(&world, Listing::Sbom, None);
    assert!(world.requests().iter().all(|request| !request.path().contains("referrers") && !request.path().contains(".att")));
}

// ---- what is in a list ----

#[test]
fn a_list_without_a_distribution_or_with_entries_that_nobody_knows_is_no_complete_one() {
    let image = single();
    let of = |urls: &[&str]| signed(attached(&image, &[bundle(image.digest(), SPDX, &spdx(urls))]));
    let scan = of(&["pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?upstream=glibc"]);
    assert_eq!(scan.extent, Extent::Unsupported, "{}", scan.to_json());
    let scan = of(&[]);
    assert_eq!((scan.extent, codes(&scan)[0]), (Extent::Unsupported, "inventory-empty"), "{}", scan.to_json());
    let scan = of(&[LIBC, "no package URL"]);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["packages-unidentified"]));
    let scan = of(&[LIBC, "pkg:maven/org.apache/commons@1.0"]);
    assert_eq!((scan.extent, codes(&scan)), (Extent::Partial, vec!["packages-without-advisories"]));
    let scan = of(&["pkg:rpm/fedora/bash@5.2-1.fc40?distro=fedora-40"]);
    assert_eq!(scan.extent, Extent::Unsupported, "{}", scan.to_json());
}

#[test]
fn a_list_of_many_values_fits_into_an_attestation() {
    // As many files as a small distribution has; an index or a manifest may have 65,536 values.
    let image = single();
    let mut list = spdx(&[LIBC]);
    list["files"] = (0..30_000).map(|number| json!({ "SPDXID": number, "fileName": "a" })).collect();
    let scan = signed(attached(&image, &[bundle(image.digest(), SPDX, &list)]));
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]), "{}", scan.to_json());
}

#[test]
fn trap_a_list_without_end_or_bottom_is_refused() {
    let image = single();
    let large = "a".repeat(17 << 20);
    let scan = signed(attached(&image, &[bundle(image.digest(), SPDX, &json!({ "spdxVersion": "SPDX-2.3", "comment": large }))]));
    nothing(&scan, "attestations-incomplete");
    assert_eq!(GivenList::parse(" ".repeat(50 << 20).as_bytes()).unwrap_err().code(), "too-many-entries");
    let (deep, shallow) = ("[".repeat(100_000), "[".repeat(40) + &"]".repeat(40));
    assert_eq!(
        GivenList::parse(format!(r#"{{"spdxVersion":"SPDX-2.3","packages":{deep}"#).as_bytes()).unwrap_err().code(),
        "too-many-entries"
    );
    assert_eq!(
        GivenList::parse(format!(r#"{{"spdxVersion":"SPDX-2.3","x":{shallow}}}"#).as_bytes()).unwrap_err().code(),
        "too-many-entries"
    );
    assert!(matches!(GivenList::parse(b"{}").unwrap_err(), Unreadable::Invalid { .. }));
}

#[test]
fn a_list_that_was_given_is_used_whatever_is_attached_and_says_if_it_names_another_image() {
    let image = single();
    let mut list = cyclonedx(&[LIBC]);
    let named = Digest::of(Algorithm::Sha256, b"another");
    list["metadata"] = json!({ "component": { "type": "container", "name": "app", "version": named.to_string() } });
    let given = GivenList::parse(list.to_string().as_bytes()).unwrap();
    let world = world(attached(&image, &[bundle(image.digest(), SPDX, &spdx(&[CURL]))]));
    let attested = attested(&world, &by_key());
    let scan = scan_as(&world, Listing::Given(Box::new(given)), Some(attested));
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]), "{}", scan.to_json());
    assert_eq!(notes(&scan), ["sbom-names-another"]);
    let inventory = scan.inventory.unwrap();
    assert_eq!((inventory.trust, inventory.documents[0].by.as_deref()), (ListTrust::Given, None));
    assert_eq!(inventory.documents[0].digest, Digest::of(Algorithm::Sha256, list.to_string().as_bytes()));
}

// ---- VEX ----

fn with_vex(bundles: &[Bundle], image: &Image) -> Scan {
    let list = bundle(image.digest(), SPDX, &spdx(&[LIBC]));
    signed(attached(image, &[&[list], bundles].concat()))
}

#[test]
fn what_somebody_named_attests_of_a_vulnerability_stands_beside_it_with_their_name() {
    let image = single();
    let scan = with_vex(&[bundle(image.digest(), OPENVEX, &vex("not_affected"))], &image);
    let mark = scan.findings[0].vex.as_ref().unwrap();
    assert_eq!(mark.status, VexStatus::NotAffected);
    assert_eq!(mark.signed_by.as_deref(), Some(&*format!("the ECDSA P-256 key {}", by_key_id())));
    assert_eq!(found(&scan), ["CVE-2023-4911"]);
    let scan = with_vex(&[bundle(image.digest(), "https://openvex.dev/ns/v0.2.0", &vex("not_affected"))], &image);
    assert!(scan.findings[0].vex.is_some());
}

#[test]
fn trap_what_a_stranger_says_of_a_vulnerability_stands_nowhere() {
    let image = single();
    let scan = with_vex(&[strangers(image.digest(), OPENVEX, &vex("not_affected"))], &image);
    assert_eq!(scan.findings[0].vex, None);
    assert_eq!(notes(&scan), ["attestation-not-used"]);
}

#[test]
fn trap_what_is_said_of_a_vulnerability_in_another_image_is_not_said_of_this_one() {
    let (image, other) = (single(), ManifestSpec::new("linux/arm64").mint());
    let scan = with_vex(&[bundle(other.digest(), OPENVEX, &vex("not_affected"))], &image);
    assert_eq!(scan.findings[0].vex, None);
}

#[test]
fn vex_that_cannot_be_read_is_told_and_not_applied() {
    let image = single();
    let scan = with_vex(&[bundle(image.digest(), OPENVEX, &json!({ "@context": "https://example.com" }))], &image);
    assert_eq!((scan.findings[0].vex.as_ref(), notes(&scan)), (None, vec!["vex-invalid"]));
    // Under the type of a list it is none.
    let scan = with_vex(&[bundle(image.digest(), SPDX, &vex("not_affected"))], &image);
    assert_eq!((scan.findings[0].vex.as_ref(), codes(&scan)), (None, vec!["sbom-unreadable"]));
}

#[test]
fn attestations_that_cannot_be_had_leave_a_scan_of_layers_with_a_note() {
    let world = world(registry(&single()));
    let scan = scan_as(&world, Listing::Layers, Some(Err("the registry did not answer".to_owned())));
    assert!(notes(&scan).contains(&"attestations-incomplete"), "{}", scan.to_json());
}

#[test]
fn a_list_behind_a_fallback_tag_is_found() {
    let image = single();
    let bundle = bundle(image.digest(), SPDX, &spdx(&[LIBC]));
    let scan = signed(registry(&image).without_referrers_api().bundles_by_fallback_tag(REPOSITORY, &image, &[&bundle]));
    assert_eq!((scan.extent, found(&scan)), (Extent::Complete, vec!["CVE-2023-4911"]), "{}", scan.to_json());
    assert_eq!(cosign::attestation_tag(image.digest()).len(), "sha256-".len() + 64 + ".att".len());
}

// ---- the door between the modules ----

#[test]
fn an_answer_of_another_form_is_none() {
    let digest = single().digest();
    let whole = json!({ "root": digest, "manifest": digest, "statements": [{ "digest": digest, "by": "somebody" }], "incomplete": null, "unused": ["a"] });
    let read = |answer: &Value, payloads: usize| {
        Attested::read(&pullproof::json::parse_object(answer.to_string().as_bytes()).unwrap().root(), vec![b"{}".to_vec(); payloads])
    };
    let attested = read(&whole, 1).unwrap().unwrap();
    assert_eq!((attested.root(), attested.statements()[0].by.as_str(), attested.unused().count()), (digest, "somebody", 1));
    assert_eq!(read(&json!({ "unread": "why" }), 0), Some(Err("why".to_owned())));
    assert_eq!(read(&whole, 0), None);
    assert_eq!(read(&whole, 2), None);
    for (member, value) in [
        ("root", json!("sha256:abc")),
        ("manifest", Value::Null),
        ("statements", json!([{ "digest": digest }])),
        ("statements", json!([{ "by": "somebody" }])),
        ("unused", json!([1])),
        ("unused", Value::Null),
        ("incomplete", json!(true)),
        ("more", json!(1)),
    ] {
        let mut answer = whole.clone();
        answer[member] = value.clone();
        assert_eq!(read(&answer, 1), None, "{member}: {value}");
    }
}
