//! Bodies as Rekor writes them (rekor `pkg/types`, rekor-tiles `api/proto/rekor/v2`): `{"apiVersion":…,"kind":…,"spec":{…}}`.

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::crypto::Curve;
use crate::crypto::KeyKind;
use crate::crypto::PublicKey;
use crate::crypto::Scheme;
use crate::digest::Algorithm;
use crate::digest::Digest;
use crate::json;
use crate::json::Members;
use crate::json::Place;
use crate::pem;
use crate::tlog::entry::Claim;
use crate::tlog::entry::Entry;
use crate::tlog::entry::InvalidEntry;
use crate::tlog::entry::Kind;
use crate::tlog::entry::LoggedVerifier;

pub(super) fn parse(body: &[u8]) -> Result<Entry, InvalidEntry> {
    let document = json::parse_object(body)?;
    let members = document.root();
    let (name, version) = (members.required("kind")?.string()?, members.required("apiVersion")?.string()?);
    let kind =
        Kind::named(name, version).ok_or_else(|| InvalidEntry::Unsupported { kind: name.to_owned(), version: version.to_owned() })?;
    let spec = member(&members, "spec")?;
    let (verifier, claim) = match kind {
        Kind::HashedRekord001 => hashed_rekord(&spec)?,
        Kind::HashedRekord002 => hashed_rekord_2(&member(&spec, "hashedRekordV002")?)?,
        Kind::Dsse001 => envelope(&spec)?,
        Kind::Intoto001 => intoto(&spec)?,
        Kind::Intoto002 => intoto_2(&member(&spec, "content")?)?,
        Kind::Rekord001 => rekord(&spec)?,
    };
    Ok(Entry { kind, verifier, claim })
}

/// `{"data":{"hash":{…}},"signature":{"content":…,"publicKey":{"content":…}}}`
fn hashed_rekord(spec: &Members<'_>) -> Result<(LoggedVerifier, Claim), InvalidEntry> {
    let digest = digest(&member(&member(spec, "data")?, "hash")?)?;
    let signature = member(spec, "signature")?;
    let verifier = verifier(&member(&signature, "publicKey")?.required("content")?)?;
    let signature = base64(&signature.required("content")?)?;
    Ok((verifier, Claim::Signed { digest, signature, scheme: None }))
}

/// The same, and how key and signature are written: only as X.509 has them, not as PGP, minisign or SSH do.
fn rekord(spec: &Members<'_>) -> Result<(LoggedVerifier, Claim), InvalidEntry> {
    let format = member(spec, "signature")?.required("format")?.string()?;
    if format != "x509" {
        return Err(InvalidEntry::Unsupported { kind: format!("{} of {format}", Kind::Rekord001.name()), version: "0.0.1".to_owned() });
    }
    hashed_rekord(spec)
}

/// `{"data":{"algorithm":…,"digest":…},"signature":{"content":…,"verifier":{"keyDetails":…,"x509Certificate":{"rawBytes":…}}}}`, or
/// `publicKey` in the place of `x509Certificate`.
fn hashed_rekord_2(spec: &Members<'_>) -> Result<(LoggedVerifier, Claim), InvalidEntry> {
    let data = member(spec, "data")?;
    let algorithm = match data.required("algorithm")?.string()? {
        "SHA2_256" => Algorithm::Sha256,
        "SHA2_384" => Algorithm::Sha384,
        "SHA2_512" => Algorithm::Sha512,
        _ => return Err(InvalidEntry::DigestAlgorithm),
    };
    let digest = Digest::from_bytes(algorithm, &base64(&data.required("digest")?)?).ok_or(InvalidEntry::DigestLength)?;
    let signature = member(spec, "signature")?;
    let verifier = member(&signature, "verifier")?;
    let scheme = scheme(verifier.required("keyDetails")?.string()?).ok_or(InvalidEntry::Scheme)?;
    // What a log has is hashed, so a scheme that signs the message itself has no entry (rekor-v2-spec section 6.1.4).
    if scheme.hash() != Some(algorithm) {
        return Err(InvalidEntry::Scheme);
    }
    let verifier = match (verifier.optional("x509Certificate")?, verifier.optional("publicKey")?) {
        (Some(certificate), None) => LoggedVerifier::Certificate(base64(&certificate.object()?.required("rawBytes")?)?),
        (None, Some(key)) => LoggedVerifier::Key(PublicKey::from_spki(&base64(&key.object()?.required("rawBytes")?)?)?),
        _ => return Err(InvalidEntry::Verifier),
    };
    let signature = base64(&signature.required("content")?)?;
    Ok((verifier, Claim::Signed { digest, signature, scheme: Some(scheme) }))
}

/// `{"envelopeHash":{…},"payloadHash":{…},"signatures":[{"signature":…,"verifier":…}]}`
fn envelope(spec: &Members<'_>) -> Result<(LoggedVerifier, Claim), InvalidEntry> {
    let signed = only(&spec.required("signatures")?)?;
    let verifier = verifier(&signed.required("verifier")?)?;
    let claim = Claim::Envelope {
        document: digest(&member(spec, "envelopeHash")?)?,
        payload: Some(digest(&member(spec, "payloadHash")?)?),
        payload_type: None,
        signature: Some(base64(&signed.required("signature")?)?),
    };
    Ok((verifier, claim))
}

