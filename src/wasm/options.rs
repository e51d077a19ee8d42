//! What JavaScript asks for, read from its JSON form. Everything in it must be understood.

use crate::bundle::Expected;
use crate::check::Checker;
use crate::content_trust::TrustServer;
use crate::error::Error;
use crate::json::InvalidJson;
use crate::json::Members;
use crate::registry::auth::Credentials;
use crate::registry::client::Access;
use crate::time::UnixTime;
use crate::transport::Method;
use crate::transport::Transport;
use crate::url::Url;

/// The options of a check.
pub(super) struct Options<'a> {
    pub(super) now: UnixTime,
    pub(super) platform: Option<&'a str>,
    pub(super) policy: Option<&'a str>,
    pub(super) access: Access,
    pub(super) attachments: bool,
    pub(super) trust_server: Option<TrustServer>,
}

impl Options<'_> {
    /// A checker that does as it is told here.
    pub(super) fn checker<T: Transport>(self, transport: T) -> Result<Checker<T>, Error> {
        let mut checker = Checker::new(transport).access(self.access).attachments(self.attachments);
        if let Some(server) = self.trust_server {
            checker = checker.trust_server(server);
        }
        match self.platform {
            Some(platform) => Ok(checker.platform(platform.parse().map_err(Error::Platform)?)),
            None => Ok(checker),
        }
    }
}

/// What is asked about a bundle.
pub(super) struct OfBundle {
    pub(super) now: UnixTime,
    pub(super) expected: Expected,
}

/// What a relay is asked for.
pub(super) struct RelayTarget<'a> {
    pub(super) registry: &'a str,
    pub(super) path: &'a str,
    pub(super) method: Method,
    pub(super) accept: Option<String>,
}

/// A target of a TUF repository.
pub(super) struct TufTarget<'a> {
    pub(super) now: UnixTime,
    pub(super) metadata: &'a str,
    pub(super) targets: Option<&'a str>,
    pub(super) path: Option<&'a str>,
}

/// What is wrong, for people.
type Refusal = String;

pub(super) fn read<'a>(members: &Members<'a>) -> Result<Options<'a>, Refusal> {
    only(members, &["now", "platform", "policy", "credentials", "relay", "safelistedOnly", "attachments", "trustServer"])?;
    let relay = match members.optional_string("relay").map_err(told)? {
        Some(text) => Some(read_relay(text)?),
        None => None,
    };
    let credentials = match members.optional("credentials").map_err(told)? {
        Some(place) => Some(read_credentials(&place.object().map_err(told)?)?),
        None => None,
    };
    Ok(Options {
        now: read_now(members)?,
        platform: members.optional_string("platform").map_err(told)?,
        policy: members.optional_string("policy").map_err(told)?,
        access: Access { credentials, relay, safelisted_only: flag(members, "safelistedOnly")? },
        attachments: flag(members, "attachments")?,
        trust_server: match members.optional_string("trustServer").map_err(told)? {
            Some(text) => Some(TrustServer::parse(text).map_err(|invalid| invalid.to_string())?),
            None => None,
        },
    })
}

pub(super) fn read_of_bundle(members: &Members<'_>) -> Result<OfBundle, Refusal> {
    let expected = Expected::read(members, &["now"]).map_err(|refusal| refusal.to_string())?;
    Ok(OfBundle { now: read_now(members)?, expected })
}

fn read_now(members: &Members<'_>) -> Result<UnixTime, Refusal> {
    let now = members.required("now").and_then(|now| now.integer()).map_err(told)?;
    UnixTime::from_seconds(now).ok_or_else(|| "expected `now` in the years 0 to 9999".into())
}

pub(super) fn read_relay_target<'a>(members: &Members<'a>) -> Result<RelayTarget<'a>, Refusal> {
    only(members, &["registry", "path", "method", "accept"])?;
    let string = |name| members.required(name).and_then(|place| place.string()).map_err(told);
    Ok(RelayTarget {
        registry: string("registry")?,
        path: string("path")?,
        method: match string("method")? {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            _ => return Err("expected GET or HEAD".into()),
        },
        accept: members.optional_string("accept").map_err(told)?.map(str::to_owned),
    })
}

pub(super) fn read_tuf_target<'a>(members: &Members<'a>) -> Result<TufTarget<'a>, Refusal> {
    only(members, &["now", "metadata", "targets", "path"])?;
    Ok(TufTarget {
        now: read_now(members)?,
        metadata: members.required("metadata").and_then(|place| place.string()).map_err(told)?,
        targets: members.optional_string("targets").map_err(told)?,
        path: members.optional_string("path").map_err(told)?,
    })
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

fn flag(members: &Members<'_>, name: &'static str) -> Result<bool, Refusal> {
    members.optional(name).map_err(told)?.map_or(Ok(false), |place| place.boolean().map_err(told))
}

fn only(members: &Members<'_>, known: &[&'static str]) -> Result<(), Refusal> {
    match members.entries().find(|(name, _)| !known.contains(name)) {
        Some((name, _)) => Err(format!("expected no option {:?}", name.chars().take(80).collect::<String>())),
        None => Ok(()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn told(refusal: InvalidJson) -> Refusal {
    refusal.to_string()
}
