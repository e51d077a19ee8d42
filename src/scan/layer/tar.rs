//! tar archives, pushed: POSIX ustar and pax, GNU, and what came before them.
//!
//! Where the formats leave a choice, the one of Go's `archive/tar` is taken: containerd, Docker and Podman all unpack images with it, and
//! what another reading finds is not what runs. So a global extended header changes nothing, links and directories have no content
//! whatever size they state, and nothing is read behind two blocks of zeros.

mod header;
mod pax;
mod sparse;

use crate::budget;
use crate::scan::layer::invalid::InvalidLayer;
use crate::scan::layer::invalid::Limit;
use crate::scan::layer::tar::header::Header;
use crate::scan::layer::tar::pax::Pax;
use crate::scan::layer::tar::sparse::Map;
use crate::scan::layer::tar::sparse::MapReader;
use crate::scan::layer::tar::sparse::Version;

/// One entry. Its content follows, if it has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// As it is written.
    pub(super) path: &'a [u8],
    /// What it is.
    pub(super) kind: Kind,
    /// The target of a link, as it is written.
    pub(super) link: &'a [u8],
    /// Bytes of content, holes included.
    pub(super) size: u64,
    /// Whether anybody may execute it.
    pub(super) is_executable: bool,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// Another name of a file.
    HardLink,
    /// A symbolic link.
    SymbolicLink,
    /// A device or a pipe.
    Special,
}

/// Who is told what is in an archive.
pub(super) trait Visitor {
    /// The next entry.
    fn entry(&mut self, entry: &Entry<'_>) -> Result<(), InvalidLayer>;
    /// The next bytes of its content.
    fn content(&mut self, bytes: &[u8]) -> Result<(), InvalidLayer>;
    /// The next bytes of its content, all of them zeros.
    fn hole(&mut self, length: u64) -> Result<(), InvalidLayer>;
    /// Its content is complete.
    fn end(&mut self) -> Result<(), InvalidLayer>;
}

/// Reads an archive in pieces of any size.
pub(super) struct Tar {
    state: State,
    block: [u8; 512],
    filled: usize,
    /// Blocks before this one.
    blocks: u64,
    headers: u64,
    /// What the next entry is told by headers of its own.
    pax: Pax,
    long_name: Vec<u8>,
    long_link: Vec<u8>,
    special: Vec<u8>,
    /// The entry that is being read.
    next: Option<Next>,
    /// Parts of a sparse file that are still to come, the next one last.
    parts: Vec<(u64, u64)>,
    is_sparse: bool,
    /// Where in the file the next byte belongs.
    position: u64,
    file_size: u64,
}

/// An entry whose content has not begun.
struct Next {
    header: Header,
    kind: Kind,
    size: u64,
    stored: u64,
}

enum State {
    /// A header, or the end.
    Header { after_zeros: bool },
    /// This much of an extended header or a long name, and the padding behind it.
    Special { kind: u8, left: u64, padding: u64 },
    /// A block of GNU's map of a sparse file.
    GnuMap { map: Map, bytes: u64 },
    /// A block of the map of a sparse file in front of its content.
    ContentMap { reader: MapReader },
    /// This much content, and the padding behind it.
    Content { left: u64, padding: u64 },
    /// This much padding.
    Padding { left: u64 },
    /// Behind the end. Nobody reads what stands here.
    End,
}

impl Tar {
    pub(super) fn new() -> Self {
        Self {
            state: State::Header { after_zeros: false },
            block: [0; 512],
            filled: 0,
            blocks: 0,
            headers: 0,
            pax: Pax::default(),
            long_name: Vec::new(),
            long_link: Vec::new(),
            special: Vec::new(),
            next: None,
            parts: Vec::new(),
            is_sparse: false,
            position: 0,
            file_size: 0,
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8], visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Header { .. } | State::GnuMap { .. } | State::ContentMap { .. } => {
                    let taken = (512 - self.filled).min(bytes.len());
                    self.block[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
                    self.filled += taken;
                    bytes = &bytes[taken..];
                    if self.filled == 512 {
                        self.filled = 0;
                        self.read_block(visitor)?;
                        self.blocks += 1;
                    }
                }
                State::Special { left, .. } => {
                    let piece = take(&mut bytes, left);
                    self.special.extend_from_slice(piece);
                    if *left == 0 {
                        self.end_special()?;
                    }
                }
                State::Content { left, .. } => {
                    let piece = take(&mut bytes, left);
                    let is_last = *left == 0;
                    self.content(piece, visitor)?;
                    if is_last {
                        self.end_content(visitor)?;
                    }
                }
                State::Padding { left } => {
                    take(&mut bytes, left);
                    if *left == 0 {
                        self.state = State::Header { after_zeros: false };
                    }
                }
                State::End => return Ok(()),
            }
        }
        Ok(())
    }

