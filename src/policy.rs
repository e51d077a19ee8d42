//! A policy says which images are wanted, and [`decide`] is the only place where outcomes become a verdict.
//!
//! ```json
//! { "rules": [ { "images": "registry.example/team/*", "require": [ { "anyOf": [ { "digest": "sha256:…" } ] } ] } ], "default": "reject" }
//! ```
//!
//! The first rule whose `images` matches decides; where none does, `default` does. A rule accepts when all of its requirements hold.
//! `images` is a normalised name without tag (`docker.io/library/nginx`), matched exactly unless it holds a `*`, which stands for any
//! characters within the repository. The registry is always literal, so that no pattern reaches another registry.
//!
//! A requirement that this version cannot verify is refused when the policy is read, never skipped when it is applied.

use core::fmt;

use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Place;
use crate::reference::Reference;
use crate::report::Check;
use crate::report::CheckName;
use crate::report::Outcome;
use crate::report::Remark;
use crate::report::Verdict;

/// Bytes of a policy: a thousand rules fit.
const POLICY_BYTES: usize = 1 << 20;

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    rules: Vec<Rule>,
    default: Default,
}

/// What is wanted of some images.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    images: Pattern,
    require: Vec<Requirement>,
}

/// Holds when any of its alternatives does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    any_of: Vec<Identity>,
}

/// Who or what an image must be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    /// The root that the reference stands for has this digest. Not one platform's manifest below it: the pinned reference stands for
    /// all platforms, so that one good manifest must not vouch for the others.
    Digest(Digest),
}

/// What holds for images that no rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Default {
    Reject,
    Inconclusive,
}

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidPolicy {
    /// Not strict JSON, or a member of the wrong type.
    Json(InvalidJson),
    /// A value that means nothing here.
    Value {
        /// Where.
        path: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// Something this version cannot verify, or a spelling mistake: either way it must not be skipped.
    Unsupported {
        /// Where, and what.
        path: String,
    },
}

impl InvalidPolicy {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json(_) | Self::Value { .. } => "policy-invalid",
            Self::Unsupported { .. } => "policy-unsupported",
        }
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "policy: {error}"),
            Self::Value { path, expected, found } => write!(f, "policy: expected {path} to be {expected}, found \"{found}\""),
            Self::Unsupported { path } => {
                write!(f, "policy: expected only what this version can verify, which is `digest`, found {path}")
            }
        }
    }
}

impl core::error::Error for InvalidPolicy {}

impl From<InvalidJson> for InvalidPolicy {
    fn from(error: InvalidJson) -> Self {
        Self::Json(error)
    }
}

impl Policy {
    /// Reads a policy. Everything in it must be understood.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        if text.len() > POLICY_BYTES {
            return Err(value("$", "at most 1 MiB", "more"));
        }
        let object = json::parse_object(text.as_bytes())?;
        let members = object.root();
        only(&members, &["$schema", "rules", "default"])?;
        let rules = members.required("rules")?.array()?.iter().map(Rule::read).collect::<Result<_, _>>()?;
        let default = match members.optional_string("default")? {
            None | Some("reject") => Default::Reject,
            Some("inconclusive") => Default::Inconclusive,
            Some(other) => return Err(value("$.default", "\"reject\" or \"inconclusive\"", other)),
        };
        Ok(Self { rules, default })
    }
}

impl Rule {
    fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        only(&members, &["images", "require"])?;
        let images = members.required("images")?;
        let images = Pattern::parse(images.string()?).ok_or_else(|| {
            value(
                images.path(),
                "a normalised name such as docker.io/library/nginx, with `*` only behind the registry",
                images.string().unwrap_or_default(),
            )
        })?;
        let require = members.required("require")?;
        if require.length()? == 0 {
            return Err(value(require.path(), "at least one requirement", "none"));
        }
        Ok(Self { images, require: require.array()?.iter().map(Requirement::read).collect::<Result<_, _>>()? })
    }
}

