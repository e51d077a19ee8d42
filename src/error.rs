//! Why there is no report at all: the text is no reference, or the image could not be fetched.
//!
//! A check that does not hold is no error but data in the report ([`crate::report::Failure`]).

use core::fmt;

use crate::oci::platform::InvalidPlatform;
use crate::pin::Unreadable;
use crate::pin::lock::InvalidLock;
use crate::policy::InvalidPolicy;
use crate::reference::InvalidReference;
use crate::transport::TransportError;

/// Why there is no report. `code()` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// One check would need more requests than any honest image does.
    BudgetExhausted {
        /// The registry.
        host: String,
        /// The limit.
        requests: usize,
    },
    /// The registry understood who asks, and says no.
    Denied {
        /// The registry.
        host: String,
    },
    /// The text is no lock.
    Lock(InvalidLock),
    /// What answers there is no registry.
    NotARegistry {
        /// Who answered.
        host: String,
        /// What it sent.
        found: String,
    },
    /// The registry has no such manifest, or does not show it to us.
    NotFound {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// The text is no platform.
    Platform(InvalidPlatform),
    /// The text is no policy, or asks for what cannot be verified.
    Policy(InvalidPolicy),
    /// Too many requests.
    RateLimited {
        /// The registry.
        host: String,
        /// What it says of when to come back: seconds, or a date.
        retry_after: Option<String>,
    },
    /// The registry sends us to fetch a token from where we do not go.
    RealmRefused {
        /// The registry.
        host: String,
        /// Where it sends us.
        realm: String,
        /// Why we do not go there.
        reason: &'static str,
    },
    /// The registry sends us where we do not go.
    RedirectRefused {
        /// Who sends us.
        host: String,
        /// Where to.
        target: String,
        /// Why we do not go there.
        reason: &'static str,
    },
    /// The text is no reference.
    Reference(InvalidReference),
    /// The registry, or the relay in front of it, answers with an error.
    Registry {
        /// Who answered.
        host: String,
        /// The status code.
        status: u16,
        /// The first error of its error document: code and message.
        detail: Option<String>,
    },
    /// The relay has no answer: it does not serve this registry, or met one of these errors itself.
    Relay {
        /// The code it gave, if it is one of ours.
        code: &'static str,
        /// What it says.
        detail: String,
    },
    /// The text is none in which images can be pinned.
    Text(Unreadable),
    /// More redirects than any registry needs.
    TooManyRedirects {
        /// The registry.
        host: String,
    },
    /// There is no answer.
    Transport {
        /// Who was asked.
        host: String,
        /// Why there is none.
        error: TransportError,
    },
    /// The registry wants to know who asks, and takes nothing we have for an answer.
    Unauthorized {
        /// The registry.
        host: String,
        /// Whether credentials were at hand.
        with_credentials: bool,
    },
}

