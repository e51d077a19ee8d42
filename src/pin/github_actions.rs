//! Which images a workflow of GitHub Actions names, or an action's own `action.yml`, as its runner reads them.
//!
//! ```yaml
//! jobs:
//!   test:
//!     container: node:22                     # or { image: node:22 }
//!     services: { db: { image: postgres:17 } }
//!     steps: [ { uses: docker://alpine:3.20 } ]
//! runs:
//!   using: docker
//!   image: docker://alpine:3.20              # or Dockerfile
//! ```
//!
//! Other actions are no images, and scripts (`run`) are not searched.

use crate::pin::Found;
use crate::pin::Occurrence;
use crate::pin::Unreadable;
use crate::pin::Why;
use crate::pin::yaml::Id;
use crate::pin::yaml::Images;
use crate::pin::yaml::Tree;
use crate::pin::yaml::named;
use crate::pin::yaml::shown;

const SCHEME: &str = "docker://";

pub(super) fn find(text: &str) -> Result<Vec<Occurrence>, Unreadable> {
    let tree = Tree::read(text)?;
    let mut images = Images::of(&tree);
    for document in tree.documents() {
        for (name, job) in tree.get(document, "jobs").map(|jobs| tree.effective(jobs)).unwrap_or_default() {
            find_in_job(&mut images, job, &format!("jobs.{}", shown(name)));
        }
        if let Some(runs) = tree.get(document, "runs") {
            if let Some(image) = tree.get(runs, "image") {
                // A path, if it is nothing else.
                let is_image = |text: &str| text.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
                let skip = tree.text_of(image).filter(|text| is_image(text)).map(|_| SCHEME.len());
                images.value(image, skip.unwrap_or(0), &|| "runs.image".into(), |image| match skip {
                    Some(skip) => named(image, skip),
                    None => Found::LeftAlone(Why::Local),
                });
            }
            find_in_steps(&mut images, runs, "runs");
        }
    }
    images.finish()
}

fn find_in_job(images: &mut Images<'_, '_>, job: Id, place: &str) {
    let tree = images.tree;
    if let Some(container) = tree.get(job, "container") {
        find_container(images, container, &format!("{place}.container"));
    }
    if let Some(services) = tree.get(job, "services") {
        // All of them can be one expression.
        if tree.text_of(services).is_some() {
            images.value(services, 0, &|| format!("{place}.services"), |services| named(services, 0));
        }
        for (name, service) in tree.effective(services) {
            find_container(images, service, &format!("{place}.services.{}", shown(name)));
        }
    }
    find_in_steps(images, job, place);
}

/// An image, or a mapping with one. The runner takes the scheme here too.
fn find_container(images: &mut Images<'_, '_>, container: Id, place: &str) {
    let tree = images.tree;
    let (image, field) = if tree.is_mapping(container) { (tree.get(container, "image"), ".image") } else { (Some(container), "") };
    if let Some(image) = image {
        let skip = if tree.text_of(image).is_some_and(|text| text.starts_with(SCHEME)) { SCHEME.len() } else { 0 };
        images.value(image, skip, &|| format!("{place}{field}"), |image| named(image, skip));
    }
}

fn find_in_steps(images: &mut Images<'_, '_>, parent: Id, place: &str) {
    let tree = images.tree;
    for (at, step) in tree.get(parent, "steps").and_then(|steps| tree.items(steps)).unwrap_or_default().iter().enumerate() {
        if let Some(uses) = tree.get(*step, "uses").filter(|uses| tree.text_of(*uses).is_some_and(|text| text.starts_with(SCHEME))) {
            images.value(uses, SCHEME.len(), &|| format!("{place}.steps[{at}].uses"), |uses| named(uses, SCHEME.len()));
        }
    }
}
