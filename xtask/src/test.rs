//! `cargo xtask test`: every test there is, in stages that each print one line.

use std::cell::OnceCell;
use std::env;
use std::fs;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::process::Command;
use std::process::ExitCode;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;

use crate::build;
use crate::console::Console;
use crate::lock;
use crate::npm;
use crate::packages;
use crate::peers;
use crate::registry::Registries;
use crate::stage::Outcome;
use crate::stage::Record;
use crate::toolchain;
use crate::toolchain::Toolchain;
use crate::trust::TrustServers;
use crate::wasm;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Many more cases of every property, and the tests that are otherwise left out.
    long: bool,
    /// Only the stages whose name contains this, and those they need.
    filter: Option<String>,
}

struct Stage {
    name: &'static str,
    /// Stages that must have passed: their results are used.
    needs: &'static [&'static str],
    run: fn(&Run, &Console) -> Result<Outcome>,
}

/// In the order in which they run: quick before slow, and what others need before them.
const STAGES: &[Stage] = &[
    Stage { name: "format", needs: &[], run: format },
    Stage { name: "tools", needs: &[], run: tools },
    Stage { name: "clippy", needs: &[], run: clippy },
    Stage { name: "clippy for wasm", needs: &["tools"], run: clippy_for_wasm },
    Stage { name: "dependencies", needs: &[], run: dependencies },
    Stage { name: "rust tests", needs: &[], run: rust_tests },
    Stage { name: "documentation", needs: &[], run: documentation },
    Stage { name: "wasm tests in node", needs: &["tools"], run: wasm_tests_in_node },
    Stage { name: "wasm tests in chromium", needs: &["tools"], run: wasm_tests_in_chromium },
    Stage { name: "build", needs: &["tools"], run: build },
    Stage { name: "javascript types", needs: &["build"], run: javascript_types },
    Stage { name: "javascript tests", needs: &["build"], run: javascript_tests },
    Stage { name: "sigstore-js", needs: &["tools"], run: sigstore_js },
    Stage { name: "command line", needs: &["build"], run: command_line },
    Stage { name: "end to end", needs: &["build"], run: end_to_end },
];

/// What the stages share.
struct Run {
    long: bool,
    toolchain: OnceCell<Toolchain>,
}

/// Runs the stages. The exit code is a failure if any of them is.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let selected = options.select()?;
    let _lock = lock::exclusive()?;
    let run = Run { long: options.long, toolchain: OnceCell::new() };
    let mut record = Record::new();
    for stage in selected {
        match stage.needs.iter().find(|needed| record.has_failed(needed)) {
            Some(needed) => record.blocked(stage.name, needed),
            None => record.run(stage.name, |console| (stage.run)(&run, console))?,
        }
    }
    Ok(if record.finish() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Options {
    /// `[--long] [filter]`, in any order.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        for &argument in arguments {
            match argument {
                "--long" => options.long = true,
                other if other.starts_with('-') => bail!("expected --long or a filter, found `{other}`"),
                filter if options.filter.is_none() => options.filter = Some(filter.to_owned()),
                another => bail!("expected one filter, found a second: `{another}`"),
            }
        }
        Ok(options)
    }

    fn select(&self) -> Result<Vec<&'static Stage>> {
        let Some(filter) = &self.filter else { return Ok(STAGES.iter().collect()) };
        let mut names: Vec<&str> = STAGES.iter().map(|stage| stage.name).filter(|name| name.contains(filter.as_str())).collect();
        ensure!(
            !names.is_empty(),
            "expected part of a stage's name, found `{filter}`; the stages are: {}",
            STAGES.iter().map(|stage| stage.name).collect::<Vec<_>>().join(", ")
        );
        // A stage stands after those it needs, so one pass from the end finds them all.
        for stage in STAGES.iter().rev() {
            if names.contains(&stage.name) {
                names.extend(stage.needs);
            }
        }
        Ok(STAGES.iter().filter(|stage| names.contains(&stage.name)).collect())
    }
}

impl Run {
    /// Found once: the way to it may have taken minutes.
    fn toolchain(&self) -> Result<&Toolchain> {
        self.toolchain.get().context("the stage `tools` was to find the wasm toolchain")
    }
}

fn tools(run: &Run, console: &Console) -> Result<Outcome> {
    packages::ensure_programs(console)?;
    npm::install(console)?;
    let toolchain = Toolchain::find(console)?;
    run.toolchain.set(toolchain).expect("this stage runs once");
    Ok(Outcome::Done)
}

fn format(_: &Run, console: &Console) -> Result<Outcome> {
    console.run(toolchain::cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Done)
}

