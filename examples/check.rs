//! Checks an image natively and prints the report as JSON:
//! `cargo run --features native --example check -- registry.example/team/app:1.0 2026-11-23T12:00:00Z [platform] [attachments] [policy=FILE]`
//!
//! Exits like the command line of the npm package: 0 accepted, 1 rejected, 2 not understood, 3 inconclusive.

use std::env;
use std::fs;
use std::process::ExitCode;

use pullproof::Checker;
use pullproof::Error;
use pullproof::Policy;
use pullproof::Reference;
use pullproof::Report;
use pullproof::UnixTime;
use pullproof::native::NativeTransport;
use pullproof::report::Verdict;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [image, at, rest @ ..] = arguments.as_slice() else {
        eprintln!("expected an image and a time");
        return ExitCode::from(2);
    };
    let Ok(now) = at.parse() else {
        eprintln!("expected a time such as 2026-11-23T12:00:00Z, found {at:?}");
        return ExitCode::from(2);
    };
    match check(image, now, rest) {
        Ok(report) => {
            println!("{}", report.to_json());
            ExitCode::from(match report.verdict {
                Verdict::Accept => 0,
                Verdict::Reject => 1,
                Verdict::Inconclusive => 3,
            })
        }
        Err(error) => {
            eprintln!("{}: {error}", error.code());
            ExitCode::from(if matches!(error, Error::Reference(_) | Error::Platform(_)) { 2 } else { 3 })
        }
    }
}

fn check(image: &str, now: UnixTime, rest: &[String]) -> Result<Report, Error> {
    let image = Reference::parse(image)?;
    let mut checker = Checker::new(NativeTransport::new());
    let mut policy = None;
    for argument in rest {
        match (argument.as_str(), argument.strip_prefix("policy=")) {
            (_, Some(file)) => policy = Some(Policy::parse(&fs::read_to_string(file).unwrap_or_default())?),
            ("attachments", None) => checker = checker.attachments(true),
            (platform, None) => checker = checker.platform(platform.parse()?),
        }
    }
    // The transport waits by itself, so that its futures are always ready.
    pollster::block_on(checker.check(&image, policy.as_ref(), now, &mut |_| {}))
}
