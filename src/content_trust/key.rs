//! Keys as Notary writes them: a type, and the public part in base64 of DER, of PEM or of the bare point; and what their IDs are.
//!
//! A key ID is the SHA-256 of the canonical JSON of the type and the public part, with a `private` of `null` and nothing else. It is
//! recomputed, as Notary does (`tuf/signed/verify.go`): pins name it, so it must not be a name that the document chose.

use core::fmt;
use core::str::FromStr;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::content_trust::InvalidTrustData;
use crate::crypto::Curve;
use crate::crypto::InvalidKey;
use crate::crypto::KeyKind;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::json::Members;
use crate::pem;
use crate::tuf::canonical_json;
use crate::x509::Certificate;

/// The name of a key, or of a certificate: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Digest);

impl KeyId {
    /// The canonical ID of a bare key.
    pub fn of_key(key: &PublicKey) -> Self {
        match key.kind() {
            KeyKind::Ecdsa(_) => Self::of("ecdsa", &Base64::encode_string(key.spki())),
            KeyKind::Rsa { .. } => Self::of("rsa", &Base64::encode_string(key.spki())),
            KeyKind::Ed25519 => Self::of("ed25519", &Base64::encode_string(key.ed25519().unwrap_or_default())),
        }
    }

    /// The ID of a key in its certificates, its own first, as Notary writes them: in PEM as Go does, lines of 64 characters.
    pub fn of_certificates(certificates: &[Certificate]) -> Result<Self, InvalidTrustData> {
        let missing = || InvalidTrustData::KeyId { expected: None, found: String::new() };
        let kind = match certificates.first().ok_or_else(missing)?.key().kind() {
            KeyKind::Ecdsa(_) => "ecdsa-x509",
            KeyKind::Rsa { .. } => "rsa-x509",
            KeyKind::Ed25519 => return Err(missing()),
        };
        let pem: String = certificates.iter().map(|certificate| pem::write("CERTIFICATE", certificate.der())).collect();
        Ok(Self::of(kind, &Base64::encode_string(pem.as_bytes())))
    }

    fn of(kind: &str, public: &str) -> Self {
        let mut written = b"{\"keytype\":".to_vec();
        canonical_json::string(kind, &mut written);
        written.extend(b",\"keyval\":{\"private\":null,\"public\":");
        canonical_json::string(public, &mut written);
        written.extend(b"}}");
        Self(Digest::of(Algorithm::Sha256, &written))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.encoded())
    }
}

impl FromStr for KeyId {
    type Err = InvalidTrustData;

    fn from_str(text: &str) -> Result<Self, InvalidTrustData> {
        let digest = format!("sha256:{text}").parse();
        digest.map(Self).map_err(|_| InvalidTrustData::KeyId { expected: None, found: text.to_owned() })
    }
}

/// A key that can sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    id: KeyId,
    public: PublicKey,
    /// Where the key came in certificates: its own first. Whether they are any good is for whoever asks for one.
    certificates: Vec<Certificate>,
}

/// A key as a document lists it; it is read only where a role names it, since roots keep their old keys for ever.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    id: KeyId,
    kind: String,
    public: String,
}

impl Listed {
    /// Refused if it is not what its ID is of.
    pub(super) fn parse(id: &str, key: &Members<'_>) -> Result<Self, InvalidTrustData> {
        let kind = key.required("keytype")?.string()?;
        let public = key.required("keyval")?.object()?.required("public")?.string()?;
        let computed = KeyId::of(kind, public);
        if computed.to_string() != id {
            return Err(InvalidTrustData::KeyId { expected: Some(computed), found: id.to_owned() });
        }
        Ok(Self { id: computed, kind: kind.to_owned(), public: public.to_owned() })
    }

