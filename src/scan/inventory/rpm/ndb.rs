//! The blobs of rpm's own database, which SUSE uses (rpm, `lib/backend/ndb/rpmpkg.c`).
//!
//! A table of slots, each of which says where a blob is, in blocks of 16 bytes; a blob has a head and a tail, and a checksum in the tail.

use crate::budget;
use crate::scan::inventory::Unreadable;
use crate::scan::inventory::numbers::index;
use crate::scan::inventory::numbers::u32_le;

const MAGIC: &[u8] = b"RpmP";
const SLOT_MAGIC: &[u8] = b"Slot";
const HEAD_MAGIC: &[u8] = b"BlbS";
const TAIL_MAGIC: &[u8] = b"BlbE";
const HEADER: usize = 32;
const SLOT: usize = 16;
const BLOCK: usize = 16;
const PAGE: usize = 4096;
const HEAD: usize = 16;
const TAIL: usize = 12;

const TRUNCATED: Unreadable = Unreadable::Truncated { what: "the database" };

/// Hands over every blob, in the order of the slots.
pub(super) fn blobs(bytes: &[u8], each: &mut dyn FnMut(&[u8]) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
    if !bytes.starts_with(MAGIC) {
        return Err(Unreadable::Invalid { what: "the database", expected: "one of rpm's own" });
    }
    let version = u32_le(bytes, 4).ok_or(TRUNCATED)?;
    if version != 0 {
        return Err(Unreadable::Unsupported { what: "a version of rpm's database", found: version.to_string() });
    }
    let slots = index(u32_le(bytes, 12).ok_or(TRUNCATED)?).checked_mul(PAGE);
    let slots = slots.and_then(|end| bytes.get(HEADER..end)).ok_or(TRUNCATED)?;
    // Blobs lie side by side, so that together they are no longer than the file; if not, one is read many times.
    let mut left = bytes.len() - HEADER - slots.len();
    for slot in slots.chunks_exact(SLOT) {
        if !slot.starts_with(SLOT_MAGIC) {
            return Err(Unreadable::Invalid { what: "a slot", expected: "one with its magic number" });
        }
        let number = |at| u32_le(slot, at).expect("a slot has four numbers");
        let (package, offset, blocks) = (number(4), number(8), number(12));
        if offset == 0 {
            continue;
        }
        let from = index(offset).checked_mul(BLOCK);
        let length = index(blocks).checked_mul(BLOCK);
        let (Some(from), Some(length)) = (from.filter(|from| *from >= HEADER + slots.len()), length) else { return Err(TRUNCATED) };
        let blob = bytes.get(from..).and_then(|rest| rest.get(..length)).ok_or(TRUNCATED)?;
        left = left.checked_sub(length).ok_or(Unreadable::Invalid { what: "a blob", expected: "one that does not lie in another" })?;
        each(content(blob, package)?)?;
    }
    Ok(())
}

/// What is between head and tail.
fn content(blob: &[u8], package: u32) -> Result<&[u8], Unreadable> {
    const INVALID: Unreadable = Unreadable::Invalid { what: "a blob", expected: "one with a head and a tail of this package" };
    let (body, tail) = blob.split_at_checked(blob.len().wrapping_sub(TAIL)).ok_or(INVALID)?;
    let length = u32_le(body, 12).ok_or(INVALID)?;
    if !body.starts_with(HEAD_MAGIC) || u32_le(body, 4) != Some(package) || !tail.ends_with(TAIL_MAGIC) || u32_le(tail, 4) != Some(length) {
        return Err(INVALID);
    }
    if index(length) > budget::RPM_HEADER_BYTES {
        return Err(Unreadable::TooMuch { what: "bytes of a header", limit: budget::RPM_HEADER_BYTES as u64 });
    }
    if (HEAD + index(length) + TAIL).div_ceil(BLOCK) * BLOCK != blob.len() {
        return Err(INVALID);
    }
    if u32_le(tail, 0) != Some(adler32(body)) {
        return Err(Unreadable::Checksum { what: "a blob" });
    }
    Ok(&body[HEAD..HEAD + index(length)])
}

/// RFC 1950 section 8.2.
fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65521;
    let (mut first, mut second) = (1_u32, 0_u32);
    // As many as can be added before the sums grow out of 32 bits.
    for part in bytes.chunks(5552) {
        for byte in part {
            first += u32::from(*byte);
            second += first;
        }
        first %= BASE;
        second %= BASE;
    }
    second << 16 | first
}
