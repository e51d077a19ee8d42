//! Signs a file with a key as `cosign sign-blob --key` does without a log: a Sigstore bundle, version 0.3, beside it.
//!
//! It takes a key of ECDSA P-256 in PKCS#8, as `openssl genpkey` writes it. A key of cosign's own, which a password protects, one in a KMS, and an
//! identity of a pipeline are for cosign itself.

use std::fs;
use std::path::Path;

use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use base64ct::Base64;
use base64ct::Encoding as _;
use p256::ecdsa::Signature;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::DecodePrivateKey as _;
use p256::pkcs8::EncodePublicKey as _;
use p256::pkcs8::LineEnding;
use pullproof::UnixTime;
use pullproof::bundle;
use pullproof::bundle::Expected;
use pullproof::crypto::PublicKey;
use pullproof::digest::Algorithm;
use pullproof::digest::Content;
use pullproof::digest::Digest;
use pullproof::prover::Portable;
use pullproof::report::SignatureOutcome;
use pullproof::sigstore::trust::Artifact;
use pullproof::sigstore::trust::Wanted;
use serde_json::json;

/// A private key.
pub(crate) struct Key(SigningKey);

impl Key {
    /// Reads the file of one.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        ensure!(
            !text.contains("ENCRYPTED"),
            "expected a key without a password in {}, found one with: sign index.json with `cosign sign-blob`",
            path.display()
        );
        let key = SigningKey::from_pkcs8_pem(&text).ok();
        let key = key
            .with_context(|| format!("expected {} to be a P-256 key in PKCS#8 (openssl genpkey), found something else", path.display()))?;
        Ok(Self(key))
    }

    /// The key that verifies, in PEM.
    pub(crate) fn public(&self) -> Result<String> {
        Ok(p256::PublicKey::from(*self.0.verifying_key()).to_public_key_pem(LineEnding::LF)?)
    }

    /// A bundle over `artifact`, verified as somebody will who has the public key.
    pub(crate) fn sign(&self, artifact: &[u8], now: UnixTime) -> Result<Vec<u8>> {
        let key = PublicKey::from_pem(&self.public()?)?;
        let signature: Signature = self.0.sign(artifact);
        let base64 = |bytes: &[u8]| Base64::encode_string(bytes);
        let bundle = json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": { "publicKey": { "hint": base64(key.id().as_bytes()) } },
            "messageSignature": {
                "messageDigest": { "algorithm": "SHA2_256", "digest": base64(Digest::of(Algorithm::Sha256, artifact).as_bytes()) },
                "signature": base64(signature.to_der().as_bytes()),
            },
        });
        let bundle = bundle.to_string().into_bytes();
        let expected = Expected::new(Wanted::Key { key, scheme: None }, None)?;
        let content = Content::identify(Algorithm::Sha256, artifact.to_vec());
        let summary = pollster::block_on(bundle::verify(&bundle, Artifact::of(&content), &expected, now, &Portable));
        let why = summary.message.unwrap_or_default();
        ensure!(summary.outcome == SignatureOutcome::Verified, "expected a signature that can be verified, found {why}");
        Ok(bundle)
    }
}
