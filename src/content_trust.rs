//! Docker Content Trust, that is Notary version 1: what its publisher says that a tag stands for.
//!
//! A collection of trust data has a name, the [`Gun`], and four kinds of files, as in TUF, of which Notary speaks an old dialect of its
//! own: `docs/adr/0012-content-trust.md` says where the two differ, and where this is stricter than Notary. Its steps are types:
//!
//! ```text
//! Anchor ─load─▶ TrustedRoot ─next─▶ TrustedRoot ─timestamp─▶ TrustedTimestamp ─snapshot─▶ TrustedSnapshot ─targets─▶ TrustedTargets
//!                                                                                                                          │ look_up
//!                                     manifest ◀─verify─ SignedTag ◀─ Lookup::Found ◀──────── Lookup ◀──────look_up────────┤
//!                                                                                               └ Delegated ─load─▶ TrustedDelegated
//! ```
//!
//! Every step takes bytes, compares all that can be compared, and returns an [`Unproven`](crate::crypto::Unproven) next step that
//! rests on a threshold of signatures. Nothing here fetches or stores; whoever does so keeps a [`State`].
//!
//! **What is verified is the canonical form of `signed`**, written anew from the parsed value, as in TUF and by the same writer; what is
//! hashed are the received bytes.

mod anchor;
mod certificate;
mod delegation;
mod floors;
mod gun;
mod invalid;
mod key;
mod metadata;
mod role;
mod server;
mod survey;
mod trusted;

pub use crate::stored::InvalidState;
pub use anchor::Anchor;
pub use delegation::Asked;
pub use delegation::Delegated;
pub use delegation::Lookup;
pub use delegation::SignedTag;
pub use delegation::TrustedDelegated;
pub use delegation::Unusable;
pub use delegation::Wanted;
pub use delegation::WhenUnusable;
pub use floors::Floors;
pub use floors::State;
pub use gun::Gun;
pub use invalid::InvalidTrustData;
pub use key::KeyId;
pub use metadata::MetaFile;
pub use server::InvalidTrustServer;
pub use server::TrustFile;
pub use server::TrustServer;
pub use server::Which;
pub use survey::Contents;
pub use survey::DelegatedRole;
pub use survey::ListedTag;
pub use survey::Read;
pub use survey::RoleState;
pub use survey::Survey;
pub use survey::Unread;
pub use trusted::Link;
pub use trusted::RootKey;
pub use trusted::TrustedRoot;
pub use trusted::TrustedSnapshot;
pub use trusted::TrustedTargets;
pub use trusted::TrustedTimestamp;
pub use trusted::When;
