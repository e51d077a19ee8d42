//! Envelopes: a payload with the signatures over it, which nobody reads before they hold.

pub mod dsse;
