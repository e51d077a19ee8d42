//! Expiry, rollback, freeze, fast-forward, and versions.

use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::Site;
use pullproof_world::sigstore::SigningKey;
use serde_json::Value;
use serde_json::json;

use super::saying;
use super::site;
use super::with_text;
use crate::case::Case;
use crate::case::case;
use crate::case::now;
use crate::case::publisher;
use crate::case::releases;

/// All but root, which is in chains.rs.
const ROLES: [&str; 4] = ["timestamp", "snapshot", "targets", "targets/releases"];

pub(super) fn cases() -> Vec<Case> {
    [expiry(), rollbacks(), freezes(), forward(), versions()].concat()
}

fn expiring(role: &str, expires: &Value) -> Publisher {
    saying(releases(), role, |document| document["expires"] = expires.clone())
}

fn expiry() -> Vec<Case> {
    let mut cases = Vec::new();
    for role in ROLES {
        let expired = site(expiring(role, &json!(pullproof::UnixTime::from_seconds(now().seconds() - 60).unwrap())));
        let case = case(format!("{role} has expired"), format!("{role} expired a minute ago"), expired);
        cases.push(if role == "targets/releases" { case.docker() } else { case });
    }
    let text = publisher().later(30).to_string();
    let day = &text[..10];
    for (name, expires) in [
        ("with nanoseconds and an offset", json!(format!("{day}T05:00:01.677722315-07:00"))),
        ("without a time zone", json!(format!("{day}T05:00:01"))),
        ("as a date", json!(day)),
        ("as a number", json!(4_102_444_800_u64)),
        ("as an empty text", json!("")),
        ("as null", json!(null)),
        ("in small letters", json!(format!("{day}t05:00:01z"))),
        ("with a space", json!(format!("{day} 05:00:01Z"))),
        ("in a month that does not exist", json!("2036-13-20T02:34:42Z")),
        ("in the year 9999", json!("9999-12-31T23:59:59Z")),
        ("in the year 10000", json!("10000-01-01T00:00:00Z")),
    ] {
        cases.push(case(format!("an expiry {name}"), format!("targets says {name} when it expires"), site(expiring("targets", &expires))));
    }
    cases
}

/// In its third release.
fn third() -> Publisher {
    let mut publisher = releases();
    publisher.release();
    publisher.release();
    publisher
}

fn rollbacks() -> Vec<Case> {
    let mut cases = Vec::new();
    for role in ROLES {
        let mut older = third();
        older.release();
        older.document(role)["version"] = json!(2);
        cases.push(
            case(format!("{role} of an older version"), format!("{role} is of version 2 after 3, and all else is new"), site(older))
                .after(site(third())),
        );
        let mut same = third();
        same.document(role)["custom"] = json!("for you only");
        if role.starts_with("targets") {
            same.snapshot["version"] = json!(4);
        }
        if role != "timestamp" {
            same.timestamp["version"] = json!(4);
        }
        cases.push(
            case(
                format!("{role} of the same version with other content"),
                format!("{role} has the version that was seen, and other content"),
                site(same),
            )
            .after(site(third())),
        );
    }
    let without = |mut publisher: Publisher| {
        let files = publisher.publish();
        publisher.snapshot["meta"].as_object_mut().unwrap().remove("targets/releases");
        Site::new(&publisher.publish_snapshot(files))
    };
    let mut fourth = third();
    fourth.release();
    let mut undelegated = fourth.clone();
    undelegated.targets["delegations"] = json!({ "keys": {}, "roles": [] });
    let mut anew = fourth.clone();
    anew.release();
    anew.document("targets/releases")["version"] = json!(1);
    cases.extend([
        case("everything as it was", "the server shows an older release as a whole", site(releases())).after(site(third())),
        case(
            "releases that are no longer in the snapshot",
            "the snapshot leaves out targets/releases, to which targets delegates",
            without(fourth),
        )
        .after(site(third()))
        .docker(),
        case("releases to which nobody delegates any more", "nothing: targets delegates to nobody any more", without(undelegated.clone()))
            .after(site(third())),
        case(
            "releases to which somebody delegates again",
            "nothing: targets delegates again, in the same way, and the role counts from 1",
            site(anew),
        )
        .after(without(undelegated))
        .after(site(third())),
        case("the same again", "nothing", site(third())).after(site(third())),
        case(
            "a newer release",
            "nothing",
            site({
                let mut publisher = third();
                publisher.release();
                publisher
            }),
        )
        .after(site(third())),
    ]);
    cases
}

