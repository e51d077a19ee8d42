//! Maps of sparse files: which parts of a file are in the archive. Everything else is zeros.

use crate::budget;
use crate::scan::layer::tar::header;
use crate::scan::layer::tar::pax;
use crate::scan::layer::tar::pax::Sparse;

/// Parts that are there, in order: offset and length, in bytes of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Map(pub(super) Vec<(u64, u64)>);

const INVALID: &str = "a map of a sparse file that cannot be read";

/// Which version of GNU's maps in extended headers, as Go tells them apart (`archive/tar/reader.go`, `readGNUSparsePAXHeaders`).
pub(super) enum Version {
    /// 0.0 and 0.1: the map is in the header.
    InHeader,
    /// 1.0: the map stands in front of the content.
    InContent,
}

impl Sparse {
    pub(super) fn version(&self) -> Option<Version> {
        match (self.major.as_slice(), self.minor.as_slice()) {
            (b"0", b"0" | b"1") => Some(Version::InHeader),
            (b"1", b"0") => Some(Version::InContent),
            (b"", b"") if !self.map.is_empty() => Some(Version::InHeader),
            _ => None,
        }
    }

    /// The size of the file, where it is stated.
    pub(super) fn file_size(&self) -> Result<Option<u64>, &'static str> {
        let stated = if self.size.is_empty() { &self.real_size } else { &self.size };
        if stated.is_empty() { Ok(None) } else { pax::decimal(stated).map(Some).ok_or(INVALID) }
    }

    /// The map in the header.
    pub(super) fn map(&self) -> Result<Map, &'static str> {
        let stated = pax::decimal(&self.entries).ok_or(INVALID)?;
        let mut map = Map::default();
        if !self.map.is_empty() {
            let mut numbers = self.map.split(|byte| *byte == b',');
            while let Some(offset) = numbers.next() {
                map.add(pax::decimal(offset).ok_or(INVALID)?, numbers.next().and_then(pax::decimal).ok_or(INVALID)?);
            }
        }
        if map.0.len() as u64 == stated { Ok(map) } else { Err(INVALID) }
    }
}

impl Map {
    /// Reads entries of GNU's own format, 24 bytes each. Whether more blocks of them follow.
    pub(super) fn read_gnu(&mut self, entries: &[u8]) -> Result<bool, &'static str> {
        for entry in entries.chunks_exact(24) {
            if entry[0] == 0 {
                break;
            }
            self.add(header::number(&entry[..12])?, header::number(&entry[12..])?);
        }
        Ok(entries[entries.len() / 24 * 24] > 0)
    }

    fn add(&mut self, offset: u64, length: u64) {
        self.0.push((offset, length));
    }

    /// Whether the parts are in order, do not overlap, lie in the file, and are as many bytes as the archive has.
    pub(super) fn describes(&self, file_size: u64, stored: u64) -> bool {
        let mut end = 0_u64;
        let mut sum = 0_u64;
        let in_order = self.0.iter().all(|(offset, length)| {
            let fits = *offset >= end && offset.checked_add(*length).is_some_and(|after| after <= file_size);
            end = offset.saturating_add(*length);
            sum = sum.saturating_add(*length);
            fits
        });
        in_order && sum == stored
    }
}

/// The map of version 1.0, which stands in front of the content: decimal numbers, a line each, the first being how many entries follow,
/// padded to whole blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct MapReader {
    map: Map,
    left: Option<u64>,
    offset: Option<u64>,
    digits: Vec<u8>,
    bytes: u64,
}

impl MapReader {
    /// Reads a block. The map, once it is complete; what is left of the block then is padding.
    pub(super) fn push(&mut self, block: &[u8; 512]) -> Result<Option<Map>, &'static str> {
        self.bytes += block.len() as u64;
        if self.bytes > budget::LAYER_HEADER_BYTES {
            return Err("a map of a sparse file that is too large");
        }
        for byte in block {
            if *byte != b'\n' {
                // No number has more digits.
                if self.digits.len() == 19 {
                    return Err(INVALID);
                }
                self.digits.push(*byte);
                continue;
            }
            let number = pax::decimal(&self.digits).ok_or(INVALID)?;
            self.digits.clear();
            match (self.left, self.offset) {
                (None, _) => self.left = Some(number),
                (Some(_), None) => self.offset = Some(number),
                (Some(left), Some(offset)) => {
                    self.map.add(offset, number);
                    self.offset = None;
                    self.left = Some(left - 1);
                }
            }
            if self.left == Some(0) {
                return Ok(Some(core::mem::take(&mut self.map)));
            }
        }
        Ok(None)
    }
}
