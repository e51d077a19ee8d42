//! Platforms, as an index lists them.

use std::fmt;

use serde::Serialize;

/// The `platform` object of a descriptor in an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Platform {
    /// Such as `amd64`.
    pub architecture: String,
    /// Such as `linux`.
    pub os: String,
    /// Such as `10.0.20348.2227`, on Windows.
    #[serde(rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Such as `v7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// Reads `os/architecture[/variant]`.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split('/').map(String::from);
        let os = parts.next().unwrap_or_default();
        let architecture = parts.next().unwrap_or_default();
        Self { architecture, os, os_version: None, variant: parts.next() }
    }

    /// What buildx writes for an attestation.
    pub fn unknown() -> Self {
        Self::parse("unknown/unknown")
    }

    /// Whether both have the same operating system, architecture and variant, letter for letter.
    pub fn same_as(&self, other: &Self) -> bool {
        (&self.os, &self.architecture, &self.variant) == (&other.os, &other.architecture, &other.variant)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}
