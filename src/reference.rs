//! Which image a text names: `nginx:1.27` is `docker.io/library/nginx:1.27`.
//!
//! ```text
//! reference    ::= name [ ":" tag ] [ "@" digest ]
//! name         ::= [ registry "/" ] repository
//! registry     ::= host [ ":" 1*DIGIT ]
//! host         ::= label *( "." label ) | "[" 1*( HEXDIGIT | ":" ) "]"
//! label        ::= 1*( LETTER | DIGIT ) *( 1*"-" 1*( LETTER | DIGIT ) )
//! repository   ::= component *( "/" component )            ; at most 255 bytes, "library/" included
//! component    ::= 1*( lower | DIGIT ) *( separator 1*( lower | DIGIT ) )
//! separator    ::= "." | "_" | "__" | 1*"-"
//! tag          ::= word 0*127( word | "." | "-" )
//! word         ::= LETTER | DIGIT | "_"                    ; ASCII, as is every character above
//! digest       ::= as in `digest.rs`
//! ```
//!
//! It is read as Docker reads it, that is as `ParseNormalizedNamed` of
//! [distribution/reference](https://github.com/distribution/reference/blob/main/normalize.go) does:
//!
//! 1. What stands before the first `/` is a registry if it is `localhost` or has a `.`, a `:` or an upper-case letter in it.
//!    Otherwise it belongs to the repository, and the registry is `docker.io`.
//! 2. `index.docker.io` is `docker.io`.
//! 3. On `docker.io`, a repository of one component stands in `library/`.
//! 4. 64 hexadecimal digits alone are an image ID, not a reference.
//!
//! Two texts that Docker accepts are refused here. One is longer than [`MAX_BYTES`]. The other is `my_host.example/app`: no host has
//! `_` in its name, so Docker's regular expression falls back to a name without any registry, which nobody can ask for.

use core::fmt;
use core::ops::Range;

use crate::digest::Digest;
use crate::excerpt::excerpt;

mod invalid;

pub use invalid::InvalidReference;

/// Longest text that is looked at. The parts that have a limit need 255 + 1 + 128 + 1 + 135 bytes (repository, tag, SHA-512) and a
/// host name at most 253 (RFC 1035 section 2.3.4): this is five times all of that.
pub const MAX_BYTES: usize = 4 << 10;

/// Docker's `RepositoryNameTotalLengthMax`: since distribution/reference 0.6 it counts the repository without the registry.
const REPOSITORY_BYTES: usize = 255;
const TAG_BYTES: usize = 128;

const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_LEGACY: &str = "index.docker.io";
const OFFICIAL: &str = "library/";
const DEFAULT_TAG: &str = "latest";

/// The name of an image, normalised. [`Display`](fmt::Display) writes the normalised form, which parses to the same reference again.
#[derive(Clone, Debug)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
    typed_name: String,
    spans: Spans,
}

/// Where the parts stand in the text that was parsed, in bytes, without the `/`, `:` and `@` between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    /// Absent when the registry was left out.
    pub registry: Option<Range<usize>>,
    /// As typed: without the `library/` that normalisation may have added.
    pub repository: Range<usize>,
    /// Absent when no tag was typed, also if one was added later.
    pub tag: Option<Range<usize>>,
    /// Absent when no digest was typed.
    pub digest: Option<Range<usize>>,
}

