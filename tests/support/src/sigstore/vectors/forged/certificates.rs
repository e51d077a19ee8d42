//! Whose signature it is: identities, chains, and promises of Certificate Transparency logs.

use crate::sigstore::Authority;
use crate::sigstore::CertificateSpec;
use crate::sigstore::CtLog;
use crate::sigstore::Extension;
use crate::sigstore::GeneralName;
use crate::sigstore::IDENTITY;
use crate::sigstore::ISSUER;
use crate::sigstore::Sct;
use crate::sigstore::SigningKey;
use crate::sigstore::Sigstore;
use crate::sigstore::extension;
use crate::sigstore::time;
use crate::sigstore::vectors::Vector;
use crate::sigstore::vectors::image_signed;

pub(super) fn all() -> Vec<Vector> {
    [identities(), leaves(), times(), authorities(), scts()].concat()
}

fn identities() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let signing = || sigstore.signing();
    let longer = format!("{IDENTITY}-of-somebody-else");
    let other = "https://ci.pullproof.test/other/app/.workflows/release.yml@refs/heads/main";
    let disagreeing = signing().certificate(|spec| spec.extension(Extension::issuer_v1("https://token.example.test")));
    let suffixed = format!("https://evil.test/{ISSUER}");
    vec![
        Vector::forged("wrong-identity", "Another workflow.", &image_signed(&signing().identity(other))),
        Vector::forged("longer-identity", "A workflow whose name begins the same.", &image_signed(&signing().identity(&longer))),
        Vector::forged("no-identity", "No name at all.", &image_signed(&signing().certificate(CertificateSpec::nameless))),
        Vector::forged("wrong-issuer", "Another issuer vouches for it.", &image_signed(&signing().issuer("https://token.example.test"))),
        Vector::forged("longer-issuer", "An issuer that contains the right one.", &image_signed(&signing().issuer(&suffixed))),
        Vector::forged("issuers-disagree", "Two issuers in the two ways.", &image_signed(&disagreeing)),
        Vector::forged(
            "two-names",
            "The right name beside another.",
            &image_signed(&signing().certificate(|spec| spec.names(&[GeneralName::Uri(other.into()), GeneralName::Uri(IDENTITY.into())]))),
        ),
    ]
}

fn leaves() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let with = |adjust: &dyn Fn(CertificateSpec) -> CertificateSpec| image_signed(&sigstore.signing().certificate(adjust));
    let unknown = || Extension::new("1.3.6.1.4.1.57264.9.9", b"\x05\x00".as_slice());
    vec![
        Vector::forged("not-for-code", "A certificate for servers.", &with(&|spec| spec.purposes(&[extension::SERVER_AUTHENTICATION]))),
        Vector::forged("no-purpose", "A certificate that names no purpose.", &with(&|spec| spec.without(extension::EXTENDED_KEY_USAGE))),
        Vector::forged(
            "no-digital-signature",
            "A key for signing lists of revoked certificates.",
            &with(&|spec| spec.extension(Extension::key_usage(&[extension::CRL_SIGN]))),
        ),
        Vector::forged(
            "leaf-is-authority",
            "The publisher's certificate may issue others.",
            &with(&|spec| spec.extension(Extension::basic_constraints(true, None))),
        ),
        Vector::forged("unknown-critical", "A critical extension that nobody knows.", &with(&|spec| spec.extension(unknown().critical()))),
        Vector::forged(
            "extension-twice",
            "The names twice.",
            &with(&|spec| spec.extension_again(Extension::subject_alternative_name(&[GeneralName::Uri("https://evil.test".into())]))),
        ),
        Vector::forged(
            "algorithms-disagree",
            "Another algorithm outside than inside.",
            &with(&|spec| CertificateSpec {
                outer_signature_algorithm: Some(SigningKey::p256("any").signature_algorithm(crate::sigstore::Hash::Sha256)),
                ..spec
            }),
        ),
    ]
}

fn times() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let expired_authority = |start, end| {
        let root = Authority::root("fulcio.pullproof.test");
        let key = SigningKey::p384("fulcio-intermediate.pullproof.test");
        let fulcio = root.intermediate_with("fulcio-intermediate.pullproof.test", key, |spec| spec.valid(start, end));
        let sigstore = Sigstore { fulcio, ..Sigstore::new() };
        (image_signed(&sigstore.signing()), sigstore.trusted_root())
    };
    let (expired, expired_trust) = expired_authority(time::BEGINNING, time::SIGNED_AT - 1);
    let ended = sigstore.trusted_root().with(|root| root.certificate_authorities[0].end = Some(time::SIGNED_AT - 1));
    let after = sigstore.signing().at(time::SIGNED_AT + time::DAY);
    let before = sigstore.signing().at(time::SIGNED_AT - time::DAY);
    let honest = image_signed(&sigstore.signing());
    vec![
        Vector::forged("signed-after-expiry", "Listed a day after the certificate had ended.", &image_signed(&after)),
        Vector::forged("stamped-after-expiry", "Rekor v2, and timestamped a day too late.", &image_signed(&after.clone().rekor_v2())),
        Vector::forged("signed-before-begin", "Listed a day before the certificate began.", &image_signed(&before)),
        Vector::forged("intermediate-expired", "The intermediate had ended when it was signed.", &expired).trusting(&expired_trust),
        Vector::forged("authority-retired", "The authority was not trusted any more when it was signed.", &honest).trusting(&ended),
    ]
}

