//! `cargo xtask peers`: brings other programs: those that pin images, so that the benchmark can run them on the same files, those that list
//! what is in images, and the real signer and a registry that lists what it signs, so that the tests can verify that, and the client that
//! verified images by Docker Content Trust, for a second opinion.
//!
//! The benchmark does without those that are not there, and so do the tests, but for CI's.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use anyhow::ensure;

use crate::console;
use crate::console::Console;
use crate::packages;

/// A folder for each, with two files: `program`, and its `version`.
const FOLDER: &str = "target/peers";

/// A program that somebody else made.
struct Peer {
    name: &'static str,
    version: &'static str,
    /// What brings it, without which it is left out.
    tool: &'static str,
    /// Puts it into the folder, and says where in there it is.
    bring: fn(&Console, &Peer, &str) -> Result<PathBuf>,
}

const PEERS: [Peer; 7] = [
    Peer { name: "cosign", version: "3.1.3", tool: "go", bring: |console, peer, folder| build_with_go(console, peer, folder, COSIGN) },
    Peer { name: "docker", version: "20.10", tool: "apt-get", bring: unpack_with_apt },
    Peer { name: "frizbee", version: "0.1.7", tool: "go", bring: |console, peer, folder| build_with_go(console, peer, folder, FRIZBEE) },
    Peer { name: "olareg", version: "0.1.2", tool: "go", bring: |console, peer, folder| build_as_module(console, peer, folder, OLAREG) },
    Peer { name: "pindock", version: "1.1.3", tool: "python3", bring: fetch_with_pip },
    Peer { name: "syft", version: "1.57.1", tool: "go", bring: |console, peer, folder| build_in_module(console, peer, folder, SYFT) },
    Peer { name: "trivy", version: "0.74.0", tool: "go", bring: |console, peer, folder| build_in_module(console, peer, folder, TRIVY) },
];

/// Where Go finds them.
const COSIGN: &str = "github.com/sigstore/cosign/v3/cmd/cosign";
const FRIZBEE: &str = "github.com/stacklok/frizbee";
/// A registry with the referrers API of OCI 1.1, which docker-registry does not have.
const OLAREG: &str = "github.com/olareg/olareg";
/// Both list the packages of an image. What Grype and osv-scanner find they find in databases, which no module proxy has.
const SYFT: &str = "github.com/anchore/syft";
const TRIVY: &str = "github.com/aquasecurity/trivy";

/// A program that was brought; none if it was not.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let folder = crate::root().join(FOLDER).join(name);
    folder.join("version").is_file().then(|| folder.join("program"))
}

