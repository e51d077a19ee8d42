//! Changes of the text of a bundle, whatever it says.

use crate::Random;

type Change = fn(&mut Random, &mut String) -> Option<()>;

pub(super) const ALL: &[(&str, Change)] = &[
    ("text-character-changed", |random, text| {
        let at = random.below(text.len());
        let other = char::from(0x20 + u8::try_from(random.below(0x5f)).ok()?);
        text.is_char_boundary(at).then_some(())?;
        let end = at + text[at..].chars().next()?.len_utf8();
        text.replace_range(at..end, &other.to_string());
        Some(())
    }),
    ("text-bit-flipped", |random, text| {
        let mut bytes = text.clone().into_bytes();
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(7);
        *text = String::from_utf8(bytes).ok()?;
        Some(())
    }),
    ("text-character-left-out", |random, text| {
        let at = random.below(text.len());
        text.is_char_boundary(at).then(|| text.remove(at)).map(|_| ())
    }),
    ("text-character-twice", |random, text| {
        let at = random.below(text.len());
        text.is_char_boundary(at).then_some(())?;
        let again = text[at..].chars().next()?;
        text.insert(at, again);
        Some(())
    }),
    ("text-part-left-out", |random, text| {
        let (at, length) = (random.below(text.len()), 1 + random.below(200));
        let end = (at + length).min(text.len());
        (text.is_char_boundary(at) && text.is_char_boundary(end)).then(|| text.replace_range(at..end, ""))
    }),
    ("text-cut", |random, text| {
        let at = random.below(text.len());
        text.is_char_boundary(at).then(|| text.truncate(at))
    }),
    ("text-extended", |random, text| {
        text.push_str(random.pick(&["\0", " ", "\n\t", "{}", "}", "null", "//", "\u{feff}", "\u{a0}", ","])?);
        Some(())
    }),
    ("text-begun", |random, text| {
        text.insert_str(0, random.pick(&["\u{feff}", " ", "\n", "\u{a0}", "[", "{}", "/**/"])?);
        Some(())
    }),
    ("text-space-added", |random, text| {
        let at = random.below(text.len());
        let space = *random.pick(&[' ', '\n', '\t', '\r', '\u{c}', '\u{a0}'])?;
        text.is_char_boundary(at).then(|| text.insert(at, space))
    }),
    ("text-escaped", |random, text| {
        // A character of a name or a string, written as its number.
        let at = random.below(text.len());
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "=+/".contains(*c);
        let found = text.get(at..)?.chars().next().filter(is_plain)?;
        text.replace_range(at..=at, &format!("\\u{:04x}", u32::from(found)));
        Some(())
    }),
];
