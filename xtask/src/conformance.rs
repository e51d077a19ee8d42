//! `cargo xtask conformance-client`: the programs that public conformance suites are run against. `tests/conformance/README.md` says how.

use anyhow::Context;
use anyhow::Result;

use crate::build;
use crate::console::Console;
use crate::lock;
use crate::toolchain::Toolchain;

/// A suite that others made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suite {
    /// sigstore/sigstore-conformance
    Sigstore,
    /// theupdateframework/tuf-conformance
    Tuf,
}

impl Suite {
    const ALL: [Self; 2] = [Self::Sigstore, Self::Tuf];

    fn parse(name: &str) -> Result<Self> {
        let names = || Self::ALL.map(Self::name).join(", ");
        let suite = Self::ALL.into_iter().find(|suite| suite.name() == name);
        suite.with_context(|| format!("expected one of the suites {}, found `{name}`", names()))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sigstore => "sigstore",
            Self::Tuf => "tuf",
        }
    }

    /// What speaks the suite's protocol, over the npm package.
    const fn client(self) -> &'static str {
        match self {
            Self::Sigstore => "tests/conformance/sigstore.mjs",
            Self::Tuf => "tests/conformance/tuf.mjs",
        }
    }
}

/// Builds what the client of this suite needs. All that the standard output gets is the client's path.
pub(crate) fn client(suite: &str) -> Result<()> {
    let suite = Suite::parse(suite)?;
    let console = Console::aside();
    let _lock = lock::exclusive()?;
    build::package(&console, &Toolchain::find(&console)?)?;
    println!("{}", crate::root().join(suite.client()).display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn every_client_is_there_and_can_be_run() {
        for suite in Suite::ALL {
            let mode = fs::metadata(crate::root().join(suite.client())).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{}", suite.client());
        }
    }

    #[test]
    fn a_suite_that_is_not_known_is_refused_with_those_that_are() {
        let error = Suite::parse("cosign").unwrap_err().to_string();
        assert_eq!(error, "expected one of the suites sigstore, tuf, found `cosign`");
    }
}
