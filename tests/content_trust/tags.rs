//! What is asked for: names, tags, digests; and the manifest that has to be the signed one.

use pullproof::Reference;
use pullproof::content_trust::Gun;
use pullproof::content_trust::InvalidTrustData;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::tuf::InvalidMetadata;
use serde_json::json;

use crate::minted::Client;
use crate::minted::MANIFEST;
use crate::minted::OLD_MANIFEST;
use crate::minted::Publisher;
use crate::minted::meta;
use crate::minted::sha256;

#[test]
fn trap_14_a_collection_has_the_full_name_of_the_image() {
    for (image, gun) in [
        ("nginx", "docker.io/library/nginx"),
        ("index.docker.io/team/app:1", "docker.io/team/app"),
        (
            "registry.example:5000/a/b/c@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "registry.example:5000/a/b/c",
        ),
        ("localhost/app", "localhost/app"),
        ("Registry.Example/app", "registry.example/app"),
    ] {
        assert_eq!(Gun::of(&Reference::parse(image).unwrap()).as_str(), gun);
        assert_eq!(Gun::parse(gun).unwrap().as_str(), gun);
    }
}

#[test]
fn trap_14_what_is_no_full_name_is_refused() {
    for text in [
        "",
        "nginx",
        "library/nginx",
        "index.docker.io/library/nginx",
        "docker.io/nginx",
        "docker.io/library/nginx:1.27",
        "docker.io/library/nginx/",
        "docker.io/library/../nginx",
        "docker.io/library/nginx/_trust",
        "docker.io/library//nginx",
        "docker.io/Library/nginx",
        "DOCKER.IO/library/nginx",
        "Registry.example/app",
        "https://docker.io/library/nginx",
        "docker.io/library/nginx ",
        "docker.io/library/*",
        "*",
    ] {
        assert_eq!(Gun::parse(text), Err(InvalidTrustData::Gun { found: text.into() }), "{text}");
    }
}

#[test]
fn without_a_tag_it_is_latest() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"]["latest"] = meta(OLD_MANIFEST);
    let tag = Client::new().wants("example/app").accepts(&publisher.publish());
    assert_eq!((tag.tag(), tag.digest().encoded(), tag.length()), ("latest", sha256(OLD_MANIFEST), OLD_MANIFEST.len()));
}

#[test]
fn a_tag_that_nobody_signed_is_refused() {
    for tag in ["1", "1.0.0", "1.0-rc", "V1.0", "latest"] {
        let refusal = Client::new().wants(&format!("example/app:{tag}")).refusal(&Publisher::new().publish());
        assert_eq!(refusal, InvalidTrustData::NotSigned { gun: Client::new().gun, wanted: tag.into() });
    }
}

/// Docker drops the tag when there is a digest, and verifies nothing.
#[test]
fn trap_15_a_digest_beside_a_tag_has_to_be_the_signed_one() {
    let files = Publisher::new().publish();
    let tag = Client::new().wants(&format!("example/app:1.0@sha256:{}", sha256(MANIFEST))).accepts(&files);
    assert_eq!((tag.tag(), tag.digest().encoded()), ("1.0", sha256(MANIFEST)));
    let other = Digest::of(Algorithm::Sha256, OLD_MANIFEST);
    let refusal = Client::new().wants(&format!("example/app:1.0@{other}")).refusal(&files);
    let found = Digest::of(Algorithm::Sha256, MANIFEST);
    assert_eq!(refusal, InvalidTrustData::OtherDigest { tag: "1.0".into(), role: "targets".into(), expected: other, found });
    assert_eq!(refusal.code(), "signed-digest-differs");
}

#[test]
fn trap_15_a_digest_beside_a_tag_that_is_not_signed_is_refused() {
    let image = format!("example/app:2.0@sha256:{}", sha256(MANIFEST));
    assert_eq!(Client::new().wants(&image).refusal(&Publisher::new().publish()).code(), "tag-not-signed");
}

