//! Every byte of every kind of accepted bundle is altered, left out and doubled. What is accepted all the same is on a short list of
//! changes that harm nobody, each with the reason, each recognised by what differs. None of them proves anything that the bundle did
//! not prove before.
//!
//! `cargo test --package pullproof-differential --test harmless -- --nocapture` prints how often each was met. Every byte inside of
//! base64 is altered once (of the suite's every other one), and of the text every byte around it; with `PULLPROOF_EVERY_BYTE=1` in each
//! way there is.

#![allow(clippy::unwrap_used, reason = "what cannot be read is no case")]

use std::collections::BTreeMap;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::cosign::signature;
use pullproof::sigstore::bundle;
use pullproof::sigstore::entity::SignedEntity;
use pullproof_differential::Case;
use pullproof_differential::Document;
use pullproof_differential::Signer;
use pullproof_differential::in_parallel;
use pullproof_differential::judge::Judge;
use pullproof_differential::judge::Proven;
use pullproof_differential::setting;
use pullproof_differential::without_certificates;
use pullproof_world::sigstore::IDENTITY;
use pullproof_world::sigstore::ISSUER;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::cosign::Layer;
use pullproof_world::sigstore::vectors;
use serde_json::Value;
use serde_json::json;

const NOW: &str = "2026-11-26T12:00:00Z";

/// One of each kind that is minted: by whom, what, how it is logged and when it was seen.
const KINDS: [&str; 10] = [
    "key-message",
    "key-rekor2-image",
    "message-v0.1",
    "image-v0.2",
    "message",
    "image-intoto",
    "promise-and-timestamp",
    "rekor2-message",
    "rekor2-image",
    "rekor2-witness-first",
];

