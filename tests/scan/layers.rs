//! One layer, honest or hostile. Every limit is tried with more than it allows.

use std::io::Write as _;

use flate2::Compression;
use flate2::GzBuilder;
use pullproof::budget;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::digest::Hasher;
use pullproof::digest::Hashes;
use pullproof::digest::Hashing;
use pullproof::scan::layer::Below;
use pullproof::scan::layer::Candidate;
use pullproof::scan::layer::Capture;
use pullproof::scan::layer::Captures;
use pullproof::scan::layer::Expected;
use pullproof::scan::layer::InvalidLayer;
use pullproof::scan::layer::Reader;

use crate::archive::Archive;
use crate::archive::ByPath;
use crate::archive::EVERYTHING;
use crate::archive::Header;
use crate::archive::USUAL;
use crate::archive::code;
use crate::archive::expecting;
use crate::archive::files;
use crate::archive::gzip;
use crate::archive::read;
use crate::archive::read_in;
use crate::archive::zstd;

fn small() -> Vec<u8> {
    Archive::new().directory("etc/").file("etc/os-release", b"ID=debian\n").file("var/lib/dpkg/status", &[b'x'; 3000]).end()
}

fn sized(bytes: &[u8], archive: &[u8]) -> Result<pullproof::scan::layer::Summary, InvalidLayer> {
    read_in(bytes, expecting(bytes, archive), &EVERYTHING, 1000)
}

mod proof {
    use super::*;

    #[test]
    fn a_layer_is_the_same_however_it_is_cut_and_compressed() {
        let archive = small();
        let stored = {
            let mut encoder =
                GzBuilder::new().extra(vec![1, 2, 3]).filename("layer.tar").comment("x").write(Vec::new(), Compression::none());
            encoder.write_all(&archive).unwrap();
            encoder.finish().unwrap()
        };
        for blob in [archive.clone(), gzip(&archive), stored, zstd(&archive)] {
            for piece in [1, 2, 3, 7, 511, 512, 513, 100_000] {
                let summary = read_in(&blob, expecting(&blob, &archive), &EVERYTHING, piece).unwrap();
                assert_eq!(files(&summary)[0], ("etc/os-release".into(), "ID=debian\n".into()));
                assert_eq!(files(&summary)[1].1.len(), 3000);
                assert_eq!((summary.entries(), summary.unpacked()), (3, archive.len() as u64));
                assert_eq!(summary.proven(), expecting(&blob, &archive));
            }
        }
    }

    #[test]
    fn another_blob_of_the_same_size_is_a_digest_mismatch() {
        let archive = small();
        let mut other = archive.clone();
        other[600] ^= 1;
        assert_eq!(code(read_in(&other, expecting(&archive, &archive), &EVERYTHING, 100)), "digest-mismatch");
    }

    #[test]
    fn bytes_that_are_no_layer_are_a_digest_mismatch_before_they_are_anything_else() {
        let archive = small();
        let blob = gzip(&archive);
        let garbage = vec![0x1f; blob.len()];
        assert_eq!(code(read_in(&garbage, expecting(&blob, &archive), &EVERYTHING, 100)), "digest-mismatch");
        assert_eq!(code(read_in(&garbage, expecting(&garbage, &archive), &EVERYTHING, 100)), "diff-id-mismatch");
        assert_eq!(code(read(&[0x1f; 1000])), "layer-archive-invalid");
    }

    #[test]
    fn fewer_or_more_bytes_than_the_manifest_says_are_refused() {
        let archive = small();
        let expected = expecting(&archive, &archive);
        for size in [expected.size - 1, expected.size + 1, 0] {
            assert_eq!(code(read_in(&archive, Expected { size, ..expected }, &EVERYTHING, 512)), "size-mismatch", "{size}");
        }
        let mut reader = Reader::new(Expected { size: 1, ..expected }, &EVERYTHING).unwrap();
        reader.push(b"x").unwrap();
        assert_eq!(reader.push(b"y").unwrap_err(), InvalidLayer::Size { expected: 1, found: None });
    }

    #[test]
    fn a_wrong_diff_id_is_refused_for_every_compression() {
        let archive = small();
        let mut other = archive.clone();
        other[600] ^= 1;
        for blob in [archive.clone(), gzip(&archive), zstd(&archive)] {
            assert_eq!(code(read_in(&blob, expecting(&blob, &other), &EVERYTHING, 512)), "diff-id-mismatch");
        }
    }

    #[test]
    fn digests_of_other_algorithms_are_computed() {
        let archive = small();
        let of = |bytes: &[u8]| Digest::of(Algorithm::Sha512, bytes);
        let expected = Expected { digest: of(&archive), size: archive.len() as u64, diff_id: of(&archive) };
        read_in(&archive, expected, &EVERYTHING, 512).unwrap();
    }

    /// A platform that hashes as we do, or something else, or gives no digest.
    #[derive(Clone, Copy, Debug)]
    enum Platform {
        Honest,
        Lying,
        Silent,
    }

    struct OnPlatform(Platform, Hasher);