fn authorities() -> Vec<Vector> {
    let honest = Sigstore::new();
    let key = || SigningKey::p384("fulcio-intermediate.pullproof.test");
    let issued_by = |adjust: &dyn Fn(CertificateSpec) -> CertificateSpec| {
        let root = Authority::root("fulcio.pullproof.test");
        let fulcio = root.intermediate_with("fulcio-intermediate.pullproof.test", key(), adjust);
        let sigstore = Sigstore { fulcio, ..Sigstore::new() };
        (image_signed(&sigstore.signing()), sigstore.trusted_root())
    };
    let vector = |name, why, adjust: &dyn Fn(CertificateSpec) -> CertificateSpec| {
        let (bundle, trust) = issued_by(adjust);
        Vector::forged(name, why, &bundle).trusting(&trust)
    };
    // Same names, other keys: who looks issuers up by name finds the right one, and the signature does not fit.
    let impostor = Authority::root_with("fulcio.pullproof.test", SigningKey::p384("impostor"), |spec| spec);
    let impostor = impostor.intermediate_with("fulcio-intermediate.pullproof.test", SigningKey::p384("impostor 2"), |spec| spec);
    let impostor = Sigstore { fulcio: impostor, ..Sigstore::new() };
    let deep = honest.fulcio.intermediate("too-deep.pullproof.test");
    let deep = Sigstore { fulcio: deep, ..Sigstore::new() };
    vec![
        Vector::forged("other-deployment", "Another Sigstore's signature.", &image_signed(&Sigstore::at("other.test").signing())),
        Vector::forged("impostor", "An authority with the right names and other keys.", &image_signed(&impostor.signing())),
        vector("issuer-no-authority", "The issuer is no authority.", &|spec| spec.extension(Extension::basic_constraints(false, None))),
        vector("issuer-cannot-issue", "The issuer's key may not sign certificates.", &|spec| {
            spec.extension(Extension::key_usage(&[extension::CRL_SIGN]))
        }),
        vector("issuer-not-for-code", "The issuer may issue for timestamps only.", &|spec| spec.purposes(&[extension::TIME_STAMPING])),
        vector("name-not-permitted", "The issuer may issue for another domain only.", &|spec| {
            spec.extension(Extension::permitted_names(&[GeneralName::Uri("other.test".into())]))
        }),
        Vector::forged("path-too-long", "An intermediate below one that may have none.", &image_signed(&deep.signing()))
            .trusting(&deep.trusted_root()),
    ]
}

fn scts() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let with = |sct: &dyn Fn(&CertificateSpec) -> Vec<Sct>| {
        image_signed(&sigstore.signing().without_scts().certificate(|spec| {
            let list = Sct::list(&sct(&spec));
            spec.extension(list)
        }))
    };
    let log = &sigstore.ct_log;
    let other_log = CtLog::new("ct.other.test");
    let honest = |spec: &CertificateSpec| log.sct(spec, &sigstore.fulcio);
    let ended = sigstore.trusted_root().with(|root| root.ct_logs[0].end = Some(time::SIGNED_AT - 1));
    let retired = Vector::forged("sct-of-retired-log", "A promise after the log had ended.", &image_signed(&sigstore.signing()));
    vec![
        Vector::forged("no-sct", "No log has promised to list the certificate.", &image_signed(&sigstore.signing().without_scts())),
        Vector::forged("no-scts-in-list", "A list of no promises.", &with(&|_| Vec::new())),
        Vector::forged(
            "sct-of-unknown-log",
            "A log that nobody trusts has promised.",
            &with(&|spec| vec![other_log.sct(spec, &sigstore.fulcio)]),
        ),
        Vector::forged(
            "sct-of-another",
            "A promise for another certificate.",
            &with(&|spec| vec![honest(&spec.clone().identity("https://other.test"))]),
        ),
        Vector::forged(
            "sct-changed-time",
            "A promise with another time than was signed.",
            &with(&|spec| vec![Sct { milliseconds: 1_768_478_400_000, ..honest(spec) }]),
        ),
        Vector::forged(
            "sct-of-another-issuer",
            "A promise that names another key of an issuer.",
            &with(&|spec| vec![log.sign(log.unsigned(), &SigningKey::p384("another").public().id(), &spec.tbs())]),
        ),
        retired.trusting(&ended),
    ]
}