impl Requirement {
    /// `{ "anyOf": [identity, …] }`, or one identity by itself.
    fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        let Some(any_of) = members.optional("anyOf")? else { return Ok(Self { any_of: vec![Identity::read(place)?] }) };
        only(&members, &["anyOf"])?;
        if any_of.length()? == 0 {
            return Err(value(any_of.path(), "at least one alternative", "none"));
        }
        Ok(Self { any_of: any_of.array()?.iter().map(Identity::read).collect::<Result<_, _>>()? })
    }
}

impl Identity {
    fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        only(&members, &["digest"])?;
        let digest = members.required("digest")?;
        let text = digest.string()?;
        text.parse().map(Self::Digest).map_err(|_| value(digest.path(), "a digest such as sha256:…", text))
    }
}

fn value(path: &str, expected: &'static str, found: &str) -> InvalidPolicy {
    InvalidPolicy::Value { path: path.into(), expected, found: excerpt(found, 80) }
}

fn only(members: &Members<'_>, known: &[&'static str]) -> Result<(), InvalidPolicy> {
    match members.entries().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(InvalidPolicy::Unsupported { path: format!("{}.{}", members.path(), excerpt(name, 80)) }),
        None => Ok(()),
    }
}

/// A name, or a name with `*` in its repository.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    registry: String,
    /// The literal parts between the stars; one part when there is none.
    repository: Vec<String>,
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let (registry, repository) = text.split_once('/')?;
        // A pattern that no reference could ever match is a rule that silently does nothing, so what it would match must be a
        // reference that is spelled in full: `docker.io/nginx` is `docker.io/library/nginx` to Docker, and to us.
        let example = repository.replace('*', "x/x");
        let reference = Reference::parse(&format!("{registry}/{example}")).ok()?;
        if reference.registry() != registry
            || reference.repository() != example
            || reference.tag().is_some()
            || reference.digest().is_some()
        {
            return None;
        }
        Some(Self { registry: canonical(registry), repository: repository.split('*').map(Into::into).collect() })
    }

    fn matches(&self, registry: &str, repository: &str) -> bool {
        if self.registry != canonical(registry) {
            return false;
        }
        let [first, middle @ .., last] = self.repository.as_slice() else { return self.repository.iter().eq([repository]) };
        let Some(mut rest) = repository.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
            return false;
        };
        // Leftmost matches are enough for patterns made of literals and stars.
        middle.iter().all(|part| {
            let found = rest.find(part.as_str());
            rest = found.map_or("", |at| &rest[at + part.len()..]);
            found.is_some()
        })
    }
}

/// One spelling for all names of one host: capitals do not matter, nor does the port that would be used anyway.
fn canonical(registry: &str) -> String {
    let registry = registry.to_ascii_lowercase();
    registry.strip_suffix(":443").map_or(registry.clone(), str::to_owned)
}

/// What [`decide`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// `docker.io`
    pub registry: &'a str,
    /// `library/nginx`
    pub repository: &'a str,
    /// Of the root that the reference stands for, computed from its bytes.
    pub digest: Digest,
}

