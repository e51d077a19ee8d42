//! Why a refresh has no result, and whose fault that is.

use core::fmt;

use crate::crypto::Unmet;
use crate::excerpt::excerpt;
use crate::prover::ProverError;
use crate::refresh::InvalidState;
use crate::store::StoreError;
use crate::transport::TransportError;
use crate::tuf::InvalidMetadata;
use crate::tuf::TargetPath;

/// Characters of a name or an address that a message repeats.
const SHOWN: usize = 200;

/// Why there is no target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshError {
    /// The caller gave up.
    Aborted,
    /// Others changed what is stored, again and again.
    Contended,
    /// No role that is trusted with the path lists it (section 5.7.2).
    NoTarget {
        /// The path.
        path: TargetPath,
    },
    /// Nobody could say whether signatures hold.
    Prover(ProverError),
    /// What is stored is not what was stored: the program that owns the store has to decide, since forgetting it silently would forget
    /// what protects from rollback.
    State(InvalidState),
    /// The store cannot be read.
    Store(StoreError),
    /// The repository cannot be reached, and what is stored cannot stand in for it.
    Unreachable {
        /// Why the repository cannot be reached.
        because: Unreachable,
        /// What is wrong with what is stored, most often its age; `None` if nothing is.
        stored: Option<Box<RefreshError>>,
    },
    /// The repository, or who stands between, says what must not be believed.
    Untrusted {
        /// The role whose metadata it is, or the path of the target.
        role: String,
        /// Why.
        why: Untrusted,
    },
}

impl RefreshError {
    /// The stable code of a repository that gives no answer.
    pub const UNREACHABLE: &'static str = "repository-unreachable";

    pub(super) fn untrusted(role: &str, invalid: InvalidMetadata) -> Self {
        Self::Untrusted { role: role.to_owned(), why: Untrusted::Metadata(invalid) }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Aborted => "aborted",
            Self::Contended => "store-contended",
            Self::NoTarget { .. } => "target-unknown",
            Self::Prover(_) => ProverError::CODE,
            Self::State(_) => InvalidState::CODE,
            Self::Store(_) => StoreError::CODE,
            Self::Unreachable { .. } => Self::UNREACHABLE,
            Self::Untrusted { why, .. } => why.code(),
        }
    }
}

impl fmt::Display for RefreshError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => f.write_str("the caller gave up"),
            Self::Contended => f.write_str("expected to store what was verified, found others storing at the same time"),
            Self::NoTarget { path } => write!(f, "expected a role that lists {}, found none", excerpt(path.as_str(), SHOWN)),
            Self::Prover(error) => error.fmt(f),
            Self::State(invalid) => invalid.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Unreachable { because, stored: None } => write!(f, "{because}; nothing is stored"),
            Self::Unreachable { because, stored: Some(stored) } => write!(f, "{because}; of what is stored: {stored}"),
            Self::Untrusted { role, why: Untrusted::Metadata(invalid) } => {
                write!(f, "{} of the repository: {invalid}", excerpt(role, SHOWN))
            }
            Self::Untrusted { role, why: Untrusted::Signatures(unmet) } => write!(f, "{} of the repository: {unmet}", excerpt(role, SHOWN)),
        }
    }
}

impl core::error::Error for RefreshError {}

impl From<ProverError> for RefreshError {
    fn from(error: ProverError) -> Self {
        Self::Prover(error)
    }
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidState> for RefreshError {
    fn from(invalid: InvalidState) -> Self {
        Self::State(invalid)
    }
}

/// Why metadata must not be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// What it says.
    Metadata(InvalidMetadata),
    /// Its signatures do not hold.
    Signatures(Unmet),
}

impl Untrusted {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Metadata(invalid) => invalid.code(),
            Self::Signatures(unmet) => unmet.code(),
        }
    }
}

/// The repository cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// What was asked for.
    pub url: String,
    /// Why there is none.
    pub why: Why,
}

/// Why a file of a repository could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The repository says that it is not there, although its metadata names it.
    Missing,
    /// Nobody was to be asked.
    Offline,
    /// An answer that is neither the file nor its absence.
    Status(u16),
    /// No answer.
    Transport(TransportError),
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = excerpt(&self.url, SHOWN);
        match &self.why {
            Why::Missing => write!(f, "{url}: expected a file that the repository names, found none"),
            Why::Offline => write!(f, "{url}: nobody was to be asked"),
            Why::Status(status) => write!(f, "{url}: expected status 200 or 404, found {status}"),
            Why::Transport(error) => write!(f, "{url}: {error}"),
        }
    }
}
