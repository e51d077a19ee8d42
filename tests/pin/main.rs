//! What is found in texts, what is pinned in them, and what is left alone.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::format_collect, reason = "tests write texts line by line")]

mod command;
mod compose;
mod dockerfile;
mod github_actions;
mod helm_values;
mod invariants;
mod kubernetes;
mod kustomization;
mod limits;
mod properties;
mod readme;
mod support;
mod yaml;
