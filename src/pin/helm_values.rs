//! Which images the values of a Helm chart name.
//!
//! ```yaml
//! image:                       # an image in parts
//!   registry: docker.io
//!   repository: library/nginx
//!   tag: "1.27"
//!   digest: ""                 # filled in here
//! busyboxImage: busybox:1.36   # a whole one
//! ```
//!
//! Values say what a chart is given, not what it makes of that. A digest goes where the chart asks for one, or behind an image that is
//! whole. It never goes into `tag`, which charts compare as a version, and a name without a tag is not taken for `latest`: charts have
//! a tag for it. Templates are no values.

use crate::pin::Form;
use crate::pin::Found;
use crate::pin::Insertion;
use crate::pin::Occurrence;
use crate::pin::Unreadable;
use crate::pin::Why;
use crate::pin::kubernetes;
use crate::pin::kubernetes::Part;
use crate::pin::literal;
use crate::pin::yaml::Id;
use crate::pin::yaml::Images;
use crate::pin::yaml::Scalar;
use crate::pin::yaml::Step;
use crate::pin::yaml::Style;
use crate::pin::yaml::Tree;
use crate::pin::yaml::Walk;
use crate::pin::yaml::filled_in;
use crate::pin::yaml::named;
use crate::pin::yaml::shown;
use crate::reference::Reference;

pub(super) fn find(text: &str) -> Result<Vec<Occurrence>, Unreadable> {
    let tree = Tree::read(text)?;
    let mut images = Images::of(&tree);
    let mut walk = Walk::of(&tree);
    for document in tree.documents() {
        kubernetes::search(&mut images, &mut walk, document, Step::START, part(&tree, document));
    }
    images.finish()
}

/// Where values begin: whether they name one registry for all images, which most charts then use for those that name another.
pub(super) fn part(tree: &Tree<'_>, values: Id) -> Part {
    let registry = |global| tree.get(global, "imageRegistry").or_else(|| tree.get(tree.get(global, "image")?, "registry"));
    let registry = tree.get(values, "global").and_then(registry);
    Part::Values { elsewhere: registry.is_some_and(|registry| tree.text_of(registry).is_some()) }
}

/// The images that one mapping names with its own keys.
pub(super) fn find_in<'a, 't>(images: &mut Images<'a, 't>, walk: &Walk<'a, 't, Part>, mapping: Id, step: Step, part: Part) {
    let tree = images.tree;
    let parts = Parts::of(tree, mapping, walk.last_key(step).is_some_and(is_image));
    if let Some(parts) = &parts {
        parts.find(images, &|| walk.place(step), part == Part::Values { elsewhere: true });
    }
    let is_part = |value: Id| parts.as_ref().and_then(|parts| parts.name).is_some_and(|(_, name)| tree.follow(name) == tree.follow(value));
    for (key, value) in tree.entries(mapping).into_iter().flatten().filter(|(_, value)| !is_part(*value)) {
        let key = tree.key(key);
        let place = || dotted(walk.place(step), key);
        if is_image(key) && tree.scalar(value).is_some_and(|scalar| can_be_image(key, scalar)) {
            let digest = tree.get(mapping, "digest").filter(|_| key == "image").and_then(|digest| tree.text_of(digest));
            images.value(value, 0, &place, |scalar| whole(scalar, digest));
        }
        // A list of images, or images by name.
        if key == "images" {
            for (at, item) in tree.items(value).unwrap_or_default().iter().enumerate().filter(|(_, item)| is_tagged(tree, **item)) {
                images.value(*item, 0, &|| format!("{}[{at}]", place()), |scalar| whole(scalar, None));
            }
            let by_name = tree.entries(value).into_iter().flatten();
            for (name, item) in by_name.filter(|(name, item)| !is_image(tree.key(*name)) && is_tagged(tree, *item)) {
                images.value(item, 0, &|| dotted(place(), tree.key(name)), |scalar| whole(scalar, None));
            }
        }
    }
}

fn dotted(place: String, key: &str) -> String {
    let dot = if place.is_empty() || place.ends_with(": ") { "" } else { "." };
    place + dot + &shown(key)
}

