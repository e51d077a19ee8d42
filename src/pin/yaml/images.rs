//! The images that a YAML text names, as they are found, each once.

use core::ops::Range;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::budget;
use crate::excerpt::excerpt;
use crate::pin::Found;
use crate::pin::Occurrence;
use crate::pin::Unreadable;
use crate::pin::Why;
use crate::pin::literal;
use crate::pin::yaml::events::Style;
use crate::pin::yaml::tree::Id;
use crate::pin::yaml::tree::Scalar;
use crate::pin::yaml::tree::Tree;

/// Characters of a key in a place.
const KEY: usize = 64;

/// What was found in a tree.
pub(in crate::pin) struct Images<'a, 't> {
    pub(in crate::pin) tree: &'a Tree<'t>,
    found: Vec<Sight>,
    count: usize,
    /// Where the walk has been: values and aliases that name images, and mappings that do.
    entered: BTreeSet<Id>,
    borrowed: BTreeSet<Id>,
}

struct Sight {
    occurrence: Occurrence,
    /// What names the image here: a value, or an alias of one.
    named_by: Option<Id>,
    /// The value that would be edited.
    edited: Option<Id>,
}

impl<'a, 't> Images<'a, 't> {
    pub(in crate::pin) fn of(tree: &'a Tree<'t>) -> Self {
        Self { tree, found: Vec::new(), count: 0, entered: BTreeSet::new(), borrowed: BTreeSet::new() }
    }

    /// A value that names an image by itself, with something of `skip` bytes in front of it.
    pub(in crate::pin) fn value(&mut self, node: Id, skip: usize, place: &dyn Fn() -> String, read: impl FnOnce(&Scalar<'t>) -> Found) {
        if !self.entered.insert(node) {
            return;
        }
        let target = self.tree.follow(node);
        let span = self.tree.span(target);
        let (span, found) = match self.tree.scalar(target) {
            // A list or a mapping where a name should be.
            None => (span.start..span.start, Found::LeftAlone(Why::Style)),
            Some(scalar) if scalar.is_empty() => (span, Found::LeftAlone(Why::Empty)),
            Some(scalar) => (span.start + if scalar.editable { skip } else { 0 }..span.end, read(scalar)),
        };
        self.push(span, place, found, Some(node), Some(target));
    }

    /// Anything else. `edited` is the value that gets the digest.
    pub(in crate::pin) fn add(&mut self, span: Range<usize>, place: &dyn Fn() -> String, found: Found, edited: Option<Id>) {
        self.push(span, place, found, None, edited);
    }

    fn push(&mut self, span: Range<usize>, place: &dyn Fn() -> String, found: Found, named_by: Option<Id>, edited: Option<Id>) {
        self.count += 1;
        // Places are longer than what they are made of.
        if self.count <= budget::PIN_OCCURRENCES {
            self.found.push(Sight { occurrence: Occurrence { span, place: place(), found }, named_by, edited });
        }
    }

    /// Whether this is the first time that somebody comes here, in whichever way.
    pub(in crate::pin) fn enter(&mut self, node: Id) -> bool {
        self.entered.insert(self.tree.follow(node))
    }

    /// A value that another image takes over with a merge key: what is inserted there would be inserted into both.
    pub(in crate::pin) fn borrow(&mut self, node: Id) {
        self.borrowed.insert(self.tree.follow(node));
    }

    /// A value with an anchor is found where it stands, or at the first alias if only those name an image. The others follow it.
    pub(in crate::pin) fn finish(self) -> Result<Vec<Occurrence>, Unreadable> {
        if self.count > budget::PIN_OCCURRENCES {
            return Err(Unreadable::TooMany { found: self.count });
        }
        if self.tree.is_exhausted() {
            return Err(Unreadable::YamlTooLarge { limit: "as many aliases and merged values as people write".into() });
        }
        let mut first: BTreeMap<Id, Id> = BTreeMap::new();
        for node in self.found.iter().filter_map(|sight| sight.named_by) {
            let first = first.entry(self.tree.follow(node)).or_insert(node);
            *first = node.min(*first);
        }
        // What follows an anchor and is no image would be changed as well.
        let followed = self.tree.aliases().filter(|(alias, _)| !self.entered.contains(alias)).map(|(_, target)| target);
        let shared: BTreeSet<Id> = self.borrowed.iter().copied().chain(followed).collect();
        let settle = |Sight { mut occurrence, named_by, edited }: Sight| {
            if let Some(node) = named_by
                && first.get(&self.tree.follow(node)) != Some(&node)
            {
                occurrence.span = self.tree.span(node);
                occurrence.found = Found::LeftAlone(Why::Alias);
            } else if matches!(occurrence.found, Found::Unpinned { .. }) && edited.is_some_and(|edited| shared.contains(&edited)) {
                occurrence.found = Found::LeftAlone(Why::SharedAnchor);
            }
            occurrence
        };
        Ok(self.found.into_iter().map(settle).collect())
    }
}

/// What a value names from its byte `skip` on, where no variables are known.
pub(in crate::pin) fn named(scalar: &Scalar<'_>, skip: usize) -> Found {
    let value = &scalar.value[skip..];
    if let Some(why) = filled_in(value) {
        return Found::LeftAlone(why);
    }
    match literal(value, scalar.span.end) {
        Found::Unpinned { .. } if !scalar.editable => Found::LeftAlone(Why::Style),
        Found::LeftAlone(Why::Invalid(_)) if scalar.style == Style::Block => Found::LeftAlone(Why::Style),
        found => found,
    }
}

/// Why a value is not what it will be: Helm, `envsubst`, Flux or somebody else puts something into it first.
pub(in crate::pin) fn filled_in(value: &str) -> Option<Why> {
    if value.contains("{{") {
        return Some(Why::Expression);
    }
    value.find('$').map(|at| variable(&value[at + 1..]))
}

/// What stands behind a `$`.
fn variable(rest: &str) -> Why {
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    match &rest[..length] {
        "" => Why::Expression,
        name => Why::Variable { name: name.to_owned() },
    }
}

/// A key, fit for a place.
pub(in crate::pin) fn shown(key: &str) -> String {
    excerpt(key, KEY)
}
