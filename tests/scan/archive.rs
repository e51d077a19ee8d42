//! Archives written by hand, block by block, so that they can be wrong in any way; and readers of layers for tests.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::scan::layer::Below;
use pullproof::scan::layer::Candidate;
use pullproof::scan::layer::Capture;
use pullproof::scan::layer::Captures;
use pullproof::scan::layer::Expected;
use pullproof::scan::layer::InvalidLayer;
use pullproof::scan::layer::Reader;
use pullproof::scan::layer::Summary;
use ruzstd::encoding::CompressionLevel;

/// One header block. Every field can be overwritten before it is sealed.
#[derive(Clone)]
pub(crate) struct Header(pub(crate) [u8; 512]);

impl Header {
    /// A ustar header, as POSIX has it.
    pub(crate) fn new(name: &str, kind: u8, size: u64) -> Self {
        let mut header = Self([0; 512]);
        header.put(0, name.as_bytes());
        header.put(100, b"0000644\0");
        header.put(108, b"0000000\0");
        header.put(116, b"0000000\0");
        header.put(124, format!("{size:011o}\0").as_bytes());
        header.put(136, b"14544600000\0");
        header.put(156, &[kind]);
        header.put(257, b"ustar\x0000");
        header
    }

    /// The same in GNU's format.
    pub(crate) fn gnu(name: &str, kind: u8, size: u64) -> Self {
        let mut header = Self::new(name, kind, size);
        header.put(257, b"ustar  \0");
        header
    }

    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    #[must_use]
    pub(crate) fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.put(at, bytes);
        self
    }

    /// With its checksum.
    pub(crate) fn sealed(mut self) -> [u8; 512] {
        self.put(148, b"        ");
        let sum: u32 = self.0.iter().map(|byte| u32::from(*byte)).sum();
        self.put(148, format!("{sum:06o}\0 ").as_bytes());
        self.0
    }
}

/// An archive.
#[derive(Clone, Default)]
pub(crate) struct Archive(pub(crate) Vec<u8>);

impl Archive {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A header, and content padded to whole blocks.
    #[must_use]
    pub(crate) fn raw(mut self, header: Header, content: &[u8]) -> Self {
        self.0.extend_from_slice(&header.sealed());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    #[must_use]
    pub(crate) fn file(self, name: &str, content: &[u8]) -> Self {
        self.raw(Header::new(name, b'0', content.len() as u64), content)
    }

    #[must_use]
    pub(crate) fn executable(self, name: &str, content: &[u8]) -> Self {
        self.raw(Header::new(name, b'0', content.len() as u64).with(100, b"0000755\0"), content)
    }

    #[must_use]
    pub(crate) fn directory(self, name: &str) -> Self {
        self.raw(Header::new(name, b'5', 0), b"")
    }

    #[must_use]
    pub(crate) fn symlink(self, name: &str, target: &str) -> Self {
        self.raw(Header::new(name, b'2', 0).with(157, target.as_bytes()), b"")
    }

    #[must_use]
    pub(crate) fn hard_link(self, name: &str, target: &str) -> Self {
        self.raw(Header::new(name, b'1', 0).with(157, target.as_bytes()), b"")
    }

    /// An extended header of these records.
    #[must_use]
    pub(crate) fn pax(self, kind: u8, records: &[(&str, &str)]) -> Self {
        let records: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.raw(Header::new("PaxHeaders/x", kind, records.len() as u64), records.as_bytes())
    }

    /// Two blocks of zeros.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let length = (rest..rest + 20).find(|length| rest + length.to_string().len() == *length).unwrap();
    format!("{length} {key}={value}\n")
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// Wants whatever a function of the path and the size says.
pub(crate) struct ByPath(pub(crate) fn(&str) -> Capture);

impl Captures for ByPath {
    fn by_path(&self, candidate: &Candidate<'_>) -> Capture {
        (self.0)(candidate.path)
    }
}

/// Every file, up to a megabyte.
pub(crate) const EVERYTHING: ByPath = ByPath(|_| Capture::Whole { limit: 1 << 20 });

/// What an inventory looks at.
pub(crate) const USUAL: ByPath = ByPath(|path| match path {
    "etc/os-release" | "usr/lib/os-release" | "var/lib/dpkg/status" | "lib/apk/db/installed" | "usr/lib/apk/db/installed" => {
        Capture::Whole { limit: 1 << 20 }
    }
    path if path.contains("node_modules/") && path.ends_with("/package.json") => Capture::Whole { limit: 1 << 10 },
    _ => Capture::Nothing,
});

/// What a blob has to be to be proven, where `archive` is what is in it.
pub(crate) fn expecting(blob: &[u8], archive: &[u8]) -> Expected {
    let of = |bytes: &[u8]| Digest::of(Algorithm::Sha256, bytes);
    Expected { digest: of(blob), size: blob.len() as u64, diff_id: of(archive) }
}

/// Reads a blob in pieces, as the lowest layer.
pub(crate) fn read_in(blob: &[u8], expected: Expected, captures: &dyn Captures, piece: usize) -> Result<Summary, InvalidLayer> {
    let mut reader = Reader::new(expected, captures)?;
    reader.settle(&Below::nothing());
    for bytes in blob.chunks(piece) {
        reader.push(bytes)?;
    }
    reader.finish()
}

/// Reads an archive as it is.
pub(crate) fn read(archive: &[u8]) -> Result<Summary, InvalidLayer> {
    read_in(archive, expecting(archive, archive), &EVERYTHING, 64 << 10)
}

pub(crate) fn code(result: Result<Summary, InvalidLayer>) -> &'static str {
    match result {
        Ok(summary) => panic!("expected an error, found {summary:?}"),
        Err(error) => {
            assert!(InvalidLayer::CODES.contains(&error.code()), "{}", error.code());
            assert!(!error.to_string().is_empty());
            error.code()
        }
    }
}

pub(crate) fn files(summary: &Summary) -> Vec<(String, String)> {
    summary.files().map(|(path, bytes)| (path.to_owned(), String::from_utf8_lossy(bytes).into_owned())).collect()
}
