//! A YAML text as a tree that can only be read, and that knows where its values are written.

use core::cell::Cell;
use core::ops::Range;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use saphyr_parser::Event;
use saphyr_parser::ScalarStyle;
use saphyr_parser::Tag;

use crate::budget;
use crate::excerpt::excerpt;
use crate::pin::Form;
use crate::pin::Unreadable;
use crate::pin::yaml::events::Events;
use crate::pin::yaml::events::Style;
use crate::pin::yaml::events::Written;

/// Entries looked at while merge keys are followed. A mapping that many others merge is searched for each of them.
const MERGED: usize = 16 * budget::YAML_NODES;

/// The documents of a text.
pub(in crate::pin) struct Tree<'t> {
    pub(in crate::pin) text: &'t str,
    nodes: Vec<Node<'t>>,
    /// The keys and values of mappings and the items of sequences: each has a range of it.
    children: Vec<Id>,
    documents: Vec<Id>,
    /// What is left of [`MERGED`].
    merges: Cell<usize>,
}

/// A node of one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pin) struct Id(usize);

impl Id {
    /// From 0, and less than [`Tree::len`].
    pub(super) const fn index(self) -> usize {
        self.0
    }
}

struct Node<'t> {
    span: Range<usize>,
    content: Content<'t>,
    tag: Custom,
}

enum Content<'t> {
    Scalar(Scalar<'t>),
    Mapping(Range<usize>),
    Sequence(Range<usize>),
    Alias(Id),
    /// It has begun, and nothing may point to it before it has ended.
    Open,
}

/// A single value.
pub(in crate::pin) struct Scalar<'t> {
    pub(in crate::pin) value: Cow<'t, str>,
    /// Where it is written, without quotes.
    pub(in crate::pin) span: Range<usize>,
    pub(in crate::pin) style: Style,
    /// Something can be inserted at the end of `span`, and nothing else changes.
    pub(in crate::pin) editable: bool,
    /// It is no text, but nothing: left out, `~` or `null`.
    pub(in crate::pin) null: bool,
    /// Behind the colon that nothing follows.
    pub(in crate::pin) colon: Option<usize>,
}

impl Scalar<'_> {
    /// Whether no text stands here.
    pub(in crate::pin) fn is_empty(&self) -> bool {
        self.null || self.value.is_empty()
    }
}

/// What a tag says that is not said anyway.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Custom {
    /// Nothing.
    None,
    /// Compose's `!reset`: as if it were not there.
    Reset,
    /// Something that we do not know.
    Unknown,
}

impl Custom {
    fn of(tag: Option<&Tag>) -> Self {
        let Some(tag) = tag else { return Self::None };
        let tag = tag.handle.clone() + &tag.suffix;
        match tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(&tag) {
            "!reset" => Self::Reset,
            // Compose's `!override`: the value replaces what other files say.
            "str" | "map" | "seq" | "!" | "!override" => Self::None,
            _ => Self::Unknown,
        }
    }
}

impl<'t> Tree<'t> {
    pub(in crate::pin) fn read(text: &'t str) -> Result<Self, Unreadable> {
        let (tree, refusal) = Self::read_far(text);
        refusal.map_or(Ok(tree), Err)
    }

    /// The documents before the first thing that is no YAML, and what that is.
    pub(super) fn read_far(text: &'t str) -> (Self, Option<Unreadable>) {
        let tree = Self { text, nodes: Vec::new(), children: Vec::new(), documents: Vec::new(), merges: Cell::new(MERGED) };
        let mut builder = Builder { tree, open: Vec::new(), anchors: BTreeMap::new() };
        let mut events = Events::of(text);
        while let Some(event) = events.next() {
            let read = event.and_then(|(event, span)| builder.take(event, span, &events));
            if let Err(refusal) = read {
                return (builder.tree, Some(refusal));
            }
        }
        (builder.tree, None)
    }