/// A change that is accepted because nothing hangs on what it changes.
struct Harmless {
    name: &'static str,
    /// Who says that nothing hangs on it.
    why: &'static str,
    /// Whether it is this change and no other.
    is: fn(&Change<'_>) -> bool,
}

/// Annotations of layers, by the names on the way to them.
const CHAIN: &str = "layer.dev.sigstore.cosign/chain";
const TIMESTAMP: &str = "layer.dev.sigstore.cosign/rfc3161timestamp";

const HARMLESS: &[Harmless] = &[
    Harmless {
        name: "spelling",
        why: "RFC 8259 sections 2 and 7: spaces between tokens mean nothing, and a character may be written as its number.",
        is: |change| change.differs.is_empty(),
    },
    Harmless {
        name: "hint",
        why: "protobuf-specs, PublicKeyIdentifier: a hint which key to use. Here the key is given, and the hint is only repeated.",
        is: |change| change.only("verificationMaterial.publicKey.hint"),
    },
    Harmless {
        name: "key-id",
        why: "DSSE protocol: \"KEYID ... is an unauthenticated hint\", \"MUST NOT be used for security decisions\". It is not read.",
        is: |change| change.only("dsseEnvelope.signatures.0.keyid"),
    },
    Harmless {
        name: "version",
        why: "Nobody signs the version of a bundle. What the other one demands is demanded, and is there.",
        is: |change| change.only("mediaType") && change.text("mediaType").1.starts_with("application/vnd.dev.sigstore.bundle"),
    },
    Harmless {
        name: "proof-of-rekor-2",
        why: "rekor-tiles, CLIENTS.md: size and root are those of the checkpoint, the index is that of the entry.",
        is: |change| {
            const PROOF: &str = "verificationMaterial.tlogEntries.0.inclusionProof.";
            let is_free = |name: &str| ["logIndex", "rootHash", "treeSize"].iter().any(|free| name == format!("{PROOF}{free}"));
            change.is_rekor_2() && change.differs.iter().all(|(name, ..)| is_free(name))
        },
    },
    Harmless {
        name: "time-without-promise",
        why: "Rekor's integratedTime means something with its promise only (GHSA-hhfg-fwrw-87w7); without one it is compared with the \
              validity of the log's key, and repeated nowhere.",
        is: |change| change.only("verificationMaterial.tlogEntries.0.integratedTime") && !change.has_promise(),
    },
    Harmless {
        name: "number-without-promise",
        why: "The number in the whole log is said by Rekor v1 in its promise only; without one it is repeated nowhere.",
        is: |change| change.only("verificationMaterial.tlogEntries.0.logIndex") && !change.has_promise() && !change.is_rekor_2(),
    },
    Harmless {
        name: "cosignature",
        why: "C2SP signed-note: signatures by keys that are not known are passed over, and one by the log is enough.",
        is: |change| {
            const CHECKPOINT: &str = "verificationMaterial.tlogEntries.0.inclusionProof.checkpoint.envelope";
            if !change.only(CHECKPOINT) {
                return false;
            }
            let (before, after) = change.text(CHECKPOINT);
            let parts = before.split_once("\n\n").zip(after.split_once("\n\n"));
            let origin = before.lines().next().unwrap_or_default().split(" - ").next().unwrap_or_default();
            let own = format!("\u{2014} {origin} ");
            parts.is_some_and(|((note, lines), (same, others))| {
                note == same && lines.lines().any(|line| line.starts_with(&own) && others.lines().any(|other| other == line))
            })
        },
    },
    Harmless {
        name: "certificate-in-timestamp",
        why: "RFC 5652 section 5.1: nobody signs the certificates that a timestamp brings along. Who signed is who is trusted.",
        is: |change| {
            const STAMP: &str = "verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp";
            let signed = |text: &str| without_certificates(&Base64::decode_vec(text).ok()?);
            let in_layer = |text: &str| signed(serde_json::from_str::<Value>(text).ok()?["SignedRFC3161Timestamp"].as_str()?);
            let is_same = |(before, after): (Option<Vec<u8>>, Option<Vec<u8>>)| before.is_some() && before == after;
            let both = |name, read: &dyn Fn(&str) -> Option<Vec<u8>>| (read(change.text(name).0), read(change.text(name).1));
            (change.only(STAMP) && is_same(both(STAMP, &signed))) || (change.only(TIMESTAMP) && is_same(both(TIMESTAMP, &in_layer)))
        },
    },
    Harmless {
        name: "timestamp-of-nobody",
        why: "A timestamp by an authority that nobody trusts says nothing. There is a promise, or a key that does not expire.",
        is: |change| {
            let is_stamp = |name: &str| name.starts_with("verificationMaterial.timestampVerificationData.");
            let is_bundle_s = change.differs.iter().all(|(name, ..)| is_stamp(name));
            let is_fewer = change.after_proves.seen().len() < change.before_proves.seen().len();
            is_fewer && (is_bundle_s || change.is_renamed(TIMESTAMP) || change.only(TIMESTAMP))
        },
    },
    Harmless {
        name: "certificates-above",
        why: "Certificates above the signer's may lead to somebody trusted, who is reached without them here (RFC 5280 section 6.1).",
        is: |change| {
            let is_above = |name: &str| {
                let number = name.strip_prefix("verificationMaterial.x509CertificateChain.certificates.");
                number.is_some_and(|number| !number.starts_with("0."))
            };
            change.differs.iter().all(|(name, ..)| is_above(name)) || change.only(CHAIN) || change.is_renamed(CHAIN)
        },
    },
];

/// A change that was accepted.
struct Change<'a> {
    before: &'a Document,
    /// The names on the way to each text that differs, and the two texts.
    differs: Vec<(String, String, String)>,
    before_proves: &'a Proven,
    after_proves: &'a Proven,
}