    /// `None` for a type that is not known here: such a key cannot sign, and does not keep others from signing.
    pub(super) fn key(&self) -> Result<Option<Key>, InvalidTrustData> {
        let refused = |invalid| InvalidTrustData::Key { id: self.id, invalid };
        let bytes = || Base64::decode_vec(&self.public).map_err(|_| InvalidTrustData::KeyBase64 { id: self.id });
        let is_kind = |key: &PublicKey, expected: &str| match key.kind() {
            KeyKind::Ecdsa(_) => expected == "ecdsa",
            KeyKind::Rsa { .. } => expected == "rsa",
            KeyKind::Ed25519 => expected == "ed25519",
        };
        let (public, certificates) = match self.kind.as_str() {
            "ecdsa" | "rsa" => (PublicKey::from_spki(&bytes()?).map_err(refused)?, Vec::new()),
            "ed25519" => (PublicKey::from_ed25519(&bytes()?).map_err(refused)?, Vec::new()),
            "ecdsa-x509" | "rsa-x509" => {
                let invalid = |invalid| InvalidTrustData::Certificate { id: self.id, invalid };
                let text = String::from_utf8(bytes()?).map_err(|_| InvalidTrustData::KeyBase64 { id: self.id })?;
                let certificates = Certificate::from_pem_chain(&text).map_err(invalid)?;
                // `from_pem_chain` refuses a text with none.
                let leaf = certificates.first().ok_or(InvalidTrustData::KeyBase64 { id: self.id })?;
                (leaf.key().clone(), certificates)
            }
            _ => return Ok(None),
        };
        if !is_kind(&public, self.kind.trim_end_matches("-x509")) {
            return Err(refused(InvalidKey::Algorithm));
        }
        Ok(Some(Key { id: self.id, public, certificates }))
    }
}

impl Key {
    /// Its name, as documents have it: of a certificate where it came in one.
    pub(super) const fn id(&self) -> KeyId {
        self.id
    }

    /// The name of the bare key, which stays the same when its certificate is renewed: what `docker trust inspect` shows, and what
    /// private keys are stored under (`tuf/utils/x509.go`, `CanonicalKeyID`).
    pub(super) fn canonical_id(&self) -> KeyId {
        if self.certificates.is_empty() { self.id } else { KeyId::of_key(&self.public) }
    }

    /// The key itself.
    pub(super) const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The certificates it came in; none for a bare key.
    pub(super) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// How a signature of a `method` was made, with its bytes in the form that goes with that; `None` where the key does not sign so.
    ///
    /// The key says nearly all of it. RSA alone leaves a choice, of two schemes that are both sound; the hash is SHA-256 with every
    /// curve (`tuf/signed/verifiers.go`).
    pub(super) fn signature(&self, method: &str, bytes: Vec<u8>) -> Option<(Scheme, Vec<u8>)> {
        match (self.public.kind(), method) {
            (KeyKind::Ecdsa(curve), "ecdsa") => Some((Scheme::Ecdsa(Algorithm::Sha256), ecdsa_der(curve, &bytes)?)),
            (KeyKind::Rsa { .. }, "rsapss") => Some((Scheme::RsaPss(Algorithm::Sha256), bytes)),
            (KeyKind::Rsa { .. }, "rsapkcs1v15") => Some((Scheme::RsaPkcs1(Algorithm::Sha256), bytes)),
            (KeyKind::Ed25519, "eddsa") => Some((Scheme::Ed25519, bytes)),
            _ => None,
        }
    }
}

/// `r || s`, each as long as a coordinate, as the `Ecdsa-Sig-Value` of RFC 3279 that everybody else writes.
fn ecdsa_der(curve: Curve, bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() != 2 * curve.size() {
        return None;
    }
    let (r, s) = bytes.split_at(curve.size());
    let numbers = [integer(r)?, integer(s)?].concat();
    let length = u8::try_from(numbers.len()).ok()?;
    // At most 2 · 69 octets: one octet of length, or two.
    let head = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    Some([head, numbers].concat())
}

