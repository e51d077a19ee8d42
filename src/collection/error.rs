//! Why a collection says nothing that could be believed, and whose fault that is.

use core::fmt;

use crate::content_trust::Gun;
use crate::content_trust::InvalidState;
use crate::content_trust::InvalidTrustData;
use crate::crypto::Unmet;
use crate::error::Error;
use crate::excerpt::excerpt;
use crate::prover::ProverError;
use crate::store::StoreError;
use crate::time::UnixTime;

/// Characters of a name that a message repeats.
const SHOWN: usize = 200;

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CollectionError {
    /// Others changed what is kept, again and again.
    Contended,
    /// The server has not the file that another one of the collection names.
    Missing {
        /// Whose.
        role: String,
    },
    /// The server has no such collection.
    NoData {
        /// Which server.
        server: String,
        /// Which collection.
        gun: Gun,
        /// Since when it had one, if it was seen.
        since: Option<UnixTime>,
    },
    /// Whoever comes first is to be believed, and nothing remembers who that was.
    NoStore,
    /// Nobody could say whether signatures hold.
    Prover(ProverError),
    /// What is kept is not what was kept: whoever owns the store has to decide, since forgetting it silently would forget what protects
    /// from rollback.
    State(InvalidState),
    /// The store cannot be used, and it has to.
    Store(StoreError),
    /// The server gives no answer.
    Unavailable(Error),
    /// The server, or who stands between, says what must not be believed; or nobody signed what was looked for.
    Untrusted {
        /// The role whose file it is.
        role: String,
        /// Why.
        why: Box<Untrusted>,
    },
}

/// Why a file must not be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untrusted {
    /// What it says.
    Data(InvalidTrustData),
    /// Its signatures do not hold.
    Signatures(Unmet),
}

impl CollectionError {
    /// Codes with which it stays unknown what a publisher says, beside those of requests.
    pub const UNKNOWNS: [&'static str; 5] =
        ["first-use-needs-store", "state-invalid", "store-contended", "store-unavailable", "trust-data-incomplete"];

    pub(super) fn untrusted(role: &str, refusal: InvalidTrustData) -> Self {
        Self::Untrusted { role: role.to_owned(), why: Box::new(Untrusted::Data(refusal)) }
    }

    /// The image is not the manifest that `role` signed.
    pub(crate) fn of_manifest(role: &str, refusal: InvalidTrustData) -> Self {
        Self::untrusted(role, refusal)
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Contended => "store-contended",
            Self::Missing { .. } => "trust-data-incomplete",
            Self::NoData { .. } => "trust-data-missing",
            Self::NoStore => "first-use-needs-store",
            Self::Prover(_) => ProverError::CODE,
            Self::State(_) => InvalidState::CODE,
            Self::Store(_) => StoreError::CODE,
            Self::Unavailable(error) => error.code(),
            Self::Untrusted { why, .. } => match &**why {
                Untrusted::Data(refusal) => refusal.code(),
                Untrusted::Signatures(unmet) => unmet.code(),
            },
        }
    }

    /// Whether this is an answer, and it is no. All else is that nobody could find out.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::NoData { .. } | Self::Untrusted { .. })
    }

    /// The same, of a collection that was there at `since`.
    pub(super) fn after(self, since: Option<UnixTime>) -> Self {
        match self {
            Self::NoData { server, gun, .. } => Self::NoData { server, gun, since },
            other => other,
        }
    }
}

impl fmt::Display for CollectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contended => f.write_str("expected to keep what was verified, found others writing at the same time"),
            Self::Missing { role } => {
                write!(f, "{}: expected the file that the collection names, found that the trust server has none", excerpt(role, SHOWN))
            }
            Self::NoData { server, gun, since: None } => {
                write!(f, "expected trust data for {}, found none on {}", excerpt(gun.as_str(), SHOWN), excerpt(server, SHOWN))
            }
            Self::NoData { server, gun, since: Some(since) } => write!(
                f,
                "expected trust data for {}, which was there at {since}, found none on {}",
                excerpt(gun.as_str(), SHOWN),
                excerpt(server, SHOWN)
            ),
            Self::NoStore => f.write_str("expected a store that remembers whom it believed first, found none: pin a key instead"),
            Self::Prover(error) => error.fmt(f),
            Self::State(invalid) => invalid.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Unavailable(error) => error.fmt(f),
            Self::Untrusted { role, why } => match &**why {
                Untrusted::Data(refusal) if names_its_file(refusal) => refusal.fmt(f),
                Untrusted::Data(refusal) => write!(f, "{}: {refusal}", excerpt(role, SHOWN)),
                Untrusted::Signatures(unmet) => write!(f, "{}: {unmet}", excerpt(role, SHOWN)),
            },
        }
    }
}

/// Whether its sentence says whose it is: the root is refused by way of the timestamp, too.
const fn names_its_file(refusal: &InvalidTrustData) -> bool {
    match refusal {
        InvalidTrustData::Metadata(invalid) => invalid.names_its_file(),
        InvalidTrustData::CertificateName { .. }
        | InvalidTrustData::CertificateNotValid { .. }
        | InvalidTrustData::NotSigned { .. }
        | InvalidTrustData::OtherDigest { .. } => true,
        _ => false,
    }
}

impl core::error::Error for CollectionError {}

impl From<ProverError> for CollectionError {
    fn from(error: ProverError) -> Self {
        Self::Prover(error)
    }
}

impl From<InvalidState> for CollectionError {
    fn from(invalid: InvalidState) -> Self {
        Self::State(invalid)
    }
}

impl From<StoreError> for CollectionError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
