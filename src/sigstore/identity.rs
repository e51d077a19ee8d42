//! The signer who is wanted, and whether a certificate is theirs.
//!
//! ```json
//! { "issuer": "https://token.actions.githubusercontent.com",
//!   "subject": "https://github.com/org/app/.github/workflows/release.yml@refs/heads/main",
//!   "claims": { "runnerEnvironment": "github-hosted" } }
//! ```
//!
//! Both issuer and subject are always asked for: a subject means only what its issuer makes of it. They are compared exactly, unless
//! `subjectPattern` or `issuerPattern` is written in their place ([`Pattern`]); a claim is a text, or `{ "pattern": … }`.

use core::fmt;

use crate::excerpt::excerpt;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::sigstore::claims::Claims;
use crate::sigstore::pattern::InvalidPattern;
use crate::sigstore::pattern::Pattern;

/// Characters of a text that a message repeats.
const SHOWN: usize = 200;

/// Who is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    issuer: Wanted,
    subject: Wanted,
    claims: Vec<(&'static str, Wanted)>,
}

/// What a text has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This, octet for octet.
    Exactly(String),
    /// Something that looks like this.
    Like(Pattern),
}

impl Wanted {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == text,
            Self::Like(pattern) => pattern.matches(text),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(text) => f.write_str(&excerpt(text, SHOWN)),
            Self::Like(pattern) => f.write_str(&excerpt(&pattern.to_string(), SHOWN)),
        }
    }
}

impl Identity {
    /// Who has this subject at this issuer. Neither may be empty.
    pub fn new(issuer: Wanted, subject: Wanted) -> Result<Self, InvalidIdentity> {
        for (name, wanted) in [("issuer", &issuer), ("subject", &subject)] {
            if *wanted == Wanted::Exactly(String::new()) {
                return Err(InvalidIdentity::Empty { name });
            }
        }
        Ok(Self { issuer, subject, claims: Vec::new() })
    }

    /// And whose certificate says this too: `name` is one of [`Claims::names`].
    pub fn with_claim(mut self, name: &str, wanted: Wanted) -> Result<Self, InvalidIdentity> {
        let known = Claims::names().find(|known| *known == name).ok_or_else(|| InvalidIdentity::Unknown { path: excerpt(name, 80) })?;
        self.claims.push((known, wanted));
        Ok(self)
    }

    /// Whoever has a certificate: for people who want to know who signed. Nothing can follow from it.
    pub fn anybody() -> Self {
        let anything = || Wanted::Like(Pattern::anything());
        Self { issuer: anything(), subject: anything(), claims: Vec::new() }
    }

    /// Reads it from where a policy spells it. Everything in it must be understood, but for what stands there `besides`.
    pub fn read(members: &Members<'_>, besides: &[&str]) -> Result<Self, InvalidIdentity> {
        const KNOWN: [&str; 5] = ["issuer", "issuerPattern", "subject", "subjectPattern", "claims"];
        if let Some((_, place)) = members.places().find(|(name, _)| !KNOWN.contains(name) && !besides.contains(name)) {
            return Err(InvalidIdentity::Unknown { path: excerpt(place.path(), 80) });
        }
        let identity = Self::new(
            either(members, "issuer", "issuerPattern")?, //
            either(members, "subject", "subjectPattern")?,
        )?;
        let Some(claims) = members.optional("claims")? else { return Ok(identity) };
        claims.object()?.places().try_fold(identity, |identity, (name, place)| identity.with_claim(name, wanted(&place)?))
    }

