//! Scans an image natively and prints the scan as JSON:
//! `cargo run --features native --example scan -- registry.example/team/app:1.0 2026-11-23T12:00:00Z SHARDS [platform] [packages] [rule=FILE] [vex=FILE] [sbom=FILE] [signed-by=KEY]`
//!
//! SHARDS is a folder that `cargo xtask shards` made; KEY is the public key, in PEM, with which its index has to be signed. Exits like the command line of the npm package: 0 nothing is denied, 1 something is,
//! 2 not understood, 3 not everything could be looked at.

use std::env;
use std::error;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use pullproof::Error;
use pullproof::Reference;
use pullproof::UnixTime;
use pullproof::bundle::Expected;
use pullproof::crypto::PublicKey;
use pullproof::native::NativeTransport;
use pullproof::prover::Portable;
use pullproof::scan::lists::GivenList;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Judged;
use pullproof::scan::report::Scan;
use pullproof::scan::rule::Rule;
use pullproof::scan::source::index;
use pullproof::scan::source::shard;
use pullproof::scan::vex::Vex;
use pullproof::scanner::Beside;
use pullproof::scanner::Listing;
use pullproof::scanner::LoadError;
use pullproof::scanner::Scanner;
use pullproof::scanner::ShardLoader;
use pullproof::scanner::Source;
use pullproof::scanner::signed;
use pullproof::scanner::signed::RefusedIndex;
use pullproof::scanner::signed::SignedIndex;
use pullproof::sigstore::trust::Wanted;
use pullproof::store::MemoryStore;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [image, at, folder, rest @ ..] = arguments.as_slice() else {
        eprintln!("expected an image, a time and a folder of shards");
        return ExitCode::from(2);
    };
    let Ok(now) = at.parse() else {
        eprintln!("expected a time such as 2026-11-23T12:00:00Z, found {at:?}");
        return ExitCode::from(2);
    };
    match scan(image, now, Folder(folder.into()), rest) {
        Ok(scan) => {
            println!("{}", scan.to_json());
            ExitCode::from(match scan.rule.map(|rule| rule.judged) {
                Some(Judged::Denied) => 1,
                None if scan.extent == Extent::Complete => 0,
                Some(Judged::Met) => 0,
                Some(Judged::Open) | None => 3,
            })
        }
        Err(error) => match error.downcast::<Error>() {
            Ok(error) => {
                eprintln!("{}: {error}", error.code());
                ExitCode::from(if matches!(*error, Error::Reference(_) | Error::Platform(_)) { 2 } else { 3 })
            }
            Err(error) => {
                eprintln!("options-invalid: {error}");
                ExitCode::from(2)
            }
        },
    }
}

fn scan(image: &str, now: UnixTime, shards: Folder, rest: &[String]) -> Result<Scan, Box<dyn error::Error>> {
    let image = Reference::parse(image).map_err(Error::from)?;
    let mut scanner = Scanner::new(NativeTransport::new());
    let mut beside = Beside::default();
    let mut key = None;
    for argument in rest {
        match argument.split_once('=') {
            Some(("rule", file)) => beside.rule = Some(Rule::parse(&fs::read_to_string(file)?)?),
            Some(("sbom", file)) => scanner = scanner.listing(Listing::Given(Box::new(GivenList::parse(&fs::read(file)?)?))),
            Some(("signed-by", file)) => key = Some(PublicKey::from_pem(&fs::read_to_string(file)?)?),
            Some(("vex", file)) => beside.vex.push(Vex::parse(&fs::read(file)?)?),
            _ if argument == "packages" => scanner = scanner.list_packages(true),
            _ => scanner = scanner.platform(argument.parse().map_err(Error::Platform)?),
        }
    }
    let source = match key {
        None => Source::Shards(shards),
        Some(key) => {
            let expected = Expected::new(Wanted::Key { key, scheme: None }, None)?;
            Source::SignedShards { index: pollster::block_on(open(&shards, &expected, now)), shards }
        }
    };
    // The transport waits by itself, so that its futures are always ready.
    Ok(pollster::block_on(scanner.scan(&image, &source, &beside, now, &mut |_| {}))?)
}

/// The index beside the shards, if whoever is expected signed it. Nothing is remembered: an older one is taken as well.
async fn open(shards: &Folder, expected: &Expected, now: UnixTime) -> Result<SignedIndex, RefusedIndex> {
    let read = |file| fs::read(shards.0.join(file)).map_err(|_| RefusedIndex::Unavailable { file });
    let (bytes, signature) = (read(index::FILE)?, read(index::SIGNATURE_FILE)?);
    let publisher = signed::signer_of(&bytes, &signature, expected, now, &Portable).await?;
    SignedIndex::open(&bytes, publisher, None::<&MemoryStore>, now).await
}

/// Shards in files.
struct Folder(PathBuf);

impl ShardLoader for Folder {
    async fn load(&self, ecosystem: &str) -> Result<Option<Vec<u8>>, LoadError> {
        match fs::read(self.0.join(shard::file_name(ecosystem))) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LoadError { detail: error.to_string() }),
        }
    }
}
