//! Finds, or installs, a Rust that can compile for wasm.
//!
//! Three ways, in this order: the installed toolchain has the standard library for the target; `rustup` fetches it; Debian's
//! packaged toolchain builds it from its source. `rustup` is believed only after a look: it has been seen to succeed with nothing
//! installed, and where the network is closed it must not be what everything else waits for.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;

use crate::console;
use crate::console::Console;
use crate::packages;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
/// What `-Zbuild-std` compiles.
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// A Rust that can compile for wasm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that runs us.
    Installed,
    /// Debian's, which needs to be told its linker.
    Debian {
        /// A linker for wasm.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// The first of the three ways that leads somewhere, or an error that names them all.
    pub(crate) fn find(console: &Console) -> Result<Self> {
        let forced = env::var("PULLPROOF_WASM_TOOLCHAIN").ok();
        let (rustup, debian) = match forced.as_deref() {
            None => (true, true),
            Some("rustup") => (true, false),
            Some("debian") => (false, true),
            Some(other) => bail!("PULLPROOF_WASM_TOOLCHAIN: expected rustup or debian, found `{other}`"),
        };
        let mut tried = Vec::new();
        if rustup {
            if has_std()? || (fetch_std(console) && has_std()?) {
                return Ok(Self::Installed);
            }
            tried.push("rustup did not bring it".to_owned());
        }
        if debian {
            match Self::debian(console) {
                Ok(toolchain) => return Ok(toolchain),
                Err(error) => tried.push(format!("Debian's packaged toolchain: {error:#}")),
            }
        }
        bail!(
            "expected a Rust toolchain with the target {TARGET}, found none ({}).\n\
             What to do: `rustup target add {TARGET}`, or on Debian, as root, `apt-get install {}`.",
            tried.join("; "),
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// `cargo <subcommand>` for the wasm target.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = match self {
            Self::Installed => cargo(),
            Self::Debian { linker } => {
                let mut command = Command::new(DEBIAN_CARGO);
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command
            }
        };
        command.args([subcommand, "--target", TARGET]);
        if let Self::Debian { .. } = self {
            command.arg("-Zbuild-std=std,panic_abort").arg("--target-dir").arg(self.target_dir());
        }
        command
    }

    /// Where the results are. Two compilers that shared one folder would build everything anew by turns.
    pub(crate) fn target_dir(&self) -> &'static Path {
        Path::new(match self {
            Self::Installed => "target",
            Self::Debian { .. } => "target/debian",
        })
    }

    fn debian(console: &Console) -> Result<Self> {
        let complete = || [DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_SOURCE].iter().all(|path| Path::new(path).exists());
        if !complete() {
            packages::install(console, &DEBIAN_PACKAGES)?;
            ensure!(complete(), "installed, but {DEBIAN_RUSTC}, {DEBIAN_CARGO} or {DEBIAN_SOURCE} is still missing");
        }
        match linker()? {
            Some(linker) => {
                console.say("using Debian's packaged toolchain for wasm");
                Ok(Self::Debian { linker })
            }
            None => bail!("no linker for wasm was found (rust-lld, wasm-ld or wasm-ld-<version>)"),
        }
    }
}

/// The cargo that runs us, so that one version does everything.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Looks for the library itself: `rustup target list` tells what should be there.
fn has_std() -> Result<bool> {
    let folder = console::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(holds_core(Path::new(&folder)))
}

fn holds_core(folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(folder) else { return false };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}

/// Whether rustup says that it fetched the target.
fn fetch_std(console: &Console) -> bool {
    let Some(rustup) = packages::program("rustup") else { return false };
    console.say(&format!("fetching the Rust target {TARGET} with rustup, for at most three minutes"));
    match console.run_within(Duration::from_mins(3), Command::new(rustup).args(["target", "add", TARGET])) {
        Ok(()) => true,
        Err(error) => {
            console.say(&format!("{error:#}"));
            false
        }
    }
}

/// From the toolchains' own folders or from the path, never from one fixed place.
fn linker() -> Result<Option<PathBuf>> {
    let host = console::output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    for rustc in ["rustc", DEBIAN_RUSTC] {
        let sysroot = console::output(Command::new(rustc).args(["--print", "sysroot"]))?;
        let linker = Path::new(&sysroot).join("lib/rustlib").join(&host).join("bin/rust-lld");
        if linker.exists() {
            return Ok(Some(linker));
        }
    }
    let versions = (14..=30).rev().map(|version| format!("wasm-ld-{version}"));
    Ok(std::iter::once("wasm-ld".to_owned()).chain(versions).find_map(|name| packages::program(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(toolchain: &Toolchain) -> String {
        let command = toolchain.cargo("build");
        command.get_args().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_installed_toolchain_is_asked_for_nothing_special() {
        assert_eq!(arguments(&Toolchain::Installed), "build --target wasm32-unknown-unknown");
    }

    #[test]
    fn debians_toolchain_builds_the_standard_library_into_a_folder_of_its_own() {
        let toolchain = Toolchain::Debian { linker: "/usr/bin/wasm-ld".into() };
        assert_eq!(arguments(&toolchain), "build --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort --target-dir target/debian");
    }

    #[test]
    fn a_folder_without_the_core_library_is_not_a_standard_library() {
        assert!(!holds_core(Path::new("/nowhere")));
        assert!(!holds_core(&crate::root().join("xtask")));
    }
}
