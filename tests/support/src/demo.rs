//! The repositories of the demo: good images, and one for each way in which a registry or a publisher can mislead.

mod content_trust;
mod scanned;
mod signed;

pub use content_trust::trust_examples;
pub use scanned::HOSTILE_NAME;
pub use scanned::scanned_examples;
pub use signed::policy;
pub use signed::public_key;
pub use signed::signed_examples;
pub use signed::trusted_root;

use serde::Serialize;

use crate::behaviour;
use crate::cors::Cors;
use crate::documents;
use crate::image::ArtifactSpec;
use crate::image::Image;
use crate::image::ManifestSpec;
use crate::media_type::DOCKER_SCHEMA1_SIGNED;
use crate::registry::FakeRegistry;
use crate::registry::Guard;
use crate::registry::On;
use crate::tokens::TokenServer;

/// The user who may pull `demo/private`.
pub const USERNAME: &str = "demo";
/// That user's password.
pub const PASSWORD: &str = "demo";

/// An image of the demo, as the page lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Repository and tag.
    pub image: &'static str,
    /// What is special about it, for people.
    pub sentence: &'static str,
    /// The code of the failure or error that a check by a stranger must end in; none where nothing is wrong.
    pub finds: Option<&'static str>,
    /// Whether the page should offer it: the others take long or need a program to look at them.
    pub listed: bool,
}

const fn listed(image: &'static str, sentence: &'static str, finds: Option<&'static str>) -> Example {
    Example { image, sentence, finds, listed: true }
}

const fn unlisted(image: &'static str, sentence: &'static str, finds: Option<&'static str>) -> Example {
    Example { image, sentence, finds, listed: false }
}

/// Every image of the demo.
pub const EXAMPLES: [Example; 21] = [
    listed("demo/app:1.0", "A good image for four platforms, with a bill of materials attached.", None),
    listed("demo/single:1.0", "A good image for one platform.", None),
    listed("demo/docker:1.0", "A good image in Docker's own format.", None),
    listed("demo/private:1.0", "A good image behind a login: user demo, password demo.", Some("unauthorized")),
    listed("demo/moving:latest", "The tag points at another image after every third request. A digest does not move.", None),
    listed("demo/liar:1.0", "The registry says another digest than its bytes have.", Some("header-mismatch")),
    listed("demo/tampered:1.0", "Somebody changed the manifest for one platform inside the registry.", Some("digest-mismatch")),
    listed("demo/tampered-config:1.0", "Somebody changed the configuration inside the registry.", Some("digest-mismatch")),
    listed("demo/ambiguous:1.0", "One document that some programs read as an index and others as an image.", Some("document-ambiguous")),
    listed("demo/duplicate:1.0", "A manifest with two lists of layers: programs differ in which one they take.", Some("duplicate-key")),
    listed(
        "demo/tampered-layer:1.0",
        "Somebody changed a layer inside the registry. A check fetches no layers and says so; a scan does, and finds it out.",
        None,
    ),
    unlisted("hostile/endless:1.0", "A manifest that never ends.", Some("response-too-large")),
    unlisted("hostile/hang:1.0", "A registry that never answers.", Some("timeout")),
    unlisted("hostile/stall:1.0", "A registry that stops in the middle of a manifest.", Some("timeout")),
    unlisted("hostile/children:1.0", "An index of 15,000 manifests.", Some("too-many-entries")),
    unlisted("hostile/redirect-private:1.0", "A redirect to the metadata service of a cloud.", Some("redirect-refused")),
    unlisted("hostile/redirect-loop:1.0", "A redirect to itself.", Some("too-many-redirects")),
    unlisted("hostile/realm:1.0", "A token server on a private address.", Some("realm-refused")),
    unlisted("hostile/html:1.0", "A web page where a manifest was expected.", Some("not-a-registry")),
    unlisted("hostile/moves:1.0", "An index by tag, and other bytes by every digest.", Some("digest-mismatch")),
    unlisted("hostile/schema1:1.0", "A manifest in the format of 2014, whose bytes have no digest.", Some("schema1")),
];

/// The registry that holds them all, and those of [`scanned_examples`], [`signed_examples`] and [`trust_examples`]. It answers token requests itself and may be
/// read by any page; and it is a trust server, which no page may read.
pub fn registry() -> FakeRegistry {
    content_trust::push(signed::push(scanned::push(hostile(misleading(good(FakeRegistry::new().cors(Cors::open())))))))
}

/// [`EXAMPLES`] as JSON, with the registry's `host:port` in front of each image.
pub fn examples_json(authority: &str) -> String {
    let examples = EXAMPLES.iter().map(|example| {
        serde_json::json!({
            "image": format!("{authority}/{}", example.image),
            "sentence": example.sentence,
            "finds": example.finds,
            "listed": example.listed,
        })
    });
    serde_json::Value::Array(examples.collect()).to_string()
}

/// [`scanned_examples`] as JSON: which images there are.
pub fn scanned_json(authority: &str) -> String {
    let images = scanned_examples().map(|example| serde_json::json!({ "image": format!("{authority}/{}", example.image) }));
    serde_json::Value::Array(images.into()).to_string()
}

/// [`signed_examples`] as JSON, each with its [`policy`].
pub fn signed_json(authority: &str) -> String {
    judged_json(authority, &signed_examples())
}

/// [`trust_examples`] as JSON, each with its [`policy`].
pub fn trust_json(authority: &str) -> String {
    judged_json(authority, &trust_examples())
}

fn judged_json(authority: &str, examples: &[Example]) -> String {
    let judged = examples.iter().map(
        |example| serde_json::json!({ "image": format!("{authority}/{}", example.image), "policy": policy(authority, example.image) }),
    );
    serde_json::Value::Array(judged.collect()).to_string()
}

