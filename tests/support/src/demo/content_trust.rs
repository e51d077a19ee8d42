//! The collections of Docker Content Trust in the demo, and the trust server that shows them: at the registry's own address, as stock
//! servers are, and as those without CORS headers.
//!
//! A collection has its registry's address in its name, so that they are published when they are first asked for. Whoever checked with an
//! earlier demo remembers it: roots are the same every time, all else has a version that grows with the clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use pullproof::UnixTime;
use serde_json::json;

use super::Example;
use super::greeting;
use super::listed;
use crate::behaviour::Behaviour;
use crate::content_trust::Publisher;
use crate::content_trust::Signer;
use crate::content_trust::Site;
use crate::content_trust::days_later;
use crate::content_trust::keys;
use crate::content_trust::role;
use crate::content_trust::start;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;
use crate::image::Image;
use crate::registry::FakeRegistry;
use crate::registry::On;
use crate::sigstore::SigningKey;

const SIGNED: &str = "demo/trust-signed";
const FIRST_USE: &str = "demo/trust-first-use";
const ANOTHER: &str = "demo/trust-another";
const WRONG_ROOT: &str = "demo/trust-wrong-root";
const EXPIRED: &str = "demo/trust-expired";
const ARCHIVED: &str = "demo/trust-archived";
const ROLLED_BACK: &str = "demo/trust-rolled-back";

/// When the archive was published, and when it is looked at.
const ARCHIVE: (&str, &str) = ("2020-10-01T00:00:00Z", "2020-10-02T00:00:00Z");

/// The images with collections, good and bad. What becomes of each is for the policy to say: [`super::policy`]. Without one nobody asks the
/// trust server, and nothing is wrong with any of them.
pub const fn trust_examples() -> [Example; 8] {
    [
        listed(
            "demo/trust-signed:1.0",
            "In Docker Content Trust: the tag is what its publisher signed, under a root key that the policy names.",
            None,
        ),
        listed(
            "demo/trust-first-use:1.0",
            "The same, and nobody says whose root it is: the one that was seen first is believed, and remembered.",
            None,
        ),
        listed("demo/trust-another:1.0", "Its publisher signed another image than the registry has under the tag.", None),
        listed("demo/trust-wrong-root:1.0", "All is signed, under the root of somebody whom the policy does not name.", None),
        listed("demo/trust-expired:1.0", "For two weeks nobody has said that this is still the newest.", None),
        listed("demo/trust-archived:1.0", "What was signed in 2020, looked at in its own time. It proves nothing of today.", None),
        listed("demo/trust-rolled-back:2.0", "Signed, and the newest. Check this one, and then the next:", None),
        listed(
            "demo/trust-rolled-back:1.0",
            "For this tag the server shows trust data of last week. Whoever has seen newer refuses it; whoever has not cannot know.",
            None,
        ),
    ]
}

/// The requirement that fits one of [`trust_examples`]; `None` for other repositories.
pub(super) fn requirement(repository: &str) -> Option<serde_json::Value> {
    let ours = root_key("demo").canonical_id();
    let trust = match repository {
        FIRST_USE => json!({ "firstUse": true }),
        ARCHIVED => json!({ "rootKey": ours, "verifyAt": ARCHIVE.1 }),
        SIGNED | ANOTHER | WRONG_ROOT | EXPIRED | ROLLED_BACK => json!({ "rootKey": ours }),
        _ => return None,
    };
    Some(json!({ "contentTrust": trust }))
}

/// Pushes the images, and has the registry answer as their trust server.
pub(super) fn push(registry: FakeRegistry) -> FakeRegistry {
    let goes_back = Arc::new(AtomicBool::new(true));
    let when_asked_for = |tag: &str, back: bool| {
        let goes_back = Arc::clone(&goes_back);
        let behaviour = Behaviour::new(move |_, answer| {
            goes_back.store(back, Ordering::Relaxed);
            answer
        });
        (On::manifests_by_tag().of(ROLLED_BACK).named(tag), behaviour)
    };
    let (newest, older) = (when_asked_for("2.0", false), when_asked_for("1.0", true));
    [SIGNED, FIRST_USE, WRONG_ROOT, EXPIRED, ARCHIVED, ROLLED_BACK]
        .into_iter()
        .fold(registry, |registry, repository| registry.image(repository, "1.0", &greeting(repository)))
        .image(ANOTHER, "1.0", &greeting("another image"))
        .image(ROLLED_BACK, "2.0", &greeting("the newest"))
        .behave(newest.0, newest.1)
        .behave(older.0, older.1)
        .trust_data(TrustServer { shown: Mutex::default(), goes_back })
}

/// Shows the collections of whichever address it is asked at.
struct TrustServer {
    /// The registry's `host:port`, and its collections by repository.
    shown: Mutex<Option<(String, Collections)>>,
    /// Whether the one that goes back has done so.
    goes_back: Arc<AtomicBool>,
}

