//! Certificates made for tests: a DER writer that writes what it is told, also what nobody should, and keys that anybody can guess.

#![allow(unreachable_pub, reason = "a module of a test")]

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use pullproof::UnixTime;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::time::Validity;
use pullproof::x509::Certificate;
use pullproof::x509::path::Authority;

pub const ECDSA_SHA_256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
pub const ECDSA_SHA_384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
pub const ECDSA_SHA_1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
pub const RSA_SHA_256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b];

pub const SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 14];
pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 17];
pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];
pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
/// Of a private arc: nobody knows it.
pub const UNKNOWN: &[u8] = &[0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 99];

pub const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];
pub const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];
pub const ANY: &[u8] = &[0x55, 0x1d, 37, 0];

/// When the leaf of [`leaf`] is valid: from the first to the last, in which it signs.
pub const FROM: &str = "2026-01-01T00:00:00Z";
pub const SIGNED: &str = "2026-01-01T00:05:00Z";
pub const TO: &str = "2026-01-01T00:10:00Z";

pub fn time(text: &str) -> UnixTime {
    text.parse().unwrap()
}

pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let head = match length {
        0..0x80 => vec![tag, u8::try_from(length).unwrap()],
        0x80..0x100 => vec![tag, 0x81, u8::try_from(length).unwrap()],
        0x100..0x1_0000 => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
        _ => [&[tag, 0x83][..], &u32::try_from(length).unwrap().to_be_bytes()[1..]].concat(),
    };
    [head.as_slice(), contents].concat()
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub fn oid(contents: &[u8]) -> Vec<u8> {
    element(0x06, contents)
}

/// A name of one common name.
pub fn name(common: &str) -> Vec<u8> {
    let attribute = sequence(&[&oid(&[0x55, 4, 3]), &element(0x0c, common.as_bytes())]);
    sequence(&[&element(0x31, &attribute)])
}

/// A key made of one number. For tests: whoever reads this has it.
#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

pub fn key(seed: u8) -> Key {
    Key::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap())
}

pub fn key_384(seed: u8) -> Key {
    Key::P384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap())
}

impl Key {
    pub fn spki(&self) -> Vec<u8> {
        let (curve, point): (&[u8], _) = match self {
            Self::P256(key) => (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Self::P384(key) => (&[0x2b, 0x81, 4, 0, 0x22], key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
        };
        let algorithm = sequence(&[&oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]), &oid(curve)]);
        sequence(&[&algorithm, &element(0x03, &[&[0], point.as_slice()].concat())])
    }

    pub fn id(&self) -> Vec<u8> {
        Digest::of(Algorithm::Sha256, &self.spki()).as_bytes().to_vec()
    }

    fn algorithm(&self) -> &'static [u8] {
        match self {
            Self::P256(_) => ECDSA_SHA_256,
            Self::P384(_) => ECDSA_SHA_384,
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(Digest::of(Algorithm::Sha256, message).as_bytes()).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(Digest::of(Algorithm::Sha384, message).as_bytes()).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
        }
    }
}

