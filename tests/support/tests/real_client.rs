//! A real client, skopeo, against the fake registry and the image layout: what it reads must be what was made.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

use std::path::Path;
use std::process::Command;

use pullproof_world::Image;
use pullproof_world::Server;
use pullproof_world::demo;
use pullproof_world::layout;

/// What skopeo printed, or its complaint; `None` where there is no skopeo.
fn skopeo(arguments: &[&str]) -> Option<Result<String, String>> {
    let Ok(output) = Command::new("skopeo").arg("--insecure-policy").args(arguments).output() else {
        eprintln!("SKIPPED: expected the program skopeo (Debian package skopeo), found none: the fake was not tried with a real client");
        return None;
    };
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Some(if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) })
}

fn inspect(server: &Server, image: &str, more: &[&str]) -> Option<Result<String, String>> {
    let reference = format!("docker://{}/{image}", server.authority());
    skopeo(&[&["inspect", "--tls-verify=false", "--format", "{{.Digest}}"], more, &[&reference]].concat())
}

#[test]
fn skopeo_reads_the_good_images_and_prints_their_digests() {
    let server = Server::start(demo::registry()).unwrap();
    let images = [("app", Image::multi_platform()), ("single", Image::oci("linux/amd64")), ("docker", Image::docker_list())];
    for (name, image) in images {
        let Some(found) = inspect(&server, &format!("demo/{name}:1.0"), &[]) else { return };
        assert_eq!(found, Ok(format!("{}\n", image.digest())), "{name}");
    }
}

#[test]
fn skopeo_needs_the_password_for_the_private_image_and_the_right_one() {
    let server = Server::start(demo::registry()).unwrap();
    for (credentials, enters) in [("demo:demo", true), ("demo:wrong", false), ("other:demo", false)] {
        let Some(found) = inspect(&server, "demo/private:1.0", &["--creds", credentials]) else { return };
        assert_eq!(found.is_ok(), enters, "{credentials}: {found:?}");
    }
    let Some(stranger) = inspect(&server, "demo/private:1.0", &["--no-creds"]) else { return };
    assert!(stranger.unwrap_err().contains("unauthorized"));
}

#[test]
fn skopeo_refuses_the_images_that_it_too_finds_wanting() {
    let server = Server::start(demo::registry()).unwrap();
    for name in ["demo/tampered:1.0", "demo/tampered-config:1.0", "demo/ambiguous:1.0", "hostile/html:1.0", "hostile/redirect-loop:1.0"] {
        let Some(found) = inspect(&server, name, &[]) else { return };
        assert!(found.is_err(), "{name}: {found:?}");
    }
}

#[test]
fn skopeo_copies_every_platform_out_of_the_layout_without_changing_a_digest() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    let image = Image::multi_platform();
    layout::write(&directory, &[("app", &image), ("single", &Image::oci("linux/amd64"))]).unwrap();
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("copy");
    let (from, to) = (format!("oci:{}:app", directory.display()), format!("dir:{}", copy.display()));
    let Some(copied) = skopeo(&["copy", "--quiet", "--all", "--preserve-digests", &from, &to]) else { return };
    copied.unwrap();
    assert_eq!(std::fs::read(copy.join("manifest.json")).unwrap(), image.root.bytes);
    for blob in image.all_blobs() {
        assert_eq!(std::fs::read(copy.join(blob.digest.encoded())).unwrap(), blob.bytes);
    }
}