impl Error {
    /// Every stable code, for the list that the TypeScript types are compared with.
    pub const CODES: [&'static str; 26] = [
        "aborted",
        "budget-exhausted",
        "denied",
        "kind-unknown",
        "lock-invalid",
        "not-a-registry",
        "not-found",
        "platform-invalid",
        "policy-invalid",
        "policy-unsupported",
        "rate-limited",
        "realm-refused",
        "redirect-refused",
        "reference-invalid",
        "registry-error",
        "relay-refused",
        "response-too-large",
        "template",
        "text-too-long",
        "timeout",
        "too-many-redirects",
        "too-many-references",
        "unauthorized",
        "unreachable",
        "yaml-invalid",
        "yaml-too-large",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BudgetExhausted { .. } => "budget-exhausted",
            Self::Denied { .. } => "denied",
            Self::Lock(_) => InvalidLock::CODE,
            Self::NotARegistry { .. } => "not-a-registry",
            Self::NotFound { .. } => "not-found",
            Self::Platform(_) => "platform-invalid",
            Self::Policy(policy) => policy.code(),
            Self::RateLimited { .. } => "rate-limited",
            Self::RealmRefused { .. } => "realm-refused",
            Self::RedirectRefused { .. } => "redirect-refused",
            Self::Reference(_) => "reference-invalid",
            Self::Registry { .. } => "registry-error",
            Self::Relay { code, .. } => code,
            Self::Text(text) => text.code(),
            Self::TooManyRedirects { .. } => "too-many-redirects",
            Self::Transport { error, .. } => error.code(),
            Self::Unauthorized { .. } => "unauthorized",
        }
    }

    /// Whether the caller gave up: then there is no report, however far the check had come.
    pub const fn is_aborted(&self) -> bool {
        matches!(self, Self::Transport { error: TransportError::Aborted, .. })
    }

    /// The platform's own wording, where there is one: for people, never compared, never in a report.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Transport { error: TransportError::Unreachable { detail }, .. } => Some(detail),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BudgetExhausted { host, requests } => {
                write!(f, "expected {host} to need at most {requests} requests, found that it needs more")
            }
            Self::Denied { host } => write!(f, "expected {host} to let us read this image, found that it does not"),
            Self::Lock(error) => error.fmt(f),
            Self::NotARegistry { host, found } => write!(f, "expected a registry at {host}, found something that answers with {found}"),
            Self::NotFound { host, what } => {
                write!(f, "expected {what} at {host}, found that it is not there, or not shown to somebody who is not signed in")
            }
            Self::Platform(error) => error.fmt(f),
            Self::Policy(error) => error.fmt(f),
            Self::RateLimited { host, retry_after: Some(when) } => {
                write!(f, "{host} takes no more requests from this address for now; it says to try again after: {when}")
            }
            Self::RateLimited { host, retry_after: None } => {
                write!(f, "{host} takes no more requests from this address for now; try again later, or sign in")
            }
            Self::RealmRefused { host, realm, reason } => write!(f, "{host} asks for a token from {realm}, which {reason}"),
            Self::RedirectRefused { host, target, reason } => write!(f, "{host} redirects to {target}, which {reason}"),
            Self::Reference(error) => error.fmt(f),
            Self::Registry { host, status, detail: Some(detail) } => write!(f, "{host} answers with status {status}: {detail}"),
            Self::Registry { host, status, detail: None } => write!(f, "{host} answers with status {status}"),
            Self::Relay { detail, .. } => write!(f, "the relay says: {detail}"),
            Self::Text(error) => error.fmt(f),
            Self::TooManyRedirects { host } => write!(f, "{host} redirects more often than any registry needs to"),
            Self::Transport { host, error } => write!(f, "{host}: {error}"),
            Self::Unauthorized { host, with_credentials: true } => {
                write!(f, "expected {host} to take the credentials that were given, found that it does not")
            }
            Self::Unauthorized { host, with_credentials: false } => {
                write!(f, "{host} wants to know who asks, and no credentials were given; it may also say so of images that do not exist")
            }
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Lock(error) => Some(error),
            Self::Platform(error) => Some(error),
            Self::Policy(error) => Some(error),
            Self::Reference(error) => Some(error),
            Self::Text(error) => Some(error),
            Self::Transport { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<InvalidLock> for Error {
    fn from(error: InvalidLock) -> Self {
        Self::Lock(error)
    }
}

impl From<InvalidPlatform> for Error {
    fn from(error: InvalidPlatform) -> Self {
        Self::Platform(error)
    }
}

impl From<InvalidPolicy> for Error {
    fn from(error: InvalidPolicy) -> Self {
        Self::Policy(error)
    }
}

impl From<InvalidReference> for Error {
    fn from(error: InvalidReference) -> Self {
        Self::Reference(error)
    }
}

impl From<Unreadable> for Error {
    fn from(error: Unreadable) -> Self {
        Self::Text(error)
    }
}
