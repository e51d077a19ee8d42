//! A token server: distribution's token protocol and its OAuth 2 variant, with the quirks of those that are deployed.
//!
//! A token carries what it allows and a check value that only this crate computes; whoever invents or changes one is refused. That
//! is enough for a fake, and it is not how one protects anything.

use std::collections::BTreeMap;

use base64ct::Base64;
use base64ct::Base64UrlUnpadded;
use base64ct::Encoding as _;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;

use crate::cors::Cors;
use crate::http::Answer;
use crate::http::Host;
use crate::http::Received;

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The service it is for.
    pub service: String,
    /// The scopes it grants, such as `repository:team/app:pull`.
    pub scopes: Vec<String>,
}

impl Token {
    /// As it is sent.
    pub fn write(&self) -> String {
        let payload = Base64UrlUnpadded::encode_string(format!("{}\n{}", self.service, self.scopes.join("\n")).as_bytes());
        let check = check_value(&payload);
        format!("{payload}.{check}")
    }

    /// Reads a token that this crate wrote.
    pub fn read(text: &str) -> Option<Self> {
        let (payload, check) = text.split_once('.')?;
        if check != check_value(payload) {
            return None;
        }
        let payload = String::from_utf8(Base64UrlUnpadded::decode_vec(payload).ok()?).ok()?;
        let mut lines = payload.split('\n').map(String::from);
        Some(Self { service: lines.next()?, scopes: lines.filter(|scope| !scope.is_empty()).collect() })
    }

    /// Whether it grants `pull` on a repository.
    pub fn allows_pull(&self, repository: &str) -> bool {
        self.scopes.iter().any(|scope| Scope::parse(scope).is_some_and(|scope| scope.repository == repository && scope.pull))
    }
}

fn check_value(payload: &str) -> String {
    Digest::of(Algorithm::Sha256, format!("only the world writes tokens\n{payload}").as_bytes()).encoded()
}

/// `repository:<name>:<action>[,<action>]`; a name may contain a colon where it starts with a host.
struct Scope<'a> {
    repository: &'a str,
    pull: bool,
}

impl<'a> Scope<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (repository, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
        Some(Self { repository, pull: actions.split(',').any(|action| action == "pull" || action == "*") })
    }
}

/// In which member the token is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TokenAnswer {
    /// `token` and `access_token`, as the specification asks.
    #[default]
    Both,
    /// `token` only.
    Token,
    /// `access_token` only, as Azure.
    AccessToken,
    /// `{}`.
    Neither,
    /// `token` twice, the second one being worth nothing.
    Duplicate,
    /// These bytes, whatever is asked.
    Raw(Vec<u8>),
}

/// Hands out tokens.
#[derive(Clone, Debug)]
pub struct TokenServer {
    service: String,
    users: BTreeMap<String, String>,
    refresh_tokens: Vec<String>,
    private: Vec<String>,
    answering: TokenAnswer,
    expires_in: Option<u64>,
    first_scope_only: bool,
    refuses_empty_scope: bool,
    oauth2: bool,
    cors: Cors,
}

impl TokenServer {
    /// Hands tokens for all repositories of `service` to everybody.
    pub fn new(service: &str) -> Self {
        Self {
            service: service.into(),
            users: BTreeMap::new(),
            refresh_tokens: Vec::new(),
            private: Vec::new(),
            answering: TokenAnswer::Both,
            expires_in: Some(300),
            first_scope_only: false,
            refuses_empty_scope: false,
            oauth2: true,
            cors: Cors::none(),
        }
    }

