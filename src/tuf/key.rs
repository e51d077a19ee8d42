//! Keys as TUF metadata holds them (section 4.2.2): a type, a scheme, and the public part in the form of its type.
//!
//! A key ID is the name by which other parts of the same document refer to a key, and nothing more. The specification wants clients to
//! recompute it as the hash of the key's canonical form (section 4.3, KEYID); who does so refuses GitHub's root, whose IDs are others. It
//! need not be one: the document that holds the ID beside the key is signed, and the strict reader lets no ID stand for two keys
//! (TAP 12 drops the requirement).

use crate::crypto::Curve;
use crate::crypto::InvalidKey;
use crate::crypto::KeyKind;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::digest::Algorithm;
use crate::json::Members;
use crate::tuf::InvalidMetadata;

/// A key, with how it signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    public: PublicKey,
    scheme: Scheme,
}

impl Key {
    /// `None` for a type or a scheme that is not known here: such a key cannot sign, and does not keep others from signing.
    pub fn parse(id: &str, key: &Members<'_>) -> Result<Option<Self>, InvalidMetadata> {
        let scheme = key.required("scheme")?.string()?;
        let kind = key.required("keytype")?.string()?;
        let public = key.required("keyval")?.object()?;
        let public = || public.required("public").and_then(|place| place.string());
        let refused = |invalid| InvalidMetadata::Key { id: id.to_owned(), invalid };
        let (public, scheme) = match (kind, scheme) {
            // The specification's name, and the one that securesystemslib writes.
            ("ecdsa-sha2-nistp256" | "ecdsa", "ecdsa-sha2-nistp256") => (ecdsa(Curve::P256, public()?), Scheme::Ecdsa(Algorithm::Sha256)),
            ("ecdsa-sha2-nistp384" | "ecdsa", "ecdsa-sha2-nistp384") => (ecdsa(Curve::P384, public()?), Scheme::Ecdsa(Algorithm::Sha384)),
            ("ed25519", "ed25519") => {
                (hex(public()?).ok_or(InvalidKey::Point).and_then(|key| PublicKey::from_ed25519(&key)), Scheme::Ed25519)
            }
            ("rsa", "rsassa-pss-sha256") => (PublicKey::from_pem(public()?), Scheme::RsaPss(Algorithm::Sha256)),
            _ => return Ok(None),
        };
        let public = public.map_err(refused)?;
        if scheme.suits(public.kind()) { Ok(Some(Self { public, scheme })) } else { Err(refused(InvalidKey::Algorithm)) }
    }

    /// The key itself.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// How it signs.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }
}

/// In PEM, or as the point in hexadecimal: so go-tuf wrote it, and Sigstore's first roots have it.
fn ecdsa(curve: Curve, public: &str) -> Result<PublicKey, InvalidKey> {
    let key = match hex(public) {
        Some(point) => PublicKey::from_spki(&[spki_start(curve), &point].concat())?,
        None => PublicKey::from_pem(public)?,
    };
    if key.kind() == KeyKind::Ecdsa(curve) { Ok(key) } else { Err(InvalidKey::Curve) }
}

/// What stands before the point in its `SubjectPublicKeyInfo` (RFC 5480 section 2): lengths, `id-ecPublicKey`, the curve.
const fn spki_start(curve: Curve) -> &'static [u8] {
    match curve {
        Curve::P256 => b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00",
        Curve::P384 => b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00",
        Curve::P521 => b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00",
    }
}

/// Whole bytes in hexadecimal, in either case; `None` for anything else.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(digit(high)? << 4 | digit(low)?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVfei1dXQRVeArCMcTDgxJtYg+Fs7\nV87DjhQbGlRJPyC7SW5TbNNkmvpmi4LeTv6moLVZ7T2nVqiRZbSkD+cf8w==\n-----END PUBLIC KEY-----\n";
    /// The same.
    const POINT: &str = "0455f7a2d5d5d0455780ac231c4c383126d620f85b3b57cec38e141b1a54493f20bb496e536cd3649afa668b82de4efea6a0b559ed3da756a89165b4a40fe71ff3";
    /// RFC 8032 section 7.1, test 1.
    const ED25519: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn key(kind: &str, scheme: &str, public: &str) -> Result<Option<Key>, InvalidMetadata> {
        let text = serde_json::json!({ "keytype": kind, "scheme": scheme, "keyval": { "public": public } }).to_string();
        Key::parse("id", &json::parse_object(text.as_bytes()).unwrap().root())
    }

    #[test]
    fn an_ecdsa_key_is_the_same_in_pem_and_as_a_point_and_by_either_name() {
        let pem = key("ecdsa", "ecdsa-sha2-nistp256", PEM).unwrap().unwrap();
        assert_eq!(pem.scheme(), Scheme::Ecdsa(Algorithm::Sha256));
        assert_eq!(key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", POINT), Ok(Some(pem.clone())));
        assert_eq!(key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", &POINT.to_uppercase()), Ok(Some(pem)));
    }

    #[test]
    fn an_ed25519_key_is_thirty_two_bytes_in_hexadecimal() {
        assert_eq!(key("ed25519", "ed25519", ED25519).unwrap().unwrap().scheme(), Scheme::Ed25519);
        for public in ["", "d7", &ED25519[2..], &format!("{ED25519}00"), &ED25519.replace('d', "g"), PEM, &"ff".repeat(32)] {
            assert!(matches!(key("ed25519", "ed25519", public), Err(InvalidMetadata::Key { .. })), "{public}");
        }
    }

    #[test]
    fn an_unknown_type_or_scheme_is_no_key_and_no_refusal() {
        for (kind, scheme) in [
            ("ml-dsa", "ml-dsa-65"),
            ("ed25519", "ed25519ph"),
            ("ed25519", "ecdsa-sha2-nistp256"),
            ("rsa", "rsa-pkcs1v15-sha1"),
            ("ecdsa", "ed25519"),
            ("", ""),
        ] {
            assert_eq!(key(kind, scheme, "whatever"), Ok(None), "{kind} {scheme}");
        }
    }

    /// CVE-2015-9258: the document named the algorithm, and an RSA key was read as an Ed25519 one.
    #[test]
    fn a_key_is_never_read_as_one_of_another_kind() {
        let refusal = |kind, scheme, public| match key(kind, scheme, public) {
            Err(InvalidMetadata::Key { invalid, .. }) => invalid,
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal("rsa", "rsassa-pss-sha256", PEM), InvalidKey::Algorithm);
        assert_eq!(refusal("ecdsa", "ecdsa-sha2-nistp384", PEM), InvalidKey::Curve);
        assert!(matches!(refusal("ecdsa", "ecdsa-sha2-nistp384", POINT), InvalidKey::Der(_) | InvalidKey::Point));
        assert!(matches!(refusal("ecdsa", "ecdsa-sha2-nistp256", ED25519), InvalidKey::Der(_) | InvalidKey::Point));
        assert!(matches!(refusal("ecdsa", "ecdsa-sha2-nistp256", ""), InvalidKey::Der(_) | InvalidKey::Point));
    }
}
