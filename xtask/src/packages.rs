//! Programs of the system, and the packages they come in.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;

use crate::console;
use crate::console::Console;

/// What the tests run, and Debian's package of it.
const PROGRAMS: [(&str, &str); 15] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("skopeo", "skopeo"),
    ("umoci", "umoci"),
    ("notary", "notary"),
    ("notary-server", "notary"),
    ("notary-signer", "notary"),
    ("rpm", "rpm"),
    ("rpmbuild", "rpm"),
    ("db5.3_load", "db5.3-util"),
    ("python3", "python3"),
    ("pip3", "python3-pip"),
    // Whichever Go there is; Debian's is old, and does for a program of three modules.
    ("go", "golang-go"),
    ("mmdebstrap", "mmdebstrap"),
    ("zstd", "zstd"),
];

/// Debian's package of the registry server starts a service that listens on every address. We want the program only, so this one
/// is unpacked into our own folder and not installed.
const REGISTRY: &str = "docker-registry";

/// Where packages are unpacked.
const UNPACKED: &str = "target/tools";

/// The program's path, from `PATH` or from what we unpacked.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let unpacked = crate::root().join(UNPACKED).join("usr/bin");
    env::split_paths(&path).chain([unpacked]).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Makes sure that every program of the tests is there.
pub(crate) fn ensure_programs(console: &Console) -> Result<()> {
    let missing: Vec<&str> = PROGRAMS.iter().filter(|(name, _)| program(name).is_none()).map(|&(_, package)| package).collect();
    if !missing.is_empty() {
        install(console, &missing)?;
    }
    if program(REGISTRY).is_none() {
        unpack(console, REGISTRY, Path::new(UNPACKED))?;
    }
    for name in PROGRAMS.iter().map(|&(name, _)| name).chain([REGISTRY]) {
        ensure!(program(name).is_some(), "expected the program {name} after its package was installed, found none");
    }
    Ok(())
}

/// Installs packages with `apt-get`, as root only: nobody is asked for a password halfway through a build.
pub(crate) fn install(console: &Console, names: &[&str]) -> Result<()> {
    let names = names.join(" ");
    let Some(apt_get) = program("apt-get") else {
        bail!(
            "expected the programs of Debian's packages {names}, found neither them nor apt-get; install them by this system's own means"
        );
    };
    if !is_root()? {
        bail!(
            "expected the packages {names}, found that they are missing and that this is not root; run `apt-get install {names}` as root"
        );
    }
    console.say(&format!("installing the system packages {names} with apt-get"));
    console.run(Command::new(&apt_get).arg("update"))?;
    console.run(
        Command::new(&apt_get)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(names.split(' ')),
    )
}

/// Unpacks a package into a folder of ours. Needs no root, changes nothing outside.
pub(crate) fn unpack(console: &Console, package: &str, folder: &Path) -> Result<()> {
    let Some(apt_get) = program("apt-get") else {
        bail!("expected the programs of {package}, found neither them nor apt-get; install them by this system's own means");
    };
    console.say(&format!("unpacking the system package {package} into {}", folder.display()));
    fs::create_dir_all(folder)?;
    if is_root()? {
        console.run(Command::new(&apt_get).arg("update"))?;
    }
    console
        .run(Command::new(apt_get).current_dir(folder).args(["download", package]))
        .with_context(|| format!("cannot fetch the package {package}; `apt-get update` as root may help"))?;
    let file = fs::read_dir(folder)?
        .flatten()
        .map(|file| file.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .with_context(|| format!("apt-get download {package} left no file in {}", folder.display()))?;
    console.run(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(folder))?;
    Ok(fs::remove_file(file)?)
}

fn is_root() -> Result<bool> {
    Ok(console::output(Command::new("id").arg("-u"))? == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_on_the_path_is_found_by_its_name() {
        assert!(program("sh").is_some_and(|path| path.is_absolute()));
    }

    #[test]
    fn a_program_that_is_not_there_is_not_found() {
        assert_eq!(program("no-such-program"), None);
    }

    #[test]
    fn a_folder_is_no_program() {
        assert_eq!(program("."), None);
    }
}