#[test]
fn trap_15_an_older_digest_of_a_role_that_is_asked_later_is_refused() {
    let image = format!("example/app:1.0@sha256:{}", sha256(OLD_MANIFEST));
    assert_eq!(Client::new().wants(&image).refusal(&Publisher::with_releases().publish()).code(), "signed-digest-differs");
}

#[test]
fn trap_15_a_digest_alone_has_to_be_signed_for_some_tag() {
    let files = Publisher::new().publish();
    let tag = Client::new().wants(&format!("example/app@sha256:{}", sha256(MANIFEST))).accepts(&files);
    assert_eq!((tag.tag(), tag.role()), ("1.0", "targets"));
    let image = format!("example/app@sha256:{}", sha256(OLD_MANIFEST));
    assert_eq!(Client::new().wants(&image).refusal(&files).code(), "tag-not-signed");
}

#[test]
fn trap_15_a_digest_alone_counts_for_tags_that_the_role_is_trusted_for() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"] = json!({});
    publisher.delegate("targets/releases", &["2."], &[("1.0", MANIFEST)]);
    let image = format!("example/app@sha256:{}", sha256(MANIFEST));
    assert_eq!(Client::new().wants(&image).refusal(&publisher.publish()).code(), "tag-not-signed");
}

#[test]
fn trap_15_a_sha_512_is_compared_where_it_is_signed() {
    let files = Publisher::new().publish();
    let image = |bytes: &[u8]| format!("example/app:1.0@{}", Digest::of(Algorithm::Sha512, bytes));
    Client::new().wants(&image(MANIFEST)).accepts(&files);
    assert_eq!(Client::new().wants(&image(OLD_MANIFEST)).refusal(&files).code(), "signed-digest-differs");
}

#[test]
fn a_tag_without_a_sha_256_is_refused_and_no_other_for_it() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"]["2.0"] = meta(OLD_MANIFEST);
    publisher.targets["targets"]["2.0"]["hashes"].as_object_mut().unwrap().remove("sha256");
    let files = publisher.publish();
    assert_eq!(Client::new().wants("example/app:2.0").refusal(&files), InvalidTrustData::NoSha256 { tag: "2.0".into() });
    Client::new().accepts(&files);
}

#[test]
fn trap_16_the_manifest_has_the_signed_length_and_every_signed_hash() {
    let tag = Client::new().accepts(&Publisher::new().publish());
    assert_eq!(tag.verify(MANIFEST.to_vec()).unwrap().digest(), tag.digest());
    let mut other = MANIFEST.to_vec();
    other[0] ^= 1;
    assert_eq!(tag.verify(other).unwrap_err().code(), "metadata-digest-mismatch");
    assert_eq!(tag.verify(OLD_MANIFEST.to_vec()).unwrap_err().code(), "metadata-length-mismatch");
    assert_eq!(tag.verify([MANIFEST, b"\n"].concat()).unwrap_err().code(), "metadata-length-mismatch");
}

/// Docker never compares it.
#[test]
fn trap_16_a_signed_length_that_is_not_the_manifest_s_is_refused() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"]["1.0"]["length"] = json!(MANIFEST.len() + 1);
    let tag = Client::new().accepts(&publisher.publish());
    let length = InvalidMetadata::Length { name: "1.0".into(), expected: MANIFEST.len() + 1, found: MANIFEST.len() };
    assert_eq!(tag.verify(MANIFEST.to_vec()).unwrap_err(), InvalidTrustData::Metadata(length));
}

#[test]
fn trap_16_a_sha_512_that_is_not_the_manifest_s_is_refused() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"]["1.0"]["hashes"]["sha512"] = meta(OLD_MANIFEST)["hashes"]["sha512"].clone();
    let tag = Client::new().accepts(&publisher.publish());
    assert_eq!(tag.verify(MANIFEST.to_vec()).unwrap_err().code(), "metadata-digest-mismatch");
}

#[test]
fn what_a_publisher_adds_to_a_tag_does_no_harm() {
    let mut publisher = Publisher::new();
    publisher.targets["targets"]["1.0"]["custom"] = json!({ "any": ["thing", 1, null] });
    Client::new().accepts(&publisher.publish());
}
