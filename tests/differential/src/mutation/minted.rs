//! Cases that are signed anew after a change, by keys that are trusted: what is wrong with them no signature tells.

use pullproof_world::sigstore::Body;
use pullproof_world::sigstore::Bundle;
use pullproof_world::sigstore::CertificateSpec;
use pullproof_world::sigstore::Checkpoint;
use pullproof_world::sigstore::Envelope;
use pullproof_world::sigstore::Extension;
use pullproof_world::sigstore::GeneralName;
use pullproof_world::sigstore::Hash;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::Name;
use pullproof_world::sigstore::Signing;
use pullproof_world::sigstore::SigningKey;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::TimestampSpec;
use pullproof_world::sigstore::extension;
use pullproof_world::sigstore::statement;
use pullproof_world::sigstore::time;
use pullproof_world::sigstore::vectors;

use crate::Case;
use crate::Document;
use crate::Random;
use crate::Signer;
use crate::der::Content;
use crate::der::Element;
use crate::mutation::members;

type Change = fn(&mut Random) -> Option<Case>;

pub(super) const ALL: &[(&str, Change)] = &[
    ("minted-certificate-extension-changed", |random| {
        with_certificate(random, |random, spec| {
            let at = random.below(spec.extensions.len());
            let value = &mut spec.extensions[at].value;
            match Element::parse(value) {
                Some(mut tree) if random.below(4) > 0 => {
                    alter(random, &mut tree)?;
                    *value = tree.write();
                }
                _ => {
                    let at = random.below(value.len());
                    value[at] ^= 1 << random.below(8);
                }
            }
            Some(())
        })
    }),
    ("minted-certificate-extension-left-out", |random| {
        with_certificate(random, |random, spec| {
            let at = random.below(spec.extensions.len());
            spec.extensions.remove(at);
            Some(())
        })
    }),
    ("minted-certificate-extension-twice", |random| {
        with_certificate(random, |random, spec| {
            let again = random.pick(&spec.extensions)?.clone();
            spec.extensions.insert(random.below(spec.extensions.len() + 1), again);
            Some(())
        })
    }),
    ("minted-certificate-extension-critical", |random| {
        with_certificate(random, |random, spec| {
            let at = random.below(spec.extensions.len());
            spec.extensions[at].critical ^= true;
            Some(())
        })
    }),
    ("minted-certificate-extension-moved", |random| {
        with_certificate(random, |random, spec| {
            let (at, to) = (random.below(spec.extensions.len()), random.below(spec.extensions.len()));
            spec.extensions.swap(at, to);
            Some(())
        })
    }),
    ("minted-certificate-extension-added", |random| {
        with_certificate(random, |random, spec| {
            let names = [
                GeneralName::Dns("ci.pullproof.test".into()),
                GeneralName::Email("somebody@pullproof.test".into()),
                GeneralName::Uri(IDENTITY.into()),
                GeneralName::Other("somebody".into()),
            ];
            let added = match random.below(10) {
                0 => Extension::basic_constraints(random.below(2) == 0, (random.below(2) == 0).then_some(0)),
                1 => Extension::key_usage(&[*random.pick(&[0, 1, 2, 5, 6, 8])?, *random.pick(&[0, 5])?]),
                2 => Extension::extended_key_usage(&[random.pick(&[extension::CODE_SIGNING, extension::TIME_STAMPING, "2.5.29.37.0"])?]),
                3 => Extension::permitted_names(&[random.pick(&names)?.clone()]),
                4 => Extension::subject_alternative_name(&[random.pick(&names)?.clone(), random.pick(&names)?.clone()]),
                5 => Extension::subject_alternative_name(&[random.pick(&names)?.clone()]),
                6 => {
                    Extension::new("1.3.6.1.4.1.57264.1.9", random.pick(&[b"\x0c\x01x" as &[u8], b"x", b"\x0c\0", b"\x16\x01x"])?.to_vec())
                }
                7 => Extension::new("1.2.3.4", vec![5, 0]),
                8 => Extension::new("1.2.3.4", vec![5, 0]).critical(),
                _ => Extension::new(extension::POISON, vec![5, 0]),
            };
            *spec = spec.clone().extension(added);
            Some(())
        })
    }),
    ("minted-certificate-valid-otherwise", |random| {
        with_certificate(random, |random, spec| {
            let from = *random.pick(&[-600, -1, 0, 1, 2, 3, 4, 600])?;
            let to = *random.pick(&[-600, -1, 0, 1, 2, 3, 4, 600, 1_000_000_000])?;
            *spec = spec.clone().valid(time::SIGNED_AT + from, time::SIGNED_AT + to);
            Some(())
        })
    }),
    ("minted-certificate-of-another-form", |random| {
        with_certificate(random, |random, spec| {
            match random.below(7) {
                0 => spec.version = random.pick(&[0, 1, 3]).copied()?,
                1 => spec.serial.clone_from(random.pick(&[vec![0], vec![1], vec![0xff; 20], vec![0xff; 21], vec![1; 40]])?),
                2 => spec.subject = Name::new("pullproof.test", "somebody"),
                3 => spec.issuer = Name::new("pullproof.test", "another"),
                4 => {
                    spec.outer_signature_algorithm = Some(SigningKey::p256("other").signature_algorithm(Hash::Sha256));
                }
                5 => spec.issuer = Name::empty(),
                _ => {
                    let mut tree = Element::parse(&spec.key)?;
                    alter(random, &mut tree)?;
                    spec.key = tree.write();
                }
            }
            Some(())
        })
    }),
    ("minted-timestamp-changed", |random| {
        let sigstore = Sigstore::new();
        let unstamped = signed(random, &sigstore.signing().rekor_v2().unstamped());
        let mut spec = sigstore.timestamps.spec(unstamped.signature(), time::SIGNED_AT + 1);
        change_timestamp(random, &mut spec, &sigstore)?;
        Some(case(&unstamped.with(|bundle| bundle.timestamps.push(sigstore.timestamps.respond(&spec)))))
    }),
    ("minted-checkpoint-changed", |random| {
        let sigstore = Sigstore::new();
        let is_first = random.below(2) == 0;
        let signing = if is_first { sigstore.signing() } else { sigstore.signing().rekor_v2() };
        let log = if is_first { &sigstore.rekor } else { &sigstore.rekor_v2 };
        let mut bundle = signed(random, &signing);
        let proof = bundle.entries[0].proof.as_mut()?;
        let (size, mut origin, mut root) = (proof.tree_size, log.origin(), proof.root.clone());
        let mut more = Vec::new();
        let mut size = u64::try_from(size).ok()?;
        match random.below(8) {
            0 => size += 1,
            1 => root[0] ^= 1,
            2 => more.push("Timestamp: 1".to_owned()),
            3 => more.extend(["x".to_owned(), "y z".to_owned()]),
            4 => origin.push_str(random.pick(&[" ", "x", " - 1", "/x", " - x"])?),
            5 => origin.clone_from(&log.host),
            6 => root.push(0),
            _ => more.push(String::new()),
        }
        let mut checkpoint = Checkpoint::unsigned(&origin, size, &root);
        checkpoint.more = more;
        proof.checkpoint = log.sign(checkpoint, time::SIGNED_AT + 3).text();
        Some(case(&bundle))
    }),
    ("minted-entry-changed", |random| {
        // The body says something else, and the log has it so.
        let sigstore = Sigstore::new();
        let is_first = random.below(2) == 0;
        let signing = if is_first { sigstore.signing() } else { sigstore.signing().rekor_v2() };
        let log = if is_first { &sigstore.rekor } else { &sigstore.rekor_v2 };
        let mut bundle = signed(random, &signing);
        let entry = &bundle.entries[0];
        let mut body = Body { kind: entry.kind.clone(), version: entry.version.clone(), bytes: entry.body.clone() };
        if random.below(8) == 0 {
            *[&mut body.kind, &mut body.version][random.below(2)] = random.pick(&["dsse", "hashedrekord", "0.0.1", "0.0.2"])?.to_string();
        } else {
            body.bytes = changed_json(random, &body.bytes)?;
        }
        bundle.entries[0] = log.list(&body, time::SIGNED_AT + 3);
        Some(case(&bundle))
    }),
    ("minted-statement-changed", |random| {
        let sigstore = Sigstore::new();
        let signing = if random.below(2) == 0 { sigstore.signing() } else { sigstore.signing().rekor_v2() };
        let statement = statement::signing_statement(vectors::image().digest()).to_string();
        let payload = changed_json(random, statement.as_bytes())?;
        Some(case(&signing.sign_envelope(Envelope::unsigned(statement::IN_TOTO, payload))))
    }),
    ("minted-payload-type-changed", |random| {
        let types =
            ["application/vnd.in-toto+json ", "application/json", "", "APPLICATION/VND.IN-TOTO+JSON", "application/vnd.in-toto+cbor"];
        let statement = statement::signing_statement(vectors::image().digest()).to_string();
        let envelope = Envelope::unsigned(random.pick(&types)?, statement);
        Some(case(&Sigstore::new().signing().sign_envelope(envelope)))
    }),
];

