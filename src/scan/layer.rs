//! One layer, read as it arrives: chunks of the blob go in, and what was wanted of it comes out once all of it is proven.
//!
//! ```text
//! chunk ─┬▶ SHA-256 of the blob                   ╲
//!        └▶ gzip, zstd ─┬▶ SHA-256 of the archive  ▶ Summary
//!                       └▶ tar ▶ wanted files     ╱
//! ```
//!
//! Nothing is kept but what was asked for, within limits (`budget.rs`), however many entries there are. A [`Summary`] is made only by
//! [`Reader::finish`], after the blob has the size and the digest that the manifest names, and the archive in it has the diff ID that the
//! configuration names: OCI image specification, [Layer DiffID](https://github.com/opencontainers/image-spec/blob/main/config.md).

mod below;
mod capture;
mod gather;
mod gzip;
mod invalid;
mod path;
mod tar;
mod unpack;
mod zstd;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub use below::Below;
pub(in crate::scan) use below::Occupant;
pub(in crate::scan) use below::Occupied;
pub use capture::Candidate;
pub use capture::Capture;
pub use capture::Captures;
pub(in crate::scan) use gather::Kept;
pub(in crate::scan) use gather::below;
pub use invalid::InvalidLayer;
pub use invalid::Limit;

use crate::budget;
use crate::digest::Digest;
use crate::digest::DigestMismatch;
use crate::digest::Hashes;
use crate::digest::Hashing;
use crate::digest::Here;
use crate::scan::gap::Gap;
use crate::scan::layer::gather::Gather;
use crate::scan::layer::tar::Tar;
use crate::scan::layer::unpack::Output;
use crate::scan::layer::unpack::Unpack;

/// What a layer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Of the blob, from the manifest.
    pub digest: Digest,
    /// Bytes of the blob, from the manifest.
    pub size: u64,
    /// Of the archive in it, from the configuration.
    pub diff_id: Digest,
}

/// Reads one layer in pieces of any size.
pub struct Reader<'c> {
    expected: Expected,
    received: u64,
    blob: Box<dyn Hashing>,
    unpack: Unpack,
    unpacked: u64,
    archive: Box<dyn Hashing>,
    tar: Tar,
    gather: Gather<'c>,
    /// What is wrong with the content. It is told only if these are the bytes that were named: otherwise that is what is wrong.
    fault: Option<InvalidLayer>,
}

impl<'c> Reader<'c> {
    /// A reader that keeps what `captures` wants.
    pub fn new(expected: Expected, captures: &'c dyn Captures) -> Result<Self, InvalidLayer> {
        if expected.size > budget::LAYER_BYTES {
            return Err(Limit::Bytes.into());
        }
        Ok(Self {
            expected,
            received: 0,
            blob: Here.begin(expected.digest.algorithm()),
            unpack: Unpack::new(),
            unpacked: 0,
            archive: Here.begin(expected.diff_id.algorithm()),
            tar: Tar::new(),
            gather: Gather::new(captures),
            fault: None,
        })
    }

    /// Has others compute the digests. To be said before the first byte.
    #[must_use]
    pub fn hashed_by(mut self, hashes: &dyn Hashes) -> Self {
        self.blob = hashes.begin(self.expected.digest.algorithm());
        self.archive = hashes.begin(self.expected.diff_id.algorithm());
        self
    }

