//! What was pushed: the very bytes, by repository and digest, and the tags that point at them.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use pullproof::digest::Digest;

use crate::blob::Blob;
use crate::image::Image;

#[derive(Default)]
pub(super) struct Store(BTreeMap<String, Repository>);

#[derive(Default)]
struct Repository {
    tags: BTreeMap<String, Tag>,
    manifests: BTreeMap<String, Manifest>,
    blobs: BTreeMap<String, Vec<u8>>,
}

/// A manifest as it was pushed.
#[derive(Clone)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    pub(super) bytes: Vec<u8>,
}

struct Tag {
    digests: Vec<String>,
    every: usize,
    asked: AtomicUsize,
}

impl Store {
    pub(super) fn push(&mut self, repository: &str, image: &Image) {
        let stored = self.0.entry(repository.into()).or_default();
        for manifest in image.manifests() {
            let Blob { media_type, bytes, digest } = manifest.clone();
            stored.manifests.insert(digest.to_string(), Manifest { media_type, bytes });
        }
        for blob in image.all_blobs() {
            stored.blobs.insert(blob.digest.to_string(), blob.bytes.clone());
        }
    }

    pub(super) fn tag(&mut self, repository: &str, tag: &str, digests: &[Digest], every: usize) {
        let digests = digests.iter().map(Digest::to_string).collect();
        self.0.entry(repository.into()).or_default().tags.insert(tag.into(), Tag { digests, every, asked: AtomicUsize::new(0) });
    }

    /// Whatever is stored under the digest, manifest or blob, becomes `bytes`.
    pub(super) fn replace(&mut self, repository: &str, blob: &Blob, bytes: &[u8]) {
        let stored = self.0.get_mut(repository).expect("the test tampers with what it pushed");
        let digest = blob.digest.to_string();
        if let Some(manifest) = stored.manifests.get_mut(&digest) {
            manifest.bytes = bytes.into();
        } else {
            *stored.blobs.get_mut(&digest).expect("the test tampers with what it pushed") = bytes.into();
        }
    }

    pub(super) fn lose(&mut self, repository: &str, blob: &Blob) {
        let stored = self.0.get_mut(repository).expect("the test loses what it pushed");
        let digest = blob.digest.to_string();
        let lost = stored.manifests.remove(&digest).is_some() || stored.blobs.remove(&digest).is_some();
        assert!(lost, "expected {digest} to have been pushed to {repository}");
    }

    pub(super) fn has(&self, repository: &str) -> bool {
        self.0.contains_key(repository)
    }

    /// The digest that a tag or digest names, now.
    pub(super) fn resolve(&self, repository: &str, reference: &str) -> Option<String> {
        let stored = self.0.get(repository)?;
        if reference.contains(':') {
            return stored.manifests.contains_key(reference).then(|| reference.into());
        }
        let tag = stored.tags.get(reference)?;
        let asked = tag.asked.fetch_add(1, Ordering::Relaxed);
        tag.digests.get(asked / tag.every % tag.digests.len()).cloned()
    }

    pub(super) fn manifest(&self, repository: &str, digest: &str) -> Option<&Manifest> {
        self.0.get(repository)?.manifests.get(digest)
    }

    pub(super) fn manifests(&self, repository: &str) -> impl Iterator<Item = (&str, &Manifest)> {
        self.0.get(repository).into_iter().flat_map(|stored| stored.manifests.iter().map(|(digest, manifest)| (digest.as_str(), manifest)))
    }

    pub(super) fn blob(&self, repository: &str, digest: &str) -> Option<&[u8]> {
        self.0.get(repository)?.blobs.get(digest).map(Vec::as_slice)
    }

    pub(super) fn tags(&self, repository: &str) -> Vec<String> {
        self.0.get(repository).map(|stored| stored.tags.keys().cloned().collect()).unwrap_or_default()
    }
}

/// A digit takes another digit's place: inside a digest, a size or a layer, and never at the price of the JSON.
pub(super) fn one_digit_changed(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let digit = changed.iter_mut().rev().find(|byte| byte.is_ascii_digit()).expect("manifests, configurations and layers contain digits");
    *digit = if *digit == b'9' { b'1' } else { *digit + 1 };
    changed
}