impl Reference {
    /// Docker's `ParseNormalizedNamed`.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        if text.len() > MAX_BYTES {
            return Err(InvalidReference::TooLong { length: text.len() });
        }
        if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(InvalidReference::ImageId);
        }
        Self::parse_name(text).map_err(|refusal| refusal.explained(text))
    }

    fn parse_name(text: &str) -> Result<Self, InvalidReference> {
        // Only a digest has "@" in front, and only what comes before it can have a "/". A ":" left of the first "/" belongs to the
        // registry, so `localhost:5000/app` has a port where `localhost:5000` has a tag.
        let name_and_tag = text.find('@').unwrap_or(text.len());
        let start = match text[..name_and_tag].find('/') {
            Some(slash) if is_registry(&text[..slash]) => slash + 1,
            _ => 0,
        };
        let end = text[start..name_and_tag].find(':').map_or(name_and_tag, |colon| start + colon);
        let spans = Spans {
            registry: (start > 0).then(|| 0..start - 1),
            repository: start..end,
            tag: (end < name_and_tag).then(|| end + 1..name_and_tag),
            digest: (name_and_tag < text.len()).then(|| name_and_tag + 1..text.len()),
        };

        let registry = spans.registry.clone().map(|span| parse_registry(text, span)).transpose()?.unwrap_or(DOCKER_HUB);
        let repository = parse_repository(text, spans.repository.clone(), registry)?;
        let tag = spans.tag.clone().map(|span| parse_tag(text, span)).transpose()?;
        let digest = spans.digest.clone().map(|span| parse_digest(text, span)).transpose()?;
        Ok(Self { registry: registry.to_owned(), repository, tag, digest, typed_name: text[..end].to_owned(), spans })
    }

    /// Host and port, `docker.io` for Docker Hub. (Docker Hub answers at `registry-1.docker.io`: that is for who asks it.)
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path on the registry: `library/nginx`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if there is one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if there is one. Docker asks for it, not for the tag, when there are both.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The name as it was typed, without tag and digest: `nginx` of `nginx:1.27`. What a pinned reference should begin with.
    pub fn typed_name(&self) -> &str {
        &self.typed_name
    }

    /// Where the parts stand in the text that was parsed.
    pub fn spans(&self) -> &Spans {
        &self.spans
    }

    /// Docker's `FamiliarString`: what Docker shows. Not always a reference to the same image: `docker.io/localhost/app` becomes
    /// `localhost/app`.
    pub fn familiar(&self) -> String {
        let name = match self.repository.strip_prefix(OFFICIAL) {
            _ if self.registry != DOCKER_HUB => format!("{}/{}", self.registry, self.repository),
            Some(official) if !official.contains('/') => official.to_owned(),
            _ => self.repository.clone(),
        };
        name + &self.tag_and_digest()
    }

    /// Docker's `TagNameOnly`: `latest` where there is neither tag nor digest.
    #[must_use]
    pub fn or_latest(mut self) -> Self {
        if self.digest.is_none() {
            self.tag.get_or_insert_with(|| DEFAULT_TAG.to_owned());
        }
        self
    }

    /// The same image by its tag, or by name alone.
    #[must_use]
    pub fn without_digest(mut self) -> Self {
        self.digest = None;
        self
    }

    /// The same name and tag with this digest.
    #[must_use]
    pub const fn with_digest(mut self, digest: Digest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// Docker's `ParseDockerRef`: exactly one of tag and digest. A digest displaces the tag, and `latest` stands in for both.
    #[must_use]
    pub fn docker_ref(mut self) -> Self {
        if self.digest.is_some() {
            self.tag = None;
        }
        self.or_latest()
    }

    fn tag_and_digest(&self) -> String {
        let tag = self.tag.iter().map(|tag| format!(":{tag}"));
        tag.chain(self.digest.map(|digest| format!("@{digest}"))).collect()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.registry, self.repository, self.tag_and_digest())
    }
}

fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(|c: char| matches!(c, '.' | ':') || c.is_ascii_uppercase())
}

fn parse_registry(text: &str, span: Range<usize>) -> Result<&str, InvalidReference> {
    let registry = &text[span.clone()];
    host_and_port(registry)
        .map_err(|at| InvalidReference::Registry { position: span.start + at, found: char_at(text, span.start + at) })?;
    Ok(if registry == DOCKER_HUB_LEGACY { DOCKER_HUB } else { registry })
}

