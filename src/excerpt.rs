//! Somebody else's words, fit for a sentence of ours: short, and unable to steer a terminal or to turn the reading direction.

/// At most `limit` characters of `text`; what is not printable is escaped, and a cut is marked.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            shown.push('…');
            break;
        }
        match character {
            '"' | '\'' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(excerpt("a\u{1b}[2J\u{9b}\u{202e}\n\"b\"", 80), "a\\u{1b}[2J\\u{9b}\\u{202e}\\n\"b\"");
    }

    #[test]
    fn what_is_long_is_cut_and_the_cut_is_marked() {
        assert_eq!(excerpt(&"ä".repeat(100), 3), "äää…");
        assert_eq!(excerpt("äää", 3), "äää");
    }
}
