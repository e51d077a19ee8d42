//! The referrers API, and the index that stands in for it under the fallback tag.

use super::FakeRegistry;
use super::pages;
use super::store::Manifest;
use crate::blob::Blob;
use crate::blob::Descriptor;
use crate::http::Answer;
use crate::http::Received;
use crate::image::Image;
use crate::image::IndexSpec;
use crate::media_type::OCI_INDEX;

impl FakeRegistry {
    /// distribution-spec, "Listing Referrers": every manifest whose `subject` is `digest`. An unknown digest has none.
    pub(super) fn referrers(&self, request: &Received, repository: &str, digest: &str) -> Answer {
        let filter = request.query("artifactType").pop();
        let mut all: Vec<Descriptor> =
            self.store.manifests(repository).filter_map(|(named, manifest)| referrer(named, manifest, digest)).collect();
        if let Some(wanted) = filter.as_ref().filter(|_| !self.ignores_filter) {
            all.retain(|descriptor| descriptor.artifact_type.as_ref() == Some(wanted));
        }
        let page = pages::page(request, all, self.page_size, |descriptor| descriptor.digest.as_str());
        let index = page.items.iter().cloned().fold(IndexSpec::new(), IndexSpec::entry).mint();
        let answer = page.linked(request, Answer::new(200, OCI_INDEX, index.root.bytes));
        if filter.is_some() { answer.with("OCI-Filters-Applied", "artifactType") } else { answer }
    }
}

/// The index that a client maintains under the fallback tag.
pub(super) fn fallback_index(artifacts: &[&Image]) -> Image {
    let described = artifacts.iter().map(|artifact| descriptor(&artifact.root));
    described.fold(IndexSpec::new(), IndexSpec::entry).mint()
}

fn referrer(named: &str, manifest: &Manifest, subject: &str) -> Option<Descriptor> {
    let blob = Blob::new(&manifest.media_type, manifest.bytes.clone());
    let json: serde_json::Value = serde_json::from_slice(&blob.bytes).ok()?;
    (json["subject"]["digest"] == subject).then(|| Descriptor { digest: named.into(), ..descriptor(&blob) })
}

/// The type is `artifactType`, or else the configuration's media type; annotations are copied.
fn descriptor(manifest: &Blob) -> Descriptor {
    let json: serde_json::Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
    let artifact_type = json["artifactType"].as_str().or_else(|| json["config"]["mediaType"].as_str()).map(String::from);
    let annotations = json["annotations"].as_object().into_iter().flatten();
    let annotations = annotations.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    Descriptor { annotations, artifact_type, ..manifest.descriptor() }
}
