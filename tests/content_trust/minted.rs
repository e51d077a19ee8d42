//! A publisher of trust data in memory: documents are values that a test changes as it likes; [`Publisher::publish`] links and signs
//! them as an honest one would. And a client, which takes the steps in their order.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::content_trust::Anchor;
use pullproof::content_trust::Asked;
use pullproof::content_trust::Floors;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::content_trust::Lookup;
use pullproof::content_trust::SignedTag;
use pullproof::content_trust::TrustedRoot;
use pullproof::content_trust::Unusable;
use pullproof::content_trust::Wanted;
use pullproof::content_trust::When;
use pullproof::content_trust::WhenUnusable;
use pullproof::crypto::SignatureCheck;
use pullproof::crypto::Unmet;
use pullproof::crypto::Unproven;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof_world::sigstore::CertificateSpec;
use pullproof_world::sigstore::Extension;
use pullproof_world::sigstore::Hash;
use pullproof_world::sigstore::Name;
use pullproof_world::sigstore::SigningKey;
use serde_json::Value;
use serde_json::json;

pub(crate) const GUN: &str = "docker.io/example/app";
pub(crate) const MANIFEST: &[u8] = b"{\"schemaVersion\":2,\"what\":\"the manifest behind 1.0\"}";
pub(crate) const OLD_MANIFEST: &[u8] = b"{\"schemaVersion\":2,\"what\":\"an older one\"}";

/// When everything begins. Timestamps expire after two weeks, snapshot and targets after three years, roots after ten.
pub(crate) fn start() -> UnixTime {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn days_later(days: i64) -> UnixTime {
    UnixTime::from_seconds(start().seconds() + days * 86_400).unwrap()
}

/// Somebody who signs: a key, bare or in certificates.
#[derive(Clone)]
pub(crate) struct Signer {
    key: SigningKey,
    kind: &'static str,
    public: String,
    method: &'static str,
}

impl Signer {
    pub(crate) fn p256(name: &str) -> Self {
        Self::bare(SigningKey::p256(name))
    }

    pub(crate) fn bare(key: SigningKey) -> Self {
        let public = key.public();
        let (kind, method) = kinds(&key);
        let bytes = if kind == "ed25519" { public.raw } else { public.spki };
        Self { key, kind, public: Base64::encode_string(&bytes), method }
    }

    /// In a text that should be PEM.
    pub(crate) fn in_text(key: SigningKey, text: &str) -> Self {
        let (kind, method) = kinds(&key);
        let kind = if kind == "rsa" { "rsa-x509" } else { "ecdsa-x509" };
        Self { key, kind, public: Base64::encode_string(text.as_bytes()), method }
    }

    /// In a certificate for a common name, valid for ten years.
    pub(crate) fn certified(key: SigningKey, common_name: &str) -> Self {
        let pem = certificate(&key, common_name).with_signature(&[]).signed_by(&key).pem();
        Self::in_text(key, &pem)
    }

    pub(crate) fn root(name: &str) -> Self {
        Self::certified(SigningKey::p256(name), GUN)
    }

    /// As if of another type.
    pub(crate) fn of_kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    pub(crate) fn by_method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn document(&self) -> Value {
        json!({ "keytype": self.kind, "keyval": { "private": null, "public": self.public } })
    }

    pub(crate) fn id(&self) -> String {
        sha256(canonical(&self.document()).as_bytes())
    }

    /// The ID of the same key without certificates.
    pub(crate) fn canonical_id(&self) -> String {
        Self::bare(self.key.clone()).id()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.key.public().details {
            "PKIX_ECDSA_P256_SHA_256" => side_by_side(&self.key.sign_with(Hash::Sha256, message), 32),
            "PKIX_ECDSA_P384_SHA_384" => side_by_side(&self.key.sign_with(Hash::Sha256, message), 48),
            "PKIX_ECDSA_P521_SHA_512" => side_by_side(&self.key.sign_with(Hash::Sha256, message), 66),
            _ => self.key.sign_with(Hash::Sha256, message),
        }
    }

    /// In DER, as everybody but Notary writes it.
    pub(crate) fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign_with(Hash::Sha256, message)
    }
}

fn kinds(key: &SigningKey) -> (&'static str, &'static str) {
    match key.public().details {
        "PKIX_ED25519" => ("ed25519", "eddsa"),
        "PKIX_RSA_PKCS1V15_2048_SHA256" => ("rsa", "rsapkcs1v15"),
        _ => ("ecdsa", "ecdsa"),
    }
}

