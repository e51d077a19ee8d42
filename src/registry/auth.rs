//! Token authentication: what to do about a 401, as data.
//!
//! ```text
//! 401 + Bearer realm, service, scope ─▶ GET realm?service=…&scope=… ─▶ { "token" | "access_token" } ─▶ Authorization: Bearer …
//! 401 + Basic                        ─▶ Authorization: Basic …, if we have credentials
//! ```
//!
//! The realm is the registry's word, so it is hostile: it must be https, must not be private, and gets the user's credentials only when
//! it belongs to the same party. One scope is asked for, and reading only: some servers look at the first alone, and a registry must
//! not make us ask for more than we need.

use core::fmt;
use core::fmt::Write as _;

use base64ct::Base64;
use base64ct::Encoding as _;

use crate::budget;
use crate::excerpt::excerpt;
use crate::json;
use crate::registry::challenge::Challenge;
use crate::transport::Method;
use crate::transport::Request;
use crate::url::Url;

/// What a user has to show a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// User name and password, or an access token in its place.
    Password {
        /// The user.
        username: String,
        /// The secret.
        password: String,
    },
    /// An OAuth 2 refresh token, which Docker's credential helpers hand out under the user name `<token>`.
    IdentityToken(String),
}

impl fmt::Debug for Credentials {
    /// Never shows a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Credentials::Password(…)",
            Self::IdentityToken(_) => "Credentials::IdentityToken(…)",
        })
    }
}

/// What to do about a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send this request, and read the token from its answer with [`read_token`].
    Exchange(Request),
    /// Ask again with this `Authorization`.
    Authorize(String),
    /// The realm is not one we go to.
    Refuse {
        /// Where the registry sends us.
        realm: String,
        /// Why we do not go there.
        reason: &'static str,
    },
    /// Nothing that we could do.
    GiveUp,
}

/// Decides about the challenges of a 401 that came from `asked`.
pub fn answer(challenges: &[Challenge], asked: &Url, repository: &str, credentials: Option<&Credentials>) -> Next {
    if let Some((bearer, realm)) = challenges.iter().find_map(|c| Some((c, c.parameter("realm")?)).filter(|_| c.scheme == "bearer")) {
        return exchange(bearer, realm, asked, repository, credentials);
    }
    if let (true, Some(Credentials::Password { username, password })) = (challenges.iter().any(|c| c.scheme == "basic"), credentials) {
        return Next::Authorize(basic(username, password));
    }
    Next::GiveUp
}

fn exchange(bearer: &Challenge, realm: &str, asked: &Url, repository: &str, credentials: Option<&Credentials>) -> Next {
    let refuse = |reason| Next::Refuse { realm: excerpt(realm, 200), reason };
    let Some(url) = Url::parse(realm) else { return refuse("is not a web address") };
    if let Some(reason) = asked.refuses(&url) {
        return refuse(reason);
    }
    if credentials.is_some() && !same_party(asked.host(), url.host()) {
        return refuse("belongs to somebody else, who must not see the credentials");
    }
    let mut form = String::new();
    if let Some(service) = bearer.parameter("service") {
        push_pair(&mut form, "service", service);
    }
    push_pair(&mut form, "scope", &scope(bearer.parameter("scope"), repository));
    let mut headers = Vec::new();
    let (method, address, body) = match credentials {
        Some(Credentials::IdentityToken(token)) => {
            push_pair(&mut form, "grant_type", "refresh_token");
            push_pair(&mut form, "client_id", "pullproof");
            push_pair(&mut form, "refresh_token", token);
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
            (Method::Post, url.as_str().to_owned(), form.into_bytes())
        }
        Some(Credentials::Password { username, password }) => {
            headers.push(("authorization", basic(username, password)));
            (Method::Get, with_query(&url, &form), Vec::new())
        }
        None => (Method::Get, with_query(&url, &form), Vec::new()),
    };
    Next::Exchange(Request { method, url: address, headers, body, max_length: budget::ANSWER_BYTES, timeout: budget::REQUEST_TIME })
}

