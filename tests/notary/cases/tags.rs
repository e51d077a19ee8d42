//! What a tag is said to stand for.

use pullproof_world::content_trust::MANIFEST;
use pullproof_world::content_trust::OLD_MANIFEST;
use pullproof_world::content_trust::meta;
use serde_json::Value;
use serde_json::json;

use super::saying;
use super::site;
use crate::case::Case;
use crate::case::case;
use crate::case::publisher;

pub(super) fn cases() -> Vec<Case> {
    let listed = |change: &dyn Fn(&mut Value)| site(saying(publisher(), "targets", |targets| change(&mut targets["targets"])));
    let tag = |change: &dyn Fn(&mut Value)| listed(&|targets| change(&mut targets["1.0"]));
    let good = meta(MANIFEST);
    let hex: String = "00ff".repeat(16);
    vec![
        case("a tag that nobody signed", "nothing: it is not there", site(publisher())).tag("2.0").docker(),
        case("a tag in other letters", "only another tag is signed, in capitals", listed(&|targets| targets["RC"] = meta(MANIFEST)))
            .tag("rc")
            .docker(),
        case("a tag that begins like another", "nothing: only 1.0 is signed", site(publisher())).tag("1"),
        case(
            "a tag without a SHA-256",
            "1.0 has a SHA-512 only",
            tag(&|tag| drop(tag["hashes"].as_object_mut().unwrap().remove("sha256"))),
        )
        .docker(),
        case("a tag without hashes", "1.0 has no hashes", tag(&|tag| tag["hashes"] = json!({}))).docker(),
        case("a tag with a SHA-256 only", "nothing", tag(&|tag| drop(tag["hashes"].as_object_mut().unwrap().remove("sha512")))),
        case(
            "a tag with a hash of an unknown function",
            "nothing: 1.0 has one hash more",
            tag(&|tag| tag["hashes"]["blake3"] = json!("AAAA")),
        ),
        case(
            "a tag with half a SHA-256",
            "the SHA-256 of 1.0 has 16 octets",
            tag(&|tag| tag["hashes"]["sha256"] = json!("AAAAAAAAAAAAAAAAAAAAAA==")),
        )
        .docker(),
        case(
            "a tag with a SHA-256 in hexadecimal digits",
            "the SHA-256 of 1.0 is in hexadecimal digits",
            tag(&|tag| tag["hashes"]["sha256"] = json!(hex)),
        )
        .docker(),
        case("a tag with a SHA-256 that is no base64", "the SHA-256 of 1.0 is no base64", tag(&|tag| tag["hashes"]["sha256"] = json!("!"))),
        case("a tag without a length", "1.0 has no length", tag(&|tag| drop(tag.as_object_mut().unwrap().remove("length")))),
        case("a tag with a negative length", "the length of 1.0 is -1", tag(&|tag| tag["length"] = json!(-1))),
        case("a tag of length 0", "the length of 1.0 is 0", tag(&|tag| tag["length"] = json!(0))),
        case("a tag with a length that is a text", "the length of 1.0 is a text", tag(&|tag| tag["length"] = json!("52"))),
        case("a tag that is null", "1.0 is null", tag(&|tag| *tag = json!(null))).docker(),
        case("another tag that is null", "2.0, which is not wanted, is null", listed(&|targets| targets["2.0"] = json!(null))),
        case("another tag without a SHA-256", "2.0, which is not wanted, has a SHA-512 only", {
            let other = json!({ "hashes": { "sha512": meta(OLD_MANIFEST)["hashes"]["sha512"] }, "length": 1 });
            listed(&|targets| targets["2.0"] = other.clone())
        }),
        case("another tag with a wrong SHA-256", "2.0, which is not wanted, has a SHA-256 of three octets", {
            listed(&|targets| targets["2.0"] = json!({ "hashes": { "sha256": "AAAA" }, "length": 1 }))
        }),
        case("a tag with what its publisher adds", "nothing", tag(&|tag| tag["custom"] = json!({ "any": ["thing", 1, null] }))),
        case("a tag that is no tag", "nothing: an entry beside 1.0 has a name that no tag has", {
            let good = good.clone();
            listed(&|targets| targets["../../etc/passwd"] = good.clone())
        }),
        case("a tag whose name is empty", "an entry beside 1.0 has an empty name", listed(&|targets| targets[""] = meta(OLD_MANIFEST))),
        case("a tag with hashes of null", "the hashes of 1.0 are null", tag(&|tag| tag["hashes"] = json!(null))),
    ]
}
