//! The blobs of the table `Packages` of a SQLite database, read from its pages ("Database File Format").
//!
//! A table is a tree of pages: inner ones that point to others, and leaves with a row a cell. A row that does not fit goes on in a chain of
//! pages of its own. No page belongs to two places, so each is read once at most: that bounds the work, and ends what goes in circles.

use std::collections::BTreeSet;

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::numbers::index;
use crate::scan::inventory::numbers::u16_be;
use crate::scan::inventory::numbers::u32_be;
use crate::scan::inventory::rpm::wal::Log;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Stands in front of the first page's own content.
const FILE_HEADER: usize = 100;
/// A journal begins with it while its transaction is open; SQLite overwrites or deletes it afterwards.
const JOURNAL_MAGIC: &[u8] = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
/// Levels of a tree: each has at least two times the pages of the one above, and the pages are fewer than 2^32.
const LEVELS: usize = 32;

const INNER: u8 = 5;
const LEAF: u8 = 13;

/// Whether a journal would undo something.
pub(super) fn is_hot(journal: &[u8]) -> bool {
    journal.starts_with(JOURNAL_MAGIC)
}

/// Hands over every blob, in the order of their numbers.
pub(super) fn blobs(main: &[u8], log: Option<&[u8]>, each: &mut dyn FnMut(&[u8]) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
    let mut file = File::open(main, log)?;
    let mut table = None;
    file.walk(1, 0, &mut |row| {
        // type, name, tbl_name, rootpage, sql
        if let [Column::Text(b"table"), Column::Text(b"Packages"), _, Column::Number(root), ..] = columns(row)?.as_slice() {
            table = Some(*root);
        }
        Ok(())
    })?;
    let table = table.ok_or(Unreadable::Invalid { what: "the database", expected: "one with the table Packages" })?;
    let root = u32::try_from(table).map_err(|_| INVALID_PAGE)?;
    file.walk(root, 0, &mut |row| match columns(row)?.as_slice() {
        [_, Column::Blob(blob), ..] => each(blob),
        _ => Err(Unreadable::Invalid { what: "a row of the table Packages", expected: "a number and a blob" }),
    })
}

const INVALID_PAGE: Unreadable =
    Unreadable::Invalid { what: "the number of a page", expected: "that of a page that is not used elsewhere" };
const PAGE_SIZE: Unreadable = Unreadable::Invalid { what: "the size of a page", expected: "a power of two from 512 to 65536" };
const TRUNCATED: Unreadable = Unreadable::Truncated { what: "a page of the database" };

struct File<'a> {
    main: &'a [u8],
    log: Option<Log<'a>>,
    page_size: usize,
    /// Of a page, without what extensions keep at its end.
    usable: usize,
    pages: u32,
    seen: BTreeSet<u32>,
}

type Each<'e> = dyn FnMut(&[u8]) -> Result<(), Unreadable> + 'e;

impl<'a> File<'a> {
    fn open(main: &'a [u8], log: Option<&'a [u8]>) -> Result<Self, Unreadable> {
        if !main.starts_with(MAGIC) {
            return Err(Unreadable::Invalid { what: "the database", expected: "one of SQLite" });
        }
        let size = |header: &[u8]| match u16_be(header, 16) {
            Some(1) => Some(65536),
            Some(size @ 512..) if size.is_power_of_two() => Some(usize::from(size)),
            _ => None,
        };
        let page_size = size(main).ok_or(PAGE_SIZE)?;
        let log = Log::read(log.unwrap_or_default())?;
        if log.as_ref().is_some_and(|log| index(log.page_size) != page_size) {
            return Err(Unreadable::Invalid { what: "the size of a page of the log", expected: "that of a page of the database" });
        }
        let pages = log.as_ref().map_or(u32::try_from(main.len() / page_size).unwrap_or(u32::MAX), |log| log.size);
        let mut file = Self { main, log, page_size, usable: 0, pages, seen: BTreeSet::new() };
        // The header is part of the first page, which may be in the log.
        let header = file.page(1)?;
        if size(header) != Some(page_size) {
            return Err(PAGE_SIZE);
        }
        file.usable = page_size - usize::from(header[20]);
        if file.usable < 480 {
            return Err(Unreadable::Invalid { what: "the usable part of a page", expected: "480 bytes at least" });
        }
        // How many pages the database says that it has, if whoever wrote it last knew that number ("In-header database size").
        let counted = u32_be(header, 28).filter(|counted| *counted != 0 && u32_be(header, 24) == u32_be(header, 92));
        if let (None, Some(counted)) = (&file.log, counted) {
            if counted > file.pages {
                return Err(Unreadable::Truncated { what: "the database" });
            }
            file.pages = counted;
        }
        match u32_be(header, 56) {
            Some(0 | 1) => Ok(file),
            other => Err(Unreadable::Unsupported { what: "an encoding of texts", found: format!("{other:?}") }),
        }
    }