/// Reads the token from the answer to an exchange: `token`, or, from OAuth 2 servers, `access_token`.
pub fn read_token(body: &[u8]) -> Option<String> {
    let object = json::parse_object(body).ok()?;
    let members = object.root();
    let token = match members.optional_string("token").ok()? {
        Some(token) if !token.is_empty() => token,
        _ => members.optional_string("access_token").ok()??,
    };
    // It goes into a header field: RFC 6750 section 2.1.
    let allowed = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    allowed.then(|| format!("Bearer {token}"))
}

/// The scope to ask for: reading the repository that the challenge names, because behind a redirect that can be another one; ours, when
/// it names none (`*`, a placeholder in another form, nothing).
fn scope(challenged: Option<&str>, repository: &str) -> String {
    let name =
        challenged.and_then(|scope| scope.strip_prefix("repository:")).and_then(|rest| rest.rsplit_once(':')).map(|(name, _)| name).filter(
            |name| !name.is_empty() && name.len() <= 255 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b)),
        );
    format!("repository:{}:pull", name.unwrap_or(repository))
}

/// Whether two hosts belong to one party: the same host, or siblings under a name of at least two labels that is not itself a public
/// suffix of the common kind (`co.uk`). Without the Public Suffix List this can only err on the side of the registry, which gets these
/// very credentials anyway if it asks for Basic.
fn same_party(registry: &str, realm: &str) -> bool {
    if registry == realm {
        return true;
    }
    // Addresses have no parents.
    if registry.starts_with('[') || registry.bytes().last().is_some_and(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let Some((_, parent)) = registry.split_once('.') else { return false };
    let Some((second, top)) = parent.rsplit_once('.') else { return false };
    let second = second.rsplit('.').next().unwrap_or_default();
    let is_suffix = parent.matches('.').count() == 1 && top.len() == 2 && second.len() <= 3;
    !is_suffix && (realm == parent || realm.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')))
}

/// RFC 7617.
fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{username}:{password}").as_bytes()))
}

fn with_query(url: &Url, query: &str) -> String {
    let joint = if url.as_str().contains('?') { '&' } else { '?' };
    format!("{url}{joint}{query}")
}

/// `application/x-www-form-urlencoded`: everything but unreserved characters is escaped.
fn push_pair(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    form.push_str(name);
    form.push('=');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            form.push(char::from(byte));
        } else {
            write!(form, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::challenge;

    fn asked() -> Url {
        Url::parse("https://registry.example/v2/team/app/manifests/1").unwrap()
    }

    fn credentials() -> Credentials {
        Credentials::Password { username: "user".into(), password: "secret".into() }
    }

    fn respond(field: &str, credentials: Option<&Credentials>) -> Next {
        answer(&challenge::parse(field), &asked(), "team/app", credentials)
    }

    fn exchanged(field: &str) -> String {
        match respond(field, None) {
            Next::Exchange(request) => request.url,
            other => panic!("{field}: {other:?}"),
        }
    }

    #[test]
    fn the_scope_is_the_manifests_and_reading_only() {
        let base = "https://registry.example/token?service=s&scope=repository%3A";
        for (scope, expected) in [
            (r#",scope="repository:team/app:pull""#, "team%2Fapp%3Apull"),
            (r#",scope="repository:team/app:pull,push""#, "team%2Fapp%3Apull"),
            (r#",scope="repository:moved/app:*""#, "moved%2Fapp%3Apull"),
            (r#",scope="*""#, "team%2Fapp%3Apull"),
            (r#",scope="registry:catalog:*""#, "team%2Fapp%3Apull"),
            (r#",scope="repository:a b&c:pull""#, "team%2Fapp%3Apull"),
            (r#",scope="""#, "team%2Fapp%3Apull"),
            ("", "team%2Fapp%3Apull"),
        ] {
            let field = format!(r#"Bearer realm="https://registry.example/token",service="s"{scope}"#);
            assert_eq!(exchanged(&field), format!("{base}{expected}"));
        }
    }

    #[test]
    fn a_realm_with_a_query_keeps_it_and_a_missing_service_is_left_out() {
        let url = exchanged(r#"Bearer realm="https://auth.example/oauth2/token?x=1""#);
        assert_eq!(url, "https://auth.example/oauth2/token?x=1&scope=repository%3Ateam%2Fapp%3Apull");
    }

    #[test]
    fn a_realm_on_a_private_address_is_refused() {
        for realm in
            ["http://169.254.169.254/latest", "https://169.254.169.254/", "https://10.0.0.1/", "https://localhost/", "https://0x7f.1/"]
        {
            let next = respond(&format!(r#"Bearer realm="{realm}""#), None);
            assert!(matches!(next, Next::Refuse { reason: "is a private address", .. }), "{realm}: {next:?}");
        }
    }

    #[test]
    fn a_realm_that_is_no_https_address_is_refused() {
        for realm in ["", "token", "/token", "http://auth.example/", "ftp://auth.example/", "https://u:p@auth.example/", "javascript:x"] {
            assert!(matches!(respond(&format!(r#"Bearer realm="{realm}""#), None), Next::Refuse { .. }), "{realm}");
        }
    }

    #[test]
    fn credentials_go_to_nobody_else() {
        let next = respond(r#"Bearer realm="https://evil.test/token""#, Some(&credentials()));
        assert!(matches!(next, Next::Refuse { reason: "belongs to somebody else, who must not see the credentials", .. }));
        for (registry, realm, same) in [
            ("registry-1.docker.io", "auth.docker.io", true),
            ("registry.gitlab.com", "gitlab.com", true),
            ("ghcr.io", "ghcr.io", true),
            ("registry.team.example.com", "auth.team.example.com", true),
            ("ghcr.io", "evil.io", false),
            ("registry.example.com", "notexample.com", false),
            ("team.co.uk", "evil.co.uk", false),
            ("registry.example.com", "com", false),
            ("localhost", "evil.test", false),
        ] {
            assert_eq!(same_party(registry, realm), same, "{registry} and {realm}");
        }
    }

    #[test]
    fn credentials_go_along_as_the_scheme_asks() {
        let bearer = r#"Bearer realm="https://registry.example/token",service="s""#;
        let Next::Exchange(request) = respond(bearer, Some(&credentials())) else { panic!() };
        assert_eq!(request.headers, [("authorization", "Basic dXNlcjpzZWNyZXQ=".to_owned())]);
        let Next::Exchange(request) = respond(bearer, Some(&Credentials::IdentityToken("t&t".into()))) else { panic!() };
        assert_eq!(request.method, Method::Post);
        assert_eq!(
            String::from_utf8(request.body).unwrap(),
            "service=s&scope=repository%3Ateam%2Fapp%3Apull&grant_type=refresh_token&client_id=pullproof&refresh_token=t%26t"
        );
        assert_eq!(respond("Basic realm=x", Some(&credentials())), Next::Authorize("Basic dXNlcjpzZWNyZXQ=".into()));
    }

    #[test]
    fn what_we_cannot_answer_is_given_up() {
        for field in ["", "Basic realm=x", "Negotiate", "Digest realm=x", "Bearer service=x"] {
            assert_eq!(respond(field, None), Next::GiveUp, "{field}");
        }
    }

    #[test]
    fn a_token_comes_under_either_name_and_never_breaks_a_header() {
        assert_eq!(read_token(br#"{"token":"abc"}"#).as_deref(), Some("Bearer abc"));
        assert_eq!(read_token(br#"{"access_token":"abc","expires_in":300}"#).as_deref(), Some("Bearer abc"));
        assert_eq!(read_token(br#"{"token":"","access_token":"abc"}"#).as_deref(), Some("Bearer abc"));
        for body in
            [&b"{}"[..], b"", br#"{"token":1}"#, br#"{"token":"a\r\nb"}"#, br#"{"token":"a b"}"#, br#"{"token":"a","token":"b"}"#, b"[]"]
        {
            assert_eq!(read_token(body), None, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert!(!format!("{:?}", credentials()).contains("secret"));
        assert!(!format!("{:?}", Credentials::IdentityToken("secret".into())).contains("secret"));
    }
}
