//! When it was seen.

use crate::sigstore::Bundle;
use crate::sigstore::CertificateSpec;
use crate::sigstore::Extension;
use crate::sigstore::SigningKey;
use crate::sigstore::Sigstore;
use crate::sigstore::TimestampAuthority;
use crate::sigstore::TimestampSpec;
use crate::sigstore::TrustedAuthority;
use crate::sigstore::extension;
use crate::sigstore::sha256;
use crate::sigstore::time;
use crate::sigstore::vectors::Vector;
use crate::sigstore::vectors::message_signed;

const NAME: &str = "timestamp.pullproof.test";

pub(super) fn all() -> Vec<Vector> {
    [responses(), authorities()].concat()
}

fn unstamped(sigstore: &Sigstore) -> Bundle {
    message_signed(&sigstore.signing().rekor_v2().unstamped())
}

fn responses() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let bundle = unstamped(&sigstore);
    let honest = sigstore.timestamps.spec(bundle.signature(), time::SIGNED_AT + 1);
    let stamped = |authority: &TimestampAuthority, spec: &TimestampSpec| {
        bundle.clone().with(|bundle| bundle.timestamps.push(authority.respond(spec)))
    };
    let vector = |name, why, change: &dyn Fn(&mut TimestampSpec)| {
        let mut spec = honest.clone();
        change(&mut spec);
        Vector::forged(name, why, &stamped(&sigstore.timestamps, &spec))
    };
    let other = TimestampAuthority::new("timestamp.other.test");
    let other_spec = other.spec(bundle.signature(), time::SIGNED_AT + 1);
    let stranger = TimestampAuthority { key: SigningKey::p384("stranger"), ..sigstore.timestamps.clone() };
    vec![
        Vector::forged("rekor2-unstamped", "Rekor v2 without a timestamp.", &bundle),
        vector("stamp-of-another", "A timestamp of another signature.", &|spec| spec.imprint = sha256(b"another signature")),
        vector("stamp-of-message", "A timestamp of the message instead of the signature.", &|spec| {
            spec.imprint = sha256(&crate::sigstore::vectors::image().root.bytes);
        }),
        vector("stamp-refused", "A response that says it is none.", &|spec| spec.status = 2),
        vector("stamp-content-changed", "The digest in the signed attribute is of another content.", &|spec| {
            spec.message_digest = Some(sha256(b"another content"));
        }),
        vector("stamp-content-type", "The content is said to be plain data.", &|spec| {
            (spec.content_type, spec.signed_content_type) = ("1.2.840.113549.1.7.1".into(), "1.2.840.113549.1.7.1".into());
        }),
        vector("stamp-content-types-disagree", "The signed attribute says that it is plain data.", &|spec| {
            spec.signed_content_type = "1.2.840.113549.1.7.1".into();
        }),
        vector("stamp-two-signers", "Two signers where there may be one.", &|spec| spec.signers = 2),
        vector("stamp-names-another", "The ESSCertIDv2 names another certificate.", &|spec| {
            spec.signing_certificate = Some(other.certificate.clone());
        }),
        Vector::forged("stamp-of-stranger", "Another key signed, under the name of the authority.", &stamped(&stranger, &honest)),
        Vector::forged("stamp-of-unknown", "An authority that nobody trusts, with its certificate.", &stamped(&other, &other_spec)),
        vector("stamp-too-early", "Timestamped before the authority was trusted.", &|spec| spec.time = time::BEGINNING - 1),
    ]
}

fn authorities() -> Vec<Vector> {
    let with = |name, why, adjust: &dyn Fn(CertificateSpec) -> CertificateSpec| {
        let timestamps = TimestampAuthority::with(NAME, SigningKey::p384(NAME), adjust);
        let sigstore = Sigstore { timestamps, ..Sigstore::new() };
        let bundle = message_signed(&sigstore.signing().rekor_v2());
        Vector::forged(name, why, &bundle).trusting(&sigstore.trusted_root())
    };
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing().rekor_v2());
    let root = || sigstore.trusted_root();
    let ended = Some(time::SIGNED_AT);
    let pooled = root().with(|root| {
        root.timestamp_authorities[0].end = ended;
        root.timestamp_authorities.push(TrustedAuthority::from(&TimestampAuthority::new("timestamp.other.test")));
    });
    vec![
        with("stamp-not-for-time", "The authority's certificate is for code.", &|spec| {
            spec.extension(Extension::extended_key_usage(&[extension::CODE_SIGNING]).critical())
        }),
        with("stamp-purpose-not-critical", "The purpose of the authority's certificate is not critical.", &|spec| {
            spec.extension(Extension::extended_key_usage(&[extension::TIME_STAMPING]))
        }),
        with("stamp-two-purposes", "The authority's certificate is for code, too.", &|spec| {
            spec.extension(Extension::extended_key_usage(&[extension::TIME_STAMPING, extension::CODE_SIGNING]).critical())
        }),
        with("stamp-authority-expired", "The authority's certificate had ended.", &|spec| spec.valid(time::BEGINNING, time::SIGNED_AT)),
        Vector::forged("stamp-authority-retired", "The authority was not trusted any more.", &honest)
            .trusting(&root().with(|root| root.timestamp_authorities[0].end = ended)),
        Vector::forged("stamp-pooled-times", "Another authority is still trusted, and this one is not.", &honest).trusting(&pooled),
        Vector::forged("stamp-nobody-trusted", "No timestamp authority is trusted.", &honest)
            .trusting(&root().with(|root| root.timestamp_authorities.clear())),
    ]
}
