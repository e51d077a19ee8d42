//! Roots: their certificates, and the way from one to the next.

use pullproof::content_trust::Anchor;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::crypto::InvalidKey;
use pullproof::crypto::InvalidScheme;
use pullproof::tuf::InvalidMetadata;
use pullproof::x509::InvalidCertificate;
use pullproof_world::sigstore::CertificateSpec;
use pullproof_world::sigstore::Extension;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::der;
use serde_json::json;

use crate::minted::Client;
use crate::minted::GUN;
use crate::minted::Publisher;
use crate::minted::Signer;
use crate::minted::bump;
use crate::minted::certificate;
use crate::minted::days_later;
use crate::minted::sign;
use crate::minted::start;

/// A publisher whose root key is this.
fn with_root(signer: Signer) -> Publisher {
    let mut publisher = Publisher::new();
    publisher.signers.insert("root".into(), vec![signer]);
    publisher.name_keys();
    publisher.sign_root();
    publisher
}

/// With a certificate that is changed before it is signed.
fn with_certificate(change: impl FnOnce(CertificateSpec) -> CertificateSpec) -> Publisher {
    let key = SigningKey::p256("root");
    let pem = change(certificate(&key, GUN)).with_signature(&[]).signed_by(&key).pem();
    with_root(Signer::in_text(key, &pem))
}

#[track_caller]
fn refusal(mut publisher: Publisher) -> InvalidTrustData {
    Client::new().refusal(&publisher.publish())
}

#[test]
fn a_certificate_for_another_collection_is_refused() {
    for name in ["docker.io/example/other", "docker.io/example/app2", "docker.io/example", "DOCKER.IO/example/app", "app"] {
        let signer = Signer::certified(SigningKey::p256("root"), name);
        let refusal = refusal(with_root(signer));
        assert!(matches!(&refusal, InvalidTrustData::CertificateName { found, .. } if *found == format!("CN={name}")), "{refusal}");
    }
}

#[test]
fn a_certificate_for_a_beginning_of_the_name_is_accepted() {
    let signer = Signer::certified(SigningKey::p256("root"), "docker.io/example/*");
    Client::new().accepts(&with_root(signer).publish());
}

#[test]
fn trap_13_a_certificate_for_everybody_is_refused() {
    for name in ["*", "docker.io*", "d*"] {
        let signer = Signer::certified(SigningKey::p256("root"), name);
        assert!(matches!(refusal(with_root(signer)), InvalidTrustData::CertificateName { .. }), "{name}");
    }
}

#[test]
fn a_certificate_with_two_common_names_or_none_is_refused() {
    for names in [vec![("2.5.4.3", GUN), ("2.5.4.3", "docker.io/example/other")], vec![("2.5.4.10", GUN)]] {
        let names = names.into_iter().map(|(oid, value)| (oid, value.to_owned())).collect();
        let publisher = with_certificate(|spec| spec.subject(pullproof_world::sigstore::Name(names)));
        assert!(matches!(refusal(publisher), InvalidTrustData::CertificateName { .. }));
    }
}

#[test]
fn an_alternative_name_is_no_common_name() {
    let name = pullproof_world::sigstore::GeneralName::Uri(GUN.into());
    let key = SigningKey::p256("root");
    let spec = certificate(&key, "docker.io/example/other").names(&[name]);
    let signer = Signer::in_text(key.clone(), &spec.with_signature(&[]).signed_by(&key).pem());
    assert!(matches!(refusal(with_root(signer)), InvalidTrustData::CertificateName { .. }));
}

#[test]
fn a_certificate_that_has_expired_is_refused() {
    let publisher = with_certificate(|spec| spec.valid(0, start().seconds() - 1));
    assert!(matches!(refusal(publisher), InvalidTrustData::CertificateNotValid { .. }));
    Client::new().accepts(&with_certificate(|spec| spec.valid(0, start().seconds())).publish());
}

#[test]
fn a_certificate_of_the_future_is_refused() {
    // Notary gives it a day.
    let publisher = with_certificate(|spec| spec.valid(start().seconds() + 1, days_later(3650).seconds()));
    assert!(matches!(refusal(publisher), InvalidTrustData::CertificateNotValid { .. }));
}

#[test]
fn a_certificate_that_was_signed_with_sha_1_is_refused() {
    let publisher = with_certificate(|mut spec| {
        spec.signature_algorithm = der::sequence([&der::oid("1.2.840.10045.4.1")]);
        spec
    });
    let refusal = refusal(publisher);
    assert!(
        matches!(refusal, InvalidTrustData::Certificate { invalid: InvalidCertificate::Scheme(InvalidScheme::Unknown), .. }),
        "{refusal}"
    );
}

