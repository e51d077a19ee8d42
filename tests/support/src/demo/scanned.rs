//! The images of the demo that are there to be scanned: with packages of real versions, of which `tests/support/advisories` knows what was
//! found in them.

use std::sync::LazyLock;

use super::Example;
use super::listed;
use super::unlisted;
use crate::behaviour;
use crate::image::Image;
use crate::image::ManifestSpec;
use crate::registry::FakeRegistry;
use crate::registry::On;

/// The images, and what a scan makes of each. Nothing is wrong with the bytes of any of them.
pub const fn scanned_examples() -> [Example; 6] {
    [
        listed(
            "demo/shop:1.0",
            "Debian 12 as it was when it came out, Node.js and Python on top: with known vulnerabilities. Its layers come slowly, so that the scan is seen.",
            None,
        ),
        listed("demo/shop:2.0", "The same, brought up to date, and without what has no fix yet.", None),
        listed("demo/alpine:3.20", "Alpine 3.20, some updates behind.", None),
        listed("demo/vendor:1.0", "Debian 12 with a package of another publisher, about which there are no advisories.", None),
        listed("demo/fedora:41", "A distribution whose advisories are not known: a scan says so instead of counting none.", None),
        unlisted("hostile/names:1.0", "A package whose name is markup, and longer than any screen is wide.", None),
    ]
}

/// A name that a page must show and not obey.
pub const HOSTILE_NAME: &str = "<img src=x onerror=globalThis.pwned=1>";

/// Pushes them.
pub(super) fn push(registry: FakeRegistry) -> FakeRegistry {
    IMAGES
        .iter()
        .fold(registry, |registry, (repository, tag, image)| registry.image(repository, tag, image))
        .behave(On::blobs().of("demo/shop"), behaviour::paced(BYTES_PER_SECOND))
}

/// As much as a page can be seen to read: both versions of the shop together take some seconds.
const BYTES_PER_SECOND: u32 = 3_000_000;

/// Minted once: they are large.
static IMAGES: LazyLock<[(&str, &str, Image); 6]> = LazyLock::new(|| {
    [
        ("demo/shop", "1.0", shop(&OLD)),
        ("demo/shop", "2.0", shop(&NEW)),
        ("demo/alpine", "3.20", alpine()),
        ("demo/vendor", "1.0", vendor()),
        ("demo/fedora", "41", fedora()),
        ("hostile/names", "1.0", hostile_names()),
    ]
});

const DEBIAN: &str = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n";
const STATUS: &str = "var/lib/dpkg/status";

/// Which versions a shop is made of.
struct Versions {
    /// Binary package, source where it has another name, version of the package, version of the source where that is another.
    base: &'static [(&'static str, Option<&'static str>, &'static str)],
    /// What the second layer installs, by source.
    tools: &'static [(&'static str, Option<&'static str>, &'static str)],
    npm: &'static [(&'static str, &'static str)],
    python: &'static [(&'static str, &'static str)],
}

/// Debian 12.1 and what its users ran on it.
const OLD: Versions = Versions {
    base: &[
        ("apt", None, "2.6.1"),
        ("bsdutils", Some("util-linux (2.38.1-5)"), "1:2.38.1-5+b1"),
        ("libc-bin", Some("glibc"), "2.36-9+deb12u1"),
        ("libc6", Some("glibc"), "2.36-9+deb12u1"),
        ("libgnutls30", Some("gnutls28"), "3.7.9-2"),
        ("mount", Some("util-linux (2.38.1-5)"), "2.38.1-5+b1"),
        ("perl-base", Some("perl"), "5.36.0-7"),
        ("tar", None, "1.34+dfsg-1.2"),
        ("util-linux", Some("util-linux (2.38.1-5)"), "2.38.1-5+b1"),
        ("zlib1g", Some("zlib"), "1:1.2.13.dfsg-1"),
    ],
    tools: &[("curl", None, "7.88.1-10"), ("libcurl4", Some("curl"), "7.88.1-10")],
    npm: &[("express", "4.19.2"), ("ip", "2.0.1"), ("lodash", "4.17.20"), ("minimist", "1.2.5"), ("ws", "8.16.0")],
    python: &[("Flask", "2.2.3"), ("Jinja2", "3.1.2"), ("requests", "2.30.0"), ("Werkzeug", "3.0.3")],
};

/// Without what has no fix, which no update brings.
const NEW: Versions = Versions {
    base: &[
        ("libexpat1", Some("expat"), "2.5.0-1+deb12u1"),
        ("libgnutls30", Some("gnutls28"), "3.7.9-2+deb12u6"),
        ("libssl3", Some("openssl"), "3.0.19-1~deb12u2"),
        ("perl-base", Some("perl"), "5.36.0-7+deb12u3"),
    ],
    tools: &[("curl", None, "7.88.1-10+deb12u14"), ("libcurl4", Some("curl"), "7.88.1-10+deb12u14")],
    npm: &[("express", "4.19.2"), ("lodash", "4.17.21"), ("minimist", "1.2.8"), ("ws", "8.18.0")],
    python: &[("Flask", "2.2.5"), ("Jinja2", "3.1.6"), ("requests", "2.32.4"), ("Werkzeug", "3.1.3")],
};

