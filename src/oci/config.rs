//! The configuration of an image: what it runs on, when it was built, and what is in its layers.

use crate::budget;
use crate::digest::Content;
use crate::digest::Digest;
use crate::json;
use crate::json::InvalidJson;
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
    /// Whether the variant is stated, or only implied by the architecture.
    states_variant: bool,
}

impl Config {
    /// Reads a configuration from bytes that match their digest.
    pub fn parse(content: &Content) -> Result<Self, InvalidDocument> {
        let object = json::parse_object(content.bytes())?;
        let members = object.root();
        // Without it, it is the configuration of something else.
        members.required("rootfs")?.object()?;
        Ok(Self {
            platform: Platform::read(&members)?,
            created: members.optional_string("created")?.and_then(|text| text.parse().ok()),
            states_variant: members.optional_string("variant")?.is_some_and(|variant| !variant.is_empty()),
        })
    }

    /// Whether this is an image for the platform that was promised. What it leaves out contradicts nothing: many images for `arm/v6`
    /// do not state their variant.
    pub fn keeps(&self, promised: &Platform) -> bool {
        let mut promised = promised.clone();
        if !self.states_variant {
            promised.variant.clone_from(&self.platform.variant);
        }
        if self.platform.os_version.is_none() {
            promised.os_version = None;
        }
        promised.distance_to(&self.platform).is_some()
    }
}

/// The digests of the archives in an image's layers, the base first: `rootfs.diff_ids`.
pub fn diff_ids(content: &Content) -> Result<Vec<Digest>, InvalidDocument> {
    let object = json::parse_object(content.bytes())?;
    let rootfs = object.root().required("rootfs")?.object()?;
    let kind = rootfs.required("type")?;
    // The specification: an unknown value is an error.
    if kind.string()? != "layers" {
        return Err(InvalidJson::Type { path: kind.path().into(), expected: "`layers`", found: "another string" }.into());
    }
    let ids = rootfs.required("diff_ids")?;
    let found = ids.length()?;
    if found > budget::LAYERS {
        return Err(InvalidDocument::TooMany { what: "diff IDs", limit: budget::LAYERS, found });
    }
    let ids = ids.array()?;
    let read =
        ids.iter().map(|place| place.string()?.parse().map_err(|reason| InvalidDocument::Digest { path: place.path().into(), reason }));
    read.collect()
}
