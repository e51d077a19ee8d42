//! The signed images of the demo, and those whose signatures are worth nothing. All signatures are of TEST KEYS and of the virtual
//! Sigstore, which nobody outside of the demo trusts.

use std::sync::LazyLock;

use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde_json::json;

use super::Example;
use super::greeting;
use super::listed;
use crate::image::Image;
use crate::image::cosign_tag;
use crate::registry::FakeRegistry;
use crate::sigstore::IDENTITY;
use crate::sigstore::ISSUER;
use crate::sigstore::SigningKey;
use crate::sigstore::Sigstore;
use crate::sigstore::TrustedRoot;
use crate::sigstore::cosign;
use crate::sigstore::statement::SLSA_PROVENANCE;
use crate::sigstore::time;

/// The images with signatures, good and bad. What becomes of each is for the policy to say: [`policy`]. Without one nothing is wrong
/// with any of them.
pub const fn signed_examples() -> [Example; 7] {
    [
        listed("demo/signed-key:1.0", "Signed with a key, as cosign 2 does it.", None),
        listed(
            "demo/signed-keyless:1.0",
            "Signed without a key of one's own: by a workflow, with a certificate and an entry in a log.",
            None,
        ),
        listed("demo/signed-wrong-identity:1.0", "A good signature, by another workflow than one would expect.", None),
        listed("demo/signed-tampered:1.0", "Somebody changed what was signed.", None),
        listed("demo/signed-another:1.0", "A good signature of another image.", None),
        listed("demo/signed-too-late:1.0", "Signed a day after the certificate had ended.", None),
        listed("demo/signed-attestation:1.0", "Says how it was built, and nobody says that it is signed.", None),
    ]
}

/// The root that trusts the Sigstore of the demo.
pub fn trusted_root() -> TrustedRoot {
    Sigstore::new().trusted_root()
}

/// The key behind the images that are signed with one, in PEM.
pub fn public_key() -> String {
    key().public().pem()
}

/// What somebody would ask of one of [`signed_examples`] or [`trust_examples`](super::trust_examples): a policy, as JSON. `authority` is the registry's `host:port`.
pub fn policy(authority: &str, image: &str) -> String {
    let repository = image.split(':').next().unwrap_or(image);
    let by_key = ["demo/signed-key", "demo/signed-tampered", "demo/signed-another"].contains(&repository);
    let rules = |signer: serde_json::Value| json!([{ "images": format!("{authority}/{repository}"), "require": [signer] }]);
    let policy = if let Some(requirement) = super::content_trust::requirement(repository) {
        json!({ "rules": rules(requirement), "default": "reject" })
    } else if by_key {
        json!({ "rules": rules(json!({ "cosign": { "publicKey": public_key() } })), "default": "reject" })
    } else {
        let root: serde_json::Value = serde_json::from_str(&trusted_root().json()).expect("it was written as JSON");
        let signer = json!({ "sigstore": { "issuer": ISSUER, "subject": IDENTITY, "trustedRoot": "demo" } });
        json!({ "trustedRoots": { "demo": root }, "rules": rules(signer), "default": "reject" })
    };
    policy.to_string()
}

/// Pushes them.
pub(super) fn push(registry: FakeRegistry) -> FakeRegistry {
    SIGNED.iter().fold(registry, |registry, signed| {
        let Signed { repository, image, attached } = signed;
        let registry = registry.image(repository, "1.0", image);
        match attached {
            Attached::Tag(artifact) => registry.image(repository, &cosign_tag(image.digest()), artifact),
            Attached::Referrer(artifact) => registry.attach(repository, artifact),
        }
    })
}

struct Signed {
    repository: &'static str,
    image: Image,
    attached: Attached,
}

enum Attached {
    /// Under the `.sig` tag.
    Tag(Image),
    /// Through the referrers API.
    Referrer(Image),
}

/// Minted once: every test that serves the demo needs them, and signing takes long without optimization.
static SIGNED: LazyLock<[Signed; 7]> = LazyLock::new(|| {
    let sigstore = Sigstore::new();
    let signing = || sigstore.signing();
    let by_key = |repository: &str, image: Digest| signing().with_key(&key()).unlisted().simple_signing(&reference(repository), image);
    let other_workflow = "https://ci.pullproof.test/somebody/else/.workflows/release.yml@refs/heads/main";
    let another = Digest::of(Algorithm::Sha256, b"another image");
    [
        Signed::by_tag("demo/signed-key", |image| by_key("demo/signed-key", image)),
        Signed::by_bundle("demo/signed-keyless", |image| signing().sign_image(image)),
        Signed::by_bundle("demo/signed-wrong-identity", |image| signing().identity(other_workflow).sign_image(image)),
        Signed::by_tag("demo/signed-tampered", |image| {
            let honest = by_key("demo/signed-tampered", another);
            // The signature of one payload over the payload that one would like to see.
            let wanted = by_key("demo/signed-tampered", image);
            honest.with_payload(wanted.payload)
        }),
        Signed::by_tag("demo/signed-another", |_| by_key("demo/signed-another", another)),
        Signed::by_bundle("demo/signed-too-late", |image| signing().at(time::SIGNED_AT + time::DAY).sign_image(image)),
        Signed::by_bundle("demo/signed-attestation", |image| signing().attest(image, SLSA_PROVENANCE, &json!({ "buildDefinition": {} }))),
    ]
});

impl Signed {
    fn by_tag(repository: &'static str, sign: impl FnOnce(Digest) -> cosign::Layer) -> Self {
        let image = greeting(repository);
        let attached = Attached::Tag(cosign::image_of(&[sign(image.digest())]));
        Self { repository, image, attached }
    }

    fn by_bundle(repository: &'static str, sign: impl FnOnce(Digest) -> crate::sigstore::Bundle) -> Self {
        let image = greeting(repository);
        let attached = Attached::Referrer(cosign::referrer(&sign(image.digest()), &image));
        Self { repository, image, attached }
    }
}

fn key() -> SigningKey {
    SigningKey::p256("demo")
}

fn reference(repository: &str) -> String {
    format!("registry.demo/{repository}")
}
