//! in-toto statements: what somebody says (a predicate) about which artifacts (subjects).
//!
//! [Statement v1](https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) and v0.1, which differ in their first line.
//! A statement is parsed from the bytes that were signed, once. Subjects are matched by digest; a name says nothing.

use core::fmt;

use crate::budget;
use crate::digest::Digest;
use crate::digest::InvalidDigest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Object;
use crate::json::Place;
use crate::json::Value;

/// Characters of a type that a message repeats.
const SHOWN: usize = 80;

const PREDICATE: &str = "predicate";

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is about; at least one.
    pub subjects: Vec<Subject>,
    /// What kind of statement: `https://sigstore.dev/cosign/sign/v1`. Whoever asks for one kind must compare it: an attestation is no
    /// signature of an image.
    pub predicate_type: String,
}

/// An artifact that a statement is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What its builder calls it, if it does.
    pub name: Option<String>,
    /// Algorithms and what they write: at least one. Those that can be computed here are well-formed.
    pub digests: Vec<(String, String)>,
    /// What `cosign sign -a` adds.
    pub annotations: Option<Object>,
}

impl Statement {
    /// The statement that `payload` is, without what it says, which can be as large as a list of packages. Take the bytes that were signed.
    pub fn parse(payload: &[u8]) -> Result<Self, InvalidStatement> {
        Self::read(&json::parse_object_without(payload, budget::SBOM_VALUES, PREDICATE)?.root())
    }

    /// The same, and what it says. cosign before 3.0.5 leaves it out where there is nothing to say.
    pub fn parse_all(payload: &[u8]) -> Result<(Self, Option<Object>), InvalidStatement> {
        let document = json::parse_object_of(payload, budget::SBOM_VALUES)?;
        let statement = Self::read(&document.root())?;
        Ok((statement, document.take(PREDICATE)))
    }

    fn read(members: &Members<'_>) -> Result<Self, InvalidStatement> {
        let version = members.required("_type")?.string()?;
        if !matches!(version, "https://in-toto.io/Statement/v1" | "https://in-toto.io/Statement/v0.1") {
            return Err(InvalidStatement::Type { found: version.to_owned() });
        }
        let subjects = members.required("subject")?;
        match subjects.length()? {
            0 => return Err(InvalidStatement::NoSubject),
            1..=budget::SUBJECTS => {}
            _ => return Err(InvalidStatement::TooMany { what: "subjects", limit: budget::SUBJECTS }),
        }
        let subjects = subjects.array()?.iter().map(Subject::parse).collect::<Result<_, _>>()?;
        let predicate_type = members.required("predicateType")?.string()?.to_owned();
        if predicate_type.is_empty() {
            return Err(InvalidStatement::PredicateType);
        }
        if let Some(predicate) = members.optional(PREDICATE)? {
            predicate.object()?;
        }
        Ok(Self { subjects, predicate_type })
    }

    /// The subject with this digest, by algorithm and value.
    pub fn subject_with(&self, digest: &Digest) -> Result<&Subject, InvalidStatement> {
        let (algorithm, value) = (digest.algorithm().name(), digest.encoded());
        let is_it = |(name, found): &(String, String)| name == algorithm && *found == value;
        self.subjects
            .iter()
            .find(|subject| subject.digests.iter().any(is_it))
            .ok_or(InvalidStatement::OtherSubject { expected: *digest, subjects: self.subjects.len() })
    }
}

impl Subject {
    fn parse(place: &Place<'_>) -> Result<Self, InvalidStatement> {
        let members = place.object()?;
        let set = members.required("digest")?;
        let digests = set
            .object()?
            .places()
            .map(|(algorithm, place)| Ok((algorithm.to_owned(), place.string()?.to_owned())))
            .collect::<Result<Vec<_>, InvalidJson>>()?;
        match digests.len() {
            0 => return Err(InvalidStatement::NoDigest { path: set.path().to_owned() }),
            1..=budget::SUBJECT_DIGESTS => {}
            _ => return Err(InvalidStatement::TooMany { what: "digests of a subject", limit: budget::SUBJECT_DIGESTS }),
        }
        for (algorithm, value) in &digests {
            // Other algorithms (`gitCommit`, `dirHash`, …) are kept as they are: nothing is compared with them.
            match format!("{algorithm}:{value}").parse::<Digest>() {
                Err(invalid @ InvalidDigest::Length) => return Err(InvalidStatement::Digest(invalid)),
                Err(invalid @ InvalidDigest::Format) if is_known(algorithm) => return Err(InvalidStatement::Digest(invalid)),
                _ => {}
            }
        }
        let name = members.optional_string("name")?.map(str::to_owned);
        Ok(Self { name, digests, annotations: object(&members, "annotations")? })
    }
}

fn is_known(algorithm: &str) -> bool {
    matches!(algorithm, "sha256" | "sha384" | "sha512")
}

/// An optional member that is an object, copied.
fn object(members: &Members<'_>, name: &'static str) -> Result<Option<Object>, InvalidJson> {
    let Some(place) = members.optional(name)? else { return Ok(None) };
    place.object()?;
    let value = members.entries().find_map(|(key, value)| (key == name).then_some(value));
    Ok(value.and_then(|value| if let Value::Object(object) = value { Some(object.clone()) } else { None }))
}

