//! The same cases before the command line: `pullproof trust inspect`. `PULLPROOF_CLI` names its program (`pkg/dist/cli.js`), which has to
//! be built: the stage `command line` of `cargo xtask test` does. `PULLPROOF_CLI_EVERY` leaves out all but every so many cases.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use pullproof_world::Server;
use pullproof_world::content_trust::GUN;
use pullproof_world::content_trust::Sites;
use serde_json::Value;

use crate::case::Case;
use crate::case::Pin;
use crate::cases;
use crate::table;
use crate::verdict::Verdict;

/// What the command says at the last visit; none of what it cannot be told.
fn said(cli: &str, folder: &Path, server: &str, case: &Case, show: impl Fn(usize)) -> Option<Verdict> {
    // Only the library is given roots without what came with them, and only there certificates are pinned by their IDs.
    if case.kept.is_some() || matches!(case.pin, Pin::Certificates(_)) {
        return None;
    }
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir_all(folder).unwrap();
    let mut command = Command::new("node");
    command.arg(cli).args(["trust", "inspect", &format!("{GUN}:{}", case.tag), "--json", "--server", server, "--store"]);
    command.arg(folder.join("store"));
    match &case.pin {
        Pin::Authority(pem) => {
            let file = folder.join("authority.pem");
            fs::write(&file, pem).unwrap();
            command.arg("--ca").arg(file);
        }
        Pin::FirstUse | Pin::Certificates(_) => drop(command.arg("--tofu")),
    }
    let mut verdict = None;
    for visit in 0..case.visits.len() {
        show(visit);
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        verdict = Some(match output.status.code() {
            Some(0) => {
                let (_, digest) = printed.split_once("sha256:").unwrap_or_else(|| panic!("{}: expected a digest in {printed}", case.name));
                Verdict::Accepts { sha256: digest.chars().take_while(char::is_ascii_hexdigit).collect(), role: None }
            }
            Some(1) => Verdict::Refuses(printed),
            Some(3) => Verdict::Unknown(printed),
            other => panic!("{}: expected exit code 0, 1 or 3, found {other:?}: {printed}", case.name),
        });
    }
    verdict
}

#[test]
fn the_command_line_says_what_the_table_says() {
    let Ok(cli) = env::var("PULLPROOF_CLI") else {
        println!("not run here: PULLPROOF_CLI names no command line, as the stage `command line` does");
        return;
    };
    let sites = Sites::default();
    let server = Server::start(sites.clone()).unwrap();
    let rows = table::rows();
    let kind = |verdict: &Value| verdict.as_object().unwrap().keys().find(|name| *name != "role").unwrap().clone();
    let cases = cases::all();
    let every: usize = env::var("PULLPROOF_CLI_EVERY").map_or(1, |every| every.parse().unwrap());
    let wrong = table::for_each(&cases, |number, case| {
        if number % every != 0 {
            return None;
        }
        let name = format!("case-{number}");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trust-inspect").join(&name);
        let show = |visit: usize| sites.show(&name, case.visits[visit].clone());
        let found = said(&cli, &folder, &format!("{}/{name}", server.origin()), case, show)?.to_json();
        let expected = &rows[&case.name]["ours"];
        let same = kind(expected) == kind(&found) && expected["accepts"] == found["accepts"];
        (!same).then(|| format!("{}: expected {expected}, found {found}", case.name))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
