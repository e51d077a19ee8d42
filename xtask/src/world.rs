//! The hidden command `cargo xtask world`: the registry of the demo alone, for tests that are not written in Rust.

use std::io;

use anyhow::Context;
use anyhow::Result;
use pullproof_world::Server;
use pullproof_world::demo;

/// Prints one line of JSON, `{"address": "127.0.0.1:<port>", "examples": [{"image", "sentence", "finds", "listed"}, …], "signed": [{"image",
/// "policy"}, …]}`, and serves until the standard input closes.
pub(crate) fn serve(port: u16) -> Result<()> {
    let server = Server::start_on(port, demo::registry()).with_context(|| format!("cannot listen on port {port} of 127.0.0.1"))?;
    let address = server.authority();
    let (examples, signed) = (demo::examples_json(&address), demo::signed_json(&address));
    println!("{{\"address\":\"{address}\",\"examples\":{examples},\"signed\":{signed}}}");
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
