//! `WWW-Authenticate`: how a registry says who may ask.
//!
//! ```text
//! WWW-Authenticate = 1#challenge
//! challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
//! auth-param       = token BWS "=" BWS ( token / quoted-string )
//! ```
//!
//! RFC 9110 section 11.6.1, which warns that "the list of challenges" and the list of parameters share their comma: Codeberg sends
//! `Bearer realm="…",service="…",scope="*",Basic realm="…"` in one field, and `fetch` joins fields that came apart.

use crate::budget;

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Lower case.
    pub scheme: String,
    /// Names lower case, values without their quotes.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Reads every challenge of one field. Stops at the first thing that is no challenge and keeps what came before: a registry that
/// writes nonsense behind a usable challenge can still be asked, and one that writes only nonsense cannot.
pub fn parse(field: &str) -> Vec<Challenge> {
    let mut challenges = Vec::new();
    if field.len() > budget::CHALLENGE_BYTES {
        return challenges;
    }
    let mut reader = Reader(field);
    reader.separators();
    while let Some(scheme) = reader.token() {
        if challenges.len() == budget::CHALLENGES {
            break;
        }
        let scheme = scheme.to_ascii_lowercase();
        let spaced = reader.spaces();
        let mut parameters = Vec::new();
        if spaced && !reader.skip_token68() {
            while let Some((name, value)) = reader.parameter() {
                parameters.push((name, value));
                if !reader.separators() {
                    break;
                }
            }
        }
        challenges.push(Challenge { scheme, parameters });
        // Between challenges stands a comma; the parameters may have eaten it.
        let separated = reader.separators();
        if !separated && !reader.after_comma(field) {
            break;
        }
    }
    challenges
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// RFC 9110 section 5.6.2.
    fn token(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|b| !is_token_byte(b)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        (!token.is_empty()).then(|| {
            self.0 = rest;
            token
        })
    }

    fn spaces(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let any = rest.len() < self.0.len();
        self.0 = rest;
        any
    }

    /// Commas and white space: RFC 9110 section 5.6.1 lets lists have empty elements. Whether there was a comma.
    fn separators(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t', ',']);
        let eaten = &self.0[..self.0.len() - rest.len()];
        self.0 = rest;
        eaten.contains(',')
    }

    /// Whether what was read last is a comma.
    fn after_comma(&self, field: &str) -> bool {
        field[..field.len() - self.0.len()].trim_end_matches([' ', '\t']).ends_with(',')
    }

    /// `name = value`, or nothing read: then what follows is the next challenge.
    fn parameter(&mut self) -> Option<(String, String)> {
        let before = self.0;
        let parameter = self.try_parameter();
        if parameter.is_none() {
            self.0 = before;
        }
        parameter
    }

    fn try_parameter(&mut self) -> Option<(String, String)> {
        let name = self.token()?.to_ascii_lowercase();
        self.spaces();
        self.0 = self.0.strip_prefix('=')?;
        self.spaces();
        let value = if self.0.starts_with('"') { self.quoted()? } else { self.token()?.to_owned() };
        Some((name, value))
    }

    /// RFC 9110 section 5.6.4.
    fn quoted(&mut self) -> Option<String> {
        let mut value = String::new();
        let mut characters = self.0.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return Some(value);
                }
                '\\' => value.push(characters.next()?.1),
                character if character.is_control() && character != '\t' => return None,
                character => value.push(character),
            }
        }
        None
    }

    /// `Negotiate YII…==`: credentials in one piece. Nothing we can use, but it must not be taken for a scheme.
    fn skip_token68(&mut self) -> bool {
        let end = self.0.bytes().position(|b| !(b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))).unwrap_or(self.0.len());
        let rest = self.0[end..].trim_start_matches('=');
        let behind = rest.trim_start_matches([' ', '\t']);
        // Followed by a comma or nothing; `a=b` is a parameter, and a lone word before a comma is one in one piece.
        let is_whole = end > 0 && (behind.is_empty() || behind.starts_with(','));
        if is_whole {
            self.0 = rest;
        }
        is_whole
    }
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str) -> Vec<(String, Vec<(String, String)>)> {
        parse(field).into_iter().map(|challenge| (challenge.scheme, challenge.parameters)).collect()
    }

    fn challenge(scheme: &str, parameters: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        (scheme.into(), parameters.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect())
    }

    #[test]
    fn docker_hubs_challenge_is_read() {
        let field = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#;
        let expected =
            [("realm", "https://auth.docker.io/token"), ("service", "registry.docker.io"), ("scope", "repository:library/nginx:pull")];
        assert_eq!(read(field), [challenge("bearer", &expected)]);
    }

    #[test]
    fn two_challenges_in_one_field_are_two() {
        let field =
            r#"Bearer realm="https://codeberg.org/v2/token",service="container_registry",scope="*",Basic realm="https://codeberg.org/v2""#;
        let bearer = [("realm", "https://codeberg.org/v2/token"), ("service", "container_registry"), ("scope", "*")];
        assert_eq!(read(field), [challenge("bearer", &bearer), challenge("basic", &[("realm", "https://codeberg.org/v2")])]);
    }

    #[test]
    fn a_comma_inside_quotes_separates_nothing() {
        assert_eq!(
            read(r#"Bearer scope="repository:a/b:pull,push", realm="x""#),
            [challenge("bearer", &[("scope", "repository:a/b:pull,push"), ("realm", "x")])]
        );
    }

    #[test]
    fn schemes_without_parameters_and_in_one_piece_are_read() {
        assert_eq!(
            read("Negotiate, NTLM TlRMTVNTUAAB==, Basic realm=x"),
            [challenge("negotiate", &[]), challenge("ntlm", &[]), challenge("basic", &[("realm", "x")])]
        );
        assert_eq!(read("Basic"), [challenge("basic", &[])]);
    }

    #[test]
    fn white_space_escapes_capitals_and_empty_elements_do_not_matter() {
        assert_eq!(
            read(",, BEARER  Realm = \"a\\\"b\" ,\t, SERVICE=c ,Basic realm=\"d\""),
            [challenge("bearer", &[("realm", "a\"b"), ("service", "c")]), challenge("basic", &[("realm", "d")])]
        );
    }

    #[test]
    fn nonsense_gives_no_challenge_that_could_be_used() {
        for field in
            ["", ",", "=", "\"", "Bearer realm=\"unfinished", "Bearer realm=\"a\u{7}b\"", "Bearer realm=", "Bearer =x", "ключ realm=\"x\""]
        {
            assert!(parse(field).iter().all(|challenge| challenge.parameter("realm").is_none()), "{field:?}");
        }
    }

    #[test]
    fn a_field_that_is_too_long_or_too_many_is_not_read_to_its_end() {
        assert!(parse(&format!("Bearer realm=\"{}\"", "x".repeat(budget::CHALLENGE_BYTES))).is_empty());
        assert_eq!(parse(&"Basic realm=x,".repeat(1000)).len(), budget::CHALLENGES);
    }
}
