//! An OpenVEX document, whoever wrote it: refused with a sentence, or put beside findings, of which none goes away.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pullproof::UnixTime;
use pullproof::scan::matching::match_packages;
use pullproof::scan::package::Distribution;
use pullproof::scan::package::Kind;
use pullproof::scan::package::Package;
use pullproof::scan::report::Scan;
use pullproof::scan::source::shard::Shard;
use pullproof::scan::source::shard::Shards;
use pullproof::scan::vex::Vex;

const SHARD: &str = concat!(
    r#"{"shard":1,"ecosystem":"Debian:12","generatedAt":"2026-11-25T12:00:00Z","modified":"2026-11-25T12:00:00Z","advisories":1}"#,
    "\n",
    r#"{"package":"glibc","id":"DEBIAN-CVE-2023-4911","ranges":[[{"introduced":"0"}]]}"#,
    "\n",
);

static SCAN: LazyLock<Scan> = LazyLock::new(|| {
    let now: UnixTime = "2026-11-26T12:00:00Z".parse().expect("a time");
    let mut shards = Shards::default();
    shards.add(Shard::read(SHARD.into()).expect("a shard")).expect("the first");
    let debian = Distribution { id: "debian".into(), version_id: Some("12".into()), ..Distribution::default() };
    let location = "var/lib/dpkg/status".into();
    let glibc =
        Package { kind: Kind::Deb, name: "glibc".into(), version: "2.36-9".into(), source: None, architecture: None, location, layer: 0 };
    match_packages(Some(&debian), &[glibc], &shards, now)
});

fuzz_target!(|bytes: &[u8]| match Vex::parse(bytes) {
    Ok(vex) => {
        let mut scan = SCAN.clone();
        vex.apply(&mut scan, &["pkg:oci/app".to_owned()]);
        assert_eq!(scan.findings.len(), 1);
        scan.findings[0].vex = None;
        assert_eq!(scan, *SCAN, "nothing else is touched");
    }
    Err(refusal) => {
        let sentence = refusal.to_string();
        assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{sentence:?}");
    }
});
