//! How a JSON document is laid out. Each way has its own digest, and a registry keeps the very bytes it was given.

use serde::Serialize;

/// A layout of JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writing {
    /// No whitespace at all.
    #[default]
    Compact,
    /// One member a line, indented by two spaces.
    Pretty,
    /// The same with a newline at the end, as `jq` and most editors leave it.
    PrettyWithNewline,
    /// Two newlines and a space in front.
    LeadingWhitespace,
    /// A UTF-8 byte order mark in front, which RFC 8259 section 8.1 forbids and `Response.text()` drops in silence.
    ByteOrderMark,
}

impl Writing {
    /// Every way there is.
    pub const ALL: [Self; 5] = [Self::Compact, Self::Pretty, Self::PrettyWithNewline, Self::LeadingWhitespace, Self::ByteOrderMark];

    pub(crate) fn write(self, document: &impl Serialize) -> Vec<u8> {
        let (before, pretty, after) = match self {
            Self::Compact => ("", false, ""),
            Self::Pretty => ("", true, ""),
            Self::PrettyWithNewline => ("", true, "\n"),
            Self::LeadingWhitespace => ("\n\n ", true, ""),
            Self::ByteOrderMark => ("\u{feff}", false, ""),
        };
        let text = if pretty { serde_json::to_string_pretty(document) } else { serde_json::to_string(document) };
        format!("{before}{}{after}", text.expect("maps have text keys and numbers are whole")).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_begins_and_ends_as_it_says() {
        let written = Writing::ALL.map(|writing| String::from_utf8(writing.write(&[1])).unwrap());
        assert_eq!(written, ["[1]", "[\n  1\n]", "[\n  1\n]\n", "\n\n [\n  1\n]", "\u{feff}[1]"]);
    }
}
