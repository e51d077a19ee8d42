//! Real certificates: those of the bundles and the trusted roots of sigstore-conformance, which this project does not hold.

use std::fs;
use std::path::Path as File;
use std::path::PathBuf;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::crypto::PublicKey;
use pullproof::crypto::Scheme;
use pullproof::time::Validity;
use pullproof::tlog::Log;
use pullproof::x509::Certificate;
use pullproof::x509::extension;
use pullproof::x509::extension::GeneralName;
use pullproof::x509::path;
use pullproof::x509::path::Authority;
use pullproof::x509::path::InvalidPath;
use pullproof::x509::path::Path;
use pullproof::x509::path::Purpose;
use pullproof::x509::sct;
use pullproof::x509::sct::InvalidSct;
use pullproof::x509::sct::LoggedAt;
use serde_json::Value;

/// The folder of the cases; none, and a word about it, where it is not.
fn cases() -> Option<PathBuf> {
    let folder = File::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/sigstore-conformance");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("did not run: {} is missing", folder.display());
    None
}

fn json(file: &File) -> Option<Value> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn bytes(value: &Value) -> Vec<u8> {
    Base64::decode_vec(value.as_str().unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn validity(value: &Value) -> Validity {
    let time = |name: &str| value[name].as_str().map(|text| text.parse().unwrap());
    Validity { from: time("start").unwrap(), to: time("end") }
}

fn chain(value: &Value) -> Vec<Certificate> {
    list(&value["certificates"]).iter().map(|certificate| Certificate::from_der(&bytes(&certificate["rawBytes"])).unwrap()).collect()
}

struct Root {
    certificate_authorities: Vec<Authority>,
    timestamp_authorities: Vec<Authority>,
    logs: Vec<Log>,
}

fn root(case: &File) -> Option<Root> {
    let root = json(&case.join("trusted_root.json"))?;
    let authorities = |name: &str| -> Vec<Authority> {
        let authority = |value: &Value| Authority {
            chain: chain(&value["certChain"]),
            validity: validity(&value["validFor"]),
            uri: value["uri"].as_str().unwrap_or_default().to_owned(),
            operator: None,
        };
        list(&root[name]).iter().map(authority).collect()
    };
    let log = |value: &Value| {
        // Staging's first log has an RSA key in PKCS #1; whoever reads trusted roots has to know that, this test has not.
        let key = PublicKey::from_spki(&bytes(&value["publicKey"]["rawBytes"])).ok()?;
        Some(Log {
            id: bytes(&value["logId"]["keyId"]),
            scheme: Scheme::of(key.kind()),
            key,
            validity: validity(&value["publicKey"]["validFor"]),
            origin: value["baseUrl"].as_str().unwrap().to_owned(),
            operator: None,
        })
    };
    Some(Root {
        certificate_authorities: authorities("certificateAuthorities"),
        timestamp_authorities: authorities("timestampAuthorities"),
        logs: list(&root["ctlogs"]).iter().filter_map(log).collect(),
    })
}

fn leaf(case: &File) -> Option<Certificate> {
    let material = &json(&case.join("bundle.sigstore.json"))?["verificationMaterial"];
    let raw = match &material["certificate"] {
        Value::Null => material["x509CertificateChain"]["certificates"].get(0)?["rawBytes"].clone(),
        certificate => certificate["rawBytes"].clone(),
    };
    Some(Certificate::from_der(&bytes(&raw)).unwrap())
}

/// At the time at which the leaf was issued.
fn issued(leaf: &Certificate, root: &Root) -> Vec<Path> {
    let at = leaf.validity().from;
    let authorities = root.certificate_authorities.iter();
    let paths = authorities.filter_map(|authority| path::paths(leaf, &[], authority, at, Purpose::CodeSigning).ok()).flatten();
    paths.filter_map(|path| path.prove().ok()).collect()
}

fn logged(path: &Path, root: &Root) -> Result<Vec<LoggedAt>, InvalidSct> {
    sct::verify(path.leaf(), path.issuer(), &root.logs).map(|unproven| unproven.prove().unwrap())
}

/// Every case with a certificate in it and a trusted root: its own, or that of the production instance.
fn every_case() -> Vec<(String, Certificate, Root)> {
    let Some(folder) = cases() else { return Vec::new() };
    let production = || root(&folder.join("trust-root-tlog-validity-end-inclusive")).unwrap();
    let mut found: Vec<(String, Certificate, Root)> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let case = entry.unwrap().path();
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            Some((name, leaf(&case)?, root(&case).unwrap_or_else(production)))
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

#[test]
fn every_leaf_leads_to_its_authority_and_was_logged() {
    let mut count = 0;
    for (name, leaf, root) in every_case() {
        let paths = issued(&leaf, &root);
        assert_eq!(paths.len(), 1, "{name}");
        // That case is about a log that is not listed.
        if name == "invalid-ct-key_fail" {
            continue;
        }
        let logged = logged(&paths[0], &root).unwrap();
        assert!(logged.len() == 1 && leaf.validity().contains(logged[0].at), "{name}");
        count += 1;
    }
    println!("{count} leaves with a path and a log");
    assert!(cases().is_none() || count >= 24, "{count}");
}

#[test]
fn a_trusted_root_without_the_log_of_the_leaf_is_not_enough() {
    let Some(folder) = cases() else { return };
    let case = folder.join("invalid-ct-key_fail");
    let (leaf, root) = (leaf(&case).unwrap(), root(&case).unwrap());
    assert_eq!(logged(&issued(&leaf, &root)[0], &root), Err(InvalidSct::UnknownLogs));
}

#[test]
fn no_leaf_leads_to_the_authority_of_another_instance() {
    let cases = every_case();
    let mut count = 0;
    for (name, leaf, _) in &cases {
        for (other, _, root) in &cases {
            let issuers = root.certificate_authorities.iter().flat_map(|authority| &authority.chain);
            let is_theirs = issuers.clone().any(|issuer| issuer.subject_key_identifier() == leaf.authority_key_identifier());
            if !is_theirs {
                assert!(issued(leaf, root).is_empty(), "{name} under {other}");
                count += 1;
            }
        }
    }
    println!("{count} leaves under roots of other instances");
    assert!(cases.is_empty() || count > 100, "{count}");
}

#[test]
fn an_hour_later_no_leaf_is_valid() {
    for (name, leaf, root) in every_case() {
        let at = pullproof::UnixTime::from_seconds(leaf.validity().to.unwrap().seconds() + 1).unwrap();
        for authority in &root.certificate_authorities {
            let refusal = path::paths(&leaf, &[], authority, at, Purpose::CodeSigning).unwrap_err();
            let is_time = matches!(refusal, InvalidPath::NotValid { .. } | InvalidPath::AuthorityNotValid { .. });
            assert!(is_time, "{name}: {refusal}");
        }
    }
}

#[test]
fn every_clock_leads_to_its_anchor_except_one_that_is_not_only_a_clock() {
    let mut count = 0;
    for (name, _, root) in every_case() {
        for authority in &root.timestamp_authorities {
            let clock = &authority.chain[0];
            let at = authority.validity.from.max(clock.validity().from);
            let paths = path::paths(clock, &[], authority, at, Purpose::TimeStamping);
            if clock.issuer_text().contains("GitHub") {
                // Its extKeyUsage is not critical, which RFC 3161 section 2.3 demands.
                assert!(matches!(paths, Err(InvalidPath::ExtendedKeyUsage { .. })), "{name}: {paths:?}");
                continue;
            }
            let [path] = <[_; 1]>::try_from(paths.unwrap()).unwrap();
            assert_eq!(path.prove().unwrap().anchor(), authority.chain.last().unwrap(), "{name}");
            assert!(path::paths(clock, &[], authority, at, Purpose::CodeSigning).is_err(), "{name}");
            count += 1;
        }
    }
    println!("{count} clocks");
    assert!(cases().is_none() || count >= 20, "{count}");
}

#[test]
fn a_real_leaf_says_who_signed_and_where() {
    let Some(folder) = cases() else { return };
    let leaf = leaf(&folder.join("happy-path-v0.1")).unwrap();
    let identity = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/\
                    extremely-dangerous-oidc-beacon.yml@refs/heads/main";
    assert_eq!(leaf.subject_alternative_names(), [GeneralName::Uri(identity.into())]);
    assert_eq!(leaf.issuer_text(), "O=sigstore.dev, CN=sigstore-intermediate");
    let issuer = leaf.extension(&[0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 1]);
    assert_eq!(issuer, Some((false, &b"https://token.actions.githubusercontent.com"[..])));
    assert_eq!(leaf.unknown_critical().map(extension::dotted), None);
}

#[test]
fn a_real_certificate_with_one_octet_changed_is_never_proven() {
    let Some(folder) = cases() else { return };
    let case = folder.join("bundle-with-sct-with-extensions");
    let (leaf, root) = (leaf(&case).unwrap(), root(&case).unwrap());
    let mut parsed = 0;
    for place in (0..leaf.der().len()).step_by(3) {
        let mut changed = leaf.der().to_vec();
        changed[place] ^= 1;
        let Ok(changed) = Certificate::from_der(&changed) else { continue };
        parsed += 1;
        assert!(issued(&changed, &root).is_empty(), "{place}");
    }
    println!("{parsed} changed certificates that parse");
}
