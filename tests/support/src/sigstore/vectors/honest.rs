//! Honest bundles: each kind that publishers make.

use serde_json::json;

use super::Vector;
use super::image;
use super::image_signed;
use super::message_signed;
use crate::sigstore::BUNDLE_V0_1;
use crate::sigstore::BUNDLE_V0_2;
use crate::sigstore::BUNDLE_V0_3_OLD;
use crate::sigstore::CtLog;
use crate::sigstore::Hash;
use crate::sigstore::ISSUER;
use crate::sigstore::Listing;
use crate::sigstore::Sct;
use crate::sigstore::SigningKey;
use crate::sigstore::Sigstore;
use crate::sigstore::TrustedLog;
use crate::sigstore::statement::SLSA_PROVENANCE;
use crate::sigstore::statement::signing_statement;
use crate::sigstore::time;

pub(super) fn all() -> Vec<Vector> {
    [rekor_v1(), rekor_v2(), keys(), certificates(), timestamps(), edges()].concat()
}

fn rekor_v1() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let signing = || sigstore.signing();
    vec![
        Vector::new("message", "A message, keyless, in Rekor v1.", &message_signed(&signing())),
        Vector::new("image", "An image as cosign 3 signs it, keyless, in Rekor v1 as dsse 0.0.1.", &image_signed(&signing())),
        Vector::new("image-intoto", "The same in Rekor v1 as intoto 0.0.2.", &image_signed(&signing().listed(Listing::V1Intoto))),
        Vector::new(
            "message-v0.1",
            "A bundle of version 0.1, with a promise and no proof.",
            &message_signed(&signing().version(BUNDLE_V0_1)),
        ),
        Vector::new("image-v0.2", "A bundle of version 0.2, with a chain.", &image_signed(&signing().version(BUNDLE_V0_2))),
        Vector::new("message-v0.3-old", "Version 0.3 by its first media type.", &message_signed(&signing().version(BUNDLE_V0_3_OLD))),
        Vector::new(
            "message-proof-only",
            "A proof and a timestamp, but no promise.",
            &message_signed(&signing().stamped()).with(|bundle| {
                bundle.entries[0].promise = None;
                bundle.entries[0].integrated_time = None;
            }),
        ),
        Vector::new(
            "provenance",
            "An attestation of how an image was built.",
            &signing().attest(image().digest(), SLSA_PROVENANCE, &json!({ "buildDefinition": {} })),
        ),
    ]
}

fn rekor_v2() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let signing = || sigstore.signing().rekor_v2();
    let crowded = Sigstore { rekor_v2: sigstore.rekor_v2.clone().among(70, 200), ..sigstore.clone() };
    vec![
        Vector::new("rekor2-message", "A message in Rekor v2, with a timestamp.", &message_signed(&signing())),
        Vector::new("rekor2-image", "An image in Rekor v2: the hash of the PAE is listed.", &image_signed(&signing())),
        Vector::new("rekor2-crowded", "An entry in the midst of a tree.", &message_signed(&crowded.signing().rekor_v2())),
        Vector::new(
            "rekor2-witness-first",
            "The log's own line is the last of the checkpoint.",
            &message_signed(&signing()).with(|bundle| {
                let proof = bundle.entries[0].proof.as_mut().expect("it is listed");
                let (note, lines) = proof.checkpoint.split_once("\n\n").expect("a checkpoint has an empty line");
                let lines: Vec<&str> = lines.lines().rev().collect();
                proof.checkpoint = format!("{note}\n\n{}\n", lines.join("\n"));
            }),
        ),
    ]
}