    /// The value of each document.
    pub(in crate::pin) fn documents(&self) -> impl Iterator<Item = Id> {
        self.documents.iter().map(|document| self.follow(*document))
    }

    /// What an alias stands for; everything else for itself.
    pub(in crate::pin) fn follow(&self, node: Id) -> Id {
        match self.nodes[node.0].content {
            Content::Alias(target) => target,
            _ => node,
        }
    }

    /// Where it is written.
    pub(in crate::pin) fn span(&self, node: Id) -> Range<usize> {
        match &self.nodes[node.0].content {
            Content::Scalar(scalar) => scalar.span.clone(),
            _ => self.nodes[node.0].span.clone(),
        }
    }

    pub(in crate::pin) fn is_alias(&self, node: Id) -> bool {
        matches!(self.nodes[node.0].content, Content::Alias(_))
    }

    pub(super) const fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn mappings(&self) -> impl Iterator<Item = Id> {
        let is_mapping = |node: &Node<'_>| matches!(node.content, Content::Mapping(_));
        self.nodes.iter().enumerate().filter(move |(_, node)| is_mapping(node)).map(|(at, _)| Id(at))
    }

    /// The aliases, and what they stand for.
    pub(super) fn aliases(&self) -> impl Iterator<Item = (Id, Id)> {
        self.nodes.iter().enumerate().filter_map(|(at, node)| match node.content {
            Content::Alias(target) => Some((Id(at), target)),
            _ => None,
        })
    }