/// Turns outcomes into a verdict, and says why.
///
/// A check that failed is a reject that nothing can soften. A check that could not be made is never an accept. Without a policy
/// nothing is ever accepted.
pub fn decide(subject: Subject<'_>, checks: &[Check], policy: Option<&Policy>) -> (Verdict, Vec<Remark>) {
    let failures: Vec<Remark> = checks
        .iter()
        .filter_map(|check| match &check.outcome {
            Outcome::Failed(failure) => Some(Remark { code: failure.code(), message: format!("{}: {failure}", check.name.name()) }),
            _ => None,
        })
        .collect();
    if !failures.is_empty() {
        return (Verdict::Reject, failures);
    }
    let Some(policy) = policy else {
        let message = "No policy says which publisher or digest is wanted, so that nothing can be accepted. What was checked holds.";
        let mut reasons = unknowns(checks);
        if reasons.is_empty() {
            reasons.push(Remark { code: "no-policy", message: message.into() });
        } else {
            reasons.push(Remark { code: "no-policy", message: "No policy says which publisher or digest is wanted.".into() });
        }
        return (Verdict::Inconclusive, reasons);
    };
    let name = format!("{}/{}", subject.registry, subject.repository);
    let Some(rule) = policy.rules.iter().find(|rule| rule.images.matches(subject.registry, subject.repository)) else {
        let verdict = match policy.default {
            Default::Reject => Verdict::Reject,
            Default::Inconclusive => Verdict::Inconclusive,
        };
        return (verdict, vec![Remark { code: "policy-no-rule", message: format!("No rule of the policy is about {name}.") }]);
    };
    let unmet =
        rule.require.iter().find(|requirement| !requirement.any_of.iter().any(|Identity::Digest(digest)| *digest == subject.digest));
    if unmet.is_some() {
        let message = format!("The policy's rule for {name} requires another digest than {}.", subject.digest);
        return (Verdict::Reject, vec![Remark { code: "policy-unmet", message }]);
    }
    // What is attached is no part of what a digest stands for: not to know it changes nothing about the bytes.
    let rested_on: Vec<Check> = checks.iter().filter(|check| check.name != CheckName::Attachments).cloned().collect();
    let unknowns = unknowns(&rested_on);
    if !unknowns.is_empty() {
        return (Verdict::Inconclusive, unknowns);
    }
    (Verdict::Accept, vec![Remark { code: "policy-met", message: format!("Everything that the policy's rule for {name} requires holds.") }])
}