    impl Hashes for Platform {
        fn begin(&self, algorithm: Algorithm) -> Box<dyn Hashing> {
            Box::new(OnPlatform(*self, Hasher::new(algorithm)))
        }
    }

    impl Hashing for OnPlatform {
        fn update(&mut self, bytes: &[u8]) {
            self.1.update(bytes);
            if let Platform::Lying = self.0 {
                self.1.update(b"x");
            }
        }

        fn finish(&mut self) -> Option<Digest> {
            (!matches!(self.0, Platform::Silent)).then(|| self.1.clone().finish())
        }
    }

    #[test]
    fn what_a_platform_computes_is_compared_and_what_it_does_not_compute_is_no_digest() {
        let archive = small();
        for blob in [archive.clone(), gzip(&archive), zstd(&archive)] {
            let read = |platform: Platform| {
                let mut reader = Reader::new(expecting(&blob, &archive), &EVERYTHING)?.hashed_by(&platform);
                reader.settle(&Below::nothing());
                reader.push(&blob)?;
                reader.finish()
            };
            assert_eq!(read(Platform::Honest).unwrap().files().count(), 2);
            assert_eq!(code(read(Platform::Lying)), "digest-mismatch");
            assert_eq!(code(read(Platform::Silent)), "layer-unhashed");
        }
    }

    #[test]
    fn a_descriptor_of_more_bytes_than_any_layer_has_is_not_even_begun() {
        let expected = Expected { size: budget::LAYER_BYTES + 1, ..expecting(b"", b"") };
        assert_eq!(Reader::new(expected, &EVERYTHING).err().unwrap().code(), "layer-too-large");
    }

    #[test]
    fn an_empty_layer_has_nothing_in_it() {
        let summary = read(b"").unwrap();
        assert_eq!((summary.entries(), summary.files().count()), (0, 0));
        let archive = Archive::new().end();
        assert_eq!(sized(&gzip(&archive), &archive).unwrap().entries(), 0);
    }
}

mod compression {
    use super::*;

    #[test]
    fn a_gzip_of_two_members_is_one_archive() {
        let archive = small();
        let blob = [gzip(&archive[..700]), gzip(b""), gzip(&archive[700..])].concat();
        for piece in [1, 5, 100_000] {
            let summary = read_in(&blob, expecting(&blob, &archive), &EVERYTHING, piece).unwrap();
            assert_eq!(summary.files().count(), 2);
        }
    }

    #[test]
    fn the_last_entry_arrives_too() {
        // A decoder that is not asked for its last bytes loses the entries at the end, and there dpkg's list of packages is.
        let mut archive = Archive::new();
        for number in 0..2000 {
            archive = archive.file(&format!("usr/share/{number}"), number.to_string().as_bytes());
        }
        let archive = archive.file("var/lib/dpkg/status", b"Package: base-files\n").end();
        for blob in [gzip(&archive), zstd(&archive), [gzip(&archive[..100_000]), gzip(&archive[100_000..])].concat()] {
            let summary = read_in(&blob, expecting(&blob, &archive), &USUAL, 64 << 10).unwrap();
            assert_eq!((summary.entries(), files(&summary).len()), (2001, 1));
        }
    }

    #[test]
    fn zeros_behind_the_last_member_are_padding_and_nothing_else_is() {
        let archive = small();
        let padded = |padding: &[u8]| sized(&[&gzip(&archive), padding].concat(), &archive);
        padded(&[0; 1]).unwrap();
        padded(&[0; 5000]).unwrap();
        for garbage in [&b"x"[..], &[0, 0, 1], &[0, 0x1f, 0x8b, 8], &[0x1f], &[0x1f, 0x8b, 7], b"\x1f\x8b\x08\xe0"] {
            let code = code(padded(garbage));
            assert!(["layer-compression-invalid", "layer-truncated"].contains(&code), "{garbage:?}: {code}");
        }
    }

    #[test]
    fn a_stream_that_is_cut_short_anywhere_is_an_error() {
        let archive = small();
        for blob in [gzip(&archive), zstd(&archive)] {
            for length in 0..blob.len() {
                let cut = &blob[..length];
                // What is shorter than any magic number may be an archive, but another one than was named.
                let code = code(sized(cut, &archive));
                assert!(code == "layer-truncated" || length < 4 && code == "diff-id-mismatch", "{length}: {code}");
            }
        }
    }

    #[test]
    fn a_changed_byte_in_a_compressed_stream_is_never_another_archive() {
        let archive = small();
        for blob in [gzip(&archive), zstd(&archive)] {
            let mut accepted = 0;
            for at in 0..blob.len() {
                let mut changed = blob.clone();
                changed[at] ^= 0x10;
                // One archive can be compressed in many ways, and times in headers say nothing.
                if let Ok(summary) = sized(&changed, &archive) {
                    accepted += 1;
                    assert_eq!(files(&summary), files(&read(&archive).unwrap()));
                }
            }
            assert!(accepted < 20, "{accepted} of {}", blob.len());
        }
    }