/// `image`, `busyboxImage`, `busybox_image`.
fn is_image(key: &str) -> bool {
    key == "image" || ["Image", "_image", "-image"].iter().any(|end| key.ends_with(end))
}

fn is_tagged(tree: &Tree<'_>, node: Id) -> bool {
    let parsed = tree.text_of(node).map(Reference::parse);
    parsed.is_some_and(|image| image.is_ok_and(|image| image.tag().is_some() || image.digest().is_some()))
}

/// Numbers, switches, addresses of pictures and paths are none; what only ends in `Image` and is no name at all (`pullImage: Always`)
/// is none either.
fn can_be_image(key: &str, scalar: &Scalar<'_>) -> bool {
    let value = &*scalar.value;
    let is_switch = scalar.style == Style::Plain && (matches!(value, "true" | "false") || value.parse::<f64>().is_ok());
    let is_path = value.contains("://") || value.starts_with(['/', '.']);
    let is_name = key == "image" || scalar.is_empty() || value.contains([':', '/', '@', '{', '$']) || Reference::parse(value).is_ok();
    !is_switch && !is_path && is_name
}

/// An image in one value, and its digest if that has a field of its own.
fn whole(scalar: &Scalar<'_>, digest: Option<&str>) -> Found {
    match (named(scalar, 0), digest) {
        (Found::Unpinned { .. }, Some(digest)) => pinned(&scalar.value, digest),
        (Found::Unpinned { insertion, .. }, None) if insertion.form == Form::AfterName => Found::LeftAlone(Why::TagElsewhere),
        (found, _) => found,
    }
}

fn pinned(image: &str, digest: &str) -> Found {
    match filled_in(digest) {
        Some(why) => Found::LeftAlone(why),
        None => literal(&format!("{image}@{digest}"), 0),
    }
}

/// The keys of an image in parts, and their values.
pub(super) struct Parts {
    mapping: Id,
    registry: Option<Field>,
    name: Option<Field>,
    tag: Option<Field>,
    digest: Option<Field>,
}

