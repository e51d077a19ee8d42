//! Forged bundles: one lie each.

mod certificates;
mod contents;
mod logs;
mod timestamps;

use super::Vector;

pub(super) fn all() -> Vec<Vector> {
    [contents::all(), certificates::all(), logs::all(), timestamps::all()].concat()
}