fn keys() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let managed = SigningKey::p256("managed");
    let keyless = |key: &SigningKey| sigstore.signing().keyless_with(key);
    vec![
        Vector::new("key-message", "A key that the publisher manages.", &message_signed(&sigstore.signing().with_key(&managed)))
            .by_key(managed.public()),
        Vector::new("key-image", "The same for an image.", &image_signed(&sigstore.signing().with_key(&managed))).by_key(managed.public()),
        Vector::new("key-rekor2-image", "The same in Rekor v2.", &image_signed(&sigstore.signing().with_key(&managed).rekor_v2()))
            .by_key(managed.public()),
        Vector::new("publisher-p384", "A publisher's key on P-384.", &image_signed(&keyless(&SigningKey::p384("publisher")))),
        Vector::new("publisher-p521", "A publisher's key on P-521.", &image_signed(&keyless(&SigningKey::p521("publisher")))),
        Vector::new(
            "publisher-p384-sha256",
            "A key on P-384 with SHA-256, as clients before 2025 signed.",
            &image_signed(&keyless(&SigningKey::p384("publisher")).hashing_with(Hash::Sha256)),
        ),
        Vector::new(
            "publisher-p521-sha256",
            "A key on P-521 with SHA-256, whose digest is half as long as the field.",
            &image_signed(&keyless(&SigningKey::p521("publisher")).hashing_with(Hash::Sha256)),
        ),
        Vector::new("publisher-rsa", "A publisher's RSA key.", &image_signed(&keyless(&SigningKey::rsa_2048()))),
        Vector::new("publisher-ed25519", "A publisher's Ed25519 key, pure.", &image_signed(&keyless(&SigningKey::ed25519("publisher")))),
        Vector::new("publisher-ed25519ph", "Messages take Ed25519ph.", &message_signed(&keyless(&SigningKey::ed25519("publisher")))),
    ]
}

fn certificates() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let second = CtLog::new("ct2.pullproof.test");
    let fulcio = &sigstore.fulcio;
    let both = sigstore.signing().without_scts().certificate(|spec| {
        let scts = [sigstore.ct_log.sct(&spec, fulcio), second.sct(&spec, fulcio)];
        spec.extension(Sct::list(&scts))
    });
    let extended = sigstore.signing().without_scts().certificate(|spec| {
        let sct = sigstore.ct_log.sct_at(1_768_478_400_500, &spec, fulcio, &Sct::leaf_index(909_844));
        spec.extension(Sct::list(&[sct]))
    });
    let trusting_both = sigstore.trusted_root().with(|root| root.ct_logs.push(TrustedLog::from(&second)));
    vec![
        Vector::new("email", "An e-mail address.", &image_signed(&sigstore.signing().email("somebody@pullproof.test")))
            .by("somebody@pullproof.test", ISSUER),
        Vector::new(
            "issuer-v1-only",
            "The issuer in Fulcio's first way alone, as in 2022.",
            &image_signed(&sigstore.signing().certificate(|spec| spec.issuer_v1_only(ISSUER))),
        ),
        Vector::new("two-scts", "Promises of two logs.", &image_signed(&both)).trusting(&trusting_both),
        Vector::new("sct-extensions", "A promise with extensions, as static logs give.", &image_signed(&extended)),
    ]
}

fn timestamps() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let unstamped = message_signed(&sigstore.signing().rekor_v2().unstamped());
    let authority = &sigstore.timestamps;
    let spec = authority.spec(unstamped.signature(), time::SIGNED_AT + 1);
    let stamped = |spec| unstamped.clone().with(|bundle| bundle.timestamps.push(authority.respond(&spec)));
    let sha384 = Hash::Sha384.of(unstamped.signature());
    vec![
        Vector::new("promise-and-timestamp", "Both a promise and a timestamp.", &message_signed(&sigstore.signing().stamped())),
        Vector::new(
            "timestamp-not-embedded",
            "No certificate in the timestamp.",
            &stamped({
                let mut spec = spec.clone();
                spec.embedded.clear();
                spec
            }),
        ),
        Vector::new(
            "timestamp-sha384",
            "SHA-384 throughout, as GitHub's authority does.",
            &stamped({
                let mut spec = spec.clone();
                (spec.hash, spec.imprint_hash, spec.imprint) = (Hash::Sha384, Hash::Sha384, sha384);
                spec
            }),
        ),
        Vector::new(
            "timestamp-bare",
            "No ESSCertIDv2 and no signing time, but a nonce.",
            &stamped({
                let mut spec = spec.clone();
                (spec.signing_certificate, spec.signing_time, spec.nonce) = (None, None, Some(0xdead_beef));
                spec
            }),
        ),
    ]
}

fn edges() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let last_second = time::SIGNED_AT + time::TEN_MINUTES;
    let last = message_signed(&sigstore.signing().at(last_second - 3));
    let ending = sigstore.trusted_root().with(|root| root.logs[0].end = Some(last_second));
    let mut statement = signing_statement(image().digest());
    statement.as_object_mut().expect("a statement is an object").remove("predicate");
    vec![
        Vector::new("last-second", "Listed in the last second of the certificate and of the log's key.", &last).trusting(&ending),
        Vector::new("no-predicate", "Without a predicate, as cosign before 3.0.5.", &sigstore.signing().sign_statement(&statement)),
    ]
}
