//! Writes every case of the virtual Sigstore into a folder, as sigstore/sigstore-conformance lays them out, for verifiers that are
//! not written in Rust: `cargo run --package pullproof-world --example sigstore -- DIRECTORY`

use std::env;
use std::io;
use std::path::Path;

use pullproof_world::sigstore::vectors;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [directory] = arguments.as_slice() else {
        return Err(io::Error::other("expected one argument, the directory to write to"));
    };
    vectors::write(Path::new(directory))
}
