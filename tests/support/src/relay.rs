//! A relay: `<prefix><registry host>/v2/…` is answered by that registry, so that a page can read what CORS would keep from it.
//!
//! It forwards requests without credentials and does not ask for tokens: its registries are anonymous. A relay that lies is one
//! with other registries behind it, or with a [`Behaviour`](crate::Behaviour) in front of it: an old registry makes it stale.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cors::Cors;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;

/// Passes requests on to registries.
#[derive(Default)]
pub struct Relay(BTreeMap<String, Arc<dyn Host>>);

impl Relay {
    /// The path under which it relays.
    pub const PREFIX: &'static str = "/relay/";

    /// A relay to nowhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// Passes requests for `host` on to `registry`.
    #[must_use]
    pub fn to(mut self, host: &str, registry: impl Host + 'static) -> Self {
        self.0.insert(host.into(), Arc::new(registry));
        self
    }
}

impl Host for Relay {
    fn answer(&self, request: &Received) -> Answer {
        let cors = Cors::open();
        if request.method == "OPTIONS" {
            return cors.preflight(request);
        }
        let target = request.path().strip_prefix(Self::PREFIX).and_then(|rest| rest.split_once('/'));
        let Some((host, registry)) = target.and_then(|(host, _)| self.0.get_key_value(host)) else {
            let refusal = serde_json::json!({ "error": { "code": "denied", "message": "this relay does not serve that registry" } });
            return cors.dress(request, Answer::json(403, &refusal));
        };
        let prefix_length = request.origin().len() + Self::PREFIX.len() + host.len();
        let mut forwarded = Received { url: format!("https://{host}{}", &request.url[prefix_length..]), ..request.clone() };
        forwarded.headers.retain(|(name, _)| !["authorization", "origin"].contains(&name.to_ascii_lowercase().as_str()));
        let answer = Answer { from_router: false, ..registry.answer(&forwarded) };
        cors.dress(request, answer)
    }
}
