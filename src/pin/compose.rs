//! Which images a Compose file names, as `docker compose` reads it.
//!
//! ```yaml
//! services:
//!   web:
//!     image: nginx:${TAG:-1.27}            # interpolated
//!     volumes: [ { type: image, source: alpine:3.20, target: /data } ]
//!     build: { additional_contexts: { base: docker-image://alpine:3.20 }, dockerfile_inline: "FROM alpine:3.20" }
//!     pre_start: [ { image: alpine:3.20, command: [ "true" ] } ]
//! ```
//!
//! The image of a service that is built is the name of the result, here and wherever else the file says it. The sources of a build
//! cache are no images that anything is made of, and what a service `extends` stands elsewhere. Extensions (`x-…`) name images only
//! for those who use them.

use std::collections::BTreeSet;

use crate::pin::Found;
use crate::pin::Occurrence;
use crate::pin::Unreadable;
use crate::pin::Why;
use crate::pin::dockerfile;
use crate::pin::interpolation;
use crate::pin::interpolation::Syntax;
use crate::pin::interpolation::Variable;
use crate::pin::key;
use crate::pin::yaml::Id;
use crate::pin::yaml::Images;
use crate::pin::yaml::Scalar;
use crate::pin::yaml::Tree;
use crate::pin::yaml::named;
use crate::pin::yaml::shown;
use crate::reference::Reference;

/// In front of an image that is a build context.
const SCHEME: &str = "docker-image://";

/// `$$` is a dollar sign, and nothing takes the meaning from a dollar sign otherwise.
const SYNTAX: Syntax = Syntax { escape: None, doubled: true };

/// What stands at the top of a file that may have no services.
const TOP_LEVEL: [&str; 8] = ["version", "name", "include", "networks", "volumes", "configs", "secrets", "models"];

pub(super) fn find(text: &str) -> Result<Vec<Occurrence>, Unreadable> {
    let tree = Tree::read(text)?;
    let services: Vec<Service> = tree.documents().flat_map(|document| services(&tree, document)).collect();
    let built = services.iter().filter(|service| service.build.is_some());
    let built: BTreeSet<String> = built.filter_map(|service| tree.text_of(tree.get(service.node, "image")?)).map(identity).collect();
    let mut images = Images::of(&tree);
    for service in &services {
        let named = |scalar: &Scalar<'_>| {
            if built.contains(&identity(&scalar.value)) { Found::LeftAlone(Why::Built) } else { read(text, scalar, 0) }
        };
        service.find(&mut images, &named);
    }
    images.finish()
}

/// `app` and `app:latest` are one image.
fn identity(image: &str) -> String {
    Reference::parse(image).map_or_else(|_| image.to_owned(), |image| key(&image))
}

fn read(text: &str, scalar: &Scalar<'_>, skip: usize) -> Found {
    if !scalar.value[skip..].contains('$') || scalar.value.contains("{{") {
        return named(scalar, skip);
    }
    if !scalar.editable {
        return Found::LeftAlone(Why::Style);
    }
    interpolation::read(text, scalar.span.start + skip..scalar.span.end, SYNTAX, &|_| Variable::Unset).found
}

struct Service {
    node: Id,
    place: String,
    build: Option<Id>,
}

/// Those of a document. The first version of the format had them at the top.
fn services(tree: &Tree<'_>, document: Id) -> Vec<Service> {
    let (parent, services) = match tree.get(document, "services") {
        Some(services) => ("services.", services),
        None if TOP_LEVEL.iter().any(|key| tree.get(document, key).is_some()) => return Vec::new(),
        None => ("", document),
    };
    let build = |service| tree.get(service, "build").filter(|build| tree.scalar(*build).is_none_or(|build| !build.is_empty()));
    let entries = tree.effective(services).into_iter();
    entries.map(|(name, node)| Service { node, place: format!("{parent}{}", shown(name)), build: build(node) }).collect()
}

impl Service {
    fn find<'t>(&self, images: &mut Images<'_, 't>, named: &dyn Fn(&Scalar<'t>) -> Found) {
        let tree = images.tree;
        let items = |key| tree.get(self.node, key).and_then(|list| tree.items(list)).unwrap_or_default().iter().enumerate();
        if let Some(image) = tree.get(self.node, "image") {
            images.value(image, 0, &|| format!("{}.image", self.place), named);
        }
        for (at, volume) in items("volumes") {
            let is_image = tree.get(*volume, "type").and_then(|kind| tree.text_of(kind)) == Some("image");
            if let Some(source) = tree.get(*volume, "source").filter(|_| is_image) {
                images.value(source, 0, &|| format!("{}.volumes[{at}].source", self.place), named);
            }
        }
        for (at, hook) in items("pre_start") {
            if let Some(image) = tree.get(*hook, "image") {
                images.value(image, 0, &|| format!("{}.pre_start[{at}].image", self.place), named);
            }
        }
        if let Some(build) = self.build {
            self.find_in_build(images, build);
        }
    }

    fn find_in_build(&self, images: &mut Images<'_, '_>, build: Id) {
        let tree = images.tree;
        let place = format!("{}.build", self.place);
        if let Some(contexts) = tree.get(build, "additional_contexts") {
            for (name, context) in tree.effective(contexts) {
                if tree.text_of(context).is_some_and(|context| context.starts_with(SCHEME)) {
                    let place = || format!("{place}.additional_contexts.{}", shown(name));
                    images.value(context, SCHEME.len(), &place, |scalar| read(tree.text, scalar, SCHEME.len()));
                }
            }
            // Or a list of `name=context`.
            for (at, context) in tree.items(contexts).unwrap_or_default().iter().enumerate() {
                let is_image = |text: &str| text[text.find('=')? + 1..].starts_with(SCHEME).then_some(text.find('=')? + 1 + SCHEME.len());
                if let Some(skip) = tree.text_of(*context).and_then(is_image) {
                    let place = || format!("{place}.additional_contexts[{at}]");
                    images.value(*context, skip, &place, |scalar| read(tree.text, scalar, skip));
                }
            }
        }
        // A Dockerfile in a value: its images can be told, but lines in a value cannot be edited.
        if let Some(inline) = tree.get(build, "dockerfile_inline")
            && let Some(scalar) = tree.scalar(inline)
            && images.enter(inline)
        {
            for occurrence in dockerfile::find(&scalar.value) {
                let found = match occurrence.found {
                    Found::Unpinned { .. } => Found::LeftAlone(Why::Style),
                    found => found,
                };
                images.add(scalar.span.clone(), &|| format!("{place}.dockerfile_inline: {}", occurrence.place), found, None);
            }
        }
    }
}
