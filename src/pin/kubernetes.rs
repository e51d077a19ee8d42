//! Which images Kubernetes objects name, whatever kind they are.
//!
//! An image is the value of a key `image`, anywhere in an object: that is where all of Kubernetes and nearly every custom resource have
//! it. It can also be a mapping, `{ reference }` for a volume or `{ repository, tag, digest }` as charts have it. `OpenShift` has
//! `from: { kind: DockerImage, name }`. Values of charts within an object (`values` of a `HelmRelease`, `valuesObject` of an Argo
//! `Application`) are read as those; charts within texts are not, nor is anything else in a text.
//!
//! Not searched: what is said about an object (`metadata`, `status`, labels, annotations), what is data to Kubernetes (`ConfigMap`,
//! `Secret`), and what describes objects instead of being one (schemas, patterns of a policy).

use crate::excerpt::excerpt;
use crate::pin::Form;
use crate::pin::Found;
use crate::pin::Occurrence;
use crate::pin::Unreadable;
use crate::pin::Why;
use crate::pin::helm_values;
use crate::pin::helm_values::Parts;
use crate::pin::kustomization;
use crate::pin::yaml::Id;
use crate::pin::yaml::Images;
use crate::pin::yaml::Step;
use crate::pin::yaml::Tree;
use crate::pin::yaml::Walk;
use crate::pin::yaml::named;

/// Characters of an object's kind, and of its name. Kubernetes allows 63 and 253.
const NAME: usize = 64;

/// What a mapping is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Of an object.
    Object,
    /// Of the values of a chart.
    Values {
        /// They name one registry for all images.
        elsewhere: bool,
    },
}

pub(super) fn find(text: &str) -> Result<Vec<Occurrence>, Unreadable> {
    let tree = Tree::read(text)?;
    let mut images = Images::of(&tree);
    let mut walk = Walk::of(&tree);
    for document in tree.documents() {
        search(&mut images, &mut walk, document, Step::START, Part::Object);
    }
    images.finish()
}

/// Finds the images from a node on downwards.
pub(super) fn search<'a, 't>(images: &mut Images<'a, 't>, walk: &mut Walk<'a, 't, Part>, node: Id, step: Step, part: Part) {
    walk.enter(node, step, part);
    while let Some((mapping, step, part)) = walk.next() {
        let tree = images.tree;
        // Charts hold whole objects among their values, and objects hold others.
        let Some(object) = Object::of(tree, mapping) else {
            visit(images, walk, mapping, step, part);
            continue;
        };
        if object.names_no_images() {
            continue;
        }
        let step = walk.object(step, object.place());
        match (object.group(), tree.get(mapping, "spec")) {
            ("kustomize.config.k8s.io", _) => kustomization::find_in(images, mapping, &|| walk.place(step)),
            ("kustomize.toolkit.fluxcd.io", Some(spec)) => kustomization::find_in(images, spec, &|| walk.place(step) + "spec."),
            _ => {}
        }
        visit(images, walk, mapping, step, Part::Object);
    }
}

fn visit<'a, 't>(images: &mut Images<'a, 't>, walk: &mut Walk<'a, 't, Part>, mapping: Id, step: Step, part: Part) {
    let tree = images.tree;
    let Some(entries) = tree.entries(mapping) else { return };
    if part != Part::Object {
        helm_values::find_in(images, walk, mapping, step, part);
    } else if tree.own(mapping, "kind").and_then(|kind| tree.text_of(kind)) == Some("DockerImage")
        && let Some(name) = tree.own(mapping, "name")
    {
        images.value(name, 0, &|| walk.place(step) + ".name", |name| named(name, 0));
    }
    // Who waits longest comes last.
    for (key, value) in entries.rev() {
        let here = walk.key(step, key);
        match tree.key(key) {
            _ if tree.is_merge(key) => walk.enter(value, step, part),
            name if is_about(name) => {}
            _ if part != Part::Object => walk.enter(value, here, part),
            // The latter is a disk of Ceph.
            "metadata" | "rbd" => {}
            "status" if walk.is_object(step) => {}
            "values" | "valuesObject" | "valuesInline" => walk.enter(value, here, helm_values::part(tree, value)),
            name => {
                if name == "image" {
                    image(images, walk, mapping, value, here);
                }
                walk.enter(value, here, part);
            }
        }
    }
}

/// The value of a key `image` in an object.
fn image<'a, 't>(images: &mut Images<'a, 't>, walk: &Walk<'a, 't, Part>, mapping: Id, value: Id, step: Step) {
    let tree = images.tree;
    let place = || walk.place(step);
    if tree.scalar(value).is_some() {
        let is_part = ["tag", "imageTag"].iter().any(|key| tree.get(mapping, key).is_some_and(|tag| tree.text_of(tag).is_some()));
        return images.value(value, 0, &place, |scalar| match named(scalar, 0) {
            // Whoever reads this puts the two together.
            Found::Unpinned { insertion, .. } if is_part && insertion.form == Form::AfterName => Found::LeftAlone(Why::TagElsewhere),
            found => found,
        });
    }
    match tree.get(value, "reference") {
        Some(reference) => images.value(reference, 0, &|| place() + ".reference", |scalar| named(scalar, 0)),
        None => {
            if let Some(parts) = Parts::of(tree, value, true) {
                parts.find(images, &place, false);
            }
        }
    }
}

/// What is said about a part of an object, or is compared with what is.
fn is_about(key: &str) -> bool {
    let ends = |word: &str| key.len() >= word.len() && key.as_bytes()[key.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes());
    ends("labels") || ends("annotations") || ends("selector")
}

struct Object<'n> {
    version: &'n str,
    kind: &'n str,
    name: Option<&'n str>,
}

impl<'n> Object<'n> {
    fn of(tree: &'n Tree<'_>, mapping: Id) -> Option<Self> {
        let text = |mapping, key| tree.own(mapping, key).and_then(|value| tree.text_of(value));
        let named = |metadata| text(metadata, "name").or_else(|| text(metadata, "generateName"));
        let name = tree.own(mapping, "metadata").and_then(named);
        Some(Self { version: text(mapping, "apiVersion")?, kind: text(mapping, "kind")?, name })
    }

    fn group(&self) -> &'n str {
        self.version.split_once('/').map_or("", |(group, _)| group)
    }

    fn place(&self) -> String {
        let kind = excerpt(self.kind, NAME);
        self.name.map_or_else(|| kind.clone(), |name| format!("{kind}/{}", excerpt(name, NAME)))
    }

    fn names_no_images(&self) -> bool {
        let kind = self.kind.strip_suffix("List").unwrap_or(self.kind);
        match self.group() {
            "" => matches!(kind, "ConfigMap" | "Secret"),
            // A schema; the name of a repository that is watched for new tags; patterns that images have to fit.
            "apiextensions.k8s.io" | "image.toolkit.fluxcd.io" | "kyverno.io" => true,
            _ => false,
        }
    }
}
