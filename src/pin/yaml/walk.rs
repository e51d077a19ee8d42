//! Every mapping and list of a tree once, in the order of the text, and the way there.

use crate::budget;
use crate::pin::yaml::images::shown;
use crate::pin::yaml::tree::Id;
use crate::pin::yaml::tree::Tree;

/// Bytes of a place. What is longer is cut: nobody reads it, and ten thousand of them have to fit somewhere.
const PLACE: usize = 400;

/// Steps from the root. Aliases can lead deeper than the text is nested, but nobody needs more of them than of that.
const DEPTH: usize = 2 * budget::YAML_DEPTH;

/// A walk in which `C` is handed down.
pub(in crate::pin) struct Walk<'a, 't, C> {
    tree: &'a Tree<'t>,
    steps: Vec<(Step, Label)>,
    waiting: Vec<(Id, Step, C)>,
    entered: Vec<bool>,
}

/// How far somebody has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pin) struct Step {
    at: usize,
    depth: usize,
}

impl Step {
    /// Where nobody has gone anywhere yet.
    pub(in crate::pin) const START: Self = Self { at: usize::MAX, depth: 0 };
}

enum Label {
    /// What follows is a place in this: `Deployment/web`.
    Object(String),
    Key(Id),
    Index(usize),
}

impl<'a, 't, C: Copy> Walk<'a, 't, C> {
    pub(in crate::pin) fn of(tree: &'a Tree<'t>) -> Self {
        Self { tree, steps: Vec::new(), waiting: Vec::new(), entered: vec![false; tree.len()] }
    }

    /// Goes to what has not been entered, in whichever way, and is a mapping or a list.
    pub(in crate::pin) fn enter(&mut self, node: Id, step: Step, context: C) {
        let node = self.tree.follow(node);
        if step.depth > DEPTH {
            return self.tree.exhaust();
        }
        if self.tree.scalar(node).is_none() {
            self.waiting.push((node, step, context));
        }
    }

    /// The next mapping, with its way and what was handed down. Lists are entered on the way.
    pub(in crate::pin) fn next(&mut self) -> Option<(Id, Step, C)> {
        while let Some((node, step, context)) = self.waiting.pop() {
            if core::mem::replace(&mut self.entered[node.index()], true) {
                continue;
            }
            let Some(items) = self.tree.items(node) else { return Some((node, step, context)) };
            for (index, item) in items.iter().enumerate().rev() {
                let step = self.step(step, Label::Index(index));
                self.enter(*item, step, context);
            }
        }
        None
    }

    /// From a mapping to the value of one of its keys.
    pub(in crate::pin) fn key(&mut self, step: Step, key: Id) -> Step {
        self.step(step, Label::Key(key))
    }

    /// To something that has a name of its own.
    pub(in crate::pin) fn object(&mut self, step: Step, name: String) -> Step {
        self.step(step, Label::Object(name))
    }

    fn step(&mut self, from: Step, label: Label) -> Step {
        self.steps.push((from, label));
        Step { at: self.steps.len() - 1, depth: from.depth + 1 }
    }

    /// Whether this is something that has a name of its own.
    pub(in crate::pin) fn is_object(&self, step: Step) -> bool {
        matches!(self.steps.get(step.at), Some((_, Label::Object(_))))
    }

    /// The key that led there, if one did.
    pub(in crate::pin) fn last_key(&self, step: Step) -> Option<&'a str> {
        match self.steps.get(step.at) {
            Some((_, Label::Key(key))) => Some(self.tree.key(*key)),
            _ => None,
        }
    }

    /// Where that is: `Deployment/web: spec.template.spec.containers[0]`.
    pub(in crate::pin) fn place(&self, step: Step) -> String {
        let mut labels = Vec::new();
        let mut at = step;
        while let Some((from, label)) = self.steps.get(at.at) {
            labels.push(label);
            at = if matches!(label, Label::Object(_)) { Step::START } else { *from };
        }
        let mut place = String::new();
        for label in labels.into_iter().rev() {
            if place.len() > PLACE {
                place.push('…');
                break;
            }
            match label {
                Label::Object(name) => place = name.clone() + ": ",
                Label::Index(index) => place = place + "[" + &index.to_string() + "]",
                Label::Key(key) if place.is_empty() || place.ends_with(": ") => place += &shown(self.tree.key(*key)),
                Label::Key(key) => place = place + "." + &shown(self.tree.key(*key)),
            }
        }
        place
    }
}