impl Change<'_> {
    fn only(&self, name: &str) -> bool {
        matches!(self.differs.as_slice(), [(found, ..)] if found == name)
    }

    /// Whether an annotation is there under another name, which nobody reads.
    fn is_renamed(&self, name: &str) -> bool {
        match self.differs.as_slice() {
            [one, other] => {
                let (old, new) = if one.0 == name { (one, other) } else { (other, one) };
                old.0 == name && new.0.starts_with("layer.") && new.1.is_empty() && old.2.is_empty() && old.1 == new.2
            }
            _ => false,
        }
    }

    /// Before and after.
    fn text(&self, name: &str) -> (&str, &str) {
        let found = self.differs.iter().find(|(known, ..)| known == name);
        found.map_or(("", ""), |(_, before, after)| (before, after))
    }

    fn entry(&self) -> Option<&Document> {
        match self.before.member("verificationMaterial")?.member("tlogEntries")? {
            Document::Array(entries) => entries.first(),
            _ => None,
        }
    }

    fn has_promise(&self) -> bool {
        self.entry().is_some_and(|entry| entry.member("inclusionPromise").is_some())
    }

    fn is_rekor_2(&self) -> bool {
        let version = self.entry().and_then(|entry| entry.member("kindVersion")?.member("version")?.text());
        let kind = self.entry().and_then(|entry| entry.member("kindVersion")?.member("kind")?.text());
        (kind, version) == (Some("hashedrekord"), Some("0.0.2"))
    }
}

/// Something that is accepted, as a text that can be altered.
struct Subject {
    case: Case,
    read: fn(&str) -> Option<SignedEntity>,
    document: Document,
    proves: Proven,
}

impl Subject {
    fn new(judge: &Judge, case: Case, read: fn(&str) -> Option<SignedEntity>) -> Self {
        let proves = judge.verdict_on(&case, &read(&case.bundle).unwrap()).unwrap_or_else(|code| panic!("{}: {code}", case.name));
        Self { document: Document::parse(&case.bundle).unwrap(), read, proves, case }
    }

    fn all(judge: &Judge) -> Vec<Self> {
        let mut subjects = Vec::new();
        for name in KINDS {
            let (case, _) = Case::minted().into_iter().find(|(case, _)| case.name == name).expect("a kind that is minted");
            subjects.push(Self::new(judge, case, read_bundle));
        }
        subjects.push(Self::new(judge, private(), read_bundle));
        subjects.push(Self::new(judge, proven(), read_bundle));
        let sigstore = Sigstore::new();
        let layers = [
            ("layer", sigstore.signing().simple_signing("registry.pullproof.test/team/app", vectors::image().digest())),
            ("layer-stamped", sigstore.signing().stamped().simple_signing("registry.pullproof.test/team/app", vectors::image().digest())),
        ];
        for (name, layer) in layers {
            subjects.push(Self::new(judge, Case { name: name.into(), bundle: written(&layer), ..minted() }, read_layer));
        }
        let suite = Case::of_suite().into_iter().filter(|(_, holds)| *holds);
        subjects.extend(suite.map(|(case, _)| Self::new(judge, case, read_bundle)));
        subjects
    }

    /// The change that an altered text is, if it is accepted.
    fn judge(&self, judge: &Judge, text: &str) -> Option<Result<&'static str, String>> {
        let after_proves = (self.read)(text).and_then(|entity| judge.verdict_on(&self.case, &entity).ok())?;
        let Some(after) = Document::parse(text) else { return Some(Err("no JSON".into())) };
        let change = Change {
            before: &self.document,
            differs: differences(&self.document, &after),
            before_proves: &self.proves,
            after_proves: &after_proves,
        };
        let found = HARMLESS.iter().find(|harmless| (harmless.is)(&change));
        Some(match found {
            Some(harmless) if proves_no_more(&self.proves, &after_proves) => Ok(harmless.name),
            Some(harmless) => Err(format!("{} proves something else: {after_proves:?}", harmless.name)),
            None => Err(format!("{:?}", change.differs)),
        })
    }
}

/// Whether it is the same signer of the same thing, seen and logged by nobody who did not see or log it before.
fn proves_no_more(before: &Proven, after: &Proven) -> bool {
    (before.who(), before.artifact(), before.meaning()) == (after.who(), after.artifact(), after.meaning())
        && after.seen().iter().all(|witness| before.seen().contains(witness))
        && after.logged().iter().all(|record| before.logged().contains(record))
}

