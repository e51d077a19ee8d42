//! What is signed, and the bundle around it.

use crate::sigstore::BUNDLE_V0_2;
use crate::sigstore::BUNDLE_V0_3;
use crate::sigstore::Content;
use crate::sigstore::Material;
use crate::sigstore::SigningKey;
use crate::sigstore::Sigstore;
use crate::sigstore::sha256;
use crate::sigstore::statement::Envelope;
use crate::sigstore::statement::signing_statement;
use crate::sigstore::vectors::Vector;
use crate::sigstore::vectors::image;
use crate::sigstore::vectors::image_signed;
use crate::sigstore::vectors::message_signed;

pub(super) fn all() -> Vec<Vector> {
    [messages(), envelopes(), keys(), bundles()].concat()
}

fn messages() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let signing = sigstore.signing();
    let honest = message_signed(&signing);
    let change = |change: &dyn Fn(&mut Vec<u8>, &mut Vec<u8>)| {
        honest.clone().with(|bundle| match &mut bundle.content {
            Content::Message { digest, signature, .. } => change(digest, signature),
            Content::Envelope(_) => unreachable!("it is a message"),
        })
    };
    let other = signing.signature(b"another message");
    vec![
        Vector { artifact: b"another message".to_vec(), ..Vector::forged("wrong-artifact", "Another message was signed.", &honest) },
        Vector::forged(
            "wrong-signature",
            "The same publisher's signature of another message.",
            &change(&|_, signature| signature.clone_from(&other)),
        ),
        Vector::forged("no-signature", "An empty signature.", &change(&|_, signature| signature.clear())),
        Vector::forged("trailing-signature", "An octet behind the signature.", &change(&|_, signature| signature.push(0))),
        Vector::forged(
            "wrong-digest-hint",
            "The digest beside the signature is another's.",
            &change(&|digest, _| *digest = sha256(b"another")),
        ),
    ]
}

fn envelopes() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let signing = sigstore.signing();
    let honest = image_signed(&signing);
    let change = |change: &dyn Fn(&mut Envelope)| honest.clone().with(|bundle| change(bundle.envelope()));
    let about_another = signing_statement(pullproof::digest::Digest::of(pullproof::digest::Algorithm::Sha256, b"another image"));
    let payload = about_another.to_string().into_bytes();
    vec![
        Vector::forged(
            "tampered-payload",
            "The statement names another image than was signed.",
            &change(&|envelope| envelope.payload.clone_from(&payload)),
        ),
        Vector::forged("another-image", "A good signature of another image.", &signing.sign_statement(&about_another)),
        Vector::forged(
            "wrong-payload-type",
            "The payload is said to be something else.",
            &change(&|envelope| envelope.payload_type = "text/plain".into()),
        ),
        Vector::forged(
            "another-payload-type",
            "A good signature of a payload that is no statement.",
            &signing.sign_envelope(Envelope::unsigned("text/plain", signing_statement(image().digest()).to_string())),
        ),
        Vector::forged(
            "two-signatures",
            "Two signatures in the envelope, the first good.",
            &change(&|envelope| {
                let again = envelope.signatures[0].clone();
                envelope.signatures.push(again);
            }),
        ),
        Vector::forged("envelope-unsigned", "No signature in the envelope.", &change(&|envelope| envelope.signatures.clear())),
        Vector::forged("signed-without-pae", "The payload itself is signed, without its type.", &{
            let envelope = Envelope::of_statement(&signing_statement(image().digest()));
            let signature = signing.signature(&envelope.payload);
            signing.bundle(Content::Envelope(envelope.with_signature(&signature)))
        }),
    ]
}

fn keys() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let [managed, other] = ["managed", "other"].map(SigningKey::p256);
    let signed = message_signed(&sigstore.signing().with_key(&managed));
    let ed25519 = SigningKey::ed25519("publisher");
    let keyless = sigstore.signing().keyless_with(&ed25519);
    let pure = Content::Message {
        hash: ed25519.hash(),
        digest: ed25519.hash().of(&image().root.bytes),
        signature: ed25519.sign(&image().root.bytes),
    };
    vec![
        Vector::forged("key-wrong", "Another key signed.", &signed).by_key(other.public()),
        Vector::forged("key-for-keyless", "A key is expected, and a certificate for another comes.", &message_signed(&sigstore.signing()))
            .by_key(managed.public()),
        Vector::forged("keyless-for-key", "An identity is expected, and a key without one comes.", &signed),
        Vector::forged("ed25519-pure-message", "Pure Ed25519 of a message that is listed by its digest.", &keyless.bundle(pure)),
    ]
}

fn bundles() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing());
    let forged = |name, why| Vector::forged(name, why, &honest);
    let media_type = honest.media_type.clone();
    let chain = [vec![sigstore.signing().issued().expect("it is keyless")], sigstore.fulcio.chain()].concat();
    let v0_2 =
        |chain: &[_]| message_signed(&sigstore.signing().version(BUNDLE_V0_2)).with(|bundle| bundle.material = Material::chain(chain));
    let envelope = image_signed(&sigstore.signing()).value()["dsseEnvelope"].to_string();
    let malformed = forged("malformed", "No JSON.");
    let twice = format!("\"mediaType\":\"{media_type}\",\"mediaType\":");
    vec![
        Vector { bundle: honest.json()[1..].into(), ..malformed },
        forged("unknown-version", "A version that there is none of.").replacing("bundle.v0.3+json", "bundle.v0.9+json"),
        forged("duplicate-key", "The media type twice.").replacing("\"mediaType\":", &twice),
        forged("message-and-envelope", "A signature of a message, and an envelope.")
            .replacing("\"messageSignature\":", &format!("\"dsseEnvelope\":{envelope},\"messageSignature\":")),
        forged("unknown-field", "A field that no bundle has.").replacing("\"messageSignature\":", "\"more\":1,\"messageSignature\":"),
        forged("snake-case", "A field in the other spelling.").replacing("\"tlogEntries\"", "\"tlog_entries\""),
        forged("negative-index", "An index below zero.").replacing("\"logIndex\":\"4163436\"", "\"logIndex\":\"-1\""),
        Vector::forged("empty-chain", "A chain of nothing.", &v0_2(&[])),
        Vector::forged("chain-in-v0.3", "A chain in version 0.3, which has none, and the root in it.", &v0_2(&chain).called(BUNDLE_V0_3)),
    ]
}