    #[test]
    fn a_checksum_of_gzip_that_does_not_hold_is_told_before_the_diff_id() {
        let archive = small();
        let blob = gzip(&archive);
        for at in blob.len() - 8..blob.len() {
            let mut changed = blob.clone();
            changed[at] ^= 1;
            assert_eq!(code(sized(&changed, &archive)), "layer-compression-invalid");
        }
    }

    #[test]
    fn a_header_checksum_of_gzip_is_compared() {
        let archive = small();
        let blob = gzip(&archive);
        let with_checksum = |checksum: [u8; 2]| {
            let mut header = blob[..10].to_vec();
            header[3] = 2;
            [&header, &checksum[..], &blob[10..]].concat()
        };
        let right = {
            let mut crc = flate2::Crc::new();
            let mut header = blob[..10].to_vec();
            header[3] = 2;
            crc.update(&header);
            let [low, high, ..] = crc.sum().to_le_bytes();
            [low, high]
        };
        sized(&with_checksum(right), &archive).unwrap();
        assert_eq!(code(sized(&with_checksum([!right[0], right[1]]), &archive)), "layer-compression-invalid");
    }

    #[test]
    fn frames_of_zstd_one_behind_the_other_are_one_archive_and_skippable_ones_are_skipped() {
        let archive = small();
        let skippable = |magic: u8, content: &[u8]| {
            [&[magic, 0x2a, 0x4d, 0x18], &u32::try_from(content.len()).unwrap().to_le_bytes()[..], content].concat()
        };
        let blob = [
            skippable(0x50, b""),
            zstd(&archive[..1000]),
            skippable(0x5f, &[7; 300]),
            zstd(b""),
            zstd(&archive[1000..]),
            skippable(0x51, &[9; 10]),
        ]
        .concat();
        for piece in [1, 5, 100_000] {
            let summary = read_in(&blob, expecting(&blob, &archive), &EVERYTHING, piece).unwrap();
            assert_eq!(summary.files().count(), 2);
        }
        let open = [zstd(&archive), skippable(0x50, &[1; 9])[..12].to_vec()].concat();
        assert_eq!(code(sized(&open, &archive)), "layer-truncated");
        assert_eq!(code(sized(&[zstd(&archive), b"more".to_vec()].concat(), &archive)), "layer-compression-invalid");
    }

    #[test]
    fn a_window_of_zstd_that_is_too_large_takes_no_memory() {
        // Magic number, no options, a window of a tebibyte, then of 64 MiB.
        for window in [0xf0, 0x80] {
            let blob = [&[0x28, 0xb5, 0x2f, 0xfd, 0, window], &[1, 0, 0][..]].concat();
            assert_eq!(code(sized(&blob, b"")), "layer-window-too-large");
        }
        // One segment, which is its own window.
        let blob = [&[0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000], &(1_u32 << 30).to_le_bytes()[..], &[1, 0, 0]].concat();
        assert_eq!(code(sized(&blob, b"")), "layer-window-too-large");
    }

    #[test]
    fn a_block_of_zstd_that_is_too_large_is_refused() {
        let header = ((128_u32 << 10) + 1) << 3 | 1;
        for kind in [0, 1, 2, 3] {
            let block = &(header | kind << 1).to_le_bytes()[..3];
            let blob = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x58], block].concat();
            assert_eq!(code(sized(&blob, b"")), "layer-compression-invalid");
        }
    }

    #[test]
    fn other_compressions_are_named() {
        for (blob, name) in [(&b"BZh91AY&SY"[..], "bzip2"), (b"\xfd7zXZ\0\0\x04", "xz")] {
            let error = sized(blob, b"").unwrap_err();
            assert_eq!(error.code(), "layer-compression-unsupported");
            assert!(error.to_string().contains(name));
        }
    }

    /// A run of one byte costs four bytes for 128 KiB: 32,768 to one, and more with repeated sequences.
    #[test]
    fn a_bomb_is_stopped_where_it_expands_too_much() {
        let run = ((128_u32 << 10) << 3 | 1 << 1).to_le_bytes();
        let mut blob = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
        for _ in 0..3 << 10 {
            blob.extend_from_slice(&run[..3]);
            blob.push(0);
        }
        assert_eq!(code(sized(&blob, b"")), "layer-expands-too-much");
        // Zeros, a thousand to one.
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
        for _ in 0..300 {
            encoder.write_all(&vec![0; 1 << 20]).unwrap();
        }
        let blob = encoder.finish().unwrap();
        assert!(blob.len() < 2 << 20);
        assert_eq!(code(sized(&blob, b"")), "layer-expands-too-much");
    }
}

mod archives {
    use super::*;

    #[test]
    fn an_archive_that_is_cut_short_is_an_error_but_where_nothing_is_missing() {
        let archive = Archive::new().file("a", b"x").file("b", &[b'y'; 600]).end();
        for length in 0..archive.len() {
            let cut = &archive[..length];
            match read_in(cut, expecting(cut, cut), &EVERYTHING, 512) {
                // Nothing, the padding of either, blocks of zeros.
                Ok(_) => assert!(matches!(length, 0 | 513..=1024 | 2136..=2560 | 3072), "{length}"),
                Err(error) => assert_eq!(error.code(), "layer-truncated", "{length}"),
            }
        }
    }