/// Brings those that are not there in their version, all or the one of this name. A missing tool is no error: whoever has no Go is not
/// asked to have one.
pub(crate) fn bring(console: &Console, name: Option<&str>) -> Result<()> {
    ensure!(
        name.is_none_or(|name| PEERS.iter().any(|peer| peer.name == name)),
        "expected one of {}, found `{}`",
        PEERS.map(|peer| peer.name).join(", "),
        name.unwrap_or_default()
    );
    for peer in PEERS.iter().filter(|peer| name.is_none_or(|name| peer.name == name)) {
        let Peer { name, version, tool, bring } = peer;
        let folder = format!("{FOLDER}/{name}");
        let stamp = format!("{folder}/version");
        if fs::read_to_string(&stamp).is_ok_and(|there| there == *version) {
            console.say(&format!("{name} {version} is there"));
        } else if packages::program(tool).is_none() {
            console.say(&format!("{name} {version} is left out: expected the program {tool}, found none"));
        } else {
            console.say(&format!("bringing {name} {version} into {folder}"));
            if fs::exists(&folder)? {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            let program = bring(console, peer, &folder)?;
            ensure!(program.is_file(), "expected {name} in {}, found nothing there", program.display());
            fs::rename(program, format!("{folder}/program"))?;
            fs::write(stamp, version)?;
        }
    }
    Ok(())
}

/// From the module proxy, at a version that Go's checksum database knows.
fn build_with_go(console: &Console, peer: &Peer, folder: &str, module: &str) -> Result<PathBuf> {
    let folder = env::current_dir()?.join(folder);
    console.run(Command::new(peer.tool).env("GOBIN", &folder).args(["install", &format!("{module}@v{}", peer.version)]))?;
    Ok(folder.join(peer.name))
}

/// The same, for a proxy that does not list the versions of this module: `go install` would want the list, to say whether one is out of
/// use.
fn build_as_module(console: &Console, peer: &Peer, folder: &str, module: &str) -> Result<PathBuf> {
    let (name, version) = (peer.name, peer.version);
    fs::write(format!("{folder}/go.mod"), format!("module peer\n\nrequire {module} v{version}\n"))?;
    let build = ["build", "-mod=mod", "-o", "built", &format!("{module}/cmd/{name}")];
    console.run(Command::new(peer.tool).current_dir(folder).args(build))?;
    Ok(PathBuf::from(format!("{folder}/built")))
}

/// Where the module lies once it is fetched, with the replacements that it states, which `go install` refuses, and with the checksums that
/// its authors keep, so that nobody is asked for those of some hundred modules. It compiles for minutes.
fn build_in_module(console: &Console, peer: &Peer, folder: &str, module: &str) -> Result<PathBuf> {
    let program = env::current_dir()?.join(folder).join("built");
    let module = format!("{module}@v{}", peer.version);
    // Go looks no further than here for a module that it would be in.
    fs::write(format!("{folder}/go.mod"), "module peer\n")?;
    console.run(Command::new(peer.tool).current_dir(folder).args(["mod", "download", &module]))?;
    let sources = console::output(Command::new(peer.tool).current_dir(folder).args(["list", "-m", "-f", "{{.Dir}}", &module]))?;
    let mut go = Command::new(peer.tool);
    // Trivy reads JSON by what Go 1.26 has behind this switch only.
    go.current_dir(sources).env("CGO_ENABLED", "0").env("GOEXPERIMENT", "jsonv2").args(["build", "-trimpath", "-ldflags", "-s -w", "-o"]);
    console.run(go.arg(&program).arg(format!("./cmd/{}", peer.name)))?;
    Ok(program)
}

/// A program that is written in Go, too, and comes in a wheel. It is run as it is: a start of Python is not what is measured.
fn fetch_with_pip(console: &Console, peer: &Peer, folder: &str) -> Result<PathBuf> {
    let mut pip = Command::new(peer.tool);
    pip.env("PIP_ROOT_USER_ACTION", "ignore").args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    console.run(pip.args([
        "--only-binary=:all:",
        "--require-hashes",
        "--requirement=benches/peers/requirements.txt",
        &format!("--target={folder}/package"),
    ]))?;
    Ok(PathBuf::from(format!("{folder}/package/{name}/bin/{name}", name = peer.name)))
}

/// Docker's client, of a version that verifies trust data: those from 29 on do not. Debian's package would install a daemon.
fn unpack_with_apt(console: &Console, peer: &Peer, folder: &str) -> Result<PathBuf> {
    let (package, program) = ("docker.io", format!("{folder}/package/usr/bin/{}", peer.name));
    packages::unpack(console, package, Path::new(&format!("{folder}/package")))?;
    let found = console::output(Command::new(&program).arg("--version"))?;
    let expected = format!("Docker version {}.", peer.version);
    ensure!(found.starts_with(&expected), "expected {expected}x in the package {package} of this system, found `{found}`");
    Ok(PathBuf::from(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_is_to_fetch_is_the_version_that_is_named_here() {
        let requirements = fs::read_to_string(crate::root().join("benches/peers/requirements.txt")).unwrap();
        for Peer { name, version, .. } in PEERS.iter().filter(|peer| peer.tool == "python3") {
            assert!(requirements.contains(&format!("{name}=={version} ")), "{requirements}");
        }
    }

    #[test]
    fn what_pip_is_to_fetch_is_pinned_by_its_bytes() {
        let requirements = fs::read_to_string(crate::root().join("benches/peers/requirements.txt")).unwrap();
        assert!(requirements.contains("--hash=sha256:"), "{requirements}");
    }
}
