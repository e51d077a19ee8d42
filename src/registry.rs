//! The registry's API: the [OCI distribution specification](https://github.com/opencontainers/distribution-spec) 1.1 as a reader
//! needs it, and Docker's [token authentication](https://distribution.github.io/distribution/spec/auth/token/).
//!
//! Servers of Docker Content Trust speak the same dialect with other paths.
//!
//! What is asked ([`endpoint`]), what a challenge means ([`challenge`], [`auth`]) and where we go ([`crate::url`], [`host`]) are data and pure
//! functions; [`client`] drives them with a transport.

pub mod auth;
pub mod challenge;
pub mod client;
pub mod endpoint;
pub mod host;