    #[test]
    fn what_stands_behind_the_end_is_hashed_and_not_read() {
        let mut archive = Archive::new().file("a", b"x").end();
        archive.extend_from_slice(&Archive::new().file("b", b"y").end());
        archive.extend_from_slice(b"and garbage");
        assert_eq!(files(&read(&archive).unwrap()), [("a".into(), "x".into())]);
    }

    #[test]
    fn one_block_of_zeros_is_no_end_and_nothing_may_follow_it() {
        let mut archive = Archive::new().file("a", b"x");
        archive.0.extend_from_slice(&[0; 512]);
        assert_eq!(files(&read(&archive.0).unwrap()).len(), 1);
        assert_eq!(code(read(&archive.file("b", b"y").end())), "layer-archive-invalid");
    }

    #[test]
    fn a_checksum_may_be_reckoned_in_either_way_and_has_to_hold() {
        let mut header = Header::new("caf\u{e9}", b'0', 0);
        header.put(0, b"caf\xe9\0");
        header.put(148, b"        ");
        let signed: i32 = header.0.iter().map(|byte| i32::from(byte.cast_signed())).sum();
        header.put(148, format!("{signed:06o}\0 ").as_bytes());
        let archive = [&header.0[..], &[0; 1024]].concat();
        assert_eq!(files(&read(&archive).unwrap()), [("caf\u{fffd}".into(), String::new())]);
        let mut broken = small();
        broken[3] ^= 1;
        assert_eq!(code(read(&broken)), "layer-archive-invalid");
    }

    #[test]
    fn a_prefix_belongs_to_ustar_and_not_to_gnu() {
        let deep = Header::new("os-release", b'0', 0).with(345, b"usr/lib");
        let gnu = Header::gnu("b", b'0', 0).with(345, b"14544600000\x0014544600000\x00");
        let star = Header::new("c", b'0', 0).with(345, b"usr").with(508, b"tar\0");
        let old = Header::new("d", b'0', 0).with(257, &[0; 8]).with(345, b"not looked at");
        // Programs built with an old Go wrote this.
        let go = Header::gnu("e", b'0', 0).with(345, b"usr/share");
        let archive = [deep, gnu, star, old, go].into_iter().fold(Archive::new(), |archive, header| archive.raw(header, b"")).end();
        let found: Vec<String> = files(&read(&archive).unwrap()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, ["b", "d", "usr/c", "usr/lib/os-release", "usr/share/e"]);
    }

    #[test]
    fn long_names_of_gnu_come_before_those_of_pax() {
        let long = format!("etc/{}", "x".repeat(300));
        let archive = Archive::new()
            .raw(Header::gnu("././@LongLink", b'L', long.len() as u64 + 1), format!("{long}\0").as_bytes())
            .pax(b'x', &[("path", "etc/pax")])
            .file("etc/short", b"1")
            .file("etc/next", b"2")
            .end();
        let found = files(&read(&archive).unwrap());
        assert_eq!(found, [("etc/next".into(), "2".into()), (long, "1".into())]);
    }

    #[test]
    fn an_extended_header_changes_path_link_and_size_of_the_next_entry_only() {
        let archive = Archive::new()
            .pax(b'x', &[("path", "etc/ä"), ("size", "5"), ("mtime", "1.5"), ("SCHILY.xattr.security.capability", "\u{1}=\n")])
            .raw(Header::new("etc/x", b'0', 0), b"12345")
            .pax(b'x', &[("linkpath", "usr/lib/os-release")])
            .symlink("etc/os-release", "short")
            .file("etc/y", b"6")
            .end();
        let summary = read(&archive).unwrap();
        assert_eq!(files(&summary), [("etc/y".into(), "6".into()), ("etc/ä".into(), "12345".into())]);
        assert_eq!(summary.links().collect::<Vec<_>>(), [("etc/os-release", "usr/lib/os-release")]);
    }

    #[test]
    fn a_global_header_changes_nothing_and_ends_what_stood_before_it() {
        let archive = Archive::new()
            .pax(b'x', &[("path", "for/the/global/header")])
            .pax(b'g', &[("path", "etc/os-release"), ("size", "1"), ("comment", "0123456789abcdef")])
            .file("etc/x", b"content")
            .end();
        assert_eq!(files(&read(&archive).unwrap()), [("etc/x".into(), "content".into())]);
        let broken = Archive::new().raw(Header::new("g", b'g', 3), b"x=y").end();
        assert_eq!(code(read(&broken)), "layer-archive-invalid");
    }