type Field = (&'static str, Id);

impl Parts {
    /// `is_named` says that the mapping stands where an image is expected, so that fewer keys are needed to see that it is one.
    pub(super) fn of(tree: &Tree<'_>, mapping: Id, is_named: bool) -> Option<Self> {
        let there = |key: &'static str| tree.get(mapping, key).filter(|value| tree.scalar(*value).is_some()).map(|value| (key, value));
        let filled = |key| there(key).filter(|(_, value)| tree.text_of(*value).is_some());
        let tag = filled("tag").or_else(|| filled("version"));
        let digest = there("digest").or_else(|| there("sha"));
        let registry = filled("registry");
        let has_parts = digest.is_some() || registry.is_some() || there("tag").is_some() || there("version").is_some();
        let is_address = |(_, value): &Field| tree.text_of(*value).is_some_and(|text| text.contains("://") || text.starts_with("git@"));
        let is_untagged = |(_, value): &Field| !is_tagged(tree, *value);
        let name = match filled("repository") {
            // Where charts or sources come from.
            Some(repository) if is_address(&repository) => return None,
            Some(repository) if has_parts || is_named => Some(repository),
            Some(_) => return None,
            None => {
                let name = filled("name").filter(|_| is_named && has_parts);
                let image = filled("image").filter(|image| tag.is_some() && is_untagged(image) && !is_address(image));
                match name.or(image) {
                    // A tag for an image that the chart knows.
                    None if !is_named || filled("tag").is_none() => return None,
                    name => name,
                }
            }
        };
        Some(Self { mapping, registry, name, tag, digest })
    }

    pub(super) fn find(&self, images: &mut Images<'_, '_>, place: &dyn Fn() -> String, elsewhere: bool) {
        let Some((field, shown)) = self.tag.or(self.name).filter(|_| images.enter(self.mapping)) else { return };
        if let Some(found) = self.read(images, elsewhere) {
            let span = images.tree.span(images.tree.follow(shown));
            images.add(span, &|| dotted(place(), field), found, self.digest.map(|(_, field)| field));
        }
    }

    /// What the parts make together. Nothing is said of an image that only the chart names once it has a digest.
    fn read(&self, images: &mut Images<'_, '_>, elsewhere: bool) -> Option<Found> {
        let tree = images.tree;
        let text = |field: Option<Field>| field.and_then(|(_, value)| tree.text_of(value));
        let digest = text(self.digest);
        let Some(name) = text(self.name) else { return digest.is_none().then_some(Found::LeftAlone(Why::TagElsewhere)) };
        let image: String = text(self.registry).into_iter().flat_map(|registry| [registry, "/"]).chain([name]).collect();
        let image = text(self.tag).map_or(image.clone(), |tag| format!("{image}:{tag}"));
        if let Some(why) = filled_in(&image) {
            return Some(Found::LeftAlone(why));
        }
        // Charts write `@sha256:` in front of a `sha` themselves.
        let is_bare = |digest: &str| self.digest.is_some_and(|(key, _)| key == "sha") && !digest.contains(':');
        let fields = [self.registry, self.name, self.tag, self.digest];
        Some(match (literal(&image, 0), digest) {
            (_, Some(digest)) if is_bare(digest) => pinned(&image, &format!("sha256:{digest}")),
            (_, Some(digest)) => pinned(&image, digest),
            (Found::Unpinned { .. }, None) if self.tag.is_none() || elsewhere => Found::LeftAlone(Why::TagElsewhere),
            (Found::Unpinned { .. }, None)
                if fields.iter().flatten().any(|(key, _)| tree.is_disputed(self.mapping, key))
                    || self.tag.and_then(|(_, tag)| tree.scalar(tag)).is_some_and(is_rewritten) =>
            {
                Found::LeftAlone(Why::Style)
            }
            (Found::Unpinned { image, .. }, None) => self.fill_in(images, image),
            (found, None) => found,
        })
    }

    /// Puts the digest into the field for it.
    fn fill_in(&self, images: &mut Images<'_, '_>, image: Reference) -> Found {
        let tree = images.tree;
        let Some(("digest", field)) = self.digest else { return Found::LeftAlone(Why::NoDigestField) };
        // Merged, it belongs to another image too.
        if tree.own(self.mapping, "digest") != Some(field) || tree.is_alias(field) {
            images.borrow(field);
            return Found::LeftAlone(Why::SharedAnchor);
        }
        match tree.vacancy(self.mapping, "digest") {
            Some((at, form)) => Found::Unpinned { image, insertion: Insertion { at, form, overrules: Vec::new() } },
            None => Found::LeftAlone(Why::Style),
        }
    }
}

/// Whether Helm reads a tag as a number or a switch, and writes it in another way: `1.10` becomes `1.1`, `20260101` becomes
/// `2.0260101e+07`, `on` becomes `true`.
fn is_rewritten(scalar: &Scalar<'_>) -> bool {
    let value = &*scalar.value;
    if scalar.style != Style::Plain {
        return false;
    }
    if ["y", "n", "yes", "no", "on", "off"].iter().any(|word| value.eq_ignore_ascii_case(word)) {
        return true;
    }
    if !value.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let is_number = |text: &str, base| i128::from_str_radix(text, base).is_ok();
    match value.split_once('.') {
        _ if [("0x", 16), ("0o", 8), ("0b", 2)]
            .iter()
            .any(|(prefix, base)| value.strip_prefix(prefix).is_some_and(|rest| is_number(rest, *base))) =>
        {
            true
        }
        None if value.bytes().all(|byte| byte.is_ascii_digit()) => value.len() > 6 || value.len() > 1 && value.starts_with('0'),
        Some((whole, rest)) if [whole, rest].iter().all(|text| text.bytes().all(|byte| byte.is_ascii_digit())) => {
            let is_padded = whole.len() > 1 && whole.starts_with('0')
                || rest.is_empty()
                || rest.ends_with('0')
                || whole == "0" && rest.starts_with("0000");
            is_padded || whole.len() > 6 || value.len() > 15
        }
        // `1e3`, `1_000`.
        _ => value.replace('_', "").parse::<f64>().is_ok(),
    }
}
