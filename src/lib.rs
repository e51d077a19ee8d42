//! pullproof
pub mod budget;
pub mod check;
pub mod digest;
pub mod discover;
pub mod error;
pub mod json;
pub mod oci;
pub mod policy;
pub mod reference;
pub mod registry;
pub mod report;
pub mod time;
pub mod transport;