fn good(registry: FakeRegistry) -> FakeRegistry {
    let app = Image::multi_platform();
    let bill = ArtifactSpec::new("application/vnd.cyclonedx+json", br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}"#);
    let tokens = TokenServer::new("registry.demo").user(USERNAME, PASSWORD).private("demo/private");
    registry
        .image("demo/app", "1.0", &app)
        .attach("demo/app", &bill.subject(&app).mint())
        .image("demo/single", "1.0", &Image::oci("linux/amd64"))
        .image("demo/docker", "1.0", &Image::docker_list())
        .image("demo/private", "1.0", &greeting("a secret"))
        .guard(Guard::bearer_here("registry.demo").only("demo/private"))
        .tokens_at("/token", tokens)
        .moving_tag("demo/moving", "latest", &[&greeting("yesterday"), &greeting("today")], 3)
}

fn misleading(registry: FakeRegistry) -> FakeRegistry {
    let app = Image::multi_platform();
    let single = Image::oci("linux/amd64");
    registry
        .image("demo/liar", "1.0", &app)
        .behave(On::manifests().of("demo/liar"), behaviour::lying_digest_header())
        .image("demo/tampered", "1.0", &app)
        .tampered("demo/tampered", &app.child("linux/amd64").root)
        .image("demo/tampered-config", "1.0", &single)
        .tampered("demo/tampered-config", single.config())
        .image("demo/tampered-layer", "1.0", &single)
        .tampered("demo/tampered-layer", &single.layers()[0])
        .image("demo/ambiguous", "1.0", &documents::ambiguous())
        .image("demo/duplicate", "1.0", &documents::duplicate_key())
}

fn hostile(registry: FakeRegistry) -> FakeRegistry {
    let app = Image::multi_platform();
    let schema1 = Image::raw(
        DOCKER_SCHEMA1_SIGNED,
        r#"{"schemaVersion":1,"name":"hostile/schema1","tag":"1.0","architecture":"amd64","fsLayers":[],"history":[],"signatures":[]}"#,
    );
    let everywhere = |repository: &str| On::manifests().of(repository);
    registry
        .image("hostile/endless", "1.0", &app)
        .behave(everywhere("hostile/endless"), behaviour::endless())
        .image("hostile/hang", "1.0", &app)
        .behave(everywhere("hostile/hang"), behaviour::silent())
        .image("hostile/stall", "1.0", &app)
        .behave(everywhere("hostile/stall"), behaviour::stalls())
        .image("hostile/children", "1.0", &documents::many_children(15_000))
        .image("hostile/redirect-private", "1.0", &app)
        .behave(everywhere("hostile/redirect-private"), behaviour::redirect_to("http://169.254.169.254/latest/meta-data/"))
        .image("hostile/redirect-loop", "1.0", &app)
        .behave(everywhere("hostile/redirect-loop"), behaviour::redirect_to_itself())
        .image("hostile/realm", "1.0", &app)
        .guard(Guard::bearer("http://169.254.169.254/token", "registry.demo").only("hostile/realm"))
        .image("hostile/html", "1.0", &app)
        .behave(everywhere("hostile/html"), behaviour::marketing_page())
        .image("hostile/moves", "1.0", &app)
        .serving_by_digest("hostile/moves", &Image::oci("linux/arm64"))
        .image("hostile/schema1", "1.0", &schema1)
}

fn greeting(text: &str) -> Image {
    ManifestSpec::new("linux/amd64").file("hello.txt", &format!("{text}\n")).mint()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Host as _;
    use crate::http::Received;

    #[test]
    fn every_example_is_in_the_registry() {
        let registry = registry();
        for example in EXAMPLES.into_iter().chain(scanned_examples()).chain(signed_examples()).chain(trust_examples()) {
            let (repository, tag) = example.image.split_once(':').unwrap();
            let url = format!("http://127.0.0.1:5000/v2/{repository}/manifests/{tag}");
            let answer = registry.answer(&Received { method: "GET".into(), url, headers: vec![], body: vec![] });
            assert_ne!(answer.status, 404, "{}", example.image);
        }
    }

    #[test]
    fn the_trust_server_shows_the_collections_of_the_address_that_it_is_asked_at() {
        let registry = registry();
        let ask = |host: &str, gun: &str, file: &str| {
            let url = format!("http://{host}/v2/{gun}/_trust/tuf/{file}");
            registry.answer(&Received {
                method: "GET".into(),
                url,
                headers: vec![("Origin".into(), "https://page.test".into())],
                body: vec![],
            })
        };
        for host in ["127.0.0.1:5000", "localhost:5000"] {
            let root = ask(host, &format!("{host}/demo/trust-signed"), "root.json");
            assert_eq!((root.status, root.header("Access-Control-Allow-Origin")), (200, None));
        }
        assert_eq!(ask("127.0.0.1:5000", "localhost:5000/demo/trust-signed", "root.json").status, 404);
        assert_eq!(ask("127.0.0.1:5000", "127.0.0.1:5000/demo/app", "root.json").status, 404);
        assert_eq!(ask("127.0.0.1:5000", "127.0.0.1:5000/demo/trust-signed", "targets/nobody.json").status, 404);
    }

    #[test]
    fn the_examples_are_json_with_full_references() {
        let json: serde_json::Value = serde_json::from_str(&examples_json("127.0.0.1:5000")).unwrap();
        assert_eq!(json[0]["image"], "127.0.0.1:5000/demo/app:1.0");
        assert_eq!(json.as_array().unwrap().len(), EXAMPLES.len());
    }
}