/// Why bytes are no statement, or not about this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidStatement {
    /// A digest is not what its algorithm writes.
    Digest(InvalidDigest),
    /// Not JSON, or members are missing or of other types.
    Json(InvalidJson),
    /// A subject without a digest.
    NoDigest {
        /// Where it should be.
        path: String,
    },
    /// It is about nothing.
    NoSubject,
    /// It is about something else.
    OtherSubject {
        /// What it should be about.
        expected: Digest,
        /// How many others it is about.
        subjects: usize,
    },
    /// It does not say what kind of statement it is.
    PredicateType,
    /// More than any honest statement holds.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// It is no statement of version 0.1 or 1.
    Type {
        /// What it says it is.
        found: String,
    },
}

impl InvalidStatement {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Digest(invalid) => invalid.code(),
            Self::Json(invalid) => invalid.code(),
            Self::NoDigest { .. } | Self::NoSubject | Self::PredicateType | Self::Type { .. } => "statement-invalid",
            Self::OtherSubject { .. } => "subject-mismatch",
            Self::TooMany { .. } => "too-many-entries",
        }
    }
}

impl fmt::Display for InvalidStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(invalid) => write!(f, "digest of a subject: {invalid}"),
            Self::Json(invalid) => invalid.fmt(f),
            Self::NoDigest { path } => write!(f, "expected {path} to hold a digest, found none"),
            Self::NoSubject => f.write_str("expected a statement about something, found no subject"),
            Self::OtherSubject { expected, subjects: 1 } => {
                write!(f, "expected a statement about {expected}, found one about something else")
            }
            Self::OtherSubject { expected, subjects } => {
                write!(f, "expected a statement about {expected}, found one about {subjects} others")
            }
            Self::PredicateType => f.write_str("expected the type of what is said, found an empty text"),
            Self::TooMany { what, limit } => write!(f, "expected at most {limit} {what}, found more"),
            Self::Type { found } => write!(f, "expected an in-toto statement of version 0.1 or 1, found {}", excerpt(found, SHOWN)),
        }
    }
}

impl core::error::Error for InvalidStatement {}

impl From<InvalidJson> for InvalidStatement {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn statement(subject: &str) -> String {
        format!(r#"{{"_type":"https://in-toto.io/Statement/v1","subject":{subject},"predicateType":"https://p/v1","predicate":{{"a":1}}}}"#)
    }

