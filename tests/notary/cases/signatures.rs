//! Who signed, how many of them, under which name, and in which form.

use base64ct::Base64;
use base64ct::Encoding as _;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::bump;
use pullproof_world::content_trust::canonical;
use pullproof_world::content_trust::certificate;
use pullproof_world::content_trust::signatures;
use pullproof_world::sigstore::Extension;
use pullproof_world::sigstore::Hash;
use pullproof_world::sigstore::SigningKey;
use serde_json::Value;
use serde_json::json;

use super::ROLES;
use super::saying;
use super::signed_by;
use super::site;
use super::stranger;
use super::with_document;
use crate::case::Case;
use crate::case::case;
use crate::case::publisher;
use crate::case::releases;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for role in ROLES {
        cases.extend(of_every_role(role));
    }
    cases.extend(thresholds());
    cases.extend(identifiers());
    cases.extend(kinds());
    cases.extend(forms());
    cases
}

fn of_every_role(role: &str) -> Vec<Case> {
    let signed = |change: &dyn Fn(&mut Value)| with_document(releases(), role, |document| change(&mut document["signatures"]));
    let forged = with_document(releases(), role, |document| {
        document["signatures"] = signatures(&document["signed"], &[stranger(role)]);
    });
    let under_the_right_id = with_document(releases(), role, |document| {
        let genuine = document["signatures"][0].clone();
        document["signatures"] = signatures(&document["signed"], &[stranger(role)]);
        document["signatures"][0]["keyid"] = genuine["keyid"].clone();
        document["signatures"][0]["method"] = genuine["method"].clone();
    });
    let changed = with_document(releases(), role, |document| bump(&mut document["signed"]));
    vec![
        case(format!("{role}: unsigned"), format!("{role} has no signatures"), signed(&|signatures| *signatures = json!([]))),
        case(format!("{role}: a stranger's signature"), format!("a stranger signed {role}, under the ID of their own key"), forged),
        case(
            format!("{role}: a stranger's signature under the right ID"),
            format!("a stranger signed {role}, under the ID of its key"),
            under_the_right_id,
        ),
        case(format!("{role}: changed after it was signed"), format!("the version in {role} is another one than was signed"), changed),
    ]
}

/// Two keys, both of whom have to sign.
fn two(role: &str) -> (Publisher, Vec<Signer>) {
    let signers =
        if role == "root" { vec![Signer::root("one"), Signer::root("two")] } else { vec![Signer::p256("one"), Signer::p256("two")] };
    (signed_by(publisher(), role, signers.clone(), 2), signers)
}

fn thresholds() -> Vec<Case> {
    let mut cases = Vec::new();
    for role in ["root", "snapshot", "targets"] {
        let one_of_two = with_document(two(role).0, role, |document| drop(document["signatures"].as_array_mut().unwrap().pop()));
        cases.push(case(format!("{role}: one signature of two"), format!("{role} needs two signatures and has one"), one_of_two));
        let one_holds =
            with_document(two(role).0, role, |document| document["signatures"][1]["sig"] = document["signatures"][0]["sig"].clone());
        cases.push(case(
            format!("{role}: one of two signatures does not hold"),
            format!("the second signature of {role} is the first one's"),
            one_holds,
        ));
        cases.push(case(format!("{role}: two signatures of two"), "nothing", site(two(role).0)));
    }
    let twice = |mut publisher: Publisher| {
        publisher.root["roles"]["targets"]["threshold"] = json!(2);
        publisher.sign_root();
        publisher
    };
    let again = |document: &mut Value| {
        let first = document["signatures"][0].clone();
        document["signatures"].as_array_mut().unwrap().push(first);
    };
    let listed_twice = saying(publisher(), "root", |root| {
        let id = root["roles"]["targets"]["keyids"][0].clone();
        root["roles"]["targets"] = json!({ "keyids": [id, id], "threshold": 2 });
    });
    cases.extend([
        case(
            "a threshold of two with one key that signed twice",
            "targets needs two signatures and has the same one twice",
            with_document(twice(publisher()), "targets", again),
        ),
        case("a signature twice where one is enough", "targets has its one signature twice", with_document(publisher(), "targets", again)),
        case(
            "a key that a role lists twice, for a threshold of two",
            "targets has one key, listed twice, and needs two",
            with_document(listed_twice, "targets", again),
        ),
    ]);
    let bare = Signer::p256("targets");
    let certified = |name: &str| Signer::certified(SigningKey::p256("targets"), name);
    for (name, forged, role, signers) in [
        (
            "one key as two signers: bare and in a certificate",
            "targets needs two signatures and one private key made both",
            "targets",
            vec![bare, certified("one")],
        ),
        (
            "one key as two signers: in two certificates",
            "targets needs two signatures and one private key made both",
            "targets",
            vec![certified("one"), certified("another")],
        ),
        (
            "one root key as two signers: in two certificates",
            "root needs two signatures and one private key made both",
            "root",
            vec![Signer::root("root"), Signer::certified(SigningKey::p256("root"), "docker.io/example/*")],
        ),
    ] {
        cases.push(case(name, forged, site(signed_by(publisher(), role, signers, 2))));
    }
    for (name, threshold) in [("0", json!(0)), ("-1", json!(-1)), ("a text", json!("1")), ("null", json!(null)), ("1.5", json!(1.5))] {
        let publisher = saying(publisher(), "root", |root| root["roles"]["targets"]["threshold"] = threshold);
        cases.push(case(format!("a threshold of {name}"), format!("targets needs {name} signatures and has one"), site(publisher)));
    }
    cases
}

