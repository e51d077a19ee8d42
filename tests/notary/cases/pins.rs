//! Where trust begins: pinned certificates, or an authority.

use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::certificate;
use pullproof_world::sigstore::Authority;
use pullproof_world::sigstore::CertificateSpec;
use pullproof_world::sigstore::SigningKey;

use super::signed_by;
use super::site;
use crate::case::Case;
use crate::case::Pin;
use crate::case::case;
use crate::case::publisher;
use crate::case::yesterday;

pub(super) fn cases() -> Vec<Case> {
    [certificates(), authorities()].concat()
}

fn with_roots(signers: Vec<Signer>, threshold: usize) -> Publisher {
    signed_by(publisher(), "root", signers, threshold)
}

fn certificates() -> Vec<Case> {
    let root = Signer::root("root");
    let other = Signer::root("other");
    let renewed = Signer::certified(SigningKey::p256("root"), "docker.io/example/*");
    let these = |ids: &[String]| Pin::Certificates(ids.to_vec());
    vec![
        case("a pinned certificate", "nothing", site(publisher())).pinned(these(&[root.id()])),
        case("another certificate is pinned", "the certificate of the root key is not the pinned one", site(publisher()))
            .pinned(these(&[other.id()])),
        case("nothing is pinned, and first use is not allowed", "nothing: nobody vouches for the root", site(publisher()))
            .pinned(these(&[])),
        case("the ID of the bare key is pinned as a certificate's", "nothing: the pin is none of a certificate", site(publisher()))
            .pinned(these(&[root.canonical_id()])),
        case(
            "a renewed certificate of the pinned one's key",
            "the certificate of the root key is not the pinned one, and its key is",
            site(with_roots(vec![renewed], 1)),
        )
        .pinned(these(&[root.id()])),
        case(
            "a pinned certificate beside another, two of two",
            "two root keys have to sign, and one of them is pinned",
            site(with_roots(vec![root.clone(), other.clone()], 2)),
        )
        .pinned(these(&[root.id()])),
        case(
            "a pinned certificate beside another, which alone signed",
            "the pinned certificate is listed, and only another one's key signed",
            {
                let mut publisher = with_roots(vec![root.clone(), other.clone()], 1);
                publisher.roots = vec![pullproof_world::content_trust::sign(&publisher.root, &[other])];
                site(publisher)
            },
        )
        .pinned(these(&[root.id()])),
    ]
}

/// A certificate for the root key that this authority issued.
fn issued_by(authority: &Authority, change: impl FnOnce(CertificateSpec) -> CertificateSpec) -> String {
    let mut spec = change(certificate(&SigningKey::p256("root"), GUN));
    spec.issuer = authority.certificate.spec.subject.clone();
    spec.signature_algorithm = authority.key.signature_algorithm(authority.key.hash());
    spec.with_signature(&[]).signed_by(&authority.key).pem()
}

fn authorities() -> Vec<Case> {
    let authority = Authority::root("authority");
    let pin = || Pin::Authority(authority.certificate.pem());
    let chain = |pem: &str| site(with_roots(vec![Signer::in_text(SigningKey::p256("root"), pem)], 1));
    let purposes = |purposes: &[&str]| chain(&issued_by(&authority, |spec| spec.purposes(purposes)));
    // Without a purpose, which would be one for all that it issues.
    let intermediate = authority.intermediate_with("intermediate", SigningKey::p384("intermediate"), |spec| spec.without("2.5.29.37"));
    let strange = Authority::root("stranger").intermediate("intermediate");
    let both = |intermediate: &Authority, purpose: &str| {
        chain(&format!("{}{}", issued_by(intermediate, |spec| spec.purposes(&[purpose])), intermediate.certificate.pem()))
    };
    let (servers, code) = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.3");
    let key = SigningKey::p256("root");
    let mut named = certificate(&key, GUN).purposes(&[servers, code]);
    named.issuer = authority.certificate.spec.subject.clone();
    let only_named = named.with_signature(&[]).signed_by(&key).pem();
    vec![
        case("an authority issued a certificate for servers and code", "nothing", purposes(&[servers, code])).pinned(pin()),
        case("an authority issued a certificate for code", "nothing", purposes(&[code])).pinned(pin()),
        case(
            "an authority issued a certificate for servers",
            "the certificate of the root key is not for signing code",
            purposes(&[servers]),
        )
        .pinned(pin()),
        case(
            "an authority issued a certificate for nothing",
            "the certificate of the root key does not say what it is for",
            chain(&issued_by(&authority, |spec| spec.without("2.5.29.37"))),
        )
        .pinned(pin()),
        case("an authority and its intermediate", "nothing", both(&intermediate, code)).pinned(pin()),
        case("an authority and its intermediate, for servers and code", "nothing", {
            chain(&format!("{}{}", issued_by(&intermediate, |spec| spec.purposes(&[servers, code])), intermediate.certificate.pem()))
        })
        .pinned(pin()),
        case("an intermediate of another authority", "the certificate of the root key leads to another authority", both(&strange, code))
            .pinned(pin()),
        case("an authority did not issue the certificate", "the root key signed its certificate itself", site(publisher())).pinned(pin()),
        case(
            "an authority is only named in the certificate",
            "the certificate of the root key names the authority, and the root key signed it",
            chain(&only_named),
        )
        .pinned(pin()),
        case("an authority issued a certificate that has expired", "the certificate of the root key has expired", {
            chain(&issued_by(&authority, |spec| spec.purposes(&[servers, code]).valid(0, yesterday().seconds())))
        })
        .pinned(pin()),
        case("an authority issued a certificate for another collection", "the certificate of the root key is for another collection", {
            let mut spec = certificate(&key, "docker.io/example/other").purposes(&[servers, code]);
            spec.issuer = authority.certificate.spec.subject.clone();
            spec.signature_algorithm = authority.key.signature_algorithm(authority.key.hash());
            chain(&spec.with_signature(&[]).signed_by(&authority.key).pem())
        })
        .pinned(pin()),
    ]
}
