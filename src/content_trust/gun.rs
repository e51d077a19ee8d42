//! The globally unique name (GUN) of a collection of trust data: the full name of an image, without tag and digest.

use core::fmt;

use crate::content_trust::InvalidTrustData;
use crate::reference::Reference;

/// `docker.io/library/nginx`, `registry.example:5000/team/app`: registry and repository, as [`Reference`] normalises them.
///
/// So no part of it is empty, `..` or `_trust`, none has an upper-case letter, and Docker Hub's official images have their `library/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gun(String);

impl Gun {
    /// That of the image which a reference names. A host is the same in capitals, a collection would not be.
    pub fn of(image: &Reference) -> Self {
        Self(format!("{}/{}", image.registry().to_ascii_lowercase(), image.repository()))
    }

    /// One that is written out in full. `nginx` is none, since servers and certificates know it as `docker.io/library/nginx` only.
    pub fn parse(text: &str) -> Result<Self, InvalidTrustData> {
        match Reference::parse(text).map(|image| Self::of(&image)) {
            Ok(gun) if gun.0 == text => Ok(gun),
            _ => Err(InvalidTrustData::Gun { found: text.to_owned() }),
        }
    }

    /// As servers and certificates spell it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Gun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
