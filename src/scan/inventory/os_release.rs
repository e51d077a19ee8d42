//! Which distribution an image says that it is: os-release(5).
//!
//! A text of assignments, of which every shell could make variables: `NAME=value`, the value bare or in quotes. Nothing else of the
//! shell's is allowed ("Variable expansion is explicitly not supported"), and no two quoted parts side by side.

use crate::scan::inventory::Unreadable;
use crate::scan::package::Distribution;

/// Where it is, the first that exists being the one that counts.
pub(super) const LOCATIONS: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// Reads one. As in a shell, the last of several assignments to a name holds.
pub(super) fn read(bytes: &[u8]) -> Result<Distribution, Unreadable> {
    let text = core::str::from_utf8(bytes).map_err(|_| Unreadable::Invalid { what: "os-release", expected: "UTF-8" })?;
    // "If not set, a default of ID=linux may be used."
    let mut distribution = Distribution { id: "linux".to_owned(), ..Distribution::default() };
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let refused = |expected| Unreadable::Line { line: index + 1, expected };
        let (name, value) = line.split_once('=').ok_or(refused("an assignment"))?;
        if name.is_empty() || !name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') {
            return Err(refused("an assignment"));
        }
        let value = unquoted(value).ok_or(refused("a value as os-release(5) writes it"))?;
        let optional = Some(value.clone()).filter(|value| !value.is_empty());
        match name {
            "ID" if is_identifier(&value) => distribution.id = value,
            "ID" => return Err(refused("an ID of lower-case letters, digits, dots, underscores and hyphens")),
            "ID_LIKE" => distribution.id_like = value.split_ascii_whitespace().map(str::to_owned).collect(),
            "VERSION_ID" => distribution.version_id = optional,
            "PRETTY_NAME" => distribution.pretty_name = optional,
            "CPE_NAME" => distribution.cpe_name = optional,
            _ => {}
        }
    }
    Ok(distribution)
}

fn is_identifier(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
}

/// What a value stands for; `None` if a shell would make something else of it.
fn unquoted(written: &str) -> Option<String> {
    let mut characters = written.chars();
    let mut value = String::new();
    match written.chars().next() {
        Some('\'') => {
            let inside = written[1..].strip_suffix('\'').filter(|inside| !inside.contains('\''))?;
            value.push_str(inside);
        }
        Some('"') => {
            characters.next();
            loop {
                match characters.next()? {
                    '"' => break,
                    '\\' => match characters.next()? {
                        escaped @ ('"' | '\\' | '$' | '`') => value.push(escaped),
                        other => value.extend(['\\', other]),
                    },
                    '$' | '`' => return None,
                    other => value.push(other),
                }
            }
            if characters.next().is_some() {
                return None;
            }
        }
        _ => {
            // What a shell treats as something else has to be in quotes. Only the common ones of its characters are told apart.
            if written.contains(|character: char| character.is_whitespace() || "\"'\\$`;&|<>()".contains(character)) {
                return None;
            }
            value.push_str(written);
        }
    }
    Some(value)
}
