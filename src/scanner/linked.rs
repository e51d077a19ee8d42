//! What BuildKit put beside an image into its index: a manifest for `unknown/unknown` whose layers are in-toto statements.
//!
//! moby/buildkit, `docs/attestations/attestation-storage.md`. Nobody signs them, but their digests stand in the index: they are the word of
//! whoever pushed that.

use crate::budget;
use crate::check;
use crate::check::FoundImage;
use crate::check::Stop;
use crate::digest::Content;
use crate::error::Error;
use crate::intoto::Statement;
use crate::oci::Document;
use crate::oci::MediaType;
use crate::oci::descriptor::Descriptor;
use crate::oci::manifest::Manifest;
use crate::registry::client::Client;
use crate::registry::endpoint::Accept;
use crate::registry::endpoint::Endpoint;
use crate::report::Outcome;
use crate::report::Remark;
use crate::scan::lists::Lists;
use crate::scan::lists::Predicate;
use crate::transport::Transport;

/// Manifests of statements about one image: BuildKit writes one.
const MANIFESTS: usize = 4;
/// Lists in them: one, and one for every stage of a build that somebody wanted to have listed.
const LISTS: usize = 16;

const IN_TOTO: &str = "application/vnd.in-toto+json";
const PREDICATE_TYPE: &str = "in-toto.io/predicate-type";

/// Adds every list of packages that stands beside the image. Fails only if the caller gave up.
pub(super) async fn collect<T: Transport>(client: &Client<'_, T>, found: &FoundImage, lists: &mut Lists) -> Result<(), Error> {
    if found.linked.len() > MANIFESTS {
        lists.miss(too_many("manifests of statements", MANIFESTS));
    }
    let mut left = budget::SIGNATURES_BYTES as u64;
    let mut count = 0;
    for descriptor in found.linked.iter().take(MANIFESTS) {
        let manifest = match open(client, descriptor).await {
            Ok(manifest) => manifest,
            Err(stop) => {
                lists.miss(why(descriptor, stop)?);
                continue;
            }
        };
        for layer in manifest.layers.iter().filter(|layer| is_list(layer)) {
            count += 1;
            if count > LISTS || layer.size > left {
                lists.miss(too_many("lists of packages", LISTS));
                return Ok(());
            }
            left -= layer.size;
            let endpoint = Endpoint::Blob(layer.digest);
            let fetched = check::fetch_content(client, &endpoint, layer, Accept::Anything, budget::BUNDLE_BYTES as u64).await;
            match fetched {
                Ok((content, _)) => add(&content, lists),
                Err(stop) => lists.miss(why(layer, stop)?),
            }
        }
    }
    Ok(())
}

async fn open<T: Transport>(client: &Client<'_, T>, descriptor: &Descriptor) -> Result<Manifest, Stop> {
    let accept = MediaType::named(&descriptor.media_type).map_or(Accept::All, Accept::Only);
    let endpoint = Endpoint::ManifestByDigest(descriptor.digest);
    let (content, _) = check::fetch_content(client, &endpoint, descriptor, accept, budget::MANIFEST_BYTES).await?;
    match Document::parse(&content)? {
        Document::Manifest(manifest) => Ok(manifest),
        Document::Index(_) => {
            let message = "expected a manifest with statements, found an index".to_owned();
            Err(Stop::Outcome(Outcome::Unknown(Remark { code: "document-invalid", message })))
        }
    }
}

fn is_list(layer: &Descriptor) -> bool {
    layer.media_type == IN_TOTO && matches!(layer.annotation(PREDICATE_TYPE).and_then(Predicate::of), Some(Predicate::List(_)))
}

fn add(content: &Content, lists: &mut Lists) {
    match Statement::parse_all(content.bytes()) {
        Ok((statement, predicate)) if matches!(Predicate::of(&statement.predicate_type), Some(Predicate::List(_))) => {
            lists.add_statement(content.digest(), None, &statement, predicate.as_ref());
        }
        Ok(_) => {
            let message = format!("{}: expected a list of packages, as its manifest says, found another statement", content.digest());
            lists.miss(Remark { code: "statement-invalid", message });
        }
        Err(invalid) => lists.miss(Remark { code: invalid.code(), message: format!("{}: {invalid}", content.digest()) }),
    }
}

/// Why something could not be had, or that the caller gave up.
fn why(descriptor: &Descriptor, stop: Stop) -> Result<Remark, Error> {
    let (code, message) = match stop.outcome()? {
        Outcome::Failed(failure) => (failure.code(), failure.to_string()),
        Outcome::Unknown(remark) => (remark.code, remark.message),
        Outcome::Passed { .. } | Outcome::Skipped { .. } => unreachable!("nothing stops because it is well"),
    };
    Ok(Remark { code, message: format!("{}: {message}", descriptor.digest) })
}

fn too_many(what: &'static str, limit: usize) -> Remark {
    Remark { code: "too-many-attachments", message: format!("expected at most {limit} {what} beside the image, found more") }
}
