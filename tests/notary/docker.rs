//! Docker's client, which `cargo xtask peers docker` brings: version 20.10, as later ones verify no trust data any more (29).
//!
//! `docker pull` finds out what a tag stands for before it needs a daemon, of which there is none here.

use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::case::Case;
use crate::notary::missing;
use crate::notary::sentence;
use crate::verdict::Verdict;

/// Docker's client, and TLS in front of the server that it asks.
pub(crate) struct Docker {
    program: PathBuf,
    /// Where the certificate is.
    folder: PathBuf,
    front: Child,
    host: String,
}

impl Docker {
    /// Where it is missing, this says so; CI always has it.
    pub(crate) fn start(origin: &str) -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = root.join("target/peers/docker/program");
        if !program.is_file() {
            missing("Docker's client (cargo xtask peers docker)");
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docker-trust");
        fs::create_dir_all(&folder).unwrap();
        let mut node = Command::new("node");
        node.arg(root.join("tests/support/tls-front.mjs")).arg(origin).arg(&folder);
        let mut front = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node is there, as for all tests in JavaScript");
        let mut line = String::new();
        BufReader::new(front.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("https://").expect("it says where it serves").to_owned();
        Some(Self { program, folder, front, host })
    }

    /// What is said at the last visit.
    pub(crate) fn said(&self, folder: &Path, name: &str, case: &Case, show: impl Fn(usize)) -> Verdict {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        let trusted = folder.join("tls").join(&self.host);
        fs::create_dir_all(&trusted).unwrap();
        fs::copy(self.folder.join("ca.crt"), trusted.join("ca.crt")).unwrap();
        let mut said = None;
        for visit in 0..case.visits.len() {
            show(visit);
            said = Some(self.pull(folder, name, &case.tag));
        }
        said.unwrap()
    }

    /// What it prints.
    fn run(&self, folder: &Path, name: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", folder).env("DOCKER_CONTENT_TRUST", "1");
        command.env("DOCKER_CONTENT_TRUST_SERVER", format!("https://{}/{name}", self.host));
        let command = command.args(["--config"]).arg(folder).args(["--host", "unix:///nobody.sock"]);
        let output = command.args(arguments).output().unwrap();
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    fn pull(&self, folder: &Path, name: &str, tag: &str) -> Verdict {
        let printed = self.run(folder, name, &["pull", &format!("example/app:{tag}")]);
        match printed.split_once("@sha256:") {
            // Pull (1 of 1): example/app:1.0@sha256:…
            Some((_, rest)) if printed.contains("Pull (1 of 1)") => {
                let sha256: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
                // Which lists what every role says; the one that was found is among them.
                let inspected = self.run(folder, name, &["trust", "inspect", "example/app"]);
                assert!(inspected.contains(&format!("\"Digest\": \"{sha256}\"")), "{name}: {inspected}");
                Verdict::Accepts { sha256, role: None }
            }
            _ => {
                assert!(!printed.contains("error contacting notary server"), "{name}: {printed}");
                let last = printed.lines().rfind(|line| !line.is_empty()).expect("it says why");
                Verdict::Refuses(sentence(last))
            }
        }
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        // Its standard input closes, and so it ends.
        drop(self.front.stdin.take());
        drop(self.front.wait());
    }
}
