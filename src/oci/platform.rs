//! What an image runs on, and which entry of an index is the one to run.
//!
//! ```text
//! platform ::= os [ "(" os-version ")" ] "/" architecture [ "/" variant ]
//! ```
//!
//! Names are compared after containerd's normalisation (`x86_64` is `amd64`, `arm64/v8` is `arm64`, `arm` is `arm/v7`). A wanted
//! variant is also served by a lower one of the same architecture, highest first, as containerd's `platforms.Only` does; another
//! architecture never is, although an arm64 machine may run 32-bit images: which image is proven must not depend on that.

use core::fmt;
use core::str::FromStr;

use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::oci::InvalidDocument;
use crate::oci::index::Entry;
use crate::oci::index::Role;

/// [OCI image specification, "Image index", `platform`](https://github.com/opencontainers/image-spec/blob/main/image-index.md).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `linux`, `windows`, …, lower case.
    pub os: String,
    /// `amd64`, `arm64`, …, normalised.
    pub architecture: String,
    /// `v7` and the like; `None` where the architecture's usual variant is meant.
    pub variant: Option<String>,
    /// Windows only: `10.0.20348.2227`.
    pub os_version: Option<String>,
}

/// What an index has for a platform.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'e> {
    /// This entry.
    Entry(&'e Entry),
    /// An entry, but other programs would take this one before it.
    Ambiguous(&'e Entry),
    /// No entry of its own.
    None,
}

/// The text is no platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPlatform;

impl fmt::Display for InvalidPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected os/architecture or os/architecture/variant, such as linux/amd64, linux/arm/v7 or windows(10.0.20348)/amd64")
    }
}

impl core::error::Error for InvalidPlatform {}

impl Platform {
    /// The platform that is meant when nobody says which: the same everywhere, so that a verdict does not depend on the machine
    /// that computes it.
    pub fn default_choice() -> Self {
        Self::new("linux", "amd64", None, None)
    }

    fn new(os: &str, architecture: &str, variant: Option<&str>, os_version: Option<&str>) -> Self {
        let architecture = architecture.to_ascii_lowercase();
        let variant = variant.filter(|variant| !variant.is_empty()).map(str::to_ascii_lowercase);
        let (architecture, variant) = normalise(&architecture, variant.as_deref());
        let os = os.to_ascii_lowercase();
        Self {
            os: if os == "macos" { "darwin".into() } else { os },
            architecture: architecture.into(),
            variant: variant.map(Into::into),
            os_version: os_version.filter(|version| !version.is_empty()).map(Into::into),
        }
    }

    pub(super) fn read(members: &Members<'_>) -> Result<Self, InvalidDocument> {
        let (os, architecture) = (members.required("os")?, members.required("architecture")?);
        let (variant, os_version) = (members.optional("variant")?, members.optional("os.version")?);
        Ok(Self::new(name(&os)?, name(&architecture)?, variant.as_ref().map(name).transpose()?, os_version.as_ref().map(name).transpose()?))
    }

    /// BuildKit's attestations stand under this name.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// How well `offered` serves this wish: 0 is exact, more is a lower variant, `None` is not at all.
    pub fn distance_to(&self, offered: &Self) -> Option<usize> {
        if self.os != offered.os || self.architecture != offered.architecture {
            return None;
        }
        if let Some(wanted) = &self.os_version {
            // Windows builds run on the same build number; the revision behind it does not matter.
            let offered = offered.os_version.as_deref()?;
            if !(offered == wanted || offered.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('.'))) {
                return None;
            }
        }
        if self.variant == offered.variant {
            return Some(0);
        }
        let ladder = ladder(&self.architecture);
        let wanted = ladder.iter().position(|step| *step == self.variant.as_deref())?;
        let found = ladder.iter().position(|step| *step == offered.variant.as_deref())?;
        found.checked_sub(wanted)
    }

    /// The entry of an index to run on this platform: the best match, of equals the first.
    pub fn choose<'e>(&self, entries: &'e [Entry]) -> Choice<'e> {
        let images = entries.iter().enumerate().filter(|(_, entry)| entry.role == Role::Image);
        let matching =
            images.filter_map(|(place, entry)| self.distance_to(entry.platform.as_ref()?).map(|distance| (distance, place, entry)));
        let Some((_, place, chosen)) = matching.min_by_key(|(distance, ..)| *distance) else { return Choice::None };
        match entries[..place].iter().find(|earlier| self.could_be_meant_by(earlier)) {
            Some(earlier) => Choice::Ambiguous(earlier),
            None => Choice::Entry(chosen),
        }
    }

    /// Whether another program could take this entry, which we do not choose, for one of this platform: containerd walks into indexes
    /// whose platform matches or is left out, go-containerregistry reads a missing platform as linux/amd64, and an empty name matches
    /// the machine that asks.
    pub fn could_be_meant_by(&self, entry: &Entry) -> bool {
        match (&entry.platform, entry.role) {
            (_, Role::Attestation | Role::Other) => false,
            (None, _) => true,
            (Some(platform), _) if platform.os.is_empty() || platform.architecture.is_empty() => true,
            (Some(platform), Role::Index) => self.distance_to(platform).is_some(),
            (Some(_), Role::Image) => false,
        }
    }
}