/// An INTEGER from 0 to 2^528, in the fewest octets.
fn integer(number: &[u8]) -> Option<Vec<u8>> {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    let significant = &number[zeros.min(number.len() - 1)..];
    let sign: &[u8] = if significant.first()? & 0x80 == 0 { &[] } else { &[0] };
    let length = u8::try_from(sign.len() + significant.len()).ok()?;
    Some([&[0x02, length], sign, significant].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    /// The snapshot key of `docker.io/example/app`, made by `notary` 0.7.0.
    const ID: &str = "28da354cdbc39b28b952fa80b923dbdeca2ba69ecf74ec73110f869ac5a3af3d";
    const PUBLIC: &str =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDqWqvUfME/TBoiYBMdAf72YDXnWpkzcLg088CgKlv5pWOsd13JAk6vp8v74oWWPS3q+2pSzlCLkIByoXcL6LCA==";

    fn listed(id: &str, kind: &str, public: &str) -> Result<Listed, InvalidTrustData> {
        let text = serde_json::json!({ "keytype": kind, "keyval": { "private": null, "public": public }, "scheme": "x" }).to_string();
        Listed::parse(id, &json::parse_object(text.as_bytes()).unwrap().root())
    }

    fn key(kind: &str, public: &str) -> Result<Option<Key>, InvalidTrustData> {
        listed(&KeyId::of(kind, public).to_string(), kind, public)?.key()
    }

    #[test]
    fn an_id_is_of_type_and_public_part_and_of_nothing_else() {
        let found = listed(ID, "ecdsa", PUBLIC).unwrap().key().unwrap().unwrap();
        assert_eq!((found.id().to_string(), found.canonical_id()), (ID.to_owned(), found.id()));
    }

    #[test]
    fn an_id_of_something_else_is_refused() {
        let other = ID.replace('2', "3");
        for (id, kind, public) in [(other.as_str(), "ecdsa", PUBLIC), (ID, "rsa", PUBLIC), (ID, "ecdsa", &PUBLIC[4..])] {
            assert!(matches!(listed(id, kind, public), Err(InvalidTrustData::KeyId { .. })), "{id} {kind}");
        }
        assert!(listed(&ID.to_uppercase(), "ecdsa", PUBLIC).is_err());
    }

    #[test]
    fn a_key_of_an_unknown_type_is_no_key_and_no_refusal() {
        assert_eq!(key("ml-dsa", "whatever"), Ok(None));
        assert_eq!(key("ECDSA", PUBLIC), Ok(None));
    }

    #[test]
    fn a_key_is_never_read_as_one_of_another_kind() {
        assert!(matches!(key("rsa", PUBLIC), Err(InvalidTrustData::Key { invalid: InvalidKey::Algorithm, .. })));
        assert!(matches!(key("ed25519", PUBLIC), Err(InvalidTrustData::Key { .. })));
        assert!(matches!(key("ecdsa-x509", PUBLIC), Err(InvalidTrustData::KeyBase64 { .. } | InvalidTrustData::Certificate { .. })));
    }

    #[test]
    fn base64_has_one_form() {
        for public in [&PUBLIC.replace('=', ""), &PUBLIC.replacen("MFk", "MFk\n", 1), &format!("{PUBLIC} "), &PUBLIC.replace('+', "-")] {
            assert!(matches!(key("ecdsa", public), Err(InvalidTrustData::KeyBase64 { .. })), "{public:?}");
        }
    }

    #[test]
    fn two_numbers_side_by_side_become_der() {
        let mut numbers = [0; 64];
        (numbers[31], numbers[32]) = (1, 0x80);
        let der = ecdsa_der(Curve::P256, &numbers).unwrap();
        assert_eq!(der[..8], [0x30, 0x26, 2, 1, 1, 2, 0x21, 0]);
        assert_eq!(ecdsa_der(Curve::P521, &[0xff; 132]).unwrap()[..6], [0x30, 0x81, 138, 2, 67, 0]);
        assert_eq!(ecdsa_der(Curve::P256, &[0; 64]).unwrap(), [0x30, 6, 2, 1, 0, 2, 1, 0]);
        for length in [0, 63, 65, 70, 96] {
            assert_eq!(ecdsa_der(Curve::P256, &vec![1; length]), None, "{length}");
        }
    }
}
