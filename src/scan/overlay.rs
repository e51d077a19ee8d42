//! What layers make of one another, from the lowest up: OCI image specification,
//! [Applying Changesets](https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets).
//!
//! What a layer deletes is deleted of the layers below it, wherever in the layer it says so. Paths lead through the symbolic links that
//! lie below, as they do for whoever unpacks the layer.

use core::fmt;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::budget;
use crate::excerpt::excerpt;
use crate::scan::gap::Gap;
use crate::scan::layer;
use crate::scan::layer::Below;
use crate::scan::layer::Kept;
use crate::scan::layer::Occupant;
use crate::scan::layer::Summary;
use crate::scan::tree::File;
use crate::scan::tree::Tree;

/// Layers, one on the other.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    nodes: BTreeMap<String, Node>,
    layers: usize,
}

#[derive(Clone, Debug)]
struct Node {
    kept: Kept,
    layer: usize,
}

/// What all layers make together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The files that were wanted. Where the place of one is a symbolic link, the file is at that place too.
    pub tree: Tree,
    /// What was wanted and is not there. While there is any, the tree is not all there is.
    pub gaps: BTreeMap<String, Gap>,
}

/// Why layers make nothing together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidOverlay {
    /// A path that leads through links for ever.
    Circle {
        /// The path.
        path: String,
    },
    /// More links than any honest image has.
    TooManyNames,
}

impl InvalidOverlay {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Circle { .. } => "layer-path-invalid",
            Self::TooManyNames => "layer-too-many-names",
        }
    }
}

impl fmt::Display for InvalidOverlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Circle { path } => write!(f, "expected a path, found one that leads through links in a circle: {}", excerpt(path, 200)),
            Self::TooManyNames => write!(f, "expected links of at most {} bytes in one image, found more", budget::LAYER_NAMES_BYTES),
        }
    }
}

impl core::error::Error for InvalidOverlay {}

impl Overlay {
    /// No layer yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many layers lie here.
    pub const fn layers(&self) -> usize {
        self.layers
    }

    /// What the reader of the next layer should know of those below it.
    pub fn below(&self) -> Below {
        let mut directories = BTreeSet::new();
        for path in self.nodes.keys() {
            directories.extend(ancestors(path));
        }
        let aliases = self.aliases();
        let others = directories.iter().flat_map(|directory| aliases.names(directory)).map(|path| (path, Occupant::Other));
        let own = self.nodes.keys().flat_map(|path| aliases.names(path));
        let own = own.flat_map(|path| [(path.clone(), Occupant::Other), (path, Occupant::Directory)]);
        let all: Vec<(String, Occupant)> = others.chain(own).collect();
        Below::new(all.iter().map(|(path, occupant)| (path.as_str(), *occupant)))
    }

    /// Puts the next layer on top.
    pub fn apply(&mut self, layer: Summary) -> Result<(), InvalidOverlay> {
        let index = self.layers;
        self.layers += 1;
        for directory in &layer.opaque {
            let directory = self.resolve(directory)?;
            self.remove_below(&directory);
        }
        for path in &layer.whiteouts {
            let path = self.resolve_parent(path)?;
            self.remove(&path);
        }
        self.remove_replaced(&layer);
        // Links first: files of the layer may lie behind them.
        let (links, others): (Vec<_>, Vec<_>) = layer.kept.into_iter().partition(|(_, kept)| matches!(kept, Kept::Link { .. }));
        for (path, kept) in links.into_iter().chain(others) {
            let path = self.resolve_parent(&path)?;
            let kept = match kept {
                Kept::HardLink { target, is_wanted } => match self.target(&target)? {
                    Some(kept) => kept,
                    None if is_wanted => Kept::Gap(Gap::NotKept { target }),
                    None => continue,
                },
                kept => kept,
            };
            // What lies in a directory has one to lie in, whether or not the layer says so.
            for directory in ancestors(&path) {
                self.nodes.remove(directory);
            }
            self.remove(&path);
            self.nodes.insert(path, Node { kept, layer: index });
        }
        self.keep_within_limits()
    }

