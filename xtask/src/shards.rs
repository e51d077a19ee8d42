//! `cargo xtask shards`: makes shards of advisories from dumps of OSV's, one file an ecosystem's release (`src/scan/source/shard.rs`), and an index that
//! names all of them (`src/scan/source/index.rs`), which is what is signed.

use std::collections::BTreeMap;
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
use pullproof::scan::exploited::KnownExploited;
use pullproof::scan::source::builder::About;
use pullproof::scan::source::builder::Builder;
use pullproof::scan::source::index;
use pullproof::scan::source::index::Entry;
use pullproof::scan::source::index::Index;
use pullproof::scan::source::shard;
use pullproof::scan::source::shard::Shard;
use zip::ZipArchive;

use crate::console::Console;
use crate::sign::Key;

/// What is known to be exploited, in our form, for scans that ask OSV's server.
const KNOWN_EXPLOITED: &str = "known-exploited.json";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Each `all.zip` of an ecosystem or of all, or a folder of records.
    dumps: Vec<PathBuf>,
    out: PathBuf,
    /// CISA's catalogue of known exploited vulnerabilities, as JSON.
    known_exploited: Option<PathBuf>,
    /// When the dumps were made; otherwise as the file of the oldest says.
    at: Option<UnixTime>,
    /// The private key that signs the index.
    key: Option<PathBuf>,
}

impl Options {
    /// `DUMP… --out FOLDER [--kev FILE] [--at TIME] [--key FILE]`.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self> {
        let (mut dumps, mut out, mut known_exploited, mut at, mut key) = (Vec::new(), None, None, None, None);
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let mut operand = || rest.next().copied().with_context(|| format!("expected something behind {argument}, found nothing"));
            match argument {
                "--out" => out = Some(PathBuf::from(operand()?)),
                "--kev" => known_exploited = Some(PathBuf::from(operand()?)),
                "--at" => at = Some(operand()?.parse()?),
                "--key" => key = Some(PathBuf::from(operand()?)),
                other if other.starts_with('-') => bail!("expected --out, --kev, --at or --key, found `{other}`"),
                path => dumps.push(PathBuf::from(path)),
            }
        }
        ensure!(!dumps.is_empty(), "expected a dump: all.zip of an ecosystem, or a folder of records");
        Ok(Self { dumps, out: out.context("expected --out with a folder for the shards")?, known_exploited, at, key })
    }
}

/// Reads every record, and writes a shard for every ecosystem that they are about. The index comes last, and its signature before it: whoever
/// looks meanwhile finds no index that names what is not there.
pub(crate) fn run(console: &Console, options: &Options) -> Result<()> {
    let key = options.key.as_deref().map(Key::read).transpose()?;
    let known_exploited = options.known_exploited.as_deref().map(read_catalogue).transpose()?;
    let generated_at = options.at.map_or_else(|| time_of_oldest(&options.dumps), Ok)?;

    let shards = read(console, &options.dumps)?.finish(&About { generated_at, known_exploited: known_exploited.clone() });
    fs::create_dir_all(&options.out)?;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut entries = BTreeMap::new();
    for (ecosystem, bytes) in shards {
        let name = shard::file_name(&ecosystem);
        if let Some(other) = files.insert(name.to_lowercase(), ecosystem.clone()) {
            bail!("expected a file for every ecosystem, found that \"{other}\" and \"{ecosystem}\" have one: {name}");
        }
        let path = options.out.join(name);
        write(&path, &bytes)?;
        let (size, entry) = (bytes.len(), Entry::of(&bytes));
        // Whoever cannot read it, should not find out later.
        let shard = Shard::read(bytes).with_context(|| format!("{} is none that can be read", path.display()))?;
        console.say(&format!("{}: {} advisories, {size} bytes", path.display(), shard.advisories()));
        entries.insert(ecosystem, entry);
    }
    if let Some(catalogue) = known_exploited {
        write(&options.out.join(KNOWN_EXPLOITED), &catalogue.to_bytes())?;
    }
    let index = Index::new(generated_at, entries).to_bytes();
    Index::read(&index).context("the index is none that can be read")?;
    let signature = options.out.join(index::SIGNATURE_FILE);
    match key {
        Some(key) => write(&signature, &key.sign(&index, generated_at)?)?,
        // One of an index that was there before would be a signature of something else.
        None if signature.exists() => fs::remove_file(&signature)?,
        None => {}
    }
    write(&options.out.join(index::FILE), &index)
}

fn read(console: &Console, dumps: &[PathBuf]) -> Result<Builder> {
    let mut builder = Builder::default();
    for dump in dumps {
        let mut records = 0;
        let mut add = |name: &str, bytes: &[u8]| {
            records += 1;
            if let Err(invalid) = builder.add(name, bytes) {
                console.say(&format!("{name}: {invalid}"));
            }
        };
        if dump.is_dir() {
            read_folder(dump, &mut add)?;
        } else {
            read_zip(dump, &mut add)?;
        }
        ensure!(records > 0, "expected records (*.json) in {}, found none", dump.display());
    }
    Ok(builder)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
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

fn read_catalogue(path: &Path) -> Result<KnownExploited> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    KnownExploited::parse(&bytes).with_context(|| format!("{} is no catalogue", path.display()))
}

/// Nothing is newer than the oldest of them.
fn time_of_oldest(dumps: &[PathBuf]) -> Result<UnixTime> {
    let times: Vec<UnixTime> = dumps.iter().map(|dump| time_of(dump)).collect::<Result<_>>()?;
    times.into_iter().min().context("expected a dump, found none")
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
    fn dumps_and_a_folder_are_taken_in_any_order() {
        let expected = Options {
            dumps: vec!["all.zip".into(), "npm".into()],
            out: "shards".into(),
            known_exploited: Some("kev.json".into()),
            at: None,
            key: Some("key.pem".into()),
        };
        assert_eq!(Options::parse(&["all.zip", "npm", "--out", "shards", "--kev", "kev.json", "--key", "key.pem"]).unwrap(), expected);
        assert_eq!(Options::parse(&["--key", "key.pem", "all.zip", "--kev", "kev.json", "--out", "shards", "npm"]).unwrap(), expected);
    }

    #[test]
    fn without_a_folder_for_the_shards_or_a_dump_nothing_is_done() {
        Options::parse(&["all.zip"]).unwrap_err();
        Options::parse(&["--out", "shards"]).unwrap_err();
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        Options::parse(&["all.zip", "--out", "shards", "--at", "yesterday"]).unwrap_err();
    }
}
