//! Hostile documents: manifests and indexes that are well-formed JSON and yet must not be believed. Each is truly hashed, so that
//! nothing but reading the document can find it out.

use crate::blob::Descriptor;
use crate::image::Image;
use crate::image::IndexSpec;
use crate::image::ManifestSpec;
use crate::image::Platform;
use crate::media_type;

/// An index that also has `config` and `layers`: an index to one reader, an image to the next (CVE-2021-41190).
pub fn ambiguous() -> Image {
    let index = Image::multi_platform();
    let image = Image::oci("linux/amd64");
    let manifest = image.root.text();
    let config_and_layers = &manifest[manifest.find("\"config\"").expect("a manifest has a configuration")..];
    let both = index.rewritten(|text| format!("{},{config_and_layers}", text.strip_suffix('}').expect("an index is an object")));
    Image { blobs: image.blobs, ..both }
}

/// `"layers":[]` and then `"layers":[…]`: Go takes the last, others the first or neither.
pub fn duplicate_key() -> Image {
    Image::oci("linux/amd64").replacing("\"layers\":", "\"layers\":[],\"layers\":")
}

/// `"Layers":[]` beside `"layers":[…]`: two keys to most readers, the same key twice to Go.
pub fn duplicate_key_by_case() -> Image {
    let image = Image::oci("linux/amd64");
    image.rewritten(|text| format!("{},\"Layers\":[]}}", text.strip_suffix('}').expect("a manifest is an object")))
}

/// The same for a key deep inside: two digests in the descriptor of the configuration.
pub fn duplicate_digest_in_descriptor() -> Image {
    let image = Image::oci("linux/amd64");
    let other = Image::oci("linux/arm64").config().digest;
    image.replacing("\"digest\":", &format!("\"digest\":\"{other}\",\"digest\":"))
}

/// An index that says one byte more for its linux/amd64 child than the child has.
pub fn wrong_child_size() -> Image {
    let child = Image::oci("linux/amd64");
    let lie = Descriptor { size: child.descriptor().size + 1, ..child.descriptor() };
    IndexSpec::new().image_as(&child, lie).mint()
}

/// A manifest that says one byte more for its configuration than the configuration has.
pub fn wrong_config_size() -> Image {
    let image = Image::oci("linux/amd64");
    let size = image.config().bytes.len();
    image.replacing(&format!("\"size\":{size}"), &format!("\"size\":{}", size + 1))
}

/// An index that says of its linux/amd64 child, an OCI manifest, that it is a Docker one.
pub fn wrong_child_media_type() -> Image {
    let child = Image::oci("linux/amd64");
    let lie = Descriptor { media_type: media_type::DOCKER_MANIFEST.into(), ..child.descriptor() };
    IndexSpec::new().image_as(&child, lie).mint()
}

/// An OCI manifest whose `mediaType` says it is an index.
pub fn wrong_media_type_field() -> Image {
    Image::oci("linux/amd64").replacing(media_type::OCI_MANIFEST, media_type::OCI_INDEX)
}

/// An index whose entry embeds other bytes in `data` than its digest names.
pub fn wrong_data() -> Image {
    let child = Image::oci("linux/amd64");
    IndexSpec::new().image_as(&child, child.descriptor().embedding(b"other bytes")).mint()
}

/// An index whose only image is for another platform than its configuration says.
pub fn wrong_platform() -> Image {
    let child = Image::oci("linux/arm64");
    IndexSpec::new().image_as(&child, child.descriptor().platform(&Platform::parse("linux/amd64"))).mint()
}

/// An index whose entry has an upper-case digest, which the OCI grammar forbids.
pub fn upper_case_digest() -> Image {
    let child = Image::oci("linux/amd64");
    let digest = format!("{}:{}", child.digest().algorithm().name(), child.digest().encoded().to_uppercase());
    IndexSpec::new().image_as(&child, Descriptor { digest, ..child.descriptor() }).mint()
}

/// An index whose entry is named by an algorithm that OCI registers and that cannot be computed here.
pub fn blake3_digest() -> Image {
    let child = Image::oci("linux/amd64");
    let digest = format!("blake3:{}", child.digest().encoded());
    IndexSpec::new().image_as(&child, Descriptor { digest, ..child.descriptor() }).mint()
}

/// An index whose linux/amd64 child nobody pushed.
pub fn missing_child() -> Image {
    IndexSpec::new().entry(Image::oci("linux/amd64").descriptor()).mint()
}

/// An index of nothing.
pub fn no_children() -> Image {
    IndexSpec::new().mint()
}

/// An index of nothing but an attestation.
pub fn only_an_attestation() -> Image {
    IndexSpec::new().attestation_for(&Image::oci("linux/amd64")).mint()
}

/// An index with `count` entries, only the last of which exists. 27,000 of them just fit into 4 MiB, which is all that a limit on
/// bytes would stop.
pub fn many_children(count: usize) -> Image {
    let real = Image::oci("linux/amd64");
    let invented = (1..count).map(|number| Descriptor { digest: format!("sha256:{number:064x}"), ..real.root.descriptor() });
    invented.fold(IndexSpec::new(), IndexSpec::entry).image(&real).mint()
}

/// `depth` objects inside one another: a stack is finite.
pub fn deep_json(depth: usize) -> Image {
    let (open, close) = ("{\"a\":".repeat(depth), "}".repeat(depth));
    Image::oci("linux/amd64").replacing("{\"schemaVersion\"", &format!("{{\"annotations\":{open}1{close},\"schemaVersion\""))
}

/// An image with a layer that the client is told to fetch from any URL the publisher likes.
pub fn foreign_layer(url: &str) -> Image {
    ManifestSpec::new("linux/amd64").foreign_layer(url).mint()
}

/// A good manifest, and a second document behind it.
pub fn trailing_garbage() -> Image {
    Image::oci("linux/amd64").rewritten(|text| format!("{text}{{}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ambiguous_document_is_json_with_both_kinds_of_content() {
        let json: serde_json::Value = serde_json::from_slice(&ambiguous().root.bytes).unwrap();
        assert!(json["manifests"].is_array() && json["layers"].is_array() && json["config"].is_object());
    }

    #[test]
    fn documents_that_are_one_json_text_are_exactly_that() {
        let documents = [duplicate_key(), duplicate_key_by_case(), wrong_config_size(), deep_json(50), wrong_media_type_field()];
        for image in documents.iter().chain([&duplicate_digest_in_descriptor(), &many_children(3)]) {
            serde_json::from_slice::<serde_json::Value>(&image.root.bytes).unwrap();
        }
        assert!(serde_json::from_slice::<serde_json::Value>(&trailing_garbage().root.bytes).is_err());
    }

    #[test]
    fn twenty_seven_thousand_children_just_fit_into_four_mebibytes() {
        let sizes = [27_000, 28_000].map(|count| many_children(count).root.bytes.len());
        assert!(sizes[0] <= 4 << 20 && 4 << 20 < sizes[1], "{sizes:?}");
    }
}