    #[test]
    fn sizes_may_be_in_base_256_and_never_below_zero() {
        let big = Header::gnu("a", b'0', 0).with(124, &[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        let archive = Archive::new().raw(big, b"12345").end();
        assert_eq!(files(&read(&archive).unwrap()), [("a".into(), "12345".into())]);
        for size in [[0xff; 12], [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]] {
            let header = Header::gnu("a", b'0', 0).with(124, &size);
            assert_eq!(code(read(&Archive::new().raw(header, b"").end())), "layer-archive-invalid");
        }
    }

    #[test]
    fn a_mode_below_zero_is_a_mode() {
        let header = Header::gnu("a", b'0', 1).with(100, &[0xff; 8]);
        assert_eq!(files(&read(&Archive::new().raw(header, b"x").end()).unwrap()), [("a".into(), "x".into())]);
    }

    #[test]
    fn links_and_directories_have_no_content_whatever_size_they_state() {
        let archive = [b'1', b'2', b'3', b'4', b'5', b'6'].into_iter().enumerate().fold(Archive::new(), |archive, (number, kind)| {
            archive.raw(Header::new(&format!("x{number}"), kind, 1 << 30).with(157, b"elsewhere"), b"")
        });
        let summary = read(&archive.file("etc/os-release", b"ID=x\n").end()).unwrap();
        assert_eq!((summary.entries(), files(&summary).len()), (7, 1));
    }

    #[test]
    fn a_kind_that_nobody_unpacks_is_refused() {
        for kind in *b"VMNDABCXI\x01 " {
            assert_eq!(code(read(&Archive::new().raw(Header::new("a", kind, 0), b"").end())), "layer-archive-invalid", "{kind}");
        }
        let archive =
            Archive::new().raw(Header::new("a", b'7', 1), b"x").raw(Header::new("b/", 0, 0), b"").raw(Header::new("c", 0, 1), b"y");
        assert_eq!(files(&read(&archive.end()).unwrap()), [("a".into(), "x".into()), ("c".into(), "y".into())]);
    }

    #[test]
    fn a_header_that_is_too_large_is_not_read() {
        for kind in *b"xgLK" {
            let archive = Archive::new().raw(Header::new("h", kind, budget::LAYER_HEADER_BYTES + 1), b"").end();
            assert_eq!(code(read(&archive)), "layer-header-too-large");
        }
    }

    #[test]
    fn a_path_that_is_too_long_is_refused_and_the_longest_is_not() {
        let with = |length: usize| Archive::new().pax(b'x', &[("path", &"x".repeat(length))]).file("a", b"").end();
        assert_eq!(code(read(&with(budget::LAYER_PATH_BYTES + 1))), "layer-path-too-long");
        assert_eq!(read(&with(budget::LAYER_PATH_BYTES)).unwrap().files().count(), 1);
        let link = Archive::new().pax(b'x', &[("linkpath", &"x".repeat(5000))]).symlink("a", "b").end();
        assert_eq!(code(read(&link)), "layer-path-too-long");
    }
}

mod sparse_files {
    use super::*;

    /// Octal, or base 256 where that is too short.
    fn number12(value: u64) -> [u8; 12] {
        let mut field = [0; 12];
        if value < 1 << 33 {
            field.copy_from_slice(format!("{value:011o}\0").as_bytes());
        } else {
            field[0] = 0x80;
            field[4..].copy_from_slice(&value.to_be_bytes());
        }
        field
    }

    fn old(map: &[(u64, u64)], size: u64, content: &[u8]) -> Archive {
        let mut header = Header::gnu("var/lib/dpkg/status", b'S', content.len() as u64);
        for (number, (offset, length)) in map.iter().take(4).enumerate() {
            header.put(386 + 24 * number, &[number12(*offset), number12(*length)].concat());
        }
        header.put(483, &number12(size));
        if map.len() > 4 {
            header.put(482, &[1]);
        }
        let mut blocks = Vec::new();
        let more: Vec<_> = map.iter().skip(4).collect();
        for (number, entries) in more.chunks(21).enumerate() {
            let mut block = [0; 512];
            for (place, (offset, length)) in entries.iter().enumerate() {
                block[24 * place..24 * place + 24].copy_from_slice(format!("{offset:011o}\0{length:011o}\0").as_bytes());
            }
            block[504] = u8::from(number + 1 < more.chunks(21).len());
            blocks.extend_from_slice(&block);
        }
        let mut archive = Archive::new().raw(header, b"");
        archive.0.extend_from_slice(&blocks);
        archive.0.extend_from_slice(content);
        archive.0.resize(archive.0.len().next_multiple_of(512), 0);
        archive.file("z", b"behind it")
    }

    fn content(archive: Archive) -> Vec<u8> {
        let archive = archive.end();
        let mut found = None;
        for piece in [1, 100, 512, 10_000] {
            let summary = read_in(&archive, expecting(&archive, &archive), &EVERYTHING, piece).unwrap();
            assert_eq!(files(&summary)[1], ("z".into(), "behind it".into()));
            let bytes = summary.files().next().unwrap().1.to_vec();
            assert_eq!(found.get_or_insert_with(|| bytes.clone()), &bytes);
        }
        found.unwrap()
    }

    #[test]
    fn holes_are_zeros_in_all_four_formats() {
        let expected = [&[0; 10][..], b"abc", &[0; 7], b"de", &[0; 100]].concat();
        let map = "10,3,20,2";
        assert_eq!(content(old(&[(10, 3), (20, 2)], 122, b"abcde")), expected);
        let pax = |records: &[(&str, &str)], content: &[u8]| {
            Archive::new()
                .pax(b'x', records)
                .raw(Header::new("GNUSparseFile.1/x", b'0', content.len() as u64), content)
                .file("z", b"behind it")
        };
        let name = ("GNU.sparse.name", "var/lib/dpkg/status");
        let v01 = [
            name,
            ("GNU.sparse.major", "0"),
            ("GNU.sparse.minor", "1"),
            ("GNU.sparse.size", "122"),
            ("GNU.sparse.numblocks", "2"),
            ("GNU.sparse.map", map),
        ];
        assert_eq!(content(pax(&v01, b"abcde")), expected);
        let v00 = [
            ("path", "var/lib/dpkg/status"),
            ("GNU.sparse.size", "122"),
            ("GNU.sparse.numblocks", "2"),
            ("GNU.sparse.offset", "10"),
            ("GNU.sparse.numbytes", "3"),
            ("GNU.sparse.offset", "20"),
            ("GNU.sparse.numbytes", "2"),
        ];
        assert_eq!(content(pax(&v00, b"abcde")), expected);
        let mut v10 = b"2\n10\n3\n20\n2\n".to_vec();
        v10.resize(512, 0);
        v10.extend_from_slice(b"abcde");
        let records = [name, ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "122")];
        assert_eq!(content(pax(&records, &v10)), expected);
    }

    #[test]
    fn a_map_may_go_on_in_blocks_of_its_own() {
        let map: Vec<(u64, u64)> = (0..60).map(|number| (number * 2, 1)).collect();
        assert_eq!(content(old(&map, 120, &[b'x'; 60])), b"x\0".repeat(60));
        let mut long = vec![b"200\n".to_vec()];
        long.extend((0..200).map(|number| format!("{}\n1\n", 2 * number).into_bytes()));
        let mut long = long.concat();
        long.resize(long.len().next_multiple_of(512), 0);
        long.extend_from_slice(&[b'x'; 200]);
        let records = [("GNU.sparse.name", "a"), ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "400")];
        let archive = Archive::new().pax(b'x', &records).raw(Header::new("x", b'0', long.len() as u64), &long).file("z", b"behind it");
        assert_eq!(content(archive), b"x\0".repeat(200));
    }

