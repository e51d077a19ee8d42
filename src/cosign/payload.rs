//! What cosign signs when it signs an image: "simple signing", a document that names the image by its digest.
//!
//! ```json
//! {"critical":{"identity":{"docker-reference":"…"},"image":{"docker-manifest-digest":"sha256:…"},"type":"cosign container image signature"},"optional":null}
//! ```
//!
//! [cosign, `specs/SIGNATURE_SPEC.md`](https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). The signature is over the
//! bytes of the layer as they are. Go reads the names in any capitals and takes the last of two, and cosign does not look at `type`;
//! all of that is refused here, so that a signature over some other document is never taken for one of an image.

use core::fmt;

use crate::budget;
use crate::digest::Digest;
use crate::digest::InvalidDigest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::json::Value;
use crate::reference::Reference;

/// What `critical.type` says.
const TYPE: &str = "cosign container image signature";

/// A payload. Nobody has signed it until a signature over its bytes is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The image.
    pub image: Digest,
    /// Where the signer says that it is kept; nobody checks that, unless a policy asks to. It may be empty.
    pub reference: String,
    /// What the signer adds, as far as it is text.
    pub annotations: Vec<(String, String)>,
}

impl Payload {
    /// Reads all of the bytes that are signed.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidPayload> {
        if bytes.len() > budget::SIMPLE_SIGNING_BYTES {
            return Err(InvalidPayload::Json(InvalidJson::TooMuch { what: "bytes", limit: budget::SIMPLE_SIGNING_BYTES }));
        }
        let document = json::parse_object(bytes)?;
        let document = document.root();
        only(&document, &["critical", "optional"])?;
        let critical = document.required("critical")?.object()?;
        only(&critical, &["identity", "image", "type"])?;
        let identity = critical.required("identity")?.object()?;
        only(&identity, &["docker-reference"])?;
        let image = critical.required("image")?.object()?;
        only(&image, &["docker-manifest-digest"])?;
        let kind = critical.required("type")?.string()?;
        if kind != TYPE {
            return Err(InvalidPayload::Type { found: excerpt(kind, 80) });
        }
        let annotations = match document.optional("optional")? {
            Some(optional) => optional.object()?.entries().filter_map(text).collect(),
            None => Vec::new(),
        };
        Ok(Self {
            image: image.required("docker-manifest-digest")?.string()?.parse().map_err(InvalidPayload::Digest)?,
            reference: identity.required("docker-reference")?.string()?.to_owned(),
            annotations,
        })
    }

    /// It must be about this image.
    pub fn about(&self, image: Digest) -> Result<(), InvalidPayload> {
        if self.image == image { Ok(()) } else { Err(InvalidPayload::Image { expected: image, found: self.image }) }
    }

    /// It must say that the image is kept where `reference` says, whatever the tag: for policies that ask for it.
    pub fn kept_at(&self, reference: &Reference) -> Result<(), InvalidPayload> {
        let found = Reference::parse(&self.reference).ok();
        let place = |reference: &Reference| (reference.registry().to_owned(), reference.repository().to_owned());
        if found.as_ref().map(place) == Some(place(reference)) {
            return Ok(());
        }
        let expected = format!("{}/{}", reference.registry(), reference.repository());
        Err(InvalidPayload::Repository { expected, found: excerpt(&self.reference, 200) })
    }
}

/// cosign compares annotations as texts, so that another value equals none.
fn text((name, value): (&str, &Value)) -> Option<(String, String)> {
    match value {
        Value::String(text) => Some((name.to_owned(), text.clone())),
        _ => None,
    }
}

fn only(members: &Members<'_>, known: &[&str]) -> Result<(), InvalidPayload> {
    match members.places().find(|(name, _)| !known.contains(name)) {
        Some((_, place)) => Err(InvalidPayload::Unknown { path: excerpt(place.path(), 80) }),
        None => Ok(()),
    }
}

/// Why bytes are no payload, or not the one that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidPayload {
    /// What it calls a digest is none.
    Digest(InvalidDigest),
    /// It is about another image.
    Image {
        /// The image that was looked at.
        expected: Digest,
        /// The one that was signed.
        found: Digest,
    },
    /// Not strict JSON, or not of this shape.
    Json(InvalidJson),
    /// It is about an image that is kept elsewhere.
    Repository {
        /// What was asked for.
        expected: String,
        /// What was signed.
        found: String,
    },
    /// It is another kind of document.
    Type {
        /// Which.
        found: String,
    },
    /// It holds something critical that is not understood.
    Unknown {
        /// What.
        path: String,
    },
}