    /// The next bytes of the blob. After an error there is nothing more to read.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), InvalidLayer> {
        self.received += bytes.len() as u64;
        if self.received > self.expected.size {
            return Err(InvalidLayer::Size { expected: self.expected.size, found: None });
        }
        self.blob.update(bytes);
        if self.fault.is_some() {
            return Ok(());
        }
        match self.unpack(|unpack, output| unpack.push(bytes, output)) {
            // Going on would cost what the limit is there to save.
            Err(limit @ InvalidLayer::Limit(_)) => Err(limit),
            result => {
                self.fault = result.err();
                Ok(())
            }
        }
    }

    /// Whether it should be told what lies below before it reads on: it remembers more than it should until then.
    pub const fn wants_to_settle(&self) -> bool {
        self.fault.is_none() && self.gather.occupied.wants_to_settle()
    }

    /// Tells what lies below.
    pub fn settle(&mut self, below: &Below) {
        self.gather.occupied.settle(below);
    }

    /// Bytes so far.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// What was wanted, if all of it is what it has to be.
    pub fn finish(mut self) -> Result<Summary, InvalidLayer> {
        if self.received != self.expected.size {
            return Err(InvalidLayer::Size { expected: self.expected.size, found: Some(self.received) });
        }
        let found = self.blob.finish().ok_or(InvalidLayer::Unhashed)?;
        if found != self.expected.digest {
            return Err(InvalidLayer::Digest(DigestMismatch { expected: self.expected.digest, found }));
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.unpack(Unpack::finish)?;
        let found = self.archive.finish().ok_or(InvalidLayer::Unhashed)?;
        if found != self.expected.diff_id {
            return Err(InvalidLayer::DiffId(DigestMismatch { expected: self.expected.diff_id, found }));
        }
        self.tar.finish()?;
        let Gather { kept, whiteouts, opaque, occupied, entries, .. } = self.gather;
        Ok(Summary { expected: self.expected, unpacked: self.unpacked, entries, kept, whiteouts, opaque, occupied: occupied.finish() })
    }

    fn unpack(&mut self, step: impl FnOnce(&mut Unpack, &mut Output<'_, 'c>) -> Result<(), InvalidLayer>) -> Result<(), InvalidLayer> {
        let expanded = self.expected.size.saturating_mul(budget::LAYER_EXPANSION).max(budget::LAYER_EXPANSION_FREE_BYTES);
        let mut output = Output {
            count: &mut self.unpacked,
            limit: expanded.min(budget::LAYER_UNPACKED_BYTES),
            hasher: &mut *self.archive,
            tar: &mut self.tar,
            gather: &mut self.gather,
        };
        step(&mut self.unpack, &mut output)
    }
}

/// What was wanted of a layer whose bytes are proven.
#[derive(Clone, Debug)]
pub struct Summary {
    expected: Expected,
    unpacked: u64,
    entries: u64,
    pub(in crate::scan) kept: BTreeMap<String, Kept>,
    pub(in crate::scan) whiteouts: BTreeSet<String>,
    pub(in crate::scan) opaque: BTreeSet<String>,
    pub(in crate::scan) occupied: Occupied,
}

impl Summary {
    /// What the layer had to be, and is.
    pub const fn proven(&self) -> Expected {
        self.expected
    }

    /// Bytes of the archive.
    pub const fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// Entries of the archive.
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// The files that were wanted, by their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.kept.iter().filter_map(|(path, kept)| match kept {
            Kept::File(bytes) => Some((path.as_str(), bytes.as_slice())),
            _ => None,
        })
    }

    /// The files that were wanted and are missing.
    pub fn gaps(&self) -> impl Iterator<Item = (&str, &Gap)> {
        self.kept.iter().filter_map(|(path, kept)| match kept {
            Kept::Gap(gap) => Some((path.as_str(), gap)),
            _ => None,
        })
    }

    /// Every symbolic link with its target.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kept.iter().filter_map(|(path, kept)| match kept {
            Kept::Link { target, .. } => Some((path.as_str(), target.as_str())),
            _ => None,
        })
    }

    /// What it deletes of the layers below it.
    pub fn whiteouts(&self) -> impl Iterator<Item = &str> {
        self.whiteouts.iter().map(String::as_str)
    }

    /// The directories in which nothing of the layers below it is left.
    pub fn opaque_directories(&self) -> impl Iterator<Item = &str> {
        self.opaque.iter().map(String::as_str)
    }
}
