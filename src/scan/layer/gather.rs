//! What is remembered of a layer: the files that are wanted, every symbolic link, and what it takes away from below.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::budget;
use crate::scan::gap::Gap;
use crate::scan::layer::below::Occupant;
use crate::scan::layer::below::Occupied;
use crate::scan::layer::capture::Candidate;
use crate::scan::layer::capture::Capture;
use crate::scan::layer::capture::Captures;
use crate::scan::layer::capture::Keeper;
use crate::scan::layer::invalid::InvalidLayer;
use crate::scan::layer::invalid::Limit;
use crate::scan::layer::path;
use crate::scan::layer::path::Name;
use crate::scan::layer::tar::Entry;
use crate::scan::layer::tar::Kind;
use crate::scan::layer::tar::Visitor;

/// What is remembered of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scan) enum Kept {
    /// A file that was wanted.
    File(Vec<u8>),
    /// A symbolic link, and whether what it leads to is wanted here.
    Link { target: String, is_wanted: bool },
    /// Another name of a file of a lower layer, and whether that had to be kept.
    HardLink { target: String, is_wanted: bool },
    /// A file that was wanted and could not be kept.
    Gap(Gap),
}

/// Goes through an archive.
pub(super) struct Gather<'c> {
    captures: &'c dyn Captures,
    pub(super) kept: BTreeMap<String, Kept>,
    pub(super) whiteouts: BTreeSet<String>,
    pub(super) opaque: BTreeSet<String>,
    pub(super) occupied: Occupied,
    pub(super) entries: u64,
    names: usize,
    captured: usize,
    /// The file that is being read.
    file: Option<File>,
}

struct File {
    path: String,
    size: u64,
    is_executable: bool,
    keeper: Keeper,
}

impl File {
    fn candidate(&self) -> Candidate<'_> {
        Candidate { path: &self.path, size: self.size, is_executable: self.is_executable }
    }
}

impl<'c> Gather<'c> {
    pub(super) fn new(captures: &'c dyn Captures) -> Self {
        Self {
            captures,
            kept: BTreeMap::new(),
            whiteouts: BTreeSet::new(),
            opaque: BTreeSet::new(),
            occupied: Occupied::default(),
            entries: 0,
            names: 0,
            captured: 0,
            file: None,
        }
    }

    /// Room for one more name.
    fn name(&mut self, bytes: usize) -> Result<(), InvalidLayer> {
        self.names = self.names.saturating_add(bytes + budget::REMEMBERED_BYTES);
        if self.names > budget::LAYER_NAMES_BYTES { Err(Limit::Names.into()) } else { Ok(()) }
    }

    /// What the layer itself put there before is no more.
    fn forget(&mut self, path: &str, occupant: Occupant) {
        if self.kept.is_empty() {
            return;
        }
        let mut gone = self.kept.remove_entry(path);
        loop {
            match gone {
                Some((path, Kept::File(bytes))) => self.captured -= cost(&path, bytes.len()),
                Some((path, Kept::Link { target, .. } | Kept::HardLink { target, .. })) => {
                    self.names -= path.len() + target.len() + budget::REMEMBERED_BYTES;
                }
                Some((path, Kept::Gap(_))) => self.names -= path.len() + budget::REMEMBERED_BYTES,
                None => {}
            }
            let next = if occupant == Occupant::Other { below(&self.kept, path).next() } else { None };
            let Some(next) = next else { return };
            gone = self.kept.remove_entry(&next);
        }
    }

    fn add(&mut self, path: String, kept: Kept) -> Result<(), InvalidLayer> {
        match &kept {
            Kept::File(bytes) => self.captured += cost(&path, bytes.len()),
            Kept::Link { target, .. } | Kept::HardLink { target, .. } => self.name(path.len() + target.len())?,
            Kept::Gap(_) => self.name(path.len())?,
        }
        self.kept.insert(path, kept);
        Ok(())
    }

    /// A keeper for a file, or the reason why there is none.
    fn keeper(&self, capture: Capture, file: &Candidate<'_>) -> Result<Keeper, Gap> {
        let most = match capture {
            Capture::Nothing | Capture::ByContent => 0,
            Capture::Whole { limit } if file.size > limit as u64 => {
                return Err(Gap::TooLarge { size: file.size, limit: limit as u64 });
            }
            Capture::Whole { .. } => file.size,
            Capture::Beginning { limit } | Capture::Marked { limit, .. } => file.size.min(limit as u64),
        };
        let room = budget::CAPTURED_BYTES.saturating_sub(self.captured);
        if capture != Capture::Nothing && usize::try_from(most).is_ok_and(|most| cost(file.path, most) > room) {
            return Err(Gap::NoRoom { size: file.size });
        }
        Ok(Keeper::new(capture).unwrap_or(Keeper::Head(Vec::new())))
    }

