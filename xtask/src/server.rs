//! Servers that run beside us: they write to a log, say there where they listen, and end when they are dropped.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;

use crate::console::now;
use crate::guard::guarded;

/// How long a server may take until it says where it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts the program. Both its outputs go to `log`.
    pub(crate) fn start(command: &Command, log: &Path) -> Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = guarded(command).stdout(output.try_clone()?).stderr(output).spawn().context("cannot start a shell")?;
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
        // Closes the pipe first, and so has the guard end the server. Nothing can be done about one that is gone already.
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str) -> PathBuf {
        crate::root().join("target/xtask/tests").join(name)
    }

    fn alive(process: &str) -> bool {
        Command::new("kill").args(["-0", process]).stderr(std::process::Stdio::null()).status().unwrap().success()
    }

    #[test]
    fn a_server_ends_when_it_is_dropped() {
        let mut server = Server::start(Command::new("sh").args(["-c", "echo $$; exec sleep 60"]), &log("guarded.log")).unwrap();
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
        let mut server = Server::start(Command::new("sh").args(["-c", "echo no port left; exit 4"]), &log("ended.log")).unwrap();
        let error = server.wait_for(|line| line.strip_prefix("listening on ").map(str::to_owned)).unwrap_err().to_string();
        assert!(error.contains("exit status: 4") && error.contains("no port left"), "{error}");
    }
}
