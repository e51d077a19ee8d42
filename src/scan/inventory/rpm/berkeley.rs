//! The values of a hash of Berkeley DB, read from its pages: where rpm kept packages until 2020.
//!
//! The key of a package says only in which bucket it is, so every page is read, whatever bucket it is of. A value that does not fit goes on in
//! a chain of pages of its own. Layouts: Berkeley DB, `dbinc/db_page.h`.

use std::collections::BTreeSet;

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::numbers::index;
use crate::scan::inventory::numbers::u16_be;
use crate::scan::inventory::numbers::u16_le;
use crate::scan::inventory::numbers::u32_be;
use crate::scan::inventory::numbers::u32_le;

const MAGIC: u32 = 0x0006_1561;
/// Versions of the hash that have these layouts: those of Berkeley DB from 3.2 to 18.
const VERSIONS: core::ops::RangeInclusive<u32> = 7..=10;
/// Of the first page, what is read here.
const META: usize = 96;
/// Stands in front of every other page's own content.
const PAGE_HEADER: usize = 26;

const UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const META_PAGE: u8 = 8;
const SORTED: u8 = 13;

const INLINE: u8 = 1;
const OFF_PAGE: u8 = 3;

const TRUNCATED: Unreadable = Unreadable::Truncated { what: "a page of the database" };

/// The order in which the machine that wrote it keeps bytes.
struct Order {
    u16: fn(&[u8], usize) -> Option<u16>,
    u32: fn(&[u8], usize) -> Option<u32>,
}

struct File<'a> {
    bytes: &'a [u8],
    order: Order,
    page_size: usize,
    last: u32,
    seen: BTreeSet<u32>,
}

/// Hands over every value but that of the key 0, which counts the others.
pub(super) fn blobs(bytes: &[u8], each: &mut dyn FnMut(&[u8]) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
    let mut file = File::open(bytes)?;
    for number in 1..=file.last {
        let page = file.page(number)?;
        if !matches!(page[25], SORTED | UNSORTED) {
            continue;
        }
        let entries = usize::from((file.order.u16)(page, 20).expect("a page has 512 bytes at least"));
        let mut end = page.len();
        let mut key: Option<&[u8]> = None;
        for entry in 0..entries {
            let begin = usize::from((file.order.u16)(page, PAGE_HEADER + 2 * entry).ok_or(TRUNCATED)?);
            // Entries grow from the end of the page towards its header, in the order of their numbers.
            if begin < PAGE_HEADER + 2 * entries {
                return Err(Unreadable::Invalid { what: "an entry of a page", expected: "behind the table of entries" });
            }
            let entry = page
                .get(begin..end)
                .ok_or(Unreadable::Invalid { what: "an entry of a page", expected: "before the entry with the number below" })?;
            end = begin;
            match key.take() {
                None => key = Some(entry),
                Some(key) if key.len() == 5 && key[1..] == [0; 4] => {}
                Some(_) => file.value(entry, each)?,
            }
        }
        if key.is_some() {
            return Err(Unreadable::Invalid { what: "a page", expected: "one with a value for every key" });
        }
    }
    Ok(())
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let meta = bytes.get(..META).ok_or(Unreadable::Truncated { what: "the first page of the database" })?;
        let order = if u32_le(meta, 12) == Some(MAGIC) {
            Order { u16: u16_le, u32: u32_le }
        } else if u32_be(meta, 12) == Some(MAGIC) {
            Order { u16: u16_be, u32: u32_be }
        } else {
            return Err(Unreadable::Invalid { what: "the database", expected: "a hash of Berkeley DB" });
        };
        let number = |at| (order.u32)(meta, at).expect("it is within the first page");
        let (version, page_size, last) = (number(16), number(20), number(32));
        if !VERSIONS.contains(&version) {
            return Err(Unreadable::Unsupported { what: "a version of Berkeley DB's hash", found: version.to_string() });
        }
        if !(512..=65536).contains(&page_size) || !page_size.is_power_of_two() {
            return Err(Unreadable::Invalid { what: "the size of a page", expected: "a power of two from 512 to 65536" });
        }
        // Encrypted ones, and ones with checksums, have longer page headers.
        if meta[24] != 0 || meta[26] != 0 || meta[25] != META_PAGE {
            return Err(Unreadable::Unsupported {
                what: "a hash of Berkeley DB",
                found: "an encrypted, a checked or another one".to_owned(),
            });
        }
        let page_size = index(page_size);
        if bytes.len() / page_size <= index(last) {
            return Err(Unreadable::Truncated { what: "the database" });
        }
        Ok(Self { bytes, order, page_size, last, seen: BTreeSet::new() })
    }

    fn page(&self, number: u32) -> Result<&'a [u8], Unreadable> {
        if number > self.last {
            return Err(TRUNCATED);
        }
        self.bytes.chunks_exact(self.page_size).nth(index(number)).ok_or(TRUNCATED)
    }

    fn value(&mut self, entry: &'a [u8], each: &mut dyn FnMut(&[u8]) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
        match entry {
            [INLINE, value @ ..] => each(value),
            [OFF_PAGE, ..] if entry.len() == 12 => {
                let number = |at| (self.order.u32)(entry, at).expect("it has twelve bytes");
                let (first, length) = (number(4), index(number(8)));
                each(&self.chain(first, length)?)
            }
            _ => Err(Unreadable::Unsupported { what: "an entry of Berkeley DB's hash", found: "duplicates".to_owned() }),
        }
    }

    /// What is in a chain of pages. No page belongs to two, which bounds the work and ends what goes in circles.
    fn chain(&mut self, mut number: u32, length: usize) -> Result<Vec<u8>, Unreadable> {
        if length > budget::RPM_HEADER_BYTES {
            return Err(Unreadable::TooMuch { what: "bytes of a value", limit: budget::RPM_HEADER_BYTES as u64 });
        }
        let mut value = Vec::new();
        while number != 0 {
            if !self.seen.insert(number) {
                return Err(Unreadable::Invalid { what: "the number of a page", expected: "that of a page that is not used elsewhere" });
            }
            let page = self.page(number)?;
            let used = usize::from((self.order.u16)(page, 22).expect("a page has 512 bytes at least"));
            let part = page[PAGE_HEADER..].get(..used).ok_or(TRUNCATED)?;
            if page[25] != OVERFLOW || value.len() + part.len() > length {
                return Err(Unreadable::Invalid { what: "a page of a value", expected: "one that its length allows" });
            }
            value.extend_from_slice(part);
            number = (self.order.u32)(page, 16).expect("a page has 512 bytes at least");
        }
        if value.len() < length {
            return Err(Unreadable::Truncated { what: "a value of the database" });
        }
        Ok(value)
    }
}