/// Signs the image or the message.
fn signed(random: &mut Random, signing: &Signing<'_>) -> Bundle {
    let image = vectors::image();
    if random.below(2) == 0 { signing.sign_image(image.digest()) } else { signing.sign_message(&image.root.bytes) }
}

fn case(bundle: &Bundle) -> Case {
    Case {
        name: "minted".into(),
        bundle: bundle.json(),
        trusted_root: Sigstore::new().trusted_root().json(),
        artifact: vectors::image().root.bytes,
        signer: Signer::Identity { subject: IDENTITY.into(), issuer: ISSUER.into() },
    }
}

/// The certificate says something else, and its authority and its log have it so.
fn with_certificate(random: &mut Random, change: impl FnOnce(&mut Random, &mut CertificateSpec) -> Option<()>) -> Option<Case> {
    let sigstore = Sigstore::new();
    let mut done = None;
    let signing = sigstore.signing().certificate(|mut spec| {
        done = change(random, &mut spec);
        spec
    });
    done?;
    Some(case(&signed(random, &signing)))
}

fn change_timestamp(random: &mut Random, spec: &mut TimestampSpec, sigstore: &Sigstore) -> Option<()> {
    match random.below(15) {
        0 => spec.status = u64::try_from(random.below(6)).ok()?,
        1 => spec.time = time::SIGNED_AT + *random.pick(&[-1, 0, 2, 599, 600, 601, 86_400])?,
        2 => spec.policy = random.pick(&["1.2.3", "2.999.1", "0.4.0.2023.1.1"])?.to_string(),
        3 => spec.imprint[0] ^= 1,
        4 => drop(spec.imprint.pop()),
        5 => spec.imprint_hash = *random.pick(&[Hash::Sha384, Hash::Sha512])?,
        6 => spec.hash = *random.pick(&[Hash::Sha384, Hash::Sha512])?,
        7 => spec.nonce = Some(random.bits() >> 1),
        8 => spec.content_type = random.pick(&["1.2.840.113549.1.7.1", "1.2.3"])?.to_string(),
        9 => spec.signed_content_type = random.pick(&["1.2.840.113549.1.7.1", "1.2.3"])?.to_string(),
        10 => spec.message_digest = Some(vec![0; *random.pick(&[0, 31, 32, 33])?]),
        11 => spec.signing_time = random.pick(&[None, Some(0), Some(time::SIGNED_AT - 86_400)]).copied()?,
        12 => spec.signing_certificate = random.pick(&[None, Some(sigstore.fulcio.certificate.clone())]).cloned()?,
        13 => spec.embedded.clone_from(random.pick(&[sigstore.timestamps.chain(), Vec::new(), sigstore.fulcio.chain()])?),
        _ => spec.signers = random.below(4),
    }
    Some(())
}

/// Changes a member of JSON, as those of bundles are changed.
fn changed_json(random: &mut Random, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document = Document::parse(std::str::from_utf8(bytes).ok()?)?;
    let before = document.clone();
    let (_, change) = *random.pick(members::ALL)?;
    change(random, &mut document, &before)?;
    (document != before).then(|| document.write().into_bytes())
}

/// Changes something in DER, with lengths that fit.
fn alter(random: &mut Random, tree: &mut Element) -> Option<()> {
    let number = random.below(tree.count());
    match random.below(4) {
        0 => tree.nth(number)?.tag ^= [1, 0x20, 0x80][random.below(3)],
        1 => {
            let (list, at) = tree.list_of(number)?;
            list.remove(at);
        }
        2 => {
            let (list, at) = tree.list_of(number)?;
            list.insert(at, list[at].clone());
        }
        _ => {
            let Content::Octets(octets) = &mut tree.nth(number)?.content else { return None };
            let at = random.below(octets.len().max(1));
            match octets.get_mut(at) {
                Some(octet) => *octet ^= 1 << random.below(8),
                None => octets.push(0),
            }
        }
    }
    Some(())
}