    /// Whether a certificate that claims this is theirs. Of several differences, the first in the order issuer, subject, claims.
    pub fn check(&self, claims: &Claims) -> Result<(), IdentityMismatch> {
        let wanted = [("issuer", &self.issuer), ("subject", &self.subject)];
        for (name, wanted) in wanted.into_iter().chain(self.claims.iter().map(|(name, wanted)| (*name, wanted))) {
            let found = claims.named(name);
            if !found.is_some_and(|found| wanted.matches(found)) {
                return Err(IdentityMismatch { name, expected: wanted.clone(), found: found.map(str::to_owned) });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\", known to \"{}\"", self.subject, self.issuer)?;
        self.claims.iter().try_for_each(|(name, wanted)| write!(f, ", {name} \"{wanted}\""))
    }
}

/// A text that is spelled exactly, or the pattern in its place.
fn either(members: &Members<'_>, exact: &'static str, pattern: &'static str) -> Result<Wanted, InvalidIdentity> {
    match (members.optional_string(exact)?, members.optional_string(pattern)?) {
        (Some(text), None) => Ok(Wanted::Exactly(text.to_owned())),
        (None, Some(text)) => Ok(Wanted::Like(text.parse()?)),
        (Some(_), Some(_)) => Err(InvalidIdentity::Both { exact, pattern }),
        (None, None) => Err(InvalidIdentity::Json(InvalidJson::Missing { path: format!("{}.{exact}", members.path()) })),
    }
}

fn wanted(place: &Place<'_>) -> Result<Wanted, InvalidIdentity> {
    let Ok(members) = place.object() else { return Ok(Wanted::Exactly(place.string()?.to_owned())) };
    match members.places().find(|(name, _)| *name != "pattern") {
        Some((_, place)) => Err(InvalidIdentity::Unknown { path: excerpt(place.path(), 80) }),
        None => Ok(Wanted::Like(members.required("pattern")?.string()?.parse()?)),
    }
}

/// A certificate is somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityMismatch {
    /// `issuer`, `subject`, or the name of a claim.
    pub name: &'static str,
    /// What it should be.
    pub expected: Wanted,
    /// What it is; `None` where the certificate does not say.
    pub found: Option<String>,
}

impl IdentityMismatch {
    /// The stable code.
    pub const CODE: &'static str = "identity-mismatch";
}

impl fmt::Display for IdentityMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let like = if matches!(self.expected, Wanted::Like(_)) { "like " } else { "" };
        write!(f, "expected a certificate with the {} {like}\"{}\", found ", self.name, self.expected)?;
        match &self.found {
            Some(found) => write!(f, "\"{}\"", excerpt(found, SHOWN)),
            None => f.write_str("one that does not say"),
        }
    }
}

impl core::error::Error for IdentityMismatch {}

/// Why nobody can be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidIdentity {
    /// A text and a pattern in its place, both.
    Both {
        /// `subject`
        exact: &'static str,
        /// `subjectPattern`
        pattern: &'static str,
    },
    /// An empty text.
    Empty {
        /// `issuer` or `subject`.
        name: &'static str,
    },
    /// Not strict JSON, or a member of the wrong type.
    Json(InvalidJson),
    /// A pattern that is none.
    Pattern(InvalidPattern),
    /// Something that is not known here, and must not be skipped.
    Unknown {
        /// What.
        path: String,
    },
}

impl InvalidIdentity {
    /// The stable code.
    pub const CODE: &'static str = "identity-invalid";
}

impl fmt::Display for InvalidIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both { exact, pattern } => write!(f, "identity: expected `{exact}` or `{pattern}`, found both"),
            Self::Empty { name } => write!(f, "identity: expected `{name}` to be a text, found an empty one"),
            Self::Json(invalid) => write!(f, "identity: {invalid}"),
            Self::Pattern(invalid) => write!(f, "identity: {invalid}"),
            Self::Unknown { path } => write!(f, "identity: expected only an issuer, a subject and claims that are known, found {path}"),
        }
    }
}

impl core::error::Error for InvalidIdentity {}

