//! What a document may look like.

use pullproof_world::content_trust::Files;
use pullproof_world::content_trust::Site;
use serde_json::Value;
use serde_json::json;

use super::saying;
use super::site;
use super::with_document;
use super::with_file;
use super::with_text;
use crate::case::Case;
use crate::case::case;
use crate::case::publisher;

pub(super) fn cases() -> Vec<Case> {
    [names(), texts(), values(), bytes(), numbers(), shapes()].concat()
}

/// The text of targets with something else in the place of something.
fn replacing(from: &str, to: &str) -> Site {
    with_text(publisher(), "targets", |text| text.replacen(from, to, 1))
}

/// Duplicates and capitals.
fn names() -> Vec<Case> {
    let mut cases = vec![
        case(
            "signed twice, the good one last",
            "targets has two members that are called signed, the good one last",
            replacing(r#"{"signatures""#, r#"{"signed":{},"signatures""#),
        ),
        case("signed twice, the good one first", "targets has two members that are called signed, the good one first", {
            with_text(publisher(), "targets", |text| format!("{},\"signed\":{{}}}}", &text[..text.len() - 1]))
        }),
        case("_type twice", "targets says twice what it is", replacing(r#""_type":"Targets""#, r#""_type":"Targets","_type":"Targets""#)),
        case(
            "a tag twice, the good one last",
            "targets lists 1.0 twice, the good one last",
            replacing(r#""1.0":"#, r#""1.0":{"hashes":{"sha256":"AAAA"},"length":1},"1.0":"#),
        ),
        case("a length twice", "targets says the length of 1.0 twice", replacing(r#""length":"#, r#""length":1,"length":"#)),
        case(
            "a hash twice",
            "targets has two members that are called sha256, the good one last",
            replacing(r#""sha256":"#, r#""sha256":"AAAA","sha256":"#),
        ),
        case("signed, and SIGNED behind it", "targets has a member that is called SIGNED behind its own", {
            with_text(publisher(), "targets", |text| format!("{},\"SIGNED\":{{}}}}", &text[..text.len() - 1]))
        }),
        case(
            "a signature's ID twice",
            "the signature of targets has two IDs, the good one last",
            replacing(r#""keyid":"#, r#""keyid":"00","keyid":"#),
        ),
    ];
    for name in ["signed", "signatures", "keyid", "method"] {
        cases.push(case(
            format!("{name} in capitals"),
            format!("targets has {} where {name} should be", name.to_uppercase()),
            replacing(&format!("\"{name}\":"), &format!("\"{}\":", name.to_uppercase())),
        ));
    }
    for name in ["version", "expires", "targets", "_type"] {
        let publisher = saying(publisher(), "targets", |targets| {
            let value = targets.as_object_mut().unwrap().remove(name).unwrap();
            targets[name.to_uppercase()] = value;
        });
        cases.push(case(
            format!("{name} in capitals, and signed so"),
            format!("targets has {} where {name} should be, and its key signed that", name.to_uppercase()),
            site(publisher),
        ));
    }
    cases
}

/// What is the same document to whoever parses it.
fn texts() -> Vec<Case> {
    let pretty =
        with_file(publisher(), "targets", |bytes| serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(&bytes).unwrap()).unwrap());
    let upside_down = with_text(publisher(), "targets", |text| {
        let document: Value = serde_json::from_str(&text).unwrap();
        format!("{{\"signed\":{},\"signatures\":{}}}", document["signed"], document["signatures"])
    });
    vec![
        case("an indented document", "nothing: targets is indented", pretty),
        case("a document in another order", "nothing: the members of targets stand in another order", upside_down),
        case(
            "a document with escapes",
            "nothing: a letter in targets is written as an escape",
            replacing("\"Targets\"", "\"\\u0054argets\""),
        ),
        case("a slash that is escaped", "nothing: a slash in targets is written with an escape", {
            with_text(saying(publisher(), "targets", |targets| targets["custom"] = json!("a/b")), "targets", |text| {
                text.replacen("a/b", "a\\/b", 1)
            })
        }),
        case(
            "spaces behind a document",
            "nothing: behind targets stand spaces",
            with_file(publisher(), "targets", |bytes| [bytes, b" \n\t".to_vec()].concat()),
        ),
        case(
            "something behind a document",
            "behind targets stands another document",
            with_file(publisher(), "targets", |bytes| [bytes, b"{}".to_vec()].concat()),
        ),
        case("a comment", "targets has a comment", replacing("{\"sign", "/* hello */{\"sign")),
        case(
            "a comma too many",
            "targets has a comma behind its last member",
            with_text(publisher(), "targets", |text| format!("{},}}", &text[..text.len() - 1])),
        ),
        case(
            "a byte order mark",
            "targets begins with a byte order mark",
            with_file(publisher(), "targets", |bytes| [vec![0xef, 0xbb, 0xbf], bytes].concat()),
        ),
        case(
            "another member beside what is signed",
            "targets has a member beside signed and signatures",
            with_document(publisher(), "targets", |document| document["custom"] = json!("unsigned")),
        ),
        case(
            "another member in what is signed, unsigned",
            "a member was added to what is signed in targets",
            with_document(publisher(), "targets", |document| document["signed"]["custom"] = json!("unsigned")),
        ),
        case(
            "another member in what is signed",
            "nothing: what is signed in targets has a member that nobody knows",
            site(saying(publisher(), "targets", |targets| targets["custom"] = json!("signed"))),
        ),
        case(
            "another member in a signature",
            "the signature of targets has a member that nobody knows",
            with_document(publisher(), "targets", |document| document["signatures"][0]["custom"] = json!(1)),
        ),
        case("another member in a key", "a key in root has a member that its ID is not of, and root is signed so", {
            site(saying(publisher(), "root", |root| {
                let id = root["roles"]["targets"]["keyids"][0].as_str().unwrap().to_owned();
                root["keys"][id]["scheme"] = json!("ecdsa-sha2-nistp256");
            }))
        }),
        case("a private part in a key", "a key in root has a private part, and root is signed so", {
            site(saying(publisher(), "root", |root| {
                let id = root["roles"]["targets"]["keyids"][0].as_str().unwrap().to_owned();
                root["keys"][id]["keyval"]["private"] = json!("c2VjcmV0");
            }))
        }),
    ]
}

/// What a text may hold, and what becomes of it in the canonical form.
fn values() -> Vec<Case> {
    let custom = |value: Value| site(saying(publisher(), "targets", |targets| targets["custom"] = value));
    let raw = |written: &str| {
        let publisher = saying(publisher(), "targets", |targets| targets["custom"] = json!("PLACE"));
        with_text(publisher, "targets", |text| text.replacen("PLACE", written, 1))
    };
    let nested = |depth: usize| {
        let mut value = json!(null);
        for _ in 0..depth {
            value = json!([value]);
        }
        custom(value)
    };
    vec![
        case(
            "control characters",
            "nothing: a text in targets has control characters, which stand raw in what is signed",
            custom(json!("a\nb\u{1}\u{7f}\tc")),
        ),
        case("quotes and backslashes", "nothing: a text in targets has quotes and backslashes", custom(json!("a\"b\\c/d"))),
        case(
            "characters of HTML",
            "nothing: a text in targets has characters that Go escapes elsewhere",
            custom(json!("<a href='x'>&\u{2028}\u{2029}")),
        ),
        case("characters beyond ASCII", "nothing: a text in targets has an accent and an emoji", custom(json!("é😀\u{10ffff}"))),
        case(
            "names beyond ASCII",
            "nothing: names in targets sort otherwise by UTF-16 than by bytes",
            custom(json!({ "\u{ff61}": 1, "\u{10000}": 2, "a": 3 })),
        ),
        case("a control character that is not escaped", "a text in targets has a line end that is not escaped", raw("a\nb")),
        case("half a surrogate pair", "a text in targets is half of a surrogate pair", raw("\\ud800")),
        case(
            "a replacement character for half a surrogate pair",
            "a text in targets is half of a surrogate pair, and what is signed has U+FFFD",
            {
                let publisher = saying(publisher(), "targets", |targets| targets["custom"] = json!("\u{fffd}"));
                with_text(publisher, "targets", |text| text.replacen('\u{fffd}', "\\ud800", 1))
            },
        ),
        case("a document that is 50 deep", "nothing: targets is 50 lists deep", nested(50)),
        case("a document that is 120 deep", "targets is 120 lists deep", nested(120)),
        case("a name that is empty", "nothing: a name in targets is empty", custom(json!({ "": 1 }))),
        case("a null character", "nothing: a text in targets has a null character", custom(json!("a\u{0}b"))),
    ]
}

/// What is no text.
fn bytes() -> Vec<Case> {
    let publisher_with = || saying(publisher(), "targets", |targets| targets["custom"] = json!("\u{fffd}"));
    let invalid = with_file(publisher_with(), "targets", |bytes| {
        let at = bytes.windows(3).position(|window| window == "\u{fffd}".as_bytes()).unwrap();
        [&bytes[..at], &[0xff], &bytes[at + 3..]].concat()
    });
    let root = |text: &str| {
        let files = publisher().publish();
        Site::new(&Files { roots: vec![text.into()], ..files })
    };
    vec![
        case("bytes that are no UTF-8", "a text in targets has an octet that is no UTF-8, and what is signed has U+FFFD", invalid),
        case("an empty root", "root is empty", root("")),
        case("a root of null", "root is null", root("null")),
        case("a root of an empty object", "root is an empty object", root("{}")),
        case("a root of HTML", "root is a page", root("<html><body>hello</body></html>")),
        case("a root of brackets", "root is a hundred thousand brackets", root(&"[".repeat(100_000))),
    ]
}

fn numbers() -> Vec<Case> {
    let number = |text: &str| {
        let publisher = saying(publisher(), "targets", |targets| targets["custom"] = json!("PLACE"));
        with_text(publisher, "targets", |before| before.replacen("\"PLACE\"", text, 1))
    };
    let signed = |value: Value| site(saying(publisher(), "targets", |targets| targets["custom"] = value));
    vec![
        case("a fraction", "a number in targets is 0.5", signed(json!(0.5))),
        case("a fraction that is a whole number", "a number in targets is written 1.0, and what is signed has 1", {
            let publisher = saying(publisher(), "targets", |targets| targets["custom"] = json!(1));
            with_text(publisher, "targets", |text| text.replacen("\"custom\":1", "\"custom\":1.0", 1))
        }),
        case("a negative number", "nothing: a number in targets is -5", signed(json!(-5))),
        case("a number beyond 2^53", "a number in targets is 2^53 + 1", signed(json!(9_007_199_254_740_993_u64))),
        case("a number that is none", "a number in targets is NaN", number("NaN")),
        case("a number with a zero before it", "a number in targets is 01", number("01")),
    ]
}

fn shapes() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["_type", "targets", "delegations"] {
        let missing = saying(publisher(), "targets", |targets| drop(targets.as_object_mut().unwrap().remove(name)));
        cases.push(case(format!("targets without {name}"), format!("targets has no {name}"), site(missing)));
        let null = saying(publisher(), "targets", |targets| targets[name] = json!(null));
        cases.push(case(format!("targets with {name} of null"), format!("in targets {name} is null"), site(null)));
    }
    for (role, found) in [("root", "root"), ("timestamp", "Snapshot"), ("snapshot", "Targets"), ("targets", "targets")] {
        let other = saying(publisher(), role, |document| document["_type"] = json!(found));
        cases.push(case(
            format!("{role} that says it is {found}"),
            format!("{role} says that it is {found}, and its key signed that"),
            site(other),
        ));
    }
    for (name, value) in [("a list", json!([])), ("a text", json!("hello")), ("null", json!(null))] {
        let site = with_document(publisher(), "targets", |document| document["signed"] = value);
        cases.push(case(format!("signed is {name}"), format!("what is signed in targets is {name}"), site));
    }
    for (name, value) in [("null", json!(null)), ("an object", json!({})), ("a list of null", json!([null]))] {
        let site = with_document(publisher(), "targets", |document| document["signatures"] = value);
        cases.push(case(format!("signatures are {name}"), format!("the signatures of targets are {name}"), site));
    }
    let empty = with_document(publisher(), "targets", |document| drop(document.as_object_mut().unwrap().remove("signatures")));
    cases.push(case("no signatures at all", "targets has no member signatures", empty));
    for (name, value) in [("null", json!(null)), ("lists of null", json!({ "keys": null, "roles": null })), ("a list", json!([]))] {
        let publisher = saying(publisher(), "targets", |targets| targets["delegations"] = value);
        cases.push(case(format!("delegations are {name}"), format!("the delegations of targets are {name}"), site(publisher)));
    }
    cases
}