fn identifiers() -> Vec<Case> {
    let unlisted = saying(publisher(), "root", |root| root["roles"]["targets"]["keyids"] = json!(["0".repeat(64)]));
    let misnamed = saying(publisher(), "root", |root| {
        let id = root["roles"]["targets"]["keyids"][0].as_str().unwrap().to_owned();
        root["keys"][id] = Signer::p256("stranger").document();
    });
    let misnamed_signs = with_document(misnamed.clone(), "targets", |document| {
        let id = document["signatures"][0]["keyid"].clone();
        document["signatures"] = signatures(&document["signed"], &[Signer::p256("stranger")]);
        document["signatures"][0]["keyid"] = id;
    });
    let unused = saying(publisher(), "root", |root| root["keys"]["0".repeat(64)] = Signer::p256("stranger").document());
    let in_capitals = saying(publisher(), "root", |root| {
        let id = root["roles"]["targets"]["keyids"][0].as_str().unwrap().to_owned();
        let key = root["keys"].as_object_mut().unwrap().remove(&id).unwrap();
        root["keys"][id.to_uppercase()] = key;
        root["roles"]["targets"]["keyids"] = json!([id.to_uppercase()]);
    });
    let in_capitals = with_document(in_capitals, "targets", |document| {
        let id = document["signatures"][0]["keyid"].as_str().unwrap().to_uppercase();
        document["signatures"][0]["keyid"] = json!(id);
    });
    let junk = |count: usize| {
        with_document(publisher(), "targets", |document| {
            let list = document["signatures"].as_array_mut().unwrap();
            list.extend((0..count).map(|number| json!({ "keyid": number.to_string(), "method": "ecdsa", "sig": "" })));
        })
    };
    vec![
        case("a role whose key is not listed", "root names a key for targets that it does not list", site(unlisted)),
        case("a key under another key's ID", "root lists a stranger's key under the ID of that of targets", site(misnamed)),
        case(
            "a key under another key's ID, which signed",
            "root lists a stranger's key under the ID of that of targets, and the stranger signed",
            misnamed_signs,
        ),
        case(
            "a key under a wrong ID that no role names",
            "root lists a key that nobody uses under an ID that is not its own",
            site(unused),
        ),
        case("a key ID in capitals", "root names the key of targets in capitals", in_capitals),
        case("signatures of nobody beside the good one", "targets has three more signatures, of keys that do not exist", junk(3)),
        case("hundreds of signatures of nobody", "targets has three hundred more signatures, of keys that do not exist", junk(300)),
        case("targets signed by the key of the snapshot", "the key that signed targets is that of another role", {
            let mut publisher = publisher();
            publisher.signers.insert("targets".into(), vec![Signer::p256("snapshot")]);
            site(publisher)
        }),
    ]
}

