//! Which files belong to packages of the distribution.
//!
//! A Python package that Debian packages is Debian's: fixes arrive in it without a new version of its own, so what is said of the version on
//! PyPI does not hold. Counting both is the largest class of false findings of other programs.
//!
//! Only files that are asked about are remembered, so that a database cannot fill the memory with paths. A file that came in a higher layer
//! than what claims it was written by somebody else since: it is nobody's.

use std::collections::BTreeMap;

/// The files that are asked about.
#[derive(Default)]
pub(super) struct Ownership {
    folders: BTreeMap<String, Folder>,
    files: Vec<BTreeMap<String, File>>,
}

/// A folder that has files that are asked about.
#[derive(Clone, Copy)]
pub(super) struct Folder(usize);

struct File {
    layer: usize,
    /// By the database that is being read.
    claimed: bool,
    owned: bool,
}

impl Ownership {
    /// Asks about a file.
    pub(super) fn ask(&mut self, path: &str, layer: usize) {
        let (folder, name) = split(path);
        let Folder(index) = *self.folders.entry(folder.to_owned()).or_insert(Folder(self.files.len()));
        if index == self.files.len() {
            self.files.push(BTreeMap::new());
        }
        self.files[index].insert(name.to_owned(), File { layer, claimed: false, owned: false });
    }

    /// Whether nothing is asked about.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The folder, as a database writes it, if something in it is asked about.
    pub(super) fn folder(&self, written: &str) -> Option<Folder> {
        self.folders.get(canonical(written)).copied()
    }

    /// A file in it belongs to a package of a database of this layer: [`settle`](Self::settle).
    pub(super) fn claim(&mut self, Folder(index): Folder, name: &str, layer: usize) {
        if let Some(file) = self.files[index].get_mut(name) {
            file.claimed |= file.layer <= layer;
        }
    }

    /// What was claimed since the last time counts, or does not: a database that cannot be read names no packages, so it has no files.
    pub(super) fn settle(&mut self, counts: bool) {
        for file in self.files.iter_mut().flat_map(BTreeMap::values_mut) {
            file.owned |= core::mem::take(&mut file.claimed) && counts;
        }
    }

    /// Whether a package of the distribution has this file.
    pub(super) fn is_owned(&self, path: &str) -> bool {
        let (folder, name) = split(path);
        self.folders.get(folder).and_then(|Folder(index)| self.files[*index].get(name)).is_some_and(|file| file.owned)
    }
}

fn split(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (canonical(folder), name)
}

/// One way to write a folder: without `/` around it, and without `usr/` where distributions have merged the two. A package may say `/lib/x`
/// of what is now in `usr/lib/x`.
fn canonical(folder: &str) -> &str {
    let folder = folder.strip_prefix("./").unwrap_or(folder).trim_matches('/');
    let merged = folder.strip_prefix("usr/").filter(|below| {
        let first = below.split('/').next().unwrap_or(below);
        matches!(first, "bin" | "sbin" | "lib" | "lib32" | "lib64" | "libx32")
    });
    merged.unwrap_or(folder)
}
