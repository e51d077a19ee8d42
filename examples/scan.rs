//! Scans an image natively and prints the scan as JSON:
//! `cargo run --features native --example scan -- registry.example/team/app:1.0 2026-11-23T12:00:00Z SHARDS [platform] [packages] [rule=FILE] [vex=FILE] [sbom=FILE]`
//!
//! SHARDS is a folder that `cargo xtask shards` made. Exits like the command line of the npm package: 0 nothing is denied, 1 something is,
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
use pullproof::native::NativeTransport;
use pullproof::scan::lists::GivenList;
use pullproof::scan::report::Extent;
use pullproof::scan::report::Judged;
use pullproof::scan::report::Scan;
use pullproof::scan::rule::Rule;
use pullproof::scan::source::shard;
use pullproof::scan::vex::Vex;
use pullproof::scanner::Beside;
use pullproof::scanner::Listing;
use pullproof::scanner::LoadError;
use pullproof::scanner::Scanner;
use pullproof::scanner::ShardLoader;
use pullproof::scanner::Source;

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
    for argument in rest {
        match argument.split_once('=') {
            Some(("rule", file)) => beside.rule = Some(Rule::parse(&fs::read_to_string(file)?)?),
            Some(("sbom", file)) => scanner = scanner.listing(Listing::Given(Box::new(GivenList::parse(&fs::read(file)?)?))),
            Some(("vex", file)) => beside.vex.push(Vex::parse(&fs::read(file)?)?),
            _ if argument == "packages" => scanner = scanner.list_packages(true),
            _ => scanner = scanner.platform(argument.parse().map_err(Error::Platform)?),
        }
    }
    // The transport waits by itself, so that its futures are always ready.
    Ok(pollster::block_on(scanner.scan(&image, &Source::Shards(shards), &beside, now, &mut |_| {}))?)
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
