//! The real trust servers of Notary on loopback: one by http with keys of its own, one by https whose keys a signer has.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use pullproof_world::TrustServer;
use pullproof_world::trust_server;

use crate::console::now;
use crate::packages;
use crate::server::Server;

/// How long one may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// The running servers; they end when this is dropped.
pub(crate) struct TrustServers {
    /// The environment variables by which the tests find them: two origins, and the file with the certificate of the second.
    pub(crate) environment: Vec<(&'static str, String)>,
    servers: Vec<Server>,
    folder: PathBuf,
}

impl TrustServers {
    /// Starts both. They know of no collection, and forget all of them when they end.
    pub(crate) fn start() -> Result<Self> {
        let folder = crate::root().join(format!("target/xtask/trust-{}", process::id()));
        let program = |name: &str| packages::program(name).with_context(|| format!("expected the program {name}, found none"));
        let server = program("notary-server")?;
        let local = TrustServer::with_local_keys(&folder.join("local"), &server)?;
        let signing = TrustServer::with_signer(&folder.join("signer"), &server, &program("notary-signer")?)?;
        let authority = signing.authority.clone().context("expected a certificate of the server by https, found none")?;
        let environment = vec![
            ("PULLPROOF_NOTARY", local.origin.clone()),
            ("PULLPROOF_NOTARY_TLS", signing.origin.clone()),
            ("PULLPROOF_NOTARY_CA", authority.display().to_string()),
        ];
        let mut started = Self { environment, servers: Vec::new(), folder };
        started.run(&local, "local")?;
        started.run(&signing, "signer")?;
        Ok(started)
    }

    /// Starts its programs one after the other: each of them wants the one before it to answer.
    fn run(&mut self, server: &TrustServer, name: &str) -> Result<()> {
        for (number, (program, address)) in server.programs.iter().enumerate() {
            let log = self.folder.join(Path::new(name)).join(format!("{number}.log"));
            self.servers.push(Server::start(program, &log)?);
            let deadline = now() + PATIENCE;
            while !trust_server::answers(*address) {
                ensure!(
                    now() < deadline,
                    "expected a trust server at {address}, found none; it printed:\n{}",
                    fs::read_to_string(&log).unwrap_or_default()
                );
                thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(())
    }
}

impl Drop for TrustServers {
    fn drop(&mut self) {
        // The server before the signer that it depends on.
        while self.servers.pop().is_some() {}
        // What is left behind is in `target`, and small.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_servers_answer_until_they_are_dropped() {
        if packages::program("notary-server").is_none() {
            eprintln!("SKIPPED: expected the program notary-server (Debian package notary), found none");
            return;
        }
        let servers = TrustServers::start().unwrap();
        let address = |name: &str| {
            let (_, origin) = servers.environment.iter().find(|(variable, _)| *variable == name).unwrap();
            origin.split_once("://").unwrap().1.parse().unwrap()
        };
        let addresses = [address("PULLPROOF_NOTARY"), address("PULLPROOF_NOTARY_TLS")];
        assert!(addresses.iter().all(|address| trust_server::answers(*address)));
        drop(servers);
        assert!(!addresses.iter().any(|address| trust_server::answers(*address)));
    }
}