    /// Knows a user, who may pull private repositories.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.insert(name.into(), password.into());
        self
    }

    /// Knows a refresh token ("identity token" in Docker's configuration) that is as good as a user.
    #[must_use]
    pub fn refresh_token(mut self, token: &str) -> Self {
        self.refresh_tokens.push(token.into());
        self
    }

    /// Grants nothing on this repository to strangers. They still get a token: granting less than was asked is no error.
    #[must_use]
    pub fn private(mut self, repository: &str) -> Self {
        self.private.push(repository.into());
        self
    }

    /// Answers in another shape.
    #[must_use]
    pub fn answering(mut self, answering: TokenAnswer) -> Self {
        self.answering = answering;
        self
    }

    /// Says how long tokens live, or does not (ghcr.io does not).
    #[must_use]
    pub fn expires_in(mut self, seconds: Option<u64>) -> Self {
        self.expires_in = seconds;
        self
    }

    /// Looks at the first scope parameter only.
    #[must_use]
    pub fn first_scope_only(mut self) -> Self {
        self.first_scope_only = true;
        self
    }

    /// Refuses strangers who ask for no scope, as quay.io.
    #[must_use]
    pub fn refusing_empty_scope(mut self) -> Self {
        self.refuses_empty_scope = true;
        self
    }

    /// Does not speak OAuth 2: 405 to `POST`.
    #[must_use]
    pub fn without_oauth2(mut self) -> Self {
        self.oauth2 = false;
        self
    }

    /// Sends CORS headers.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = cors;
        self
    }

    fn get(&self, request: &Received) -> Answer {
        let Ok(known) = self.authenticate(request.header("authorization")) else {
            return Answer::error(401, "UNAUTHORIZED", "incorrect username or password");
        };
        let mut scopes = request.query("scope");
        if self.first_scope_only {
            scopes.truncate(1);
        }
        self.grant(known, request.query("service").pop(), &scopes)
    }

    /// distribution `docs/content/spec/auth/oauth.md`.
    fn post(&self, request: &Received) -> Answer {
        if !self.oauth2 {
            return Answer::new(405, "text/plain; charset=utf-8", "Method Not Allowed\n");
        }
        let field = |name| request.form(name).pop().unwrap_or_default();
        let known = match field("grant_type").as_str() {
            "refresh_token" => self.refresh_tokens.contains(&field("refresh_token")),
            "password" => self.users.get(&field("username")).is_some_and(|password| *password == field("password")),
            _ => false,
        };
        if !known {
            return Answer::json(400, &serde_json::json!({ "error": "invalid_grant" }));
        }
        let scopes: Vec<String> = field("scope").split(' ').filter(|scope| !scope.is_empty()).map(String::from).collect();
        self.grant(true, Some(field("service")), &scopes)
    }

    /// Whether the request comes from a user; `Err` if it pretends to.
    fn authenticate(&self, authorization: Option<&str>) -> Result<bool, ()> {
        let Some(value) = authorization else { return Ok(false) };
        let encoded = value.strip_prefix("Basic ").ok_or(())?;
        let decoded = Base64::decode_vec(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(())?;
        let (name, password) = decoded.split_once(':').ok_or(())?;
        if self.users.get(name).is_some_and(|own| own == password) { Ok(true) } else { Err(()) }
    }

    fn grant(&self, known: bool, service: Option<String>, asked: &[String]) -> Answer {
        if asked.is_empty() && !known && self.refuses_empty_scope {
            return Answer::error(401, "UNAUTHORIZED", "authentication required");
        }
        // ghcr.io's placeholder, which nobody may have.
        if asked.iter().any(|scope| scope.starts_with("repository:user/image:")) {
            return Answer::error(403, "DENIED", "requested access to the resource is denied");
        }
        let may_pull = |scope: &&String| {
            Scope::parse(scope).is_some_and(|scope| scope.pull && (known || !self.private.iter().any(|name| name == scope.repository)))
        };
        let service = service.filter(|service| !service.is_empty()).unwrap_or_else(|| self.service.clone());
        let token = Token { service, scopes: asked.iter().filter(may_pull).cloned().collect() }.write();
        let mut members = match &self.answering {
            TokenAnswer::Both => format!("\"token\":\"{token}\",\"access_token\":\"{token}\""),
            TokenAnswer::Token => format!("\"token\":\"{token}\""),
            TokenAnswer::AccessToken => format!("\"access_token\":\"{token}\""),
            TokenAnswer::Neither => String::new(),
            TokenAnswer::Duplicate => format!("\"token\":\"{token}\",\"token\":\"worthless\""),
            TokenAnswer::Raw(bytes) => return Answer::new(200, "application/json", bytes.clone()),
        };
        if let Some(seconds) = self.expires_in.filter(|_| !members.is_empty()) {
            members = format!("{members},\"expires_in\":{seconds},\"issued_at\":\"2024-01-01T00:00:00Z\"");
        }
        Answer::new(200, "application/json", format!("{{{members}}}"))
    }
}

impl Host for TokenServer {
    fn answer(&self, request: &Received) -> Answer {
        let answer = match request.method.as_str() {
            "OPTIONS" => return self.cors.preflight(request),
            "POST" => self.post(request),
            _ => self.get(request),
        };
        self.cors.dress(request, answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_or_changed_token_is_refused() {
        let token = Token { service: "registry.test".into(), scopes: vec!["repository:a/b:pull".into()] };
        let written = token.write();
        assert_eq!(Token::read(&written), Some(token));
        assert_eq!(Token::read(&format!("A{}", &written[1..])), None);
        assert_eq!(Token::read("token"), None);
    }

    #[test]
    fn a_token_allows_what_it_names_and_nothing_else() {
        let token = Token { service: String::new(), scopes: vec!["repository:a/b:push,pull".into(), "repository:c:push".into()] };
        assert!(token.allows_pull("a/b") && !token.allows_pull("a") && !token.allows_pull("c"));
    }
}
