//! What is attached to an image: the referrers API, the tag that stands in for it, and cosign's own tags.
//!
//! All three are hostile: servers get `artifactType` wrong, ignore filters and index late, and anybody who may push can overwrite a tag.
//! So every manifest that is listed is opened, hashed, and believed only about itself — and a list that could not be read is never an
//! empty list, nor is an empty list a proof that nothing is attached.

use std::collections::BTreeSet;

use crate::budget;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::error::Error;
use crate::json;
use crate::json::Value;
use crate::oci::Document;
use crate::oci::MediaType;
use crate::oci::index::Index;
use crate::oci::manifest::Manifest;
use crate::registry::client::Client;
use crate::registry::client::NextPage;
use crate::registry::endpoint;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report::Attachment;
use crate::report::FoundBy;
use crate::report::Remark;
use crate::transport::Transport;

/// What was found, and what could not be found out.
#[derive(Clone, Debug)]
pub struct Discovered {
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// The manifests of those, in the same order; of an index there is none.
    pub manifests: Vec<Option<Manifest>>,
    /// How many listed manifests were not what they were listed as.
    pub disowned: usize,
    /// Why there may be more, if there may.
    pub incomplete: Option<Remark>,
    /// Whether the referrers API is there at all.
    pub has_referrers_api: bool,
}

/// Which of cosign's own tags are looked up, each of which costs a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tags {
    /// That of signatures.
    Signatures,
    /// That of attestations.
    Attestations,
    /// Both.
    Both,
}

/// Finds what is attached to the manifest with this digest.
pub async fn discover<T: Transport>(client: &Client<'_, T>, subject: Digest, wanted: Tags) -> Result<Discovered, Error> {
    let mut found = Discovered { attachments: Vec::new(), manifests: Vec::new(), disowned: 0, incomplete: None, has_referrers_api: true };
    let mut listed = Vec::new();
    match referrers(client, subject, &mut listed).await {
        Ok(true) => {}
        Ok(false) => found.miss("incomplete-list", "the registry does not show a page whether the list of referrers goes on".into()),
        Err(error) => {
            // Only "there is no such API" is an answer. In a page even that can look like a network error.
            found.has_referrers_api = false;
            if !matches!(error, Error::NotFound { .. }) {
                found.could_not("the referrers API could not be read", error)?;
            }
            match by_tag(client, &endpoint::referrers_tag(subject)).await {
                Ok((_, Document::Index(index))) => listed.extend(entries(&index, FoundBy::FallbackTag)),
                Ok(_) => found.disowned += 1,
                Err(Error::NotFound { .. }) => {}
                Err(error) => found.could_not("the fallback tag could not be read", error)?,
            }
        }
    }
    let mut seen = BTreeSet::new();
    listed.retain(|(digest, ..)| seen.insert(*digest));
    if listed.len() > budget::ATTACHMENTS {
        listed.truncate(budget::ATTACHMENTS);
        found.miss(
            "too-many-attachments",
            format!("more than {} artifacts are attached, and only the first were opened", budget::ATTACHMENTS),
        );
    }
    let mut left = budget::ATTACHED_BYTES;
    for (digest, size, found_by) in listed {
        match open(client, digest, size, subject).await {
            Ok(Some((artifact_type, size, manifest))) => {
                found.attachments.push(Attachment { digest, artifact_type, size, found_by });
                if size > left && size > budget::SMALL_SIGNATURE_BYTES as u64 {
                    found.miss("too-many-attachments", format!("the attached artifacts have more than {} bytes", budget::ATTACHED_BYTES));
                    found.manifests.push(None);
                    continue;
                }
                left = left.saturating_sub(size);
                found.manifests.push(manifest);
            }
            Ok(None) => found.disowned += 1,
            Err(error) => found.could_not("an attached artifact could not be read", error)?,
        }
    }
    let tags = [
        ("sig", FoundBy::CosignTag, "cosign's signature tag could not be read"),
        ("att", FoundBy::CosignAttestationTag, "cosign's attestation tag could not be read"),
    ];
    let tags = match wanted {
        Tags::Signatures => &tags[..1],
        Tags::Attestations => &tags[1..],
        Tags::Both => &tags,
    };
    for &(suffix, found_by, failed) in tags {
        match by_tag(client, &endpoint::cosign_tag(subject, suffix)).await {
            Ok((content, Document::Manifest(manifest))) => {
                let artifact_type = manifest.effective_artifact_type().into();
                found.attachments.push(Attachment { digest: content.digest(), artifact_type, size: content.size(), found_by });
                found.manifests.push(Some(manifest));
            }
            Ok(_) => found.disowned += 1,
            Err(Error::NotFound { .. }) => {}
            Err(error) => found.could_not(failed, error)?,
        }
    }
    Ok(found)
}