fn kinds() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, signer) in [
        ("P-384", Signer::bare(SigningKey::p384("targets"))),
        ("P-521", Signer::bare(SigningKey::p521("targets"))),
        ("Ed25519", Signer::bare(SigningKey::ed25519("targets"))),
        ("RSA by PKCS #1", Signer::bare(SigningKey::rsa_2048())),
        ("P-256 in a certificate", Signer::certified(SigningKey::p256("targets"), "whoever")),
        ("RSA in a certificate", Signer::certified(SigningKey::rsa_2048(), "whoever")),
    ] {
        cases.push(case(format!("a key of the kind {name}"), "nothing", site(signed_by(publisher(), "targets", vec![signer], 1))));
    }
    let key = SigningKey::p256("targets");
    let pem = |spec: pullproof_world::sigstore::CertificateSpec| spec.with_signature(&[]).signed_by(&key).pem();
    let expired = Signer::in_text(key.clone(), &pem(certificate(&key, "x").valid(0, 1)));
    let authority =
        Signer::in_text(key.clone(), &pem(certificate(&key, "x").extension(Extension::basic_constraints(true, None).critical())));
    for (name, forged, signer) in [
        ("a key of targets in an expired certificate", "the certificate of the key of targets has expired", expired),
        ("a key of targets in an authority's certificate", "the certificate of the key of targets is that of an authority", authority),
        ("a key of an unknown type", "the key of targets is of the type ml-dsa", Signer::p256("targets").of_kind("ml-dsa")),
        ("an elliptic key that is called rsa", "the key of targets is on P-256 and said to be RSA", Signer::p256("targets").of_kind("rsa")),
        (
            "an elliptic key that is called ed25519",
            "the key of targets is on P-256 and said to be Ed25519",
            Signer::p256("targets").of_kind("ed25519"),
        ),
        (
            "an RSA key that is called ecdsa",
            "the key of targets is RSA and said to be elliptic",
            Signer::bare(SigningKey::rsa_2048()).of_kind("ecdsa"),
        ),
    ] {
        cases.push(case(name, forged, site(signed_by(publisher(), "targets", vec![signer], 1))));
    }
    let beside = signed_by(publisher(), "targets", vec![Signer::p256("targets"), Signer::p256("new").of_kind("ml-dsa")], 1);
    let unreadable = Signer::in_text(SigningKey::p256("new"), "no certificate");
    let unreadable_beside = signed_by(publisher(), "targets", vec![Signer::p256("targets"), unreadable.clone()], 1);
    let old = saying(publisher(), "root", |root| root["keys"][unreadable.id()] = unreadable.document());
    cases.extend([
        case("a key of an unknown type beside a good one", "targets has one key that is known, and one of the type ml-dsa", site(beside)),
        case(
            "a key that cannot be read beside a good one",
            "targets has one good key, and one in something that is no certificate",
            site(unreadable_beside),
        ),
        case("a key that cannot be read and that no role names", "root lists a key in something that is no certificate", site(old)),
    ]);
    cases
}

/// Targets of a publisher with another signature.
fn with_signature(change: impl FnOnce(&Signer, &str, Vec<u8>) -> String) -> pullproof_world::content_trust::Site {
    let publisher = publisher();
    let signer = publisher.signers["targets"][0].clone();
    with_document(publisher, "targets", |document| {
        let good = Base64::decode_vec(document["signatures"][0]["sig"].as_str().unwrap()).unwrap();
        document["signatures"][0]["sig"] = json!(change(&signer, &canonical(&document["signed"]), good));
    })
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |text, octet| text + &format!("{octet:02x}"))
}

/// The order of P-256 (FIPS 186-5).
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/// The other number that goes with the first: the order minus the second.
fn other_half(signature: &[u8]) -> Vec<u8> {
    let order = (0..32).map(|at| u8::from_str_radix(&ORDER[2 * at..2 * at + 2], 16).unwrap());
    let mut difference = Vec::new();
    let mut borrow = 0;
    for (order, octet) in order.rev().zip(signature[32..].iter().rev()) {
        let digit = i32::from(order) - i32::from(*octet) - borrow;
        borrow = i32::from(digit < 0);
        difference.push(u8::try_from(digit.rem_euclid(256)).unwrap());
    }
    difference.reverse();
    [&signature[..32], &difference].concat()
}

