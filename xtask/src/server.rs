//! Servers that end when we end, however we end.
//!
//! A server lives as long as the pipe to its standard input. The system closes the pipe when this process ends, by whatever
//! signal, so no server is left behind. A program that knows nothing of this gets a shell in front that does.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;

use crate::console::now;

/// Starts the program, and ends it when the standard input closes. Descriptor 3, because a shell gives `/dev/null` as standard
/// input to what it runs in the background.
const GUARD: &str = r#"exec 3<&0; "$@" 3<&- & server=$!; { cat <&3; kill "$server"; } >/dev/null 2>&1 & exec 3<&-; wait "$server""#;

/// How long a server may take until it says where it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a program of ours, which ends by itself when its standard input closes. Both its outputs go to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// Waits until `find` finds something in what the server has printed so far.
    pub(crate) fn wait_for<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let deadline = now() + PATIENCE;
        loop {
            let printed = fs::read_to_string(&self.log)?;
            if let Some(found) = printed.split_inclusive('\n').filter(|line| line.ends_with('\n')).find_map(&find) {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("a server ended before it was ready ({status}); it printed:\n{printed}");
            }
            if now() > deadline {
                bail!("a server did not say where it listens within {} s; it printed:\n{printed}", PATIENCE.as_secs());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the server ends by itself, which none should.
    pub(crate) fn wait(&mut self) -> Result<()> {
        // `Child::wait` would close the pipe, and so end the server.
        let pipe = self.child.stdin.take();
        let status = self.child.wait()?;
        drop(pipe);
        bail!("a server ended ({status}); it printed:\n{}", fs::read_to_string(&self.log)?);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nothing can be done about a server that is gone already.
        let _ = self.child.wait();
    }
}

/// A command that runs `program` and ends it when the standard input closes.
pub(crate) fn guarded(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "guard"]).arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str) -> PathBuf {
        crate::root().join("target/xtask/tests").join(name)
    }

    fn alive(process: &str) -> bool {
        Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status().unwrap().success()
    }

    #[test]
    fn a_program_that_knows_nothing_of_pipes_ends_when_its_server_is_dropped() {
        let mut server = Server::start(guarded(Path::new("sh")).args(["-c", "echo $$; exec sleep 60"]), &log("guarded.log")).unwrap();
        let process = server.wait_for(|line| Some(line.trim().to_owned())).unwrap();
        assert!(alive(&process));
        drop(server);
        let deadline = now() + Duration::from_secs(5);
        while alive(&process) {
            assert!(now() < deadline, "process {process} is still there");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn a_server_that_ends_at_once_is_an_error_with_what_it_printed() {
        let mut server = Server::start(guarded(Path::new("sh")).args(["-c", "echo no port left; exit 4"]), &log("ended.log")).unwrap();
        let error = server.wait_for(|line| line.strip_prefix("listening on ").map(str::to_owned)).unwrap_err().to_string();
        assert!(error.contains("exit status: 4") && error.contains("no port left"), "{error}");
    }
}