    fn link(&mut self, path: String, kind: Kind, target: &[u8]) -> Result<(), InvalidLayer> {
        let candidate = Candidate { path: &path, size: 0, is_executable: true };
        let capture = self.captures.by_path(&candidate);
        // What the content would decide was decided where the content is.
        let is_wanted = !matches!(capture, Capture::Nothing | Capture::ByContent);
        if kind == Kind::SymbolicLink {
            let target = String::from_utf8_lossy(target).into_owned();
            return self.add(path, Kept::Link { target, is_wanted });
        }
        if capture == Capture::Nothing {
            return Ok(());
        }
        let target = path::clean(target)?;
        let kept = match self.kept.get(&target) {
            Some(Kept::File(bytes)) if self.captured + cost(&path, bytes.len()) > budget::CAPTURED_BYTES => {
                Kept::Gap(Gap::NoRoom { size: bytes.len() as u64 })
            }
            Some(Kept::HardLink { target, .. }) => Kept::HardLink { target: target.clone(), is_wanted },
            Some(kept) => kept.clone(),
            None => Kept::HardLink { target, is_wanted },
        };
        self.add(path, kept)
    }

    /// What the first bytes tell.
    fn decide(&mut self) -> Result<(), InvalidLayer> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let Keeper::Head(head) = &file.keeper else {
            self.file = Some(file);
            return Ok(());
        };
        let capture = match self.captures.by_content(&file.candidate(), head) {
            Capture::ByContent => Capture::Nothing,
            capture => capture,
        };
        match self.keeper(capture, &file.candidate()) {
            Ok(mut keeper) => {
                keeper.push(head);
                file.keeper = keeper;
                self.file = Some(file);
                Ok(())
            }
            Err(gap) => self.add(file.path, Kept::Gap(gap)),
        }
    }
}

impl Visitor for Gather<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<(), InvalidLayer> {
        self.entries += 1;
        self.file = None;
        let path = path::clean(entry.path)?;
        if path.is_empty() {
            return if entry.kind == Kind::Directory { Ok(()) } else { Err(path::invalid("is that of the root", "/")) };
        }
        match path::name(&path)? {
            Name::Path => {}
            Name::Aufs => return Ok(()),
            Name::Whiteout(gone) => {
                self.name(gone.len())?;
                self.whiteouts.insert(gone);
                return Ok(());
            }
            Name::Opaque(directory) => {
                self.name(directory.len())?;
                self.opaque.insert(directory.to_owned());
                return Ok(());
            }
        }
        let occupant = if entry.kind == Kind::Directory { Occupant::Directory } else { Occupant::Other };
        self.forget(&path, occupant);
        if self.occupied.add(&path, occupant) {
            return Err(Limit::Unsettled.into());
        }
        match entry.kind {
            Kind::Directory | Kind::Special => Ok(()),
            kind @ (Kind::HardLink | Kind::SymbolicLink) => self.link(path, kind, entry.link),
            Kind::File => {
                let candidate = Candidate { path: &path, size: entry.size, is_executable: entry.is_executable };
                match self.keeper(self.captures.by_path(&candidate), &candidate) {
                    Ok(Keeper::Nothing) => {}
                    Ok(keeper) => self.file = Some(File { path, size: entry.size, is_executable: entry.is_executable, keeper }),
                    Err(gap) => self.add(path, Kept::Gap(gap))?,
                }
                Ok(())
            }
        }
    }

    fn content(&mut self, mut bytes: &[u8]) -> Result<(), InvalidLayer> {
        while let Some(file) = &mut self.file {
            bytes = file.keeper.push(bytes);
            if bytes.is_empty() {
                break;
            }
            self.decide()?;
        }
        Ok(())
    }

    fn hole(&mut self, mut length: u64) -> Result<(), InvalidLayer> {
        while let Some(file) = &mut self.file {
            length = file.keeper.hole(length);
            if length == 0 {
                break;
            }
            self.decide()?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), InvalidLayer> {
        self.decide()?;
        let Some(file) = self.file.take() else { return Ok(()) };
        match file.keeper.finish() {
            Some(bytes) => self.add(file.path, Kept::File(bytes)),
            None => Ok(()),
        }
    }
}

fn cost(path: &str, bytes: usize) -> usize {
    path.len() + bytes + budget::REMEMBERED_BYTES
}

/// The paths inside a directory.
pub(in crate::scan) fn below<T>(paths: &BTreeMap<String, T>, directory: &str) -> impl Iterator<Item = String> {
    let start = format!("{directory}/");
    // The character behind `/`.
    let end = format!("{directory}0");
    paths.range(start..end).map(|(path, _)| path.clone())
}
