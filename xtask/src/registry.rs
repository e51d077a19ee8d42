//! The real registry server on loopback, three times over one store: open to everybody, behind Basic, behind a token server.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::process::Command;

use anyhow::Context;
use anyhow::Result;

use crate::packages;
use crate::server::Server;
use crate::trust::TrustServers;

/// User and password are `lab` and `labpass`, as in `registry/token-server.mjs`. Nothing else is protected by them.
const HTPASSWD: &str = "lab:$2b$05$pullproofTestsOnly000usSVYMPu7BkBNqx.KTdZUSl20bNyIPia\n";

/// The `service` that tokens are made out to.
const SERVICE: &str = "pullproof-registry";

/// The running servers; they end when this is dropped.
pub(crate) struct Registries {
    /// The environment variables by which the tests find them, each `host:port`.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// In the order in which they end: a registry before the token server it depends on.
    servers: Vec<Server>,
    /// Everything they read and write. One for each process, so that two can run side by side.
    folder: PathBuf,
}

impl Registries {
    /// Starts all of them. What was pushed to one can be pulled from any.
    pub(crate) fn start() -> Result<Self> {
        let folder = PathBuf::from(format!("target/xtask/registry-{}", process::id()));
        fs::create_dir_all(&folder)?;
        let (token_server, token) = token_server(&folder)?;
        fs::write(folder.join("htpasswd"), HTPASSWD)?;
        let basic = format!("htpasswd: {{ realm: lab, path: {}/htpasswd }}", folder.display());
        let (open, open_address) = registry(&folder, "open", None)?;
        let (basic, basic_address) = registry(&folder, "basic", Some(&basic))?;
        let (bearer, bearer_address) = registry(&folder, "token", Some(&token))?;
        Ok(Self {
            environment: vec![
                ("PULLPROOF_REGISTRY", open_address),
                ("PULLPROOF_REGISTRY_BASIC", basic_address),
                ("PULLPROOF_REGISTRY_TOKEN", bearer_address),
            ],
            servers: vec![open, basic, bearer, token_server],
            folder,
        })
    }
}

impl Drop for Registries {
    fn drop(&mut self) {
        self.servers.clear();
        // What is left behind is in `target`, and small.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The hidden command by which one end-to-end test can be run by hand: prints where the servers are, registries and trust servers, and
/// runs until the standard input closes.
pub(crate) fn serve() -> Result<()> {
    let (registries, trust) = (Registries::start()?, TrustServers::start()?);
    for (name, address) in registries.environment.iter().chain(&trust.environment) {
        println!("export {name}={address}");
    }
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}

fn registry(folder: &Path, name: &str, auth: Option<&str>) -> Result<(Server, String)> {
    let file = folder.join(format!("{name}.yml"));
    fs::write(&file, configuration(folder, auth))?;
    let program = packages::program("docker-registry").context("expected the program docker-registry, found none")?;
    let mut server = Server::start(Command::new(program).arg("serve").arg(&file), &file.with_extension("log"))?;
    let address = server.wait_for(listening).with_context(|| format!("the registry server `{name}` did not start"))?;
    Ok((server, address))
}

/// One value for each header, because the server would write several as several lines. `Authorization` is allowed although the
/// server answers a preflight with 401 as soon as it wants one: that is how it is found in the wild.
fn configuration(folder: &Path, auth: Option<&str>) -> String {
    let auth = auth.map(|auth| format!("auth: {{ {auth} }}\n")).unwrap_or_default();
    format!(
        "version: 0.1
log: {{ level: info, accesslog: {{ disabled: true }} }}
storage: {{ filesystem: {{ rootdirectory: {}/data }}, delete: {{ enabled: true }} }}
http:
  addr: 127.0.0.1:0
  headers:
    Access-Control-Allow-Origin: ['*']
    Access-Control-Allow-Methods: ['GET, HEAD, OPTIONS']
    Access-Control-Allow-Headers: ['Authorization, Accept, Range']
    Access-Control-Expose-Headers: ['Docker-Content-Digest, WWW-Authenticate, Link']
{auth}",
        folder.display()
    )
}

/// The address in `… msg="listening on 127.0.0.1:40123" …`: the server was left to choose its port, so no two can want the same.
fn listening(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("listening on ")?;
    let address = rest.split(['"', ' ', ',']).next()?.trim();
    address.starts_with("127.0.0.1:").then(|| address.to_owned())
}

/// The token server, and the part of a registry's configuration that sends clients there.
fn token_server(folder: &Path) -> Result<(Server, String)> {
    let certificate = format!("{}/token-server.pem", folder.display());
    let mut node = Command::new("node");
    node.args(["xtask/registry/token-server.mjs", &certificate, SERVICE]);
    let mut server = Server::start(&node, &folder.join("token-server.log"))?;
    let realm = server.wait_for(realm).context("the token server did not start")?;
    let auth = format!("token: {{ realm: \"{realm}\", service: {SERVICE}, issuer: pullproof-tests, rootcertbundle: {certificate} }}");
    Ok((server, auth))
}

fn realm(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("\"realm\":\"")?;
    Some(rest.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_servers_log() {
        let line = r#"time="2026-01-01T00:00:00Z" level=info msg="listening on 127.0.0.1:40123" go.version=go1.19.8"#;
        assert_eq!(listening(line).as_deref(), Some("127.0.0.1:40123"));
    }

    #[test]
    fn a_server_that_listens_on_every_address_is_not_taken() {
        assert_eq!(listening(r#"level=info msg="listening on [::]:5000""#), None);
    }

    #[test]
    fn a_line_about_something_else_holds_no_address() {
        assert_eq!(listening(r#"level=warning msg="No HTTP secret provided""#), None);
        assert_eq!(realm("{}"), None);
    }

    #[test]
    fn an_open_registry_has_no_auth_section() {
        assert!(!configuration(Path::new("folder"), None).contains("auth"));
    }
}