fn read_bundle(text: &str) -> Option<SignedEntity> {
    bundle::parse(text.as_bytes()).ok()
}

fn minted() -> Case {
    Case {
        name: "minted".into(),
        bundle: String::new(),
        trusted_root: Sigstore::new().trusted_root().json(),
        artifact: vectors::image().root.bytes,
        signer: Signer::Identity { subject: IDENTITY.into(), issuer: ISSUER.into() },
    }
}

/// Of a deployment that lists no certificates.
fn private() -> Case {
    let sigstore = Sigstore::at("private.test");
    let bundle = sigstore.signing().without_scts().sign_image(vectors::image().digest());
    let root = sigstore.trusted_root().with(|root| root.ct_logs.clear());
    Case { name: "private".into(), bundle: bundle.json(), trusted_root: root.json(), ..minted() }
}

/// Proven to be in Rekor v1, which promised nothing: nobody says the time and the number beside it. And a name for the key.
fn proven() -> Case {
    let bundle = Sigstore::new().signing().stamped().sign_image(vectors::image().digest()).with(|bundle| {
        bundle.entries[0].promise = None;
        bundle.envelope().signatures[0].0 = Some("publisher".into());
    });
    Case { name: "proven".into(), bundle: bundle.json(), ..minted() }
}

/// A layer as a document, so that its parts are altered as those of bundles are.
fn written(layer: &Layer) -> String {
    json!({ "layer": layer.annotations, "mediaType": layer.media_type, "payload": Base64::encode_string(&layer.payload) }).to_string()
}

fn read_layer(text: &str) -> Option<SignedEntity> {
    let layer: Value = serde_json::from_str(text).ok()?;
    let payload = Base64::decode_vec(layer["payload"].as_str()?).ok()?;
    signature::read(layer["mediaType"].as_str()?, |name| layer["layer"].get(name)?.as_str(), &payload).ok()?
}

