//! What JavaScript asks for, read from its JSON form. Everything in it must be understood.

use crate::content_trust::TrustServer;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::registry::auth::Credentials;
use crate::registry::client::Access;
use crate::time::UnixTime;
use crate::url::Url;

/// The present, and how registries and trust servers may be asked.
pub(super) struct Means {
    pub(super) now: UnixTime,
    pub(super) access: Access,
    pub(super) trust_server: Option<TrustServer>,
}

/// What is wrong, for people.
pub(super) type Refusal = String;

/// Their names.
pub(super) const MEANS: [&str; 5] = ["now", "credentials", "relay", "safelistedOnly", "trustServer"];

/// Of an object that has only those members, or others that somebody reads.
pub(super) fn read_means(members: &Members<'_>) -> Result<Means, Refusal> {
    let relay = match members.optional_string("relay").map_err(told)? {
        Some(text) => Some(read_relay(text)?),
        None => None,
    };
    let credentials = match members.optional("credentials").map_err(told)? {
        Some(place) => Some(read_credentials(&place.object().map_err(told)?)?),
        None => None,
    };
    Ok(Means {
        now: read_now(members)?,
        access: Access { credentials, relay, safelisted_only: flag(members, "safelistedOnly")? },
        trust_server: match members.optional_string("trustServer").map_err(told)? {
            Some(text) => Some(TrustServer::parse(text).map_err(|invalid| invalid.to_string())?),
            None => None,
        },
    })
}

pub(super) fn read_now(members: &Members<'_>) -> Result<UnixTime, Refusal> {
    let now = members.required("now").and_then(|now| now.integer()).map_err(told)?;
    UnixTime::from_seconds(now).ok_or_else(|| "expected `now` in the years 0 to 9999".into())
}

fn read_relay(text: &str) -> Result<Url, Refusal> {
    let url = Url::parse(text).filter(|_| text.ends_with('/') && !text.contains('?'));
    url.ok_or_else(|| "expected `relay` to be a web address that ends in a slash".into())
}

fn read_credentials(members: &Members<'_>) -> Result<Credentials, Refusal> {
    only(members, &["username", "password", "identityToken"])?;
    let string = |name| members.optional_string(name).map_err(told).map(|text| text.map(str::to_owned));
    match (string("username")?, string("password")?, string("identityToken")?) {
        (Some(username), Some(password), None) => Ok(Credentials::Password { username, password }),
        (None, None, Some(token)) => Ok(Credentials::IdentityToken(token)),
        _ => Err("expected credentials with `username` and `password`, or with `identityToken`".into()),
    }
}

pub(super) fn flag(members: &Members<'_>, name: &'static str) -> Result<bool, Refusal> {
    members.optional(name).map_err(told)?.map_or(Ok(false), |place| place.boolean().map_err(told))
}

pub(super) fn only(members: &Members<'_>, known: &[&str]) -> Result<(), Refusal> {
    match members.entries().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(format!("expected no option {:?}", name.chars().take(80).collect::<String>())),
        None => Ok(()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
pub(super) fn told(refusal: InvalidJson) -> Refusal {
    refusal.to_string()
}
