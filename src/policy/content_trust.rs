//! What a policy says of Docker Content Trust: where a collection is, and by whom it is trusted.
//!
//! ```json
//! { "contentTrust": { "server": "https://notary.example", "rootKey": "c15164663f80d58bf3d8d5a0cd08b8086cba02065feb00421fc2a5436c563210" } }
//! ```
//!
//! One of `rootKey` (canonical IDs, or public keys in PEM), `rootCertificate` (IDs of keys in their certificates, or certificates in PEM),
//! `ca` (certificates in PEM, from the issuer of root certificates to whom is trusted) and `firstUse`: true. `whenUnusable`: "fall-back" goes
//! on without a delegated role that cannot be used; `verifyAt` looks at an archive in its own time, and never accepts.

use core::fmt;

use serde::Serialize;

use crate::content_trust::Anchor;
use crate::content_trust::Asked;
use crate::content_trust::InvalidTrustData;
use crate::content_trust::KeyId;
use crate::content_trust::SignedTag;
use crate::content_trust::TrustServer;
use crate::content_trust::When;
use crate::content_trust::WhenUnusable;
use crate::crypto::PublicKey;
use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::json;
use crate::json::Members;
use crate::json::Place;
use crate::policy::InvalidPolicy;
use crate::policy::only;
use crate::policy::value;
use crate::report::Remark;
use crate::time::UnixTime;
use crate::time::Validity;
use crate::x509::Certificate;
use crate::x509::path::Authority;

/// Pins of one kind: more than the root keys of any collection that was seen.
const PINS: usize = 16;

/// A collection, and by whom it is trusted.
#[derive(Clone, Debug)]
pub struct ContentTrust {
    /// Who has it; where a policy does not say so, that of the registry.
    pub server: Option<TrustServer>,
    /// Whose root is believed.
    pub anchor: Anchor,
    /// Which roles are asked.
    pub asked: Asked,
    /// The time in which an archive is looked at.
    pub verify_at: Option<UnixTime>,
    text: String,
}

impl PartialEq for ContentTrust {
    /// Whether the same is meant, however it is written.
    fn eq(&self, other: &Self) -> bool {
        let Self { server, anchor, asked, verify_at, text: _ } = self;
        (server, anchor, asked, verify_at) == (&other.server, &other.anchor, &other.asked, &other.verify_at)
    }
}

impl Eq for ContentTrust {}

impl ContentTrust {
    /// By itself, outside of a policy: the value of `contentTrust`.
    pub fn parse(text: &str) -> Result<Self, InvalidPolicy> {
        // As deep as in a policy, and read by the same code.
        Self::read(&json::parse_object(format!("{{\"contentTrust\":{text}}}").as_bytes())?.root().required("contentTrust")?)
    }

    pub(super) fn read(place: &Place<'_>) -> Result<Self, InvalidPolicy> {
        let members = place.object()?;
        only(&members, &["server", "rootKey", "rootCertificate", "ca", "firstUse", "whenUnusable", "verifyAt"])?;
        let server = members.optional("server")?.map(|place| {
            let text = place.string()?;
            TrustServer::parse(text).map_err(|_| value(place.path(), "the https address of a trust server, without a query", text))
        });
        let when_unusable = match members.optional_string("whenUnusable")? {
            None | Some("refuse") => WhenUnusable::Refuse,
            Some("fall-back") => WhenUnusable::FallBack,
            Some(other) => return Err(value("whenUnusable", "\"refuse\" or \"fall-back\"", other)),
        };
        let verify_at = members.optional("verifyAt")?.map(|place| {
            let text = place.string()?;
            text.parse().map_err(|_| value(place.path(), "a time such as 2020-10-01T00:00:00Z", text))
        });
        Ok(Self {
            server: server.transpose()?,
            anchor: anchor(&members)?,
            asked: Asked { when_unusable, ..Asked::default() },
            verify_at: verify_at.transpose()?,
            text: String::from_utf8(place.to_bytes()?).expect("JSON is written from texts"),
        })
    }

    /// The JSON that it was read from, without white space. [`ContentTrust::parse`] reads the same from it, so that whoever looks into the
    /// collection elsewhere is asked for what the policy says, in its own words.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// For which moment it is looked at.
    pub fn when(&self, now: UnixTime) -> When {
        self.verify_at.map_or(When::Now(now), When::Archived)
    }
}

fn anchor(members: &Members<'_>) -> Result<Anchor, InvalidPolicy> {
    let of = |name| members.optional(name);
    let first_use = of("firstUse")?.map(|place| Ok::<_, InvalidPolicy>((place.boolean()?, place))).transpose()?;
    match (of("rootKey")?, of("rootCertificate")?, of("ca")?, first_use) {
        (Some(keys), None, None, None) => {
            Ok(Anchor::Keys(pins(&keys, "a key ID of 64 hexadecimal digits, or a public key in PEM", key_id)?))
        }
        (None, Some(certificates), None, None) => {
            Ok(Anchor::Certificates(pins(&certificates, "a key ID of 64 hexadecimal digits, or a certificate in PEM", certificate_id)?))
        }
        (None, None, Some(ca), None) => {
            let text = ca.string()?;
            let chain = Certificate::from_pem_chain(text).map_err(|_| value(ca.path(), "certificates in PEM", text))?;
            let validity = Validity { from: UnixTime::from_seconds(0).expect("the first second of 1970"), to: None };
            Ok(Anchor::Authority(Box::new(Authority { chain, validity, uri: String::new(), operator: None })))
        }
        (None, None, None, Some((true, _))) => Ok(Anchor::FirstUse),
        _ => Err(value(members.path(), "one of `rootKey`, `rootCertificate`, `ca` and `firstUse`: true", "none or several")),
    }
}

