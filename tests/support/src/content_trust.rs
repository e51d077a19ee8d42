//! A publisher of Docker Content Trust in memory: documents are values that a test changes as it likes; [`Publisher::publish`] links
//! and signs them as an honest one would. [`Site`] is what a server shows of them.

mod documents;
mod publisher;
mod signer;
mod site;

pub use documents::bump;
pub use documents::canonical;
pub use documents::file;
pub use documents::keys;
pub use documents::meta;
pub use documents::role;
pub use documents::sha256;
pub use documents::sign;
pub use documents::signatures;
pub use publisher::Files;
pub use publisher::Publisher;
pub use signer::Signer;
pub use signer::certificate;
pub use signer::side_by_side;
pub use site::Site;
pub use site::Sites;

use pullproof::UnixTime;

/// The collection of the tests.
pub const GUN: &str = "docker.io/example/app";
/// What `1.0` stands for.
pub const MANIFEST: &[u8] = b"{\"schemaVersion\":2,\"what\":\"the manifest behind 1.0\"}";
/// What it stood for before.
pub const OLD_MANIFEST: &[u8] = b"{\"schemaVersion\":2,\"what\":\"an older one\"}";

/// When everything begins. Timestamps expire after two weeks, snapshot and targets after three years, roots after ten.
pub fn start() -> UnixTime {
    "2026-11-23T12:00:00Z".parse().expect("it is a time")
}

/// So many days after the beginning, or before it.
pub fn days_later(days: i64) -> UnixTime {
    UnixTime::from_seconds(start().seconds() + days * 86_400).expect("it is no later than the year 9999")
}
