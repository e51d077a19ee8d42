//! `cargo xtask`: everything that is done to this repository, and the installation of what that takes.
//!
//! Each command is a file. What a command needs from elsewhere is a file too: the wasm target (`toolchain`), system packages
//! (`packages`), npm's (`npm`). All of them say what they do before they do it.

mod bench;
mod build;
mod conformance;
mod console;
mod demo;
mod fuzz;
mod guard;
mod lock;
mod npm;
mod packages;
mod peers;
mod port;
mod registry;
mod server;
mod shards;
mod sign;
mod stage;
mod test;
mod toolchain;
mod trust;
mod wasm;
mod world;

use std::env;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use anyhow::Result;
use anyhow::bail;

use crate::console::Console;

const HELP: &str = "\
cargo xtask <command>

  demo [--port 8787]       build everything, then serve the page, the Worker and a registry of good and bad images on loopback
  build                    build the wasm, the npm package, the Worker and the page, and tell their sizes
  test [--long] [filter]   run every test, or only the stages whose name contains the filter
  fuzz [target] [seconds]  fuzz one target, or all of them, for so many seconds each (60)
  bench [--json file]      measure sizes, times and requests, beside other clients on the same registry
  conformance-client <s>   build what a public conformance suite is run against, and print where it is: sigstore or tuf
  peers [name]             bring other programs: those that pin and those that scan, for `bench`; cosign, docker and olareg, for `test`; or
                           one of them
  shards <dump>... --out <folder> [--kev <file>] [--at <time>] [--key <file>]
                           make shards of advisories, and an index of them, from dumps of OSV's: all.zip, or folders of records;
                           with a key, signed
  help                     this text

What is missing on the machine is installed where that is possible, and named where it is not: the wasm target of Rust, npm
packages from the lock file, a browser and a registry server from the system's packages.

PULLPROOF_WASM_TOOLCHAIN=rustup|debian forces one of the two ways to the wasm target.
";

fn main() -> ExitCode {
    program();
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // The one command that cargo calls, not a person: it must find the directory as it is.
    if let [wasm::TEST_RUNNER, ..] = arguments[..] {
        return wasm::test_runner();
    }
    env::set_current_dir(root())?;
    let console = Console::terminal();
    match arguments[..] {
        ["build"] => build::all(&console)?,
        ["demo", ref options @ ..] => demo::run(&console, port::option(options, demo::PORT)?)?,
        ["test", ref options @ ..] => return test::run(&test::Options::parse(options)?),
        ["fuzz", ref options @ ..] => fuzz::run(&console, &fuzz::Options::parse(options)?)?,
        ["bench", ref options @ ..] => bench::run(&console, &bench::Options::parse(options)?)?,
        ["conformance-client", suite] => conformance::client(suite)?,
        ["peers"] => peers::bring(&console, None)?,
        ["peers", name] => peers::bring(&console, Some(name))?,
        ["shards", ref options @ ..] => shards::run(&console, &shards::Options::parse(options)?)?,
        ["world", ref options @ ..] => world::serve(port::option(options, 0)?)?,
        ["registries"] => registry::serve()?,
        [] | ["help" | "--help" | "-h"] => print!("{HELP}"),
        _ => bail!("expected a command of `cargo xtask help`, found `{}`", arguments.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}

/// This program. Its path is asked for at the start: when cargo has put a newer one in its place, Linux calls ours deleted.
fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| env::current_exe().expect("the system tells where a running program is"));
    &PROGRAM
}

/// The repository. Every path in the other files is relative to it.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the manifest is in a folder of the repository")
}