/// Nothing that could disturb a terminal or a sentence; empty names do occur.
fn name<'a>(place: &Place<'a>) -> Result<&'a str, InvalidJson> {
    let text = place.string()?;
    if text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Ok(text);
    }
    Err(InvalidJson::Type { path: place.path().into(), expected: "at most 64 printable ASCII characters", found: "another string" })
}

/// containerd, `platforms/database.go`, `normalizeArch`.
fn normalise<'a>(architecture: &'a str, variant: Option<&'a str>) -> (&'a str, Option<&'a str>) {
    match (architecture, variant) {
        ("i386", _) => ("386", None),
        ("x86_64" | "x86-64" | "amd64", Some("v1") | None) => ("amd64", None),
        ("x86_64" | "x86-64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", Some("8" | "v8") | None) => ("arm64", None),
        ("aarch64", variant) => ("arm64", variant),
        ("armhf", _) | ("arm", None | Some("7")) => ("arm", Some("v7")),
        ("armel", _) | ("arm", Some("6")) => ("arm", Some("v6")),
        ("arm", Some("5")) => ("arm", Some("v5")),
        ("arm", Some("8")) => ("arm", Some("v8")),
        other => other,
    }
}

/// The variants of an architecture, each running on all before it.
const fn ladder(architecture: &str) -> &'static [Option<&'static str>] {
    match architecture.as_bytes() {
        b"arm" => &[Some("v8"), Some("v7"), Some("v6"), Some("v5")],
        b"amd64" => &[Some("v4"), Some("v3"), Some("v2"), None],
        _ => &[],
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.os)?;
        if let Some(version) = &self.os_version {
            write!(f, "({version})")?;
        }
        write!(f, "/{}", self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        Ok(())
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        let part =
            |text: &str| !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        let mut parts = text.split('/');
        let (os, architecture, variant) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
        let (os, os_version) = match os.split_once('(') {
            Some((os, rest)) => (os, Some(rest.strip_suffix(')').ok_or(InvalidPlatform)?)),
            None => (os, None),
        };
        if parts.next().is_some() || !part(os) || !part(architecture) || !variant.is_none_or(part) || !os_version.is_none_or(part) {
            return Err(InvalidPlatform);
        }
        Ok(Self::new(os, architecture, variant, os_version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(text: &str) -> Platform {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_normalised_as_containerd_does() {
        for (text, normal) in [
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64/v1", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/i386", "linux/386"),
            ("macos/arm64", "darwin/arm64"),
            ("windows(10.0.20348)/amd64", "windows(10.0.20348)/amd64"),
        ] {
            assert_eq!(platform(text).to_string(), normal);
        }
    }

    #[test]
    fn a_lower_variant_serves_but_a_higher_one_does_not() {
        for (wanted, offered, distance) in [
            ("linux/arm/v7", "linux/arm/v7", Some(0)),
            ("linux/arm/v7", "linux/arm/v6", Some(1)),
            ("linux/arm/v7", "linux/arm/v5", Some(2)),
            ("linux/arm/v6", "linux/arm/v7", None),
            ("linux/amd64/v3", "linux/amd64", Some(2)),
            ("linux/amd64", "linux/amd64/v2", None),
            ("linux/arm64", "linux/arm/v7", None),
            ("linux/arm64", "linux/arm64/v9", None),
            ("linux/amd64", "windows/amd64", None),
            ("windows(10.0.20348)/amd64", "windows(10.0.20348.2227)/amd64", Some(0)),
            ("windows(10.0.20348)/amd64", "windows(10.0.203480)/amd64", None),
            ("windows(10.0.20348)/amd64", "windows/amd64", None),
        ] {
            assert_eq!(platform(wanted).distance_to(&platform(offered)), distance, "{wanted} from {offered}");
        }
    }

    #[test]
    fn texts_that_are_no_platform_are_refused() {
        for text in
            ["", "linux", "linux/", "/amd64", "linux/amd64/", "linux/arm/v7/x", "linux/am d64", "windows(10/amd64", "linux/\u{202e}amd64"]
        {
            assert_eq!(text.parse::<Platform>(), Err(InvalidPlatform), "{text:?}");
        }
    }
}