    /// Of everything but the last file, what follows a marker.
    struct Parts;

    impl Captures for Parts {
        fn by_path(&self, candidate: &Candidate<'_>) -> Capture {
            if candidate.path == "z" { Capture::Nothing } else { Capture::ByContent }
        }
        fn by_content(&self, _: &Candidate<'_>, first: &[u8]) -> Capture {
            assert_eq!(first, [0; 512]);
            Capture::Marked { marker: b"\xff Go buildinf:", alignment: 16, limit: 20 }
        }
    }

    #[test]
    fn ten_gigabytes_of_nothing_take_no_memory() {
        let huge = old(&[(10 << 30, 0)], 10 << 30, b"").end();
        let summary = read(&huge).unwrap();
        assert_eq!(summary.gaps().map(|(path, gap)| (path, gap.code())).collect::<Vec<_>>(), [("var/lib/dpkg/status", "file-too-large")]);
        // Nor does it where only a part is wanted, wherever that may be.
        let content = b"\xff Go buildinf:\x08\x02 and the rest of it.";
        let end = (1 << 50) - 48;
        let marked = old(&[(end, content.len() as u64)], 1 << 50, content).end();
        let summary = read_in(&marked, expecting(&marked, &marked), &Parts, 512).unwrap();
        assert_eq!(files(&summary)[0].1, "\u{fffd} Go buildinf:\u{8}\u{2} and");
    }

    #[test]
    fn a_map_that_does_not_describe_its_file_is_refused() {
        for (map, size, content) in [
            (&[(10, 3), (11, 2)][..], 122, &b"abcde"[..]),
            (&[(20, 2), (10, 3)], 122, b"abcde"),
            (&[(10, 3), (20, 2)], 21, b"abcde"),
            (&[(10, 3), (20, 1)], 122, b"abcde"),
            (&[(10, 3), (20, 3)], 122, b"abcde"),
            (&[], 122, b"abcde"),
        ] {
            assert_eq!(code(read(&old(map, size, content).end())), "layer-archive-invalid", "{map:?}");
        }
    }

    #[test]
    fn a_map_without_an_end_is_refused() {
        let mut archive = Archive::new().raw(Header::gnu("a", b'S', 0).with(482, &[1]), b"");
        let mut block = [0; 512];
        block[504] = 1;
        for _ in 0..=budget::LAYER_HEADER_BYTES / 512 {
            archive.0.extend_from_slice(&block);
        }
        assert_eq!(code(read(&archive.end())), "layer-header-too-large");
        let records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "1")];
        for content in ["", "1\n0", "99\n0\n1\n", "x\n", "99999999999999999999\n", "-1\n"] {
            let archive = Archive::new().pax(b'x', &records).raw(Header::new("a", b'0', content.len() as u64), content.as_bytes());
            assert_eq!(code(read(&archive.end())), "layer-archive-invalid", "{content}");
        }
    }
}

