//! From one root to the next, for whoever has seen the first.

use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Publisher;
use pullproof_world::content_trust::Signer;
use pullproof_world::content_trust::Site;
use pullproof_world::content_trust::bump;
use pullproof_world::content_trust::certificate;
use pullproof_world::content_trust::file;
use pullproof_world::content_trust::sign;
use pullproof_world::content_trust::signatures;
use pullproof_world::sigstore::SigningKey;
use serde_json::json;

use super::site;
use crate::case::Case;
use crate::case::case;
use crate::case::publisher;
use crate::case::yesterday;

pub(super) fn cases() -> Vec<Case> {
    [rotations(), gaps(), rollbacks(), ends()].concat()
}

/// With a new root key in the next root.
fn rotate(publisher: &mut Publisher, name: &str) {
    publisher.rotate(|publisher| drop(publisher.signers.insert("root".into(), vec![Signer::root(name)])));
}

/// Which has a second root, with a new key, in a second release.
fn rotated() -> Publisher {
    let mut publisher = publisher();
    rotate(&mut publisher, "second");
    publisher.release();
    publisher
}

/// A case for whoever has visited the publisher before.
fn seen(name: &str, forged: &str, site_now: Site) -> Case {
    case(name, forged, site_now).after(site(publisher()))
}

fn signed(publisher: &Publisher, signers: &[Signer]) -> Vec<u8> {
    sign(&publisher.root, signers)
}

fn rotations() -> Vec<Case> {
    let (first, second) = (Signer::root("root"), Signer::root("second"));
    let with = |root: Vec<u8>| {
        let mut publisher = rotated();
        *publisher.roots.last_mut().unwrap() = root;
        site(publisher)
    };
    // The first of two signatures is a stranger's, under the ID of whoever should have made it.
    let in_the_name_of = |whose: &Signer, other: &Signer| {
        let publisher = rotated();
        let mut both = signatures(&publisher.root, &[Signer::root("stranger"), other.clone()]);
        both[0]["keyid"] = json!(whose.id());
        with(file(&publisher.root, &both))
    };
    let other_name = {
        let mut publisher = publisher();
        publisher.rotate(|publisher| {
            publisher.signers.insert("root".into(), vec![Signer::certified(SigningKey::p256("second"), "docker.io/example/other")]);
        });
        publisher.release();
        publisher
    };
    let same_keys = {
        let mut publisher = publisher();
        publisher.rotate(|_| {});
        publisher.release();
        publisher
    };
    let mut three = rotated();
    rotate(&mut three, "third");
    rotate(&mut three, "fourth");
    three.release();
    vec![
        seen("a second root", "nothing", site(rotated())),
        seen("a second root with the same keys", "nothing", site(same_keys)),
        seen("three more roots at once", "nothing", site(three)),
        seen(
            "a second root that only its own key signed",
            "the key of the first root did not sign the second",
            with(signed(&rotated(), std::slice::from_ref(&second))),
        ),
        seen(
            "a second root that only the first's key signed",
            "the key of the second root did not sign it",
            with(signed(&rotated(), std::slice::from_ref(&first))),
        ),
        seen(
            "a second root that a stranger signed under the first's ID",
            "a stranger signed the second root under the ID of the first one's key",
            in_the_name_of(&first, &second),
        ),
        seen(
            "a second root that a stranger signed under its own ID",
            "a stranger signed the second root under the ID of its own key, and the first one's key signed it",
            in_the_name_of(&second, &first),
        ),
        seen("a second root of a stranger", "a stranger made the second root, and all the rest with it", {
            let mut stranger = publisher();
            stranger.signers.insert("root".into(), vec![Signer::root("stranger")]);
            stranger.signers.insert("targets".into(), vec![Signer::p256("stranger")]);
            bump(&mut stranger.root);
            stranger.name_keys();
            let first = stranger.roots[0].clone();
            stranger.sign_root();
            stranger.roots.insert(0, first);
            stranger.release();
            site(stranger)
        }),
        seen(
            "a second root for another collection",
            "the certificate of the second root's key is for another collection",
            site(other_name),
        ),
        seen("a second root is withheld", "the snapshot names the second root, and the server shows the first", {
            let honest = site(rotated());
            honest.with("root.json", publisher().roots[0].clone()).without("2.root.json")
        }),
    ]
}

