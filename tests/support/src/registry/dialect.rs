//! Content negotiation as registries really do it. The two releases of distribution are transcribed from its
//! `registry/handlers/manifests.go` and agree with what was measured on 2.8.2 and 3.0.0.

use std::collections::BTreeSet;

use base64ct::Base64UrlUnpadded;
use base64ct::Encoding as _;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;

use super::store::Manifest;
use super::store::Store;
use crate::http::Answer;
use crate::http::Received;
use crate::media_type::DOCKER_LIST;
use crate::media_type::DOCKER_MANIFEST;
use crate::media_type::DOCKER_SCHEMA1_SIGNED;
use crate::media_type::OCI_INDEX;
use crate::media_type::OCI_MANIFEST;

/// What a registry does with `Accept`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Serves what is stored, whatever was asked for. zot and most others.
    #[default]
    Stored,
    /// Serves only what was asked for by name or wildcard, and 404 otherwise.
    Strict,
    /// registry 2.8.2: an OCI document only by its own name; a Docker image that was not asked for by name becomes schema 1, signed
    /// afresh for every request while `Docker-Content-Digest`, which names something else, stays; a manifest list that was not asked for by name becomes its
    /// linux/amd64 child.
    Distribution2,
    /// registry 3.0.0: the same without schema 1.
    Distribution3,
}

impl Dialect {
    pub(super) fn serve(
        self,
        store: &Store,
        request: &Received,
        repository: &str,
        reference: &str,
        digest: &str,
        next_signature: &dyn Fn() -> usize,
    ) -> Answer {
        let manifest = store.manifest(repository, digest).expect("a tag points at what was pushed");
        let accept = accepted(request);
        let listed = accept.contains(manifest.media_type.as_str());
        let by_tag = !reference.contains(':');
        match (self, manifest.media_type.as_str()) {
            (Self::Strict, _) if !listed && !accept.contains("*/*") => {
                Answer::error(404, "MANIFEST_UNKNOWN", &format!("{} found, but the Accept header does not list it", manifest.media_type))
            }
            (Self::Distribution2 | Self::Distribution3, OCI_MANIFEST) if !listed => {
                Answer::error(404, "MANIFEST_UNKNOWN", "OCI manifest found, but accept header does not support OCI manifests")
            }
            (Self::Distribution2 | Self::Distribution3, OCI_INDEX) if !listed => {
                Answer::error(404, "MANIFEST_UNKNOWN", "OCI index found, but accept header does not support OCI indexes")
            }
            (Self::Distribution2, DOCKER_MANIFEST) if by_tag && !listed => schema1(repository, reference, manifest, next_signature()),
            (Self::Distribution2 | Self::Distribution3, DOCKER_LIST) if by_tag && !listed => {
                let Some(child) = default_child(manifest) else { return Answer::error(404, "MANIFEST_UNKNOWN", "manifest unknown") };
                let Some(manifest) = store.manifest(repository, &child) else {
                    return Answer::error(404, "MANIFEST_UNKNOWN", "manifest unknown");
                };
                match self {
                    _ if accept.contains(DOCKER_MANIFEST) => stored(&child, manifest),
                    Self::Distribution2 => schema1(repository, reference, manifest, next_signature()),
                    _ => Answer::error(400, "MANIFEST_INVALID", "Schema 2 manifest not supported by client"),
                }
            }
            _ => stored(digest, manifest),
        }
    }
}

/// The media types that `Accept` lists, in however many lines, without parameters. No header is the same as `*/*` (RFC 9110
/// section 12.5.1).
fn accepted(request: &Received) -> BTreeSet<&str> {
    let lines = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("accept"));
    let types = lines.flat_map(|(_, line)| line.split(','));
    let types: BTreeSet<&str> = types.map(|media_type| media_type.split(';').next().unwrap_or_default().trim()).collect();
    if types.is_empty() { BTreeSet::from(["*/*"]) } else { types }
}

fn stored(digest: &str, manifest: &Manifest) -> Answer {
    Answer::new(200, &manifest.media_type, manifest.bytes.clone())
        .with("Docker-Content-Digest", digest)
        .with("ETag", format!("\"{digest}\""))
}

/// The linux/amd64 entry of a manifest list.
fn default_child(list: &Manifest) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&list.bytes).ok()?;
    let entries = json["manifests"].as_array()?;
    let amd64 = entries.iter().find(|entry| entry["platform"]["os"] == "linux" && entry["platform"]["architecture"] == "amd64")?;
    amd64["digest"].as_str().map(String::from)
}

/// A schema 1 document as registry 2.8.2 makes it up. The digest in the header is that of the payload without the signatures; the
/// signatures differ from answer to answer, so the bytes that are sent never hash to it, nor twice to the same.
fn schema1(repository: &str, tag: &str, manifest: &Manifest, signature: usize) -> Answer {
    let json: serde_json::Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
    let layers = json["layers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let history = serde_json::json!({ "v1Compatibility": r#"{"architecture":"amd64","os":"linux"}"# });
    let payload = serde_json::json!({
        "schemaVersion": 1,
        "name": repository,
        "tag": tag,
        "architecture": "amd64",
        "fsLayers": layers.iter().map(|layer| serde_json::json!({ "blobSum": layer["digest"] })).collect::<Vec<_>>(),
        "history": vec![history; layers.len()],
    });
    let payload = serde_json::to_string_pretty(&payload).expect("a value is JSON");
    let digest = Digest::of(Algorithm::Sha256, payload.as_bytes());

    // libtrust's JSON signature: it is put in before the tail, and says where it was put and what the tail was.
    let head = payload.strip_suffix(TAIL).expect("a pretty object ends like this");
    let protected = serde_json::json!({ "formatLength": head.len(), "formatTail": Base64UrlUnpadded::encode_string(TAIL.as_bytes()) });
    let signatures = serde_json::json!([{
        "header": { "jwk": { "crv": "P-256", "kid": "FAKE", "kty": "EC" }, "alg": "ES256" },
        "signature": format!("{signature:086}"),
        "protected": Base64UrlUnpadded::encode_string(protected.to_string().as_bytes()),
    }]);
    let signed = format!("{head},\n  \"signatures\": {signatures}{TAIL}");
    Answer::new(200, DOCKER_SCHEMA1_SIGNED, signed).with("Docker-Content-Digest", digest.to_string()).with("ETag", format!("\"{digest}\""))
}

const TAIL: &str = "\n}";
