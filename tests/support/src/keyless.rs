//! Images that are signed without a key of one's own, well and badly: for the real cosign to judge beside us. Whoever judges trusts the
//! root of the virtual Sigstore, and asks for [`IDENTITY`] and [`ISSUER`].

use std::sync::LazyLock;

use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use serde_json::Value;
use serde_json::json;

use crate::image::Image;
use crate::image::ManifestSpec;
use crate::registry::FakeRegistry;
use crate::sigstore::BUNDLE_V0_1;
use crate::sigstore::BUNDLE_V0_2;
use crate::sigstore::Bundle;
use crate::sigstore::CertificateSpec;
use crate::sigstore::Extension;
use crate::sigstore::IDENTITY;
use crate::sigstore::ISSUER;
use crate::sigstore::InclusionProof;
use crate::sigstore::Listing;
use crate::sigstore::Signing;
use crate::sigstore::Sigstore;
use crate::sigstore::cosign::Layer;
use crate::sigstore::extension;
use crate::sigstore::statement::SLSA_PROVENANCE;
use crate::sigstore::time;

/// The annotation with what Rekor v1 promised.
const PROMISE: &str = "dev.sigstore.cosign/bundle";

/// How something is signed, as a change to how it would be signed well.
type Sign = for<'a> fn(Signing<'a>) -> Signing<'a>;
/// What somebody makes of a good bundle.
type Change = fn(Bundle) -> Bundle;

/// Ways to sign, good and bad, whichever form the signature has.
const WAYS: [(&str, Sign); 17] = [
    ("as cosign does it", |signing| signing),
    ("and timestamped as well", |signing| signing.stamped()),
    ("listed in Rekor v2", |signing| signing.rekor_v2()),
    ("by somebody else", |signing| signing.identity("https://ci.pullproof.test/somebody/else/.workflows/release.yml@refs/heads/main")),
    ("by a longer name", |signing| signing.identity("https://ci.pullproof.test/team/app/.workflows/release.yml@refs/heads/main2")),
    ("by the name in capitals", |signing| signing.identity("https://CI.pullproof.test/team/app/.workflows/release.yml@refs/heads/main")),
    ("by a name that another issuer vouches for", |signing| signing.issuer("https://token.evil.test")),
    ("by a name that nobody says who vouches for", |signing| signing.certificate(without_issuer)),
    ("by a name whose issuer stands in the old place", |signing| signing.certificate(|spec| spec.issuer_v1_only(ISSUER))),
    ("by a name whose issuer stands in the new place", |signing| signing.certificate(|spec| spec.issuer_v2_only(ISSUER))),
    ("with a certificate that no log promised to list", |signing| signing.without_scts()),
    ("with a certificate that is not for signing code", |signing| signing.certificate(|spec| spec.without(extension::EXTENDED_KEY_USAGE))),
    ("with a certificate that has a critical part that nobody knows", |signing| signing.certificate(unknown_and_critical)),
    ("a day after the certificate had ended", |signing| signing.at(time::SIGNED_AT + time::DAY)),
    ("a day before the certificate began", |signing| signing.at(time::SIGNED_AT - time::DAY)),
    ("and listed nowhere", |signing| signing.unlisted()),
    ("and listed nowhere, but timestamped", |signing| signing.unlisted().stamped()),
];

/// Ways to spoil a bundle.
const CHANGES: [(&str, Change); 11] = [
    ("without the promise of the log", |bundle| bundle.with(|bundle| bundle.entries[0].promise = None)),
    ("without the proof of the log", |bundle| bundle.with(|bundle| bundle.entries[0].proof = None)),
    ("with another time of the log", |bundle| bundle.with(|bundle| bundle.entries[0].integrated_time = Some(time::SIGNED_AT + 60))),
    ("without a time of the log", |bundle| bundle.with(|bundle| bundle.entries[0].integrated_time = None)),
    ("with another index in the log", |bundle| bundle.with(|bundle| bundle.entries[0].log_index += 1)),
    ("with another root of the log’s tree", |bundle| proof(bundle, |proof| proof.root[0] ^= 1)),
    ("with another checkpoint", |bundle| proof(bundle, |proof| proof.checkpoint = proof.checkpoint.replacen('\n', "x\n", 1))),
    ("with the entry of another signature", |bundle| {
        let other = Sigstore::new().signing().sign_image(Digest::of(Algorithm::Sha256, b"another image"));
        bundle.with(|bundle| bundle.entries = other.entries)
    }),
    ("with the entry twice", |bundle| bundle.with(|bundle| bundle.entries.push(bundle.entries[0].clone()))),
    ("with another signature", |bundle| bundle.with(|bundle| bundle.envelope().signatures[0].1[20] ^= 1)),
    ("with the certificate of another deployment", |bundle| {
        let evil = Sigstore::at("evil.test");
        let other = evil.signing().sign_image(Digest::of(Algorithm::Sha256, b"another image"));
        bundle.with(|bundle| bundle.material = other.material)
    }),
];

