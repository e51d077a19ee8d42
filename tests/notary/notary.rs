//! The real client of Notary, which `cargo xtask test` installs.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use pullproof_world::content_trust::GUN;
use serde_json::Value;
use serde_json::json;

use crate::case::Case;
use crate::case::Pin;
use crate::verdict::Verdict;

/// What both of its commands say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// `notary list` with Docker's roles in Docker's order.
    pub(crate) list: Verdict,
    /// `notary lookup`, which begins with `targets` and believes every role.
    pub(crate) lookup: Verdict,
}

/// A program, from `PATH` or from what was unpacked. Where it is missing this says so; CI always has it.
pub(crate) fn program(name: &str, package: &str) -> Option<PathBuf> {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/usr/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).chain([unpacked]).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        missing(&format!("the program {name} (Debian package {package})"));
    }
    found
}

/// Says that nobody else was asked.
pub(crate) fn missing(what: &str) {
    assert!(env::var_os("CI").is_none(), "expected {what}, found none");
    eprintln!("SKIPPED: expected {what}, found none: nobody else was asked");
}

/// Somebody's Notary, in a folder of their own.
pub(crate) struct Notary<'a> {
    program: &'a Path,
    folder: PathBuf,
    server: String,
}

impl<'a> Notary<'a> {
    /// With nothing in it but the configuration.
    pub(crate) fn new(program: &'a Path, folder: PathBuf, server: &str, pin: &Pin) -> Self {
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        let pinning = match pin {
            Pin::FirstUse => json!({}),
            Pin::Certificates(ids) => json!({ "disable_tofu": true, "certs": { GUN: ids } }),
            Pin::Authority(pem) => {
                let file = folder.join("authority.pem");
                fs::write(&file, pem).unwrap();
                json!({ "disable_tofu": true, "ca": { GUN: file } })
            }
        };
        fs::write(folder.join("config.json"), json!({ "trust_pinning": pinning }).to_string()).unwrap();
        Self { program, folder, server: server.to_owned() }
    }

    /// Which believes the certificate of its server.
    pub(crate) fn believing(self, authority: Option<&Path>) -> Self {
        if let Some(authority) = authority {
            let configuration = json!({ "remote_server": { "url": self.server, "root_ca": authority } });
            fs::write(self.folder.join("config.json"), configuration.to_string()).unwrap();
        }
        self
    }

    /// A file of trust data that it has fetched: `root`, `targets/releases`.
    pub(crate) fn fetched(&self, gun: &str, role: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join("tuf").join(gun).join("metadata").join(format!("{role}.json"))).ok()
    }

    /// What it has kept.
    pub(crate) fn keep(&self, gun: &str, root: &[u8]) {
        let folder = self.folder.join("tuf").join(gun).join("metadata");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("root.json"), root).unwrap();
    }

    /// Docker's roles, in Docker's order.
    pub(crate) fn list(&self, gun: &str, tag: &str) -> Verdict {
        let answer = self.run(&["list", gun, "-r", "targets/releases", "-r", "targets"]);
        // NAME  DIGEST  SIZE (BYTES)  ROLE
        let rows = |text: String| text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect();
        let rows: Vec<Vec<String>> = match answer {
            Ok(text) => rows(text),
            Err(refusal) => return Verdict::Refuses(refusal),
        };
        match rows.iter().find(|row| row.first().is_some_and(|name| name == tag)).map(Vec::as_slice) {
            Some([_, sha256, _, role]) => Verdict::Accepts { sha256: sha256.clone(), role: Some(role.clone()) },
            // Its place is empty: Docker refuses such a tag.
            Some([_, _, role]) if role.starts_with("targets") => Verdict::Refuses("the list has no digest".into()),
            Some(other) => panic!("expected four columns, found {other:?}"),
            None => Verdict::Refuses("not in the list".into()),
        }
    }

    /// Every role, `targets` first.
    pub(crate) fn lookup(&self, gun: &str, tag: &str) -> Verdict {
        match self.run(&["lookup", gun, tag]) {
            Ok(text) => {
                let mut words = text.split_whitespace();
                let sha256 = words.find_map(|word| word.strip_prefix("sha256:")).unwrap_or_else(|| panic!("expected a digest in {text}"));
                Verdict::Accepts { sha256: sha256.to_owned(), role: None }
            }
            Err(refusal) => Verdict::Refuses(refusal),
        }
    }

    /// What it prints, or why it does not.
    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(complaint(&format!("{}{}", text(output.stdout), text(output.stderr))))
        }
    }
}

impl Notary<'_> {
    /// The program with these arguments.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.env_clear().env("HOME", &self.folder).arg("-s").arg(&self.server).arg("-d").arg(&self.folder);
        command.arg("-c").arg(self.folder.join("config.json")).args(arguments);
        command
    }
}

/// The last thing that it complains of, without what is different in every run.
fn complaint(printed: &str) -> String {
    if let Some((_, panic)) = printed.rsplit_once("panic: ") {
        return format!("crashes: {}", panic.lines().next().unwrap_or_default());
    }
    let Some((_, fatal)) = printed.rsplit_once("fatal: ") else { panic!("expected a complaint, found {printed}") };
    sentence(fatal.lines().next().unwrap_or_default())
}

/// A line without names, hashes, addresses and times, which differ.
pub(crate) fn sentence(line: &str) -> String {
    // Go walks through hashes in any order.
    let line = line.replace(GUN, "<gun>").replace("sha256 checksum", "checksum").replace("sha512 checksum", "checksum");
    // A time stands at the end.
    let without = |line: String, from: &str, to: &str| line.split_once(from).map_or(line.clone(), |(before, _)| format!("{before}{to}"));
    let line = without(without(line, "expired at ", "expired"), "parsing time", "cannot parse a time");
    let (mut text, mut digits) = (String::new(), String::new());
    for character in line.chars().chain(['\n']) {
        if character.is_ascii_hexdigit() {
            digits.push(character);
            continue;
        }
        text.push_str(if digits.len() >= 64 { "<hash>" } else { &digits });
        digits.clear();
        text.push(character);
    }
    let is_address = |word: &&str| word.contains("127.0.0.1");
    text.trim().split(' ').map(|word| if is_address(&word) { "<server>" } else { word }).collect::<Vec<_>>().join(" ")
}

/// What is said at the last visit. Both commands visit by themselves.
pub(crate) fn said(program: &Path, folder: &Path, server: &str, case: &Case, show: impl Fn(usize)) -> Said {
    let notary = |name: &str| {
        let notary = Notary::new(program, folder.join(name), server, &case.pin);
        case.kept.iter().for_each(|root| notary.keep(GUN, root));
        notary
    };
    let (list, lookup) = (notary("list"), notary("lookup"));
    let mut said = None;
    for visit in 0..case.visits.len() {
        show(visit);
        let before = said.replace(Said { list: list.list(GUN, &case.tag), lookup: lookup.lookup(GUN, &case.tag) });
        if let Some(before) = before {
            assert!(before.list.accepted().is_some(), "{}: expected an honest visit first, found {before:?}", case.name);
        }
    }
    said.unwrap()
}

impl Said {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "list": self.list.to_json(), "lookup": self.lookup.to_json() })
    }
}