/// An extension: its identifier, whether it is critical, and what is in its OCTET STRING.
pub type Extension = (&'static [u8], bool, Vec<u8>);

pub fn basic_constraints(authority: bool, path_length: Option<u8>) -> Extension {
    let authority: &[u8] = if authority { &[1, 1, 0xff] } else { &[] };
    let path_length = path_length.map(|length| element(0x02, &[length])).unwrap_or_default();
    (BASIC_CONSTRAINTS, true, sequence(&[authority, &path_length]))
}

/// Bits of the first octet: 0x80 `digitalSignature`, 0x04 `keyCertSign`.
pub fn key_usage(bits: u8) -> Extension {
    let unused = u8::try_from(bits.trailing_zeros()).unwrap();
    (KEY_USAGE, true, element(0x03, &[unused, bits]))
}

pub fn extended_key_usage(critical: bool, purposes: &[&[u8]]) -> Extension {
    (EXTENDED_KEY_USAGE, critical, element(0x30, &purposes.iter().flat_map(|purpose| oid(purpose)).collect::<Vec<_>>()))
}

pub fn alternative_names(names: &[Vec<u8>]) -> Extension {
    (ALTERNATIVE_NAMES, true, element(0x30, &names.concat()))
}

pub fn subject_key(id: &[u8]) -> Extension {
    (SUBJECT_KEY, false, element(0x04, id))
}

pub fn authority_key(id: &[u8]) -> Extension {
    (AUTHORITY_KEY, false, sequence(&[&element(0x80, id)]))
}

/// A certificate before it is signed; every part can be anything.
#[derive(Clone)]
pub struct Draft {
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    /// Inside and outside; that of the issuer's key if there is none.
    pub algorithms: Option<[Vec<u8>; 2]>,
    pub issuer: Option<Vec<u8>>,
    pub not_before: &'static str,
    pub not_after: &'static str,
    /// Behind the two times.
    pub behind_validity: Vec<u8>,
    pub subject: Vec<u8>,
    pub spki: Vec<u8>,
    pub extensions: Vec<Extension>,
    /// Between the key and the extensions.
    pub unique_identifiers: Vec<u8>,
    /// Behind the extensions.
    pub behind: Vec<u8>,
    /// Behind the signature.
    pub behind_signature: Vec<u8>,
}

impl Draft {
    fn new(subject: Vec<u8>, key: &Key, extensions: Vec<Extension>) -> Self {
        Self {
            version: element(0xa0, &[2, 1, 2]),
            serial: element(0x02, &[0x01, 0x02]),
            algorithms: None,
            issuer: None,
            not_before: "250101000000Z",
            not_after: "350101000000Z",
            behind_validity: Vec::new(),
            subject,
            spki: key.spki(),
            extensions,
            unique_identifiers: Vec::new(),
            behind: Vec::new(),
            behind_signature: Vec::new(),
        }
    }

    /// With this extension, instead of any of its kind.
    pub fn with(mut self, extension: Extension) -> Self {
        self = self.without(extension.0);
        self.extensions.push(extension);
        self
    }

    pub fn without(mut self, oid: &[u8]) -> Self {
        self.extensions.retain(|extension| extension.0 != oid);
        self
    }

    /// With another part.
    pub fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn tbs(&self, issuer: &str, key: &Key) -> Vec<u8> {
        let extensions: Vec<u8> = self.extensions.iter().flat_map(extension_der).collect();
        let extensions = if extensions.is_empty() { Vec::new() } else { element(0xa3, &element(0x30, &extensions)) };
        sequence(&[
            &self.version,
            &self.serial,
            &self.algorithm(0, key),
            self.issuer.as_ref().unwrap_or(&name(issuer)),
            &sequence(&[&element(0x17, self.not_before.as_bytes()), &element(0x17, self.not_after.as_bytes()), &self.behind_validity]),
            &self.subject,
            &self.spki,
            &self.unique_identifiers,
            &extensions,
            &self.behind,
        ])
    }

    fn algorithm(&self, place: usize, key: &Key) -> Vec<u8> {
        self.algorithms.as_ref().map_or_else(|| algorithm(key.algorithm()), |both| both[place].clone())
    }

    pub fn der(&self, issuer: &str, key: &Key) -> Vec<u8> {
        let tbs = self.tbs(issuer, key);
        let signature = element(0x03, &[&[0], key.sign(&tbs).as_slice()].concat());
        sequence(&[&tbs, &self.algorithm(1, key), &signature, &self.behind_signature])
    }

    pub fn issued_by(&self, issuer: &str, key: &Key) -> Certificate {
        Certificate::from_der(&self.der(issuer, key)).unwrap()
    }
}

/// An `AlgorithmIdentifier` without parameters.
pub fn algorithm(named: &[u8]) -> Vec<u8> {
    sequence(&[&oid(named)])
}

pub fn extension_der((named, critical, value): &Extension) -> Vec<u8> {
    let critical: &[u8] = if *critical { &[1, 1, 0xff] } else { &[] };
    sequence(&[&oid(named), critical, &element(0x04, value)])
}

pub fn uri(text: &str) -> Vec<u8> {
    element(0x86, text.as_bytes())
}

/// As Fulcio issues them: no subject, ten minutes.
pub fn leaf() -> Draft {
    let extensions = vec![
        key_usage(0x80),
        extended_key_usage(false, &[CODE_SIGNING]),
        alternative_names(&[uri("https://ci.test/team/app")]),
        authority_key(b"intermediate key"),
    ];
    Draft::new(sequence(&[]), &key(3), extensions).but(|draft| {
        draft.not_before = "260101000000Z";
        draft.not_after = "260101001000Z";
    })
}

pub fn timestamp_leaf() -> Draft {
    let extensions = vec![key_usage(0x80), extended_key_usage(true, &[TIME_STAMPING]), authority_key(b"intermediate key")];
    Draft::new(name("clock"), &key(3), extensions)
}

pub fn intermediate() -> Draft {
    let extensions = vec![
        key_usage(0x06),
        extended_key_usage(false, &[CODE_SIGNING]),
        basic_constraints(true, Some(0)),
        subject_key(b"intermediate key"),
        authority_key(b"root key"),
    ];
    Draft::new(name("intermediate"), &key(2), extensions)
}

pub fn root() -> Draft {
    let extensions = vec![key_usage(0x06), basic_constraints(true, Some(1)), subject_key(b"root key")];
    Draft::new(name("root"), &key_384(1), extensions)
}

/// Of a name and a key of its own, between others: no limits.
pub fn authority_named(common: &str, key: &Key) -> Draft {
    Draft::new(name(common), key, vec![key_usage(0x06), basic_constraints(true, None)])
}

/// Trusted for ever.
pub fn trusted(chain: Vec<Certificate>) -> Authority {
    let validity = Validity { from: time("2020-01-01T00:00:00Z"), to: None };
    Authority { chain, validity, uri: "https://ca.test".into(), operator: None }
}

pub fn signed_root() -> Certificate {
    root().issued_by("root", &key_384(1))
}

pub fn signed_intermediate() -> Certificate {
    intermediate().issued_by("root", &key_384(1))
}

pub fn signed_leaf() -> Certificate {
    leaf().issued_by("intermediate", &key(2))
}
