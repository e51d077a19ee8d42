//! npm packages: exactly those of the lock file, and none of their scripts.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;

use crate::console;
use crate::console::Console;

const LOCK: &str = "package-lock.json";
/// A copy of the lock file that was installed: as long as it is the same, so is what is installed.
const STAMP: &str = "node_modules/.installed-package-lock.json";
/// The oldest Node that the package supports; it is also what the development dependencies are chosen for.
const OLDEST_NODE: u32 = 20;

/// Installs what the lock file names, if that has not been done.
pub(crate) fn install(console: &Console) -> Result<()> {
    let found = console::output(Command::new("node").arg("--version")).context("expected Node on the path")?;
    let major = found.trim_start_matches('v').split('.').next().and_then(|number| number.parse::<u32>().ok());
    ensure!(major.is_some_and(|major| major >= OLDEST_NODE), "expected Node {OLDEST_NODE} or newer, found {found}; install a newer one");
    let lock = fs::read(LOCK).with_context(|| format!("cannot read {LOCK}"))?;
    if fs::read(STAMP).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    console.say("installing the npm packages of the lock file");
    console.run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    Ok(fs::write(Path::new(STAMP), lock)?)
}

/// Runs a script of one workspace.
pub(crate) fn run(console: &Console, script: &str, workspace: &str) -> Result<()> {
    console.run(Command::new("npm").args(["run", script, "--silent", "--workspace", workspace]))
}

/// Runs a script in every workspace that has it.
pub(crate) fn run_everywhere(console: &Console, script: &str) -> Result<()> {
    console.run(Command::new("npm").args(["run", script, "--workspaces", "--if-present"]))
}