impl InvalidPayload {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Digest(_) | Self::Json(_) | Self::Unknown { .. } => "payload-invalid",
            Self::Image { .. } => "payload-of-another-image",
            Self::Repository { .. } => "payload-of-another-repository",
            Self::Type { .. } => "payload-type-mismatch",
        }
    }
}

impl fmt::Display for InvalidPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(invalid) => write!(f, "signed payload: {invalid}"),
            Self::Image { expected, found } => write!(f, "expected a signature for {expected}, found one for {found}"),
            Self::Json(invalid) => write!(f, "signed payload: {invalid}"),
            Self::Repository { expected, found } => {
                write!(f, "expected a signature for an image kept at {expected}, found one for {found}")
            }
            Self::Type { found } => write!(f, "expected a signed payload of type \"{TYPE}\", found \"{found}\""),
            Self::Unknown { path } => write!(f, "expected a signed payload with nothing but image, identity and type, found {path}"),
        }
    }
}

impl core::error::Error for InvalidPayload {}

impl From<InvalidJson> for InvalidPayload {
    fn from(invalid: InvalidJson) -> Self {
        Self::Json(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = r#"{"critical":{"identity":{"docker-reference":"registry.example/team/app"},"image":{"docker-manifest-digest":"sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00"},"type":"cosign container image signature"},"optional":null}"#;

    fn image() -> Digest {
        "sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00".parse().unwrap()
    }

    #[test]
    fn a_payload_names_an_image_and_what_the_signer_adds() {
        let payload = Payload::parse(REAL.as_bytes()).unwrap();
        assert_eq!(payload.about(image()), Ok(()));
        assert_eq!(payload.reference, "registry.example/team/app");
        let added = REAL.replace("null", r#"{"a":"b","creator":"x","timestamp":5,"nested":{"a":1}}"#);
        assert_eq!(Payload::parse(added.as_bytes()).unwrap().annotations, [("a".into(), "b".into()), ("creator".into(), "x".into())]);
        assert!(Payload::parse(REAL.replace(r#","optional":null"#, "").as_bytes()).is_ok());
    }

    #[test]
    fn a_payload_of_another_image_is_refused() {
        let other = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".parse().unwrap();
        let refused = Payload::parse(REAL.as_bytes()).unwrap().about(other);
        assert_eq!(refused, Err(InvalidPayload::Image { expected: other, found: image() }));
    }

    #[test]
    fn a_payload_of_another_type_is_refused() {
        for kind in ["atomic container signature", "Cosign container image signature", ""] {
            let refused = Payload::parse(REAL.replace(TYPE, kind).as_bytes());
            assert_eq!(refused, Err(InvalidPayload::Type { found: kind.into() }));
        }
    }

    #[test]
    fn names_in_other_capitals_twice_or_unknown_are_refused() {
        for (from, to) in [
            ("docker-manifest-digest", "Docker-manifest-digest"),
            ("\"critical\"", "\"Critical\""),
            ("\"type\":", "\"type\":\"x\",\"type\":"),
            ("\"type\":", "\"Type\":\"x\",\"type\":"),
            ("\"type\":", "\"extra\":1,\"type\":"),
            ("\"optional\"", "\"more\":1,\"optional\""),
            ("\"docker-reference\"", "\"other\":1,\"docker-reference\""),
            ("\"image\":{", "\"image\":{\"size\":1,"),
        ] {
            assert!(Payload::parse(REAL.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn what_is_no_payload_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            &REAL.replace("sha256:6", "sha256:"),
            &REAL.replace("\"registry.example/team/app\"", "1"),
            &REAL.replace("null", "[]"),
            &format!("{REAL}{REAL}"),
            &REAL.replace("null", &format!("{{\"a\":\"{}\"}}", "a".repeat(budget::SIMPLE_SIGNING_BYTES))),
        ] {
            assert!(Payload::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_payload_of_another_repository_is_refused_where_the_policy_asks() {
        let payload = Payload::parse(REAL.as_bytes()).unwrap();
        assert_eq!(payload.kept_at(&Reference::parse("registry.example/team/app:1.0").unwrap()), Ok(()));
        let refused = payload.kept_at(&Reference::parse("registry.example/team/other:1.0").unwrap());
        assert!(matches!(refused, Err(InvalidPayload::Repository { .. })));
        let hub = Payload { reference: "index.docker.io/library/nginx".into(), ..payload.clone() };
        assert_eq!(hub.kept_at(&Reference::parse("nginx").unwrap()), Ok(()));
        let none = Payload { reference: String::new(), ..payload };
        assert!(none.kept_at(&Reference::parse("nginx").unwrap()).is_err());
    }
}