    pub(in crate::pin) fn scalar(&self, node: Id) -> Option<&Scalar<'t>> {
        match &self.nodes[self.follow(node).0].content {
            Content::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a value; none where there is none.
    pub(in crate::pin) fn text_of(&self, node: Id) -> Option<&str> {
        self.scalar(node).filter(|scalar| !scalar.is_empty()).map(|scalar| &*scalar.value)
    }

    /// The keys and values that are written in a mapping, merge keys included.
    pub(in crate::pin) fn entries(&self, node: Id) -> Option<impl DoubleEndedIterator<Item = (Id, Id)>> {
        match &self.nodes[self.follow(node).0].content {
            Content::Mapping(children) => Some(self.children[children.clone()].chunks_exact(2).map(|entry| (entry[0], entry[1]))),
            _ => None,
        }
    }

    pub(in crate::pin) fn items(&self, node: Id) -> Option<&[Id]> {
        match &self.nodes[self.follow(node).0].content {
            Content::Sequence(children) => Some(&self.children[children.clone()]),
            _ => None,
        }
    }

    pub(in crate::pin) fn is_mapping(&self, node: Id) -> bool {
        matches!(self.nodes[self.follow(node).0].content, Content::Mapping(_))
    }

    pub(in crate::pin) fn key(&self, key: Id) -> &str {
        self.scalar(key).map_or("", |scalar| &*scalar.value)
    }

    /// The value of a key that is written in the mapping itself.
    pub(in crate::pin) fn own(&self, mapping: Id, key: &str) -> Option<Id> {
        self.entries(mapping)?.find(|(name, _)| self.key(*name) == key).map(|(_, value)| value).filter(|value| self.is_there(*value))
    }

    /// The value of a key, with merge keys: what is written in the mapping counts before what is merged, and of that the first.
    pub(in crate::pin) fn get(&self, mapping: Id, key: &str) -> Option<Id> {
        let mut sought = None;
        self.search(mapping, &mut |name, value| {
            if name == key {
                sought = Some(value);
            }
            sought.is_none()
        });
        sought.filter(|value| self.is_there(*value))
    }

    /// Whether a key stands in the mapping in front of a merge key that brings it as well. By the specification the former counts; for
    /// the reader that Kubernetes, Helm and kustomize use it is the latter.
    pub(in crate::pin) fn is_disputed(&self, mapping: Id, key: &str) -> bool {
        let mut before = self.entries(mapping).into_iter().flatten().skip_while(|(name, _)| self.key(*name) != key);
        let merged = before.find(|(name, _)| self.is_merge(*name)).map(|(_, merged)| merged);
        merged.is_some_and(|merged| match self.items(merged) {
            Some(items) => items.iter().any(|item| self.get(*item, key).is_some()),
            None => self.get(merged, key).is_some(),
        })
    }

    /// In quotes it is a key like any other.
    pub(in crate::pin) fn is_merge(&self, key: Id) -> bool {
        self.scalar(key).is_some_and(|key| key.value == "<<" && key.style == Style::Plain)
    }

    /// Where a value that is left empty in the mapping itself can be filled in. (`null` cannot: one can only insert something into it.)
    pub(in crate::pin) fn vacancy(&self, mapping: Id, key: &str) -> Option<(usize, Form)> {
        let value = self.own(mapping, key).filter(|value| !self.is_alias(*value))?;
        let scalar = self.scalar(value).filter(|scalar| scalar.is_empty())?;
        match scalar.colon {
            Some(colon) => Some((colon, Form::ValueAfterColon)),
            None => scalar.editable.then_some((scalar.span.end, Form::Value)),
        }
    }

    /// Every key of a mapping and its value, with merge keys.
    pub(in crate::pin) fn effective(&self, mapping: Id) -> Vec<(&str, Id)> {
        let mut entries = Vec::new();
        let mut known = BTreeSet::new();
        self.search(mapping, &mut |name, value| {
            if known.insert(name) && self.is_there(value) {
                entries.push((name, value));
            }
            true
        });
        entries
    }

    /// Whether aliases or merge keys asked for more than anybody needs, so that something may not have been found.
    pub(super) fn is_exhausted(&self) -> bool {
        self.merges.get() == 0
    }

    /// Aliases led further than anybody needs.
    pub(super) fn exhaust(&self) {
        self.merges.set(0);
    }

    fn is_there(&self, value: Id) -> bool {
        self.nodes[value.0].tag != Custom::Reset
    }

    /// Shows the entries of a mapping and of what it merges in the order in which they count, while `on` says so. Each mapping is
    /// entered once, so that aliases of aliases cost no more than they are written.
    fn search<'s>(&'s self, mapping: Id, on: &mut dyn FnMut(&'s str, Id) -> bool) {
        let mut entered = BTreeSet::new();
        let mut waiting = vec![mapping];
        while let Some(mapping) = waiting.pop() {
            let mapping = self.follow(mapping);
            let Some(entries) = self.entries(mapping) else { continue };
            if !entered.insert(mapping) {
                continue;
            }
            let mut merged = None;
            for (key, value) in entries {
                let left = self.merges.get().saturating_sub(1);
                self.merges.set(left);
                if left == 0 {
                    return;
                }
                if self.is_merge(key) {
                    merged = Some(value);
                } else if !on(self.key(key), value) {
                    return;
                }
            }
            match merged.map(|merged| (merged, self.items(merged))) {
                Some((_, Some(items))) => waiting.extend(items.iter().rev()),
                Some((merged, None)) => waiting.push(merged),
                None => {}
            }
        }
    }
}

struct Builder<'t> {
    tree: Tree<'t>,
    /// What has begun and not ended, from the outside.
    open: Vec<Frame>,
    /// The anchors of the document.
    anchors: BTreeMap<usize, Id>,
}

struct Frame {
    node: Id,
    mapping: bool,
    children: Vec<Id>,
}

