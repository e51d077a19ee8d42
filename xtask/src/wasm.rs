//! The crate as one `.wasm` with its JavaScript, and the runner of the tests that run inside it.

use std::env;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitCode;

use anyhow::Context;
use anyhow::Result;

use crate::console::Console;
use crate::toolchain::TARGET;
use crate::toolchain::Toolchain;

/// Where the generated files go.
pub(crate) const OUT: &str = "pkg/wasm";

/// The hidden command by which cargo runs a test that was compiled to wasm.
pub(crate) const TEST_RUNNER: &str = "wasm-bindgen-test-runner";

/// The modules, each with the feature that opens its doors. A page that only checks downloads the first: docs/adr/0007-modules.md.
const MODULES: [(&str, &str); 5] = [
    ("pullproof", "wasm-check"),
    ("pullproof_crypto", "wasm-crypto"),
    ("pullproof_pin", "wasm-pin"),
    ("pullproof_scan", "wasm-scan"),
    ("pullproof_trust", "wasm-trust"),
];

/// The files that are generated, without those for type checkers.
pub(crate) fn files() -> impl Iterator<Item = String> {
    MODULES.into_iter().flat_map(|(name, _)| [format!("{name}_bg.wasm"), format!("{name}.js")])
}

/// The feature of each module.
pub(crate) fn features() -> impl Iterator<Item = &'static str> {
    MODULES.into_iter().map(|(_, feature)| feature)
}

/// Compiles the crate and generates its JavaScript.
pub(crate) fn build(console: &Console, toolchain: &Toolchain) -> Result<()> {
    MODULES.into_iter().try_for_each(|(name, feature)| module(console, toolchain, name, feature))
}

fn module(console: &Console, toolchain: &Toolchain, name: &str, feature: &str) -> Result<()> {
    let mut command = toolchain.cargo("build");
    command.args(["--profile", "wasm", "--package", "pullproof", "--lib", "--features", feature]);
    console.run(command.arg("--config").arg(format!("target.{TARGET}.rustflags = {:?}", nameless_paths()?)))?;
    let module = toolchain.target_dir().join(TARGET).join("wasm/pullproof.wasm");
    // The same for every runtime: `web` is the only target whose JavaScript lets the entry point bring the module itself.
    // The name section is more than a fifth of the file.
    let options =
        ["--target", "web", "--omit-default-module-path", "--remove-name-section", "--remove-producers-section", "--out-name", name];
    let arguments = ["wasm-bindgen".into(), module.into_os_string()].into_iter();
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments.chain(options.map(Into::into)).chain(["--out-dir".into(), OUT.into()]))
        .context("cannot generate the JavaScript of the wasm")
}

/// The messages of panics hold the paths of sources. Those of this machine are nobody's business, and would make the module differ from
/// one machine to the next.
fn nameless_paths() -> Result<Vec<String>> {
    let here = env::current_dir()?;
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let renamed = |path: &Path, name: &str| format!("--remap-path-prefix={}={name}", path.display());
    Ok(home.iter().map(|home| renamed(home, "/cargo")).chain([renamed(&here, "/pullproof")]).collect())
}

/// `cargo test` of the tests that run in wasm, in Node unless `chromedriver` says otherwise.
pub(crate) fn test(toolchain: &Toolchain) -> Command {
    // As a list, because the path of this program may contain spaces.
    let runner = format!("target.{TARGET}.runner = ['{}', '{TEST_RUNNER}']", crate::program().display());
    let mut command = toolchain.cargo("test");
    // Never with `--quiet`: cargo would hand it on to the runner, which does not know it.
    let features = features().collect::<Vec<_>>().join(",");
    command.args(["--package", "pullproof", "--lib", "--test", "wasm", "--features", &features, "--config", &runner]);
    command
}

/// The hidden command: our arguments from the second on are the runner's.
pub(crate) fn test_runner() -> Result<ExitCode> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os().skip(1))?;
    Ok(ExitCode::SUCCESS)
}