mod paths {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_the_image_is_refused() {
        for path in ["../etc/passwd", "a/../../etc/passwd", "/../x", ".."] {
            for archive in [Archive::new().file(path, b"x"), Archive::new().directory(path), Archive::new().symlink(path, "x")] {
                assert_eq!(code(read(&archive.end())), "layer-path-invalid", "{path}");
            }
        }
    }

    #[test]
    fn absolute_paths_and_detours_lie_in_the_image() {
        let archive = Archive::new().directory("./").file("/etc/os-release", b"1").file("usr/bin/../lib/./os-release", b"2").end();
        assert_eq!(files(&read(&archive).unwrap()), [("etc/os-release".into(), "1".into()), ("usr/lib/os-release".into(), "2".into())]);
    }

    #[test]
    fn a_name_with_a_zero_in_it_ends_there_or_is_refused() {
        let archive = Archive::new().raw(Header::new("etc/a", b'0', 0).with(6, b"b"), b"").end();
        assert_eq!(files(&read(&archive).unwrap())[0].0, "etc/a");
        for key in ["path", "linkpath"] {
            let archive = Archive::new().pax(b'x', &[(key, "etc/os-release\0.txt")]).file("a", b"").end();
            assert_eq!(code(read(&archive)), "layer-archive-invalid");
        }
    }

    #[test]
    fn only_a_directory_lies_at_the_root() {
        assert_eq!(code(read(&Archive::new().file("./", b"x").end())), "layer-path-invalid");
        assert_eq!(code(read(&Archive::new().symlink("", "x").end())), "layer-path-invalid");
    }

    #[test]
    fn a_whiteout_without_a_name_is_refused() {
        for path in ["etc/.wh.", "etc/.wh..", "etc/.wh..."] {
            assert_eq!(code(read(&Archive::new().file(path, b"").end())), "layer-path-invalid", "{path}");
        }
    }

    #[test]
    fn whiteouts_are_no_files() {
        let archive = Archive::new()
            .file("etc/.wh.os-release", b"")
            .file("var/.wh..wh..opq", b"")
            .file(".wh..wh.plnk", b"")
            .file(".wh..wh.aufs", b"")
            .end();
        let summary = read(&archive).unwrap();
        assert_eq!(summary.files().count(), 0);
        assert_eq!(summary.whiteouts().collect::<Vec<_>>(), ["etc/os-release"]);
        assert_eq!(summary.opaque_directories().collect::<Vec<_>>(), ["var"]);
    }
}

mod captures {
    use super::*;

    #[test]
    fn what_comes_last_under_a_name_is_what_is_there() {
        let archive = Archive::new()
            .file("a", b"1")
            .file("a", b"2")
            .file("b", b"1")
            .symlink("b", "a")
            .file("c/d", b"1")
            .symlink("c", "elsewhere")
            .file("e", b"1")
            .directory("e")
            .end();
        let summary = read(&archive).unwrap();
        assert_eq!(files(&summary), [("a".into(), "2".into())]);
        assert_eq!(summary.links().collect::<Vec<_>>(), [("b", "a"), ("c", "elsewhere")]);
    }

    #[test]
    fn a_hard_link_is_another_name_of_what_came_before_it() {
        let archive = Archive::new().file("a", b"1").hard_link("b", "./a").file("a", b"2").hard_link("c", "/b").end();
        assert_eq!(files(&read(&archive).unwrap()), [("a".into(), "2".into()), ("b".into(), "1".into()), ("c".into(), "1".into())]);
    }

    #[test]
    fn a_file_that_is_too_large_is_a_gap_and_not_clean() {
        let archive =
            Archive::new().file("app/node_modules/a/package.json", &[b'x'; 1025]).file("app/node_modules/b/package.json", b"{}").end();
        let summary = read_in(&archive, expecting(&archive, &archive), &USUAL, 512).unwrap();
        assert_eq!(
            summary.gaps().map(|(path, gap)| (path, gap.code())).collect::<Vec<_>>(),
            [("app/node_modules/a/package.json", "file-too-large")]
        );
        assert_eq!(summary.files().count(), 1);
    }

    #[test]
    fn files_that_are_too_large_together_are_gaps() {
        const MEBIBYTE: usize = 1 << 20;
        let mut archive = Archive::new();
        for number in 0..70 {
            archive = archive.file(&format!("{number:02}"), &vec![b'x'; MEBIBYTE]);
        }
        let summary = read(&archive.end()).unwrap();
        assert_eq!(summary.files().count(), budget::CAPTURED_BYTES / MEBIBYTE - 1);
        assert!(summary.gaps().all(|(_, gap)| gap.code() == "files-too-large"));
        assert_eq!(summary.gaps().count(), 70 - summary.files().count());
    }

    #[test]
    fn hard_links_do_not_multiply_what_is_kept() {
        let mut archive = Archive::new().file("a", &vec![b'x'; 1 << 20]);
        for number in 0..200 {
            archive = archive.hard_link(&format!("b{number}"), "a");
        }
        let summary = read(&archive.end()).unwrap();
        let kept: usize = summary.files().map(|(_, bytes)| bytes.len()).sum();
        assert!(kept <= budget::CAPTURED_BYTES && summary.gaps().count() > 100);
    }

