//! Layers: real tar archives, really compressed.

use flate2::Compression;
use flate2::GzBuilder;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use std::io::Write as _;

/// One layer of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The digest of the archive before compression, as the configuration lists it.
    pub diff_id: Digest,
    /// The compressed archive.
    pub bytes: Vec<u8>,
}

impl Layer {
    /// A layer of one file.
    pub fn of_file(path: &str, content: &[u8]) -> Self {
        Self::of_files([(path, content)])
    }

    /// A layer of these files, in this order.
    pub fn of_files<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Self {
        let archive = archive(files);
        Self { diff_id: Digest::of(Algorithm::Sha256, &archive), bytes: compressed(&archive) }
    }
}

/// 2024-01-01T00:00:00Z, as in every configuration.
const MODIFIED: u64 = 1_704_067_200;

fn archive<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(MODIFIED);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, path, content).expect("a short path, written to memory");
    }
    archive.into_inner().expect("written to memory")
}

/// Stored, not squeezed: another version of the compressor must not change the digests that golden reports contain.
fn compressed(archive: &[u8]) -> Vec<u8> {
    let unknown_operating_system = 255;
    let mut gzip = GzBuilder::new().mtime(0).operating_system(unknown_operating_system).write(Vec::new(), Compression::none());
    gzip.write_all(archive).expect("written to memory");
    gzip.finish().expect("written to memory")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_layer_opens_as_gzip_and_tar_and_holds_its_file() {
        let layer = Layer::of_file("etc/motd", b"hello\n");
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(layer.bytes.as_slice()));
        let mut entries = archive.entries().unwrap();
        let mut entry = entries.next().unwrap().unwrap();
        assert_eq!(entry.path().unwrap().to_str(), Some("etc/motd"));
        assert_eq!(entry.header().mtime().unwrap(), MODIFIED);
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        assert_eq!(content, "hello\n");
        assert!(entries.next().is_none());
    }

    #[test]
    fn the_diff_id_is_that_of_the_archive_before_compression() {
        let layer = Layer::of_file("a", b"b");
        let mut archive = Vec::new();
        flate2::read::GzDecoder::new(layer.bytes.as_slice()).read_to_end(&mut archive).unwrap();
        assert_eq!(layer.diff_id, Digest::of(Algorithm::Sha256, &archive));
        assert_ne!(layer.diff_id, Digest::of(Algorithm::Sha256, &layer.bytes));
    }
}
