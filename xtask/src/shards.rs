//! `cargo xtask shards`: makes shards of advisories from a dump of OSV's, one file an ecosystem's release (`src/scan/source/shard.rs`).

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use pullproof::UnixTime;
use pullproof::budget;
use pullproof::digest::Algorithm;
use pullproof::digest::Digest;
use pullproof::scan::advisory;
use pullproof::scan::source::builder::About;
use pullproof::scan::source::builder::Builder;
use pullproof::scan::source::shard;
use pullproof::scan::source::shard::Shard;
use zip::ZipArchive;

use crate::console::Console;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// `all.zip` of an ecosystem, or a folder of records.
    dump: PathBuf,
    out: PathBuf,
    /// CISA's catalogue of known exploited vulnerabilities, as JSON.
    known_exploited: Option<PathBuf>,
    /// When the dump was made; otherwise as its file says.
    at: Option<UnixTime>,
}

impl Options {
    /// `DUMP --out FOLDER [--kev FILE] [--at TIME]`.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let (mut dump, mut out, mut known_exploited, mut at) = (None, None, None, None);
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let mut operand = || rest.next().copied().with_context(|| format!("expected something behind {argument}, found nothing"));
            match argument {
                "--out" => out = Some(PathBuf::from(operand()?)),
                "--kev" => known_exploited = Some(PathBuf::from(operand()?)),
                "--at" => at = Some(operand()?.parse()?),
                other if other.starts_with('-') => bail!("expected --out, --kev or --at, found `{other}`"),
                path if dump.is_none() => dump = Some(PathBuf::from(path)),
                another => bail!("expected one dump, found a second: `{another}`"),
            }
        }
        Ok(Self {
            dump: dump.context("expected a dump: all.zip of an ecosystem, or a folder of records")?,
            out: out.context("expected --out with a folder for the shards")?,
            known_exploited,
            at,
        })
    }
}

/// Reads every record, and writes a shard for every ecosystem that they are about.
pub(crate) fn run(console: &Console, options: &Options) -> Result<()> {
    let mut builder = Builder::default();
    let mut records = 0;
    let mut add = |name: &str, bytes: &[u8]| {
        records += 1;
        if let Err(invalid) = builder.add(name, bytes) {
            console.say(&format!("{name}: {invalid}"));
        }
    };
    if options.dump.is_dir() {
        read_folder(&options.dump, &mut add)?;
    } else {
        read_zip(&options.dump, &mut add)?;
    }
    ensure!(records > 0, "expected records (*.json) in {}, found none", options.dump.display());

    let known_exploited = options.known_exploited.as_deref().map(read_catalogue).transpose()?;
    let generated_at = options.at.map_or_else(|| time_of(&options.dump), Ok)?;
    let shards = builder.finish(&About { generated_at, known_exploited });
    fs::create_dir_all(&options.out)?;
    for (ecosystem, bytes) in shards {
        let path = options.out.join(shard::file_name(&ecosystem));
        fs::write(&path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
        let size = bytes.len();
        // Whoever cannot read it, should not find out later.
        let shard = Shard::read(bytes).with_context(|| format!("{} is none that can be read", path.display()))?;
        console.say(&format!("{}: {} advisories, {size} bytes", path.display(), shard.advisories()));
    }
    write_index(&options.out, generated_at)
}

/// Which shards there are, for a page that has to know before it asks: a file that is not there can look like anything there.
const INDEX: &str = "index.json";

/// Of everything in the folder, whichever dump it is from.
fn write_index(folder: &Path, generated_at: UnixTime) -> Result<()> {
    let mut shards = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "shard") {
            let bytes = fs::read(&path)?;
            let (size, digest) = (bytes.len(), Digest::of(Algorithm::Sha256, &bytes).to_string());
            let shard = Shard::read(bytes).with_context(|| format!("{} is no shard", path.display()))?;
            let ecosystem = shard.ecosystem().to_owned();
            shards.insert(ecosystem.clone(), serde_json::json!({ "ecosystem": ecosystem, "size": size, "digest": digest }));
        }
    }
    let shards: Vec<serde_json::Value> = shards.into_values().collect();
    let index = serde_json::json!({ "index": 1, "generatedAt": generated_at.to_string(), "shards": shards });
    fs::write(folder.join(INDEX), format!("{index}\n")).with_context(|| format!("cannot write {INDEX}"))
}

