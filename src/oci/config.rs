//! The configuration of an image: what it runs on, and when it was built.

use crate::digest::Content;
use crate::json;
use crate::oci::InvalidDocument;
use crate::oci::platform::Platform;
use crate::time::UnixTime;

/// The part of the [image configuration](https://github.com/opencontainers/image-spec/blob/main/config.md) that a report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the image was built for.
    pub platform: Platform,
    /// When it says it was built. The builder's word: nothing proves it, and reproducible builds set it to any time they like.
    pub created: Option<UnixTime>,
    /// How many uncompressed layers it lists.
    pub layers: usize,
}

impl Config {
    /// Reads a configuration from bytes that match their digest.
    pub fn parse(content: &Content) -> Result<Self, InvalidDocument> {
        let object = json::parse_object(content.bytes())?;
        let members = object.root();
        let root_fs = members.required("rootfs")?.object()?;
        // Docker leaves the list out of an image without layers.
        let layers = root_fs.optional("diff_ids")?.map(|place| place.length()).transpose()?.unwrap_or(0);
        Ok(Self {
            platform: Platform::read(&members)?,
            created: members.optional_string("created")?.and_then(|text| text.parse().ok()),
            layers,
        })
    }
}