/// `{"content":{"hash":{…},"payloadHash":{…}},"publicKey":…}`
fn intoto(spec: &Members<'_>) -> Result<(LoggedVerifier, Claim), InvalidEntry> {
    let content = member(spec, "content")?;
    let payload = content.optional("payloadHash")?.map(|place| digest(&place.object()?)).transpose()?;
    let document = digest(&member(&content, "hash")?)?;
    let verifier = verifier(&spec.required("publicKey")?)?;
    Ok((verifier, Claim::Envelope { document, payload, payload_type: None, signature: None }))
}

/// `{"envelope":{"payloadType":…,"signatures":[{"publicKey":…,"sig":…}]},"hash":{…},"payloadHash":{…}}`
///
/// Rekor keeps the text of the signature as bytes, so it is base64 of base64 (TOB-SIGSTORE-12). The payload is left out; where somebody
/// leaves it in, its hash says the same.
fn intoto_2(content: &Members<'_>) -> Result<(LoggedVerifier, Claim), InvalidEntry> {
    let envelope = member(content, "envelope")?;
    let signed = only(&envelope.required("signatures")?)?;
    let verifier = verifier(&signed.required("publicKey")?)?;
    let payload = digest(&member(content, "payloadHash")?)?;
    if let Some(place) = envelope.optional("payload")? {
        let found = Digest::of(payload.algorithm(), &base64_twice(&place)?);
        if found != payload {
            return Err(InvalidEntry::Digest { expected: payload, found });
        }
    }
    let claim = Claim::Envelope {
        document: digest(&member(content, "hash")?)?,
        payload: Some(payload),
        payload_type: Some(envelope.required("payloadType")?.string()?.to_owned()),
        signature: Some(base64_twice(&signed.required("sig")?)?),
    };
    Ok((verifier, claim))
}

fn member<'a>(members: &Members<'a>, name: &'static str) -> Result<Members<'a>, InvalidEntry> {
    Ok(members.required(name)?.object()?)
}

/// The one signature. An envelope here has one, so an entry with more is about another.
fn only<'a>(signatures: &Place<'a>) -> Result<Members<'a>, InvalidEntry> {
    match signatures.array()?.as_slice() {
        [signature] => Ok(signature.object()?),
        others => Err(InvalidEntry::Signatures { found: others.len() }),
    }
}

/// `{"algorithm":"sha256","value":…}`, in hexadecimal.
fn digest(hash: &Members<'_>) -> Result<Digest, InvalidEntry> {
    Ok(format!("{}:{}", hash.required("algorithm")?.string()?, hash.required("value")?.string()?).parse()?)
}

/// Base64 of PEM: a public key, or a certificate, behind which those that issued it may follow.
fn verifier(place: &Place<'_>) -> Result<LoggedVerifier, InvalidEntry> {
    let bytes = base64(place)?;
    let text = core::str::from_utf8(&bytes).map_err(|_| InvalidEntry::Base64 { path: place.path().to_owned() })?;
    if text.trim_ascii_start().starts_with("-----BEGIN CERTIFICATE-----") {
        let leaf = pem::all(text, "CERTIFICATE")?.into_iter().next().expect("PEM has at least one block");
        return Ok(LoggedVerifier::Certificate(leaf));
    }
    Ok(LoggedVerifier::Key(PublicKey::from_pem(text)?))
}

fn base64(place: &Place<'_>) -> Result<Vec<u8>, InvalidEntry> {
    Base64::decode_vec(place.string()?).map_err(|_| InvalidEntry::Base64 { path: place.path().to_owned() })
}

fn base64_twice(place: &Place<'_>) -> Result<Vec<u8>, InvalidEntry> {
    let text = String::from_utf8(base64(place)?).ok();
    text.and_then(|text| Base64::decode_vec(&text).ok()).ok_or_else(|| InvalidEntry::Base64 { path: place.path().to_owned() })
}

/// `PublicKeyDetails` of protobuf-specs (`sigstore_common.proto`), those in use.
fn scheme(details: &str) -> Option<Scheme> {
    let curve = |curve: Curve| Scheme::of(KeyKind::Ecdsa(curve));
    Some(match details {
        "PKIX_ECDSA_P256_SHA_256" => curve(Curve::P256),
        "PKIX_ECDSA_P384_SHA_384" => curve(Curve::P384),
        "PKIX_ECDSA_P521_SHA_512" => curve(Curve::P521),
        "PKIX_ECDSA_P384_SHA_256" | "PKIX_ECDSA_P521_SHA_256" => Scheme::Ecdsa(Algorithm::Sha256),
        "PKIX_ED25519" => Scheme::Ed25519,
        "PKIX_ED25519_PH" => Scheme::Ed25519ph,
        "PKIX_RSA_PKCS1V15_2048_SHA256" | "PKIX_RSA_PKCS1V15_3072_SHA256" | "PKIX_RSA_PKCS1V15_4096_SHA256" => {
            Scheme::RsaPkcs1(Algorithm::Sha256)
        }
        "PKIX_RSA_PSS_2048_SHA256" | "PKIX_RSA_PSS_3072_SHA256" | "PKIX_RSA_PSS_4096_SHA256" => Scheme::RsaPss(Algorithm::Sha256),
        _ => return None,
    })
}
