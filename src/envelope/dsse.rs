//! Dead Simple Signing Envelopes ([DSSE 1.0](https://github.com/secure-systems-lab/dsse)), as Sigstore uses them: one payload of
//! in-toto, one signature (protobuf-specs, `sigstore_bundle.proto`: anything else must be refused).
//!
//! What is signed is the type and the payload, both as they are, with their lengths before them: no canonical form of anything.

use core::fmt;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::crypto::InvalidScheme;
use crate::crypto::Message;
use crate::crypto::Obligation;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::crypto::SignatureCheck;
use crate::crypto::Step;
use crate::crypto::Unproven;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;

/// The type of every payload: an in-toto statement in JSON.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Characters of a type that a message repeats.
const SHOWN: usize = 80;

/// An envelope as it was received. What it holds is had from [`Envelope::verify`] only; before, it can be compared and hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    signature: Vec<u8>,
    key_id: Option<String>,
}

/// What somebody signed in an envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    bytes: Vec<u8>,
}

impl Payload {
    /// The bytes that were signed: an in-toto statement in JSON.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, for whoever keeps them.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Envelope {
    /// `{"payload":…,"payloadType":…,"signatures":[{"sig":…}]}`
    pub fn parse(members: &Members<'_>) -> Result<Self, InvalidEnvelope> {
        let payload_type = members.required("payloadType")?.string()?;
        if payload_type != PAYLOAD_TYPE {
            return Err(InvalidEnvelope::PayloadType { found: payload_type.to_owned() });
        }
        let payload = base64(&members.required("payload")?)?;
        let signatures = members.required("signatures")?.array()?;
        let [signature] = signatures.as_slice() else {
            return Err(InvalidEnvelope::Signatures { found: signatures.len() });
        };
        let signature = signature.object()?;
        let key_id = signature.optional_string("keyid")?.map(str::to_owned);
        let signature = base64(&signature.required("sig")?)?;
        if signature.is_empty() {
            return Err(InvalidEnvelope::Signatures { found: 0 });
        }
        Ok(Self { payload, signature, key_id })
    }

    /// What `key` signed, by one of `schemes`: one, except where programs did not agree on that of a key.
    pub fn verify(self, key: &PublicKey, schemes: &[Scheme]) -> Result<Unproven<Payload>, InvalidScheme> {
        let message = pae(PAYLOAD_TYPE, &self.payload);
        let checks = schemes
            .iter()
            .map(|scheme| SignatureCheck::new(key.clone(), *scheme, Message::Bytes(message.clone()), self.signature.clone()))
            .collect::<Result<_, _>>()?;
        Ok(Unproven::new(Payload { bytes: self.payload }, vec![Obligation::any(Step::Signature, checks)]))
    }

    /// The signature: what timestamps and logs are about.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The signer's hint of a key, which nobody signed.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The digest of the payload, which some logs keep.
    pub fn payload_digest(&self, algorithm: Algorithm) -> Digest {
        Digest::of(algorithm, &self.payload)
    }

    /// The digest of what is signed, which other logs keep.
    pub fn signed_digest(&self, algorithm: Algorithm) -> Digest {
        Digest::of(algorithm, &pae(PAYLOAD_TYPE, &self.payload))
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({} bytes)", self.payload.len())
    }
}

/// What is signed: "pre-authentication encoding" (protocol.md), `DSSEv1 28 application/vnd.in-toto+json 2 {}`.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// Standard base64 in its canonical form. The specification would allow the URL-safe alphabet too; nobody writes it, and bytes that
/// are compared as text elsewhere must have one text.
fn base64(place: &Place<'_>) -> Result<Vec<u8>, InvalidEnvelope> {
    Base64::decode_vec(place.string()?).map_err(|_| InvalidEnvelope::Base64 { path: place.path().to_owned() })
}

/// Why a document is no envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidEnvelope {
    /// A member is no canonical base64.
    Base64 {
        /// Where it is.
        path: String,
    },
    /// Members are missing or of other types.
    Json(InvalidJson),
    /// Its payload is something else than an in-toto statement.
    PayloadType {
        /// What it is said to be.
        found: String,
    },
    /// Not exactly one signature.
    Signatures {
        /// How many there are.
        found: usize,
    },
}

impl InvalidEnvelope {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json(invalid) => invalid.code(),
            Self::PayloadType { .. } => "payload-type-unknown",
            Self::Base64 { .. } | Self::Signatures { .. } => "envelope-invalid",
        }
    }
}

impl fmt::Display for InvalidEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 { path } => write!(f, "expected {} to be base64, found another text", excerpt(path, SHOWN)),
            Self::Json(invalid) => invalid.fmt(f),
            Self::PayloadType { found } => write!(f, "expected a payload of {PAYLOAD_TYPE}, found {}", excerpt(found, SHOWN)),
            Self::Signatures { found } => write!(f, "expected an envelope with one signature, found {found}"),
        }
    }
}

impl core::error::Error for InvalidEnvelope {}

impl From<InvalidJson> for InvalidEnvelope {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn parse(text: &str) -> Result<Envelope, InvalidEnvelope> {
        Envelope::parse(&json::parse_object(text.as_bytes()).unwrap().root())
    }

    const SIGNED: &str = r#"{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AQID","keyid":"k"}]}"#;

    fn key() -> (ed25519_dalek::SigningKey, PublicKey) {
        let secret = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let public = PublicKey::from_ed25519(secret.verifying_key().as_bytes()).unwrap();
        (secret, public)
    }

    fn signed(payload: &[u8], message: &[u8]) -> Envelope {
        use ed25519_dalek::Signer as _;
        Envelope { payload: payload.to_vec(), signature: key().0.sign(message).to_bytes().to_vec(), key_id: None }
    }

