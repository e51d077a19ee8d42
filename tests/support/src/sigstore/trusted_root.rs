//! `trusted_root.json`: whose keys to trust, and for when.

use serde_json::Value;
use serde_json::json;

use super::authority::Authority;
use super::certificate::Certificate;
use super::ct_log::CtLog;
use super::entry::base64;
use super::key::PublicKey;
use super::rekor::Rekor;
use super::time;
use super::timestamp_authority::TimestampAuthority;

/// The media type of trusted roots.
pub const TRUSTED_ROOT_V0_1: &str = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";

/// A trusted root. All is public and nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedRoot {
    /// Which version.
    pub media_type: String,
    /// Logs of signatures.
    pub logs: Vec<TrustedLog>,
    /// Logs of certificates.
    pub ct_logs: Vec<TrustedLog>,
    /// Who issues certificates to publishers.
    pub certificate_authorities: Vec<TrustedAuthority>,
    /// Who says when.
    pub timestamp_authorities: Vec<TrustedAuthority>,
}

/// A log that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedLog {
    /// Its address.
    pub base_url: String,
    /// Its key.
    pub key: PublicKey,
    /// What it is named by.
    pub id: Vec<u8>,
    /// The first second of its key; there must be one.
    pub start: Option<i64>,
    /// The last.
    pub end: Option<i64>,
    /// Who runs it.
    pub operator: Option<String>,
}

/// An authority that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedAuthority {
    /// Its address.
    pub uri: String,
    /// Its certificates, the root last.
    pub chain: Vec<Certificate>,
    /// The first second in which it is trusted; there must be one.
    pub start: Option<i64>,
    /// The last.
    pub end: Option<i64>,
    /// Who runs it.
    pub operator: Option<String>,
}

impl From<&Rekor> for TrustedLog {
    fn from(log: &Rekor) -> Self {
        Self::new(format!("https://{}", log.host), log.key.public(), log.id())
    }
}

impl From<&CtLog> for TrustedLog {
    fn from(log: &CtLog) -> Self {
        Self::new(log.base_url.clone(), log.key.public(), log.key.public().id())
    }
}

impl From<&Authority> for TrustedAuthority {
    fn from(authority: &Authority) -> Self {
        Self::new("https://fulcio.pullproof.test".into(), authority.chain())
    }
}

impl From<&TimestampAuthority> for TrustedAuthority {
    fn from(authority: &TimestampAuthority) -> Self {
        Self::new(authority.uri.clone(), authority.chain())
    }
}

impl TrustedLog {
    const fn new(base_url: String, key: PublicKey, id: Vec<u8>) -> Self {
        Self { base_url, key, id, start: Some(time::BEGINNING), end: None, operator: None }
    }

    /// Trusted from one second to another, both included.
    #[must_use]
    pub fn valid(mut self, start: i64, end: Option<i64>) -> Self {
        (self.start, self.end) = (Some(start), end);
        self
    }

    /// Run by somebody.
    #[must_use]
    pub fn operator(mut self, operator: &str) -> Self {
        self.operator = Some(operator.into());
        self
    }

    fn value(&self) -> Value {
        let mut value = json!({
            "baseUrl": self.base_url,
            "hashAlgorithm": "SHA2_256",
            "publicKey": { "rawBytes": base64(&self.key.spki), "keyDetails": self.key.details },
            "logId": { "keyId": base64(&self.id) },
        });
        value["publicKey"]["validFor"] = valid_for(self.start, self.end);
        named(value, self.operator.as_deref())
    }
}

impl TrustedAuthority {
    const fn new(uri: String, chain: Vec<Certificate>) -> Self {
        Self { uri, chain, start: Some(time::BEGINNING), end: None, operator: None }
    }

    /// Trusted from one second to another, both included.
    #[must_use]
    pub fn valid(mut self, start: i64, end: Option<i64>) -> Self {
        (self.start, self.end) = (Some(start), end);
        self
    }

    /// Run by somebody.
    #[must_use]
    pub fn operator(mut self, operator: &str) -> Self {
        self.operator = Some(operator.into());
        self
    }

    fn value(&self) -> Value {
        let certificates: Vec<Value> = self.chain.iter().map(|certificate| json!({ "rawBytes": base64(&certificate.der) })).collect();
        let root = self.chain.last().map(|certificate| certificate.spec.subject.clone()).unwrap_or_default();
        let value = json!({
            "subject": { "organization": root.attribute("2.5.4.10"), "commonName": root.attribute("2.5.4.3") },
            "uri": self.uri,
            "certChain": { "certificates": certificates },
            "validFor": valid_for(self.start, self.end),
        });
        named(value, self.operator.as_deref())
    }
}

impl TrustedRoot {
    /// Trusts nobody.
    pub fn empty() -> Self {
        Self {
            media_type: TRUSTED_ROOT_V0_1.into(),
            logs: Vec::new(),
            ct_logs: Vec::new(),
            certificate_authorities: Vec::new(),
            timestamp_authorities: Vec::new(),
        }
    }

    /// With something changed: `root.with(|root| root.ct_logs.clear())`.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The trusted root as JSON, to be changed where the fields do not reach.
    pub fn value(&self) -> Value {
        json!({
            "mediaType": self.media_type,
            "tlogs": self.logs.iter().map(TrustedLog::value).collect::<Vec<_>>(),
            "certificateAuthorities": self.certificate_authorities.iter().map(TrustedAuthority::value).collect::<Vec<_>>(),
            "ctlogs": self.ct_logs.iter().map(TrustedLog::value).collect::<Vec<_>>(),
            "timestampAuthorities": self.timestamp_authorities.iter().map(TrustedAuthority::value).collect::<Vec<_>>(),
        })
    }

    /// The trusted root as it is published.
    pub fn json(&self) -> String {
        self.value().to_string()
    }
}

fn valid_for(start: Option<i64>, end: Option<i64>) -> Value {
    let mut range = json!({});
    for (name, time) in [("start", start), ("end", end)] {
        if let Some(time) = time {
            range[name] = json!(time::rfc3339(time));
        }
    }
    range
}

fn named(mut value: Value, operator: Option<&str>) -> Value {
    if let Some(operator) = operator {
        value["operator"] = json!(operator);
    }
    value
}
