//! Which images a `kustomization.yaml` puts in place of others.
//!
//! ```yaml
//! images:
//! - name: web                       # what objects say
//!   newName: registry.example/web   # becomes this
//!   newTag: "1.27"                  # with this tag,
//!   digest: sha256:…                # or this digest
//! ```
//!
//! A digest goes into the field for it where one is left empty, and behind `newTag` otherwise: kustomize joins name and `newTag` with a
//! colon and looks at neither again. Every version understands both. (The old ones leave out the tag where there is a digest.)
//!
//! Where objects say which tag is meant, it has to be pinned there. Patches are texts, and not searched.

use crate::pin::Found;
use crate::pin::Insertion;
use crate::pin::Occurrence;
use crate::pin::Unreadable;
use crate::pin::Why;
use crate::pin::kubernetes;
use crate::pin::literal;
use crate::pin::yaml::Id;
use crate::pin::yaml::Images;
use crate::pin::yaml::Step;
use crate::pin::yaml::Tree;
use crate::pin::yaml::Walk;
use crate::pin::yaml::filled_in;

pub(super) fn find(text: &str) -> Result<Vec<Occurrence>, Unreadable> {
    let tree = Tree::read(text)?;
    let mut images = Images::of(&tree);
    let mut walk = Walk::of(&tree);
    for document in tree.documents() {
        find_in(&mut images, document, &String::new);
        // Their `valuesInline` are values of charts.
        for (key, charts) in tree.entries(document).into_iter().flatten().filter(|(key, _)| tree.key(*key) == "helmCharts") {
            let step = walk.key(Step::START, key);
            kubernetes::search(&mut images, &mut walk, charts, step, kubernetes::Part::Object);
        }
    }
    images.finish()
}

/// The lists `images` (and `imageTags`, as they were called first) of a mapping.
pub(super) fn find_in(images: &mut Images<'_, '_>, mapping: Id, place: &dyn Fn() -> String) {
    let tree = images.tree;
    for list in ["images", "imageTags"] {
        let items = tree.get(mapping, list).and_then(|list| tree.items(list)).unwrap_or_default();
        for (at, item) in items.iter().enumerate() {
            if images.enter(*item) {
                find_one(images, *item, &|| format!("{}{list}[{at}]", place()));
            }
        }
    }
}

fn find_one(images: &mut Images<'_, '_>, item: Id, place: &dyn Fn() -> String) {
    let tree = images.tree;
    let field = |key| tree.get(item, key).filter(|value| tree.text_of(*value).is_some());
    let text = |value| tree.text_of(value).unwrap_or_default();
    let Some(name) = field("newName").or_else(|| field("name")) else { return };
    let (tag, digest) = (field("newTag"), field("digest"));
    let mut image = text(name).to_owned();
    image.extend(tag.into_iter().flat_map(|tag| [":", text(tag)]));
    image.extend(digest.into_iter().flat_map(|digest| ["@", text(digest)]));
    // One tag of several images has not one digest.
    for key in ["newTag", "digest"] {
        tree.get(item, key).filter(|value| tree.own(item, key) != Some(*value)).into_iter().for_each(|value| images.borrow(value));
    }
    let span = tree.span(tree.follow(tag.unwrap_or(name)));
    let found = match (literal(&image, span.end), tag) {
        _ if let Some(why) = filled_in(&image) => Found::LeftAlone(why),
        (Found::Unpinned { .. }, None) => Found::LeftAlone(Why::TagElsewhere),
        (Found::Unpinned { .. }, _) if ["name", "newName", "newTag", "digest"].iter().any(|key| tree.is_disputed(item, key)) => {
            Found::LeftAlone(Why::Style)
        }
        (Found::Unpinned { image, .. }, Some(_)) if let Some((at, form)) = tree.vacancy(item, "digest") => {
            let found = Found::Unpinned { image, insertion: Insertion { at, form, overrules: Vec::new() } };
            return images.add(span, place, found, tree.own(item, "digest"));
        }
        (Found::Unpinned { .. }, Some(tag)) if tree.is_alias(tag) || tree.own(item, "newTag") != Some(tag) => {
            Found::LeftAlone(Why::SharedAnchor)
        }
        (Found::Unpinned { .. }, Some(tag)) if !tree.scalar(tag).is_some_and(|tag| tag.editable) => Found::LeftAlone(Why::Style),
        (found, _) => found,
    };
    images.add(span, place, found, tag);
}