    #[test]
    fn too_many_links_are_refused() {
        let target = "t".repeat(99);
        let mut archive = Archive::new();
        for number in 0..budget::LAYER_NAMES_BYTES / 200 {
            archive = archive.symlink(&number.to_string(), &target);
        }
        assert_eq!(code(read(&archive.end())), "layer-too-many-names");
    }

    struct Programs;

    impl Captures for Programs {
        fn by_path(&self, candidate: &Candidate<'_>) -> Capture {
            if candidate.is_executable { Capture::ByContent } else { Capture::Nothing }
        }

        fn by_content(&self, candidate: &Candidate<'_>, first: &[u8]) -> Capture {
            assert_eq!(first.len() as u64, candidate.size.min(512));
            match first {
                [0x7f, b'E', b'L', b'F', ..] => Capture::Marked { marker: b"\xff Go buildinf:", alignment: 16, limit: 32 },
                [b'#', b'!', ..] => Capture::Beginning { limit: 9 },
                _ => Capture::Nothing,
            }
        }
    }

    #[test]
    fn the_first_bytes_decide_where_the_path_does_not() {
        let mut program = vec![0x7f, b'E', b'L', b'F'];
        program.resize(100_000, 7);
        program.resize(100_000_usize.next_multiple_of(16), 0);
        program.extend_from_slice(b"\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08go1.26.0");
        program.resize(300_000, 9);
        let archive = Archive::new()
            .executable("usr/bin/go-program", &program)
            .executable("usr/bin/c-program", &program[..90_000])
            .executable("usr/bin/script", b"#!/bin/sh\nexit\n")
            .executable("usr/bin/tiny", b"\x7fELF")
            .executable("usr/bin/empty", b"")
            .file("usr/share/go-program", &program)
            .hard_link("usr/bin/other-name", "usr/bin/go-program")
            .hard_link("usr/bin/no-name", "usr/bin/c-program")
            .end();
        for piece in [100, 512, 4097, 1 << 20] {
            let summary = read_in(&archive, expecting(&archive, &archive), &Programs, piece).unwrap();
            let found = files(&summary);
            let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
            assert_eq!(paths, ["usr/bin/go-program", "usr/bin/other-name", "usr/bin/script"]);
            assert_eq!(summary.files().next().unwrap().1.len(), 32);
            assert_eq!(found[2].1, "#!/bin/sh");
            assert_eq!(summary.gaps().count(), 0);
        }
    }

    #[test]
    fn a_file_that_asks_for_its_content_again_is_not_kept() {
        struct Undecided;
        impl Captures for Undecided {
            fn by_path(&self, _: &Candidate<'_>) -> Capture {
                Capture::ByContent
            }
            fn by_content(&self, _: &Candidate<'_>, _: &[u8]) -> Capture {
                Capture::ByContent
            }
        }
        let archive = Archive::new().file("a", &[b'x'; 2000]).end();
        assert_eq!(read_in(&archive, expecting(&archive, &archive), &Undecided, 100).unwrap().files().count(), 0);
    }
}

mod many_entries {
    use super::*;

    /// What `count` files are, compressed: the same block but for its name.
    fn of(count: usize) -> (Vec<u8>, Expected) {
        let mut encoder = GzBuilder::new().write(Vec::new(), Compression::fast());
        let mut archive = pullproof::digest::Hasher::new(Algorithm::Sha256);
        let mut write = |bytes: &[u8]| {
            archive.update(bytes);
            encoder.write_all(bytes).unwrap();
        };
        for number in 0..count {
            write(&Header::new(&format!("usr/share/{}/{number}", number % 1000), b'0', 0).sealed());
        }
        write(&[0; 1024]);
        let blob = encoder.finish().unwrap();
        let expected = Expected { digest: Digest::of(Algorithm::Sha256, &blob), size: blob.len() as u64, diff_id: archive.finish() };
        (blob, expected)
    }

    #[test]
    fn a_layer_that_is_not_told_what_lies_below_asks_for_it() {
        let (blob, expected) = of(budget::LAYER_UNSETTLED + 1000);
        let mut reader = Reader::new(expected, &USUAL).unwrap();
        let mut asked = 0;
        for bytes in blob.chunks(4096) {
            reader.push(bytes).unwrap();
            if reader.wants_to_settle() {
                asked += 1;
                reader.settle(&Below::nothing());
            }
        }
        assert_eq!((asked, reader.finish().unwrap().entries()), (1, budget::LAYER_UNSETTLED as u64 + 1000));
    }

    #[test]
    fn wanting_nothing_of_many_entries_remembers_nothing() {
        let (blob, expected) = of(100_000);
        let nothing = ByPath(|_| Capture::Nothing);
        let summary = read_in(&blob, expected, &nothing, 64 << 10).unwrap();
        assert_eq!((summary.entries(), summary.files().count()), (100_000, 0));
    }
}
