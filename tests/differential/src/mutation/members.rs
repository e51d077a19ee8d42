//! Changes of members and of texts that are no bytes: there or not, once or twice, by other names, with other values.

use crate::Document;
use crate::Random;

type Change = fn(&mut Random, &mut Document, &Document) -> Option<()>;

pub(super) const ALL: &[(&str, Change)] = &[
    ("member-left-out", |random, bundle, _| edit_members(random, bundle, |_, members, at| drop(members.remove(at)))),
    ("member-null", |random, bundle, _| edit_members(random, bundle, |_, members, at| members[at].1 = Document::Raw("null".into()))),
    ("member-twice", |random, bundle, _| edit_members(random, bundle, |_, members, at| members.insert(at, members[at].clone()))),
    ("member-twice-first-differs", |random, bundle, other| {
        let foreign = random.pick(&other.places())?.0.clone();
        let foreign = other.at(&foreign)?.clone();
        edit_members(random, bundle, |_, members, at| members.insert(at, (members[at].0.clone(), foreign)))
    }),
    ("member-twice-last-differs", |random, bundle, other| {
        let foreign = random.pick(&other.places())?.0.clone();
        let foreign = other.at(&foreign)?.clone();
        edit_members(random, bundle, |_, members, at| members.push((members[at].0.clone(), foreign)))
    }),
    ("member-twice-null", |random, bundle, _| {
        edit_members(random, bundle, |random, members, at| {
            let again = (members[at].0.clone(), Document::Raw("null".into()));
            members.insert(at + random.below(2), again);
        })
    }),
    ("member-unknown", |random, bundle, _| {
        let value = random.pick(&["1", "null", "{}", "\"\"", "[]", "true"])?.to_string();
        let name = random.pick(&["x", "", "$schema", "version", "logID", "media_type", "__proto__"])?.to_string();
        edit_members(random, bundle, |_, members, at| members.insert(at, (name, Document::Raw(value))))
    }),
    ("member-of-snake-case", |random, bundle, _| {
        let path = bundle.pick(random, |name, _| name.contains(|c: char| c.is_ascii_uppercase()))?;
        let (at, above) = path.split_last()?;
        let Document::Object(members) = bundle.at_mut(above)? else { return None };
        let name = &mut members.get_mut(*at)?.0;
        *name = name.chars().flat_map(|c| if c.is_ascii_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] }).collect();
        Some(())
    }),
    ("member-of-another-case", |random, bundle, _| {
        edit_members(random, bundle, |random, members, at| {
            let name = &mut members[at].0;
            *name = match random.below(3) {
                0 => name.to_ascii_lowercase(),
                1 => name.to_ascii_uppercase(),
                _ => name.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect(),
            };
        })
    }),
    ("member-emptied", |random, bundle, _| {
        edit_members(random, bundle, |_, members, at| {
            members[at].1 = match &members[at].1 {
                Document::Object(_) => Document::Object(Vec::new()),
                Document::Array(_) => Document::Array(Vec::new()),
                Document::Text(_) => Document::Text(String::new()),
                Document::Raw(_) => Document::Raw("0".into()),
            };
        })
    }),
    ("member-of-another-type", |random, bundle, _| {
        let value = random.pick(&["1", "true", "{}", "[]", "\"x\"", "-1", "1e400", "[[]]"])?.to_string();
        edit_members(random, bundle, |_, members, at| members[at].1 = Document::Raw(value))
    }),
    ("members-in-another-order", |random, bundle, _| edit_members(random, bundle, |_, members, at| members.swap(0, at))),
    ("element-left-out", |random, bundle, _| edit_elements(random, bundle, |_, elements, at| drop(elements.remove(at)))),
    ("element-twice", |random, bundle, _| edit_elements(random, bundle, |_, elements, at| elements.push(elements[at].clone()))),
    ("element-null", |random, bundle, _| {
        edit_elements(random, bundle, |random, elements, at| elements.insert(at + random.below(2), Document::Raw("null".into())))
    }),
    ("elements-in-another-order", |random, bundle, _| edit_elements(random, bundle, |_, elements, at| elements.swap(0, at))),
    ("element-of-another", |random, bundle, other| {
        let path = bundle.pick(random, |_, found| matches!(found, Document::Array(_)))?;
        let spelled = bundle.spelled(&path);
        let theirs = other.places().into_iter().find(|(path, _)| other.spelled(path) == spelled)?.0;
        let Document::Array(theirs) = other.at(&theirs)? else { return None };
        let foreign = random.pick(theirs)?.clone();
        let Document::Array(elements) = bundle.at_mut(&path)? else { return None };
        elements.insert(random.below(elements.len() + 1), foreign);
        Some(())
    }),
    ("part-of-another", |random, bundle, other| {
        let (path, _) = random.pick(&bundle.places())?.clone();
        let spelled = bundle.spelled(&path);
        let theirs = other.places().into_iter().find(|(path, _)| other.spelled(path) == spelled)?.0;
        *bundle.at_mut(&path)? = other.at(&theirs)?.clone();
        Some(())
    }),
    ("member-of-another", |random, bundle, other| {
        // Something that stands in the same place there, and not here.
        let path = other.pick(random, |_, _| true)?;
        let (at, above) = path.split_last()?;
        let Document::Object(theirs) = other.at(above)? else { return None };
        let spelled = other.spelled(above);
        let ours = bundle.places().into_iter().find(|(path, _)| bundle.spelled(path) == spelled).map(|(path, _)| path);
        let ours = if above.is_empty() { Vec::new() } else { ours? };
        let Document::Object(members) = bundle.at_mut(&ours)? else { return None };
        let foreign = theirs.get(*at)?.clone();
        members.iter().all(|(name, _)| *name != foreign.0).then(|| members.push(foreign))
    }),
    ("number-changed", |random, bundle, _| {
        edit_number(random, bundle, |random, number| {
            let changed = match random.below(5) {
                0 => number.checked_add(1)?,
                1 => number.checked_sub(1)?,
                2 => number ^ (1 << random.below(40)),
                3 => 0,
                _ => i64::MAX,
            };
            Some(Document::Text(changed.to_string()))
        })
    }),
    ("number-as-number", |random, bundle, _| edit_number(random, bundle, |_, number| Some(Document::Raw(number.to_string())))),
    ("number-written-otherwise", |random, bundle, _| {
        edit_number(random, bundle, |random, number| {
            let forms = [format!("0{number}"), format!("+{number}"), format!("{number}.0"), format!("{number}e0"), format!(" {number}")];
            let more =
                [format!("{number} "), format!("-{number}"), format!("{number:#x}"), format!("{number}0"), "18446744073709551616".into()];
            random.pick(&[forms, more].concat()).cloned().map(Document::Text)
        })
    }),
    ("integrated-time-moved", |random, bundle, _| {
        let path = random.pick(&bundle.named(&["integratedTime"]))?.clone();
        let number: i64 = bundle.at(&path)?.text()?.parse().ok()?;
        let by = *random.pick(&[-31_536_000, -86_400, -600, -1, 1, 3, 300, 597, 598, 600, 86_400, 31_536_000, 3_153_600_000])?;
        *bundle.at_mut(&path)? = Document::Text((number + by).to_string());
        Some(())
    }),
    ("word-changed", |random, bundle, _| {
        const WORDS: [&str; 13] = [
            "0.0.1",
            "0.0.2",
            "hashedrekord",
            "dsse",
            "intoto",
            "rekord",
            "SHA2_256",
            "SHA2_384",
            "SHA2_512",
            "HASH_ALGORITHM_UNSPECIFIED",
            "application/vnd.in-toto+json",
            "application/json",
            "hint",
        ];
        let path = bundle.pick(random, |name, _| ["kind", "version", "algorithm", "payloadType", "hint", "keyid"].contains(&name))?;
        *bundle.at_mut(&path)? = Document::Text(random.pick(&WORDS)?.to_string());
        Some(())
    }),
    ("media-type-changed", |random, bundle, _| {
        const TYPES: [&str; 10] = [
            "application/vnd.dev.sigstore.bundle+json;version=0.1",
            "application/vnd.dev.sigstore.bundle+json;version=0.2",
            "application/vnd.dev.sigstore.bundle+json;version=0.3",
            "application/vnd.dev.sigstore.bundle.v0.3+json",
            "application/vnd.dev.sigstore.bundle.v0.4+json",
            "application/vnd.dev.sigstore.bundle.v0.1+json",
            "application/vnd.dev.sigstore.bundle.v0.3+json; charset=utf-8",
            "APPLICATION/VND.DEV.SIGSTORE.BUNDLE.V0.3+JSON",
            "application/vnd.dev.sigstore.bundle+json; version=0.3",
            "",
        ];
        let path = random.pick(&bundle.named(&["mediaType"]))?.clone();
        *bundle.at_mut(&path)? = Document::Text(random.pick(&TYPES)?.to_string());
        Some(())
    }),
];

