//! The virtual Sigstore over HTTP, for signers of other people: Fulcio, the timestamp authority and Rekor v2, each at its own path.
//!
//! It believes whatever a token says, and looks at no proof of possession: what is under test is who verifies, not who issues. No clock
//! is read: it is noon of the day on which everything happens here.

use base64ct::Base64;
use base64ct::Base64UrlUnpadded;
use base64ct::Encoding;
use serde_json::Value;
use serde_json::json;

use super::certificate::Certificate;
use super::ct_log::Sct;
use super::deployment::Sigstore;
use super::entry::Body;
use super::key::Hash;
use super::key::PublicKey;
use super::time;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;

/// Keys of other people are on this curve: cosign makes no other.
const P256: &str = "PKIX_ECDSA_P256_SHA_256";
/// Octets of a `SubjectPublicKeyInfo` of such a key before the point.
const P256_HEADER: usize = 26;

/// The services of a deployment.
pub struct Service(pub Sigstore);

impl Host for Service {
    fn answer(&self, request: &Received) -> Answer {
        let answer = match request.path() {
            "/api/v2/signingCert" => self.issue(request),
            "/api/v1/timestamp" => self.stamp(&request.body),
            "/api/v2/log/entries" => self.list(&request.body),
            _ => None,
        };
        answer.unwrap_or_else(|| Answer::error(400, "BAD_REQUEST", "that is no request for a certificate, a timestamp or an entry"))
    }
}

impl Service {
    /// Fulcio's `CreateSigningCertificate`: whom the token names, for ten minutes from noon.
    fn issue(&self, request: &Received) -> Option<Answer> {
        let token = request.header("authorization")?.strip_prefix("Bearer ")?;
        let request: Value = serde_json::from_slice(&request.body).ok()?;
        let claims: Value = serde_json::from_slice(&Base64UrlUnpadded::decode_vec(token.split('.').nth(1)?).ok()?).ok()?;
        let key = public_key(request.pointer("/publicKeyRequest/publicKey/content")?.as_str()?)?;
        let Sigstore { fulcio, ct_log, .. } = &self.0;
        let spec = fulcio.publisher(&key).identity(claims["sub"].as_str()?).issuer(claims["iss"].as_str()?);
        let scts = Sct::list(&[ct_log.sct(&spec, fulcio)]);
        let chain = [vec![fulcio.sign(spec.extension(scts))], fulcio.chain()].concat();
        let chain: Vec<String> = chain.iter().map(Certificate::pem).collect();
        Some(Answer::json(200, &json!({ "signedCertificateEmbeddedSct": { "chain": { "certificates": chain } } })))
    }

    /// RFC 3161 section 3.4, for requests of SHA-256: the digest is the one OCTET STRING of 32 octets.
    fn stamp(&self, body: &[u8]) -> Option<Answer> {
        let digest = body.windows(34).find(|window| window.starts_with(&[0x04, 32]))?;
        let mut spec = self.0.timestamps.spec(&[], time::SIGNED_AT + 1);
        spec.imprint = digest[2..].to_vec();
        Some(Answer::new(201, "application/timestamp-reply", self.0.timestamps.respond(&spec)))
    }

    /// `CreateEntry` of Rekor v2: a signature and its verifier, as they came.
    fn list(&self, body: &[u8]) -> Option<Answer> {
        let request: Value = serde_json::from_slice(body).ok()?;
        let request = request.get("hashedRekordRequestV002")?;
        let data = json!({ "algorithm": Hash::Sha256.protobuf_name(), "digest": request.get("digest")? });
        let spec = json!({ "hashedRekordV002": { "data": data, "signature": request.get("signature")? } });
        let entry = self.0.rekor_v2.list(&Body::new("hashedrekord", "0.0.2", &spec), time::SIGNED_AT + 3);
        Some(Answer::json(201, &entry.value()))
    }
}

/// From `-----BEGIN PUBLIC KEY-----`.
fn public_key(pem: &str) -> Option<PublicKey> {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let spki = Base64::decode_vec(&base64).ok()?;
    let raw = spki.get(P256_HEADER..)?.to_vec();
    Some(PublicKey { spki, raw, details: P256 })
}