/// A certificate as `notary` makes them: self-issued, for code signing, no authority's.
pub(crate) fn certificate(key: &SigningKey, common_name: &str) -> CertificateSpec {
    let name = Name(vec![("2.5.4.3", common_name.to_owned())]);
    CertificateSpec {
        version: 2,
        serial: vec![1, 2],
        issuer: name.clone(),
        not_before: start().seconds() - 86_400,
        not_after: days_later(3650).seconds(),
        subject: name,
        key: key.public().spki,
        extensions: vec![
            Extension::key_usage(&[0, 2]).critical(),
            Extension::extended_key_usage(&["1.3.6.1.5.5.7.3.3"]),
            Extension::basic_constraints(false, None).critical(),
        ],
        signature_algorithm: key.signature_algorithm(key.hash()),
        outer_signature_algorithm: None,
    }
}

/// The two numbers of a signature in DER, each in `size` octets.
fn side_by_side(der: &[u8], size: usize) -> Vec<u8> {
    // Those of P-521 have a length of two octets.
    let mut rest = if der[1] < 0x80 { &der[2..] } else { &der[3..] };
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let length = usize::from(rest[1]);
        let number: Vec<u8> = rest[2..2 + length].iter().copied().skip_while(|octet| *octet == 0).collect();
        numbers.extend(vec![0; size - number.len()]);
        numbers.extend(number);
        rest = &rest[2 + length..];
    }
    numbers
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).as_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Canonical JSON once more, written another way.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let member = |name: &&String| format!("{}:{}", canonical(&json!(name)), canonical(&members[*name]));
            format!("{{{}}}", names.iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// The signatures of a document.
pub(crate) fn signatures(signed: &Value, signers: &[Signer]) -> Value {
    let message = canonical(signed);
    let one = |signer: &Signer| {
        let signature = Base64::encode_string(&signer.sign(message.as_bytes()));
        json!({ "keyid": signer.id(), "method": signer.method, "sig": signature })
    };
    signers.iter().map(one).collect()
}

/// A signed document as a file.
pub(crate) fn sign(signed: &Value, signers: &[Signer]) -> Vec<u8> {
    file(signed, &signatures(signed, signers))
}

pub(crate) fn file(signed: &Value, signatures: &Value) -> Vec<u8> {
    json!({ "signed": signed, "signatures": signatures }).to_string().into_bytes()
}

/// What a root or a delegation says of a role.
pub(crate) fn role(signers: &[Signer], threshold: usize) -> Value {
    json!({ "keyids": signers.iter().map(Signer::id).collect::<Vec<_>>(), "threshold": threshold })
}

pub(crate) fn keys(signers: &[Signer]) -> Value {
    Value::Object(signers.iter().map(|signer| (signer.id(), signer.document())).collect())
}

/// What is said of bytes.
pub(crate) fn meta(bytes: &[u8]) -> Value {
    let hash = |algorithm| Base64::encode_string(Digest::of(algorithm, bytes).as_bytes());
    json!({ "length": bytes.len(), "hashes": { "sha256": hash(Algorithm::Sha256), "sha512": hash(Algorithm::Sha512) } })
}

/// The files of a collection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// From the one that the anchor vouches for.
    pub(crate) roots: Vec<Vec<u8>>,
    pub(crate) timestamp: Vec<u8>,
    pub(crate) snapshot: Vec<u8>,
    pub(crate) targets: Vec<u8>,
    pub(crate) delegated: BTreeMap<String, Vec<u8>>,
}

/// A publisher, one key a role.
#[derive(Clone)]
pub(crate) struct Publisher {
    /// The signed parts.
    pub(crate) root: Value,
    pub(crate) timestamp: Value,
    pub(crate) snapshot: Value,
    pub(crate) targets: Value,
    pub(crate) delegated: BTreeMap<String, Value>,
    /// Who signs, by role.
    pub(crate) signers: BTreeMap<String, Vec<Signer>>,
    /// Signed roots, in their order.
    pub(crate) roots: Vec<Vec<u8>>,
}

impl Publisher {
    /// `1.0` stands in `targets`; everything is of version 1.
    pub(crate) fn new() -> Self {
        let document = |kind: &str, days| json!({ "_type": kind, "version": 1, "expires": days_later(days) });
        let mut root = document("Root", 3650);
        root["consistent_snapshot"] = json!(false);
        let mut targets = document("Targets", 1095);
        targets["targets"] = json!({ "1.0": meta(MANIFEST) });
        targets["delegations"] = json!({ "keys": {}, "roles": [] });
        let signers = [
            ("root", Signer::root("root")),
            ("timestamp", Signer::bare(SigningKey::ed25519("timestamp"))),
            ("snapshot", Signer::p256("snapshot")),
            ("targets", Signer::p256("targets")),
        ];
        let mut publisher = Self {
            root,
            timestamp: document("Timestamp", 14),
            snapshot: document("Snapshot", 1095),
            targets,
            delegated: BTreeMap::new(),
            signers: signers.map(|(role, signer)| (role.to_owned(), vec![signer])).into(),
            roots: Vec::new(),
        };
        publisher.name_keys();
        publisher.roots = vec![sign(&publisher.root, &publisher.signers["root"])];
        publisher
    }

