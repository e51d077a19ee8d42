//! The code under test finds what publishers push, through the door that they pushed it through.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

use pullproof::Checker;
use pullproof::Reference;
use pullproof::report::Attachment;
use pullproof::report::FoundBy;
use pullproof::time::UnixTime;
use pullproof_world::FakeRegistry;
use pullproof_world::Image;
use pullproof_world::World;
use pullproof_world::demo;
use pullproof_world::media_type;
use pullproof_world::sigstore::Sigstore;
use pullproof_world::sigstore::time::SIGNED_AT;

fn attachments(registry: FakeRegistry, image: &str) -> Vec<Attachment> {
    let world = World::new().registry("registry.test", registry);
    let reference = Reference::parse(&format!("registry.test/{image}")).unwrap();
    let now = UnixTime::from_seconds(SIGNED_AT).unwrap();
    let checker = Checker::new(&world).attachments(true);
    let report = pollster::block_on(checker.check(&reference, None, now, &mut |_| {})).unwrap();
    report.attachments.unwrap_or_else(|| panic!("expected attachments of {image}"))
}

#[test]
fn each_signed_image_of_the_demo_has_one_thing_attached() {
    for example in demo::signed_examples() {
        let found = attachments(demo::registry(), example.image);
        let found: Vec<_> = found.iter().map(|found| (found.found_by, found.artifact_type.as_str())).collect();
        let expected = match example.image {
            "demo/signed-key:1.0" | "demo/signed-tampered:1.0" | "demo/signed-another:1.0" => (FoundBy::CosignTag, media_type::OCI_CONFIG),
            _ => (FoundBy::Referrers, media_type::SIGSTORE_BUNDLE),
        };
        assert_eq!(found, [expected], "{}", example.image);
    }
}

#[test]
fn a_bundle_is_found_though_the_fallback_index_names_another_type() {
    let image = Image::oci("linux/amd64");
    let bundle = Sigstore::new().signing().sign_image(image.digest());
    let registry = FakeRegistry::new().without_referrers_api().image("team/app", "v1", &image);
    let found = attachments(registry.bundles_by_fallback_tag("team/app", &image, &[&bundle]), "team/app:v1");
    assert_eq!((found.len(), found[0].found_by, found[0].artifact_type.as_str()), (1, FoundBy::FallbackTag, media_type::SIGSTORE_BUNDLE));
}