#[test]
fn a_certificate_with_a_small_rsa_key_is_refused() {
    let modulus = [&[0xc1][..], &[0x55; 127]].concat();
    let numbers = der::sequence([&der::unsigned(&modulus), &der::integer(65537)]);
    let algorithm = der::sequence([&der::oid("1.2.840.113549.1.1.1"), &der::null()]);
    let spki = der::sequence([&algorithm, &der::bit_string(&numbers)]);
    let publisher = with_certificate(|spec| CertificateSpec { key: spki, ..spec });
    let refusal = refusal(publisher);
    assert!(
        matches!(refusal, InvalidTrustData::Certificate { invalid: InvalidCertificate::Key(InvalidKey::Size { bits: 1024 }), .. }),
        "{refusal}"
    );
}

#[test]
fn a_root_key_without_a_certificate_is_refused() {
    let signer = Signer::p256("root");
    let id = signer.id();
    assert_eq!(refusal(with_root(signer)), InvalidTrustData::RootKey { id });
}

#[test]
fn a_root_key_in_an_authority_s_certificate_is_refused() {
    let publisher = with_certificate(|spec| spec.extension(Extension::basic_constraints(true, None).critical()));
    assert!(matches!(refusal(publisher), InvalidTrustData::Bundle { .. }));
}

#[test]
fn a_root_key_with_a_second_leaf_behind_it_is_refused() {
    let key = SigningKey::p256("root");
    let leaf = |key: &SigningKey| certificate(key, GUN).with_signature(&[]).signed_by(key).pem();
    let both = format!("{}{}", leaf(&key), leaf(&SigningKey::p256("other")));
    assert!(matches!(refusal(with_root(Signer::in_text(key, &both))), InvalidTrustData::Bundle { .. }));
}

#[test]
fn a_root_key_may_bring_those_who_issued_its_certificate() {
    let key = SigningKey::p256("root");
    let leaf = certificate(&key, GUN).with_signature(&[]).signed_by(&key).pem();
    let issuer = pullproof_world::sigstore::Authority::root("root").certificate.pem();
    Client::new().accepts(&with_root(Signer::in_text(key, &format!("{leaf}{issuer}"))).publish());
}

#[test]
fn text_between_the_certificates_is_refused() {
    let key = SigningKey::p256("root");
    let leaf = certificate(&key, GUN).with_signature(&[]).signed_by(&key).pem();
    for text in [format!("x\n{leaf}"), format!("{leaf}-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), String::new()] {
        let refusal = refusal(with_root(Signer::in_text(key.clone(), &text)));
        assert!(matches!(refusal, InvalidTrustData::Certificate { .. }), "{text}: {refusal}");
    }
}

#[test]
fn a_root_that_has_expired_is_refused() {
    let mut publisher = Publisher::new();
    publisher.root["expires"] = json!(start());
    publisher.sign_root();
    let expired = InvalidMetadata::Expired { role: "root".into(), expires: start(), now: start() };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(expired));
}

#[test]
fn a_root_of_another_collection_is_refused_even_if_its_key_is_pinned() {
    let mut client = Client::new();
    client.gun = Gun::parse("docker.io/example/other").unwrap();
    assert!(matches!(client.refusal(&Publisher::new().publish()), InvalidTrustData::CertificateName { .. }));
}

#[test]
fn every_role_has_to_be_in_a_root() {
    for role in ["root", "timestamp", "snapshot", "targets"] {
        let mut publisher = Publisher::new();
        publisher.root["roles"].as_object_mut().unwrap().remove(role);
        publisher.sign_root();
        assert_eq!(refusal(publisher).code(), "document-invalid", "{role}");
    }
}

/// With a new root key.
fn rotated() -> Publisher {
    let mut publisher = Publisher::new();
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::root("new root")]);
    });
    publisher
}

#[test]
fn a_root_that_the_old_one_signed_is_followed() {
    let mut publisher = rotated();
    publisher.rotate(|_| {});
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::root("newest root")]);
    });
    let mut client = Client::new();
    let tag = client.accepts(&publisher.publish());
    assert_eq!((publisher.roots.len(), tag.anchor()), (4, &client.anchor));
}

#[test]
fn a_root_that_only_the_new_key_signed_is_refused() {
    let mut publisher = rotated();
    publisher.roots[1] = sign(&publisher.root, &publisher.signers["root"]);
    let threshold = InvalidMetadata::Threshold { role: "root".into(), expected: 1, found: 0 };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(threshold));
}

#[test]
fn a_root_that_only_the_old_key_signed_is_refused() {
    let mut publisher = rotated();
    publisher.roots[1] = sign(&publisher.root, &[Signer::root("root")]);
    let threshold = InvalidMetadata::Threshold { role: "root".into(), expected: 1, found: 0 };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(threshold));
}

