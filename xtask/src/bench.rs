//! `cargo xtask bench`: sizes, times and requests, beside other clients on the same registry. It asserts nothing: it measures.
//!
//! This is the set-up; what is measured, and how, is in `benches/`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use pullproof_world::Image;
use pullproof_world::layout;
use pullproof_world::sigstore::vectors;

use crate::build;
use crate::console;
use crate::console::Console;
use crate::lock;
use crate::packages;
use crate::registry::Registries;
use crate::toolchain;
use crate::toolchain::Toolchain;

/// The clients and verifiers in JavaScript that are compared with. Nothing else needs them, so they have a lock file of their own.
const PEERS: &str = "benches/peers";
const LAYOUT: &str = "target/xtask/bench-layout";
const VECTORS: &str = "target/xtask/bench-vectors";
/// Under `public/`, which the token server lets anybody pull.
const IMAGE: &str = "public/bench:1.0";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options<'a> {
    /// Where the numbers go, besides the terminal.
    json: Option<&'a str>,
}

impl<'a> Options<'a> {
    /// `[--json <file>]`
    pub(crate) fn parse(arguments: &[&'a str]) -> Result<Self> {
        match *arguments {
            [] => Ok(Self::default()),
            ["--json", file] => Ok(Self { json: Some(file) }),
            _ => bail!("expected nothing or `--json <file>`, found `{}`", arguments.join(" ")),
        }
    }
}

/// Builds everything, starts the registries with one image, and measures.
pub(crate) fn run(console: &Console, options: &Options) -> Result<()> {
    let _lock = lock::exclusive()?;
    packages::ensure_programs(console)?;
    build::with(console, &Toolchain::find(console)?)?;
    if let Err(error) = install_peers(console) {
        console.say(&format!("the JavaScript programs to compare with could not be installed, and are left out: {error:#}"));
    }
    // As somebody would run it: the other profiles are for tests.
    console.run(toolchain::cargo().args(["build", "--release", "--features", "native", "--example", "scan"]))?;
    let registries = Registries::start()?;
    let address = |name| registries.environment.iter().find(|(variable, _)| *variable == name).map(|(_, address)| address.as_str());
    let open = address("PULLPROOF_REGISTRY").context("expected a registry that is open to everybody, found none")?;
    let token = address("PULLPROOF_REGISTRY_TOKEN").context("expected a registry behind a token server, found none")?;
    push(console, open)?;
    vectors::write(Path::new(VECTORS))?;
    let mut node = Command::new("node");
    // The benchmark starts the registry of the demo, which has signed images.
    node.env("PULLPROOF_XTASK", crate::program());
    node.args(["benches/main.mjs", "--image", IMAGE, "--registry", open, "--token-registry", token, "--server", &server()?]);
    node.args(["--vectors", VECTORS]);
    if let Some(file) = options.json {
        node.args(["--json", file]);
    }
    console.run(&node)
}

/// Exactly those of the lock file, and none of their scripts; not again while the lock file is the same.
fn install_peers(console: &Console) -> Result<()> {
    let lock = fs::read(format!("{PEERS}/package-lock.json"))?;
    let stamp = format!("{PEERS}/node_modules/.installed-package-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    console.say("installing the JavaScript programs to compare with");
    let mut npm = Command::new("npm");
    npm.current_dir(PEERS).args(["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]);
    // Some warn of this Node's age. Which of them do not run, the benchmark says.
    console.run(npm.arg("--loglevel=error"))?;
    Ok(fs::write(stamp, lock)?)
}

/// By a real client, so that what is measured is served as any image is.
fn push(console: &Console, registry: &str) -> Result<()> {
    if Path::new(LAYOUT).exists() {
        fs::remove_dir_all(LAYOUT)?;
    }
    layout::write(Path::new(LAYOUT), &[("image", &Image::multi_platform())])?;
    let (source, target) = (format!("oci:{LAYOUT}:image"), format!("docker://{registry}/{IMAGE}"));
    console.run(Command::new("skopeo").args([
        "copy",
        "--quiet",
        "--all",
        "--preserve-digests",
        "--dest-tls-verify=false",
        &source,
        &target,
    ]))
}

/// Which registry server it is: `docker-registry 2.8.2`.
fn server() -> Result<String> {
    let program = packages::program("docker-registry").context("expected the program docker-registry, found none")?;
    let printed = console::output(Command::new(program).arg("--version"))?;
    Ok(format!("docker-registry {}", printed.rsplit(' ').next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn the_numbers_go_to_a_file_when_one_is_named() {
        assert_eq!(Options::parse(&["--json", "bench.json"]).unwrap(), Options { json: Some("bench.json") });
    }

    #[test]
    fn a_file_without_its_option_is_refused() {
        Options::parse(&["bench.json"]).unwrap_err();
    }

    #[test]
    fn an_option_without_its_file_is_refused() {
        Options::parse(&["--json"]).unwrap_err();
    }
}
