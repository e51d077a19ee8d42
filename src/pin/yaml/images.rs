//! The images that a YAML text names, as they are found, each once.

use core::ops::Range;
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
    /// With the value that would be edited.
    found: Vec<(Occurrence, Option<Id>)>,
    count: usize,
    values: BTreeSet<Id>,
    aliases: BTreeSet<Id>,
    borrowed: BTreeSet<Id>,
}

impl<'a, 't> Images<'a, 't> {
    pub(in crate::pin) fn of(tree: &'a Tree<'t>) -> Self {
        Self { tree, found: Vec::new(), count: 0, values: BTreeSet::new(), aliases: BTreeSet::new(), borrowed: BTreeSet::new() }
    }

    /// A value that names an image by itself. One with an anchor is found where it stands; the first alias that leads there finds it
    /// if nothing else has, and all others follow it. What is in front of the name has `skip` bytes.
    pub(in crate::pin) fn value(&mut self, node: Id, skip: usize, place: &dyn Fn() -> String, read: impl FnOnce(&Scalar<'t>) -> Found) {
        let target = self.tree.follow(node);
        let is_new = self.values.insert(target);
        if self.tree.is_alias(node) {
            let is_new_alias = self.aliases.insert(node);
            if !is_new {
                if is_new_alias {
                    self.add(self.tree.span(node), place, Found::LeftAlone(Why::Alias), None);
                }
                return;
            }
        }
        if !is_new {
            return;
        }
        let Some(scalar) = self.tree.scalar(target) else {
            // A list or a mapping where a name should be.
            let at = self.tree.span(target).start;
            return self.add(at..at, place, Found::LeftAlone(Why::Style), None);
        };
        let found = if scalar.is_empty() { Found::LeftAlone(Why::Empty) } else { read(scalar) };
        let start = if scalar.editable { scalar.span.start + skip } else { scalar.span.start };
        self.add(start..scalar.span.end, place, found, Some(target));
    }

    /// Whether this is the first time that somebody comes here, in whichever way.
    pub(in crate::pin) fn enter(&mut self, node: Id) -> bool {
        self.values.insert(self.tree.follow(node))
    }

    /// Anything else. `edited` is the value that gets the digest.
    pub(in crate::pin) fn add(&mut self, span: Range<usize>, place: &dyn Fn() -> String, found: Found, edited: Option<Id>) {
        self.count += 1;
        // Places are longer than what they are made of.
        if self.count <= budget::PIN_OCCURRENCES {
            self.found.push((Occurrence { span, place: place(), found }, edited));
        }
    }

    /// A value that another image takes over with a merge key: what is inserted there would be inserted into both.
    pub(in crate::pin) fn borrow(&mut self, node: Id) {
        self.borrowed.insert(self.tree.follow(node));
    }

    pub(in crate::pin) fn finish(self) -> Result<Vec<Occurrence>, Unreadable> {
        if self.count > budget::PIN_OCCURRENCES {
            return Err(Unreadable::TooMany { found: self.count });
        }
        if self.tree.is_exhausted() {
            return Err(Unreadable::YamlTooLarge { limit: "as many aliases and merged values as people write".into() });
        }
        // What follows an anchor and is no image would be changed as well.
        let followed = self.tree.aliases().filter(|(alias, _)| !self.aliases.contains(alias)).map(|(_, target)| target);
        let shared: BTreeSet<Id> = self.borrowed.into_iter().chain(followed).collect();
        let spare = |(mut occurrence, edited): (Occurrence, Option<Id>)| {
            if matches!(occurrence.found, Found::Unpinned { .. }) && edited.is_some_and(|edited| shared.contains(&edited)) {
                occurrence.found = Found::LeftAlone(Why::SharedAnchor);
            }
            occurrence
        };
        Ok(self.found.into_iter().map(spare).collect())
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
