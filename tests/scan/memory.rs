//! However large a layer is, and whatever it says of itself, reading it takes the same memory. What this thread allocates is counted.

#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::GlobalAlloc;
use std::alloc::Layout;
use std::alloc::System;
use std::cell::Cell;

use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::scan::layer::Below;
use pullproof::scan::layer::Captures;
use pullproof::scan::layer::Expected;
use pullproof::scan::layer::InvalidLayer;
use pullproof::scan::layer::Reader;
use pullproof::scan::layer::Summary;

use crate::archive::Archive;
use crate::archive::Header;
use crate::archive::USUAL;
use crate::archive::code;
use crate::archive::expecting;
use crate::archive::gzip;
use crate::archive::zstd;

struct Counting;

thread_local! {
    /// Bytes that this thread has, and the most that it had.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // A thread that ends frees what it had when its counter is gone.
    let _ = HELD.try_with(|held| {
        let now = held.get().0 + bytes;
        held.set((now, held.get().1.max(now)));
    });
}

fn signed(size: usize) -> isize {
    isize::try_from(size).expect("no layout is larger")
}

// SAFETY: everything is the system's, which is only watched.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(signed(layout.size()));
        // SAFETY: the caller keeps the same promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-signed(layout.size()));
        // SAFETY: the caller keeps the same promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it is moved, both are there.
        count(signed(size));
        count(-signed(layout.size()));
        // SAFETY: the caller keeps the same promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that this thread had more than at the beginning.
fn peak<T>(work: impl FnOnce() -> T) -> (T, isize) {
    let before = HELD.with(|held| {
        let now = held.get().0;
        held.set((now, now));
        now
    });
    let result = work();
    (result, HELD.with(|held| held.get().1) - before)
}

/// Reads a blob that is not held anywhere.
fn read(pieces: impl Iterator<Item = Vec<u8>>, expected: Expected, captures: &dyn Captures) -> Result<Summary, InvalidLayer> {
    let mut reader = Reader::new(expected, captures)?;
    reader.settle(&Below::nothing());
    for piece in pieces {
        reader.push(&piece)?;
    }
    reader.finish()
}

fn blob(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.chunks(8 << 10).map(<[u8]>::to_vec)
}

#[track_caller]
fn assert_small(peak: isize) {
    // Two buffers of 64 KiB, what inflating takes, what this test itself holds.
    assert!(peak < 512 << 10, "{peak} bytes");
}

#[test]
fn ten_times_as_many_entries_take_no_more_memory() {
    let peaks = [5_000, 50_000].map(|count| {
        let names = (0..count).map(|number| Header::new(&format!("usr/share/{}/{number}", number % 100), b'0', 0).sealed());
        let archive = [names.flatten().collect::<Vec<u8>>(), vec![0; 1024]].concat();
        let packed = gzip(&archive);
        let expected = expecting(&packed, &archive);
        let (summary, peak) = peak(|| read(blob(&packed), expected, &USUAL));
        assert_eq!(summary.unwrap().entries(), count);
        peak
    });
    assert_small(peaks[1]);
    assert!(peaks[1] - peaks[0] < 8 << 10, "{peaks:?}");
}

#[test]
fn what_is_large_and_not_wanted_passes_by() {
    let archive = Archive::new().file("opt/large", &vec![b'x'; 40 << 20]).file("etc/os-release", b"ID=x").end();
    let expected = expecting(&archive, &archive);
    let (summary, peak) = peak(|| read(blob(&archive), expected, &USUAL));
    assert_eq!(summary.unwrap().files().count(), 1);
    assert_small(peak);
}

#[test]
fn sizes_that_are_only_stated_take_no_memory() {
    let ten_gigabytes = [0x80, 0, 0, 0, 0, 0, 0, 2, 0x54, 0x0b, 0xe4, 0];
    let stated = Header::gnu("etc/os-release", b'0', 0).with(124, &ten_gigabytes);
    let sparse = Header::gnu("etc/os-release", b'S', 0).with(483, &ten_gigabytes);
    let within = Header::new("etc/os-release", b'0', 1 << 20);
    for header in [stated, sparse, within] {
        let archive = Archive::new().raw(header, b"").0;
        let expected = expecting(&archive, &archive);
        let (result, peak) = peak(|| read(blob(&archive), expected, &USUAL));
        drop(result);
        assert_small(peak);
    }
}