/// Edits an object at one of its members.
fn edit_members(
    random: &mut Random,
    bundle: &mut Document,
    edit: impl FnOnce(&mut Random, &mut Vec<(String, Document)>, usize),
) -> Option<()> {
    let mut paths: Vec<_> = bundle.places().into_iter().map(|(path, _)| path).collect();
    paths.push(Vec::new());
    paths.retain(|path| matches!(bundle.at(path), Some(Document::Object(members)) if !members.is_empty()));
    let path = random.pick(&paths)?.clone();
    let Document::Object(members) = bundle.at_mut(&path)? else { return None };
    let at = random.below(members.len());
    edit(random, members, at);
    Some(())
}

/// Edits an array at one of its elements.
fn edit_elements(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Vec<Document>, usize)) -> Option<()> {
    let path = bundle.pick(random, |_, found| matches!(found, Document::Array(elements) if !elements.is_empty()))?;
    let Document::Array(elements) = bundle.at_mut(&path)? else { return None };
    let at = random.below(elements.len());
    edit(random, elements, at);
    Some(())
}

/// Edits one of the numbers, which are strings.
fn edit_number(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, i64) -> Option<Document>) -> Option<()> {
    let path = random.pick(&bundle.named(&["logIndex", "integratedTime", "treeSize"]))?.clone();
    let number = bundle.at(&path)?.text()?.parse().ok()?;
    *bundle.at_mut(&path)? = edit(random, number)?;
    Some(())
}
