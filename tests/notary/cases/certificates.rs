//! The certificates of root keys, and the root itself, at the first visit.

use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::certificate;
use pullproof_world::content_trust::sign;
use pullproof_world::sigstore::Authority;
use pullproof_world::sigstore::CertificateSpec;
use pullproof_world::sigstore::Extension;
use pullproof_world::sigstore::GeneralName;
use pullproof_world::sigstore::Name;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::der;
use serde_json::json;

use super::saying;
use super::signed_by;
use super::site;
use crate::case::Case;
use crate::case::case;
use crate::case::now;
use crate::case::publisher;
use crate::case::yesterday;

const HOUR: i64 = 3600;

/// A publisher with this root key.
fn with_root(signer: Signer) -> Publisher {
    signed_by(publisher(), "root", vec![signer], 1)
}

fn leaf(key: &SigningKey, change: impl FnOnce(CertificateSpec) -> CertificateSpec) -> String {
    change(certificate(key, GUN)).with_signature(&[]).signed_by(key).pem()
}

fn with_certificate(change: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Publisher {
    let key = SigningKey::p256("root");
    let pem = leaf(&key, change);
    with_root(Signer::in_text(key, &pem))
}

fn with_pem(pem: &str) -> Publisher {
    with_root(Signer::in_text(SigningKey::p256("root"), pem))
}

pub(super) fn cases() -> Vec<Case> {
    [names(), times(), contents(), bundles(), roots()].concat()
}

fn names() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in [
        "docker.io/example/other",
        "docker.io/example/app2",
        "docker.io/example",
        "DOCKER.IO/example/app",
        "docker.io/example/*",
        "docker.io/*",
        "docker.io*",
        "*",
        "docker.io/*/app",
        "",
    ] {
        let signer = Signer::certified(SigningKey::p256("root"), name);
        cases.push(case(
            format!("a root certificate for \"{name}\""),
            format!("the certificate of the root key is for \"{name}\""),
            site(with_root(signer)),
        ));
    }
    let names = |names: &[(&'static str, &str)]| {
        let names = Name(names.iter().map(|(oid, value)| (*oid, (*value).to_owned())).collect());
        site(with_certificate(|spec| spec.subject(names)))
    };
    cases.extend([
        case(
            "a root certificate with two names, ours first",
            "the certificate of the root key has two common names",
            names(&[("2.5.4.3", GUN), ("2.5.4.3", "docker.io/example/other")]),
        ),
        case(
            "a root certificate with two names, ours last",
            "the certificate of the root key has two common names",
            names(&[("2.5.4.3", "docker.io/example/other"), ("2.5.4.3", GUN)]),
        ),
        case(
            "a root certificate of an organisation",
            "the certificate of the root key names the collection as an organisation",
            names(&[("2.5.4.10", GUN)]),
        ),
        case(
            "a root certificate with an alternative name",
            "the certificate of the root key is for another collection and has ours as an alternative name",
            {
                let key = SigningKey::p256("root");
                let spec = certificate(&key, "docker.io/example/other").names(&[GeneralName::Uri(GUN.into())]);
                site(with_pem(&spec.with_signature(&[]).signed_by(&key).pem()))
            },
        ),
    ]);
    cases
}

fn times() -> Vec<Case> {
    let now = now().seconds();
    let valid = |from: i64, to: i64| site(with_certificate(|spec| spec.valid(from, to)));
    let year = 365 * 24 * HOUR;
    vec![
        case("a root certificate that has expired", "the certificate of the root key expired an hour ago", valid(now - year, now - HOUR)),
        case(
            "a root certificate that begins in 12 hours",
            "the certificate of the root key is valid from 12 hours from now",
            valid(now + 12 * HOUR, now + year),
        ),
        case(
            "a root certificate that begins in two days",
            "the certificate of the root key is valid from two days from now",
            valid(now + 48 * HOUR, now + year),
        ),
        case(
            "a root certificate that ends before it begins",
            "the certificate of the root key ends before it begins",
            valid(now + year, now - year),
        ),
        case(
            "two root keys, of which the one that signed has an expired certificate",
            "one of two root keys is enough, and the certificate of the one that signed has expired",
            site(half_expired(0)),
        ),
        case(
            "two root keys, of which the other has an expired certificate",
            "nothing: one of two root keys is enough, and the certificate of the one that did not sign has expired",
            site(half_expired(1)),
        ),
    ]
}

fn half_expired(signed_by_key: usize) -> Publisher {
    let key = SigningKey::p256("old");
    let pem = leaf(&key, |spec| spec.valid(0, yesterday().seconds()));
    let signers = [Signer::in_text(key, &pem), Signer::root("root")];
    let mut publisher = signed_by(publisher(), "root", signers.to_vec(), 1);
    publisher.roots = vec![sign(&publisher.root, &signers[signed_by_key..=signed_by_key])];
    publisher
}

fn contents() -> Vec<Case> {
    let sha_1 = with_certificate(|mut spec| {
        spec.signature_algorithm = der::sequence([&der::oid("1.2.840.10045.4.1")]);
        spec
    });
    let small = with_certificate(|spec| {
        let modulus = [&[0xc1][..], &[0x55; 127]].concat();
        let numbers = der::sequence([&der::unsigned(&modulus), &der::integer(65537)]);
        let algorithm = der::sequence([&der::oid("1.2.840.113549.1.1.1"), &der::null()]);
        CertificateSpec { key: der::sequence([&algorithm, &der::bit_string(&numbers)]), ..spec }
    });
    let rsa = SigningKey::rsa_2048();
    let p384 = SigningKey::p384("root");
    let stranger = SigningKey::p256("stranger");
    let key = SigningKey::p256("root");
    let by_stranger = certificate(&key, GUN).with_signature(&[]).signed_by(&stranger).pem();
    let unknown = Extension::new("1.2.3.4", b"\x05\x00".as_slice()).critical();
    vec![
        case("a root certificate on P-384", "nothing", site(with_root(Signer::certified(p384, GUN)))),
        case("a root certificate with RSA", "nothing", site(with_root(Signer::certified(rsa, GUN)))),
        case("a root certificate by SHA-1", "the certificate of the root key is signed with SHA-1", site(sha_1)),
        case("a root certificate with 1024 bits", "the root key is RSA of 1024 bits", site(small)),
        case(
            "a root certificate that its own key did not sign",
            "a stranger signed the certificate of the root key",
            site(with_pem(&by_stranger)),
        ),
        case(
            "a root certificate for servers",
            "the certificate of the root key is for TLS servers",
            site(with_certificate(|spec| spec.purposes(&["1.3.6.1.5.5.7.3.1"]))),
        ),
        case(
            "a root certificate for nothing",
            "the certificate of the root key does not say what it is for",
            site(with_certificate(|spec| spec.without("2.5.29.37").without("2.5.29.15"))),
        ),
        case(
            "a root certificate with an unknown critical extension",
            "the certificate of the root key has a critical extension that nobody knows",
            site(with_certificate(|spec| spec.extension(unknown))),
        ),
    ]
}

fn bundles() -> Vec<Case> {
    let key = SigningKey::p256("root");
    let good = leaf(&key, |spec| spec);
    let other = leaf(&SigningKey::p256("other"), |spec| spec);
    let authority = Authority::root("authority").certificate.pem();
    let blocks = |pem: String| site(with_pem(&pem));
    vec![
        case(
            "a root certificate of an authority",
            "the certificate of the root key is that of an authority",
            site(with_certificate(|spec| spec.extension(Extension::basic_constraints(true, None).critical()))),
        ),
        case("a root certificate with an authority's behind it", "nothing", blocks(format!("{good}{authority}"))),
        case(
            "a root certificate with an authority's before it",
            "an authority's certificate stands before that of the root key",
            blocks(format!("{authority}{good}")),
        ),
        case(
            "a root certificate with another behind it",
            "the certificate of another signer stands behind that of the root key",
            blocks(format!("{good}{other}")),
        ),
        case(
            "text before a root certificate",
            "a line of text stands before the certificate of the root key",
            blocks(format!("hello\n{good}")),
        ),
        case(
            "text behind a root certificate",
            "a line of text stands behind the certificate of the root key",
            blocks(format!("{good}hello\n")),
        ),
        case(
            "a public key behind a root certificate",
            "a public key stands behind the certificate of the root key",
            blocks(format!("{good}{}", key.public().pem())),
        ),
        case("an octet behind a root certificate", "the certificate of the root key has an octet behind its end", {
            let mut der = certificate(&key, GUN).with_signature(&[]).signed_by(&key).der;
            der.push(0);
            blocks(format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", wrapped(&der)))
        }),
        case("a root key without a certificate", "the root key is a bare one", site(with_root(Signer::p256("root")))),
        case("a bare root key beside one in a certificate", "one of two root keys is enough, and the other one is bare", {
            site(signed_by(publisher(), "root", vec![Signer::root("root"), Signer::p256("other")], 1))
        }),
        case("a root key in no certificate at all", "the root key is in an empty text", blocks(String::new())),
    ]
}

fn wrapped(der: &[u8]) -> String {
    use base64ct::Base64;
    use base64ct::Encoding as _;
    let text = Base64::encode_string(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}

fn roots() -> Vec<Case> {
    let mut cases = Vec::new();
    for role in ["root", "timestamp", "snapshot", "targets"] {
        let publisher = saying(publisher(), "root", |root| drop(root["roles"].as_object_mut().unwrap().remove(role)));
        cases.push(case(format!("a root without {role}"), format!("root says nothing of {role}"), site(publisher)));
    }
    let another = saying(publisher(), "root", |root| root["roles"]["mirrors"] = root["roles"]["targets"].clone());
    let consistent = saying(publisher(), "root", |root| root["consistent_snapshot"] = json!(true));
    cases.extend([
        case("a root with another role", "nothing: root has a role that nobody knows", site(another)),
        case("a root with consistent snapshots", "nothing: root says that there are consistent snapshots", site(consistent)),
        case(
            "a root of version 5 at the first visit",
            "nothing: there are no earlier ones",
            site(saying(publisher(), "root", |root| root["version"] = json!(5))),
        ),
    ]);
    cases
}
