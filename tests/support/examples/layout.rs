//! Writes an image of every kind as an OCI image layout, for tests that are not written in Rust:
//! `cargo run --package pullproof-world --example layout -- DIRECTORY`

use std::env;
use std::io;
use std::path::Path;

use pullproof_world::ArtifactSpec;
use pullproof_world::Image;
use pullproof_world::IndexSpec;
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
        ],
    )
}