    /// What the layers that lie here make together, of the files that `keep` names.
    pub fn so_far(&self, keep: &dyn Fn(&str) -> bool) -> Result<Merged, InvalidOverlay> {
        let is_kept = |(path, node): &(&String, &Node)| !matches!(node.kept, Kept::File(_)) || keep(path);
        let nodes = self.nodes.iter().filter(is_kept).map(|(path, node)| (path.clone(), node.clone())).collect();
        Self { nodes, layers: self.layers }.finish()
    }

    /// What all layers make together.
    pub fn finish(self) -> Result<Merged, InvalidOverlay> {
        let mut merged = Merged::default();
        let mut room = budget::CAPTURED_BYTES;
        for (path, node) in &self.nodes {
            match &node.kept {
                Kept::Gap(gap) => {
                    merged.gaps.insert(path.clone(), gap.clone());
                }
                Kept::File(bytes) => {
                    room = room.saturating_sub(cost(path, bytes));
                    merged.tree.files.insert(path.clone(), File { bytes: bytes.clone(), layer: node.layer });
                }
                Kept::Link { .. } | Kept::HardLink { .. } => {}
            }
        }
        for (path, node) in &self.nodes {
            let Kept::Link { target, is_wanted: true } = &node.kept else { continue };
            let found = self.resolve(path).ok().and_then(|found| self.nodes.get(&found));
            let kept = match found.map(|found| &found.kept) {
                Some(Kept::File(bytes)) if cost(path, bytes) > room => Kept::Gap(Gap::NoRoom { size: bytes.len() as u64 }),
                Some(kept @ (Kept::File(_) | Kept::Gap(_))) => kept.clone(),
                _ => Kept::Gap(Gap::NotKept { target: target.clone() }),
            };
            match kept {
                Kept::File(bytes) => {
                    room -= cost(path, &bytes);
                    let layer = found.map_or(node.layer, |found| found.layer.max(node.layer));
                    merged.tree.files.insert(path.clone(), File { bytes, layer });
                }
                Kept::Gap(gap) => {
                    merged.gaps.insert(path.clone(), gap);
                }
                Kept::Link { .. } | Kept::HardLink { .. } => unreachable!("neither is what a link was resolved to"),
            }
        }
        Ok(merged)
    }

    /// What a layer takes away by what it has at the places of what lies below, or at those of the directories that this lies in.
    fn remove_replaced(&mut self, layer: &Summary) {
        // Links first: where one is replaced, the layer means by its path what it has there itself.
        let is_taken = |path: &str| layer.occupied.has(path, Occupant::Other) || layer.occupied.has(path, Occupant::Directory);
        self.nodes.retain(|path, node| !(matches!(node.kept, Kept::Link { .. }) && is_taken(path)));
        let aliases = self.aliases();
        let occupied = |path: &str, occupant| aliases.names(path).any(|name| layer.occupied.has(&name, occupant));
        // Most of what lies below shares its directories.
        let mut judged: BTreeMap<String, bool> = BTreeMap::new();
        let gone: Vec<String> = self
            .nodes
            .keys()
            .filter(|path| {
                let replaces = |directory: &str| {
                    if let Some(known) = judged.get(directory) {
                        return *known;
                    }
                    let replaced = occupied(directory, Occupant::Other);
                    judged.insert(directory.to_owned(), replaced);
                    replaced
                };
                ancestors(path).any(replaces) || occupied(path, Occupant::Other) || occupied(path, Occupant::Directory)
            })
            .cloned()
            .collect();
        for path in gone {
            self.nodes.remove(&path);
        }
    }

    fn remove(&mut self, path: &str) {
        self.nodes.remove(path);
        self.remove_below(path);
    }

    fn remove_below(&mut self, directory: &str) {
        if directory.is_empty() {
            self.nodes.clear();
            return;
        }
        let gone: Vec<String> = layer::below(&self.nodes, directory).collect();
        for path in gone {
            self.nodes.remove(&path);
        }
    }

