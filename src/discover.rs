//! What is attached to an image: the referrers API, the tag that stands in for it, and cosign's signature tag.
//!
//! All three are hostile: servers get `artifactType` wrong, ignore filters and index late, and anybody who may push can overwrite a tag.
//! So every manifest that is listed is opened, hashed, and believed only about itself — and a list that could not be read is never an
//! empty list, nor is an empty list a proof that nothing is attached.

use crate::budget;
use crate::digest::Algorithm;
use crate::digest::Content;
use crate::digest::Digest;
use crate::error::Error;
use crate::oci::Document;
use crate::oci::MediaType;
use crate::oci::index::Index;
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
    /// How many listed manifests were not what they were listed as.
    pub disowned: usize,
    /// Why there may be more, if there may.
    pub incomplete: Option<Remark>,
    /// Whether the referrers API is there at all.
    pub has_referrers_api: bool,
}

/// Finds what is attached to the manifest with this digest.
pub async fn discover<T: Transport>(client: &Client<'_, T>, subject: Digest) -> Discovered {
    let mut found = Discovered { attachments: Vec::new(), disowned: 0, incomplete: None, has_referrers_api: true };
    let mut listed = Vec::new();
    match referrers(client, subject, &mut listed).await {
        Ok(()) => {}
        Err(error) => {
            // Only "there is no such API" is an answer. In a page even that can look like a network error.
            found.has_referrers_api = false;
            if !matches!(error, Error::NotFound { .. }) {
                found.incomplete = Some(cause("the referrers API could not be read", &error));
            }
            match by_tag(client, &endpoint::referrers_tag(subject)).await {
                Ok((_, Document::Index(index))) => listed.extend(entries(&index, FoundBy::FallbackTag)),
                Ok(_) => found.disowned += 1,
                Err(Error::NotFound { .. }) => {}
                Err(error) => found.incomplete = Some(cause("the fallback tag could not be read", &error)),
            }
        }
    }
    if listed.len() > budget::ATTACHMENTS {
        listed.truncate(budget::ATTACHMENTS);
        let message = format!("more than {} artifacts are attached, and only the first were opened", budget::ATTACHMENTS);
        found.incomplete = Some(Remark { code: "too-many-attachments", message });
    }
    for (digest, size, found_by) in listed {
        match open(client, digest, size, subject).await {
            Ok(Some(artifact_type)) => found.attachments.push(Attachment { digest, artifact_type, size, found_by }),
            Ok(None) => found.disowned += 1,
            Err(error) => found.incomplete = Some(cause("an attached artifact could not be read", &error)),
        }
    }
    match by_tag(client, &endpoint::cosign_signature_tag(subject)).await {
        Ok((content, Document::Manifest(manifest))) => found.attachments.push(Attachment {
            digest: content.digest(),
            artifact_type: manifest.effective_artifact_type().into(),
            size: content.size(),
            found_by: FoundBy::CosignTag,
        }),
        Ok(_) => found.disowned += 1,
        Err(Error::NotFound { .. }) => {}
        Err(error) => found.incomplete = Some(cause("cosign's signature tag could not be read", &error)),
    }
    found
}

type Listed = (Digest, u64, FoundBy);

/// Every page of the referrers API, within the budget.
async fn referrers<T: Transport>(client: &Client<'_, T>, subject: Digest, listed: &mut Vec<Listed>) -> Result<(), Error> {
    let endpoint = Endpoint::Referrers(subject);
    let mut query: Option<String> = None;
    for _ in 0..budget::PAGES {
        let answer = client.fetch_page(&endpoint, query.as_deref(), Accept::OciIndex, budget::MANIFEST_BYTES).await?;
        let Ok(Document::Index(index)) = Document::parse(&Content::identify(Algorithm::Sha256, answer.body)) else {
            return Err(Error::NotARegistry { host: client.host(), found: "referrers that are no index".into() });
        };
        listed.extend(entries(&index, FoundBy::Referrers));
        match answer.next {
            _ if listed.len() > budget::ATTACHMENTS => return Ok(()),
            NextPage::None => return Ok(()),
            NextPage::Query(next) => query = Some(next),
            NextPage::Elsewhere => return Err(Error::NotARegistry { host: client.host(), found: "a next page that is not one".into() }),
        }
    }
    Err(Error::NotARegistry { host: client.host(), found: "more pages of referrers than anybody needs".into() })
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

/// Opens a listed manifest: what its own bytes say it is, or `None` when they are not the listed ones, or speak of something else.
async fn open<T: Transport>(client: &Client<'_, T>, digest: Digest, size: u64, subject: Digest) -> Result<Option<String>, Error> {
    let limit = size.min(budget::MANIFEST_BYTES);
    let answer = client.fetch(&Endpoint::ManifestByDigest(digest), Accept::Only(MediaType::OciManifest), limit).await?;
    let Ok(content) = Content::verify(digest, answer.body) else { return Ok(None) };
    match Document::parse(&content) {
        Ok(Document::Manifest(manifest)) if content.size() == size && manifest.subject.as_ref().is_some_and(|s| s.digest == subject) => {
            Ok(Some(manifest.effective_artifact_type().into()))
        }
        _ => Ok(None),
    }
}

fn cause(what: &str, error: &Error) -> Remark {
    Remark { code: error.code(), message: format!("{what}: {error}") }
}
