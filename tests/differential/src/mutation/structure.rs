//! Changes of the DER inside of certificates, timestamps and signatures, with lengths that fit.

use crate::Document;
use crate::Random;
use crate::der::Content;
use crate::der::Element;
use crate::der::Form;
use crate::mutation::bytes::edit_at;

type Change = fn(&mut Random, &mut Document, &Document) -> Option<()>;

pub(super) const ALL: &[(&str, Change)] = &[
    ("der-left-out", |random, bundle, _| edit_list(random, bundle, |_, list, at| drop(list.remove(at)))),
    ("der-twice", |random, bundle, _| edit_list(random, bundle, |_, list, at| list.insert(at, list[at].clone()))),
    ("der-swapped", |random, bundle, _| {
        edit_list(random, bundle, |random, list, at| {
            let other = random.below(list.len());
            list.swap(at, other);
        })
    }),
    ("der-added", |random, bundle, _| {
        let (tag, octets) = *random.pick(&[(5, &[] as &[u8]), (2, &[1]), (0x30, &[]), (0xa0, &[]), (1, &[0xff]), (0x31, &[])])?;
        let new = Element { tag, content: Content::Octets(octets.to_vec()), form: Form::Shortest };
        edit_list(random, bundle, |random, list, at| list.insert(at + random.below(2), new))
    }),
    ("der-emptied", |random, bundle, _| edit(random, bundle, |_, element| element.content = Content::Octets(Vec::new()))),
    ("der-retagged", |random, bundle, _| {
        edit(random, bundle, |random, element| {
            element.tag = match random.below(4) {
                0 => element.tag ^ 0x20,
                1 => element.tag ^ 0x80,
                2 => element.tag ^ 1,
                _ => [2, 3, 4, 5, 6, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x30, 0x31, 0xa0][random.below(13)],
            };
        })
    }),
    ("der-octet-changed", |random, bundle, _| {
        edit_octets(random, bundle, |random, octets| {
            let at = random.below(octets.len().max(1));
            if let Some(octet) = octets.get_mut(at) {
                *octet ^= 1 << random.below(8);
            }
        })
    }),
    ("der-octet-added", |random, bundle, _| {
        edit_octets(random, bundle, |random, octets| {
            let at = random.below(octets.len() + 1);
            octets.insert(at, [0, 1, 0x7f, 0x80, 0xff][random.below(5)]);
        })
    }),
    ("der-octet-left-out", |random, bundle, _| {
        edit_octets(random, bundle, |random, octets| {
            let at = random.below(octets.len().max(1));
            if at < octets.len() {
                octets.remove(at);
            }
        })
    }),
    ("der-zero-before", |random, bundle, _| edit_octets(random, bundle, |_, octets| octets.insert(0, 0))),
    ("der-length-longer", |random, bundle, _| edit(random, bundle, |_, element| element.form = Form::Longer)),
    ("der-length-indefinite", |random, bundle, _| edit(random, bundle, |_, element| element.form = Form::Indefinite)),
];

/// Edits a random element of a random document of DER.
fn edit(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Element)) -> Option<()> {
    edit_tree(random, bundle, |random, tree| {
        let number = random.below(tree.count());
        edit(random, tree.nth(number)?);
        Some(())
    })
}

fn edit_octets(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Vec<u8>)) -> Option<()> {
    edit_tree(random, bundle, |random, tree| {
        let number = random.below(tree.count());
        let Content::Octets(octets) = &mut tree.nth(number)?.content else { return None };
        edit(random, octets);
        Some(())
    })
}

fn edit_list(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Vec<Element>, usize)) -> Option<()> {
    edit_tree(random, bundle, |random, tree| {
        let number = random.below(tree.count());
        let (list, at) = tree.list_of(number)?;
        edit(random, list, at);
        Some(())
    })
}

fn edit_tree(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Element) -> Option<()>) -> Option<()> {
    const NAMES: [&str; 5] = ["rawBytes", "signedTimestamp", "signedEntryTimestamp", "sig", "signature"];
    let is_der = |name: &str, found: &Document| NAMES.contains(&name) && found.bytes().and_then(|bytes| Element::parse(&bytes)).is_some();
    let path = bundle.pick(random, is_der)?;
    edit_at(bundle, &path, |bytes| {
        let mut tree = Element::parse(bytes)?;
        edit(random, &mut tree)?;
        let written = tree.write();
        (written != *bytes).then(|| *bytes = written)
    })
}
