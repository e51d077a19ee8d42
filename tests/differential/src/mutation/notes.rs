//! Changes of what is inside of texts: the lines of checkpoints, the bodies of log entries, the statements in envelopes.

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::Document;
use crate::Random;
use crate::mutation::bytes::edit_at;
use crate::mutation::members;

type Change = fn(&mut Random, &mut Document, &Document) -> Option<()>;

pub(super) const ALL: &[(&str, Change)] = &[
    ("checkpoint-line-left-out", |random, bundle, _| edit_lines(random, bundle, |_, lines, at| drop(lines.remove(at)))),
    ("checkpoint-line-twice", |random, bundle, _| edit_lines(random, bundle, |_, lines, at| lines.insert(at, lines[at].clone()))),
    ("checkpoint-line-moved", |random, bundle, _| {
        edit_lines(random, bundle, |random, lines, at| {
            let other = random.below(lines.len());
            lines.swap(at, other);
        })
    }),
    ("checkpoint-line-added", |random, bundle, _| {
        edit_lines(random, bundle, |random, lines, at| {
            let added = ["", " ", "\u{2014} witness.test AAAAAAAA", "\u{2014} x", "x", "Timestamp: 1", "\u{2014} a b c", "- a AAAAAAAA"];
            lines.insert(at, added[random.below(added.len())].to_owned());
        })
    }),
    ("checkpoint-witness-added", |random, bundle, _| {
        edit_checkpoint(random, bundle, |random, text| {
            let key: Vec<u8> = (0..4 + random.below(80)).map(|_| u8::try_from(random.below(256)).expect("a byte")).collect();
            Some(format!("{text}\u{2014} witness.test {}\n", Base64::encode_string(&key)))
        })
    }),
    ("checkpoint-character-changed", |random, bundle, _| {
        edit_checkpoint(random, bundle, |random, text| {
            let characters: Vec<char> = text.chars().collect();
            let at = random.below(characters.len());
            let new = *random.pick(&[' ', '\n', '\r', '\t', '0', '9', 'A', '=', '-', '+', '\u{2014}', '.', '\0', '\u{a0}'])?;
            Some(characters.iter().enumerate().map(|(place, c)| if place == at { new } else { *c }).collect())
        })
    }),
    ("checkpoint-character-added", |random, bundle, _| {
        edit_checkpoint(random, bundle, |random, text| {
            let characters: Vec<char> = text.chars().collect();
            let at = random.below(characters.len() + 1);
            let new = *random.pick(&[' ', '\n', '\r', '\t', '0', '+', '=', '\0', '\u{a0}', '\u{feff}'])?;
            Some(characters[..at].iter().chain([&new]).chain(&characters[at..]).collect())
        })
    }),
    ("checkpoint-line-ends-of-windows", |random, bundle, _| edit_checkpoint(random, bundle, |_, text| Some(text.replace('\n', "\r\n")))),
    ("checkpoint-without-last-line-end", |random, bundle, _| {
        edit_checkpoint(random, bundle, |_, text| text.strip_suffix('\n').map(str::to_owned))
    }),
    ("checkpoint-signer-renamed", |random, bundle, _| {
        edit_lines(random, bundle, |random, lines, _| {
            for line in lines.iter_mut().filter(|line| line.starts_with('\u{2014}')) {
                let mut parts: Vec<&str> = line.split(' ').collect();
                let name = ["other.test", "", "rekor.sigstore.dev", "a+b"][random.below(4)];
                if let Some(part) = parts.get_mut(1) {
                    *part = name;
                }
                *line = parts.join(" ");
            }
        })
    }),
    ("body-changed", |random, bundle, other| edit_inside(random, bundle, other, "canonicalizedBody")),
    ("payload-changed", |random, bundle, other| edit_inside(random, bundle, other, "payload")),
];

fn edit_checkpoint(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &str) -> Option<String>) -> Option<()> {
    let path = random.pick(&bundle.named(&["envelope"]))?.clone();
    let text = edit(random, bundle.at(&path)?.text()?)?;
    *bundle.at_mut(&path)? = Document::Text(text);
    Some(())
}

fn edit_lines(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Vec<String>, usize)) -> Option<()> {
    edit_checkpoint(random, bundle, |random, text| {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let at = random.below(lines.len());
        edit(random, &mut lines, at);
        Some(lines.join("\n"))
    })
}

/// Changes a member of the JSON that stands in a place of bytes, as those of bundles are changed.
fn edit_inside(random: &mut Random, bundle: &mut Document, other: &Document, name: &str) -> Option<()> {
    let path = random.pick(&bundle.named(&[name]))?.clone();
    let theirs = other.at(&random.pick(&other.named(&[name]))?.clone())?.bytes()?;
    let theirs = Document::parse(&String::from_utf8(theirs).ok()?)?;
    let (_, change) = *random.pick(members::ALL)?;
    edit_at(bundle, &path, |bytes| {
        let mut inside = Document::parse(std::str::from_utf8(bytes).ok()?)?;
        change(random, &mut inside, &theirs)?;
        *bytes = inside.write().into_bytes();
        Some(())
    })
}