    /// With `targets/releases`, which lists `1.0` anew, while an older one stands in `targets`.
    pub(crate) fn with_releases() -> Self {
        let mut publisher = Self::new();
        publisher.targets["targets"]["1.0"] = meta(OLD_MANIFEST);
        publisher.delegate("targets/releases", &[""], &[("1.0", MANIFEST)]);
        publisher
    }

    /// Another delegation of the role above it, with a key of its own.
    pub(crate) fn delegate(&mut self, name: &str, paths: &[&str], tags: &[(&str, &[u8])]) {
        let signers = vec![Signer::p256(name)];
        let listed: serde_json::Map<_, _> = tags.iter().map(|(tag, bytes)| ((*tag).to_owned(), meta(bytes))).collect();
        let document = json!({
            "_type": "Targets", "version": 1, "expires": days_later(1095),
            "delegations": { "keys": {}, "roles": [] }, "targets": listed,
        });
        let mut delegation = role(&signers, 1);
        delegation["name"] = json!(name);
        delegation["paths"] = json!(paths);
        let above = name.rsplit_once('/').unwrap().0;
        let parent = if above == "targets" { &mut self.targets } else { self.delegated.get_mut(above).unwrap() };
        parent["delegations"]["keys"][signers[0].id()] = signers[0].document();
        parent["delegations"]["roles"].as_array_mut().unwrap().push(delegation);
        self.delegated.insert(name.to_owned(), document);
        self.signers.insert(name.to_owned(), signers);
    }

    /// Writes the signers into the root, all of whom have to sign.
    pub(crate) fn name_keys(&mut self) {
        let roles = ["root", "timestamp", "snapshot", "targets"];
        let all: Vec<Signer> = roles.iter().flat_map(|role| self.signers[*role].clone()).collect();
        self.root["keys"] = keys(&all);
        self.root["roles"] = roles.iter().map(|name| ((*name).to_owned(), role(&self.signers[*name], self.signers[*name].len()))).collect();
    }

    /// The first root once more, after it was changed.
    pub(crate) fn sign_root(&mut self) {
        self.roots = vec![sign(&self.root, &self.signers["root"])];
    }

    /// The next root, signed by the old one's signers and by its own.
    pub(crate) fn rotate(&mut self, change: impl FnOnce(&mut Self)) {
        let mut signers = self.signers["root"].clone();
        bump(&mut self.root);
        change(self);
        self.name_keys();
        for signer in &self.signers["root"] {
            if !signers.iter().any(|old| old.id() == signer.id()) {
                signers.push(signer.clone());
            }
        }
        self.roots.push(sign(&self.root, &signers));
    }

    /// The signed part of a role that is not root.
    pub(crate) fn document(&mut self, role: &str) -> &mut Value {
        match role {
            "timestamp" => &mut self.timestamp,
            "snapshot" => &mut self.snapshot,
            "targets" => &mut self.targets,
            _ => self.delegated.get_mut(role).unwrap(),
        }
    }

    /// Everything but the root in its next version.
    pub(crate) fn release(&mut self) {
        for document in [&mut self.targets, &mut self.snapshot, &mut self.timestamp].into_iter().chain(self.delegated.values_mut()) {
            bump(document);
        }
    }

    /// Signs and links all that there is, in the versions that it says it has.
    pub(crate) fn publish(&mut self) -> Files {
        let targets = sign(&self.targets, &self.signers["targets"]);
        let delegated = self.delegated.iter().map(|(name, document)| (name.clone(), sign(document, &self.signers[name]))).collect();
        self.publish_with(targets, delegated)
    }

    /// The same with other targets.
    pub(crate) fn publish_with(&mut self, targets: Vec<u8>, delegated: BTreeMap<String, Vec<u8>>) -> Files {
        let mut files = json!({ "root": meta(self.roots.last().unwrap()), "targets": meta(&targets) });
        for (name, bytes) in &delegated {
            files[name] = meta(bytes);
        }
        self.snapshot["meta"] = files;
        let files = Files { roots: self.roots.clone(), targets, delegated, ..Files::default() };
        self.publish_snapshot(files)
    }

    /// The snapshot as it is, and the timestamp that names it.
    pub(crate) fn publish_snapshot(&mut self, files: Files) -> Files {
        let snapshot = sign(&self.snapshot, &self.signers["snapshot"]);
        self.timestamp["meta"] = json!({ "snapshot": meta(&snapshot) });
        Files { snapshot, timestamp: sign(&self.timestamp, &self.signers["timestamp"]), ..files }
    }
}

