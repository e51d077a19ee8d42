//! `cargo xtask fuzz`: hostile input, as much of it as the given time allows.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;

use crate::console;
use crate::console::Console;
use crate::packages;
use crate::toolchain;

const TARGETS: &str = "fuzz/fuzz_targets";
/// What a target starts from, in a folder of its name: few inputs of random bytes look like YAML.
const SEEDS: &str = "fuzz/seeds";
/// What it found since, which stays on this machine.
const CORPUS: &str = "fuzz/corpus";
/// Where `cargo install` puts cargo-fuzz when the machine has none: nothing outside changes.
const TOOLS: &str = "target/tools";
const DEFAULT_SECONDS: u32 = 60;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// One target; without it, all.
    target: Option<String>,
    /// For each target.
    seconds: u32,
}

impl Options {
    /// `[target] [seconds]`.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let seconds = |text: &str| text.parse().ok().filter(|&seconds: &u32| seconds > 0);
        match *arguments {
            [] => Ok(Self { target: None, seconds: DEFAULT_SECONDS }),
            [only] => Ok(match seconds(only) {
                Some(seconds) => Self { target: None, seconds },
                None => Self { target: Some(only.to_owned()), seconds: DEFAULT_SECONDS },
            }),
            [target, time] => match seconds(time) {
                Some(seconds) => Ok(Self { target: Some(target.to_owned()), seconds }),
                None => bail!("expected a number of seconds from 1 on, found `{time}`"),
            },
            _ => bail!("expected `fuzz [target] [seconds]`, found {} arguments", arguments.len()),
        }
    }
}

/// Fuzzes one target after the other. libFuzzer prints its seed, and the path of an input that breaks something.
pub(crate) fn run(console: &Console, options: &Options) -> Result<()> {
    let known = targets()?;
    let chosen = match &options.target {
        Some(target) => {
            ensure!(known.contains(target), "expected one of the targets {}, found `{target}`", known.join(", "));
            vec![target.clone()]
        }
        None => known,
    };
    ensure!(
        packages::program("rustup")
            .is_some_and(|rustup| { console::output(Command::new(rustup).args(["run", "nightly", "rustc", "--version"])).is_ok() }),
        "expected Rust's nightly toolchain, which the fuzzer's instrumentation needs; run `rustup toolchain install nightly`"
    );
    let path = path_with_cargo_fuzz(console)?;
    for target in chosen {
        console.say(&format!("fuzzing {target} for {} s", options.seconds));
        let corpora = corpora(&target)?;
        console.run(
            Command::new("rustup")
                .args(["run", "nightly", "cargo", "fuzz", "run", &target])
                .args(corpora)
                .args(["--", "-timeout=10", "-rss_limit_mb=1024"])
                .arg(format!("-max_total_time={}", options.seconds))
                // This program was started by the stable cargo, whose settings would win over `rustup run`.
                .env_remove("CARGO")
                .env_remove("RUSTUP_TOOLCHAIN")
                .env("PATH", &path),
        )?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(TARGETS).with_context(|| format!("cannot read {TARGETS}"))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// Where the inputs are: libFuzzer adds to the first of them, and only reads the others.
fn corpora(target: &str) -> Result<Vec<String>> {
    let corpus = format!("{CORPUS}/{target}");
    fs::create_dir_all(&corpus)?;
    let seeds = format!("{SEEDS}/{target}");
    Ok(if Path::new(&seeds).is_dir() { vec![corpus, seeds] } else { vec![corpus] })
}

/// The search path, with our own folder of tools at its end.
fn path_with_cargo_fuzz(console: &Console) -> Result<std::ffi::OsString> {
    let ours = crate::root().join(TOOLS).join("bin");
    if packages::program("cargo-fuzz").is_none() && !Path::new(&ours).join("cargo-fuzz").is_file() {
        console.say(&format!("installing cargo-fuzz into {TOOLS}"));
        console.run(toolchain::cargo().args(["install", "cargo-fuzz", "--locked", "--root", TOOLS]))?;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(env::split_paths(&path).chain([ours]))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_every_target_runs_for_a_minute() {
        assert_eq!(Options::parse(&[]).unwrap(), Options { target: None, seconds: 60 });
    }

    #[test]
    fn a_lone_number_is_a_time() {
        assert_eq!(Options::parse(&["300"]).unwrap(), Options { target: None, seconds: 300 });
    }

    #[test]
    fn a_target_that_never_runs_is_refused() {
        Options::parse(&["reference", "0"]).unwrap_err();
    }

    #[test]
    fn a_time_that_is_no_number_is_refused() {
        let error = Options::parse(&["reference", "5m"]).unwrap_err().to_string();
        assert_eq!(error, "expected a number of seconds from 1 on, found `5m`");
    }

    #[test]
    fn a_third_argument_is_refused() {
        Options::parse(&["reference", "5", "more"]).unwrap_err();
    }
}