type Collections = BTreeMap<&'static str, Site>;

/// The name of what is shown of [`ROLLED_BACK`] before it goes back.
const NEWEST: &str = "";

impl Host for TrustServer {
    fn answer(&self, request: &Received) -> Answer {
        let missing = || Answer::error(404, "METADATA_NOT_FOUND", "You have requested metadata that does not exist.");
        let authority = request.authority();
        let within = |path: &str| path.strip_prefix("/v2/")?.strip_prefix(authority)?.strip_prefix('/').map(ToOwned::to_owned);
        let Some(rest) = within(request.path()) else { return missing() };
        let Some((repository, file)) = rest.split_once("/_trust/tuf/") else { return missing() };
        let mut shown = self.shown.lock().expect("nothing panics while it holds what is shown");
        if shown.as_ref().is_none_or(|(of, _)| of != authority) {
            *shown = Some((authority.to_owned(), collections(authority)));
        }
        let collections = &shown.as_ref().expect("it was just published").1;
        let goes_back = repository != ROLLED_BACK || self.goes_back.load(Ordering::Relaxed);
        match collections.get(if goes_back { repository } else { NEWEST }).map(|site| site.get(file)) {
            Some((200, bytes)) => Answer::new(200, "text/plain; charset=utf-8", bytes),
            _ => missing(),
        }
    }
}

fn collections(authority: &str) -> Collections {
    let now = now();
    let archived: UnixTime = ARCHIVE.0.parse().expect("it is a time");
    let version = u64::try_from(now.seconds() - start().seconds()).unwrap_or(1).max(1);
    let of = |repository: &str, root: &str, at: UnixTime| publisher(&format!("{authority}/{repository}"), root, at, version);
    let one = |repository: &'static str, root: &str, at: UnixTime| {
        (repository, released(of(repository, root, at), &[("1.0", &greeting(repository))]))
    };
    let newest = publisher(&format!("{authority}/{ROLLED_BACK}"), "demo", now, version + 1);
    BTreeMap::from([
        one(SIGNED, "demo", now),
        one(FIRST_USE, "somebody", now),
        one(ANOTHER, "demo", now),
        one(WRONG_ROOT, "stranger", now),
        one(EXPIRED, "demo", days_before(now, 15)),
        one(ARCHIVED, "demo", archived),
        one(ROLLED_BACK, "demo", days_before(now, 7)),
        (NEWEST, released(newest, &[("1.0", &greeting(ROLLED_BACK)), ("2.0", &greeting("the newest"))])),
    ])
}

/// Whoever publishes `gun`: everything but the root is of `version`, and fresh at `at`.
fn publisher(gun: &str, root: &str, at: UnixTime, version: u64) -> Publisher {
    let mut publisher = Publisher::at(at);
    publisher.root["expires"] = json!(days_later(3650));
    publisher.signers.insert("root".into(), vec![Signer::certified(SigningKey::p256(&format!("{root} root")), gun)]);
    publisher.name_keys();
    publisher.sign_root();
    publisher.targets["targets"] = json!({});
    for document in [&mut publisher.timestamp, &mut publisher.snapshot, &mut publisher.targets] {
        document["version"] = json!(version);
    }
    publisher
}

/// As `docker trust sign` does it for two: each has a role of their own, and both are trusted with the releases.
fn released(mut publisher: Publisher, tags: &[(&str, &Image)]) -> Site {
    let people = ["alice", "bob"].map(Signer::p256);
    let listed: Vec<(&str, &[u8])> = tags.iter().map(|(tag, image)| (*tag, image.root.bytes.as_slice())).collect();
    let version = publisher.targets["version"].clone();
    let mut roles = Vec::new();
    for (name, signers) in [("targets/releases", &people[..]), ("targets/alice", &people[..1]), ("targets/bob", &people[1..])] {
        publisher.delegate(name, &[""], &listed);
        publisher.document(name)["version"] = version.clone();
        let mut delegation = role(signers, 1);
        delegation["name"] = json!(name);
        delegation["paths"] = json!([""]);
        roles.push(delegation);
        publisher.signers.insert(name.into(), signers.to_vec());
    }
    publisher.targets["delegations"] = json!({ "keys": keys(&people), "roles": roles });
    Site::new(&publisher.publish())
}

fn root_key(root: &str) -> Signer {
    Signer::bare(SigningKey::p256(&format!("{root} root")))
}

#[expect(clippy::disallowed_methods, reason = "whoever checks the demo has the real time, too")]
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |duration| duration.as_secs());
    i64::try_from(since).ok().and_then(UnixTime::from_seconds).unwrap_or_else(start)
}

fn days_before(time: UnixTime, days: i64) -> UnixTime {
    UnixTime::from_seconds(time.seconds() - days * 86_400).expect("a demo runs in this century")
}
