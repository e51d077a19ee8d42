//! Changes of everything but the bundle: whom to trust, who is expected, and what is said to be signed.

use crate::Case;
use crate::Document;
use crate::Random;
use crate::Signer;

type Change = fn(&mut Random, &mut Case, &Case) -> Option<()>;

/// Who can be trusted.
const LISTS: [&str; 4] = ["certificateAuthorities", "ctlogs", "timestampAuthorities", "tlogs"];

pub(super) const ALL: &[(&str, Change)] = &[
    ("artifact-changed", |random, case, _| {
        let at = random.below(case.artifact.len());
        case.artifact[at] ^= 1 << random.below(8);
        Some(())
    }),
    ("artifact-of-another", |_, case, other| {
        case.artifact.clone_from(&other.artifact);
        Some(())
    }),
    ("subject-changed", |random, case, _| {
        let Signer::Identity { subject, .. } = &mut case.signer else { return None };
        alter(random, subject)
    }),
    ("issuer-changed", |random, case, _| {
        let Signer::Identity { issuer, .. } = &mut case.signer else { return None };
        alter(random, issuer)
    }),
    ("signer-of-another", |_, case, other| {
        case.signer.clone_from(&other.signer);
        Some(())
    }),
    ("root-of-another", |_, case, other| {
        case.trusted_root.clone_from(&other.trusted_root);
        Some(())
    }),
    ("root-somebody-left-out", |random, case, _| edit_list(random, case, |random, list| drop(list.remove(random.below(list.len()))))),
    ("root-window-moved", |random, case, _| {
        edit_root(case, |root| {
            let path = root.pick(random, |name, found| ["start", "end"].contains(&name) && found.text().is_some())?;
            // Around the time at which nearly everything was signed, and the ends of time.
            let time = *random.pick(&[
                "2026-01-15T11:59:59Z",
                "2026-01-15T12:00:00Z",
                "2026-01-15T12:00:01Z",
                "2026-01-15T12:00:02Z",
                "2026-01-15T12:00:03Z",
                "2026-01-15T12:00:04Z",
                "1970-01-01T00:00:00Z",
                "2023-07-12T15:56:36Z",
                "2038-01-19T03:14:08Z",
                "9999-12-31T23:59:59Z",
            ])?;
            *root.at_mut(&path)? = Document::Text(time.to_owned());
            Some(())
        })
    }),
    ("root-window-ended", |random, case, _| {
        edit_root(case, |root| {
            let path = random.pick(&root.named(&["validFor"]))?.clone();
            let Document::Object(members) = root.at_mut(&path)? else { return None };
            members.retain(|(name, _)| name != "end");
            let end = *random.pick(&["2026-01-15T12:00:00Z", "2026-01-15T12:00:01Z", "2026-01-15T12:00:03Z", "2026-01-15T12:00:04Z"])?;
            members.push(("end".into(), Document::Text(end.into())));
            Some(())
        })
    }),
    ("root-somebody-else", |random, case, other| {
        // Who is trusted elsewhere, in the place of one who is trusted here.
        let theirs = Document::parse(&other.trusted_root)?;
        let name = *random.pick(&LISTS)?;
        let Document::Array(theirs) = theirs.member(name)? else { return None };
        let foreign = random.pick(theirs)?.clone();
        edit_named_list(random, case, name, |random, list| {
            let at = random.below(list.len());
            list[at] = foreign;
        })
    }),
    ("root-in-another-role", |random, case, _| {
        // A certificate authority says the time, a log of signatures those of certificates.
        let [from, to] =
            *random.pick(&[["certificateAuthorities", "timestampAuthorities"], ["timestampAuthorities", "certificateAuthorities"]])?;
        let root = Document::parse(&case.trusted_root)?;
        let foreign = root.member(from)?.clone();
        edit_named_list(random, case, to, |_, list| {
            if let Document::Array(foreign) = foreign {
                *list = foreign;
            }
        })
    }),
    ("root-bytes-flipped", |random, case, _| {
        edit_root(case, |root| {
            let (path, _) = random.pick(&root.byte_places())?.clone();
            super::bytes::edit_at(root, &path, |bytes| {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
                Some(())
            })
        })
    }),
];

fn alter(random: &mut Random, text: &mut String) -> Option<()> {
    match random.below(6) {
        0 => text.push_str(random.pick(&["/", "x", " ", "\0", ".evil.test"])?),
        1 => text.insert_str(0, random.pick(&["x", " ", "https://"])?),
        2 => drop(text.pop()),
        3 => *text = text.to_ascii_uppercase(),
        4 => *text = text.replace("https", "http"),
        _ => {
            let at = random.below(text.len());
            text.is_char_boundary(at).then(|| text.remove(at))?;
        }
    }
    Some(())
}

fn edit_root(case: &mut Case, edit: impl FnOnce(&mut Document) -> Option<()>) -> Option<()> {
    let mut root = Document::parse(&case.trusted_root)?;
    let before = root.clone();
    edit(&mut root)?;
    (root != before).then(|| case.trusted_root = root.write())
}

fn edit_list(random: &mut Random, case: &mut Case, edit: impl FnOnce(&mut Random, &mut Vec<Document>)) -> Option<()> {
    let name = *random.pick(&LISTS)?;
    edit_named_list(random, case, name, edit)
}

fn edit_named_list(random: &mut Random, case: &mut Case, name: &str, edit: impl FnOnce(&mut Random, &mut Vec<Document>)) -> Option<()> {
    edit_root(case, |root| {
        let Document::Object(members) = root else { return None };
        let Document::Array(list) = &mut members.iter_mut().find(|(known, _)| known == name)?.1 else { return None };
        (!list.is_empty()).then(|| edit(random, list))
    })
}