    fn page(&self, number: u32) -> Result<&'a [u8], Unreadable> {
        if number == 0 || number > self.pages {
            return Err(TRUNCATED);
        }
        if let Some(page) = self.log.as_ref().and_then(|log| log.page(number)) {
            return Ok(page);
        }
        let from = index(number - 1).checked_mul(self.page_size).ok_or(TRUNCATED)?;
        self.main.get(from..).and_then(|rest| rest.get(..self.page_size)).ok_or(TRUNCATED)
    }

    /// A page that nothing else may use.
    fn take(&mut self, number: u32) -> Result<&'a [u8], Unreadable> {
        if !self.seen.insert(number) {
            return Err(INVALID_PAGE);
        }
        self.page(number)
    }

    /// Every row below a page.
    fn walk(&mut self, number: u32, level: usize, each: &mut Each<'_>) -> Result<(), Unreadable> {
        if level == LEVELS {
            return Err(Unreadable::TooMuch { what: "levels of a table", limit: LEVELS as u64 });
        }
        let page = self.take(number)?;
        let page = &page[..self.usable];
        let header = if number == 1 { FILE_HEADER } else { 0 };
        let cells = usize::from(u16_be(page, header + 3).ok_or(TRUNCATED)?);
        match page[header] {
            INNER => {
                for cell in 0..cells {
                    let cell = u16_be(page, header + 12 + 2 * cell).ok_or(TRUNCATED)?;
                    let child = u32_be(page, cell.into()).ok_or(TRUNCATED)?;
                    self.walk(child, level + 1, each)?;
                }
                self.walk(u32_be(page, header + 8).ok_or(TRUNCATED)?, level + 1, each)
            }
            LEAF => {
                // Cells lie side by side; if not, one would be read many times.
                let mut left = page.len();
                for cell in 0..cells {
                    let cell = u16_be(page, header + 8 + 2 * cell).ok_or(TRUNCATED)?;
                    let cell = page.get(usize::from(cell)..).ok_or(TRUNCATED)?;
                    let row = self.row(cell, &mut left)?;
                    each(&row)?;
                }
                Ok(())
            }
            _ => Err(Unreadable::Invalid { what: "a page of a table", expected: "an inner page or a leaf" }),
        }
    }

    /// The whole of a row: what is in its cell, and what is in the pages behind ("Cell Payload Overflow Pages").
    fn row(&mut self, cell: &[u8], left: &mut usize) -> Result<Vec<u8>, Unreadable> {
        let (length, behind) = varint(cell).ok_or(TRUNCATED)?;
        let (_, number) = varint(&cell[behind..]).ok_or(TRUNCATED)?;
        let cell = &cell[behind + number..];
        let limit = budget::RPM_HEADER_BYTES as u64;
        let length = usize::try_from(length).ok().filter(|length| *length <= budget::RPM_HEADER_BYTES);
        let length = length.ok_or(Unreadable::TooMuch { what: "bytes of a row", limit })?;
        let usable = self.usable;
        let most = usable - 35;
        let here = if length <= most {
            length
        } else {
            let least = (usable - 12) * 32 / 255 - 23;
            let with_whole_pages = least + (length - least) % (usable - 4);
            if with_whole_pages <= most { with_whole_pages } else { least }
        };
        *left = left.checked_sub(here).ok_or(Unreadable::Invalid { what: "a row", expected: "one that does not lie in another" })?;
        let mut row = cell.get(..here).ok_or(TRUNCATED)?.to_vec();
        if here == length {
            return Ok(row);
        }
        let mut next = u32_be(cell, here).ok_or(TRUNCATED)?;
        while row.len() < length {
            let page = self.take(next)?;
            next = u32_be(page, 0).expect("a page has 480 bytes at least");
            let taken = (length - row.len()).min(usable - 4);
            row.extend_from_slice(&page[4..4 + taken]);
        }
        Ok(row)
    }
}

/// One value of a row.
#[derive(Debug, PartialEq)]
enum Column<'r> {
    Number(i64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
    Other,
}

/// Columns of a row that are looked at.
const COLUMNS: usize = 5;

/// The values of a row: a header with the type of each, then each ("Record Format").
fn columns(row: &[u8]) -> Result<Vec<Column<'_>>, Unreadable> {
    const INVALID: Unreadable = Unreadable::Truncated { what: "a row of the database" };
    let (header, behind) = varint(row).ok_or(INVALID)?;
    let header = usize::try_from(header).ok().filter(|header| *header >= behind).ok_or(INVALID)?;
    let (header, mut values) = row.split_at_checked(header).ok_or(INVALID)?;
    let mut types = &header[behind..];
    let mut columns = Vec::new();
    while !types.is_empty() && columns.len() < COLUMNS {
        let (kind, behind) = varint(types).ok_or(INVALID)?;
        types = &types[behind..];
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            12.. => (kind - 12) / 2,
            _ => return Err(Unreadable::Invalid { what: "the type of a column", expected: "one that SQLite writes" }),
        };
        let length = usize::try_from(length).map_err(|_| INVALID)?;
        let (value, rest) = values.split_at_checked(length).ok_or(INVALID)?;
        values = rest;
        columns.push(match kind {
            8 => Column::Number(0),
            9 => Column::Number(1),
            1..=6 => {
                let sign = if value[0] & 0x80 == 0 { 0 } else { -1 };
                Column::Number(value.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte)))
            }
            12.. if kind % 2 == 0 => Column::Blob(value),
            12.. => Column::Text(value),
            _ => Column::Other,
        });
    }
    Ok(columns)
}

/// A number of seven bits a byte, the highest first, the ninth byte having eight; and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        if index == 8 {
            return Some((number << 8 | u64::from(*byte), 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}
