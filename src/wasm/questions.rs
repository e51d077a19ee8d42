//! What else is asked of the module that checks, read from its JSON form: about an image, a bundle, a relay, a target.

use crate::bundle::Expected;
use crate::json::Members;
use crate::time::UnixTime;
use crate::transport::Method;
use crate::wasm::options::MEANS;
use crate::wasm::options::Means;
use crate::wasm::options::Refusal;
use crate::wasm::options::flag;
use crate::wasm::options::only;
use crate::wasm::options::read_means;
use crate::wasm::options::read_now;
use crate::wasm::options::told;

/// The options of a check.
pub(super) struct OfCheck<'a> {
    pub(super) means: Means,
    pub(super) platform: Option<&'a str>,
    pub(super) policy: Option<&'a str>,
    pub(super) attachments: bool,
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

pub(super) fn read_of_check<'a>(members: &Members<'a>) -> Result<OfCheck<'a>, Refusal> {
    only(members, &[&MEANS[..], &["platform", "policy", "attachments"]].concat())?;
    Ok(OfCheck {
        means: read_means(members)?,
        platform: members.optional_string("platform").map_err(told)?,
        policy: members.optional_string("policy").map_err(told)?,
        attachments: flag(members, "attachments")?,
    })
}

pub(super) fn read_of_bundle(members: &Members<'_>) -> Result<OfBundle, Refusal> {
    let expected = Expected::read(members, &["now"]).map_err(|refusal| refusal.to_string())?;
    Ok(OfBundle { now: read_now(members)?, expected })
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