#[test]
fn a_bomb_takes_no_memory() {
    let zeros = gzip(&vec![0; 64 << 20]);
    let run = ((128_u32 << 10) << 3 | 1 << 1).to_le_bytes();
    let runs = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x58][..], &[run[0], run[1], run[2], 0].repeat(500)].concat();
    // Its window of two mebibytes, twice while it grows, is all there may be beside the buffers.
    for (bomb, window) in [(zeros, 0), (runs, 5 << 20)] {
        let expected = expecting(&bomb, b"");
        let (result, peak) = peak(|| read(blob(&bomb), expected, &USUAL));
        assert!(result.is_err());
        assert_small(peak - window);
    }
}

#[test]
fn headers_one_behind_the_other_take_the_memory_of_one() {
    let long = "x".repeat(500_000);
    let archive = (0..20).fold(Archive::new(), |archive, _| archive.pax(b'x', &[("comment", &long)])).file("a", b"").end();
    for packed in [archive.clone(), zstd(&archive)] {
        let expected = expecting(&packed, &archive);
        let (summary, peak) = peak(|| read(blob(&packed), expected, &USUAL));
        summary.unwrap();
        assert!(peak < 8 << 20, "{peak} bytes");
    }
}

#[test]
fn ten_thousand_members_of_gzip_take_the_memory_of_one() {
    let members = |count: usize| {
        let names = (0..count).map(|number| Header::new(&format!("opt/{number}"), b'0', 0).sealed());
        let blocks: Vec<[u8; 512]> = names.chain([[0; 512], [0; 512]]).collect();
        let packed: Vec<u8> = blocks.iter().flat_map(|block| gzip(block)).collect();
        let expected = expecting(&packed, &blocks.concat());
        let (summary, peak) = peak(|| read(blob(&packed), expected, &USUAL));
        assert_eq!(summary.unwrap().entries(), count as u64);
        peak
    };
    let peaks = [100, 10_000].map(members);
    assert_small(peaks[1]);
    assert!(peaks[1] - peaks[0] < 8 << 10, "{peaks:?}");
}

/// What becomes of an archive of so many entries, none of which is held anywhere, and how much it takes. What its digest would be is not reckoned:
/// whoever gets to the end finds another.
fn generated(count: usize, entry: impl Fn(usize) -> Vec<u8>) -> (&'static str, isize) {
    let digest = Digest::of(Algorithm::Sha256, b"");
    let size = (0..count).map(|number| entry(number).len() as u64).sum::<u64>() + 1024;
    let blocks = (0..count).map(&entry).chain([vec![0; 1024]]);
    let (result, peak) = peak(|| read(blocks, Expected { digest, size, diff_id: digest }, &USUAL));
    (code(result), peak)
}

#[test]
fn a_million_whiteouts_are_refused_before_they_take_much() {
    let (code, peak) = generated(1_000_000, |number| Header::new(&format!("opt/.wh.{number}"), b'0', 0).sealed().to_vec());
    assert_eq!(code, "layer-too-many-names");
    assert!(peak < 32 << 20, "{peak} bytes");
}

#[test]
fn links_without_end_are_refused_before_they_take_much() {
    // Each to the one before it, and all of them wanted.
    let name = |number: usize| format!("node_modules/{number}/package.json");
    let hard = |number: usize| Header::new(&name(number + 1), b'1', 0).with(157, name(number).as_bytes()).sealed().to_vec();
    let symbolic = |number: usize| Header::new(&name(number + 1), b'2', 0).with(157, b"../0/package.json").sealed().to_vec();
    let (hard, symbolic) = (generated(200_000, hard), generated(200_000, symbolic));
    for (code, peak) in [hard, symbolic] {
        assert_eq!(code, "layer-too-many-names");
        assert!(peak < 32 << 20, "{peak} bytes");
    }
}

#[test]
fn devices_and_pipes_pass_by() {
    let kinds = *b"346";
    let (code, peak) = generated(20_000, |number| Header::new(&format!("dev/{number}"), kinds[number % 3], 0).sealed().to_vec());
    assert_eq!(code, "digest-mismatch");
    assert_small(peak);
}

#[test]
fn directories_as_deep_as_a_path_can_be_take_the_memory_of_one_path() {
    let deep = "d/".repeat(2000);
    let entry = |number: usize| Archive::new().pax(b'x', &[("path", &format!("{deep}{number}"))]).file("x", b"").0;
    let (code, peak) = generated(2000, entry);
    assert_eq!(code, "digest-mismatch");
    assert_small(peak);
}

#[test]
fn a_frame_of_zstd_that_needs_a_dictionary_is_refused() {
    // RFC 8878 section 3.1.1.1.1: a dictionary of one byte, a window, and the dictionary with the number 7.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x58, 7, 0x01, 0, 0];
    let (result, peak) = peak(|| read(blob(&frame), expecting(&frame, b""), &USUAL));
    assert_eq!(code(result), "layer-compression-invalid");
    assert_small(peak);
}
