//! Runs programs, and decides where what they print goes: to the terminal, or to a log that is shown when something fails.

use std::fs;
use std::fs::File;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;

use crate::guard::guarded;

/// Where the output of what is run goes.
pub(crate) struct Console {
    log: Option<File>,
    /// What is run without anybody looking at it gets so much time.
    limit: Option<Duration>,
    /// The standard output is for an answer: everything else goes to the standard error.
    aside: bool,
}

impl Console {
    /// Everything is shown as it comes.
    pub(crate) fn terminal() -> Self {
        Self { log: None, limit: None, aside: false }
    }

    /// Everything is shown as it comes, and nothing of it on the standard output.
    pub(crate) fn aside() -> Self {
        Self { aside: true, ..Self::terminal() }
    }

    /// The output of programs is kept in a file, which is made anew, and each of them has so much time.
    pub(crate) fn log(path: &Path, limit: Duration) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let log = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { log: Some(log), limit: Some(limit), aside: false })
    }

    /// Tells the person in front of the terminal what is about to be done.
    pub(crate) fn say(&self, text: &str) {
        self.tell(&format!("{}  {text}", fresh_line()));
        self.note(text);
    }

    /// Runs a program to its end. Anything but success is an error that names the command.
    pub(crate) fn run(&self, command: &Command) -> Result<()> {
        self.run_for(self.limit, command)
    }

    /// Like [`Console::run`], but the program is ended when the time is over.
    pub(crate) fn run_within(&self, limit: Duration, command: &Command) -> Result<()> {
        self.run_for(Some(limit), command)
    }

    fn run_for(&self, limit: Option<Duration>, command: &Command) -> Result<()> {
        let mut child = self.start(command)?;
        let Some(status) = wait(&mut child, limit)? else {
            // Closes the pipe, and so has the guard end the program.
            child.wait()?;
            bail!("`{}` was still running after {} s", line(command), limit.unwrap_or_default().as_secs());
        };
        succeeded(command, status)
    }

    fn start(&self, command: &Command) -> Result<Child> {
        let mut guarded = guarded(command);
        if let Some(log) = &self.log {
            self.note(&format!("$ {}", line(command)));
            guarded.stdout(log.try_clone()?).stderr(log.try_clone()?);
        } else {
            self.tell(&format!("$ {}", line(command)));
            if self.aside {
                guarded.stdout(io::stderr());
            }
        }
        guarded.spawn().context("cannot start a shell")
    }

    fn tell(&self, line: &str) {
        if self.aside {
            eprintln!("{line}");
        } else {
            println!("{line}");
        }
    }

    fn note(&self, text: &str) {
        if let Some(mut log) = self.log.as_ref() {
            // The log is a convenience: a full disk shows itself in what is being run.
            let _ = writeln!(log, "{text}");
        }
    }
}

/// What a program prints to its standard output, without the white space at its end.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{}`", line(command)))?;
    succeeded(command, output.status)?;
    let text = String::from_utf8(output.stdout).with_context(|| format!("`{}` printed something other than UTF-8", line(command)))?;
    Ok(text.trim_end().to_owned())
}

/// What takes back, on a terminal, a line that only told what is going on.
pub(crate) fn fresh_line() -> &'static str {
    if io::stdout().is_terminal() { "\r\x1b[K" } else { "" }
}

/// The clock of a tool that measures how long things take; the crate it tests is never given it.
#[allow(clippy::disallowed_methods, reason = "the rule is for the library")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Waits for the end of a program, for so long if not for ever.
fn wait(child: &mut Child, limit: Option<Duration>) -> Result<Option<ExitStatus>> {
    let deadline = limit.map(|limit| now() + limit);
    loop {
        // Not `Child::wait`: it would close the pipe, and so end the program.
        let status = child.try_wait()?;
        if status.is_some() || deadline.is_some_and(|deadline| now() > deadline) {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "`{}` ended with {status}", line(command));
    Ok(())
}

/// The command as one would type it; the program by its name alone.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_fails_is_named_in_the_error() {
        let error = Console::terminal().run(&shell("exit 3")).unwrap_err().to_string();
        assert_eq!(error, "`sh -c exit 3` ended with exit status: 3");
    }

    #[test]
    fn a_program_that_does_not_exist_is_named_in_the_error() {
        let error = Console::terminal().run(&Command::new("/nowhere/program")).unwrap_err().to_string();
        assert_eq!(error, "`program` ended with exit status: 127");
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        let started = now();
        let error = Console::terminal().run_within(Duration::from_millis(200), &shell("exec sleep 60")).unwrap_err().to_string();
        assert_eq!(error, "`sh -c exec sleep 60` was still running after 0 s");
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_program_that_will_not_end_is_killed() {
        let started = now();
        Console::terminal().run_within(Duration::from_millis(200), &shell("trap '' TERM; while :; do sleep 0.1; done")).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn the_output_of_a_program_that_fails_is_not_taken() {
        output(&mut shell("echo half; exit 1")).unwrap_err();
    }

    #[test]
    fn the_output_of_a_program_loses_the_line_end() {
        assert_eq!(output(&mut shell("echo whole")).unwrap(), "whole");
    }
}
