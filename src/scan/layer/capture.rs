//! Which files of a layer are kept, and how much of them. Everything else passes by.

use crate::budget;

/// Says which files are wanted.
pub trait Captures {
    /// What to keep of a file, as far as its place tells. Also asked of links, whose size is 0: one to a wanted place is followed.
    fn by_path(&self, candidate: &Candidate<'_>) -> Capture;

    /// What to keep of a file for which [`by_path`](Self::by_path) said [`Capture::ByContent`]. `first` are the first
    /// [`budget::FILE_HEAD_BYTES`] of it, or all there are.
    fn by_content(&self, candidate: &Candidate<'_>, first: &[u8]) -> Capture {
        let _ = (candidate, first);
        Capture::Nothing
    }
}

/// A file that may be wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Where it lies in the image, without a `/` in front.
    pub path: &'a str,
    /// Bytes of content.
    pub size: u64,
    /// Whether anybody may execute it.
    pub is_executable: bool,
}

/// What to keep of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// Nothing.
    Nothing,
    /// All of it. One with more bytes than this is not kept, and is told as a gap.
    Whole {
        /// Bytes.
        limit: usize,
    },
    /// Its beginning. What is behind it is not wanted, and is no gap.
    Beginning {
        /// Bytes.
        limit: usize,
    },
    /// What begins at the first place where `marker` stands, reckoned in steps of `alignment` bytes from the start of the file; the
    /// marker included. A file without it is not wanted. So Go's build information is found, which may lie anywhere in a program.
    Marked {
        /// Not made of zeros.
        marker: &'static [u8],
        /// Bytes; 1 for anywhere.
        alignment: usize,
        /// Bytes to keep.
        limit: usize,
    },
    /// The content decides: [`Captures::by_content`].
    ByContent,
}

/// A file on its way. No more memory is taken than bytes have come.
pub(super) enum Keeper {
    /// It passes by.
    Nothing,
    /// Its first bytes, until it can be told what it is.
    Head(Vec<u8>),
    /// All of it: it was seen before that it is not too large.
    Whole {
        bytes: Vec<u8>,
        limit: usize,
    },
    Beginning {
        bytes: Vec<u8>,
        limit: usize,
    },
    Marked(Marked),
}

impl Keeper {
    /// `None` for [`Capture::ByContent`], which is none.
    pub(super) fn new(capture: Capture) -> Option<Self> {
        Some(match capture {
            Capture::Nothing => Self::Nothing,
            Capture::Whole { limit } => Self::Whole { bytes: Vec::new(), limit },
            Capture::Beginning { limit } => Self::Beginning { bytes: Vec::new(), limit },
            Capture::Marked { marker, alignment, limit } => Self::Marked(Marked::new(marker, alignment, limit)),
            Capture::ByContent => return None,
        })
    }

    /// The next bytes; what is not read yet because the head is complete comes back.
    pub(super) fn push<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match self {
            Self::Nothing => {}
            Self::Head(head) => {
                let (taken, rest) = bytes.split_at(bytes.len().min(budget::FILE_HEAD_BYTES - head.len()));
                head.extend_from_slice(taken);
                return rest;
            }
            Self::Whole { bytes: kept, limit } | Self::Beginning { bytes: kept, limit } => {
                kept.extend_from_slice(&bytes[..bytes.len().min(*limit - kept.len())]);
            }
            Self::Marked(marked) => marked.push(bytes),
        }
        &[]
    }

    /// The next `length` bytes, all of them zeros: there may be more than anybody could count to. As many as are not read yet come back.
    pub(super) fn hole(&mut self, length: u64) -> u64 {
        let fill = |bytes: &mut Vec<u8>, limit: usize| {
            let room = (limit - bytes.len()) as u64;
            let filled = length.min(room);
            bytes.resize(bytes.len() + usize::try_from(filled).expect("no more than a limit"), 0);
            length - filled
        };
        match self {
            Self::Nothing => {}
            Self::Head(head) => return fill(head, budget::FILE_HEAD_BYTES),
            Self::Whole { bytes, limit } | Self::Beginning { bytes, limit } => {
                fill(bytes, *limit);
            }
            Self::Marked(Marked { found: Some(found), limit, .. }) => {
                fill(found, *limit);
            }
            // No marker is made of zeros.
            Self::Marked(marked) => {
                marked.position += marked.carry.len() as u64 + length;
                marked.carry.clear();
            }
        }
        0
    }

    /// What is kept, if anything is.
    pub(super) fn finish(self) -> Option<Vec<u8>> {
        match self {
            Self::Nothing | Self::Head(_) => None,
            Self::Whole { bytes, .. } | Self::Beginning { bytes, .. } => Some(bytes),
            Self::Marked(marked) => marked.found,
        }
    }
}