fn read_zip(path: &Path, add: &mut impl FnMut(&str, &[u8])) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut archive = ZipArchive::new(file).with_context(|| format!("{} is no zip", path.display()))?;
    for place in 0..archive.len() {
        let entry = archive.by_index(place)?;
        let name = entry.name()?.into_owned();
        if is_record(&name) {
            add(&name, &limited(entry)?);
        }
    }
    Ok(())
}

fn read_folder(path: &Path, add: &mut impl FnMut(&str, &[u8])) -> Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            read_folder(&entry, add)?;
        } else if is_record(&name) {
            add(&name, &limited(File::open(&entry)?)?);
        }
    }
    Ok(())
}

fn is_record(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "json")
}

/// One byte more than a record may have, so that too many are seen.
fn limited(from: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(budget::ADVISORY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `{ "vulnerabilities": [ { "cveID": "CVE-…" } ] }`
fn read_catalogue(path: &Path) -> Result<BTreeSet<String>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let catalogue: serde_json::Value = serde_json::from_slice(&bytes)?;
    let entries =
        catalogue["vulnerabilities"].as_array().context("expected CISA's catalogue with `vulnerabilities`, found something else")?;
    let cve = |entry: &serde_json::Value| {
        let cve = entry["cveID"].as_str().filter(|cve| advisory::is_cve(cve));
        cve.map(str::to_owned).with_context(|| format!("expected a `cveID`, found {entry}"))
    };
    let cves: BTreeSet<String> = entries.iter().map(cve).collect::<Result<_>>()?;
    ensure!(!cves.is_empty(), "expected CISA's catalogue with `vulnerabilities`, found an empty one");
    Ok(cves)
}

/// When the file was made, as the system says.
fn time_of(path: &Path) -> Result<UnixTime> {
    let modified = fs::metadata(path)?.modified()?;
    let seconds = i64::try_from(modified.duration_since(UNIX_EPOCH)?.as_secs())?;
    UnixTime::from_seconds(seconds).with_context(|| format!("expected {} to be of a year up to 9999", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_and_a_folder_are_taken_in_any_order() {
        let expected = Options { dump: "all.zip".into(), out: "shards".into(), known_exploited: Some("kev.json".into()), at: None };
        assert_eq!(Options::parse(&["all.zip", "--out", "shards", "--kev", "kev.json"]).unwrap(), expected);
        assert_eq!(Options::parse(&["--kev", "kev.json", "--out", "shards", "all.zip"]).unwrap(), expected);
    }

    #[test]
    fn without_a_folder_for_the_shards_nothing_is_done() {
        Options::parse(&["all.zip"]).unwrap_err();
    }

    #[test]
    fn a_second_dump_is_refused() {
        Options::parse(&["a.zip", "b.zip", "--out", "shards"]).unwrap_err();
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        Options::parse(&["all.zip", "--out", "shards", "--at", "yesterday"]).unwrap_err();
    }

    #[test]
    fn a_catalogue_of_something_else_is_refused() {
        let path = std::env::temp_dir().join(format!("pullproof-catalogue-{}", std::process::id()));
        for text in ["{}", r#"{"vulnerabilities":[]}"#, r#"{"vulnerabilities":[{"cveID":"GHSA-1"}]}"#] {
            fs::write(&path, text).unwrap();
            assert!(read_catalogue(&path).is_err(), "{text}");
        }
        fs::remove_file(&path).unwrap();
    }
}
