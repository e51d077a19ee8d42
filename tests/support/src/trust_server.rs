//! Notary's own servers on loopback: what has to be run for them, and how. Everything they know is in memory, and ends with them.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

/// A trust server that somebody has to start.
pub struct TrustServer {
    /// The programs, in the order in which they start, and where each listens: one has to do so before the next one is started.
    pub programs: Vec<(Command, SocketAddr)>,
    /// `http://127.0.0.1:<port>` or `https://127.0.0.1:<port>`.
    pub origin: String,
    /// The certificate of whoever speaks https.
    pub authority: Option<PathBuf>,
}

impl TrustServer {
    /// By http, with keys of its own: Ed25519, as it has no others by itself. What is in `folder` is written anew.
    pub fn with_local_keys(folder: &Path, server: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let address = free_address()?;
        let configuration = json!({
            "server": { "http_addr": address.to_string() },
            "trust_service": { "type": "local" },
            "logging": { "level": "info" },
            "storage": { "backend": "memory" },
        });
        let program = program(server, &folder.join("server.json"), &configuration)?;
        Ok(Self { programs: vec![(program, address)], origin: format!("http://{address}"), authority: None })
    }

    /// By https, with ECDSA keys that another program has and signs with, as on Docker Hub. `openssl` makes the certificate.
    pub fn with_signer(folder: &Path, server: &Path, signer: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (server_address, signer_address) = (free_address()?, free_address()?);
        let (key, certificate) = (folder.join("tls.key"), folder.join("ca.crt"));
        make_certificate(&key, &certificate)?;
        let tls = |mut configuration: Value| {
            configuration["tls_cert_file"] = json!(certificate);
            configuration["tls_key_file"] = json!(key);
            configuration
        };
        let signing = json!({
            "server": tls(json!({ "grpc_addr": signer_address.to_string() })),
            "logging": { "level": "info" },
            "storage": { "backend": "memory" },
        });
        let serving = json!({
            "server": tls(json!({ "http_addr": server_address.to_string() })),
            "trust_service": {
                "type": "remote", "hostname": "127.0.0.1", "port": signer_address.port().to_string(), "tls_ca_file": certificate,
                "key_algorithm": "ecdsa",
            },
            "logging": { "level": "info" },
            "storage": { "backend": "memory" },
        });
        let programs = vec![
            (program(signer, &folder.join("signer.json"), &signing)?, signer_address),
            (program(server, &folder.join("server.json"), &serving)?, server_address),
        ];
        let origin = format!("https://{server_address}");
        Ok(Self { programs, origin, authority: Some(certificate) })
    }
}

/// Whether somebody listens there.
pub fn answers(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_ok()
}

/// Neither program can choose a port and say which.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

fn program(program: &Path, file: &Path, configuration: &Value) -> io::Result<Command> {
    fs::write(file, configuration.to_string())?;
    let mut command = Command::new(program);
    command.arg(format!("-config={}", fs::canonicalize(file)?.display()));
    Ok(command)
}

/// For 127.0.0.1, by itself.
fn make_certificate(key: &Path, certificate: &Path) -> io::Result<()> {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj"]);
    openssl.args(["/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout"]).arg(key).arg("-out").arg(certificate);
    let status = openssl.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("openssl made no certificate: {status}"))) }
}
