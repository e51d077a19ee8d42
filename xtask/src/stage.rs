//! Stages of the test run: what each needs, what it says while it runs, and what is counted in the end.

use std::fs;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use anyhow::Result;
use anyhow::anyhow;

use crate::console;
use crate::console::Console;
use crate::console::now;

/// No program of a stage takes half as long; what does hangs.
const LIMIT: Duration = Duration::from_mins(20);

/// A stage that did not fail.
pub(crate) enum Outcome {
    /// It did what it does; there is nothing to count.
    Done,
    /// It ran tests, and they passed.
    Tested,
    /// It could not run here, for a reason that is no fault.
    Skipped(&'static str),
}

/// What the stages did so far.
pub(crate) struct Record {
    started: Instant,
    stages: usize,
    failed: Vec<&'static str>,
    skipped: usize,
    tests: Count,
}

/// Tests that ran: the sum over every runner, and one for each stage that has none (a formatter, a linter).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Record {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { started: now(), stages: 0, failed: Vec::new(), skipped: 0, tests: Count::default() }
    }

    /// Whether this stage failed, or was not run because of one that did.
    pub(crate) fn has_failed(&self, stage: &str) -> bool {
        self.failed.contains(&stage)
    }

    /// Runs a stage and prints its line; after a failure, what it printed before that.
    pub(crate) fn run(&mut self, name: &'static str, stage: impl FnOnce(&Console) -> Result<Outcome>) -> Result<()> {
        if io::stdout().is_terminal() {
            print!("… {name}");
            io::stdout().flush()?;
        }
        let started = now();
        let log = log(name);
        let mut outcome = stage(&Console::log(&log, LIMIT)?);
        let printed = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let counted = Count::of(&printed);
        if matches!(outcome, Ok(Outcome::Tested)) && counted.passed == 0 {
            outcome = Err(anyhow!("expected tests, found that none ran"));
        }
        let seconds = started.elapsed().as_secs_f64();
        match outcome {
            Ok(Outcome::Done | Outcome::Tested) => {
                let tests = if counted.passed > 0 { format!("{} tests", counted.passed) } else { String::new() };
                line('✓', name, &format!("{tests:>12}{seconds:>9.1} s"));
                self.stages += 1;
                self.tests.passed += counted.passed.max(1);
            }
            Ok(Outcome::Skipped(reason)) => {
                line('-', name, &format!(" skipped: {reason}"));
                self.skipped += 1;
            }
            Err(error) => {
                println!();
                printed.lines().filter(|line| !is_success(line)).for_each(|line| println!("{line}"));
                line('✗', name, &format!("{:>12}{seconds:>9.1} s  {error:#}", ""));
                self.fail(name, counted);
            }
        }
        Ok(())
    }

    /// A stage that cannot run because one it needs failed: a failure, too.
    pub(crate) fn blocked(&mut self, name: &'static str, needed: &str) {
        line('✗', name, &format!(" not run: `{needed}` failed"));
        self.fail(name, Count::default());
    }

    /// Prints the last two lines. Whether everything passed.
    pub(crate) fn finish(&self) -> bool {
        let seconds = self.started.elapsed().as_secs_f64();
        let stages = if self.stages == 1 { "stage" } else { "stages" };
        let failed = match self.failed.as_slice() {
            [] => String::new(),
            failed => format!(", {} failed ({})", failed.len(), failed.join(", ")),
        };
        println!("\n{} {stages} passed{failed} in {seconds:.1} s", self.stages);
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        println!("{} passed, {} failed{skipped}", self.tests.passed, self.tests.failed);
        self.failed.is_empty()
    }

    fn fail(&mut self, name: &'static str, counted: Count) {
        self.failed.push(name);
        self.tests.passed += counted.passed;
        self.tests.failed += counted.failed.max(1);
    }
}

impl Count {
    /// Reads the summaries of libtest and wasm-bindgen-test (`test result: ok. 3 passed; 1 failed; …`) and of Node's runner
    /// (`# pass 3`, in its other dress `ℹ pass 3`).
    fn of(printed: &str) -> Self {
        let mut count = Self::default();
        for line in printed.lines().map(str::trim) {
            if let Some((_, result)) = line.split_once("test result: ") {
                let words: Vec<&str> = result.split([' ', ';']).filter(|word| !word.is_empty()).collect();
                let number = |what| words.windows(2).find(|pair| pair[1] == what).and_then(|pair| pair[0].parse::<usize>().ok());
                count.passed += number("passed").unwrap_or(0);
                count.failed += number("failed").unwrap_or(0);
            } else if let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
                match rest.split_once(' ') {
                    Some(("pass", number)) => count.passed += number.parse().unwrap_or(0),
                    Some(("fail", number)) => count.failed += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        }
        count
    }
}

/// One stage's line, in place of the one that told what was running.
fn line(mark: char, name: &str, rest: &str) {
    println!("{}{mark} {name:<26}{rest}", console::fresh_line());
}

/// The line of a test that passed, in any runner's words: after a failure they only hide it.
fn is_success(line: &str) -> bool {
    (line.starts_with("test ") && line.ends_with("... ok"))
        || line.trim_start().starts_with(['✔', '▶'])
        || line.trim_start().starts_with("ok ")
}

/// Where a stage's output is kept.
fn log(name: &str) -> PathBuf {
    PathBuf::from("target/xtask/log").join(name.replace(' ', "-")).with_extension("log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_of_tests_that_runs_none_fails() {
        let mut record = Record::new();
        record.run("no tests", |_| Ok(Outcome::Tested)).unwrap();
        assert!(record.has_failed("no tests"));
        assert_eq!(record.tests, Count { passed: 0, failed: 1 });
    }

    #[test]
    fn every_runners_summary_is_counted() {
        let printed = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s\n\
                       test result: FAILED. 3 passed; 2 failed; 0 ignored\n\
                       # pass 4\n# fail 1\n\x20\x20ℹ pass 5\nℹ fail 0\n";
        assert_eq!(Count::of(printed), Count { passed: 24, failed: 3 });
    }

    #[test]
    fn what_only_looks_like_a_summary_is_not_counted() {
        assert_eq!(Count::of("test result\n# passing 3\n# pass many\nok 3 - 7 passed; 1 failed\n"), Count::default());
    }
}
