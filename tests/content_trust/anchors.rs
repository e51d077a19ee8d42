//! Where trust begins: pinned keys, pinned certificates, an authority, or nowhere.

use pullproof::content_trust::Anchor;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::KeyId;
use pullproof::time::Validity;
use pullproof::tuf::InvalidMetadata;
use pullproof::x509::Certificate;
use pullproof::x509::path::Authority;
use pullproof::x509::path::InvalidPath;
use pullproof_world::sigstore;
use pullproof_world::sigstore::CertificateSpec;
use pullproof_world::sigstore::SigningKey;

use crate::minted::Client;
use crate::minted::GUN;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::certificate;
use crate::minted::days_later;
use crate::minted::start;

fn id(text: &str) -> KeyId {
    text.parse().unwrap()
}

/// A publisher with these root keys, of whom so many have to sign.
fn with_roots(signers: Vec<Signer>, threshold: usize) -> Publisher {
    let mut publisher = Publisher::new();
    publisher.signers.insert("root".into(), signers);
    publisher.name_keys();
    publisher.root["roles"]["root"]["threshold"] = threshold.into();
    publisher.sign_root();
    publisher
}

#[test]
fn a_root_with_the_pinned_key_is_accepted_whatever_certificate_the_key_has() {
    let mut client = Client::new();
    let tag = client.accepts(&Publisher::new().publish());
    assert_eq!(tag.anchor(), &client.anchor);
    let renewed = Signer::certified(SigningKey::p256("root"), "docker.io/example/*");
    Client::new().accepts(&with_roots(vec![renewed], 1).publish());
}

#[test]
fn a_root_with_another_key_is_refused() {
    let mut client = Client::new();
    client.anchor = Anchor::Keys(vec![id(&Signer::root("somebody").canonical_id())]);
    let found = vec![id(&Signer::root("root").canonical_id())];
    assert_eq!(client.refusal(&Publisher::new().publish()), InvalidTrustData::Anchor { found });
}

#[test]
fn a_pinned_certificate_is_that_certificate_and_no_other_of_the_same_key() {
    let mut client = Client::new();
    client.anchor = Anchor::Certificates(vec![id(&Signer::root("root").id())]);
    client.accepts(&Publisher::new().publish());
    let renewed = Signer::certified(SigningKey::p256("root"), "docker.io/example/*");
    let found = vec![id(&renewed.id())];
    assert_eq!(client.refusal(&with_roots(vec![renewed], 1).publish()), InvalidTrustData::Anchor { found });
    // The ID of the bare key is none of a certificate.
    client.anchor = Anchor::Certificates(vec![id(&Signer::root("root").canonical_id())]);
    assert!(matches!(client.refusal(&Publisher::new().publish()), InvalidTrustData::Anchor { .. }));
}

#[test]
fn nothing_pinned_is_nobody_trusted() {
    for anchor in [Anchor::Keys(Vec::new()), Anchor::Certificates(Vec::new())] {
        let mut client = Client::new();
        client.anchor = anchor;
        assert!(matches!(client.refusal(&Publisher::new().publish()), InvalidTrustData::Anchor { .. }));
    }
}

#[test]
fn the_pinned_key_has_to_have_signed_and_not_only_to_be_listed() {
    let (pinned, other) = (Signer::root("root"), Signer::root("other"));
    let mut publisher = with_roots(vec![pinned, other.clone()], 1);
    publisher.roots = vec![crate::minted::sign(&publisher.root, &[other])];
    let threshold = InvalidMetadata::Threshold { role: "root".into(), expected: 1, found: 0 };
    assert_eq!(Client::new().refusal(&publisher.publish()), InvalidTrustData::Metadata(threshold));
}

#[test]
fn a_threshold_of_keys_has_to_be_pinned() {
    let signers = vec![Signer::root("root"), Signer::root("other")];
    let files = with_roots(signers.clone(), 2).publish();
    let threshold = InvalidMetadata::Threshold { role: "root".into(), expected: 2, found: 1 };
    assert_eq!(Client::new().refusal(&files), InvalidTrustData::Metadata(threshold));
    let mut client = Client::new();
    client.anchor = Anchor::Keys(signers.iter().map(|signer| id(&signer.canonical_id())).collect());
    client.accepts(&files);
}

#[test]
fn a_root_key_that_is_pinned_and_signed_wrongly_is_refused() {
    let mut publisher = Publisher::new();
    publisher.root["expires"] = serde_json::json!(days_later(99_999));
    let signatures = crate::minted::signatures(&Publisher::new().root, &publisher.signers["root"]);
    publisher.roots = vec![crate::minted::file(&publisher.root, &signatures)];
    assert_eq!(Client::new().unmet(&publisher.publish()), "root");
}

#[test]
fn a_key_id_is_sixty_four_lower_case_digits() {
    let good = Signer::root("root").canonical_id();
    for text in [
        "",
        &good[1..],
        &format!("{good}0"),
        &good.to_uppercase(),
        &format!("sha256:{good}"),
        &good.replace(|c: char| c.is_ascii_digit(), "g"),
    ] {
        assert!(matches!(text.parse::<KeyId>(), Err(InvalidTrustData::KeyId { expected: None, .. })), "{text}");
    }
}