    /// An archive may end without the blocks of zeros, between two entries or in the padding of one: Go minds only where something is
    /// missing.
    pub(super) fn finish(&self) -> Result<(), InvalidLayer> {
        match self.state {
            State::End | State::Padding { .. } => Ok(()),
            State::Header { .. } if self.filled == 0 => Ok(()),
            State::Header { .. } => Err(InvalidLayer::Truncated { what: "a header of the archive" }),
            _ => Err(InvalidLayer::Truncated { what: "an entry of the archive" }),
        }
    }

    fn invalid(&self, reason: &'static str) -> InvalidLayer {
        InvalidLayer::Archive { block: self.blocks, reason }
    }

    fn read_block(&mut self, visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        match &mut self.state {
            State::Header { after_zeros } => {
                if self.block.iter().all(|byte| *byte == 0) {
                    self.state = if *after_zeros { State::End } else { State::Header { after_zeros: true } };
                    return Ok(());
                }
                if *after_zeros {
                    return Err(self.invalid("an entry behind a block of zeros"));
                }
                self.headers += 1;
                if self.headers > budget::LAYER_ENTRIES {
                    return Err(Limit::Entries.into());
                }
                let header = Header::parse(&self.block).map_err(|reason| self.invalid(reason))?;
                self.read_header(header, visitor)
            }
            State::GnuMap { map, bytes } => {
                *bytes += 512;
                if *bytes > budget::LAYER_HEADER_BYTES {
                    return Err(Limit::Header.into());
                }
                let is_extended = map.read_gnu(&self.block[..505]);
                let map = core::mem::take(map);
                let bytes = *bytes;
                match is_extended {
                    Err(reason) => Err(self.invalid(reason)),
                    Ok(true) => {
                        self.state = State::GnuMap { map, bytes };
                        Ok(())
                    }
                    Ok(false) => self.begin_sparse(map, visitor),
                }
            }
            State::ContentMap { reader } => {
                let map = reader.push(&self.block);
                let next = self.next.as_mut().expect("the map is of the next entry");
                // Whole blocks of the content.
                let Some(stored) = next.stored.checked_sub(512) else {
                    return Err(self.invalid("a map of a sparse file without an end"));
                };
                next.stored = stored;
                match map {
                    Err(reason) => Err(self.invalid(reason)),
                    Ok(Some(map)) => self.begin_sparse(map, visitor),
                    Ok(None) => Ok(()),
                }
            }
            State::Special { .. } | State::Content { .. } | State::Padding { .. } | State::End => {
                unreachable!("these are not read in blocks")
            }
        }
    }

    fn read_header(&mut self, header: Header, visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        if let kind @ (b'x' | b'g' | b'L' | b'K') = header.kind {
            if header.size > budget::LAYER_HEADER_BYTES {
                return Err(Limit::Header.into());
            }
            self.special.clear();
            self.state = State::Special { kind, left: header.size, padding: padding(header.size) };
            return if header.size == 0 { self.end_special() } else { Ok(()) };
        }
        let pax = core::mem::take(&mut self.pax);
        let mut header = header;
        replace(&mut header.name, &pax.path);
        replace(&mut header.name, &self.long_name);
        replace(&mut header.link, &pax.link);
        replace(&mut header.link, &self.long_link);
        self.long_name.clear();
        self.long_link.clear();
        let kind = match header.kind {
            0 if header.name.ends_with(b"/") => Kind::Directory,
            0 | b'0' | b'7' | b'S' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::SymbolicLink,
            b'3' | b'4' | b'6' => Kind::Special,
            b'5' => Kind::Directory,
            // POSIX would have it read as a file; those who unpack images refuse it.
            _ => return Err(self.invalid("an entry of a kind that nobody unpacks")),
        };
        let stored = if kind == Kind::File { pax.size.unwrap_or(header.size) } else { 0 };
        if i64::try_from(stored).is_err() {
            return Err(self.invalid("a size that is too large"));
        }
        let mut next = Next { kind, size: stored, stored, header };
        if next.header.kind == b'S' {
            if !next.header.is_gnu {
                return Err(self.invalid("a sparse file in another format than GNU's"));
            }
            next.size = header::number(&self.block[483..495]).map_err(|reason| self.invalid(reason))?;
            let mut map = Map::default();
            let is_extended = map.read_gnu(&self.block[386..483]).map_err(|reason| self.invalid(reason))?;
            self.next = Some(next);
            if is_extended {
                self.state = State::GnuMap { map, bytes: 0 };
                return Ok(());
            }
            return self.begin_sparse(map, visitor);
        }
        let Some(version) = pax.sparse.version() else {
            self.next = Some(next);
            return self.begin(visitor);
        };
        if kind != Kind::File {
            return Err(self.invalid("a sparse file that is no file"));
        }
        replace(&mut next.header.name, &pax.sparse.name);
        if let Some(size) = pax.sparse.file_size().map_err(|reason| self.invalid(reason))? {
            next.size = size;
        }
        self.next = Some(next);
        match version {
            Version::InHeader => {
                let map = pax.sparse.map().map_err(|reason| self.invalid(reason))?;
                self.begin_sparse(map, visitor)
            }
            Version::InContent => {
                self.state = State::ContentMap { reader: MapReader::default() };
                Ok(())
            }
        }
    }

