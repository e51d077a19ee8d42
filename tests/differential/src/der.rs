//! DER as a tree, to be altered and written again with lengths that fit, or that do not.

/// An element. What is octets outside and an element inside is read as what is inside.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) tag: u8,
    pub(crate) content: Content,
    pub(crate) form: Form,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Octets(Vec<u8>),
    Elements(Vec<Element>),
}

/// How its length is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// In as few octets as it takes.
    Shortest,
    /// In one octet more: BER, and not DER.
    Longer,
    /// With an end where BER has no length.
    Indefinite,
}

impl Element {
    /// One element and nothing behind it.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        match elements(bytes)?.as_slice() {
            [element] => Some(element.clone()),
            _ => None,
        }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let content = match &self.content {
            Content::Octets(octets) => octets.clone(),
            Content::Elements(elements) => elements.iter().flat_map(Self::write).collect(),
        };
        let mut written = vec![self.tag];
        let long = |octets: &[u8]| [&[0x80 | u8::try_from(octets.len()).expect("at most eight")], octets].concat();
        let significant: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
        match self.form {
            Form::Shortest if content.len() < 0x80 => written.push(u8::try_from(content.len()).expect("below 128")),
            Form::Shortest => written.extend(long(&significant)),
            Form::Longer if content.len() < 0x80 => written.extend(long(&[u8::try_from(content.len()).expect("below 128")])),
            Form::Longer => written.extend(long(&[&[0], significant.as_slice()].concat())),
            Form::Indefinite => return [written, vec![0x80], content, vec![0, 0]].concat(),
        }
        [written, content].concat()
    }

    fn inside(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::Elements(elements) => Some(elements),
            Content::Octets(_) => None,
        }
    }

    /// How many elements there are, this one among them.
    pub(crate) fn count(&self) -> usize {
        match &self.content {
            Content::Octets(_) => 1,
            Content::Elements(elements) => 1 + elements.iter().map(Self::count).sum::<usize>(),
        }
    }

    /// The element of a number, in the order in which they begin.
    pub(crate) fn nth(&mut self, number: usize) -> Option<&mut Self> {
        if number == 0 {
            return Some(self);
        }
        let (list, place) = self.list_of(number)?;
        Some(&mut list[place])
    }

    /// The list in which the element of a number stands, and where. The outermost stands in none.
    pub(crate) fn list_of(&mut self, number: usize) -> Option<(&mut Vec<Self>, usize)> {
        let mut left = number.checked_sub(1)?;
        let Content::Elements(elements) = &mut self.content else { return None };
        let place = elements.iter().position(|element| {
            let count = element.count();
            if left < count {
                return true;
            }
            left -= count;
            false
        })?;
        if left == 0 { Some((elements, place)) } else { elements[place].list_of(left) }
    }
}

/// Elements one after another; none that is cut off, and no tags of several octets.
fn elements(mut bytes: &[u8]) -> Option<Vec<Element>> {
    let mut found = Vec::new();
    while let Some((&tag, rest)) = bytes.split_first() {
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 || rest.len() < count {
                return None;
            }
            let (octets, behind) = rest.split_at(count);
            length = octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
            rest = behind;
        }
        if tag & 0x1f == 0x1f || rest.len() < length {
            return None;
        }
        let (content, behind) = rest.split_at(length);
        let inside = if tag & 0x20 != 0 || (tag == 4 && content.len() > 2) { elements(content) } else { None };
        let content = inside.map_or_else(|| Content::Octets(content.to_vec()), Content::Elements);
        found.push(Element { tag, content, form: Form::Shortest });
        bytes = behind;
    }
    Some(found)
}

/// The answer of a timestamp authority without the certificates that it brings along, which nobody signed (RFC 5652 section 5.1).
pub fn without_certificates(response: &[u8]) -> Option<Vec<u8>> {
    const CERTIFICATES: u8 = 0xa0;
    let mut tree = Element::parse(response)?;
    let token = tree.inside()?.get_mut(1)?;
    let signed_data = token.inside()?.get_mut(1)?.inside()?.first_mut()?;
    signed_data.inside()?.retain(|element| element.tag != CERTIFICATES);
    Some(tree.write())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: [u8; 13] = [0x30, 11, 2, 1, 5, 4, 4, 0x30, 2, 5, 0, 5, 0];

    #[test]
    fn what_is_not_altered_is_written_as_it_was() {
        assert_eq!(Element::parse(&NESTED).unwrap().write(), NESTED);
        let long = [[0x30, 0x82, 1, 4, 4, 0x82, 1, 0].as_slice(), &[7; 256]].concat();
        assert_eq!(Element::parse(&long).unwrap().write(), long);
    }

    #[test]
    fn every_element_has_a_number_and_a_place_in_its_list() {
        let mut tree = Element::parse(&NESTED).unwrap();
        assert_eq!(tree.count(), 6);
        let tags: Vec<u8> = (0..6).map(|number| tree.nth(number).unwrap().tag).collect();
        assert_eq!(tags, [0x30, 2, 4, 0x30, 5, 5]);
        assert!(tree.nth(6).is_none() && tree.list_of(0).is_none());
        assert_eq!(tree.list_of(5).unwrap().1, 2);
    }

    #[test]
    fn lengths_can_be_wrong_on_purpose() {
        let write = |form| Element { tag: 5, content: Content::Octets(vec![1]), form }.write();
        assert_eq!([write(Form::Shortest), write(Form::Longer)], [vec![5, 1, 1], vec![5, 0x81, 1, 1]]);
        assert_eq!(write(Form::Indefinite), [5, 0x80, 1, 0, 0]);
    }
}