/// Looks for a marker.
pub(super) struct Marked {
    marker: &'static [u8],
    alignment: usize,
    limit: usize,
    /// The last bytes, where a marker may have begun: fewer than it has.
    carry: Vec<u8>,
    /// Where in the file `carry` begins.
    position: u64,
    found: Option<Vec<u8>>,
}

impl Marked {
    fn new(marker: &'static [u8], alignment: usize, limit: usize) -> Self {
        Self { marker, alignment: alignment.max(1), limit, carry: Vec::new(), position: 0, found: None }
    }

    fn push(&mut self, bytes: &[u8]) {
        if let Some(found) = &mut self.found {
            found.extend_from_slice(&bytes[..bytes.len().min(self.limit - found.len())]);
            return;
        }
        // A marker may begin in what is left of the piece before: there, only so much is looked at as it can reach into this one.
        let before = self.carry.len();
        let reach = bytes.len().min(self.marker.len().saturating_sub(1));
        self.carry.extend_from_slice(&bytes[..reach]);
        if let Some(at) = self.find(&self.carry, self.position).filter(|at| *at < before) {
            let mut found = self.carry[at..before].to_vec();
            found.truncate(self.limit);
            self.found = Some(found);
            self.carry = Vec::new();
            return self.push(bytes);
        }
        let start = self.position + before as u64;
        if let Some(at) = self.find(bytes, start) {
            self.carry = Vec::new();
            self.found = Some(Vec::new());
            return self.push(&bytes[at..]);
        }
        if bytes.len() >= self.marker.len() {
            self.carry.clear();
            let kept = self.marker.len().saturating_sub(1);
            self.carry.extend_from_slice(&bytes[bytes.len() - kept..]);
        } else {
            let surplus = self.carry.len().saturating_sub(self.marker.len().saturating_sub(1));
            self.carry.drain(..surplus);
        }
        self.position = start + bytes.len() as u64 - self.carry.len() as u64;
    }

    /// The first aligned place in `bytes`, which begin at `position`, where the whole marker stands.
    fn find(&self, bytes: &[u8], position: u64) -> Option<usize> {
        let step = self.alignment as u64;
        let first = usize::try_from(position.next_multiple_of(step) - position).ok()?;
        (first..bytes.len()).step_by(self.alignment).find(|at| bytes[*at..].starts_with(self.marker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKER: &[u8] = b"\xff Go buildinf:";

    fn found(content: &[u8], piece: usize, alignment: usize, limit: usize) -> Option<Vec<u8>> {
        let mut keeper = Keeper::new(Capture::Marked { marker: MARKER, alignment, limit }).unwrap();
        for bytes in content.chunks(piece) {
            assert_eq!(keeper.push(bytes), b"");
        }
        keeper.finish()
    }

    #[test]
    fn a_marker_is_found_however_the_file_is_cut() {
        let content = [&[0; 48][..], MARKER, b"and what follows it"].concat();
        for piece in 1..=content.len() {
            assert_eq!(found(&content, piece, 16, 20).as_deref(), Some(&content[48..68]), "{piece}");
            assert_eq!(found(&content, piece, 1, 1000).as_deref(), Some(&content[48..]), "{piece}");
            assert_eq!(found(&content, piece, 16, 3).as_deref(), Some(&content[48..51]), "{piece}");
        }
    }

    #[test]
    fn a_marker_out_of_place_or_cut_short_is_none() {
        let shifted = [&[0; 47][..], MARKER, b"and what follows it"].concat();
        let twice = [&[0; 47][..], MARKER, &[0; 3], MARKER].concat();
        let short = [&[0; 48][..], &MARKER[..MARKER.len() - 1]].concat();
        for piece in 1..=shifted.len() {
            assert_eq!(found(&shifted, piece, 16, 20), None, "{piece}");
            assert_eq!(found(&twice, piece, 16, 20).as_deref(), Some(MARKER), "{piece}");
            assert_eq!(found(&short, piece, 16, 20), None, "{piece}");
            assert_eq!(found(b"", piece, 16, 20), None);
        }
    }

    #[test]
    fn a_beginning_is_no_longer_than_wanted() {
        for piece in 1..8 {
            let mut keeper = Keeper::new(Capture::Beginning { limit: 4 }).unwrap();
            for bytes in b"beginning".chunks(piece) {
                keeper.push(bytes);
            }
            assert_eq!(keeper.finish().unwrap(), b"begi");
        }
    }
}
