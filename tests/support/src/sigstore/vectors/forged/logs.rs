//! Where it is listed: promises, proofs, checkpoints, and what the entry is about.

use crate::sigstore::Bundle;
use crate::sigstore::Hash;
use crate::sigstore::IDENTITY;
use crate::sigstore::InclusionProof;
use crate::sigstore::LogEntry;
use crate::sigstore::Rekor;
use crate::sigstore::SigningKey;
use crate::sigstore::Sigstore;
use crate::sigstore::sha256;
use crate::sigstore::time;
use crate::sigstore::vectors::Vector;
use crate::sigstore::vectors::image_signed;
use crate::sigstore::vectors::message_signed;

pub(super) fn all() -> Vec<Vector> {
    [promises(), proofs(), checkpoints(), entries(), keys()].concat()
}

fn entry_changed(bundle: &Bundle, change: impl FnOnce(&mut LogEntry)) -> Bundle {
    bundle.clone().with(|bundle| change(&mut bundle.entries[0]))
}

fn proof_changed(bundle: &Bundle, change: impl FnOnce(&mut InclusionProof)) -> Bundle {
    entry_changed(bundle, |entry| change(entry.proof.as_mut().expect("it has a proof")))
}

fn promises() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing());
    let after = message_signed(&sigstore.signing().at(time::SIGNED_AT + time::DAY));
    let stranger = sigstore.rekor.clone().with_key(SigningKey::p256("stranger"));
    vec![
        Vector::forged("unlisted", "Listed in no log.", &message_signed(&sigstore.signing().unlisted().stamped())),
        Vector::forged(
            "no-promise-no-time",
            "A proof, and a time that nobody signed.",
            &entry_changed(&honest, |entry| entry.promise = None),
        ),
        Vector::forged(
            "promise-of-stranger",
            "Another key made the promise.",
            &entry_changed(&honest, |entry| {
                entry.promise = Some(stranger.promise(entry));
            }),
        ),
        Vector::forged(
            "promise-moved-back",
            "The time was moved back to before the certificate ended.",
            &entry_changed(&after, |entry| {
                entry.integrated_time = Some(time::SIGNED_AT + 3);
            }),
        ),
        Vector::forged(
            "promise-of-another-index",
            "The index is another than was promised.",
            &entry_changed(&honest, |entry| entry.log_index += 1),
        ),
    ]
}

fn proofs() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing());
    let v2 = message_signed(&sigstore.signing().rekor_v2());
    vec![
        Vector::forged("proof-missing", "Version 0.3 without a proof.", &entry_changed(&honest, |entry| entry.proof = None)),
        Vector::forged("rekor2-proof-missing", "Rekor v2 without a proof.", &entry_changed(&v2, |entry| entry.proof = None)),
        Vector::forged(
            "proof-wrong-hash",
            "A hash on the way up is wrong.",
            &proof_changed(&honest, |proof| proof.hashes[0] = sha256(b"wrong")),
        ),
        Vector::forged(
            "proof-too-short",
            "A hash on the way up is missing.",
            &proof_changed(&honest, |proof| {
                proof.hashes.pop();
            }),
        ),
        Vector::forged(
            "proof-too-long",
            "One hash too many on the way up.",
            &proof_changed(&honest, |proof| proof.hashes.push(sha256(b"more"))),
        ),
        Vector::forged(
            "proof-global-index",
            "The index of all shards where that of the tree belongs.",
            &entry_changed(&honest, |entry| {
                entry.proof.as_mut().expect("it has a proof").log_index = entry.log_index;
            }),
        ),
        Vector::forged("rekor2-other-leaf", "The proof of another entry of the same tree.", &{
            let body = crate::sigstore::Body::hashedrekord_v2(
                Hash::Sha256,
                &sha256(b"another"),
                b"another",
                &crate::sigstore::Verifier::Key(SigningKey::p256("another").public()),
            );
            let other = sigstore.rekor_v2.list(&body, time::SIGNED_AT);
            entry_changed(&v2, |entry| entry.proof = other.proof)
        }),
    ]
}