struct Case {
    name: String,
    image: Image,
    signature: Signature,
}

enum Signature {
    Bundle(Bundle),
    Tag(Layer),
}

/// Pushes them, each into a repository of its own.
#[must_use]
pub fn push(registry: FakeRegistry) -> FakeRegistry {
    CASES.iter().enumerate().fold(registry, |registry, (number, Case { image, signature, .. })| {
        let repository = repository(number);
        let registry = registry.image(&repository, "1.0", image);
        match signature {
            Signature::Bundle(bundle) => registry.bundle(&repository, image, bundle),
            Signature::Tag(layer) => registry.signed(&repository, image, std::slice::from_ref(layer)),
        }
    })
}

/// What is to be judged, as JSON: a trusted root, an identity and its issuer, and cases with their images. `authority` is the registry's
/// `host:port`.
pub fn json(authority: &str) -> Value {
    let cases = cases()
        .into_iter()
        .enumerate()
        .map(|(number, Case { name, .. })| json!({ "case": name, "image": format!("{authority}/{}:1.0", repository(number)) }));
    let cases: Vec<Value> = cases.collect();
    json!({ "trustedRoot": Sigstore::new().trusted_root().value(), "subject": IDENTITY, "issuer": ISSUER, "cases": cases })
}

/// Minted once: signing takes long without optimization.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

fn repository(number: usize) -> String {
    format!("keyless/{number}")
}

fn cases() -> Vec<Case> {
    let (sigstore, evil) = (Sigstore::new(), Sigstore::at("evil.test"));
    let another = Digest::of(Algorithm::Sha256, b"another image");
    let mut cases = Vec::new();
    let mut add = |name: String, sign: &dyn Fn(Digest) -> Signature| {
        let image = ManifestSpec::new("linux/amd64").file("name.txt", &name).mint();
        let signature = sign(image.digest());
        cases.push(Case { name, image, signature });
    };
    for (name, way) in WAYS {
        add(format!("keyless, a bundle, {name}"), &|image| Signature::Bundle(way(sigstore.signing()).sign_image(image)));
        // What is listed in Rekor v2 has no promise, and so no place under the tag.
        if name != "listed in Rekor v2" {
            add(format!("keyless, the .sig tag, {name}"), &|image| Signature::Tag(way(sigstore.signing()).simple_signing("", image)));
        }
    }
    for (name, change) in CHANGES {
        add(format!("keyless, a bundle {name}"), &|image| Signature::Bundle(change(sigstore.signing().sign_image(image))));
    }
    for version in [BUNDLE_V0_1, BUNDLE_V0_2] {
        add(format!("keyless, a bundle of the type {version}"), &|image| {
            Signature::Bundle(sigstore.signing().version(version).sign_image(image))
        });
    }
    add("keyless, a bundle, listed as in-toto".into(), &|image| {
        Signature::Bundle(sigstore.signing().listed(Listing::V1Intoto).sign_image(image))
    });
    add("keyless, a bundle of another image".into(), &|_| Signature::Bundle(sigstore.signing().sign_image(another)));
    add("keyless, the .sig tag of another image".into(), &|_| Signature::Tag(sigstore.signing().simple_signing("", another)));
    add("keyless, an attestation in a bundle".into(), &|image| {
        Signature::Bundle(sigstore.signing().attest(image, SLSA_PROVENANCE, &json!({ "buildDefinition": {} })))
    });
    add("keyless, a bundle of another deployment".into(), &|image| Signature::Bundle(evil.signing().sign_image(image)));
    add("keyless, the .sig tag of another deployment".into(), &|image| Signature::Tag(evil.signing().simple_signing("", image)));
    add("keyless, the .sig tag with the entry of another signature".into(), &|image| {
        let other = sigstore.signing().simple_signing("", another);
        Signature::Tag(sigstore.signing().simple_signing("", image).annotation(PROMISE, &other.annotations[PROMISE]))
    });
    add("keyless, the .sig tag with another payload".into(), &|image| {
        let wanted = sigstore.signing().simple_signing("", image).payload;
        Signature::Tag(sigstore.signing().simple_signing("", another).with_payload(wanted))
    });
    cases
}

fn proof(bundle: Bundle, change: impl FnOnce(&mut InclusionProof)) -> Bundle {
    bundle.with(|bundle| change(bundle.entries[0].proof.as_mut().expect("an honest bundle has one")))
}

fn without_issuer(spec: CertificateSpec) -> CertificateSpec {
    spec.without(extension::ISSUER_V1).without(extension::ISSUER_V2)
}

fn unknown_and_critical(spec: CertificateSpec) -> CertificateSpec {
    spec.extension(Extension::new("1.3.6.1.4.1.99999.1", b"\x05\x00").critical())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CASES;

    #[test]
    fn no_case_hides_another() {
        let names: BTreeSet<&str> = CASES.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), CASES.len());
    }
}
