//! One package as rpm describes it: a table of tags, and the data that they point into (rpm, "RPM V4 Header format").
//!
//! ```text
//! entries (4) │ bytes of data (4) │ entries: tag (4) type (4) offset (4) count (4) │ data
//! ```
//!
//! All numbers have the highest byte first. In a database there is no magic number in front.

use core::iter;

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::numbers::index;
use crate::scan::inventory::numbers::u32_be;

pub(super) const NAME: u32 = 1000;
pub(super) const VERSION: u32 = 1001;
pub(super) const RELEASE: u32 = 1002;
pub(super) const EPOCH: u32 = 1003;
pub(super) const VENDOR: u32 = 1011;
pub(super) const ARCHITECTURE: u32 = 1022;
pub(super) const SOURCE: u32 = 1044;
/// For each file, the number of its folder.
pub(super) const FILE_FOLDERS: u32 = 1116;
/// For each file, its name in its folder.
pub(super) const FILES: u32 = 1117;
pub(super) const FOLDERS: u32 = 1118;

const INTRODUCTION: usize = 8;
const ENTRY: usize = 16;
/// Entries of one header: rpm's limit (`lib/header.c`, `HEADER_TAGS_MAX`).
const ENTRIES: u32 = 0xffff;

const NUMBERS: u32 = 4;
const STRING: u32 = 6;
const STRINGS: u32 = 8;
const TRANSLATED: u32 = 9;

pub(super) struct Header<'a> {
    entries: &'a [u8],
    data: &'a [u8],
}

struct Entry<'a> {
    kind: u32,
    count: u32,
    /// From its beginning to the end of all data.
    data: &'a [u8],
}

impl<'a> Header<'a> {
    pub(super) fn read(blob: &'a [u8]) -> Result<Self, Unreadable> {
        const TRUNCATED: Unreadable = Unreadable::Truncated { what: "the header of a package" };
        if blob.len() > budget::RPM_HEADER_BYTES {
            return Err(Unreadable::TooMuch { what: "bytes of a header", limit: budget::RPM_HEADER_BYTES as u64 });
        }
        let entries = u32_be(blob, 0).ok_or(TRUNCATED)?;
        let length = index(u32_be(blob, 4).ok_or(TRUNCATED)?);
        if entries > ENTRIES {
            return Err(Unreadable::TooMuch { what: "entries of a header", limit: ENTRIES.into() });
        }
        let (entries, data) = blob[INTRODUCTION..].split_at_checked(index(entries) * ENTRY).ok_or(TRUNCATED)?;
        let data = data.get(..length).ok_or(TRUNCATED)?;
        Ok(Self { entries, data })
    }

    fn entry(&self, wanted: u32) -> Result<Option<Entry<'a>>, Unreadable> {
        let mut found = None;
        for entry in self.entries.chunks_exact(ENTRY) {
            let number = |at| u32_be(entry, at).expect("an entry has four numbers");
            if number(0) != wanted {
                continue;
            }
            let data = self.data.get(index(number(8))..).ok_or(Unreadable::Truncated { what: "the data of a header" })?;
            // Two readers could take one each.
            if found.replace(Entry { kind: number(4), count: number(12), data }).is_some() {
                return Err(Unreadable::Invalid { what: "a header", expected: "without a tag that occurs twice" });
            }
        }
        Ok(found)
    }

    /// The string of a tag; empty is as good as none.
    pub(super) fn string(&self, tag: u32) -> Result<Option<&'a str>, Unreadable> {
        let Some(entry) = self.entry(tag)? else { return Ok(None) };
        if !matches!(entry.kind, STRING | TRANSLATED) {
            return Err(Unreadable::Invalid { what: "a tag of a header", expected: "a string" });
        }
        let end = entry.data.iter().position(|byte| *byte == 0).ok_or(Unreadable::Truncated { what: "a string of a header" })?;
        let text = core::str::from_utf8(&entry.data[..end])
            .map_err(|_| Unreadable::Invalid { what: "a string of a header", expected: "UTF-8" })?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The number of a tag.
    pub(super) fn number(&self, tag: u32) -> Result<Option<u32>, Unreadable> {
        Ok(self.numbers(tag)?.next())
    }

    /// The numbers of a tag.
    pub(super) fn numbers(&self, tag: u32) -> Result<impl Iterator<Item = u32> + 'a, Unreadable> {
        let numbers = match self.entry(tag)? {
            None => &[][..],
            Some(Entry { kind: NUMBERS, count, data }) => {
                let length = index(count).checked_mul(4);
                length.and_then(|length| data.get(..length)).ok_or(Unreadable::Truncated { what: "the numbers of a header" })?
            }
            Some(_) => return Err(Unreadable::Invalid { what: "a tag of a header", expected: "numbers of 32 bits" }),
        };
        Ok(numbers.chunks_exact(4).map(|number| u32_be(number, 0).expect("a chunk has four bytes")))
    }

    /// The strings of a tag; `None` for one that is no text.
    pub(super) fn strings(&self, tag: u32) -> Result<impl Iterator<Item = Option<&'a str>> + 'a, Unreadable> {
        let (mut count, mut data) = match self.entry(tag)? {
            None => (0, &[][..]),
            Some(Entry { kind: STRINGS, count, data }) => (count, data),
            Some(_) => return Err(Unreadable::Invalid { what: "a tag of a header", expected: "strings" }),
        };
        // Ends with the data, whatever the count says.
        Ok(iter::from_fn(move || {
            count = count.checked_sub(1)?;
            let end = data.iter().position(|byte| *byte == 0)?;
            let text = &data[..end];
            data = &data[end + 1..];
            Some(core::str::from_utf8(text).ok())
        }))
    }
}
