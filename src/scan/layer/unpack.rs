//! From the bytes of a blob to those of the archive in it. The first bytes decide how, as with every program that unpacks images: what
//! a media type says of the compression is no more than a hint, and the diff ID leaves no choice anyway.

use crate::budget;
use crate::digest::Hashing;
use crate::scan::layer::gather::Gather;
use crate::scan::layer::gzip::Gzip;
use crate::scan::layer::invalid::InvalidLayer;
use crate::scan::layer::invalid::Limit;
use crate::scan::layer::tar::Tar;
use crate::scan::layer::zstd::Zstd;

/// Unpacked bytes that are handed on at once.
pub(super) const OUTPUT_BYTES: usize = 64 << 10;

/// The longest magic number, that of xz.
const MAGIC_BYTES: usize = 6;

/// How a blob is compressed.
pub(super) enum Unpack {
    /// Not known yet: the first bytes.
    Unknown(Vec<u8>),
    /// It is the archive.
    Plain,
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
}

impl Unpack {
    pub(super) const fn new() -> Self {
        Self::Unknown(Vec::new())
    }

    pub(super) fn push(&mut self, bytes: &[u8], to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        match self {
            Self::Unknown(first) => {
                first.extend_from_slice(bytes);
                if first.len() < MAGIC_BYTES {
                    return Ok(());
                }
                self.decide(to)
            }
            Self::Plain => to.push(bytes),
            Self::Gzip(gzip) => gzip.push(bytes, to),
            Self::Zstd(zstd) => zstd.push(bytes, to),
        }
    }

    pub(super) fn finish(&mut self, to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        match self {
            Self::Unknown(_) => {
                self.decide(to)?;
                self.finish(to)
            }
            Self::Plain => Ok(()),
            Self::Gzip(gzip) => gzip.finish(),
            Self::Zstd(zstd) => zstd.finish(),
        }
    }

    fn decide(&mut self, to: &mut Output<'_, '_>) -> Result<(), InvalidLayer> {
        let Self::Unknown(first) = core::mem::replace(self, Self::Plain) else { return Ok(()) };
        *self = match first.as_slice() {
            [0x1f, 0x8b, ..] => Self::Gzip(Box::new(Gzip::new())),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd(Box::new(Zstd::new())),
            [b'B', b'Z', b'h', ..] => return Err(InvalidLayer::Compression { found: "bzip2" }),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => return Err(InvalidLayer::Compression { found: "xz" }),
            _ => Self::Plain,
        };
        self.push(&first, to)
    }
}

/// Where unpacked bytes go: they are counted, hashed and read, in this order.
pub(super) struct Output<'a, 'c> {
    pub(super) count: &'a mut u64,
    pub(super) limit: u64,
    pub(super) hasher: &'a mut dyn Hashing,
    pub(super) tar: &'a mut Tar,
    pub(super) gather: &'a mut Gather<'c>,
}

impl Output<'_, '_> {
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), InvalidLayer> {
        *self.count += bytes.len() as u64;
        if *self.count > self.limit {
            let expands = self.limit < budget::LAYER_UNPACKED_BYTES;
            return Err(if expands { Limit::Expansion } else { Limit::Unpacked }.into());
        }
        self.hasher.update(bytes);
        self.tar.push(bytes, self.gather)
    }
}