#[test]
fn a_root_that_somebody_signed_under_the_old_key_s_id_is_refused() {
    let mut publisher = rotated();
    let mut signatures = crate::minted::signatures(&publisher.root, &[Signer::root("mallory"), Signer::root("new root")]);
    signatures[0]["keyid"] = json!(Signer::root("root").id());
    publisher.roots[1] = crate::minted::file(&publisher.root, &signatures);
    assert_eq!(Client::new().unmet(&publisher.publish()), "root");
}

#[test]
fn a_root_that_somebody_signed_under_the_new_key_s_id_is_refused() {
    let mut publisher = rotated();
    let mut signatures = crate::minted::signatures(&publisher.root, &[Signer::root("root"), Signer::root("mallory")]);
    signatures[1]["keyid"] = json!(Signer::root("new root").id());
    publisher.roots[1] = crate::minted::file(&publisher.root, &signatures);
    assert_eq!(Client::new().unmet(&publisher.publish()), "root");
}

/// Notary follows from 1 to 9, if only the key of 1 has signed that.
#[test]
fn no_root_is_left_out() {
    let mut publisher = rotated();
    bump(&mut publisher.root);
    publisher.roots[1] = sign(&publisher.root, &[Signer::root("root"), Signer::root("new root")]);
    let version = InvalidMetadata::Version { role: "root".into(), expected: 2, found: 3 };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(version));
}

#[test]
fn an_older_root_is_a_rollback() {
    let mut publisher = rotated();
    publisher.rotate(|_| {});
    let first = publisher.roots[0].clone();
    publisher.roots.push(first);
    let rollback = InvalidMetadata::Rollback { role: "root".into(), known: 3, found: 1 };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(rollback));
}

#[test]
fn another_root_of_the_same_version_is_an_equivocation() {
    let mut publisher = rotated();
    publisher.root["consistent_snapshot"] = json!(true);
    publisher.roots.push(sign(&publisher.root, &[Signer::root("root"), Signer::root("new root")]));
    let equivocation = InvalidMetadata::Equivocation { role: "root".into(), version: 2 };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(equivocation));
}

#[test]
fn the_same_root_again_is_no_successor() {
    let mut publisher = Publisher::new();
    publisher.roots.push(publisher.roots[0].clone());
    let version = InvalidMetadata::Version { role: "root".into(), expected: 2, found: 1 };
    assert_eq!(refusal(publisher), InvalidTrustData::Metadata(version));
}

#[test]
fn a_new_root_for_another_collection_is_refused() {
    let mut publisher = Publisher::new();
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::certified(SigningKey::p256("new root"), "docker.io/example/other")]);
    });
    assert!(matches!(refusal(publisher), InvalidTrustData::CertificateName { .. }));
}

/// Notary refuses to go on from a root whose certificate has expired, so that nobody who waited could ever be told of a new one.
#[test]
fn trap_12_only_the_newest_root_has_to_be_valid() {
    let mut publisher = with_certificate(|spec| spec.valid(0, start().seconds() - 1));
    publisher.root["expires"] = json!(start());
    publisher.sign_root();
    assert!(Client::new().look_up(&publisher.clone().publish()).is_err());
    publisher.rotate(|publisher| {
        publisher.root["expires"] = json!(days_later(3650));
        publisher.signers.insert("root".into(), vec![Signer::root("new root")]);
    });
    Client::new().accepts(&publisher.publish());
}

#[test]
fn the_newest_root_has_to_be_valid_itself() {
    let mut publisher = Publisher::new();
    let key = SigningKey::p256("new root");
    let pem = certificate(&key, GUN).valid(0, start().seconds() - 1).with_signature(&[]).signed_by(&key).pem();
    publisher.rotate(|publisher| {
        publisher.signers.insert("root".into(), vec![Signer::in_text(key, &pem)]);
    });
    assert!(matches!(refusal(publisher), InvalidTrustData::CertificateNotValid { .. }));
}

/// Two root keys of which one is enough: the one whose certificate is valid has to have signed.
fn half_expired(signed_by: usize) -> Publisher {
    let key = SigningKey::p256("old");
    let pem = certificate(&key, GUN).valid(0, start().seconds() - 1).with_signature(&[]).signed_by(&key).pem();
    let signers = [Signer::in_text(key, &pem), Signer::root("root")];
    let mut publisher = Publisher::new();
    publisher.signers.insert("root".into(), signers.to_vec());
    publisher.name_keys();
    publisher.root["roles"]["root"]["threshold"] = json!(1);
    publisher.roots = vec![sign(&publisher.root, &signers[signed_by..=signed_by])];
    publisher
}

#[test]
fn a_key_whose_certificate_has_expired_signs_for_nothing() {
    let mut client = Client::new();
    client.anchor = Anchor::FirstUse;
    let threshold = InvalidMetadata::Threshold { role: "root".into(), expected: 1, found: 0 };
    assert_eq!(client.refusal(&half_expired(0).publish()), InvalidTrustData::Metadata(threshold));
    client.accepts(&half_expired(1).publish());
}
