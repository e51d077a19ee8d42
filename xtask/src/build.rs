//! `cargo xtask build`: the wasm, then the npm package around it, then what uses the package.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context;
use anyhow::Result;

use crate::console;
use crate::console::Console;
use crate::lock;
use crate::npm;
use crate::toolchain::Toolchain;
use crate::wasm;

/// The package as the page loads it.
const PAGE: &str = "www/pullproof";
const PACKAGE: &str = "pkg/dist";
/// Entry points that are not a page's, and the folder of the command line.
const ELSEWHERE: [&str; 3] = ["node", "workerd", "cli"];

/// Builds everything and tells the sizes.
pub(crate) fn all(console: &Console) -> Result<()> {
    let _lock = lock::exclusive()?;
    let toolchain = Toolchain::find(console)?;
    with(console, &toolchain)?;
    for line in sizes()?.lines() {
        console.say(line);
    }
    Ok(())
}

/// Builds everything with a toolchain that was found before.
pub(crate) fn with(console: &Console, toolchain: &Toolchain) -> Result<()> {
    package(console, toolchain)?;
    console.say("building the Worker and the page");
    npm::run(console, "build", "worker")?;
    page()
}

/// Builds the npm package alone.
pub(crate) fn package(console: &Console, toolchain: &Toolchain) -> Result<()> {
    npm::install(console)?;
    console.say("building the wasm");
    wasm::build(console, toolchain)?;
    console.say("building the npm package");
    npm::run(console, "build", "pkg")
}

/// Copies what a page can load: the page is served as it is, without a bundler.
fn page() -> Result<()> {
    if Path::new(PAGE).exists() {
        fs::remove_dir_all(PAGE)?;
    }
    copy(Path::new(PACKAGE), Path::new(PAGE)).with_context(|| format!("cannot copy {PACKAGE} to {PAGE}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            if !ELSEWHERE.iter().any(|other| name == *other) {
                copy(&entry.path(), &to.join(name))?;
            }
        } else if is_for_pages(&name.to_string_lossy()) {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Scripts and modules, without the entry points of other places.
fn is_for_pages(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| ["js", "wasm"].contains(&extension) && !ELSEWHERE.contains(&stem))
}

/// One line for each file that a page downloads: raw, and as the two compressions of the web make it.
///
/// Node measures: it is here anyway, and its brotli is the one that servers use.
pub(crate) fn sizes() -> Result<String> {
    const MEASURE: &str = "
        const { brotliCompressSync, gzipSync } = require('node:zlib');
        const line = (name, ...columns) => console.log(name.padEnd(28) + columns.map((column) => String(column).padStart(10)).join(''));
        line('bytes', 'raw', 'gzip', 'brotli');
        for (const file of process.argv.slice(1)) {
            const bytes = require('node:fs').readFileSync(file);
            line(file, bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length);
        }";
    let files = wasm::files().map(|name| format!("{}/{name}", wasm::OUT));
    console::output(Command::new("node").args(["--eval", MEASURE, "--"]).args(files))
}

#[cfg(test)]
mod tests {
    use super::is_for_pages;

    #[test]
    fn the_page_gets_its_entry_point_and_the_module() {
        assert!(is_for_pages("browser.js"));
        assert!(is_for_pages("pullproof_bg.wasm"));
    }

    #[test]
    fn the_page_does_not_get_what_it_cannot_load() {
        for name in ["node.js", "workerd.js", "cli.js", "index.d.ts", "pullproof_bg.wasm.d.ts", "LICENSE"] {
            assert!(!is_for_pages(name), "{name}");
        }
    }
}