/// What differs, by the names on the way to it.
fn differences(before: &Document, after: &Document) -> Vec<(String, String, String)> {
    let texts = |document: &Document| -> BTreeMap<String, String> {
        let places = document.places().into_iter().filter(|(path, _)| document.at(path).is_some_and(|found| found.length() == 0));
        places.map(|(path, _)| (document.spelled(&path), shown(document.at(&path).unwrap()))).collect()
    };
    let (before, after) = (texts(before), texts(after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let text = |texts: &BTreeMap<String, String>, name: &String| texts.get(name).cloned().unwrap_or_default();
    let both = names.into_iter().map(|name| (name.clone(), text(&before, name), text(&after, name)));
    both.filter(|(name, old, new)| old != new || before.contains_key(name) != after.contains_key(name)).collect()
}

fn shown(document: &Document) -> String {
    document.text().map_or_else(|| document.write(), str::to_owned)
}

/// Alterations of a subject: where, and how.
#[derive(Clone, Debug)]
enum Alteration {
    /// Of a byte of the text.
    Text(usize, How),
    /// Of a byte of what stands in base64 at this place.
    Bytes(Vec<usize>, usize, How),
}

#[derive(Clone, Copy, Debug)]
enum How {
    Flipped(u8),
    LeftOut,
    Twice,
}

impl How {
    fn apply(self, bytes: &mut Vec<u8>, at: usize) {
        match self {
            Self::Flipped(bits) => bytes[at] ^= bits,
            Self::LeftOut => drop(bytes.remove(at)),
            Self::Twice => bytes.insert(at, bytes[at]),
        }
    }
}

impl Alteration {
    fn apply(&self, subject: &Subject) -> Option<String> {
        match self {
            Self::Text(at, how) => {
                let mut text = subject.case.bundle.clone().into_bytes();
                how.apply(&mut text, *at);
                String::from_utf8(text).ok()
            }
            Self::Bytes(path, at, how) => {
                let mut document = subject.document.clone();
                let place = document.at_mut(path)?;
                let mut bytes = place.bytes()?;
                how.apply(&mut bytes, *at);
                *place = Document::of_bytes(&bytes);
                Some(document.write())
            }
        }
    }

    /// All of them, or each byte once.
    fn all(subject: &Subject, everything: bool) -> Vec<Self> {
        let mut all = Vec::new();
        let mut each = |length: usize, bits: &[u8], sparse: &dyn Fn(usize) -> bool, new: &dyn Fn(usize, How) -> Self| {
            for at in 0..length {
                let flips: &[u8] = if everything { bits } else { &bits[at % bits.len()..][..1] };
                if everything || !sparse(at) {
                    all.extend(flips.iter().map(|bits| new(at, How::Flipped(*bits))));
                }
                if everything || at % 8 == 0 && !sparse(at) {
                    all.extend([new(at, How::LeftOut), new(at, How::Twice)]);
                }
            }
        };
        let in_base64 = in_base64(&subject.case.bundle);
        // What is inside of base64 comes below, so that here some of it is enough.
        let sparse = |at: usize| in_base64[at] && !at.is_multiple_of(16);
        each(subject.case.bundle.len(), &[0x01, 0x02, 0x20, 0x04, 0x40], &sparse, &|at, how| Self::Text(at, how));
        // The suite's are of the same kinds as what is minted, and by others: every other byte of them is enough.
        let is_of_suite = subject.case.name.starts_with("suite/");
        for (path, _) in subject.document.byte_places() {
            let length = subject.document.at(&path).and_then(Document::bytes).map_or(0, |bytes| bytes.len());
            let sparse = |at: usize| is_of_suite && !at.is_multiple_of(2);
            each(length, &[0x01, 0x80, 0x20], &sparse, &|at, how| Self::Bytes(path.clone(), at, how));
        }
        all
    }
}

/// Of each byte of a text, whether it stands in a long string of base64.
fn in_base64(text: &str) -> Vec<bool> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    text.as_bytes().split_inclusive(|byte| !is_base64(byte)).flat_map(|run| vec![run.len() > 40; run.len()]).collect()
}

#[test]
fn no_altered_byte_is_accepted_unless_nothing_hangs_on_it() {
    let judge = Judge::new(NOW.parse().unwrap());
    let subjects = Subject::all(&judge);
    let is_complete = subjects.iter().any(|subject| subject.case.name.starts_with("suite/"));
    let everything = setting("PULLPROOF_EVERY_BYTE", 0) == 1;
    let (mut met, mut tried) = (BTreeMap::<&str, u64>::new(), 0);
    let mut wrong = Vec::new();
    for subject in &subjects {
        let alterations = Alteration::all(subject, everything);
        tried += alterations.len();
        let found = in_parallel(alterations.len() as u64, |number| {
            let alteration = &alterations[usize::try_from(number).unwrap()];
            let text = alteration.apply(subject)?;
            // Some hit what is not there, such as the bits that a character of base64 does not have.
            if text == subject.case.bundle {
                None
            } else {
                subject.judge(&judge, &text).map(|found| found.map_err(|what| format!("{alteration:?}: {what}")))
            }
        });
        for found in found.into_iter().flatten() {
            match found {
                Ok(name) => *met.entry(name).or_default() += 1,
                Err(what) => wrong.push(format!("{}: {what}", subject.case.name)),
            }
        }
    }
    println!("{} subjects, {tried} alterations; accepted: {met:?}", subjects.len());
    for Harmless { name, why, .. } in HARMLESS {
        println!("{name}: {why}");
        // Some are of the suite only, which has spaces between its tokens.
        if is_complete && !met.contains_key(name) {
            wrong.push(format!("{name}: expected to meet it, found it nowhere"));
        }
    }
    assert!(wrong.is_empty(), "{} accepted:\n{}", wrong.len(), wrong.join("\n"));
}