fn freezes() -> Vec<Case> {
    let failing = |name: &str, status: u16| site(third()).failing(name, status);
    let mut cases = Vec::new();
    for status in [404, 500, 503] {
        cases.push(
            case(
                format!("no timestamp any more: {status}"),
                format!("the server answers {status} where the timestamp was"),
                failing("timestamp.json", status),
            )
            .after(site(third())),
        );
    }
    cases.extend([
        case("no timestamp", "there is no timestamp", failing("timestamp.json", 404)),
        case("no root", "there is no root", failing("root.json", 404).without("1.root.json")),
        case("no snapshot", "there is no snapshot", failing("snapshot.json", 404)),
        case("no targets", "there are no targets", failing("targets.json", 404)),
        case("no releases", "the snapshot names targets/releases, and the file cannot be had", failing("targets/releases.json", 404))
            .docker(),
        case("no snapshot, for whoever has it", "the snapshot that was seen cannot be had again", failing("snapshot.json", 404))
            .after(site(third())),
    ]);
    cases
}

/// Somebody who has the timestamp's key counted up to where nobody follows.
fn forward() -> Vec<Case> {
    let far = || {
        let mut publisher = publisher();
        publisher.timestamp["version"] = json!(2_147_483_647);
        publisher
    };
    let mut with_new_keys = publisher();
    with_new_keys.rotate(|publisher| {
        publisher.signers.insert("timestamp".into(), vec![Signer::bare(SigningKey::ed25519("new timestamp"))]);
        publisher.signers.insert("snapshot".into(), vec![Signer::p256("new snapshot")]);
    });
    with_new_keys.release();
    let mut without_new_keys = publisher();
    without_new_keys.rotate(|_| {});
    without_new_keys.release();
    vec![
        case("a timestamp of version 2147483647", "nothing: the version is absurd", site(far())),
        case(
            "after a timestamp of version 2147483647, an honest one",
            "nothing: a thief of the timestamp's key was there before",
            site({
                let mut publisher = publisher();
                publisher.release();
                publisher
            }),
        )
        .after(site(far())),
        case(
            "after a timestamp of version 2147483647, one of a new key",
            "nothing: a thief of the timestamp's key was there before, and the key was replaced",
            site(with_new_keys),
        )
        .after(site(far())),
        case(
            "after a timestamp of version 2147483647, a new root with the same keys",
            "nothing: a thief of the timestamp's key was there before, and the key stayed",
            site(without_new_keys),
        )
        .after(site(far())),
    ]
}

fn versions() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, version) in [
        ("0", json!(0)),
        ("-1", json!(-1)),
        ("a text", json!("1")),
        ("null", json!(null)),
        ("2147483648", json!(2_147_483_648_u64)),
        ("9007199254740991", json!(9_007_199_254_740_991_u64)),
    ] {
        let publisher = saying(publisher(), "targets", |targets| targets["version"] = version);
        cases.push(case(format!("a version of {name}"), format!("the version of targets is {name}"), site(publisher)));
    }
    for (name, number) in
        [("1.0", "1.0"), ("1e0", "1e0"), ("01", "01"), ("9007199254740993", "9007199254740993"), ("10^20", "100000000000000000000")]
    {
        let text = |text: String| text.replace("\"version\":1", &format!("\"version\":{number}"));
        cases.push(case(
            format!("a version that is written {name}"),
            format!("the version of targets is written as {number}"),
            with_text(publisher(), "targets", text),
        ));
    }
    let missing = saying(publisher(), "targets", |targets| drop(targets.as_object_mut().unwrap().remove("version")));
    let missing_expiry = saying(publisher(), "targets", |targets| drop(targets.as_object_mut().unwrap().remove("expires")));
    cases.extend([
        case("no version", "targets has no version", site(missing)),
        case("no expiry", "targets does not say when it expires", site(missing_expiry)),
    ]);
    cases
}
