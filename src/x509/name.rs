//! Names of issuers and subjects (RFC 5280 section 4.1.2.4): their structure, and a form for people.

use crate::der;
use crate::der::Element;
use crate::der::InvalidDer;
use crate::der::Reader;
use crate::der::Tag;
use crate::excerpt::excerpt;
use crate::x509::extension::dotted;

/// Characters of a name, or of one of its values, that people are shown.
const SHOWN: usize = 120;

/// 2.5.4.N and how RFC 4514 section 3 spells it.
const SPELLED: [(&[u8], &str); 8] = [
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "STREET"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
];

/// What is in a `Name`: every attribute's type and value, in order.
pub(super) fn attributes(mut names: Reader<'_>) -> Result<Vec<(&[u8], Element<'_>)>, InvalidDer> {
    let mut attributes = Vec::new();
    while !names.is_empty() {
        let mut relative = names.set()?;
        // SET SIZE (1..MAX)
        loop {
            let mut attribute = relative.sequence()?;
            attributes.push((attribute.oid()?, attribute.any()?));
            attribute.finish()?;
            if relative.is_empty() {
                break;
            }
        }
    }
    Ok(attributes)
}

/// A `Name`, with its tag, for people: `O=sigstore.dev, CN=sigstore`, in the order it is written in. It is short, and ambiguous.
pub(super) fn text(name: &[u8]) -> String {
    let attributes = der::only(name, Tag::SEQUENCE).and_then(|name| attributes(name.reader())).unwrap_or_default();
    let spelled = attributes.into_iter().map(|(oid, value)| {
        let spelling = SPELLED.into_iter().find(|(known, _)| *known == oid);
        let spelling = spelling.map_or_else(|| dotted(oid), |(_, spelling)| spelling.to_owned());
        match core::str::from_utf8(value.value) {
            Ok(text) => format!("{spelling}={text}"),
            Err(_) => format!("{spelling}=?"),
        }
    });
    excerpt(&spelled.collect::<Vec<_>>().join(", "), SHOWN)
}