pub(crate) fn bump(document: &mut Value) {
    document["version"] = json!(document["version"].as_u64().unwrap() + 1);
}

/// Why a client believes nothing.
#[derive(Debug, PartialEq)]
pub(crate) enum Refused {
    Data(InvalidTrustData),
    /// The role whose signatures do not hold.
    Unmet(String, Unmet),
}

/// Who asks, what for, and what is known already.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) gun: Gun,
    pub(crate) anchor: Anchor,
    pub(crate) floors: Floors,
    pub(crate) when: When,
    pub(crate) wanted: Wanted,
    pub(crate) asked: Asked,
}

pub(crate) fn wanted(image: &str) -> Wanted {
    Wanted::of(&Reference::parse(image).unwrap())
}

impl Client {
    /// Wants `1.0` of [`GUN`], and knows the publisher's root key.
    pub(crate) fn new() -> Self {
        Self {
            gun: Gun::parse(GUN).unwrap(),
            anchor: Anchor::Keys(vec![Signer::root("root").canonical_id().parse().unwrap()]),
            floors: Floors::default(),
            when: When::Now(start()),
            wanted: wanted("example/app:1.0"),
            asked: Asked::default(),
        }
    }

    pub(crate) fn at(mut self, now: UnixTime) -> Self {
        self.when = When::Now(now);
        self
    }

    pub(crate) fn wants(mut self, image: &str) -> Self {
        self.wanted = wanted(image);
        self
    }

    /// All steps, in their order, with `prove` to say whether signatures hold.
    pub(crate) fn look_up_by(&self, files: &Files, prove: &Prove<'_>) -> Result<SignedTag, Refused> {
        let [first, successors @ ..] = files.roots.as_slice() else { panic!("expected a root") };
        let mut root = proven("root", TrustedRoot::load(first, &self.gun, &self.anchor, self.when.time()), prove)?;
        for bytes in successors {
            root = proven("root", root.next(bytes), prove)?;
        }
        let timestamp = proven("timestamp", root.timestamp(&files.timestamp, &self.floors, self.when), prove)?;
        let snapshot = proven("snapshot", timestamp.snapshot(&files.snapshot), prove)?;
        let targets = proven("targets", snapshot.targets(&files.targets), prove)?;
        let mut lookup = targets.look_up(&self.wanted, &self.asked).map_err(Refused::Data)?;
        loop {
            lookup = match lookup {
                Lookup::Found(tag) => return Ok(*tag),
                Lookup::Delegated(role) => {
                    let loaded = proven(role.name(), role.load(&files.delegated[role.name()]), prove);
                    let unusable = match &loaded {
                        Ok(_) => None,
                        Err(Refused::Data(invalid)) => Unusable::of(invalid),
                        Err(Refused::Unmet(_, unmet)) => Some((*unmet).into()),
                    };
                    match (loaded, unusable) {
                        (Err(_), Some(unusable)) if self.asked.when_unusable == WhenUnusable::FallBack => {
                            role.fall_back(unusable).map_err(Refused::Data)?
                        }
                        (loaded, _) => loaded?.look_up().map_err(Refused::Data)?,
                    }
                }
            };
        }
    }

    pub(crate) fn look_up(&self, files: &Files) -> Result<SignedTag, Refused> {
        self.look_up_by(files, &SignatureCheck::holds)
    }

    /// What it finds, which it remembers.
    #[track_caller]
    pub(crate) fn accepts(&mut self, files: &Files) -> SignedTag {
        let tag = self.look_up(files).unwrap_or_else(|refused| panic!("{refused:?}"));
        self.floors = tag.floors().clone();
        tag
    }

    /// Why it refuses what the data says.
    #[track_caller]
    pub(crate) fn refusal(&self, files: &Files) -> InvalidTrustData {
        match self.look_up(files) {
            Err(Refused::Data(invalid)) => {
                assert!(!invalid.to_string().is_empty() && !invalid.code().is_empty());
                invalid
            }
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    /// The role whose signatures do not hold.
    #[track_caller]
    pub(crate) fn unmet(&self, files: &Files) -> String {
        match self.look_up(files) {
            Err(Refused::Unmet(role, _)) => role,
            other => panic!("expected signatures that do not hold, found {other:?}"),
        }
    }
}

/// Says of every signature whether it holds.
pub(crate) type Prove<'a> = dyn Fn(&SignatureCheck) -> bool + 'a;

fn proven<T>(role: &str, step: Result<Unproven<T>, InvalidTrustData>, prove: &Prove<'_>) -> Result<T, Refused> {
    let unproven = step.map_err(Refused::Data)?;
    let answers: Vec<bool> = unproven.checks().map(prove).collect();
    unproven.prove_by(&answers).map_err(|unmet| Refused::Unmet(role.to_owned(), unmet))
}