/// Debian, what is installed with apt on top of it, a Node.js application, a Python one.
fn shop(versions: &Versions) -> Image {
    let base = status(versions.base);
    let with_tools = format!("{base}{}", status(versions.tools));
    let (system, tools, application) = (filler(1, 6_000_000), filler(2, 2_000_000), filler(3, 1_000_000));
    let npm: Vec<(String, String)> = versions
        .npm
        .iter()
        .map(|(name, version)| {
            (format!("srv/shop/node_modules/{name}/package.json"), format!("{{\"name\":\"{name}\",\"version\":\"{version}\"}}\n"))
        })
        .collect();
    let python: Vec<(String, String)> = versions
        .python
        .iter()
        .map(|(name, version)| {
            (
                format!("opt/venv/lib/python3.11/site-packages/{name}-{version}.dist-info/METADATA"),
                format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
            )
        })
        .collect();
    ManifestSpec::new("linux/amd64")
        .files([("etc/os-release", DEBIAN.as_bytes()), ("usr/share/filler/system", &system), (STATUS, base.as_bytes())])
        .files([("usr/share/filler/tools", tools.as_slice()), (STATUS, with_tools.as_bytes())])
        .files(npm.iter().map(borrowed).chain([("srv/shop/filler", application.as_slice())]))
        .files(python.iter().map(borrowed))
        .mint()
}

fn alpine() -> Image {
    let release = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.20.1\nPRETTY_NAME=\"Alpine Linux v3.20\"\n";
    let installed = [
        ("busybox", "busybox", "1.36.1-r29"),
        ("libcrypto3", "openssl", "3.3.1-r3"),
        ("libssl3", "openssl", "3.3.1-r3"),
        ("musl", "musl", "1.2.5-r0"),
        ("ssl_client", "busybox", "1.36.1-r29"),
    ];
    let installed = installed.map(|(name, origin, version)| format!("P:{name}\nV:{version}\nA:x86_64\no:{origin}\n\n")).concat();
    let system = filler(4, 1_500_000);
    ManifestSpec::new("linux/amd64")
        .files([
            ("etc/os-release", release.as_bytes()),
            ("lib/apk/db/installed", installed.as_bytes()),
            ("usr/share/filler/system", &system),
        ])
        .mint()
}

/// What is not the distribution's has its versions from somebody else, so its advisories do not apply.
fn vendor() -> Image {
    let foreign = "Package: nodejs\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: NodeSource <support@nodesource.com>\nVersion: 20.11.1-1nodesource1\n\n";
    let status = format!("{}{foreign}", status(&[("libc6", Some("glibc"), "2.36-9+deb12u1"), ("tar", None, "1.34+dfsg-1.2+deb12u1")]));
    ManifestSpec::new("linux/amd64").files([("etc/os-release", DEBIAN.as_bytes()), (STATUS, status.as_bytes())]).mint()
}

fn fedora() -> Image {
    let release = "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=41\nPRETTY_NAME=\"Fedora Linux 41 (Container Image)\"\n";
    let package = "{\"name\":\"ws\",\"version\":\"8.18.0\"}\n";
    ManifestSpec::new("linux/amd64")
        .files([("etc/os-release", release.as_bytes())])
        .files([("srv/node_modules/ws/package.json", package.as_bytes())])
        .mint()
}

fn hostile_names() -> Image {
    let long = "anamewithoutanyplacetobreakit".repeat(5);
    let hostile = serde_json::json!({ "name": HOSTILE_NAME, "version": "1.0.0" }).to_string();
    let long = serde_json::json!({ "name": long, "version": "1.0.0" }).to_string();
    ManifestSpec::new("linux/amd64")
        .files([("srv/node_modules/hostile/package.json", hostile.as_bytes()), ("srv/node_modules/long/package.json", long.as_bytes())])
        .mint()
}

fn borrowed((path, text): &(String, String)) -> (&str, &[u8]) {
    (path, text.as_bytes())
}

fn status(packages: &[(&str, Option<&str>, &str)]) -> String {
    let paragraph = |(name, source, version): &(&str, Option<&str>, &str)| {
        let source = source.map(|source| format!("Source: {source}\n")).unwrap_or_default();
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n{source}Version: {version}\n\n")
    };
    packages.iter().map(paragraph).collect::<Vec<_>>().concat()
}

/// Bytes that no compression makes smaller, the same at every run (Marsaglia's xorshift64).
fn filler(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut filler = Vec::with_capacity(length + 8);
    while filler.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        filler.extend(state.to_le_bytes());
    }
    filler.truncate(length);
    filler
}