    fn one() -> String {
        statement(&format!(r#"[{{"name":"n","digest":{{"sha256":"{SHA256}"}}}}]"#))
    }

    fn refusal(text: &str) -> InvalidStatement {
        Statement::parse(text.as_bytes()).unwrap_err()
    }

    fn abc() -> Digest {
        Digest::of(Algorithm::Sha256, b"abc")
    }

    #[test]
    fn both_versions_are_read() {
        for version in ["v1", "v0.1"] {
            let parsed = Statement::parse(one().replace("/v1\",\"subject", &format!("/{version}\",\"subject")).as_bytes()).unwrap();
            assert_eq!(parsed.predicate_type, "https://p/v1");
            let (_, predicate) = Statement::parse_all(one().as_bytes()).unwrap();
            assert_eq!(predicate.unwrap().names().collect::<Vec<_>>(), ["a"]);
            let subject = parsed.subject_with(&abc()).unwrap();
            assert_eq!((subject.name.as_deref(), &subject.annotations), (Some("n"), &None));
        }
    }

    /// What `cosign sign` writes: no name, annotations.
    #[test]
    fn a_subject_needs_no_name() {
        let text = statement(&format!(r#"[{{"digest":{{"sha256":"{SHA256}"}},"annotations":{{"k":"v"}}}}]"#));
        let parsed = Statement::parse(text.as_bytes()).unwrap();
        let subject = parsed.subject_with(&abc()).unwrap();
        assert_eq!(subject.name, None);
        assert_eq!(subject.annotations.as_ref().unwrap().names().collect::<Vec<_>>(), ["k"]);
    }

    #[test]
    fn trap_23_a_predicate_may_be_missing_or_null_or_empty() {
        for (to, found) in [("", None), (r#","predicate":null"#, None), (r#","predicate":{}"#, Some(Object::default()))] {
            let text = one().replace(r#","predicate":{"a":1}"#, to);
            let (statement, predicate) = Statement::parse_all(text.as_bytes()).unwrap();
            assert_eq!((&statement, predicate), (&Statement::parse(text.as_bytes()).unwrap(), found));
        }
    }

    #[test]
    fn trap_21_another_subject_is_none() {
        let parsed = Statement::parse(one().as_bytes()).unwrap();
        let expected = Digest::of(Algorithm::Sha256, b"abd");
        assert_eq!(parsed.subject_with(&expected), Err(InvalidStatement::OtherSubject { expected, subjects: 1 }));
    }

    #[test]
    fn trap_21_the_value_under_another_algorithm_is_another_digest() {
        for algorithm in ["blake2s", "sha3_256", "SHA256", "sha2_256"] {
            let parsed = Statement::parse(one().replace("sha256", algorithm).as_bytes()).unwrap();
            assert!(parsed.subject_with(&abc()).is_err(), "{algorithm}");
        }
        let parsed = Statement::parse(one().as_bytes()).unwrap();
        assert!(parsed.subject_with(&Digest::of(Algorithm::Sha512, b"abc")).is_err());
    }

    #[test]
    fn a_name_that_looks_like_the_digest_is_none() {
        let text = statement(&format!(r#"[{{"name":"sha256:{SHA256}","digest":{{"gitCommit":"{SHA256}"}}}}]"#));
        assert!(Statement::parse(text.as_bytes()).unwrap().subject_with(&abc()).is_err());
    }

    #[test]
    fn any_of_several_subjects_is_found() {
        let subjects: Vec<String> = ["x", "abc", "y"]
            .iter()
            .map(|t| format!(r#"{{"digest":{{"sha256":"{}"}}}}"#, Digest::of(Algorithm::Sha256, t.as_bytes()).encoded()))
            .collect();
        let parsed = Statement::parse(statement(&format!("[{}]", subjects.join(","))).as_bytes()).unwrap();
        assert_eq!(parsed.subject_with(&abc()), Ok(&parsed.subjects[1]));
    }

    #[test]
    fn trap_21_more_subjects_or_digests_than_the_limits_are_refused() {
        let subject = format!(r#"{{"digest":{{"sha256":"{SHA256}"}}}}"#);
        let many = |count: usize| statement(&format!("[{}]", vec![subject.as_str(); count].join(",")));
        assert!(Statement::parse(many(1024).as_bytes()).is_ok());
        assert_eq!(refusal(&many(1025)), InvalidStatement::TooMany { what: "subjects", limit: 1024 });
        let digests = |count: usize| {
            let digests: Vec<String> = (0..count).map(|number| format!(r#""a{number}":"00""#)).collect();
            statement(&format!(r#"[{{"digest":{{{}}}}}]"#, digests.join(",")))
        };
        assert!(Statement::parse(digests(32).as_bytes()).is_ok());
        assert_eq!(refusal(&digests(33)), InvalidStatement::TooMany { what: "digests of a subject", limit: 32 });
    }

    #[test]
    fn statements_about_nothing_are_refused() {
        assert_eq!(refusal(&statement("[]")), InvalidStatement::NoSubject);
        assert_eq!(refusal(&statement(r#"[{"digest":{}}]"#)), InvalidStatement::NoDigest { path: "$.subject[0].digest".into() });
        for subject in ["null", "{}", r#"[{"name":"n"}]"#, "[null]", r#"["n"]"#, r#"[{"digest":{"sha256":1}}]"#, r#"[{"digest":[]}]"#] {
            assert!(matches!(refusal(&statement(subject)), InvalidStatement::Json(_)), "{subject}");
        }
    }

    #[test]
    fn a_name_that_steers_terminals_is_not_repeated() {
        let text = statement(r#"[{"digest":{"\u001b[2J\u202e":1}}]"#);
        assert_eq!(refusal(&text).to_string(), r"expected $.subject[0].digest.\u{1b}[2J\u{202e} to be a string, found a number");
    }

    #[test]
    fn digests_that_their_algorithm_does_not_write_are_refused() {
        for (to, invalid) in [
            (SHA256.to_uppercase(), InvalidDigest::Format),
            (SHA256[1..].to_owned(), InvalidDigest::Length),
            (String::new(), InvalidDigest::Format),
            (format!("{SHA256} "), InvalidDigest::Format),
        ] {
            assert_eq!(refusal(&one().replace(SHA256, &to)), InvalidStatement::Digest(invalid), "{to:?}");
        }
    }

    #[test]
    fn other_types_are_refused() {
        for found in ["https://in-toto.io/Statement/v2", "https://in-toto.io/Statement/v1 ", "http://in-toto.io/Statement/v1", "link", ""] {
            let text = one().replace("https://in-toto.io/Statement/v1", found);
            assert_eq!(refusal(&text), InvalidStatement::Type { found: found.to_owned() });
        }
        assert_eq!(refusal(&one().replace("https://p/v1", "")), InvalidStatement::PredicateType);
    }

    #[test]
    fn what_other_readers_would_read_otherwise_is_refused() {
        for (from, to) in [
            ("\"predicateType\"", "\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\",\"predicateType\""),
            ("\"predicateType\"", "\"PredicateType\""),
            ("\"subject\"", "\"Subject\":[],\"subject\""),
            ("\"_type\"", "\"_Type\""),
            ("\"digest\"", "\"digeſt\""),
            ("{\"a\":1}", "[]"),
            ("{\"a\":1}", "\"text\""),
            ("{\"a\":1}", "{\"a\":1,\"a\":2}"),
            ("}}", "}} {}"),
        ] {
            assert!(matches!(refusal(&one().replacen(from, to, 1)), InvalidStatement::Json(_)), "{to}");
        }
    }
}