    /// protocol.md, "Test Vectors".
    #[test]
    fn what_is_signed_is_the_specification_s_example() {
        assert_eq!(pae("http://example.com/HelloWorld", b"hello world"), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
        assert_eq!(pae("ä", "ö\0".as_bytes()), "DSSEv1 2 ä 3 ö\0".as_bytes(), "lengths are in bytes");
    }

    #[test]
    fn an_envelope_is_read() {
        let envelope = parse(SIGNED).unwrap();
        assert_eq!((envelope.signature(), envelope.key_id()), (&[1, 2, 3][..], Some("k")));
        assert_eq!(envelope.payload_digest(Algorithm::Sha256), Digest::of(Algorithm::Sha256, b"{}"));
        assert_eq!(
            envelope.signed_digest(Algorithm::Sha512),
            Digest::of(Algorithm::Sha512, b"DSSEv1 28 application/vnd.in-toto+json 2 {}")
        );
    }

    #[test]
    fn the_payload_is_what_was_signed_with_its_type_and_its_length() {
        let payload = br#"{"_type":"t"}"#;
        let proven = signed(payload, &pae(PAYLOAD_TYPE, payload)).verify(&key().1, &[Scheme::Ed25519]).unwrap().prove().unwrap();
        assert_eq!(proven.bytes(), payload);
    }

    #[test]
    fn a_signature_over_the_bare_payload_does_not_hold() {
        assert!(signed(b"{}", b"{}").verify(&key().1, &[Scheme::Ed25519]).unwrap().prove().is_err());
    }

    #[test]
    fn a_signature_over_another_type_does_not_hold() {
        assert!(signed(b"{}", &pae("application/json", b"{}")).verify(&key().1, &[Scheme::Ed25519]).unwrap().prove().is_err());
    }

    #[test]
    fn a_signature_over_another_payload_does_not_hold() {
        assert!(signed(b"{ }", &pae(PAYLOAD_TYPE, b"{}")).verify(&key().1, &[Scheme::Ed25519]).unwrap().prove().is_err());
    }

    #[test]
    fn a_signature_of_the_other_ed25519_does_not_hold() {
        let envelope = signed(b"{}", &pae(PAYLOAD_TYPE, b"{}"));
        assert!(envelope.clone().verify(&key().1, &[Scheme::Ed25519ph]).unwrap().prove().is_err());
        assert!(envelope.verify(&key().1, &[Scheme::Ed25519ph, Scheme::Ed25519]).unwrap().prove().is_ok(), "one of them is enough");
    }

    #[test]
    fn without_a_scheme_nothing_is_proven() {
        assert!(signed(b"{}", &pae(PAYLOAD_TYPE, b"{}")).verify(&key().1, &[]).unwrap().prove().is_err());
    }

    #[test]
    fn a_scheme_that_the_key_has_not_is_refused() {
        let scheme = Scheme::Ecdsa(Algorithm::Sha256);
        assert!(matches!(signed(b"{}", b"").verify(&key().1, &[scheme]), Err(InvalidScheme::Unsuited { .. })));
    }

    #[test]
    fn trap_21_an_envelope_has_exactly_one_signature() {
        for (from, to, found) in [
            (r#"[{"sig":"AQID","keyid":"k"}]"#, "[]", 0),
            (r#"[{"sig":"AQID","keyid":"k"}]"#, r#"[{"sig":"AQID"},{"sig":"AQID"}]"#, 2),
            (r#"[{"sig":"AQID","keyid":"k"}]"#, r#"[{"sig":""}]"#, 0),
        ] {
            assert_eq!(parse(&SIGNED.replace(from, to)), Err(InvalidEnvelope::Signatures { found }), "{to}");
        }
    }

    #[test]
    fn trap_21_the_type_of_the_payload_is_exact() {
        for found in ["", "application/json", "application/vnd.in-toto+json ", "Application/vnd.in-toto+json", "text/plain"] {
            let refusal = Err(InvalidEnvelope::PayloadType { found: found.to_owned() });
            assert_eq!(parse(&SIGNED.replace(PAYLOAD_TYPE, found)), refusal, "{found}");
        }
    }

    #[test]
    fn base64_has_one_form() {
        for (from, to, path) in [
            ("e30=", "e30", "$.payload"),
            ("e30=", "e31=", "$.payload"),
            ("e30=", "e30=\\n", "$.payload"),
            ("AQID", "-_-_", "$.signatures[0].sig"),
            ("AQID", "AQI", "$.signatures[0].sig"),
        ] {
            assert_eq!(parse(&SIGNED.replace(from, to)), Err(InvalidEnvelope::Base64 { path: path.to_owned() }), "{to}");
        }
    }

    #[test]
    fn members_of_other_types_or_names_are_refused() {
        for (from, to) in [
            (r#""payload":"e30=","#, ""),
            (r#""payload":"e30=""#, r#""payload":{}"#),
            (r#""payload":"e30=""#, r#""Payload":"e30=""#),
            (r#""payload":"e30=""#, r#""payload":null"#),
            (r#""payloadType":"application/vnd.in-toto+json","#, ""),
            (r#"[{"sig":"AQID","keyid":"k"}]"#, r#"{"sig":"AQID"}"#),
            (r#"{"sig":"AQID","keyid":"k"}"#, r#""AQID""#),
            (r#""sig":"AQID","#, ""),
            (r#""keyid":"k""#, r#""keyid":1"#),
        ] {
            assert!(matches!(parse(&SIGNED.replace(from, to)), Err(InvalidEnvelope::Json(_))), "{to}");
        }
    }
}