fn clippy(_: &Run, console: &Console) -> Result<Outcome> {
    console.run(toolchain::cargo().args(["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"]))?;
    // The fuzz targets are a workspace of their own, and fall behind unseen. Only running them takes libFuzzer, so any path will do.
    let fuzz = ["clippy", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz-check", "--", "--deny", "warnings"];
    console.run(toolchain::cargo().args(fuzz).env("CUSTOM_LIBFUZZER_PATH", "unused/libfuzzer.a"))?;
    Ok(Outcome::Done)
}

fn clippy_for_wasm(run: &Run, console: &Console) -> Result<Outcome> {
    match run.toolchain()? {
        Toolchain::Installed => {
            // Each module by itself: what one of them needs may be dead code in the other.
            for feature in wasm::features() {
                let lib = ["--package", "pullproof", "--lib", "--features", feature, "--", "--deny", "warnings"];
                console.run(run.toolchain()?.cargo("clippy").args(lib))?;
            }
            Ok(Outcome::Done)
        }
        Toolchain::Debian { .. } => Ok(Outcome::Skipped("Debian's toolchain for wasm comes without clippy")),
    }
}

fn dependencies(_: &Run, console: &Console) -> Result<Outcome> {
    if packages::program("cargo-deny").is_none() {
        return Ok(Outcome::Skipped("cargo-deny is not installed (`cargo install cargo-deny`)"));
    }
    // Not `advisories`: they need a database from the network, and they change without us.
    console.run(toolchain::cargo().args(["deny", "--workspace", "check", "licenses", "bans", "sources"]))?;
    Ok(Outcome::Done)
}

/// The tools apart from the rest: together they would be built again, with the features of all.
fn rust_tests(run: &Run, console: &Console) -> Result<Outcome> {
    let mut rest = toolchain::cargo();
    rest.args(["test", "--workspace", "--exclude", "xtask", "--exclude", DIFFERENTIAL, "--all-features", "--no-fail-fast"]);
    if run.long {
        let seed = seed();
        console.say(&format!("properties with 65536 cases each, PROPTEST_RNG_SEED={seed}"));
        rest.env("PROPTEST_CASES", "65536").env("PROPTEST_RNG_SEED", seed).args(["--", "--include-ignored"]);
    }
    console.run(&rest)?;
    // One by one, since each of them may take as long as a program may in a long run.
    for target in [["--lib"].as_slice(), &["--test", "harmless"], &["--test", "sigstore_verify"]] {
        let mut differential = differential("test");
        differential.args(target).args(["--", "--nocapture"]);
        if run.long {
            differential.env("PULLPROOF_MUTATIONS", "200000").env("PULLPROOF_EVERY_BYTE", "1");
        }
        console.run(&differential)?;
    }
    console.run(toolchain::cargo().args(["test", "--package", "xtask"]))?;
    Ok(Outcome::Tested)
}

/// Notary's cases once more, by way of the command line. A program starts for each visit, so that every sixth has to do; in a long run it
/// is all of them.
fn command_line(run: &Run, console: &Console) -> Result<Outcome> {
    let mut cases = toolchain::cargo();
    // Built with the features of all, as before.
    cases.args([
        "test",
        "--workspace",
        "--exclude",
        "xtask",
        "--exclude",
        DIFFERENTIAL,
        "--all-features",
        "--test",
        "notary",
        "--",
        "command",
    ]);
    cases.env("PULLPROOF_CLI", crate::root().join("pkg/dist/cli.js")).env("PULLPROOF_CLI_EVERY", if run.long { "1" } else { "6" });
    console.run(&cases)?;
    Ok(Outcome::Tested)
}

/// The member of the workspace that compares us with other verifiers.
const DIFFERENTIAL: &str = "pullproof-differential";

/// A command of cargo for it. It verifies several hundred thousand times, so that what it verifies with is optimised, a little: that
/// takes a quarter of the time, and half a minute to build once.
fn differential(command: &str) -> Command {
    let mut cargo = toolchain::cargo();
    cargo.args([command, "--package", DIFFERENTIAL, "--config", "profile.dev.package.pullproof.opt-level=1"]);
    cargo
}

/// The verifier in JavaScript gets what that member writes.
fn sigstore_js(_: &Run, console: &Console) -> Result<Outcome> {
    let cases = crate::root().join("target/differential-cases.jsonl");
    console.run(differential("run").args(["--example", "cases", "--"]).arg(&cases))?;
    let test = ["--test", "--test-reporter=spec", "tests/differential/sigstore.test.mjs"];
    console.run(Command::new("node").args(test).env("PULLPROOF_CASES", &cases))?;
    Ok(Outcome::Tested)
}

/// Another one every time, unless it is given: a run that found something can be repeated.
fn seed() -> String {
    env::var("PROPTEST_RNG_SEED").unwrap_or_else(|_| RandomState::new().hash_one("seed").to_string())
}

fn documentation(_: &Run, console: &Console) -> Result<Outcome> {
    console.run(toolchain::cargo().env("RUSTDOCFLAGS", "--deny warnings").args([
        "doc",
        "--no-deps",
        "--workspace",
        "--exclude",
        "xtask",
        "--all-features",
    ]))?;
    Ok(Outcome::Done)
}

fn wasm_tests_in_node(run: &Run, console: &Console) -> Result<Outcome> {
    console.run(&wasm::test(run.toolchain()?))?;
    Ok(Outcome::Tested)
}

fn wasm_tests_in_chromium(run: &Run, console: &Console) -> Result<Outcome> {
    let driver = packages::program("chromedriver").context("expected the program chromedriver, found none")?;
    console.run(wasm::test(run.toolchain()?).env("WASM_BINDGEN_USE_BROWSER", "1").env("CHROMEDRIVER", driver))?;
    Ok(Outcome::Tested)
}

fn build(run: &Run, console: &Console) -> Result<Outcome> {
    build::with(console, run.toolchain()?)?;
    Ok(Outcome::Done)
}

fn javascript_types(_: &Run, console: &Console) -> Result<Outcome> {
    npm::run_everywhere(console, "typecheck")?;
    Ok(Outcome::Done)
}

fn javascript_tests(_: &Run, console: &Console) -> Result<Outcome> {
    npm::run_everywhere(console, "test")?;
    Ok(Outcome::Tested)
}

/// The four runtimes against real registry servers. The tests find by environment variables what they need:
/// `PULLPROOF_REGISTRY`, `PULLPROOF_REGISTRY_BASIC` and `PULLPROOF_REGISTRY_TOKEN` (each `host:port`; user lab, password labpass),
/// `PULLPROOF_NOTARY` and `PULLPROOF_NOTARY_TLS` (trust servers, `http://host:port` and `https://host:port`; `PULLPROOF_NOTARY_CA` is the
/// file with the certificate of the second), `PULLPROOF_CHROMIUM` (the browser), `PULLPROOF_XTASK` (this program, for `world`),
/// `PULLPROOF_COSIGN`, `PULLPROOF_OLAREG` and `PULLPROOF_SYFT` (if they are there).
fn end_to_end(_: &Run, console: &Console) -> Result<Outcome> {
    let registries = Registries::start()?;
    let trust = TrustServers::start()?;
    let browser = packages::program("chromium").context("expected the program chromium, found none")?;
    // By name, because newer versions of Node no longer take a folder.
    let mut tests: Vec<_> = fs::read_dir("tests/e2e")?.flatten().map(|file| file.path()).collect();
    tests.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    tests.sort();
    ensure!(!tests.is_empty(), "expected tests in tests/e2e, found none");
    console.run(
        Command::new("node")
            // What hangs is named by the runner, before the stage as a whole is out of time. Two files at once: each waits for others most of
            // the time, and on two cores the runner would take one.
            .args(["--test", "--test-reporter=spec", "--test-timeout=600000", "--test-concurrency=2"])
            .args(tests)
            .envs(registries.environment.iter().chain(&trust.environment).map(|(name, address)| (name, address)))
            .env("PULLPROOF_CHROMIUM", browser)
            .env("PULLPROOF_XTASK", crate::program())
            .envs(peers::program("cosign").map(|program| ("PULLPROOF_COSIGN", program)))
            .envs(peers::program("olareg").map(|program| ("PULLPROOF_OLAREG", program)))
            .envs(peers::program("syft").map(|program| ("PULLPROOF_SYFT", program))),
    )?;
    Ok(Outcome::Tested)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(arguments: &[&str]) -> Vec<&'static str> {
        Options::parse(arguments).unwrap().select().unwrap().iter().map(|stage| stage.name).collect()
    }

    #[test]
    fn without_a_filter_every_stage_runs() {
        assert_eq!(selected(&["--long"]).len(), STAGES.len());
    }

    #[test]
    fn a_filter_brings_what_its_stages_need() {
        assert_eq!(selected(&["end to end"]), ["tools", "build", "end to end"]);
    }

    #[test]
    fn a_stage_stands_after_those_it_needs() {
        for (place, stage) in STAGES.iter().enumerate() {
            for needed in stage.needs {
                assert!(STAGES[..place].iter().any(|earlier| earlier.name == *needed), "{} needs {needed}", stage.name);
            }
        }
    }

    #[test]
    fn a_filter_that_no_stage_matches_is_refused() {
        let error = Options::parse(&["everything"]).unwrap().select().err().unwrap().to_string();
        assert!(error.contains("found `everything`; the stages are: format, "), "{error}");
    }

    #[test]
    fn an_unknown_option_is_refused() {
        Options::parse(&["--lung"]).unwrap_err();
    }

    #[test]
    fn a_second_filter_is_refused() {
        Options::parse(&["format", "clippy"]).unwrap_err();
    }
}
