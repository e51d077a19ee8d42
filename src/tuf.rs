//! The Update Framework (TUF), specification 1.0.34, as types: who may say what the files of a repository are, and how recently.
//!
//! A repository signs four kinds of metadata. Its *root* says whose keys count for which role, and signs its own successor; its
//! *timestamp* names the current snapshot and expires within days; its *snapshot* names the current version of every targets file; its
//! *targets* name files by length and hash, or delegate that to others. The order is fixed (section 5), and here it is one of types:
//!
//! ```text
//! TrustedRoot ─next─▶ TrustedRoot ─timestamp─▶ TrustedTimestamp ─snapshot─▶ TrustedSnapshot ─targets─▶ TrustedTargets
//!                                                                                                          │ search
//!                          Content of a file ◀─verify─ Target ◀─ Search::Found ◀──── Search ◀───search─────┤
//!                                                                                  └ Delegated ─load─▶ TrustedTargets
//! ```
//!
//! so that a snapshot cannot be read before there is a timestamp. Every step takes bytes, compares all that can be compared, and
//! returns an [`Unproven`](crate::crypto::Unproven) next step that rests on a threshold of signatures. Nothing here fetches
//! or stores: that is `refresh.rs`.
//!
//! **What is verified is the canonical form of `signed`**, written anew from the parsed value: that is what TUF signs
//! (section 4.2.1), and the one exception to verifying received bytes that this format forces. It is unambiguous because the one
//! strict reader refuses repeated names, the canonical form ([`canonical_json`]) refuses all numbers but integers, and everything that is
//! used afterwards comes from that same value.
//!
//! Decided beyond the specification, each in its place: key IDs are names and never recomputed ([`key`]); one key under two IDs is one
//! signer (`role.rs`); the same version with other content is refused ([`floors`]); TAP 15's `succinct_roles` are not followed.

mod by_name;
pub mod canonical_json;
pub mod delegation;
pub mod floors;
mod invalid;
pub mod key;
mod metadata;
mod repository;
mod role;
pub mod target;
mod trusted_set;

pub use by_name::ByName;
pub use delegation::Delegated;
pub use delegation::Search;
pub use floors::Floors;
pub use floors::Seen;
pub use invalid::InvalidMetadata;
pub use metadata::MetaFile;
pub use repository::InvalidRepository;
pub use repository::Repository;
pub use target::InvalidPath;
pub use target::Target;
pub use target::TargetPath;
pub use trusted_set::TrustedRoot;
pub use trusted_set::TrustedSnapshot;
pub use trusted_set::TrustedTargets;
pub use trusted_set::TrustedTimestamp;
