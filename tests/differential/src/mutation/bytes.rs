//! Changes of bytes and of their base64.

use crate::Document;
use crate::Random;
use crate::document::Path;

type Change = fn(&mut Random, &mut Document, &Document) -> Option<()>;

/// The order of P-256 (SEC 2 section 2.4.2).
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
    0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub(super) const ALL: &[(&str, Change)] = &[
    ("bytes-bit-flipped", |random, bundle, _| {
        edit(random, bundle, |random, bytes| {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
            Some(())
        })
    }),
    ("bytes-byte-changed", |random, bundle, _| {
        edit(random, bundle, |random, bytes| {
            let at = random.below(bytes.len());
            bytes[at] = *random.pick(&[0, 1, 0x7f, 0x80, 0xff, bytes[at].wrapping_add(1)])?;
            Some(())
        })
    }),
    ("bytes-cut", |random, bundle, _| {
        edit(random, bundle, |random, bytes| {
            let length = bytes.len() - 1 - random.below(bytes.len().min(40));
            bytes.truncate(length);
            Some(())
        })
    }),
    ("bytes-extended", |random, bundle, _| {
        edit(random, bundle, |random, bytes| {
            bytes.extend(*random.pick(&[&[0_u8] as &[u8], &[5, 0], &[0, 0], b"\n", &[0x30, 0]])?);
            Some(())
        })
    }),
    ("bytes-begun", |random, bundle, _| {
        edit(random, bundle, |random, bytes| {
            bytes.splice(0..0, random.pick(&[&[0_u8] as &[u8], b" ", &[0x30, 0]])?.iter().copied());
            Some(())
        })
    }),
    ("bytes-of-another-place", |random, bundle, other| {
        let path = place(random, bundle)?;
        let theirs = place(random, other)?;
        *bundle.at_mut(&path)? = other.at(&theirs)?.clone();
        Some(())
    }),
    ("bytes-of-same-place", |random, bundle, other| {
        let path = place(random, bundle)?;
        let spelled = bundle.spelled(&path);
        let theirs = other.byte_places().into_iter().find(|(path, _)| other.spelled(path) == spelled)?.0;
        *bundle.at_mut(&path)? = other.at(&theirs)?.clone();
        Some(())
    }),
    ("base64-of-urls", |random, bundle, _| edit_text(random, bundle, |_, text| text.replace('+', "-").replace('/', "_"))),
    ("base64-unpadded", |random, bundle, _| edit_text(random, bundle, |_, text| text.trim_end_matches('=').to_owned())),
    ("base64-padded-more", |random, bundle, _| edit_text(random, bundle, |_, text| format!("{text}="))),
    ("base64-with-space", |random, bundle, _| {
        edit_text(random, bundle, |random, text| {
            let at = random.below(text.len() + 1);
            format!("{}{}{}", &text[..at], ["\n", " ", "\r\n", "\t"][random.below(4)], &text[at..])
        })
    }),
    ("base64-unused-bits", |random, bundle, _| {
        // The last character before the padding holds bits that no byte takes.
        let ends_padded = |path: &Path| bundle.at(path).and_then(Document::text).is_some_and(|text| text.ends_with('='));
        let places: Vec<Path> = bundle.byte_places().into_iter().map(|(path, _)| path).filter(ends_padded).collect();
        let path = random.pick(&places)?.clone();
        let text = bundle.at(&path)?.text()?.to_owned();
        let unpadded = text.trim_end_matches('=');
        let last = unpadded.chars().last()?;
        let next = char::from_u32(u32::from(last) + 1).filter(char::is_ascii_alphanumeric)?;
        let changed = format!("{}{next}{}", &unpadded[..unpadded.len() - 1], &text[unpadded.len()..]);
        *bundle.at_mut(&path)? = Document::Text(changed);
        Some(())
    }),
    ("signature-negated", |random, bundle, _| {
        // (r, s) and (r, n - s) are signatures of the same.
        edit_named(random, bundle, &["sig", "signature", "signedEntryTimestamp"], |_, bytes| {
            let [r, s] = numbers(bytes)?;
            *bytes = signature(&r, &negated(&s));
            Some(())
        })
    }),
    ("signature-of-odd-numbers", |random, bundle, _| {
        edit_named(random, bundle, &["sig", "signature", "signedEntryTimestamp"], |random, bytes| {
            let [r, s] = numbers(bytes)?;
            let order = P256_ORDER.to_vec();
            *bytes = match random.below(6) {
                0 => signature(&[0], &s),
                1 => signature(&r, &[0]),
                2 => signature(&[0], &[0]),
                3 => signature(&order, &s),
                4 => signature(&s, &r),
                _ => [r, s].concat(),
            };
            Some(())
        })
    }),
];

