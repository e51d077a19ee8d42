//! pullproof
pub mod digest;
pub mod transport;