fn forms() -> Vec<Case> {
    let encode = Base64::encode_string;
    let mut cases = vec![
        case(
            "ECDSA: DER",
            "the signature of targets is in DER",
            with_signature(|signer, message, _| encode(&signer.sign_der(message.as_bytes()))),
        ),
        case("ECDSA: an octet short", "the signature of targets lacks its first octet", with_signature(|_, _, good| encode(&good[1..]))),
        case(
            "ECDSA: a zero before it",
            "the signature of targets has a zero before it",
            with_signature(|_, _, good| encode(&[&[0], &good[..]].concat())),
        ),
        case("ECDSA: zeros", "the signature of targets is two zeros", with_signature(|_, _, _| encode(&[0; 64]))),
        case(
            "ECDSA: the other of two numbers",
            "the second number of the signature of targets is the order minus what it was",
            with_signature(|_, _, good| encode(&other_half(&good))),
        ),
        case("ECDSA: nothing", "the signature of targets is empty", with_signature(|_, _, _| String::new())),
        case(
            "a signature without padding",
            "the signature of targets is base64 without its padding",
            with_signature(|_, _, good| encode(&good).replace('=', "")),
        ),
        case(
            "a signature with a line end",
            "the signature of targets is base64 with a line end",
            with_signature(|_, _, good| format!("{}\n", encode(&good))),
        ),
        case(
            "a signature in hexadecimal digits",
            "the signature of targets is in hexadecimal digits",
            with_signature(|_, _, good| hexadecimal(&good)),
        ),
    ];
    let p384 = SigningKey::p384("targets");
    let longer_hash = with_document(signed_by(publisher(), "targets", vec![Signer::bare(p384.clone())], 1), "targets", |document| {
        let der = p384.sign_with(Hash::Sha384, canonical(&document["signed"]).as_bytes());
        document["signatures"][0]["sig"] = json!(encode(&pullproof_world::content_trust::side_by_side(&der, 48)));
    });
    cases.push(case("P-384 with SHA-384", "targets is signed with the hash that others use with its key's curve", longer_hash));
    for (name, method, signer) in [
        ("ECDSA in capitals", "ECDSA", Signer::p256("targets")),
        ("of another kind of key", "rsapss", Signer::p256("targets")),
        ("none", "none", Signer::p256("targets")),
        ("an empty one", "", Signer::p256("targets")),
        ("RSA's other one", "rsapss", Signer::bare(SigningKey::rsa_2048())),
        ("pycrypto's", "pycrypto-pkcs#1 pss", Signer::bare(SigningKey::rsa_2048())),
    ] {
        let publisher = signed_by(publisher(), "targets", vec![signer.by_method(method)], 1);
        cases.push(case(format!("a method: {name}"), format!("the method of the signature of targets is \"{method}\""), site(publisher)));
    }
    let two_keys = |signed: &[usize]| {
        let keys = [Signer::p256("one"), Signer::p256("two")];
        let mut publisher = signed_by(publisher(), "targets", keys.to_vec(), 1);
        publisher.signers.insert("targets".into(), signed.iter().map(|at| keys[*at].clone()).collect());
        publisher
    };
    let bad_beside = with_document(two_keys(&[0, 1]), "targets", |document| document["signatures"][0]["sig"] = json!(encode(&[1; 64])));
    let malformed_beside = with_document(two_keys(&[0, 1]), "targets", |document| document["signatures"][0]["sig"] = json!("AAAA"));
    cases.extend([
        case("one of two keys where one is enough", "nothing", site(two_keys(&[1]))),
        case(
            "a signature that does not hold beside a good one",
            "of the two signatures of targets, of which one is enough, the first does not hold",
            bad_beside,
        ),
        case(
            "a malformed signature beside a good one",
            "of the two signatures of targets, of which one is enough, the first is no signature",
            malformed_beside,
        ),
    ]);
    cases
}