fn gaps() -> Vec<Case> {
    let mut third = rotated();
    rotate(&mut third, "third");
    let missing = site(third.clone()).without("2.root.json");
    let mut without_second = third.clone();
    without_second.roots[1] =
        sign(&serde_json::from_slice::<serde_json::Value>(&third.roots[1]).unwrap()["signed"], &[Signer::root("second")]);
    vec![
        seen("a third root, and the second cannot be had", "the server does not show the second root, whose key signed the third", missing),
        seen(
            "a third root, and the first's key did not sign the second",
            "only its own key signed the second root, which leads to the third",
            site(without_second),
        ),
        seen("from the first root to the third", "there is no second root, and the first one's key signed the third", jump(3)),
        seen("from the first root to the ninth", "there are no roots between, and the first one's key signed the ninth", jump(9)),
        seen("the ninth root where the second should be", "the ninth root, which the first one's key signed, has the second one's name", {
            let ninth = jump(9).get("root.json").1.to_vec();
            jump(9).with("2.root.json", ninth)
        }),
        seen("a second root that the snapshot does not name", "there is a second root, and the snapshot names the first", {
            let second = rotated().roots[1].clone();
            site(publisher()).with("2.root.json", second.clone()).with("root.json", second)
        }),
        seen("the first root where the second should be", "the first root has the second one's name, too", {
            site(publisher()).with("2.root.json", publisher().roots[0].clone())
        }),
        seen("another first root where the second should be", "another root of the first one's version has the second one's name", {
            let mut other = publisher();
            other.root["expires"] = json!(other.later(2000));
            site(publisher()).with("2.root.json", signed(&other, &[Signer::root("root")]))
        }),
    ]
}

/// From the first root to one that its key signed, without those between.
fn jump(version: u64) -> Site {
    let mut publisher = publisher();
    let first = publisher.roots[0].clone();
    publisher.root["version"] = json!(version - 1);
    rotate(&mut publisher, "second");
    publisher.release();
    let newest = publisher.roots[1].clone();
    // What the server has by number: the first, and the newest under its own.
    site(publisher).without("2.root.json").with("1.root.json", first).with(&format!("{version}.root.json"), newest)
}

fn rollbacks() -> Vec<Case> {
    let back = site(publisher());
    let mut other = rotated();
    other.root["expires"] = json!(other.later(2000));
    let last = other.roots.len() - 1;
    other.roots[last] = sign(&other.root, &[Signer::root("root"), Signer::root("second")]);
    other.release();
    let mut older = publisher();
    older.release();
    older.release();
    vec![
        case("back to the first root with everything", "the server shows everything as it was under the first root", back)
            .after(site(rotated())),
        case(
            "back to the first root, with newer files of the old keys",
            "the server shows the first root again, and newer files that its keys signed",
            site(older),
        )
        .after(site(rotated())),
        case(
            "another second root",
            "the second root expires at another time than that which was seen, and the same keys signed it",
            site(other),
        )
        .after(site(rotated())),
    ]
}

fn ends() -> Vec<Case> {
    let root_expires = |publisher: &mut Publisher, days: i64| publisher.root["expires"] = json!(publisher.later(days));
    let mut first = publisher();
    root_expires(&mut first, -10);
    first.sign_root();
    let kept = first.roots[0].clone();
    let expired = site(first.clone());
    let mut renewed = first.clone();
    renewed.rotate(|publisher| root_expires(publisher, 3650));
    renewed.release();
    let key = SigningKey::p256("root");
    let pem = certificate(&key, GUN).valid(0, yesterday().seconds()).with_signature(&[]).signed_by(&key).pem();
    let mut old = publisher();
    old.signers.insert("root".into(), vec![Signer::in_text(key, &pem)]);
    old.name_keys();
    old.sign_root();
    let old_kept = old.roots[0].clone();
    let mut followed = old.clone();
    rotate(&mut followed, "second");
    followed.release();
    let mut newest_expired = publisher();
    newest_expired.rotate(|publisher| root_expires(publisher, -1));
    newest_expired.release();
    let mut between = publisher();
    between.rotate(|publisher| {
        root_expires(publisher, -1);
        publisher.signers.insert("root".into(), vec![Signer::root("second")]);
    });
    between.rotate(|publisher| {
        root_expires(publisher, 3650);
        publisher.signers.insert("root".into(), vec![Signer::root("third")]);
    });
    between.release();
    let mut certificate_ended = publisher();
    let second = SigningKey::p256("second");
    let pem = certificate(&second, GUN).valid(0, yesterday().seconds()).with_signature(&[]).signed_by(&second).pem();
    certificate_ended.rotate(|publisher| drop(publisher.signers.insert("root".into(), vec![Signer::in_text(second, &pem)])));
    certificate_ended.release();
    let mut certificate_between = certificate_ended.clone();
    rotate(&mut certificate_between, "third");
    vec![
        case("a root that has expired, at the first visit", "root has expired", expired.clone()),
        case("a root that has expired since it was kept", "root has expired, and there is no other", expired).keeping(kept.clone()),
        case("a root that has expired, and a second one", "nothing", site(renewed)).keeping(kept),
        case("a root whose certificate has expired, and a second one", "nothing", site(followed)).keeping(old_kept),
        seen("a second root that has expired", "the second root has expired", site(newest_expired)),
        seen("a second root that has expired, and a third one", "nothing", site(between)),
        seen(
            "a second root whose certificate has expired",
            "the certificate of the second root's key has expired",
            site(certificate_ended),
        ),
        seen("a second root whose certificate has expired, and a third one", "nothing", site(certificate_between)),
    ]
}
