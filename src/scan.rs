//! What is known to be vulnerable in an image: its layers are read as they arrive, the packages in them are listed, and every package
//! is compared with what advisories say of it.
//!
//! ```text
//! layer bytes ─▶ layer (inflate, tar) ─▶ tree (overlay) ─▶ inventory (packages) ─▶ matching (advisories, versions) ─▶ findings
//! ```
//!
//! Everything here is a pure function over bytes. What cannot be read, or whose version cannot be compared, is said to be so: it is
//! never "not affected".

pub mod advisory;
pub mod age;
pub mod alias;
pub mod bill;
pub mod ecosystem;
pub mod exploited;
pub mod gap;
pub mod inventory;
pub mod layer;
pub mod lists;
pub mod matching;
pub mod overlay;
pub mod package;
mod purl;
pub mod range;
pub mod report;
pub mod rule;
pub mod severity;
pub mod source;
mod summary;
pub mod survey;
pub mod tree;
pub mod version;
pub mod vex;
