//! Writes an image of every kind as an OCI image layout, for tests that are not written in Rust:
//! `cargo run --package pullproof-world --example layout -- DIRECTORY`

use std::env;
use std::io;
use std::path::Path;

use pullproof_world::ArtifactSpec;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
use pullproof_world::ManifestSpec;
use pullproof_world::Writing;
use pullproof_world::layout;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [directory] = arguments.as_slice() else {
        return Err(io::Error::other("expected one argument, the directory to write to"));
    };

    let single = Image::oci("linux/amd64");
    let multi_platform = Image::multi_platform();
    let written = |writing| IndexSpec::new().image(&single).writing(writing).mint();
    let bill = ArtifactSpec::new("application/vnd.cyclonedx+json", br#"{"bomFormat":"CycloneDX","specVersion":"1.6"}"#)
        .subject(&multi_platform)
        .mint();

    layout::write(
        Path::new(directory),
        &[
            ("single", &single),
            ("multi-platform", &multi_platform),
            ("docker", &Image::docker("linux/amd64")),
            ("docker-list", &Image::docker_list()),
            ("nested", &Image::nested(2)),
            ("pretty", &written(Writing::Pretty)),
            ("newline", &written(Writing::PrettyWithNewline)),
            // What a client keeps under the fallback tag where the registry has no referrers API.
            ("referrers", &IndexSpec::new().image(&bill).mint()),
            ("debian", &debian()),
            ("mixed", &mixed()),
            ("fedora", &ManifestSpec::new("linux/amd64").file("etc/os-release", "ID=fedora\nVERSION_ID=41\n").mint()),
        ],
    )
}

const BOOKWORM: &str = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
const BASE: &str = concat!(
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nSource: glibc\nVersion: 2.36-9+deb12u1\n\n",
    "Package: libc-bin\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u1\n\n",
    "Package: bsdutils\nStatus: install ok installed\nArchitecture: amd64\nSource: util-linux (2.38.1-5)\nVersion: 1:2.38.1-5\n\n",
    "Package: tar\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.34+dfsg-1.2\n\n",
);

/// Debian, curl on top of it, and an application in two languages: every package has its layer.
fn debian() -> Image {
    let curl = "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88.1-10+deb12u1\n\n";
    ManifestSpec::new("linux/amd64")
        .file("etc/os-release", BOOKWORM)
        .file("var/lib/dpkg/status", BASE)
        .file("var/lib/dpkg/status", &format!("{BASE}{curl}"))
        .file("app/node_modules/@scope/minimist/package.json", r#"{"name":"@scope/minimist","version":"1.2.5"}"#)
        .file("app/lib/flask-2.2.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Flask\nVersion: 2.2.0\n")
        .mint()
}

/// Debian with what cannot be looked at: another publisher's package, a list that cannot be read, a version without an order, and a language
/// whose advisories nobody has.
fn mixed() -> Image {
    let nginx = "Package: nginx\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: NGINX Packaging <nginx-packaging@f5.com>\nVersion: 1.27.0-1~bookworm\n\n";
    ManifestSpec::new("linux/amd64")
        .file("etc/os-release", BOOKWORM)
        .file("var/lib/dpkg/status", &format!("{BASE}{nginx}"))
        .file("lib/apk/db/installed", "garbage\n\n")
        .file("app/node_modules/odd/package.json", r#"{"name":"odd","version":"one"}"#)
        .file("app/lib/flask-2.2.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Flask\nVersion: 2.2.0\n")
        .mint()
}