fn checkpoints() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing());
    let v2 = message_signed(&sigstore.signing().rekor_v2());
    let checkpoint_of = |log: &Rekor, bundle: &Bundle| {
        let log = log.clone();
        proof_changed(bundle, |proof| {
            proof.checkpoint = log.checkpoint(proof.tree_size.unsigned_abs(), &proof.root, time::SIGNED_AT).text();
        })
    };
    let stranger = |log: &Rekor, key| log.clone().with_key(key);
    let [strange, strange_v2] =
        [stranger(&sigstore.rekor, SigningKey::p256("stranger")), stranger(&sigstore.rekor_v2, SigningKey::ed25519("stranger"))];
    vec![
        Vector::forged("checkpoint-of-stranger", "Another key signed the checkpoint.", &checkpoint_of(&strange, &honest)),
        Vector::forged("rekor2-checkpoint-of-stranger", "The same in Rekor v2.", &checkpoint_of(&strange_v2, &v2)),
        Vector::forged(
            "checkpoint-wrong-root",
            "A good checkpoint of another tree.",
            &proof_changed(&honest, |proof| {
                proof.checkpoint =
                    sigstore.rekor.checkpoint(proof.tree_size.unsigned_abs(), &sha256(b"another tree"), time::SIGNED_AT).text();
            }),
        ),
        Vector::forged(
            "checkpoint-tampered",
            "The size was changed after it was signed.",
            &proof_changed(&honest, |proof| {
                proof.checkpoint = proof.checkpoint.replacen("\n6\n", "\n7\n", 1);
            }),
        ),
        Vector::forged(
            "checkpoint-unsigned",
            "Nobody signed the checkpoint.",
            &proof_changed(&honest, |proof| {
                proof.checkpoint = crate::sigstore::Checkpoint::unsigned(&sigstore.rekor.origin(), 6, &proof.root).text();
            }),
        ),
        Vector::forged(
            "rekor2-witness-alone",
            "The witness signed the checkpoint, and the log did not.",
            &proof_changed(&v2, |proof| {
                let lines: Vec<&str> = proof.checkpoint.lines().collect();
                let kept = lines.iter().filter(|line| !line.starts_with("\u{2014} log2026"));
                proof.checkpoint = kept.map(|line| [line, "\n"].concat()).collect();
            }),
        ),
        Vector::forged(
            "rekor2-wrong-origin",
            "A checkpoint of the log about another log.",
            &proof_changed(&v2, |proof| {
                let other = crate::sigstore::Checkpoint::unsigned("log.other.test", proof.tree_size.unsigned_abs(), &proof.root);
                proof.checkpoint = sigstore.rekor_v2.sign(other, time::SIGNED_AT).text();
            }),
        ),
    ]
}

fn entries() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing());
    let listed_for = |other: Bundle| honest.clone().with(|bundle| bundle.entries = other.entries);
    let another = || sigstore.signing().keyless_with(&SigningKey::p256("another publisher"));
    let image = image_signed(&sigstore.signing());
    vec![
        Vector::forged(
            "entry-of-another-message",
            "The entry of another message.",
            &listed_for(sigstore.signing().sign_message(b"another")),
        ),
        Vector::forged("entry-of-another-key", "The entry of another publisher.", &listed_for(message_signed(&another()))),
        Vector::forged("entry-of-another-certificate", "The entry of the same signature with another certificate.", &{
            listed_for(message_signed(&sigstore.signing().identity(&format!("{IDENTITY}-2"))))
        }),
        Vector::forged("entry-of-envelope", "The entry of an envelope beside a message.", &listed_for(image.clone())),
        Vector::forged(
            "entry-of-another-image",
            "The entry of another image.",
            &image.clone().with(|bundle| {
                bundle.entries = another().sign_message(b"any").entries;
            }),
        ),
        Vector::forged(
            "entry-kind-disagrees",
            "The bundle says another kind than the body.",
            &entry_changed(&honest, |entry| entry.kind = "dsse".into()),
        ),
        Vector::forged(
            "entry-twice",
            "The same entry twice.",
            &honest.clone().with(|bundle| bundle.entries.push(bundle.entries[0].clone())),
        ),
        Vector::forged("rekor2-envelope-hash", "Rekor v2 lists the hash of the payload instead of the PAE's.", &{
            let signing = sigstore.signing().rekor_v2();
            image_signed(&signing).with(|bundle| {
                let envelope = bundle.envelope().clone();
                let certificate = signing.issued().expect("it is keyless");
                let verifier = crate::sigstore::Verifier::Certificate(certificate.into(), "PKIX_ECDSA_P256_SHA_256");
                let digest = sha256(&envelope.payload);
                let body = crate::sigstore::Body::hashedrekord_v2(Hash::Sha256, &digest, envelope.signature(), &verifier);
                bundle.entries = vec![sigstore.rekor_v2.list(&body, time::SIGNED_AT)];
            })
        }),
    ]
}

fn keys() -> Vec<Vector> {
    let sigstore = Sigstore::new();
    let honest = message_signed(&sigstore.signing());
    let v2 = message_signed(&sigstore.signing().rekor_v2());
    let root = || sigstore.trusted_root();
    vec![
        Vector::forged("log-retired", "The key of the log had ended.", &honest)
            .trusting(&root().with(|root| root.logs[0].end = Some(time::SIGNED_AT))),
        Vector::forged("log-without-start", "Nobody says since when the key of the log is trusted.", &honest)
            .trusting(&root().with(|root| root.logs[0].start = None)),
        Vector::forged("log-unknown", "A log that nobody trusts.", &honest).trusting(&root().with(|root| {
            root.logs.remove(0);
        })),
        Vector::forged("rekor2-log-retired", "The key of the log had ended when it was timestamped.", &v2)
            .trusting(&root().with(|root| root.logs[1].end = Some(time::SIGNED_AT))),
    ]
}
