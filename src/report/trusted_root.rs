//! Whose word was taken about certificates, times and logs, and how recent that is.

use serde::Serialize;

use crate::digest::Digest;
use crate::excerpt::excerpt;
use crate::report::Remark;
use crate::time::UnixTime;

/// A trusted root that signatures were judged by.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedRootSummary {
    /// What the policy calls it.
    pub name: String,
    /// Where it is from.
    pub source: RootSource,
    /// The version of the TUF root by which it is trusted; `None` for one that the policy holds itself.
    pub root_version: Option<u64>,
    /// When its repository last said that it is the newest; `None` where it was not asked, or is not known to have been.
    pub confirmed: Option<UnixTime>,
    /// Seconds since then.
    pub age: Option<u64>,
    /// When that has to be said again; of one that came with us, when its TUF root expires.
    pub expires: Option<UnixTime>,
    /// Of its file; of one that the policy holds, of its JSON without white space.
    pub digest: Digest,
    /// Why it is not known to be the newest, or could not be kept, where it was to be renewed.
    pub refresh: Option<Remark>,
}

impl TrustedRootSummary {
    /// What has to be said of it beside a verdict: that there may be a newer one, or that it should no longer be used.
    pub fn doubt(&self, now: UnixTime) -> Option<String> {
        let has_expired = self.expires.is_some_and(|expires| expires <= now);
        let is_newest = self.source == RootSource::Repository || self.refresh.is_none();
        if is_newest && !has_expired {
            return None;
        }
        let which = match (self.source, self.confirmed) {
            (RootSource::Shipped, _) => "the one that came with this version".into(),
            (_, Some(confirmed)) => format!("the one that its repository confirmed at {confirmed}"),
            (_, None) => "the one that was given".into(),
        };
        let expired = if has_expired { ", which has expired" } else { "" };
        let why = self.refresh.as_ref().map_or_else(String::new, |why| format!(": {}", why.message));
        let name = excerpt(&self.name, 80);
        Some(format!("That {name} still trusts the same authorities and logs: its trusted root is {which}{expired}{why}"))
    }
}

/// Where a trusted root is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RootSource {
    /// It came with this version.
    Shipped,
    /// Its repository was asked just now.
    Repository,
    /// Its repository said so before.
    Store,
    /// The policy holds it.
    Policy,
}