impl Discovered {
    /// There may be more. The first reason is kept: the others follow from it, mostly.
    fn miss(&mut self, code: &'static str, message: String) {
        self.incomplete.get_or_insert(Remark { code, message });
    }

    /// What could not be read leaves the list incomplete; a caller who gave up gets none.
    fn could_not(&mut self, what: &str, error: Error) -> Result<(), Error> {
        if error.is_aborted() {
            return Err(error);
        }
        self.miss(error.code(), format!("{what}: {error}"));
        Ok(())
    }
}

type Listed = (Digest, u64, FoundBy);
/// What it is attached as, how many bytes it has, and its manifest if it is one.
type Opened = (String, u64, Option<Manifest>);

/// Every page of the referrers API, within the budget. Whether the last one is known to be the last.
async fn referrers<T: Transport>(client: &Client<'_, T>, subject: Digest, listed: &mut Vec<Listed>) -> Result<bool, Error> {
    let endpoint = Endpoint::Referrers(subject);
    let broken = |found: &str| Error::NotARegistry { host: client.host(), found: found.into() };
    let mut query: Option<String> = None;
    for _ in 0..budget::PAGES {
        let answer = client.fetch_page(&endpoint, query.as_deref(), Accept::OciIndex, budget::MANIFEST_BYTES).await;
        let answer = answer.map_err(|error| match error {
            // Behind a first page there is an API, and what is missing is a part of its list.
            Error::NotFound { .. } if query.is_some() => broken("a next page that is not there"),
            error => error,
        })?;
        if !lists_nothing(&answer.body) {
            let Ok(Document::Index(index)) = Document::parse(&Content::identify(Algorithm::Sha256, answer.body)) else {
                return Err(broken("referrers that are no index"));
            };
            listed.extend(entries(&index, FoundBy::Referrers));
        }
        match answer.next {
            _ if listed.len() > budget::ATTACHMENTS => return Ok(true),
            NextPage::None => return Ok(client.shows_links(answer.via)),
            NextPage::Query(next) => query = Some(next),
            NextPage::Elsewhere => return Err(broken("a next page that is not one")),
        }
    }
    Err(broken("more pages of referrers than anybody needs"))
}

/// Go writes a list that nothing was put into as `null`, and olareg does not prevent it. What is listed has no digest to keep, and whoever
/// would lie with it could write `[]` as well.
fn lists_nothing(body: &[u8]) -> bool {
    json::parse_object(body).is_ok_and(|object| {
        let members = object.root();
        let is_index = members.optional_string("mediaType").is_ok_and(|name| name == Some(MediaType::OciIndex.name()));
        is_index && members.entries().any(|(name, value)| name == "manifests" && matches!(value, Value::Null))
    })
}

fn entries(index: &Index, found_by: FoundBy) -> impl Iterator<Item = Listed> + '_ {
    index.manifests.iter().map(move |entry| (entry.descriptor.digest, entry.descriptor.size, found_by))
}

async fn by_tag<T: Transport>(client: &Client<'_, T>, tag: &str) -> Result<(Content, Document), Error> {
    let answer = client.resolve(&Endpoint::ManifestByTag(tag.into())).await?;
    let content = Content::identify(Algorithm::Sha256, answer.body);
    match Document::parse(&content) {
        Ok(document) => Ok((content, document)),
        Err(error) => Err(Error::NotARegistry { host: client.host(), found: format!("a manifest that cannot be read ({error})") }),
    }
}

/// Opens a listed manifest: what its own bytes say it is, or `None` when they speak of something else.
async fn open<T: Transport>(client: &Client<'_, T>, digest: Digest, size: u64, subject: Digest) -> Result<Option<Opened>, Error> {
    let limit = size.min(budget::MANIFEST_BYTES);
    let answer = client.fetch(&Endpoint::ManifestByDigest(digest), Accept::Oci, limit).await?;
    // Other bytes are not what is listed, but that is: what it is remains unknown.
    let content = Content::verify(digest, answer.body)
        .map_err(|mismatch| Error::NotARegistry { host: client.host(), found: format!("another artifact: {mismatch}") })?;
    let Ok(document) = Document::parse(&content) else { return Ok(None) };
    // The list may lie about the size, as it does about the type: the digest names the bytes.
    let attached = document.attachment().filter(|(descriptor, _)| descriptor.digest == subject);
    let Some(artifact_type) = attached.map(|(_, artifact_type)| artifact_type.to_owned()) else { return Ok(None) };
    let Document::Manifest(manifest) = document else { return Ok(Some((artifact_type, content.size(), None))) };
    Ok(Some((artifact_type, content.size(), Some(manifest))))
}