    fn end_special(&mut self) -> Result<(), InvalidLayer> {
        let State::Special { kind, padding, .. } = self.state else { unreachable!("only a special header ends so") };
        let until_zero = || header::text(&self.special).to_vec();
        match kind {
            b'L' => self.long_name = until_zero(),
            b'K' => self.long_link = until_zero(),
            b'x' => self.pax = Pax::parse(&self.special).map_err(|reason| self.invalid(reason))?,
            _ => {
                Pax::parse(&self.special).map_err(|reason| self.invalid(reason))?;
                // Go hands a global header on as an entry of its own, and what stood in front of it was about that one.
                self.pax = Pax::default();
                self.long_name.clear();
                self.long_link.clear();
            }
        }
        // What was read is a thousand times what it mostly is: such memory is not kept.
        self.special = Vec::new();
        self.pad(padding);
        Ok(())
    }

    fn pad(&mut self, padding: u64) {
        self.state = if padding == 0 { State::Header { after_zeros: false } } else { State::Padding { left: padding } };
    }

    fn begin_sparse(&mut self, map: Map, visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        let next = self.next.as_ref().expect("the map is of the next entry");
        if !map.describes(next.size, next.stored) {
            return Err(self.invalid("a map of a sparse file that does not describe it"));
        }
        self.parts = map.0;
        // A part of no length says no more than how long the file is.
        self.parts.retain(|(_, length)| *length > 0);
        self.parts.reverse();
        self.is_sparse = true;
        self.begin(visitor)
    }

    fn begin(&mut self, visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        let Next { header, kind, size, stored } = self.next.take().expect("set by whoever calls this");
        for path in [&header.name, &header.link] {
            if path.len() > budget::LAYER_PATH_BYTES {
                return Err(Limit::Path.into());
            }
        }
        let is_executable = header.mode & 0o111 != 0;
        visitor.entry(&Entry { path: &header.name, kind, link: &header.link, size, is_executable })?;
        (self.position, self.file_size) = (0, size);
        self.state = State::Content { left: stored, padding: padding(stored) };
        if stored == 0 {
            self.end_content(visitor)?;
        }
        Ok(())
    }

    fn content(&mut self, mut piece: &[u8], visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        if !self.is_sparse {
            return visitor.content(piece);
        }
        while !piece.is_empty() {
            let (offset, length) = self.parts.last_mut().expect("the map describes as many bytes as there are");
            if *offset > self.position {
                visitor.hole(*offset - self.position)?;
                self.position = *offset;
            }
            let part = take(&mut piece, length);
            visitor.content(part)?;
            self.position += part.len() as u64;
            *offset = self.position;
            if *length == 0 {
                self.parts.pop();
            }
        }
        Ok(())
    }

    fn end_content(&mut self, visitor: &mut impl Visitor) -> Result<(), InvalidLayer> {
        let State::Content { padding, .. } = self.state else { unreachable!("only content ends so") };
        if self.is_sparse {
            visitor.hole(self.file_size - self.position)?;
            self.parts = Vec::new();
            self.is_sparse = false;
        }
        visitor.end()?;
        self.pad(padding);
        Ok(())
    }
}

/// As much as is left, and no more than there is.
fn take<'b>(bytes: &mut &'b [u8], left: &mut u64) -> &'b [u8] {
    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
    let (piece, rest) = bytes.split_at(length);
    *bytes = rest;
    *left -= length as u64;
    piece
}

/// Up to the next block.
const fn padding(length: u64) -> u64 {
    length.next_multiple_of(512) - length
}

/// Where somebody says otherwise.
fn replace(field: &mut Vec<u8>, other: &[u8]) {
    if !other.is_empty() {
        other.clone_into(field);
    }
}
