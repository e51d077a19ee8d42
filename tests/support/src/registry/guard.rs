//! Authentication: who may ask, and how those who may not are told where to get a token.

use base64ct::Base64;
use base64ct::Encoding as _;

use super::route::Route;
use crate::http::Answer;
use crate::http::Received;
use crate::tokens::Token;

/// Lets through only who brings the right `Authorization`.
#[derive(Clone, Debug)]
pub struct Guard {
    scheme: Scheme,
    repositories: Vec<String>,
    challenges: Challenges,
    placeholder_scope: bool,
}

#[derive(Clone, Debug)]
enum Scheme {
    Basic {
        username: String,
        password: String,
    },
    /// No realm: the path `/token` of whatever host was asked.
    Bearer {
        realm: Option<String>,
        service: String,
    },
}

/// How a 401 words its challenges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Challenges {
    /// One challenge in one header field.
    #[default]
    One,
    /// `Bearer …,Basic …` in one field, as Codeberg.
    BearerAndBasicInOneField,
    /// A `Bearer` field without a service, then a `Basic` field, as older Gitea.
    BearerAndBasicInTwoFields,
    /// Without a scope: the client has to know it.
    WithoutScope,
    /// Without a service.
    WithoutService,
    /// None at all, against RFC 9110 section 15.5.2.
    Missing,
    /// These field values, word for word.
    Raw(Vec<String>),
}

impl Guard {
    /// Bearer tokens from `realm`, as the distribution project's token protocol has it.
    pub fn bearer(realm: &str, service: &str) -> Self {
        Self::new(Scheme::Bearer { realm: Some(realm.into()), service: service.into() })
    }

    /// Bearer tokens from `/token` of the host that was asked, under whatever name it was asked.
    pub fn bearer_here(service: &str) -> Self {
        Self::new(Scheme::Bearer { realm: None, service: service.into() })
    }

    /// A name and a password with every request.
    pub fn basic(username: &str, password: &str) -> Self {
        Self::new(Scheme::Basic { username: username.into(), password: password.into() })
    }

    fn new(scheme: Scheme) -> Self {
        Self { scheme, repositories: Vec::new(), challenges: Challenges::One, placeholder_scope: false }
    }

    /// Guards this repository only; repeated, these only. `/v2/` stays guarded: that is where Docker's clients look for challenges.
    #[must_use]
    pub fn only(mut self, repository: &str) -> Self {
        self.repositories.push(repository.into());
        self
    }

    /// Words its challenges in another way.
    #[must_use]
    pub fn challenges(mut self, challenges: Challenges) -> Self {
        self.challenges = challenges;
        self
    }

    /// Names the scope `repository:user/image:pull` on `/v2/`, as ghcr.io: who asks a token for that is denied.
    #[must_use]
    pub fn placeholder_scope_on_ping(mut self) -> Self {
        self.placeholder_scope = true;
        self
    }

    /// The refusal, unless the request may pass.
    pub(super) fn denial(&self, request: &Received, route: &Route) -> Option<Answer> {
        let covers = |name: &str| self.repositories.is_empty() || self.repositories.iter().any(|own| own == name);
        if !route.repository().is_none_or(covers) || self.admits(request.header("authorization"), route) {
            return None;
        }
        let denial = Answer::error(401, "UNAUTHORIZED", "authentication required");
        Some(self.fields(request, route).into_iter().fold(denial, |denial, field| denial.with("WWW-Authenticate", field)))
    }

    fn admits(&self, authorization: Option<&str>, route: &Route) -> bool {
        match &self.scheme {
            Scheme::Basic { username, password } => authorization
                .is_some_and(|value| value == format!("Basic {}", Base64::encode_string(format!("{username}:{password}").as_bytes()))),
            Scheme::Bearer { service, .. } => {
                let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).and_then(Token::read);
                token.is_some_and(|token| token.service == *service && route.repository().is_none_or(|name| token.allows_pull(name)))
            }
        }
    }

    fn fields(&self, request: &Received, route: &Route) -> Vec<String> {
        let origin = request.origin();
        let Scheme::Bearer { realm, service } = &self.scheme else {
            return match &self.challenges {
                Challenges::Missing => vec![],
                Challenges::Raw(fields) => fields.clone(),
                _ => vec![format!("Basic realm=\"{origin}\"")],
            };
        };
        let realm = realm.clone().unwrap_or_else(|| format!("{origin}/token"));
        let scope = match route.repository() {
            Some(name) => format!(",scope=\"repository:{name}:pull\""),
            None if self.placeholder_scope => ",scope=\"repository:user/image:pull\"".into(),
            None => String::new(),
        };
        let bearer = format!("Bearer realm=\"{realm}\",service=\"{service}\"{scope}");
        match &self.challenges {
            Challenges::One => vec![bearer],
            Challenges::BearerAndBasicInOneField => {
                vec![format!(
                    "Bearer realm=\"{realm}\",service=\"{service}\",scope=\"*\",Basic realm=\"{origin}/v2\",service=\"{service}\""
                )]
            }
            Challenges::BearerAndBasicInTwoFields => vec![format!("Bearer realm=\"{realm}\""), format!("Basic realm=\"{origin}\"")],
            Challenges::WithoutScope => vec![format!("Bearer realm=\"{realm}\",service=\"{service}\"")],
            Challenges::WithoutService => vec![format!("Bearer realm=\"{realm}\"{scope}")],
            Challenges::Missing => vec![],
            Challenges::Raw(fields) => fields.clone(),
        }
    }
}