fn unknowns(checks: &[Check]) -> Vec<Remark> {
    checks
        .iter()
        .filter_map(|check| match &check.outcome {
            Outcome::Unknown(cause) => Some(Remark { code: cause.code, message: format!("{}: {}", check.name.name(), cause.message) }),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;
    use crate::report::Failure;

    fn digest(text: &str) -> Digest {
        Digest::of(Algorithm::Sha256, text.as_bytes())
    }

    fn policy(images: &str, digest: Digest) -> Policy {
        Policy::parse(&format!(r#"{{"rules":[{{"images":"{images}","require":[{{"anyOf":[{{"digest":"{digest}"}}]}}]}}]}}"#)).unwrap()
    }

    fn subject(digest: Digest) -> Subject<'static> {
        Subject { registry: "docker.io", repository: "library/nginx", digest }
    }

    fn check(outcome: Outcome) -> Check {
        Check { name: CheckName::Resolve, outcome }
    }

    fn passed() -> Check {
        check(Outcome::Passed { evidence: String::new() })
    }

    #[test]
    fn the_wanted_digest_is_accepted() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        assert_eq!(decide(subject(digest("good")), &[passed()], Some(&policy)).0, Verdict::Accept);
    }

    #[test]
    fn another_digest_is_rejected() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        assert_eq!(decide(subject(digest("evil")), &[passed()], Some(&policy)).0, Verdict::Reject);
    }

    #[test]
    fn no_policy_never_accepts() {
        let (verdict, reasons) = decide(subject(digest("good")), &[passed()], None);
        assert_eq!((verdict, reasons[0].code), (Verdict::Inconclusive, "no-policy"));
    }

    #[test]
    fn nothing_softens_a_failure() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        let failed = check(Outcome::Failed(Failure::SizeMismatch { expected: 1, found: Some(2) }));
        for checks in [vec![failed.clone()], vec![passed(), failed.clone(), passed()]] {
            assert_eq!(decide(subject(digest("good")), &checks, Some(&policy)).0, Verdict::Reject);
            assert_eq!(decide(subject(digest("good")), &checks, None).0, Verdict::Reject);
        }
    }

    #[test]
    fn what_could_not_be_found_out_is_never_accepted() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        let unknown = check(Outcome::Unknown(Remark { code: "timeout", message: String::new() }));
        let (verdict, reasons) = decide(subject(digest("good")), &[passed(), unknown], Some(&policy));
        assert_eq!((verdict, reasons[0].code), (Verdict::Inconclusive, "timeout"));
    }

    #[test]
    fn what_is_attached_is_no_part_of_what_a_digest_rule_rests_on() {
        let policy = policy("docker.io/library/nginx", digest("good"));
        let outcome = Outcome::Unknown(Remark { code: "timeout", message: String::new() });
        let unknown = Check { name: CheckName::Attachments, outcome };
        assert_eq!(decide(subject(digest("good")), &[passed(), unknown], Some(&policy)).0, Verdict::Accept);
    }

    #[test]
    fn an_image_that_no_rule_is_about_is_rejected_unless_the_policy_says_inconclusive() {
        let text = r#"{"rules":[],"default":"inconclusive"}"#;
        assert_eq!(decide(subject(digest("x")), &[passed()], Some(&Policy::parse(text).unwrap())).0, Verdict::Inconclusive);
        assert_eq!(decide(subject(digest("x")), &[passed()], Some(&Policy::parse(r#"{"rules":[]}"#).unwrap())).0, Verdict::Reject);
    }

    #[test]
    fn patterns_are_anchored_and_never_reach_another_registry() {
        let matches = |pattern: &str, registry: &str, repository: &str| Pattern::parse(pattern).unwrap().matches(registry, repository);
        assert!(matches("registry.example/team/*", "registry.example", "team/app"));
        assert!(matches("registry.example/team/*", "registry.example", "team/a/b"));
        assert!(matches("registry.example/*/app", "registry.example", "team/app"));
        assert!(matches("registry.example/a*b*c", "registry.example", "a1b2b3c"));
        for (pattern, registry, repository) in [
            ("registry.example/team", "registry.example", "team/app"),
            ("registry.example/team/app", "registry.example", "team/app2"),
            ("registry.example/team/*", "registry.example", "xteam/app"),
            ("registry.example/team/*", "registry.example", "team"),
            ("registry.example/team/*", "registry.example.evil.test", "team/app"),
            ("registry.example/*/app", "registry.example", "team/app/x"),
            ("registry.example/ab*ba", "registry.example", "aba"),
            ("registry.example/a*b*c", "registry.example", "a1c"),
        ] {
            assert!(!matches(pattern, registry, repository), "{pattern} must not match {registry}/{repository}");
        }
        for text in ["*", "*/nginx", "nginx", "library/nginx", "*.example/team", "registry.example/", "registry.example/Team"] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_verified_is_refused_not_skipped() {
        let identity = |identity: &str| format!(r#"{{"rules":[{{"images":"a.b/c","require":[{{"anyOf":[{identity}]}}]}}]}}"#);
        for text in [
            identity(r#"{"cosign":{"publicKey":"x"}}"#),
            identity(r#"{"digest":"sha256:0","cosign":{}}"#),
            r#"{"rules":[],"defualt":"reject"}"#.into(),
            r#"{"rules":[{"images":"a.b/c","require":[{"digest":"x"}],"vulnerabilities":{}}]}"#.into(),
        ] {
            assert_eq!(Policy::parse(&text).unwrap_err().code(), "policy-unsupported", "{text}");
        }
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"rules":{}}"#,
            r#"{"rules":[],"rules":[]}"#,
            r#"{"rules":[],"default":"accept"}"#,
            r#"{"rules":[{"images":"a.b/c","require":[]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"anyOf":[]}]}]}"#,
            r#"{"rules":[{"images":"*","require":[{"digest":"sha256:0"}]}]}"#,
            r#"{"rules":[{"images":"a.b/c","require":[{"digest":"sha256:0"}]}]}"#,
        ] {
            assert_eq!(Policy::parse(text).unwrap_err().code(), "policy-invalid", "{text}");
        }
    }
}
