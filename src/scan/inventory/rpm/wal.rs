//! The log of a SQLite database: pages that were written since the database was last put in order.
//!
//! What rpm wrote last is only here. The database by itself is not wrong: it is old, and lacks packages.
//!
//! SQLite, "WAL-mode File Format": a header of 32 bytes, then frames, each a header of 24 bytes and a page. A frame counts if it has the salts
//! of the header and if the checksum, which goes on over all frames before it, holds; what comes behind the first that does not is of an
//! earlier log. Frames count up to the last that ends a transaction.

use std::collections::BTreeMap;

use crate::scan::inventory::Unreadable;
use crate::scan::inventory::numbers::index;
use crate::scan::inventory::numbers::u32_be;
use crate::scan::inventory::numbers::u32_le;

const HEADER: usize = 32;
const FRAME: usize = 24;
const MAGIC: u32 = 0x377f_0682;
const FORMAT: u32 = 3_007_000;

/// The pages that count.
pub(super) struct Log<'a> {
    pub(super) page_size: u32,
    pages: BTreeMap<u32, &'a [u8]>,
    /// Pages of the database after the last transaction.
    pub(super) size: u32,
}

impl<'a> Log<'a> {
    /// Reads a log; `None` if nothing in it counts.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Option<Self>, Unreadable> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let header = bytes.get(..HEADER).ok_or(Unreadable::Truncated { what: "the header of the log" })?;
        let number = |at| u32_be(header, at).expect("it is within the header");
        // The lowest bit of the magic number says in which order checksums take bytes.
        let word = match number(0).wrapping_sub(MAGIC) {
            0 => u32_le,
            1 => u32_be,
            _ => return Err(Unreadable::Invalid { what: "the log", expected: "one of SQLite" }),
        };
        if number(4) != FORMAT {
            return Err(Unreadable::Unsupported { what: "a format of the log", found: number(4).to_string() });
        }
        let page_size = number(8);
        if !(512..=65536).contains(&page_size) || !page_size.is_power_of_two() {
            return Err(Unreadable::Invalid { what: "the size of a page of the log", expected: "a power of two from 512 to 65536" });
        }
        let mut sum = checksum((0, 0), &header[..24], word);
        if sum != (number(24), number(28)) {
            return Err(Unreadable::Checksum { what: "the header of the log" });
        }
        let salts = &header[16..24];
        let mut log = Self { page_size, pages: BTreeMap::new(), size: 0 };
        let mut open = BTreeMap::new();
        for frame in bytes[HEADER..].chunks_exact(FRAME + index(page_size)) {
            let (header, page) = frame.split_at(FRAME);
            let number = |at| u32_be(header, at).expect("it is within the header");
            sum = checksum(checksum(sum, &header[..8], word), page, word);
            if &header[8..16] != salts || sum != (number(16), number(20)) || number(0) == 0 {
                break;
            }
            open.insert(number(0), page);
            if number(4) != 0 {
                log.size = number(4);
                // Not `append`, which takes as long as all pages are many, for every transaction.
                log.pages.extend(core::mem::take(&mut open));
            }
        }
        Ok(Some(log).filter(|log| log.size != 0))
    }

    /// The page with this number, from 1, if it is in the log.
    pub(super) fn page(&self, number: u32) -> Option<&'a [u8]> {
        self.pages.get(&number).copied()
    }
}

/// Two sums that go on over pairs of words.
fn checksum((mut first, mut second): (u32, u32), bytes: &[u8], word: fn(&[u8], usize) -> Option<u32>) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let word = |at| word(pair, at).expect("a pair has eight bytes");
        first = first.wrapping_add(word(0)).wrapping_add(second);
        second = second.wrapping_add(word(4)).wrapping_add(first);
    }
    (first, second)
}
