//! Docker's client.

use std::path::Path;

use pullproof_world::Server;

use crate::case::Case;
use crate::verdict::Verdict;

pub(crate) struct Docker;

impl Docker {
    pub(crate) fn start() -> Option<Self> {
        None
    }

    pub(crate) fn said(&self, _folder: &Path, _server: &Server, _name: &str, _case: &Case) -> Verdict {
        unreachable!()
    }
}