/// One, or a list.
fn pins(place: &Place<'_>, expected: &'static str, read: fn(&str) -> Result<KeyId, InvalidTrustData>) -> Result<Vec<KeyId>, InvalidPolicy> {
    let one = |place: &Place<'_>| {
        let text = place.string()?;
        read(text).map_err(|_| value(place.path(), expected, text))
    };
    let Ok(places) = place.array() else { return Ok(vec![one(place)?]) };
    match places.len() {
        0 => Err(value(place.path(), "at least one pin", "none")),
        1..=PINS => {
            let mut found = Vec::new();
            for place in &places {
                found.push(one(place)?);
            }
            Ok(found)
        }
        _ => Err(value(place.path(), "at most 16 pins", "more")),
    }
}

fn key_id(text: &str) -> Result<KeyId, InvalidTrustData> {
    match PublicKey::from_pem(text) {
        Ok(key) => Ok(KeyId::of_key(&key)),
        Err(_) => text.parse(),
    }
}

fn certificate_id(text: &str) -> Result<KeyId, InvalidTrustData> {
    match Certificate::from_pem_chain(text) {
        Ok(certificates) => KeyId::of_certificates(&certificates),
        Err(_) => text.parse(),
    }
}

impl fmt::Display for ContentTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its tag in Docker Content Trust, ")?;
        let ids = |ids: &[KeyId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        match &self.anchor {
            Anchor::Keys(keys) => write!(f, "by the root key {}", ids(keys))?,
            Anchor::Certificates(certificates) => write!(f, "by the root certificate {}", ids(certificates))?,
            Anchor::Authority(authority) => {
                let who = authority.chain.last().map(Certificate::subject_text).unwrap_or_default();
                write!(f, "by a root that {} issued", excerpt(&who, 80))?;
            }
            Anchor::FirstUse => f.write_str("by the root that was seen first")?,
        }
        match &self.server {
            Some(server) => write!(f, ", on {}", excerpt(&server.address(), 120)),
            None => Ok(()),
        }
    }
}

/// What came of a collection that a policy asks for.
#[derive(Clone, Debug)]
pub struct Published {
    /// Which.
    pub wanted: ContentTrust,
    /// What the image's tag is signed as, or why it is not.
    pub found: Result<Vouched, Unpublished>,
}

/// An image that a collection vouches for. Made of a [`SignedTag`], which only its verifier makes; or read from the answer of somebody
/// who was asked to verify in our place, and who is trusted with that as a prover is with signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vouched {
    tag: String,
    digest: Digest,
    role: String,
    archived: Option<UnixTime>,
    expires: Option<UnixTime>,
    first_seen: Option<UnixTime>,
    is_first_use: bool,
}

impl Vouched {
    /// By a signed tag, in a collection that was first seen then, if that is known.
    pub fn by(signed: &SignedTag, first_seen: Option<UnixTime>) -> Self {
        Self {
            tag: signed.tag().to_owned(),
            digest: signed.digest(),
            role: signed.role().to_owned(),
            archived: match signed.when() {
                When::Archived(at) => Some(at),
                When::Now(_) => None,
            },
            expires: signed.expires().iter().map(|(_, at)| *at).min(),
            first_seen,
            is_first_use: matches!(signed.anchor(), Anchor::FirstUse),
        }
    }

    /// As it was written, by whoever verified; `None` if that is something else.
    pub fn read(members: &Members<'_>) -> Option<Self> {
        let names = ["tag", "digest", "role", "archived", "expires", "firstSeen", "isFirstUse"];
        if !names.iter().all(|name| members.entries().any(|(found, _)| found == *name)) {
            return None;
        }
        let text = |name| members.optional_string(name).ok();
        let time = |name| text(name)?.map(|text| text.parse().ok()).map_or(Some(None), |time: Option<UnixTime>| time.map(Some));
        Some(Self {
            tag: text("tag")??.to_owned(),
            digest: text("digest")??.parse().ok()?,
            role: text("role")??.to_owned(),
            archived: time("archived")?,
            expires: time("expires")?,
            first_seen: time("firstSeen")?,
            is_first_use: members.required("isFirstUse").and_then(|place| place.boolean()).ok()?,
        })
    }

    /// Whether it is about what was wanted: the same moment, and the same beginning of trust.
    pub(crate) fn answers(&self, wanted: &ContentTrust) -> bool {
        self.archived == wanted.verify_at && self.is_first_use == matches!(wanted.anchor, Anchor::FirstUse)
    }

    /// The tag; where only a digest was looked for, the first that has it.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The SHA-256 that it is signed as.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Who signed it: `targets/releases`, `targets`.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// The time of the archive in which it was found; `None` if it holds now.
    pub const fn archived(&self) -> Option<UnixTime> {
        self.archived
    }

    /// When the first of what it rests on expires.
    pub const fn expires(&self) -> Option<UnixTime> {
        self.expires
    }

    /// When the collection was first seen; `None` where nothing is kept.
    pub const fn first_seen(&self) -> Option<UnixTime> {
        self.first_seen
    }

    /// Whether whoever came first was believed.
    pub const fn is_first_use(&self) -> bool {
        self.is_first_use
    }
}

/// Why no collection vouches for an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Unpublished {
    /// It was read, or is not there, and does not vouch: why, for people.
    Refused(String),
    /// It could not be found out.
    Unknown(Remark),
}