    /// What a hard link to `target` is another name of: the link itself, where that is one (POSIX leaves it open; Linux does so).
    fn target(&self, target: &str) -> Result<Option<Kept>, InvalidOverlay> {
        let target = self.resolve_parent(target)?;
        Ok(self.nodes.get(&target).map(|node| node.kept.clone()))
    }

    /// Where a path leads: through every link on it, its last part included.
    fn resolve(&self, path: &str) -> Result<String, InvalidOverlay> {
        let circle = || InvalidOverlay::Circle { path: path.to_owned() };
        let mut links = 0;
        let mut found = String::new();
        // What is still to be walked, the next part last.
        let mut parts: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        while let Some(part) = parts.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    found.truncate(found.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let before = found.len();
            if !found.is_empty() {
                found.push('/');
            }
            found.push_str(&part);
            let Some(Node { kept: Kept::Link { target, .. }, .. }) = self.nodes.get(&found) else { continue };
            links += 1;
            if links > budget::LINKS_FOLLOWED || parts.len() > budget::LAYER_PATH_BYTES {
                return Err(circle());
            }
            // The root is that of the image; nothing is above it.
            found.truncate(if target.starts_with('/') { 0 } else { before });
            parts.extend(target.split('/').rev().map(str::to_owned));
        }
        Ok(found)
    }

    /// Where a path lies: through every link on the way to it.
    fn resolve_parent(&self, path: &str) -> Result<String, InvalidOverlay> {
        let Some((directory, base)) = path.rsplit_once('/') else { return Ok(path.to_owned()) };
        let directory = self.resolve(directory)?;
        Ok(if directory.is_empty() { base.to_owned() } else { format!("{directory}/{base}") })
    }

    /// Other names of the directories in which something lies, as an upper layer may use them.
    fn aliases(&self) -> Aliases {
        let mut aliases = BTreeMap::<String, Vec<String>>::new();
        for (path, node) in &self.nodes {
            let Kept::Link { .. } = node.kept else { continue };
            let Ok(target) = self.resolve(path) else { continue };
            if !target.is_empty() && layer::below(&self.nodes, &target).next().is_some() {
                aliases.entry(target).or_default().push(path.clone());
            }
        }
        Aliases(aliases)
    }

    fn keep_within_limits(&mut self) -> Result<(), InvalidOverlay> {
        let (mut names, mut captured) = (0_usize, 0_usize);
        let mut too_much = Vec::new();
        for (path, node) in &self.nodes {
            match &node.kept {
                Kept::Link { target, .. } | Kept::HardLink { target, .. } => {
                    names += path.len() + target.len() + budget::REMEMBERED_BYTES;
                }
                Kept::Gap(_) => names += path.len() + budget::REMEMBERED_BYTES,
                Kept::File(bytes) if captured + cost(path, bytes) > budget::CAPTURED_BYTES => {
                    too_much.push((path.clone(), bytes.len() as u64));
                }
                Kept::File(bytes) => captured += cost(path, bytes),
            }
        }
        for (path, size) in too_much {
            names += path.len() + budget::REMEMBERED_BYTES;
            self.nodes.entry(path).and_modify(|node| node.kept = Kept::Gap(Gap::NoRoom { size }));
        }
        if names > budget::LAYER_NAMES_BYTES { Err(InvalidOverlay::TooManyNames) } else { Ok(()) }
    }
}

fn cost(path: &str, bytes: &[u8]) -> usize {
    path.len() + bytes.len() + budget::REMEMBERED_BYTES
}

/// The directories that a path lies in, without the root.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(slash, _)| &path[..slash])
}

/// Directories, and the links that lead to them.
struct Aliases(BTreeMap<String, Vec<String>>);

impl Aliases {
    /// A path, and the same through links. The link itself is no other name for where it leads: a layer that has something else in its
    /// place replaces the link alone.
    fn names(&self, path: &str) -> impl Iterator<Item = String> {
        let through = ancestors(path).filter_map(|directory| Some((self.0.get(directory)?, &path[directory.len()..])));
        let through = through.flat_map(|(links, rest)| links.iter().map(move |link| format!("{link}{rest}")));
        core::iter::once(path.to_owned()).chain(through)
    }
}