/// Fails with the byte at which the text stops being `host [ ":" 1*DIGIT ]`.
fn host_and_port(text: &str) -> Result<(), usize> {
    let host = if let Some(address) = text.strip_prefix('[') {
        let length = count(address, |b| b.is_ascii_hexdigit() || *b == b':');
        if length == 0 || !address[length..].starts_with(']') {
            return Err(1 + length);
        }
        1 + length + 1
    } else {
        let host = text.find(':').unwrap_or(text.len());
        joined(&text[..host], u8::is_ascii_alphanumeric, |rest| if rest[0] == b'.' { 1 } else { dashes(rest) })?;
        host
    };
    match text[host..].strip_prefix(':') {
        None if host == text.len() => Ok(()),
        None => Err(host),
        Some(port) => match count(port, u8::is_ascii_digit) {
            digits if digits > 0 && digits == port.len() => Ok(()),
            digits => Err(host + 1 + digits),
        },
    }
}

fn parse_repository(text: &str, span: Range<usize>, registry: &str) -> Result<String, InvalidReference> {
    let typed = &text[span.clone()];
    let is_atom = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let separator = |rest: &[u8]| match rest {
        [b'_', b'_', ..] => 2,
        [b'_' | b'.' | b'/', ..] => 1,
        _ => dashes(rest),
    };
    if let Err(at) = joined(typed, is_atom, separator) {
        let position = span.start + at;
        return Err(match char_at(text, position) {
            Some(found) if found.is_ascii_uppercase() => {
                let lower_case = format!("{}{}{}", &text[..span.start], typed.to_ascii_lowercase(), &text[span.end..]);
                InvalidReference::UpperCase { position, found, suggestion: invalid::suggestion(lower_case) }
            }
            found => InvalidReference::Repository { position, found },
        });
    }
    let prefix = if registry == DOCKER_HUB && !typed.contains('/') { OFFICIAL } else { "" };
    let repository = format!("{prefix}{typed}");
    if repository.len() > REPOSITORY_BYTES {
        return Err(InvalidReference::RepositoryTooLong { position: span.start, length: repository.len() });
    }
    Ok(repository)
}

fn parse_tag(text: &str, span: Range<usize>) -> Result<String, InvalidReference> {
    let (tag, position) = (&text[span.clone()], span.start);
    if tag.is_empty() {
        return Err(InvalidReference::EmptyTag { position });
    }
    let fits = |at: usize, c: char| c.is_ascii_alphanumeric() || c == '_' || (at > 0 && matches!(c, '.' | '-'));
    if let Some((at, found)) = tag.char_indices().find(|(at, c)| !fits(*at, *c)) {
        return Err(InvalidReference::Tag { position: position + at, found });
    }
    if tag.len() > TAG_BYTES {
        return Err(InvalidReference::TagTooLong { position, length: tag.len() });
    }
    Ok(tag.to_owned())
}

fn parse_digest(text: &str, span: Range<usize>) -> Result<Digest, InvalidReference> {
    let (digest, position) = (&text[span.clone()], span.start);
    digest.parse().map_err(|reason| InvalidReference::Digest { position, found: excerpt(digest, invalid::ECHOED), reason })
}

/// Fails with the byte at which the text stops being `1*atom *( separator 1*atom )`: the shape of hosts and of repositories, since the
/// dots between labels and the slashes between components separate atoms too.
fn joined(text: &str, is_atom: impl Fn(&u8) -> bool, separator: impl Fn(&[u8]) -> usize) -> Result<(), usize> {
    let mut at = 0;
    loop {
        let atom = count(&text[at..], &is_atom);
        at += atom;
        if atom == 0 {
            return Err(at);
        }
        if at == text.len() {
            return Ok(());
        }
        // No separator is one of no length: then the next atom is missing, right here.
        at += separator(&text.as_bytes()[at..]);
    }
}

fn dashes(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| **b == b'-').count()
}

/// `None` at the end. No position is inside a character: all that was passed over is ASCII.
fn char_at(text: &str, position: usize) -> Option<char> {
    text[position..].chars().next()
}

/// How many bytes at the beginning fit.
fn count(text: &str, fits: impl Fn(&u8) -> bool) -> usize {
    text.as_bytes().iter().take_while(|b| fits(b)).count()
}