#[test]
fn trap_08_first_use_is_said_by_whoever_asks_and_by_the_answer() {
    let mut client = Client::new();
    client.anchor = Anchor::FirstUse;
    let tag = client.look_up(&Publisher::new().publish()).unwrap();
    assert_eq!(tag.anchor(), &Anchor::FirstUse);
    // Whoever answers first is believed.
    let mallory = with_roots(vec![Signer::root("mallory")], 1).publish();
    assert_eq!(client.look_up(&mallory).unwrap().anchor(), &Anchor::FirstUse);
}

/// A root key whose certificate an authority issued, and that authority.
fn issued(change: impl FnOnce(CertificateSpec) -> CertificateSpec) -> (Signer, Anchor) {
    let authority = sigstore::Authority::root("root");
    (Signer::in_text(SigningKey::p256("root"), &issued_by(&authority, change)), trusted(&authority))
}

/// A certificate for the root key.
fn issued_by(authority: &sigstore::Authority, change: impl FnOnce(CertificateSpec) -> CertificateSpec) -> String {
    let mut spec = change(certificate(&SigningKey::p256("root"), GUN));
    spec.issuer = authority.certificate.spec.subject.clone();
    spec.signature_algorithm = authority.key.signature_algorithm(authority.key.hash());
    spec.with_signature(&[]).signed_by(&authority.key).pem()
}

fn trusted(authority: &sigstore::Authority) -> Anchor {
    let chain = vec![Certificate::from_der(&authority.certificate.der).unwrap()];
    let validity = Validity { from: days_later(-1), to: None };
    Anchor::Authority(Box::new(Authority { chain, validity, uri: "https://ca.test".into(), operator: None }))
}

/// A root key with the certificate of an intermediate behind its own.
fn with_intermediate(authority: &sigstore::Authority) -> Publisher {
    let intermediate = authority.intermediate("intermediate");
    let chain = format!("{}{}", issued_by(&intermediate, |spec| spec), intermediate.certificate.pem());
    with_roots(vec![Signer::in_text(SigningKey::p256("root"), &chain)], 1)
}

#[test]
fn an_intermediate_that_comes_with_the_key_leads_to_the_authority() {
    let authority = sigstore::Authority::root("root");
    let mut client = Client::new();
    client.anchor = trusted(&authority);
    client.accepts(&with_intermediate(&authority).publish());
}

#[test]
fn an_intermediate_of_another_authority_leads_nowhere() {
    let mut client = Client::new();
    client.anchor = trusted(&sigstore::Authority::root("root"));
    let refusal = client.refusal(&with_intermediate(&sigstore::Authority::root("somebody")).publish());
    assert!(matches!(refusal, InvalidTrustData::Path(_)), "{refusal}");
}

#[test]
fn an_authority_that_comes_with_the_key_is_not_the_anchor() {
    let mallory = sigstore::Authority::root("somebody");
    let chain = format!("{}{}", issued_by(&mallory, |spec| spec), mallory.certificate.pem());
    let mut client = Client::new();
    client.anchor = trusted(&sigstore::Authority::root("root"));
    let publisher = &mut with_roots(vec![Signer::in_text(SigningKey::p256("root"), &chain)], 1);
    assert!(matches!(client.refusal(&publisher.publish()), InvalidTrustData::Path(_)));
}

#[test]
fn a_root_whose_certificate_the_authority_issued_is_accepted() {
    let (signer, anchor) = issued(|spec| spec);
    let mut client = Client::new();
    client.anchor = anchor;
    client.accepts(&with_roots(vec![signer], 1).publish());
}

#[test]
fn a_root_with_a_certificate_of_its_own_making_is_refused_where_an_authority_is_asked() {
    let (_, anchor) = issued(|spec| spec);
    let mut client = Client::new();
    client.anchor = anchor;
    assert!(matches!(client.refusal(&Publisher::new().publish()), InvalidTrustData::Path(InvalidPath::UnknownIssuer { .. })));
}

#[test]
fn a_certificate_that_only_names_the_authority_is_refused() {
    let (_, anchor) = issued(|spec| spec);
    let key = SigningKey::p256("root");
    let mut spec = certificate(&key, GUN);
    spec.issuer = sigstore::Authority::root("root").certificate.spec.subject;
    let forged = Signer::in_text(key.clone(), &spec.with_signature(&[]).signed_by(&key).pem());
    let mut client = Client::new();
    client.anchor = anchor;
    // Whether the signature is of another kind than the authority's key, or does not hold.
    assert!(client.look_up(&with_roots(vec![forged], 1).publish()).is_err());
}

#[test]
fn a_certificate_for_servers_is_refused_where_an_authority_is_asked() {
    let (signer, anchor) = issued(|spec| spec.purposes(&["1.3.6.1.5.5.7.3.1"]));
    let mut client = Client::new();
    client.anchor = anchor;
    assert!(matches!(client.refusal(&with_roots(vec![signer], 1).publish()), InvalidTrustData::Path(InvalidPath::ExtendedKeyUsage { .. })));
}

#[test]
fn an_authority_vouches_for_the_time_that_is_asked_about() {
    let (signer, anchor) = issued(|spec| spec.valid(start().seconds() - 2, start().seconds() - 1));
    let mut client = Client::new();
    client.anchor = anchor;
    assert!(matches!(client.refusal(&with_roots(vec![signer], 1).publish()), InvalidTrustData::Path(InvalidPath::NotValid { .. })));
}
