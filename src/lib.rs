//! pullproof
pub mod budget;
pub mod digest;
pub mod json;
pub mod oci;
pub mod policy;
pub mod report;
pub mod time;
pub mod transport;