impl<'t> Builder<'t> {
    fn take(&mut self, event: Event<'t>, span: Range<usize>, events: &Events<'t>) -> Result<(), Unreadable> {
        let refused = |at: usize, problem: String| Err(Unreadable::Yaml { line: events.line(at), problem });
        let is_key = self.open.last().is_some_and(|frame| frame.mapping && frame.children.len().is_multiple_of(2));
        let at = span.start;
        match event {
            // saphyr remembers anchors of earlier documents. Nobody else does.
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Scalar(value, style, anchor, tag) => {
                let scalar = self.scalar(value, style, tag.as_deref(), &span);
                self.add(Content::Scalar(scalar), span, anchor, tag.as_deref());
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).copied() {
                None => return refused(at, "an alias of an anchor in another document".into()),
                Some(target) if matches!(self.tree.nodes[target.0].content, Content::Open) => {
                    return refused(at, "an alias of what it stands in".into());
                }
                Some(target) if is_key && self.tree.scalar(target).is_none() => return refused(at, "a mapping or list as a key".into()),
                Some(target) => {
                    self.add(Content::Alias(target), span, 0, None);
                }
            },
            Event::MappingStart(..) | Event::SequenceStart(..) if is_key => {
                // What `{{ … }}` is for YAML.
                if self.tree.text[..at].ends_with('{') && self.tree.text[at..].starts_with('{') {
                    return Err(Unreadable::Template { line: events.line(at) });
                }
                return refused(at, "a mapping or list as a key".into());
            }
            Event::MappingStart(anchor, tag) => {
                let node = self.add(Content::Open, span, anchor, tag.as_deref());
                self.open.push(Frame { node, mapping: true, children: Vec::new() });
            }
            Event::SequenceStart(anchor, tag) => {
                let node = self.add(Content::Open, span, anchor, tag.as_deref());
                self.open.push(Frame { node, mapping: false, children: Vec::new() });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(frame) = self.open.pop() {
                    self.refuse_twice(&frame, events)?;
                    let start = self.tree.children.len();
                    self.tree.children.extend(frame.children);
                    let children = start..self.tree.children.len();
                    self.tree.nodes[frame.node.0].content =
                        if frame.mapping { Content::Mapping(children) } else { Content::Sequence(children) };
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn scalar(&self, value: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, event: &Range<usize>) -> Scalar<'t> {
        let text = self.tree.text;
        let left_out = value.is_empty() && style == ScalarStyle::Plain;
        let custom = Custom::of(tag);
        if left_out {
            let at = event.start;
            // With an anchor or a tag, the event stands there and not at the colon.
            let colon = text[at..].starts_with(':').then_some(at + 1);
            let at = colon.unwrap_or(event.end);
            return Scalar { value, span: at..at, style: Style::Plain, editable: false, null: true, colon };
        }
        let Written { span, style, literally } = Written::find(text, event, &value, style);
        let null = custom == Custom::Reset || style == Style::Plain && matches!(&*value, "~" | "null" | "Null" | "NULL");
        // saphyr has made a copy of what stands in the text.
        let value = if literally { Cow::Borrowed(&text[span.clone()]) } else { value };
        Scalar { value, span, style, editable: literally && !null && custom == Custom::None, null, colon: None }
    }

    fn add(&mut self, content: Content<'t>, span: Range<usize>, anchor: usize, tag: Option<&Tag>) -> Id {
        let node = Id(self.tree.nodes.len());
        self.tree.nodes.push(Node { span, content, tag: Custom::of(tag) });
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        match self.open.last_mut() {
            Some(frame) => frame.children.push(node),
            None => self.tree.documents.push(node),
        }
        node
    }

    /// Most readers refuse a key that stands twice, and the others disagree about which of them counts.
    fn refuse_twice(&self, frame: &Frame, events: &Events<'t>) -> Result<(), Unreadable> {
        if !frame.mapping {
            return Ok(());
        }
        let mut keys: Vec<(&str, Id)> = frame.children.iter().step_by(2).map(|key| (self.tree.key(*key), *key)).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(Unreadable::Yaml {
                line: events.line(self.tree.span(pair[1].1).start),
                problem: format!("the key `{}` stands twice in one mapping", excerpt(pair[1].0, 60)),
            }),
            None => Ok(()),
        }
    }
}
