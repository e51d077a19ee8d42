//! The hidden command `cargo xtask world`: the registry of the demo, what the real cosign is to judge and to sign with, for tests that are
//! not written in Rust.

use std::io;

use anyhow::Context;
use anyhow::Result;
use pullproof_world::Server;
use pullproof_world::demo;
use pullproof_world::keyless;
use pullproof_world::sigstore::Service;
use pullproof_world::sigstore::Sigstore;

/// Prints one line of JSON, `{"address": "127.0.0.1:<port>", "examples": [{"image", "sentence", "finds", "listed"}, …], "signed": [{"image",
/// "policy"}, …], "trust": [{"image", "policy"}, …], "scanned": [{"image"}, …], "keyless": {"trustedRoot", "subject", "issuer", "cases": [{"case", "image"}, …]}, "sigstore":
/// "127.0.0.1:<port>"}`, and serves until the standard input closes. Behind the last address the virtual Sigstore signs.
pub(crate) fn serve(port: u16) -> Result<()> {
    let server =
        Server::start_on(port, keyless::push(demo::registry())).with_context(|| format!("cannot listen on port {port} of 127.0.0.1"))?;
    let sigstore = Server::start_on(0, Service(Sigstore::new())).context("cannot listen on 127.0.0.1")?;
    let address = server.authority();
    let (examples, keyless) = (demo::examples_json(&address), keyless::json(&address));
    let (signed, trust, scanned) = (demo::signed_json(&address), demo::trust_json(&address), demo::scanned_json(&address));
    println!(
        "{{\"address\":\"{address}\",\"examples\":{examples},\"signed\":{signed},\"trust\":{trust},\"scanned\":{scanned},\"keyless\":{keyless},\"sigstore\":\"{}\"}}",
        sigstore.authority()
    );
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