impl From<InvalidJson> for InvalidIdentity {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

impl From<InvalidPattern> for InvalidIdentity {
    fn from(invalid: InvalidPattern) -> Self {
        Self::Pattern(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn read(text: &str) -> Result<Identity, InvalidIdentity> {
        Identity::read(&json::parse_object(text.as_bytes()).unwrap().root(), &[])
    }

    fn claims() -> Claims {
        Claims {
            issuer: Some("https://issuer".into()),
            subject: "https://github.com/org/app/x@refs/heads/main".into(),
            others: vec![("buildTrigger", "push".into())],
        }
    }

    #[test]
    fn issuer_subject_and_claims_are_compared_exactly() {
        let wanted =
            r#"{"issuer":"https://issuer","subject":"https://github.com/org/app/x@refs/heads/main","claims":{"buildTrigger":"push"}}"#;
        assert_eq!(read(wanted).unwrap().check(&claims()), Ok(()));
        for (from, to, name) in [
            ("https://issuer\"", "https://issuer/\"", "issuer"),
            ("https://issuer\"", "https://ISSUER\"", "issuer"),
            ("org/app", "org/*", "subject"),
            ("refs/heads/main", "refs/heads/mai", "subject"),
            ("push", "pus", "buildTrigger"),
            ("buildTrigger", "buildSignerURI", "buildSignerURI"),
        ] {
            let refused = read(&wanted.replacen(from, to, 1)).unwrap().check(&claims()).unwrap_err();
            assert_eq!(refused.name, name, "{to}");
        }
    }

    #[test]
    fn a_pattern_counts_only_where_it_is_spelled_as_one() {
        let like =
            |pattern: &str| read(&format!(r#"{{"issuer":"https://issuer","subjectPattern":"{pattern}"}}"#)).unwrap().check(&claims());
        assert_eq!(like("https://github.com/org/**"), Ok(()));
        let refused = like("https://github.com/org/*").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "expected a certificate with the subject like \"https://github.com/org/*\", found \"https://github.com/org/app/x@refs/heads/main\""
        );
        let trigger = r#"{"issuerPattern":"https://*","subjectPattern":"https://**","claims":{"buildTrigger":{"pattern":"pu*"}}}"#;
        assert_eq!(read(trigger).unwrap().check(&claims()), Ok(()));
    }

    #[test]
    fn an_identity_without_issuer_or_subject_means_nobody() {
        for text in [
            "{}",
            r#"{"issuer":"https://issuer"}"#,
            r#"{"subject":"a@b"}"#,
            r#"{"issuer":"","subject":"a@b"}"#,
            r#"{"issuer":"https://issuer","subject":""}"#,
            r#"{"issuer":"https://issuer","subjectPattern":"*"}"#,
            r#"{"issuer":"https://issuer","subject":"a@b","subjectPattern":"a@*"}"#,
            r#"{"issuer":"https://issuer","subject":["a@b"]}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_never_skipped() {
        for text in [
            r#"{"issuer":"https://issuer","subject":"a@b","subjectRegExp":".*"}"#,
            r#"{"issuer":"https://issuer","subject":"a@b","claims":{"buildtrigger":"push"}}"#,
            r#"{"issuer":"https://issuer","subject":"a@b","claims":{"subject":"a@b"}}"#,
            r#"{"issuer":"https://issuer","subject":"a@b","claims":{"buildTrigger":{"pattern":"p*","not":"x"}}}"#,
        ] {
            assert!(matches!(read(text), Err(InvalidIdentity::Unknown { .. })), "{text}");
        }
    }

    #[test]
    fn a_claim_that_the_certificate_does_not_make_is_a_mismatch() {
        let wanted = r#"{"issuer":"https://issuer","subjectPattern":"https://**","claims":{"runnerEnvironment":""}}"#;
        let refused = read(wanted).unwrap().check(&claims()).unwrap_err();
        assert_eq!((refused.name, refused.found.as_ref()), ("runnerEnvironment", None));
        let unvouched = Claims { issuer: None, ..claims() };
        assert_eq!(read(wanted).unwrap().check(&unvouched).unwrap_err().name, "issuer");
        assert!(refused.to_string().ends_with("found one that does not say"));
    }
}