fn place(random: &mut Random, document: &Document) -> Option<Path> {
    random.pick(&document.byte_places()).map(|(path, _)| path.clone())
}

/// Edits the bytes of a place.
pub(super) fn edit_at(bundle: &mut Document, path: &Path, edit: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<()> {
    let mut bytes = bundle.at(path)?.bytes().filter(|bytes| !bytes.is_empty())?;
    edit(&mut bytes)?;
    *bundle.at_mut(path)? = Document::of_bytes(&bytes);
    Some(())
}

fn edit(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &mut Vec<u8>) -> Option<()>) -> Option<()> {
    let path = place(random, bundle)?;
    edit_at(bundle, &path, |bytes| edit(random, bytes))
}

fn edit_named(
    random: &mut Random,
    bundle: &mut Document,
    names: &[&str],
    edit: impl FnOnce(&mut Random, &mut Vec<u8>) -> Option<()>,
) -> Option<()> {
    let path = bundle.pick(random, |name, found| names.contains(&name) && found.bytes().is_some())?;
    edit_at(bundle, &path, |bytes| edit(random, bytes))
}

fn edit_text(random: &mut Random, bundle: &mut Document, edit: impl FnOnce(&mut Random, &str) -> String) -> Option<()> {
    let path = place(random, bundle)?;
    let text = edit(random, bundle.at(&path)?.text()?);
    *bundle.at_mut(&path)? = Document::Text(text);
    Some(())
}

/// r and s of `ECDSA-Sig-Value`, each of at most 33 octets.
fn numbers(der: &[u8]) -> Option<[Vec<u8>; 2]> {
    let number = |bytes: &[u8]| {
        let (2, length) = (*bytes.first()?, usize::from(*bytes.get(1)?)) else { return None };
        bytes.get(2..2 + length).map(<[u8]>::to_vec)
    };
    let r = number(der.get(2..)?)?;
    let s = number(der.get(4 + r.len()..)?)?;
    (der.first() == Some(&0x30) && der.len() == 6 + r.len() + s.len() && s.len() <= 33).then_some([r, s])
}

fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |number: &[u8]| {
        let significant: Vec<u8> = number.iter().copied().skip_while(|octet| *octet == 0).collect();
        let sign = if significant.first().is_none_or(|octet| *octet >= 0x80) { vec![0] } else { Vec::new() };
        let content = [sign, significant].concat();
        [vec![2, u8::try_from(content.len()).expect("below 128")], content].concat()
    };
    let content = [number(r), number(s)].concat();
    [vec![0x30, u8::try_from(content.len()).expect("below 128")], content].concat()
}

/// n - s.
fn negated(s: &[u8]) -> Vec<u8> {
    let mut difference = P256_ORDER;
    let mut borrow = 0_i16;
    for (place, octet) in difference.iter_mut().enumerate().rev() {
        let from_end = 31 - place;
        let subtrahend = s.len().checked_sub(from_end + 1).map_or(0, |at| i16::from(s[at]));
        let found = i16::from(*octet) - subtrahend - borrow;
        borrow = i16::from(found < 0);
        *octet = u8::try_from(found.rem_euclid(256)).expect("below 256");
    }
    difference.to_vec()
}
