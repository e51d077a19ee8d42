//! Texts of fields in paragraphs, as dpkg and Python keep them: `Name: value`, continued on lines that begin with a blank, and an empty
//! line between two. deb822(5), and RFC 822 where Python's metadata follows it.

use crate::scan::inventory::Unreadable;

/// One paragraph: its fields, and the number of the line that it ends before.
pub(super) struct Paragraph<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
    pub(super) end: usize,
}

impl<'a> Paragraph<'a> {
    /// The first line of a field, without blanks around it. Names are compared without regard to case (deb822(5)).
    pub(super) fn field(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| *value)
    }

    /// The same as text, which it must be; empty is as good as none.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'a str>, Unreadable> {
        let Some(value) = self.field(name) else { return Ok(None) };
        let text = core::str::from_utf8(value).map_err(|_| Unreadable::Invalid { what: name, expected: "UTF-8" })?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}

/// The paragraphs of a text, one after another.
pub(super) struct Paragraphs<'a> {
    rest: &'a [u8],
    line: usize,
    wanted: &'static [&'static str],
    otherwise: Otherwise,
}

/// What a line is that is no field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// An error.
    Refused,
    /// The end of the fields: so does Python read what some have written.
    End,
}

impl<'a> Paragraphs<'a> {
    /// Only the fields with these names are kept.
    pub(super) const fn new(text: &'a [u8], wanted: &'static [&'static str], otherwise: Otherwise) -> Self {
        Self { rest: text, line: 0, wanted, otherwise }
    }

    fn line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let length = self.rest.iter().position(|byte| *byte == b'\n');
        let line = &self.rest[..length.unwrap_or(self.rest.len())];
        self.rest = &self.rest[length.map_or(self.rest.len(), |length| length + 1)..];
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

impl<'a> Iterator for Paragraphs<'a> {
    type Item = Result<Paragraph<'a>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut fields: Vec<(&[u8], &[u8])> = Vec::new();
        let mut started = false;
        // Behind the end of the text, unless an empty line comes before it.
        let mut end = None;
        while let Some(line) = self.line() {
            if line.iter().all(u8::is_ascii_whitespace) {
                if started {
                    end = Some(self.line);
                    break;
                }
                continue;
            }
            if line[0] == b' ' || line[0] == b'\t' {
                if !started {
                    return Some(Err(Unreadable::Line { line: self.line, expected: "a field" }));
                }
                continue;
            }
            started = true;
            let Some(colon) = line.iter().position(|byte| *byte == b':').filter(|colon| *colon > 0) else {
                if self.otherwise == Otherwise::End {
                    break;
                }
                return Some(Err(Unreadable::Line { line: self.line, expected: "a field" }));
            };
            let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
            if !self.wanted.iter().any(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes())) {
                continue;
            }
            // Two readers could take one each.
            if fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return Some(Err(Unreadable::Line { line: self.line, expected: "a field that the paragraph does not have yet" }));
            }
            fields.push((name, value));
        }
        started.then(|| Ok(Paragraph { fields, end: end.unwrap_or(self.line + 1) }))
    }
}
