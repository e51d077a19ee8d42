//! Writes images as an [OCI image layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md), from which real
//! clients copy them into real registries: `skopeo copy --all --preserve-digests oci:DIRECTORY:NAME docker://…`.

use std::fs;
use std::io;
use std::path::Path;

use crate::blob::Descriptor;
use crate::image::Image;
use crate::image::IndexSpec;

/// Writes `images`, each under its name, into `directory`, which is made where it does not exist.
pub fn write(directory: &Path, images: &[(&str, &Image)]) -> io::Result<()> {
    for (_, image) in images {
        for blob in image.manifests().into_iter().chain(image.all_blobs()) {
            let folder = directory.join("blobs").join(blob.digest.algorithm().name());
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(blob.digest.encoded()), &blob.bytes)?;
        }
    }
    let entries = images.iter().map(|(name, image)| named(name, image));
    let index = entries.fold(IndexSpec::new(), IndexSpec::entry).mint();
    fs::write(directory.join("index.json"), index.root.bytes)?;
    fs::write(directory.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)
}

fn named(name: &str, image: &Image) -> Descriptor {
    image.descriptor().annotation("org.opencontainers.image.ref.name", name)
}
